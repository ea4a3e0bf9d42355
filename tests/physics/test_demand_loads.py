"""Loads of all consumers: where each number comes from, and demands that are not defined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from heatsym.demand import Consumers, Demand, loads
from heatsym.demand.bdew import annual_shares
from heatsym.errors import InputError
from heatsym.interfaces import stepwise
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Load
from heatsym.interfaces.profile import Context, Curve, DailyAir, Series, Surroundings
from heatsym.weather import Weather, air_temperature, daily_air, read_weather, surroundings

WEEK = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 3600, 7 * 24, "Europe/Copenhagen")
ROSTOCK = read_weather(Weather(dataset="rostock"), None)
MWH = 3.6e9
CP = 4000.0


def enthalpy(t: FloatArray) -> FloatArray:
    return CP * t


def consumers(n: int, **columns: Any) -> Consumers:
    """Houses of 20 MWh a year, with other columns as given."""
    table: dict[str, Any] = {
        "id": tuple(f"C{i + 1}" for i in range(n)),
        "node": ("N",) * n,
        "kind": ("house",) * n,
        "annual_heat": np.full(n, 20 * MWH),
        "profile": ("",) * n,
        "building_class": np.full(n, np.nan),
        "min_supply_temperature": np.full(n, np.nan),
        "max_flow": np.full(n, np.nan),
        "column": ("",) * n,
    }
    return Consumers(**(table | {key: np.array(v) if key not in TEXTS else v for key, v in columns.items()}))


TEXTS = ("id", "node", "kind", "profile", "column")


def ask(
    table: Consumers, axis: TimeAxis = WEEK, offset: float = 0.0, t_feed: Any = 80.0, **given: Any
) -> Load:
    if "temperature_drop" not in given:
        given.setdefault("return_temperature", 40.0)
    around, _ = surroundings(Weather(dataset="rostock", temperature_offset=offset, year=ROSTOCK), axis)
    demand = Demand(consumers_file="consumers.csv", consumers=table, **given)
    t_feed = np.broadcast_to(np.asarray(t_feed, dtype=float), axis.steps)
    load = loads(demand, around, t_feed, enthalpy)
    return replace(load, heat=load.heat[:], mass_flow=load.mass_flow[:])


def series(*columns: float) -> FloatArray:
    return np.tile(np.array(columns), (WEEK.steps, 1))


def test_kind_profile_and_class_choose_the_profile_and_annual_heat_scales_it() -> None:
    load = ask(
        consumers(
            6,
            kind=("house", "house", "flats", "", "trade", "trade"),
            profile=("", "EFH", "", "mfh", "", "GHD"),
            annual_heat=np.array([1, 2, 1, 3, 1, 0]) * MWH,
            building_class=[np.nan, 11, np.nan, np.nan, np.nan, np.nan],
        )
    )
    np.testing.assert_allclose(load.heat[:, 1], 2 * load.heat[:, 0], rtol=1e-12)
    np.testing.assert_allclose(load.heat[:, 3], 3 * load.heat[:, 2], rtol=1e-12)
    assert np.all(load.heat[:, 5] == 0)
    assert np.abs(load.heat[:, 4] / load.heat[:, 0] - 1).max() > 0.1
    assert np.all(np.isnan(load.mass_flow))


def test_a_year_of_a_thousand_consumers_adds_up() -> None:
    axis = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")
    annual = np.linspace(1, 100, 1000) * MWH
    load = ask(consumers(1000, annual_heat=annual, kind=("house", "flats", "trade", "house") * 250), axis)
    np.testing.assert_allclose(load.heat.sum(axis=0) * 3600, annual, rtol=1e-12)


def test_old_houses_and_wind_make_a_difference_in_the_cold() -> None:
    table = consumers(2, building_class=[1, 10])
    calm, windy = ask(table), ask(table, windy=True)
    assert np.abs(calm.heat[:, 1] / calm.heat[:, 0] - 1).max() > 0.01
    assert np.abs(windy.heat / calm.heat - 1).max() > 0.01


def test_series_go_before_annual_heat() -> None:
    heat = series(5e3, np.nan, np.nan)
    mass_flow = series(np.nan, 0.2, np.nan)
    load = ask(consumers(3), heat=heat, mass_flow=mass_flow)
    assert np.all(load.heat[:, 0] == 5e3)
    assert np.all(np.isnan(load.mass_flow[:, 0]))
    assert np.all(load.mass_flow[:, 1] == 0.2)
    assert np.all(np.isnan(load.heat[:, 1]))
    np.testing.assert_allclose(load.heat[:, 2], ask(consumers(1)).heat[:, 0], rtol=1e-12)
    assert load.mass_flow_max[1] == np.inf
    assert np.all(np.isnan(heat[:, 1]))  # the case is left as it was


def test_series_need_no_weather() -> None:
    ctx = Context(WEEK, np.full(WEEK.steps, np.nan))
    demand = Demand(consumers_file="", consumers=consumers(1), heat=series(1e3), return_temperature=40.0)
    assert np.all(loads(demand, Surroundings(ctx), np.full(WEEK.steps, 80.0), enthalpy).heat[:] == 1e3)


def test_largest_flow_by_hand() -> None:
    heat = np.full((WEEK.steps, 2), 1e3)
    heat[10] = 8e3  # 8 kW over 40 K: 0.05 kg/s
    heat[20] = 6e3  # 6 kW over 20 K: 0.075 kg/s
    heat[30] = 9e3  # over 4 K: does not count
    t_feed = np.full(WEEK.steps, 80.0)
    t_feed[20], t_feed[30] = 60.0, 44.0
    load = ask(consumers(2, max_flow=[np.nan, 0.03]), heat=heat, t_feed=t_feed)
    np.testing.assert_allclose(load.mass_flow_max, [1.2 * 0.075, 0.03], rtol=1e-12)


def test_heat_in_narrow_steps_alone_sizes_a_flow_too() -> None:
    """Nobody may draw without a limit: where water arrives cold, one house would starve a town."""
    heat = np.full((WEEK.steps, 3), 1e3)
    heat[:, 1:] = 0.0
    heat[30, :2] = 9e3
    np.testing.assert_allclose(  # 9 kW over all of the 4 K that there are
        ask(consumers(3), heat=heat, t_feed=44.0).mass_flow_max,
        [1.2 * 9e3 / (CP * 4), 1.2 * 9e3 / (CP * 4), 0.0],
        rtol=1e-12,
    )
    t_feed = np.full(WEEK.steps, 80.0)
    t_feed[30] = 42.0  # when the second house asks: counts as 5 K
    np.testing.assert_allclose(
        ask(consumers(3), heat=heat, t_feed=t_feed).mass_flow_max,
        [1.2 * 1e3 / (CP * 40), 1.2 * 9e3 / (CP * 5), 0.0],
        rtol=1e-12,
    )
    np.testing.assert_allclose(  # never above the return temperature: as for 5 K
        ask(consumers(1), heat=series(1e3), t_feed=38.0).mass_flow_max, 1.2 * 1e3 / (CP * 5), rtol=1e-12
    )


@pytest.mark.parametrize("size", [1, 100, 10**6])
def test_series_beside_annual_heat_in_pieces_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit what arrays of all consumers and steps give, with everything that bounds a flow."""
    monkeypatch.setattr(stepwise, "PIECE", size)
    rng = np.random.default_rng(size)
    metered = series(*[np.nan] * 6)
    metered[:, [1, 4]] = rng.uniform(1e3, 9e3, (WEEK.steps, 2))
    kinds = ("house", "series", "flats", "trade", "series", "house")
    annual, t_feed = rng.uniform(5, 50, 6) * MWH, rng.uniform(40.0, 80.0, WEEK.steps)
    load = ask(consumers(6, kind=kinds, annual_heat=annual), t_feed=t_feed, heat=metered)

    air = daily_air(ROSTOCK, WEEK, 0.0)
    shares = annual_shares(WEEK, air, (("EFH", 11), ("GHD", 0), ("MFH", 11)))
    whole = metered.copy()
    for i, profile in ((0, 0), (2, 2), (3, 1), (5, 0)):
        whole[:, i] = shares[:, profile] * annual[i]
    np.testing.assert_array_equal(load.heat, whole)
    wide = t_feed >= 45.0
    largest = (whole / (CP * t_feed - CP * 40.0)[:, None])[wide].max(axis=0)
    np.testing.assert_array_equal(load.mass_flow_max, 1.2 * largest)


