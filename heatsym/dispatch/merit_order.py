"""Merit order: the cheapest source first, each up to what it offers."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Plan

SLACK = 1e-9
"""Share of what a source could give by which it may fall short and still count as full. [-]"""

SLIGHT = 1e-9
"""Share of all heat that counts as none. [-]"""
NEARLY = 0.01
"""A source that gives all but such a part of its most gives all of it. [-]"""


def merit_order(power: FloatArray, costs: FloatArray | None, must_run: BoolArray | None = None) -> Plan:
    """Fill sources from the cheapest up; at equal cost, and where costs are unknown, in the order given.

    Parameters
    ----------
    power : array
        The most that each source offers; (time, source). [W]
    costs : array or None
        What one more unit of heat costs, or whatever is to be kept low of it; (time, source). [EUR/J]
    must_run : array of bool, optional
        Whose heat is taken before all other, in the same order among themselves; (source,).

    Returns
    -------
    Plan
        Upper bounds and the order of filling, by step.
    """
    steps, sources = power.shape
    if costs is None:
        order = np.broadcast_to(np.arange(sources), (steps, sources)).copy()
    else:
        order = np.argsort(costs, axis=1, kind="stable")
    if must_run is not None and must_run.any():
        behind = np.argsort(~must_run[order], axis=1, kind="stable")
        order = np.take_along_axis(order, behind, axis=1)
    return Plan(power, order)


def filled(need: FloatArray, power: FloatArray, order: IntArray) -> FloatArray:
    """Heat of sources that are filled in an order, each up to what it has, by nothing but that.

    Parameters
    ----------
    need : array
        Heat asked for; (time,). [W]
    power : array
        The most that each source has; (time, source). [W]
    order : array of int
        Sources, the first first; (time, source).

    Returns
    -------
    array
        Heat; (time, source). [W]
    """
    there = np.take_along_axis(power, order, axis=1)
    in_front = np.cumsum(np.insert(there, 0, 0.0, axis=1), axis=1)[:, :-1]
    heat = np.clip(need[:, None] - in_front, 0.0, there)
    found = np.empty_like(power)
    np.put_along_axis(found, order, heat, axis=1)
    return found


def marginal_price(
    heat: FloatArray, power: FloatArray, costs: FloatArray, otherwise: float = np.nan
) -> FloatArray:
    """What one more unit of heat would cost in each step.

    Parameters
    ----------
    heat : array
        What each source gives; (time, source). [W]
    power : array
        The most that it could give in that step; (time, source). [W]
    costs : array
        What one more unit of heat costs; (time, source). [EUR/J]
    otherwise : float
        Price where nobody could give more. [EUR/J]

    Returns
    -------
    array
        Price of heat; (time,). [EUR/J]

    Notes
    -----
    The least cost of those that run and could give more. In a merit order that is one source, the dearest
    that runs; one in front of it has more only while another is held at its heat. Where all that run are
    full, the least cost of those that rest and could run. Storages set no price: what they give more now
    will be missed.

    References
    ----------
    .. [1] Derived here.
    """
    more = heat < power * (1.0 - SLACK)
    running = np.where(more & (heat > 0.0), costs, np.inf).min(axis=1, initial=np.inf)
    resting = np.where(more & (heat <= 0.0), costs, np.inf).min(axis=1, initial=np.inf)
    price = np.where(np.isfinite(running), running, resting)
    return np.where(np.isfinite(price), price, otherwise)


def executable(heat: FloatArray, most: FloatArray, costs: FloatArray) -> tuple[IntArray, FloatArray]:
    """An order of filling, and upper bounds, that give a plan's heat where the need is as planned.

    Who runs comes first, cheapest first, each up to its heat; the costliest of those with more to give has no
    such bound, so that it takes what the need differs by. Who rests follows, cheapest first, for a need that
    they cannot meet.

    Parameters
    ----------
    heat : array
        The plan's; (time, source). [W]
    most : array
        The most that each source gives; (time, source). [W]
    costs : array
        Cost of a unit of heat, in any unit; (time, source).

    Returns
    -------
    tuple
        The order and the upper bounds [W], (time, source) each.

    References
    ----------
    .. [1] Derived here.
    """
    small = SLIGHT * np.maximum(heat.sum(axis=1, keepdims=True), 1.0)
    runs, spare = heat > small, heat < (1.0 - NEARLY) * most
    swing = np.where(runs & spare, costs, -np.inf)
    which = swing.argmax(axis=1)
    carries = np.zeros_like(runs)
    carries[np.arange(len(heat)), which] = np.isfinite(swing[np.arange(len(heat)), which])
    upper = np.where(runs & spare & ~carries, heat, most)
    rank = np.argsort(costs, axis=1, kind="stable").argsort(axis=1, kind="stable")
    place = rank + rank.shape[1] * (np.where(runs, 0, 2) + carries)
    return np.argsort(place, axis=1, kind="stable"), upper


def not_kept(names: tuple[str, ...], step: float, early: BoolArray, rejected: FloatArray) -> tuple[str, ...]:
    """What a plan could not keep, in a sentence each.

    Parameters
    ----------
    names : tuple of str
        Of sources.
    step : float
        Length of a step. [s]
    early : array of bool
        Whether a source was started before its time; (time, source).
    rejected : array
        Heat that a source made though nobody took it; (time, source). [W]

    Returns
    -------
    tuple of str
    """
    starts, energy = early.sum(axis=0), rejected.sum(axis=0) * step / 3.6e9
    hours = (rejected > 0.0).sum(axis=0) * step / 3600.0
    return (
        *(
            f"{name}: started {count} times before its least time of rest was over, as heat would be missed"
            for name, count in zip(names, starts, strict=True)
            if count
        ),
        *(
            f"{name}: {heat:.4g} MWh rejected in {long:g} hours, as it can neither fall nor rest at once"
            for name, heat, long in zip(names, energy, hours, strict=True)
            if heat > 0.0
        ),
    )
