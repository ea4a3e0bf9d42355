"""Pressures and pump power of a march; each step by itself, so that any part of a march will do.

Quasi-steady. The return is held at the plant that carries the rest; the supply is shifted so that the
critical consumer has its differential pressure. Heights count with one density, so that buoyancy
between warm supply and cold return is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from heatsym.engine.buffers import Buffers
from heatsym.engine.medium import Medium
from heatsym.engine.problem import Layer, Problem
from heatsym.engine.trajectory import Hydraulics, March, joined, rows
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.network.properties import PipeProperties
from heatsym.physics import water
from heatsym.physics.friction import pressure_drop
from heatsym.physics.pump import pump_lift, pump_power

GRAVITY = 9.80665
"""Standard acceleration of gravity. [m/s2]"""
BLOCK = 256
"""Steps that the reference computes together, to keep memory flat."""
TOGETHER = 512
"""Pipes, counted once for every step, that the kernels compute together to fill their vectors."""


Solver = Callable[[March], Hydraulics]


def hydraulics(problem: Problem, march: March) -> Hydraulics:
    """Gauge pressures at the nodes [Pa], velocities [m/s], pump electricity [W], the critical consumer."""
    return solver(problem)(march)


def solver(problem: Problem) -> Solver:
    """The same for any marches of a problem and pieces of them: what they have in common is laid out once."""
    return partial(reference, problem) if problem.engine == "reference" else Compiled(problem)


def compiled(problem: Problem, march: March) -> Hydraulics:
    """By kernels, ten times faster and more."""
    return Compiled(problem)(march)


class Compiled:
    """By kernels, from tables of one problem; calls take turns, since they work in the same memory."""

    def __init__(self, problem: Problem) -> None:
        """Lay out the tables."""
        from heatsym.engine import hydraulic_kernels as kernels  # loads numba, which preparing does without

        graph, pipes, self.kernels = problem.graph, len(problem.pipes.length), kernels
        together = max(1, TOGETHER // max(pipes, 1))
        number = np.empty(graph.nodes, dtype=np.uint32)
        number[graph.order] = np.arange(graph.nodes)
        below = graph.order[1:]
        edge = graph.parent_edge[below]
        sense = np.ones(pipes)
        sense[edge] = np.where(graph.end[edge] == below, 1.0, -1.0)
        fluid, viscosity = _fluid(problem.medium, kernels.COEFFICIENTS)
        table = friction_table(problem.pipes, (problem.supply.valves, problem.return_.valves), viscosity)
        table[kernels.REYNOLDS] = 1.0 / table[kernels.UNIT_FLOW]
        table[[kernels.FRICTION, kernels.FITTINGS, kernels.RETURN_FITTINGS]] *= sense
        pump = np.concatenate([problem.supply.pumps.pipe, problem.return_.pumps.pipe])
        self.problem, self.pump_sense, self.buffers = problem, sense[pump], Buffers()
        self.network = kernels.Network(
            pipes=pipes,
            fluid=fluid,
            pipe=np.tile(table, together),
            above=np.append(np.uint32(0), number[graph.parent[below]]),
            edge=np.append(0, edge).astype(np.uint32),
            number=number,
            static=_static(problem),
            consumer=number[problem.consumer_node],
            source=problem.source_node.astype(np.uint32),
            pump=pump
            + np.repeat([0, pipes], [len(problem.supply.pumps.pipe), len(problem.return_.pumps.pipe)]),
            hold=problem.pressure_hold,
            least=problem.consumer_dp_min,
        )
        self.room = kernels.Room(
            block=np.empty((5, kernels.BLOCK)),
            drop=np.empty((2, together * pipes)),
            head=np.empty((graph.nodes, 2)),
            spread=np.empty(len(problem.consumer_node)),
        )

    def __call__(self, march: March) -> Hydraulics:
        """Of all steps of a march or of a piece of one."""
        problem, nodes, kernels = self.problem, self.problem.graph.nodes, self.kernels
        steps, pipes = march.pipe_mass_flow.shape
        objects = nodes, nodes, pipes, len(problem.consumer_node)
        supply, return_, velocity, differential = (self.buffers.empty((steps, many)) for many in objects)
        lift = np.empty(march.source_mass_flow.shape)
        power, throttled = np.empty(steps), np.empty(steps, dtype=np.bool_)
        critical, pumped = np.empty(steps, dtype=np.int64), np.empty((steps, 0))
        if len(self.network.pump):
            both = [layer.pumps.drop(flow)[0] for layer, flow, _ in _sides(problem, march)]
            pumped = np.concatenate(both, axis=1) * self.pump_sense
        kernels.pressures(
            self.network,
            kernels.Inputs(
                supply_flow=_contiguous(march.pipe_mass_flow).ravel(),
                return_flow=_contiguous(march.pipe_return_mass_flow).ravel(),
                supply_temperature=_contiguous(march.pipe_supply_temperature).ravel(),
                return_temperature=_contiguous(march.pipe_return_temperature).ravel(),
                consumer_flow=_contiguous(march.consumer_mass_flow),
                source_flow=_contiguous(march.source_mass_flow),
                source_temperature=_contiguous(march.source_return_temperature),
                efficiency=_contiguous(plant_efficiency(problem, march)),
                pumped=pumped,
            ),
            kernels.Output(supply, return_, velocity.ravel(), differential, critical, lift, power, throttled),
            self.room,
        )
        if len(self.network.pump):
            for layer, flow, t in _sides(problem, march):
                power += inline_power(problem, layer, flow, t)
        return Hydraulics(
            node_supply_pressure=supply,
            node_return_pressure=return_,
            pipe_velocity=velocity,
            pump_electricity=power,
            pump_throttled=throttled,
            critical_consumer=critical,
            source_pump_lift=lift,
            consumer_differential_pressure=differential,
        )


def plant_lift(problem: Problem, march: March, supply: FloatArray, return_: FloatArray) -> FloatArray:
    """What the plants' pumps add, NaN at rest, from the pressures at the nodes; (time, source). [Pa]

    Below 0 a pump would have to brake.
    """
    at = problem.source_node
    return np.where(march.source_mass_flow > 0, supply[:, at] - return_[:, at], np.nan)


def electricity(problem: Problem, march: March, lift: FloatArray) -> FloatArray:
    """Electricity of all pumps, ``lift`` (time, source) being that of the plants' [Pa]; (time,). [W]"""
    flow, medium = march.source_mass_flow, problem.medium
    density = medium.density(np.where(flow > 0, march.source_return_temperature, 50.0))
    each = pump_power(flow, lift, density, plant_efficiency(problem, march))
    power = np.where(flow > 0, each, 0.0).sum(axis=1)
    for layer, through, t in _sides(problem, march):
        power = power + inline_power(problem, layer, through, t)
    return np.asarray(power)


