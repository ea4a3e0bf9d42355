"""Dispatch that remembers, calculated by hand: least loads, ramps, and who charges a storage."""

from __future__ import annotations

import numpy as np

from heatsym.dispatch.kernels import Around, Field, Found, Lifts, Limits, Stores, nothing_known, plan
from heatsym.storage.layout_of_kernels import CAPACITY, CELLS, COLUMNS, FIGURES, HOTTEST, KIND, LAYERS

HOUR = 3600.0


def planned(
    need,
    power,
    *,
    least=0.0,
    rise=np.inf,
    fall=np.inf,
    must_run=False,
    start_cost=0.0,
    up=0,
    down=0,
    spills=False,
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
        *(np.zeros((steps, many)) for _ in range(3)),
        np.zeros((steps, many), bool),
        *(np.zeros((steps, 1)) for _ in range(5)),
    )

    def each(given, dtype=float):
        return np.broadcast_to(np.array(given, dtype=dtype), (many,)).copy()

    sources = Field(
        power=power,
        **{
            name: np.broadcast_to(np.array(given, dtype=float), power.shape).copy()
            for name, given in (("least", least), ("rise", rise), ("fall", fall), ("cost", costs))
        },
        order=np.broadcast_to(np.arange(many + 1) if order is None else order, (steps, many + 1)).copy(),
        charges=np.tile(np.zeros((many, 1), bool) if charges is None else charges, (steps, 1, 1)),
        spills=each(spills, bool)[:, None].copy(),
        must_run=each(must_run, bool),
        start_cost=each(start_cost),
        up=each(up, np.int64),
        down=each(down, np.int64),
        ahead=np.maximum(each(up, np.int64), 24),
    )
    around = Around(80.0 * full, 40.0 * full, 10.0 * full[:, 0], 10.0 * full[:, 0])
    limits = Limits(np.inf * full, np.inf * full, np.array([5.0]), np.array([5.0]))
    lifts = Lifts(
        *(np.array([value]) for value in (lift, 0.5, 10.0, 10.0)),
        electricity * full[:, 0],
        np.broadcast_to(np.array(costs, dtype=float), power.shape).copy(),
    )
    plan(
        need,
        80.0 * full[:, 0],
        sources,
        stores,
        around,
        limits,
        lifts,
        HOUR,
        nothing_known(many, storages),
        found,
    )
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


def test_heat_falls_no_faster_than_its_ramp() -> None:
    """From 100 kW by 30 a step: the first gives 70 and 40 kW though the second, in front, could give all."""
    costs = [[1.0, 3.0], [3.0, 1.0], [3.0, 1.0], [3.0, 1.0], [3.0, 1.0]]
    order = np.argsort(np.c_[costs, np.full(5, 9.0)], axis=1)
    found = planned([100e3] * 5, [[100e3, 100e3]], fall=[30e3, np.inf], order=order)
    np.testing.assert_allclose(found.heat[:, 0], [100e3, 70e3, 40e3, 10e3, 0.0])
    np.testing.assert_allclose(found.heat[:, 1], [0.0, 30e3, 60e3, 90e3, 100e3])
    assert found.order[1].tolist() == [0, 1, 2]  # what is held comes first, so that the other follows
    assert found.upper[1].tolist() == [70e3, 100e3]
    assert not found.rejected.any()


def test_what_cannot_fall_is_stored_and_then_rejected() -> None:
    """Of 60 kW in an hour without need, 4.2 MJ/K take all until their 46.7 kWh are full."""
    room = 4.2e6 * 40.0 / HOUR
    given = {"fall": [40e3], "heat_per_kelvin": 4.2e6}
    stored = planned([100e3, 0.0, 0.0], [[100e3]], spills=True, **given)
    np.testing.assert_allclose(stored.charge[:, 0], [0.0, room, 0.0])
    np.testing.assert_allclose(stored.rejected[:, 0], [0.0, 60e3 - room, 20e3], rtol=1e-9)
    np.testing.assert_allclose(stored.heat[:, 0], [100e3, room, 0.0])
    rejected = planned([100e3, 0.0, 0.0], [[100e3]], **given)
    np.testing.assert_allclose(rejected.rejected[:, 0], [0.0, 60e3, 20e3])
    assert not rejected.charge.any()


def test_a_plant_stops_from_its_least_load_and_starts_at_it() -> None:
    """Ramps of 10 kW bind above the least 50 kW only."""
    found = planned(
        [0.0, 80e3, 80e3, 0.0, 0.0],
        [[80e3, 80e3]],
        least=[50e3, 0.0],
        rise=[10e3, np.inf],
        fall=[10e3, np.inf],
    )
    np.testing.assert_allclose(found.heat[:, 0], [0.0, 50e3, 60e3, 0.0, 0.0])
    np.testing.assert_allclose(found.rejected[:, 0], [0.0, 0.0, 0.0, 50e3, 0.0])


