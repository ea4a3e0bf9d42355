"""Many runs at once: threads of one process, which share what their networks have in common.

Compiled kernels run beside each other; what is plain Python in a run takes turns.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event

from heatsym.case.model import Case
from heatsym.engine.shared import Shared
from heatsym.simulation import Progress, Run, run


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A case that could not be computed, in the place of its run, and why."""

    position: int  # among the cases, from 0
    case: Case
    error: Exception

    def __str__(self) -> str:
        """One line: ``case 3, Harbour town: ...``."""
        return f"case {self.position + 1}, {self.case.about.name}: {self.error or type(self.error).__name__}"


def run_many(
    cases: Iterable[Case], *, workers: int | None = None, progress: Progress | None = None
) -> list[Run | Failure]:
    """Compute cases beside each other, in threads; nothing is written.

    Parameters
    ----------
    cases : iterable of Case
        For instance variants of one case, made with :meth:`Case.with_changes`. Arrays of the network, its
        loops and the loads are built once for all cases that agree in them.
    workers : int, optional
        Cases computed at the same time; by default as many as there are processors for this process.
    progress : callable, optional
        Called with the share of the cases that is done, 0 to 1, and a short text, in the thread of the
        caller; an exception that it raises ends all runs.

    Returns
    -------
    list of Run or Failure
        In the order of the cases, each what :func:`heatsym.run` gives for it to the last bit, whatever the
        number of workers. A case that cannot be computed leaves a :class:`Failure` with its error in its
        place, and the others their runs.

    Raises
    ------
    ValueError
        There are less workers than one.
    """
    waiting = list(cases)
    if workers is not None and workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    if not waiting:
        return []
    once, news, halted = Shared(), SimpleQueue[str | None](), Event()

    def outcome(position: int, case: Case) -> Run | Failure:
        def tell(share: float, text: str) -> None:
            if halted.is_set():
                raise CancelledError
            news.put(f"{case.about.name}, {text}")

        try:
            return run(case, progress=tell, once=once)
        except Exception as error:  # whatever it is, the other cases go on
            return Failure(position, case, error)
        finally:
            news.put(None)

    with ThreadPoolExecutor(min(workers or processors(), len(waiting))) as pool:
        outcomes = [pool.submit(outcome, position, case) for position, case in enumerate(waiting)]
        done = 0
        try:
            while done < len(waiting):
                text = news.get()
                done += text is None
                if progress is not None:
                    progress(done / len(waiting), text or f"{done} of {len(waiting)} cases done")
        except BaseException:  # of ``progress``, or the user's interrupt
            halted.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [each.result() for each in outcomes]


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
