"""A heat pump on ambient heat: outdoor air, river, lake, sea, ground, or any water of a given temperature."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import flag, quantity, text
from heatsym.interfaces.profile import Context, Profile, Series, lowest
from heatsym.physics.heat_pump import frosted_share
from heatsym.physics.water import specific_heat
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature
from heatsym.sources.lift import (
    CopPoint,
    HeatPumpUnit,
    PowerPoint,
    cop_key,
    derating_key,
    least_load_key,
    map_key,
    model_key,
    pinch_key,
    power_key,
    ramp_key,
    share_key,
    unit_basis,
    unit_faults,
)
from heatsym.sources.stream import Stream, offer_stream, use_stream
from heatsym.tables import read_table

MEDIA = ("air", "river", "lake", "sea", "ground", "water")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPump:
    """Lifts ambient heat to the feed temperature, with electricity."""

    kind: ClassVar[str] = "heat_pump"
    surplus: ClassVar[bool] = False
    electric: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    medium: str = text("what it takes heat from", choices=MEDIA)
    power: Profile = power_key()
    source_temperature: Profile | None = quantity(
        "degC",
        "temperature of what it takes heat from; default for air: outdoor air",
        low=-60,
        high=100,
        varies=True,
        default=None,
    )
    source_cooling: float | None = quantity(
        "K",
        "by how much that is cooled, at most down to freezing; default by medium",
        above=0,
        high=60,
        default=None,
    )
    source_power: Profile | None = quantity(
        "W", "largest heat that it may draw; default as much as it takes", low=0, varies=True, default=None
    )
    source_flow: Profile | None = quantity(
        "kg/s", "largest flow of water that it may cool", low=0, varies=True, default=None
    )
    model: str = model_key()
    cop: Profile | None = cop_key()
    share: float | None = share_key()
    map: tuple[CopPoint, ...] = map_key()
    derating: tuple[PowerPoint, ...] = derating_key()
    pinch: float = pinch_key()
    least_load: float = least_load_key()
    ramp: float | None = ramp_key()
    least_up_time: float = runs.least_up_time()
    least_down_time: float = runs.least_down_time()
    defrost: bool = flag("count what a heat pump on air loses to ice, where cop is not given", default=True)
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

    @property
    def needs_weather(self) -> bool:
        """Whether its heat comes from outdoor air of the case's weather."""
        return self.source_temperature is None

    @property
    def minds_return(self) -> bool:
        """Whether its heat per electricity depends on the water that returns."""
        return self.unit.follows_return

    @property
    def unit(self) -> HeatPumpUnit:
        """The machine."""
        return HeatPumpUnit(
            power=self.power,
            model=self.model,
            cop=self.cop,
            share=self.share,
            map=self.map,
            derating=self.derating,
            pinch=self.pinch,
            least_load=self.least_load,
            ramp=self.ramp,
            least_up_time=self.least_up_time,
            least_down_time=self.least_down_time,
            freezing=usual(self.medium, "freezing"),
        )

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the machine, with what it takes heat from, and with when it runs."""
        return (*unit_faults(self.unit, ""), *self._source_faults(), *runs.run_faults(self))

    def _source_faults(self) -> Iterator[Fault]:
        """A temperature that is not known or that of ice, and what its medium does not have."""
        freezing = self.unit.freezing
        if self.source_temperature is None:
            if self.medium != "air":
                reason = f"source_temperature_degC is missing: how warm the {self.medium} is"
                yield Fault("", "HS101", reason, "a number, a series or twelve months")
        elif lowest(self.source_temperature) < freezing:
            coldest = lowest(self.source_temperature)
            reason = f"{coldest:g} degC is below freezing of {self.medium} at {freezing:g} degC"
            yield Fault("source_temperature", "HS522", reason, "correct it, or the medium")
        if self.medium == "air" and self.source_flow is not None:
            yield Fault("source_flow", "HS524", "is a flow of water, not of air", "use source_power_MW")
        if self.medium != "air" and not self.defrost:
            yield Fault("defrost", "HS524", 'means nothing without medium = "air"', "remove it")

    def stream(self, ctx: Context) -> Stream:
        """What it takes heat from: cooled as asked or down to freezing, left alone where that is little.

        Where it runs in part, it is a smaller one, and so is its part of the source.
        """
        there = runs.in_operation(self, ctx)
        t_source = (
            ctx.t_air.copy() if self.source_temperature is None else ctx.values(self.source_temperature)
        )
        asked = usual(self.medium, "cooling") if self.source_cooling is None else self.source_cooling
        t_limit = np.minimum(np.maximum(t_source - asked, usual(self.medium, "freezing")), t_source)
        cooling = t_source - t_limit
        power = ctx.values(self.power)  # it never draws more than it gives
        if self.source_power is not None:
            power = np.minimum(power, ctx.values(self.source_power))
        if self.source_flow is not None:
            heat = specific_heat(np.clip(t_source, 0.5, 160.0)) * cooling
            power = np.minimum(power, ctx.values(self.source_flow) * heat)
        frost = None
        if self.medium == "air" and self.defrost and self.cop is None:
            frost = frosted_share(ctx.t_air if self.source_temperature is None else t_source, frost_points())
        return Stream(
            name=self.name,
            power=np.where(cooling >= min(asked, usual("any", "smallest_cooling")), power * there, 0.0),
            t_source=t_source,
            t_limit=t_limit,
            approach=np.inf,  # nothing is fed in directly
            lift=replace(self.unit, power=Series(ctx.values(self.power) * there)),
            frost=frost,
        )

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its power at these temperatures, or what the source allows; with its electricity per heat."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        return offer_stream(ctx, site, self.stream(ctx), t_feed, ctx.values(self.price))

    def basis(self) -> tuple[str, ...]:
        """Its model, what is taken by default of its source, and outages."""
        said = [*unit_basis(self.unit, self.name)]
        if self.source_cooling is None:
            kelvin = usual(self.medium, "cooling")
            said.append(f"{self.medium} cooled by the heat pump {self.name}: {kelvin:g} K (assumed)")
        if self.medium == "air" and self.defrost and self.cop is None:
            said.append(f"defrosting of {self.name}: shares of heat lost by residential units (published)")
        if not self.derating:
            said.append(f"power of {self.name}: the same at all temperatures (assumed)")
        return (*said, *runs.outage_basis(self))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Ambient heat is lifted; what it could have drawn beside counts as rejected."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        use = use_stream(ctx, site, self.stream(ctx), t_feed, heat)
        offer = self.offer(ctx, site)
        available = np.maximum(offer.power * (1.0 - offer.electricity_per_heat), use.lifted)
        return replace(use, available=available, rejected=available - use.lifted)


def usual(medium: str, quantity: str) -> float:
    """What is taken of a medium where a case does not say it: ``cooling`` [K] or ``freezing`` [degC]."""
    rows = read_table("heat_pump_sources")
    return float(next(r["value"] for r in rows if (r["medium"], r["quantity"]) == (medium, quantity)))


def frost_points() -> list[tuple[float, float]]:
    """Outdoor air [degC] and share of heat lost to defrosting [-]."""
    return [(float(row["outdoor_degC"]), float(row["value"])) for row in read_table("heat_pump_defrost")]
