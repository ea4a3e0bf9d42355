"""What a reader of any format found, and what all of it must meet before it is weather.

Nothing is bridged: an hour or temperature that is missing refuses the file, a column of wind or
irradiance with gaps is left out, which is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray, TimeArray
from heatsym.weather.mapping import hour_of_test_year, is_leap_day
from heatsym.weather.model import GroundRecord, WeatherYear
from heatsym.weather.place import check_clock, split
from heatsym.weather.rows import SHOWN, refused

HOURS_OF_TEST_YEAR = 8760
MISSING = (99.9, 999.0, 9999.0, 99999.0, -99.0, -99.9, -999.0, -9999.0, -9900.0)
"""Numbers that the formats write where nothing was measured."""

_HOUR = np.timedelta64(3600, "s")
_COLD, _HOT = -60.0, 60.0
_LARGEST = {"wind_speed": 100.0}  # [m/s], and of irradiance
_LARGEST_IRRADIANCE = 1500.0
_BELOW_ZERO = -10.0  # what instruments show at night [W/m2]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Record:
    """Hours of a file as they stand there: ``start`` in its own fixed zone, ``line`` 0 where there is none.

    Temperatures degC, irradiance of the horizontal W/m2, wind m/s.
    """

    name: str
    start: TimeArray
    line: IntArray
    utc_offset: float
    t_air: FloatArray
    test_year: bool
    title: str
    attribution: str
    convention: str
    latitude: float = float("nan")
    longitude: float = float("nan")
    wind_speed: FloatArray | None = None
    direct_horizontal: FloatArray | None = None
    diffuse_horizontal: FloatArray | None = None
    global_horizontal: FloatArray | None = None
    ground: GroundRecord | None = None
    notes: tuple[str, ...] = field(default=())

    def at(self, position: int) -> int | None:
        """Line of an hour."""
        return int(self.line[position]) or None

    def when(self, position: int) -> str:
        """Stamp of an hour, for messages."""
        return str(self.start[position])[:16]


def year_of(record: Record) -> WeatherYear:
    """Weather of a record that is complete, in order, possible and in step with the sun."""
    if len(record.start) == 0:
        raise refused("HS404", "has no hours", record.name)
    if np.isnat(record.start).any():
        position = int(np.flatnonzero(np.isnat(record.start))[0])
        raise refused("HS405", f"hour {position + 1} has no time", record.name, record.at(position))
    _check_air(record)
    kept = ~is_leap_day(record.start) if record.test_year else np.ones(len(record.start), dtype=bool)
    if record.test_year:
        _check_test_year(record, kept)
    else:
        _check_hours(record)
    notes = list(record.notes)
    wind_speed = _column(record, "wind_speed", notes)
    direct = _column(record, "direct_horizontal", notes)
    diffuse = _column(record, "diffuse_horizontal", notes)
    total = _column(record, "global_horizontal", notes)
    if direct is None and total is not None and diffuse is not None:
        direct = np.maximum(total - diffuse, 0.0)
    elif diffuse is None and total is not None and direct is not None:
        diffuse = np.maximum(total - direct, 0.0)
    elif total is not None and direct is None:
        direct, diffuse = split(record.start, record.utc_offset, record.latitude, record.longitude, total)
        told = "global irradiance is split into direct and diffuse after Erbs"
        notes.append(told if direct is not None else "irradiance is left out: the file gives no place")
    year = WeatherYear(
        start=record.start[kept],
        utc_offset=record.utc_offset,
        t_air=record.t_air[kept],
        test_year=record.test_year,
        title=record.title,
        attribution=record.attribution,
        latitude=record.latitude,
        longitude=record.longitude,
        wind_speed=_part(wind_speed, kept),
        direct_horizontal=_part(direct, kept),
        diffuse_horizontal=_part(diffuse, kept),
        ground=_ground(record, kept),
        convention=record.convention,
        notes=tuple(notes),
    )
    check_clock(year, record.name)
    return year


def _ground(record: Record, kept: BoolArray) -> GroundRecord | None:
    """Temperatures of the ground, whole and possible."""
    ground = record.ground
    if ground is None or ground.hourly is None:
        return ground
    wrong = np.isin(ground.hourly, MISSING) | ~(np.abs(ground.hourly) <= _HOT)
    if wrong.any():
        position = int(np.flatnonzero(wrong)[0])
        reason = f"ground temperature {ground.hourly[position]:g} degC, {record.when(position)}"
        raise refused("HS407", reason, record.name, record.at(position))
    return GroundRecord(ground.depth, hourly=ground.hourly[kept])


def _part(values: FloatArray | None, kept: BoolArray) -> FloatArray | None:
    return None if values is None else values[kept]


def _check_air(record: Record) -> None:
    """Refuse missing values, and temperatures that no place on earth has."""
    t_air = record.t_air
    missing = np.isnan(t_air) | np.isin(t_air, MISSING)
    wrong = missing | (t_air < _COLD) | (t_air > _HOT)
    if not wrong.any():
        return
    known = t_air[~missing]
    kelvin = "looks like kelvin" if known.size and np.median(known) > 200 else ""
    problems = []
    for position in np.flatnonzero(wrong)[:SHOWN]:
        stamp, value = record.when(position), t_air[position]
        if missing[position]:
            shown = "" if np.isnan(value) else f" ({value:g})"
            code, reason, hint = (
                "HS406",
                f"air temperature is missing{shown}, {stamp}",
                "gaps are not bridged",
            )
        else:
            code, reason, hint = "HS407", f"air temperature {value:g} degC, {stamp}", kelvin
        problems.append(Problem(code, reason, hint=hint, file=record.name, line=record.at(position)))
    raise InputError(problems)


def _check_test_year(record: Record, kept: BoolArray) -> None:
    """Refuse a test year whose hours are not those of a year of 365 days in their order."""
    found = hour_of_test_year(record.start[kept])
    length = min(len(found), HOURS_OF_TEST_YEAR)
    wrong = np.flatnonzero(found[:length] != np.arange(length))
    if len(wrong) or len(found) != HOURS_OF_TEST_YEAR:
        row = int(wrong[0]) if len(wrong) else min(length, int(kept.sum()) - 1)
        position = int(np.flatnonzero(kept)[row])
        reason = (
            f"hours are missing, repeated or out of order from here; {len(found)} of {HOURS_OF_TEST_YEAR}"
        )
        raise refused("HS406", reason, record.name, record.at(position))


def _check_hours(record: Record) -> None:
    """Refuse hours that do not follow one another."""
    step = np.diff(record.start)
    wrong = np.flatnonzero(step != _HOUR)
    if not len(wrong):
        return
    position = int(wrong[0]) + 1
    seconds = int(step[wrong[0]] / np.timedelta64(1, "s"))
    stamp, before = record.when(position), record.when(position - 1)
    if len(wrong) > len(step) // 2 and seconds > 0:
        raise refused(
            "HS404",
            f"has a value every {seconds / 60:g} min, not every hour",
            record.name,
            record.at(position),
            "average it over hours",
        )
    if seconds == 0:
        reason = f"the hour {stamp} appears twice"
    elif seconds < 0:
        reason = f"{stamp} follows {before}: hours are out of order or repeated"
    else:
        reason = f"hours are missing between {before} and {stamp}"
    raise refused("HS406", reason, record.name, record.at(position), "gaps are not bridged")


def _column(record: Record, which: str, notes: list[str]) -> FloatArray | None:
    """A column that is complete; None, with a note, where it is not."""
    values: FloatArray | None = getattr(record, which)
    if values is None:
        return None
    what = which.replace("_", " ")
    missing = np.isnan(values) | np.isin(values, MISSING)
    if missing.any():
        first = int(np.flatnonzero(missing)[0])
        where = f"line {record.line[first]}" if record.at(first) else record.when(first)
        notes.append(f"{what} is left out: missing in {int(missing.sum())} hours, first {where}")
        return None
    high = _LARGEST.get(which, _LARGEST_IRRADIANCE)
    unit = "m/s" if which == "wind_speed" else "W/m2"
    low = 0.0 if which == "wind_speed" else _BELOW_ZERO
    wrong = np.flatnonzero((values < low) | (values > high))
    if len(wrong):
        raise InputError(
            Problem(
                "HS407",
                f"{what} {values[position]:g} {unit}, {record.when(position)}",
                hint="it is negative" if values[position] < low else f"more than {high:g} {unit} cannot be",
                file=record.name,
                line=record.at(position),
            )
            for position in wrong[:SHOWN]
        )
    return np.maximum(values, 0.0)
