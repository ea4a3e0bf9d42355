"""Declare a parameter once: name, unit, range and meaning.

The case loader, the validator, the JSON schema and ``heatsym explain`` all read these
declarations; nothing else lists the keys of a case file. Values are held in the declared
unit (SI, and degC for temperatures); case files spell the unit in the key.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

_KEY = "heatsym"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit.

    ``low`` and ``high`` are inclusive, ``above`` is an exclusive lower bound; ``varies`` says
    that a series, a monthly list or a curve over outdoor temperature is welcome too.
    """

    unit: str
    meaning: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    varies: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A string, one of ``choices`` where these are given; ``optional`` if it may be None."""

    meaning: str
    choices: tuple[str, ...] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    meaning: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number (a count, a nominal diameter)."""

    meaning: str
    low: int | None = None
    high: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """A local date or date and time."""

    meaning: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Paths:
    """One file path, or a list of them, relative to the case file; held as a tuple of strings."""

    meaning: str
    many: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """A table of strings by string; held as a tuple of pairs."""

    meaning: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A nested table of class ``cls``; a list of them if ``many``. The word ``instead`` means None.

    A list of numbers alone may stand in a CSV table, if ``table``: a row for each, a column for each number.
    """

    cls: type
    meaning: str
    many: bool = False
    key: str | None = None
    instead: str | None = None
    table: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """Filled by the loader (arrays, provenance); never a key of the case file."""

    meaning: str
    key: str | None = None


Spec = Quantity | Text | Flag | Whole | Date | Paths | Names | Part | Hidden


def _field(spec: Spec, default: Any) -> Any:
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata={_KEY: spec})
    return dataclasses.field(default=default, metadata={_KEY: spec})


def quantity(
    unit: str,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    varies: bool = False,
    default: Any = dataclasses.MISSING,
    key: str | None = None,
) -> Any:
    """Declare a number; see :class:`Quantity`. ``unit`` is "1" for a fraction or factor."""
    return _field(Quantity(unit, meaning, low, high, above, varies, key), default)


def text(
    meaning: str,
    *,
    choices: tuple[str, ...] | None = None,
    default: Any = dataclasses.MISSING,
    key: str | None = None,
) -> Any:
    """Declare a string; see :class:`Text`."""
    return _field(Text(meaning, choices, key), default)


def flag(meaning: str, *, default: Any = dataclasses.MISSING, key: str | None = None) -> Any:
    """Declare a yes or no."""
    return _field(Flag(meaning, key), default)


def whole(
    meaning: str,
    *,
    low: int | None = None,
    high: int | None = None,
    default: Any = dataclasses.MISSING,
    key: str | None = None,
) -> Any:
    """Declare a whole number; see :class:`Whole`."""
    return _field(Whole(meaning, low, high, key), default)


def date(meaning: str, *, default: Any = dataclasses.MISSING, key: str | None = None) -> Any:
    """Declare a local date or date-time."""
    return _field(Date(meaning, key), default)


def paths(
    meaning: str, *, many: bool = False, default: Any = dataclasses.MISSING, key: str | None = None
) -> Any:
    """Declare a file path, or a list of them; see :class:`Paths`."""
    return _field(Paths(meaning, many, key), default)


def names(meaning: str, *, default: Any = dataclasses.MISSING, key: str | None = None) -> Any:
    """Declare a table of strings; see :class:`Names`."""
    return _field(Names(meaning, key), default)


def part(
    cls: type,
    meaning: str,
    *,
    many: bool = False,
    default: Any = dataclasses.MISSING,
    key: str | None = None,
    instead: str | None = None,
    table: bool = False,
) -> Any:
    """Declare a nested table, or a list of tables; see :class:`Part`."""
    return _field(Part(cls, meaning, many, key, instead, table), default)


def hidden(meaning: str, *, default: Any = dataclasses.MISSING) -> Any:
    """Declare a field that the loader fills."""
    return _field(Hidden(meaning), default)


def specs(cls: type) -> dict[str, tuple[Spec, Any]]:
    """Specification and default (``dataclasses.MISSING`` if required) of each field, by field name."""
    return {f.name: (f.metadata[_KEY], f.default) for f in dataclasses.fields(cls) if _KEY in f.metadata}
