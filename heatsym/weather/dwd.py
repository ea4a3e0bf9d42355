"""Test reference years of Deutscher Wetterdienst: those of 2010, and those of 2015 and 2045.

A head in German that ends with a line ``***``, the line of column names before it, then 8760 hours 1 to 24
that end at their number, in Central European Time. ``B`` and ``D`` are direct and diffuse irradiance of the
horizontal. The head names a station (2010) or a square kilometre in the projection ETRS89 / LCC Europe, EPSG
3034 (2015). Format: the heads of the files themselves.
"""

from __future__ import annotations

import re

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeArray
from heatsym.weather.model import WeatherYear
from heatsym.weather.record import Record, year_of
from heatsym.weather.rows import fields_of, numbers, refused

_NEEDED = ("MM", "DD", "HH", "t", "B", "D", "WG")
_NAMES = {"t": "air temperature t", "B": "direct irradiance B", "D": "diffuse irradiance D", "WG": "wind WG"}
_CET = 1.0
_DEGREES = re.compile(r"(\d+)\D{1,2}(\d+)'\s*([NS]).*?(\d+)\D{1,2}(\d+)'\s*([OEW])")
_LONGEST_HEAD = 80


def is_dwd(lines: list[str]) -> bool:
    """Whether these are the lines of a test reference year."""
    return _end_of_head(lines) is not None


def parse_dwd(text: str, name: str, *, typical: bool = False) -> WeatherYear:
    """Weather from the text of a test reference year called ``name`` in messages."""
    lines = text.rstrip().splitlines()
    end = _end_of_head(lines)
    assert end is not None  # it was chosen for this
    head, header = lines[: end - 1], lines[end - 1].split()
    missing = [column for column in _NEEDED if column not in header]
    if missing:
        raise refused("HS404", f"has no column {', '.join(missing)} above ***", name, end)
    first = end + 2
    rows = fields_of(lines[end + 1 :], first, name, len(header), separator=None)
    columns = {
        column: numbers(rows, header.index(column), _NAMES.get(column, column), first, name)
        for column in _NEEDED
    }
    latitude, longitude = _place(head)
    return year_of(
        Record(
            name=name,
            start=_starts(columns, first, name),
            line=np.arange(len(rows)) + first,
            utc_offset=_CET,
            t_air=columns["t"],
            test_year=True,
            title=_title(head, latitude, longitude),
            attribution="Deutscher Wetterdienst (DWD), Bundesinstitut fuer Bau-, Stadt- und Raumforschung",
            convention="DWD: hours 1 to 24 end at their number, UTC+1 all year",
            latitude=latitude,
            longitude=longitude,
            wind_speed=columns["WG"],
            direct_horizontal=columns["B"],
            diffuse_horizontal=columns["D"],
            notes=() if np.isfinite(latitude) else ("no place is found in the head: there is no sun",),
        )
    )


def _end_of_head(lines: list[str]) -> int | None:
    """Position of the line ``***``."""
    stars = (i for i, line in enumerate(lines[:_LONGEST_HEAD]) if line.strip() == "***")
    return next(stars, None)


def _starts(columns: dict[str, FloatArray], first: int, name: str) -> TimeArray:
    """Start of each hour, in a year without leap day whose number means nothing."""
    month, day, hour = (columns[column].astype(np.int64) for column in ("MM", "DD", "HH"))
    wrong = np.flatnonzero((month < 1) | (month > 12) | (day < 1) | (day > 31) | (hour < 1) | (hour > 24))
    if len(wrong):
        k = int(wrong[0])
        reason = f"month {month[k]}, day {day[k]}, hour {hour[k]}; hours go from 1 to 24"
        raise refused("HS405", reason, name, first + k)
    months = np.datetime64("2001-01", "M") + (month - 1)
    days = months.astype("datetime64[D]") + (day - 1)
    return np.asarray(days.astype("datetime64[s]") + (hour - 1) * np.timedelta64(3600, "s"))


def _told(head: list[str], key: str) -> str:
    """What the head says of a key, or nothing."""
    found = next((line for line in head if line.startswith(key) and ":" in line), "")
    return found.partition(":")[2].strip()


def _title(head: list[str], latitude: float, longitude: float) -> str:
    station = " ".join(_told(head, "Station").split("WMO")[0].split())
    place = station or f"{latitude:.2f} N {longitude:.2f} E"
    return f"{place}, {_told(head, 'Art des TRY')} {_told(head, 'Bezugszeitraum')} (TRY)"


def _place(head: list[str]) -> tuple[float, float]:
    """Latitude and longitude, nan where the head does not tell."""
    found = _DEGREES.search(_told(head, "Lage"))
    if found:
        north, east = int(found[1]) + int(found[2]) / 60, int(found[4]) + int(found[5]) / 60
        return north * (-1 if found[3] == "S" else 1), east * (-1 if found[6] == "W" else 1)
    right, up = (re.match(r"\d+", _told(head, key)) for key in ("Rechtswert", "Hochwert"))
    if right and up:
        return lambert_to_degrees(float(right[0]), float(up[0]))
    return float("nan"), float("nan")


def lambert_to_degrees(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude [degree] of ETRS89 / LCC Europe, EPSG 3034 [m].

    Conformal cone through 35 and 65 degrees north, origin 52 N 10 E at 4,000,000 and 2,800,000 m, GRS 80;
    derived here: such a cone maps the isometric latitude to a distance from the pole.
    """
    axis, flattening = 6_378_137.0, 1.0 / 298.257222101
    eccentricity = np.sqrt(flattening * (2.0 - flattening))

    def ring(latitude: float) -> float:
        """Radius of a parallel over the axis."""
        sine = np.sin(latitude)
        return float(np.cos(latitude) / np.sqrt(1.0 - (eccentricity * sine) ** 2))

    def isometric(latitude: float) -> float:
        sine = np.sin(latitude)
        return float(np.arctanh(sine) - eccentricity * np.arctanh(eccentricity * sine))

    low, high, origin, meridian = np.radians((35.0, 65.0, 52.0, 10.0))
    cone = np.log(ring(low) / ring(high)) / (isometric(high) - isometric(low))
    scale = axis * ring(low) * np.exp(cone * isometric(low)) / cone
    to_pole = scale * np.exp(-cone * isometric(origin))
    x, y = easting - 4e6, to_pole - (northing - 2.8e6)
    sought = -np.log(np.hypot(x, y) / scale) / cone
    latitude = origin
    for _ in range(10):  # gains a factor of 150 each time
        latitude = np.arcsin(np.tanh(sought + eccentricity * np.arctanh(eccentricity * np.sin(latitude))))
    return float(np.degrees(latitude)), float(np.degrees(meridian + np.arctan2(x, y) / cone))
