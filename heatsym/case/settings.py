"""The parts of a study that are not things: time, prices, emissions, alternatives, engine, output."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from heatsym.interfaces.fields import date, quantity, text, whole
from heatsym.interfaces.profile import Profile

DEAR = 10 / 3.6e6
"""No energy costs more. [EUR/J], 10 EUR/kWh: whoever wants to pay more has mistaken the unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the study is called."""

    name: str = text("title of the case")
    description: str = text("what it is about", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """When the case starts, how long it lasts, and in which steps."""

    start: datetime.date = date("local date, or date and time, of the first step")
    days: int | None = whole("length in local calendar days", low=1, high=36_600, default=None)
    duration: str | None = text('length as elapsed time instead of days: "875s", "48h", "7d"', default=None)
    timezone: str = text("IANA name of the zone of local times, e.g. Europe/Copenhagen")
    step: str = text('a whole number of seconds that divides an hour: "1h", "15min", "10s"', default="1h")
    substeps: int = whole("thermal substeps in a step", low=1, high=3600, default=1)
    period: str | None = text(
        "compute only these local days, both included: 2025-02-01/2025-02-28", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What energy costs. A fuel that is not listed has no price, and costs are then not computed."""

    natural_gas: Profile | None = quantity(
        "EUR/J", "natural gas, lower heating value", low=-DEAR, high=DEAR, varies=True, default=None
    )
    oil: Profile | None = quantity("EUR/J", "heating oil", low=-DEAR, high=DEAR, varies=True, default=None)
    wood: Profile | None = quantity(
        "EUR/J", "wood chips or pellets", low=-DEAR, high=DEAR, varies=True, default=None
    )
    biogas: Profile | None = quantity("EUR/J", "biogas", low=-DEAR, high=DEAR, varies=True, default=None)
    coal: Profile | None = quantity("EUR/J", "hard coal", low=-DEAR, high=DEAR, varies=True, default=None)
    straw: Profile | None = quantity("EUR/J", "straw", low=-DEAR, high=DEAR, varies=True, default=None)
    waste: Profile | None = quantity(
        "EUR/J", "waste; below 0 where it brings money", low=-DEAR, high=DEAR, varies=True, default=None
    )
    electricity: Profile | None = quantity(
        "EUR/J",
        "electricity for pumps and plants; also what electricity made is sold for",
        low=-DEAR,
        high=DEAR,
        varies=True,
        default=None,
    )
    co2: Profile = quantity("EUR/kg", "price of direct fossil CO2", low=0, high=10, varies=True, default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """Which emission factors hold."""

    set: str = text("packaged factor set", choices=("ipcc2006", "geg", "dk_handbook2016"), default="ipcc2006")
    electricity: Profile | None = quantity(
        "kg/J", "CO2 of electricity, instead of the set's", low=0, high=1e-6, varies=True, default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """What the consumers would use otherwise."""

    kind: str = text("alternative", choices=("gas_boiler", "oil_boiler", "electric_heating", "air_heat_pump"))
    efficiency: float | None = quantity(
        "1", "heat per energy input (for a heat pump its seasonal factor)", above=0, high=8, default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How the network is computed."""

    kind: str = text(
        "compiled is fast; reference is the same in plain numpy, to compare with",
        choices=("compiled", "reference"),
        default="compiled",
    )
    wall: str = text(
        "heat capacity of pipe walls: retarded walls are as warm as the water, distributed ones follow it "
        "through the film (slower, for steps of seconds); auto: distributed for steps of a minute or less",
        choices=("auto", "retarded", "distributed", "none"),
        default="auto",
    )
    coupling_tolerance: float = quantity(
        "1",
        "largest weighted change of consumers' supply temperatures in a converged step, relative to the heat",
        above=0,
        high=0.01,
        default=1e-4,
    )
    max_sweeps: int = whole(
        "coupling sweeps before a step counts as unconverged", low=2, high=200, default=30
    )
    max_rounds: int = whole("rounds of plan and march", low=1, high=20, default=5)
