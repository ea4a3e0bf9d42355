"""The packaged test reference year, and hours of weather on a run's steps and days."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis, local_time
from heatsym.weather import Weather, WeatherYear, air_temperature, daily_air, read_weather

ROSTOCK = read_weather(Weather(dataset="rostock"), None)


def axis(utc: str, hours: float = 1, timezone: str = "Europe/Copenhagen", step: int = 3600) -> TimeAxis:
    return TimeAxis(np.datetime64(utc, "s"), step, round(hours * 3600 / step), timezone)


def air(utc: str, hours: float = 1, timezone: str = "Europe/Copenhagen", step: int = 3600) -> list[float]:
    return air_temperature(ROSTOCK, axis(utc, hours, timezone, step), 0.0)[0].tolist()


def real_year(start: str, days: int, utc_offset: float = 1.0) -> WeatherYear:
    """Weather of which every hour differs: 0, 0.001, 0.002 ... degC."""
    hours = np.datetime64(start, "s") + np.arange(days * 24) * np.timedelta64(3600, "s")
    return WeatherYear(hours, utc_offset, np.arange(days * 24) / 1000, False, "made up", "")


def test_packaged_year_has_the_published_climate() -> None:
    daily = ROSTOCK.t_air.reshape(365, 24).mean(axis=1)
    assert ROSTOCK.direct_horizontal is not None
    assert ROSTOCK.diffuse_horizontal is not None
    radiation = ROSTOCK.direct_horizontal + ROSTOCK.diffuse_horizontal
    assert round(ROSTOCK.mean, 2) == 9.54
    assert (ROSTOCK.t_air.min(), ROSTOCK.t_air.max()) == (-8.0, 31.4)
    assert np.maximum(17.0 - daily, 0.0).sum() == pytest.approx(2829, abs=0.5)  # degree days
    assert radiation.sum() / 1e3 == pytest.approx(1049, abs=1)  # kWh/m2


def test_packaged_year_is_the_published_file(shared: Path) -> None:
    table = np.genfromtxt(shared / "reference-data/weather/try2010_02_rostock.csv", delimiter=",", names=True)
    assert np.array_equal(ROSTOCK.t_air, table["t_air_c"])
    assert np.array_equal(ROSTOCK.wind_speed, table["wind_m_s"])
    assert np.array_equal(ROSTOCK.direct_horizontal, table["direct_horizontal_w_m2"])
    assert np.array_equal(ROSTOCK.diffuse_horizontal, table["diffuse_horizontal_w_m2"])
    ends = ROSTOCK.start + np.timedelta64(3600, "s")  # hour 1 ends at 01:00
    assert np.array_equal(ends.astype("datetime64[h]").astype(int) % 24, table["hour_ending_cet"] % 24)


def test_packaged_year_is_the_file_of_the_weather_service() -> None:
    demandlib = pytest.importorskip("demandlib")
    path = Path(demandlib.__file__).parent / "vdi/resources_weather/TRY2010_02_Jahr.dat"
    rows = path.read_text(encoding="latin-1").partition("***")[2].split("\n")
    values = np.array([row.split() for row in rows if row.strip()], dtype=float)
    assert np.array_equal(ROSTOCK.t_air, values[:, 8])
    assert np.array_equal(ROSTOCK.wind_speed, values[:, 7])
    assert np.array_equal(ROSTOCK.direct_horizontal, values[:, 13])
    assert np.array_equal(ROSTOCK.diffuse_horizontal, values[:, 14])


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2025-01-01T00:00", [0.9, 0.8]),  # 01:00 CET: hours 2 and 3 of the file
        ("2024-12-31T23:00", [1.0, 0.9]),  # the first hour of the year in Copenhagen
        ("2025-06-30T22:00", [16.0, 14.7]),  # midnight of summer time is 23:00 CET, hour 24 of 30 June
        ("2024-02-28T23:00", [2.4, 2.3]),  # 29 February repeats the 28th
        ("2024-02-29T23:00", [0.4, 0.3]),  # and March begins as ever
        ("2023-02-28T23:00", [0.4, 0.3]),
    ],
)
def test_test_year_is_looked_up_in_its_own_zone(utc: str, expected: list[float]) -> None:
    assert air(utc, 2) == expected
    assert air(utc, 2, "America/New_York") == expected  # where the run is does not matter


def test_leap_day_is_told() -> None:
    assert air_temperature(ROSTOCK, axis("2023-12-31T23:00", 8784), 0.0)[1] != ()
    assert air_temperature(ROSTOCK, axis("2022-12-31T23:00", 8760), 0.0)[1] == ()


def test_steps_within_an_hour_hold_and_steps_across_two_hours_mean() -> None:
    assert air("2024-12-31T23:00", 2, step=900) == [1.0] * 4 + [0.9] * 4
    assert air("2024-12-31T23:30", 1) == [pytest.approx(0.95)]
    assert air("2024-12-31T23:45", 1) == [pytest.approx(0.25 * 1.0 + 0.75 * 0.9)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 8700), st.sampled_from([1, 7.5, 15, 20, 30, 60]), st.integers(0, 59))
def test_mean_does_not_depend_on_the_step(hour: int, minutes: float, late: int) -> None:
    start = np.datetime64("2025-01-01T00:00:00") + np.timedelta64(hour * 60 + late, "m")
    coarse = air_temperature(ROSTOCK, TimeAxis(start, 3600, 48, "UTC"), 0.0)[0]
    per_hour = round(60 / minutes)
    fine = air_temperature(ROSTOCK, TimeAxis(start, 3600 // per_hour, 48 * per_hour, "UTC"), 0.0)[0]
    np.testing.assert_allclose(fine.reshape(48, per_hour).mean(axis=1), coarse, atol=1e-12)


def test_offset_is_added_to_every_step() -> None:
    period = axis("2024-12-31T23:00", 8760)
    warmer, plain = air_temperature(ROSTOCK, period, 1.5)[0], air_temperature(ROSTOCK, period, 0.0)[0]
    np.testing.assert_allclose(warmer - plain, 1.5)


def test_other_files_are_looked_up_by_time_stamp() -> None:
    weather = real_year("2023-07-01", 30)
    assert air_temperature(weather, axis("2023-06-30T23:00", 3), 0.0)[0].tolist() == [0.0, 0.001, 0.002]
    for utc in ("2023-06-30T22:00", "2023-07-30T22:00", "2022-07-02T00:00"):
        with pytest.raises(InputError, match=r"HS408.*2023-07-01 to 2023-07-30"):
            air_temperature(weather, axis(utc, 2), 0.0)


def test_daily_means_follow_the_local_day_and_begin_three_days_ahead() -> None:
    days = daily_air(ROSTOCK, axis("2025-01-09T23:00", 48), -2.0)
    by_day = ROSTOCK.t_air.reshape(365, 24).mean(axis=1)  # local days of winter are those of the file
    assert days.day.tolist() == np.arange("2025-01-07", "2025-01-12", dtype="datetime64[D]").tolist()
    np.testing.assert_allclose(days.t_air, by_day[6:11] - 2.0)
    assert len(days.reference_day) == 3 + 365
    assert str(days.reference_day[3]) == "2025-01-10"
    np.testing.assert_allclose(days.reference_t_air[:8], by_day[6:14])  # as read, without the offset
    wrapped = daily_air(ROSTOCK, axis("2024-12-31T23:00", 1), 0.0)
    np.testing.assert_allclose(wrapped.t_air, by_day[[362, 363, 364, 0]])  # a year follows itself


@pytest.mark.parametrize(("day", "hours"), [("2025-03-30", 23), ("2025-10-26", 25), ("2025-07-01", 24)])
def test_days_on_which_clocks_change(day: str, hours: int) -> None:
    weather = real_year("2024-12-01", 400)
    noon = axis(f"{day}T10:00", 1)
    midnight = noon.whole_days().utc[0]
    assert noon.whole_days().steps == hours
    first = (midnight + np.timedelta64(3600, "s") - weather.start[0]) / np.timedelta64(3600, "s")
    days = daily_air(weather, noon, 0.0)
    assert str(days.day[3]) == day
    assert days.t_air[3] == pytest.approx((first + (hours - 1) / 2) / 1000)


def test_days_ahead_of_a_file_repeat_its_first_and_its_own_days_are_the_reference() -> None:
    weather = real_year("2023-01-01", 365)
    mean = weather.t_air.reshape(365, 24).mean(axis=1)
    days = daily_air(weather, axis("2023-01-01T23:00", 24), 5.0)  # 2 January
    np.testing.assert_allclose(days.t_air, mean[[0, 0, 0, 1]] + 5.0)
    np.testing.assert_allclose(days.reference_t_air, [*mean[[0, 0, 0]], *daily_means_of_copenhagen(weather)])
    elsewhere = daily_air(weather, axis("2023-01-02T12:00", 24, "Europe/London"), 0.0)
    assert len(elsewhere.reference_day) == 3 + 365  # the hour that is still 2022 in London makes no day


def daily_means_of_copenhagen(weather: WeatherYear) -> list[float]:
    """Means over local days, hour by hour with the standard library."""
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    days: dict[str, list[float]] = {}
    for i, t_air in enumerate(weather.t_air):
        utc = datetime(2022, 12, 31, 23, tzinfo=UTC) + timedelta(hours=i)
        days.setdefault(str(utc.astimezone(ZoneInfo("Europe/Copenhagen")).date()), []).append(float(t_air))
    return [float(np.mean(values)) for values in days.values()]


@pytest.mark.parametrize("settings", [Weather(), Weather(dataset="rostock", file="x.epw")])
def test_one_of_dataset_and_file(settings: Weather) -> None:
    with pytest.raises(InputError, match="HS401"):
        read_weather(settings, None)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Copenhagen", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"],
)
def test_local_time_is_that_of_the_standard_library_at_every_instant(zone: str) -> None:
    """Zones that change by an hour or half of one, a minute past midnight, by a day, around Ramadan."""
    start = np.datetime64("2011-01-01", "s")  # two years in steps that divide neither hour nor day
    utc = start + np.arange(0, 2 * 365 * 86400, 1499).astype("timedelta64[s]")
    clock = ZoneInfo(zone)
    expected = [
        datetime.fromtimestamp(second, clock).replace(tzinfo=None) for second in utc.astype(int).tolist()
    ]
    np.testing.assert_array_equal(local_time(utc, zone), np.array(expected, dtype="datetime64[s]"))
