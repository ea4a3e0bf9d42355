"""From a problem to the arrays that the kernels read: renumbered, contiguous, one table per kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse.linalg import splu

from heatsym.engine import kernels, reference
from heatsym.engine.bypass import COLDEST as COLDEST_END
from heatsym.engine.bypass import SOFT, SWING, TRICKLE
from heatsym.engine.medium import Medium
from heatsym.engine.problem import Problem
from heatsym.engine.search import LEAPS, NARROW, REACH, STEEPEST
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.exchange import Offer, Plan
from heatsym.numerics.graph import FlowGraph
from heatsym.physics import water

COLDEST, HOTTEST, DEGREE = -25.0, 165.0, 16
"""Of the polynomial from theta to temperature; its error is below 3e-9 K from coldest to hottest [degC]."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """Breadth-first numbers: position in the case of each node and pipe, the tree's pipes first."""

    nodes: IntArray
    pipes: IntArray
    number: IntArray  # of each of the case's nodes


def numbering(graph: FlowGraph) -> Numbering:
    """Nodes from the root outwards; pipe k of the tree leads to node k + 1, chords follow."""
    number = np.empty(graph.nodes, dtype=np.int64)
    number[graph.order] = np.arange(graph.nodes)
    tree = graph.parent_edge[graph.order[1:]]
    chords = np.setdiff1d(np.arange(len(graph.start)), tree)
    return Numbering(graph.order, np.concatenate([tree, chords]), number)


def setting(problem: Problem, offers: Offer, plan: Plan, by: Numbering) -> kernels.Setting:
    """Everything that a march of this problem under this plan only reads."""
    same = reference.Reference(problem, offers, plan)  # whose reading of the problem holds for both
    load = problem.load
    shape = load.heat.shape
    return kernels.Setting(
        network=_network(problem, by),
        loops=_loops(problem, by),
        medium=_medium(problem.medium),
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
            small_difference=reference.SMALL_DIFFERENCE,
            excess=reference.EXCESS,
            reach=REACH,
            steepest=STEEPEST,
            leaps=LEAPS,
            narrow=NARROW,
            asks_return=same.asks_return,
            bypasses=same.bypasses,
            soft=SOFT,
            swing=SWING,
            trickle=TRICKLE,
            coldest=COLDEST_END,
        ),
        inputs=kernels.Inputs(
            heat=_table(load.heat, shape),
            mass_flow=_table(load.mass_flow, shape),
            return_offset=_table(same.return_offset, shape),
            consumer=np.stack(
                [
                    _table(a, shape[1:])
                    for a in (load.return_slope, load.mass_flow_max, same.kept, same.most_kept, same.way)
                ]
            ),
            ground=_table(same.ground, shape[:1]),
            outside=np.stack([problem.t_feed, problem.t_ground]),
            source=np.stack([same.feed, plan.upper, offers.conductance, offers.t_hot]),
            order=np.ascontiguousarray(plan.order, dtype=np.int64),
        ),
    )


def work(at: kernels.Setting, safe: tuple[kernels.Water, kernels.Water]) -> kernels.Work:
    """Working memory for a march; ``safe`` is water to copy into."""
    pipes, nodes = len(at.network.start), len(at.network.parent)
    consumers, sources, loops = len(at.network.consumer), len(at.network.source), at.loops.number
    substeps = at.limits.substeps
    supply, return_ = (
        kernels.Side(
            capacity=capacity,
            around=np.zeros(loops),
            pipe=np.zeros((13, pipes)),
            order=_zeros((3, pipes)),
            counts=_zeros(2),
            node=np.zeros((3, nodes)),
            nodes=np.zeros((nodes, substeps)),
        )
        for capacity in (at.network.supply_capacity, at.network.return_capacity)
    )
    room = kernels.Room(
        consumer=np.zeros((24, consumers)),
        source=np.zeros((6, sources)),
        entering=np.zeros((sources, substeps)),
        arrived=np.zeros((consumers, substeps)),
        returned=np.zeros((consumers, substeps)),
        excess=np.zeros((2, substeps)),
        withdrawal=np.zeros(nodes),
        queue=_zeros((3, nodes)),
        way=np.zeros((4, nodes)),
        base=np.zeros(pipes),
        depths=_zeros(2 * at.limits.halvings + 2),
        loop_pipe=np.zeros((4, pipes)),
        loop=np.zeros((5, loops)),
        loop_order=_zeros((3, loops)),
        matrix=np.zeros(len(at.loops.row)),
        factor_row=_zeros(int(at.loops.factor_at[-1])),
        factor=np.zeros(int(at.loops.factor_at[-1])),
    )
    sums = kernels.Sums(
        node=np.zeros((4, nodes)),
        pipe=np.zeros((3, pipes)),
        consumer=np.zeros((7, consumers)),
        cause=_zeros(consumers),
        source=np.zeros((5, sources)),
    )
    return kernels.Work(supply, return_, room, sums, *safe)


