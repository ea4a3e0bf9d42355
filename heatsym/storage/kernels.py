r"""What a storage does in a step, compiled: pure functions of its state, for use inside other kernels.

Its arrays are those of :mod:`heatsym.storage.layout_of_kernels`. Nothing here allocates.

**Water that displaces itself** (``LAYERS``). N segments of equal volume hang on N + 1 layers of water, which
move with it as a whole: the first has ``position`` of a segment's volume, the last what is missing of one.
What flows in joins the layer at its end until that is full. Layers inside only move, so that no front
spreads by its being computed. Capacity is one number, density times specific heat at a design temperature:
temperatures are a theta, and heat is exact in them. Losses and soil stay with the segments.

**Two zones** (``ZONES``) are the same with a single segment whose boundary moves between its ends.

**Ground** (``GROUND``). Cells of soil from centre to rim and on into the soil around; water flows past those
that have boreholes, outwards when it charges and inwards when it discharges, and exchanges heat with each by
its number of transfer units. Each cell warms towards water that passes at a constant temperature. Cells that
would undo what it is there for it passes by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

from heatsym.interfaces.axis import FloatArray
from heatsym.storage.layout_of_kernels import (
    AIR,
    ALONG,
    ALOOF,
    CAPACITY,
    CELLS,
    DEEP,
    EDGE,
    EXCHANGE,
    GROUND,
    HOLDS,
    HOTTEST,
    KIND,
    LARGEST_FLOW,
    LAYERS,
    RINGS,
    STRATIFIER,
)

Function = TypeVar("Function", bound=Callable[..., Any])

SEARCH = 60
"""Trials at most for the flow through boreholes."""

FLAGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "arcp"},  # none that assumes that NaN and infinity are absent
    "_nrt": False,
    "no_cfunc_wrapper": True,
}


def called(function: Function) -> Function:
    """Compile for other kernels, and for calls from Python."""
    return cast(Function, njit(**FLAGS)(function))


@called
def layer_volume(figure: FloatArray, state: FloatArray, k: int) -> float:
    """Volume of the layer that stands at ``state[k]``, in segments. [-]"""
    n = int(figure[CELLS])
    if k == 1:
        return float(state[0])
    return 1.0 - float(state[0]) if k == n + 1 else 1.0


@called
def cell_capacity(state: FloatArray, figure: FloatArray, table: FloatArray, k: int) -> float:
    """Heat capacity of the store's cell that stands at ``state[k]``. [J/K]"""
    if figure[KIND] == GROUND:
        return float(table[k, HOLDS])
    return float(figure[CAPACITY]) * layer_volume(figure, state, k)


@called
def last_cell(figure: FloatArray) -> int:
    """Place in ``state`` of the coldest cell that is the store's own."""
    return int(figure[CELLS]) + (0 if figure[KIND] == GROUND else 1)


@called
def energy(state: FloatArray, figure: FloatArray, table: FloatArray, t_reference: float) -> float:
    """Heat in the store, without soil around it, above a temperature. [J]"""
    total = 0.0
    for k in range(1, last_cell(figure) + 1):
        total += cell_capacity(state, figure, table, k) * (state[k] - t_reference)
    return total


@called
def exergy(state: FloatArray, figure: FloatArray, table: FloatArray, t_around: float) -> float:
    """Work that the store's heat could do against surroundings of ``t_around``. [J]"""
    total = 0.0
    base = t_around + 273.15
    for k in range(1, last_cell(figure) + 1):
        rise = state[k] - t_around
        total += cell_capacity(state, figure, table, k) * (rise - base * math.log1p(rise / base))
    return total


@called
def room(
    state: FloatArray, figure: FloatArray, table: FloatArray, t_in: float, t_back_max: float, seconds: float
) -> float:
    """Heat that water of ``t_in`` can bring until the water that leaves is warmer than ``t_back_max``. [J]"""
    t_in = min(t_in, float(figure[HOTTEST]))
    if figure[KIND] == GROUND:
        return _most(state, figure, table, t_in, t_back_max, seconds, True)
    total = 0.0
    for k in range(last_cell(figure), 0, -1):
        if state[k] > t_back_max or state[k] >= t_in:
            break
        total += layer_volume(figure, state, k) * (t_in - state[k])
    return float(figure[CAPACITY]) * total


@called
def content(
    state: FloatArray, figure: FloatArray, table: FloatArray, t_useful: float, t_back: float, seconds: float
) -> float:
    """Heat to be had at ``t_useful`` at least while water of ``t_back`` takes its place. [J]"""
    if figure[KIND] == GROUND:
        return _most(state, figure, table, t_back, t_useful, seconds, False)
    total = 0.0
    for k in range(1, last_cell(figure) + 1):
        if state[k] < t_useful or state[k] <= t_back:
            break
        total += layer_volume(figure, state, k) * (state[k] - t_back)
    return float(figure[CAPACITY]) * total