def test_return_temperature_rules() -> None:
    curve = Curve(((-20.0, 55.0), (20.0, 35.0)))
    load = ask(consumers(2), return_temperature=curve)
    t_air = air_temperature(ROSTOCK, WEEK, 0.0)[0]
    np.testing.assert_allclose(load.return_offset, np.tile((45.0 - 0.5 * t_air)[:, None], (1, 2)))
    assert load.return_slope[0].tolist() == [0.0, 0.0]

    drop = Series(np.linspace(20.0, 30.0, WEEK.steps))
    load = ask(consumers(2), temperature_drop=drop, heat=series(1e3, 1e3), t_feed=90.0)
    np.testing.assert_allclose(load.return_offset[:, 1], -drop.values)
    assert load.return_slope[0].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(load.mass_flow_max, 1.2 * 1e3 / (CP * 20.0))


GAP = series(1e3, 1e3)
GAP[7, 1] = np.nan


@pytest.mark.parametrize(
    ("columns", "given", "code", "words"),
    [
        ({}, {"heat": GAP}, "HS412", "consumer C2: heat has gaps"),
        ({}, {"heat": series(1, -1)}, "HS413", "consumer C2: heat is negative"),
        ({}, {"mass_flow": series(-1, 1)}, "HS413", "consumer C1: flow is negative"),
        ({}, {"heat": series(1, 1), "mass_flow": series(np.nan, 1)}, "HS414", "consumer C2"),
        ({"annual_heat": [MWH, np.nan]}, {}, "HS415", "consumer C2: neither annual heat nor a series"),
        ({"kind": ("series", "house")}, {}, "HS415", "consumer C1: neither annual heat nor a series"),
        ({"kind": ("", "house")}, {}, "HS415", "needs a kind or a profile"),
        ({"profile": ("", "XYZ")}, {}, "HS416", "no profile XYZ; one of EFH, MFH, GMK"),
        ({"building_class": [12, 3]}, {}, "HS417", "12 is not a class"),
        ({"building_class": [np.nan, 3.5]}, {}, "HS417", "3.5 is not a class"),
        ({"profile": ("GKO", ""), "building_class": [3, 3]}, {}, "HS417", "GKO has no classes"),
        ({}, {"return_temperature": None}, "HS419", "one of return_temperature_degC, temp"),
        ({}, {"return_temperature": 40.0, "temperature_drop": 30.0}, "HS419", "exactly one"),
        ({}, {"return_temperature": Series(GAP[:, 1])}, "HS419", "gaps"),
    ],
)
def test_undefined_demand_is_refused(
    columns: dict[str, Any], given: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        ask(consumers(2, **columns), **given)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert words in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        ask(consumers(3, profile=("A", "B", "C")), return_temperature=None)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize("days", [None, 100])
def test_annual_heat_needs_the_weather_of_a_year(days: int | None) -> None:
    air = daily_air(ROSTOCK, WEEK, 0.0)
    short = DailyAir(
        air.day, air.t_air, air.reference_day[: 3 + (days or 0)], air.reference_t_air[: 3 + (days or 0)]
    )
    demand = Demand(consumers_file="", consumers=consumers(1), return_temperature=40.0)
    ctx = Context(WEEK, air_temperature(ROSTOCK, WEEK, 0.0)[0])
    with pytest.raises(InputError, match="HS418"):
        loads(demand, Surroundings(ctx, short if days else None), np.full(WEEK.steps, 80.0), enthalpy)
