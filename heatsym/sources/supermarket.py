"""Heat of a supermarket's refrigeration: opening hours, and how warm it is outside."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.annual import profile_weights
from heatsym.sources.cooled import (
    coldest,
    cooled_basis,
    cooled_faults,
    cooled_stream,
    offer_cooled,
    one_of,
    use_cooled,
    usual_value,
    warmth,
)
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.stream import Stream, depends_on_return

PROFILE = "shop"
"""Opening hours."""
DAYS = 365 * 86_400.0
"""What annual heat refers to. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supermarket:
    """Refrigeration works harder when shoppers open its doors and when it is warm outside."""

    kind: ClassVar[str] = "supermarket"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile | None = quantity(
        "W",
        "heat of its refrigeration in opening hours at 20 degC outside; or annual_heat",
        low=0,
        varies=True,
        default=None,
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

    @property
    def needs_weather(self) -> bool:
        """Its heat follows outdoor air."""
        return True

    def weights(self, axis: TimeAxis, t_air: FloatArray) -> FloatArray:
        """Heat relative to that of opening hours at 20 degC outside; (time,), [-]."""
        work = refrigeration_work(
            t_air,
            usual_value(self, "warmth_of_power"),
            usual_value(self, "change_per_kelvin"),
            usual_value(self, "least_share"),
        )
        return profile_weights(axis, PROFILE) * work

    def full_power(self, ctx: Context) -> FloatArray:
        """Its heat but for outages; of a year, as the air of 365 days or of the whole weather file has it."""
        own = self.weights(ctx.axis, ctx.t_air)
        if self.power is not None:
            return ctx.values(self.power) * own
        year = ctx if ctx.climate is None else ctx.climate.year(ctx.axis)[0]
        return (self.annual_heat or 0.0) / DAYS / float(self.weights(year.axis, year.t_air).mean()) * own

    def stream(self, ctx: Context) -> Stream:
        """Cooling water of its refrigeration, or its desuperheater."""
        return cooled_stream(self, ctx, self.full_power(ctx))

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Direct heat where it is warm enough, lifted heat where it has a heat pump."""
        return offer_cooled(self, ctx, site)

    def basis(self) -> tuple[str, ...]:
        """How well it is known, and what is taken as usual."""
        more = 100.0 * usual_value(self, "change_per_kelvin")
        work = f"refrigeration by {PROFILE} hours, {more:g} % more for a kelvin outside"
        return cooled_basis(self, {"change_per_kelvin": work})

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was neither fed in nor lifted goes to the roof."""
        return use_cooled(self, ctx, site, heat)


def refrigeration_work(t_air: FloatArray, warmth: float, per_kelvin: float, least: float) -> FloatArray:
    r"""How hard refrigeration works at an outdoor temperature.

    Parameters
    ----------
    t_air : array, shape (time,)
        Outdoor air. [degC]
    warmth : float
        Outdoor air at which it is 1. [degC]
    per_kelvin : float
        Change for a kelvin. [1/K]
    least : float
        What it does not fall below. [-]

    Returns
    -------
    array, shape (time,)
        Relative to that at ``warmth``. [-]

    Notes
    -----
    .. math:: w = \max(1 + a (t_{air} - t_0), w_{min})

    References
    ----------
    .. [1] Straight line with planning values of the packaged table, derived here.
    """
    return np.maximum(1.0 + per_kelvin * (t_air - warmth), least)
