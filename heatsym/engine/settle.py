"""Rounds of plan and march until what the sources give no longer changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol, TypeVar

import numpy as np

from heatsym.engine.again import Piece, cut, differing
from heatsym.engine.beside import parted
from heatsym.engine.compiled import Compiled, RecirculationError
from heatsym.engine.digest import PLANNED, Course, Digest, Ledger
from heatsym.engine.hydraulics import odd_pumping, pump_warnings
from heatsym.engine.planning import Planned, foreseen, intended, planned, sites_of
from heatsym.engine.problem import Problem
from heatsym.engine.reference import Reference
from heatsym.engine.scheduling import Choice
from heatsym.engine.storing import executed, filled
from heatsym.engine.stretches import Pressures, Staged
from heatsym.engine.trajectory import Hydraulics, March, Trajectory, joined
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Plan

Progress = Callable[[float, str], None]

State = TypeVar("State")


class Engine(Protocol[State]):
    """What both engines do: settle a start, and march from it as often as asked."""

    def initial_state(self) -> State:
        """Water as it is filled in."""

    def start(self) -> State:
        """Water to start from."""

    def part(
        self, state: State, first: int, last: int, progress: Callable[[float], None], keep: bool = True
    ) -> tuple[State, March]:
        """Some steps from a state, which is kept as it is if asked for, and the state after them."""


@dataclass(slots=True, eq=False)
class Mark:
    """Where a run stands after a piece of a march: all that is needed to go on from there."""

    engine: str
    told: tuple[str, ...]  # what was said of the change to this engine
    number: int  # of the round
    step: int  # steps of it that are done
    state: Any
    course: Course
    ledger: Ledger
    initial_stored_heat: float
    before: Course | None  # of the round before
    change: tuple[float, ...]
    seconds: float
    begin: FloatArray  # state of the storages that the round was planned from
    choice: Choice  # that the round holds on to


class Sink(Protocol):
    """Gets the rows of a march, piece after piece."""

    def begin(self, step: int) -> None:
        """Rows from ``step`` on will come; those before are there, any others do not count."""

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        """Rows from step ``first`` on."""

    def pause(self, mark: Mark) -> None:
        """The run could be taken up here again, from what the mark holds now."""


SETTLED = 1e-3
"""Energy-weighted hourly change of every source's heat, round to round, of a settled plan. [-]"""
FREE = 2
"""Rounds after which storages take and give in the same steps as before, so that the plan settles."""
LIKELY, MAYBE = 0.75 * SETTLED, 2.0 * SETTLED
"""What a plan differs by from the last march, over all heat, where the next is expected to be the last, and
where it may be. [-]"""
PIECE = 4e6
"""Size of a piece of a march. [B]"""
LEAST = 8
"""Steps of a piece at least."""


def settle_into(
    problem: Problem, sink: Sink, progress: Progress, mark: Mark | None = None, guess: Course | None = None
) -> Digest:
    """March the problem; plan and march again while any source's offer minds the temperatures found.

    Rows go to ``sink`` as they come; what is returned does without them. ``progress`` is told the share
    done, from 0 to 1 in each round, and what is being done. Where water circulates within one side, the
    reference engine does it all, and a warning says so. From a ``mark`` the run goes on as if it had
    never been interrupted. A ``guess`` is what another run of the same network came to, with the same sources
    in the same order: the first round is planned with its temperatures, which saves rounds where little is
    different.
    """
    if mark is not None and mark.engine != problem.engine:
        problem = replace(problem, engine=mark.engine)
    if problem.engine == "reference":
        told = () if mark is None else mark.told
        return _settled(
            replace(problem, warnings=problem.warnings + told), Reference, sink, progress, mark, (), guess
        )
    try:
        return _settled(problem, Compiled, sink, progress, mark, (), guess)
    except RecirculationError as found:
        told = (f"computed by the reference engine: {found}",)
        again = replace(problem, warnings=problem.warnings + told, engine="reference")
        return _settled(again, Reference, sink, progress, None, told, guess)


def settle(problem: Problem, progress: Progress) -> Trajectory:
    """The same with all rows held in memory, in double precision."""
    held = _Held()
    found = settle_into(problem, held, progress)
    same = {
        name: getattr(found, name)
        for name in ("uses", "t_air", "t_ground", "t_feed", "rounds", "change", "intent", "stored")
    }
    return Trajectory(
        march=joined(held.marches),
        hydraulics=joined(held.pressures),
        settled=found.settled,
        seconds=found.seconds,
        unsettled_hours=found.unsettled_hours,
        warnings=found.warnings,
        engine=found.engine,
        **same,
    )


