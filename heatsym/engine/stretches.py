"""Trenches that close and open: one march after another, each with graphs of its own, over the same water.

Nothing flows through a closed trench; its water stands and cools. Each part of the network that closed
trenches leave, if it has a source and a consumer, goes on by itself: an island, which has its own balance,
its own pressures, and its sources in the order of all. Any other part stands still: its consumers get
nothing, its sources give nothing. The engines know nothing of this. In every stretch of steps they march
one network for each island, whose loops have no closed trench, and in which nobody who is cut off asks or
gives; what stands still is marched with the island that closed trenches join it to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np

from heatsym.engine.hydraulics import Solver, solver
from heatsym.engine.problem import Held, Layer, Places, Problem, Stretch
from heatsym.engine.trajectory import Cause, Hydraulics, March, joined, rows
from heatsym.engine.walled import largest_flow
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Load, Offer, Plan
from heatsym.interfaces.stepwise import Made, Stepwise, picked
from heatsym.network.elements import Pumps
from heatsym.network.properties import PipeProperties
from heatsym.numerics.graph import FlowGraph, components, flow_graph
from heatsym.numerics.mixing import mixer

Progress = Callable[[float], None]
Table = TypeVar("Table", PipeProperties, Load, Offer)
Series = TypeVar("Series", March, Hydraulics)


class Part(Protocol):
    """What both engines do, as far as it is needed here; a state is that of one island."""

    def initial_state(self) -> Any:
        """Water as it is filled in."""

    def start(self) -> Any:
        """Water to start from."""

    def taken_over(self, states: Sequence[Any], before: Sequence[Any], here: Places) -> Any:
        """The states of other islands' marches, of which ``here`` is meant."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Island:
    """A part of the network that goes on by itself, and what stands still beside it.

    ``node`` are positions of nodes: its own, and ends of closed trenches whose other end is its own.
    """

    node: IntArray
    own: BoolArray  # (node of the island,) not an end that another island has
    served: BoolArray  # (node of the island,) water goes round there
    places: Places
    held: Held


def islands(problem: Problem, stretch: Stretch) -> tuple[Island, ...]:
    """The islands of a stretch, in the order in which their holds stand; of all nodes each is one's own.

    Where no part has both sources and consumers, all is one that stands still.

    Raises
    ------
    ValueError
        There is no place in one of them at which its pressure may be held.
    """
    graph, sources = problem.graph, problem.source_node[: len(problem.sources)]
    open_ = np.ones(len(graph.start), dtype=np.bool_)
    open_[stretch.closed] = False
    part = components(graph.nodes, graph.start[open_], graph.end[open_])
    goes_on = np.zeros(int(part.max()) + 1, dtype=np.bool_)
    goes_on[np.intersect1d(part[sources], part[problem.consumer_node])] = True
    held_at: dict[int, Held] = {}
    for held in problem.holds:
        if goes_on[part[held.node]]:
            held_at.setdefault(int(part[held.node]), held)
    if len(held_at) < goes_on.sum():
        raise ValueError("the pressure of a part with sources is held nowhere")
    if not held_at:
        held_at[int(part[graph.root])] = Held(graph.root, problem.pressure_hold)
    owner = _owners(part, np.array(list(held_at)), graph.start[~open_], graph.end[~open_])
    found = []
    for number, (place, held) in enumerate(held_at.items()):
        own = owner == number
        pipe = np.flatnonzero(own[graph.start])
        node = np.unique(np.concatenate([np.flatnonzero(own), graph.end[pipe]]))
        places = Places(
            pipe=pipe,
            consumer=np.flatnonzero(own[problem.consumer_node]),
            source=np.flatnonzero(own[problem.source_node]),
        )
        served = (part[node] == place) & goes_on[place]
        found.append(Island(node, own[node], served, places, held))
    return tuple(found)


def _owners(part: IntArray, first: IntArray, start: IntArray, end: IntArray) -> IntArray:
    """Which of the ``first`` parts owns each node: its own, and those that closed trenches join to it."""
    owner = np.full(int(part.max()) + 1, -1)
    owner[first] = np.arange(len(first))
    here, there = part[np.concatenate([start, end])], part[np.concatenate([end, start])]
    while (owner < 0).any():
        reached = (owner[here] >= 0) & (owner[there] < 0)
        owner[there[reached][::-1]] = owner[here[reached][::-1]]  # the first is written last, and stays
    return np.asarray(owner[part], dtype=np.int64)


