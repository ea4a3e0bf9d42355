"""Temperature of undisturbed ground, from the yearly swing of the air above it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

YEAR = 365.0 * 86400.0
"""Period of the swing. [s]"""


def ground_temperature(
    elapsed: ArrayLike,
    depth: ArrayLike,
    mean: ArrayLike,
    amplitude: ArrayLike,
    coldest: ArrayLike,
    diffusivity: ArrayLike,
) -> FloatArray:
    r"""Temperature of undisturbed ground at a depth, after Kusuda.

    Parameters
    ----------
    elapsed : float or array
        Time since the start of the year. [s]
    depth : float or array
        Depth below the surface, >= 0. [m]
    mean : float or array
        Mean temperature of the surface over the year. [degC]
    amplitude : float or array
        Half of the swing of the surface between its coldest and its warmest day. [K]
    coldest : float or array
        Time since the start of the year at which the surface is coldest. [s]
    diffusivity : float or array
        Thermal diffusivity of the soil. [m2/s]

    Returns
    -------
    float or array
        Temperature at that depth and time. [degC]

    Notes
    -----
    .. math:: T = T_m - A e^{-z \gamma} \cos\left( \frac{2 \pi}{P} (t - t_0) - z \gamma \right),
        \quad \gamma = \sqrt{\frac{\pi}{P \alpha}}

    with the period P of 365 days: exact conduction into a half-space whose surface swings like a
    cosine. Day 366 of a leap year is like day 1.

    References
    ----------
    .. [1] T. Kusuda's formula, as written in heatsym's engine description; derived here from the
       one-dimensional heat equation.

    Examples
    --------
    One metre deep the coldest moment comes 24 days after that of the surface:

    >>> day = 86400.0
    >>> t = ground_temperature([20 * day, 44 * day], 1.0, 9.0, 9.0, 20 * day, 0.05 / day)
    >>> t.round(2).tolist()
    [3.56, 3.06]
    """
    given = (elapsed, depth, mean, amplitude, coldest, diffusivity)
    arrays: list[FloatArray] = [np.asarray(value, dtype=float) for value in given]
    t, z, t_mean, swing, t_coldest, alpha = arrays
    decay = np.sqrt(np.pi / (YEAR * alpha)) * z
    return t_mean - swing * np.exp(-decay) * np.cos(2.0 * np.pi / YEAR * (t - t_coldest) - decay)


def kusuda_parameters(t_air: FloatArray) -> tuple[float, float, float]:
    r"""Mean, amplitude and coldest time of the yearly swing of the air temperature.

    Parameters
    ----------
    t_air : array
        Air temperature over one whole year in equal steps from 1 January, each value the mean of its
        step, (time,). [degC]

    Returns
    -------
    mean : float
        Mean of the year. [degC]
    amplitude : float
        Amplitude of the first harmonic, >= 0. [K]
    coldest : float
        Time since the start of the year at which the first harmonic is lowest, 0 <= coldest < 365
        days. [s]

    Raises
    ------
    ValueError
        Fewer than four values, or values that are not finite.

    Notes
    -----
    The convention is that of the coldest day: the swing is :math:`T_m - A \cos(2 \pi (t - t_0) / P)`,
    so that t_0 is when the air is coldest, in the northern hemisphere in January or February. With N
    steps whose means stand at their middles,

    .. math:: T_m = \frac{1}{N} \sum_n T_n, \qquad
        A e^{-2 \pi i t_0 / P} = -\frac{2}{N} \sum_n T_n e^{-2 \pi i (n + 1/2) / N}

    which is the least-squares fit. The year of the data, whatever its number of days, is mapped on
    365 days. The surface of the ground is taken to follow the air.

    References
    ----------
    .. [1] Derived here: first Fourier coefficient.

    Examples
    --------
    >>> hours = np.arange(8760) + 0.5
    >>> t_air = 9.0 - 8.5 * np.cos(2 * np.pi * (hours - 30 * 24) / 8760)
    >>> mean, amplitude, coldest = kusuda_parameters(t_air)
    >>> round(mean, 6), round(amplitude, 6), round(coldest / 86400, 6)
    (9.0, 8.5, 30.0)
    """
    values = np.asarray(t_air, dtype=float)
    if values.size < 4 or not np.isfinite(values).all():
        raise ValueError("t_air must be a year of finite temperatures")
    fraction = (np.arange(values.size) + 0.5) / values.size
    harmonic = -2.0 * np.mean(values * np.exp(-2j * np.pi * fraction))
    coldest = -float(np.angle(harmonic)) / (2.0 * np.pi) % 1.0 * YEAR
    return float(values.mean()), float(abs(harmonic)), coldest
