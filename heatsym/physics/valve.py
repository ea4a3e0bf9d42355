"""Valves as what they take from the water's pressure."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray


def loss_coefficient(kv: ArrayLike, diameter: ArrayLike) -> FloatArray:
    r"""Minor loss coefficient of a valve of known flow coefficient, for the velocity in its pipe.

    Parameters
    ----------
    kv : float or array
        Flow of water of 1000 kg/m3 at which the valve takes 1 bar. [m3/s]
    diameter : float or array
        Inner diameter of the pipe that the valve stands in. [m]

    Returns
    -------
    float or array
        Loss coefficient. [-]

    Notes
    -----
    .. math:: \zeta = \frac{2 A^2}{K_v^2} \frac{10^5\,\mathrm{Pa}}{1000\,\mathrm{kg/m^3}}

    with A the pipe's cross-section, from :math:`\Delta p = 10^5 (\dot V / K_v)^2 \rho / 1000` and
    :math:`\Delta p = \zeta \rho v^2 / 2`. Density cancels.

    References
    ----------
    .. [1] Derived here, from the definition of the flow coefficient.

    Examples
    --------
    A valve of 40 m3/h in a pipe DN65:

    >>> round(float(loss_coefficient(40.0 / 3600.0, 0.0697)), 2)
    23.58
    """
    area = 0.25 * np.pi * np.square(np.asarray(diameter, dtype=float))
    return np.asarray(200.0 * np.square(area / np.asarray(kv, dtype=float)))
