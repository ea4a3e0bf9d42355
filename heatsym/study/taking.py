"""What is wanted of each of many runs, of which none is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from heatsym.case.model import Case
from heatsym.simulation import Progress, Run
from heatsym.study.many import Failure, processors, run_many

T = TypeVar("T")


def taken(
    cases: Sequence[Case],
    take: Callable[[Run], T],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[T | Failure]:
    """Compute cases, as many at a time as there are workers, and take something of each run.

    Parameters
    ----------
    cases : sequence of Case
        Variants of a case.
    take : callable
        Gets a run, which goes thereafter, so that memory holds as many runs as there are workers.
    workers : int, optional
        Cases computed at the same time; by default as many as there are processors for this process.
    progress : callable, optional
        Called with the share of the cases that is done, 0 to 1, and a short text.

    Returns
    -------
    list
        What was taken, in the order of the cases; a :class:`Failure` where a case cannot be computed.

    Raises
    ------
    ValueError
        There are less workers than one.
    """
    many = processors() if workers is None else max(workers, 1)
    found: list[T | Failure] = []

    def tell(share: float, text: str) -> None:
        if progress is not None:
            progress((len(found) + share * min(many, len(cases) - len(found))) / len(cases), text)

    for first in range(0, len(cases), many):
        runs = run_many(cases[first : first + many], workers=workers, progress=tell)
        found += [each if isinstance(each, Failure) else take(each) for each in runs]
    return found
