"""From sector and annual heat to a stream: energy of a year, calendars by hand, what is said of it."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context, Monthly
from heatsym.physics.stream import direct_heat
from heatsym.sources.annual import calendar_year, power_of_year, profile_weights
from heatsym.sources.archetypes import archetype, profiles, sectors, usual_outages
from heatsym.sources.availability import Campaign, Outages, Stop, running_by_chance
from heatsym.sources.industrial import IndustrialStream
from heatsym.tables import read_table

GWH = 3.6e12
MWH = 3.6e9


def context(when: TimeAxis) -> Context:
    return Context(when, np.zeros(when.steps))


def works(**what: object) -> IndustrialStream:
    return IndustrialStream(name="works", node="n", **what)


def energy(source: IndustrialStream, when: TimeAxis) -> float:
    return float(source.stream(context(when)).available.sum()) * when.step


@settings(deadline=None, max_examples=60)
@given(
    year=st.integers(1990, 2060),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/New_York", "UTC"]),
    sector=st.sampled_from(sectors()),
    profile=st.one_of(st.none(), st.sampled_from(profiles())),
    step=st.sampled_from([3600, 1800]),
)
def test_a_calendar_year_has_its_heat(year, zone, sector, profile, step):
    """Whatever its sector, its hours and its summer time; a leap year has no more than another."""
    hours = calendar_year(year, zone)
    when = TimeAxis(hours.start, step, hours.steps * 3600 // step, zone)
    source = works(sector=sector, profile=profile, annual_heat=7 * GWH, temperature=95.0)
    assert energy(source, when) == pytest.approx(7 * GWH, rel=1e-12)
    assert energy(source, TimeAxis(when.start, step, when.steps // 3, zone)) < 7 * GWH


def test_a_part_of_a_year_has_its_part():
    """Of a flat year a week has 7/365; two halves of two years have the heat of one."""
    source = works(profile="continuous", annual_heat=365 * MWH, temperature=95.0)
    week = TimeAxis(np.datetime64("2025-05-01", "s"), 3600, 168, "UTC")
    assert energy(source, week) == pytest.approx(7 * MWH)
    over = TimeAxis(np.datetime64("2023-07-02T12", "s"), 3600, 8772, "UTC")  # half of 2023, half of 2024
    assert energy(source, over) == pytest.approx(365 * MWH)


def test_two_shifts_by_hand():
    """16 h full and 8 h at a tenth on working days; weekends at a tenth: 261 and 104 days of 2025."""
    year = calendar_year(2025, "UTC")
    weights = profile_weights(year, "two_shifts")
    assert weights.sum() == pytest.approx(261 * (16 + 0.8) + 104 * 2.4)
    source = works(sector="food", annual_heat=1000 * MWH)
    power = source.stream(context(year)).available
    full = 1000 * MWH / 3600 / (261 * 16.8 + 104 * 2.4)
    assert power[5:8] == pytest.approx([0.1 * full, full, full])  # Wednesday, 1 January, from 05:00
    assert power[3 * 24 + 12] == pytest.approx(0.1 * full)  # Saturday


def test_summer_peak_is_ten_percent():
    year = calendar_year(2025, "UTC")
    weights = profile_weights(year, "summer_peak")
    assert set(weights[(year.month >= 6) & (year.month <= 8)]) == {1.1}
    assert set(weights[(year.month < 6) | (year.month > 8)]) == {1.0}


def test_cement_by_sector_alone():
    """300 degC down to 120, off for three weeks from 27 December, flat otherwise: 344 days of 2025."""
    year = calendar_year(2025, "UTC")
    source = works(sector="cement", annual_heat=344 * 24 * MWH)
    power = source.stream(context(year)).available
    still = power == 0.0
    assert [str(day) for day in np.unique(year.day[still])[[0, 15, 16, -1]]] == [
        *("2025-01-01", "2025-01-16", "2025-12-27", "2025-12-31")
    ]
    assert power[~still] == pytest.approx(1e6)
    site = Site(np.full(year.steps, 90.0), np.full(year.steps, 50.0))
    offer = source.offer(context(year), site)
    heat = np.minimum(offer.power, offer.conductance * (offer.t_hot - 50.0))
    assert heat == pytest.approx(direct_heat(power, 300.0, 120.0, 50.0, 90.0, 15.0))
    assert source.basis() == (
        "power and temperature of works: assumed",
        "works as usual in cement: stream of 300 degC, counted down to 120 degC, approach 15 K, profile"
        " continuous, stops of 21 days from 12-27 (assumed)",
        "works: no closure, though 0.02 of such works close in a year (assumed)",
    )


def test_everything_usual_can_be_said_otherwise():
    year = calendar_year(2025, "UTC")
    plain = {"sector": "cement", "annual_heat": GWH}
    own = works(**plain, temperature=90.0, profile="two_shifts", stops=(), approach=5.0)
    assert own.lowest_temperature is None  # 120 degC is not below 90: all of the heat is usable
    assert own.least_difference == 5.0
    assert (own.stream(context(year)).available > 0.0).all()
    assert works(**plain, temperature=Monthly((200.0,) * 11 + (110.0,))).lowest_temperature is None
    assert works(**plain, limit_temperature=60.0).lowest_temperature == 60.0
    stop = Stop(start=datetime.date(2025, 8, 1), end=datetime.date(2025, 8, 31))
    assert energy(works(**plain, stops=(stop,)), year) == pytest.approx(GWH)
    winter = Campaign(start=datetime.date(2025, 10, 1), end=datetime.date(2025, 12, 31))
    campaign = works(**plain, stops=(), campaigns=(winter,)).stream(context(year)).available
    assert campaign[year.month < 10].max() == 0.0
    assert campaign.sum() * 3600 == pytest.approx(GWH)


def test_what_nobody_planned_comes_on_top():
    """Outages by the sector's rate and the factor take heat from the year; planned stops do not."""
    year = calendar_year(2025, "UTC")
    source = works(sector="steel", annual_heat=GWH, outages=Outages(seed=4), availability=0.9)
    rate, repair, status = usual_outages("industrial", "steel")
    assert (rate, repair, status) == (12.0, 12 * 3600.0, "assumed")
    whole = works(sector="steel", annual_heat=GWH).stream(context(year)).available
    left = 0.9 * running_by_chance(year, "works", rate, repair, 4)
    assert source.stream(context(year)).available == pytest.approx(whole * left)
    assert "12 a year, 12 h each, out of order for 1.6 % of time, seed 4 (assumed)" in source.basis()[-1]
    assert usual_outages("boiler") == (4.0, 86_400.0, "assumed")


