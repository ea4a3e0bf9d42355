"""``heatsym run``: where it writes, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TWO_DAYS = ("--period", "2025-01-06/2025-01-07")
DAYS = (*TWO_DAYS, "--no-report")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_stdout_is_the_result_folder(heatsym, project):
    result = heatsym("run", project, *DAYS)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{Path('results/minimal')}\n"
    assert sorted(path.name for path in Path("results").iterdir()) == ["minimal"]
    assert sorted(path.name for path in Path("results/minimal").iterdir()) == [
        "case.resolved.toml",
        "manifest.json",
        "results.nc",
        "run.log",
        "summary.json",
    ]
    assert len(result.stderr.splitlines()) >= 10
    assert "100%" in result.stderr


def test_a_report_lies_beside_the_results(heatsym, project):
    result = heatsym("run", project, *TWO_DAYS)
    assert result.exit_code == 0, result.stderr
    page = Path("results/minimal/report.html")
    assert result.stderr.splitlines()[-1].split() == ["report", str(page)]
    assert "Harbour quarter" in page.read_text("utf-8")
    assert heatsym("info", "results/minimal", "--verify").exit_code == 0


def test_quiet(heatsym, project):
    result = heatsym("run", project, *DAYS, "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [str(Path("results/minimal"))]


def test_scenario_names_the_folder_and_reaches_the_results(heatsym, project):
    result = heatsym("run", project, *DAYS, "-q", "--scenario", "boiler_only")
    assert result.stdout.splitlines() == [str(Path("results/minimal-boiler_only"))]
    summary = json.loads(Path("results/minimal-boiler_only/summary.json").read_text("utf-8"))
    assert list(summary["sources"]) == ["boiler"]


def test_override_reaches_the_results(heatsym, project):
    """Half of the works' heat: half of what is available in the summary."""
    heatsym("run", project, *DAYS, "-q", "-s", "source.works.power_kW=100", "-o", "less")
    summary = json.loads(Path("less/summary.json").read_text("utf-8"))
    assert summary["sources"]["works"]["available_MWh"] == pytest.approx(0.1 * 48, rel=1e-12)


def test_existing_output_needs_overwrite(heatsym, project):
    assert heatsym("run", project, *DAYS, "-q").exit_code == 0
    manifest = Path("results/minimal/manifest.json")
    before = manifest.read_bytes()
    again = heatsym("run", project, *DAYS, "-q", "-s", "source.works.power_kW=100")
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr
    assert again.stdout == ""
    assert manifest.read_bytes() == before
    assert (
        heatsym("run", project, *DAYS, "-q", "-s", "source.works.power_kW=100", "--overwrite").exit_code == 0
    )
    assert manifest.read_bytes() != before


def test_overwrite_spares_a_folder_that_is_no_run(heatsym, project):
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("irreplaceable", "utf-8")
    result = heatsym("run", project, *DAYS, "-o", "thesis", "--overwrite")
    assert result.exit_code == 2
    assert Path("thesis/chapter.txt").read_text("utf-8") == "irreplaceable"


def test_run_and_info_agree(heatsym, project):
    heatsym("run", project, *DAYS, "-q")
    result = heatsym("info", "results/minimal", "--verify")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.startswith("verified")
    assert "source_heat" in result.stdout


