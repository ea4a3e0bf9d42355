"""Heat of a stream that cools down: how much of it a network takes directly, how much needs a lift."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray


def capacity_flow(power: ArrayLike, t_source: ArrayLike, t_limit: ArrayLike) -> FloatArray:
    r"""Heat that a stream gives per kelvin of cooling.

    Parameters
    ----------
    power : float or array
        Heat in the stream, counted from its temperature down to the limit. [W]
    t_source : float or array
        Temperature of the stream. [degC]
    t_limit : float or array
        Temperature down to which the power counts. [degC]

    Returns
    -------
    float or array
        Capacity flow; zero for a stream without power, infinite for an isothermal one, where the two
        temperatures agree. [W/K]

    Raises
    ------
    InputError
        Where there is power, the limit lies above the stream's temperature.

    Notes
    -----
    .. math:: C = \frac{Q}{t_{source} - t_{limit}}

    References
    ----------
    .. [1] Derived here: heat balance of a stream of constant specific heat.

    Examples
    --------
    >>> capacity_flow([4.5e6, 1e6, 0.0], [95.0, 100.0, 20.0], [50.0, 100.0, 50.0]).tolist()
    [100000.0, inf, 0.0]
    """
    heat = np.asarray(power, dtype=float)
    span = np.asarray(np.asarray(t_source, dtype=float) - np.asarray(t_limit, dtype=float))
    idle, wrong = heat == 0.0, (heat > 0.0) & (span < 0.0)
    if wrong.any():
        raise InputError([_limit_above_stream(np.broadcast_to(span, wrong.shape)[wrong])])
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(idle, 0.0, heat / np.where(idle, 1.0, span)))


def feeds_in(t_source: ArrayLike, t_feed: ArrayLike, approach: ArrayLike) -> NDArray[np.bool_]:
    r"""Whether a stream is warm enough to heat water to the feed temperature.

    Parameters
    ----------
    t_source : float or array
        Temperature of the stream. [degC]
    t_feed : float or array
        Temperature at which the network is fed. [degC]
    approach : float or array
        Smallest temperature difference in the heat exchanger. [K]

    Returns
    -------
    bool or array
        True where it is.

    Notes
    -----
    .. math:: t_{source} - \Delta T_{min} \ge t_{feed}

    References
    ----------
    .. [1] Derived here: a heat exchanger moves no heat uphill.

    Examples
    --------
    >>> feeds_in([95.0, 84.0], 80.0, 5.0).tolist()
    [True, False]
    """
    return np.asarray(np.subtract(t_source, approach) >= np.asarray(t_feed), dtype=np.bool_)


def direct_heat(
    power: ArrayLike,
    t_source: ArrayLike,
    t_limit: ArrayLike,
    t_return: ArrayLike,
    t_feed: ArrayLike,
    approach: ArrayLike,
    taken: ArrayLike = np.inf,
) -> FloatArray:
    r"""Heat that a stream gives to a network through a heat exchanger fed in parallel.

    Parameters
    ----------
    power : float or array
        Heat in the stream, counted from its temperature down to the limit. [W]
    t_source, t_limit : float or array
        Temperature of the stream and temperature down to which its power counts. [degC]
    t_return, t_feed : float or array
        Temperatures of the network's water before and after the heat exchanger. [degC]
    approach : float or array
        Smallest temperature difference in the heat exchanger. [K]
    taken : float or array
        Most that the network, or the heat exchanger, takes. [W]

    Returns
    -------
    float or array
        Direct heat. [W]

    Raises
    ------
    InputError
        Where there is power, the limit lies above the stream's temperature.

    Notes
    -----
    Zero where the stream is too cold to reach the feed temperature (:func:`feeds_in`), else

    .. math:: Q_{dir} = \min(C (t_{source} - t_{pinch}), Q_{taken}), \quad
        t_{pinch} = \min(t_{source}, \max(t_{limit}, t_{return} + \Delta T_{min}))

    An isothermal stream (limit = temperature, as in condensation) gives all or nothing.

    References
    ----------
    .. [1] Derived here: the heat exchanger's smallest difference at either end.

    Examples
    --------
    A stream of 95 degC, counted down to 35, against water from 45 to 80 degC:

    >>> float(direct_heat(1.0, 95.0, 35.0, 45.0, 80.0, 5.0))
    0.75
    """
    heat, source, limit = (np.asarray(a, dtype=float) for a in (power, t_source, t_limit))
    flow = capacity_flow(heat, source, limit)
    cold_end = np.add(t_return, approach)
    pinch = np.minimum(source, np.maximum(limit, cold_end))
    isothermal = np.isinf(flow)
    cooled = np.where(isothermal, 0.0, flow) * (source - pinch)
    usable = np.where(isothermal, np.where(cold_end <= source, heat, 0.0), cooled)
    return np.asarray(np.where(feeds_in(source, t_feed, approach), np.minimum(usable, taken), 0.0))


def split(
    power: ArrayLike, t_source: ArrayLike, t_limit: ArrayLike, direct: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    r"""What is left of a stream once its direct heat is taken: temperature, and heat for a lift.

    Parameters
    ----------
    power : float or array
        Heat in the stream, counted from its temperature down to the limit. [W]
    t_source, t_limit : float or array
        Temperature of the stream and temperature down to which its power counts. [degC]
    direct : float or array
        Direct heat, at most ``power``; see :func:`direct_heat`. [W]

    Returns
    -------
    t_out : float or array
        Temperature of the stream behind the heat exchanger. [degC]
    liftable : float or array
        Heat between that temperature and the limit; with ``direct`` it makes up ``power``. [W]

    Raises
    ------
    InputError
        Where there is power, the limit lies above the stream's temperature.

    Notes
    -----
    .. math:: t_{out} = t_{source} - Q_{dir} / C, \qquad Q_{lift} = C (t_{out} - t_{limit})

    An isothermal stream keeps its temperature and loses heat instead.

    References
    ----------
    .. [1] Derived here: heat balance of a stream of constant specific heat.

    Examples
    --------
    >>> t_out, liftable = split(1.0, 95.0, 35.0, 0.75)
    >>> float(t_out), float(liftable)
    (50.0, 0.25)
    """
    heat, source, given = (np.asarray(a, dtype=float) for a in (power, t_source, direct))
    flow = capacity_flow(heat, source, t_limit)
    cooling = np.divide(
        given, flow, out=np.zeros(np.broadcast_shapes(given.shape, flow.shape)), where=flow > 0.0
    )
    t_out = np.asarray(source - cooling)
    finite = np.where(np.isinf(flow), 0.0, flow)
    return t_out, np.asarray(np.where(np.isinf(flow), heat - given, finite * (t_out - np.asarray(t_limit))))


def _limit_above_stream(span: FloatArray) -> Problem:
    return Problem(
        "HS503",
        f"above the stream's temperature in {span.size} steps that have heat, by up to {-span.min():.4g} K",
        where="limit_temperature",
        hint="heat counted down to a temperature lies above it",
    )
