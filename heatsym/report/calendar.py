"""Results by local month, day and hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from heatsym.interfaces.axis import FloatArray, local_time
from heatsym.results.balance import balance


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """``local`` is the wall time at which each step starts, ``hours`` its length; (time,), [h]."""

    local: pd.DatetimeIndex
    hours: FloatArray

    @property
    def length(self) -> float:
        """Of the whole run. [h]"""
        return float(self.hours.sum())

    @property
    def period(self) -> str:
        """What to add the run up by: ``M`` from two months on, ``D`` from two days on, else ``h``."""
        return "M" if self.length >= 59 * 24 - 1 else "D" if self.length >= 47 else "h"

    def mean(self, series: FloatArray, period: str) -> pd.Series:
        """Mean over each local period (``h``, ``D``, ``M``), weighted by time; NaN where there is nothing.

        The index is the start of the period; what a change of clocks makes one hour twice is one value.
        """
        known = np.isfinite(series)
        weight = self._sums(np.where(known, self.hours, 0.0), period)
        total = self._sums(np.where(known, series, 0.0) * self.hours, period)
        return total / weight.where(weight > 0.0)

    def energy(self, power: FloatArray, period: str) -> pd.Series:
        """Energy of a power [W] over each local period (``h``, ``D``, ``M``). [MWh]"""
        return self._sums(power * self.hours / 1e6, period)

    def extreme(self, series: FloatArray, period: str, largest: bool) -> pd.Series:
        """Largest or smallest value over each local period, missing ones left out."""
        grouped = pd.Series(series).groupby(self.local.to_period(period).to_timestamp())
        found: pd.Series = grouped.max() if largest else grouped.min()
        return found

    def _sums(self, values: FloatArray, period: str) -> pd.Series:
        sums: pd.Series = pd.Series(values).groupby(self.local.to_period(period).to_timestamp()).sum()
        return sums


def in_words(starts: pd.DatetimeIndex, period: str) -> list[str]:
    """Each period as a table names it: ``July 2025``, ``14 July 2025``, ``14 July 2025, 06:00``."""
    if period == "M":
        return [f"{start:%B %Y}" for start in starts]
    return [f"{start.day} {start:%B %Y}" + (f", {start:%H:%M}" if period == "h" else "") for start in starts]


def ticks(starts: pd.DatetimeIndex, period: str) -> list[str]:
    """Each period as an axis names it: ``Jul``, ``14 Jul``, ``14 Jul 06:00``; with the year if it changes."""
    year = " %Y" if len(set(starts.year)) > 1 else ""
    if period == "M":
        return [f"{start:%b{year}}" for start in starts]
    hour = " %H:%M" if period == "h" else ""
    return [f"{start.day} {start:%b{year}{hour}}" for start in starts]


def calendar(results: xr.Dataset) -> Calendar:
    """The calendar of a run, in the time zone of its case."""
    local = local_time(results["time"].values, results.attrs["timezone_of_the_case"])
    return Calendar(pd.DatetimeIndex(local), balance(results).seconds / 3600.0)
