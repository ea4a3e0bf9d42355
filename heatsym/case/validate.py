"""Checks that need two parts of a case: references, connections, temperatures against each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatsym.case.findings import listed
from heatsym.case.keys import suggestion
from heatsym.case.locate import KeyPath
from heatsym.case.reader import Reader
from heatsym.case.settings import Emissions, Prices
from heatsym.demand.model import Consumers, Demand
from heatsym.dispatch.settings import Dispatch
from heatsym.interfaces.exchange import Source, Storage
from heatsym.interfaces.fields import Part, Quantity, specs
from heatsym.interfaces.profile import Curve, Series, highest, lowest
from heatsym.network.model import Network, Nodes
from heatsym.storage.rules import cheap_hours
from heatsym.units import split_unit
from heatsym.weather.model import Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What could be read; None where a part is wrong or absent. Sources and storages with their position."""

    network: Network | None
    nodes: Nodes | None
    demand: Demand | None
    consumers: Consumers | None
    sources: tuple[tuple[int, Source], ...]
    storages: tuple[tuple[int, Storage], ...]
    prices: Prices | None
    emissions: Emissions | None
    weather: Weather | None
    dispatch: Dispatch | None


def validate(reader: Reader, parts: Parts) -> Parts:
    """Note every contradiction between parts that could be read, and leave out things that have faults."""
    _nodes_of_consumers(reader, parts)
    _nodes_of_sources(reader, parts)
    _storages(reader, parts)
    _sources_of_pumps(reader, parts)
    _reach(reader, parts)
    _ground(reader, parts)
    _needs_weather(reader, parts)
    _temperatures(reader, parts)
    _sun(reader, parts)
    return _without_faults(reader, parts)


def _nodes_of_consumers(reader: Reader, parts: Parts) -> None:
    if parts.nodes is None or parts.consumers is None:
        return
    table = reader.table(str(reader.document.data["demand"]["consumers"]), ("demand", "consumers"))
    known = set(parts.nodes.id)
    for row, node in enumerate(parts.consumers.node):
        if node not in known:
            reader.findings.error(
                "HS301",
                f"there is no node {node!r}",
                where=f"column node, consumer {parts.consumers.id[row]}",
                hint=_node_hint(reader, parts, node),
                file=table.name if table else "",
                line=table.line(row) if table else None,
            )


def _nodes_of_sources(reader: Reader, parts: Parts) -> None:
    if parts.nodes is None:
        return
    for position, source in parts.sources:
        if source.node not in parts.nodes.id:
            hint = _node_hint(reader, parts, source.node)
            reader.error(("source", position, "node"), "HS301", f"there is no node {source.node!r}", hint)


def _storages(reader: Reader, parts: Parts) -> None:
    """Their nodes and the sources that charge them are there."""
    raw = reader.document.data.get("source", [])
    all_read = isinstance(raw, list) and len(parts.sources) == len(raw)
    names = tuple(source.name for _, source in parts.sources)
    for position, storage in parts.storages:
        path = ("storage", position)
        if parts.nodes is not None and storage.node not in parts.nodes.id:
            hint = _node_hint(reader, parts, storage.node)
            reader.error((*path, "node"), "HS301", f"there is no node {storage.node!r}", hint)
        for name in storage.charge_from:
            if all_read and name not in names:
                hint = suggestion(name, names)
                reader.error((*path, "charge_from"), "HS554", f"there is no source {name!r}", hint)
        dispatch = reader.document.data.get("dispatch")
        clean = isinstance(dispatch, dict) and dispatch.get("objective") == "emissions"
        if cheap_hours(storage) is not None and not clean and "prices" not in reader.document.data:
            hint = 'add [prices], or leave out charge_when = "cheap"'
            reader.error((*path, "charge_when"), "HS812", "nobody knows which hours are cheap", hint)


def _without_faults(reader: Reader, parts: Parts) -> Parts:
    """Tell what sources and storages find wrong with themselves; the parts without these."""
    sources = tuple(at for at in parts.sources if _faultless(reader, ("source", at[0]), at[1]))
    storages = tuple(at for at in parts.storages if _faultless(reader, ("storage", at[0]), at[1]))
    return dataclasses.replace(parts, sources=sources, storages=storages)


