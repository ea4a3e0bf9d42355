"""Seasonal storages over years: they settle to a year that repeats itself, and lose what is published."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.interfaces.axis import FloatArray
from heatsym.storage import layout_of_kernels as k
from tests.stores import HEAT_CAPACITY, Held, borehole, held, pit

DAY = 86_400.0


def years(store: Held, count: int, most: float, *, hot: float, useful: float, back: float) -> FloatArray:
    """Charged by a sine in summer, discharged in winter, daily: heat in, heat out, loss, end; (year, 4). [J]

    ``most`` is the heat that the store could hold, which is what summer offers and winter asks for.
    """
    found = np.zeros((count, 4))
    for year in range(count):
        for day in range(365):
            season = np.sin(2 * np.pi * (day + 0.5) / 365 - 0.5 * np.pi)
            heat = abs(season) * most * np.pi / 365
            if season > 0.0:
                heat = min(heat, store.room(hot, 60.0, DAY))
                store.charge(heat, hot, DAY)
                found[year, 0] += heat
            else:
                heat = min(heat, store.content(useful, back, DAY))
                store.discharge(heat, back, DAY)
                found[year, 1] += heat
            t_air = 9.0 - 9.0 * np.cos(2 * np.pi * (day - 30) / 365)
            found[year, 2] += store.rest(t_air, 9.0, DAY)
        found[year, 3] = store.energy()
    return found


@pytest.fixture(scope="module")
def of_pit() -> tuple[Held, FloatArray]:
    """Six years of a pit of 70,000 m3, every default its own."""
    store = held(pit(volume=70_000.0))
    return store, years(store, 6, 70_000.0 * HEAT_CAPACITY * 55.0, hot=90.0, useful=40.0, back=35.0)


def test_a_pit_becomes_periodic(of_pit):
    """Years differ by less and less: from the fourth to the fifth by less than 2 % of what it holds."""
    _, found = of_pit
    changes = np.abs(np.diff(found[:, 3]))
    assert np.all(changes[2:] < changes[1:-1])
    assert changes[3] < 0.02 * 70_000.0 * HEAT_CAPACITY * 55.0
    assert np.all(np.diff(found[1:, 1]) > 0.0)  # what comes back grows as the soil warms
    assert np.all(np.diff(found[:, 2]) < 0.0)  # and what is lost falls


def test_every_year_of_a_pit_balances(of_pit):
    _, found = of_pit
    came = found[1:, 0] - found[1:, 1] - found[1:, 2]
    assert came == pytest.approx(np.diff(found[:, 3]), abs=1e-9 * found[0, 0])


def test_a_pit_loses_what_is_published():
    """0.0078 % of its heat an hour (Danish Energy Agency, 2030), in the mean of the fifth year."""
    store = held(pit(volume=70_000.0))
    years(store, 4, 70_000.0 * HEAT_CAPACITY * 55.0, hot=90.0, useful=40.0, back=35.0)
    heat, lost = [], 0.0
    for day in range(365):
        season = np.sin(2 * np.pi * (day + 0.5) / 365 - 0.5 * np.pi)
        wish = season * 70_000.0 * HEAT_CAPACITY * 55.0 * np.pi / 365
        if wish > 0.0:
            store.charge(min(wish, store.room(90.0, 60.0, DAY)), 90.0, DAY)
        else:
            store.discharge(min(-wish, store.content(40.0, 35.0, DAY)), 35.0, DAY)
        lost += store.rest(9.0 - 9.0 * np.cos(2 * np.pi * (day - 30) / 365), 9.0, DAY)
        heat.append(store.energy(35.0))
    assert lost / 8760.0 / np.mean(heat) == pytest.approx(0.0078e-2, rel=0.1)


def test_boreholes_become_periodic():
    """Ground takes longer: from the fourth to the fifth year it still changes by 1 % of what it may hold."""
    field = borehole()
    store = held(field)
    most = float(store.table[1:7, k.HOLDS].sum()) * 60.0
    found = years(store, 6, most, hot=80.0, useful=30.0, back=20.0)
    changes = np.abs(np.diff(found[:, 3]))
    assert np.all(changes[1:] < changes[:-1])
    assert changes[3] < 0.01 * most
    assert found[-1, 1] > 0.4 * found[-1, 0]
