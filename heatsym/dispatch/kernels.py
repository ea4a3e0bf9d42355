"""Dispatch that remembers: storages, ramps, least loads and times, starts; step after step, compiled.

Sources are filled in their order, those that must run first. In a first attempt, a source rests that was
stopped less than its least time ago, that would run below its least heat, or whose start does not pay. Where
heat would be missed, starts need no longer pay; then least heats push back what stands in front; then they
are not kept; at last nobody has to rest.

Storages stand one behind another in flat arrays, see :mod:`heatsym.storage.kernels`: storage ``k`` has
``state[first[k]:first[k + 1]]``, the rows of ``table`` there, and ``figure[k]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
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
LONG = 1 << 40
"""Steps that a source has run, or rested, that does so in the first one."""
STARTS, LEAST, BELOW, ANYBODY = 1, 2, 3, 4
"""Attempts from which on: starts need not pay; least heats push back others; are not kept; all may start."""
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
    fall: FloatArray  # largest fall [W]
    cost: FloatArray  # of one more unit of heat, of which starts must save their cost [EUR/J]
    order: IntArray
    charges: BoolArray  # (time, source, storage) whether its spare heat may charge the storage
    spills: BoolArray  # (source, storage) whether heat that it cannot withhold may charge the storage
    must_run: BoolArray  # (source,)
    start_cost: FloatArray  # (source,) [EUR]
    up: IntArray  # (source,) steps that it runs at least
    down: IntArray  # (source,) steps that it rests at least
    ahead: IntArray  # (source,) steps in which a start must save its cost


class Found(NamedTuple):
    """What was planned, (time, source) and (time, storage)."""

    order: IntArray  # (time, source and storage)
    upper: FloatArray
    heat: FloatArray  # (time, source) to network and storages [W]
    rejected: FloatArray  # (time, source) made beside that, as it cannot fall or rest at once [W]
    early: BoolArray  # (time, source) started before it has rested its least time, for heat would be missed
    charge: FloatArray
    discharge: FloatArray
    t_back: FloatArray
    t_out: FloatArray
    electricity: FloatArray  # part of it in the heat that is given, 0 where it is not lifted


class Now(NamedTuple):
    """Memory of a step, (source and storage,), and of the steps before, (source,)."""

    heat: FloatArray  # [W]
    low: FloatArray  # least that it gives [W]
    high: FloatArray  # most [W]
    spare: FloatArray  # that may charge storages [W]
    before: FloatArray  # made in the step before [W]
    since: IntArray  # steps that it has run, below 0 rested; 0 where nobody knows
    rests: BoolArray  # as it must
    waits: BoolArray  # as a start does not pay
    held: BoolArray  # at its least heat, while those in front could give more


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


def nothing_known(sources: int, storages: int) -> Now:
    """Memory before the first step, in which ramps, least times and starts bind nobody."""
    both, alone = np.zeros((4, sources + storages)), np.zeros((3, sources), dtype=np.bool_)
    return Now(
        heat=both[0],
        low=both[1],
        high=both[2],
        spare=both[3],
        before=np.zeros(sources),
        since=np.zeros(sources, dtype=np.int64),
        rests=alone[0],
        waits=alone[1],
        held=alone[2],
    )


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
    now: Now,
    found: Found,
) -> None:
    """Who gives how much in each step, and what storages take of what is left.

    ``need`` [W] and the set-point ``feed`` [degC] are (time,). A storage that lifts gives after sources
    behind it that are cheaper than its electricity. ``now`` is memory to work in.
    """
    steps, many = sources.power.shape
    storages = limits.below.size
    for t in range(steps):
        for place in range(many + storages):
            found.order[t, place] = sources.order[t, place]
        for k in range(storages):
            now.high[many + k], found.electricity[t, k] = _held(
                stores, around, limits, lifts, need[t], feed[t], t, k, seconds
            )
            if found.electricity[t, k] > 0.0:
                _put_back(
                    t, many + k, found.electricity[t, k] * lifts.electricity[t], lifts.others, found.order
                )
        for s in range(many):
            _bound(t, s, sources, now)
            now.waits[s] = False
        for place in range(many + storages):
            s = sources.order[t, place]
            if s < many and sources.start_cost[s] > 0.0 and now.since[s] < 0:
                now.waits[s] = not _pays(t, s, need, sources, now, seconds)
        attempt = 0
        while not _filled(t, need[t], sources, storages, now, found, attempt) and attempt < ANYBODY:
            attempt += 1
        excess = -need[t] * (1.0 + NEGLIGIBLE)
        for i in range(many + storages):
            excess += now.heat[i]
        for k in range(storages):
            a, b = stores.first[k], stores.first[k + 1]
            state, table, figure = stores.state[a:b], stores.table[a:b], stores.figure[k]
            taken = 0.0
            if now.heat[many + k] <= 0.0:
                most = _takes(state, figure, table, around, limits, seconds, t, k)
                taken = _spilt(k, most, excess, sources, now)
                excess -= taken
                taken += _spared(t, k, most - taken, sources, now)
            _store(now.heat[many + k], taken, feed[t], stores, around, limits, lifts, seconds, t, k, found)
        _remember(t, excess, sources, storages, now, found)


@called
def _bound(t: int, s: int, sources: Field, now: Now) -> None:
    """Least and most heat of a source after the step before, and whether it must rest.

    It starts at its least heat, or as fast as it rises if that is more; it stops from its least heat or
    below, or as fast as it falls.
    """
    before, least, power = now.before[s], sources.least[t, s], sources.power[t, s]
    low, high = 0.0, power
    if now.since[s] > 0:
        high = min(power, before + sources.rise[t, s])
        if before - sources.fall[t, s] > 0.0 and before > least * (1.0 + NEGLIGIBLE):
            low = max(before - sources.fall[t, s], least)
        if now.since[s] < sources.up[s]:
            low = max(low, least)
    elif now.since[s] < 0:
        high = min(power, max(sources.rise[t, s], least))
    now.low[s], now.high[s] = min(low, high), high
    now.rests[s] = now.since[s] < 0 and -now.since[s] < sources.down[s] and not sources.must_run[s]


@called
def _pays(t: int, s: int, need: FloatArray, sources: Field, now: Now, seconds: float) -> bool:
    """Whether a source saves what its start costs in the steps ahead, or those behind it are not enough.

    Each step is filled from the merit order alone, without storages and ramps, with it and without it; the
    start of another that it makes needless counts as saved. Who waits in front of it gives nothing.
    """
    steps, many = sources.power.shape
    saved, cost = 0.0, sources.start_cost[s]
    for ahead in range(t, min(t + sources.ahead[s], steps)):
        without, place = need[ahead], 0
        while sources.order[ahead, place] != s:
            i = sources.order[ahead, place]
            if i < many and not now.waits[i]:
                without -= min(without, sources.power[ahead, i])
            place += 1
        heat = min(without, sources.power[ahead, s])
        if heat <= 0.0 or heat < sources.least[ahead, s]:
            continue
        within = without - heat
        saved -= heat * sources.cost[ahead, s] * seconds
        for behind in range(place + 1, sources.order.shape[1]):
            i = sources.order[ahead, behind]
            if i >= many:
                continue
            more, less = min(without, sources.power[ahead, i]), min(within, sources.power[ahead, i])
            if more > less:
                saved += (more - less) * sources.cost[ahead, i] * seconds
            if ahead == t and more > 0.0 and less == 0.0 and now.since[i] < 0:
                saved += sources.start_cost[i]
            without -= more
            within -= less
        if without > within + NEGLIGIBLE * need[ahead] or saved >= cost:
            return True
    return False


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
def _filled(t: int, need: float, sources: Field, storages: int, now: Now, found: Found, attempt: int) -> bool:
    """Fill sources and storages in their order; whether it was enough."""
    left, many = need, sources.power.shape[1]
    for place in range(many + storages):
        s = found.order[t, place]
        if s < many and sources.must_run[s]:
            now.heat[s] = max(now.low[s], min(now.high[s], left))
            left = max(left - now.heat[s], 0.0)
    for s in range(many):
        now.held[s] = False
        if not sources.must_run[s]:
            now.heat[s] = now.low[s]
            left -= now.low[s]
    for place in range(many + storages):
        s = found.order[t, place]
        if s >= many:
            now.heat[s] = min(now.high[s], max(left, 0.0))
            left -= now.heat[s]
        elif sources.must_run[s]:
            found.upper[t, s] = now.high[s]
            now.spare[s] = now.high[s] - now.heat[s]
        else:
            left = _added(t, place, left, sources, now, found, attempt)
    return left <= NEGLIGIBLE * need


@called
def _added(t: int, place: int, left: float, sources: Field, now: Now, found: Found, attempt: int) -> float:
    """Fill a source that need not run from its least to its most; what is left of the need [W]."""
    s = found.order[t, place]
    low, high, least = now.low[s], now.high[s], sources.least[t, s]
    heat = min(high, low + max(left, 0.0))
    stands = low == 0.0
    may = not (now.rests[s] and attempt < ANYBODY) and not (now.waits[s] and attempt < STARTS)
    if stands and not may:
        heat = 0.0
    elif stands and heat < least:
        pushed = 0.0
        if attempt >= LEAST and heat > 0.0 and least <= high:
            pushed = _pushed(t, place, least - heat, sources, now, found)
        now.held[s] = pushed > 0.0
        heat = heat + pushed if pushed > 0.0 or attempt >= BELOW else 0.0
        left += pushed
    idle = stands and heat == 0.0 and (not may or least > 0.0)
    found.upper[t, s] = 0.0 if idle and left > 0.0 else high
    now.heat[s] = heat
    now.spare[s] = 0.0 if idle and (left > 0.0 or not may) else high - heat
    if low > 0.0 and left <= 0.0:
        for before in range(place):
            i = found.order[t, before]
            now.held[s] |= now.heat[i] < now.high[i]
    return float(left - (heat - low))


@called
def _pushed(t: int, place: int, wanted: float, sources: Field, now: Now, found: Found) -> float:
    """Take heat from those in front, the last first, down to their least; all that is wanted or none. [W]"""
    many = now.before.size
    for attempt in range(2):
        left = wanted
        for before in range(place - 1, -1, -1):
            i = found.order[t, before]
            floor = 0.0
            if i < many:
                if sources.must_run[i] or now.heat[i] == 0.0:
                    continue
                floor = max(now.low[i], sources.least[t, i])
            less = min(left, max(now.heat[i] - floor, 0.0))
            left -= less
            if attempt == 1:
                now.heat[i] -= less
                now.spare[i] += less
        if left > NEGLIGIBLE * wanted:
            return 0.0
    return wanted


@called
def _spilt(k: int, most: float, excess: float, sources: Field, now: Now) -> float:
    """What a storage takes of heat that nobody needs and that cannot be withheld. [W]"""
    able = 0.0
    for s in range(now.before.size):
        if sources.spills[s, k]:
            able += now.low[s]
    return float(max(min(most, excess, able), 0.0))


@called
def _spared(t: int, k: int, most: float, sources: Field, now: Now) -> float:
    """What a storage takes of heat that sources could give beside what is needed; who rests runs for no
    less than its least heat. [W]"""
    taken = 0.0
    for s in range(now.before.size):
        if sources.charges[t, s, k] and taken < most:
            more = min(now.spare[s], most - taken)
            if now.heat[s] + more >= sources.least[t, s]:
                taken += more
                now.spare[s] -= more
                now.heat[s] += more
    return taken


@called
def _remember(t: int, excess: float, sources: Field, storages: int, now: Now, found: Found) -> None:
    """What was made in a step; the dearest of those that could not give less reject what nobody takes."""
    many = now.before.size
    for place in range(many + storages - 1, -1, -1):
        s = found.order[t, place]
        if s < many:
            less = max(min(excess, now.low[s]), 0.0)
            excess -= less
            found.rejected[t, s] = less
            found.heat[t, s] = now.heat[s] - less
            found.early[t, s] = now.rests[s] and now.heat[s] > 0.0
            now.before[s] = now.heat[s]
            if now.heat[s] > 0.0:
                now.since[s] = LONG if now.since[s] == 0 else max(now.since[s], 0) + 1
            else:
                now.since[s] = -LONG if now.since[s] == 0 else min(now.since[s], 0) - 1
    _held_first(t, sources, storages, now, found)


@called
def _held_first(t: int, sources: Field, storages: int, now: Now, found: Found) -> None:
    """Put sources that are held at their heat behind those that must run, and in front of all others."""
    many, front = now.before.size, 0
    for place in range(many + storages):
        s = found.order[t, place]
        first = s < many and (sources.must_run[s] or now.held[s])
        if not first:
            continue
        if now.held[s]:
            found.upper[t, s] = now.heat[s]
        to = front
        if sources.must_run[s]:  # in front of those that are held
            to = 0
            while found.order[t, to] < many and sources.must_run[found.order[t, to]] and to < place:
                to += 1
        for behind in range(place, to, -1):
            found.order[t, behind] = found.order[t, behind - 1]
        found.order[t, to] = s
        front += 1


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
