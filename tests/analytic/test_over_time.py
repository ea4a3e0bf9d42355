"""Dispatch that remembers, calculated by hand: least loads, ramps, and who charges a storage."""

from __future__ import annotations

import numpy as np

from heatsym.dispatch.kernels import Around, Field, Found, Limits, Stores, plan
from heatsym.storage.layout_of_kernels import CAPACITY, CELLS, COLUMNS, FIGURES, HOTTEST, KIND, LAYERS

HOUR = 3600.0


def planned(need, power, *, least=0.0, rise=np.inf, order=None, charges=None, heat_per_kelvin=0.0):
    """What is planned for sources (time, source) and a storage that begins empty, at 40 degC."""
    need, power = np.array(need, dtype=float), np.array(power, dtype=float)
    steps, many = len(need), power.shape[-1]
    power = np.broadcast_to(power, (steps, many)).copy()
    cells, storages = 4, 1
    state = np.full(cells + 2, 40.0)
    state[0] = 0.5
    figure = np.zeros((1, FIGURES))
    figure[0, [KIND, CELLS, CAPACITY, HOTTEST]] = LAYERS, cells, max(heat_per_kelvin, 1e-9) / cells, 99.0
    stores = Stores(
        np.array([0, cells + 2]), state, figure, np.zeros((cells + 2, COLUMNS)), np.zeros((4, 20))
    )
    full = np.ones((steps, 1))
    found = Found(np.zeros((steps, many)), *(np.zeros((steps, 1)) for _ in range(4)))
    given = np.zeros((3, many + storages))
    given[1] = np.inf
    sources = Field(
        power=power,
        least=np.broadcast_to(np.array(least, dtype=float), power.shape).copy(),
        rise=np.broadcast_to(np.array(rise, dtype=float), power.shape).copy(),
        order=np.tile(np.arange(many + 1) if order is None else order, (steps, 1)),
        charges=np.tile(np.zeros((many, 1), bool) if charges is None else charges, (steps, 1, 1)),
    )
    around = Around(80.0 * full, 40.0 * full, 10.0 * full[:, 0], 10.0 * full[:, 0])
    limits = Limits(np.inf * full, np.inf * full, np.array([5.0]), np.array([5.0]))
    plan(need, 80.0 * full[:, 0], sources, stores, around, limits, HOUR, given, found)
    return found


def test_a_plant_below_its_least_load_rests_if_others_can_do_without_it() -> None:
    """30 kW: the first, which needs 50, rests; 60 kW: it runs; 250 kW: both are needed."""
    found = planned([30e3, 60e3, 250e3], [[200e3, 100e3]], least=[50e3, 0.0])
    assert found.upper[:, 0].tolist() == [0.0, 200e3, 200e3]
    assert found.upper[:, 1].tolist() == [100e3] * 3


def test_a_plant_runs_below_its_least_load_if_nobody_else_can() -> None:
    found = planned([130e3], [[200e3, 100e3]], least=[150e3, 0.0])
    assert found.upper[0, 0] == 200e3


def test_heat_rises_no_faster_than_its_ramp() -> None:
    """From 10 kW by 20 kW a step; what is missing is the second's."""
    found = planned([10e3, 100e3, 100e3, 100e3], [[200e3, 500e3]], rise=[20e3, np.inf])
    assert found.upper[1:, 0].tolist() == [30e3, 50e3, 70e3]


def test_spare_heat_of_those_that_may_charges_and_replaces_those_behind() -> None:
    """20 kW are spare in the first step, which bring back 20 kW in the second; the boiler gives the rest."""
    charges = np.array([[True], [False]])
    found = planned(
        [80e3, 150e3],
        [[100e3, 500e3]],
        order=[0, 2, 1],
        charges=charges,
        heat_per_kelvin=4.2e6,
    )
    np.testing.assert_allclose(found.charge[:, 0], [20e3, 0.0])
    np.testing.assert_allclose(found.discharge[:, 0], [0.0, 20e3])
    assert found.t_back[0, 0] == 40.0


def test_a_full_storage_takes_no_more() -> None:
    """Its 4.2 MJ/K take 168 MJ between 40 and 80 degC: 46.7 kW for an hour."""
    charges = np.array([[True], [False]])
    room = 4.2e6 * 40.0 / HOUR
    found = planned([0.0] * 3, [[30e3, 500e3]], order=[0, 2, 1], charges=charges, heat_per_kelvin=4.2e6)
    np.testing.assert_allclose(found.charge[:, 0], [30e3, room - 30e3, 0.0], rtol=1e-9)
