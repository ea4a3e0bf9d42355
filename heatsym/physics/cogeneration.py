"""Heat and electricity from one fuel: back-pressure and extraction turbines, engines."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray


def back_pressure(
    heat: ArrayLike, power_to_heat: ArrayLike, efficiency: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    r"""Fuel and electricity of a plant whose two products go together.

    Parameters
    ----------
    heat : float or array
        Heat given. [W]
    power_to_heat : float or array
        Electricity per heat. [-]
    efficiency : float or array
        Heat and electricity together per lower heating value of the fuel. [-]

    Returns
    -------
    fuel, electricity : float or array
        Fuel burnt, lower heating value, and electricity made. [W]

    Notes
    -----
    .. math:: P = \sigma Q, \qquad F = (1 + \sigma) Q / \eta

    References
    ----------
    .. [1] Derived here, from the definitions of the two coefficients.

    Examples
    --------
    >>> fuel, electricity = back_pressure(10e6, 0.5, 0.9)
    >>> round(float(fuel)), float(electricity)
    (16666667, 5000000.0)
    """
    given, ratio = np.asarray(heat, dtype=float), np.asarray(power_to_heat, dtype=float)
    return np.asarray((1.0 + ratio) * given / efficiency), np.asarray(ratio * given)


def extraction(
    heat: ArrayLike,
    power_to_heat: ArrayLike,
    power_loss: ArrayLike,
    efficiency: ArrayLike,
    planned: ArrayLike = 0.0,
    least: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    r"""Fuel and electricity of a turbine from which steam is taken for heat.

    Parameters
    ----------
    heat : float or array
        Heat taken. [W]
    power_to_heat : float or array
        Electricity per heat where all steam is taken (back-pressure line). [-]
    power_loss : float or array
        Electricity lost per heat taken at the same fuel. [-]
    efficiency : float or array
        Electricity per lower heating value of the fuel where no heat is taken (condensation). [-]
    planned : float or array
        Electricity that it would make in any case, if no heat were taken. [W]
    least : float or array
        Electricity below which it does not run. [W]

    Returns
    -------
    fuel, electricity : float or array
        Fuel burnt, lower heating value, and electricity made; both 0 where it stands still. [W]

    Notes
    -----
    With back-pressure ratio :math:`\sigma` and loss :math:`\beta`, electricity at a fuel F is
    :math:`P = \eta F - \beta Q` and never less than :math:`\sigma Q`. It burns no more than it must:

    .. math:: \eta F = \max(P_{planned}, (\sigma + \beta) Q, P_{least} + \beta Q)

    the last only where it runs. Heat that the planned steam can give costs electricity and no fuel; what
    goes beyond costs fuel, along the back-pressure line.

    References
    ----------
    .. [1] Danish Energy Agency, technology data for generation of electricity and district heating: the
       coefficients Cb (back-pressure) and Cv (loss) of extraction plants.
    .. [2] Least fuel for given heat: derived here.

    Examples
    --------
    Heat from steam that is there anyway costs 0.15 of electricity each, and no fuel:

    >>> fuel, electricity = extraction([0.0, 10e6], 1.0, 0.15, 0.5, planned=20e6)
    >>> fuel.tolist(), electricity.tolist()
    ([40000000.0, 40000000.0], [20000000.0, 18500000.0])
    """
    given, floor = np.asarray(heat, dtype=float), np.asarray(least, dtype=float)
    wanted = np.asarray(planned, dtype=float)
    loss = np.asarray(power_loss, dtype=float)
    runs = (given > 0.0) | (wanted > 0.0)
    by_heat = (np.asarray(power_to_heat, dtype=float) + loss) * given
    condensing = np.maximum(np.maximum(wanted, by_heat), floor + loss * given)
    steam = np.where(runs, condensing, 0.0)
    return np.asarray(steam / efficiency), np.asarray(steam - loss * given)


def extraction_limit(
    fuel: ArrayLike,
    power_to_heat: ArrayLike,
    power_loss: ArrayLike,
    efficiency: ArrayLike,
    least: ArrayLike = 0.0,
) -> FloatArray:
    r"""Most heat that an extraction turbine gives with the fuel that it can burn.

    Parameters
    ----------
    fuel : float or array
        Most fuel that it burns, lower heating value. [W]
    power_to_heat, power_loss, efficiency : float or array
        As in :func:`extraction`. [-]
    least : float or array
        Electricity below which it does not run. [W]

    Returns
    -------
    float or array
        Heat. [W]

    Notes
    -----
    Where the line of largest fuel meets the back-pressure line, or least electricity if that comes first:

    .. math:: Q = \min\left(\frac{\eta F}{\sigma + \beta}, \frac{\eta F - P_{least}}{\beta}\right)

    References
    ----------
    .. [1] Derived here from the lines of :func:`extraction`.

    Examples
    --------
    >>> float(extraction_limit(46e6, 1.0, 0.15, 0.5))
    20000000.0
    """
    steam = np.asarray(fuel, dtype=float) * efficiency
    ratio, loss = np.asarray(power_to_heat, dtype=float), np.asarray(power_loss, dtype=float)
    over = np.maximum(steam - np.asarray(least, dtype=float), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.where(loss > 0.0, over / loss, np.where(over > 0.0, np.inf, 0.0))
    return np.asarray(np.minimum(steam / (ratio + loss), most))
