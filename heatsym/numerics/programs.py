"""Linear programs in blocks of columns and rows, some columns whole numbers, solved by HiGHS.

Columns and rows are arrays of numbers of any shape; coefficients are put where two such arrays meet, so that
no row is ever made on its own. HiGHS runs in one thread, so that its answer is the same every time, unless
other code of the process has had it run in more: it then keeps their number to the end of the process.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NODES = 2000
"""Most nodes of a search for whole numbers. A limit of time would give another answer every time."""


class ProgramError(RuntimeError):
    """HiGHS found no answer where there must be one."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Values (column,), what one more unit of each row's bounds would cost (row,), and the relative gap.

    Duals are NaN where columns are whole numbers.
    """

    value: FloatArray
    dual: FloatArray
    objective: float
    gap: float


class Program:
    """Least cost of columns between bounds, subject to rows between bounds."""

    def __init__(self) -> None:
        """Nothing is in it yet."""
        self._columns: list[tuple[FloatArray, FloatArray, FloatArray, BoolArray]] = []
        self._rows: list[tuple[FloatArray, FloatArray]] = []
        self._entries: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.width = 0
        self.height = 0

    def columns(
        self,
        shape: tuple[int, ...],
        cost: ArrayLike = 0.0,
        low: ArrayLike = 0.0,
        high: ArrayLike = np.inf,
        whole: bool = False,
    ) -> IntArray:
        """Add columns; their numbers, in the shape given."""
        count = int(np.prod(shape))
        spread = (np.broadcast_to(np.asarray(part, dtype=float), shape).ravel() for part in (cost, low, high))
        first, second, third = spread
        self._columns.append((first, second, third, np.full(count, whole)))
        self.width += count
        return np.arange(self.width - count, self.width).reshape(shape)

    def rows(self, shape: tuple[int, ...], low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> IntArray:
        """Add rows, empty as yet; their numbers, in the shape given."""
        count = int(np.prod(shape))
        spread = (np.broadcast_to(np.asarray(part, dtype=float), shape).ravel() for part in (low, high))
        first, second = spread
        self._rows.append((first, second))
        self.height += count
        return np.arange(self.height - count, self.height).reshape(shape)

    def put(self, row: IntArray, column: IntArray, coefficient: ArrayLike = 1.0) -> None:
        """Coefficients of rows and columns, which are broadcast against each other; equal places add up."""
        where, what, number = np.broadcast_arrays(row, column, np.asarray(coefficient, dtype=float))
        used = number.ravel() != 0.0
        self._entries.append((where.ravel()[used], what.ravel()[used], number.ravel()[used]))

    def solve(
        self, gap: float = 0.0, fixed: tuple[IntArray, FloatArray] | None = None, method: str = "highs-ds"
    ) -> Answer:
        """Columns of least cost; ``fixed`` are columns that keep values, then none is a whole number.

        Raises
        ------
        ProgramError
            There is no answer: bounds that contradict each other, a cost without bound, or no whole
            numbers found within :data:`NODES` nodes.
        """
        cost, low, high, whole = (np.concatenate(part) for part in zip(*self._columns, strict=True))
        if fixed is not None:
            low[fixed[0]] = high[fixed[0]] = fixed[1]
            whole[:] = False
        if not self._rows:
            self.rows((1,), -np.inf, np.inf)
        least, most = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        matrix = self._matrix()
        if whole.any():
            return _whole(cost, low, high, whole, matrix, least, most, gap)
        return _continuous(cost, low, high, matrix, least, most, method)

    def _matrix(self) -> sparse.csr_array:
        parts = zip(*self._entries, strict=True) if self._entries else ([], [], [])
        row, column, number = (np.concatenate([np.empty(0), *part]) for part in parts)
        places = (row.astype(np.int32), column.astype(np.int32))
        return sparse.csr_array(sparse.coo_array((number, places), (self.height, self.width)))


def _continuous(
    cost: FloatArray,
    low: FloatArray,
    high: FloatArray,
    matrix: sparse.csr_array,
    least: FloatArray,
    most: FloatArray,
    method: str,
) -> Answer:
    equal = least == most
    above = ~equal & np.isfinite(least)
    below = ~equal & np.isfinite(most)
    at_most = sparse.vstack([matrix[below], -matrix[above]], format="csr")
    found = _called(
        "linprog",
        {},
        c=cost,
        A_ub=at_most if at_most.shape[0] else None,
        b_ub=np.concatenate([most[below], -least[above]]) if at_most.shape[0] else None,
        A_eq=matrix[equal] if equal.any() else None,
        b_eq=least[equal] if equal.any() else None,
        bounds=np.column_stack([low, high]),
        method=method,
    )
    if found.status != 0 or found.x is None:
        raise ProgramError(f"HiGHS found no least cost of {len(cost)} columns: {found.message}")
    dual = np.zeros(len(least))
    if equal.any():
        dual[equal] = found.eqlin.marginals
    if at_most.shape[0]:
        kept = np.asarray(found.ineqlin.marginals)
        split = int(below.sum())
        dual[below] += kept[:split]
        dual[above] -= kept[split:]
    return Answer(np.clip(found.x, low, high), dual, float(found.fun), 0.0)


def _whole(
    cost: FloatArray,
    low: FloatArray,
    high: FloatArray,
    whole: BoolArray,
    matrix: sparse.csr_array,
    least: FloatArray,
    most: FloatArray,
    gap: float,
) -> Answer:
    from scipy.optimize import Bounds, LinearConstraint  # takes a quarter of a second to import

    found = _called(
        "milp",
        {"mip_rel_gap": gap, "node_limit": NODES},
        c=cost,
        integrality=whole.astype(int),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(matrix, least, most),
    )
    if found.x is None:
        raise ProgramError(f"HiGHS found no whole numbers for {int(whole.sum())} columns: {found.message}")
    value = np.clip(found.x, low, high)
    value[whole] = np.rint(value[whole])
    return Answer(value, np.full(len(least), np.nan), float(found.fun), float(found.mip_gap or 0.0))


def _called(name: str, options: dict[str, float], **problem: Any) -> Any:
    """What a function of scipy finds; where one thread is refused, in as many as others have asked for."""
    import scipy.optimize  # takes a quarter of a second

    for threads in (1, 0):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that scipy does not know the option, which HiGHS does
            found = getattr(scipy.optimize, name)(options={**options, "threads": threads}, **problem)
        if "Not Set" not in found.message:
            break
    return found