def test_least_loads_push_back_those_in_front() -> None:
    """110 kW: the first could give 100, but the second gives no less than 30, and nobody else is there."""
    found = planned([110e3], [[100e3, 50e3]], least=[0.0, 30e3])
    assert found.heat[0].tolist() == [80e3, 30e3]
    assert found.order[0].tolist() == [1, 0, 2]
    assert found.upper[0].tolist() == [100e3, 30e3]


def test_what_must_run_comes_first_at_any_cost() -> None:
    """The second takes 60 of 100 kW, and 40 when no more is needed: the rest of its 60 is rejected."""
    found = planned([100e3, 40e3], [[200e3, 60e3]], must_run=[False, True], costs=[1e-9, 9e-9])
    assert found.heat.tolist() == [[40e3, 60e3], [0.0, 40e3]]
    assert found.order[0, 0] == 1


def test_once_started_a_plant_runs_its_least_time() -> None:
    """Started for the peak, three hours at its least 20 kW, which the first one makes room for."""
    found = planned([100e3, 150e3, 100e3, 100e3, 100e3], [[100e3, 60e3]], least=[0.0, 20e3], up=[0, 3])
    np.testing.assert_allclose(found.heat[:, 1], [0.0, 50e3, 20e3, 20e3, 0.0])
    np.testing.assert_allclose(found.heat[:, 0], [100e3, 100e3, 80e3, 80e3, 100e3])


def test_once_stopped_a_plant_rests_its_least_time_unless_heat_would_be_missed() -> None:
    """It stops for an hour; for 50 kW the dear one stands in, 150 are more than that has."""
    given = {"down": [3, 0], "least": [10e3, 0.0]}
    found = planned([50e3, 0.0, 50e3, 50e3, 50e3], [[100e3, 100e3]], **given)
    np.testing.assert_allclose(found.heat[:, 0], [50e3, 0.0, 0.0, 0.0, 50e3])
    assert not found.early.any()
    missed = planned([50e3, 0.0, 150e3], [[100e3, 100e3]], **given)
    assert missed.heat[2].tolist() == [100e3, 50e3]
    assert missed.early.tolist() == [[False, False], [False, False], [True, False]]


def test_a_start_must_pay() -> None:
    """Heat at 10 in place of 30 EUR/MWh for two hours of 100 kW saves 4 EUR."""
    costs = np.array([10.0, 30.0]) / 3.6e9
    need = [0.0, 100e3, 100e3, 0.0] + 24 * [0.0]
    dear, cheap = (
        planned(need, [[100e3, 100e3]], costs=costs, start_cost=[start, 0.0]).heat[:4] for start in (4.1, 3.9)
    )
    assert dear[:, 0].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert dear[:, 1].tolist() == [0.0, 100e3, 100e3, 0.0]
    assert cheap[:, 0].tolist() == [0.0, 100e3, 100e3, 0.0]


def test_a_start_is_worth_the_one_that_it_spares() -> None:
    """The other would have to be started as well, for 3 EUR: 6.9 EUR are less than 4 and 3, 7.1 are not.

    The third, at 1000 EUR/MWh, needs no start, and is dear enough for the start of the second.
    """
    costs = np.array([10.0, 30.0, 1000.0]) / 3.6e9
    need = [0.0, 100e3, 100e3, 0.0] + 24 * [0.0]
    first, second = (
        planned(need, [[100e3] * 3], costs=costs, start_cost=[start, 3.0, 0.0]).heat for start in (6.9, 7.1)
    )
    assert first[1:3].tolist() == [[100e3, 0.0, 0.0]] * 2
    assert second[1:3].tolist() == [[0.0, 100e3, 0.0]] * 2


def test_heat_that_nobody_else_can_give_is_reason_enough_to_start() -> None:
    costs = np.array([10.0, 30.0]) / 3.6e9
    found = planned([0.0, 150e3], [[100e3, 100e3]], costs=costs, start_cost=[1e6, 1e6])
    assert found.heat[1].tolist() == [100e3, 50e3]


def test_who_rests_runs_for_a_storage_at_its_least_load_or_not_at_all() -> None:
    """Nobody needs heat: 46.7 kW of room are enough for a least load of 40 kW, not for one of 50."""
    charges = np.array([[True]])
    ran, rested = (
        planned([0.0], [[100e3]], least=least, charges=charges, heat_per_kelvin=4.2e6).charge[0, 0]
        for least in (40e3, 50e3)
    )
    np.testing.assert_allclose(ran, 4.2e6 * 40.0 / HOUR)
    assert rested == 0.0
