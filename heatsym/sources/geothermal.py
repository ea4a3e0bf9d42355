"""Deep geothermal heat: brine is pumped up, cooled against the return water and sent down again."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.stream import capacity_flow, direct_heat, feeds_in
from heatsym.physics.water import density, enthalpy
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, plant_offer, share_of, stream_use
from heatsym.sources.stream import limit_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Geothermal:
    """A well and its heat exchanger, without a heat pump."""

    kind: ClassVar[str] = "geothermal"
    surplus: ClassVar[bool] = False
    minds_return: ClassVar[bool] = False
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    temperature: Profile = quantity("degC", "brine at the well's head", above=0, high=300, varies=True)
    limit_temperature: Profile = quantity(
        "degC",
        "temperature down to which it may be cooled before it is sent down",
        low=0,
        high=300,
        varies=True,
    )
    flow: Profile | None = quantity(
        "m3/s", "largest flow of brine, or give power", low=0, varies=True, default=None
    )
    power: Profile | None = quantity(
        "W", "heat of the brine down to limit_temperature, or give flow", low=0, varies=True, default=None
    )
    brine_heat_capacity: float | None = quantity(
        "J/(m3 K)", "heat capacity of the brine; default that of water", above=1e6, high=6e6, default=None
    )
    pump_electricity: float = quantity(
        "J/m3", "electricity to bring up a volume of brine and send it down", low=0, high=1e9, default=0.0
    )
    approach: float = quantity(
        "K", "smallest temperature difference in the heat exchanger", low=0, high=100, default=5.0
    )
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "variable cost besides pumping", varies=True, default=0.0)
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    @property
    def electric(self) -> bool:
        """Whether pumping costs electricity."""
        return self.pump_electricity > 0.0

    def faults(self) -> tuple[Fault, ...]:
        """Neither flow nor power, or both; a limit above the brine; and what is wrong with when it runs."""
        found = [*limit_faults(self.temperature, self.limit_temperature), *runs.run_faults(self)]
        if (self.flow is None) == (self.power is None):
            said = "needs flow or power" if self.flow is None else "is given beside power"
            found.append(Fault("flow", "HS540", said, "give exactly one of the two"))
        return tuple(found)

    def _of_volume(self, ctx: Context) -> FloatArray:
        """Heat of a volume of brine between its two temperatures; (time,), J/m3."""
        hot, cold = ctx.values(self.temperature), ctx.values(self.limit_temperature)
        if self.brine_heat_capacity is not None:
            return np.asarray(self.brine_heat_capacity * (hot - cold))
        return np.asarray(density(hot) * (enthalpy(hot) - enthalpy(cold)))

    def available(self, ctx: Context) -> FloatArray:
        """Heat of the brine down to its limit, stops and outages taken out; (time,), W."""
        there = runs.in_operation(self, ctx)
        if self.power is not None:
            return ctx.values(self.power) * there
        assert self.flow is not None, "flow or power is given"
        return np.maximum(ctx.values(self.flow) * self._of_volume(ctx), 0.0) * there

    def _usable(self, ctx: Context, site: Site) -> FloatArray:
        """Most heat that goes into return water of this temperature; (time,), W."""
        return direct_heat(
            self.available(ctx),
            ctx.values(self.temperature),
            ctx.values(self.limit_temperature),
            site.t_return,
            feed_temperature(ctx, site, self.supply_temperature),
            self.approach,
        )

    def pumping(self, ctx: Context, site: Site, heat: FloatArray) -> FloatArray:
        """Electricity while the network takes a heat: as much brine flows as it needs; (time,), W."""
        volume = share_of(self.available(ctx), self._of_volume(ctx))
        share = np.minimum(share_of(heat, self._usable(ctx, site)), 1.0)
        return self.pump_electricity * volume * share

    def offer(self, ctx: Context, site: Site) -> Offer:
        """The brine's heat where it is warm enough, limited by the return water that cools it."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        t_source, power = ctx.values(self.temperature), self.available(ctx)
        usable = self._usable(ctx, site)
        return plant_offer(
            np.where(feeds_in(t_source, t_feed, self.approach), power, 0.0),
            t_feed,
            conductance=capacity_flow(power, t_source, ctx.values(self.limit_temperature)),
            t_hot=t_source - self.approach,
            electricity_per_heat=share_of(self.pumping(ctx, site, usable), usable),
            price=ctx.values(self.price),
        )

    def basis(self) -> tuple[str, ...]:
        """The brine, where it is taken for water, and outages."""
        water = f"brine of {self.name}: heat capacity of water"
        return (*(() if self.brine_heat_capacity is not None else (water,)), *runs.outage_basis(self))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What the network did not take stays below ground."""
        return stream_use(self.available(ctx), heat, electricity=self.pumping(ctx, site, heat))
