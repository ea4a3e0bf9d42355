"""The march against closed forms: steady state, delay and decay, standing water, mixing, a loop by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.engine.hydraulics import hydraulics
from heatsym.engine.parcels import advanced, filled, oriented, passage
from heatsym.engine.trajectory import Cause
from heatsym.physics.friction import pressure_drop
from heatsym.physics.pipe_loss import steady_outlet_temperature
from tests.build import WATER, Marched, Net

CP = WATER.cp
CAPACITY = WATER.density * CP * 0.25 * np.pi * 0.1**2  # of the default pipe's water. [J/(m K)]


def test_steady_pipe_cools_exponentially_and_heat_is_exact(marched: Marched) -> None:
    march = marched(Net([(0, 1)], consumers=[1], length=1000.0).problem(50e3, steps=72))
    flow = march.consumer_mass_flow[-1, 0]
    supply = float(steady_outlet_temperature(80.0, 10.0, flow, 0.3 * 1000, CP))
    assert supply == pytest.approx(10 + 70 * np.exp(-0.3 * 1000 / (flow * CP)))
    assert march.consumer_supply_temperature[-1, 0] == pytest.approx(supply, abs=1e-9)
    assert march.source_return_temperature[-1, 0] == pytest.approx(
        10 + 30 * np.exp(-0.3 * 1000 / (flow * CP)), abs=1e-9
    )
    assert flow * CP * (supply - 40) == pytest.approx(50e3, rel=1e-9)
    assert march.converged.all()


@pytest.mark.parametrize("wall", [0.0, 0.3 * CAPACITY])
def test_front_arrives_after_the_residence_time_and_has_decayed(marched: Marched, wall: float) -> None:
    flow, length, u, step = 1.0, 1000.0, 0.3, 360
    net = Net([(0, 1)], consumers=[1], length=length, u_own=u, wall=wall)
    problem = net.problem(0.0, steps=48, step=step, mass_flow=flow, initial=(10.0, 10.0), t_return=10.0)
    arrived = marched(problem).consumer_supply_temperature[:, 0]
    capacity = CAPACITY + wall
    residence = capacity * length / (flow * CP)
    behind = 10 + 70 * np.exp(-u * length / (flow * CP))
    end = np.arange(1, 49) * step
    share = np.clip((end - residence) / step, 0.0, 1.0)  # of the step after the front
    np.testing.assert_allclose(arrived, 10 + share * (behind - 10), atol=1e-9)


def test_standing_water_cools_exponentially_and_is_flushed_as_it_stood(marched: Marched) -> None:
    u, length, stop, step = 0.5, 500.0, 48, 3600
    net = Net([(0, 1)], consumers=[1], length=length, u_own=u)
    flow = np.full((stop + 60, 1), 0.2)
    flow[:stop] = 0.0
    problem = net.problem(0.0, steps=len(flow), step=step, mass_flow=flow, t_return=10.0)
    march = marched(problem)
    decay = np.exp(-u * step / CAPACITY)
    content = CAPACITY * length * ((80 - 10) + (40 - 10))
    np.testing.assert_allclose(
        march.pipe_supply_temperature[:stop, 0], 10 + 70 * decay ** np.arange(1, stop + 1), atol=1e-9
    )
    np.testing.assert_allclose(
        march.pipe_heat_loss[:stop, 0] * step, content * (1 - decay) * decay ** np.arange(stop), rtol=1e-9
    )
    residence = CAPACITY * length / (0.2 * CP)
    inside = int(residence // step) - 1  # whole steps that still deliver water which stood
    cooled = 10 + 70 * decay**stop
    now = (np.arange(inside)[:, None] + (np.arange(2000) + 0.5) / 2000) * step
    expected = (10 + (cooled - 10) * np.exp(-u * now / CAPACITY)).mean(axis=1)
    np.testing.assert_allclose(
        march.consumer_supply_temperature[stop : stop + inside, 0], expected, atol=1e-6
    )


def test_streams_of_two_sources_mix_by_mass(marched: Marched) -> None:
    net = Net([(0, 1), (2, 1)], consumers=[1], sources=[0, 2], u_own=0.0)
    problem = net.problem(0.0, steps=30, mass_flow=3.0, t_return=40.0)
    march = marched(problem, [CP * 1.0 * 30, np.inf], t_feed=np.array([70.0, 90.0]))
    assert march.source_mass_flow[-1] == pytest.approx([1.0, 2.0])
    assert march.consumer_supply_temperature[-1, 0] == pytest.approx((70 + 2 * 90) / 3)
    assert march.source_heat[-1] == pytest.approx([CP * 30, CP * 2 * 50])


def test_enthalpy_mixes_not_temperature(marched: Marched) -> None:
    from heatsym.physics.water import enthalpy, temperature_from_enthalpy

    net = Net([(0, 1), (2, 1)], consumers=[1], sources=[0, 2], u_own=0.0, fluid=None)
    problem = net.problem(0.0, steps=30, mass_flow=2.0, t_return=40.0)
    limit = float(enthalpy(120.0) - enthalpy(40.0))
    march = marched(problem, [limit, np.inf], t_feed=np.array([120.0, 60.0]))
    mixed = temperature_from_enthalpy(0.5 * (enthalpy(120.0) + enthalpy(60.0)))
    assert march.consumer_supply_temperature[-1, 0] == pytest.approx(float(mixed), abs=1e-6)
    assert abs(float(mixed) - 90.0) > 0.05  # mixing temperatures instead would be seen


def test_pair_in_steady_state_solves_the_coupled_equations(marched: Marched) -> None:
    u1, u2, length, flow = 0.6, 0.2, 2000.0, 0.8
    net = Net([(0, 1)], consumers=[1], length=length, u_own=u1, u_cross=u2)
    problem = net.problem(0.0, steps=400, step=900, mass_flow=flow, t_return=40.0)
    march = marched(problem)
    # Finite differences of the steady pair, fine enough to serve as truth.
    cells, width = 4000, 2000.0 / 4000
    supply, back = np.full(cells, 70.0), np.full(cells, 35.0)
    for _ in range(60):
        mean_back = back[::-1].mean()
        t_eq = ((u1 - u2) * 10 + u2 * mean_back) / u1
        supply = t_eq + (80 - t_eq) * np.exp(-u1 * (np.arange(cells) + 0.5) * width / (flow * CP))
        t_eq_back = ((u1 - u2) * 10 + u2 * supply.mean()) / u1
        back = t_eq_back + (40 - t_eq_back) * np.exp(-u1 * (np.arange(cells) + 0.5) * width / (flow * CP))
    loss = (u1 - u2) * length * (supply.mean() + back.mean() - 20)
    assert march.pipe_heat_loss[-1, 0] == pytest.approx(loss, rel=1e-6)
    assert march.source_heat[-1, 0] - march.consumer_heat_delivered[-1, 0] == pytest.approx(loss, rel=1e-6)


def test_loop_of_three_pipes_by_hand(marched: Marched) -> None:
    """Consumer at node 2 fed over 0-2 and over 0-1-2 with equal pipes: drops, not flows, are equal."""
    net = Net([(0, 1), (1, 2), (0, 2)], consumers=[2], u_own=0.0, diameter=0.05)
    problem = net.problem(0.0, steps=20, mass_flow=3.0)
    march = marched(problem)
    around, straight = march.pipe_mass_flow[-1, 1], march.pipe_mass_flow[-1, 2]
    assert around + straight == pytest.approx(3.0, rel=1e-12)

    def drop(flow: float) -> float:
        return float(pressure_drop(flow, 100.0, 0.05, 1e-4, 0.0, WATER.density, WATER.viscosity))

    assert 2 * drop(around) == pytest.approx(drop(straight), rel=1e-8)
    np.testing.assert_allclose(march.pipe_return_mass_flow, -march.pipe_mass_flow, rtol=1e-9)


def test_pressures_along_one_pipe_and_pump_power(marched: Marched) -> None:
    net = Net([(0, 1), (1, 2)], consumers=[1, 2], diameter=0.05, height=np.array([0.0, 10.0, -5.0]), zeta=2.0)
    problem = net.problem(40e3, steps=24)
    march = marched(problem)
    found = hydraulics(problem, march)

    def drop(flow: float) -> float:
        return float(pressure_drop(flow, 100.0, 0.05, 1e-4, 2.0, WATER.density, WATER.viscosity))

    first, second = march.pipe_mass_flow[-1]
    rho_g = WATER.density * 9.80665
    supply, back = found.node_supply_pressure[-1], found.node_return_pressure[-1]
    assert supply[2] - back[2] == pytest.approx(0.6e5)  # the critical consumer is the far one
    assert found.critical_consumer[-1] == 1
    assert back == pytest.approx(
        [3e5, 3e5 + drop(first) - 10 * rho_g, 3e5 + drop(first) + drop(second) + 5 * rho_g], rel=1e-6
    )
    lift = 0.6e5 + 2 * (drop(first) + drop(second))
    assert supply[0] - back[0] == pytest.approx(lift, rel=1e-6)
    assert found.pump_electricity[-1] == pytest.approx(first * lift / (WATER.density * 0.6), rel=1e-6)


def test_reversal_returns_the_water_that_left() -> None:
    """Water pushed into a pipe and drawn back leaves last in, first out, cooled by its age."""
    parcels = filled(np.array([50.0]))
    decay, ground = np.array([0.1]), np.array([10.0])
    for inlet in (80.0, 70.0):
        way = passage(oriented(parcels, np.array([0.25])), np.array([0.25]), decay, ground)
        parcels, _ = advanced(way, np.array([inlet]))
    leaves = []
    for _ in range(2):
        way = passage(oriented(parcels, np.array([-0.25])), np.array([0.25]), decay, ground)
        leaves.append(float(way.offset[0]))
        parcels, _ = advanced(way, np.array([20.0]))
    # An element entered s before the end of its step and leaves s after the start of the turn.
    twice = -np.expm1(-0.2) / 0.2
    assert leaves[0] == pytest.approx(10 + 60 * twice, abs=1e-12)
    assert leaves[1] == pytest.approx(10 + 70 * np.exp(-0.2) * twice, abs=1e-12)


def test_undersized_plant_shares_out_what_it_has(marched: Marched) -> None:
    net = Net([(0, 1), (1, 2)], consumers=[1, 2], u_own=0.0)
    march = marched(net.problem(np.array([30e3, 10e3]), steps=48), 20e3)
    np.testing.assert_allclose(march.source_heat[5:, 0], 20e3, rtol=2e-4)
    np.testing.assert_allclose(march.consumer_heat_delivered[5:], np.tile([15e3, 5e3], (43, 1)), rtol=2e-4)
    assert (march.consumer_unmet_cause[5:] == Cause.CAPACITY).all()


def test_prescribed_flow_beyond_the_plant_is_missed_and_named(marched: Marched) -> None:
    """0.5 kg/s from 80 to 40 degC is 83.6 kW; a plant of 50 kW gives 59.8 % of the flow."""
    net = Net([(0, 1)], consumers=[1], u_own=0.0)
    march = marched(net.problem(0.0, steps=24, mass_flow=0.5), 50e3)
    assert march.converged.all()
    assert march.consumer_mass_flow[-1, 0] == pytest.approx(0.5 * 50e3 / (0.5 * CP * 40), rel=1e-6)
    assert march.consumer_heat_delivered[-1, 0] == pytest.approx(50e3, rel=1e-6)
    assert march.consumer_heat_unmet[-1, 0] == pytest.approx(0.5 * CP * 40 - 50e3, rel=1e-6)
    assert march.consumer_unmet_cause[-1, 0] == Cause.CAPACITY


def test_small_valve_and_cold_water_name_their_cause(marched: Marched) -> None:
    net = Net([(0, 1)], consumers=[1], u_own=0.0)
    half = 0.5 * 30e3 / (CP * 40)
    march = marched(net.problem(30e3, steps=24, mass_flow_max=half))
    assert march.consumer_heat_delivered[-1, 0] == pytest.approx(15e3)
    assert march.consumer_unmet_cause[-1, 0] == Cause.FLOW
    march = marched(net.problem(30e3, steps=24, t_feed=43.0, mass_flow_max=2 * half, initial=(43.0, 40.0)))
    assert march.consumer_heat_delivered[-1, 0] == pytest.approx(2 * half * CP * 3)
    assert march.consumer_unmet_cause[-1, 0] == Cause.TEMPERATURE
    march = marched(net.problem(30e3, steps=24, t_feed=38.0, mass_flow_max=2 * half, initial=(38.0, 38.0)))
    assert march.consumer_heat_delivered[-1, 0] == 0.0
    assert march.consumer_mass_flow[-1, 0] == pytest.approx(
        2 * half
    )  # wide open: a cold network must warm up
    assert march.consumer_return_temperature[-1, 0] == pytest.approx(38.0)


def test_stream_gives_only_what_the_return_water_can_take(marched: Marched) -> None:
    """A stream of 1 kW/K at 95 degC with 5 K approach against return water at 50 degC: 40 kW of 45."""
    net = Net([(0, 1)], consumers=[1], sources=[0, 0], u_own=0.0)
    problem = net.problem(100e3, steps=24, t_return=50.0, initial=(80.0, 50.0))
    march = marched(
        problem, [45e3, np.inf], conductance=np.array([1e3, np.inf]), t_hot=np.array([90.0, np.inf])
    )
    assert march.source_heat[-1] == pytest.approx([40e3, 60e3])


@pytest.mark.parametrize(
    ("feed", "set_point", "ground", "drop", "back"),
    [
        (80.0, 80.0, 10.0, 30.0, 50.0),  # the rule
        (39.0, 80.0, 10.0, 30.0, 10.0),  # never below the ground,
        (11.0, 80.0, 10.0, 30.0, 10.0),
        (9.0, 80.0, 10.0, 30.0, 9.0),  # nor warmed by the consumer,
        (20.0, 80.0, -5.0, 30.0, 0.0),  # nor ice,
        (12.0, 12.0, 10.0, 4.0, 8.0),  # but where the set-point leads below the ground,
        (11.0, 12.0, 10.0, 4.0, 8.0),  # there.
    ],
)
def test_a_drop_of_temperature_ends_on_cold_water(
    marched: Marched, feed: float, set_point: float, ground: float, drop: float, back: float
) -> None:
    net = Net([(0, 1)], consumers=[1], u_own=0.0)
    design = 30e3
    most = 1.2 * design / (CP * drop)
    problem = net.problem(
        design,
        steps=24,
        t_feed=set_point,
        t_ground=ground,
        drop=drop,
        mass_flow_max=most,
        initial=(feed, feed),
    )
    march = marched(problem, t_feed=feed)
    delivered = min(design, most * CP * (feed - back))
    assert march.converged.all()
    assert march.consumer_return_temperature[-1, 0] == pytest.approx(back, abs=1e-6)
    assert march.consumer_heat_delivered[-1, 0] == pytest.approx(delivered, abs=1e-6)
    assert march.consumer_heat_unmet[-1, 0] == pytest.approx(design - delivered, abs=1e-6)
    cold = Cause.TEMPERATURE if delivered < design else Cause.NONE
    assert march.consumer_unmet_cause[-1, 0] == cold


@pytest.mark.parametrize("substeps", [1, 4])
def test_an_unconverged_step_gives_no_more_than_there_is(marched: Marched, substeps: int) -> None:
    """Two sweeps are too few for a cold start behind two limited sources: most steps do not converge."""
    net = Net(
        [(0, 1), (1, 2), (2, 3), (1, 4)],
        consumers=[2, 3, 4],
        sources=[4, 0],
        length=[150.0, 400.0, 80.0, 300.0],
        diameter=0.06,
    )
    hours = np.arange(12)
    heat = np.array([30e3, 15e3, 25e3]) * (0.3 + 0.7 * (hours % 3 != 1))[:, None]
    problem = net.problem(
        heat,
        steps=12,
        substeps=substeps,
        drop=30.0,
        t_feed=85.0 - 8.0 * (hours % 4),
        mass_flow_max=0.4,
        initial=(15.0, 12.0),
    )
    march = marched(replace(problem, max_sweeps=2), np.array([20e3, 40e3]))
    assert (~march.converged).sum() >= 6
    assert (march.source_heat - [20e3, 40e3]).max() <= 1e-6 * 60e3
    assert np.abs(march.residual).max() <= 1e-9 * 60e3
    together = march.consumer_heat_delivered + march.consumer_heat_unmet
    np.testing.assert_allclose(together, heat, rtol=1e-12)
    assert (march.consumer_heat_delivered >= 0).all()
    assert (march.consumer_heat_unmet >= 0).all()
    draws = march.consumer_mass_flow > 0
    assert march.consumer_return_temperature[draws].min() >= 10.0 - 1e-6


def test_prescribed_heat_goes_first_as_far_as_the_network_takes_it(marched: Marched) -> None:
    """A plan's series at the head of the order: all of it below the demand, the demand above."""
    series = np.tile([[0.0], [15e3], [30e3], [60e3]], (6, 1))
    net = Net([(0, 1), (1, 2)], consumers=[1], sources=[2, 0], length=20.0, u_own=0.0)
    problem = net.problem(40e3, steps=24, mass_flow_max=1.0)
    march = marched(problem, np.hstack([series, np.full((24, 1), np.inf)]))
    assert march.converged.all()
    taken = np.minimum(series[:, 0], 40e3)
    np.testing.assert_allclose(march.source_heat[4:, 0], taken[4:], atol=1.0)
    np.testing.assert_allclose(march.source_heat[4:, 1], 40e3 - taken[4:], atol=1.0)
    np.testing.assert_allclose(march.consumer_heat_delivered, 40e3, rtol=1e-9)
