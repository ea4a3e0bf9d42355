"""Electricity from a hot stream by an organic Rankine cycle whose condenser heats the network."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.stream import capacity_flow

KELVIN = 273.15


def cycle_efficiency(t_evaporation: ArrayLike, t_condensation: ArrayLike, share: ArrayLike) -> FloatArray:
    r"""Electricity per heat that evaporates the working fluid.

    Parameters
    ----------
    t_evaporation, t_condensation : float or array
        Temperatures at which the working fluid evaporates and condenses. [degC]
    share : float or array
        Share of the Carnot efficiency that is reached. [-]

    Returns
    -------
    float or array
        Net efficiency; 0 where evaporation is not above condensation. [-]

    Notes
    -----
    .. math:: \eta = \nu \left(1 - \frac{T_c}{T_e}\right), \quad T \text{ in kelvin}

    References
    ----------
    .. [1] Derived here: a fixed share of the Carnot efficiency; 0.44 is a planning value (assumed).

    Examples
    --------
    >>> round(float(cycle_efficiency(250.0, 85.0, 0.44)), 5)
    0.13877
    """
    hot, cold = np.asarray(t_evaporation, dtype=float) + KELVIN, np.asarray(t_condensation, dtype=float)
    return np.asarray(np.asarray(share, dtype=float) * np.maximum(1.0 - (cold + KELVIN) / hot, 0.0))


def evaporator_outlet(
    t_source: ArrayLike,
    t_limit: ArrayLike,
    t_evaporation: ArrayLike,
    t_condensation: ArrayLike,
    approach: ArrayLike,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    r"""Where the stream leaves the evaporator, and whether the cycle runs.

    Parameters
    ----------
    t_source, t_limit : float or array
        Temperature of the stream and temperature down to which its power counts. [degC]
    t_evaporation, t_condensation : float or array
        Temperatures at which the working fluid evaporates and condenses. [degC]
    approach : float or array
        Smallest temperature difference in the evaporator. [K]

    Returns
    -------
    t_out : float or array
        Temperature of the stream behind the evaporator; its own where the cycle rests. [degC]
    runs : bool or array
        Where the stream is warm enough to evaporate, and evaporation is above condensation.

    Notes
    -----
    .. math:: T_{out} = \max(T_e + \Delta T_{min}, T_{limit})

    The fluid takes all its heat, preheating included, at the temperature of evaporation or above.

    References
    ----------
    .. [1] Derived here: a heat exchanger moves no heat uphill.

    Examples
    --------
    >>> t_out, runs = evaporator_outlet([300.0, 200.0], 120.0, 220.0, 85.0, 15.0)
    >>> t_out.tolist(), runs.tolist()
    ([235.0, 200.0], [True, False])
    """
    source = np.asarray(t_source, dtype=float)
    pinch = np.asarray(t_evaporation, dtype=float) + np.asarray(approach, dtype=float)
    runs = (source >= pinch) & (np.asarray(t_evaporation, dtype=float) > np.asarray(t_condensation))
    out = np.where(runs, np.minimum(np.maximum(pinch, t_limit), source), source)
    return np.asarray(out), np.asarray(runs, dtype=np.bool_)


def cycle_heat(
    power: ArrayLike, t_source: ArrayLike, t_limit: ArrayLike, t_out: ArrayLike, runs: ArrayLike
) -> FloatArray:
    r"""Heat that a stream gives to the evaporator.

    Parameters
    ----------
    power : float or array
        Heat in the stream, counted from its temperature down to the limit. [W]
    t_source, t_limit : float or array
        Temperature of the stream and temperature down to which its power counts. [degC]
    t_out : float or array
        Temperature behind the evaporator. [degC]
    runs : bool or array
        Whether the cycle runs.

    Returns
    -------
    float or array
        Heat; all of an isothermal stream. [W]

    Notes
    -----
    .. math:: Q_e = C (T_{source} - T_{out})

    References
    ----------
    .. [1] Derived here: heat balance of a stream of constant specific heat.

    Examples
    --------
    >>> float(cycle_heat(9e6, 300.0, 120.0, 235.0, True))
    3250000.0
    """
    flow = capacity_flow(power, t_source, t_limit)
    isothermal = np.isinf(flow)
    cooled = np.where(isothermal, 0.0, flow) * (np.asarray(t_source, dtype=float) - t_out)
    return np.asarray(np.where(runs, np.where(isothermal, power, cooled), 0.0))


def made_with(heat: ArrayLike, evaporated: ArrayLike, efficiency: ArrayLike) -> FloatArray:
    r"""Electricity made where the network takes some heat, the condenser's first.

    Parameters
    ----------
    heat : float or array
        Heat that the network takes of the condenser and of the stream behind the evaporator. [W]
    evaporated : float or array
        Most heat that the evaporator takes of the stream. [W]
    efficiency : float or array
        Electricity per heat evaporated, below 1. [-]

    Returns
    -------
    float or array
        Electricity. [W]

    Notes
    -----
    .. math:: P = \frac{\eta}{1 - \eta} \min(Q, (1 - \eta) Q_e)

    References
    ----------
    .. [1] Derived here: what evaporates leaves as electricity or through the condenser.

    Examples
    --------
    >>> made_with([0.0, 0.8e6, 5e6], 2e6, 0.2).round(3).tolist()
    [0.0, 200000.0, 400000.0]
    """
    share = np.asarray(efficiency, dtype=float)
    condensed = np.minimum(heat, (1.0 - share) * np.asarray(evaporated, dtype=float))
    return np.asarray(share / (1.0 - share) * condensed)
