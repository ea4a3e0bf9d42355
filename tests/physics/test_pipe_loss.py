"""Losses of buried pipes: the published pair, a field of line sources, marching along a pipe."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from heatsym.physics import pipe_loss

# DN100, casing 200 x 3.2 mm, foam 0.027 W/(m K), soil 1.6 W/(m K), axes 1 m deep and 0.35 m apart
R_OWN = pipe_loss.layer_resistance(0.1143, 0.1936, 0.027) + pipe_loss.soil_resistance(0.2, 1.0, 1.6)
R_CROSS = pipe_loss.pair_resistance(0.35, 1.0, 1.6)


def test_pair_of_dn100():
    own, cross = pipe_loss.loss_coefficients(R_OWN, R_CROSS)
    assert own == pytest.approx(0.2937, abs=5e-5)
    assert cross == pytest.approx(0.0159, abs=5e-5)


def test_coefficients_are_the_inverse_matrix():
    own, cross = pipe_loss.loss_coefficients(R_OWN, R_CROSS)
    inverse = np.linalg.inv([[R_OWN, R_CROSS], [R_CROSS, R_OWN]])
    assert inverse == pytest.approx(np.array([[own, -cross], [-cross, own]]), rel=1e-12)


def test_pipes_that_do_not_meet():
    own, cross = pipe_loss.loss_coefficients(R_OWN, 0.0)
    assert own == pytest.approx(1.0 / R_OWN)
    assert cross == 0.0


def test_soil_is_a_line_source_and_its_image():
    """Temperature around a line source below a cold surface: ln(distance to image / to source)/(2 pi k)."""
    k, depth, diameter, spacing = 1.6, 1.0, 0.2, 0.35
    virtual = depth + 0.0685 * k
    at_wall = np.log((2.0 * virtual) / (diameter / 2.0)) / (2.0 * np.pi * k)
    at_partner = np.log(np.hypot(2.0 * virtual, spacing) / spacing) / (2.0 * np.pi * k)
    assert pipe_loss.soil_resistance(diameter, depth, k) == pytest.approx(at_wall, rel=1e-12)
    assert pipe_loss.pair_resistance(spacing, depth, k) == pytest.approx(at_partner, rel=1e-12)


def test_layer_by_hand():
    """ln(2)/(2 pi 0.03) = 3.677; the factor 2 in front of pi and lambda is what gets lost."""
    assert pipe_loss.layer_resistance(0.1, 0.2, 0.03) == pytest.approx(3.6773, abs=1e-4)
    assert pipe_loss.film_resistance(0.2, 10.0) == pytest.approx(0.15915, abs=1e-5)


def test_losses_of_both_pipes_balance_through_the_equilibrium():
    """U1 (T - T_eq) of either pipe equals the row of the matrix; a cold return may gain."""
    own, cross = pipe_loss.loss_coefficients(0.8, 0.5)  # uninsulated: strong coupling
    t_supply, t_return, t_ground = 80.0, 20.0, 8.0
    t_eq = pipe_loss.equilibrium_temperature(t_ground, t_supply, own, cross)
    loss = own * (t_return - t_eq)
    assert loss == pytest.approx(own * (t_return - t_ground) - cross * (t_supply - t_ground))
    assert loss < 0.0


def test_equilibrium_of_a_pipe_without_loss():
    assert pipe_loss.equilibrium_temperature(8.0, 80.0, 0.0, 0.0) == 8.0
    shaped = pipe_loss.equilibrium_temperature(np.array([[8.0], [9.0]]), 80.0, np.array([0.2, 0.0]), 0.1)
    assert shaped == pytest.approx(np.array([[44.0, 8.0], [44.5, 9.0]]))


def test_outlet_against_marching_along_the_pipe():
    def slope(x, t):
        return -0.3 * (t - 11.0) / (0.4 * 4190.0)

    marched = solve_ivp(slope, (0.0, 800.0), [78.0], rtol=1e-11, atol=1e-11).y[0, -1]
    assert pipe_loss.steady_outlet_temperature(78.0, 11.0, 0.4, 0.3 * 800.0, 4190.0) == pytest.approx(marched)


def test_outlet_of_slow_and_fast_water():
    outlet = pipe_loss.steady_outlet_temperature(80.0, 10.0, np.array([1e-9, 1e6]), 300.0, 4190.0)
    assert outlet == pytest.approx([10.0, 80.0])
