"""Bypasses against the closed form of their flow: a way's end kept warm while nobody draws."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files

import numpy as np
import pytest

import heatsym as hs
from heatsym.engine.prepare import prepare
from heatsym.engine.trajectory import Cause, March
from heatsym.interfaces.axis import FloatArray
from tests.build import WATER, Marched, Net

CP, GROUND, FEED, KEPT = WATER.cp, 10.0, 80.0, 55.0


def alone(conductance: float, kept: float = KEPT, feed: float = FEED) -> float:
    """Flow that keeps the end of a way of its own: U1 L / (c ln((T_in - T_eq) / (T_min - T_eq))). [kg/s]"""
    return conductance / (CP * float(np.log((feed - GROUND) / (kept - GROUND))))


def assert_balanced(march: March, step: float) -> None:
    """Bypassed water is no delivered heat: what is fed in is delivered, lost or stored."""
    stored = np.diff(march.network_stored_heat, prepend=march.initial_stored_heat) / step
    given, taken = march.source_heat.sum(axis=1), march.consumer_heat_delivered.sum(axis=1)
    residual = given - taken - march.pipe_heat_loss.sum(axis=1) - stored
    np.testing.assert_allclose(residual, 0.0, atol=1e-9 * max(given.max(), 1.0))


@pytest.mark.parametrize("substeps", [1, 4])
def test_standing_summer_night(marched: Marched, substeps: int) -> None:
    """Showers until 22 h, then nobody: the end never falls below its minimum, with the flow that it takes."""
    heat = np.zeros((72, 1))
    heat[:6] = 8e3
    net = Net([(0, 1)], consumers=[1], length=200.0, diameter=0.04, u_own=0.3)
    most = 1.2 * 8e3 / (CP * 40)
    problem = net.problem(heat, steps=72, substeps=substeps, bypass=KEPT, mass_flow_max=most)
    march = marched(problem)
    own, flow = march.consumer_mass_flow[:6], march.consumer_bypass_flow
    assert march.converged.all()
    assert (flow[:6] == 0).all()  # what the consumer draws keeps its way warm
    assert (own > alone(0.3 * 200)).all()
    assert march.consumer_supply_temperature[6:].min() >= KEPT - 1e-3
    assert flow[6:] == pytest.approx(alone(0.3 * 200), rel=1e-4)
    np.testing.assert_array_equal(march.consumer_mass_flow[6:], flow[6:])
    assert march.consumer_supply_temperature[40:] == pytest.approx(KEPT, abs=1e-3)
    # It comes back as it came, and only cools on its way home.
    np.testing.assert_allclose(march.consumer_return_temperature[6:], march.consumer_supply_temperature[6:])
    assert (march.consumer_heat_delivered[6:] == 0).all()
    home = GROUND + (KEPT - GROUND) ** 2 / (FEED - GROUND)
    assert march.source_return_temperature[-1, 0] == pytest.approx(home, abs=1e-2)
    assert march.source_heat[-1, 0] == pytest.approx(flow[-1, 0] * CP * (FEED - home), rel=1e-3)
    assert_balanced(march, problem.step)


def test_little_heat_is_topped_up(marched: Marched) -> None:
    """A consumer that draws half of what its way needs: heat exact, the rest passes by, water mixes."""
    net = Net([(0, 1)], consumers=[1], length=200.0, diameter=0.04, u_own=0.3)
    needed = alone(60.0)
    heat = 0.5 * needed * CP * (KEPT - 40.0)
    problem = net.problem(heat, steps=60, bypass=KEPT, mass_flow_max=10 * needed)
    march = marched(problem)
    assert march.converged.all()
    np.testing.assert_allclose(march.consumer_heat_delivered, heat, rtol=1e-9)
    assert march.consumer_mass_flow[-1, 0] == pytest.approx(needed, rel=1e-4)
    assert march.consumer_bypass_flow[-1, 0] == pytest.approx(0.5 * needed, rel=1e-3)
    assert march.consumer_return_temperature[-1, 0] == pytest.approx(0.5 * (KEPT + 40), abs=0.02)
    assert_balanced(march, problem.step)


def test_ways_that_share_trenches(marched: Marched) -> None:
    """A street of houses: all ends are warm enough; where a bypass is open, its end is at the minimum."""
    edges = [(0, 1), (1, 2), (2, 3), (1, 4), (2, 5), (3, 6), (3, 7)]
    length: FloatArray = np.array([400.0, 150.0, 100.0, 12.0, 15.0, 30.0, 8.0])
    net = Net(
        edges, length=length, diameter=[0.08, 0.06, 0.05, 0.03, 0.03, 0.03, 0.03], consumers=[4, 5, 6, 7]
    )
    heat = np.zeros((240, 4))
    heat[:6] = 10e3
    kept = np.array([60.0, 55.0, 55.0, 50.0])
    problem = net.problem(heat, steps=240, bypass=kept, mass_flow_max=0.1)
    march = marched(problem)
    assert march.converged.all()
    flow, came = march.consumer_bypass_flow[-1], march.consumer_supply_temperature[-1]
    assert (march.consumer_supply_temperature[6:] >= kept - 1e-2).all()
    open_ = flow > 0
    assert open_.sum() >= 2
    np.testing.assert_allclose(came[open_], kept[open_], atol=1e-2)
    # Exponentials along the street, written without the package.
    conductance, carried = 0.3 * length, np.array([flow.sum(), flow[1:].sum(), flow[2:].sum(), *flow])
    with np.errstate(divide="ignore"):
        keeps = np.exp(-conductance / (CP * carried))
    street = FEED - GROUND
    expected = []
    for k, house in enumerate((3, 4, 5)):
        street = street * keeps[k]
        expected.append(GROUND + street * keeps[house])
    expected.append(GROUND + street * keeps[6])
    np.testing.assert_allclose(came[open_], np.array(expected)[open_], atol=1e-2)
    assert_balanced(march, problem.step)


def test_water_too_cool_opens_no_further_than_the_largest_flow(marched: Marched) -> None:
    net = Net([(0, 1)], consumers=[1], length=200.0, diameter=0.04)
    march = marched(net.problem(0.0, steps=30, t_feed=50.0, bypass=KEPT, mass_flow_max=0.07))
    assert march.converged.all()
    np.testing.assert_allclose(march.consumer_bypass_flow, 0.07)
    assert (march.consumer_heat_unmet == 0).all()


def test_heat_goes_before_bypasses_where_sources_are_short(marched: Marched) -> None:
    """Two houses behind a plant that has a little more than the one that asks needs."""
    net = Net([(0, 1), (1, 2), (1, 3)], consumers=[2, 3], length=[50.0, 20.0, 3000.0], diameter=0.05)
    problem = net.problem(np.array([30e3, 0.0]), steps=48, bypass=np.array([np.nan, KEPT]), mass_flow_max=0.3)
    free = marched(problem)
    lost = float(free.source_heat[-1, 0]) - 30e3
    march = marched(problem, 30e3 + 0.6 * lost)
    assert march.converged.all()
    np.testing.assert_allclose(march.consumer_heat_delivered[:, 0], 30e3, rtol=1e-3)
    assert 0 < march.consumer_bypass_flow[-1, 1] < 0.9 * free.consumer_bypass_flow[-1, 1]
    assert march.source_heat.max() <= (30e3 + 0.6 * lost) * (1 + 1e-6)
    march = marched(problem, 20e3)
    assert (march.consumer_bypass_flow == 0).all()
    assert (march.consumer_unmet_cause[:, 0] == Cause.CAPACITY).all()


def test_who_has_a_bypass() -> None:
    """By default whoever has a minimum at a branch's end; 0 is no bypass, a temperature is one."""
    with as_file(files("heatsym").joinpath("examples")) as examples:
        case = hs.load(examples / "configs" / "minimal.toml")
    table, network = case.demand.consumers, case.network
    trenches = np.bincount(np.concatenate([network.start, network.end]))
    where = [network.nodes.id.index(node) for node in table.node]
    ends = trenches[where] == 1
    assert ends.any()
    least = np.where(np.arange(len(table.id)) == np.argmax(ends), np.nan, 62.0)

    def kept(given: float) -> FloatArray:
        consumers = replace(table, min_supply_temperature=least, bypass=np.full(len(least), given))
        return prepare(replace(case, demand=replace(case.demand, consumers=consumers))).load.bypass

    np.testing.assert_array_equal(kept(np.nan), np.where(ends, least, np.nan))
    assert np.isnan(kept(0.0)).all()
    np.testing.assert_array_equal(kept(58.0), np.full(len(least), 58.0))


@pytest.mark.parametrize("name", ["minimal", "harbour_town"])
def test_packaged_years_converge_with_their_bypasses(name: str) -> None:
    """They open at night, and do not keep a step from converging."""
    with as_file(files("heatsym").joinpath("examples")) as examples:
        run = hs.run(hs.load(examples / "configs" / f"{name}.toml"))
    assert run.summary["convergence"]["unconverged_steps"] == 0
    assert run.summary["bypass"]["open_h"] > 0
    flow = run.results["consumer_bypass_flow"].values
    assert (flow >= 0).all()
    assert (flow <= run.results["consumer_mass_flow"].values).all()
