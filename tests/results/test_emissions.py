"""CO2 by hand calculation: 1000 MWh delivered in 48 hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.emissions import (
    NOTHING,
    common_scope,
    emissions,
    source_tonnes,
    with_emissions,
)
from heatsym.case.settings import Counterfactual, Emissions
from heatsym.interfaces.profile import Series
from heatsym.results.dataset import dataset
from heatsym.sources.boiler import Boiler
from heatsym.sources.chp import CombinedHeatAndPower
from heatsym.sources.ideal import Ideal
from heatsym.tables.factors import counted_factor
from tests import handmade

MWH = 3.6e9
HEAT = 1000e6 / 48  # W over 48 h: 1000 MWh
GAS = Boiler(name="gas", node="plant", fuel="natural_gas", power=1e8, efficiency=0.9)


def study(*sources, delivered=HEAT, pump=0.0, **parts):
    """Case and results in which each source gives 1000 MWh and consumers get 1000 MWh."""
    case = handmade.case(sources=sources, **parts)
    run = handmade.trajectory(handmade.case())
    heat = np.full((48, len(sources)), HEAT)
    march = replace(
        run.march,
        source_heat=heat,
        source_mass_flow=heat,
        source_supply_temperature=heat,
        source_return_temperature=np.full_like(heat, 45.0),
        consumer_heat_delivered=np.full((48, 2), 0.5 * delivered),
    )
    ctx, site = handmade.context(case)
    uses = tuple(source.use(ctx, site, heat[:, 0]) for source in sources)
    lift = np.full_like(heat, 3e5)
    hydraulics = replace(run.hydraulics, pump_electricity=np.full(48, pump), source_pump_lift=lift)
    return case, dataset(
        case, replace(run, march=march, uses=uses, hydraulics=hydraulics, intent=handmade.as_planned(heat))
    )


def test_fuel_pump_and_saving():
    """1000/0.9 MWh gas and 20 MWh electricity, beside 1000/0.92 MWh gas."""
    case, results = study(
        GAS,
        pump=20e6 / 48,
        emissions=Emissions(set="ipcc2006", electricity=120 / MWH),
        counterfactual=Counterfactual(kind="gas_boiler", efficiency=0.92),
    )
    found = emissions(case, results)
    fuel, electricity = 1000 / 0.9 * 0.20196, 20 * 0.120
    assert found.values["fuel_t"] == pytest.approx(fuel, rel=1e-6)
    assert found.values["electricity_t"] == pytest.approx(electricity, rel=1e-6)
    assert found.values["total_t"] == pytest.approx(fuel + electricity, rel=1e-6)
    assert found.values["kg_per_MWh"] == pytest.approx(fuel + electricity, rel=1e-6)
    assert found.values["counterfactual_t"] == pytest.approx(219.522, abs=1e-3)
    assert found.values["saved_t"] == pytest.approx(219.522 - fuel - electricity, abs=1e-3)
    assert found.values["scope"] == "direct"
    assert found.warnings == ()


def test_counterfactual_makes_what_was_delivered():
    """Half the heat delivered: the alternative needs half, the run burns the same."""
    parts = {"emissions": Emissions(), "counterfactual": Counterfactual(kind="gas_boiler", efficiency=0.92)}
    all_of_it, half = (emissions(*study(GAS, delivered=heat, **parts)).values for heat in (HEAT, HEAT / 2))
    assert half["counterfactual_t"] == pytest.approx(all_of_it["counterfactual_t"] / 2)
    assert half["total_t"] == pytest.approx(all_of_it["total_t"])
    assert half["kg_per_MWh"] == pytest.approx(all_of_it["kg_per_MWh"] * 2)


def test_hourly_electricity_weighs_the_hour():
    """A heat pump at home draws in every hour; only the hours with carbon count."""
    dirty = np.where(np.arange(48) < 12, 400.0, 0.0) / MWH
    case, results = study(
        Ideal(name="any", node="plant"),
        emissions=Emissions(electricity=Series(dirty)),
        counterfactual=Counterfactual(kind="air_heat_pump", efficiency=2.5),
    )
    found = emissions(case, results)
    assert found.values["counterfactual_t"] == pytest.approx(1000 / 2.5 * 0.400 * 12 / 48, rel=1e-6)


def test_surplus_heat_counts_zero_and_says_so():
    works = replace(handmade.case().sources[0], power=1e8)
    case, results = study(works, GAS, emissions=Emissions())
    found = emissions(case, results)
    assert found.values["by_allocation"] == {"zero": found.values["total_t"]}
    assert source_tonnes(case, results) == pytest.approx(
        {"works": 0.0, "gas": 1000 / 0.9 * 0.20196}, rel=1e-6
    )
    assert any("works" in line and "residual method" in line for line in found.assumptions)
    assert any("(published)" in line and "natural_gas" in line for line in found.assumptions)


def test_wood_is_told_apart():
    case, results = study(replace(GAS, fuel="wood"), emissions=Emissions())
    found = emissions(case, results)
    assert found.values["total_t"] == 0.0
    assert found.values["biogenic_t"] == pytest.approx(1000 / 0.9 * 0.4032, rel=1e-6)


def test_unknown_electricity_is_not_zero():
    case, results = study(GAS, pump=1e3, emissions=Emissions(set="ipcc2006"))
    found = emissions(case, results)
    assert {"total_t", "electricity_t", "kg_per_MWh", "by_allocation"}.isdisjoint(found.values)
    assert "fuel_t" in found.values
    assert found.missing == "no factor for electricity in set ipcc2006"
    assert found.warnings == ("emissions not computed: no factor for electricity in set ipcc2006",)


def test_unknown_fuel_is_missing_in_the_hours_too():
    case, results = study(replace(GAS, fuel="coal"), GAS, emissions=Emissions(set="dk_handbook2016"))
    hours = with_emissions(case, results)["source_emissions"]
    assert np.isnan(hours.values[:, 0]).all()
    np.testing.assert_allclose(hours.values[:, 1], HEAT / 0.9 * 204 / MWH, rtol=1e-6)
    assert "coal" in emissions(case, results).missing


def test_hours_sum_to_the_total():
    case, results = study(GAS, emissions=Emissions(electricity=0.0))
    hours = with_emissions(case, results)["source_emissions"].values.astype(float)
    assert hours.sum() * 3600 / 1e3 == pytest.approx(emissions(case, results).values["total_t"], rel=1e-6)


def test_scopes_are_not_added():
    direct, whole = counted_factor("ipcc2006", "natural_gas"), counted_factor("geg", "natural_gas")
    assert common_scope([direct, direct, NOTHING]) == "direct"
    with pytest.raises(ValueError, match="direct and life_cycle are not added"):
        common_scope([direct, whole])


def table(*rows):
    """A factor table: carrier, value [kg/MWh] and scope, all of set ipcc2006."""
    common = {"set": "ipcc2006", "unit": "kg/MWh", "year": "2006", "source": "", "status": "assumed"}
    return lambda name: [
        common | {"carrier": carrier, "value": str(value), "scope": scope} for carrier, value, scope in rows
    ]


def test_mixed_scopes_give_no_total(monkeypatch):
    rows = table(("natural_gas", 200, "direct"), ("electricity", 200, "life_cycle"))
    monkeypatch.setattr("heatsym.tables.factors.read_table", rows)
    case, results = study(GAS, pump=1e3, emissions=Emissions())
    found = emissions(case, results)
    assert found.missing == "factors of scopes direct and life_cycle are not added"
    assert "total_t" not in found.values


def test_direct_goes_before_other_scopes(monkeypatch):
    rows = table(
        ("oil", 50, "upstream"), ("oil", 270, "direct"), ("coal", 1, "upstream"), ("coal", 2, "built")
    )
    monkeypatch.setattr("heatsym.tables.factors.read_table", rows)
    assert counted_factor("ipcc2006", "oil").value == pytest.approx(270 / MWH)
    assert counted_factor("ipcc2006", "coal") is None


def test_electricity_of_a_source_by_the_hour():
    by_hour = np.linspace(50.0, 300.0, 48) / MWH
    case, results = study(GAS, GAS, emissions=Emissions(electricity=Series(by_hour)))
    results["source_electricity"][:, 1] = 2e6
    flows = with_emissions(case, results)["source_emissions"].values
    np.testing.assert_allclose(flows[:, 1] - flows[:, 0], 2e6 * by_hour, rtol=1e-4)


def test_without_a_section_there_is_nothing():
    case, results = study(GAS, counterfactual=Counterfactual(kind="gas_boiler"))
    assert emissions(case, results).values == {}
    assert source_tonnes(case, results) == {}
    assert "source_emissions" not in with_emissions(case, results)


def test_a_gap_in_fuel_is_no_zero():
    case, results = study(GAS, emissions=Emissions())
    results["source_fuel"][7, 0] = np.nan
    found = emissions(case, results)
    assert "total_t" not in found.values
    assert found.missing == "gaps in fuel or electricity"


def test_electricity_made_is_taken_off_only_by_the_method_that_says_so():
    """1000 MWh of heat and 500 of electricity from 1500/0.85 MWh of gas; the grid has 120 or 900 kg/MWh."""
    plant = CombinedHeatAndPower(
        name="chp", node="plant", fuel="natural_gas", power=1e8, power_to_heat=0.5, efficiency=0.85
    )
    burnt = 1500 / 0.85 * 0.20196
    for grid, credited in ((120, burnt - 500 * 0.120), (900, 0.0)):
        section = Emissions(set="ipcc2006", electricity=grid / MWH)
        found = emissions(*study(plant, pump=0.0, emissions=section))
        assert found.values["total_t"] == pytest.approx(burnt, rel=1e-6)
        assert found.values["by_allocation"] == pytest.approx(
            {"zero": burnt, "power_credit": credited}, rel=1e-6
        )
        assert any("electricity that chp makes" in said for said in found.assumptions)
    unknown = emissions(*study(plant, pump=0.0, emissions=Emissions(set="ipcc2006"))).values
    assert set(unknown["by_allocation"]) == {"zero"}  # the set has no factor for electricity
