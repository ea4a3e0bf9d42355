"""Packaged coefficients: every table says unit, source and status, and its numbers are numbers."""

from __future__ import annotations

import math
import re
from importlib.resources import files

import pytest

from heatsym.tables import read_table

FOLDER = files("heatsym.tables")
NAMES = sorted(item.name.removesuffix(".csv") for item in FOLDER.iterdir() if item.name.endswith(".csv"))
STATUSES = {"published", "derived", "assumed"}


def head(name: str) -> str:
    text = FOLDER.joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if line.startswith("#"))


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_unit_source_and_status(name):
    """In columns, or, for a long table of one origin, in the notes at its head."""
    rows, notes = read_table(name), head(name)
    assert rows
    if "status" in rows[0]:
        assert all(row["unit"] and row["source"] for row in rows)
        assert {row["status"] for row in rows} <= STATUSES
    else:
        assert re.search(r"Source: \w", notes)
        status = re.search(r"Status: (\w+)", notes)
        assert status
        assert status[1] in STATUSES


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_numbers(name):
    """A column that begins with a number holds finite numbers only, and rows have no odd cells."""
    rows = read_table(name)
    assert all(None not in row and None not in row.values() for row in rows)
    for column in rows[0]:
        if column in {"unit", "source"} or number(rows[0][column]) is None:
            continue
        values = [number(row[column]) for row in rows]
        assert all(value is not None and math.isfinite(value) for value in values), column


def factors(name: str, scope: str) -> dict[str, float]:
    """Emission factors of a set in a scope, kg/kWh."""
    return {
        row["carrier"]: float(row["value"]) / 1000.0
        for row in read_table("emission_factors")
        if (row["set"], row["scope"]) == (name, scope)
    }


def test_emission_factors_of_the_sets():
    assert factors("ipcc2006", "direct") == pytest.approx(
        {
            "natural_gas": 56.1 * 3.6e-3,
            "oil": 74.1 * 3.6e-3,
            "coal": 94.6 * 3.6e-3,
            "wood": 0.0,
            "biogas": 0.0,
            "straw": 0.0,
            "waste": 0.5 * 91.7 * 3.6e-3,
        }
    )
    assert factors("ipcc2006", "biogenic") == pytest.approx(
        {"wood": 112 * 3.6e-3, "biogas": 54.6 * 3.6e-3, "straw": 0.36, "waste": 0.5 * 0.36}
    )
    assert factors("geg", "life_cycle") == pytest.approx(
        {"natural_gas": 0.24, "oil": 0.31, "coal": 0.4, "wood": 0.02, "biogas": 0.14, "electricity": 0.56}
    )
    assert factors("dk_handbook2016", "direct") == pytest.approx(
        {"natural_gas": 0.204, "oil": 0.266, "electricity": 0.197}
    )


def test_no_emission_factor_twice():
    keys = [(row["set"], row["carrier"], row["scope"]) for row in read_table("emission_factors")]
    assert len(keys) == len(set(keys))


def test_emission_factors_against_reference_data(shared):
    import csv

    path = shared / "reference-data" / "energy" / "emission_factors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        theirs = {(row["carrier"], row["source"][:4]): float(row["value"]) for row in csv.DictReader(file)}
    ours = factors("ipcc2006", "direct") | factors("ipcc2006", "biogenic")
    names = {"natural_gas": "natural gas", "oil": "gas/diesel oil", "coal": "other bituminous coal"}
    names |= {"wood": "wood and wood waste", "biogas": "biogas"}
    for carrier, name in names.items():
        assert ours[carrier] == pytest.approx(theirs[name, "IPCC"] * 3.6e-3)
    assert factors("ipcc2006", "direct")["waste"] == pytest.approx(
        0.5 * theirs["municipal waste, fossil part", "IPCC"] * 3.6e-3
    )
    danish = factors("dk_handbook2016", "direct")
    for carrier, name in {"natural_gas": "natural gas", "oil": "gas oil"}.items():
        assert danish[carrier] == pytest.approx(theirs[name, "Dani"])
    assert danish["electricity"] == pytest.approx(theirs["electricity DK average", "Dani"])


def test_counterfactuals_are_those_of_the_case():
    from heatsym.case.settings import Counterfactual
    from heatsym.interfaces.fields import Text, specs

    kind, _ = specs(Counterfactual)["kind"]
    assert isinstance(kind, Text)
    rows = {row["kind"]: row for row in read_table("counterfactuals")}
    assert set(rows) == set(kind.choices or ())
    assert {name: float(row["efficiency"]) for name, row in rows.items()} == {
        "gas_boiler": 0.98,
        "oil_boiler": 0.9,
        "electric_heating": 1.0,
        "air_heat_pump": 3.6,
    }


def test_plants_against_reference_data(shared):
    """Coefficients of 2030 in the compilation of the Danish Energy Agency's catalogues."""
    import csv

    path = shared / "reference-data" / "costs" / "technology_costs_heat_2020_2050.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["year"] == "2030"]
    theirs = {(row["technology"], row["parameter"]): float(row["value"]) for row in rows}
    plants = read_table("plant_defaults")
    ours = {(row["kind"], row["variant"], row["quantity"]): float(row["value"]) for row in plants}
    boilers = {row["fuel"]: float(row["value"]) for row in read_table("boiler_efficiencies")}
    assert boilers["straw"] == theirs["biomass HOP", "efficiency"]
    assert ours["electric_boiler", "", "efficiency"] == theirs["central resistive heater", "efficiency"]
    for fuel, name in (("wood", "central solid biomass CHP"), ("waste", "waste CHP")):
        total = theirs[name, "efficiency"] + theirs[name, "efficiency-heat"]
        assert ours["chp", f"back_pressure {fuel}", "efficiency"] == pytest.approx(total, abs=1e-4)
        assert ours["chp", f"back_pressure {fuel}", "power_to_heat"] == theirs[name, "c_b"]
    for fuel, name in (("coal", "central coal CHP"), ("natural_gas", "central gas CHP")):
        for quantity, parameter in (
            ("power_to_heat", "c_b"),
            ("power_loss", "c_v"),
            ("efficiency", "efficiency"),
        ):
            assert ours["chp", f"extraction {fuel}", quantity] == theirs[name, parameter]
    gas = theirs["central gas CHP", "efficiency"] * (1 + 1 / theirs["central gas CHP", "c_b"])
    assert ours["chp", "back_pressure natural_gas", "efficiency"] == pytest.approx(gas)
