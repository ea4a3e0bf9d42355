"""Irradiance against the sun over the place that a file names: its clock, its nights, its split.

A file that is an hour late, in summer time, in UTC instead of its zone, or of a place with longitude and
latitude swapped has its irradiance at the wrong time of the day; nothing else in it tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray
from heatsym.weather.model import WeatherYear
from heatsym.weather.rows import refused
from heatsym.weather.sun import elevation_by_hour

EARLIEST, LATEST = -0.8, 0.5
"""Hours that the irradiance may be off. Values of the beginning of an hour, hazy afternoons and mountains in
the west make it early: by 0.6 h in a published PVGIS file, 0.2 to 0.45 h in test reference years of 2010,
less than 0.1 h in those of 2015 and in a TMY3 file."""
SUMMER_TIME = 0.6
"""Hours between the lag of summer and of winter that clocks which change leave."""
NIGHT = 0.02
"""Share of the irradiance that may come in hours without sun: twilight and rounding."""

_REACH = 12  # hours that a clock may be found to be off


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Global irradiance by hour [W/m2], the sine of the sun's elevation, and the month 1 to 12."""

    total: FloatArray
    height: FloatArray
    month: IntArray

    def lag(self, first: int = 1, last: int = 12) -> float:
        """By how much the irradiance of some months comes later than the sun, nan where there is none. [h]

        It is where the irradiance, moved by whole hours, goes best with the sine of the elevation, with a
        parabola through the best three. Months may go round the end of the year.
        """
        inside = (self.month >= first) & (self.month <= last)
        if first > last:
            inside = (self.month >= first) | (self.month <= last)
        total = np.where(inside, self.total, 0.0)
        if not total.any():
            return float("nan")
        moved = np.arange(-_REACH, _REACH + 1)
        fit = np.array([np.dot(total, np.roll(self.height, hours)) for hours in moved])
        best = int(np.argmax(fit[1:-1])) + 1
        before, at, after = fit[best - 1 : best + 2]
        curvature = before - 2.0 * at + after
        return float(moved[best] + (0.5 * (before - after) / curvature if curvature < 0 else 0.0))

    def at_night(self) -> float:
        """Share of the irradiance that comes in hours without sun."""
        return float(self.total[self.height == 0.0].sum() / self.total.sum())


def course(year: WeatherYear, *, swapped: bool = False) -> Course | None:
    """Irradiance over its place, also with latitude and longitude swapped; None without one of them."""
    place = year.longitude, year.latitude
    latitude, longitude = place if swapped else place[::-1]
    known = year.direct_horizontal is not None and year.diffuse_horizontal is not None
    if not known or not np.isfinite(latitude + longitude) or abs(latitude) > 90:
        return None
    assert year.direct_horizontal is not None
    assert year.diffuse_horizontal is not None
    total = year.direct_horizontal + year.diffuse_horizontal
    if not total.any():
        return None
    month = year.start.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return Course(total, elevation_by_hour(year.start, year.utc_offset, latitude, longitude), month)


def check_clock(year: WeatherYear, name: str) -> None:
    """Refuse weather whose irradiance does not follow the sun over its place."""
    found = course(year)
    if found is None:
        return
    late, summer, winter = found.lag(), found.lag(5, 9), found.lag(11, 2)
    if abs(summer - winter) > SUMMER_TIME:
        raise refused(
            "HS409",
            f"the irradiance lags the sun by {summer:.1f} h in summer and {winter:.1f} h in winter",
            name,
            hint="summer time? give standard time or UTC",
        )
    if not EARLIEST <= late <= LATEST:
        word = "late" if late > 0 else "early"
        other = course(year, swapped=True)
        swapped = other is not None and EARLIEST <= other.lag() <= LATEST
        hint = (
            "latitude and longitude seem swapped"
            if swapped
            else "check the time zone, the longitude, and whether stamps are starts or ends of hours"
        )
        place = f"{year.latitude:g} N {year.longitude:g} E, UTC{year.utc_offset:+g}"
        raise refused(
            "HS409", f"the irradiance is {abs(late):.1f} h {word} for the sun over {place}", name, hint=hint
        )
    at_night = found.at_night()
    if at_night > NIGHT:
        raise refused(
            "HS409",
            f"{at_night:.0%} of the irradiance comes at night",
            name,
            hint="check latitude, time zone and the irradiance columns",
        )


def split(
    start: TimeArray, utc_offset: float, latitude: float, longitude: float, total: FloatArray
) -> tuple[FloatArray | None, FloatArray | None]:
    """Direct and diffuse part of global irradiance after Erbs; None without a place. [W/m2]"""
    if not np.isfinite(latitude + longitude):
        return None, None
    import pandas
    from pvlib.irradiance import erbs  # type: ignore[import-untyped]

    height = elevation_by_hour(start, utc_offset, latitude, longitude)
    middle = start + np.timedelta64(1800 - round(utc_offset * 3600), "s")
    zenith = np.degrees(np.arccos(np.minimum(height, 1.0)))
    diffuse = np.asarray(erbs(total, zenith, pandas.DatetimeIndex(middle, tz="UTC"))["dhi"], dtype=float)
    diffuse = np.where(height > 0.0, np.clip(diffuse, 0.0, total), total)
    return total - diffuse, diffuse
