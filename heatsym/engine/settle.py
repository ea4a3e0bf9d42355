"""Rounds of plan and march until what the sources give no longer changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar

import numpy as np

from heatsym.dispatch.cost import marginal_cost
from heatsym.dispatch.merit_order import merit_order
from heatsym.engine.compiled import Compiled, RecirculationError
from heatsym.engine.hydraulics import hydraulics
from heatsym.engine.problem import Problem, stacked
from heatsym.engine.reference import Reference
from heatsym.engine.trajectory import FedIn, March, Trajectory
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import FeedIn, Offer, Plan, Site

Progress = Callable[[float, str], None]

State = TypeVar("State")


class Engine(Protocol[State]):
    """What both engines do: settle a start, and march from it as often as asked."""

    def start(self) -> State:
        """Water to start from."""

    def march(self, state: State, progress: Callable[[float], None]) -> March:
        """All steps from a state."""


SETTLED = 1e-3
"""Energy-weighted hourly change of every source's heat, round to round, of a settled plan. [-]"""


def settle(problem: Problem, progress: Progress) -> Trajectory:
    """March the problem; plan and march again while any source's offer minds the temperatures found.

    ``progress`` is told the share done, from 0 to 1 in each round, and what is being done. Where water
    circulates within one side, the reference engine does it all, and a warning says so.
    """
    if problem.engine == "reference":
        return _settled(problem, Reference, progress)
    try:
        return _settled(problem, Compiled, progress)
    except RecirculationError as found:
        told = (*problem.warnings, f"computed by the reference engine: {found}")
        return _settled(replace(problem, warnings=told, engine="reference"), Reference, progress)


def _settled(problem: Problem, engine_of: type[Compiled] | type[Reference], progress: Progress) -> Trajectory:
    """The rounds, with one engine."""
    minds = any(source.minds_return for source in problem.sources)
    offers, plan = _planned(problem, _first_sites(problem))
    engine: Engine[Any] = engine_of(problem, offers, plan)
    progress(0.0, "settling the start")
    start = engine.start()
    march = engine.march(start, _teller(progress, problem, 1))
    seconds, changes = march.seconds, list[float]()
    shift = np.zeros_like(march.source_heat)
    while minds and len(changes) + 1 < problem.max_rounds and (not changes or changes[-1] > SETTLED):
        offers, plan = _planned(problem, _sites(problem, march))
        engine = engine_of(problem, offers, plan)
        again = engine.march(start, _teller(progress, problem, len(changes) + 2))
        shift = np.abs(again.source_heat - march.source_heat)
        changes.append(float(shift.sum() / max(float(again.source_heat.sum()), 1e-300)))
        march, seconds = again, seconds + again.seconds
    pressures = march
    march, fed_in = _parted(problem, march)
    settled = not minds or (bool(changes) and changes[-1] <= SETTLED)
    progress(1.0, "pressures")
    sites = _sites(problem, march)
    return Trajectory(
        march=march,
        hydraulics=hydraulics(problem, pressures),
        uses=tuple(
            source.use(problem.ctx, site, march.source_heat[:, s])
            for s, (source, site) in enumerate(zip(problem.sources, sites, strict=True))
        ),
        t_air=problem.ctx.t_air,
        t_ground=problem.t_ground,
        t_feed=problem.t_feed,
        rounds=len(changes) + 1,
        change=tuple(changes),
        settled=settled,
        seconds=seconds,
        unsettled_hours={} if settled else _unsettled(problem, march, shift[:, : len(problem.sources)]),
        warnings=problem.warnings,
        engine=problem.engine,
        fed_in=fed_in,
    )


def _parted(problem: Problem, march: March) -> tuple[March, FedIn | None]:
    """The march with its sources alone, and what prosumers fed in."""
    offered, count = problem.load.feed_in, len(problem.sources)
    if offered is None:
        return march, None
    heat, flow = march.source_heat[:, count:], march.source_mass_flow[:, count:]
    alone = replace(
        march,
        source_heat=march.source_heat[:, :count],
        source_mass_flow=march.source_mass_flow[:, :count],
        source_supply_temperature=march.source_supply_temperature[:, :count],
        source_return_temperature=march.source_return_temperature[:, :count],
    )
    return alone, FedIn(offered.consumer, heat, np.maximum(offered.heat - heat, 0.0), flow)


def _planned(problem: Problem, sites: list[Site]) -> tuple[Offer, Plan]:
    """Every source's offer at these temperatures, and the dispatch of them."""
    offers = stacked(
        [source.offer(problem.ctx, site) for source, site in zip(problem.sources, sites, strict=True)]
    )
    costs = None
    if problem.fuel_cost is not None and problem.electricity_cost is not None:
        costs = marginal_cost(
            offers.price,
            offers.fuel_per_heat,
            problem.fuel_cost,
            offers.electricity_per_heat,
            problem.electricity_cost[:, None],
        )
    plan = merit_order(offers.power, costs)
    return (
        (offers, plan)
        if problem.load.feed_in is None
        else _with_prosumers(offers, plan, problem.load.feed_in)
    )


def _with_prosumers(offers: Offer, plan: Plan, offered: FeedIn) -> tuple[Offer, Plan]:
    """What prosumers offer beside the sources; the network takes it first, in the order of the table."""
    count = offers.power.shape[1]
    zero, free = np.zeros_like(offered.heat), np.full_like(offered.heat, np.inf)
    extra = Offer(offered.heat, offered.t_feed, free, free, zero, zero, zero)
    both = (np.concatenate([getattr(offers, f.name), getattr(extra, f.name)], axis=1) for f in fields(Offer))
    first = np.broadcast_to(count + np.arange(len(offered.consumer)), offered.heat.shape)
    return Offer(*both), Plan(
        np.concatenate([plan.upper, offered.heat], axis=1), np.concatenate([first, plan.order], axis=1)
    )


def _first_sites(problem: Problem) -> list[Site]:
    """Before anything is known: the set-point, and the mean return temperature that consumers aim at."""
    load = problem.load
    usual = (load.return_offset + load.return_slope * problem.t_feed[:, None]).mean(axis=1)
    return [Site(problem.t_feed, usual) for _ in problem.sources]


def _sites(problem: Problem, march: March) -> list[Site]:
    """What each source saw in a march."""
    return [Site(problem.t_feed, march.source_return_temperature[:, s]) for s in range(len(problem.sources))]


def _unsettled(problem: Problem, march: March, shift: FloatArray) -> dict[str, float]:
    """Hours in which a source's heat still moved by more than the limit's share of all heat, by source."""
    moved = shift > SETTLED * march.source_heat.sum(axis=1, keepdims=True)
    hours = moved.sum(axis=0) * problem.step / 3600.0
    return {source.name: float(h) for source, h in zip(problem.sources, hours, strict=True) if h > 0}


def _teller(progress: Progress, problem: Problem, number: int) -> Callable[[float], None]:
    """Tells the round and the simulated date."""
    local = problem.ctx.axis.local

    def tell(done: float) -> None:
        day = local[int(done * (len(local) - 1))].astype("datetime64[D]")
        progress(done, f"round {number}, {day}")

    return tell
