"""Water against IAPWS-IF97 at 16 bar, and enthalpy against its own integral."""

from __future__ import annotations

import numpy as np
import pytest
from iapws import IAPWS97
from scipy.integrate import quad

from heatsym.physics import water

TEMPERATURES = np.concatenate(([0.5], np.arange(2.0, 160.1, 2.0)))


@pytest.fixture(scope="module")
def steam_table() -> dict[str, np.ndarray]:
    states = [IAPWS97(T=t + 273.15, P=1.6) for t in TEMPERATURES]
    return {
        "density": np.array([state.rho for state in states]),
        "specific_heat": np.array([1000.0 * state.cp for state in states]),
        "conductivity": np.array([state.k for state in states]),
        "viscosity": np.array([state.mu for state in states]),
        "enthalpy": np.array([1000.0 * state.h for state in states]),
    }


@pytest.mark.parametrize(
    ("name", "bar"),
    [("density", 7e-5), ("specific_heat", 4e-4), ("conductivity", 1.5e-3), ("viscosity", 1e-3)],
)
def test_property_against_if97(steam_table, name, bar):
    ratio = getattr(water, name)(TEMPERATURES) / steam_table[name]
    assert np.abs(ratio - 1.0).max() < bar


def test_enthalpy_differences_against_if97(steam_table):
    """Every pair of temperatures 20 K apart; the bar is that of the specific heat."""
    got = water.enthalpy(TEMPERATURES[11::10]) - water.enthalpy(TEMPERATURES[1:-10:10])
    table = steam_table["enthalpy"]
    assert got == pytest.approx(table[11::10] - table[1:-10:10], rel=4e-4)


@pytest.mark.parametrize(("low", "high"), [(0.0, 160.0), (40.0, 80.0), (79.9, 80.1), (130.0, 12.0)])
def test_enthalpy_is_the_integral_of_specific_heat(low, high):
    integral, _ = quad(water.specific_heat, low, high, epsabs=0.0, epsrel=1e-13)
    assert water.enthalpy(high) - water.enthalpy(low) == pytest.approx(integral, rel=1e-12)


def test_enthalpy_is_zero_at_zero():
    assert water.enthalpy(0.0) == 0.0


def test_temperature_from_enthalpy_inverts():
    t = np.linspace(0.0, 180.0, 2001)
    h = water.enthalpy(t)
    assert water.enthalpy(water.temperature_from_enthalpy(h)) == pytest.approx(h, rel=1e-12, abs=1e-9)
    assert water.temperature_from_enthalpy(h) == pytest.approx(t, rel=1e-12, abs=1e-12)


def test_kalundborg_wastewater():
    """Six million m3 a year, metered warm and cooled from 24.5 to 14.5 degC, are 69.5 GWh of heat."""
    mass = 6e6 * water.density(24.5)
    heat = mass * (water.enthalpy(24.5) - water.enthalpy(14.5))
    assert heat / 3.6e12 == pytest.approx(69.5, abs=0.05)
