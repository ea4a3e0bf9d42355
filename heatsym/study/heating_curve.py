"""The best heating curve: a search over its two points, each curve judged by a run of the whole case."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatsym.case.model import Case
from heatsym.engine.prepare import prepare
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.profile import Curve, Monthly, Series
from heatsym.results.balance import balance
from heatsym.results.blocks import blocks
from heatsym.results.envelope import NEARLY
from heatsym.results.frame import Results
from heatsym.simulation import Progress, Run
from heatsym.study.many import Failure
from heatsym.study.taking import taken

Points = tuple[float, float]
"""Supply temperature at the colder and at the milder outdoor temperature of a curve. [degC]"""

OUTDOOR = (-12.0, 15.0)
"""Outdoor temperatures between which a curve runs that was a constant. [degC]"""

OBJECTIVES = {"cost": "cost_EUR", "emissions": "emissions_t"}
UNITS = {"cost": "EUR", "emissions": "t CO2"}

WORTH = 1e-4
"""Share of cost or carbon that a curve must save to be called better."""

UNMET = 1e-6
"""Unmet heat more than before that is rounding, as a share of the heat asked for."""

TOLERATED = 1e-3
"""Share of the time that a consumer may be below its minimum more than before: hours in which water that
stood begins to flow; a planning value."""

FLOW = 0.01
"""Flow above a consumer's largest that does not count, relative: the largest is no better known."""

AROUND = 3
"""How many of the best have all neighbours looked at: along a border of what may be, bests lie apart."""

BELOW, ABOVE = 20.0, 5.0
"""How far below the lowest point (where no consumer has a minimum) and above the highest is searched. [K]"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A heating curve, what a run with it came to, and why it cannot be taken, if so.

    ``figures`` have their units in their keys; one that was not computed is absent.
    """

    points: Points
    figures: Mapping[str, float] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeatingCurve:
    """What a search over heating curves found.

    ``evaluations`` holds every curve in the order in which they were computed, that of the case first.
    ``settled`` tells whether no neighbour of the best, a kelvin away in any direction, was left out.
    """

    case: str
    objective: str
    outdoor: tuple[float, float]
    base: Evaluation
    best: Evaluation
    evaluations: tuple[Evaluation, ...]
    settled: bool
    apart: tuple[str, ...]  # sources that feed at a temperature of their own

    @property
    def better(self) -> bool:
        """Whether another curve than the case's was found to be worth taking."""
        return self.best is not self.base

    @property
    def saved(self) -> float:
        """Less than with the case's curve, over the run. [EUR or t CO2]"""
        key = OBJECTIVES[self.objective]
        return self.base.figures[key] - self.best.figures[key]

    @property
    def toml(self) -> str:
        """The best curve as a line of ``[network]``."""
        return f"supply_temperature_degC = {_listed(self.outdoor, self.best.points)}"

    def as_data(self) -> dict[str, Any]:
        """Everything, as JSON has it."""

        def row(each: Evaluation) -> dict[str, Any]:
            return {
                "supply_temperature_degC": [list(pair) for pair in _pairs(self.outdoor, each.points)],
                "figures": dict(each.figures),
                "refused": list(each.refused),
            }

        return {
            "case": self.case,
            "objective": self.objective,
            "better": self.better,
            "settled": self.settled,
            "saved": {OBJECTIVES[self.objective]: self.saved},
            "toml": self.toml,
            "feed_at_their_own_temperature": list(self.apart),
            "base": row(self.base),
            "best": row(self.best),
            "evaluations": [row(each) for each in self.evaluations],
        }


