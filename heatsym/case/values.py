"""Values of the case file against the declarations of their fields: types, units, ranges, choices."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    InstanceOf,
    Tag,
    TypeAdapter,
    ValidationError,
)

from heatsym.case.findings import listed, shown
from heatsym.case.keys import suggestion
from heatsym.case.locate import KeyPath
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import Date, Flag, Names, Part, Paths, Quantity, Spec, Text, Whole
from heatsym.interfaces.profile import Curve, Monthly
from heatsym.units import UNITS, Unit, joined, split_unit


class Reference(BaseModel):
    """A column of a table, and how it becomes a series."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    file: str
    column: str
    input: Literal["linear", "hold"] | None = None
    fill: Literal["hold", "interpolate", "zero"] | None = None


Fault = tuple[KeyPath, str, str, str]
"""Path inside the value, problem code, reason, hint."""


def checked(spec: Spec, unit: Unit | None, raw: Any, key: str) -> tuple[Any, list[Fault]]:
    """The value in the field's terms (numbers in its declared unit), or what is wrong with it."""
    value = _converted(raw, unit) if unit else raw
    try:
        good = _adapter(spec).validate_python(value)
    except ValidationError as error:
        return None, list(_faults(error, spec, unit, raw, key))
    if isinstance(spec, Quantity) and unit:
        return _profile(good, spec, unit, key, raw)
    if isinstance(spec, Paths | Text) and spec.many:
        return ((good,) if isinstance(good, str) else tuple(good)), []
    if isinstance(spec, Names):
        return tuple(good.items()), []
    if isinstance(spec, Date) and isinstance(good, datetime.datetime) and good.tzinfo and key != "start":
        return None, [((), "HS102", "has an offset", "write local time without offset")]
    return good, []


def range_fault(value: float, spec: Quantity, unit: Unit, key: str) -> tuple[str, str] | None:
    """Reason and hint where a number (in the declared unit) is outside the field's range."""
    for limit, beyond, word in (
        (spec.low, spec.low is not None and value < spec.low, "below"),
        (spec.above, spec.above is not None and value <= spec.above, "not above"),
        (spec.high, spec.high is not None and value > spec.high, "above"),
    ):
        if beyond and limit is not None:
            name = f" {unit.spelling}" if unit.spelling else ""
            reason = f"{unit.from_base(value):.6g}{name} is {word} {unit.from_base(limit):.6g}{name}"
            return reason, _range_hint(value, spec, unit, key)
    return None


def within(values: FloatArray, spec: Quantity) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which numbers are inside the field's range; NaN is."""
    good = np.ones(values.shape, dtype=bool)
    if spec.low is not None:
        good &= ~(values < spec.low)
    if spec.above is not None:
        good &= ~(values <= spec.above)
    if spec.high is not None:
        good &= ~(values > spec.high)
    return good


def _range_hint(value: float, spec: Quantity, unit: Unit, key: str) -> str:
    if spec.unit == "degC" and 230 < value < 500 and bool(within(np.array([value - 273.15]), spec)[0]):
        return f"looks like kelvin: {value:g} K is {value - 273.15:.2f} degC"
    if (
        spec.unit == "1"
        and unit.spelling == ""
        and value > 1
        and bool(within(np.array([value / 100]), spec)[0])
    ):
        return f"looks like percent: write {key}_pct = {value:g}, or {key} = {value / 100:g}"
    if spec.unit in ("1", "deg"):
        return ""
    written = float(unit.from_base(value))
    fitting = [
        joined(split_unit(key)[0], other.spelling)
        for other in UNITS[spec.unit].values()
        if other.times / other.over < unit.times / unit.over
        and written > 0
        and bool(within(np.array([other.to_base(written)]), spec)[0])
    ]
    return f"did you mean {' or '.join(fitting[:2])}?" if fitting else ""


def _profile(good: Any, spec: Quantity, unit: Unit, key: str, raw: Any) -> tuple[Any, list[Fault]]:
    """Numbers, months and curves as the fields hold them; references stay as they are."""
    if isinstance(good, float):
        if unit.spelling == "pct" and 0 < raw < 1 and (spec.high or 0) >= 0.5:
            stem = key.removesuffix("_pct")
            return None, [((), "HS107", f"{raw:g} percent looks like a fraction", f"write {stem} = {raw:g}")]
        return good, []
    if isinstance(good, Reference):
        return good, []
    if not isinstance(good[0], tuple):
        return Monthly(tuple(good)), []
    if spec.unit not in ("degC", "K"):
        return None, [
            ((), "HS102", "takes no curve over outdoor temperature", "give a number, 12 months or a series")
        ]
    for position in range(1, len(good)):
        if good[position][0] <= good[position - 1][0]:
            reason = f"{good[position][0]:g} does not ascend from {good[position - 1][0]:g}"
            return None, [((position,), "HS502", reason, "sort the points by outdoor temperature")]
    return Curve(tuple(good)), []


def _converted(raw: Any, unit: Unit) -> Any:
    """Numbers of a value in the base unit; of pairs only the second."""
    if isinstance(raw, list):
        return [
            [*item[:1], *(_number(y, unit) for y in item[1:])]
            if isinstance(item, list)
            else _number(item, unit)
            for item in raw
        ]
    return _number(raw, unit)


def _number(raw: Any, unit: Unit) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return raw
    try:
        return unit.to_base(float(raw))
    except OverflowError:
        return float("inf")


