"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def case_changes(function: Command) -> Command:
    """What changes a case for this one call."""
    for decorate in (
        click.option("--allow-outside", is_flag=True, help="Let the case read files outside its project."),
        click.option(
            "--period",
            metavar="A/B",
            help="Local days from A to B, both included, instead of the whole case.",
        ),
        click.option(
            "-s",
            "--set",
            "overrides",
            multiple=True,
            metavar="KEY=VALUE",
            help="Replace a value, e.g. source.works.power_kW=500; may be repeated.",
        ),
        click.option("--scenario", metavar="NAME", help="Apply [scenario.NAME] of the case file."),
    ):
        function = decorate(function)
    return function


def case_arguments(function: Command) -> Command:
    """The case file and what changes it for this one call."""
    case = click.argument("case_file", metavar="CASE", type=click.Path(path_type=Path, readable=False))
    return case(case_changes(function))


parallel = click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Runs at the same time; default all processors.",
)
"""How many runs a command computes beside each other."""

PERIODS = ("min", "5min", "15min", "h", "D", "W", "MS")
"""What results can be gathered over; named here, too, so that ``--help`` imports nothing heavy."""


def result_part(function: Command) -> Command:
    """Which objects of a run, and over which periods."""
    for decorate in (
        click.option(
            "--resample",
            "period",
            type=click.Choice(PERIODS),
            help="Gather over minutes (min, 5min, 15min), hours (h), local days (D), weeks from Monday (W)"
            " or months (MS): means by time, temperatures of flowing water by mass flow, stocks at the end,"
            " flags their largest.",
        ),
        click.option(
            "--select",
            "choices",
            multiple=True,
            metavar="DIMENSION=NAME,...",
            help="Only these objects, e.g. source=works or pipe=P12,P13; may be repeated.",
        ),
    ):
        function = decorate(function)
    return function
