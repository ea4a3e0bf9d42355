"""What may not change, or must scale, when the same network is described or drawn in another way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from heatsym.engine.compiled import Compiled
from heatsym.engine.reference import Reference
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import FloatArray
from tests.build import WATER, Engine, Marched, Net, marched

STEPS = 16


@dataclass(frozen=True)
class Drawn:
    """A network with two producers, the first limited and the cooler, and all that is asked of it."""

    net: Net
    heat: FloatArray
    t_return: FloatArray
    power: FloatArray  # (source,)
    feed: FloatArray  # (source,)
    t_ground: float = 8.0
    initial: tuple[Any, Any] = (75.0, 42.0)
    substeps: int = 1
    engine: type[Engine] = Reference

    def march(self) -> March:
        problem = self.net.problem(
            self.heat,
            steps=STEPS,
            substeps=self.substeps,
            t_return=self.t_return,
            t_ground=self.t_ground,
            initial=self.initial,
        )
        return marched(problem, self.power, engine=self.engine, t_feed=self.feed)


def drawn(engine: type[Engine], seed: int, mesh: bool) -> Drawn:
    """Smooth loads and feeds not far apart: every step converges whole, so that it has one answer.

    A step that is taken in halves has other flows than one that is not, by some tenths of a percent.
    """
    rng = np.random.default_rng(seed)
    nodes = 11
    edges = [(int(rng.integers(0, i)), i) for i in range(1, nodes)] + ([(3, 9), (10, 5)] if mesh else [])
    edges = [edge if rng.random() < 0.5 else edge[::-1] for edge in edges]
    many = len(edges)
    consumers = [1, 2, 4, 6, 7, 8, 10]
    day = 0.7 + 0.3 * np.sin(2 * np.pi * (np.arange(STEPS)[:, None] / 24 + 0.2 * rng.random(7)))
    heat = rng.uniform(10e3, 60e3, 7) * day
    net = Net(
        edges,
        length=rng.uniform(30, 200, many),
        diameter=rng.uniform(0.03, 0.08, many),
        wall=rng.uniform(0, 2e3, many),
        u_own=rng.uniform(0.2, 0.4, many),
        u_cross=rng.uniform(0.0, 0.1, many),
        consumers=consumers,
        sources=[9, 0],
    )
    feed = np.array([80.0, 85.0])
    power = np.array([0.35 * heat.sum(axis=1).max(), np.inf])
    return Drawn(net, heat, rng.uniform(35, 45, 7), power, feed, engine=engine)


both = pytest.mark.parametrize("engine", [Reference, Compiled])


@pytest.fixture(params=[(3, False), (6, True)], ids=["tree", "mesh"])
def town(request, engine: type[Engine]) -> Drawn:
    return drawn(engine, *request.param)


def alike(first: FloatArray, second: FloatArray, scale: float = 1.0) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-6 * scale)


@both
def test_names_order_and_direction_do_not_matter(town: Drawn) -> None:
    """Nodes renumbered, pipes listed in another order and drawn the other way, consumers shuffled."""
    rng = np.random.default_rng(1)
    net, march = town.net, town.march()
    node, pipe = rng.permutation(net.nodes), rng.permutation(len(net.edges))
    consumer, turned = rng.permutation(len(net.consumers)), rng.random(len(net.edges)) < 0.5
    edges = [(int(node[a]), int(node[b])) for a, b in (net.edges[k] for k in pipe)]
    edges = [edge[::-1] if turn else edge for edge, turn in zip(edges, turned, strict=True)]
    names = ("length", "diameter", "wall", "u_own", "u_cross")
    other = replace(
        net,
        edges=edges,
        consumers=[int(node[net.consumers[k]]) for k in consumer],
        sources=[int(node[s]) for s in net.sources],
        **{name: getattr(net, name)[pipe] for name in names},
    )
    again = replace(town, net=other, heat=town.heat[:, consumer], t_return=town.t_return[consumer]).march()
    assert march.converged.all()
    alike(again.pipe_mass_flow, march.pipe_mass_flow[:, pipe] * np.where(turned, -1, 1))
    alike(again.pipe_heat_loss, march.pipe_heat_loss[:, pipe])
    alike(again.consumer_supply_temperature, march.consumer_supply_temperature[:, consumer])
    alike(again.node_return_temperature[:, node], march.node_return_temperature)
    alike(again.source_heat, march.source_heat)


@both
def test_warmer_by_a_constant_everywhere(town: Drawn) -> None:
    """With constant specific heat only differences of temperature matter."""
    march = town.march()
    again = replace(
        town,
        t_return=town.t_return + 7,
        feed=town.feed + 7,
        t_ground=town.t_ground + 7,
        initial=(town.initial[0] + 7, town.initial[1] + 7),
    ).march()
    alike(again.pipe_mass_flow, march.pipe_mass_flow)
    alike(again.source_heat, march.source_heat)
    alike(again.pipe_heat_loss, march.pipe_heat_loss)
    alike(again.pipe_supply_temperature, march.pipe_supply_temperature + 7)
    alike(again.node_return_temperature, march.node_return_temperature + 7)


@both
def test_town_four_times_as_large(engine: type[Engine]) -> None:
    """Four times the heat through four times the area with four times the loss: the same temperatures."""
    town = drawn(engine, 3, mesh=False)
    net, march = town.net, town.march()
    large = replace(
        net, diameter=2 * net.diameter, wall=4 * net.wall, u_own=4 * net.u_own, u_cross=4 * net.u_cross
    )
    again = replace(town, net=large, heat=4 * town.heat, power=4 * town.power).march()
    alike(again.pipe_mass_flow, 4 * march.pipe_mass_flow)
    alike(again.source_heat, 4 * march.source_heat)
    alike(again.pipe_heat_loss, 4 * march.pipe_heat_loss)
    alike(again.node_supply_temperature, march.node_supply_temperature)
    alike(again.node_return_temperature, march.node_return_temperature)


@both
def test_house_counted_as_two_halves(town: Drawn) -> None:
    net, march = town.net, town.march()
    halves = np.array([0.3, 0.7])
    again = replace(
        town,
        net=replace(net, consumers=[*net.consumers, net.consumers[2]]),
        heat=np.column_stack(
            [town.heat[:, :2], 0.3 * town.heat[:, 2], town.heat[:, 3:], 0.7 * town.heat[:, 2]]
        ),
        t_return=np.append(town.t_return, town.t_return[2]),
    ).march()
    alike(again.consumer_mass_flow[:, [2, -1]], march.consumer_mass_flow[:, [2]] * halves)
    alike(again.source_heat, march.source_heat)
    alike(again.node_supply_temperature, march.node_supply_temperature)
    alike(again.pipe_heat_loss, march.pipe_heat_loss)


@both
def test_producer_counted_as_two_halves(town: Drawn) -> None:
    net, march = town.net, town.march()
    again = replace(
        town,
        net=replace(net, sources=[9, 9, 0]),
        power=np.array([0.4 * town.power[0], 0.6 * town.power[0], np.inf]),
        feed=town.feed[[0, 0, 1]],
    ).march()
    alike(again.source_heat[:, :2].sum(axis=1), march.source_heat[:, 0])
    alike(again.source_heat[:, 2], march.source_heat[:, 1])
    alike(again.node_supply_temperature, march.node_supply_temperature)


@both
def test_dead_end_without_consumer_only_cools(town: Drawn) -> None:
    """A branch that nobody draws from loses its first heat by itself and changes nothing elsewhere."""
    net, march = town.net, town.march()
    longer = {
        name: np.append(getattr(net, name), value)
        for name, value in (
            ("length", 150.0),
            ("diameter", 0.05),
            ("wall", 0.0),
            ("u_own", 0.3),
            ("u_cross", 0.0),
        )
    }
    again = replace(town, net=replace(net, edges=[*net.edges, (4, net.nodes)], **longer)).march()
    alike(again.source_heat, march.source_heat)
    alike(again.pipe_heat_loss[:, :-1], march.pipe_heat_loss)
    assert (again.pipe_mass_flow[:, -1] == 0).all()
    tau = WATER.density * WATER.cp * 0.25 * np.pi * 0.05**2 / 0.3
    alike(again.pipe_supply_temperature[:, -1], 8 + 67 * np.exp(-np.arange(1, STEPS + 1) * 3600 / tau))


def test_two_arms_drawn_alike_carry_alike(marched: Marched) -> None:
    """A ring seen from the plant: both ways round to the far house are the same, so is what they carry."""
    edges = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 3)]
    heat = np.tile([20e3, 10e3, 30e3, 20e3, 10e3], (STEPS, 1)) * np.linspace(0.5, 1, STEPS)[:, None]
    net = Net(edges, length=120.0, diameter=0.04, consumers=[1, 2, 3, 4, 5], zeta=1.0, fluid=None)
    march = marched(net.problem(heat, steps=STEPS, substeps=3))
    assert march.converged.all()
    alike(march.pipe_mass_flow[:, :3], march.pipe_mass_flow[:, 3:])
    alike(march.pipe_return_mass_flow[:, :3], march.pipe_return_mass_flow[:, 3:])
    alike(march.pipe_heat_loss[:, :3], march.pipe_heat_loss[:, 3:])
    alike(march.consumer_supply_temperature[:, [0, 1]], march.consumer_supply_temperature[:, [3, 4]])


@both
def test_better_insulation_saves_heat_and_flow(town: Drawn) -> None:
    """From one plant: a second, limited one would shift the mixture with what the first can carry."""
    alone = replace(town, power=np.array([0.0, np.inf]))
    net, march = alone.net, alone.march()
    better = replace(alone, net=replace(net, u_own=0.5 * net.u_own, u_cross=0.5 * net.u_cross)).march()
    assert (better.pipe_heat_loss.sum(axis=1) < march.pipe_heat_loss.sum(axis=1)).all()
    assert better.source_heat.sum() < march.source_heat.sum()
    settled = slice(4, None)  # first the given water, which is the same in both, has to leave
    assert (better.consumer_supply_temperature > march.consumer_supply_temperature)[settled].all()
    assert (better.consumer_mass_flow < march.consumer_mass_flow)[settled].all()
