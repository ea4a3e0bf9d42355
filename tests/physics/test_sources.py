"""What sources offer and where their energy goes, calculated by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from heatsym.dispatch.cost import marginal_cost
from heatsym.dispatch.merit_order import merit_order
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context, Monthly, Series
from heatsym.physics.stream import direct_heat
from heatsym.sources.availability import Stop, stopped
from heatsym.sources.boiler import Boiler
from heatsym.sources.ideal import Ideal
from heatsym.sources.industrial import IndustrialStream


def context(steps: int, start: str = "2025-01-01", timezone: str = "UTC") -> Context:
    return Context(TimeAxis(np.datetime64(start, "s"), 3600, steps, timezone), np.zeros(steps))


def site(t_feed: list[float], t_return: list[float]) -> Site:
    return Site(np.array(t_feed), np.array(t_return))


def test_boiler_burns_heat_over_efficiency() -> None:
    boiler = Boiler(name="b", node="n", fuel="oil", power=2e6, efficiency=0.8, price=1e-9)
    ctx, here = context(2), site([80, 90], [45, 45])
    offer = boiler.offer(ctx, here)
    assert offer.power.tolist() == [2e6, 2e6]
    assert offer.t_feed.tolist() == [80, 90]
    assert offer.fuel_per_heat == pytest.approx([1.25, 1.25])
    assert boiler.use(ctx, here, np.array([1e6, 0.0])).fuel.tolist() == [1.25e6, 0.0]


def test_boiler_without_efficiency_takes_its_fuels() -> None:
    boiler = Boiler(name="b", node="n", fuel="wood", power=1e6)
    assert boiler.offer(context(1), site([80], [45])).fuel_per_heat == pytest.approx([1 / 0.86])
    assert boiler.basis() == ("efficiency of b: 0.86 of the lower heating value, wood (published)",)


def test_ideal_source_is_bounded_only_by_what_is_given() -> None:
    ctx, here = context(12 * 31 * 24), site([80] * 12 * 31 * 24, [45] * 12 * 31 * 24)
    assert np.isinf(Ideal(name="i", node="n").offer(ctx, here).power).all()
    monthly = Ideal(name="i", node="n", power=Monthly(tuple(float(m) for m in range(1, 13))))
    power = monthly.offer(ctx, here).power
    assert power[0] == 1
    assert power[31 * 24] == 2  # 1 February


@pytest.mark.parametrize(
    ("t_source", "t_limit", "t_return", "t_feed", "direct"),
    [(30, 24, 45, 80, 0.0), (60, 20, 40, 75, 0.0), (95, 35, 45, 80, 0.75), (95, 50, 45, 80, 1.0)],
)
def test_stream_is_cooled_against_the_return_water(t_source, t_limit, t_return, t_feed, direct) -> None:
    """Shares of the design's check table, and one where the limit, not the return water, binds."""
    stream = IndustrialStream(
        name="s", node="n", power=1e6, temperature=float(t_source), limit_temperature=float(t_limit)
    )
    here = site([t_feed], [t_return])
    offer = stream.offer(context(1), here)
    with np.errstate(invalid="ignore"):
        heat = np.minimum(offer.power, offer.conductance * np.maximum(offer.t_hot - t_return, 0.0))
    assert heat == pytest.approx([direct * 1e6])
    use = stream.use(context(1), here, heat)
    assert use.direct + use.rejected == pytest.approx(use.available)


def test_limit_in_the_march_is_the_direct_heat_of_the_physics() -> None:
    """The march takes min(power, conductance (t_hot - t_return)); physics states what that must be."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        t_source, t_return, t_feed = rng.uniform(20, 160), rng.uniform(20, 70), rng.uniform(50, 110)
        t_limit, approach = rng.uniform(0, t_source - 1), rng.uniform(0, 20)
        stream = IndustrialStream(
            name="s", node="n", power=1e6, temperature=t_source, limit_temperature=t_limit, approach=approach
        )
        offer = stream.offer(context(1), site([t_feed], [t_return]))
        taken = np.minimum(offer.power, offer.conductance * np.maximum(offer.t_hot - t_return, 0.0))
        expected = direct_heat(1e6, t_source, t_limit, t_return, t_feed, approach)
        assert taken[0] == pytest.approx(float(expected), abs=1e-6)


def test_stream_without_limit_is_usable_heat_or_nothing() -> None:
    stream = IndustrialStream(name="s", node="n", power=1e6, temperature=90.0)
    offer = stream.offer(context(3), site([80, 85, 86], [45, 45, 45]))
    assert offer.power.tolist() == [1e6, 1e6, 0.0]  # 5 K approach: 85 degC is just reached
    assert np.isinf(offer.conductance).all()


def test_own_feed_temperature_lets_a_cooler_stream_in() -> None:
    stream = IndustrialStream(name="s", node="n", power=1e6, temperature=75.0, supply_temperature=65.0)
    offer = stream.offer(context(1), site([80], [45]))
    assert offer.power.tolist() == [1e6]
    assert offer.t_feed.tolist() == [65.0]


def test_both_days_of_a_stop_are_local_and_included() -> None:
    """30 March 2025 in Copenhagen has 23 hours: a stop of that day and the next lasts 47."""
    ctx = context(5 * 24, "2025-03-28T23:00", "Europe/Copenhagen")
    still = stopped((Stop(start=datetime.date(2025, 3, 30), end=datetime.date(2025, 3, 31)),), ctx.axis)
    assert still.sum() == 47
    assert ctx.axis.local[np.flatnonzero(still)[0]] == np.datetime64("2025-03-30T00:00")
    assert ctx.axis.local[np.flatnonzero(still)[-1]] == np.datetime64("2025-03-31T23:00")
    hour = Stop(
        start=datetime.datetime(2025, 3, 29, 6), end=datetime.datetime(2025, 3, 29, 9)
    )  # times, not days
    assert stopped((hour,), ctx.axis).sum() == 3


def test_stopped_stream_has_nothing_to_reject() -> None:
    stop = Stop(start=datetime.date(2025, 1, 1), end=datetime.date(2025, 1, 1))
    power = Series(np.full(48, 3e5))
    stream = IndustrialStream(name="s", node="n", power=power, temperature=90.0, stops=(stop,))
    use = stream.use(context(48), site([80] * 48, [45] * 48), np.zeros(48))
    assert use.available.sum() == use.rejected.sum() == 24 * 3e5


def test_marginal_cost_by_hand() -> None:
    """Gas at 60 EUR/MWh in a boiler of 0.9 with 2 EUR/MWh of wear: 68.67 EUR/MWh of heat."""
    one = np.ones((1, 1))
    cost = marginal_cost(2.0 * one, one / 0.9, 60.0 * one, 0.0 * one, 90.0 * one)
    assert cost[0, 0] == pytest.approx(68.6667, abs=1e-4)
    heat_pump = marginal_cost(5.0 * one, 0.0 * one, 0.0 * one, one / 3.0, 90.0 * one)
    assert heat_pump[0, 0] == pytest.approx(35.0)


def test_merit_order_follows_the_cost_of_the_hour_and_keeps_ties_as_given() -> None:
    costs = np.array([[3.0, 1.0, 2.0], [1.0, 1.0, 0.5]])
    power = np.full((2, 3), 1e6)
    assert merit_order(power, costs).order.tolist() == [[1, 2, 0], [2, 0, 1]]
    assert merit_order(power, None).order.tolist() == [[0, 1, 2], [0, 1, 2]]
