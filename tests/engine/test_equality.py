"""The compiled engine against the reference engine on networks of every kind, and its own balances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import heatsym as hs
from heatsym.engine import kernels
from heatsym.engine.compiled import Compiled
from heatsym.engine.digest import digest
from heatsym.engine.layout import _shortened, output
from heatsym.engine.planning import planned
from heatsym.engine.prepare import prepare
from heatsym.engine.problem import Problem
from heatsym.engine.reference import Reference
from heatsym.engine.settle import settle
from heatsym.engine.storing import filled
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Plan
from heatsym.physics.friction import pressure_drop
from tests.build import Net, offers
from tests.engine.networks import SWEEPS, Network, random_network

TRICKLE = 1e-6
"""Flows below this share of the largest are left out where temperatures are compared. [-]"""


def through(network: Network, march: March) -> tuple[FloatArray, FloatArray]:
    """Flow through every node of the supply and of the return side; (time, node). [kg/s]"""
    p, graph = network.problem, network.problem.graph
    sides = []
    for flow in (march.pipe_mass_flow, march.pipe_return_mass_flow):
        total = np.zeros((graph.nodes, len(flow)))
        np.add.at(total, graph.start, np.abs(flow.T))
        np.add.at(total, graph.end, np.abs(flow.T))
        np.add.at(total, p.source_node, march.source_mass_flow.T)
        np.add.at(total, p.consumer_node, march.consumer_mass_flow.T)
        sides.append(0.5 * total.T)
    return sides[0], sides[1]


def assert_equal(network: Network, found: March, oracle: March, steps: int) -> None:
    """Temperatures within 1e-6 K, flows within 1e-8 of the largest, sums within 1e-9 of the heat."""
    part = slice(0, steps)
    drawn = float(oracle.consumer_mass_flow.max(initial=0.0))  # perhaps at a plant's own node
    largest = max(float(np.abs(oracle.pipe_mass_flow).max(initial=0.0)), drawn, 1e-9)
    for name in ("pipe_mass_flow", "pipe_return_mass_flow", "consumer_mass_flow", "source_mass_flow"):
        off = np.abs(getattr(found, name) - getattr(oracle, name))[part]
        assert off.max(initial=0.0) <= 1e-8 * largest, name
    supply, return_ = through(network, oracle)
    everywhere = np.full_like(oracle.pipe_mass_flow, np.inf)
    for name, flow in (
        ("node_supply_temperature", supply),
        ("node_return_temperature", return_),
        ("pipe_supply_temperature", everywhere),
        ("pipe_return_temperature", everywhere),
        ("consumer_supply_temperature", oracle.consumer_mass_flow),
        ("consumer_return_temperature", oracle.consumer_mass_flow),
        ("source_supply_temperature", oracle.source_mass_flow),
        ("source_return_temperature", return_[:, network.problem.source_node]),
    ):
        seen = (flow > TRICKLE * largest)[part]
        here, there = (getattr(march, name)[part][seen] for march in (found, oracle))
        np.testing.assert_allclose(here, there, rtol=0, atol=1e-6, err_msg=name)
    heat = max(float(oracle.consumer_heat_demand[part].sum()), float(oracle.source_heat[part].sum()), 1.0)
    for name in (
        "consumer_heat_demand",
        "consumer_heat_delivered",
        "consumer_heat_unmet",
        "source_heat",
        "pipe_heat_loss",
    ):
        here, there = (getattr(march, name)[part].sum(axis=0) for march in (found, oracle))
        np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-9 * heat, err_msg=name)
    missed = oracle.consumer_heat_unmet[part] > 1e-6 * max(float(oracle.consumer_heat_demand.max()), 1.0)
    for name, seen in (("consumer_unmet_cause", missed), ("converged", slice(None))):
        here, there = (getattr(march, name)[part][seen] for march in (found, oracle))
        np.testing.assert_array_equal(here, there, err_msg=name)


def comparable(march: March) -> int:
    """Steps before one that does not converge, where engines part by what is left; none if water merged."""
    return 0 if march.merged_parcels else int(np.append(march.converged, False).argmin())


def assert_balanced(network: Network, march: March) -> None:
    """Heat within 1e-9 of the largest supply, mass within 1e-8; no source 1e-6 above its limit, ever."""
    p, graph = network.problem, network.problem.graph
    peak = max(float(march.source_heat.sum(axis=1).max()), float(march.consumer_heat_demand.max()), 1.0)
    stored = np.diff(march.network_stored_heat, prepend=march.initial_stored_heat) / p.step
    given, taken = march.source_heat.sum(axis=1), march.consumer_heat_delivered.sum(axis=1)
    residual = given - taken - march.pipe_heat_loss.sum(axis=1) - stored
    assert np.abs(residual).max() <= 1e-9 * peak
    assert np.abs(march.residual).max() <= 1e-9 * peak
    outside = np.zeros((graph.nodes, p.steps))
    np.add.at(outside, p.source_node, march.source_mass_flow.T)
    np.subtract.at(outside, p.consumer_node, march.consumer_mass_flow.T)
    for flow, sign in ((march.pipe_mass_flow, 1.0), (march.pipe_return_mass_flow, -1.0)):
        total = sign * outside.copy()
        np.add.at(total, graph.end, flow.T)
        np.subtract.at(total, graph.start, flow.T)
        assert np.abs(total).max() <= 1e-8 * max(float(march.source_mass_flow.sum(axis=1).max()), 1e-9)
    cooling = np.maximum(network.offers.t_hot - march.source_return_temperature, 0.0)
    with np.errstate(invalid="ignore"):
        most = np.fmin(network.plan.upper, network.offers.conductance * cooling)
    assert (march.source_heat - most).max(initial=0.0) <= 1e-6 * peak


def check(network: Network) -> None:
    found = network.march(Compiled)
    assert_balanced(network, found)
    assert_equal(network, found, network.march(Reference), network.unmerged())


@pytest.mark.parametrize("seed", range(40))
def test_random_network(seed: int) -> None:
    check(random_network(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1500))
def test_random_network_for_longer(seed: int) -> None:
    check(random_network(seed, longest=24, bypasses=False, patient=True))


def test_loops_at_rest_stay_at_rest_while_others_are_balanced_loosely() -> None:
    """Two parallel pipes to where nobody draws: what circulates there keeps the rest from being mixed."""
    network = random_network(1084, longest=24, bypasses=False)
    p = network.problem
    assert p.graph.loops.shape[0] == 4
    assert (p.load.heat[10, p.consumer_node == 5] == 0.0).all()
    assert 5 not in p.source_node
    assert network.unmerged() > 10
    check(network)


@pytest.mark.slow
def test_bypasses_seldom_part_the_engines() -> None:
    """Where the source that feeds a way changes with the bypass itself, rounding may decide between two."""
    networks = (random_network(seed, longest=24) for seed in range(1400, 1500))
    having = [network for network in networks if (~np.isnan(network.problem.load.bypass)).any()]
    apart = 0
    for network in having:
        found = network.march(Compiled)
        assert_balanced(network, found)
        try:
            assert_equal(network, found, network.march(Reference), network.unmerged())
        except AssertionError:
            apart += 1
    assert len(having) >= 30
    assert apart <= 0.1 * len(having)


@pytest.mark.parametrize("seed", [1003, 1056, 1065])
def test_bypasses_that_change_which_source_feeds_them_converge(seed: int) -> None:
    """Newton's method alone swings in 7, 10 and 20 steps of these."""
    network = random_network(seed, longest=24)
    assert (~np.isnan(network.problem.load.bypass)).any()
    assert network.march(Compiled).converged.all()
    check(network)


