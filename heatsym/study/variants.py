"""Many variants of one case whose sources have other heat at other times; of each only its figures stay.

Network, loads and names are made once. A variant begins with what the case itself came to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import numpy as np

from heatsym.analysis.emissions import emissions
from heatsym.analysis.energy import energy, shares, unmet
from heatsym.analysis.figures import enabled_sources
from heatsym.analysis.money import operating_cost, spending
from heatsym.case.model import Case
from heatsym.engine.digest import Course, Digest
from heatsym.engine.prepare import prepare
from heatsym.engine.problem import Problem
from heatsym.engine.settle import Mark, settle_into
from heatsym.engine.shared import Builder
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis
from heatsym.results.balance import balance
from heatsym.results.blocks import summed
from heatsym.results.dataset import Together
from heatsym.results.frame import Frame
from heatsym.simulation import Progress
from heatsym.study.many import processors
from heatsym.tables.factors import JOULES_PER_MWH

QUICK = 3
"""Rounds of one year among many: storages choose in two and keep to it in the third."""

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Figures of a variant, by the formulas of the summary; None where they cannot be computed."""

    demand: float  # [MWh]
    unmet: float  # [MWh]
    unmet_by_cause: dict[str, float]  # [MWh]
    unmet_hours: float  # in which anybody missed heat [h]
    largest_unmet: float  # of all consumers together in a step [MW]
    consumer_unmet: FloatArray  # (consumer,) [MWh]
    consumer_hours: FloatArray  # (consumer,) [h]
    cost: float | None  # [EUR]
    carbon: float | None  # [t]
    surplus_share: float | None  # of the heat supplied [-]
    month_unmet: FloatArray  # (month,) [MWh]
    month_cost: FloatArray | None  # (month,) [EUR]
    not_computed: tuple[str, ...]
    settled: bool
    change: float  # of the sources' heat in the last round, energy-weighted [-]
    rounds: int


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A case, what it came to, and its figures."""

    case: Case
    problem: Problem
    course: Course
    outcome: Outcome


class _Sink:
    """Sums of rows."""

    def __init__(self, together: Together) -> None:
        self.begin, self.take = together.begin, together.take

    def pause(self, mark: Mark) -> None:
        """Nothing is written."""


def computed(case: Case, progress: Progress, once: Builder) -> Computed:
    """The case itself, from no guess: its figures are those of its summary."""
    problem = prepare(case, once)
    found, outcome = _settled(case, problem, progress, None)
    return Computed(case, problem, found.course, outcome)


def variant(problem: Problem, case: Case, progress: Progress, guess: Course | None = None) -> Outcome:
    """Figures of a case that differs from that of a problem in what its sources have, and when.

    They are those of a run of its own. With a ``guess`` they are those after :data:`QUICK` rounds that begin
    with its temperatures.
    """
    problem = replace(problem, sources=enabled_sources(case))
    if guess is not None:
        problem = replace(problem, max_rounds=min(problem.max_rounds, QUICK))
    return _settled(case, problem, progress, guess)[1]


def _settled(
    case: Case, problem: Problem, progress: Progress, guess: Course | None
) -> tuple[Digest, Outcome]:
    """A run of which nothing is kept but sums."""
    together = Together(case)
    found = settle_into(problem, _Sink(together), progress, guess=guess)
    return found, outcome(case, found, together.results(found), together.short)


def outcome(case: Case, run: Digest, results: Frame, short: FloatArray) -> Outcome:
    """Figures of a run.

    Parameters
    ----------
    case : Case
        The study.
    run : Digest
        What it came to.
    results : Frame
        Its series over time; see :class:`heatsym.results.dataset.Together`.
    short : array, shape (consumer,)
        Steps in which each consumer missed heat. [-]
    """
    heat, missed, paid = energy(case, results, run), unmet(case, run), operating_cost(case, results)
    emitted = emissions(case, results)
    seconds, month = balance(results).seconds, months(case.axis)[1]
    lacking = summed(results, "consumer_heat_unmet")
    month_cost = None
    if not paid.missing:
        month_cost = np.asarray(
            np.bincount(month, spending(case, results).by_step(seconds)), dtype=np.float64
        )
    groups = (("cost", paid.missing), ("carbon", emitted.missing))
    return Outcome(
        demand=heat["demand_MWh"],
        unmet=heat["unmet_MWh"],
        unmet_by_cause=missed["unmet_by_cause_MWh"],
        unmet_hours=missed["unmet_hours"],
        largest_unmet=float(lacking.max(initial=0.0)) / 1e6,
        consumer_unmet=run.ledger.unmet.value * case.axis.step / JOULES_PER_MWH,
        consumer_hours=short * case.axis.step / 3600.0,
        cost=paid.values.get("operating_cost_EUR"),
        carbon=emitted.values.get("total_t"),
        surplus_share=shares(case, run).get("surplus_share"),
        month_unmet=np.bincount(month, lacking * seconds) / JOULES_PER_MWH,
        month_cost=month_cost,
        not_computed=tuple(f"{what}: {why}" for what, why in groups if why),
        settled=run.settled,
        change=run.change[-1] if run.change else 0.0,
        rounds=run.rounds,
    )


def months(axis: TimeAxis) -> tuple[tuple[str, ...], IntArray]:
    """Local months of a run as ``2025-01``, and in which of them each step begins; (time,)."""
    names, place = np.unique(axis.local.astype("datetime64[M]"), return_inverse=True)
    return tuple(str(name) for name in names), np.asarray(place, dtype=np.int64)


def beside(
    work: Callable[[Item, Progress], Found],
    items: Sequence[Item],
    workers: int | None,
    progress: Progress,
    said: str,
) -> list[Found]:
    """What ``work`` makes of each item, in their order, several at the same time in threads.

    ``progress`` is told in the thread of the caller; what it raises, or any of the works, ends all of them.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    if not items:
        return []
    halted, news = Event(), SimpleQueue[bool]()

    def tell(share: float, text: str) -> None:
        if halted.is_set():
            raise CancelledError

    def one(item: Item) -> Found:
        done = False
        try:
            found = work(item, tell)
            done = True
            return found
        finally:
            news.put(done)

    with ThreadPoolExecutor(min(workers or processors(), len(items))) as pool:
        waiting = [pool.submit(one, item) for item in items]
        try:
            for number in range(len(items)):
                if not news.get():
                    break
                progress((number + 1) / len(items), f"{said}, {number + 1} of {len(items)}")
            return [each.result() for each in waiting]
        except BaseException:
            halted.set()
            pool.shutdown(cancel_futures=True)
            raise
