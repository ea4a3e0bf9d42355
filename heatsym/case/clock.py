"""The case's time axis, from local dates and lengths."""

from __future__ import annotations

import datetime
import difflib
import re
import zoneinfo
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from heatsym.case.settings import Time
from heatsym.interfaces.axis import TimeAxis

MOST_STEPS = 40_000_000  # more than a year in seconds
_LENGTH = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h|d)", re.ASCII)
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Clock:
    """The whole time of the case, and the part of it that is computed.

    Series are laid on ``whole``; ``first`` is the position in it of the first step of ``axis``.
    """

    whole: TimeAxis
    axis: TimeAxis
    first: int = 0


class ClockError(Exception):
    """No axis: the key to blame, reason and hint."""

    def __init__(self, key: str, reason: str, hint: str = "") -> None:
        """Keep the parts apart."""
        super().__init__(reason)
        self.key, self.reason, self.hint = key, reason, hint


def clock_of(time: Time) -> Clock:
    """Axes of the time settings."""
    zone = _zone(time.timezone)
    step = seconds(time.step, "step")
    if step < 1 or 3600 % step:
        raise ClockError("step", f"{time.step!r} does not divide an hour", 'for example "1h", "15min", "10s"')
    start = instant(time.start, zone, "start")
    if (time.days is None) == (time.duration is None):
        raise ClockError("days", "exactly one of days and duration is needed", "e.g. days = 365")
    if time.days is not None:
        naive = _naive(time.start)
        try:
            last = naive + datetime.timedelta(days=time.days)
        except OverflowError:
            raise ClockError("days", "the end lies beyond the year 9999") from None
        tz = time.start.tzinfo if isinstance(time.start, datetime.datetime) else None
        length = instant(last.replace(tzinfo=tz), zone, "days") - start
    else:
        length = seconds(str(time.duration), "duration")
    key = "days" if time.days is not None else "duration"
    steps = _steps(length, step, key)
    whole = TimeAxis(np.datetime64(start, "s"), step, steps, time.timezone, time.substeps)
    if time.period is None:
        return Clock(whole, whole)
    begin, end = period_of(time.period, zone)
    if end <= begin:
        raise ClockError("period", f"{time.period!r} ends before it begins")
    first, after = begin, end
    if first < start or after > start + steps * step:
        span = f"{_local(start, zone)} to {_local(start + steps * step, zone)}"
        raise ClockError(
            "period", f"{time.period!r} is outside the case's time", f"the case lasts from {span}"
        )
    if (first - start) % step or (after - first) % step:
        raise ClockError("period", f"{time.period!r} does not fall on steps of {time.step}")
    part = TimeAxis(np.datetime64(first, "s"), step, (after - first) // step, time.timezone, time.substeps)
    return Clock(whole, part, (first - start) // step)


def _steps(length: int, step: int, key: str) -> int:
    if length <= 0 or length % step:
        raise ClockError(key, f"{length} s is not a whole number of steps of {step} s")
    if length // step > MOST_STEPS:
        raise ClockError(key, f"{length // step} steps are more than {MOST_STEPS}", "use a longer step")
    return length // step


def seconds(text: str, key: str) -> int:
    """Seconds of a length such as ``"15min"``; whole seconds only."""
    found = _LENGTH.fullmatch(text.strip())
    value = float(found.group(1)) * _SECONDS[found.group(2)] if found else float("nan")
    if not value.is_integer() or value > 1e12:
        raise ClockError(
            key, f"{text!r} is not a whole number of seconds", 'write for example "48h", "15min", "10s"'
        )
    return int(value)


def period_of(text: str, zone: ZoneInfo) -> tuple[int, int]:
    """Epoch seconds of ``A/B``: days are both included; times are from A until B."""
    try:
        first, last = text.split("/")
        begin, end = _iso(first), _iso(last)
        if not isinstance(end, datetime.datetime):
            end = end + datetime.timedelta(days=1)
    except (ValueError, OverflowError):
        raise ClockError(
            "period", f"{text!r} is not of the form A/B", "write for example 2025-02-01/2025-02-28"
        ) from None
    return instant(begin, zone, "period"), instant(end, zone, "period")


def instant(local: datetime.date, zone: ZoneInfo, key: str) -> int:
    """Epoch seconds of a local date (midnight) or time; an offset of its own counts."""
    moment = local if isinstance(local, datetime.datetime) else _naive(local)
    if moment.microsecond:
        raise ClockError(key, f"{local} has a fraction of a second")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        epoch = int(aware.timestamp())
        back = datetime.datetime.fromtimestamp(epoch, aware.tzinfo)
    except (OverflowError, ValueError, OSError):
        raise ClockError(key, f"{local} is out of reach") from None
    if not moment.tzinfo and back.replace(tzinfo=None) != moment:
        raise ClockError(key, f"{local} does not exist on the local clock (daylight saving)")
    return epoch


def _naive(local: datetime.date) -> datetime.datetime:
    if isinstance(local, datetime.datetime):
        return local.replace(tzinfo=None)
    return datetime.datetime(local.year, local.month, local.day)


def _local(epoch: int, zone: ZoneInfo) -> str:
    return f"{datetime.datetime.fromtimestamp(epoch, zone):%Y-%m-%dT%H:%M}"


def _iso(text: str) -> datetime.date:
    text = text.strip()
    if len(text) == 10:
        return datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        by_lower = {known.lower(): known for known in zoneinfo.available_timezones()}
        near = difflib.get_close_matches(name.lower(), by_lower, 1, 0.8)
        hint = f"did you mean {by_lower[near[0]]}?" if near else 'for example "Europe/Copenhagen" or "UTC"'
        raise ClockError("timezone", f"{name!r} is not an IANA time zone", hint) from None
