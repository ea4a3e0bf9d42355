"""The engine in plain numpy, written for reading: one step after another, all pipes at once.

A step finds flows and temperatures that agree (coupling sweeps over the linear pipe operators), then
moves the water in J substeps with those flows and gives every consumer its heat exactly. Temperatures
inside are the medium's theta. ``docs/decisions.md`` says what was chosen and why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from heatsym.engine import parcels, walled
from heatsym.engine.bypass import MOVES, TURNS, Bypasses, Ways
from heatsym.engine.problem import Layer, Places, Problem
from heatsym.engine.record import Outcome, Record, joined
from heatsym.engine.search import FlowSearch
from heatsym.engine.trajectory import Cause, March
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.exchange import Offer, Plan
from heatsym.interfaces.stepwise import Made, Stepwise
from heatsym.numerics.graph import balanced_flow
from heatsym.physics.friction import pressure_drop_and_slope
from heatsym.physics.pipe_loss import equilibrium_temperature

Progress = Callable[[float], None]

STILL = 1e-12
"""Flows below this share of the design flow are rounding, not flow. [-]"""
TEMPERATURE_TOLERANCE = 0.1
"""Largest change of a consumer's supply temperature in a converged step. [K]"""
PARTING_TOLERANCE = 0.2
"""Difference of what substeps and the whole step bring consumers, mean by flow; heat is exact anyway. [K]"""
SHIFT_TOLERANCE = 1.0
"""Largest correction of a return temperature that makes a consumer's heat exact. [K]"""
STRAY = 0.01
"""Share of all drawn flow whose consumers may be further off than these two tolerances. [-]"""
FARTHEST = 100.0
"""Times the first of these tolerances that no consumer at all may be off. [-]"""
SMALL_DIFFERENCE = 5.0
"""Supply less return below which missing heat is a matter of temperature, not of flow. [K]"""
HALVINGS = 5
"""Times that a step which does not converge is halved."""
REPEATS = 6
"""Times a step is coupled because its substeps brought other temperatures than the whole step."""
CUTS = 20
"""Times that flows of a step that does not converge are cut before its sources rest."""
EXCESS = 1e-7
"""Heat that a source at its limit may be off, over the design heat. [-]"""
BLOCK = 24
"""Steps that are looked through together where sums over all steps are made, at least."""
SEVERAL = 2**16
"""Values that are: half a megabyte."""


def _one_for_all(values: Stepwise) -> TypeGuard[FloatArray]:
    """Whether all consumers share one column of an array."""
    return isinstance(values, np.ndarray) and values.strides[1] == 0


def at_nodes(place: IntArray, amount: FloatArray, nodes: int) -> FloatArray:
    """Sums of amounts by node; (node,)."""
    return np.bincount(place, amount, nodes).astype(np.float64)


def stray(error: FloatArray, tolerance: float, flow: FloatArray) -> bool:
    """Whether consumers (consumer,) with more than a small share of the ``flow`` are off, or one by far."""
    size = np.abs(error)
    many = float(flow[size > tolerance].sum()) > STRAY * float(flow.sum())
    return many or bool(np.any(size > FARTHEST * TEMPERATURE_TOLERANCE))


class Way(Protocol):
    """What a step with known flow does to the water, before the inlet temperature is known."""

    @property
    def offset(self) -> FloatArray:
        """Mean temperature at each outlet with the inlet at 0; (pipe,)."""

    @property
    def gain(self) -> FloatArray:
        """Change of it with the inlet temperature; (pipe,). [-]"""

    def advanced(self, t_in: FloatArray) -> tuple[Water, FloatArray]:
        """The water after the step, and the heat lost in pipe capacities times kelvin; (pipe,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Lasting:
    """What flow that never changes does to the water: ``offset`` and ``gain`` as of a :class:`Way`."""

    offset: FloatArray
    gain: FloatArray


class Water(Protocol):
    """The water in one side's pipes: parcels, or plug flow past walls that follow late."""

    @property
    def merged(self) -> int:
        """Parcels merged since the start."""

    def mean(self) -> FloatArray:
        """Mean temperature of each pipe by heat capacity; (pipe,)."""

    def mean_of_water(self) -> FloatArray:
        """Mean temperature of the water in each pipe, without its wall; (pipe,)."""

    def oriented(self, flow: FloatArray) -> Water:
        """The same in the direction of a flow (signed, start to end); standing keeps."""

    def through(self, fills: FloatArray, decay: FloatArray, t_eq: FloatArray, seconds: float) -> Way:
        """What a time does to water that is oriented along the flow."""