def test_heat_of_fuel():
    """Of 100 GWh of fuel in minerals 15 are surplus heat; the mean of all industry is published as 13 %."""
    year = calendar_year(2025, "UTC")
    source = works(sector="minerals", annual_fuel=100 * GWH, temperature=95.0)
    assert energy(source, year) == pytest.approx(15 * GWH)
    assert any("0.15 of the fuel (published)" in said for said in source.basis())
    shares = [archetype("industrial", name).values.get("heat_per_fuel") for name in sectors()]
    known = [share for share in shares if share is not None]
    assert min(known) == 0.09
    assert max(known) == 0.29
    assert np.mean(known) == pytest.approx(0.13, abs=0.03)


def test_tables_agree():
    """Every sector has both tables, stops that are days, and a limit below its temperature."""
    named = {row["sector"] for row in read_table("stream_archetypes") if row["kind"] == "industrial"}
    assert set(sectors()) == named
    for sector in sectors():
        usual = archetype("industrial", sector)
        assert usual.profile in profiles()
        assert {"outage_rate", "repair", "closure_hazard", "approach"} <= set(usual.values)
        if "temperature" in usual.values:
            assert usual.values["limit_temperature"] < usual.values["temperature"]


def test_without_any_weight_there_is_no_heat():
    when = calendar_year(2025, "UTC")
    assert power_of_year(when, GWH, lambda axis: np.zeros(axis.steps)).max() == 0.0


def test_pages_have_the_values_of_the_tables():
    """The table of sectors on the page of sources, and the temperatures of kinds on that of case files."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    page = (docs / "own-sources.md").read_text("utf-8")
    for sector in sectors():
        usual = archetype("industrial", sector)
        value = usual.values
        warm = "to be given"
        if "temperature" in value:
            warm = f"{value['temperature']:g} -> {value['limit_temperature']:g} degC"
        spread = "; ".join((usual.profile, ", ".join(f"{days} d from {day}" for day, days in usual.stops)))
        fuel = f"{value['heat_per_fuel']:g}" if "heat_per_fuel" in value else "-"
        fails = f"{value['outage_rate']:g}, {value['repair']:g}"
        assert f"| `{sector}` | {warm} | {spread.strip('; ')} | {fails} | {fuel} |" in page
    kinds = (docs / "case-file.md").read_text("utf-8")
    for kind in ("wastewater", "electrolyser", "supermarket", "ice_rink"):
        (row,) = (line for line in kinds.splitlines() if line.startswith(f"| `{kind}`"))
        value = archetype(kind).values
        assert f"{value['temperature']:g} degC, cooled by {value['cooling']:g} K" in row
    (row,) = (line for line in kinds.splitlines() if line.startswith("| `data_centre`"))
    for cooled_by, unit in (("air", " degC"), ("liquid", "")):
        value = archetype("data_centre", cooled_by).values
        assert f"{cooled_by} ({value['temperature']:g}{unit}, " in row
        assert f"{value['cooling']:g}" in row
