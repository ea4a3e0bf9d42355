"""Standard heat profiles against demandlib, the common implementation of the guideline.

demandlib multiplies daily heat by the published shares of the hours, which add up to 0.9996 to 1.0014,
so that its year misses the annual heat by some 1e-4. Here each day is scaled to its heat. With that taken
out, both agree to rounding. (demandlib wraps the three days of memory from the year's end to its
beginning, as the mapping of a test year does.)
"""

from __future__ import annotations

import holidays
import numpy as np
import pytest

from heatsym.demand import bdew
from heatsym.interfaces.axis import TimeAxis
from heatsym.weather import Weather, daily_air, read_weather

pd = pytest.importorskip("pandas")
demandlib = pytest.importorskip("demandlib.bdew")

pytestmark = pytest.mark.filterwarnings("ignore::Warning:demandlib")

YEAR = 2025
AXIS = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 365 * 24, "Etc/GMT-1")
PROFILES = tuple(
    (name, building_class)
    for name in bdew.profile_names()
    for building_class in (range(1, 12) if name in bdew.RESIDENTIAL else (0,))
)


@pytest.mark.parametrize("windy", [False, True])
@pytest.mark.parametrize("region", ["", "DE-MV"])
def test_every_published_profile(windy: bool, region: str) -> None:
    weather = read_weather(Weather(dataset="rostock"), None)
    air = daily_air(weather, AXIS, 0.0)
    ours = bdew.annual_shares(AXIS, air, PROFILES, windy=windy, region=region) * 3600.0
    index = pd.date_range(f"{YEAR}-01-01", periods=365 * 24, freq="h")
    days_off = holidays.country_holidays("DE", subdiv="MV", years=YEAR) if region else None

    for column, (name, building_class) in enumerate(PROFILES):
        building = demandlib.HeatBuilding(
            index,
            holidays=days_off,
            temperature=pd.Series(weather.t_air, index=index),
            shlp_type=name,
            building_class=building_class,
            wind_class=int(windy),
            annual_heat_demand=1.0,
        )
        theirs = np.asarray(building.get_bdew_profile()).reshape(365, 24)
        shares = building.get_sf_values().reshape(365, 24)
        daily = (theirs / shares)[:, :1]
        exact = daily * shares / shares.sum(axis=1, keepdims=True)

        np.testing.assert_allclose(ours[:, column].reshape(365, 24), exact, rtol=1e-11, err_msg=name)
        assert ours[:, column].sum() == pytest.approx(1.0, abs=1e-12)
        assert theirs.sum() == pytest.approx(1.0, abs=1e-3)
