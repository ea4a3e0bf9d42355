"""A storage as the engine knows it: arrays, no kinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.storage.kernels import FIGURES


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """What the functions of :mod:`heatsym.storage.kernels` take, at the beginning of a run.

    ``state`` is (size,), ``figure`` (FIGURES,), ``table`` (size, COLUMNS). Heat is counted with one capacity of
    water for all temperatures.
    """

    state: FloatArray
    figure: FloatArray
    table: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stores:
    """Several stores, one behind another: that of number i lies in ``first[i]:first[i + 1]``.

    ``state`` is (size,), ``figure`` (store, FIGURES), ``table`` (size, COLUMNS), ``work`` what the kernels
    work in.
    """

    first: tuple[int, ...]
    state: FloatArray
    figure: FloatArray
    table: FloatArray
    work: FloatArray


def joined(stores: tuple[Store, ...]) -> Stores:
    """Arrays of several stores as one; each begins as it does alone."""
    sizes = [len(store.state) for store in stores]
    return Stores(
        first=tuple(int(place) for place in np.cumsum([0, *sizes])),
        state=np.concatenate([store.state for store in stores]),
        figure=np.stack([store.figure for store in stores]),
        table=np.concatenate([store.table for store in stores]),
        work=working_memory(max(sizes)),
    )


def working_memory(size: int) -> FloatArray:
    """Memory that the kernels need for stores of up to ``size`` places."""
    return np.zeros((2, size + 3))


def blank(kind: int, size: int, columns: int) -> Store:
    """A store of zeros, to be filled in."""
    figure = np.zeros(FIGURES)
    figure[0] = kind
    return Store(np.zeros(size), figure, np.zeros((size, columns)))
