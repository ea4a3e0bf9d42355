"""Storages against closed forms: plug flow, standing loss, conduction, rings of soil, boreholes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf, jn_zeros

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.storage import shells
from heatsym.storage import layout_of_kernels as k
from heatsym.storage.model import ground_store, water_store
from heatsym.tables.soils import USUAL
from tests.stores import HEAT_CAPACITY, HOUR, Held, held, tank

DAY = 86_400.0
SOIL_CAPACITY = USUAL.conductivity / USUAL.diffusivity


def borders(store: Held) -> tuple[FloatArray, FloatArray]:
    """Upper and lower end of each layer, in parts of the volume from the top."""
    n = store.figure[k.CELLS]
    inner = store.state[0] + np.arange(n)
    return np.append(0.0, inner) / n, np.append(inner, n) / n


@pytest.mark.parametrize("model", ["layers", "two_zone"])
@pytest.mark.parametrize("layers", [5, 20, 63])
def test_front_of_a_charge_is_that_of_plug_flow(layers, model):
    """After any steps forth and back the front is where volume says, and no layer but its own is mixed."""
    store = held(tank(layers=layers, model=model))
    whole, volume = 1000.0 * HEAT_CAPACITY * 50.0, 0.0
    for part in (0.113, 0.241, -0.057, 0.391, -0.4, 0.27, 0.0071):
        volume += part
        if part > 0.0:
            assert store.charge(part * whole, 90.0) == pytest.approx(40.0, abs=1e-9)
        else:
            assert store.discharge(-part * whole, 40.0) == pytest.approx(90.0, abs=1e-9)
        above, below = borders(store)
        slack = 1e-9 + 2 * k.EDGE
        assert store.temperature[below <= volume - slack] == pytest.approx(90.0, abs=1e-9)
        assert store.temperature[above >= volume + slack] == pytest.approx(40.0, abs=1e-9)
        assert store.energy(40.0) == pytest.approx(volume * whole, rel=1e-12)


def test_standing_loss_is_exponential():
    """A tank at one temperature cools as exp(-t UA / C), within the error of steps of an hour."""
    store = held(tank(u_value=0.8, initial_fill=1.0, layers=12))
    store.table[1:13, k.AIR] = store.table[1:13, k.AIR].mean()  # lid and bottom as well: one temperature
    share = store.table[:, k.AIR].sum() / (1000.0 * HEAT_CAPACITY)
    lost = sum(store.rest(10.0, 5.0) for _ in range(2000))
    left = np.exp(-share * 2000 * HOUR)
    mean = store.energy() / (1000.0 * HEAT_CAPACITY)
    assert left < 0.5
    assert (mean - 10.0) / 80.0 == pytest.approx(left, rel=share * HOUR)
    assert lost == pytest.approx(1000.0 * HEAT_CAPACITY * (90.0 - mean), rel=1e-12)


def test_thermocline_at_rest_is_an_error_function():
    """Hot above cold in 10 m of water, two months later: within 0.02 K of 25 erf(z / sqrt(4 a t))."""
    store = held(tank(layers=100, conductivity=0.65, initial_fill=0.5))
    for _ in range(60 * 24):
        store.rest(10.0, 10.0)
    above, below = borders(store)
    width = np.sqrt(4.0 * 0.65 / HEAT_CAPACITY * 60 * DAY)
    exact = 65.0 - 25.0 * erf((5.0 * (above + below) - 5.0) / width)
    assert width > 1.5
    assert store.temperature == pytest.approx(exact, abs=0.02)


def test_still_water_does_not_part():
    """Mixed water stays mixed, whatever its neighbours, and a thermocline only widens."""
    store = held(tank(initial_fill=0.5, layers=20, conductivity=0.65))
    store.charge(0.2 * 1000.0 * HEAT_CAPACITY * 30.0, 70.0)
    spread = [float(np.sum(store.capacity * store.temperature**2))]
    for _ in range(500):
        store.rest(10.0, 10.0)
        spread.append(float(np.sum(store.capacity * store.temperature**2)))
    assert np.all(np.diff(spread) <= 1e-12 * spread[0])
    assert spread[-1] < spread[0]


def test_heat_into_soil_behind_a_plane_wall():
    """Water at a constant 80 degC: 2 lambda dT sqrt(t / (pi a)) a square metre, from a week to a year."""
    rings = shells([100.0], np.inf, 0.2 * 1.5 ** np.arange(10), USUAL.conductivity, SOIL_CAPACITY)
    wall = Held(
        water_store(
            capacity=1e16,
            across=np.zeros(2),
            conductivity=0.0,
            air=np.zeros(1),
            soil=rings,
            t_max=95.0,
            stratifier=False,
            two_zones=False,
            t_hot=80.0,
            t_cold=80.0,
            fill=0.5,
            t_ground=10.0,
        )
    )
    start, found = wall.soil_heat, {}
    for hour in range(1, 365 * 24 + 1):
        wall.rest(10.0, 10.0)
        if hour in (7 * 24, 60 * 24, 365 * 24):
            exact = 2 * 100.0 * USUAL.conductivity * 70.0 * np.sqrt(hour * HOUR / (np.pi * USUAL.diffusivity))
            found[hour // 24] = (wall.soil_heat - start) / exact
    assert found[7] == pytest.approx(1.0, abs=0.04)
    assert found[60] == pytest.approx(1.0, abs=0.02)
    assert found[365] == pytest.approx(1.0, abs=0.02)


def rods(radii: FloatArray, cells: int, *, fill: float = 1.0, exchange: float = 1e5) -> Held:
    """Ground of 10 m height around an axis, insulated above and below."""
    return Held(
        ground_store(
            radii=radii,
            height=10.0,
            heat_capacity=SOIL_CAPACITY,
            soil=USUAL,
            cells=cells,
            air=np.zeros(cells),
            deep=np.zeros(cells),
            exchange=np.full(cells, exchange),
            largest_flow=1e5,
            t_max=95.0,
            t_hot=60.0,
            t_cold=10.0,
            fill=fill,
            t_ground=10.0,
        )
    )


def test_steady_heat_of_boreholes_is_that_of_cylinders():
    """5 kW kept up through rings of soil raise the core by q ln(r2 / r1) / (2 pi lambda h)."""
    field = rods(np.array([4.0, 5.0, 7.0, 12.0]), 1, fill=0.0)
    month = 30 * DAY
    for _ in range(600):
        field.charge(5e3 * month, 200.0, month)
        field.rest(0.0, 10.0, month)
    rise = 5e3 * np.log(12.0 / np.sqrt(8.0)) / (2 * np.pi * USUAL.conductivity * 10.0)
    assert field.temperature[0] - 10.0 == pytest.approx(rise, rel=1e-6)


def test_cooling_of_a_cylinder_is_a_series_of_bessel_functions():
    """Ground of 60 degC whose outside is suddenly 10: mean of the cylinder after 20, 60 and 180 days."""
    cells = 60
    core = rods(6.0 * np.sqrt(np.arange(1, cells + 1) / cells), cells)
    zeros = jn_zeros(0, 60)
    for day in range(1, 181):
        for _ in range(4):
            core.rest(0.0, 10.0, DAY / 4)
        if day in (20, 60, 180):
            exact = np.sum(4.0 / zeros**2 * np.exp(-(zeros**2) * USUAL.diffusivity * day * DAY / 36.0))
            mean = np.sum(core.capacity * core.temperature) / core.capacity.sum()
            assert (mean - 10.0) / 50.0 == pytest.approx(exact, abs=0.004)