class _Held:
    """Keeps all rows."""

    def __init__(self) -> None:
        self.marches, self.pressures = list[March](), list[Hydraulics]()

    def begin(self, step: int) -> None:
        self.marches, self.pressures = [], []

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        self.marches.append(march)
        self.pressures.append(pressures)

    def pause(self, mark: Mark) -> None:
        pass


def piece_steps(problem: Problem) -> int:
    """Steps of a piece of a march of this problem."""
    columns = 4 * len(problem.node_ids) + 6 * len(problem.pipe_ids) + 9 * len(problem.consumer_ids)
    return int(np.clip(PIECE / (8 * max(columns, 1)), LEAST, max(problem.steps, LEAST)))


def _settled(
    problem: Problem,
    engine_of: type[Compiled] | type[Reference],
    sink: Sink,
    progress: Progress,
    mark: Mark | None,
    told: tuple[str, ...] = (),
    guess: Course | None = None,
) -> Digest:
    """The rounds, with one engine."""
    now = planned(problem, guess, filled(problem), False, None)
    over_time = now.source_heat is not None
    minds = any(source.minds_return for source in problem.sources) or over_time
    engine = _engine(engine_of, now)
    begin = now.begin if mark is None else mark.begin
    choice = now.choice if mark is None else mark.choice
    opening: Engine[Any] | None = engine
    start = None  # every round begins with the water that the first engine settles
    before = guess if mark is None else mark.before
    changes, seconds = list[float](), 0.0 if mark is None else mark.seconds
    changes += () if mark is None else mark.change
    shift = np.zeros((problem.steps, len(problem.sources) + len(problem.storages)))
    for number in count(1 if mark is None else mark.number):
        entered = begin
        if before is not None and before is not guess:
            del engine, now  # before there are others
            now = planned(problem, before, begin, number > FREE, choice)
            engine = _engine(engine_of, now)
        begin, choice = now.begin, now.choice
        last = not minds or number == problem.max_rounds
        again, recorded = None, last
        if before is not None and not last:
            again, recorded = _worth_it(now, before)
        if mark is None and start is None:
            progress(0.0, "settling the start")
            assert opening is not None  # there is no start yet
            start, opening = opening.start(), None
        at = mark or Mark(
            engine=problem.engine,
            told=told,
            number=number,
            step=0,
            state=start,
            course=Course.blank(problem.steps, len(problem.sources), len(problem.storages)),
            ledger=Ledger(problem.consumers, len(problem.inline_pumps)),
            initial_stored_heat=0.0,
            before=before,
            change=tuple(changes),
            seconds=seconds,
            begin=entered,
            choice=choice,
        )
        tell = _teller(progress, problem, number)
        if again is not None:
            assert before is not None  # else there is nothing that holds
            _march_again(now.problem, engine, at, sink, again, before, tell)
        else:
            if last:
                start = None  # which may be marched on itself
            _march(now.problem, engine, at, sink, recorded, start is not None, tell)
        course, seconds, mark = at.course, at.seconds, None
        if before is not None and number > 1:
            shift = np.abs(_given(course) - _given(before))
            changes.append(float(shift.sum() / max(float(course.source_heat.sum()), 1e-300)))
        if last or (recorded and changes and changes[-1] <= SETTLED):
            break
        before = course
    stored = executed(problem, course, begin)
    settled = not minds or (bool(changes) and changes[-1] <= SETTLED)
    return Digest(
        course=course,
        ledger=at.ledger,
        initial_stored_heat=at.initial_stored_heat,
        uses=tuple(
            source.use(problem.ctx, site, course.source_heat[:, s])
            for s, (source, site) in enumerate(zip(problem.sources, sites_of(problem, course), strict=True))
        ),
        t_air=problem.ctx.t_air,
        t_ground=problem.t_ground,
        t_feed=problem.t_feed,
        rounds=len(changes) + 1,
        change=tuple(changes),
        settled=settled,
        seconds=seconds,
        intent=intended(now, course),
        stored=stored,
        unsettled_hours={} if settled else _unsettled(problem, course, shift),
        warnings=problem.warnings + pump_warnings(problem, at.ledger.odd_pumping),
        engine=problem.engine,
    )


