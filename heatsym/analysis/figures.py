"""Numbers computed from results, together with what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatsym.case.model import Case
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Source
from heatsym.interfaces.profile import Context
from heatsym.results.balance import balance
from heatsym.results.frame import Results
from heatsym.weather.climate import FileClimate


@dataclass(frozen=True, slots=True)
class Figures:
    """``values`` by key, with units in the keys; ``missing`` says why the main figure is not among them."""

    values: dict[str, Any] = field(default_factory=dict)
    missing: str = ""
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


def enabled_sources(case: Case) -> tuple[Source, ...]:
    """Sources that take part, in the order of the results."""
    return tuple(source for source in case.sources if source.enabled)


def context(case: Case, results: Results) -> Context:
    """Time, outdoor air and the weather behind it, for prices and factors that vary."""
    year = None if case.weather is None else case.weather.year
    climate = None if year is None else FileClimate(year)
    return Context(case.axis, results["air_temperature"].values.astype(np.float64), climate)


def power(results: Results, name: str) -> FloatArray:
    """A stored series in double precision, (time, ...)."""
    values: FloatArray = results[name].values.astype(np.float64)
    return values


def bought_power(results: Results) -> FloatArray:
    """Electricity of pumps, of consumers' boosters and of storages' heat pumps, (time,). [W]"""
    bought = power(results, "pump_electricity")
    if "booster_electricity" in results:
        bought = bought + power(results, "booster_electricity")
    if "storage_electricity" in results:
        bought = bought + power(results, "storage_electricity").sum(axis=1)
    return bought


def heat_got(results: Results) -> FloatArray:
    """Heat that consumers get: delivered, and what their boosters add, (time,). [W]"""
    delivered = balance(results).delivered
    return (
        delivered + power(results, "booster_electricity") if "booster_electricity" in results else delivered
    )


def given(values: dict[str, float]) -> dict[str, float]:
    """The entries that are numbers: what was not computed is absent."""
    return {key: float(value) for key, value in values.items() if np.isfinite(value)}
