"""Pumps: what they add to the water's pressure, and what that takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray


def pump_lift(flow: ArrayLike, curve_flow: ArrayLike, curve_lift: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""Pressure that pumps add, from their curves, and how it changes with their flow.

    Parameters
    ----------
    flow : array
        Flow through each pump, positive along it; (..., pump). [kg/s]
    curve_flow : array
        Flow at the points of the curves, ascending; (pump, point), at least two points. [kg/s]
    curve_lift : array
        Pressure added there, nowhere rising; (pump, point). [Pa]

    Returns
    -------
    lift : array
        Pressure added; (..., pump). [Pa]
    slope : array
        Its derivative, nowhere positive. [Pa s/kg]

    Notes
    -----
    Straight between the points. Below the first point, also where water flows backwards, the first lift
    holds; beyond the last one the last line goes on, in the end below zero, where the pump brakes. So
    lift falls with flow everywhere, and a loop has one solution. Derived here.

    Examples
    --------
    >>> lift, slope = pump_lift([15.0], [[0.0, 10.0, 20.0]], [[1e5, 9e4, 6e4]])
    >>> lift.tolist(), slope.tolist()
    ([75000.0], [-3000.0])
    """
    m, x, y = (np.asarray(a, dtype=float) for a in (flow, curve_flow, curve_lift))
    pump = np.arange(len(x))
    piece = (m[..., None] > x[:, 1:-1]).sum(axis=-1)
    begin, rise = x[pump, piece], y[pump, piece + 1] - y[pump, piece]
    slope = np.where(m > x[:, 0], rise / (x[pump, piece + 1] - begin), 0.0)
    return y[pump, piece] + slope * (m - begin), slope


def pump_power(flow: ArrayLike, lift: ArrayLike, density: ArrayLike, efficiency: ArrayLike) -> FloatArray:
    r"""Electricity of pumps.

    Parameters
    ----------
    flow : float or array
        Mass flow along the pump; backwards it takes nothing. [kg/s]
    lift : float or array
        Pressure added; a pump that brakes takes nothing. [Pa]
    density : float or array
        Density of the water. [kg/m3]
    efficiency : float or array
        Of pump and motor, > 0. [-]

    Returns
    -------
    float or array
        Electricity. [W]

    Notes
    -----
    .. math:: P = \frac{\dot m \Delta p}{\rho \eta}

    References
    ----------
    .. [1] Derived here: hydraulic power is volume flow times pressure.

    Examples
    --------
    >>> round(float(pump_power(10.0, 2e5, 1000.0, 0.5)))
    4000
    """
    m, dp = np.maximum(flow, 0.0), np.maximum(lift, 0.0)
    return np.asarray(m * dp / (np.asarray(density, dtype=float) * efficiency))
