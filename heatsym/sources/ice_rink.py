"""Heat of an ice rink's refrigeration, in its season."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.annual import power_of_year, profile_weights
from heatsym.sources.cooled import (
    coldest,
    cooled_basis,
    cooled_faults,
    cooled_stream,
    offer_cooled,
    one_of,
    use_cooled,
    warmth,
)
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.stream import Stream, depends_on_return

PROFILE = "winter_season"
"""When there is ice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IceRink:
    """Its refrigeration runs in winter, or in the campaigns that are given."""

    kind: ClassVar[str] = "ice_rink"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile | None = quantity(
        "W", "heat of its refrigeration in season; or annual_heat", low=0, varies=True, default=None
    )
    annual_heat: float | None = keys.annual_heat()
    temperature: Profile | None = keys.temperature()
    cooling: float | None = keys.cooling()
    approach: float = keys.approach()
    arrangement: str = keys.arrangement()
    heat_pump: HeatPumpUnit | None = keys.heat_pump()
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = keys.price()
    must_run: bool = keys.must_run()
    partner: str = keys.partner()
    data_status: str = keys.data_status()
    enabled: bool = keys.enabled()

    @property
    def minds_return(self) -> bool:
        """Whether its heat depends on more than return water that cools the stream."""
        return depends_on_return(None, self.heat_pump)

    @property
    def stream_temperature(self) -> Profile:
        """Temperature of the stream. [degC]"""
        return warmth(self)

    @property
    def lowest_temperature(self) -> Profile:
        """Lowest temperature down to which it is cooled. [degC]"""
        return coldest(self)

    def faults(self) -> tuple[Fault, ...]:
        """Heat given never or twice, and what is wrong with its heat pump or with when it runs."""
        return (*one_of(self, "power", "annual_heat"), *cooled_faults(self))

    def season(self, axis: TimeAxis) -> FloatArray:
        """Whether the ice is kept: its campaigns, else as usual; (time,), 0 to 1 [-]."""
        if self.campaigns:
            return runs.stopped(self.campaigns, axis).astype(float)
        return profile_weights(axis, PROFILE)

    def full_power(self, ctx: Context) -> FloatArray:
        """Its heat but for outages; (time,), W."""
        if self.power is not None:
            return ctx.values(self.power) * self.season(ctx.axis)
        return power_of_year(ctx.axis, self.annual_heat or 0.0, self.season)

    def stream(self, ctx: Context) -> Stream:
        """Cooling water of its refrigeration."""
        return cooled_stream(self, ctx, self.full_power(ctx))

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Direct heat where it is warm enough, lifted heat where it has a heat pump."""
        return offer_cooled(self, ctx, site)

    def basis(self) -> tuple[str, ...]:
        """How well it is known, and what is taken as usual."""
        season = not self.campaigns and f"ice by {PROFILE}"
        return cooled_basis(self, {"profile": season})

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was neither fed in nor lifted goes to its coolers."""
        return use_cooled(self, ctx, site, heat)
