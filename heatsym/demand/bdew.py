"""Standard heat load profiles of BDEW, VKU and GEODE: daily heat from outdoor air, hours from habit.

The guideline's sigmoid form, without the linear part that SigLinDe adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from heatsym.demand.calendar import day_type
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis
from heatsym.interfaces.profile import DailyAir
from heatsym.tables import read_table

RESIDENTIAL = ("EFH", "MFH")  # profiles by building class
PROFILE_OF_KIND = {"house": "EFH", "flats": "MFH", "trade": "GHD"}
CLASS_OF_GERMANY = 11  # building class of the whole stock
DAYS_OF_YEAR = 365  # an annual sum is that of as many mean days

_WEIGHTS = np.array([0.125, 0.25, 0.5, 1.0])  # three days ago .. today
_UPPER_ENDS = np.arange(-15.0, 26.0, 5.0)  # of all intervals of allocation temperature but the last
_THETA_0 = 40.0


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Tables of some profiles, profile last: sigmoid (profile,), weekdays (7, p), hours (10, 7, 24, p)."""

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray
    weekday: FloatArray
    hour: FloatArray


def profile_names() -> tuple[str, ...]:
    """Published profiles, in the order of the table."""
    return tuple(row["profile"] for row in read_table("bdew_weekdays"))


@cache
def coefficients(profiles: tuple[tuple[str, int], ...], windy: bool) -> Coefficients:
    """Coefficients of (profile, building class) pairs; the class is 0 where it does not apply."""
    wind = "1" if windy else "0"
    sigmoid = {
        (row["profile"], int(row["building_class"])): [float(row[key]) for key in "abcd"]
        for row in read_table("bdew_sigmoid")
        if row["windy"] == wind
    }
    a, b, c, d = np.array([sigmoid[pair] for pair in profiles]).T
    days = {row["profile"]: list(row.values())[1:8] for row in read_table("bdew_weekdays")}
    weekday = np.array([days[name] for name, _ in profiles], dtype=float).T
    hour = np.stack([_hour_factors(name)[building_class] for name, building_class in profiles], axis=-1)
    return Coefficients(a, b, c, d, weekday, hour)


@cache
def _hour_factors(profile: str) -> dict[int, FloatArray]:
    """Shares of the day of a profile by building class; shape (interval 10, weekday 7, hour 24)."""
    factors: dict[int, FloatArray] = {}
    for row in read_table("bdew_hours"):
        if row["profile"] != profile:
            continue
        building_class, weekday, hour, *shares = map(int, list(row.values())[1:])
        table = factors.setdefault(building_class, np.full((10, 7, 24), np.nan))
        table[:, slice(None) if weekday == 0 else slice(weekday - 1, weekday), hour] = (
            np.array(shares, dtype=float)[:, None] / 1e4
        )
    return factors


def allocation_temperature(t_day: FloatArray) -> FloatArray:
    r"""Air temperature that a day's heat follows: buildings remember three days.

    Parameters
    ----------
    t_day : array, shape (day,)
        Mean outdoor air of consecutive days. [degC]

    Returns
    -------
    array, shape (day - 3,)
        Allocation temperature of the fourth and later days. [degC]

    Notes
    -----
    .. math:: \theta = \frac{T_d + T_{d-1}/2 + T_{d-2}/4 + T_{d-3}/8}{1 + 1/2 + 1/4 + 1/8}

    References
    ----------
    .. [1] demandlib documentation, BDEW load profiles, geometric series, after BDEW, VKU, GEODE:
       Abwicklung von Standardlastprofilen Gas, 2011.
    """
    windows = np.lib.stride_tricks.sliding_window_view(t_day, len(_WEIGHTS))
    return np.asarray(windows @ _WEIGHTS / _WEIGHTS.sum())


def relative_daily_heat(t_allocation: FloatArray, table: Coefficients) -> FloatArray:
    r"""Heat of a day relative to a day near 8 degC, before the factor of its weekday.

    Parameters
    ----------
    t_allocation : array, shape (day,)
        Allocation temperature. [degC]
    table : Coefficients
        Sigmoid coefficients a, c, d [-] and b [K].

    Returns
    -------
    array, shape (day, profile)
        Relative heat h. [-]

    Notes
    -----
    .. math:: h = \frac{A}{1 + (B / (\theta - 40))^C} + D

    From 40 degC upwards, where the first term has vanished, h is D.

    References
    ----------
    .. [1] demandlib documentation, BDEW load profiles, after BDEW, VKU, GEODE: Abwicklung von
       Standardlastprofilen Gas, 2011, section 4.1.
    """
    below = np.minimum(t_allocation, _THETA_0 - 0.1)[:, None] - _THETA_0
    return np.asarray(table.a / (1.0 + (table.b / below) ** table.c) + table.d)


def annual_shares(
    axis: TimeAxis,
    air: DailyAir,
    profiles: tuple[tuple[str, int], ...],
    *,
    windy: bool = False,
    region: str = "",
) -> FloatArray:
    r"""Power per annual heat in each step.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps; habits are looked up in local time at the start of a step.
    air : DailyAir
        Mean outdoor air of the run's days, and of the days that the annual sum refers to. [degC]
    profiles : tuple of (str, int)
        Profile names with building classes, 0 where that does not apply.
    windy : bool
        Coefficients for places exposed to wind.
    region : str
        Whose public holidays count as Sundays; none if empty.

    Returns
    -------
    array, shape (time, profile)
        Power over annual heat. [1/s]

    Notes
    -----
    The heat of day d is

    .. math:: Q_d = Q_a \frac{h_d F_d}{365 \, \overline{h F}}

    with the mean over the reference days, in weather as read: 365 such days take exactly the annual
    heat, a colder scenario takes more. It is spread over the hours that the day has, 23 to 25, by the
    published shares, which are scaled to add up to one.

    References
    ----------
    .. [1] demandlib documentation, BDEW load profiles, after BDEW, VKU, GEODE: Abwicklung von
       Standardlastprofilen Gas, 2011, section 4.1. The scaling day by day is derived here.
    """
    table = coefficients(profiles, windy)
    reference_weekday = day_type(air.reference_day, region)[3:]
    reference = relative_daily_heat(allocation_temperature(air.reference_t_air), table)
    mean_day = np.mean(reference * table.weekday[reference_weekday], axis=0)

    day, weekday = air.day[3:], day_type(air.day, region)[3:]
    t_allocation = allocation_temperature(air.t_air)
    heat = relative_daily_heat(t_allocation, table) * table.weekday[weekday] / (DAYS_OF_YEAR * mean_day)
    shares = table.hour[np.searchsorted(_UPPER_ENDS, t_allocation), weekday]  # (day, hour, profile)
    present = np.einsum("dh,dhp->dp", hours_present(axis), shares)
    hourly = shares * (heat / present)[:, None, :] / 3600.0
    return np.asarray(hourly[(axis.day - day[0]).astype(np.int64), axis.hour])


def hours_present(axis: TimeAxis) -> FloatArray:
    """How long each hour of the clock lasts in each local day of a run; shape (day, 24). [h]"""
    half_hours = axis.whole_days(step=1800)  # clocks change by half hours
    day: IntArray = (half_hours.day - half_hours.day[0]).astype(np.int64)
    count = np.bincount(day * 24 + half_hours.hour, minlength=24 * (int(day[-1]) + 1))
    return count.reshape(-1, 24) / 2.0
