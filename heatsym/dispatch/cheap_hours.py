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
    ``share`` of the window's steps is not above, a source is kept whose own cost is at most :math:`q` and
    below :math:`\eta \max p`, with the price :math:`p` of the steps that follow in the window. Heat is
    worth what it takes to fill the storage anew, :math:`q / \eta`.

    References
    ----------
    .. [1] Derived here.
    """
    usable = np.where(may, costs, np.inf)
    cheapest = _ahead(usable.min(axis=1, initial=np.inf), steps, share)
    spared = np.append(_ahead(-price, max(steps - 1, 1), 0.0)[1:] * -1.0, -np.inf)
    charges = (usable <= cheapest[:, None]) & (usable < round_trip * spared[:, None])
    return charges, cheapest / round_trip


def _ahead(values: FloatArray, steps: int, share: float) -> FloatArray:
    """What a share of the values from each step on, or at least the lowest of them, is not above; (time,)."""
    count = len(values)
    steps = min(steps, count)
    out = np.empty(count)
    whole = sliding_window_view(values, steps)
    rank = _rank(steps, share)
    piece = max(AT_ONCE // steps, 1)
    for first in range(0, len(whole), piece):
        part = whole[first : first + piece]
        out[first : first + len(part)] = (
            part.min(axis=1) if rank == 0 else np.partition(part, rank, axis=1)[:, rank]
        )
    for first in range(len(whole), count):
        rest = np.sort(values[first:])
        out[first] = rest[_rank(len(rest), share)]
    return out


def _rank(count: int, share: float) -> int:
    """Place among ascending values up to which a share of them lies."""
    return max(int(np.ceil(share * count - 1e-9)) - 1, 0)
