"""What consumers ask for, by kind, before anything is simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.demand.diversity import SEASONS
from heatsym.demand.model import Consumers
from heatsym.demand.signature import Signature, fit_signature
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Load
from heatsym.interfaces.profile import DailyAir
from heatsym.interfaces.stepwise import pieces

EXCEEDED = (0.01, 0.1, 0.5, 0.9)
"""Shares of the time for which the duration curve is told."""


@dataclass(frozen=True, slots=True, eq=False)
class DemandOfKind:
    """What consumers of a kind ask for together.

    ``series`` (time,) is their heat [W], ``own_peaks`` the sum of each one's largest heat [W], ``dwellings``
    the homes behind them, ``unknown`` how many have a given flow, whose heat follows from a run only.
    """

    kind: str
    consumers: int
    dwellings: float
    series: FloatArray
    own_peaks: float
    unknown: int

    @property
    def peak(self) -> float:
        """Largest heat together. [W]"""
        return float(self.series.max())

    @property
    def simultaneity(self) -> float:
        """Largest heat together over the sum of each one's; NaN if nobody asks for any. [-]"""
        return self.peak / self.own_peaks if self.own_peaks > 0.0 else float("nan")

    def energy(self, axis: TimeAxis) -> float:
        """Heat over the run. [J]"""
        return float(self.series.sum()) * axis.step

    def full_load(self, axis: TimeAxis) -> float:
        """Time in which the peak would bring the run's heat; NaN if nobody asks for any. [s]"""
        return self.energy(axis) / self.peak if self.peak > 0.0 else float("nan")

    def duration(self) -> FloatArray:
        """Heat that is exceeded in shares :data:`EXCEEDED` of the time. [W]"""
        return np.asarray(np.quantile(self.series, 1.0 - np.array(EXCEEDED)))

    def by_hour(self, axis: TimeAxis) -> FloatArray:
        """Mean heat at each local hour of the day, NaN for hours that the run does not have; (24,). [W]"""
        total = np.bincount(axis.hour, self.series, 24)
        count = np.bincount(axis.hour, minlength=24)
        mean = np.full(24, np.nan)
        np.divide(total, count, out=mean, where=count > 0)
        return mean

    def signature(self, axis: TimeAxis, air: DailyAir) -> Signature:
        """Base load, heat loss coefficient and balance temperature of its days.

        Raises
        ------
        InputError
            There are too few days, or none that are heated.
        """
        day, place, steps = np.unique(axis.day, return_inverse=True, return_counts=True)
        heat = np.bincount(place, self.series) / steps
        return fit_signature(heat, air.t_air[air.day >= day[0]], day, name=f"heat of {self.kind}")

    def by_season(self, axis: TimeAxis) -> dict[str, float]:
        """Largest heat in each season that the run has. [W]"""
        found = {}
        for season, months in SEASONS.items():
            inside = np.isin(axis.month, months)
            if inside.any():
                found[season] = float(self.series[inside].max())
        return found


def demand_by_kind(consumers: Consumers, load: Load, axis: TimeAxis) -> list[DemandOfKind]:
    """Demand of every kind in the order of the table, then of all where there are several.

    Parameters
    ----------
    consumers : Consumers
        Table of the consumers.
    load : Load
        What they ask for; read some steps at a time.
    axis : TimeAxis
        Its steps.

    Returns
    -------
    list of DemandOfKind
        Consumers with a given flow count with no heat; what prosumers feed in is not deducted.
    """
    names = [kind or "series" for kind in consumers.kind]
    kinds = list(dict.fromkeys(names))
    member = np.array([[name == kind for kind in kinds] for name in names], dtype=float)
    series, own = np.zeros((axis.steps, len(kinds))), np.zeros(len(names))
    unknown = np.zeros(len(names), dtype=bool)
    for part in pieces(axis.steps, len(names)):
        rows = load.heat[part]
        unknown |= np.isnan(rows).any(axis=0)
        rows = np.nan_to_num(rows)
        series[part] = rows @ member
        own = np.maximum(own, rows.max(axis=0))
    dwellings = np.nan_to_num(consumers.dwellings)
    columns = [(kind, member[:, k] > 0.0, series[:, k]) for k, kind in enumerate(kinds)]
    if len(kinds) > 1:
        columns.append(("all", np.ones(len(names), dtype=bool), series.sum(axis=1)))
    return [
        DemandOfKind(
            kind,
            int(who.sum()),
            float(dwellings[who].sum()),
            together,
            float(own[who].sum()),
            int(unknown[who].sum()),
        )
        for kind, who, together in columns
    ]
