"""Cases that differ from another in what their sources have, and when."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from heatsym.case.model import Case
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import BoolArray
from heatsym.interfaces.exchange import Source
from heatsym.interfaces.profile import Context, Series
from heatsym.sources.availability import Outages, Stop

ALWAYS: dict[str, Any] = {
    "availability": 1.0,
    "stops": (),
    "campaigns": (),
    "outages": None,
    "turnaround": None,
    "closure": None,
    "least_load": 0.0,
    "ramp": None,
    "start_cost": 0.0,
}
"""Of capacity that is there at any time, for any load."""


def without(case: Case, name: str, ctx: Context, steps: BoolArray) -> Case:
    """A source has nothing in some steps (time,), whatever else is said of it."""

    def stopped(source: Any) -> Any:
        left = np.where(steps, 0.0, ctx.values(source.availability))
        return replace(source, availability=Series(left, "outage"))

    return _changed(case, {name: stopped})


def moved(case: Case, name: str, stop: Stop | None, first: datetime.date, days: int) -> Case:
    """A source stands still for so many local days from a day on, in place of one of its stops."""

    def shifted(source: Any) -> Any:
        others = tuple(one for one in source.stops or () if one is not stop)
        new = Stop(start=first, end=first + datetime.timedelta(days=days - 1))
        return replace(source, stops=(*others, new))

    return _changed(case, {name: shifted})


def failing(case: Case, outages: Mapping[str, Outages], seed: int, number: int) -> Case:
    """Sources fail by chance: in each ``number`` of the same ``seed`` another history."""

    def failed(source: Any) -> Any:
        given = outages[source.name]
        return replace(source, outages=replace(given, seed=drawn(seed, number, given.seed)))

    return _changed(case, dict.fromkeys(outages, failed))


def drawn(seed: int, number: int, own: int) -> int:
    """Seed of a source's history in one year of an ensemble, from 0 to 2**31 - 1."""
    digest = hashlib.blake2b(f"ensemble/{seed}/{number}/{own}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1


def added(case: Case, name: str, power: float) -> Case:
    """Beside a plant there is more of its kind, last in the order, of a power [W] that is always there."""
    plant: Any = source_named(case, name)
    known = {field.name for field in fields(plant)}
    always = {key: value for key, value in ALWAYS.items() if key in known}
    more = replace(plant, name=name_of_added(name), power=power, **always)
    others = tuple(source for source in case.sources if source.name != more.name)
    return replace(case, sources=(*others, more))


def name_of_added(name: str) -> str:
    """What the capacity beside a plant is called."""
    return f"{name}, added"


def source_named(case: Case, name: str) -> Source:
    """An enabled source.

    Raises
    ------
    InputError
        There is none of this name.
    """
    enabled = [source for source in case.sources if source.enabled]
    for source in enabled:
        if source.name == name:
            return source
    known = ", ".join(source.name for source in enabled)
    raise InputError(
        [Problem("HS830", f"there is no source {name!r} in the run", "outages", f"it has {known}")]
    )


def can_fail(source: Source) -> bool:
    """Whether a source may be there at some times and not at others: all kinds but ``ideal``."""
    return hasattr(source, "availability")


def fallible(case: Case, name: str) -> Source:
    """A source that may fail.

    Raises
    ------
    InputError
        There is none of this name, or it cannot fail.
    """
    source = source_named(case, name)
    if not can_fail(source):
        reason = f"source {name} is of kind {source.kind}, which gives heat at any time"
        raise InputError([Problem("HS831", reason, "outages", "name a source of another kind")])
    return source


def _changed(case: Case, changes: Mapping[str, Callable[[Any], Any]]) -> Case:
    """The case with some sources replaced."""
    sources = tuple(
        changes[source.name](source) if source.enabled and source.name in changes else source
        for source in case.sources
    )
    return replace(case, sources=sources)
