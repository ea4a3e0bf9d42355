"""Buildings by country, kind, construction year and refurbishment: envelopes, use, and who is renovated."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.physics.building import SURFACE_PER_FLOOR, Zones, steady_heat
from heatsym.tables import read_table

STATES = ("existing", "usual", "advanced")
"""Of refurbishment, from none to most."""
FACINGS = {
    "even": (0.25, 0.25, 0.25, 0.25),
    "north_south": (0.5, 0.0, 0.5, 0.0),
    "east_west": (0, 0.5, 0, 0.5),
}
"""Shares of the windows that look north, east, south and west."""
PLANE_AZIMUTH = np.array([0.0, 90.0, 180.0, 270.0])
"""Of north, east, south and west. [degrees]"""

_LATE, _LATE_SHARE = (
    (-2, -1, 0, 1, 2),
    (0.1, 0.2, 0.4, 0.2, 0.1),
)  # hours, and the share of buildings; assumed
_DWELLINGS = {"house": "house", "terraced": "house"}  # use of types of dwellings, else flats
_LIKE = {"DE": "flats", "DK": "block"}  # dwellings whose U-values other buildings have


@dataclass(frozen=True, slots=True, order=True)
class Archetype:
    """A kind of building: ``year`` of construction, ``state`` of refurbishment, ``facing`` of the windows.

    ``late`` is by how many hours its use runs late of the table of uses.
    """

    country: str
    kind: str
    year: int
    state: str = "existing"
    facing: str = "even"
    late: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Buildings as the physics sees them, (zone,) each but the aperture.

    ``use`` names the rows of the table of uses; ``ventilation`` and ``ventilation_out`` are conductances
    by air while in use and else [W/K]; ``largest_heat`` is what the heating can give [W]; ``aperture``
    (plane, zone) is the area by which sun on the planes north, east, south and west comes in [m2].
    """

    zones: Zones
    use: tuple[str, ...]
    area: FloatArray
    ventilation: FloatArray
    ventilation_out: FloatArray
    largest_heat: FloatArray
    aperture: FloatArray


@cache
def _defaults() -> dict[str, float]:
    return {row["quantity"]: float(row["value"]) for row in read_table("building_defaults")}


@cache
def uses() -> dict[str, dict[str, str]]:
    """Rows of the table of uses by name."""
    return {row["use"]: row for row in read_table("building_use")}


@cache
def _geometry() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Rows by country and kind, oldest first."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in read_table("building_geometry"):
        found.setdefault((row["country"], row["type"]), []).append(row)
    return found


@cache
def _u_values() -> dict[tuple[str, str, str], list[dict[str, str]]]:
    """Rows by country, type and state, oldest first."""
    found: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in read_table("building_tabula"):
        found.setdefault((row["country"], row["type"], row["state"]), []).append(row)
    return found


def _of_year(rows: Sequence[dict[str, str]], year: int) -> dict[str, str] | None:
    return next((row for row in rows if int(row["year_from"]) <= year <= int(row["year_to"])), None)


def use_of(kind: str) -> str:
    """The row of the table of uses that a kind of building follows."""
    return kind if kind in uses() else _DWELLINGS.get(kind, "flats")


def hot_water_share(kind: str) -> float:
    """Part of the heat of a year that a kind of building takes as hot water. [-]"""
    return float(uses()[use_of(kind)]["hot_water_share"])


def kinds(country: str) -> tuple[str, ...]:
    """Kinds of buildings of a country; empty if it has none."""
    return tuple(kind for place, kind in _geometry() if place == country)


