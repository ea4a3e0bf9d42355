"""``heatsym report``: the page of a run that is there already."""

from __future__ import annotations

from pathlib import Path

import pytest

TWO_DAYS = ("--period", "2025-01-06/2025-01-07", "-q")


@pytest.fixture
def folder(heatsym, project) -> Path:
    """A run without its report."""
    assert heatsym("run", project, *TWO_DAYS, "--no-report").exit_code == 0
    return Path("results/minimal")


def test_report_of_a_run(heatsym, folder):
    """In the run's folder or where asked for; the same each time, and the run stays as it was."""
    result = heatsym("report", folder)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{folder / 'report.html'}\n", "")
    content = (folder / "report.html").read_bytes()
    assert b"Harbour quarter" in content
    result = heatsym("report", folder, "-o", "pages/quarter.html")
    assert (result.exit_code, result.stdout) == (0, f"{Path('pages/quarter.html')}\n")
    assert Path("pages/quarter.html").read_bytes() == content
    assert heatsym("info", folder, "--verify").exit_code == 0


def test_no_run_no_report(heatsym, tmp_path):
    result = heatsym("report", tmp_path)
    assert result.exit_code == 4
    assert "no run" in result.stderr
    assert not list(tmp_path.iterdir())


def test_only_pages_are_replaced(heatsym, folder):
    """A slip of the pen must not cost a file of another kind."""
    before = (folder / "results.nc").read_bytes()
    result = heatsym("report", folder, "-o", folder / "results.nc")
    assert result.exit_code == 2
    assert "results.html" in result.stderr
    assert (folder / "results.nc").read_bytes() == before
