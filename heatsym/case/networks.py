"""The network section: nodes and trenches from tables or from a drawing."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np

from heatsym.case.files import UnfitError
from heatsym.case.findings import listed
from heatsym.case.keys import Match, match, suggestion
from heatsym.case.locate import KeyPath
from heatsym.case.read_csv import Table
from heatsym.case.read_geojson import Drawing, Graph, Line, graph_of, merged, read_geojson
from heatsym.case.reader import Fields, Reader
from heatsym.errors import InputError
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import specs
from heatsym.network.model import (
    Closure,
    EfficiencyPoint,
    Ground,
    Hold,
    Network,
    Nodes,
    Pipes,
    PlantPump,
    Pump,
    PumpPoint,
    Valve,
)
from heatsym.network.properties import nominal_diameters, pipe_properties

T = TypeVar("T")

PATH = ("network",)


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """Nodes and pipes before they are joined, with the place of each pipe for messages."""

    nodes: Nodes | None
    pipes: Pipes | None
    places: list[tuple[str, int | None]]
    properties: tuple[str, ...] = ()  # of drawn lines


def read_network(reader: Reader) -> tuple[Network | None, Nodes | None]:
    """The network, and its nodes even where the rest is wrong."""
    raw = reader.section("network")
    if raw is None:
        if "network" not in reader.document.data:
            reader.error(PATH, "HS101", "section [network] is missing", "add nodes and pipes, or geojson")
        return None, None
    fields = reader.fields(Network, raw, PATH)
    drawn = _drawn(reader, fields)
    if drawn is None or drawn.nodes is None or drawn.pipes is None:
        return None, drawn.nodes if drawn else None
    catalogue = str(fields.values.get("catalogue", "en253-series2"))
    fitting = _check_pipes(reader, drawn, drawn.pipes, catalogue)
    ends = _ends(reader, drawn, drawn.nodes, drawn.pipes)
    fitting &= _check_hold(reader, fields, drawn.nodes)
    if fitting and fields.complete:
        fitting = _check_layers(reader, drawn, drawn.pipes, fields.values["ground"], catalogue)
    fitting &= _check_elements(reader, fields, drawn.pipes)
    if ends is None or not fitting or not fields.complete:
        return None, drawn.nodes
    start, end = ends
    return Network(**fields.values, nodes=drawn.nodes, pipes=drawn.pipes, start=start, end=end), drawn.nodes


def _drawn(reader: Reader, fields: Fields) -> Drawn | None:
    tables = [name for name in ("nodes_file", "pipes_file") if name in fields.keys]
    if "geojson" in fields.keys and tables:
        reader.error(PATH, "HS111", "has both geojson and tables", "keep nodes and pipes, or geojson")
        return None
    if "geojson" in fields.keys:
        files = fields.values.get("geojson")
        names = fields.values.get("geojson_names", ())
        return None if files is None else _from_drawing(reader, files, dict(names))
    if len(tables) < 2:
        reader.error(PATH, "HS111", "needs nodes and pipes, or geojson", 'e.g. nodes = "nodes.csv"')
        return None
    nodes = _columns(reader, Nodes, fields.values.get("nodes_file"), "nodes", "node")
    pipes = _columns(reader, Pipes, fields.values.get("pipes_file"), "pipes", "pipe")
    if pipes is None:
        return Drawn(nodes, None, [])
    table = reader.table(str(fields.values["pipes_file"]), (*PATH, "pipes"))
    places: list[tuple[str, int | None]] = [(table.name, int(line)) for line in table.lines] if table else []
    return Drawn(nodes, pipes, places)


def _columns(reader: Reader, cls: type[T], name: str | None, key: str, noun: str) -> T | None:
    table = reader.table(name, (*PATH, key)) if name is not None else None
    if table is None:
        return None
    fields = reader.rows(cls, table, noun)
    return cls(**fields.values) if fields.complete else None


def _check_pipes(reader: Reader, drawn: Drawn, pipes: Pipes, catalogue: str) -> bool:
    """Each pipe has a diameter, and a nominal one is in the catalogue."""
    good = True
    bare = np.isnan(pipes.dn) & np.isnan(pipes.inner_diameter)
    if bare.all() and drawn.properties:
        hint = f'properties are {listed(drawn.properties)}: name one, e.g. geojson_names.dn = "..."'
        reader.error((*PATH, "geojson"), "HS206", "no line has a property dn or inner_diameter_mm", hint)
        return False
    series = float(catalogue[-1])
    for i, dn in enumerate(pipes.dn):
        own = series if np.isnan(pipes.insulation_series[i]) else float(pipes.insulation_series[i])
        file, line = drawn.places[i]
        if np.isnan(dn):
            if bare[i]:
                reader.findings.error(
                    "HS206",
                    "has neither dn nor inner_diameter",
                    where=f"pipe {pipes.id[i]}",
                    hint="give one of the two",
                    file=file,
                    line=line,
                )
                good = False
        elif dn not in (sizes := nominal_diameters(int(own)) if own.is_integer() else ()):
            near = _nearest(dn, sizes)
            what = f"{dn:g} is not in catalogue en253-series{own:g}"
            reader.findings.error(
                "HS204",
                what + (f" (nearest {near})" if near else ""),
                where=f"column dn, pipe {pipes.id[i]}",
                hint="" if near else "insulation_series is 1, 2 or 3",
                file=file,
                line=line,
            )
            good = False
    return good


def _nearest(dn: float, sizes: tuple[int, ...]) -> str:
    """The nominal diameters below and above a number."""
    below, above = [size for size in sizes if size < dn], [size for size in sizes if size > dn]
    return ", ".join(map(str, below[-1:] + above[:1]))


def _check_layers(reader: Reader, drawn: Drawn, pipes: Pipes, ground: Ground, catalogue: str) -> bool:
    """Each pipe's wall and insulation fit into each other."""
    try:
        pipe_properties(pipes, ground, catalogue, with_wall=True)
    except InputError as error:
        places = {f"pipe {name}": place for name, place in zip(pipes.id, drawn.places, strict=True)}
        for problem in error.problems:
            file, line = places.get(problem.where, reader.document.place(PATH))
            reader.findings.problems.append(dataclasses.replace(problem, file=file, line=line))
        return False
    return True


