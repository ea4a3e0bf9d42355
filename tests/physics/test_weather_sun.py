"""The sun on a run's axis: positions of pvlib, beams that are known, and the energy of every hour kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas
import pytest
from pvlib.irradiance import get_extra_radiation
from pvlib.solarposition import get_solarposition

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.profile import Sun
from heatsym.weather import Weather, WeatherYear, read_weather, sun

ROSTOCK = read_weather(Weather(dataset="rostock"), None)
DIRECT = 700.0
MINUTES = pandas.date_range("2023-01-01T00:00:30", periods=525_600, freq="min")


def seen(year: WeatherYear, step: int, start: str = "2022-12-31T23:00:00", days: int = 365) -> Sun:
    found = sun(year, TimeAxis(np.datetime64(start), step, days * 86400 // step, "Europe/Berlin"))
    assert found is not None
    return found


def on_the_horizontal(found: Sun) -> np.ndarray:
    return found.direct_normal * np.maximum(np.cos(np.radians(found.zenith)), 0.0)


def on_a_wall(direct_normal: np.ndarray, zenith: np.ndarray, azimuth: np.ndarray, facing: float) -> float:
    """Mean beam on a vertical wall. [W/m2]"""
    cosine = np.sin(np.radians(zenith)) * np.cos(np.radians(azimuth - facing))
    return float(np.mean(direct_normal * np.maximum(cosine, 0.0)))


def clear_year(latitude: float, longitude: float, offset: float) -> tuple[WeatherYear, pandas.DataFrame]:
    """A year with the same beam whenever the sun is up, as hourly means; and its minutes."""
    utc = (MINUTES - pandas.Timedelta(hours=offset)).tz_localize("UTC")
    minutes = get_solarposition(utc, latitude, longitude, method="ephemeris")
    minutes["beam"] = np.where(minutes["apparent_zenith"] < 90.0, DIRECT, 0.0)
    horizontal = minutes["beam"] * np.cos(np.radians(minutes["apparent_zenith"]))
    return WeatherYear(
        start=np.datetime64("2023-01-01T00:00:00") + np.arange(8760) * np.timedelta64(3600, "s"),
        utc_offset=offset,
        t_air=np.zeros(8760),
        test_year=False,
        title="clear",
        attribution="",
        latitude=latitude,
        longitude=longitude,
        direct_horizontal=horizontal.to_numpy().reshape(8760, 60).mean(axis=1),
        diffuse_horizontal=np.zeros(8760),
    ), minutes


@pytest.mark.parametrize("step", [300, 900, 3600])
def test_energy_of_every_hour_is_kept(step: int) -> None:
    found = seen(ROSTOCK, step)
    total = (on_the_horizontal(found) + found.diffuse_horizontal).reshape(8760, -1).mean(axis=1)
    expected = ROSTOCK.direct_horizontal + ROSTOCK.diffuse_horizontal
    assert total == pytest.approx(expected, abs=1e-9)
    assert found.direct_normal.min() == 0.0
    assert found.diffuse_horizontal.min() >= 0.0
    assert np.all(found.direct_normal <= found.extraterrestrial)
    direct = on_the_horizontal(found).reshape(8760, -1).mean(axis=1)
    high = np.cos(np.radians(found.zenith)).reshape(8760, -1).min(axis=1) > 0.1
    assert direct[high] == pytest.approx(ROSTOCK.direct_horizontal[high], abs=1e-9)


def test_position_is_that_of_pvlib_at_the_middle_of_the_step() -> None:
    found = seen(ROSTOCK, 900, "2025-05-01T00:00:00", 30)
    middle = pandas.date_range("2025-05-01T00:07:30Z", periods=30 * 96, freq="15min")
    expected = get_solarposition(middle, ROSTOCK.latitude, ROSTOCK.longitude)
    whole = abs(expected["zenith"] - 90.0) > 2.0
    assert found.zenith[whole] == pytest.approx(expected["apparent_zenith"][whole], abs=1e-9)
    assert found.azimuth[whole] == pytest.approx(expected["azimuth"][whole], abs=1e-9)
    assert found.extraterrestrial == pytest.approx(get_extra_radiation(middle).to_numpy(), abs=0.01)


@pytest.mark.parametrize(
    ("latitude", "longitude", "offset"),
    [(54.18, 12.08, 1.0), (28.6, 77.2, 5.5), (-33.9, 18.4, 2.0), (71.0, 25.8, 1.0), (0.5, -78.0, -5.0)],
)
def test_known_beam_is_found(latitude: float, longitude: float, offset: float) -> None:
    """Also half hours from UTC, south of the equator, and under the sun at midnight.

    Walls that only a low sun reaches are off the most: this beam is as strong at the horizon as above.
    """
    year, minutes = clear_year(latitude, longitude, offset)
    start = np.datetime64("2023-01-01T00:00:00") - np.timedelta64(round(offset * 3600), "s")
    found = seen(year, 3600, str(start))
    elevation = 90.0 - minutes["apparent_zenith"].to_numpy().reshape(8760, 60)
    sunny = elevation.min(axis=1) > 5.0
    assert found.direct_normal[sunny] == pytest.approx(DIRECT, rel=0.02)
    assert found.direct_normal[elevation.max(axis=1) < -1.0] == pytest.approx(0.0, abs=1e-9)
    true = minutes["beam"], minutes["apparent_zenith"], minutes["azimuth"]
    for facing in (0.0, 90.0, 180.0, 270.0):
        expected = on_a_wall(*(column.to_numpy() for column in true), facing)
        assert on_a_wall(found.direct_normal, found.zenith, found.azimuth, facing) == pytest.approx(
            expected, rel=0.06
        )


def test_steps_across_two_hours_of_the_file() -> None:
    """A file half an hour off: the hours of a run are halves of two of its own."""
    year, _ = clear_year(28.6, 77.2, 5.5)
    found = seen(year, 3600, "2023-02-28T20:00:00", 60)
    hours = np.repeat(year.direct_horizontal, 2)[2 * 59 * 24 + 3 :][: 2 * 60 * 24].reshape(-1, 2)
    total = on_the_horizontal(found) + found.diffuse_horizontal
    assert total.reshape(60, 24).sum(axis=1) == pytest.approx(hours.mean(axis=1).reshape(60, 24).sum(axis=1))
    assert found.direct_normal[found.zenith < 80.0] == pytest.approx(DIRECT, rel=0.02)


def test_beam_at_night_becomes_diffuse() -> None:
    """Direct irradiance that the sun cannot have brought is not lost, and makes no strong beam."""
    year = replace(ROSTOCK, direct_horizontal=np.full(8760, 50.0), diffuse_horizontal=np.zeros(8760))
    found = seen(year, 3600)
    assert (on_the_horizontal(found) + found.diffuse_horizontal) == pytest.approx(50.0)
    assert np.all(found.direct_normal <= found.extraterrestrial)
    assert found.diffuse_horizontal[found.zenith > 91.0] == pytest.approx(50.0)


def test_without_irradiance_or_place_there_is_no_sun() -> None:
    axis = TimeAxis(np.datetime64("2025-01-01T00:00:00"), 3600, 24, "UTC")
    assert sun(replace(ROSTOCK, direct_horizontal=None), axis) is None
    assert sun(replace(ROSTOCK, latitude=float("nan")), axis) is None
