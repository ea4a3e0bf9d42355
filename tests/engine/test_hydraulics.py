"""Compiled pressures: friction against ``physics`` pipe by pipe, everything else against the numpy form."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from heatsym.engine.hydraulics import compiled, hydraulics, reference
from heatsym.engine.problem import Problem
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.interfaces.axis import FloatArray
from heatsym.network.model import Fluid
from heatsym.physics import water
from heatsym.physics.friction import pressure_drop, reynolds
from tests.build import Net, marched

CONSTANT = Fluid(density=983.0, cp=4180.0, viscosity=4.7e-4)


def march(problem: Problem, rng: np.random.Generator) -> March:
    """Flows and temperatures as no network has them: either way, at rest, leaping; at times nobody draws."""
    steps, pipes = problem.steps, len(problem.graph.start)
    consumers, sources = len(problem.consumer_node), len(problem.source_node)
    usual = 10.0 ** rng.uniform(-3, 1, pipes) * rng.choice([-1.0, 1.0], pipes)
    flow = usual * rng.uniform(0.9, 1.1, (steps, pipes))
    flow *= rng.choice([0.0, 1e-3, 1.0, 1.0, -1.0], (steps, pipes))
    draws = rng.uniform(0, 1, (steps, consumers)) * rng.choice([0.0, 1.0], (steps, consumers))
    draws[rng.random(steps) < 0.1] = 0.0
    found = {
        "pipe_mass_flow": flow,
        "pipe_return_mass_flow": rng.permutation(flow),
        "pipe_supply_temperature": rng.uniform(40, 140, (steps, pipes)),
        "pipe_return_temperature": rng.uniform(1, 70, (steps, pipes)),
        "consumer_mass_flow": draws,
        "source_mass_flow": rng.uniform(0, 3, (steps, sources)) * rng.choice([0.0, 1.0], (steps, sources)),
        "source_return_temperature": rng.uniform(20, 60, (steps, sources)),
    }
    nothing: dict[str, Any] = {f.name: None for f in fields(March)}
    return March(**(nothing | found))


def network(rng: np.random.Generator, pipes: int, fluid: Fluid | None) -> Problem:
    """A mesh on hills with three plants."""
    tree = [(int(rng.integers(max(0, i - 8), i)), i) for i in range(1, pipes - 1)]
    chords = [(int(a), int(b)) for a, b in (rng.choice(pipes - 1, 2, replace=False) for _ in range(2))]
    edges = [edge if rng.random() < 0.5 else edge[::-1] for edge in tree + chords]
    net = Net(
        [edges[i] for i in rng.permutation(pipes)],
        length=rng.uniform(5, 200, pipes),
        diameter=rng.choice([0.02, 0.05, 0.1, 0.3], pipes),
        zeta=rng.uniform(0, 5, pipes),
        roughness=rng.choice([0.0, 1e-5, 4e-4], pipes),
        height=rng.uniform(-20, 20, pipes - 1),
        consumers=list(range(1, pipes - 1, max(4, pipes // 5))),
        sources=[0, 2, 3],
        fluid=fluid,
    )
    return net.problem(0.0, steps=67, consumer_dp_min=0.2e5)


def test_friction_at_any_flow_and_temperature() -> None:
    """A year of leaps between rest, laminar, blended, turbulent and rough flow, within 1e-11.

    The pipes form a star around the root, whose return pressure is 0: a node's return pressure is the drop.
    """
    rng = np.random.default_rng(5)
    pipes, steps = 40, 8760
    diameter = rng.choice([0.02, 0.05, 0.1, 0.3, 1.0], pipes)
    length, zeta = rng.uniform(1, 500, pipes), rng.choice([0.0, 3.0], pipes)
    roughness = diameter * rng.choice([0.0, 1e-6, 1e-4, 3e-3, 0.05], pipes)
    t = rng.uniform(0.5, 160, (steps, pipes))
    size = 10.0 ** rng.uniform(0, 8, (steps, pipes))
    near = rng.uniform(1900, 2400, (steps, pipes))
    re = np.where(rng.random((steps, pipes)) < 0.2, near, size) * rng.choice(
        [-1.0, 0.0, 1.0, 1.0], (steps, pipes)
    )
    flow = re / reynolds(1.0, diameter, water.viscosity(t))

    star = [(0, i) if i % 2 else (i, 0) for i in range(1, pipes + 1)]
    net = Net(
        star, length=length, diameter=diameter, roughness=roughness, zeta=zeta, consumers=[1], fluid=None
    )
    problem = replace(net.problem(0.0, steps=steps), pressure_hold=0.0)
    given = replace(
        march(problem, rng),
        pipe_mass_flow=flow,
        pipe_return_mass_flow=flow,
        pipe_supply_temperature=t,
        pipe_return_temperature=t,
        consumer_mass_flow=np.ones((steps, 1)),
    )
    found = compiled(problem, given)
    drop = found.node_return_pressure[:, 1:] * np.where(np.arange(1, pipes + 1) % 2, -1.0, 1.0)
    density = water.density(t)
    expected = pressure_drop(flow, length, diameter, roughness, zeta, density, water.viscosity(t))
    np.testing.assert_allclose(drop, expected, rtol=1e-11, atol=0.0)
    area = 0.25 * np.pi * diameter**2
    np.testing.assert_allclose(found.pipe_velocity, flow / (density * area), rtol=1e-13, atol=0.0)


def agree(problem: Problem, found: Hydraulics, expected: Hydraulics) -> None:
    """All results to rounding; of two consumers that are equally badly off either may be critical."""
    for name in ("node_supply_pressure", "node_return_pressure"):
        scale = np.nanmax(np.abs(getattr(expected, name)), axis=1, keepdims=True, initial=1.0)
        np.testing.assert_allclose(
            getattr(found, name) / scale, getattr(expected, name) / scale, rtol=0.0, atol=1e-11
        )
    np.testing.assert_allclose(found.pipe_velocity, expected.pipe_velocity, rtol=1e-12)
    np.testing.assert_allclose(found.pump_electricity, expected.pump_electricity, rtol=1e-10)
    np.testing.assert_array_equal(found.pump_throttled, expected.pump_throttled)
    for name in ("source_pump_lift", "consumer_differential_pressure"):
        scale = np.nanmax(np.abs(expected.node_supply_pressure), axis=1, keepdims=True, initial=1.0)
        np.testing.assert_allclose(
            getattr(found, name) / scale, getattr(expected, name) / scale, rtol=0.0, atol=1e-11
        )
    runs = expected.critical_consumer >= 0
    np.testing.assert_array_equal(found.critical_consumer >= 0, runs)
    spread = (expected.node_supply_pressure - expected.node_return_pressure)[:, problem.consumer_node]
    at = spread[np.flatnonzero(runs), found.critical_consumer[runs]]
    np.testing.assert_allclose(at, problem.consumer_dp_min, rtol=1e-8)


@pytest.mark.parametrize("fluid", [None, CONSTANT])
@pytest.mark.parametrize("pipes", [17, 23, 700])
def test_kernels_are_the_numpy_form(pipes: int, fluid: Fluid | None) -> None:
    rng = np.random.default_rng(3)
    problem = network(rng, pipes, fluid)
    given = march(problem, rng)
    expected = reference(problem, given)
    agree(problem, compiled(problem, given), expected)
    assert expected.pump_throttled.any()
    assert (expected.critical_consumer < 0).any()
    assert np.isnan(expected.pump_electricity).any()  # a source gives while nobody draws


def test_part_of_a_march_gives_part_of_the_result() -> None:
    rng = np.random.default_rng(2)
    problem = network(rng, 23, None)
    given = march(problem, rng)
    whole = compiled(problem, given)

    def rows(of: March | Hydraulics, part: slice) -> dict[str, FloatArray]:
        return {f.name: getattr(of, f.name)[part] for f in fields(of) if getattr(of, f.name) is not None}

    part = slice(5, 31, 2)  # not contiguous
    found = compiled(problem, replace(given, **rows(given, part)))
    agree(problem, found, Hydraulics(**rows(whole, part)))  # type: ignore[arg-type]


def test_either_engine_has_its_own() -> None:
    """The march of a real network; the reference engine must not depend on compiled code."""
    net = Net([(0, 1), (1, 2), (2, 3), (0, 3)], consumers=[1, 2, 3], height=np.array([0.0, 5.0, 10.0, -5.0]))
    problem = net.problem(np.array([20e3, 30e3, 10e3]), steps=24)
    assert problem.engine == "reference"
    given = marched(problem)
    plain, fast = hydraulics(problem, given), hydraulics(replace(problem, engine="compiled"), given)
    np.testing.assert_array_equal(plain.node_supply_pressure, reference(problem, given).node_supply_pressure)
    np.testing.assert_array_equal(fast.node_supply_pressure, compiled(problem, given).node_supply_pressure)
    agree(problem, fast, plain)
