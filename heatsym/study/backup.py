"""How much more of a plant keeps unserved heat below a target."""

from __future__ import annotations

from dataclasses import dataclass

from heatsym.engine.prepare import prepare
from heatsym.errors import Problem
from heatsym.simulation import Progress
from heatsym.study.changes import added, name_of_added, without
from heatsym.study.losing import coldest_week
from heatsym.study.variants import Computed, Outcome, variant

FINE = 0.01
"""Step of the search for backup, as a share of what the loss leaves unserved. [-]"""
MOST = 4.0
"""Backup beyond so many times of that is not looked for. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Backup:
    """More of a plant that keeps unserved heat below a target while ``lost`` is lost in the coldest week."""

    plant: str
    lost: str
    target: float  # [MWh]
    capacity: float | None  # the least that was found [MW]; None if out of reach
    tried: tuple[tuple[float, Outcome], ...]  # capacity [MW], ascending
    warning: Problem | None = None  # why it is out of reach


def find_backup(of: Computed, plant: str, lost: str, target: float, *, progress: Progress) -> Backup:
    """The least capacity beside a plant that keeps unserved heat [MWh] within a target, by halving.

    Sought in steps of :data:`FINE` of the largest power that the loss leaves unserved.
    """
    week, ctx = coldest_week(of), of.problem.ctx
    name = name_of_added(plant)
    problem = prepare(added(of.case, plant, 0.0), of.problem.once)
    tried = dict[int, Outcome]()

    def at(part: int, unit: float) -> Outcome:
        if part not in tried:
            changed = added(without(of.case, lost, ctx, week), plant, part * unit)
            tried[part] = variant(problem, changed, lambda share, text: None)
            progress(0.0, f"backup, {len(tried)} tried")
        return tried[part]

    unit = at(0, 0.0).largest_unmet * 1e6 * FINE
    low, high = 0, round(1.0 / FINE)
    if tried[0].unmet > target and unit > 0.0:
        while at(high, unit).unmet > target and high < MOST / FINE:
            low, high = high, 2 * high
        while tried[high].unmet <= target and high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if at(middle, unit).unmet <= target else (middle, high)
    best = min((part for part, one in tried.items() if one.unmet <= target), default=None)
    progress(1.0, "backup")
    rows = tuple((part * unit / 1e6, tried[part]) for part in sorted(tried))
    if best is not None:
        return Backup(plant, lost, target, best * unit / 1e6, rows)
    causes = tried[max(tried)].unmet_by_cause
    said = ", ".join(f"{cause} {value:.4g} MWh" for cause, value in causes.items() if value)
    reason = (
        f"{rows[-1][0]:.4g} MW of {name} leave {rows[-1][1].unmet:.4g} MWh unserved in "
        f"{rows[-1][1].unmet_hours:g} h, more than {target:.4g} MWh: {said}"
    )
    hint = "capacity elsewhere may help, or ask for less"
    return Backup(
        plant, lost, target, None, rows, Problem("HS833", reason, "backup", hint, severity="warning")
    )
