"""The time axis: equal steps in UTC, with the local calendar beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
TimeArray = NDArray[np.datetime64]


def local_time(utc: TimeArray, timezone: str) -> TimeArray:
    """Wall-clock times of UTC instants in an IANA zone, as naive ``datetime64[s]``; shape as given.

    Offsets are looked up at the ends of every day of UTC and, where these differ, at every instant of
    the day: since 1970 no zone has changed twice within a day.
    """
    utc = utc.astype("datetime64[s]")
    seconds = utc.astype(np.int64)
    zone = ZoneInfo(timezone)
    day = seconds // 86_400
    days = np.unique(day)
    midnights = np.union1d(days, days + 1)
    at_midnight = _utc_offset(midnights * 86_400, zone)
    begin = np.searchsorted(midnights, day)
    offset = np.array(at_midnight[begin])
    changing = offset != at_midnight[begin + 1]
    offset[changing] = _utc_offset(seconds[changing], zone)
    return np.asarray(utc + offset.astype("timedelta64[s]"))


def _utc_offset(epoch_second: IntArray, zone: ZoneInfo) -> IntArray:
    """Local time less UTC at each of some instants, (instant,). [s]"""
    clocks = (datetime.fromtimestamp(second, zone).replace(tzinfo=UTC) for second in epoch_second.tolist())
    return np.array([int(clock.timestamp()) for clock in clocks], dtype=np.int64) - epoch_second


@dataclass(frozen=True)
class TimeAxis:
    """``steps`` intervals of ``step`` seconds from ``start`` (UTC, ``datetime64[s]``).

    Labels are the starts of the steps. ``substeps`` is the number J of thermal substeps within a step.
    """

    start: np.datetime64
    step: int
    steps: int
    timezone: str
    substeps: int = 1

    @cached_property
    def utc(self) -> TimeArray:
        """Start of each step, UTC, ``datetime64[s]``; shape (time,)."""
        first = self.start.astype("datetime64[s]")
        return np.asarray(first + (np.arange(self.steps) * self.step).astype("timedelta64[s]"))

    @cached_property
    def local(self) -> TimeArray:
        """Start of each step in local wall time, naive ``datetime64[s]``; shape (time,)."""
        return local_time(self.utc, self.timezone)

    @cached_property
    def month(self) -> IntArray:
        """Local month 1..12 of each step; shape (time,)."""
        return self.local.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @cached_property
    def hour(self) -> IntArray:
        """Local hour of day 0..23 of each step; shape (time,)."""
        return (self.local.astype("datetime64[h]").astype(np.int64)) % 24

    @cached_property
    def day(self) -> TimeArray:
        """Local calendar day of each step, ``datetime64[D]``; shape (time,)."""
        return self.local.astype("datetime64[D]")

    @cached_property
    def weekday(self) -> IntArray:
        """Local day of the week, Monday 0 .. Sunday 6, of each step; shape (time,)."""
        return (self.day.astype(np.int64) + 3) % 7

    def during(self, first: date | None, last: date | None) -> NDArray[np.bool_]:
        """Whether each step begins in a local period; shape (time,).

        A last day is included, a last instant is not; None is as far as the axis goes.
        """
        inside = np.ones(self.steps, dtype=bool)
        if first is not None:
            inside &= self.local >= np.datetime64(first, "s")
        if last is not None:
            whole_day = not isinstance(last, datetime)
            inside &= self.local < np.datetime64(last, "s") + np.timedelta64(int(whole_day), "D")
        return inside

    def whole_days(self, step: int = 3600, before: int = 0) -> TimeAxis:
        """Axis over every local day that this one touches, and as many days ``before`` as asked."""
        first, last = self.day[0] - np.timedelta64(before, "D"), self.day[-1]
        midnight = self.utc[0] - (self.local[0] - self.day[0])  # up to a change of clocks since then
        start = midnight - np.timedelta64(before + 1, "D")
        days = int((last - first).astype(np.int64)) + 3
        wide = TimeAxis(start, step, days * 86400 // step, self.timezone)
        inside = np.flatnonzero((wide.day >= first) & (wide.day <= last))
        return TimeAxis(wide.utc[inside[0]], step, len(inside), self.timezone)

    @property
    def elapsed(self) -> FloatArray:
        """Seconds from the start of the axis to the start of each step; shape (time,)."""
        return np.arange(self.steps, dtype=np.float64) * self.step

    @property
    def hours(self) -> float:
        """Length of the axis. [h]"""
        return self.steps * self.step / 3600.0
