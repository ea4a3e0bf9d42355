"""Plans that look at more than one step, and what storages went through.

What the network needs in a step is known from the round before; storages, least loads and ramps are planned
with it. See :mod:`heatsym.dispatch.kernels` for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from heatsym.dispatch import kernels
from heatsym.dispatch.cheap_hours import cheap_hours
from heatsym.dispatch.merit_order import filled as filled_plainly
from heatsym.dispatch.merit_order import marginal_price, not_kept
from heatsym.engine.digest import Course
from heatsym.engine.problem import Problem
from heatsym.engine.stretches import asked_for
from heatsym.engine.trajectory import Stored
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Offer, Plan, StoragePlan
from heatsym.interfaces.stepwise import pieces
from heatsym.sources.common import duty
from heatsym.storage import rules
from heatsym.storage.lift import heat_pump_of

REPEATS, LEAP = 6, 3
"""Times at most that periodic storages are planned in a round, and how often their state is extrapolated."""
SLOWEST = 0.95
"""Share of a change that is left in the next repeat, at most. [-]"""
SAME = 0.05
"""Difference of temperatures that ends these. [K]"""
PAYS_WITHIN = 86400.0
"""Time in which a start must save what it costs, at least; longer if a source has to run longer. [s]"""


def follows_time(problem: Problem, offers: Offer) -> bool:
    """Whether what is best in a step depends on the steps before it."""
    bound = bool((offers.least > 0.0).any() or np.isfinite(offers.ramp).any())
    starts = any(of.start_cost > 0.0 or of.least_down_time > 0.0 for of in map(duty, problem.sources))
    return bool(problem.storages) or bound or starts


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a plan over time goes by; (time,), (time, source) and (time, storage), W and degC."""

    need: FloatArray  # that sources and storages had to give together, without what storages took
    source_return: FloatArray
    supply: FloatArray  # at storages
    back: FloatArray  # water that comes to storages
    charged: FloatArray
    discharged: FloatArray


def expected(problem: Problem, t_return: FloatArray) -> Seen:
    """Before anything was marched: what consumers ask for and a steady network loses, water as usual.

    ``t_return`` (time,) is the mean return temperature that consumers aim at. [degC]
    """
    parts = pieces(problem.steps, problem.consumers)
    asked = np.concatenate([asked_for(problem, part.start, part.stop).sum(axis=1) for part in parts])
    lost = float(((problem.pipes.u_own - problem.pipes.u_cross) * problem.pipes.length).sum())
    everywhere = np.ones((problem.steps, len(problem.storages)))
    return Seen(
        need=asked + lost * (problem.t_feed + t_return - 2.0 * problem.t_ground),
        source_return=np.broadcast_to(t_return[:, None], (problem.steps, len(problem.sources))),
        supply=problem.t_feed[:, None] * everywhere,
        back=t_return[:, None] * everywhere,
        charged=0.0 * everywhere,
        discharged=0.0 * everywhere,
    )


def seen(problem: Problem, course: Course) -> Seen:
    """What a march brought; where no water passes a storage, as far below the set-point as around then."""
    supply, steps = course.storage_supply_temperature.copy(), np.arange(problem.steps)
    for column in supply.T:
        known, below = ~np.isnan(column), problem.t_feed - column
        between = np.interp(steps, steps[known], below[known]) if known.any() else np.zeros(len(steps))
        column[~known] = (problem.t_feed - between)[~known]
    given = course.source_heat.sum(axis=1) + course.storage_discharged.sum(axis=1) + course.short_heat
    return Seen(
        need=np.maximum(given - course.storage_charged.sum(axis=1), 0.0),
        source_return=course.source_return_temperature,
        supply=supply,
        back=course.storage_return_temperature,
        charged=course.storage_charged,
        discharged=course.storage_discharged,
    )