def _check_elements(reader: Reader, fields: Fields, pipes: Pipes) -> bool:
    """Closed trenches, valves and pumps are in pipes that are there, and can be."""
    good = _check_closed(reader, fields.values.get("closed", ()), pipes)
    valves: tuple[Valve, ...] = fields.values.get("valves", ())
    pumps: tuple[Pump, ...] = fields.values.get("pumps", ())
    kinds: tuple[tuple[str, Sequence[Valve | Pump]], ...] = (("valve", valves), ("pump", pumps))
    for key, elements in kinds:
        for i, element in enumerate(elements):
            path = (*PATH, key, i)
            good &= _is_pipe(reader, path, element.pipe, pipes)
            if element.name in [other.name for other in elements[:i]]:
                reader.error(
                    (*path, "name"),
                    "HS205",
                    f"{key} {element.name!r} appears twice",
                    "give each its own name",
                )
                good = False
    for i, valve in enumerate(valves):
        good &= _one_of(reader, (*PATH, "valve", i), "zeta", valve.zeta, "kv_m3_per_h", valve.kv)
    for i, pump in enumerate(pumps):
        path = (*PATH, "pump", i)
        good &= _one_of(reader, path, "lift_bar", pump.lift, "curve", pump.curve or None)
        good &= _check_end(reader, path, pump, pipes)
        good &= _check_curve(reader, path, pump)
    return good & _check_plant_pumps(reader, fields.values.get("plant_pumps", ()))


def _check_plant_pumps(reader: Reader, pumps: tuple[PlantPump, ...]) -> bool:
    """Each source's pump is described once, by one efficiency or a curve."""
    good = True
    for i, pump in enumerate(pumps):
        path = (*PATH, "plant_pump", i)
        good &= _one_of(reader, path, "efficiency", pump.efficiency, "curve", pump.curve or None)
        good &= _ascends(reader, (*path, "curve"), pump.curve)
        if pump.source in [other.source for other in pumps[:i]]:
            reason = f"the pump of {pump.source!r} is described twice"
            reader.error((*path, "source"), "HS205", reason, "keep one")
            good = False
    return good


