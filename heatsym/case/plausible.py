"""Warnings about values that are possible but rarely meant: a wrong unit, two values swapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from heatsym.case.locate import KeyPath
from heatsym.case.read_geojson import in_metres
from heatsym.case.reader import Reader
from heatsym.case.validate import Parts, span, written
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import Quantity, specs
from heatsym.interfaces.profile import Curve, Monthly, Series
from heatsym.interfaces.stepwise import Stepwise, picked, pieces
from heatsym.network.model import Network, Nodes
from heatsym.storage.lift import heat_pump_of

AVERAGE_YEAR = 8766 * 3600.0
"""[s]"""

HEAT_DENSITY = (1.0, 3e4)
"""Mean heat per length of trench beyond which a unit is doubted; a wide guess. [W/m]"""

POWER_RATIO = (1e-3, 1e3)
"""Power of one source relative to the mean demand. [-]"""

HOTTEST_LIQUID, APPROACH_OF_GASES = 200.0, 10.0
"""Streams above are gases [degC], whose exchangers need more than this [K]."""

BORE = (0.008, 1.6)
"""Inner diameters of heat networks. [m]"""

LONGEST_TRENCH = 25_000.0
"""[m]"""

NEAR, FAR = 15.0, 25.0
"""Coordinates this near [deg] to the weather's place belong to it, and this far do not."""

# unit -> factor to the unit shown, its name, and the usual range in it
_USUAL = {
    "EUR/J": (3.6e9, "EUR/MWh", 1.0, 1000.0),
    "EUR/kg": (1e3, "EUR/t", 1.0, 1000.0),
    "kg/J": (3.6e9, "kg/MWh", 1.0, 2000.0),
}


def plausible(reader: Reader, parts: Parts) -> None:
    """Note what is worth a second look; no run depends on it."""
    _prices(reader, parts)
    _supply(reader, parts)
    _drop(reader, parts)
    _streams(reader, parts)
    _sites(reader, parts)
    _stops(reader, parts)
    _storages(reader, parts)
    if parts.network is not None:
        _pipes(reader, parts.network)
        _coordinates(reader, parts, parts.network.nodes)
        _heat(reader, parts, parts.network)


def _doubt(reader: Reader, path: KeyPath, reason: str, hint: str = "check its unit") -> None:
    reader.warning(path, "HS504", reason, hint)


