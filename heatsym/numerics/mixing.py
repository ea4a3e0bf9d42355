"""What flows into a node mixes there, and what leaves an edge depends linearly on what entered it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Mixer:
    """Sparse linear system of mixing, with a pattern that serves any flow direction.

    Nodes are eliminated from the leaves of the spanning tree to its root, so that a tree causes no
    fill-in. Recirculation needs no special case: the system is solved, not swept.
    """

    nodes: int
    start: IntArray
    end: IntArray
    rank: IntArray  # place of each node in the elimination
    slot: IntArray  # place of diagonal, forward and backward coefficients in the matrix data
    pattern: sparse.csc_array

    def solve(
        self, flow: FloatArray, offset: FloatArray, gain: FloatArray, inflow: FloatArray, content: FloatArray
    ) -> FloatArray:
        """Values at the nodes; NaN where nothing flows in.

        An edge with ``flow`` (signed, start to end) delivers ``offset + gain * value at its upstream node``.
        ``inflow`` (node,) >= 0 enters from outside and carries ``content`` (node,) = flow times value.
        """
        size = np.abs(flow)
        forward = flow > 0
        downstream = np.where(forward, self.end, self.start)
        total = np.bincount(downstream, size, self.nodes) + inflow
        right = np.bincount(downstream, size * offset, self.nodes) + content
        dry = total <= 0.0
        total[dry] = 1.0
        weight = size * gain
        data = np.bincount(
            self.slot,
            np.concatenate([total, np.where(forward, -weight, 0.0), np.where(forward, 0.0, -weight)]),
            self.pattern.nnz,
        )
        matrix = copy(self.pattern)
        matrix.data = data
        factors = splu(
            matrix,
            permc_spec="NATURAL",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True, "Equil": False},
        )
        ordered = np.empty(self.nodes)
        ordered[self.rank] = right
        value: FloatArray = factors.solve(ordered)[self.rank]
        value[dry] = np.nan
        return value


def mixer(nodes: int, start: IntArray, end: IntArray, order: IntArray) -> Mixer:
    """Pattern of the mixing system; ``order`` lists nodes from the root outwards."""
    rank = np.empty(nodes, dtype=np.int64)
    rank[order[::-1]] = np.arange(nodes)
    row = np.concatenate([rank, rank[end], rank[start]])
    column = np.concatenate([rank, rank[start], rank[end]])
    keys, slot = np.unique(column * nodes + row, return_inverse=True)
    indptr = np.searchsorted(keys // nodes, np.arange(nodes + 1))
    return Mixer(
        nodes=nodes,
        start=start,
        end=end,
        rank=rank,
        slot=slot.astype(np.int64),
        pattern=sparse.csc_array(
            (np.ones(len(keys)), (keys % nodes).astype(np.int32), indptr.astype(np.int32)),
            shape=(nodes, nodes),
        ),
    )
