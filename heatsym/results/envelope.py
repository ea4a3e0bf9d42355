"""What cannot be: temperatures and pressures outside physics, found in stored results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.water import BOILING_PRESSURES, boiling_temperature
from heatsym.results.blocks import blocks, summed
from heatsym.results.frame import Results
from heatsym.results.moment import moment

ATMOSPHERE = 101_325.0
"""Standard atmosphere, between gauge and absolute pressure. [Pa]"""

NEARLY = 0.1
"""How far below a consumer's minimum the coupling may leave what a bypass keeps there. [K]"""

ROUNDING = 1e-6
"""What float32 and the engine's tolerance may add to a source, relative to what it has and to the peak."""


def flags(results: Results) -> list[str]:
    """Sentences on steps outside the envelope, with their number and the first of them.

    Parameters
    ----------
    results : Results
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
        frost, boils, vacuum = _judged(
            results, (f"node_{side}_temperature", f"node_{side}_pressure"), _water_and_pressure
        )
        found += _sentence(results, f"{side} water at or below 0 degC", frost, "node")
        found += _sentence(results, f"{side} water boils", boils, "node")
        found += _sentence(results, f"{side} pressure not above vacuum", vacuum, "node")
    names = ("consumer_return_temperature", "consumer_supply_temperature", "consumer_heat_delivered")
    (warm,) = _judged(results, names, lambda back, t, heat: ((back >= t) & (heat > 0.0),))
    found += _sentence(results, "return not colder than supply at a consumer", warm, "consumer")
    if "consumer_minimum_supply_temperature" in results:
        least = results["consumer_minimum_supply_temperature"].values - NEARLY
        (cold,) = _judged(results, ("consumer_supply_temperature",), lambda t: (t < least,))
        found += _sentence(results, "supply water below the consumer's minimum", cold, "consumer")
    available = results["source_heat_available"].values.astype(np.float64)
    given = results["source_heat"].values.astype(np.float64)
    peak = float(given.sum(axis=1).max(initial=0.0))
    lifted, bought = (results[f"source_{what}"].values for what in ("heat_lifted", "electricity"))
    own = given - np.where(lifted > 0.0, bought, 0.0)  # electricity of a heat pump is not its stream's
    beyond = own - available > ROUNDING * (available + peak)
    found += _sentence(results, "source gives more than it has", _whole(beyond), "source")
    brakes = results["pump_throttled"].values.astype(bool)
    found += _sentence(results, "a plant's pump would have to brake", _whole(brakes))
    pumping = results["pump_electricity"].values.astype(np.float64)
    warmed = given.sum(axis=1)
    if "consumer_heat_fed_in" in results:
        warmed = warmed + summed(results, "consumer_heat_fed_in")
    greedy = _whole(pumping > warmed)
    found += _sentence(results, "pumps take more power than the network is given heat", greedy)
    open_ = _whole(~results["step_converged"].values.astype(bool))
    found += _sentence(results, "flows and temperatures did not converge", open_)
    return found


class _Flags:
    """Which steps and objects are flagged, and the first of all."""

    def __init__(self, steps: int) -> None:
        self.steps: NDArray[np.bool_] = np.zeros(steps, dtype=np.bool_)
        self.places: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self.first: int | None = None  # position of the object

    def add(self, part: slice, flagged: NDArray[np.bool_]) -> None:
        """Flags of some steps, (time,) or (time, object)."""
        table = flagged.reshape(len(flagged), -1)
        self.steps[part] = table.any(axis=1)
        places = np.asarray(table.any(axis=0))
        self.places = places | self.places if self.places.size else places
        if self.first is None and table.any():
            self.first = int(np.argmax(table)) % table.shape[1]


def _judged(
    results: Results, names: tuple[str, ...], judge: Callable[..., tuple[NDArray[np.bool_], ...]]
) -> list[_Flags]:
    """What is told of series in double precision, (time, object) each; block by block, to be small."""
    found: list[_Flags] = []
    for part, series in blocks(results, *names):
        told = judge(*(rows.astype(np.float64) for rows in series))
        found = found or [_Flags(results.sizes["time"]) for _ in told]
        for flags_of, flagged in zip(found, told, strict=True):
            flags_of.add(part, flagged)
    return found


def _water_and_pressure(t: FloatArray, gauge: FloatArray) -> tuple[NDArray[np.bool_], ...]:
    """Where there is frost, where it boils, and where there is less than vacuum."""
    absolute = gauge + ATMOSPHERE
    return t <= 0.0, _boils(t, absolute), absolute <= 0.0


def _boils(t: FloatArray, absolute: FloatArray) -> NDArray[np.bool_]:
    """Water at or above its boiling point; (time, node).

    The boiling point rises with pressure: water colder than the lowest of all needs no closer look.
    """
    least = float(np.fmin.reduce(absolute, axis=None, initial=np.inf))
    boils: NDArray[np.bool_] = np.asarray(t >= boiling_temperature(max(least, BOILING_PRESSURES[0])))
    boils[boils] = t[boils] >= boiling_temperature(absolute[boils])
    return boils


def _whole(flagged: NDArray[np.bool_]) -> _Flags:
    """Flags of all steps; (time,) or (time, object)."""
    found = _Flags(len(flagged))
    found.add(slice(None), flagged)
    return found


def _sentence(results: Results, what: str, found: _Flags, dim: str = "") -> list[str]:
    """One line if anything is flagged; by object of a dimension, or by step alone."""
    if found.first is None:
        return []
    steps, places = int(found.steps.sum()), int(found.places.sum())
    where = f" at {results[dim].values[found.first]}" if dim else ""
    others = f", at {places} {dim}s in all" if places > 1 else ""
    first = moment(results, int(np.argmax(found.steps)))
    return [f"{what}: {steps} {'step' if steps == 1 else 'steps'}, first {first}{where}{others}"]
