"""From a key as written to the field that it means: name, unit, or what is wrong with it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache

from heatsym.interfaces.fields import Hidden, Quantity, Spec, specs
from heatsym.units import UNITS, Unit, bases_of, joined, mistake, nearest, split_unit, stems_of, unit, usual

# names used elsewhere or in other programs, and ours
_SYNONYMS = {
    "annual_demand": "annual_heat",
    "demand": "annual_heat",
    "heat_demand": "annual_heat",
    "efh": "house",
    "mfh": "flats",
    "ghd": "trade",
    "capacity": "power",
    "q": "power",
    "rated_power": "power",
    "p_nom": "power",
    "max_power": "power",
    "eta": "efficiency",
    "t_supply": "supply_temperature",
    "flow_temperature": "supply_temperature",
    "t_return": "return_temperature",
    "t_source": "temperature",
    "stream_temperature": "temperature",
    "t_limit": "limit_temperature",
    "dt_min": "approach",
    "delta_t": "temperature_drop",
    "diameter": "inner_diameter",
    "from_node": "from",
    "to_node": "to",
    "start_node": "from",
    "end_node": "to",
    "name": "id",
    "type": "kind",
    "active": "enabled",
    "u_value": "u",
    "gas": "natural_gas",
    "epw": "file",
    "time_step": "step",
    "dt": "step",
    "tz": "timezone",
    "end": "days",
    "cost": "price",
    "bus": "node",
    "longitude": "lon",
    "latitude": "lat",
    "elevation": "height",
    "altitude": "height",
    "sources": "source",
    "storages": "storage",
    "consumers": "demand",
    "consumer": "demand",
    "grid": "network",
    "climate": "weather",
    "settings": "engine",
    "solver": "engine",
}


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a key means; ``unit`` is None for anything but a number with a unit."""

    field: str
    spec: Spec
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a key means nothing: problem code, reason, hint."""

    code: str
    reason: str
    hint: str = ""


@cache
def stems(cls: type) -> dict[str, tuple[tuple[str, Spec], ...]]:
    """Keys of a class without units, with the fields that each may mean."""
    found: dict[str, tuple[tuple[str, Spec], ...]] = {}
    for name, (spec, _) in specs(cls).items():
        if not isinstance(spec, Hidden):
            stem = spec.key or name
            found[stem] = (*found.get(stem, ()), (name, spec))
    return found


@cache
def match(cls: type, key: str) -> Match | Mismatch:
    """The field of ``cls`` that a key means, or what is wrong with the key."""
    known = stems(cls)
    wrong: Mismatch | None = None
    for stem, suffix in stems_of(key, known):
        for name, spec in known[stem]:
            if not isinstance(spec, Quantity):
                if not suffix:
                    return Match(name, spec)
                continue
            found = unit(suffix, spec.unit)
            if found:
                return Match(name, spec, found)
            if wrong is None and (not suffix or bases_of(suffix) or _like_unit(suffix, spec.unit)):
                wrong = _unit_mismatch(stem, suffix, spec)
    return wrong or Mismatch("HS103", "unknown key", suggestion(key, tuple(known), cls))


def _unit_mismatch(stem: str, suffix: str, spec: Quantity) -> Mismatch:
    if not suffix:
        return Mismatch("HS104", *mistake(stem, suffix, spec.unit))
    if spec.unit in ("1", "deg"):
        hint = f"write {stem}" + (f", or {stem}_pct for percent" if spec.unit == "1" else "")
        return Mismatch("HS105", f"{stem} is a plain number and takes no {suffix}", hint)
    return Mismatch("HS105", *mistake(stem, suffix, spec.unit))


def _like_unit(suffix: str, base: str) -> bool:
    """Whether an ending that is no unit was meant as one."""
    lower = {spelling.lower() for spelling in UNITS[base]}
    return suffix.lower() in lower or nearest(suffix, base) != usual(base) or len(suffix) <= 3


@cache
def suggestion(key: str, known: tuple[str, ...], cls: type | None = None) -> str:
    """``did you mean ...?`` for a key that is close to a known one, or the list of known ones."""
    body, suffix = split_unit(key)
    lower = {stem.lower(): stem for stem in known}
    near: list[str] = []
    for candidate in (key.lower(), body.lower()):
        synonym = _SYNONYMS.get(candidate, "")
        if candidate == "heat":
            synonym = "annual_heat" if "annual_heat" in known else "power"
        if candidate in lower:
            near = [lower[candidate]]
        elif synonym in known:
            near = [synonym]
        else:
            near = [lower[c] for c in difflib.get_close_matches(candidate, list(lower), 1, 0.7)]
        if near:
            return f"did you mean {_with_unit(near[0], suffix, cls)}?"
    if 0 < len(known) <= 12:
        return f"known are {', '.join(known)}"
    return ""


def _with_unit(stem: str, suffix: str, cls: type | None) -> str:
    for _, spec in stems(cls).get(stem, ()) if cls else ():
        if isinstance(spec, Quantity):
            return joined(stem, nearest(suffix, spec.unit) if suffix else usual(spec.unit))
    return stem


_ALTERNATIVES = (
    ({"pressure_hold"}, {"hold"}),
    ({"zeta"}, {"kv"}),
    ({"lift"}, {"curve"}),
    ({"cop"}, {"model", "share", "map"}),
    ({"share"}, {"map"}),
    ({"ua"}, {"exchanger"}),
    ({"return_temperature"}, {"temperature_drop"}),
    ({"return_temperature"}, {"substation"}),
    ({"temperature_drop"}, {"substation"}),
    ({"days"}, {"duration"}),
    ({"dataset"}, {"file"}),
    ({"geojson"}, {"nodes", "pipes"}),
    ({"power"}, {"annual_heat", "annual_fuel"}),
    ({"annual_heat"}, {"annual_fuel"}),
    ({"flow"}, {"annual_volume"}),
)
"""Keys of which a section takes one side only."""


def rivals(cls: type | None, table: dict[str, object], key: str) -> list[str]:
    """Other keys of a table that a new value of ``key`` replaces.

    They mean the same quantity, in whatever unit, or are its alternatives.
    """
    if cls is None:
        body = split_unit(key)[0]
        return [other for other in table if other != key and split_unit(other)[0] == body]
    meant = match(cls, key)
    if not isinstance(meant, Match):
        return []
    stem = meant.spec.key or meant.field
    replaced = {stem}
    for one, other_side in _ALTERNATIVES:
        replaced |= other_side if stem in one else one if stem in other_side else set()
    found = []
    for other in table:
        also = match(cls, other)
        if other != key and isinstance(also, Match) and (also.spec.key or also.field) in replaced:
            found.append(other)
    return found
