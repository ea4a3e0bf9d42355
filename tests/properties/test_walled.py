"""Pipes whose walls follow late: against the closed form of a step, and what holds for any flow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ive

from heatsym.engine.parcels import filled as parcels_filled
from heatsym.engine.reference import Water
from heatsym.engine.walled import Walls, filled, walls
from heatsym.interfaces.axis import FloatArray
from heatsym.physics.wall import film_conductance
from heatsym.physics.water import conductivity
from tests.build import WATER, Net, marched

LENGTH, DIAMETER, WALL, LOSS = 40.0, 0.05, 2800.0, 0.5
CONTENT = WATER.density * WATER.cp * 0.25 * np.pi * DIAMETER**2  # [J/(m K)]


def pipe(step: int, flow: float, *, wall: float = WALL, u: float = LOSS, length: float = LENGTH) -> Walls:
    """One pipe in cells for a largest flow."""
    net = Net([(0, 1)], length=length, diameter=DIAMETER, wall=wall, u_own=u, consumers=[1])
    problem = net.problem(0.0, steps=2, step=step, mass_flow=flow)
    return walls(problem, problem.supply)


@dataclass(frozen=True)
class Told:
    """What came of a pipe's history; (step,), heat in J."""

    outlet: FloatArray
    entered: FloatArray
    left: FloatArray
    lost: FloatArray
    stored: FloatArray  # (step + 1,)


def gone_through(
    water: Water,
    step: float,
    flow: FloatArray,
    t_in: FloatArray,
    t_eq: float,
    u: float = LOSS,
    wall: float = WALL,
) -> Told:
    """A pipe of ``LENGTH`` with flows of either sign [kg/s] and inlet temperatures by step."""
    capacity = (CONTENT + wall) * LENGTH
    outlet, lost, stored = [], [], [float(water.mean()[0])]
    for m, t in zip(flow, t_in, strict=True):
        fills = np.array([abs(m) * step * WATER.cp / capacity])
        decay = np.array([u * LENGTH * step / capacity])
        way = water.oriented(np.array([m])).through(fills, decay, np.array([t_eq]), step)
        outlet.append(float(way.offset[0] + way.gain[0] * t))
        water, loss = way.advanced(np.array([t if m else np.nan]))
        lost.append(float(loss[0]))
        stored.append(float(water.mean()[0]))
    passed = np.abs(flow) * step * WATER.cp
    out = np.array(outlet)
    return Told(out, passed * t_in, passed * out, capacity * np.array(lost), capacity * np.array(stored))


# -- a step of the inlet, in closed form -------------------------------------------------------------


def closed_form(place: float, time: float) -> float:
    """Water temperature behind a unit step in a pipe without loss.

    ``place`` is the film's conductance times length over the flow's heat capacity, ``time`` its
    conductance times the time since the front passed over the wall's heat capacity. From the transform
    exp(-place p / (1 + p)) / p; derived here.
    """
    if time <= 0:
        return 0.0

    def integrand(s: float) -> float:
        root = 2.0 * np.sqrt(place * s)
        slope = np.sqrt(place / s) * ive(1, root) if s > 0 else place
        return float(slope * np.exp(root - place - s))

    return float(np.exp(-place)) + quad(integrand, 0.0, time, epsabs=1e-10, limit=200)[0]


def step_error(step: int, substeps: int) -> float:
    """Root mean square error of the outlet behind a step of the inlet by 1 K, over five transits. [K]"""
    flow, base = 1.0, 50.0
    interval = step / substeps
    of = pipe(step, flow, u=0.0)
    if substeps > 1:
        net = Net([(0, 1)], length=LENGTH, diameter=DIAMETER, wall=WALL, u_own=0.0, consumers=[1])
        problem = net.problem(0.0, steps=2, step=step, substeps=substeps, mass_flow=flow)
        of = walls(problem, problem.supply)
    rest = np.full(1, base)
    transit = CONTENT * LENGTH / (flow * WATER.cp)
    steps = round(3.0 * transit / interval)
    told = gone_through(
        filled(of, rest, rest), interval, np.full(steps, flow), np.full(steps, base + 1.0), 0.0, u=0.0
    )
    film = float(
        film_conductance(flow, DIAMETER, WATER.cp, WATER.viscosity, conductivity(np.float64(base + 0.5)))
    )
    middle = (np.arange(steps) + 0.5) * interval
    exact = [closed_form(film * LENGTH / (flow * WATER.cp), film * (t - transit) / WALL) for t in middle]
    return float(np.sqrt(np.mean((told.outlet - base - exact) ** 2)))


def test_a_step_of_the_inlet_meets_its_closed_form():
    """Within a thousandth at steps of a second, and the more closely, the shorter they are."""
    two, one, half = step_error(2, 1), step_error(1, 1), step_error(1, 2)
    assert one < 1e-3
    assert one < 0.5 * two
    assert half < 0.8 * one


# -- what holds for any flow -------------------------------------------------------------------------

history = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(-3.0, 3.0), st.floats(-30.0, 30.0)),  # flow [kg/s]
        st.floats(10.0, 90.0),  # inlet [degC]
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(
    history=history, largest=st.sampled_from([0.05, 1.0, 8.0, 50.0]), wall=st.sampled_from([0.0, 1.0, WALL])
)
def test_any_flow_keeps_heat_and_bounds(history, largest, wall):
    """Varying, turning, standing: entered = left + lost + stored to 1e-11, and nothing beyond its bounds."""
    flow, t_in = np.array(history).T
    begin = filled(pipe(5, largest, wall=wall), np.array([60.0]), np.array([30.0]))
    told = gone_through(begin, 5.0, flow, t_in, 8.0, wall=wall)
    scale = np.maximum(told.entered, told.stored[1:])
    residual = told.entered - told.left - told.lost - np.diff(told.stored)
    assert np.abs(residual / scale).max() < 1e-11
    assert told.outlet.max() <= max(60.0, t_in.max()) + 1e-9
    assert told.outlet.min() >= 8.0 - 1e-9
    assert told.lost.min() >= 0.0


