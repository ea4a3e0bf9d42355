"""Heat lost by pipes: layers around one pipe, two pipes that share the soil, water along the pipe."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

SURFACE_LAYER = 0.0685
"""Thickness of soil per its conductivity that resists like the film at the ground's surface. [m2 K/W]"""


def layer_resistance(
    inner_diameter: ArrayLike, outer_diameter: ArrayLike, conductivity: ArrayLike
) -> FloatArray:
    r"""Thermal resistance of a cylindrical layer, per metre of pipe.

    Parameters
    ----------
    inner_diameter, outer_diameter : float or array
        Diameters of the layer. [m]
    conductivity : float or array
        Thermal conductivity of the layer. [W/(m K)]

    Returns
    -------
    float or array
        Resistance. [m K/W]

    Notes
    -----
    .. math:: R = \frac{\ln(d_o / d_i)}{2 \pi \lambda}

    References
    ----------
    .. [1] Derived here: radial conduction in a cylinder.

    Examples
    --------
    >>> round(float(layer_resistance(0.1143, 0.1936, 0.027)), 4)
    3.1063
    """
    inner, outer, k = _arrays(inner_diameter, outer_diameter, conductivity)
    return np.log(outer / inner) / (2.0 * np.pi * k)


def film_resistance(diameter: ArrayLike, coefficient: ArrayLike) -> FloatArray:
    r"""Thermal resistance between a cylinder's surface and the air around it, per metre of pipe.

    Parameters
    ----------
    diameter : float or array
        Diameter of the surface. [m]
    coefficient : float or array
        Film coefficient, convection and radiation together. [W/(m2 K)]

    Returns
    -------
    float or array
        Resistance. [m K/W]

    Notes
    -----
    .. math:: R = \frac{1}{\pi d \alpha}

    References
    ----------
    .. [1] Derived here: definition of the film coefficient.

    Examples
    --------
    >>> round(float(film_resistance(0.2, 8.0)), 4)
    0.1989
    """
    d, alpha = _arrays(diameter, coefficient)
    return 1.0 / (np.pi * d * alpha)


def soil_resistance(diameter: ArrayLike, depth: ArrayLike, conductivity: ArrayLike) -> FloatArray:
    r"""Thermal resistance of the soil around one buried pipe, per metre of pipe.

    Parameters
    ----------
    diameter : float or array
        Outer diameter of the buried pipe, casing included. [m]
    depth : float or array
        Depth of the pipe's axis. [m]
    conductivity : float or array
        Thermal conductivity of the soil. [W/(m K)]

    Returns
    -------
    float or array
        Resistance between the pipe's surface and undisturbed ground. [m K/W]

    Notes
    -----
    .. math:: R = \frac{\ln(4 Z_c / D)}{2 \pi \lambda_g}, \quad Z_c = Z + 0.0685 \lambda_g

    where the correction of the depth stands for the film at the ground's surface. For an axis at
    least one diameter deep.

    References
    ----------
    .. [1] EN 13941, heat loss of buried single pipes, as written in heatsym's engine description.

    Examples
    --------
    >>> round(float(soil_resistance(0.2, 1.0, 1.6)), 4)
    0.3083
    """
    d, z, k = _arrays(diameter, depth, conductivity)
    return np.log(4.0 * (z + SURFACE_LAYER * k) / d) / (2.0 * np.pi * k)


def pair_resistance(spacing: ArrayLike, depth: ArrayLike, conductivity: ArrayLike) -> FloatArray:
    r"""Resistance through which each of two buried pipes warms the other, per metre of pipe.

    Parameters
    ----------
    spacing : float or array
        Distance between the axes of the two pipes. [m]
    depth : float or array
        Depth of the axes. [m]
    conductivity : float or array
        Thermal conductivity of the soil. [W/(m K)]

    Returns
    -------
    float or array
        Resistance: temperature rise at one pipe per heat loss of the other. [m K/W]

    Notes
    -----
    .. math:: R_h = \frac{\ln(1 + (2 Z_c / a)^2)}{4 \pi \lambda_g}, \quad Z_c = Z + 0.0685 \lambda_g

    References
    ----------
    .. [1] EN 13941, heat loss of a pair of buried pipes, as written in heatsym's engine description.

    Examples
    --------
    >>> round(float(pair_resistance(0.35, 1.0, 1.6)), 4)
    0.1849
    """
    a, z, k = _arrays(spacing, depth, conductivity)
    return np.log1p((2.0 * (z + SURFACE_LAYER * k) / a) ** 2) / (4.0 * np.pi * k)


