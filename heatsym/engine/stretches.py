"""Trenches that close and open: one march after another, each with a graph of its own, over the same water.

Nothing flows through a closed trench; its water stands and cools. Whatever only closed trenches lead to is
cut off from the plant that holds the pressure: its consumers get nothing, its sources give nothing. The
engines know nothing of this. In every stretch of steps they march a network whose loops have no closed
trench, in which nobody who is cut off asks or gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from heatsym.engine.hydraulics import hydraulics
from heatsym.engine.problem import Problem, Stretch
from heatsym.engine.trajectory import Cause, Hydraulics, March, joined, rows
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Load, Offer, Plan
from heatsym.interfaces.stepwise import Made, Stepwise
from heatsym.numerics.graph import FlowGraph, flow_graph

Progress = Callable[[float], None]


class Part(Protocol):
    """What both engines do, as far as it is needed here."""

    def initial_state(self) -> Any:
        """Water as it is filled in."""

    def start(self) -> Any:
        """Water to start from."""

    def taken_over(self, state: Any, before: Any) -> Any:
        """The state of another graph's march."""

    def part(
        self, state: Any, first: int, last: int, progress: Progress, keep: bool = True
    ) -> tuple[Any, March]:
        """Some steps."""


def stretches(closed: BoolArray, pipe: IntArray) -> tuple[Stretch, ...]:
    """Stretches of the same closures; ``closed`` is (time, closure), ``pipe`` (closure,) which one closes."""
    if not closed.any():
        return ()
    steps = len(closed)
    turns = np.flatnonzero((closed[1:] != closed[:-1]).any(axis=1)) + 1
    bounds = [0, *turns.tolist(), steps]
    return tuple(Stretch(first, last, np.unique(pipe[closed[first]])) for first, last in pairwise(bounds))


def graph_of(problem: Problem, stretch: Stretch) -> FlowGraph:
    """The graph of a stretch."""
    whole = problem.graph
    return problem.once(flow_graph, whole.nodes, whole.start, whole.end, whole.root, stretch.closed)


def during(problem: Problem, stretch: Stretch) -> Problem:
    """The problem with a stretch's graph, in which nobody who is cut off asks for anything."""
    graph = graph_of(problem, stretch)
    cut = graph.cut_off[problem.consumer_node]
    return replace(problem, graph=graph, load=_silent(problem.load, cut), stretches=())


def _silent(load: Load, cut: BoolArray) -> Load:
    """The load without that of some consumers."""
    if not cut.any():
        return load

    def silent(given: Stepwise) -> Stepwise:
        def rows(steps: int | slice) -> FloatArray:
            values = given[steps]
            return np.where(cut & ~np.isnan(values), 0.0, values)

        return Made(given.shape, rows)

    return replace(load, heat=silent(load.heat), mass_flow=silent(load.mass_flow))


def _idle(plan: Plan, cut: BoolArray) -> Plan:
    """The plan without some sources."""
    return replace(plan, upper=np.where(cut, 0.0, plan.upper)) if cut.any() else plan


