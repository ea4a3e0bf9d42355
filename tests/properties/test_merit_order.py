"""What holds of any merit order: heat is conserved, and nobody does what it cannot, but to serve heat."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from heatsym.dispatch.cheap_hours import cheap_hours
from heatsym.dispatch.kernels import (
    Around,
    Field,
    Found,
    Lifts,
    Limits,
    Stores,
    nothing_known,
    plan,
)
from heatsym.dispatch.merit_order import filled, marginal_price, merit_order
from heatsym.storage.kernels import energy
from heatsym.storage.layout_of_kernels import CAPACITY, CELLS, COLUMNS, FIGURES, HOTTEST, KIND, LAYERS

HOUR, STEPS, SLACK = 3600.0, 120, 1e-6


class System(NamedTuple):
    """Sources and what they need to serve; a storage without loss."""

    need: np.ndarray
    sources: Field
    found: Found
    stores: Stores
    begin: float
    most: tuple[float, float]  # that the storage takes and gives


def system(seed, plain=False):
    """Some sources with random bounds, a tank, and how they are dispatched; if ``plain``, without bounds."""
    random = np.random.default_rng(seed)
    many, cells = int(random.integers(1, 7)), 6
    shape = (STEPS, many)
    power = random.uniform(1.0, 10.0, many) * np.where(random.random(shape) < 0.03, 0.0, 1.0)
    need = random.uniform(0.0, 1.0, STEPS) * random.uniform(0.3, 1.1) * power.max(axis=0).sum()
    costs = random.uniform(-5.0, 50.0, many) + random.choice([0.0, 30.0], many) * random.random((STEPS, 1))
    ramp = np.where(random.random(many) < 0.4, random.uniform(0.2, 4.0, many), np.inf)
    bound = np.zeros(many) if plain else 1.0
    must_run = (random.random(many) < 0.2) & (not plain)
    order = merit_order(power, costs, must_run).order
    price = marginal_price(filled(need, power, order), power, costs, 60.0)
    may = random.random(many) < 0.7
    charges, worth = cheap_hours(costs, price, may & (power > 0.0), 24, 0.3, 0.9)
    rank = np.argsort(order, axis=1, kind="stable")
    place = np.where(must_run | (costs <= worth[:, None]), rank, -1).max(axis=1) + 0.5
    least = random.uniform(0.0, 0.6, many) * (random.random(many) < 0.6) * bound * power
    sources = Field(
        power=power,
        least=least,
        rise=np.broadcast_to(np.inf if plain else ramp, shape).copy(),
        fall=np.broadcast_to(np.inf if plain else ramp, shape).copy(),
        cost=costs,
        order=np.argsort(np.c_[rank, place], axis=1, kind="stable"),
        charges=charges[:, :, None] & (not plain),
        spills=(may & (not plain))[:, None].copy(),
        must_run=must_run,
        start_cost=random.choice([0.0, 0.01, 0.1], many) * bound * HOUR,
        up=(random.integers(0, 7, many) * bound).astype(np.int64),
        down=(random.integers(0, 7, many) * bound).astype(np.int64),
        ahead=np.full(many, 24),
    )
    state = np.full(cells + 2, 60.0)
    state[0] = 0.5
    figure = np.zeros((1, FIGURES))
    size = 1e-6 if plain else float(random.uniform(0.05, 2.0)) * 3600.0
    figure[0, [KIND, CELLS, CAPACITY, HOTTEST]] = LAYERS, cells, size / cells, 95.0
    stores = Stores(
        np.array([0, cells + 2]), state, figure, np.zeros((cells + 2, COLUMNS)), np.zeros((2, cells + 5))
    )
    found = Found(
        np.zeros((STEPS, many + 1), dtype=np.int64),
        *(np.zeros(shape) for _ in range(3)),
        np.zeros(shape, dtype=bool),
        *(np.zeros((STEPS, 1)) for _ in range(5)),
    )
    full, most = np.ones((STEPS, 1)), (float(random.uniform(0.5, 9.0)), float(random.uniform(0.5, 9.0)))
    begin = energy(state, figure[0], stores.table, 0.0)
    plan(
        need,
        80.0 * full[:, 0],
        sources,
        stores,
        Around(85.0 * full, 45.0 * full, 10.0 * full[:, 0], 10.0 * full[:, 0]),
        Limits(most[0] * full, most[1] * full * (not plain), np.array([5.0]), np.array([10.0])),
        Lifts(*np.zeros((4, 1)), np.zeros(STEPS), np.full(shape, np.inf)),
        HOUR,
        nothing_known(many, 1),
        found,
    )
    return System(need, sources, found, stores, begin, most)


SEEDS = pytest.mark.parametrize("seed", range(100))


def served(at):
    """Heat that reaches the network in each step."""
    return at.found.heat.sum(axis=1) + at.found.discharge[:, 0] - at.found.charge[:, 0]


@SEEDS
def test_heat_is_conserved(seed):
    """What is given is what is needed or less; what the storage holds is what it took less what it gave."""
    at = system(seed)
    assert (served(at) <= at.need * (1.0 + SLACK) + SLACK).all()
    stored = (at.found.charge - at.found.discharge).sum() * HOUR
    held = energy(at.stores.state, at.stores.figure[0], at.stores.table, 0.0)
    np.testing.assert_allclose(held - at.begin, stored, atol=1e-6 * abs(held))
    assert at.stores.state[1:].max() <= 95.0
    assert at.stores.state[1:].min() >= 45.0 - SLACK
    assert (at.found.charge <= at.most[0] + SLACK).all()
    assert (at.found.discharge <= at.most[1] + SLACK).all()
    assert not ((at.found.charge > 0.0) & (at.found.discharge > 0.0)).any()


def reach(at):
    """The most that each source could give in each step after what it gave in the one before."""
    of, made = at.sources, at.found.heat + at.found.rejected
    most = np.full_like(made, np.inf)
    most[1:] = np.where(made[:-1] > 0.0, made[:-1] + of.rise[1:], np.maximum(of.rise[1:], of.least[1:]))
    return np.minimum(of.power, most)


@SEEDS
def test_bounds_hold(seed):
    """Ramps both ways above least loads, least loads and times; what has no choice is excused.

    A source rests, or starts, at its least load. It falls at once where its power does. Below its least load
    it runs only where those that have none, with the storage, are not enough.
    """
    at = system(seed)
    of, found = at.sources, at.found
    made = found.heat + found.rejected
    assert (made <= reach(at) * (1.0 + SLACK) + SLACK).all()
    assert (found.heat >= 0.0).all()
    assert (found.rejected >= 0.0).all()
    was, now = made[:-1], made[1:]
    falls = was - now > of.fall[1:] + SLACK
    stopped = (was <= of.least[1:] * (1.0 + SLACK)) & ((now == 0.0) | (now < of.least[1:]))
    assert not (falls & ~stopped & (now < of.power[1:] * (1.0 - SLACK))).any()
    below = (made > 0.0) & (made < of.least * (1.0 - SLACK)) & ~of.must_run
    free = np.where((of.least == 0.0) & (of.down == 0), reach(at), 0.0).sum(axis=1)
    assert (free + found.discharge[:, 0] < at.need)[below.any(axis=1)].all()
    for s in np.flatnonzero(of.up + of.down):
        on = made[:, s] > 0.0
        edges = np.flatnonzero(np.diff(on)) + 1
        for begin, end in pairwise(edges):
            length, cause = end - begin, slice(begin, end + 1)
            if on[begin] and of.least[begin:end, s].min() > 0.0:
                cut = (of.power[cause, s] == 0.0).any()
                assert length >= of.up[s] or cut
            if not on[begin] and not of.must_run[s]:
                assert length >= of.down[s] or found.early[end, s]


@SEEDS
def test_rest_is_cut_short_only_where_heat_would_be_missed(seed):
    """Without those that start early, all that may run at their most, and the storage, are not enough."""
    at = system(seed)
    may = (at.found.heat > 0.0) | (at.sources.down == 0)
    others = np.where(may & ~at.found.early, reach(at), 0.0).sum(axis=1)
    early = at.found.early.any(axis=1)
    assert (others + at.found.discharge[:, 0] < at.need)[early].all()


@SEEDS
def test_without_bounds_it_is_the_plain_merit_order(seed):
    at = system(seed, plain=True)
    order = merit_order(at.sources.power, at.sources.cost).order
    np.testing.assert_allclose(at.found.heat, filled(at.need, at.sources.power, order), atol=1e-9)
    assert not at.found.rejected.any()


@SEEDS
def test_nothing_is_missing_while_somebody_could_give_it(seed):
    """Where heat is missing, every source gives all that its ramp allows."""
    at = system(seed)
    made, missing = at.found.heat + at.found.rejected, served(at) < at.need * (1.0 - SLACK) - SLACK
    np.testing.assert_allclose(made[missing], reach(at)[missing], rtol=SLACK)
    assert not at.found.charge[missing].any()


def test_rules_are_met_by_the_random_systems():
    """Every rule is at work somewhere among them."""
    found = [system(seed).found for seed in range(60)]
    assert sum(one.early.sum() for one in found) > 10
    assert sum((one.rejected > 0.0).sum() for one in found) > 10
    assert sum((one.charge > 0.0).sum() for one in found) > 100
    assert sum((np.diff(one.order[:, 0]) != 0).sum() for one in found) > 100
