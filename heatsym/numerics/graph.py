"""Flow on a connected graph: a spanning tree carries what is withdrawn, loops carry what circulates."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Friction = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class FlowGraph:
    """A directed graph with a root, its spanning tree and its fundamental loops.

    ``path`` (node, edge) holds +1 where the way from the root to a node runs along an edge and -1 where
    it runs against it. ``parent`` and ``parent_edge`` (node,) are the next node and edge of that way, -1 at
    the root. ``loops`` (loop, edge) holds each loop's edges with their sense. ``order`` lists
    nodes breadth-first from the root.
    """

    nodes: int
    start: IntArray
    end: IntArray
    root: int
    order: IntArray
    parent: IntArray
    parent_edge: IntArray
    path: sparse.csr_array
    path_transposed: sparse.csr_array
    loops: sparse.csr_array
    loops_transposed: sparse.csr_array
    shared: sparse.csr_array  # (entry of the loop matrix, edge): product of the two loops' senses
    loop_matrix: sparse.csc_array  # pattern of loops @ diagonal @ loops.T

    def tree_flow(self, withdrawal: FloatArray) -> FloatArray:
        """Flows, positive from start to end, that carry node withdrawals along the tree from the root."""
        return np.asarray(self.path_transposed @ withdrawal)

    def heads(self, drop: FloatArray) -> FloatArray:
        """Node potentials relative to the root's, from the drop start - end along each edge.

        ``drop`` is (edge,) or (..., edge); the result has nodes in place of edges.
        """
        return -np.asarray((self.path @ np.moveaxis(drop, -1, 0).reshape(drop.shape[-1], -1)).T).reshape(
            *drop.shape[:-1], self.nodes
        )


def flow_graph(nodes: int, start: IntArray, end: IntArray, root: int) -> FlowGraph:
    """Spanning tree by breadth-first search from ``root``, and one loop per edge left over.

    Raises
    ------
    ValueError
        If a node cannot be reached from the root.
    """
    neighbours: list[list[tuple[int, int, int]]] = [[] for _ in range(nodes)]
    for edge, (a, b) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        neighbours[a].append((b, edge, 1))
        neighbours[b].append((a, edge, -1))
    steps: list[list[tuple[int, int]] | None] = [None] * nodes
    steps[root] = []
    order = [root]
    in_tree = np.zeros(len(start), dtype=bool)
    parent, parent_edge = np.full(nodes, -1), np.full(nodes, -1)
    for here in order:
        way = steps[here]
        assert way is not None  # a node enters the order only with its way
        for there, edge, sense in neighbours[here]:
            if steps[there] is None:
                steps[there] = [*way, (edge, sense)]
                in_tree[edge] = True
                parent[there], parent_edge[there] = here, edge
                order.append(there)
    if len(order) < nodes:
        raise ValueError(f"{nodes - len(order)} nodes cannot be reached from the root")
    rows = [node for node, way in enumerate(steps) for _ in way or ()]
    pairs = [step for way in steps for step in way or ()]
    columns = [edge for edge, _ in pairs]
    path = sparse.csr_array(
        (np.array([sense for _, sense in pairs], dtype=float), (rows, columns)), shape=(nodes, len(start))
    )
    chords = np.flatnonzero(~in_tree)
    unit = sparse.csr_array(
        (np.ones(len(chords)), (np.arange(len(chords)), chords)), shape=(len(chords), len(start))
    )
    loops = sparse.csr_array(unit + path[start[chords]] - path[end[chords]])
    shared, loop_matrix = _loop_products(loops)
    return FlowGraph(
        nodes=nodes,
        start=start,
        end=end,
        root=root,
        order=np.array(order, dtype=np.int64),
        parent=parent,
        parent_edge=parent_edge,
        path=path,
        path_transposed=sparse.csr_array(path.T),
        loops=loops,
        loops_transposed=sparse.csr_array(loops.T),
        shared=shared,
        loop_matrix=loop_matrix,
    )


def _loop_products(loops: sparse.csr_array) -> tuple[sparse.csr_array, sparse.csc_array]:
    """What turns edge weights into the entries of ``loops @ diag(weight) @ loops.T``, and their pattern."""
    count, edges = loops.shape
    by_edge = sparse.csc_array(loops)
    entries: list[int] = []
    products: list[float] = []
    columns: list[int] = []
    for edge in range(edges):
        part = slice(by_edge.indptr[edge], by_edge.indptr[edge + 1])
        row, sense = by_edge.indices[part].astype(np.int64), by_edge.data[part]
        entries.extend((row[:, None] + count * row[None, :]).ravel().tolist())
        products.extend((sense[:, None] * sense[None, :]).ravel().tolist())
        columns.extend([edge] * len(row) ** 2)
    keys, place = np.unique(np.array(entries, dtype=np.int64), return_inverse=True)
    shared = sparse.csr_array((products, (place, columns)), shape=(len(keys), edges))
    starts = np.searchsorted(keys // max(count, 1), np.arange(count + 1))
    pattern = (np.ones(len(keys)), (keys % max(count, 1)).astype(np.int32), starts.astype(np.int32))
    return shared, sparse.csc_array(pattern, shape=(count, count))


def balanced_flow(
    graph: FlowGraph,
    withdrawal: FloatArray,
    friction: Friction,
    circulation: FloatArray,
    *,
    tolerance: float = 1e-9,
    iterations: int = 60,
) -> tuple[FloatArray, FloatArray, bool]:
    """Edge flows that carry the withdrawals and leave no net drop around any loop.

    Newton's method on the loop equations, halving the step while it does not lower the residual.
    ``friction`` gives drop and its positive derivative for edge flows; ``circulation`` (loop,) is the
    start. Returns flows, circulation and whether the last step was below ``tolerance`` of the largest
    flow; that step is taken, and since steps shrink quadratically what is left is about its square.
    """
    base = graph.tree_flow(withdrawal)
    if graph.loops.shape[0] == 0:
        return base, circulation, True

    def residual(around: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        flow = base + graph.loops_transposed @ around
        drop, slope = friction(flow)
        return graph.loops @ drop, slope, flow

    around = circulation
    error, slope, flow = residual(around)
    for _ in range(iterations):
        jacobian = copy(graph.loop_matrix)
        jacobian.data = graph.shared @ slope
        step = splu(jacobian).solve(-error)  # dense solvers would change bits with threads
        if float(np.abs(step).max()) <= tolerance * max(float(np.abs(flow).max()), 1e-12):
            around = around + step
            return base + graph.loops_transposed @ around, around, True
        share = 1.0
        norm = float(np.linalg.norm(error))
        for _ in range(8):
            trial_error, trial_slope, trial_flow = residual(around + share * step)
            if float(np.linalg.norm(trial_error)) <= norm:
                break
            share *= 0.5
        around, error, slope, flow = around + share * step, trial_error, trial_slope, trial_flow
    return flow, around, False
