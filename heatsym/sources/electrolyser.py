"""Heat of an electrolyser: a share of the electricity that it takes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.cooled import (
    coldest,
    cooled_basis,
    cooled_faults,
    cooled_stream,
    offer_cooled,
    use_cooled,
    usual_value,
    warmth,
)
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.stream import Stream, depends_on_return


@dataclass(frozen=True, slots=True, kw_only=True)
class Electrolyser:
    """Runs as given, or at full load where electricity is cheap enough."""

    kind: ClassVar[str] = "electrolyser"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity("W", "electricity that it takes when it runs", low=0, varies=True)
    heat_per_electricity: float | None = quantity(
        "1", "heat in its cooling water per electricity; default as usual", low=0, high=1, default=None
    )
    electricity_price: Profile | None = quantity(
        "EUR/J", "what its owner pays, with runs_below", varies=True, default=None
    )
    runs_below: float | None = quantity(
        "EUR/J", "price of electricity up to which it runs; default always", default=None
    )
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
        """A price without its bound or the other way, and what is wrong with heat pump or times."""
        return (*self._half_a_price(), *cooled_faults(self))

    def _half_a_price(self) -> Iterator[Fault]:
        """A price of electricity without the one up to which it runs, or the other way."""
        for key, other in (("electricity_price", "runs_below"), ("runs_below", "electricity_price")):
            if getattr(self, key) is not None and getattr(self, other) is None:
                hint = f"give {other}, or remove it"
                yield Fault(key, "HS531", f"means nothing without {other}", hint)

    def full_power(self, ctx: Context) -> FloatArray:
        """Its heat but for outages; (time,), W."""
        usual, share = usual_value(self, "heat_per_electricity"), self.heat_per_electricity
        heat = ctx.values(self.power) * (usual if share is None else share)
        if self.runs_below is None or self.electricity_price is None:
            return heat
        return np.where(ctx.values(self.electricity_price) <= self.runs_below, heat, 0.0)

    def stream(self, ctx: Context) -> Stream:
        """Its cooling water."""
        return cooled_stream(self, ctx, self.full_power(ctx))

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Direct heat where it is warm enough, lifted heat where it has a heat pump."""
        return offer_cooled(self, ctx, site)

    def basis(self) -> tuple[str, ...]:
        """How well it is known, what is taken as usual, and whose its electricity is."""
        share = self.heat_per_electricity is None
        usual = share and f"heat {usual_value(self, 'heat_per_electricity'):g} of its electricity"
        own = f"electricity of {self.name} is its owner's: neither cost nor emissions of the network"
        return (*cooled_basis(self, {"heat_per_electricity": usual}), own)

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was neither fed in nor lifted goes to its coolers."""
        return use_cooled(self, ctx, site, heat)
