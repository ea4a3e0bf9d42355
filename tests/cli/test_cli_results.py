"""What leaves a run: compare, export and plot on the command line."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from heatsym.analysis.summary import summary
from heatsym.case.settings import Prices
from heatsym.results.dataset import dataset
from heatsym.results.store import write_run
from tests import handmade


def stored(folder, power=2000, **parts):
    """A run made by hand, in a folder."""
    case = handmade.case(**parts)
    run = handmade.trajectory(case)
    results = dataset(case, run)
    figures = summary(case, results, run, {"total": 1.0, "march": 0.5})
    toml = f'[case]\nname = "Harbour town"\n[[source]]\nname = "works"\npower_kW = {power}\n'
    return write_run(folder, results, figures, toml, "done\n", ["heatsym", "run"], [("town.toml", b"x")])


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Two runs, ``town`` and ``priced``, in the current folder."""
    monkeypatch.chdir(tmp_path)
    stored(tmp_path / "town")
    stored(tmp_path / "priced", 2500, prices=Prices(natural_gas=60 / 3.6e9, electricity=2.5e-8))
    return tmp_path


# -- compare ---------------------------------------------------------------------------------------


def test_compare_side_by_side(heatsym, runs):
    result = heatsym("compare", "town", "priced")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["town", "priced", "difference", "in", "%"]
    assert ["heat", "loss", "MWh", "2.784", "2.784", "0", "0.0"] in lines
    (mark,) = [line[4] for line in lines if line[:4] == ["cost", "of", "heat", "EUR/MWh"]]
    assert f"{mark} not computed: no prices\n" in result.stdout
    assert "  source.works.power_kW\n    town    2000\n    priced  2500\n" in result.stdout
    assert "nan" not in result.stdout


def test_compare_as_csv_and_json_gives_the_summaries_figures(heatsym, runs):
    loss = json.loads(Path("town/summary.json").read_text("utf-8"))["energy"]["network_loss_MWh"]
    table = {
        row["indicator"]: row
        for row in csv.DictReader(io.StringIO(heatsym("compare", "town", "priced", "--format", "csv").stdout))
    }
    assert float(table["heat loss"]["town"]) == loss
    assert table["cost of heat"]["town"] == ""
    assert table["cost of heat"]["not computed"] == "town: no prices"
    data = json.loads(heatsym("compare", "town", "priced", "--format", "json").stdout)
    figures = {row["name"]: row["figures"] for row in data["indicators"]}
    assert figures["heat loss"][0] == {"value": loss}
    assert figures["cost of heat"][0] == {"not_computed": "no prices"}
    assert figures["cost of heat"][1]["value"] > 0
    assert data["case"] == [{"key": "source.works.power_kW", "values": ["2000", "2500"]}]


def test_compare_needs_two_runs(heatsym, runs):
    assert heatsym("compare", "town").exit_code == 2
    missing = heatsym("compare", "town", "nowhere")
    assert missing.exit_code == 4
    assert "nowhere" in missing.stderr
    same = heatsym("compare", "town", "town")
    assert "the cases are the same" in same.stdout


def test_compare_obeys_no_name(heatsym, runs):
    """What a name says to a terminal is not passed on."""
    path = Path("priced/summary.json")
    figures = json.loads(path.read_text("utf-8"))
    figures["sources"]["\x1b[2Jworks"] = figures["sources"].pop("works")
    path.write_text(json.dumps(figures), "utf-8")
    for form in ("text", "csv"):
        result = heatsym("compare", "town", "priced", "--format", form)
        assert result.exit_code == 0
        assert "\x1b" not in result.stdout


# -- export ----------------------------------------------------------------------------------------


def test_export_into_the_run(heatsym, runs):
    result = heatsym("export", "town", "--to", "csv")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{Path('town/csv')}\n", "")
    assert Path("town/csv/source_heat.csv").is_file()
    result = heatsym("export", "town", "--to", "geojson")
    assert (result.exit_code, result.stdout) == (0, f"{Path('town/network.geojson')}\n")
    assert heatsym("info", "town", "--verify").exit_code == 0
    again = heatsym("export", "town", "--to", "csv")
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr
    assert heatsym("export", "town", "--to", "csv", "--overwrite").exit_code == 0


def test_export_never_replaces_a_run(heatsym, runs):
    result = heatsym("export", "town", "--to", "csv", "-o", "priced", "--overwrite")
    assert result.exit_code == 2
    assert heatsym("info", "priced", "--verify").exit_code == 0


def test_export_of_chosen_parts(heatsym, runs):
    words = ("--variable", "source_heat", "--select", "source=works", "--resample", "D", "--decimal", ",")
    result = heatsym("export", "town", "--to", "csv", *words, "-o", "days")
    assert result.exit_code == 0, result.stderr
    lines = Path("days/source_heat.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "time;local_time;works_W"
    assert len(lines) == 3
    assert os.listdir("days") == ["source_heat.csv"]
    again = heatsym("export", "town", "--to", "csv", *words, "-o", "days.csv")
    assert (again.exit_code, again.stdout) == (0, "days.csv\n")
    assert Path("days.csv").read_bytes() == Path("days/source_heat.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("--to", "csv", "--variable", "source_heta"), 3, "did you mean source_heat"),
        (("--to", "csv", "--select", "source=wroks"), 3, "did you mean works"),
        (("--to", "csv", "--resample", "min"), 3, "are longer than the period"),
        (("--to", "geojson", "--variable", "source_heat"), 2, "--to csv"),
        (("--to", "xlsx"), 2, "csv"),
        (("--to", "csv", "-o", "heat.csv"), 3, "tables do not go into one file"),
    ],
)
def test_export_that_cannot_be(heatsym, runs, words, status, message):
    result = heatsym("export", "town", "-o", "out", *words)
    assert result.exit_code == status
    assert message in result.stderr
    assert result.stdout == ""
    assert sorted(os.listdir()) == ["priced", "town"]


def test_export_of_no_run(heatsym, runs):
    result = heatsym("export", "nowhere", "--to", "csv")
    assert result.exit_code == 4
    assert not Path("nowhere").exists()


# -- plot ------------------------------------------------------------------------------------------


def test_plot_writes_a_page(heatsym, runs):
    result = heatsym("plot", "town", "source_heat")
    assert (result.exit_code, result.stdout) == (0, f"{Path('town/source_heat.html')}\n")
    text = Path("town/source_heat.html").read_text("utf-8")
    assert "Heat fed into the network" in text
    assert 'http-equiv="Content-Security-Policy"' in text
    result = heatsym(
        "plot", "town", "source_heat", "--select", "source=backup", "--resample", "D", "-o", "b.html"
    )
    assert result.stdout == "b.html\n"
    assert Path("b.html").is_file()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_plot_offers_html_only(heatsym, runs, ending):
    result = heatsym("plot", "town", "source_heat", "-o", f"heat.{ending}")
    assert result.exit_code == 2
    assert "only HTML" in result.stderr
    assert sorted(os.listdir()) == ["priced", "town"]


def test_plot_of_nothing(heatsym, runs):
    result = heatsym("plot", "town", "heat")
    assert result.exit_code == 3
    assert "no variable 'heat'" in result.stderr
