"""Heat pumps at consumers: what they draw from the network, and their electricity."""

from __future__ import annotations

import numpy as np

from heatsym.demand.model import Consumers, Demand
from heatsym.errors import Problem
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Boosters
from heatsym.interfaces.stepwise import Made, Stepwise
from heatsym.physics.booster import booster_cop
from heatsym.tables import read_table


def who_boosts(consumers: Consumers) -> IntArray:
    """Positions of the consumers with a booster; (booster,)."""
    return np.flatnonzero(~np.isnan(consumers.booster_supply))


def boosted(consumers: Consumers, heat: Stepwise, t_feed: FloatArray) -> tuple[Stepwise, Boosters | None]:
    """Heat asked of the network where consumers' boosters bring a part of what is needed.

    Parameters
    ----------
    consumers : Consumers
        Table with the temperature that each booster lifts to, missing where there is none.
    heat : Stepwise
        Heat needed, (time, consumer). [W]
    t_feed : array, shape (time,)
        Set-point of the supply water, which boosters lift from. [degC]

    Returns
    -------
    heat : Stepwise
        Heat asked of the network, (time, consumer). [W]
    boosters : Boosters or None
        Who has a booster and its electricity; together with the heat asked for it is the heat needed.
    """
    who = who_boosts(consumers)
    if not len(who):
        return heat, None
    share = consumers.booster_carnot_share[who]
    share = np.where(np.isnan(share), default_share()[0], share)
    pairs, group = np.unique(np.stack([consumers.booster_supply[who], share]), axis=1, return_inverse=True)
    electric = 1.0 / booster_cop(t_feed[:, None], pairs[0], pairs[1])
    group = group.ravel()

    def drawn(steps: int | slice) -> FloatArray:
        rows = np.array(heat[steps])
        rows[..., who] *= 1.0 - electric[steps][..., group]
        return rows

    def used(steps: int | slice) -> FloatArray:
        return np.asarray(heat[steps][..., who] * electric[steps][..., group])

    shape = (len(t_feed), len(consumers.id))
    return Made(shape, drawn), Boosters(who, Made((shape[0], len(who)), used))


def default_share() -> tuple[float, str]:
    """Share of Carnot that a booster reaches [-], and how well that is known."""
    row = next(row for row in read_table("plant_defaults") if row["kind"] == "booster")
    return float(row["value"]), row["status"]


def booster_problems(demand: Demand, prescribed: BoolArray) -> list[tuple[int, Problem]]:
    """Consumers whose booster has nothing to work with; ``prescribed`` says whose flow is given."""
    table, found = demand.consumers, []
    boosts = ~np.isnan(table.booster_supply)
    for i in np.flatnonzero(boosts | ~np.isnan(table.booster_carnot_share)).tolist():
        key, reason, hint = "booster_supply", "", "leave booster_supply empty, or change the other"
        if not boosts[i]:
            key, reason = "booster_carnot_share", "is given, but no temperature that is lifted to"
            hint = "give booster_supply, or leave it empty"
        elif table.kind[i] == "prosumer":
            reason = "a prosumer has no booster"
        elif prescribed[i]:
            reason = "its flow is given, but a booster needs its heat"
        elif demand.substation is not None:
            reason = "demand.substation feeds radiators with the network's water, and a booster does, too"
        if reason:
            where = f"column {key}, consumer {table.id[i]}"
            found.append((i, Problem("HS545", reason, where, hint)))
    return found


def booster_basis(demand: Demand) -> list[str]:
    """What boosters rest on."""
    table = demand.consumers
    count = len(who_boosts(table))
    if not count:
        return []
    whose = f"{count} consumer{'s' if count > 1 else ''}"
    said = [f"boosters of {whose}: lifted from the set-point, which may not arrive in full"]
    if np.isnan(table.booster_carnot_share[who_boosts(table)]).any():
        value, status = default_share()
        said.append(f"boosters that give no booster_carnot_share: {value:g} of Carnot ({status})")
    return said
