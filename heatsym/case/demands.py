"""The demand section: the table of consumers and their series."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from heatsym.case.findings import listed
from heatsym.case.read_csv import TIME_COLUMNS, Table
from heatsym.case.reader import Fields, Reader, meant_as
from heatsym.case.values import Reference, checked
from heatsym.demand.booster import booster_problems
from heatsym.demand.model import Consumers, Demand
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import Quantity, specs
from heatsym.interfaces.profile import Series
from heatsym.interfaces.stepwise import Scaled, unknown
from heatsym.units import Unit, split_unit, unit

PATH = ("demand",)
RULES = ("return_temperature", "temperature_drop", "substation")
SERIES = ("series_heat", "series_flow")


def read_demand(reader: Reader) -> tuple[Demand | None, Consumers | None]:
    """Demand, and the consumers even where the rest is wrong."""
    raw = reader.section("demand")
    if raw is None:
        if "demand" not in reader.document.data:
            reader.error(PATH, "HS101", "section [demand] is missing", 'add consumers = "consumers.csv"')
        return None, None
    fields = reader.fields(Demand, raw, PATH, as_written=SERIES)
    rules = [key for key in RULES if key in fields.keys]
    almost = any(meant_as(Demand, key, rule) for key in raw for rule in RULES)
    if len(rules) > 1 or not (rules or almost):
        said = "has two of" if rules else "needs one of"
        names = "return_temperature_degC, temperature_drop_K and substation"
        reader.error(PATH, "HS111", f"{said} {names}", "keep exactly one")
    name = fields.values.get("consumers_file")
    table = reader.table(name, (*PATH, "consumers")) if isinstance(name, str) else None
    if table is None:
        return None, None
    columns = reader.rows(Consumers, table, "consumer")
    if not columns.complete:
        return None, None
    consumers = Consumers(**columns.values)
    heat = _given(reader, raw, fields, "series_heat", consumers)
    flow = _given(reader, raw, fields, "series_flow", consumers)
    fed = _check_heat(reader, table, consumers, heat, flow, fields.values.get("model"))
    if not fields.complete or not fed or len(rules) != 1 or heat is None or flow is None:
        return None, consumers
    demand = Demand(**fields.values, consumers=consumers, heat=heat, mass_flow=flow)
    for row, problem in booster_problems(demand, ~np.isnan(flow[0])):
        found = replace(problem, file=table.name, line=table.line(row))
        reader.findings.problems.append(found)
    return demand, consumers


def _given(
    reader: Reader, raw: dict[str, Any], fields: Fields, name: str, consumers: Consumers
) -> Scaled | None:
    """A series for each consumer that has one, (time, consumer), NaN for the others; None if it is wrong."""
    if reader.clock is None:
        return None
    none = unknown(reader.clock.axis.steps, len(consumers.id))
    if name not in fields.keys:
        return none
    key = fields.keys[name]
    spec = specs(Demand)[name][0]
    assert isinstance(spec, Quantity)
    of = unit(split_unit(key)[1], spec.unit)
    assert of is not None
    if name == "series_heat" and all(kind == "prosumer" for kind in consumers.kind):
        spec = replace(spec, low=None)
    given = raw[key]
    if isinstance(given, str):
        given = {"file": given}
    if isinstance(given, dict) and "column" not in given:
        # every consumer's own column
        each, faults = checked(spec, of, {**given, "column": ""}, key)
        for inside, code, reason, hint in faults:
            reader.error((*PATH, key, *inside), code, reason, hint)
        if faults:
            return None
        assert isinstance(each, Reference)  # what a table without faults becomes
        return _by_consumer(reader, each, consumers, spec, of, (*PATH, key), none)
    good, value = reader.value(spec, of, raw[key], (*PATH, key))
    if not good:
        return None
    if not isinstance(value, (float, Series)):
        hint = 'write { file = "heat.csv" }, with fill = "interpolate" where gaps are to be filled'
        reader.error((*PATH, key), "HS102", "takes a file, { file, column } or a number", hint)
        return None
    same = value.values if isinstance(value, Series) else np.full(none.shape[0], value)
    return Scaled((same[:, None],), none.which, none.scale)


def _by_consumer(
    reader: Reader,
    each: Reference,
    consumers: Consumers,
    spec: Quantity,
    of: Unit,
    path: tuple[str, ...],
    none: Scaled,
) -> Scaled | None:
    name = each.file
    table = reader.table(name, path)
    if table is None:
        return None
    who: list[int] = []
    named: list[int] = []
    for i, (consumer, column) in enumerate(zip(consumers.id, consumers.column, strict=True)):
        if column:
            named.append(i)
        elif consumer in table.header:
            who.append(i)
    missing = [i for i in named if consumers.column[i] not in table.header]
    for i in missing:
        reader.error(path, "HS202", f"{name} has no column {consumers.column[i]!r} for {consumers.id[i]}")
    used = {*(consumers.id[i] for i in who), *(consumers.column[i] for i in named), *TIME_COLUMNS}
    unused = [column for column in table.header if column not in used]
    if unused:
        reader.findings.warning("HS209", f"{len(unused)} columns not used: {listed(unused)}", file=table.name)
    if missing:
        return None
    good, series, which = True, list[FloatArray](none.profiles), none.which.copy()
    heat = spec.unit == "W"
    signed = [i for i in (*who, *named) if heat and consumers.kind[i] == "prosumer"]
    for group, names, plain, feeds in (
        (who, consumers.id, True, False),
        (named, consumers.column, False, False),
        (who, consumers.id, True, True),
        (named, consumers.column, False, True),
    ):
        group = [i for i in group if (i in signed) == feeds]
        if group:
            columns = [names[i] for i in group]
            owners = [f"consumer {consumers.id[i]}" for i in group]
            rule = replace(spec, low=None) if feeds else spec
            values = reader.columns(table, columns, owners, rule, of, each.input, each.fill, plain=plain)
            good &= values is not None
            if values is not None:
                which[group] = sum(table.shape[1] for table in series) + np.arange(len(group))
                series.append(values)
    if not who and not named:
        hint = f"columns are: {listed(table.header)}"
        reader.error(path, "HS202", f"{name} has a column for none of the consumers", hint)
        return None
    return Scaled(tuple(series), which, none.scale) if good else None


def _check_heat(
    reader: Reader,
    table: Table,
    consumers: Consumers,
    heat: Scaled | None,
    flow: Scaled | None,
    model: object,
) -> bool:
    """Each consumer has a series or annual heat with a kind, and not two series.

    ``model`` is what others follow.
    """
    if heat is None or flow is None:
        return False
    good = True
    has_heat, has_flow = ~np.isnan(heat[0]), ~np.isnan(flow[0])
    supply = np.broadcast_to(np.asarray(consumers.supply_temperature, dtype=float), has_heat.shape)
    for i, name in enumerate(consumers.id):
        reason = hint = ""
        prosumer = consumers.kind[i] == "prosumer"
        if has_heat[i] and has_flow[i]:
            reason, hint = "has a series of heat and one of flow", "keep one"
        elif not prosumer and not np.isnan(supply[i]):
            reason, hint = "has a supply_temperature but is no prosumer", "leave it empty"
        elif prosumer and not has_heat[i]:
            reason, hint = "is a prosumer without a series of heat", "give it a column in series_kW"
        elif has_heat[i] or has_flow[i]:
            continue
        elif consumers.kind[i] == "series":
            reason, hint = "is of kind series, but no series has a column for it", "name it in column"
        elif (consumers.model[i] or model) == "building":
            continue  # what a building needs is looked up with the weather
        elif np.isnan(consumers.annual_heat[i]):
            reason, hint = "has neither annual_heat nor a series", "give annual_heat_MWh and kind"
        elif not consumers.kind[i] and not consumers.profile[i]:
            reason, hint = "has annual_heat but no kind", "kind is house, flats or trade"
        if reason:
            reader.findings.error(
                "HS307", reason, where=f"consumer {name}", hint=hint, file=table.name, line=table.line(i)
            )
            good = False
    return good
