"""Heat of servers: the electricity that they take, in air or in water."""

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

PROFILE = "summer_peak"
"""How annual heat is spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCentre:
    """Servers turn their electricity into heat, a little more of it in summer."""

    kind: ClassVar[str] = "data_centre"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile | None = quantity(
        "W",
        "electricity of the servers, all of which becomes heat; or annual_heat",
        low=0,
        varies=True,
        default=None,
    )
    annual_heat: float | None = keys.annual_heat()
    cooled_by: str = text("what takes the heat from the servers", choices=("air", "liquid"), default="air")
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
        return warmth(self, self.cooled_by)

    @property
    def lowest_temperature(self) -> Profile:
        """Lowest temperature down to which it is cooled. [degC]"""
        return coldest(self, self.cooled_by)

    def faults(self) -> tuple[Fault, ...]:
        """Heat given never or twice, and what is wrong with its heat pump or with when it runs."""
        return (*one_of(self, "power", "annual_heat"), *cooled_faults(self, self.cooled_by))

    def full_power(self, ctx: Context) -> FloatArray:
        """Its heat but for outages: as given, or the year's, a tenth more in summer; (time,), W."""
        if self.power is not None:
            return ctx.values(self.power)
        return power_of_year(ctx.axis, self.annual_heat or 0.0, _weights)

    def stream(self, ctx: Context) -> Stream:
        """The water or air that leaves the servers."""
        return cooled_stream(self, ctx, self.full_power(ctx), self.cooled_by)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Direct heat where it is warm enough, lifted heat where it has a heat pump."""
        return offer_cooled(self, ctx, site)

    def basis(self) -> tuple[str, ...]:
        """How well it is known, and what is taken as usual."""
        spread = self.power is None and f"heat of the year spread by {PROFILE}"
        return cooled_basis(self, {"profile": spread}, self.cooled_by)

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was neither fed in nor lifted goes to the cooling tower."""
        return use_cooled(self, ctx, site, heat)


def _weights(axis: TimeAxis) -> FloatArray:
    """How heat is spread over the year; (time,), [-]."""
    return profile_weights(axis, PROFILE)
