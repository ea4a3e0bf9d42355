"""Bypasses: the flow at which the way to a consumer stays warm while the consumer itself draws little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatsym.engine.search import REACH
from heatsym.interfaces.axis import FloatArray, IntArray

TURNS, MOVES = 12, 20
"""Sweeps of a coupling after which bypasses only open, and after which they keep their flow."""
SOFT = 1e-4
"""What a bypass itself adds to the steepness of its way, over that of all of it. [-]"""
TRICKLE = 1e-6
"""Flow at which a bypass shuts, over what its way would need if it served nobody else. [-]"""
COLDEST = 1e-6
"""Excess over the soil that a logarithm is taken of at least, over the excess kept. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """How water comes to the nodes with the flows of a sweep, as if they went on for ever."""

    t: FloatArray  # (node,) temperature in steady state, NaN where nothing flows [degC]
    up: IntArray  # (node,) node that most of its water comes from, -1 where that is a source
    steepness: FloatArray  # (node,) -d ln(excess over the soil) / d flow of that trench; U1 L / (c flow^2)


class Bypasses:
    r"""Flows (consumer,) that the ways to the consumers need to keep their ends at ``kept`` [degC].

    A way's end is judged by its temperature in steady state with the flows of this sweep, not by the water
    that happens to arrive: water that cooled while it stood would open a bypass for hours too late, and
    then let it swing between flushing and standing. In steady state both are the same. A consumer's own
    flow counts; its bypass adds what is missing. The excess over the soil's temperature falls along a way
    by

    .. math:: \ln (T_{end} - T_g) = \ln (T_{in} - T_g) - \sum_k \frac{U_{1,k} L_k}{\dot m_k c}

    Newton's method solves this for all ways that share trenches at once, by elimination from the ends of
    the branches to the sources and back; in the reciprocal of the flow, so that it hits a way of its own in
    one step. Where other flows keep its end warm, a bypass shuts. Where bypasses change which source feeds
    them there may be no such flows, and Newton's method swings; after some sweeps bypasses therefore only
    open, and too warm an end is left so, and after some more they keep their flow. Derived here.
    """

    def __init__(
        self,
        kept: FloatArray,
        most: FloatArray,
        way: FloatArray,
        held: FloatArray,
        soil: float,
        hottest: float,
    ) -> None:
        """Begin with the flows ``held`` last [kg/s]; before there are any, they are negative.

        ``kept`` [degC] is NaN where there is no bypass, ``way`` [kg/s] is U1 L / c of all that leads to a
        consumer, ``hottest`` [degC] the warmest feed.
        """
        self.kept, self.most, self.soil, self.hottest = kept, most, soil, hottest
        self.needed = kept > soil
        self.over = np.where(self.needed, kept - soil, 1.0)
        self.fall = np.log(np.maximum((hottest - soil) / self.over, COLDEST))
        alone = way / np.where(self.fall > 0, self.fall, 1.0)
        self.first = np.where(self.needed, np.minimum(np.where(self.fall > 0, alone, most), most), 0.0)
        self.total = np.where(self.needed, np.where(held >= 0, np.minimum(held, most), self.first), 0.0)
        self.flowed = np.zeros(kept.shape, dtype=bool)

    def passing(self, flow: FloatArray, still: float) -> FloatArray:
        """What bypasses add to the consumers' own ``flow``; all begin where nothing moves yet. [kg/s]

        ``still`` [kg/s] is rounding, not flow.
        """
        passing = np.maximum(self.total - flow, 0.0)
        if float(flow.sum()) + float(passing.sum()) <= still and not self.flowed.any():
            self.total = self.first
            passing = np.maximum(self.total - flow, 0.0)
        return passing

    def missed(
        self, t: FloatArray, flow: FloatArray, passing: FloatArray, scarce: bool, opens: bool
    ) -> FloatArray:
        """How far the ends, at ``t`` in steady state, are from what a bypass could do about it. [K]

        ``scarce``: the sources leave bypasses less than they ask for. ``opens``: bypasses do nothing else.
        """
        gap = np.where(np.isnan(t), self.soil, t) - self.kept
        shut = (passing == 0.0) & ((gap > 0) | (np.isnan(t) & self.flowed)) | (opens & (gap > 0))
        open_wide = (gap < 0) & ((flow + passing >= self.most * (1.0 - 1e-9)) | scarce)
        return np.where(self.needed & ~shut & ~open_wide, np.abs(gap), 0.0)

    def step(
        self,
        ways: Ways,
        place: IntArray,
        flow: FloatArray,
        passing: FloatArray,
        scarce: bool,
        opens: bool,
    ) -> None:
        """Move every flow, having seen the ways to the consumers' nodes ``place``; ``opens``: none falls."""
        t, total = ways.t[place], flow + passing
        dry, draws = np.isnan(t), total > 0
        end = np.where(dry, self.soil, t)
        warmth = np.log(np.maximum((end - self.soil) / self.over, COLDEST))
        cold = end < self.kept
        stuck = cold & ((total >= self.most * (1.0 - 1e-9)) | scarce)
        moves = self.needed & draws & ~stuck & ((passing > 0) | cold)
        safe = np.where(draws, total, 1.0)
        soft = SOFT * np.maximum(self.fall - warmth, 1e-3) / safe
        change = np.where(moves, _changes(ways, place[moves], -warmth[moves], soft[moves], moves), 0.0)
        share = np.minimum(change / safe, 1.0 - 1.0 / REACH)
        aimed = safe * np.maximum(1.0 / (1.0 - share), 1.0 / REACH)
        aimed = np.where(aimed < TRICKLE * self.first, 0.0, aimed)
        aimed = np.maximum(aimed, self.total) if opens else aimed
        starts = self.needed & ~draws & cold & ~(dry & self.flowed) & ~stuck
        rests = self.needed & draws & (passing == 0) & (end > self.kept) & (self.hottest > self.kept)
        range_ = np.where(rests, self.hottest - self.kept, 1.0)
        rough = total * np.maximum(self.hottest - end, 0.0) / range_  # what would do if all flows fell alike
        self.total = np.where(rests & (not opens), np.minimum(self.total, rough), self.total)
        self.flowed = self.flowed | draws
        self.total = np.where(moves, np.minimum(aimed, self.most), np.where(starts, self.first, self.total))


def _changes(
    ways: Ways, place: IntArray, wanted: FloatArray, soft: FloatArray, moves: NDArray[np.bool_]
) -> FloatArray:
    """Changes of flow (consumer,) that bring the logarithms ``wanted`` more at the nodes ``place``. [kg/s]"""
    nodes = len(ways.t)
    force = np.bincount(place, wanted / soft, nodes)
    give = np.bincount(place, 1.0 / soft, nodes)
    below = np.flatnonzero(ways.up >= 0)
    levels = [np.flatnonzero((ways.up < 0) & ~np.isnan(ways.t))]
    while levels[-1].size:
        levels.append(below[np.isin(ways.up[below], levels[-1])])
    del levels[0]
    for level in reversed(levels):
        stiff = 1.0 + give[level] * ways.steepness[level]
        np.add.at(force, ways.up[level], force[level] / stiff)
        np.add.at(give, ways.up[level], give[level] / stiff)
    gain = np.zeros(nodes)
    for level in levels:
        above = gain[ways.up[level]]
        stiff = 1.0 + give[level] * ways.steepness[level]
        gain[level] = above + ways.steepness[level] * (force[level] - give[level] * above) / stiff
    changes = np.zeros(len(moves))
    changes[moves] = (wanted - gain[place]) / soft
    return changes
