"""Pictures of sites, lifted heat and storages hold the figures of the run."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pytest

from heatsym.report.balances import heat_flow
from heatsym.report.calendar import calendar
from heatsym.report.page import page
from heatsym.report.picture import Missing, Picture
from heatsym.report.sites import site_curves
from heatsym.report.storage import storage
from heatsym.report.surplus import surplus_use
from heatsym.simulation import Run
from heatsym.sources.availability import Stop
from heatsym.sources.site import Need
from tests.report import pages
from tests.report import sites_and_storages as made


@pytest.fixture(scope="module")
def run() -> Run:
    return made.run()


def drawn(found) -> Picture:
    assert isinstance(found, Picture), found
    return found


def traces(picture, name):
    return [trace for trace in picture.figure.data if trace.name == name]


def column(picture, head):
    at = picture.table.columns.index(head)
    return [row[at] for row in picture.table.rows]


def test_balance_of_the_mill(run):
    """2 MW of streams for 30 days; steam at 120 and water to 60 degC are wholly heated by them."""
    mill = run.summary["sites"]["paper mill"]
    hours = 24 * 30
    assert mill["streams_MWh"] == pytest.approx(2.0 * hours)
    assert mill["needs_MWh"] == pytest.approx(0.6 * hours)
    assert mill["recovered_MWh"] == pytest.approx(0.6 * hours)
    assert mill["outside_MWh"] == 0.0
    assert mill["left_MWh"] == pytest.approx(1.4 * hours)
    assert mill["left_MWh"] == pytest.approx(run.summary["sources"]["paper mill"]["available_MWh"])


def test_curves_meet_the_balance(run):
    """The composite curves end together at the top, the one of the needs begins at what is left."""
    picture, curves = drawn(site_curves(run)), run.summary["sites"]["paper mill"]["curves"]
    assert curves["streams"]["kW"][-1] == pytest.approx(2000.0)
    assert curves["needs"]["kW"][0] == pytest.approx(1400.0)
    assert curves["needs"]["kW"][-1] == pytest.approx(2000.0)
    assert curves["streams"]["degC"][-1] == 190.0
    assert curves["needs"]["degC"][0] == 15.0
    assert (curves["left"]["kW"][0], curves["left"]["kW"][-1]) == pytest.approx((0.0, 1400.0))
    assert curves["network"]["degC"] == [45.0, 80.0]
    direct = run.results["source_heat_direct"].sel(source="paper mill").values
    assert curves["network"]["kW"] == pytest.approx([direct.max() / 1e3, 0.0])
    (streams,) = traces(picture, "streams of the works")
    assert max(streams.x) == pytest.approx(2.0)  # MW
    assert "432 MWh (30 %) heated the works itself" in picture.caption
    assert not traces(picture, "pinch")
    assert "pinch_degC" not in curves  # nothing comes from outside


def test_curves_keep_their_distance(run):
    """Wherever both have heat, streams are warmer than needs, by the approaches of both and no less."""
    curves = run.summary["sites"]["paper mill"]["curves"]
    heat = np.linspace(1401.0, 1999.0, 200)
    hot = np.interp(heat, curves["streams"]["kW"], curves["streams"]["degC"])
    cold = np.interp(heat, curves["needs"]["kW"], curves["needs"]["degC"])
    assert (hot - cold).min() >= 10.0


def test_a_pinch_is_drawn_where_there_is_one():
    """More steam at 120 degC than the flue gas gives above 125: its boiler brings the rest, and pinches."""
    steam = Need(name="steam", power=9e5, start=120.0, end=120.0)
    found = made.run(48, replace(made.MILL, needs=(steam,)))
    mill = found.summary["sites"]["paper mill"]
    assert mill["outside_MWh"] == pytest.approx((9e5 - 5e5) * 48 / 1e6)  # 10 kW/K from 175 to 125 degC
    assert mill["curves"]["pinch_degC"] == 125.0
    (line,) = drawn(site_curves(found)).figure.layout.shapes
    assert (line.y0, line.y1, line.yref) == (125.0, 125.0, "y2")


def test_lifted_heat_is_hatched_and_its_electricity_stands_beside(run):
    picture = drawn(surplus_use(run))
    (lifted,) = traces(picture, "wastewater: lifted by a heat pump")
    (electricity,) = traces(picture, "electricity of the lift")
    assert lifted.marker.pattern.shape == "+"
    assert np.sum(lifted.y) == pytest.approx(0.2 * 720, rel=1e-6)
    assert np.sum(electricity.y) == pytest.approx(0.1 * 720, rel=1e-6)
    assert electricity.offsetgroup != lifted.offsetgroup
    assert np.sum(column(picture, "electricity [MWh]")) == pytest.approx(0.1 * 720, rel=1e-6)
    plain = drawn(surplus_use(pages.run()))
    assert not traces(plain, "electricity of the lift")
    assert "lectricity" not in plain.caption


def test_electricity_of_a_lift_flows_beside_its_source(run):
    """A stream gives what it has: 144 MWh of 432 are drawn, 72 MWh of electricity are added."""
    flows = {(row[0], row[1]): row[2] for row in drawn(heat_flow(run)).table.rows}
    assert flows["wastewater", "network"] == pytest.approx(0.2 * 720)
    assert flows["wastewater", "rejected"] == pytest.approx(0.4 * 720)
    assert flows["electricity", "network"] == pytest.approx(0.1 * 720)
    given = sum(value for (_, to), value in flows.items() if to == "network")
    taken = sum(value for (start, _), value in flows.items() if start == "network")
    assert given == pytest.approx(taken, rel=1e-6)


def test_storage_tells_what_it_took_gave_and_lost(run):
    """Lost: what went in less what came out less what is in it more, by the made energies."""
    full = made.with_storages(run)
    picture = drawn(storage(full))
    energy, heat = made.energies(720, calendar(full.results).hours)
    charged = np.maximum(heat, 0.0).sum(axis=0) / 1e6
    assert np.sum(column(picture, "charged [MWh]")) == pytest.approx(charged.sum())
    pit = [row for row in picture.table.rows if row[0] == "pit"]
    assert max(row[5] for row in pit) == pytest.approx(energy[:, 1].max() / 3.6e9)
    lost = (1e-3 / (1.0 - 1e-3) * energy[1:].sum(axis=0)) / 3.6e9
    (said,) = [part for part in picture.caption.split(". ") if part.startswith("pit held")]
    assert float(said.split("; ")[1].split(" MWh")[0].replace(" ", "")) == pytest.approx(lost[1], rel=1e-3)


def test_temperatures_are_drawn_where_they_are_known(run):
    picture = drawn(storage(made.with_storages(run)))
    assert len({trace.yaxis for trace in picture.figure.data}) == 3  # heat of both, temperatures of the tank
    assert len(traces(picture, "top")) == 1
    plain = drawn(storage(made.with_storages(run, temperatures=False)))
    assert not traces(plain, "top")
    assert set(column(plain, "top, mean [°C]")) == {None}


def test_a_year_is_drawn_by_days():
    picture = drawn(storage(made.with_storages(made.run(8760))))
    assert max(len(trace.y) for trace in picture.figure.data) == 365


def test_a_works_that_stands_still_has_no_curves():
    stop = Stop(start=datetime.date(2025, 1, 1), end=datetime.date(2025, 1, 31))
    assert isinstance(site_curves(made.run(48, replace(made.MILL, stops=(stop,)))), Missing)


def test_names_are_shown_literally():
    name = "<b>mill</b><script>x</script>"
    picture = drawn(site_curves(made.run(48, replace(made.MILL, name=name))))
    assert "<b>" not in picture.figure.layout.annotations[0].text
    assert "<script" not in page(made.run(48, replace(made.MILL, name=name)), pages.MANIFEST).split("mill")[1]


def test_nothing_is_said_where_there_is_nothing():
    plain = pages.run()
    assert site_curves(plain) is None
    assert storage(plain) is None
    empty = made.with_storages(plain, temperatures=False)
    blank = empty.results.assign(storage_energy=empty.results["storage_energy"] * np.nan)
    assert isinstance(storage(Run(None, blank, {})), Missing)