def test_random_networks_are_hard() -> None:
    """Else their equality says little."""
    networks = [random_network(seed) for seed in range(40)]
    marches = [network.march(Compiled) for network in networks]

    def share(of: Iterator[bool]) -> float:
        return sum(of) / len(marches)

    assert (
        share(bool(((m.pipe_mass_flow > 0).any(0) & (m.pipe_mass_flow < 0).any(0)).any()) for m in marches)
        > 0.4
    )
    assert share(bool((m.consumer_mass_flow.sum(axis=1) == 0).any()) for m in marches) > 0.4
    assert share(bool((m.source_mass_flow > 0).sum(axis=1).max() > 1) for m in marches) > 0.4
    assert share(bool(m.consumer_heat_unmet.max() > 1.0) for m in marches) > 0.4
    assert share(n.problem.graph.loops.shape[0] > 0 for n in networks) > 0.3
    assert share(m.merged_parcels == 0 for m in marches) > 0.6
    causes = np.unique(np.concatenate([m.consumer_unmet_cause.ravel() for m in marches]))
    assert causes.tolist() == [0, 1, 2, 3]
    assert share(bool((m.consumer_bypass_flow > 0).any()) for m in marches) > 0.3


# -- many loops ----------------------------------------------------------------------------------------


def lattice(tolerance: float) -> Network:
    """Streets between 8 x 8 crossings, 49 loops: a plant at either end takes what the other leaves."""
    rng = np.random.default_rng(3)
    number = np.arange(64).reshape(8, 8)
    east = zip(number[:, :-1].ravel().tolist(), number[:, 1:].ravel().tolist(), strict=True)
    north = zip(number[:-1].ravel().tolist(), number[1:].ravel().tolist(), strict=True)
    edges = [edge if rng.random() < 0.5 else edge[::-1] for edge in [*east, *north]]
    net = Net(
        [edges[i] for i in rng.permutation(len(edges))],
        length=rng.uniform(30, 150, len(edges)),
        diameter=rng.choice([0.03, 0.05, 0.08], len(edges)),
        zeta=rng.uniform(0, 5, len(edges)),
        consumers=list(range(1, 63)),
        sources=[63, 0],
        fluid=None,
    )
    steps = 12
    flow = rng.uniform(0.0, 0.15, (steps, 62)) * (rng.random((steps, 62)) < 0.8)
    problem = replace(
        net.problem(np.nan, steps=steps, mass_flow=flow, tolerance=tolerance), max_sweeps=SWEEPS
    )
    share = np.repeat([0.7, 0.2, 0.5], 4)
    most = share * flow.sum(axis=1) * 4180.0 * 30.0
    offered = offers(problem, np.stack([most, np.full(steps, np.inf)], axis=1))
    return Network(problem, offered, Plan(upper=offered.power, order=np.tile([0, 1], (steps, 1))))


