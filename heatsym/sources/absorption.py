"""An absorption heat pump: a hot stream or a fuel drives it, a cold stream is lifted."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.absorption import cold_per_drive, drive_and_cold
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.boiler import FUELS
from heatsym.sources.common import feed_temperature, or_default, plant_offer, share_of, stream_use, told


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorptionHeatPump:
    """Gives drive and cold heat together at the feed temperature."""

    kind: ClassVar[str] = "absorption"
    surplus: ClassVar[bool] = True
    minds_return: ClassVar[bool] = False
    electric: ClassVar[bool] = True

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity("W", "heat of the cold stream down to limit_temperature", low=0, varies=True)
    limit_temperature: Profile = quantity(
        "degC", "temperature down to which the cold stream is cooled", above=-50, high=150, varies=True
    )
    drive_power: Profile = quantity(
        "W", "most heat of the drive, down to drive_temperature", low=0, varies=True
    )
    drive_temperature: Profile = quantity(
        "degC", "coolest temperature at which drive heat is taken up", above=0, high=400, varies=True
    )
    fuel: str | None = text(
        "what makes the drive's heat; default: a hot stream of surplus heat", choices=FUELS, default=None
    )
    fuel_efficiency: float | None = quantity(
        "1", "drive heat per lower heating value of the fuel", above=0, high=1.12, default=None
    )
    cooling_cop: float | None = quantity(
        "1", "cold heat lifted per drive heat, at most; default 0.75", above=0, high=2, default=None
    )
    carnot_share: float | None = quantity(
        "1",
        "share of the reversible limit that is never exceeded; default 0.6",
        above=0,
        high=0.95,
        default=None,
    )
    electricity: float | None = quantity(
        "1",
        "electricity of pumps per cold heat; default 0.08",
        low=0,
        high=1,
        default=None,
        key="electricity_per_cold",
    )
    heat_power: float | None = quantity(
        "W", "largest heat output of the machine; default what its streams allow", above=0, default=None
    )
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "paid for the heat", varies=True, default=0.0)
    must_run: bool = keys.must_run()
    partner: str = keys.partner()
    data_status: str = text(
        "how well powers and temperatures are known",
        choices=("measured", "declared", "assumed"),
        default="assumed",
    )
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """A fuel without efficiency or the other way, and what is wrong with when it runs."""
        found = [*runs.run_faults(self)]
        if self.fuel is None and self.fuel_efficiency is not None:
            hint = "leave it out, or give fuel"
            found.append(Fault("fuel_efficiency", "HS540", "is given, but no fuel", hint))
        if self.fuel is not None and self.fuel_efficiency is None:
            found.append(Fault("fuel_efficiency", "HS542", "is needed with a fuel", "give it, e.g. 0.9"))
        return tuple(found)

    def _lifted(self, ctx: Context, site: Site) -> FloatArray:
        """Cold heat per drive heat; (time,), [-]."""
        return cold_per_drive(
            ctx.values(self.drive_temperature),
            ctx.values(self.limit_temperature),
            feed_temperature(ctx, site, self.supply_temperature),
            or_default(self.cooling_cop, self.kind, "cooling_cop"),
            or_default(self.carnot_share, self.kind, "carnot_share"),
        )

    def capacity(self, ctx: Context, site: Site) -> FloatArray:
        """Most heat that it gives: by drive, cold stream and size, stops taken out; (time,), W."""
        lifted = self._lifted(ctx, site)
        by_drive = ctx.values(self.drive_power) * (1.0 + lifted)
        lifts = lifted > 0.0
        by_cold = ctx.values(self.power) * (1.0 + 1.0 / np.where(lifts, lifted, 1.0))
        size = np.inf if self.heat_power is None else self.heat_power
        most = np.where(lifts, np.minimum(np.minimum(by_drive, by_cold), size), 0.0)
        return most * runs.in_operation(self, ctx)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its heat, with fuel and electricity per heat; nothing where the drive is not hot enough to lift."""
        power = self.capacity(ctx, site)
        drive, cold = drive_and_cold(power, self._lifted(ctx, site))
        fuel = drive / self.fuel_efficiency if self.fuel_efficiency is not None else 0.0 * drive
        return plant_offer(
            power,
            feed_temperature(ctx, site, self.supply_temperature),
            fuel_per_heat=share_of(fuel, power),
            electricity_per_heat=share_of(self._electricity() * cold, power),
            price=ctx.values(self.price),
        )

    def _electricity(self) -> float:
        """Electricity per cold heat. [-]"""
        return or_default(self.electricity, self.kind, "electricity")

    def basis(self) -> tuple[str, ...]:
        """How well the streams are known, what of the machine is a default, and outages."""
        names = ("cooling_cop", "carnot_share", "electricity")
        said = told(self.name, self.kind, {name: getattr(self, name) for name in names})
        return (
            f"powers and temperatures of {self.name}: {self.data_status}",
            *said,
            *runs.outage_basis(self),
        )

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Drive heat of a stream is direct and cold heat lifted; of a fuel's drive only the fuel counts."""
        drive, cold = drive_and_cold(heat, self._lifted(ctx, site))
        electricity = self._electricity() * cold
        there = runs.in_operation(self, ctx)
        power = ctx.values(self.power) * there
        if self.fuel_efficiency is not None:
            used = stream_use(power, np.zeros_like(heat), cold, electricity)
            return replace(used, fuel=drive / self.fuel_efficiency)
        return stream_use(power + ctx.values(self.drive_power) * there, drive, cold, electricity)
