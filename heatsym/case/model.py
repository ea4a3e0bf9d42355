"""The study as one frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatsym.case.document import Document
from heatsym.case.settings import About, Counterfactual, Emissions, Engine, Prices
from heatsym.demand.model import Demand
from heatsym.dispatch.settings import Dispatch
from heatsym.errors import Problem
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Source, Storage
from heatsym.network.model import Network
from heatsym.weather.model import Weather


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Case:
    """Everything a run needs, in SI and degC; built by :func:`heatsym.load` only.

    ``document`` is the case file's content after scenario and overrides, with the tables that were
    read; ``warnings`` are findings that do not stop a run.
    """

    about: About
    axis: TimeAxis
    weather: Weather | None
    network: Network
    demand: Demand
    sources: tuple[Source, ...]
    dispatch: Dispatch
    prices: Prices | None
    emissions: Emissions | None
    counterfactual: Counterfactual | None
    engine: Engine
    document: Document
    warnings: tuple[Problem, ...] = ()
    storages: tuple[Storage, ...] = ()

    def with_changes(self, changes: Mapping[str, Any]) -> Case:
        """A new case in which dotted keys have new values, e.g. ``{"source.works.power_MW": 4}``."""
        from heatsym.case.load import build

        return build(self.document.patched(changes))
