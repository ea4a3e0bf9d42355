"""Plans by linear programme: the task that they solve, and what the network can do of them.

Storages are stores of heat at a few levels of temperature to the programme; what it wants of them is done as
far as their water allows, see :func:`heatsym.dispatch.kernels.follow`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from heatsym.dispatch import kernels
from heatsym.dispatch.foresight import view
from heatsym.dispatch.merit_order import executable
from heatsym.dispatch.task import Fleet, Reserves, Schedule, Task
from heatsym.engine.problem import Problem
from heatsym.engine.storing import Seen, around, each, lifts, limits, most, stores_of
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.exchange import Offer, Plan, StoragePlan
from heatsym.physics.heat_pump import lorenz_share_cop
from heatsym.sources.common import duty
from heatsym.storage.layout_of_kernels import GROUND, HOTTEST, KIND
from heatsym.storage.lift import heat_pump_of

SPACING, MOST_LEVELS = 5.0, 4
"""Range of set-points that a level of a storage covers [K], and how many levels there are at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What a plan over time holds on to while temperatures settle.

    Sources give ``heat`` (time, source), those of little ``merit`` first; storages take and give so much,
    (time, storage) [W]; all None where nothing is chosen over time. Of a linear programme there are the price
    of heat (time,) [EUR/J], cost [EUR] and carbon [kg], and with imperfect foresight ``ideal`` [EUR], the
    cost with a perfect one; None or NaN without. ``said`` is what could not be kept.
    """

    merit: FloatArray | None
    heat: FloatArray | None
    charge: FloatArray | None
    discharge: FloatArray | None
    price: FloatArray | None
    cost: float
    carbon: float
    ideal: float
    said: tuple[str, ...]

    @classmethod
    def nothing(cls) -> Choice:
        """Nothing is chosen over time."""
        return cls(None, None, None, None, None, np.nan, np.nan, np.nan, ())


def chosen(
    problem: Problem,
    offers: Offer,
    cost: FloatArray | None,
    carbon: FloatArray,
    merit: FloatArray | None,
    known: Seen,
    begin: FloatArray,
) -> Choice:
    """The best schedule for what is known; ``begin`` is the state in which storages begin."""
    assert merit is not None  # of a linear programme prices or factors are known
    task = _task(problem, offers, cost, carbon, known, begin)
    rules = problem.dispatch
    best = _scheduled(problem, task, rules.foresight)
    ideal = np.nan
    if rules.horizon == "rolling" and rules.foresight != "perfect":
        ideal = _total(_scheduled(problem, task, "perfect"), task, rules.unserved)
    many = range(len(problem.storages))
    levels = [np.flatnonzero(task.reserves.storage == k) for k in many]
    taken = _summed(best.charge - best.discharge, levels)
    return Choice(
        merit=merit,
        heat=best.heat,
        charge=np.maximum(taken, 0.0),
        discharge=np.maximum(-taken, 0.0),
        price=best.price,
        cost=_total(best, task, rules.unserved),
        carbon=best.carbon,
        ideal=ideal,
        said=best.said,
    )


def followed(
    problem: Problem,
    offers: Offer,
    known: Seen,
    begin: FloatArray,
    choice: Choice,
    frozen: bool,
) -> tuple[Plan, StoragePlan]:
    """Orders of filling and what storages do, as near to a choice as sources and storages can.

    Storages give before all sources, and if ``frozen``, no more than they did in the round before.
    """
    assert choice.merit is not None
    assert choice.heat is not None
    assert choice.charge is not None
    assert choice.discharge is not None
    storages, many = len(problem.storages), len(problem.sources)
    stored = StoragePlan.idle(problem.t_feed, storages)
    found = kernels.Found(
        order=np.zeros((0, 0), dtype=np.int64),
        upper=np.zeros((0, 0)),
        heat=np.zeros((0, 0)),
        rejected=np.zeros((0, 0)),
        early=np.zeros((0, 0), dtype=np.bool_),
        charge=stored.charge,
        discharge=np.zeros_like(stored.charge),
        t_back=stored.t_back,
        t_out=stored.t_feed,
        electricity=np.zeros_like(stored.charge),
    )
    bound = most(offers, known.source_return)
    order, upper = executable(choice.heat, bound, choice.merit)
    charge, discharge = choice.charge, choice.discharge
    if frozen:
        charge, discharge = np.minimum(charge, known.charged), np.minimum(discharge, known.discharged)
    capable = np.where(choice.heat > 0.0, upper, 0.0).sum(axis=1)
    charge, discharge = _relieved(charge, discharge, known.need, capable)
    kernels.follow(
        problem.medium.theta(problem.t_feed),
        charge,
        discharge,
        stores_of(problem, begin),
        around(problem, known),
        limits(problem),
        lifts(problem, None, None),
        problem.step,
        found,
    )
    first = np.broadcast_to(many + np.arange(storages), (problem.steps, storages))
    degrees = problem.medium.temperature
    plan = Plan(np.concatenate([upper, found.discharge], axis=1), np.concatenate([first, order], axis=1))
    return plan, StoragePlan(
        found.charge, found.discharge, degrees(found.t_back), degrees(found.t_out), found.electricity
    )


def _relieved(
    charge: FloatArray, discharge: FloatArray, need: FloatArray, capable: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Storages that take a little less, or give a little more, where sources that run do not suffice.

    So that nobody is started for what a plan was off by. ``need`` and what those that run are ``capable`` of
    are (time,). [W]
    """
    charge, discharge = charge.copy(), discharge.copy()
    left = need + charge.sum(axis=1) - discharge.sum(axis=1) - capable
    left = np.where(left < OFF * need, np.maximum(left, 0.0), 0.0)
    for k in range(charge.shape[1]):
        less = np.minimum(charge[:, k], left)
        charge[:, k] -= less
        left = left - less
    for k in range(charge.shape[1]):
        more = np.where(discharge[:, k] > 0.0, left, 0.0)
        discharge[:, k] += more
        left = left - more
    return charge, discharge


