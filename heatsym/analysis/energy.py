"""Heat, losses and electricity of a run."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatsym.analysis.figures import enabled_sources, given
from heatsym.case.model import Case
from heatsym.engine.digest import Digest
from heatsym.engine.trajectory import Cause
from heatsym.interfaces.axis import BoolArray, FloatArray
from heatsym.results.balance import balance
from heatsym.results.frame import Results
from heatsym.sources.common import lifts
from heatsym.storage.lift import heat_pump_of
from heatsym.tables.factors import JOULES_PER_MWH

PERIODIC = 0.01
"""Change of a periodic storage over a run that is worth a warning, over the heat that it took or gave. [-]"""


def energy(case: Case, results: Results, run: Digest) -> dict[str, float]:
    """Heat over the run, and how well it adds up.

    Parameters
    ----------
    case : Case
        The study.
    results : Results
        Its results, from which loss, stored change and residual come.
    run : Digest
        Its totals in double precision, from which demand, delivered, unmet and supplied come.

    Returns
    -------
    dict of str to float
        ``demand_MWh``, ``delivered_MWh``, ``unmet_MWh``, ``supplied_MWh``, ``network_loss_MWh``,
        ``storage_loss_MWh`` where there are storages, ``stored_change_MWh`` (of network and storages),
        ``pump_MWh`` [MWh] and ``residual_relative`` [-].
    """
    ledger, account = run.ledger, balance(results)
    return given(
        {
            "demand_MWh": _mwh(case, ledger.demand.value),
            "delivered_MWh": _mwh(case, ledger.delivered.value),
            "unmet_MWh": _mwh(case, ledger.unmet.value),
            "supplied_MWh": _mwh(case, supplied(run)),
            "network_loss_MWh": account.energy(account.network_loss) / JOULES_PER_MWH,
            "storage_loss_MWh": np.nan
            if run.stored is None
            else account.energy(account.storage_loss) / JOULES_PER_MWH,
            "stored_change_MWh": account.energy(account.stored_change) / JOULES_PER_MWH,
            "pump_MWh": _mwh(case, run.course.pump_electricity),
            "residual_relative": account.residual_relative,
        }
    )


def supplied(run: Digest) -> FloatArray:
    """Heat that sources and prosumers feed in, and electricity that storages' heat pumps add, (time,). [W]"""
    course = run.course
    return np.asarray(
        course.source_heat.sum(axis=1) + course.fed_in_heat + course.storage_electricity.sum(axis=1)
    )


def prosumers(case: Case, run: Digest) -> dict[str, float]:
    """Heat that prosumers fed in, and what of it the network did not take [MWh]; empty without prosumers."""
    if "prosumer" not in case.demand.consumers.kind:
        return {}
    return {
        "fed_in_MWh": _mwh(case, run.ledger.fed_in.value),
        "rejected_MWh": _mwh(case, run.ledger.rejected.value),
    }


def boosters(case: Case, run: Digest) -> dict[str, float]:
    """Electricity of boosters, and all heat that their consumers got [MWh]; empty without any."""
    who = ~np.isnan(case.demand.consumers.booster_supply)
    if not who.any():
        return {}
    electricity = _mwh(case, run.course.booster_electricity)
    return {
        "electricity_MWh": electricity,
        "heat_MWh": _mwh(case, run.ledger.delivered.value[who]) + electricity,
    }


def shares(case: Case, run: Digest) -> dict[str, float]:
    """Peak of the heat supplied [kW], and shares of surplus heat and of losses in it [-].

    What a heat pump adds to surplus heat is not surplus heat.
    """
    given_in = supplied(run)
    total = given_in.sum()
    figures = {"peak_kW": given_in.max(initial=0.0) / 1e3}
    if total > 0.0:
        uses = [use for source, use in zip(enabled_sources(case), run.uses, strict=True) if source.surplus]
        figures["surplus_share"] = sum(float((use.direct + use.lifted).sum()) for use in uses) / total
        figures["loss_share"] = run.ledger.loss.value / total
    return given(figures)


def unmet(case: Case, run: Digest) -> dict[str, Any]:
    """Unmet heat by cause [MWh], and hours in which anybody missed some [h]."""
    by_cause = {
        cause.name.lower(): _mwh(case, run.ledger.unmet_by_cause.value[cause])
        for cause in Cause
        if cause is not Cause.NONE
    }
    hours = run.ledger.short * case.axis.step / 3600.0
    return {"unmet_by_cause_MWh": by_cause, "unmet_hours": float(hours)}


def bypassed(case: Case, run: Digest) -> dict[str, float]:
    """Water that went through bypasses [t], and hours in which any was open [h]; empty if none opened."""
    if not run.ledger.bypassing:
        return {}
    step = case.axis.step
    water = float(run.ledger.bypassed.value) * step / 1e3
    return {"water_t": water, "open_h": run.ledger.bypassing * step / 3600.0}