def output(at: kernels.Setting, by: Numbering, steps: int) -> kernels.Output:
    """Room for the rows of so many steps."""
    pipes, nodes = len(at.network.start), len(at.network.parent)
    consumers, sources = len(at.network.consumer), len(at.network.source)
    return kernels.Output(
        pipe_column=by.pipes,
        node_column=by.nodes,
        node=np.empty((2, steps, nodes)),
        pipe=np.empty((5, steps, pipes)),
        consumer=np.empty((6, steps, consumers)),
        cause=np.empty((steps, consumers), dtype=np.int8),
        source=np.empty((4, steps, sources)),
        step=np.empty((2, steps)),
        sweeps=np.empty(steps, dtype=np.int64),
        converged=np.empty(steps, dtype=np.bool_),
    )


def filled(start: FloatArray, end: FloatArray) -> kernels.Water:
    """Pipes full of water, at one temperature or linear from ``start`` to ``end``; both (pipe,)."""
    pipes, slots = len(start), kernels.SLOTS // 2
    ring = np.zeros((pipes, kernels.SLOTS, 4))
    place = (np.arange(slots)[::-1] + 0.5) / slots  # slot 0 lies at the end
    count = np.where(start == end, 1, slots)
    ring[:, :slots, kernels.WIDTH] = 1.0 / slots
    ring[count == 1, :, kernels.WIDTH] = np.eye(1, kernels.SLOTS)
    ring[:, :slots, kernels.LEVEL] = start[:, None] + (end - start)[:, None] * place
    content = (ring[..., kernels.WIDTH] * ring[..., kernels.LEVEL]).sum(axis=1)
    return kernels.Water(
        ring=ring,
        pipe=np.stack([np.zeros(pipes), np.ones(pipes), content]),
        place=np.stack([np.zeros(pipes), count, np.ones(pipes)]).astype(np.int64),
        merged=np.zeros(1, dtype=np.int64),
    )


def _zeros(shape: int | tuple[int, ...]) -> IntArray:
    """Whole numbers, to be counted with."""
    return np.zeros(shape, dtype=np.int64)


