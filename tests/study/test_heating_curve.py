"""The search over heating curves finds what is known to be best, and nothing that is worse for consumers."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

import heatsym as hs
from heatsym.case.model import Case
from heatsym.study.heating_curve import HeatingCurve, heating_curve, search

EXAMPLES = Path(hs.__file__).parent / "examples" / "configs"
WEEK = "2025-01-06/2025-01-08"


class Asked:
    """A function of two temperatures that counts, and is asked for no point twice."""

    def __init__(self, value) -> None:
        self.value, self.points = value, []

    def __call__(self, points):
        assert not set(points) & set(self.points)
        assert len(set(points)) == len(points)
        self.points += points
        return [self.value(*point) for point in points]

    @property
    def best(self):
        return min(self.points, key=lambda point: self.value(*point))


@given(some.integers(60, 100), some.integers(60, 100), some.integers(0, 3))
def test_the_lowest_of_a_bowl_is_found_to_the_kelvin(a, b, tilt):
    """Where milder days may have water as warm as cold ones, the least of a bowl is a whole point."""
    cold, mild = max(a, b), min(a, b)
    asked = Asked(lambda x, y: (x - cold) ** 2 + (y - mild) ** 2 + 0.3 * tilt * (x - cold) * (y - mild))
    assert search(asked, (90.0, 70.0), 60, 100, 200)
    assert asked.best == (cold, mild)
    assert len(asked.points) < 80
    assert all(60 <= y <= x <= 100 for x, y in asked.points)


def test_a_border_that_cannot_be_passed_is_gone_along():
    """Cost falls with both; only curves whose sum is 150 K or more can be taken."""
    asked = Asked(lambda x, y: 2.0 * x + y if x + y >= 150 else math.inf)
    assert search(asked, (90.0, 75.0), 60, 95, 200)
    assert asked.best == (75.0, 75.0)


@pytest.mark.parametrize("most", [2, 7, 15])
def test_no_more_is_asked_than_allowed_and_what_is_left_is_told(most):
    asked = Asked(lambda x, y: x + y)
    assert not search(asked, (90.0, 70.0), 61, 93, most)
    assert len(asked.points) == most


def test_odd_temperatures_of_the_case_are_kept_and_all_others_are_whole():
    asked = Asked(lambda x, y: abs(x - 82.4) + abs(y - 68.6))
    search(asked, (87.5, 71.25), 60, 95, 200)
    assert asked.points[0] == (87.5, 71.25)
    assert all(x % 1.0 == y % 1.0 == 0.0 for x, y in asked.points[1:])
    assert asked.best == (82.0, 69.0)


def boiler_only(**changes: object) -> Case:
    """A boiler whose efficiency does not follow the water: only loss and pumping depend on the curve."""
    base = hs.load(EXAMPLES / "minimal.toml", scenario="boiler_only", period=WEEK)
    return base.with_changes(changes)


@pytest.fixture(scope="module")
def least_loss() -> HeatingCurve:
    """Pumps cost nothing, so that the least loss is the least cost."""
    case = boiler_only(**{"prices.electricity_EUR_per_MWh": 1e-6})
    return heating_curve(case, evaluations=60, lowest=70, highest=92, workers=2)


def test_if_only_heat_is_lost_the_lowest_curve_that_may_be_is_taken(least_loss):
    sound = [each for each in least_loss.evaluations if not each.refused]
    lowest = min(sum(each.points) for each in sound)
    assert least_loss.better
    assert sum(least_loss.best.points) == pytest.approx(lowest, abs=1.0)
    losses = [each.figures["network_loss_MWh"] for each in sound]
    assert least_loss.best.figures["network_loss_MWh"] == pytest.approx(min(losses), rel=1e-3)
    assert least_loss.saved > 0.0


def test_a_curve_that_would_need_larger_valves_is_shown_and_not_taken(least_loss):
    """At 70/70 the flow at the peak is more than 1.2 times that of 90/70: (90 - 45) / (70 - 45) = 1.8."""
    cheapest = min(least_loss.evaluations, key=lambda each: each.figures["cost_EUR"])
    assert cheapest.points != least_loss.best.points
    assert any("largest flow" in reason for reason in cheapest.refused)
    assert not least_loss.best.refused


def test_the_line_holds_the_curve_and_repeats_its_figures(least_loss):
    value = tomllib.loads(least_loss.toml)["supply_temperature_degC"]
    assert [air for air, _ in value] == [-12, 15]
    assert [supply for _, supply in value] == list(least_loss.best.points)
    case = boiler_only(**{"prices.electricity_EUR_per_MWh": 1e-6, "network.supply_temperature_degC": value})
    cost = hs.run(case).summary["economics"]["operating_cost_EUR"]
    assert cost == least_loss.best.figures["cost_EUR"]
    json.dumps(least_loss.as_data(), allow_nan=False)


def test_workers_do_not_change_what_is_found():
    case = boiler_only()
    one, two = (heating_curve(case, evaluations=6, workers=workers) for workers in (1, 2))
    assert one == two


def test_the_coefficient_of_performance_rises_as_the_curve_falls():
    case = hs.load(EXAMPLES / "minimal.toml", period=WEEK).with_changes(
        {
            "source.works.temperature_degC": 40,
            "source.works.limit_temperature_degC": 20,
            "source.works.heat_pump": {"power_kW": 400},
        }
    )
    found = heating_curve(case, evaluations=11, lowest=70, highest=92, objective="emissions")
    cops = sorted((sum(each.points), each.figures["cop"]) for each in found.evaluations if each.figures)
    level = [
        (each.points[0], each.figures["cop"]) for each in found.evaluations if len(set(each.points)) == 1
    ]
    assert len(level) >= 3
    assert [cop for _, cop in sorted(level)] == sorted((cop for _, cop in level), reverse=True)
    assert cops[0][1] > cops[-1][1]


def test_consumers_below_their_minimum_are_no_choice():
    """Their minimum is 60 degC: water that leaves the plant with that is too cold when it arrives."""
    case = boiler_only(**{"network.supply_temperature_degC": 64, "prices.electricity_EUR_per_MWh": 1e-6})
    found = heating_curve(case, evaluations=40, lowest=60, highest=64, workers=2)
    at = {each.points: each for each in found.evaluations}
    assert "below the minimum" in at[60.0, 60.0].refused[0]
    assert at[60.0, 60.0].figures["cold_hours"] == pytest.approx(72.0, abs=1.0)
    assert found.best.figures["cold_hours"] <= found.base.figures["cold_hours"] + 1e-3 * 72.0
    assert at[64.0, 64.0].refused == ()


def test_a_constant_becomes_a_curve_and_what_is_no_curve_is_refused():
    found = heating_curve(boiler_only(**{"network.supply_temperature_degC": 85}), evaluations=2)
    assert found.base.points == (85.0, 85.0)
    assert found.outdoor == (-12.0, 15.0)
    for value, words in (
        ([90, 90, 88, 85, 80, 75, 72, 72, 78, 82, 86, 90], "list of months"),
        ([[-12, 90], [0, 82], [15, 70]], "3 points"),
    ):
        with pytest.raises(hs.InputError, match=words) as refused:
            heating_curve(boiler_only(**{"network.supply_temperature_degC": value}))
        assert refused.value.problems[0].code == "HS840"
        assert refused.value.problems[0].where == "network.supply_temperature_degC"


def test_without_prices_there_is_no_cost_to_keep_low():
    case = hs.load(EXAMPLES / "minimal.toml", period=WEEK)
    with pytest.raises(hs.InputError, match="cost cannot be kept low") as refused:
        heating_curve(replace(case, prices=None), objective="cost", evaluations=2)
    assert refused.value.problems[0].code == "HS841"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"objective": "beauty"}, "cost or emissions"),
        ({"evaluations": 1}, "two evaluations"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        heating_curve(boiler_only(), **arguments)


def test_bounds_that_leave_nothing_are_refused():
    with pytest.raises(hs.InputError, match="between 99 and 95 degC") as refused:
        heating_curve(boiler_only(), lowest=99.0)
    assert refused.value.problems[0].code == "HS842"
