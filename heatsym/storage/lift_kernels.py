"""A heat pump that lifts heat of a storage, compiled; arrays as in :mod:`heatsym.storage.layout_of_kernels`.

Water from the hot end is cooled in the evaporator and goes back into the cold end; the condenser warms water
of the network from the return to the set-point.
"""

from __future__ import annotations

import math

from heatsym.interfaces.axis import FloatArray
from heatsym.storage.kernels import called, content, last_cell, layer_volume
from heatsym.storage.layout_of_kernels import CAPACITY, GROUND, KIND

SMALLEST_LIFT = 10.0
"""Difference of mean temperatures below which it lifts no less. [K]"""
LEAST_COOLING = 1.0
"""By which water must be cooled at least, else it rests. [K]"""


@called
def pass_through(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    heat: float,
    least: float,
    cooling: float,
    seconds: float,
) -> tuple[float, float, float]:
    """Heat to be drawn in one pass [J], at least ``heat`` if there is as much; water before and behind it.

    The coldest water drawn is cooled by ``cooling`` [K], to the cold end's temperature where that is further
    down, and never below ``least``: so a warm store is cooled in several passes, and water of the cold end is
    not warmed. No more layers are drawn than ``heat`` needs. Of the water before the evaporator the mean is
    told, which is higher if less is drawn; of water in boreholes the least that it may be, half way down from
    the centre's. [degC]
    """
    last = last_cell(figure)
    cold, hot = float(state[last]), float(state[1])
    before, behind, found = hot, hot, 0.0
    if figure[KIND] == GROUND:
        behind = max(least, min(cold, hot - cooling))
        if hot - behind >= LEAST_COOLING:
            before = 0.5 * (hot + behind)
            found = content(state, figure, table, before, behind, seconds)
        return found, before, behind
    wanted, volume, held = heat / float(figure[CAPACITY]), 0.0, 0.0
    for k in range(1, last + 1):
        out = max(least, min(cold, float(state[k]) - cooling))
        if found >= wanted or state[k] - out < LEAST_COOLING:
            break
        part = layer_volume(figure, state, k)
        volume += part
        held += part * state[k]
        found, before, behind = held - volume * out, held / volume, out
    return found * float(figure[CAPACITY]), before, behind


@called
def electricity_per_heat(
    source_in: float, source_out: float, sink_in: float, sink_out: float, share: float
) -> float:
    """Electricity for a joule at the condenser, by a share of Lorenz' COP; 1 where nothing is drawn. [-]"""
    sink, source = _mean(sink_in, sink_out), _mean(source_in, source_out)
    cop = share * sink / max(sink - source, SMALLEST_LIFT)
    return 1.0 / cop if cop > 1.0 else 1.0


@called
def liftable(
    state: FloatArray,
    figure: FloatArray,
    table: FloatArray,
    heat: float,
    t_back: float,
    t_feed: float,
    share: float,
    least: float,
    cooling: float,
    seconds: float,
) -> tuple[float, float]:
    """What it could give of ``heat`` at ``t_feed`` to water of ``t_back`` [J]; the electricity in a joule.

    The COP is that of drawing the whole of ``heat``: with less, what is drawn is as warm or warmer.
    """
    drawn, before, behind = pass_through(state, figure, table, heat, least, cooling, seconds)
    if drawn <= 0.0:
        return 0.0, 0.0
    part = electricity_per_heat(before, behind, t_back, t_feed, share)
    return (0.0, 0.0) if part >= 1.0 else (min(heat, drawn / (1.0 - part)), part)


@called
def _mean(one: float, other: float) -> float:
    """Logarithmic mean of two temperatures in degC. [K]"""
    base = other + 273.15
    rise = (one - other) / base
    return base if rise == 0.0 else base * rise / math.log1p(rise)
