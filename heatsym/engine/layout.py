"""From a problem to the arrays that the kernels read: renumbered, contiguous, one table per kind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse.linalg import splu

from heatsym.engine import kernels, reference
from heatsym.engine.bypass import COLDEST as COLDEST_END
from heatsym.engine.bypass import MOVES, SOFT, TRICKLE, TURNS
from heatsym.engine.hydraulic_kernels import FITTINGS, FRICTION, ROUGHNESS, UNIT_FLOW
from heatsym.engine.hydraulics import friction_table
from heatsym.engine.medium import Medium
from heatsym.engine.problem import Layer
from heatsym.engine.row_kernels import DEGREE
from heatsym.engine.search import LEAPS, NARROW, REACH, STEEPEST, UNSURE
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.stepwise import Stepwise
from heatsym.network.properties import PipeProperties
from heatsym.numerics.graph import FlowGraph
from heatsym.physics import water

COLDEST, HOTTEST = -25.0, 165.0
"""Between these the polynomial from theta to temperature is within 3e-9 K. [degC]"""
ENOUGH = 0.3
"""Net drop that may be left around a loop, over all drops around it and over the coupling tolerance. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """Breadth-first numbers: position in the case of each node and pipe, the tree's pipes first."""

    nodes: IntArray
    pipes: IntArray
    number: IntArray  # of each of the case's nodes
    consumers: IntArray  # position in the case of each consumer, in the order of their nodes


def numbering(graph: FlowGraph, consumer_node: IntArray) -> Numbering:
    """Nodes from the root outwards; pipe k of the tree leads to node k + 1, chords follow."""
    number = np.empty(graph.nodes, dtype=np.int64)
    number[graph.order] = np.arange(graph.nodes)
    tree = graph.parent_edge[graph.order[1:]]
    chords = np.setdiff1d(np.arange(len(graph.start)), tree)
    consumers = np.argsort(number[consumer_node], kind="stable")
    return Numbering(graph.order, np.concatenate([tree, chords]), number, consumers)


def setting(same: reference.Reference, by: Numbering) -> kernels.Setting:
    """Everything that a march only reads, but for what its steps ask and offer."""
    problem = same.problem
    graph, pipes, once = problem.graph, problem.pipes, problem.once
    sides, places = (problem.supply, problem.return_), (problem.consumer_node, problem.source_node)
    loops = once(_loops, graph, pipes, problem.supply, problem.tolerance, by)
    members = by.pipes[loops.member[0]], loops.member[1]
    return kernels.Setting(
        network=once(_network, graph, pipes, sides, places, by),
        loops=loops,
        return_loops=loops._replace(**once(_elements, pipes, problem.return_, *members)),
        medium=once(_medium, problem.medium),
        limits=kernels.Limits(
            seconds=problem.step,
            substeps=same.substeps,
            tolerance=problem.tolerance,
            max_sweeps=problem.max_sweeps,
            halvings=reference.HALVINGS,
            repeats=reference.REPEATS,
            cuts=reference.CUTS,
            still=same.still,
            design_heat=same.design_heat,
            temperature=reference.TEMPERATURE_TOLERANCE,
            parting=reference.PARTING_TOLERANCE,
            shift=reference.SHIFT_TOLERANCE,
            stray=reference.STRAY,
            farthest=reference.FARTHEST,
            small_difference=reference.SMALL_DIFFERENCE,
            excess=reference.EXCESS,
            reach=REACH,
            steepest=STEEPEST,
            unsure=UNSURE,
            leaps=LEAPS,
            narrow=NARROW,
            asks_return=same.asks_return,
            bypasses=same.bypasses,
            follows=not same.all_fixed,
            turns=TURNS,
            moves=MOVES,
            soft=SOFT,
            trickle=TRICKLE,
            coldest=COLDEST_END,
        ),
        inputs=inputs(same, by, 0, 0),
    )


