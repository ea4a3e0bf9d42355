"""Weather as a table: a column of times and one for each quantity, with its unit in the name.

Lines ``# key: value`` ahead of the table tell the place, the zone and whether times are the start of the
hour, as is taken without, or its end.
"""

from __future__ import annotations

import difflib
import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from heatsym.interfaces.axis import TimeArray
from heatsym.weather.model import GroundRecord, WeatherYear
from heatsym.weather.record import Record, year_of
from heatsym.weather.rows import fields_of, numbers, refused

AIR, GROUND = "temperature_degC", "ground_degC"
COLUMNS = {
    AIR: "t_air",
    "wind_m_per_s": "wind_speed",
    "direct_horizontal_W_per_m2": "direct_horizontal",
    "diffuse_horizontal_W_per_m2": "diffuse_horizontal",
    "global_horizontal_W_per_m2": "global_horizontal",
    GROUND: "",
}
KEYS = ("latitude", "longitude", "timezone", "time", "title", "source", "ground_depth_m")
_ZONE = re.compile(r"(?:UTC)?([+-]\d{1,2})(?::?(\d{2}))?")


def is_plain(lines: list[str]) -> bool:
    """Whether these are the lines of such a table."""
    head = next((line for line in lines[:60] if not line.startswith("#") and line.strip()), "")
    return head.split(",")[0].strip() == "time"


def parse_plain(text: str, name: str, *, typical: bool = False) -> WeatherYear:
    """Weather from the text of a table called ``name`` in messages."""
    lines = text.rstrip().splitlines()
    head = next(i for i, line in enumerate(lines) if not line.startswith("#") and line.strip())
    told = _told(lines[:head], name)
    header = [field.strip() for field in lines[head].split(",")]
    _check_header(header, name, head + 1)
    first = head + 2
    rows = fields_of(lines[head + 1 :], first, name, len(header))
    start, zone = _starts([row[0] for row in rows], told, first, name)
    found: dict[str, Any] = {
        COLUMNS[column]: numbers(rows, header.index(column), column, first, name)
        for column in header[1:]
        if column != GROUND
    }
    ground = None
    if GROUND in header:
        depth = np.array([_number(told, "ground_depth_m", 0.0, 20.0, name)])
        ground = GroundRecord(depth=depth, hourly=numbers(rows, header.index(GROUND), GROUND, first, name))
    return year_of(
        Record(
            name=name,
            start=start,
            line=np.arange(len(rows)) + first,
            utc_offset=zone,
            test_year=typical,
            title=told.get("title", (name, 0))[0],
            attribution=told.get("source", ("", 0))[0],
            convention=f"table: times are the {told.get('time', ('start', 0))[0]} of the hour",
            latitude=_number(told, "latitude", -90.0, 90.0, name),
            longitude=_number(told, "longitude", -180.0, 180.0, name),
            ground=ground,
            **found,
        )
    )


def _told(lines: list[str], name: str) -> dict[str, tuple[str, int]]:
    """Values and line numbers of the lines ``# key: value``; other notes are left alone."""
    told = {}
    for number, line in enumerate(lines, 1):
        key, colon, value = line.lstrip("# ").partition(":")
        key = key.strip()
        if colon and key in KEYS:
            if key in told:
                raise refused("HS404", f"{key} is given twice", name, number)
            told[key] = value.strip(), number
        elif colon and (near := difflib.get_close_matches(key, KEYS, 1, 0.8)):
            raise refused("HS404", f"{key} is not known", name, number, f"did you mean {near[0]}?")
    if "time" in told and told["time"][0] not in ("start", "end"):
        raise refused("HS404", f"time is {told['time'][0]!r}", name, told["time"][1], "write start or end")
    return told


def _check_header(header: list[str], name: str, line: int) -> None:
    if len(set(header)) < len(header):
        raise refused("HS404", "a column appears twice", name, line)
    for column in header[1:]:
        if column not in COLUMNS:
            near = difflib.get_close_matches(column, COLUMNS, 1, 0.4)
            hint = f"did you mean {near[0]}?" if near else f"columns are {', '.join(COLUMNS)}"
            raise refused("HS404", f"column {column!r} is not known", name, line, hint)
    if AIR not in header:
        raise refused("HS404", f"has no column {AIR}", name, line)


def _number(told: dict[str, tuple[str, int]], key: str, low: float, high: float, name: str) -> float:
    """A number that the file tells, nan where it does not."""
    if key not in told:
        return float("nan")
    text, line = told[key]
    try:
        value = float(text)
    except ValueError:
        raise refused("HS404", f"{key} {text!r} is not a number", name, line) from None
    if not low <= value <= high:
        raise refused("HS404", f"{key} {value:g} is not between {low:g} and {high:g}", name, line)
    return value


def _zone(told: dict[str, tuple[str, int]], name: str) -> timedelta | None:
    """The fixed zone that the file tells."""
    if "timezone" not in told:
        return None
    text, line = told["timezone"]
    if text in ("UTC", "Z"):
        return timedelta(0)
    found = _ZONE.fullmatch(text)
    if not found or int(found[1]) > 14 or int(found[1]) < -12:
        hint = "write a fixed offset such as UTC+1, or give each time its offset"
        raise refused("HS404", f"timezone {text!r} is no fixed offset from UTC", name, line, hint)
    minutes = int(found[2] or 0) * (-1 if found[1].startswith("-") else 1)
    return timedelta(hours=int(found[1]), minutes=minutes)


def _starts(
    stamps: list[str], told: dict[str, tuple[str, int]], first: int, name: str
) -> tuple[TimeArray, float]:
    """Starts of the hours in a fixed zone, and this zone [h]."""
    given = _zone(told, name)
    times, zones = [], set[timedelta]()
    for number, stamp in enumerate(stamps, first):
        try:
            time = datetime.fromisoformat(stamp)
        except ValueError:
            hint = "write 2025-01-31T13:00+01:00"
            raise refused("HS405", f"time {stamp!r} is not a time", name, number, hint) from None
        offset = time.utcoffset()
        if offset is not None and given is not None and offset != given:
            raise refused("HS405", f"{stamp} is not in the zone {told['timezone'][0]}", name, number)
        if offset is None and given is None:
            hint = "write # timezone: UTC+1 ahead of the table, or end times with an offset or Z"
            raise refused(
                "HS405", f"time {stamp!r} has no offset, and there is no timezone", name, number, hint
            )
        zone = given if offset is None else offset
        assert zone is not None  # one of the two is known
        zones.add(zone)
        times.append(time.replace(tzinfo=None) - zone)
    zone = zones.pop() if len(zones) == 1 else timedelta(0)
    start = np.array([time + zone for time in times], dtype="datetime64[s]")
    if told.get("time", ("start", 0))[0] == "end":
        start = start - np.timedelta64(3600, "s")
    off = np.flatnonzero(start != start.astype("datetime64[h]"))
    regular = len(start) > 1 and bool(np.all(np.diff(start) == np.timedelta64(3600, "s")))
    if len(off) and (regular or len(start) == 1):
        raise refused("HS405", f"time {stamps[off[0]]!r} is not a whole hour", name, first + int(off[0]))
    return start, zone / timedelta(hours=1)
