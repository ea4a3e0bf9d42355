"""What a problem code, a key of the case file or a unit means, as text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from heatsym.case.codes import CODES
from heatsym.case.keys import suggestion
from heatsym.case.read_csv import TIME_COLUMNS
from heatsym.case.schema import REFERENCE
from heatsym.case.sections import LISTS, SECTIONS
from heatsym.demand.model import Consumers
from heatsym.errors import InputError, Problem
from heatsym.interfaces.fields import Hidden, Part, Quantity, Spec, Text, specs
from heatsym.network.model import Nodes, Pipes
from heatsym.units import UNITS, explanation, joined, measures, split_unit, usual

TABLES: dict[str, type] = {"nodes.csv": Nodes, "pipes.csv": Pipes, "consumers.csv": Consumers}


INFINITE = float("inf")

_SCENARIO = """[scenario.NAME]
changes to the case, chosen by --scenario NAME; keys are dotted, sources stand by their name:
  weather.temperature_offset_K = -2
  source.works.power_kW = 300
  source.works.enabled = false
a value in another unit, or an alternative such as file for dataset, replaces what was there"""


def explain(topic: str) -> str:
    """Explain a code (``HS103``), a key with or without section and unit (``source.power``), or ``units``.

    Raises
    ------
    InputError
        Nothing is known by this name.
    """
    word = topic.strip()
    if word == "units":
        return explanation()
    if word.upper() in CODES:
        return _code(word.upper())
    if word in SECTIONS or word in LISTS or word in TABLES:
        return _section(word)
    if word == "scenario":
        return _SCENARIO
    found = [_field(*entry) for entry in _entries() if _means(word, entry[0], entry[1])]
    if word in ("series", *REFERENCE["properties"]):
        found.append(_series())
    if found:
        return "\n\n".join(found)
    stems = dict.fromkeys(stem for _, stem, _, _ in _entries())
    known = (*CODES, "units", "scenario", *SECTIONS, *LISTS, *TABLES, *stems)
    hint = suggestion(word.rpartition(".")[2], known) or "try a code, a section, a key, or units"
    raise InputError([Problem("HS103", f"nothing is known of {word!r}", hint=hint)])


Entry = tuple[str, str, Spec, object]
"""Place (section, source kind or table), key without unit, specification, default."""


def _entries() -> Iterator[Entry]:
    for section, cls in SECTIONS.items():
        yield from _entries_of(section, cls)
    for section, kinds in LISTS.items():
        yield section, "kind", Text("what it is", tuple(kinds)), dataclasses.MISSING
        for kind, cls in kinds.items():
            yield from _entries_of(f"{section} ({kind})", cls)
    for table, cls in TABLES.items():
        yield from _entries_of(table, cls)


def _entries_of(place: str, cls: type) -> Iterator[Entry]:
    for name, (spec, default) in specs(cls).items():
        if isinstance(spec, Hidden):
            continue
        yield place, spec.key or name, spec, default
        if isinstance(spec, Part):
            yield from _entries_of(f"{place}.{spec.key or name}", spec.cls)


def _means(word: str, place: str, stem: str) -> bool:
    *sections, key = word.split(".")
    if stem not in (key, split_unit(key)[0]):
        return False
    parts = place.replace(" (", ".").replace(")", "").split(".")
    return all(section in parts or section in place for section in sections)


def _code(code: str) -> str:
    entry = CODES[code]
    return f"{code}: {entry.title}\n\n{entry.meaning}\n{entry.remedy}"


def _section(name: str) -> str:
    places = [
        entry for entry in _entries() if entry[0] == name or entry[0].startswith((f"{name} (", f"{name}."))
    ]
    lines = [f"[{name}]" if name in SECTIONS else f"[[{name}]]" if name in LISTS else name]
    for place, stem, spec, default in places:
        shown = _example(stem, spec)
        inside = place.removeprefix(name).strip(" .")
        must = " (required)" if default is dataclasses.MISSING else ""
        lines.append(f"  {(inside + ': ' if inside else '') + shown:44} {spec.meaning}{must}")
    return "\n".join(lines)


def _series() -> str:
    """A series as it is written in place of a number."""
    lines = ['{ file = "works.csv", column = "heat_MW" }', "a column of a CSV table instead of a number"]
    for key, form in REFERENCE["properties"].items():
        choices = f" ({', '.join(form['enum'])})" if "enum" in form else ""
        must = " (required)" if key in REFERENCE["required"] else ""
        lines.append(f"  {key:8} {form['description']}{choices}{must}")
    return "\n".join(
        [*lines, f"time is told by a column {', '.join(TIME_COLUMNS)}; else there is one row for each step"]
    )


def _spellings(spec: Quantity) -> list[str]:
    """Units worth offering: percent only for what is a share."""
    share = spec.high is not None and spec.high <= 2
    return [spelling for spelling in UNITS[spec.unit] if spelling != "pct" or share]


def _example(key: str, spec: Spec) -> str:
    return joined(key, usual(spec.unit)) if isinstance(spec, Quantity) else key


def _field(place: str, stem: str, spec: Spec, default: object) -> str:
    lines = [f"{place}: {stem}", spec.meaning]
    if isinstance(spec, Quantity):
        shown = usual(spec.unit)
        unit = UNITS[spec.unit][shown]
        lines.append(
            f"{measures(spec.unit)}: {', '.join(joined(stem, spelling) for spelling in _spellings(spec))}"
        )
        name = f" {shown}" if shown else ""
        limits = [
            f"{word} {unit.from_base(limit):g}{name}"
            for word, limit in (("at least", spec.low), ("above", spec.above), ("at most", spec.high))
            if limit is not None
        ]
        if limits:
            lines.append(", ".join(limits))
        if spec.varies and stem != "series":
            curve = ", or pairs [outdoor degC, value]" if spec.unit in ("degC", "K") else ""
            lines.append(f"a number, {{ file, column }}, or 12 months{curve}")
        if isinstance(default, float) and default == default:
            lines.append(
                f"default {unit.from_base(default):g}{name}" if default < INFINITE else "default unlimited"
            )
            return "\n".join(lines)
    if isinstance(spec, Part):
        keys = [_example(key, inner) for _, key, inner, _ in _entries_of("", spec.cls)]
        file = ", or the path of a CSV table" if spec.table else ""
        lines.append(f"{'a list of tables' if spec.many else 'a table'} with {', '.join(keys)}{file}")
    if isinstance(spec, Text) and spec.choices:
        lines.append("one of " + ", ".join(choice for choice in spec.choices if choice))
    if default is dataclasses.MISSING:
        lines.append("required")
    elif isinstance(default, (str, bool, int)) and default != "":
        lines.append(f"default {str(default).lower() if isinstance(default, bool) else default}")
    return "\n".join(lines)