def _alone(problem: Problem, stretch: Stretch, island: Island) -> Problem:
    """The problem of an island's network in a stretch; its load is still that of all consumers."""
    graph, at, held = problem.graph, island.places, island.held
    if held.node == graph.root and island.own.sum() == graph.nodes:
        return replace(
            problem, graph=graph_of(problem, stretch), pressure_hold=held.pressure, stretches=(), holds=()
        )
    number = np.full(graph.nodes, -1)
    number[island.node] = np.arange(len(island.node))
    start, end = number[graph.start[at.pipe]], number[graph.end[at.pipe]]
    shut = np.flatnonzero(np.isin(at.pipe, stretch.closed))
    now = problem.once(flow_graph, len(island.node), start, end, int(number[held.node]), shut)
    many = len(problem.sources)
    return replace(
        problem,
        node_ids=tuple(problem.node_ids[i] for i in island.node),
        pipe_ids=tuple(problem.pipe_ids[k] for k in at.pipe),
        consumer_ids=tuple(problem.consumer_ids[c] for c in at.consumer),
        sources=tuple(problem.sources[s] for s in at.source if s < many),
        source_node=number[problem.source_node[at.source]],
        consumer_node=number[problem.consumer_node[at.consumer]],
        graph=now,
        mixer=problem.once(mixer, now.nodes, now.start, now.end, now.order),
        pipes=_columns(problem.pipes, at.pipe),
        supply=_layer_of(problem.supply, at.pipe),
        return_=_layer_of(problem.return_, at.pipe),
        height=problem.height[island.node],
        pressure_hold=held.pressure,
        initial_supply=None if problem.initial_supply is None else problem.initial_supply[island.node],
        initial_return=None if problem.initial_return is None else problem.initial_return[island.node],
        plant_efficiency=None
        if problem.plant_efficiency is None
        else (problem.plant_efficiency[0][at.source], problem.plant_efficiency[1][at.source]),
        largest_flow=None if problem.largest_flow is None else problem.largest_flow[at.pipe],
        stretches=(),
        holds=(),
    )


def _layer_of(layer: Layer, pipe: IntArray) -> Layer:
    """One side of some pipes, and the pumps in them."""
    pumps = layer.pumps
    inside = np.flatnonzero(np.isin(pumps.pipe, pipe))
    place = {one.name: getattr(pumps, one.name)[inside] for one in fields(pumps) if one.name != "name"}
    place["pipe"] = np.searchsorted(pipe, place["pipe"])
    valves = layer.valves[pipe] if isinstance(layer.valves, np.ndarray) else layer.valves
    return replace(
        layer,
        capacity=layer.capacity[pipe],
        valves=valves,
        pumps=Pumps(name=tuple(pumps.name[i] for i in inside), **place),
    )


def _columns(table: Table, which: IntArray) -> Table:
    """A dataclass of arrays with some of their columns."""
    given = {one.name: getattr(table, one.name) for one in fields(table)}
    chosen: dict[str, Any] = {name: _some(v, which) for name, v in given.items() if hasattr(v, "shape")}
    return replace(table, **chosen)


def _some(values: FloatArray | Stepwise, which: IntArray) -> FloatArray | Stepwise:
    """Some columns; one that is the same for all stays one, and what is made of steps is made of steps."""
    if not isinstance(values, np.ndarray):
        return picked(values, which)
    if values.strides[-1] == 0 and values.shape[-1] > 0:
        return np.broadcast_to(values[..., :1], (*values.shape[:-1], len(which)))
    return values[..., which]


def _part_of(plan: Plan, source: IntArray) -> Plan:
    """The plan of some sources, in the order of all."""
    place = np.full(plan.upper.shape[1], -1)
    place[source] = np.arange(len(source))
    order = place[plan.order]
    return Plan(plan.upper[:, source], order[order >= 0].reshape(len(order), len(source)))


def _silent(load: Load, cut: BoolArray) -> Load:
    """The load without that of some consumers."""
    if not cut.any():
        return load

    def silent(given: Stepwise) -> Stepwise:
        def rows(steps: int | slice) -> FloatArray:
            values = given[steps]
            return np.where(cut & ~np.isnan(values), 0.0, values)

        return Made(given.shape, rows)

    bypass = np.where(cut, np.nan, load.bypass)
    return replace(load, heat=silent(load.heat), mass_flow=silent(load.mass_flow), bypass=bypass)


def _idle(plan: Plan, cut: BoolArray) -> Plan:
    """The plan without some sources."""
    return replace(plan, upper=np.where(cut, 0.0, plan.upper)) if cut.any() else plan


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    """An island with the engine that marches it."""

    island: Island
    engine: Part


