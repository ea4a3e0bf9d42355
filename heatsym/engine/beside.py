"""What stands beside sources and consumers in a march: prosumers that feed in, and storages.

The engines know sources and consumers only. What prosumers offer and what storages discharge are further
sources, in this order after those of the case; what storages take is further consumers, after those of the
case. Here they are put into a problem, its offers and its plan, and taken out of what was marched.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from heatsym.engine.problem import Problem
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import FeedIn, Load, Offer, Plan, StoragePlan
from heatsym.interfaces.stepwise import Beside

LEAST_DROP = 5.0
"""Cooling of the water that charges a storage by which its largest flow is reckoned. [K]"""


def offered(problem: Problem, offers: Offer, plan: Plan, stored: StoragePlan) -> tuple[Problem, Offer, Plan]:
    """A problem in which storages take what they should; offers and plan with what they and prosumers give.

    ``offers`` are those of the sources; ``plan`` covers sources and, after them, storages. The network takes
    what prosumers offer first, in the order of the table.
    """
    sources = offers.power.shape[1]
    given = [offers]
    if problem.load.feed_in is not None:
        given.append(_fed_in(problem.load.feed_in))
    prosumers = sum(one.power.shape[1] for one in given[1:])
    if problem.storages:
        given.append(_plain(stored.discharge, stored.t_feed))
        problem = replace(problem, load=_charged(problem, stored), storage_lift=stored.electricity)
    whole = Offer(*(np.concatenate([getattr(one, f.name) for one in given], axis=1) for f in fields(Offer)))
    first = np.broadcast_to(sources + np.arange(prosumers), (problem.steps, prosumers))
    upper = np.concatenate(
        [plan.upper[:, :sources], *(one.power for one in given[1:2] if prosumers), plan.upper[:, sources:]],
        axis=1,
    )
    order = np.where(plan.order >= sources, plan.order + prosumers, plan.order)
    return problem, whole, Plan(upper, np.concatenate([first, order], axis=1))


def parted(
    problem: Problem, march: March, heads: Hydraulics | None, first: int
) -> tuple[March, Hydraulics | None]:
    """A piece from step ``first`` on with sources and consumers of the case alone, the others beside them."""
    march, heads = _without_storages(problem, march, heads, first)
    march, heads = _without_prosumers(problem, march, heads, first)
    return _with_boosters(problem, march, first), heads


def _plain(heat: FloatArray, t_feed: FloatArray) -> Offer:
    """Offers (time, column) of heat that costs nothing, and that nothing else bounds."""
    zero, free = np.zeros_like(heat), np.full_like(heat, np.inf)
    return Offer(
        power=heat,
        t_feed=t_feed,
        conductance=free,
        t_hot=free,
        fuel_per_heat=zero,
        electricity_per_heat=zero,
        price=zero,
        least=zero,
        ramp=free,
    )


def _fed_in(offer: FeedIn) -> Offer:
    """What prosumers offer."""
    return _plain(offer.heat, offer.t_feed)


def _charged(problem: Problem, stored: StoragePlan) -> Load:
    """The load of all consumers and, beside it, of storages that are charged."""
    load, zero = problem.load, np.zeros_like(stored.charge)
    largest = stored.charge.max(axis=0, initial=0.0) / (problem.medium.capacity * LEAST_DROP)
    return replace(
        load,
        heat=Beside(load.heat, stored.charge),
        mass_flow=Beside(load.mass_flow, np.full_like(zero, np.nan)),
        return_offset=Beside(load.return_offset, stored.t_back),
        return_slope=Beside(load.return_slope, zero),
        mass_flow_max=np.concatenate([load.mass_flow_max, largest]),
        bypass=np.concatenate([load.bypass, np.full(len(problem.storages), np.nan)]),
    )


def _without_storages(
    problem: Problem, march: March, heads: Hydraulics | None, first: int
) -> tuple[March, Hydraulics | None]:
    """A piece from step ``first`` on without the columns of storages, what they took and gave beside it."""
    many = len(problem.storages)
    if not many:
        return march, heads
    assert problem.storage_lift is not None  # of the round that is marched
    node, lift = problem.consumer_node[-many:], problem.storage_lift[first : first + len(march.sweeps)]
    beside: dict[str, Any] = {
        "storage_charged": march.consumer_heat_delivered[:, -many:],
        "storage_discharged": march.source_heat[:, -many:],
        "storage_electricity": march.source_heat[:, -many:] * lift,
        "storage_supply_temperature": march.node_supply_temperature[:, node],
        "storage_return_temperature": march.source_return_temperature[:, -many:],
    }
    alone = replace(march, **_cut(march, many), **{name: at.copy() for name, at in beside.items()})
    if heads is not None:
        differential = heads.consumer_differential_pressure[:, :-many]
        critical = heads.critical_consumer.copy()
        for t in np.flatnonzero(
            critical >= differential.shape[1]
        ):  # a storage is: the next one, if any draws
            drawn = ~np.isnan(differential[t])
            critical[t] = np.nanargmin(differential[t]) if drawn.any() else -1
        heads = replace(heads, **_cut(heads, many), critical_consumer=critical)
    return alone, heads


def _cut(table: March | Hydraulics, many: int) -> dict[str, Any]:
    """Series of consumers and sources without their last columns."""
    return {
        one.name: getattr(table, one.name)[:, :-many]
        for one in fields(table)
        if one.name.startswith(("consumer_", "source_")) and getattr(table, one.name).size
    }


def _without_prosumers(
    problem: Problem, march: March, heads: Hydraulics | None, first: int
) -> tuple[March, Hydraulics | None]:
    """The march with its sources alone, what prosumers fed in beside their demand."""
    feed_in, count = problem.load.feed_in, len(problem.sources)
    if feed_in is None:
        return march, heads
    at = slice(first, first + len(march.sweeps))
    heat, flow = march.source_heat[:, count:], march.source_mass_flow[:, count:]
    fed_in, rejected, through = np.zeros((3, *march.consumer_mass_flow.shape))
    fed_in[:, feed_in.consumer], through[:, feed_in.consumer] = heat, flow
    rejected[:, feed_in.consumer] = np.maximum(feed_in.heat[at] - heat, 0.0)
    alone = replace(
        march,
        source_heat=march.source_heat[:, :count],
        source_mass_flow=march.source_mass_flow[:, :count],
        source_supply_temperature=march.source_supply_temperature[:, :count],
        source_return_temperature=march.source_return_temperature[:, :count],
        consumer_heat_fed_in=fed_in,
        consumer_heat_rejected=rejected,
        consumer_fed_in_flow=through,
    )
    if heads is not None:
        heads = replace(heads, source_pump_lift=heads.source_pump_lift[:, :count])
    return alone, heads


def _with_boosters(problem: Problem, march: March, first: int) -> March:
    """A piece from step ``first`` on with the electricity of boosters, in proportion to heat delivered."""
    boosters = problem.load.boosters
    if boosters is None:
        return march
    planned = boosters.electricity[first : first + len(march.sweeps)]
    asked = march.consumer_heat_demand[:, boosters.consumer]
    given = march.consumer_heat_delivered[:, boosters.consumer]
    share = np.divide(given, asked, out=np.ones_like(asked), where=asked > 0.0)
    electricity = np.zeros_like(march.consumer_heat_demand)
    electricity[:, boosters.consumer] = planned * share
    return replace(march, consumer_booster_electricity=electricity)