class Staged:
    """An engine for the stretches of a problem, made anew for each; see the head of the module.

    A state belongs to the engine of the step before it, or of the first step.
    """

    def __init__(
        self, engine_of: Callable[[Problem, Offer, Plan], Part], problem: Problem, offers: Offer, plan: Plan
    ) -> None:
        """Remember of what the engines are made."""
        self.engine_of, self.problem, self.offers, self.plan = engine_of, problem, offers, plan
        self.made: tuple[Stretch, Part, BoolArray] | None = None

    def _engine(self, stretch: Stretch) -> tuple[Part, BoolArray]:
        """The engine of a stretch, and which consumers are cut off; both are kept for the next call."""
        if self.made is None or self.made[0] is not stretch:
            self.made = None  # before the next one is made: each has tables of its own
            problem = during(self.problem, stretch)
            cut = problem.graph.cut_off
            plan = _idle(self.plan, cut[problem.source_node])
            engine = self.engine_of(problem, self.offers, plan)
            self.made = (stretch, engine, cut[problem.consumer_node])
        return self.made[1:]

    def initial_state(self) -> Any:
        """Water as it is filled in, for the first step's engine."""
        return self._engine(self.problem.stretches[0])[0].initial_state()

    def start(self) -> Any:
        """Water to start from; it settles with those trenches closed that are in the first step."""
        return self._engine(self.problem.stretches[0])[0].start()

    def march(self, state: Any, progress: Progress) -> March:
        """All steps from a state, recorded."""
        return self.part(state, 0, self.problem.steps, progress)[1]

    def part(
        self, state: Any, first: int, last: int, progress: Progress, keep: bool = True
    ) -> tuple[Any, March]:
        """Steps ``first`` up to ``last`` from a state, recorded, and the state after them.

        ``keep`` False may march the state itself on.
        """
        parts = []
        held = stretch_of(self.problem, first - 1)
        for stretch, begin, end in within(self.problem, first, last):
            if stretch is not held:
                before = self._engine(held)[0]
                state, held, keep = self._engine(stretch)[0].taken_over(state, before), stretch, False
            engine, cut = self._engine(stretch)
            state, march = engine.part(state, begin, end, _share(progress, begin, end, first, last), keep)
            parts.append(self._with_unmet(march, cut, begin, end))
            keep = False
        return state, joined(parts)

    def _with_unmet(self, march: March, cut: BoolArray, first: int, last: int) -> March:
        """What consumers that are cut off asked for, and why they did not get it."""
        if not cut.any():
            return march
        asked = np.where(cut, asked_for(self.problem, first, last), march.consumer_heat_demand)
        missing = np.where(cut & (asked > 0.0), np.int8(Cause.CLOSED), march.consumer_unmet_cause)
        return replace(
            march,
            consumer_heat_demand=asked,
            consumer_heat_unmet=asked - march.consumer_heat_delivered,
            consumer_unmet_cause=missing.astype(np.int8),
        )


def stretch_of(problem: Problem, step: int) -> Stretch:
    """The stretch that a step is in; the first one before the first step."""
    return next(stretch for stretch in problem.stretches if max(step, 0) < stretch.last)


def within(problem: Problem, first: int, last: int) -> Iterator[tuple[Stretch, int, int]]:
    """The stretches that steps ``first`` up to ``last`` fall into, and which steps are in each."""
    for stretch in problem.stretches:
        begin, end = max(first, stretch.first), min(last, stretch.last)
        if begin < end:
            yield stretch, begin, end


def _share(progress: Progress, begin: int, end: int, first: int, last: int) -> Progress:
    """Tells the share of all steps where a stretch tells its own."""
    return lambda done: progress((begin - first + done * (end - begin)) / (last - first))


def asked_for(problem: Problem, first: int, last: int) -> FloatArray:
    """Heat that consumers ask for, whatever arrives; (time, consumer). [W]

    A prescribed flow asks for what it would bring from water at the set-point.
    """
    part, load, medium = slice(first, last), problem.load, problem.medium
    feed = problem.t_feed[part, None]
    fall = medium.theta(feed) - medium.theta(load.return_offset[part] + load.return_slope * feed)
    brought = np.nan_to_num(load.mass_flow[part]) * medium.capacity * np.maximum(fall, 0.0)
    heat = load.heat[part]
    return np.where(np.isnan(heat), brought, heat)


def pressures(problem: Problem, march: March, first: int = 0) -> Hydraulics:
    """As :func:`heatsym.engine.hydraulics.hydraulics`, along what is open; NaN at nodes that are cut off.

    ``march`` begins with step ``first``.
    """
    if not problem.stretches:
        return hydraulics(problem, march)
    parts = []
    for stretch, begin, end in within(problem, first, first + len(march.sweeps)):
        now = replace(problem, graph=graph_of(problem, stretch), stretches=())
        found = hydraulics(now, rows(march, slice(begin - first, end - first)))
        cut = now.graph.cut_off
        parts.append(
            replace(
                found,
                node_supply_pressure=np.where(cut, np.nan, found.node_supply_pressure),
                node_return_pressure=np.where(cut, np.nan, found.node_return_pressure),
                consumer_differential_pressure=np.where(
                    cut[problem.consumer_node], np.nan, found.consumer_differential_pressure
                ),
            )
        )
    return joined(parts)
