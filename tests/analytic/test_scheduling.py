"""Plans by linear programme, marched: what is cheap is stored, and what comes of it is what was planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.dispatch import plan_difference
from heatsym.dispatch.merit_order import executable, filled
from heatsym.dispatch.settings import Dispatch
from heatsym.engine.digest import digest
from heatsym.engine.problem import Problem
from heatsym.engine.settle import settle
from heatsym.engine.trajectory import Trajectory
from heatsym.sources.boiler import Boiler
from heatsym.sources.electric_boiler import ElectricBoiler
from heatsym.sources.industrial import IndustrialStream
from tests.analytic.test_storing import Tank, with_tank
from tests.build import Net

MWH, HOURS = 3.6e9, 96
NIGHT = np.arange(HOURS) % 24 < 6
LINEAR = Dispatch(method="linear", horizon="year")


def problem(power: float = 300e3, **rules: object) -> Problem:
    """A heater at 20 EUR/MWh by night and 100 by day, a stand-by at 500, and 50 kW at the end of a pipe."""
    net = Net([(0, 1)], consumers=[1], sources=[0, 0], length=500.0)
    made = net.problem(np.full((HOURS, 1), 50e3), steps=HOURS, t_return=40.0, tolerance=1e-9)
    return replace(
        made,
        sources=(
            ElectricBoiler(name="heater", node="N0", power=power, efficiency=1.0),
            Boiler(name="stand-by", node="N0", fuel="oil", power=1e6, efficiency=1.0, price=500 / MWH),
        ),
        fuel_cost=np.zeros((HOURS, 2)),
        electricity_cost=np.where(NIGHT, 20.0, 100.0) / MWH,
        dispatch=replace(LINEAR, **rules),
    )


def run(asked: Problem) -> Trajectory:
    return settle(asked, lambda done, text: None)


def test_the_night_heats_the_day() -> None:
    """The tank holds 1.4 MWh, more than the 1.0 MWh of a day: after the first night nobody heats by day."""
    found = run(with_tank(problem(), Tank(hot_share=0.1, charge_from=())))
    heat = found.march.source_heat
    assert found.settled
    assert found.rounds <= 5
    assert plan_difference(digest(found)) < 5e-3
    days = ~NIGHT & (np.arange(HOURS) < 72)  # the last day may empty it
    assert heat[days].sum() < 0.02 * heat.sum()
    assert heat[:, 1].sum() < 1e-6 * heat.sum()
    assert found.intent.price is not None
    assert found.intent.price[days] * MWH == pytest.approx(21.0, abs=1.0)  # 20 by night, and 1 for cycling


def test_what_a_storage_must_bring() -> None:
    """A difference of 80 EUR/MWh does not pay where storing costs 90."""
    tank = Tank(hot_share=0.0, charge_from=())
    idle = run(with_tank(problem(cycling_cost=90 / MWH), tank)).stored
    assert idle is not None
    assert idle.heat.max() == 0.0


def test_without_time_it_is_the_merit_order() -> None:
    """No storage, no commitment: both fill the works first, then the heater, then what stands by."""
    works = IndustrialStream(name="works", node="N0", power=30e3, temperature=95.0, price=40 / MWH)
    asked = problem(power=15e3)
    sources = (asked.sources[1], works, asked.sources[0])
    asked = replace(asked, sources=sources, source_node=np.zeros(3, dtype=np.int64))
    asked = replace(asked, fuel_cost=np.zeros((HOURS, 3)), fuel_carbon=np.zeros((HOURS, 3)))
    planned, ranked = run(asked), run(replace(asked, dispatch=Dispatch()))
    np.testing.assert_allclose(planned.march.source_heat, ranked.march.source_heat, rtol=1e-6, atol=1.0)
    assert planned.intent.price == pytest.approx(ranked.intent.price, rel=1e-6)
    assert (planned.march.source_heat.min(axis=0) > 0.0).tolist() == [True, True, True]


def test_heat_that_must_be_taken_and_is_not_needed_is_told() -> None:
    """Of 100 kW that must run, what consumer, losses and a tank do not take is told."""
    works = IndustrialStream(name="works", node="N0", power=100e3, temperature=120.0, must_run=True)
    asked = problem(method="merit_order")
    found = run(replace(asked, sources=(works, asked.sources[1])))
    (said,) = found.intent.said
    rejected = (100e3 * HOURS - found.march.source_heat[:, 0].sum()) * 3600.0 / MWH
    assert rejected > 3.0
    assert said == f"works: {rejected:.4g} MWh rejected in {HOURS} hours, as it must run"
    stored = run(with_tank(replace(asked, sources=(works, asked.sources[1])), Tank(hot_share=0.0)))
    (said,) = stored.intent.said
    left = (100e3 * HOURS - stored.march.source_heat[:, 0].sum()) * 3600.0 / MWH
    assert 1.0 < left < rejected - 1.0  # the tank holds 1.4 MWh
    assert said.startswith("works: ")
    assert float(said.split()[1]) == pytest.approx(left, rel=1e-2)


def test_forecasts_cost() -> None:
    """With errors by chance the same tank is used worse, and what that costs is told."""
    wrong = problem(horizon="rolling", window_days=1, lookahead_days=1, foresight="noisy", price_error=1.5)
    found = run(with_tank(wrong, Tank(hot_share=0.1, charge_from=())))
    assert found.intent.cost > found.intent.ideal + 0.1
    again = run(with_tank(wrong, Tank(hot_share=0.1, charge_from=())))
    np.testing.assert_array_equal(found.march.source_heat, again.march.source_heat)


def test_any_schedule_can_be_filled() -> None:
    """Filled in the order and up to the bounds found for it, a schedule comes out as it is."""
    chance = np.random.default_rng(3)
    most = chance.uniform(0.0, 100.0, (500, 6))
    heat = most * chance.choice([0.0, 0.3, 0.7, 1.0], (500, 6))
    costs = chance.uniform(0.0, 50.0, (500, 6)).round(-1)
    order, upper = executable(heat, most, costs)
    need = heat.sum(axis=1)
    np.testing.assert_allclose(filled(need, upper, order), heat, atol=1e-9)


def test_the_costliest_with_more_to_give_follows_the_need() -> None:
    """Of 10 + 5 + 2 of 10, 10 and 10, with one at rest, the third takes what is more, and is spared first."""
    heat, most = np.array([[10.0, 5.0, 2.0, 0.0]]), np.full((1, 4), 10.0)
    order, upper = executable(heat, most, np.array([[1.0, 2.0, 3.0, 4.0]]))
    for need, expected in (
        (19.0, [10, 5, 4, 0]),
        (16.0, [10, 5, 1, 0]),
        (14.0, [10, 4, 0, 0]),
        (28.0, [10, 5, 10, 3]),
    ):
        assert filled(np.array([need]), upper, order)[0].tolist() == expected
