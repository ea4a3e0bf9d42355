"""What stands in the report, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from heatsym.report.balances import heat_flow, heat_map, load_duration, monthly_balance
from heatsym.report.cost import costs
from heatsym.report.dispatch import dispatch_weeks, plan_and_run, price_by_hour, price_duration
from heatsym.report.emissions import emissions
from heatsym.report.losses import losses
from heatsym.report.map import network_map
from heatsym.report.picture import Missing, Picture
from heatsym.report.pressures import pressure_profile
from heatsym.report.sites import site_curves
from heatsym.report.storage import storage
from heatsym.report.surplus import longest_stop, surplus_use
from heatsym.report.temperatures import temperatures
from heatsym.report.unmet import unmet_heat
from heatsym.simulation import Run

Draw = Callable[[Run], Picture | Missing | None]
"""None where a run has nothing that the picture is about."""


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the page: a question and the pictures that answer it."""

    key: str
    title: str
    pictures: tuple[Draw, ...]


SECTIONS = (
    Section("network", "The network", (network_map,)),
    Section(
        "heat",
        "Where the heat comes from and goes",
        (
            *(heat_flow, monthly_balance, load_duration, heat_map, storage),
            *(dispatch_weeks, price_duration, price_by_hour, plan_and_run),
        ),
    ),
    Section(
        "surplus",
        "Surplus heat, and what stands behind it",
        (surplus_use, site_curves, longest_stop, unmet_heat),
    ),
    Section("water", "Temperatures, pressures, losses", (temperatures, pressure_profile, losses)),
    Section("climate", "Emissions and cost", (emissions, costs)),
)
