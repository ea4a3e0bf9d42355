"""Closed trenches and other elements of the network: from the case file to what a run tells of them."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.errors import InputError
from tests.case.town import write_town

T = "town.toml"
AFTER = "ground.depth_m = 1.0\n"
RING = ("pipes.csv", "P2,N2,N3,100,65\n", "P2,N2,N3,100,65\nP3,N1,N3,210,65\n")


def with_element(folder: Path, text: str, *edits: tuple[str, str, str]) -> Path:
    """The town with more in its network section."""
    return write_town(folder, (T, AFTER, AFTER + text), *edits)


def problem(path: Path) -> str:
    """The only problem of a case, as it is told."""
    with pytest.raises(InputError) as found:
        hs.load(path)
    assert len(found.value.problems) == 1, found.value.problems
    return str(found.value.problems[0])


# -- closed trenches -------------------------------------------------------------------------------------


def test_closed_trench_from_file_to_summary(tmp_path: Path) -> None:
    one, two = "from = 2025-01-02, to = 2025-01-02", "from = 2025-01-03T18:00:00"
    path = with_element(tmp_path, f'closed = [{{ pipe = "P2", {one} }}, {{ pipe = "P2", {two} }}]\n')
    case = hs.load(path)
    assert case.network.closed[0].end == datetime.date(2025, 1, 2)
    assert case.network.closed[1].end is None
    run = hs.run(case)
    cause = run.results["consumer_unmet_cause"].sel(consumer="C2").values
    shut = np.zeros(72, dtype=bool)
    shut[24:48] = shut[66:] = True  # local days; the axis starts at local midnight
    np.testing.assert_array_equal(cause == 4, shut)
    assert run.results["consumer_unmet_cause"].attrs["flag_meanings"].split()[4] == "closed"
    missed = run.results["consumer_heat_unmet"].sel(consumer="C2").values[shut].sum() / 1e6
    asked = run.results["consumer_heat_demand"].sel(consumer="C2").values[shut].sum() / 1e6
    assert missed == pytest.approx(asked, rel=1e-6)
    assert run.summary["unmet_by_cause_MWh"]["closed"] == pytest.approx(missed, rel=1e-6)
    assert not run.results["pipe_mass_flow"].sel(pipe="P2").values[shut].any()
    assert np.isnan(run.results["node_supply_pressure"].sel(node="N3").values[shut]).all()
    assert run.summary["energy"]["residual_relative"] < 1e-8
    assert "closed (P2): cuts off consumer C2 in 30 h" in run.summary["warnings"]


def test_closed_trench_in_a_ring_cuts_nobody_off(tmp_path: Path) -> None:
    run = hs.run(hs.load(with_element(tmp_path, 'closed = [{ pipe = "P2" }]\n', RING)))
    assert run.summary["unmet_by_cause_MWh"]["closed"] == 0.0
    assert not [warning for warning in run.summary["warnings"] if "cuts off" in warning]
    assert (run.results["pipe_mass_flow"].sel(pipe="P3").values > 0.0).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('closed = [{ pipe = "P9" }]', "HS303] town.toml:20  network.closed[1].pipe: there is no pipe 'P9'"),
        (
            'closed = [{ pipe = "P2", from = 2025-01-03, to = 2025-01-02 }]',
            "from 2025-01-03 is after to 2025-01-02",
        ),
        (
            'closed = [{ pipe = "P2", to = 2025-01-02 }, { pipe = "P2", from = 2025-01-02 }]',
            "HS106] town.toml:20  network.closed[2]: P2 is closed at the same time by item 1",
        ),
        ('closed = [{ pipe = "P2", from = "N1" }]', "'N1' does not fit; takes a date"),
        ('closed = [{ pipe = "P2", form = 2025-01-02 }]', "unknown key; did you mean from?"),
        ("closed = [{ from = 2025-01-02 }]", "network.closed[1]: pipe is missing"),
    ],
)
def test_closed_trenches_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    assert said in problem(with_element(tmp_path, text + "\n"))


def test_closure_outside_the_case_is_doubted(tmp_path: Path) -> None:
    case = hs.load(with_element(tmp_path, 'closed = [{ pipe = "P2", from = 2024-01-01, to = 2024-02-01 }]\n'))
    assert "from 2024-01-01 to 2024-02-01 is outside the case's time" in str(case.warnings[0])
