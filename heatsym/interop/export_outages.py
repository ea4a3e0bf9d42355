"""Answers about outages as files: data, a table of the years, and a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from heatsym.interop.export_csv import text_cell
from heatsym.report.outages import page
from heatsym.results.placing import write_folder
from heatsym.study.answers import as_data, rows
from heatsym.study.outages import OutageStudy

DATA, TABLE, PAGE = "outages.json", "outages.csv", "outages.html"
FILES = (DATA, TABLE, PAGE)


def write_outages(
    study: OutageStudy, folder: Path, overwrite: bool = False, command: tuple[str, ...] = ()
) -> Path:
    """Write a study into a folder, whole or not at all; the folder.

    Raises
    ------
    OutputExistsError
        There is something already; with ``overwrite`` only if it is no such study.
    AccessError
        No permission, no space; an old folder is untouched then.
    """
    data = json.dumps(as_data(study), indent=1, ensure_ascii=False)
    files = ((DATA, [data, "\n"]), (TABLE, _lines(study)), (PAGE, [page(study, command)]))
    return write_folder(folder, files, FILES, overwrite)


def _lines(study: OutageStudy) -> Iterator[str]:
    """A row for each year of the ensemble, of unrounded numbers; the head alone without one."""
    heads: tuple[str, ...] = ()
    for row in rows(study):
        if not heads:
            heads = tuple(row)
            yield ",".join(text_cell(head, ",") for head in heads) + "\n"
        yield ",".join(repr(row[head]) for head in heads) + "\n"
    if not heads:
        yield "year\n"
