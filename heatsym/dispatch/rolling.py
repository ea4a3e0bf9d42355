"""Dispatch some days at a time, looking some days ahead, as an operator does who does not know the year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heatsym.dispatch.follow import follow
from heatsym.dispatch.linear import YEAR, Edges, accounts, plan, remarks
from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Schedule, Task, part
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray

DAY = 86400.0
GUIDE = 6 * 3600.0
"""Step of the coarse plan of the whole run. [s]"""
BORROWED = 2.0
"""Emissions before their time cost so many times what they are worth over the run. [-]"""
OVER_TIME = ("heat", "charge", "discharge", "energy", "unserved", "rejected", "on", "held", "price")

View = Callable[[Task, int, int], Task]
"""The steps of a task from one to before another, as they are forecast at the first of them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Guide:
    """What a coarse plan of the whole run says: worth of stored heat, price and course of emissions."""

    stored: FloatArray  # (day, level)
    carbon_price: float  # [EUR/kg]
    emitted: FloatArray  # (day,) by the end of it [kg]
    length: int  # steps of a day


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What was done so far."""

    energy: FloatArray  # (level,) [J]
    peak: FloatArray  # (month,) [W]
    carbon: float = 0.0  # [kg]
    heat: FloatArray | None = None  # (source,) of the last step [W]
    on: BoolArray | None = None
    since: FloatArray | None = None  # (source,) [s]


def rolling(
    task: Task,
    rules: Dispatch,
    month: IntArray | None = None,
    carbon_weight: FloatArray | float = 0.0,
    view: View | None = None,
) -> Schedule:
    """Plan a task window by window.

    Parameters
    ----------
    task : Task
        Needs, sources and storages as they turn out to be.
    rules : Dispatch
        As in :func:`heatsym.dispatch.linear.linear`, with the days of windows and of looking ahead.
    month : array, optional
        Number of the calendar month of each step, from 0; (time,). Without it the run is one month. [-]
    carbon_weight : array or float
        ``rules.carbon_weight`` in each step; (time,). [EUR/kg]
    view : callable, optional
        Makes of the task, a first step and the step behind the last what is known of them at the first.
        Without it all is known. What is done then follows what was planned as far as it can.

    Returns
    -------
    Schedule
        What is done; its price of heat is what was expected.

    Raises
    ------
    ProgramError
        The solver gives up.
    ValueError
        A committed source is not in the fleet.
    """
    steps = len(task.need)
    months = np.zeros(steps, dtype=np.int64) if month is None else month
    weight = np.broadcast_to(np.asarray(carbon_weight, dtype=float), (steps,))
    window = max(1, round(rules.window_days * DAY / task.step))
    ahead = round(rules.lookahead_days * DAY / task.step)
    guide = _guide(task, rules, weight)
    now = _State(task.reserves.initial, np.zeros(int(months.max(initial=0)) + 1))
    done, fired, gap = [], [], 0.0
    for first in range(0, steps, window):
        last, seen = min(first + window, steps), min(first + window + ahead, steps)
        known = part(task, first, seen) if view is None else view(task, first, seen)
        known = replace(known, reserves=replace(known.reserves, initial=now.energy))
        edges = _edges(task, rules, guide, now, first, seen)
        found = plan(known, rules, months[first:seen], weight[first:seen], edges)
        made, made_of = _cut(found.schedule, last - first), found.fired[: last - first]
        actual = part(task, first, last)
        if view is not None:
            actual = replace(actual, reserves=replace(actual.reserves, initial=now.energy))
            made, made_of = follow(actual, replace(made, heat=made_of), rules, weight[first:last], now.heat)
        gap = max(gap, found.gap)
        now = _after(now, actual, rules, made, made_of, months[first:last])
        done.append(made)
        fired.append(made_of)
    schedule = _joined(done)
    all_fired = np.concatenate(fired)
    cost, carbon = accounts(task, rules, all_fired, schedule.on, schedule.discharge, month)
    schedule = replace(schedule, cost=cost, carbon=carbon)
    return replace(schedule, said=remarks(task, rules, schedule, weight, gap))


def _cut(schedule: Schedule, steps: int) -> Schedule:
    kept: dict[str, Any] = {name: getattr(schedule, name)[:steps] for name in OVER_TIME}
    return replace(schedule, **kept)


def _joined(parts: list[Schedule]) -> Schedule:
    whole: dict[str, Any] = {
        name: np.concatenate([getattr(made, name) for made in parts]) for name in OVER_TIME
    }
    return replace(parts[0], **whole)


def _guide(task: Task, rules: Dispatch, weight: FloatArray) -> _Guide | None:
    """Plan the run in means of days, of nothing but needs, costs and storages."""
    length = max(1, round(GUIDE / task.step))
    if len(task.need) <= length or (not task.reserves.names and rules.co2_cap is None):
        return None
    days, day_weight = in_means(task, weight, length)
    allowance = None if rules.co2_cap is None else rules.co2_cap * task.step * len(task.need) / YEAR
    plain = replace(rules, commit=(), peak_power=0.0)
    found = plan(days, plain, None, day_weight, Edges(allowance=allowance))
    lifting = (found.schedule.discharge * np.nan_to_num(days.reserves.lift)).sum(axis=1)
    emitted = (days.fleet.carbon * found.fired).sum(axis=1) + days.electricity_carbon * lifting
    return _Guide(found.stored, found.carbon_price, np.cumsum(emitted) * days.step, length)


def in_means(task: Task, weight: FloatArray, length: int) -> tuple[Task, FloatArray]:
    """A task in steps of ``length`` of its own, without ramps and least loads, and the value of CO2 in these.

    What is left over at the end makes a step that stands for a whole one.
    """
    begin = np.arange(0, len(task.need), length)
    count = np.diff(np.append(begin, len(task.need)))

    def mean(values: FloatArray) -> FloatArray:
        sums = np.add.reduceat(values, begin, axis=0)
        return np.asarray(sums / count.reshape(-1, *(1,) * (values.ndim - 1)))

    fleet, reserves = task.fleet, task.reserves
    endless = np.full((len(begin), len(fleet.names)), np.inf)
    can = mean(np.isfinite(reserves.lift).astype(float)) >= 0.5
    lift = mean(np.nan_to_num(reserves.lift)) / np.maximum(
        mean(np.isfinite(reserves.lift).astype(float)), 1e-9
    )
    days = replace(
        task,
        step=task.step * length,
        need=mean(task.need),
        fleet=replace(
            fleet,
            power=mean(fleet.power),
            least=np.zeros(endless.shape),
            rise=endless,
            fall=endless,
            cost=mean(fleet.cost),
            carbon=mean(fleet.carbon),
            electricity=mean(fleet.electricity),
        ),
        reserves=replace(
            reserves,
            charge=mean(reserves.charge),
            discharge=mean(reserves.discharge),
            keep=reserves.keep**length,
            takes=mean(reserves.takes.astype(float)) >= 0.5,
            lift=np.where(can, lift, np.nan),
        ),
        electricity_cost=mean(task.electricity_cost),
        electricity_carbon=mean(task.electricity_carbon),
    )
    return days, mean(weight)


def _edges(task: Task, rules: Dispatch, guide: _Guide | None, now: _State, first: int, seen: int) -> Edges:
    """What a window's plan has to know of the time before and after it."""
    edges = Edges(heat=now.heat, on=now.on, since=now.since, peak=now.peak, target=task.reserves.initial)
    steps, levels = len(task.need), len(task.reserves.storage)
    if seen < steps:
        if rules.end_value is not None and rules.objective == "cost":
            worth = np.full(levels, rules.end_value)
        else:
            worth = np.zeros(levels) if guide is None else guide.stored[seen // guide.length - 1]
        edges = replace(edges, end_value=worth)
    if rules.co2_cap is None:
        return edges
    left = max(rules.co2_cap * task.step * steps / YEAR - now.carbon, 0.0)
    share, price = 1.0, 0.0
    if guide is not None and seen < steps:
        ends = np.append(0.0, guide.emitted)
        clock = np.arange(len(ends)) * guide.length
        before, there = np.interp([first, seen], clock, ends)
        share = (there - before) / max(ends[-1] - before, 1e-30)
        price = BORROWED * guide.carbon_price
    return replace(edges, allowance=left * share, borrow=left * (1 - share), borrow_price=price)


def _after(
    now: _State, task: Task, rules: Dispatch, made: Schedule, fired: FloatArray, months: IntArray
) -> _State:
    """The state at the end of a window that was done."""
    peak = now.peak.copy()
    lifting = (made.discharge * np.nan_to_num(task.reserves.lift)).sum(axis=1)
    power = (np.maximum(task.fleet.electricity, 0.0) * fired).sum(axis=1) + lifting
    np.maximum.at(peak, months, power)
    _, carbon = accounts(task, rules, fired, made.on, made.discharge, months)
    steps = len(made.on)
    changed = made.on[1:] != made.on[:-1]
    same = np.where(changed.any(axis=0), np.argmax(changed[::-1], axis=0) + 1, steps) if steps > 1 else 1
    since = np.broadcast_to(same, made.on.shape[1:]) * task.step
    if now.on is not None and now.since is not None:
        unchanged = (since >= steps * task.step) & (made.on[0] == now.on)
        since = since + np.where(unchanged, now.since, 0.0)
    return _State(made.energy[-1], peak, now.carbon + carbon, fired[-1], made.on[-1], since)
