"""What all consumers ask for, from series and models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from heatsym.demand.booster import boosted, booster_basis, booster_problems
from heatsym.demand.load_models import MODELS, Bdew, Building, LoadModel
from heatsym.demand.model import Consumers, Demand
from heatsym.demand.returns import return_problems, return_warnings, returns
from heatsym.demand.signature import by_step, calibration, period_problems
from heatsym.demand.taps import WATER_BASIS, annual_water, water
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis
from heatsym.interfaces.exchange import FeedIn, Load
from heatsym.interfaces.profile import Context, Monthly, Profile, Surroundings
from heatsym.interfaces.stepwise import (
    Added,
    Made,
    Scaled,
    Stepwise,
    kept,
    picked,
    pieces,
    placed,
    scaled,
    unknown,
)

BoolArray = NDArray[np.bool_]

METERED = "demand.metered_heat"
FLOW_MARGIN = 1.2  # largest flow over the flow at the peak
DROP_MIN = 5.0  # cooling of the water below which an hour sizes a consumer's flow only if no other does [K]


def loads(
    demand: Demand,
    around: Surroundings,
    t_feed: FloatArray,
    enthalpy: Callable[[FloatArray], FloatArray],
    bypass: FloatArray | None = None,
) -> Load:
    r"""What the consumers ask for in each step.

    Parameters
    ----------
    demand : Demand
        Consumers with their series or what models need to know of them, and the rule for their return.
    around : Surroundings
        Time axis and weather.
    t_feed : array, shape (time,)
        Set-point of the supply water. [degC]
    enthalpy : callable
        Specific enthalpy of the water [J/kg] as a function of its temperature [degC].
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
    A series goes before models. The largest flow, where not given, is

    .. math:: 1.2 \max_t \frac{Q}{i(T_{feed}) - i(T_{return})}

    over the steps in which the water cools by 5 K or more. Where no such step asks for heat, it is taken
    over all steps, with cooling counted as at least 5 K, or as the largest there is if that is less.
    Substations are sized for water as cool as their rule reckons with. Where a consumer has a booster, heat
    is what that draws from the network.

    References
    ----------
    .. [1] Derived here.
    """
    problems = demand_problems(demand, around)
    if problems:
        raise InputError(problems)
    consumers, ctx = demand.consumers, around.ctx
    heat, mass_flow = _series(demand, ctx)
    modelled = _without_series(heat, mass_flow)
    space, tapped = _modelled(demand, around, heat, modelled)
    feed_in = _feed_in(consumers, space, t_feed)
    if feed_in is not None:
        space = Scaled(tuple(np.maximum(table, 0.0) for table in space.profiles), space.which, space.scale)
    needed = space if tapped is None else Added(space, *tapped)
    asked, boosters = boosted(consumers, needed, t_feed)
    told_apart = None if tapped is None else _told_apart(asked.shape, *tapped)
    offset, slope, coolest = returns(demand, ctx, t_feed, asked, told_apart)
    return Load(
        heat=asked,
        mass_flow=mass_flow,
        return_offset=offset,
        return_slope=slope,
        mass_flow_max=_largest_flow(consumers, asked, coolest, offset, slope, enthalpy),
        bypass=np.broadcast_to(np.nan if bypass is None else bypass, asked.shape[1:]),
        feed_in=feed_in,
        boosters=boosters,
    )


def _modelled(
    demand: Demand, around: Surroundings, heat: Scaled, modelled: IntArray
) -> tuple[Scaled, tuple[Stepwise, IntArray] | None]:
    """Heat with that of models in its place [W], and the hot water beside it, with its consumers."""
    annual, axis = demand.consumers.annual_heat, around.ctx.axis
    taps, rooms = list[IntArray](), list[tuple[Scaled, IntArray]]()
    for model, which in _by_model(demand, modelled):
        own = annual[which]
        if not model.whole:
            taps.append(which)
            own = own - np.nan_to_num(annual_water(demand, which))
        rooms.append((model.heat(demand, which, own, around), which))
    tapped: tuple[Stepwise, IntArray] | None = None
    if taps:
        who = np.sort(np.concatenate(taps))
        of_year = np.nan_to_num(annual_water(demand, who))
        tapped = kept(water(demand, who, of_year, axis)), who
    if demand.metered_heat is not None and rooms:
        rooms, tapped = _metered(demand.metered_heat, axis, rooms, tapped)
    for some, which in rooms:
        heat = placed(heat, some, which)
    return heat, tapped


def _metered(
    heat: Profile,
    axis: TimeAxis,
    rooms: list[tuple[Scaled, IntArray]],
    tapped: tuple[Stepwise, IntArray] | None,
) -> tuple[list[tuple[Scaled, IntArray]], tuple[Stepwise, IntArray] | None]:
    """Modelled heat scaled to what was metered of all together in the year, or in each of its months."""
    sums = _metered_sums(heat, axis)
    space, base = np.zeros((axis.steps, 1)), np.zeros((axis.steps, 1))
    for part in pieces(axis.steps, max(len(which) for _, which in rooms)):
        space[part, 0] = sum(some[part].sum(axis=1) for some, _ in rooms)
        if tapped is not None:
            base[part, 0] = tapped[0][part].sum(axis=1)
    on_space, on_base = by_step(
        axis, calibration(axis, space, base, sums, monthly=isinstance(heat, Monthly), name=METERED)
    )
    scaled_rooms = [
        (Scaled(tuple(table * on_space for table in some.profiles), some.which, some.scale), which)
        for some, which in rooms
    ]
    if tapped is None:
        return scaled_rooms, None
    taps, who = tapped
    return scaled_rooms, (Made(taps.shape, lambda steps: taps[steps] * on_base[steps]), who)


def _metered_sums(heat: Profile, axis: TimeAxis) -> FloatArray:
    """Metered heat of the run, or of each of its months in order; (period, 1). [J]"""
    if not isinstance(heat, Monthly):
        return np.array([[heat]], dtype=float)
    months = np.unique(axis.local.astype("datetime64[M]")).astype(np.int64) % 12
    return np.array(heat.values)[months, None]


def _by_model(demand: Demand, modelled: IntArray) -> Iterator[tuple[LoadModel, IntArray]]:
    """Models that are in use, and the consumers whose heat each makes."""
    table = demand.consumers
    names = np.array([_model_name(demand, i) for i in range(len(table.id))])
    for name, model in MODELS.items():
        which = modelled[names[modelled] == name]
        if len(which):
            yield model, which


def _model_name(demand: Demand, i: int) -> str:
    """A consumer's model: its own, that of its standard profile, else that of all."""
    table = demand.consumers
    return table.model[i] or (Bdew.name if table.profile[i] else demand.model)


