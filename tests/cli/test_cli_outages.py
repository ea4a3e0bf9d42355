"""``heatsym outages``: what it writes, what it prints, how it ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

WEEKS = ("--period", "2025-01-13/2025-02-02", "--years", "4", "-j", "2")
FOLDER = Path("results/minimal-outages")


def test_answers_as_data_table_and_page(heatsym, project):
    result = heatsym("outages", project, *WEEKS, "--stop-days", "7", "--every", "2")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{FOLDER}\n"
    assert sorted(path.name for path in FOLDER.iterdir()) == ["outages.csv", "outages.html", "outages.json"]
    assert result.stderr.splitlines()[-1].split() == ["report", str(FOLDER / "outages.html")]
    assert "Worst is the loss of boiler" in result.stderr

    data = json.loads((FOLDER / "outages.json").read_text("utf-8"))
    assert set(data["lost_in_the_coldest_week"]["sources"]) == {"works", "boiler"}
    assert len(data["stop_moved"]["starts"]) == 2
    assert [year["year"] for year in data["closure"]["by_year"]] == list(range(1, 21))
    assert data["backup"]["lost"] == "boiler"
    with (FOLDER / "outages.csv").open(encoding="utf-8", newline="") as file:
        years = list(csv.DictReader(file))
    assert [int(year["year"]) for year in years] == [1, 2, 3, 4]
    told = data["failures"]
    assert [float(year["cost_EUR"]) for year in years] == [year["cost_EUR"] for year in told["by_year"]]
    unmet = sorted(float(year["unmet_MWh"]) for year in years)
    assert told["quantiles"]["P50"]["unmet_MWh"] == pytest.approx((unmet[1] + unmet[2]) / 2)
    assert told["up_to_month"]["month"] == ["2025-01", "2025-02"]
    assert told["up_to_month"]["unmet_MWh"]["P50"][-1] == pytest.approx(
        told["quantiles"]["P50"]["unmet_MWh"], rel=1e-5
    )
    assert told["sources"]["works"] == told["sources"]["works"] | {"failures_per_year": 4.0, "repair_h": 24.0}
    page = (FOLDER / "outages.html").read_text("utf-8")
    for key in ("lost", "consumers", "backup", "fan-unserved", "fan-cost", "duration", "stop", "closure"):
        assert f'id="plot-{key}"' in page, key


def test_names_of_the_case_and_numbers_are_taken(heatsym, project):
    words = ("-q", "--fails", "works:80:12", "--target", "50%", "--closes", "Harbour works", "--seed", "7")
    result = heatsym("outages", project, *WEEKS, *words)
    assert (result.exit_code, result.stderr) == (0, "")
    data = json.loads((FOLDER / "outages.json").read_text("utf-8"))
    failures = data["failures"]
    assert failures["seed"] == 7
    assert failures["sources"]["works"]["failures_per_year"] == 80.0
    assert failures["sources"]["works"]["status"] == "given"
    assert data["closure"]["sources"] == ["works"]
    assert data["backup"]["capacity_MW"] == 0.0
    assert data["backup"]["target_MWh"] == 0.5 * data["base"]["demand_MWh"]


def test_a_target_out_of_reach_is_a_named_warning(heatsym, project):
    """A consumer behind a trench that is closed for a day gets nothing, whatever stands by."""
    text = project.read_text("utf-8")
    closed = '[network]\nclosed = [{ pipe = "P06", from = 2025-01-20, to = 2025-01-20 }]\n'
    project.write_text(text.replace("[network]\n", closed), "utf-8")
    result = heatsym("outages", project, *WEEKS, "--years", "0", "-q", "--target", "0")
    assert result.exit_code == 0
    assert "HS833" in result.stderr
    assert "closed" in result.stderr
    assert "capacity_MW" not in json.loads((FOLDER / "outages.json").read_text("utf-8"))["backup"]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("--lost", "wroks"), 3, "HS830"),
        (("--stop", "boiler"), 3, "HS832"),
        (("--fails", "works:often:12"), 2, "NAME:RATE:HOURS"),
        (("--fails", "works:-1:12"), 2, "NAME:RATE:HOURS"),
        (("--target", "none"), 2, "MWh"),
        (("--years", "-1"), 2, "--years"),
    ],
)
def test_what_cannot_be_asked(heatsym, project, words, status, told):
    result = heatsym("outages", project, *WEEKS, *words)
    assert result.exit_code == status
    assert told in result.stderr
    assert not FOLDER.exists()


def test_earlier_answers_are_replaced_only_when_asked(heatsym, project):
    quick = (*WEEKS, "--years", "0", "-q")
    assert heatsym("outages", project, *quick).exit_code == 0
    before = (FOLDER / "outages.json").read_bytes()
    result = heatsym("outages", project, *quick)
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert heatsym("outages", project, *quick, "--overwrite").exit_code == 0
    assert (FOLDER / "outages.json").read_bytes() == before
    (FOLDER / "mine.txt").write_text("mine", "utf-8")
    assert heatsym("outages", project, *quick, "--overwrite").exit_code == 2
    assert (FOLDER / "mine.txt").exists()
