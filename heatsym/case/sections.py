"""Which sections a case file has, and which class declares the keys of each."""

from __future__ import annotations

from typing import Any

from heatsym.case.settings import About, Counterfactual, Emissions, Engine, Prices, Time
from heatsym.demand.model import Demand
from heatsym.dispatch.settings import Dispatch
from heatsym.interfaces.fields import Part, specs
from heatsym.network.model import Network
from heatsym.sources import SOURCES
from heatsym.storage import STORAGES
from heatsym.weather.model import Weather

SECTIONS: dict[str, type] = {
    "case": About,
    "time": Time,
    "weather": Weather,
    "network": Network,
    "demand": Demand,
    "dispatch": Dispatch,
    "prices": Prices,
    "emissions": Emissions,
    "counterfactual": Counterfactual,
    "engine": Engine,
}
"""Sections that are tables; ``[[source]]`` is a list of tables, ``[scenario.NAME]`` holds patches."""

LISTS: dict[str, dict[str, type]] = {"source": dict(SOURCES), "storage": dict(STORAGES)}
"""Sections that are lists of named tables, with the classes by ``kind``."""

ALL = (*SECTIONS, *LISTS, "scenario")


def item_class(section: str, item: Any) -> type | None:
    """The class of a list's item, by its kind; None where the kind is not known."""
    kind = item.get("kind") if isinstance(item, dict) else None
    return LISTS[section].get(kind) if isinstance(kind, str) else None


def named_part_class(cls: type | None, key: str) -> type | None:
    """The class of the items of a list ``key`` of a class, if they have names; else None."""
    if cls is None:
        return None
    for name, (spec, _) in specs(cls).items():
        if isinstance(spec, Part) and spec.many and (spec.key or name) == key:
            return spec.cls if "name" in specs(spec.cls) else None
    return None


def part_class(cls: type | None, key: str) -> type | None:
    """The class of the nested table ``key`` of a class; None if there is no such table."""
    if cls is None:
        return None
    for name, (spec, _) in specs(cls).items():
        if isinstance(spec, Part) and not spec.many and (spec.key or name) == key:
            return spec.cls
    return None
