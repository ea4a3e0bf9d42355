"""Lists of sites with surplus heat, as sources of a case: the Hotmaps table, or six columns of one's own."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from heatsym.case.files import UnfitError
from heatsym.case.findings import Findings, listed, shown
from heatsym.case.keys import suggestion
from heatsym.case.read_csv import Flaw, Table, read_csv
from heatsym.case.reader import number_hint
from heatsym.interfaces.fields import specs
from heatsym.sources import SOURCES
from heatsym.sources.archetypes import archetype, sectors

FORMS = ("hotmaps", "sites")
COLUMNS = ("name", "place", "sector", "MWh", "degC", "status")
STATUSES = ("measured", "declared", "assumed")

HOTMAPS_SECTORS = {
    "Cement": "cement",
    "Chemical industry": "chemicals",
    "Glass": "glass",
    "Iron and steel": "steel",
    "Non-ferrous metals": "metals",
    "Non-metallic mineral products": "minerals",
    "Other non-classified": "",
    "Paper and printing": "paper_steam",
    "Refineries": "refinery",
}
"""Subsectors of the Hotmaps table, and ours."""

HOTMAPS_BANDS = {
    "excess_heat_100_200c_gwh": ("100-200 degC", 150.0),
    "excess_heat_200_500c_gwh": ("200-500 degC", 350.0),
    "excess_heat_above_500c_gwh": ("above 500 degC", 500.0),
}
"""Columns of heat, their range, and the temperature assumed for it: its middle, or its lower end. [degC]"""

EARTH_RADIUS = 6371.0
"""[km]"""

_DEGREES = re.compile(r"(?<![\d.,])(-?\d+\.\d+)\s*[,;/ ]\s*(-?\d+\.\d+)(?![\d.,])")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True, slots=True)
class Site:
    """A source that a list names, with the keys of its table in a case file; ``place`` is lon, lat. [deg]"""

    name: str
    keys: Mapping[str, Any]
    note: str
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class SiteList:
    """Sites, what a reader must know of how the list was read, and whom to name for the data."""

    sites: tuple[Site, ...]
    notes: tuple[str, ...] = ()
    attribution: str = ""


def read_sites(
    path: str | os.PathLike[str],
    form: str,
    *,
    near: tuple[float, float] | None = None,
    within: float = 20.0,
) -> SiteList:
    """Read a list of sites.

    Parameters
    ----------
    path : str or path
        The table.
    form : str
        ``hotmaps``: the industrial database of the Hotmaps project. ``sites``: the columns name, place,
        sector, MWh, degC, status.
    near : tuple of float, optional
        Longitude and latitude of a place around which sites are wanted; default all. [deg]
    within : float
        Largest distance from there. [km]

    Returns
    -------
    SiteList
        Sites in the order of the table. Hotmaps sites have a source for each range of temperature in which
        heat was estimated.

    Raises
    ------
    InputError
        A row that is wanted cannot be used, or none is left; ``problems`` names all of them by line.

    References
    ----------
    .. [1] Hotmaps project (H2020 723677), Industrial_Database.csv, CC BY 4.0: estimates of Fraunhofer ISI.
    """
    file = Path(path)
    try:
        table = read_csv(file, file.name)
    except UnfitError as flaw:
        findings = Findings()
        line = flaw.line if isinstance(flaw, Flaw) else None
        findings.error(flaw.code, flaw.reason, hint=flaw.hint, file=file.name, line=line)
        findings.raise_errors()
        raise
    rows = _Rows(table, Findings())
    needed = ("SiteName", "Subsector", *HOTMAPS_BANDS) if form == "hotmaps" else COLUMNS
    for column in needed:
        if column not in table.header:
            hint = suggestion(column, table.header) or f"the columns are {listed(list(needed))}"
            rows.findings.error(
                "HS202", f"column {column} is missing", hint=hint, file=table.name, line=table.header_line
            )
    rows.findings.raise_errors()
    wanted, notes = _around(rows, form, near, within)
    if table.old_encoding:
        notes.append("read as Windows-1252, since it is not UTF-8")
    sites = _hotmaps(rows, wanted, notes) if form == "hotmaps" else _six_columns(rows, wanted)
    _distinct(rows, sites)
    rows.findings.raise_errors()
    if not sites:
        rows.findings.error("HS533", "no site is left", hint="; ".join(notes), file=table.name)
        rows.findings.raise_errors()
    whose = "Contains data of the Hotmaps project (H2020 723677), CC BY 4.0." if form == "hotmaps" else ""
    return SiteList(tuple(site for _, site in sites), tuple(notes), whose)


def sources_toml(found: SiteList, origin: str) -> str:
    """The sources as tables of a case file, each with its place in a comment, and without ``node``."""
    head = [f"# {len(found.sites)} sources from {_printable(origin)}. Add to each the node that it feeds."]
    head += [f"# {_printable(said)}" for said in found.notes]
    head += [f"# {found.attribution}"] if found.attribution else []
    tables = []
    for site in found.sites:
        keys = tomli_w.dumps({"name": site.name, **site.keys})
        tables.append(f'# {_printable(site.note)}\n[[source]]\n{keys}# node = ""\n')
    return "\n".join(["\n".join(head) + "\n", *tables])


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance between two places given by longitude and latitude. [km]"""
    lon, lat, lon_too, lat_too = (math.radians(degrees) for degrees in (*one, *other))
    chord = math.sin((lat_too - lat) / 2) ** 2
    chord += math.cos(lat) * math.cos(lat_too) * math.sin((lon_too - lon) / 2) ** 2
    return 2.0 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(chord)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table with what is wrong in it."""

    table: Table
    findings: Findings
    texts: dict[str, list[str]] = field(default_factory=dict)

    def cell(self, row: int, column: str) -> str:
        if column not in self.table.header:
            return ""
        if column not in self.texts:
            self.texts[column] = self.table.text(column)
        return self.texts[column][row]

    def wrong(self, row: int, column: str, code: str, reason: str, hint: str) -> None:
        name = self.cell(row, "name") or self.cell(row, "SiteName")
        where = f"column {column}" + (f", site {name}" if name else "")
        line = self.table.line(row)
        self.findings.error(code, reason, where=where, hint=hint, file=self.table.name, line=line)

    def number(self, row: int, column: str, low: float, high: float) -> float | None:
        """A number, None where the cell is empty; NaN, with a problem, where it is none or out of range."""
        values, bad = self.table.numbers(column)
        for place, cell, why in bad:
            if place == row:
                self.wrong(row, column, "HS203", f"{shown(cell)} {why}", number_hint(cell, why))
                return math.nan
        value = float(values[row])
        if math.isnan(value):
            return None
        if not low <= value <= high:
            self.wrong(row, column, "HS107", f"{value:g} is not between {low:g} and {high:g}", "correct it")
            return math.nan
        return value


def _around(
    rows: _Rows, form: str, near: tuple[float, float] | None, within: float
) -> tuple[list[tuple[int, str]], list[str]]:
    """Rows that are wanted with their place in words, and why others are not."""
    every = range(len(rows.table))
    if near is None:
        return [(row, "") for row in every], []
    places = {row: _place(rows, row, form) for row in every}
    away = {row: distance(near, place) for row, place in places.items() if place is not None}
    wanted = [(row, f"{far:.1f} km away") for row, far in away.items() if far <= within]
    notes = []
    if len(away) < len(places):
        notes.append(f"{_plural(len(places) - len(away), 'row')} without coordinates left out")
    if len(wanted) < len(away):
        next_one = min(far for far in away.values() if far > within)
        count = len(away) - len(wanted)
        notes.append(f"{_plural(count, 'row')} beyond {within:g} km left out, the next at {next_one:.0f} km")
    return wanted, notes


def _place(rows: _Rows, row: int, form: str) -> tuple[float, float] | None:
    """Longitude and latitude of a row; None where it has none."""
    if form == "hotmaps":
        lon, lat = rows.number(row, "lon", -180, 180), rows.number(row, "lat", -90, 90)
        return None if lon is None or lat is None or math.isnan(lon + lat) else (lon, lat)
    text = rows.cell(row, "place")
    found = _DEGREES.search(_DECIMAL_COMMA.sub(".", text) if rows.table.decimal_comma else text)
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    if abs(lon) > 180 or abs(lat) > 90:
        reason = f"{lon:g} {lat:g} is no longitude and latitude"
        rows.wrong(row, "place", "HS107", reason, "write longitude, then latitude")
        return None
    return lon, lat


def _hotmaps(rows: _Rows, wanted: Sequence[tuple[int, str]], notes: list[str]) -> list[tuple[int, Site]]:
    """Sources of sites for which heat was estimated."""
    names = Counter(rows.table.text("SiteName"))
    sites, empty = list[tuple[int, Site]](), 0
    for row, far in wanted:
        subsector, name = rows.cell(row, "Subsector"), rows.cell(row, "SiteName")
        if subsector not in HOTMAPS_SECTORS:
            hint = suggestion(subsector, tuple(HOTMAPS_SECTORS)) or listed(list(HOTMAPS_SECTORS))
            rows.wrong(row, "Subsector", "HS108", f"{shown(subsector)} is not a subsector of Hotmaps", hint)
            continue
        if not name or names[name] > 1:
            name = f"{name} ({rows.cell(row, 'SiteID') or rows.table.line(row)})".strip()
        heat = {column: rows.number(row, column, 0.0, 1e6) or 0.0 for column in HOTMAPS_BANDS}
        bands = {column: gwh for column, gwh in heat.items() if gwh > 0.0}
        if not bands:
            empty += not any(math.isnan(gwh) for gwh in heat.values())
            continue
        place = _place(rows, row, "hotmaps") if {"lon", "lat"} <= set(rows.table.header) else None
        where = [f"{place[0]:g} {place[1]:g}"] if place else []
        town = ", ".join(text for text in (rows.cell(row, "City"), rows.cell(row, "Country")) if text)
        note = "; ".join(text for text in (town, *where, far, f"Hotmaps, {subsector}") if text)
        for column, gwh in bands.items():
            span, warm = HOTMAPS_BANDS[column]
            full = name if len(bands) == 1 else f"{name}, {span}"
            sector = HOTMAPS_SECTORS[subsector]
            keys = {"kind": "industrial", **({"sector": sector} if sector else {})}
            owner = rows.cell(row, "CompanyName")
            keys |= {"partner": owner} if owner else {}
            numbers = {"annual_heat_GWh": gwh, "temperature_degC": warm, "data_status": "assumed"}
            sites.append((row, Site(full, {**keys, **numbers}, f"{note}, {span}", place)))
    if empty:
        notes.append(f"{_plural(empty, 'site')} without an estimate of heat left out")
    return sites


def _kinds() -> tuple[str, ...]:
    """Kinds of source, besides industrial, of which the heat of a year is enough."""
    return tuple(kind for kind in SOURCES if kind != "industrial" and "annual_heat" in specs(SOURCES[kind]))


def _six_columns(rows: _Rows, wanted: Sequence[tuple[int, str]]) -> list[tuple[int, Site]]:
    """Sources of the user's own list."""
    sites = []
    for row, far in wanted:
        before = len(rows.findings.problems)
        name, sector, status = (rows.cell(row, column) for column in ("name", "sector", "status"))
        if not name:
            rows.wrong(row, "name", "HS203", "the cell is empty", "give the site a name")
        known = (*sectors(), *_kinds())
        if sector not in known:
            hint = suggestion(sector, known) or f"one of {listed(known, 40)}"
            rows.wrong(row, "sector", "HS108", f"{shown(sector)} is not a sector", hint)
        if status not in STATUSES:
            hint = suggestion(status, STATUSES)
            rows.wrong(row, "status", "HS108", f"{shown(status)} is not a status", hint)
        heat = rows.number(row, "MWh", 0.0, 1e9)
        if heat is None or heat == 0.0:
            rows.wrong(row, "MWh", "HS203", "there is no heat", "give the heat of a year")
        warm = rows.number(row, "degC", -20.0, 1500.0)
        usual = archetype("industrial", sector).values
        if warm is None and sector in sectors() and "temperature" not in usual:
            reason = f"the cell is empty, and {sector} has no usual temperature"
            rows.wrong(row, "degC", "HS203", reason, "fill it in")
        if len(rows.findings.problems) > before:
            continue
        industrial = {"kind": "industrial", "sector": sector}
        keys: dict[str, Any] = {"kind": sector} if sector in _kinds() else dict[str, Any](industrial)
        keys["annual_heat_MWh"] = heat
        keys |= {} if warm is None else {"temperature_degC": warm}
        place = _place(rows, row, "sites")
        note = "; ".join(text for text in (rows.cell(row, "place") or "place not given", far) if text)
        sites.append((row, Site(name, {**keys, "data_status": status}, note, place)))
    return sites


def _distinct(rows: _Rows, sites: Sequence[tuple[int, Site]]) -> None:
    """No two sources have one name."""
    seen = dict[str, int]()
    for row, site in sites:
        if site.name in seen:
            column = "name" if "name" in rows.table.header else "SiteName"
            reason = f"site {site.name!r} is also in line {rows.table.line(seen[site.name])}"
            rows.wrong(row, column, "HS205", reason, "give each its own name")
        seen.setdefault(site.name, row)


def _plural(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count} {noun}{'s' * (count != 1)}"


def _printable(text: str) -> str:
    """Text that stays in its comment."""
    return "".join(_kept(text))


def _kept(text: str) -> Iterator[str]:
    for character in text:
        yield character if character.isprintable() else " "
