"""Heat between the water in a pipe and the pipe's wall, where the wall is not as warm as the water."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.friction import friction_factor, reynolds

LAMINAR = 3.66
"""Nusselt number of developed laminar flow in a round pipe whose wall is equally warm all along. [-]"""
LAMINAR_END, TURBULENT_START = 2300.0, 3000.0
"""Reynolds numbers between which the Nusselt number passes from laminar to turbulent. [-]"""


class Response(NamedTuple):
    """What becomes of water and wall within a time, for each kelvin above equilibrium at its beginning."""

    water_of_water: FloatArray  # [-]
    water_of_wall: FloatArray  # [-]
    wall_of_water: FloatArray  # [-]
    wall_of_wall: FloatArray  # [-]
    loss_of_water: FloatArray  # [J/(m K)]
    loss_of_wall: FloatArray  # [J/(m K)]


def gnielinski(reynolds: ArrayLike, prandtl: ArrayLike, friction: ArrayLike) -> FloatArray:
    r"""Nusselt number of developed turbulent flow in a round pipe.

    Parameters
    ----------
    reynolds : float or array
        Reynolds number, 3000 to 5e6. [-]
    prandtl : float or array
        Prandtl number, 0.5 to 2000. [-]
    friction : float or array
        Darcy friction factor. [-]

    Returns
    -------
    float or array
        Nusselt number. [-]

    Notes
    -----
    .. math:: Nu = \frac{(f/8) (Re - 1000) Pr}{1 + 12.7 \sqrt{f/8}\, (Pr^{2/3} - 1)}

    References
    ----------
    .. [1] V. Gnielinski, 1976, as written in the documentation of the library ht
       (``conv_internal.turbulent_Gnielinski``); range as in that of pydhn (``gnielinski_nusselt``).

    Examples
    --------
    >>> round(float(gnielinski(1e5, 1.2, 0.0185)), 4)
    254.6268
    """
    re, pr = np.asarray(reynolds, dtype=float), np.asarray(prandtl, dtype=float)
    eighth = np.asarray(friction, dtype=float) / 8.0
    resistance = 1.0 + 12.7 * np.sqrt(eighth) * (np.cbrt(pr) ** 2 - 1.0)
    return np.asarray(eighth * (re - 1000.0) * pr / resistance, dtype=float)


def nusselt_number(reynolds: ArrayLike, prandtl: ArrayLike) -> FloatArray:
    r"""Nusselt number of water in a smooth round pipe, from rest to turbulence.

    Parameters
    ----------
    reynolds : float or array
        Reynolds number; its sign does not matter. [-]
    prandtl : float or array
        Prandtl number. [-]

    Returns
    -------
    float or array
        Nusselt number. [-]

    Notes
    -----
    3.66 up to Re = 2300, :func:`gnielinski` with the friction of a smooth pipe from Re = 3000, and a
    straight line between the two. Free convection is left out, so that the exchange of standing water
    comes out weak rather than strong.

    References
    ----------
    .. [1] Derived here, from :func:`gnielinski` and the limit of laminar flow.

    Examples
    --------
    >>> nusselt_number([0.0, 2300.0, 38000.0], 5.4).round(2).tolist()
    [3.66, 3.66, 232.18]
    """
    re, pr = np.broadcast_arrays(np.abs(np.asarray(reynolds, dtype=float)), np.asarray(prandtl, dtype=float))
    at_least = np.maximum(re, TURBULENT_START)
    turbulent = gnielinski(at_least, pr, friction_factor(at_least, 0.0))
    share = np.clip((re - LAMINAR_END) / (TURBULENT_START - LAMINAR_END), 0.0, 1.0)
    return LAMINAR + share * (turbulent - LAMINAR)


def film_conductance(
    mass_flow: ArrayLike, diameter: ArrayLike, cp: ArrayLike, viscosity: ArrayLike, conductivity: ArrayLike
) -> FloatArray:
    r"""Heat that passes between water and wall, per metre of pipe and kelvin.

    Parameters
    ----------
    mass_flow : float or array
        Mass flow, of either sign. [kg/s]
    diameter : float or array
        Inner diameter. [m]
    cp, viscosity, conductivity : float or array
        Specific heat, dynamic viscosity and thermal conductivity of the water at film temperature, the
        mean of water and wall. [J/(kg K)], [Pa s], [W/(m K)]

    Returns
    -------
    float or array
        Conductance of the film. [W/(m K)]

    Notes
    -----
    .. math:: G = \pi d \alpha = \pi \lambda\, Nu, \quad Pr = \frac{c \mu}{\lambda}

    References
    ----------
    .. [1] Derived here: definition of the Nusselt number.

    Examples
    --------
    >>> round(float(film_conductance(1.245, 0.05248, 4180.0, 0.8e-3, 0.61)), 1)
    445.3
    """
    k = np.asarray(conductivity, dtype=float)
    prandtl = np.asarray(cp, dtype=float) * viscosity / k
    return np.pi * k * nusselt_number(reynolds(mass_flow, diameter, viscosity), prandtl)


def exchange(water: ArrayLike, wall: ArrayLike, film: ArrayLike, loss: ArrayLike, time: float) -> Response:
    r"""Water and wall that exchange heat while the wall loses heat to its surroundings.

    Parameters
    ----------
    water, wall : float or array
        Heat capacities per metre; that of the wall may be zero. [J/(m K)]
    film : float or array
        Conductance between them, > 0. [W/(m K)]
    loss : float or array
        Conductance from the wall to what it tends to. [W/(m K)]
    time : float
        How long. [s]

    Returns
    -------
    Response
        Temperatures at the end [-] and heat lost [J/(m K)], per kelvin above equilibrium at the beginning.

    Notes
    -----
    The exact solution of

    .. math:: C_w \dot T = -G (T - W), \quad C_s \dot W = G (T - W) - U W

    by its two rates of decay. The heat lost is the integral of U W, not the difference of what is stored.
    Any time is stable. A wall without capacity leaves film and loss in series.

    References
    ----------
    .. [1] Derived here.

    Examples
    --------
    >>> [round(float(x), 4) for x in exchange(9000.0, 2800.0, 430.0, 0.46, 1.0)[:4]]
    [0.9567, 0.0433, 0.1391, 0.8608]
    """
    c, s, g, u = (np.asarray(value, dtype=float) for value in (water, wall, film, loss))
    solid = s > 0.0
    a, b, d = g / c, g / np.where(solid, s, 1.0), u / np.where(solid, s, 1.0)
    total = a + b + d
    root = np.sqrt(total**2 - 4.0 * a * d)
    slow, fast = -2.0 * a * d / (total + root), -0.5 * (total + root)
    late, early = np.exp(slow * time), np.exp(fast * time)
    both, between = 0.5 * (late + early), (late - early) / root
    late, early = time * _mean_exp(slow * time), time * _mean_exp(fast * time)
    both_sum, between_sum = 0.5 * (late + early), (late - early) / root
    series = g * u / (g + u) / c * time
    thin = np.exp(-series)
    return Response(
        water_of_water=np.where(solid, both + (0.5 * total - a) * between, thin),
        water_of_wall=np.where(solid, a * between, 0.0),
        wall_of_water=np.where(solid, b * between, g / (g + u) * thin),
        wall_of_wall=np.where(solid, both + (0.5 * total - b - d) * between, 0.0),
        loss_of_water=np.where(solid, u * b * between_sum, -c * np.expm1(-series)),
        loss_of_wall=np.where(solid, u * (both_sum + (0.5 * total - b - d) * between_sum), 0.0),
    )


def _mean_exp(x: FloatArray) -> FloatArray:
    """Mean of exp over the interval from 0 to x; 1 at 0."""
    small = np.abs(x) < 1e-8
    safe = np.where(small, 1.0, x)
    return np.where(small, 1.0 + 0.5 * x, np.expm1(safe) / safe)
