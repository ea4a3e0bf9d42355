"""Dispatch that remembers, calculated by hand: least loads, ramps, and who charges a storage."""

from __future__ import annotations

import numpy as np

from heatsym.dispatch.kernels import Around, Field, Found, Lifts, Limits, Stores, plan
from heatsym.storage.layout_of_kernels import CAPACITY, CELLS, COLUMNS, FIGURES, HOTTEST, KIND, LAYERS

HOUR = 3600.0


def planned(
    need,
    power,
    *,
    least=0.0,
    rise=np.inf,
    order=None,
    charges=None,
    heat_per_kelvin=0.0,
    begin=40.0,
    lift=0.0,
    electricity=0.0,
    costs=np.inf,
):
    """What is planned for sources (time, source) and a storage that begins even, at 40 degC.

    It may have a heat pump of a power ``lift`` and half of Lorenz' COP, which cools by 10 K down to 10 degC.
    """
    need, power = np.array(need, dtype=float), np.array(power, dtype=float)
    steps, many = len(need), power.shape[-1]
    power = np.broadcast_to(power, (steps, many)).copy()
    cells, storages = 4, 1
    state = np.full(cells + 2, begin)
    state[0] = 0.5
    figure = np.zeros((1, FIGURES))
    figure[0, [KIND, CELLS, CAPACITY, HOTTEST]] = LAYERS, cells, max(heat_per_kelvin, 1e-9) / cells, 99.0
    stores = Stores(
        np.array([0, cells + 2]), state, figure, np.zeros((cells + 2, COLUMNS)), np.zeros((4, 20))
    )
    full = np.ones((steps, 1))
    found = Found(
        np.zeros((steps, many + 1), dtype=np.int64),
        np.zeros((steps, many)),
        *(np.zeros((steps, 1)) for _ in range(5)),
    )
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
    lifts = Lifts(
        *(np.array([value]) for value in (lift, 0.5, 10.0, 10.0)),
        electricity * full[:, 0],
        np.broadcast_to(np.array(costs, dtype=float), power.shape).copy(),
    )
    plan(need, 80.0 * full[:, 0], sources, stores, around, limits, lifts, HOUR, given, found)
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


def test_a_heat_pump_gives_what_is_too_cold() -> None:
    """50 degC, of which 10 K are taken, for water from 40 to 80 degC; COP by hand.

    Means are 318.124 and 332.749 K, a half of 22.753.
    """
    found = planned([100e3], [[500e3]], order=[1, 0], heat_per_kelvin=4.2e8, begin=50.0, lift=60e3)
    assert found.discharge[0, 0] == 60e3
    assert found.t_out[0, 0] == 80.0
    np.testing.assert_allclose(found.electricity[0, 0], 1.0 / 11.376, rtol=1e-4)


def test_a_heat_pump_stops_at_its_least_temperature() -> None:
    """4.2 MJ/K from 50 to 10 degC are 168 MJ, in passes of 10 K; nothing is left to draw then."""
    found = planned([1e6] * 200, [[2e6]], order=[1, 0], heat_per_kelvin=4.2e6, begin=50.0, lift=10e3)
    drawn = (found.discharge * (1.0 - found.electricity))[:, 0].sum() * HOUR
    np.testing.assert_allclose(drawn, 4.2e6 * 40.0, rtol=1e-9)
    assert found.discharge[-1, 0] == 0.0
    ran = found.discharge[:, 0] > 0.0
    assert ran.sum() > 4
    assert found.electricity[ran, 0][-1] > found.electricity[0, 0]  # the colder the store, the more


def test_warm_water_is_fed_in_directly() -> None:
    """85 degC at a set-point of 80: no electricity."""
    found = planned([100e3], [[500e3]], order=[1, 0], heat_per_kelvin=4.2e8, begin=85.0, lift=60e3)
    assert found.discharge[0, 0] == 100e3
    assert found.electricity[0, 0] == 0.0


def test_electricity_that_is_dearer_than_those_behind_waits_for_them() -> None:
    """COP 11.4 and 70 EUR/MWh make 6.15: behind a source of 6 that has 80 kW, before one of 7."""
    costs = np.array([6.0, 7.0]) / 3.6e9
    given = {"order": [2, 0, 1], "heat_per_kelvin": 4.2e8, "begin": 50.0, "lift": 60e3, "costs": costs}
    dear = planned([100e3], [[80e3, 500e3]], electricity=70.0 / 3.6e9, **given)
    assert dear.order[0].tolist() == [0, 2, 1]
    assert dear.discharge[0, 0] == 20e3
    cheap = planned([100e3], [[80e3, 500e3]], electricity=65.0 / 3.6e9, **given)
    assert cheap.order[0].tolist() == [2, 0, 1]
    assert cheap.discharge[0, 0] == 60e3
