"""The pictures of the network and its water show what the results hold."""

from __future__ import annotations

import re

import numpy as np
import plotly.graph_objects as go
import pytest
import xarray as xr

from heatsym.report.losses import losses
from heatsym.report.map import network_map
from heatsym.report.picture import Missing, Picture
from heatsym.report.pressures import pressure_profile
from heatsym.report.temperatures import temperatures
from heatsym.results.balance import balance
from heatsym.results.dataset import dataset
from heatsym.simulation import Run
from tests import handmade

PICTURES = (network_map, pressure_profile, temperatures, losses)


def results(steps: int = 48, step: int = 3600) -> xr.Dataset:
    """Two houses on two trenches."""
    case = handmade.case(steps=max(steps, 8), step=step)
    return dataset(case, handmade.trajectory(case)).isel(time=slice(steps))


def drawn(draw, data: xr.Dataset) -> Picture:
    """The picture, which must be there."""
    picture = draw(Run(None, data, {}))
    assert isinstance(picture, Picture)
    return picture


def column(picture: Picture, head: str) -> list:
    """A column of the table."""
    return [row[picture.table.columns.index(head)] for row in picture.table.rows]


def named(picture: Picture, start: str) -> go.Scatter:
    """The one trace whose name starts so."""
    (trace,) = [trace for trace in picture.figure.data if (trace.name or "").startswith(start)]
    return trace


def segments(trace) -> list[tuple[float, float, float, float]]:
    """Start and end of each straight line of a trace with gaps: x, y, x, y."""
    x, y = (np.asarray(values, dtype=float).reshape(-1, 3) for values in (trace.x, trace.y))
    assert np.isnan(x[:, 2]).all()
    return [(*ends[0], *ends[1]) for ends in zip(x[:, :2].tolist(), y[:, :2].tolist(), strict=True)]


def lines(picture: Picture) -> list:
    """Traces of the map that hold trenches."""
    return [t for t in picture.figure.data if t.hoverinfo == "skip" and t.x is not None and len(t.x) % 3 == 0]


def looped() -> xr.Dataset:
    """Plant, corner and end; from plant to corner 700 and, in parallel, 400 m, from plant to end 2000 m."""
    data = results().isel(pipe=[0, 1, 0, 0])
    data = data.assign_coords(pipe=["long", "last", "short", "ring"])
    data["pipe_to"] = ("pipe", np.array(["corner", "end", "corner", "end"]))
    data["pipe_length"] = ("pipe", np.array([700.0, 300.0, 400.0, 2000.0]))
    return data


# --- map


def test_the_map_tells_loss_velocity_and_temperature_of_each_trench():
    data = results()
    data["pipe_velocity"][5, 1] = -2.5  # fast against the sense of the trench
    data["pipe_mass_flow"][:24, 0] = 0.0
    data["pipe_supply_temperature"][:24, 0] = 20.0  # rests and cools: does not count
    picture = drawn(network_map, data)
    assert column(picture, "loss [W/m]") == pytest.approx([4.1e4 / 700.0, 1.7e4 / 300.0])
    assert column(picture, "highest velocity [m/s]") == pytest.approx([1.1, 2.5])
    assert column(picture, "mean supply temperature [°C]") == pytest.approx([80.0, 80.0])
    assert column(picture, "peak flow [kg/s]") == pytest.approx(
        np.abs(data["pipe_mass_flow"].values).max(axis=0).tolist()
    )


def test_longitude_and_latitude_become_metres():
    picture = drawn(network_map, results())
    lengths = {
        round(np.hypot(x2 - x1, y2 - y1), 3) for trace in lines(picture) for x1, x2, y1, y2 in segments(trace)
    }

    def great_circle(lon1, lat1, lon2, lat2):  # haversine
        lon1, lat1, lon2, lat2 = np.radians([lon1, lat1, lon2, lat2])
        h = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
        return 2 * 6371e3 * np.arcsin(np.sqrt(h))

    expected = [great_circle(12.08, 54.18, 12.09, 54.18), great_circle(12.09, 54.18, 12.10, 54.19)]
    assert sorted(lengths) == pytest.approx(expected, rel=1e-3)
    assert picture.figure.layout.yaxis.scaleanchor == "x"


def test_each_button_shows_every_trench_once():
    picture = drawn(network_map, looped())
    (menu,) = picture.figure.layout.updatemenus
    assert len(menu.buttons) == 3
    for button in menu.buttons:
        visible = button.args[0]["visible"]
        assert len(visible) == len(picture.figure.data)
        shown = [t for t, on in zip(picture.figure.data, visible, strict=True) if on]
        assert sum(len(segments(t)) for t in shown if t in lines(picture)) == 4
        groups = {t.legendgrouptitle.text for t in shown if t.legendgroup == "colour"}
        assert len(groups) == 1
        assert groups.pop().startswith(("Heat loss", "Highest vel", "Mean supply"))
    first = [t.visible for t in picture.figure.data]
    assert first == list(menu.buttons[0].args[0]["visible"])


