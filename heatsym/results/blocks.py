"""Stored series read in blocks of time, so that memory does not grow with the horizon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray
from heatsym.results.frame import Results

MOST, LEAST = 1024, 64
"""Steps of a block, at most and at least."""
WIDE = 2**20
"""Values of a variable in a block, above the least of steps. [-]"""
OBJECTS = ("node", "pipe", "consumer")
"""Dimensions that may be long beside time."""


def block(sizes: Mapping[Any, int]) -> int:
    """Steps that are read, or compressed, together in results of these sizes."""
    widest = max((sizes.get(dim, 1) for dim in OBJECTS), default=1)
    return max(LEAST, min(MOST, WIDE // max(widest, 1)))


def blocks(results: Results, *names: str) -> Iterator[tuple[slice, list[NDArray[Any]]]]:
    """Which steps, and the series in them; as they are stored."""
    steps = block(results.sizes)
    for first in range(0, results.sizes["time"], steps):
        part = slice(first, first + steps)
        yield part, [results[name][part].values for name in names]


def total(rows: NDArray[Any]) -> FloatArray:
    """Sum over all objects in double precision; (time, object) -> (time,)."""
    return np.asarray(np.ascontiguousarray(rows, dtype=np.float64).sum(axis=1))


def summed(results: Results, name: str) -> FloatArray:
    """A series added up over its objects; (time,)."""
    return np.concatenate([np.zeros(0), *(total(rows) for _, (rows,) in blocks(results, name))])


def integral(results: Results, name: str, weights: FloatArray) -> FloatArray:
    """A series added up over time with a weight (time,) for each step, missing values left out; (object,)."""
    found = np.zeros(results[name].shape[1])
    for part, (rows,) in blocks(results, name):
        found += weights[part] @ np.nan_to_num(rows.astype(np.float64))
    return found
