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
from heatsym.interfaces.exchange import Source, Storage
from heatsym.interfaces.fields import Part, Quantity, specs
from heatsym.interfaces.profile import Curve, Monthly, Series
from heatsym.network.model import Network, Nodes
from heatsym.sources.availability import month_and_day
from heatsym.sources.lift import HeatPumpUnit, contradictions
from heatsym.sources.stream import ExchangerDesign
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


def validate(reader: Reader, parts: Parts) -> None:
    """Note every contradiction between parts that could be read."""
    _nodes_of_consumers(reader, parts)
    _nodes_of_sources(reader, parts)
    _storages(reader, parts)
    _sources_of_pumps(reader, parts)
    _reach(reader, parts)
    _ground(reader, parts)
    _sites(reader, parts)
    _needs_weather(reader, parts)
    _temperatures(reader, parts)
    _limits(reader, parts)
    _lifts(reader, parts)
    _sources_themselves(reader, parts)
    _sun(reader, parts)


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
    """Their nodes and the sources that charge them are there, and their parameters go together."""
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
        for fault in storage.faults():
            reader.error(written(reader, (*path, fault.field)), fault.code, fault.reason, fault.hint)


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


def _sites(reader: Reader, parts: Parts) -> None:
    """Streams of a site have names and cool down, what it needs warms up."""
    for position, source in parts.sources:
        path = ("source", position)
        if hasattr(source, "streams") and not source.streams:
            reader.error((*path, "stream"), "HS560", "is empty", "add [[source.stream]]")
        for key, items in (
            ("stream", getattr(source, "streams", ())),
            ("need", getattr(source, "needs", ())),
        ):
            for i, item in enumerate(items):
                if item.name in [other.name for other in items[:i]]:
                    reason = f"{key} {item.name!r} appears twice"
                    reader.error((*path, key, i, "name"), "HS205", reason, "give each its own name")
        for i, stream in enumerate(getattr(source, "streams", ())):
            limit = stream.limit_temperature
            if limit is not None and span(limit)[0] > span(stream.temperature)[1]:
                reason = f"{span(limit)[0]:g} degC is above the stream's {span(stream.temperature)[1]:g} degC"
                hint = "the power counts from the stream's temperature down to the limit"
                where = written(reader, (*path, "stream", i, "limit_temperature"))
                reader.error(where, "HS503", reason, hint)
        for i, need in enumerate(getattr(source, "needs", ())):
            if span(need.start)[0] > span(need.end)[1]:
                reason = (
                    f"{span(need.end)[1]:g} degC is below the {span(need.start)[0]:g} degC it starts from"
                )
                where = written(reader, (*path, "need", i, "to"))
                reader.error(where, "HS561", reason, "heat that is taken warms: swap from and to")


