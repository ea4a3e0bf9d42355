"""Heat by degree days: space heat on days below a heating limit, hot water the year round."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from heatsym.demand.bdew import DAYS_OF_YEAR, hours_present
from heatsym.demand.calendar import day_type
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.profile import DailyAir
from heatsym.tables import read_table

HABITS = ("homes", "other")
"""Whose hours of the day: dwellings, or offices, schools, shops and the like."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True, order=True)
class DegreeDays:
    """A rule for the heat of a day.

    Days with a mean below ``heating_limit`` are heated to ``room`` [degC]; ``hot_water_share`` of the heat
    of a year is the same on every day [-]; ``habits`` is one of :data:`HABITS`.
    """

    heating_limit: float = 15.0
    room: float = 20.0
    hot_water_share: float = 0.15
    habits: str = "homes"


@cache
def _hours() -> dict[str, FloatArray]:
    """Columns of the table of hours, each with a mean of 1; (24,)."""
    rows = read_table("building_hours")
    columns = [name for name in rows[0] if name.startswith(("space_", "water_"))]
    found = {name: np.array([float(row[name]) for row in rows]) for name in columns}
    return {name: values / values.mean() for name, values in found.items()}


def degree_days(t_day: FloatArray, heating_limit: float, room: float) -> FloatArray:
    r"""Degree days of days.

    Parameters
    ----------
    t_day : array, shape (day,)
        Mean outdoor air of each day. [degC]
    heating_limit : float
        Mean of a day from which on it is not heated. [degC]
    room : float
        Temperature that is heated to. [degC]

    Returns
    -------
    array, shape (day,)
        Degree days of each day. [K d]

    Notes
    -----
    .. math:: G_d = T_{room} - T_d \text{ where } T_d < T_{limit}, \text{ else } 0

    References
    ----------
    .. [1] Documentation of the climate data operators, ``eca_hd``: sum of T1 - TG over the days on which
       TG < T2.
    """
    return np.where(t_day < heating_limit, room - t_day, 0.0)


def annual_shares(
    axis: TimeAxis, air: DailyAir, profiles: tuple[DegreeDays, ...], *, region: str = ""
) -> FloatArray:
    r"""Power per annual heat in each step.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps; habits are looked up in local time at the start of a step.
    air : DailyAir
        Mean outdoor air of the run's days, and of the days that the annual sum refers to. [degC]
    profiles : tuple of DegreeDays
        Rules for the heat of a day.
    region : str
        Whose public holidays count as Sundays; none if empty.

    Returns
    -------
    array, shape (time, profile)
        Power over annual heat. [1/s]

    Raises
    ------
    InputError
        If the reference has no day below a heating limit, or a rule makes no sense.

    Notes
    -----
    With share w of hot water and degree days G the heat of day d is

    .. math:: Q_d = \frac{Q_a}{365} \left((1 - w) \frac{G_d}{\overline{G}} + w\right)

    with the mean over the reference days, in weather as read: 365 such days take exactly the annual heat,
    a colder scenario takes more, and hot water the same. Either part is spread over the hours that the
    day has, 23 to 25, by its own shape.

    References
    ----------
    .. [1] Derived here, in the manner of :func:`heatsym.demand.bdew.annual_shares`.
    """
    problems = [problem for profile in profiles for problem in rule_problems(profile, air)]
    if problems:
        raise InputError(problems)
    day = air.day[3:]
    weekend = day_type(day, region) >= _SATURDAY
    present = hours_present(axis)
    place = (axis.day - day[0]).astype(np.int64)
    shares = np.empty((axis.steps, len(profiles)))
    for column, profile in enumerate(profiles):
        limits = profile.heating_limit, profile.room
        mean_day = degree_days(air.reference_t_air[3:], *limits).mean()
        space = degree_days(air.t_air[3:], *limits) / mean_day if mean_day > 0.0 else np.zeros(len(day))
        shape = _hours()
        kinds = [shape[f"space_{profile.habits}_{kind}"] for kind in ("weekday", "weekend")]
        by_hour = np.where(weekend[:, None], kinds[1], kinds[0])
        water = np.broadcast_to(shape[f"water_{profile.habits}"], by_hour.shape)
        hourly = np.zeros_like(by_hour)
        for heat, how in (
            ((1.0 - profile.hot_water_share) * space, by_hour),
            (np.full(len(day), profile.hot_water_share), water),
        ):
            hourly += how * (heat / (how * present).sum(axis=1))[:, None]
        shares[:, column] = hourly[place, axis.hour] / (DAYS_OF_YEAR * 3600.0)
    return shares


def rule_problems(profile: DegreeDays, air: DailyAir) -> list[Problem]:
    """Why a rule gives no heat; empty if it does."""
    problems = []

    def problem(reason: str, hint: str) -> None:
        problems.append(Problem("HS418", reason, "demand", hint))

    if not 0.0 <= profile.hot_water_share <= 1.0:
        problem(f"hot water cannot be {profile.hot_water_share:g} of the heat", "give a share from 0 to 1")
    if profile.heating_limit > profile.room:
        limits = f"limit {profile.heating_limit:g} degC, room {profile.room:g} degC"
        problem(f"the heating limit is above the room temperature: {limits}", "exchange them?")
    if profile.habits not in HABITS:
        problem(f"nobody's habits are called {profile.habits!r}", "there is " + ", ".join(HABITS))
    heated = (air.reference_t_air[3:] < profile.heating_limit).any()
    if not heated and profile.hot_water_share < 1.0:
        reason = f"no day of the reference is below the heating limit of {profile.heating_limit:g} degC"
        problem(reason, "use weather of a year, or another limit")
    return problems
