"""What storages do in a step, by hand: room, content, where water enters, mixing, two zones, boreholes."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.physics.storage import exergy_content, heat_content
from heatsym.storage import layout_of_kernels as k
from tests.stores import HEAT_CAPACITY, Held, borehole, held, pit, tank

SEGMENT = 100.0 * HEAT_CAPACITY  # of the tank of ten. [J/K]


def layered(*temperatures: float, position: float = 1.0 - k.EDGE, **given: object) -> Held:
    """A tank whose layers have these temperatures, one segment each; the eleventh is a sliver."""
    made = held(tank(**given))
    made.state[0] = position
    made.state[1:12] = [*temperatures, temperatures[-1]]
    return made


def test_room_ends_at_the_return_that_is_allowed():
    """Two segments at 40 degC and three at 55 may go back below 60, those at 70 and 85 may not."""
    store = layered(85, 85, 85, 70, 70, 55, 55, 55, 40, 40)
    assert store.room(90.0, 60.0) == pytest.approx(SEGMENT * (2 * 50 + 3 * 35), rel=1e-5)
    assert store.room(90.0, 50.0) == pytest.approx(SEGMENT * 2 * 50, rel=1e-5)
    assert store.room(60.0, 80.0) == pytest.approx(SEGMENT * (2 * 20 + 3 * 5), rel=1e-5)
    assert store.room(40.0, 80.0) == 0.0
    assert store.room(90.0, 39.0) == 0.0


def test_no_water_is_hotter_than_allowed():
    """Water of 130 degC is mixed down to the tank's 95."""
    store = layered(*[40] * 10)
    assert store.room(130.0, 90.0) == pytest.approx(10 * SEGMENT * 55, rel=1e-9)
    store.charge(5 * SEGMENT * 55, 130.0)
    assert store.temperature.max() == pytest.approx(95.0, abs=1e-9)


def test_content_ends_at_the_useful_temperature():
    store = layered(85, 85, 85, 70, 70, 55, 55, 55, 40, 40)
    assert store.content(80.0, 40.0) == pytest.approx(SEGMENT * 3 * 45, rel=1e-5)
    assert store.content(60.0, 45.0) == pytest.approx(SEGMENT * (3 * 40 + 2 * 25), rel=1e-5)
    assert store.content(30.0, 55.0) == pytest.approx(SEGMENT * (3 * 30 + 2 * 15), rel=1e-5)
    assert store.content(86.0, 40.0) == 0.0


def test_what_comes_back_is_what_is_displaced():
    """Three segments' worth of 90 degC drive out two of 40 and one of 55 degC: 45 on average."""
    store = layered(85, 85, 85, 70, 70, 55, 55, 55, 40, 40)
    assert store.charge(SEGMENT * (2 * 50 + 35), 90.0) == pytest.approx(45.0, abs=1e-4)
    assert store.temperature[:-1] == pytest.approx([90, 90, 90, 85, 85, 85, 70, 70, 55, 55], abs=1e-3)
    assert store.discharge(SEGMENT * (3 * 50 + 45), 40.0) == pytest.approx((3 * 90 + 85) / 4, abs=1e-4)
    assert store.temperature[:-1] == pytest.approx([85, 85, 70, 70, 55, 55, 40, 40, 40, 40], abs=1e-3)


def test_cooler_water_at_the_top_mixes():
    """A segment at 60 degC above four at 80 mixes with them and leaves 76; a stratifier puts it below."""
    mixed = layered(80, 80, 80, 80, 40, 40, 40, 40, 40, 40)
    mixed.charge(SEGMENT * 20, 60.0)
    assert mixed.temperature[:6] == pytest.approx([76, 76, 76, 76, 76, 40], abs=1e-3)
    sorted_ = layered(80, 80, 80, 80, 40, 40, 40, 40, 40, 40, inlet="stratifier")
    assert sorted_.charge(SEGMENT * 20, 60.0) == pytest.approx(40.0, abs=1e-4)
    assert sorted_.temperature[:7] == pytest.approx([80, 80, 80, 80, 60, 40, 40], abs=1e-3)


def test_warmer_water_at_the_bottom_mixes():
    mixed = layered(80, 80, 80, 80, 80, 80, 40, 40, 40, 40)
    mixed.discharge(SEGMENT * 30, 50.0)
    assert mixed.temperature[4:-1] == pytest.approx([80, 42, 42, 42, 42, 42], abs=1e-3)
    sorted_ = layered(80, 80, 80, 80, 80, 80, 40, 40, 40, 40, inlet="stratifier")
    sorted_.discharge(SEGMENT * 30, 50.0)
    assert sorted_.temperature[4:-1] == pytest.approx([80, 50, 40, 40, 40, 40], abs=1e-3)