def archetype_problem(archetype: Archetype, where: str = "", line: int | None = None) -> Problem | None:
    """Why an archetype is not in the tables, with what is; None if it is."""

    def problem(reason: str, known: Sequence[str]) -> Problem:
        return Problem("HS416", reason, where, "there is " + ", ".join(known), line=line)

    countries = tuple(dict.fromkeys(place for place, _ in _geometry()))
    if archetype.country not in countries:
        return problem(f"no buildings are known of country {archetype.country!r}", countries)
    known = kinds(archetype.country)
    if archetype.kind not in known:
        return problem(f"no building {archetype.kind!r} is known in {archetype.country}", known)
    if archetype.state not in STATES:
        return problem(f"no state of refurbishment is called {archetype.state!r}", STATES)
    if archetype.facing not in FACINGS:
        return problem(f"windows cannot face {archetype.facing!r}", tuple(FACINGS))
    if _rows(archetype) is None:
        rows = _u_values()[archetype.country, _type(archetype), archetype.state]
        years = [f"{row['year_from']} to {row['year_to']}" for row in rows]
        years[0] = f"up to {rows[0]['year_to']}" if rows[0]["year_from"] == "0" else years[0]
        text = f"no {archetype.kind} of {archetype.year} is known in {archetype.country}"
        return problem(text, years)
    return None


def _type(archetype: Archetype) -> str:
    """The type of dwelling whose U-values a building has: its own, else that of its country's large ones."""
    has_own = (archetype.country, archetype.kind, archetype.state) in _u_values()
    return archetype.kind if has_own else _LIKE[archetype.country]


def _rows(archetype: Archetype) -> tuple[dict[str, str], dict[str, str]] | None:
    """Envelope and U-values of an archetype; None where the tables have none of its year."""
    geometry = _of_year(_geometry()[archetype.country, archetype.kind], archetype.year)
    u_value = _of_year(_u_values()[archetype.country, _type(archetype), archetype.state], archetype.year)
    return None if geometry is None or u_value is None else (geometry, u_value)


def by_class(archetype: Archetype) -> Archetype:
    """The same with the first year of its class, as buildings of one class are alike; it must be known."""
    rows = _rows(archetype)
    return archetype if rows is None else replace(archetype, year=int(rows[1]["year_from"]))


def zones(archetypes: Sequence[Archetype], area: FloatArray) -> Stock:
    r"""Buildings of some archetypes and sizes, as zones with five resistances and one capacity.

    Parameters
    ----------
    archetypes : sequence of Archetype
        Kind, year and state of each building.
    area : array, shape (zone,)
        Heated reference floor area. [m2]

    Returns
    -------
    Stock
        Conductances [W/K], capacities [J/K], areas [m2] and largest heat [W].

    Raises
    ------
    InputError
        If a building is not in the tables; each problem says what is.

    Notes
    -----
    With areas :math:`A` and U-values of wall, roof, floor and door (the door has the window's),

    .. math:: H_{op} = \sum U A - (1 - b) U_f A_f + \Delta U_{tb} \sum A,\quad
        A_{sol} = 0.7 \cdot 0.6 \cdot 0.9\, g A_w,\quad H_{ve} = 1224\, V n / 3600

    where b = 0.5 counts for the floor, thermal bridges for the whole envelope, and frames, surroundings
    and oblique light take their parts of the sun. The heating can give 1.3 times what holds the set-point
    at -12 degC without gains. Sun on walls and their radiation to the sky are left out.

    References
    ----------
    .. [1] TABULA areas and U-values as in the tables of this package, which name their origin row by row.
    """
    problems = [archetype_problem(archetype, f"building {i + 1}") for i, archetype in enumerate(archetypes)]
    if any(problems):
        raise InputError([problem for problem in problems if problem])
    given = _defaults()
    found = [rows for archetype in archetypes if (rows := _rows(archetype))]
    wall, roof, floor, window, door = (
        np.array([float(rows[0][f"{part}_m2_per_m2"]) for rows in found])
        for part in ("wall", "roof", "floor", "window", "door")
    )
    u_wall, u_roof, u_floor, u_window = (
        np.array([float(rows[1][f"u_{part}_W_per_m2K"]) for rows in found])
        for part in ("wall", "roof", "floor", "window")
    )
    bridges, leaks = (
        np.array([given[f"{name}_{archetype.state}"] for archetype in archetypes])
        for name in ("thermal_bridges", "leaks")
    )
    opaque = u_wall * wall + u_roof * roof + given["soil"] * u_floor * floor + u_window * door
    opaque += bridges * (wall + roof + floor + window + door)
    g_window = np.array([float(rows[1]["g_window"]) for rows in found])
    open_to_sun = (1.0 - given["frame_share"]) * given["shading"] * given["oblique_sun"] * g_window * window
    facing = np.array([FACINGS[archetype.facing] for archetype in archetypes], dtype=float).T

    use = tuple(use_of(archetype.kind) for archetype in archetypes)
    by_air = given["storey_height"] * given["air_heat_capacity"] / 3600.0
    changes, changes_out, set_point = (
        np.array([float(uses()[name][column]) for name in use])
        for column in ("air_change_in_use_per_h", "air_change_out_of_use_per_h", "set_point_degC")
    )
    area = np.asarray(area, dtype=float)
    built = Zones(
        opaque=area * opaque,
        window=area * u_window * window,
        capacity=area * given["capacity"],
        mass_area=area * given["mass_area"],
        surface_area=area * SURFACE_PER_FLOOR,
    )
    ventilation = area * by_air * (changes + leaks)
    return Stock(
        zones=built,
        use=use,
        area=area,
        ventilation=ventilation,
        ventilation_out=area * by_air * (changes_out + leaks),
        largest_heat=given["reheating"]
        * steady_heat(built, ventilation, set_point, given["design_temperature"]),
        aperture=area * open_to_sun * facing,
    )


