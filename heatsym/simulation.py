"""One call from a case to its results; what ``heatsym run`` and ``heatsym.run`` do.

Not called ``run``: the import system would put the module in place of the function ``heatsym.run``.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heatsym
from heatsym.analysis.emissions import with_emissions
from heatsym.analysis.summary import summary
from heatsym.case.load import load
from heatsym.case.model import Case
from heatsym.engine.marks import packed, unpacked
from heatsym.engine.prepare import prepare
from heatsym.engine.problem import Problem
from heatsym.engine.settle import Mark, settle, settle_into
from heatsym.engine.shared import Builder, directly
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.errors import AccessError
from heatsym.results.checkpoint import read_checkpoint, refused, write_checkpoint
from heatsym.results.dataset import Recording, outline
from heatsym.results.frame import Frame
from heatsym.results.netcdf import Follower
from heatsym.results.rows import Held, Spooled
from heatsym.results.store import (
    RESULTS,
    SUMMARY,
    Draft,
    drafted,
    interrupted,
    read_dataset,
    sha256,
    write_run,
)

if TYPE_CHECKING:
    import xarray as xr

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
            inputs=document.inputs,
            overwrite=overwrite,
        )


def open_run(folder: str | os.PathLike[str], cache: bool = True) -> Run:
    """Read a run back from its folder; values of ``results`` are loaded when they are used.

    They are kept then, but not without ``cache``.
    """
    place = Path(folder)
    try:
        figures = json.loads((place / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AccessError(f"{folder} holds no run that can be read: {error}") from error
    return Run(None, read_dataset(place / RESULTS, cache), figures)


def run(case: Case, *, progress: Progress | None = None, once: Builder = directly) -> Run:
    """Compute a case; nothing is written, into the case or elsewhere.

    ``progress`` is called with the share done, 0 to 1, and a short text. Results are held in memory,
    half a gigabyte for a year of a thousand trenches; :func:`run_into` holds none. ``once`` builds what
    the case may have in common with others.
    """
    started = time.perf_counter()
    recording = Recording(case, Held())
    found = settle_into(prepare(case, once), _Sink(recording), progress or _silent)
    results = with_emissions(case, recording.results(found))
    wall_s = {"total": time.perf_counter() - started, "march": found.seconds}
    return Run(case, results.dataset(), summary(case, results, found, wall_s))


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """What a run came to, before anybody asks for a Dataset of it."""

    results: Frame
    summary: dict[str, Any]


def run_into(
    folder: str | os.PathLike[str],
    case: Case,
    *,
    overwrite: bool = False,
    resume: bool = False,
    checkpoint_every: float = 60.0,
    beside: bool = False,
    progress: Progress | None = None,
    command: Sequence[str] = (),
    log: Callable[[Run], str] = lambda run: "",
) -> Run:
    """Compute a case into a folder, whole or not at all; memory does not grow with the horizon.

    Parameters
    ----------
    folder : path
        Where the run goes; its results are read from there when they are used.
    case : Case
        The study, as read from a file.
    overwrite : bool
        Replace an earlier run there.
    resume : bool
        Go on with an interrupted run into that folder, where there is one.
    checkpoint_every : float
        Seconds between checkpoints, from which an interrupted run goes on.
    beside : bool
        Compress results in a thread beside the march, in two thirds of the time. Only for a process in
        which no other thread uses netCDF files meanwhile, as HDF5 cannot stand that.
    progress : callable, optional
        Called with the share done, 0 to 1, and a short text.
    command : sequence of str
        Kept beside the results.
    log : callable
        Gets the computed run and returns a text that is kept beside the results.

    Raises
    ------
    InputError
        The interrupted run is of another case, of other files or versions, or its checkpoint is damaged.
    OutputExistsError, AccessError
        See :func:`heatsym.results.store.write_run`; after an AccessError, and if interrupted, the run can
        go on from its last checkpoint.
    """
    target, figures = write_into(
        folder,
        case,
        overwrite=overwrite,
        resume=resume,
        checkpoint_every=checkpoint_every,
        beside=beside,
        progress=progress,
        command=command,
        log=lambda computed: log(Run(case, computed.results.dataset(), computed.summary)),
    )
    return Run(case, read_dataset(target / RESULTS), figures)


def write_into(
    folder: str | os.PathLike[str],
    case: Case,
    *,
    overwrite: bool,
    resume: bool,
    checkpoint_every: float,
    beside: bool,
    progress: Progress | None,
    command: Sequence[str],
    log: Callable[[Computed], str],
) -> tuple[Path, dict[str, Any]]:
    """What :func:`run_into` does, without xarray: the folder and the summary; see there."""
    started = time.perf_counter()
    problem = prepare(case)
    old = interrupted(folder) if resume else None
    needed = int(1.7 * outline(case).nbytes)  # rows, and the same compressed
    with drafted(folder, overwrite, needed=needed, old=old) as draft:
        draft.rows.mkdir(exist_ok=True)
        sink = _Stream(case, draft, checkpoint_every, beside)
        try:
            mark = None if old is None else sink.mark(problem)
            found = settle_into(problem, sink, progress or _silent, mark)
            results = with_emissions(case, sink.recording.results(found))
            wall_s = {"total": time.perf_counter() - started, "march": found.seconds}
            computed = Computed(results, summary(case, results, found, wall_s))
            text = log(computed)
            sink.finish(results)
        finally:
            sink.close()
        document = case.document
        draft.finish(
            computed.summary, document.resolved_toml(base=Path(folder)), text, command, document.inputs
        )
    return draft.target, computed.summary


class _Sink:
    """Rows that are held."""

    def __init__(self, recording: Recording) -> None:
        self.begin, self.take = recording.begin, recording.take

    def pause(self, mark: Mark) -> None:
        """Held rows go with the process."""


class _Stream:
    """Rows that go to files, from there into the result file, with checkpoints on the way."""

    def __init__(self, case: Case, draft: Draft, every: float, beside: bool) -> None:
        self.case, self.draft, self.every, self.beside = case, draft, every, beside
        self.rows = Spooled(draft.rows)
        self.recording = Recording(case, self.rows)
        self.follower: Follower | None = None
        self.last = time.monotonic()

    def begin(self, step: int) -> None:
        """See :class:`heatsym.engine.settle.Sink`."""
        if self.follower is not None:
            self.follower.stop()
        self.recording.begin(step)
        self.follower = Follower(self.draft.path / RESULTS, outline(self.case), self.rows)
        if self.beside:
            self.follower.start()
        self.follower.reach(step)

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        """See :class:`heatsym.engine.settle.Sink`."""
        self.recording.take(first, march, pressures)
        if self.follower is not None:
            self.follower.reach(first + len(march.sweeps))

    def pause(self, mark: Mark) -> None:
        """Write a checkpoint if it is time."""
        if time.monotonic() - self.last < self.every:
            return
        self.rows.sync()
        facts, arrays = packed(mark)
        write_checkpoint(self.draft.checkpoint, {"of": identity(self.case), "at": facts}, arrays)
        self.last = time.monotonic()

    def mark(self, problem: Problem) -> Mark:
        """Where the draft's checkpoint was written."""
        facts, arrays = read_checkpoint(self.draft.checkpoint)
        now = identity(self.case)
        apart = [what for what in now if facts["of"].get(what) != now[what]]
        if apart:
            raise refused(f"it is of a run with {_listed(apart)}")
        try:
            return unpacked(problem, facts["at"], arrays)
        except (KeyError, ValueError) as error:
            raise refused(f"it is of another network: {error}") from error

    def finish(self, results: Frame) -> None:
        """Write the result file to its end."""
        assert self.follower is not None  # the last round is recorded
        self.follower.finish(results)

    def close(self) -> None:
        """Write no more."""
        if self.follower is not None:
            self.follower.stop()
        self.rows.close()


def identity(case: Case) -> dict[str, str]:
    """What results follow from, bit by bit: hashes of the case and its files, and versions, in words."""
    told = {f"another version of {name}": version(name) for name in ("numba", "numpy", "scipy")}
    told["another version of heatsym"] = heatsym.__version__
    data = json.dumps(case.document.data, sort_keys=True, default=str)
    told["other values in the case"] = hashlib.sha256(data.encode()).hexdigest()
    for name, content in case.document.inputs[1:]:
        told[f"another content of {name}"] = sha256(content)
    return told


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def warm_up() -> float:
    """Compile the engine by running a day of the smallest example; the CPU time that took. [s]"""
    began = time.process_time()
    with as_file(files("heatsym").joinpath("examples")) as examples:
        case = load(examples / "configs" / "minimal.toml", period="2025-01-01/2025-01-01")
        settle(prepare(case), _silent)
    return time.process_time() - began


def _silent(share: float, text: str) -> None:
    """Nobody is watching."""
