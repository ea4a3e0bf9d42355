"""Where weather comes from: a packaged test reference year or a file, checked once, here."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

from heatsym.errors import AccessError, InputError, Problem
from heatsym.weather.epw import parse_epw
from heatsym.weather.model import Weather, WeatherYear


def read_weather(settings: Weather, path: Path | None) -> WeatherYear:
    """The weather that a case asks for; ``path`` is where ``settings.file`` lies."""
    if (settings.dataset is None) == (settings.file is None):
        raise InputError([Problem("HS401", "needs either a dataset or a file", "weather")])
    if settings.dataset is not None:
        return _rostock()
    name = str(settings.file)
    path = Path(name) if path is None else path
    if path.suffix.lower() != ".epw":
        raise InputError(
            [Problem("HS402", f"{name} is not an EPW file", "weather.file", "give a file *.epw")]
        )
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise InputError([Problem("HS403", f"there is no file {name}", "weather.file")]) from None
    except OSError as error:
        raise AccessError(f"{name} cannot be read: {error.strerror}") from None
    return parse_epw(_text(raw), name, typical=settings.typical)


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