def _scheduled(problem: Problem, task: Task, foresight: str) -> Schedule:
    """By the rules of the case, at once or window after window."""
    from heatsym.dispatch.linear import linear  # with scipy's optimisers, which few runs need
    from heatsym.dispatch.rolling import rolling

    rules, local = problem.dispatch, problem.ctx.axis.local
    month = (local.astype("datetime64[M]") - local[0].astype("datetime64[M]")).astype(np.int64)
    weight = problem.ctx.values(rules.carbon_weight)
    if rules.horizon == "year":
        return linear(task, rules, month, weight)
    streams = [source.surplus or bool(getattr(source, "needs_sun", False)) for source in problem.sources]
    seen = None if foresight == "perfect" else partial(view, rules=rules, uncertain=np.array(streams))
    return rolling(task, rules, month, weight, seen)


def _total(schedule: Schedule, task: Task, unserved: float) -> float:
    """Cost with the price of heat that is not served. [EUR]"""
    return schedule.cost + float(schedule.unserved.sum()) * task.step * unserved


def _summed(levels: FloatArray, of: list[Any]) -> FloatArray:
    """Sums over the levels of each storage, (time, storage)."""
    return np.stack([levels[:, one].sum(axis=1) for one in of], axis=1) if of else levels[:, :0]


def _task(
    problem: Problem,
    offers: Offer,
    cost: FloatArray | None,
    carbon: FloatArray,
    known: Seen,
    begin: FloatArray,
) -> Task:
    """What sources and storages can do at the temperatures that are known."""
    sources, zero = problem.sources, np.zeros(problem.steps)
    duties = [duty(source) for source in sources]
    change = offers.ramp * problem.step

    fleet = Fleet(
        names=tuple(source.name for source in sources),
        power=most(offers, known.source_return),
        least=offers.least,
        rise=change,
        fall=change,
        cost=np.zeros_like(carbon) if cost is None else cost,
        carbon=np.nan_to_num(carbon),
        electricity=offers.electricity_per_heat,
        start_cost=np.array([one.start_cost for one in duties]),
        must_run=np.array([one.must_run for one in duties]),
        least_up=np.array([one.least_up_time for one in duties]),
        least_down=np.array([one.least_down_time for one in duties]),
    )
    power = problem.electricity_cost
    return Task(
        step=problem.step,
        need=known.need,
        fleet=fleet,
        reserves=_reserves(problem, known, begin),
        electricity_cost=zero if power is None else power,
        electricity_carbon=np.nan_to_num(problem.electricity_carbon),
    )


