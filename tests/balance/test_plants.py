"""One network with a plant of every kind: what goes in comes out, in results, money and emissions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.report.words import sources_table
from heatsym.simulation import Run
from tests.case.test_plants import town


def all_kinds(folder: Path, prices: str) -> Run:
    """Three days of May; the order of the file, or that of the prices."""
    path = town(folder)
    text = path.read_text("utf-8").replace("start = 2025-01-01", "start = 2025-05-01")
    text = text.replace("2025-01-02", "2025-05-02").replace("[prices]", f"[prices]\n{prices}")
    path.write_text(f'{text}\n[engine]\nkind = "reference"\n', "utf-8")
    rows = "C1,N2,house,90000\nC2,N3,flats,120000\n"
    (folder / "consumers.csv").write_text(f"id,node,kind,annual_heat_MWh\n{rows}", "utf-8")
    (folder / "pipes.csv").write_text("id,from,to,length_m,dn\nP1,N1,N2,90,500\nP2,N2,N3,90,500\n", "utf-8")
    return hs.run(hs.load(path))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    prices = "straw_EUR_per_MWh = 20\ncoal_EUR_per_MWh = 15\nelectricity_EUR_per_MWh = 120"
    return all_kinds(tmp_path_factory.mktemp("town"), prices)


def of(run: Run, source: str, what: str) -> np.ndarray:
    return np.asarray(run.results[f"source_{what}"].sel(source=source).values, dtype=np.float64)


def test_run_settles_and_adds_up(run: Run) -> None:
    assert run.summary["convergence"]["settled"]
    assert run.summary["energy"]["residual_relative"] < 1e-6
    assert run.summary["energy"]["unmet_MWh"] == pytest.approx(0.0, abs=1e-6)
    used = [name for name, given in run.summary["sources"].items() if given["heat_MWh"] > 0.0]
    assert {"field", "well", "cement", "steam", "engine", "station"} <= set(used)


@pytest.mark.parametrize("name", ["works", "field", "well", "cement", "steam"])
def test_stream_is_all_accounted_for(run: Run, name: str) -> None:
    parts = ("heat_direct", "heat_lifted", "heat_rejected", "electricity_generated")
    total = sum(of(run, name, part) for part in parts)
    assert total == pytest.approx(of(run, name, "heat_available"), rel=1e-5, abs=1.0)
    for part in parts:
        assert (of(run, name, part) >= -10.0).all()  # the march stops at 1e-7 of all heat
    given = of(run, name, "heat_direct") + of(run, name, "heat_lifted")
    assert given == pytest.approx(of(run, name, "heat"), rel=1e-5, abs=1.0)


def test_fuel_of_plants(run: Run) -> None:
    engine, station = (
        {what: of(run, name, what) for what in ("heat", "fuel", "electricity_generated")}
        for name in ("engine", "station")
    )
    assert engine["electricity_generated"] == pytest.approx(0.9 * engine["heat"], rel=1e-5)
    assert engine["fuel"] * 0.88 == pytest.approx(1.9 * engine["heat"], rel=1e-5)
    steam = np.maximum(4e6, 1.16 * station["heat"])  # planned 4 MW, or the back-pressure line
    steam = np.maximum(steam, 1e6 + 0.15 * station["heat"])
    assert station["fuel"] * 0.52 == pytest.approx(steam, rel=1e-5)
    assert station["electricity_generated"] == pytest.approx(steam - 0.15 * station["heat"], rel=1e-5)


def test_sun_gives_nothing_at_night(run: Run) -> None:
    hour = (run.results["time"].dt.hour.values + 2) % 24  # local
    field = of(run, "field", "heat_available")
    assert (field[(hour < 5) | (hour > 21)] == 0.0).all()
    assert field[hour == 13].max() > 300e3


def test_money_and_emissions_take_every_part_once(run: Run) -> None:
    money, co2 = run.summary["economics"], run.summary["emissions"]
    made = sum(of(run, name, "electricity_generated").sum() / 1e6 for name in ("engine", "station", "cement"))
    assert money["electricity_sold_EUR"] == pytest.approx(-120 * made, rel=1e-5)
    parts = ("fuel", "electricity", "electricity_sold", "heat", "co2", "start")
    assert money["operating_cost_EUR"] == pytest.approx(sum(money[f"{part}_EUR"] for part in parts))
    credit = co2["by_allocation"]["zero"] - co2["by_allocation"]["power_credit"]
    assert credit == pytest.approx(0.120 * made, rel=1e-5)
    assert co2["total_t"] == co2["by_allocation"]["zero"]


def test_without_a_price_of_electricity_the_order_of_the_file_holds(tmp_path: Path) -> None:
    found = all_kinds(tmp_path, "straw_EUR_per_MWh = 20\ncoal_EUR_per_MWh = 15")
    assert any("there is no price for electricity" in said for said in found.summary["warnings"])
    assert found.summary["sources"]["works"]["heat_MWh"] > 0.0  # first in the file, and dearer than the well


def test_report_has_a_column_for_electricity_made(run: Run) -> None:
    table = sources_table(run)
    column = table.columns.index("electricity made [MWh]")
    made = {row[0]: row[column] for row in table.rows}
    assert made["works"] is None
    assert made["engine"] == pytest.approx(0.9 * run.summary["sources"]["engine"]["heat_MWh"], rel=1e-5)
