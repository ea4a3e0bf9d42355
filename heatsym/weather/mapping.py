"""From the hours of a weather file to the steps and days of a run.

A value holds for its hour. Steps within an hour take it as it is and a step across two hours their
mean by time, so that means over hours, days and the year do not depend on the step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray, TimeAxis
from heatsym.interfaces.profile import DailyAir
from heatsym.weather.model import WeatherYear

LEAD = 3  # days ahead of a run whose weather still counts

_HOUR = np.timedelta64(3600, "s")
_DAYS_BEFORE_MONTH = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])


def air_temperature(year: WeatherYear, axis: TimeAxis, offset: float) -> tuple[FloatArray, tuple[str, ...]]:
    """Outdoor air in each step, shape (time,), degC, with ``offset`` [K] added; and what to warn of."""
    t_air = on_axis(year, year.t_air, axis)
    if np.isnan(t_air).any():
        raise _not_covered(year, axis)
    warnings: tuple[str, ...] = ()
    if year.test_year and np.any(is_leap_day(_own_time(year, axis))):
        warnings = ("29 February repeats the weather of the 28th: test years have no leap day",)
    return t_air + offset, warnings


def daily_air(year: WeatherYear, axis: TimeAxis, offset: float) -> DailyAir:
    """Mean outdoor air of a run's local days, with ``offset`` [K], and of the days an annual sum refers to.

    These are the 365 days from the run's first for a test year, and all days of any other file. Days
    ahead of a file repeat its first.
    """
    day, t_air, _ = _daily_means(year, axis.whole_days(before=LEAD))
    ahead = int(np.argmax(np.isfinite(t_air)))
    t_air[: min(ahead, LEAD)] = t_air[ahead]
    if np.isnan(t_air).any():
        raise _not_covered(year, axis)
    if year.test_year:
        period = TimeAxis(axis.utc[0], 3600, 366 * 24, axis.timezone)
        reference_day, reference, _ = _daily_means(year, period.whole_days(before=LEAD))
        reference_day, reference = reference_day[: LEAD + 365], reference[: LEAD + 365]
    else:
        start = year.start[0] - np.timedelta64(round(year.utc_offset * 3600), "s")
        period = TimeAxis(start, 3600, len(year.start), axis.timezone)
        reference_day, reference, hours = _daily_means(year, period.whole_days(before=LEAD))
        known = np.flatnonzero(hours >= min(12, hours.max()))  # a zone cuts off hours at either end
        reference[known[0] - LEAD : known[0]] = reference[known[0]]
        within = slice(known[0] - LEAD, known[-1] + 1)
        reference_day, reference = reference_day[within], reference[within]
    return DailyAir(day, t_air + offset, reference_day, reference)


def hour_of_test_year(stamp: TimeArray) -> IntArray:
    """Hour 0 to 8759 of a year of 365 days by month, day and hour; 29 February counts as the 28th."""
    month = stamp.astype("datetime64[M]")
    day = (stamp.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    number = month.astype(np.int64) % 12
    day = np.where((number == 1) & (day == 28), 27, day)
    hour = stamp.astype("datetime64[h]").astype(np.int64) % 24
    return np.asarray((_DAYS_BEFORE_MONTH[number] + day) * 24 + hour)


def _own_time(year: WeatherYear, axis: TimeAxis) -> TimeArray:
    """Start of each step in the fixed zone of the file."""
    return axis.utc + np.timedelta64(round(year.utc_offset * 3600), "s")


def hours_of_steps(year: WeatherYear, axis: TimeAxis) -> tuple[TimeArray, TimeArray, FloatArray]:
    """First and last hour, in the file's zone, that steps of at most an hour touch, and the first's share."""
    begin = _own_time(year, axis)
    end = begin + np.timedelta64(axis.step - 1, "s")
    first, last = begin.astype("datetime64[h]"), end.astype("datetime64[h]")
    return first, last, np.minimum((first + 1 - begin) / np.timedelta64(axis.step, "s"), 1.0)


def at_hour(year: WeatherYear, values: FloatArray, hour: TimeArray) -> FloatArray:
    """Some of the file's ``values`` in whole hours of its zone; NaN where the file has none."""
    if year.test_year:
        return np.asarray(values[hour_of_test_year(hour)], dtype=float)
    position = (hour - year.start[0].astype("datetime64[h]")).astype(np.int64)
    inside = (position >= 0) & (position < len(values))
    return np.where(inside, values[np.where(inside, position, 0)], np.nan)


def on_axis(year: WeatherYear, values: FloatArray, axis: TimeAxis) -> FloatArray:
    """Some of the file's ``values`` in each step of at most an hour; NaN where the file has none."""
    first, last, share = hours_of_steps(year, axis)
    a, b = at_hour(year, values, first), at_hour(year, values, last)
    return np.where(first == last, a, share * a + (1 - share) * b)


def _daily_means(year: WeatherYear, hours: TimeAxis) -> tuple[TimeArray, FloatArray, FloatArray]:
    """Local days of an hourly axis, the mean of their known air [degC] and how many hours of it are known."""
    t_air = on_axis(year, year.t_air, hours)
    known = np.isfinite(t_air)
    day, position = np.unique(hours.day, return_inverse=True)
    count = np.bincount(position, known.astype(float), len(day))
    total = np.bincount(position, np.where(known, t_air, 0.0), len(day))
    mean = np.full(len(day), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return day, mean, np.asarray(count, dtype=float)


def is_leap_day(stamp: TimeArray) -> NDArray[np.bool_]:
    """Whether a stamp lies in 29 February."""
    month = stamp.astype("datetime64[M]")
    day = (stamp.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return np.asarray((month.astype(np.int64) % 12 == 1) & (day == 28))


def _not_covered(year: WeatherYear, axis: TimeAxis) -> InputError:
    first, last = str(year.start[0])[:10], str(year.start[-1])[:10]
    reason = f"{year.title} covers {first} to {last}, the run {axis.day[0]} to {axis.day[-1]}"
    hint = "weather.typical = true takes it by month, day and hour, whatever its year"
    return InputError([Problem("HS408", reason, "weather", hint)])
