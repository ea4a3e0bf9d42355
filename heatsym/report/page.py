"""The report of a run: one HTML file that needs nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import plotly

from heatsym.analysis.wording import number
from heatsym.errors import AccessError
from heatsym.report.contents import SECTIONS
from heatsym.report.embed import figure_json
from heatsym.report.picture import Missing, Picture, Table
from heatsym.report.templating import rendered
from heatsym.report.typeset import column
from heatsym.report.words import facts, in_short, sources_table, span, tiles
from heatsym.results.placing import write_file
from heatsym.results.store import MANIFEST
from heatsym.simulation import Run, open_run

REPORT = "report.html"


class Head(NamedTuple):
    """Head of a column; numbers stand to the right."""

    text: str
    numeric: bool


class ShownTable(NamedTuple):
    """A table as texts."""

    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]


def write_report(folder: str | os.PathLike[str], target: str | os.PathLike[str] | None = None) -> Path:
    """Make the report of a stored run; the file, ``report.html`` in the run's folder if not said otherwise.

    Raises
    ------
    AccessError
        There is no run in the folder, or the file cannot be written.
    """
    place = Path(folder)
    run = open_run(place, cache=False)
    content = page(run, _manifest(place))
    return write_file(place / REPORT if target is None else Path(target), [content], overwrite=True)


def page(run: Run, manifest: Mapping[str, Any]) -> str:
    """The report as HTML text; equal for equal runs."""
    attributes = run.results.attrs
    return rendered(
        "report.html",
        version=manifest["heatsym"],
        name=run.summary["case"],
        description=attributes["summary"],
        period=span(run),
        zone=attributes["timezone_of_the_case"],
        in_short=in_short(run),
        tiles=tiles(run),
        facts=facts(run),
        sources=shown_table("sources of heat", sources_table(run)),
        sections=[
            {
                "key": section.key,
                "title": section.title,
                "pictures": [shown(found) for draw in section.pictures if (found := draw(run)) is not None],
            }
            for section in SECTIONS
        ],
        warnings=run.summary["warnings"],
        not_computed=[f"{group}: {reason}" for group, reason in run.summary.get("not_computed", {}).items()],
        assumptions=run.summary["assumptions"],
        convergence=tuple(_convergence(run.summary)),
        made_with=tuple(_made_with(manifest)),
        files=shown_table("files", _files(manifest)),
    )


def shown(found: Picture | Missing) -> dict[str, Any]:
    """A picture as the template wants it; one with a reason is not drawn."""
    if isinstance(found, Missing):
        return {"key": found.key, "title": found.title, "reason": found.reason.rstrip(".")}
    return {
        "key": found.key,
        "title": found.title,
        "reason": "",
        "caption": found.caption,
        "label": found.label,
        "height": int(found.figure.layout.height),
        "json": figure_json(found.figure),
        "table": shown_table(found.title, found.table),
    }


def shown_table(title: str, table: Table) -> ShownTable:
    """Texts for the cells; a column without any text stands to the right."""
    columns = tuple(zip(*table.rows, strict=True)) or ((),) * len(table.columns)
    heads = tuple(
        Head(text, not any(isinstance(value, str) for value in cells))
        for text, cells in zip(table.columns, columns, strict=True)
    )
    return ShownTable(title, heads, tuple(zip(*map(column, columns), strict=True)))


def _convergence(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How the computation went, as label and text."""
    settled, heat = figures["convergence"], figures["energy"]
    yield "Steps", f"{number(figures['steps'])}, of which {settled['unconverged_steps']} did not converge"
    yield (
        "Sweeps in a step",
        f"{number(settled['sweeps']['mean'])} on average, {settled['sweeps']['max']} at most",
    )
    rounds = f"{settled['rounds']} to agree on who feeds in when"
    yield "Rounds", rounds if settled["settled"] else f"{settled['rounds']}, and plan and result still differ"
    yield "Heat balance", f"closes to {number(heat['residual_relative'])} of the heat fed in"


def _made_with(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Program, libraries and command, as label and text."""
    libraries = {**manifest["versions"], "plotly": plotly.__version__}
    yield "heatsym", manifest["heatsym"]
    yield "With", ", ".join(f"{name} {version}" for name, version in libraries.items())
    if manifest["command"]:
        yield "Command", " ".join(manifest["command"])


def _files(manifest: Mapping[str, Any]) -> Table:
    """Inputs and results with the first digits of their checksums."""
    rows = tuple(
        (name, role, digest[:16])
        for key, role in (("inputs", "input"), ("results", "result"))
        for name, digest in manifest[key].items()
    )
    return Table(("file", "role", "SHA-256, its start"), rows)


def _manifest(folder: Path) -> dict[str, Any]:
    """What was written, from what, with what."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AccessError(f"{folder} holds no run that can be read: {error}") from error
    return manifest
