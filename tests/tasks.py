"""Tasks of dispatch, written in MW, MWh, EUR and tonnes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from heatsym.dispatch.task import Fleet, Reserves, Schedule, Task

MW, MWH, HOUR = 1e6, 3.6e9, 3600.0
NEVER = np.inf


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A source: MW, EUR/MWh, t/MWh, hours; arrays over time where they vary."""

    power: ArrayLike
    cost: ArrayLike
    carbon: ArrayLike = 0.0
    electricity: ArrayLike = 0.0
    least: ArrayLike = 0.0
    rise: ArrayLike = NEVER
    fall: ArrayLike = NEVER
    start_cost: float = 0.0
    must_run: bool = False
    least_up: float = 0.0
    least_down: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of a storage: MWh and shares."""

    full: float
    initial: float = 0.0
    keep: float = 1.0
    takes: ArrayLike = True
    lift: ArrayLike = 0.0


@dataclass(frozen=True, kw_only=True)
class Held:
    """A storage: MW, and names of the sources that may charge it, None for all."""

    levels: tuple[Level, ...]
    charge: ArrayLike = NEVER
    discharge: ArrayLike = NEVER
    by: tuple[str, ...] | None = None
    periodic: bool = False


def task(
    need: ArrayLike,
    units: dict[str, Unit],
    storages: dict[str, Held] | None = None,
    electricity_cost: ArrayLike = 0.0,
    electricity_carbon: ArrayLike = 0.0,
) -> Task:
    """Needs in MW of each hour, electricity in EUR/MWh and t/MWh."""
    needs = np.asarray(need, dtype=float)
    steps = len(needs)

    def over_time(things: Any, name: str, unit: float = 1.0) -> Any:
        columns = [np.broadcast_to(np.asarray(getattr(thing, name)), (steps,)) for thing in things]
        return np.stack(columns, axis=1) * unit if columns else np.zeros((steps, 0))

    def once(things: Any, name: str, unit: float = 1.0) -> Any:
        return np.array([getattr(thing, name) for thing in things]) * unit

    sources, held = list(units.values()), list((storages or {}).values())
    levels = [level for storage in held for level in storage.levels]
    fleet = Fleet(
        names=tuple(units),
        power=over_time(sources, "power", MW),
        least=over_time(sources, "least", MW),
        rise=over_time(sources, "rise", MW),
        fall=over_time(sources, "fall", MW),
        cost=over_time(sources, "cost", 1 / MWH),
        carbon=over_time(sources, "carbon", 1000 / MWH),
        electricity=over_time(sources, "electricity"),
        start_cost=once(sources, "start_cost"),
        must_run=once(sources, "must_run").astype(bool),
        least_up=once(sources, "least_up", HOUR),
        least_down=once(sources, "least_down", HOUR),
    )
    may = [[storage.by is None or name in storage.by for storage in held] for name in units]
    reserves = Reserves(
        names=tuple(storages or {}),
        charge=over_time(held, "charge", MW),
        discharge=over_time(held, "discharge", MW),
        charges=np.array(may, dtype=bool).reshape(len(units), len(held)),
        periodic=once(held, "periodic").astype(bool),
        wear=np.zeros(len(held)),
        storage=np.repeat(np.arange(len(held)), [len(storage.levels) for storage in held]),
        full=once(levels, "full", MWH),
        initial=once(levels, "initial", MWH),
        keep=once(levels, "keep"),
        takes=over_time(levels, "takes").astype(bool),
        lift=over_time(levels, "lift"),
    )
    return Task(
        step=HOUR,
        need=needs * MW,
        fleet=fleet,
        reserves=reserves,
        electricity_cost=np.broadcast_to(np.asarray(electricity_cost, dtype=float), (steps,)) / MWH,
        electricity_carbon=np.broadcast_to(np.asarray(electricity_carbon, dtype=float), (steps,))
        * (1000 / MWH),
    )


def balanced(of: Task, found: Schedule, within: float = 1e-9) -> None:
    """Heat and storages close, in parts of the largest need and of a full storage; bounds are kept."""
    reserves, peak = of.reserves, of.need.max()
    given = found.heat.sum(axis=1) + found.discharge.sum(axis=1) + found.unserved
    taken = of.need + found.charge.sum(axis=1)
    assert np.abs(given - taken).max() <= within * peak
    before = np.vstack([reserves.initial, found.energy[:-1]]) * reserves.keep
    drawn = found.discharge * (1.0 - np.nan_to_num(reserves.lift))
    left = found.energy - before - of.step * (found.charge - drawn)
    assert np.abs(left).max(initial=0.0) <= within * reserves.full.max(initial=0.0)
    assert (found.heat >= 0).all()
    assert (found.heat <= of.fleet.power * (1 + within)).all()
    for part in (found.charge, found.discharge, found.energy, found.unserved, found.rejected):
        assert part.min(initial=0.0) >= -within * max(peak, 1.0)
    for k in range(len(reserves.names)):
        own = reserves.storage == k
        assert ((found.energy[:, own] / reserves.full[own]).sum(axis=1) <= 1 + within).all()
        assert (found.charge[:, own].sum(axis=1) <= reserves.charge[:, k] + within * peak).all()
        assert (found.discharge[:, own].sum(axis=1) <= reserves.discharge[:, k] + within * peak).all()
        charging = found.heat[:, reserves.charges[:, k]].sum(axis=1)
        assert (found.charge[:, own].sum(axis=1) <= charging + within * peak).all()
