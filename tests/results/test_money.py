"""Operating cost by hand calculation: 1000 MWh delivered in 48 hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.money import operating_cost
from heatsym.case.settings import Emissions, Prices
from heatsym.interfaces.profile import Series
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
