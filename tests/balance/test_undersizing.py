"""Towns that cannot get what they ask for: all is accounted for, and the run says so.

Every scenario is loaded from files and run through the public interface. Rules that hold in any of them
come first; then figures of single ones, by hand.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import heatsym as hs
from heatsym.engine.prepare import prepare
from heatsym.engine.trajectory import Cause
from heatsym.interfaces.axis import FloatArray
from heatsym.physics.water import enthalpy
from heatsym.results.balance import balance, violations
from tests.balance.shortage import CONSTANT, PLACES, RETURN, Town, source, steady

LARGE = source("boiler", power_kW=2000)
STOP = "[{ from = 2025-01-15, to = 2025-01-15 }]"
FIRST = "[{ from = 2025-01-14, to = 2025-01-14 }]"
WORKS = source("industrial", name="works", power_kW=300, temperature_degC=95, stops=STOP)
TINY = dict.fromkeys(PLACES, 0.001)
EVERYTHING = Town(
    source("industrial", name="works", power_kW=120, temperature_degC=84, stops=STOP)
    + source("industrial", "N8", "dairy", power_kW=60, temperature_degC=90, limit_temperature_degC=50)
    + source("boiler", "N6", power_kW=30, supply_temperature_degC=65),
    days=2,
    most={"last": 0.05, "flats": 0.1},
    service=(3000, 25),
)


def boiler(power: float, **more: float) -> str:
    return source("boiler", power_kW=power, **more)


SCENARIOS = {
    "plant 250 kW": Town(boiler(250)),
    "plant 150 kW": Town(boiler(150)),
    "plant 80 kW": Town(boiler(80)),
    "plant 40 kW": Town(boiler(40)),
    "plant 20 kW": Town(boiler(20)),
    "plant 80 kW, substeps": Town(boiler(80), substeps=4),
    "plant 150 kW, ring": Town(boiler(150), ring=True),
    "two plants 150 + 50 kW": Town(boiler(150) + source("boiler", "N8", "other", power_kW=50)),
    "two plants 40 + 50 kW, ring": Town(boiler(40) + source("boiler", "N8", "other", power_kW=50), ring=True),
    "feed 72 degC": Town(boiler(2000, supply_temperature_degC=72)),
    "feed 60 degC": Town(boiler(2000, supply_temperature_degC=60)),
    "feed 52 degC": Town(boiler(2000, supply_temperature_degC=52)),
    "feed 46 degC": Town(boiler(2000, supply_temperature_degC=46)),
    "set-point 55 degC": Town(LARGE, feed=55.0, most=dict.fromkeys(PLACES, 0.5)),
    "stream too cool": Town(source("industrial", power_kW=2000, temperature_degC=84)),
    "stream cooled to 40 degC": Town(
        source("industrial", power_kW=250, temperature_degC=90, limit_temperature_degC=40)
    ),
    "stream and little boiler": Town(source("industrial", power_kW=250, temperature_degC=84) + boiler(50)),
    "valve 0.2 kg/s": Town(LARGE, most={"last": 0.2}),
    "valve 0.1 kg/s": Town(LARGE, most={"last": 0.1}),
    "valve 0.001 kg/s": Town(LARGE, most={"last": 0.001}),
    "all valves tiny": Town(LARGE, most=TINY),
    "all valves tiny, ring": Town(LARGE, most=TINY, ring=True),
    "service 2 km": Town(LARGE, service=(2000, 25)),
    "service 10 km": Town(LARGE, service=(10_000, 25)),
    "service 5 km for 50 W": Town(LARGE, service=(5000, 25), heat={"last": 0.05}),
    "stop, little boiler": Town(WORKS + boiler(50), days=2),
    "stop, nothing else": Town(WORKS, days=2),
    "stop on the first day": Town(
        source("industrial", power_kW=600, temperature_degC=95, stops=FIRST), days=2
    ),
    "zero power": Town(boiler(0)),
    "zero power twice, ring": Town(boiler(0) + source("ideal", "N8", power_kW=0), ring=True),
    "everything": EVERYTHING,
    "everything, ring": replace(EVERYTHING, ring=True, days=1),
}


@cache
def computed(town_name: str) -> hs.Run:
    return ran(SCENARIOS[town_name])


def ran(town: Town) -> hs.Run:
    with TemporaryDirectory() as folder:
        return hs.run(hs.load(town.write(Path(folder))))


def stored(run: hs.Run, name: str) -> FloatArray:
    return run.results[name].values.astype(np.float64)


def peak(run: hs.Run) -> float:
    return float(stored(run, "consumer_heat_demand").sum(axis=1).max())


anywhere = pytest.mark.parametrize("name", SCENARIOS)


@anywhere
def test_all_heat_is_accounted_for(name: str) -> None:
    run = computed(name)
    energy = run.summary["energy"]
    demand = energy["demand_MWh"]
    assert abs(energy["delivered_MWh"] + energy["unmet_MWh"] - demand) <= 1e-9 * demand
    demanded, delivered, unmet = (
        stored(run, f"consumer_heat_{part}") for part in ("demand", "delivered", "unmet")
    )
    np.testing.assert_allclose(delivered + unmet, demanded, rtol=5e-7)
    assert (delivered >= 0).all()
    assert (unmet >= 0).all()
    assert energy["residual_relative"] <= 1e-6
    assert violations(run.results) == []
    assert run.summary["convergence"]["unconverged_steps"] == 0


@anywhere
def test_the_run_says_that_heat_is_missing(name: str) -> None:
    run = computed(name)
    missing, unmet = run.summary["energy"]["unmet_MWh"], stored(run, "consumer_heat_unmet")
    assert missing > 0
    assert run.summary["unmet_hours"] == (unmet > 0).any(axis=1).sum()
    assert sum(run.summary["unmet_by_cause_MWh"].values()) == pytest.approx(missing, rel=1e-9)
    np.testing.assert_array_equal(stored(run, "consumer_unmet_cause") > 0, unmet > 0)


@anywhere
def test_sources_stay_within_what_they_have(name: str) -> None:
    run = computed(name)
    heat, available = stored(run, "source_heat"), stored(run, "source_heat_available")
    assert (heat >= 0).all()
    assert (heat <= available + 1e-6 * peak(run)).all()
    gives = heat > 0
    supply, back = stored(run, "source_supply_temperature"), stored(run, "source_return_temperature")
    assert (back[gives] < supply[gives]).all()


@anywhere
def test_return_water_is_never_warmer_than_supply_water(name: str) -> None:
    run = computed(name)
    supply, sent = stored(run, "consumer_supply_temperature"), stored(run, "consumer_return_temperature")
    draws = stored(run, "consumer_mass_flow") > 0
    np.testing.assert_array_equal(draws, ~np.isnan(sent))
    assert (sent[draws] <= supply[draws]).all()
    assert (supply[draws] <= SCENARIOS[name].feed + 1e-3).all()


@anywhere
def test_the_cause_is_the_cause(name: str) -> None:
    """Each cause by what it means, from flows, temperatures and sources alone."""
    run = computed(name)
    cause = run.results["consumer_unmet_cause"].values
    most = prepare(run.case).load.mass_flow_max
    supply = stored(run, "consumer_supply_temperature")
    at_most = stored(run, "consumer_mass_flow") >= 0.999 * most
    useless = ~(supply >= RETURN + 5.1)
    heat, available = stored(run, "source_heat"), stored(run, "source_heat_available")
    exhausted = (heat >= available - 1e-3 * peak(run)).all(axis=1)
    assert at_most[cause == Cause.FLOW].all()
    assert useless[cause == Cause.TEMPERATURE].all()
    for step in np.flatnonzero((cause == Cause.CAPACITY).any(axis=1)):
        assert exhausted[step] or "stream" in name or "everything" in name
