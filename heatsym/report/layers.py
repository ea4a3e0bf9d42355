"""What the pictures of heat share: sums, the order of a stack, how areas and bars look."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import calendar
from heatsym.report.words import NOTABLE
from heatsym.results.blocks import blocks, integral

DAY = 86_400_000  # in the milliseconds of a date axis


def merit_order(results: xr.Dataset) -> list[int]:
    """Positions of the sources from the bottom of a stack up: surplus heat first, then as in the case."""
    marks = results["source_surplus"].values
    return sorted(range(len(marks)), key=lambda position: not marks[position])


def energies(results: xr.Dataset, name: str) -> FloatArray:
    """Energy of each object over the run, missing steps left out; (object,). [MWh]"""
    return integral(results, name, calendar(results).hours) / 1e6


def notable(unmet: float, asked: float) -> bool:
    """Whether unmet heat is worth drawing. [MWh]"""
    return unmet > NOTABLE * asked


def missed(unmet: float, asked: float) -> str:
    """A sentence on unmet heat. [MWh]"""
    if unmet <= 0.0:
        return "No heat was missed."
    much = "" if notable(unmet, asked) else ", next to nothing"
    return f"{number(unmet)} MWh of {number(asked)} MWh asked for were missed{much}."


def gaps(results: xr.Dataset, *names: str) -> str:
    """A sentence on steps with missing values, which no sum contains; empty if there are none."""
    broken = np.zeros(results.sizes["time"], dtype=np.bool_)
    for part, series in blocks(results, *names):
        for rows in series:
            broken[part] |= ~np.isfinite(rows).all(axis=1)
    count = int(broken.sum())
    have = "step has missing values, which are" if count == 1 else "steps have missing values, which are"
    return f" {number(count)} {have} left out." if count else ""


def height(entries: int) -> int:
    """Height of a stacked picture with so many entries in its legend; on a telephone each has its line."""
    return 420 + 18 * max(0, entries - 5)


def held(values: FloatArray) -> NDArray[np.float32]:
    """Means over equal steps as a line with ``shape="hv"`` draws them: the last one up to its end."""
    return np.append(values, values[-1:]).astype(np.float32)


def area(colour: str, pattern: str) -> dict[str, object]:
    """How a source looks in stacked areas."""
    return {
        "mode": "lines",
        "stackgroup": "heat",
        "line": {"width": 0, "color": colour, "shape": "hv"},
        "fillcolor": colour,
        "fillpattern": {"shape": pattern, "bgcolor": colour, "fgcolor": "white", "size": 7, "solidity": 0.25},
    }


def hatched(colour: str, pattern: str) -> dict[str, object]:
    """How a bar looks: colour with the pattern in white upon it."""
    cue = {"shape": pattern, "bgcolor": colour, "fgcolor": "white", "size": 6, "solidity": 0.3}
    return {"color": colour, "pattern": cue, "line": {"width": 0}}
