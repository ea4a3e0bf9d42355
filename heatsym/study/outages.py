"""What if the factory stops: each source lost, stops moved, failures by chance, closure, backup for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatsym.case.model import Case
from heatsym.engine.shared import Shared
from heatsym.errors import InputError, Problem
from heatsym.interfaces.exchange import Source
from heatsym.simulation import Progress
from heatsym.sources.availability import Outages, Stop
from heatsym.study.backup import Backup, find_backup
from heatsym.study.changes import can_fail, fallible, source_named
from heatsym.study.ensemble import Ensemble, fail
from heatsym.study.losing import Closure, Losses, Stops, close, fits, lose_each, move_stop
from heatsym.study.variants import Computed, Outcome, computed

PLANTS = ("ideal", "boiler", "electric_boiler")
"""Kinds that backup is made of."""
UNPRICED = "heat that is missed has no price: it lowers cost and carbon by what it would have taken"
TARGET_SHARE = 1e-4
"""Unserved heat of the demand of a run that backup is sized for, unless said otherwise. [-]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked; what is left out follows from the case.

    ``fails`` are the sources that fail by chance: by default those whose outages the case gives, else all by
    the usual rates of their kinds; others keep the history that the case gives. ``stop`` is the source whose
    planned stop is moved by ``every`` weeks; by default the one with the longest stop, and ``stop_days`` its
    length. ``closes`` is a source or partner, by default the largest surplus source, gone from
    ``closing_year`` of ``horizon`` on. ``backup`` is the plant beside which capacity is looked for, by
    default the last that is no surplus heat, while ``lost`` is lost, by default the source whose loss leaves
    most unserved; ``target`` [MWh] is what may be left unserved, by default ``target_share`` of the demand.
    """

    years: int = 200
    seed: int = 1
    fails: Mapping[str, Outages] | None = None
    stop: str | None = None
    stop_days: int | None = None
    every: int = 4
    closes: str | None = None
    closing_year: int = 11
    horizon: int = 20
    backup: str | None = None
    lost: str | None = None
    target: float | None = None
    target_share: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OutageStudy:
    """Answers; None where a question has no object in this case, and ``assumptions`` say why."""

    case: Case
    base: Outcome
    losses: Losses
    stops: Stops | None
    ensemble: Ensemble | None
    closure: Closure | None
    backup: Backup | None
    assumptions: tuple[str, ...]
    warnings: tuple[Problem, ...]
    runs: int


def outages(
    case: Case,
    questions: Questions | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> OutageStudy:
    """What a case comes to when its sources stop.

    Parameters
    ----------
    case : Case
        The study; its weather holds in every year.
    questions : Questions, optional
        What is asked; or each as a keyword, such as ``years=50``.
    workers : int, optional
        Runs at the same time, in threads; by default as many as there are processors. No bit depends on it.
    progress : callable, optional
        Called with the share done of each question, 0 to 1, and a short text.

    Returns
    -------
    OutageStudy
        Unserved heat, cost and carbon of every variant, by the formulas of a run's summary.

    Raises
    ------
    InputError
        A source that is named is not there or cannot fail, or a question contradicts the case.
    """
    wanted = Questions(**asked) if questions is None else questions
    tell = progress or _silent
    check(case, wanted)
    of = computed(case, tell, Shared())
    losses = lose_each(of, workers=workers, progress=tell)
    notes = list[str]()
    stopping = stopping_source(of, wanted)
    stops = None
    if stopping is None:
        notes.append("stop not moved: no source has a planned stop, and none was given")
    elif wanted.stop is None and wanted.stop_days is None and not fits(case.axis, stopping[2]):
        notes.append(f"stop not moved: that of {stopping[0]}, {stopping[2]} days, does not fit into the run")
    else:
        stops = move_stop(of, *stopping, every=wanted.every, workers=workers, progress=tell)
    ensemble, fails = None, failing_sources(case, wanted)
    if fails and wanted.years:
        ensemble = fail(of, fails, wanted.years, wanted.seed, workers=workers, progress=tell)
    else:
        notes.append("no failures by chance: " + ("no years were asked for" if fails else "nothing can fail"))
    closing = closing_sources(of, wanted)
    closure = None
    if closing:
        closure = close(of, closing, wanted.closing_year, wanted.horizon, progress=tell)
    else:
        notes.append("no closure: no surplus source gives heat")
    backup, worst = None, max(losses.lost, key=lambda one: one.outcome.unmet, default=None)
    lost = wanted.lost or (None if worst is None else worst.source)
    plant = backup_plant(case, wanted)
    if lost is None or plant is None:
        notes.append(
            "no backup looked for: " + ("no source can be lost" if lost is None else "no plant for it")
        )
    else:
        backup = find_backup(of, plant, lost, _target(of, wanted), progress=tell)
    every = _all(losses, stops, ensemble, closure, backup)
    return OutageStudy(
        case=case,
        base=of.outcome,
        losses=losses,
        stops=stops,
        ensemble=ensemble,
        closure=closure,
        backup=backup,
        assumptions=(*notes, *_assumed(ensemble), UNPRICED, *of.outcome.not_computed),
        warnings=() if backup is None or backup.warning is None else (backup.warning,),
        runs=1 + len(every),
    )


def stopping_source(of: Computed, wanted: Questions) -> tuple[str, Stop | None, int] | None:
    """Whose planned stop is moved, which it is, and its days; None where there is none.

    Raises
    ------
    InputError
        The source that is named has no stop, and no length was given.
    """
    case = of.case
    able: list[Any] = [one for one in _able(case) if wanted.stop in (None, one.name)]
    known: list[tuple[str, Stop]] = [(one.name, stop) for one in able for stop in one.stops or ()]
    if known:
        name, stop = max(known, key=lambda one: one[1].end - one[1].start)
        return name, stop, wanted.stop_days or (stop.end - stop.start).days + 1
    if wanted.stop_days is None:
        if wanted.stop is None:
            return None
        reason = f"source {wanted.stop} has no planned stop that could be moved"
        raise InputError([Problem("HS832", reason, "outages", "give its length in days")])
    other = wanted.stop or _largest(of, surplus=True) or _largest(of, surplus=False)
    return None if other is None else (other, None, wanted.stop_days)


def failing_sources(case: Case, wanted: Questions) -> dict[str, Outages]:
    """Which sources fail by chance, and how; see :class:`Questions`."""
    if wanted.fails is not None:
        return {name: given for name, given in wanted.fails.items() if fallible(case, name)}
    given = {one.name: getattr(one, "outages", None) for one in _able(case)}
    known = {name: outages for name, outages in given.items() if outages is not None}
    return known or {name: Outages() for name in given}


def closing_sources(of: Computed, wanted: Questions) -> tuple[str, ...]:
    """Sources of the partner that closes, or the one source."""
    if wanted.closes is None:
        largest = _largest(of, surplus=True)
        return () if largest is None else (largest,)
    owned = tuple(one.name for one in _able(of.case) if getattr(one, "partner", "") == wanted.closes)
    return owned or (fallible(of.case, wanted.closes).name,)


def backup_plant(case: Case, wanted: Questions) -> str | None:
    """The plant beside which capacity is looked for; see :class:`Questions`."""
    if wanted.backup is not None:
        return source_named(case, wanted.backup).name
    plants = [one.name for one in case.sources if one.enabled and _is_plant(one)]
    return plants[-1] if plants else None


def check(case: Case, wanted: Questions) -> None:
    """Refuse what cannot be asked, before anything is computed.

    Raises
    ------
    InputError
        Numbers out of range, and names that are not in the case.
    """
    found = [
        Problem("HS834", f"{name} is {value}", "outages", f"give at least {least}")
        for name, value, least in (
            ("years", wanted.years, 0),
            ("every", wanted.every, 1),
            ("stop_days", wanted.stop_days, 1),
            ("closing_year", wanted.closing_year, 1),
            ("horizon", wanted.horizon, 1),
            ("target", wanted.target, 0),
            ("target_share", wanted.target_share, 0),
        )
        if value is not None and value < least
    ]
    if found:
        raise InputError(found)
    for name in (wanted.stop, wanted.lost, *(wanted.fails or ())):
        if name is not None:
            fallible(case, name)
    partners = {getattr(one, "partner", "") for one in _able(case)}
    if wanted.closes is not None and wanted.closes not in partners:
        fallible(case, wanted.closes)
    if wanted.backup is not None and not _is_plant(source_named(case, wanted.backup)):
        reason = f"source {wanted.backup} is no plant whose power could be larger"
        raise InputError([Problem("HS831", reason, "outages", "name a boiler or an ideal source")])


def _able(case: Case) -> list[Source]:
    """Sources of the run that can fail."""
    return [source for source in case.sources if source.enabled and can_fail(source)]


def _is_plant(source: Source) -> bool:
    """Whether there may be more of a source beside it: its power is a key, and it is no surplus heat."""
    return not source.surplus and hasattr(source, "power") and source.kind in PLANTS


def _largest(of: Computed, surplus: bool) -> str | None:
    """The source that gave most heat, of surplus heat or of plants; None where none gave any."""
    heat = of.course.source_heat.sum(axis=0)
    given = [
        (float(heat[s]), source.name)
        for s, source in enumerate(of.problem.sources)
        if source.surplus is surplus and can_fail(source) and heat[s] > 0.0
    ]
    return max(given, key=lambda one: one[0])[1] if given else None


def _all(
    losses: Losses,
    stops: Stops | None,
    ensemble: Ensemble | None,
    closure: Closure | None,
    backup: Backup | None,
) -> list[Outcome]:
    """Outcomes of all variants that were run."""
    found = [one.outcome for one in losses.lost]
    found += [] if stops is None else stops.outcomes
    found += [] if ensemble is None else [*ensemble.outcomes, ensemble.without]
    found += [] if closure is None else [closure.after]
    return found + ([] if backup is None else [one for _, one in backup.tried])


def _assumed(ensemble: Ensemble | None) -> list[str]:
    """What an ensemble rests on."""
    if ensemble is None:
        return []
    told = [
        f"{name} fails by chance: {rate:g} a year, {repair:g} h each" + (f" ({status})" if status else "")
        for name, rate, repair, status in zip(
            ensemble.sources, ensemble.rates, ensemble.repairs, ensemble.statuses, strict=True
        )
    ]
    return [*told, "sources fail independently of each other; the weather is the same in every year"]


def _target(of: Computed, wanted: Questions) -> float:
    """Unserved heat that may be left. [MWh]"""
    if wanted.target is not None:
        return wanted.target
    return of.outcome.demand * (TARGET_SHARE if wanted.target_share is None else wanted.target_share)


def _silent(share: float, text: str) -> None:
    """Nobody is watching."""
