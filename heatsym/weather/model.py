"""Weather of a study: what was read, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeArray
from heatsym.interfaces.fields import flag, hidden, paths, quantity, text


@dataclass(frozen=True, slots=True, eq=False)
class GroundRecord:
    """Temperatures of the ground in a weather file [degC]: by month at some depths, or by hour at one.

    ``monthly`` is (depth, month) with ``depth`` (depth,) [m]; ``hourly`` is (hour,) beside the air.
    """

    depth: FloatArray
    monthly: FloatArray | None = None
    hourly: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class WeatherYear:
    """Hourly weather as read, (hour,): ``start`` of each hour in the file's own fixed zone.

    ``utc_offset`` is that zone [h]. ``test_year`` says that the calendar year means nothing: hours
    are then looked up by month, day and hour. Temperatures degC, irradiance W/m2 on the horizontal.
    ``convention`` says what stamps of the file mean, ``notes`` what was left out or made of it.
    """

    start: TimeArray
    utc_offset: float
    t_air: FloatArray
    test_year: bool
    title: str
    attribution: str
    latitude: float = float("nan")
    longitude: float = float("nan")
    wind_speed: FloatArray | None = None
    direct_horizontal: FloatArray | None = None
    diffuse_horizontal: FloatArray | None = None
    ground: GroundRecord | None = None
    convention: str = ""
    notes: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """Mean air temperature. [degC]"""
        return float(np.mean(self.t_air))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """A packaged test reference year or a weather file."""

    dataset: str | None = text("packaged test reference year", choices=("rostock",), default=None)
    file: str | None = paths("weather file: EPW, TMY3, PVGIS, DWD test reference year or CSV", default=None)
    typical: bool = flag("look the file up by month, day and hour, whatever its calendar year", default=False)
    temperature_offset: float = quantity("K", "added to the air temperature", low=-20, high=20, default=0.0)
    year: WeatherYear | None = hidden("the weather as read", default=None)
