"""heatsym: hour-by-hour simulation of surplus heat in district heating networks.

Nothing heavy is imported before it is used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatsym.case.load import load
    from heatsym.errors import AccessError, HeatsymError, InputError, OutputExistsError, Problem
    from heatsym.simulation import Run, open_run, run
    from heatsym.study import Failure, run_many
    from heatsym.study.heating_curve import heating_curve
    from heatsym.study.outages import outages
    from heatsym.study.pareto import pareto

__version__ = "0.1.0"

_HOME = {
    "AccessError": "heatsym.errors",
    "Failure": "heatsym.study",
    "HeatsymError": "heatsym.errors",
    "InputError": "heatsym.errors",
    "OutputExistsError": "heatsym.errors",
    "Problem": "heatsym.errors",
    "Run": "heatsym.simulation",
    "heating_curve": "heatsym.study.heating_curve",
    "load": "heatsym.case.load",
    "open_run": "heatsym.simulation",
    "outages": "heatsym.study.outages",
    "pareto": "heatsym.study.pareto",
    "run": "heatsym.simulation",
    "run_into": "heatsym.simulation",
    "run_many": "heatsym.study",
}

__all__ = [
    "AccessError",
    "Failure",
    "HeatsymError",
    "InputError",
    "OutputExistsError",
    "Problem",
    "Run",
    "__version__",
    "heating_curve",
    "load",
    "open_run",
    "outages",
    "pareto",
    "run",
    "run_into",
    "run_many",
]


def __getattr__(name: str) -> Any:
    """Import the public function or class on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'heatsym' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
