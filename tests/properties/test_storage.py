"""What holds of any storage, whatever is done with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsym.interfaces.exchange import Storage
from heatsym.storage import kernels
from heatsym.storage import layout_of_kernels as k
from heatsym.storage.model import joined
from tests.stores import FILLING, Held, borehole, held, pit, tank

LOSSES = {"u_value": 0.3, "conductivity": 0.65}
STORAGES: dict[str, Storage] = {
    "tank": tank(**LOSSES),
    "stratifier": tank(**LOSSES, inlet="stratifier", layers=17),
    "two zones": tank(**LOSSES, model="two_zone"),
    "pit": pit(volume=3000.0, layers=8, inlet="stratifier"),
    "shallow pit": pit(volume=3000.0, loss_share=3e-8, layers=5),
    "pit of two zones": pit(volume=3000.0, model="two_zone"),
    "boreholes": borehole(volume=3000.0),
}
ROUNDING = 1e-9
"""Of temperatures. [K]"""


@pytest.fixture(params=STORAGES.values(), ids=STORAGES)
def store(request: pytest.FixtureRequest) -> Held:
    return held(request.param)


def test_ten_thousand_operations_balance(store: Held) -> None:
    """Energy is what came less what went, within the limits of room, content and what it met."""
    chance = np.random.default_rng(11)
    begun, came, lost, turned = store.energy(), 0.0, 0.0, 0.0
    size = float(store.capacity.sum())
    low, high = store.state[1:].min(), store.state[1:].max()
    for _ in range(10_000):
        seconds = float(chance.choice([60.0, 900.0, 3600.0, 86_400.0]))
        t_in, t_back = float(chance.uniform(50.0, 110.0)), float(chance.uniform(15.0, 60.0))
        t_air = float(chance.uniform(-15.0, 30.0))
        before = store.temperature
        if chance.random() < 0.5:
            t_limit = float(chance.uniform(30.0, 90.0))
            heat = float(chance.random()) * store.room(t_in, t_limit, seconds)
            if heat <= 1e-9 * size:
                continue
            t_out = store.charge(heat, t_in, seconds)
            came += heat
            high = max(high, min(t_in, store.figure[k.HOTTEST]))
            assert before.min() - ROUNDING <= t_out <= max(t_limit, before.min()) + 1e-6
            assert t_out < t_in
        else:
            t_useful = float(chance.uniform(30.0, 90.0))
            heat = float(chance.random()) * store.content(t_useful, t_back, seconds)
            if heat <= 1e-9 * size:
                continue
            t_out = store.discharge(heat, t_back, seconds)
            came -= heat
            low = min(low, t_back)
            assert min(t_useful, before.max()) - 1e-6 <= t_out <= before.max() + ROUNDING
            assert t_out > t_back
        turned += heat
        low, high = min(low, t_air, 9.0), max(high, t_air)
        lost += store.rest(t_air, 9.0, seconds)
        assert low - ROUNDING <= store.state[1:].min()
        assert store.state[1:].max() <= high + ROUNDING
    assert turned > 5.0 * size  # it was used
    assert store.energy() - begun == pytest.approx(came - lost, abs=1e-9 * turned)


def test_soil_keeps_what_water_loses(store: Held) -> None:
    """With no way out, store and soil together hold the same heat."""
    store.table[:, [k.AIR, k.DEEP]] = 0.0
    soil = store.state.size - 1 - store.last
    if soil:
        outermost = int(soil // store.figure[k.RINGS]) if store.figure[k.KIND] != k.GROUND else 1
        store.table[-outermost:, [k.ALOOF, k.ALONG]] = 0.0  # the way to undisturbed ground
    store.charge(store.room(90.0, 80.0), 90.0)
    before = store.energy() + store.soil_heat
    lost = sum(store.rest(-20.0, -20.0, 86_400.0) for _ in range(100))
    assert store.energy() + store.soil_heat == pytest.approx(before, rel=1e-12)
    assert (lost > 1.0) == (soil > 0)


def test_stores_side_by_side_do_as_they_do_alone() -> None:
    """Each in its part of the same arrays, in turns, to the last bit."""
    alone = [held(storage) for storage in STORAGES.values()]
    together = joined(tuple(storage.store(FILLING) for storage in STORAGES.values()))
    chance = np.random.default_rng(5)
    for _ in range(50):
        heat, t_in, t_back = chance.uniform(0.0, 1e11), chance.uniform(60.0, 90.0), chance.uniform(20.0, 50.0)
        for i, one in enumerate(alone):
            place = slice(together.first[i], together.first[i + 1])
            state, figure, table = together.state[place], together.figure[i], together.table[place]
            work = together.work
            if heat < 5e10:
                one.charge(heat, t_in)
                kernels.charge(state, figure, table, work, heat, t_in, 3600.0)
            else:
                one.discharge(0.1 * heat, t_back)
                kernels.discharge(state, figure, table, work, 0.1 * heat, t_back, 3600.0)
            assert one.rest(5.0, 9.0) == kernels.rest(state, figure, table, work, 5.0, 9.0, 3600.0)
            assert state.tolist() == one.state.tolist()


TEMPERATURES = st.floats(5.0, 95.0) | st.sampled_from([40.0, 60.0, 90.0])
STEPS = st.lists(
    st.tuples(st.booleans(), st.floats(0.001, 1.0), TEMPERATURES, TEMPERATURES), min_size=1, max_size=12
)


@pytest.mark.parametrize("name", ["tank", "stratifier", "two zones"])
@settings(max_examples=150, deadline=None)
@given(profile=st.lists(TEMPERATURES, min_size=1, max_size=18), position=st.floats(0.01, 0.99), steps=STEPS)
def test_nothing_parts_again(name, profile, position, steps):
    """Hot stays above cold, and mixing is for good.

    Volume times temperature squared, of what is in the store and what has left, never exceeds that of what
    was there and what came: water at two temperatures is never made of water at one.
    """
    store = held(STORAGES[name])
    count = store.last
    store.state[0] = position
    store.state[1 : count + 1] = np.sort(np.resize(profile, count))[::-1]
    for charges, part, warm, cool in steps:
        t_in, t_back = max(warm, cool), min(warm, cool)
        energy, before = store.energy(), float(np.sum(store.capacity * store.temperature**2))
        if charges:
            heat, entering = part * store.room(t_in, t_in), t_in
        else:
            heat, entering = part * store.content(t_back, t_back), t_back
        if heat <= 1.0:
            continue
        leaving = store.charge(heat, t_in) if charges else store.discharge(heat, t_back)
        assert store.energy() - energy == pytest.approx(heat if charges else -heat, rel=1e-9, abs=1.0)
        through = heat / abs(entering - leaving)
        after = float(np.sum(store.capacity * store.temperature**2))
        assert after + through * leaving**2 <= (before + through * entering**2) * (1.0 + 1e-9)
        assert np.all(np.diff(store.temperature) <= ROUNDING)


@pytest.mark.parametrize("name", ["tank", "two zones", "pit", "boreholes"])
@settings(max_examples=60, deadline=None)
@given(
    profile=st.lists(TEMPERATURES, min_size=1, max_size=30),
    position=st.floats(0.01, 0.99),
    t_air=st.floats(-30.0, 40.0),
    seconds=st.sampled_from([1.0, 3600.0, 1e7, 1e10]),
)
def test_any_rest_moves_heat_downhill(name, profile, position, t_air, seconds):
    """However long: nothing leaves the range of what is there and around, and losses are what is missing."""
    store = held(STORAGES[name])
    store.state[0] = position
    store.state[1:] = np.resize(profile, store.state.size - 1)
    before, low, high = store.energy(), store.state[1:].min(), store.state[1:].max()
    lost = store.rest(t_air, 9.0, seconds)
    assert store.energy() == pytest.approx(before - lost, rel=1e-12, abs=1.0)
    assert min(low, t_air, 9.0) - ROUNDING <= store.state[1:].min()
    assert store.state[1:].max() <= max(high, t_air, 9.0) + ROUNDING