def test_cold_layers_above_warm_ones_mix():
    store = layered(50, 80, 60, 70, 40, 40, 45, 40, 40, 40)
    store.rest(10.0, 10.0, 1.0)
    assert store.temperature[:-1] == pytest.approx([65] * 4 + [41 + 2 / 3] * 3 + [40] * 3, abs=1e-3)


def test_what_water_cannot_bring_warms_all_alike():
    """More heat than there is room for is kept all the same."""
    store = layered(*[40] * 10)
    before = store.energy()
    store.charge(10 * SEGMENT * 60, 90.0)
    assert store.energy() - before == pytest.approx(10 * SEGMENT * 60, rel=1e-12)
    assert store.temperature == pytest.approx(100.0, abs=1e-3)
    assert store.charge(SEGMENT, 90.0) == 90.0
    store.discharge(10 * SEGMENT * 70, 40.0)
    assert store.temperature == pytest.approx(30.1, abs=1e-3)


def test_two_zones():
    """The border moves with the water, and what enters joins its zone."""
    store = held(tank(model="two_zone", initial_fill=0.4))
    assert store.temperature.tolist() == [90.0, 40.0]
    assert store.charge(10 * SEGMENT * 0.2 * 40, 80.0) == pytest.approx(40.0)
    assert store.state[0] == pytest.approx(0.6)
    assert store.temperature == pytest.approx([(0.4 * 90 + 0.2 * 80) / 0.6, 40.0])
    assert store.discharge(10 * SEGMENT * 0.3 * (store.temperature[0] - 40), 40.0) == pytest.approx(
        86.667, abs=1e-3
    )
    assert store.state[0] == pytest.approx(0.3)


@pytest.mark.parametrize("make", [tank, pit, borehole])
def test_energy_and_exergy_are_those_of_physics(make):
    store = held(make(initial_fill=0.4, initial_hot_temperature=75.0))
    assert store.energy(35.0) == pytest.approx(
        heat_content(store.capacity, store.temperature, 35.0), rel=1e-12
    )
    assert store.exergy(10.0) == pytest.approx(
        exergy_content(store.capacity, store.temperature, 10.0), rel=1e-12
    )


def test_water_leaves_boreholes_as_transfer_units_say():
    """One cell of ground at 20 degC: a flow of 50 kW/K past 30 kW/K takes 1 - exp(-0.6) of 55 K."""
    store = held(borehole(string=1, initial_fill=0.0, initial_cold_temperature=20.0))
    store.table[1, k.EXCHANGE] = 30e3
    store.figure[k.LARGEST_FLOW] = 50e3
    power = 50e3 * (1.0 - np.exp(-0.6)) * 55.0
    assert store.room(75.0, 75.0, 60.0) == pytest.approx(power * 60.0, rel=1e-4)
    out = store.charge(power * 60.0 * 0.9999, 75.0, 60.0)
    assert out == pytest.approx(75.0 - power / 50e3, rel=1e-3)


def test_boreholes_heat_from_the_centre_and_cool_from_the_rim():
    store = held(borehole(initial_fill=0.0, initial_cold_temperature=20.0))
    for _ in range(1000):
        store.charge(store.room(75.0, 60.0), 75.0)
    warm = store.temperature
    assert np.all(np.diff(warm) < -0.5)
    store.discharge(store.content(21.0, 10.0), 10.0)
    cooled = warm - store.temperature
    assert np.all(cooled > 0.0)
    assert cooled[-1] == cooled.max()


def test_flow_through_boreholes_is_what_the_limit_allows():
    """More flow would come back warmer than allowed, or cooler than useful."""
    store = held(borehole(initial_fill=0.0, initial_cold_temperature=20.0))
    heat = store.room(75.0, 30.0)
    assert 0.0 < heat < store.room(75.0, 60.0)
    assert store.charge(heat, 75.0) == pytest.approx(30.0, abs=1e-3)
    warm = held(borehole(initial_fill=1.0, initial_hot_temperature=60.0))
    heat = warm.content(55.0, 20.0)
    assert 0.0 < heat < warm.content(30.0, 20.0)
    assert warm.discharge(heat, 20.0) == pytest.approx(55.0, abs=1e-3)
    assert warm.content(61.0, 20.0) == 0.0
