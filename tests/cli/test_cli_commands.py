"""The other commands: init, check, info, schema, explain, doctor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_init_lists_templates(heatsym):
    result = heatsym("init", "--list")
    assert result.exit_code == 0
    assert "minimal" in result.stdout


def test_init_refuses_a_folder_in_use(heatsym, project):
    before = project.read_bytes()
    result = heatsym("init", ".")
    assert result.exit_code == 2
    assert project.read_bytes() == before


def test_init_unknown_template(heatsym, tmp_path):
    result = heatsym("init", tmp_path / "new", "--template", "maximal")
    assert result.exit_code == 2
    assert "minimal" in result.stderr
    assert not (tmp_path / "new").exists()


def test_check_says_that_nothing_is_wrong(heatsym, project):
    result = heatsym("check", project, "--strict")
    assert result.exit_code == 0
    assert "no problems" in result.stderr


def test_check_names_all_problems_at_once(heatsym, project):
    """Three mistakes in two files, each at its line."""
    case = project.read_text("utf-8").replace("days = 365", "days = -1").replace("natural_gas", "peat", 1)
    project.write_text(case, "utf-8")
    pipes = Path("data/minimal/pipes.csv")
    table = pipes.read_text("utf-8").replace("P03,market,bridge,120,100", "P03,market,bridge,-120,100")
    pipes.write_text(table, "utf-8")
    result = heatsym("check", project, "--format", "json")
    assert result.exit_code == 3
    problems = json.loads(result.stdout)
    assert all({"code", "reason", "where", "hint", "file", "line", "severity"} == set(p) for p in problems)
    expected = [
        ("../data/minimal/pipes.csv", table.splitlines().index("P03,market,bridge,-120,100") + 1),
        ("minimal.toml", case.splitlines().index("days = -1") + 1),
        ("minimal.toml", case.splitlines().index('fuel = "peat"') + 1),
    ]
    assert [(problem["file"], problem["line"]) for problem in problems] == expected


def test_strict_minds_warnings(heatsym, project):
    """A leap day is not in the test year: a warning, and status 6 only where asked for."""
    project.write_text(project.read_text("utf-8").replace(" 2025-", " 2024-"), "utf-8")
    assert heatsym("check", project).exit_code == 0
    result = heatsym("check", project, "--strict")
    assert result.exit_code == 6
    assert "29 February" in result.stderr
    assert "1 warning" in result.stderr


def test_check_finds_what_needs_two_parts(heatsym, project):
    """A trench taken away: consumers behind it are named."""
    pipes = Path("data/minimal/pipes.csv")
    rows = pipes.read_text("utf-8").splitlines()
    pipes.write_text("\n".join(row for row in rows if not row.startswith("P08")), "utf-8")
    result = heatsym("check", project)
    assert result.exit_code == 3
    assert "bridge_house" in result.stderr
    assert "garden_house" in result.stderr


def test_info_of_a_case(heatsym, project):
    result = heatsym("info", project)
    assert result.exit_code == 0, result.stderr
    for word in ("11 nodes", "10 trenches", "1.08 km", "6 consumers", "works", "boiler", "declared"):
        assert word in result.stdout


def test_info_of_weather(heatsym):
    result = heatsym("info", "rostock")
    assert result.exit_code == 0, result.stderr
    assert "9.5" in result.stdout
    assert "UTC+1" in result.stdout


def test_info_of_weather_is_a_check_list(heatsym, tmp_path):
    page = tmp_path / "weather.html"
    result = heatsym("info", "rostock", "--plot", str(page))
    assert result.exit_code == 0, result.stderr
    for line in (
        "hours: 8760 in order, none missing, none twice; taken by month, day and hour",
        "place: latitude 54.18, longitude 12.08",
        "degree days: 2829 K d in 311 of 365 days with a mean below 17 degC",
        "irradiance: 1050 kWh/m2 on the horizontal in 365 days, 51% of it diffuse",
        "clock: the irradiance is 0.2 h early for the sun over the place; 0.00% comes at night",
    ):
        assert line in result.stdout
    text = page.read_text("utf-8")
    assert "Weather by day" in text
    assert '<th scope="row">Jul</th>' in text
    assert heatsym("info", "rostock", "--plot", "weather.png").exit_code == 2
    assert heatsym("info", str(tmp_path), "--plot", "weather.html").exit_code == 2


def test_info_of_something_else(heatsym, project):
    assert heatsym("info", "data").exit_code == 4
    assert heatsym("info", "nowhere.toml").exit_code == 4
    table = heatsym("info", "data/minimal/pipes.csv")
    assert table.exit_code == 3
    assert "pipes.csv:1  begins like no weather file that is known; formats are EPW" in table.stderr


def test_schema_is_a_schema(heatsym):
    result = heatsym("schema")
    assert result.exit_code == 0
    assert "network" in json.loads(result.stdout)["properties"]


@pytest.mark.parametrize(("topic", "word"), [("HS103", "key"), ("units", "power"), ("source.power", "W")])
def test_explain(heatsym, topic, word):
    result = heatsym("explain", topic)
    assert result.exit_code == 0
    assert word in result.stdout


def test_explain_nothing(heatsym):
    assert heatsym("explain", "HS999").exit_code == 3


def test_doctor(heatsym, tmp_path, monkeypatch):
    """Says ready, names neither folder nor host, and leaves the current folder as it was."""
    import platform

    monkeypatch.chdir(tmp_path)
    result = heatsym("doctor")
    assert result.exit_code == 0, result.stdout
    assert result.stdout.splitlines()[-1] == "ready"
    assert str(tmp_path) not in result.stdout
    assert platform.node() not in result.stdout
    assert not list(tmp_path.iterdir())


def test_doctor_finds_what_is_broken(heatsym, monkeypatch):
    import xarray as xr

    monkeypatch.setattr(
        xr, "open_dataset", lambda *_args, **_options: (_ for _ in ()).throw(OSError("HDF error"))
    )
    result = heatsym("doctor")
    assert result.exit_code == 4
    assert "missing  netCDF: OSError: HDF error" in result.stdout


def test_module_and_entry_point_are_one(project):
    done = subprocess.run(
        [sys.executable, "-m", "heatsym", "--version"], capture_output=True, text=True, check=True
    )
    from heatsym import __version__

    assert done.stdout.strip() == f"heatsym, version {__version__}"


def test_no_colour_when_asked(heatsym, project):
    """Colour is for terminals, and never where NO_COLOR is set."""
    from heatsym.cli.console import styled
    from heatsym.errors import Problem

    assert "\x1b[" in styled(Problem("HS103", "unknown key"))
    project.write_text(project.read_text("utf-8").replace("days", "dais"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "heatsym", "check", str(project)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 3
    assert "\x1b[" not in done.stderr


@pytest.mark.slow
def test_warmup_compiles_once(tmp_path):
    """In a folder of its own nothing is compiled yet; the second call finds that it is."""
    words = [sys.executable, "-m", "heatsym", "warmup"]
    apart = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    first, second = (
        subprocess.run(words, env=apart, capture_output=True, text=True, check=True).stderr for _ in range(2)
    )
    assert "compiled in" in first
    assert second == "the engine is compiled already\n"
