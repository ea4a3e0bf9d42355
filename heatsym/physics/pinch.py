"""Pinch analysis: what streams of one works give each other, and what a network can take of the rest.

Every function takes the streams of a works together, (..., stream): their heat, positive where a stream
gives heat and negative where it takes some, and the temperatures between which it does so, shifted by the
stream's contribution to the smallest difference: downwards for a stream that gives heat, upwards for one
that takes some. Heat then passes wherever it does not flow uphill in shifted temperatures. ``upper`` =
``lower`` is a condensing or evaporating stream.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray

_Streams = tuple[FloatArray, FloatArray, FloatArray]


class Cascade(NamedTuple):
    """Heat that passes down through each temperature level, and what must come from outside.

    ``level`` (..., level) are the shifted temperatures at which streams begin or end, descending [degC];
    ``over`` and ``under`` the heat that passes just above and just below each [W]; they differ where a
    stream has one temperature. The others are (...): ``hot_utility`` and ``cold_utility``, the least heat
    that must be put in at the top and taken out at the bottom, ``recovered``, what streams give each other
    [W], and ``pinch``, the shifted temperature that no heat passes, NaN where there is none [degC].
    """

    level: FloatArray
    over: FloatArray
    under: FloatArray
    hot_utility: FloatArray
    cold_utility: FloatArray
    recovered: FloatArray
    pinch: FloatArray


class Limit(NamedTuple):
    """Heat as min(``power`` [W], ``conductance`` [W/K] * (``t_hot`` [degC] - return temperature))."""

    power: FloatArray
    conductance: FloatArray
    t_hot: FloatArray


def cascade(power: ArrayLike, upper: ArrayLike, lower: ArrayLike) -> Cascade:
    r"""Heat cascade of streams, also called problem table or grand composite curve.

    Parameters
    ----------
    power : array
        Heat of each stream, negative where it takes heat; (..., stream). [W]
    upper, lower : array
        Shifted temperatures between which it gives or takes it. [degC]

    Returns
    -------
    Cascade
        Heat through each level, utilities, recovery and pinch.

    Raises
    ------
    InputError
        Where a stream has heat, its lower temperature is above its upper one.

    Notes
    -----
    With A(T) the heat of all streams above T, those that take heat counted negative,

    .. math:: Q_{hot} = \max(0, -\min_T A(T)), \quad R(T) = Q_{hot} + A(T), \quad Q_{cold} = R(-\infty)

    A changes its slope at levels only, so that the least of it stands at one. A problem without hot or
    without cold utility has no pinch.

    References
    ----------
    .. [1] G. Towler, R. Sinnott: Chemical Engineering Design, section 3.5.2, the problem table method,
       after Linnhoff and Flower (1978).

    Examples
    --------
    Two streams that give heat and two that take it, with a smallest difference of 10 K, from [1]_:

    >>> found = cascade([360, 120, -230, -270], [175, 145, 140, 145], [55, 25, 25, 85])
    >>> float(found.hot_utility), float(found.cold_utility), float(found.pinch)
    (50.0, 30.0, 85.0)
    """
    streams = _streams(power, upper, lower)
    heat, top, bottom = streams
    level = -np.sort(-np.concatenate([top, bottom], axis=-1), axis=-1)
    over, under = _heat_above(streams, level, False), _heat_above(streams, level, True)
    least = np.minimum(over, under).min(axis=-1, initial=0.0)
    hot_utility, total = np.maximum(0.0, -least), heat.sum(axis=-1)
    cold_utility = np.maximum(0.0, hot_utility + total)
    flow_over, flow_under = over + hot_utility[..., None], under + hot_utility[..., None]
    narrow = np.minimum(flow_over, flow_under)
    slack = 1e-12 * np.abs(heat).sum(axis=-1)
    if narrow.shape[-1]:
        at = np.take_along_axis(level, narrow.argmin(axis=-1)[..., None], axis=-1)[..., 0]
        pinch = np.where((hot_utility > slack) & (cold_utility > slack), at, np.nan)
    else:
        pinch = np.full(total.shape, np.nan)
    return Cascade(
        level=level,
        over=flow_over,
        under=flow_under,
        hot_utility=hot_utility,
        cold_utility=cold_utility,
        recovered=np.asarray(np.maximum(heat, 0.0).sum(axis=-1) - cold_utility),
        pinch=pinch,
    )


def composite_curve(power: ArrayLike, upper: ArrayLike, lower: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Heat of some streams together over temperature: their composite curve.

    Parameters
    ----------
    power : array
        Heat of each stream, all of one sign; (..., stream). [W]
    upper, lower : array
        Temperatures between which it gives or takes it, shifted or as they are. [degC]

    Returns
    -------
    temperature : array
        Ascending, every one twice: heat rises between the two where a stream has one temperature;
        (..., point). [degC]
    heat : array
        Heat of all streams below each. [W]

    Raises
    ------
    InputError
        Where a stream has heat, its lower temperature is above its upper one.

    Notes
    -----
    Derived here: the sum of what each stream has below a temperature, its capacity flow being constant.

    Examples
    --------
    Cooling water and condensate:

    >>> temperature, heat = composite_curve([100.0, 50.0], [90.0, 60.0], [40.0, 60.0])
    >>> temperature[::2].tolist(), heat[::2].tolist(), heat[1::2].tolist()
    ([40.0, 60.0, 60.0, 90.0], [0.0, 40.0, 40.0, 150.0], [0.0, 90.0, 90.0, 150.0])
    """
    streams = _streams(np.abs(np.asarray(power, dtype=float)), upper, lower)
    heat, top, bottom = streams
    level = np.sort(np.concatenate([top, bottom], axis=-1), axis=-1)
    total = heat.sum(axis=-1)[..., None]
    below, with_it = total - _heat_above(streams, level, True), total - _heat_above(streams, level, False)
    points = (*level.shape[:-1], 2 * level.shape[-1])
    return np.repeat(level, 2, axis=-1), np.stack([below, with_it], axis=-1).reshape(points)