def test_many_loops() -> None:
    network = lattice(1e-12)
    assert network.problem.graph.loops.shape[0] == 49
    flow = network.march(Compiled).pipe_mass_flow
    assert ((flow > 0).any(axis=0) & (flow < 0).any(axis=0)).mean() > 0.2
    check(network)


def wide_tree(sources: list[int]) -> Network:
    """2,100 trenches in no order; 800 consumers, of whom many pause, so that pipes stand and hold parcels."""
    rng, nodes, steps = np.random.default_rng(5), 2101, 6
    edges = [(int(rng.integers(max(0, i - 60), i)), i) for i in range(1, nodes)]
    edges = [edge if rng.random() < 0.5 else edge[::-1] for edge in edges]
    many = np.setdiff1d(np.arange(1, nodes), sources)
    consumers = rng.choice(many, 800, replace=False).tolist()
    pipes = len(edges)
    net = Net(
        [edges[i] for i in rng.permutation(pipes)],
        length=rng.uniform(5, 60, pipes),
        diameter=rng.choice([0.025, 0.04, 0.08], pipes),
        wall=rng.uniform(0, 3e3, pipes),
        consumers=consumers,
        sources=sources,
    )
    asked = rng.uniform(2e3, 20e3, 800) * np.array([1.0, 0.1, 0.05, 0.6, 0.0, 0.8])[:, None]
    problem = replace(
        net.problem(asked * (rng.random((steps, 800)) < 0.8), steps=steps, substeps=4, tolerance=1e-12),
        max_sweeps=SWEEPS,
    )
    power = np.full((steps, len(sources)), np.inf)
    power[:, :-1] = 0.3 * asked.sum(axis=1, keepdims=True)
    order = np.tile(np.arange(len(sources)), (steps, 1))
    return Network(problem, offers(problem, power), Plan(upper=power, order=order))


