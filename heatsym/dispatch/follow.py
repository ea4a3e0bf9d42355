"""What becomes of a plan that was made by a forecast, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from heatsym.dispatch.linear import committed_sources, held, stiff_sources, usable_power, worth_of_heat
from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Reserves, Schedule, Task
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray


@dataclass(slots=True, eq=False)
class _Levels:
    """Storages in one step: what they hold, (level,), and what they take and give."""

    reserves: Reserves
    step: float
    at: int
    content: FloatArray  # before they take and give [J]
    taken: FloatArray  # [W]
    given: FloatArray  # [W]
    full: FloatArray = field(init=False)  # at least 1 [J]
    drawn: FloatArray = field(init=False)  # from the storage for one unit given [-]

    def __post_init__(self) -> None:
        """No more is drawn than is there, and no more taken than has room."""
        reserves, lift = self.reserves, self.reserves.lift[self.at]
        self.full = np.maximum(reserves.full, 1.0)
        self.drawn = 1.0 - np.where(np.isfinite(lift), lift, 0.0)
        there = self.content / self.step
        self.given = np.where(np.isfinite(lift), np.minimum(self.given, there / self.drawn), 0.0)
        self.given *= self._share(reserves.discharge[self.at], self._sum(self.given))
        self.taken = np.where(reserves.takes[self.at], self.taken, 0.0)
        self.taken *= self._share(reserves.charge[self.at], self._sum(self.taken))
        filled = self._sum(self.step * self.taken / self.full)
        self.taken *= self._share(self._room(), filled)

    def _sum(self, level: FloatArray) -> FloatArray:
        return np.bincount(self.reserves.storage, level, len(self.reserves.names)).astype(float, copy=False)

    def _share(self, most: FloatArray, wanted: FloatArray) -> FloatArray:
        part = np.divide(most, wanted, out=np.ones(len(wanted)), where=wanted > most)
        return np.clip(part, 0.0, 1.0)[self.reserves.storage]

    def _room(self) -> FloatArray:
        """Part of each storage's volume that would be left if nothing were taken."""
        left = self.content - self.step * self.drawn * self.given
        return 1.0 - self._sum(left / self.full)

    def after(self) -> FloatArray:
        """Heat at the end of the step. [J]"""
        end = self.content + self.step * (self.taken - self.drawn * self.given)
        return np.clip(end, 0.0, self.reserves.full)

    def less(self, part: FloatArray, heat: float) -> float:
        """Lower what is taken or given in proportion; by how much. [W]"""
        total = float(part.sum())
        lowered = min(heat, total)
        if lowered > 0.0:
            part *= 1.0 - lowered / total
        return lowered

    def take_more(self, heat: float) -> float:
        """Take up to so much more; how much. [W]"""
        reserves, t, left = self.reserves, self.at, heat
        for level in np.flatnonzero(reserves.takes[t]):
            k = reserves.storage[level]
            spare = self._room()[k] - self._sum(self.step * self.taken / self.full)[k]
            most = min(
                reserves.charge[t, k] - self._sum(self.taken)[k], spare * reserves.full[level] / self.step
            )
            more = max(min(left, most), 0.0)
            self.taken[level] += more
            left -= more
        return heat - left

    def give_more(self, heat: float) -> float:
        """Give up to so much more, directly before by lifting; how much. [W]"""
        reserves, t, left = self.reserves, self.at, heat
        for level in np.argsort(reserves.lift[t], kind="stable"):
            if np.isnan(reserves.lift[t, level]):
                continue
            k = reserves.storage[level]
            most = min(
                reserves.discharge[t, k] - self._sum(self.given)[k],
                self.content[level] / (self.step * self.drawn[level]) - self.given[level],
            )
            more = max(min(left, most), 0.0)
            self.given[level] += more
            left -= more
        return heat - left