class Staged:
    """An engine for the stretches of a problem, made anew for each; see the head of the module.

    A state belongs to the islands of the step before it, or of the first step: it is a tuple of theirs.
    """

    def __init__(
        self, engine_of: Callable[[Problem, Offer, Plan], Part], problem: Problem, offers: Offer, plan: Plan
    ) -> None:
        """Remember of what the engines are made."""
        if problem.wall == "distributed":  # cells of pipes stay what they are, whoever draws
            problem = replace(problem, largest_flow=largest_flow(problem))
        self.engine_of, self.problem, self.offers, self.plan = engine_of, problem, offers, plan
        self.made: tuple[Stretch, tuple[_Running, ...]] | None = None

    def _running(self, stretch: Stretch) -> tuple[_Running, ...]:
        """The islands of a stretch with their engines, which are kept for the next call."""
        if self.made is None or self.made[0] is not stretch:
            self.made = None  # before the next ones are made: each has tables of its own
            found = islands(self.problem, stretch)
            self.made = stretch, tuple(_Running(one, self._engine(stretch, one)) for one in found)
        return self.made[1]

    def _engine(self, stretch: Stretch, island: Island) -> Part:
        """The engine of an island, in which nobody who is cut off asks for anything or gives."""
        now, at = _alone(self.problem, stretch, island), island.places
        load, offers, plan = self.problem.load, self.offers, self.plan
        if len(at.consumer) < len(self.problem.consumer_node):
            load = _columns(load, at.consumer)
        if len(at.source) < len(self.problem.source_node):
            offers, plan = _columns(offers, at.source), _part_of(plan, at.source)
        now = replace(now, load=_silent(load, ~island.served[now.consumer_node]))
        return self.engine_of(now, offers, _idle(plan, ~island.served[now.source_node]))

    def initial_state(self, stretch: Stretch | None = None) -> tuple[Any, ...]:
        """Water as it is filled in, for the first step's engines, or those of a stretch."""
        now = self._running(stretch or self.problem.stretches[0])
        return tuple(one.engine.initial_state() for one in now)

    def start(self) -> tuple[Any, ...]:
        """Water to start from; it settles with those trenches closed that are in the first step."""
        return tuple(one.engine.start() for one in self._running(self.problem.stretches[0]))

    def march(self, state: tuple[Any, ...], progress: Progress) -> March:
        """All steps from a state, recorded."""
        return self.part(state, 0, self.problem.steps, progress)[1]

    def part(
        self, state: tuple[Any, ...], first: int, last: int, progress: Progress, keep: bool = True
    ) -> tuple[tuple[Any, ...], March]:
        """Steps ``first`` up to ``last`` from a state, recorded, and the state after them.

        ``keep`` False may march the state itself on.
        """
        parts = []
        held = stretch_of(self.problem, first - 1)
        for stretch, begin, end in within(self.problem, first, last):
            if stretch is not held:
                before = self._running(held)
                state, held, keep = _handed_over(state, before, self._running(stretch)), stretch, False
            now, after, marches = self._running(stretch), [], []
            for number, (one, water) in enumerate(zip(now, state, strict=True)):
                tell = _share(progress, begin, end, first, last)
                tell = _share(tell, number, number + 1, 0, len(now))
                water, march = one.engine.part(water, begin, end, tell, keep)
                after.append(water)
                marches.append(march)
            whole = _together(self.problem, [one.island for one in now], marches)
            parts.append(self._with_unmet(whole, [one.island for one in now], begin, end))
            state, keep = tuple(after), False
        return state, joined(parts)

    def _with_unmet(self, march: March, now: Sequence[Island], first: int, last: int) -> March:
        """What consumers that are cut off asked for, and why they did not get it."""
        cut = cut_off(self.problem, now)[self.problem.consumer_node]
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


def cut_off(problem: Problem, now: Sequence[Island]) -> BoolArray:
    """Nodes of which no water goes round; (node,)."""
    cut = np.ones(problem.graph.nodes, dtype=np.bool_)
    for island in now:
        cut[island.node[island.served]] = False
    return cut


def _handed_over(
    state: Sequence[Any], before: Sequence[_Running], now: Sequence[_Running]
) -> tuple[Any, ...]:
    """The water and the memory of some islands as those of others: every pipe keeps its own."""
    kinds = (one.name for one in fields(Places))
    places = [one.island.places for one in before]
    here = {kind: np.argsort(np.concatenate([getattr(at, kind) for at in places])) for kind in kinds}
    engines = [one.engine for one in before]
    return tuple(
        one.engine.taken_over(
            state,
            engines,
            Places(**{kind: at[getattr(one.island.places, kind)] for kind, at in here.items()}),
        )
        for one in now
    )


_NOT_SUMS = {"sweeps": np.maximum, "converged": np.logical_and, "pump_throttled": np.logical_or}


