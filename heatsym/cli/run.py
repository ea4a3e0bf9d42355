"""``heatsym run``: from a case file to a folder of results."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heatsym import __version__
from heatsym.cli.console import Log, Progress, announce, plural, say
from heatsym.cli.failures import CHECK_FAILED, UNCONVERGED
from heatsym.cli.options import case_arguments
from heatsym.errors import AccessError

if TYPE_CHECKING:
    from heatsym.simulation import Computed

TOLERATED_SHARE = 1e-3  # of the steps, unconverged


@click.command("run")
@case_arguments
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of the results; default results/CASE or results/CASE-SCENARIO.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier run in that folder.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run into that folder.")
@click.option(
    "--checkpoint",
    "every",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Time between checkpoints, from which an interrupted run goes on.",
)
@click.option("--no-report", is_flag=True, help="Do not make report.html.")
@click.option("-q", "--quiet", is_flag=True, help="Print the result folder only, and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Print the log as well.")
@click.pass_context
def command(
    ctx: click.Context,
    case_file: Path,
    scenario: str | None,
    overrides: tuple[str, ...],
    period: str | None,
    allow_outside: bool,
    output: Path | None,
    overwrite: bool,
    resume: bool,
    every: float,
    no_report: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Compute CASE hour by hour, write the results and a report of them.

    Prints the result folder on stdout; progress and the ten most important lines on stderr.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other")
    from heatsym.analysis.summary import ten_lines
    from heatsym.case.load import load
    from heatsym.results.store import check_folder, interrupted
    from heatsym.simulation import write_into

    folder = output or default_folder(case_file, scenario)
    check_folder(folder, overwrite)
    log = Log(shown=verbose)
    log(f"heatsym {__version__}: {case_file.name}")
    case = load(case_file, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside)
    log(f"read {case.about.name}: {plural(case.axis.steps, 'step')} of {case.axis.step} s")
    if not quiet:
        announce(case)

        if resume and interrupted(folder) is None:
            say(f"no interrupted run into {folder}: starting from the beginning")
        elif not resume and interrupted(folder) is not None:
            say(f"an interrupted run into {folder} is not gone on with: --resume would")

    judged: list[tuple[list[str], int]] = []

    def told(result: Computed) -> str:
        log("computed")
        judged.append(judge(result))
        lines = (*ten_lines(result.summary), *result.summary["warnings"], *judged[-1][0])
        for line in dict.fromkeys(lines):
            log.keep(line)
        return log.text

    try:
        with closing(Progress(shown=not quiet)) as progress:
            _, figures = write_into(
                folder,
                case,
                overwrite=overwrite,
                resume=resume,
                checkpoint_every=every,
                beside=True,
                progress=progress,
                command=("heatsym", *sys.argv[1:]),
                log=told,
            )
    except (KeyboardInterrupt, AccessError):
        if interrupted(folder) is not None:
            say("the run can go on from its last checkpoint: give the same command with --resume")
        raise
    lines = ten_lines(figures)
    failures, status = judged[-1]

    if not quiet:
        for line in lines:
            say(line)
    if not no_report:
        from heatsym.report.page import write_report

        report = write_report(folder)
        if not quiet:
            say(f"report           {report}")
    for failure in failures:
        say(f"error: {failure}")
    click.echo(folder)
    ctx.exit(status)


def default_folder(case_file: Path, scenario: str | None) -> Path:
    """``results/town`` or ``results/town-cold`` in the current folder."""
    return Path("results") / (f"{case_file.stem}-{scenario}" if scenario else case_file.stem)


def judge(result: Computed) -> tuple[list[str], int]:
    """What is wrong with results that were computed all the same, and the exit status."""
    from heatsym.results.balance import violations

    unbalanced = violations(result.results)
    unconverged = result.summary["convergence"]["unconverged_steps"]
    if unbalanced:
        return unbalanced, CHECK_FAILED
    if unconverged > TOLERATED_SHARE * result.summary["steps"]:
        return [f"{plural(unconverged, 'step')} did not converge"], UNCONVERGED
    return [], 0
