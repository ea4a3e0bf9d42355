"""What a run would refuse for its weather, demand or sources, told with file and line."""

from __future__ import annotations

import dataclasses

import numpy as np

from heatsym.case.dispatchable import dispatchable
from heatsym.case.locate import KeyPath
from heatsym.case.reader import Reader
from heatsym.case.validate import Parts, written
from heatsym.demand.calendar import public_holidays
from heatsym.demand.load import demand_problems
from heatsym.errors import InputError, Problem
from heatsym.interfaces.exchange import Offer, Site, Source
from heatsym.interfaces.fields import specs
from heatsym.interfaces.profile import Context
from heatsym.weather.climate import surroundings

COOLED = 30.0
"""By how much consumers are taken to cool water where only a run knows. [K]"""


def foreseen(reader: Reader, parts: Parts) -> None:
    """Note where the weather does not cover the case, and demand or sources that do not go with it."""
    if reader.clock is None:
        return
    axis, weather, demand = reader.clock.axis, parts.weather, parts.demand
    ctx = Context(axis, np.full(axis.steps, np.nan))
    if weather is not None and weather.year is not None:
        try:
            around, _ = surroundings(weather, axis)
            ctx = around.ctx
            if demand is not None:
                _note(reader, parts, demand_problems(demand, around))
                if demand.holidays:
                    public_holidays(demand.holidays, axis.day)
        except InputError as error:
            _note(reader, parts, error.problems)
            return
    _offers(reader, parts, ctx)


def _offers(reader: Reader, parts: Parts, ctx: Context) -> None:
    """Note what a source cannot offer at set-point and return temperature, as far as they are known.

    With what they can, whether it can be dispatched as the case wishes.
    """
    if parts.network is None or parts.demand is None or reader.findings.failed:
        return
    t_feed, rule = ctx.values(parts.network.supply_temperature), parts.demand.return_temperature
    drop = COOLED if parts.demand.temperature_drop is None else parts.demand.temperature_drop
    t_return = t_feed - ctx.values(drop) if rule is None else ctx.values(rule)
    site = Site(t_feed, np.minimum(t_return, t_feed))
    offers = list[tuple[Source, Offer]]()
    for position, source in parts.sources:
        try:
            if source.enabled:
                offers.append((source, source.offer(ctx, site)))
        except InputError as error:
            for problem in error.problems:
                _refused(reader, ("source", position), type(source), problem)
    if parts.dispatch is not None:
        dispatchable(reader, parts, parts.dispatch, offers)


def _refused(reader: Reader, path: KeyPath, kind: type[Source], problem: Problem) -> None:
    """Note why a source offers nothing, at the key that the problem names if it names one."""
    where = problem.where
    if where in specs(kind):
        path = written(reader, (*path, where))
        where = reader.document.dotted(path)
    file, line = reader.document.place(path)
    reader.findings.problems.append(dataclasses.replace(problem, where=where, file=file, line=line))


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
