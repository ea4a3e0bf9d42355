"""The report in words: a few sentences, key figures, and what the case is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatsym.analysis.standby import stops
from heatsym.analysis.wording import number
from heatsym.report.calendar import calendar
from heatsym.report.picture import Cell, Table
from heatsym.simulation import Run
from heatsym.tables import read_table

CAUSES = {
    "temperature": "the supply water was too cold",
    "flow": "a consumer's largest flow was reached",
    "capacity": "the sources gave all they had",
    "closed": "a closed trench cut consumers off",
}
NOTABLE = 1e-4  # of the heat asked for; less is mentioned, not dwelt on


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure; ``value`` is a text, ``note`` says what it is measured against."""

    label: str
    value: str
    unit: str
    note: str = ""


def in_short(run: Run) -> tuple[str, ...]:
    """What a reader should know who reads nothing else, a paragraph each."""
    parts = (_reached(run), _surplus(run), _standby(run), _losses(run), _climate(run), _wrong(run))
    return tuple(part for part in parts if part)


def tiles(run: Run) -> tuple[Tile, ...]:
    """Key figures; one that was not computed says why."""
    figures, heat = run.summary, run.summary["energy"]
    homes, co2 = figures.get("homes", {}), figures.get("emissions", {})
    money = figures.get("economics", {})
    against = "counterfactual_kg_per_MWh"
    surplus, loss = figures.get("surplus_share"), figures.get("loss_share")
    return (
        _tile(
            run, "homes", homes.get("warmed"), "homes", f"of {number(homes.get('connected', 0.0))} connected"
        ),
        Tile(
            "Heat delivered",
            _energy(heat["delivered_MWh"]),
            "MWh",
            f"of {_energy(heat['demand_MWh'])} asked for",
        ),
        Tile("Surplus heat", "none" if surplus is None else percent(surplus), "", "of the heat fed in"),
        Tile("Lost on the way", "none" if loss is None else percent(loss), "", "of the heat fed in"),
        _tile(
            run,
            "emissions",
            co2.get("kg_per_MWh"),
            "kg CO2 per MWh",
            f"against {_three(co2[against])} with {_alternative(co2)}" if against in co2 else "",
        ),
        _tile(
            run, "economics", money.get("cost_EUR_per_MWh"), "EUR per MWh", "to operate, without investment"
        ),
        Tile("Heat missed", _energy(heat["unmet_MWh"]), "MWh", f"in {number(figures['unmet_hours'])} h"),
        Tile("Largest heat fed in", number(figures["peak_kW"]), "kW", "over a time step"),
    )


def facts(run: Run) -> tuple[tuple[str, str], ...]:
    """What the case is: label and text."""
    results, when = run.results, calendar(run.results)
    step = float(when.hours[0]) * 3600.0
    found = [
        ("Period", f"{span(run)}; {_count(len(when.hours), 'step')} of {_duration(step)}"),
        ("Time zone", str(results.attrs["timezone_of_the_case"])),
        (
            "Network",
            f"{_count(results.sizes['pipe'], 'trench', 'trenches')},"
            f" {number(float(results['pipe_length'].sum()) / 1e3)} km",
        ),
        ("Consumers", _consumers(run)),
    ]
    air = results["air_temperature"].values
    if np.isfinite(air).any():
        low, high = float(np.nanmin(air)), float(np.nanmax(air))
        found.append(("Outdoor air", f"{low:.1f} to {high:.1f} °C, mean {float(np.nanmean(air)):.1f} °C"))
    if results.attrs.get("acknowledgment"):
        found.append(("Weather", str(results.attrs["acknowledgment"])))
    return tuple(found)


def sources_table(run: Run) -> Table:
    """Every source with what it is and what it gave."""
    columns: tuple[str, ...] = (
        *("source", "kind", "owner", "node", "heat fed in [MWh]", "share [%]"),
        *("available [MWh]", "rejected [MWh]", "fuel [MWh]", "hours at full power [h]"),
        "data",
    )
    makes = any("generated_MWh" in given for given in run.summary["sources"].values())
    if makes:
        columns += ("electricity made [MWh]",)
    results, supplied = run.results, run.summary["energy"]["supplied_MWh"]
    rows: list[tuple[Cell, ...]] = []
    for position, name in enumerate(str(name) for name in results["source"].values):
        kind, carrier, partner, node = (
            str(results[f"source_{what}"].values[position]) for what in ("kind", "carrier", "partner", "node")
        )
        said = f"{kind.replace('_', ' ')}, {carrier.replace('_', ' ')}" if carrier else kind.replace("_", " ")
        given = run.summary["sources"][name]
        share = 100.0 * given["heat_MWh"] / supplied if supplied else None
        surplus = bool(results["source_surplus"].values[position])
        rows.append(
            (
                name,
                f"{said}{' (surplus heat)' if surplus else ''}",
                partner or None,
                node,
                given["heat_MWh"],
                share,
                given.get("available_MWh") if surplus else None,
                given["rejected_MWh"] if surplus else None,
                given.get("fuel_MWh"),
                given.get("full_load_h"),
                given.get("data_status"),
                *((given.get("generated_MWh"),) if makes else ()),
            )
        )
    return Table(columns, tuple(rows))


