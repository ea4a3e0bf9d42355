"""A source lost in the coldest week, its planned stop at other times, or gone for good."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import BoolArray, TimeAxis
from heatsym.simulation import Progress
from heatsym.sources.availability import Stop
from heatsym.study.changes import can_fail, moved, without
from heatsym.study.variants import Computed, Outcome, beside, variant
from heatsym.tables.factors import JOULES_PER_MWH

WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """A source lost in some steps; ``heat`` [MWh] is what it gave in them before."""

    source: str
    heat: float
    outcome: Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Each source lost in the coldest week, the largest first; ``mean_air`` [degC] is NaN where not known."""

    first_day: datetime.date
    last_day: datetime.date
    mean_air: float
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """A planned stop of some days at other times of the run, by its first day."""

    source: str
    days: int
    own: datetime.date | None  # first day of the case's own stop, if it lies in the run
    first_days: tuple[datetime.date, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """Years from 1, without some sources from ``year`` on; all have the weather of the case."""

    sources: tuple[str, ...]
    year: int
    years: int
    before: Outcome
    after: Outcome

    def of(self, year: int) -> Outcome:
        """A year of the horizon, from 1."""
        return self.before if year < self.year else self.after


def lose_each(of: Computed, *, workers: int | None, progress: Progress) -> Losses:
    """Each source that can fail and gave heat, lost in the coldest week (N-1); the largest first."""
    case, steps = of.case, coldest_week(of)
    ctx, day = of.problem.ctx, of.case.axis.day[steps]
    heat = of.course.source_heat[steps].sum(axis=0) * case.axis.step / JOULES_PER_MWH
    given = [
        (source.name, float(heat[s]))
        for s, source in enumerate(of.problem.sources)
        if can_fail(source) and heat[s] > 0.0
    ]
    given.sort(key=lambda one: -one[1])

    def lost(one: tuple[str, float], tell: Progress) -> Lost:
        name, was = one
        return Lost(name, was, variant(of.problem, without(case, name, ctx, steps), tell))

    found = beside(lost, given, workers, progress, "sources lost")
    mean = float(ctx.t_air[steps].mean())
    return Losses(day[0].astype(object), day[-1].astype(object), mean, tuple(found))


def coldest_week(of: Computed) -> BoolArray:
    """Steps of the seven local days with the coldest air, (time,); the whole run where that is shorter.

    Where the air is not known, those with the largest heat.
    """
    axis, air = of.case.axis, of.problem.ctx.t_air
    days, place = np.unique(axis.day, return_inverse=True)
    if len(days) <= 7:
        return np.ones(axis.steps, dtype=np.bool_)
    size = of.course.source_heat.sum(axis=1) if np.isnan(air).any() else -air
    daily, steps = np.bincount(place, size), np.bincount(place)
    total = np.convolve(daily, np.ones(7), "valid") / np.convolve(steps, np.ones(7), "valid")
    first = int(np.argmax(total))
    return np.asarray((place >= first) & (place < first + 7))


def move_stop(
    of: Computed,
    name: str,
    stop: Stop | None,
    days: int,
    *,
    every: int,
    workers: int | None,
    progress: Progress,
) -> Stops:
    """The stop begins on the run's first day and every some weeks later, as long as it ends within the run.

    Raises
    ------
    InputError
        The run is shorter than the stop.
    """
    axis = of.case.axis
    first, last = axis.day[0], axis.day[-1] - np.timedelta64(days - 1, "D")
    if not fits(axis, days):
        reason = f"a stop of {days} days does not fit into the run"
        raise InputError([Problem("HS832", reason, "outages", "give a shorter one, or a longer period")])
    starts = [day.astype(object) for day in np.arange(first, last + 1, every * WEEK)]

    def shifted(start: datetime.date, tell: Progress) -> Outcome:
        return variant(of.problem, moved(of.case, name, stop, start, days), tell)

    found = beside(shifted, starts, workers, progress, "stops moved")
    own = None if stop is None or not axis.day[0] <= np.datetime64(stop.start) <= axis.day[-1] else stop.start
    return Stops(name, days, own, tuple(starts), tuple(found))


def fits(axis: TimeAxis, days: int) -> bool:
    """Whether a run has at least so many local days."""
    return len(np.unique(axis.day)) >= days


def close(of: Computed, sources: Sequence[str], year: int, years: int, *, progress: Progress) -> Closure:
    """Sources are gone from a year of the horizon on (from 1)."""
    case, ctx = of.case, of.problem.ctx
    for name in sources:
        case = without(case, name, ctx, np.ones(case.axis.steps, dtype=np.bool_))
    (after,) = beside(lambda one, tell: variant(of.problem, one, tell), [case], 1, progress, "closure")
    return Closure(tuple(sources), year, years, of.outcome, after)
