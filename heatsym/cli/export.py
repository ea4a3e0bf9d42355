"""``heatsym export``: results as tables or as a map, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from heatsym.cli.console import plural, say
from heatsym.cli.options import result_part

DEFAULTS = {"csv": "csv", "geojson": "network.geojson"}


@click.command("export")
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(list(DEFAULTS)),
    help="csv: tables of series and objects; geojson: a map of the network with totals.",
)
@click.option(
    "--variable",
    "variables",
    multiple=True,
    metavar="V",
    help="Only this series, e.g. source_heat; may be repeated. Without it all series, and tables of nodes,"
    " pipes, consumers and sources with their totals.",
)
@result_part
@click.option(
    "--decimal",
    type=click.Choice([".", ","]),
    default=".",
    show_default=True,
    help="Decimal sign of numbers in tables; with a comma, cells are separated by semicolons.",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Folder of the tables, or FILE.csv for a single one; file of the map. Default csv or"
    " network.geojson in RUN.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier export.")
def command(
    folder: Path,
    form: str,
    variables: tuple[str, ...],
    choices: tuple[str, ...],
    period: str | None,
    decimal: str,
    output: Path | None,
    overwrite: bool,
) -> None:
    """Write the results of RUN, a result folder, as files for other tools.

    \b
    heatsym export results/town --to csv
    heatsym export results/town --to csv --variable source_heat --resample D -o heat.csv
    heatsym export results/town --to geojson -o town.geojson

    A table has a row per step: time in UTC, local_time on the wall clock, then a column per object with its
    unit, e.g. works_W. Series files of a case may name it: power_W = { file = "source_heat.csv", column =
    "works_W" }. A map holds trenches as lines, nodes, consumers and sources as points; a case may name it as
    its network: geojson = "town.geojson".

    Prints what was written.
    """
    from heatsym.results.selection import chosen
    from heatsym.simulation import open_run

    target = output or folder / DEFAULTS[form]
    if form == "geojson" and (variables or period or decimal != "."):
        raise click.UsageError("--variable, --resample and --decimal are for tables (--to csv)")
    results = open_run(folder).results
    objects = chosen(results, choices)
    if form == "csv":
        from heatsym.interop.export_csv import export_csv

        export_csv(
            results,
            target,
            variables=variables,
            choices=objects,
            period=period,
            decimal=decimal,
            overwrite=overwrite,
        )
    else:
        from heatsym.interop.export_geojson import export_geojson, unplaced
        from heatsym.interop.objects import positions

        missing = unplaced(results)
        if len(missing) == results.sizes["node"]:
            raise click.UsageError("the nodes of this run have no coordinates, so there is no map")
        if missing:
            say(f"warning: {plural(len(missing), 'node')} without coordinates left out, first {missing[0]}")
        geographic, _ = positions(results)
        if not geographic:
            say(
                "warning: coordinates are metres in the plane of the case, not degrees: heatsym reads them"
                " again, other programs must be told which coordinate system that is"
            )
        export_geojson(results, target, choices=objects, overwrite=overwrite)
    click.echo(target)
