"""Hot water of consumers whose heat does not hold it: how much in a year, and when."""

from __future__ import annotations

import numpy as np

from heatsym.demand.archetypes import hot_water_share
from heatsym.demand.hot_water import annual_heat_of, expected_share, hot_water
from heatsym.demand.model import WEEKDAYS, Demand
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis
from heatsym.interfaces.stepwise import Scaled, Stepwise

WATER_BASIS = "5 kWh a day for each dwelling, else the usual share of their heat, assumed"
HOMES = ("house", "terraced", "flats", "block")


def annual_water(demand: Demand, which: IntArray) -> FloatArray:
    """Hot water of consumers ``which`` in a year, NaN where nothing says how much; (some,). [J]

    What their table gives; else that of their dwellings; else the share of their annual heat that is usual
    for their kind.
    """
    table = demand.consumers
    given, dwellings, annual = (
        column[which] for column in (table.hot_water, table.dwellings, table.annual_heat)
    )
    kinds = [table.kind[i] for i in which]
    share = np.array([hot_water_share(kind) for kind in kinds])
    home = np.array([kind in HOMES for kind in kinds], dtype=bool)
    usual = np.where(home & ~np.isnan(dwellings), annual_heat_of(dwellings), share * annual)
    return np.where(np.isnan(given), usual, given)


def water(demand: Demand, which: IntArray, annual: FloatArray, axis: TimeAxis) -> Stepwise:
    """Hot water of consumers ``which`` that take ``annual`` [J] in a year; (time, some). [W]

    Without ``[demand.hot_water]`` it is what everybody takes at that hour on average.
    """
    made, table = demand.hot_water, demand.consumers
    if made is None:
        mean = expected_share(axis, demand.holidays)[:, None]
        return Scaled((mean,), np.zeros(len(which), dtype=np.int64), annual)
    homes = np.maximum(np.nan_to_num(table.dwellings[which], nan=1.0), 1.0)
    return hot_water(
        axis,
        [table.id[i] for i in which],
        annual,
        seed=demand.seed,
        region=demand.holidays,
        exactly=made.exact,
        charging_power=np.inf if made.charging_power is None else made.charging_power * homes,
        tank_loss=made.tank_loss * homes,
        circulation=made.circulation * homes,
        disinfection=made.disinfection * homes,
        disinfection_weekday=WEEKDAYS.index(made.disinfection_weekday),
        disinfection_hour=made.disinfection_hour,
    )
