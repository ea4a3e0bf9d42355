"""Runs side by side: their figures, the differences to the first, and what was asked for differently."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsym.case.document import file_names

Summary = Mapping[str, Any]

ROUNDING = 1e-9
"""Figures that differ by less than this share of them do not differ."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure of one run; ``value`` is None where it was not computed, ``reason`` then says why."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of several runs, the first of them the one to compare with.

    ``relative`` tells whether a difference in percent means something; of shares and counts it does not.
    """

    label: str
    unit: str
    entries: tuple[Entry, ...]
    relative: bool = True

    def difference(self, run: int) -> float | None:
        """Of a run to the first; None where one of the two was not computed. [as ``unit``]"""
        first, other = self.entries[0].value, self.entries[run].value
        if first is None or other is None:
            return None
        return 0.0 if math.isclose(first, other, rel_tol=ROUNDING) else other - first

    def percent(self, run: int) -> float | None:
        """The difference relative to the first; None where that is 0 or the figure is a share. [%]"""
        first, difference = self.entries[0].value, self.difference(run)
        if not self.relative or not first or difference is None:
            return None
        return 100.0 * difference / abs(first)


@dataclass(frozen=True, slots=True)
class Difference:
    """A key of the case file that differs; a value is None where a run does not have the key."""

    key: str
    values: tuple[Any, ...]


def indicators(summaries: Sequence[Summary]) -> list[Indicator]:
    """Figures of the runs' summaries, row by row.

    Parameters
    ----------
    summaries : sequence of mapping
        What ``summary.json`` of each run holds, the run to compare with first.

    Returns
    -------
    list of Indicator
        Heat, shares, homes, each source, cost, emissions, and how well the run went, with their unit
        each. A figure that is in none of the summaries has a row all the same, with the reasons.
    """
    rows = [
        _row(summaries, "heat asked for", "MWh", "energy", "demand_MWh"),
        _row(summaries, "heat delivered", "MWh", "energy", "delivered_MWh"),
        _row(summaries, "unmet heat", "MWh", "energy", "unmet_MWh"),
        _row(summaries, "hours with unmet heat", "h", "unmet_hours"),
        _row(summaries, "homes warmed", "homes", "homes", "warmed"),
        _row(summaries, "heat supplied", "MWh", "energy", "supplied_MWh"),
        *_by_source(summaries),
        _share(summaries, "surplus heat", "surplus_share"),
        _row(summaries, "heat loss", "MWh", "energy", "network_loss_MWh"),
        _share(summaries, "heat loss, share", "loss_share"),
        _row(summaries, "peak", "kW", "peak_kW"),
        _row(summaries, "pumping", "MWh", "energy", "pump_MWh"),
        _row(summaries, "cost of operation", "EUR", "economics", "operating_cost_EUR"),
        _row(summaries, "cost of heat", "EUR/MWh", "economics", "cost_EUR_per_MWh"),
        _row(summaries, "emissions", "t CO2", "emissions", "total_t"),
        _row(summaries, "emissions of heat", "kg CO2/MWh", "emissions", "kg_per_MWh"),
        _row(summaries, "counterfactual", "kg CO2/MWh", "emissions", "counterfactual_kg_per_MWh"),
        _row(summaries, "emissions saved", "t CO2", "emissions", "saved_t"),
        _row(summaries, "balance residual", "", "energy", "residual_relative", relative=False),
        _row(summaries, "steps", "", "steps", relative=False),
    ]
    counts = tuple(
        Entry(float(len(summary["warnings"])))
        if "warnings" in summary
        else Entry(None, _reason(summary, ("warnings",)))
        for summary in summaries
    )
    return [*rows, Indicator("warnings", "", counts, relative=False)]


def case_differences(cases: Sequence[Mapping[str, Any]], folders: Sequence[Path]) -> list[Difference]:
    """Keys in which resolved case files differ, in the order in which the files have them.

    Parameters
    ----------
    cases : sequence of mapping
        Content of ``case.resolved.toml`` of each run.
    folders : sequence of path
        Where each of them lies: files that a case names are the same where they lie in the same place.

    Returns
    -------
    list of Difference
        Dotted keys, list items by their name, with the value of each run.
    """
    flat = [dict(_flat(case)) for case in cases]
    places = [dict(_flat(_with_places(case, folder))) for case, folder in zip(cases, folders, strict=True)]
    return [
        Difference(key, tuple(one.get(key) for one in flat))
        for key in dict.fromkeys(key for one in flat for key in one)
        if any(place.get(key) != places[0].get(key) for place in places)
    ]


def input_differences(manifests: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of input files that several runs read under one name with unlike content; not the case file."""
    inputs = [dict(list(manifest.get("inputs", {}).items())[1:]) for manifest in manifests]
    names = dict.fromkeys(name for one in inputs for name in one)
    return [name for name in names if len({one[name] for one in inputs if name in one}) > 1]


