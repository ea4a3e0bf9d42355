"""``heatsym outages``: what a case comes to when its sources stop."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heatsym.cli.console import Progress, announce, say, say_problems
from heatsym.cli.options import case_arguments, parallel

if TYPE_CHECKING:
    from heatsym.sources.availability import Outages


@click.command("outages")
@case_arguments
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of the answers; default results/CASE-outages.",
)
@click.option("--overwrite", is_flag=True, help="Replace earlier answers in that folder.")
@click.option(
    "--years",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="Years with failures by chance.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Another seed is another chance.",
)
@click.option(
    "--fails",
    metavar="NAME[:RATE:HOURS]",
    multiple=True,
    help="A source that fails by chance, RATE times a year and for HOURS in the mean; default all whose"
    " outages the case gives, else all by the rates of their kinds. May be repeated.",
)
@click.option("--stop", metavar="NAME", help="Source whose planned stop is moved; default the longest stop.")
@click.option("--stop-days", type=click.IntRange(min=1), help="Length of the stop; default that of the case.")
@click.option(
    "--every",
    metavar="WEEKS",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Weeks from one beginning of the stop to the next.",
)
@click.option(
    "--closes", metavar="NAME", help="Source or partner that closes; default the largest surplus source."
)
@click.option(
    "--closing-year",
    type=click.IntRange(min=1),
    default=11,
    show_default=True,
    help="First year without it.",
)
@click.option(
    "--horizon", type=click.IntRange(min=1), default=20, show_default=True, help="Years that are looked at."
)
@click.option("--lost", metavar="NAME", help="Source whose loss backup is sized for; default the worst.")
@click.option("--backup", metavar="NAME", help="Plant beside which backup is added; default the last one.")
@click.option(
    "--target",
    metavar="MWH|PERCENT%",
    help="Unserved heat that may be left, as MWh or, with %, of the demand; default 0.01%.",
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
    years: int,
    seed: int,
    fails: tuple[str, ...],
    stop: str | None,
    stop_days: int | None,
    every: int,
    closes: str | None,
    closing_year: int,
    horizon: int,
    lost: str | None,
    backup: str | None,
    target: str | None,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Lose, stop and close the sources of CASE, and write what is missed and what it costs.

    Prints the folder on stdout, which gets outages.json, outages.csv (a row for each year) and outages.html;
    progress and the answers in short on stderr.
    """
    wanted = _target(target)
    failing = dict(map(_failing, fails)) or None
    from heatsym.case.load import load
    from heatsym.interop.export_outages import FILES, PAGE, write_outages
    from heatsym.report.outages import in_short
    from heatsym.results.placing import check_folder
    from heatsym.study.outages import Questions, outages

    name = f"{case_file.stem}-{scenario}" if scenario else case_file.stem
    folder = output or Path("results") / f"{name}-outages"
    check_folder(folder, FILES, overwrite)
    case = load(case_file, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside)
    if not quiet:
        announce(case)
    questions = Questions(
        years=years,
        seed=seed,
        fails=failing,
        stop=stop,
        stop_days=stop_days,
        every=every,
        closes=closes,
        closing_year=closing_year,
        horizon=horizon,
        lost=lost,
        backup=backup,
        target=wanted[0],
        target_share=wanted[1],
    )
    with closing(Progress(shown=not quiet)) as progress:
        study = outages(case, questions, workers=jobs, progress=progress)
    write_outages(study, folder, overwrite, ("heatsym", *sys.argv[1:]))
    say_problems(study.warnings)
    if not quiet:
        for sentence in in_short(study):
            say(sentence)
        say(f"report           {folder / PAGE}")
    click.echo(folder)


def _failing(text: str) -> tuple[str, Outages]:
    """``works:4:24`` as name and outages."""
    from heatsym.sources.availability import Outages

    name, *numbers = text.rsplit(":", 2) if text.count(":") >= 2 else [text]
    if not numbers:
        return name, Outages()
    try:
        rate, hours = (float(number) for number in numbers)
        if not (0.0 <= rate <= 1000.0 and 0.1 <= hours <= 87_660.0):
            raise ValueError
    except ValueError:
        raise click.BadParameter(
            f"{text!r}: write NAME:RATE:HOURS, 0 to 1000 failures a year of 0.1 to 87660 h",
            param_hint="--fails",
        ) from None
    return name, Outages(rate_per_year=rate, repair=3600.0 * hours)


def _target(text: str | None) -> tuple[float | None, float | None]:
    """``12`` or ``0.5%`` as energy [MWh] and share [-]."""
    if text is None:
        return None, None
    try:
        value = float(text.removesuffix("%"))
        if not 0.0 <= value < float("inf"):
            raise ValueError
    except ValueError:
        raise click.BadParameter(f"{text!r}: write MWh, or a share as 0.01%", param_hint="--target") from None
    return (None, value / 100.0) if text.endswith("%") else (value, None)