class Laid(NamedTuple):
    """A plan over time, the state in which storages begin, and what is expected of the sources."""

    plan: Plan
    stored: StoragePlan
    begin: FloatArray
    heat: FloatArray  # (time, source) [W]
    said: tuple[str, ...]  # what could not be kept


def over_time(
    problem: Problem,
    offers: Offer,
    plan: Plan,
    costs: FloatArray | None,
    electricity: FloatArray | None,
    known: Seen,
    begin: FloatArray,
) -> Laid:
    """Who gives and what storages take, from the need and the temperatures of the round before.

    ``costs`` (time, source) and ``electricity`` (time,) are what a joule costs, None where that is not known.
    ``begin`` is the state in which storages begin (see :class:`heatsym.storage.model.Stores`). Those that are
    periodic are planned again as they ended until they begin so, and their state is returned as well.
    A storage takes what those that may charge it have left, as long as they come before a source that may
    not; it gives after them and before all others, and where it lifts, after those that are cheaper. One
    that is charged in cheap hours gives before what is dearer than its heat, where prices are known.
    """
    steps, many, storages = problem.steps, offers.power.shape[1], len(problem.storages)
    rank = np.argsort(plan.order, axis=1, kind="stable")[:, :many]
    power, duties = most(offers, known.source_return), [duty(source) for source in problem.sources]
    may = _named(problem, offers)
    charges = _may_charge(offers, rank, may)
    place = _place(rank, charges)
    price = None
    if costs is not None:
        plainly = np.argsort(rank, axis=1, kind="stable")
        heat = filled_plainly(known.need, power, plainly)
        price = marginal_price(heat, power, costs, float(np.nan_to_num(costs).max(initial=0.0)))
    for k, storage in enumerate(problem.storages):
        rule = rules.cheap_hours(storage)
        if rule is not None and costs is not None and price is not None:
            window = max(round(rule.window / problem.step), 1)
            charges[:, :, k], worth = cheap_hours(
                costs, price, may[k] & (power > 0.0), window, rule.share, rule.round_trip
            )
            cheaper = np.array([one.must_run for one in duties]) | (costs <= worth[:, None])
            behind = np.where(cheaper, rank, -1).max(axis=1, initial=-1) + 0.5
            place[:, k] = np.where(np.isfinite(worth), behind, place[:, k])
    paid = costs is not None and problem.dispatch.objective == "cost"
    least_times = np.array([[one.least_up_time, one.least_down_time] for one in duties])
    up, down = (np.ceil(least_times / problem.step - 1e-9).astype(np.int64)).T
    sources = kernels.Field(
        power=power,
        least=offers.least,
        rise=offers.ramp * problem.step,
        fall=offers.ramp * problem.step,
        cost=np.zeros_like(power) if costs is None else costs,
        order=np.argsort(np.concatenate([rank, place], axis=1), axis=1, kind="stable"),
        charges=charges,
        spills=_may_spill(problem),
        must_run=np.array([one.must_run for one in duties]),
        start_cost=np.array([one.start_cost if paid else 0.0 for one in duties]),
        up=up.copy(),
        down=down.copy(),
        ahead=np.maximum(up, int(np.ceil(PAYS_WITHIN / problem.step))),
    )
    stored = StoragePlan.idle(problem.t_feed, storages)
    found = kernels.Found(
        order=np.zeros_like(sources.order),
        upper=np.zeros((steps, many)),
        heat=np.zeros((steps, many)),
        rejected=np.zeros((steps, many)),
        early=np.zeros((steps, many), dtype=np.bool_),
        charge=stored.charge,
        discharge=np.zeros_like(stored.charge),
        t_back=stored.t_back,
        t_out=stored.t_feed,
        electricity=np.zeros_like(stored.charge),
    )
    bounds = limits(problem)
    lifted = lifts(problem, costs, electricity)
    before = np.zeros_like(begin)
    for repeat in range(REPEATS):
        stores = stores_of(problem, begin)
        kernels.plan(
            known.need,
            problem.medium.theta(problem.t_feed),
            sources,
            stores,
            around(problem, known),
            bounds,
            lifted,
            problem.step,
            kernels.nothing_known(many, storages),
            found,
        )
        change = _carried(problem, begin, stores) - begin
        if repeat == REPEATS - 1 or np.abs(change).max(initial=0.0) <= SAME:
            break
        ahead = _ahead(change, before, stores) if repeat % LEAP == LEAP - 1 else 0.0
        begin, before = begin + change + ahead, change
    upper = np.concatenate([found.upper, found.discharge], axis=1)
    degrees = problem.medium.temperature
    stored = StoragePlan(
        found.charge, found.discharge, degrees(found.t_back), degrees(found.t_out), found.electricity
    )
    names = tuple(source.name for source in problem.sources)
    said = not_kept(names, problem.step, found.early, found.rejected)
    return Laid(Plan(upper, found.order), stored, begin, found.heat, said)


