"""Degree days: by hand, the annual sum, calendars, and what makes no sense."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.demand.degree_day import DegreeDays, annual_shares, degree_days
from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.profile import DailyAir
from heatsym.weather import daily_air
from tests.physics.skies import ROSTOCK, YEAR


def air_of(axis: TimeAxis, t_day: list[float], reference: list[float]) -> DailyAir:
    """Given means of a run's days and of the reference, the three days ahead like the first."""
    day = axis.day[0] - 3 + np.arange(len(t_day) + 3)
    of_year = axis.day[0] - 3 + np.arange(len(reference) + 3)
    return DailyAir(day, np.array(t_day[:1] * 3 + t_day), of_year, np.array(reference[:1] * 3 + reference))


def test_degree_days_by_hand() -> None:
    found = degree_days(np.array([-4.0, 14.9, 15.0, 19.0]), 15.0, 20.0)
    np.testing.assert_allclose(found, [24.0, 5.1, 0.0, 0.0])


def test_days_by_hand() -> None:
    """Reference: half of the days at 5 degC, half at 17: 7.5 K d on average, of which 1/4 is hot water."""
    axis = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 3600, 72, "Europe/Berlin")
    rule = DegreeDays(heating_limit=15.0, room=20.0, hot_water_share=0.25)
    air = air_of(axis, [5.0, -10.0, 16.0], [5.0, 17.0] * 182)
    day = annual_shares(axis, air, (rule,))[:, 0].reshape(3, 24).sum(axis=1) * 3600 * 365
    np.testing.assert_allclose(day, [0.75 * 15 / 7.5 + 0.25, 0.75 * 30 / 7.5 + 0.25, 0.25])


@pytest.mark.parametrize("step", [900, 3600])
def test_a_year_takes_the_annual_heat(step: int) -> None:
    axis = TimeAxis(YEAR.start, step, 8760 * 3600 // step, YEAR.timezone)
    rules = (DegreeDays(), DegreeDays(12.0, 21.0, 0.4, "other"), DegreeDays(hot_water_share=1.0))
    shares = annual_shares(axis, daily_air(ROSTOCK, axis, 0.0), rules)
    np.testing.assert_allclose(shares.sum(axis=0) * step, 1.0, rtol=1e-12)
    assert shares.min() >= 0.0
    colder = annual_shares(axis, daily_air(ROSTOCK, axis, -3.0), rules).sum(axis=0) * step
    assert (colder[:2] > 1.15).all()
    assert colder[2] == pytest.approx(1.0)


def test_summer_is_hot_water_with_its_own_hours() -> None:
    axis = TimeAxis(np.datetime64("2025-07-06T22:00:00"), 3600, 24, "Europe/Berlin")
    found = annual_shares(axis, air_of(axis, [18.0], [5.0] * 365), (DegreeDays(hot_water_share=0.2),))[:, 0]
    assert found.sum() * 3600 * 365 == pytest.approx(0.2)
    assert int(np.argmax(found)) == 7  # local time
    assert found[7] > 5 * found[3]


def test_days_with_23_and_25_hours_take_the_heat_of_their_weather() -> None:
    for start, steps in (("2025-03-29T23:00:00", 23), ("2025-10-25T22:00:00", 25)):
        axis = TimeAxis(np.datetime64(start), 3600, steps, "Europe/Berlin")
        found = annual_shares(
            axis, air_of(axis, [5.0], [5.0] * 365), (DegreeDays(), DegreeDays(habits="other"))
        )
        np.testing.assert_allclose(found.sum(axis=0) * 3600 * 365, 1.0)


def test_weekends_and_holidays_have_hours_of_their_own() -> None:
    """From Wednesday, 30 April, to Thursday, 1 May 2025, a holiday."""
    axis = TimeAxis(np.datetime64("2025-04-29T22:00:00"), 3600, 48, "Europe/Berlin")
    air = air_of(axis, [5.0, 5.0], [5.0] * 365)
    rule = (DegreeDays(habits="other"),)
    plain, festive = (annual_shares(axis, air, rule, region=region)[:, 0] for region in ("", "DE"))
    np.testing.assert_allclose(plain[:24], plain[24:])
    np.testing.assert_array_equal(plain[:24], festive[:24])
    assert np.abs(festive[24:] - plain[24:]).max() > 0.05 * plain.mean()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (DegreeDays(hot_water_share=1.2), "1.2 of the heat"),
        (DegreeDays(heating_limit=22.0), "limit 22 degC, room 20 degC"),
        (DegreeDays(habits="zoo"), "'zoo'.*homes, other"),
        (DegreeDays(heating_limit=4.0), "no day of the reference is below the heating limit of 4 degC"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rule: DegreeDays, words: str) -> None:
    axis = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 3600, 24, "Europe/Berlin")
    with pytest.raises(InputError, match=words):
        annual_shares(axis, air_of(axis, [5.0], [5.0] * 365), (rule,))
