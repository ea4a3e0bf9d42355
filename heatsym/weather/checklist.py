"""What a weather file holds and how it was understood, in lines for those who decide whether to trust it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeArray
from heatsym.weather.model import WeatherYear
from heatsym.weather.place import course

HEATING_LIMIT = 17.0
"""Daily mean of the air below which degree days count. [degC]"""


def checklist(year: WeatherYear) -> Iterator[str]:
    """A line for each thing that was checked, detected or left out."""
    if year.convention:
        yield f"format: {year.convention}"
    first, last = str(year.start[0])[:13], str(year.start[-1])[:13]
    meant = "whatever the calendar year" if year.test_year else f"{first}h to {last}h"
    yield f"hours: {len(year.start)} in order, none missing, none twice; taken by {_taken(year)}, {meant}"
    if np.isfinite(year.latitude + year.longitude):
        yield f"place: latitude {year.latitude:g}, longitude {year.longitude:g}"
    else:
        yield "place: not told; there is no sun, and the clock cannot be checked"
    count, degree_days = heating_degree_days(year)
    yield (
        f"degree days: {degree_days:.0f} K d in {count} of {len(daily_mean(year)[1])} days"
        f" with a mean below {HEATING_LIMIT:g} degC"
    )
    if year.wind_speed is not None:
        yield f"wind: mean {year.wind_speed.mean():.1f}, highest {year.wind_speed.max():.1f} m/s"
    yield from _irradiance(year)
    if year.ground is not None:
        depths = ", ".join(f"{depth:g}" for depth in year.ground.depth)
        kind = "by month" if year.ground.hourly is None else "by hour"
        yield f'ground: temperatures {kind} at {depths} m, for ground.follows = "weather_file"'
    yield from (f"note: {note}" for note in year.notes)


def daily_mean(year: WeatherYear) -> tuple[TimeArray, FloatArray]:
    """Days of the file's own zone and the mean air of each. [degC]"""
    day, position = np.unique(year.start.astype("datetime64[D]"), return_inverse=True)
    return day, np.asarray(np.bincount(position, year.t_air) / np.bincount(position))


def heating_degree_days(year: WeatherYear) -> tuple[int, float]:
    """How many days have a mean below the limit, and what is missing to it on them. [K d]"""
    missing = HEATING_LIMIT - daily_mean(year)[1]
    return int((missing > 0).sum()), float(missing[missing > 0].sum())


def _taken(year: WeatherYear) -> str:
    return "month, day and hour" if year.test_year else "date and hour"


def _irradiance(year: WeatherYear) -> Iterator[str]:
    direct, diffuse = year.direct_horizontal, year.diffuse_horizontal
    if direct is None or diffuse is None:
        yield "irradiance: none"
        return
    total, share = float(np.sum(direct + diffuse)), float(np.sum(diffuse))
    days = len(direct) / 24
    if total == 0.0:
        yield "irradiance: nothing but zeros"
        return
    yield (
        f"irradiance: {total / 1e3:.0f} kWh/m2 on the horizontal in {days:.0f} days,"
        f" {share / total:.0%} of it diffuse"
    )
    found = course(year)
    if found is not None:
        late = found.lag()
        word = "late" if late > 0 else "early"
        told = f"is {abs(late):.1f} h {word} for" if abs(late) >= 0.05 else "comes with"
        yield (f"clock: the irradiance {told} the sun over the place; {found.at_night():.2%} comes at night")