def _profiles(thing: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Numbers that may vary, of a part and the parts in it."""
    for name, (spec, _) in specs(type(thing)).items():
        value = getattr(thing, name)
        if isinstance(spec, Quantity):
            yield (*path, name), value
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
    """The key as written, with its unit, of a field."""
    here: Any = reader.document.data
    for step in path[:-1]:
        here = here[step]
    field = str(path[-1])
    return (*path[:-1], next((key for key in here if key == field or key.startswith(f"{field}_")), field))


def span(profile: Any) -> tuple[float, float]:
    """Smallest and largest value that a profile may take."""
    if isinstance(profile, Series):
        return float(np.min(profile.values)), float(np.max(profile.values))
    if isinstance(profile, Monthly):
        return min(profile.values), max(profile.values)
    if isinstance(profile, Curve):
        values = [value for _, value in profile.points]
        return min(values), max(values)
    return float(profile), float(profile)


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


def _limits(reader: Reader, parts: Parts) -> None:
    """Lower limits are below upper ones, starts before ends."""
    for position, source in parts.sources:
        path = ("source", position)
        upper, lower = getattr(source, "temperature", None), getattr(source, "limit_temperature", None)
        if upper is not None and lower is not None and span(lower)[0] > span(upper)[1]:
            reason = f"{span(lower)[0]:g} degC is above the stream's {span(upper)[1]:g} degC"
            hint = "the power counts from the stream's temperature down to the limit"
            reader.error(written(reader, (*path, "limit_temperature")), "HS503", reason, hint)
        elif upper is not None and lower is not None:
            _limit_in_every_step(reader, path, source)
        for key in ("stops", "campaigns"):
            for i, stop in enumerate(getattr(source, key, None) or ()):
                if np.datetime64(stop.start, "s") > np.datetime64(stop.end, "s"):
                    reason = f"from {stop.start} is after to {stop.end}"
                    reader.error((*path, key, i), "HS503", reason, "swap them, or correct one")
        turnaround = getattr(source, "turnaround", None)
        if turnaround is not None and month_and_day(turnaround.start) is None:
            reason = f"{turnaround.start!r} is no day of every year"
            hint = 'write month and day, e.g. "06-01"'
            reader.error((*path, "turnaround", "start"), "HS530", reason, hint)


def _limit_in_every_step(reader: Reader, path: KeyPath, source: Any) -> None:
    """Where all three are numbers or series: no heat is counted down to a limit above the stream."""
    given = (source.power, source.temperature, source.limit_temperature)
    if reader.clock is None or not all(isinstance(value, (int, float, Series)) for value in given):
        return  # what follows months or the weather is compared when the run knows them
    heat, warm, low = (np.asarray(getattr(value, "values", value)) for value in given)
    wrong = np.broadcast_to((heat > 0.0) & (low > warm), reader.clock.axis.steps).copy()
    for stop in getattr(source, "stops", None) or ():
        wrong &= ~reader.clock.axis.during(stop.start, stop.end)
    if wrong.any():
        apart = float(np.max(np.where(wrong, low - warm, 0.0)))
        reason = (
            f"above the stream's temperature in {int(wrong.sum())} steps that have heat, by {apart:.4g} K"
        )
        hint = "the power counts from the stream's temperature down to the limit"
        reader.error(written(reader, (*path, "limit_temperature")), "HS503", reason, hint)


def _lifts(reader: Reader, parts: Parts) -> None:
    """Heat pumps and exchangers are described without contradiction, and no source would freeze."""
    for position, source in parts.sources:
        path: KeyPath = ("source", position)
        if hasattr(source, "heat_pump"):
            _exchanger(reader, path, source)
        unit: HeatPumpUnit | None = getattr(source, "heat_pump", None)
        if unit is not None:
            _unit(reader, (*path, "heat_pump"), unit)
            limit = getattr(source, "lowest_temperature", None)
            if limit is not None and span(limit)[0] < unit.freezing:
                reason = f"{span(limit)[0]:g} degC is below the stream's freezing at {unit.freezing:g} degC"
                hint = "raise it; for brine or gas give heat_pump.freezing_degC"
                reader.error(written(reader, (*path, "limit_temperature")), "HS522", reason, hint)
        if source.kind == "heat_pump":
            _ambient(reader, path, source)


def _exchanger(reader: Reader, path: KeyPath, source: Any) -> None:
    """What a heat exchanger or heat pump needs of its stream is there, and no key is idle."""
    for key in ("heat_pump", "ua", "exchanger"):
        known = getattr(source, "lowest_temperature", path) is not None
        if getattr(source, key, None) is not None and not known:
            reason = "needs limit_temperature: how far the stream may be cooled"
            hint = "give limit_temperature_degC, down to which the power counts"
            reader.error(written(reader, (*path, key)), "HS523", reason, hint)
    idle = {
        "fouling": getattr(source, "fouling", 0.0) > 0.0
        and source.ua is None
        and source.exchanger is None
        and "without ua_kW_per_K or exchanger",
        "ua": getattr(source, "ua", None) is not None
        and getattr(source, "exchanger", None) is not None
        and "beside exchanger",
        "arrangement": getattr(source, "arrangement", "parallel") != "parallel"
        and source.heat_pump is None
        and "without heat_pump",
        "condensing": getattr(source, "condensing", False)
        and source.medium != "flue_gas"
        and 'without medium = "flue_gas"',
    }
    for key, why in idle.items():
        if why:
            reader.error(written(reader, (*path, key)), "HS524", f"means nothing {why}", "remove it")
    design: ExchangerDesign | None = getattr(source, "exchanger", None)
    if design is not None and not design.possible:
        reason = (
            f"a stream from {design.stream_in:g} to {design.stream_out:g} degC cannot heat water from "
            f"{design.water_in:g} to {design.water_out:g} degC: heat would flow uphill"
        )
        reader.error((*path, "exchanger"), "HS524", reason, "correct the design point")


def _unit(reader: Reader, path: KeyPath, unit: HeatPumpUnit) -> None:
    for key, reason, hint in contradictions(unit):
        code = "HS525" if reason.endswith("make no area") else "HS524"
        reader.error(written(reader, (*path, key)), code, reason, hint)


def _ambient(reader: Reader, path: KeyPath, source: Any) -> None:
    """A heat pump on ambient heat knows its source's temperature, which is not that of ice."""
    _unit(reader, path, source.unit)
    if source.source_temperature is None:
        if source.medium != "air":
            reason = f"source_temperature_degC is missing: how warm the {source.medium} is"
            reader.error(path, "HS101", reason, "a number, a series or twelve months")
    elif span(source.source_temperature)[0] < source.unit.freezing:
        reason = f"{span(source.source_temperature)[0]:g} degC is below freezing of {source.medium} at "
        reason += f"{source.unit.freezing:g} degC"
        reader.error(
            written(reader, (*path, "source_temperature")), "HS522", reason, "correct it, or the medium"
        )
    if source.medium == "air" and source.source_flow is not None:
        hint = "use source_power_MW"
        reader.error(written(reader, (*path, "source_flow")), "HS524", "is a flow of water, not of air", hint)
    if source.medium != "air" and not source.defrost:
        reader.error((*path, "defrost"), "HS524", 'means nothing without medium = "air"', "remove it")


def _sources_themselves(reader: Reader, parts: Parts) -> None:
    """What a source says of keys of its own that do not go together; its ``where`` is a field."""
    for position, source in parts.sources:
        for found in getattr(source, "contradictions", tuple)():
            if isinstance(found, tuple):
                continue
            path = written(reader, ("source", position, found.where))
            if path[-1] in reader.document.data["source"][position]:
                reader.error(path, found.code, found.reason, found.hint)
            else:
                reader.error(path[:-1], found.code, f"{found.where} {found.reason}", found.hint)


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
