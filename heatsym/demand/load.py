"""What all consumers ask for, from series and standard profiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from heatsym.demand import bdew, substation
from heatsym.demand.model import Consumers, Demand
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.exchange import FeedIn, Load
from heatsym.interfaces.profile import Context, DailyAir
from heatsym.interfaces.stepwise import Scaled, Stepwise, picked, pieces, scaled, unknown

BoolArray = NDArray[np.bool_]

FLOW_MARGIN = 1.2  # largest flow over the flow at the peak
DROP_MIN = 5.0  # cooling of the water below which an hour sizes a consumer's flow only if no other does [K]


def loads(
    demand: Demand,
    ctx: Context,
    t_feed: FloatArray,
    enthalpy: Callable[[FloatArray], FloatArray],
    air: DailyAir | None,
    bypass: FloatArray | None = None,
) -> Load:
    r"""What the consumers ask for in each step.

    Parameters
    ----------
    demand : Demand
        Consumers with their series or annual heat, and the rule for their return temperature.
    ctx : Context
        Time axis and outdoor air.
    t_feed : array, shape (time,)
        Set-point of the supply water. [degC]
    enthalpy : callable
        Specific enthalpy of the water [J/kg] as a function of its temperature [degC].
    air : DailyAir or None
        Mean outdoor air of the days, which annual heat needs. [degC]
    bypass : array, shape (consumer,), optional
        Temperature that each consumer's bypass keeps, missing where there is none, as if left out. [degC]

    Returns
    -------
    Load
        Heat [W], flow [kg/s] and return temperature rule.

    Raises
    ------
    InputError
        If a consumer's demand is not defined, has gaps, or names an unknown profile.

    Notes
    -----
    A series goes before annual heat. The largest flow, where not given, is

    .. math:: 1.2 \max_t \frac{Q}{i(T_{feed}) - i(T_{return})}

    over the steps in which the water cools by 5 K or more. Where no such step asks for heat, it is taken
    over all steps, with cooling counted as at least 5 K, or as the largest there is if that is less.

    References
    ----------
    .. [1] Derived here.
    """
    problems = demand_problems(demand, ctx, air)
    if problems:
        raise InputError(problems)
    consumers = demand.consumers
    heat, mass_flow = _series(demand, ctx)
    annual = _without_series(heat, mass_flow)
    profiles = _profiles(demand, annual, [])
    if len(annual) and air is not None:
        distinct = tuple(sorted(set(profiles)))
        position = {profile: column for column, profile in enumerate(distinct)}
        shares = bdew.annual_shares(ctx.axis, air, distinct, windy=demand.windy, region=demand.holidays)
        which, scale = heat.which.copy(), heat.scale.copy()
        before = sum(table.shape[1] for table in heat.profiles)
        which[annual] = [before + position[profile] for profile in profiles]
        scale[annual] = consumers.annual_heat[annual]
        heat = Scaled((*heat.profiles, shares), which, scale)
    feed_in = _feed_in(consumers, heat, t_feed)
    if feed_in is not None:
        heat = Scaled(tuple(np.maximum(table, 0.0) for table in heat.profiles), heat.which, heat.scale)
    offset, slope, coolest = _returns(demand, ctx, t_feed, heat)
    return Load(
        heat=heat,
        mass_flow=mass_flow,
        return_offset=offset,
        return_slope=slope,
        mass_flow_max=_largest_flow(consumers, heat, coolest, offset, slope, enthalpy),
        bypass=np.broadcast_to(np.nan if bypass is None else bypass, heat.shape[1:]),
        feed_in=feed_in,
    )


def _feed_in(consumers: Consumers, heat: Scaled, t_feed: FloatArray) -> FeedIn | None:
    """What prosumers offer: their negative heat, at their own temperature or the set-point."""
    who = np.flatnonzero(np.asarray(consumers.kind) == "prosumer")
    if not len(who):
        return None
    own = np.broadcast_to(np.asarray(consumers.supply_temperature, dtype=float), heat.shape[1:])[who]
    offered = np.maximum(-picked(heat, who)[:], 0.0)
    return FeedIn(who, offered, np.where(np.isnan(own), t_feed[:, None], own))


def demand_problems(demand: Demand, ctx: Context, air: DailyAir | None) -> list[Problem]:
    """Why the loads of a demand do not follow from it; empty if they do."""
    heat, mass_flow = _series(demand, ctx)
    problems = _series_problems(demand, heat, mass_flow)
    annual = _without_series(heat, mass_flow)
    _profiles(demand, annual, problems)
    if len(annual):
        problems += _air_problems(air)
    _return_rule(demand, ctx, problems)
    return problems


def _series(demand: Demand, ctx: Context) -> tuple[Scaled, Scaled]:
    """Given heat [W] and flow [kg/s], (time, consumer), NaN where not given."""
    none = unknown(ctx.axis.steps, len(demand.consumers.id))
    heat, mass_flow = (none if given is None else scaled(given) for given in (demand.heat, demand.mass_flow))
    return heat, mass_flow


def _known(values: FloatArray) -> BoolArray:
    return ~np.isnan(values)


def _negative(values: FloatArray) -> BoolArray:
    return values < 0


def _ever(given: Scaled, is_so: Callable[[FloatArray], BoolArray]) -> BoolArray:
    """Whether that is so of a consumer's series in any step; (consumer,)."""
    found = []
    for table in given.profiles:
        ever = np.zeros(table.shape[1], dtype=np.bool_)
        for part in pieces(*table.shape):
            ever |= is_so(table[part]).any(axis=0)
        found.append(ever)
    return np.concatenate(found)[given.which]


