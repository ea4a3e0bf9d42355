"""One call from a case to its results; what ``heatsym run`` and ``heatsym.run`` do.

Not called ``run``: the import system would put the module in place of the function ``heatsym.run``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import xarray as xr

from heatsym.analysis.emissions import with_emissions
from heatsym.analysis.summary import summary
from heatsym.case.load import load
from heatsym.case.model import Case
from heatsym.engine.prepare import prepare
from heatsym.engine.settle import settle
from heatsym.engine.shared import Builder, directly
from heatsym.errors import AccessError
from heatsym.results.dataset import dataset
from heatsym.results.store import RESULTS, SUMMARY, read_dataset, write_run

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A study with what was computed for it.

    ``results`` is the labelled Dataset, ``summary`` the key figures with units in their keys;
    ``case`` is None for a run that was read from a folder.
    """

    case: Case | None
    results: xr.Dataset
    summary: dict[str, Any]

    def save(
        self,
        folder: str | os.PathLike[str],
        overwrite: bool = False,
        *,
        command: Sequence[str] = (),
        log: str = "",
    ) -> Path:
        """Write the run into a folder, whole or not at all; the folder.

        ``overwrite`` replaces an earlier run there. ``command`` and ``log`` are kept beside it.
        """
        if self.case is None:
            raise ValueError("this run was read from a folder: copy that folder")
        document = self.case.document
        return write_run(
            folder,
            self.results,
            self.summary,
            resolved_toml=document.resolved_toml(base=Path(folder)),
            log_text=log,
            command=command,
            inputs=[(document.name, document.text.encode()), *document.files.items()],
            overwrite=overwrite,
        )


def open_run(folder: str | os.PathLike[str]) -> Run:
    """Read a run back from its folder; values of ``results`` are loaded when they are used."""
    place = Path(folder)
    try:
        figures = json.loads((place / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AccessError(f"{folder} holds no run that can be read: {error}") from error
    return Run(None, read_dataset(place / RESULTS), figures)


def run(case: Case, *, progress: Progress | None = None, once: Builder = directly) -> Run:
    """Compute a case; nothing is written, into the case or elsewhere.

    ``progress`` is called with the share done, 0 to 1, and a short text; ``once`` builds what the case
    may have in common with others.
    """
    started = time.perf_counter()
    trajectory = settle(prepare(case, once), progress or _silent)
    results = with_emissions(case, dataset(case, trajectory))
    wall_s = {"total": time.perf_counter() - started, "march": trajectory.seconds}
    return Run(case, results, summary(case, results, trajectory, wall_s))


def warm_up() -> float:
    """Compile the engine by running a day of the smallest example; the CPU time that took. [s]"""
    began = time.process_time()
    with as_file(files("heatsym").joinpath("examples")) as examples:
        case = load(examples / "configs" / "minimal.toml", period="2025-01-01/2025-01-01")
        settle(prepare(case), _silent)
    return time.process_time() - began


def _silent(share: float, text: str) -> None:
    """Nobody is watching."""
