"""Order, price and cheap hours, worked by hand."""

from __future__ import annotations

import numpy as np

from heatsym.dispatch.cheap_hours import cheap_hours
from heatsym.dispatch.merit_order import filled, marginal_price, merit_order, not_kept

MWH = 3.6e9


def test_cheapest_first_and_by_the_file_at_equal_cost() -> None:
    costs = np.array([[30.0, 10.0, 10.0], [5.0, 10.0, 9.0]]) / MWH
    assert merit_order(np.ones((2, 3)), costs).order.tolist() == [[1, 2, 0], [0, 2, 1]]
    assert merit_order(np.ones((2, 3)), None).order.tolist() == [[0, 1, 2]] * 2


def test_what_must_run_is_first_by_cost_among_themselves() -> None:
    costs, must_run = np.array([[30.0, 10.0, 20.0, 0.0]]), np.array([True, False, True, False])
    assert merit_order(np.ones((1, 4)), costs, must_run).order.tolist() == [[2, 0, 3, 1]]
    assert merit_order(np.ones((1, 4)), None, must_run).order.tolist() == [[0, 2, 1, 3]]


def test_cleanest_first() -> None:
    """Gas boiler, wood boiler, heat pump of COP 3: by cost the pump, wood, gas; by emissions wood first.

    Gas 40 EUR and 201 kg, wood 35 EUR and 20 kg, power 90 EUR and 300 kg a MWh; efficiencies 1 and 0.9.
    """
    cost = np.array([[40.0, 35.0 / 0.9, 30.0]]) / MWH
    carbon = np.array([[201.0, 20.0 / 0.9, 100.0]]) / MWH
    power = np.full((1, 3), 4e6)
    assert merit_order(power, cost).order.tolist() == [[2, 1, 0]]
    order = merit_order(power, carbon).order
    assert order.tolist() == [[1, 2, 0]]
    heat = filled(np.array([6e6]), power, order)
    np.testing.assert_allclose(heat, [[0.0, 4e6, 2e6]])
    np.testing.assert_allclose((heat * carbon).sum() * 3600.0, 4.0 * 20.0 / 0.9 + 2.0 * 100.0)
    weighted = cost + 0.1 * carbon  # 100 EUR/t: 60.1, 41.1, 40
    assert merit_order(power, weighted).order.tolist() == [[2, 1, 0]]
    assert merit_order(power, cost + 0.2 * carbon).order.tolist() == [[1, 2, 0]]


def test_the_price_is_that_of_the_next_unit() -> None:
    """Nobody runs; the first in part; two full, the third rests; nobody has more; two run in part."""
    power, costs = np.array([[2.0, 1.0, 4.0]] * 5), np.array([[10.0, 20.0, 50.0]] * 5)
    heat = np.array([[0.0, 0, 0], [1.0, 0, 0], [2.0, 1, 0], [2.0, 1, 4], [1.0, 0, 1]])
    np.testing.assert_array_equal(marginal_price(heat, power, costs), [10.0, 10.0, 50.0, np.nan, 10.0])
    assert marginal_price(heat, power, costs, 99.0)[3] == 99.0


def test_the_price_is_the_slope_of_the_cost() -> None:
    """Of random merit orders, where no step is at a corner."""
    random = np.random.default_rng(5)
    power, costs = random.uniform(1.0, 5.0, (500, 6)), random.uniform(-2.0, 9.0, (500, 6))
    need, order = random.uniform(0.0, 1.0, 500) * power.sum(axis=1), merit_order(power, costs).order
    spent = [(filled(need + more, power, order) * costs).sum(axis=1) for more in (0.0, 1e-6)]
    price = marginal_price(filled(need, power, order), power, costs)
    np.testing.assert_allclose((spent[1] - spent[0]) / 1e-6, price, rtol=1e-6, atol=1e-6)


def test_filling_reaches_past_what_has_no_bound() -> None:
    power = np.array([[1.0, np.inf, 5.0]])
    assert filled(np.array([9.0]), power, np.array([[0, 1, 2]])).tolist() == [[1.0, 8.0, 0.0]]


def test_cheap_hours_of_a_heat_pump_before_a_peak() -> None:
    """Its heat costs 20 at night and 60 by day, a boiler's 70; a fifth of what is stored is lost.

    Nights charge for the day, as 20 is below 0.8 times 70. Days do not: 60 is more than 56, and not among
    the cheaper half. What is stored is worth 20 / 0.8 = 25: it replaces 60 and 70, but never 20. After the
    last day nothing is to be spared.
    """
    costs = np.array([[20.0, 70.0], [60.0, 70.0], [20.0, 70.0], [60.0, 70.0], [20.0, 70.0]])
    price = np.array([20.0, 70.0, 20.0, 70.0, 20.0])
    charges, worth = cheap_hours(costs, price, np.array([True, False]), 4, 0.5, 0.8)
    assert charges[:, 0].tolist() == [True, False, True, False, False]
    assert not charges[:, 1].any()
    np.testing.assert_allclose(worth, 25.0)


def test_an_hour_that_is_cheap_is_not_cheap_enough_if_nothing_dearer_comes() -> None:
    costs, price = np.full((6, 1), 20.0), np.array([20.0, 20.0, 24.0, 26.0, 20.0, 20.0])
    charges, worth = cheap_hours(costs, price, np.array([True]), 3, 0.25, 0.8)
    assert charges[:, 0].tolist() == [False, True, True, False, False, False]
    np.testing.assert_allclose(worth, 25.0)


def test_nobody_who_can_fill_it_anew() -> None:
    """A storage that cannot be filled holds back nothing: its worth is not known, its heat is not cheap."""
    charges, worth = cheap_hours(np.ones((3, 1)), np.ones(3), np.zeros((3, 1), dtype=bool), 2, 0.5, 0.9)
    assert not charges.any()
    assert np.isinf(worth).all()


def test_what_could_not_be_kept_is_told_with_hours_and_heat() -> None:
    early = np.array([[True, False], [True, False]])
    rejected = np.array([[0.0, 1e6], [0.0, 2e6]])
    started, lost = not_kept(("chp", "boiler"), 1800.0, early, rejected)
    assert started.startswith("chp: started 2 times before")
    assert lost.startswith("boiler: 1.5 MWh rejected in 1 hours")
    assert not_kept(("chp",), 3600.0, early[:, 1:], rejected[:, :1]) == ()
