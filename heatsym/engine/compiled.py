"""The compiled engine: the same march as the reference engine's, tens of times faster.

The kernels work on arrays that they change; what is handed out here is copied before it is marched on,
so that a state may be marched from more than once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heatsym.engine import kernels, row_kernels
from heatsym.engine.buffers import Buffers
from heatsym.engine.layout import filled, inputs, numbering, output, setting, work
from heatsym.engine.problem import Places, Problem
from heatsym.engine.reference import Progress, Reference
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import IntArray
from heatsym.interfaces.exchange import Offer, Plan
from heatsym.interfaces.stepwise import pieces

PIECES, SHORTEST = 50, 100_000
"""Calls of the kernel in a march, after each of which progress is told, and steps times trenches of one at
least: some 10 ms, in which a call itself takes 0.03 ms."""


def is_compiled() -> bool:
    """Whether compiled code is at hand: the first march after an installation compiles for a minute."""
    march: Any = kernels.march
    return bool(march.signatures) or any(Path(march.stats.cache_path).glob("*.march-*.nbi"))


class RecirculationError(Exception):
    """Water circulates within one side of the network, which only the reference engine can do."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledState:
    """What one step hands to the next."""

    arrays: kernels.State

    def copy(self) -> CompiledState:
        """The same, to be marched on."""
        return deepcopy(self)

    @property
    def merged(self) -> int:
        """Parcels merged so far."""
        return int(self.arrays.supply.merged[0] + self.arrays.return_.merged[0])


