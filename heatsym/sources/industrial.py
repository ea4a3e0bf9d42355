"""A stream of industrial surplus heat: cooling water, condensate, off-gas behind an exchanger."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import flag, part, quantity, text
from heatsym.interfaces.profile import Context, Profile, lowest
from heatsym.physics.stream import DEW_POINT
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.annual import power_of_year, profile_weights
from heatsym.sources.archetypes import Archetype, archetype, profiles, sectors, taken_from
from heatsym.sources.common import feed_temperature
from heatsym.sources.keys import APPROACH
from heatsym.sources.lift import HeatPumpUnit, unit_basis
from heatsym.sources.stream import (
    ARRANGEMENTS,
    ExchangerDesign,
    Stream,
    depends_on_return,
    exchanger_basis,
    exchanger_faults,
    exchanger_ua,
    limit_faults,
    machine_faults,
    offer_stream,
    use_stream,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustrialStream:
    """Surplus heat with a temperature of its own; what the network cannot use is rejected."""

    kind: ClassVar[str] = "industrial"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    sector: str | None = text(
        "industry, from which follows what is not given", choices=sectors(), default=None
    )
    power: Profile | None = quantity(
        "W",
        "heat in the stream, counted down to limit_temperature; or annual_heat or annual_fuel",
        low=0,
        varies=True,
        default=None,
    )
    annual_heat: float | None = quantity(
        "J", "heat of a calendar year without outages, spread by profile", low=0, high=1e18, default=None
    )
    annual_fuel: float | None = quantity(
        "J",
        "fuel of a calendar year, of which a share by sector is annual_heat",
        low=0,
        high=1e18,
        default=None,
    )
    profile: str | None = text(
        "how annual heat is spread over hours, days and months; default by sector, else continuous",
        choices=profiles(),
        default=None,
    )
    temperature: Profile | None = quantity(
        "degC", "temperature of the stream; default by sector", above=0, high=1500, varies=True, default=None
    )
    limit_temperature: Profile | None = quantity(
        "degC",
        "temperature down to which the power counts; default by sector, else all of the power is usable heat",
        above=-50,
        high=1500,
        varies=True,
        default=None,
    )
    approach: float | None = quantity(
        "K",
        "smallest temperature difference in the heat exchanger: 5 for liquids, about 15 for gases; default "
        "by sector, else 5",
        low=0,
        high=100,
        default=None,
    )
    ua: float | None = quantity(
        "W/K",
        "heat transfer capacity of the clean heat exchanger; default as large as it takes",
        above=0,
        default=None,
    )
    exchanger: ExchangerDesign | None = part(
        ExchangerDesign, "design point of the clean heat exchanger, in place of ua", default=None
    )
    fouling: float = quantity(
        "m2 K/W", "resistance of deposits, of both sides of an exchanger of given size", low=0, default=0.0
    )
    medium: str = text(
        "what flows: flue gas is not cooled below 120 degC unless condensing",
        choices=("liquid", "gas", "flue_gas"),
        default="liquid",
    )
    condensing: bool = flag("the heat exchanger stands what flue gas condenses to", default=False)
    arrangement: str = text(
        "heat exchanger and heat pump: each brings its water to the feed temperature, or one after the other",
        choices=ARRANGEMENTS,
        default="parallel",
    )
    heat_pump: HeatPumpUnit | None = part(
        HeatPumpUnit, "lifts what the heat exchanger leaves of the stream", default=None
    )
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] | None = runs.stops(
        "planned stops; with annual heat, default by sector", default=None
    )
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
        """How much heat there is and how warm; once that is known, its machines and when it runs."""
        return tuple(self._heat()) or (*self._machines(), *runs.run_faults(self))

    def _machines(self) -> Iterator[Fault]:
        """Heat exchanger and heat pump, and down to where the stream is cooled."""
        limit = self.lowest_temperature
        yield from limit_faults(self.stream_temperature, self.limit_temperature)
        yield from machine_faults(self.heat_pump, self.arrangement, limit, "limit_temperature")
        for key, given in (("heat_pump", self.heat_pump), ("ua", self.ua), ("exchanger", self.exchanger)):
            if given is not None and limit is None:
                reason = "needs limit_temperature: how far the stream may be cooled"
                hint = "give limit_temperature_degC, down to which the power counts"
                yield Fault(key, "HS523", reason, hint)
        yield from exchanger_faults(self.ua, self.exchanger, self.fouling)
        if self.condensing and self.medium != "flue_gas":
            yield Fault("condensing", "HS524", 'means nothing without medium = "flue_gas"', "remove it")

    def _heat(self) -> Iterator[Fault]:
        """Its heat said never or twice, and what its sector does not say either."""
        ways = ("power", "annual_heat", "annual_fuel")
        given = [key for key in ways if getattr(self, key) is not None]
        if not given:
            hint = "give power, annual_heat or annual_fuel"
            yield Fault("", "HS531", "it is not known how much heat there is", hint)
        for other in given[1:]:
            yield Fault(other, "HS531", f"is given beside {given[0]}", "keep one of the two")
        if self.profile is not None and "power" in given:
            hint = "remove it, or give annual_heat in place of power"
            yield Fault("profile", "HS531", "means nothing beside power", hint)
        usual = self.usual.values
        if self.temperature is None and "temperature" not in usual:
            whose = f"{self.sector} has no usual one" if self.sector else "there is no sector"
            yield Fault("temperature", "HS531", f"is missing, and {whose}", "give temperature_degC")
        if "annual_fuel" in given and "heat_per_fuel" not in usual:
            known = ", ".join(
                name for name in sectors() if "heat_per_fuel" in archetype(self.kind, name).values
            )
            yield Fault(
                "annual_fuel",
                "HS531",
                "its share of surplus heat is not known",
                f"give annual_heat, or a sector: {known}",
            )

    @property
    def usual(self) -> Archetype:
        """What is usual in its sector; empty without one."""
        return archetype(self.kind, self.sector or "-")

    @property
    def stream_temperature(self) -> Profile:
        """Temperature of the stream, given or usual. [degC]"""
        return self.usual.values["temperature"] if self.temperature is None else self.temperature

    @property
    def lowest_temperature(self) -> Profile | None:
        """Temperature down to which heat counts, given or usual where the stream is warmer. [degC]"""
        usual = self.usual.values.get("limit_temperature")
        if self.limit_temperature is not None or usual is None:
            return self.limit_temperature
        return usual if usual < lowest(self.stream_temperature) else None

    @property
    def least_difference(self) -> float:
        """Smallest temperature difference in the heat exchanger. [K]"""
        return self.usual.values.get("approach", APPROACH) if self.approach is None else self.approach

    def weights(self, axis: TimeAxis) -> FloatArray:
        """Its annual heat in each step relative to full power, planned stops taken out; (time,), [-]."""
        usual = self.usual
        found = profile_weights(axis, self.profile or usual.profile or "continuous")
        if self.stops is None:
            for start, days in usual.stops:
                found[runs.every_year(axis, start, days)] = 0.0
        else:
            found[runs.stopped(self.stops, axis)] = 0.0
        if self.campaigns:
            found[~runs.stopped(self.campaigns, axis)] = 0.0
        return found

    def full_power(self, ctx: Context) -> FloatArray:
        """Heat in the stream but for outages and stops of a given power; (time,), W."""
        heat = self.annual_heat
        if self.annual_fuel is not None:
            heat = self.annual_fuel * self.usual.values["heat_per_fuel"]
        if self.power is not None:
            return ctx.values(self.power)
        assert heat is not None  # see faults
        return power_of_year(ctx.axis, heat, self.weights)

    @property
    def minds_return(self) -> bool:
        """Whether its heat depends on more than return water that cools the stream."""
        return depends_on_return(self.ua or self.exchanger, self.heat_pump)

    @property
    def electric(self) -> bool:
        """Whether its heat takes electricity."""
        return self.heat_pump is not None

    def stream(self, ctx: Context) -> Stream:
        """The stream with its machines, stops and outages taken out."""
        power, limit = self.full_power(ctx), self.lowest_temperature
        ua = exchanger_ua(self.ua, self.exchanger, self.fouling, self.medium)
        return Stream(
            name=self.name,
            power=power,
            t_source=ctx.values(self.stream_temperature),
            t_limit=None if limit is None else ctx.values(limit),
            approach=self.least_difference,
            ua=None if ua is None else np.full_like(power, ua),
            lift=self.heat_pump,
            arrangement=self.arrangement,
            availability=runs.in_operation(self, ctx, self.sector or ""),
            t_floor=DEW_POINT if self.medium == "flue_gas" and not self.condensing else -np.inf,
        )

    def offer(self, ctx: Context, site: Site) -> Offer:
        """The stream's heat where it is warm enough, limited by the return water it is cooled against."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        return offer_stream(ctx, site, self.stream(ctx), t_feed, ctx.values(self.price))

    def basis(self) -> tuple[str, ...]:
        """How well the stream is known, what is usual in its sector or assumed of its heat pump, outages."""
        said = [f"power and temperature of {self.name}: {self.data_status}", *self._by_sector()]
        said += exchanger_basis(self.ua, self.exchanger, self.medium, self.name)
        said += () if self.heat_pump is None else unit_basis(self.heat_pump, self.name)
        return (*said, *runs.outage_basis(self, self.sector or ""))

    def _by_sector(self) -> Iterator[str]:
        """What was taken from the sector, and what is usual there and not in the case."""
        usual, limit = self.usual, self.lowest_temperature
        spans = " and ".join(f"{days} days from {start}" for start, days in usual.stops)
        taken = {
            "temperature": self.temperature is None and f"stream of {self.stream_temperature:g} degC",
            "limit_temperature": self.limit_temperature is None
            and limit is not None
            and f"counted down to {limit:g} degC",
            "approach": self.approach is None and f"approach {self.least_difference:g} K",
            "heat_per_fuel": self.annual_fuel is not None
            and f"surplus heat {usual.values.get('heat_per_fuel', 0.0):g} of the fuel",
            "profile": self.power is None and self.profile is None and f"profile {usual.profile}",
            "stops": self.power is None and self.stops is None and spans and f"stops of {spans}",
        }
        if self.sector is not None:
            yield from taken_from(usual, f"{self.name} as usual in {self.sector}", taken)
        for key, instead, said in (
            ("turnaround_every", self.turnaround, "no turnaround, though one every {:g} years is usual"),
            ("closure_hazard", self.closure, "no closure, though {:.2g} of such works close in a year"),
        ):
            if key in usual.values and instead is None:
                yield f"{self.name}: {said.format(usual.values[key])} ({usual.statuses[key]})"

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was fed in is direct or lifted, the rest of the stream is rejected."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        return use_stream(ctx, site, self.stream(ctx), t_feed, heat)
