"""Cost against carbon: what each ton less costs, by weighing CO2 ever more in the dispatch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from heatsym.case.model import Case
from heatsym.errors import InputError, Problem
from heatsym.simulation import Progress, Run
from heatsym.study.many import Failure
from heatsym.study.taking import taken

HEAVIEST = 100.0
"""Largest weight of carbon that a case may give. [EUR/kg]"""

SAME = 1e-3
"""Points nearer than this share of the front's length are the same plan, told by other rounding."""

ROUNDING = 1e-6
"""Share of cost and carbon by which points that are the same may differ."""

TRIALS = 3
"""Weights in a gap that give nothing new before it is left as it is."""

FIRST = 0.1
"""Weight tried where two points do not tell one. [EUR/kg]"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a dispatch minds: cost with a weight of carbon, or emissions alone."""

    objective: str = "cost"
    weight: float = 0.0  # of carbon [EUR/kg]

    @property
    def changes(self) -> dict[str, Any]:
        """What it is in a case file."""
        return {"dispatch.objective": self.objective, "dispatch.carbon_weight_EUR_per_kg": self.weight}

    def __str__(self) -> str:
        """As a legend has it."""
        if self.objective == "emissions":
            return "least carbon"
        return f"CO2 weighed {1e3 * self.weight:.4g} EUR/t" if self.weight else "least cost"


LEAST_COST, LEAST_CARBON = Choice(), Choice("emissions")


@dataclass(frozen=True, slots=True)
class Point:
    """A run: what it cost and emitted. ``choice`` is None for the case as it stands."""

    choice: Choice | None
    cost: float  # of operation [EUR]
    carbon: float  # [t]
    figures: Mapping[str, float] = field(default_factory=dict)  # units in the keys
    dominated: bool = False  # another is no worse in both, and better in one


