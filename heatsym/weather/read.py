"""Where weather comes from: a packaged test reference year or a file, checked once, here."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from heatsym.errors import AccessError, InputError, Problem
from heatsym.weather.dwd import is_dwd, parse_dwd
from heatsym.weather.epw import is_epw, parse_epw
from heatsym.weather.model import Weather, WeatherYear
from heatsym.weather.plain import is_plain, parse_plain
from heatsym.weather.pvgis import is_pvgis, is_pvgis_json, parse_pvgis, parse_pvgis_json
from heatsym.weather.rows import refused
from heatsym.weather.tmy3 import is_tmy3, parse_tmy3


class Parser(Protocol):
    """Weather from the text of a file called ``name`` in messages."""

    def __call__(self, text: str, name: str, *, typical: bool = False) -> WeatherYear:
        """Read it; ``typical`` says that its calendar year means nothing."""
        ...


FORMATS: Final[dict[str, tuple[Callable[[list[str]], bool], Parser]]] = {
    "EPW": (is_epw, parse_epw),
    "TMY3": (is_tmy3, parse_tmy3),
    "PVGIS CSV": (is_pvgis, parse_pvgis),
    "PVGIS JSON": (is_pvgis_json, parse_pvgis_json),
    "DWD test reference year": (is_dwd, parse_dwd),
    "CSV with a column time": (is_plain, parse_plain),
}
"""Formats by name: how the first lines of one are recognised, and its reader."""


def read_weather(settings: Weather, path: Path | None) -> WeatherYear:
    """The weather that a case asks for; ``path`` is where ``settings.file`` lies."""
    if (settings.dataset is None) == (settings.file is None):
        raise InputError([Problem("HS401", "needs either a dataset or a file", "weather")])
    if settings.dataset is not None:
        return _rostock()
    name = str(settings.file)
    path = Path(name) if path is None else path
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise InputError([Problem("HS403", f"there is no file {name}", "weather.file")]) from None
    except OSError as error:
        raise AccessError(f"{name} cannot be read: {error.strerror}") from None
    if b"\0" in raw[:4096]:
        raise refused("HS402", "is not a text file", name, hint=f"formats are {', '.join(FORMATS)}")
    text = _text(raw)
    return _parser(text, path, name)(text, name, typical=settings.typical)


def _parser(text: str, path: Path, name: str) -> Parser:
    """The reader of a file, chosen by its first lines; by its name where they tell nothing."""
    lines = text[:40_000].splitlines()
    for recognised, parser in FORMATS.values():
        if recognised(lines):
            return parser
    if path.suffix.lower() == ".epw":
        return parse_epw
    if not text.strip():
        raise refused("HS404", "is empty", name, 1)
    hint = f"formats are {', '.join(FORMATS)}"
    raise refused("HS402", "begins like no weather file that is known", name, 1, hint)


def _text(raw: bytes) -> str:
    """Text of a file in UTF-8, with or without byte order mark, or else in Windows' western code page."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _rostock() -> WeatherYear:
    """Test reference year 2010 of the German Baltic coast."""
    text = files("heatsym.tables").joinpath("weather_rostock.csv").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if not line.startswith("#")][1:]
    t_air, wind_speed, direct, diffuse = np.loadtxt(rows, delimiter=",").T.copy()
    return WeatherYear(
        start=np.datetime64("2010-01-01T00:00:00") + np.arange(len(t_air)) * np.timedelta64(3600, "s"),
        utc_offset=1.0,
        t_air=t_air,
        test_year=True,
        title="Rostock, test reference year 2010, region 2",
        attribution="Deutscher Wetterdienst, values re-formatted (TRY 2010, DWD and BBSR; GeoNutzV)",
        latitude=54.18,
        longitude=12.08,
        wind_speed=wind_speed,
        direct_horizontal=direct,
        diffuse_horizontal=diffuse,
    )
