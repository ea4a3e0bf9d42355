"""The energy signature of a metered Danish house, on years that it was not fitted on.

No outdoor temperature was recorded. Two things know the weather of the region: the loads of Soenderborg and
Flensburg, which end with 2019, and the temperature at which the network supplies the house, in all years.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heatsym.demand.signature import cv_rmse, fit_signature
from heatsym.interfaces.axis import FloatArray
from tests.reference.heat_loads import (
    HEATING_SEASON,
    Days,
    air_of_supply,
    daily,
    inferred_air,
    meter,
    season_of_rostock,
    town,
)  # fmt: skip


def air(shared: Path, name: str, days: Days) -> FloatArray:
    """Outdoor air of some days, inferred from all days of a town."""
    load = daily(*town(shared, name))
    at = np.searchsorted(load.day, days.day)
    np.testing.assert_array_equal(load.day[at], days.day)
    return inferred_air(load.heat)[at]


@pytest.mark.parametrize("name", ["sonderborg", "flensburg"])
@pytest.mark.parametrize(("fitted", "unseen"), [(2018, 2019), (2019, 2018)])
def test_a_year_predicts_another(shared: Path, name: str, fitted: int, unseen: int) -> None:
    house = meter(shared)
    seen, rest = house.of(fitted), house.of(unseen)
    found = fit_signature(seen.heat, air(shared, name, seen), seen.day)
    predicted = found.predict(air(shared, name, rest), rest.day)
    error, total = cv_rmse(rest.heat, predicted), predicted.sum() / rest.heat.sum() - 1
    assert error < 0.2
    assert abs(total) < 0.07
    assert found.r2 > 0.92
    assert 180 < found.slope < 240
    assert 15 < found.balance_temperature < 20


@pytest.mark.parametrize(("fitted", "unseen"), [((2018, 2019), 2020), ((2019, 2020), 2018)])
def test_two_years_predict_the_third(shared: Path, fitted: tuple[int, int], unseen: int) -> None:
    """By the weather that the network's supply temperature speaks of."""
    house, t_day = meter(shared), air_of_supply(shared, fitted)
    seen, rest = house.of(*fitted), house.of(unseen)
    found = fit_signature(seen.heat, t_day[house.within(*fitted)], seen.day)
    predicted = found.predict(t_day[house.within(unseen)], rest.day)
    assert cv_rmse(rest.heat, predicted) < 0.2
    assert abs(predicted.sum() / rest.heat.sum() - 1) < 0.1
    assert found.r2 > 0.9
    winter = season_of_rostock(rest.day) < HEATING_SEASON
    assert cv_rmse(rest.heat[winter], predicted[winter]) < 0.12


def test_supply_temperature_knows_the_weather(shared: Path) -> None:
    """What it says of a year that it was not fitted on agrees with the load of another town."""
    house, load = meter(shared), daily(*town(shared, "flensburg"))
    told = inferred_air(load.heat)
    for known, other in ((2018, 2019), (2019, 2018)):
        t_day = air_of_supply(shared, (known,))
        winter = house.within(other) & (season_of_rostock(house.day) < HEATING_SEASON)
        towns = told[np.searchsorted(load.day, house.day[winter])]
        assert np.sqrt(np.mean((t_day[winter] - towns) ** 2)) < 2.0


def test_a_mean_year_says_less_of_the_third(shared: Path) -> None:
    """2020 from 2018 and 2019 by the season alone, which would not do."""
    house = meter(shared)
    seen, rest = house.of(2018, 2019), house.of(2020)
    found = fit_signature(seen.heat, season_of_rostock(seen.day), seen.day)
    assert 0.25 < cv_rmse(rest.heat, found.predict(season_of_rostock(rest.day), rest.day)) < 0.32
