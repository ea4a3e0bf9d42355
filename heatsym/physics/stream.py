"""Heat of a stream that cools down: how much of it a network takes directly, how much needs a lift."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray
from heatsym.physics.substation import log_mean

DEW_POINT = 120.0
"""Temperature below which flue gas is not cooled, so that no acid condenses; a planning value. [degC]"""
HALVINGS = 50
"""Of an interval in which a heat is searched: to the last bits of a number."""


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


def above_floor(
    power: ArrayLike, t_source: ArrayLike, t_limit: ArrayLike, t_floor: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    r"""Heat of a stream above a temperature below which it must not be cooled.

    Parameters
    ----------
    power : float or array
        Heat in the stream, counted from its temperature down to the limit. [W]
    t_source, t_limit : float or array
        Temperature of the stream and temperature down to which its power counts. [degC]
    t_floor : float or array
        Temperature below which it must not be cooled: the dew point of flue gas, ice. [degC]

    Returns
    -------
    power : float or array
        Heat in the stream down to the higher of limit and floor. [W]
    t_limit : float or array
        The higher of the two, at most the stream's own temperature. [degC]

    Raises
    ------
    InputError
        Where there is power, the limit lies above the stream's temperature.

    References
    ----------
    .. [1] Derived here: heat balance of a stream of constant specific heat.

    Examples
    --------
    >>> heat, limit = above_floor(1.0, 220.0, 20.0, [DEW_POINT, 0.0, 300.0])
    >>> heat.tolist(), limit.tolist()
    ([0.5, 1.0, 0.0], [120.0, 20.0, 220.0])
    """
    source, low = np.asarray(t_source, dtype=float), np.asarray(t_limit, dtype=float)
    flow = capacity_flow(power, source, low)
    raised = np.maximum(low, np.minimum(np.asarray(t_floor, dtype=float), source))
    span = np.asarray(source - low)
    share = np.divide(source - raised, span, out=np.ones(np.broadcast_shapes(raised.shape)), where=span > 0.0)
    frozen = np.isinf(flow) & (np.asarray(t_floor) > source)
    kept = np.where(np.asarray(power) > 0.0, np.where(frozen, 0.0, share), 0.0)
    return np.asarray(np.asarray(power, dtype=float) * kept), np.asarray(np.maximum(raised, low))


def design_ua(
    power: ArrayLike, hot_in: ArrayLike, hot_out: ArrayLike, cold_in: ArrayLike, cold_out: ArrayLike
) -> FloatArray:
    r"""Heat transfer capacity of a counterflow heat exchanger by its design point.

    Parameters
    ----------
    power : float or array
        Design heat. [W]
    hot_in, hot_out, cold_in, cold_out : float or array
        Temperatures of both sides at design, the hot side above the cold one at both ends. [degC]

    Returns
    -------
    float or array
        UA; infinite where a difference vanishes. [W/K]

    Notes
    -----
    .. math:: UA = \frac{Q}{\Delta T_{lm}}

    The area is UA over the heat transfer coefficient U, :math:`A = Q / (U \Delta T_{lm})`.

    References
    ----------
    .. [1] Derived here: the definition of the logarithmic mean difference.

    Examples
    --------
    >>> float(design_ua(1e6, 95.0, 50.0, 45.0, 80.0).round(0))
    109861.0
    """
    mean = log_mean(np.subtract(hot_in, cold_out), np.subtract(hot_out, cold_in))
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(mean > 0.0, np.asarray(power) / np.where(mean > 0.0, mean, 1.0), np.inf))


def exchanger_area(ua: ArrayLike, u_value: ArrayLike) -> FloatArray:
    """Area of a heat exchanger.

    Parameters
    ----------
    ua : float or array
        Heat transfer capacity. [W/K]
    u_value : float or array
        Heat transfer coefficient; see the table ``exchanger_u_values``. [W/(m2 K)]

    Returns
    -------
    float or array
        Area. [m2]

    References
    ----------
    .. [1] Derived here: A = UA / U.

    Examples
    --------
    >>> float(exchanger_area(2e5, 2000.0))
    100.0
    """
    return np.asarray(np.divide(ua, u_value))


def fouled(ua: ArrayLike, u_value: ArrayLike, resistance: ArrayLike) -> FloatArray:
    r"""Heat transfer capacity that deposits leave.

    Parameters
    ----------
    ua : float or array
        Of the clean heat exchanger. [W/K]
    u_value : float or array
        Its clean heat transfer coefficient. [W/(m2 K)]
    resistance : float or array
        Fouling resistance of both sides together. [m2 K/W]

    Returns
    -------
    float or array
        Heat transfer capacity. [W/K]

    Notes
    -----
    .. math:: \frac{1}{U} = \frac{1}{U_{clean}} + R_f

    References
    ----------
    .. [1] Derived here: resistances in series.

    Examples
    --------
    >>> float(fouled(1e5, 2000.0, 2e-4).round(1))
    71428.6
    """
    return np.asarray(np.asarray(ua) / (1.0 + np.asarray(u_value) * np.asarray(resistance)))


def exchanger_heat(
    ua: ArrayLike, hot_flow: ArrayLike, cold_flow: ArrayLike, hot_in: ArrayLike, cold_in: ArrayLike
) -> FloatArray:
    r"""Heat through a counterflow heat exchanger, by effectiveness and number of transfer units.

    Parameters
    ----------
    ua : float or array
        Heat transfer capacity. [W/K]
    hot_flow, cold_flow : float or array
        Capacity flows of both sides; infinite for a side that condenses or boils. [W/K]
    hot_in, cold_in : float or array
        Temperatures at which they enter. [degC]

    Returns
    -------
    float or array
        Heat from the hot to the cold side; 0 where the hot side is not hotter. [W]

    Notes
    -----
    With the smaller and the larger capacity flow, :math:`c = C_{min} / C_{max}`, :math:`n = UA / C_{min}`:

    .. math:: Q = C_{min} \frac{1 - e^{-n (1 - c)}}{1 - c\, e^{-n (1 - c)}} (T_{hot} - T_{cold})

    and n / (1 + n) in place of the fraction where both flows are the same.

    References
    ----------
    .. [1] Derived here: heat balance along a counterflow exchanger of constant coefficients.

    Examples
    --------
    >>> exchanger_heat([1e5, 1e5, np.inf], [1e5, 1e5, 1e5], [1e5, np.inf, 2e5], 90.0, 40.0).round(0).tolist()
    [2500000.0, 3160603.0, 5000000.0]
    """
    first, second = np.asarray(hot_flow, dtype=float), np.asarray(cold_flow, dtype=float)
    least, most = np.minimum(first, second), np.maximum(first, second)
    there = (least > 0.0) & np.isfinite(least)
    flow = np.where(there, least, 1.0)
    ratio = np.where(np.isinf(most), 0.0, flow / np.where(there & np.isfinite(most), most, 1.0))
    units = np.asarray(ua, dtype=float) / flow
    with np.errstate(invalid="ignore", over="ignore"):
        gap = 1.0 - ratio
        away = -np.expm1(-np.minimum(units, 1e300) * gap)  # 1 - exp(-n (1 - c))
        unequal = away / np.where(gap > 0.0, gap + ratio * away, 1.0)
        equal = np.where(np.isinf(units), 1.0, units / (1.0 + np.where(np.isinf(units), 0.0, units)))
    effectiveness = np.where(gap > 1e-9, unequal, equal)
    drop = np.maximum(np.subtract(hot_in, cold_in), 0.0)
    both = np.asarray(ua, dtype=float) * drop  # where neither side changes its temperature
    return np.asarray(np.where(np.isinf(least), both, np.where(there, flow * effectiveness * drop, 0.0)))


def fed_by_exchanger(
    ua: ArrayLike, flow: ArrayLike, t_source: ArrayLike, t_return: ArrayLike, t_feed: ArrayLike
) -> FloatArray:
    r"""Most heat that a heat exchanger of a given size takes from a stream to heat water to the feed.

    Parameters
    ----------
    ua : float or array
        Heat transfer capacity. [W/K]
    flow : float or array
        Capacity flow of the stream; infinite where it condenses. [W/K]
    t_source : float or array
        Temperature of the stream. [degC]
    t_return, t_feed : float or array
        Temperatures of the network's water before and after the heat exchanger. [degC]

    Returns
    -------
    float or array
        Heat; 0 where the stream is not above the feed temperature. [W]

    Notes
    -----
    Water flows as it must to reach the feed temperature, so that Q solves

    .. math:: Q = UA\, \Delta T_{lm}\left(T_{source} - T_{feed},\; T_{source} - Q/C - T_{return}\right)

    The left side rises in Q and the right one falls: one solution, found by halving.

    References
    ----------
    .. [1] Derived here: heat balance of a counterflow exchanger.

    Examples
    --------
    The exchanger of :func:`design_ua` gives its design heat at its design point:

    >>> float(fed_by_exchanger(109861.2, 1e6 / 45.0, 95.0, 45.0, 80.0).round(0))
    1000000.0
    """
    size, stream, hot, cold, feed = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (ua, flow, t_source, t_return, t_feed))
    )
    hot_end, room = hot - feed, np.maximum(hot - cold, 0.0)
    works = (hot_end > 0.0) & (room > 0.0) & (stream > 0.0) & (size > 0.0)
    smallest = np.where(works, np.minimum(stream, size), 0.0)
    if np.isinf(smallest).any():
        raise ValueError("neither stream nor exchanger bounds the heat")
    bound = smallest * room
    low, high = np.zeros_like(bound), bound.copy()
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        cooling = np.divide(middle, stream, out=np.zeros_like(middle), where=stream > 0.0)
        fits = middle <= size * log_mean(np.maximum(hot_end, 0.0), np.maximum(room - cooling, 0.0))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return np.asarray(low)


def preheat_share(
    t_source: ArrayLike, t_return: ArrayLike, t_feed: ArrayLike, approach: ArrayLike
) -> FloatArray:
    r"""Share of its way from return to feed temperature on which a stream may heat water at most.

    Parameters
    ----------
    t_source : float or array
        Temperature of the stream. [degC]
    t_return, t_feed : float or array
        Temperatures of the network's water before and after the source. [degC]
    approach : float or array
        Smallest temperature difference in the heat exchanger. [K]

    Returns
    -------
    float or array
        Share, 0 to 1. [-]

    Notes
    -----
    .. math:: \varphi = \frac{\max(0, \min(T_{feed}, T_{source} - \Delta T_{min}) - T_{return})}
        {T_{feed} - T_{return}}

    Direct heat in series with a heat pump that brings the rest is at most this share of both.

    References
    ----------
    .. [1] Derived here: heat balance of the water, and the exchanger's smallest difference.

    Examples
    --------
    >>> preheat_share([95.0, 60.0, 40.0], 40.0, 75.0, 5.0).round(4).tolist()
    [1.0, 0.4286, 0.0]
    """
    back, feed = np.asarray(t_return, dtype=float), np.asarray(t_feed, dtype=float)
    reached = np.asarray(np.minimum(feed, np.subtract(t_source, approach)) - back)
    way = np.asarray(feed - back)
    part = np.maximum(reached, 0.0) / np.where(way > 0.0, way, 1.0)
    full = np.where(way > 0.0, part, reached >= 0.0) >= 1.0 - 1e-12
    return np.asarray(np.where(full, 1.0, np.where(way > 0.0, part, 0.0)))


def lifted(heat: ArrayLike, liftable: ArrayLike, cop: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""What a heat pump draws from a stream and from the grid to give some heat.

    Parameters
    ----------
    heat : float or array
        Heat of the heat pump, >= 0. [W]
    liftable : float or array
        Most that it can draw from the stream, >= 0. [W]
    cop : float or array
        Its coefficient of performance, >= 1. [-]

    Returns
    -------
    drawn : float or array
        Heat drawn from the stream, never above ``liftable``. [W]
    electricity : float or array
        The rest, never below 0. [W]

    Notes
    -----
    .. math:: Q_{drawn} = \min\left(Q \left(1 - \frac{1}{COP}\right), Q_{liftable}\right),
        \qquad P = Q - Q_{drawn}

    References
    ----------
    .. [1] Derived here: heat balance of the heat pump.

    Examples
    --------
    >>> drawn, electricity = lifted([4.0, 4.0, 0.0], [9.0, 2.0, 9.0], 4.0)
    >>> drawn.tolist(), electricity.tolist()
    ([3.0, 2.0, 0.0], [1.0, 2.0, 0.0])
    """
    given = np.asarray(heat, dtype=float)
    part = 1.0 - 1.0 / np.asarray(cop, dtype=float)
    drawn = np.minimum(given * part, np.maximum(liftable, 0.0))
    return np.asarray(drawn), np.asarray(given - drawn)


def _limit_above_stream(span: FloatArray) -> Problem:
    return Problem(
        "HS503",
        f"above the stream's temperature in {span.size} steps that have heat, by up to {-span.min():.4g} K",
        where="limit_temperature",
        hint="heat counted down to a temperature lies above it",
    )
