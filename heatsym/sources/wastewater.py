"""Treated wastewater: much heat at little temperature, as it flows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.water import density, enthalpy
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.annual import power_of_year
from heatsym.sources.cooled import (
    coldest,
    cooled_basis,
    cooled_faults,
    cooled_stream,
    kelvins,
    offer_cooled,
    one_of,
    use_cooled,
    warmth,
)
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.stream import Stream, depends_on_return


@dataclass(frozen=True, slots=True, kw_only=True)
class Wastewater:
    """Cooled by some kelvin on its way out, mostly by a heat pump."""

    kind: ClassVar[str] = "wastewater"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    flow: Profile | None = quantity(
        "m3/s", "flow of the water; or annual_volume", low=0, varies=True, default=None
    )
    annual_volume: float | None = quantity(
        "m3", "water of a calendar year, which flows evenly", low=0, high=1e10, default=None
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
        """Heat given never or twice, and what is wrong with its heat pump or with when it runs."""
        return (*one_of(self, "flow", "annual_volume"), *cooled_faults(self))

    def full_power(self, ctx: Context) -> FloatArray:
        """Heat that it gives off when it is cooled, but for outages; (time,), W."""
        t_source = ctx.values(warmth(self))
        if self.flow is not None:
            flow = ctx.values(self.flow)
        else:
            flow = power_of_year(ctx.axis, self.annual_volume or 0.0, _evenly)
        return wastewater_heat(flow, t_source, kelvins(self))

    def stream(self, ctx: Context) -> Stream:
        """The water."""
        return cooled_stream(self, ctx, self.full_power(ctx))

    def offer(self, ctx: Context, site: Site) -> Offer:
        """Direct heat where it is warm enough, lifted heat where it has a heat pump."""
        return offer_cooled(self, ctx, site)

    def basis(self) -> tuple[str, ...]:
        """How well it is known, and what is taken as usual."""
        spread = self.flow is None and "flows evenly"
        return cooled_basis(self, {"profile": spread})

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was neither fed in nor lifted flows away."""
        return use_cooled(self, ctx, site, heat)


def wastewater_heat(flow: FloatArray, temperature: FloatArray, cooling: float) -> FloatArray:
    r"""Heat that water gives off when it is cooled.

    Parameters
    ----------
    flow : array, shape (time,)
        Its flow at its temperature. [m3/s]
    temperature : array, shape (time,)
        Its temperature. [degC]
    cooling : float
        By how much it is cooled. [K]

    Returns
    -------
    array, shape (time,)
        Heat. [W]

    Notes
    -----
    .. math:: Q = \dot V \rho(t) (h(t) - h(t - \Delta t))

    with density and enthalpy of clean water.

    References
    ----------
    .. [1] Derived here.

    Examples
    --------
    Six million cubic metres a year, from 24.5 to 14.5 degC, are about 69.5 GWh:

    >>> heat = wastewater_heat(np.array([6e6 / 3.1536e7]), np.array([24.5]), 10.0)
    >>> round(float(heat[0]) * 8760 / 1e9, 1)
    69.5
    """
    return np.asarray(flow * density(temperature) * (enthalpy(temperature) - enthalpy(temperature - cooling)))


def _evenly(axis: TimeAxis) -> FloatArray:
    """Flow in each step relative to any; (time,), [-]."""
    return np.ones(axis.steps)
