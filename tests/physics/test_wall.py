"""Exchange of water and pipe wall against hand calculation, published values and the matrix exponential."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from heatsym.physics.wall import exchange, film_conductance, gnielinski, nusselt_number


def test_gnielinski_as_published():
    """The example in the documentation of ht, and one by hand.

    By hand: f/8 = 0.0027, 0.0027 x 39000 x 5 = 526.5, 1 + 12.7 x 0.0519615 x (5^(2/3) - 1 = 1.924018)
    = 2.269681.
    """
    assert gnielinski(1e5, 1.2, 0.0185) == pytest.approx(254.62682749359632, rel=1e-12)
    assert gnielinski(4e4, 5.0, 0.0216) == pytest.approx(526.5 / 2.269681, rel=1e-6)


def test_nusselt_number_from_rest_to_turbulence():
    """3.66 as long as the flow is laminar, half-way up in the middle, Gnielinski's from 3000."""
    turbulent = float(gnielinski(3000.0, 4.0, 0.043519))  # Colebrook's factor of a smooth pipe at 3000
    assert nusselt_number([0.0, 1.0, 2300.0, -2000.0], 4.0) == pytest.approx(3.66)
    assert float(nusselt_number(3000.0, 4.0)) == pytest.approx(turbulent, rel=1e-4)
    assert float(nusselt_number(2650.0, 4.0)) == pytest.approx(0.5 * (3.66 + turbulent), rel=1e-4)
    assert float(nusselt_number(-4e4, 4.0)) == float(nusselt_number(4e4, 4.0))


def test_turbulent_film_against_dittus_boelter():
    """Within a quarter of 0.023 Re^0.8 Pr^0.4, an older and coarser correlation, for hot water."""
    re, pr = np.meshgrid([2e4, 5e4, 2e5], [2.0, 3.0, 4.0])
    assert nusselt_number(re, pr) == pytest.approx(0.023 * re**0.8 * pr**0.4, rel=0.25)


def test_film_of_standing_water_by_hand():
    """3.66 x 0.65 x pi = 7.474 W/(m K), whatever the diameter."""
    for diameter in (0.02, 0.3):
        assert float(film_conductance(0.0, diameter, 4190.0, 4e-4, 0.65)) == pytest.approx(7.474, abs=5e-4)


WATER = np.array([9000.0, 500.0, 9000.0, 9000.0, 2e5])
WALL = np.array([2800.0, 60.0, 9000.0, 1.0, 3e4])
FILM = np.array([430.0, 7.5, 430.0, 430.0, 2e3])
LOSS = np.array([0.46, 0.2, 0.0, 0.3, 500.0])


@pytest.mark.parametrize("time", [0.01, 1.0, 60.0, 36_000.0])
def test_exchange_solves_its_equations(time):
    """Against the exponential of the matrix of both temperatures and the heat lost."""
    found = exchange(WATER, WALL, FILM, LOSS, time)
    for k, (c, s, g, u) in enumerate(zip(WATER, WALL, FILM, LOSS, strict=True)):
        rate = np.array([[-g / c, g / c, 0.0], [g / s, -(g + u) / s, 0.0], [0.0, u, 0.0]])
        exact = expm(rate * time)[:, :2].ravel()
        assert [float(part[k]) for part in found] == pytest.approx(exact.tolist(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("time", [0.01, 1.0, 60.0, 36_000.0])
def test_exchange_keeps_its_heat(time):
    """What water and wall lose is what the integral of the loss says."""
    found = exchange(WATER, WALL, FILM, LOSS, time)
    of_water = WATER * (1.0 - found.water_of_water) - WALL * found.wall_of_water
    of_wall = WALL * (1.0 - found.wall_of_wall) - WATER * found.water_of_wall
    assert of_water == pytest.approx(found.loss_of_water, rel=1e-9, abs=1e-10 * WATER.max())
    assert of_wall == pytest.approx(found.loss_of_wall, rel=1e-9, abs=1e-10 * WATER.max())


def test_a_wall_without_capacity_puts_film_and_loss_in_series():
    """By hand: 40 and 10 W/(m K) in series are 8, so that 9000 J/(m K) decay by exp(-8 x 600 / 9000)."""
    found = exchange(9000.0, 0.0, 40.0, 10.0, 600.0)
    kept = float(np.exp(-8.0 * 600.0 / 9000.0))
    assert float(found.water_of_water) == pytest.approx(kept, rel=1e-12)
    assert float(found.wall_of_water) == pytest.approx(0.8 * kept, rel=1e-12)
    assert float(found.loss_of_water) == pytest.approx(9000.0 * (1.0 - kept), rel=1e-12)
    thin = exchange(9000.0, 0.01, 40.0, 10.0, 600.0)
    assert float(thin.water_of_water) == pytest.approx(kept, rel=1e-5)
