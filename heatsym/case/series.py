"""Rows of a table laid on the case's time axis.

A series on a regular axis equal to the step, and in phase with it, holds for the step. Any other is
taken as linear between its instants, and a step gets the mean of that line over the step (for
coarse series this is the value at the step's middle, except where a point lies inside the step).
With ``input = "hold"`` a value holds until the next, and a step gets the mean of what holds.
Before the first and after the last row the value is constant, for at most one spacing of the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from heatsym.case.read_csv import TIME_COLUMNS, Flaw, Table
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis, local_time

NEARLY_REGULAR = 100
"""Rows from which on their usual distance is known."""

_ISO = re.compile(
    r"((?!0000)\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.0+)?)? ?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows become steps: ``source`` is the row of each instant (-1: none), ``t`` the instants [s]."""

    t: FloatArray
    source: IntArray
    pick: IntArray | None  # instant of each step, where steps take values as they are
    hold: bool
    axis: TimeAxis
    used: slice  # instants that count
    spacing: int  # of the instants [s], 0 if irregular
    holes: int = 0  # lines over more than a gap of nearly regular instants

    @property
    def rows(self) -> IntArray:
        """Rows that count, in order."""
        rows = self.source[self.used]
        return rows[rows >= 0]

    @property
    def gaps(self) -> int:
        """Instants that count and have no row."""
        return int((self.source[self.used] < 0).sum())

    def lay(self, values: FloatArray, fill: str | None) -> FloatArray:
        """Values of rows, (row,) or (row, column), on the steps of the axis; NaN where nothing is known."""
        plain = self.pick is not None and fill is None  # rows as they are
        source = self.source[self.pick] if plain else self.source
        at: FloatArray = values[source]
        at[source < 0] = np.nan
        if plain:
            return at
        if fill is not None:
            at = _filled(at, fill)
        if self.pick is not None:
            return np.ascontiguousarray(at[self.pick])
        return _means(self.t[self.used], at[self.used], self.axis, hold=self.hold)


def lay_out(table: Table, axis: TimeAxis, *, hold: bool, fill: str | None) -> Layout:
    """The layout of a table on an axis; a :class:`Flaw` tells why there is none."""
    t = instants(table, axis)
    steps_back = np.flatnonzero(np.diff(t) <= 0)
    if len(steps_back):
        row = int(steps_back[0]) + 1
        again = bool(t[row] == t[row - 1])
        if again and _elsewhere_repeated(table, row, axis):
            raise Flaw(
                "HS612",
                f"{_when(axis, t[row])} appears twice, as in a zone that sets its clocks back then, "
                f"but {axis.timezone} does not",
                "correct time.timezone, or write times with an offset",
                line=table.line(row),
                column="time",
            )
        raise Flaw(
            "HS603" if again else "HS604",
            f"{_when(axis, t[row])} {'appears twice' if again else 'comes after a later time'}",
            _hint_twice(t, row, axis) if again else "sort the rows by time",
            line=table.line(row),
            column=time_column(table),
        )
    spacing, source = _grid(t, axis.step)
    regular = spacing > 0
    if regular:
        t = t[0] + np.arange(len(source)) * spacing
    holes = 0 if regular or hold else _holes(table, axis, t, fill)
    _check_cover(table, axis, t, spacing or axis.step, regular=regular, hold=hold)
    end = axis.steps * axis.step
    in_phase = regular and spacing % axis.step == 0 and t[0] % axis.step == 0
    if in_phase and (hold or spacing == axis.step):
        pick = (np.arange(axis.steps) * axis.step - t[0]) // spacing
        used = slice(int(pick[0]), int(pick[-1]) + 1)
        layout = Layout(t.astype(float), source, pick, hold, axis, used, spacing)
    else:
        first = max(0, int(np.searchsorted(t, 0, "right")) - 1)
        last = int(np.searchsorted(t, end, "left")) + 1
        layout = Layout(t.astype(float), source, None, hold, axis, slice(first, last), spacing, holes)
    if fill is None and layout.gaps:
        missing = layout.used.start + int(np.flatnonzero(source[layout.used] < 0)[0])
        after = int(source[missing:][source[missing:] >= 0][0])
        twin = missing - 3600 // spacing  # the same time on the local clock, where autumn repeats it
        local = time_column(table) == "time" and not _zoned(table)
        there = 3600 % spacing == 0 and twin >= 0 and source[twin] >= 0
        if local and there and _says_again(axis, int(t[missing])):
            raise Flaw(
                "HS612",
                f"{_when(axis, int(t[missing]))} is there once, but the local clock repeats this hour",
                "give the hour twice, in order; if the file's clock never changes, write its times with an "
                'offset such as +01:00 or Z; or give fill = "hold", "interpolate" or "zero"',
                line=table.line(after),
                column="time",
            )
        raise Flaw(
            "HS605",
            f"no row for {_when(axis, int(t[missing]))}"
            + (f", {layout.gaps} missing in all" * (layout.gaps > 1)),
            'add it, or give fill = "hold", "interpolate" or "zero"',
            line=table.line(after),
            column=time_column(table),
        )
    return layout


