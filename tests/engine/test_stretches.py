"""Trenches that close and open: by hand, against networks without them, and engine against engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.engine.compiled import Compiled
from heatsym.engine.problem import Problem, Stretch
from heatsym.engine.reference import Reference
from heatsym.engine.stretches import islands, pressures
from heatsym.engine.trajectory import Cause, March, joined
from tests.build import Engine, Net, closures, marched
from tests.engine.networks import random_network, with_closures
from tests.engine.test_equality import assert_balanced, assert_equal, assert_identical, comparable

ENGINES = [Reference, Compiled]
RING = [(0, 1), (1, 2), (2, 3), (0, 3)]
HEAT = np.array([20e3, 30e3, 10e3])


def ring(edges: list[tuple[int, int]] = RING) -> Net:
    return Net(edges, length=[150.0, 80.0, 120.0, 200.0][: len(edges)], consumers=[1, 2, 3], wall=800.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_ring_with_a_closed_trench_is_the_network_without_it(engine: type[Engine]) -> None:
    """And the water that stands there cools as an exponential; that loss is counted."""
    net, steps = Net(RING, consumers=[1, 2, 3], wall=800.0), 30
    without = Net([edge for edge in RING if edge != (2, 3)], consumers=[1, 2, 3], wall=800.0)
    found = marched(net.problem(HEAT, steps=steps, closed=[(2, 0, steps)]), engine=engine)
    expected = marched(without.problem(HEAT, steps=steps), engine=engine)
    kept = [0, 1, 3]
    for name in ("node_supply_temperature", "node_return_temperature", "source_heat", "consumer_mass_flow"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-11, err_msg=name)
    for name in ("pipe_mass_flow", "pipe_return_mass_flow", "pipe_heat_loss"):
        here, there = getattr(found, name)[:, kept], getattr(expected, name)
        np.testing.assert_allclose(here, there, rtol=1e-11, err_msg=name)
    assert not found.pipe_mass_flow[:, 2].any()
    assert not found.pipe_return_mass_flow[:, 2].any()
    capacity = (1000.0 * 4180.0 * 0.25 * np.pi * 0.1**2 + 800.0) * 100.0
    faded = np.exp(-0.3 * 100.0 * 3600.0 * np.arange(1, steps + 1) / capacity)
    np.testing.assert_allclose(found.pipe_supply_temperature[:, 2], 10.0 + 70.0 * faded, rtol=1e-12)
    np.testing.assert_allclose(found.pipe_return_temperature[:, 2], 10.0 + 30.0 * faded, rtol=1e-12)
    lost = found.pipe_heat_loss[:, 2].sum() * 3600.0
    np.testing.assert_allclose(lost, capacity * 100.0 * (1.0 - faded[-1]), rtol=1e-11)


@pytest.mark.parametrize("engine", ENGINES)
def test_trench_closes_and_opens_again(engine: type[Engine]) -> None:
    """Flows are those of the ring, then those of the row, and heat is kept across both turns."""
    steps, problem = 36, ring().problem(HEAT, steps=36, closed=[(3, 12, 24)])
    assert [(s.first, s.last, s.closed.tolist()) for s in problem.stretches] == [
        (0, 12, []),
        (12, 24, [3]),
        (24, 36, []),
    ]
    found = marched(problem, engine=engine)
    open_, shut = (marched(ring().problem(HEAT, steps=steps, closed=c)) for c in ([], [(3, 0, steps)]))
    assert (np.abs(found.pipe_mass_flow[11]) > 0.02).all()
    np.testing.assert_allclose(found.pipe_mass_flow[:12], open_.pipe_mass_flow[:12], rtol=1e-8)
    np.testing.assert_allclose(found.pipe_mass_flow[23], shut.pipe_mass_flow[23], rtol=1e-3, atol=1e-12)
    np.testing.assert_allclose(found.pipe_mass_flow[35], open_.pipe_mass_flow[35], rtol=1e-3)
    assert found.pipe_mass_flow[23, 3] == 0.0
    stored = np.diff(found.network_stored_heat, prepend=found.initial_stored_heat) / 3600.0
    residual = found.source_heat.sum(axis=1) - found.consumer_heat_delivered.sum(axis=1)
    residual -= found.pipe_heat_loss.sum(axis=1) + stored
    assert np.abs(residual).max() < 1e-9 * HEAT.sum()
    assert not found.consumer_heat_unmet.any()


@pytest.mark.parametrize("engine", ENGINES)
def test_behind_a_closed_trench_nothing_is_got_and_nothing_given(engine: type[Engine]) -> None:
    """A row 0-1-2-3 whose middle closes for eight of twenty steps; a second plant has nobody behind it.

    Consumer 3 has a prescribed flow: what it would bring from water at the set-point is missed.
    """
    net = Net([(0, 1), (1, 2), (2, 3), (0, 4)], consumers=[1, 2, 3], sources=[4, 0])
    flow = np.array([np.nan, np.nan, 0.05])
    shut = [(1, 6, 14), (3, 6, 14)]
    problem = net.problem(HEAT, steps=20, mass_flow=flow, closed=shut)
    found = marched(problem, power=np.array([5e3, np.inf]), engine=engine)
    behind, shut = np.array([1, 2]), slice(6, 14)
    asked = np.array([30e3, 0.05 * 4180.0 * 40.0])
    np.testing.assert_allclose(found.consumer_heat_demand[shut, behind], np.tile(asked, (8, 1)), rtol=1e-12)
    np.testing.assert_array_equal(
        found.consumer_heat_unmet[shut, behind], found.consumer_heat_demand[shut, behind]
    )
    assert (found.consumer_unmet_cause[shut, behind] == Cause.CLOSED).all()
    assert not (found.consumer_unmet_cause[:, 0] == Cause.CLOSED).any()
    assert not found.source_heat[shut, 0].any()
    np.testing.assert_allclose(found.consumer_heat_delivered[:, 0], 20e3, rtol=1e-9)
    np.testing.assert_allclose(found.consumer_heat_delivered[[3, 18], 1], 30e3, rtol=1e-9)
    np.testing.assert_allclose(found.source_heat[[3, 18], 0], 5e3, rtol=1e-6)
    heads = pressures(problem, found)
    assert np.isnan(heads.node_supply_pressure[shut, 2:]).all()
    assert np.isfinite(heads.node_supply_pressure[shut, :2]).all()
    assert np.isfinite(heads.node_supply_pressure[14:]).all()
    assert (heads.critical_consumer[shut] == 0).all()


def test_everybody_cut_off() -> None:
    """Nothing flows, and that is no failure."""
    problem = ring().problem(HEAT, steps=6, closed=[(0, 2, 5), (3, 2, 5)])
    found = marched(problem, engine=Compiled)
    assert not found.source_heat[2:5].any()
    assert found.converged.all()
    np.testing.assert_array_equal(found.consumer_heat_unmet[2:5], np.tile(HEAT, (3, 1)))
    assert np.isnan(pressures(problem, found).node_supply_pressure[2:5]).all()


def test_stretches_alone_change_nothing() -> None:
    """Three of them, in which no trench is closed; loops begin anew in each and go to their end."""
    problem = ring().problem(HEAT, steps=20, tolerance=1e-12)
    turns = closures([(1, 7, 13)], 20)
    split = replace(problem, stretches=tuple(replace(turn, closed=turn.closed[:0]) for turn in turns))
    whole, parts = (marched(p, engine=Compiled) for p in (problem, split))
    for name in ("node_supply_temperature", "pipe_heat_loss", "network_stored_heat", "source_heat"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "seed", [*range(40), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(40, 200))]
)
def test_engines_agree_where_trenches_close(seed: int) -> None:
    network = with_closures(random_network(seed, bypasses=seed < 40), seed)  # they may part the engines
    found = network.march(Compiled)
    assert_balanced(network, found)
    assert_equal(network, found, network.march(Reference), comparable(found))


def test_closures_are_hard() -> None:
    """Else their equality says little."""
    networks = [with_closures(random_network(seed), seed) for seed in range(40)]
    marches = [network.march(Compiled) for network in networks]
    assert sum(m.merged_parcels == 0 for m in marches) > 20
    assert sum(bool((m.consumer_unmet_cause == Cause.CLOSED).any()) for m in marches) > 20
    assert sum(_reroutes(n.problem.stretches, m) for n, m in zip(networks, marches, strict=True)) > 8
    assert sum(_parted(n.problem, m) for n, m in zip(networks, marches, strict=True)) > 12


def _reroutes(stretches: tuple[Stretch, ...], march: March) -> bool:
    """Whether a trench closes and nobody is cut off by it."""
    return any(
        len(s.closed) and not (march.consumer_unmet_cause[s.first : s.last] == Cause.CLOSED).any()
        for s in stretches
    )


def _parted(problem: Problem, march: March) -> bool:
    """Whether sources of several parts give heat in the same step."""
    for stretch in problem.stretches:
        part = slice(stretch.first, stretch.last)
        gives = [march.source_heat[part, one.places.source].any(axis=1) for one in islands(problem, stretch)]
        if (np.sum(gives, axis=0) > 1).any():
            return True
    return False


@pytest.mark.parametrize("seed", [7, 12])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("piece", [1, 5])
def test_pieces_of_any_length_give_the_same_bits(engine: type[Engine], piece: int, seed: int) -> None:
    """Whether they end within a stretch, with it, or take in several; pressures, too."""
    network = with_closures(random_network(seed), seed)
    problem = network.problem
    assert len(problem.stretches) > 2
    whole = network.march(engine)
    marches = network.engine(engine)
    state, parts, heads = marches.start(), [], []
    for first in range(0, problem.steps, piece):
        last = min(first + piece, problem.steps)
        state, march = marches.part(state, first, last, lambda done: None, first == 0)
        parts.append(march)
        heads.append(pressures(problem, march, first))
    assert_identical(joined(parts), whole)
    expected = pressures(problem, whole)
    for name in ("node_supply_pressure", "pump_electricity", "critical_consumer"):
        np.testing.assert_array_equal(getattr(joined(heads), name), getattr(expected, name), err_msg=name)


def test_walls_that_lag_behind_the_water_stand_and_go_on() -> None:
    """Steps of seconds past walls of their own: heat is kept across both turns, and what stands cools."""
    problem = replace(ring().problem(HEAT, steps=24, step=60, closed=[(3, 8, 16)]), wall="distributed")
    found = marched(problem)
    stored = np.diff(found.network_stored_heat, prepend=found.initial_stored_heat) / 60.0
    residual = found.source_heat.sum(axis=1) - found.consumer_heat_delivered.sum(axis=1)
    residual -= found.pipe_heat_loss.sum(axis=1) + stored
    assert np.abs(residual).max() < 1e-9 * HEAT.sum()
    assert not found.pipe_mass_flow[8:16, 3].any()
    assert (np.abs(found.pipe_mass_flow[[7, 16], 3]) > 0.02).all()
    assert (np.diff(found.pipe_supply_temperature[8:16, 3]) < 0.0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_passes_a_bypass_behind_a_closed_trench(engine: type[Engine]) -> None:
    """And it takes up again what it held once the trench is open."""
    net = Net([(0, 1), (1, 2)], consumers=[1, 2], length=100.0, diameter=0.05)
    heat = np.array([20e3, 0.0])
    problem = net.problem(
        heat, steps=48, bypass=np.array([np.nan, 60.0]), mass_flow_max=0.5, closed=[(1, 12, 24)]
    )
    found = marched(problem, engine=engine)
    assert found.converged.all()
    assert not found.consumer_bypass_flow[12:24].any()
    assert not found.consumer_mass_flow[12:24, 1].any()
    before, after = found.consumer_bypass_flow[11, 1], found.consumer_bypass_flow[-1, 1]
    assert before > 0.0
    assert after == pytest.approx(before, rel=1e-3)
    assert found.consumer_supply_temperature[-1, 1] == pytest.approx(60.0, abs=0.01)
