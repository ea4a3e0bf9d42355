"""Any stream with heat exchanger and heat pump, at any temperatures and load: 10,000 at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.profile import Context, Series
from heatsym.physics.heat_pump import mean_temperature, reversible_cop
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.stream import Stream, offer_stream, use_stream

COUNT = 10_000
UNITS = {
    "jensen": {},
    "carnot": {"model": "carnot", "share": 0.5},
    "lorenz": {"model": "lorenz", "share": 0.9},
    "given": {"cop": 2.5},
    "least load": {"least_load": 0.4},
}


@dataclass(frozen=True)
class Drawn:
    """Random steps: a stream, the network at its node, and the share of what is offered that is taken."""

    ctx: Context
    site: Site
    stream: Stream
    taken: FloatArray

    @property
    def offer(self) -> Offer:
        return offer_stream(self.ctx, self.site, self.stream, self.site.t_feed, np.zeros(COUNT))

    @property
    def most(self) -> FloatArray:
        """Heat that the march gives at most, at the temperatures that the offer was made for."""
        offer = self.offer
        with np.errstate(invalid="ignore"):
            cooled = offer.conductance * np.maximum(offer.t_hot - self.site.t_return, 0.0)
        return np.minimum(offer.power, np.where(np.isinf(offer.conductance), np.inf, cooled))

    def use(self, heat: FloatArray) -> Use:
        return use_stream(self.ctx, self.site, self.stream, self.site.t_feed, heat)


def drawn(seed: int, arrangement: str, sized: bool, **unit) -> Drawn:
    """Sources from 10 to 200 degC, some isothermal, some at rest, networks of 40 to 110 degC."""
    rng = np.random.default_rng(seed)

    def between(low: float, high: float) -> FloatArray:
        return rng.uniform(low, high, COUNT)

    t_feed = between(40.0, 110.0)
    t_return = t_feed - between(0.5, 60.0)
    t_source = between(10.0, 200.0)
    t_limit = np.maximum(t_source - np.where(rng.random(COUNT) < 0.1, 0.0, between(0.5, 120.0)), 0.0)
    power = np.where(rng.random(COUNT) < 0.05, 0.0, 10.0 ** between(3.0, 8.0))
    pump = np.where(rng.random(COUNT) < 0.05, 0.0, power * 10.0 ** between(-2.0, 1.0) + 1e3)
    if "cop" in unit:  # no user may ask for more than is possible
        most = reversible_cop(t_source, t_limit, t_feed, t_feed)
        unit["cop"] = Series(np.clip(0.99 * most, 1.0, unit["cop"]))
    return Drawn(
        Context(TimeAxis(np.datetime64("2025-01-01", "s"), 3600, COUNT, "UTC"), np.zeros(COUNT)),
        Site(t_feed, t_return),
        Stream(
            name="works",
            power=power,
            t_source=t_source,
            t_limit=t_limit,
            approach=float(rng.uniform(0.0, 10.0)),
            ua=10.0 ** between(1.0, 7.0) if sized else None,
            lift=HeatPumpUnit(power=Series(pump), **unit),
            arrangement=arrangement,
            availability=between(0.0, 1.0),
        ),
        rng.random(COUNT),
    )


@pytest.fixture(params=UNITS)
def unit(request):
    return UNITS[request.param]


@pytest.fixture(params=["parallel", "series"])
def arrangement(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["any exchanger", "sized exchanger"])
def sized(request):
    return request.param


def test_nothing_is_lost_and_no_electricity_is_made(unit, arrangement, sized):
    it = drawn(1, arrangement, sized, **unit)
    for taken in (0.0, it.taken, 1.0, 1.0 + 0.5 * it.taken):  # the last by changes from round to round
        heat = taken * it.most
        use = it.use(heat)
        scale = np.maximum(use.available, 1.0)
        assert (np.abs(use.direct + use.lifted + use.rejected - use.available) <= 1e-9 * scale).all()
        np.testing.assert_allclose(use.direct + use.lifted + use.electricity, heat, rtol=1e-9, atol=1e-6)
        assert (use.electricity >= 0.0).all()
        assert (use.direct >= 0.0).all()
        assert (use.lifted >= 0.0).all()
        assert (use.rejected >= -1e-9 * scale).all()


def test_what_is_offered_can_be_given(unit, arrangement, sized):
    """At the most that is offered the heat pump still draws what its COP says, within its power."""
    it = drawn(2, arrangement, sized, **unit)
    heat = it.most
    use = it.use(heat)
    pump = heat - use.direct
    works = pump > 1e-9 * heat
    assert works.sum() > COUNT / 4
    assert (pump <= it.ctx.values(it.stream.lift.power) * (1.0 + 1e-9) + 1e-9 * heat).all()
    shared = it.use(0.5 * heat)
    cop = pump / np.where(works, use.electricity, 1.0)
    part = 0.5 * heat - shared.direct
    same = works & (part > 1e-6 * heat)
    np.testing.assert_allclose(part[same] / shared.electricity[same], cop[same], rtol=1e-5)
    np.testing.assert_allclose(
        it.offer.electricity_per_heat[heat > 0.0],
        (use.electricity / np.maximum(heat, 1e-300))[heat > 0.0],
        rtol=1e-6,
        atol=1e-9,
    )


def test_no_heat_flows_uphill(unit, arrangement, sized):
    """Both ends of the exchanger keep their difference, and the heat pump makes entropy."""
    it = drawn(3, arrangement, sized, **unit)
    stream, site = it.stream, it.site
    heat = it.most * it.taken
    use = it.use(heat)
    span = stream.t_source - stream.t_limit
    flow = np.divide(use.available, span, out=np.full(COUNT, np.inf), where=span > 0.0)
    there = np.where(flow > 0.0, flow, 1.0)
    t_out = stream.t_source - use.direct / there
    direct = use.direct > 1e-9 * np.maximum(use.available, 1.0)
    assert direct.sum() > COUNT / 20
    way = np.where(arrangement == "series", use.direct / np.maximum(heat, 1e-300), 1.0)
    t_warm = site.t_return + way * (site.t_feed - site.t_return)
    assert (stream.t_source - t_warm >= stream.approach - 1e-6)[direct].all()
    assert (t_out - site.t_return >= stream.approach - 1e-6)[direct].all()
    pump = heat - use.direct
    works = pump > 1e-6 * np.maximum(heat, 1.0)
    t_left = t_out - use.lifted / there
    assert (t_left >= stream.t_limit - 1e-6).all()
    t_cold = np.where(arrangement == "series", t_warm, site.t_return)
    source, sink = mean_temperature(t_out, t_left), mean_temperature(site.t_feed, t_cold)
    assert (pump / sink >= use.lifted / source * (1.0 - 1e-9))[works].all()
    cop = pump[works] / use.electricity[works]
    most = reversible_cop(t_out[works], t_left[works], t_cold[works], site.t_feed[works])
    assert (cop < most).all()


def test_what_must_rise_or_fall(arrangement, sized):
    """Larger heat pumps, exchangers and streams give more; more heat never takes less electricity."""
    it = drawn(4, arrangement, sized)
    first = it.use(0.5 * it.most)
    second = it.use(it.most)
    for name in ("direct", "lifted", "electricity"):
        more, less = getattr(second, name), getattr(first, name)
        assert (more >= less * (1.0 - 1e-9) - 1e-6).all(), name
    smaller = replace(it, stream=replace(it.stream, lift=HeatPumpUnit(power=0.0)))
    assert (it.most >= smaller.most * (1.0 - 1e-9)).all()
    if sized:
        larger = replace(it, stream=replace(it.stream, ua=2.0 * it.stream.ua))
        alone, more = (replace(one, stream=replace(one.stream, lift=None)) for one in (it, larger))
        if arrangement == "parallel":
            assert (more.offer.power >= alone.offer.power * (1.0 - 1e-9)).all()
    warmer = replace(it, site=replace(it.site, t_return=it.site.t_return + 0.4))
    if arrangement == "parallel":
        assert (warmer.use(it.most).direct <= second.direct * (1.0 + 1e-9) + 1e-6).all()
