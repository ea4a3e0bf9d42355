"""Data centre, wastewater, electrolyser, supermarket and ice rink: their heat and its use by hand."""

from __future__ import annotations

import datetime
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context, Monthly, Series
from heatsym.sources.annual import calendar_year
from heatsym.sources.availability import Campaign, Outages, running_by_chance
from heatsym.sources.data_centre import DataCentre
from heatsym.sources.electrolyser import Electrolyser
from heatsym.sources.ice_rink import IceRink
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.supermarket import Supermarket, refrigeration_work
from heatsym.sources.wastewater import Wastewater

MW, GWH = 1e6, 3.6e12
PLACE = {"name": "s", "node": "n"}
YEAR = calendar_year(2025, "Europe/Copenhagen")
KINDS = (
    DataCentre(**PLACE, power=MW),
    DataCentre(**PLACE, power=MW, cooled_by="liquid"),
    Wastewater(**PLACE, flow=0.1),
    Electrolyser(**PLACE, power=MW),
    Supermarket(**PLACE, power=MW),
    IceRink(**PLACE, power=MW),
)


def context(axis: TimeAxis = YEAR, t_air: float = 20.0) -> Context:
    return Context(axis, np.full(axis.steps, t_air))


def site(ctx: Context, t_feed: float, t_return: float) -> Site:
    return Site(np.full(ctx.axis.steps, t_feed), np.full(ctx.axis.steps, t_return))


def given(source, ctx: Context, here: Site) -> np.ndarray:
    """Heat that the march takes of an offer, if the network takes all."""
    offer = source.offer(ctx, here)
    with np.errstate(invalid="ignore"):
        return np.fmin(offer.power, offer.conductance * np.maximum(offer.t_hot - here.t_return, 0.0))


def first_hours(hours: int = 2) -> Context:
    return context(TimeAxis(YEAR.start, 3600, hours, "UTC"))


def test_liquid_cooled_servers_feed_a_cool_network_and_need_a_lift_for_a_warm_one():
    """60 -> 45 degC: all of 1 MW at 50/35 degC, two thirds against 45 degC of return; at 70 degC by COP 4."""
    ctx = first_hours()
    servers = DataCentre(**PLACE, power=MW, cooled_by="liquid")
    assert given(servers, ctx, site(ctx, 50, 35)) == pytest.approx(MW)
    assert given(servers, ctx, site(ctx, 50, 45)) == pytest.approx(MW * 10 / 15)
    assert given(servers, ctx, site(ctx, 70, 45)).max() == 0.0
    lifted = DataCentre(**PLACE, power=MW, cooled_by="liquid", heat_pump=HeatPumpUnit(power=2 * MW, cop=4.0))
    here = site(ctx, 70, 45)
    heat = given(lifted, ctx, here)
    assert heat == pytest.approx(MW / (1 - 1 / 4))
    use = lifted.use(ctx, here, heat)
    assert use.electricity == pytest.approx(MW / 3)
    assert use.lifted == pytest.approx(MW)
    assert use.rejected == pytest.approx(0.0, abs=1e-6)


def test_air_cooled_servers_have_the_published_coefficient():
    """30 -> 24 degC to 40 -> 75 degC: 4.418, where the pump takes all of the heat."""
    ctx = first_hours()
    here = site(ctx, 75, 40)
    servers = DataCentre(**PLACE, power=MW, heat_pump=HeatPumpUnit(power=2 * MW))
    use = servers.use(ctx, here, given(servers, ctx, here))
    assert use.lifted / use.electricity + 1 == pytest.approx(4.418, abs=5e-4)


def test_servers_have_a_tenth_more_in_summer():
    servers = DataCentre(**PLACE, annual_heat=GWH)
    power = servers.stream(context()).available
    assert power.sum() * 3600 == pytest.approx(GWH)
    summer = (YEAR.month >= 6) & (YEAR.month <= 8)
    assert power[summer] == pytest.approx(1.1 * power[0])
    assert power[~summer] == pytest.approx(power[0])


