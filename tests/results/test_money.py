"""Operating cost by hand calculation: 1000 MWh delivered in 48 hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.money import operating_cost
from heatsym.case.settings import Emissions, Prices
from heatsym.interfaces.profile import Series
from heatsym.sources.chp import CombinedHeatAndPower
from tests import handmade
from tests.results.test_emissions import GAS, MWH, study

PRICES = Prices(natural_gas=60 / MWH, electricity=90 / MWH, co2=0.08)
WORKS = replace(handmade.case().sources[0], power=1e8)


def test_every_part():
    """Works 1000 MWh at 12, gas 1000/0.9 MWh at 60 and 80 per tonne, pumps 20 MWh at 90."""
    case, results = study(WORKS, GAS, pump=20e6 / 48, prices=PRICES, emissions=Emissions(electricity=1 / MWH))
    parts = {
        "fuel_EUR": 1000 / 0.9 * 60,
        "electricity_EUR": 20 * 90,
        "heat_EUR": 1000 * 12,
        "co2_EUR": 1000 / 0.9 * 0.20196 * 80,
    }
    total = sum(parts.values())
    expected = parts | {"operating_cost_EUR": total, "cost_EUR_per_MWh": total / 1000}
    assert operating_cost(case, results).values == pytest.approx(expected, rel=1e-6)


def test_hourly_price_weighs_the_hour():
    price = np.where(np.arange(48) == 3, 480.0, -10.0) / MWH
    case, results = study(WORKS, pump=1e6, prices=Prices(electricity=Series(price)))
    assert operating_cost(case, results).values["electricity_EUR"] == pytest.approx(480 - 47 * 10, rel=1e-5)


@pytest.mark.parametrize(
    ("prices", "section", "reason"),
    [
        (None, None, "no prices"),
        (Prices(electricity=1e-8), None, "no price for natural_gas"),
        (Prices(natural_gas=1e-8), None, "no price for electricity"),
        (PRICES, None, "a price for CO2 but no emissions section"),
        (PRICES, Emissions(set="geg"), "a price for CO2 but no direct factor for a fuel in set geg"),
    ],
)
def test_what_is_not_known_is_not_free(prices, section, reason):
    case, results = study(GAS, pump=1e3, prices=prices, emissions=section)
    found = operating_cost(case, results)
    assert (found.values, found.missing) == ({}, reason)


def test_what_is_not_used_needs_no_price():
    case, results = study(WORKS, pump=0.0, prices=Prices())
    assert operating_cost(case, results).values["operating_cost_EUR"] == pytest.approx(12_000, rel=1e-6)


@pytest.mark.parametrize("name", ["source_fuel", "source_heat", "pump_electricity"])
def test_a_gap_is_not_free(name):
    case, results = study(WORKS, GAS, prices=PRICES, emissions=Emissions())
    results[name][{"time": 7}] = np.nan
    assert operating_cost(case, results).missing == "gaps in heat, fuel or electricity"


def test_electricity_made_is_a_part_of_its_own():
    """1000 MWh of heat and 500 MWh of electricity from 1500/0.85 MWh of gas, sold as dear as bought."""
    plant = CombinedHeatAndPower(
        name="chp", node="plant", fuel="natural_gas", power=1e8, power_to_heat=0.5, efficiency=0.85
    )
    case, results = study(plant, pump=20e6 / 48, prices=replace(PRICES, co2=0.0))
    found = operating_cost(case, results).values
    assert found["fuel_EUR"] == pytest.approx(1500 / 0.85 * 60, rel=1e-6)
    assert found["electricity_EUR"] == pytest.approx(20 * 90, rel=1e-6)
    assert found["electricity_sold_EUR"] == pytest.approx(-500 * 90, rel=1e-6)
    assert found["operating_cost_EUR"] == pytest.approx(1500 / 0.85 * 60 + 20 * 90 - 500 * 90, rel=1e-6)
    free = operating_cost(case, results.assign({"pump_electricity": 0.0 * results["pump_electricity"]}))
    assert free.values["electricity_EUR"] == 0.0
    assert free.values["electricity_sold_EUR"] == pytest.approx(-500 * 90, rel=1e-6)


def test_what_is_sold_needs_a_price():
    plant = CombinedHeatAndPower(name="chp", node="plant", fuel="natural_gas", power=1e8)
    case, results = study(plant, pump=0.0, prices=Prices(natural_gas=1e-8))
    assert operating_cost(case, results).missing == "no price for electricity"


def test_starts_are_counted_and_paid():
    """Heat in hours 0, 1, 5 and 7 to 47: two starts, as nobody knows whether hour 0 is one."""
    case, results = study(replace(GAS, start_cost=150.0), pump=0.0, prices=PRICES, emissions=Emissions())
    heat = results["source_heat"].copy()
    heat[{"time": [2, 3, 4, 6]}] = 0.0
    found = operating_cost(case, results.assign({"source_heat": heat})).values
    assert found["start_EUR"] == 300.0
    parts = ("fuel", "electricity", "heat", "co2", "start")
    assert found["operating_cost_EUR"] == pytest.approx(sum(found[f"{part}_EUR"] for part in parts))