def _engine(engine_of: type[Compiled] | type[Reference], now: Planned) -> Engine[Any]:
    """The engine itself, or a march in stretches where trenches close and open."""
    if now.problem.stretches:
        return Staged(engine_of, now.problem, now.offers, now.plan)
    return engine_of(now.problem, now.offers, now.plan)


def _march(
    problem: Problem,
    engine: Engine[Any],
    at: Mark,
    sink: Sink,
    recorded: bool,
    keep: bool,
    tell: Callable[[float], None],
) -> None:
    """Move a mark to the end of its round; the water that a round begins with may have to be kept."""
    size, pressures = piece_steps(problem), Pressures(problem)
    if recorded:
        sink.begin(at.step)
    while at.step < problem.steps:
        first, last = at.step, min(at.step + size, problem.steps)
        telling = _within(tell, first, last, problem.steps)
        at.state, march = engine.part(at.state, first, last, telling, keep and first == 0)
        if first == 0:
            at.initial_stored_heat = march.initial_stored_heat
        heads = pressures.of(march, first) if recorded else None
        march, heads = parted(problem, march, heads, first)
        at.course.put(first, march, heads)
        at.step, at.seconds = last, at.seconds + march.seconds
        if heads is not None:
            at.ledger.add(march)
            at.ledger.odd_pumping += odd_pumping(problem, march)
            sink.take(first, march, heads)
        if last < problem.steps:
            sink.pause(at)
    tell(1.0)


def _march_again(
    problem: Problem,
    engine: Engine[Any],
    at: Mark,
    sink: Sink,
    pieces: list[Piece],
    before: Course,
    tell: Callable[[float], None],
) -> None:
    """Move a mark to the end of a round in which only some pieces are marched; the rest is as before."""
    for name in PLANNED:
        getattr(at.course, name)[at.step :] = getattr(before, name)[at.step :]
    keep = at.step == 0
    for piece in cut(pieces, piece_steps(problem)):
        if piece.last <= at.step:
            continue
        telling = _within(tell, piece.first, piece.last, problem.steps)
        at.state, march = engine.part(at.state, piece.first, piece.last, telling, keep)
        keep = False
        if piece.counts:
            at.course.put(piece.first, parted(problem, march, None, piece.first)[0], None)
        at.step, at.seconds = piece.last, at.seconds + march.seconds
        if at.step < problem.steps:
            sink.pause(at)
    at.step = problem.steps
    tell(1.0)


def _worth_it(now: Planned, before: Course) -> tuple[list[Piece] | None, bool]:
    """The pieces of a plan that have to be marched, None for all, and whether its rows should be kept.

    Where a plan hardly differs from what the last march gave, the next one may be the last.
    """
    off = np.abs(foreseen(now, before) - _given(before)).sum(axis=1)
    heat = max(float(before.source_heat.sum()), 1e-300)
    share = float(off.sum()) / heat
    if share <= LIKELY:
        return None, True
    # what marches islands goes on with the water of the step before
    again = None if now.problem.stretches else differing(now.problem, off, heat)
    return again, again is None and share <= MAYBE


def _within(tell: Callable[[float], None], first: int, last: int, steps: int) -> Callable[[float], None]:
    """Tells the share of all steps where a piece tells its own."""
    return lambda done: tell((first + done * (last - first)) / steps)


def planned_first(problem: Problem) -> tuple[Problem, Offer, Plan]:
    """What an engine of the first round is made of, as far as the shapes of its state go."""
    made = planned(problem, None, filled(problem), False, None)
    return made.problem, made.offers, made.plan


def _unsettled(problem: Problem, course: Course, shift: FloatArray) -> dict[str, float]:
    """Hours in which heat of a source or storage still moved by more than the limit's share, by name."""
    moved = shift > SETTLED * course.source_heat.sum(axis=1, keepdims=True)
    hours = moved.sum(axis=0) * problem.step / 3600.0
    names = [source.name for source in problem.sources] + [storage.name for storage in problem.storages]
    return {name: float(h) for name, h in zip(names, hours, strict=True) if h > 0}


def _given(course: Course) -> FloatArray:
    """Heat of sources and storages, (time, both), negative where a storage takes it. [W]"""
    return np.concatenate([course.source_heat, course.storage_discharged - course.storage_charged], axis=1)


def _teller(progress: Progress, problem: Problem, number: int) -> Callable[[float], None]:
    """Tells the round and the simulated date."""
    local = problem.ctx.axis.local

    def tell(done: float) -> None:
        day = local[int(done * (len(local) - 1))].astype("datetime64[D]")
        progress(done, f"round {number}, {day}")

    return tell
