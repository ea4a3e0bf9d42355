"""The network as a map: GeoJSON after RFC 7946, which heatsym reads again as ``[network] geojson``.

Nodes come first, as points with their ``name``; trenches are lines with ``id``, ``dn`` and ``length_m``.
Consumers and sources are points without a ``name``: the nodes that they lie on have theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xarray as xr

from heatsym.interop.objects import objects, positions
from heatsym.results.placing import write_file
from heatsym.results.selection import Choices

PLANE = "plane of the case, in metres"
"""Name of coordinates that are neither longitude nor latitude; RFC 7946 knows no others."""

_PLACE = ("lon", "lat", "x_m", "y_m")


def export_geojson(
    results: xr.Dataset, file: Path, *, choices: Choices | None = None, overwrite: bool = False
) -> Path:
    """Write the network of a run with totals and extremes of each object.

    Parameters
    ----------
    results : xarray.Dataset
        Results of a run, with coordinates of its nodes.
    file : path
        Where to.
    choices : mapping, optional
        Names to keep, by dimension; see :func:`heatsym.results.selection.chosen`.
    overwrite : bool
        Replace an earlier file.

    Returns
    -------
    path
        The file.

    Raises
    ------
    OutputExistsError, AccessError
        The file is in use, or nothing can be written.
    """
    members = collection(results, choices or {})
    features = members.pop("features")
    lines = ",\n".join(_compact(feature) for feature in features)
    text = f'{_compact(members)[:-1]},"features":[\n{lines}\n]}}\n'  # a line each, for messages and versions
    return write_file(file, [text], overwrite)


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def collection(results: xr.Dataset, choices: Choices) -> dict[str, Any]:
    """The FeatureCollection; what has no place is left out.

    Places in a plane stay in metres, and a ``crs`` member says so: they cannot be converted without
    knowing where the plane lies.
    """
    geographic, at = positions(results)
    members: dict[str, Any] = {"type": "FeatureCollection"}
    if not geographic:
        members["crs"] = {"type": "name", "properties": {"name": PLANE}}
    for name in ("title", "time_coverage_start", "time_coverage_end"):
        members[name] = results.attrs[name]
    members["features"] = [
        feature
        for dim in ("node", "pipe", "consumer", "source", "storage")
        if dim in results.sizes
        for feature in _features(results, dim, at, choices)
    ]
    return members


def unplaced(results: xr.Dataset) -> list[str]:
    """Names of the nodes that have no place and so cannot be drawn."""
    _, at = positions(results)
    return [str(node) for node in results["node"].values if str(node) not in at]


def _features(
    results: xr.Dataset, dim: str, at: dict[str, tuple[float, float]], choices: Choices
) -> Iterator[dict[str, Any]]:
    """Features of one kind of object, in the order of the results."""
    columns = objects(results, dim)
    for row in zip(*columns.values(), strict=True):
        properties = dict(zip(columns, row, strict=True))
        name = str(properties.pop("id"))
        if dim in choices and name not in choices[dim]:
            continue
        nodes = {"node": (name,), "pipe": (properties.get("from"), properties.get("to"))}
        places = [at.get(str(node)) for node in nodes.get(dim, (properties.get("node"),))]
        if None in places:
            continue
        kind, coordinates = ("LineString", places) if dim == "pipe" else ("Point", places[0])
        named = {{"node": "name", "pipe": "id"}.get(dim, dim): name}
        kept = {key: value for key, value in properties.items() if key not in _PLACE}
        yield {
            "type": "Feature",
            "geometry": {"type": kind, "coordinates": coordinates},
            "properties": {"object": dim, **named, **kept},
        }
