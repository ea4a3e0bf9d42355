"""Standard heat profiles: coefficients by hand, conservation, calendars, weather that changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsym.demand import bdew
from heatsym.demand.calendar import day_type, public_holidays
from heatsym.errors import InputError
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.profile import DailyAir
from heatsym.weather import Weather, daily_air, read_weather

ROSTOCK = read_weather(Weather(dataset="rostock"), None)
PROFILES = tuple(
    (name, building_class)
    for name in bdew.profile_names()
    for building_class in (range(1, 12) if name in bdew.RESIDENTIAL else (0,))
)
YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")


def constant_air(day: str, days: int, t_air: float) -> DailyAir:
    """The same air on every day, also of the reference."""
    all_days = np.datetime64(day, "D") - 3 + np.arange(days + 3)
    reference = np.datetime64(day, "D") - 3 + np.arange(368)
    return DailyAir(all_days, np.full(days + 3, t_air), reference, np.full(368, t_air))


def heat_of_days(axis: TimeAxis, shares: FloatArray) -> FloatArray:
    """Share of the annual heat in each local day; (day, profile)."""
    day = (axis.day - axis.day[0]).astype(int)
    return np.array([shares[day == d].sum(axis=0) for d in range(day[-1] + 1)]) * axis.step


def test_allocation_temperature_by_hand() -> None:
    t_day = np.array([8.0, 4.0, 2.0, 1.0, -14.0])
    # (1 + 2/2 + 4/4 + 8/8) / 1.875 and (-14 + 1/2 + 2/4 + 4/8) / 1.875
    np.testing.assert_allclose(bdew.allocation_temperature(t_day), [4 / 1.875, -12.5 / 1.875])


def test_sigmoid_by_hand() -> None:
    table = bdew.coefficients((("EFH", 11), ("GHD", 0)), False)
    # one-family house, all of Germany: 3.0469695 / (1 + (37.1833141 / 32)^5.6727847) + 0.1163157 at 8 degC
    assert bdew.relative_daily_heat(np.array([8.0]), table)[0, 0] == pytest.approx(1.0276419, abs=1e-7)
    # (37.1833141 / 50)^5.6727847 = exp(-5.6727847 * 0.2961630) = 0.186361 at -10 degC
    assert bdew.relative_daily_heat(np.array([-10.0]), table)[0, 0] == pytest.approx(
        3.0469695 / 1.186361 + 0.1163157, abs=1e-5
    )
    # what is left when nothing is heated, also above the 40 degC where the formula ends
    hot = bdew.relative_daily_heat(np.array([39.9, 40.0, 55.0]), table)
    np.testing.assert_allclose(hot, np.tile([[0.1163157, 0.154966031]], (3, 1)), atol=1e-9)


@pytest.mark.parametrize("windy", [False, True])
def test_profiles_mean_what_the_guideline_says(windy: bool) -> None:
    table = bdew.coefficients(PROFILES, windy)
    at_8 = bdew.relative_daily_heat(np.array([8.0]), table)
    assert np.all((at_8 > 0.75) & (at_8 < 1.15))  # heat relative to a day near 8 degC
    falling = bdew.relative_daily_heat(np.linspace(-25, 38, 127), table)
    assert np.all(np.diff(falling, axis=0) < 0)
    np.testing.assert_allclose(table.weekday.mean(axis=0), 1.0, atol=3.1e-3)  # GBD is the odd one
    np.testing.assert_allclose(table.hour.sum(axis=2), 1.0, atol=1.5e-3)
    assert np.all(table.hour >= 0)


@pytest.mark.parametrize(
    ("t_air", "expected"),
    [(-15.0, 292), (-14.9, 287), (-10.0, 287), (0.0, 257), (0.1, 227), (25.0, 40), (10.1, 146)],
)
def test_hours_depend_on_the_interval_of_temperature(t_air: float, expected: int) -> None:
    axis = TimeAxis(np.datetime64("2025-01-14T23:00:00"), 3600, 24, "Europe/Copenhagen")
    day = bdew.annual_shares(axis, constant_air("2025-01-15", 1, t_air), (("EFH", 1),))[:, 0]
    assert day[0] / day.sum() == pytest.approx(expected / 1e4, rel=5e-4)  # published for 00:00 to 01:00


@pytest.mark.parametrize("start", ["2024-12-31T23:00:00", "2023-12-31T23:00:00", "2025-06-30T22:00:00"])
@pytest.mark.parametrize("step", [900, 3600])
def test_a_year_takes_the_annual_heat(start: str, step: int) -> None:
    axis = TimeAxis(np.datetime64(start), step, 365 * 86400 // step, "Europe/Copenhagen")
    shares = bdew.annual_shares(axis, daily_air(ROSTOCK, axis, 0.0), PROFILES, region="DK")
    assert np.all(shares > 0)
    np.testing.assert_allclose(shares.sum(axis=0) * step, 1.0, rtol=1e-12)


def test_january_alone_is_the_january_of_the_year() -> None:
    january = TimeAxis(YEAR.start, 3600, 31 * 24, YEAR.timezone)
    alone = bdew.annual_shares(january, daily_air(ROSTOCK, january, 0.0), PROFILES)
    whole = bdew.annual_shares(YEAR, daily_air(ROSTOCK, YEAR, 0.0), PROFILES)
    np.testing.assert_allclose(alone, whole[: 31 * 24], rtol=1e-12)
    assert 0.14 < alone[:, PROFILES.index(("EFH", 11))].sum() * 3600 < 0.18


def test_days_with_23_and_25_hours_take_the_heat_of_their_weather() -> None:
    profiles = (("EFH", 11), ("MFH", 3))  # the same on all days of the week
    air = constant_air("2025-01-01", 365, 3.0)
    shares = bdew.annual_shares(YEAR, air, profiles)
    np.testing.assert_allclose(heat_of_days(YEAR, shares), 1 / 365, rtol=1e-12)
    spring, autumn = YEAR.day == np.datetime64("2025-03-30"), YEAR.day == np.datetime64("2025-10-26")
    assert YEAR.hour[spring].tolist() == [0, 1, *range(3, 24)]
    assert YEAR.hour[autumn].tolist() == [0, 1, 2, 2, *range(3, 24)]
    twice = shares[autumn]
    np.testing.assert_array_equal(twice[2], twice[3])


def test_a_run_within_a_day_takes_its_hours_share() -> None:
    part = TimeAxis(np.datetime64("2025-03-30T09:00:00"), 3600, 5, YEAR.timezone)
    alone = bdew.annual_shares(part, daily_air(ROSTOCK, part, 0.0), (("EFH", 11),))
    day = TimeAxis(np.datetime64("2025-03-29T23:00:00"), 3600, 23, YEAR.timezone)
    whole = bdew.annual_shares(day, daily_air(ROSTOCK, day, 0.0), (("EFH", 11),))
    np.testing.assert_allclose(alone, whole[10:15])


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.floats(-30, 45), min_size=10, max_size=10),
    st.floats(0.1, 15),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_colder_days_take_more_and_shares_are_conserved(
    first: int, temperatures: list[float], colder: float, timezone: str
) -> None:
    start = np.datetime64("1995-01-01T00:00:00") + np.timedelta64(first, "D")
    axis = TimeAxis(start, 1800, 7 * 48, timezone).whole_days(step=1800)
    days = np.unique(axis.day)
    t_air = np.resize(temperatures, len(days) + 3)
    all_days = days[0] - 3 + np.arange(len(days) + 3)
    reference = days[0] - 3 + np.arange(368)
    t_reference = np.resize(temperatures, 368)
    plain = bdew.annual_shares(axis, DailyAir(all_days, t_air, reference, t_reference), PROFILES)
    cold = bdew.annual_shares(axis, DailyAir(all_days, t_air - colder, reference, t_reference), PROFILES)
    assert np.all(plain >= 0)
    heat, more = heat_of_days(axis, plain), heat_of_days(axis, cold)
    assert np.all(more >= heat)
    assert more.sum() > heat.sum()
    table = bdew.coefficients(PROFILES, False)
    weekday = (all_days[3:].astype(int) + 3) % 7
    by_day = bdew.relative_daily_heat(bdew.allocation_temperature(t_air), table) * table.weekday[weekday]
    np.testing.assert_allclose(heat / heat[0], by_day / by_day[0], rtol=1e-11)


def test_a_colder_scenario_takes_more_of_the_same_annual_heat() -> None:
    sums = [
        bdew.annual_shares(YEAR, daily_air(ROSTOCK, YEAR, offset), (("EFH", 11),)).sum() * 3600
        for offset in (2.0, 0.0, -2.0)
    ]
    assert sums[1] == pytest.approx(1.0, rel=1e-12)
    assert 0.78 < sums[0] < 0.88  # degree days below 17 degC fall by 19 % for 2 K
    assert 1.14 < sums[2] < 1.24


def test_holidays_are_sundays() -> None:
    assert np.datetime64("2025-12-25") in public_holidays(
        "DK", np.array(["2025-03-01"], dtype="datetime64[D]")
    )
    week = np.arange("2025-12-22", "2025-12-29", dtype="datetime64[D]")
    assert day_type(week, "").tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert day_type(week, "DE").tolist() == [0, 1, 2, 6, 6, 5, 6]
    reformation = np.array(["2025-10-31"], dtype="datetime64[D]")  # a Friday, in the north of Germany
    assert day_type(reformation, "DE").tolist() == [4]
    assert day_type(reformation, "DE-MV").tolist() == [6]
    with pytest.raises(InputError, match="HS411"):
        day_type(week, "Utopia")


def test_a_shop_is_closed_on_christmas_day() -> None:
    axis = TimeAxis(np.datetime64("2025-12-24T23:00:00"), 3600, 24, "Europe/Berlin")
    air = constant_air("2025-12-25", 1, 0.0)  # a Thursday
    open_day = bdew.annual_shares(axis, air, (("GHA", 0),)).sum()
    closed = bdew.annual_shares(axis, air, (("GHA", 0),), region="DE").sum()
    week = np.array([1.036, 1.023, 1.025, 1.030, 1.025, 0.967, 0.893])
    weekday = (air.reference_day[3:].astype(int) + 3) % 7
    holiday = np.isin(air.reference_day[3:], public_holidays("DE", air.reference_day))
    mean = np.mean(week[weekday]), np.mean(np.where(holiday, week[6], week[weekday]))
    assert closed / open_day == pytest.approx(0.893 / 1.030 * mean[0] / mean[1], rel=1e-9)
