"""``heatsym curve``: the heating curve of least cost or carbon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heatsym.cli.console import Progress, announce, plural, say
from heatsym.cli.options import case_arguments, parallel

if TYPE_CHECKING:
    from heatsym.study.heating_curve import Evaluation, HeatingCurve

COLUMNS = (  # head, figure, factor, decimals
    ("cost [EUR]", "cost_EUR", 1.0, 0),
    ("CO2 [t]", "emissions_t", 1.0, 1),
    ("loss [MWh]", "network_loss_MWh", 1.0, 1),
    ("pumps [MWh]", "pump_MWh", 1.0, 2),
    ("COP", "cop", 1.0, 2),
    ("surplus [%]", "surplus_share", 100.0, 1),
    ("unmet [MWh]", "unmet_MWh", 1.0, 2),
    ("too cold [h]", "cold_hours", 1.0, 0),
)


@click.command("curve")
@case_arguments
@click.option(
    "-o",
    "--output",
    metavar="FILE.json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON file to write as well, with all curves looked at. An earlier file is replaced.",
)
@click.option(
    "--objective",
    type=click.Choice(["cost", "emissions"]),
    help="What is kept low; default the objective of [dispatch].",
)
@click.option(
    "--evaluations",
    metavar="N",
    type=click.IntRange(min=2),
    default=60,
    show_default=True,
    help="Most runs, the one with the case's own curve among them.",
)
@click.option(
    "--tolerated",
    metavar="SHARE",
    type=click.FloatRange(0.0, 1.0),
    default=1e-3,
    show_default=True,
    help="Share of the time that a consumer may be below its minimum more than with the case's curve.",
)
@click.option("--lowest", metavar="DEGC", type=float, help="Lowest supply temperature that is looked at.")
@click.option("--highest", metavar="DEGC", type=float, help="Highest supply temperature that is looked at.")
@parallel
@click.option("-q", "--quiet", is_flag=True, help="Print the line for the case file only, and errors.")
def command(
    case_file: Path,
    scenario: str | None,
    overrides: tuple[str, ...],
    period: str | None,
    allow_outside: bool,
    output: Path | None,
    objective: str | None,
    evaluations: int,
    tolerated: float,
    lowest: float | None,
    highest: float | None,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Search for the heating curve of CASE that costs least, or emits least.

    \b
    heatsym curve town.toml
    heatsym curve town.toml --objective emissions --evaluations 60 -o curve.json

    Each curve is judged by a run of the whole case. One that leaves more heat unmet, or consumers below
    their minimum supply temperature for longer, is shown and not taken. Prints the line for [network] on
    stdout, and on stderr what was looked at.
    """
    if lowest is not None and highest is not None and lowest >= highest:
        raise click.UsageError(f"--lowest {lowest:g} is not below --highest {highest:g}")
    from heatsym.case.load import load
    from heatsym.results.placing import write_file
    from heatsym.study.heating_curve import heating_curve

    case = load(case_file, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside)
    if not quiet:
        announce(case)
    with closing(Progress(shown=not quiet)) as progress:
        found = heating_curve(
            case,
            objective=objective,
            evaluations=evaluations,
            tolerated=tolerated,
            lowest=lowest,
            highest=highest,
            workers=jobs,
            progress=progress,
        )
    if not quiet:
        for line in (*table(found), "", *verdict(found)):
            say(line)
    if output is not None:
        text = json.dumps(found.as_data(), indent=1, ensure_ascii=False)
        write_file(output, [text, "\n"], overwrite=True)
    click.echo(found.toml)


def table(found: HeatingCurve) -> Iterator[str]:
    """All curves, best first, those that cannot be taken at the end, with the reason."""
    from heatsym.study.heating_curve import OBJECTIVES

    shown = [column for column in COLUMNS if any(column[1] in each.figures for each in found.evaluations)]
    heads = [f"{air:g} °C" for air in found.outdoor] + [head for head, *_ in shown]
    key = OBJECTIVES[found.objective]
    order = sorted(
        found.evaluations, key=lambda each: (bool(each.refused), each.figures.get(key, float("inf")))
    )
    rows = [heads]
    for each in order:
        row = [f"{supply:g}" for supply in each.points]
        row += [
            f"{factor * each.figures[figure]:.{digits}f}" if figure in each.figures else ""
            for _, figure, factor, digits in shown
        ]
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    notes = ["", *(_note(each, found) for each in order)]
    for row, note in zip(rows, notes, strict=True):
        cells = "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"{cells}  {note}".rstrip()


def verdict(found: HeatingCurve) -> Iterator[str]:
    """What is best, what it saves, and how sure that is."""
    from heatsym.analysis.wording import number
    from heatsym.study.heating_curve import OBJECTIVES, UNITS

    before = found.base.figures[OBJECTIVES[found.objective]]
    unit = UNITS[found.objective]
    if found.better:
        share = 100.0 * found.saved / abs(before) if before else 0.0
        less = f"{number(found.saved)} {unit} of {number(before)} ({share:.2g} %)"
        yield f"best of {len(found.evaluations)}: saves {less}"
        for word, key, what in (
            ("loss", "network_loss_MWh", "MWh"),
            ("pumping", "pump_MWh", "MWh"),
            ("CO2", "emissions_t", "t"),
            ("cost", "cost_EUR", "EUR"),
        ):
            if key in found.best.figures and key in found.base.figures:
                old, new = found.base.figures[key], found.best.figures[key]
                yield f"  {word:<8} {number(old)} -> {number(new)} {what}"
    else:
        yield f"no better curve among {plural(len(found.evaluations), 'evaluation')}: the case's own stays"
    if not found.settled:
        yield "neighbours of the best are left to look at: more --evaluations may find better"
    if found.apart:
        yield f"at temperatures of their own, which stay: {', '.join(found.apart)}"


def _note(each: Evaluation, found: HeatingCurve) -> str:
    marks = [word for word, one in (("best", found.best), ("the case's", found.base)) if each is one]
    return "; ".join([*marks, *each.refused])
