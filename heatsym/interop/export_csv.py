"""Results as tables of text, for spreadsheets and for heatsym itself.

A table per variable has a column per object, headed by its name and the unit as a case file spells it
(``works_W``); series without objects share ``network.csv``. ``time`` is UTC and labels the start of the
step, ``local_time`` is the wall clock. Values are SI, as in results.nc, with as many digits as are stored; a
missing value is an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import local_time
from heatsym.interop.objects import Value, objects
from heatsym.results.netcdf import LABELLED
from heatsym.results.placing import write_file, write_folder
from heatsym.results.selection import (
    Choices,
    check_use,
    resample,
    select,
    series_named,
    series_names,
)
from heatsym.results.vocabulary import VOCABULARY

NETWORK = "network.csv"
FILES = frozenset({NETWORK, *(f"{dim}s.csv" for dim in LABELLED), *(f"{name}.csv" for name in VOCABULARY)})
"""Every name that an exported table can have."""

SPELLINGS = {
    "": "",
    "1": "",
    "W": "W",
    "J": "J",
    "J-1": "EUR_per_J",
    "Pa": "Pa",
    "degC": "degC",
    "kg s-1": "kg_per_s",
    "m s-1": "m_per_s",
}
"""Units of stored variables as keys and heads of columns have them."""

_ROWS = 2000  # at a time
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def export_csv(
    results: xr.Dataset,
    target: Path,
    *,
    variables: Sequence[str] = (),
    choices: Choices | None = None,
    period: str | None = None,
    decimal: str = ".",
    overwrite: bool = False,
) -> Path:
    """Write tables of a run into a folder of their own, or one table into a file.

    Parameters
    ----------
    results : xarray.Dataset
        Results of a run.
    target : path
        A file if it ends in .csv, which then holds one table, else a folder.
    variables : sequence of str
        Series to write; without any all of them, and tables of the objects.
    choices : mapping, optional
        Names to keep, by dimension; see :func:`heatsym.results.selection.chosen`.
    period : str, optional
        A key of ``heatsym.results.selection.PERIODS``; without it the steps of the run.
    decimal : str
        ``.`` with commas between the cells, or ``,`` with semicolons and a byte order mark, as
        spreadsheets of many countries expect them.
    overwrite : bool
        Replace an earlier export.

    Returns
    -------
    path
        The folder or file.

    Raises
    ------
    InputError
        No such variable or object, steps longer than the period, or more tables than fit into a file.
    OutputExistsError, AccessError
        The place is in use, or nothing can be written.
    """
    choices = choices or {}
    series = [series_named(results, name) for name in variables or series_names(results)]
    if variables:
        check_use(series, choices)
    names = list(dict.fromkeys(str(one.name) for one in series))
    tables = _series_tables(results, names, choices, period, decimal)
    if not variables:
        tables = (*tables, *_object_tables(results, choices, decimal))
    if target.suffix.lower() != ".csv":
        return write_folder(target, tables, FILES, overwrite)
    if len(tables) > 1:
        why = f"{len(tables)} tables do not go into one file"
        raise InputError([Problem("HS702", why, hint="name a folder, or a single --variable")])
    return write_file(target, tables[0][1], overwrite)


def series_head(name: str, label: str, units: str) -> str:
    """Head of a column: the object (or, without one, the variable) and the unit.

    What has no unit has the rest of the variable's name instead: ``bakery_unmet_cause``.
    """
    stem = label or name
    if SPELLINGS[units]:
        return f"{stem}_{SPELLINGS[units]}"
    return f"{stem}_{name.partition('_')[2]}" if label else name


def text_cell(text: str, delimiter: str) -> str:
    """Text as a cell that a spreadsheet does not compute, and that ends where it should.

    What a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises; what holds
    a separator, or would be read as a comment, is quoted.
    """
    shown = f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
    special = any(sign in shown for sign in (delimiter, '"', "\n", "\r"))
    if special or shown.startswith(("#", " ")) or shown.endswith(" "):
        return '"' + shown.replace('"', '""') + '"'
    return shown


Table = tuple[str, Iterator[str]]


def _series_tables(
    results: xr.Dataset, names: Sequence[str], choices: Choices, period: str | None, decimal: str
) -> tuple[Table, ...]:
    """Series by file: those without objects together, each other one in a file of its own."""
    files: dict[str, list[str]] = {}
    for name in names:
        files.setdefault(NETWORK if results[name].dims == ("time",) else f"{name}.csv", []).append(name)
    whole = select(results, choices)
    return tuple((file, _series_lines(whole, group, period, decimal)) for file, group in files.items())


def _series_lines(
    results: xr.Dataset, names: Sequence[str], period: str | None, decimal: str
) -> Iterator[str]:
    """Lines of a table of series, read and gathered when they are written."""
    part = resample(results, names, period) if period else results
    delimiter = _delimiter(decimal)
    heads = ["time", "local_time"]
    for name in names:
        labels = [str(label) for dim in part[name].dims[1:] for label in part[dim].values] or [""]
        heads += [series_head(name, label, part[name].attrs.get("units", "")) for label in labels]
    yield _mark(decimal) + _line((text_cell(head, delimiter) for head in heads), delimiter)
    utc = part["time"].values.astype("datetime64[s]")
    local = local_time(utc, results.attrs["timezone_of_the_case"])
    for first in range(0, len(utc), _ROWS):
        rows = slice(first, first + _ROWS)
        columns = [
            np.char.add(utc[rows].astype(np.str_), "Z"),
            np.char.replace(local[rows].astype(np.str_), "T", " "),
        ]
        for name in names:
            values = part[name].isel(time=rows).values
            cells = _cells(values.reshape(len(values), -1), part[name].attrs, decimal)
            columns += list(cells.T)
        yield from (_line(row, delimiter) for row in zip(*(c.tolist() for c in columns), strict=True))


def _cells(values: NDArray[np.generic], attrs: dict[str, object], decimal: str) -> NDArray[np.str_]:
    """Numbers in their shortest exact form, flags in words, nothing where a value is missing."""
    if "flag_meanings" in attrs:
        meanings = np.array(str(attrs["flag_meanings"]).split())
        flags = np.asarray(attrs["flag_values"]).tolist()
        return meanings[np.searchsorted(flags, values)]
    text = values.astype(np.str_)
    if decimal != ".":
        text = np.char.replace(text, ".", decimal)
    return np.where(np.isnan(values.astype(np.float64)), "", text)


def _object_tables(results: xr.Dataset, choices: Choices, decimal: str) -> Iterator[Table]:
    """A table of each kind of object."""
    for dim in (dim for dim in LABELLED if dim in results.sizes):
        columns = objects(results, dim)
        keep = set(choices.get(dim, [str(name) for name in results[dim].values]))
        rows = [row for row in zip(*columns.values(), strict=True) if row[0] in keep]
        yield f"{dim}s.csv", _object_lines(list(columns), rows, decimal)


def _object_lines(heads: Iterable[str], rows: Iterable[tuple[Value, ...]], decimal: str) -> Iterator[str]:
    delimiter = _delimiter(decimal)
    yield _mark(decimal) + _line(heads, delimiter)
    for row in rows:
        yield _line((_object_cell(value, decimal) for value in row), delimiter)


def _object_cell(value: Value, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return text_cell(value, _delimiter(decimal))
    return repr(value).replace(".", decimal)


def _delimiter(decimal: str) -> str:
    return "," if decimal == "." else ";"


def _mark(decimal: str) -> str:
    """A byte order mark, by which spreadsheets know UTF-8."""
    return "" if decimal == "." else "\ufeff"


def _line(cells: Iterable[str], delimiter: str) -> str:
    return delimiter.join(cells) + "\n"
