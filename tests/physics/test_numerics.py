"""Graphs, loop flows and mixing against their definitions, dense algebra and another solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, root

from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.numerics.graph import FlowGraph, balanced_flow, flow_graph
from heatsym.numerics.mixing import mixer
from heatsym.physics.friction import pressure_drop_and_slope


def random_edges(rng: np.random.Generator, nodes: int, extra: int) -> tuple[IntArray, IntArray]:
    """A tree, then edges between any two nodes (parallel ones too), each either way round, in any order."""
    names = rng.permutation(nodes)
    pairs = [(names[rng.integers(0, i)], names[i]) for i in range(1, nodes)]
    pairs += [tuple(rng.choice(nodes, 2, replace=False)) for _ in range(extra)]
    pairs += [pairs[int(rng.integers(0, len(pairs)))]]
    edges = np.array(pairs)[rng.permutation(len(pairs))]
    swap = rng.random(len(edges)) < 0.5
    edges[swap] = edges[swap, ::-1]
    return edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64)


def incidence(graph: FlowGraph) -> FloatArray:
    """(node, edge): what each edge's flow brings to a node."""
    edges = np.arange(len(graph.start))
    matrix = np.zeros((graph.nodes, len(edges)))
    matrix[graph.end, edges] += 1
    matrix[graph.start, edges] -= 1
    return matrix


@pytest.mark.parametrize("seed", range(6))
def test_graph(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, extra = int(rng.integers(2, 40)), seed
    start, end = random_edges(rng, nodes, extra)
    at = int(rng.integers(nodes))
    graph = flow_graph(nodes, start, end, at)
    brings = incidence(graph)

    loops = graph.loops.toarray()
    assert loops.shape == (len(start) - nodes + 1, len(start))
    np.testing.assert_array_equal(brings @ loops.T, 0.0)
    assert np.linalg.matrix_rank(loops) == len(loops)
    assert set(np.unique(loops)) <= {-1.0, 0.0, 1.0}

    withdrawal = rng.normal(size=nodes)
    flow = graph.tree_flow(withdrawal)
    brought = brings @ flow
    rest = np.arange(nodes) != at
    np.testing.assert_allclose(brought[rest], withdrawal[rest], atol=1e-12)
    assert brought[at] == pytest.approx(withdrawal[at] - withdrawal.sum(), abs=1e-12)

    potential = rng.normal(size=(3, nodes))
    heads = graph.heads(potential[:, start] - potential[:, end])
    np.testing.assert_allclose(heads, potential - potential[:, [at]], atol=1e-12)
    np.testing.assert_allclose(graph.heads(potential[0, start] - potential[0, end]), heads[0])

    assert sorted(graph.order.tolist()) == list(range(nodes))
    away = np.zeros(nodes, dtype=np.int64)
    for node in graph.order[1:]:
        ends = {start[graph.parent_edge[node]], end[graph.parent_edge[node]]}
        assert ends == {node, graph.parent[node]}
        away[node] = away[graph.parent[node]] + 1
    assert graph.order[0] == at
    assert (np.diff(away[graph.order]) >= 0).all()
    assert np.abs(away[start] - away[end]).max() <= 1

    weight = rng.uniform(size=len(start))
    products, matrix = graph.loop_products
    matrix.data = products @ weight
    np.testing.assert_allclose(matrix.toarray(), loops * weight @ loops.T, atol=1e-14)


def test_two_parallel_edges_and_an_edge_to_itself_close_loops() -> None:
    graph = flow_graph(2, np.array([0, 1, 1]), np.array([1, 0, 1]), 0)
    np.testing.assert_array_equal(np.abs(graph.loops.toarray()), [[1, 1, 0], [0, 0, 1]])
    assert graph.loops.toarray()[0].prod() == 0
    np.testing.assert_array_equal(incidence(graph) @ graph.loops.toarray().T, 0.0)


def test_long_chain_with_a_short_cut() -> None:
    """50,000 nodes in a row, every second edge the other way round, and an edge from node 20,000 on."""
    nodes = 50_000
    near, far = np.append(np.arange(nodes - 1), 20_000), np.append(np.arange(1, nodes), 20_003)
    swapped = np.arange(nodes) % 2 == 1
    start, end = np.where(swapped, far, near), np.where(swapped, near, far)
    graph = flow_graph(nodes, start, end, 0)
    away = np.arange(nodes) - 2 * (np.arange(nodes) >= 20_003)
    np.testing.assert_array_equal(graph.heads(np.where(swapped, 1.0, -1.0)), away)

    flow = np.abs(graph.tree_flow(np.ones(nodes)))
    np.testing.assert_array_equal(flow[:20_000], nodes - 1 - np.arange(20_000))
    np.testing.assert_array_equal(flow[20_003:-1], nodes - 1 - np.arange(20_003, nodes - 1))

    around = graph.loops.toarray()[0]
    np.testing.assert_array_equal(np.flatnonzero(around), [20_000, 20_001, 20_002, nodes - 1])
    np.testing.assert_array_equal(np.bincount(start, around, nodes), np.bincount(end, around, nodes))


def test_graph_in_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="2 nodes cannot be reached"):
        flow_graph(4, np.array([0, 2]), np.array([1, 3]), 0)


