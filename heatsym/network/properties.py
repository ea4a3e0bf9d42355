"""From the table of trenches to what the engine needs of each pipe: size, wall, heat loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray
from heatsym.network.model import Ground, Pipes
from heatsym.physics.pipe_loss import (
    film_resistance,
    layer_resistance,
    loss_coefficients,
    pair_resistance,
    soil_resistance,
)
from heatsym.tables import read_table

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PipeProperties:
    """What the engine knows of the trenches; each array has shape (pipe,) and holds for one pipe of the pair.

    ``length`` [m], ``inner_diameter`` [m], ``wall_capacity`` [J/(m K)], ``u_own`` and ``u_cross`` [W/(m K)]
    with the loss of a pipe ``u_own (t - t_ground) - u_cross (t_partner - t_ground)``, ``roughness`` [m],
    ``zeta`` [-].
    """

    length: FloatArray
    inner_diameter: FloatArray
    wall_capacity: FloatArray
    u_own: FloatArray
    u_cross: FloatArray
    roughness: FloatArray
    zeta: FloatArray


def pipe_properties(pipes: Pipes, ground: Ground, catalogue: str, with_wall: bool) -> PipeProperties:
    """Properties of every trench.

    Parameters
    ----------
    pipes : Pipes
        Table of the trenches; (pipe,).
    ground : Ground
        Soil, depth of the axes and distance between them.
    catalogue : str
        Name of the catalogue that nominal diameters refer to, e.g. ``"en253-series2"``.
    with_wall : bool
        Whether the walls store heat.

    Returns
    -------
    PipeProperties
        Arrays of shape (pipe,).

    Raises
    ------
    InputError
        A nominal diameter is not in the catalogue, a pipe has no diameter, or its insulation is
        described in part or has no room inside the casing. Names every such pipe.

    Notes
    -----
    A nominal diameter brings steel pipe, foam and casing of the catalogue; columns of the table that
    are given replace its values one by one. The heat loss follows, in this order, from

    1. ``u_value``: soil included, no heat between the two pipes;
    2. ``outer_coefficient``: a pipe in air, layers and film in series, no heat between the two pipes;
    3. otherwise the layers and the soil around two buried pipes. Without insulation the pipe is bare.

    A wall resists only where its conductivity is given; that of steel does not matter. A wall of known
    thickness and unknown material stores heat like steel, a wall of unknown thickness stores none.
    The casing itself is not counted as insulation.

    Pipes cannot lie inside each other or above the ground: the distance between their axes is at least
    the casing's diameter plus ``clear_distance``, the depth of the axis at least half of it plus
    ``soil_cover`` (table ``pipe_defaults``), whatever ``ground`` says.
    """
    row = _catalogue_rows(pipes, catalogue)
    wall = _given(pipes.wall_thickness, row.wall)
    inner = _given(pipes.inner_diameter, row.outer_diameter - 2.0 * wall)
    outer = inner + 2.0 * np.nan_to_num(wall)

    insulation_edge = _given(outer + 2.0 * pipes.insulation_thickness, row.casing - 2.0 * row.casing_wall)
    insulation = _given(pipes.insulation_conductivity, row.insulation_conductivity)
    casing = _given(_given(outer + 2.0 * pipes.insulation_thickness, row.casing), outer)
    _refuse_incomplete(pipes, inner, outer, insulation_edge, insulation)

    resistance = _layer(inner, outer, pipes.wall_conductivity) + _layer(outer, insulation_edge, insulation)
    u_own, u_cross = _losses(pipes, ground, resistance, casing)
    return PipeProperties(
        length=pipes.length,
        inner_diameter=inner,
        wall_capacity=_wall_capacity(pipes, inner, outer) if with_wall else np.zeros_like(inner),
        u_own=u_own,
        u_cross=u_cross,
        roughness=pipes.roughness,
        zeta=pipes.zeta,
    )


def nominal_diameters(insulation_series: int) -> tuple[int, ...]:
    """Nominal diameters that the EN 253 catalogue has in an insulation series, ascending."""
    return tuple(
        int(row["dn"])
        for row in read_table("en253_pipes")
        if int(row["insulation_series"]) == insulation_series
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Catalogue values by pipe, NaN for a pipe without nominal diameter; m and W/(m K)."""

    outer_diameter: FloatArray
    wall: FloatArray
    casing: FloatArray
    casing_wall: FloatArray
    insulation_conductivity: FloatArray


def _catalogue_rows(pipes: Pipes, catalogue: str) -> _Rows:
    """Look up nominal diameter and insulation series, all pipes at once."""
    dn, series, values = _catalogue()
    general = float(catalogue.removeprefix("en253-series"))
    own = _given(pipes.insulation_series, np.full_like(pipes.dn, general))
    position = np.searchsorted(10.0 * dn + series, 10.0 * pipes.dn + own).clip(max=len(dn) - 1)
    named = np.isfinite(pipes.dn)
    _refuse(
        pipes,
        named & ((dn[position] != pipes.dn) | (series[position] != own)),
        "HS204",
        "column dn, pipe {id}",
        lambda k: f"{pipes.dn[k]:g} is not in catalogue en253-series{own[k]:g}",
        lambda k: f"nearest {_nearest(pipes.dn[k], int(own[k]))}",
    )
    return _Rows(*np.where(named, values[:, position], np.nan))


