"""Ground temperature in the limits of its formula, and as a solution of the heat equation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis
from heatsym.physics.ground import (
    YEAR,
    fitted_swing,
    ground_temperature,
    kusuda_parameters,
    swing_at_depth,
)
from heatsym.tables.soils import SOILS
from heatsym.weather import (
    Weather,
    WeatherYear,
    ground_of_air,
    ground_of_file,
    ground_of_swing,
    read_weather,
)
from heatsym.weather.model import GroundRecord

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


ROSTOCK = read_weather(Weather(dataset="rostock"), None)
YEAR_OF_RUN = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Berlin")


def marched(surface: np.ndarray, tau: float, diffusivity: float, spacing: float = 0.1) -> np.ndarray:
    """Finite differences of a half-space, implicit, under a surface by time step; (time, depth). [degC]"""
    nodes = round(25.0 / spacing)
    number = diffusivity * tau / spacing**2
    matrix = np.diag(np.full(nodes, 1.0 + 2.0 * number))
    matrix -= np.diag(np.full(nodes - 1, number), 1) + np.diag(np.full(nodes - 1, number), -1)
    matrix[-1, -2] -= number  # no heat through the bottom
    inverse = np.linalg.inv(matrix)
    t = np.full(nodes, surface.mean())
    rows = []
    for boundary in surface:
        right = t.copy()
        right[0] += number * boundary
        t = inverse @ right
        rows.append(t)
    return np.array(rows)


@pytest.mark.parametrize("soil", ["sand 10 % moist", "clay 15 % moist"])
def test_soil_of_a_real_year_follows_the_heat_equation(soil: str) -> None:
    """The whole air of Rostock on the surface, day by day, for eight years: its swing is what arrives."""
    diffusivity = SOILS[soil].diffusivity
    days = np.tile(ROSTOCK.t_air.reshape(365, 24).mean(axis=1), 8)
    t = marched(np.repeat(days, 4), 6 * 3600.0, diffusivity)[-365 * 4 :].reshape(365, 4, -1).mean(axis=1)
    for depth in (1.0, 2.0, 4.0):
        found = ground_of_air(ROSTOCK, YEAR_OF_RUN, 0.0, depth, diffusivity).reshape(365, 24).mean(axis=1)
        node = round(depth / 0.1) - 1
        swing = np.ptp(found) / 2.0
        assert found.mean() == pytest.approx(t[:, node].mean(), abs=0.05)
        assert fitted_swing(np.arange(365) * DAY, found) == pytest.approx(
            fitted_swing(np.arange(365) * DAY, t[:, node]), rel=0.02
        )
        rest = np.abs(found - t[:, node]).max()  # weather of single weeks, which a swing does not have
        assert rest < (2.5 if depth < 2.0 else 1.0)
        assert rest < 0.5 * swing


def test_given_swing_by_hand() -> None:
    """9 degC, 10 K, coldest on day 32: 1 m down in wet clay, 0.0445 m2/day, 6.44 K, 25.5 days later."""
    found = ground_of_swing(YEAR_OF_RUN, 1.0, 9.0, 10.0, 32.0, SOILS["clay 20 % moist"].diffusivity)
    decay = np.sqrt(np.pi / (365.0 * 0.0445))
    assert decay == pytest.approx(0.43980, abs=1e-5)
    assert found.min() == pytest.approx(9.0 - 10.0 * 0.64417, abs=1e-3)
    coldest = 31.5 + 0.43980 * 365.0 / (2.0 * np.pi)
    assert found.argmin() / 24.0 == pytest.approx(coldest, abs=0.05)


def test_swing_between_and_beyond_known_depths() -> None:
    """From two depths of one soil the formula comes back at any other."""
    known = np.array([0.5, 2.0])
    decay = np.sqrt(np.pi / (YEAR * CLIMATE["diffusivity"]))
    mean, amplitude = np.full(2, 9.0), 8.5 * np.exp(-decay * known)
    coldest = (25.0 * DAY + decay * known * YEAR / (2.0 * np.pi)) % YEAR
    for depth in (0.0, 0.3, 1.0, 1.7, 6.0):
        swing = swing_at_depth(depth, known, mean, amplitude, coldest, CLIMATE["diffusivity"])
        found = ground_temperature(TIME, 0.0, *swing, 1e-6)
        assert found == pytest.approx(ground_temperature(TIME, depth, **CLIMATE), abs=1e-9)


def test_ground_line_of_a_published_file(shared: Path) -> None:
    """The months of Chicago at each of its depths, which near the surface are no pure swing."""
    name = "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw"
    year = read_weather(Weather(file=name), shared / "reference-data/weather" / name)
    axis = TimeAxis(np.datetime64("2025-01-01T06:00:00"), 3600, 8760, "America/Chicago")
    assert year.ground is not None
    assert year.ground.monthly is not None
    month = (axis.utc - np.timedelta64(6, "h")).astype("datetime64[M]").astype(int) % 12
    limits = (0.6, 0.3, 0.2)
    for depth, line, limit in zip(year.ground.depth, year.ground.monthly, limits, strict=True):
        found, warnings = ground_of_file(year, axis, 0.0, float(depth), 0.05 / DAY)
        means = np.bincount(month, found) / np.bincount(month)
        assert means.mean() == pytest.approx(line.mean(), abs=0.05)
        assert means == pytest.approx(line, abs=limit)
        assert not warnings


def test_measured_ground_is_taken_as_it_is() -> None:
    hours = 5.0 + np.arange(8760) / 1000.0
    year = replace(ROSTOCK, ground=GroundRecord(np.array([0.8]), hourly=hours))
    found, warnings = ground_of_file(year, YEAR_OF_RUN, -2.0, 1.5, 1e-6)
    assert np.array_equal(found, hours - 2.0)
    assert "0.8 m, the pipes lie at 1.5 m" in warnings[0]
    with pytest.raises(InputError, match="HS306"):
        ground_of_file(ROSTOCK, YEAR_OF_RUN, 0.0, 1.0, 1e-6)


def stretch(first: str, days: int) -> WeatherYear:
    """Air that swings by the clock of CLIMATE, from any day on."""
    start = np.datetime64(first, "s") + np.arange(days * 24) * np.timedelta64(3600, "s")
    elapsed = (start - start.astype("datetime64[Y]")) / np.timedelta64(1, "s") + 1800.0
    return WeatherYear(start, 1.0, ground_temperature(elapsed, 0.0, **CLIMATE), False, "made up", "")


def test_weather_that_is_no_calendar_year() -> None:
    """Two years and a half from October on tell the same swing; half a year tells none."""
    expected = ground_of_air(stretch("2025-01-01", 365), YEAR_OF_RUN, 0.0, 1.0, 1e-6)
    found = ground_of_air(stretch("2022-10-01", 913), YEAR_OF_RUN, 0.0, 1.0, 1e-6)
    assert found == pytest.approx(expected, abs=0.02)
    with pytest.raises(InputError, match="HS418"):
        ground_of_air(stretch("2025-01-01", 180), YEAR_OF_RUN, 0.0, 1.0, 1e-6)
