"""When a source runs: planned stops, campaigns, turnarounds, outages by chance, and the end of it.

A kind of source takes these up with a field for each of :class:`Runs`'s properties, made by the functions
here, and multiplies what it has by :func:`in_operation`.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray, TimeAxis
from heatsym.interfaces.exchange import Fault
from heatsym.interfaces.fields import date, part, quantity, text, whole
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources.archetypes import usual_outages

YEAR = 8766 * 3600
"""A mean year, which rates refer to and by which chance is drawn. [s]"""
LONGEST = 31 * 86400.0
"""Longest time for which a machine that has been started or stopped may be bound to that. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Days on which the works stands still, both included, local."""

    start: datetime.date = date("first day", key="from")
    end: datetime.date = date("last day", key="to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Days on which the works runs, both included, local."""

    start: datetime.date = date("first day", key="from")
    end: datetime.date = date("last day", key="to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """Failures and repairs by chance, the same ones for the same name and seed."""

    rate_per_year: float | None = quantity(
        "1", "failures in a year of operation; default by kind or sector", low=0, high=1000, default=None
    )
    repair: float | None = quantity(
        "s", "mean time until it runs again; default by kind or sector", low=360, high=3.2e8, default=None
    )
    seed: int = whole("another seed is another history of the same works", low=0, high=2**31, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnaround:
    """A long overhaul every some years."""

    first_year: int = whole("year of the first one", low=1900, high=2200)
    every_years: int = whole("years from one to the next", low=1, high=50, default=4)
    start: str = text('first day in the year, as "06-01"', default="06-01")
    days: int = whole("length in local days", low=1, high=365, default=28)


class Runs(Protocol):
    """A source that does not run all the time."""

    @property
    def kind(self) -> str:
        """Kind of source."""

    @property
    def name(self) -> str:
        """Unique name, on which chance hangs."""

    @property
    def availability(self) -> Profile:
        """Factor on what it has. [-]"""

    @property
    def stops(self) -> tuple[Stop, ...] | None:
        """Planned stops; None where nobody has said that there are none."""

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """When it runs at all; always if there are none."""

    @property
    def outages(self) -> Outages | None:
        """Failures by chance."""

    @property
    def turnaround(self) -> Turnaround | None:
        """Overhauls."""

    @property
    def closure(self) -> datetime.date | None:
        """Last day."""


def availability() -> Any:
    """The field ``availability`` of a kind of source."""
    meaning = "factor on what it has, beside stops and outages"
    return quantity("1", meaning, low=0, high=1, varies=True, default=1.0)


def stops(meaning: str = "planned stops", default: tuple[Stop, ...] | None = ()) -> Any:
    """The field ``stops`` of a kind of source."""
    return part(Stop, meaning, many=True, default=default)


def campaigns() -> Any:
    """The field ``campaigns`` of a kind of source."""
    return part(Campaign, "runs in these days only", many=True, default=())


def outages() -> Any:
    """The field ``outages`` of a kind of source."""
    return part(Outages, "failures by chance; default none", default=None)


def turnaround() -> Any:
    """The field ``turnaround`` of a kind of source."""
    return part(Turnaround, "overhaul every some years; default none", default=None)


def closure() -> Any:
    """The field ``closure`` of a kind of source."""
    return date("last local day on which it runs; never again after; default none", default=None)


def least_up_time() -> Any:
    """The field ``least_up_time`` of a machine that has a least load."""
    meaning = "time that it runs at least, once started"
    return quantity("s", meaning, low=0, high=LONGEST, default=0.0)


def least_down_time() -> Any:
    """The field ``least_down_time`` of a machine."""
    meaning = "time that it rests at least, once stopped, unless heat would be missed"
    return quantity("s", meaning, low=0, high=LONGEST, default=0.0)


def time_faults(least_up_time: float, least_load: float, inside: str = "") -> Iterator[Fault]:
    """A time [s] that it runs at least, at no load; ``inside`` goes before the field."""
    if least_up_time > 0.0 and least_load == 0.0:
        reason = "means nothing without least_load: at no load it runs as long as one likes"
        yield Fault(f"{inside}least_up_time", "HS810", reason, "give least_load_pct, or remove it")


def in_operation(source: Runs, ctx: Context, sector: str = "") -> FloatArray:
    r"""What of a source's heat there is in each step.

    Parameters
    ----------
    source : Runs
        The source, with its stops, campaigns, overhauls, outages and closure.
    ctx : Context
        The run's steps and weather.
    sector : str
        Whose usual failures are taken where the source does not say its own.

    Returns
    -------
    array, shape (time,)
        Factor from 0 to 1; a step that an outage cuts has a part. [-]

    Notes
    -----
    The product of the source's factor, of what chance leaves (:func:`running_by_chance`) and of 0 or 1 for
    whether the step begins in a stop, outside all campaigns, in an overhaul or after the closure. Days are
    local: that of a change to summer time has 23 hours.

    References
    ----------
    .. [1] Derived here.
    """
    axis = ctx.axis
    runs = ~stopped(source.stops or (), axis) & axis.during(None, source.closure)
    if source.campaigns:
        runs &= stopped(source.campaigns, axis)
    if source.turnaround is not None:
        runs &= ~overhauled(source.turnaround, axis)
    factor = ctx.values(source.availability) * runs
    if source.outages is not None:
        rate, repair, _ = failures(source, source.outages, sector)
        factor *= running_by_chance(axis, source.name, rate, repair, source.outages.seed)
    return factor


def run_faults(source: Runs) -> Iterator[Fault]:
    """Stops and campaigns that end before they start, overhauls on no day of every year."""
    lists: dict[str, Sequence[Stop | Campaign]]
    lists = {"stops": source.stops or (), "campaigns": source.campaigns}
    for field, periods in lists.items():
        for i, period in enumerate(periods):
            if np.datetime64(period.start, "s") > np.datetime64(period.end, "s"):
                reason = f"from {period.start} is after to {period.end}"
                yield Fault(f"{field}.{i}", "HS503", reason, "swap them, or correct one")
    if source.turnaround is not None and month_and_day(source.turnaround.start) is None:
        reason = f"{source.turnaround.start!r} is no day of every year"
        yield Fault("turnaround.start", "HS530", reason, 'write month and day, e.g. "06-01"')


def failures(source: Runs, outages: Outages, sector: str = "") -> tuple[float, float, str]:
    """Failures a year of operation [1/a], mean time to mend [s], and the status of those not given."""
    rate, repair, status = usual_outages(source.kind, sector)
    given = outages.rate_per_year, outages.repair
    if None not in given:
        status = ""
    return (rate if given[0] is None else given[0]), (repair if given[1] is None else given[1]), status


def outage_basis(source: Runs, sector: str = "") -> tuple[str, ...]:
    """What is drawn by chance, and on what that rests."""
    if source.outages is None:
        return ()
    rate, repair, status = failures(source, source.outages, sector)
    said = (
        f"outages of {source.name} by chance: {rate:g} a year, {repair / 3600:g} h each, out of order for "
        f"{100 * unavailability(rate, repair):.2g} % of time, seed {source.outages.seed}"
    )
    return (f"{said} ({status})" if status else said,)


def stopped(periods: Sequence[Stop | Campaign], axis: TimeAxis) -> BoolArray:
    """Whether each step begins on a day of a planned stop, or of a campaign; (time,)."""
    out = np.zeros(axis.steps, dtype=bool)
    for period in periods:
        out |= axis.during(period.start, period.end)
    return out


def month_and_day(written: str) -> tuple[int, int] | None:
    """Month and day of ``06-01``; None if there is no such day in every year."""
    try:
        found = datetime.datetime.strptime(f"2001-{written}", "%Y-%m-%d")
    except ValueError:
        return None
    return found.month, found.day


def every_year(axis: TimeAxis, start: str, days: int, years: Sequence[int] | None = None) -> BoolArray:
    """Whether each step begins within so many local days from a day of the year on.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    start : str
        First day, as ``06-01``; 29 February is in no list of every year's days.
    days : int
        Length, which may reach into the next year. [d]
    years : sequence of int, optional
        Years in which it begins; default all.

    Returns
    -------
    array of bool, shape (time,)

    Raises
    ------
    ValueError
        If there is no such day.
    """
    found = month_and_day(start)
    if found is None:
        raise ValueError(f"{start!r} is no day of every year, such as 06-01")
    out = np.zeros(axis.steps, dtype=bool)
    touched = range(int(axis.day[0].astype(object).year) - 1, int(axis.day[-1].astype(object).year) + 1)
    for year in touched:
        if years is None or year in years:
            first = datetime.date(year, *found)
            out |= axis.during(first, first + datetime.timedelta(days=days - 1))
    return out


def overhauled(plan: Turnaround, axis: TimeAxis) -> BoolArray:
    """Whether each step begins in an overhaul; (time,)."""
    last = int(axis.day[-1].astype(object).year)
    return every_year(axis, plan.start, plan.days, range(plan.first_year, last + 1, plan.every_years))


def unavailability(rate: float, repair: float) -> float:
    r"""Share of time for which something is out of order by chance, in the long run.

    Parameters
    ----------
    rate : float
        Failures in a year of operation. [1/a]
    repair : float
        Mean time until it runs again. [s]

    Returns
    -------
    float
        Expected share of time. [-]

    Notes
    -----
    .. math:: u = \frac{\lambda \tau}{1 + \lambda \tau}

    with a year of 8766 hours.

    References
    ----------
    .. [1] Derived here: balance of failures and repairs of a two-state Markov process.

    Examples
    --------
    Ten failures in a year, each of 87.66 hours in the mean:

    >>> round(unavailability(10.0, 87.66 * 3600), 6)
    0.090909
    """
    out = rate * repair / YEAR
    return out / (1.0 + out)


def running_by_chance(axis: TimeAxis, name: str, rate: float, repair: float, seed: int = 0) -> FloatArray:
    r"""What part of each step something runs that fails and is repaired by chance.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    name : str
        Whose history it is; chance hangs on it.
    rate : float
        Failures in a year of operation. [1/a]
    repair : float
        Mean time until it runs again. [s]
    seed : int
        Another seed is another history.

    Returns
    -------
    array, shape (time,)
        Share of the step, from 0 to 1. [-]

    Notes
    -----
    Times in operation and of repair are distributed exponentially with the means :math:`1/\lambda` and
    :math:`\tau`. Marks of failure and of repair come as two independent Poisson processes with the rates
    :math:`\lambda` and :math:`1/\tau` in absolute time; the last mark says whether it runs. That is the
    same process, since waiting for an event of a Poisson process is exponential whenever one begins to
    wait. It needs no beginning: marks are drawn by stretches of 8766 hours from 1970 on, so that an hour has
    the same history in whichever run it lies. They stand at whole seconds, so that sums are exact.

    References
    ----------
    .. [1] Derived here.
    """
    if rate == 0.0:
        return np.ones(axis.steps)
    begin = int(axis.start.astype("datetime64[s]").astype(np.int64))
    edges = begin + np.arange(axis.steps + 1, dtype=np.int64) * axis.step
    first, last = begin // YEAR, int(edges[-1]) // YEAR
    drawn = [_marks(block, name, rate, repair, seed) for block in range(first, last + 1)]
    while not (len(drawn[0][0]) and drawn[0][0][0] <= begin):
        first -= 1  # until the state at the start is known
        drawn.insert(0, _marks(first, name, rate, repair, seed))
    at, fails = (np.concatenate(column) for column in zip(*drawn, strict=True))
    changes = np.diff(fails, prepend=~fails[:1]) & (at < edges[-1])
    at, fails = at[changes], fails[changes]
    failed = np.flatnonzero(fails)  # failures and repairs take turns now, though two may share a second
    idle = np.diff(_length_before(edges, at[failed], np.append(at, edges[-1])[failed + 1]))
    return np.asarray(1.0 - idle / axis.step)


def _marks(
    block: int, name: str, rate: float, repair: float, seed: int
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Marks of failure (True) and repair in a stretch of time, by time in seconds since 1970."""
    digest = hashlib.blake2b(f"outages/{seed}/{block}/{name}".encode(), digest_size=16).digest()
    chance = np.random.default_rng(int.from_bytes(digest, "little"))
    mended = YEAR / repair
    count = int(chance.poisson(rate + mended))
    at = np.sort(chance.integers(0, YEAR, count)) + block * YEAR
    return at, chance.random(count) < rate / (rate + mended)


def _length_before(time: IntArray, start: IntArray, end: IntArray) -> IntArray:
    """Length of some ascending intervals that lies before each time, (time,)."""
    begun = np.searchsorted(start, time, side="right")
    total = np.append(np.zeros(1, dtype=np.int64), np.cumsum(end - start))
    last_end = np.append(time[:1], end)[begun]
    return np.asarray(total[begun] - np.maximum(last_end - time, 0))