def loss_coefficients(r_own: ArrayLike, r_cross: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""Loss coefficients of two equal pipes that share the soil.

    Parameters
    ----------
    r_own : float or array
        Resistance from the water of one pipe to undisturbed ground, the other being absent. [m K/W]
    r_cross : float or array
        Resistance through which they warm each other, < ``r_own``; 0 if they do not. [m K/W]

    Returns
    -------
    u_own, u_cross : float or array
        Heat loss of a pipe is ``u_own (t - t_ground) - u_cross (t_partner - t_ground)``. [W/(m K)]

    Notes
    -----
    .. math:: \begin{pmatrix} U_1 & -U_2 \\ -U_2 & U_1 \end{pmatrix} =
        \begin{pmatrix} R & R_h \\ R_h & R \end{pmatrix}^{-1}

    References
    ----------
    .. [1] EN 13941, heat loss of a pair of buried pipes, as written in heatsym's engine description.

    Examples
    --------
    DN100 with casing 200 x 3.2 mm, axes 0.35 m apart and 1 m deep:

    >>> r = layer_resistance(0.1143, 0.1936, 0.027) + soil_resistance(0.2, 1.0, 1.6)
    >>> [round(float(u), 4) for u in loss_coefficients(r, pair_resistance(0.35, 1.0, 1.6))]
    [0.2937, 0.0159]
    """
    own, cross = _arrays(r_own, r_cross)
    determinant = own**2 - cross**2
    return own / determinant, cross / determinant


def equilibrium_temperature(
    t_ground: ArrayLike, t_partner: ArrayLike, u_own: ArrayLike, u_cross: ArrayLike
) -> FloatArray:
    r"""Temperature that standing water of a pipe tends to, between ground and its partner.

    Parameters
    ----------
    t_ground, t_partner : float or array
        Temperatures of undisturbed ground and of the water in the other pipe. [degC]
    u_own, u_cross : float or array
        Loss coefficients of the pair; see :func:`loss_coefficients`. [W/(m K)]

    Returns
    -------
    float or array
        Equilibrium temperature; that of the ground where ``u_own`` is zero. [degC]

    Notes
    -----
    .. math:: T_{eq} = \frac{(U_1 - U_2) T_g + U_2 T_{partner}}{U_1}

    so that the pipe's heat loss is U1 (T - T_eq).

    References
    ----------
    .. [1] Derived here, from the loss coefficients of the pair.

    Examples
    --------
    >>> round(float(equilibrium_temperature(8.0, 80.0, 0.2937, 0.0159)), 2)
    11.9
    """
    ground, partner, own, cross = _arrays(t_ground, t_partner, u_own, u_cross)
    share = cross / np.where(own > 0.0, own, np.inf)
    return ground + share * (partner - ground)


def steady_outlet_temperature(
    t_in: ArrayLike, t_equilibrium: ArrayLike, mass_flow: ArrayLike, u_length: ArrayLike, cp: ArrayLike
) -> FloatArray:
    r"""Outlet temperature of a buried pipe in steady state.

    Parameters
    ----------
    t_in, t_equilibrium : float or array
        Temperatures of the inlet and of :func:`equilibrium_temperature`. [degC]
    mass_flow : float or array
        Mass flow, > 0. [kg/s]
    u_length : float or array
        Own loss coefficient times length. [W/K]
    cp : float or array
        Specific heat of the water. [J/(kg K)]

    Returns
    -------
    float or array
        Outlet temperature. [degC]

    Notes
    -----
    .. math:: T_{out} = T_{eq} + (T_{in} - T_{eq}) \exp\left( -\frac{U_1 L}{\dot m c} \right)

    for constant specific heat and a partner of constant temperature.

    References
    ----------
    .. [1] Derived here: heat balance of flowing water that loses U1 (T - T_eq) per metre.

    Examples
    --------
    >>> round(float(steady_outlet_temperature(80.0, 10.0, 1.0, 294.0, 4190.0)), 3)
    75.257
    """
    inlet, equilibrium, flow, loss, c = _arrays(t_in, t_equilibrium, mass_flow, u_length, cp)
    return equilibrium + (inlet - equilibrium) * np.exp(-loss / (flow * c))


def _arrays(*values: ArrayLike) -> list[FloatArray]:
    """Numbers and arrays as arrays of floats."""
    return [np.asarray(value, dtype=float) for value in values]
