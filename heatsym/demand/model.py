"""Who takes heat: consumers as columns, and how their water comes back."""

from __future__ import annotations

from dataclasses import dataclass

from heatsym.demand.substation import Substation
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import flag, hidden, part, paths, quantity, text
from heatsym.interfaces.profile import Profile
from heatsym.interfaces.stepwise import Scaled

NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Consumers:
    """Table of consumers. A missing number is NaN, a missing text ``""``."""

    id: tuple[str, ...] = text("unique name of the consumer")
    node: tuple[str, ...] = text("node that it hangs on")
    kind: tuple[str, ...] = text(
        "house, flats, trade, series, or prosumer, whose series is negative where it feeds in",
        choices=("", "house", "flats", "trade", "series", "prosumer"),
        default="",
    )
    annual_heat: FloatArray = quantity("J", "heat in an average year", low=0, high=1e18, default=NAN)
    dwellings: FloatArray = quantity("1", "homes behind it", low=0, high=1e6, default=NAN, key="dwellings")
    profile: tuple[str, ...] = text("BDEW profile type instead of the kind's", default="")
    building_class: FloatArray = quantity(
        "1", "BDEW building class 1 to 11, for EFH and MFH", low=1, high=11, default=NAN, key="building_class"
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
        "space heating at the design point of the substation; default its largest heat",
        above=0,
        high=1e12,
        default=NAN,
    )
    column: tuple[str, ...] = text("column in the series file, if not the id", default="")


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