def _without_series(heat: Scaled, mass_flow: Scaled) -> IntArray:
    """Positions of consumers whose heat follows from their annual heat."""
    return np.flatnonzero(~_ever(heat, _known) & ~_ever(mass_flow, _known))


def _series_problems(demand: Demand, heat: Scaled, mass_flow: Scaled) -> list[Problem]:
    """Series with gaps or negative values, and consumers with two of them."""
    problems: list[Problem] = []
    metered, prescribed = _ever(heat, _known), _ever(mass_flow, _known)

    def blame(code: str, reason: str, which: BoolArray) -> None:
        names = [demand.consumers.id[i] for i in np.flatnonzero(which)]
        problems.extend(Problem(code, reason, f"demand, consumer {name}") for name in names)

    for what, values, given in (("heat", heat, metered), ("flow", mass_flow, prescribed)):
        blame("HS412", f"{what} has gaps", given & _ever(values, np.isnan))
        feeds = (np.asarray(demand.consumers.kind) == "prosumer") & (what == "heat")
        blame("HS413", f"{what} is negative", given & _ever(values, _negative) & ~feeds)
    blame("HS414", "both heat and flow are given", metered & prescribed)
    return problems


def _profiles(demand: Demand, which: IntArray, problems: list[Problem]) -> list[tuple[str, int]]:
    """Profile and building class of consumers without a series; what is wrong goes to ``problems``."""
    table = demand.consumers
    found = []
    for i in which:
        name = table.profile[i].upper() or bdew.PROFILE_OF_KIND.get(table.kind[i], "")
        wrong = _why_no_profile(table, i, name)
        if wrong:
            code, column, reason, hint = wrong
            place = f"column {column}, consumer {table.id[i]}"
            problems.append(Problem(code, reason, place, hint, demand.consumers_file))
        elif name not in bdew.RESIDENTIAL:
            found.append((name, 0))
        else:
            own = table.building_class[i]
            found.append((name, bdew.CLASS_OF_GERMANY if np.isnan(own) else int(own)))
    return found


def _why_no_profile(table: Consumers, i: int, name: str) -> tuple[str, str, str, str] | None:
    """Code, column, reason and hint if consumer ``i`` cannot follow the profile ``name``."""
    own_class = table.building_class[i]
    if table.kind[i] in ("series", "prosumer") or np.isnan(table.annual_heat[i]):
        return "HS415", "annual_heat", "neither annual heat nor a series is given", ""
    if not name:
        return "HS415", "kind", "annual heat needs a kind or a profile", "house, flats or trade"
    if name not in bdew.profile_names():
        return "HS416", "profile", f"there is no profile {name}", "one of " + ", ".join(bdew.profile_names())
    if np.isnan(own_class):
        return None
    if name not in bdew.RESIDENTIAL:
        return "HS417", "building_class", f"profile {name} has no classes", "leave it empty"
    if own_class not in range(1, 12):
        return "HS417", "building_class", f"{own_class:g} is not a class", "a whole number, 1 to 11"
    return None


def _air_problems(air: DailyAir | None) -> list[Problem]:
    """Why annual heat cannot be spread over the year."""
    where = "demand.consumers"
    if air is None or not (np.isfinite(air.t_air).all() and np.isfinite(air.reference_t_air).all()):
        return [Problem("HS418", "annual heat needs outdoor temperatures", where, "add [weather]")]
    days = len(air.reference_day) - 3
    if days < bdew.DAYS_OF_YEAR:
        reason = f"annual heat needs the weather of a year, the file has {days} days"
        return [Problem("HS418", reason, where, "give series, or a longer file")]
    return []


def _return_rule(demand: Demand, ctx: Context, problems: list[Problem]) -> tuple[FloatArray, float]:
    """Offset (time,) [degC] and slope [-] of the return temperature over the supply temperature."""
    given, drop = demand.return_temperature, demand.temperature_drop
    if demand.substation is not None:
        problems += _substation_problems(demand, ctx)
        return np.zeros(ctx.axis.steps), 0.0
    if (given is None) == (drop is None):
        reason = "needs exactly one of return_temperature_degC, temperature_drop_K and substation"
        problems.append(Problem("HS419", reason, "demand"))
        return np.zeros(ctx.axis.steps), 0.0
    offset, slope = (ctx.values(given), 0.0) if given is not None else (-ctx.values(drop or 0.0), 1.0)
    if np.isnan(offset).any():
        problems.append(Problem("HS419", "the return temperature has gaps", "demand", "add [weather]?"))
    return offset, slope


