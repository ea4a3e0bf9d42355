"""The summary: what it must add up to, and what it leaves out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.summary import summary, ten_lines
from heatsym.case.settings import Counterfactual, Emissions, Prices
from heatsym.errors import Problem
from heatsym.results.dataset import dataset
from heatsym.sources.ideal import Ideal
from heatsym.sources.lift import HeatPumpUnit
from tests import handmade

MWH = 3.6e9
WALL = {"total": 2.0, "march": 1.0}


def summarised(case, run=None):
    run = handmade.trajectory(case) if run is None else run
    return summary(case, dataset(case, run), run, WALL)


@pytest.fixture
def figures():
    return summarised(handmade.case())


def test_delivered_and_unmet_are_demanded(figures):
    heat = figures["energy"]
    assert heat["delivered_MWh"] + heat["unmet_MWh"] == pytest.approx(heat["demand_MWh"], rel=1e-12)
    assert heat["unmet_MWh"] == pytest.approx(0.025)
    assert figures["unmet_by_cause_MWh"] == pytest.approx(
        {"temperature": 0.0, "flow": 0.0, "capacity": 0.025, "closed": 0.0}
    )
    assert figures["unmet_hours"] == 1.0


def test_balance_closes_in_the_summary(figures):
    heat = figures["energy"]
    supplied = heat["delivered_MWh"] + heat["network_loss_MWh"] + heat["stored_change_MWh"]
    assert heat["supplied_MWh"] == pytest.approx(supplied, rel=1e-9)
    assert heat["network_loss_MWh"] == pytest.approx(48 * 0.058)
    assert heat["pump_MWh"] == pytest.approx(48 * 0.005)
    assert heat["residual_relative"] < 1e-7


def test_shares_and_sources(figures):
    works, backup = figures["sources"]["works"], figures["sources"]["backup"]
    supplied = figures["energy"]["supplied_MWh"]
    assert works["heat_MWh"] + backup["heat_MWh"] == pytest.approx(supplied)
    assert figures["surplus_share"] == pytest.approx(works["heat_MWh"] / supplied)
    assert figures["loss_share"] == pytest.approx(48 * 0.058 / supplied)
    assert works["direct_MWh"] + works["rejected_MWh"] == pytest.approx(works["available_MWh"])
    assert works["full_load_h"] == pytest.approx(works["heat_MWh"] / 2.0)
    assert backup["fuel_MWh"] == pytest.approx(backup["heat_MWh"] / 0.9)
    assert "fuel_MWh" not in works


def test_what_was_not_asked_for_is_absent(figures):
    assert {"emissions", "economics"}.isdisjoint(figures)
    assert figures["not_computed"] == {
        "homes": "no dwellings in the table of consumers",
        "emissions": "no emissions section",
        "economics": "no prices",
    }
    assert "emissions_t" not in figures["sources"]["backup"]


def test_unlimited_source_and_prescribed_flow():
    """Infinity and missing numbers do not reach the file: JSON has neither."""
    case = handmade.case(sources=(Ideal(name="any", node="plant"), *handmade.case().sources[1:]))
    run = handmade.trajectory(case)
    demand = run.march.consumer_heat_demand.copy()
    demand[:, 0] = np.nan
    run = replace(run, march=replace(run.march, consumer_heat_demand=demand))
    figures = summarised(case, run)
    json.dumps(figures, allow_nan=False)
    assert {"available_MWh", "full_load_h"}.isdisjoint(figures["sources"]["any"])
    heat = figures["energy"]
    assert heat["demand_MWh"] == pytest.approx(heat["delivered_MWh"] + heat["unmet_MWh"], rel=1e-12)


def test_findings_reach_the_reader():
    problem = Problem("HS401", "guessed", file="pipes.csv", line=3, severity="warning")
    case = handmade.case(warnings=(problem,), emissions=Emissions())
    run = replace(handmade.trajectory(case, leak=1e3), warnings=("a pump brakes",))
    warnings = summarised(case, run)["warnings"]
    assert warnings[:2] == [str(problem), "a pump brakes"]
    assert any("heat balance of the run" in line for line in warnings)
    assert any("no factor for electricity" in line for line in warnings)


def test_equal_runs_give_equal_summaries():
    case = handmade.case(prices=Prices(natural_gas=1e-8, electricity=1e-8), emissions=Emissions(set="geg"))
    assert json.dumps(summarised(case)) == json.dumps(summarised(case))


def test_ten_lines_without_prices(figures):
    lines = ten_lines(figures)
    assert len(lines) == 10
    starts = ("heat delivered", "surplus heat", "heat loss", "pumping", "peak", "unmet heat")
    starts += ("cost", "emissions", "balance residual", "warnings")
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True))
    assert lines[6] == "cost             not computed: no prices"
    assert lines[7] == "emissions        not computed: no emissions section"
    assert lines[3].split() == ["pumping", "0.24", "MWh", "electricity"]
    assert "capacity 0.025 MWh" in lines[5]


def test_ten_lines_with_everything():
    case = handmade.case(
        prices=Prices(natural_gas=60 / MWH, electricity=90 / MWH),
        emissions=Emissions(electricity=120 / MWH),
        counterfactual=Counterfactual(kind="gas_boiler"),
    )
    figures = summarised(case)
    lines = ten_lines(figures)
    assert not any("not computed" in line for line in lines)
    numbers = {line[:17].strip(): line[17:27].strip() for line in lines}
    assert float(numbers["cost"]) == pytest.approx(figures["economics"]["cost_EUR_per_MWh"], rel=1e-3)
    assert float(numbers["emissions"]) == pytest.approx(figures["emissions"]["kg_per_MWh"], rel=1e-3)
    assert len({line.find("MWh") for line in lines[:1] + lines[2:4]}) == 1


def test_a_run_without_any_heat():
    """A cold network that nobody feeds: no shares, no cost per MWh, no failure."""
    case = handmade.case(prices=Prices(electricity=1e-8), emissions=Emissions(electricity=1e-8))
    run = handmade.trajectory(case)
    nothing = np.zeros((48, 2))
    march = replace(
        run.march,
        source_heat=nothing,
        consumer_heat_demand=nothing,
        consumer_heat_delivered=nothing,
        consumer_heat_unmet=nothing,
    )
    ctx, site = handmade.context(case)
    uses = tuple(source.use(ctx, site, nothing[:, 0]) for source in case.sources)
    figures = summarised(case, replace(run, march=march, uses=uses))
    assert {"surplus_share", "loss_share"}.isdisjoint(figures)
    lines = ten_lines(figures)
    assert len(lines) == 10
    assert lines[1] == "surplus heat     not computed: no heat"
    json.dumps(figures, allow_nan=False)


def test_homes_are_counted_by_the_heat_they_get():
    """Of 10 homes behind the second house one hour's heat is missing; 4 behind the first are warm."""
    dwellings = np.array([4.0, 10.0])
    case = handmade.case()
    consumers = replace(case.demand.consumers, dwellings=dwellings)
    case = handmade.case(demand=replace(case.demand, consumers=consumers))
    run = handmade.trajectory(case)
    delivered = run.march.consumer_heat_delivered[:, 1].sum()
    found = summarised(case, run)["homes"]
    assert found["connected"] == 14.0
    assert found["warmed"] == pytest.approx(4.0 + 10.0 * delivered / (delivered + 2.5e4), rel=1e-12)


