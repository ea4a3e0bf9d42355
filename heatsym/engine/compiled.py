"""The compiled engine: the same march as the reference engine's, tens of times faster.

The kernels work on arrays that they change; what is handed out here is copied before it is marched on,
so that a state may be marched from more than once.
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heatsym.engine import kernels
from heatsym.engine.layout import filled, numbering, output, setting, work
from heatsym.engine.problem import Problem
from heatsym.engine.reference import Progress, Reference
from heatsym.engine.trajectory import March
from heatsym.interfaces.exchange import Offer, Plan

PIECES = 200
"""Calls of the kernel in a march; progress is told after each."""


def is_compiled() -> bool:
    """Whether compiled code is at hand: the first march after an installation compiles for half a minute."""
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
        self.numbering = numbering(problem.graph)
        self.setting = setting(problem, offers, plan, self.numbering)
        self.begin = Reference(problem, offers, plan).initial_state()

    def initial_state(self) -> CompiledState:
        """Water as the case gives it, else at the first step's set-point and usual return temperature."""
        p, graph = self.problem, self.problem.graph
        warm, cold = p.initial_temperatures()
        start, end = graph.start[self.numbering.pipes], graph.end[self.numbering.pipes]
        at_rest = np.zeros(self.setting.loops.number)
        memory = kernels.Memory(
            self.begin.arrived.copy(),
            self.begin.response.copy(),
            self.begin.held.copy(),
            self.begin.source_return.copy(),
            at_rest,
            at_rest.copy(),
        )
        return CompiledState(
            kernels.State(filled(warm[start], warm[end]), filled(cold[start], cold[end]), memory)
        )

    def start(self, hours: float = 48.0) -> CompiledState:
        """The given water, or a network settled by running the first hours twice."""
        state = self.initial_state()
        if self.problem.initial_supply is not None:
            return state
        first = min(self.problem.steps, max(1, round(hours * 3600.0 / self.problem.step)))
        room = self._work(state)
        nothing = output(self.setting, self.numbering, 0)
        for _ in range(2):
            self._run(state, room, nothing, 0, first, -1)
        return state

    def march(self, state: CompiledState, progress: Progress) -> March:
        """All steps from a state, recorded.

        Raises
        ------
        RecirculationError
            Water circulates within one side.
        """
        began = time.process_time()
        state = state.copy()
        merged, steps = state.merged, self.problem.steps
        initial = kernels.stored_heat(self.setting.network, state.arrays)
        room, rows = self._work(state), output(self.setting, self.numbering, steps)
        piece = max(1, -(-steps // PIECES))
        for first in range(0, steps, piece):
            progress(first / steps)
            self._run(state, room, rows, first, min(first + piece, steps), first)
        self._in_degrees(rows)
        demand, delivered, arrived, sent, drawn, passed = rows.consumer
        flow_supply, flow_return, loss, pipe_supply, pipe_return = rows.pipe
        heat, flow, feed, back = rows.source
        return March(
            node_supply_temperature=rows.node[0],
            node_return_temperature=rows.node[1],
            pipe_mass_flow=flow_supply,
            pipe_return_mass_flow=flow_return,
            pipe_supply_temperature=pipe_supply,
            pipe_return_temperature=pipe_return,
            pipe_heat_loss=loss,
            consumer_heat_demand=demand,
            consumer_heat_delivered=delivered,
            consumer_heat_unmet=demand - delivered,
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
            seconds=time.process_time() - began,
        )

    def _in_degrees(self, rows: kernels.Output) -> None:
        """Temperatures where the kernel wrote theta."""
        for table in (rows.node, rows.pipe[3:], rows.consumer[2:4], rows.source[2:]):
            kernels.to_temperatures(self.setting.medium, table.reshape(-1))

    def _work(self, state: CompiledState) -> kernels.Work:
        """Working memory for the marches of one state."""
        safe = state.copy().arrays
        return work(self.setting, (safe.supply, safe.return_))

    def _run(
        self,
        state: CompiledState,
        room: kernels.Work,
        rows: kernels.Output,
        first: int,
        last: int,
        row: int,
    ) -> None:
        """March some steps."""
        stopped = kernels.march(self.setting, state.arrays, room, rows, first, last, row)
        if stopped >= 0:
            raise RecirculationError(f"water circulates within one side in step {stopped}")
