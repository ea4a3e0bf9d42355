"""Linear programs whose answers are known."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from heatsym.numerics.programs import Program, ProgramError


def knapsack(whole: bool) -> tuple[Program, np.ndarray]:
    """Three things worth 8, 11 and 6 that weigh 5, 7 and 4, of which 12 may be taken."""
    program = Program()
    taken = program.columns((3,), [-8.0, -11.0, -6.0], high=1.0, whole=whole)
    weight = program.rows((1,), high=12.0)
    program.put(weight, taken, [5.0, 7.0, 4.0])
    return program, taken


def test_parts_and_wholes():
    """Those worth most by weight, 1.6 and 1.57, just fit; if the third must go along, the first stays."""
    program, taken = knapsack(whole=False)
    answer = program.solve()
    np.testing.assert_allclose(answer.value[taken], [1, 1, 0], atol=1e-9)
    assert answer.objective == pytest.approx(-19)
    program, taken = knapsack(whole=True)
    program.put(program.rows((1,), low=1.0), taken[2:])  # the third is wanted
    answer = program.solve()
    np.testing.assert_array_equal(answer.value[taken], [0, 1, 1])
    fixed = program.solve(fixed=(taken, answer.value[taken]))
    assert fixed.objective == pytest.approx(-17)


def test_duals_of_all_kinds_of_rows():
    """x + y = 4, x at most 3, x + 2 y at least 5.5, both at cost: 2 x + 3 y at least; and -x bounded twice.

    x = 2.5 and y = 1.5: one more of the sum is worth 1 (x + 2, y - 1), of the last -1 (x - 1, y + 1).
    """
    program = Program()
    pair = program.columns((2,), [2.0, 3.0])
    total = program.rows((1,), 4.0, 4.0)
    program.put(total, pair)
    upper = program.rows((1,), high=3.0)
    program.put(upper, pair[:1])
    lower = program.rows((1,), low=5.5)
    program.put(lower, pair, [1.0, 2.0])
    both = program.rows((1,), -9.0, 9.0)
    program.put(both, pair[:1], -1.0)
    answer = program.solve()
    np.testing.assert_allclose(answer.value, [2.5, 1.5])
    np.testing.assert_allclose(answer.dual[[total[0], upper[0], lower[0], both[0]]], [1, 0, 1, 0], atol=1e-9)


@pytest.mark.parametrize("whole", [False, True])
def test_contradictions_are_an_error(whole):
    program = Program()
    column = program.columns((1,), 1.0, high=2.0, whole=whole)
    program.put(program.rows((1,), low=3.0), column)
    with pytest.raises(ProgramError, match=r"HiGHS found no .* columns"):
        program.solve()


def test_others_may_have_asked_for_more_threads():
    """HiGHS refuses one thread in a process in which it was asked for two; a process of its own tells."""
    code = """
import warnings
from scipy.optimize import linprog
from heatsym.numerics.programs import Program
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    assert linprog([1.0], A_ub=[[-1.0]], b_ub=[-1.0], options={"threads": 2}).status == 0
program = Program()
column = program.columns((1,), 1.0)
program.put(program.rows((1,), low=3.0), column)
print(program.solve().value[0])
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(told.stdout) == 3.0
