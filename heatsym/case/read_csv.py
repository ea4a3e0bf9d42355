"""Tables of text: UTF-8 or Windows-1252, comma or semicolon, decimal comma with semicolon, # comments."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from heatsym.case.files import UnfitError, text_of
from heatsym.interfaces.axis import FloatArray, IntArray

_DECIMAL_COMMA = re.compile(
    r"(?:^|;)[ \t]*\"?[+-]?[\d.]*\d,\d+(?:[eE][+-]?\d+)?\"?[ \t]*(?:;|$)", re.MULTILINE
)
_NOT_NUMBERS = re.compile(r"[^0-9eE+\-. \t\n]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
CELLS = 2**15
"""Cells that are there as objects at a time."""
_MISSING = frozenset({"nan", "na", "n/a", "null", "none", "-", "#n/v", "#nv", "#n/a"})
_INFINITE = frozenset({"inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"})
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:[,']\d{3})+\.\d+|(?:[,']\d{3}){2,}|(?:'\d{3})+)", re.ASCII)
TIME_COLUMNS = ("time", "time_s", "hour", "hour_of_year")


class Flaw(UnfitError):  # noqa: N818 (a flaw of the file, with its place)
    """A file cannot be used: code, reason, hint, and the line and column where that shows."""

    def __init__(
        self, code: str, reason: str, hint: str = "", *, line: int | None = None, column: str = ""
    ) -> None:
        """Keep the parts apart."""
        super().__init__(code, reason, hint)
        self.line, self.column = line, column


class Columns(Mapping[str, tuple[str, ...]]):
    """Cells by column, kept as one text for many of them: as objects they take ten times the memory."""

    def __init__(self, header: tuple[str, ...], rows: Iterable[list[str]]) -> None:
        """Take rows of as many cells as the header has, some at a time."""
        self._parts: dict[str, list[str | tuple[str, ...]]] = {name: [] for name in header}
        rows, some = iter(rows), max(1, CELLS // max(1, len(header)))
        while block := list(islice(rows, some)):
            for name, cells in zip(header, zip(*block, strict=True), strict=True):
                joined = "\0".join(cells)
                apart = joined.count("\0") == len(cells) - 1
                self._parts[name].append(joined if apart else cells)

    def __getitem__(self, column: str) -> tuple[str, ...]:
        """Cells of a column, from the first row to the last."""
        parts = self._parts[column]
        return tuple(cell for part in parts for cell in (part.split("\0") if isinstance(part, str) else part))

    def __iter__(self) -> Iterator[str]:
        """Names of the columns."""
        return iter(self._parts)

    def __len__(self) -> int:
        """Number of columns."""
        return len(self._parts)


class Table:
    """Columns of text with the line of each row; numbers are converted once, on demand.

    ``line`` counts physical lines from 1, comments and blank lines included, as editors do;
    ``header_line`` is None where the columns have no line of their own.
    """

    def __init__(
        self,
        name: str,
        header: tuple[str, ...],
        rows: Iterable[list[str]],
        lines: list[int],
        header_line: int | None = None,
    ) -> None:
        """Columns from rows of equal length; ``lines`` may grow as the rows come."""
        self.name = name
        self.header = header
        self.header_line = header_line
        self.columns = Columns(header, rows)
        self.lines: IntArray = np.array(lines, dtype=np.int64)
        self.decimal_comma = False
        self.old_encoding = False
        self.unended = False
        self._numbers: dict[str, tuple[FloatArray, list[tuple[int, str, str]]]] = {}

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.lines)

    def line(self, row: int) -> int:
        """Line of a row."""
        return int(self.lines[row])

    def text(self, column: str) -> list[str]:
        """Cells of a column without blanks around them."""
        return [cell.strip() for cell in self.columns[column]]

    def numbers(self, column: str) -> tuple[FloatArray, list[tuple[int, str, str]]]:
        """A column as numbers, NaN where a cell is empty or bad, and the bad cells as (row, cell, why)."""
        if column not in self._numbers:
            self._numbers[column] = _numbers(self.columns[column], comma=self.decimal_comma)
        return self._numbers[column]


def read_csv(path: Path, name: str) -> Table:
    """Read a table; every flaw of its shape is a :class:`Flaw` that names the line."""
    text, old = text_of(path, name)
    source = _Lines(text.split("\n"))
    header_line = source.peek()
    if not header_line:
        raise Flaw("HS201", "the file is empty", "write a header and rows", line=1)
    delimiter = _delimiter(header_line, source.first)
    records = _records(source, delimiter)
    line, names = next(records)
    every = [n.strip() for n in names]
    header = tuple(name for name in every if name)
    lines: list[int] = []
    unnamed = set[int]()
    table = Table(name, header, _rows(records, every, delimiter, lines, unnamed, source), lines, line)
    if unnamed:
        raise Flaw("HS201", f"column {min(unnamed) + 1} has no name", "name it in the header", line=line)
    if not header:
        raise Flaw("HS201", "no column has a name", "write the names into the first line", line=line)
    for position, column in enumerate(header):
        if column in header[:position]:
            raise Flaw(
                "HS201", "the column appears twice in the header", "keep one", line=line, column=column
            )
    if not lines:
        raise Flaw("HS201", "the table has a header but no rows", "add rows", line=line)
    table.decimal_comma = delimiter == ";" and bool(_DECIMAL_COMMA.search(text))
    table.old_encoding = old
    table.unended = source.unended
    return table


class _Lines:
    """Feeds the csv reader, skipping blank and comment lines between records."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.between = True
        self.first = 0

    def __iter__(self) -> Iterator[str]:
        return self

    @property
    def unended(self) -> bool:
        """Whether the last line has no end."""
        return bool(self.lines[-1])

    @property
    def cut(self) -> bool:
        """Whether the line read last is the file's last one and has no end."""
        return self.unended and self.at >= len(self.lines)

    def skip(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at].lstrip()
            if line and not line.startswith("#"):
                break
            self.at += 1

    def peek(self) -> str:
        self.skip()
        self.first = self.at + 1
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def __next__(self) -> str:
        if self.between:
            self.skip()
            self.first = self.at + 1
            self.between = False
        if self.at >= len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1] + "\n"


