"""Heat and mass of whole marches on random networks, and networks that stood still and start again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from itertools import product

import numpy as np
import pytest

from heatsym.engine.compiled import Compiled
from heatsym.engine.problem import Problem
from heatsym.engine.reference import Reference
from heatsym.engine.trajectory import Cause, March
from heatsym.interfaces.axis import FloatArray
from tests.build import WATER, Engine, Marched, Net, marched

INITIAL = (78.0, 42.0)
GROUND = 8.0
HOT = 73.0
"""Temperature of the second producer's stream, less its approach. [degC]"""


@dataclass(frozen=True)
class Town:
    """A random network with three producers and what they can give, marched."""

    problem: Problem
    power: FloatArray  # (time, source)
    conductance: FloatArray  # (source,) of the stream behind it
    feed: FloatArray  # (time, source)
    march: March

    @property
    def peak(self) -> float:
        return float(self.march.source_heat.sum(axis=1).max())

    @property
    def most(self) -> FloatArray:
        """What each source could give with the water that came back to it; (time, source). [W]"""
        stream = np.full_like(self.power, np.inf)
        back = self.march.source_return_temperature[:, 1]
        stream[:, 1] = self.conductance[1] * np.maximum(HOT - back, 0.0)
        return np.minimum(self.power, stream)


