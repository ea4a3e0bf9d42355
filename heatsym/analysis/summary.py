"""The run in one dictionary, and in ten lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import heatsym
from heatsym.analysis.dispatch import dispatch
from heatsym.analysis.emissions import emissions, source_tonnes
from heatsym.analysis.energy import (
    boosters,
    by_source,
    by_storage,
    bypassed,
    energy,
    not_periodic,
    prosumers,
    shares,
    unmet,
)
from heatsym.analysis.figures import enabled_sources
from heatsym.analysis.homes import homes
from heatsym.analysis.money import operating_cost
from heatsym.analysis.sites import sites as pinched_sites
from heatsym.analysis.standby import standby
from heatsym.analysis.wording import number
from heatsym.case.model import Case
from heatsym.demand.load import demand_basis
from heatsym.engine.digest import Digest, digest
from heatsym.engine.trajectory import Trajectory
from heatsym.interfaces.exchange import data_status
from heatsym.results.balance import violations
from heatsym.results.envelope import flags
from heatsym.results.frame import Results


def summary(
    case: Case, results: Results, trajectory: Trajectory | Digest, wall_s: Mapping[str, float]
) -> dict[str, Any]:
    """Key figures of a run, unrounded, units in the keys; what was not computed is absent.

    Parameters
    ----------
    case : Case
        The study.
    results : Results
        Its results, as stored.
    trajectory : Trajectory or Digest
        The same run in double precision, in full or as it is kept of a large one.
    wall_s : mapping of str to float
        ``total`` and ``march``. [s]

    Returns
    -------
    dict
        What becomes ``summary.json``. ``not_computed`` says why a group of figures is absent,
        ``assumptions`` what the figures rest on.
    """
    run = digest(trajectory) if isinstance(trajectory, Trajectory) else trajectory
    emitted, cost = emissions(case, results), operating_cost(case, results)
    warmed = homes(case, run)
    sources: dict[str, dict[str, Any]] = {**by_source(case, run)}
    for source in enabled_sources(case):
        if data_status(source):
            sources[source.name]["data_status"] = data_status(source)
    for name, tonnes in source_tonnes(case, results).items():
        sources[name]["emissions_t"] = tonnes
    figures: dict[str, Any] = {
        "case": case.about.name,
        "heatsym_version": heatsym.__version__,
        "steps": case.axis.steps,
        "wall_s": {key: float(value) for key, value in wall_s.items()},
        "energy": energy(case, results, run),
        **shares(case, run),
        **unmet(case, run),
        "bypass": bypassed(case, run),
        "prosumers": prosumers(case, run),
        "boosters": boosters(case, run),
        "homes": warmed.values,
        "sources": sources,
        "storages": by_storage(case, run),
        "sites": pinched_sites(case, results),
        "standby": standby(results),
        "dispatch": dispatch(case, run),
        "emissions": emitted.values,
        "economics": cost.values,
        "convergence": _convergence(run),
        "not_computed": {
            group: found.missing
            for group, found in (("homes", warmed), ("emissions", emitted), ("economics", cost))
            if found.missing
        },
        "assumptions": list(dict.fromkeys([*_basis(case), *emitted.assumptions, *cost.assumptions])),
        "warnings": [
            *(str(problem) for problem in case.warnings),
            *run.warnings,
            *_unsettled(run),
            *run.intent.said,
            *not_periodic(case, run),
            *violations(results),
            *flags(results),
            *emitted.warnings,
            *cost.warnings,
        ],
    }
    return {key: value for key, value in figures.items() if value != {}}


def ten_lines(figures: Mapping[str, Any]) -> list[str]:
    """What a utility engineer reads first, from the summary alone; columns aligned."""
    heat, money = figures["energy"], figures.get("economics", {})
    co2, missing = figures.get("emissions", {}), figures.get("not_computed", {})
    warnings = figures["warnings"]
    causes = ", ".join(
        f"{cause} {number(value)} MWh" for cause, value in figures["unmet_by_cause_MWh"].items() if value
    )
    rows: list[tuple[Any, ...]] = [
        (
            "heat delivered",
            heat.get("delivered_MWh"),
            "MWh",
            f"of {number(heat['demand_MWh'])} MWh asked for",
        ),
        ("surplus heat", _percent(figures.get("surplus_share")), "%", "of the heat supplied"),
        ("heat loss", heat.get("network_loss_MWh"), "MWh", _loss_share(figures)),
        ("pumping", heat.get("pump_MWh"), "MWh", "electricity"),
        ("peak", figures.get("peak_kW"), "kW", "heat supplied"),
        (
            "unmet heat",
            heat.get("unmet_MWh"),
            "MWh",
            f"in {number(figures['unmet_hours'])} h {causes}".strip(),
        ),
        ("cost", money.get("cost_EUR_per_MWh"), "EUR/MWh", _planned(figures), missing.get("economics", "")),
        ("emissions", co2.get("kg_per_MWh"), "kg CO2/MWh", _against(co2), missing.get("emissions", "")),
        ("balance residual", heat.get("residual_relative"), "", "of the heat supplied"),
        ("warnings", float(len(warnings)), "", f"first: {warnings[0]}" if warnings else ""),
    ]
    return [_line(*row) for row in rows]


def _line(label: str, value: float | None, unit: str, note: str, why_none: str = "") -> str:
    """Label, number, unit and remark in columns; without a number the reason stands in their place."""
    if value is None:
        return f"{label:<17}not computed: {why_none or 'no heat'}"
    return f"{label:<17}{number(value):>10} {unit:<11}{note}".rstrip()


def _percent(share: float | None) -> float | None:
    """A share as a percentage."""
    return None if share is None else 100.0 * share


def _loss_share(figures: Mapping[str, Any]) -> str:
    """Loss relative to the heat supplied, in words."""
    share = figures.get("loss_share")
    return "" if share is None else f"{number(100.0 * share)} % of the heat supplied"


def _planned(figures: Mapping[str, Any]) -> str:
    """How far plan and march are from each other, in words."""
    apart = figures.get("dispatch", {}).get("plan_difference")
    return "" if apart is None else f"plan and march differ by {number(100.0 * apart)} % of the heat"


def _against(co2: Mapping[str, Any]) -> str:
    """What the same heat would emit otherwise, in words."""
    if "counterfactual_kg_per_MWh" not in co2:
        return ""
    return (
        f"against {number(co2['counterfactual_kg_per_MWh'])} with {co2['counterfactual'].replace('_', ' ')}"
    )


def _convergence(run: Digest) -> dict[str, Any]:
    """How the run settled."""
    course = run.course
    return {
        "unconverged_steps": int((~course.converged).sum()),
        "rounds": run.rounds,
        "settled": run.settled,
        "changes": list(run.change),
        "unsettled_hours": {name: float(hours) for name, hours in run.unsettled_hours.items()},
        "sweeps": {"mean": float(course.sweeps.mean()), "max": int(course.sweeps.max())},
        "merged_parcels": run.ledger.merged,
    }


def _basis(case: Case) -> list[str]:
    """What figures of sources and demand rest on."""
    said = [sentence for source in enabled_sources(case) for sentence in source.basis()]
    said += [sentence for storage in case.storages if storage.enabled for sentence in storage.basis()]
    said += demand_basis(case.demand)
    if "prosumer" in case.demand.consumers.kind:
        said.append("heat that prosumers feed in: counted without price and without emissions")
    return said


def _unsettled(run: Digest) -> list[str]:
    """Sources whose plan the rounds did not settle."""
    return [
        f"{name}: plan and march differ in {hours:g} h after {run.rounds} rounds"
        for name, hours in run.unsettled_hours.items()
    ]
