"""Memory of tables that nobody holds any more, for the next ones of their size."""

from __future__ import annotations

import weakref
from collections import defaultdict

import numpy as np

from heatsym.interfaces.axis import FloatArray

LARGE = 2**21
"""Size from which memory is kept. [B]

Allocators give memory back to the system, of a hundred thousand trenches all of it after every piece. The
system clears what it gives out again page by page: a quarter of the time of pressures there. What is
smaller they keep themselves, and hand out in less time.
"""
SPARE = 4
"""Unused tables of each size that are kept at most."""


class _Lease:
    """What arrays made of some memory hold on to; it dies with the last of them."""

    def __init__(self, memory: FloatArray) -> None:
        """Look like this memory to numpy."""
        self.__array_interface__ = memory.__array_interface__


class Buffers:
    """Gives out tables of doubles. Whoever holds one, or a view of it, keeps it to himself."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._free: defaultdict[int, list[FloatArray]] = defaultdict(list)

    def empty(self, shape: tuple[int, ...]) -> FloatArray:
        """A table of any numbers."""
        size = int(np.prod(shape))
        if 8 * size < LARGE:
            return np.empty(shape)
        free = self._free[size]
        memory = free.pop() if free else np.empty(size)
        lease = _Lease(memory)
        weakref.finalize(lease, _returned, free, memory).atexit = False
        return np.asarray(lease).reshape(shape)


def _returned(free: list[FloatArray], memory: FloatArray) -> None:
    """Keep memory for the next table of its size, unless there is enough."""
    if len(free) < SPARE:
        free.append(memory)