class Compiled:
    """The march of one problem under one plan."""

    def __init__(self, problem: Problem, offers: Offer, plan: Plan) -> None:
        """Lay out what does not change from step to step.

        Raises
        ------
        ValueError
            Walls are to lag behind the water, which only the reference engine does.
        """
        if problem.wall == "distributed":
            raise ValueError("distributed walls need the reference engine")
        self.problem = problem
        self.numbering = numbering(problem.graph, problem.consumer_node)
        self.same = Reference(problem, offers, plan)  # whose reading of the problem holds for both
        self.setting = setting(self.same, self.numbering)
        self.room = self._work()
        fitted = self.setting.medium.to_temperature
        self.to_temperature = np.append(fitted, np.zeros(row_kernels.DEGREE + 1 - len(fitted)))
        self.asked, self.buffers = self.setting.inputs, Buffers()

    def initial_state(self) -> CompiledState:
        """Water as the case gives it, else at the first step's set-point and usual return temperature."""
        p, graph = self.problem, self.problem.graph
        warm, cold = p.initial_temperatures()
        start, end = graph.start[self.numbering.pipes], graph.end[self.numbering.pipes]
        at_rest = np.zeros(self.setting.loops.member.shape[1])
        memory = kernels.Memory(
            warm[p.consumer_node[self.numbering.consumers]],
            np.zeros(len(p.consumer_node)),
            np.full(len(p.consumer_node), -1.0),
            cold[p.source_node],
            at_rest,
            at_rest.copy(),
        )
        substeps = self.setting.limits.substeps
        supply, return_ = (filled(t[start], t[end], substeps) for t in (warm, cold))
        return CompiledState(kernels.State(supply, return_, memory))

    def start(self, hours: float = 48.0) -> CompiledState:
        """The given water, or a network settled by running the first hours twice."""
        state = self.initial_state()
        if self.problem.initial_supply is not None:
            return state
        first = min(self.problem.steps, max(1, round(hours * 3600.0 / self.problem.step)))
        nothing = output(self.setting, self.numbering, 0)
        for _ in range(2):
            for part in pieces(first, len(self.problem.consumer_ids)):
                self._run(state, self.room, nothing, part.start, part.stop, -1)
        return state

    def march(self, state: CompiledState, progress: Progress) -> March:
        """All steps from a state, recorded.

        Raises
        ------
        RecirculationError
            Water circulates within one side.
        """
        return self.part(state, 0, self.problem.steps, progress)[1]

    def taken_over(
        self, states: Sequence[CompiledState], before: Sequence[Compiled], here: Places
    ) -> CompiledState:
        """The states of the marches before, of other parts and graphs, as one of this march.

        ``here`` are the places of this march's pipes, consumers and sources among theirs, numbered through.
        """
        pipe = _numbers([engine.numbering.pipes for engine in before])[here.pipe[self.numbering.pipes]]
        consumer = _numbers([engine.numbering.consumers for engine in before])
        consumer = consumer[here.consumer[self.numbering.consumers]]
        supply, return_ = (
            _gathered([getattr(state.arrays, side) for state in states], pipe)
            for side in ("supply", "return_")
        )
        at_rest = np.zeros(self.setting.loops.member.shape[1])
        memory = {"supply_flow": at_rest, "return_flow": at_rest.copy()}
        for name in kernels.Memory._fields:
            if name not in memory:
                values = np.concatenate([getattr(state.arrays.memory, name) for state in states])
                memory[name] = values[here.source if name == "source_return" else consumer]
        return CompiledState(kernels.State(supply, return_, kernels.Memory(**memory)))

    def part(
        self, state: CompiledState, first: int, last: int, progress: Progress, keep: bool = True
    ) -> tuple[CompiledState, March]:
        """Steps ``first`` up to ``last`` from a state, recorded, and the state after them.

        ``keep`` False marches the state itself on, which saves a copy of all water.

        Raises
        ------
        RecirculationError
            Water circulates within one side.
        """
        began = time.thread_time()
        state = state.copy() if keep else state
        merged, steps = state.merged, last - first
        initial = kernels.stored_heat(self.setting.network, state.arrays)
        rows = output(self.setting, self.numbering, steps, self.buffers.empty)
        self._run(state, self.room, rows, first, last, 0, progress)
        self._in_degrees(rows)
        demand, delivered, arrived, sent, drawn, passed = rows.consumer
        unmet = np.subtract(demand, delivered, out=self.buffers.empty(demand.shape))
        flow_supply, flow_return, loss, pipe_supply, pipe_return = rows.pipe
        heat, flow, feed, back = rows.source
        return state, March(
            node_supply_temperature=rows.node[0],
            node_return_temperature=rows.node[1],
            pipe_mass_flow=flow_supply,
            pipe_return_mass_flow=flow_return,
            pipe_supply_temperature=pipe_supply,
            pipe_return_temperature=pipe_return,
            pipe_heat_loss=loss,
            consumer_heat_demand=demand,
            consumer_heat_delivered=delivered,
            consumer_heat_unmet=unmet,
            consumer_unmet_cause=rows.cause,
            consumer_supply_temperature=arrived,
            consumer_return_temperature=sent,
            consumer_mass_flow=drawn,
            consumer_bypass_flow=passed,
            source_heat=heat,
            source_mass_flow=flow,
            source_supply_temperature=feed,
            source_return_temperature=back,
            network_stored_heat=rows.step[0],
            initial_stored_heat=initial,
            sweeps=rows.sweeps,
            converged=rows.converged,
            residual=rows.step[1],
            merged_parcels=state.merged - merged,
            seconds=time.thread_time() - began,
        )

    def _in_degrees(self, rows: kernels.Output) -> None:
        """Temperatures where the kernel wrote theta."""
        tables = (rows.node, rows.pipe[3:], rows.consumer[2:4], rows.source[2:])
        row_kernels.in_degrees(self.to_temperature, *(table.reshape(-1) for table in tables))

    def _work(self) -> kernels.Work:
        """Working memory for the marches of one state."""
        return work(self.setting)

    def _run(
        self,
        state: CompiledState,
        room: kernels.Work,
        rows: kernels.Output,
        first: int,
        last: int,
        row: int,
        progress: Progress = lambda done: None,
    ) -> None:
        """March some steps, written from ``row`` on, or not at all where ``row`` is negative."""
        self.asked = inputs(self.same, self.numbering, first, last, self.asked)
        asked = self.setting._replace(inputs=self.asked)
        steps, trenches = last - first, max(len(self.numbering.pipes), 1)
        piece = max(SHORTEST // trenches, -(-self.problem.steps // PIECES))
        for t in range(0, steps, piece):
            progress(t / steps)
            at = row + t if row >= 0 else row
            stopped = kernels.march(asked, state.arrays, room, rows, t, min(t + piece, steps), at)
            if stopped >= 0:
                raise RecirculationError(f"water circulates within one side in step {first + stopped}")


def _numbers(positions: Sequence[IntArray]) -> IntArray:
    """Numbers, through all parts of a case, of what has these positions in its part."""
    first = np.cumsum([0, *map(len, positions)])[:-1]
    return np.concatenate([np.argsort(some) + at for some, at in zip(positions, first, strict=True)])


def _gathered(waters: Sequence[kernels.Water], pipe: IntArray) -> kernels.Water:
    """The water of some pipes, numbered through all of ``waters``; none of it merged so far."""
    ring, fresh = (
        getattr(waters[0], name) if len(waters) == 1 else np.concatenate([getattr(w, name) for w in waters])
        for name in ("ring", "fresh")
    )
    return kernels.Water(
        ring[pipe],
        fresh[pipe],
        np.ascontiguousarray(np.concatenate([water.pipe for water in waters], axis=1)[:, pipe]),
        np.ascontiguousarray(np.concatenate([water.place for water in waters], axis=1)[:, pipe]),
        np.zeros(1, dtype=np.int64),
    )
