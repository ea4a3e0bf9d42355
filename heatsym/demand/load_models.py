"""Ways to make a consumer's heat from the weather and from what is known of the consumer.

A new one is a class here and a line in :data:`MODELS`; the case file then takes its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

import numpy as np

from heatsym.demand import bdew, degree_day
from heatsym.demand.archetypes import Archetype, archetype_problem, renovated, with_habits
from heatsym.demand.building import space_heat, weather_problems
from heatsym.demand.model import Consumers, Demand
from heatsym.demand.taps import HOMES
from heatsym.errors import Problem
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.profile import Surroundings
from heatsym.interfaces.stepwise import Scaled

_NAMED = {("DK", "flats"): "block"}
"""Kinds that a country's buildings are called otherwise."""


class LoadModel(Protocol):
    """Makes heat of consumers; ``whole`` says that hot water is part of it and cannot be told apart."""

    name: ClassVar[str]
    whole: ClassVar[bool]

    def basis(self, demand: Demand) -> str:
        """What its heat rests on, in words."""

    def problems(self, demand: Demand, which: IntArray, around: Surroundings) -> list[Problem]:
        """Why the heat of consumers ``which`` does not follow; empty if it does."""

    def heat(self, demand: Demand, which: IntArray, annual: FloatArray, around: Surroundings) -> Scaled:
        """Heat of consumers ``which`` (time, some) [W]; ``annual`` is that of a year [J], NaN if unknown."""


def _refused(table: Consumers, i: int, code: str, column: str, reason: str, hint: str = "") -> Problem:
    """A problem at a consumer's row; the caller adds the file."""
    return Problem(code, reason, f"column {column}, consumer {table.id[i]}", hint)


class Bdew:
    """Standard profiles of BDEW, VKU and GEODE for annual heat, hot water included."""

    name: ClassVar[str] = "bdew"
    whole: ClassVar[bool] = True

    def basis(self, demand: Demand) -> str:
        """See :class:`LoadModel`."""
        return "annual heat as given, standard profiles of BDEW, VKU and GEODE, published"

    def problems(self, demand: Demand, which: IntArray, around: Surroundings) -> list[Problem]:
        """See :class:`LoadModel`."""
        found = [self.why_no_profile(demand.consumers, i) for i in which]
        return [problem for problem in found if problem is not None] + air_problems(around)

    def why_no_profile(self, table: Consumers, i: int) -> Problem | None:
        """Why a consumer cannot follow a profile; None if it can."""
        name, own_class = self.profile_name(table, i), table.building_class[i]
        if np.isnan(table.annual_heat[i]):
            reason = "neither annual heat nor a series is given"
            return _refused(table, i, "HS415", "annual_heat", reason)
        if not name:
            reason = "annual heat needs a kind or a profile"
            return _refused(table, i, "HS415", "kind", reason, "house, flats or trade")
        if name not in bdew.profile_names():
            known = "one of " + ", ".join(bdew.profile_names())
            return _refused(table, i, "HS416", "profile", f"there is no profile {name}", known)
        if np.isnan(own_class):
            return None
        if name not in bdew.RESIDENTIAL:
            reason = f"profile {name} has no classes"
            return _refused(table, i, "HS417", "building_class", reason, "leave it empty")
        if own_class not in range(1, 12):
            reason = f"{own_class:g} is not a class"
            return _refused(table, i, "HS417", "building_class", reason, "a whole number, 1 to 11")
        return None

    @staticmethod
    def profile_name(table: Consumers, i: int) -> str:
        """The profile that a consumer names, or that of its kind; empty if neither is known."""
        return table.profile[i].upper() or bdew.PROFILE_OF_KIND.get(table.kind[i], "")

    def heat(self, demand: Demand, which: IntArray, annual: FloatArray, around: Surroundings) -> Scaled:
        """See :class:`LoadModel`."""
        assert around.air is not None
        table = demand.consumers
        wanted = []
        for i in which:
            name, own = self.profile_name(table, i), table.building_class[i]
            residential = bdew.CLASS_OF_GERMANY if np.isnan(own) else int(own)
            wanted.append((name, residential if name in bdew.RESIDENTIAL else 0))
        distinct = tuple(sorted(set(wanted)))
        position = {profile: column for column, profile in enumerate(distinct)}
        shares = bdew.annual_shares(
            around.ctx.axis, around.air, distinct, windy=demand.windy, region=demand.holidays
        )
        return Scaled((shares,), np.array([position[profile] for profile in wanted]), annual)


