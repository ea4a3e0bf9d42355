"""Parts that closed trenches leave and that go on by themselves: against networks of their own, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from heatsym.dispatch.merit_order import merit_order
from heatsym.engine import kernels
from heatsym.engine.compiled import Compiled
from heatsym.engine.hydraulics import hydraulics
from heatsym.engine.problem import Held, Problem, Stretch
from heatsym.engine.reference import Reference
from heatsym.engine.stretches import Staged, islands, pressures
from heatsym.engine.trajectory import Cause, March
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Plan
from heatsym.numerics.graph import flow_graph
from heatsym.numerics.mixing import mixer
from tests.build import Engine, Net, closures, marched, offers
from tests.engine.networks import random_network, with_closures, with_elements
from tests.engine.test_elements import pump

ENGINES = [Reference, Compiled]
STEPS = 30
LENGTH = np.array([150.0, 80.0, 120.0, 200.0, 90.0])
HEIGHT = np.array([2.0, 0.0, 5.0, 8.0, 3.0, 1.0])
HEAT = np.array([20e3, 30e3, 25e3, 15e3]) * (1.0 + 0.3 * np.sin(np.arange(STEPS) / 3.0))[:, None]
WEAK = 33e3
"""What the second plant has; less than its half of the town asks for in some hours. [W]"""
COLUMNS = {"node": [0, 1, 2], "pipe": [0, 1], "consumer": [0, 1], "source": [1]}
"""Of the first half in the whole; the second half's are written from its plant on."""
MIRRORED = {"node": [5, 4, 3], "pipe": [4, 3], "consumer": [3, 2], "source": [0]}


def held_at(problem: Problem, holds: Sequence[Held]) -> Problem:
    """The problem with its pressure held elsewhere."""
    graph = flow_graph(problem.graph.nodes, problem.graph.start, problem.graph.end, holds[0].node)
    order = mixer(graph.nodes, graph.start, graph.end, graph.order)
    return replace(
        problem,
        graph=graph,
        mixer=order,
        pressure_hold=holds[0].pressure,
        holds=(*holds, *problem.holds),
    )


def town(closed: Sequence[tuple[int, int, int]], pumps: bool = True) -> Problem:
    """A row of six nodes with a plant at either end, held at nodes 1 and 4."""
    net = Net(
        [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)],
        length=LENGTH,
        u_cross=0.1,
        wall=800.0,
        consumers=[1, 2, 3, 4],
        sources=[5, 0],
        height=HEIGHT,
    )
    made = net.problem(HEAT, steps=STEPS, substeps=3, closed=closed, mass_flow_max=0.5)
    made = held_at(made, [Held(1, 4e5), Held(4, 5e5)])
    valves = np.array([0.0, 20.0, 0.0, 50.0, 0.0])
    driven = pump(4, (0.0, 5.0), (0.1e5, 0.05e5)) if pumps else made.supply.pumps
    return replace(made, supply=replace(made.supply, valves=valves, pumps=driven))


def half(columns: dict[str, list[int]], held: Held, pumped: int | None) -> Problem:
    """A half of the town by itself, its nodes counted from its plant on."""
    pipe = columns["pipe"]
    net = Net(
        [(0, 1), (1, 2)] if pumped is None else [(1, 0), (2, 1)],
        length=LENGTH[pipe],
        u_cross=0.1,
        wall=800.0,
        consumers=[1, 2],
        height=HEIGHT[columns["node"]],
    )
    heat = HEAT[:, columns["consumer"]]
    made = held_at(net.problem(heat, steps=STEPS, substeps=3, mass_flow_max=0.5), [held])
    valves = np.array([0.0, 20.0, 0.0, 50.0, 0.0])[pipe]
    pumps = made.supply.pumps if pumped is None else pump(pumped, (0.0, 5.0), (0.1e5, 0.05e5))
    return replace(made, supply=replace(made.supply, valves=valves, pumps=pumps))


def balance(problem: Problem, march: March) -> FloatArray:
    """Supplied less delivered, lost and stored, (time,). [W]"""
    stored = np.diff(march.network_stored_heat, prepend=march.initial_stored_heat) / problem.step
    given, taken = march.source_heat.sum(axis=1), march.consumer_heat_delivered.sum(axis=1)
    return np.asarray(given - taken - march.pipe_heat_loss.sum(axis=1) - stored)


def test_columns_that_were_picked_are_marched_by_the_code_at_hand() -> None:
    """In another order of memory they would compile all kernels anew, for a minute, in a run with islands."""
    network = random_network(2)
    every = np.arange(len(network.problem.source_node))
    assert len(every) > 1
    network.march(Compiled)
    compiled = kernels.march.signatures  # type: ignore[attr-defined]
    offers, plan = network.offers, network.plan
    given = {one.name: getattr(offers, one.name) for one in fields(offers)}
    chosen = {name: values[:, every] for name, values in given.items() if np.ndim(values) == 2}
    replace(network, offers=replace(offers, **chosen), plan=Plan(plan.upper[:, every], plan.order)).march(
        Compiled
    )
    assert kernels.march.signatures == compiled  # type: ignore[attr-defined]


