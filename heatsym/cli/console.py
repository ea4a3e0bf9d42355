"""What a person sees while a command works: text, problems and progress, all on stderr."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

import click

from heatsym.errors import Problem

if TYPE_CHECKING:
    from heatsym.case.model import Case

SHOWN_PROBLEMS = 20
COMPILING = "compiling the engine, once after installation: about a minute"
_COLOURS = {"error": "red", "warning": "yellow"}


def say(text: str = "") -> None:
    """One line on stderr."""
    click.echo(text, err=True, color=_colour())


def say_problems(problems: Iterable[Problem]) -> None:
    """The first problems, a line each, and how many are left."""
    problems = tuple(problems)
    for problem in islice(problems, SHOWN_PROBLEMS):
        say(styled(problem))
    if len(problems) > SHOWN_PROBLEMS:
        say(f"... and {len(problems) - SHOWN_PROBLEMS} more")


def announce(case: Case) -> None:
    """What to know before a case is computed: its warnings, and that the engine is compiled first."""
    from heatsym.engine.compiled import is_compiled

    say_problems(case.warnings)
    if case.engine.kind == "compiled" and not is_compiled():
        say(COMPILING)


def styled(problem: Problem) -> str:
    """A problem with its severity coloured."""
    head, bracket, rest = str(problem).partition("[")
    return click.style(head, fg=_COLOURS[problem.severity], bold=True) + bracket + rest


def plural(count: int, noun: str, many: str = "") -> str:
    """``1 problem``, ``2 problems``; ``many`` where an s is not enough."""
    return f"{count} {noun}" if count == 1 else f"{count} {many or noun + 's'}"


def _colour() -> bool | None:
    """Click's own choice (a terminal), never where NO_COLOR is set."""
    return False if os.environ.get("NO_COLOR") else None


class Log:
    """What happened when, in seconds from the start; becomes ``run.log``."""

    def __init__(self, shown: bool) -> None:
        """Start the clock; ``shown`` says each line on stderr, too."""
        self._start = time.monotonic()
        self._shown = shown
        self._lines: list[str] = []

    def __call__(self, text: str) -> None:
        """Add a line and show it where asked for."""
        self.keep(text)
        if self._shown:
            say(self._lines[-1])

    def keep(self, text: str) -> None:
        """Add a line that is said elsewhere."""
        self._lines.append(f"{time.monotonic() - self._start:9.2f} s  {text}")

    @property
    def text(self) -> str:
        """All lines."""
        return "".join(f"{line}\n" for line in self._lines)


class Progress:
    """Called with the share of a round done and a short text.

    A bar on a terminal, a line per tenth elsewhere. A share that falls begins the next round.
    """

    def __init__(self, shown: bool) -> None:
        """Start the clock; ``shown`` False keeps silent."""
        self._start = self._round = time.monotonic()
        self._shown = shown
        self._terminal = shown and sys.stderr.isatty()
        self._drawn = 0.0
        self._share = 0.0

    def __call__(self, share: float, text: str) -> None:
        """Show where the run is."""
        now = time.monotonic()
        if share < self._share:
            self._round, self._share = now, 0.0
        tenth = int(share * 10) > int(self._share * 10)
        self._share = share
        if self._terminal and (share >= 1 or now - self._drawn >= 0.1):
            self._drawn = now
            line = f"{bar(share, 24)} {share:4.0%}  {text}  {self._clock(now)}"
            click.echo("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1], err=True, nl=False)
        elif self._shown and not self._terminal and tenth:
            say(f"{share:4.0%}  {text}  {self._clock(now)}")

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._terminal:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _clock(self, now: float) -> str:
        elapsed = f"elapsed {duration(now - self._start)}"
        if not 0 < self._share < 1:
            return elapsed
        return f"{elapsed}, remaining {duration((now - self._round) * (1 - self._share) / self._share)}"


def bar(share: float, width: int) -> str:
    """``[#####-----]``."""
    full = round(min(max(share, 0.0), 1.0) * width)
    return "[" + "#" * full + "-" * (width - full) + "]"


def duration(seconds: float) -> str:
    """``0:07``, ``12:30`` or ``1:02:03``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
