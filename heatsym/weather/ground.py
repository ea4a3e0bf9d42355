"""Undisturbed ground on a run's time axis: from the air, from a file's ground temperatures, or a swing."""

from __future__ import annotations

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, TimeArray, TimeAxis
from heatsym.physics.ground import YEAR, fitted_swing, ground_temperature, kusuda_parameters, swing_at_depth
from heatsym.weather.mapping import on_axis
from heatsym.weather.model import GroundRecord, WeatherYear

NEAR = 0.2
"""Metres between a measured depth and the pipes that are not worth a word."""

_SHORTEST = 364  # days of weather that show the swing of a year
_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_MIDDLE_OF_MONTH = (np.cumsum(_DAYS) - 0.5 * _DAYS) * 86400.0  # [s]
_MEAN_OF_MONTH = float(np.sinc(1.0 / 12.0))  # of a harmonic of a year, over its middle


def ground_of_air(
    year: WeatherYear, axis: TimeAxis, offset: float, depth: float, diffusivity: float
) -> FloatArray:
    """Ground under a surface that swings as the air over the year, with ``offset`` [K]; (time,). [degC]"""
    mean, amplitude, coldest = _swing_of_air(year)
    elapsed = _since_new_year(_middle(axis) + _zone(year))
    return ground_temperature(elapsed, depth, mean + offset, amplitude, coldest, diffusivity)


def ground_of_swing(
    axis: TimeAxis, depth: float, mean: float, amplitude: float, coldest_day: float, diffusivity: float
) -> FloatArray:
    """Ground under a surface with a given swing, coldest at noon of a local day, 1 to 366; (time,). [degC]"""
    elapsed = _since_new_year(axis.local + np.timedelta64(axis.step // 2, "s"))
    coldest = (coldest_day - 0.5) * 86400.0
    return ground_temperature(elapsed, depth, mean, amplitude, coldest, diffusivity)


def ground_of_file(
    year: WeatherYear, axis: TimeAxis, offset: float, depth: float, diffusivity: float
) -> tuple[FloatArray, tuple[str, ...]]:
    """Ground temperatures of the weather file at a depth, with ``offset`` [K]; (time,) [degC]. And warnings.

    Those by month are swings and what months differ from them, interpolated in depth; beyond the depths the
    soil goes on with both, and damps the difference as it damps swings of half a year. Hours are taken as
    they are.
    """
    record = year.ground
    if record is None:
        raise InputError(
            [
                Problem(
                    "HS306",
                    f"{year.title} has no ground temperatures",
                    "network.ground",
                    'keep follows = "air", or give ground.temperature_degC',
                )
            ]
        )
    if record.hourly is None:
        elapsed = _since_new_year(_middle(axis) + _zone(year))
        return _months_at_depth(record, elapsed, depth, diffusivity) + offset, ()
    warnings: tuple[str, ...] = ()
    if abs(record.depth[0] - depth) > NEAR:
        warnings = (
            f"ground temperatures of the weather file are of {record.depth[0]:g} m, the pipes lie at"
            f" {depth:g} m: they are taken as they are",
        )
    return on_axis(year, record.hourly, axis) + offset, warnings


def _swing_of_air(year: WeatherYear) -> tuple[float, float, float]:
    """Mean, amplitude and coldest time of the air's yearly swing; refused where there is no whole year."""
    first = year.start[0]
    of_year = len(year.start) in (8760, 8784) and first == first.astype("datetime64[Y]")
    if year.test_year or of_year:
        return kusuda_parameters(year.t_air)
    days = len(year.start) / 24
    if days < _SHORTEST:
        hint = "give ground.temperature_degC, or ground.mean_degC, amplitude_K and coldest_day"
        reason = f"the soil follows the air of a whole year, and the weather has {days:.0f} days"
        raise InputError([Problem("HS418", reason, "network.ground", hint)])
    return fitted_swing(_since_new_year(year.start + np.timedelta64(1800, "s")), year.t_air)


def _months_at_depth(
    record: GroundRecord, elapsed: FloatArray, depth: float, diffusivity: float
) -> FloatArray:
    """Ground at a depth from monthly means at others: their swings, and what the months differ from these."""
    assert record.monthly is not None
    swings = np.array([fitted_swing(_MIDDLE_OF_MONTH, months) for months in record.monthly])
    mean, amplitude, coldest = swings.T
    swing = swing_at_depth(depth, record.depth, mean, amplitude / _MEAN_OF_MONTH, coldest, diffusivity)
    column = mean[:, None], amplitude[:, None], coldest[:, None]
    rest = record.monthly - ground_temperature(_MIDDLE_OF_MONTH, 0.0, *column, diffusivity)
    there = np.array([np.interp(depth, record.depth, month) for month in rest.T])
    beyond = max(depth - float(record.depth[-1]), 0.0)
    there *= np.exp(-np.sqrt(2.0 * np.pi / (YEAR * diffusivity)) * beyond)
    varied = np.interp(elapsed, _MIDDLE_OF_MONTH, there, period=YEAR)
    return np.asarray(ground_temperature(elapsed, 0.0, *swing, diffusivity) + varied)


def _middle(axis: TimeAxis) -> TimeArray:
    """Middle of each step, UTC."""
    return np.asarray(axis.utc + np.timedelta64(axis.step // 2, "s"))


def _zone(year: WeatherYear) -> np.timedelta64:
    return np.timedelta64(round(year.utc_offset * 3600), "s")


def _since_new_year(stamp: TimeArray) -> FloatArray:
    """Seconds since the year began."""
    return np.asarray((stamp - stamp.astype("datetime64[Y]")) / np.timedelta64(1, "s"), dtype=float)