def test_a_trench_has_the_colour_of_the_class_it_falls_into():
    data = results().isel(pipe=[0, 1, 1, 1, 1, 1])
    data = data.assign_coords(pipe=[f"P{i}" for i in range(6)])
    data["pipe_length"] = ("pipe", np.full(6, 1.0))
    loss = np.array([10.2, 14.0, 17.9, 22.0, 25.9, 29.9])
    data["pipe_heat_loss"] = (("time", "pipe"), np.tile(loss, (48, 1)))
    east = np.array([0.0, 700.0, 1000.0])
    data = data.drop_vars(["node_lon", "node_lat"]).assign_coords(
        node_x=("node", east), node_y=("node", 0.0 * east)
    )
    picture = drawn(network_map, data)
    key = [t for t in picture.figure.data if t.legendgroup == "colour" and t.visible]
    limits = [tuple(map(float, t.name.split(" – "))) for t in key]
    assert limits == [(8, 12), (12, 16), (16, 20), (20, 24), (24, 28), (28, 32)]
    for (low, high), entry in zip(limits, key, strict=True):
        same = [t for t in lines(picture) if t.visible and t.line.color == entry.line.color]
        assert sum(len(segments(t)) for t in same) == ((loss >= low) & (loss < high)).sum() == 1


def test_consumers_that_miss_heat_are_marked_and_told():
    data = results()
    data["consumer_heat_unmet"][:, 1] = 5e4
    data["consumer_dwellings"] = ("consumer", np.array([np.nan, 12.0]))
    picture = drawn(network_map, data)
    (text,) = named(picture, "more than 0.1 % unmet").text
    assert "Süßmosterei" in text
    assert "12 homes" in text
    assert "2.4 MWh unmet" in text
    (other,) = named(picture, "heat delivered").text
    assert "bakery" in other
    assert "home" not in other
    assert {"works", "backup"} <= {trace.name for trace in picture.figure.data}
    at = [(t.x[0], t.y[0]) for t in picture.figure.data if t.legendgroup == "sources"]
    assert len(set(at)) == 2  # both at the plant, side by side


def test_the_map_says_why_it_is_missing():
    data = results().drop_vars(["node_lon", "node_lat"])
    answer = network_map(Run(None, data, {}))
    assert isinstance(answer, Missing)
    assert "coordinates" in answer.reason
    data = results()
    data = data.assign_coords(node_lon=("node", [12.0, np.nan, 12.1]))
    assert isinstance(network_map(Run(None, data, {})), Missing)
    data = data.assign_coords(node_lon=("node", [12.0, 12.1, np.nan]))
    assert "not shown: 1 trench." in drawn(network_map, data).caption


def test_a_large_network_has_no_more_traces_and_short_ones():
    data = results(steps=3)
    many = data.isel(pipe=np.arange(10_000) % 2)
    many = many.assign_coords(pipe=[f"P{i}" for i in range(10_000)])
    rng = np.random.default_rng(5)
    many["pipe_heat_loss"] = many["pipe_heat_loss"] * rng.uniform(0.1, 1.0, 10_000)
    many["pipe_mass_flow"] = many["pipe_mass_flow"] * rng.uniform(0.0, 1.0, 10_000)
    for draw in PICTURES:
        picture = drawn(draw, many)
        assert len(picture.figure.data) < 80
        assert len(picture.table.rows) <= 300
        assert len(picture.figure.to_json()) < 2.5e6
    assert max(len(t.x) for t in drawn(pressure_profile, many).figure.data) <= 9000


# --- pressures


def test_distances_are_the_shortest_ways_and_end_at_the_critical_consumer():
    data = looped()
    step = int(data["source_mass_flow"].values.sum(axis=1).argmax())
    data["node_supply_pressure"][step] = [7e5, 6e5, 5e5]
    data["node_return_pressure"][step] = [3e5, 3.5e5, 4e5]
    picture = drawn(pressure_profile, data)
    assert picture.table.rows == (
        ("plant", 0.0, 7.0, 3.0, 4.0, 3.0),
        ("corner", 400.0, 6.0, 3.5, 2.5, 4.0),
        ("end", 700.0, 5.0, 4.0, 1.0, 5.0),
    )
    assert "1.00 bar at Süßmosterei, 700 m" in picture.caption
    branches = segments(named(picture, "supply, other"))
    assert sorted(branches) == [
        (0.0, 400.0, 7.0, 6.0),
        (0.0, 400.0, 7.0, 6.0),
        (0.0, 700.0, 7.0, 5.0),
        (400.0, 700.0, 6.0, 5.0),
    ]


