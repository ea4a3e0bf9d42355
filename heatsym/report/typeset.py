"""Texts and numbers as a page sets them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from markupsafe import Markup

from heatsym.analysis.wording import number
from heatsym.report.picture import Cell

TIE = "\N{NO-BREAK SPACE}"

# Control characters, single surrogates, and what would turn the reading direction of the text that follows.
_ILLEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_POWER = re.compile(r"(?<![\w.])(-?\d(?:\.\d+)?)e([+-]\d+)(?!\w)")
_MINUS = re.compile(r"(?<![^\s(])-(?=\d)")
_TIED = re.compile(r"(?<=\d) (?=(?:\d{3}|%|°C|K|bar|[kMG]?Wh?|kg|t|h|s|min|m|km|EUR)(?!\w))")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def legible(value: object) -> object:
    """Text without characters that a page cannot show; anything else as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _ILLEGIBLE.sub("\N{REPLACEMENT CHARACTER}", value)


def typeset(text: str) -> str:
    """A sentence with powers of ten, minus signs and CO₂ as printed; numbers stay with their units."""
    text = _POWER.sub(_power_of_ten, text).replace("CO2", "CO₂")
    return _TIED.sub(TIE, _MINUS.sub("\N{MINUS SIGN}", text))


def cell(value: Cell, decimals: int | None = None) -> str:
    """A cell of a table: a text as it is, a number with these decimals or four digits, a dash for nothing."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return "–"
    return typeset(number(value) if decimals is None else f"{value:,.{decimals}f}".replace(",", " "))


def column(cells: Sequence[Cell]) -> tuple[str, ...]:
    """A column of a table, its numbers with the same decimals where that loses none of them."""
    known = [value for value in cells if value is not None and not isinstance(value, str)]
    decimals = _decimals([value for value in known if math.isfinite(value)])
    return tuple(cell(value, decimals) for value in cells)


def _decimals(numbers: Sequence[float]) -> int | None:
    """Fewest that show the largest number in four digits; None where a smaller one would then be lost."""
    sizes = [abs(value) for value in numbers if value]
    if not sizes:
        return 0
    most = max(0, 3 - math.floor(math.log10(max(sizes))))
    rounded = [round(value, most) for value in numbers]
    if most > 6 or (min(sizes) * 10.0**most < 10.0 and rounded != list(numbers)):
        return None
    return next(few for few in range(most + 1) if [round(value, few) for value in numbers] == rounded)


def _power_of_ten(found: re.Match[str]) -> str:
    exponent = str(int(found[2])).translate(_RAISED)
    return f"{found[1]}{TIE}×{TIE}10{exponent}"