def _faultless(reader: Reader, path: KeyPath, thing: Source | Storage) -> bool:
    """Whether a thing has no faults; those that it has are told at the keys that they name."""
    faults = thing.faults()
    for fault in faults:
        steps = [int(step) if step.isdigit() else step for step in fault.field.split(".") if step]
        reader.error(written(reader, (*path, *steps)), fault.code, fault.reason, fault.hint)
    return not faults


def _sources_of_pumps(reader: Reader, parts: Parts) -> None:
    raw = reader.document.data.get("source", [])
    if parts.network is None or not isinstance(raw, list) or len(parts.sources) < len(raw):
        return
    names = [source.name for _, source in parts.sources]
    for i, pump in enumerate(parts.network.plant_pumps):
        if pump.source not in names:
            hint = suggestion(pump.source, tuple(names))
            path = ("network", "plant_pump", i, "source")
            reader.error(path, "HS309", f"there is no source {pump.source!r}", hint)


def _node_hint(reader: Reader, parts: Parts, node: str) -> str:
    """Why a node may be missing: its point was drawn beside the pipes, or its name is misspelt."""
    for problem in reader.findings.problems:
        if problem.where == f"point {node}":
            return f"the point {problem.reason} ({problem.file}:{problem.line})"
    return suggestion(node, parts.nodes.id if parts.nodes else ())


def _reach(reader: Reader, parts: Parts) -> None:
    """Every node is connected to a source that takes part."""
    raw = reader.document.data.get("source")
    if not raw:
        reader.error(("source",), "HS302", "there is no source", 'add [[source]], e.g. kind = "ideal"')
        return
    if not isinstance(raw, list):
        return
    active = [source for _, source in parts.sources if source.enabled]
    if not active and len(parts.sources) == len(raw):
        reader.error(("source",), "HS302", "no source is enabled", "set enabled = true for one of them")
    network = parts.network
    if network is None or len(parts.sources) < len(raw):
        return
    count = len(network.nodes.id)
    links = coo_array((np.ones(len(network.start)), (network.start, network.end)), shape=(count, count))
    label = connected_components(links, directed=False)[1]
    position = {name: i for i, name in enumerate(network.nodes.id)}
    fed = {label[position[source.node]] for source in active if source.node in position}
    if not fed:
        return
    lost = [name for name, part in zip(network.nodes.id, label, strict=True) if part not in fed]
    if lost:
        one = len(lost) == 1
        file, line = reader.document.place(("network",))
        reader.findings.error(
            "HS305",
            f"{len(lost)} node{'' if one else 's'} cannot be reached from any source: {listed(lost)}",
            where="network",
            hint="add the missing pipe, or correct from and to",
            file=file,
            line=line,
        )


def _ground(reader: Reader, parts: Parts) -> None:
    """The soil's temperature comes from one thing, and a swing is whole."""
    if parts.network is None:
        return
    ground = parts.network.ground
    swing = {"mean_degC": ground.mean, "amplitude_K": ground.amplitude, "coldest_day": ground.coldest_day}
    given = [key for key, value in swing.items() if value is not None]
    if given and len(given) < len(swing):
        missing = listed([key for key in swing if key not in given])
        reader.error(("network", "ground"), "HS111", f"has {listed(given)}", f"give {missing}, too")
    ways = {
        "temperature_degC": ground.temperature is not None,
        "mean_degC": bool(given),
        'follows = "weather_file"': ground.follows != "air",
    }
    said = [key for key, used in ways.items() if used]
    if len(said) > 1:
        reader.error(("network", "ground"), "HS111", f"has {' and '.join(said)}", "keep one of the two")


