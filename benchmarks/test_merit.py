"""CPU time of the merit order over a year of hours: ten sources, two storages; ``pytest benchmarks``.

A boiler with a start cost, two machines with least loads, least times and ramps, seven streams of surplus
heat and plants without bounds; a tank that is charged in cheap hours, and one that waits for surplus heat.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from heatsym.dispatch.cheap_hours import cheap_hours
from heatsym.dispatch.kernels import (
    Around,
    Field,
    Found,
    Lifts,
    Limits,
    Stores,
    nothing_known,
    plan,
)
from heatsym.dispatch.merit_order import filled, marginal_price, merit_order
from heatsym.interfaces.axis import FloatArray
from heatsym.storage.layout_of_kernels import CAPACITY, CELLS, COLUMNS, FIGURES, HOTTEST, KIND, LAYERS

pytestmark = pytest.mark.benchmark(timer=time.process_time, disable_gc=True)

STEPS, SOURCES, STORAGES, LAYERS_EACH = 8760, 10, 2, 20
HOUR = 3600.0


def year() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Need [W], power of sources [W] and what their heat costs [EUR/J]; smooth days and seasons, noise."""
    random, hour = np.random.default_rng(7), np.arange(STEPS)
    season = 0.55 + 0.45 * np.cos(2.0 * np.pi * hour / STEPS)
    day = 1.0 + 0.2 * np.cos(2.0 * np.pi * (hour - 7) / 24.0)
    need = 10e6 * season * day * random.uniform(0.9, 1.1, STEPS)
    power = np.array([3.0, 1.0, 2.0, 0.5, 1.5, 1.0, 2.0, 1.0, 4.0, 8.0]) * 1e6 * np.ones((STEPS, 1))
    power[:, 3:6] *= random.uniform(0.3, 1.0, (STEPS, 3))
    electricity = 60.0 + 40.0 * np.cos(2.0 * np.pi * (hour - 18) / 12.0) * random.uniform(0.5, 1.5, STEPS)
    constant = np.array([5.0, 25.0, 30.0, 8.0, 9.0, 10.0, 0.0, 0.0, 45.0, 70.0])
    share = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.35, 0.0, 0.0])
    return need, power, (constant + share * electricity[:, None]) / 3.6e9


def dispatched(need: FloatArray, power: FloatArray, costs: FloatArray) -> Found:
    """Merit order, price, cheap hours and the plan that remembers."""
    must_run = np.arange(SOURCES) == 3
    order = merit_order(power, costs, must_run).order
    rank = np.argsort(order, axis=1, kind="stable")
    price = marginal_price(filled(need, power, order), power, costs, float(costs.max()))
    charges = np.zeros((STEPS, SOURCES, STORAGES), dtype=bool)
    charges[:, :6, 0] = True
    charges[:, :, 1], worth = cheap_hours(costs, price, np.arange(SOURCES) < 9, 24, 0.25, 0.95)
    place = np.stack([np.full(STEPS, 6.5), (costs <= worth[:, None]).sum(axis=1) - 0.5], axis=1)
    least_times = np.array([0, 0, 0, 0, 0, 0, 6, 6, 0, 0])
    least = np.array([0.4, 0.0, 0.3, 0.0, 0.0, 0.0, 0.2, 0.2, 0.0, 0.0])
    ramp = np.where(np.arange(SOURCES) == 2, 0.4e6, np.inf) * np.ones((STEPS, 1))
    sources = Field(
        power=power,
        least=least * power,
        rise=ramp,
        fall=ramp,
        cost=costs,
        order=np.argsort(np.concatenate([rank, place], axis=1), axis=1, kind="stable"),
        charges=charges,
        spills=np.ones((SOURCES, STORAGES), dtype=bool),
        must_run=must_run,
        start_cost=np.array([400.0, 0, 100.0, 0, 0, 0, 50.0, 50.0, 80.0, 0]),
        up=least_times,
        down=least_times,
        ahead=np.full(SOURCES, 24),
    )
    size = LAYERS_EACH + 2
    state = np.full((STORAGES, size), 50.0)
    state[:, 0] = 0.5
    figure = np.zeros((STORAGES, FIGURES))
    for name, value in ((KIND, LAYERS), (CELLS, LAYERS_EACH), (CAPACITY, 2e9 / LAYERS_EACH), (HOTTEST, 95.0)):
        figure[:, name] = value
    stores = Stores(
        np.arange(STORAGES + 1) * size,
        state.ravel(),
        figure,
        np.zeros((STORAGES * size, COLUMNS)),
        np.zeros((2, size + 3)),
    )
    full = np.ones((STEPS, STORAGES))
    found = Found(
        np.zeros((STEPS, SOURCES + STORAGES), dtype=np.int64),
        *(np.zeros((STEPS, SOURCES)) for _ in range(3)),
        np.zeros((STEPS, SOURCES), dtype=bool),
        *(np.zeros((STEPS, STORAGES)) for _ in range(5)),
    )
    plan(
        need,
        80.0 * full[:, 0],
        sources,
        stores,
        Around(80.0 * full, 45.0 * full, 10.0 * full[:, 0], 10.0 * full[:, 0]),
        Limits(np.inf * full, np.inf * full, np.full(STORAGES, 5.0), np.full(STORAGES, 20.0)),
        Lifts(*np.zeros((4, STORAGES)), np.zeros(STEPS), np.full((STEPS, SOURCES), np.inf)),
        HOUR,
        nothing_known(SOURCES, STORAGES),
        found,
    )
    return found


def test_year_of_merit_order(benchmark: BenchmarkFixture) -> None:
    """Everything is served, storages work, and starts are few."""
    need, power, costs = year()
    found = benchmark.pedantic(lambda: dispatched(need, power, costs), rounds=5, warmup_rounds=1)
    given = found.heat.sum(axis=1) + found.discharge.sum(axis=1) - found.charge.sum(axis=1)
    np.testing.assert_allclose(given, need, rtol=1e-8)
    assert (found.charge.sum(axis=0) > 0.0).all()
    assert (found.discharge.sum(axis=0) > 0.0).all()
    benchmark.extra_info["starts"] = int(((found.heat[1:] > 0.0) & (found.heat[:-1] == 0.0)).sum())