def time_column(table: Table) -> str:
    """The column that tells the time; ``""`` if there is none."""
    found = [c for c in TIME_COLUMNS if c in table.header]
    if len(found) > 1:
        raise Flaw("HS111", f"has {' and '.join(found)}", "keep one column of time")
    return found[0] if found else ""


def instants(table: Table, axis: TimeAxis) -> IntArray:
    """Seconds from the start of the axis to each row."""
    column = time_column(table)
    if not column:
        if len(table) != axis.steps:
            off = len(table) - axis.steps
            hint = "give one row for each elapsed step, or a time column"
            spacing, rest = divmod(axis.steps * axis.step, len(table))
            short, long = sorted((spacing, axis.step))
            if rest == 0 and short > 0 and long <= 86_400 and long % short == 0:
                raise Flaw(
                    "HS611",
                    f"{len(table)} rows for {axis.steps} steps of {axis.step} s, like rows of {spacing} s",
                    "add a time column, so that steps take means of their rows, or change time.step",
                    line=table.line(-1),
                )
            if abs(off) * axis.step == 86_400 and axis.hours > 8000:
                hint = f"a leap year has 366 days; {hint}"
            elif abs(off) * axis.step == 3600:
                hint = f"days of 23 and 25 hours count as they are; {hint}"
            what = f"{abs(off)} row{'s' * (abs(off) > 1)} {'too many' if off > 0 else 'short'}"
            raise Flaw(
                "HS602",
                f"{len(table)} rows for {axis.steps} steps of {axis.step} s: {what}",
                hint,
                line=table.line(-1),
            )
        return np.arange(axis.steps) * axis.step
    if column == "time":
        utc = _times(table, axis.timezone)
        return utc - int(axis.start.astype("datetime64[s]").astype(np.int64))
    values, bad = table.numbers(column)
    if bad or np.isnan(values).any():
        row, cell, why = bad[0] if bad else (int(np.flatnonzero(np.isnan(values))[0]), "", "is empty")
        raise Flaw("HS607", f"{cell!r} {why}", line=table.line(row), column=column)
    if (values < 0).any():
        row = int(np.flatnonzero(values < 0)[0])
        raise Flaw(
            "HS607",
            f"{values[row]:g} is negative",
            "time counts up from 0 or 1",
            line=table.line(row),
            column=column,
        )
    if column == "time_s":
        return _whole(values, table, column)
    since_first = _whole((values - values[0]) * 3600.0, table, column)
    if column == "hour":
        return since_first
    return since_first + _hour_of_year_offset(table, float(values[0]), axis)


def _hour_of_year_offset(table: Table, first: float, axis: TimeAxis) -> int:
    """Seconds from the axis's start to the table's first row.

    A table that starts with hour 0 or 1 starts with the local year in which the axis starts; any
    other must start with the axis.
    """
    year = axis.local[0].astype("datetime64[Y]").astype("datetime64[s]")
    new_year = datetime.fromisoformat(str(year)).replace(tzinfo=ZoneInfo(axis.timezone))
    offset = int(new_year.timestamp()) - int(axis.start.astype("datetime64[s]").astype(np.int64))
    if first in (0.0, 1.0):
        return offset
    if abs(first * 3600 + offset) > 3600:
        raise Flaw(
            "HS608",
            f"starts with hour {first:g} of the year, but the case with hour {-offset / 3600:g}",
            "start the table with hour 0 or 1, or where the case starts",
            line=table.line(0),
            column="hour_of_year",
        )
    return 0