def _substation_problems(demand: Demand, ctx: Context) -> list[Problem]:
    """Why return temperatures do not follow from the substation."""
    at = demand.substation
    assert at is not None
    problems = []
    if demand.return_temperature is not None or demand.temperature_drop is not None:
        problems.append(Problem("HS419", "has a substation and another return rule", "demand", "keep one"))
    for key, reason in substation.contradictions(at):
        problems.append(Problem("HS420", f"{key} {reason}", f"demand.substation.{key}"))
    if np.isnan(ctx.t_air).any():
        problems.append(Problem("HS420", "needs outdoor temperatures", "demand.substation", "add [weather]"))
    flows = _ever(_series(demand, ctx)[1], _known)
    for i in np.flatnonzero(flows):
        reason = "its flow is given, but a substation needs its heat"
        problems.append(Problem("HS420", reason, f"demand, consumer {demand.consumers.id[i]}"))
    return problems


def _returns(
    demand: Demand, ctx: Context, t_feed: FloatArray, heat: Scaled
) -> tuple[Stepwise, Stepwise, FloatArray]:
    """Offset [degC] and slope [-] of returns, (time, consumer), and the supply that sizes flows (time,)."""
    at = demand.substation
    if at is None:
        offset, slope = _return_rule(demand, ctx, [])
        alike = np.broadcast_to(offset[:, None], heat.shape), np.broadcast_to(slope, heat.shape)
        return *alike, t_feed
    given = demand.consumers.design_heat
    design = np.where(np.isnan(given), _peak(heat), given)
    return *substation.returns(at, ctx, t_feed, heat, None, design), t_feed - substation.COOLER


def load_warnings(demand: Demand, ctx: Context, t_feed: FloatArray) -> tuple[str, ...]:
    """Where consumers will not get what they ask for, whatever flows: a sentence each."""
    if demand.substation is None:
        return ()
    hours = ctx.axis.step / 3600.0
    heating, water = (steps * hours for steps in substation.too_cold(demand.substation, ctx, t_feed))
    told = []
    if heating:
        told.append(
            f"substations: in {heating:g} h the set-point is not {substation.CLOSEST:g} K above the radiator "
            "water that demand.substation.heating_supply_degC asks for; the radiators then run cooler and the "
            "network's water goes back warmer"
        )
    if water:
        told.append(f"substations: in {water:g} h the set-point is too low for the hot water asked for")
    return tuple(told)


def _peak(heat: Stepwise) -> FloatArray:
    """Each consumer's largest heat, 0 where none is known; (consumer,). [W]"""
    peak = np.zeros(heat.shape[1])
    for part in pieces(*heat.shape):
        peak = np.fmax(peak, np.fmax.reduce(heat[part], axis=0))
    return peak


def _largest_flow(
    consumers: Consumers,
    heat: Stepwise,
    t_supply: FloatArray,
    offset: Stepwise,
    slope: Stepwise,
    enthalpy: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Given or derived limit of each consumer's flow, infinite where it is prescribed; (consumer,), kg/s."""

    def cooled(part: slice) -> tuple[FloatArray, FloatArray]:
        """What comes, and what goes back. [degC]"""
        alike = isinstance(offset, np.ndarray) and offset.strides[1] == 0
        columns = slice(1) if alike else slice(None)
        come = t_supply[part, None]
        return come, offset[part][:, columns] + slope[part][:, columns] * come

    widest = 0.0
    for part in pieces(*heat.shape):
        come, back = cooled(part)
        widest = max(widest, float((come - back).max(initial=0.0)))
    least = min(DROP_MIN, widest) if widest > 0.0 else DROP_MIN
    peak, narrow = (np.full(heat.shape[1], np.nan) for _ in range(2))
    for part in pieces(*heat.shape):
        rows, (come, back) = heat[part], cooled(part)
        sizing = np.where(come - back >= DROP_MIN, enthalpy(come) - enthalpy(back), np.nan)
        floored = enthalpy(np.maximum(come, back + least)) - enthalpy(back)
        peak = np.fmax(peak, np.fmax.reduce(rows / sizing, axis=0))
        narrow = np.fmax(narrow, np.fmax.reduce(rows / floored, axis=0))
    derived = FLOW_MARGIN * np.where(peak > 0.0, peak, narrow)
    derived = np.where(np.isnan(derived), np.inf, derived)
    return np.where(np.isnan(consumers.max_flow), derived, consumers.max_flow)
