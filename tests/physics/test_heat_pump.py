"""Heat pumps: published values, hand calculations, edges, and the mistakes that are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.errors import InputError
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Offer, Site
from heatsym.interfaces.profile import Context, Series
from heatsym.physics.heat_pump import (
    carnot_share_cop,
    frosted_share,
    jensen_cop,
    lorenz_share_cop,
    mapped,
    mean_temperature,
    reversible_cop,
)
from heatsym.physics.stream import (
    above_floor,
    design_ua,
    exchanger_heat,
    fed_by_exchanger,
    fouled,
    lifted,
    preheat_share,
)
from heatsym.physics.substation import log_mean
from heatsym.physics.water import specific_heat
from heatsym.sources.heat_pump import HeatPump, frost_points
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.lift import CopPoint, HeatPumpUnit, PowerPoint
from heatsym.sources.stream import ExchangerDesign


def most_of(offer: Offer, t_return: float) -> FloatArray:
    """What a march lets a source give at this return temperature."""
    with np.errstate(invalid="ignore"):
        cooled = offer.conductance * np.maximum(offer.t_hot - t_return, 0.0)
    return np.minimum(offer.power, np.where(np.isinf(offer.conductance), np.inf, cooled))


TABLE = [(0.0, 60.0, 3.0), (10.0, 60.0, 4.0), (0.0, 80.0, 2.0), (10.0, 80.0, 2.6)]


def context(air: list[float]) -> Context:
    return Context(TimeAxis(np.datetime64("2025-01-01", "s"), 3600, len(air), "UTC"), np.array(air))


def site(t_feed: float, t_return: float, steps: int = 1) -> Site:
    return Site(np.full(steps, t_feed), np.full(steps, t_return))


@pytest.mark.parametrize(
    ("source", "sink", "cop"),
    [((30.0, 24.0), (40.0, 75.0), 4.418), ((24.5, 14.5), (40.0, 80.0), 3.577)],
)
def test_published_cop(source, sink, cop):
    assert float(jensen_cop(*source, *sink)) == pytest.approx(cop, abs=5e-4)


def test_means_and_reversible_cop_by_hand():
    """ln(348.15 / 313.15) = 0.105945; 35 / 0.105945 = 330.36 K, and 6 / ln(303.15 / 297.15) = 300.14 K."""
    sink, source = 35.0 / np.log(348.15 / 313.15), 6.0 / np.log(303.15 / 297.15)
    assert float(mean_temperature(75.0, 40.0)) == pytest.approx(sink)
    assert float(reversible_cop(30.0, 24.0, 40.0, 75.0)) == pytest.approx(sink / (sink - source))
    assert float(lorenz_share_cop(30.0, 24.0, 40.0, 75.0, 0.5)) == pytest.approx(0.5 * sink / (sink - source))
    assert float(carnot_share_cop(10.0, 60.0, 0.5)) == pytest.approx(0.5 * 333.15 / 50.0)


def test_edges_of_temperatures():
    """No glide, equal temperatures, a source warmer than the sink: finite, at least 1, and no jump."""
    same = jensen_cop([50.0, 50.0, 90.0], [50.0, 50.0, 80.0], [50.0, 40.0, 40.0], [50.0, 50.0, 60.0])
    assert np.isfinite(same).all()
    assert (same >= 1.0).all()
    assert np.isinf(reversible_cop(90.0, 80.0, 40.0, 60.0))
    rising = jensen_cop(np.linspace(20.0, 120.0, 1001), np.linspace(15.0, 115.0, 1001), 40.0, 75.0)
    assert (np.diff(rising) >= -1e-12).all()
    assert np.diff(rising).max() < 0.05
    assert float(carnot_share_cop(-60.0, 200.0, 0.01)) == 1.0  # no worse than an electric boiler


def test_cop_falls_with_the_sink_and_rises_with_the_source():
    rng = np.random.default_rng(2)
    t_in, back = rng.uniform(5.0, 30.0, 1000), rng.uniform(45.0, 60.0, 1000)  # lifts above the smallest
    t_out, feed = t_in - rng.uniform(0.0, 5.0, 1000), back + rng.uniform(1.0, 40.0, 1000)
    for cop in (
        jensen_cop,
        lambda *t: lorenz_share_cop(*t, 0.5),
        lambda *t: carnot_share_cop(t[1], t[3], 0.5),
    ):
        at = cop(t_in, t_out, back, feed)
        assert (cop(t_in + 1.0, t_out + 1.0, back, feed) >= at).all()
        assert (cop(t_in, t_out, back + 0.5, feed + 0.5) <= at).all()


def test_map_is_linear_between_its_points_and_ends_there():
    assert mapped(TABLE, [0.0, 10.0, 5.0, 0.0], [60.0, 80.0, 60.0, 70.0]).tolist() == pytest.approx(
        [3.0, 2.6, 3.5, 2.5]
    )
    with pytest.raises(
        InputError, match=r"HS521.*source -1, sink 85 degC in 1 of 2 steps.*0 to 10, sink 60 to 80"
    ):
        mapped(TABLE, [5.0, -1.0], [70.0, 85.0])
    for few in (TABLE[:2], [(0.0, 60.0, 1.0), (1.0, 61.0, 1.0), (2.0, 62.0, 1.0)], []):
        with pytest.raises(InputError, match="HS525"):
            mapped(few, 5.0, 70.0)


@pytest.mark.parametrize("load", [1000e3, 400e3, 300e3, 200e3, 100e3])
def test_electricity_at_part_load(load):
    """Drawn and electricity keep their ratio down to standstill; elsewhere part load made electricity."""
    drawn, electricity = lifted(load, 800e3, 4.0)
    assert electricity >= 0.0
    assert drawn == pytest.approx(min(0.75 * load, 800e3))
    assert drawn + electricity == pytest.approx(load)


def test_exchanger_by_its_design_point():
    """1 MW from 95 -> 50 to 45 -> 80 degC: differences 15 and 5 K, mean 10 / ln 3 = 9.1024 K."""
    ua = float(design_ua(1e6, 95.0, 50.0, 45.0, 80.0))
    assert ua == pytest.approx(1e6 * np.log(3.0) / 10.0)
    hot, cold = 1e6 / 45.0, 1e6 / 35.0
    assert float(exchanger_heat(ua, hot, cold, 95.0, 45.0)) == pytest.approx(1e6)
    assert float(fed_by_exchanger(ua, hot, 95.0, 45.0, 80.0)) == pytest.approx(1e6)
    assert float(exchanger_heat(ua, np.inf, cold, 95.0, 45.0)) == pytest.approx(
        cold * 50.0 * (1.0 - np.exp(-ua / cold))
    )
    assert float(fouled(ua, 2000.0, 5e-4)) == pytest.approx(0.5 * ua)
    assert float(exchanger_heat(1e12, hot, cold, 95.0, 45.0)) == pytest.approx(hot * 50.0)
    assert float(exchanger_heat(ua, hot, cold, 45.0, 95.0)) == 0.0


def test_a_fouled_exchanger_gives_less():
    """0.5 m2K/kW beside 1/2000 m2K/W leave half of the size."""
    design = ExchangerDesign(power=1e6, stream_in=95.0, stream_out=50.0, water_in=45.0, water_out=80.0)
    clean = IndustrialStream(
        name="s", node="n", power=1e6, temperature=95.0, limit_temperature=50.0, exchanger=design
    )
    ctx, here = context([0.0]), site(80.0, 45.0)
    assert most_of(clean.offer(ctx, here), 45.0) == pytest.approx([1e6])
    deposits = replace(clean, fouling=5e-4).offer(ctx, here)
    same = replace(clean, exchanger=None, ua=0.5 * design.ua).offer(ctx, here)
    assert deposits.power == pytest.approx(same.power)
    left = float(most_of(deposits, 45.0)[0])
    warmer = replace(clean, fouling=5e-4).offer(ctx, site(80.0, 46.0))
    assert most_of(deposits, 46.0) == pytest.approx(most_of(warmer, 46.0), rel=1e-3)  # within the march
    assert left > 1.005 * float(most_of(warmer, 46.0)[0])
    out = 95.0 - left * 45.0 / 1e6
    assert left == pytest.approx(0.5 * design.ua * float(log_mean(15.0, out - 45.0)))
    assert clean.basis()[1] == "heat exchanger of s: 109.9 kW/K, 54.9 m2 at 2000 W/(m2 K) (assumed)"
    assert clean.minds_return


def test_flue_gas_keeps_its_dew_point():
    """1 MW from 220 down to 20 degC has half of it above 120 degC."""
    stream = IndustrialStream(
        name="s",
        node="n",
        power=1e6,
        temperature=220.0,
        limit_temperature=20.0,
        medium="flue_gas",
        approach=15.0,
    )
    offer, here = stream.offer(context([0.0]), site(80.0, 45.0)), site(80.0, 45.0)
    assert offer.power == pytest.approx([0.5e6])
    use = stream.use(context([0.0]), here, offer.power)
    assert use.rejected == pytest.approx([0.5e6])
    condensing = replace(stream, condensing=True).offer(context([0.0]), here)
    assert np.minimum(condensing.power, condensing.conductance * (condensing.t_hot - 45.0)) == pytest.approx(
        [5e3 * (220.0 - 60.0)]
    )
    assert above_floor([1.0, 1.0], 100.0, [100.0, 90.0], 120.0)[0].tolist() == [0.0, 0.0]


def test_series_preheats_what_the_heat_pump_lifts():
    """A stream 60 -> 20 degC of 4 MW heats return water of 40 to 55 degC, a heat pump the rest to 75."""
    unit = HeatPumpUnit(power=1.2e6, cop=4.0)
    stream = IndustrialStream(
        name="s",
        node="n",
        power=4e6,
        temperature=60.0,
        limit_temperature=20.0,
        heat_pump=unit,
        arrangement="series",
    )
    ctx, here = context([0.0]), site(75.0, 40.0)
    share = 15.0 / 35.0
    assert float(preheat_share(60.0, 40.0, 75.0, 5.0)) == pytest.approx(share)
    most = most_of(stream.offer(ctx, here), 40.0)
    assert most == pytest.approx([1.2e6 / (1.0 - share)])  # the heat pump's power bounds it
    use = stream.use(ctx, here, most)
    assert use.direct == pytest.approx(share * most)
    assert use.lifted == pytest.approx([0.9e6])
    assert use.electricity == pytest.approx([0.3e6])
    beside = replace(stream, arrangement="parallel").offer(ctx, here)
    assert beside.power == pytest.approx([1.2e6])  # in parallel 60 degC feeds nothing in


def test_lift_beside_direct_heat_by_hand():
    """95 -> 35 degC, 6 MW, against 45 -> 80: 4.5 MW direct, 1.5 MW from 50 to 35 left for a COP of 4."""
    ctx, here = context([0.0]), site(80.0, 45.0)
    works = IndustrialStream(name="s", node="n", power=6e6, temperature=95.0, limit_temperature=35.0)

    def most(power: float, t_return: float = 45.0) -> float:
        offer = replace(works, heat_pump=HeatPumpUnit(power=power, cop=4.0)).offer(ctx, here)
        return float(np.minimum(offer.power, offer.conductance * (offer.t_hot - t_return))[0])

    assert most(10e6) == pytest.approx(4.5e6 + 1.5e6 * 4.0 / 3.0)
    assert most(1e6) == pytest.approx(5.5e6)
    assert most(1e6, t_return=44.0) == pytest.approx(5.6e6)  # within the march, without another round
    lifting = replace(works, heat_pump=HeatPumpUnit(power=1e6, cop=4.0))
    use = lifting.use(ctx, here, np.array([5.5e6]))
    assert [use.direct[0], use.lifted[0], use.rejected[0]] == pytest.approx([4.5e6, 0.75e6, 0.75e6])
    assert lifting.use(ctx, here, np.array([3e6])).electricity.tolist() == [0.0]
    assert lifting.minds_return
    assert not works.minds_return


def test_least_load_switches_off_what_is_too_little():
    ctx, here = context([0.0]), site(80.0, 45.0)
    stream = IndustrialStream(
        name="s",
        node="n",
        power=1e6,
        temperature=30.0,
        limit_temperature=20.0,
        heat_pump=HeatPumpUnit(power=10e6, cop=4.0, least_load=0.2),
    )
    assert stream.offer(ctx, here).power.tolist() == [0.0]  # 1.33 of at least 2 MW
    larger = replace(stream, power=2e6).offer(ctx, here)
    assert larger.power == pytest.approx([8e6 / 3.0])
    assert larger.least.tolist() == [2e6]


def test_isothermal_stream_is_lifted_at_its_temperature():
    """Steam of 40 degC condenses: source and evaporator outlet are both at 40 degC."""
    stream = IndustrialStream(
        name="s",
        node="n",
        power=1e6,
        temperature=40.0,
        limit_temperature=40.0,
        heat_pump=HeatPumpUnit(power=9e6),
    )
    ctx, here = context([0.0]), site(80.0, 45.0)
    cop = float(jensen_cop(40.0, 40.0, 45.0, 80.0))
    assert stream.offer(ctx, here).power == pytest.approx([1e6 / (1.0 - 1.0 / cop)])


def test_cop_above_the_reversible_is_refused():
    stream = IndustrialStream(
        name="works",
        node="n",
        power=1e6,
        temperature=30.0,
        limit_temperature=24.0,
        heat_pump=HeatPumpUnit(power=1e6, cop=Series(np.array([4.0, 12.0]))),
    )
    with pytest.raises(
        InputError, match=r"HS520.*works: 12 from 30 -> 24 .* none has more than 10.94; 1 steps"
    ):
        stream.offer(context([0.0, 0.0]), site(75.0, 40.0, 2))


def test_what_freezes_is_refused():
    stream = IndustrialStream(
        name="works",
        node="n",
        power=1e6,
        temperature=8.0,
        limit_temperature=-2.0,
        heat_pump=HeatPumpUnit(power=9e6),
    )
    with pytest.raises(
        InputError, match=r"HS522.*works: leaves its source at -2 degC, which freezes at 0 degC"
    ):
        stream.offer(context([0.0]), site(75.0, 40.0))
    brine = replace(stream, heat_pump=HeatPumpUnit(power=9e6, freezing=-10.0))
    assert brine.offer(context([0.0]), site(75.0, 40.0)).power[0] > 1e6


def test_lift_without_limit_is_refused():
    stream = IndustrialStream(
        name="works", node="n", power=1e6, temperature=30.0, heat_pump=HeatPumpUnit(power=1e6)
    )
    with pytest.raises(InputError, match="HS523"):
        stream.offer(context([0.0]), site(75.0, 40.0))


RIVER = HeatPump(
    name="river", node="n", medium="river", power=1e6, source_temperature=8.0, source_cooling=3.0, cop=3.0
)


def test_river_limits_what_is_drawn():
    """20 kg/s cooled by 3 K have 20 c 3 = 252 kW; at a COP of 3 they give half as much again."""
    ctx, here = context([0.0]), site(75.0, 40.0)
    assert RIVER.offer(ctx, here).power.tolist() == [1e6]
    drawn = 20.0 * float(specific_heat(8.0)) * 3.0
    small = replace(RIVER, source_flow=20.0)
    offer = small.offer(ctx, here)
    assert offer.power == pytest.approx([1.5 * drawn])
    assert offer.electricity_per_heat == pytest.approx([1.0 / 3.0])
    use = small.use(ctx, here, np.array([0.6 * drawn]))
    assert use.lifted == pytest.approx([0.4 * drawn])
    assert use.available == pytest.approx([drawn])
    assert use.direct + use.lifted + use.rejected == pytest.approx(use.available)
    assert use.lifted + use.electricity == pytest.approx([0.6 * drawn])
    assert replace(RIVER, source_power=1e5).offer(ctx, here).power == pytest.approx([1.5e5])


def test_rivers_are_not_cooled_below_freezing():
    """At 2 degC a river gives two of its three kelvins, at 0.5 degC nothing."""
    ctx, here = context([0.0] * 3), site(75.0, 40.0, 3)
    cold = replace(RIVER, source_temperature=Series(np.array([8.0, 2.0, 0.5])), source_flow=20.0)
    power = cold.offer(ctx, here).power
    assert power[1] / power[0] == pytest.approx(2.0 / 3.0, rel=5e-3)
    assert power[2] == 0.0


def test_air_loses_heat_to_frost():
    """At -2.8 degC 11 % of heat and of heat per electricity, at 20 degC nothing."""
    ctx, here = context([-2.8, 20.0]), site(60.0, 40.0, 2)
    unit = HeatPump(name="air", node="n", medium="air", power=1e6)
    frosted, dry = unit.offer(ctx, here), replace(unit, defrost=False).offer(ctx, here)
    assert frosted.power == pytest.approx([0.89e6, 1e6])
    assert (1.0 / frosted.electricity_per_heat) / (1.0 / dry.electricity_per_heat) == pytest.approx(
        [0.89, 1.0]
    )
    cop = jensen_cop(np.array([-2.8, 20.0]), np.array([-7.8, 15.0]), 40.0, 60.0)
    assert 1.0 / dry.electricity_per_heat == pytest.approx(cop)
    lost = frosted_share(np.linspace(-40.0, 40.0, 801), frost_points())
    assert lost.min() == 0.0
    assert 0.05 < lost.max() < 0.15
    assert (frosted_share([8.0, 30.0], frost_points()) == 0.0).all()


def test_power_falls_with_its_source():
    """Half of the power at 0 degC and all of it at 10: three quarters between."""
    points = tuple(
        PowerPoint(source=s, sink=k, ratio=r)
        for s, k, r in [(0.0, 50.0, 0.5), (10.0, 50.0, 1.0), (0.0, 80.0, 0.5), (10.0, 80.0, 1.0)]
    )
    weak = replace(RIVER, source_temperature=5.0, derating=points)
    assert weak.offer(context([0.0]), site(75.0, 40.0)).power == pytest.approx([0.75e6])


def test_map_gives_the_cop_of_source_inlet_and_feed():
    points = tuple(CopPoint(source=s, sink=k, cop=c) for s, k, c in TABLE)
    unit = replace(RIVER, cop=None, model="map", map=points, source_temperature=5.0)
    assert unit.offer(context([0.0]), site(60.0, 40.0)).electricity_per_heat == pytest.approx([1 / 3.5])
    with pytest.raises(InputError, match=r"HS521.*map of the heat pump of river"):
        unit.offer(context([0.0]), site(85.0, 40.0))
    assert not unit.minds_return
    assert replace(RIVER, cop=None).minds_return


def test_kalundborg_heat_of_wastewater():
    """6 million m3 a year cooled from 24.5 to 14.5 degC: 69.5 GWh drawn, at COP 3.577 96.5 GWh of heat."""
    flow = 6e6 * 1000.0 / (8760 * 3600.0)
    unit = HeatPump(
        name="k",
        node="n",
        medium="water",
        power=1e9,
        source_temperature=24.5,
        source_cooling=10.0,
        source_flow=flow,
    )
    ctx, here = context([0.0]), site(80.0, 40.0)
    offer = unit.offer(ctx, here)
    use = unit.use(ctx, here, offer.power)
    assert use.lifted[0] * 8760 / 1e9 == pytest.approx(69.8, rel=5e-3)
    assert offer.power[0] / use.electricity[0] == pytest.approx(3.577, abs=1e-3)
    assert offer.power[0] * 8760 / 1e9 == pytest.approx(96.9, rel=5e-3)


def test_what_is_assumed_is_said():
    assert "ammonia" in replace(RIVER, cop=None).basis()[0]
    assert any("river cooled" in said for said in replace(RIVER, source_cooling=None).basis())
    assert any("defrosting" in said for said in HeatPump(name="a", node="n", medium="air", power=1.0).basis())