def _whole(values: FloatArray, table: Table, column: str) -> IntArray:
    whole = np.rint(values)
    off = np.flatnonzero((np.abs(values - whole) > 1e-3) | (whole > 1e12))
    if len(off):
        raise Flaw("HS607", "is not a whole number of seconds", line=table.line(int(off[0])), column=column)
    return whole.astype(np.int64)


def _times(table: Table, timezone: str) -> IntArray:
    """Epoch seconds of the ``time`` column; an offset or Z counts, else local wall time."""
    cells = table.text("time")
    parts = []
    for row, cell in enumerate(cells):
        found = _ISO.fullmatch(cell)
        if not found:
            raise Flaw(
                "HS607", f"{cell!r} is not an ISO time", _time_hint(cell), line=table.line(row), column="time"
            )
        parts.append(found.groups())
    try:
        local = np.array([f"{day}T{clock or '00:00'}" for day, clock, _ in parts], dtype="datetime64[s]")
    except ValueError:
        row = next(i for i, p in enumerate(parts) if not _exists(p))
        raise Flaw(
            "HS607",
            f"{cells[row]!r} is no date or time",
            _time_hint(cells[row]),
            line=table.line(row),
            column="time",
        ) from None
    seconds = local.astype(np.int64)
    zoned = np.array([zone is not None for _, _, zone in parts])
    if zoned.all():
        return seconds - np.array([_offset(zone) for _, _, zone in parts], dtype=np.int64)
    if zoned.any():
        row = int(np.flatnonzero(zoned != zoned[0])[0])
        raise Flaw(
            "HS607",
            f"{cells[row]!r} has {'an' if zoned[row] else 'no'} offset, unlike the rows before",
            "write all times with an offset, or none",
            line=table.line(row),
            column="time",
        )
    return _utc_of_local(seconds, timezone, table)


def _utc_of_local(seconds: IntArray, timezone: str, table: Table) -> IntArray:
    zone = ZoneInfo(timezone)
    quarters, back = np.unique(seconds // 900, return_inverse=True)
    early = np.array([_offset_at(int(q), zone, 0) for q in quarters], dtype=np.int64)[back]
    late = np.array([_offset_at(int(q), zone, 1) for q in quarters], dtype=np.int64)[back]
    skipped = np.flatnonzero(early < late)
    if len(skipped):
        row = int(skipped[0])
        raise Flaw(
            "HS612",
            f"{table.text('time')[row]!r} does not exist on the local clock (daylight saving)",
            "leave it out; if the file's clock never changes, write its times with an offset such as +01:00, "
            "or Z",
            line=table.line(row),
            column="time",
        )
    utc = seconds - early
    twofold = early > late
    starts = np.flatnonzero(twofold & ~np.r_[False, twofold[:-1]])
    for start in starts:
        end = start + int(np.argmin(np.r_[twofold[start:], False]))
        again = np.flatnonzero(np.diff(seconds[start:end]) <= 0)
        if len(again):  # from here on the clock has been set back
            second = slice(int(start) + int(again[0]) + 1, end)
            utc[second] = seconds[second] - late[second]
    return utc


def _offset_at(quarter: int, zone: ZoneInfo, fold: int) -> int:
    wall = datetime.fromtimestamp(quarter * 900, UTC).replace(tzinfo=zone, fold=fold)
    offset = wall.utcoffset()
    assert offset is not None  # an aware datetime always has one
    return int(offset.total_seconds())


def _offset(zone: str) -> int:
    if zone == "Z":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)


def _exists(parts: tuple[Any, ...]) -> bool:
    try:
        np.datetime64(f"{parts[0]}T{parts[1] or '00:00'}", "s")
    except ValueError:
        return False
    return True


def _time_hint(cell: str) -> str:
    if re.search(r"[T ]24:00", cell):
        return "24:00 is 00:00 of the next day"
    if re.fullmatch(r"\d{5}([.,]\d+)?", cell):
        return "this is a spreadsheet's serial date; format the column as yyyy-mm-ddThh:mm"
    return "write 2025-03-01T13:00, or 2025-03-01T12:00Z"