def _lots(what: str, names: Sequence[str], seed: int) -> FloatArray:
    """A number from 0 to 1 for each name, by chance, but whoever else is there; (building,)."""
    digests = (hashlib.blake2b(f"{what}/{seed}/{name}".encode(), digest_size=6).digest() for name in names)
    return np.array([int.from_bytes(digest, "little") / 2.0**48 for digest in digests])


def renovated(
    archetypes: Sequence[Archetype],
    names: Sequence[str],
    renovation_rate: float,
    years: float,
    *,
    to: str = "usual",
    seed: int = 0,
) -> tuple[Archetype, ...]:
    """The buildings some years on, when a share of them has been renovated every year.

    Parameters
    ----------
    archetypes : sequence of Archetype
        Buildings as they are.
    names : sequence of str
        What each is called: with the seed, when it has its turn.
    renovation_rate : float
        Share of all buildings that is renovated in a year. [-]
    years : float
        How many years have passed.
    to : str
        State that they are brought to; buildings in that state or beyond are left alone.
    seed : int
        Another seed is another order.

    Returns
    -------
    tuple of Archetype
        One for each building; who is renovated after some years still is after more.
    """
    goal = STATES.index(to)
    order: IntArray = np.argsort(_lots("renovation", names, seed), kind="stable")
    turns = [i for i in order.tolist() if STATES.index(archetypes[i].state) < goal]
    count = min(round(renovation_rate * years * len(archetypes)), len(turns))
    chosen = set(turns[:count])
    return tuple(replace(a, state=to) if i in chosen else a for i, a in enumerate(archetypes))


def with_habits(
    archetypes: Sequence[Archetype], names: Sequence[str], *, seed: int = 0
) -> tuple[Archetype, ...]:
    """The same buildings, some used earlier and some later, so that not all are heated up in the same hour.

    Parameters
    ----------
    archetypes : sequence of Archetype
        Buildings, whatever their ``late`` is.
    names : sequence of str
        What each is called: with the seed, how late it runs.
    seed : int
        Another seed is another draw: 40 % run on time, 20 % an hour early or late each, 10 % two hours each.

    Returns
    -------
    tuple of Archetype
        One for each building, with ``late`` drawn [h].
    """
    place = np.searchsorted(np.cumsum(_LATE_SHARE)[:-1], _lots("habits", names, seed), side="right")
    drawn = [_LATE[i] for i in place.tolist()]
    return tuple(replace(archetype, late=late) for archetype, late in zip(archetypes, drawn, strict=True))