def test_loop_flows_spend_the_least() -> None:
    """Square-law drops: flows without net drop around loops minimise sum(r |m|^3)/3, found by scipy."""
    rng = np.random.default_rng(3)
    start, end = random_edges(rng, 7, 3)
    graph = flow_graph(7, start, end, 0)
    resistance = rng.uniform(0.1, 10.0, len(start))
    withdrawal = rng.uniform(-1, 1, 7)
    withdrawal[0] -= withdrawal.sum()

    def friction(flow: FloatArray) -> tuple[FloatArray, FloatArray]:
        return resistance * flow * np.abs(flow) + 1e-6 * flow, 2 * resistance * np.abs(flow) + 1e-6

    flow, _, closed = balanced_flow(graph, withdrawal, friction, np.zeros(graph.loops.shape[0]))
    assert closed
    base, loops = graph.tree_flow(withdrawal), graph.loops.toarray()

    def spent(around: FloatArray) -> tuple[float, FloatArray]:
        moving = base + loops.T @ around
        drop, _ = friction(moving)
        return float((resistance * np.abs(moving) ** 3 / 3 + 5e-7 * moving**2).sum()), loops @ drop

    least = minimize(spent, np.ones(len(loops)), jac=True, method="BFGS", options={"gtol": 1e-10})
    np.testing.assert_allclose(flow, base + loops.T @ least.x, atol=1e-6)
    np.testing.assert_allclose(incidence(graph) @ flow, withdrawal, atol=1e-12)


@pytest.mark.parametrize("strength", [1e-4, 1e-2, 1.0, 30.0])
def test_loop_flows_of_real_pipes(strength: float) -> None:
    """Laminar, blended and turbulent: node pressures and flows together, solved by scipy."""
    rng = np.random.default_rng(8)
    nodes = 9
    start, end = random_edges(rng, nodes, 3)
    graph = flow_graph(nodes, start, end, 4)
    pipe = (
        rng.uniform(20, 300, len(start)),
        rng.uniform(0.04, 0.15, len(start)),
        np.full(len(start), 1e-4),
        rng.uniform(0, 5, len(start)),
        980.0,
        4e-4,
    )

    def friction(flow: FloatArray) -> tuple[FloatArray, FloatArray]:
        return pressure_drop_and_slope(flow, *pipe)

    withdrawal = strength * rng.uniform(0.1, 1.0, nodes)
    withdrawal[4] -= withdrawal.sum()
    around = np.zeros(graph.loops.shape[0])
    flow, around, closed = balanced_flow(graph, withdrawal, friction, around)
    assert closed
    brings = incidence(graph)
    np.testing.assert_allclose(brings @ flow, withdrawal, atol=1e-12 * strength)
    drop = friction(flow)[0]
    heads = graph.heads(drop)
    np.testing.assert_allclose(heads[start] - heads[end], drop, atol=1e-7 * np.abs(drop).max())

    # Global system in flows and heads, scaled, from a start that knows nothing of loops.
    scale = float(np.abs(drop).max())
    others = np.arange(nodes) != 4

    def imbalance(x: FloatArray) -> FloatArray:
        moving, pressure = x[: len(start)] * strength, np.zeros(nodes)
        pressure[others] = x[len(start) :] * scale
        energy = (pressure[start] - pressure[end] - friction(moving)[0]) / scale
        return np.concatenate([energy, (brings @ moving - withdrawal)[others] / strength])

    guess = np.linalg.lstsq(brings, withdrawal, rcond=None)[0] / strength
    other = root(imbalance, np.concatenate([guess, np.zeros(nodes - 1)]), tol=1e-12)
    assert np.abs(imbalance(other.x)).max() < 1e-9
    np.testing.assert_allclose(flow, other.x[: len(start)] * strength, atol=1e-7 * strength)

    # A start far away leads to the same flows.
    again, _, closed = balanced_flow(graph, withdrawal, friction, around + 50 * strength)
    assert closed
    np.testing.assert_allclose(again, flow, atol=1e-8 * strength)


