"""Linear dispatch against plans that were made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.dispatch.linear import linear
from heatsym.dispatch.rolling import part, rolling
from heatsym.dispatch.settings import Dispatch
from tests.tasks import MW, MWH, Held, Level, Unit, balanced, task

LINEAR = Dispatch(method="linear")


def yearly(kilograms: float, hours: int) -> float:
    """A cap for a year of which a run of some hours has so much."""
    return kilograms * 8760 / hours


def test_three_hours_with_a_tank():
    """Needs of 2, 2 and 8 MW; surplus heat of 4 MW at 10 EUR/MWh and a boiler at 60; a tank of 3 MWh, empty.

    The tank keeps 90 % from hour to hour. What is left of surplus heat in the second hour, 2 MWh, charges
    it first, as it loses less; the first hour fills it: (3 - 2) / 0.9 = 1.111 MWh. 0.9 * 3 = 2.7 MWh come
    back in the third hour, where surplus heat gives 4 and the boiler 1.3, which is
    10 (3.111 + 4 + 4) + 60 * 1.3 = 189.11 EUR. One more MWh in the second hour
    is charged in the first one instead and costs 10 / 0.9 EUR.
    """
    of = task(
        [2, 2, 8],
        {"surplus": Unit(power=4, cost=10), "boiler": Unit(power=10, cost=60)},
        {"tank": Held(levels=(Level(full=3, keep=0.9),), charge=3)},
    )
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.heat / MW, [[2 + 1 / 0.9, 0], [4, 0], [4, 1.3]], atol=1e-9)
    np.testing.assert_allclose(found.energy[:, 0] / MWH, [1 / 0.9, 3, 0], atol=1e-9)
    np.testing.assert_allclose(found.price * MWH, [10, 10 / 0.9, 60], rtol=1e-9)
    assert found.cost == pytest.approx(10 * (2 + 1 / 0.9 + 4 + 4) + 60 * 1.3, rel=1e-12)
    assert not found.held.any()
    assert found.said == ()


def test_two_levels_share_a_tank_and_one_is_lifted():
    """A tank of 4 MWh if hot, 2 MWh if warm, full: 2 MWh hot and 1 MWh warm.

    3 MW are needed in one hour, and the boiler's heat costs 100 EUR/MWh. Hot water gives 2 MWh. A quarter of
    what warm water gives is electricity at 40 EUR/MWh: 1 / 0.75 = 1.333 MWh of which only 1 is needed, with
    0.25 MWh of electricity, and 0.25 MWh stay. Heat costs 10 EUR/MWh more, since warm water is left.
    """
    of = task(
        [3],
        {"boiler": Unit(power=10, cost=100)},
        {"tank": Held(levels=(Level(full=4, initial=2), Level(full=2, initial=1, lift=0.25)))},
        electricity_cost=40,
        electricity_carbon=0.4,
    )
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.discharge[0] / MW, [2, 1], atol=1e-9)
    np.testing.assert_allclose(found.energy[0] / MWH, [0, 0.25], atol=1e-9)
    assert found.cost == pytest.approx(10)
    assert found.carbon == pytest.approx(100)
    assert found.price[0] * MWH == pytest.approx(10)


def test_levels_cannot_both_fill_a_tank():
    """Free heat of 10 MW: warm water fills a tank with 2 MWh, hot water with 4 MWh, and any mixture fits."""
    of = task(
        [0, 5],
        {"surplus": Unit(power=[10, 0], cost=0), "boiler": Unit(power=10, cost=100)},
        {"tank": Held(levels=(Level(full=4, takes=[False, False]), Level(full=2)))},
    )
    found = linear(of, LINEAR)
    np.testing.assert_allclose(found.energy[0] / MWH, [0, 2], atol=1e-9)
    of = replace(of, reserves=replace(of.reserves, takes=np.ones((2, 2), dtype=bool)))
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.energy[0] / MWH, [4, 0], atol=1e-9)


def test_a_level_that_holds_nothing_is_left_alone():
    """Water as warm as what comes back holds no heat; the other level, of 2 MWh, serves as before."""
    of = task(
        [0, 5],
        {"surplus": Unit(power=[10, 0], cost=0), "boiler": Unit(power=10, cost=100)},
        {"tank": Held(levels=(Level(full=2), Level(full=0)))},
    )
    plain = linear(of, LINEAR)
    by_hour = rolling(of, LINEAR, view=part)
    for found in (plain, by_hour):
        np.testing.assert_allclose(found.energy / MWH, [[2, 0], [0, 0]], atol=1e-9)


def test_a_storage_takes_heat_of_its_sources_only():
    """Surplus heat may charge the tank, the cheap boiler may not; need leaves 3 MWh of the former."""
    of = task(
        [2, 9],
        {
            "boiler": Unit(power=2, cost=5),
            "surplus": Unit(power=3, cost=10),
            "backup": Unit(power=9, cost=90),
        },
        {"tank": Held(levels=(Level(full=50),), by=("surplus",))},
    )
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.heat / MW, [[2, 3, 0], [2, 3, 1]], atol=1e-9)


@pytest.mark.parametrize(("start_cost", "runs"), [(50.0, True), (200.0, False)])
def test_a_start_must_be_worth_its_cost(start_cost, runs):
    """Needs of 1, 4, 4, 1 MW; a unit of 5 MW at 10 EUR/MWh that gives at least 3; backup at 30 EUR/MWh.

    Started for two hours it saves 8 * 20 = 160 EUR. In the first and the last it cannot run.
    """
    of = task(
        [1, 4, 4, 1],
        {
            "unit": Unit(power=5, least=3, cost=10, start_cost=start_cost),
            "backup": Unit(power=10, cost=30),
        },
    )
    found = linear(of, replace(LINEAR, commit=("unit",)))
    balanced(of, found)
    on = [False, runs, runs, False]
    np.testing.assert_array_equal(found.on[:, 0], on)
    np.testing.assert_allclose(found.heat[:, 0] / MW, np.where(on, 4.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(found.price * MWH, np.where(on, 10.0, 30.0))
    assert found.cost == pytest.approx(50 + 80 + 60 if runs else 300)
    np.testing.assert_array_equal(found.held, np.column_stack([~np.array(on), np.zeros(4, dtype=bool)]))


def test_least_time_up_and_least_load():
    """Needs of 1, 4, 3, 4, 4, 1 MW; the unit gives 3.5 MW at least, runs two hours and rests three.

    Alone in the second hour it may not run, and in the last two hours of 4 MW it just may.
    """
    units = {
        "unit": Unit(power=5, least=3.5, cost=10, least_up=2, least_down=3),
        "backup": Unit(power=10, cost=30),
    }
    of = task([1, 4, 3, 4, 4, 1], units)
    found = linear(of, replace(LINEAR, commit=("unit",)))
    np.testing.assert_array_equal(found.on[:, 0], [False, False, False, True, True, False])
    np.testing.assert_allclose(found.heat[:, 1] / MW, [1, 4, 3, 0, 0, 1], atol=1e-9)
    np.testing.assert_array_equal(found.held[:, 0], [True, True, True, False, False, True])


def test_power_made_and_used():
    """4 MW in three hours in which electricity costs 100, 50 and -20 EUR/MWh.

    A CHP plant burns fuel for 100 EUR per MWh of heat and sells 0.8 MWh of power: 20, 60 and 116 EUR/MWh. A
    boiler takes 40, and an electric boiler 5 more than electricity: 105, 55, -15. The last hour earns 60 EUR;
    that more would earn more does not make it heat more than is needed.
    """
    price = np.array([100.0, 50.0, -20.0])
    of = task(
        [4, 4, 4],
        {
            "chp": Unit(power=5, cost=100 - 0.8 * price, electricity=-0.8),
            "boiler": Unit(power=9, cost=40),
            "electric": Unit(power=9, cost=price + 5, electricity=1.0),
        },
        electricity_cost=price,
    )
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.heat / MW, np.diag([4, 4, 4]), atol=1e-9)
    np.testing.assert_allclose(found.price * MWH, [20, 40, -15])
    assert found.cost == pytest.approx(4 * (20 + 40 - 15))


@pytest.mark.parametrize(
    ("tariff", "month", "lifted", "cost"),
    [
        (80.0, [0, 0], [2, 2], 10 * 4 + 40 * 4 + 80 * 1),
        (50.0, [0, 0], [2, 6], 10 * 8 + 50 * 3),
        (80.0, [0, 1], [0, 0], 40 * 8),
    ],
)
def test_peak_tariff(tariff, month, lifted, cost):
    """A heat pump saves 30 EUR/MWh and takes half a MW for each MW; needs of 2 and 6 MW.

    At 80 EUR/MW of the month's peak a MW that runs both hours saves 60 EUR and costs 40, one that runs in the
    second hour only is not worth it; at 50 EUR/MW it is. Were the hours of two months, none were at 80.
    """
    of = task(
        [2, 6],
        {"pump": Unit(power=9, cost=10, electricity=0.5), "boiler": Unit(power=9, cost=40)},
    )
    found = linear(of, replace(LINEAR, peak_power=tariff / MW), month=np.array(month))
    balanced(of, found)
    np.testing.assert_allclose(found.heat[:, 0] / MW, lifted, atol=1e-9)
    assert found.cost == pytest.approx(cost)


def test_cap_of_emissions():
    """10 MWh by gas at 40 EUR/MWh and 0.2 t/MWh, or clean heat at 100: a cap of 1 t leaves 5 MWh of gas."""
    of = task(
        [5, 5],
        {"gas": Unit(power=9, cost=40, carbon=0.2), "clean": Unit(power=9, cost=100)},
    )
    found = linear(of, replace(LINEAR, co2_cap=yearly(1000.0, 2)))
    balanced(of, found)
    assert found.carbon == pytest.approx(1000.0)
    assert found.cost == pytest.approx(5 * 40 + 5 * 100)
    np.testing.assert_allclose(found.price * MWH, 100.0)
    assert found.said == ()


def test_cap_below_reach_is_told():
    """Clean heat gives 2 MW only: 6 MWh of gas, 1.2 t at least; 1 t means that 1 MWh is not served."""
    of = task(
        [5, 5],
        {"gas": Unit(power=9, cost=40, carbon=0.2), "clean": Unit(power=2, cost=100)},
    )
    found = linear(of, replace(LINEAR, co2_cap=yearly(1000.0, 2)))
    assert found.unserved.sum() / MW == pytest.approx(1.0)
    assert len(found.said) == 2
    assert "1 MWh of heat unserved: more heat would break co2_cap" in found.said[0]
    assert "co2_cap of 1 t in this run is below reach" in found.said[1]
    assert "emits at least 1.2 t" in found.said[1]


def test_what_must_run_comes_first_and_the_rest_is_rejected():
    """Waste heat of 3 MW that must run, however dear; a need of 2 MW leaves 1 MW to nobody.

    One more MWh is then paid to its partner.
    """
    of = task(
        [2, 4],
        {"waste": Unit(power=3, cost=50, must_run=True), "cheap": Unit(power=9, cost=10)},
    )
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.heat / MW, [[2, 0], [3, 1]], atol=1e-9)
    np.testing.assert_allclose(found.rejected / MW, [1, 0], atol=1e-9)
    np.testing.assert_allclose(found.price * MWH, [50, 10])
    assert found.said == ("1 h with 1 MWh of heat rejected: must_run gives more than is needed",)


def test_too_little_of_everything_is_told():
    """10 MW of which sources give 6, at 5 EUR/MWh: 4 MWh are missing, at the price of unserved heat."""
    of = task([3, 10], {"boiler": Unit(power=6, cost=5)})
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.unserved / MW, [0, 4], atol=1e-9)
    np.testing.assert_allclose(found.price * MWH, [5, 1000])
    assert found.cost == pytest.approx(45)
    assert found.said == ("1 h with 4 MWh of heat unserved: sources and storages cannot give more",)


def test_ramps():
    """Needs of 2 and 6 MW; a unit that rises by 1 MW an hour begins with 2, so that 3 is what it can give.

    A failure in the third hour is no ramp: it falls from 3 to 0 although 1 MW is its most.
    """
    of = task(
        [2, 6, 6],
        {"slow": Unit(power=[9, 9, 0], cost=10, rise=1, fall=1), "fast": Unit(power=9, cost=30)},
    )
    found = linear(of, LINEAR)
    balanced(of, found)
    np.testing.assert_allclose(found.heat / MW, [[2, 0], [3, 3], [0, 6]], atol=1e-9)
    np.testing.assert_array_equal(found.held, [[False, False], [True, False], [False, False]])


def test_least_emissions():
    """The cleaner source serves first, whatever it costs, and of two that are as clean the cheaper one."""
    of = task(
        [5],
        {
            "gas": Unit(power=9, cost=10, carbon=0.2),
            "wood": Unit(power=2, cost=90, carbon=0.0),
            "sun": Unit(power=1, cost=70, carbon=0.0),
        },
    )
    found = linear(of, replace(LINEAR, objective="emissions"))
    np.testing.assert_allclose(found.heat[0] / MW, [2, 2, 1], atol=1e-9)
    assert found.carbon == pytest.approx(400)
    assert np.isnan(found.price).all()
    dear = linear(of, LINEAR, carbon_weight=0.5)  # EUR/kg: gas at 10 + 100 EUR/MWh
    np.testing.assert_allclose(dear.heat, found.heat, atol=1e-3)
    assert dear.price[0] * MWH == pytest.approx(110)
    assert dear.cost == pytest.approx(2 * 10 + 2 * 90 + 70)
