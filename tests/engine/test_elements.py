"""Valves and inline pumps: loops by hand, pressures, and engine against engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.engine.compiled import Compiled, RecirculationError
from heatsym.engine.hydraulics import compiled, hydraulics, reference
from heatsym.engine.reference import Reference
from heatsym.network.elements import NO_PUMPS, Pumps
from heatsym.physics.friction import pressure_drop
from tests.build import WATER, Engine, Net, marched
from tests.engine.networks import random_network, with_closures, with_elements
from tests.engine.test_equality import assert_balanced, assert_equal, comparable
from tests.engine.test_hydraulics import agree

ENGINES = [Reference, Compiled]
TWO_WAYS = Net([(0, 1), (0, 1)], consumers=[1], u_own=0.0, diameter=0.05)
"""Two like trenches side by side, from a plant to a consumer."""


def pump(pipe: int, *points: tuple[float, float], sense: float = 1.0, efficiency: float = 0.5) -> Pumps:
    """One inline pump with a curve of (flow, lift), or of one lift."""
    flow, lift = np.array(points if len(points) > 1 else [(0.0, points[0][1]), (1.0, points[0][1])]).T
    return Pumps(
        name=("p",),
        pipe=np.array([pipe]),
        sense=np.array([sense]),
        flow=flow[None, :],
        lift=lift[None, :],
        efficiency=np.full((1, len(flow)), efficiency),
        last=flow[-1:],
    )


def drop(flow: float, zeta: float = 0.0, length: float = 100.0) -> float:
    return float(pressure_drop(flow, length, 0.05, 1e-4, zeta, WATER.density, WATER.viscosity))


@pytest.mark.parametrize("engine", ENGINES)
def test_valve_splits_flow_by_the_root_of_the_resistances(engine: type[Engine]) -> None:
    """Two ways whose pipes hardly rub: a valve of three times the other's coefficient takes 1 to root 3."""
    net = replace(TWO_WAYS, length=1e-3, zeta=10.0)
    problem = net.problem(100e3, steps=3)
    valves = np.array([0.0, 20.0])
    problem = replace(problem, supply=replace(problem.supply, valves=valves))
    found = marched(problem, engine=engine)
    supply, return_ = found.pipe_mass_flow[-1], found.pipe_return_mass_flow[-1]
    assert supply[0] / supply[1] == pytest.approx(np.sqrt(3.0), rel=1e-4)
    assert return_[0] / return_[1] == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_pump_in_one_of_two_ways(engine: type[Engine]) -> None:
    """The pumped way's friction less its lift is the other way's friction, on the side with the pump only."""
    problem = TWO_WAYS.problem(100e3, steps=3)
    curve = ((0.0, 900.0), (0.2, 600.0), (2.0, 150.0))
    problem = replace(problem, return_=replace(problem.return_, pumps=pump(1, *curve, sense=-1.0)))
    found = marched(problem, engine=engine)
    np.testing.assert_allclose(found.pipe_mass_flow[-1, 0], found.pipe_mass_flow[-1, 1], rtol=1e-9)
    plain, pumped = -found.pipe_return_mass_flow[-1]
    lift = 600.0 - 250.0 * (pumped - 0.2)
    assert pumped > 0.33
    assert drop(pumped) - lift == pytest.approx(drop(plain), rel=1e-8)
    assert plain + pumped == pytest.approx(found.source_mass_flow[-1, 0], rel=1e-12)


@pytest.mark.parametrize("form", [reference, compiled])
def test_pressures_by_hand(form) -> None:  # type: ignore[no-untyped-def]
    """A row 0-1-2 with a valve in the second supply pipe and a pump in the second return pipe."""
    net = Net([(0, 1), (1, 2)], consumers=[1, 2], diameter=0.05, u_own=0.0, height=np.array([0.0, 12.0, 3.0]))
    problem = net.problem(np.array([20e3, 100e3]), steps=2)
    problem = replace(
        problem,
        supply=replace(problem.supply, valves=np.array([0.0, 40.0])),
        return_=replace(problem.return_, pumps=pump(1, (0.0, 0.5e5), sense=-1.0)),
    )
    march = marched(problem)
    found = form(problem, march)
    m = march.consumer_mass_flow[-1]
    first, out, back = drop(m.sum()), drop(m[1], zeta=40.0), drop(m[1]) - 0.5e5
    weight = 9.80665 * 1000.0
    supply, return_ = found.node_supply_pressure[-1], found.node_return_pressure[-1]
    assert return_[1] - return_[0] == pytest.approx(first - 12.0 * weight)
    assert return_[2] - return_[1] == pytest.approx(back + 9.0 * weight)
    assert supply[1] - supply[2] == pytest.approx(out - 9.0 * weight)
    near, far = supply[1] - return_[1], supply[2] - return_[2]
    assert found.critical_consumer[-1] == 0  # the pump spares the far one
    assert near == pytest.approx(0.6e5, rel=1e-12)
    assert far == pytest.approx(0.6e5 - out - back, rel=1e-9)
    lift = supply[0] - return_[0]
    assert lift == pytest.approx(0.6e5 + 2.0 * first, rel=1e-12)
    expected = m.sum() * lift / (1000.0 * 0.6) + m[1] * 0.5e5 / (1000.0 * 0.5)
    assert found.pump_electricity[-1] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("fluid", [None, WATER])
def test_pressures_of_both_forms_agree(fluid) -> None:  # type: ignore[no-untyped-def]
    checked = 0
    for seed in range(40):
        network = with_elements(random_network(seed), seed)
        problem = network.problem
        try:
            march = network.march(Compiled)
        except RecirculationError:
            continue
        plain = hydraulics(replace(problem, engine="reference"), march)
        agree(problem, hydraulics(replace(problem, engine="compiled"), march), plain)
        checked += 1
    assert checked > 25


@pytest.mark.parametrize(
    "seed", [*range(40), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(40, 100))]
)
def test_engines_agree(seed: int) -> None:
    network = with_elements(random_network(seed, bypasses=seed < 40), seed)  # they may part the engines
    if seed % 3 == 0:
        network = with_closures(network, seed)
    try:
        found = network.march(Compiled)
    except RecirculationError:  # a pump drives water in a circle
        assert_balanced(network, network.march(Reference))
        return
    assert_balanced(network, found)
    assert_equal(network, found, network.march(Reference), comparable(found))


def test_elements_are_hard() -> None:
    """Else their equality says little: most meshes can be marched, and flows differ from those without."""
    marched_, moved = 0, 0
    for seed in range(100):
        plain = random_network(seed)
        if plain.problem.graph.loops.shape[0] == 0:
            continue
        network = with_elements(plain, seed)
        assert network.problem.supply.pumps is not NO_PUMPS
        try:
            here, there = network.march(Compiled), plain.march(Compiled)
        except RecirculationError:
            continue
        marched_ += 1
        off = np.abs(here.pipe_mass_flow - there.pipe_mass_flow).max()
        moved += bool(off > 0.02 * np.abs(there.pipe_mass_flow).max())
    assert marched_ > 18
    assert moved > 0.7 * marched_
