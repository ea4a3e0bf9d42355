"""Heat pumps that are driven by heat: a hot drive lifts cold heat to a temperature in between."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray

KELVIN = 273.15


def reversible_cold(t_drive: ArrayLike, t_cold: ArrayLike, t_heat: ArrayLike) -> FloatArray:
    r"""Most cold heat that a unit of drive heat could lift.

    Parameters
    ----------
    t_drive : float or array
        Temperature at which drive heat is taken up. [degC]
    t_cold : float or array
        Temperature at which cold heat is taken up. [degC]
    t_heat : float or array
        Temperature at which heat is given. [degC]

    Returns
    -------
    float or array
        Cold heat per drive heat; 0 where the drive is not above the heat, infinite where nothing has to be
        lifted. [-]

    Notes
    -----
    An ideal engine between drive and heat turns an ideal heat pump between cold and heat:

    .. math:: \zeta_{max} = \left(1 - \frac{T_h}{T_d}\right) \frac{T_c}{T_h - T_c}, \quad T \text{ in kelvin}

    References
    ----------
    .. [1] Derived here: the entropy of drive and cold heat together is that of the heat given.

    Examples
    --------
    >>> round(float(reversible_cold(160.0, 20.0, 80.0)), 4)
    0.9024
    """
    drive, cold, heat = (
        np.asarray(t, dtype=float) + KELVIN for t in np.broadcast_arrays(t_drive, t_cold, t_heat)
    )
    engine = np.maximum(1.0 - heat / drive, 0.0)
    lift = heat - cold
    with np.errstate(divide="ignore", invalid="ignore"):
        ideal = engine * cold / lift
    return np.asarray(np.where(engine == 0.0, 0.0, np.where(lift > 0.0, ideal, np.inf)))


def cold_per_drive(
    t_drive: ArrayLike, t_cold: ArrayLike, t_heat: ArrayLike, cooling_cop: float, share: float
) -> FloatArray:
    r"""Cold heat that a unit of drive heat lifts in an absorption machine.

    Parameters
    ----------
    t_drive, t_cold, t_heat : float or array
        Temperatures as in :func:`reversible_cold`. [degC]
    cooling_cop : float
        Cold per drive heat of the machine as a chiller, where temperatures are easy. [-]
    share : float
        Share of the reversible limit that is never exceeded, below 1. [-]

    Returns
    -------
    float or array
        Cold heat per drive heat. [-]

    Notes
    -----
    .. math:: \zeta = \min(\zeta_{chiller}, \nu\, \zeta_{max})

    All heat that goes in comes out: the heat given is :math:`1 + \zeta` per drive heat, so that a chiller
    of 0.75 is a heat pump of 1.75.

    References
    ----------
    .. [1] Derived here: heat balance of the machine, bounded by :func:`reversible_cold`.

    Examples
    --------
    >>> cold_per_drive([160.0, 160.0, 75.0], 20.0, [60.0, 80.0, 80.0], 0.75, 0.6).round(4).tolist()
    [0.75, 0.5414, 0.0]
    """
    return np.asarray(np.minimum(cooling_cop, share * reversible_cold(t_drive, t_cold, t_heat)))


def drive_and_cold(heat: ArrayLike, cold_per_drive: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""What a machine takes in for the heat that it gives.

    Parameters
    ----------
    heat : float or array
        Heat given. [W]
    cold_per_drive : float or array
        Cold heat lifted by a unit of drive heat. [-]

    Returns
    -------
    drive, cold : float or array
        Heat taken of the drive and of the cold stream; together the heat given. [W]

    Notes
    -----
    .. math:: Q_d = \frac{Q}{1 + \zeta}, \qquad Q_c = Q - Q_d

    References
    ----------
    .. [1] Derived here: heat balance of the machine without loss.

    Examples
    --------
    >>> drive, cold = drive_and_cold(1.75e6, 0.75)
    >>> float(drive), float(cold)
    (1000000.0, 750000.0)
    """
    given = np.asarray(heat, dtype=float)
    drive = np.asarray(given / (1.0 + np.asarray(cold_per_drive, dtype=float)))
    return drive, np.asarray(given - drive)
