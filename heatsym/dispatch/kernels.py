"""Dispatch that remembers: storages, ramps and least loads, one step after another, compiled.

Storages stand one behind another in flat arrays, see :mod:`heatsym.storage.kernels`: storage ``k`` has
``state[first[k]:first[k + 1]]``, the rows of ``table`` there, and ``figure[k]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.numerics import code_cache
from heatsym.storage.kernels import (
    FLAGS,
    cell_capacity,
    charge,
    content,
    discharge,
    energy,
    exergy,
    last_cell,
    rest,
    room,
)
from heatsym.storage.lift_kernels import liftable, pass_through

Function = TypeVar("Function", bound=Callable[..., Any])

NEGLIGIBLE = 1e-9
"""Share of the heat needed that may be missing from what sources and storages give together. [-]"""
BARELY = 0.1
"""A storage lifts where less than this part of what it could then give could be fed in directly. [-]"""


class Stores(NamedTuple):
    """Storages as arrays; the state changes."""

    first: IntArray  # (storage + 1,)
    state: FloatArray
    figure: FloatArray  # (storage, figure)
    table: FloatArray
    work: FloatArray


class Around(NamedTuple):
    """What storages see of the network and the weather, (time, storage) or (time,)."""

    supply: FloatArray  # water that charges [degC]
    back: FloatArray  # water that comes to a storage that is discharged [degC]
    air: FloatArray
    ground: FloatArray


class Limits(NamedTuple):
    """(time, storage) and (storage,)."""

    charge: FloatArray  # largest power [W]
    discharge: FloatArray
    below: FloatArray  # (storage,) how far below the set-point a storage may feed [K]
    drop: FloatArray  # (storage,) least cooling of the water that charges [K]


class Lifts(NamedTuple):
    """Heat pumps of storages, (storage,), and what their heat costs beside that of others."""

    power: FloatArray  # largest heat at the condenser, 0 where there is none [W]
    share: FloatArray  # of the reversible COP
    least: FloatArray  # temperature below which they cool no water [degC]
    cooling: FloatArray  # of water from the hot end [K]
    electricity: FloatArray  # (time,) [EUR/J]
    others: FloatArray  # (time, source) marginal cost of heat, infinite where prices are not known [EUR/J]


class Field(NamedTuple):
    """What sources have, (time, source); ``order`` is (time, source and storage), storages after sources."""

    power: FloatArray  # [W]
    least: FloatArray  # [W]
    rise: FloatArray  # largest rise from step to step [W]
    order: IntArray
    charges: NDArray[np.bool_]  # (time, source, storage) whether its spare heat may charge the storage


class Found(NamedTuple):
    """What was planned, (time, source) and (time, storage)."""

    order: IntArray  # (time, source and storage)
    upper: FloatArray
    charge: FloatArray
    discharge: FloatArray
    t_back: FloatArray
    t_out: FloatArray
    electricity: FloatArray  # part of it in the heat that is given, 0 where it is not lifted


class Executed(NamedTuple):
    """What storages went through, (time, storage); stocks at the end of the step."""

    initial_energy: FloatArray  # in the first row
    energy: FloatArray  # above 0 degC [J]
    exergy: FloatArray  # against the air [J]
    loss: FloatArray  # mean over the step [W]
    top: FloatArray  # [degC]
    bottom: FloatArray


def compiled(function: Function) -> Function:
    """Compile, to be called from Python."""
    code_cache.keep("storage", "dispatch")
    return cast(Function, njit(cache=True, **FLAGS)(function))


def called(function: Function) -> Function:
    """Compile for other kernels."""
    return cast(Function, njit(**FLAGS)(function))


@compiled
def plan(
    need: FloatArray,
    feed: FloatArray,
    sources: Field,
    stores: Stores,
    around: Around,
    limits: Limits,
    lifts: Lifts,
    seconds: float,
    given: FloatArray,
    found: Found,
) -> None:
    """Who gives how much in each step, and what storages take of what is left.

    ``need`` [W] and the set-point ``feed`` [degC] are (time,). A source that would run below its least heat
    rests if those behind it can do without it. A storage that lifts gives after sources behind it that are
    cheaper than its electricity. ``given`` (3, source and storage) is memory to work in: heat
    of this step, heat of the step before, heat that is left.
    """
    steps, many = sources.power.shape
    storages = limits.below.size
    for t in range(steps):
        for place in range(many + storages):
            found.order[t, place] = sources.order[t, place]
        for k in range(storages):
            given[2, many + k], found.electricity[t, k] = _held(
                stores, around, limits, lifts, need[t], feed[t], t, k, seconds
            )
            if found.electricity[t, k] > 0.0:
                _put_back(
                    t, many + k, found.electricity[t, k] * lifts.electricity[t], lifts.others, found.order
                )
        if not _filled(t, need[t], sources, storages, given, found, True):
            _filled(t, need[t], sources, storages, given, found, False)
        for k in range(storages):
            a, b = stores.first[k], stores.first[k + 1]
            state, table, figure = stores.state[a:b], stores.table[a:b], stores.figure[k]
            taken = 0.0
            if given[0, many + k] <= 0.0:
                most = _takes(state, figure, table, around, limits, seconds, t, k)
                for s in range(many):
                    if sources.charges[t, s, k] and taken < most:
                        more = min(given[2, s], most - taken)
                        taken += more
                        given[2, s] -= more
                        given[0, s] += more
            _store(given[0, many + k], taken, feed[t], stores, around, limits, lifts, seconds, t, k, found)
        for s in range(many):
            given[1, s] = given[0, s]


@called
def _held(
    stores: Stores,
    around: Around,
    limits: Limits,
    lifts: Lifts,
    need: float,
    feed: float,
    t: int,
    k: int,
    seconds: float,
) -> tuple[float, float]:
    """Heat that a storage could give in a step, as a power [W]; the part of it that is electricity.

    It is lifted where hardly any could be fed in directly.
    """
    a, b = stores.first[k], stores.first[k + 1]
    state, figure, table = stores.state[a:b], stores.figure[k], stores.table[a:b]
    useful, back, most = feed - limits.below[k], around.back[t, k], limits.discharge[t, k]
    direct = min(content(state, figure, table, useful, back, seconds) / seconds, most)
    if lifts.power[k] > 0.0:
        share, least, cooling = lifts.share[k], lifts.least[k], lifts.cooling[k]
        asked = min(lifts.power[k], most, need) * seconds
        heat, part = liftable(state, figure, table, asked, back, feed, share, least, cooling, seconds)
        if direct * seconds < BARELY * heat:
            return heat / seconds, part
    return direct, 0.0


@called
def _evaporator(stores: Stores, lifts: Lifts, heat: float, k: int, seconds: float) -> float:
    """Temperature of the water that goes back into a storage from which a heat pump draws heat [J]. [degC]"""
    a, b = stores.first[k], stores.first[k + 1]
    state, figure, table = stores.state[a:b], stores.figure[k], stores.table[a:b]
    return pass_through(state, figure, table, heat, lifts.least[k], lifts.cooling[k], seconds)[2]


@called
def _put_back(t: int, which: int, cost: float, others: FloatArray, order: IntArray) -> None:
    """Move a storage behind the sources after it that are cheaper."""
    many, place = others.shape[1], 0
    while order[t, place] != which:
        place += 1
    while place + 1 < order.shape[1]:
        behind = order[t, place + 1]
        if behind >= many or others[t, behind] >= cost:
            break
        order[t, place], order[t, place + 1] = behind, which
        place += 1


@called
def _filled(
    t: int, need: float, sources: Field, storages: int, given: FloatArray, found: Found, resting: bool
) -> bool:
    """Fill sources and storages in their order; whether it was enough. ``resting``: none below its least."""
    left, many = need, sources.power.shape[1]
    for place in range(many + storages):
        s = found.order[t, place]
        if s >= many:
            heat = min(given[2, s], left)
            given[0, s] = heat
            left -= heat
            continue
        most = min(sources.power[t, s], given[1, s] + sources.rise[t, s])
        heat = min(most, left)
        rests = resting and heat < sources.least[t, s]
        if rests:
            heat = 0.0
        found.upper[t, s] = 0.0 if rests and left > 0.0 else most
        given[0, s] = heat
        given[2, s] = 0.0 if rests else most - heat
        left -= heat
    return left <= NEGLIGIBLE * need


@compiled
def execute(
    stores: Stores,
    around: Around,
    lifts: Lifts,
    charged: FloatArray,
    discharged: FloatArray,
    electricity: FloatArray,
    seconds: float,
    done: Executed,
) -> None:
    """Let storages take and give what they did, (time, storage), of which heat pumps added some. [W]"""
    steps, storages = charged.shape
    for k in range(storages):
        a, b = stores.first[k], stores.first[k + 1]
        state, table, figure, work = stores.state[a:b], stores.table[a:b], stores.figure[k], stores.work
        done.initial_energy[0, k] = energy(state, figure, table, 0.0)
        for t in range(steps):
            if discharged[t, k] > 0.0:
                drawn, t_in = (discharged[t, k] - electricity[t, k]) * seconds, around.back[t, k]
                if electricity[t, k] > 0.0:
                    t_in = _evaporator(stores, lifts, drawn, k, seconds)
                discharge(state, figure, table, work, drawn, t_in, seconds)
            if charged[t, k] > 0.0:
                charge(state, figure, table, work, charged[t, k] * seconds, around.supply[t, k], seconds)
            lost = rest(state, figure, table, work, around.air[t], around.ground[t], seconds)
            done.loss[t, k] = lost / seconds
            done.energy[t, k] = energy(state, figure, table, 0.0)
            done.exergy[t, k] = exergy(state, figure, table, around.air[t])
            done.top[t, k] = state[1]
            done.bottom[t, k] = state[last_cell(figure)]


class Weights(NamedTuple):
    """What storages hold, (level,), see :class:`heatsym.dispatch.task.Reserves`."""

    full: FloatArray  # [J]
    initial: FloatArray  # [J]
    keep: FloatArray  # [-]


@compiled
def weigh(
    stores: Stores,
    storage: IntArray,
    least: FloatArray,
    usual: FloatArray,
    back: FloatArray,
    air: float,
    ground: float,
    seconds: float,
    memory: FloatArray,
    found: Weights,
) -> None:
    """Heat of storages above the water that comes back to them (storage,), by level of temperature.

    ``storage`` (level,) ascends; levels of one storage ascend in temperature. Water belongs to the highest
    level whose ``least`` temperature it has; ``usual`` is that of all water of a level, (level,).
    ``memory`` is to work in, as long as the state of all.
    """
    for level in range(storage.size):
        k = storage[level]
        a, b = stores.first[k], stores.first[k + 1]
        figure, table, work = stores.figure[k], stores.table[a:b], stores.work
        state = memory[: b - a]
        for place in range(b - a):
            state[place] = stores.state[a + place]
        above = _held_above(state, figure, table, least[level], back[k])
        if level + 1 < storage.size and storage[level + 1] == k:
            above -= _held_above(state, figure, table, least[level + 1], back[k])
        found.initial[level] = above
        for cell in range(1, last_cell(figure) + 1):
            state[cell] = usual[level]
        found.full[level] = energy(state, figure, table, back[k])
        lost = rest(state, figure, table, work, air, ground, seconds)
        found.keep[level] = 1.0 - min(max(lost / found.full[level], 0.0), 1.0)


@called
def _held_above(state: FloatArray, figure: FloatArray, table: FloatArray, least: float, back: float) -> float:
    """Heat above ``back`` of what is at least as warm as ``least``. [J]"""
    total = 0.0
    for cell in range(1, last_cell(figure) + 1):
        if state[cell] >= least and state[cell] > back:
            total += cell_capacity(state, figure, table, cell) * (state[cell] - back)
    return total


@compiled
def follow(
    feed: FloatArray,
    charge_wanted: FloatArray,
    discharge_wanted: FloatArray,
    stores: Stores,
    around: Around,
    limits: Limits,
    lifts: Lifts,
    seconds: float,
    found: Found,
) -> None:
    """What storages can do of what they should, (time, storage) [W]; of ``found`` their own part."""
    for t in range(feed.size):
        for k in range(limits.below.size):
            wanted = discharge_wanted[t, k]
            most, part = 0.0, 0.0
            if wanted > 0.0:
                most, part = _held(stores, around, limits, lifts, wanted, feed[t], t, k, seconds)
            found.electricity[t, k] = part
            _store(
                min(most, wanted),
                charge_wanted[t, k],
                feed[t],
                stores,
                around,
                limits,
                lifts,
                seconds,
                t,
                k,
                found,
            )


@called
def _store(
    given: float,
    spare: float,
    feed: float,
    stores: Stores,
    around: Around,
    limits: Limits,
    lifts: Lifts,
    seconds: float,
    t: int,
    k: int,
    found: Found,
) -> None:
    """Let a storage give what it was found to have, or else take of what is spare [W], and rest."""
    a, b = stores.first[k], stores.first[k + 1]
    state, table = stores.state[a:b], stores.table[a:b]
    figure, work = stores.figure[k], stores.work
    found.charge[t, k], found.discharge[t, k] = 0.0, given
    found.t_out[t, k], found.t_back[t, k] = feed, state[last_cell(figure)]
    if given > 0.0:
        part = found.electricity[t, k]
        heat, t_in = given * (1.0 - part) * seconds, around.back[t, k]
        if part > 0.0:
            t_in = _evaporator(stores, lifts, heat, k, seconds)
        out = discharge(state, figure, table, work, heat, t_in, seconds)
        if part == 0.0:
            found.t_out[t, k] = min(feed, out)
    elif spare > 0.0:
        taken = min(spare, _takes(state, figure, table, around, limits, seconds, t, k))
        if taken > 0.0:
            t_in = around.supply[t, k]
            found.charge[t, k] = taken
            found.t_back[t, k] = charge(state, figure, table, work, taken * seconds, t_in, seconds)
    rest(state, figure, table, work, around.air[t], around.ground[t], seconds)


@called
def _takes(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    around: Around,
    limits: Limits,
    seconds: float,
    t: int,
    k: int,
) -> float:
    """The most that a storage can take in a step. [W]"""
    t_in = around.supply[t, k]
    most = room(state, figure, table, t_in, t_in - limits.drop[k], seconds) / seconds
    return float(min(most, limits.charge[t, k]))
