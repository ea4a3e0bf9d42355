"""Shapes of heat storages, what lies around them, and what their heat is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

ZERO_CELSIUS = 273.15
"""0 degC. [K]"""


def cylinder(volume: float, slenderness: float) -> tuple[float, float]:
    r"""Height and diameter of an upright cylinder.

    Parameters
    ----------
    volume : float
        Volume, > 0. [m3]
    slenderness : float
        Height over diameter, > 0. [-]

    Returns
    -------
    height, diameter : float
        Its measures. [m]

    Notes
    -----
    .. math:: d = \sqrt[3]{\frac{4 V}{\pi s}}, \quad h = s d

    References
    ----------
    .. [1] Derived here: volume of a cylinder.

    Examples
    --------
    >>> height, diameter = cylinder(2000.0, 1.5)
    >>> round(height, 2), round(diameter, 2)
    (17.89, 11.93)
    """
    diameter = float(np.cbrt(4.0 * volume / (np.pi * slenderness)))
    return slenderness * diameter, diameter


def pyramid_side(volume: float, depth: float, slope: float) -> float:
    r"""Upper side of a square pit whose walls slope.

    Parameters
    ----------
    volume : float
        Volume, > 0. [m3]
    depth : float
        Depth, > 0. [m]
    slope : float
        Horizontal over vertical run of the walls, >= 0. [-]

    Returns
    -------
    float
        Side of the square at the top. [m]

    Raises
    ------
    ValueError
        The walls would meet above that depth.

    Notes
    -----
    With sides a above and b = a - 2 s h below, :math:`V = h (a^2 + a b + b^2) / 3`, a quadratic in a.

    References
    ----------
    .. [1] Derived here: volume of a truncated pyramid.

    Examples
    --------
    The pit of Dronninglund, of 62,000 m3 and 16 m, has a lid of 8,260 m2, which is a square of 90.9 m:

    >>> round(pyramid_side(62_000.0, 16.0, 2.0), 1)
    91.4
    """
    narrowing = 2.0 * slope * depth
    discriminant = volume / depth - narrowing**2 / 12.0
    side = 0.5 * narrowing + np.sqrt(max(discriminant, 0.0))
    if discriminant <= 0.0 or side <= narrowing:
        raise ValueError(f"walls of slope {slope:g} meet above a depth of {depth:g} m")
    return float(side)


def pyramid_depths(volume: float, depth: float, slope: float, segments: int) -> FloatArray:
    r"""Depths that cut a pit into segments of equal volume.

    Parameters
    ----------
    volume, depth, slope : float
        Volume [m3], depth [m] and slope of the walls [-], as in :func:`pyramid_side`.
    segments : int
        Number of segments.

    Returns
    -------
    array
        Depths of the borders from the top, 0 and the whole depth included, (segments + 1,). [m]

    Notes
    -----
    Above a depth z lies :math:`V(z) = (a^3 - (a - 2 s z)^3) / (6 s)`.

    References
    ----------
    .. [1] Derived here: integral of the square cross-section.

    Examples
    --------
    >>> pyramid_depths(62_000.0, 16.0, 2.0, 4).round(2).tolist()
    [0.0, 2.03, 4.55, 8.08, 16.0]
    """
    part = np.linspace(0.0, 1.0, segments + 1)
    if slope == 0.0:
        return depth * part
    side = pyramid_side(volume, depth, slope)
    depths: FloatArray = (side - np.cbrt(np.maximum(side**3 - 6.0 * slope * volume * part, 0.0))) / (
        2.0 * slope
    )
    depths[-1] = depth
    return depths


def standing_conductance(
    loss_share: float, capacity: float, t_hot: float, t_cold: float, t_around: float
) -> float:
    r"""Loss conductance of a storage of which a share of its heat is lost in a time.

    Parameters
    ----------
    loss_share : float
        Heat lost by the full storage over its heat above ``t_cold``, by time. [1/s]
    capacity : float
        Heat capacity of the whole storage. [J/K]
    t_hot, t_cold : float
        Temperatures of the full and of the empty storage. [degC]
    t_around : float
        Temperature that it loses heat to. [degC]

    Returns
    -------
    float
        Conductance to the surroundings. [W/K]

    Notes
    -----
    .. math:: UA = \beta C \frac{t_{hot} - t_{cold}}{t_{hot} - t_{around}}

    References
    ----------
    .. [1] Derived here: what a full storage loses in one instant, said in two ways.

    Examples
    --------
    A tank of 2000 m3 (8.2 GJ/K) that loses 0.0077 % of its heat in an hour:

    >>> round(standing_conductance(0.0077e-2 / 3600.0, 8.2e9, 90.0, 35.0, 10.0), 1)
    120.6
    """
    return loss_share * capacity * (t_hot - t_cold) / (t_hot - t_around)


def shells(
    area: ArrayLike, radius: float, thickness: ArrayLike, conductivity: float, heat_capacity: float
) -> tuple[FloatArray, FloatArray]:
    r"""Soil around a buried body as shells, one behind another.

    Parameters
    ----------
    area : float or array
        Area of the body's wall, or of parts of it, (part,). [m2]
    radius : float
        Radius of a hemisphere of the whole wall's area; infinite for a plane wall. [m]
    thickness : array
        Thickness of each shell from the wall outwards, (shell,). [m]
    conductivity, heat_capacity : float
        Conductivity [W/(m K)] and heat capacity [J/(m3 K)] of the soil.

    Returns
    -------
    capacity : array
        Of each shell before each part, (shell, part). [J/K]
    conductance : array
        From the wall to the middle of the first shell, from middle to middle, and from the middle of the
        last to undisturbed ground, infinitely far away, or at its outer face for a plane wall,
        (shell + 1, part). [W/K]

    Notes
    -----
    The area that heat passes grows outwards like that of a hemisphere of the wall's area,

    .. math:: A(x) = A (1 + x / r)^2, \qquad
        R(x_1, x_2) = \frac{1}{\lambda} \int_{x_1}^{x_2} \frac{dx}{A(x)}
        = \frac{r^2}{\lambda A} \left(\frac{1}{r + x_1} - \frac{1}{r + x_2}\right)

    so that the steady heat of a whole body is :math:`2 \pi \lambda r \Delta T` whatever the shells.
    Surface of the ground, corners and groundwater are left out.

    References
    ----------
    .. [1] Derived here: conduction from a half-sphere into soil below an insulated surface.

    Examples
    --------
    >>> capacity, conductance = shells(2 * np.pi * 10.0**2, 10.0, [0.5, 2.0, 8.0], 1.6, 2.8e6)
    >>> round(float(1.0 / np.sum(1.0 / conductance)), 3) == round(2 * np.pi * 1.6 * 10.0, 3)
    True
    """
    wall = np.atleast_1d(np.asarray(area, dtype=float))
    border = np.concatenate([[0.0], np.cumsum(np.asarray(thickness, dtype=float))])
    middle = np.concatenate([[0.0], 0.5 * (border[1:] + border[:-1]), [np.inf]])
    if np.isinf(radius):
        middle[-1] = border[-1]
        volume, resistance = np.diff(border), np.diff(middle) / conductivity
    else:
        volume = np.diff((radius + border) ** 3) / (3.0 * radius**2)
        resistance = -np.diff(radius**2 / (radius + middle)) / conductivity
    return heat_capacity * np.outer(volume, wall), np.outer(1.0 / resistance, wall)


def ring_conductance(inner: ArrayLike, outer: ArrayLike, height: float, conductivity: float) -> FloatArray:
    r"""Conductance of soil between two coaxial cylinders.

    Parameters
    ----------
    inner, outer : float or array
        Radii, 0 < inner < outer. [m]
    height : float
        Height of the cylinders. [m]
    conductivity : float
        Conductivity between them. [W/(m K)]

    Returns
    -------
    float or array
        Conductance. [W/K]

    Notes
    -----
    .. math:: G = \frac{2 \pi \lambda h}{\ln(r_2 / r_1)}

    References
    ----------
    .. [1] Derived here: steady radial conduction.

    Examples
    --------
    >>> round(float(ring_conductance(10.0, 20.0, 45.0, 2.0)), 1)
    815.8
    """
    return np.asarray(2.0 * np.pi * conductivity * height / np.log(np.divide(outer, inner)))


def ground_resistance(borehole_radius: float, spacing: float, conductivity: float) -> float:
    r"""Resistance between a borehole's wall and the mean of the ground that it heats.

    Parameters
    ----------
    borehole_radius : float
        Radius of the borehole. [m]
    spacing : float
        Distance to its neighbours, in a square pattern. [m]
    conductivity : float
        Conductivity of the ground. [W/(m K)]

    Returns
    -------
    float
        Resistance of a metre of borehole. [m K/W]

    Notes
    -----
    The ground of one borehole is a cylinder of radius :math:`r_1 = s / \sqrt \pi` with no heat through its
    outside, which warms evenly everywhere. With :math:`q = (r_1 / r_b)^2`

    .. math:: R = \frac{1}{2 \pi \lambda} \left( \frac{q^2 \ln q}{2 (q - 1)^2} - \frac{3 q - 1}{4 (q - 1)}
        \right)

    It is reached after a time of about :math:`0.1 r_1^2 / \alpha`, which is days for a spacing of 3 m.

    References
    ----------
    .. [1] Derived here: radial conduction with a uniform sink, averaged over the cylinder.

    Examples
    --------
    >>> round(ground_resistance(0.075, 3.0, 2.0), 4)
    0.1892
    """
    q = spacing**2 / (np.pi * borehole_radius**2)
    bracket = q**2 * np.log(q) / (2.0 * (q - 1.0) ** 2) - (3.0 * q - 1.0) / (4.0 * (q - 1.0))
    return float(bracket / (2.0 * np.pi * conductivity))


def hemisphere_conductance(area: float, conductivity: float) -> float:
    r"""Steady conductance from a face of a buried body into the ground beyond it.

    Parameters
    ----------
    area : float
        Area of the face. [m2]
    conductivity : float
        Conductivity of the ground. [W/(m K)]

    Returns
    -------
    float
        Conductance to undisturbed ground. [W/K]

    Notes
    -----
    That of a hemisphere of the same area, :math:`G = \lambda \sqrt{2 \pi A}`.

    References
    ----------
    .. [1] Derived here: steady conduction from a half-sphere.

    Examples
    --------
    >>> round(hemisphere_conductance(2 * np.pi, 1.0), 4) == round(2 * np.pi, 4)
    True
    """
    return float(conductivity * np.sqrt(2.0 * np.pi * area))


def heat_content(capacity: ArrayLike, temperature: ArrayLike, t_reference: float) -> float:
    r"""Heat in bodies above a temperature.

    Parameters
    ----------
    capacity, temperature : array
        Heat capacity [J/K] and temperature [degC] of each body.
    t_reference : float
        Temperature from which heat is counted. [degC]

    Returns
    -------
    float
        Heat. [J]

    Notes
    -----
    .. math:: E = \sum_i C_i (t_i - t_{ref})

    References
    ----------
    .. [1] Derived here: constant specific heat.

    Examples
    --------
    >>> heat_content([1e9, 2e9], [90.0, 40.0], 30.0)
    80000000000.0
    """
    return float(np.sum(np.asarray(capacity) * (np.asarray(temperature) - t_reference)))


def exergy_content(capacity: ArrayLike, temperature: ArrayLike, t_around: float) -> float:
    r"""Work that the heat in bodies could do against surroundings.

    Parameters
    ----------
    capacity, temperature : array
        Heat capacity [J/K] and temperature [degC] of each body.
    t_around : float
        Temperature of the surroundings. [degC]

    Returns
    -------
    float
        Exergy, >= 0, and 0 only where all is as warm as the surroundings. [J]

    Notes
    -----
    .. math:: B = \sum_i C_i \left( T_i - T_0 - T_0 \ln \frac{T_i}{T_0} \right)

    with temperatures in kelvin.

    References
    ----------
    .. [1] Derived here: heat less the surroundings' temperature times the entropy, at constant specific
       heat.

    Examples
    --------
    >>> round(exergy_content([1e9], [90.0], 10.0) / 8e10, 4)
    0.1193
    """
    base = t_around + ZERO_CELSIUS
    rise = np.asarray(temperature, dtype=float) - t_around
    return float(np.sum(np.asarray(capacity) * (rise - base * np.log1p(rise / base))))
