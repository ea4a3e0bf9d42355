"""Stored series read in blocks of time, so that memory does not grow with the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray

BLOCK = 1024
"""Steps of a block: as many as are compressed together in the result file."""


def blocks(results: xr.Dataset, *names: str) -> Iterator[tuple[slice, list[NDArray[Any]]]]:
    """Which steps, and the series in them; as they are stored."""
    for first in range(0, results.sizes["time"], BLOCK):
        part = slice(first, first + BLOCK)
        yield part, [results[name][part].values for name in names]


def total(rows: NDArray[Any]) -> FloatArray:
    """Sum over all objects in double precision; (time, object) -> (time,)."""
    return np.asarray(np.ascontiguousarray(rows, dtype=np.float64).sum(axis=1))


def summed(results: xr.Dataset, name: str) -> FloatArray:
    """A series added up over its objects; (time,)."""
    return np.concatenate([np.zeros(0), *(total(rows) for _, (rows,) in blocks(results, name))])


def integral(results: xr.Dataset, name: str, weights: FloatArray) -> FloatArray:
    """A series added up over time with a weight (time,) for each step, missing values left out; (object,)."""
    found = np.zeros(results[name].shape[1])
    for part, (rows,) in blocks(results, name):
        found += weights[part] @ np.nan_to_num(rows.astype(np.float64))
    return found