def test_wastewater_of_kalundborg():
    """Six million m3 cooled from 24.5 to 14.5 degC: 69.8 GWh at 4.187 MJ/(m3 K), 69.5 with water's own."""
    water = Wastewater(
        **PLACE,
        annual_volume=6e6,
        temperature=24.5,
        cooling=10.0,
        heat_pump=HeatPumpUnit(power=20 * MW),
    )
    ctx = context()
    energy = water.stream(ctx).available.sum() * 3600
    assert energy / GWH == pytest.approx(69.8, rel=6e-3)
    assert energy / GWH == pytest.approx(69.5, abs=0.05)
    assert energy == pytest.approx(6e6 * 997.2 * 41.82e3, rel=2e-3)  # kg/m3 at 24.5, J/kg of 10 K at 20 degC
    here = site(ctx, 80, 40)
    heat = given(water, ctx, here)
    use = water.use(ctx, here, heat)
    assert heat.sum() / use.electricity.sum() == pytest.approx(3.577, abs=5e-4)
    assert heat.sum() * 3600 / GWH == pytest.approx(69.5 * 3.577 / 2.577, rel=1e-3)


def test_wastewater_follows_its_flow_and_warmth():
    """100 m3/h cooled by 5 K: 999.5 kg/m3 at 12 degC and 21.0 kJ/kg are 583 kW; half the flow, half of it."""
    ctx = first_hours()
    flow = Series(np.array([100.0, 50.0]) / 3600)
    heat = Wastewater(**PLACE, flow=flow).stream(ctx).available
    assert heat == pytest.approx([583e3, 291.5e3], rel=2e-3)
    warm = Wastewater(**PLACE, flow=flow, temperature=Monthly((20.0,) * 12)).stream(ctx)
    assert (warm.t_source - warm.t_limit).tolist() == [5.0, 5.0]


def test_electrolyser_runs_where_electricity_is_cheap():
    """22 % of 10 MW up to 50 EUR/MWh, nothing above."""
    ctx = first_hours(4)
    prices = Series(np.array([-20.0, 50.0, 50.1, 300.0]) / 3.6e9)
    plant = Electrolyser(**PLACE, power=10 * MW, electricity_price=prices, runs_below=50 / 3.6e9)
    assert plant.stream(ctx).available == pytest.approx([2.2 * MW, 2.2 * MW, 0.0, 0.0])
    always = Electrolyser(**PLACE, power=10 * MW, heat_per_electricity=0.3)
    assert always.stream(ctx).available == pytest.approx(3 * MW)
    here = site(ctx, 50, 35)
    assert (always.use(ctx, here, given(always, ctx, here)).electricity == 0.0).all()  # its owner's


def test_supermarket_follows_hours_and_air():
    """Full at 20 degC in opening hours, half at night; 2 % a kelvin, never below half."""
    monday = TimeAxis(np.datetime64("2025-01-06", "s"), 3600, 24, "UTC")
    shop = Supermarket(**PLACE, power=100e3)
    power = {air: shop.stream(context(monday, air)).available for air in (20.0, 30.0, -30.0)}
    assert power[20.0].tolist() == [50e3] * 7 + [100e3] * 15 + [50e3] * 2
    assert power[30.0] == pytest.approx(1.2 * power[20.0])
    assert power[-30.0] == pytest.approx(0.5 * power[20.0])
    assert refrigeration_work(np.array([10.0]), 20.0, 0.02, 0.5) == pytest.approx([0.8])


