"""What holds of any dispatch at least cost, whatever the sources, storages and prices."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest

from heatsym.dispatch.linear import linear
from heatsym.dispatch.rolling import part, rolling
from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Schedule, Task
from tests.tasks import HOUR, MW, MWH, Held, Level, Unit, balanced, task

LINEAR = Dispatch(method="linear")
ROUNDING = 1e-9


def random_units(rng: np.random.Generator, hours: int, many: int, enough: float) -> dict[str, Unit]:
    """Sources whose power and cost vary, some of which make or use electricity, and a boiler."""
    units = {}
    for k in range(many):
        costs = rng.uniform(-20, 90) + rng.normal(0, 15, hours)
        units[f"unit {k}"] = Unit(
            power=rng.uniform(0, 4) * rng.uniform(0.2, 1, hours),
            cost=costs,
            carbon=rng.uniform(0, 0.4),
            electricity=rng.choice([0.0, 0.3, -0.5]),
        )
    return units | {"boiler": Unit(power=enough, cost=100.0, carbon=0.25)}


def random_task(rng: np.random.Generator, hours: int = 48, storages: int = 1, periodic: bool = False) -> Task:
    """Needs by day and night, a few sources, storages of some hours."""
    clock = np.arange(hours)
    need = 5 + 2 * np.sin(2 * np.pi * clock / 24) + rng.normal(0, 1, hours)
    tanks = {}
    for k in range(storages):
        full = rng.uniform(2, 30)
        level = Level(full=full, initial=full * rng.uniform(0, 1), keep=rng.uniform(0.95, 1.0))
        power = rng.uniform(0.5, 5)
        tanks[f"tank {k}"] = Held(levels=(level,), charge=power, discharge=power, periodic=periodic)
    price = rng.normal(50, 30, hours)
    return task(need.clip(0.5), random_units(rng, hours, rng.integers(1, 5), 20.0), tanks, price)


def filled(of: Task, need: np.ndarray) -> np.ndarray:
    """Heat of the cheapest sources up to a need, hour by hour."""
    heat = np.zeros(of.fleet.power.shape)
    for t, left in enumerate(need):
        for s in np.argsort(of.fleet.cost[t]):
            heat[t, s] = min(left, of.fleet.power[t, s])
            left = left - heat[t, s]
        assert left <= 1e-6 * need.max()
    return heat


def money(of: Task, heat: np.ndarray) -> float:
    return float((of.fleet.cost * heat).sum() * of.step)


@pytest.mark.parametrize("seed", range(20))
def test_without_storages_the_cheapest_come_first(seed):
    of = random_task(np.random.default_rng(seed), storages=0)
    found = linear(of, LINEAR)
    balanced(of, found)
    expected = filled(of, of.need)
    np.testing.assert_allclose(found.heat, expected, atol=1e-6 * of.need.max())
    assert found.cost == pytest.approx(money(of, expected), rel=1e-9)
    last = np.array([of.fleet.cost[t, row > 0].max() for t, row in enumerate(expected)])
    np.testing.assert_allclose(found.price * MWH, last * MWH, atol=1e-6)
    assert not found.held.any()


def by_rule(of: Task, rng: np.random.Generator) -> float:
    """Cost of merit order with a tank that charges when heat is cheap and discharges when it is dear."""
    low, high = np.sort(rng.uniform(0, 100, 2)) / MWH
    reserves, content = of.reserves, of.reserves.initial[0]
    cost = 0.0
    for t, need in enumerate(of.need):
        content = content * reserves.keep[0]
        order = np.argsort(of.fleet.cost[t])
        costs, powers = of.fleet.cost[t, order], of.fleet.power[t, order]
        last = costs[np.searchsorted(np.cumsum(powers), need)]
        change = 0.0
        if last >= high:
            change = -min(reserves.discharge[t, 0], content / of.step, need)
        elif last <= low:
            cheap = powers[costs <= low].sum() - need
            change = min(reserves.charge[t, 0], (reserves.full[0] - content) / of.step, max(cheap, 0.0))
        content += change * of.step
        cost += money(part(of, t, t + 1), filled(part(of, t, t + 1), np.array([need + change])))
    return cost


def test_no_rule_is_cheaper():
    """200 systems, each by a rule with two prices drawn by chance."""
    better = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        of = random_task(rng)
        found = linear(of, LINEAR)
        balanced(of, found)
        rule = by_rule(of, rng)
        assert found.cost <= rule + ROUNDING * abs(rule)
        better += found.cost < rule - 1e-3 * abs(rule)
    assert better > 150  # rules are not optimal as a rule, or nothing was compared


@pytest.mark.parametrize("seed", range(8))
def test_price_lies_between_what_less_and_more_heat_change(seed):
    rng = np.random.default_rng(100 + seed)
    of = random_task(rng, storages=2)
    found = linear(of, LINEAR)
    for t in rng.choice(len(of.need), 5, replace=False):
        little = 1e-4 * MW
        less, more = (
            linear(replace(of, need=of.need + sense * little * (np.arange(len(of.need)) == t)), LINEAR).cost
            for sense in (-1.0, 1.0)
        )
        energy = little * HOUR / MWH
        left, right = (found.cost - less) / energy, (more - found.cost) / energy
        assert left - 1e-3 <= found.price[t] * MWH <= right + 1e-3


def patterns(hours: int, up: int, down: int) -> list[np.ndarray]:
    """All ways to be on or off that keep least times; nothing is known of before and after."""
    ways = []
    for way in product([False, True], repeat=hours):
        starts = [t for t in range(1, hours) if way[t] and not way[t - 1]]
        ran = all(all(way[t : t + up]) for t in starts)
        rested = all(not any(way[max(t - down, 0) : t]) or t == 0 for t in starts)
        if ran and rested:
            ways.append(np.array(way))
    return ways


@pytest.mark.parametrize("seed", range(20))
def test_commitment_is_the_best_of_all_ways(seed):
    """One unit with least load, start cost and least times: all ways to run it in nine hours are tried."""
    rng = np.random.default_rng(200 + seed)
    hours, up, down = 9, int(rng.integers(1, 5)), int(rng.integers(1, 5))
    need = rng.uniform(1, 6, hours)
    start_cost = rng.uniform(0, 120)
    cost = 20 + rng.normal(0, 8, hours)
    unit = Unit(
        power=5.0,
        least=2.0,
        cost=cost,
        start_cost=start_cost,
        least_up=up,
        least_down=down,
    )
    of = task(need, {"unit": unit, "boiler": Unit(power=9, cost=30.0)})
    found = linear(of, replace(LINEAR, commit=("unit",), gap=0.0))
    balanced(of, found)
    costs = []
    for on in patterns(hours, up, down):
        if (need[on] < 2.0).any():
            continue
        heat = np.where(on & (cost < 30), np.minimum(need, 5.0), np.where(on, 2.0, 0.0))
        starts = (on[1:] & ~on[:-1]).sum()
        costs.append(float((cost * heat + 30 * (need - heat)).sum() + start_cost * starts))
    assert found.cost == pytest.approx(min(costs), rel=1e-9)
    assert any((found.on[:, 0] == on).all() for on in patterns(hours, up, down))


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_who_sees_the_rest_plans_as_well_as_at_once(seed, periodic):
    """Eight days, planned day by day with all that follows in sight, cost what they cost planned at once."""
    of = random_task(np.random.default_rng(300 + seed), hours=192, storages=2, periodic=periodic)
    whole = linear(of, LINEAR)
    wide = rolling(of, replace(LINEAR, window_days=1, lookahead_days=8))
    narrow = rolling(of, replace(LINEAR, window_days=1, lookahead_days=1))
    for found in (whole, wide, narrow):
        balanced(of, found)
    assert wide.cost == pytest.approx(whole.cost, rel=1e-9)
    if periodic:
        np.testing.assert_allclose(narrow.energy[-1], of.reserves.initial, rtol=1e-6)
        assert narrow.cost >= whole.cost - ROUNDING * abs(whole.cost)
    assert narrow.cost <= whole.cost + 0.02 * abs(whole.cost)


def noisy(seed: int) -> object:
    """A forecast that errs by 20 % in needs and powers."""

    def view(of: Task, first: int, last: int) -> Task:
        rng = np.random.default_rng([seed, first])
        seen = part(of, first, last)
        power = seen.fleet.power * rng.normal(1, 0.2, seen.fleet.power.shape).clip(0.3)
        need = seen.need * rng.normal(1, 0.2, seen.need.shape).clip(0.3)
        return replace(seen, need=need, fleet=replace(seen.fleet, power=power))

    return view


@pytest.mark.parametrize("seed", range(4))
def test_what_is_done_keeps_all_bounds_whatever_was_forecast(seed):
    """A storage that only some may charge, ramps and a committed unit; who foresees all does as planned."""
    rng = np.random.default_rng(400 + seed)
    of = random_task(rng, hours=72, storages=2, periodic=True)
    rise = of.fleet.rise.copy()
    rise[:, 0] = 0.5 * MW
    charges = of.reserves.charges.copy()
    charges[-1, 0] = False
    of = replace(
        of,
        fleet=replace(of.fleet, rise=rise, fall=rise, least=0.2 * of.fleet.power),
        reserves=replace(of.reserves, charges=charges),
    )
    rules = replace(LINEAR, window_days=1, lookahead_days=1, commit=("boiler",))
    known = rolling(of, rules)
    guessed = rolling(of, rules, view=noisy(seed))
    seen = rolling(of, rules, view=part)
    for found in (known, guessed, seen):
        balanced(of, found)
        change = np.diff(found.heat[:, 0])
        assert change.max() <= 0.5 * MW * (1 + 1e-6)
    np.testing.assert_allclose(seen.heat, known.heat, atol=1e-6 * of.need.max())
    np.testing.assert_allclose(seen.energy, known.energy, atol=1e-6 * of.reserves.full.max())


def test_again_is_the_same():
    """Every number of every array, with commitment and in windows."""
    of = random_task(np.random.default_rng(7), hours=96, storages=2)
    rules = replace(LINEAR, window_days=1, commit=("unit 0", "boiler"))
    for way in (linear, rolling):
        first, second = way(of, rules), way(of, rules)
        for name in (field.name for field in fields(Schedule)):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_cap_is_kept_day_by_day():
    """A run whose cap is 80 % of what least cost emits keeps it in windows, at hardly more than at once."""
    of = random_task(np.random.default_rng(12), hours=240, storages=1, periodic=True)
    free = linear(of, LINEAR)
    cleanest = linear(of, replace(LINEAR, objective="emissions"))
    cap = 0.5 * (free.carbon + cleanest.carbon)
    rules = replace(LINEAR, co2_cap=cap * 8760 / 240, window_days=2, lookahead_days=1)
    whole, windows = linear(of, rules), rolling(of, rules)
    for found in (whole, windows):
        balanced(of, found)
        assert found.carbon <= cap * (1 + 1e-9)
        assert found.unserved.max() == 0.0
    assert whole.cost - 1e-6 <= windows.cost <= whole.cost + 0.1 * (whole.cost - free.cost) + 0.02 * free.cost
