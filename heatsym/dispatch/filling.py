"""Sources filled one after another, all steps at once."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray, IntArray


def filled(order: IntArray, most: FloatArray, need: FloatArray) -> FloatArray:
    """What each source gives where they are filled in an order until there is enough.

    Parameters
    ----------
    order : array of int
        Positions of sources, the first to be filled first; (time, source).
    most : array
        The most that each gives; (time, source). [W]
    need : array
        What they have to give together; (time,). [W]

    Returns
    -------
    array
        Heat of each source; (time, source). [W]

    References
    ----------
    .. [1] Derived here.
    """
    ordered = np.take_along_axis(most, order, axis=1)
    with np.errstate(invalid="ignore"):
        before = np.cumsum(ordered, axis=1) - ordered
    before[np.isnan(before)] = np.inf  # behind one that nothing bounds
    heat = np.empty_like(most)
    unbounded = np.isinf(ordered)
    before = np.where(unbounded, np.cumsum(np.where(unbounded, 0.0, ordered), axis=1), before)
    first = unbounded & (np.cumsum(unbounded, axis=1) == 1)
    before = np.where(unbounded & ~first, np.inf, before)
    given = np.clip(need[:, None] - before, 0.0, ordered)
    np.put_along_axis(heat, order, given, axis=1)
    return heat


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
    runs, spare = heat > small, most - heat > small
    swing = np.where(runs & spare, costs, -np.inf)
    which = swing.argmax(axis=1)
    carries = np.zeros_like(runs)
    carries[np.arange(len(heat)), which] = np.isfinite(swing[np.arange(len(heat)), which])
    upper = np.where(runs & spare & ~carries, heat, most)
    rank = np.argsort(costs, axis=1, kind="stable").argsort(axis=1, kind="stable")
    place = rank + rank.shape[1] * (np.where(runs, 0, 2) + carries)
    return np.argsort(place, axis=1, kind="stable"), upper


SLIGHT = 1e-9
"""Share of all heat that counts as none. [-]"""
