"""``heatsym report``: the report of a run that is there already."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path, readable=False))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="HTML file to write; default report.html in the folder of the run.",
)
def command(folder: Path, output: Path | None) -> None:
    """Write the report of RUN, a result folder, as one HTML file that opens offline and prints."""
    if output is not None and output.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"{output} is no HTML file; name it {output.stem}.html")
    from heatsym.report.page import write_report

    click.echo(write_report(folder, output))