def _ascends(reader: Reader, path: KeyPath, points: Sequence[PumpPoint | EfficiencyPoint]) -> bool:
    """A curve has two points or more (or is absent), in order of flow."""
    if len(points) == 1:
        reader.error(path, "HS502", "one point makes no curve", "give two or more, or one value instead")
        return False
    for i, (one, two) in enumerate(itertools.pairwise(points)):
        if two.flow <= one.flow:
            reader.error((*path, i + 1), "HS502", "its flow is not above that before", "sort the points")
            return False
    return True


def _check_hold(reader: Reader, fields: Fields, nodes: Nodes) -> bool:
    """The pressure is held at nodes that are there, at each by one value."""
    holds: tuple[Hold, ...] = fields.values.get("holds", ())
    good = True
    for i, hold in enumerate(holds):
        if hold.node not in nodes.id:
            hint = suggestion(hold.node, nodes.id)
            reader.error((*PATH, "hold", i, "node"), "HS301", f"there is no node {hold.node!r}", hint)
            good = False
        if hold.node in [other.node for other in holds[:i]]:
            reason = f"the pressure of {hold.node!r} is held twice"
            reader.error((*PATH, "hold", i, "node"), "HS205", reason, "keep one")
            good = False
    if holds and "pressure_hold" in fields.keys:
        said = f"has both hold and {fields.keys['pressure_hold']}"
        reader.error(PATH, "HS111", said, "keep one; pressure_hold is at the plant that carries the rest")
        good = False
    return good


def _one_of(reader: Reader, path: KeyPath, one: str, value: Any, other: str, instead: Any) -> bool:
    """Exactly one of two keys is given."""
    if (value is None) != (instead is None):
        return True
    said = f"has neither {one} nor {other}" if value is None else f"has both {one} and {other}"
    reader.error(path, "HS111", said, f"give {one} or {other}" if value is None else "keep one of the two")
    return False


def _check_end(reader: Reader, path: KeyPath, pump: Pump, pipes: Pipes) -> bool:
    """A pump pushes towards an end of its trench."""
    if not pump.towards or pump.pipe not in pipes.id:
        return True
    k = pipes.id.index(pump.pipe)
    if pump.towards in (pipes.start[k], pipes.end[k]):
        return True
    reason = f"{pump.pipe} does not end at {pump.towards!r}"
    reader.error((*path, "towards"), "HS108", reason, f"it joins {pipes.start[k]} and {pipes.end[k]}")
    return False


def _check_curve(reader: Reader, path: KeyPath, pump: Pump) -> bool:
    """A pump's curve has points in order of flow, along which its lift does not rise."""
    points, where = pump.curve, (*path, "curve")
    if not _ascends(reader, where, points):
        return False
    given = [point.efficiency is not None for point in points]
    if any(given) and (pump.efficiency is not None or not all(given)):
        reason = "has an efficiency at some points" if not all(given) else "has efficiency beside its curve's"
        reader.error(where, "HS502", reason, "give it at every point, or once for the pump")
        return False
    for i, (one, two) in enumerate(itertools.pairwise(points)):
        if two.lift > one.lift:
            hint = "a pump's lift falls, or two flows would fit it"
            reader.error((*where, i + 1), "HS502", "its lift is above that at less flow", hint)
            return False
    return True


def _check_closed(reader: Reader, closed: tuple[Closure, ...], pipes: Pipes) -> bool:
    """Trenches close before they open, and are closed once at a time."""
    good = True
    for i, closure in enumerate(closed):
        path = (*PATH, "closed", i)
        good &= _is_pipe(reader, path, closure.pipe, pipes)
        if _begin(closure) >= _until(closure):
            reader.error(
                path, "HS503", f"from {closure.start} is after to {closure.end}", "swap them, or correct one"
            )
            good = False
            continue
        for j, other in enumerate(closed[:i]):
            if other.pipe == closure.pipe and max(_begin(closure), _begin(other)) < min(
                _until(closure), _until(other)
            ):
                reason = f"{closure.pipe} is closed at the same time by item {j + 1}"
                reader.error(path, "HS106", reason, "keep one, or correct its days")
                good = False
    return good


def _is_pipe(reader: Reader, path: KeyPath, name: str, pipes: Pipes) -> bool:
    """Whether there is a pipe of this name."""
    if name in pipes.id:
        return True
    reader.error((*path, "pipe"), "HS303", f"there is no pipe {name!r}", suggestion(name, pipes.id))
    return False