def span(run: Run) -> str:
    """First and last local day, or times for a run within a day."""
    local = calendar(run.results).local
    first, last = local[0], local[-1]
    if first.date() == last.date():
        end = local[-1] + pd.Timedelta(hours=float(calendar(run.results).hours[-1]))
        return f"{_day(first)}, {first:%H:%M} to {end:%H:%M}"
    return f"{_day(first)} to {_day(last)}"


def percent(share: float) -> str:
    """A share in three digits; 100 % and 0 % only where they are exact."""
    if share == 0.0:
        return "0 %"
    value = 100.0 * share
    if 99.99 < value < 100.0:
        return "more than 99.99 %"
    if 0.0 < value < 0.01:
        return "less than 0.01 %"
    digits = 2 if value > 99.0 else 1 if value >= 10.0 else 2
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") + " %"


def _reached(run: Run) -> str:
    heat = run.summary["energy"]
    if not heat["demand_MWh"]:
        return f"{_capital(span(run))}: nobody asked for heat."
    share = min(heat["delivered_MWh"] / heat["demand_MWh"], 1.0)
    return (
        f"{_capital(span(run))}: {_energy(heat['delivered_MWh'])} MWh of heat reached {_consumers(run)},"
        f" {percent(share) if heat['unmet_MWh'] else 'all'} of what they asked for."
    )


def _surplus(run: Run) -> str:
    share = run.summary.get("surplus_share")
    if share is None:
        return "No source fed any heat in."
    results, supplied = run.results, run.summary["energy"]["supplied_MWh"]
    marks = results["source_surplus"].values.tolist()
    parts: dict[bool, list[str]] = {True: [], False: []}
    lifting = 0.0
    for name, mark in zip(results["source"].values, marks, strict=True):
        figures = run.summary["sources"][str(name)]
        heat = figures["heat_MWh"]
        if mark:
            heat = figures["direct_MWh"] + figures["lifted_MWh"]
            lifting += figures["heat_MWh"] - heat
        if heat > 0.0:
            parts[bool(mark)].append(f"{name} {percent(heat / supplied)}")
    if lifting > 1e-6 * supplied:
        parts[False].append(f"electricity that lifts it {percent(lifting / supplied)}")
    if not any(marks):
        return f"No source of surplus heat is in the case; the heat came from {_listed(parts[False])}."
    rejected = sum(
        run.summary["sources"][str(name)]["rejected_MWh"]
        for name, mark in zip(results["source"].values, marks, strict=True)
        if mark
    )
    had = rejected + share * supplied
    text = f"{percent(share)} of the heat fed in was surplus heat"
    text += f" ({_listed(parts[True])})" if parts[True] else ""
    text += f"; the rest came from {_listed(parts[False])}." if parts[False] else "."
    if had > 0.0:
        text += f" {percent(rejected / had)} of the surplus heat that was there found no use."
    return text


def _standby(run: Run) -> str:
    found = run.summary.get("standby")
    if not found:
        return ""
    text, none = "", found["without_surplus"]
    longest = max(stops(run.results), key=lambda stop: stop.last - stop.first, default=None)
    if longest is not None:
        local = calendar(run.results).local
        first, last = local[longest.first], local[longest.last - 1]
        text = f"The longest stop: {longest.source}, {_day(first)} to {_day(last)}. "
    if none["hours"]:
        helpers = {name: heat for name, heat in none["heat_MWh"].items() if heat > 0.0}
        who = _listed(f"{name} ({_energy(heat)} MWh)" for name, heat in helpers.items()) or "nobody"
        missed = (
            f"{_energy(none['unmet_MWh'])} MWh were missed" if none["unmet_MWh"] else "nothing was missed"
        )
        text += f"In the {number(none['hours'])} hours without any surplus heat, {who} heated, and {missed}. "
    else:
        text += "There was some surplus heat in every hour. "
    if "backup_kW" in found:
        backup, peak = found["backup_kW"], found["peak_kW"]
        enough = (
            "enough for the largest heat fed in"
            if backup >= peak
            else "not enough for the largest heat fed in"
        )
        text += f"What stands behind it can always give {number(backup)} kW: {enough}, {number(peak)} kW."
    else:
        text += "What stands behind it has no limit in this case."
    return text


