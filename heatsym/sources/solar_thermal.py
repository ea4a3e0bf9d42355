"""A field of solar collectors behind a heat exchanger."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Climate, Context, Profile
from heatsym.physics.solar_collector import (
    OnCollector,
    absorbed,
    collector_heat,
    diffuse_modifier,
    modifier_coefficient,
    on_collector,
    stagnation_temperature,
)
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, or_default, plant_offer, stream_use, told


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarThermal:
    """Collectors on the ground in rows; coefficients of EN ISO 9806, per gross area."""

    kind: ClassVar[str] = "solar_thermal"
    surplus: ClassVar[bool] = False
    minds_return: ClassVar[bool] = True
    needs_sun: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    area: float = quantity("m2", "gross area of all collectors", above=0, high=1e7)
    tilt: float = quantity("deg", "angle from the horizontal", low=0, high=90, default=35.0, key="tilt")
    azimuth: float = quantity(
        "deg",
        "where they face, clockwise from north: 180 is south",
        low=0,
        high=360,
        default=180.0,
        key="azimuth",
    )
    zero_loss_efficiency: float | None = quantity(
        "1", "eta0, for a beam from straight ahead; default 0.739", above=0, high=1, default=None
    )
    loss: float | None = quantity("W/(m2 K)", "a1; default 3.51", above=0, high=20, default=None)
    loss_rise: float | None = quantity("W/(m2 K2)", "a2; default 0.017", low=0, high=1, default=None)
    modifier_50: float | None = quantity(
        "1",
        "incidence angle modifier of the beam at 50 degrees; default 0.94",
        above=0.5,
        high=1,
        default=None,
        key="modifier_50",
    )
    diffuse_modifier: float | None = quantity(
        "1",
        "modifier of diffuse light, Kd; default follows from modifier_50",
        above=0,
        high=1.2,
        default=None,
        key="diffuse_modifier",
    )
    ground_cover: float = quantity(
        "1",
        "length of a collector along its slope over the distance of rows; 0: no row shades another",
        low=0,
        high=1,
        default=0.0,
        key="ground_cover",
    )
    approach: float = quantity(
        "K",
        "by how much the collectors' fluid is warmer than the network's water",
        low=0,
        high=50,
        default=5.0,
    )
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "variable cost", varies=True, default=0.0)
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with when it runs."""
        return tuple(runs.run_faults(self))

    def _value(self, name: str) -> float:
        given: float | None = getattr(self, name)
        return or_default(given, self.kind, name)

    def absorbed(self, ctx: Context) -> FloatArray:
        """Heat that a square metre takes up before losses; (time,), W/m2."""
        b0 = modifier_coefficient(self._value("modifier_50"))
        diffuse = diffuse_modifier(b0) if self.diffuse_modifier is None else self.diffuse_modifier
        light = _light(ctx.climate, ctx.axis, self.tilt, self.azimuth, self.ground_cover)
        return absorbed(light, self._value("zero_loss_efficiency"), b0, diffuse)

    def available(self, ctx: Context, site: Site) -> FloatArray:
        """Heat at the feed temperature, 0 in stops and where collectors do not get so hot; (time,), W."""
        a1, a2 = self._value("loss"), self._value("loss_rise")
        sun = self.absorbed(ctx)
        t_out = feed_temperature(ctx, site, self.supply_temperature) + self.approach
        t_in = site.t_return + self.approach
        heat = collector_heat(sun, 0.5 * (t_in + t_out), ctx.t_air, a1, a2)
        reached = stagnation_temperature(sun, ctx.t_air, a1, a2) >= t_out
        return np.where(reached, self.area * np.maximum(heat, 0.0), 0.0) * runs.in_operation(self, ctx)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """All that the sun gives at these temperatures."""
        return plant_offer(
            self.available(ctx, site),
            feed_temperature(ctx, site, self.supply_temperature),
            price=ctx.values(self.price),
        )

    def basis(self) -> tuple[str, ...]:
        """Coefficients that are defaults, and outages."""
        names = ("zero_loss_efficiency", "loss", "loss_rise", "modifier_50")
        rows = "" if self.ground_cover else f"{self.name}: no row of collectors shades another"
        said = told(self.name, self.kind, {name: getattr(self, name) for name in names})
        return (*said, *((rows,) if rows else ()), *runs.outage_basis(self))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What the network did not take is left to the collectors, which then stand still.

        In rounds that have not settled to the last digit, a step may have taken a little more than these
        temperatures allow: it counts as available.
        """
        return stream_use(np.maximum(self.available(ctx, site), heat), heat)


@lru_cache(maxsize=8)
def _light(
    climate: Climate | None, axis: TimeAxis, tilt: float, azimuth: float, ground_cover: float
) -> OnCollector:
    """Irradiance on the collectors; the same for all rounds of a run."""
    sun = None if climate is None else climate.sun(axis)
    if sun is None:
        raise InputError([no_sun()])
    return on_collector(sun, tilt, azimuth, ground_cover)


def no_sun() -> Problem:
    """What is said where collectors have no weather with irradiance."""
    reason = "collectors need direct and diffuse irradiance and the place of the weather"
    return Problem("HS544", reason, "weather", 'take dataset = "rostock", or a file that has them')