def usable(
    power: ArrayLike, upper: ArrayLike, lower: ArrayLike, t_return: ArrayLike, t_feed: ArrayLike
) -> FloatArray:
    r"""Largest heat that water warmed from one temperature to another takes from what streams leave.

    Parameters
    ----------
    power : array
        Heat of each stream, negative where it takes heat; (..., stream). [W]
    upper, lower : array
        Shifted temperatures between which it gives or takes it. [degC]
    t_return, t_feed : array
        Temperatures of the water before and after, shifted like those of a stream that takes heat;
        (...). [degC]

    Returns
    -------
    array
        Heat into the water, its flow being free, while no more hot utility is needed than without it;
        (...). [W]

    Raises
    ------
    InputError
        Where a stream has heat, its lower temperature is above its upper one.

    Notes
    -----
    Water takes heat in proportion to its temperature rise, so that of its heat Q the share

    .. math:: s(T) = \min\left(1, \frac{T_{feed} - T}{T_{feed} - T_{return}}\right)

    lies above T, and heat flows nowhere uphill as long as R(T) - Q s(T) >= 0 with R the heat cascade of the
    streams (:func:`cascade`). Between levels both are straight lines, whose ratio has no minimum inside:

    .. math:: Q = \min_{T < T_{feed}} R(T) / s(T)

    over the levels and the return temperature. One stream alone gives what
    :func:`heatsym.physics.stream.direct_heat` says. Derived here.

    Examples
    --------
    A stream of 60 degC cannot heat water to 80 degC. Beside one of 120 degC it preheats, here by all it has
    above 45 degC:

    >>> float(usable([1.0], [60.0], [45.0], 45.0, 80.0))
    0.0
    >>> float(usable([1.0, 3.0], [60.0, 120.0], [45.0, 80.0], 45.0, 80.0))
    4.0
    """
    return np.asarray(_bound(_against(_streams(power, upper, lower), t_return, t_feed)).min(axis=-1))