def _profiles(thing: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Numbers that may vary, of a part and the parts in it."""
    for name, (spec, _) in specs(type(thing)).items():
        value = getattr(thing, name)
        if isinstance(spec, Quantity):
            yield (*path, spec.key or name), value
        elif isinstance(spec, Part) and dataclasses.is_dataclass(value):
            yield from _profiles(value, (*path, spec.key or name))
        elif isinstance(spec, Part) and spec.many:
            for i, item in enumerate(value):
                yield from _profiles(item, (*path, spec.key or name, i))


def _needs_weather(reader: Reader, parts: Parts) -> None:
    if parts.weather is not None or "weather" in reader.document.data:
        return
    add = 'add [weather] with dataset = "rostock" or a file'
    things: list[tuple[Any, KeyPath]] = [(source, ("source", i)) for i, source in parts.sources]
    for thing, name in (
        (parts.network, "network"),
        (parts.demand, "demand"),
        (parts.prices, "prices"),
        (parts.emissions, "emissions"),
    ):
        if thing is not None:
            things.append((thing, (name,)))
    for thing, path in things:
        for where, value in _profiles(thing, path):
            if isinstance(value, Curve):
                key = written(reader, where)
                reader.error(
                    key, "HS306", "is a curve over outdoor temperature, and there is no weather", add
                )
    for position, storage in parts.storages:
        if storage.enabled:
            reader.error(
                ("storage", position), "HS306", "loses heat to the air, and there is no weather", add
            )
    for position, source in parts.sources:
        if source.enabled and getattr(source, "needs_weather", False):
            reader.error(("source", position), "HS306", "has heat by outdoor air, which is not known", add)
    ground = parts.network.ground if parts.network is not None else None
    if ground is not None and ground.temperature is None and ground.swing is None:
        hint = f"{add}, or give ground.temperature_degC"
        reader.error(("network",), "HS306", "the soil's temperature is not known", hint)
    if parts.demand is not None:
        heat, flow = parts.demand.heat[0], parts.demand.mass_flow[0]
        annual = [
            n
            for n, h, m in zip(parts.demand.consumers.id, heat, flow, strict=True)
            if np.isnan(h) and np.isnan(m)
        ]
        if annual:
            reader.error(("demand",), "HS306", f"annual heat follows the weather: {listed(annual)}", add)


def written(reader: Reader, path: KeyPath) -> KeyPath:
    """The keys as written, with their units, of a field."""
    here: Any = reader.document.data
    found: KeyPath = ()
    for step in path:
        key = step
        if isinstance(here, dict) and step not in here:
            key = next((key for key in here if split_unit(key)[0] == step), step)
        found = (*found, key)
        inside = key in here if isinstance(here, dict) else isinstance(here, list) and isinstance(key, int)
        here = here[key] if inside else None
    return found


def span(profile: Any) -> tuple[float, float]:
    """Smallest and largest value that a profile may take."""
    return lowest(profile), highest(profile)


def _temperatures(reader: Reader, parts: Parts) -> None:
    """Supply is above return, in every step where both are certain."""
    if parts.demand is None or parts.demand.return_temperature is None:
        return
    rule = parts.demand.return_temperature
    supplies: list[tuple[KeyPath, Any]] = []
    if parts.network is not None:
        supplies.append((("network", "supply_temperature"), parts.network.supply_temperature))
    for position, source in parts.sources:
        own = getattr(source, "supply_temperature", None)
        if own is not None and source.enabled:
            supplies.append((("source", position, "supply_temperature"), own))
    for path, supply in supplies:
        if isinstance(supply, Series) and isinstance(rule, Series):
            cold = supply.values - rule.values
            low, top = float(cold.min()), 0.0
        else:
            low, _ = span(supply)
            _, top = span(rule)
            if not isinstance(rule, (float, int)) and not isinstance(supply, (float, int)):
                low, top = span(supply)[1], span(rule)[0]  # their extremes need not meet
        if low <= top:
            what = f"{low:g} degC is not above the return temperature {top:g} degC"
            if isinstance(supply, Series) and isinstance(rule, Series):
                what = "is not above the return temperature in every step"
            reader.error(
                written(reader, path), "HS501", what, "raise it, or lower demand.return_temperature_degC"
            )


def _sun(reader: Reader, parts: Parts) -> None:
    """Where a source lives on the sun, the weather has it."""
    for position, source in parts.sources:
        if not source.enabled or not getattr(source, "needs_sun", False):
            continue
        hint = 'take dataset = "rostock", or a file that has irradiance and a place'
        year = None if parts.weather is None else parts.weather.year
        if year is None:
            if "weather" not in reader.document.data:
                reader.error(("source", position), "HS544", "needs the sun, and there is no weather", hint)
        elif year.direct_horizontal is None or year.diffuse_horizontal is None:
            reader.error(("source", position), "HS544", "needs the sun: the weather has no irradiance", hint)
        elif not np.isfinite(year.latitude + year.longitude):
            reader.error(("source", position), "HS544", "needs the sun: the weather has no place", hint)
