"""Consumers that feed in: by hand, and what adds up in results and summary."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import heatsym as hs
from heatsym.engine import settle
from heatsym.engine.prepare import prepare
from heatsym.errors import InputError
from heatsym.simulation import run_into

CP, GROUND, U, LENGTH = 4190.0, 8.0, 0.1, 100.0
CASE = """\
[case]
name = "Prosumers"

[time]
start = 2025-01-14
days = 3
timezone = "Europe/Berlin"
substeps = 1

[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = 82
ground.temperature_degC = 8
fluid = { density_kg_per_m3 = 975, cp_J_per_kgK = 4190, viscosity_Pa_s = 4e-4 }

[demand]
consumers = "consumers.csv"
return_temperature_degC = 40
series_kW = "heat.csv"

[[source]]
name = "plant"
kind = "ideal"
node = "A"

[engine]
kind = "KIND"
coupling_tolerance = 1e-8
"""
both = pytest.mark.parametrize("kind", ["compiled", "reference"])


def town(folder: Path, series: np.ndarray, kind: str = "compiled", **rows: str) -> Path:
    """A plant A, a house B and a prosumer C in a row; heat in kW."""
    files = {
        "town.toml": CASE.replace("KIND", kind),
        "nodes.csv": "id\nA\nB\nC\n",
        "pipes.csv": f"id,from,to,length_m,dn,u_W_per_mK\nP1,A,B,{LENGTH},50,{U}\nP2,B,C,{LENGTH},50,{U}\n",
        "consumers.csv": "id,node,kind,supply_temperature_degC\n"
        + rows.get("house", "house,B,series,\n")
        + rows.get("roof", "roof,C,prosumer,80\n"),
        "heat.csv": "hour,house,roof\n" + "".join(f"{h},20,{q}\n" for h, q in enumerate(series)),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "town.toml"


@both
def test_a_network_of_prosumers_alone_by_hand(tmp_path: Path, kind: str) -> None:
    """30 kW offered at 80 degC over 100 m: the house's 20 kW and the losses are taken, the plant rests."""
    run = hs.run(hs.load(town(tmp_path, np.full(72, -30.0), kind=kind)))
    last = {
        name: run.results[name].values[-1] for name in run.results.data_vars if run.results[name].ndim == 2
    }
    flow = last["consumer_mass_flow"][0]
    pipes = prepare(run.case).pipes
    u, cross = pipes.u_own[1], pipes.u_cross[1]
    fading = u * LENGTH / (CP * flow)
    keeps, mean, warm, cold = np.exp(-fading), -np.expm1(-fading) / fading, 80.0, 40.0
    for _ in range(50):  # each pipe loses to the ground and to its partner's mean
        near_cold = GROUND + cross / u * (cold - GROUND)
        near_warm = GROUND + cross / u * (warm - GROUND)
        warm, cold = near_cold + (80 - near_cold) * mean, near_warm + (40 - near_warm) * mean
    came, home = near_cold + (80 - near_cold) * keeps, near_warm + (40 - near_warm) * keeps
    assert flow * CP * (came - 40) == pytest.approx(20e3, rel=1e-5)
    assert last["consumer_supply_temperature"][0] == pytest.approx(came, abs=1e-4)
    assert last["consumer_fed_in_flow"][1] == pytest.approx(flow, rel=1e-6)
    fed_in = flow * CP * (80 - home)
    np.testing.assert_allclose(last["consumer_heat_fed_in"], [0, fed_in], rtol=1e-5)
    np.testing.assert_allclose(last["consumer_heat_rejected"], [0, 30e3 - fed_in], rtol=1e-5)
    assert (run.results["source_heat"].values[1:] == 0).all()
    assert (last["consumer_heat_demand"] == [20e3, 0]).all()
    assert float(run.results["pump_electricity"][-1]) > 0
    assert run.summary["energy"]["residual_relative"] < 1e-6


@both
def test_a_prosumer_that_gives_and_takes(tmp_path: Path, kind: str) -> None:
    """Takes 10 kW, rests, gives 12 kW: all given is taken, the plant carries the rest, and all adds up."""
    roof = np.tile(np.repeat([10.0, 0.0, -12.0], 8), 3)
    run = hs.run(hs.load(town(tmp_path, roof, kind=kind)))
    results = run.results
    assert run.summary["convergence"]["unconverged_steps"] == 0
    assert run.summary["energy"]["residual_relative"] < 1e-6
    np.testing.assert_allclose(results["consumer_heat_demand"].values[:, 1], 1e3 * np.maximum(roof, 0))
    unmet, begins = results["consumer_heat_unmet"].values, (roof < 0) & (np.roll(roof, 1) == 0)
    np.testing.assert_allclose(unmet[~begins], 0, atol=1e-3)
    assert (unmet[begins, 0] > 0).all()  # water that stood at the resting prosumer arrives cold
    np.testing.assert_allclose(
        results["consumer_heat_fed_in"].values[:, 1], 1e3 * np.maximum(-roof, 0), rtol=1e-5, atol=0.2
    )
    np.testing.assert_allclose(results["consumer_heat_rejected"].values, 0, atol=0.2)
    assert (results["source_heat"].values[roof < 0] > 0).all()
    assert run.summary["prosumers"]["fed_in_MWh"] == pytest.approx(3 * 8 * 12e-3, rel=1e-5)
    energy = run.summary["energy"]
    supplied = float(results["source_heat"].sum()) / 1e6 + run.summary["prosumers"]["fed_in_MWh"]
    assert energy["supplied_MWh"] == pytest.approx(supplied, rel=1e-6)
    assert energy["demand_MWh"] == pytest.approx(72 * 20e-3 + 3 * 8 * 10e-3)


def test_streamed_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 11 steps, with a closure that cuts the prosumer off meanwhile."""
    monkeypatch.setattr(settle, "PIECE", 1.0)
    monkeypatch.setattr(settle, "LEAST", 11)
    closed = {"network.closed": [{"pipe": "P2", "from": date(2025, 1, 15), "to": date(2025, 1, 15)}]}
    study = hs.load(town(tmp_path, np.tile(np.repeat([10.0, -12.0], 12), 3))).with_changes(closed)
    held, streamed = hs.run(study), run_into(tmp_path / "run", study)
    xr.testing.assert_identical(streamed.results.load(), held.results)
    assert held.summary | {"wall_s": 0} == streamed.summary | {"wall_s": 0}
    fed_in, rejected = (held.results[f"consumer_heat_{what}"].values[:, 1] for what in ("fed_in", "rejected"))
    cut = (np.arange(72) >= 24) & (np.arange(72) < 48)
    assert (fed_in[cut] == 0).all()
    assert (rejected[cut & (np.arange(72) % 24 >= 12)] == 12e3).all()
    assert fed_in[~cut].max() > 11e3
    assert held.summary["energy"]["residual_relative"] < 1e-6


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ({"roof": "roof,C,series,\n"}, "HS107", "roof"),
        ({"house": "house,B,series,80\n"}, "HS307", "house.*no prosumer"),
        ({"roof": "shed,C,prosumer,80\n"}, "HS307", "shed.*without a series of heat"),
    ],
)
def test_negative_heat_is_for_prosumers(tmp_path: Path, rows: dict[str, str], code: str, words: str) -> None:
    with pytest.raises(InputError, match=f"(?s){code}.*{words}"):
        hs.load(town(tmp_path, np.full(72, -12.0), **rows))
