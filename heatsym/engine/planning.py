"""What a round is marched by: offers at the temperatures last seen, and the dispatch of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from heatsym.dispatch.cost import marginal_cost
from heatsym.dispatch.merit_order import filled, marginal_price, merit_order
from heatsym.engine.beside import offered
from heatsym.engine.digest import Course
from heatsym.engine.problem import Problem, stacked
from heatsym.engine.scheduling import Choice, chosen, followed
from heatsym.engine.storing import Seen, expected, follows_time, most, over_time, seen
from heatsym.engine.trajectory import Intent
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Plan, Site, StoragePlan
from heatsym.interfaces.stepwise import pieces
from heatsym.sources.common import duty
from heatsym.tables.factors import JOULES_PER_MWH


class Values(NamedTuple):
    """What heat of each source is worth, (time, source), and electricity, (time,)."""

    cost: FloatArray | None  # [EUR/J], None where a price is not known
    carbon: FloatArray  # [kg/J], NaN where a factor is not known
    merit: FloatArray | None  # what is kept low, per joule; None: the order of the file
    electricity: FloatArray | None  # in the unit of merit


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A round before it is marched.

    ``problem``, ``offers`` and ``plan`` are what the engine takes, storages and prosumers included;
    ``begin`` is the state in which storages begin. ``source_heat`` (time, source) and ``stored`` are what is
    expected to come of it, the first None where a plan is a mere order of filling. ``choice`` is what the
    plan holds on to once choices are frozen.
    """

    problem: Problem
    offers: Offer
    plan: Plan
    begin: FloatArray
    values: Values
    sources: Plan
    stored: StoragePlan
    most: FloatArray
    source_heat: FloatArray | None
    choice: Choice


def planned(
    problem: Problem, before: Course | None, begin: FloatArray, frozen: bool, choice: Choice | None
) -> Planned:
    """Every source's offer at the temperatures of the round before, and the dispatch of them.

    ``begin`` is the state in which storages begin, as it is kept but for periodic ones. What is chosen over
    time may be ``frozen``: storages then do no more than they did, and ``choice``, of a round before, holds.
    """
    sites = first_sites(problem) if before is None else sites_of(problem, before)
    offers = stacked(
        [source.offer(problem.ctx, site) for source, site in zip(problem.sources, sites, strict=True)]
    )
    values = _values(problem, offers)
    linear = problem.dispatch.method == "linear"
    known: Seen | None = None
    if linear or follows_time(problem, offers):
        known = expected(problem, sites[0].t_return) if before is None else seen(problem, before)
    bound = most(offers, np.stack([site.t_return for site in sites], axis=1))
    stored = StoragePlan.idle(problem.t_feed, len(problem.storages))
    heat: FloatArray | None = None
    held = choice if frozen else None
    if linear and held is None:
        assert known is not None
        held = chosen(problem, offers, values.cost, values.carbon, values.merit, known, begin)
    if held is not None and known is not None:
        choice = held
        plan, stored = followed(problem, offers, known, begin, choice, frozen)
        heat = planned_heat(plan, bound, stored, known.need)
    else:
        plan = _in_order(problem, offers, stored, values.merit)
        choice = Choice.nothing()
        if known is not None:
            plan, stored, begin, heat, said = over_time(
                problem, offers, plan, values.merit, values.electricity, known, begin
            )
            rank = np.argsort(plan.order, axis=1, kind="stable")[:, : len(problem.sources)]
            choice = replace(
                choice,
                merit=rank.astype(np.float64),
                heat=heat,
                charge=stored.charge,
                discharge=stored.discharge,
                said=said,
            )
    marched, whole, order = offered(problem, offers, plan, stored)
    return Planned(marched, whole, order, begin, values, plan, stored, bound, heat, choice)


def _in_order(problem: Problem, offers: Offer, stored: StoragePlan, merit: FloatArray | None) -> Plan:
    """Sources that must run, then the others by merit or as in the file, then idle storages."""
    beside = np.full_like(stored.discharge, np.inf)
    ranked = None if merit is None else np.concatenate([merit, beside], axis=1)
    first = [duty(source).must_run for source in problem.sources] + [False] * len(problem.storages)
    return merit_order(np.concatenate([offers.power, stored.discharge], axis=1), ranked, np.array(first))


