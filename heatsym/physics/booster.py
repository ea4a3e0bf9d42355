"""Heat pumps at buildings that lift what the network brings to what the building needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.heat_pump import carnot_share_cop


def booster_cop(t_network: ArrayLike, t_need: ArrayLike, share: ArrayLike) -> FloatArray:
    r"""Heat per electricity of a booster between network water and the temperature needed.

    Parameters
    ----------
    t_network : float or array
        Supply water of the network. [degC]
    t_need : float or array
        Temperature needed. [degC]
    share : float or array
        Share of the Carnot figure that is reached, at most 1. [-]

    Returns
    -------
    float or array
        Coefficient of performance, at least 1; infinite where the network is warm enough and the booster
        rests. [-]

    Notes
    -----
    .. math:: COP = \max\left(1, \nu \frac{T_{need}}{\max(T_{need} - T_{network}, 10\,K)}\right)

    with :math:`T_{need}` above in kelvin. At 1 the booster is an electric heater.

    References
    ----------
    .. [1] Derived here: :func:`heatsym.physics.heat_pump.carnot_share_cop` between two temperatures.

    Examples
    --------
    >>> booster_cop([35.0, 55.0, 60.0], 60.0, 0.45).round(4).tolist()
    [5.9967, 14.9918, inf]
    """
    network, need = np.asarray(t_network, dtype=float), np.asarray(t_need, dtype=float)
    return np.asarray(np.where(need > network, carnot_share_cop(network, need, share), np.inf))
