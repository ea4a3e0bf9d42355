"""Runs side by side: differences add up, what is missing says why, paths mean places."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatsym.analysis.comparison import (
    case_differences,
    indicators,
    input_differences,
    told_apart,
)
from heatsym.analysis.summary import summary
from heatsym.case.settings import Prices
from heatsym.results.dataset import dataset
from heatsym.sources.ideal import Ideal
from tests import handmade


def summarised(**parts):
    case = handmade.case(**parts)
    run = handmade.trajectory(case)
    return summary(case, dataset(case, run), run, {"total": 1.0, "march": 1.0})


def by_label(*summaries):
    return {row.label: row for row in indicators(summaries)}


def test_differences_are_to_the_first():
    short, long = summarised(steps=24), summarised(steps=48)
    rows = by_label(short, long)
    loss = rows["heat loss"]
    assert [entry.value for entry in loss.entries] == pytest.approx([24 * 0.058, 48 * 0.058])
    assert loss.difference(1) == pytest.approx(24 * 0.058)
    assert loss.percent(1) == pytest.approx(100.0)
    assert rows["steps"].difference(1) == 24
    share = rows["surplus heat"]
    assert share.entries[0].value == pytest.approx(100 * short["surplus_share"])
    assert share.percent(1) is None  # a difference of shares is in points
    assert rows["unmet heat"].percent(1) == pytest.approx(0.0, abs=1e-9)


def test_what_a_run_lacks_has_a_reason_and_no_difference():
    priced = summarised(prices=Prices(natural_gas=60 / 3.6e9, electricity=2.5e-8))
    plain = summarised()
    rows = by_label(plain, priced)
    cost = rows["cost of heat"]
    assert cost.entries[0].value is None
    assert cost.entries[0].reason == plain["not_computed"]["economics"]
    assert cost.entries[1].value == priced["economics"]["cost_EUR_per_MWh"]
    assert cost.difference(1) is None
    assert rows["homes warmed"].entries[0].reason == "no dwellings in the table of consumers"
    assert all(entry.value is not None or entry.reason for row in rows.values() for entry in row.entries)


def test_a_source_that_one_run_lacks():
    case = handmade.case()
    other = (case.sources[0], Ideal(name="heat station", node="plant"))
    rows = by_label(summarised(), summarised(sources=other))
    assert rows["heat of backup"].entries[1].reason == "no such source"
    assert rows["heat of heat station"].entries[0].reason == "no such source"
    assert rows["heat of works"].difference(1) == 0.0


def test_keys_that_differ():
    first = {"time": {"days": 365}, "source": [{"name": "works", "power_kW": 400}, {"name": "boiler"}]}
    second = {"time": {"days": 365}, "source": [{"name": "works", "power_kW": 500}], "prices": {"co2": 80}}
    found = case_differences([first, second], [Path("a"), Path("b")])
    assert [(one.key, one.values) for one in found] == [
        ("source.works.power_kW", (400, 500)),
        ("source.boiler.name", ("boiler", None)),
        ("prices.co2", (None, 80)),
    ]


def test_a_file_is_the_same_where_it_lies_in_the_same_place(tmp_path):
    first = {"network": {"nodes": "../nodes.csv", "pipes": "../pipes.csv"}}
    second = {"network": {"nodes": "../../nodes.csv", "pipes": "../other.csv"}}
    found = case_differences([first, second], [tmp_path / "a", tmp_path / "deep" / "b"])
    assert [(one.key, one.values) for one in found] == [("network.pipes", ("../pipes.csv", "../other.csv"))]


def test_inputs_with_other_content():
    first = {"inputs": {"town.toml": "1", "nodes.csv": "2", "pipes.csv": "3"}}
    second = {"inputs": {"town.toml": "9", "nodes.csv": "2", "pipes.csv": "4", "works.csv": "5"}}
    assert input_differences([first, second]) == ["pipes.csv"]


def test_names_are_told_apart(tmp_path):
    folders = [tmp_path / "new" / "town", tmp_path / "old" / "town", tmp_path / "cold"]
    assert told_apart(folders) == ["new/town", "old/town", "cold"]
    assert told_apart([tmp_path / "town", tmp_path / "town"]) == ["town", "town (2)"]
