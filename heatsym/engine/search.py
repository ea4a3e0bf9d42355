"""Each consumer's search for the flow that brings its heat: a secant inside a bracket."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray

REACH = 8.0
"""Largest factor by which a flow changes from one sweep to the next. [-]"""
STEEPEST = 1000.0
"""Largest response that is believed. [K]"""
UNSURE = 0.015
"""Change of a flow, in its logarithm, at which a response seen counts as much as the one before. [-]"""
LEAPS = 2
"""Swings from too little to too much, or back, without gain, after which a flow keeps to its bracket."""
NARROW = 0.02
"""Width of a bracket, over its upper end, at which the end that pushes back is let go. [-]"""


class FlowSearch:
    """Flows (consumer,) at which ``flow * capacity * difference`` meets the heat asked for.

    The difference of supply and return rises with a consumer's own flow, slowly where it only loses less
    on the way and at once where a front arrives, so that a secant alone may leap. The others' flows change
    it too, so that a response that is seen counts by the square of the own flow's change. More flow brings
    more heat, so the last flows that brought too little and too much enclose the answer; since everyone else
    moves too, an end is let go when the bracket has closed on it in vain. Derived here.
    """

    def __init__(self, flow: FloatArray, most: FloatArray, response: FloatArray) -> None:
        """Begin at ``flow`` [kg/s], at most ``most``; ``response`` [K] is d difference / d ln flow so far."""
        self.flow, self.most, self.response = flow, most, response
        self.low, self.high = np.zeros_like(flow), most
        self.last_flow, self.last_difference = flow, np.full_like(flow, np.nan)
        self.last_surplus, self.leaps = np.zeros_like(flow), np.zeros(flow.shape, dtype=np.int64)

    def missing(self, heat: FloatArray, capacity: float, difference: FloatArray) -> FloatArray:
        """Heat asked for but not brought by the present flow; 0 where the flow is at its most. [W]"""
        short = heat - self.flow * capacity * difference
        return np.where((self.flow >= self.most) & (short > 0), 0.0, short)

    def step(self, heat: FloatArray, capacity: float, difference: FloatArray) -> None:
        """Move every flow, having seen its ``difference`` [K] of supply and wanted return."""
        flow, surplus = self.flow, self.flow * capacity * difference - heat
        with np.errstate(divide="ignore", invalid="ignore"):
            turn, rise = np.log(flow / self.last_flow), difference - self.last_difference
            better = turn * (rise - turn * self.response) / (turn * turn + UNSURE * UNSURE)
        moved = (flow != self.last_flow) & np.isfinite(turn)
        self.response = np.clip(np.where(moved, self.response + better, self.response), 0.0, STEEPEST)
        steepness = difference + self.response
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = flow - surplus / (capacity * steepness)
        away = np.where(surplus < 0, flow * REACH, flow / REACH)
        aimed = np.clip(np.where(steepness > 0, newton, away), flow / REACH, flow * REACH)

        below = surplus < 0
        self.low, self.high = np.where(below, flow, self.low), np.where(below, self.high, flow)
        closed = self.high - self.low < NARROW * self.high
        self.high = np.where(closed & below, self.most, self.high)
        self.low = np.where(closed & ~below, 0.0, self.low)
        self.leaps += (surplus * self.last_surplus < 0) & (np.abs(surplus) > 0.5 * np.abs(self.last_surplus))
        middle = np.sqrt(np.maximum(self.low, flow / REACH) * np.minimum(self.high, flow * REACH))
        outside = (aimed < self.low) | ((aimed > self.high) & (self.high < self.most))
        aimed = np.where((self.leaps >= LEAPS) & outside, middle, aimed)

        self.last_flow, self.last_difference, self.last_surplus = flow, difference, surplus
        self.flow = np.where(heat > 0, np.minimum(aimed, self.most), 0.0)
