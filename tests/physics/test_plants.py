"""Boilers, plants with electricity, collectors, wells and machines driven by heat, calculated by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Offer, Site
from heatsym.interfaces.profile import Context, Series, Sun
from heatsym.sources.absorption import AbsorptionHeatPump
from heatsym.sources.boiler import AtLoad, AtReturn, Boiler
from heatsym.sources.chp import CombinedHeatAndPower
from heatsym.sources.electric_boiler import ElectricBoiler
from heatsym.sources.geothermal import Geothermal
from heatsym.sources.organic_cycle import OrganicCycle
from heatsym.sources.solar_thermal import SolarThermal

KELVIN = 273.15


class Sky:
    """A climate whose sun is given."""

    def __init__(self, sun: Sun) -> None:
        self.given = sun

    def sun(self, axis: TimeAxis) -> Sun:
        return self.given


def context(steps: int, t_air: float = 0.0, sun: Sun | None = None) -> Context:
    axis = TimeAxis(np.datetime64("2025-01-01", "s"), 3600, steps, "UTC")
    return Context(axis, np.full(steps, t_air), None if sun is None else Sky(sun))  # type: ignore[arg-type]


def site(steps: int, t_feed: float = 80.0, t_return: float = 45.0) -> Site:
    return Site(np.full(steps, t_feed), np.full(steps, t_return))


def column(*values: float) -> Series:
    return Series(np.array(values, dtype=float))


def taken(offer: Offer, t_return: np.ndarray) -> np.ndarray:
    """What the march takes at most."""
    with np.errstate(invalid="ignore"):
        return np.fmin(offer.power, offer.conductance * np.maximum(offer.t_hot - t_return, 0.0))


# boilers


def test_boiler_over_load_and_return_water() -> None:
    """At half load 0.93, halfway between 0.9 and 0.96; return water of 50 degC costs half of a tenth."""
    boiler = Boiler(
        name="b",
        node="n",
        fuel="natural_gas",
        power=10e6,
        efficiency_by_load=(AtLoad(load=0.25, efficiency=0.9), AtLoad(load=0.75, efficiency=0.96)),
        efficiency_by_return=(AtReturn(return_=30.0, efficiency=1.0), AtReturn(return_=70.0, efficiency=0.9)),
        least_load=0.2,
        ramp=50.0,
    )
    ctx, here = context(3), Site(np.full(3, 80.0), np.array([30.0, 50.0, 90.0]))
    assert boiler.use(ctx, here, np.array([5e6, 5e6, 0.0])).fuel == pytest.approx(
        [5e6 / 0.93, 5e6 / (0.93 * 0.95), 0.0]
    )
    offer = boiler.offer(ctx, here)
    assert offer.fuel_per_heat == pytest.approx([1 / 0.96, 1 / (0.96 * 0.95), 1 / (0.96 * 0.9)])
    assert offer.least.tolist() == [2e6] * 3
    assert offer.ramp.tolist() == [50.0] * 3


def test_boiler_says_what_does_not_go_together() -> None:
    points = (AtLoad(load=0.8, efficiency=0.9), AtLoad(load=0.3, efficiency=0.9))
    boiler = Boiler(
        name="b", node="n", fuel="oil", power=1e6, efficiency=0.9, efficiency_by_load=points, least_load=0.1
    )
    assert [(found.code, found.field) for found in boiler.faults()] == [
        ("HS540", "efficiency"),
        ("HS541", "efficiency_by_load"),
    ]
    assert replace(boiler, efficiency=None, efficiency_by_load=points[::-1]).faults() == ()


def test_electric_boiler() -> None:
    boiler = ElectricBoiler(name="e", node="n", power=2e6)
    ctx, here = context(1), site(1)
    assert boiler.offer(ctx, here).electricity_per_heat == pytest.approx([1 / 0.99])
    assert boiler.use(ctx, here, np.array([0.99e6])).electricity == pytest.approx([1e6])
    assert boiler.basis() == ("e, electric boiler: efficiency 0.99 (published)",)


# heat and power


def test_back_pressure() -> None:
    """10 MW of heat with 5 MW of electricity, from 15 MW / 0.85 of gas."""
    plant = CombinedHeatAndPower(
        name="c", node="n", fuel="natural_gas", power=10e6, power_to_heat=0.5, efficiency=0.85
    )
    ctx, here = context(2), site(2)
    offer = plant.offer(ctx, here)
    assert offer.fuel_per_heat == pytest.approx([1.5 / 0.85] * 2)
    assert offer.electricity_per_heat == pytest.approx([-0.5] * 2)
    use = plant.use(ctx, here, np.array([10e6, 0.0]))
    assert use.fuel == pytest.approx([15e6 / 0.85, 0.0])
    assert use.generated == pytest.approx([5e6, 0.0])
    assert use.electricity.tolist() == [0.0, 0.0]


def test_back_pressure_of_the_catalogue_gives_its_electrical_and_thermal_efficiency() -> None:
    """Danish Energy Agency, sheet 09a: 0.2699 and 0.8245 of the fuel; Cb is not quite their ratio."""
    plant = CombinedHeatAndPower(name="c", node="n", fuel="wood", power=10e6)
    use = plant.use(context(1), site(1), np.array([10e6]))
    assert 10e6 / use.fuel[0] == pytest.approx(0.8245, rel=0.02)
    assert use.generated[0] / use.fuel[0] == pytest.approx(0.2699, rel=0.06)
    assert "power to heat 0.3506 (published)" in plant.basis()[0]


def test_extraction_from_a_turbine_that_runs_for_electricity() -> None:
    """20 MW without heat; 10 MW of heat cost 1.5 MW of it and no fuel; 19 MW cost fuel.

    On the back-pressure line 19 MW of heat come with 19 MW of electricity, from steam of 1.15 x 19 MW.
    """
    plant = CombinedHeatAndPower(
        name="c",
        node="n",
        fuel="coal",
        arrangement="extraction",
        power=19e6,
        power_to_heat=1.0,
        power_loss=0.15,
        efficiency=0.5,
        planned_electricity=20e6,
    )
    ctx, here = context(3), site(3)
    use = plant.use(ctx, here, np.array([0.0, 10e6, 19e6]))
    assert use.fuel == pytest.approx([40e6, 40e6, 1.15 * 19e6 / 0.5])
    assert use.generated == pytest.approx([20e6, 18.5e6, 19e6])
    offer = plant.offer(ctx, here)
    assert offer.fuel_per_heat == pytest.approx([(43.7 - 40) / 19] * 3)
    assert offer.electricity_per_heat == pytest.approx([1 / 19] * 3)
    small = replace(plant, power=10e6).offer(ctx, here)
    assert small.fuel_per_heat == pytest.approx([0.0] * 3)
    assert small.electricity_per_heat == pytest.approx([0.15] * 3)


def test_extraction_for_heat_alone_stays_between_its_limits() -> None:
    """Fuel of 40 MW makes 20 MW of electricity or 17.39 MW of each; below, least 8 MW bind."""
    plant = CombinedHeatAndPower(
        name="c",
        node="n",
        fuel="coal",
        arrangement="extraction",
        power=30e6,
        power_to_heat=1.0,
        power_loss=0.15,
        efficiency=0.5,
        largest_fuel=40e6,
        least_electricity=8e6,
    )
    ctx, here = context(3), site(3)
    assert plant.capacity(ctx) == pytest.approx([20e6 / 1.15] * 3)
    use = plant.use(ctx, here, np.array([0.0, 4e6, 20e6 / 1.15]))
    assert use.fuel == pytest.approx([0.0, (8e6 + 0.6e6) / 0.5, 40e6])
    assert use.generated == pytest.approx([0.0, 8e6, 20e6 / 1.15])
    strict = replace(plant, least_electricity=19e6)  # 1 MW of electricity may be lost
    assert strict.capacity(ctx) == pytest.approx([1e6 / 0.15] * 3)


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"power_loss": 0.1}, "HS540", "power_loss"),
        ({"fuel": "oil", "efficiency": 0.8}, "HS542", "power_to_heat"),
        (
            {"fuel": "oil", "arrangement": "extraction", "power_to_heat": 1.0, "power_loss": 0.1},
            "HS542",
            "efficiency",
        ),
        ({"arrangement": "extraction", "efficiency": 0.7}, "HS543", "efficiency"),
        (
            {"arrangement": "extraction", "largest_fuel": 1e6, "least_electricity": 1e6},
            "HS543",
            "least_electricity",
        ),
    ],
)
def test_plants_that_cannot_be(changes: dict[str, object], code: str, where: str) -> None:
    plant = CombinedHeatAndPower(name="c", node="n", fuel="natural_gas", power=1e6)
    assert plant.faults() == ()
    (found,) = replace(plant, **changes).faults()  # type: ignore[arg-type]
    assert (found.code, found.field) == (code, where)


# the sun


def overhead(direct: float, diffuse: float, steps: int = 1) -> Sun:
    """Sun in the zenith."""
    one = np.ones(steps)
    return Sun(direct * one, diffuse * one, 1367.0 * one, 0.0 * one, 180.0 * one)


FIELD = SolarThermal(
    name="s",
    node="n",
    area=1000.0,
    tilt=0.0,
    zero_loss_efficiency=0.8,
    loss=3.0,
    loss_rise=0.01,
    modifier_50=0.95,
    diffuse_modifier=0.9,
)


def test_field_under_the_sun_by_hand() -> None:
    """Flat under 700 W/m2 of beam and 150 of sky, of which 700/1367 comes from around the sun.

    Mean fluid 0.5 (85 + 50) = 67.5 degC, 47.5 K above the air.
    """
    around = 150 * 700 / 1367
    absorbed = 0.8 * (700 + around + 0.9 * (150 - around))
    heat = 1000 * (absorbed - 3 * 47.5 - 0.01 * 47.5**2)
    ctx, here = context(1, 20.0, overhead(700.0, 150.0)), site(1)
    assert FIELD.offer(ctx, here).power == pytest.approx([heat])
    use = FIELD.use(ctx, here, np.array([0.25 * heat]))
    assert use.rejected == pytest.approx([0.75 * heat])
    warmer = FIELD.offer(ctx, site(1, 80.0, 65.0)).power
    assert warmer == pytest.approx([heat - 1000 * (3 * 10 + 0.01 * (57.5**2 - 47.5**2))])


def test_field_that_stagnates_below_the_feed_gives_nothing() -> None:
    """S = a1 x + a2 x^2 with x = 60: 80 degC at 20 degC air. A feed of 74 needs 79 and is reached, 76 is not.

    Its mean fluid is far cooler, so that heat would be there, but not at this temperature.
    """
    direct = (3 * 60 + 0.01 * 60**2) / 0.8
    ctx = context(1, 20.0, overhead(direct, 0.0))
    assert FIELD.offer(ctx, site(1, 74.0, 20.0)).power[0] > 100e3
    assert FIELD.offer(ctx, site(1, 76.0, 20.0)).power[0] == 0.0


def test_at_night_nothing() -> None:
    night = Sun(*(np.array([v]) for v in (0.0, 0.0, 1367.0, 120.0, 0.0)))
    assert FIELD.offer(context(1, 30.0, night), site(1, 35.0, 30.0)).power.tolist() == [0.0]


# wells


def test_well_is_cooled_against_the_return_water() -> None:
    """100 m3/h of 4 MJ/(m3 K) from 90 to 40 degC hold 5.56 MW; return water of 45 degC leaves 10 K in it."""
    well = Geothermal(
        name="g",
        node="n",
        temperature=90.0,
        limit_temperature=40.0,
        flow=100 / 3600,
        brine_heat_capacity=4e6,
        pump_electricity=2 * 3.6e6,
    )
    ctx, here = context(2), site(2)
    full = 100 / 3600 * 4e6 * 40
    offer = well.offer(ctx, here)
    assert taken(offer, here.t_return) == pytest.approx([full] * 2)
    assert offer.electricity_per_heat == pytest.approx([200e3 / full] * 2)
    use = well.use(ctx, here, np.array([full, full / 4]))
    assert use.electricity == pytest.approx([200e3, 50e3])
    assert use.direct + use.rejected == pytest.approx([full * 50 / 40] * 2)
    assert well.offer(ctx, site(2, 86.0)).power.tolist() == [0.0, 0.0]  # 4 K are too few
    by_power = replace(well, flow=None, power=full * 50 / 40)
    assert by_power.use(ctx, here, np.array([full, full / 4])).electricity == pytest.approx([200e3, 50e3])


def test_brine_without_its_own_capacity_is_water() -> None:
    """1 m3 of water of 90 degC: 965.3 kg, of 4.19 kJ/(kg K), down to 40 degC."""
    well = Geothermal(name="g", node="n", temperature=90.0, limit_temperature=40.0, flow=1.0)
    assert well.available(context(1)) == pytest.approx([965.3 * 4190 * 50], rel=2e-3)
    assert [fault.field for fault in replace(well, power=1e6).faults()] == ["flow"]


# electricity from a hot stream


def test_cycle_makes_electricity_of_the_hot_end() -> None:
    """18 MW from 300 to 120 degC are 100 kW/K; 65 K go through the evaporator at 220 degC, approach 15 K.

    Condensing at 95 degC it makes 0.44 (1 - 368.15/493.15) of 6.5 MW. Return water of 45 degC lets the stream
    cool to its limit of 120 degC, so that the network gets all the rest.
    """
    works = OrganicCycle(
        name="o",
        node="n",
        power=18e6,
        temperature=300.0,
        limit_temperature=120.0,
        evaporation=220.0,
    )
    efficiency = 0.44 * (1 - (95 + KELVIN) / (220 + KELVIN))
    made = efficiency * 6.5e6
    ctx, here = context(3), site(3)
    offer = works.offer(ctx, here)
    assert taken(offer, here.t_return) == pytest.approx([18e6 - made] * 3)
    assert offer.electricity_per_heat == pytest.approx([-made / (18e6 - made)] * 3)
    use = works.use(ctx, here, np.array([18e6 - made, (6.5e6 - made) / 2, 0.0]))
    assert use.generated == pytest.approx([made, made / 2, 0.0])
    assert use.direct + use.rejected + use.generated == pytest.approx([18e6] * 3)
    # return water of 125 degC at an own feed of 130 leaves 140 degC in the stream
    hot = replace(works, supply_temperature=130.0)
    share = 0.44 * (1 - (145 + KELVIN) / (220 + KELVIN))
    limited = taken(hot.offer(ctx, site(3, 80.0, 125.0)), np.full(3, 125.0))
    assert limited == pytest.approx([100e3 * (235 - 140) + (1 - share) * 6.5e6] * 3)


def test_cycle_rests_where_the_stream_is_too_cool() -> None:
    works = OrganicCycle(
        name="o", node="n", power=1e6, temperature=column(200, 240), limit_temperature=60.0, evaporation=220.0
    )
    use = works.use(context(2), site(2), works.offer(context(2), site(2)).power)
    assert use.generated[0] == 0.0
    assert use.generated[1] > 0.0
    (found,) = replace(works, temperature=230.0).faults()
    assert (found.code, found.field) == ("HS543", "evaporation")


# driven by heat


def test_absorption_lifts_three_quarters_of_its_drive() -> None:
    """4 MW at 160 degC lift 3 MW from 30 to 70 degC: reversible (1 - 343/433) 303/40 = 1.57 > 1.25."""
    machine = AbsorptionHeatPump(
        name="a",
        node="n",
        power=3.5e6,
        limit_temperature=30.0,
        drive_power=4e6,
        drive_temperature=160.0,
    )
    ctx, here = context(2), site(2, 70.0)
    assert machine.offer(ctx, here).power == pytest.approx([7e6] * 2)
    use = machine.use(ctx, here, np.array([7e6, 3.5e6]))
    assert use.direct == pytest.approx([4e6, 2e6])
    assert use.lifted == pytest.approx([3e6, 1.5e6])
    assert use.rejected == pytest.approx([0.5e6, 4e6])
    assert use.electricity == pytest.approx([0.24e6, 0.12e6])
    little = replace(machine, power=1.5e6)  # the cold stream binds
    assert little.offer(ctx, here).power == pytest.approx([3.5e6] * 2)


def test_absorption_driven_by_fuel() -> None:
    machine = AbsorptionHeatPump(
        name="a",
        node="n",
        power=3e6,
        limit_temperature=30.0,
        drive_power=4e6,
        drive_temperature=160.0,
        fuel="natural_gas",
        fuel_efficiency=0.8,
    )
    ctx, here = context(1), site(1, 70.0)
    assert machine.offer(ctx, here).fuel_per_heat == pytest.approx([4 / 0.8 / 7])
    use = machine.use(ctx, here, np.array([7e6]))
    assert (use.fuel[0], use.direct[0], use.lifted[0]) == pytest.approx((5e6, 0.0, 3e6))
    assert use.available == pytest.approx(use.lifted + use.rejected)
    (found,) = replace(machine, fuel_efficiency=None).faults()
    assert found.code == "HS542"


def test_absorption_rests_where_its_drive_is_not_above_the_feed() -> None:
    machine = AbsorptionHeatPump(
        name="a", node="n", power=3e6, limit_temperature=30.0, drive_power=4e6, drive_temperature=80.0
    )
    assert machine.offer(context(1), site(1, 80.0)).power.tolist() == [0.0]


# any plant


N = 10_000
ONE = np.ones(N)


def random(low: float, high: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, N)


def network(seed: int) -> Site:
    """10,000 networks, each with water that comes back cooler than it goes out."""
    t_feed = random(30.0, 120.0, seed)
    return Site(t_feed, t_feed - random(1.0, 60.0, seed + 1))


def test_any_back_pressure_plant_and_boiler() -> None:
    heat = random(0.0, 1e8, 1)
    from heatsym.physics.cogeneration import back_pressure

    efficiency = random(0.3, 1.12, 2)
    fuel, made = back_pressure(heat, random(0.01, 2.0, 3), efficiency)
    assert (fuel >= 0.0).all()
    assert (made >= 0.0).all()
    assert heat + made == pytest.approx(fuel * efficiency, rel=1e-12)


def test_any_extraction_plant() -> None:
    """No more out than in, on or above back-pressure, heat never saves fuel, nothing below 0."""
    from heatsym.physics.cogeneration import extraction, extraction_limit

    ratio, loss, efficiency = random(0.2, 1.5, 1), random(0.0, 0.3, 2), random(0.2, 0.6, 3)
    good = (1.0 + ratio) * efficiency <= 1.12 * (ratio + loss)
    assert good.sum() > 3000
    fuel = random(1e6, 1e8, 4)
    least = random(0.0, 0.9, 5) * fuel * efficiency
    most = extraction_limit(fuel, ratio, loss, efficiency, least)
    heat = np.where(random(0, 1, 6) < 0.1, 0.0, most * random(0.0, 1.0, 7))
    planned = np.where(random(0, 1, 8) < 0.5, 0.0, random(0.0, 1.0, 9) * fuel * efficiency)
    burnt, made = extraction(heat, ratio, loss, efficiency, planned, least)
    runs = burnt > 0.0
    assert (burnt <= fuel * (1 + 1e-12)).all()
    assert (made >= ratio * heat - 1e-6).all()
    assert (made[runs] >= least[runs] * (1 - 1e-12)).all()
    assert ((heat > 0.0) <= runs).all()
    assert (heat + made <= 1.12 * burnt * (1 + 1e-9))[good].all()
    assert efficiency * burnt == pytest.approx(made + loss * heat, rel=1e-9)  # steam is all accounted for
    assert (burnt >= extraction(0.0 * heat, ratio, loss, efficiency, planned, least)[0]).all()


def test_any_field_of_collectors() -> None:
    """No more than the light that falls on it, nothing at night, never hotter than it stagnates."""
    zenith = random(0.0, 120.0, 1)
    beam = np.where(zenith < 90.0, random(0.0, 1000.0, 2), 0.0)
    diffuse = np.where(zenith < 96.0, random(0.0, 300.0, 3), 0.0)
    sun = Sun(beam, diffuse, 1367.0 * ONE, zenith, random(0.0, 360.0, 4))
    here, t_air = network(5), random(-20.0, 35.0, 7)
    for number, cover in enumerate((0.0, 0.3, 0.6)):
        field = replace(
            FIELD, area=1.0, tilt=10.0 + 25.0 * number, azimuth=120.0 + 60.0 * number, ground_cover=cover
        )
        ctx = replace(context(N, 0.0, sun), t_air=t_air)
        light = field.absorbed(ctx)
        heat = field.offer(ctx, here).power
        horizontal = beam * np.maximum(np.cos(np.radians(zenith)), 0.0) + diffuse
        assert (heat >= 0.0).all()
        assert (heat[horizontal == 0.0] <= 1e-9).all() or (t_air > here.t_return).any()
        hot = here.t_feed + field.approach
        gains = heat > 0.0
        assert gains.sum() > 500
        # what it takes up covers what it would lose at its outlet, which is the most that heat can go up
        assert (light >= field.loss * (hot - t_air))[gains].all()
        warm = 0.5 * (here.t_feed + here.t_return) + field.approach > t_air
        assert (heat <= light + 1e-9)[warm].all()


def test_row_in_front_shades_by_hand() -> None:
    """Rows of length 1 at 45 degrees, 2 apart; the sun 20 degrees high in the south.

    The front row's edge is at (0, sin 45); the collector behind runs from (2 - cos 45, 0) to (2, sin 45).
    Light over the edge falls along z = sin 45 - x tan 20, and all below where it meets is shaded.
    """
    from heatsym.physics.solar_collector import on_collector

    height = np.radians(20.0)
    sun = Sun(*(np.array([v]) for v in (700.0, 0.0, 1367.0, 70.0, 180.0)))
    free, rows = (on_collector(sun, 45.0, 180.0, cover, albedo=0.0).beam[0] for cover in (0.0, 0.5))
    edge, tan = np.sin(np.radians(45.0)), np.tan(height)
    u = (edge - (2.0 - edge) * tan) / (edge + edge * tan)
    assert 0.0 < u < 1.0
    assert rows / free == pytest.approx(1.0 - u, rel=1e-9)


def test_any_well_balances_and_moves_no_heat_uphill() -> None:
    t_source, here = random(20.0, 160.0, 1), network(3)
    t_limit = t_source * random(0.05, 0.99, 2)
    well = Geothermal(
        name="g",
        node="n",
        temperature=Series(t_source),
        limit_temperature=Series(t_limit),
        flow=Series(random(0.0, 0.1, 5)),
        pump_electricity=5e6,
        approach=3.0,
    )
    ctx = context(N)
    heat = taken(well.offer(ctx, here), here.t_return) * random(0.0, 1.0, 6)
    use = well.use(ctx, here, heat)
    assert use.direct + use.lifted + use.rejected == pytest.approx(use.available, rel=1e-9)
    assert (use.rejected >= -1e-6).all()
    assert (use.electricity >= 0.0).all()
    assert (here.t_feed <= t_source - 3.0 + 1e-9)[heat > 0.0].all()
    cooled = t_source - heat / np.maximum(use.available / (t_source - t_limit), 1e-300)
    assert (cooled >= np.maximum(t_limit, here.t_return + 3.0) - 1e-6)[heat > 0.0].all()


def test_any_cycle_balances_and_stays_below_carnot() -> None:
    t_source, here = random(60.0, 500.0, 1), network(3)
    t_limit = t_source * random(0.1, 0.99, 2)
    ctx = context(N)
    ran = 0
    for evaporation in (90.0, 150.0, 280.0):
        works = OrganicCycle(
            name="o",
            node="n",
            power=Series(random(0.0, 1e8, 5)),
            temperature=Series(t_source),
            limit_temperature=Series(t_limit),
            evaporation=evaporation,
            approach=10.0,
        )
        heat = taken(works.offer(ctx, here), here.t_return) * random(0.0, 1.0, 6)
        use = works.use(ctx, here, heat)
        total = use.direct + use.rejected + use.generated
        assert total == pytest.approx(use.available, rel=1e-9, abs=1e-3)
        assert (use.generated >= 0.0).all()
        assert (use.rejected >= -1e-6 * use.available).all()
        assert (here.t_feed <= t_source - 10.0 + 1e-9)[heat > 0.0].all()
        # second law: electricity is less than an ideal engine between stream and feed makes of all heat used
        ideal = 1.0 - (here.t_feed + KELVIN) / (t_source + KELVIN)
        made = use.generated > 0.0
        ran += made.sum()
        assert (use.generated < ideal * (use.generated + use.direct))[made].all()
    assert ran > 1000


def test_any_absorption_machine_balances_and_makes_no_order() -> None:
    """Entropy of drive and cold heat, at their coolest, is not more than that of the heat at the feed."""
    here, drive, cold = network(3), random(40.0, 250.0, 1), random(0.0, 60.0, 2)
    machine = AbsorptionHeatPump(
        name="a",
        node="n",
        power=Series(random(0.0, 1e8, 5)),
        limit_temperature=Series(cold),
        drive_power=Series(random(0.0, 1e8, 6)),
        drive_temperature=Series(drive),
    )
    ctx = context(N)
    heat = machine.offer(ctx, here).power * random(0.0, 1.0, 7)
    use = machine.use(ctx, here, heat)
    assert (heat > 0.0).sum() > 1000
    assert use.direct + use.lifted == pytest.approx(heat, rel=1e-9, abs=1e-6)
    assert use.direct + use.lifted + use.rejected == pytest.approx(use.available, rel=1e-9)
    assert (use.rejected >= -1e-6).all()
    assert (use.electricity >= 0.0).all()
    brought = use.direct / (drive + KELVIN) + use.lifted / (cold + KELVIN)
    assert (brought <= heat / (here.t_feed + KELVIN) * (1 + 1e-9)).all()
    assert (drive > here.t_feed)[heat > 0.0].all()