@called
def charge(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    work: FloatArray,
    heat: float,
    t_in: float,
    seconds: float,
) -> float:
    """Take ``heat`` [J] from water of ``t_in``; mean temperature of the water that leaves. [degC]

    The store then holds as much more, to rounding. What water of ``t_in`` cannot bring (see :func:`room`)
    warms all cells alike.
    """
    t_in = min(t_in, float(figure[HOTTEST]))
    last = last_cell(figure)
    if heat <= 0.0:
        return float(state[last])
    if figure[KIND] == GROUND:
        return _exchange(state, figure, table, heat, t_in, seconds, True)
    left, volume = heat / float(figure[CAPACITY]), 0.0
    for k in range(last, 0, -1):
        gain = t_in - state[k]
        if gain <= 0.0:
            break
        part = layer_volume(figure, state, k)
        if left <= part * gain:
            volume += left / gain
            left = 0.0
            break
        volume += part
        left -= part * gain
    if volume > 0.0:
        _displace(state, figure, work, volume, t_in, True)
    _even(state, figure, table, left * figure[CAPACITY])
    settle(state, figure)
    return t_in - (heat / float(figure[CAPACITY]) - left) / volume if volume > 0.0 else t_in


@called
def discharge(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    work: FloatArray,
    heat: float,
    t_back: float,
    seconds: float,
) -> float:
    """Give ``heat`` [J] to water that comes at ``t_back``; mean temperature of the water that leaves. [degC]

    The store then holds as much less, to rounding. What it does not have above ``t_back`` (see
    :func:`content`) is taken from all cells alike.
    """
    if heat <= 0.0:
        return float(state[1])
    if figure[KIND] == GROUND:
        return _exchange(state, figure, table, heat, t_back, seconds, False)
    left, volume = heat / float(figure[CAPACITY]), 0.0
    for k in range(1, last_cell(figure) + 1):
        gain = state[k] - t_back
        if gain <= 0.0:
            break
        part = layer_volume(figure, state, k)
        if left <= part * gain:
            volume += left / gain
            left = 0.0
            break
        volume += part
        left -= part * gain
    if volume > 0.0:
        _displace(state, figure, work, volume, t_back, False)
    _even(state, figure, table, -left * figure[CAPACITY])
    settle(state, figure)
    return t_back + (heat / float(figure[CAPACITY]) - left) / volume if volume > 0.0 else t_back


@called
def rest(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    work: FloatArray,
    t_air: float,
    t_ground: float,
    seconds: float,
) -> float:
    """Losses, conduction and mixing by buoyancy during ``seconds``; heat that left the store. [J]

    Heat that goes into soil around the store has left it, and may come back.
    """
    before = energy(state, figure, table, 0.0)
    if figure[KIND] == GROUND:
        _conduct_ground(state, figure, table, work, t_air, t_ground, seconds)
    else:
        if figure[RINGS] > 0:
            _warm_soil(state, figure, table, work, t_ground, seconds)
        _conduct_layers(state, figure, table, work, t_air, t_ground, seconds)
        settle(state, figure)
    return before - energy(state, figure, table, 0.0)


@called
def settle(state: FloatArray, figure: FloatArray) -> None:
    """Mix layers that lie above warmer ones, until none does; the heat stays."""
    for k in range(2, last_cell(figure) + 1):
        if state[k] <= state[k - 1]:
            continue
        volume = layer_volume(figure, state, k)
        heat, first = volume * state[k], k
        while first > 1 and state[first - 1] * volume < heat:
            first -= 1
            part = layer_volume(figure, state, first)
            volume += part
            heat += part * state[first]
        for j in range(first, k + 1):
            state[j] = heat / volume


@called
def _even(state: FloatArray, figure: FloatArray, table: FloatArray, heat: float) -> None:
    """Warm all cells of the store alike by ``heat``. [J]"""
    if heat == 0.0:
        return
    last, capacity = last_cell(figure), 0.0
    for k in range(1, last + 1):
        capacity += cell_capacity(state, figure, table, k)
    for k in range(1, last + 1):
        state[k] += heat / capacity