def _losses(run: Run) -> str:
    share = run.summary.get("loss_share")
    if share is None:
        return ""
    lost = run.summary["energy"]["network_loss_MWh"]
    return f"{percent(share)} of the heat fed in, {_energy(lost)} MWh, was lost from the pipes to the ground."


def _climate(run: Run) -> str:
    co2 = run.summary.get("emissions", {})
    if "kg_per_MWh" not in co2:
        return (
            f"CO2 was not computed: {run.summary['not_computed'].get('emissions', 'no heat was delivered')}."
        )
    text = f"Each MWh delivered caused {_three(co2['kg_per_MWh'])} kg of CO2"
    if "counterfactual_kg_per_MWh" in co2:
        text += f", against {_three(co2['counterfactual_kg_per_MWh'])} kg with {_alternative(co2)}"
    if "saved_t" in co2:
        saved = co2["saved_t"]
        word = "saved" if saved >= 0.0 else "more than the alternative"
        text += f": {_energy(abs(saved))} t {word}"
    return text + f". Factors: {co2['set']}, {co2['scope']}; surplus heat is counted without emissions."


def _wrong(run: Run) -> str:
    figures, heat = run.summary, run.summary["energy"]
    said = []
    if heat["unmet_MWh"]:
        causes = _listed(CAUSES[cause] for cause, value in figures["unmet_by_cause_MWh"].items() if value)
        small = heat["unmet_MWh"] < NOTABLE * heat["demand_MWh"]
        said.append(
            f"{'a little heat' if small else 'heat'} was missed, {_energy(heat['unmet_MWh'])} MWh"
            f" in {number(figures['unmet_hours'])} h, because {causes}"
        )
    unconverged = figures["convergence"]["unconverged_steps"]
    if unconverged:
        said.append(f"{_count(unconverged, 'step')} did not converge")
    count = len(figures["warnings"])
    if count:
        said.append(f"there {'is' if count == 1 else 'are'} {_count(count, 'warning')}, listed below")
    closed = f"The heat balance closes to {number(heat['residual_relative'])} of the heat fed in."
    return f"What went wrong: {'; '.join(said) or 'nothing'}. {closed}"


def _tile(run: Run, group: str, value: float | None, unit: str, note: str) -> Tile:
    """A figure that may be missing."""
    label = {"homes": "Homes warmed", "emissions": "Emissions", "economics": "Cost"}[group]
    if value is None:
        return Tile(label, "not computed", "", run.summary["not_computed"].get(group, "no heat"))
    return Tile(label, number(np.floor(value)) if group == "homes" else _three(value), unit, note)


def _consumers(run: Run) -> str:
    """Homes and other consumers in words."""
    results = run.results
    total = results.sizes["consumer"]
    if "homes" not in run.summary:
        return _count(total, "consumer")
    housing = int((np.nan_to_num(results["consumer_dwellings"].values) > 0.0).sum())
    homes = number(run.summary["homes"]["connected"])
    text = f"{homes} homes in {_count(housing, 'building')}"
    return text + (f" and {_count(total - housing, 'other consumer')}" if total > housing else "")


def _alternative(co2: dict[str, Any]) -> str:
    """The counterfactual in words."""
    return next(row["name"] for row in read_table("counterfactuals") if row["kind"] == co2["counterfactual"])


def _day(when: pd.Timestamp) -> str:
    return f"{when.day} {when:%B %Y}"


def _duration(seconds: float) -> str:
    if seconds % 3600.0 == 0.0:
        return f"{seconds / 3600.0:g} h"
    return f"{seconds / 60.0:g} min" if seconds % 60.0 == 0.0 else f"{seconds:g} s"


def _energy(value: float) -> str:
    return "0" if value == 0.0 else number(value)


def _three(value: float) -> str:
    """Three digits, whole from 100 on."""
    return number(round(value)) if abs(value) >= 100.0 else f"{value:.3g}"


def _count(count: int, noun: str, many: str = "") -> str:
    return f"{number(count)} {noun if count == 1 else many or noun + 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *head, last = tuple(words) or ("",)
    return f"{', '.join(head)} and {last}" if head else last
