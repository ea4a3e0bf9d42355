"""What only shows when parts are put together: by name, with a remedy, before the first step."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.engine.prepare import prepare
from heatsym.weather import Weather, read_weather

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def prepared(project: Path, *overrides: str):
    return prepare(hs.load(project / "configs/minimal.toml", overrides=["time.days=2", *overrides]))


def test_initial_temperatures_for_some_nodes_only(project: Path) -> None:
    nodes = project / "data/minimal/nodes.csv"
    header, *rows = nodes.read_text().splitlines()
    rows = [f"{row},70,45" for row in rows[:-1]] + [f"{rows[-1]},,"]
    nodes.write_text("\n".join([f"{header},initial_supply_degC,initial_return_degC", *rows]))
    with pytest.raises(hs.InputError, match=r"nodes\.csv.*not given for 1 of 11 nodes: shops"):
        prepared(project)


def test_initial_temperatures_for_all_nodes_are_the_start(project: Path) -> None:
    nodes = project / "data/minimal/nodes.csv"
    header, *rows = nodes.read_text().splitlines()
    rows = [f"{row},{70 + i},45" for i, row in enumerate(rows)]
    nodes.write_text("\n".join([f"{header},initial_supply_degC,initial_return_degC", *rows]))
    problem = prepared(project)
    assert problem.initial_supply is not None
    assert problem.initial_supply.tolist() == list(range(70, 81))


def test_a_network_in_two_parts(project: Path) -> None:
    pipes = project / "data/minimal/pipes.csv"
    pipes.write_text("\n".join(row for row in pipes.read_text().splitlines() if not row.startswith("P03")))
    with pytest.raises(hs.InputError, match=r"falls into parts|cannot be reached"):
        prepared(project)


def test_second_scale_steps_say_what_they_leave_out(project: Path) -> None:
    """Asked for a retarded wall; by default walls of their own are taken, and nothing is left out."""
    brief = "time.step='30s'"
    assert any("pipe walls" in text for text in prepared(project, brief, "engine.wall='retarded'").warnings)
    assert not any("pipe walls" in text for text in prepared(project, brief).warnings)
    assert prepared(project, brief).wall == "distributed"
    assert prepared(project).wall == "retarded"


def test_merit_order_without_a_price_says_that_it_follows_the_file(project: Path) -> None:
    problem = prepared(project, "source.boiler.fuel='wood'")
    assert problem.fuel_cost is None
    assert any("no price for wood" in text for text in problem.warnings)
    problem = prepared(project, "emissions.set='geg'")
    assert any("no direct CO2 of natural_gas" in text for text in problem.warnings)


def test_fuel_cost_has_its_carbon(project: Path) -> None:
    """Gas at 55 EUR/MWh, 65 EUR/t and 56.1 kg/GJ: 68.13 EUR/MWh."""
    problem = prepared(project)
    assert problem.fuel_cost is not None
    assert problem.fuel_cost[:, 1] * 3.6e9 == pytest.approx(55 + 65 * 56.1 * 3.6e-3, rel=1e-3)
    assert problem.fuel_cost[:, 0].tolist() == [0.0] * 48


def test_pressure_is_held_at_the_backup_three_bar_above_the_highest_node(project: Path) -> None:
    problem = prepared(project)
    assert problem.node_ids[problem.graph.root] == "boiler_house"
    assert problem.pressure_hold == pytest.approx(3e5 + 9.80665 * problem.supply.density * (5 - 4))


def test_ground_by_soil_and_by_a_given_swing(project: Path) -> None:
    """Wet sand conducts better than what is taken without it: more of the swing arrives, and heat is lost."""
    case = hs.load(project / "configs/minimal.toml")
    usual = prepare(case)
    sand = prepare(case.with_changes({"network.ground.soil": "sand 20 % moist"}))
    assert np.ptp(sand.t_ground) / np.ptp(usual.t_ground) == pytest.approx(
        np.exp(np.sqrt(np.pi / 365) * (0.05**-0.5 - 0.0855**-0.5)), rel=1e-3
    )
    assert np.all(sand.pipes.u_own > usual.pipes.u_own)
    wet = {"network.ground.soil": "sand 20 % moist", "network.ground.conductivity_W_per_mK": 1.6}
    assert np.array_equal(prepare(case.with_changes(wet)).pipes.u_own, usual.pipes.u_own)
    swing = {
        "network.ground.mean_degC": 12.0,
        "network.ground.amplitude_K": 0.0,
        "network.ground.coldest_day": 40.0,
    }
    assert prepare(case.with_changes(swing)).t_ground == pytest.approx(12.0)


def test_a_future_year_takes_the_place_of_the_packaged_one(project: Path) -> None:
    """A scenario with a file two kelvin warmer: so are air and ground."""
    year = read_weather(Weather(dataset="rostock"), None)
    rows = [f"{start},{t + 2}" for start, t in zip(year.start, year.t_air, strict=True)]
    table = "\n".join(["# timezone: UTC+1", "time,temperature_degC", *rows])
    (project / "configs/later.csv").write_text(table, "utf-8")
    path = project / "configs/minimal.toml"
    scenario = '\n[scenario.later]\nweather.file = "later.csv"\nweather.typical = true\n'
    path.write_text(path.read_text("utf-8") + scenario, "utf-8")
    now, later = prepare(hs.load(path)), prepare(hs.load(path, scenario="later"))
    assert later.ctx.t_air == pytest.approx(now.ctx.t_air + 2.0)
    assert later.t_ground == pytest.approx(now.t_ground + 2.0)


def test_ground_follows_the_weather_late_and_damped(project: Path) -> None:
    """One metre deep with 0.05 m2 a day the yearly swing is exp(-0.415) of the surface's, 24 days late."""
    problem = prepare(hs.load(project / "configs/minimal.toml"))
    fraction = (np.arange(8760) + 0.5) / 8760
    air = np.abs(2 * np.mean(problem.ctx.t_air * np.exp(-2j * np.pi * fraction)))
    ground = 2 * np.mean(problem.t_ground * np.exp(-2j * np.pi * fraction))
    assert np.abs(ground) / air == pytest.approx(np.exp(-np.sqrt(np.pi / (365 * 0.05))), rel=1e-3)
    assert problem.t_ground.mean() == pytest.approx(problem.ctx.t_air.mean(), abs=0.02)
    assert 40 < np.argmin(problem.t_ground) / 24 < 70
