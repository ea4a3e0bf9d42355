"""PVGIS: typical years and hourly series, as CSV or JSON.

Stamps are UTC. Irradiance holds at an instant, minute 10 or so of the hour for satellites and 30 for
reanalysis; here it counts for the hour in which the instant lies. Format: as pvlib reads it
(``pvlib.iotools.read_pvgis_tmy``, ``read_pvgis_hourly``).
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.weather.model import WeatherYear
from heatsym.weather.record import Record, year_of
from heatsym.weather.rows import fields_of, numbers, refused

_SOURCE = "PVGIS (c) European Union"
_STAMP = re.compile(r"\d{8}:\d{4}")


def is_pvgis(lines: list[str]) -> bool:
    """Whether these are the lines of a CSV file from PVGIS."""
    return bool(lines) and lines[0].startswith("Latitude (decimal degrees)")


def is_pvgis_json(lines: list[str]) -> bool:
    """Whether these are the lines of a JSON file."""
    return bool(lines) and lines[0].lstrip().startswith("{")


def parse_pvgis(text: str, name: str, *, typical: bool = False) -> WeatherYear:
    """Weather from the text of a CSV file from PVGIS, called ``name`` in messages."""
    lines = text.rstrip().splitlines()
    heads = [i for i, line in enumerate(lines[:60]) if line.startswith(("time(UTC),", "time,"))]
    if not heads:
        raise refused("HS404", "has no line of columns that begins with time", name)
    head = heads[0]
    header = [field.strip() for field in lines[head].split(",")]
    after = (i for i in range(head + 1, len(lines)) if not lines[i].strip())
    last = next(after, len(lines))
    rows = fields_of(lines[head + 1 : last], head + 2, name, len(header))
    for number, row in enumerate(rows, head + 2):
        if not _STAMP.fullmatch(row[0]):
            raise refused("HS405", f"time {row[0]!r} is not like 20200131:2310", name, number)
    for place, title in enumerate(header[1:], 1):
        numbers(rows, place, title, head + 2, name)
    _typical_hours(len(rows), header[0] == "time(UTC)", name, head + 1 + len(rows))
    return _weather(text, name, "csv", header[0] == "time(UTC)", typical, head + 2)


def parse_pvgis_json(text: str, name: str, *, typical: bool = False) -> WeatherYear:
    """Weather from the text of a JSON file from PVGIS, called ``name`` in messages."""
    try:
        outputs = json.loads(text)["outputs"]
        is_typical = "tmy_hourly" in outputs
        rows = outputs["tmy_hourly" if is_typical else "hourly"]
    except json.JSONDecodeError as error:
        raise refused("HS404", f"is not whole JSON: {error.msg}", name, error.lineno) from None
    except (KeyError, TypeError):
        raise refused("HS404", "is JSON, but has no hours of PVGIS", name) from None
    _typical_hours(len(rows), is_typical, name, None)
    return _weather(text, name, "json", is_typical, typical, None)


def _typical_hours(count: int, is_typical: bool, name: str, line: int | None) -> None:
    if is_typical and count != 8760:
        raise refused("HS406", f"has {count} of the 8760 hours of a typical year", name, line)


def _weather(
    text: str, name: str, form: str, is_typical: bool, typical: bool, first: int | None
) -> WeatherYear:
    """Weather as pvlib parses the text; its first hour stands in line ``first``."""
    from pvlib.iotools import read_pvgis_hourly, read_pvgis_tmy  # type: ignore[import-untyped]

    stream = io.BytesIO(text.encode()) if form == "csv" and is_typical else io.StringIO(text)
    try:
        reader = read_pvgis_tmy if is_typical else read_pvgis_hourly
        data, meta = reader(stream, pvgis_format=form, map_variables=False)
        inputs = meta["inputs"]
        place = inputs.get("location", inputs)
        latitude, longitude = float(place["latitude"]), float(place["longitude"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise refused("HS404", f"cannot be read: {error}", name) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise refused("HS404", "latitude or longitude is out of range", name)
    if "T2m" not in data:
        raise refused("HS404", "has no column T2m, the air temperature", name)
    stamps = data.index.tz_localize(None).to_numpy().astype("datetime64[s]")
    sky, notes = _irradiance(data, inputs, is_typical, name)
    minutes = np.unique((stamps - stamps.astype("datetime64[h]")).astype(np.int64) // 60)
    minute = f"{minutes[0]}" if len(minutes) == 1 else f"{minutes[0]} to {minutes[-1]}"
    return year_of(
        Record(
            name=name,
            start=stamps.astype("datetime64[h]").astype("datetime64[s]"),
            line=np.arange(len(stamps)) + first if first else np.zeros(len(stamps), dtype=np.int64),
            utc_offset=0.0,
            t_air=_values(data, "T2m", name),
            test_year=is_typical or typical,
            title=f"PVGIS {'typical year' if is_typical else 'series'}, {latitude:g} N {longitude:g} E",
            attribution=_SOURCE,
            convention=f"PVGIS: UTC, values at minute {minute} count for their hour",
            latitude=latitude,
            longitude=longitude,
            wind_speed=_values(data, "WS10m", name) if "WS10m" in data else None,
            notes=notes,
            **sky,
        )
    )


def _irradiance(
    data: Any, inputs: Any, is_typical: bool, name: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Irradiance of the horizontal, or why there is none."""
    if is_typical:
        return {
            "global_horizontal": _values(data, "G(h)", name),
            "diffuse_horizontal": _values(data, "Gd(h)", name),
        }, ()
    slope = _slope(inputs)
    if slope != 0.0:
        return {}, (f"irradiance is left out: it is of {_plane(slope)}, not of the horizontal",)
    if "Gb(i)" in data and "Gd(i)" in data:
        return {
            "direct_horizontal": _values(data, "Gb(i)", name),
            "diffuse_horizontal": _values(data, "Gd(i)", name),
        }, ()
    if "G(i)" in data:
        return {"global_horizontal": _values(data, "G(i)", name)}, ()
    return {}, ()


def _plane(slope: float | None) -> str:
    return "a plane that is not told" if slope is None else f"a plane of slope {slope:g} degrees"


def _slope(inputs: Any) -> float | None:
    """Slope of the plane of a series; None where it is not told or follows the sun. [degree]"""
    if "Slope" in inputs:
        found = re.match(r"\s*(-?[\d.]+)", str(inputs["Slope"]))
        return float(found[1]) if found else None
    try:
        return float(inputs["mounting_system"]["fixed"]["slope"]["value"])
    except (KeyError, TypeError, ValueError):
        return None


def _values(data: Any, column: str, name: str) -> FloatArray:
    try:
        return np.asarray(data[column], dtype=float)
    except KeyError:
        raise refused("HS404", f"has no column {column}", name) from None
    except (ValueError, TypeError):
        raise refused("HS405", f"column {column} has something else than numbers", name) from None
