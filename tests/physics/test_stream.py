"""Streams: the published split, and what holds for any stream."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatsym.errors import InputError
from heatsym.physics.stream import capacity_flow, direct_heat, feeds_in, split

temperature = st.floats(0.0, 400.0)


@pytest.mark.parametrize(
    ("t_source", "t_limit", "t_return", "t_feed", "approach", "direct", "liftable"),
    [
        (30.0, 24.0, 45.0, 80.0, 5.0, 0.0, 1.0),
        (60.0, 20.0, 40.0, 75.0, 5.0, 0.0, 1.0),
        (95.0, 35.0, 45.0, 80.0, 5.0, 0.75, 0.25),
    ],
)
def test_published_shares(t_source, t_limit, t_return, t_feed, approach, direct, liftable):
    given_heat = direct_heat(1e6, t_source, t_limit, t_return, t_feed, approach)
    assert given_heat / 1e6 == pytest.approx(direct)
    t_out, left = split(1e6, t_source, t_limit, given_heat)
    assert left / 1e6 == pytest.approx(liftable)
    assert t_out == pytest.approx(50.0 if direct else t_source)


@given(
    power=st.one_of(st.just(0.0), st.floats(1e-6, 1e9)),
    t_source=temperature,
    cooling=st.one_of(st.just(0.0), st.floats(0.1, 300.0)),
    t_return=temperature,
    rise=st.floats(0.0, 60.0),
    approach=st.floats(0.0, 20.0),
    taken=st.one_of(st.just(np.inf), st.floats(0.0, 1e9)),
)
def test_any_stream(power, t_source, cooling, t_return, rise, approach, taken):
    """Nothing is lost, nothing flows uphill, and the network takes no more than it wants."""
    t_limit, t_feed = t_source - cooling, t_return + rise
    direct = direct_heat(power, t_source, t_limit, t_return, t_feed, approach, taken)
    t_out, liftable = split(power, t_source, t_limit, direct)
    slack = 1e-9 * power
    assert direct + liftable == pytest.approx(power, rel=1e-9, abs=1e-9)
    assert -slack <= liftable <= power + slack
    assert 0.0 <= direct <= taken
    assert t_limit - 1e-9 <= t_out <= t_source
    if direct > slack:
        assert t_source - approach >= t_feed
        assert t_out >= t_return + approach - 1e-6


@given(
    power=st.floats(1.0, 1e9),
    t_source=temperature,
    cooling=st.floats(0.1, 300.0),
    t_return=temperature,
    approach=st.floats(0.0, 20.0),
)
def test_same_as_capacity_flow_against_return_water(power, t_source, cooling, t_return, approach):
    """The form in which a march applies the limit: least of the power and C (t_hot - t_return)."""
    t_limit = t_source - cooling
    limit = capacity_flow(power, t_source, t_limit) * (t_source - approach - t_return)
    direct = direct_heat(power, t_source, t_limit, t_return, t_return, approach)
    assert direct == pytest.approx(max(0.0, min(power, limit)), rel=1e-6, abs=1e-6 * power)


def test_isothermal_stream_gives_all_or_nothing():
    direct = direct_heat(2e6, 100.0, 100.0, [45.0, 45.0, 97.0], [80.0, 96.0, 90.0], 5.0)
    assert direct.tolist() == [2e6, 0.0, 0.0]
    t_out, liftable = split(2e6, 100.0, 100.0, direct)
    assert t_out.tolist() == [100.0, 100.0, 100.0]
    assert liftable.tolist() == [0.0, 2e6, 2e6]


def test_capacity_flow():
    assert capacity_flow([4.5e6, 0.0], [95.0, 95.0], 50.0).tolist() == [1e5, 0.0]
    assert capacity_flow(1.0, 60.0, 60.0) == np.inf
    assert capacity_flow(0.0, 60.0, 60.0) == 0.0


def test_limit_above_the_stream_is_refused():
    """A works that stands still may be cold; heat counted down to a temperature above it cannot be."""
    assert capacity_flow([0.0, 1e6], [15.0, 95.0], 50.0).tolist() == [0.0, 1e6 / 45.0]
    with pytest.raises(InputError, match="1 steps that have heat, by up to 5 K"):
        capacity_flow([1e6, 1e6], [45.0, 95.0], 50.0)


def test_feeds_in_counts_the_approach():
    assert feeds_in([85.0, 84.999, 85.0], 80.0, [5.0, 5.0, 5.1]).tolist() == [True, False, False]
