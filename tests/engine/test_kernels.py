"""The kernels' few formulas are those of ``physics`` and of the medium, on a grid."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.engine import kernels
from heatsym.engine.friction_kernels import resistance
from heatsym.engine.layout import _medium
from heatsym.engine.medium import medium
from heatsym.network.model import Fluid
from heatsym.physics.friction import LAMINAR_END, TURBULENT_START, pressure_drop_and_slope


@pytest.mark.parametrize("constant", [None, Fluid(density=983.0, cp=4180.0, viscosity=4.7e-4)])
def test_theta_and_back(constant):
    water = medium(45.0, 85.0, constant)
    compiled = _medium(water)
    for t in np.linspace(0.5, 160.0, 400):
        theta = float(water.theta(np.array([t]))[0])
        assert kernels.theta_of(compiled, t) == pytest.approx(theta, abs=1e-10)
        back = float(water.temperature(np.array([theta]))[0])
        assert kernels.temperature_of(compiled, theta) == pytest.approx(back, abs=2e-8)


def test_friction_in_all_three_regimes():
    """Reynolds numbers from rest to 1e8 through both ends of the blend, pipes from smooth to very rough."""
    sizes = np.array([0.0, 1.0, 1999.0, LAMINAR_END, 2001.0, 2150.0, 2299.0, TURBULENT_START, 2301, 1e4, 1e8])
    d = 0.25 * np.pi  # in which 1 kg/s of a fluid of viscosity 1 has Re = 1/d^2
    for rough in (0.0, 1e-5, 2e-3, 5e-2):
        drop, slope = pressure_drop_and_slope(sizes * d**2, 2.0 * d**3, d, rough * d, 0.0, 1.0, 1.0)
        found = np.array([resistance(re, rough * np.log(10.0) / (2.0 * 2.51 * 3.71)) for re in sizes])
        np.testing.assert_allclose(found[:, 0] * sizes, drop, rtol=1e-12)
        np.testing.assert_allclose(found[:, 1], slope * d**2, rtol=1e-12)


@pytest.mark.parametrize("x", [0.0, 1e-12, -1e-6, 0.1, -0.2499, 0.2501, -3.0, 12.0, -700.0])
def test_mean_of_the_exponential(x):
    expected = np.expm1(x) / x if x else 1.0
    assert kernels.mean_exp(x) == pytest.approx(expected, rel=2e-15)


@pytest.mark.parametrize("x", [0.5, 0.91, 0.999999, 1.0, 1.000001, 1.09, 1.2, 40.0])
def test_logarithm_of_a_ratio(x):
    assert kernels.log_ratio(x) == pytest.approx(np.log(x), rel=1e-12, abs=1e-16)