def _records(source: _Lines, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(source, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        source.between = True
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Flaw("HS201", f"quotes do not match ({error})", line=source.first) from None
        yield source.first, record


def _delimiter(header: str, line: int) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    if "\t" in bare and ";" not in bare and "," not in bare:
        raise Flaw("HS201", "the columns are separated by tabs", "separate them by , or ;", line=line)
    return ";" if bare.count(";") >= max(1, bare.count(",")) else ","


def _rows(
    records: Iterator[tuple[int, list[str]]],
    header: list[str],
    delimiter: str,
    lines: list[int],
    unnamed: set[int],
    source: _Lines,
) -> Iterator[list[str]]:
    """Rows that hold something, without the columns that have no name, as spreadsheets leave them.

    ``lines`` gets the line of each row, ``unnamed`` the positions of columns that have content but no name.
    """
    without = [i for i, name in enumerate(header) if not name]
    other = ";" if delimiter == "," else ","
    for line, row in records:
        if row and row[0].strip() == header[0] and (header[0] in TIME_COLUMNS or _same(row, header)):
            reason = "the header is repeated: a second table follows the first"
            raise Flaw("HS201", reason, "keep one table in a file", line=line)
        if len(row) != len(header):
            if delimiter == ";" and not any(cell.strip() for cell in row):
                continue
            reason = f"{len(row)} cells, but the header has {len(header)}"
            hint = "give every row as many cells as the header"
            if len(row) == 1 and row[0].count(other) == len(header) - 1:
                reason += f": they are separated by {other} here, by {delimiter} in the header"
                hint = "separate all columns by the same character"
            elif len(row) < len(header) and source.cut:
                reason, hint = f"{reason}: the file seems cut off here", "export it again"
            elif len(row) > len(header) and delimiter == ",":
                hint = "a decimal comma needs ; between the columns"
            raise Flaw("HS201", reason, hint, line=line)
        if any(row):
            lines.append(line)
            unnamed.update(i for i in without if row[i].strip())
            yield [cell for cell, name in zip(row, header, strict=True) if name] if without else row


def _same(row: list[str], header: list[str]) -> bool:
    return [cell.strip() for cell in row] == header


def _numbers(cells: tuple[str, ...], *, comma: bool) -> tuple[FloatArray, list[tuple[int, str, str]]]:
    if not comma and not _NOT_NUMBERS.search("\n".join(cells)):
        try:
            return np.array(cells, dtype=np.str_).astype(np.float64), []
        except ValueError:
            pass
    values = np.full(len(cells), np.nan)
    bad: list[tuple[int, str, str]] = []
    for row, raw in enumerate(cells):
        cell = raw.strip()
        if not cell:
            continue
        why = ""
        if comma and "," in cell:
            if "." in cell:
                why = "mixes points and commas; write numbers without thousands separators"
            cell = cell.replace(",", ".")
        elif comma and "." in cell:
            why = "has a decimal point in a table with decimal commas"
        if not why and _NUMBER.fullmatch(cell):
            values[row] = float(cell)
            if np.isinf(values[row]):
                bad.append((row, raw.strip(), "is too large"))
                values[row] = np.nan
        elif cell.lower() not in _MISSING or why:
            if not why and cell.lower() in _INFINITE:
                why = "is not finite"
            elif not why and _THOUSANDS.fullmatch(raw.strip()):
                why = "has thousands separators"
            bad.append((row, raw.strip(), why or "is not a number"))
    return values, bad
