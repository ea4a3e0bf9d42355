"""Ground temperature in the limits of its formula, and as a solution of the heat equation."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.physics.ground import YEAR, ground_temperature, kusuda_parameters

DAY = 86400.0
TIME = np.linspace(0.0, YEAR, 2001)
CLIMATE = {"mean": 9.0, "amplitude": 8.5, "coldest": 25.0 * DAY, "diffusivity": 0.05 / DAY}


def test_surface_swings_with_its_own_harmonic():
    surface = ground_temperature(TIME, 0.0, **CLIMATE)
    assert surface == pytest.approx(9.0 - 8.5 * np.cos(2.0 * np.pi * (TIME - 25.0 * DAY) / YEAR), abs=1e-12)
    assert TIME[surface.argmin()] == pytest.approx(25.0 * DAY, abs=YEAR / 2000)


def test_deep_ground_has_the_mean():
    assert ground_temperature(TIME, 50.0, **CLIMATE) == pytest.approx(9.0, abs=1e-6)


@pytest.mark.parametrize("depth", [0.5, 1.0, 2.5])
def test_amplitude_decays_and_lags(depth):
    """Engineers' form of the formula, with m2/day and days."""
    decay = np.sqrt(np.pi / (365.0 * 0.05)) * depth
    deep = ground_temperature(TIME, depth, **CLIMATE)
    assert deep.max() - deep.min() == pytest.approx(2.0 * 8.5 * np.exp(-decay), rel=1e-5)
    assert TIME[deep.argmin()] / DAY == pytest.approx(25.0 + 365.0 / (2.0 * np.pi) * decay, abs=0.2)


def test_solves_the_heat_equation():
    t, z, h, tau = 100.0 * DAY, 1.2, 1e-2, 600.0
    of_time = ground_temperature([t - tau, t + tau], z, **CLIMATE)
    of_depth = ground_temperature(t, [z - h, z, z + h], **CLIMATE)
    rate = (of_time[1] - of_time[0]) / (2.0 * tau)
    curvature = (of_depth[0] - 2.0 * of_depth[1] + of_depth[2]) / h**2
    assert rate == pytest.approx(0.05 / DAY * curvature, rel=1e-3)


@pytest.mark.parametrize("steps", [8760, 8784, 365, 35040])
@pytest.mark.parametrize("coldest", [0.0, 14.3, 200.0])
def test_fit_recovers_a_harmonic(steps, coldest):
    """Other harmonics and the day's swing do not disturb it."""
    fraction = (np.arange(steps) + 0.5) / steps
    angle = 2.0 * np.pi * (fraction - coldest / 365.0)
    t_air = 9.0 - 8.5 * np.cos(angle) + 3.0 * np.sin(2.0 * angle) + 4.0 * np.cos(5.0 * angle)
    mean, amplitude, found = kusuda_parameters(t_air)
    assert (mean, amplitude) == pytest.approx((9.0, 8.5), abs=1e-9)
    lag = (found / DAY - coldest + 182.5) % 365.0 - 182.5
    assert lag == pytest.approx(0.0, abs=1e-7)
    assert 0.0 <= found < YEAR


def test_fit_is_the_best_of_its_form():
    """No other amplitude or phase is nearer to a real-looking year."""
    rng = np.random.default_rng(3)
    t_air = 9.0 - 8.0 * np.cos(np.linspace(0.0, 2.0 * np.pi, 8760)) + rng.normal(0.0, 4.0, 8760)
    mean, amplitude, coldest = kusuda_parameters(t_air)
    middle = (np.arange(8760) + 0.5) / 8760 * YEAR

    def misfit(m, a, c):
        return np.square(t_air - ground_temperature(middle, 0.0, m, a, c, 1e-6)).sum()

    best = misfit(mean, amplitude, coldest)
    for change in ((0.01, 0.0, 0.0), (0.0, 0.01, 0.0), (0.0, 0.0, 0.1 * DAY)):
        for sign in (-1.0, 1.0):
            dm, da, dc = (sign * c for c in change)
            assert misfit(mean + dm, amplitude + da, coldest + dc) > best


def test_fit_refuses_gaps():
    with pytest.raises(ValueError, match="finite"):
        kusuda_parameters(np.array([1.0, 2.0, np.nan, 3.0, 4.0]))
