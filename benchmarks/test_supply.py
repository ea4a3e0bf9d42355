"""CPU time of a year in which everything that gives and keeps heat is at work; ``pytest benchmarks``.

Works, a data centre behind a heat pump, collectors, a tank, a seasonal pit and a boiler at a district of a
hundred trenches: all rounds of plan and march, with offers, dispatch and pressures, of a prepared problem.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.measure import YEAR
from benchmarks.networks import RETURN, District, district, task, weather
from heatsym.engine.digest import Digest
from heatsym.engine.problem import Problem
from heatsym.engine.settle import settle_into
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.interfaces.exchange import Filling, Source, Storage
from heatsym.interfaces.profile import Context
from heatsym.sources.boiler import Boiler
from heatsym.sources.data_centre import DataCentre
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.solar_thermal import SolarThermal
from heatsym.storage.model import joined
from heatsym.storage.pit import Pit
from heatsym.storage.tank import Tank
from heatsym.tables.soils import USUAL
from heatsym.weather.climate import FileClimate

pytestmark = pytest.mark.benchmark(timer=time.process_time, disable_gc=True)


class Nowhere:
    """Rows are not kept."""

    def begin(self, step: int) -> None:
        """Nothing is there."""

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        """They are gone."""

    def pause(self, mark: object) -> None:
        """Nothing is written."""


def supplied(of: District) -> Problem:
    """The district with plants and storages, by their share of its peak and of its heat in a year."""
    plain = task(of, YEAR[0]).problem
    peak, heat = float(of.peak.sum()), float(of.annual_heat.sum())
    near, other = (f"N{n}" for n in of.far)
    plant = f"N{of.plant}"
    machine = HeatPumpUnit(power=0.15 * peak)
    sources: tuple[Source, ...] = (
        IndustrialStream(
            name="works", node=near, power=0.25 * peak, temperature=105.0, limit_temperature=50.0
        ),
        SolarThermal(name="collectors", node=plant, area=0.15 * heat / 3.6e6 / 400.0),
        DataCentre(name="servers", node=other, power=0.12 * peak, cooled_by="liquid", heat_pump=machine),
        Boiler(name="boiler", node=plant, fuel="natural_gas", power=1.5 * peak),
    )
    tank_volume = heat / 365.0 / (4.2e6 * 35.0)  # half a day's heat, about
    storages: tuple[Storage, ...] = (
        Tank(name="tank", node=plant, volume=tank_volume),
        Pit(name="pit", node=plant, volume=15.0 * tank_volume),
    )
    places = {name: n for n, name in enumerate(plain.node_ids)}
    at = [places[storage.node] for storage in storages]
    filling = Filling(
        heat_capacity=plain.medium.capacity * plain.supply.density,
        t_hot=float(plain.t_feed.mean()),
        t_cold=RETURN,
        t_ground=float(plain.t_ground.mean()),
        soil=USUAL,
    )
    return replace(
        plain,
        ctx=Context(plain.ctx.axis, plain.ctx.t_air, FileClimate(weather())),
        sources=sources,
        source_node=np.array([*(places[source.node] for source in sources), *at]),
        consumer_node=np.append(plain.consumer_node, at),
        consumer_ids=plain.consumer_ids + tuple(storage.name for storage in storages),
        storages=storages,
        stores=joined(tuple(storage.store(filling) for storage in storages)),
    )


def checked(problem: Problem, found: Digest) -> None:
    """The plan settled, every step converged, everything was used, and all heat is accounted for."""
    assert found.settled, found.change
    course, stored = found.course, found.stored
    assert course.converged.all()
    assert stored is not None
    assert (np.maximum(stored.heat, 0.0).sum(axis=0) > 0.0).all()
    assert (course.source_heat.sum(axis=0) > 0.0).all()
    assert found.ledger.unmet.value.sum() <= 1e-4 * found.ledger.demand.value.sum()
    stock = np.append(found.initial_stored_heat, course.network_stored_heat)
    into = course.source_heat.sum(axis=1) - stored.heat.sum(axis=1)
    out = float(found.ledger.delivered.value.sum()) + course.network_heat_loss.sum()
    left = into.sum() - out - (stock[-1] - stock[0]) / problem.step
    assert abs(left) <= 1e-8 * course.source_heat.sum()


def test_year_of_plants_and_storages(benchmark: BenchmarkFixture) -> None:
    """A hundred trenches."""
    problem = supplied(district(100))

    def run() -> Digest:
        return settle_into(problem, Nowhere(), lambda done, text: None)

    found = benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    benchmark.extra_info["rounds"] = found.rounds
    checked(problem, found)
