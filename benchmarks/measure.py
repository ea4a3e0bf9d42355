"""CPU time of a march, and what the machine itself can do, measured in the same run."""

from __future__ import annotations

import json
import operator
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.networks import District, Period, Task, task
from heatsym.engine.compiled import Compiled
from heatsym.engine.hydraulics import solver
from heatsym.engine.settle import piece_steps
from heatsym.engine.trajectory import March
from heatsym.physics.friction import pressure_drop

HOURS_OF_YEAR = 8760.0
BYTES_PER_PIPE_STEP = 52.0  # that a step must at least read and write of one pipe, as designed

Result = TypeVar("Result")

YEAR = (Period("year", 0, 365),)
MONTHS = (Period("January", 0, 31), Period("July", 181, 31))
WEEKS = (Period("winter week", 14, 7), Period("summer week", 195, 7))


def in_quarters(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """The same stretches in steps of a quarter of an hour."""
    return tuple(Period(p.name, p.first_day, p.days, 900) for p in periods)


def timed(work: Callable[[], Result], rounds: int) -> tuple[list[float], Result]:
    """CPU time of several calls, ascending [s], and what the last returned."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        result = work()
        times.append(time.process_time() - begin)
    return sorted(times), result


def cpu_seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Median CPU time of several calls. [s]"""
    times, _ = timed(work, rounds)
    return times[rounds // 2]


@dataclass(frozen=True, slots=True)
class Machine:
    """What one core of this machine does."""

    copy: float  # read and written. [B/s]
    exponential: float  # numpy, in cache. [s per element]
    friction: float  # pressure drop of a pipe in numpy, in cache. [s per pipe]

    @property
    def floor(self) -> float:
        """Least time of a pipe-step whose state comes from memory. [s]"""
        return BYTES_PER_PIPE_STEP / self.copy


def machine() -> Machine:
    """Medians of seven."""
    source = np.ones(2**25)  # 256 MiB, beyond any cache
    target = np.zeros_like(source)
    x = np.linspace(-5.0, 0.0, 4096)
    into = np.empty_like(x)
    flow = np.linspace(0.1, 30.0, 4096)

    def exponentials() -> None:
        for _ in range(1000):
            np.exp(x, out=into)

    def frictions() -> None:
        for _ in range(20):
            pressure_drop(flow, 50.0, 0.1, 1e-4, 0.0, 970.0, 3.5e-4)

    return Machine(
        copy=2.0 * source.nbytes / cpu_seconds(lambda: np.copyto(target, source), 7),
        exponential=cpu_seconds(exponentials, 7) / (1000 * len(x)),
        friction=cpu_seconds(frictions, 7) / (20 * len(flow)),
    )


def cores_and_family() -> str:
    """Kind of processor and number of cores, without the machine's name."""
    name = platform.processor() or platform.machine()
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        fields: dict[str, str] = {}
        for line in listed.read_text("utf-8").splitlines():
            key, _, value = line.partition(":")
            fields[key.strip()] = value.strip()
        name = f"{fields.get('model name', name)}, family {fields.get('cpu family', '?')}"
    return f"{name}, {os.cpu_count()} cores"


@dataclass(frozen=True, slots=True)
class Measured:
    """A march, scaled to a year; CPU seconds, median of the rounds and their range."""

    district: District
    periods: tuple[Period, ...]
    producers: int
    prepare: float  # tables -> problem. [s]
    march: float
    least: float
    most: float
    hydraulics: float
    sweeps: float
    steps: int
    unconverged: int
    merged: int
    residual: float  # largest, over the largest heat of the sources. [-]
    unmet: float  # over the heat asked for. [-]

    @property
    def per_pipe_step(self) -> float:
        """CPU time of the march per pipe (two in a trench) and step. [s]"""
        steps = HOURS_OF_YEAR * 3600.0 / self.periods[0].step
        return self.march / (2 * self.district.trenches * steps)


def ready(this: Task) -> Callable[[], March]:
    """The march, with its start settled and its code compiled."""
    engine = Compiled(this.problem, this.offers, this.plan)
    start = engine.start()
    return lambda: engine.march(start, lambda done: None)


@dataclass(slots=True)
class Passed:
    """What is left of a march in pieces, whose rows go as they come: as in a run that streams."""

    march: float = 0.0  # CPU time [s]
    pressures: float = 0.0
    sweeps: int = 0
    steps: int = 0
    unconverged: int = 0
    merged: int = 0
    residual: float = 0.0  # largest, over the largest heat of the sources of its piece. [-]
    asked: float = 0.0
    unmet: float = 0.0

    def add(self, march: March, seconds: float, pressures: float) -> None:
        """A piece, and the CPU time of it and of its pressures."""
        self.march += seconds
        self.pressures += pressures
        self.sweeps += int(march.sweeps.sum())
        self.steps += len(march.sweeps)
        self.unconverged += int((~march.converged).sum())
        self.merged += march.merged_parcels
        largest = float(march.source_heat.sum(axis=1).max())
        self.residual = max(self.residual, float(np.abs(march.residual).max()) / max(largest, 1.0))
        self.asked += float(march.consumer_heat_demand.sum())
        self.unmet += float(march.consumer_heat_unmet.sum())


def in_pieces(this: Task) -> Callable[[], Passed]:
    """The march with pressures in pieces of a run's size; its start settled and its code compiled."""
    engine, size = Compiled(this.problem, this.offers, this.plan), piece_steps(this.problem)
    start, pressures = engine.start(), solver(this.problem)
    pressures(engine.part(start, 0, 1, lambda done: None)[1])

    def march() -> Passed:
        passed, state = Passed(), start.copy()
        for first in range(0, this.problem.steps, size):
            began = time.process_time()
            last = min(first + size, this.problem.steps)
            state, piece = engine.part(state, first, last, lambda done: None, keep=False)
            marched = time.process_time()
            pressures(piece)
            passed.add(piece, marched - began, time.process_time() - marched)
        return passed

    return march


def measure(of: District, periods: tuple[Period, ...], *, producers: int = 1, rounds: int = 3) -> Measured:
    """March a district over periods and scale the CPU time to a year by their length.

    Preparing and the settling of the start are not in the march; pressures are apart.
    """
    hours = sum(24.0 * p.days for p in periods)
    prepare = 0.0
    passes = [Passed() for _ in range(rounds)]
    for period in periods:
        (seconds,), this = timed(partial(task, of, period, producers=producers), 1)
        prepare = max(prepare, seconds)
        march = in_pieces(this)
        for whole in passes:
            part = march()
            for field in fields(Passed):
                name = field.name
                joined = max if name == "residual" else operator.add
                setattr(whole, name, joined(getattr(whole, name), getattr(part, name)))
    scale = HOURS_OF_YEAR / hours
    times, last = [scale * whole.march for whole in passes], passes[-1]
    return Measured(
        district=of,
        periods=periods,
        producers=producers,
        prepare=prepare,
        march=float(np.median(times)),
        least=min(times),
        most=max(times),
        hydraulics=scale * float(np.median([whole.pressures for whole in passes])),
        sweeps=last.sweeps / last.steps,
        steps=last.steps,
        unconverged=last.unconverged,
        merged=last.merged,
        residual=last.residual,
        unmet=last.unmet / last.asked,
    )


def peak_memory(trenches: int, period: Period, days: int) -> dict[str, float]:
    """Largest resident memory of a process that prepares a period and marches the first days of it. [B]

    Told after imports, preparing, settling the start and marching.
    """
    given = [str(trenches), period.name, *map(str, (period.first_day, period.days, period.step, days))]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", *given],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _resident() -> float:
    """Largest resident memory of this process. [B]"""
    status = Path("/proc/self/status")
    if status.exists():  # elsewhere a process starts with the largest memory of the one that started it
        lines = status.read_text("utf-8").splitlines()
        (size,) = [line.split()[1] for line in lines if line.startswith("VmHWM")]
        return 1024.0 * float(size)
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _marched_alone(trenches: str, name: str, first_day: str, days: str, step: str, marched: str) -> str:
    """Largest resident memory so far, at four moments of a run in pieces, as JSON."""
    from benchmarks.networks import district

    begin = _resident()
    this = task(district(int(trenches)), Period(name, int(first_day), int(days), int(step)))
    prepared = _resident()
    engine = Compiled(this.problem, this.offers, this.plan)
    state, pressures = engine.start(), solver(this.problem)
    settled = _resident()
    size, steps = piece_steps(this.problem), int(marched) * 86_400 // int(step)
    for first in range(0, steps, size):
        state, march = engine.part(state, first, min(first + size, steps), lambda done: None, keep=False)
        pressures(march)
    return json.dumps({"imports": begin, "prepared": prepared, "settled": settled, "marched": _resident()})


if __name__ == "__main__":
    sys.stdout.write(_marched_alone(*sys.argv[1:]))