def _reserves(problem: Problem, known: Seen, begin: FloatArray) -> Reserves:
    """Storages by levels of temperature."""
    storages, feed = problem.storages, problem.t_feed
    named = [source.name for source in problem.sources]
    edges = [_edges(problem, k) for k in range(len(storages))]
    storage = np.repeat(np.arange(len(storages)), [len(one) - 1 for one in edges]).astype(np.int64)
    below = each(problem, "below_setpoint")
    lower = np.concatenate([np.zeros(0), *(one[:-1] for one in edges)])
    upper = np.concatenate([np.zeros(0), *(one[1:] for one in edges)])
    hottest = problem.medium.temperature(problem.stores.figure[:, HOTTEST])[storage]
    usual = np.minimum(0.5 * (lower + upper), hottest)
    theta = problem.medium.theta
    found = kernels.Weights(*(np.zeros(len(storage)) for _ in kernels.Weights._fields))
    surroundings = around(problem, known)
    kernels.weigh(
        stores_of(problem, begin),
        storage,
        theta(lower - below[storage]),
        theta(usual),
        theta(known.back.mean(axis=0)),
        float(surroundings.air.mean()),
        float(surroundings.ground.mean()),
        problem.step,
        np.zeros_like(begin),
        found,
    )
    bounds = limits(problem)
    direct = upper >= feed[:, None] - below[storage] - SAME
    return Reserves(
        names=tuple(one.name for one in storages),
        charge=bounds.charge,
        discharge=bounds.discharge,
        charges=np.array(
            [[not one.charge_from or name in one.charge_from for one in storages] for name in named],
            dtype=np.bool_,
        ).reshape(len(named), len(storages)),
        periodic=np.array([one.periodic for one in storages], dtype=np.bool_),
        wear=np.full(len(storages), problem.dispatch.cycling_cost),
        storage=storage,
        full=found.full,
        initial=np.minimum(found.initial, found.full),
        keep=found.keep,
        takes=known.supply[:, storage] >= lower - SAME,
        lift=np.where(direct, 0.0, _lift(problem, known, storage, usual)),
    )


OFF = 0.01
"""Part of the need that a plan may be off by. [-]"""
SAME = 1e-6
"""Difference of temperatures that is none. [K]"""


def _edges(problem: Problem, k: int) -> FloatArray:
    """Temperatures between the levels of a storage, ascending: set-points and what lies below. [degC]"""
    low, high = float(problem.t_feed.min()), float(problem.t_feed.max())
    unit = heat_pump_of(problem.storages[k])
    if problem.stores.figure[k, KIND] == GROUND:
        return np.array([0.0, high])
    many = int(np.clip(np.ceil((high - low) / SPACING), 1, MOST_LEVELS))
    edges = np.linspace(low, high, many + 1) if high > low else np.array([low, low])
    return edges if unit is None else np.append(min(unit.least_temperature, low - SPACING), edges)


def _lift(problem: Problem, known: Seen, storage: IntArray, usual: FloatArray) -> FloatArray:
    """Part of electricity in heat lifted from each level, NaN where no heat pump is; (time, level)."""
    part = np.full((problem.steps, len(storage)), np.nan)
    for level, k in enumerate(storage):
        unit = heat_pump_of(problem.storages[k])
        if unit is None:
            continue
        out = max(unit.least_temperature, usual[level] - unit.cooling)
        if out < usual[level]:
            cop = lorenz_share_cop(usual[level], out, known.back[:, k], problem.t_feed, unit.share)
            part[:, level] = 1.0 / cop
    return np.where(part < 1.0, part, np.nan)
