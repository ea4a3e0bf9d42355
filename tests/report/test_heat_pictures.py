"""Pictures of heat, surplus, emissions and cost hold the figures of the run, whatever the run is like."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatsym.analysis.summary import summary
from heatsym.case.settings import Counterfactual, Emissions, Prices
from heatsym.engine.trajectory import Cause
from heatsym.interfaces.axis import TimeAxis
from heatsym.report.balances import heat_flow, heat_map, load_duration, monthly_balance
from heatsym.report.calendar import calendar
from heatsym.report.cost import costs
from heatsym.report.emissions import emissions
from heatsym.report.picture import Missing, Picture
from heatsym.report.surplus import longest_stop, surplus_use
from heatsym.report.unmet import unmet_heat
from heatsym.results.dataset import dataset
from heatsym.simulation import Run
from heatsym.sources.availability import Stop
from heatsym.sources.boiler import Boiler
from heatsym.sources.ideal import Ideal
from heatsym.sources.industrial import IndustrialStream
from tests import handmade

MWH = 3.6e9
PICTURES = (
    *(heat_flow, monthly_balance, load_duration, heat_map),
    *(surplus_use, longest_stop, unmet_heat, emissions, costs),
)
PRICED = {
    "prices": Prices(natural_gas=60 / MWH, electricity=90 / MWH),
    "emissions": Emissions(electricity=120 / MWH),
    "counterfactual": Counterfactual(kind="gas_boiler", efficiency=0.92),
}
GAS = Boiler(name="backup", node="plant", fuel="natural_gas", power=4e6, efficiency=0.9)


def finished(case=None, heat=None, change=None, **parts) -> Run:
    """The run made by hand, as if read from a folder; ``heat`` (time, source) and ``change`` of its march."""
    case = handmade.case(**parts) if case is None else case
    made = handmade.trajectory(handmade.case(steps=case.axis.steps, axis=case.axis))
    heat = made.march.source_heat if heat is None else heat
    ctx, site = handmade.context(case)
    march = replace(
        made.march,
        source_heat=heat,
        source_mass_flow=heat / 1e5,
        source_supply_temperature=np.where(heat > 0.0, 80.0, np.nan),
        source_return_temperature=np.full_like(heat, 45.0),
    )
    march = replace(march, **(change(march) if change else {}))
    uses = tuple(source.use(ctx, site, heat[:, i]) for i, source in enumerate(case.sources))
    lift = np.full_like(march.source_heat, 3e5)
    heads = replace(made.hydraulics, source_pump_lift=lift)
    trajectory = replace(made, march=march, uses=uses, hydraulics=heads, intent=handmade.as_planned(heat))
    results = dataset(case, trajectory)
    return Run(None, results, summary(case, results, trajectory, {"total": 1.0, "march": 1.0}))


def berlin(start: str, steps: int, step: int = 3600) -> TimeAxis:
    return TimeAxis(np.datetime64(start), step, steps, "Europe/Berlin")


def still(first: str, last: str) -> Stop:
    """A stop, both days included."""
    return Stop(start=datetime.date.fromisoformat(first), end=datetime.date.fromisoformat(last))


def year(**parts) -> Run:
    """A local year with a short stop of the works and one from 10 to 23 July; heat follows the season."""
    axis = berlin("2024-12-31T23:00:00", 8760)
    works = replace(
        handmade.case().sources[0],
        stops=(still("2025-05-02", "2025-05-04"), still("2025-07-10", "2025-07-23")),
    )
    case = handmade.case(axis=axis, **({"sources": (works, GAS)} | parts))
    total = 1.6e6 + 1.2e6 * np.cos(np.arange(8760) * 2.0 * np.pi / 8760) + 2e5 * np.sin(np.arange(8760) * 0.9)
    stands = np.any(
        [
            (axis.day >= np.datetime64(stop.start)) & (axis.day <= np.datetime64(stop.end))
            for stop in works.stops
        ],
        axis=0,
    )
    fed = np.where(stands, 0.0, np.minimum(total, 1.9e6))
    return finished(case, np.stack([fed, total - fed], axis=1))


@pytest.fixture(scope="module")
def whole() -> Run:
    return year(**PRICED)


@pytest.fixture(scope="module")
def short() -> Run:
    return finished(**PRICED)


def drawn(picture) -> Picture:
    assert isinstance(picture, Picture), picture
    return picture


def why(picture) -> str:
    assert isinstance(picture, Missing), picture
    return picture.reason


def column(picture: Picture, head: str) -> list:
    at = picture.table.columns.index(head)
    return [row[at] for row in picture.table.rows]


# The way of the heat


def test_what_flows_into_the_network_flows_out(short):
    sankey = drawn(heat_flow(short)).figure.data[0]
    names = [label.split("<br>")[0] for label in sankey.node.label]
    flows = {
        (names[a], names[b]): value
        for a, b, value in zip(sankey.link.source, sankey.link.target, sankey.link.value, strict=True)
    }
    heat = short.summary["energy"]
    into = sum(value for (_, b), value in flows.items() if b == "network")
    out = sum(value for (a, _), value in flows.items() if a == "network")
    assert into == pytest.approx(out, rel=1e-6)
    assert flows["works", "network"] + flows["backup", "network"] == pytest.approx(
        heat["supplied_MWh"], rel=1e-6
    )
    assert flows["works", "rejected"] == pytest.approx(
        short.summary["sources"]["works"]["rejected_MWh"], rel=1e-6
    )
    assert flows["network", "consumers (2)"] == pytest.approx(heat["delivered_MWh"], rel=1e-6)
    assert flows["network", "loss"] == pytest.approx(heat["network_loss_MWh"], rel=1e-6)
    assert ("network", "kept in water") in flows


def test_unmet_heat_is_named_beside_the_flow(short):
    picture = drawn(heat_flow(short))
    assert "0.025 MWh of" in picture.caption
    assert ("nobody", "unmet heat") in [row[:2] for row in picture.table.rows]


# By month


@pytest.mark.parametrize(("fixture", "periods"), [("whole", 12), ("short", 2)])
def test_both_bars_of_a_period_hold_the_energy_of_the_run(fixture, periods, request):
    run = request.getfixturevalue(fixture)
    picture, heat = drawn(monthly_balance(run)), run.summary["energy"]
    bars = {bar.name: bar for bar in picture.figure.data}
    assert all(len(bar.y) == periods for bar in bars.values())
    tops = bars["backup"].base + bars["backup"].y
    assert np.allclose(tops, bars["works"].y + bars["backup"].y)
    assert tops.sum() == pytest.approx(heat["supplied_MWh"], rel=1e-6)
    assert bars["delivered"].y.sum() == pytest.approx(heat["delivered_MWh"], rel=1e-6)
    assert np.allclose(bars["lost from the pipes"].base, bars["delivered"].y)
    assert sum(column(picture, "lost [MWh]")) == pytest.approx(heat["network_loss_MWh"], rel=1e-6)
    assert sum(column(picture, "unmet [MWh]")) == pytest.approx(heat["unmet_MWh"], rel=1e-6)
    assert {bars["works"].offsetgroup, bars["backup"].offsetgroup}.isdisjoint({bars["delivered"].offsetgroup})


def test_months_are_local_and_in_words(whole):
    picture = drawn(monthly_balance(whole))
    assert column(picture, "month")[::11] == ["January 2025", "December 2025"]
    local = calendar(whole.results).local
    july = whole.results["source_heat"].values[local.month == 7].sum() / 1e6
    assert column(picture, "works [MWh]")[6] + column(picture, "backup [MWh]")[6] == pytest.approx(
        july, rel=1e-6
    )


def test_unmet_heat_stands_on_top_and_only_if_it_is_notable(short, whole):
    top = {bar.name: bar for bar in drawn(monthly_balance(short)).figure.data}["unmet"]
    assert top.y.sum() == pytest.approx(0.025)
    assert top.marker.pattern.shape == "/"
    assert whole.summary["energy"]["unmet_MWh"] == pytest.approx(0.025)  # of 10 GWh: a number, no bar
    assert "unmet" not in [bar.name for bar in drawn(monthly_balance(whole)).figure.data]
    assert "0.025 MWh" in drawn(monthly_balance(whole)).caption


# Load duration


@pytest.mark.parametrize("fixture", ["whole", "short"])
def test_the_duration_curve_falls_and_its_areas_are_the_energies(fixture, request):
    run = request.getfixturevalue(fixture)
    picture = drawn(load_duration(run))
    areas = {trace.name: trace for trace in picture.figure.data if trace.stackgroup}
    top = sum(trace.y[:-1].astype(float) for trace in areas.values())
    assert (np.diff(top) <= 1e-6).all()
    assert top[0] == pytest.approx(run.summary["peak_kW"] / 1e3, rel=1e-6)
    for name, trace in areas.items():
        assert trace.y[:-1].sum(dtype=float) * trace.dx == pytest.approx(
            run.summary["sources"][name]["heat_MWh"], rel=1e-5
        )
        assert trace.x0 == 0.0
    dashed = next(trace for trace in picture.figure.data if not trace.stackgroup)
    assert (np.diff(dashed.y[:-1]) <= 1e-6).all()
    assert dashed.y[:-1].sum(dtype=float) * dashed.dx == pytest.approx(
        run.summary["energy"]["demand_MWh"], rel=1e-5
    )


def test_many_short_steps_keep_the_energy_in_few_points():
    heat = 1e6 + 5e5 * np.sin(np.arange(20_000)[:, np.newaxis] * [0.011, 0.37])
    run = finished(heat=heat, axis=berlin("2025-01-01T00:00:00", 20_000, step=5))
    areas = [trace for trace in drawn(load_duration(run)).figure.data if trace.stackgroup]
    assert all(len(trace.y) <= 9000 for trace in areas)
    energy = sum(trace.y[:-1].sum(dtype=float) * trace.dx for trace in areas)
    assert energy == pytest.approx(run.summary["energy"]["supplied_MWh"], rel=1e-5)


# Heat map


def test_the_heat_map_over_both_changes_of_clocks():
    """28 March to 27 October 2025 in Berlin, a heat that tells the hour."""
    axis = berlin("2025-03-27T23:00:00", 24 * 214)
    hour = np.arange(axis.steps, dtype=float)
    heat = np.stack([1e6 + 100.0 * hour, 0.0 * hour], axis=1)
    picture = drawn(heat_map(finished(handmade.case(axis=axis), heat)))
    cells = {trace.name: trace for trace in picture.figure.data}["works"]
    assert (cells.x0, cells.y0) == ("2025-03-28 12:00:00", 0)
    assert cells.z.shape == (24, 214)
    index = pd.date_range("2025-03-28", "2025-10-27", freq="D")
    spring, autumn = index.get_loc("2025-03-30"), index.get_loc("2025-10-26")
    assert np.argwhere(np.isnan(cells.z)).tolist() == [[2, spring]]
    double = np.flatnonzero(axis.local == np.datetime64("2025-10-26T02:00"))
    assert len(double) == 2
    assert cells.z[2, autumn] == pytest.approx(1.0 + 1e-4 * double.mean(), rel=1e-6)
    for when in ("2025-03-30T03", "2025-03-30T01", "2025-07-01T12", "2025-10-26T03", "2025-10-27T23"):
        (step,) = np.flatnonzero(axis.local == np.datetime64(when))
        at = index.get_loc(when[:10])
        assert cells.z[int(when[11:]), at] == pytest.approx(1.0 + 1e-4 * step, rel=1e-6)


def test_steps_below_an_hour_are_averaged_to_hours():
    run = finished(axis=berlin("2025-01-01T23:00:00", 3 * 24 * 12, step=300))
    total = next(trace for trace in drawn(heat_map(run)).figure.data if trace.name == "all")
    assert total.z.shape == (24, 3)
    hourly = run.results["source_heat"].values.sum(axis=1).reshape(-1, 12).mean(axis=1) / 1e6
    assert np.allclose(total.z.T.ravel(), hourly, rtol=1e-6)


def test_buttons_show_one_map_each(short):
    picture = drawn(heat_map(short))
    names = [trace.name for trace in picture.figure.data]
    assert names == ["all", "works", "backup", "unmet"]
    shown = [button.args[0]["visible"] for button in picture.figure.layout.updatemenus[0].buttons]
    assert np.array_equal(shown, np.eye(4, dtype=bool))
    assert [trace.visible for trace in picture.figure.data] == [True, False, False, False]


def test_a_long_run_has_several_days_in_a_column():
    axis = berlin("2024-12-31T23:00:00", 3 * 8760)
    cells = drawn(heat_map(finished(handmade.case(axis=axis)))).figure.data[0]
    assert cells.z.size <= 9000
    assert cells.dx == 3 * 86_400_000


def test_no_heat_map_of_a_single_day():
    assert why(heat_map(finished(steps=24))) == "the run is shorter than two days"


# Surplus heat


def test_what_a_stream_had_is_what_was_used_and_rejected(whole):
    picture, works = drawn(surplus_use(whole)), whole.summary["sources"]["works"]
    bars = {bar.name: bar.y.sum(dtype=float) for bar in picture.figure.data}
    assert bars["works: fed in"] == pytest.approx(works["direct_MWh"], rel=1e-5)
    assert bars["rejected"] == pytest.approx(works["rejected_MWh"], rel=1e-5)
    assert sum(column(picture, "had [MWh]")) == pytest.approx(works["available_MWh"], rel=1e-6)
    assert column(picture, "used [%]")[0] == pytest.approx(95.0, abs=0.1)  # 1.9 of 2 MW in January


def test_a_source_that_had_nothing_has_no_share():
    axis = berlin("2025-01-31T23:00:00", 24 * 61)
    off = IndustrialStream(
        name="works",
        node="plant",
        power=2e6,
        temperature=95.0,
        stops=(still("2025-02-01", "2025-02-28"),),
    )
    heat = handmade.trajectory(handmade.case(steps=axis.steps)).march.source_heat.copy()
    heat[: 24 * 28, 0] = 0.0
    picture = drawn(surplus_use(finished(handmade.case(axis=axis, sources=(off, GAS)), heat)))
    assert column(picture, "used [%]")[0] is None
    assert column(picture, "used [%]")[1] > 50.0


def test_the_longest_stop_with_its_margins(whole):
    picture = drawn(longest_stop(whole))
    layers = {trace.name: trace for trace in picture.figure.data}
    assert layers["works"].x0 == "2025-07-08 00:00:00"
    assert len(layers["works"].y) == (2 + 14 + 4) * 24 + 1
    assert (layers["works"].y[48 : 48 + 14 * 24] == 0.0).all()
    assert layers["works"].y[47] > 0.0 < layers["works"].y[48 + 14 * 24]
    (shade,) = picture.figure.layout.shapes
    assert (shade.x0, shade.x1) == ("2025-07-10 00:00:00", "2025-07-24 00:00:00")
    _, stop = whole.summary["standby"]["stops"]
    within = layers["backup"].y[48 : 48 + 14 * 24].sum(dtype=float)
    unit = 1.0 if "[MW]" in picture.figure.layout.yaxis.title.text else 1e-3
    assert within * unit == pytest.approx(stop["heat_MWh"]["backup"], rel=1e-5)
    assert "works had no heat for 14 days" in picture.caption
    assert "backup heated alone" in picture.caption
    assert "No heat was missed." in picture.caption


def test_a_stop_over_a_change_of_clocks_stays_in_time():
    """From 29 to 31 March the hour that is left out must not shift the rest."""
    axis = berlin("2025-03-25T23:00:00", 24 * 10)
    works = replace(handmade.case().sources[0], stops=(still("2025-03-29", "2025-03-31"),))
    stands = (axis.day >= np.datetime64("2025-03-29")) & (axis.day <= np.datetime64("2025-03-31"))
    heat = handmade.trajectory(handmade.case(steps=axis.steps)).march.source_heat.copy()
    heat[stands, 0] = 0.0
    run = finished(handmade.case(axis=axis, sources=(works, GAS)), heat)
    picture = drawn(longest_stop(run))
    layer = picture.figure.data[0]
    zero = np.flatnonzero(layer.y[:-1] == 0.0)
    first = pd.Timestamp(layer.x0)
    assert first + pd.Timedelta(hours=int(zero[0])) == pd.Timestamp("2025-03-29")
    assert first + pd.Timedelta(hours=int(zero[-1]) + 1) == pd.Timestamp("2025-04-01")
    assert "for 3 days, from 29 March 2025, 00:00 to 1 April 2025, 00:00" in picture.caption


def test_unmet_heat_in_a_stop_is_drawn_and_told():
    def missed(march):
        unmet, delivered = march.consumer_heat_unmet.copy(), march.consumer_heat_delivered.copy()
        cause = march.consumer_unmet_cause.copy()
        unmet[100:110, 0], cause[100:110, 0] = 3e5, Cause.CAPACITY
        delivered[100:110, 0] -= 3e5
        return {
            "consumer_heat_unmet": unmet,
            "consumer_heat_delivered": delivered,
            "consumer_unmet_cause": cause,
        }

    axis = TimeAxis(np.datetime64("2025-01-01T00:00:00"), 3600, 240, "UTC")
    works = replace(handmade.case().sources[0], stops=(still("2025-01-04", "2025-01-06"),))
    heat = handmade.trajectory(handmade.case(steps=240)).march.source_heat.copy()
    heat[72:144, 0] = 0.0
    run = finished(handmade.case(axis=axis, sources=(works, GAS)), heat, missed)
    picture = drawn(longest_stop(run))
    assert "3 MWh of" in picture.caption
    layer = {trace.name: trace for trace in picture.figure.data}["unmet"]
    unit = 1.0 if "[MW]" in picture.figure.layout.yaxis.title.text else 1e-3
    assert layer.y[:-1].sum(dtype=float) * unit == pytest.approx(3.0, rel=1e-5)


def test_without_surplus_heat_or_stop_there_is_a_reason(short):
    plants = finished(sources=(replace(GAS, name="one"), replace(GAS, name="two")))
    for picture in (surplus_use, longest_stop):
        assert why(picture(plants)) == "no source of surplus heat is in the case"
    assert why(longest_stop(short)) == "no surplus source stood still for a day or longer"


# Unmet heat


def test_unmet_heat_by_cause_and_consumer():
    def missed(march):
        unmet, cause = np.zeros_like(march.consumer_heat_unmet), np.zeros_like(march.consumer_unmet_cause)
        unmet[30:40, 0], cause[30:40, 0] = 2e5, Cause.TEMPERATURE
        unmet[60:64, 0], cause[60:64, 0] = 1e5, Cause.CAPACITY
        unmet[60, 1], cause[60, 1] = 5e5, Cause.CAPACITY
        delivered = march.consumer_heat_demand - unmet
        return {
            "consumer_heat_unmet": unmet,
            "consumer_heat_delivered": delivered,
            "consumer_unmet_cause": cause,
        }

    run = finished(handmade.case(axis=berlin("2025-01-01T00:00:00", 240)), change=missed)
    picture = drawn(unmet_heat(run))
    bars = {bar.name: bar.y.sum(dtype=float) for bar in picture.figure.data}
    assert bars == pytest.approx({"too cold": 2.0, "sources gave all": 0.9}, rel=1e-6)
    assert picture.table.rows[0][0] == "bakery"
    assert picture.table.rows[0][1] == pytest.approx(2.4)
    assert picture.table.rows[0][3:] == (14.0, "too cold", "2 January 2025, 07:00")
    assert picture.table.rows[1][3:] == (1.0, "sources gave all", "3 January 2025, 13:00")
    assert sum(column(picture, "unmet heat [MWh]")) == pytest.approx(
        run.summary["energy"]["unmet_MWh"], rel=1e-6
    )
    assert "2.9 MWh of" in picture.caption
    assert "in 14 h and at 2 of 2 consumers" in picture.caption
    assert "the worst day was 2 January 2025 (2 MWh)" in picture.caption


def test_nothing_notable_missed_is_no_picture(whole):
    assert why(unmet_heat(whole)).endswith(
        f"0.025 MWh of {whole.summary['energy']['demand_MWh']:,.0f} MWh asked for".replace(",", " ")
    )

    def nothing(march):
        return {
            "consumer_heat_unmet": 0.0 * march.consumer_heat_unmet,
            "consumer_unmet_cause": 0 * march.consumer_unmet_cause,
            "consumer_heat_delivered": march.consumer_heat_demand,
        }

    assert why(unmet_heat(finished(change=nothing))) == "nothing was missed"


# Emissions and cost


def test_bars_of_emissions_add_up_and_the_assumption_is_said(whole):
    picture, found = drawn(emissions(whole)), whole.summary["emissions"]
    here = [bar.x[0] for bar in picture.figure.data if bar.y[0] == "this network"]
    there = [bar.x[0] for bar in picture.figure.data if bar.y[0] != "this network"]
    assert len(here) == 2  # boiler and pumps; surplus heat emits nothing
    assert sum(here) == pytest.approx(found["total_t"], rel=1e-6)
    assert there == [pytest.approx(found["counterfactual_t"], rel=1e-6)]
    rows = {row[0]: row[1] for row in picture.table.rows}
    assert rows["saved"] == pytest.approx(found["counterfactual_t"] - found["total_t"])
    assert "Surplus heat (works) is counted with zero: an assumption" in picture.caption
    assert "t less" in picture.caption


def test_a_network_worse_than_its_alternative_says_so():
    heat = np.stack([np.zeros(48), np.full(48, 3e6)], axis=1)
    run = finished(heat=heat, **PRICED)
    assert run.summary["emissions"]["saved_t"] < 0.0
    picture = drawn(emissions(run))
    assert "t more" in picture.caption
    assert "t more" in picture.figure.layout.annotations[0].text
    assert "Surplus heat" not in picture.caption  # the works gave none


def test_cost_is_a_sum_of_its_parts(whole):
    picture, found = drawn(costs(whole)), whole.summary["economics"]
    (steps,) = picture.figure.data
    unit = 1e3 if "thousand" in picture.figure.layout.xaxis.title.text else 1.0
    assert steps.measure[-1] == "total"
    assert steps.x[:-1].sum(dtype=float) * unit == pytest.approx(found["operating_cost_EUR"], rel=1e-6)
    assert steps.x[-1] * unit == pytest.approx(found["operating_cost_EUR"], rel=1e-6)
    *parts, together = column(picture, "of the heat delivered [EUR/MWh]")
    assert sum(parts) == pytest.approx(together)
    assert together == pytest.approx(found["cost_EUR_per_MWh"])
    assert f"{found['cost_EUR_per_MWh']:.2f} EUR for each MWh delivered" in picture.caption
    assert "Investment" in picture.caption


def test_what_was_not_computed_says_why():
    plain = finished()
    assert why(emissions(plain)) == "no emissions section"
    assert why(costs(plain)) == "no prices"
    unpriced = finished(prices=Prices(electricity=90 / MWH))
    assert why(costs(unpriced)) == "no price for natural_gas"


# Any run


def fifteen() -> Run:
    streams = [
        IndustrialStream(name=f"stream {i}", node="plant", power=2e5, temperature=95.0) for i in range(8)
    ]
    plants = [replace(GAS, name=f"boiler {i}", power=1e6) for i in range(7)]
    heat = np.full((72, 15), 1e5)
    return finished(
        handmade.case(steps=72, axis=berlin("2025-01-01T00:00:00", 72), sources=(*streams, *plants)), heat
    )


def one_step() -> Run:
    run = finished(steps=8, **PRICED)
    return Run(None, run.results.isel(time=[7]), run.summary)


def with_gap() -> Run:
    run = finished(**PRICED)
    heat = run.results["source_heat"].copy(deep=True)
    heat[5, 0] = np.nan
    return Run(None, run.results.assign(source_heat=heat), run.summary)


NASTY = "<b>100 %{y} $x$</b><a href='//e.org'>&amp;\n"
RUNS = {
    "one step": one_step,
    "5 s": lambda: finished(axis=berlin("2025-01-01T00:00:00", 120, step=5), **PRICED),
    "no heat": lambda: finished(heat=np.zeros((48, 2)), **PRICED),
    "unlimited": lambda: finished(sources=(Ideal(name="any", node="plant"), GAS)),
    "fifteen sources": fifteen,
    "a gap": with_gap,
    "half an hour off": lambda: finished(
        axis=TimeAxis(np.datetime64("2025-01-01"), 900, 400, "Asia/Kolkata")
    ),
    "a name with mark-up": lambda: finished(
        sources=(replace(handmade.case().sources[0], name=NASTY), GAS), **PRICED
    ),
    "a year": lambda: year(**PRICED),
}


@pytest.mark.parametrize("which", RUNS)
def test_every_picture_of_any_run_is_drawn_or_says_why(which):
    run = RUNS[which]()
    for function in PICTURES:
        picture = function(run)
        if isinstance(picture, Missing):
            assert picture.reason
            continue
        written = picture.figure.to_json()
        assert "<a href" not in written.replace("\\u003c", "<")
        assert "<b>100" not in written.replace("\\u003c", "<")
        for trace in json.loads(written, parse_constant=pytest.fail)["data"]:  # NaN is no JSON
            assert "%{y} $x$" not in str(trace.get("hovertemplate"))
        for trace in picture.figure.data:
            for values in (getattr(trace, "y", None), getattr(trace, "z", None)):
                assert values is None or np.size(values) <= 9000
        width = len(picture.table.columns)
        assert len(set(picture.table.columns)) == width
        assert all(len(row) == width for row in picture.table.rows)
        assert not any(
            isinstance(cell, float) and not np.isfinite(cell) for row in picture.table.rows for cell in row
        )
        assert "nan" not in f"{picture.caption} {picture.label}".lower().split()


def test_a_run_without_heat_draws_no_heat():
    run = RUNS["no heat"]()
    for function in (heat_flow, monthly_balance, load_duration, heat_map):
        assert why(function(run)) == "no source fed any heat in"


def test_missing_steps_are_told():
    run = with_gap()
    for function in (heat_flow, monthly_balance, load_duration, heat_map):
        assert "1 step has missing values" in drawn(function(run)).caption