def heating_curve(
    case: Case,
    *,
    objective: str | None = None,
    evaluations: int = 60,
    tolerated: float = TOLERATED,
    lowest: float | None = None,
    highest: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> HeatingCurve:
    """Search for the heating curve of least cost or least carbon.

    Parameters
    ----------
    case : Case
        The study; the outdoor temperatures of its curve stay, its two supply temperatures are searched
        for. A constant becomes a curve from -12 to 15 degC outside.
    objective : str, optional
        ``cost`` (of operation) or ``emissions``; default that of the case's dispatch.
    evaluations : int
        Most runs, the case's own among them. [-]
    tolerated : float
        Share of the time for which a consumer may be below its minimum supply temperature more than with
        the case's curve. [-]
    lowest, highest : float, optional
        Supply temperatures between which is searched; default the largest minimum of a consumer (20 K
        below the lowest point where none is given) and 5 K above the highest point. [degC]
    workers : int, optional
        Runs at the same time; by default as many as there are processors for this process. The result
        does not depend on it.
    progress : callable, optional
        Called with the share of the evaluations that is done, 0 to 1, and a short text.

    Returns
    -------
    HeatingCurve
        The best of the curves looked at, or the case's own where none is better, and all evaluations. A
        curve is refused, with the reason, that leaves more heat unmet than the case's, a consumer below its
        minimum for longer than tolerated, or a consumer with more flow than its largest with the case's
        curve, as cooler water does not make a valve larger; one that cannot be computed, too.

    Raises
    ------
    InputError
        The case has no curve of two points and no constant, no weather, or no cost or carbon to judge by;
        or nothing lies between the bounds.
    ValueError
        Less than two evaluations, or an unknown objective.

    Notes
    -----
    Whole kelvins: four temperatures between the bounds, the milder point never above the colder, then the
    eight neighbours of the best at half the distance, again and again down to a kelvin, and those of the
    second and third. Nothing is assumed of the shape of what is searched; plans of sources and storages
    make it uneven.
    """
    aim = case.dispatch.objective if objective is None else objective
    if aim not in OBJECTIVES:
        raise ValueError(f"objective is cost or emissions, not {aim!r}")
    if evaluations < 2:
        raise ValueError(f"at least two evaluations are needed, not {evaluations}")
    outdoor, start = _points(case)
    low = math.floor(_least(case, start) if lowest is None else lowest)
    high = math.ceil(max(start) + ABOVE if highest is None else highest)
    if low >= high:
        reason = f"no supply temperature lies between {low} and {high} degC"
        raise InputError([Problem("HS842", reason, hint="lower --lowest or raise --highest")])
    seen: list[Evaluation] = []
    largest = np.asarray(prepare(case).load.mass_flow_max, dtype=float)[: len(case.demand.consumers.id)]
    first: list[_Answer] = []

    def worth(trials: Sequence[Points]) -> list[float]:
        variants = [_variant(case, outdoor, points, start) for points in trials]
        sound = [each for each in variants if isinstance(each, Case)]
        answers = iter(
            taken(
                sound,
                _answer,
                workers=workers,
                progress=None
                if progress is None
                else lambda share, _: progress(
                    (len(seen) + share * len(trials)) / evaluations,
                    f"looked at {len(seen)} of {evaluations} curves",
                ),
            )
        )
        for points, variant in zip(trials, variants, strict=True):
            answer = next(answers) if isinstance(variant, Case) else variant
            if not first:
                if not isinstance(answer, _Answer):
                    raise answer.error if isinstance(answer, Failure) else answer
                if OBJECTIVES[aim] not in answer.figures:
                    raise _no_figure(aim)
                first.append(answer)
                seen.append(Evaluation(points, answer.figures))
            else:
                seen.append(_judged(points, answer, first[0], largest, tolerated))
        return [_value(each, aim) for each in seen[-len(trials) :]]

    settled = search(worth, start, low, high, evaluations)
    base = seen[0]
    best = min(seen, key=lambda each: _value(each, aim))
    if _value(best, aim) > _value(base, aim) - WORTH * abs(_value(base, aim)):
        best = base
    apart = tuple(
        str(source.name)
        for source in case.sources
        if source.enabled and getattr(source, "supply_temperature", None) is not None
    )
    return HeatingCurve(case.about.name, aim, outdoor, base, best, tuple(seen), settled, apart)


def search(
    worth: Callable[[Sequence[Points]], Sequence[float]], start: Points, low: int, high: int, most: int
) -> bool:
    """Look for the least of a function of two temperatures, the second never above the first.

    Parameters
    ----------
    worth : callable
        Gets points not asked for before, and gives the value of each, infinite where it cannot be taken.
    start : tuple of float
        Where to begin; any numbers, all others are whole. [degC]
    low, high : int
        Bounds of both temperatures. [degC]
    most : int
        Points asked for at most, the start among them. [-]

    Returns
    -------
    bool
        Whether all neighbours of the best, a kelvin away in any direction, were looked at.
    """
    known: dict[Points, float] = {start: worth([start])[0]}

    def look(points: Iterator[Points]) -> None:
        fresh = [point for point in dict.fromkeys(points) if point not in known][: most - len(known)]
        if fresh:
            known.update(zip(fresh, worth(fresh), strict=True))

    levels = sorted({round(level) for level in np.linspace(low, high, 4)}, reverse=True)
    look((float(cold), float(mild)) for cold in levels for mild in levels if mild <= cold)
    spacing = max(1, (levels[0] - levels[1] + 1) // 2)
    while len(known) < most:
        best = min(known, key=known.__getitem__)
        look(_neighbours(best, spacing, low, high))
        if min(known, key=known.__getitem__) != best:
            continue
        if spacing > 1:
            spacing = (spacing + 1) // 2
            continue
        sound = sorted((point for point in known if math.isfinite(known[point])), key=known.__getitem__)
        near = [p for point in sound[:AROUND] for p in _neighbours(point, 1, low, high) if p not in known]
        if not near:
            break
        look(iter(near))
    best = min(known, key=known.__getitem__)
    return all(point in known for point in _neighbours(best, 1, low, high))


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What is kept of a run; figures as in :class:`Evaluation`, the rest by consumer."""

    figures: dict[str, float]
    names: tuple[str, ...]
    hours: float  # length of the run [h]
    cold: FloatArray  # time below its minimum, where water flows [h]
    flow: FloatArray  # largest [kg/s]


def _answer(run: Run) -> _Answer:
    """What a heating curve is judged by."""
    results, summary = run.results, run.summary
    heat, money, carbon = summary["energy"], summary.get("economics", {}), summary.get("emissions", {})
    lifting = [source for source in summary["sources"].values() if "cop" in source]
    bought = sum(source["electricity_MWh"] for source in lifting)
    hours = balance(results).seconds / 3600.0
    cold, flow = _below_minimum(results, hours), _largest(results)
    found = {
        "cost_EUR": money.get("operating_cost_EUR"),
        "emissions_t": carbon.get("total_t"),
        "demand_MWh": heat["demand_MWh"],
        "unmet_MWh": heat["unmet_MWh"],
        "network_loss_MWh": heat["network_loss_MWh"],
        "pump_MWh": heat["pump_MWh"],
        "electricity_MWh": sum(source["electricity_MWh"] for source in summary["sources"].values()),
        "cop": sum(source["lifted_MWh"] + source["electricity_MWh"] for source in lifting) / bought
        if bought > 0.0
        else None,
        "surplus_share": summary.get("surplus_share"),
        "cold_hours": cold.max(initial=0.0),
    }
    known = {key: float(value) for key, value in found.items() if value is not None}
    names = tuple(str(name) for name in results["consumer"].values)
    return _Answer(known, names, float(hours.sum()), cold, flow)


def _below_minimum(results: Results, hours: FloatArray) -> FloatArray:
    """How long water comes to each consumer below its minimum; (consumer,). [h]"""
    found = np.zeros(results.sizes["consumer"])
    if "consumer_minimum_supply_temperature" in results:
        least = results["consumer_minimum_supply_temperature"].values - NEARLY
        for part, (rows,) in blocks(results, "consumer_supply_temperature"):
            found += hours[part] @ (rows < least)
    return found


def _largest(results: Results) -> FloatArray:
    """Largest flow through each consumer; (consumer,). [kg/s]"""
    found = np.zeros(results.sizes["consumer"])
    for _, (rows,) in blocks(results, "consumer_mass_flow"):
        found = np.fmax(found, np.fmax.reduce(rows.astype(np.float64), axis=0))
    return found


def _judged(
    points: Points,
    answer: _Answer | Exception | Failure,
    before: _Answer,
    largest: FloatArray,
    tolerated: float,
) -> Evaluation:
    """An evaluation, with what speaks against the curve."""
    if not isinstance(answer, _Answer):
        error = answer.error if isinstance(answer, Failure) else answer
        return Evaluation(points, {}, (f"cannot be computed: {str(error).splitlines()[0]}",))
    reasons = []
    more = answer.figures["unmet_MWh"] - before.figures["unmet_MWh"]
    if more > UNMET * answer.figures["demand_MWh"]:
        reasons.append(f"{more:.3g} MWh more unmet heat")
    colder = answer.cold - before.cold
    if (colder > tolerated * answer.hours).any():
        worst = int(colder.argmax())
        others = _others(int((colder > tolerated * answer.hours).sum()))
        reasons.append(f"{answer.names[worst]}{others} below the minimum, {colder[worst]:.0f} h more")
    beyond = answer.flow / np.maximum(largest, 1e-12)
    if (beyond > 1.0 + FLOW).any():
        worst = int(beyond.argmax())
        others = _others(int((beyond > 1.0 + FLOW).sum()))
        reasons.append(f"{answer.names[worst]}{others} beyond the largest flow, {beyond[worst]:.3g} times")
    return Evaluation(points, answer.figures, tuple(reasons))


def _others(count: int) -> str:
    return f" and {count - 1} more" if count > 1 else ""


def _value(each: Evaluation, aim: str) -> float:
    """What is kept low; infinite where the curve cannot be taken."""
    return math.inf if each.refused else each.figures.get(OBJECTIVES[aim], math.inf)


def _neighbours(point: Points, spacing: int, low: int, high: int) -> Iterator[Points]:
    """Up to eight points around one, within bounds, the second temperature not above the first."""
    for cold_by in (-spacing, 0, spacing):
        for mild_by in (-spacing, 0, spacing):
            cold, mild = (
                float(min(max(round(place + by), low), high))
                for place, by in zip(point, (cold_by, mild_by), strict=True)
            )
            if mild <= cold and (cold, mild) != point:
                yield cold, mild


def _points(case: Case) -> tuple[tuple[float, float], Points]:
    """Outdoor temperatures and supply temperatures of the case's curve."""
    curve = case.network.supply_temperature
    if case.weather is None:
        raise _refused(case, "there is no weather, over whose air a heating curve could run", "add [weather]")
    if isinstance(curve, (Series, Monthly)):
        kind = "a series" if isinstance(curve, Series) else "a list of months"
        raise _refused(
            case, f"the supply temperature is {kind}, not a heating curve", "write [[-12, 90], [15, 70]]"
        )
    if not isinstance(curve, Curve):
        return OUTDOOR, (float(curve), float(curve))
    if len(curve.points) != 2:
        reason = f"the heating curve has {len(curve.points)} points, and two are searched for"
        raise _refused(case, reason, "leave the two points between which it may be straight")
    (cold, t_cold), (mild, t_mild) = curve.points
    return (cold, mild), (t_cold, t_mild)


def _least(case: Case, start: Points) -> float:
    """Down to where is searched if nobody says so. [degC]"""
    minima = np.asarray(case.demand.consumers.min_supply_temperature, dtype=float)
    known = minima[np.isfinite(minima)]
    return min(float(known.max()) if known.size else min(start) - BELOW, min(start))


def _variant(case: Case, outdoor: tuple[float, float], points: Points, start: Points) -> Case | Exception:
    """The case with another curve, or what stands against it."""
    if points == start:
        return case
    try:
        return case.with_changes(
            {"network.supply_temperature_degC": [list(pair) for pair in _pairs(outdoor, points)]}
        )
    except InputError as error:
        return error


def _pairs(outdoor: tuple[float, float], points: Points) -> list[tuple[float, float]]:
    return list(zip(outdoor, points, strict=True))


def _listed(outdoor: tuple[float, float], points: Points) -> str:
    """A curve as a case file has it."""
    return "[" + ", ".join(f"[{air:g}, {supply:g}]" for air, supply in _pairs(outdoor, points)) + "]"


def _refused(case: Case, reason: str, hint: str) -> InputError:
    """An error that names the curve of the case."""
    section = case.document.data.get("network", {})
    key = next((key for key in section if key.startswith("supply_temperature")), "supply_temperature_degC")
    file, line = case.document.place(("network", key))
    return InputError([Problem("HS840", reason, f"network.{key}", hint, file, line)])


def _no_figure(aim: str) -> InputError:
    """An error where what is to be kept low is not computed."""
    section, other = ("prices", "emissions") if aim == "cost" else ("emissions", "cost")
    reason = f"{aim} cannot be kept low, as a run of this case does not compute it"
    hint = f"complete [{section}] (heatsym run says what is missing), or search for least {other}"
    return InputError([Problem("HS841", reason, where=section, hint=hint)])