def told_apart(folders: Sequence[Path]) -> list[str]:
    """A name for each run: its folder's, with as many folders above as needed to tell it from the others."""
    parts = [folder.resolve().parts for folder in folders]
    names = []
    for i, own in enumerate(parts):
        others = [other for j, other in enumerate(parts) if j != i and other != own]
        length = next(n for n in range(1, len(own) + 1) if all(other[-n:] != own[-n:] for other in others))
        again = parts[: i + 1].count(own)
        names.append("/".join(own[-length:]) + (f" ({again})" if again > 1 else ""))
    return names


def _row(summaries: Sequence[Summary], label: str, unit: str, *path: str, relative: bool = True) -> Indicator:
    entries = tuple(_entry(summary, path) for summary in summaries)
    return Indicator(label, unit, entries, relative)


def _entry(summary: Summary, path: Sequence[str]) -> Entry:
    """The figure at a path of keys, or why it is not there."""
    value: Any = summary
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is not None:
        return Entry(float(value))
    return Entry(None, _reason(summary, path))


def _reason(summary: Summary, path: Sequence[str]) -> str:
    """Why a figure is missing: what the summary says of its group, or what the group lacks."""
    group, key = path[0], path[-1]
    missing: Mapping[str, str] = summary.get("not_computed", {})
    if group in missing:
        return missing[group]
    if key in ("counterfactual_kg_per_MWh", "saved_t"):
        return "no counterfactual"
    if key in ("surplus_share", "loss_share", "cost_EUR_per_MWh", "kg_per_MWh"):
        return "no heat"
    return "not in the summary of this run"


def _share(summaries: Sequence[Summary], label: str, key: str) -> Indicator:
    """A share as a percentage of the heat supplied."""
    plain = _row(summaries, label, "%", key, relative=False)
    entries = (Entry(None if e.value is None else 100.0 * e.value, e.reason) for e in plain.entries)
    return Indicator(label, "% of supplied", tuple(entries), relative=False)


def _by_source(summaries: Sequence[Summary]) -> Iterator[Indicator]:
    """Heat of each source that any of the runs has."""
    sources = [summary.get("sources", {}) for summary in summaries]
    for name in dict.fromkeys(name for of_run in sources for name in of_run):
        entries = tuple(
            _entry(of_run, (name, "heat_MWh")) if name in of_run else Entry(None, "no such source")
            for of_run in sources
        )
        yield Indicator(f"heat of {name}", "MWh", entries)


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values; items of a list that have names stand by them."""
    if isinstance(value, Mapping) and value:
        for step, inside in value.items():
            yield from _flat(inside, f"{key}.{step}" if key else step)
    elif isinstance(value, list) and value and all(isinstance(i, dict) and "name" in i for i in value):
        for item in value:
            yield from _flat(item, f"{key}.{item['name']}")
    else:
        yield key, value


def _with_places(case: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The case with each file that it names as the place where that lies."""
    data = copy.deepcopy(dict(case))
    for holder, key in file_names(data):
        holder[key] = str((folder / holder[key]).resolve())
    return data