@pytest.mark.parametrize("engine", ENGINES)
def test_halves_of_a_town_are_towns(engine: type[Engine]) -> None:
    """The middle trench is closed from the start and opens again; until then there are two networks.

    The water in it is that of the start, and fades. Where the weak plant lacks heat, its half lacks it.
    """
    shut = slice(0, 20)
    problem = town([(2, 0, 20)])
    found = marched(problem, power=np.array([WEAK, np.inf]), engine=engine)
    heads = pressures(problem, found)
    for columns, held, pumped, power in (
        (COLUMNS, Held(1, 4e5), None, np.inf),
        (MIRRORED, Held(1, 5e5), 0, WEAK),
    ):
        alone = half(columns, held, pumped)
        expected = marched(alone, power=power, engine=engine)
        for part, series in ((found, expected), (heads, hydraulics(alone, expected))):
            for name in type(series).__dataclass_fields__:
                which = columns.get(name.partition("_")[0])
                if which is None or not len(getattr(series, name)):  # nobody feeds in
                    continue
                here, there = getattr(part, name)[shut][:, which], getattr(series, name)[shut]
                np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(heads.node_return_pressure[shut][:, [1, 4]], [[4e5, 5e5]] * 20, rtol=1e-12)
    assert not found.pipe_mass_flow[shut, 2].any()
    capacity = problem.supply.capacity[2]
    fade, water = np.exp(-0.3 * LENGTH[2] * 3600.0 / capacity), np.array([80.0, 40.0])
    for t in range(20):  # each pipe feels what its partner was at the start of the step
        tends = 10.0 + 0.1 / 0.3 * (water[::-1] - 10.0)
        water = tends + (water - tends) * fade
        stands = found.pipe_supply_temperature[t, 2], found.pipe_return_temperature[t, 2]
        np.testing.assert_allclose(stands, water, rtol=1e-12)
    lost = found.pipe_heat_loss[shut, 2].sum() * 3600.0
    cooled = 120.0 - water.sum()
    np.testing.assert_allclose(lost, capacity * cooled, rtol=1e-9)
    cause = found.consumer_unmet_cause
    assert (cause[shut, 2:] == Cause.CAPACITY).any()
    assert not cause[shut, :2].any()
    assert not cause[25:].any()
    assert not (cause == Cause.CLOSED).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_town_falls_apart_and_comes_together(engine: type[Engine]) -> None:
    """Heat is kept through both turns, and pressure is held at the first hold while there is one water."""
    problem = town([(2, 8, 20)], pumps=False)
    found = marched(problem, power=np.array([WEAK, np.inf]), engine=engine)
    assert np.abs(balance(problem, found)).max() < 1e-9 * HEAT.sum(axis=1).max()
    assert np.abs(found.residual).max() < 1e-9 * HEAT.sum(axis=1).max()
    assert found.converged.all()
    over = np.abs(found.pipe_mass_flow[:, 2])
    assert (over[:8] > 0.04).all()
    assert (over[20:] > 0.05).all()
    assert not over[8:20].any()
    back = pressures(problem, found).node_return_pressure
    np.testing.assert_allclose(back[:, 1], 4e5, rtol=1e-12)
    np.testing.assert_allclose(back[8:20, 4], 5e5, rtol=1e-12)
    static = 4e5 - 9.80665 * 1000.0 * (HEIGHT[4] - HEIGHT[1])
    assert (np.abs(back[np.r_[:8, 20:30], 4] - static) < 2e4).all()
    critical = pressures(problem, found).consumer_differential_pressure
    for part in (critical[8:20, :2], critical[8:20, 2:], critical[20:]):
        np.testing.assert_allclose(part.min(axis=1), 0.6e5, rtol=1e-12)


def test_who_is_where() -> None:
    """Every pipe, consumer and source is in one island, every node one's own, dead ends with a neighbour.

    0-1-2-3-4-5 with a plant at 0 and 5: closed are 1-2, 2-3 and 3-4, so that 2 and 3 have no source.
    """
    problem = town([(1, 0, 9), (2, 0, 9), (3, 0, 9)])
    one, two = islands(problem, problem.stretches[0])
    assert (one.held.node, two.held.node) == (1, 4)
    assert one.node[one.served].tolist() == [0, 1]
    assert two.node[two.served].tolist() == [4, 5]
    assert sorted([*one.places.pipe, *two.places.pipe]) == [0, 1, 2, 3, 4]
    assert sorted([*one.node[one.own], *two.node[two.own]]) == [0, 1, 2, 3, 4, 5]
    assert sorted([*one.places.consumer, *two.places.consumer]) == [0, 1, 2, 3]
    found = marched(problem, engine=Compiled)
    assert (found.consumer_unmet_cause[:9] == [0, Cause.CLOSED, Cause.CLOSED, 0]).all()
    heads = pressures(problem, found)
    assert np.isnan(heads.node_supply_pressure[:9, 2:4]).all()
    assert np.isfinite(heads.node_supply_pressure[:9, [0, 1, 4, 5]]).all()


