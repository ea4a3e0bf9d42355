"""Spooled tables as xarray takes them: read when they are used, and not kept then."""

from __future__ import annotations

from typing import Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from heatsym.results.rows import SpooledTable


def lazily(data: Any) -> Any:
    """A spooled table for xarray; anything else is xarray's already."""
    return indexing.LazilyIndexedArray(_Table(data)) if isinstance(data, SpooledTable) else data


class _Table(BackendArray):
    """Any part of a spooled table."""

    def __init__(self, table: SpooledTable) -> None:
        self.table, self.shape, self.dtype = table, table.shape, table.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._part)

    def _part(self, key: tuple[Any, ...]) -> Any:
        """Rows of a range are read alone; of scattered ones all that lie between."""
        wanted = np.arange(self.shape[0])[key[0]]
        some = np.atleast_1d(wanted)
        first, last = (int(some.min()), int(some.max()) + 1) if some.size else (0, 0)
        rows = self.table[first:last]
        if some.size != last - first or np.any(np.diff(some) != 1):
            rows = rows[some - first]
        rows = rows[:, key[1]]
        return rows if np.ndim(wanted) else rows[0]
