"""Rows of weather files: their fields and numbers, refused with file and line where they are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray

SHOWN = 20  # problems reported at once


def refused(code: str, reason: str, name: str, line: int | None = None, hint: str = "") -> InputError:
    """The error of one problem of a weather file."""
    return InputError([Problem(code, reason, hint=hint, file=name, line=line)])


def is_number(field: str) -> bool:
    """Whether a field is a finite number, as a program writes it."""
    try:
        return bool(np.isfinite(float(field)))
    except ValueError:
        return False


def fields_of(
    lines: Sequence[str], first: int, name: str, width: int, separator: str | None = ","
) -> list[list[str]]:
    """Fields of rows of ``width`` fields each; ``first`` is the line of the first row."""
    rows = [[field.strip() for field in line.split(separator)] for line in lines]
    wrong = [number for number, row in enumerate(rows) if len(row) != width]
    if wrong:
        raise InputError(
            Problem("HS405", f"{len(rows[number])} fields instead of {width}", file=name, line=first + number)
            for number in wrong[:SHOWN]
        )
    return rows


def numbers(rows: Sequence[Sequence[str]], place: int, what: str, first: int, name: str) -> FloatArray:
    """One column of rows as numbers; ``what`` names it in messages."""
    try:
        values = np.array([float(row[place]) for row in rows])
        if np.isfinite(values).all():
            return values
    except ValueError:
        pass
    wrong = [number for number, row in enumerate(rows) if not is_number(row[place])]
    raise InputError(
        Problem("HS405", f"{what} {rows[number][place]!r} is not a number", file=name, line=first + number)
        for number in wrong[:SHOWN]
    )
