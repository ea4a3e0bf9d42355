"""``heatsym plot``: one variable of a run as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from heatsym.cli.options import result_part


@click.command("plot")
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path, readable=False))
@click.argument("variable")
@result_part
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="HTML file to write; default VARIABLE.html in RUN. An earlier file is replaced.",
)
def command(
    folder: Path, variable: str, choices: tuple[str, ...], period: str | None, output: Path | None
) -> None:
    """Draw one VARIABLE of RUN, a result folder, over local time as an HTML page that opens offline.

    \b
    heatsym plot results/town source_heat
    heatsym plot results/town node_supply_temperature --select node=market --resample D -o market.html

    Of more than 12 objects the 12 with the largest mean value are drawn; heatsym info RUN lists the
    variables. Prints the file.
    """
    target = output or folder / f"{variable}.html"
    if target.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(
            f"{target.name}: only HTML is written; name it {target.stem}.html and save a PNG from the page"
        )
    from heatsym.report.picture import Missing
    from heatsym.report.plot import page, plot
    from heatsym.results.placing import write_file
    from heatsym.results.selection import chosen
    from heatsym.simulation import open_run

    run = open_run(folder)
    picture = plot(run, variable, chosen(run.results, choices), period)
    if isinstance(picture, Missing):
        raise click.UsageError(f"{variable} cannot be drawn: {picture.reason}")
    click.echo(write_file(target, [page(run, picture)], overwrite=True))
