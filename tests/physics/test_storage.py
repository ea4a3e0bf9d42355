"""Shapes of storages, soil around them, and what heat is worth: against hand calculations and numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from heatsym.physics.storage import (
    cylinder,
    exergy_content,
    ground_resistance,
    pyramid_depths,
    pyramid_side,
    shells,
    standing_conductance,
)


def test_cylinder():
    height, diameter = cylinder(1000.0, 2.0)
    assert height == pytest.approx(2.0 * diameter, rel=1e-14)
    assert np.pi * diameter**2 / 4.0 * height == pytest.approx(1000.0, rel=1e-14)


def test_the_pit_of_dronninglund():
    """62,000 m3, 16 m deep, a lid of 8260 m2 (Aalborg CSP; HOT|COOL 4/2019): walls of 1 : 2."""
    assert pyramid_side(62_000.0, 16.0, 2.0) ** 2 == pytest.approx(8260.0, rel=0.015)


@pytest.mark.parametrize("slope", [0.0, 0.5, 2.0])
def test_segments_of_a_pit_are_alike(slope):
    side, depths = pyramid_side(50_000.0, 14.0, slope), pyramid_depths(50_000.0, 14.0, slope, 7)
    assert depths[[0, -1]].tolist() == [0.0, 14.0]
    for above, below in pairwise(depths):
        volume = quad(lambda z: (side - 2.0 * slope * z) ** 2, above, below)[0]
        assert volume == pytest.approx(50_000.0 / 7.0, rel=1e-9)


def test_walls_that_meet():
    with pytest.raises(ValueError, match="meet above a depth of 16 m"):
        pyramid_side(5_000.0, 16.0, 2.0)


def test_standing_loss_is_the_share():
    conductance = standing_conductance(1e-8, 8e9, 90.0, 40.0, 10.0)
    assert conductance * (90.0 - 10.0) == pytest.approx(1e-8 * 8e9 * 50.0, rel=1e-14)


def test_shells_add_up_to_a_hemisphere():
    """Whatever they are, their steady heat is 2 pi k r; their capacity is that of the soil between."""
    for thickness in ([5.0], [0.1, 0.3, 1.0, 3.0]):
        capacity, conductance = shells(2 * np.pi * 9.0, 3.0, thickness, 1.5, 2.5e6)
        assert 1.0 / np.sum(1.0 / conductance) == pytest.approx(2 * np.pi * 1.5 * 3.0, rel=1e-12)
        outer = 3.0 + sum(thickness)
        assert capacity.sum() == pytest.approx(2.5e6 * 2 / 3 * np.pi * (outer**3 - 27.0), rel=1e-12)


def test_shells_of_a_plane_wall():
    capacity, conductance = shells([10.0, 20.0], np.inf, [0.2, 0.4], 1.6, 2e6)
    assert capacity[:, 1].tolist() == pytest.approx([0.2 * 2e6 * 20.0, 0.4 * 2e6 * 20.0])
    assert conductance[:, 0].tolist() == pytest.approx([160.0, 1.6 / 0.3 * 10.0, 80.0])


def test_ground_of_a_borehole_against_quadrature():
    """Mean of the temperature between a source and an insulated outside, all warming alike."""
    inner, outer, k = 0.1, 2.0 / np.sqrt(np.pi), 1.7

    def below_wall(r: float) -> float:
        """Of the flux through each radius, which feeds what lies outside of it."""
        return quad(lambda x: (outer**2 - x**2) / (outer**2 - inner**2) / (2 * np.pi * k * x), inner, r)[0]

    mean = quad(lambda r: below_wall(r) * 2 * r / (outer**2 - inner**2), inner, outer)[0]
    assert ground_resistance(inner, 2.0, k) == pytest.approx(mean, rel=1e-8)


def test_exergy_is_the_work_of_carnot_engines():
    """Heat by heat, from hot to as warm as around."""
    work = quad(lambda t: 1e6 * (1.0 - 283.15 / (t + 273.15)), 10.0, 85.0)[0]
    assert exergy_content([1e6], [85.0], 10.0) == pytest.approx(work, rel=1e-12)
    assert exergy_content([1e6], [2.0], 10.0) > 0.0
    assert exergy_content([1e6], [10.0], 10.0) == 0.0
