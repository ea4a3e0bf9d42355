"""Many runs: variants of a case beside each other, and what is searched for among them."""

from heatsym.study.many import Failure, processors, run_many

__all__ = ["Failure", "processors", "run_many"]
