"""Where the rows of a run lie until they are stored: in memory, or in plain files beside the results.

Both hold one table per variable, (time, object), as the vocabulary has it stored.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Rows(Protocol):
    """Tables that are filled from the first step on."""

    def begin(self, shapes: dict[str, tuple[int, int]], kinds: dict[str, np.dtype[Any]], step: int) -> None:
        """Tables of these shapes and types, of which the rows before ``step`` are there already."""

    def put(self, name: str, first: int, rows: Array) -> None:
        """Rows of a table from ``first`` on."""

    def read(self, name: str, first: int, last: int) -> Array:
        """Rows of a table from ``first`` up to ``last``."""

    def table(self, name: str) -> Any:
        """A whole table: an array, or one that is read when it is used."""


class Held:
    """Tables in memory."""

    def __init__(self) -> None:
        """None yet."""
        self.tables: dict[str, Array] = {}

    def begin(self, shapes: dict[str, tuple[int, int]], kinds: dict[str, np.dtype[Any]], step: int) -> None:
        """See :class:`Rows`."""
        if step == 0:
            self.tables = {name: np.empty(shape, kinds[name]) for name, shape in shapes.items()}

    def put(self, name: str, first: int, rows: Array) -> None:
        """See :class:`Rows`."""
        self.tables[name][first : first + len(rows)] = rows

    def read(self, name: str, first: int, last: int) -> Array:
        """See :class:`Rows`."""
        return self.tables[name][first:last]

    def table(self, name: str) -> Array:
        """See :class:`Rows`."""
        return self.tables[name]


class Spooled:
    """Tables in files of a folder, row after row in the machine's own byte order, nothing else.

    A file may be longer than what counts of it: what follows is written over.
    """

    def __init__(self, folder: Path) -> None:
        """In a folder that is there."""
        self.folder = folder
        self.shapes: dict[str, tuple[int, int]] = {}
        self.kinds: dict[str, np.dtype[Any]] = {}
        self.files: dict[str, Any] = {}

    def begin(self, shapes: dict[str, tuple[int, int]], kinds: dict[str, np.dtype[Any]], step: int) -> None:
        """See :class:`Rows`; raises OSError where a file is shorter than it must be."""
        self.close()
        self.shapes, self.kinds = shapes, kinds
        for name in shapes:
            path = self._path(name)
            there = path.stat().st_size if path.exists() else 0
            if there < step * self._row(name):
                raise OSError(f"{path.name} has not the rows that it should have")
            self.files[name] = path.open("r+b" if path.exists() else "w+b", buffering=0)
            self.files[name].truncate(step * self._row(name))

    def put(self, name: str, first: int, rows: Array) -> None:
        """See :class:`Rows`."""
        file = self.files[name]
        file.seek(first * self._row(name))
        left = np.ascontiguousarray(rows, self.kinds[name]).data.cast("B")
        while left:
            left = left[file.write(left) :]

    def read(self, name: str, first: int, last: int) -> Array:
        """See :class:`Rows`; from any thread."""
        width = self.shapes[name][1]
        with self._path(name).open("rb", buffering=0) as file:
            file.seek(first * self._row(name))
            return np.fromfile(file, self.kinds[name], (last - first) * width).reshape(last - first, width)

    def table(self, name: str) -> SpooledTable:
        """See :class:`Rows`; read when it is used, and not kept then."""
        return SpooledTable(self, name)

    def sync(self) -> None:
        """Have all rows on the disk."""
        for file in self.files.values():
            os.fsync(file.fileno())

    def close(self) -> None:
        """Write no more."""
        for file in self.files.values():
            file.close()
        self.files = {}

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.rows"

    def _row(self, name: str) -> int:
        """Size of a row. [B]"""
        return self.shapes[name][1] * self.kinds[name].itemsize


class SpooledTable:
    """One table of :class:`Spooled`."""

    def __init__(self, rows: Spooled, name: str) -> None:
        """Nothing is read yet."""
        self.rows, self.name = rows, name
        self.shape, self.dtype = rows.shapes[name], rows.kinds[name]

    def __getitem__(self, part: slice) -> Array:
        """Rows of a range."""
        first, last, _ = part.indices(self.shape[0])
        return self.rows.read(self.name, first, max(first, last))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """All rows, read anew."""
        return np.asarray(self[:], dtype)