def plant_efficiency(problem: Problem, march: March) -> FloatArray:
    """Of the plants' pumps and motors; (time, source). [-]"""
    flow = march.source_mass_flow
    if problem.plant_efficiency is None:
        return np.full(flow.shape, problem.pump_efficiency)
    return _along(flow, *problem.plant_efficiency)


def _along(flow: FloatArray, points: FloatArray, values: FloatArray) -> FloatArray:
    """Curves (pump, point) at a flow each, (time, pump), constant beyond their ends."""
    curves = zip(flow.T, points, values, strict=True)
    return np.array([np.interp(*curve) for curve in curves]).reshape(-1, len(flow)).T


def _sides(problem: Problem, march: March) -> tuple[tuple[Layer, FloatArray, FloatArray], ...]:
    """Each side's pipes, and their flow and temperature; (time, pipe)."""
    return (
        (problem.supply, march.pipe_mass_flow, march.pipe_supply_temperature),
        (problem.return_, march.pipe_return_mass_flow, march.pipe_return_temperature),
    )


def friction_table(
    p: PipeProperties, valves: tuple[FloatArray | float, FloatArray | float], viscosity: float
) -> FloatArray:
    """What the kernels ask of every pipe; (6, pipe).

    ``valves`` are loss coefficients in supply and return pipes, ``viscosity`` is that at 80 degC.
    """
    per_area = 4.0 / (np.pi * p.inner_diameter**2)
    rough = p.roughness / p.inner_diameter * np.log(10.0) / (2.0 * 2.51 * 3.71)
    return np.stack(
        [
            0.25 * np.pi * p.inner_diameter * viscosity,
            rough,
            0.5 * per_area**2 * p.length / p.inner_diameter,
            per_area,
            0.5 * per_area**2 * (p.zeta + valves[0]),
            0.5 * per_area**2 * (p.zeta + valves[1]),
        ]
    )


def _contiguous(values: FloatArray) -> FloatArray:
    return np.ascontiguousarray(values, dtype=np.float64)


def reference(problem: Problem, march: March) -> Hydraulics:
    """By numpy, written for reading; holds the kernels to its results."""
    steps = len(march.pipe_mass_flow)
    blocks = [
        _block(problem, march, slice(begin, min(begin + BLOCK, steps))) for begin in range(0, steps, BLOCK)
    ]
    return joined(blocks)


