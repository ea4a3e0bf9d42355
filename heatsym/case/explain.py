"""What a problem code, a key of the case file or a unit means, as text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from heatsym.case.codes import CODES
from heatsym.case.keys import suggestion
from heatsym.case.sections import LISTS, SECTIONS
from heatsym.demand.model import Consumers
from heatsym.errors import InputError, Problem
from heatsym.interfaces.fields import Hidden, Part, Quantity, Spec, Text, specs
from heatsym.network.model import Nodes, Pipes
from heatsym.units import UNITS, explanation, joined, measures, split_unit, usual

TABLES: dict[str, type] = {"nodes.csv": Nodes, "pipes.csv": Pipes, "consumers.csv": Consumers}


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
    if word in SECTIONS or word in LISTS:
        return _section(word)
    found = [_field(*entry) for entry in _entries() if _means(word, entry[0], entry[1])]
    if found:
        return "\n\n".join(found)
    known = (*CODES, "units", *SECTIONS, *LISTS, *dict.fromkeys(stem for _, stem, _, _ in _entries()))
    hint = suggestion(word.rpartition(".")[2], known) or "try a code, a section, a key, or units"
    raise InputError([Problem("HS103", f"nothing is known of {word!r}", hint=hint)])


Entry = tuple[str, str, Spec, object]
"""Place (section, source kind or table), key without unit, specification, default."""


def _entries() -> Iterator[Entry]:
    for section, cls in SECTIONS.items():
        yield from _entries_of(section, cls)
    for section, kinds in LISTS.items():
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
    lines = [f"[{name}]" if name in SECTIONS else f"[[{name}]]"]
    for place, stem, spec, _ in places:
        shown = joined(stem, usual(spec.unit)) if isinstance(spec, Quantity) else stem
        inside = place.removeprefix(name).strip(" .")
        lines.append(f"  {(inside + ': ' if inside else '') + shown:44} {spec.meaning}")
    return "\n".join(lines)


def _field(place: str, stem: str, spec: Spec, default: object) -> str:
    lines = [f"{place}: {stem}", spec.meaning]
    if isinstance(spec, Quantity):
        shown = usual(spec.unit)
        unit = UNITS[spec.unit][shown]
        lines.append(
            f"{measures(spec.unit)}: {', '.join(joined(stem, spelling) for spelling in UNITS[spec.unit])}"
        )
        name = f" {shown}" if shown else ""
        limits = [
            f"{word} {unit.from_base(limit):g}{name}"
            for word, limit in (("at least", spec.low), ("above", spec.above), ("at most", spec.high))
            if limit is not None
        ]
        if limits:
            lines.append(", ".join(limits))
        if spec.varies:
            curve = ", or pairs [outdoor degC, value]" if spec.unit in ("degC", "K") else ""
            lines.append(f"a number, {{ file, column }}, or 12 months{curve}")
        if isinstance(default, float) and default == default:
            lines.append(f"default {unit.from_base(default):g}{name}")
            return "\n".join(lines)
    if isinstance(spec, Text) and spec.choices:
        lines.append("one of " + ", ".join(choice for choice in spec.choices if choice))
    if default is dataclasses.MISSING:
        lines.append("required")
    elif isinstance(default, (str, bool, int)) and default != "":
        lines.append(f"default {str(default).lower() if isinstance(default, bool) else default}")
    return "\n".join(lines)