def follow(
    task: Task,
    planned: Schedule,
    rules: Dispatch,
    carbon_weight: FloatArray | float,
    before: FloatArray | None,
) -> tuple[Schedule, FloatArray]:
    """Do what was planned as far as needs, powers and storages allow.

    Storages take and give what was planned, as far as they can. Sources that are committed or have ramps give
    what was planned, within their limits; the others are filled from the cheapest up, those that must run
    first. Where that is too much, storages give less, then sources with ramps, then storages take more; where
    it is not enough, sources with ramps give more, then storages take less, then they give more.

    Parameters
    ----------
    task : Task
        As it turns out to be.
    planned : Schedule
        For the same steps; its heat is all that sources make.
    rules : Dispatch
        Names of committed sources, and what decides who is cheapest.
    carbon_weight : array or float
        Value of CO2 in each step; (time,). [EUR/kg]
    before : array or None
        Heat of the step before; (source,). [W]

    Returns
    -------
    Schedule, array
        What is done, without its cost, and all heat that sources make for it; (time, source). [W]
    """
    steps, reserves = len(task.need), task.reserves
    usable = usable_power(task)
    worth = worth_of_heat(task, rules, carbon_weight)
    committed = committed_sources(task, rules)
    stiff = stiff_sources(task, committed)
    order = np.lexsort((worth, np.broadcast_to(~task.fleet.must_run, worth.shape)), axis=1)
    fired = np.empty(usable.shape)
    charge, discharge, energy = (np.empty(planned.charge.shape) for _ in range(3))
    unserved, excess = np.empty(steps), np.empty(steps)
    content, last = reserves.initial, before
    for t in range(steps):
        had = usable[t - 1] if t else last
        low, high = _limits(task, planned.on[t], usable[t], committed, t, last, had)
        levels = _Levels(
            reserves, task.step, t, reserves.keep * content, planned.charge[t], planned.discharge[t]
        )
        wished = np.where(stiff, np.clip(planned.heat[t], low, high), 0.0)
        last, unserved[t], excess[t] = _met(task.need[t], wished, low, high, stiff, order[t], levels)
        _charged_by_their_own(last, order[t], levels)
        content = levels.after()
        fired[t], charge[t], discharge[t], energy[t] = last, levels.taken, levels.given, content
    heat = fired - _rejected(fired, excess, order)
    spare = np.where(task.fleet.must_run, usable - heat, 0.0).sum(axis=1)
    on = fired > 0.0
    on[:, committed] = (planned.on & (usable > 0.0))[:, committed]
    made = Schedule(
        heat=heat,
        charge=charge,
        discharge=discharge,
        energy=energy,
        unserved=unserved,
        rejected=spare + excess,
        on=on,
        held=held(task, heat, on, usable, worth, stiff),
        price=planned.price,
        cost=planned.cost,
        carbon=planned.carbon,
        said=(),
    )
    return made, fired


def _limits(
    task: Task,
    on: BoolArray,
    usable: FloatArray,
    committed: IntArray,
    t: int,
    last: FloatArray | None,
    had: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Least and most heat of each source after a step in which it could have given what it ``had``. [W]"""
    fleet = task.fleet
    low, high = np.zeros(len(usable)), usable.copy()
    runs = np.zeros(len(usable), dtype=bool)
    runs[committed] = on[committed] & (usable[committed] > 0.0)
    if last is not None and had is not None:
        rise = np.where(runs & (last == 0.0), np.maximum(fleet.rise[t], fleet.least[t]), fleet.rise[t])
        high = np.minimum(high, last + rise)
        low = np.clip(last - np.maximum(fleet.fall[t], had - usable), 0.0, usable)
    low = np.where(runs, np.maximum(low, fleet.least[t]), low)
    high = np.maximum(high, low)
    off = np.zeros(len(usable), dtype=bool)
    off[committed] = ~runs[committed]
    low[off] = high[off] = 0.0
    return low, high


def _met(
    need: float,
    heat: FloatArray,
    low: FloatArray,
    high: FloatArray,
    stiff: BoolArray,
    order: IntArray,
    levels: _Levels,
) -> tuple[FloatArray, float, float]:
    """Heat of sources, (source,), what is not served and what nobody needs. [W]"""
    left = need + float(levels.taken.sum()) - float(levels.given.sum()) - float(heat.sum())
    if left < 0.0:
        left += levels.less(levels.given, -left)
        for s in order[::-1]:
            if stiff[s] and left < 0.0:
                lowered = min(-left, heat[s] - low[s])
                heat[s] -= lowered
                left += lowered
        if left < 0.0:
            left += levels.take_more(-left)
        return heat, 0.0, max(-left, 0.0)
    for which in (~stiff, stiff):
        for s in order:
            if which[s] and left > 0.0:
                more = min(left, high[s] - heat[s])
                heat[s] += more
                left -= more
    if left > 0.0:
        left -= levels.less(levels.taken, left)
    if left > 0.0:
        left -= levels.give_more(left)
    return heat, max(left, 0.0), 0.0


def _charged_by_their_own(heat: FloatArray, order: IntArray, levels: _Levels) -> None:
    """A storage takes no more than its sources give; others then give less, the dearest first."""
    reserves = levels.reserves
    for k in range(len(reserves.names)):
        own, may = reserves.storage == k, reserves.charges[:, k]
        short = float(levels.taken[own].sum()) - float(heat[may].sum())
        if short <= 0.0:
            continue
        levels.taken[own] *= max(1.0 - short / float(levels.taken[own].sum()), 0.0)
        for s in order[::-1]:
            if not may[s]:
                lowered = min(short, heat[s])
                heat[s] -= lowered
                short -= lowered


def _rejected(fired: FloatArray, excess: FloatArray, order: IntArray) -> FloatArray:
    """What nobody needs of each source's heat, (time, source), that of the dearest first. [W]"""
    lost = np.zeros(fired.shape)
    for t in np.flatnonzero(excess):
        left = excess[t]
        for s in order[t, ::-1]:
            lost[t, s] = min(left, fired[t, s])
            left -= lost[t, s]
    return lost
