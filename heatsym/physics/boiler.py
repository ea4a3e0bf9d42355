"""What a boiler makes of its fuel, by load and by the water that it heats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray


def part_load_efficiency(
    load: ArrayLike,
    t_return: ArrayLike,
    by_load: tuple[Sequence[float], Sequence[float]] | None,
    by_return: tuple[Sequence[float], Sequence[float]] | None,
) -> FloatArray:
    r"""Efficiency of a boiler at its load and its return water.

    Parameters
    ----------
    load : float or array
        Heat over the boiler's power. [-]
    t_return : float or array
        Water that comes back to the boiler. [degC]
    by_load : pair of lists or None
        Loads, ascending, and the efficiency at each. [-]
    by_return : pair of lists or None
        Temperatures of the return water, ascending [degC], and the efficiency at each. [-]

    Returns
    -------
    float or array
        Heat per lower heating value of the fuel. [-]

    Notes
    -----
    Straight between the points, constant beyond. Where both are known, that over the load holds for the
    coolest return water of the other:

    .. math:: \eta = \eta_{load}(x) \, \frac{\eta_{return}(T)}{\eta_{return}(T_1)}

    References
    ----------
    .. [1] Derived here: interpolation; losses that depend on load and on water act one after the other.

    Examples
    --------
    >>> by_load, by_return = ([0.3, 1.0], [0.9, 0.95]), ([30.0, 60.0], [1.05, 0.945])
    >>> part_load_efficiency([0.3, 1.0], [30.0, 60.0], by_load, by_return).round(6).tolist()
    [0.9, 0.855]
    """
    at, water = np.broadcast_arrays(np.asarray(load, dtype=float), np.asarray(t_return, dtype=float))
    if by_return is None:
        assert by_load is not None, "one of the two is known"
        return np.asarray(np.interp(at, *by_load), dtype=np.float64)
    of_return = np.asarray(np.interp(water, *by_return), dtype=np.float64)
    if by_load is None:
        return of_return
    return np.asarray(np.interp(at, *by_load) * of_return / by_return[1][0])
