"""Valves and inline pumps as numbers for the engine, one side of the trenches at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.network.model import Network, Pump
from heatsym.physics.pump import pump_lift
from heatsym.physics.valve import loss_coefficient


@dataclass(frozen=True, slots=True, eq=False)
class Pumps:
    """Inline pumps of one side. Curves are (pump, point), all of as many points; see ``pump_lift``."""

    name: tuple[str, ...]
    pipe: IntArray  # (pump,) position of the pipe that it stands in
    sense: FloatArray  # (pump,) 1 where it pumps from the pipe's start to its end, else -1
    flow: FloatArray  # [kg/s]
    lift: FloatArray  # [Pa]
    efficiency: FloatArray  # [-]
    last: FloatArray  # (pump,) flow up to which its curve is known [kg/s]

    def drop(self, flow: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the pumps add to the drop from start to end of their pipes, and to its slope; (..., pump).

        ``flow`` (..., pipe) is that of all pipes [kg/s].
        """
        lift, slope = pump_lift(self.sense * flow[..., self.pipe], self.flow, self.lift)
        return -self.sense * lift, -slope


NO_PUMPS = Pumps(
    name=(),
    pipe=np.zeros(0, dtype=np.int64),
    sense=np.zeros(0),
    flow=np.zeros((0, 2)),
    lift=np.zeros((0, 2)),
    efficiency=np.zeros((0, 2)),
    last=np.zeros(0),
)


def valve_losses(network: Network, side: str, inner_diameter: FloatArray) -> FloatArray:
    """Sum of the loss coefficients of the valves in each pipe of one side; (pipe,)."""
    position = {name: k for k, name in enumerate(network.pipes.id)}
    zeta = np.zeros(len(position))
    for valve in network.valves:
        if valve.side in ("both", side):
            k = position[valve.pipe]
            zeta[k] += valve.zeta or 0.0
            zeta[k] += 0.0 if valve.kv is None else float(loss_coefficient(valve.kv, inner_diameter[k]))
    return zeta


def inline_pumps(network: Network, side: str, density: float) -> Pumps:
    """The inline pumps of one side that run, their curves in mass flow of water of this density [kg/m3]."""
    position = {name: k for k, name in enumerate(network.pipes.id)}
    running = [pump for pump in network.pumps if pump.enabled and pump.side == side]
    if not running:
        return NO_PUMPS
    pipe = np.array([position[pump.pipe] for pump in running], dtype=np.int64)
    points = max(2, *(len(pump.curve) for pump in running))
    curves = np.array([_curve(pump, network.pump_efficiency, points) for pump in running])
    return Pumps(
        name=tuple(pump.name for pump in running),
        pipe=pipe,
        sense=np.array([_sense(network, pump, int(k)) for pump, k in zip(running, pipe, strict=True)]),
        flow=density * curves[:, 0],
        lift=curves[:, 1],
        efficiency=curves[:, 2],
        last=np.array([density * pump.curve[-1].flow if pump.curve else np.inf for pump in running]),
    )


def plant_efficiency(
    network: Network, sources: Sequence[str], density: float
) -> tuple[FloatArray, FloatArray]:
    """Mass flow [kg/s] and efficiency [-] at the points of each source's pump; (source, point).

    ``density`` is that of the water in the pumps [kg/m3].
    """
    known = {pump.source: pump for pump in network.plant_pumps}
    points = max(1, *(len(pump.curve) for pump in network.plant_pumps), 1)
    flow = np.tile(np.arange(points, dtype=float), (len(sources), 1))
    efficiency = np.full(flow.shape, network.pump_efficiency)
    for row, name in enumerate(sources):
        pump = known.get(name)
        if pump is None:
            continue
        if pump.efficiency is not None:
            efficiency[row] = pump.efficiency
            continue
        last = len(pump.curve) - 1  # beyond, the last efficiency holds
        flow[row] = [density * pump.curve[min(i, last)].flow + max(i - last, 0) for i in range(points)]
        efficiency[row] = [pump.curve[min(i, last)].efficiency for i in range(points)]
    return flow, efficiency


def _sense(network: Network, pump: Pump, pipe: int) -> float:
    """1 where the pump pushes from the trench's start to its end; out on the supply side unless it says."""
    if not pump.towards:
        return 1.0 if pump.side == "supply" else -1.0
    return 1.0 if pump.towards == network.pipes.end[pipe] else -1.0


def _curve(pump: Pump, usual: float, points: int) -> FloatArray:
    """Volume flow, lift and efficiency of so many points; more than were given go on along the last line."""
    plain = usual if pump.efficiency is None else pump.efficiency
    if pump.lift is not None:
        return np.array([np.arange(points), np.full(points, pump.lift), np.full(points, plain)])
    given = np.array(
        [(p.flow, p.lift, plain if p.efficiency is None else p.efficiency) for p in pump.curve]
    ).T
    ahead = np.arange(1, points - given.shape[1] + 1)
    last = given[:, -1:]
    run = last - given[:, -2:-1]
    more = last + run * ahead
    more[2] = last[2]
    return np.concatenate([given, more], axis=1)
