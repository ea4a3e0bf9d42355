"""CPU time of dispatch at least cost: a year of hours, ten sources, two storages; ``pytest benchmarks``.

Two works, three heat pumps, a CHP plant, an electric boiler and three boilers; a tank of three hours of the
mean need and a pit of a hundred. Prices of electricity change by hour and day and fall below 0.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from heatsym.dispatch.linear import linear
from heatsym.dispatch.rolling import rolling
from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Fleet, Reserves, Schedule, Task

pytestmark = pytest.mark.benchmark(timer=time.process_time, disable_gc=True)

HOURS, MW, MWH = 8760, 1e6, 3.6e9
RULES = Dispatch(method="linear")
COMMITTED = ("pump 1", "pump 2", "pump 3", "chp", "wood")


def year() -> Task:
    """Needs of 2 to 40 MW."""
    rng = np.random.default_rng(0)
    hour = np.arange(HOURS)
    season, day = np.cos(2 * np.pi * hour / HOURS), np.sin(2 * np.pi * (hour % 24 - 6) / 24)
    need = (20 * (1 + 0.8 * season) * (1 + 0.25 * day) + rng.normal(0, 1, HOURS)).clip(1.0) * MW
    daily = np.repeat(rng.normal(0, 20, HOURS // 24), 24)
    price = 60 - 40 * day + daily + rng.normal(0, 20, HOURS)
    grid = np.full(HOURS, 0.3 * 1000 / MWH)
    works = 3 + np.sin(hour / 500)
    # power [MW], cost of heat [EUR/MWh], emissions [t/MWh], electricity [-]
    sources = {
        "works": (works, 2.0, 0.0, 0.0),
        "other works": (works[::-1], 7.0, 0.0, 0.0),
        "pump 1": (4.5, (price + 20) / 3.5, 0.3 / 3.5, 1 / 3.5),
        "pump 2": (4.5, (price + 20) / 4.0, 0.3 / 4.0, 1 / 4.0),
        "pump 3": (4.5, (price + 20) / 4.5, 0.3 / 4.5, 1 / 4.5),
        "chp": (12.0, 90 - 0.8 * price, 0.4, -0.8),
        "electric": (8.0, 1.01 * (price + 10), 0.303, 1.01),
        "wood": (15.0, 50.0, 0.02, 0.0),
        "gas": (15.0, 58.0, 0.22, 0.0),
        "oil": (15.0, 75.0, 0.3, 0.0),
    }
    power, cost, carbon, electricity = (
        np.stack([np.broadcast_to(given[n], HOURS) for given in sources.values()], axis=1) for n in range(4)
    )
    many, endless = len(sources), np.full(power.shape, np.inf)
    fleet = Fleet(
        names=tuple(sources),
        power=power * MW,
        least=0.4 * power * MW,
        rise=endless,
        fall=endless,
        cost=cost / MWH,
        carbon=carbon * 1000 / MWH,
        electricity=electricity,
        start_cost=np.full(many, 300.0),
        must_run=np.zeros(many, dtype=bool),
        least_up=np.full(many, 6 * 3600.0),
        least_down=np.full(many, 4 * 3600.0),
    )
    full = np.array([60.0, 2000.0]) * MWH
    reserves = Reserves(
        names=("tank", "pit"),
        charge=np.full((HOURS, 2), 10 * MW),
        discharge=np.full((HOURS, 2), 10 * MW),
        charges=np.ones((many, 2), dtype=bool),
        periodic=np.ones(2, dtype=bool),
        wear=np.zeros(2),
        storage=np.arange(2),
        full=full,
        initial=0.3 * full,
        keep=np.array([0.9995, 0.9999]),
        takes=np.ones((HOURS, 2), dtype=bool),
        lift=np.zeros((HOURS, 2)),
    )
    return Task(3600.0, need, fleet, reserves, price / MWH, grid)


def checked(task: Task, found: Schedule) -> None:
    """All heat is served and accounted for, storages end as they began."""
    given = found.heat.sum(axis=1) + found.discharge.sum(axis=1)
    assert np.abs(given - task.need - found.charge.sum(axis=1)).max() <= 1e-9 * task.need.max()
    np.testing.assert_allclose(found.energy[-1], task.reserves.initial, rtol=1e-9)
    assert found.said == ()


def test_year_at_once(benchmark: BenchmarkFixture) -> None:
    """A linear program of 166,000 columns."""
    task = year()
    found = benchmark.pedantic(linear, (task, RULES), rounds=3, warmup_rounds=1)
    benchmark.extra_info["cost"] = found.cost
    checked(task, found)


def test_year_in_windows(benchmark: BenchmarkFixture) -> None:
    """Seven days at a time, with two more looked ahead."""
    task = year()
    found = benchmark.pedantic(rolling, (task, RULES), rounds=3, warmup_rounds=1)
    benchmark.extra_info["cost"] = found.cost
    checked(task, found)


def test_year_with_five_units_committed(benchmark: BenchmarkFixture) -> None:
    """On or off, with least loads, starts that cost and least times, at a gap of 0.5 %."""
    task = year()
    rules = replace(RULES, commit=COMMITTED)
    found = benchmark.pedantic(rolling, (task, rules), rounds=1, warmup_rounds=1)
    benchmark.extra_info["cost"] = found.cost
    checked(task, found)
