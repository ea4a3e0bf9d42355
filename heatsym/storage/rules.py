"""When a storage takes and gives heat: cheap hours, and seasons of the year."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from heatsym.interfaces.axis import BoolArray, TimeAxis
from heatsym.interfaces.exchange import Fault, Storage
from heatsym.storage.common import basis, default

SEASONS = ("charge_season", "discharge_season")
OF_CHEAP_HOURS = ("cheap_share", "cheap_window", "round_trip")


class Rules(Protocol):
    """A storage that has rules."""

    @property
    def charge_when(self) -> str:
        """``surplus`` or ``cheap``."""

    @property
    def cheap_share(self) -> float | None:
        """Part of the hours ahead that count as cheap; None for the usual one. [-]"""

    @property
    def cheap_window(self) -> float | None:
        """How far ahead costs are compared; None for the usual time. [s]"""

    @property
    def round_trip(self) -> float | None:
        """Heat given over heat taken; None for the usual share. [-]"""

    @property
    def charge_season(self) -> tuple[str, ...]:
        """First and last day of every year on which it is charged; empty for all of it."""

    @property
    def discharge_season(self) -> tuple[str, ...]:
        """First and last day of every year on which it gives heat; empty for all of it."""


class CheapHours(NamedTuple):
    """Which hours are cheap, and what comes back of the heat that they bring."""

    share: float  # part of the hours ahead [-]
    window: float  # how far ahead [s]
    round_trip: float  # heat given over heat taken [-]


def cheap_hours(storage: Storage) -> CheapHours | None:
    """The rule of a storage that is charged in cheap hours; None for one that waits for surplus heat."""
    if getattr(storage, "charge_when", "surplus") != "cheap":
        return None
    given = (getattr(storage, name) for name in OF_CHEAP_HOURS)
    usual = (
        default("any", "cheap_share"),
        default("any", "cheap_window") * 3600.0,
        default("any", "round_trip"),
    )
    return CheapHours(*(one if at is None else at for at, one in zip(given, usual, strict=True)))


def open_season(storage: Storage, name: str, axis: TimeAxis) -> BoolArray:
    """Whether a storage may be charged (``charge_season``) or discharged in each step; (time,)."""
    span: tuple[str, ...] = getattr(storage, name, ())
    if not span:
        return np.ones(axis.steps, dtype=bool)
    first, last = (_day(text, end) for text, end in zip(span, (False, True), strict=True))
    assert first is not None  # see rule_faults
    assert last is not None
    month = axis.day.astype("datetime64[M]")
    day = (axis.day - month.astype("datetime64[D]")).astype(np.int64) + 1
    date, begin, end = 100 * axis.month + day, 100 * first[0] + first[1], 100 * last[0] + last[1]
    within = (date >= begin, date <= end)
    return np.asarray(within[0] & within[1] if begin <= end else within[0] | within[1])


def rule_basis(storage: Rules, name: str) -> Iterator[str]:
    """What is taken of cheap hours where the case does not say it."""
    if storage.charge_when == "cheap":
        missing = [key for key in OF_CHEAP_HOURS if getattr(storage, key) is None]
        yield from basis("any", name, dict.fromkeys(missing))


def rule_faults(storage: Rules) -> Iterator[Fault]:
    """Seasons that are none, and what means nothing without cheap hours."""
    for name in SEASONS:
        span: tuple[str, ...] = getattr(storage, name)
        if span and (len(span) != 2 or None in (_day(span[0], False), _day(span[-1], True))):
            hint = 'write first and last day, ["04-01", "09-30"], or months, ["04", "09"]'
            yield Fault(name, "HS811", f"{', '.join(span)} is no part of every year", hint)
    if storage.charge_when != "cheap":
        for key in OF_CHEAP_HOURS:
            if getattr(storage, key) is not None:
                hint = 'write charge_when = "cheap", or remove it'
                yield Fault(key, "HS813", "means nothing without cheap hours", hint)


def _day(written: str, end: bool) -> tuple[int, int] | None:
    """Month and day of ``04-01``, or of ``04`` its first or last day; None if no year has it."""
    month, _, day = written.partition("-")
    if not month.isdecimal() or not 1 <= int(month) <= 12:
        return None
    last = monthrange(2000, int(month))[1]  # of a leap year
    if not day:
        return (int(month), last if end else 1) if "-" not in written else None
    if not day.isdecimal() or not 1 <= int(day) <= last:
        return None
    return int(month), int(day)
