"""Cost against carbon: ends are the single objectives, the front falls, and what is beaten is not on it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import heatsym as hs
from heatsym.study.pareto import (
    LEAST_CARBON,
    LEAST_COST,
    Choice,
    Front,
    Point,
    pareto,
    sweep,
    without_dominated,
)

EXAMPLES = Path(hs.__file__).parent / "examples" / "configs"
PLANS = some.lists(
    some.tuples(some.integers(0, 2000), some.integers(0, 500)), min_size=1, max_size=40, unique=True
)


class Plans:
    """The best of some plans (cost [EUR], carbon [t]) at any weight, as a perfect dispatch finds it."""

    def __init__(self, plans) -> None:
        self.plans, self.asked = [(float(cost), float(carbon)) for cost, carbon in plans], []

    def __call__(self, choices):
        self.asked += choices
        return [self.best(choice) for choice in choices]

    def best(self, choice: Choice) -> Point:
        if choice.objective == "emissions":
            cost, carbon = min(self.plans, key=lambda plan: (plan[1], plan[0]))
        else:
            cost, carbon = min(self.plans, key=lambda plan: (plan[0] + 1e3 * choice.weight * plan[1], plan))
        return Point(choice, cost, carbon)


@given(PLANS)
def test_ends_are_the_single_objectives_and_the_front_falls(plans):
    found = sweep(Plans(plans), 8)
    assert (found[0].cost, found[0].carbon) == min(plans)
    assert (found[-1].carbon, found[-1].cost) == min((carbon, cost) for cost, carbon in plans)
    front = Front("", "", "", found[0], without_dominated(found)).front
    assert front
    assert all(a.cost < b.cost and a.carbon > b.carbon for a, b in pairwise(front))
    for point in front:
        assert not any(
            other.cost <= point.cost
            and other.carbon <= point.carbon
            and (other.cost, other.carbon) != (point.cost, point.carbon)
            for other in found
        )


@given(some.integers(3, 7), some.randoms(use_true_random=False))
def test_all_corners_of_a_small_front_are_found(count, random):
    """Plans on a convex curve: each is the best at some weight, and none is missed."""
    slopes = sorted((random.uniform(1.0, 90.0) for _ in range(count - 1)), reverse=True)
    plans, cost, carbon = [(0.0, 1000.0)], 0.0, 1000.0
    for slope in sorted(slopes):
        cost, carbon = cost + 40.0 * slope, carbon - 40.0
        plans.append((cost, carbon))
    if min(np.diff(sorted(slopes)), default=1.0) < 0.5:
        return
    asked = Plans(plans)
    found = {(point.cost, point.carbon) for point in sweep(asked, 8)}
    assert found == set(plans)
    assert len(asked.asked) <= 16


def test_points_spread_over_a_smooth_front():
    """A quarter of a circle: with nine points no gap is wider than twice what even ones would be."""
    angle = np.linspace(0.0, 0.5 * math.pi, 2001)
    plans = list(zip(1e5 * (1.0 - np.sin(angle)), 1e3 * (1.0 - np.cos(angle)), strict=True))
    found = sweep(Plans(plans), 9)
    assert len(found) == 9
    gaps = [math.hypot((a.cost - b.cost) / 1e5, (a.carbon - b.carbon) / 1e3) for a, b in pairwise(found)]
    assert max(gaps) < 2.0 * 0.5 * math.pi / 8.0


def test_where_cost_and_carbon_agree_there_is_one_point_and_nothing_more_is_asked():
    asked = Plans([(100.0, 10.0), (200.0, 20.0)])
    found = sweep(asked, 8)
    assert asked.asked == [LEAST_COST, LEAST_CARBON]
    assert len(Front("", "", "", found[0], without_dominated(found)).front) == 1


def test_a_dispatch_that_errs_does_not_loop_and_its_points_are_marked():
    """Points with errors of some percent: every gap is closed or filled, never beyond twice the points."""
    random = np.random.default_rng(3)
    angle = np.linspace(0.0, 0.5 * math.pi, 200)
    exact = Plans(list(zip(1e5 * (1.0 - np.sin(angle)), 1e3 * (1.0 - np.cos(angle)), strict=True)))
    asked = []

    def wrong(choices):
        asked.extend(choices)
        return [
            replace(
                point, cost=point.cost + 3e3 * random.random(), carbon=point.carbon + 30 * random.random()
            )
            for point in exact(choices)
        ]

    found = without_dominated(sweep(wrong, 12))
    assert len(asked) <= 24
    assert len(set(asked)) == len(asked)
    assert any(not point.dominated for point in found)
    for point in found:
        beaten = any(
            other.cost <= point.cost
            and other.carbon <= point.carbon
            and (other.cost, other.carbon) != (point.cost, point.carbon)
            for other in found
        )
        assert point.dominated == beaten


@pytest.fixture(scope="module")
def quarter() -> hs.Run:
    """A boiler that is cheap and dirty, a heat pump that is dear and clean."""
    case = hs.load(EXAMPLES / "minimal.toml", period="2025-01-06/2025-01-08")
    return case.with_changes(
        {
            "source.works.temperature_degC": 30,
            "source.works.limit_temperature_degC": 10,
            "source.works.heat_pump": {"power_kW": 400},
            "prices.electricity_EUR_per_MWh": 400,
            "emissions.electricity_kg_per_MWh": 50,
        }
    )


@pytest.fixture(scope="module")
def found(quarter) -> Front:
    return pareto(quarter, points=3, workers=2)


def test_ends_of_a_case_are_its_runs_of_least_cost_and_least_carbon(quarter, found):
    for objective, point in (("cost", found.points[0]), ("emissions", found.points[-1])):
        summary = hs.run(quarter.with_changes({"dispatch.objective": objective})).summary
        assert point.cost == summary["economics"]["operating_cost_EUR"]
        assert point.carbon == summary["emissions"]["total_t"]
    assert found.points[0].carbon > 2.0 * found.points[-1].carbon
    assert found.points[0].cost < found.points[-1].cost
    assert (found.base.cost, found.base.carbon) == (found.points[0].cost, found.points[0].carbon)


def test_workers_do_not_change_the_front(quarter, found):
    assert pareto(quarter, points=3, workers=1) == found
    json.dumps(found.as_data(), allow_nan=False)


def test_without_emissions_there_is_no_front(quarter):
    with pytest.raises(hs.InputError, match="cost against carbon needs both") as refused:
        pareto(replace(quarter, emissions=None))
    assert refused.value.problems[0].code == "HS841"


def test_a_front_of_one_point_is_refused(quarter):
    with pytest.raises(ValueError, match="two points"):
        pareto(quarter, points=1)