def test_the_first_hold_of_each_part_works() -> None:
    """Holds further down the list wait until the water before them is cut off."""
    problem = held_at(town([(2, 5, 9)]), [Held(2, 1e5), Held(3, 2e5), Held(1, 3e5), Held(0, 6e5)])
    at = [[one.held.node for one in islands(problem, stretch)] for stretch in problem.stretches]
    assert at == [[2], [2, 3], [2]]
    closed = Stretch(0, 1, np.array([1, 3]))
    assert [one.held.node for one in islands(problem, closed)] == [1, 4]  # 2 and 3 have no plant
    with pytest.raises(ValueError, match="held nowhere"):
        islands(replace(problem, holds=problem.holds[:1]), problem.stretches[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_sources_keep_their_order_in_each_part(engine: type[Engine]) -> None:
    """Of three plants the last in order is at 0; behind the closure the other two share what is asked."""
    net = Net([(0, 1), (1, 2), (2, 3)], consumers=[1, 2, 3], sources=[3, 2, 0], u_own=0.0)
    problem = net.problem(np.array([10e3, 20e3, 30e3]), steps=12, closed=[(1, 4, 8)])
    found = marched(problem, power=np.array([35e3, 100e3, 100e3]), engine=engine)
    np.testing.assert_allclose(found.source_heat[3], [35e3, 25e3, 0.0], rtol=1e-6)
    np.testing.assert_allclose(found.source_heat[6], [35e3, 15e3, 10e3], rtol=1e-6)
    np.testing.assert_allclose(found.source_heat[11], [35e3, 25e3, 0.0], rtol=1e-6)


@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_pressures_agree_where_parts_go_on(seed: int) -> None:
    """Both ways to compute them, with valves and pumps in the parts; what is alike is critical in each."""
    network = with_elements(with_closures(random_network(seed), seed), seed)
    march = network.march(Reference)
    one, two = (pressures(replace(network.problem, engine=kind), march) for kind in ("compiled", "reference"))
    for name in type(one).__dataclass_fields__:
        if name != "critical_consumer":
            here, there = getattr(one, name), getattr(two, name)
            np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
def test_walls_and_water_are_handed_over(engine: type[Engine]) -> None:
    """Falling apart for a step of next to no time leaves all temperatures as they were."""
    wall = "distributed" if engine is Reference else "retarded"
    net = Net([(0, 1), (1, 2), (2, 3)], length=300.0, wall=900.0, consumers=[1, 2, 3], sources=[3, 0])
    problem = net.problem(np.array([9e3, 20e3, 5e3]), steps=40, step=30, closed=[(1, 20, 30)])
    problem = replace(problem, wall=wall)
    offered = offers(problem, np.array([15e3, np.inf]))
    staged = Staged(engine, problem, offered, merit_order(offered.power, None))
    state, before = staged.part(staged.start(), 0, 20, lambda done: None)
    assert len(state) == 1
    state, march = staged.part(state, 20, 30, lambda done: None)
    assert len(state) == 2
    supply, back = before.pipe_supply_temperature, before.pipe_return_temperature
    most = np.abs(np.diff(supply, axis=0)).max() + np.abs(np.diff(back, axis=0)).max()
    assert np.abs(march.pipe_supply_temperature[0] - supply[-1]).max() < 3 * most
    assert np.abs(march.pipe_return_temperature[0] - back[-1]).max() < 3 * most
    assert march.initial_stored_heat == pytest.approx(before.network_stored_heat[-1], rel=1e-13)
    state, after = staged.part(state, 30, 40, lambda done: None)
    assert len(state) == 1
    assert after.initial_stored_heat == pytest.approx(march.network_stored_heat[-1], rel=1e-13)
    assert np.abs(after.residual).max() < 1e-9 * 34e3


def test_nobody_goes_on() -> None:
    """A plant without consumers and consumers without a plant: all stands still, and that is no failure."""
    net = Net([(0, 1), (1, 2)], consumers=[1, 2])
    problem = net.problem(np.array([9e3, 20e3]), steps=6, closed=[(0, 2, 4)])
    assert closures([(0, 2, 4)], 6)[1].closed.tolist() == [0]
    found = marched(problem, engine=Compiled)
    assert not found.source_heat[2:4].any()
    assert (found.consumer_unmet_cause[2:4] == Cause.CLOSED).all()
    assert np.isnan(pressures(problem, found).node_return_pressure[2:4]).all()
    assert found.converged.all()
