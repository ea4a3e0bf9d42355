"""Trenches that close and open: one march after another, each with a graph of its own, over the same water.

Nothing flows through a closed trench; its water stands and cools. Whatever only closed trenches lead to is
cut off from the plant that holds the pressure: its consumers get nothing, its sources give nothing. The
engines know nothing of this. In every stretch of steps they march a network whose loops have no closed
trench, in which nobody who is cut off asks or gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np

from heatsym.engine.hydraulics import hydraulics
from heatsym.engine.problem import Problem, Stretch
from heatsym.engine.trajectory import Cause, Hydraulics, March, rows
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Load, Offer, Plan
from heatsym.numerics.graph import flow_graph

Progress = Callable[[float], None]
Series = TypeVar("Series", March, Hydraulics)


class Part(Protocol):
    """What both engines do, as far as it is needed here."""

    def start(self) -> Any:
        """Water to start from."""

    def taken_over(self, state: Any, before: Any) -> Any:
        """The state of another graph's march."""

    def part(self, state: Any, first: int, last: int, progress: Progress) -> tuple[Any, March]:
        """Some steps."""


def stretches(closed: BoolArray, pipe: IntArray) -> tuple[Stretch, ...]:
    """Stretches of the same closures; ``closed`` is (time, closure), ``pipe`` (closure,) which one closes."""
    if not closed.any():
        return ()
    steps = len(closed)
    turns = np.flatnonzero((closed[1:] != closed[:-1]).any(axis=1)) + 1
    bounds = [0, *turns.tolist(), steps]
    return tuple(Stretch(first, last, np.unique(pipe[closed[first]])) for first, last in pairwise(bounds))


def during(problem: Problem, stretch: Stretch) -> Problem:
    """The problem with a stretch's graph, in which nobody who is cut off asks for anything."""
    graph = flow_graph(
        problem.graph.nodes, problem.graph.start, problem.graph.end, problem.graph.root, stretch.closed
    )
    cut = graph.cut_off[problem.consumer_node]
    return replace(problem, graph=graph, load=_silent(problem.load, cut), stretches=())


def _silent(load: Load, cut: BoolArray) -> Load:
    """The load without that of some consumers."""
    if not cut.any():
        return load
    heat = np.where(cut & ~np.isnan(load.heat), 0.0, load.heat)
    flow = np.where(cut & ~np.isnan(load.mass_flow), 0.0, load.mass_flow)
    return replace(load, heat=heat, mass_flow=flow)


def _idle(plan: Plan, cut: BoolArray) -> Plan:
    """The plan without some sources."""
    return replace(plan, upper=np.where(cut, 0.0, plan.upper)) if cut.any() else plan


class Staged:
    """An engine for the stretches of a problem, made anew for each; see the head of the module."""

    def __init__(
        self, engine_of: Callable[[Problem, Offer, Plan], Part], problem: Problem, offers: Offer, plan: Plan
    ) -> None:
        """Remember of what the engines are made."""
        self.engine_of, self.problem, self.offers, self.plan = engine_of, problem, offers, plan

    def _engine(self, stretch: Stretch) -> tuple[Part, Problem]:
        problem = during(self.problem, stretch)
        plan = _idle(self.plan, problem.graph.cut_off[problem.source_node])
        return self.engine_of(problem, self.offers, plan), problem

    def start(self) -> Any:
        """Water to start from; it settles with those trenches closed that are in the first step."""
        return self._engine(self.problem.stretches[0])[0].start()

    def march(self, state: Any, progress: Progress) -> March:
        """All steps from a state, recorded."""
        before: Part | None = None
        parts = []
        for stretch in self.problem.stretches:
            engine, problem = self._engine(stretch)
            if before is not None:
                state = engine.taken_over(state, before)
            state, march = engine.part(state, stretch.first, stretch.last, self._teller(stretch, progress))
            parts.append(self._with_unmet(march, stretch, problem.graph.cut_off[problem.consumer_node]))
            before = engine
        return joined(parts)

    def _teller(self, stretch: Stretch, progress: Progress) -> Progress:
        first, steps = stretch.first, stretch.last - stretch.first
        return lambda done: progress((first + done * steps) / self.problem.steps)

    def _with_unmet(self, march: March, stretch: Stretch, cut: BoolArray) -> March:
        """What consumers that are cut off asked for, and why they did not get it."""
        if not cut.any():
            return march
        asked = np.where(cut, asked_for(self.problem, stretch), march.consumer_heat_demand)
        missing = np.where(cut & (asked > 0.0), np.int8(Cause.CLOSED), march.consumer_unmet_cause)
        return replace(
            march,
            consumer_heat_demand=asked,
            consumer_heat_unmet=asked - march.consumer_heat_delivered,
            consumer_unmet_cause=missing.astype(np.int8),
        )


def asked_for(problem: Problem, stretch: Stretch) -> FloatArray:
    """Heat that consumers ask for, whatever arrives; (time, consumer). [W]

    A prescribed flow asks for what it would bring from water at the set-point.
    """
    part, load, medium = slice(stretch.first, stretch.last), problem.load, problem.medium
    feed = problem.t_feed[part, None]
    fall = medium.theta(feed) - medium.theta(load.return_offset[part] + load.return_slope * feed)
    brought = np.nan_to_num(load.mass_flow[part]) * medium.capacity * np.maximum(fall, 0.0)
    return np.where(np.isnan(load.heat[part]), brought, load.heat[part])


def pressures(problem: Problem, march: March) -> Hydraulics:
    """As :func:`heatsym.engine.hydraulics.hydraulics`, along what is open; NaN at nodes that are cut off."""
    if not problem.stretches:
        return hydraulics(problem, march)
    parts = []
    for stretch in problem.stretches:
        within = during(problem, stretch)
        found = hydraulics(within, rows(march, slice(stretch.first, stretch.last)))
        cut = within.graph.cut_off
        parts.append(
            replace(
                found,
                node_supply_pressure=np.where(cut, np.nan, found.node_supply_pressure),
                node_return_pressure=np.where(cut, np.nan, found.node_return_pressure),
            )
        )
    return joined(parts)


def joined(parts: Sequence[Series]) -> Series:
    """Series of stretches one after another; the first's initial heat, counts and times summed up."""
    whole: dict[str, Any] = {}
    for field in fields(parts[0]):
        values = [getattr(part, field.name) for part in parts]
        if isinstance(values[0], np.ndarray):
            whole[field.name] = np.concatenate(values)
        elif field.name == "initial_stored_heat":
            whole[field.name] = values[0]
        else:
            whole[field.name] = sum(values)
    return type(parts[0])(**whole)
