"""Which steps of a plan are worth marching again.

Between two rounds most hours give the same heat from the same sources: what was found for them holds. Water
remembers some hours, so that a march can begin anywhere with other water, some hours early.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from heatsym.engine.problem import Problem
from heatsym.interfaces.axis import BoolArray, FloatArray

LEAD, TAIL = 12.0 * 3600.0, 6.0 * 3600.0
"""What is marched before steps of a plan that differ, so that water is as it would be, and after. [s]"""
NEGLIGIBLE = 1e-4
"""Share of all heat that may differ in steps that are not marched for it. [-]"""
MOST = 0.8
"""Share of all steps beyond which all are marched. [-]"""


@dataclass(frozen=True, slots=True)
class Piece:
    """Steps from ``first`` up to ``last``; ``counts`` is False where they only lead in."""

    first: int
    last: int
    counts: bool


def differing(problem: Problem, off: FloatArray, heat: float) -> list[Piece] | None:
    """Pieces to march for steps of which a plan is ``off`` (time,) [W]; None if it is all of them.

    ``heat`` is that of all steps. [W times steps]
    """
    ranked = np.argsort(off, kind="stable")
    some = np.zeros(problem.steps, dtype=np.bool_)
    some[ranked[np.cumsum(off[ranked]) > NEGLIGIBLE * heat]] = True
    lead, tail = (int(np.ceil(length / problem.step)) for length in (LEAD, TAIL))
    counts, marched = _spread(some, 0, tail), _spread(some, lead, tail)
    if marched.sum() > MOST * problem.steps:
        return None
    level = marched.astype(np.int64) + counts
    edges = np.flatnonzero(np.diff(level, prepend=0, append=0))
    return [
        Piece(first, last, bool(counts[first])) for first, last in pairwise(edges.tolist()) if marched[first]
    ]


def cut(pieces: list[Piece], size: int) -> Iterator[Piece]:
    """The same in pieces of no more than ``size`` steps."""
    for piece in pieces:
        for first in range(piece.first, piece.last, size):
            yield Piece(first, min(first + size, piece.last), piece.counts)


def _spread(some: BoolArray, before: int, after: int) -> BoolArray:
    """These steps, so many before each of them and so many after."""
    count = np.concatenate([[0], np.cumsum(some)])
    steps = np.arange(len(some))
    return count[np.minimum(steps + before + 1, len(some))] > count[np.maximum(steps - after, 0)]