def _table(values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Contiguous, writeable (a kernel is compiled for one kind of array), of the full shape, doubles."""
    table = np.ascontiguousarray(np.broadcast_to(values, shape), dtype=np.float64)
    return table if table.flags.writeable else table.copy()


def _network(problem: Problem, by: Numbering) -> kernels.Network:
    graph, pipes = problem.graph, problem.pipes
    start, end = by.number[graph.start[by.pipes]], by.number[graph.end[by.pipes]]
    parent = np.full(graph.nodes, -1)
    parent[1:] = by.number[graph.parent[by.nodes[1:]]]
    ends = np.concatenate([start, end])
    ranked = np.argsort(ends, kind="stable")
    own = pipes.u_own[by.pipes]
    return kernels.Network(
        start=start,
        end=end,
        parent=parent,
        sense=np.where(start[: graph.nodes - 1] == parent[1:], 1.0, -1.0),
        incident_at=np.searchsorted(ends[ranked], np.arange(graph.nodes + 1)),
        incident=ranked % max(len(start), 1),
        conductance=own * pipes.length[by.pipes],
        cross=pipes.u_cross[by.pipes] / np.where(own > 0.0, own, np.inf),
        supply_capacity=problem.supply.capacity[by.pipes],
        return_capacity=problem.return_.capacity[by.pipes],
        consumer=by.number[problem.consumer_node],
        source=by.number[problem.source_node],
    )


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


def _loops(problem: Problem, by: Numbering) -> kernels.Loops:
    """Loops in an order that fills little in, the entries of their matrix, and the pattern of its factor."""
    graph, p = problem.graph, problem.pipes
    count = graph.loops.shape[0]
    pipe = np.stack([a[by.pipes] for a in (p.length, p.inner_diameter, p.roughness, p.zeta)])
    loops = sparse.csr_array(graph.loops[:, by.pipes])
    if count:
        pattern = sparse.csc_matrix(abs(loops) @ abs(loops).T) + sparse.eye(count) * len(by.pipes)
        options = {"SymmetricMode": True}
        ranks = splu(
            pattern.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options
        ).perm_c
        loops = sparse.csr_array(loops[np.argsort(ranks)])
    loops.sort_indices()
    upper = sparse.csc_array(sparse.triu(abs(loops) @ abs(loops).T))
    upper.sort_indices()
    column = np.repeat(np.arange(count), np.diff(upper.indptr))
    entry, edge, sense = _products(loops, column * count + upper.indices)
    elimination, filled_in = _symbolic(upper)
    return kernels.Loops(
        number=count,
        loop_at=_whole(loops.indptr),
        loop_pipe=_whole(loops.indices),
        loop_sense=loops.data.astype(np.float64),
        entry_at=np.searchsorted(entry, np.arange(len(upper.indices) + 1)),
        entry_pipe=edge,
        entry_sense=sense,
        column_at=_whole(upper.indptr),
        row=_whole(upper.indices),
        factor_at=np.concatenate([[0], np.cumsum(filled_in)]),
        elimination=elimination,
        pipe=pipe,
    )


def _whole(values: ArrayLike) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _products(loops: sparse.csr_array, keys: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """For each entry of the upper triangle, in order: an edge shared by its loops, product of the senses."""
    count = loops.shape[0]
    by_edge = sparse.csc_array(loops)
    pieces: list[tuple[IntArray, IntArray, FloatArray]] = []
    for edge in np.flatnonzero(np.diff(by_edge.indptr)).tolist():
        part = slice(by_edge.indptr[edge], by_edge.indptr[edge + 1])
        rows, senses = by_edge.indices[part].astype(np.int64), by_edge.data[part]
        upper = rows[:, None] <= rows[None, :]
        entry = np.searchsorted(keys, (rows[None, :] * count + rows[:, None])[upper])
        pieces.append((entry, np.full(len(entry), edge), np.outer(senses, senses)[upper]))
    if not pieces:
        return _whole([]), _whole([]), np.zeros(0)
    entries, edges, products = (np.concatenate(column) for column in zip(*pieces, strict=True))
    ranked = np.argsort(entries, kind="stable")
    return _whole(entries[ranked]), _whole(edges[ranked]), products[ranked].astype(np.float64)


def _symbolic(upper: sparse.csc_array) -> tuple[IntArray, IntArray]:
    """Elimination tree and entries per column of the LDL factor."""
    count = upper.shape[0]
    tree, entries, flag = np.full(count, -1), np.zeros(count, dtype=np.int64), np.full(count, -1)
    for column in range(count):
        flag[column] = column
        for row in upper.indices[upper.indptr[column] : upper.indptr[column + 1]]:
            i = int(row)
            while i < column and flag[i] != column:
                if tree[i] == -1:
                    tree[i] = column
                entries[i] += 1
                flag[i] = column
                i = int(tree[i])
    return tree, entries
