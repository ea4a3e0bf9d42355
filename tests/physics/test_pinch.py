"""Pinch analysis against published cascades, a transport problem solved by others, and one stream alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from heatsym.errors import InputError
from heatsym.physics.pinch import cascade, composite_curve, one_stream, return_limit, usable
from heatsym.physics.stream import direct_heat


def test_four_streams_of_the_textbook():
    """Towler and Sinnott, Chemical Engineering Design, tables 3.1 to 3.4 and figure 3.21: 10 K, in kW."""
    found = cascade([360, 120, -230, -270], [175, 145, 140, 145], [55, 25, 25, 85])
    assert found.hot_utility == pytest.approx(50.0)
    assert found.cold_utility == pytest.approx(30.0)
    assert found.pinch == 85.0
    levels = dict(zip(found.level.tolist(), found.under.tolist(), strict=True))
    assert levels == pytest.approx({175: 50, 145: 140, 140: 137.5, 85: 0, 55: 60, 25: 30})
    assert found.recovered == pytest.approx(360 + 120 - 30)


def test_five_streams_two_of_which_keep_their_temperature():
    """A solved class example of the problem table: 20 K, condensation at 130 and evaporation at 100 degC."""
    found = cascade([3800, -1530, -2400, 500, -500], [230, 160, 220, 120, 110], [40, -10, 100, 120, 110])
    assert (found.hot_utility, found.cold_utility, found.pinch) == (340.0, 210.0, 100.0)
    over = dict(zip(found.level.tolist(), found.over.tolist(), strict=True))
    under = dict(zip(found.level.tolist(), found.under.tolist(), strict=True))
    assert (over[120], under[120]) == (180, 680)
    assert (over[110], under[110]) == (590, 90)
    assert [over[t] for t in (220, 160, 100, 40, -10)] == [540, 540, 0, 660, 210]


def test_composite_curve_of_the_textbook():
    """The two hot streams of the first test as they are: 480 kW, 4 kW/K between 60 and 150 degC."""
    temperature, heat = composite_curve([360, 120], [180, 150], [60, 30])
    assert np.interp([30, 60, 105, 150, 180], temperature, heat).tolist() == [0, 30, 210, 390, 480]


def test_threshold_problems_have_no_pinch():
    only_hot, only_cold = cascade([5.0], [90.0], [50.0]), cascade([-5.0], [90.0], [50.0])
    assert (only_hot.hot_utility, only_hot.cold_utility, only_hot.recovered) == (0.0, 5.0, 0.0)
    assert (only_cold.hot_utility, only_cold.cold_utility, only_cold.recovered) == (5.0, 0.0, 0.0)
    assert np.isnan(only_hot.pinch)
    assert np.isnan(only_cold.pinch)


def transported(hot, cold, fixed=(), water=None):
    """Least hot utility [0], or with water most heat into it, as a transport problem of pieces of streams.

    Streams are cut at every temperature; a piece heats any piece that lies not above it.
    """
    ends = sorted({t for _, *span in [*hot, *cold] for t in span} | set(fixed))

    def pieces(streams):
        for which, (q, upper, lower) in enumerate(streams):
            if upper == lower:
                yield which, upper, upper, q
            cuts = [t for t in ends if lower <= t <= upper]
            for low, high in pairwise(cuts):
                yield which, high, low, q * (high - low) / (upper - lower)

    give, take = list(pieces(hot)), list(pieces(cold))
    ways = [
        (i, j)
        for i, (_, *from_, _) in enumerate(give)
        for j, (_, *to, _) in enumerate(take)
        if from_[0] >= to[0] and from_[1] >= to[1]
    ]
    outside = len(take)  # the last columns: hot utility into each piece that takes heat, heat into the water
    size = len(ways) + outside + 1
    full, limits, demand, wanted = [], [], [], []
    for i, piece in enumerate(give):
        row = np.zeros(size)
        row[[k for k, way in enumerate(ways) if way[0] == i]] = 1
        full.append(row)
        limits.append(piece[3])
    for j, (which, _, _, q) in enumerate(take):
        row = np.zeros(size)
        row[[k for k, way in enumerate(ways) if way[1] == j]] = 1
        is_water = water is not None and which == len(cold) - 1
        row[len(ways) + j] = 0 if is_water else 1
        row[-1] = -q if is_water else 0  # the water's pieces are shares of 1
        demand.append(row)
        wanted.append(0 if is_water else q)
    price = np.zeros(size)
    if water is None:
        price[len(ways) : -1] = 1
    else:
        price[-1] = -1
        row = np.zeros(size)
        row[len(ways) : -1] = 1
        full.append(row)
        limits.append(water)
    found = linprog(price, A_ub=full or None, b_ub=limits or None, A_eq=demand, b_eq=wanted, bounds=(0, None))
    assert found.status == 0, found.message
    return abs(found.fun)


@pytest.mark.parametrize("seed", range(60))
def test_same_as_a_transport_problem(seed):
    """Any streams, some of one temperature: utilities, and the most that water takes without more of them."""
    rng = np.random.default_rng(seed)

    def draw(count):
        upper = rng.integers(2, 18, count) * 10.0
        lower = np.where(
            rng.random(count) < 0.3, upper, np.maximum(upper - rng.integers(1, 8, count) * 10.0, 0)
        )
        return list(zip(rng.integers(1, 50, count) * 1.0, upper.tolist(), lower.tolist(), strict=True))

    hot, cold = draw(rng.integers(1, 5)), draw(rng.integers(1, 4))
    t_return = float(rng.integers(2, 8) * 10.0 + rng.choice([0.0, 3.0]))
    t_feed = t_return + float(rng.choice([5.0, 20.0, 37.0]))
    power = [q for q, *_ in hot] + [-q for q, *_ in cold]
    upper, lower = ([s[k] for s in [*hot, *cold]] for k in (1, 2))
    least = transported(hot, cold)
    found = cascade(power, upper, lower)
    assert found.hot_utility == pytest.approx(least, abs=1e-7)
    assert found.recovered + found.cold_utility == pytest.approx(sum(q for q, *_ in hot))
    assert found.recovered + found.hot_utility == pytest.approx(sum(q for q, *_ in cold))
    most = transported(hot, [*cold, (1.0, t_feed, t_return)], water=least + 1e-10)
    assert usable(power, upper, lower, t_return, t_feed) == pytest.approx(most, abs=1e-6)


def test_one_stream_is_the_direct_heat_of_streams():
    """10,000 streams and networks, among them isothermal ones, warm returns and feeds below the return."""
    rng = np.random.default_rng(5)
    n = 10_000
    t_source, approach = rng.uniform(20, 300, n), rng.choice([0.0, 5.0, 15.0], n)
    t_limit = t_source - rng.choice([0.0, 1.0], n, p=[0.1, 0.9]) * rng.uniform(0.5, 150, n)
    t_return = rng.uniform(10, 120, n)
    t_feed, power = t_return + rng.uniform(-5, 60, n), rng.uniform(1e3, 1e7, n)
    expected = direct_heat(power, t_source, t_limit, t_return, t_feed, approach)
    streams = (power[:, None], (t_source - approach)[:, None], (t_limit - approach)[:, None])
    assert usable(*streams, t_return, t_feed) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert (expected > 0).sum() > 2000
    limit = return_limit(*streams, t_return, t_feed)
    with np.errstate(invalid="ignore"):
        line = np.where(
            np.isinf(limit.conductance), np.inf, limit.conductance * np.maximum(limit.t_hot - t_return, 0.0)
        )
    assert np.minimum(limit.power, line) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def at(limit, t_return):
    """What a march takes of a limit."""
    if np.isinf(limit.conductance):
        return float(limit.power)
    return float(min(limit.power, limit.conductance * max(limit.t_hot - t_return, 0.0)))


site = st.lists(
    st.tuples(
        st.integers(-40, 60).filter(lambda q: q != 0), st.integers(2, 16), st.sampled_from([0, 1, 2, 5])
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(streams=site, t_return=st.integers(20, 90), rise=st.integers(1, 60))
def test_any_site(streams, t_return, rise):
    """Water takes no more than is left, takes less the warmer it returns, and leaves no heat uphill."""
    power = np.array([q for q, *_ in streams], dtype=float)
    upper = np.array([10.0 * u for _, u, _ in streams])
    lower = upper - np.array([10.0 * d for *_, d in streams])
    t_feed = float(t_return + rise)
    before = cascade(power, upper, lower)
    heat = usable(power, upper, lower, t_return, t_feed)
    assert 0.0 <= heat <= before.cold_utility + 1e-9
    assert usable(power, upper, lower, t_return + 0.5 * rise, t_feed) <= heat + 1e-9
    after = cascade(np.append(power, -heat), np.append(upper, t_feed), np.append(lower, t_return))
    assert after.hot_utility == pytest.approx(float(before.hot_utility), abs=1e-9 * np.abs(power).sum())
    assert after.cold_utility == pytest.approx(
        float(before.cold_utility - heat), abs=1e-9 * np.abs(power).sum()
    )
    more = cascade(np.append(power, -heat - 1.0), np.append(upper, t_feed), np.append(lower, t_return))
    assert more.hot_utility > before.hot_utility + 1e-9
    limit = return_limit(power, upper, lower, t_return, t_feed)
    assert at(limit, t_return) == pytest.approx(float(heat), abs=1e-9 * np.abs(power).sum())
    near = usable(power, upper, lower, t_return + 1e-4, t_feed)
    assert at(limit, t_return + 1e-4) == pytest.approx(float(near), abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(streams=site, below=st.integers(0, 30))
def test_what_is_left_as_one_stream(streams, below):
    """It carries all that is left, and a kelvin warmer it could not."""
    power = np.array([q for q, *_ in streams], dtype=float)
    upper = np.array([10.0 * u for _, u, _ in streams])
    lower = upper - np.array([10.0 * d for *_, d in streams])
    t_end = float(lower.min() - below)
    heat, t_start = one_stream(power, upper, lower, t_end)
    if heat == 0.0:
        assert t_start == t_end
        return
    assert usable(power, upper, lower, t_end, t_start) == pytest.approx(float(heat))
    assert usable(power, upper, lower, t_end, t_start + 1.0) < heat * (1.0 - 1e-9)


def test_hours_are_computed_side_by_side():
    """(time, stream) gives for each hour what the hour alone gives; idle streams may be cold."""
    rng = np.random.default_rng(1)
    power = rng.uniform(-5, 10, (50, 4))
    upper = rng.uniform(40, 160, (50, 4))
    lower = upper - rng.uniform(0, 50, (50, 4))
    power[::7, 2] = 0.0
    lower[::7, 2] = 300.0
    t_return, t_feed = rng.uniform(30, 60, 50), rng.uniform(60, 90, 50)
    heat = usable(power, upper, lower, t_return, t_feed)
    for t in range(50):
        assert usable(power[t], upper[t], lower[t], t_return[t], t_feed[t]) == heat[t]
    assert (heat > 0).any()


def test_heat_counted_down_to_above_the_stream_is_refused():
    with pytest.raises(InputError, match="1 steps that have heat, by up to 5 K"):
        cascade([[1.0, 0.0]], [[90.0, 20.0]], [[95.0, 60.0]])
    with pytest.raises(InputError, match=r"HS561.*need: ends below where it starts in 2 steps"):
        cascade([[-1.0], [-2.0]], [[90.0], [90.0]], [[95.0], [91.0]])
