"""A boiler: fuel to heat at a given efficiency."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.fields import flag, quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources import availability as runs
from heatsym.sources.common import feed_temperature, plant_offer, plant_use
from heatsym.tables import read_table

FUELS = ("natural_gas", "oil", "wood", "biogas", "coal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Boiler:
    """Burns a fuel; heat per lower heating value is its efficiency."""

    kind: ClassVar[str] = "boiler"
    surplus: ClassVar[bool] = False
    minds_return: ClassVar[bool] = False

    name: str = text("unique name")
    node: str = text("node that it feeds")
    fuel: str = text("what it burns", choices=FUELS)
    power: Profile = quantity("W", "largest heat output", low=0, varies=True)
    efficiency: Profile | None = quantity(
        "1",
        "heat per lower heating value of the fuel; default by fuel",
        above=0,
        high=1.12,
        varies=True,
        default=None,
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
    price: Profile = quantity("EUR/J", "variable cost besides fuel", varies=True, default=0.0)
    partner: str = text("who owns it", default="")
    enabled: bool = flag("take part in the run", default=True)

    def efficiencies(self, ctx: Context) -> FloatArray:
        """Heat per lower heating value; (time,), [-]."""
        given = default_efficiency(self.fuel)[0] if self.efficiency is None else self.efficiency
        return ctx.values(given)

    def capacity(self, ctx: Context) -> FloatArray:
        """What it can give, stops and outages taken out; (time,), W."""
        return ctx.values(self.power) * runs.in_operation(self, ctx)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its power at its feed temperature, with fuel per heat."""
        return plant_offer(
            self.capacity(ctx),
            feed_temperature(ctx, site, self.supply_temperature),
            fuel_per_heat=1.0 / self.efficiencies(ctx),
            price=ctx.values(self.price),
        )

    def basis(self) -> tuple[str, ...]:
        """The efficiency, where it is a default, and outages."""
        chance = runs.outage_basis(self)
        if self.efficiency is not None:
            return chance
        value, status = default_efficiency(self.fuel)
        said = f"efficiency of {self.name}: {value:g} of the lower heating value, {self.fuel} ({status})"
        return (said, *chance)

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Fuel for the heat given."""
        return plant_use(self.capacity(ctx), heat, fuel=heat / self.efficiencies(ctx))


def default_efficiency(fuel: str) -> tuple[float, str]:
    """Heat per lower heating value [-] of a boiler nobody has described, and how well that is known."""
    row = next(row for row in read_table("boiler_efficiencies") if row["fuel"] == fuel)
    return float(row["value"]), row["status"]
