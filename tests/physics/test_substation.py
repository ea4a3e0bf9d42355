"""Heat exchangers and radiators by hand, and the returns that consumers' rules are made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatsym.demand.substation import COOLER, Substation, contradictions, returns, too_cold
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.profile import Context
from heatsym.physics.substation import exchanger_return, log_mean, radiator_return

DESIGN = (80.0, 45.0, 40.0, 70.0)
DAY = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 3600, 24, "Europe/Copenhagen")


def test_logarithmic_mean_by_hand() -> None:
    assert log_mean(30.0, 10.0) == pytest.approx(20.0 / np.log(3.0), rel=1e-14)
    assert log_mean(10.0, 10.0) == 10.0
    near = 10.0 * (1.0 + np.array([1e-4, 1e-3, 2.1e-3, 1e-2]))
    exact = (near - 10.0) / np.log1p(near / 10.0 - 1.0)
    np.testing.assert_allclose(log_mean(10.0, near), exact, rtol=1e-11)


@given(
    load=st.floats(0.01, 1.2),
    supply=st.floats(30.0, 90.0),
    exponent=st.floats(1.0, 1.5),
    room=st.floats(15, 24),
)
def test_radiator_gives_the_heat_asked_for(load: float, supply: float, exponent: float, room: float) -> None:
    back = float(radiator_return(load, supply, 70.0, 40.0, room, exponent))
    assert room <= back <= supply
    needed = load ** (1 / exponent) * log_mean(70.0 - room, 40.0 - room)
    if supply - room <= needed:
        assert back == supply
    elif back > room + 1e-6:
        assert log_mean(supply - room, back - room) == pytest.approx(needed, rel=1e-8)


@given(load=st.floats(0.02, 1.2), supply=st.floats(71.0, 100.0), back=st.floats(21.0, 55.0))
def test_exchanger_transfers_the_heat_asked_for_and_none_uphill(
    load: float, supply: float, back: float
) -> None:
    left = float(exchanger_return(load, supply, back, 70.0, DESIGN))
    assert back <= left <= supply
    if left == supply:
        return
    films = [
        (load * (of[0] - of[1]) / now) ** 0.8
        for of, now in (((80.0, 45.0), supply - left), ((70.0, 40.0), 70.0 - back))
    ]
    conductance = 2.0 / (1.0 / films[0] + 1.0 / films[1])
    passed = conductance * log_mean(supply - 70.0, left - back) / log_mean(10.0, 5.0)
    assert passed == pytest.approx(load, rel=1e-6)


def test_exchanger_at_its_design_point_and_beyond_it() -> None:
    assert exchanger_return(1.0, 80.0, 40.0, 70.0, DESIGN) == pytest.approx(45.0, abs=1e-8)
    cooler = exchanger_return(1.0, np.array([95.0, 85.0, 80.0, 75.0, 72.0]), 40.0, 70.0, DESIGN)
    assert (np.diff(cooler) > 0).all()  # cooler network water goes back warmer
    assert exchanger_return(1.0, 70.0, 40.0, 70.0, DESIGN) == 70.0  # no flow is large enough
    assert exchanger_return(0.0, 80.0, 40.0, 70.0, DESIGN) == 40.0
    with pytest.raises(ValueError, match="design point"):
        exchanger_return(1.0, 80.0, 40.0, 70.0, (65.0, 45.0, 40.0, 70.0))
    with pytest.raises(ValueError, match="design point"):
        radiator_return(1.0, 80.0, 70.0, 40.0, 45.0)


def rule(
    heat: np.ndarray,
    t_feed: float,
    t_air: float,
    water: np.ndarray | None = None,
    at: Substation | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Offset and slope for consumers whose design heat is 10 kW."""
    ctx = Context(DAY, np.full(24, t_air))
    heat = np.broadcast_to(heat, (24, len(heat)))
    tap = None if water is None else np.broadcast_to(water, heat.shape)
    offset, slope = returns(
        at or Substation(), ctx, np.full(24, t_feed), heat, tap, np.full(heat.shape[1], 1e4)
    )
    np.testing.assert_array_equal(offset[3], offset[:][3])  # a step alone is as among others
    np.testing.assert_array_equal(slope[5], slope[2:8][3])
    return offset[:], slope[:]


def test_return_is_that_of_the_exchangers_at_both_ends_of_the_chord() -> None:
    at, t_air = Substation(), -12.0
    load = np.array([1.0, 0.36, 0.1])
    offset, slope = rule(load * 1e4, 85.0, t_air)
    for supply in (85.0, 85.0 - COOLER):
        back = radiator_return(load, 70.0, 70.0, 40.0, 20.0, 1.3)
        exact = exchanger_return(load, supply, back, 70.0, DESIGN)
        np.testing.assert_allclose((offset + slope * supply)[0], exact, atol=0.15)  # loads are tabulated
    between = (offset + slope * 82.0)[0]
    exact = exchanger_return(load, 82.0, radiator_return(load, 70.0, 70.0, 40.0, 20.0, 1.3), 70.0, DESIGN)
    np.testing.assert_allclose(between, exact, atol=0.4)
    assert (slope < 0).all()
    assert contradictions(at) == []


def test_hot_water_mixes_with_space_heating_by_flow() -> None:
    heat, tap = np.array([5e3, 5e3, 5e3]), np.array([0.0, 2e3, 5e3])
    offset, slope = rule(heat, 75.0, 0.0, tap)
    space, mixed, water = (offset + slope * 75.0)[0]
    flow = 3e3 / (
        75.0
        - float(rule(np.array([3e3]), 75.0, 0.0)[0][0, 0] + rule(np.array([3e3]), 75.0, 0.0)[1][0, 0] * 75.0)
    )
    flow += 2e3 / (75.0 - water)
    assert mixed == pytest.approx(75.0 - 5e3 / flow, abs=1e-9)
    assert water < mixed < space
    untold = rule(heat, 75.0, 18.0)  # warm: what is not told apart is hot water
    assert (untold[0] + untold[1] * 75.0)[0, 0] == pytest.approx(water, abs=1e-9)


def test_what_the_network_cannot_heat_is_said() -> None:
    ctx = Context(DAY, np.where(np.arange(24) < 6, -12.0, 10.0))
    assert too_cold(Substation(), ctx, np.full(24, 65.0)) == (6, 0)
    assert too_cold(Substation(), ctx, np.full(24, 45.0)) == (24, 24)
    wrong = Substation(radiator_return=75.0, hot_water=65.0)
    assert [key for key, _ in contradictions(wrong)] == ["radiator_supply", "design_return", "hot_water"]
