"""EnergyPlus weather files.

Hours are numbered 1 to 24 and end at their number, in local standard time; pvlib labels them by their
start, as is done here. Missing temperatures are refused, other columns with gaps are left out.
Format: EnergyPlus documentation, Auxiliary Programs, EPW data dictionary.
"""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, TimeArray
from heatsym.weather.mapping import hour_of_test_year, is_leap_day
from heatsym.weather.model import WeatherYear

HEADER_LINES = 8
HOURS_OF_TEST_YEAR = 8760

_NEEDED, _MOST = 22, 35  # fields: up to the wind speed, and all of them
_SHOWN = 20  # problems reported at once
_TEST_YEARS = ("TMY", "TRY", "IWEC", "CWEC", "SWEC", "WYEC", "CSWD", "RMY")  # sources without a calendar year


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
    t_air = data["temp_air"].to_numpy(dtype=float)
    _check_air(t_air, name)
    gapless = bool(np.all(np.diff(start) == np.timedelta64(3600, "s")))
    test_year = typical or not gapless or any(word in location[4].upper() for word in _TEST_YEARS)
    kept = ~is_leap_day(start) if test_year else np.ones(len(start), dtype=bool)
    if test_year:
        _check_test_year(start, kept, name)

    total, diffuse = _column(data["ghi"], 9999.0), _column(data["dhi"], 9999.0)
    wind_speed = _column(data["wind_speed"], 999.0)
    place = ", ".join(part for part in location[1:4] if part not in ("", "-", "unknown"))
    return WeatherYear(
        start=start[kept],
        utc_offset=float(location[8]),
        t_air=t_air[kept],
        test_year=test_year,
        title=f"{place or PurePath(name).name} ({location[4]})",
        attribution=lines[5].partition(",")[2].strip(),
        latitude=float(location[6]),
        longitude=float(location[7]),
        wind_speed=None if wind_speed is None else wind_speed[kept],
        direct_horizontal=None if total is None or diffuse is None else (total - diffuse)[kept],
        diffuse_horizontal=None if diffuse is None else diffuse[kept],
    )


def _location(lines: list[str], name: str) -> list[str]:
    """Fields of the first line, once the header is seen to be one."""
    location = [field.strip() for field in lines[0].split(",")] if lines else []
    if len(location) < 10 or location[0].upper() != "LOCATION":
        raise _refused("HS404", "does not begin with a LOCATION line of ten fields", name, 1)
    try:
        latitude, longitude, zone, height = (float(field) for field in location[6:10])
    except ValueError:
        raise _refused("HS404", "latitude, longitude, time zone or height is not a number", name, 1) from None
    within = abs(latitude) <= 90 and abs(longitude) <= 180 and abs(zone) <= 14 and np.isfinite(height)
    if not within:
        raise _refused("HS404", "latitude, longitude or time zone is out of range", name, 1)
    periods = lines[HEADER_LINES - 1].split(",") if len(lines) > HEADER_LINES else []
    if len(periods) < 3 or periods[0].strip().upper() != "DATA PERIODS":
        raise _refused("HS404", "has no DATA PERIODS line before the data", name, HEADER_LINES)
    if periods[2].strip() != "1":
        raise _refused("HS404", f"has {periods[2].strip()} records per hour, not 1", name, HEADER_LINES)
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
        elif not _is_number(fields[6]):
            reason = f"dry bulb temperature {fields[6].strip()!r} is not a number"
        if reason:
            problems.append(Problem("HS405", reason, file=name, line=number))
            if len(problems) == _SHOWN:
                break
    if problems:
        raise InputError(problems)


def _is_number(field: str) -> bool:
    try:
        return bool(np.isfinite(float(field)))
    except ValueError:
        return False


def _read(lines: list[str], name: str) -> Any:
    """Data frame of the file, labelled by the start of the hours in local standard time."""
    from pvlib.iotools import read_epw  # type: ignore[import-untyped]

    try:
        data, _ = read_epw(io.StringIO("\n".join(lines)))
    except (ValueError, KeyError) as error:
        raise _refused("HS404", f"cannot be read: {error}", name) from None
    return data


def _check_air(t_air: FloatArray, name: str) -> None:
    """Refuse missing values, and temperatures that no place on earth has."""
    problems = []
    kelvin = np.median(t_air) > 200
    for position in np.flatnonzero(~(np.abs(t_air) <= 60))[:_SHOWN]:
        value = t_air[position]
        if value == 99.9:
            problem = ("HS406", "dry bulb temperature is missing (99.9)", "gaps are not bridged")
        else:
            problem = ("HS407", f"dry bulb temperature {value:g} degC", "looks like kelvin" if kelvin else "")
        problems.append(
            Problem(*problem[:2], hint=problem[2], file=name, line=int(position) + HEADER_LINES + 1)
        )
    if problems:
        raise InputError(problems)


def _check_test_year(start: TimeArray, kept: NDArray[np.bool_], name: str) -> None:
    """Refuse a test year whose hours are not those of a year of 365 days in their order."""
    found = hour_of_test_year(start[kept])
    length = min(len(found), HOURS_OF_TEST_YEAR)
    wrong = np.flatnonzero(found[:length] != np.arange(length))
    if len(wrong) or len(found) != HOURS_OF_TEST_YEAR:
        row = int(wrong[0]) if len(wrong) else min(length, int(kept.sum()) - 1)
        line = int(np.flatnonzero(kept)[row]) + HEADER_LINES + 1
        reason = (
            f"hours are missing, repeated or out of order from here; {len(found)} of {HOURS_OF_TEST_YEAR}"
        )
        raise _refused("HS406", reason, name, line)


def _column(values: Any, missing: float) -> FloatArray | None:
    """A column that is complete, else None."""
    try:
        array = np.array(values, dtype=float)
    except ValueError:
        return None
    return array if bool(np.all((array >= 0) & (array < missing))) else None


def _refused(code: str, reason: str, name: str, line: int | None = None) -> InputError:
    return InputError([Problem(code, reason, file=name, line=line)])
