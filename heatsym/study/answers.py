"""Answers about outages as data: unrounded, units in the keys; what was not computed is absent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import heatsym
from heatsym.interfaces.axis import FloatArray
from heatsym.sources.availability import unavailability
from heatsym.study.backup import Backup
from heatsym.study.ensemble import QUANTILES, Ensemble
from heatsym.study.losing import Closure, Losses, Stops
from heatsym.study.outages import OutageStudy
from heatsym.study.variants import Outcome, months

NAMES = tuple(f"P{100 * quantile:.0f}" for quantile in QUANTILES)


def as_data(study: OutageStudy) -> dict[str, Any]:
    """What becomes ``outages.json``."""
    found: dict[str, Any] = {
        "case": study.case.about.name,
        "heatsym_version": heatsym.__version__,
        "steps": study.case.axis.steps,
        "runs": study.runs,
        "base": figures(study.base),
        "lost_in_the_coldest_week": _losses(study, study.losses),
        "stop_moved": study.stops and _stops(study.stops),
        "failures": study.ensemble and _ensemble(study, study.ensemble),
        "closure": study.closure and _closure(study.closure),
        "backup": study.backup and _backup(study.backup),
        "assumptions": list(study.assumptions),
        "warnings": [str(problem) for problem in study.warnings],
    }
    return {key: value for key, value in found.items() if value is not None}


def figures(of: Outcome) -> dict[str, Any]:
    """A variant's own figures."""
    values = {
        "demand_MWh": of.demand,
        "unmet_MWh": of.unmet,
        "unmet_hours": of.unmet_hours,
        "largest_unmet_MW": of.largest_unmet,
        "cost_EUR": of.cost,
        "carbon_t": of.carbon,
        "surplus_share": of.surplus_share,
        "rounds": of.rounds,
        "last_change": of.change,
    }
    return {key: value for key, value in values.items() if value is not None}


def rows(study: OutageStudy) -> Iterator[dict[str, Any]]:
    """The years of the ensemble, each with the hours for which sources were out of order."""
    if study.ensemble is None:
        return
    for number, one in enumerate(study.ensemble.outcomes):
        out = dict(zip(study.ensemble.sources, study.ensemble.out[number].tolist(), strict=True))
        yield {"year": number + 1} | figures(one) | {f"{name}, out of order, h": h for name, h in out.items()}


def by_consumer(study: OutageStudy, of: Outcome) -> dict[str, dict[str, float]]:
    """Consumers that missed heat in a variant, the one that missed most first."""
    named = zip(
        study.case.demand.consumers.id, of.consumer_unmet.tolist(), of.consumer_hours.tolist(), strict=True
    )
    hit = sorted((one for one in named if one[1] > 0.0), key=lambda one: -one[1])
    return {name: {"unmet_MWh": unmet, "unmet_hours": hours} for name, unmet, hours in hit}


def _losses(study: OutageStudy, found: Losses) -> dict[str, Any]:
    sources = {
        one.source: {"heat_before_MWh": one.heat}
        | figures(one.outcome)
        | {"unmet_by_cause_MWh": one.outcome.unmet_by_cause, "consumers": by_consumer(study, one.outcome)}
        for one in found.lost
    }
    air = {} if found.mean_air != found.mean_air else {"mean_air_degC": found.mean_air}
    return {"from": str(found.first_day), "to": str(found.last_day)} | air | {"sources": sources}


def _stops(found: Stops) -> dict[str, Any]:
    own = {} if found.own is None else {"own_from": str(found.own)}
    starts = zip(found.first_days, found.outcomes, strict=True)
    return {
        "source": found.source,
        "days": found.days,
        **own,
        "starts": [{"from": str(day)} | figures(one) for day, one in starts],
    }


def _ensemble(study: OutageStudy, found: Ensemble) -> dict[str, Any]:
    hours, axis = found.out.mean(axis=0).tolist(), study.case.axis
    sources = {}
    for name, rate, repair, status, mean in zip(
        found.sources, found.rates, found.repairs, found.statuses, hours, strict=True
    ):
        sources[name] = {
            "failures_per_year": rate,
            "repair_h": repair,
            "status": status or "given",
            "expected_out_h": unavailability(rate, 3600.0 * repair) * axis.hours,
            "mean_out_h": mean,
        }
    spread = found.quantiles
    by_month: dict[str, Any] = {"month": list(months(axis)[0])}
    for key, of in (("unmet_MWh", "month_unmet"), ("cost_EUR", "month_cost")):
        fan = found.fan(of)
        if fan is not None:
            by_month[key] = {name: row.tolist() for name, row in zip(NAMES, fan, strict=True)}
    return {
        "seed": found.seed,
        "years": len(found.outcomes),
        "sources": sources,
        "without_failures": figures(found.without),
        "quantiles": {
            name: {key: values[place] for key, values in spread.items()} for place, name in enumerate(NAMES)
        },
        "mean": {key: float(values.mean()) for key, values in _columns(found)},
        "up_to_month": by_month,
        "by_year": list(rows(study)),
    }


def _columns(found: Ensemble) -> Iterator[tuple[str, FloatArray]]:
    """Figures over the years, where all years have them."""
    for key in found.quantiles:
        yield key, found.column(key)


def _closure(found: Closure) -> dict[str, Any]:
    return {
        "sources": list(found.sources),
        "first_year_without": found.year,
        "by_year": [{"year": year} | figures(found.of(year)) for year in range(1, found.years + 1)],
    }


def _backup(found: Backup) -> dict[str, Any]:
    reached = {} if found.capacity is None else {"capacity_MW": found.capacity}
    return {
        "beside": found.plant,
        "lost": found.lost,
        "target_MWh": found.target,
        **reached,
        "tried": [{"capacity_MW": capacity} | figures(one) for capacity, one in found.tried],
    }
