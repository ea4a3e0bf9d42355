"""Each consumer's search for the flow that brings its heat: a secant inside a bracket."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray

NARROW = 0.02
"""Width of a bracket, over its upper end, at which the end that pushes back is let go. [-]"""


class FlowSearch:
    """Flows (consumer,) at which ``flow * capacity * difference`` meets the heat asked for.

    The difference of supply and return rises with a consumer's own flow, slowly where it only loses less
    on the way and at once where a front arrives, so that a secant alone may leap. More flow brings more
    heat, so the last flows that brought too little and too much enclose the answer; since everyone else
    moves too, an end is let go when the bracket has closed on it in vain. Derived here.
    """

    def __init__(self, flow: FloatArray, most: FloatArray, response: FloatArray) -> None:
        """Begin at ``flow`` [kg/s], at most ``most``; ``response`` [K] is d difference / d ln flow so far."""
        self.flow, self.most, self.response = flow, most, response
        self.low, self.high = np.zeros_like(flow), most
        self.last_flow, self.last_difference = flow, np.full_like(flow, np.nan)

    def missing(self, heat: FloatArray, capacity: float, difference: FloatArray) -> FloatArray:
        """Heat asked for but not brought by the present flow; 0 where the flow is at its most. [W]"""
        short = heat - self.flow * capacity * difference
        return np.where((self.flow >= self.most) & (short > 0), 0.0, short)

    def step(self, heat: FloatArray, capacity: float, difference: FloatArray) -> None:
        """Move every flow, having seen its ``difference`` [K] of supply and wanted return."""
        flow, surplus = self.flow, self.flow * capacity * difference - heat
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = np.log(flow / self.last_flow)
            measured = (difference - self.last_difference) / turn
        self.response = np.where(np.abs(turn) > 1e-9, measured, self.response)
        self.response = np.nan_to_num(self.response, nan=0.0, posinf=0.0, neginf=0.0)
        self.low = np.where(surplus < 0, flow, self.low)
        self.high = np.where(surplus >= 0, flow, self.high)
        closed = self.high - self.low < NARROW * self.high
        self.high = np.where(closed & (surplus < 0), self.most, self.high)
        self.low = np.where(closed & (surplus >= 0), 0.0, self.low)

        steepness = difference + self.response
        with np.errstate(divide="ignore", invalid="ignore"):
            secant = flow - surplus / (capacity * steepness)
        inside = (steepness > 0) & (secant > self.low) & (secant < self.high)
        middle = np.sqrt(np.maximum(self.low, 1e-3 * self.high) * self.high)
        aimed = np.where(
            inside, secant, np.where(surplus < 0, np.where(secant >= self.most, self.most, middle), middle)
        )
        self.last_flow, self.last_difference = flow, difference
        self.flow = np.where(heat > 0, np.minimum(aimed, self.most), 0.0)
