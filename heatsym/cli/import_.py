"""``heatsym import``: files of others as parts of a case."""

from __future__ import annotations

from pathlib import Path

import click

from heatsym.cli.console import plural, say


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--from",
    "form",
    required=True,
    type=click.Choice(["hotmaps", "sites"]),
    help="hotmaps: industrial sites of the Hotmaps project; sites: a table with the columns name, place,"
    " sector, MWh, degC, status.",
)
@click.option("--near", metavar="LON,LAT", help="Only sites around this place.")
@click.option(
    "--within", metavar="KM", type=click.FloatRange(min=0), help="How far from there; 20 without it."
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="File to write. Default sources.toml.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier file.")
def command(
    file: Path, form: str, near: str | None, within: float | None, output: Path | None, overwrite: bool
) -> None:
    """Write the sites of FILE as sources of a case.

    \b
    heatsym import Industrial_Database.csv --from hotmaps --near 11.1,55.7 --within 30
    heatsym import works.csv --from sites -o works.toml

    The file holds [[source]] tables to copy into a case file, where each still needs its node. Sector and
    heat of a year are enough for a source: what follows from the sector is among the run's assumptions.

    Prints what was written.
    """
    from heatsym.interop.site_lists import read_sites, sources_toml
    from heatsym.results.placing import write_file

    if within is not None and near is None:
        raise click.UsageError("--within needs --near")
    place = None if near is None else _place(near)
    found = read_sites(file, form, near=place, within=20.0 if within is None else within)
    target = write_file(output or Path("sources.toml"), [sources_toml(found, file.name)], overwrite)
    for said in found.notes:
        say(said)
    say(f"{plural(len(found.sites), 'source')}; add the node of each")
    click.echo(target)


def _place(written: str) -> tuple[float, float]:
    """Longitude and latitude of ``11.1,55.7``."""
    try:
        lon, lat = (float(part) for part in written.split(","))
    except ValueError:
        raise click.UsageError(f"--near takes LON,LAT such as 11.1,55.7, not {written!r}") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise click.UsageError(f"--near {written}: longitude is -180 to 180, latitude -90 to 90")
    return lon, lat
