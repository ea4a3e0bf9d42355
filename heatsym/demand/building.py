"""Space heat of buildings from their physics, the weather and how they are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatsym.demand.archetypes import (
    PLANE_AZIMUTH,
    Archetype,
    Stock,
    archetype_problem,
    by_class,
    uses,
    zones,
)
from heatsym.demand.calendar import day_type
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray, TimeAxis
from heatsym.interfaces.profile import Context, Sun
from heatsym.interfaces.stepwise import Made, Scaled
from heatsym.physics.building import Warmth, march
from heatsym.physics.solar import on_planes
from heatsym.tables import read_table

LEAD_DAYS = 14
"""Days that buildings are run through before a run begins: its own first ones."""
SATURDAY = 5
YEAR = 365 * 86_400.0

_DAYS = ("weekday", "saturday", "sunday")
_COLUMNS = ("set_point_degC", "set_back_degC", "gains_in_use_W_per_m2", "gains_out_of_use_W_per_m2")

_NO_SUN = "give weather with direct and diffuse radiation, or use a profile or series"


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """Buildings and what became of them: a column for each distinct archetype, of 1 m2.

    ``which`` (consumer,) is the column that a consumer has; ``set_point`` (time, habit) [degC] belongs to
    the habits, which are a use and the hours by which it runs late, and ``habit`` (column,) says which a
    column has.
    """

    archetypes: tuple[Archetype, ...]
    which: IntArray
    stock: Stock
    habits: tuple[tuple[str, int], ...]
    habit: IntArray
    set_point: FloatArray
    warmth: Warmth

    @property
    def unmet(self) -> FloatArray:
        """By how much the air stays below its set-point on average of each step; (time, column). [K]"""
        short = np.take(self.set_point, self.habit, axis=1) - self.warmth.t_air
        return np.where(short > 1e-6, short, 0.0)


def in_use(axis: TimeAxis, use: str, region: str = "", late: int = 0) -> BoolArray:
    """Whether buildings of a use, which runs ``late`` by some hours, are in use at the start of each step."""
    row = uses()[use]
    clock = axis.local - np.timedelta64(late, "h")
    hour = clock.astype("datetime64[h]").astype(np.int64) % 24
    hours = np.array([[int(row[f"{day}_{end}_h"]) for end in ("from", "to")] for day in _DAYS])
    kind = np.maximum(
        day_type(clock.astype("datetime64[D]"), region) - SATURDAY + 1, 0
    )  # 0 Monday to Friday, 1, 2 Sunday
    return np.asarray((hour >= hours[kind, 0]) & (hour < hours[kind, 1]))


def buildings(
    archetypes: Sequence[Archetype], ctx: Context, sun: Sun | None, *, region: str = "", set_back: bool = True
) -> Built:
    """Heat and air of every distinct archetype, for one square metre of reference floor area.

    Parameters
    ----------
    archetypes : sequence of Archetype
        Of each consumer; those alike are computed once.
    ctx : Context
        Time axis, steps of up to an hour, and outdoor air. [degC]
    sun : Sun or None
        Irradiance [W/m2] and position of the sun.
    region : str
        Whose public holidays count as Sundays; none if empty.
    set_back : bool
        Whether the set-point goes down out of use, else it is held day and night.

    Returns
    -------
    Built
        Heat [W] of 1 m2 and air [degC] of each archetype.

    Raises
    ------
    InputError
        If an archetype is unknown, or the weather has no radiation or no temperature.

    Notes
    -----
    The mass begins at the set-point of the first step and is run through the first fourteen days of the
    run, or through shorter runs as often as makes fourteen days, before the run begins.
    """
    problems = weather_problems(ctx, sun)
    where = {archetype: f"consumer {i + 1}" for i, archetype in reversed(list(enumerate(archetypes)))}
    problems += [problem for kind in where if (problem := archetype_problem(kind, where[kind]))]
    if problems or sun is None:
        raise InputError(problems)
    alike = {archetype: by_class(archetype) for archetype in where}
    distinct = tuple(sorted(set(alike.values())))
    position = {archetype: column for column, archetype in enumerate(distinct)}
    which = np.array([position[alike[archetype]] for archetype in archetypes], dtype=np.int64)
    stock = zones(distinct, np.ones(len(distinct)))
    of_column = [(name, archetype.late) for name, archetype in zip(stock.use, distinct, strict=True)]
    habits = tuple(dict.fromkeys(of_column))
    habit = np.array([habits.index(own) for own in of_column], dtype=np.int64)

    busy = np.stack([in_use(ctx.axis, name, region, late) for name, late in habits], axis=1)
    column = {name: np.array([float(uses()[use][name]) for use, _ in habits]) for name in _COLUMNS}
    low = column["set_back_degC"] if set_back else column["set_point_degC"]
    set_point = np.where(busy, column["set_point_degC"], low)
    gains = np.where(busy, column["gains_in_use_W_per_m2"], column["gains_out_of_use_W_per_m2"])
    albedo = next(
        float(row["value"]) for row in read_table("building_defaults") if row["quantity"] == "albedo"
    )
    light = on_planes(sun, np.full(len(PLANE_AZIMUTH), 90.0), PLANE_AZIMUTH, albedo)

    shape = (ctx.axis.steps, len(distinct))
    one = np.ones(len(distinct))
    always = bool((stock.ventilation == stock.ventilation_out).all())

    def by_hour(rows: int | slice) -> FloatArray:
        return np.where(np.take(busy[rows], habit, axis=-1), stock.ventilation, stock.ventilation_out)

    begin = np.take(set_point[0], habit)
    lead = min(ctx.axis.steps, round(LEAD_DAYS * 86_400 / ctx.axis.step))
    repeats = -(-round(LEAD_DAYS * 86_400 / ctx.axis.step) // lead)

    def run(steps: int, t_mass: FloatArray) -> Warmth:
        return march(
            stock.zones,
            stock.ventilation if always else Made(shape, by_hour),
            ctx.t_air[:steps],
            Scaled((gains,), habit, one),
            Made(shape, lambda rows: light[rows] @ stock.aperture),
            Scaled((set_point,), habit, one),
            stock.largest_heat,
            t_mass,
            float(ctx.axis.step),
        )

    for _ in range(repeats):
        begin = run(lead, begin).t_mass
    return Built(distinct, which, stock, habits, habit, set_point, run(ctx.axis.steps, begin))


def weather_problems(ctx: Context, sun: Sun | None) -> list[Problem]:
    """Why buildings cannot be computed with this weather; empty if they can."""
    problems = []
    if np.isnan(ctx.t_air).any():
        problems.append(
            Problem("HS418", "buildings need outdoor air in every step", "demand", "add [weather]")
        )
    if sun is None:
        problems.append(Problem("HS418", "buildings need the sun, the weather has none", "demand", _NO_SUN))
    elif np.isnan(sun.direct_normal).any() or np.isnan(sun.diffuse_horizontal).any():
        problems.append(Problem("HS418", "the radiation of the weather has gaps", "demand", _NO_SUN))
    return problems


def space_heat(
    archetypes: Sequence[Archetype],
    area: FloatArray,
    ctx: Context,
    sun: Sun | None,
    *,
    region: str = "",
    set_back: bool = True,
    annual_heat: FloatArray | None = None,
    reference: tuple[Context, Sun | None] | None = None,
) -> Scaled:
    r"""Space heat of consumers in each step.

    Parameters
    ----------
    archetypes : sequence of Archetype
        Of each consumer.
    area : array, shape (consumer,)
        Heated reference floor area. [m2]
    ctx : Context
        Time axis, steps of up to an hour, and outdoor air. [degC]
    sun : Sun or None
        Irradiance [W/m2] and position of the sun.
    region : str
        Whose public holidays count as Sundays; none if empty.
    set_back : bool
        Whether the set-point goes down out of use.
    annual_heat : array, shape (consumer,), optional
        Space heat that each consumer takes in 365 days of the reference, NaN where its physics decides. [J]
    reference : (Context, Sun), optional
        Weather that ``annual_heat`` refers to; the run's own if left out, which then has to be of a year.

    Returns
    -------
    Scaled
        Heat [W]: a profile for each distinct archetype, of 1 m2, times the consumer's area.

    Raises
    ------
    InputError
        As :func:`buildings`; or if there is annual heat without weather of a year, or of buildings that
        need none.

    Notes
    -----
    With annual heat the profile keeps its shape and is multiplied: the archetype then says when heat is
    taken, the meter how much. Consumers of one archetype share a column, whatever their area: every
    conductance, gain and limit is proportional to it.
    """
    found = buildings(archetypes, ctx, sun, region=region, set_back=set_back)
    scale = np.array(area, dtype=float)
    if annual_heat is not None and not np.isnan(annual_heat).all():
        year = found
        axis = ctx.axis
        if reference is not None:
            axis = reference[0].axis
            year = buildings(archetypes, *reference, region=region, set_back=set_back)
        if axis.steps * axis.step < YEAR:
            reason = "annual heat of buildings refers to the weather of a year, and there is less of it"
            raise InputError([Problem("HS418", reason, "demand", "run a year, or give areas only")])
        of_year = year.warmth.heat.mean(axis=0)[year.which] * YEAR
        asked = ~np.isnan(annual_heat)
        idle = np.flatnonzero(asked & (of_year <= 0.0) & (np.asarray(annual_heat) > 0.0))
        if len(idle):
            reason = f"consumer {idle[0] + 1} has annual heat, but its building needs none in this weather"
            raise InputError([Problem("HS418", reason, "demand", "correct kind or weather")])
        scale = np.where(asked, np.nan_to_num(annual_heat) / np.where(of_year > 0.0, of_year, 1.0), scale)
    return Scaled((found.warmth.heat,), found.which, scale)
