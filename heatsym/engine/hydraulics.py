"""Pressures and pump power of a march, all steps at once in blocks of time.

Quasi-steady. The return is held at the plant that carries the rest; the supply is shifted so that the
critical consumer has its differential pressure. Heights count with one density, so that buoyancy
between warm supply and cold return is left out.
"""

from __future__ import annotations

import numpy as np

from heatsym.engine.problem import Problem
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.interfaces.axis import FloatArray
from heatsym.physics.friction import pressure_drop

GRAVITY = 9.80665
"""Standard acceleration of gravity. [m/s2]"""
BLOCK = 256
"""Steps computed together, to keep memory flat."""


def hydraulics(problem: Problem, march: March) -> Hydraulics:
    """Gauge pressures at the nodes [Pa], velocities [m/s], pump electricity [W], the critical consumer."""
    blocks = [
        _block(problem, march, slice(begin, min(begin + BLOCK, problem.steps)))
        for begin in range(0, problem.steps, BLOCK)
    ]
    return Hydraulics(
        node_supply_pressure=np.concatenate([b.node_supply_pressure for b in blocks]),
        node_return_pressure=np.concatenate([b.node_return_pressure for b in blocks]),
        pipe_velocity=np.concatenate([b.pipe_velocity for b in blocks]),
        pump_electricity=np.concatenate([b.pump_electricity for b in blocks]),
        pump_throttled=np.concatenate([b.pump_throttled for b in blocks]),
        critical_consumer=np.concatenate([b.critical_consumer for b in blocks]),
    )


def _block(problem: Problem, march: March, part: slice) -> Hydraulics:
    p, medium = problem, problem.medium
    static = GRAVITY * p.supply.density * (p.height - p.height[p.graph.root])
    t_supply, t_return = march.pipe_supply_temperature[part], march.pipe_return_temperature[part]
    flow = march.pipe_mass_flow[part]
    supply = p.graph.heads(_drop(p, flow, t_supply)) - static
    return_ = p.pressure_hold + p.graph.heads(_drop(p, march.pipe_return_mass_flow[part], t_return)) - static

    consumer_flow, source_flow = march.consumer_mass_flow[part], march.source_mass_flow[part]
    draws = np.asarray(consumer_flow > 0)
    spread = (supply - return_)[:, p.consumer_node]
    at_consumer = np.where(draws, spread, np.inf)
    critical = np.argmin(at_consumer, axis=1)
    lowest = np.take_along_axis(at_consumer, critical[:, None], axis=1)
    runs = np.asarray(draws.any(axis=1))
    supply = supply + np.where(runs[:, None], p.consumer_dp_min - lowest, np.nan)

    lift = np.where(source_flow > 0, (supply - return_)[:, p.source_node], 0.0)
    density = medium.density(np.where(source_flow > 0, march.source_return_temperature[part], 50.0))
    electricity = source_flow * np.maximum(lift, 0.0) / (density * p.pump_efficiency)
    area = 0.25 * np.pi * p.pipes.inner_diameter**2
    return Hydraulics(
        node_supply_pressure=supply,
        node_return_pressure=np.where(runs[:, None], return_, np.nan),
        pipe_velocity=flow / (medium.density(t_supply) * area),
        pump_electricity=electricity.sum(axis=1),
        pump_throttled=np.asarray((lift < 0).any(axis=1)),
        critical_consumer=np.where(runs, critical, -1),
    )


def _drop(problem: Problem, flow: FloatArray, t: FloatArray) -> FloatArray:
    """Pressure drop from start to end of every pipe of one side; (time, pipe). [Pa]"""
    pipes, medium = problem.pipes, problem.medium
    return pressure_drop(
        flow,
        pipes.length,
        pipes.inner_diameter,
        pipes.roughness,
        pipes.zeta,
        medium.density(t),
        medium.viscosity(t),
    )
