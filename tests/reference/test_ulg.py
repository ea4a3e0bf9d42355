"""A measured steel pipe that is heated up in seconds: four experiments, one set of physics, nothing tuned."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from tests.reference.measured import ULG, Replay, rmse, ulg_replay

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"


@pytest.fixture(scope="module")
def replays(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Replay]:
    """Steps of a second, nothing said of walls."""
    folder = tmp_path_factory.mktemp("ulg")
    return {name: ulg_replay(shared / "validation/ulg_pipe" / name, folder / name) for name in ULG}


@pytest.mark.parametrize("name", ULG)
def test_outlet_is_inside_the_bars(name: str, replays: dict[str, Replay], shared: Path) -> None:
    """Closer to the measurement than the IBPSA library's pipe, in root mean square and at the worst."""
    with (shared / "validation/ulg_pipe" / name / "case.toml").open("rb") as file:
        bars = tomllib.load(file)["metrics"]
    found = replays[name]
    assert rmse(found.published - found.measured) == pytest.approx(
        bars["bar_ibpsa_plugflow_rmse_K"], abs=1e-3
    )
    assert found.rmse < bars["bar_ibpsa_plugflow_rmse_K"]
    assert found.worst < bars["bar_ibpsa_plugflow_max_abs_K"]
    assert abs(found.bias) < abs(bars["bar_ibpsa_plugflow_bias_K"]) + 0.01


@pytest.mark.parametrize("name", ULG)
def test_nothing_is_smeared(name: str, replays: dict[str, Replay], shared: Path, tmp_path: Path) -> None:
    """Half the step changes the outlet by a tenth of what is missed: the figure is not one of the step."""
    half = ulg_replay(shared / "validation/ulg_pipe" / name, tmp_path, overrides=["time.substeps=2"])
    assert rmse(half.found - replays[name].found) < 0.1 * replays[name].rmse


def test_heat_is_kept(replays: dict[str, Replay]) -> None:
    """Heat in, heat out, loss and what water and wall hold agree in every stored step."""
    for replay in replays.values():
        r = replay.run.results
        supplied, taken = r.source_heat.sum("source"), r.consumer_heat_delivered.sum("consumer")
        stored = r.network_stored_heat.to_numpy().astype(float)
        rise = np.diff(stored)  # steps of a second
        left = (supplied - taken - r.network_heat_loss).to_numpy().astype(float)[1:]
        assert np.abs(left - rise).max() < 1e-6 * float(supplied.max())


def test_walls_that_do_not_lag_miss_the_front(shared: Path, tmp_path: Path) -> None:
    """Three times the error with walls as warm as the water, and a warning; eight times without walls."""
    data = shared / "validation/ulg_pipe/150801"
    late = ulg_replay(data, tmp_path / "late")
    retarded = ulg_replay(data, tmp_path / "retarded", overrides=["engine.wall='retarded'"])
    bare = ulg_replay(data, tmp_path / "none", overrides=["engine.wall='none'"])
    assert retarded.rmse > 3.0 * late.rmse
    assert bare.rmse > 8.0 * late.rmse
    assert any("walls" in told for told in retarded.run.summary["warnings"])
    assert not any("walls" in told for told in late.run.summary["warnings"])


def test_the_page_says_what_is_found(replays: dict[str, Replay]) -> None:
    """The figures on the validation page are those of this version."""
    told = re.findall(r"^\| (1\w+) \| ([\d.]+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [name for name, _ in told] == list(ULG)
    for name, value in told:
        assert float(value) == pytest.approx(replays[name].rmse, abs=2e-3)
