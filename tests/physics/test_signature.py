"""Energy signature and calibration: known buildings are found, unfit input is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.demand.calendar import public_holidays
from heatsym.demand.signature import calibrated, calibration, cv_rmse, fit_signature
from heatsym.errors import InputError
from heatsym.interfaces.axis import FloatArray, TimeArray, TimeAxis

YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")


def days(n: int) -> TimeArray:
    return np.datetime64("2023-01-01") + np.arange(n).astype("timedelta64[D]")


def weather(n: int, seed: int = 0) -> FloatArray:
    """A year's wave with fronts of some days."""
    noise = np.convolve(np.random.default_rng(seed).normal(0, 4, n + 4), np.full(5, 0.45), "valid")
    return np.asarray(9 - 9 * np.cos(2 * np.pi * np.arange(n) / 365) + noise)


def house(t_day: FloatArray, a: float = 0.0) -> FloatArray:
    """400 W all year and 150 W for each kelvin below 15.5 degC."""
    before = np.concatenate([t_day[:1], t_day[:-1]])
    return np.asarray(400 + 150 * np.maximum(15.5 - (1 - a) * t_day - a * before, 0))


def test_finds_a_house_without_noise() -> None:
    t_day = weather(730)
    found = fit_signature(house(t_day), t_day, days(730))
    assert found.balance_temperature == pytest.approx(15.5, abs=0.06)
    assert found.slope == pytest.approx(150, rel=0.01)
    np.testing.assert_allclose(found.base, 400, rtol=0.02)
    assert found.r2 > 0.9999
    assert found.cv_rmse < 0.005


def test_finds_a_house_with_noise_and_predicts_another_year() -> None:
    t_day, later = weather(730), weather(365, seed=9)
    noise = np.random.default_rng(1).normal(0, 150, 730)
    found = fit_signature(np.maximum(house(t_day) + noise, 0), t_day, days(730))
    assert found.slope == pytest.approx(150, rel=0.03)
    assert found.balance_temperature == pytest.approx(15.5, abs=0.6)
    assert found.cv_rmse == pytest.approx(150 / house(t_day).mean(), rel=0.1)
    assert cv_rmse(house(later), found.predict(later)) < 0.03


def test_finds_the_weight_of_the_day_before() -> None:
    t_day = weather(730)
    heat = house(t_day, 0.3)
    found = fit_signature(heat, t_day, days(730), previous_day=True)
    assert found.previous_day == pytest.approx(0.3, abs=0.03)
    assert found.cv_rmse < 0.2 * fit_signature(heat, t_day, days(730)).cv_rmse


def test_finds_the_days_of_the_week_and_holidays() -> None:
    t_day, day = weather(730), days(730)
    closed = (day.astype(np.int64) + 3) % 7 == 6
    closed |= np.isin(day, public_holidays("DK", day))
    heat = house(t_day) - 300 * closed
    found = fit_signature(heat, t_day, day, weekdays=True, region="DK")
    np.testing.assert_allclose(found.base, [400] * 6 + [100], atol=10)
    christmas = np.flatnonzero(day == np.datetime64("2023-12-25"))
    np.testing.assert_allclose(found.predict(t_day, day)[christmas], heat[christmas], rtol=0.03)


def broken(what: str) -> tuple[FloatArray, FloatArray, TimeArray]:
    t_day, day = weather(400), days(400)
    heat = house(t_day)
    match what:
        case "short":
            return heat[:80], t_day[:80], day[:80]
        case "gap in heat":
            heat[37] = np.nan
        case "gap in air":
            t_day[5:9] = np.nan
        case "day missing":
            keep = np.arange(400) != 100
            return heat[keep], t_day[keep], day[keep]
        case "kelvin":
            return heat, t_day + 273.15, day
        case "lengths":
            return heat, t_day[:-1], day
        case "negative":
            heat[200] = -1.0
        case "no heating":
            return 400 + 10 * t_day.clip(0), t_day, day
    return heat, t_day, day


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("short", "80 days are too few"),
        ("gap in heat", "heat is missing on 1 of 400 days, first on 2023-02-07"),
        ("gap in air", "outdoor temperature is missing on 4 of 400 days, first on 2023-01-06"),
        ("day missing", "2023-04-12 follows 2023-04-10"),
        ("kelvin", "kelvin"),
        ("lengths", "400 days of heat, 399 of temperatures"),
        ("negative", "heat is negative on 2023-07-20"),
        ("no heating", "no heating"),
    ],
)
def test_refuses_by_name(what: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        fit_signature(*broken(what))


def parts() -> tuple[FloatArray, FloatArray]:
    """Heating that sleeps from June to August, and hot water, of two consumers."""
    winter = np.cos(2 * np.pi * np.arange(8760) / 8760).clip(0) * ~np.isin(YEAR.month, (6, 7, 8))
    return np.outer(winter, [5000.0, 3000.0]), np.full((8760, 2), [400.0, 0.0])


def test_annual_sum_is_metered_and_hot_water_keeps_its_size() -> None:
    heating, base = parts()
    metered = np.array([[30e3, 20e3]]) * 3.6e6
    factors = calibration(YEAR, heating, base, metered)
    heat = calibrated(YEAR, heating, base, factors)
    np.testing.assert_allclose(3600 * heat[:].sum(axis=0), metered[0], rtol=1e-12)
    assert factors.base[0, 0] == pytest.approx(1.0)
    np.testing.assert_allclose(heat[4500], base[4500], rtol=1e-12)
    np.testing.assert_array_equal(heat[10:20], heat[:][10:20])


def test_months_are_exact() -> None:
    """In July the base load takes up what heating cannot; in September no more than thrice the heating."""
    heating, base = parts()
    heating, base = heating[:, :1], base[:, :1]
    metered = np.array([5, 4, 4, 2, 1, 0.3, 0.25, 0.2, 0.9, 2, 3, 5])[:, None] * 1000 * 3.6e6
    factors = calibration(YEAR, heating, base, metered)
    heat = calibrated(YEAR, heating, base, factors)[:]
    np.testing.assert_allclose(3600 * np.bincount(YEAR.month - 1, heat[:, 0]), metered[:, 0], rtol=1e-12)
    assert factors.heating[[5, 6, 7], 0].tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(factors.base[[0, 1, 11], 0], 1.0, rtol=1e-9)
    assert factors.heating.max() <= 3.0
    assert (heat >= 0).all()


@pytest.mark.parametrize(
    ("axis", "metered", "reason"),
    [
        (YEAR, [[np.nan, 1.0]], "consumer 1 has no sum of period 1"),
        (YEAR, [[1.0]], "1 columns for 2 consumers"),
        (YEAR, [[1.0, -1.0]], "negative"),
        (YEAR, np.ones((11, 2)), "11 monthly sums for 12 months"),
        (TimeAxis(YEAR.start, 3600, 8000, YEAR.timezone), [[1.0, 1.0]], "this one has 333.333 days"),
        (TimeAxis(YEAR.start, 3600, 8759, YEAR.timezone), np.ones((12, 2)), "ends at 2025-12-31T23:00:00"),
        (YEAR, np.ones((12, 2)), "nothing is modelled for consumer 2 in period"),
    ],
)
def test_sums_that_do_not_fit_are_refused(axis: TimeAxis, metered: FloatArray, reason: str) -> None:
    heating, base = (values[: axis.steps] for values in parts())
    with pytest.raises(InputError, match=reason):
        calibration(axis, heating, base, metered)
