"""What cannot be: temperatures and pressures outside physics, found in stored results."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from heatsym.physics.water import boiling_temperature
from heatsym.results.moment import moment

ATMOSPHERE = 101_325.0
"""Standard atmosphere, between gauge and absolute pressure. [Pa]"""

NEARLY = 0.1
"""How far below a consumer's minimum the coupling may leave what a bypass keeps there. [K]"""

ROUNDING = 1e-6
"""What float32 and the engine's tolerance may add to a source, relative to what it has and to the peak."""


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
        colder than supply water where a consumer draws heat, supply water below a consumer's
        minimum where water flows, a source that gives more than it has, pumps that would have to
        brake or take more power than there is heat, and steps that did not converge. Missing values
        are not judged.
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
    if "consumer_minimum_supply_temperature" in results:
        arrived = results["consumer_supply_temperature"].values.astype(np.float64)
        cold = arrived < results["consumer_minimum_supply_temperature"].values - NEARLY
        found += _sentence(results, "supply water below the consumer's minimum", cold, "consumer")
    available = results["source_heat_available"].values.astype(np.float64)
    given = results["source_heat"].values.astype(np.float64)
    peak = float(given.sum(axis=1).max(initial=0.0))
    beyond = given - available > ROUNDING * (available + peak)
    found += _sentence(results, "source gives more than it has", beyond, "source")
    brakes = results["pump_throttled"].values.astype(bool)
    found += _sentence(results, "a plant's pump would have to brake", brakes)
    pumping = results["pump_electricity"].values.astype(np.float64)
    warmed = given.sum(axis=1)
    if "consumer_heat_fed_in" in results:
        warmed = warmed + results["consumer_heat_fed_in"].values.sum(axis=1, dtype=np.float64)
    found += _sentence(results, "pumps take more power than the network is given heat", pumping > warmed)
    found += _sentence(
        results, "flows and temperatures did not converge", ~results["step_converged"].values.astype(bool)
    )
    return found


def _sentence(results: xr.Dataset, what: str, flagged: NDArray[np.bool_], dim: str = "") -> list[str]:
    """One line if anything is flagged; (time,) or (time, ``dim``)."""
    if not flagged.any():
        return []
    table = flagged.reshape(len(flagged), -1)
    step, position = np.unravel_index(np.argmax(table), table.shape)
    steps, places = int(table.any(axis=1).sum()), int(table.any(axis=0).sum())
    where = f" at {results[dim].values[position]}" if dim else ""
    others = f", at {places} {dim}s in all" if places > 1 else ""
    first = moment(results, int(step))
    return [f"{what}: {steps} {'step' if steps == 1 else 'steps'}, first {first}{where}{others}"]
