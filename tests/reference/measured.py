"""Replays of measured pipes: the case is run as a user would run it, and held to the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import heatsym as hs
from heatsym.interfaces.axis import FloatArray
from tests.reference.cases import rows, ulg_pipe

ULG = ("150801", "151202", "151204_1", "151204_2")
"""Experiments on the pipe of the University of Liege."""


@dataclass(frozen=True)
class Replay:
    """Outlet temperatures at the times of the samples. [s], [degC]"""

    time: FloatArray
    inlet: FloatArray
    measured: FloatArray
    found: FloatArray
    published: FloatArray  # of the IBPSA library's plug-flow pipe, as evaluated in the data set
    run: hs.Run

    @property
    def error(self) -> FloatArray:
        return self.found - self.measured

    @property
    def rmse(self) -> float:
        return rmse(self.error)

    @property
    def worst(self) -> float:
        return float(np.abs(self.error).max())

    @property
    def bias(self) -> float:
        return float(self.error.mean())


def rmse(error: FloatArray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(error**2)))


def ulg_replay(
    data: Path, folder: Path, *, step: int = 1, documented: bool = False, overrides: Sequence[str] = ()
) -> Replay:
    """One experiment; means over steps are taken for the temperature in the middle of the step."""
    folder.mkdir(parents=True, exist_ok=True)
    case = ulg_pipe(data, folder, step=step, documented=documented)
    run = hs.run(hs.load(case, overrides=list(overrides)))
    outlet = run.results.node_supply_temperature.sel(node="outlet").to_numpy().astype(float)

    def column(file: str, name: str) -> FloatArray:
        return np.array([float(row[name]) for row in rows(data / file)])

    time = column("measured.csv", "time_s")
    return Replay(
        time=time,
        inlet=np.interp(time, column("input.csv", "time_s"), column("input.csv", "t_in_water_degC")),
        measured=column("measured.csv", "t_out_water_degC"),
        found=np.interp(time, (np.arange(len(outlet)) + 0.5) * step, outlet),
        published=column("model_reference.csv", "t_out_ibpsa_plugflow_degC"),
        run=run,
    )
