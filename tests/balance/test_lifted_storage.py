"""A pit at 50 degC under a network at 80, emptied by its heat pump: what results and summary say of it."""

from __future__ import annotations

import numpy as np
import pytest

import heatsym as hs
from heatsym.results.balance import balance, violations
from tests.case.town import write_town

PIT = """[[storage]]
name = "pit"
kind = "pit"
node = "N1"
volume_m3 = 20
periodic = false
initial_fill = 1
initial_hot_temperature_degC = 50
initial_cold_temperature_degC = 50
heat_pump = { power_kW = 25, share = 0.45, least_temperature_degC = 12 }

[prices]
electricity_EUR_per_MWh = 100
"""
EDITS = (
    ("town.toml", "[prices]\n", PIT),
    ("town.toml", "[[-12, 90], [15, 70]]", "80"),
    ("town.toml", "stops = [{ from = 2025-01-02, to = 2025-01-02 }]", "enabled = false"),
    ("town.toml", "[scenario.cold]", '[engine]\nkind = "reference"\n\n[scenario.cold]'),
)


def test_a_pit_is_emptied(tmp_path):
    run = hs.run(hs.load(write_town(tmp_path, *EDITS)))
    results, figures = run.results, run.summary
    electricity = results["storage_electricity"].values[:, 0]
    given = np.maximum(-results["storage_heat"].values[:, 0], 0.0)
    ran = electricity > 0.0
    assert (electricity >= 0.0).all()
    assert ran.sum() > 24
    assert not electricity[given == 0.0].any()
    assert not ran[-1]  # it is empty
    assert 11.0 < results["storage_top_temperature"].values[-1, 0] < 13.0  # a last kelvin is not cooled

    assert figures["energy"]["residual_relative"] < 1e-8
    assert violations(results) == []
    assert np.abs(balance(results).residual).max() < 1e-4 * balance(results).supplied.max()
    pit = figures["storages"]["pit"]
    bought = electricity.sum() * 1e-6
    assert pit["electricity_MWh"] == pytest.approx(bought, rel=1e-9)
    assert pit["cop"] == pytest.approx(given[ran].sum() / electricity.sum(), rel=1e-9)
    assert 0.45 * 353.0 / 68.0 < pit["cop"] < 0.45 * 353.0 / 20.0
    kept = pit["end_MWh"] - pit["start_MWh"] + pit["loss_MWh"]
    assert pit["charged_MWh"] + pit["electricity_MWh"] - pit["discharged_MWh"] == pytest.approx(
        kept, rel=1e-9
    )
    pumps = results["pump_electricity"].values.sum() * 1e-6
    assert figures["economics"]["electricity_EUR"] == pytest.approx(100.0 * (bought + pumps), rel=1e-6)
    assert figures["emissions"]["electricity_t"] == pytest.approx(0.12 * (bought + pumps), rel=1e-6)
    boiler = figures["sources"]["old boiler"]["heat_MWh"]
    assert figures["energy"]["supplied_MWh"] == pytest.approx(boiler + bought, rel=1e-6)
    assert any("heat pump of pit" in sentence for sentence in figures["assumptions"])


def test_electricity_that_is_too_dear_is_not_bought(tmp_path):
    """Gas of 60 EUR/MWh and its CO2 make heat of 83 in the boiler, the pump at a COP of 5 heat of 200."""
    dear = ("town.toml", "electricity_EUR_per_MWh = 100", "electricity_EUR_per_MWh = 1000")
    run = hs.run(hs.load(write_town(tmp_path, *EDITS, dear, ("town.toml", "days = 3", "days = 1"))))
    assert not run.results["storage_electricity"].values.any()
