"""A stream of industrial surplus heat: cooling water, condensate, off-gas behind an exchanger."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.fields import flag, quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.stream import capacity_flow, feeds_in
from heatsym.sources import availability as runs
from heatsym.sources.common import feed_temperature, plant_offer, stream_use


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustrialStream:
    """Surplus heat with a temperature of its own; what the network cannot use is rejected."""

    kind: ClassVar[str] = "industrial"
    surplus: ClassVar[bool] = True
    minds_return: ClassVar[bool] = False
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity(
        "W", "heat in the stream, counted down to limit_temperature", low=0, varies=True
    )
    temperature: Profile = quantity("degC", "temperature of the stream", above=0, high=1500, varies=True)
    limit_temperature: Profile | None = quantity(
        "degC",
        "temperature down to which the power counts; default: all of the power is usable heat",
        above=-50,
        high=1500,
        varies=True,
        default=None,
    )
    approach: float = quantity(
        "K",
        "smallest temperature difference in the heat exchanger: 5 for liquids, about 15 for gases",
        low=0,
        high=100,
        default=5.0,
    )
    supply_temperature: Profile | None = quantity(
        "degC",
        "feed temperature; default the network's set-point",
        above=0,
        high=180,
        varies=True,
        default=None,
    )
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "paid to the partner for the heat", varies=True, default=0.0)
    partner: str = text("who owns it", default="")
    data_status: str = text(
        "how well power and temperature are known",
        choices=("measured", "declared", "assumed"),
        default="assumed",
    )
    enabled: bool = flag("take part in the run", default=True)

    def available(self, ctx: Context) -> FloatArray:
        """Heat in the stream, stops and outages taken out; (time,), W."""
        return ctx.values(self.power) * runs.in_operation(self, ctx)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """The stream's heat where it is warm enough, limited by the return water it is cooled against."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        t_source = ctx.values(self.temperature)
        power = self.available(ctx)
        usable = np.where(feeds_in(t_source, t_feed, self.approach), power, 0.0)
        if self.limit_temperature is None:
            return plant_offer(usable, t_feed, price=ctx.values(self.price))
        return plant_offer(
            usable,
            t_feed,
            conductance=capacity_flow(power, t_source, ctx.values(self.limit_temperature)),
            t_hot=t_source - self.approach,
            price=ctx.values(self.price),
        )

    def basis(self) -> tuple[str, ...]:
        """How well the stream is known."""
        return (f"power and temperature of {self.name}: {self.data_status}",)

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was fed in is direct, the rest of the stream is rejected."""
        return stream_use(self.available(ctx), heat)