@pytest.mark.parametrize(("sources", "onward"), [([0], 1), ([700, 0], 0)])
def test_batches_of_pipes(sources: list[int], onward: int) -> None:
    """One after another where numbers rise along the flow, as from the root; else all, pass after pass."""
    network = wide_tree(sources)
    assert len(network.problem.pipe_ids) > kernels.MANY_PIPES >= 2 * kernels.BATCH
    engine = network.engine(Compiled)
    found = engine.march(network.begin(engine), lambda done: None)
    for side, sense in ((engine.room.supply, 1), (engine.room.return_, -1)):
        assert side.tally[kernels.ONWARD] == sense * onward
        assert side.held[:, 1].sum() > 100  # pipes with several parcels
    assert_balanced(network, found)
    assert_equal(network, found, network.march(Reference), network.unmerged())


def test_loops_are_balanced_to_the_coupling_tolerance() -> None:
    """The first step's net drop around each loop at the usual tolerance, over all drops around it."""
    network = lattice(1e-4)
    p, march = network.problem, network.march(Compiled)
    pipes, t = p.pipes, np.array([80.0])  # of the given water
    drop = pressure_drop(
        march.pipe_mass_flow[0],
        pipes.length,
        pipes.inner_diameter,
        pipes.roughness,
        pipes.zeta,
        p.medium.density(t),
        p.medium.viscosity(t),
    )
    net = np.abs(p.graph.loops @ drop)
    assert march.converged.all()
    assert (net <= 1e-4 * (abs(p.graph.loops) @ np.abs(drop))).all()


def test_short_loops_carry_the_same_circulations() -> None:
    """Each keeps mass at every node, and there are as many that do not depend on each other."""
    graph = lattice(1e-4).problem.graph
    found = _shortened(graph.loops)
    assert set(found.data.tolist()) == {-1.0, 1.0}
    assert found.nnz == 4 * 49  # the blocks between the streets
    ends = np.zeros((graph.nodes, len(graph.start)))
    ends[graph.start, np.arange(len(graph.start))] = -1.0
    ends[graph.end, np.arange(len(graph.start))] = 1.0
    assert np.abs(ends @ found.toarray().T).max() == 0.0
    assert np.linalg.matrix_rank(found.toarray()) == 49


# -- the same again ------------------------------------------------------------------------------------


def assert_identical(first: March, second: March) -> None:
    for field in fields(March):
        if field.name != "seconds":
            np.testing.assert_array_equal(
                getattr(first, field.name), getattr(second, field.name), err_msg=field.name
            )


@pytest.mark.parametrize("seed", [0, 7, 12, 18])
def test_marches_are_bit_identical_and_leave_their_start_alone(seed: int) -> None:
    network = random_network(seed)
    engine = network.engine(Compiled)
    start = engine.start()
    first = engine.march(start, lambda done: None)
    assert_identical(engine.march(start, lambda done: None), first)
    assert_identical(random_network(seed).march(Compiled), first)


