"""Pictures of dispatch hold the figures of the run, and are absent where nothing is known."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from heatsym.interfaces.axis import TimeAxis
from heatsym.report.calendar import calendar
from heatsym.report.colours import source_styles
from heatsym.report.dispatch import dispatch_weeks, plan_and_run, price_by_hour, price_duration
from heatsym.report.front import front_page, front_picture
from heatsym.report.picture import Missing, Picture
from heatsym.simulation import Run
from heatsym.study.pareto import LEAST_CARBON, LEAST_COST, Choice, Front, Point, without_dominated
from tests import handmade
from tests.report.sites_and_storages import run as mill
from tests.report.sites_and_storages import with_storages
from tests.report.test_heat_pictures import GAS, NASTY, berlin, finished

MWH = 3.6e9
PICTURES = (dispatch_weeks, price_duration, price_by_hour, plan_and_run)
TIME, BY_SOURCE, BY_STORAGE = ("time",), ("time", "source"), ("time", "storage")


def priced(run: Run, heat: np.ndarray, electricity: np.ndarray | None = None, **more) -> Run:
    """The run with prices [EUR/MWh]."""
    known = {"heat_marginal_price": (TIME, heat / MWH)}
    if electricity is not None:
        known["electricity_price"] = (TIME, electricity / MWH)
    return Run(None, run.results.assign(known | more), run.summary)


@pytest.fixture(scope="module")
def year() -> Run:
    """A year with two storages; heat costs 10 to 33 EUR by the hour of day, and 5 less in the second half."""
    plain = with_storages(mill(8760))
    hour = np.arange(8760)
    return priced(plain, 10.0 + hour % 24 - 5.0 * (hour >= 4380), 100.0 + 200.0 * np.sin(hour * 0.1))


def drawn(picture) -> Picture:
    assert isinstance(picture, Picture), picture
    return picture


def column(picture: Picture, head: str) -> list:
    at = picture.table.columns.index(head)
    return [row[at] for row in picture.table.rows]


# Weeks


def test_weeks_start_on_mondays_and_hold_most_and_least_heat(year):
    picture = drawn(dispatch_weeks(year))
    asked = year.results["consumer_heat_demand"].values.sum(axis=1)
    local = calendar(year.results).local
    first = int(np.flatnonzero((local.day_of_week == 0) & (local.hour == 0))[0])
    sums = np.array([asked[i : i + 168].sum() for i in range(first, 8760 - 167, 168)])
    starts = [str(trace.x0) for trace in picture.figure.data if trace.name == "backup"]
    assert starts[0] == f"{local[first + 168 * int(sums.argmax())]:%Y-%m-%d %H:%M:%S}"
    assert starts[2] == f"{local[first + 168 * int(sums.argmin())]:%Y-%m-%d %H:%M:%S}"
    assert len(set(starts)) == 3
    assert len(picture.table.rows) == 21
    assert column(picture, "asked for [MWh]")[:7] == pytest.approx(
        (asked[first + 168 * int(sums.argmax()) :][:168].reshape(7, 24).sum(axis=1) / 1e6).tolist(), rel=1e-6
    )


def test_what_is_above_and_below_zero_is_what_sources_and_storages_did(year):
    """Sources and what storages give above, what storages take below: in the sum what the network got."""
    picture, results = drawn(dispatch_weeks(year)), year.results
    at = list(calendar(results).local.strftime("%Y-%m-%d %H:%M:%S"))
    factor = 1e6 if "[MW]" in picture.figure.layout.yaxis.title.text else 1e3
    stacks = [trace for trace in picture.figure.data if trace.stackgroup]
    for start in {trace.x0 for trace in stacks}:
        part = slice(at.index(start), at.index(start) + 168)
        layers = {trace.name: trace for trace in stacks if trace.x0 == start}
        together = sum(trace.y[:-1].astype(float) for trace in layers.values()) * factor
        got = results["source_heat"].values[part].sum(axis=1) - results["storage_heat"].values[part].sum(
            axis=1
        )
        assert together == pytest.approx(got, rel=1e-5, abs=1.0)
        for name in ("tank", "pit"):
            assert (layers[f"{name} gives"].y >= 0.0).all()
            assert (layers[f"{name} takes"].y <= 0.0).all()
            assert layers[f"{name} takes"].stackgroup != layers[f"{name} gives"].stackgroup


def test_sources_have_their_colours_and_storages_patterns_of_their_own(year):
    styles = source_styles(year.results)
    stacks = {trace.name: trace for trace in drawn(dispatch_weeks(year)).figure.data if trace.stackgroup}
    for name, style in styles.items():
        assert stacks[name].fillcolor == style.colour
        assert (stacks[name].fillpattern.shape or "") == style.pattern
    assert stacks["tank gives"].fillpattern.shape == stacks["tank takes"].fillpattern.shape
    assert stacks["tank gives"].fillpattern.shape != stacks["pit gives"].fillpattern.shape
    shown = [trace.name for trace in drawn(dispatch_weeks(year)).figure.data if trace.showlegend]
    assert len(shown) == len(set(shown))


def test_prices_stand_below_their_week_in_euro_per_megawatt_hour(year):
    picture = drawn(dispatch_weeks(year))
    prices = [trace for trace in picture.figure.data if trace.name == "one more MWh of heat"]
    assert len(prices) == 3
    for trace in prices:
        low, high = float(trace.y.min()), float(trace.y.max())
        assert (low, high) in ((10.0, 33.0), (5.0, 28.0))
        stack = next(each for each in picture.figure.data if each.stackgroup and each.x0 == trace.x0)
        panel = picture.figure.layout[trace.yaxis.replace("y", "yaxis")].domain
        above = picture.figure.layout[stack.yaxis.replace("y", "yaxis")].domain
        assert panel[1] < above[0]
        assert picture.figure.layout[trace.xaxis.replace("x", "xaxis")].matches == stack.xaxis


def test_no_two_panels_overlap(year):
    layout = drawn(dispatch_weeks(year)).figure.layout
    spans = sorted(tuple(layout[name].domain) for name in layout if name.startswith("yaxis"))
    assert len(spans) == 6
    assert all(low[1] < high[0] for low, high in pairwise(spans))
    assert spans[0][0] > 0.0
    assert spans[-1][1] < 1.0


def test_a_short_run_is_one_span_without_panels_of_prices():
    run = finished(steps=48)
    assert "heat_marginal_price" not in run.results
    picture = drawn(dispatch_weeks(run))
    assert len({trace.x0 for trace in picture.figure.data}) == 1
    assert all(len(trace.y) == 49 for trace in picture.figure.data)
    assert price_duration(run) is None
    assert price_by_hour(run) is None


def test_a_week_with_a_change_of_clocks_stays_in_time():
    """In the week of 30 March an hour is left out: Monday after it begins at its own midnight."""
    axis = berlin("2025-03-23T23:00:00", 24 * 14 - 1)
    picture = drawn(dispatch_weeks(finished(handmade.case(axis=axis))))
    layer = next(trace for trace in picture.figure.data if trace.stackgroup)
    assert layer.x0 == "2025-03-24 00:00:00"
    assert len(layer.y) == 14 * 24 + 1


# Prices


def test_the_curve_of_prices_holds_their_mean_and_falls(year):
    picture = drawn(price_duration(year))
    price = year.results["heat_marginal_price"].values * MWH
    for trace in picture.figure.data:
        assert (np.diff(trace.y) <= 1e-4).all()
    heat = next(trace for trace in picture.figure.data if trace.name == "one more MWh of heat")
    assert heat.y[:-1].mean(dtype=float) == pytest.approx(price.mean(), rel=2e-3)
    assert heat.dx * (len(heat.y) - 1) == pytest.approx(8760.0)
    assert "19 EUR on average" in picture.caption
    asked = year.results["consumer_heat_demand"].values.sum(axis=1)
    weighed = float(price @ asked / asked.sum())
    assert f"{weighed:.4g} EUR where each MWh" in picture.caption
    assert column(picture, "one more MWh of heat [EUR/MWh]")[0] == pytest.approx(33.0)
    assert column(picture, "one more MWh of heat [EUR/MWh]")[-1] == pytest.approx(5.0)


def test_hours_without_a_price_are_left_out_and_hours_for_nothing_are_told():
    run = finished(steps=96)
    price = np.where(np.arange(96) < 48, np.nan, np.where(np.arange(96) < 60, -2.0, 40.0))
    picture = drawn(price_duration(priced(run, price)))
    assert "29.5 EUR on average" in picture.caption
    assert "In 12 h it would have cost nothing, or less." in picture.caption
    assert price_duration(priced(run, np.full(96, np.nan))) is None


def test_prices_by_local_hour(year):
    picture = drawn(price_by_hour(year))
    local = calendar(year.results).local
    price = pd.Series(year.results["heat_marginal_price"].values * MWH)
    means = price.groupby(local.hour).mean()
    assert column(picture, "heat, mean [EUR/MWh]") == pytest.approx(means.tolist(), rel=1e-6)
    low, high = column(picture, "tenth [EUR/MWh]"), column(picture, "nine tenths [EUR/MWh]")
    assert all(a <= b <= c for a, b, c in zip(low, means, high, strict=True))
    assert f"dearest at {int(means.idxmax())}:00" in picture.caption


def test_a_price_of_electricity_that_never_varies_is_told_and_not_drawn():
    run = finished(steps=96)
    steady = priced(run, np.linspace(10.0, 50.0, 96), np.full(96, 180.0))
    for function in (dispatch_weeks, price_duration, price_by_hour):
        picture = drawn(function(steady))
        assert "electricity" not in {trace.name for trace in picture.figure.data}
        assert "Electricity cost 180 EUR/MWh throughout." in picture.caption


# Plan and execution


def executed(steps: int = 96) -> Run:
    """The plan asked 100 kW more of the works in hours 10 to 19, and 300 kW less of the backup in hour 30."""
    run = finished(steps=steps)
    plan = run.results["source_heat"].values.astype(float).copy()
    plan[10:20, 0] += 1e5
    plan[30, 1] -= 3e5
    return Run(None, run.results.assign(source_heat_planned=(BY_SOURCE, plan)), run.summary)


def test_plan_and_execution_by_source_with_the_worst_hour():
    picture = drawn(plan_and_run(executed()))
    rows = {row[0]: row for row in picture.table.rows}
    assert rows["works"][3:5] == pytest.approx((0.0, 1.0))
    assert rows["backup"][3:5] == pytest.approx((0.3, 0.0))
    assert rows["works"][1] - rows["works"][2] == pytest.approx(1.0, rel=1e-4)
    assert rows["backup"][6] == "2 January 2025, 06:00"
    assert rows["backup"][8] - rows["backup"][7] == pytest.approx(300.0, rel=1e-4)
    bars = {trace.name: trace.y.tolist() for trace in picture.figure.data if trace.type == "bar"}
    assert bars["works"] == pytest.approx([0.0, -1.0])
    assert bars["backup"] == pytest.approx([0.3, 0.0])
    assert "1.3 MWh were not as planned" in picture.caption
    assert "Most of it at works (1 MWh)" in picture.caption
    assert "on 2 January 2025, 06:00: backup was planned" in picture.caption
    (line,) = (trace for trace in picture.figure.data if trace.type == "scatter")
    assert line.y[:-1].sum(dtype=float) == pytest.approx(1.3, rel=1e-4)


def test_the_recorded_difference_is_told():
    run = executed()
    told = replace(run, summary=run.summary | {"dispatch": {"plan_difference": 0.0123}})
    assert "weighted by energy, is 1.23 %" in drawn(plan_and_run(told)).caption


def test_storages_have_a_bar_of_their_own():
    run = with_storages(mill(24 * 10))
    heat = run.results["storage_heat"].values
    planned = {
        "source_heat_planned": (BY_SOURCE, run.results["source_heat"].values),
        "storage_heat_planned": (BY_STORAGE, heat - np.array([0.0, 1e5])),
    }
    picture = drawn(plan_and_run(Run(None, run.results.assign(planned), run.summary)))
    rows = {row[0]: row for row in picture.table.rows}
    assert rows["pit"][3] == pytest.approx(24.0)
    assert rows["tank"][3:5] == (0.0, 0.0)
    assert rows["tank"][6] == "never"


def test_a_plan_that_was_kept_is_told_to_be():
    kept = plan_and_run(finished(steps=48))
    assert isinstance(kept, Missing)
    assert kept.reason.startswith("heat was as planned in every hour")


def test_none_of_it_where_the_results_know_nothing():
    run = finished(steps=48)
    old = Run(None, run.results.drop_vars("source_heat_planned"), run.summary)
    assert [function(old) for function in PICTURES] == [None] * 4


def gap() -> Run:
    run = executed()
    heat = run.results["source_heat"].copy(deep=True)
    heat[5, 0] = np.nan
    planned = run.results["source_heat_planned"].copy(deep=True)
    planned[7] = np.nan
    known = run.results.assign(source_heat=heat, source_heat_planned=planned)
    return priced(Run(None, known, run.summary), np.where(np.arange(96) % 7, 30.0, np.nan))


ANY = {
    "one step": lambda: Run(None, executed().results.isel(time=[7]), executed().summary),
    "5 s": lambda: finished(axis=berlin("2025-01-01T00:00:00", 120, step=5)),
    "no heat": lambda: finished(heat=np.zeros((48, 2))),
    "a gap": gap,
    "half an hour off": lambda: finished(
        axis=TimeAxis(np.datetime64("2025-01-01"), 900, 400, "Asia/Kolkata")
    ),
    "a name with mark-up": lambda: finished(sources=(replace(handmade.case().sources[0], name=NASTY), GAS)),
    "three weeks from a Wednesday": lambda: finished(axis=berlin("2024-12-31T23:00:00", 21 * 24)),
    "sixteen days": lambda: finished(axis=berlin("2024-12-31T23:00:00", 16 * 24)),
}


@pytest.mark.parametrize("which", ANY)
def test_every_picture_of_any_run_is_drawn_or_says_why(which):
    run = ANY[which]()
    steps = run.results.sizes["time"]
    for known in (run, priced(run, np.linspace(-5.0, 80.0, steps), 180.0 + np.arange(steps) % 24)):
        for function in PICTURES:
            picture = function(known)
            if picture is None:
                continue
            if isinstance(picture, Missing):
                assert picture.reason.startswith(("no source fed any heat in", "heat was as planned"))
                continue
            written = picture.figure.to_json()
            assert "<a href" not in written.replace("\\u003c", "<")
            json.loads(written, parse_constant=pytest.fail)
            width = len(picture.table.columns)
            assert len(set(picture.table.columns)) == width
            assert all(len(row) == width for row in picture.table.rows)
            assert "nan" not in f"{picture.caption} {picture.label}".lower().split()


# Cost against carbon


def front(*points: tuple[float, float], base: tuple[float, float] = (110e3, 95.0)) -> Front:
    choices = [LEAST_COST, *(Choice(weight=0.1 * i) for i in range(1, len(points) - 1)), LEAST_CARBON]
    made = [
        Point(c, cost, carbon, {"unmet_MWh": 0.0}) for c, (cost, carbon) in zip(choices, points, strict=False)
    ]
    marked = without_dominated(made)
    return Front(
        "Town", "2025-01-01 to 2025-12-31", "Europe/Berlin", Point(None, *base, {"unmet_MWh": 0.0}), marked
    )


def test_the_front_is_a_line_and_dominated_points_are_hollow():
    found = front((100e3, 100.0), (104e3, 80.0), (106e3, 85.0), (130e3, 60.0))
    line, hollow, base = front_picture(found).figure.data
    assert line.x.tolist() == [100.0, 104.0, 130.0]
    assert line.y.tolist() == [100.0, 80.0, 60.0]
    assert (hollow.x.tolist(), hollow.y.tolist()) == ([106.0], [85.0])
    assert hollow.marker.symbol.endswith("-open")
    assert (base.marker.symbol, base.x.tolist()) == ("star", [110.0])
    caption = front_picture(found).caption
    assert "40 t less for 30 000 EUR more" in caption
    assert "first ton less costs 200 EUR, the last 1 300 EUR" in caption
    assert "One point is hollow" in caption


def test_a_page_of_the_front_is_whole_and_deaf_to_names():
    found = replace(front((1e3, 10.0), (2e3, 5.0)), case="<script>hacked=1</script>")
    page = front_page(found)
    assert page.startswith("<!DOCTYPE html>") or page.lower().startswith("<!doctype")
    assert "<script>hacked" not in page
    assert "Europe/Berlin" in page


def test_one_point_says_that_cost_and_carbon_agree():
    assert "Cost and carbon agree" in front_picture(front((1e3, 10.0), (2e3, 12.0), base=(1e3, 10.0))).caption
