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


def fitted_swing(elapsed: FloatArray, t_air: FloatArray) -> tuple[float, float, float]:
    r"""Mean, amplitude and coldest time of the yearly swing in any stretch of a year or more.

    Parameters
    ----------
    elapsed : array
        Time since the start of the year in which a value holds, (time,). [s]
    t_air : array
        Air temperature at these times, (time,). [degC]

    Returns
    -------
    mean : float
        Mean of the swing. [degC]
    amplitude : float
        Amplitude of the swing, >= 0. [K]
    coldest : float
        Time since the start of the year at which it is lowest, 0 <= coldest < 365 days. [s]

    Notes
    -----
    Least squares of :math:`T_m - a \cos(2 \pi t / P) - b \sin(2 \pi t / P)`, with
    :math:`A = \sqrt{a^2 + b^2}` and the angle of t_0 from a and b. Over whole years of equal steps it is
    the first Fourier coefficient, as in :func:`kusuda_parameters`.

    References
    ----------
    .. [1] Derived here: linear least squares.

    Examples
    --------
    >>> hours = (np.arange(10_000) + 5000.5) * 3600.0 % YEAR
    >>> t_air = 9.0 - 8.5 * np.cos(2 * np.pi * (hours - 30 * 86400) / YEAR)
    >>> mean, amplitude, coldest = fitted_swing(hours, t_air)
    >>> round(mean, 6), round(amplitude, 6), round(coldest / 86400, 6)
    (9.0, 8.5, 30.0)
    """
    angle = 2.0 * np.pi / YEAR * np.asarray(elapsed, dtype=float)
    terms = np.stack([np.ones_like(angle), -np.cos(angle), -np.sin(angle)], axis=1)
    (mean, a, b), *_ = np.linalg.lstsq(terms, np.asarray(t_air, dtype=float), rcond=None)
    coldest = float(np.arctan2(b, a)) / (2.0 * np.pi) % 1.0 * YEAR
    return float(mean), float(np.hypot(a, b)), coldest


def swing_at_depth(
    depth: float,
    known: FloatArray,
    mean: FloatArray,
    amplitude: FloatArray,
    coldest: FloatArray,
    diffusivity: float,
) -> tuple[float, float, float]:
    r"""Yearly swing of the ground at a depth, from swings at other depths.

    Parameters
    ----------
    depth : float
        Depth that is asked for, >= 0. [m]
    known : array
        Depths at which swings are known, ascending, (depth,). [m]
    mean, amplitude, coldest : array
        Mean [degC], amplitude [K] and coldest time since the start of the year [s] there, (depth,).
    diffusivity : float
        Thermal diffusivity of the soil, for depths beyond the known ones. [m2/s]

    Returns
    -------
    mean : float
        Mean at the depth. [degC]
    amplitude : float
        Amplitude, >= 0. [K]
    coldest : float
        Coldest time since the start of the year, 0 <= coldest < 365 days. [s]

    Notes
    -----
    A swing :math:`T_m - \mathrm{Re}(C e^{2 \pi i t / P})` has
    :math:`C(z) = C(0) e^{-(1 + i) z \gamma}` in uniform soil (see :func:`ground_temperature`): the
    logarithm of C is linear in depth. It is interpolated so between known depths, whatever the soil there,
    with the mean; above the first and below the last the given soil continues it with their mean.

    References
    ----------
    .. [1] Derived here from the one-dimensional heat equation.

    Examples
    --------
    Between 0.5 and 4 m of the same soil the swing at 1 m is that of the formula:

    >>> alpha = 0.05 / 86400
    >>> decay = np.sqrt(np.pi / (YEAR * alpha)) * np.array([0.5, 4.0])
    >>> swing = 9.0 * np.exp(-decay)
    >>> coldest = 20 * 86400.0 + decay * YEAR / (2 * np.pi)
    >>> mean, amplitude, coldest = swing_at_depth(
    ...     1.0, np.array([0.5, 4.0]), np.full(2, 9.0), swing, coldest, alpha
    ... )
    >>> round(amplitude, 2), round(coldest / 86400, 1)
    (5.94, 44.1)
    """
    angle = -2.0 * np.pi / YEAR * np.asarray(coldest, dtype=float)
    logarithm = np.log(np.maximum(amplitude, 1e-9)) + 1j * np.unwrap(angle)
    inside = float(np.clip(depth, known[0], known[-1]))
    level = np.interp(inside, known, logarithm.real) + 1j * np.interp(inside, known, logarithm.imag)
    level -= (1.0 + 1j) * np.sqrt(np.pi / (YEAR * diffusivity)) * (depth - inside)
    there = -float(level.imag) / (2.0 * np.pi) % 1.0 * YEAR
    return float(np.interp(inside, known, mean)), float(np.exp(level.real)), there