@pytest.mark.parametrize("piece", [1, 4, 7])
@pytest.mark.parametrize("seed", [0, 7, 12, 18])
def test_pieces_of_any_length_give_the_same_bits(seed: int, piece: int) -> None:
    """Also where each piece begins with working memory of its own."""
    network = random_network(seed)
    engine = Compiled(network.problem, network.offers, network.plan)
    march, steps = network.march(Compiled), network.problem.steps
    state, rows = engine.start(), output(engine.setting, engine.numbering, steps)
    for first in range(0, steps, piece):
        state = state.copy()
        engine._run(state, engine._work(), rows, first, min(first + piece, steps), first)
    engine._in_degrees(rows)
    np.testing.assert_array_equal(rows.node[0], march.node_supply_temperature)
    np.testing.assert_array_equal(rows.pipe[2], march.pipe_heat_loss)
    np.testing.assert_array_equal(rows.pipe[4], march.pipe_return_temperature)
    np.testing.assert_array_equal(rows.consumer[4], march.consumer_mass_flow)
    np.testing.assert_array_equal(rows.source[0], march.source_heat)
    np.testing.assert_array_equal(rows.step, [march.network_stored_heat, march.residual])


# -- the packaged town -----------------------------------------------------------------------------------


TOWN = Path(__file__).resolve().parents[2] / "configs" / "harbour_town.toml"
JANUARY, AFTER_THE_STOP = date(2025, 1, 13), date(2025, 7, 31)  # the works is back on 2 August


@pytest.mark.parametrize(
    ("start", "days", "substeps"),
    [
        (JANUARY, 14, 1),
        (AFTER_THE_STOP, 4, 4),
        pytest.param(JANUARY, 14, 4, marks=pytest.mark.slow),
        pytest.param(AFTER_THE_STOP, 14, 1, marks=pytest.mark.slow),
        pytest.param(AFTER_THE_STOP, 14, 4, marks=pytest.mark.slow),
    ],
)
def test_packaged_town(start: date, days: int, substeps: int) -> None:
    """With the tolerance of a case: both engines search the same way and stop in the same sweep."""
    found, oracle = (
        settle(
            town(start, days, substeps, {"engine.kind": kind, "storage.tank.enabled": False}), silent
        ).march
        for kind in ("compiled", "reference")
    )
    assert_alike(found, oracle)


@pytest.mark.parametrize(("start", "days", "substeps"), [(JANUARY, 14, 1), (AFTER_THE_STOP, 4, 4)])
def test_packaged_town_with_its_tank(start: date, days: int, substeps: int) -> None:
    """Marched by the same plan, in which the tank takes and gives.

    Each by its own plan would be 1e-5 K apart: layers of a tank are cut anew where a border passes a cell, so
    that rounding in one round can move a little water from one layer to the next in another.
    """
    problem = town(start, days, substeps, {})
    now = planned(problem, digest(settle(problem, silent)).course, filled(problem), False, None)
    assert now.stored.charge.any()
    assert now.stored.discharge.any()
    marches = []
    for engine_of in (Compiled, Reference):
        engine: Any = engine_of(now.problem, now.offers, now.plan)
        marches.append(engine.march(engine.start(), lambda done: None))
    assert_alike(*marches)


def town(start: date, days: int, substeps: int, changes: dict[str, object]) -> Problem:
    times = {"time.start": start, "time.days": days, "time.substeps": substeps}
    return prepare(hs.load(TOWN).with_changes({**times, **changes}))


def silent(done: float, what: str) -> None:
    """Nobody is watching."""


def assert_alike(found: March, oracle: March) -> None:
    assert (oracle.source_heat.max(axis=0) > 0).sum() >= 2
    np.testing.assert_array_equal(found.sweeps, oracle.sweeps)
    np.testing.assert_array_equal(found.converged, oracle.converged)
    for name in (field.name for field in fields(March) if field.name.endswith("_temperature")):
        np.testing.assert_allclose(getattr(found, name), getattr(oracle, name), rtol=0, atol=1e-6)
    for name in ("pipe_mass_flow", "pipe_return_mass_flow", "consumer_mass_flow", "source_mass_flow"):
        largest = float(np.abs(oracle.pipe_mass_flow).max())
        np.testing.assert_allclose(getattr(found, name), getattr(oracle, name), rtol=0, atol=1e-8 * largest)
    for name in ("consumer_heat_delivered", "source_heat", "pipe_heat_loss"):
        np.testing.assert_allclose(getattr(found, name).sum(), getattr(oracle, name).sum(), rtol=1e-9)
