"""The words of the report say what the figures say, and nothing that the run does not hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.summary import summary
from heatsym.case.settings import Counterfactual, Emissions, Prices
from heatsym.report.words import facts, in_short, percent, sources_table, tiles
from heatsym.results.dataset import dataset
from heatsym.simulation import Run
from heatsym.sources.boiler import Boiler
from heatsym.sources.ideal import Ideal
from tests import handmade

MWH = 3.6e9


def finished(case=None, **parts) -> Run:
    """The run made by hand, as if read from a folder."""
    case = handmade.case(**parts) if case is None else case
    trajectory = handmade.trajectory(case)
    results = dataset(case, trajectory)
    return Run(None, results, summary(case, results, trajectory, {"total": 1.0, "march": 1.0}))


def text(run: Run) -> str:
    return "\n".join(in_short(run))


@pytest.fixture(scope="module")
def run() -> Run:
    consumers = replace(handmade.case().demand.consumers, dwellings=np.array([np.nan, 40.0]))
    return finished(
        demand=replace(handmade.case().demand, consumers=consumers),
        prices=Prices(natural_gas=60 / MWH, electricity=90 / MWH),
        emissions=Emissions(electricity=120 / MWH),
        counterfactual=Counterfactual(kind="oil_boiler", efficiency=0.9),
    )


def test_a_newcomer_finds_the_six_answers(run):
    said, heat = text(run), run.summary["energy"]
    assert "40 homes in 1 building and 1 other consumer" in said
    assert f"{percent(run.summary['surplus_share'])} of the heat fed in was surplus heat" in said
    assert "There was some surplus heat in every hour." in said
    assert "4 000 kW: enough" in said
    assert f"{heat['network_loss_MWh']:.4g} MWh, was lost" in said
    assert (
        f"{run.summary['emissions']['kg_per_MWh']:.3g} kg of CO2, against 296 kg with an oil boiler" in said
    )
    assert "0.025 MWh in 1 h, because the sources gave all they had" in said


def test_tiles_and_facts(run):
    shown = {tile.label: tile for tile in tiles(run)}
    assert shown["Homes warmed"].value == "39"  # one hour short: never rounded up
    assert shown["Cost"].unit == "EUR per MWh"
    assert "3 trenches" not in dict(facts(run))["Network"]
    assert dict(facts(run))["Period"] == "1 January 2025 to 2 January 2025; 48 steps of 1 h"
    works, backup = sources_table(run).rows
    assert works[4] + backup[4] == pytest.approx(run.summary["energy"]["supplied_MWh"])
    assert works[5] + backup[5] == pytest.approx(100.0)
    assert backup[7] is None
    assert (works[-1], backup[-1]) == ("assumed", None)


def test_what_was_not_computed_is_not_told_as_zero():
    plain = finished()
    said = text(plain)
    assert "CO2 was not computed: no emissions section." in said
    assert "homes" not in said
    missing = {tile.label: tile.note for tile in tiles(plain) if tile.value == "not computed"}
    assert missing == {
        "Homes warmed": "no dwellings in the table of consumers",
        "Emissions": "no emissions section",
        "Cost": "no prices",
    }


def test_a_run_without_surplus_heat_and_one_without_limit():
    plants = tuple(Boiler(name=name, node="plant", fuel="wood", power=4e6) for name in ("one", "two"))
    assert "No source of surplus heat is in the case" in text(finished(sources=plants))
    unlimited = (handmade.case().sources[0], Ideal(name="any", node="plant"))
    assert "has no limit" in text(finished(sources=unlimited))


def test_a_backup_that_is_too_small_is_called_so():
    case = handmade.case(sources=(handmade.case().sources[0], replace(handmade.case().sources[1], power=1e5)))
    assert "100 kW: not enough" in text(finished(case))


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.999999, "more than 99.99 %"),
        (0.9987, "99.87 %"),
        (0.7996, "80 %"),
        (0.1224, "12.2 %"),
        (0.0123, "1.23 %"),
        (1e-6, "less than 0.01 %"),
    ],
)
def test_shares_are_never_rounded_to_all_or_nothing(share, shown):
    assert percent(share) == shown
