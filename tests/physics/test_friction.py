"""Friction against Colebrook's equation itself, another library, hand calculation and calculus."""

from __future__ import annotations

import fluids.friction
import numpy as np
import pytest

from heatsym.physics import friction
from heatsym.physics.friction import friction_factor, pressure_drop, pressure_drop_and_slope

REYNOLDS = np.geomspace(2300.0, 1e8, 60)
ROUGHNESS = np.array([0.0, 1e-6, 1e-4, 1e-3, 1e-2, 5e-2])
PIPE = {
    "length": 120.0,
    "diameter": 0.0545,
    "roughness": 1e-4,
    "zeta": 3.0,
    "density": 975.0,
    "viscosity": 3.8e-4,
}


def test_turbulent_factor_solves_colebrook():
    re, roughness = np.meshgrid(REYNOLDS, ROUGHNESS)
    root = 1.0 / np.sqrt(friction_factor(re, roughness))
    right = -2.0 * np.log10(roughness / 3.71 + 2.51 * root / re)
    assert root == pytest.approx(right, rel=3e-14)


def test_turbulent_factor_against_fluids():
    """That library writes 3.7 where we have 3.71."""
    for roughness in ROUGHNESS:
        with np.errstate(over="ignore"):  # it tries a shorter way first
            theirs = [fluids.friction.Colebrook(re, roughness * 3.7 / 3.71) for re in REYNOLDS]
        assert friction_factor(REYNOLDS, roughness) == pytest.approx(theirs, rel=1e-9)


def test_laminar_factor():
    assert friction_factor([500.0, -500.0, 2000.0], 0.01) == pytest.approx([0.128, 0.128, 0.032])


@pytest.mark.parametrize("roughness", ROUGHNESS)
def test_blend_is_smooth_and_pressure_rises_with_flow(roughness):
    re = np.linspace(1900.0, 2400.0, 5001)
    factor = friction_factor(re, roughness)
    slope = np.gradient(factor, re)[2:-2]
    rise = factor[-1] - factor[0]
    assert np.abs(np.diff(factor)).max() < 1e-3 * rise  # no jump
    assert np.abs(np.diff(slope)).max() < 1e-4 * rise  # no kink: the mean slope is rise/300
    assert (np.diff(factor * re**2) > 0.0).all()


def test_pressure_drop_is_hagen_poiseuille_when_laminar():
    flow = 0.01
    hand = 128.0 * 3.8e-4 * 120.0 * flow / (np.pi * 975.0 * 0.0545**4)
    assert pressure_drop(flow, **PIPE | {"zeta": 0.0}) == pytest.approx(hand, rel=1e-12)


def test_pressure_drop_by_hand():
    """3 kg/s at 975 kg/m3 in 54.5 mm: 1.319 m/s, Re 184,400, k/d 0.00183.

    Colebrook from f = 0.024: 1/sqrt(f) = -2 lg(4.946e-4 + 8.78e-5) = 6.470, f = 0.02389.
    """
    velocity = 3.0 / (975.0 * np.pi / 4.0 * 0.0545**2)
    assert velocity == pytest.approx(1.319, abs=5e-4)
    hand = (0.02389 * 120.0 / 0.0545 + 3.0) * 975.0 * velocity**2 / 2.0
    assert pressure_drop(3.0, **PIPE) == pytest.approx(hand, rel=3e-4)


def test_pressure_drop_is_odd_and_zero_at_rest():
    flow = np.array([0.0, 1e-6, 0.02, 0.034, 0.036, 0.5, 8.0])
    drop = pressure_drop(flow, **PIPE)
    assert drop[0] == 0.0
    assert (drop[1:] > 0.0).all()
    assert (pressure_drop(-flow, **PIPE) == -drop).all()
    assert (pressure_drop_and_slope(-flow, **PIPE)[1] == pressure_drop_and_slope(flow, **PIPE)[1]).all()
    assert (pressure_drop_and_slope(flow, **PIPE)[0] == pressure_drop(flow, **PIPE)).all()


def test_slope_is_the_derivative():
    """Laminar, in the blend (Re 2000 to 2300 is 0.0325 to 0.0374 kg/s) and turbulent, both ways."""
    one_way = np.array([0.01, 0.033, 0.035, 0.037, 0.05, 1.0, 20.0])
    flow = np.concatenate((-one_way, one_way))
    h = 1e-6 * np.abs(flow)
    numeric = (pressure_drop(flow + h, **PIPE) - pressure_drop(flow - h, **PIPE)) / (2.0 * h)
    assert pressure_drop_and_slope(flow, **PIPE)[1] == pytest.approx(numeric, rel=1e-7)


def test_slope_at_rest_is_laminar():
    flow = 1e-9
    assert pressure_drop_and_slope(0.0, **PIPE | {"zeta": 0.0})[1] == pytest.approx(
        pressure_drop(flow, **PIPE | {"zeta": 0.0}) / flow, rel=1e-12
    )


def test_broadcasts_over_pipes_and_time():
    flow = np.array([[0.5, 1.0, 2.0], [-0.5, 0.0, 0.035]])
    diameter = np.array([0.04, 0.05, 0.06])
    both = pressure_drop(flow, 100.0, diameter, 1e-4, 0.0, 975.0, 3.8e-4)
    for step in range(2):
        for pipe in range(3):
            alone = pressure_drop(flow[step, pipe], 100.0, diameter[pipe], 1e-4, 0.0, 975.0, 3.8e-4)
            assert both[step, pipe] == pytest.approx(alone, rel=1e-14)


def test_limits_of_the_blend_are_where_the_notes_say():
    assert (friction.LAMINAR_END, friction.TURBULENT_START) == (2000.0, 2300.0)