def _grid(t: IntArray, step: int) -> tuple[int, IntArray]:
    """Spacing of the rows [s], 0 if irregular, and the row of each instant of a regular grid."""
    rows = np.arange(len(t))
    if len(t) == 1:
        return step, rows
    diffs, counts = np.unique(np.diff(t), return_counts=True)
    spacing = int(diffs[np.argmax(counts)])
    if counts.max() * 2 <= counts.sum() or (diffs % spacing).any():
        return 0, rows
    position = (t - t[0]) // spacing
    if position[-1] > 4 * len(t) + 100_000:  # more holes than rows: not a series with gaps
        return 0, rows
    source = np.full(int(position[-1]) + 1, -1)
    source[position] = rows
    return spacing, source


def _check_cover(
    table: Table, axis: TimeAxis, t: IntArray, spacing: int, *, regular: bool, hold: bool
) -> None:
    end = axis.steps * axis.step
    exact = regular and spacing == axis.step and t[0] % axis.step == 0
    slack = spacing / 2 if regular and not (hold or exact) else 0
    column = time_column(table)
    misplaced = regular and (t[0] > slack or t[-1] < end - spacing)
    if misplaced and 0 < abs(t[0]) <= 86_400 and t[-1] + spacing - t[0] == end:
        raise _shifted(table, axis, t, spacing)
    if t[-1] <= -spacing or t[0] >= end:
        raise Flaw(
            "HS608",
            f"lasts from {_when(axis, int(t[0]))} to {_when(axis, int(t[-1]))}, and the case from "
            f"{_when(axis, 0)} to {_when(axis, end)}",
            "correct time.start; or give hour_of_year in place of time, which fits any year",
            line=table.line(0),
            column=column,
        )
    if t[0] > slack:
        raise Flaw(
            "HS608",
            f"starts at {_when(axis, int(t[0]))}, after the case's start {_when(axis, 0)}",
            "add the rows before, or let the case start later",
            line=table.line(0),
            column=column,
        )
    if t[-1] < end - spacing:
        short = int(-((t[-1] + spacing - end) // spacing))
        raise Flaw(
            "HS608",
            f"ends at {_when(axis, int(t[-1]))}: {short} row{'s' * (short > 1)} short of the case's end",
            "add the rows, or shorten the case"
            + "; the file's last line has no end, so it may be cut off" * table.unended,
            line=table.line(-1),
            column=column,
        )


def _shifted(table: Table, axis: TimeAxis, t: IntArray, spacing: int) -> Flaw:
    """Rows are as long as the case, but all of them too late or too early."""
    ends = spacing - 60 <= int(t[0]) <= spacing  # as 01:00 or 00:59
    apart = f"{abs(int(t[0])) / 3600:g} h {'late' if t[0] > 0 else 'early'}"
    reason = f"rows last as long as the case, but {apart}: from {_when(axis, int(t[0]))}"
    reason += f" to {_when(axis, int(t[-1]))}"
    hint = "write the start of each row's time" if ends else "shift the times"
    if ends:
        reason += f", like times at the end of their {spacing} s"
    column = time_column(table)
    if column == "time" and _zoned(table):
        first = table.text("time")[0].replace(" ", "T")
        if first.startswith((str(axis.local[0])[:16], f"{str(axis.local[0])[:10]}Z")):
            reason += (
                ", or like local times with Z" if ends else ", like local times with Z or a wrong offset"
            )
            hint += "; leave out Z or the offset if they are local; if they are right, start the case then: "
            hint += f"start = {axis.start.astype('datetime64[s]') + np.timedelta64(int(t[0]), 's')}Z"
    return Flaw("HS610", reason, hint, line=table.line(0), column=column)


def _holes(table: Table, axis: TimeAxis, t: IntArray, fill: str | None) -> int:
    """Holes between nearly regular rows; a line over a hole would be a gap filled in silence."""
    apart = np.diff(t)
    if len(t) < NEARLY_REGULAR:
        return 0
    usual = float(np.median(apart))
    if np.mean(np.abs(apart - usual) <= 0.1 * usual) < 0.9:
        return 0
    holes = (apart > 3 * usual) & (t[1:] > 0) & (t[:-1] < axis.steps * axis.step)
    if holes.any() and fill != "interpolate":
        row = int(np.argmax(holes))
        raise Flaw(
            "HS605",
            f"no row from {_when(axis, int(t[row]))} to {_when(axis, int(t[row + 1]))}, while others are "
            f"about {usual:g} s apart" + (f"; {int(holes.sum())} such holes" if holes.sum() > 1 else ""),
            'add rows, or give fill = "interpolate"; other kinds of fill need regular times',
            line=table.line(row + 1),
            column=time_column(table),
        )
    return int(holes.sum())


def _zoned(table: Table) -> bool:
    """Whether times are told in a column ``time`` with an offset or Z."""
    if time_column(table) != "time":
        return False
    found = _ISO.fullmatch(table.text("time")[0])
    return found is not None and found.group(3) is not None


def _says_again(axis: TimeAxis, second: int) -> bool:
    """Whether the local clock shows what it showed an hour before."""
    start = axis.start.astype("datetime64[s]")
    both = np.array([start + np.timedelta64(second - ago, "s") for ago in (3600, 0)])
    return len(set(local_time(both, axis.timezone).tolist())) == 1


def _hint_twice(t: IntArray, row: int, axis: TimeAxis) -> str:
    """What to do about a time that stands twice; where the one beside it is missing, it may be that."""
    usual = int(np.median(np.diff(t)))
    before = row > 1 and t[row] - t[row - 2] == 2 * usual
    after = row + 1 < len(t) and t[row + 1] - t[row] == 2 * usual
    if usual <= 0 or not (before or after):
        return "remove the row"
    lost = _when(axis, int(t[row]) + (-usual if before else usual))
    return f"{lost} is missing: correct the time of one of the two rows, or remove it"


def _elsewhere_repeated(table: Table, row: int, axis: TimeAxis) -> bool:
    """Whether a local time is in the early hours of the last Sunday of October, and not repeated here."""
    if time_column(table) != "time" or _zoned(table):
        return False
    wall = datetime.fromisoformat(table.text("time")[row].replace(" ", "T"))
    quarter = int(wall.replace(tzinfo=UTC).timestamp()) // 900
    zone = ZoneInfo(axis.timezone)
    here = _offset_at(quarter, zone, 0) != _offset_at(quarter, zone, 1)
    return not here and wall.month == 10 and wall.day > 24 and wall.weekday() == 6 and 1 <= wall.hour <= 3


def _when(axis: TimeAxis, second: int) -> str:
    """Local wall time of an instant, for messages."""
    try:
        utc = np.array([axis.start.astype("datetime64[s]") + np.timedelta64(int(second), "s")])
        return str(local_time(utc, axis.timezone)[0]).replace(":00:00", ":00")
    except (ValueError, OverflowError, OSError):
        return f"{second} s"


def _filled(values: FloatArray, fill: str) -> FloatArray:
    known = ~np.isnan(values)
    if fill == "zero":
        return np.where(known, values, 0.0)
    columns = values.reshape(len(values), -1).copy()
    at = np.arange(len(values))
    for column in columns.T:
        have = np.flatnonzero(~np.isnan(column))
        if not len(have):
            continue
        if fill == "interpolate":
            column[:] = np.interp(at, have, column[have])
        else:
            last = np.searchsorted(have, at, "right") - 1
            column[:] = np.where(last >= 0, column[have[np.maximum(last, 0)]], np.nan)
    return columns.reshape(values.shape)


def _means(t: FloatArray, values: FloatArray, axis: TimeAxis, *, hold: bool) -> FloatArray:
    """Mean over each step of values that hold, or of the lines between them; exact."""
    end = float(axis.steps * axis.step)
    if t[0] > 0:
        t, values = np.r_[0.0, t], np.concatenate([values[:1], values])
    if t[-1] < end:
        t, values = np.r_[t, end], np.concatenate([values, values[-1:]])
    width = np.diff(t).reshape(-1, *[1] * (values.ndim - 1))
    rise = np.zeros_like(values[1:]) if hold else np.diff(values, axis=0) / width
    area = (values[:-1] + 0.5 * rise * width) * width
    total = np.concatenate([np.zeros_like(area[:1]), np.cumsum(area, axis=0)])
    edges = np.arange(axis.steps + 1) * float(axis.step)
    at = np.clip(np.searchsorted(t, edges, "right") - 1, 0, len(t) - 2)
    part = (edges - t[at]).reshape(-1, *[1] * (values.ndim - 1))
    integral = total[at] + (values[at] + 0.5 * rise[at] * part) * part
    return np.diff(integral, axis=0) / float(axis.step)
