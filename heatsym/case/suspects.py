"""What meters and loggers write that is no measurement: codes for missing values, registers, kelvin."""

from __future__ import annotations

import numpy as np

from heatsym.interfaces.axis import FloatArray

_NINES = [10.0**digits - 1 + more for digits in range(2, 8) for more in (0, 0.9, 0.99)]
CODES = np.array([*(c for c in _NINES if c >= 999), *(-c for c in _NINES), 32767, -32768, 65535])
"""Numbers that stand for missing values; 99 is not among them."""

WEEK_OF_HOURS = 168
"""Rows from which on what never falls is taken for a meter's register."""

OFTEN = 0.05
"""Share of rows in which a register rises at least; plans that grow by days or weeks rise less often."""

SELDOM = 0.1
"""Share of rows below which a number that may be true, such as a plant's limit of 999 kW, is a code."""


def missing_code(numbers: FloatArray) -> float | None:
    """The code that stands for missing values in a column, as written; NaN is no number.

    It stands beyond the others by three times their spread; or three times or more and beyond by half
    their spread; or has four nines or more and comes six times or more, twice as often as any other.
    """
    known = numbers[~np.isnan(numbers)]
    suspected = np.zeros(len(known), dtype=bool)
    large = np.abs(known) >= 99
    suspected[large] = np.isin(known[large], CODES)
    if not suspected.any():
        return None
    rest = known[~suspected]
    found, counts = np.unique(known[suspected], return_counts=True)
    for code, count in sorted(zip(found.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]):
        if _no_value(code, count, rest):
            return float(code)
    return None


def _no_value(code: float, count: int, rest: FloatArray) -> bool:
    certain = code < -900 or code > 999
    if not len(rest):
        return certain
    low, high = float(rest.min()), float(rest.max())
    beyond = max(code - high, low - code)
    seldom = count < SELDOM * (count + len(rest))
    if not (certain or seldom):
        return False
    if low == high:
        return beyond > 0 and seldom and (certain or code < 0)
    if beyond > 0:
        return beyond > (0.5 if count >= 3 else 3.0) * (high - low)
    others = np.unique(rest[rest != 0], return_counts=True)[1]
    return certain and count >= 6 and count >= 2 * int(others.max(initial=0))


def register(numbers: FloatArray) -> bool:
    """Whether a column never falls and often rises, by more and by less, as a meter's register does."""
    known = numbers[~np.isnan(numbers)]
    if len(known) < WEEK_OF_HOURS or not (known[1:] >= known[:-1]).all():
        return False
    with np.errstate(over="ignore"):
        rises = np.diff(known)
        often = np.count_nonzero(rises) > OFTEN * len(rises)
        return bool(often and rises.max() < 0.5 * (known[-1] - known[0]) and not np.allclose(rises, rises[0]))


def kelvin(celsius: FloatArray) -> bool:
    """Whether temperatures [degC] of a column are tenths of a degree and 273.15 too many."""
    known = celsius[~np.isnan(celsius)]
    if len(known) < 12 or known.min() < 233 or known.max() > 473:
        return False
    return bool(np.mean(_tenths(known - 273.15)) > 0.9 and np.mean(_tenths(known)) < 0.1)


def _tenths(values: FloatArray) -> FloatArray:
    return (np.abs(values * 10 - np.rint(values * 10)) < 1e-3).astype(float)


def stuck(numbers: FloatArray, fewest: int) -> tuple[int, int] | None:
    """First row and length of the longest run of one value, if it has ``fewest`` rows and more.

    Zero is no such value, nor are the least and the largest, where limits hold a plant, nor runs in a column
    that often stays as it is.
    """
    ends = np.flatnonzero(np.r_[numbers[1:] != numbers[:-1], True]) + 1
    starts = np.r_[0, ends[:-1]]
    value = numbers[starts]
    held = (value == 0) | (value == np.nanmin(numbers)) | (value == np.nanmax(numbers))
    length = np.where(held, 0, ends - starts)
    longest = int(np.argmax(length))
    first, count = int(starts[longest]), int(length[longest])
    outside = len(numbers) - count
    if count < fewest or len(ends) - 1 < 0.5 * outside or outside < fewest:
        return None
    return first, count
