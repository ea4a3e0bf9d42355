"""A boiler: fuel to heat, at an efficiency that may depend on load and on the water that comes back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import part, quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.boiler import part_load_efficiency
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, plant_offer, plant_use, share_of
from heatsym.tables import read_table

FUELS = ("natural_gas", "oil", "wood", "biogas", "coal", "straw", "waste")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLoad:
    """Efficiency at a load."""

    load: float = quantity("1", "heat over the boiler's power", low=0, high=1)
    efficiency: float = quantity("1", "heat per lower heating value of the fuel", above=0, high=1.12)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtReturn:
    """Efficiency with return water of a temperature."""

    return_: float = quantity("degC", "water that comes back", low=0, high=150, key="return")
    efficiency: float = quantity("1", "heat per lower heating value of the fuel", above=0, high=1.12)


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
    efficiency_by_load: tuple[AtLoad, ...] = part(
        AtLoad, "efficiency over load instead, straight between points", many=True, default=()
    )
    efficiency_by_return: tuple[AtReturn, ...] = part(
        AtReturn,
        "efficiency over return water instead, for condensing boilers; with efficiency_by_load, that holds "
        "at the first of these temperatures",
        many=True,
        default=(),
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
    price: Profile = quantity("EUR/J", "variable cost besides fuel", varies=True, default=0.0)
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """Two ways to say the efficiency, points out of order, and what is wrong with when it runs."""
        found = [*runs.run_faults(self), *runs.time_faults(self.least_up_time, self.least_load)]
        curves = {
            "efficiency_by_load": [at.load for at in self.efficiency_by_load],
            "efficiency_by_return": [at.return_ for at in self.efficiency_by_return],
        }
        for field, places in curves.items():
            if places and self.efficiency is not None:
                found.append(Fault("efficiency", "HS540", f"is given beside {field}", "keep one of the two"))
            if any(b <= a for a, b in pairwise(places)):
                found.append(Fault(field, "HS541", "its points do not ascend", "sort them"))
        return tuple(found)

    def efficiencies(self, ctx: Context, site: Site, heat: FloatArray) -> FloatArray:
        """Heat per lower heating value at a heat; (time,), [-]."""
        if not self.efficiency_by_load and not self.efficiency_by_return:
            return ctx.values(
                default_efficiency(self.fuel)[0] if self.efficiency is None else self.efficiency
            )
        loads, returns = self.efficiency_by_load, self.efficiency_by_return
        return part_load_efficiency(
            share_of(heat, self.capacity(ctx)),
            site.t_return,
            ([at.load for at in loads], [at.efficiency for at in loads]) if loads else None,
            ([at.return_ for at in returns], [at.efficiency for at in returns]) if returns else None,
        )

    def capacity(self, ctx: Context) -> FloatArray:
        """What it can give, stops and outages taken out; (time,), W."""
        return ctx.values(self.power) * runs.in_operation(self, ctx)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its power at its feed temperature, with fuel per heat at full load."""
        power = self.capacity(ctx)
        return plant_offer(
            power,
            feed_temperature(ctx, site, self.supply_temperature),
            fuel_per_heat=1.0 / self.efficiencies(ctx, site, power),
            price=ctx.values(self.price),
            least=self.least_load * power,
            ramp=None if self.ramp is None else np.full_like(power, self.ramp),
        )

    def basis(self) -> tuple[str, ...]:
        """The efficiency, where it is a default, and outages."""
        chance = runs.outage_basis(self)
        if self.efficiency is not None or self.efficiency_by_load or self.efficiency_by_return:
            return chance
        value, status = default_efficiency(self.fuel)
        said = f"efficiency of {self.name}: {value:g} of the lower heating value, {self.fuel} ({status})"
        return (said, *chance)

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Fuel for the heat given."""
        return plant_use(self.capacity(ctx), heat, fuel=heat / self.efficiencies(ctx, site, heat))


def default_efficiency(fuel: str) -> tuple[float, str]:
    """Heat per lower heating value [-] of a boiler nobody has described, and how well that is known."""
    row = next(row for row in read_table("boiler_efficiencies") if row["fuel"] == fuel)
    return float(row["value"]), row["status"]
