"""What is made when steps are asked for is what the whole array would hold, wherever it is cut."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from heatsym.dispatch.merit_order import merit_order
from heatsym.engine.compiled import Compiled
from heatsym.engine.problem import Problem
from heatsym.engine.reference import Reference
from heatsym.engine.trajectory import March, joined
from heatsym.interfaces import stepwise
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.stepwise import Made, Scaled, mean, picked, pieces, scaled, unknown
from tests.build import Engine, Net, offers
from tests.engine.networks import random_network, with_closures


def some(seed: int) -> tuple[Scaled, FloatArray]:
    """Profiles in one to three tables, some of nothing, and the array of the consumers that follow them."""
    rng = np.random.default_rng(seed)
    steps, many = int(rng.integers(1, 40)), int(rng.integers(1, 12))
    tables = tuple(rng.normal(0, 10, (steps, rng.integers(1, 4))) for _ in range(rng.integers(1, 4)))
    tables[-1][:, -1] = np.nan
    profiles = [column for table in tables for column in table.T]
    which, scale = rng.integers(0, len(profiles), many), rng.lognormal(0, 3, many)
    whole = np.stack([profiles[k] * factor for k, factor in zip(which, scale, strict=True)], axis=1)
    return Scaled(tables, which, scale), whole


@pytest.mark.parametrize("seed", range(30))
def test_pieces_of_any_length_join_to_the_whole(seed, monkeypatch):
    values, whole = some(seed)
    assert values.shape == whole.shape
    forms = [values, scaled(whole), whole, Made(whole.shape, lambda steps: whole[steps])]
    for form in forms:
        for size in (1, 3, len(whole) * whole.shape[1], 10**9):
            monkeypatch.setattr(stepwise, "PIECE", size)
            found = [form[part] for part in pieces(*form.shape)]
            np.testing.assert_array_equal(np.concatenate(found), whole, strict=True)
            assert max(rows.size for rows in found) <= max(size, whole.shape[1])
        for t in range(len(whole)):
            np.testing.assert_array_equal(form[t], whole[t], strict=True)


@pytest.mark.parametrize("seed", range(10))
def test_some_consumers_are_picked_in_any_order(seed):
    values, whole = some(seed)
    which = np.random.default_rng(seed).integers(0, whole.shape[1], 7)
    for form in (values, whole, Made(whole.shape, lambda steps: whole[steps])):
        found = picked(form, which)
        assert found.shape == (len(whole), 7)
        np.testing.assert_array_equal(found[:], whole[:, which], strict=True)
        np.testing.assert_array_equal(found[0], whole[0, which], strict=True)


def test_nothing_is_known_of_anybody():
    none = unknown(5, 3)
    np.testing.assert_array_equal(none[1:4], np.full((3, 3), np.nan), strict=True)


@pytest.mark.parametrize("seed", range(30))
def test_the_mean_is_that_of_the_whole_to_the_last_bit(seed, monkeypatch):
    """Also where it is rounded: numbers of many sizes, which any other order of sums would tell."""
    rng = np.random.default_rng(seed)
    steps, many = int(rng.integers(1, 900)), int(rng.integers(1, 60))
    whole = rng.lognormal(0, 8, (steps, many)) * rng.choice([-1.0, 1.0], (steps, many))
    monkeypatch.setattr(stepwise, "PIECE", 128)
    made = mean(Made(whole.shape, lambda rows: whole[rows]))
    assert made == whole.mean()


@pytest.mark.parametrize("engine", [Reference, Compiled])
@pytest.mark.parametrize("seed", range(6))
def test_a_march_does_not_feel_how_its_load_is_kept(engine, seed, monkeypatch):
    """Arrays marched in one, and the same as profiles, in pieces; every rule, and trenches that close."""
    network = with_closures(random_network(seed), seed)
    expected = network.march(engine)
    load = network.problem.load
    small = {name: halved(getattr(load, name)) for name in ("heat", "mass_flow", "return_offset")}
    monkeypatch.setattr(stepwise, "PIECE", 7)
    kept = replace(network, problem=replace(network.problem, load=replace(load, **small)))
    same(in_parts(kept.engine(engine), kept.problem, 4), expected)


def halved(values: FloatArray) -> Scaled:
    """Twice the half of each consumer's values, which is exact, in two tables and any order."""
    many = values.shape[1]
    tables = (0.5 * values[:, many // 2 :], 0.5 * values[:, : many // 2])
    return Scaled(tables, (np.arange(many) - many // 2) % many, np.full(many, 2.0))


def in_parts(engine: Engine, problem: Problem, size: int) -> March:
    state, parts = engine.start(), []
    for first in range(0, problem.steps, size):
        last = min(first + size, problem.steps)
        state, part = engine.part(state, first, last, lambda done: None)
        parts.append(part)
    return joined(parts)


def same(found: March, expected: March) -> None:
    for field in fields(March):
        if field.name != "seconds":
            values = getattr(found, field.name), getattr(expected, field.name)
            np.testing.assert_array_equal(*values, err_msg=field.name)


def test_cells_of_walls_do_not_feel_it_either(monkeypatch):
    """The largest flow, for which cells are made, is found in pieces: given for some, free for others."""
    flow = np.linspace(0.1, 0.6, 9)[:, None] * np.array([np.nan, 1.0])
    net = Net([(0, 1), (1, 2)], consumers=[1, 2], wall=500.0)
    problem = net.problem(20e3, steps=9, step=60, mass_flow=flow, mass_flow_max=0.3)
    problem = replace(problem, wall="distributed")
    offered = offers(problem)
    planned = offered, merit_order(offered.power, None)
    expected = Reference(problem, *planned).initial_state().supply.walls
    monkeypatch.setattr(stepwise, "PIECE", 2)
    found = Reference(problem, *planned).initial_state().supply.walls
    np.testing.assert_array_equal(found.count, expected.count)
