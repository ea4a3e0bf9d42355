"""``heatsym pareto``: cost against carbon of a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heatsym.cli.console import Progress, announce, say
from heatsym.cli.options import case_arguments, parallel

if TYPE_CHECKING:
    from heatsym.study.pareto import Front, Point

FILES = ("front.html", "front.json", "front.csv")


@click.command("pareto")
@case_arguments
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of front.html, front.json and front.csv; default results/CASE-pareto.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier front in that folder.")
@click.option(
    "--points",
    metavar="N",
    type=click.IntRange(min=2),
    default=8,
    show_default=True,
    help="Different points wanted, both ends among them; each is a run of the whole case.",
)
@parallel
@click.option("-q", "--quiet", is_flag=True, help="Print the folder only, and errors.")
def command(
    case_file: Path,
    scenario: str | None,
    overrides: tuple[str, ...],
    period: str | None,
    allow_outside: bool,
    output: Path | None,
    overwrite: bool,
    points: int,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Show what less carbon costs in CASE: runs from least cost to least carbon.

    \b
    heatsym pareto town.toml --points 8 -o results/front

    The dispatch weighs carbon ever more, at the weights at which the front bends. Prints the folder on
    stdout and a table on stderr; the page in the folder draws it.
    """
    from heatsym.case.load import load
    from heatsym.report.front import front_page
    from heatsym.results.placing import check_folder, write_folder
    from heatsym.study.pareto import pareto

    name = f"{case_file.stem}-{scenario}" if scenario else case_file.stem
    folder = output or Path("results") / f"{name}-pareto"
    check_folder(folder, FILES, overwrite)
    case = load(case_file, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside)
    if not quiet:
        announce(case)
    with closing(Progress(shown=not quiet)) as progress:
        found = pareto(case, points=points, workers=jobs, progress=progress)
    if not quiet:
        for line in table(found):
            say(line)
    content = (
        [front_page(found)],
        [json.dumps(found.as_data(), indent=1, ensure_ascii=False), "\n"],
        [f"{line}\n" for line in as_csv(found)],
    )
    click.echo(write_folder(folder, zip(FILES, content, strict=True), FILES, overwrite))


def table(found: Front) -> Iterator[str]:
    """All points from least cost to least carbon, and the case."""
    heads: tuple[str, ...] = ("run", "cost [EUR]", "CO2 [t]", "unmet [MWh]", "")
    rows = [heads, *(_row(point) for point in (found.base, *found.points))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for first, *rest in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(rest[:-1], widths[1:], strict=False)]
        yield "  ".join([f"{first:<{widths[0]}}", *cells, rest[-1]]).rstrip()


def as_csv(found: Front) -> Iterator[str]:
    """A row per point with unrounded numbers, the case first."""
    from heatsym.interop.export_csv import text_cell

    data = found.as_data()
    rows = [data["base"], *data["points"]]
    figures = list(dict.fromkeys(key for row in rows for key in row["figures"]))
    plain = ("objective", "carbon_weight_EUR_per_t", "cost_EUR", "emissions_t")
    yield ",".join(text_cell(head, ",") for head in ("run", *plain, "dominated", *figures))
    for row in rows:
        cells = [text_cell(row["choice"], ","), *(str(row.get(key, "")) for key in plain)]
        cells += ["yes" if row["dominated"] else "no"]
        cells += [repr(row["figures"][key]) if key in row["figures"] else "" for key in figures]
        yield ",".join(cells)


def _row(point: Point) -> tuple[str, ...]:
    """A line of the table."""
    return (
        "the case" if point.choice is None else str(point.choice),
        f"{point.cost:.0f}",
        f"{point.carbon:.2f}",
        f"{point.figures.get('unmet_MWh', 0.0):.2f}",
        "dominated" if point.dominated else "",
    )
