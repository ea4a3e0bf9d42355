"""Sun on tilted planes: by hand, and for a sky whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.interfaces.profile import Sun
from heatsym.physics.solar import on_planes


def sun(direct: float, diffuse: float, zenith: float, azimuth: float, outside: float = 1367.0) -> Sun:
    return Sun(*(np.array([value]) for value in (direct, diffuse, outside, zenith, azimuth)))


def planes(*pairs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    tilt, azimuth = np.array(pairs, dtype=float).T
    return tilt, azimuth


def test_by_hand() -> None:
    """Sun in the south at 60 degrees from the vertical: a wall to the south sees it at 30 degrees."""
    tilt, azimuth = planes((90, 180), (90, 0), (0, 0), (90, 90))
    found = on_planes(sun(600.0, 120.0, 60.0, 180.0, 1200.0), tilt, azimuth)[0]
    # half of the sky's light comes from around the sun: 600 / 1200; horizontal 600 / 2 + 120 = 420
    ground = 0.2 * 420 / 2
    south = 600 * 0.8660254 + 120 * (0.5 * 0.8660254 / 0.5 + 0.5 * 0.5) + ground
    shade = 120 * 0.5 * 0.5 + ground
    assert found == pytest.approx([south, shade, 420.0, shade], rel=1e-6)


def test_overcast_is_the_same_all_around() -> None:
    tilt, azimuth = planes(*((90, a) for a in (0, 45, 200, 300)), (30, 10))
    found = on_planes(sun(0.0, 100.0, 70.0, 130.0), tilt, azimuth, albedo=0.0)[0]
    assert found[:4] == pytest.approx(np.full(4, 50.0))
    assert found[4] == pytest.approx(100 * (1 + np.cos(np.radians(30))) / 2)


def test_without_ground_and_sky_only_what_faces_the_sun_gets_light() -> None:
    tilt, azimuth = planes((90, 270), (90, 90), (65, 270))
    found = on_planes(sun(800.0, 0.0, 65.0, 270.0), tilt, azimuth, albedo=0.0)[0]
    assert found == pytest.approx([800 * np.sin(np.radians(65)), 0.0, 800.0])


def test_no_beam_from_below_the_horizon() -> None:
    """Weather files hold a little direct light in the hour of sunset, when the sun is down at mid-hour."""
    tilt, azimuth = planes((90, 270), (0, 0))
    found = on_planes(sun(50.0, 4.0, 91.0, 270.0), tilt, azimuth, albedo=0.0)[0]
    assert found == pytest.approx([2.0, 4.0])
