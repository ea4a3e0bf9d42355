"""Every kind of surplus heat from a case file: all of it is accounted for, and told as it is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.case.load import load

ROOT = Path(__file__).resolve().parents[2]
KINDS = """
[[source]]
name = "dairy"
kind = "industrial"
node = "bridge"
sector = "food"
annual_heat_MWh = 400
data_status = "declared"
heat_pump = { power_kW = 60 }
outages = { seed = 3 }

[[source]]
name = "servers"
kind = "data_centre"
node = "market"
power_kW = 20
heat_pump = { power_kW = 40 }

[[source]]
name = "sewage"
kind = "wastewater"
node = "quay"
flow_m3_per_day = 100
heat_pump = { power_kW = 60 }
stops = [{ from = 2025-01-14, to = 2025-01-14 }]

[[source]]
name = "hydrogen"
kind = "electrolyser"
node = "market"
power_kW = 150
temperature_degC = 95
cooling_K = 40
electricity_price_EUR_per_MWh = [10, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100]
runs_below_EUR_per_MWh = 50
data_status = "measured"

[[source]]
name = "shop"
kind = "supermarket"
node = "shops"
annual_heat_MWh = 200
heat_pump = { power_kW = 50, cop = 4 }

[[source]]
name = "rink"
kind = "ice_rink"
node = "market"
power_kW = 30
heat_pump = { power_kW = 50 }
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> hs.Run:
    text = (ROOT / "configs" / "minimal.toml").read_text("utf-8")
    head, _, rest = text.replace("../data", (ROOT / "data").as_posix()).partition("\n[prices]")
    rest = rest[rest.index("\n[counterfactual]") :]  # without prices the order of the file holds
    works, boiler = head.split('\n[[source]]\nname = "boiler"')
    file = tmp_path_factory.mktemp("town") / "town.toml"
    file.write_text(f'{works}\n{KINDS}\n[[source]]\nname = "boiler"{boiler}\n{rest}', "utf-8")
    return hs.run(load(file, period="2025-01-13/2025-01-16", allow_outside=True))


def test_all_heat_is_accounted_for(run):
    assert run.summary["energy"]["residual_relative"] < 1e-6
    assert run.summary["warnings"] == []
    results = run.results
    direct, lifted, rejected, available, heat, electricity = (
        results[f"source_{name}"].values.astype(float)
        for name in ("heat_direct", "heat_lifted", "heat_rejected", "heat_available", "heat", "electricity")
    )
    streams = results["source_surplus"].values.astype(bool)
    assert streams.sum() == 7
    total = (direct + lifted + rejected)[:, streams]
    assert total == pytest.approx(available[:, streams], rel=1e-6, abs=1.0)
    assert (direct + lifted + electricity)[:, streams] == pytest.approx(heat[:, streams], rel=1e-6, abs=1.0)
    assert min(direct.min(), lifted.min(), rejected.min(), electricity.min()) > -1e-6 * available.max()
    for name in ("dairy", "servers", "sewage", "shop", "rink", "hydrogen"):
        assert float(results["source_heat"].sel(source=name).sum()) > 0.0, name


def test_calendars_are_kept(run):
    """100 m3 a day cooled by 5 K are 24.3 kW, but for its stop; servers go on; the dairy works two shifts."""
    available = run.results["source_heat_available"]
    local = run.results["time"].values + np.timedelta64(1, "h")
    still = local.astype("datetime64[D]") == np.datetime64("2025-01-14")
    sewage = available.sel(source="sewage").values
    assert (sewage[still] == 0.0).all()
    assert sewage[~still] == pytest.approx(100 / 86_400 * 999.5 * 20.99e3, rel=2e-3)
    assert available.sel(source="servers").values == pytest.approx(20e3)
    dairy = available.sel(source="dairy").values
    hour = (local - local.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    night = (hour < 6) | (hour >= 22)
    assert dairy[night].max() == pytest.approx(0.1 * dairy[~night].max())


def test_what_is_known_of_each_travels_along(run):
    statuses = dict(zip(run.results["source"].values, run.results["source_data_status"].values, strict=True))
    assert statuses == {
        "works": "declared",
        "dairy": "declared",
        "servers": "assumed",
        "sewage": "assumed",
        "hydrogen": "measured",
        "shop": "assumed",
        "rink": "assumed",
        "boiler": "",
    }
    assert run.summary["sources"]["hydrogen"]["data_status"] == "measured"
    told = "\n".join(run.summary["assumptions"])
    for words in (
        "dairy as usual in food: stream of 30 degC, counted down to 22 degC",
        "outages of dairy by chance: 4 a year, 12 h each",
        "servers as usual for data centre air: stream of 30 degC, cooled by 6 K (assumed)",
        "hydrogen as usual for electrolyser: heat 0.22 of its electricity (published)",
        "electricity of hydrogen is its owner's",
    ):
        assert words in told