def test_alternative_is_named_beside_the_emissions():
    case = handmade.case(
        emissions=Emissions(electricity=0.0), counterfactual=Counterfactual(kind="gas_boiler")
    )
    figures = summarised(case)
    co2 = figures["emissions"]
    assert co2["counterfactual_kg_per_MWh"] == pytest.approx(201.96 / 0.98, rel=1e-6)
    assert co2["counterfactual_kg_per_MWh"] * figures["energy"]["delivered_MWh"] == pytest.approx(
        1e3 * co2["counterfactual_t"], rel=1e-6
    )
    assert ten_lines(figures)[7].endswith("against 206.1 with gas boiler")


def test_electricity_of_a_heat_pump_is_no_heat_of_the_stream():
    """2 MW from 95 to 30 degC have 1.385 MW above 50; a COP of 4 lifts three quarters of what is beyond."""
    works = replace(
        handmade.case().sources[0], limit_temperature=30.0, heat_pump=HeatPumpUnit(power=1e6, cop=4.0)
    )
    case = handmade.case(sources=(works, *handmade.case().sources[1:]))
    run = handmade.trajectory(case)
    figures, heat = summarised(case, run), run.march.source_heat[:, 0]
    beyond = np.maximum(heat - 2e6 / 65.0 * 45.0, 0.0).sum() / 1e6
    assert beyond > 1.0
    found = figures["sources"]["works"]
    assert found["electricity_MWh"] == pytest.approx(beyond / 4.0)
    assert found["lifted_MWh"] == pytest.approx(0.75 * beyond)
    assert found["cop"] == pytest.approx(4.0)
    own = found["direct_MWh"] + found["lifted_MWh"]
    assert found["heat_MWh"] == pytest.approx(own + found["electricity_MWh"])
    assert found["full_load_h"] == pytest.approx(own / 2.0)
    assert figures["surplus_share"] == pytest.approx(own / figures["energy"]["supplied_MWh"])
    assert "cop" not in figures["sources"]["backup"]
    cop = dataset(case, run)["source_cop"].values
    runs = heat > 2e6 / 65.0 * 45.0 + 1.0
    np.testing.assert_allclose(cop[runs, 0], 4.0, rtol=1e-6)
    assert np.isnan(cop[:, 1]).all()
    assert "source_cop" not in dataset(handmade.case(), handmade.trajectory(handmade.case()))
