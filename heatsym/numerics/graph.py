"""Flow on a connected graph: a spanning tree carries what is withdrawn, loops carry what circulates."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import splu

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Friction = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, eq=False)
class FlowGraph:
    """A directed graph with a root, its spanning tree and its fundamental loops.

    ``parent`` and ``parent_edge`` (node,) are the next node and edge of the way to the root, -1 at the
    root. ``jumps`` are pairs (nodes, the nodes that lie 1, 2, 4, ... edges nearer to the root): sums along
    the tree double their reach with each. ``loops`` (loop, edge) holds each loop's edges with their
    sense. ``order`` lists nodes breadth-first from the root.

    Some edges may be closed. ``cut_off`` (node,) are the nodes that only closed edges lead to; the tree goes
    on to them all the same, and no loop has a closed edge or runs behind one. Where nothing is withdrawn
    there, nothing flows through closed edges and behind them.
    """

    nodes: int
    start: IntArray
    end: IntArray
    root: int
    order: IntArray
    parent: IntArray
    parent_edge: IntArray
    jumps: tuple[tuple[IntArray, IntArray], ...]
    loops: sparse.csr_array
    loops_transposed: sparse.csr_array
    cut_off: BoolArray

    @cached_property
    def loop_products(self) -> tuple[sparse.csr_array, sparse.csc_array]:
        """What turns edge weights into the entries of ``loops @ diag(weight) @ loops.T``, and their pattern.

        The first is (entry, edge): the product of the two loops' senses. Many loops that share their way
        have many products, which only :func:`balanced_flow` asks for.
        """
        return _loop_products(self.loops)

    def tree_flow(self, withdrawal: FloatArray) -> FloatArray:
        """Flows, positive from start to end, that carry node withdrawals along the tree from the root."""
        passing = np.array(withdrawal, dtype=np.float64)
        for there, here in self.jumps:
            passing += np.bincount(here, passing[there], self.nodes)
        flow = np.zeros(len(self.start))
        if self.jumps:
            below, edge, sense = self._branches()
            flow[edge] = sense * passing[below]
        return flow

    def heads(self, drop: FloatArray) -> FloatArray:
        """Node potentials relative to the root's, from the drop start - end along each edge.

        ``drop`` is (edge,) or (..., edge); the result has nodes in place of edges.
        """
        head = np.zeros((*drop.shape[:-1], self.nodes))
        if self.jumps:
            below, edge, sense = self._branches()
            head[..., below] = -sense * drop[..., edge]
        for there, here in self.jumps:
            head[..., there] += head[..., here]
        return head

    def along_ways(self, amount: FloatArray) -> FloatArray:
        """Sum of an amount per edge along every node's way over the tree to the root; (node,)."""
        drop = np.zeros(len(self.start))
        if self.jumps:
            _, edge, sense = self._branches()
            drop[edge] = -sense * amount[edge]
        return self.heads(drop)

    def _branches(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Nodes below the root, the edges that lead to them, and their sense away from the root."""
        below = self.jumps[0][0]
        edge = self.parent_edge[below]
        return below, edge, np.where(self.end[edge] == below, 1.0, -1.0)


def flow_graph(
    nodes: int, start: IntArray, end: IntArray, root: int, closed: IntArray | None = None
) -> FlowGraph:
    """Spanning tree by breadth-first search from ``root``, and one loop per edge left over.

    Neighbours are visited in the order of their edges; of parallel edges the first is in the tree.
    ``closed`` are positions of edges through which nothing flows; see :class:`FlowGraph`.

    Raises
    ------
    ValueError
        If a node cannot be reached from the root, be it through closed edges.
    """
    is_open = np.ones(len(start), dtype=bool)
    if closed is not None:
        is_open[closed] = False
    order, parent, parent_edge = _tree(nodes, start, end, root, np.flatnonzero(is_open))
    cut_off = np.ones(nodes, dtype=bool)
    cut_off[order] = False
    if cut_off.any():
        # from all that is reached, as if it were the root, on through the edges that lead or lie behind
        one_start, one_end = (np.where(cut_off[ends], ends, root) for ends in (start, end))
        behind = np.flatnonzero(one_start != one_end)
        further, _, edge = _tree(nodes, one_start, one_end, root, behind)
        if len(order) + len(further) - 1 < nodes:
            raise ValueError(f"{nodes - len(order) - len(further) + 1} nodes cannot be reached from the root")
        parent_edge[further[1:]] = edge[further[1:]]
        last = edge[further[1:]]
        parent[further[1:]] = np.where(end[last] == further[1:], start[last], end[last])
        order = np.concatenate([order, further[1:]])
    jumps = _jumps(parent)
    loops = _loops(start, end, parent, parent_edge, jumps, is_open & ~cut_off[start] & ~cut_off[end])
    return FlowGraph(
        nodes=nodes,
        start=start,
        end=end,
        root=root,
        order=order,
        parent=parent,
        parent_edge=parent_edge,
        jumps=jumps,
        loops=loops,
        loops_transposed=sparse.csr_array(loops.T),
        cut_off=cut_off,
    )


def components(nodes: int, start: IntArray, end: IntArray) -> IntArray:
    """Number of the connected part that each node lies in; (node,)."""
    edges = sparse.csr_matrix((np.ones(len(start)), (start, end)), shape=(nodes, nodes))
    return csgraph.connected_components(edges, directed=False)[1].astype(np.int64)


def _tree(
    nodes: int, start: IntArray, end: IntArray, root: int, edges: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Nodes that some edges reach, breadth-first, and of every node its parent and the edge from there."""
    a, b = start[edges], end[edges]
    here, there = np.stack([a, b], axis=1).ravel(), np.stack([b, a], axis=1).ravel()
    ranked = np.argsort(here, kind="stable")
    first = np.searchsorted(here[ranked], np.arange(nodes + 1))
    neighbours = sparse.csr_matrix((np.ones(len(here)), there[ranked], first), shape=(nodes, nodes))
    order, before = csgraph.breadth_first_order(neighbours, root)
    parent = np.where((np.arange(nodes) == root) | (before < 0), -1, before).astype(np.int64)
    leads = np.flatnonzero(parent[there] == here)[::-1]  # the first edge is written last, and stays
    parent_edge = np.full(nodes, -1)
    parent_edge[there[leads]] = edges[leads // 2]
    return order.astype(np.int64), parent, parent_edge


def _jumps(parent: IntArray) -> tuple[tuple[IntArray, IntArray], ...]:
    """Nodes, and those 1, 2, 4, ... edges nearer to the root, as far as there are any."""
    target = parent.copy()
    jumps = []
    while (there := np.flatnonzero(target >= 0)).size:
        here = target[there]
        jumps.append((there, here))
        target[there] = target[here]
    return tuple(jumps)


def _loops(
    start: IntArray,
    end: IntArray,
    parent: IntArray,
    parent_edge: IntArray,
    jumps: tuple[tuple[IntArray, IntArray], ...],
    passable: BoolArray,
) -> sparse.csr_array:
    """For each passable edge outside the tree: it, and the ways from its ends to the node where they meet.

    All loops climb towards the root at once, from the end that is further from it or from both.
    """
    outside = passable.copy()
    outside[parent_edge[parent >= 0]] = False
    chords = np.flatnonzero(outside)
    level = (parent >= 0).astype(np.int64)
    for there, here in jumps:
        level[there] += level[here]
    loop, a, b = np.arange(len(chords)), start[chords], end[chords]
    rows, edges, senses = [loop], [chords], [np.ones(len(chords))]
    while (apart := a != b).any():
        loop, a, b = loop[apart], a[apart], b[apart]
        climbs = level[a] >= level[b], level[b] >= level[a]
        for climbing, node, along in ((climbs[0], a, 1.0), (climbs[1], b, -1.0)):
            edge = parent_edge[node[climbing]]
            rows.append(loop[climbing])
            edges.append(edge)
            senses.append(np.where(end[edge] == node[climbing], along, -along))
            node[climbing] = parent[node[climbing]]
    entries = (np.concatenate(rows), np.concatenate(edges))
    return sparse.csr_array((np.concatenate(senses), entries), shape=(len(chords), len(start)))


def _loop_products(loops: sparse.csr_array) -> tuple[sparse.csr_array, sparse.csc_array]:
    """See :attr:`FlowGraph.loop_products`."""
    count, edges = loops.shape
    by_edge = sparse.csc_array(loops)
    number = np.diff(by_edge.indptr).astype(np.int64)  # loops at each edge, all of which pair
    edge = np.repeat(np.arange(edges), number)
    one = np.repeat(np.arange(len(edge)), number[edge])
    place = np.arange(len(one)) - np.repeat(np.cumsum(number[edge]) - number[edge], number[edge])
    other = by_edge.indptr[edge[one]] + place
    row = by_edge.indices.astype(np.int64)
    keys, entry = np.unique(row[one] + count * row[other], return_inverse=True)
    products = by_edge.data[one] * by_edge.data[other]
    shared = sparse.csr_array((products, (entry, edge[one])), shape=(len(keys), edges))
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
    products, pattern = graph.loop_products

    def residual(around: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        flow = base + graph.loops_transposed @ around
        drop, slope = friction(flow)
        return graph.loops @ drop, slope, flow

    around = circulation
    error, slope, flow = residual(around)
    for _ in range(iterations):
        jacobian = copy(pattern)
        jacobian.data = products @ slope
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
