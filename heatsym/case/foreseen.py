"""What the preparation of a run would refuse for its weather or demand, told with file and line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from heatsym.case.reader import Reader
from heatsym.case.validate import Parts
from heatsym.demand.calendar import public_holidays
from heatsym.demand.load import demand_problems
from heatsym.errors import InputError, Problem
from heatsym.interfaces.profile import Context, DailyAir
from heatsym.weather.mapping import air_temperature, daily_air


def foreseen(reader: Reader, parts: Parts) -> None:
    """Note where the weather does not cover the case, and demand that does not follow from it."""
    if reader.clock is None:
        return
    axis = reader.clock.axis
    t_air, daily = np.full(axis.steps, np.nan), None
    if parts.weather is not None and parts.weather.year is not None:
        year, offset = parts.weather.year, parts.weather.temperature_offset
        covered = _tried(reader, parts, lambda: air_temperature(year, axis, offset)[0])
        if covered is None:
            return
        t_air, daily = covered, daily_air(year, axis, offset)
    _demand(reader, parts, Context(axis, t_air), daily)


def _demand(reader: Reader, parts: Parts, ctx: Context, daily: DailyAir | None) -> None:
    demand = parts.demand
    if demand is None or (parts.weather is None or parts.weather.year is None):
        return
    _note(reader, parts, demand_problems(demand, ctx, daily))
    if demand.holidays:
        _tried(reader, parts, lambda: public_holidays(demand.holidays, ctx.axis.day))


def _tried(reader: Reader, parts: Parts, what: Callable[[], np.ndarray]) -> np.ndarray | None:
    """What a function gives; None, with its problems noted, where it refuses."""
    try:
        return what()
    except InputError as error:
        _note(reader, parts, error.problems)
        return None


def _note(reader: Reader, parts: Parts, problems: list[Problem]) -> None:
    """Note problems at the row of their consumer, or at the key that they name."""
    rows = {name: row for row, name in enumerate(parts.consumers.id)} if parts.consumers else {}
    for problem in problems:
        file, line = reader.document.place(tuple(problem.where.split(".")))
        row = rows.get(problem.where.partition("consumer ")[2])
        table = reader.table(parts.demand.consumers_file, ("demand", "consumers")) if parts.demand else None
        if row is not None and table is not None:
            file, line = table.name, table.line(row)
        reader.findings.problems.append(dataclasses.replace(problem, file=file, line=line))
