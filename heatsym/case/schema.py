"""JSON Schema of case files: every key in every unit, so that editors complete and check them."""

from __future__ import annotations

import dataclasses
from typing import Any

from heatsym.case.sections import LISTS, SECTIONS
from heatsym.interfaces.fields import (
    Date,
    Flag,
    Hidden,
    Names,
    Part,
    Paths,
    Quantity,
    Spec,
    Text,
    Whole,
    specs,
)
from heatsym.units import UNITS, Unit, joined

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema, draft 2020-12."""
    properties: Schema = {name: _table(cls) for name, cls in SECTIONS.items()}
    patches: Schema = {name: _table(cls, patch=True) for name, cls in SECTIONS.items()}
    for section, kinds in LISTS.items():
        properties[section] = {"type": "array", "items": {"oneOf": [_item(k, c) for k, c in kinds.items()]}}
        patches[section] = {
            "type": "object",
            "additionalProperties": {"anyOf": [_item(k, c, patch=True) for k, c in kinds.items()]},
        }
    properties["scenario"] = {
        "type": "object",
        "description": "named sets of changes: [scenario.NAME]",
        "additionalProperties": {"type": "object", "properties": patches, "additionalProperties": False},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "heatsym case",
        "type": "object",
        "properties": properties,
        "required": ["case", "time", "network", "demand", "source"],
        "additionalProperties": False,
    }


def _item(kind: str, cls: type, *, patch: bool = False) -> Schema:
    table = _table(cls, patch=patch)
    table["title"] = kind
    table["properties"] = {
        "kind": {"const": kind, "description": (cls.__doc__ or "").split("\n")[0]}
    } | table["properties"]
    if not patch:
        table["required"] = ["kind", *table.get("required", [])]
    return table


def _table(cls: type, *, patch: bool = False) -> Schema:
    properties: Schema = {}
    required: list[str] = []
    choices: list[Schema] = []
    for name, (spec, default) in specs(cls).items():
        if isinstance(spec, Hidden):
            continue
        stem = spec.key or name
        keys = [stem]
        if isinstance(spec, Quantity):
            keys = [joined(stem, spelling) for spelling in UNITS[spec.unit]]
            for unit in UNITS[spec.unit].values():
                properties[joined(stem, unit.spelling)] = _quantity(spec, unit, stem, patch=patch)
        else:
            properties[stem] = _other(spec, patch=patch)
        if default is dataclasses.MISSING and not patch:
            if len(keys) == 1:
                required.append(keys[0])
            else:
                choices.append({"oneOf": [{"required": [key]} for key in keys]})
    table: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        table["required"] = required
    if choices:
        table["allOf"] = choices
    return table


def _quantity(spec: Quantity, unit: Unit, stem: str, *, patch: bool) -> Schema:
    number: Schema = {"type": "number"}
    for word, limit in (("minimum", spec.low), ("exclusiveMinimum", spec.above), ("maximum", spec.high)):
        if limit is not None:
            number[word] = unit.from_base(limit)
    forms = [number]
    if spec.varies:
        forms.append({"type": "array", "items": number, "minItems": 12, "maxItems": 12})
        if spec.unit in ("degC", "K"):
            pair = {
                "type": "array",
                "prefixItems": [{"type": "number"}, number],
                "minItems": 2,
                "maxItems": 2,
            }
            forms.append({"type": "array", "items": pair, "minItems": 2})
        reference = {k: v for k, v in REFERENCE.items() if k != "required"} if patch else REFERENCE
        if stem == "series":  # without a column, each consumer has its own
            forms += [reference if patch else REFERENCE | {"required": ["file"]}, {"type": "string"}]
        else:
            forms.append(reference)
    meaning = {"description": spec.meaning + (f" [{unit.spelling}]" if unit.spelling else "")}
    return number | meaning if len(forms) == 1 else {"anyOf": forms} | meaning


REFERENCE: Schema = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "description": "CSV table, relative to the case file"},
        "column": {"type": "string", "description": "column; its own unit counts if it ends in one"},
        "input": {"enum": ["linear", "hold"], "description": "what holds between instants"},
        "fill": {"enum": ["hold", "interpolate", "zero"], "description": "what stands in for missing values"},
    },
    "required": ["file", "column"],
    "additionalProperties": False,
}
"""A series; a scenario may change some of its keys."""


def _other(spec: Spec, *, patch: bool) -> Schema:
    meaning = {"description": spec.meaning}
    if isinstance(spec, Part):
        table = _table(spec.cls, patch=patch and not spec.many)
        if spec.many:
            items: Schema = {"type": "array", "items": table}
            if patch and "name" in specs(spec.cls):
                changes = {"type": "object", "additionalProperties": _table(spec.cls, patch=True)}
                return {"anyOf": [items, changes]} | meaning
            return ({"anyOf": [items, {"type": "string"}]} if spec.table else items) | meaning
        return ({"anyOf": [table, {"const": spec.instead}]} if spec.instead is not None else table) | meaning
    if isinstance(spec, Text) and spec.choices:
        return {"enum": list(spec.choices)} | meaning
    if isinstance(spec, Paths) and spec.many:
        return {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
        } | meaning
    if isinstance(spec, Whole):
        limits = {"minimum": spec.low, "maximum": spec.high}
        return {"type": "integer"} | {k: v for k, v in limits.items() if v is not None} | meaning
    if isinstance(spec, Names):
        return {"type": "object", "additionalProperties": {"type": "string"}} | meaning
    if isinstance(spec, Flag):
        return {"type": "boolean"} | meaning
    if isinstance(spec, Date):
        return meaning  # TOML dates have no type of JSON's; editors hand them over as text
    return {"type": "string"} | meaning