@called
def _displace(
    state: FloatArray, figure: FloatArray, work: FloatArray, volume: float, t_in: float, downwards: bool
) -> None:
    """Let a volume [segments] of ``t_in`` in, and as much out at the other end.

    It enters at its end, or with a stratifier where the water is as warm as it. The layers are cut anew where
    this mixes least: as those that stay, as those that move, or along either border of what came in.
    """
    last, segments = last_cell(figure), figure[CELLS]
    place = 1 if downwards else last + 1
    if figure[STRATIFIER] > 0.0 and figure[KIND] == LAYERS:
        if downwards:
            while place <= last and state[place] >= t_in:
                place += 1
        else:
            while place > 1 and state[place - 1] <= t_in:
                place -= 1
    parcels, border = 0, 0.0
    for k in range(1, last + 2):
        if k == place:
            work[0, parcels], work[1, parcels] = volume, t_in
            parcels += 1
        if k <= last:
            part = layer_volume(figure, state, k)
            work[0, parcels], work[1, parcels] = part, state[k]
            parcels += 1
            if k < place:
                border += part
    if not downwards:
        border -= volume
    skipped = 0.0 if downwards else volume
    best, chosen = -1.0, 0.0
    for option in range(4):
        position = state[0]
        if option == 1:
            position += volume if downwards else -volume
        elif option > 1:
            position = border if option == 2 else border + volume
        if figure[KIND] == LAYERS:
            position -= math.floor(position)
        position = min(max(position, EDGE), 1.0 - EDGE)
        score = _cut(state, work, parcels, skipped, position, segments, last, False)
        if score > best * (1.0 + 1e-12):
            best, chosen = score, position
    _cut(state, work, parcels, skipped, chosen, segments, last, True)


@called
def _cut(
    state: FloatArray,
    work: FloatArray,
    parcels: int,
    skipped: float,
    position: float,
    segments: float,
    last: int,
    keep: bool,
) -> float:
    """Layers from parcels, from the top; volume times temperature squared, which is less the more is mixed.

    What is skipped has left at the top, what is beyond the last layer has left at the bottom.
    """
    taken = 0
    while taken < parcels - 1 and work[0, taken] <= skipped:
        skipped -= work[0, taken]
        taken += 1
    there = work[0, taken] - skipped
    score = filled = 0.0
    for k in range(1, last + 1):
        want = position if k == 1 else 1.0
        if k == last:
            want = segments - filled
        missing, heat = want, 0.0
        while there < missing and taken < parcels - 1:
            heat += there * work[1, taken]
            missing -= there
            taken += 1
            there = work[0, taken]
        heat += missing * work[1, taken]
        there -= missing
        filled += want
        score += heat * heat / want
        if keep:
            state[k] = heat / want
    if keep:
        state[0] = position
    return score


@called
def _conduct_layers(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    work: FloatArray,
    t_air: float,
    t_ground: float,
    seconds: float,
) -> None:
    """Conduction along the layers and losses of the segments around them, implicit."""
    last, s = last_cell(figure), state[0]
    before = 0.0
    for k in range(1, last + 1):
        volume = layer_volume(figure, state, k)
        air = (1.0 - s) * table[k - 1, AIR] + s * table[k, AIR]
        deep = (1.0 - s) * table[k - 1, DEEP] + s * table[k, DEEP]
        own = figure[CAPACITY] * volume / seconds
        after = 0.0
        if k < last:
            along = (1.0 - s) * table[k, ALONG] + s * table[k + 1, ALONG]
            after = 2.0 * along / (volume + layer_volume(figure, state, k + 1))
        diagonal = own + air + deep + before + after
        right = own * state[k] + air * t_air + deep * t_ground
        if k > 1:
            diagonal -= before * work[0, k - 1]
            right += before * work[1, k - 1]
        work[0, k] = after / diagonal
        work[1, k] = right / diagonal
        before = after
    state[last] = work[1, last]
    for k in range(last - 1, 0, -1):
        state[k] = work[1, k] + work[0, k] * state[k + 1]


@called
def _conduct_ground(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    work: FloatArray,
    t_air: float,
    t_ground: float,
    seconds: float,
) -> None:
    """Conduction from cell to cell outwards, and losses up and down, implicit."""
    last = int(figure[CELLS] + figure[RINGS])
    before = 0.0
    for k in range(1, last + 1):
        own = table[k, HOLDS] / seconds
        after = table[k, ALONG]
        diagonal = own + table[k, AIR] + table[k, DEEP] + before + after
        right = own * state[k] + table[k, AIR] * t_air + table[k, DEEP] * t_ground
        if k == last:
            right += after * t_ground
        if k > 1:
            diagonal -= before * work[0, k - 1]
            right += before * work[1, k - 1]
        work[0, k] = after / diagonal
        work[1, k] = right / diagonal
        before = after
    state[last] = work[1, last]
    for k in range(last - 1, 0, -1):
        state[k] = work[1, k] + work[0, k] * state[k + 1]


