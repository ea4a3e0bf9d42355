"""One variable as a picture: the right lines, values, clock and units."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.analysis.summary import summary
from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis
from heatsym.report.picture import Missing
from heatsym.report.plot import LINES, page, plot
from heatsym.results.dataset import dataset
from heatsym.simulation import Run
from tests import handmade


def made(**parts):
    case = handmade.case(**parts)
    run = handmade.trajectory(case)
    results = dataset(case, run).load()
    return Run(None, results, summary(case, results, run, {"total": 1.0, "march": 1.0}))


def many(count: int) -> Run:
    """A run with more nodes than lines; node ``n3`` is the warmest, ``n0`` the coldest, and so on."""
    run = made()
    order = (np.arange(count) * 3) % count
    warmth = np.broadcast_to(order.astype(np.float32), (48, count))
    results = run.results.drop_dims("node").assign_coords(node=[f"n{i}" for i in range(count)])
    results["node_supply_temperature"] = (
        ("time", "node"),
        warmth.copy(),
        run.results["node_supply_temperature"].attrs,
    )
    return Run(None, results, run.summary)


def test_lines_are_the_stored_series_in_readable_units():
    run = made()
    picture = plot(run, "source_heat", {})
    assert [line.name for line in picture.figure.data] == ["works", "backup"]
    for line, column in zip(picture.figure.data, run.results["source_heat"].values.T, strict=True):
        assert np.asarray(line.y) == pytest.approx(column / 1e6)
    assert picture.figure.layout.yaxis.title.text == "MW"
    assert picture.title == "Heat fed into the network"
    assert picture.table.columns == ("source", "lowest [MW]", "mean [MW]", "highest [MW]")


def test_the_clock_is_local():
    axis = TimeAxis(np.datetime64("2025-06-30T22:00:00"), 3600, 48, "Europe/Berlin")
    line = plot(made(axis=axis), "pump_electricity", {}).figure.data[0]
    midnight = np.datetime64("2025-07-01T00:00:00", "ms").astype(float)
    assert np.asarray(line.x)[:2].tolist() == [midnight, midnight + 3.6e6]


def test_of_many_objects_the_largest_and_it_says_so():
    picture = plot(many(LINES + 3), "node_supply_temperature", {})
    coldest = {f"n{i}" for i in range(LINES + 3) if (i * 3) % (LINES + 3) < 3}
    assert len(picture.figure.data) == LINES
    assert not coldest & {line.name for line in picture.figure.data}
    assert f"{LINES} of {LINES + 3} nodes" in picture.caption
    assert len(picture.table.rows) == LINES + 3
    looks = {(line.line.color, line.line.dash) for line in picture.figure.data}
    assert len(looks) == LINES


def test_flags_are_steps_with_words():
    picture = plot(made(), "consumer_unmet_cause", {"consumer": ("Süßmosterei",)})
    (line,) = picture.figure.data
    assert line.line.shape == "hv"
    assert np.asarray(line.y)[6:9].tolist() == [0, 3, 0]
    assert picture.figure.layout.yaxis.ticktext == ("none", "temperature", "flow", "capacity", "closed")
    assert picture.table.rows == (("Süßmosterei", 47.0, 0.0, 0.0, 1.0, 0.0),)


def test_more_points_than_can_be_drawn_are_gathered():
    run = made(steps=17_280, step=5)
    picture = plot(run, "network_heat_loss", {})
    assert len(picture.figure.data[0].x) == 1440
    assert "by minute" in picture.caption


def test_nothing_to_draw_is_said():
    run = made()
    run.results["source_heat_available"][:] = np.nan
    found = plot(run, "source_heat_available", {})
    assert isinstance(found, Missing)


def test_one_step():
    picture = plot(made(steps=48), "source_heat", {}, period="MS")
    assert [len(line.x) for line in picture.figure.data] == [1, 1]
    assert {line.mode for line in picture.figure.data} == {"markers"}


def test_a_choice_from_a_dimension_that_the_variable_lacks():
    with pytest.raises(InputError, match="no dimension pipe"):
        plot(made(), "source_heat", {"pipe": ("P1",)})


def test_names_are_text_in_the_page():
    run = made()
    evil = "</script><script>alert(1)</script><b>x</b>"
    results = run.results.assign_coords(source=[evil, "%{y}"])
    hostile = Run(None, results, run.summary | {"case": evil})
    text = page(hostile, plot(hostile, "source_heat", {}))
    assert "<script>alert" not in text
    assert "<b>x" not in text
    assert "&lt;/script&gt;" in text
    assert text.count("<script") == page(run, plot(run, "source_heat", {})).count("<script")