def planned_heat(plan: Plan, bound: FloatArray, stored: StoragePlan, need: FloatArray) -> FloatArray:
    """Heat of each source, (time, source), if ``need`` (time,) is all that storages do not take. [W]"""
    many = bound.shape[1]
    upper = np.concatenate([np.minimum(plan.upper[:, :many], bound), stored.discharge], axis=1)
    return filled(need + stored.charge.sum(axis=1), upper, plan.order)[:, :many]


def first_sites(problem: Problem) -> list[Site]:
    """Before anything is known: the set-point, and the mean return temperature that consumers aim at."""
    usual = problem.load.usual_return(problem.t_feed)
    t_return = np.concatenate([usual[part].mean(axis=1) for part in pieces(*usual.shape)])
    return [Site(problem.t_feed, t_return) for _ in problem.sources]


def sites_of(problem: Problem, course: Course) -> list[Site]:
    """What each source saw in a march."""
    return [Site(problem.t_feed, course.source_return_temperature[:, s]) for s in range(len(problem.sources))]


def _values(problem: Problem, offers: Offer) -> Values:
    """Cost and CO2 of a joule, and what the case wants to be kept low."""
    wants, power, cost = problem.dispatch, problem.electricity_cost, None
    bought = np.maximum(offers.electricity_per_heat, 0.0)  # electricity made is not taken off
    carbon = _emitted(offers.fuel_per_heat, problem.fuel_carbon)
    carbon = carbon + _emitted(bought, problem.electricity_carbon[:, None])
    if problem.fuel_cost is not None and power is not None:
        cost = marginal_cost(
            offers.price, offers.fuel_per_heat, problem.fuel_cost, offers.electricity_per_heat, power[:, None]
        )
    if wants.objective == "emissions":
        return Values(cost, carbon, carbon, problem.electricity_carbon)
    if cost is None or power is None:
        return Values(None, carbon, None, None)
    weight = problem.ctx.values(wants.carbon_weight)
    if not weight.any():
        return Values(cost, carbon, cost, power)
    return Values(cost, carbon, cost + weight[:, None] * carbon, power + weight * problem.electricity_carbon)


def _emitted(per_heat: FloatArray, factor: FloatArray) -> FloatArray:
    """CO2 of inputs per unit of heat: none of what is not used, whatever its factor."""
    return np.where(per_heat == 0.0, 0.0, per_heat * factor)


def foreseen(now: Planned, before: Course) -> FloatArray:
    """Heat of sources and storages, (time, both), that a plan expects if what is needed is as before. [W]

    Below 0 where a storage takes it.
    """
    return np.concatenate([_expected(now, before), now.stored.discharge - now.stored.charge], axis=1)


def _expected(now: Planned, course: Course) -> FloatArray:
    """Heat of sources that a plan expects, where it is but an order, at the need of a march. [W]"""
    if now.source_heat is not None:
        return now.source_heat
    return planned_heat(now.sources, now.most, now.stored, course.source_heat.sum(axis=1))


def intended(now: Planned, course: Course) -> Intent:
    """What a plan expected of the round that was marched by it."""
    heat = _expected(now, course)
    choice, price = now.choice, now.choice.price
    if price is None and now.values.cost is not None:
        price = marginal_price(heat, now.most, now.values.cost)
    return Intent(
        source_heat=heat,
        storage_heat=now.stored.charge - now.stored.discharge,
        price=price,
        cost=choice.cost,
        carbon=choice.carbon,
        ideal=choice.ideal,
        said=choice.said + _not_needed(now, heat),
    )


def _not_needed(now: Planned, heat: FloatArray) -> tuple[str, ...]:
    """Heat of sources that must run which a merit order leaves, a sentence each."""
    if now.choice.price is not None:  # a linear programme has said so itself
        return ()
    said, step = [], now.problem.step
    for s, source in enumerate(now.problem.sources):
        left = now.most[:, s] - heat[:, s]
        unused = left > 1e-6 * now.most[:, s]
        if duty(source).must_run and unused.any():
            energy, hours = left[unused].sum() * step / JOULES_PER_MWH, unused.sum() * step / 3600.0
            said.append(f"{source.name}: {energy:.4g} MWh rejected in {hours:g} hours, as it must run")
    return tuple(said)