def _objects(island: Island) -> dict[str, IntArray]:
    """Positions in the whole of what the columns of an island's series stand for, by their first word."""
    at = island.places
    return {"node": island.node, "pipe": at.pipe, "consumer": at.consumer, "source": at.source}


def _together(problem: Problem, now: Sequence[Island], parts: Sequence[Series]) -> Series:
    """Series of all islands as one of the whole: objects side by side, what the network has added up.

    A step took as many sweeps as that island's that took most, and converged if it did in all. The
    critical consumer is that of the first island where anybody draws.
    """
    if len(parts) == 1:
        return parts[0]
    many = {"node": problem.graph.nodes, "pipe": len(problem.graph.start)}
    many |= {"consumer": len(problem.consumer_node), "source": len(problem.source_node)}
    whole: dict[str, Any] = {}
    for name in (one.name for one in fields(parts[0])):
        values, kind = [getattr(part, name) for part in parts], name.partition("_")[0]
        if kind in many and not len(values[0]):  # prosumers' series, which follow from the sources'
            whole[name] = values[0]
        elif kind in many:
            whole[name] = np.empty((len(values[0]), many[kind]), dtype=values[0].dtype)
            for island, one in zip(now, values, strict=True):
                own = island.own if kind == "node" else np.s_[:]
                whole[name][:, _objects(island)[kind][own]] = one[:, own]
        elif name == "critical_consumer":
            whole[name] = np.full(values[0].shape, -1)
            for island, one in zip(now, values, strict=True):
                free = (whole[name] < 0) & (one >= 0)
                whole[name][free] = island.places.consumer[one[free]]
        else:
            whole[name] = _NOT_SUMS[name].reduce(values) if name in _NOT_SUMS else sum(values)
    return type(parts[0])(**whole)


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
    fall = medium.theta(feed) - medium.theta(load.return_offset[part] + load.return_slope[part] * feed)
    brought = np.nan_to_num(load.mass_flow[part]) * medium.capacity * np.maximum(fall, 0.0)
    heat = load.heat[part]
    return np.where(np.isnan(heat), brought, heat)


def pressures(problem: Problem, march: March, first: int = 0) -> Hydraulics:
    """As :func:`heatsym.engine.hydraulics.hydraulics`, along what is open; NaN at nodes that are cut off.

    ``march`` begins with step ``first``.
    """
    return Pressures(problem).of(march, first)


class Pressures:
    """The same for pieces of a march, one after another; what they have in common is laid out once."""

    def __init__(self, problem: Problem) -> None:
        """Nothing is laid out before it is asked for."""
        self.problem = problem
        self.whole: Solver | None = None
        self.made: tuple[Stretch, tuple[_Solved, ...]] | None = None

    def of(self, march: March, first: int = 0) -> Hydraulics:
        """Of a piece that begins with step ``first``."""
        if not self.problem.stretches:
            self.whole = self.whole or solver(self.problem)
            return self.whole(march)
        parts = []
        for stretch, begin, end in within(self.problem, first, first + len(march.sweeps)):
            there, now = rows(march, slice(begin - first, end - first)), self._solved(stretch)
            found = [_pressures(one, there) for one in now]
            parts.append(_together(self.problem, [one.island for one in now], found))
        return joined(parts)

    def _solved(self, stretch: Stretch) -> tuple[_Solved, ...]:
        """The islands of a stretch with their tables, which are kept for the next call."""
        if self.made is None or self.made[0] is not stretch:
            now = [(one, _alone(self.problem, stretch, one)) for one in islands(self.problem, stretch)]
            made = (_Solved(one, alone.consumer_node, solver(alone)) for one, alone in now)
            self.made = stretch, tuple(made)
        return self.made[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """An island with what finds its pressures."""

    island: Island
    consumer_node: IntArray  # of its consumers, in the island
    solver: Solver


def _pressures(one: _Solved, march: March) -> Hydraulics:
    """Pressures of an island from the march of the whole."""
    columns, cut = _objects(one.island), ~one.island.served
    series: dict[str, Any] = {}
    for name in (one.name for one in fields(march)):
        which, values = columns.get(name.partition("_")[0]), getattr(march, name)
        series[name] = values if which is None or not len(values) else values[:, which]
    found = one.solver(March(**series))
    return replace(
        found,
        node_supply_pressure=np.where(cut, np.nan, found.node_supply_pressure),
        node_return_pressure=np.where(cut, np.nan, found.node_return_pressure),
        consumer_differential_pressure=np.where(
            cut[one.consumer_node], np.nan, found.consumer_differential_pressure
        ),
    )
