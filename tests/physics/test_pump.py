"""Pumps and valves by hand."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.physics.friction import pressure_drop
from heatsym.physics.pump import pump_lift, pump_power
from heatsym.physics.valve import loss_coefficient


def test_valve_takes_one_bar_at_its_flow_coefficient():
    """Of water of 1000 kg/m3; a tenth less dense, it takes a tenth less at the same volume flow."""
    kv, bore = 25.0 / 3600.0, 0.08
    zeta = loss_coefficient(kv, bore)
    for density, expected in ((1000.0, 1e5), (900.0, 0.9e5)):
        assert pressure_drop(kv * density, 0.0, bore, 0.0, zeta, density, 4e-4) == pytest.approx(expected)


def test_curve_inside_outside_and_backwards():
    x, y = [[2.0, 10.0, 20.0], [0.0, 1.0, 2.0]], [[8e4, 4e4, 0.0], [5e4, 5e4, 5e4]]
    flow = np.array([[-3.0, -3.0], [1.0, 1.5], [6.0, 2.0], [10.0, 7.0], [25.0, 1e3]])
    lift, slope = pump_lift(flow, x, y)
    np.testing.assert_allclose(lift[:, 0], [8e4, 8e4, 6e4, 4e4, -2e4])
    np.testing.assert_allclose(slope[[0, 1, 2, 4], 0], [0.0, 0.0, -5e3, -4e3])
    np.testing.assert_allclose(lift[:, 1], 5e4)
    assert not slope[:, 1].any()


def test_slope_is_the_derivative():
    rng = np.random.default_rng(1)
    x = np.sort(rng.uniform(0, 10, (3, 5)), axis=1)
    y = -np.sort(-rng.uniform(0, 1e5, (3, 5)), axis=1)
    flow = rng.uniform(-2, 14, (200, 3))
    lift, slope = pump_lift(flow, x, y)
    rise = (pump_lift(flow + 1e-7, x, y)[0] - lift) / 1e-7
    np.testing.assert_allclose(slope, rise, rtol=1e-4, atol=1.0)
    assert (slope <= 0.0).all()


def test_power_is_hydraulic_power_over_efficiency():
    power = pump_power([10.0, 10.0, -10.0], [2e5, -2e5, 2e5], 1000.0, 0.5)
    assert power.tolist() == [4000.0, 0.0, 0.0]
