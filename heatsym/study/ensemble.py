"""Years in which sources fail by chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.simulation import Progress
from heatsym.sources.availability import Outages, failures, running_by_chance
from heatsym.study.changes import drawn, failing, source_named
from heatsym.study.variants import Computed, Outcome, beside, variant

QUANTILES = (0.1, 0.5, 0.9)
COLUMNS = {
    "unmet_MWh": "unmet",
    "unmet_hours": "unmet_hours",
    "largest_unmet_MW": "largest_unmet",
    "cost_EUR": "cost",
    "carbon_t": "carbon",
    "surplus_share": "surplus_share",
}
"""Figures of an outcome by their keys with units."""


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Years with failures by chance; ``out`` (year, source) is time out of order [h]."""

    seed: int
    sources: tuple[str, ...]
    rates: tuple[float, ...]  # failures in a year of operation [1/a]
    repairs: tuple[float, ...]  # mean time to mend [h]
    statuses: tuple[str, ...]  # of rates and repairs that were not given; empty for given ones
    out: FloatArray
    outcomes: tuple[Outcome, ...]
    without: Outcome  # of the case itself, computed as these years are

    def column(self, key: str) -> FloatArray:
        """A figure over the years by its key with unit, (year,)."""
        return np.array([getattr(one, COLUMNS[key]) for one in self.outcomes], dtype=np.float64)

    @property
    def quantiles(self) -> dict[str, tuple[float, ...]]:
        """P10, P50 and P90 over the years, by key with unit; of what was computed in every year."""
        columns = {key: self.column(key) for key in COLUMNS}
        return {key: spread(values) for key, values in columns.items() if not np.isnan(values).any()}

    def fan(self, of: str) -> FloatArray | None:
        """P10, P50 and P90 of a sum that grows month by month, (quantile, month); None if not computed.

        ``of`` is ``month_unmet`` [MWh] or ``month_cost`` [EUR].
        """
        rows = [getattr(one, of) for one in self.outcomes]
        if any(row is None for row in rows):
            return None
        return np.asarray(np.quantile(np.cumsum(rows, axis=1), QUANTILES, axis=0))


def fail(
    of: Computed,
    fails: Mapping[str, Outages],
    years: int,
    seed: int,
    *,
    workers: int | None,
    progress: Progress,
) -> Ensemble:
    """Years in which sources fail by chance, independently of each other."""
    case, axis = of.case, of.case.axis
    usual = [_failures(source_named(case, name), given) for name, given in fails.items()]

    def year(number: int, tell: Progress) -> tuple[FloatArray, Outcome]:
        changed = failing(case, fails, seed, number)
        out = [
            (1.0 - running_by_chance(axis, name, rate, repair, drawn(seed, number, given.seed))).sum()
            for (name, given), (rate, repair, _) in zip(fails.items(), usual, strict=True)
        ]
        return np.array(out) * axis.step / 3600.0, variant(of.problem, changed, tell, of.course)

    found = beside(year, range(years), workers, progress, "years of failures")
    rates, repairs, statuses = zip(*usual, strict=True)
    return Ensemble(
        seed=seed,
        sources=tuple(fails),
        rates=rates,
        repairs=tuple(repair / 3600.0 for repair in repairs),
        statuses=statuses,
        out=np.array([out for out, _ in found]),
        outcomes=tuple(outcome for _, outcome in found),
        without=variant(of.problem, case, progress, of.course),
    )


def spread(values: FloatArray) -> tuple[float, ...]:
    """P10, P50 and P90 of some values, linear between neighbours."""
    return tuple(float(one) for one in np.quantile(values, QUANTILES))


def _failures(source: Any, given: Outages) -> tuple[float, float, str]:
    """Rate [1/a], repair [s] and the status of what was not given."""
    return failures(source, given, getattr(source, "sector", ""))
