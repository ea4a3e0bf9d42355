"""Water between 0.5 and 160 degC at 16 bar: what a district heating network carries.

All properties are polynomials in x = (t - 80)/80, ascending from the constant, fitted to
IAPWS-IF97 at 16 bar. Pressure hardly matters: between 3 and 25 bar the specific heat moves by 1.3e-3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

CENTRE = 80.0
"""Temperature at which x = 0, and the temperature difference over which x grows by one. [degC], [K]"""

DENSITY = (972.459095, -49.758592, -15.853626, 2.470561, -2.232085, 0.982555)
SPECIFIC_HEAT = (4192.145814, 65.840728, 68.163619, 13.984872, -10.815734, -17.486415, 23.132675)
CONDUCTIVITY = (0.66776, 0.051365, -0.044905, 0.009256, -0.00457)
LOG_VISCOSITY = (-7.944966, -0.999468, 0.36405, -0.11904, 0.046504, -0.055323, 0.033028)
ENTHALPY = (0.0, *(CENTRE * c / power for power, c in enumerate(SPECIFIC_HEAT, start=1)))
"""Integral of ``SPECIFIC_HEAT`` over temperature, up to a constant. [J/kg]"""

SATURATION = (
    0.11670521452767e4,
    -0.72421316703206e6,
    -0.17073846940092e2,
    0.12020824702470e5,
    -0.32325550322333e7,
    0.14915108613530e2,
    -0.48232657361591e4,
    0.40511340542057e6,
    -0.23855557567849,
    0.65017534844798e3,
)
"""Coefficients n1 to n10 of the saturation-temperature equation, IAPWS-IF97 region 4. [-]"""
BOILING_PRESSURES = (611.213, 22.064e6)
"""Range of that equation, from freezing to the critical point. [Pa]"""


def density(t: ArrayLike) -> FloatArray:
    r"""Density of water.

    Parameters
    ----------
    t : float or array
        Temperature. [degC]

    Returns
    -------
    float or array
        Density. [kg/m3]

    Notes
    -----
    .. math:: \rho = \sum_i a_i x^i, \quad x = (t - 80) / 80

    Fitted between 0.5 and 160 degC; largest relative error 6.3e-5.

    References
    ----------
    .. [1] Derived here: least-squares fit to IAPWS-IF97 (region 1) at 16 bar.

    Examples
    --------
    >>> round(float(density(80.0)), 3)
    972.459
    """
    return _polynomial(DENSITY, t)


def specific_heat(t: ArrayLike) -> FloatArray:
    r"""Isobaric specific heat of water.

    Parameters
    ----------
    t : float or array
        Temperature. [degC]

    Returns
    -------
    float or array
        Specific heat. [J/(kg K)]

    Notes
    -----
    .. math:: c = \sum_i a_i x^i, \quad x = (t - 80) / 80

    Fitted between 0.5 and 160 degC; largest relative error 3.4e-4.

    References
    ----------
    .. [1] Derived here: least-squares fit to IAPWS-IF97 (region 1) at 16 bar.

    Examples
    --------
    >>> round(float(specific_heat(80.0)), 2)
    4192.15
    """
    return _polynomial(SPECIFIC_HEAT, t)


def conductivity(t: ArrayLike) -> FloatArray:
    r"""Thermal conductivity of water.

    Parameters
    ----------
    t : float or array
        Temperature. [degC]

    Returns
    -------
    float or array
        Thermal conductivity. [W/(m K)]

    Notes
    -----
    .. math:: \lambda = \sum_i a_i x^i, \quad x = (t - 80) / 80

    Fitted between 0.5 and 160 degC; largest relative error 1.4e-3.

    References
    ----------
    .. [1] Derived here: least-squares fit to the IAPWS conductivity of IAPWS-IF97 water at 16 bar.

    Examples
    --------
    >>> round(float(conductivity(80.0)), 4)
    0.6678
    """
    return _polynomial(CONDUCTIVITY, t)


def viscosity(t: ArrayLike) -> FloatArray:
    r"""Dynamic viscosity of water.

    Parameters
    ----------
    t : float or array
        Temperature. [degC]

    Returns
    -------
    float or array
        Dynamic viscosity. [Pa s]

    Notes
    -----
    .. math:: \ln \mu = \sum_i a_i x^i, \quad x = (t - 80) / 80

    Fitted between 0.5 and 160 degC; largest relative error 9.3e-4.

    References
    ----------
    .. [1] Derived here: least-squares fit to the IAPWS viscosity of IAPWS-IF97 water at 16 bar.

    Examples
    --------
    >>> round(float(viscosity(80.0)) * 1e6, 1)
    354.4
    """
    return np.exp(_polynomial(LOG_VISCOSITY, t))


def enthalpy(t: ArrayLike) -> FloatArray:
    r"""Specific enthalpy of water relative to 0 degC.

    Parameters
    ----------
    t : float or array
        Temperature. [degC]

    Returns
    -------
    float or array
        Specific enthalpy, zero at 0 degC. [J/kg]

    Notes
    -----
    .. math:: h(t) = \int_0^t c(\vartheta) \, d\vartheta

    The exact integral of :func:`specific_heat`, so that balances of enthalpy close. The work of
    pressure is left out. Between 0.5 and 160 degC.

    References
    ----------
    .. [1] Derived here, from the polynomial of the specific heat.

    Examples
    --------
    >>> round(float(enthalpy(80.0) - enthalpy(40.0)))
    167237
    """
    return _polynomial(ENTHALPY, t) - _ENTHALPY_AT_ZERO


def temperature_from_enthalpy(h: ArrayLike) -> FloatArray:
    r"""Temperature of water of a given enthalpy: the inverse of :func:`enthalpy`.

    Parameters
    ----------
    h : float or array
        Specific enthalpy, zero at 0 degC. [J/kg]

    Returns
    -------
    float or array
        Temperature. [degC]

    Notes
    -----
    Newton's method from ``h`` over the specific heat at 80 degC,

    .. math:: t \leftarrow t - (h(t) - h) / c(t)

    The start is within 1.3 K between 0 and 160 degC and each step squares the error times
    c'/(2 c) < 1e-3 1/K, so that four steps reach rounding.

    References
    ----------
    .. [1] Derived here.

    Examples
    --------
    >>> round(float(temperature_from_enthalpy(enthalpy(73.2))), 9)
    73.2
    """
    target = np.asarray(h, dtype=float)
    t = target / SPECIFIC_HEAT[0]
    for _ in range(4):
        t = t - (enthalpy(t) - target) / specific_heat(t)
    return t


def boiling_temperature(pressure: ArrayLike) -> FloatArray:
    r"""Temperature at which water boils.

    Parameters
    ----------
    pressure : float or array
        Absolute pressure. [Pa]

    Returns
    -------
    float or array
        Boiling temperature; NaN outside the range of validity. [degC]

    Notes
    -----
    With :math:`\beta = (p / 1\,\mathrm{MPa})^{1/4}` and three quadratics E, F, G in it,

    .. math:: D = \frac{2 G}{-F - \sqrt{F^2 - 4 E G}}, \qquad
        T = \tfrac{1}{2} \left(n_{10} + D - \sqrt{(n_{10} + D)^2 - 4 (n_9 + n_{10} D)}\right)

    Valid between 611.213 Pa and 22.064 MPa.

    References
    ----------
    .. [1] IAPWS, Revised Release on the IAPWS Industrial Formulation 1997, section 8.2 (region 4,
       saturation-temperature equation).

    Examples
    --------
    >>> round(float(boiling_temperature(101_325.0)), 2)
    99.97
    """
    p = np.asarray(pressure, dtype=float)
    n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 = SATURATION
    least, most = BOILING_PRESSURES
    beta = np.where((p >= least) & (p <= most), p / 1e6, np.nan) ** 0.25
    e = beta**2 + n3 * beta + n6
    f = n1 * beta**2 + n4 * beta + n7
    g = n2 * beta**2 + n5 * beta + n8
    d = 2.0 * g / (-f - np.sqrt(f**2 - 4.0 * e * g))
    kelvin: FloatArray = 0.5 * (n10 + d - np.sqrt((n10 + d) ** 2 - 4.0 * (n9 + n10 * d)))
    return kelvin - 273.15


def _polynomial(coefficients: tuple[float, ...], t: ArrayLike) -> FloatArray:
    """Sum of coefficients times powers of x, by Horner's rule."""
    x = (np.asarray(t, dtype=float) - CENTRE) / CENTRE
    value = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        value *= x
        value += c
    return value


_ENTHALPY_AT_ZERO = float(_polynomial(ENTHALPY, 0.0))
