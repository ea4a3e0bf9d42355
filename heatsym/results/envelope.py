"""What cannot be: temperatures and pressures outside physics, found in stored results."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from heatsym.interfaces.axis import FloatArray

ATMOSPHERE = 101_325.0
"""Standard atmosphere, between gauge and absolute pressure. [Pa]"""

COUPLING = 1e-3
"""How far the coupled temperatures of a step may carry a source beyond what it has, relative to that."""

SATURATION = (
    0.11670521452767e4,
    -0.72421316703206e6,
    -0.17073846940092e2,
    0.12020824702470e5,
    -0.32325550322333e7,
    0.14915108613530e2,
    -0.48232657361591e4,
    0.40511340542057e6,
    -0.23855557567849,
    0.65017534844798e3,
)


def boiling_temperature(pressure: ArrayLike) -> FloatArray:
    r"""Temperature at which water boils.

    Parameters
    ----------
    pressure : float or array
        Absolute pressure. [Pa]

    Returns
    -------
    float or array
        Boiling temperature; NaN outside the range of validity. [degC]

    Notes
    -----
    With :math:`\beta = (p / 1\,\mathrm{MPa})^{1/4}` and three quadratics E, F, G in it,

    .. math:: D = \frac{2 G}{-F - \sqrt{F^2 - 4 E G}}, \qquad
        T = \tfrac{1}{2} \left(n_{10} + D - \sqrt{(n_{10} + D)^2 - 4 (n_9 + n_{10} D)}\right)

    Valid between 611.213 Pa and 22.064 MPa.

    References
    ----------
    .. [1] IAPWS, Revised Release on the IAPWS Industrial Formulation 1997, section 8.2 (region 4,
       saturation-temperature equation).

    Examples
    --------
    >>> round(float(boiling_temperature(101_325.0)), 2)
    99.97
    """
    p = np.asarray(pressure, dtype=float)
    n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 = SATURATION
    beta = np.where((p >= 611.213) & (p <= 22.064e6), p / 1e6, np.nan) ** 0.25
    e = beta**2 + n3 * beta + n6
    f = n1 * beta**2 + n4 * beta + n7
    g = n2 * beta**2 + n5 * beta + n8
    d = 2.0 * g / (-f - np.sqrt(f**2 - 4.0 * e * g))
    kelvin: FloatArray = 0.5 * (n10 + d - np.sqrt((n10 + d) ** 2 - 4.0 * (n9 + n10 * d)))
    return kelvin - 273.15


def flags(results: xr.Dataset) -> list[str]:
    """Sentences on steps outside the envelope, with their number and the first of them.

    Parameters
    ----------
    results : xarray.Dataset
        Results of a run, as computed or as read from a file.

    Returns
    -------
    list of str
        Frost, boiling at the local pressure, absolute pressure not above zero, return water not
        colder than supply water where a consumer draws heat, and a source that gives more than it
        has. Missing values are not judged.
    """
    found = []
    for side in ("supply", "return"):
        t = results[f"node_{side}_temperature"].values.astype(np.float64)
        absolute = results[f"node_{side}_pressure"].values.astype(np.float64) + ATMOSPHERE
        found += _sentence(results, f"{side} water at or below 0 degC", t <= 0.0, "node")
        found += _sentence(results, f"{side} water boils", t >= boiling_temperature(absolute), "node")
        found += _sentence(results, f"{side} pressure not above vacuum", absolute <= 0.0, "node")
    warm = (
        results["consumer_return_temperature"].values.astype(np.float64)
        >= results["consumer_supply_temperature"].values
    )
    drawing = results["consumer_heat_delivered"].values > 0.0
    found += _sentence(results, "return not colder than supply at a consumer", warm & drawing, "consumer")
    available = results["source_heat_available"].values.astype(np.float64)
    beyond = results["source_heat"].values - available > COUPLING * available
    found += _sentence(results, "source gives more than it has", beyond, "source")
    return found


def _sentence(results: xr.Dataset, what: str, flagged: NDArray[np.bool_], dim: str) -> list[str]:
    """One line if anything is flagged."""
    if not flagged.any():
        return []
    step, position = np.unravel_index(np.argmax(flagged), flagged.shape)
    when = results["time"].values[step].astype("datetime64[s]")
    steps = int(flagged.any(axis=1).sum())
    return [f"{what}: {steps} steps, first {when} UTC at {results[dim].values[position]}"]