@dataclass(frozen=True, slots=True)
class Front:
    """Runs from least cost to least carbon, in the order of the weight; the case as it stands is ``base``."""

    case: str
    period: str  # first and last local day
    zone: str
    base: Point
    points: tuple[Point, ...]

    @property
    def front(self) -> tuple[Point, ...]:
        """Points that no other dominates, from least cost on, each once."""
        kept: list[Point] = []
        for point in sorted(self.points, key=lambda each: (each.cost, each.carbon)):
            if not point.dominated and not (kept and _same(kept[-1], point, _spans(self.points))):
                kept.append(point)
        return tuple(kept)

    def as_data(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        return {
            "case": self.case,
            "period": self.period,
            "timezone": self.zone,
            "base": _row(self.base),
            "points": [_row(point) for point in self.points],
            "front": [_row(point) for point in self.front],
        }


Evaluate = Callable[[Sequence[Choice]], Sequence[Point]]


def pareto(
    case: Case, *, points: int = 8, workers: int | None = None, progress: Progress | None = None
) -> Front:
    """Cost against carbon of a case, by the weight that its dispatch gives to carbon.

    Parameters
    ----------
    case : Case
        The study, with prices and emissions; whatever the method of its dispatch.
    points : int
        Different points wanted, the two ends among them. [-]
    workers : int, optional
        Runs at the same time; by default as many as there are processors for this process. The result
        does not depend on it.
    progress : callable, optional
        Called with the share of the points that is done, 0 to 1, and a short text.

    Returns
    -------
    Front
        All points, each a run of the whole case, and the case as it stands.

    Raises
    ------
    InputError
        A run of the case computes no cost or no emissions.
    ValueError
        Less than two points.
    """
    if points < 2:
        raise ValueError(f"a front has at least two points, not {points}")
    known: dict[Choice | None, Point] = {}

    def runs(choices: Sequence[Choice | None]) -> list[Point]:
        fresh = [choice for choice in choices if choice not in known]

        def told(share: float, text: str) -> None:
            if progress is not None:
                progress(
                    min((len(known) + share * len(fresh)) / (points + 1), 1.0), f"{len(known)} runs done"
                )

        cases = [case if choice is None else case.with_changes(choice.changes) for choice in fresh]
        for choice, answer in zip(fresh, taken(cases, _point, workers=workers, progress=told), strict=True):
            if isinstance(answer, Failure):
                raise answer.error
            known[choice] = replace(answer, choice=choice)
        return [known[choice] for choice in choices]

    (base,) = runs([None])
    own = _own(case)
    if own is not None:
        known[own] = replace(base, choice=own)
    swept = without_dominated(sweep(runs, points))
    period, zone = f"{case.axis.day[0]} to {case.axis.day[-1]}", case.axis.timezone
    return Front(case.about.name, period, zone, without_dominated([*swept, base])[-1], swept)


def sweep(evaluate: Evaluate, points: int) -> list[Point]:
    """Points between least cost and least carbon, in the order of the weight.

    Parameters
    ----------
    evaluate : callable
        Gets choices, and gives a point for each.
    points : int
        Different points wanted, the two ends among them; at most twice as many are evaluated. [-]

    Returns
    -------
    list of Point
        From least cost to least carbon, dominated ones among them, each plan once.

    Notes
    -----
    Between two points whose distance is among the widest, in shares of the whole front, lies the weight
    at which both are equally good, :math:`w = (C_2 - C_1) / (m_1 - m_2)`. Least cost at that weight is a
    point nearer to the origin than the line between them, or there is none. Rules of a merit order, and
    plans that are not executed to the last ton, may hide points from that weight: two more, by halves, are
    tried before a gap is left as it is. Derived here.
    """
    cheapest, cleanest = evaluate([LEAST_COST, LEAST_CARBON])
    found = {0.0: cheapest, math.inf: cleanest}
    vain = {(0.0, math.inf): 0}  # trials in a gap that gave nothing new, by the weights at its ends
    while len(found) < 2 * points:
        spans = _spans(tuple(found.values()))
        gaps = [
            (_distance(found[a], found[b], spans), a, b)
            for a, b in pairwise(sorted(found))
            if vain[a, b] < TRIALS and not _same(found[a], found[b], spans)
        ]
        left = points - _different(found, spans)
        if not gaps or left <= 0:
            break
        widest = max(gaps)[0]
        wide = sorted((gap for gap in gaps if gap[0] >= 0.5 * widest), reverse=True)
        trials = {}
        for _, a, b in wide[: min(left, 2 * points - len(found))]:
            weight = _between(found[a], found[b], a, b, vain[a, b] > 0)
            if weight is None:
                vain[a, b] = TRIALS
            else:
                trials[weight] = (a, b)
        fresh = evaluate([Choice(weight=weight) for weight in trials]) if trials else ()
        for (weight, (a, b)), point in zip(trials.items(), fresh, strict=True):
            known = _same(point, found[a], spans) or _same(point, found[b], spans)
            vain[a, weight] = vain[weight, b] = vain[a, b] + 1 if known else 0
            found[weight] = point
    return _once([found[weight] for weight in sorted(found)])


def without_dominated(points: Sequence[Point]) -> tuple[Point, ...]:
    """The same points, those marked that another is no worse than in both, and better in one."""
    spans = _spans(points)

    def beaten(point: Point, by: Point) -> bool:
        cheaper, cleaner = point.cost - by.cost, point.carbon - by.carbon
        return min(cheaper / spans[0], cleaner / spans[1]) >= 0.0 and max(cheaper, cleaner) > 0.0

    return tuple(replace(point, dominated=any(beaten(point, other) for other in points)) for point in points)


def _own(case: Case) -> Choice | None:
    """The choice that is the case's own; None where its weight of carbon changes over time."""
    if case.dispatch.objective == "emissions":
        return LEAST_CARBON
    weight = case.dispatch.carbon_weight
    return Choice(weight=weight) if isinstance(weight, float | int) else None


def _once(points: Sequence[Point]) -> list[Point]:
    """The same points without repeats, both ends among them."""
    spans, kept = _spans(points), [points[0]]
    for point in points[1:-1]:
        if not _same(point, kept[-1], spans) and not _same(point, points[-1], spans):
            kept.append(point)
    return [*kept, points[-1]]


def _between(first: Point, second: Point, low: float, high: float, halve: bool) -> float | None:
    """A weight between two: where their points are equally good, if it lies there, or the middle.

    None if none is left, or if one of the points beats the other and a weight was tried before.
    """
    less, dearer = 1e3 * (first.carbon - second.carbon), second.cost - first.cost  # [kg], [EUR]
    if low > 0.0 and less * dearer <= 0.0:
        return None
    level = dearer / less if less > 0.0 else math.nan
    if halve or not low < level < high:
        level = _middle(low, high)
    return level if low < level < high and level <= HEAVIEST else None


def _middle(low: float, high: float) -> float:
    """A weight between two of which the first may be 0 and the second infinite."""
    if math.isinf(high):
        return 2.0 * low or FIRST
    return math.sqrt(low * high) if low > 0.0 else 0.5 * high


def _spans(points: Sequence[Point]) -> tuple[float, float]:
    """How far cost and carbon reach; never less than rounding."""

    def reach(values: list[float]) -> float:
        return max(max(values) - min(values), ROUNDING * max(map(abs, values))) or 1.0

    return reach([point.cost for point in points]), reach([point.carbon for point in points])


def _distance(one: Point, other: Point, spans: tuple[float, float]) -> float:
    return math.hypot((one.cost - other.cost) / spans[0], (one.carbon - other.carbon) / spans[1])


def _same(one: Point, other: Point, spans: tuple[float, float]) -> bool:
    return _distance(one, other, spans) < SAME


def _different(found: Mapping[float, Point], spans: tuple[float, float]) -> int:
    """Points that are not the same as the one before them."""
    return 1 + sum(not _same(found[a], found[b], spans) for a, b in pairwise(sorted(found)))


def _point(run: Run) -> Point:
    """What a run cost and emitted."""
    summary = run.summary
    for section, key in (("economics", "operating_cost_EUR"), ("emissions", "total_t")):
        if key not in summary.get(section, {}):
            why = summary.get("not_computed", {}).get(section, "no heat")
            name = "prices" if section == "economics" else "emissions"
            reason = f"cost against carbon needs both, and {section} were not computed: {why}"
            raise InputError([Problem("HS841", reason, where=name, hint=f"complete [{name}]")])
    heat = summary["energy"]
    kept = {
        "unmet_MWh": heat["unmet_MWh"],
        "network_loss_MWh": heat["network_loss_MWh"],
        "pump_MWh": heat["pump_MWh"],
        "surplus_share": summary.get("surplus_share"),
        **{f"heat_{name}_MWh": source["heat_MWh"] for name, source in summary["sources"].items()},
    }
    return Point(
        None,
        float(summary["economics"]["operating_cost_EUR"]),
        float(summary["emissions"]["total_t"]),
        {key: float(value) for key, value in kept.items() if value is not None},
    )


def _row(point: Point) -> dict[str, Any]:
    """A point as JSON and CSV have it."""
    return {
        "choice": "the case" if point.choice is None else str(point.choice),
        **_weighed(point.choice),
        "cost_EUR": point.cost,
        "emissions_t": point.carbon,
        "dominated": point.dominated,
        "figures": dict(point.figures),
    }


def _weighed(choice: Choice | None) -> dict[str, Any]:
    """Keys of a choice, none for the case as it stands."""
    if choice is None:
        return {}
    return {"objective": choice.objective, "carbon_weight_EUR_per_t": 1e3 * choice.weight}