def _begin(closure: Closure) -> np.datetime64:
    """Local instant from which a trench is closed."""
    return np.datetime64(closure.start or datetime.date.min, "s")


def _until(closure: Closure) -> np.datetime64:
    """Local instant up to which it is."""
    day = 0 if isinstance(closure.end, datetime.datetime) else 1
    return np.datetime64(closure.end or datetime.date.max, "s") + np.timedelta64(day, "D")


def _ends(reader: Reader, drawn: Drawn, nodes: Nodes, pipes: Pipes) -> tuple[Any, Any] | None:
    """Positions of the nodes at each pipe's ends."""
    position = {name: i for i, name in enumerate(nodes.id)}
    good = True
    for i, (start, end) in enumerate(zip(pipes.start, pipes.end, strict=True)):
        file, line = drawn.places[i]
        for column, name in (("from", start), ("to", end)):
            if name not in position:
                reader.findings.error(
                    "HS301",
                    f"there is no node {name!r}",
                    where=f"column {column}, pipe {pipes.id[i]}",
                    hint=suggestion(name, nodes.id),
                    file=file,
                    line=line,
                )
                good = False
        if start == end:
            reader.findings.error(
                "HS304", f"starts and ends at {start!r}", where=f"pipe {pipes.id[i]}", file=file, line=line
            )
            good = False
    if not good:
        return None
    return (
        np.array([position[name] for name in pipes.start], dtype=np.int64),
        np.array([position[name] for name in pipes.end], dtype=np.int64),
    )


def _from_drawing(reader: Reader, files: tuple[str, ...], names: dict[str, str]) -> Drawn | None:
    path = (*PATH, "geojson")
    drawings = []
    for name in files:
        file = reader.file(name, path)
        if file is None:
            return None
        try:
            drawings.append(reader.cached(("geojson", file.resolve()), partial(read_geojson, file, name)))
        except UnfitError as flaw:
            reader.flaw(flaw, name)
            return None
    try:
        drawing = merged(drawings, list(files))
    except UnfitError as flaw:
        reader.error(path, flaw.code, flaw.reason, flaw.hint)
        return None
    if drawing.guessed:
        reader.warning(path, "HS211", "coordinates are no degrees and are taken as metres")
    if not _check_names(reader, drawing, names):
        return None
    graph = graph_of(drawing)
    nodes = _drawn_nodes(reader, drawing, graph, names)
    pipes = _drawn_pipes(reader, drawing, graph, names, nodes)
    given = tuple(dict.fromkeys(name for line in drawing.lines for name in line.properties))
    return Drawn(nodes, pipes, [(line.file, line.line) for line in drawing.lines], given or ("none",))


def _check_names(reader: Reader, drawing: Drawing, names: dict[str, str]) -> bool:
    good = True
    properties = [line.properties for line in drawing.lines] + [point.properties for point in drawing.points]
    there = dict.fromkeys(name for given in properties for name in given)
    for column, name in names.items():
        path = (*PATH, "geojson_names", column)
        if not any(isinstance(match(cls, column), Match) for cls in (Pipes, Nodes)):
            hint = suggestion(column, tuple(spec.key or n for n, (spec, _) in specs(Pipes).items()), Pipes)
            reader.error(path, "HS103", "is no column of pipes or nodes", hint)
            good = False
        elif name not in there:
            reader.error(
                path, "HS202", f"no feature has a property {name!r}", f"there are: {listed(list(there))}"
            )
            good = False
    return good


def _table(columns: dict[str, list[str]], file: str, lines: list[int | None]) -> Table:
    """Properties of features as a table, so that they are read like one."""
    rows = [list(cells) for cells in zip(*columns.values(), strict=True)]
    return Table(file, tuple(columns), rows, [line or 0 for line in lines])


def _properties(cls: type, features: list[Any], names: dict[str, str]) -> dict[str, list[str]]:
    """Columns of a class that the features' properties give, under our names."""
    columns: dict[str, list[str]] = {}
    given = dict.fromkeys(key for feature in features for key in feature.properties)
    renamed = set(names.values())
    own = {key: key for key in given if key not in names and key not in renamed} | {
        column: name for column, name in names.items() if name in given
    }
    for column, name in own.items():
        if isinstance(match(cls, column), Match):
            columns[column] = ["" if (v := f.properties.get(name)) is None else str(v) for f in features]
    return columns


