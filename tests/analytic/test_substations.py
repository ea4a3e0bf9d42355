"""Substations in a network: cooler supply means more flow and a warmer return, as exchangers have it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import heatsym
from heatsym.demand.substation import Substation
from heatsym.physics.substation import exchanger_return, radiator_return

MINIMAL = Path(heatsym.__file__).parent / "examples" / "configs" / "minimal.toml"
AT = Substation()


def days(supply: float) -> heatsym.Run:
    case = heatsym.load(
        MINIMAL,
        overrides=[
            "demand.substation={radiator_supply_degC=60, radiator_return_degC=40, heating_supply_degC=60}",
            f"network.supply_temperature_degC={supply}",
        ],
        period="2025-01-13/2025-01-15",
    )
    return heatsym.run(case)


@pytest.fixture(scope="module")
def warm() -> heatsym.Run:
    return days(85.0)


@pytest.fixture(scope="module")
def cool() -> heatsym.Run:
    return days(70.0)


def settled(run: heatsym.Run, name: str) -> xr.DataArray:
    return run.results[name].isel(time=slice(24, None))


def test_same_heat_by_more_flow_and_a_warmer_return(warm: heatsym.Run, cool: heatsym.Run) -> None:
    for run in (warm, cool):
        assert run.summary["energy"]["residual_relative"] < 1e-8
        assert run.summary["energy"]["unmet_MWh"] == 0.0
    heat = [settled(run, "consumer_heat_delivered").values for run in (warm, cool)]
    np.testing.assert_allclose(heat[0], heat[1], rtol=1e-5)
    flow, back = (
        [settled(run, name).values for run in (warm, cool)]
        for name in ("consumer_mass_flow", "consumer_return_temperature")
    )
    drawing = heat[0] > 0.0
    assert (flow[1] > 1.25 * flow[0])[drawing].all()
    assert (back[1] > back[0] + 0.5)[drawing].all()


def test_every_return_is_that_of_its_exchanger(warm: heatsym.Run, cool: heatsym.Run) -> None:
    """At the water that really arrives, some kelvins below the set-point."""
    design = AT.design_supply, AT.design_return, 40.0, 60.0
    for run in (warm, cool):
        heat = settled(run, "consumer_heat_delivered").values.astype(float)
        supply = settled(run, "consumer_supply_temperature").values.astype(float)
        largest = run.results["consumer_heat_delivered"].values.astype(float)
        by_day = largest.reshape(3, 24, -1).mean(axis=1).max(axis=0)
        back = radiator_return(heat / by_day, 60.0, 60.0, 40.0, AT.room, AT.radiator_exponent)
        exact = exchanger_return(heat / by_day, supply, back, 60.0, design)
        found = settled(run, "consumer_return_temperature").values
        assert np.abs(found - exact).max() < 0.8
