"""Combined heat and power: back-pressure plants and engines, and turbines with extraction."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.cogeneration import back_pressure, extraction, extraction_limit
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.boiler import FUELS
from heatsym.sources.common import (
    default_of,
    feed_temperature,
    or_default,
    plant_offer,
    plant_use,
    share_of,
    told,
)

LARGEST_TOTAL = 1.12
"""Heat and electricity per lower heating value that nothing exceeds: the upper one of natural gas. [-]"""
OF_EXTRACTION = ("power_loss", "largest_fuel", "least_electricity", "planned_electricity")


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedHeatAndPower:
    """Makes heat and electricity from one fuel."""

    kind: ClassVar[str] = "chp"
    surplus: ClassVar[bool] = False
    minds_return: ClassVar[bool] = False
    electric: ClassVar[bool] = True

    name: str = text("unique name")
    node: str = text("node that it feeds")
    fuel: str = text("what it burns", choices=FUELS)
    arrangement: str = text(
        "back_pressure: heat and electricity go together, as in engines; extraction: steam is taken from a "
        "turbine that could make electricity of it",
        choices=("back_pressure", "extraction"),
        default="back_pressure",
    )
    power: Profile = quantity("W", "largest heat output", low=0, varies=True)
    power_to_heat: float | None = quantity(
        "1",
        "electricity per heat, for extraction where all steam is taken; default by fuel",
        above=0,
        high=10,
        default=None,
    )
    efficiency: float | None = quantity(
        "1",
        "per lower heating value: heat and electricity together for back_pressure, electricity without heat "
        "for extraction; default by fuel",
        above=0,
        high=LARGEST_TOTAL,
        default=None,
    )
    power_loss: float | None = quantity(
        "1",
        "extraction: electricity lost per heat taken at the same fuel; default by fuel",
        low=0,
        high=1,
        default=None,
    )
    largest_fuel: float | None = quantity(
        "W",
        "extraction: most fuel that it burns; default what its power needs on the back-pressure line",
        above=0,
        default=None,
    )
    least_electricity: float = quantity(
        "W", "extraction: electricity below which it does not run", low=0, default=0.0
    )
    planned_electricity: Profile = quantity(
        "W",
        "extraction: electricity that it is run for in any case, as made without heat; 0 where it runs for "
        "heat alone",
        low=0,
        varies=True,
        default=0.0,
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
    price: Profile = quantity(
        "EUR/J", "variable cost per heat, besides fuel and electricity", varies=True, default=0.0
    )
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    @property
    def variant(self) -> str:
        """Row of defaults."""
        return f"{self.arrangement} {self.fuel}"

    @property
    def coefficients(self) -> dict[str, float | None]:
        """What its lines in the field of heat and electricity are drawn with, as given."""
        both: dict[str, float | None] = {"power_to_heat": self.power_to_heat, "efficiency": self.efficiency}
        return both if self.arrangement == "back_pressure" else both | {"power_loss": self.power_loss}

    def faults(self) -> tuple[Fault, ...]:
        """What cannot be of the machine, and what is wrong with when it runs."""
        times = runs.time_faults(self.least_up_time, self.least_load)
        return (*self._machine_faults(), *runs.run_faults(self), *times)

    def _machine_faults(self) -> tuple[Fault, ...]:
        """Keys of the other arrangement, else what has no default, else more out than in."""
        if self.arrangement == "back_pressure":
            alien = [name for name in OF_EXTRACTION if getattr(self, name) not in (None, 0.0)]
            if alien:
                hint = 'write arrangement = "extraction", or leave it out'
                return tuple(Fault(name, "HS540", "is of extraction plants", hint) for name in alien)
        unknown = [
            Fault(name, "HS542", f"has no default for {self.variant.replace('_', '-')}", "give it")
            for name, value in self.coefficients.items()
            if value is None and default_of(self.kind, name, self.variant) is None
        ]
        return tuple(unknown) or tuple(self._impossible())

    def _impossible(self) -> list[Fault]:
        """More energy out than in, or a fuel that is not enough for anything."""
        ratio, loss, efficiency = self._lines()
        if self.arrangement == "back_pressure":
            return []
        found, total = [], (1.0 + ratio) * efficiency / (ratio + loss)
        if total > LARGEST_TOTAL:
            reason = (
                f"with power_to_heat and power_loss gives {total:.3g} of the fuel on the back-pressure line"
            )
            found.append(Fault("efficiency", "HS543", reason, "lower it, or raise power_loss"))
        if self.largest_fuel is not None and self.least_electricity >= self.largest_fuel * efficiency:
            reason = "is not below what largest_fuel gives without heat"
            found.append(Fault("least_electricity", "HS543", reason, "lower it"))
        return found

    def _lines(self) -> tuple[float, float, float]:
        """Electricity per heat, electricity lost per heat, efficiency. [-]"""
        ratio, efficiency = (
            or_default(getattr(self, name), self.kind, name, self.variant)
            for name in ("power_to_heat", "efficiency")
        )
        loss = 0.0
        if self.arrangement == "extraction":
            loss = or_default(self.power_loss, self.kind, "power_loss", self.variant)
        return ratio, loss, efficiency

    def capacity(self, ctx: Context) -> FloatArray:
        """Most heat that it gives, stops and outages taken out; (time,), W."""
        power = ctx.values(self.power)
        if self.arrangement == "extraction" and self.largest_fuel is not None:
            limit = extraction_limit(self.largest_fuel, *self._lines(), self.least_electricity)
            power = np.minimum(power, limit)
        return power * runs.in_operation(self, ctx)

    def made(self, ctx: Context, heat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Fuel and electricity with a heat; (time,) each, W."""
        ratio, loss, efficiency = self._lines()
        if self.arrangement == "back_pressure":
            return back_pressure(heat, ratio, efficiency)
        planned = ctx.values(self.planned_electricity)
        if self.largest_fuel is not None:
            planned = np.minimum(planned, self.largest_fuel * efficiency)
        there = runs.in_operation(self, ctx)  # a plant that is there in part is a smaller one
        return extraction(heat, ratio, loss, efficiency, planned * there, self.least_electricity * there)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its heat, with the fuel and electricity that all of it adds to what runs anyway, per heat."""
        power = self.capacity(ctx)
        fuel, electricity = self.made(ctx, power)
        fuel_without, electricity_without = self.made(ctx, np.zeros_like(power))
        return plant_offer(
            power,
            feed_temperature(ctx, site, self.supply_temperature),
            fuel_per_heat=share_of(fuel - fuel_without, power),
            electricity_per_heat=share_of(electricity_without - electricity, power),
            price=ctx.values(self.price),
            least=self.least_load * power,
            ramp=None if self.ramp is None else np.full_like(power, self.ramp),
        )

    def basis(self) -> tuple[str, ...]:
        """Coefficients that are defaults, and outages."""
        return (*told(self.name, self.kind, self.coefficients, self.variant), *runs.outage_basis(self))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Fuel and electricity of the heat given, with what the plant is run for in any case."""
        fuel, electricity = self.made(ctx, heat)
        return plant_use(self.capacity(ctx), heat, fuel=fuel, generated=electricity)