@dataclass(slots=True, eq=False)
class State:
    """What one step hands to the next. Arrays are replaced, never written into."""

    supply: Water
    return_: Water
    arrived: FloatArray  # (consumer,) supply temperature at the consumer
    response: FloatArray  # (consumer,) change of that temperature with the logarithm of its flow [K]
    held: FloatArray  # (consumer,) flow that keeps the way to it warm, where there is a bypass
    source_return: FloatArray  # (source,) return temperature at the source
    circulation: tuple[FloatArray, FloatArray]  # loop flows in supply and return


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Mass flows [kg/s] of a step; ``share`` is the part of all demand that capacity lets through.

    ``consumer`` is what a consumer draws together with its ``bypass``.
    """

    consumer: FloatArray
    bypass: FloatArray
    source: FloatArray
    supply: FloatArray
    return_: FloatArray
    share: float
    circulation: tuple[FloatArray, FloatArray]
    arrived: FloatArray
    returned: FloatArray  # (source,)
    response: FloatArray
    held: FloatArray
    sweeps: int
    converged: bool

    @property
    def own(self) -> FloatArray:
        """What flows through the consumers themselves, (consumer,)."""
        return self.consumer - self.bypass


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one step asks and offers."""

    seconds: float
    substeps: int
    heat: FloatArray  # (consumer,) asked for, NaN where flow is prescribed
    mass_flow: FloatArray  # (consumer,) prescribed, NaN where heat is
    return_offset: FloatArray  # (consumer,)
    return_slope: FloatArray  # (consumer,)
    return_least: FloatArray  # (consumer,) where a rule that follows the supply ends [degC]
    feed: FloatArray  # (source,)
    upper: FloatArray  # (source,) [W]
    conductance: FloatArray  # (source,) [W/K]
    t_hot: FloatArray  # (source,) [degC]
    order: IntArray  # (source,)
    soil: float  # undisturbed
    t_eq_supply: FloatArray  # (pipe,)
    t_eq_return: FloatArray  # (pipe,)


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What moving one side's water through a step brought; node temperatures are (substep, node)."""

    water: Water
    node: FloatArray
    loss: FloatArray  # (pipe,) [J]


