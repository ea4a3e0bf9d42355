"""Networks drawn as GeoJSON: lines are trenches, ends that meet are nodes, points name nodes."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatsym.case.files import UnfitError, text_of
from heatsym.case.read_csv import Flaw
from heatsym.interfaces.axis import FloatArray, IntArray

TOUCH = 0.1  # m: ends nearer than this are one node

_SEMI_MAJOR, _FLATTENING = 6_378_137.0, 1 / 298.257223563  # WGS 84

_EXPORT = "export it again as a FeatureCollection"

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A trench as drawn; ``parts`` counts the trenches that its feature was drawn as."""

    points: list[Position]
    properties: dict[str, Any]
    file: str
    line: int | None
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """A named place."""

    at: Position
    name: str
    properties: dict[str, Any]
    file: str
    line: int | None


@dataclass(slots=True)
class Drawing:
    """Lines and points of one or more files; positions in degrees if ``geographic``, else in metres."""

    lines: list[Line] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    geographic: bool = True
    guessed: bool = False  # metres were taken for granted from the size of the numbers


def read_geojson(path: Path, name: str) -> Drawing:
    """Features of a file; a :class:`Flaw` names the line of a feature that cannot be used."""
    text, _ = text_of(path, name)
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise Flaw("HS207", "values are nested too deeply", _EXPORT) from None
    except json.JSONDecodeError as error:
        raise Flaw("HS207", f"is not JSON: {error.msg}", _EXPORT, line=error.lineno) from None
    except ValueError as error:
        raise Flaw("HS207", str(error), _EXPORT) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise Flaw("HS207", "is not a FeatureCollection", _EXPORT, line=1)
    places = [text.count("\n", 0, m.start()) + 1 for m in re.finditer(r'"type"\s*:\s*"Feature"', text)]
    drawing = Drawing()
    for position, feature in enumerate(features):
        line = places[position] if len(places) == len(features) else None
        try:
            _add_feature(drawing, feature, name, line)
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError):
            reason = f"feature {position + 1} has no usable geometry"
            raise Flaw("HS207", reason, "remove it, or draw it again", line=line) from None
    _find_crs(drawing, data)
    return drawing


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _add_feature(drawing: Drawing, feature: dict[str, Any], file: str, line: int | None) -> None:
    geometry, properties = feature["geometry"], dict(feature.get("properties") or {})
    if "id" not in properties and "id" in feature:
        properties["id"] = feature["id"]
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        name = properties.get("name") or properties.get("id")
        drawing.points.append(Point(_position(coordinates), _label(name), properties, file, line))
    elif kind in ("LineString", "MultiLineString"):
        parts = [coordinates] if kind == "LineString" else coordinates
        ways = [[_position(c) for c in part] for part in parts]
        joined = _join([way for way in ways if len(way) > 1])
        if not joined:
            raise ValueError
        drawing.lines.extend(Line(way, properties, file, line, len(joined)) for way in joined)
    else:
        raise Flaw("HS207", f"a {kind} is neither line nor point", "remove it from the file", line=line)


def _position(pair: Any) -> Position:
    x, y = float(pair[0]), float(pair[1])
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError
    return x, y


def _label(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _join(ways: list[list[Position]]) -> list[list[Position]]:
    """Parts of a line that meet end to end, in one piece each."""
    left = [list(way) for way in ways]
    done = []
    while left:
        way = left.pop(0)
        grew = True
        while grew:
            grew = False
            for i, other in enumerate(left):
                if way[-1] in (other[0], other[-1]):
                    way += other[1:] if way[-1] == other[0] else other[-2::-1]
                elif way[0] in (other[0], other[-1]):
                    way = (other[:-1] if way[0] == other[-1] else other[:0:-1]) + way
                else:
                    continue
                left.pop(i)
                grew = True
                break
        done.append(way)
    return done


def _find_crs(drawing: Drawing, data: dict[str, Any]) -> None:
    crs = data.get("crs")
    name = str(crs.get("properties", {}).get("name", "")) if isinstance(crs, dict) else ""
    if name and not re.search(r"CRS84|4326", name):
        drawing.geographic = False
        return
    positions = [p for line in drawing.lines for p in line.points] + [p.at for p in drawing.points]
    if any(abs(x) > 180 or abs(y) > 90 for x, y in positions):
        drawing.geographic, drawing.guessed = False, True


def merged(drawings: list[Drawing], names: list[str]) -> Drawing:
    """All drawings as one; they must share one kind of coordinates."""
    whole = Drawing(geographic=drawings[0].geographic, guessed=any(d.guessed for d in drawings))
    for drawing, name in zip(drawings, names, strict=True):
        if drawing.geographic != whole.geographic:
            raise UnfitError("HS207", f"{name} is not in the coordinate system of {names[0]}")
        whole.lines += drawing.lines
        whole.points += drawing.points
    if not whole.lines:
        raise UnfitError("HS207", "no file holds a line, so there is no pipe")
    return whole


def in_metres(positions: FloatArray, *, geographic: bool) -> FloatArray:
    """Positions (point, 2) in a plane [m]; longitudes and latitudes by the radii of WGS 84 at their middle.

    Distances of the plane are right to about 1e-5 within a town.
    """
    if not geographic:
        return positions
    lon, lat = np.radians(positions.T)
    middle = 0.5 * (lat.min() + lat.max())
    eccentricity = _FLATTENING * (2 - _FLATTENING)
    bend = 1 - eccentricity * math.sin(middle) ** 2
    across = _SEMI_MAJOR / math.sqrt(bend)
    along = _SEMI_MAJOR * (1 - eccentricity) / bend**1.5
    return np.stack([across * math.cos(middle) * (lon - lon[0]), along * (lat - lat[0])], axis=1)


@dataclass(frozen=True, slots=True)
class Graph:
    """Lines as edges: nodes at both ends, drawn ``length`` [m], node of each point (-1: none)."""

    start: IntArray
    end: IntArray
    length: FloatArray
    nodes: FloatArray  # position of each node, as in the files
    point_node: IntArray


def graph_of(drawing: Drawing) -> Graph:
    """Nodes where ends of lines meet."""
    from scipy.spatial import cKDTree  # a tenth of a second, which cases without a drawing do not need

    points = [p for line in drawing.lines for p in line.points]
    sizes = np.array([len(line.points) for line in drawing.lines])
    places = np.array(points + [p.at for p in drawing.points])
    plane = in_metres(places, geographic=drawing.geographic)
    first = np.r_[0, np.cumsum(sizes)[:-1]]
    ends = np.stack([first, first + sizes - 1], axis=1).ravel()  # of line 0, of line 1, ...
    pairs = cKDTree(plane[ends]).query_pairs(TOUCH, output_type="ndarray")
    touch = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ends), len(ends)))
    label = connected_components(touch, directed=False)[1]
    _, seen, node = np.unique(label, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(seen))  # number nodes as they appear
    node = rank[node]
    at = ends[np.sort(seen)]
    length = np.array(
        [
            sum(math.dist(plane[i], plane[i + 1]) for i in range(f, f + n - 1))
            for f, n in zip(first, sizes, strict=True)
        ]
    )
    near = np.full(len(drawing.points), -1)
    if drawing.points:
        distance, position = cKDTree(plane[at]).query(plane[len(points) :])
        near = np.where(distance <= TOUCH, position, -1)
    return Graph(node[0::2], node[1::2], length, places[at], near)