def _drawn_nodes(reader: Reader, drawing: Drawing, graph: Graph, names: dict[str, str]) -> Nodes | None:
    label: dict[int, str] = {}
    feature: dict[int, Any] = {}
    taken: dict[str, int] = {}
    good = True
    for point, node in zip(drawing.points, graph.point_node.tolist(), strict=True):
        if not point.name:
            continue
        if node < 0:
            reader.findings.warning(
                "HS210",
                "lies on the end of no pipe",
                where=f"point {point.name}",
                file=point.file,
                line=point.line,
            )
        elif node in label:
            reader.findings.warning(
                "HS205",
                f"lies on node {label[node]!r}, which has its name already",
                where=f"point {point.name}",
                hint=f"call the node {label[node]!r}",
                file=point.file,
                line=point.line,
            )
        elif point.name in taken:
            reader.findings.error(
                "HS205",
                "two points at different nodes have this name",
                where=f"point {point.name}",
                file=point.file,
                line=point.line,
            )
            good = False
        else:
            label[node] = point.name
            taken[point.name] = node
            feature[node] = point
    ids = []
    number = 0
    for node in range(len(graph.nodes)):
        if node not in label:
            number += 1
            while f"J{number}" in taken:
                number += 1
            label[node] = f"J{number}"
        ids.append(label[node])
    points = [feature.get(node) for node in range(len(ids))]
    place = ("lon", "lat") if drawing.geographic else ("x_m", "y_m")
    blank = _Blank()
    columns = _properties(Nodes, [p or blank for p in points], names)
    columns = {c: v for c, v in columns.items() if c not in ("id", *place)}
    columns["id"] = ids
    for column, values in zip(place, graph.nodes.T, strict=True):
        columns[column] = [repr(float(v)) for v in values]
    file = drawing.points[0].file if drawing.points else drawing.lines[0].file
    fields = reader.rows(Nodes, _table(columns, file, [p.line if p else None for p in points]), "node")
    return Nodes(**fields.values) if fields.complete and good else None


class _Blank:
    """A node that no point names."""

    properties: dict[str, Any] = {}  # noqa: RUF012 (never filled)


def _drawn_pipes(
    reader: Reader, drawing: Drawing, graph: Graph, names: dict[str, str], nodes: Nodes | None
) -> Pipes | None:
    lines = drawing.lines
    columns = _properties(Pipes, lines, names)
    ids = columns.get("id", [""] * len(lines))
    count: dict[tuple[str, str, int | None], int] = {}
    for i, line in enumerate(lines):
        name = ids[i] or f"P{i + 1}"
        key = (name, line.file, line.line)
        count[key] = count.get(key, 0) + 1
        ids[i] = f"{name}.{count[key]}" if line.parts > 1 else name
    columns["id"] = ids
    label = nodes.id if nodes else tuple(f"J{i + 1}" for i in range(len(graph.nodes)))
    columns["from"] = [label[i] for i in graph.start]
    columns["to"] = [label[i] for i in graph.end]
    given = [c for c in columns if isinstance(m := match(Pipes, c), Match) and m.field == "length"]
    if not given:
        columns["length_m"] = [""] * len(lines)
        given = ["length_m"]
    column = given[0]
    meant = match(Pipes, column)
    assert isinstance(meant, Match)
    assert meant.unit is not None
    for i, line in enumerate(lines):
        if not columns[column][i] or line.parts > 1:
            columns[column][i] = repr(float(meant.unit.from_base(float(graph.length[i]))))
    table = _table(columns, lines[0].file, [line.line for line in lines])
    fields = reader.rows(Pipes, table, "pipe")
    if not fields.complete:
        return None
    pipes = Pipes(**fields.values)
    _compare_lengths(reader, lines, pipes.id, pipes.length, graph.length)
    return pipes


def _compare_lengths(
    reader: Reader, lines: list[Line], ids: tuple[str, ...], given: FloatArray, drawn: FloatArray
) -> None:
    for i in np.flatnonzero(np.abs(given - drawn) > 0.1 * drawn):
        line = lines[int(i)]
        reader.findings.warning(
            "HS208",
            f"is given as {given[i]:.1f} m but drawn as {drawn[i]:.1f} m",
            where=f"length of pipe {ids[i]}",
            hint="the given length is used",
            file=line.file,
            line=line.line,
        )