def _told_apart(shape: tuple[int, ...], some: Stepwise, who: IntArray) -> Stepwise:
    """Hot water of those of whom it is known, NaN for others."""

    def rows(steps: int | slice) -> FloatArray:
        known = some[steps]
        every = np.full((*known.shape[:-1], shape[1]), np.nan)
        every[..., who] = known
        return every

    return Made(shape, rows)


def _feed_in(consumers: Consumers, heat: Scaled, t_feed: FloatArray) -> FeedIn | None:
    """What prosumers offer: their negative heat, at their own temperature or the set-point."""
    who = np.flatnonzero(np.asarray(consumers.kind) == "prosumer")
    if not len(who):
        return None
    own = np.broadcast_to(np.asarray(consumers.supply_temperature, dtype=float), heat.shape[1:])[who]
    offered = np.maximum(-picked(heat, who)[:], 0.0)
    return FeedIn(who, offered, np.where(np.isnan(own), t_feed[:, None], own))


def demand_problems(demand: Demand, around: Surroundings) -> list[Problem]:
    """Why the loads of a demand do not follow from it; empty if they do."""
    heat, mass_flow = _series(demand, around.ctx)
    problems = _series_problems(demand, heat, mass_flow)
    modelled = _without_series(heat, mass_flow)
    kinds = np.asarray(demand.consumers.kind)
    for i in modelled[np.isin(kinds[modelled], ("series", "prosumer"))]:
        where = f"column kind, consumer {demand.consumers.id[i]}"
        problems.append(
            Problem("HS415", "neither annual heat nor a series is given", where, file=demand.consumers_file)
        )
    modelled = modelled[~np.isin(kinds[modelled], ("series", "prosumer"))]
    for model, which in _by_model(demand, modelled):
        found = model.problems(demand, which, around)
        problems += [replace(problem, file=demand.consumers_file) for problem in found]
        problems += [] if model.whole or found else _water_problems(demand, which)
    metered = demand.metered_heat
    if metered is not None and not isinstance(metered, (float, Monthly)):
        problems.append(Problem("HS423", "takes a number or twelve of them, one for each month", METERED))
    elif metered is not None:
        axis = around.ctx.axis
        sums, monthly = _metered_sums(metered, axis), isinstance(metered, Monthly)
        problems += period_problems(axis, sums, 1, METERED, monthly=monthly)
    prescribed = _ever(mass_flow, _known)
    problems += [problem for _, problem in booster_problems(demand, prescribed)]
    return problems + return_problems(demand, around.ctx, prescribed)


