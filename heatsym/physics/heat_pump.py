"""Heat pumps: how much heat one unit of electricity lifts, and how much they give at which temperatures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray
from heatsym.physics.substation import log_mean

ZERO_CELSIUS = 273.15
"""[K]"""
PINCH = 5.0
"""Smallest temperature difference in evaporator and condenser. [K]"""
ISENTROPIC_EFFICIENCY = 0.8
"""Of the compressor. [-]"""
SMALLEST_LIFT = 10.0
"""Mean temperature difference below which a heat pump lifts no less. [K]"""
SAME_POINT = 1e-6
"""Distance from a map's edge that still counts as on it, of the map's width. [-]"""


def mean_temperature(t_hot: ArrayLike, t_cold: ArrayLike) -> FloatArray:
    r"""Temperature at which a stream of constant specific heat gives or takes its heat, as entropy counts it.

    Parameters
    ----------
    t_hot, t_cold : float or array
        Temperatures at both ends, in any order. [degC]

    Returns
    -------
    float or array
        Logarithmic mean; the temperature itself where both are the same. [K]

    Notes
    -----
    .. math:: \bar T = \frac{T_1 - T_2}{\ln(T_1 / T_2)}

    References
    ----------
    .. [1] Derived here: heat over the entropy that goes with it.

    Examples
    --------
    >>> mean_temperature([75.0, 50.0], [40.0, 50.0]).round(3).tolist()
    [330.341, 323.15]
    """
    return log_mean(np.add(t_hot, ZERO_CELSIUS), np.add(t_cold, ZERO_CELSIUS))


def reversible_cop(
    t_source_in: ArrayLike, t_source_out: ArrayLike, t_sink_in: ArrayLike, t_sink_out: ArrayLike
) -> FloatArray:
    r"""Most heat per electricity that any heat pump can give between two streams (Lorenz).

    Parameters
    ----------
    t_source_in, t_source_out : float or array
        Source before and behind the evaporator. [degC]
    t_sink_in, t_sink_out : float or array
        Water before and behind the condenser. [degC]

    Returns
    -------
    float or array
        Coefficient of performance; infinite where the source's mean temperature is not below the sink's. [-]

    Notes
    -----
    .. math:: \frac{\bar T_{sink}}{\bar T_{sink} - \bar T_{source}}

    with the means of :func:`mean_temperature`. Carnot's value between the two outlets is never above it.

    References
    ----------
    .. [1] Derived here: heat and electricity of a process that makes no entropy.

    Examples
    --------
    >>> reversible_cop([30.0, 80.0], [24.0, 80.0], 40.0, 75.0).round(3).tolist()
    [10.938, inf]
    """
    sink, source = mean_temperature(t_sink_out, t_sink_in), mean_temperature(t_source_in, t_source_out)
    lift = sink - source
    return np.asarray(np.where(lift > 0.0, sink / np.where(lift > 0.0, lift, 1.0), np.inf))


def jensen_cop(
    t_source_in: ArrayLike,
    t_source_out: ArrayLike,
    t_sink_in: ArrayLike,
    t_sink_out: ArrayLike,
    pinch: ArrayLike = PINCH,
    isentropic_efficiency: ArrayLike = ISENTROPIC_EFFICIENCY,
) -> FloatArray:
    r"""Heat per electricity of an ammonia heat pump of one stage.

    Parameters
    ----------
    t_source_in, t_source_out : float or array
        Source before and behind the evaporator. [degC]
    t_sink_in, t_sink_out : float or array
        Water before and behind the condenser. [degC]
    pinch : float or array
        Smallest temperature difference in evaporator and condenser. [K]
    isentropic_efficiency : float or array
        Of the compressor. [-]

    Returns
    -------
    float or array
        Coefficient of performance, at least 1. [-]

    Notes
    -----
    With the Lorenz value of the logarithmic means, :math:`L = \bar T_{sink} - \bar T_{source}`, which counts
    as 10 K where it is less, and :math:`B = T_{sink,out} - T_{source,out} + 2 \Delta T_{pp}`:

    .. math::
        COP = \frac{\bar T_{sink}}{L}
            \frac{1 + (\Delta T_r + \Delta T_{pp}) / \bar T_{sink}}
                 {1 + (\Delta T_r + \Delta T_{source} / 2 + 2 \Delta T_{pp}) / L} \eta (1 - w) + 1 - \eta

        \Delta T_r = 0.2 B + 0.2 \Delta T_{sink} + 0.016, \quad w = 0.0014 B - 0.0015 \Delta T_{sink} + 0.039

    The last two are fits for ammonia; they are kept at 0 or above. Heat loss of the machine is left out.

    References
    ----------
    .. [1] J. K. Jensen et al., Heat pump COP, part 2: generalized COP estimation of heat pump processes,
       Gustav Lorentzen Conference, 2018; parameters of H. Pieper et al., 2020; both as implemented in
       PyPSA-Eur, central_heating_cop_approximator.py. There a lift below 10 K, between the outlet of the
       sink and the inlet of the source, gives no heat; that a machine can lift by more than it needs is
       assumed here.

    Examples
    --------
    >>> jensen_cop([30.0, 24.5], [24.0, 14.5], 40.0, [75.0, 80.0]).round(3).tolist()
    [4.418, 3.577]
    """
    sink, source = mean_temperature(t_sink_out, t_sink_in), mean_temperature(t_source_in, t_source_out)
    lift, gap = np.maximum(sink - source, SMALLEST_LIFT), np.asarray(pinch, dtype=float)
    at_source, at_sink = np.subtract(t_source_in, t_source_out), np.subtract(t_sink_out, t_sink_in)
    between = np.subtract(t_sink_out, t_source_out) + 2.0 * gap
    refrigerant = np.maximum(0.2 * between + 0.2 * at_sink + 0.016, 0.0)
    expansion = np.clip(0.0014 * between - 0.0015 * at_sink + 0.039, 0.0, 1.0)
    lorenz = (sink + refrigerant + gap) / (lift + refrigerant + 0.5 * at_source + 2.0 * gap)
    eta = np.asarray(isentropic_efficiency, dtype=float)
    return np.asarray(np.maximum(lorenz * eta * (1.0 - expansion) + 1.0 - eta, 1.0))


def carnot_share_cop(t_source_out: ArrayLike, t_sink_out: ArrayLike, share: ArrayLike) -> FloatArray:
    r"""A fixed share of Carnot's heat per electricity between the outlets of source and sink.

    Parameters
    ----------
    t_source_out, t_sink_out : float or array
        Source behind the evaporator, water behind the condenser. [degC]
    share : float or array
        Share of Carnot's value, 0 to 1. [-]

    Returns
    -------
    float or array
        Coefficient of performance, at least 1. [-]

    Notes
    -----
    .. math:: COP = s \frac{T_{sink}}{T_{sink} - T_{source}}

    A difference below 10 K counts as 10 K.

    References
    ----------
    .. [1] Derived here: Carnot's heat pump between two temperatures.

    Examples
    --------
    >>> float(carnot_share_cop(10.0, 60.0, 0.5).round(4))
    3.3315
    """
    lift = np.maximum(np.subtract(t_sink_out, t_source_out), SMALLEST_LIFT)
    return np.asarray(np.maximum(np.asarray(share) * np.add(t_sink_out, ZERO_CELSIUS) / lift, 1.0))


def lorenz_share_cop(
    t_source_in: ArrayLike,
    t_source_out: ArrayLike,
    t_sink_in: ArrayLike,
    t_sink_out: ArrayLike,
    share: ArrayLike,
) -> FloatArray:
    r"""A fixed share of the most heat per electricity between two streams; see :func:`reversible_cop`.

    Parameters
    ----------
    t_source_in, t_source_out : float or array
        Source before and behind the evaporator. [degC]
    t_sink_in, t_sink_out : float or array
        Water before and behind the condenser. [degC]
    share : float or array
        Share of the reversible value, 0 to 1. [-]

    Returns
    -------
    float or array
        Coefficient of performance, at least 1. [-]

    Notes
    -----
    A difference of the means below 10 K counts as 10 K.

    References
    ----------
    .. [1] Derived here: Lorenz' heat pump between two streams.

    Examples
    --------
    >>> float(lorenz_share_cop(30.0, 24.0, 40.0, 75.0, 0.5).round(4))
    5.469
    """
    sink, source = mean_temperature(t_sink_out, t_sink_in), mean_temperature(t_source_in, t_source_out)
    return np.asarray(np.maximum(np.asarray(share) * sink / np.maximum(sink - source, SMALLEST_LIFT), 1.0))


def mapped(
    points: Sequence[tuple[float, float, float]], t_source: ArrayLike, t_sink: ArrayLike, what: str = "map"
) -> FloatArray:
    """A value that a table gives by source and sink temperature, linear between its points.

    Parameters
    ----------
    points : sequence of (float, float, float)
        Source temperature [degC], sink temperature [degC] and value [-]: at least three, not in one line.
    t_source, t_sink : float or array
        Where the value is wanted. [degC]
    what : str
        What the table is called in messages.

    Returns
    -------
    float or array
        Value, linear on triangles between points (Delaunay), so that the points themselves are met. [-]

    Raises
    ------
    InputError
        The points make no area, or a temperature lies outside of it.

    References
    ----------
    .. [1] Derived here; triangles by scipy (Qhull).

    Examples
    --------
    >>> table = [(0.0, 60.0, 3.0), (10.0, 60.0, 4.0), (0.0, 80.0, 2.0), (10.0, 80.0, 2.6)]
    >>> mapped(table, [0.0, 5.0], [60.0, 60.0]).tolist()
    [3.0, 3.5]
    """
    from scipy.interpolate import LinearNDInterpolator
    from scipy.spatial import QhullError

    known = np.array(points, dtype=float).reshape(-1, 3)
    at, values = known[:, :2], known[:, 2]
    scale = np.ptp(at, axis=0) if len(at) else np.zeros(2)
    try:
        if not (scale > 0.0).all():
            raise ValueError
        middle = at.mean(axis=0)
        table = LinearNDInterpolator((at - middle) / scale, values)
    except (QhullError, ValueError):
        reason = f"{len(known)} points of source and sink temperature make no area"
        hint = "give three or more that are not in one line"
        raise InputError([Problem("HS525", reason, where=what, hint=hint)]) from None
    source, sink = np.broadcast_arrays(np.asarray(t_source, dtype=float), np.asarray(t_sink, dtype=float))
    wanted = (np.stack([source, sink], axis=-1) - middle) / scale
    found = np.asarray(table(wanted), dtype=float)
    if np.isnan(found).any():  # by rounding a point of the edge may lie outside
        inside = np.where(np.isnan(found)[..., None], wanted * (1.0 - SAME_POINT), wanted)
        found = np.asarray(table(inside), dtype=float)
    beyond = np.isnan(found)
    if beyond.any():
        cases = f"{int(beyond.sum())} of {beyond.size} steps"
        asked = f"source {_span(source[beyond])}, sink {_span(sink[beyond])}"
        reason = f"does not reach to {asked} degC in {cases}"
        hint = f"add points: it knows source {_span(at[:, 0])}, sink {_span(at[:, 1])} degC"
        raise InputError([Problem("HS521", reason, where=what, hint=hint)])
    return found


def frosted_share(t_air: ArrayLike, points: Sequence[tuple[float, float]]) -> FloatArray:
    """Share of its heat that a heat pump on outdoor air loses to defrosting.

    Parameters
    ----------
    t_air : float or array
        Outdoor air. [degC]
    points : sequence of (float, float)
        Outdoor air [degC], ascending, and share lost [-]; constant beyond.

    Returns
    -------
    float or array
        Share of heat output lost at the same electricity. [-]

    References
    ----------
    .. [1] Derived here; the numbers come with their source in the table ``heat_pump_defrost``.

    Examples
    --------
    >>> frosted_share([-5.0, 10.0], [(-10.0, 0.08), (0.0, 0.1), (7.0, 0.0)]).round(3).tolist()
    [0.09, 0.0]
    """
    at, lost = np.array(points, dtype=float).T
    return np.asarray(np.interp(np.asarray(t_air, dtype=float), at, lost))


def _span(values: FloatArray) -> str:
    """Smallest and largest of some temperatures."""
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
