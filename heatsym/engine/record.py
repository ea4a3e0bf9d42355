"""What steps came to, joined where a step was split, and written row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.engine.problem import Problem
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a step, or a part of one, came to. Means over its ``seconds``; temperatures in theta.

    Temperatures of consumers and sources are flow-weighted, and NaN (consumers) or held (sources) where
    nothing flows; those of nodes are NaN where nothing flows in.
    """

    seconds: float
    node_supply: FloatArray
    node_return: FloatArray
    through_supply: FloatArray  # (node,) what flows in [kg/s]
    through_return: FloatArray
    flow_supply: FloatArray
    flow_return: FloatArray
    loss: FloatArray  # (pipe,) both pipes [W]
    demand: FloatArray  # (consumer,) [W]
    delivered: FloatArray
    cause: NDArray[np.int8]
    arrived: FloatArray
    sent: FloatArray
    drawn: FloatArray  # (consumer,) with what a bypass adds [kg/s]
    bypassed: FloatArray  # (consumer,)
    source_heat: FloatArray
    source_flow: FloatArray
    source_feed: FloatArray
    source_return: FloatArray
    sweeps: int
    converged: bool


def joined(parts: list[Outcome]) -> Outcome:
    """One outcome of a step that was taken in parts."""
    if len(parts) == 1:
        return parts[0]
    seconds = np.array([part.seconds for part in parts])

    def mean(name: str) -> FloatArray:
        rows = np.array([getattr(part, name) for part in parts], dtype=np.float64)
        return np.asarray((rows * (seconds / seconds.sum())[:, None]).sum(axis=0))

    def weighted(name: str, weights: list[FloatArray]) -> FloatArray:
        values = np.array([getattr(part, name) for part in parts])
        weight = seconds[:, None] * np.array(weights) * ~np.isnan(values)
        total = weight.sum(axis=0)
        content = (weight * np.nan_to_num(values)).sum(axis=0)
        mixed = np.where(total > 0, content / np.where(total > 0, total, 1.0), values[-1])
        return np.asarray(mixed, dtype=np.float64)

    drawn = [part.drawn for part in parts]
    given = [part.source_flow for part in parts]
    unmet = np.array([part.demand - part.delivered for part in parts]) * seconds[:, None]
    cause = np.array([part.cause for part in parts])
    return Outcome(
        seconds=float(seconds.sum()),
        node_supply=weighted("node_supply", [part.through_supply for part in parts]),
        node_return=weighted("node_return", [part.through_return for part in parts]),
        through_supply=mean("through_supply"),
        through_return=mean("through_return"),
        flow_supply=mean("flow_supply"),
        flow_return=mean("flow_return"),
        loss=mean("loss"),
        demand=mean("demand"),
        delivered=mean("delivered"),
        cause=np.take_along_axis(cause, np.argmax(unmet, axis=0)[None, :], axis=0)[0],
        arrived=weighted("arrived", drawn),
        sent=weighted("sent", drawn),
        drawn=mean("drawn"),
        bypassed=mean("bypassed"),
        source_heat=mean("source_heat"),
        source_flow=mean("source_flow"),
        source_feed=weighted("source_feed", given),
        source_return=weighted("source_return", given),
        sweeps=sum(part.sweeps for part in parts),
        converged=all(part.converged for part in parts),
    )


class Record:
    """Outcomes as arrays, (time, object), temperatures in theta until the end."""

    def __init__(self, problem: Problem, steps: int) -> None:
        """Room for so many steps of a problem."""
        self.problem = problem
        pipes = len(problem.pipe_ids)
        consumers, sources = len(problem.consumer_ids), len(problem.source_node)
        width = {"cause": consumers, "demand": consumers, "delivered": consumers, "arrived": consumers}
        width |= {"sent": consumers, "drawn": consumers, "bypassed": consumers, "loss": pipes}
        width |= {"flow_supply": pipes, "flow_return": pipes}
        width |= {"node_supply": problem.graph.nodes, "node_return": problem.graph.nodes}
        width |= {"source_heat": sources, "source_flow": sources}
        width |= {"source_feed": sources, "source_return": sources}
        self.rows: dict[str, Any] = {
            name: np.zeros((steps, count), dtype=np.int8 if name == "cause" else np.float64)
            for name, count in width.items()
        }
        self.pipe_supply, self.pipe_return = np.empty((steps, pipes)), np.empty((steps, pipes))
        self.stored, self.residual = np.empty(steps), np.empty(steps)
        self.sweeps: IntArray = np.zeros(steps, dtype=np.int64)
        self.converged: NDArray[np.bool_] = np.zeros(steps, dtype=bool)

    def write(
        self,
        t: int,
        outcome: Outcome,
        pipe_supply: FloatArray,
        pipe_return: FloatArray,
        stored: float,
        rise: float,
    ) -> None:
        """Row ``t``: the outcome, the pipes' mean temperatures, stored heat [J] and its growth [W]."""
        for name, rows in self.rows.items():
            rows[t] = getattr(outcome, name)
        self.pipe_supply[t], self.pipe_return[t] = pipe_supply, pipe_return
        self.stored[t] = stored
        self.sweeps[t], self.converged[t] = outcome.sweeps, outcome.converged
        lost = float(outcome.loss.sum())
        self.residual[t] = float(outcome.source_heat.sum() - outcome.delivered.sum()) - lost - rise

    def march(self, initial: float, merged: int, seconds: float) -> March:
        """The march with temperatures in degC."""
        degrees = self.problem.medium.temperature
        rows = self.rows
        return March(
            node_supply_temperature=degrees(rows["node_supply"]),
            node_return_temperature=degrees(rows["node_return"]),
            pipe_mass_flow=rows["flow_supply"],
            pipe_return_mass_flow=rows["flow_return"],
            pipe_supply_temperature=degrees(self.pipe_supply),
            pipe_return_temperature=degrees(self.pipe_return),
            pipe_heat_loss=rows["loss"],
            consumer_heat_demand=rows["demand"],
            consumer_heat_delivered=rows["delivered"],
            consumer_heat_unmet=rows["demand"] - rows["delivered"],
            consumer_unmet_cause=rows["cause"],
            consumer_supply_temperature=degrees(rows["arrived"]),
            consumer_return_temperature=degrees(rows["sent"]),
            consumer_mass_flow=rows["drawn"],
            consumer_bypass_flow=rows["bypassed"],
            source_heat=rows["source_heat"],
            source_mass_flow=rows["source_flow"],
            source_supply_temperature=degrees(rows["source_feed"]),
            source_return_temperature=degrees(rows["source_return"]),
            network_stored_heat=self.stored,
            initial_stored_heat=initial,
            sweeps=self.sweeps,
            converged=self.converged,
            residual=self.residual,
            merged_parcels=merged,
            seconds=seconds,
        )
