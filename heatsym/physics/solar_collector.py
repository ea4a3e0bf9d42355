"""Collectors that heat water with the sun: what reaches them, what they give, how hot they can get."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.solar import Sky


@dataclass(frozen=True, slots=True, eq=False)
class OnCollector:
    """Irradiance on the plane of a collector [W/m2] and the beam's angle of incidence [degrees], (time,).

    ``beam`` holds the light from around the sun too, ``diffuse`` that of the sky and of the ground.
    """

    beam: FloatArray
    diffuse: FloatArray
    incidence: FloatArray


def on_collector(
    sun: Sky, tilt: float, azimuth: float, ground_cover: float = 0.0, albedo: float = 0.2
) -> OnCollector:
    r"""Irradiance on a field of collectors in rows, beam and diffuse light apart.

    Parameters
    ----------
    sun : Sky
        Position of the sun [degrees] and irradiance [W/m2], (time,) each.
    tilt, azimuth : float
        Angle of the collectors from the horizontal, and where they face, clockwise from north. [degrees]
    ground_cover : float
        Length of a collector along its slope over the distance of rows; 0 where no row shades another. [-]
    albedo : float
        Part of the horizontal irradiance that the ground reflects. [-]

    Returns
    -------
    OnCollector
        Beam with the light from around the sun, the rest of the light, and the angle of incidence.

    Notes
    -----
    The sky of Hay and Davies, as in :func:`heatsym.physics.solar.on_planes`; without rows the sum is the
    same. Rows are endless, on level ground. The row in front takes the part s off the beam (pvlib,
    ``shaded_fraction1d``) and off the sky's light what it hides in the mean over the collector
    (Passias, ``sky_diffuse_passias``). The ground's light is not reduced.

    References
    ----------
    .. [1] pvlib-python, functions ``irradiance.haydavies``, ``irradiance.get_ground_diffuse``,
       ``shading.shaded_fraction1d``, ``shading.masking_angle_passias`` and ``shading.sky_diffuse_passias``,
       which do this, and their documentation.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> zero = np.zeros(1)
    >>> clear = SimpleNamespace(
    ...     direct_normal=zero + 800.0,
    ...     diffuse_horizontal=zero,
    ...     extraterrestrial=zero + 1360.0,
    ...     zenith=zero + 50.0,
    ...     azimuth=zero + 180.0,
    ... )
    >>> found = on_collector(clear, 50.0, 180.0, albedo=0.0)
    >>> found.beam.round(6).tolist(), found.incidence.round(4).tolist()
    ([800.0], [0.0])
    """
    from pvlib.irradiance import (  # type: ignore[import-untyped]
        aoi_projection,
        get_ground_diffuse,
        haydavies,
    )
    from pvlib.shading import (  # type: ignore[import-untyped]
        masking_angle_passias,
        shaded_fraction1d,
        sky_diffuse_passias,
    )

    height = np.maximum(np.cos(np.radians(sun.zenith)), 0.0)
    direct = np.where(sun.zenith < 90.0, sun.direct_normal, 0.0)
    horizontal = direct * height + sun.diffuse_horizontal
    projection = np.asarray(aoi_projection(tilt, azimuth, sun.zenith, sun.azimuth), dtype=float)
    sky = haydavies(
        tilt,
        azimuth,
        sun.diffuse_horizontal,
        direct,
        sun.extraterrestrial,
        sun.zenith,
        sun.azimuth,
        return_components=True,
    )
    from_sun = direct * np.maximum(projection, 0.0) + sky["poa_circumsolar"]
    even = np.asarray(sky["poa_isotropic"], dtype=float)
    if ground_cover > 0.0:
        shaded = shaded_fraction1d(
            sun.zenith, sun.azimuth, (azimuth - 90.0) % 360.0, tilt, collector_width=ground_cover, pitch=1.0
        )
        from_sun = from_sun * (1.0 - np.where(sun.zenith < 90.0, np.clip(shaded, 0.0, 1.0), 0.0))
        even = even * (1.0 - sky_diffuse_passias(masking_angle_passias(tilt, ground_cover)))
    ground = get_ground_diffuse(tilt, horizontal, albedo)
    return OnCollector(
        beam=np.asarray(from_sun, dtype=float),
        diffuse=np.asarray(even + ground, dtype=float),
        incidence=np.degrees(np.arccos(np.clip(projection, -1.0, 1.0))),
    )


def beam_modifier(incidence: ArrayLike, b0: float) -> FloatArray:
    r"""What is left of the zero-loss efficiency for a beam that comes at an angle.

    Parameters
    ----------
    incidence : float or array
        Angle of incidence. [degrees]
    b0 : float
        Coefficient of the modifier. [-]

    Returns
    -------
    float or array
        Modifier, from 0 to 1; 0 from behind. [-]

    Notes
    -----
    .. math:: K = 1 - b_0 \left(\frac{1}{\cos\theta} - 1\right)

    References
    ----------
    .. [1] pvlib-python, documentation of ``iam.ashrae``, which has this form (ASHRAE standard 93-77).

    Examples
    --------
    >>> beam_modifier([0.0, 50.0, 95.0], 0.108).round(4).tolist()
    [1.0, 0.94, 0.0]
    """
    cosine = np.cos(np.radians(np.asarray(incidence, dtype=float)))
    seen = cosine > 1e-9
    modifier = 1.0 - b0 * (1.0 / np.where(seen, cosine, 1.0) - 1.0)
    return np.asarray(np.where(seen, np.maximum(modifier, 0.0), 0.0))


def modifier_coefficient(at_50_degrees: float) -> float:
    r"""Coefficient of the modifier from its value at 50 degrees, as data sheets have it.

    Parameters
    ----------
    at_50_degrees : float
        Modifier at an angle of incidence of 50 degrees. [-]

    Returns
    -------
    float
        Coefficient b0. [-]

    Notes
    -----
    .. math:: b_0 = \frac{1 - K_{50}}{1 / \cos 50^\circ - 1}

    References
    ----------
    .. [1] Derived here: :func:`beam_modifier` solved for its coefficient.

    Examples
    --------
    >>> round(modifier_coefficient(0.94), 4)
    0.108
    """
    return (1.0 - at_50_degrees) / (1.0 / float(np.cos(np.radians(50.0))) - 1.0)


def diffuse_modifier(b0: float) -> float:
    r"""Mean of the beam's modifier over an even sky.

    Parameters
    ----------
    b0 : float
        Coefficient of the beam's modifier. [-]

    Returns
    -------
    float
        Modifier of diffuse light. [-]

    Notes
    -----
    .. math:: K_d = 2 \int_0^{\pi/2} K(\theta) \cos\theta \sin\theta \, d\theta = \frac{1}{1 + b_0}

    for a collector that sees half a sphere, K being 0 where :math:`\cos\theta < b_0 / (1 + b_0)`. A data
    sheet with :math:`K_{50} = 0.94` states 0.91, the formula 0.9025.

    References
    ----------
    .. [1] Derived here. Data sheet: Solar Keymark certificate DS 3663 of 2022 (DIETRISOL D 200 SL).

    Examples
    --------
    >>> diffuse_modifier(0.25)
    0.8
    """
    return 1.0 / (1.0 + b0)


def absorbed(light: OnCollector, eta0: float, b0: float, diffuse: float) -> FloatArray:
    r"""Heat that a collector takes up before it loses any.

    Parameters
    ----------
    light : OnCollector
        Irradiance on the collector. [W/m2]
    eta0 : float
        Zero-loss efficiency for a beam from straight ahead. [-]
    b0 : float
        Coefficient of the beam's modifier. [-]
    diffuse : float
        Modifier of diffuse light. [-]

    Returns
    -------
    array, shape (time,)
        Heat per area. [W/m2]

    Notes
    -----
    .. math:: S = \eta_0 (K_b(\theta) E_b + K_d E_d)

    References
    ----------
    .. [1] EN ISO 9806 as its coefficients are stated on data sheets (zero-loss efficiency for beam, modifier
       by angle, Kd), such as the Solar Keymark certificate DS 3663 of 2022.

    Examples
    --------
    >>> one = np.ones(1)
    >>> absorbed(OnCollector(850.0 * one, 150.0 * one, 0.0 * one), 0.739, 0.108, 0.91).round(3).tolist()
    [729.024]
    """
    return np.asarray(eta0 * (beam_modifier(light.incidence, b0) * light.beam + diffuse * light.diffuse))


def collector_heat(
    absorbed_heat: ArrayLike, t_mean: ArrayLike, t_air: ArrayLike, a1: float, a2: float
) -> FloatArray:
    r"""Heat that a collector gives at a mean temperature of its fluid; below 0 where it would lose heat.

    Parameters
    ----------
    absorbed_heat : float or array
        Heat taken up, see :func:`absorbed`. [W/m2]
    t_mean : float or array
        Mean of the fluid's temperatures at inlet and outlet. [degC]
    t_air : float or array
        Outdoor air. [degC]
    a1, a2 : float
        Loss coefficients. [W/(m2 K), W/(m2 K2)]

    Returns
    -------
    float or array
        Heat per area. [W/m2]

    Notes
    -----
    .. math:: q = S - a_1 (T_m - T_a) - a_2 |T_m - T_a| (T_m - T_a)

    Steady state. Wind, long-wave radiation and heat capacity (terms a3 to a8) are left out.

    References
    ----------
    .. [1] EN ISO 9806 as its coefficients are stated on data sheets; Solar Keymark certificate DS 3663 of
       2022 states heat at several temperatures, which a test compares.

    Examples
    --------
    >>> collector_heat(700.0, [20.0, 60.0], 20.0, 3.5, 0.015).tolist()
    [700.0, 536.0]
    """
    over = np.asarray(t_mean, dtype=float) - np.asarray(t_air, dtype=float)
    return np.asarray(np.asarray(absorbed_heat, dtype=float) - a1 * over - a2 * np.abs(over) * over)


def stagnation_temperature(absorbed_heat: ArrayLike, t_air: ArrayLike, a1: float, a2: float) -> FloatArray:
    r"""Temperature at which a collector loses all that it takes up.

    Parameters
    ----------
    absorbed_heat : float or array
        Heat taken up, see :func:`absorbed`, at least 0. [W/m2]
    t_air : float or array
        Outdoor air. [degC]
    a1, a2 : float
        Loss coefficients, a1 above 0, a2 at least 0. [W/(m2 K), W/(m2 K2)]

    Returns
    -------
    float or array
        Temperature. No part of the collector gets hotter. [degC]

    Notes
    -----
    .. math:: T = T_a + \frac{2 S}{a_1 + \sqrt{a_1^2 + 4 a_2 S}}

    References
    ----------
    .. [1] Derived here: :func:`collector_heat` solved for q = 0.

    Examples
    --------
    >>> round(float(stagnation_temperature(536.0, 20.0, 9.4, 0.1)), 9)
    60.0
    """
    heat = np.asarray(absorbed_heat, dtype=float)
    return np.asarray(np.asarray(t_air, dtype=float) + 2.0 * heat / (a1 + np.sqrt(a1**2 + 4.0 * a2 * heat)))
