"""DESTEST common exercises: a steady network, a dynamic week, and a year of different houses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from tests.reference.cases import destest_ce0, destest_ce1, destest_year, rows


@pytest.fixture(scope="module")
def steady(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> hs.Run:
    folder = tmp_path_factory.mktemp("ce0")
    return hs.run(hs.load(destest_ce0(shared / "validation/destest_network_ce0", folder)))


def test_ce0_is_inside_the_bars(steady: hs.Run, shared: Path) -> None:
    """Bars of the data set: pressures 3 %, temperatures 0.05 and 0.1 K, heat 0.2 %, loss 312 to 326 W."""
    median = {
        row["kpi"]: float(row["median_consistent"])
        for row in rows(shared / "validation/destest_network_ce0/reference_kpis.csv")
    }
    last = steady.results.isel(time=-1)
    supply, back = last.node_supply_pressure, last.node_return_pressure

    def between(pressure: object, a: str, b: str) -> float:
        return abs(float(pressure.sel(node=a) - pressure.sel(node=b)))  # type: ignore[attr-defined]

    assert between(supply, "i", "e") == pytest.approx(median["dp_supply_i_e_Pa"], rel=0.03)
    assert between(back, "a", "i") == pytest.approx(median["dp_return_a_i_Pa"], rel=0.03)
    assert between(back, "i", "h") == pytest.approx(median["dp_return_i_h_Pa"], rel=0.03)
    # Temperatures: the median where the tools agree; at f and g of the return they spread by 0.3 K.
    for node in ("h", "g", "f", "e", "SimpleDistrict_1"):
        found = float(last.node_supply_temperature.sel(node=node))
        assert found == pytest.approx(median[f"t_supply_{node}_degC"], abs=0.05)
        found = float(last.node_return_temperature.sel(node=node))
        assert found == pytest.approx(median[f"t_return_{node}_degC"], abs=0.1)
    assert float(last.node_return_temperature.sel(node="i")) == pytest.approx(39.478, abs=0.01)
    assert float(last.source_heat.sum()) == pytest.approx(313_496, rel=0.002)
    assert float(last.source_heat.sum()) == pytest.approx(313_571, rel=1e-4)
    flow = abs(float(last.pipe_mass_flow.sel(pipe="P11")))
    drop = float(last.node_supply_temperature.sel(node="i") - last.node_supply_temperature.sel(node="h"))
    assert 312 < flow * 4180 * drop < 326


@pytest.fixture(scope="module")
def week(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> hs.Run:
    folder = tmp_path_factory.mktemp("ce1")
    case = destest_ce1(shared / "validation/destest_network_ce1", folder)
    return hs.run(hs.load(case, overrides=["time.step='5min'"]))


def test_ce1_is_inside_the_bars(week: hs.Run, shared: Path) -> None:
    """Against the median of three tools: heat 0.5 % CV-RMSE, loss 2 %, temperature 0.2 K RMSE."""
    table = rows(shared / "validation/destest_network_ce1/reference_timeseries.csv")
    table = [row for row in table if float(row["time_s"]) < 7 * 86400]
    flagged = np.array([row["compare_flag"] == "1" for row in table])
    assert flagged.sum() >= 300
    instant = np.array([float(row["time_s"]) for row in table])
    middle = (np.arange(week.results.sizes["time"]) + 0.5) * 300.0

    def median(name: str) -> np.ndarray:
        tools = ("aixlib", "buildings", "ibpsa")
        return np.median([[float(row[f"{name}_{tool}"]) for row in table] for tool in tools], axis=0)

    def ours(values: object) -> np.ndarray:
        return np.interp(instant, middle, np.asarray(values, dtype=float))

    def rmse(difference: np.ndarray) -> float:
        return float(np.sqrt(np.mean(difference[flagged] ** 2)))

    heat, known = ours(week.results.source_heat.sum("source")), median("plant_heat_W")
    assert rmse(heat - known) / known[flagged].mean() < 0.005
    loss = ours(week.results.network_heat_loss)[flagged].mean()
    assert loss == pytest.approx(median("heat_loss_W")[flagged].mean(), rel=0.02)
    critical = ours(week.results.consumer_supply_temperature.sel(consumer="SimpleDistrict_1"))
    assert rmse(critical - median("t_supply_critical_degC")) < 0.2
    assert week.summary["convergence"]["unconverged_steps"] == 0


@pytest.fixture(scope="module")
def year(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> hs.Run:
    return hs.run(hs.load(destest_year(shared, tmp_path_factory.mktemp("year"))))


def test_a_year_of_sixteen_houses(year: hs.Run, shared: Path) -> None:
    """Every watt asked for is delivered or named; the loss is what pipes at these temperatures lose."""
    source = shared / "validation/destest_building_sfd/load_profiles_16_houses_1980s_ideas.csv"
    asked = sum(float(value) for row in rows(source) for key, value in row.items() if key != "hour_of_year")
    energy = year.summary["energy"]
    assert energy["demand_MWh"] == pytest.approx(asked / 1e6, rel=1e-12)
    assert energy["delivered_MWh"] + energy["unmet_MWh"] == pytest.approx(energy["demand_MWh"], rel=1e-9)
    assert energy["unmet_MWh"] < 1e-4 * energy["demand_MWh"]
    assert abs(energy["residual_relative"]) < 1e-6
    assert year.summary["convergence"]["unconverged_steps"] == 0
    # All pipes full at 50 / 30 degC would lose 3827 W (data set); standing summer branches lose less.
    assert 0.5 * 3.827 * 8.76 < energy["network_loss_MWh"] < 3.827 * 8.76
    heat = year.results.consumer_heat_delivered.sum("consumer")
    back = (year.results.source_return_temperature * year.results.source_mass_flow).sum() / (
        year.results.source_mass_flow.sum()
    )
    assert 27 < float(back) < 30.2  # consumers send 30 degC, and the way back cools it
    assert year.summary["peak_kW"] * 1e3 >= float(heat.max())
