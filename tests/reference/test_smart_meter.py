"""The energy signature of a metered Danish house, on years that it was not fitted on.

No outdoor temperature was recorded. The loads of Soenderborg and Flensburg were, in 2018 and 2019: they
know the weather of the region. 2020 has neither; what a mean year can say of it is shown for what it is.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heatsym.demand.signature import cv_rmse, fit_signature
from heatsym.interfaces.axis import FloatArray
from tests.reference.heat_loads import Days, daily, inferred_air, meter, season_of_rostock, town


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


def test_two_years_and_a_mean_year_say_less_of_the_third(shared: Path) -> None:
    """2020 from 2018 and 2019, without its weather: the season alone, no better than 25 %."""
    house = meter(shared)
    seen = Days(
        *(np.concatenate([getattr(house.of(y), key) for y in (2018, 2019)]) for key in ("day", "heat"))
    )
    rest = house.of(2020)
    found = fit_signature(seen.heat, season_of_rostock(seen.day), seen.day)
    predicted = found.predict(season_of_rostock(rest.day), rest.day)
    error, total = cv_rmse(rest.heat, predicted), predicted.sum() / rest.heat.sum() - 1
    assert 0.25 < error < 0.32
    assert abs(total) < 0.1