def inputs(
    same: reference.Reference, by: Numbering, first: int, last: int, before: kernels.Inputs | None = None
) -> kernels.Inputs:
    """What the steps from ``first`` up to ``last`` ask and offer.

    What is the same in all steps is that of ``before``, which are other steps of the same march. Consumers
    stand in the order of their nodes.
    """
    part = slice(first, last)
    load, offers, plan = same.problem.load, same.offers, same.plan
    heat = load.heat[part]
    shape, of_consumers = heat.shape, [load.mass_flow_max]
    columns, slope = by.consumers, np.zeros((1, 1))
    if not same.all_fixed:  # else nobody reads it
        slope = _rows(load.return_slope, part, shape, columns, before and before.return_slope)
    if same.bypasses:  # else nobody reads these
        of_consumers += [same.kept, same.most_kept, same.way]
    return kernels.Inputs(
        heat=_table(heat, shape, columns),
        mass_flow=_rows(load.mass_flow, part, shape, columns, before and before.mass_flow),
        return_offset=_rows(same.return_offset, part, shape, columns, before and before.return_offset),
        return_slope=slope,
        consumer=before.consumer
        if before
        else np.stack([_table(a, shape[1:], columns) for a in of_consumers]),
        ground=_table(same.ground[part], shape[:1]),
        outside=np.stack([same.problem.t_feed[part], same.problem.t_ground[part]]),
        source=np.ascontiguousarray(  # columns that were picked stack in another order, for other code
            np.stack([a[part] for a in (same.feed, plan.upper, offers.conductance, offers.t_hot)]),
            dtype=np.float64,
        ),
        order=np.ascontiguousarray(plan.order[part], dtype=np.int64),
    )