@called
def _warm_soil(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    work: FloatArray,
    t_ground: float,
    seconds: float,
) -> None:
    """Water against the ring of soil beside it, each pair exactly; then ring by ring outwards, implicit."""
    segments, rings = int(figure[CELLS]), int(figure[RINGS])
    last, s = segments + 1, state[0]
    for k in range(1, last + 1):
        water = figure[CAPACITY] * layer_volume(figure, state, k)
        for segment in range(max(k - 1, 1), min(k, segments) + 1):
            part = s if segment == k else 1.0 - s
            soil = last + segment
            both = water * table[soil, HOLDS] / (water + table[soil, HOLDS])
            fraction = -math.expm1(-part * table[segment, ALOOF] * seconds / both)
            heat = both * fraction * (state[k] - state[soil])
            state[k] -= heat / water
            state[soil] += heat / table[soil, HOLDS]
    for segment in range(1, segments + 1):
        before = 0.0
        for ring in range(rings):
            k = last + segment + ring * segments
            own, after = table[k, HOLDS] / seconds, table[k, ALOOF]
            diagonal = own + before + after
            right = own * state[k]
            if ring == rings - 1:
                right += after * t_ground
            if ring > 0:
                diagonal -= before * work[0, ring - 1]
                right += before * work[1, ring - 1]
            work[0, ring] = after / diagonal
            work[1, ring] = right / diagonal
            before = after
        state[last + segment + (rings - 1) * segments] = work[1, rings - 1]
        for ring in range(rings - 2, -1, -1):
            k = last + segment + ring * segments
            state[k] = work[1, ring] + work[0, ring] * state[k + segments]


@called
def _pass(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    flow: float,
    t_in: float,
    seconds: float,
    outwards: bool,
    keep: bool,
) -> float:
    """Heat that water of ``t_in`` brings the cells at a flow [W/K]; they keep it if asked to. [J]

    It passes by cells that would warm it while it charges, or cool it while it discharges.
    """
    cells, t_water, total = int(figure[CELLS]), t_in, 0.0
    for place in range(cells):
        k = place + 1 if outwards else cells - place
        if outwards == (state[k] >= t_water):
            continue
        by_flow = -flow * math.expm1(-table[k, EXCHANGE] / flow)
        heat = -table[k, HOLDS] * math.expm1(-by_flow * seconds / table[k, HOLDS]) * (t_water - state[k])
        if keep:
            state[k] += heat / table[k, HOLDS]
        t_water -= heat / (flow * seconds)
        total += heat
    return total


@called
def _most(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    t_in: float,
    t_limit: float,
    seconds: float,
    outwards: bool,
) -> float:
    """Heat at the largest flow at which water does not leave nearer to ``t_in`` than ``t_limit``. [J]"""
    sign = 1.0 if outwards else -1.0
    nearest = state[int(figure[CELLS])] if outwards else state[1]
    if sign * (nearest - t_limit) > 0.0 or sign * (nearest - t_in) >= 0.0:
        return 0.0
    high = figure[LARGEST_FLOW]
    heat = sign * _pass(state, figure, table, high, t_in, seconds, outwards, False)
    if sign * (t_limit - t_in) * high * seconds + heat >= 0.0:
        return max(heat, 0.0)
    low = 0.0
    for _ in range(SEARCH):
        flow = 0.5 * (low + high)
        heat = sign * _pass(state, figure, table, flow, t_in, seconds, outwards, False)
        if sign * (t_limit - t_in) * flow * seconds + heat >= 0.0:
            low = flow
        else:
            high = flow
        if high - low <= 1e-9 * high:
            break
    if low <= 0.0:
        return 0.0
    return max(sign * _pass(state, figure, table, low, t_in, seconds, outwards, False), 0.0)


@called
def _exchange(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    heat: float,
    t_in: float,
    seconds: float,
    outwards: bool,
) -> float:
    """Bring cells of ground heat, or draw it, at the flow that does; temperature behind them. [degC]"""
    sign = 1.0 if outwards else -1.0
    low, high = 0.0, float(figure[LARGEST_FLOW])
    most = sign * _pass(state, figure, table, high, t_in, seconds, outwards, False)
    if most <= 0.0:
        _even(state, figure, table, sign * heat)
        return t_in
    flow, short, over, side = high, -heat, most - heat, 0
    if over > 0.0:
        for _ in range(SEARCH):
            flow = low - short * (high - low) / (over - short)
            off = sign * _pass(state, figure, table, flow, t_in, seconds, outwards, False) - heat
            if abs(off) <= 1e-10 * heat:
                break
            if off < 0.0:
                low, short = flow, off
                over *= 0.5 if side < 0 else 1.0
                side = -1
            else:
                high, over = flow, off
                short *= 0.5 if side > 0 else 1.0
                side = 1
    found = _pass(state, figure, table, flow, t_in, seconds, outwards, True)
    _even(state, figure, table, sign * heat - found)
    return t_in - found / (flow * seconds)
