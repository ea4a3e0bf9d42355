"""The weather of a case on the axis of its run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.profile import Context, Sun, Surroundings
from heatsym.weather.mapping import air_temperature, daily_air
from heatsym.weather.model import Weather, WeatherYear
from heatsym.weather.sun import sun

HOURS_OF_YEAR = 365 * 24


@dataclass(frozen=True, slots=True)
class FileClimate:
    """A :class:`~heatsym.interfaces.profile.Climate` from a weather file; equal if from the same one."""

    file: WeatherYear

    def sun(self, axis: TimeAxis) -> Sun | None:
        """The sun in each step; None where the file has no irradiance or no place."""
        return sun(self.file, axis)

    def year(self, axis: TimeAxis) -> tuple[Context, Sun | None]:
        """Air and sun of the 365 days from the run's first for a test year, else of the whole file."""
        hours, start = HOURS_OF_YEAR, axis.utc[0]
        if not self.file.test_year:
            hours = len(self.file.start)
            start = self.file.start[0] - np.timedelta64(round(self.file.utc_offset * 3600), "s")
        whole = TimeAxis(start, 3600, hours, axis.timezone)
        return Context(whole, air_temperature(self.file, whole, 0.0)[0]), sun(self.file, whole)


def surroundings(weather: Weather | None, axis: TimeAxis) -> tuple[Surroundings, tuple[str, ...]]:
    """What demand sees of the weather, and what to warn of; air is NaN where there is no weather.

    Raises
    ------
    InputError
        The weather does not cover the run.
    """
    if weather is None or weather.year is None:
        return Surroundings(Context(axis, np.full(axis.steps, np.nan))), ()
    offset = weather.temperature_offset
    t_air, warnings = air_temperature(weather.year, axis, offset)
    daily = daily_air(weather.year, axis, offset)
    return Surroundings(Context(axis, t_air, FileClimate(weather.year)), daily), warnings
