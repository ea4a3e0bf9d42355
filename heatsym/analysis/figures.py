"""Numbers computed from results, together with what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatsym.case.model import Case
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Source
from heatsym.interfaces.profile import Context
from heatsym.results.frame import Results


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
    """Time and outdoor air, for prices and factors that vary."""
    return Context(case.axis, results["air_temperature"].values.astype(np.float64))


def power(results: Results, name: str) -> FloatArray:
    """A stored series in double precision, (time, ...)."""
    values: FloatArray = results[name].values.astype(np.float64)
    return values


def given(values: dict[str, float]) -> dict[str, float]:
    """The entries that are numbers: what was not computed is absent."""
    return {key: float(value) for key, value in values.items() if np.isfinite(value)}
