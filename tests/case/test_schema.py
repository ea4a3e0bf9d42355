"""The JSON schema knows the keys that the loader knows; explanations exist for all of them."""

from __future__ import annotations

import datetime
import tomllib

import jsonschema
import pytest

from heatsym.case.explain import explain
from heatsym.case.schema import schema
from heatsym.errors import InputError
from heatsym.units import UNITS
from tests.case.town import CASE


def as_json(value):
    if isinstance(value, dict):
        return {key: as_json(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [as_json(inside) for inside in value]
    return str(value) if isinstance(value, datetime.date) else value


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_schema_accepts_a_case(validator):
    gaps = CASE.replace("[demand]", '[demand]\nseries_kW = { file = "heat.csv", fill = "hold" }')
    for text in (CASE, gaps):
        assert [e.message for e in validator.iter_errors(as_json(tomllib.loads(text)))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("supply_temperature_degC", "suply_temperature_degC"),
        ("supply_temperature_degC", "supply_temperature_K"),
        ("power_MW = 12", "power_MWh = 12"),
        ("power_MW = 12", "power_MW = -12"),
        ("power_MW = 12", 'power_MW = "12"'),
        ("power_MW = 12", "power_MW = 12\npower_kW = 12"),
        ("efficiency_pct = 92", "efficiency = 92"),
        ("return_temperature_degC = 45", "return_temperature_degC = 318"),
        ('"natural_gas"', '"natural_gaz"'),
        ('kind = "boiler"', 'kind = "boler"'),
        (', column = "heat_kW"', ""),
        ('column = "heat_kW"', 'colum = "heat_kW"'),
        ("[prices]", "[price]"),
        ("weather.temperature_offset_K", "weather.temperature_ofset_K"),
        ("source.works.power_kW", "source.works.power_kWh"),
    ],
)
def test_schema_refuses_what_the_loader_refuses(validator, old, new):
    assert old in CASE
    assert not validator.is_valid(as_json(tomllib.loads(CASE.replace(old, new, 1))))


def test_schema_offers_every_spelling_with_its_range(validator):
    prices = schema()["properties"]["prices"]["properties"]
    assert {f"oil_{spelling}" for spelling in UNITS["EUR/J"]} <= set(prices)
    pressure = schema()["properties"]["network"]["properties"]
    assert pressure["pressure_hold_bar"]["maximum"] == 40
    assert pressure["pressure_hold_MPa"]["maximum"] == 4


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("HS103", "unknown key"),
        ("hs305", "connected"),
        ("units", "power_MW"),
        ("source.power", "largest heat output"),
        ("power_kW", "largest heat output"),
        ("network.supply_temperature_degC", "set-point"),
        ("network.ground.depth", "depth"),
        ("inner_diameter_mm", "pipes.csv"),
        ("time", "start"),
        ("source", "boiler"),
        ("source.kind", "one of ideal, boiler, industrial"),
        ("pipes.csv", "length_m"),
        ("scenario", "--scenario NAME"),
        ("fill", "interpolate"),
        ("stops", "a list of tables with from, to"),
        ("source.node", "required"),
    ],
)
def test_explanations(topic, words):
    assert words in explain(topic)


def test_unknown_topics_are_told():
    with pytest.raises(InputError, match="did you mean"):
        explain("suply_temperature")
