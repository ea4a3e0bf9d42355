"""What is foreseen: nothing too well, nothing changed that is known, and errors as asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.dispatch.foresight import view
from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Fleet, Reserves, Task

WEEK = 168
PERSISTENCE, NOISY = (Dispatch(foresight=name) for name in ("persistence", "noisy"))


def task(steps=4 * WEEK):
    """A stream, a boiler with a stop, and a heat pump that takes a third of its heat from the grid."""
    random = np.random.default_rng(3)
    need, price = random.uniform(1e6, 5e6, steps), random.uniform(-1e-8, 4e-8, steps)
    power = np.stack([random.uniform(1e5, 1e6, steps), np.full(steps, 4e6), np.full(steps, 2e6)], axis=1)
    power[40:50, 1] = 0.0
    electricity = np.broadcast_to([0.0, 0.0, 1.0 / 3.0], power.shape)
    free, one, none = np.full_like(power, np.inf), np.ones((steps, 1)), np.zeros(3)
    fleet = Fleet(
        names=("stream", "boiler", "pump"),
        power=power,
        least=0.2 * power,
        rise=free,
        fall=free,
        cost=1e-8 + electricity * price[:, None],
        carbon=0.0 * power,
        electricity=electricity,
        start_cost=none,
        must_run=none > 0.0,
        least_up=none,
        least_down=none,
    )
    reserves = Reserves(
        names=("tank",),
        charge=np.arange(steps)[:, None] * 1.0,
        discharge=one,
        charges=np.ones((3, 1), dtype=bool),
        periodic=np.array([False]),
        wear=np.zeros(1),
        storage=np.array([0]),
        full=np.array([1e9]),
        initial=np.array([0.0]),
        keep=np.array([1.0]),
        takes=one > 0.0,
        lift=0.0 * one,
    )
    return Task(3600.0, need, fleet, reserves, price, 0.0 * price)


WHOLE = task()


def test_all_is_known_of_a_perfect_forecast() -> None:
    seen = view(WHOLE, 100, 300, Dispatch())
    np.testing.assert_array_equal(seen.need, WHOLE.need[100:300])
    np.testing.assert_array_equal(seen.fleet.cost, WHOLE.fleet.cost[100:300])
    np.testing.assert_array_equal(seen.reserves.charge, WHOLE.reserves.charge[100:300])


def test_tomorrow_is_as_it_was_a_week_ago() -> None:
    """Nine days ahead: the last two were a fortnight ago. The boiler's stop is planned, the stream is not."""
    first = 2 * WEEK + 5
    seen = view(WHOLE, first, first + 216, PERSISTENCE)
    past = np.arange(first, first + 216) - WEEK
    past[WEEK + 1 :] -= WEEK
    past[0] = first
    np.testing.assert_array_equal(seen.need, WHOLE.need[past])
    np.testing.assert_array_equal(seen.electricity_cost, WHOLE.electricity_cost[past])
    np.testing.assert_array_equal(seen.fleet.power[:, 0], WHOLE.fleet.power[past, 0])
    np.testing.assert_array_equal(seen.fleet.power[:, 1:], WHOLE.fleet.power[first : first + 216, 1:])
    expected = 1e-8 + WHOLE.electricity_cost[past] / 3.0
    np.testing.assert_allclose(seen.fleet.cost[:, 2], expected, rtol=1e-12)


def test_in_the_first_week_tomorrow_is_as_today() -> None:
    seen = view(WHOLE, 10, 40, PERSISTENCE)
    assert (seen.need == WHOLE.need[10]).all()
    assert (seen.fleet.power[:, 0] == WHOLE.fleet.power[10, 0]).all()


@pytest.mark.parametrize("rules", [PERSISTENCE, NOISY])
@pytest.mark.parametrize("first", [0, 100, 400])
def test_what_lies_after_the_decision_is_not_seen_before_it_is_there(rules, first) -> None:
    """Another future of need and streams is foreseen alike by persistence, and now is known by both."""
    seen = view(WHOLE, first, first + 100, rules)
    assert seen.need[0] == WHOLE.need[first]
    assert seen.electricity_cost[0] == WHOLE.electricity_cost[first]
    np.testing.assert_array_equal(seen.fleet.power[0], WHOLE.fleet.power[first])
    if rules is PERSISTENCE:
        other = WHOLE.need.copy()
        other[first + 1 :] = 0.0
        np.testing.assert_array_equal(
            view(replace(WHOLE, need=other), first, first + 100, rules).need, seen.need
        )


def test_the_same_seed_is_the_same_forecast_to_the_bit() -> None:
    one, same, other = (view(WHOLE, 24, 200, replace(NOISY, seed=seed)).need.tobytes() for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_errors_grow_to_what_is_asked_for_a_day_ahead_and_are_right_in_the_mean() -> None:
    """Four thousand forecasts of heat 20 % off and prices 30 % off, a tenth apart from hour to hour.

    Standard deviations follow sqrt((1 - a^2i) / (1 - a^48)); the largest error of a mean is 4 sigma.
    """
    many, hours = 4000, 73
    flat = replace(WHOLE, need=np.full(4 * WEEK, 2e6), electricity_cost=np.full(4 * WEEK, -2e-8))
    rules = replace(NOISY, demand_error=0.2, price_error=0.3)
    seen = [view(flat, 0, hours, rules, decision=n) for n in range(many)]
    left = np.exp(-1.0 / 24.0)
    grown = np.sqrt((1.0 - left ** (2.0 * np.arange(hours))) / (1.0 - left**48))
    for got, size, error in (
        (np.array([one.need for one in seen]) / 2e6 - 1.0, 0.2, "relative"),
        (np.array([one.electricity_cost for one in seen]) / 2e-8 + 1.0, 0.3, "of the mean size"),
    ):
        np.testing.assert_allclose(got[:, 24].std(), size, rtol=0.06, err_msg=error)
        np.testing.assert_allclose(got.std(axis=0), size * grown, rtol=0.08, atol=1e-12)
        assert (np.abs(got.mean(axis=0)) <= 4.5 * size * grown / np.sqrt(many) + 1e-12).all()
        together = np.corrcoef(got[:, 48], got[:, 49])[0, 1]
        np.testing.assert_allclose(together, left, atol=0.03)


def test_heat_is_never_negative_however_wrong() -> None:
    wild = replace(NOISY, demand_error=2.0, source_error=2.0)
    seen = view(WHOLE, 0, 4 * WEEK, wild)
    assert (seen.need > 0.0).all()
    assert (seen.fleet.power[:, 0] > 0.0).all()
    assert (seen.fleet.least <= seen.fleet.power).all()


def test_sources_err_each_on_its_own_and_only_those_named() -> None:
    """The error of one is the same whoever stands beside it."""
    alone = view(WHOLE, 0, 100, NOISY, np.array([True, False, False])).fleet.power
    both = view(WHOLE, 0, 100, NOISY, np.array([True, False, True])).fleet.power
    np.testing.assert_array_equal(alone[:, 0], both[:, 0])
    np.testing.assert_array_equal(alone[:, 1:], WHOLE.fleet.power[:100, 1:])
    assert (both[1:, 2] != 2e6).all()