def test_the_way_ends_in_the_part_where_it_begins():
    """Closed trenches leave the end to another plant, which keeps the least difference there."""
    data = looped()
    step = int(data["source_mass_flow"].values.sum(axis=1).argmax())
    data["node_supply_pressure"][step] = [7e5, 6e5, 5e5]
    data["node_return_pressure"][step] = [3e5, 3.5e5, 4e5]
    data["pipe_mass_flow"][step, [1, 3]] = 0.0
    picture = drawn(pressure_profile, data)
    assert [row[0] for row in picture.table.rows] == ["plant", "corner"]
    assert "2.50 bar at bakery, 400 m" in picture.caption


def test_the_step_is_that_of_the_largest_flow_in_local_time():
    data = results()
    data["source_mass_flow"][:] = 1.0
    data["source_mass_flow"][30, 1] = 5.0
    data.attrs["timezone_of_the_case"] = "Europe/Berlin"
    picture = drawn(pressure_profile, data)
    assert picture.caption.startswith("2025-01-02 07:00: 6 kg/s")
    assert "bar at backup" in picture.caption


def test_a_consumer_that_draws_nothing_is_not_critical():
    data = looped()
    step = int(data["source_mass_flow"].values.sum(axis=1).argmax())
    data["node_supply_pressure"][step] = [7e5, 6e5, 5e5]
    data["consumer_mass_flow"][step, 1] = 0.0
    assert [row[0] for row in drawn(pressure_profile, data).table.rows] == ["plant", "corner"]


def test_hot_water_shows_the_pressure_at_which_it_boils():
    data = results()
    data["node_supply_temperature"][:] = 120.0
    level = named(drawn(pressure_profile, data), "supply boils below")
    assert np.asarray(level.y) == pytest.approx(
        1.987 - 1.013, abs=0.002
    )  # steam table: 1.987 bar at 120 degC
    names = [trace.name for trace in drawn(pressure_profile, results()).figure.data]
    assert "supply boils below" not in names


# --- temperatures


def test_the_supply_is_mixed_by_flow_and_the_coldest_is_of_those_that_draw():
    data = results()
    data["source_mass_flow"][:] = [1.0, 3.0]
    data["source_supply_temperature"][:] = [90.0, 60.0]
    data["source_return_temperature"][:] = [48.0, 42.0]
    data["consumer_supply_temperature"][:] = [66.0, 30.0]
    data["consumer_supply_temperature"][10, 0] = 61.0
    data["consumer_mass_flow"][:, 0], data["consumer_mass_flow"][:, 1] = 1.0, 0.0
    rows = {row[1]: row[2:] for row in drawn(temperatures, data).table.rows}
    assert rows["supply, leaving the sources"] == pytest.approx((67.5, 67.5, 67.5))
    assert rows["coldest supply at a consumer"] == pytest.approx(((47 * 66.0 + 61.0) / 48, 61.0, 66.0))
    assert rows["return at the leading source"] == pytest.approx((42.0, 42.0, 42.0))


def test_a_long_run_is_shown_by_local_day_with_its_extremes():
    data = results(steps=24 * 20)
    data.attrs["timezone_of_the_case"] = "Europe/Berlin"
    data["source_supply_temperature"][:] = 80.0
    data["source_supply_temperature"][23 + 7] = 104.0  # the second whole day in Berlin
    data["consumer_supply_temperature"][23 + 5, 1] = 55.0
    picture = drawn(temperatures, data)
    supply, cold = named(picture, "supply, leaving"), named(picture, "coldest supply")
    assert (supply.x0, supply.dx, len(supply.y)) == ("2025-01-01 00:00:00", 86_400_000, 21)
    assert np.asarray(supply.y)[[1, 2]] == pytest.approx([81.0, 80.0])
    assert np.asarray(named(picture, "supply, lowest to highest").y)[[1, 2]] == pytest.approx([104.0, 80.0])
    assert np.asarray(cold.y)[[1, 2]] == pytest.approx([55.0, 80.0])


def test_a_short_run_is_shown_by_hour_and_a_very_short_one_by_minute():
    hours = named(drawn(temperatures, results()), "outdoor air")
    assert (hours.dx, len(hours.y)) == (3_600_000, 48)
    minutes = named(drawn(temperatures, results(steps=60, step=5)), "outdoor air")
    assert (minutes.dx, len(minutes.y)) == (60_000, 5)


def test_a_skipped_hour_is_a_gap_and_does_not_shift_the_rest():
    data = results()
    time = np.datetime64("2025-03-29T12:00:00", "ns") + np.arange(48) * np.timedelta64(3600, "s")
    data = data.assign_coords(time=time)
    data["air_temperature"][:] = np.arange(48.0)
    data.attrs["timezone_of_the_case"] = "Europe/Berlin"
    picture = drawn(temperatures, data)
    assert {len(trace.y) for trace in picture.figure.data} == {49}
    air = np.asarray(named(picture, "outdoor air").y)
    assert np.flatnonzero(np.isnan(air)).tolist() == [13]  # 13:00 + 13 h: two o'clock, which there is not
    assert air[12] == 12.0
    assert air[14] == 13.0