def return_limit(
    power: ArrayLike, upper: ArrayLike, lower: ArrayLike, t_return: ArrayLike, t_feed: ArrayLike
) -> Limit:
    r"""How much heat water takes near a return temperature, as a straight line under a cap.

    Parameters
    ----------
    power : array
        Heat of each stream, negative where it takes heat; (..., stream). [W]
    upper, lower : array
        Shifted temperatures between which it gives or takes it. [degC]
    t_return, t_feed : array
        Shifted temperatures of the water before and after; (...). [degC]

    Returns
    -------
    Limit
        At ``t_return`` it gives :func:`usable`, and near it the same to first order: its cap is what binds
        at lower temperatures, whatever the return; (...). Infinite conductance where nothing depends on it.

    Raises
    ------
    InputError
        Where a stream has heat, its lower temperature is above its upper one.

    Notes
    -----
    Of the bounds R(T) / s(T), those below the return temperature do not depend on it. The one at it falls
    with the capacity flow of the streams there, and one at a level T above it as

    .. math:: \frac{R(T)}{T_{feed} - T} (T_{feed} - T_{return})

    For one stream this is the limit of a heat exchanger, exact at every return temperature above the
    stream's lower one. Derived here.

    Examples
    --------
    A stream that gives 60 W from 90 down to 30 degC, shifted:

    >>> [float(part) for part in return_limit([60.0], [90.0], [30.0], 45.0, 80.0)]
    [60.0, 1.0, 90.0]
    """
    streams = _streams(power, upper, lower)
    met = _against(streams, t_return, t_feed)
    temperature, passing, share, cold, feed = met[:5]
    bound = _bound(met)
    heat = bound.min(axis=-1)
    count = temperature.shape[-1] // 2  # points just above a temperature, and then the same just below it
    at_return, from_above = count - 1, np.arange(2 * count) < count
    fixed = temperature < cold[..., None]
    fixed[..., -1] = bound[..., -1] < bound[..., at_return]
    cap = np.where(fixed, bound, np.inf).min(axis=-1)
    cap = np.minimum(cap, met.left)

    slope = np.divide(
        passing,
        feed[..., None] - temperature,
        out=np.zeros(passing.shape),
        where=(share > 0.0) & (temperature > cold[..., None]),
    )
    slope[..., at_return] = np.maximum(_capacity_flow_above(streams, cold), 0.0)
    moving = np.where(~fixed & (from_above | (temperature > cold[..., None])), bound, np.inf)
    value = moving.min(axis=-1)
    binding = moving <= value[..., None] + 1e-12 * np.abs(streams[0]).sum(axis=-1)[..., None]
    conductance = np.where(binding, slope, 0.0).max(axis=-1)
    leans = (conductance > 0.0) & (heat > 0.0) & np.isfinite(value)
    rise = np.divide(value, conductance, out=np.zeros(value.shape), where=leans)
    return Limit(
        power=np.where(leans, cap, heat),
        conductance=np.where(leans, conductance, np.inf),
        t_hot=np.where(leans, cold + rise, np.inf),
    )


def one_stream(
    power: ArrayLike, upper: ArrayLike, lower: ArrayLike, t_end: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    r"""Warmest stream of constant capacity flow that carries all heat left, down to a given temperature.

    Parameters
    ----------
    power : array
        Heat of each stream, negative where it takes heat; (..., stream). [W]
    upper, lower : array
        Shifted temperatures between which it gives or takes it. [degC]
    t_end : array
        Shifted temperature at which it ends, at or below all levels at which heat is left; (...). [degC]

    Returns
    -------
    heat : array
        Heat left, the cold utility of the streams; (...). [W]
    t_start : array
        Shifted temperature at which the stream begins, ``t_end`` where no heat is left. [degC]

    Raises
    ------
    InputError
        Where a stream has heat, its lower temperature is above its upper one.

    Notes
    -----
    The stream takes from the cascade as water does that is warmed from ``t_end`` to ``t_start``
    (:func:`usable`). With all heat L in it, the share R/L of a level T is enough as long as

    .. math:: T_{start} \le T_{end} + \frac{T - T_{end}}{1 - R(T)/L}

    wherever R < L. Derived here.

    Examples
    --------
    60 to 40 degC and 30 to 20 degC, as much in each:

    >>> heat, t_start = one_stream([1.0, 1.0], [60.0, 30.0], [40.0, 20.0], 20.0)
    >>> float(heat), float(t_start)
    (2.0, 40.0)
    """
    found = cascade(power, upper, lower)
    heat = found.cold_utility
    end = np.broadcast_to(np.asarray(t_end, dtype=float), heat.shape)
    level = np.concatenate([found.level, found.level], axis=-1)
    passing = np.concatenate([found.over, found.under], axis=-1)
    missing = 1.0 - passing / np.where(heat > 0.0, heat, 1.0)[..., None]
    room = np.maximum(level - end[..., None], 0.0)
    counts = (missing > 1e-12) & (heat > 0.0)[..., None]
    reach = np.divide(room, missing, out=np.full(room.shape, np.inf), where=counts).min(
        axis=-1, initial=np.inf
    )
    return heat, np.where(np.isfinite(reach), end + np.where(np.isfinite(reach), reach, 0.0), end)


def _streams(power: ArrayLike, upper: ArrayLike, lower: ArrayLike) -> _Streams:
    """Streams as arrays of one shape, the temperatures of those without heat put together."""
    heat, top, bottom = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (power, upper, lower)))
    wrong = (heat != 0.0) & (bottom > top)
    if wrong.any():
        raise InputError([_crossed(heat[wrong], (bottom - top)[wrong])])
    return heat, top, np.minimum(bottom, top)


