"""TMY3 files of the American National Solar Radiation Data Base.

A line of the station, a line of names, 8760 hours that end at their stamp, 01:00 to 24:00, in local standard
time; months stem from several years. Format: as pvlib reads it (``pvlib.iotools.read_tmy3``).
"""

from __future__ import annotations

import csv
import io

import numpy as np

from heatsym.weather.model import WeatherYear
from heatsym.weather.record import Record, year_of
from heatsym.weather.rows import fields_of, numbers, refused

DATE, TIME = "Date (MM/DD/YYYY)", "Time (HH:MM)"
_AIR, _GLOBAL, _DIFFUSE, _WIND = "Dry-bulb (C)", "GHI (W/m^2)", "DHI (W/m^2)", "Wspd (m/s)"


def is_tmy3(lines: list[str]) -> bool:
    """Whether these are the lines of a TMY3 file."""
    return len(lines) > 1 and lines[1].startswith(DATE)


def parse_tmy3(text: str, name: str, *, typical: bool = False) -> WeatherYear:
    """Weather from the text of a TMY3 file called ``name`` in messages; always a typical year."""
    lines = text.rstrip().splitlines()
    station = next(csv.reader(lines[:1]))
    header = lines[1].split(",")
    for wanted in (DATE, TIME, _AIR):
        if wanted not in header:
            raise refused("HS404", f"has no column {wanted}", name, 2)
    if len(station) != 7:
        raise refused("HS404", f"the station has {len(station)} fields instead of 7", name, 1)
    rows = fields_of(lines[2:], 3, name, len(header))
    places = {title: header.index(title) for title in (_AIR, _GLOBAL, _DIFFUSE, _WIND) if title in header}
    for title, place in places.items():
        numbers(rows, place, title, 3, name)
    _check_stamps([(row[header.index(DATE)], row[header.index(TIME)]) for row in rows], name)

    from pvlib.iotools import read_tmy3  # type: ignore[import-untyped]

    plain = ",".join(field.replace(",", " ") for field in station)
    try:
        data, place = read_tmy3(io.StringIO("\n".join([plain, *lines[1:]])), map_variables=False)
    except (ValueError, KeyError, TypeError) as error:
        raise refused("HS404", f"cannot be read: {error}", name) from None
    end = data.index.tz_localize(None).to_numpy().astype("datetime64[s]")
    columns = {title: data[title].to_numpy(dtype=float) for title in places}
    return year_of(
        Record(
            name=name,
            start=end - np.timedelta64(3600, "s"),
            line=np.arange(len(end)) + 3,
            utc_offset=place["TZ"],
            t_air=columns[_AIR],
            test_year=True,
            title=f"{station[1]}, {station[2]} (TMY3)",
            attribution="NREL, National Solar Radiation Data Base",
            convention="TMY3: hours end at their stamp, 01:00 to 24:00, local standard time",
            latitude=place["latitude"],
            longitude=place["longitude"],
            wind_speed=columns.get(_WIND),
            diffuse_horizontal=columns.get(_DIFFUSE),
            global_horizontal=columns.get(_GLOBAL),
        )
    )


def _check_stamps(stamps: list[tuple[str, str]], name: str) -> None:
    """Refuse what is no full hour from 01:00 to 24:00 of a date."""
    for number, (date, time) in enumerate(stamps, 3):
        hour, _, minute = time.partition(":")
        if not (hour.isdecimal() and minute == "00" and 1 <= int(hour) <= 24):
            raise refused("HS405", f"time {time!r}; TMY3 counts hours from 01:00 to 24:00", name, number)
        if date.count("/") != 2 or not date.replace("/", "").isdecimal() or date.startswith("02/29"):
            raise refused("HS405", f"{date!r} is not a day MM/DD/YYYY of a typical year", name, number)