def town(
    engine: type[Engine],
    seed: int,
    *,
    mesh: bool,
    substeps: int,
    water: bool,
    scarce: bool,
    steps: int = 48,
) -> Town:
    """Producers at any nodes whose power changes by the hour, so that flows turn; hours without demand."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(8, 18))
    edges = [(int(rng.integers(0, i)), i) for i in range(1, nodes)]
    for _ in range(int(rng.integers(1, 4)) if mesh else 0):
        a, b = rng.choice(nodes, 2, replace=False)
        edges.append((int(a), int(b)))
    edges = [edge if rng.random() < 0.5 else edge[::-1] for edge in edges]
    pipes = len(edges)
    sources = [int(i) for i in rng.choice(nodes, 3, replace=False)]
    consumers = [int(i) for i in rng.choice(nodes, int(rng.integers(3, nodes - 2)), replace=False)]
    many = len(consumers)
    design = rng.uniform(5e3, 60e3, many)
    shape = 0.6 + 0.4 * np.sin(2 * np.pi * (np.arange(steps) / 24 + 0.1))
    heat = design * shape[:, None] * rng.uniform(0.3, 1.0, (steps, many))
    heat[rng.random(heat.shape) < 0.1] = 0.0
    heat[rng.choice(steps, 3)] = 0.0
    heat[20:26] = 0.0
    net = Net(
        edges,
        length=rng.uniform(20, 400, pipes),
        diameter=rng.uniform(0.03, 0.12, pipes),
        wall=rng.uniform(0, 3e3, pipes),
        u_own=rng.uniform(0.15, 0.4, pipes),
        u_cross=rng.uniform(0, 0.1, pipes),
        consumers=consumers,
        sources=sources,
        fluid=None if water else WATER,
    )
    peak = float(heat.sum(axis=1).max())
    by_shift = np.repeat(rng.uniform(0.1, 0.5, steps // 6), 6)
    rest = np.full(steps, 0.3 * peak if scarce else np.inf)
    power = np.column_stack([peak * rng.uniform(0, 0.6, steps), peak * by_shift, rest])
    feed = np.column_stack(
        [85 + 5 * np.sin(np.arange(steps) / 7), np.full(steps, 70.0), 75 + rng.uniform(-3, 3, steps)]
    )
    problem = net.problem(
        heat,
        steps=steps,
        substeps=substeps,
        t_return=rng.uniform(35, 45, many),
        t_ground=GROUND,
        mass_flow_max=2 * design / (4180 * 35),
        initial=INITIAL,
        tolerance=1e-4,
    )
    conductance = np.array([np.inf, 0.4 * peak / (HOT - 40.0), np.inf])
    t_hot = np.array([np.inf, HOT, np.inf])
    march = marched(problem, power, engine=engine, t_feed=feed, conductance=conductance, t_hot=t_hot)
    return Town(problem, power, conductance, feed, march)


TOWNS = [
    {"seed": 0, "mesh": False, "substeps": 1, "water": False, "scarce": True},
    {"seed": 2, "mesh": False, "substeps": 4, "water": True, "scarce": False},
    {"seed": 8, "mesh": False, "substeps": 4, "water": False, "scarce": False},
    {"seed": 10, "mesh": False, "substeps": 3, "water": True, "scarce": True},
    {"seed": 1, "mesh": True, "substeps": 3, "water": False, "scarce": False},
    {"seed": 5, "mesh": True, "substeps": 4, "water": False, "scarce": True},
    {"seed": 7, "mesh": True, "substeps": 3, "water": True, "scarce": False},
    {"seed": 15, "mesh": True, "substeps": 1, "water": True, "scarce": True},
]


def named(town: dict[str, object]) -> str:
    shape, water = "mesh" if town["mesh"] else "tree", "water" if town["water"] else "constant"
    return f"{shape}-{water}-J{town['substeps']}{'-scarce' if town['scarce'] else ''}"


@cache
def known(engine: type[Engine], number: int) -> Town:
    return town(engine, **TOWNS[number])


@pytest.fixture(
    params=product([Reference, Compiled], range(len(TOWNS))),
    ids=[f"{engine}-{named(town)}" for engine, town in product(["reference", "compiled"], TOWNS)],
)
def found(request) -> Town:
    return known(*request.param)


def incidence(problem: Problem) -> FloatArray:
    """(edge, node): +1 where an edge ends, -1 where it starts."""
    graph = problem.graph
    edges = np.arange(len(graph.start))
    matrix = np.zeros((len(edges), graph.nodes))
    matrix[edges, graph.end] += 1
    matrix[edges, graph.start] -= 1
    return matrix


def test_towns_are_hard(found: Town) -> None:
    """Else the rest of this file says little: flows turn, stand and are shared out by three producers."""
    march = found.march
    turns = (march.pipe_mass_flow.max(axis=0) > 0) & (march.pipe_mass_flow.min(axis=0) < 0)
    assert turns.any()
    assert (march.source_mass_flow > 0).any(axis=0).all()
    assert (march.consumer_mass_flow.sum(axis=1) == 0).sum() >= 6


def test_every_step_converges(found: Town) -> None:
    assert np.flatnonzero(~found.march.converged).tolist() == []


def test_heat_balance_closes_with_loss_computed_on_its_own(found: Town) -> None:
    march = found.march
    supplied, delivered = march.source_heat.sum(axis=1), march.consumer_heat_delivered.sum(axis=1)
    stored = np.diff(march.network_stored_heat, prepend=march.initial_stored_heat) / found.problem.step
    residual = supplied - delivered - march.pipe_heat_loss.sum(axis=1) - stored
    assert (np.abs(residual) <= 1e-9 * np.maximum(supplied, 0.01 * found.peak)).all()
    # Only a trench's two pipes together must lose, and only where they are warmer than the ground.
    assert (march.pipe_heat_loss > 0).all()
    assert 0.01 < march.pipe_heat_loss.sum() / supplied.sum() < 0.9


def test_stored_heat_is_that_of_the_water_shown(found: Town) -> None:
    p, march = found.problem, found.march
    theta = p.medium.theta
    shown = theta(march.pipe_supply_temperature) @ p.supply.capacity
    shown += theta(march.pipe_return_temperature) @ p.return_.capacity
    np.testing.assert_allclose(march.network_stored_heat, shown, rtol=1e-9)


def test_mass_is_kept_at_every_node_of_both_sides(found: Town) -> None:
    p, march = found.problem, found.march
    through = incidence(p)
    outside = np.zeros((p.steps, p.graph.nodes))
    np.add.at(outside.T, p.source_node, march.source_mass_flow.T)
    np.subtract.at(outside.T, p.consumer_node, march.consumer_mass_flow.T)
    throughput = march.source_mass_flow.sum(axis=1, keepdims=True)
    assert (np.abs(march.pipe_mass_flow @ through + outside) <= 1e-8 * throughput).all()
    assert (np.abs(march.pipe_return_mass_flow @ through - outside) <= 1e-8 * throughput).all()


def test_demand_is_delivered_or_named_as_unmet(found: Town) -> None:
    p, march = found.problem, found.march
    np.testing.assert_allclose(march.consumer_heat_demand, p.load.heat, rtol=1e-12)
    together = march.consumer_heat_delivered + march.consumer_heat_unmet
    np.testing.assert_allclose(together, march.consumer_heat_demand, rtol=1e-9)
    assert (march.consumer_heat_unmet >= 0).all()
    assert (march.consumer_heat_delivered >= 0).all()
    missing = march.consumer_heat_unmet > 1e-9 * found.peak
    assert (march.consumer_unmet_cause[missing] != Cause.NONE).all()
    assert (march.consumer_unmet_cause[march.consumer_heat_unmet == 0] == Cause.NONE).all()
    scarce = np.isfinite(found.power).all(axis=1)
    blamed = (march.consumer_unmet_cause == Cause.CAPACITY).any(axis=1)
    assert not blamed[~scarce].any()  # a source without limit never runs out
    assert blamed[scarce].any() == scarce.any()
    given, most = march.source_heat.sum(axis=1)[blamed], found.most.sum(axis=1)[blamed]
    assert (given > 0.98 * most).all()


def test_heat_is_flow_times_enthalpy_difference_at_every_door(found: Town) -> None:
    march, enthalpy = found.march, found.problem.medium.enthalpy

    def exchanged(flow: FloatArray, warm: FloatArray, cold: FloatArray) -> FloatArray:
        return flow * np.where(flow > 0, enthalpy(warm) - enthalpy(cold), 0.0)

    taken = exchanged(
        march.consumer_mass_flow, march.consumer_supply_temperature, march.consumer_return_temperature
    )
    np.testing.assert_allclose(taken, march.consumer_heat_delivered, atol=1e-8 * found.peak)
    given = exchanged(
        march.source_mass_flow, march.source_supply_temperature, march.source_return_temperature
    )
    np.testing.assert_allclose(given, march.source_heat, atol=1e-8 * found.peak)


def test_temperatures_stay_between_what_enters(found: Town) -> None:
    """Nothing but feeds, ground, first water and what consumers send back sets a temperature."""
    march = found.march
    sent = march.consumer_return_temperature
    draws = march.consumer_mass_flow > 0
    assert (sent[draws] <= march.consumer_supply_temperature[draws] + 1e-9).all()
    low, high = GROUND - 1e-6, max(float(found.feed.max()), INITIAL[0]) + 1e-6
    for water in (
        march.node_supply_temperature,
        march.node_return_temperature,
        march.pipe_supply_temperature,
        march.pipe_return_temperature,
    ):
        assert low <= np.nanmin(water)
        assert np.nanmax(water) <= high
    # Returns are never warmer than the warmest that was sent or that stood there.
    assert np.nanmax(march.node_return_temperature) <= max(float(np.nanmax(sent)), INITIAL[1]) + 1e-6
    feeds = march.source_mass_flow > 0
    np.testing.assert_allclose(march.source_supply_temperature[feeds], found.feed[feeds], atol=1e-9)


def test_no_source_gives_more_than_it_has(found: Town) -> None:
    """Neither more than its plan nor more than its stream can give to the water that comes back."""
    assert (found.march.source_heat - found.most).max() <= 1e-6 * found.peak


@pytest.mark.parametrize("substeps", [1, 3])
def test_every_trench_and_every_mixing_node_balances(marched: Marched, substeps: int) -> None:
    """Pipe by pipe on a tree with prescribed flows, from stored heat and node temperatures alone.

    A supply node has one inflow, so its temperature is the pipe's outlet and gives the supply pipe's
    loss. The trench's remaining loss gives the return pipe's outlet, and those must mix to the return
    temperature of the next node.
    """
    rng = np.random.default_rng(11)
    steps, nodes = 40, 12
    edges = [(int(rng.integers(0, i)), i) for i in range(1, nodes)]
    pipes = len(edges)
    net = Net(
        edges,
        length=rng.uniform(20, 300, pipes),
        diameter=rng.uniform(0.03, 0.1, pipes),
        wall=rng.uniform(0, 2e3, pipes),
        u_own=rng.uniform(0.2, 0.5, pipes),
        u_cross=rng.uniform(0.0, 0.15, pipes),
        consumers=[*range(4, nodes)],
    )
    flow = rng.uniform(0.02, 0.3, (steps, nodes - 4)) * (rng.random((steps, nodes - 4)) < 0.7)
    feed = rng.uniform(70, 90, steps)
    problem = net.problem(
        0.0,
        steps=steps,
        substeps=substeps,
        mass_flow=flow,
        t_feed=feed,
        t_return=rng.uniform(30, 50, nodes - 4),
    )
    march = marched(problem)
    start, end, per_kelvin = problem.graph.start, problem.graph.end, march.pipe_mass_flow * WATER.cp

    def growth(temperature: FloatArray, first: float, capacity: FloatArray) -> FloatArray:
        begin = np.full((1, pipes), first)
        return np.diff(temperature, axis=0, prepend=begin) * capacity / problem.step

    supply = np.where(np.isnan(march.node_supply_temperature), 0.0, march.node_supply_temperature)
    return_ = np.where(np.isnan(march.node_return_temperature), 0.0, march.node_return_temperature)
    assert (march.pipe_mass_flow >= 0).all()
    stored = growth(march.pipe_supply_temperature, 80.0, problem.supply.capacity)
    loss_supply = per_kelvin * (supply[:, start] - supply[:, end]) - stored
    stored = growth(march.pipe_return_temperature, 40.0, problem.return_.capacity)
    loss_return = march.pipe_heat_loss - loss_supply
    standing = march.pipe_mass_flow == 0
    assert standing.any()
    np.testing.assert_allclose(loss_return[standing], -stored[standing], rtol=1e-9)
    arrives = per_kelvin * return_[:, end] - loss_return - stored  # heat that leaves the return pipe. [W]
    into = np.zeros((steps, nodes))
    np.add.at(into.T, start, arrives.T)
    sent = march.consumer_mass_flow * WATER.cp * np.nan_to_num(march.consumer_return_temperature)
    np.add.at(into.T, problem.consumer_node, sent.T)
    mass = np.zeros((steps, nodes))
    np.add.at(mass.T, start, per_kelvin.T)
    np.add.at(mass.T, problem.consumer_node, (march.consumer_mass_flow * WATER.cp).T)
    np.testing.assert_allclose(into, mass * return_, atol=1e-9 * float(mass.max()) * 80)
    # Each supply pipe by itself loses between what coldest and warmest water would.
    u = problem.pipes.u_own * problem.pipes.length
    assert (loss_supply > 0).all()
    assert (loss_supply < u * 80).all()


# -- standing still and starting again ---------------------------------------------------------------


def tree(rng: np.random.Generator, houses: int, reach: int, thickest: float, **others: float) -> Net:
    """Houses each joined to one of the ``reach`` before it, in water as it is."""
    return Net(
        [(int(rng.integers(max(0, i - reach), i)), i) for i in range(1, houses + 1)],
        length=rng.uniform(20, 120, houses),
        diameter=np.linspace(thickest, 0.04, houses),
        u_own=0.25,
        consumers=[*range(1, houses + 1)],
        fluid=None,
        **others,
    )


def test_winter_restart_after_two_weeks_without_demand(marched: Marched) -> None:
    """Thirty houses on a tree, a plant that has 10 % more than they and their pipes need."""
    rng = np.random.default_rng(4)
    houses, idle, steps = 30, 14 * 24, 14 * 24 + 72
    net = tree(rng, houses, reach=5, thickest=0.12, u_cross=0.03)
    design = rng.uniform(5e3, 20e3, houses)
    heat = np.zeros((steps, houses))
    heat[idle:] = design
    pipe_loss = float(0.25 * net.length.sum() * (75 + 35))
    problem = net.problem(
        heat,
        steps=steps,
        substeps=4,
        t_ground=4.0,
        mass_flow_max=1.6 * design / (4190 * 40),
        tolerance=1e-4,
    )
    power = 1.1 * (design.sum() + pipe_loss)
    march = marched(problem, power)
    assert march.converged.all()
    for water in (march.pipe_supply_temperature, march.pipe_return_temperature):
        assert (np.diff(water[:idle].mean(axis=1)) < 0).all()
        assert water.min() > 4.0 - 1e-6
    assert np.diff(march.pipe_supply_temperature[:idle], axis=0).max() <= 1e-9
    assert march.pipe_heat_loss.min() > -1e-9
    assert march.pipe_supply_temperature[idle - 1].max() < 30.0  # it is cold, the restart is one
    assert march.source_heat.max() <= power * (1 + 1e-6)
    unmet = march.consumer_heat_unmet
    assert unmet[:idle].max() == 0.0
    assert unmet[idle].sum() > 0.2 * design.sum()  # nobody is warm in the first hour
    assert (march.consumer_unmet_cause[unmet > 0] != Cause.NONE).all()
    assert (march.consumer_unmet_cause[idle] == Cause.TEMPERATURE).any()
    np.testing.assert_allclose(march.consumer_heat_delivered[idle + 24 :], np.tile(design, (48, 1)))


def test_town_with_a_drop_rule_restarts_from_cold_water(marched: Marched) -> None:
    """Two weeks at rest, then frost: nobody's return freezes or starves the rest, and all get warm."""
    rng = np.random.default_rng(8)
    houses, idle, steps = 12, 14 * 24, 14 * 24 + 72
    net = tree(rng, houses, reach=3, thickest=0.1)
    design = rng.uniform(5e3, 20e3, houses)
    heat = np.zeros((steps, houses))
    heat[idle:] = design
    problem = net.problem(
        heat,
        steps=steps,
        substeps=4,
        t_ground=3.0,
        drop=35.0,
        mass_flow_max=1.2 * design / (4190 * 35),
        tolerance=1e-4,
    )
    power = 1.15 * (design.sum() + float(0.25 * net.length.sum() * (77 + 42)))
    march = marched(problem, power)
    assert march.converged.all()
    assert march.source_heat.max() <= power * (1 + 1e-6)
    sent = march.consumer_return_temperature[idle:]
    assert sent.min() >= 3.0 - 1e-6
    assert sent[0].min() < 10.0  # the first water is cold, the rule alone would make it ice
    unmet = march.consumer_heat_unmet
    assert (march.consumer_unmet_cause[idle] == Cause.TEMPERATURE).any()
    assert unmet[idle].sum() > 0.2 * design.sum()
    np.testing.assert_allclose(march.consumer_heat_delivered[idle + 24 :], np.tile(design, (48, 1)))
    together = march.consumer_heat_delivered + unmet
    np.testing.assert_allclose(together, heat, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("substeps", [1, 4])
def test_square_load_six_hours_on_six_off(marched: Marched, substeps: int) -> None:
    net = Net([(0, 1), (1, 2), (1, 3)], consumers=[2, 3], length=[400.0, 150.0, 300.0], diameter=0.05)
    heat = np.tile(np.repeat([[0.0, 0.0], [40e3, 15e3]], 6, axis=0), (6, 1))
    march = marched(net.problem(heat, steps=72, substeps=substeps, mass_flow_max=1.0, tolerance=1e-4))
    assert march.converged.all()
    on = heat[:, 0] > 0
    np.testing.assert_allclose(march.consumer_heat_delivered[on], heat[on])
    assert (march.source_heat[~on] == 0).all()
    # After the first day every switch looks as the day before.
    np.testing.assert_allclose(march.source_heat[48:], march.source_heat[36:60][:24], rtol=0.02)
    first, later = march.source_heat[42:48:5].ravel()  # first and last hour of a run
    assert later == pytest.approx(55e3 + march.pipe_heat_loss[47].sum(), rel=0.02)
    assert first != pytest.approx(later, rel=1e-3)


def test_tiny_demand_after_standing_flushes_cold_water(marched: Marched) -> None:
    """14 W from a pipe of water at ground temperature: it opens fully, warms up, and then sips."""
    net = Net([(0, 1)], consumers=[1], length=80.0, diameter=0.03, u_own=0.3)
    heat = np.zeros((40, 1))
    heat[10:] = 14.0
    most = 0.1  # flushes the pipe in ten minutes
    problem = net.problem(
        heat, steps=40, substeps=4, mass_flow_max=most, initial=(10.0, 10.0), tolerance=1e-4
    )
    march = marched(problem)
    assert march.converged.all()
    assert march.consumer_heat_delivered[-20:] == pytest.approx(14.0)
    assert (march.consumer_mass_flow[:10] == 0).all()
    assert march.consumer_unmet_cause[10, 0] in (Cause.NONE, Cause.TEMPERATURE)
    met = march.consumer_heat_delivered[10:, 0] > 13.9
    assert met[1:].all()
    # 40 K drop would need 8e-5 kg/s; water that slow arrives cold, so more must flow.
    assert (march.consumer_mass_flow[11:] < most).all()
    assert march.consumer_mass_flow[-20:].mean() > 14 / (WATER.cp * 40)
    assert march.consumer_supply_temperature[-20:].min() > 40.0


def test_summer_nights_of_a_few_watts(marched: Marched) -> None:
    """Every house asks for a few watts at night and a shower by day; nothing fails, losses are right."""
    rng = np.random.default_rng(9)
    nodes, days = 10, 4
    edges = [(int(rng.integers(0, i)), i) for i in range(1, nodes)]
    net = Net(edges, length=rng.uniform(20, 80, nodes - 1), diameter=0.04, consumers=[*range(1, nodes)])
    hour = np.tile(np.arange(24), days)
    heat = np.where((hour >= 6)[:, None], rng.uniform(0, 3e3, (24 * days, nodes - 1)), 0.0)
    heat[hour < 6] = rng.uniform(0, 5, (6 * days, nodes - 1))
    problem = net.problem(heat, steps=24 * days, substeps=4, mass_flow_max=0.1, tolerance=1e-4)
    march = marched(problem)
    assert march.converged.all()
    assert march.consumer_heat_delivered.sum() == pytest.approx(heat.sum(), rel=1e-3)
    # U L (T_supply + T_return - 2 T_ground) of the mean water, here from the trapezoid of its hours.
    water = march.pipe_supply_temperature + march.pipe_return_temperature - 20.0
    between = 0.5 * (water[:-1] + water[1:])
    u = problem.pipes.u_own * problem.pipes.length
    np.testing.assert_allclose(march.pipe_heat_loss[1:].sum(axis=0), u * between.sum(axis=0), rtol=0.05)


@pytest.mark.parametrize("engine", [Reference, Compiled])
def test_two_marches_are_bit_identical(engine: type[Engine]) -> None:
    first, second = (
        town(engine, seed=5, mesh=True, substeps=4, water=True, scarce=True, steps=24).march for _ in range(2)
    )
    for field in fields(March):
        if field.name != "seconds":
            np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))
