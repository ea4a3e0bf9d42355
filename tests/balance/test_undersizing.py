"""Towns that cannot get what they ask for: all is accounted for, and the run says so.

Every scenario is loaded from files and run through the public interface. Rules that hold in any of them
come first; then figures of single ones, by hand.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import heatsym as hs
from heatsym.engine.prepare import prepare
from heatsym.engine.trajectory import Cause
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Site
from heatsym.physics.water import enthalpy
from heatsym.results.balance import balance, violations
from tests.balance.shortage import CONSTANT, PLACES, RETURN, Town, source, steady

LARGE = source("boiler", power_kW=2000)
STOP = "[{ from = 2025-01-15, to = 2025-01-15 }]"
FIRST = "[{ from = 2025-01-14, to = 2025-01-14 }]"
WORKS = source("industrial", name="works", power_kW=300, temperature_degC=95, stops=STOP)
TINY = dict.fromkeys(PLACES, 0.001)
DAIRY = source("industrial", "N8", "dairy", power_kW=60, temperature_degC=90, limit_temperature_degC=40)
COOL = source("boiler", "N6", "cool", power_kW=30, supply_temperature_degC=65)
EVERYTHING = Town(
    WORKS.replace("300", "120") + DAIRY + COOL,
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
    "everything but a stop, ring": replace(EVERYTHING, sources=DAIRY + COOL, ring=True, days=1),
}
SCENARIOS |= {
    f"{name}, reference engine": replace(SCENARIOS[name], engine="reference")
    for name in (
        "plant 80 kW, substeps",
        "two plants 40 + 50 kW, ring",
        "feed 46 degC",
        "stream and little boiler",
        "service 10 km",
        "stop, little boiler",
        "everything",
    )
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


def limits(run: hs.Run) -> FloatArray:
    """What each source could give, at the water that came back to it; (time, source). [W]"""
    problem, back = prepare(run.case), stored(run, "source_return_temperature")
    most = []
    for position, plant in enumerate(problem.sources):
        offer = plant.offer(problem.ctx, Site(problem.t_feed, back[:, position]))
        cooling = offer.conductance * np.maximum(offer.t_hot - back[:, position], 0.0)
        most.append(np.minimum(offer.power, cooling))
    return np.stack(most, axis=1)


@anywhere
def test_sources_stay_within_what_they_have(name: str) -> None:
    run = computed(name)
    heat = stored(run, "source_heat")
    assert (heat >= 0).all()
    assert (heat <= limits(run) + 1e-6 * peak(run)).all()
    assert (heat <= stored(run, "source_heat_available") + 1e-6 * peak(run)).all()
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
def test_temperature_and_capacity_are_the_cause_where_they_are(name: str) -> None:
    """Water too cold to be of use; every source at its limit."""
    run = computed(name)
    cause = run.results["consumer_unmet_cause"].values
    cold = ~(stored(run, "consumer_supply_temperature") >= RETURN + 5.1)
    assert cold[cause == Cause.TEMPERATURE].all()
    exhausted = (stored(run, "source_heat") >= limits(run) - 1e-3 * peak(run)).all(axis=1)
    assert exhausted[(cause == Cause.CAPACITY).any(axis=1)].all()


@pytest.mark.parametrize("name", SCENARIOS)
def test_flow_is_the_cause_only_at_the_largest_flow(name: str) -> None:
    run = computed(name)
    at_most = stored(run, "consumer_mass_flow") >= 0.999 * prepare(run.case).load.mass_flow_max
    assert at_most[run.results["consumer_unmet_cause"].values == Cause.FLOW].all()


# -- by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in SCENARIOS if name.startswith(("zero", "stop", "stream too"))]
)
def test_without_a_source_nothing_arrives_and_the_water_cools(name: str) -> None:
    run = computed(name)
    account = balance(run.results)
    off = (limits(run) == 0.0).all(axis=1)
    assert off.any() == (not name.startswith("stop, little boiler"))
    assert (stored(run, "consumer_heat_delivered")[off] == 0.0).all()
    assert (stored(run, "consumer_mass_flow")[off] == 0.0).all()
    cause = run.results["consumer_unmet_cause"].values[off]
    assert (cause[stored(run, "consumer_heat_demand")[off] > 0] == Cause.CAPACITY).all()
    np.testing.assert_allclose(account.network_loss[off], -account.stored_change[off], rtol=1e-6)


@pytest.mark.parametrize(("name", "flow"), [("valve 0.2 kg/s", 0.2), ("valve 0.1 kg/s", 0.1)])
def test_largest_flow_and_its_cooling_are_the_heat(name: str, flow: float) -> None:
    run = computed(name)
    last = run.results.sel(consumer="last")
    supply = last["consumer_supply_temperature"].values.astype(np.float64)
    expected = flow * (enthalpy(supply) - enthalpy(RETURN))
    np.testing.assert_allclose(last["consumer_heat_delivered"], expected, rtol=1e-5)
    assert (last["consumer_unmet_cause"] == Cause.FLOW).all()
    causes = run.summary["unmet_by_cause_MWh"]
    assert causes["capacity"] == causes["temperature"] == 0.0


def test_stream_gives_what_it_is_cooled_by() -> None:
    """250 kW from 90 to 40 degC are 5 kW/K; 5 K approach."""
    run = computed("stream cooled to 40 degC")
    heat, back = stored(run, "source_heat")[:, 0], stored(run, "source_return_temperature")[:, 0]
    short = (run.results["consumer_unmet_cause"].values == Cause.CAPACITY).any(axis=1)
    assert short.sum() > 12
    np.testing.assert_allclose(heat[short], 5e3 * (85.0 - back[short]), rtol=1e-3)


@pytest.mark.parametrize("name", ["service 10 km", "service 5 km for 50 W", "valve 0.001 kg/s"])
def test_water_that_comes_cold_gives_nothing(name: str) -> None:
    run = computed(name)
    last = run.results.sel(consumer="last")
    assert float(last["consumer_heat_delivered"].max()) == 0.0
    assert float(last["consumer_supply_temperature"].max()) < RETURN
    assert (last["consumer_unmet_cause"] == Cause.TEMPERATURE).all()
    assert (last["consumer_mass_flow"] > 0).all()


STEADY = Town(
    LARGE,
    heat={"house": 5.0, "flats": 60.0, "trade": 50.0, "last": 40.0, "baths": 80.0},
    most=dict.fromkeys(PLACES, 1.0),
    network=CONSTANT,
    u_value=0.6,
    tolerance=1e-7,
)


@pytest.mark.parametrize(
    ("power", "town"),
    [
        (2000, STEADY),
        (200, STEADY),
        (120, STEADY),
        (70, STEADY),
        (2000, replace(STEADY, most=STEADY.most | {"last": 0.2, "trade": 0.3})),
        (2000, replace(STEADY, service=(3000, 25), most=STEADY.most | {"last": 0.3})),
        (2000, replace(STEADY, feed=55.0)),
        (90, replace(STEADY, feed=65.0, service=(1000, 25), most=STEADY.most | {"flats": 0.5})),
    ],
)
def test_steady_shortage_by_hand(power: float, town: Town) -> None:
    expected, plant = steady(town, 1e3 * power)
    run = ran(replace(town, sources=boiler(power)))
    delivered = stored(run, "consumer_heat_delivered")[-1]
    np.testing.assert_allclose(delivered, [expected[name] for name in PLACES], rtol=2e-5)
    assert stored(run, "source_heat")[-1, 0] == pytest.approx(plant, rel=2e-5)
    assert stored(run, "network_heat_loss")[-1] == pytest.approx(plant - sum(expected.values()), rel=1e-4)


# -- more is never less --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ["zero power", "plant 20 kW", "plant 40 kW", "plant 80 kW", "plant 150 kW", "plant 250 kW"],
        ["plant 40 kW", "stop, little boiler"],
        ["plant 150 kW", "two plants 150 + 50 kW"],
    ],
)
def test_more_power_never_delivers_less(names: list[str]) -> None:
    """In every hour, up to the heat that the water holds after one that asked for less."""
    totals = [stored(computed(name), "consumer_heat_delivered")[:24].sum(axis=1) for name in names]
    for less, more in pairwise(totals):
        assert (more >= less - 1e-3 * peak(computed(names[0]))).all()
        assert more.sum() > less.sum()


@pytest.mark.parametrize(
    "names",
    [
        ["feed 46 degC", "feed 52 degC", "feed 60 degC", "feed 72 degC"],
        ["valve 0.001 kg/s", "valve 0.1 kg/s", "valve 0.2 kg/s"],
        ["service 10 km", "service 2 km"],
    ],
)
def test_warmer_wider_or_shorter_never_delivers_less(names: list[str]) -> None:
    totals = [stored(computed(name), "consumer_heat_delivered")[:24].sum() for name in names]
    assert totals == sorted(totals)
