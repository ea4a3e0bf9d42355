"""What can go wrong, as data: problem records and four exception classes.

An exception carries its exit status, so that the command line needs no table of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about the input, complete enough to be mended without a manual.

    ``code`` is looked up by ``heatsym explain``; ``where`` is the key or column, e.g.
    ``network.supply_temperature_degC`` or ``column dn, pipe P17``; ``line`` counts from 1
    as an editor or spreadsheet shows it. ``severity`` is ``"error"`` or ``"warning"``.
    """

    code: str
    reason: str
    where: str = ""
    hint: str = ""
    file: str = ""
    line: int | None = None
    severity: str = "error"

    def __str__(self) -> str:
        """One line: ``error[HS103] town.toml:14  network.x: reason; hint``."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        head = f"{self.severity}[{self.code}]" + (f" {place}" if place else "")
        body = f"{self.where}: {self.reason}" if self.where else self.reason
        return f"{head}  {body}" + (f"; {self.hint}" if self.hint else "")


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems without repeats, sorted by file and line."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: (p.file, p.line or 0, p.code, p.where))


class HeatsymError(Exception):
    """Anything heatsym raises on purpose."""

    exit_status = 1


class InputError(HeatsymError):
    """The case, or a file that it names, cannot be used as it is; carries every problem found."""

    exit_status = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order in which a reader meets them."""
        self.problems = in_reading_order(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class AccessError(HeatsymError):
    """The machine says no: unreadable case file, no permission, no space, extra not installed."""

    exit_status = 4


class OutputExistsError(HeatsymError):
    """The output folder holds something already and may not be replaced."""

    exit_status = 2