class Reference:
    """The march of one problem under one plan: immutable inputs, a state passed from step to step."""

    def __init__(self, problem: Problem, offers: Offer, plan: Plan) -> None:
        """Prepare what does not change from step to step."""
        self.problem, self.offers, self.plan = problem, offers, plan
        p, load, medium = problem, problem.load, problem.medium
        self.feed = medium.theta(offers.t_feed)
        self.ground = medium.theta(p.t_ground)
        self.all_fixed = self.never_follow()
        self.return_offset = self.offsets()
        self.substeps = p.ctx.axis.substeps
        self.asks_return = len(p.source_node) > 1 or bool(np.isfinite(plan.upper).any())
        largest = np.where(np.isfinite(load.mass_flow_max), load.mass_flow_max, 0.0)
        prescribed, self.design_heat = self.extremes()
        self.bypasses = bool((~np.isnan(load.bypass)).any())
        self.kept = medium.theta(load.bypass)
        self.most_kept = np.where(np.isfinite(load.mass_flow_max), load.mass_flow_max, prescribed)
        self.way = p.graph.along_ways(p.pipes.u_own * p.pipes.length)[p.consumer_node] / medium.capacity
        self.still = STILL * max(float(largest.sum() + prescribed.sum()), 1e-6)

    def never_follow(self) -> bool:
        """Whether no return temperature follows the supply, ever; day by day, to be small."""
        slope = self.problem.load.return_slope
        if _one_for_all(slope):
            return not slope[:, 0].any()
        return not any(slope[first : first + BLOCK].any() for first in range(0, self.problem.steps, BLOCK))

    def offsets(self) -> Stepwise:
        """Return temperatures as theta where they are fixed, else as they are; (time, consumer)."""
        offset, slope = self.problem.load.return_offset, self.problem.load.return_slope
        theta = self.problem.medium.theta
        if _one_for_all(offset) and _one_for_all(slope):
            column = np.where(slope[:, :1] == 0, theta(offset[:, :1]), offset[:, :1])
            return np.broadcast_to(column, offset.shape)
        return Made(
            offset.shape,
            lambda steps: np.where(slope[steps] == 0, theta(offset[steps]), offset[steps]),
        )

    def extremes(self) -> tuple[FloatArray, float]:
        """Largest prescribed flow of each consumer, and largest heat of all; piece by piece, to be small."""
        p, load = self.problem, self.problem.load
        flow, heat = np.zeros(load.heat.shape[1]), 0.0
        block = max(BLOCK, SEVERAL // max(len(flow), 1))
        for first in range(0, p.steps, block):
            part = slice(first, first + block)
            given = np.nan_to_num(load.mass_flow[part])
            drop = p.t_feed[part, None] * (1.0 - load.return_slope[part]) - load.return_offset[part]
            drawn = given * p.medium.capacity * np.maximum(drop, 0.0)
            flow = np.maximum(flow, given.max(axis=0, initial=0.0))
            asked = (np.nan_to_num(load.heat[part]) + drawn).sum(axis=1)
            heat = max(heat, float(asked.max(initial=0.0)))
        return flow, heat

    def initial_state(self) -> State:
        """Water as the case gives it, else at the first step's set-point and usual return temperature."""
        p, graph = self.problem, self.problem.graph
        warm, cold = p.initial_temperatures()
        at_rest = np.zeros(graph.loops.shape[0])
        ends = (warm[graph.start], warm[graph.end]), (cold[graph.start], cold[graph.end])
        supply: Water
        return_: Water
        if p.wall == "distributed":
            supply, return_ = (
                walled.filled(walled.walls(p, layer), *t)
                for layer, t in zip((p.supply, p.return_), ends, strict=True)
            )
        else:
            supply, return_ = (parcels.filled(*t) for t in ends)
        return State(
            supply=supply,
            return_=return_,
            arrived=warm[p.consumer_node],
            response=np.zeros(len(p.consumer_node)),
            held=np.full(len(p.consumer_node), -1.0),
            source_return=cold[p.source_node],
            circulation=(at_rest, at_rest),
        )

    # -- parts of a step -----------------------------------------------------------------------------

    def inputs(self, t: int, state: State, depth: int = 0) -> Step:
        """What step ``t`` asks and offers; pipes feel their partner's mean at the start of the step."""
        ground, own, cross = self.ground[t], self.problem.pipes.u_own, self.problem.pipes.u_cross
        return Step(
            seconds=self.problem.step / 2**depth,
            substeps=max(1, self.substeps >> depth),
            heat=self.problem.load.heat[t],
            mass_flow=self.problem.load.mass_flow[t],
            return_offset=self.return_offset[t],
            return_slope=self.problem.load.return_slope[t],
            return_least=self.problem.coldest_return(t),
            feed=self.feed[t],
            upper=self.plan.upper[t],
            conductance=self.offers.conductance[t],
            t_hot=self.offers.t_hot[t],
            order=self.plan.order[t],
            soil=float(ground),
            t_eq_supply=equilibrium_temperature(ground, state.return_.mean(), own, cross),
            t_eq_return=equilibrium_temperature(ground, state.supply.mean(), own, cross),
        )

    def wanted_return(self, step: Step, supply: FloatArray) -> FloatArray:
        """Return temperature by each consumer's rule, for supply temperatures (..., consumer)."""
        if self.all_fixed:
            return np.broadcast_to(step.return_offset, supply.shape)
        follows = np.maximum(self.rule(step, supply), step.return_least)
        fixed = step.return_slope == 0
        return np.where(fixed, step.return_offset, self.problem.medium.theta(follows))

    def rule(self, step: Step, supply: FloatArray) -> FloatArray:
        """What a rule that follows the supply (..., consumer) says before it ends. [degC]"""
        return step.return_offset + step.return_slope * self.problem.medium.temperature(supply)

    def consumer_flows(self, step: Step, supply: FloatArray) -> FloatArray:
        """Flow that brings the heat asked for at this supply temperature, at most the largest flow.

        Where that temperature is of no use and nothing bounds the flow: as if 5 K were.
        """
        most, difference = self.problem.load.mass_flow_max, supply - self.wanted_return(step, supply)
        difference = np.where((difference <= 0) & np.isinf(most), SMALL_DIFFERENCE, difference)
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.where(difference > 0, step.heat / (self.problem.medium.capacity * difference), np.inf)
        flow = np.where(step.heat > 0, np.minimum(needed, most), 0.0)
        return np.where(np.isnan(step.heat), np.nan_to_num(step.mass_flow), flow)

    def most_heat(self, step: Step, source_return: FloatArray) -> FloatArray:
        """Largest heat of each source: its plan, and its stream's cooling, at this return temperature. [W]"""
        limited = np.isfinite(step.conductance)
        if not limited.any():
            return step.upper
        cold = self.problem.medium.temperature(source_return[limited])
        heat = step.upper.copy()
        heat[limited] = np.minimum(
            heat[limited], step.conductance[limited] * np.maximum(step.t_hot[limited] - cold, 0.0)
        )
        return heat

    def most_flow(self, step: Step, source_return: FloatArray, heat: FloatArray) -> FloatArray:
        """Flow of each source at which it gives ``heat`` at this return temperature."""
        lift = step.feed - source_return
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(lift > 0, heat / (self.problem.medium.capacity * lift), 0.0)
        return np.where(np.isinf(heat), np.inf, most)

    def pipe_flows(
        self, consumer: FloatArray, source: FloatArray, state: State, start: tuple[FloatArray, FloatArray]
    ) -> tuple[FloatArray, FloatArray, tuple[FloatArray, FloatArray], bool]:
        """Flow in supply and return pipes from start to end, the loops' circulation, whether they balance."""
        p, graph = self.problem, self.problem.graph
        withdrawal = at_nodes(p.consumer_node, consumer, graph.nodes)
        withdrawal -= at_nodes(p.source_node, source, graph.nodes)
        if graph.loops.shape[0] == 0:
            flow = graph.tree_flow(withdrawal)
            flow[np.abs(flow) < self.still] = 0.0
            return flow, -flow, start, True
        supply, around, closed = self.loop_flows(withdrawal, state.supply, p.supply, start[0])
        return_, around_return, closed_return = self.loop_flows(
            -withdrawal, state.return_, p.return_, start[1]
        )
        return supply, return_, (around, around_return), closed and closed_return

    def loop_flows(
        self, withdrawal: FloatArray, water: Water, layer: Layer, start: FloatArray
    ) -> tuple[FloatArray, FloatArray, bool]:
        """Flow on one side of a meshed network, with friction at the water's temperature and its pumps."""
        p = self.problem
        t = p.medium.temperature(water.mean_of_water())
        zeta = p.pipes.zeta + layer.valves
        pipe = (p.pipes.length, p.pipes.inner_diameter, p.pipes.roughness, zeta)
        fluid = (p.medium.density(t), p.medium.viscosity(t))

        def friction(flow: FloatArray) -> tuple[FloatArray, FloatArray]:
            drop, slope = pressure_drop_and_slope(flow, *pipe, *fluid)
            pumped, falls = layer.pumps.drop(flow)
            np.add.at(drop, layer.pumps.pipe, pumped)
            np.add.at(slope, layer.pumps.pipe, falls)
            return drop, slope

        flow, around, closed = balanced_flow(p.graph, withdrawal, friction, start)
        flow[np.abs(flow) < self.still] = 0.0
        return flow, around, closed

    def passage(
        self, step: Step, water: Water, flow: FloatArray, layer: Layer, t_eq: FloatArray, parts: int
    ) -> Way:
        """Pipe operators of one side over a ``parts``-th of the step."""
        p = self.problem
        seconds = step.seconds / parts
        fills = np.abs(flow) * (seconds * p.medium.capacity / layer.capacity)
        decay = p.pipes.u_own * p.pipes.length * (seconds / layer.capacity)
        return water.through(fills, decay, t_eq, seconds)

    def mixed(
        self, way: Way | Lasting, flow: FloatArray, place: IntArray, inflow: FloatArray, t: FloatArray
    ) -> FloatArray:
        """Node temperatures of one side; ``inflow`` at temperature ``t`` enters at nodes ``place``."""
        nodes = self.problem.graph.nodes
        entering = at_nodes(place, inflow, nodes)
        content = at_nodes(place, inflow * np.where(inflow > 0, t, 0.0), nodes)
        return self.problem.mixer.solve(flow, way.offset, way.gain, entering, content)

    def ways(self, step: Step, flow: FloatArray, source: FloatArray) -> Ways:
        """How supply water comes to the nodes if these flows go on for ever."""
        p, graph = self.problem, self.problem.graph
        size, u_length = np.abs(flow), p.pipes.u_own * p.pipes.length
        fading = u_length / (np.maximum(size, 1e-300) * p.medium.capacity)
        way = Lasting(step.t_eq_supply * -np.expm1(-fading), np.exp(-fading))
        fed = at_nodes(p.source_node, source, graph.nodes)
        up, steepness = np.full(graph.nodes, -1), np.zeros(graph.nodes)
        upstream = np.where(flow > 0, graph.start, graph.end)
        downstream = np.where(flow > 0, graph.end, graph.start)
        for k in np.argsort(size, kind="stable"):  # the largest flow into a node is written last
            if size[k] > fed[downstream[k]]:
                up[downstream[k]], steepness[downstream[k]] = upstream[k], fading[k] / size[k]
        return Ways(self.mixed(way, flow, p.source_node, source, step.feed), up, steepness)

    def heat_taken(self, step: Step, flow: FloatArray, supply: FloatArray, share: float) -> FloatArray:
        """Heat that consumers draw from a flow at a supply temperature (nothing below their return's). [W]"""
        difference = np.maximum(supply - self.wanted_return(step, supply), 0.0)
        usable = flow * self.problem.medium.capacity * difference
        return self.exact(step, flow, share, usable)

    def exact(self, step: Step, flow: FloatArray, share: float, usable: FloatArray) -> FloatArray:
        """Heat that consumers get: what they asked for below their largest flow, else what is usable. [W]"""
        asked, most = share * step.heat, self.problem.load.mass_flow_max
        free = flow < np.where(np.isinf(most), most, share * np.nan_to_num(most)) * (1.0 - 1e-9)
        heat = np.where(np.isnan(step.heat), usable, np.where(free, asked, np.minimum(asked, usable)))
        return np.where(flow > 0, heat, 0.0)

    # -- the coupling --------------------------------------------------------------------------------

    def couple(self, step: Step, state: State, bias: FloatArray, source_bias: FloatArray) -> Flows:
        """Flows at which consumers get their heat from the temperatures that these flows bring.

        ``bias`` (consumer,) and ``source_bias`` (source,) are added to the temperatures that the
        whole-step operators bring, because substeps bring others.
        Where all sources together cannot give the flow, one ``share`` scales every consumer's demand.
        """
        p, capacity, graph = self.problem, self.problem.medium.capacity, self.problem.graph
        prescribed = np.isnan(step.heat)
        asked = np.where(prescribed, 0.0, step.heat)
        allowed = p.tolerance * max(float(asked.sum()), 1e-3 * self.design_heat)
        found, source_return = state.arrived, state.source_return
        search = FlowSearch(self.consumer_flows(step, found), p.load.mass_flow_max, state.response)
        bypasses = Bypasses(
            self.kept, self.most_kept, self.way, state.held, step.soil, float(step.feed.max(initial=-np.inf))
        )
        circulation, share = state.circulation, 1.0
        limit, rest = self.most_heat(step, source_return), np.zeros(len(graph.start))
        for sweep in range(1, p.max_sweeps + 1):
            flow = np.where(prescribed, np.nan_to_num(step.mass_flow), search.flow)
            passing = bypasses.passing(flow, self.still)
            wanted, through = share * float(flow.sum()), float(passing.sum())
            most = self.most_flow(step, source_return, limit)
            room = float(most.sum())
            if wanted + through <= self.still or room <= self.still:
                return Flows(
                    consumer=0.0 * flow,
                    bypass=0.0 * flow,
                    source=0.0 * source_return,
                    supply=rest,
                    return_=rest,
                    share=1.0 if wanted <= self.still else 0.0,
                    circulation=circulation,
                    arrived=found,
                    returned=source_return,
                    response=state.response,
                    held=bypasses.total,
                    sweeps=sweep,
                    converged=True,
                )
            ratio = room / wanted if wanted > 0.0 else np.inf
            now, share = share * min(1.0, ratio), min(1.0, share * ratio)
            left = max(room - now * float(flow.sum()), 0.0)
            scarce = left < through
            spared = passing * (left / through) if scarce else passing
            consumer = np.where(now * flow + spared < self.still, 0.0, now * flow + spared)
            spared = np.where(consumer > 0, spared, 0.0)
            own = consumer - spared
            before = np.concatenate([[0.0], np.cumsum(most[step.order])[:-1]])
            source = np.zeros_like(most)
            source[step.order] = np.clip(float(consumer.sum()) - before, 0.0, most[step.order])
            supply, return_, circulation, closed = self.pipe_flows(consumer, source, state, circulation)

            way = self.passage(step, state.supply.oriented(supply), supply, p.supply, step.t_eq_supply, 1)
            node = self.mixed(way, supply, p.source_node, source, step.feed)
            draws = consumer > 0
            found = np.where(draws & ~np.isnan(node[p.consumer_node]), node[p.consumer_node] + bias, found)
            difference = found - self.wanted_return(step, found)
            missing = np.where(prescribed, 0.0, now * search.missing(asked, capacity, difference))
            off = np.abs(missing) / np.where(own > 0, own * capacity, np.inf)
            error = float(np.abs(missing).sum()) + abs(share - now) * float(asked.sum())
            within, apart = allowed, 0.0
            opens, moves = sweep > TURNS, self.bypasses and sweep <= MOVES
            if moves:
                ways = self.ways(step, supply, source)
                missed = bypasses.missed(ways.t[p.consumer_node], flow, passing, scarce, opens)
                apart = float(missed.max(initial=0.0))
                error += capacity * float((consumer * missed).sum())
                kept = np.where(bypasses.needed, spared * (self.kept - step.soil), 0.0)
                within += p.tolerance * capacity * float(kept.sum())
            excess = 0.0
            if self.asks_return:
                heat = self.heat_taken(step, own, found, now)
                sent = found - heat / np.where(draws, consumer * capacity, 1.0)
                way = self.passage(
                    step, state.return_.oriented(return_), return_, p.return_, step.t_eq_return, 1
                )
                node = self.mixed(way, return_, p.consumer_node, consumer, sent)[p.source_node]
                source_return = np.where(np.isnan(node), source_return, node + source_bias)
                limit = self.most_heat(step, source_return)
                beyond = self.beyond(step, source, source_return, limit)
                excess = float(beyond.max())
                error += float(np.abs(beyond[source >= most * (1.0 - 1e-9)]).sum())
            settled = (
                error <= within
                and not stray(off, TEMPERATURE_TOLERANCE, consumer)
                and apart <= TEMPERATURE_TOLERANCE
                and excess <= EXCESS * self.design_heat
                and closed
            )
            if settled:
                break
            if sweep == p.max_sweeps:
                break
            search.step(asked, capacity, difference)
            if moves:
                bypasses.step(ways, p.consumer_node, flow, passing, scarce, opens)
        return Flows(
            consumer=consumer,
            bypass=spared,
            source=source,
            supply=supply,
            return_=return_,
            share=now,
            circulation=circulation,
            arrived=found,
            returned=source_return,
            response=search.response,
            held=bypasses.total,
            sweeps=sweep,
            converged=settled,
        )

    def beyond(
        self, step: Step, source: FloatArray, source_return: FloatArray, limit: FloatArray
    ) -> FloatArray:
        """Heat of each source above its limit, negative below; (source,), 0 where it rests. [W]"""
        heat = source * self.problem.medium.capacity * (step.feed - source_return)
        return np.where(source > 0, heat - limit, 0.0)

    # -- the commit ----------------------------------------------------------------------------------

    def moved(
        self,
        step: Step,
        water: Water,
        flow: FloatArray,
        layer: Layer,
        t_eq: FloatArray,
        place: IntArray,
        inflow: FloatArray,
        t: FloatArray,
    ) -> Moved:
        """One side's water moved through the step in J substeps; ``t`` (substep, entry) is what enters."""
        graph = self.problem.graph
        upstream = np.where(flow > 0, graph.start, graph.end)
        water = water.oriented(flow)
        loss = np.zeros(len(flow))
        nodes = []
        for j in range(step.substeps):
            way = self.passage(step, water, flow, layer, t_eq, step.substeps)
            node = self.mixed(way, flow, place, inflow, t[j])
            water, lost = way.advanced(node[upstream])
            loss += lost * layer.capacity
            nodes.append(node)
        return Moved(water, np.array(nodes), loss)

    def drawn(
        self, step: Step, flows: Flows, supply: FloatArray, bounded: bool
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Heat delivered [W] (consumer,), return temperature (substep, consumer), and the shift in it.

        A consumer below its largest flow gets exactly what it asked for: one shift, common to all
        substeps, is added to the excess of supply over wanted return, and negative excess is cut, so that
        no substep returns water warmer than it came. ``bounded``: nobody gets more than its flow brings down
        to the wanted return.
        """
        capacity, count = self.problem.medium.capacity, step.substeps
        excess = supply - self.wanted_return(step, supply)
        own = flows.own
        usable = own * capacity * np.maximum(excess, 0.0).mean(axis=0)
        heat = self.exact(step, own, flows.share, usable)
        heat = np.minimum(heat, usable) if bounded else heat
        draws = own > 0
        fall = count * heat / np.where(draws, own * capacity, 1.0)
        falling = -np.sort(-excess, axis=0)
        level = (fall - np.cumsum(falling, axis=0)) / np.arange(1, count + 1)[:, None]
        holds = falling + level > 0
        last = np.maximum(holds.sum(axis=0) - 1, 0)
        shift = np.where(draws & (heat > 0), np.take_along_axis(level, last[None, :], axis=0)[0], 0.0)
        cooled = np.where(heat > 0, np.maximum(excess + shift, 0.0), 0.0)
        return heat, supply - cooled * (own / np.where(flows.consumer > 0, flows.consumer, 1.0)), shift

    def cut(self, step: Step, state: State, flows: Flows, beyond: FloatArray, limit: FloatArray) -> Flows:
        """Flows with less from the sources that were ``beyond`` their ``limit`` [W], and for everyone."""
        over = beyond > 0
        allowed = np.where(over, limit, 0.0)
        given = allowed + np.where(over, beyond, 1.0)
        source = np.where(over, flows.source * allowed / given, flows.source)
        before = float(flows.source.sum())
        share = float(source.sum()) / before if before > 0 else 0.0
        consumer = share * flows.consumer
        supply, return_, circulation, _ = self.pipe_flows(consumer, source, state, flows.circulation)
        return replace(
            flows,
            consumer=consumer,
            bypass=share * flows.bypass,
            source=source,
            supply=supply,
            return_=return_,
            circulation=circulation,
            share=share * flows.share,
        )

    def through(self, step: Step, state: State, last: bool) -> tuple[State, Outcome]:
        """One step: coupled, moved, and coupled again where substeps brought other temperatures.

        Where the ``last`` halving does not converge either, nobody gets more than the water brings, and no
        source gives more than it has: what is beyond its limit is cut from everyone's flow.
        """
        p = self.problem
        bias, source_bias = np.zeros_like(state.arrived), np.zeros_like(state.source_return)
        sweeps, start = 0, state
        for _ in range(REPEATS):
            flows = self.couple(step, start, bias, source_bias)
            sweeps += flows.sweeps
            supply, arrived = self.supplied(step, state, flows)
            heat, sent, shift, return_, returned = self.returned(step, state, flows, arrived)
            missed = arrived.mean(axis=0) - flows.arrived
            limit = self.most_heat(step, returned)
            excess = float(self.beyond(step, flows.source, returned, limit).max())
            bias, source_bias = bias + missed, source_bias + returned - flows.returned
            parting = float(flows.consumer @ np.abs(missed)) / max(float(flows.consumer.sum()), 1e-300)
            within = not stray(shift, SHIFT_TOLERANCE, flows.consumer)
            agrees = parting <= PARTING_TOLERANCE and within and excess <= EXCESS * self.design_heat
            if step.substeps == 1 or agrees:
                break
            start = replace(
                state,
                arrived=arrived.mean(axis=0),
                response=flows.response,
                held=flows.held,
                source_return=returned,
                circulation=flows.circulation,
            )
        within &= excess <= 10.0 * EXCESS * self.design_heat
        converged = flows.converged and within
        for cuts in range(0 if converged or not last else CUTS + 1):
            supply, arrived = self.supplied(step, state, flows)
            heat, sent, shift, return_, returned = self.returned(step, state, flows, arrived, bounded=True)
            limit = self.most_heat(step, returned)
            beyond = self.beyond(step, flows.source, returned, limit)
            if cuts == CUTS or float(beyond.max()) <= EXCESS * self.design_heat:
                break
            limit = np.zeros_like(limit) if cuts == CUTS - 1 else limit
            beyond = flows.source if cuts == CUTS - 1 else beyond
            flows = self.cut(step, state, flows, beyond, limit)
        draws = flows.consumer > 0
        came = arrived.mean(axis=0)
        after = State(
            supply=supply.water,
            return_=return_.water,
            arrived=came,
            response=flows.response,
            held=flows.held,
            source_return=returned,
            circulation=flows.circulation,
        )
        usable = self.problem.medium.capacity * np.maximum(came - self.wanted_return(step, came), 0.0)
        prescribed = np.maximum(np.nan_to_num(step.mass_flow) * usable, heat)
        demand = np.where(np.isnan(step.heat), prescribed, step.heat)
        outcome = Outcome(
            seconds=step.seconds,
            node_supply=supply.node.mean(axis=0),
            node_return=return_.node.mean(axis=0),
            through_supply=self.throughflow(flows.supply, p.source_node, flows.source),
            through_return=self.throughflow(flows.return_, p.consumer_node, flows.consumer),
            flow_supply=flows.supply,
            flow_return=flows.return_,
            loss=(supply.loss + return_.loss) / step.seconds,
            demand=demand,
            delivered=heat,
            cause=self.causes(step, flows, came, demand, heat),
            arrived=np.where(draws, came, np.nan),
            sent=np.where(draws, sent.mean(axis=0), np.nan),
            drawn=flows.consumer,
            bypassed=flows.bypass,
            source_heat=flows.source * self.problem.medium.capacity * (step.feed - returned),
            source_flow=flows.source,
            source_feed=np.where(flows.source > 0, step.feed, np.nan),
            source_return=returned,
            sweeps=sweeps,
            converged=converged,
        )
        return after, outcome

    def supplied(self, step: Step, state: State, flows: Flows) -> tuple[Moved, FloatArray]:
        """The supply side moved, and what arrives at the consumers (substep, consumer)."""
        p = self.problem
        entering = np.broadcast_to(step.feed, (step.substeps, len(step.feed)))
        supply = self.moved(
            step,
            state.supply,
            flows.supply,
            p.supply,
            step.t_eq_supply,
            p.source_node,
            flows.source,
            entering,
        )
        came = supply.node[:, p.consumer_node]
        return supply, np.where((flows.consumer > 0) & ~np.isnan(came), came, flows.arrived)

    def returned(
        self, step: Step, state: State, flows: Flows, arrived: FloatArray, bounded: bool = False
    ) -> tuple[FloatArray, FloatArray, FloatArray, Moved, FloatArray]:
        """Heat taken, what is sent back and its shift, the return side moved, what comes to sources."""
        p = self.problem
        heat, sent, shift = self.drawn(step, flows, arrived, bounded)
        return_ = self.moved(
            step,
            state.return_,
            flows.return_,
            p.return_,
            step.t_eq_return,
            p.consumer_node,
            flows.consumer,
            sent,
        )
        back = return_.node[:, p.source_node].mean(axis=0)
        return heat, sent, shift, return_, np.where(np.isnan(back), state.source_return, back)

    def throughflow(self, flow: FloatArray, place: IntArray, inflow: FloatArray) -> FloatArray:
        """Flow into every node of one side, from pipes and from outside; (node,). [kg/s]"""
        graph = self.problem.graph
        downstream = np.where(flow > 0, graph.end, graph.start)
        return at_nodes(downstream, np.abs(flow), graph.nodes) + at_nodes(place, inflow, graph.nodes)

    def causes(
        self, step: Step, flows: Flows, arrived: FloatArray, demand: FloatArray, heat: FloatArray
    ) -> NDArray[np.int8]:
        """Why each consumer's heat is missing, by :class:`~heatsym.engine.trajectory.Cause`."""
        difference = arrived - self.wanted_return(step, arrived)
        short = flows.share < 1.0
        limited = Cause.CAPACITY if short else Cause.FLOW
        scaled = short & (heat >= flows.share * demand * (1.0 - 1e-9))
        ended = (step.return_slope != 0) & (self.rule(step, arrived) < step.return_least)
        cold = (difference < SMALL_DIFFERENCE) | ended
        cause = np.where(~scaled & cold, Cause.TEMPERATURE, limited)
        return np.where(demand > heat, cause, Cause.NONE).astype(np.int8)

    def advance(self, t: int, state: State) -> tuple[State, Outcome]:
        """Step ``t``, in halves where it does not converge, down to a ``2 ** HALVINGS``-th.

        The shorter a step, the less its flows change the temperatures that arrive within it.
        """
        parts: list[Outcome] = []
        depths = [0]
        while depths:
            depth = depths.pop()
            after, outcome = self.through(self.inputs(t, state, depth), state, depth == HALVINGS)
            if outcome.converged or depth == HALVINGS:
                state = after
                parts.append(outcome)
            else:
                depths += [depth + 1, depth + 1]
        return state, joined(parts)

    # -- the march -----------------------------------------------------------------------------------

    def stored(self, state: State) -> float:
        """Heat in all pipes, relative to water at theta 0. [J]"""
        p = self.problem
        return float(p.supply.capacity @ state.supply.mean() + p.return_.capacity @ state.return_.mean())

    def start(self, hours: float = 48.0) -> State:
        """The given water, or a network settled by running the first hours twice."""
        state = self.initial_state()
        if self.problem.initial_supply is not None:
            return state
        first = min(self.problem.steps, max(1, round(hours * 3600.0 / self.problem.step)))
        for t in (*range(first), *range(first)):
            state, _ = self.advance(t, state)
        return state

    def march(self, state: State, progress: Progress) -> March:
        """All steps from a state, recorded."""
        return self.part(state, 0, self.problem.steps, progress)[1]

    def taken_over(self, states: Sequence[State], before: Sequence[Reference], here: Places) -> State:
        """The states of the marches before, of other parts and graphs, as one of this march.

        ``here`` are the places of this march's pipes, consumers and sources among theirs, numbered through.
        """
        p = self.problem
        at_rest = np.zeros(p.graph.loops.shape[0])
        supply: Water
        return_: Water
        if p.wall == "distributed":
            supply, return_ = (
                walled.gathered(walled.walls(p, layer), [getattr(one, side) for one in states], here.pipe)
                for layer, side in ((p.supply, "supply"), (p.return_, "return_"))
            )
        else:
            supply, return_ = (
                parcels.gathered([getattr(one, side) for one in states], here.pipe)
                for side in ("supply", "return_")
            )
        memory = {
            one.name: np.concatenate([getattr(state, one.name) for state in states])[
                here.source if one.name == "source_return" else here.consumer
            ]
            for one in fields(State)
            if one.name not in ("supply", "return_", "circulation")
        }
        return State(supply=supply, return_=return_, circulation=(at_rest, at_rest), **memory)

    def part(
        self, state: State, first: int, last: int, progress: Progress, keep: bool = True
    ) -> tuple[State, March]:
        """Steps ``first`` up to ``last`` from a state, recorded, and the state after them.

        A state is never written into, whether to ``keep`` it or not.
        """
        began = time.thread_time()
        steps = last - first
        record = Record(self.problem, steps)
        merged = state.supply.merged + state.return_.merged
        initial = stored = self.stored(state)
        often = max(1, steps // 200)
        for t in range(steps):
            state, outcome = self.advance(first + t, state)
            before, stored = stored, self.stored(state)
            rise = (stored - before) / self.problem.step
            water = state.supply.mean_of_water(), state.return_.mean_of_water()
            record.write(t, outcome, *water, stored, rise)
            if t % often == 0:
                progress(t / steps)
        merged = state.supply.merged + state.return_.merged - merged
        return state, record.march(initial, merged, time.thread_time() - began)
