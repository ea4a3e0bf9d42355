"""The section [dispatch]: what it needs is told with file, line, hours and MWh."""

from __future__ import annotations

import pytest

from heatsym.case.load import load
from heatsym.errors import InputError
from tests.case.town import write_town

T = "town.toml"


def town(folder, *lines, prices="natural_gas_EUR_per_MWh = 60"):
    section = "\n".join(["[dispatch]", *lines, "", "[prices]", prices])
    return write_town(folder, (T, "[prices]\nnatural_gas_EUR_per_MWh = 60", section))


def problem(path, code):
    with pytest.raises(InputError) as caught:
        load(path)
    (found,) = [one for one in caught.value.problems if one.code == code]
    return found


def test_a_fuel_without_price_is_named_with_hours_and_heat(tmp_path):
    """The boiler of 12 MW stands ready for the 72 hours of three days: 864 MWh."""
    found = problem(town(tmp_path, 'method = "linear"', prices="oil_EUR_per_MWh = 90"), "HS821")
    assert "no price for natural_gas" in found.reason
    assert "old boiler could run in 72 h and give 864 MWh" in found.reason
    assert found.file == T
    assert found.line is not None


def test_the_same_case_goes_by_emissions_or_merit_order(tmp_path):
    load(town(tmp_path / "a", 'method = "linear"', 'objective = "emissions"', prices="oil_EUR_per_MWh = 90"))
    load(town(tmp_path / "b", 'method = "merit_order"', prices="oil_EUR_per_MWh = 90"))


def test_emissions_need_factors(tmp_path):
    path = town(tmp_path, 'objective = "emissions"')
    text = path.read_text("utf-8").replace('fuel = "natural_gas"', 'fuel = "coal"')
    text = text.replace("[emissions]", '[emissions]\nset = "dk_handbook2016"')
    path.write_text(text, encoding="utf-8")
    found = problem(path, "HS822")
    assert "has no CO2 of coal" in found.reason
    assert "give 864 MWh" in found.reason


def test_committed_sources_are_named_rightly(tmp_path):
    found = problem(town(tmp_path, 'method = "linear"', 'commit = ["old boilr"]'), "HS820")
    assert "old boiler" in found.hint


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (['commit = ["old boiler"]'], "commit"),
        (['method = "linear"', 'horizon = "year"', "window_days = 3"], "window_days"),
        (['method = "linear"', "demand_error_pct = 10"], "demand_error_pct"),
    ],
)
def test_keys_of_another_method_are_told(tmp_path, lines, key):
    (found,) = [one for one in load(town(tmp_path, *lines)).warnings if one.code == "HS823"]
    assert found.where == f"dispatch.{key}"
    assert found.line is not None


def test_keys_that_belong_are_not(tmp_path):
    lines = ['method = "linear"', 'foresight = "noisy"', "demand_error_pct = 10", 'commit = ["old boiler"]']
    assert not [one for one in load(town(tmp_path, *lines)).warnings if one.code == "HS823"]