def _watts(value: float) -> str:
    """A power in the unit in which it is easy to read."""
    for unit, size in (("GW", 1e9), ("MW", 1e6), ("kW", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} W"


def _mean(profile: Any) -> float:
    if isinstance(profile, (Series, Monthly)):
        return float(np.mean(profile.values))
    if isinstance(profile, Curve):
        return float(np.mean([value for _, value in profile.points]))
    return float(profile)


def _prices(reader: Reader, parts: Parts) -> None:
    """Prices and emission factors are of the usual size, or 0."""
    things: list[tuple[Any, KeyPath]] = [(source, ("source", i)) for i, source in parts.sources]
    things += [(parts.prices, ("prices",)), (parts.emissions, ("emissions",))]
    for thing, path in things:
        for name, (spec, _) in specs(type(thing)).items() if thing is not None else ():
            value = getattr(thing, name)
            if not isinstance(spec, Quantity) or spec.unit not in _USUAL or value is None:
                continue
            times, unit, low, high = _USUAL[spec.unit]
            shown = _mean(value) * times
            if shown != 0 and not low <= abs(shown) <= high:
                size = "little" if abs(shown) < low else "much"
                _doubt(reader, written(reader, (*path, name)), f"{shown:.4g} {unit} is unusually {size}")


def _supply(reader: Reader, parts: Parts) -> None:
    """The set-point falls with the outdoor temperature."""
    curve = parts.network.supply_temperature if parts.network else None
    if isinstance(curve, Curve) and curve.points[-1][1] > curve.points[0][1]:
        reason = "the supply water is warmer on warm days than on cold ones"
        path = written(reader, ("network", "supply_temperature"))
        _doubt(reader, path, reason, "check that the values are not in reverse")


def _drop(reader: Reader, parts: Parts) -> None:
    """The consumers' temperature drop leaves water that is not ice."""
    drop = parts.demand.temperature_drop if parts.demand else None
    if drop is None or parts.network is None:
        return
    left = span(parts.network.supply_temperature)[1] - span(drop)[0]
    if left <= 0:
        reason = f"leaves return water of at most {left:g} degC"
        _doubt(reader, written(reader, ("demand", "temperature_drop")), reason, "lower it")


def _streams(reader: Reader, parts: Parts) -> None:
    """Streams are warm enough to feed at times, and not in kelvin."""
    for position, source in parts.sources:
        temperature = getattr(source, "stream_temperature", getattr(source, "temperature", None))
        if temperature is None or not source.enabled:
            continue
        path = written(reader, ("source", position, "temperature"))
        top = span(temperature)[1]
        approach = float(getattr(source, "least_difference", getattr(source, "approach", 0.0)))
        if top > HOTTEST_LIQUID and approach < APPROACH_OF_GASES:
            hint = f"if this is kelvin, write {top - 273.15:.2f}; for a gas give approach_K, about 15"
            _doubt(
                reader, path, f"{top:g} degC is too hot for a liquid with an approach of {approach:g} K", hint
            )
        feed = getattr(source, "supply_temperature", None)
        if feed is None and parts.network is not None:
            feed = parts.network.supply_temperature
        if getattr(source, "heat_pump", None) is not None:
            continue  # which lifts it
        if feed is not None and top - approach < span(feed)[0]:
            reason = (
                f"at most {top:g} degC less {approach:g} K never reaches the feed's {span(feed)[0]:g} degC"
            )
            _doubt(reader, path, reason, "this source will give nothing")


def _sites(reader: Reader, parts: Parts) -> None:
    """Streams of a site are not in kelvin, and the warmest reaches the feed at times."""
    for position, source in parts.sources:
        streams = getattr(source, "streams", ())
        if not streams or not source.enabled:
            continue
        tops = [span(stream.temperature)[1] - stream.approach for stream in streams]
        for i, stream in enumerate(streams):
            if tops[i] + stream.approach > HOTTEST_LIQUID and stream.approach < APPROACH_OF_GASES:
                hot = tops[i] + stream.approach
                reason = f"{hot:g} degC is too hot for a liquid with an approach of {stream.approach:g} K"
                hint = f"if this is kelvin, write {hot - 273.15:.2f}; for a gas give approach_K, about 15"
                _doubt(
                    reader, written(reader, ("source", position, "stream", i, "temperature")), reason, hint
                )
        feed = getattr(source, "supply_temperature", None)
        if feed is None and parts.network is not None:
            feed = parts.network.supply_temperature
        if feed is not None and getattr(source, "heat_pump", None) is None and max(tops) < span(feed)[0]:
            path = written(reader, ("source", position, "stream", int(np.argmax(tops)), "temperature"))
            reason = f"the warmest stream, less its approach, never reaches the feed's {span(feed)[0]:g} degC"
            _doubt(reader, path, reason, "streams below it preheat only, and nothing tops up here")


def _storages(reader: Reader, parts: Parts) -> None:
    """Storages become warm enough to feed at times, if nothing lifts their heat."""
    for position, storage in parts.storages:
        top = getattr(storage, "max_temperature", None)
        lifts = heat_pump_of(storage) is not None
        if top is None or parts.network is None or not storage.enabled or lifts:
            continue
        least = span(parts.network.supply_temperature)[0]
        if top + storage.below_setpoint < least:
            reason = f"at most {top:g} degC never reaches the set-point's {least:g} degC"
            path = written(reader, ("storage", position, "max_temperature"))
            _doubt(reader, path, reason, "this storage will give nothing")


def _stops(reader: Reader, parts: Parts) -> None:
    """Planned stops and closures touch the case's time."""
    if reader.clock is None:
        return
    local = reader.clock.whole.local
    planned: list[tuple[KeyPath, Any]] = [
        (("source", position, key, i), stop)
        for position, source in parts.sources
        for key in ("stops", "campaigns")
        for i, stop in enumerate(getattr(source, key, None) or ())
    ]
    if parts.network is not None:
        planned += [(("network", "closed", i), closure) for i, closure in enumerate(parts.network.closed)]
    for path, stop in planned:
        first = np.datetime64(stop.start or local[0], "D")
        last = np.datetime64(stop.end or local[-1], "D")
        if first <= last and (last < local[0].astype("datetime64[D]") or first > local[-1]):
            said = " ".join(f"{word} {day}" for word, day in (("from", stop.start), ("to", stop.end)) if day)
            _doubt(reader, path, f"{said} is outside the case's time", "check the year")
    for position, source in parts.sources:
        end = getattr(source, "closure", None)
        if end is not None and source.enabled and np.datetime64(end, "D") < local[0].astype("datetime64[D]"):
            _doubt(
                reader, ("source", position, "closure"), f"{end} is before the case begins", "check the year"
            )


def _pipes(reader: Reader, network: Network) -> None:
    """Lengths and diameters are those of a heat network, and lengths agree with the nodes' places."""
    pipes = network.pipes
    bore = pipes.inner_diameter
    for i in _first((bore < BORE[0]) | (bore > BORE[1])):
        _pipe_doubt(reader, network, i, f"an inner diameter of {bore[i] * 1e3:g} mm is unusual")
    bare = np.isnan(pipes.dn) & np.isnan(pipes.u_value) & np.isnan(pipes.insulation_thickness)
    for i in _first(bare):
        hint = "give dn, u_W_per_mK, or thickness and conductivity of the insulation"
        _pipe_doubt(reader, network, i, "has no insulation; only the soil holds its heat", hint)
    for i in _first(pipes.length > LONGEST_TRENCH):
        _pipe_doubt(reader, network, i, f"{pipes.length[i] / 1e3:g} km is long for one trench")
    if network.nodes_file is None:
        return  # lengths of drawn lines were compared when they were read
    places = _places(network.nodes)
    if places is None:
        return
    straight = np.hypot(*(places[network.end] - places[network.start]).T)
    off = (pipes.length < 0.9 * straight - 1.0) | ((pipes.length > 20 * straight) & (straight > 1.0))
    for i in _first(off):
        reason = f"is {pipes.length[i]:.5g} m long, but its nodes lie {straight[i]:.5g} m apart"
        more = f"; {int(off.sum()) - 1} more like it" if off.sum() > 1 else ""
        hint = f"check the length, its unit and the coordinates{more}"
        _pipe_doubt(reader, network, i, reason, hint, code="HS208")


def _first(found: np.ndarray[Any, np.dtype[np.bool_]]) -> Iterator[int]:
    """The first position found, if any: one warning for all that share a mistake."""
    yield from np.flatnonzero(found)[:1].tolist()


def _pipe_doubt(
    reader: Reader,
    network: Network,
    i: int,
    reason: str,
    hint: str = "check its unit",
    code: str = "HS504",
) -> None:
    table = reader.table(network.pipes_file, ("network", "pipes")) if network.pipes_file else None
    file, line = (table.name, table.line(i)) if table else reader.document.place(("network", "geojson"))
    reader.findings.warning(
        code, reason, where=f"pipe {network.pipes.id[i]}", hint=hint, file=file, line=line
    )


def _places(nodes: Nodes) -> FloatArray | None:
    """Positions of all nodes in a plane [m], or None where one has none."""
    if not (np.isnan(nodes.lon).any() or np.isnan(nodes.lat).any()):
        return in_metres(np.stack([nodes.lon, nodes.lat], axis=1), geographic=True)
    if not (np.isnan(nodes.x).any() or np.isnan(nodes.y).any()):
        return np.stack([nodes.x, nodes.y], axis=1)
    return None


def _coordinates(reader: Reader, parts: Parts, nodes: Nodes) -> None:
    """Longitude and latitude are not swapped, as the weather's place tells."""
    year = parts.weather.year if parts.weather is not None else None
    if year is None or np.isnan(nodes.lon).any() or np.isnan(nodes.lat).any():
        return
    lon, lat = float(nodes.lon.mean()), float(nodes.lat.mean())

    def apart(lon: float, lat: float) -> float:
        return max(abs(lon - year.longitude), abs(lat - year.latitude))

    if apart(lon, lat) > FAR and apart(lat, lon) < NEAR:
        reason = f"longitude {lon:.4g} and latitude {lat:.4g} are far from the weather's place"
        _doubt(reader, ("network",), reason, "they seem swapped; GeoJSON has longitude first")


def _heat(reader: Reader, parts: Parts, network: Network) -> None:
    """Demand, trenches and sources are of one size."""
    if parts.demand is None:
        return
    without = np.isnan(parts.demand.heat[0]) & np.isnan(parts.demand.mass_flow[0])
    annual = float(np.nansum(parts.demand.consumers.annual_heat[without]))
    mean = _mean_of_series(parts.demand.heat) + annual / AVERAGE_YEAR
    flows = bool((~np.isnan(parts.demand.mass_flow[0])).any())
    if flows:
        return  # heat follows from flow and temperatures, which are not known yet
    if mean <= 0:
        _doubt(reader, ("demand",), "no consumer asks for heat", "check annual_heat or the series")
        return
    density = mean / float(network.pipes.length.sum())
    if not HEAT_DENSITY[0] < density < HEAT_DENSITY[1]:
        reason = f"{_watts(density)} of heat per metre of trench, on average"
        _doubt(reader, ("demand",), reason, "check the units of heat and of length")
    total = 0.0
    for position, source in parts.sources:
        if not source.enabled:
            continue
        power = getattr(source, "power", None)
        top = np.inf if power is None else span(power)[1]
        total += top
        low, high = (ratio * mean for ratio in POWER_RATIO)
        if 0 < top < np.inf and not low < top < high:
            reason = f"at most {_watts(top)}, while the mean demand is {_watts(mean)}"
            _doubt(reader, written(reader, ("source", position, "power")), reason)
    if total < mean and not reader.findings.failed:
        reason = f"all sources have at most {_watts(total)}, while the mean demand is {_watts(mean)}"
        _doubt(reader, ("source",), reason, "check the units of power and heat")


def _mean_of_series(heat: Stepwise) -> float:
    """Mean heat of all consumers that have a series of it. [W]"""
    given = np.flatnonzero(~np.isnan(heat[0]))
    own = picked(heat, given)
    return sum(float(np.nansum(own[part])) for part in pieces(*own.shape)) / heat.shape[0]