def work(at: kernels.Setting) -> kernels.Work:
    """Working memory for a march."""
    pipes, nodes = len(at.network.start), len(at.network.parent)
    consumers, sources, loops = len(at.network.consumer), len(at.network.source), at.loops.number
    substeps, batches = at.limits.substeps, -(-pipes // kernels.BATCH)
    supply, return_ = (
        kernels.Side(
            capacity=capacity,
            around=np.zeros(loops),
            mesh=np.zeros((12, at.loops.member.shape[1])),
            stiff=np.zeros(len(at.loops.chain_at) - 1),
            factor=np.zeros(len(at.loops.factor_row)),
            pipe=np.zeros((4, pipes)),
            batch=np.zeros(batches * kernels.ROWS),
            order=_places(np.zeros((6, pipes))),
            tally=_zeros(3),
            held=_zeros((batches, kernels.FEW + 1)),
            holder=_places(np.zeros(pipes)),
            parcel=np.zeros(batches * kernels.PARCELS),
            several=np.zeros(batches * kernels.SEVERAL),
            cut=np.zeros(batches * substeps * kernels.BATCH),
            node=np.zeros((3, nodes)),
            nodes=np.zeros((nodes, substeps)),
        )
        for capacity in (at.network.supply_capacity, at.network.return_capacity)
    )
    room = kernels.Room(
        consumer=np.zeros((25, consumers)),
        source=np.zeros((6, sources)),
        entering=np.zeros((sources, substeps)),
        arrived=np.zeros((min(consumers, kernels.BATCH), substeps)),
        returned=np.zeros((consumers, substeps)),
        excess=np.zeros((2, substeps)),
        withdrawal=np.zeros(nodes),
        lean=_zeros((2, at.network.path.shape[1])),
        far=_zeros(at.loops.member.shape[1]),
        queue=_zeros((3, nodes)),
        way=np.zeros((4, nodes)),
        base=np.zeros(pipes),
        depths=_zeros(2 * at.limits.halvings + 2),
        chain=np.zeros((5, len(at.loops.chain_at) - 1)),
        loop=np.zeros((5, loops)),
    )
    sums = kernels.Sums(np.zeros((2, nodes)), np.zeros(consumers), np.zeros(4))
    safe = [
        kernels.Safe(
            pipe=np.zeros((6, pipes)),
            place=_places(np.zeros((3, pipes))),
            parcel=np.zeros((pipes, 4)),
            cut=_places(np.zeros((2, pipes))),
            number=_zeros(1),
        )
        for _ in range(2)
    ]
    return kernels.Work(supply, return_, room, sums, *safe)


def output(
    at: kernels.Setting,
    by: Numbering,
    steps: int,
    empty: Callable[[tuple[int, ...]], FloatArray] = np.empty,
) -> kernels.Output:
    """Room for the rows of so many steps; ``empty`` gives the memory of large tables."""
    pipes, nodes = len(at.network.start), len(at.network.parent)
    consumers, sources = len(at.network.consumer), len(at.network.source)
    consumer = empty((6, steps, consumers))
    consumer[5] = 0.0  # stays so where there are no bypasses
    return kernels.Output(
        pipe_column=by.pipes,
        node_column=by.nodes,
        consumer_column=by.consumers,
        node=empty((2, steps, nodes)),
        pipe=empty((5, steps, pipes)),
        consumer=consumer,
        cause=np.empty((steps, consumers), dtype=np.int8),
        source=np.empty((4, steps, sources)),
        step=np.empty((2, steps)),
        sweeps=np.empty(steps, dtype=np.int64),
        converged=np.empty(steps, dtype=np.bool_),
    )


def filled(start: FloatArray, end: FloatArray, substeps: int) -> kernels.Water:
    """Pipes full of water, at one temperature or linear from ``start`` to ``end``; both (pipe,).

    A step leaves as many parcels as it has substeps: where these are many, there are more slots.
    """
    pipes, slots = len(start), kernels.SLOTS // 2
    ring = np.zeros((pipes, max(kernels.SLOTS, 4 << (substeps - 1).bit_length()), 4))
    place = (np.arange(slots)[::-1] + 0.5) / slots  # slot 0 lies at the end
    count = np.where(start == end, 1, slots)
    ring[:, :slots, kernels.WIDTH] = 1.0 / slots
    ring[count == 1, :, kernels.WIDTH] = np.eye(1, ring.shape[1])
    ring[:, :slots, kernels.LEVEL] = start[:, None] + (end - start)[:, None] * place
    content = (ring[..., kernels.WIDTH] * ring[..., kernels.LEVEL]).sum(axis=1)
    return kernels.Water(
        ring=ring,
        fresh=np.zeros((pipes, 2, kernels.FEW)),
        pipe=np.stack(
            [np.zeros(pipes), np.ones(pipes), content, np.zeros(pipes), np.zeros(pipes), np.zeros(pipes)]
        ),
        place=_places([np.zeros(pipes), count, np.ones(pipes)]),
        merged=np.zeros(1, dtype=np.int64),
    )


def _zeros(shape: int | tuple[int, ...]) -> IntArray:
    """Whole numbers, to be counted with."""
    return np.zeros(shape, dtype=np.int64)


def _places(values: ArrayLike) -> kernels.Places:
    """Whole numbers that take little memory."""
    return np.ascontiguousarray(values).astype(np.int32)


def _table(values: ArrayLike, shape: tuple[int, ...], columns: IntArray | None = None) -> FloatArray:
    """Contiguous, writeable (a kernel is compiled for one kind of array), of the full shape, doubles."""
    given = np.asarray(values)
    whole = given if given.shape == shape else np.broadcast_to(given, shape)  # which may not be written to
    if columns is not None:
        whole = np.take(whole, columns, axis=-1)
    table = np.ascontiguousarray(whole, dtype=np.float64)
    return table if table.flags.writeable else table.copy()


def _rows(
    values: FloatArray | Stepwise,
    part: slice,
    shape: tuple[int, ...],
    columns: IntArray,
    before: FloatArray | None,
) -> FloatArray:
    """The table of some steps: the first of ``before`` where all are the same and it has as many."""
    alike = isinstance(values, np.ndarray) and values.strides[0] == 0
    if before is not None and alike and len(before) >= shape[0]:
        return before[: shape[0]]
    return _table(values[part], shape, columns)


def _network(
    graph: FlowGraph,
    pipes: PipeProperties,
    sides: tuple[Layer, Layer],
    places: tuple[IntArray, IntArray],
    by: Numbering,
) -> kernels.Network:
    """Supply and return make the ``sides``, nodes of consumers and of sources the ``places``."""
    supply, return_ = sides
    consumer_node, source_node = places
    start, end = by.number[graph.start[by.pipes]], by.number[graph.end[by.pipes]]
    parent = np.full(graph.nodes, -1)
    parent[1:] = by.number[graph.parent[by.nodes[1:]]]
    own = pipes.u_own[by.pipes]
    return kernels.Network(
        start=start,
        end=end,
        parent=_places(parent),
        sense=np.where(start[: graph.nodes - 1] == parent[1:], 1.0, -1.0),
        **_paths(start, end, parent, by.number[source_node]),
        conductance=own * pipes.length[by.pipes],
        cross=pipes.u_cross[by.pipes] / np.where(own > 0.0, own, np.inf),
        supply_capacity=supply.capacity[by.pipes],
        return_capacity=return_.capacity[by.pipes],
        consumer=_places(by.number[consumer_node[by.consumers]]),
        source=_places(by.number[source_node]),
    )


def _paths(start: IntArray, end: IntArray, parent: IntArray, source: IntArray) -> dict[str, IntArray]:
    """Pipes that only lead to consumers, and paths of the other pipes between joints.

    Joints are the root, the sources' nodes, and nodes at which the number of those other pipes is not two.
    """
    nodes, pipes = len(parent), np.arange(len(start))
    degree = np.bincount(np.concatenate([start, end]), minlength=nodes).tolist()
    stays = np.zeros(nodes, dtype=bool)
    stays[[0, *source.tolist()]] = True
    hangs = np.zeros(len(start), dtype=bool)
    for node, above in zip(range(nodes - 1, 0, -1), parent[:0:-1].tolist(), strict=True):
        if degree[node] == 1 and not stays[node]:
            hangs[node - 1] = True
            degree[above] -= 1
            degree[node] = 0
    at: list[list[int]] = [[] for _ in range(nodes)]
    starts, ends = start.tolist(), end.tolist()
    for k in pipes[~hangs].tolist():
        at[starts[k]].append(k)
        at[ends[k]].append(k)
    stays |= (np.array(degree, dtype=np.int64) > 0) & (np.array(degree) != 2)
    joints = np.flatnonzero(stays).tolist()
    number = {node: i for i, node in enumerate(joints)}
    path: list[tuple[int, int]] = []
    path_at, path_end, seen = [0], [], hangs.copy()
    for joint in joints:
        for first in at[joint]:
            node, k = joint, first
            while not seen[k]:
                seen[k] = True
                path.append((k, 1 if starts[k] == node else -1))
                node = ends[k] if starts[k] == node else starts[k]
                if node in number:
                    break
                k = at[node][0] if at[node][1] == k else at[node][1]
            if len(path) > path_at[-1]:
                path_at.append(len(path))
                path_end.append((number[joint], number[node]))
    ends_of_paths = np.array(path_end, dtype=np.int64).reshape(-1, 2).T
    ranked = np.argsort(ends_of_paths.T.ravel(), kind="stable")
    return {
        "path_at": _whole(path_at),
        "path": np.ascontiguousarray(np.array(path, dtype=np.int64).reshape(-1, 2).T),
        "path_end": np.ascontiguousarray(ends_of_paths),
        "joint_at": np.searchsorted(ends_of_paths.T.ravel()[ranked], np.arange(len(joints) + 1)),
        "joint": np.stack([ranked // 2, ranked % 2]),
        "hanging": pipes[hangs],
    }


def _medium(medium: Medium) -> kernels.Medium:
    """Theta less temperature is a polynomial by definition; the way back is fitted."""
    if medium.constant is not None:
        density, viscosity = medium.constant.density, medium.constant.viscosity
        same = np.zeros(1)
        return kernels.Medium(medium.capacity, same, same, np.array([density]), np.array([np.log(viscosity)]))
    to_theta = np.array(water.ENTHALPY) / medium.capacity
    to_theta[0] = float(medium.theta(np.array([water.CENTRE]))[0]) - water.CENTRE
    to_theta[1] -= water.CENTRE
    t = COLDEST + (HOTTEST - COLDEST) * (0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, 2001)))
    theta = medium.theta(t)
    fit = np.polynomial.Polynomial.fit(theta, t - theta, DEGREE, domain=[0.0, 2.0 * water.CENTRE])
    return kernels.Medium(
        capacity=medium.capacity,
        to_theta=to_theta,
        to_temperature=np.asarray(fit.coef, dtype=np.float64),
        density=np.array(water.DENSITY),
        log_viscosity=np.array(water.LOG_VISCOSITY),
    )


def _loops(
    graph: FlowGraph, pipes: PipeProperties, supply: Layer, tolerance: float, by: Numbering
) -> kernels.Loops:
    """Short loops in an order that fills little in, their chains, the pattern of their matrix and its factor.

    Loops of the spanning tree share their ways to the root: of 500 loops the matrix has ten times the
    products and its factor takes ten times the work that those of short loops need.
    """
    loops = sparse.csr_array(graph.loops[:, by.pipes])
    member, sense, chain_at = _chains(loops)
    chains = _shortened(sparse.csr_array(loops[:, member[chain_at[:-1]]]))
    chains = sparse.csr_array(chains[_elimination_order(chains)])
    chains.sort_indices()
    product = _products(chains)
    by_chain = sparse.csc_array(chains)
    factor_at, factor_row, before_at, before = _factor(chains.shape[0], product)
    return kernels.Loops(
        number=chains.shape[0],
        enough=ENOUGH * tolerance,
        member=np.stack([member, sense, np.repeat(np.arange(chains.shape[1]), np.diff(chain_at))]),
        chain_at=chain_at,
        loop_at=_whole(chains.indptr),
        loop=np.stack([_whole(chains.indices), _whole(chains.data)]),
        column_at=np.searchsorted(product[0], np.arange(chains.shape[0] + 1)),
        product=np.ascontiguousarray(product[1:]),
        factor_at=factor_at,
        factor_row=factor_row,
        before_at=before_at,
        before=before,
        passing_at=_whole(by_chain.indptr),
        passing=_whole(by_chain.indices),
        **_elements(pipes, supply, by.pipes[member], sense),
    )


def _elements(pipes: PipeProperties, layer: Layer, pipe: IntArray, sense: IntArray) -> dict[str, Any]:
    """What differs between the sides' loops: losses of the members' pipes with their valves, and pumps."""
    pumps = layer.pumps
    table = friction_table(pipes, (layer.valves, 0.0), 1.0)[[UNIT_FLOW, ROUGHNESS, FRICTION, FITTINGS]]
    place = np.full(len(pipes.length), -1)
    place[pipe] = np.arange(len(pipe))
    around = place[pumps.pipe] >= 0
    member = place[pumps.pipe[around]]
    return {
        "resistance": np.ascontiguousarray(table[:, pipe]),
        "pump": member,
        "pump_sense": pumps.sense[around] * sense[member],
        "pump_flow": np.ascontiguousarray(pumps.flow[around]),
        "pump_lift": np.ascontiguousarray(pumps.lift[around]),
    }


def _chains(loops: sparse.csr_array) -> tuple[IntArray, IntArray, IntArray]:
    """Pipes in loops, chain after chain, their sense relative to its first one, and where chains begin."""
    by_pipe = sparse.csc_array(loops)
    by_pipe.sort_indices()
    chains: dict[bytes, list[tuple[int, int]]] = {}
    for pipe in np.flatnonzero(np.diff(by_pipe.indptr)).tolist():
        part = slice(by_pipe.indptr[pipe], by_pipe.indptr[pipe + 1])
        senses = by_pipe.data[part]
        shape = _whole(by_pipe.indices[part]).tobytes() + _whole(senses * senses[0]).tobytes()
        chains.setdefault(shape, []).append((pipe, int(senses[0])))
    ranked = sorted(chains.values(), key=len)  # so that a processor foresees the end of each
    pairs = np.array([pair for chain in ranked for pair in chain], dtype=np.int64).reshape(-1, 2)
    chain_at = np.cumsum([0] + [len(chain) for chain in ranked])
    first = np.repeat(pairs[chain_at[:-1], 1], np.diff(chain_at))
    return pairs[:, 0].copy(), pairs[:, 1] * first, chain_at


def _shortened(chains: sparse.csr_array) -> sparse.csr_array:
    """The same circulations by shorter loops, each less or plus others as long as that takes chains away."""
    ends = list(zip(chains.indptr[:-1].tolist(), chains.indptr[1:].tolist(), strict=True))
    indices, senses = chains.indices.tolist(), chains.data.astype(np.int64).tolist()
    loops = [dict(zip(indices[a:b], senses[a:b], strict=True)) for a, b in ends]
    passing: list[set[int]] = [set() for _ in range(chains.shape[1])]
    for i, loop in enumerate(loops):
        for chain in loop:
            passing[chain].add(i)
    waiting, queued = deque(range(len(loops))), set(range(len(loops)))
    while waiting:
        i = waiting.popleft()
        queued.discard(i)
        shared: dict[int, int] = {}  # by other loop: chains passed the same way less those passed opposite
        for chain, sense in loops[i].items():
            for j in passing[chain] - {i}:
                shared[j] = shared.get(j, 0) + sense * loops[j][chain]
        saved, j = max(((2 * abs(n) - len(loops[j]), j) for j, n in shared.items()), default=(0, i))
        if saved <= 0:
            continue
        sign = 1 if shared[j] > 0 else -1
        new = {c: loops[i].get(c, 0) - sign * loops[j].get(c, 0) for c in loops[i] | loops[j]}
        new = {chain: sense for chain, sense in new.items() if sense}
        if max(map(abs, new.values())) > 1:
            continue
        for chain in loops[i]:
            passing[chain].discard(i)
        for chain in new:
            passing[chain].add(i)
        loops[i] = new
        near = set().union(*(passing[chain] for chain in new)) - queued
        waiting.extend(sorted(near))
        queued |= near
    rows = np.repeat(np.arange(len(loops)), [len(loop) for loop in loops])
    data = np.array([sense for loop in loops for sense in loop.values()], dtype=np.float64)
    columns = np.array([chain for loop in loops for chain in loop], dtype=np.int64)
    return sparse.csr_array((data, (rows, columns)), shape=chains.shape)


def _elimination_order(chains: sparse.csr_array) -> IntArray:
    """An order of the loops in which the factor of their matrix fills little in."""
    count = chains.shape[0]
    if count == 0:
        return _whole([])
    pattern = sparse.csc_matrix(abs(chains) @ abs(chains).T) + sparse.eye(count) * chains.shape[1]
    options = {"SymmetricMode": True}
    ranks = splu(pattern.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options).perm_c
    return np.argsort(ranks)


def _whole(values: ArrayLike) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _products(chains: sparse.csr_array) -> IntArray:
    """Upper triangle of the loops' matrix, column by column.

    Rows of the table are a column, a row, a chain that both loops share, and the product of its senses.
    """
    by_chain = sparse.csc_array(chains)
    pieces = [np.zeros((4, 0), dtype=np.int64)]
    for chain in range(chains.shape[1]):
        part = slice(by_chain.indptr[chain], by_chain.indptr[chain + 1])
        loops, senses = _whole(by_chain.indices[part]), _whole(by_chain.data[part])
        row, column = (grid.ravel() for grid in np.meshgrid(loops, loops, indexing="ij"))
        every = np.stack([column, row, np.full(row.size, chain), np.outer(senses, senses).ravel()])
        pieces.append(every[:, row <= column])
    table = np.concatenate(pieces, axis=1)
    return np.ascontiguousarray(table[:, np.lexsort(table[2::-1])])


def _factor(count: int, product: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Pattern of the LDL factor, by columns with the diagonal first and by rows without it."""
    tree, flag = np.full(count, -1), np.full(count, -1)
    columns: list[list[int]] = [[column] for column in range(count)]
    before: list[tuple[int, int]] = []
    before_at = np.zeros(count + 1, dtype=np.int64)
    rows = np.split(product[1], np.searchsorted(product[0], np.arange(1, count)))
    for column in range(count):
        flag[column] = column
        reached = []
        for row in np.unique(rows[column]).tolist():
            i = row
            while flag[i] != column:
                if tree[i] == -1:
                    tree[i] = column
                reached.append(i)
                flag[i] = column
                i = int(tree[i])
        for i in sorted(reached):
            before.append((i, len(columns[i])))
            columns[i].append(column)
        before_at[column + 1] = len(before)
    factor_at = np.cumsum([0] + [len(entries) for entries in columns])
    factor_row = _whole([row for entries in columns for row in entries])
    at_column, place = np.array(before, dtype=np.int64).reshape(-1, 2).T
    return factor_at, factor_row, before_at, np.stack([at_column, factor_at[at_column] + place])
