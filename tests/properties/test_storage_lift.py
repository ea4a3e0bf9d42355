"""A heat pump at a storage, for any store: less than reversible, nothing uphill, all heat accounted for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsym.physics.heat_pump import lorenz_share_cop, reversible_cop
from heatsym.storage import STORAGES
from heatsym.storage import lift_kernels as lift
from tests.stores import borehole, held, pit, tank

STORES = {
    "tank": tank(layers=7, initial_hot_temperature=60.0, initial_cold_temperature=12.0, initial_fill=0.4),
    "two zones": tank(model="two_zone", initial_hot_temperature=60.0, initial_fill=0.7),
    "pit": pit(initial_hot_temperature=70.0, initial_cold_temperature=35.0),
    "borehole": borehole(initial_hot_temperature=55.0, initial_cold_temperature=20.0),
}
TEMPERATURES = st.floats(5.0, 95.0) | st.sampled_from([40.0, 60.0, 90.0])


def test_every_kind_is_tried() -> None:
    assert {store.kind for store in STORES.values()} == set(STORAGES)


@settings(deadline=None)
@given(TEMPERATURES, TEMPERATURES, TEMPERATURES, TEMPERATURES, st.floats(0.05, 1.0))
def test_electricity_is_that_of_a_share_of_lorenz(source_in, source_out, sink_in, sink_out, share) -> None:
    cop = lorenz_share_cop(source_in, source_out, sink_in, sink_out, share)
    part = lift.electricity_per_heat(source_in, source_out, sink_in, sink_out, share)
    assert part == pytest.approx(1.0 / cop, rel=1e-9)


@pytest.mark.parametrize("name", STORES)
def test_a_thousand_lifts(name: str) -> None:
    """Drawn is what the store loses; the COP is below the reversible one between what really flows."""
    store, chance = held(STORES[name]), np.random.default_rng(17)
    share, cooling, lifted = 0.95, 10.0, 0
    for _ in range(1000):
        seconds = float(chance.choice([900.0, 3600.0, 86_400.0]))
        least, t_back = float(chance.uniform(5.0, 30.0)), float(chance.uniform(25.0, 50.0))
        asked = float(chance.random()) ** 3 * 0.3 * float(store.capacity.sum()) * 10.0
        arrays = store.state, store.figure, store.table
        heat, part = lift.liftable(*arrays, asked, t_back, 80.0, share, least, cooling, seconds)
        assert 0.0 <= part < 1.0
        assert 0.0 <= heat <= asked
        if heat > 0.0:
            lifted += 1
            drawn = float(chance.uniform(0.2, 1.0)) * heat * (1.0 - part)
            most, before, behind = lift.pass_through(*arrays, drawn, least, cooling, seconds)
            assert most >= drawn * (1.0 - 1e-9)
            assert behind >= least
            energy, hottest, coldest = store.energy(), store.temperature.max(), store.temperature.min()
            out = store.discharge(drawn, behind, seconds)
            assert store.energy() == pytest.approx(energy - drawn, rel=1e-12)
            assert behind < before - 1e-9 <= out <= hottest + 1e-9
            assert 1.0 / part <= reversible_cop(out, behind, t_back, 80.0) * (1.0 + 1e-9)
            assert store.temperature.min() >= min(behind, coldest) - 1e-9
        if chance.random() < 0.3:
            store.charge(float(chance.random()) * 0.3 * store.room(75.0, 60.0, seconds), 75.0, seconds)
        store.rest(10.0, 9.0, 3600.0)
    assert lifted > 100


def test_full_power_comes_from_as_little_water_as_it_takes() -> None:
    """Ten layers of 0.41 GJ/K: one hot at 60, others at 12 degC; what a kelvin of it holds comes from it."""
    store = held(tank(initial_hot_temperature=60.0, initial_cold_temperature=12.0, initial_fill=0.1))
    layer = 1000.0 * 4.1e6 / 10.0
    arrays = store.state, store.figure, store.table
    most, before, behind = lift.pass_through(*arrays, 0.5 * layer, 5.0, 10.0, 3600.0)
    assert (before, behind) == (pytest.approx(60.0), 12.0)  # down to what lies at its cold end
    assert most == pytest.approx(layer * 48.0, rel=1e-4)
    more, before, behind = lift.pass_through(*arrays, layer * 50.0, 5.0, 10.0, 3600.0)
    assert behind == 5.0  # ten kelvin below the cold water are too many
    assert more == pytest.approx(layer * (55.0 + 7.0), rel=1e-3)
    assert before == pytest.approx(36.0, rel=1e-3)
