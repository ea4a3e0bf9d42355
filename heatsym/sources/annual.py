"""From the heat of a year to power in each step, by a profile of hours, days and months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.tables import read_table

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def profile_weights(axis: TimeAxis, profile: str) -> FloatArray:
    """Heat in each step relative to full power, by a packaged profile.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps; hours, weekdays and months are local and those in which a step begins.
    profile : str
        Its name in the packaged table.

    Returns
    -------
    array, shape (time,)
        Within the hours of the day 1, else the rest, times the factor of the month. [-]

    References
    ----------
    .. [1] Packaged table of profiles, planning values.
    """
    (row,) = (row for row in read_table("stream_profiles") if row["profile"] == profile)
    spans = {day: (int(row[f"{day}_from_h"]), int(row[f"{day}_to_h"])) for day in _DAYS}
    by_hour = np.full((7, 24), float(row["rest"]))
    for weekday in range(7):
        begin, end = spans[_DAYS[max(0, weekday - 4)]]
        by_hour[weekday, begin:end] = 1.0
    by_month = np.array([float(row[month]) for month in MONTHS])
    return np.asarray(by_hour[axis.weekday, axis.hour] * by_month[axis.month - 1])


_DAYS = ("weekday", "saturday", "sunday")


def calendar_year(year: int, timezone: str) -> TimeAxis:
    """The hours of a local calendar year."""
    zone = ZoneInfo(timezone)
    first, last = (int(datetime(y, 1, 1, tzinfo=zone).timestamp()) for y in (year, year + 1))
    return TimeAxis(np.datetime64(first, "s"), 3600, (last - first) // 3600, timezone)


def power_of_year(axis: TimeAxis, heat: float, weights: Callable[[TimeAxis], FloatArray]) -> FloatArray:
    r"""Power in each step of a source of which the heat of a year is known.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    heat : float
        Heat of a local calendar year. [J]
    weights : function of TimeAxis
        Power relative to any scale, for the steps of an axis, (time,). [-]

    Returns
    -------
    array, shape (time,)
        Power; a run over a whole calendar year has exactly its heat, whether that has 365 or 366 days, and
        a part of it the part that falls there. Zero in a year without any weight. [W]

    Notes
    -----
    .. math:: P_t = Q \frac{w_t}{3600 \sum_{h \in year} w_h}

    References
    ----------
    .. [1] Derived here.
    """
    own = weights(axis)
    power = np.zeros(axis.steps)
    of_step = axis.local.astype("datetime64[Y]").astype(np.int64) + 1970
    for year in np.unique(of_step).tolist():
        whole = float(weights(calendar_year(year, axis.timezone)).sum()) * 3600.0
        inside = of_step == year
        if whole > 0.0:
            power[inside] = heat * own[inside] / whole
    return power
