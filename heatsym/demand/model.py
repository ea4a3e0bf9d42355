"""Who takes heat: consumers as columns, and how their water comes back."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from heatsym.demand.archetypes import FACINGS, STATES
from heatsym.demand.substation import Substation
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import flag, hidden, part, paths, quantity, text, whole
from heatsym.interfaces.profile import Profile
from heatsym.interfaces.stepwise import Scaled

NAN = float("nan")
KINDS = ("house", "terraced", "flats", "block", "trade", "office", "school", "hospital", "retail")
COUNTRIES = ("DE", "DK")
MODEL_NAMES = ("bdew", "degree_day", "building")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Consumers:
    """Table of consumers. A missing number is NaN, a missing text ``""``; one value stands for all."""

    id: tuple[str, ...] = text("unique name of the consumer")
    node: tuple[str, ...] = text("node that it hangs on")
    kind: tuple[str, ...] = text(
        "house, terraced, flats, block, trade, office, school, hospital, retail, series, or prosumer, whose "
        "series is negative where it feeds in",
        choices=("", *KINDS, "series", "prosumer"),
        default="",
    )
    annual_heat: FloatArray = quantity("J", "heat in an average year", low=0, high=1e18, default=NAN)
    dwellings: FloatArray = quantity("1", "homes behind it", low=0, high=1e6, default=NAN, key="dwellings")
    model: tuple[str, ...] = text(
        "how its heat is made, if not as demand.model says", choices=("", *MODEL_NAMES), default=""
    )
    profile: tuple[str, ...] = text("BDEW profile type instead of the kind's", default="")
    building_class: FloatArray = quantity(
        "1", "BDEW building class 1 to 11, for EFH and MFH", low=1, high=11, default=NAN, key="building_class"
    )
    area: FloatArray = quantity(
        "m2", "heated reference floor area, for building physics", above=0, high=1e7, default=NAN
    )
    construction_year: FloatArray = quantity(
        "1",
        "year of construction, for building physics",
        low=1000,
        high=2100,
        default=NAN,
        key="construction_year",
    )
    refurbishment: tuple[str, ...] = text(
        "existing, usual or advanced, for building physics; default existing",
        choices=("", *STATES),
        default="",
    )
    facing: tuple[str, ...] = text(
        "where the windows look, for building physics; default even", choices=("", *FACINGS), default=""
    )
    hot_water: FloatArray = quantity(
        "J",
        "hot water in an average year, part of annual_heat; default by dwellings, else a usual share of it",
        low=0,
        high=1e18,
        default=NAN,
    )
    min_supply_temperature: FloatArray = quantity(
        "degC", "supply temperature below which an hour is flagged", low=0, high=150, default=NAN
    )
    supply_temperature: FloatArray = quantity(
        "degC",
        "temperature at which a prosumer feeds in; default the network's set-point",
        above=0,
        high=180,
        default=NAN,
    )
    bypass: FloatArray = quantity(
        "degC",
        "temperature at which a bypass keeps the end of the way to the consumer, 0 for no bypass; default: "
        "min_supply_temperature at the ends of branches, else none",
        low=0,
        high=150,
        default=NAN,
    )
    max_flow: FloatArray = quantity(
        "kg/s",
        "largest flow; default 1.2 times the flow at the consumer's peak",
        above=0,
        high=1e5,
        default=NAN,
    )
    design_heat: FloatArray = quantity(
        "W",
        "space heating at the design point of the substation; default its largest mean over a day",
        above=0,
        high=1e12,
        default=NAN,
    )
    booster_supply: FloatArray = quantity(
        "degC",
        "temperature to which a heat pump at the consumer lifts the network's heat where that is cooler; "
        "default: no heat pump",
        above=0,
        high=110,
        default=NAN,
    )
    booster_carnot_share: FloatArray = quantity(
        "1",
        "share of Carnot that it reaches; default 0.45",
        above=0,
        high=0.95,
        default=NAN,
        key="booster_carnot_share",
    )
    column: tuple[str, ...] = text("column in the series file, if not the id", default="")

    def __post_init__(self) -> None:
        """Make a column of what is one value for all."""
        for field in fields(self):
            given = getattr(self, field.name)
            if isinstance(given, str):
                object.__setattr__(self, field.name, (given,) * len(self.id))
            elif isinstance(given, float):
                object.__setattr__(self, field.name, np.full(len(self.id), given))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotWater:
    """Draws of hot water by chance and habit, and how it is made; amounts are those of one dwelling."""

    exact: bool = flag("scale each consumer's draws to its hot water of the year", default=False)
    charging_power: float | None = quantity(
        "W",
        "largest power that charges its tank; default: heated as it is drawn",
        above=0,
        high=1e6,
        default=None,
    )
    tank_loss: float = quantity("W", "loss of its tank", low=0, high=1e4, default=0.0)
    circulation: float = quantity("W", "loss of its part of the circulation", low=0, high=1e4, default=0.0)
    disinfection: float = quantity(
        "J", "additional heat of one weekly disinfection of its tank", low=0, high=1e9, default=0.0
    )
    disinfection_weekday: str = text("its day", choices=WEEKDAYS, default="monday")
    disinfection_hour: int = whole("its hour, local time", low=0, high=23, default=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeDayRule:
    """Which days are heated, and to what."""

    heating_limit: float = quantity(
        "degC", "mean outdoor air of a day from which on it is not heated", low=0, high=25, default=15.0
    )
    room: float = quantity("degC", "temperature that is heated to", low=5, high=30, default=20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renovation:
    """Buildings some years on: a share of those of building physics has been renovated."""

    rate: float = quantity(
        "1", "share of the buildings renovated in a year", low=0, high=1, default=0.01, key="rate"
    )
    years: float = quantity("1", "years that have passed", low=0, high=200, key="years")
    to: str = text("state that they are brought to", choices=STATES[1:], default="usual")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Demand:
    """Consumers, their loads and their return temperatures."""

    consumers_file: str = paths("CSV table of the consumers", key="consumers")
    series_heat: object = quantity(
        "W",
        "measured or given heat: file with a column per consumer, { file, column }, or number",
        low=0,
        varies=True,
        default=None,
        key="series",
    )
    series_flow: object = quantity(
        "kg/s",
        "prescribed flow: file with a column per consumer, { file, column }, or number",
        low=0,
        varies=True,
        default=None,
        key="series",
    )
    return_temperature: Profile | None = quantity(
        "degC", "water that consumers send back", low=0, high=150, varies=True, default=None
    )
    temperature_drop: Profile | None = quantity(
        "K", "supply less return at the consumer", above=0, high=150, varies=True, default=None
    )
    substation: Substation | None = part(
        Substation, "heat exchangers that the return temperature follows from", default=None
    )
    model: str = text("how heat of consumers without a series is made", choices=MODEL_NAMES, default="bdew")
    metered_heat: Profile | None = quantity(
        "J",
        "metered heat that models of all consumers are scaled to: of the run's year, or a list of months, "
        "January to December",
        above=0,
        varies=True,
        default=None,
    )
    seed: int = whole(
        "chance of hot water, habits and renovation: another seed is another year of like people",
        low=0,
        default=0,
    )
    country: str = text("whose buildings they are, for building physics", choices=COUNTRIES, default="DE")
    set_back: bool = flag("rooms are cooler while not in use, for building physics", default=True)
    degree_day: DegreeDayRule = part(DegreeDayRule, "rule of the degree-day model", default=DegreeDayRule())
    hot_water: HotWater | None = part(
        HotWater, "draws of hot water by chance; without it, their mean at every hour", default=None
    )
    renovation: Renovation | None = part(Renovation, "buildings some years on", default=None)
    windy: bool = flag("BDEW profiles for places exposed to wind", default=False)
    holidays: str = text(
        "public holidays that count as Sundays: country or country-subdivision, such as DK or DE-MV",
        default="",
    )
    consumers: Consumers = hidden("table of consumers", default=None)
    heat: Scaled | FloatArray = hidden("given heat (time, consumer) [W], NaN where not given", default=None)
    mass_flow: Scaled | FloatArray = hidden(
        "given flow (time, consumer) [kg/s], NaN where not given", default=None
    )