def _block(problem: Problem, march: March, part: slice) -> Hydraulics:
    p, medium, static = problem, problem.medium, _static(problem)
    t_supply, t_return = march.pipe_supply_temperature[part], march.pipe_return_temperature[part]
    flow = march.pipe_mass_flow[part]
    supply = p.graph.heads(_drop(p, p.supply, flow, t_supply)) - static
    back = march.pipe_return_mass_flow[part]
    return_ = p.pressure_hold + p.graph.heads(_drop(p, p.return_, back, t_return)) - static

    consumer_flow = march.consumer_mass_flow[part]
    draws = np.asarray(consumer_flow > 0)
    spread = (supply - return_)[:, p.consumer_node]
    at_consumer = np.where(draws, spread, np.inf)
    critical = np.argmin(at_consumer, axis=1)
    lowest = np.take_along_axis(at_consumer, critical[:, None], axis=1)
    runs = np.asarray(draws.any(axis=1))
    supply = supply + np.where(runs[:, None], p.consumer_dp_min - lowest, np.nan)

    lift = plant_lift(p, rows(march, part), supply, return_)
    area = 0.25 * np.pi * p.pipes.inner_diameter**2
    return Hydraulics(
        node_supply_pressure=supply,
        node_return_pressure=np.where(runs[:, None], return_, np.nan),
        pipe_velocity=flow / (medium.density(t_supply) * area),
        pump_electricity=electricity(p, rows(march, part), lift),
        pump_throttled=np.asarray((lift < 0).any(axis=1)),
        critical_consumer=np.where(runs, critical, -1),
        source_pump_lift=lift,
        consumer_differential_pressure=(supply - np.where(runs[:, None], return_, np.nan))[
            :, p.consumer_node
        ],
    )


def _static(problem: Problem) -> FloatArray:
    """Pressure of every node's height above the root; (node,). [Pa]"""
    height = problem.height
    return np.asarray(GRAVITY * problem.supply.density * (height - height[problem.graph.root]))


def _fluid(medium: Medium, coefficients: int) -> tuple[FloatArray, float]:
    """Density and the logarithm of viscosity over viscosity at 80 degC, over (t - 80)/80; that viscosity."""
    table = np.zeros((2, coefficients))
    if medium.constant is not None:
        table[0, 0] = medium.constant.density
        return table, medium.constant.viscosity
    table[0, : len(water.DENSITY)] = water.DENSITY
    table[1, 1 : len(water.LOG_VISCOSITY)] = water.LOG_VISCOSITY[1:]
    return table, float(np.exp(water.LOG_VISCOSITY[0]))


def inline_power(problem: Problem, layer: Layer, flow: FloatArray, t: FloatArray) -> FloatArray:
    """Electricity of one side's inline pumps, of the flow and temperature of its pipes; (time,). [W]"""
    pumps = layer.pumps
    if not len(pumps.pipe):
        return np.zeros(len(flow))
    along = pumps.sense * flow[:, pumps.pipe]
    lift, _ = pump_lift(along, pumps.flow, pumps.lift)
    efficiency = _along(along, pumps.flow, pumps.efficiency)
    density = problem.medium.density(t[:, pumps.pipe])
    return np.asarray(pump_power(along, lift, density, efficiency).sum(axis=1))


def odd_pumping(problem: Problem, march: March) -> IntArray:
    """Steps in which water flows through inline pumps backwards, and faster than their curve; (2, pump)."""
    counts = []
    for layer, flow, _ in _sides(problem, march):
        along = layer.pumps.sense * flow[:, layer.pumps.pipe]
        counts.append(np.stack([(along < 0.0).sum(axis=0), (along > layer.pumps.last).sum(axis=0)]))
    return np.concatenate(counts, axis=1)


def pump_warnings(problem: Problem, odd: IntArray) -> tuple[str, ...]:
    """What :func:`odd_pumping` found, in words."""
    return tuple(
        f"pump {name}: water flows {what} in {steps * problem.step / 3600.0:g} h"
        for what, row in zip(("backwards through it", "beyond its curve"), odd, strict=True)
        for name, steps in zip(problem.inline_pumps, row, strict=True)
        if steps
    )


def _drop(problem: Problem, layer: Layer, flow: FloatArray, t: FloatArray) -> FloatArray:
    """Pressure drop from start to end of every pipe of one side; (time, pipe). [Pa]"""
    pipes, medium = problem.pipes, problem.medium
    drop = pressure_drop(
        flow,
        pipes.length,
        pipes.inner_diameter,
        pipes.roughness,
        pipes.zeta + layer.valves,
        medium.density(t),
        medium.viscosity(t),
    )
    np.add.at(drop.T, layer.pumps.pipe, layer.pumps.drop(flow)[0].T)
    return drop
