"""Units: there and back, and agreement with factors computed otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatsym.units import UNITS, explanation, mistake, split_unit, unit

ALL = [of for spellings in UNITS.values() for of in spellings.values()]


@given(st.sampled_from(ALL), st.floats(-1e12, 1e12))
def test_conversion_and_back_is_the_same(of, value):
    assert of.from_base(of.to_base(value)) == pytest.approx(value, rel=1e-15, abs=1e-300)
    assert of.to_base(np.array([value]))[0] == of.to_base(value)


@given(st.sampled_from(ALL), st.text("abcdefgh", min_size=1).filter(lambda s: not UNITS.get(s)))
def test_unit_at_the_end_of_a_key_is_found(of, stem):
    if of.spelling:
        body, ending = split_unit(f"{stem}_{of.spelling}")
        assert (body, ending) == (stem, of.spelling)
        assert unit(ending, of.base) == of


@pytest.mark.parametrize(
    ("spelling", "base", "value", "si"),
    [
        ("MWh", "J", 1, 3.6e9),
        ("mm", "m", 82.5, 0.0825),
        ("mm", "m", 300, 0.3),
        ("bar", "Pa", 6, 6e5),
        ("t_per_h", "kg/s", 3.6, 1),
        ("EUR_per_MWh", "EUR/J", 3600, 1e-6),
        ("EUR_per_GJ", "EUR/J", 1000 / 3.6, 1000 / 3.6e9),
        ("ct_per_kWh", "EUR/J", 360, 1e-6),
        ("g_per_kWh", "kg/J", 3600, 1e-6),
        ("kg_per_GJ", "kg/J", 56.1, 5.61e-8),
        ("pct", "1", 92, 0.92),
        ("m2_per_day", "m2/s", 0.0864, 1e-6),
        ("mPa_s", "Pa s", 0.5, 5e-4),
        ("kJ_per_kgK", "J/(kg K)", 4.18, 4180),
    ],
)
def test_factors(spelling, base, value, si):
    assert UNITS[base][spelling].to_base(value) == pytest.approx(si, rel=1e-15)


def test_advice():
    assert mistake("power", "MWh", "W") == ("power_MWh is not a power", "did you mean power_MW?")
    assert mistake("power", "mw", "W")[1] == "did you mean power_MW?"
    assert "difference" in mistake("temperature", "K", "degC")[0]
    assert mistake("length", "meter", "m")[1] == "did you mean length_m?"


def test_table_names_every_spelling():
    text = explanation()
    assert all(spelling in text for spellings in UNITS.values() for spelling in spellings)