def dense(
    nodes: int,
    start: IntArray,
    end: IntArray,
    flow: FloatArray,
    offset: FloatArray,
    gain: FloatArray,
    inflow: FloatArray,
    content: FloatArray,
) -> FloatArray:
    """Mixing edge by edge into a full matrix, only over nodes that something flows into."""
    matrix, right = np.diag(inflow.copy()), content.copy()
    for a, b, m, offset_, gain_ in zip(start, end, flow, offset, gain, strict=True):
        if m == 0:
            continue
        here, there = (a, b) if m > 0 else (b, a)
        matrix[there, there] += abs(m)
        matrix[there, here] -= abs(m) * gain_
        right[there] += abs(m) * offset_
    wet = np.diag(matrix) > 0
    value = np.full(nodes, np.nan)
    value[wet] = np.linalg.solve(matrix[np.ix_(wet, wet)], right[wet])
    return value


@pytest.mark.parametrize("seed", range(8))
def test_mixing_of_any_flows(seed: int) -> None:
    """Flows that balance, run in rings and stand still; pipes that hold water (gain 0) and that do not."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(3, 30))
    start, end = random_edges(rng, nodes, seed)
    graph = flow_graph(nodes, start, end, 0)
    solver = mixer(nodes, start, end, graph.order)
    for _ in range(5):
        enters = rng.uniform(0, 1, nodes) * (rng.random(nodes) < 0.3)
        leaves = rng.uniform(0, 1, nodes) * (rng.random(nodes) < 0.5)
        leaves *= enters.sum() / max(leaves.sum(), 1e-9)
        circulating = graph.loops_transposed @ (3 * rng.normal(size=graph.loops.shape[0]))
        flow = graph.tree_flow(leaves - enters) + circulating
        flow[np.abs(flow) < 1e-9] = 0.0
        offset = rng.uniform(5, 80, len(start))
        gain = rng.uniform(0, 0.99, len(start)) * (rng.random(len(start)) < 0.6)
        value = solver.solve(flow, offset, gain, enters, enters * 70.0)
        expected = dense(nodes, start, end, flow, offset, gain, enters, enters * 70.0)
        np.testing.assert_allclose(value, expected, rtol=1e-9)


def test_ring_that_circulates_by_itself() -> None:
    """Three nodes in a ring, 2 kg/s around, 0.1 kg/s at 80 degC in at node 0 and out at node 1: by hand.

    Each pipe cools its water towards 10 degC by a tenth of the difference.
    """
    start, end = np.array([0, 1, 2]), np.array([1, 2, 0])
    graph = flow_graph(3, start, end, 0)
    flow = np.array([2.0, 1.9, 1.9])
    value = mixer(3, start, end, graph.order).solve(
        flow, np.ones(3), np.full(3, 0.9), np.array([0.1, 0.0, 0.0]), np.array([8.0, 0.0, 0.0])
    )
    over = 0.1 * 70 / (2.0 - 1.9 * 0.9**3)  # of node 0 above 10 degC
    np.testing.assert_allclose(value, 10 + over * np.array([1.0, 0.9, 0.81]))


def test_dry_nodes_have_no_value_and_touch_nobody() -> None:
    start, end = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 1])
    graph = flow_graph(4, start, end, 0)
    flow = np.array([1.0, 0.0, 0.0, 0.0])
    value = mixer(4, start, end, graph.order).solve(
        flow, np.full(4, 3.0), np.full(4, 0.9), np.array([1.0, 0, 0, 0]), np.array([60.0, 0, 0, 0])
    )
    np.testing.assert_allclose(value, [60.0, 57.0, np.nan, np.nan])


def test_loops_of_random_meshes_balance_to_rounding() -> None:
    """Laminar, blended and rough pipes together: the drop around every loop is 1e-11 of the largest drop."""
    rng = np.random.default_rng(0)
    for _ in range(150):
        nodes = int(rng.integers(5, 40))
        tree = [(int(rng.integers(0, i)), i) for i in range(1, nodes)]
        chords = [tuple(rng.choice(nodes, 2, replace=False)) for _ in range(int(rng.integers(1, 6)))]
        start, end = np.array(tree + chords, dtype=np.int64).T
        graph = flow_graph(nodes, start, end, 0)
        pipe = (rng.uniform(5, 500, len(start)), rng.uniform(0.02, 0.3, len(start)), 1e-4, 0.0, 975.0, 3.6e-4)
        withdrawal = rng.uniform(0, 1, nodes) * 10 ** rng.uniform(-4, 1)
        flow, _, closed = balanced_flow(
            graph,
            withdrawal,
            lambda flow, pipe=pipe: pressure_drop_and_slope(flow, *pipe),
            np.zeros(graph.loops.shape[0]),
        )
        drop, _ = pressure_drop_and_slope(flow, *pipe)
        assert closed
        assert np.abs(graph.loops @ drop).max() <= 1e-11 * np.abs(drop).max()