def test_water_below_the_minimum_is_counted_in_hours():
    data = results()
    data["consumer_minimum_supply_temperature"] = ("consumer", [70.0, np.nan])
    data["consumer_supply_temperature"][:3] = [69.0, 40.0]
    picture = drawn(temperatures, data)
    assert np.asarray(named(picture, "highest minimum").y) == pytest.approx(70.0)
    assert "1 of 2 consumers ask for a minimum temperature; 1 of them had colder water" in picture.caption
    assert "in 3 h in all" in picture.caption


# --- losses


def test_losses_add_up_and_are_related_to_the_supply():
    data = results(steps=24 * 90)
    picture = drawn(losses, data)
    assert column(picture, "month") == ["January 2025", "February 2025", "March 2025"]
    assert column(picture, "heat loss [MWh]") == pytest.approx([0.058 * 24 * days for days in (31, 28, 31)])
    supplied = balance(data).energy(balance(data).supplied) / 3.6e9
    assert sum(column(picture, "heat supplied [MWh]")) == pytest.approx(supplied)
    for _, lost, fed, share in picture.table.rows:
        assert share == pytest.approx(100.0 * lost / fed)
    _, worst = picture.figure.data
    assert [name.strip() for name in picture.figure.layout.yaxis2.ticktext] == ["P1", "P2"]
    assert np.asarray(worst.x) == pytest.approx([0.041 * 24 * 90, 0.017 * 24 * 90])
    assert "58.6 W/m" in worst.text[0]


def test_long_names_that_look_alike_stay_two_bars():
    data = results()
    data = data.assign_coords(pipe=[f"the same long beginning of a name {i}" for i in range(2)])
    assert len(set(drawn(losses, data).figure.data[1].y)) == 2


def test_short_runs_lose_by_day_and_a_day_without_supply_has_no_share():
    data = results(steps=48)
    data["source_heat"][24:] = 0.0
    picture = drawn(losses, data)
    assert column(picture, "day") == ["1 January 2025", "2 January 2025"]
    assert column(picture, "share [%]")[1] is None
    data["network_heat_loss"][:] = 0.0
    assert isinstance(losses(Run(None, data, {})), Missing)


# --- all of them


@pytest.mark.parametrize("draw", PICTURES)
@pytest.mark.parametrize(("steps", "step"), [(1, 3600), (1, 5), (700, 5), (30 * 24, 3600)])
def test_any_length_of_run_has_its_pictures(draw, steps, step):
    picture = drawn(draw, results(steps, step))
    assert re.fullmatch("[a-z-]+", picture.key)
    assert "nan" not in f"{picture.title} {picture.caption} {picture.label}".lower()
    assert all(len(row) == len(picture.table.columns) for row in picture.table.rows)


@pytest.mark.parametrize("draw", PICTURES)
def test_a_network_at_rest_gives_a_reason_or_a_picture(draw):
    data = results()
    for name in ("pipe_mass_flow", "pipe_return_mass_flow", "consumer_mass_flow", "source_mass_flow"):
        data[name][:] = 0.0
    for name in ("node_supply_pressure", "node_return_pressure", "source_supply_temperature"):
        data[name][:] = np.nan
    for name in ("pipe_velocity", "source_heat", "consumer_heat_delivered", "consumer_heat_demand"):
        data[name][:] = 0.0
    answer = draw(Run(None, data, {}))
    if draw in (pressure_profile, temperatures):
        assert isinstance(answer, Missing)
        assert answer.reason
    else:
        assert isinstance(answer, Picture)
        assert "nan" not in answer.caption


@pytest.mark.parametrize("draw", PICTURES)
def test_names_are_shown_as_they_are_written(draw):
    evil = '<a href="x">%{x}</a><br>&amp;'
    data = results()
    for name in ("pipe", "consumer", "source", "node"):
        data = data.assign_coords({name: [f"{evil}{i}" for i in range(data.sizes[name])]})
    for name in ("pipe_from", "pipe_to", "consumer_node", "source_node"):
        old = dict(zip(("plant", "corner", "end"), data["node"].values, strict=True))
        data[name] = (data[name].dims, np.array([old[value] for value in data[name].values]))
    data["consumer_kind"] = ("consumer", np.array([evil, evil]))
    data["source_partner"] = ("source", np.array([evil, evil]))
    figure = drawn(draw, data).figure
    written = figure.to_json()
    assert "<a" not in written
    assert "\\u003ca" not in written
    assert not any("href" in (trace.hovertemplate or "") for trace in figure.data)
