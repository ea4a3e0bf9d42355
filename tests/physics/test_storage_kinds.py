"""Tanks, pits and boreholes as arrays: capacities, conductances, beginnings; what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.storage import STORAGES
from heatsym.storage import layout_of_kernels as k
from heatsym.storage.model import joined
from heatsym.tables import read_table
from tests.stores import FILLING, HEAT_CAPACITY, HOUR, borehole, held, pit, tank


def test_a_full_tank_loses_what_the_table_says():
    """0.0077 % of its heat above 40 degC in an hour, to surroundings of 10 degC."""
    full = held(tank(u_value=None, initial_fill=1.0, initial_hot_temperature=95.0))
    lost = full.rest(10.0, 10.0)
    assert lost == pytest.approx(0.0077e-2 * 1000.0 * HEAT_CAPACITY * 55.0, rel=1e-4)


def test_surface_of_a_tank():
    """u 0.5 W/m2K on 10 m of walls around 100 m2, and on lid and bottom, which lose with their layers."""
    store = tank(u_value=0.5).store(FILLING)
    around = 2.0 * np.sqrt(np.pi * 100.0) * 10.0
    assert store.table[:, k.AIR].sum() == pytest.approx(0.5 * (around + 200.0), rel=1e-12)
    assert store.table[1, k.AIR] == pytest.approx(0.5 * (around / 10.0 + 100.0), rel=1e-12)
    assert store.figure[k.CAPACITY] * 10 == 1000.0 * HEAT_CAPACITY


def test_water_conducts_across_the_section():
    """Half a metre of 0.6 W/mK over 100 m2, from middle to middle of two layers."""
    store = tank(conductivity=0.6, layers=20).store(FILLING)
    assert store.table[1:22, k.ALONG] == pytest.approx(np.full(21, 0.6 * 100.0 / 0.5), rel=1e-12)


@pytest.mark.parametrize("model", ["layers", "two_zone"])
@pytest.mark.parametrize("fill", [0.0, 0.37, 0.5, 1.0])
def test_it_begins_as_full_as_asked(model, fill):
    start = held(tank(initial_fill=fill, model=model))
    heat = 1000.0 * HEAT_CAPACITY * (40.0 + 50.0 * fill)
    assert start.energy() == pytest.approx(heat, rel=3e-6)
    assert np.all(np.diff(start.temperature) <= 0.0)


def test_it_begins_with_the_water_of_the_network():
    """Set-point and return, as far as its limits allow."""
    own = {"initial_hot_temperature": None, "initial_cold_temperature": None, "initial_fill": 0.5}
    assert held(tank(**own)).temperature[[0, -1]].tolist() == [85.0, 40.0]
    cool = held(tank(**own, max_temperature=70.0, min_temperature=50.0))
    assert cool.temperature[[0, -1]].tolist() == [70.0, 50.0]


def test_a_pit_lies_in_soil():
    """Its lid is of its upper side, its walls and floor are before rings of soil at ground temperature."""
    store = pit(lid_u_value=0.2).store(FILLING)
    assert store.table[:, k.AIR].sum() == pytest.approx(0.2 * 91.4**2, rel=2e-3)
    assert store.state[22:].tolist() == [9.0] * 200
    wall = 0.5 * 4.0 * (91.4 + 27.4) * 16.0 * np.sqrt(5.0) + 27.4**2
    first = wall / (0.1 / FILLING.soil.conductivity)
    assert store.table[1:21, k.ALOOF].sum() == pytest.approx(first, rel=5e-3)
    insulated = pit(wall_u_value=0.5).store(FILLING)
    through = 1.0 / (1.0 / (0.5 * wall) + 1.0 / first)
    assert insulated.table[1:21, k.ALOOF].sum() == pytest.approx(through, rel=5e-3)


def test_a_pit_with_a_loss_share_has_no_soil():
    store = pit(loss_share=1e-8).store(FILLING)
    assert len(store.state) == 22
    assert store.table[:, k.AIR].sum() == pytest.approx(1e-8 * 62_000.0 * HEAT_CAPACITY * 55.0 / 80.0)


def test_boreholes_stand_in_all_of_the_ground():
    """34,000 m3 of 45 m depth at 3 m: 84 boreholes of 45 m, whose water sees 1 / (R_b + R_ground) a metre."""
    field = borehole(depth=45.0, string=6)
    store = field.store(FILLING)
    volume_capacity = FILLING.soil.conductivity / FILLING.soil.diffusivity
    assert store.table[1:7, k.HOLDS].sum() == pytest.approx(34_000.0 * volume_capacity, rel=1e-12)
    metres = 34_000.0 / 9.0
    resistance = 0.1 + 0.1892 * 2.0 / FILLING.soil.conductivity  # the doctest's, at 2 W/mK
    assert store.table[1:7, k.EXCHANGE].sum() == pytest.approx(metres / resistance, rel=1e-3)
    assert store.state[7:].tolist() == [9.0] * (len(store.state) - 7)


def test_one_behind_another():
    stores = tuple(thing.store(FILLING) for thing in (tank(), pit(), borehole()))
    together = joined(stores)
    for i, store in enumerate(stores):
        place = slice(together.first[i], together.first[i + 1])
        assert together.state[place].tolist() == store.state.tolist()
        assert together.table[place].tolist() == store.table.tolist()
        assert together.figure[i].tolist() == store.figure.tolist()
    assert together.work.shape[1] >= max(len(store.state) for store in stores) + 3


@pytest.mark.parametrize(
    ("storage", "field", "code", "words"),
    [
        (tank(max_temperature=110.0), "max_temperature", "HS550", "110 degC boils at 1.013 bar, from 100.0"),
        (tank(min_temperature=95.0), "min_temperature", "HS503", "not below"),
        (tank(u_value=0.1, loss_share=1e-8), "u", "HS111", "u and loss_share"),
        (tank(initial_hot_temperature=97.0), "initial_hot_temperature", "HS553", "97 degC is above"),
        (tank(initial_hot_temperature=30.0), "initial_cold_temperature", "HS553", "40 degC is above"),
        (pit(max_temperature=94.0), "max_temperature", "HS551", "the liner bears, 90 degC"),
        (pit(volume=5000.0, depth=16.0), "slope", "HS552", "meet above a depth of 16 m"),
        (borehole(spacing=0.1), "spacing", "HS552", "do not fit 0.1 m apart"),
        (borehole(max_temperature=105.0), "max_temperature", "HS550", "boils"),
    ],
)
def test_what_cannot_be(storage, field, code, words):
    (fault,) = storage.faults()
    assert (fault.field, fault.code) == (field, code)
    assert words in fault.reason


def test_what_can_be():
    assert not tank().faults()
    assert not tank(max_temperature=110.0, pressure=2e5).faults()
    assert not pit(max_temperature=94.0, liner_temperature=95.0).faults()
    assert not borehole().faults()


def test_defaults_are_told_with_their_status():
    assert tank(height=None, u_value=None).basis() == (
        "slenderness of tank: 1.5 (assumed)",
        "loss share of tank: 0.0077 %/h (published)",
    )
    assert tank().basis() == ()
    assert any("lid u value of pit" in sentence for sentence in pit().basis())
    assert any("borehole resistance of field" in sentence for sentence in borehole().basis())


def test_every_row_of_the_table_belongs_to_a_kind():
    assert {row["kind"] for row in read_table("storage_defaults")} == {*STORAGES, "any"}


def test_a_day_of_a_tank_by_hand():
    """10 GJ in at 90 degC fill 48.8 m3; half of that out again; what is left is the difference."""
    day = held(tank())
    assert day.charge(10e9, 90.0, HOUR) == pytest.approx(40.0)
    assert day.content(89.0, 40.0) == pytest.approx(10e9, rel=1e-9)
    assert day.discharge(5e9, 40.0) == pytest.approx(90.0)
    assert day.energy(40.0) == pytest.approx(5e9, rel=1e-9)
