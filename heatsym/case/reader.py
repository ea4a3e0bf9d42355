"""Reads sections and tables of a document into fields, and notes every problem on the way."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from heatsym.case.clock import Clock
from heatsym.case.document import Document
from heatsym.case.files import UnfitError, permitted
from heatsym.case.findings import Findings, listed, shown
from heatsym.case.keys import Match, Mismatch, match, suggestion
from heatsym.case.locate import KeyPath
from heatsym.case.read_csv import Flaw, Table, read_csv
from heatsym.case.series import Layout, lay_out
from heatsym.case.suspects import kelvin, missing_code, register, stuck
from heatsym.case.values import Reference, checked, range_fault, within
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import Hidden, Part, Paths, Quantity, Spec, specs
from heatsym.interfaces.profile import Series
from heatsym.units import Unit, joined, measures, nearest, split_unit, unit, usual

T = TypeVar("T")

STUCK = 3 * 86_400
"""Time from which on an unchanging value of a changing series is told. [s]"""


@dataclass(frozen=True, slots=True)
class Fields:
    """Values of a table of the case file by field name; ``complete`` if none is missing or wrong."""

    values: dict[str, Any]
    keys: dict[str, str] = field(default_factory=dict)  # as written, by field name
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """A document with the findings so far; ``clock`` is None where the time section is wrong."""

    document: Document
    findings: Findings
    clock: Clock | None = None

    def error(self, path: KeyPath, code: str, reason: str, hint: str = "") -> None:
        """Note a problem at a key of the case file."""
        file, line = self.document.place(path)
        self.findings.error(code, reason, where=self.document.dotted(path), hint=hint, file=file, line=line)

    def warning(self, path: KeyPath, code: str, reason: str, hint: str = "") -> None:
        """Note a warning at a key of the case file."""
        file, line = self.document.place(path)
        self.findings.warning(code, reason, where=self.document.dotted(path), hint=hint, file=file, line=line)

    def section(self, name: str) -> dict[str, Any] | None:
        """A section's raw table; None if absent, with a problem if it is no table."""
        raw = self.document.data.get(name)
        if raw is not None and not isinstance(raw, dict):
            self.error((name,), "HS102", "is not a table", f"write [{name}]")
            return None
        return raw

    def make(self, cls: type[T], raw: dict[str, Any], path: KeyPath, **more: Any) -> T | None:
        """An object of a declared class; None, with problems noted, where it cannot be made."""
        fields = self.fields(cls, raw, path)
        return cls(**fields.values, **more) if fields.complete else None

    def fields(
        self, cls: type, raw: dict[str, Any], path: KeyPath, *, as_written: Collection[str] = ()
    ) -> Fields:
        """Fields of a declared class from a raw table; those in ``as_written`` are not looked into."""
        values: dict[str, Any] = {}
        keys: dict[str, str] = {}
        failed = False
        for key, value in raw.items():
            meant = match(cls, key)
            if isinstance(meant, Mismatch):
                self.error((*path, key), meant.code, meant.reason, meant.hint)
                failed = True
                continue
            if meant.field in keys:
                other = keys[meant.field]
                self.error((*path, key), "HS106", f"is given also as {other}", "keep one of the two")
                failed = True
                continue
            keys[meant.field] = key
            if meant.field in as_written:
                values[meant.field] = value
                continue
            good, result = self.value(meant.spec, meant.unit, value, (*path, key))
            if good:
                values[meant.field] = result
            else:
                failed = True
        for name, (spec, default) in specs(cls).items():
            if name in keys or isinstance(spec, Hidden):
                continue
            if default is not dataclasses.MISSING:
                values[name] = default
            else:
                failed = True
                key = spec.key or name
                if not any(meant_as(cls, written, key) for written in raw):
                    self.error(path, "HS101", f"{_example(key, spec)} is missing", spec.meaning)
        return Fields(values, keys, not failed)

    def value(self, spec: Spec, unit: Unit | None, raw: Any, path: KeyPath) -> tuple[bool, Any]:
        """Whether a raw value is good, and what it becomes."""
        if isinstance(spec, Part) and not spec.many and spec.instead is not None and raw == spec.instead:
            return True, None
        if isinstance(spec, Part) and spec.table and isinstance(raw, str):
            return self._parts_of_rows(spec.cls, raw, path)
        result, faults = checked(spec, unit, raw, str(path[-1]))
        for inside, code, reason, hint in faults:
            self.error((*path, *inside), code, reason, hint)
        if faults:
            return False, None
        if isinstance(spec, Part):
            if not spec.many:
                made = self.make(spec.cls, result, path)
                return made is not None, made
            parts = [self.make(spec.cls, item, (*path, i)) for i, item in enumerate(result)]
            return all(p is not None for p in parts), tuple(parts)
        if isinstance(result, Reference) and isinstance(spec, Quantity) and unit:
            series = self.series(result, spec, unit, path)
            return series is not None, series
        if isinstance(spec, Paths):
            names = result if isinstance(result, tuple) else (result,)
            found = [self.file(name, path) for name in names]
            return all(found), result
        return True, result

    def _parts_of_rows(self, cls: type, name: str, path: KeyPath) -> tuple[bool, tuple[Any, ...]]:
        """A part for each row of a table of numbers."""
        table = self.table(name, path)
        fields = Fields({}, {}, False) if table is None else self.rows(cls, table, str(path[-1]))
        if table is None or not fields.complete:
            return False, ()
        rows = zip(*(np.asarray(column).tolist() for column in fields.values.values()), strict=True)
        return True, tuple(cls(**dict(zip(fields.values, row, strict=True))) for row in rows)

    def file(self, name: str, path: KeyPath) -> Path | None:
        """The file that the case means by a name; None, with a problem noted, where it may not be read."""
        try:
            return permitted(name, self.document.path, allow_outside=self.document.allow_outside)
        except UnfitError as error:
            self.error(path, error.code, error.reason, error.hint)
            return None

    def table(self, name: str, path: KeyPath) -> Table | None:
        """A CSV table that the case names at ``path``; read once for all variants of the case."""
        file = self.file(name, path)
        if file is None:
            return None
        try:
            table: Table = self.cached(("table", file.resolve()), lambda: read_csv(file, name))
        except UnfitError as flaw:
            self.flaw(flaw, name)
            return None
        if table.old_encoding:
            self.findings.warning(
                "HS006", "is not UTF-8 and was read as Windows-1252", hint="save it as UTF-8", file=name
            )
        return table

    def cached(self, key: Any, make: Callable[[], Any]) -> Any:
        """What was made before under this key, for this or another variant of the document."""
        cache = self.document.cache
        if key not in cache:
            cache[key] = make()
        return cache[key]

    def flaw(self, flaw: UnfitError, name: str) -> None:
        """Note a flaw of another file."""
        line, column = (flaw.line, flaw.column) if isinstance(flaw, Flaw) else (None, "")
        where = f"column {column}" if column else ""
        self.findings.error(flaw.code, flaw.reason, where=where, hint=flaw.hint, file=name, line=line)

    def series(self, ref: Reference, spec: Quantity, default: Unit, path: KeyPath) -> Series | None:
        """One column of a table on the case's axis, in the field's unit."""
        table = self.table(ref.file, (*path, "file"))
        if table is None:
            return None
        if ref.column not in table.header:
            hint = suggestion(ref.column, table.header)
            self.error((*path, "column"), "HS202", f"{ref.file} has no column {ref.column!r}", hint)
            return None
        values = self.columns(table, [ref.column], [""], spec, default, ref.input, ref.fill)
        if values is None:
            return None
        return Series(values[:, 0], f"{ref.file}, {ref.column}")

    def columns(
        self,
        table: Table,
        columns: list[str],
        owners: list[str],
        spec: Quantity,
        default: Unit,
        mode: str | None = None,
        fill: str | None = None,
        *,
        plain: bool = False,
    ) -> FloatArray | None:
        """Columns of a table on the case's axis, (time, column), in the field's unit.

        ``owners`` says whose each column is, for messages; with ``plain`` names carry no unit.
        """
        if self.clock is None:
            return None
        layout = self.layout(table, mode, fill)
        if layout is None:
            return None
        units = [default if plain else self.column_unit(table, column, spec, default) for column in columns]
        good = all(units)
        values = np.full((len(table), len(columns)), np.nan)
        numbers_of: dict[str, FloatArray] = {}
        for k, (column, owner, of) in enumerate(zip(columns, owners, units, strict=True)):
            if of is None:
                continue
            numbers, bad = table.numbers(column)
            for row, cell, why in bad[:3]:
                hint = (
                    "the header is repeated"
                    if cell == column
                    else _more(len(bad) - 3) or number_hint(cell, why)
                )
                self.at_cell(table, row, column, owner, "HS203", f"{shown(cell)} {why}", hint)
                good = False
            values[:, k] = of.to_base(numbers)
            numbers_of[owner or column] = numbers
            good &= self.column_measured(
                table, layout, numbers, column, owner, spec, of
            ) and self.column_fits(
                table, layout, values[:, k], column, owner, spec, of, fill, quiet=bool(bad)
            )
        if not good:
            return None
        self.doubt_meters(table, layout, numbers_of, spec, of_consumers=any(owners))
        laid = layout.lay(values, fill)
        unknown = np.flatnonzero(np.isnan(laid).any(axis=0))
        if len(unknown):  # nothing to hold before the first value
            column, owner = columns[int(unknown[0])], owners[int(unknown[0])]
            row = int(layout.rows[0])
            self.at_cell(table, row, column, owner, "HS606", "nothing is known at its start", "fill it in")
            return None
        return laid[self.clock.first : self.clock.first + self.clock.axis.steps]

    def layout(self, table: Table, mode: str | None, fill: str | None) -> Layout | None:
        """How the rows of a table become steps; filled gaps are told."""
        assert self.clock is not None  # the caller looked
        whole = self.clock.whole
        key = (
            "layout",
            table.name,
            id(table),
            str(whole.start),
            whole.step,
            whole.steps,
            whole.timezone,
            mode,
            fill,
        )
        try:
            layout: Layout = self.cached(key, lambda: lay_out(table, whole, hold=mode == "hold", fill=fill))
        except Flaw as flaw:
            self.flaw(flaw, table.name)
            return None
        if fill and layout.gaps:
            self.findings.warning("HS609", f"{layout.gaps} missing rows filled ({fill})", file=table.name)
        if layout.holes:
            holes = f"{layout.holes} hole{'s' * (layout.holes > 1)}"
            reason = f"{holes} between rows bridged by straight lines"
            self.findings.warning("HS609", reason, file=table.name)
        if mode is None and layout.spacing not in (0, whole.step):
            finer = layout.spacing < whole.step
            self.findings.warning(
                "HS611",
                f"rows of {layout.spacing} s, steps of {whole.step} s: each step gets the mean of straight "
                f"lines {'between the rows' if finer else 'from row to row'}",
                hint='say input = "hold" for means that last until the next row, else input = "linear"',
                file=table.name,
                line=table.line(0),
            )
        return layout

    def column_unit(self, table: Table, column: str, spec: Quantity, default: Unit) -> Unit | None:
        """The unit at the end of a column's name, else the key's; None, with a problem, if unfit."""
        body, ending = split_unit(column)
        if not ending:
            return default
        found = unit(ending, spec.unit)
        if found is None:
            self.findings.error(
                "HS105",
                f"{column} is not {measures(spec.unit)}",
                where=f"column {column}",
                hint=f"a name without a unit, or for example {body}_{nearest(ending, spec.unit)}".rstrip("_"),
                file=table.name,
                line=table.header_line,
            )
        return found

    def column_measured(
        self,
        table: Table,
        layout: Layout,
        numbers: FloatArray,
        column: str,
        owner: str,
        spec: Quantity,
        of: Unit,
    ) -> bool:
        """Whether a column holds measured values, and not what loggers and meters write beside them."""
        rows = layout.rows
        code = missing_code(numbers)
        if code is not None and (numbers[rows] == code).any():
            found = np.flatnonzero(numbers[rows] == code)
            rest = numbers[~np.isnan(numbers) & (numbers != code)]
            others = f"; others are {rest.min():g} to {rest.max():g}" if len(rest) else ""
            self.at_cell(
                table,
                int(rows[found[0]]),
                column,
                owner,
                "HS613",
                f"{code:g} stands for a missing value, {len(found)} time{'s' * (len(found) > 1)}{others}",
                'correct it, or leave these cells empty and give fill = "hold" or "interpolate"',
            )
            return False
        if spec.unit in ("W", "kg/s") and register(numbers):
            known = numbers[~np.isnan(numbers)]
            self.at_cell(
                table,
                0,
                column,
                owner,
                "HS614",
                f"rises from {known[0]:g} to {known[-1]:g} and never falls, like the register of a meter",
                f"give differences from row to row, as {measures(spec.unit)}",
            )
            return False
        if spec.unit == "degC" and kelvin(of.to_base(numbers)):
            row = int(rows[0])
            self.at_cell(
                table,
                row,
                column,
                owner,
                "HS615",
                f"{numbers[row]:g} and all others look like kelvin, tenths of a degree and 273.15 more",
                "subtract 273.15",
            )
            return False
        return True

    def doubt_meters(
        self,
        table: Table,
        layout: Layout,
        numbers_of: dict[str, FloatArray],
        spec: Quantity,
        *,
        of_consumers: bool,
    ) -> None:
        """Warn of columns that are zero throughout, and of values that stay the same for days."""
        if of_consumers:
            zero = [name for name, numbers in numbers_of.items() if np.nanmax(np.abs(numbers)) == 0]
            if zero:
                self.findings.warning(
                    "HS616",
                    f"zero in every row: {listed(zero)}",
                    hint="check the meter; without heat, leave the consumer out",
                    file=table.name,
                    line=table.header_line,
                )
        if layout.spacing == 0 or spec.unit not in ("W", "kg/s", "degC"):
            return
        fewest = max(24, -(-STUCK // layout.spacing))
        rows = layout.rows
        found = [
            (name, *run) for name, numbers in numbers_of.items() if (run := stuck(numbers[rows], fewest))
        ]
        if found:
            name, first, count = max(found, key=lambda run: run[2])
            line, last = table.line(int(rows[first])), table.line(int(rows[first + count - 1]))
            days = count * layout.spacing / 86_400
            self.findings.warning(
                "HS617",
                f"stays at {numbers_of[name][rows[first]]:g} for {days:.3g} days, lines {line} to {last}",
                where=name,
                hint="a stuck meter? leave such cells empty and give fill" + _more(len(found) - 1, "; "),
                file=table.name,
                line=line,
            )

    def column_fits(
        self,
        table: Table,
        layout: Layout,
        values: FloatArray,
        column: str,
        owner: str,
        spec: Quantity,
        of: Unit,
        fill: str | None,
        *,
        quiet: bool,
    ) -> bool:
        """Whether a column has a number within range in every row that counts."""
        rows = layout.rows
        used = values[rows]
        missing = np.flatnonzero(np.isnan(used))
        if len(missing) == len(used):
            if not quiet:
                self.at_cell(table, int(rows[0]), column, owner, "HS606", "the column is empty")
            return False
        if len(missing) and fill is None and not quiet:
            cell = table.text(column)[int(rows[missing[0]])]
            self.at_cell(
                table,
                int(rows[missing[0]]),
                column,
                owner,
                "HS606",
                f"{shown(cell)} is no value" if cell else "the cell is empty",
                'fill it in, or give fill = "hold", "interpolate" or "zero"' + _more(len(missing) - 1, "; "),
            )
            return False
        if fill == "zero" and (len(missing) or layout.gaps) and not _zero_is_nothing(spec):
            self.at_cell(
                table,
                int(rows[missing[0]] if len(missing) else rows[0]),
                column,
                owner,
                "HS618",
                f'fill = "zero" would make {len(missing) + layout.gaps} missing 0 {of.spelling}'.rstrip(),
                'give fill = "hold" or "interpolate"',
            )
            return False
        if len(missing) and fill:
            if fill == "hold" and np.isnan(used[0]):
                self.at_cell(
                    table, int(rows[0]), column, owner, "HS606", "the first value is missing", "fill it in"
                )
                return False
            self.findings.warning(
                "HS609",
                f"{len(missing)} missing values filled ({fill})",
                where=f"column {column}",
                file=table.name,
            )
        outside = np.flatnonzero(~within(used, spec))
        if len(outside):
            fault = range_fault(float(used[outside[0]]), spec, of, column)
            reason, hint = fault or ("is out of range", "")
            if owner and used[outside[0]] < 0 and not hint:
                hint = (
                    "only a consumer of kind prosumer feeds in" if spec.unit == "W" else "correct the value"
                )
            hint = "; ".join(filter(None, (hint, _more(len(outside) - 1))))
            self.at_cell(table, int(rows[outside[0]]), column, owner, "HS107", reason, hint)
            return False
        return not quiet

    def at_cell(
        self, table: Table, row: int, column: str, owner: str, code: str, reason: str, hint: str = ""
    ) -> None:
        """Note a problem at a cell of a table."""
        where = f"column {column}" + (f", {owner}" if owner else "")
        self.findings.error(code, reason, where=where, hint=hint, file=table.name, line=table.line(row))

    def rows(self, cls: type, table: Table, noun: str, *, optional: Collection[str] = ()) -> Fields:
        """A class of columns from a table; a missing number is the field's default, a missing text ``""``."""
        meant: dict[str, tuple[str, Match]] = {}
        failed = False
        unused = []
        for column in table.header:
            found = match(cls, column)
            if isinstance(found, Match):
                if found.field in meant:
                    self._at_header(
                        table, column, "HS106", f"is given also as {meant[found.field][0]}", "keep one"
                    )
                    failed = True
                meant.setdefault(found.field, (column, found))
            elif found.code != "HS103" or found.hint.startswith("did you mean"):
                self._at_header(table, column, found.code, found.reason, found.hint)
                failed = True
            else:
                unused.append(column)
        if unused:
            self.findings.warning("HS209", f"columns not used: {listed(unused)}", file=table.name)
        ids = table.text(meant["id"][0]) if "id" in meant else [f"row {i + 1}" for i in range(len(table))]
        owners = [f"{noun} {name}" for name in ids]
        values: dict[str, Any] = {}
        for name, (spec, default) in specs(cls).items():
            if isinstance(spec, Hidden):
                continue
            required = default is dataclasses.MISSING
            if name not in meant:
                if required and name not in optional and not failed:
                    example = _example(spec.key or name, spec)
                    self.findings.error(
                        "HS202",
                        f"column {example} is missing",
                        hint=spec.meaning,
                        file=table.name,
                        line=table.header_line,
                    )
                failed |= required and name not in optional
                if not required:
                    values[name] = (
                        np.full(len(table), default) if isinstance(spec, Quantity) else ("",) * len(table)
                    )
                continue
            column, found = meant[name]
            if isinstance(spec, Quantity) and found.unit:
                good, numbers = self._numbers(
                    table, column, owners, spec, found.unit, None if required else default
                )
                values[name] = numbers
                failed |= not good
            else:
                failed |= not self._texts(table, column, owners, spec, required=required)
                values[name] = tuple(table.text(column))
        if "id" in meant:
            failed |= not self._distinct(table, meant["id"][0], ids, noun)
        return Fields(values, {name: column for name, (column, _) in meant.items()}, not failed)

    def _numbers(
        self, table: Table, column: str, owners: list[str], spec: Quantity, of: Unit, default: float | None
    ) -> tuple[bool, FloatArray]:
        numbers, bad = table.numbers(column)
        cells = table.columns[column]
        empty = np.isnan(numbers)
        for row, cell, why in bad[:20]:
            self.at_cell(
                table, row, column, owners[row], "HS203", f"{shown(cell)} {why}", number_hint(cell, why)
            )
            empty[row] = False
        written = [int(r) for r in np.flatnonzero(empty) if cells[int(r)].strip()]
        for row in written[:20]:
            reason = f"{shown(cells[row].strip())} is no value"
            self.at_cell(
                table, row, column, owners[row], "HS203", reason, "write a number, or leave it empty"
            )
        blank = (
            []
            if default is not None
            else [int(r) for r in np.flatnonzero(empty) if not cells[int(r)].strip()]
        )
        for row in blank[:20]:
            self.at_cell(table, row, column, owners[row], "HS203", "the cell is empty", spec.meaning)
        values = of.to_base(numbers)
        outside = np.flatnonzero(~within(values, spec))
        for row in outside[:20]:
            reason, hint = range_fault(float(values[row]), spec, of, column) or ("is out of range", "")
            self.at_cell(table, int(row), column, owners[row], "HS107", reason, hint)
        if default is not None:
            values = np.where(np.isnan(numbers), default, values)
        return not (bad or written or blank or len(outside)), values

    def _texts(self, table: Table, column: str, owners: list[str], spec: Spec, *, required: bool) -> bool:
        choices = getattr(spec, "choices", None)
        good = True
        for row, cell in enumerate(table.text(column)):
            if required and not cell:
                self.at_cell(table, row, column, owners[row], "HS203", "the cell is empty", spec.meaning)
                good = False
            elif choices and cell not in choices:
                hint = suggestion(cell, tuple(c for c in choices if c))
                self.at_cell(table, row, column, owners[row], "HS108", f"{shown(cell)} is not a choice", hint)
                good = False
        return good

    def _distinct(self, table: Table, column: str, ids: list[str], noun: str) -> bool:
        seen: dict[str, int] = {}
        good = True
        for row, name in enumerate(ids):
            if name and name in seen:
                reason = f"{noun} {name!r} is also in line {table.line(seen[name])}"
                self.at_cell(table, row, column, "", "HS205", reason, "give each its own name")
                good = False
            seen.setdefault(name, row)
        return good

    def _at_header(self, table: Table, column: str, code: str, reason: str, hint: str) -> None:
        self.findings.error(
            code, reason, where=f"column {column}", hint=hint, file=table.name, line=table.header_line
        )


def number_hint(cell: str, why: str) -> str:
    """What to write instead of a cell that is not a number."""
    if "without" in why:
        return ""  # the reason is the remedy
    if "thousands" in why:
        return "write it without them"
    if re.fullmatch(r"[+-]?[\d.]*\d,\d+", cell):
        return "write a decimal point and no thousands separators"
    inside = re.fullmatch(r"[A-Za-z ]*([+-]?\d+(?:\.\d+)?)[^\d,.]*", cell)
    return f"write {inside.group(1)} alone" if inside else "write a number"


def meant_as(cls: type, written: str, stem: str) -> bool:
    """Whether a key that means nothing was suggested to be this one, so that it need not be missed too."""
    meant = match(cls, written)
    if not isinstance(meant, Mismatch):
        return False
    return split_unit(written)[0] == stem or f"did you mean {stem}" in meant.hint


def _example(key: str, spec: Spec) -> str:
    """A key as it may be written."""
    return joined(key, usual(spec.unit)) if isinstance(spec, Quantity) else key


def _zero_is_nothing(spec: Quantity) -> bool:
    """Whether 0 is what is left where nothing is: no heat, no flow, but never a temperature."""
    return spec.unit not in ("degC", "K") and bool(within(np.zeros(1), spec)[0])


def _more(count: int, before: str = "") -> str:
    return f"{before}{count} more like it" if count > 0 else ""
