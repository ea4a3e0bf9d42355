r"""Pressure drop of a full pipe: Darcy-Weisbach with laminar, turbulent and blended friction.

With the Reynolds number Re of the mass flow, the pressure drop is

.. math:: \Delta p = \frac{\mu^2}{2 \rho d^2} \left( \frac{L}{d} f Re |Re| + \zeta Re |Re| \right)

in which f Re stays finite as the flow goes to zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

LAMINAR_END = 2000.0
"""Reynolds number up to which the flow is laminar. [-]"""

TURBULENT_START = 2300.0
"""Reynolds number from which the flow is turbulent. [-]"""


def reynolds(mass_flow: ArrayLike, diameter: ArrayLike, viscosity: ArrayLike) -> FloatArray:
    r"""Reynolds number of a flow in a full round pipe, with the sign of the flow.

    Parameters
    ----------
    mass_flow : float or array
        Mass flow, of either sign. [kg/s]
    diameter : float or array
        Inner diameter. [m]
    viscosity : float or array
        Dynamic viscosity. [Pa s]

    Returns
    -------
    float or array
        Reynolds number. [-]

    Notes
    -----
    .. math:: Re = \frac{4 \dot m}{\pi d \mu}

    References
    ----------
    .. [1] Derived here, from the definition with the velocity of the mass flow.

    Examples
    --------
    >>> round(float(reynolds(1.0, 0.05, 0.5e-3)))
    50930
    """
    flow, d, mu = _arrays(mass_flow, diameter, viscosity)
    return 4.0 * flow / (np.pi * d * mu)


def friction_factor(reynolds: ArrayLike, relative_roughness: ArrayLike) -> FloatArray:
    r"""Darcy friction factor of a round pipe.

    Parameters
    ----------
    reynolds : float or array
        Reynolds number; its sign does not matter. [-]
    relative_roughness : float or array
        Roughness over inner diameter, >= 0. [-]

    Returns
    -------
    float or array
        Darcy friction factor; infinite at rest. [-]

    Notes
    -----
    Laminar up to Re = 2000, turbulent after Colebrook and White from 2300,

    .. math:: f = \frac{64}{Re}, \qquad
        \frac{1}{\sqrt f} = -2 \log_{10} \left( \frac{k/d}{3.71} + \frac{2.51}{Re \sqrt f} \right)

    and between them the cubic that meets both in value and slope. The turbulent equation is solved
    to rounding by two fourth-order steps.

    References
    ----------
    .. [1] D. Clamond, Efficient resolution of the Colebrook equation, arXiv:0810.5564 (solution;
       there with 3.7).

    Examples
    --------
    >>> friction_factor([1000.0, 1e5], 1e-3).round(6).tolist()
    [0.064, 0.022165]
    """
    return _friction(np.abs(np.asarray(reynolds, dtype=float)), np.asarray(relative_roughness, dtype=float))[
        0
    ]


def pressure_drop(
    mass_flow: ArrayLike,
    length: ArrayLike,
    diameter: ArrayLike,
    roughness: ArrayLike,
    zeta: ArrayLike,
    density: ArrayLike,
    viscosity: ArrayLike,
) -> FloatArray:
    r"""Pressure lost by friction and fittings along a pipe, with the sign of the flow.

    Parameters
    ----------
    mass_flow : float or array
        Mass flow, of either sign. [kg/s]
    length, diameter : float or array
        Length and inner diameter. [m]
    roughness : float or array
        Equivalent sand roughness of the wall. [m]
    zeta : float or array
        Sum of minor loss coefficients. [-]
    density : float or array
        Density of the water. [kg/m3]
    viscosity : float or array
        Dynamic viscosity of the water. [Pa s]

    Returns
    -------
    float or array
        Pressure at the start less pressure at the end, at equal height. [Pa]

    Notes
    -----
    .. math:: \Delta p = \left( f \frac{L}{d} + \zeta \right) \frac{\rho v |v|}{2}

    with f from :func:`friction_factor`; odd in the flow, with a continuous slope, zero at rest.

    References
    ----------
    .. [1] Darcy-Weisbach equation; written in the Reynolds number here.

    Examples
    --------
    DN100, 100 m, 10 kg/s at 80 degC:

    >>> round(float(pressure_drop(10.0, 100.0, 0.1071, 1e-4, 0.0, 972.0, 3.54e-4)))
    11963
    """
    flow, run, d, k, z, rho, mu = _arrays(mass_flow, length, diameter, roughness, zeta, density, viscosity)
    re = reynolds(flow, d, mu)
    product, _ = _friction_product(re, k / d)
    return (mu / d) ** 2 / (2.0 * rho) * (run / d * product + z * re * np.abs(re))


def pressure_drop_and_slope(
    mass_flow: ArrayLike,
    length: ArrayLike,
    diameter: ArrayLike,
    roughness: ArrayLike,
    zeta: ArrayLike,
    density: ArrayLike,
    viscosity: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    r"""Pressure lost along a pipe, and its derivative with respect to the mass flow.

    Parameters
    ----------
    mass_flow : float or array
        Mass flow, of either sign. [kg/s]
    length, diameter : float or array
        Length and inner diameter. [m]
    roughness : float or array
        Equivalent sand roughness of the wall. [m]
    zeta : float or array
        Sum of minor loss coefficients. [-]
    density : float or array
        Density of the water. [kg/m3]
    viscosity : float or array
        Dynamic viscosity of the water. [Pa s]

    Returns
    -------
    drop : float or array
        See :func:`pressure_drop`. [Pa]
    slope : float or array
        Derivative, positive also at rest. [Pa s/kg]

    Notes
    -----
    .. math:: \frac{d \Delta p}{d \dot m} = \frac{4}{\pi d \mu} \frac{\mu^2}{2 \rho d^2}
        \left( \frac{L}{d} \frac{d (f Re |Re|)}{d Re} + 2 \zeta |Re| \right)

    References
    ----------
    .. [1] Derived here.

    Examples
    --------
    Laminar flow has a constant slope:

    >>> drop, slope = pressure_drop_and_slope(0.01, 100.0, 0.1, 1e-4, 0.0, 972.0, 3.54e-4)
    >>> round(float(drop), 4), round(float(slope), 2)
    (0.1484, 14.84)
    """
    flow, run, d, k, z, rho, mu = _arrays(mass_flow, length, diameter, roughness, zeta, density, viscosity)
    re = reynolds(flow, d, mu)
    product, slope = _friction_product(re, k / d)
    scale, size = (mu / d) ** 2 / (2.0 * rho), np.abs(re)
    drop = scale * (run / d * product + z * re * size)
    return drop, reynolds(1.0, d, mu) * scale * (run / d * slope + 2.0 * z * size)


def _friction_product(re: FloatArray, roughness: FloatArray) -> tuple[FloatArray, FloatArray]:
    """F Re abs(Re), odd in Re, and its slope, finite at rest."""
    size = np.abs(re)
    laminar = size <= LAMINAR_END
    factor, slope = _friction(np.maximum(size, LAMINAR_END), roughness)
    product = np.where(laminar, 64.0 * re, factor * re * size)
    return product, np.where(laminar, 64.0, 2.0 * factor * size + slope * size**2)


def _friction(re: FloatArray, roughness: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Friction factor and its slope over Re, for Re >= 0."""
    laminar = re <= LAMINAR_END
    with np.errstate(divide="ignore"):
        below = 64.0 / np.where(laminar, re, LAMINAR_END)
        below_slope = -below / np.where(laminar, re, LAMINAR_END)
    above, above_slope = _turbulent(np.maximum(re, TURBULENT_START), roughness)

    width = TURBULENT_START - LAMINAR_END
    s = np.clip((re - LAMINAR_END) / width, 0.0, 1.0)
    f0, g0 = 64.0 / LAMINAR_END, -64.0 / LAMINAR_END**2 * width
    f1, g1 = above, above_slope * width
    # Hermite cubic f0 + g0 s + b s^2 + c s^3
    b, c = 3.0 * (f1 - f0) - 2.0 * g0 - g1, g0 + g1 - 2.0 * (f1 - f0)
    blend = f0 + s * (g0 + s * (b + s * c))
    blend_slope = (g0 + s * (2.0 * b + 3.0 * s * c)) / width

    cases = [np.broadcast_to(laminar, above.shape), np.broadcast_to(re >= TURBULENT_START, above.shape)]
    return np.select(cases, [below, above], blend), np.select(cases, [below_slope, above_slope], blend_slope)


def _turbulent(re: FloatArray, roughness: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Friction factor after Colebrook and White, and its slope over Re.

    With y = ln(10)/(2 sqrt(f)) the equation reads y + ln(a + y) = b.
    """
    a = roughness * re * (np.log(10.0) / (2.0 * 2.51 * 3.71))
    b = np.log(re * (np.log(10.0) / (2.0 * 2.51)))
    y = b - 0.2
    for _ in range(2):
        z = a + y
        error = (np.log(z) + y - b) / (1.0 + z)
        y = y - (1.0 + z + 0.5 * error) * error * z / (1.0 + z + error * (1.0 + error / 3.0))
    factor = np.square(0.5 * np.log(10.0) / y)
    return factor, -2.0 * factor / (re * (1.0 + a + y))


def _arrays(*values: ArrayLike) -> list[FloatArray]:
    """Numbers and arrays as arrays of floats."""
    return [np.asarray(value, dtype=float) for value in values]