def _water_problems(demand: Demand, which: IntArray) -> list[Problem]:
    """Consumers whose hot water is more than their annual heat."""
    table = demand.consumers
    annual = table.annual_heat[which]
    reason = "hot water is more than the annual heat that it is part of"
    return [
        Problem("HS422", reason, f"consumer {table.id[i]}", "correct annual_heat, hot_water or dwellings")
        for i, more in zip(which, annual_water(demand, which) > annual, strict=True)
        if more
    ]


def demand_basis(demand: Demand) -> list[str]:
    """What modelled heat rests on, a sentence each."""
    table, said = demand.consumers, []
    known = np.zeros(len(table.id), dtype=np.bool_)
    for given in (demand.heat, demand.mass_flow):
        if given is not None:
            known |= _ever(scaled(given), _known)
    for model, which in _by_model(demand, np.flatnonzero(~known)):
        whose = f"{len(which)} consumer{'s' if len(which) > 1 else ''}"
        said.append(f"heat of {whose}: {model.basis(demand)}")
        if not model.whole and np.isnan(table.hot_water[which]).any():
            said.append("hot water of consumers that give none: " + WATER_BASIS)
    if demand.substation is not None:
        said.append("return temperatures: substations by their design points, defaults assumed")
    if demand.metered_heat is not None:
        said.append("heat of modelled consumers is scaled to what was metered of all together")
    return said + booster_basis(demand)


def load_warnings(demand: Demand, ctx: Context, t_feed: FloatArray) -> tuple[str, ...]:
    """What of the demand a run leaves out, or cannot serve: a sentence each."""
    modelled = _without_series(*_series(demand, ctx))
    dry, renewed = 0, demand.renovation is None
    for model, which in _by_model(demand, modelled):
        dry += 0 if model.whole else int(np.isnan(annual_water(demand, which)).sum())
        renewed |= model.name == Building.name
    told = return_warnings(demand, ctx, t_feed)
    if dry:
        told += (
            f"hot water of {dry} consumers is not counted: neither it nor dwellings nor annual heat is known",
        )
    if not renewed:
        told += ("demand.renovation changes nothing: no consumer follows building physics",)
    return told


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


def _largest_flow(
    consumers: Consumers,
    heat: Stepwise,
    t_supply: FloatArray,
    offset: Stepwise,
    slope: Stepwise,
    enthalpy: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Given or derived limit of each consumer's flow, infinite where it is prescribed; (consumer,), kg/s."""

    alike = isinstance(offset, np.ndarray) and offset.strides[1] == 0  # one rule for all
    columns = slice(1) if alike else slice(None)

    def cooled(part: slice) -> tuple[FloatArray, FloatArray]:
        """What comes, and what goes back. [degC]"""
        come = t_supply[part, None]
        return come, offset[part][:, columns] + slope[part][:, columns] * come

    least = DROP_MIN
    if alike:  # a rule may cool by less than that, always; substations do not
        come, back = cooled(slice(None))
        widest = float((come - back).max(initial=0.0))
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
