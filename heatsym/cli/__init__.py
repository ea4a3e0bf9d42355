"""The command line: one file per command, imported when it is called for.

Importing this package costs click and nothing else, so that ``heatsym --help`` answers at once.
"""

from __future__ import annotations

import gc
import os
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

import click

from heatsym import __version__
from heatsym.cli.failures import exit_statuses

COMMANDS = (
    "init",
    "check",
    "run",
    "curve",
    "pareto",
    "report",
    "compare",
    "outages",
    "plot",
    "export",
    "import",
    "info",
    "schema",
    "explain",
    "warmup",
    "doctor",
)

SELDOM: Final = (500_000, 30, 30)
"""Thresholds of the garbage collector in a process of our own; Python's own start at 700."""


class LazyGroup(click.Group):
    """Finds a command in the module of its name; turns what went wrong into an exit status."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a program: the process is ours, and short.

        Hundreds of modules are loaded and nothing that they made goes before the end: looking for garbage
        among them took a third of a second, and once more as long when the process ends. The threads of
        OpenBLAS, for which nothing here is large enough, took as long again in waiting for each other.
        """
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        gc.set_threshold(*SELDOM)
        try:
            return super().__call__(*args, **kwargs)
        finally:
            gc.freeze()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module = "import_" if cmd_name == "import" else cmd_name  # a word of the language
        command: click.Command = import_module(f"heatsym.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest name for one that is unknown."""
        if args[0] not in COMMANDS:
            near = get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"no command {args[0]!r}" + (f"; did you mean {near[0]}?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with exit_statuses(ctx):
            return super().invoke(ctx)


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="heatsym")
def main() -> None:
    """Hour-by-hour simulation of surplus heat in district heating networks.

    \b
    heatsym init town                             a small working project
    heatsym run town/configs/harbour_town.toml    a year of hourly balances, and a report
    """