class DegreeDay:
    """Space heating in proportion to how far the day's air is below a limit, spread over habits."""

    name: ClassVar[str] = "degree_day"
    whole: ClassVar[bool] = False

    def basis(self, demand: Demand) -> str:
        """See :class:`LoadModel`."""
        rule = demand.degree_day
        limits = f"heated to {rule.room:g} degC below {rule.heating_limit:g} degC"
        return f"annual heat as given, degree days ({limits}), hours of the day published"

    def problems(self, demand: Demand, which: IntArray, around: Surroundings) -> list[Problem]:
        """See :class:`LoadModel`."""
        table = demand.consumers
        found = [
            _refused(table, i, "HS415", "annual_heat", "the degree-day model needs annual heat")
            for i in which
            if np.isnan(table.annual_heat[i])
        ]
        problems = found + air_problems(around)
        if around.air is None or problems:
            return problems
        rule = demand.degree_day
        return degree_day.rule_problems(
            degree_day.DegreeDays(rule.heating_limit, rule.room, hot_water_share=0.0), around.air
        )

    def heat(self, demand: Demand, which: IntArray, annual: FloatArray, around: Surroundings) -> Scaled:
        """See :class:`LoadModel`."""
        assert around.air is not None
        rule = demand.degree_day
        homes = np.array([demand.consumers.kind[i] in HOMES for i in which], dtype=bool)
        profiles = tuple(
            degree_day.DegreeDays(rule.heating_limit, rule.room, hot_water_share=0.0, habits=habits)
            for habits in degree_day.HABITS
        )
        shares = degree_day.annual_shares(around.ctx.axis, around.air, profiles, region=demand.holidays)
        return Scaled((shares,), np.where(homes, 0, 1), annual)


class Building:
    """Building physics on archetypes: envelope, sun, gains and set-back; annual heat scales it."""

    name: ClassVar[str] = "building"
    whole: ClassVar[bool] = False

    def basis(self, demand: Demand) -> str:
        """See :class:`LoadModel`."""
        return f"building physics, envelopes of TABULA {demand.country} published, their use assumed"

    def problems(self, demand: Demand, which: IntArray, around: Surroundings) -> list[Problem]:
        """See :class:`LoadModel`."""
        table, found = demand.consumers, []
        for i in which:
            if np.isnan(table.construction_year[i]):
                found.append(_refused(table, i, "HS421", "construction_year", "building physics needs it"))
            elif np.isnan(table.area[i]) and np.isnan(table.annual_heat[i]):
                reason = "building physics needs an area, or annual heat"
                found.append(_refused(table, i, "HS421", "area", reason))
            else:
                where = f"column kind, consumer {table.id[i]}"
                problem = archetype_problem(self.archetype(demand, i), where)
                found += [replace(problem, code="HS421")] if problem else []
        climate = around.ctx.climate
        if climate is None or np.isnan(around.ctx.t_air).any():
            reason = "building physics needs outdoor temperatures"
            return [*found, Problem("HS418", reason, "demand.consumers", "add [weather]")]
        return found + weather_problems(around.ctx, climate.sun(around.ctx.axis))

    @staticmethod
    def archetype(demand: Demand, i: int) -> Archetype:
        """The archetype of a consumer, before renovation."""
        table, country = demand.consumers, demand.country
        kind = _NAMED.get((country, table.kind[i]), table.kind[i])
        state, facing = (column[i] for column in (table.refurbishment, table.facing))
        year = int(table.construction_year[i])
        return Archetype(country, kind, year, state or "existing", facing or "even")

    def heat(self, demand: Demand, which: IntArray, annual: FloatArray, around: Surroundings) -> Scaled:
        """See :class:`LoadModel`."""
        ctx, climate, table = around.ctx, around.ctx.climate, demand.consumers
        assert climate is not None
        names = [table.id[i] for i in which]
        now = with_habits([self.archetype(demand, i) for i in which], names, seed=demand.seed)
        then = demand.renovation
        metered = not np.isnan(annual).all()
        year = climate.year(ctx.axis) if metered else None
        area = table.area[which]

        def made(archetypes: Sequence[Archetype], annual: FloatArray) -> Scaled:
            return space_heat(
                archetypes,
                area,
                ctx,
                climate.sun(ctx.axis),
                region=demand.holidays,
                set_back=demand.set_back,
                annual_heat=annual,
                reference=year,
            )

        found = made(now, annual)
        if then is None:
            return found
        changed = renovated(now, names, then.rate, then.years, to=then.to, seed=demand.seed)
        better = made(changed, np.full(len(which), np.nan))
        return Scaled(better.profiles, better.which, found.scale)  # meters know the buildings as they were


MODELS: dict[str, LoadModel] = {model.name: model for model in (Bdew(), DegreeDay(), Building())}


def air_problems(around: Surroundings) -> list[Problem]:
    """Why annual heat cannot be spread over the year."""
    air = around.air
    if air is None or not (np.isfinite(air.t_air).all() and np.isfinite(air.reference_t_air).all()):
        return [
            Problem("HS418", "annual heat needs outdoor temperatures", "demand.consumers", "add [weather]")
        ]
    days = len(air.reference_day) - 3
    if days < bdew.DAYS_OF_YEAR:
        reason = f"annual heat needs the weather of a year, the file has {days} days"
        return [Problem("HS418", reason, "demand.consumers", "give series, or a longer file")]
    return []
