"""How the case wants heat to be dispatched."""

from __future__ import annotations

from dataclasses import dataclass

from heatsym.interfaces.fields import quantity, text, whole
from heatsym.interfaces.profile import Profile

CYCLING = 1 / 3.6e9
"""What heat must bring that a storage keeps, if the case does not say; a planning value. [EUR/J]"""
UNSERVED = 1000 / 3.6e9
"""Price of heat that is not served, if the case names none; a planning value. [EUR/J]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Who gives heat when."""

    method: str = text(
        "merit_order: cheapest first where prices are known, else in the order of the file; linear: least "
        "cost over many hours by linear programming",
        choices=("merit_order", "linear"),
        default="merit_order",
    )
    objective: str = text(
        "what is kept low: cost, or emissions of fuel and electricity",
        choices=("cost", "emissions"),
        default="cost",
    )
    carbon_weight: Profile = quantity(
        "EUR/kg",
        "value of a kilogram of CO2 in the choice, beside what it costs",
        low=0,
        high=100,
        varies=True,
        default=0.0,
    )
    horizon: str = text(
        "linear: the whole run at once, or some days after some others",
        choices=("year", "rolling"),
        default="rolling",
    )
    window_days: int = whole("rolling: days that are decided at once", low=1, high=400, default=7)
    lookahead_days: int = whole("rolling: days looked ahead beyond them", low=0, high=400, default=2)
    end_value: float | None = quantity(
        "EUR/J",
        "rolling: value of heat in storages at the end of what is seen; default the price of heat there",
        low=0,
        default=None,
    )
    commit: tuple[str, ...] = text(
        "linear: names of sources that are on or off, with least load, start cost and least times",
        many=True,
        default=(),
    )
    gap: float = quantity(
        "1", "linear: relative gap at which the search for who is on ends", low=0, high=0.5, default=0.005
    )
    unserved: float = quantity(
        "EUR/J", "linear: price of heat that is not served", above=0, high=1.0, default=UNSERVED
    )
    cycling_cost: float = quantity(
        "EUR/J",
        "linear: what a unit of heat must bring at least that is put into a storage",
        low=0,
        high=1.0,
        default=CYCLING,
    )
    co2_cap: float | None = quantity(
        "kg", "linear: most CO2 of a year, in proportion to the length of the run", low=0, default=None
    )
    peak_power: float = quantity(
        "EUR/W",
        "linear: price of each calendar month's largest electric power",
        low=0,
        high=10,
        default=0.0,
    )
    foresight: str = text(
        "linear: what is known of demand, prices and sources ahead: all of it, what it was a week before, or "
        "all with errors by chance",
        choices=("perfect", "persistence", "noisy"),
        default="perfect",
    )
    demand_error: float = quantity(
        "1", "noisy: standard deviation of demand a day ahead, relative", low=0, high=2, default=0.05
    )
    price_error: float = quantity("1", "noisy: the same of the electricity price", low=0, high=2, default=0.1)
    source_error: float = quantity("1", "noisy: the same of sources' heat", low=0, high=2, default=0.1)
    seed: int = whole("noisy: another seed is another forecast", low=0, high=2**31, default=0)