@cache
def _catalogue() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nominal diameter and insulation series, (row,), in this order, and values (field of _Rows, row)."""
    rows = sorted(read_table("en253_pipes"), key=lambda row: (int(row["dn"]), int(row["insulation_series"])))
    lengths = ("outer_diameter_mm", "wall_mm", "casing_mm", "casing_wall_mm")
    values = [[float(row[name]) / 1000.0 for row in rows] for name in lengths]
    values.append([float(row["insulation_W_per_mK"]) for row in rows])
    dn = np.array([float(row["dn"]) for row in rows])
    series = np.array([float(row["insulation_series"]) for row in rows])
    return dn, series, np.array(values)


def _losses(
    pipes: Pipes, ground: Ground, resistance: FloatArray, casing: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Own and cross loss coefficients, (pipe,), W/(m K), from the resistance of the layers [m K/W]."""
    depth = np.maximum(ground.depth, 0.5 * casing + _default("soil_cover"))
    spacing = np.maximum(ground.spacing, casing + _default("clear_distance"))
    conductivity = ground.of_soil.conductivity
    buried = resistance + soil_resistance(casing, depth, conductivity)
    own, cross = loss_coefficients(buried, pair_resistance(spacing, depth, conductivity))

    in_air = np.isfinite(pipes.outer_coefficient)
    own = np.where(in_air, 1.0 / (resistance + film_resistance(casing, pipes.outer_coefficient)), own)
    own = _given(pipes.u_value, own)
    return own, np.where(in_air | np.isfinite(pipes.u_value), 0.0, cross)


def _wall_capacity(pipes: Pipes, inner: FloatArray, outer: FloatArray) -> FloatArray:
    """Heat capacity of the medium pipe's wall; (pipe,), J/(m K)."""
    density = _given(pipes.wall_density, np.full_like(inner, _default("steel_density")))
    cp = _given(pipes.wall_cp, np.full_like(inner, _default("steel_specific_heat")))
    return 0.25 * np.pi * (outer**2 - inner**2) * density * cp


def _layer(inner: FloatArray, outer: FloatArray, conductivity: FloatArray) -> FloatArray:
    """Resistance of a layer, zero where it is not described; (pipe,), m K/W."""
    return np.nan_to_num(layer_resistance(inner, outer, conductivity))


def _given(value: FloatArray, otherwise: FloatArray) -> FloatArray:
    """The value where there is one."""
    return np.where(np.isnan(value), otherwise, value)


def _default(quantity: str) -> float:
    return next(float(row["value"]) for row in read_table("pipe_defaults") if row["quantity"] == quantity)


def _refuse_incomplete(
    pipes: Pipes, inner: FloatArray, outer: FloatArray, edge: FloatArray, conductivity: FloatArray
) -> None:
    """Raise for pipes of no or impossible size, or with half a description of their insulation."""
    _refuse(
        pipes,
        np.isnan(inner),
        "HS206",
        "pipe {id}",
        lambda k: "has no inner diameter",
        lambda k: "give dn or inner_diameter",
    )
    _refuse(
        pipes,
        inner <= 0.0,
        "HS504",
        "pipe {id}",
        lambda k: "its wall leaves no room for water",
        lambda k: "check dn against wall_thickness",
    )
    layered = np.isnan(pipes.u_value)
    _refuse(
        pipes,
        layered & (np.isnan(edge) != np.isnan(conductivity)),
        "HS203",
        "pipe {id}",
        lambda k: "insulation is described in part",
        lambda k: "give thickness and conductivity of the insulation, or neither",
    )
    _refuse(
        pipes,
        layered & (edge <= outer),
        "HS504",
        "pipe {id}",
        lambda k: f"outer diameter {outer[k]:.4g} m leaves no room for insulation inside {edge[k]:.4g} m",
        lambda k: "check dn against inner_diameter and wall_thickness",
    )


def _refuse(
    pipes: Pipes,
    bad: BoolArray,
    code: str,
    where: str,
    reason: Callable[[int], str],
    hint: Callable[[int], str],
) -> None:
    """Raise one problem per bad pipe."""
    if bad.any():
        raise InputError(
            Problem(code, reason(k), where.format(id=pipes.id[k]), hint(k))
            for k in np.flatnonzero(bad).tolist()
        )


def _nearest(dn: float, series: int) -> str:
    """The two nominal diameters nearest to a number, for a hint."""
    sizes = sorted(sorted(nominal_diameters(series), key=lambda size: abs(size - dn))[:2])
    return ", ".join(map(str, sizes))
