"""A works with several streams: what it keeps, what it offers, and where the rest goes; by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from heatsym.interfaces.profile import Series
from heatsym.physics.pinch import usable
from heatsym.sources.availability import Stop
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.site import IndustrialSite, Need, SiteStream
from tests.physics.test_sources import context, site


def taken(source, here, ctx):
    """What a march takes of an offer at the temperatures that it was made for."""
    offer = source.offer(ctx, here)
    with np.errstate(invalid="ignore"):
        line = offer.conductance * np.maximum(offer.t_hot - here.t_return, 0.0)
    return np.where(np.isinf(offer.conductance), offer.power, np.minimum(offer.power, line))


def works(*streams, needs=(), **more):
    return IndustrialSite(name="works", node="n", streams=streams, needs=needs, **more)


FLUE = SiteStream(name="flue gas", power=1e6, temperature=160.0, limit_temperature=60.0, approach=15.0)
COOLING = SiteStream(name="cooling water", power=4e5, temperature=65.0, limit_temperature=25.0)


def test_a_site_of_one_stream_is_that_stream():
    """Also inside the march, at returns that it was not asked for."""
    rng = np.random.default_rng(2)
    for _ in range(100):
        t_source, approach, t_return = rng.uniform(70, 160), rng.uniform(0, 20), rng.uniform(30, 60)
        t_limit = t_source - rng.uniform(5, 60)
        facts = {"power": 1e6, "temperature": t_source, "limit_temperature": t_limit, "approach": approach}
        here, ctx = site([75.0], [t_return]), context(1)
        alone = IndustrialStream(name="s", node="n", **facts)
        both = works(SiteStream(name="s", **facts))
        assert taken(both, here, ctx) == pytest.approx(taken(alone, here, ctx), abs=1e-6)
        if t_return + approach > t_limit:
            offer, other = both.offer(ctx, here), alone.offer(ctx, here)
            if offer.power[0] > 0.0:
                assert offer.power == pytest.approx(other.power)
                assert offer.conductance == pytest.approx(other.conductance)
                assert offer.t_hot == pytest.approx(other.t_hot)


def test_the_cooler_stream_preheats_and_the_hotter_tops_up():
    """Water from 45 to 80 degC; cooling water of 65 degC cannot feed, but preheats to 60 degC.

    Flue gas gives 1 MW between 145 and 45 degC (shifted), the cooling water 10 kW/K from 60 down. At 45 degC
    1 MW and 10 kW/K * 15 K have passed; at 60 degC only 850 kW, which are enough for (80 - 60)/35 of all.
    """
    ctx, here = context(1), site([80.0], [45.0])
    assert taken(works(COOLING), here, ctx) == [0.0]
    assert taken(works(FLUE), here, ctx) == pytest.approx([1e6])
    assert taken(works(FLUE, COOLING), here, ctx) == pytest.approx([1e6 + 1.5e5])
    weak = SiteStream(name="flue gas", power=5e4, temperature=160.0, limit_temperature=60.0, approach=15.0)
    # 42.5 kW have passed at 60 degC, which top up 42.5 * 35/20 kW
    assert taken(works(weak, COOLING), here, ctx) == pytest.approx([42.5e3 * 35 / 20])


def test_parallel_sources_at_one_node_give_what_each_feeds_at_the_set_point():
    """Two sources at one node do not preheat for each other: that is what a site is for."""
    ctx, here = context(1), site([80.0], [45.0])
    cold = IndustrialStream(name="c", node="n", power=4e5, temperature=65.0, limit_temperature=25.0)
    warm = IndustrialStream(
        name="w", node="n", power=1e6, temperature=160.0, limit_temperature=60.0, approach=15.0
    )
    apart = taken(cold, here, ctx) + taken(warm, here, ctx)
    assert apart == pytest.approx([1e6])
    assert taken(works(FLUE, COOLING), here, ctx) > apart


def test_own_needs_are_heated_first_by_the_hottest():
    """Steam at 130 degC takes the flue gas above 135 + 15 degC; what is below goes on.

    Shifted, the flue gas runs from 145 down to 45 degC with 10 kW/K, the steam stands at 135 degC: 100 kW of
    its 300 are recovered, 200 come from the works' boiler, and 900 kW are left.
    """
    steam = Need(name="steam", power=3e5, start=130.0, end=130.0)
    ctx, here = context(1), site([80.0], [45.0])
    source = works(FLUE, needs=(steam,))
    left = source.left(ctx)
    assert (left.recovered, left.hot_utility, left.cold_utility) == (
        pytest.approx([1e5]),
        pytest.approx([2e5]),
        pytest.approx([9e5]),
    )
    assert left.pinch == [135.0]
    assert taken(source, here, ctx) == pytest.approx([9e5])
    use = source.use(ctx, here, np.array([7e5]))
    assert use.available == pytest.approx([9e5])
    assert use.direct + use.lifted + use.rejected == pytest.approx(use.available)
    assert taken(works(FLUE, needs=(steam,), internal_recovery=False), here, ctx) == pytest.approx([1e6])


def test_a_cascade_of_uses_leaves_the_coldest_for_the_network():
    """Steam, hot water and washing water take from the hottest down; 100 kW are left at the cold end.

    Heat that passes, 10 kW/K from 145 degC down less the needs above, by hand: 350 - 100 kW at 110 degC,
    600 - 500 at 85, 800 - 500 at 65 and 1000 - 900 at 45.
    """
    needs = (
        Need(name="steam", power=1e5, start=130.0, end=130.0, approach=5.0),
        Need(name="hot water", power=4e5, start=80.0, end=105.0, approach=5.0),
        Need(name="washing", power=4e5, start=40.0, end=60.0, approach=5.0),
    )
    source = works(FLUE, needs=needs)
    ctx = context(1)
    left = source.left(ctx)
    assert left.hot_utility == pytest.approx([0.0])
    assert left.recovered == pytest.approx([9e5])
    passing = dict(zip(left.level[0].tolist(), left.over[0].tolist(), strict=True))
    assert [passing[level] for level in (110, 85, 65, 45)] == pytest.approx([2.5e5, 1e5, 3e5, 1e5])
    assert taken(source, site([80.0], [45.0]), ctx) == pytest.approx([1e5])
    assert taken(source, site([95.0], [80.0]), ctx) == pytest.approx([1e5])  # which R(85) = 100 kW allows


def test_offer_holds_for_returns_near_that_of_the_last_round():
    """To first order in a return that comes back 0.1 K warmer or colder; never more than is left."""
    ctx = context(1)
    source = works(FLUE, COOLING, needs=(Need(name="bath", power=1.2e5, start=20.0, end=55.0),))
    balance = source.balance(ctx)
    streams = balance.power, balance.upper, balance.lower
    for t_return in np.arange(30.5, 70.0, 1.0):
        offer = source.offer(ctx, site([80.0], [t_return]))
        assert offer.power[0] <= source.left(ctx).cold_utility[0] * (1 + 1e-12)
        for away in (-0.1, 0.0, 0.1):
            line = offer.conductance * (offer.t_hot - t_return - away)
            heat = np.minimum(offer.power, line if np.isfinite(offer.conductance) else np.inf)
            true = usable(*streams, [t_return + away], [80.0])
            assert heat == pytest.approx(true, rel=1e-3)


def test_a_stop_stops_needs_as_well():
    stop = Stop(start=datetime.date(2025, 1, 1), end=datetime.date(2025, 1, 1))
    need = Need(name="bath", power=Series(np.full(48, 1e5)), start=20.0, end=55.0)
    source = works(FLUE, needs=(need,), stops=(stop,))
    left = source.left(context(48))
    assert left.cold_utility == pytest.approx([0.0] * 24 + [9e5] * 24)
    assert left.hot_utility.max() == 0.0


def test_a_site_of_one_stream_with_a_heat_pump_is_that_stream():
    rng = np.random.default_rng(4)
    for _ in range(150):
        t_source, t_return = rng.uniform(20, 130), rng.uniform(30, 60)
        facts = {
            "power": 1e6,
            "temperature": t_source,
            "limit_temperature": t_source - rng.uniform(5, t_source - 4),
            "approach": rng.uniform(0, 10),
        }
        pump = HeatPumpUnit(power=rng.uniform(1e5, 2e6), least_load=0.05)
        here, ctx = site([75.0], [t_return]), context(1)
        alone = IndustrialStream(name="s", node="n", heat_pump=pump, **facts)
        both = works(SiteStream(name="s", **facts), heat_pump=pump)
        one, other = alone.offer(ctx, here), both.offer(ctx, here)
        assert taken(both, here, ctx) == pytest.approx(taken(alone, here, ctx), rel=1e-9)
        assert other.electricity_per_heat == pytest.approx(one.electricity_per_heat, rel=1e-6)
        assert other.least == pytest.approx(one.least)
        heat = taken(alone, here, ctx) * rng.uniform(0, 1)
        first, second = alone.use(ctx, here, heat), both.use(ctx, here, heat)
        for part in ("available", "direct", "lifted", "rejected", "electricity"):
            assert getattr(second, part) == pytest.approx(getattr(first, part), rel=1e-6, abs=1e-3)


SEWAGE = SiteStream(name="sewage", power=3e5, temperature=20.0, limit_temperature=10.0)


def test_one_stream_preheats_and_the_other_is_lifted():
    """From 45 to 80 degC: cooling water brings 15 of 35 K, a heat pump of 200 kW and COP 4 the others.

    It warms on what 150 kW of cooling water have preheated, and draws 150 kW of what is left of both.
    """
    pump = HeatPumpUnit(power=2e5, cop=4.0)
    ctx, here = context(1), site([80.0], [45.0])
    series = works(COOLING, SEWAGE, heat_pump=pump, arrangement="series")
    assert taken(series, here, ctx) == pytest.approx([3.5e5])
    use = series.use(ctx, here, np.array([3.5e5]))
    assert (use.direct, use.lifted, use.electricity) == (
        pytest.approx([1.5e5]),
        pytest.approx([1.5e5]),
        pytest.approx([5e4]),
    )
    assert use.rejected == pytest.approx([7e5 - 3e5])
    assert series.offer(ctx, here).electricity_per_heat == pytest.approx([5e4 / 3.5e5])
    half = series.use(ctx, here, np.array([1.75e5]))
    assert (half.direct, half.electricity) == (pytest.approx([7.5e4]), pytest.approx([2.5e4]))
    parallel = works(COOLING, SEWAGE, heat_pump=pump)
    assert taken(parallel, here, ctx) == pytest.approx([2e5])
    assert parallel.use(ctx, here, np.array([2e5])).direct == [0.0]


def test_a_weak_heat_pump_in_series_takes_no_direct_heat_away():
    """Preheating 100 kW of water for a heat pump of 10 kW is no reason to leave 1 MW of flue gas."""
    pump = HeatPumpUnit(power=1e4, cop=3.0)
    ctx, here = context(1), site([80.0], [45.0])
    source = works(FLUE, COOLING, heat_pump=pump, arrangement="series")
    assert taken(source, here, ctx) == pytest.approx([1.15e6 + 1e4])


@pytest.mark.parametrize("arrangement", ["parallel", "series"])
def test_any_site_with_a_heat_pump(arrangement):
    """10,000 hours of random sites: every balance closes, and what is offered can be given."""
    rng = np.random.default_rng(9)
    for _ in range(10):
        n = 1000
        ctx = context(n)
        streams = []
        for i in range(rng.integers(1, 4)):
            upper = rng.uniform(15, 140, n)
            power = Series(np.where(rng.random(n) < 0.1, 0.0, rng.uniform(1e4, 1e6, n)))
            lower = Series(upper - rng.uniform(1, 60, n) * (rng.random(n) < 0.8))
            streams.append(
                SiteStream(name=f"{i}", power=power, temperature=Series(upper), limit_temperature=lower)
            )
        start = rng.uniform(10, 90, n)
        need = Need(
            name="n",
            power=Series(rng.uniform(0, 5e5, n)),
            start=Series(start),
            end=Series(start + rng.uniform(0, 40, n)),
        )
        pump = HeatPumpUnit(power=float(rng.uniform(1e4, 1e6)), freezing=-60.0)
        source = works(*streams, needs=(need,), heat_pump=pump, arrangement=arrangement)
        t_return = rng.uniform(25, 65, n)
        here = site(rng.uniform(60, 95, n), t_return)
        offer, most = source.offer(ctx, here), taken(source, here, ctx)
        assert (most >= 0).all()
        for heat in (most, rng.uniform(0, 1, n) * most, 1.02 * most + 1.0):
            use = source.use(ctx, here, heat)
            scale = 1e-9 * np.maximum(use.available, heat).max()
            assert use.direct + use.lifted + use.rejected == pytest.approx(use.available, abs=scale)
            assert use.direct + use.lifted + use.electricity == pytest.approx(heat, abs=scale)
            for part in (use.direct, use.lifted, use.rejected, use.electricity):
                assert part.min() >= -scale
        at_most = source.use(ctx, here, most)
        assert at_most.electricity == pytest.approx(offer.electricity_per_heat * most, abs=1e-6 * most.max())
        assert (at_most.direct <= usable(*source.balance(ctx)[:3], t_return, here.t_feed) + 1.0).all() or (
            arrangement == "series"
        )
        assert (at_most.lifted > 0).any()
