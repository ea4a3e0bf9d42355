"""A year of sun and outdoor air for tests, and the packaged place's."""

from __future__ import annotations

import numpy as np
from pvlib.irradiance import get_extra_radiation
from pvlib.solarposition import get_solarposition

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.profile import Context, Sun
from heatsym.weather import Weather, read_weather
from heatsym.weather.mapping import air_temperature, hour_of_test_year

ROSTOCK = read_weather(Weather(dataset="rostock"), None)
YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Berlin")


def context(axis: TimeAxis = YEAR, offset: float = 0.0) -> Context:
    """Outdoor air of Rostock on an axis."""
    return Context(axis, air_temperature(ROSTOCK, axis, offset)[0])


def sun_of(axis: TimeAxis = YEAR) -> Sun:
    """Sun of Rostock in whole hours, as it stands at their middle; beam no stronger than 1000 W/m2."""
    import pandas as pd

    middle = pd.DatetimeIndex(axis.utc + np.timedelta64(axis.step // 2, "s"))
    position = get_solarposition(middle, ROSTOCK.latitude, ROSTOCK.longitude)
    zenith, azimuth = position["apparent_zenith"].to_numpy(), position["azimuth"].to_numpy()
    hour = hour_of_test_year(axis.utc + np.timedelta64(3600, "s"))
    direct, diffuse = ROSTOCK.direct_horizontal[hour], ROSTOCK.diffuse_horizontal[hour]
    height = np.cos(np.radians(zenith))
    beam = np.zeros(axis.steps)
    np.divide(direct, height, out=beam, where=height > 0.02)
    extra = np.asarray(get_extra_radiation(middle.day_of_year.to_numpy()), dtype=float)
    return Sun(np.minimum(beam, 1000.0), diffuse.copy(), extra, zenith, azimuth)
