"""A real branch: three GeoJSON files, four buildings, an industrial stream that stops, a boiler behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from tests.reference.cases import rows, seestadt

BUILDINGS = ["W11_1", "W11_2", "W11_3", "W11_4"]


@pytest.fixture(scope="module")
def year(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> hs.Run:
    return hs.run(hs.load(seestadt(shared, tmp_path_factory.mktemp("seestadt"))))


def test_the_year_closes(year: hs.Run, shared: Path) -> None:
    table = rows(shared / "reference-data/network/seestadt/demand_heat_w.csv")
    asked = sum(float(row[building]) for row in table for building in BUILDINGS)
    energy = year.summary["energy"]
    assert energy["demand_MWh"] == pytest.approx(asked / 1e6, rel=1e-12)
    assert energy["delivered_MWh"] + energy["unmet_MWh"] == pytest.approx(energy["demand_MWh"], rel=1e-9)
    assert energy["unmet_MWh"] < 1e-3 * energy["demand_MWh"]
    assert abs(energy["residual_relative"]) < 1e-6
    assert year.summary["convergence"]["unconverged_steps"] == 0
    assert year.results.sizes["pipe"] == 12
    assert year.results.sizes["node"] == 13


def test_the_stream_gives_what_the_network_can_cool_it_to(year: hs.Run) -> None:
    """120 kW counted from 90 down to 40 degC; water returns near 45, so at most (90 - 50) / 50 of it."""
    works, results = year.summary["sources"]["works"], year.results.sel(source="works")
    assert works["available_MWh"] == pytest.approx(0.120 * 24 * (365 - 28), rel=1e-9)
    assert works["direct_MWh"] + works["rejected_MWh"] == pytest.approx(works["available_MWh"], rel=1e-9)
    assert works["lifted_MWh"] == 0
    usable = 120e3 / 50 * (90 - 5 - results.source_return_temperature)
    excess = (results.source_heat - np.minimum(usable, 120e3)) / 120e3
    assert float(excess.max()) < 1e-6
    stop = results.sel(time=slice("2025-02-10T00:00", "2025-02-16T22:00"))
    assert float(stop.source_heat.max()) == 0
    assert float(year.results.source_heat.sel(source="boiler", time=stop.time).sum()) > 1e6
    # Merit order: the boiler stands still in every hour in which the stream has heat to spare.
    spare = excess < -1e-3
    spare &= results.source_heat > 0
    assert int(spare.sum()) > 500
    assert float(year.results.source_heat.sel(source="boiler").where(spare, drop=True).max()) == 0


def test_emissions_by_hand(year: hs.Run) -> None:
    boiler, emissions = year.summary["sources"]["boiler"], year.summary["emissions"]
    assert boiler["emissions_t"] == pytest.approx(boiler["fuel_MWh"] * 56.1 * 3.6e-3, rel=1e-3)  # 56.1 kg/GJ
    pumps = year.summary["energy"]["pump_MWh"] * 0.120
    assert emissions["total_t"] == pytest.approx(boiler["emissions_t"] + pumps, rel=1e-9)
    assert emissions["counterfactual_t"] == pytest.approx(
        year.summary["energy"]["delivered_MWh"] / 0.98 * 56.1 * 3.6e-3, rel=1e-3
    )
    assert emissions["saved_t"] == pytest.approx(emissions["counterfactual_t"] - emissions["total_t"])


def test_two_weeks_without_demand_and_a_restart(shared: Path, tmp_path: Path) -> None:
    """The water cools, losses go on, and the network comes back without a failed step."""
    path = seestadt(shared, tmp_path, days=45)
    lines = (tmp_path / "heat.csv").read_text().splitlines()
    first, last = 15 * 24, 29 * 24  # hours without demand
    for hour in range(first, last):
        lines[1 + hour] = f"{hour + 1},0,0,0,0"
    (tmp_path / "heat.csv").write_text("\n".join(lines) + "\n")
    run = hs.run(hs.load(path))
    results = run.results
    assert run.summary["convergence"]["unconverged_steps"] == 0
    assert abs(run.summary["energy"]["residual_relative"]) < 1e-6
    still = results.isel(time=slice(first, last))
    assert float(still.source_heat.max()) == 0
    assert float(np.abs(still.pipe_mass_flow).max()) == 0
    assert (np.diff(still.network_stored_heat) < 0).all()
    assert (still.network_heat_loss > 0).all()
    assert float(still.network_heat_loss[-1]) < 0.3 * float(still.network_heat_loss[0])
    lost = float(still.network_heat_loss.sum()) * 3600
    assert lost == pytest.approx(
        float(results.network_stored_heat[first - 1] - results.network_stored_heat[last - 1]), rel=1e-9
    )
    assert np.isnan(still.node_supply_temperature).all()  # nothing flows in: missing, not frozen
    day_after = results.isel(time=slice(last + 24, None))
    assert float(day_after.consumer_heat_unmet.max()) == 0
    unmet = results.isel(time=slice(last, last + 24)).consumer_heat_unmet.sum()
    asked = results.isel(time=slice(last, last + 24)).consumer_heat_demand.sum()
    assert float(unmet) < 0.2 * float(asked)


def test_a_cut_pipe_is_refused_by_name(shared: Path, tmp_path: Path) -> None:
    import json

    path = seestadt(shared, tmp_path)
    network = json.loads((tmp_path / "network.geojson").read_text())
    network["features"] = [f for f in network["features"] if f["properties"]["id"] != 18]
    (tmp_path / "network.geojson").write_text(json.dumps(network))
    with pytest.raises(hs.InputError, match="W11_1"):
        hs.load(path)
