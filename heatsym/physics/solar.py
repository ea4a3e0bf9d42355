"""What the sun brings onto tilted planes."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from heatsym.interfaces.axis import FloatArray


class Sky(Protocol):
    """Where the sun stands and what it brings, (time,) each, as ``interfaces.profile.Sun`` has it."""

    @property
    def direct_normal(self) -> FloatArray:
        """Beam on a plane that faces it. [W/m2]"""

    @property
    def diffuse_horizontal(self) -> FloatArray:
        """Light of the sky on the horizontal. [W/m2]"""

    @property
    def extraterrestrial(self) -> FloatArray:
        """Beam above the air, on a plane that faces it. [W/m2]"""

    @property
    def zenith(self) -> FloatArray:
        """Angle of the sun from the vertical. [degrees]"""

    @property
    def azimuth(self) -> FloatArray:
        """Direction of the sun, clockwise from north. [degrees]"""


def on_planes(sun: Sky, tilt: FloatArray, azimuth: FloatArray, albedo: float = 0.2) -> FloatArray:
    r"""Irradiance on tilted planes.

    Parameters
    ----------
    sun : Sky
        Position of the sun [degrees] and irradiance [W/m2], (time,) each.
    tilt : array, shape (plane,)
        Angle of each plane from the horizontal. [degrees]
    azimuth : array, shape (plane,)
        Direction that each plane faces, clockwise from north. [degrees]
    albedo : float
        Part of the horizontal irradiance that the ground reflects. [-]

    Returns
    -------
    array, shape (time, plane)
        Beam, sky and ground together. [W/m2]

    Notes
    -----
    Hay and Davies: of the sky's light the part :math:`A = E_b/E_0` comes from around the sun, the rest
    evenly from the whole sky. With angle of incidence :math:`\theta`, tilt :math:`\beta` and zenith
    :math:`\theta_z`, from 89 degrees on counted as 89,

    .. math:: E = E_b \cos\theta + E_d \left(A \frac{\cos\theta}{\cos\theta_z}
        + (1 - A) \frac{1 + \cos\beta}{2}\right)
        + \rho\, (E_b \cos\theta_z + E_d) \frac{1 - \cos\beta}{2}

    where a negative cosine counts as zero. Nothing shades a plane but itself. While the sun is down only
    the sky's light counts.

    References
    ----------
    .. [1] pvlib-python, functions ``irradiance.haydavies`` and ``irradiance.get_ground_diffuse``, which do
       this, and their documentation (Hay and Davies 1980; Loutzenhiser et al. 2007).

    Examples
    --------
    A wall to the south and one to the north under an overcast sky get half of it, and a tenth by the ground:

    >>> from types import SimpleNamespace
    >>> zero = np.zeros(1)
    >>> overcast = SimpleNamespace(
    ...     direct_normal=zero,
    ...     diffuse_horizontal=zero + 100.0,
    ...     extraterrestrial=zero + 1400.0,
    ...     zenith=zero + 60.0,
    ...     azimuth=zero + 180.0,
    ... )
    >>> on_planes(overcast, np.array([90.0, 90.0]), np.array([180.0, 0.0])).round(6).tolist()
    [[60.0, 60.0]]
    """
    from pvlib.irradiance import aoi_projection, get_ground_diffuse, haydavies  # type: ignore[import-untyped]

    height = np.maximum(np.cos(np.radians(sun.zenith)), 0.0)
    beam = np.where(sun.zenith < 90.0, sun.direct_normal, 0.0)
    horizontal = beam * height + sun.diffuse_horizontal
    total = np.empty((len(horizontal), len(tilt)))
    for plane, (slope, facing) in enumerate(zip(tilt.tolist(), azimuth.tolist(), strict=True)):
        incidence = aoi_projection(slope, facing, sun.zenith, sun.azimuth)
        sky = haydavies(
            slope, facing, sun.diffuse_horizontal, beam, sun.extraterrestrial, sun.zenith, sun.azimuth
        )
        ground = get_ground_diffuse(slope, horizontal, albedo)
        total[:, plane] = beam * np.maximum(incidence, 0.0) + sky + ground
    return total
