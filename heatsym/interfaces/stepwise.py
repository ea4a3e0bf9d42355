"""Values of all consumers in all steps, (time, consumer), made when steps are asked for.

What many consumers ask for over years does not fit into memory; what it is made from does. Whoever reads
it reads some steps at a time, ``values[first:last]`` or ``values[t]``. An array is read in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray, IntArray

PIECE = 2**19
"""Values that are looked at together: 4 MB."""
HELD = 2**23
"""Values up to which those that take long to make are held: 64 MB."""
RECENT = 4
"""Pieces of others that are."""
HALVED = 128
"""Values beyond which numpy halves a sum."""


class Stepwise(Protocol):
    """Values (time, consumer) that are read by their steps; an array is one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Steps and consumers."""

    def __getitem__(self, steps: int | slice, /) -> FloatArray:
        """Rows of a few steps (time, consumer), or that of one (consumer,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Profiles times a factor for each consumer.

    ``profiles`` are tables (time, profile), whose columns count on from one table to the next. ``which``
    (consumer,) is the column that a consumer follows, ``scale`` (consumer,) its factor. A consumer with a
    series of its own has a column of its own.
    """

    profiles: tuple[FloatArray, ...]
    which: IntArray
    scale: FloatArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Steps and consumers."""
        return len(self.profiles[0]), len(self.which)

    def __getitem__(self, steps: int | slice, /) -> FloatArray:
        """Rows of a few steps (time, consumer), or that of one (consumer,)."""
        tables = [table[steps] for table in self.profiles]
        beside = tables[0] if len(tables) == 1 else np.concatenate(tables, axis=-1)
        rows: FloatArray = np.take(beside, self.which, axis=-1)
        rows *= self.scale
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Values that a function makes of steps."""

    shape: tuple[int, ...]
    make: Callable[[int | slice], FloatArray]

    def __getitem__(self, steps: int | slice, /) -> FloatArray:
        """Rows of a few steps (time, consumer), or that of one (consumer,)."""
        return self.make(steps)


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """Values to which others are added for some consumers: ``more`` is (time, some), ``who`` their places."""

    values: Stepwise
    more: Stepwise
    who: IntArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Steps and consumers."""
        return self.values.shape

    def __getitem__(self, steps: int | slice, /) -> FloatArray:
        """Rows of a few steps (time, consumer), or that of one (consumer,)."""
        rows = np.array(self.values[steps])
        rows[..., self.who] += self.more[steps]
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Values with those of others in further columns: ``more`` is (time, others)."""

    values: Stepwise
    more: FloatArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Steps and consumers."""
        return self.values.shape[0], self.values.shape[1] + self.more.shape[1]

    def __getitem__(self, steps: int | slice, /) -> FloatArray:
        """Rows of a few steps (time, consumer), or that of one (consumer,)."""
        return np.concatenate([self.values[steps], self.more[steps]], axis=-1)


def kept(values: Stepwise) -> Stepwise:
    """The same, for values that take long to make: held where they are few, else the pieces read last."""
    steps, consumers = values.shape
    if steps * consumers <= HELD:
        return np.ascontiguousarray(values[:])
    size = max(1, PIECE // consumers)

    @lru_cache(maxsize=RECENT)
    def piece(number: int) -> FloatArray:
        rows = np.array(values[number * size : (number + 1) * size])
        rows.flags.writeable = False
        return rows

    def rows(which: int | slice) -> FloatArray:
        if not isinstance(which, slice):
            step = range(steps)[which]
            return np.asarray(piece(step // size)[step % size])
        first, last, stride = which.indices(steps)
        if stride != 1 or last <= first:
            return np.asarray(values[which])
        numbers = range(first // size, (last - 1) // size + 1)
        parts = [piece(n)[max(first - n * size, 0) : last - n * size] for n in numbers]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return Made((steps, consumers), rows)


def unknown(steps: int, consumers: int) -> Scaled:
    """No value for anybody: NaN in every step."""
    return Scaled((np.full((steps, 1), np.nan),), np.zeros(consumers, np.int64), np.ones(consumers))


def scaled(values: Scaled | ArrayLike) -> Scaled:
    """The same as profiles: every column of an array is one."""
    if isinstance(values, Scaled):
        return values
    table = np.asarray(values, dtype=np.float64)
    return Scaled((table,), np.arange(table.shape[1]), np.ones(table.shape[1]))


def placed(values: Scaled, some: Scaled, who: IntArray) -> Scaled:
    """Values in which some consumers have others."""
    which, scale = values.which.copy(), values.scale.copy()
    which[who] = some.which + sum(table.shape[1] for table in values.profiles)
    scale[who] = some.scale
    return Scaled((*values.profiles, *some.profiles), which, scale)


def known(values: Stepwise) -> Stepwise:
    """Values with 0 where they are missing."""
    return Made(values.shape, lambda steps: np.nan_to_num(values[steps]))


def picked(values: Stepwise, which: IntArray) -> Stepwise:
    """The values of some consumers."""
    if isinstance(values, Scaled):
        return Scaled(values.profiles, values.which[which], values.scale[which])
    return Made((values.shape[0], len(which)), lambda steps: np.take(values[steps], which, axis=-1))


def pieces(steps: int, columns: int) -> Iterator[slice]:
    """Stretches of all steps, each short enough to be looked at as a whole."""
    size = max(1, PIECE // max(columns, 1))
    return (slice(first, min(first + size, steps)) for first in range(0, steps, size))


def mean(values: Stepwise) -> float:
    """Mean of all values, to the last bit what numpy gives for the whole as an array.

    Notes
    -----
    numpy adds up halves of halves, cut at multiples of eight values, down to :data:`HALVED`. Where there are
    more than :data:`PIECE`, the cuts are made here.
    """
    steps, columns = values.shape

    def total(first: int, count: int) -> float:
        if count > max(PIECE, HALVED):
            half = count // 2 - count // 2 % 8
            return total(first, half) + total(first + half, count - half)
        begin, end = first // columns, -(-(first + count) // columns)
        flat = np.ravel(values[begin:end])
        return float(flat[first - begin * columns :][:count].sum())

    return total(0, steps * columns) / (steps * columns)