def _ahead(change: FloatArray, before: FloatArray, stores: kernels.Stores) -> FloatArray:
    """What further repeats would add to a state's change if each were as much smaller as this one (Aitken).

    Soil takes many years to warm up; the slowest of its modes is soon the only one. Layers keep their places.
    """
    size = float(before @ before)
    ratio = min(max(float(change @ before) / size, 0.0), SLOWEST) if size > 0.0 else 0.0
    more = change * (ratio / (1.0 - ratio))
    more[stores.first[:-1]] = 0.0
    return more


def filled(problem: Problem) -> FloatArray:
    """The state in which storages begin: filled as the case says."""
    return problem.stores.state


def executed(problem: Problem, course: Course, begin: FloatArray) -> Stored | None:
    """What storages went through in a march from a state; None without any."""
    if not problem.storages:
        return None
    stores = stores_of(problem, begin)
    done = kernels.Executed(*(np.zeros_like(course.storage_charged) for _ in kernels.Executed._fields))
    kernels.execute(
        stores,
        around(problem, seen(problem, course)),
        lifts(problem, None, None),
        course.storage_charged,
        course.storage_discharged,
        course.storage_electricity,
        problem.step,
        done,
    )
    heat = course.storage_charged - course.storage_discharged
    degrees = problem.medium.temperature
    return Stored(
        heat=heat,
        loss=done.loss,
        energy=done.energy,
        exergy=done.exergy,
        top=degrees(done.top),
        bottom=degrees(done.bottom),
        initial_energy=done.initial_energy[0],
    )


def _carried(problem: Problem, begin: FloatArray, after: kernels.Stores) -> FloatArray:
    """A state in which periodic storages begin as they ended, the others as before."""
    carried = begin.copy()
    for k, storage in enumerate(problem.storages):
        if storage.periodic:
            own = slice(after.first[k], after.first[k + 1])
            carried[own] = after.state[own]
    return carried


def stores_of(problem: Problem, begin: FloatArray) -> kernels.Stores:
    """Storages in a state, to be changed."""
    return kernels.Stores(
        first=np.array(problem.stores.first, dtype=np.int64),
        state=begin.copy(),
        figure=problem.stores.figure,
        table=problem.stores.table,
        work=np.zeros_like(problem.stores.work),
    )


def each(problem: Problem, name: str) -> FloatArray:
    """A number of each storage, infinite where nothing bounds it; (storage,)."""
    given = [getattr(storage, name) for storage in problem.storages]
    return np.array([np.inf if one is None else one for one in given], dtype=np.float64)


def lifts(problem: Problem, costs: FloatArray | None, electricity: FloatArray | None) -> kernels.Lifts:
    """Heat pumps of storages; ``costs`` (time, source) and ``electricity`` (time,) of a joule, if known."""
    units = [heat_pump_of(storage) for storage in problem.storages]
    names = ("power", "share", "least_temperature", "cooling")
    table = np.array([[getattr(unit, name, 0.0) for unit in units] for name in names], dtype=np.float64)
    power, share, least, cooling = table.reshape(len(names), len(units))
    paid, others = np.empty(problem.steps), np.empty((problem.steps, len(problem.sources)))
    paid[:] = 0.0 if electricity is None else electricity
    others[:] = np.inf if costs is None else costs
    theta = problem.medium.theta
    return kernels.Lifts(power, share, theta(least), cooling, paid, others)


