"""Tables that share memory one after another, never at the same time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.dispatch.merit_order import merit_order
from heatsym.engine import buffers
from heatsym.engine.buffers import LARGE, SPARE, Buffers
from heatsym.engine.compiled import Compiled
from heatsym.engine.hydraulics import solver
from tests.build import Net, offers

SHAPE = (2, LARGE // 8)


def place(table: np.ndarray) -> int:
    return table.__array_interface__["data"][0]


def test_memory_comes_back_when_the_last_view_is_gone() -> None:
    pool = Buffers()
    table = pool.empty(SHAPE)
    assert table.shape == SHAPE
    assert table.dtype == np.float64
    table[:] = 1.0
    first, row = place(table), table[1, ::2]
    del table
    other = pool.empty(SHAPE)
    other[:] = 2.0
    assert (row == 1.0).all()
    del row
    assert place(pool.empty(SHAPE)) == first
    assert (other == 2.0).all()


def test_no_more_is_kept_than_is_of_use() -> None:
    pool = Buffers()
    tables = [pool.empty(SHAPE) for _ in range(3 * SPARE)]
    places = {place(table) for table in tables}
    assert len(places) == len(tables)
    del tables
    assert sum(map(len, pool._free.values())) == SPARE


def test_pieces_that_are_kept_stay_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another piece is marched while one is held."""
    monkeypatch.setattr(buffers, "LARGE", 0)
    steps = 24
    net = Net([(0, 1), (1, 2)], consumers=[1, 2])
    problem = replace(net.problem(np.full((2 * steps, 2), 20e3), steps=2 * steps), engine="compiled")
    offered = offers(problem)
    engine = Compiled(problem, offered, merit_order(offered.power, None))
    pressures = solver(problem)
    state, one = engine.part(engine.initial_state(), 0, steps, lambda done: None)
    heads = pressures(one)
    copies = one.pipe_heat_loss.copy(), heads.node_supply_pressure.copy()
    _, other = engine.part(state, steps, 2 * steps, lambda done: None)
    pressures(other)
    np.testing.assert_array_equal(one.pipe_heat_loss, copies[0])
    np.testing.assert_array_equal(heads.node_supply_pressure, copies[1])
    assert (other.pipe_heat_loss[-1] != one.pipe_heat_loss[0]).all()
