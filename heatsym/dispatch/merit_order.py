"""Merit order: the cheapest source first, each up to what it offers."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Plan


def merit_order(power: FloatArray, costs: FloatArray | None) -> Plan:
    """Fill sources from the cheapest up; at equal cost, and where costs are unknown, in the order given.

    Parameters
    ----------
    power : array
        The most that each source offers; (time, source). [W]
    costs : array or None
        Marginal cost of heat; (time, source). [EUR/J]

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
    return Plan(power, order)