def _form(value: Any) -> str:
    if isinstance(value, (dict, Reference)):
        return "series"
    if isinstance(value, list):
        return "curve" if any(isinstance(item, list) for item in value) else "months"
    return "number"


@cache
def _adapter(spec: Spec) -> TypeAdapter[Any]:
    """A pydantic validator of the field's values."""
    annotation: Any
    if isinstance(spec, Quantity):
        finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
        number = Annotated[finite, Field(ge=spec.low, gt=spec.above, le=spec.high)]
        annotation = number
        if spec.varies:
            months = Annotated[list[number], Field(min_length=12, max_length=12)]
            points = Annotated[list[tuple[finite, number]], Field(min_length=2, max_length=1000)]
            annotation = Annotated[
                Annotated[number, Tag("number")]
                | Annotated[months, Tag("months")]
                | Annotated[points, Tag("curve")]
                | Annotated[Reference, Tag("series")],
                Discriminator(_form),
            ]
    elif isinstance(spec, Text):
        annotation = (
            Literal[spec.choices]
            if spec.choices
            else Annotated[str, Field(strict=True, max_length=10_000, pattern=r"^[^\x00]*$")]
        )
        if spec.many:
            annotation = annotation | Annotated[list[annotation], Field(min_length=1)]
    elif isinstance(spec, Flag):
        annotation = Annotated[bool, Field(strict=True)]
    elif isinstance(spec, Whole):
        annotation = Annotated[int, Field(strict=True, ge=spec.low, le=spec.high)]
    elif isinstance(spec, Date):
        annotation = InstanceOf[datetime.date]
    elif isinstance(spec, Paths):
        text = Annotated[str, Field(strict=True)]
        annotation = text | Annotated[list[text], Field(min_length=1)] if spec.many else text
    elif isinstance(spec, Names):
        annotation = dict[str, Annotated[str, Field(strict=True)]]
    elif isinstance(spec, Part):
        annotation = list[dict[str, Any]] if spec.many else dict[str, Any]
    return TypeAdapter(annotation)


_EXPECTED = {
    Text: "text in quotes",
    Flag: "true or false",
    Whole: "a whole number",
    Date: "a date such as 2025-03-01, without quotes",
    Paths: "a path in quotes",
    Names: "a table of texts",
    Part: "a table",
}


def _faults(error: ValidationError, spec: Spec, unit: Unit | None, raw: Any, key: str) -> Iterator[Fault]:
    """Pydantic's findings in our words; one for each place."""
    seen = set()
    for item in error.errors(include_url=False, include_context=False):
        path = tuple(step for step in item["loc"] if isinstance(step, int) or step in Reference.model_fields)
        if item["type"] == "extra_forbidden":
            path = tuple(item["loc"][-1:])
        if path in seen:
            continue
        seen.add(path)
        here: Any = raw
        for step in path:
            if item["type"] != "missing":
                here = here[step]
        yield (path, *_words(item["type"], spec, unit, here, item["input"], key, in_pair=len(path) > 1))


def _number_hint(raw: Any, spec: Quantity) -> str:
    """What to write where a number is needed and something else stands."""
    if not isinstance(raw, str):
        return "write a number"
    if re.fullmatch(r"[+-]?\d+,\d+", raw.strip()):
        return f"write {raw.strip().replace(',', '.')}, with a point and without quotes"
    if spec.varies and raw.lower().endswith((".csv", ".txt", ".xlsx")):
        return 'for a series write { file = "x.csv", column = "heat_MW" }'
    return "write it without quotes"


def _words(
    kind: str, spec: Spec, unit: Unit | None, raw: Any, value: Any, key: str, *, in_pair: bool
) -> tuple[str, str, str]:
    if kind == "extra_forbidden":
        return "HS103", "unknown key", "a series takes file, column, input and fill"
    if kind == "missing":
        return "HS101", "a series needs file and column", 'write { file = "x.csv", column = "heat_MW" }'
    if isinstance(spec, Quantity) and unit:
        if isinstance(value, float) and np.isfinite(value):
            fault = range_fault(value, spec, unit, key)
            if fault:
                reason, hint = fault
                return "HS107", reason, hint or ("a pair is [outdoor degC, value]" if in_pair else "")
        if isinstance(raw, float) or kind == "finite_number":
            return "HS107", f"{shown(raw)} is not a finite number", ""
        if kind == "literal_error":
            return (
                "HS108",
                f"{shown(raw)} is not a choice",
                'input is "linear" or "hold", fill "hold", "interpolate" or "zero"',
            )
        if kind in ("too_short", "too_long") or isinstance(raw, list):
            takes = "12 numbers, January to December, or at least 2 pairs [outdoor degC, value]"
            return (
                "HS102",
                f"a list of {len(raw) if isinstance(raw, list) else 0} does not fit",
                (f"write {takes}" if spec.varies else "takes one number"),
            )
        if isinstance(raw, dict) and not spec.varies:
            return "HS102", "takes no series", "write one number"
        return "HS102", f"{shown(raw)} is not a number", _number_hint(raw, spec)
    if isinstance(spec, Whole) and isinstance(raw, int) and not isinstance(raw, bool):
        return "HS107", f"{shown(raw)} is not between {spec.low} and {spec.high}", ""
    if isinstance(spec, Text) and spec.choices and isinstance(raw, str):
        hint = suggestion(raw, spec.choices) or f"one of {listed(spec.choices, 30)}"
        return "HS108", f"{shown(raw)} is not a choice", hint
    return "HS102", f"{shown(raw)} does not fit", f"takes {_EXPECTED.get(type(spec), 'something else')}"
