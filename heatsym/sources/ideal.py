"""A source of any heat at its set-point: a boundary condition, not a machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, plant_offer, plant_use


@dataclass(frozen=True, slots=True, kw_only=True)
class Ideal:
    """Heat without fuel, unlimited unless a power is given."""

    kind: ClassVar[str] = "ideal"
    surplus: ClassVar[bool] = False
    minds_return: ClassVar[bool] = False
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity("W", "largest heat output", low=0, varies=True, default=float("inf"))
    supply_temperature: Profile | None = keys.supply_temperature()
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """Any power at any temperature can be."""
        return ()

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Its power at its feed temperature."""
        return plant_offer(ctx.values(self.power), feed_temperature(ctx, site, self.supply_temperature))

    def basis(self) -> tuple[str, ...]:
        """Nothing to say of a boundary condition."""
        return ()

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Heat comes from nowhere: no fuel, no electricity."""
        return plant_use(ctx.values(self.power), heat)
