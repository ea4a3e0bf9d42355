"""Storages at the hands of a test: a kind's arrays, and the kernels called on them."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Filling, Storage, Store
from heatsym.storage import kernels
from heatsym.storage import layout_of_kernels as k
from heatsym.storage.borehole import Borehole
from heatsym.storage.model import working_memory
from heatsym.storage.pit import Pit
from heatsym.storage.tank import Tank
from heatsym.tables.soils import USUAL

HEAT_CAPACITY = 4.1e6  # of water [J/(m3 K)]
HOUR = 3600.0
FILLING = Filling(HEAT_CAPACITY, t_hot=85.0, t_cold=40.0, t_ground=9.0, soil=USUAL)


class Held:
    """A store, and what the kernels say and do of it."""

    def __init__(self, store: Store) -> None:
        self.state, self.figure, self.table = store.state, store.figure, store.table
        self.work = working_memory(len(store.state))
        self.last = kernels.last_cell(self.figure)

    @property
    def temperature(self) -> FloatArray:
        """Of the store's own cells, from the hot end; a copy."""
        return self.state[1 : self.last + 1].copy()

    @property
    def capacity(self) -> FloatArray:
        """Of these cells. [J/K]"""
        cells = range(1, self.last + 1)
        return np.array([kernels.cell_capacity(self.state, self.figure, self.table, cell) for cell in cells])

    @property
    def soil_heat(self) -> float:
        """Heat above 0 degC of soil around the store. [J]"""
        return float(np.sum(self.table[self.last + 1 :, k.HOLDS] * self.state[self.last + 1 :]))

    def energy(self, t_reference: float = 0.0) -> float:
        return kernels.energy(self.state, self.figure, self.table, t_reference)

    def exergy(self, t_around: float) -> float:
        return kernels.exergy(self.state, self.figure, self.table, t_around)

    def room(self, t_in: float, t_back_max: float, seconds: float = HOUR) -> float:
        return kernels.room(self.state, self.figure, self.table, t_in, t_back_max, seconds)

    def content(self, t_useful: float, t_back: float, seconds: float = HOUR) -> float:
        return kernels.content(self.state, self.figure, self.table, t_useful, t_back, seconds)

    def charge(self, heat: float, t_in: float, seconds: float = HOUR) -> float:
        return kernels.charge(self.state, self.figure, self.table, self.work, heat, t_in, seconds)

    def discharge(self, heat: float, t_back: float, seconds: float = HOUR) -> float:
        return kernels.discharge(self.state, self.figure, self.table, self.work, heat, t_back, seconds)

    def rest(self, t_air: float, t_ground: float, seconds: float = HOUR) -> float:
        return kernels.rest(self.state, self.figure, self.table, self.work, t_air, t_ground, seconds)


def held(storage: Storage, filling: Filling = FILLING) -> Held:
    """A storage at its beginning."""
    return Held(storage.store(filling))


def tank(**given: object) -> Tank:
    """A tank of 1000 m3 and 10 m that neither loses nor conducts heat, hot above 90 and 40 degC."""
    usual = {
        "volume": 1000.0,
        "height": 10.0,
        "layers": 10,
        "u_value": 0.0,
        "conductivity": 0.0,
        "initial_hot_temperature": 90.0,
        "initial_cold_temperature": 40.0,
        "initial_fill": 0.0,
    }
    return Tank(name="tank", node="N1", **(usual | given))  # type: ignore[arg-type]


def pit(**given: object) -> Pit:
    """The pit of Dronninglund."""
    return Pit(name="pit", node="N1", **({"volume": 62_000.0} | given))  # type: ignore[arg-type]


def borehole(**given: object) -> Borehole:
    """A field of boreholes in 34,000 m3 of ground."""
    return Borehole(name="field", node="N1", **({"volume": 34_000.0} | given))  # type: ignore[arg-type]
