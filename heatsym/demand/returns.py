"""How consumers' water comes back: fixed, cooled by a difference, or through substations."""

from __future__ import annotations

import numpy as np

from heatsym.demand import substation
from heatsym.demand.model import Demand
from heatsym.errors import Problem
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.profile import Context
from heatsym.interfaces.stepwise import Stepwise, kept, pieces


def returns(
    demand: Demand, ctx: Context, t_feed: FloatArray, heat: Stepwise, water: Stepwise | None
) -> tuple[Stepwise, Stepwise, FloatArray]:
    """Offset [degC] and slope [-] of returns, (time, consumer), and the supply that sizes flows (time,).

    ``water`` is the part of the heat that is known to be hot water, None where it is not told apart.
    """
    at = demand.substation
    if at is None:
        cold, share = _rule(demand, ctx)
        return np.broadcast_to(cold[:, None], heat.shape), np.broadcast_to(share, heat.shape), t_feed
    given = demand.consumers.design_heat
    design = np.where(np.isnan(given), _warmest_day(heat, water, ctx), given)
    offset, slope = substation.returns(at, ctx, t_feed, heat, water, design)
    return kept(offset), kept(slope), t_feed - substation.COOLER


def _warmest_day(heat: Stepwise, water: Stepwise | None, ctx: Context) -> FloatArray:
    """Each consumer's largest mean over a local day, without hot water that is known; (consumer,). [W]

    A day's mean holds no peaks of hot water, and none of rooms that are heated up.
    """
    days, position, steps = np.unique(ctx.axis.day, return_inverse=True, return_counts=True)
    total = np.zeros((len(days), heat.shape[1]))
    for part in pieces(*heat.shape):
        rows = np.nan_to_num(heat[part])
        if water is not None:
            rows = rows - np.nan_to_num(water[part])
        np.add.at(total, position[part], rows)
    return np.asarray((total / steps[:, None]).max(axis=0, initial=0.0))


def _rule(demand: Demand, ctx: Context) -> tuple[FloatArray, float]:
    """Offset (time,) [degC] and slope [-] of the return temperature over the supply temperature."""
    if demand.return_temperature is not None:
        return ctx.values(demand.return_temperature), 0.0
    return -ctx.values(demand.temperature_drop or 0.0), 1.0


def return_problems(demand: Demand, ctx: Context, prescribed: np.ndarray) -> list[Problem]:
    """Why the return temperatures do not follow from a demand; ``prescribed`` says whose flow is given."""
    rules = (demand.return_temperature, demand.temperature_drop, demand.substation)
    if sum(rule is not None for rule in rules) != 1:
        reason = "needs exactly one of return_temperature_degC, temperature_drop_K and substation"
        return [Problem("HS419", reason, "demand")]
    if demand.substation is not None:
        return _substation_problems(demand, demand.substation, ctx, prescribed)
    if np.isnan(_rule(demand, ctx)[0]).any():
        return [Problem("HS419", "the return temperature has gaps", "demand", "add [weather]?")]
    return []


def _substation_problems(
    demand: Demand, at: substation.Substation, ctx: Context, prescribed: np.ndarray
) -> list[Problem]:
    problems = []
    for key, reason in substation.contradictions(at):
        problems.append(Problem("HS420", f"{key} {reason}", f"demand.substation.{key}_degC"))
    if np.isnan(ctx.t_air).any():
        problems.append(Problem("HS420", "needs outdoor temperatures", "demand.substation", "add [weather]"))
    for i in np.flatnonzero(prescribed):
        reason = "its flow is given, but a substation needs its heat"
        problems.append(Problem("HS420", reason, f"demand, consumer {demand.consumers.id[i]}"))
    return problems


def return_warnings(demand: Demand, ctx: Context, t_feed: FloatArray) -> tuple[str, ...]:
    """Where substations will not get water that is warm enough, whatever flows: a sentence each."""
    if demand.substation is None:
        return ()
    hours = ctx.axis.step / 3600.0
    heating, water = (steps * hours for steps in substation.too_cold(demand.substation, ctx, t_feed))
    told = []
    if heating:
        told.append(
            f"substations: in {heating:g} h the set-point is not {substation.CLOSEST:g} K above the radiator "
            "water that demand.substation.heating_supply_degC asks for; radiators then run cooler, and water "
            "goes back warmer"
        )
    if water:
        told.append(f"substations: in {water:g} h the set-point is too low for the hot water asked for")
    return tuple(told)
