"""Hours in which heat is cheap enough to be kept for dearer ones."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from heatsym.interfaces.axis import BoolArray, FloatArray

AT_ONCE = 1_000_000
"""Values of windows that are looked at together."""


def cheap_hours(
    costs: FloatArray, price: FloatArray, may: BoolArray, steps: int, share: float, round_trip: float
) -> tuple[BoolArray, FloatArray]:
    r"""Whose heat a storage takes for later, and what the heat that it holds is worth.

    Parameters
    ----------
    costs : array
        What one more unit of heat costs; (time, source). [EUR/J]
    price : array
        Price of heat without storages; (time,). [EUR/J]
    may : array of bool
        Whose heat may charge the storage; (source,) or (time, source).
    steps : int
        Steps of the window: the step itself and those after it.
    share : float
        Part of a window that counts as cheap. [-]
    round_trip : float
        Heat that comes back over heat that was taken. [-]

    Returns
    -------
    charges : array of bool
        Whether a source's heat is kept; (time, source).
    worth : array
        Cost of heat above which the storage gives in its place, infinite where nobody could fill it anew in
        the window; (time,). [EUR/J]

    Notes
    -----
    With :math:`c` the cost of the cheapest source that may charge and :math:`q` the cost that a part
    ``share`` of the window's steps is not above, heat is kept whose own cost is at most :math:`q` and
    below :math:`\eta \max p`, with the price :math:`p` of the steps that follow in the window. Heat is
    worth what it takes to fill the storage anew, :math:`q / \eta`.

    References
    ----------
    .. [1] Derived here.
    """
    usable = np.where(may, costs, np.inf)
    cheapest = _low(usable.min(axis=1, initial=np.inf), steps, share)
    beyond = np.append(price[1:], np.full(max(steps - 1, 1), -np.inf))
    spared = sliding_window_view(beyond, max(steps - 1, 1)).max(axis=1)
    charges = (usable <= cheapest[:, None]) & (usable < round_trip * spared[:, None])
    return charges, cheapest / round_trip


def _low(values: FloatArray, steps: int, share: float) -> FloatArray:
    """What a share of the values from each step on is not above; at the end, of the last window. (time,)"""
    whole = sliding_window_view(values, min(steps, len(values)))
    rank = max(int(np.ceil(share * whole.shape[1] - 1e-9)) - 1, 0)
    out, piece = np.empty(len(values)), max(AT_ONCE // whole.shape[1], 1)
    for first in range(0, len(whole), piece):
        part = whole[first : first + piece]
        out[first : first + len(part)] = np.partition(part, rank, axis=1)[:, rank]
    out[len(whole) :] = out[len(whole) - 1]
    return out
