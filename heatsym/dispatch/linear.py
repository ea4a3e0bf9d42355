"""Dispatch at least cost over many steps, as one linear program.

Symbols, equations and what is left out are in ``docs/theory-dispatch-linear.md``. Within, powers count in
thousandths of the largest need and money in EUR/MWh of it, so that the solver's tolerances are relative.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Schedule, Task
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.numerics.programs import Answer, Program

MWH = 3.6e9
YEAR = 8760 * 3600.0
LITTLE = 1e-4
"""Money in a choice for least emissions, and the other way round: what decides between equals. [-]"""
HEAVY = 20.0
"""What may not be costs as many times the dearest thing that may. [-]"""
NEGLIGIBLE = 1e-7
"""Part of the largest need below which heat is none. [-]"""
ALL_SUBSETS = 5
"""Sinks of heat with sources of their own of which every set is looked at, not only one and all. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """What lies before and after the steps that are planned; None where nothing is known.

    ``since`` [s] is for how long each source has been on or off; ``peak`` (month,) [W] the largest electric
    power so far; ``target`` (level,) [J] what periodic storages shall hold at the end, else what they began
    with; ``end_value`` (level,) what heat left in a storage is worth instead, in EUR/J, or kg/J where
    emissions are kept low. Emissions may be ``allowance`` [kg], and ``borrow`` [kg] more at
    ``borrow_price`` [EUR/kg].
    """

    heat: FloatArray | None = None
    on: BoolArray | None = None
    since: FloatArray | None = None
    peak: FloatArray | None = None
    target: FloatArray | None = None
    end_value: FloatArray | None = None
    allowance: float | None = None
    borrow: float = 0.0
    borrow_price: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A schedule with what only its program knows.

    ``fired`` (time, source) [W] is all heat that sources make, with what is rejected as it cannot be less.
    ``stored`` (time, level) is what one more unit of heat in a storage at the end of each step would save, in
    EUR/J, or kg/J where emissions are kept low; ``carbon_price`` [EUR/kg] is what one more kilogram of the
    allowance would.
    """

    schedule: Schedule
    fired: FloatArray
    stored: FloatArray
    carbon_price: float
    gap: float


def linear(
    task: Task,
    rules: Dispatch,
    month: IntArray | None = None,
    carbon_weight: FloatArray | float = 0.0,
) -> Schedule:
    """Plan all steps of a task at once.

    Parameters
    ----------
    task : Task
        Needs, sources and storages.
    rules : Dispatch
        Objective, committed sources, cap, tariffs and the price of unserved heat.
    month : array, optional
        Number of the calendar month of each step, from 0; (time,). Without it the run is one month. [-]
    carbon_weight : array or float
        ``rules.carbon_weight`` in each step; (time,). [EUR/kg]

    Returns
    -------
    Schedule
        Of least cost, or least emissions.

    Raises
    ------
    ProgramError
        The solver gives up.
    ValueError
        A committed source is not in the fleet.
    """
    if rules.co2_cap is None:
        edges = Edges()
    else:
        edges = Edges(allowance=rules.co2_cap * task.step * len(task.need) / YEAR)
    found = plan(task, rules, month, carbon_weight, edges)
    said = remarks(task, rules, found.schedule, carbon_weight, found.gap)
    return replace(found.schedule, said=said)


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """Units within the program, and what heat is worth there: EUR/MWh, or kg/MWh where emissions count."""

    power: float  # [W]
    energy: float  # [J]
    money: float  # worth of one unit of the objective [EUR], or what stands for it
    heat: FloatArray  # (time, source)
    electricity: FloatArray  # (time,)
    unserved: float
    in_money: float  # worth of a EUR: 1, or little where emissions count [-]


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    heat: IntArray  # (time, source)
    charge: IntArray  # (time, level)
    discharge: IntArray  # (time, level)
    energy: IntArray  # (time, level)
    unserved: IntArray  # (time,)
    excess: IntArray  # (time,) heat that cannot be less and that nobody needs
    on: IntArray  # (time, committed)
    start: IntArray  # (time, committed)


def plan(
    task: Task, rules: Dispatch, month: IntArray | None, carbon_weight: FloatArray | float, edges: Edges
) -> Planned:
    """Plan the steps of a task between what lies before and after them."""
    usable = usable_power(task)
    committed = committed_sources(task, rules)
    scale = _scale(task, rules, carbon_weight)
    program = Program()
    columns = _columns(program, task, scale, usable, committed, edges)
    balance = _balance(program, task, scale, columns)
    stored = _storages(program, task, scale, columns, edges)
    _charging(program, task, columns)
    _ramps(program, task, scale, columns, usable, committed, edges)
    if committed.size:
        _commitment(program, task, scale, columns, usable, committed, edges)
    if rules.peak_power > 0:
        _peaks(program, task, rules, scale, columns, month, edges)
    capped = _cap(program, task, scale, columns, edges)
    answer = program.solve(gap=rules.gap)
    gap = answer.gap
    if committed.size:
        answer = program.solve(fixed=(columns.on.ravel(), answer.value[columns.on].ravel()))
    schedule, fired = _schedule(task, rules, scale, columns, answer, usable, committed, month, carbon_weight)
    in_money = scale.money / scale.energy
    if rules.objective == "cost":
        price = _where_forced(task, usable, answer.dual[balance] * in_money, scale.heat / MWH)
        schedule = replace(schedule, price=price)
    worth = -answer.dual[stored] * in_money
    carbon_price = 0.0 if capped is None else -float(answer.dual[capped[0]]) * scale.money / capped[1]
    return Planned(schedule, fired, worth, carbon_price, gap)


def _where_forced(task: Task, usable: FloatArray, price: FloatArray, worth: FloatArray) -> FloatArray:
    """Price of heat where sources that must run give all of it: what is paid for the last of them."""
    least = forced(task, usable, worth)
    last = (least < usable) & task.fleet.must_run
    dearest = np.max(worth, axis=1, where=last & (least > 0), initial=-np.inf)
    return np.where(np.isfinite(dearest), dearest, price)


def usable_power(task: Task) -> FloatArray:
    """Most that sources give, (time, source): nothing where it is less than they need to run. [W]"""
    fleet = task.fleet
    return np.where(fleet.power * (1 + 1e-9) >= fleet.least, np.maximum(fleet.power, 0.0), 0.0)


def forced(task: Task, usable: FloatArray, worth: FloatArray) -> FloatArray:
    """Heat of sources that must run, (time, source): all that is needed, from the cheapest of them up. [W]"""
    must = np.flatnonzero(task.fleet.must_run)
    order = must[np.argsort(worth[:, must], axis=1, kind="stable")]
    most = np.take_along_axis(usable, order, axis=1)
    left = np.maximum(task.need[:, None] - (np.cumsum(most, axis=1) - most), 0.0)
    least = np.zeros(usable.shape)
    np.put_along_axis(least, order, np.minimum(most, left), axis=1)
    return least


def worth_of_heat(task: Task, rules: Dispatch, carbon_weight: FloatArray | float) -> FloatArray:
    """What decides who gives heat, (time, source), by :attr:`Dispatch.objective`. [EUR/J] or [kg/J]"""
    fleet = task.fleet
    weight = np.broadcast_to(np.asarray(carbon_weight, dtype=float), task.need.shape)[:, None]
    if rules.objective == "cost":
        return fleet.cost + weight * fleet.carbon
    return fleet.carbon + LITTLE * fleet.cost


def committed_sources(task: Task, rules: Dispatch) -> IntArray:
    """Places of the sources that are on or off; what must run is on.

    Raises
    ------
    ValueError
        A name is not in the fleet.
    """
    names = task.fleet.names
    unknown = [name for name in rules.commit if name not in names]
    if unknown:
        raise ValueError(f"no source of these names can be committed: {', '.join(unknown)}")
    places = [names.index(name) for name in rules.commit]
    return np.array([k for k in places if not task.fleet.must_run[k]], dtype=np.int64)


def _scale(task: Task, rules: Dispatch, carbon_weight: FloatArray | float) -> _Scale:
    power = max(float(np.max(task.need, initial=0.0)), 1.0) / 1000
    energy = power * task.step
    money = energy / MWH
    heat = worth_of_heat(task, rules, carbon_weight) * MWH
    if rules.objective == "cost":
        electricity = (task.electricity_cost + carbon_weight * task.electricity_carbon) * MWH
        return _Scale(power, energy, money, heat, electricity, rules.unserved * MWH, 1.0)
    electricity = (task.electricity_carbon + LITTLE * task.electricity_cost) * MWH
    dearest = max(float(np.abs(heat).max(initial=0.0)), float(np.abs(electricity).max(initial=0.0)), 1.0)
    return _Scale(power, energy, money, heat, electricity, HEAVY * dearest, LITTLE)


def _columns(
    program: Program, task: Task, scale: _Scale, usable: FloatArray, committed: IntArray, edges: Edges
) -> _Columns:
    steps, fleet, reserves = len(task.need), task.fleet, task.reserves
    shape = (steps, len(reserves.storage))
    given = usable / scale.power
    must = forced(task, usable, scale.heat) / scale.power
    direct = np.isfinite(reserves.lift)
    lift = np.where(direct, reserves.lift, 0.0)
    charge = np.where(reserves.takes, reserves.charge[:, reserves.storage], 0.0) / scale.power
    discharge = np.where(direct, reserves.discharge[:, reserves.storage], 0.0) / scale.power
    kept = np.zeros(shape)
    if edges.end_value is not None:
        kept[-1:] = -edges.end_value * MWH
    stays, runs = _running(task, usable, committed, edges)
    start_cost = np.maximum(fleet.start_cost[committed], 0.0) * scale.in_money / scale.money
    return _Columns(
        heat=program.columns(given.shape, scale.heat, must, given),
        charge=program.columns(shape, reserves.wear[reserves.storage] * MWH * scale.in_money, high=charge),
        discharge=program.columns(shape, lift * scale.electricity[:, None], high=discharge),
        energy=program.columns(shape, kept, high=reserves.full / scale.energy),
        unserved=program.columns((steps,), scale.unserved, high=np.maximum(task.need, 0.0) / scale.power),
        excess=program.columns((steps,), HEAVY * scale.unserved),
        on=program.columns(runs.shape, low=stays, high=runs, whole=True),
        start=program.columns(runs.shape, start_cost, high=1.0),
    )


def _running(
    task: Task, usable: FloatArray, committed: IntArray, edges: Edges
) -> tuple[FloatArray, FloatArray]:
    """Whether committed sources must and may be on, (time, committed), by power and by what they did."""
    can = usable[:, committed] > 0
    must = np.zeros(can.shape, dtype=bool)
    clock = np.arange(len(can))
    for n, k in enumerate(committed if edges.on is not None and edges.since is not None else ()):
        assert edges.on is not None
        assert edges.since is not None
        least = task.fleet.least_up[k] if edges.on[k] else task.fleet.least_down[k]
        rest = clock < _in_steps(least, task.step) - round(edges.since[k] / task.step)
        if edges.on[k]:
            must[:, n] = rest & np.logical_and.accumulate(can[:, n])
        else:
            can[rest, n] = False
    return must.astype(float), can.astype(float)


def _in_steps(time: float, step: float) -> int:
    return max(1, int(np.ceil(time / step - 1e-9)))


def _balance(program: Program, task: Task, scale: _Scale, columns: _Columns) -> IntArray:
    need = task.need / scale.power
    row = program.rows(need.shape, need, need)
    program.put(row[:, None], columns.heat)
    program.put(row[:, None], columns.discharge)
    program.put(row[:, None], columns.charge, -1.0)
    program.put(row, columns.unserved)
    program.put(row, columns.excess, -1.0)
    return row


def _storages(program: Program, task: Task, scale: _Scale, columns: _Columns, edges: Edges) -> IntArray:
    """Heat of every level, from step to step; the rows."""
    reserves = task.reserves
    initial = reserves.initial / scale.energy
    begin = np.zeros(columns.energy.shape)
    begin[:1] = reserves.keep * initial
    row = program.rows(columns.energy.shape, begin, begin)
    drawn = 1.0 - np.where(np.isfinite(reserves.lift), reserves.lift, 0.0)
    program.put(row, columns.energy)
    program.put(row[1:], columns.energy[:-1], -reserves.keep)
    program.put(row, columns.charge, -1.0)
    program.put(row, columns.discharge, drawn)
    for k in range(len(reserves.names)):
        own = np.flatnonzero(reserves.storage == k)
        if len(own) > 1:
            _shared(program, task, scale, columns, k, own)
    last = columns.energy[-1]
    target = initial if edges.target is None else edges.target / scale.energy
    for level in np.flatnonzero(reserves.periodic[reserves.storage]) if edges.end_value is None else ():
        off = program.columns((2,), scale.unserved)
        end = program.rows((1,), target[level], target[level])
        program.put(end, np.array([last[level]]))
        program.put(end, off, np.array([1.0, -1.0]))
    return row


def _shared(program: Program, task: Task, scale: _Scale, columns: _Columns, k: int, own: IntArray) -> None:
    """Levels of one storage share its volume and its powers."""
    reserves = task.reserves
    steps = len(task.need)
    volume = program.rows((steps,), high=1.0)
    holds = own[reserves.full[own] > 0]
    program.put(volume[:, None], columns.energy[:, holds], scale.energy / reserves.full[holds])
    for most, column in ((reserves.charge, columns.charge), (reserves.discharge, columns.discharge)):
        bounded = np.flatnonzero(np.isfinite(most[:, k]))
        row = program.rows(bounded.shape, high=most[bounded, k] / scale.power)
        program.put(row[:, None], column[bounded][:, own])


def _charging(program: Program, task: Task, columns: _Columns) -> None:
    """No storage takes more than what its sources give, nor do several together."""
    reserves = task.reserves
    sinks: list[tuple[BoolArray, IntArray]] = []
    patterns, kind = np.unique(reserves.charges, axis=1, return_inverse=True)
    for n, pattern in enumerate(patterns.T):
        own = np.isin(reserves.storage, np.flatnonzero(kind.ravel() == n))
        sinks.append((pattern, columns.charge[:, own]))
    sizes = range(1, len(sinks) + 1) if len(sinks) <= ALL_SUBSETS else (1, len(sinks))
    for size in sizes:
        for together in combinations(sinks, size):
            sources = np.logical_or.reduce([pattern for pattern, _ in together])
            row = program.rows((len(task.need),), high=0.0)
            program.put(row[:, None], columns.heat[:, sources], -1.0)
            for _, column in together:
                program.put(row[:, None], column)


def _ramps(
    program: Program,
    task: Task,
    scale: _Scale,
    columns: _Columns,
    usable: FloatArray,
    committed: IntArray,
    edges: Edges,
) -> None:
    """Heat rises and falls by so much; where less is to be had than before, it may fall by that."""
    fleet, steps = task.fleet, len(task.need)
    before = np.vstack([np.zeros(usable.shape[1]) if edges.heat is None else edges.heat, usable])[:steps]
    fall = np.maximum(fleet.fall, before - usable)
    least_before = np.vstack([fleet.least[:1], fleet.least])[:steps]
    at_least = least_before.copy()
    at_least[:1] = 0.0 if edges.heat is None else edges.heat
    rise = fleet.rise.copy()
    rise[:, committed] = np.maximum(rise, fleet.least - at_least)[:, committed]
    place = {int(k): n for n, k in enumerate(committed)}
    for k in np.flatnonzero(~fleet.must_run):
        n = place.get(int(k))
        for most, low, sense in ((rise, fleet.least, 1.0), (fall, least_before, -1.0)):
            bound = np.isfinite(most[:, k])
            bound[:1] &= edges.heat is not None
            at = np.flatnonzero(bound)
            late = at > 0
            limit = most[at, k] / scale.power
            jump = np.maximum(low[at, k] / scale.power - limit, 0.0)  # more, when it starts or stops
            if edges.heat is not None:
                limit[~late] += sense * edges.heat[k] / scale.power
                if n is not None and edges.on is not None and sense < 0:
                    limit[~late] += jump[~late] * edges.on[k]
            row = program.rows(at.shape, high=limit)
            program.put(row, columns.heat[at, k], sense)
            program.put(row[late], columns.heat[at[late] - 1, k], -sense)
            if n is not None:
                program.put(row, columns.start[at, n], -jump)
            if n is not None and sense < 0:
                program.put(row, columns.on[at, n], jump)
                program.put(row[late], columns.on[at[late] - 1, n], -jump[late])


def _commitment(
    program: Program,
    task: Task,
    scale: _Scale,
    columns: _Columns,
    usable: FloatArray,
    committed: IntArray,
    edges: Edges,
) -> None:
    """On or off: least load, starts, least times up and down; what fails need not have run its time."""
    fleet, steps = task.fleet, len(task.need)
    on, start, heat = columns.on, columns.start, columns.heat[:, committed]
    row = program.rows(on.shape, high=0.0)
    program.put(row, heat)
    program.put(row, on, -usable[:, committed] / scale.power)
    row = program.rows(on.shape, low=0.0)
    program.put(row, heat)
    program.put(row, on, -fleet.least[:, committed] / scale.power)
    row = program.rows(on[1:].shape, high=0.0)
    program.put(row, on[1:])
    program.put(row, on[:-1], -1.0)
    program.put(row, start[1:], -1.0)
    if edges.on is not None:
        row = program.rows(committed.shape, high=edges.on[committed].astype(float))
        program.put(row, on[0])
        program.put(row, start[0], -1.0)
    for n, k in enumerate(committed):
        _least_time_up(program, on[:, n], start[:, n], usable[:, k], _in_steps(fleet.least_up[k], task.step))
        was = 0
        if edges.on is not None and edges.since is not None and edges.on[k]:
            was = round(edges.since[k] / task.step)
        down = _in_steps(fleet.least_down[k], task.step)
        _least_time_down(program, on[:, n], start[:, n], was, min(down, steps))


def _least_time_up(program: Program, on: IntArray, start: IntArray, usable: FloatArray, up: int) -> None:
    """What was started within its least time, and has not failed since, is on."""
    clock = np.arange(len(on))
    failed = np.maximum.accumulate(np.where(usable > 0, -1, clock))
    late, back = np.meshgrid(clock, np.arange(min(up, len(on))), indexing="ij")
    counts = (late - back >= 0) & (late - back > failed[late])
    row = program.rows(on.shape, high=0.0)
    program.put(row, on, -np.where(usable > 0, 1.0, 0.0))
    program.put(row[late[counts]], start[(late - back)[counts]])


def _least_time_down(program: Program, on: IntArray, start: IntArray, was: int, down: int) -> None:
    """What was started within its least time down was off before it; ``was`` steps it was on before all."""
    clock = np.arange(len(on))
    late, back = np.meshgrid(clock, np.arange(down), indexing="ij")
    counts = late - back >= 0
    row = program.rows(on.shape, high=np.where((clock < down) & (clock >= down - was), 0.0, 1.0))
    program.put(row[late[counts]], start[(late - back)[counts]])
    program.put(row[down:], on[:-down])


def _peaks(
    program: Program,
    task: Task,
    rules: Dispatch,
    scale: _Scale,
    columns: _Columns,
    month: IntArray | None,
    edges: Edges,
) -> None:
    """Largest electric power of each month; what is made is sold on its own and does not lower it."""
    months = np.zeros(len(task.need), dtype=np.int64) if month is None else month
    there = np.unique(months)
    so_far = np.zeros(there.shape) if edges.peak is None else edges.peak[there]
    price = rules.peak_power * scale.power * scale.in_money / scale.money
    peak = program.columns(there.shape, price, low=so_far / scale.power)
    row = program.rows(task.need.shape, high=0.0)
    program.put(row[:, None], columns.heat, np.maximum(task.fleet.electricity, 0.0))
    program.put(row[:, None], columns.discharge, np.nan_to_num(task.reserves.lift))
    program.put(row, peak[np.searchsorted(there, months)], -1.0)


def _cap(
    program: Program, task: Task, scale: _Scale, columns: _Columns, edges: Edges
) -> tuple[int, float] | None:
    """Emissions of all steps together; more is so dear that it is what is left when nothing else helps.

    The row, and the kilograms that it counts by.
    """
    if edges.allowance is None:
        return None
    lifted = np.nan_to_num(task.reserves.lift) * task.electricity_carbon[:, None]
    dirtiest = max(float(task.fleet.carbon.max(initial=0.0)), float(lifted.max(initial=0.0)), 1e-30)
    unit = dirtiest * scale.energy
    dearest = max(scale.unserved, float(np.abs(scale.heat).max(initial=0.0)))
    row = program.rows((1,), high=edges.allowance / unit)
    program.put(row, columns.heat, task.fleet.carbon / dirtiest)
    program.put(row, columns.discharge, lifted / dirtiest)
    program.put(row, program.columns((1,), HEAVY * dearest), -1.0)
    price = edges.borrow_price * unit * scale.in_money / scale.money
    program.put(row, program.columns((1,), price, high=edges.borrow / unit), -1.0)
    return int(row[0]), unit


def _schedule(
    task: Task,
    rules: Dispatch,
    scale: _Scale,
    columns: _Columns,
    answer: Answer,
    usable: FloatArray,
    committed: IntArray,
    month: IntArray | None,
    carbon_weight: FloatArray | float,
) -> tuple[Schedule, FloatArray]:
    """What is to be done, and all heat that sources make for it."""
    reserves = task.reserves
    heat, charge, discharge, energy = (
        answer.value[part] * scale.power
        for part in (columns.heat, columns.charge, columns.discharge, columns.energy)
    )
    both = np.where(np.nan_to_num(reserves.lift, nan=1.0) == 0, np.minimum(charge, discharge), 0.0)
    worth = worth_of_heat(task, rules, carbon_weight)
    on = heat > NEGLIGIBLE * scale.power * 1000
    on[:, committed] = answer.value[columns.on] > 0.5
    stiff = stiff_sources(task, committed)
    heat = in_order_of_names(task, heat, usable, worth, ~stiff & ~task.fleet.must_run)
    excess = answer.value[columns.excess] * scale.power
    cost, carbon = accounts(task, rules, heat, on, discharge - both, month)
    fed = without(heat, excess, worth)
    spare = np.where(task.fleet.must_run, usable - fed, 0.0).sum(axis=1)
    schedule = Schedule(
        heat=fed,
        charge=charge - both,
        discharge=discharge - both,
        energy=energy * task.step,
        unserved=answer.value[columns.unserved] * scale.power,
        rejected=spare + excess,
        on=on,
        held=held(task, fed, on, usable, worth, stiff),
        price=np.full(len(task.need), np.nan),
        cost=cost,
        carbon=carbon,
        said=(),
    )
    return schedule, heat


def stiff_sources(task: Task, committed: IntArray) -> BoolArray:
    """Sources, (source,), whose heat depends on that of other steps."""
    stiff: BoolArray = np.any(np.isfinite(task.fleet.rise) | np.isfinite(task.fleet.fall), axis=0)
    stiff[committed] = True
    return stiff


def without(heat: FloatArray, excess: FloatArray, worth: FloatArray) -> FloatArray:
    """Heat of sources, (time, source), less an excess (time,) that is taken from the dearest first. [W]"""
    if not excess.any():
        return heat
    order = np.argsort(-worth, axis=1, kind="stable")
    given = np.take_along_axis(heat, order, axis=1)
    left = np.maximum(excess[:, None] - (np.cumsum(given, axis=1) - given), 0.0)
    fed = np.empty(heat.shape)
    np.put_along_axis(fed, order, given - np.minimum(given, left), axis=1)
    return fed


def in_order_of_names(
    task: Task, heat: FloatArray, usable: FloatArray, worth: FloatArray, free: BoolArray
) -> FloatArray:
    """The same heat from equals in the order of their names: sources that differ in nothing but the name."""
    fleet, charges = task.fleet, task.reserves.charges
    heat = heat.copy()
    places = np.flatnonzero(free)
    for i, j in combinations(places, 2):
        if not np.array_equal(charges[i], charges[j]):
            continue
        equal = (worth[:, i] == worth[:, j]) & (fleet.carbon[:, i] == fleet.carbon[:, j])
        equal &= fleet.electricity[:, i] == fleet.electricity[:, j]
        moved = np.where(equal, np.minimum(usable[:, i] - heat[:, i], heat[:, j]), 0.0)
        heat[:, i] += moved
        heat[:, j] -= moved
    return heat


def held(
    task: Task, heat: FloatArray, on: BoolArray, usable: FloatArray, worth: FloatArray, stiff: BoolArray
) -> BoolArray:
    """Sources, (time, source), whose heat is not what filling the others from the cheapest up would leave.

    In each step that source is looked for up to which all are full and after which all rest, but for the
    fewest; these are held. Rather many ``stiff`` (source,) ones are, which are committed or have ramps, than
    one that is free, and of equally many those that give the least heat otherwise.
    """
    little = NEGLIGIBLE * max(float(np.max(task.need, initial=0.0)), 1.0)
    sources = heat.shape[1]
    order = np.argsort(worth, axis=1, kind="stable")
    given, most = (np.take_along_axis(part, order, axis=1) for part in (heat, usable))
    runs = np.take_along_axis(on, order, axis=1)
    asked = ~task.fleet.must_run[order]
    off = stiff[order] & ~runs & (most > little)
    idle = np.where(asked & (given < most - little), most - given, 0.0)
    busy = np.where(asked & (given > little), given, 0.0)
    weight = np.where(stiff[order], 1.0, sources + 1.0)
    bulk = np.maximum(usable.sum(axis=1, keepdims=True), 1.0) * sources
    fault_idle, fault_busy = (weight * (part > 0) + part / bulk for part in (idle, busy))
    before = np.cumsum(fault_idle, axis=1) - np.where(off, 0.0, fault_idle)
    behind = np.cumsum(fault_busy[:, ::-1], axis=1)[:, ::-1] - fault_busy
    pivot = np.argmin(before + behind, axis=1)[:, None]
    rank = np.arange(sources)
    wrong = np.where((rank < pivot) | ((rank == pivot) & off), idle > 0, (busy > 0) & (rank > pivot))
    found = np.zeros(heat.shape, dtype=bool)
    np.put_along_axis(found, order, wrong, axis=1)
    return found


def accounts(
    task: Task,
    rules: Dispatch,
    heat: FloatArray,
    on: BoolArray,
    discharge: FloatArray,
    month: IntArray | None,
) -> tuple[float, float]:
    """Cost of heat, lifting, starts and peaks [EUR], and emissions [kg]."""
    fleet, step = task.fleet, task.step
    lifting = (discharge * np.nan_to_num(task.reserves.lift)).sum(axis=1)
    cost = step * float(np.sum(fleet.cost * heat) + np.sum(task.electricity_cost * lifting))
    carbon = step * float(np.sum(fleet.carbon * heat) + np.sum(task.electricity_carbon * lifting))
    starts = (on[1:] & ~on[:-1]).sum(axis=0)
    cost += float(starts @ fleet.start_cost)
    if rules.peak_power > 0:
        power = (np.maximum(fleet.electricity, 0.0) * heat).sum(axis=1) + lifting
        months = np.zeros(len(power), dtype=np.int64) if month is None else month
        cost += rules.peak_power * sum(float(power[months == m].max()) for m in np.unique(months))
    return cost, carbon


def remarks(
    task: Task, rules: Dispatch, schedule: Schedule, carbon_weight: FloatArray | float, gap: float
) -> tuple[str, ...]:
    """What could not be kept, in sentences; ``gap`` is what the search for who is on ended at."""
    little = 10 * NEGLIGIBLE * max(float(np.max(task.need, initial=0.0)), 1.0)
    usable = usable_power(task)
    said = []
    missing = schedule.unserved > little
    full = (usable - schedule.heat).sum(axis=1) <= little
    cap = None if rules.co2_cap is None else rules.co2_cap * task.step * len(task.need) / YEAR
    kept_by_cap = cap is not None and schedule.carbon >= cap * (1 - 1e-6)
    dear = worth_of_heat(task, rules, carbon_weight).min(
        axis=1, where=schedule.heat < usable - little, initial=np.inf
    )
    too_dear = (dear >= rules.unserved) & (rules.objective == "cost")
    reasons = (
        (full, "sources and storages cannot give more"),
        (too_dear, "more heat would be dearer than the price of unserved heat"),
        (np.full(missing.shape, kept_by_cap), "more heat would break co2_cap"),
        (
            np.full(missing.shape, True),
            "least loads, least times, ramps or what charges storages hold it back",
        ),
    )
    for where, why in reasons:
        said += _amount(missing & where, schedule.unserved, task.step, f"unserved: {why}")
        missing = missing & ~where
    spare = np.where(task.fleet.must_run, usable - schedule.heat, 0.0).sum(axis=1)
    excess = schedule.rejected - spare
    what = "rejected: must_run gives more than is needed"
    said += _amount(spare > little, spare, task.step, what)
    what = "rejected: least loads, least times or ramps give more than is needed"
    said += _amount(excess > little, excess, task.step, what)
    if gap > rules.gap * (1 + 1e-6) + 1e-9:
        said.append(f"the search for who is on ended at a gap of {gap:.2%} instead of {rules.gap:.2%}")
    return tuple(said + _said_of_cap(task, rules, schedule, cap, carbon_weight))


def _amount(where: BoolArray, power: FloatArray, step: float, what: str) -> list[str]:
    if not where.any():
        return []
    return [
        f"{where.sum() * step / 3600:.4g} h with {power[where].sum() * step / MWH:.4g} MWh of heat {what}"
    ]


def _said_of_cap(
    task: Task, rules: Dispatch, schedule: Schedule, cap: float | None, carbon_weight: FloatArray | float
) -> list[str]:
    """Whether the cap is below reach: a plan of least emissions that serves all heat tells."""
    if cap is None or schedule.carbon < cap * (1 - 1e-6):
        return []
    clean = replace(rules, objective="emissions", commit=(), peak_power=0.0, co2_cap=None)
    least = plan(task, clean, None, carbon_weight, Edges()).schedule
    if least.carbon <= cap * (1 + 1e-6):
        return []
    lost = schedule.unserved.sum() - least.unserved.sum()
    hours = (schedule.unserved > least.unserved + 1e-6 * task.need.max()).sum() * task.step / 3600
    said = f"co2_cap of {cap / 1000:.4g} t in this run is below reach: serving all heat emits at least"
    said += f" {least.carbon / 1000:.4g} t, {schedule.carbon / 1000:.4g} t are planned"
    return [f"{said}, and {hours:.4g} h with {max(lost, 0.0) * task.step / MWH:.4g} MWh more unserved"]
