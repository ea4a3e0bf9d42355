"""The engine's measure of enthalpy: equal to temperature where it matters, exact where it counts."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.engine.medium import medium
from heatsym.network.model import Fluid
from heatsym.physics.water import enthalpy


def test_theta_is_enthalpy_and_nearly_temperature() -> None:
    water = medium(45.0, 80.0, None)
    t = np.linspace(2.0, 150.0, 500)
    theta = water.theta(t)
    np.testing.assert_allclose(water.temperature(theta), t, atol=1e-9)
    np.testing.assert_allclose(
        water.capacity * np.diff(theta), np.diff(enthalpy(t)), rtol=1e-9
    )  # heat = flow x capacity x difference of theta
    assert water.theta(np.array([45.0, 80.0])) == pytest.approx([45.0, 80.0], abs=1e-12)
    between = (t > 45) & (t < 80)
    assert np.abs(theta - t)[between].max() < 0.05
    assert np.abs(theta - t)[t < 20].max() < 0.1  # the ground, in loss laws


def test_a_constant_fluid_is_its_temperature() -> None:
    fluid = medium(45.0, 80.0, Fluid(density=988.0, cp=4180.0, viscosity=5e-4))
    t = np.array([5.0, 60.0])
    assert fluid.theta(t).tolist() == fluid.temperature(t).tolist() == t.tolist()
    assert fluid.capacity == 4180.0


def test_missing_temperatures_stay_missing() -> None:
    assert np.isnan(medium(45.0, 80.0, None).temperature(np.array([np.nan]))).all()
