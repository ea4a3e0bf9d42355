"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def case_arguments(function: Command) -> Command:
    """The case file and what changes it for this one call."""
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
        click.argument("case_file", metavar="CASE", type=click.Path(path_type=Path, readable=False)),
    ):
        function = decorate(function)
    return function
