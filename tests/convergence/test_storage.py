"""How fast the errors of storages fall with layers and steps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from heatsym.storage import layout_of_kernels as k
from tests.stores import HEAT_CAPACITY, held, tank

DAY = 86_400.0


def conduction_error(layers: int) -> float:
    """Largest error of a thermocline after two months at rest. [K]"""
    store = held(tank(layers=layers, conductivity=0.65, initial_fill=0.5))
    for _ in range(60 * 24):
        store.rest(10.0, 10.0)
    inner = store.state[0] + np.arange(layers)
    middle = 0.5 * (np.append(0.0, inner) + np.append(inner, layers)) * 10.0 / layers
    width = np.sqrt(4.0 * 0.65 / HEAT_CAPACITY * 60 * DAY)
    inside = abs(middle - 5.0) < 4.0  # its ends are no half-spaces
    exact = 65.0 - 25.0 * erf((middle - 5.0) / width)
    return float(np.abs(store.temperature - exact)[inside].max())


def test_conduction_is_of_second_order_in_layers():
    errors = [conduction_error(layers) for layers in (20, 40, 80)]
    assert errors[0] < 0.5
    assert errors[0] / errors[1] > 3.0
    assert errors[1] / errors[2] > 3.0


def useful(layers: int, seed: int) -> float:
    """Heat above 75 degC got out of a tank in 500 random charges and discharges. [J]"""
    chance = np.random.default_rng(seed)
    store, got = held(tank(layers=layers)), 0.0
    for _ in range(500):
        wish = chance.uniform(-1.0, 1.0) * 1000.0 * HEAT_CAPACITY * 50.0 * 0.7
        t_in, t_back = 90.0 - 6.0 * chance.random(), 40.0 + 2.0 * chance.random()
        if wish > 0.0:
            store.charge(min(wish, store.room(t_in, 50.0)), t_in)
        else:
            heat = min(-wish, store.content(75.0, t_back))
            store.discharge(heat, t_back)
            got += heat
    return got


def test_useful_heat_is_of_first_order_in_layers():
    """Only the layer in which water enters mixes; twenty layers are within 0.01 % of very many."""
    seeds = range(3)
    exact = np.array([useful(640, seed) for seed in seeds])
    errors = [np.abs(np.array([useful(n, seed) for seed in seeds]) / exact - 1.0).mean() for n in (5, 20, 80)]
    assert errors[1] < 1e-4
    assert errors[0] / errors[1] > 2.5
    assert errors[1] / errors[2] > 2.5


def test_standing_loss_is_of_first_order_in_steps():
    """Half the step, half the error."""
    errors = []
    for hours in (24, 12, 6):
        store = held(tank(u_value=2.0, initial_fill=1.0))
        store.table[1:11, k.AIR] = store.table[1:11, k.AIR].mean()  # lid and bottom as well: one temperature
        share = store.table[:, k.AIR].sum() / (1000.0 * HEAT_CAPACITY)
        for _ in range(60 * 24 // hours):
            store.rest(10.0, 10.0, hours * 3600.0)
        errors.append(store.temperature.mean() - 10.0 - 80.0 * np.exp(-share * 60 * DAY))
    assert errors[0] / errors[1] == pytest.approx(2.0, abs=0.1)
    assert errors[1] / errors[2] == pytest.approx(2.0, abs=0.05)
