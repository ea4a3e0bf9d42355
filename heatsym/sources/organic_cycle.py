"""A hot stream that makes electricity first (organic Rankine cycle) and heats the network with the rest."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import BoolArray, FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile, highest
from heatsym.physics.organic_cycle import cycle_efficiency, cycle_heat, evaporator_outlet, made_with
from heatsym.physics.stream import capacity_flow, feeds_in
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, or_default, plant_offer, share_of, stream_use, told
from heatsym.sources.stream import limit_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganicCycle:
    """The hot end of the stream evaporates; condenser and the stream behind the evaporator heat water."""

    kind: ClassVar[str] = "orc"
    surplus: ClassVar[bool] = True
    minds_return: ClassVar[bool] = False
    electric: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity(
        "W", "heat in the stream, counted down to limit_temperature", low=0, varies=True
    )
    temperature: Profile = quantity("degC", "temperature of the stream", above=0, high=1500, varies=True)
    limit_temperature: Profile = quantity(
        "degC", "temperature down to which the power counts", above=-50, high=1500, varies=True
    )
    evaporation: float = quantity(
        "degC", "temperature at which the working fluid evaporates", above=0, high=400
    )
    carnot_share: float | None = quantity(
        "1", "share of the ideal engine's electricity; default 0.44", above=0, high=0.8, default=None
    )
    approach: float = quantity(
        "K",
        "smallest temperature difference in evaporator, condenser and heat exchanger",
        low=0,
        high=100,
        default=15.0,
    )
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "paid to the partner for the heat", varies=True, default=0.0)
    must_run: bool = keys.must_run()
    partner: str = keys.partner()
    data_status: str = text(
        "how well power and temperature are known",
        choices=("measured", "declared", "assumed"),
        default="assumed",
    )
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """A stream that never evaporates the fluid, a limit above it, and what is wrong with when it runs."""
        found = [*limit_faults(self.temperature, self.limit_temperature), *runs.run_faults(self)]
        if highest(self.temperature) < self.evaporation + self.approach:
            reason = f"with approach is above the stream's {highest(self.temperature):g} degC"
            found.append(Fault("evaporation", "HS543", reason, "lower it: the cycle would never run"))
        return tuple(found)

    def available(self, ctx: Context) -> FloatArray:
        """Heat in the stream, stops and outages taken out; (time,), W."""
        return ctx.values(self.power) * runs.in_operation(self, ctx)

    def _cycle(self, ctx: Context, site: Site) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
        """Temperature behind the evaporator [degC], heat evaporated [W], efficiency [-], and who feeds."""
        t_source, t_limit = ctx.values(self.temperature), ctx.values(self.limit_temperature)
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        t_out, boils = evaporator_outlet(
            t_source, t_limit, self.evaporation, t_feed + self.approach, self.approach
        )
        share = or_default(self.carnot_share, self.kind, "carnot_share")
        efficiency = np.where(boils, cycle_efficiency(self.evaporation, t_feed + self.approach, share), 0.0)
        evaporated = cycle_heat(self.available(ctx), t_source, t_limit, t_out, boils)
        return t_out, evaporated, efficiency, feeds_in(t_source, t_feed, self.approach)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """The condenser's heat and what the stream has left behind the evaporator."""
        t_out, evaporated, efficiency, feeds = self._cycle(ctx, site)
        t_source, power = ctx.values(self.temperature), self.available(ctx)
        conductance = capacity_flow(power, t_source, ctx.values(self.limit_temperature))
        most = np.where(feeds, power - efficiency * evaporated, 0.0)
        t_hot = t_out - self.approach + (1.0 - efficiency) * (t_source - t_out)
        over = np.maximum(t_hot - site.t_return, 0.0)
        with np.errstate(invalid="ignore"):
            given = np.fmin(most, conductance * over)
        return plant_offer(
            most,
            feed_temperature(ctx, site, self.supply_temperature),
            conductance=conductance,
            t_hot=t_hot,
            electricity_per_heat=-share_of(made_with(given, evaporated, efficiency), given),
            price=ctx.values(self.price),
        )

    def basis(self) -> tuple[str, ...]:
        """How well the stream is known, the cycle's share where it is a default, and outages."""
        said = told(self.name, self.kind, {"carnot_share": self.carnot_share})
        return (f"power and temperature of {self.name}: {self.data_status}", *said, *runs.outage_basis(self))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Heat of the stream = electricity + heat to the network + rejected."""
        _, evaporated, efficiency, _ = self._cycle(ctx, site)
        generated = made_with(heat, evaporated, efficiency)
        fed = stream_use(self.available(ctx), heat)
        return replace(fed, rejected=fed.rejected - generated, generated=generated)
