"""The sun on a run's time axis: where it stands, and its beam from the irradiance of a weather file.

A file gives means over its hours, in some of which the sun rises or sets. Within an hour the beam is taken
as constant while the sun is up, so that direct irradiance of the horizontal follows the cosine of the
zenith; a step gets its share of that and stands for it at the middle of its part with sun. The beam is
never stronger than above the air. What it then cannot bring, as where a file has direct irradiance with
the sun below the horizon, counts as diffuse: direct and diffuse of the horizontal together are those of
the file, hour by hour.
"""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray, TimeAxis
from heatsym.interfaces.profile import Sun
from heatsym.weather.mapping import at_hour, hours_of_steps
from heatsym.weather.model import WeatherYear

_HALF_HOUR = np.timedelta64(1800, "s")
_TURN = 2.0 * np.pi / 86400.0  # of the hour angle [rad/s]


def sun(year: WeatherYear, axis: TimeAxis) -> Sun | None:
    """Sun in each step of at most an hour; None where the weather has no irradiance or no place.

    Hours that a file of one calendar year lacks are NaN.
    """
    direct, diffuse = year.direct_horizontal, year.diffuse_horizontal
    if direct is None or diffuse is None or not np.isfinite(year.latitude + year.longitude):
        return None
    zone = np.timedelta64(round(year.utc_offset * 3600), "s")
    first, last, share = hours_of_steps(year, axis)
    hour, place = np.unique(np.concatenate([first, last]), return_inverse=True)
    middle: TimeArray = np.asarray(hour.astype("datetime64[s]") + np.asarray(_HALF_HOUR - zone))
    path = _Path(middle, year.latitude, year.longitude)
    limit = _extraterrestrial(middle)
    of_file = at_hour(year, direct, hour)
    mean = path.risen(np.full(len(hour), -1800.0), np.full(len(hour), 1800.0)) / 3600.0
    beam = np.zeros(len(hour))
    np.divide(of_file, mean, out=beam, where=mean > 0)
    beam = np.minimum(beam, limit)
    rest = at_hour(year, diffuse, hour) + np.maximum(of_file - beam * mean, 0.0)

    position_first, position_last = place[: axis.steps], place[axis.steps :]
    begin = (axis.utc - middle[position_first]) / np.timedelta64(1, "s")
    border = np.minimum(begin + axis.step, 1800.0)
    from_last = begin + axis.step - (middle[position_last] - middle[position_first]) / np.timedelta64(1, "s")
    direct_step = beam[position_first] * path.of(position_first).risen(begin, border)
    over = share < 1.0
    direct_step[over] += beam[position_last[over]] * path.of(position_last[over]).risen(
        np.full(int(over.sum()), -1800.0), from_last[over]
    )
    direct_step /= axis.step
    diffuse_step = share * rest[position_first] + (1.0 - share) * rest[position_last]

    at = path.of(position_first).middle_of_sun(begin, begin + axis.step)
    stands = middle[position_first] + np.round(at).astype("timedelta64[s]")
    zenith, azimuth = _position(stands, year.latitude, year.longitude, apparent=True)
    above = _extraterrestrial(stands)
    cosine = np.cos(np.radians(zenith))
    normal = np.zeros(axis.steps)
    np.divide(direct_step, cosine, out=normal, where=cosine > 0)
    normal = np.minimum(normal, above)
    diffuse_step += np.maximum(direct_step - normal * np.maximum(cosine, 0.0), 0.0)
    return Sun(normal, diffuse_step, above, zenith, azimuth)


def elevation_by_hour(start: TimeArray, utc_offset: float, latitude: float, longitude: float) -> FloatArray:
    """Mean over each hour of the sine of the sun's elevation, 0 while it is down; hours of a fixed zone."""
    middle = start.astype("datetime64[s]") + (_HALF_HOUR - np.timedelta64(round(utc_offset * 3600), "s"))
    half = np.full(len(start), 1800.0)
    return _Path(np.asarray(middle), latitude, longitude).risen(-half, half) / 3600.0


class _Path:
    """Course of the sun around some instants, each with the declination that it has then.

    The sine of its elevation is ``a + b cos(angle)`` over the hour angle, which is 0 in the south.
    """

    def __init__(self, middle: TimeArray, north_of_equator: float, longitude: float) -> None:
        zenith, azimuth = _position(middle, north_of_equator, longitude, apparent=False)
        z, a, latitude = np.radians(zenith), np.radians(azimuth), np.radians(north_of_equator)
        up, east, north = np.cos(z), np.sin(z) * np.sin(a), np.sin(z) * np.cos(a)
        to_pole = up * np.sin(latitude) + north * np.cos(latitude)
        outwards = up * np.cos(latitude) - north * np.sin(latitude)
        self.angle = np.arctan2(-east, outwards)
        self.a = to_pole * np.sin(latitude)
        self.b = np.hypot(outwards, east) * np.cos(latitude)

    def of(self, position: IntArray) -> _Path:
        """The same for some of the instants, by position."""
        part = object.__new__(_Path)
        part.angle, part.a, part.b = self.angle[position], self.a[position], self.b[position]
        return part

    def risen(self, begin: FloatArray, end: FloatArray) -> FloatArray:
        """Sine of the elevation where the sun is up, integrated over seconds from the instants. [s]"""
        return (self._integral(end) - self._integral(begin)) / _TURN

    def middle_of_sun(self, begin: FloatArray, end: FloatArray) -> FloatArray:
        """Middle of the time with sun between seconds from the instants, or just the middle. [s]"""
        middle = 0.5 * (begin + end)
        noon = -self._within_day(self.angle + _TURN * middle) / _TURN + middle
        half = self._sunset() / _TURN
        lit_from, lit_to = np.maximum(begin, noon - half), np.minimum(end, noon + half)
        return np.where(lit_to > lit_from, 0.5 * (lit_from + lit_to), middle)

    def _integral(self, seconds: FloatArray) -> FloatArray:
        """Of the sine where it is positive, over the hour angle, from the instants' day's noon."""
        angle = self.angle + _TURN * seconds
        sunset = self._sunset()
        within = self._within_day(angle)
        days = np.round((angle - within) / (2.0 * np.pi))
        up = np.clip(within, -sunset, sunset)
        half = self.a * sunset + self.b * np.sin(sunset)
        return np.asarray(2.0 * days * half + self.a * up + self.b * np.sin(up))

    def _sunset(self) -> FloatArray:
        """Hour angle of the sunset: 0 where the sun does not rise, pi where it does not set."""
        return np.asarray(np.arccos(np.clip(-self.a / self.b, -1.0, 1.0)))

    @staticmethod
    def _within_day(angle: FloatArray) -> FloatArray:
        return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)


def _position(
    utc: TimeArray, latitude: float, longitude: float, *, apparent: bool
) -> tuple[FloatArray, FloatArray]:
    """Zenith and azimuth at some instants; with refraction if ``apparent``. [degree]"""
    import pandas
    from pvlib.solarposition import get_solarposition  # type: ignore[import-untyped]

    found = get_solarposition(pandas.DatetimeIndex(utc, tz="UTC"), latitude, longitude)
    return found["apparent_zenith" if apparent else "zenith"].to_numpy(), found["azimuth"].to_numpy()


def _extraterrestrial(utc: TimeArray) -> FloatArray:
    """Normal irradiance above the air at some instants. [W/m2]"""
    import pandas
    from pvlib.irradiance import get_extra_radiation  # type: ignore[import-untyped]

    return np.asarray(get_extra_radiation(pandas.DatetimeIndex(utc, tz="UTC")), dtype=float)