def by_source(case: Case, run: Digest) -> dict[str, dict[str, float]]:
    """Heat and inputs of each source [MWh], hours in which all it has would give that [h], starts of plants.

    Returns
    -------
    dict of str to dict of str to float
        By name of the source. ``available_MWh`` and ``full_load_h`` are absent where the source is
        unlimited, ``fuel_MWh`` where it burns none, ``generated_MWh`` where it makes no electricity, and
        ``cop``, heat of a heat pump over its electricity [-], where none ran. Electricity of a heat pump does
        not count in ``full_load_h``, since the stream that it lifts does not have it.
    """
    figures = {}
    for position, (source, use) in enumerate(zip(enabled_sources(case), run.uses, strict=True)):
        heat = run.course.source_heat[:, position]
        largest = use.available.max(initial=0.0)
        values = {
            "heat_MWh": _mwh(case, heat),
            "available_MWh": _mwh(case, use.available),
            "direct_MWh": _mwh(case, use.direct),
            "lifted_MWh": _mwh(case, use.lifted),
            "rejected_MWh": _mwh(case, use.rejected),
            "electricity_MWh": _mwh(case, use.electricity),
            "fuel_MWh": np.nan if source.fuel is None else _mwh(case, use.fuel),
        }
        if use.generated.any():
            values["generated_MWh"] = _mwh(case, use.generated)
        if hasattr(source, "start_cost"):
            values["starts"] = float(starts(heat[:, np.newaxis])[0])
        if 0.0 < largest < np.inf:
            own = use.direct + use.lifted
            values["full_load_h"] = float(own.sum()) * case.axis.step / 3600.0 / largest
        runs = (use.lifted > 0.0) & lifts(source)
        bought = float(use.electricity[runs].sum())
        if bought > 0.0:
            values["cop"] = (float(use.lifted[runs].sum()) + bought) / bought
        figures[source.name] = given(values)
    return figures


def by_storage(case: Case, run: Digest) -> dict[str, dict[str, float]]:
    """Heat of each storage [MWh], above 0 degC where it is a stock, and its temperatures at the end [degC].

    Returns
    -------
    dict of str to dict of str to float
        By name of the storage; empty without storages. ``charged_MWh``, ``discharged_MWh``, ``loss_MWh``,
        ``start_MWh``, ``end_MWh``, ``least_MWh``, ``largest_MWh``; charged = discharged + loss + end - start.
        With a heat pump ``electricity_MWh``, which is part of what is discharged and comes from elsewhere,
        and ``cop``, heat of the heat pump over its electricity, where it ran. [-]
    """
    if run.stored is None:
        return {}
    figures, stored = {}, run.stored
    for k, storage in enumerate(storage for storage in case.storages if storage.enabled):
        energy = np.concatenate([stored.initial_energy[k : k + 1], stored.energy[:, k]]) / JOULES_PER_MWH
        figures[storage.name] = {
            "charged_MWh": _mwh(case, np.maximum(stored.heat[:, k], 0.0)),
            "discharged_MWh": _mwh(case, np.maximum(-stored.heat[:, k], 0.0)),
            "loss_MWh": _mwh(case, stored.loss[:, k]),
            "start_MWh": float(energy[0]),
            "end_MWh": float(energy[-1]),
            "least_MWh": float(energy.min()),
            "largest_MWh": float(energy.max()),
        }
        if heat_pump_of(storage) is not None:
            bought = run.course.storage_electricity[:, k]
            figures[storage.name]["electricity_MWh"] = _mwh(case, bought)
            if bought.any():
                lifted = np.where(bought > 0.0, -stored.heat[:, k], 0.0)
                figures[storage.name]["cop"] = float(lifted.sum() / bought.sum())
    return figures


def not_periodic(case: Case, run: Digest) -> list[str]:
    """Periodic storages that do not end as they begin, a sentence each; see :data:`PERIODIC`."""
    told = []
    storages = [storage for storage in case.storages if storage.enabled]
    for storage, figures in zip(storages, by_storage(case, run).values(), strict=False):
        apart = figures["end_MWh"] - figures["start_MWh"]
        if storage.periodic and abs(apart) > PERIODIC * max(
            figures["charged_MWh"], figures["discharged_MWh"]
        ):
            more = "more" if apart > 0.0 else "less"
            told.append(
                f"{storage.name}: ends with {abs(apart):.4g} MWh {more} than it begins with, though periodic"
            )
    return told


def starts(heat: FloatArray) -> FloatArray:
    """How often each source starts: steps with heat after one without.

    Parameters
    ----------
    heat : array, shape (time, source)
        Heat given. [W]

    Returns
    -------
    array, shape (source,)
        Starts. Whether the first step is one is not known and not counted. [-]

    Notes
    -----
    Less than a thousandth of a source's largest heat is none: by so much a plan may be off.
    """
    return np.asarray(begun(heat).sum(axis=0), dtype=np.float64)


def begun(heat: FloatArray) -> BoolArray:
    """Whether each source starts in each step, both (time, source), of its heat [W]; see :func:`starts`."""
    runs: BoolArray = heat >= np.maximum(1e-3 * heat.max(axis=0, initial=0.0), 1.0)
    found = np.zeros_like(runs)
    found[1:] = runs[1:] & ~runs[:-1]
    return found


def _mwh(case: Case, power: FloatArray) -> float:
    """Energy of a power [W], summed over everything. [MWh]"""
    return float(power.sum()) * case.axis.step / JOULES_PER_MWH
