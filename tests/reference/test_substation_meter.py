"""Return temperatures of a substation by its design point, beside those metered in a Danish house.

Nothing is fitted to them: the design heat is what the house's signature says at -12 degC, all else are the
defaults. Outdoor air is that at which the signature gives the day's heat. From April to October the house
returns warmer water than it needs for its heat; its valve lets water pass, which is no substation's doing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.reference.heat_loads import Returned, returned


@pytest.fixture(scope="module")
def found(shared: Path) -> Returned:
    return returned(shared)


@pytest.mark.parametrize("month", [11, 12, 1, 2, 3])
def test_return_of_a_metered_house_in_winter(found: Returned, month: int) -> None:
    inside = found.month == month
    assert np.count_nonzero(inside) > 80  # three years
    measured, modelled = (float(np.median(of[inside])) for of in (found.measured, found.modelled))
    assert modelled == pytest.approx(measured, abs=2.5)


def test_water_passes_where_little_is_drawn(found: Returned) -> None:
    """What the page says of the rest of the year: nobody's heat, and warmer than any heat leaves it."""
    summer = np.isin(found.month, (6, 7, 8))
    assert np.median(found.heat[summer]) < 500.0
    assert np.median(found.measured[summer]) > np.median(found.modelled[summer]) + 20.0