def _heat_above(streams: _Streams, level: FloatArray, with_it: bool) -> FloatArray:
    """Net heat of streams (..., stream) above levels (..., level), those of one temperature there or not."""
    heat, top, bottom = (a[..., None, :] for a in streams)
    at = level[..., :, None]
    span = top - bottom
    single = span == 0.0
    share = np.clip((top - at) / np.where(single, 1.0, span), 0.0, 1.0)
    share = np.where(single, top >= at if with_it else top > at, share)
    return np.asarray((heat * share).sum(axis=-1))


def _capacity_flow_above(streams: _Streams, temperature: FloatArray) -> FloatArray:
    """Net capacity flow of streams just above a temperature (...), (...). [W/K]"""
    heat, top, bottom = streams
    span = top - bottom
    there = (bottom <= temperature[..., None]) & (top > temperature[..., None])
    return np.asarray(np.divide(heat, span, out=np.zeros(span.shape), where=there).sum(axis=-1))


class _Meeting(NamedTuple):
    """Where water may meet the cascade: temperatures, heat that passes, and the water's share above.

    All (..., point): just above every level and the return temperature, which is last, then just below
    them. With them, (...), the water's temperatures, the feed not below the return, and the heat left.
    """

    temperature: FloatArray
    passing: FloatArray
    share: FloatArray
    cold: FloatArray
    feed: FloatArray
    left: FloatArray


def _against(streams: _Streams, t_return: ArrayLike, t_feed: ArrayLike) -> _Meeting:
    """The cascade of streams, and water that is warmed by it."""
    heat, top, bottom = streams
    cold, feed = np.broadcast_arrays(np.asarray(t_return, dtype=float), np.asarray(t_feed, dtype=float))
    shape = np.broadcast_shapes(heat.shape[:-1], cold.shape)
    cold, feed = np.broadcast_to(cold, shape), np.broadcast_to(np.maximum(feed, cold), shape)
    ends = (np.broadcast_to(a, (*shape, heat.shape[-1])) for a in (top, bottom))
    level = np.concatenate([*ends, cold[..., None]], axis=-1)
    over, under = _heat_above(streams, level, False), _heat_above(streams, level, True)
    need = np.maximum(0.0, -np.minimum(over, under).min(axis=-1, keepdims=True))
    over, under = over + need, under + need
    rise = (feed - cold)[..., None]
    above = np.clip((feed[..., None] - level) / np.where(rise > 0.0, rise, 1.0), 0.0, 1.0)
    still = rise == 0.0
    share = np.concatenate(
        [
            np.where(still, level < cold[..., None], above),
            np.where(still, level <= cold[..., None], above),
        ],
        axis=-1,
    )
    return _Meeting(
        temperature=np.concatenate([level, level], axis=-1),
        passing=np.concatenate([over, under], axis=-1),
        share=share,
        cold=cold,
        feed=feed,
        left=np.maximum(0.0, need[..., 0] + heat.sum(axis=-1)),
    )


def _bound(met: _Meeting) -> FloatArray:
    """Largest heat that each point lets pass; (..., point). [W]"""
    free = np.full(np.broadcast_shapes(met.passing.shape, met.share.shape), np.inf)
    bound = np.divide(met.passing, met.share, out=free, where=met.share > 0.0)
    return np.asarray(np.maximum(bound, 0.0))


def _crossed(heat: FloatArray, by: FloatArray) -> Problem:
    """What is wrong with streams whose temperatures cross, (crossing,), W and K."""
    if heat[0] < 0.0:
        reason = f"ends below where it starts in {heat.size} steps that have heat, by up to {by.max():.4g} K"
        return Problem("HS561", reason, where="need", hint="heat that is taken warms: swap from and to")
    reason = f"above the stream's temperature in {heat.size} steps that have heat, by up to {by.max():.4g} K"
    hint = "heat counted down to a temperature lies above it"
    return Problem("HS503", reason, where="limit_temperature", hint=hint)
