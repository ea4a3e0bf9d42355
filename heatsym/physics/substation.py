"""Water that buildings send back: a heat exchanger between the network and radiators or tap water."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

FLOW_EXPONENT = 0.8
"""Exponent of film coefficients over flow in plate heat exchangers. [-]"""
CLOSE = 1e-9
"""To what temperatures are found. [K]"""


def log_mean(a: ArrayLike, b: ArrayLike) -> FloatArray:
    r"""Logarithmic mean of two temperature differences.

    Parameters
    ----------
    a, b : float or array
        Differences at both ends, >= 0. [K]

    Returns
    -------
    float or array
        Logarithmic mean, 0 where one of them is 0. [K]

    Notes
    -----
    .. math:: \Delta_m = \frac{a - b}{\ln(a / b)}

    Near a = b its series in the half relative difference r is taken, :math:`m (1 - r^2/3 - 4 r^4/45)`.

    References
    ----------
    .. [1] Derived here: mean of a difference that falls exponentially along the exchanger.

    Examples
    --------
    >>> log_mean([10.0, 10.0, 20.0], [10.0, 0.0, 10.0]).round(6).tolist()
    [10.0, 0.0, 14.42695]
    """
    first, second = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    middle = 0.5 * (first + second)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(middle > 0.0, 0.5 * (first - second) / middle, 1.0)
        exact = (first - second) / np.log(first / second)
    near = middle * (1.0 - part**2 / 3.0 - 4.0 * part**4 / 45.0)
    mean = np.where(np.abs(part) < 1e-3, near, exact)
    return np.where((first > 0.0) & (second > 0.0), mean, 0.0)


def radiator_return(
    load: ArrayLike,
    supply: ArrayLike,
    design_supply: float,
    design_return: float,
    room: float,
    exponent: float = 1.3,
) -> FloatArray:
    r"""Water that leaves radiators whose valves let in just the flow that is needed.

    Parameters
    ----------
    load : float or array
        Heat over the heat at the design point, >= 0. [-]
    supply : float or array
        Water that enters. [degC]
    design_supply, design_return : float
        Water that enters and leaves at the design point. [degC]
    room : float
        Air of the room. [degC]
    exponent : float
        Radiator exponent; 1.3 for radiators, 1.1 for floors.

    Returns
    -------
    float or array
        Water that leaves; ``supply`` itself where no flow is large enough. [degC]

    Raises
    ------
    ValueError
        The design point does not fall from supply over return to the room.

    Notes
    -----
    .. math:: \frac{Q}{Q_d} = \left(\frac{\Delta_m}{\Delta_{m,d}}\right)^n

    with the logarithmic mean of the differences of entering and leaving water to the room. The difference
    falls by :math:`e^{-y}` along the radiator, where :math:`(1 - e^{-y}) / y` is that mean over the
    difference at the entry, :math:`1/z`; so :math:`y = z + W(-z e^{-z})`, with Lambert's function.

    References
    ----------
    .. [1] EN 442-2 as written in Modelica models of radiators: IDEAS, Fluid/HeatExchangers/Radiators,
       Radiator.mo (n = 1.3); Buildings library, RadiatorEN442_2.mo (n = 1.24).

    Examples
    --------
    >>> radiator_return([1.0, 0.5], [70.0, 55.0], 70.0, 40.0, 20.0).round(2).tolist()
    [40.0, 29.08]
    """
    if not design_supply > design_return > room:
        raise ValueError("the design point must fall from supply over return to the room")
    from scipy.special import lambertw  # takes a quarter of a second to import

    x, t_in = np.broadcast_arrays(np.asarray(load, dtype=float), np.asarray(supply, dtype=float))
    needed = x ** (1.0 / exponent) * log_mean(design_supply - room, design_return - room)
    entering = t_in - room
    enough = needed < entering
    with np.errstate(divide="ignore", invalid="ignore"):
        z: FloatArray = np.where(enough & (needed > 0.0), entering / needed, np.inf)
        root: FloatArray = lambertw(-z * np.exp(-z)).real  # type: ignore[call-overload] # typed for scalars
        leaving = np.where(np.isinf(z), 0.0, entering * np.exp(-z - root))
    return np.asarray(np.where(enough, room + leaving, t_in))


def exchanger_return(
    load: ArrayLike,
    supply: ArrayLike,
    cold_in: ArrayLike,
    cold_out: ArrayLike,
    design: tuple[float, float, float, float],
) -> FloatArray:
    r"""Network water that leaves a counterflow plate heat exchanger.

    Parameters
    ----------
    load : float or array
        Heat over the heat at the design point, >= 0. [-]
    supply : float or array
        Network water that enters. [degC]
    cold_in, cold_out : float or array
        Water of the building that enters and that must leave. [degC]
    design : (float, float, float, float)
        At the design point: network water in and out, building's water in and out. [degC]

    Returns
    -------
    float or array
        Network water that leaves; ``supply`` itself where no flow is large enough. [degC]

    Raises
    ------
    ValueError
        At the design point heat does not fall from the network to the building at both ends.

    Notes
    -----
    Film coefficients, equal on both sides at the design point, grow with flow to the power 0.8:

    .. math:: \frac{Q}{Q_d} = \frac{UA}{UA_d} \frac{\Delta_m}{\Delta_{m,d}}, \qquad
        \frac{UA}{UA_d} = \frac{2}{\mu_1^{-0.8} + \mu_2^{-0.8}}, \qquad
        \mu = \frac{Q}{Q_d} \frac{\delta_d}{\delta}

    with the water's warming or cooling :math:`\delta` on either side. Conductance and mean both grow with
    the temperature that leaves, of which there is therefore one. The water's specific heat is constant.

    References
    ----------
    .. [1] Modelica Buildings library, Fluid/HeatExchangers/PlateHeatExchangerEffectivenessNTU.mo
       (1/UA = 1/hA1 + 1/hA2, exponents 0.8); solved for the temperature here.

    Examples
    --------
    >>> design = (80.0, 45.0, 40.0, 70.0)
    >>> exchanger_return([1.0, 1.0, 0.5], [80.0, 75.0, 80.0], 40.0, 70.0, design).round(2).tolist()
    [45.0, 48.3, 43.75]
    """
    hot_in, hot_out, into, out_of = design
    if not (hot_in > out_of > into and hot_in > hot_out > into):
        raise ValueError("at the design point heat must fall from the network to the building")
    x, t_hot, t_into, t_out = np.broadcast_arrays(
        *(np.asarray(value, dtype=float) for value in (load, supply, cold_in, cold_out))
    )
    with np.errstate(divide="ignore"):
        second = (x * (out_of - into) / np.maximum(t_out - t_into, 1e-9)) ** -FLOW_EXPONENT
    asked = x * log_mean(hot_in - out_of, hot_out - into)
    far, widest = t_hot - t_out, np.maximum(t_hot - t_into, 0.0)

    def lacking(near: FloatArray, *of: FloatArray) -> FloatArray:
        """Heat over the design heat, times the design's mean difference, less what is asked for. [K]"""
        x, second, far, widest, asked = of
        with np.errstate(divide="ignore", invalid="ignore"):
            first = (x * (hot_in - hot_out) / (widest - near)) ** -FLOW_EXPONENT
        return 2.0 / (first + second) * log_mean(far, near) - asked

    known = x, second, far, widest, asked
    enough = (far > 0.0) & (x > 0.0) & (lacking(widest, *known) > 0.0)
    near = np.full(x.shape, np.nan)
    near[enough] = _root(lacking, widest[enough], *(value[enough] for value in known))
    found = np.where(enough, t_into + near, t_hot)
    return np.asarray(np.where(x > 0.0, found, t_into))


def _root(lacking: Callable[..., FloatArray], highest: FloatArray, *of: FloatArray) -> FloatArray:
    """Where growing functions of a difference are zero, between 0 and the highest difference. [K]"""
    from scipy.optimize.elementwise import find_root  # takes long to import

    low = np.zeros(highest.shape)
    return np.asarray(find_root(lacking, (low, highest), args=of, tolerances={"xatol": CLOSE}).x)
