"""Storages as arrays: what the kernels take, made of shapes and surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Store
from heatsym.physics.storage import ring_conductance, shells
from heatsym.storage import layout_of_kernels as k
from heatsym.tables.soils import Soil

THINNEST, GROWTH, RINGS = 0.2, 1.5, 10
"""Thickness of the ring of soil next to a storage [m], of each over the one before; how many: 23 m in all."""


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


def working_memory(size: int) -> FloatArray:
    """Memory that the kernels need for stores of up to ``size`` places."""
    return np.zeros((2, size + 3))


def joined(stores: tuple[Store, ...]) -> Stores:
    """Arrays of several stores as one, or of none; each begins as it does alone."""
    sizes = [len(store.state) for store in stores]
    return Stores(
        first=tuple(int(place) for place in np.cumsum([0, *sizes])),
        state=np.concatenate([np.zeros(0), *(store.state for store in stores)]),
        figure=np.array([store.figure for store in stores]).reshape(len(stores), k.FIGURES),
        table=np.concatenate([np.zeros((0, k.COLUMNS)), *(store.table for store in stores)]),
        work=working_memory(max(sizes, default=0)),
    )


NO_STORES = joined(())


def water_store(
    *,
    capacity: float,
    across: FloatArray,
    conductivity: float,
    air: FloatArray,
    soil: tuple[FloatArray, FloatArray] | None,
    t_max: float,
    stratifier: bool,
    two_zones: bool,
    t_hot: float,
    t_cold: float,
    fill: float,
    t_ground: float,
) -> Store:
    """Water that displaces itself, from top to bottom.

    ``capacity`` is that of all water [J/K]. ``across`` is, at each border of the segments, top and bottom
    included, the square of the cross-section over a segment's volume [m], so that ``conductivity``
    [W/(m K)] times it is a conductance. ``air`` [W/K] is the loss of each segment to the air, ``soil`` what
    :func:`heatsym.physics.storage.shells` gives. A part ``fill`` of the volume is as warm as ``t_hot``.
    """
    n = 1 if two_zones else len(air)
    rings = 0 if soil is None else len(soil[0])
    store = _blank(k.ZONES if two_zones else k.LAYERS, n, rings, 1 + (n + 1) + rings * n)
    state, figure, table = store.state, store.figure, store.table
    figure[k.CAPACITY] = capacity / n
    figure[k.HOTTEST] = t_max
    figure[k.STRATIFIER] = float(stratifier and not two_zones)
    if two_zones:  # all that surrounds them is theirs; across it is the middle of the storage
        air = air.sum(keepdims=True)
        across = np.full(2, across[len(across) // 2] / (len(across) - 1))
        soil = None if soil is None else (soil[0].sum(axis=1)[:, None], soil[1].sum(axis=1)[:, None])
    table[1 : n + 2, k.ALONG] = conductivity * across
    table[1 : n + 1, k.AIR] = air
    if soil is not None:
        holds, passes = soil
        table[1 : n + 1, k.ALOOF] = passes[0]
        table[n + 2 :, k.HOLDS] = holds.ravel()
        table[n + 2 :, k.ALOOF] = passes[1:].ravel()
    state[n + 2 :] = t_ground
    _fill(state, n, fill, t_hot, t_cold)
    return store


def ground_store(
    *,
    radii: FloatArray,
    height: float,
    heat_capacity: float,
    soil: Soil,
    cells: int,
    air: FloatArray,
    deep: FloatArray,
    exchange: FloatArray,
    largest_flow: float,
    t_max: float,
    t_hot: float,
    t_cold: float,
    fill: float,
    t_ground: float,
) -> Store:
    """Ground in rings around an axis, the first ``cells`` of which have boreholes.

    ``radii`` [m] are the rings' outer ones, the last being where the ground is undisturbed; ``heat_capacity``
    [J/(m3 K)] is that of the ground. ``air``, ``deep`` and ``exchange`` [W/K], (cells,), are conductances
    of each cell to the air, to the ground below, and to the water in its boreholes; ``largest_flow`` [W/K]
    is the water's. A part ``fill`` of the cells' volume, the middle, is as warm as ``t_hot``.
    """
    beyond = len(radii) - cells
    store = _blank(k.GROUND, cells, beyond, 1 + len(radii))
    state, figure, table = store.state, store.figure, store.table
    figure[k.HOTTEST] = t_max
    figure[k.LARGEST_FLOW] = largest_flow
    inner = np.concatenate([[0.0], radii[:-1]])
    middle = np.sqrt(0.5 * (radii**2 + inner**2))  # halves the ring's volume
    places = np.append(middle, radii[-1])
    table[1:, k.HOLDS] = heat_capacity * np.pi * (radii**2 - inner**2) * height
    table[1:, k.ALONG] = ring_conductance(places[:-1], places[1:], height, soil.conductivity)
    table[1 : cells + 1, k.AIR] = air
    table[1 : cells + 1, k.DEEP] = deep
    table[1 : cells + 1, k.EXCHANGE] = exchange
    state[1:] = t_ground
    part = np.clip(fill * cells - np.arange(cells), 0.0, 1.0)
    state[1 : cells + 1] = t_cold + part * (t_hot - t_cold)
    return store


def rings_of(soil: Soil, wall: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Soil around a buried body whose segments have walls of these areas; see ``shells``."""
    thickness = THINNEST * GROWTH ** np.arange(RINGS)
    radius = float(np.sqrt(wall.sum() / (2.0 * np.pi)))
    return shells(wall, radius, thickness, soil.conductivity, soil.conductivity / soil.diffusivity)


def _blank(kind: int, cells: int, rings: int, size: int) -> Store:
    """A store whose arrays are to be filled in."""
    figure = np.zeros(k.FIGURES)
    figure[[k.KIND, k.CELLS, k.RINGS]] = kind, cells, rings
    return Store(np.zeros(size), figure, np.zeros((size, k.COLUMNS)))


def _fill(state: FloatArray, segments: int, fill: float, t_hot: float, t_cold: float) -> None:
    """Layers with hot water above and cold below; a border between layers lies where they meet."""
    volume = fill * segments
    position = min(max(volume - np.floor(volume), k.EDGE), 1.0 - k.EDGE)
    if segments == 1:
        position = min(max(fill, k.EDGE), 1.0 - k.EDGE)
    state[0] = position
    top = np.concatenate([[0.0], position + np.arange(segments)])
    bottom = np.append(position + np.arange(segments), segments)
    part = np.clip((volume - top) / (bottom - top), 0.0, 1.0)
    state[1 : segments + 2] = t_cold + part * (t_hot - t_cold)
