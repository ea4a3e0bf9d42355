"""Problems found while a case is read; reading goes on after each, so that all are told at once."""

from __future__ import annotations

from typing import TypedDict, Unpack

from heatsym.case.codes import CODES
from heatsym.errors import InputError, Problem


class Place(TypedDict, total=False):
    """Where a problem is, and its remedy."""

    where: str
    hint: str
    file: str
    line: int | None


class Findings:
    """Collects problems; errors stop the load at its end, warnings go along with the case."""

    def __init__(self) -> None:
        """Nothing found yet."""
        self.problems: list[Problem] = []

    def error(self, code: str, reason: str, **place: Unpack[Place]) -> None:
        """Note something that must be mended."""
        self._add(code, reason, "error", place)

    def warning(self, code: str, reason: str, **place: Unpack[Place]) -> None:
        """Note something that the reader of the results should know."""
        self._add(code, reason, "warning", place)

    def _add(self, code: str, reason: str, severity: str, place: Place) -> None:
        assert code in CODES, code
        where, hint = _plain(place.get("where", "")), _plain(place.get("hint", ""))
        file, line = place.get("file", ""), place.get("line")
        self.problems.append(Problem(code, _plain(reason), where, hint, file, line, severity))

    @property
    def failed(self) -> bool:
        """Whether an error was found."""
        return any(p.severity == "error" for p in self.problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Distinct warnings in the order found."""
        return tuple(dict.fromkeys(p for p in self.problems if p.severity == "warning"))

    def raise_errors(self) -> None:
        """Raise :class:`InputError` with everything found if any of it is an error."""
        if self.failed:
            raise InputError(self.problems)


def _plain(text: str) -> str:
    """Text without control characters, which a name or a cell may smuggle into a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def shown(value: object, limit: int = 60) -> str:
    """A value as it may stand in a message."""
    text = repr(value) if isinstance(value, str) else f"{value}"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def listed(names: list[str] | tuple[str, ...], limit: int = 12) -> str:
    """Names with commas, cut where there are many."""
    head = ", ".join(names[:limit])
    return head if len(names) <= limit else f"{head} and {len(names) - limit} more"