def test_without_wall_and_loss_water_leaves_in_full_and_in_order():
    """Slugs of two temperatures come out after exactly one fill, whatever the flow in between."""
    rng = np.random.default_rng(5)
    of = pipe(1, 1.0, wall=0.0, u=0.0)
    fill = WATER.density * 0.25 * np.pi * DIAMETER**2 * LENGTH
    flow = rng.uniform(0.0, 1.0, 400)
    t_in = 40.0 + 30.0 * (np.cumsum(flow) > 0.4 * fill)
    rest = np.array([10.0])
    told = gone_through(filled(of, rest, rest), 1.0, flow, t_in, 0.0, u=0.0, wall=0.0)
    volume = np.cumsum(flow) - 0.5 * flow
    cell = fill / of.count[0]
    for front, before, after in ((fill, 10.0, 40.0), (1.4 * fill, 40.0, 70.0)):
        near = np.abs(volume - front) < 0.3 * fill
        assert told.outlet[near & (volume < front - 2.0 * cell)] == pytest.approx(before, abs=1e-9)
        assert told.outlet[near & (volume > front + 2.0 * cell)] == pytest.approx(after, abs=1e-9)


def test_slow_changes_are_those_of_retarded_plug_flow():
    """A slower wave of the inlet leaves a smaller difference; the wave itself arrives late by the same."""
    found = []
    for period in (600.0, 2400.0, 9600.0):
        step, flow = 4.0, 1.0
        steps = round(2.0 * period / step)
        t_in = 60.0 + 10.0 * np.sin(2.0 * np.pi * (np.arange(steps) + 0.5) * step / period)
        m, rest = np.full(steps, flow), np.array([60.0])
        late = gone_through(filled(pipe(4, flow), rest, rest), step, m, t_in, 10.0)
        retarded = gone_through(parcels_filled(rest, rest), step, m, t_in, 10.0)
        again = slice(steps // 2, None)
        found.append(float(np.abs(late.outlet - retarded.outlet)[again].max()))
    assert found[1] < 0.5 * found[0]
    assert found[2] < 0.5 * found[1]
    assert found[2] < 0.03


def test_a_long_steady_flow_loses_heat_through_film_and_insulation_in_series():
    """By hand: 1 K at the inlet above the surroundings becomes exp(-L / (m c (1/U + 1/G)))."""
    of, flow, u = pipe(2, 0.05), 0.05, 5.0
    rest = np.array([60.0])
    told = gone_through(filled(of, rest, rest), 2.0, np.full(4000, flow), np.full(4000, 60.0), 10.0, u=u)
    film = float(film_conductance(flow, DIAMETER, WATER.cp, WATER.viscosity, conductivity(np.float64(55.0))))
    series = 1.0 / (1.0 / u + 1.0 / film)
    expected = 10.0 + 50.0 * np.exp(-series * LENGTH / (flow * WATER.cp))
    assert told.outlet[-1] == pytest.approx(expected, abs=0.1)
    direct = 10.0 + 50.0 * np.exp(-u * LENGTH / (flow * WATER.cp))
    assert told.outlet[-1] - direct > 1.0  # a bare insulation would lose that much more


# -- in the march ------------------------------------------------------------------------------------


def test_a_march_with_turning_and_standing_water_balances():
    """Two plants take turns at the ends of a loop of pipes of very different length; then nobody draws."""
    rng = np.random.default_rng(3)
    net = Net(
        [(0, 1), (1, 2), (2, 3), (1, 4), (3, 0)],
        length=np.array([120.0, 3.0, 60.0, 15.0, 200.0]),
        diameter=np.array([0.08, 0.05, 0.05, 0.03, 0.08]),
        wall=np.array([3500.0, 2000.0, 0.0, 900.0, 3500.0]),
        u_own=0.4,
        u_cross=0.05,
        consumers=[2, 4],
        sources=[0, 3],
        fluid=None,
    )
    steps = 150
    heat = rng.uniform(2e4, 8e4, (steps, 2))
    heat[60:90] = 0.0
    problem = replace(
        net.problem(heat, steps=steps, step=10, substeps=2, mass_flow_max=2.0), wall="distributed"
    )
    power = np.stack([np.where(np.arange(steps) % 40 < 20, 0.0, 3e5), np.full(steps, 3e5)], axis=1)
    march = marched(problem, power)
    flow = march.pipe_mass_flow
    assert ((flow.max(axis=0) > 0.01) & (flow.min(axis=0) < -0.01)).any()
    assert (flow[70:80] == 0).all()
    assert np.abs(march.residual).max() < 1e-9 * march.source_heat.sum(axis=1).max()
    rise = march.network_stored_heat[-1] - march.initial_stored_heat
    sums = (march.source_heat.sum() - march.consumer_heat_delivered.sum() - march.pipe_heat_loss.sum()) * 10
    assert sums == pytest.approx(rise, rel=1e-9, abs=1e-9 * march.source_heat.sum() * 10)
    assert (march.consumer_heat_unmet[20:] <= 1e-6 * heat.max()).mean() > 0.9
