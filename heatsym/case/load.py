"""From a case file to a :class:`~heatsym.case.model.Case`, with every problem found at once."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

from heatsym.case.clock import Clock, ClockError, clock_of
from heatsym.case.demands import read_demand
from heatsym.case.document import Document, read_document
from heatsym.case.findings import Findings, listed, shown
from heatsym.case.foreseen import foreseen
from heatsym.case.keys import suggestion
from heatsym.case.model import Case
from heatsym.case.networks import read_network
from heatsym.case.plausible import plausible
from heatsym.case.reader import Reader
from heatsym.case.sections import ALL, LISTS
from heatsym.case.settings import About, Counterfactual, Emissions, Engine, Prices, Time
from heatsym.case.validate import Parts, validate
from heatsym.dispatch.settings import Dispatch
from heatsym.errors import InputError
from heatsym.weather.model import Weather


def load(
    path: str | os.PathLike[str],
    *,
    scenario: str | None = None,
    overrides: Sequence[str] = (),
    period: str | None = None,
    allow_outside: bool = False,
) -> Case:
    """Read a case file and the files that it names.

    Parameters
    ----------
    path : str or path
        The case file.
    scenario : str, optional
        Name of a ``[scenario.NAME]`` table whose values replace those of the case.
    overrides : sequence of str
        ``key=value`` with dotted keys, applied after the scenario.
    period : str, optional
        Local days ``A/B``, both included, to which the case's time is limited.
    allow_outside : bool
        Let the case read files outside its project.

    Returns
    -------
    Case
        The study, in SI and degC.

    Raises
    ------
    InputError
        Something in the case or its files is wrong; ``problems`` holds all of it.
    AccessError
        The case file itself cannot be read.
    """
    return build(
        read_document(
            path, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside
        )
    )


def build(document: Document) -> Case:
    """The case of a document."""
    findings = Findings()
    reader = Reader(document, findings)
    for key in document.data:
        if key not in ALL:
            reader.error((key,), "HS103", "unknown section", suggestion(key, ALL))
    reader = Reader(document, findings, _clock(reader))
    about = _section(reader, About, "case", required=True)
    network, nodes = read_network(reader)
    demand, consumers = read_demand(reader)
    sources, storages = _items(reader, "source"), _items(reader, "storage")
    weather = _weather(reader)
    parts = Parts(
        network=network,
        nodes=nodes,
        demand=demand,
        consumers=consumers,
        sources=tuple(sources),
        storages=tuple(storages),
        prices=_section(reader, Prices, "prices"),
        emissions=_section(reader, Emissions, "emissions"),
        weather=weather,
        dispatch=_section(reader, Dispatch, "dispatch", default={}),
    )
    counterfactual = _section(reader, Counterfactual, "counterfactual")
    engine = _section(reader, Engine, "engine", default={})
    sound = validate(reader, parts)
    foreseen(reader, sound)
    plausible(reader, sound)
    findings.raise_errors()
    assert reader.clock is not None  # else there were errors
    assert network is not None
    assert demand is not None
    assert parts.dispatch is not None
    return Case(
        about=about,
        axis=reader.clock.axis,
        weather=weather,
        network=network,
        demand=demand,
        sources=tuple(source for _, source in sources),
        storages=tuple(storage for _, storage in storages),
        dispatch=parts.dispatch,
        prices=parts.prices,
        emissions=parts.emissions,
        counterfactual=counterfactual,
        engine=engine,
        document=document,
        warnings=findings.warnings,
    )


def _section(
    reader: Reader,
    cls: type[Any],
    name: str,
    *,
    required: bool = False,
    default: dict[str, Any] | None = None,
) -> Any:
    """An object of a section; None if absent or wrong."""
    raw = reader.section(name)
    if raw is None:
        if required and name not in reader.document.data:
            reader.error((name,), "HS101", f"section [{name}] is missing", f"add [{name}]")
        raw = default
    return None if raw is None else reader.make(cls, raw, (name,))


def _clock(reader: Reader) -> Clock | None:
    time: Time | None = _section(reader, Time, "time", required=True)
    if time is None:
        return None
    try:
        return clock_of(time)
    except ClockError as error:
        reader.error(("time", error.key), "HS601", error.reason, error.hint)
        return None


def _items(reader: Reader, section: str) -> list[tuple[int, Any]]:
    """Items of a list section that could be made, with their position in the file."""
    items = reader.document.data.get(section, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        reader.error((section,), "HS102", "is not a list of tables", f"write [[{section}]]")
        return []
    found = []
    seen: dict[str, int] = {}
    for position, item in enumerate(items):
        path = (section, position)
        kinds = tuple(LISTS[section])
        kind = item.get("kind")
        if kind is None:
            reader.error(path, "HS101", "kind is missing", f"one of {listed(kinds)}")
            continue
        if not isinstance(kind, str) or kind not in kinds:
            hint = suggestion(kind, kinds) if isinstance(kind, str) else f"one of {listed(kinds)}"
            reader.error((*path, "kind"), "HS108", f"{shown(kind)} is not a kind of {section}", hint)
            continue
        name = item.get("name")
        if isinstance(name, str) and name in seen:
            reason = f"{section} {name!r} appears twice"
            reader.error((*path, "name"), "HS205", reason, "give each its own name")
        elif isinstance(name, str):
            seen[name] = position
            if not name.strip():
                reader.error((*path, "name"), "HS107", "the name is empty")
        raw = {key: value for key, value in item.items() if key != "kind"}
        made: Any = reader.make(LISTS[section][kind], raw, path)
        if made is not None:
            found.append((position, made))
    return found


def _weather(reader: Reader) -> Weather | None:
    raw = reader.section("weather")
    if raw is None:
        return None
    fields = reader.fields(Weather, raw, ("weather",))
    given = [key for key in ("dataset", "file") if key in fields.keys]
    if len(given) != 1:
        said = "has both dataset and file" if given else "needs dataset or file"
        reader.error(("weather",), "HS111", said, 'keep exactly one, e.g. dataset = "rostock"')
        return None
    if not fields.complete:
        return None
    from heatsym.weather import read_weather

    settings = Weather(**fields.values)
    file = None if settings.file is None else reader.file(settings.file, ("weather", "file"))
    key = ("weather", settings.dataset, file and file.resolve(), settings.typical)
    try:
        year = reader.cached(key, lambda: read_weather(settings, file))
    except InputError as error:
        file_name, line = reader.document.place(("weather",))
        reader.findings.problems.extend(
            p if p.file else dataclasses.replace(p, file=file_name, line=line) for p in error.problems
        )
        return None
    return Weather(**fields.values, year=year)
