"""EnergyPlus weather files.

Hours are numbered 1 to 24 and end at their number, in local standard time; pvlib labels them by their
start, as is done here.
Format: EnergyPlus documentation, Auxiliary Programs, EPW data dictionary.
"""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import Any

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray
from heatsym.weather.model import GroundRecord, WeatherYear
from heatsym.weather.record import Record, year_of
from heatsym.weather.rows import SHOWN, is_number, refused

HEADER_LINES = 8

_NEEDED, _MOST = 22, 35  # fields: up to the wind speed, and all of them
_TEST_YEARS = ("TMY", "TRY", "IWEC", "CWEC", "SWEC", "WYEC", "CSWD", "RMY")  # sources without a calendar year


def is_epw(lines: list[str]) -> bool:
    """Whether these are the lines of an EPW file."""
    return bool(lines) and lines[0].upper().startswith("LOCATION")


def parse_epw(text: str, name: str, *, typical: bool = False) -> WeatherYear:
    """Weather from the text of an EPW file called ``name`` in messages.

    Its calendar year means nothing if ``typical``, if the header names a kind of test year, or if its
    hours do not follow one another because months stem from several years.
    """
    lines = text.rstrip().splitlines()
    location = _location(lines, name)
    _check_rows(lines, name)
    data = _read(lines, name)

    start = data.index.tz_localize(None).to_numpy().astype("datetime64[s]")
    gapless = bool(np.all(np.diff(start) == np.timedelta64(3600, "s")))
    place = ", ".join(part for part in location[1:4] if part not in ("", "-", "unknown"))
    return year_of(
        Record(
            name=name,
            start=start,
            line=np.arange(len(start)) + HEADER_LINES + 1,
            utc_offset=float(location[8]),
            t_air=data["temp_air"].to_numpy(dtype=float),
            test_year=typical or not gapless or any(word in location[4].upper() for word in _TEST_YEARS),
            title=f"{place or PurePath(name).name} ({location[4]})",
            attribution=lines[5].partition(",")[2].strip(),
            convention="EPW: hours 1 to 24 end at their number, local standard time",
            latitude=float(location[6]),
            longitude=float(location[7]),
            wind_speed=_numbers(data["wind_speed"]),
            diffuse_horizontal=_numbers(data["dhi"]),
            global_horizontal=_numbers(data["ghi"]),
            ground=_ground(lines[:HEADER_LINES], name),
        )
    )


def _ground(header: list[str], name: str) -> GroundRecord | None:
    """Monthly temperatures of the ground at the depths that the header gives."""
    number = next((i for i, line in enumerate(header) if line.upper().startswith("GROUND TEMP")), None)
    if number is None:
        return None
    fields = [field.strip() for field in header[number].split(",")]
    count = int(fields[1]) if len(fields) > 1 and fields[1].isdecimal() else 0
    if count == 0:
        return None
    blocks = [fields[2 + 16 * i : 18 + 16 * i] for i in range(count)]
    values = [[block[0], *block[4:]] for block in blocks if len(block) == 16]
    if len(values) < count or not all(is_number(value) for block in values for value in block):
        raise refused("HS404", f"does not give 12 ground temperatures at {count} depths", name, number + 1)
    table = np.array(values, dtype=float)
    if np.any(table[:, 0] <= 0) or np.any(np.abs(table[:, 1:]) > 60):
        raise refused("HS407", "a depth or temperature of the ground is impossible", name, number + 1)
    table = table[np.argsort(table[:, 0])]
    return GroundRecord(depth=table[:, 0], monthly=table[:, 1:])


def _numbers(values: Any) -> FloatArray | None:
    """A column as numbers, None where it has something else."""
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return None


def _location(lines: list[str], name: str) -> list[str]:
    """Fields of the first line, once the header is seen to be one."""
    location = [field.strip() for field in lines[0].split(",")] if lines else []
    if len(location) < 10 or location[0].upper() != "LOCATION":
        raise refused("HS404", "does not begin with a LOCATION line of ten fields", name, 1)
    try:
        latitude, longitude, zone, height = (float(field) for field in location[6:10])
    except ValueError:
        raise refused("HS404", "latitude, longitude, time zone or height is not a number", name, 1) from None
    within = abs(latitude) <= 90 and abs(longitude) <= 180 and abs(zone) <= 14 and np.isfinite(height)
    if not within:
        raise refused("HS404", "latitude, longitude or time zone is out of range", name, 1)
    periods = lines[HEADER_LINES - 1].split(",") if len(lines) > HEADER_LINES else []
    if len(periods) < 3 or periods[0].strip().upper() != "DATA PERIODS":
        raise refused("HS404", "has no DATA PERIODS line before the data", name, HEADER_LINES)
    if periods[2].strip() != "1":
        raise refused("HS404", f"has {periods[2].strip()} records per hour, not 1", name, HEADER_LINES)
    return location


def _check_rows(lines: list[str], name: str) -> None:
    """Refuse rows of the wrong length, or whose date or temperature is not a number."""
    problems = []
    for number, line in enumerate(lines[HEADER_LINES:], HEADER_LINES + 1):
        fields = line.split(",")
        reason = ""
        if not _NEEDED <= len(fields) <= _MOST:
            reason = f"{len(fields)} fields instead of {_MOST}"
        elif not all(field.strip().isdecimal() for field in fields[:4]):
            reason = "year, month, day or hour is not a whole number"
        elif not 1 <= int(fields[3]) <= 24:
            reason = f"hour {fields[3].strip()}; EPW counts hours from 1 to 24"
        elif not is_number(fields[6]):
            reason = f"dry bulb temperature {fields[6].strip()!r} is not a number"
        if reason:
            problems.append(Problem("HS405", reason, file=name, line=number))
            if len(problems) == SHOWN:
                break
    if problems:
        raise InputError(problems)


def _read(lines: list[str], name: str) -> Any:
    """Data frame of the file, labelled by the start of the hours in local standard time."""
    from pvlib.iotools import read_epw  # type: ignore[import-untyped]

    try:
        data, _ = read_epw(io.StringIO("\n".join(lines)))
    except (ValueError, KeyError) as error:
        raise refused("HS404", f"cannot be read: {error}", name) from None
    return data
