"""Electricity to heat, by electrodes or resistance."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, or_default, plant_offer, plant_use, told


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricBoiler:
    """Turns electricity into heat."""

    kind: ClassVar[str] = "electric_boiler"
    surplus: ClassVar[bool] = False
    minds_return: ClassVar[bool] = False
    electric: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity("W", "largest heat output", low=0, varies=True)
    efficiency: float | None = quantity(
        "1", "heat per electricity; default 0.99", above=0, high=1, default=None
    )
    least_load: float = quantity(
        "1", "load below which it does not run, share of its power", low=0, high=1, default=0.0
    )
    ramp: float | None = quantity(
        "W/s", "most by which its heat changes; default: at once", above=0, default=None
    )
    least_up_time: float = runs.least_up_time()
    least_down_time: float = runs.least_down_time()
    start_cost: float = quantity("EUR", "cost of each start", low=0, high=1e7, default=0.0)
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "variable cost besides electricity", varies=True, default=0.0)
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with when it runs."""
        return (*runs.run_faults(self), *runs.time_faults(self.least_up_time, self.least_load))

    def capacity(self, ctx: Context) -> FloatArray:
        """Most heat that it gives, stops and outages taken out; (time,), W."""
        return ctx.values(self.power) * runs.in_operation(self, ctx)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its power at its feed temperature, with electricity per heat."""
        power = self.capacity(ctx)
        efficiency = or_default(self.efficiency, self.kind, "efficiency")
        return plant_offer(
            power,
            feed_temperature(ctx, site, self.supply_temperature),
            electricity_per_heat=np.full_like(power, 1.0 / efficiency),
            price=ctx.values(self.price),
            least=self.least_load * power,
            ramp=None if self.ramp is None else np.full_like(power, self.ramp),
        )

    def basis(self) -> tuple[str, ...]:
        """The efficiency, where it is a default, and outages."""
        return (*told(self.name, self.kind, {"efficiency": self.efficiency}), *runs.outage_basis(self))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Electricity for the heat given."""
        efficiency = or_default(self.efficiency, self.kind, "efficiency")
        return plant_use(self.capacity(ctx), heat, electricity=heat / efficiency)