def test_damaged_results_are_noticed(heatsym, project):
    heatsym("run", project, *DAYS, "-q")
    results = Path("results/minimal/results.nc")
    content = bytearray(results.read_bytes())
    content[len(content) // 2] ^= 1
    results.write_bytes(content)
    result = heatsym("info", "results/minimal", "--verify")
    assert result.exit_code == 3
    assert "results.nc" in result.stderr


MISTAKES = {
    "unknown key": ("supply_temp", "suply_temp", "minimal.toml:19", "did you mean supply_temperature_degC"),
    "missing table": ("minimal/pipes.csv", "minimal/tubes.csv", "minimal.toml:17", "tubes.csv"),
    "dangling node": ('"boiler_house"', '"boilerhouse"', "minimal.toml:", "boiler_house"),
    "not TOML": ("[network]", "[network", "minimal.toml:15", ""),
}


@pytest.mark.parametrize(("old", "new", "place", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_wrong_input(heatsym, project, old, new, place, hint):
    replace(project, old, new)
    result = heatsym("run", project)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert place in result.stderr
    assert hint in result.stderr
    assert not Path("results").exists()


def test_unreadable_case(heatsym, project):
    result = heatsym("run", "configs/nowhere.toml")
    assert result.exit_code == 4
    assert "nowhere.toml" in result.stderr


@pytest.mark.parametrize("words", [["--bogus"], ["-q", "-v"], []], ids=["option", "exclusive", "no case"])
def test_wrong_usage(heatsym, project, words):
    assert heatsym("run", *([project, *words] if words else [])).exit_code == 2


def test_a_near_command_is_suggested(heatsym):
    result = heatsym("rum")
    assert result.exit_code == 2
    assert "run" in result.stderr.splitlines()[-1]


def test_a_bug_is_short_and_traced(heatsym, project, monkeypatch):
    """An exception that nobody foresaw: status 1, one trace in a file, none on the screen."""
    import heatsym.simulation as simulation

    def broken(*_args: object) -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(simulation, "settle_into", broken)
    result = heatsym("run", project, *DAYS)
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert "ZeroDivisionError" in result.stderr
    assert "in broken" in Path("heatsym-error.log").read_text("utf-8")
    assert not Path("results").exists()


def test_unconverged_steps_are_written_and_reported(heatsym, project, monkeypatch):
    """More than 0.1 % of the steps: status 5, results there; exactly 0.1 % would pass."""
    import heatsym.simulation as simulation

    real = simulation.summary

    def doubtful(*args: object) -> dict[str, object]:
        found = real(*args)
        found["convergence"]["unconverged_steps"] = 1
        return found

    monkeypatch.setattr(simulation, "summary", doubtful)
    result = heatsym("run", project, *DAYS)
    assert result.exit_code == 5
    assert "did not converge" in result.stderr
    assert Path("results/minimal/manifest.json").exists()


def test_an_open_balance_is_written_and_reported(heatsym, project, monkeypatch):
    """A source that claims a thousandth more than it gave: status 6, results there."""
    import heatsym.simulation as simulation

    real = simulation.with_emissions

    def cheating(*args: object) -> object:
        results = real(*args)
        results["source_heat"].values[:] *= 1.001
        return results

    monkeypatch.setattr(simulation, "with_emissions", cheating)
    result = heatsym("run", project, *DAYS)
    assert result.exit_code == 6
    assert "balance" in result.stderr
    assert Path("results/minimal/manifest.json").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_leaves_nothing(project, kill):
    """Ctrl-C, or a scheduler's end, in the middle of the march: status 130 within three seconds, no file."""
    process = subprocess.Popen(
        [sys.executable, "-m", "heatsym", "run", str(project), "--period", "2025-01-01/2025-03-31"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    before = sorted(Path().rglob("*"))
    assert process.stderr is not None
    while "%" not in (line := process.stderr.readline()):
        assert line, "ended before it began"
    process.send_signal(kill)
    sent = time.monotonic()
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - sent < 3
    assert stdout == ""
    assert "Traceback" not in stderr
    assert sorted(Path().rglob("*")) == before


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupted_run_goes_on_where_it_was(heatsym, project):
    """Ctrl-C after a checkpoint says how to go on; that ends with the results of an uninterrupted run."""
    assert heatsym("init", "town").exit_code == 0
    town, period = "town/configs/harbour_town.toml", ("--period", "2025-01-01/2025-06-30", "--no-report")
    words = [sys.executable, "-m", "heatsym", "run", town, *period, "--checkpoint", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while not list(Path("results").glob(".harbour_town.*.partial/checkpoint")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "")
    assert "--resume" in stderr
    assert not Path("results/harbour_town").exists()

    other = heatsym("run", town, *period, "--resume", "-s", "source.works.power_kW=100")
    assert other.exit_code == 3
    assert "error[HS703]  checkpoint: it is of a run with other values in the case" in other.stderr
    assert heatsym("run", town, *period, "--resume", "-q").exit_code == 0
    assert heatsym("run", town, *period, "-q", "-o", "whole").exit_code == 0
    assert Path("results/harbour_town/results.nc").read_bytes() == Path("whole/results.nc").read_bytes()
    assert [path.name for path in Path("results").iterdir()] == ["harbour_town"]


def test_nothing_to_resume_is_said(heatsym, project):
    result = heatsym("run", project, *DAYS, "--resume")
    assert result.exit_code == 0
    assert "starting from the beginning" in result.stderr
