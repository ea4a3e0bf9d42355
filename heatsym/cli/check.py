"""``heatsym check``: every problem of a case at once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import click

from heatsym.cli.console import plural, say, say_problems
from heatsym.cli.failures import CHECK_FAILED
from heatsym.cli.options import case_arguments
from heatsym.errors import InputError, Problem


@click.command("check")
@case_arguments
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help=f"Leave with status {CHECK_FAILED} where there are warnings.")
@click.pass_context
def command(
    ctx: click.Context,
    case_file: Path,
    scenario: str | None,
    overrides: tuple[str, ...],
    period: str | None,
    allow_outside: bool,
    form: str,
    strict: bool,
) -> None:
    """Read CASE and all its files, and name every problem."""
    from heatsym.case.load import load
    from heatsym.engine.prepare import prepare

    problems: Sequence[Problem]
    try:
        case = load(
            case_file, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside
        )
        approximations = prepare(case).warnings
        problems = [*case.warnings, *(Problem("HS505", text, severity="warning") for text in approximations)]
    except InputError as error:
        problems = error.problems
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(problem) for problem in problems], indent=2))
    else:
        say_problems(problems)
        say(verdict(problems))
    if any(problem.severity == "error" for problem in problems):
        ctx.exit(InputError.exit_status)
    if strict and problems:
        ctx.exit(CHECK_FAILED)


def verdict(problems: Sequence[Problem]) -> str:
    """``2 errors, 1 warning``, or that nothing was found."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    parts = [plural(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count]
    return ", ".join(parts) or "no problems"
