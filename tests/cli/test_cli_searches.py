"""``heatsym curve`` and ``heatsym pareto``: what they print, write, and refuse."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest

DAYS = ("--period", "2025-01-06/2025-01-07")
CLEAN_IS_DEAR = (
    *("-s", "source.works.temperature_degC=30", "-s", "source.works.limit_temperature_degC=10"),
    *("-s", "source.works.heat_pump={ power_kW = 400 }", "-s", "prices.electricity_EUR_per_MWh=400"),
    *("-s", "emissions.electricity_kg_per_MWh=50"),
)


def test_curve_prints_a_line_for_the_case_file_and_writes_what_it_saw(heatsym, project, tmp_path):
    target = tmp_path / "curve.json"
    words = ("--evaluations", 5, "--lowest", 75, "-j", 2, "-o", target)
    result = heatsym("curve", project, *DAYS, *words)
    assert result.exit_code == 0
    value = tomllib.loads(result.stdout)["supply_temperature_degC"]
    told = json.loads(target.read_text("utf-8"))
    assert told["best"]["supply_temperature_degC"] == value
    assert len(told["evaluations"]) == 5
    assert told["base"]["supply_temperature_degC"] == [[-12, 90], [15, 70]]
    assert result.stdout.strip() == told["toml"]
    lines = result.stderr.splitlines()
    assert sum("the case's" in line for line in lines) >= 1
    refused = [each for each in told["evaluations"] if each["refused"]]
    assert all(each["refused"][0] in result.stderr for each in refused)
    again = heatsym("run", project, *DAYS, "-q", "--no-report", "-s", f"network.{result.stdout.strip()}")
    assert again.exit_code == 0
    cost = json.loads((Path(again.stdout.strip()) / "summary.json").read_text("utf-8"))["economics"]
    assert cost["operating_cost_EUR"] == told["best"]["figures"]["cost_EUR"]


def test_curve_says_that_nothing_is_better(heatsym, project):
    """Between 96 and 97 degC there is only what costs more."""
    words = ("--evaluations", 4, "--lowest", 96, "--highest", 97)
    result = heatsym("curve", project, *DAYS, *words)
    assert result.exit_code == 0
    assert "no better curve among 4 evaluations" in result.stderr
    assert tomllib.loads(result.stdout)["supply_temperature_degC"] == [[-12, 90], [15, 70]]


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (("--lowest", 90, "--highest", 80), 2, "is not below"),
        (("--evaluations", 1), 2, "1 is not in the range"),
        (("-s", "network.supply_temperature_degC=[[-12, 90], [0, 80], [15, 70]]"), 3, "HS840"),
    ],
)
def test_curve_refuses(heatsym, project, words, status, text):
    result = heatsym("curve", project, *DAYS, *words)
    assert result.exit_code == status
    assert text in result.stderr
    assert result.stdout == ""


def test_pareto_writes_a_page_and_two_tables(heatsym, project):
    result = heatsym("pareto", project, *DAYS, *CLEAN_IS_DEAR, "--points", 3, "-j", 2)
    assert result.exit_code == 0
    folder = Path(result.stdout.strip())
    assert folder == Path("results/minimal-pareto")
    told = json.loads((folder / "front.json").read_text("utf-8"))
    rows = list(csv.DictReader((folder / "front.csv").read_text("utf-8").splitlines()))
    assert [row["run"] for row in rows] == ["the case", *(point["choice"] for point in told["points"])]
    assert [float(row["cost_EUR"]) for row in rows[1:]] == [point["cost_EUR"] for point in told["points"]]
    assert told["points"][0]["emissions_t"] > told["points"][-1]["emissions_t"]
    page = (folder / "front.html").read_text("utf-8")
    assert "Cost against carbon" in page
    assert "the case as it stands" in page
    assert "least carbon" in result.stderr

    refused = heatsym("pareto", project, *DAYS)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    (folder / "notes.txt").write_text("mine", "utf-8")
    kept = heatsym("pareto", project, *DAYS, "--overwrite", "--points", 2)
    assert kept.exit_code == 2
    assert (folder / "notes.txt").read_text("utf-8") == "mine"


def test_pareto_without_prices_says_what_is_missing(heatsym, project):
    text = project.read_text("utf-8")
    head, _, rest = text.partition("[prices]")
    project.write_text(head + "[emissions]" + rest.partition("[emissions]")[2], "utf-8")
    result = heatsym("pareto", project, *DAYS)
    assert result.exit_code == 3
    assert "HS841" in result.stderr
    assert "economics were not computed" in result.stderr
