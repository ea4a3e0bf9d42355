"""A year of sun and outdoor air for tests, and the packaged place's."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pvlib.irradiance import get_extra_radiation
from pvlib.solarposition import get_solarposition

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.profile import Context, Sun
from heatsym.weather import Weather, read_weather
from heatsym.weather.mapping import air_temperature, hour_of_test_year

ROSTOCK = read_weather(Weather(dataset="rostock"), None)
YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Berlin")


def context(axis: TimeAxis = YEAR, offset: float = 0.0) -> Context:
    """Outdoor air of Rostock on an axis."""
    return Context(axis, air_temperature(ROSTOCK, axis, offset)[0])


def sun_of(axis: TimeAxis = YEAR) -> Sun:
    """Sun of Rostock."""
    return _sun(
        axis, ROSTOCK.direct_horizontal, ROSTOCK.diffuse_horizontal, ROSTOCK.latitude, ROSTOCK.longitude
    )


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A year of hours of a place, from 1 January 00:00 CET: outdoor air [degC] and sun."""

    axis: TimeAxis
    t_air: FloatArray
    sun: Sun


def from_table(path: Path, latitude: float, longitude: float) -> Place:
    """A test reference year of the reference data."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("t_air_c", "direct_horizontal_w_m2", "diffuse_horizontal_w_m2")
    t_air, direct, diffuse = (np.array([float(row[name]) for row in rows]) for name in names)
    return Place(YEAR, t_air, _sun(YEAR, direct, diffuse, latitude, longitude))


def _sun(axis: TimeAxis, direct: FloatArray, diffuse: FloatArray, latitude: float, longitude: float) -> Sun:
    """Hours of a test year in CET on an axis, with the sun at their middle; beam up to 1000 W/m2."""
    middle = pd.DatetimeIndex(axis.utc + np.timedelta64(axis.step // 2, "s"))
    position = get_solarposition(middle, latitude, longitude)
    zenith, azimuth = position["apparent_zenith"].to_numpy(), position["azimuth"].to_numpy()
    hour = hour_of_test_year(axis.utc + np.timedelta64(3600, "s"))
    height = np.cos(np.radians(zenith))
    beam = np.zeros(axis.steps)
    np.divide(direct[hour], height, out=beam, where=height > 0.02)
    extra = np.asarray(get_extra_radiation(middle.day_of_year.to_numpy()), dtype=float)
    return Sun(np.minimum(beam, 1000.0), diffuse[hour], extra, zenith, azimuth)
