"""Questions that take many runs: variants beside each other, what if a source stops."""

from heatsym.study.many import Failure, run_many

__all__ = ["Failure", "run_many"]
