"""Heat pumps at consumers: by hand, and what adds up in results and summary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.demand.booster import boosted
from heatsym.demand.model import Consumers
from heatsym.errors import InputError
from heatsym.interfaces.stepwise import Made
from heatsym.physics.booster import booster_cop

CASE = """\
[case]
name = "Boosters"

[time]
start = 2025-01-14
days = 2
timezone = "Europe/Berlin"

[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = { file = "feed.csv", column = "feed_degC" }
ground.temperature_degC = 8
fluid = { density_kg_per_m3 = 990, cp_J_per_kgK = 4190, viscosity_Pa_s = 6e-4 }

[demand]
consumers = "consumers.csv"
return_temperature_degC = 22
series_kW = "heat.csv"

[[source]]
name = "plant"
kind = "boiler"
fuel = "natural_gas"
efficiency = 0.9
node = "A"
power_kW = POWER

[prices]
natural_gas_EUR_per_MWh = 50
electricity_EUR_per_MWh = 200

[emissions]
electricity_kg_per_MWh = 150

[counterfactual]
kind = "gas_boiler"
efficiency = 0.9

[engine]
kind = "reference"
"""
HEAT = 20.0 + 5.0 * np.sin(np.arange(48) / 4.0)  # kW
FEED = np.where(np.arange(48) < 24, 40.0, 70.0)  # degC: the booster rests on the second day


def town(folder: Path, power: float = 500.0, rows: str = "low,B,series,60,0.5\nplain,B,series,,\n") -> Path:
    """A plant A and two houses at B, one of which lifts 40 to 60 degC on the first day."""
    files = {
        "town.toml": CASE.replace("POWER", str(power)),
        "nodes.csv": "id\nA\nB\n",
        "pipes.csv": "id,from,to,length_m,dn\nP1,A,B,100,50\n",
        "consumers.csv": f"id,node,kind,booster_supply_degC,booster_carnot_share\n{rows}",
        "heat.csv": "hour,low,plain\n" + "".join(f"{i},{q},{q}\n" for i, q in enumerate(HEAT)),
        "feed.csv": "hour,feed_degC\n" + "".join(f"{i},{t}\n" for i, t in enumerate(FEED)),
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder / "town.toml"


COP = 0.5 * 333.15 / 20.0  # from 40 to 60 degC


def test_network_and_electricity_share_the_need(tmp_path: Path) -> None:
    run = hs.run(hs.load(town(tmp_path)))
    results = run.results
    asked = results["consumer_heat_demand"].sel(consumer="low").values / 1e3
    electricity = results["consumer_booster_electricity"].sel(consumer="low").values / 1e3
    assert asked[:24] == pytest.approx(HEAT[:24] * (1 - 1 / COP), rel=1e-6)
    assert electricity[:24] == pytest.approx(HEAT[:24] / COP, rel=1e-5)
    assert asked[24:] == pytest.approx(HEAT[24:], rel=1e-6)
    assert (electricity[24:] == 0.0).all()
    assert (results["consumer_booster_electricity"].sel(consumer="plain") == 0.0).all()
    assert results["booster_electricity"].values == pytest.approx(1e3 * electricity, rel=1e-6)
    kwh = HEAT[:24].sum() / COP
    assert run.summary["boosters"]["electricity_MWh"] == pytest.approx(kwh / 1e3)
    assert run.summary["boosters"]["heat_MWh"] == pytest.approx(HEAT.sum() / 1e3)
    pumps = run.summary["energy"]["pump_MWh"]
    assert run.summary["economics"]["electricity_EUR"] == pytest.approx(200 * (kwh / 1e3 + pumps), rel=1e-5)
    assert run.summary["emissions"]["electricity_t"] == pytest.approx(0.15 * (kwh / 1e3 + pumps), rel=1e-5)
    # the alternative makes what both consumers got, by network and electricity
    whole = 2 * HEAT.sum() / 1e3
    assert run.summary["emissions"]["counterfactual_t"] == pytest.approx(whole / 0.9 * 0.20196, rel=1e-5)
    cost = run.summary["economics"]
    assert cost["cost_EUR_per_MWh"] == pytest.approx(cost["operating_cost_EUR"] / whole, rel=1e-5)
    assert any(said.startswith("boosters of 1 consumer:") for said in run.summary["assumptions"])


def test_what_does_not_arrive_is_not_lifted(tmp_path: Path) -> None:
    results = hs.run(hs.load(town(tmp_path, power=25.0))).results
    at = {"consumer": "low"}
    asked, given = (results[f"consumer_heat_{what}"].sel(at).values for what in ("demand", "delivered"))
    electricity = results["consumer_booster_electricity"].sel(at).values
    assert (given < 0.9 * asked).any()
    first = slice(0, 24)
    assert electricity[first] == pytest.approx(given[first] / (COP - 1.0), rel=1e-5)


def test_any_booster_shares_the_need() -> None:
    """10,000 steps of five boosters: network and electricity make the need, below Carnot, nothing below 0."""
    rng = np.random.default_rng(11)
    steps, count = 10_000, 5
    t_feed = rng.uniform(5.0, 90.0, steps)
    supply = np.array([35.0, 60.0, np.nan, 75.0, 60.0])
    share = np.array([0.3, np.nan, np.nan, 0.9, 0.05])
    need = rng.uniform(0.0, 1e5, (steps, count))
    names = tuple("abcde")
    table = Consumers(id=names, node=names, booster_supply=supply, booster_carnot_share=share)
    drawn, boosters = boosted(table, Made(need.shape, lambda part: need[part]), t_feed)
    assert boosters is not None
    used = np.zeros_like(need)
    used[:, boosters.consumer] = boosters.electricity[:]
    assert drawn[:] + used == pytest.approx(need, rel=1e-12)
    assert (drawn[:] >= 0.0).all()
    assert (used >= 0.0).all()
    lift = supply - t_feed[:, None]
    with np.errstate(invalid="ignore"):
        rests = ~(lift > 0.0)
        carnot = (supply + 273.15) / lift
        assert (used[rests] == 0.0).all()
        assert (used >= need / carnot * (1 - 1e-12))[~rests].all()
    assert drawn[7].tolist() == drawn[5:9][2].tolist()
    assert boosters.electricity[7].tolist() == boosters.electricity[5:9][2].tolist()


def test_carnot_is_never_reached() -> None:
    rng = np.random.default_rng(2)
    t_network, t_need = rng.uniform(0.0, 89.0, 10_000), rng.uniform(20.0, 90.0, 10_000)
    cop = booster_cop(t_network, t_need, rng.uniform(0.05, 0.95, 10_000))
    lifts = t_need > t_network
    assert np.isinf(cop[~lifts]).all()
    assert (cop[lifts] >= 1.0).all()
    assert (cop < (t_need + 273.15) / (t_need - t_network))[lifts].all()


@pytest.mark.parametrize(
    ("rows", "rule", "said"),
    [
        ("low,B,prosumer,60,\nplain,B,series,,\n", "return_temperature_degC = 22", "prosumer has no booster"),
        ("low,B,series,60,\nplain,B,series,,\n", "substation = {}", "feeds radiators"),
        ("low,B,series,,0.5\nplain,B,series,,\n", "return_temperature_degC = 22", "no temperature"),
    ],
)
def test_boosters_where_none_can_be(tmp_path: Path, rows: str, rule: str, said: str) -> None:
    path = town(tmp_path, rows=rows)
    path.write_text(path.read_text("utf-8").replace("return_temperature_degC = 22", rule), "utf-8")
    with pytest.raises(InputError) as found:
        hs.load(path)
    (problem,) = [problem for problem in found.value.problems if problem.code == "HS545"]
    assert said in problem.reason
    assert (problem.file, problem.line) == ("consumers.csv", 2)


def test_a_booster_needs_heat_not_a_flow(tmp_path: Path) -> None:
    path = town(tmp_path)
    text = path.read_text("utf-8").replace("series_kW", "series_kg_per_s")
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as found:
        hs.load(path)
    assert [problem.code for problem in found.value.problems] == ["HS545"]
