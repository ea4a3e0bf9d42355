"""What the preparation of a run would refuse for its weather or demand, told with file and line."""

from __future__ import annotations

import dataclasses

from heatsym.case.reader import Reader
from heatsym.case.validate import Parts
from heatsym.demand.calendar import public_holidays
from heatsym.demand.load import demand_problems
from heatsym.errors import InputError, Problem
from heatsym.weather.climate import surroundings


def foreseen(reader: Reader, parts: Parts) -> None:
    """Note where the weather does not cover the case, and demand that does not follow from it."""
    if reader.clock is None or parts.weather is None or parts.weather.year is None:
        return
    axis, weather, demand = reader.clock.axis, parts.weather, parts.demand
    try:
        around, _ = surroundings(weather, axis)
        if demand is not None:
            _note(reader, parts, demand_problems(demand, around))
            if demand.holidays:
                public_holidays(demand.holidays, axis.day)
    except InputError as error:
        _note(reader, parts, error.problems)


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
