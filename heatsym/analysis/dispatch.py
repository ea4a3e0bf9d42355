"""The plan of a run held against what came of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatsym.analysis.figures import given
from heatsym.case.model import Case
from heatsym.engine.digest import Digest


def plan_difference(run: Digest) -> float:
    r"""How far the march is from the last round's plan.

    Parameters
    ----------
    run : Digest
        The run.

    Returns
    -------
    float
        Sum over steps, sources and storages of the absolute difference of planned and marched heat, over the
        heat that sources gave. [-]

    References
    ----------
    .. [1] Derived here.
    """
    course, plan = run.course, run.intent
    apart = np.abs(plan.source_heat - course.source_heat).sum()
    taken = course.storage_charged - course.storage_discharged
    apart += np.abs(plan.storage_heat - taken).sum()
    return float(apart / max(float(course.source_heat.sum()), 1e-300))


def dispatch(case: Case, run: Digest) -> dict[str, Any]:
    """How heat was dispatched, and what the plan of the last round came to.

    Parameters
    ----------
    case : Case
        The study.
    run : Digest
        The run.

    Returns
    -------
    dict
        ``method``, ``objective``, ``plan_difference`` [-]; of a linear programme ``planned_cost_EUR`` [EUR],
        with heat that is not served at its price, ``planned_carbon_t`` [t], ``findings``, and where it did
        not see all that comes ``foresight`` with its ``kind``, ``ideal_cost_EUR``, the cost of a plan that
        does, and ``cost_EUR``, what not seeing it costs [EUR].
    """
    rules, plan = case.dispatch, run.intent
    found: dict[str, Any] = {
        "method": rules.method,
        "objective": rules.objective,
        "plan_difference": plan_difference(run),
    }
    found |= given({"planned_cost_EUR": plan.cost, "planned_carbon_t": plan.carbon / 1e3})
    if not np.isnan(plan.ideal):
        found["foresight"] = {
            "kind": rules.foresight,
            "ideal_cost_EUR": plan.ideal,
            "cost_EUR": plan.cost - plan.ideal,
        }
    if plan.said:
        found["findings"] = list(plan.said)
    return found