def limits(problem: Problem) -> kernels.Limits:
    """What bounds storages in every step."""
    return kernels.Limits(
        charge=_in_season(problem, "charge_season", "charge_power"),
        discharge=_in_season(problem, "discharge_season", "discharge_power"),
        below=each(problem, "below_setpoint"),
        drop=each(problem, "least_drop"),
    )


def _in_season(problem: Problem, season: str, power: str) -> FloatArray:
    """The most that storages may take or give, nothing out of season; (time, storage). [W]"""
    most = np.tile(each(problem, power), (problem.steps, 1))
    for k, storage in enumerate(problem.storages):
        most[~rules.open_season(storage, season, problem.ctx.axis), k] = 0.0
    return most


def around(problem: Problem, known: Seen) -> kernels.Around:
    """Water (theta) and weather that storages see; without air the ground."""
    air, theta = problem.ctx.t_air, problem.medium.theta
    return kernels.Around(
        supply=theta(known.supply),
        back=theta(known.back),
        air=np.where(np.isnan(air), problem.t_ground, air),
        ground=np.full(problem.steps, problem.t_ground.mean()),  # deep down, where no season comes
    )


def most(offers: Offer, source_return: FloatArray) -> FloatArray:
    """What each source can give at the return temperatures that were found; (time, source). [W]"""
    limited = np.isfinite(offers.conductance)
    with np.errstate(invalid="ignore"):
        cooled = offers.conductance * np.maximum(offers.t_hot - source_return, 0.0)
    return np.where(limited, np.minimum(offers.power, cooled), offers.power)


def _named(problem: Problem, offers: Offer) -> BoolArray:
    """Whose heat may charge a storage at all, (storage, source).

    Those that it names, else surplus heat and what needs neither fuel nor electricity.
    """
    free = (offers.electricity_per_heat <= 0.0) & np.isfinite(offers.power)
    usual = [
        source.surplus or (source.fuel is None and free[:, s].all())
        for s, source in enumerate(problem.sources)
    ]
    names = [source.name for source in problem.sources]
    return np.array(
        [
            usual if not storage.charge_from else [name in storage.charge_from for name in names]
            for storage in problem.storages
        ],
        dtype=np.bool_,
    ).reshape(len(problem.storages), len(names))


def _may_spill(problem: Problem) -> BoolArray:
    """Whose heat may charge a storage that would be rejected else, (source, storage): all, or those named."""
    return np.array(
        [
            [not storage.charge_from or source.name in storage.charge_from for storage in problem.storages]
            for source in problem.sources
        ],
        dtype=np.bool_,
    ).reshape(len(problem.sources), len(problem.storages))


def _may_charge(offers: Offer, rank: IntArray, named: BoolArray) -> BoolArray:
    """Whose spare heat may charge a storage, (time, source, storage).

    Those ``named`` (storage, source), but only while they come before some source that is not among them,
    which the storage spares, if there is any.
    """
    found = np.zeros((*offers.power.shape, len(named)), dtype=np.bool_)
    for k, may in enumerate(named):
        spared = np.where(~may & (offers.power > 0.0), rank, -1).max(axis=1, initial=-1)
        found[:, :, k] = may & (may.all() | (rank < spared[:, None]))
    return found


def _place(rank: IntArray, charges: BoolArray) -> FloatArray:
    """Where storages stand among ranks, (time, storage): after who may charge, else before the last."""
    last = np.where(charges, rank[:, :, None], -1).max(axis=1, initial=-1)
    return np.asarray(np.where(last < 0, rank.shape[1] - 1.5, last + 0.5))
