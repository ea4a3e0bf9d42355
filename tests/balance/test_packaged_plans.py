"""In the packaged cases, what is marched is what was planned."""

from __future__ import annotations

import pytest

from heatsym.case.load import load
from heatsym.simulation import run


@pytest.mark.parametrize(
    ("name", "scenario", "period"),
    [
        ("minimal", None, None),
        ("kalundborg_wastewater", None, "2022-02-01/2022-02-28"),
        ("harbour_town", None, "2025-02-01/2025-02-28"),
        ("harbour_town", "market", "2025-02-01/2025-02-28"),
    ],
)
def test_plan_and_march_agree(name, scenario, period):
    """Below 0.5 % of the heat, hour by hour, after five rounds at most; and all that is sent arrives."""
    found = run(load(f"configs/{name}.toml", scenario=scenario, period=period)).summary
    assert found["dispatch"]["plan_difference"] < 5e-3
    assert found["convergence"]["rounds"] <= 5
    assert found["convergence"]["settled"]
    assert found["energy"]["unmet_MWh"] < 1e-4 * found["energy"]["demand_MWh"]
