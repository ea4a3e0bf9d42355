"""Numbers that may vary: a constant, a series, twelve months, or a curve over outdoor temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeArray, TimeAxis


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One value per step of the case's axis, in SI; ``origin`` says which file and column."""

    values: FloatArray
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Monthly:
    """January to December, each value holding for its local month."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (outdoor temperature [degC], value), ascending; linear between, constant beyond."""

    points: tuple[tuple[float, float], ...]


Profile = float | Series | Monthly | Curve


def lowest(profile: Profile) -> float:
    """Smallest value that a profile may take."""
    if isinstance(profile, (Series, Monthly)):
        return float(np.min(profile.values))
    if isinstance(profile, Curve):
        return min(value for _, value in profile.points)
    return float(profile)


def highest(profile: Profile) -> float:
    """Largest value that a profile may take."""
    if isinstance(profile, (Series, Monthly)):
        return float(np.max(profile.values))
    if isinstance(profile, Curve):
        return max(value for _, value in profile.points)
    return float(profile)


@dataclass(frozen=True, slots=True, eq=False)
class DailyAir:
    """Mean outdoor air of consecutive local days [degC], for what follows the weather of days past.

    ``day`` runs from three days before a run's first day to its last. ``reference_day`` is the stretch
    that an annual sum refers to, 365 days or a whole file, again with three days ahead of it, and its
    air is as read, without the case's offset.
    """

    day: TimeArray
    t_air: FloatArray
    reference_day: TimeArray
    reference_t_air: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Sun:
    """Where the sun stands in each step and what it brings, (time,) each.

    ``direct_normal``, ``diffuse_horizontal`` and ``extraterrestrial`` (normal to the beam, above the air)
    are in W/m2, ``zenith`` (refraction included) and ``azimuth`` (clockwise from north) in degrees.
    """

    direct_normal: FloatArray
    diffuse_horizontal: FloatArray
    extraterrestrial: FloatArray
    zenith: FloatArray
    azimuth: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Time and outdoor air of a run: what a value needs to become an array.

    ``t_air`` is the outdoor temperature [degC], shape (time,), NaN throughout where the case has
    no weather; ``climate`` is the weather behind it, None where there is none.
    """

    axis: TimeAxis
    t_air: FloatArray
    climate: Climate | None = None

    def values(self, profile: Profile) -> FloatArray:
        """The profile on the axis; shape (time,), in the profile's own unit. Always a fresh array."""
        if isinstance(profile, Series):
            return profile.values.copy()
        if isinstance(profile, Monthly):
            return np.asarray(np.array(profile.values)[self.axis.month - 1], dtype=float)
        if isinstance(profile, Curve):
            x, y = np.array(profile.points, dtype=float).T
            return np.asarray(np.interp(self.t_air, x, y), dtype=float)
        return np.full(self.axis.steps, float(profile))


class Climate(Protocol):
    """The weather behind a run, for what is seldom asked for."""

    def sun(self, axis: TimeAxis) -> Sun | None:
        """The sun in each step; None where the weather has no irradiance."""

    def __hash__(self) -> int:
        """What is made of it may be kept."""

    def year(self, axis: TimeAxis) -> tuple[Context, Sun | None]:
        """The hours that annual sums of a run refer to, as read, without the case's offset."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What demand depends on: time and weather of the run, and the mean air of its days.

    ``air`` is None where the case has no weather.
    """

    ctx: Context
    air: DailyAir | None = None