def test_supermarket_has_the_heat_of_its_year():
    """The run's own year of 365 days has what is given, a warm week more than a fifty-second part."""
    air = 10.0 + 10.0 * np.cos(2 * np.pi * (np.arange(YEAR.steps) / YEAR.steps - 0.55))
    year = Context(YEAR, air)
    climate = SimpleNamespace(year=lambda axis: (year, None))
    shop = Supermarket(**PLACE, annual_heat=GWH)
    power = shop.stream(Context(YEAR, air, climate)).available
    assert power.sum() * 3600 == pytest.approx(GWH)
    week = slice(28 * 168, 29 * 168)
    axis = TimeAxis(YEAR.utc[week][0], 3600, 168, YEAR.timezone)
    part = shop.stream(Context(axis, air[week], climate)).available
    assert part == pytest.approx(power[week])
    assert part.sum() * 3600 > 1.1 * GWH / 52


def test_ice_rink_has_a_season():
    """Full from October to March, half in April and September, none in summer; or its own campaigns."""
    rink = IceRink(**PLACE, power=300e3)
    power = rink.stream(context()).available
    by_month = [set(power[YEAR.month == month]) for month in range(1, 13)]
    full, half, none = {300e3}, {150e3}, {0.0}
    assert by_month == [full, full, full, half, none, none, none, none, half, full, full, full]
    winter = Campaign(start=datetime.date(2025, 11, 1), end=datetime.date(2025, 11, 10))
    own = IceRink(**PLACE, annual_heat=240 * 3.6e8, campaigns=(winter,)).stream(context()).available
    assert own.max() == pytest.approx(1e5)
    assert (own > 0).sum() == 240


@pytest.mark.parametrize("source", KINDS, ids=lambda source: source.kind)
def test_what_all_have_in_common(source):
    """Uses add up, outages take heat away, a hot network without heat pump gets nothing, basis tells."""
    ctx = context()
    here = site(ctx, 40, 20)
    heat = given(source, ctx, here)
    use = source.use(ctx, here, heat)
    assert use.direct + use.lifted + use.rejected == pytest.approx(use.available)
    assert given(source, ctx, site(ctx, 90, 60)).max() == 0.0
    assert source.surplus
    assert source.faults() == ()
    usual = [said for said in source.basis() if "as usual for" in said]
    assert len(usual) >= 1
    assert all(said.endswith(("(assumed)", "(published)")) for said in usual)
    failing = replace(source, outages=Outages(rate_per_year=50, repair=36e4))
    runs = running_by_chance(YEAR, "s", 50, 36e4)
    assert failing.stream(ctx).available == pytest.approx(source.stream(ctx).available * runs)


@pytest.mark.parametrize(
    ("source", "key", "word"),
    [
        (DataCentre(**PLACE), "", "give power or annual_heat"),
        (DataCentre(**PLACE, power=MW, annual_heat=GWH), "annual_heat", "keep one"),
        (Wastewater(**PLACE), "", "give flow or annual_volume"),
        (Supermarket(**PLACE), "", "annual_heat"),
        (IceRink(**PLACE, power=MW, annual_heat=GWH), "annual_heat", "keep one"),
        (Electrolyser(**PLACE, power=MW, runs_below=1e-8), "runs_below", "give electricity_price"),
        (Electrolyser(**PLACE, power=MW, electricity_price=1e-8), "electricity_price", "give runs_below"),
    ],
)
def test_what_does_not_fit_is_told(source, key, word):
    ((where, code, reason, hint),) = source.faults()
    assert (where, code) == (key, "HS531")
    assert reason
    assert word in hint


def test_a_stream_that_would_freeze_is_told():
    """12 degC cooled by 15 K are ice, but for a heat pump on brine or none at all."""
    cold = Wastewater(**PLACE, flow=0.1, temperature=12.0, cooling=15.0, heat_pump=HeatPumpUnit(power=1e6))
    ((where, code, reason, _),) = cold.faults()
    assert (where, code) == ("cooling", "HS522")
    assert "-3 degC is below the stream's freezing at 0 degC" in reason
    brine = HeatPumpUnit(power=1e6, freezing=-10.0)
    assert replace(cold, heat_pump=brine).faults() == replace(cold, heat_pump=None).faults() == ()
