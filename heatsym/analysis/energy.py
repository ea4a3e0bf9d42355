"""Heat, losses and electricity of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from heatsym.analysis.figures import enabled_sources, given
from heatsym.case.model import Case
from heatsym.engine.trajectory import Cause, Trajectory
from heatsym.interfaces.axis import FloatArray
from heatsym.results.balance import balance
from heatsym.tables.factors import JOULES_PER_MWH


def energy(case: Case, results: xr.Dataset, trajectory: Trajectory) -> dict[str, float]:
    """Heat over the run, and how well it adds up.

    Parameters
    ----------
    case : Case
        The study.
    results : xarray.Dataset
        Its results, from which loss, stored change and residual come.
    trajectory : Trajectory
        The same run in double precision, from which demand, delivered, unmet and supplied come.

    Returns
    -------
    dict of str to float
        ``demand_MWh``, ``delivered_MWh``, ``unmet_MWh``, ``supplied_MWh``, ``network_loss_MWh``,
        ``stored_change_MWh``, ``pump_MWh`` [MWh] and ``residual_relative`` [-].
    """
    march, account = trajectory.march, balance(results)
    delivered, unmet = march.consumer_heat_delivered, march.consumer_heat_unmet
    # a consumer with a prescribed flow asks for no heat: it gets what its flow brings
    demand = np.where(np.isnan(march.consumer_heat_demand), delivered + unmet, march.consumer_heat_demand)
    return given(
        {
            "demand_MWh": _mwh(case, demand),
            "delivered_MWh": _mwh(case, delivered),
            "unmet_MWh": _mwh(case, unmet),
            "supplied_MWh": _mwh(case, supplied(trajectory)),
            "network_loss_MWh": account.energy(account.network_loss) / JOULES_PER_MWH,
            "stored_change_MWh": account.energy(account.stored_change) / JOULES_PER_MWH,
            "pump_MWh": _mwh(case, trajectory.hydraulics.pump_electricity),
            "residual_relative": account.residual_relative,
        }
    )


def supplied(trajectory: Trajectory) -> FloatArray:
    """Heat that sources and prosumers feed in, (time,). [W]"""
    heat: FloatArray = trajectory.march.source_heat.sum(axis=1)
    return heat if trajectory.fed_in is None else np.asarray(heat + trajectory.fed_in.heat.sum(axis=1))


def prosumers(case: Case, trajectory: Trajectory) -> dict[str, float]:
    """Heat that prosumers fed in, and what of it the network did not take [MWh]; empty without prosumers."""
    if trajectory.fed_in is None:
        return {}
    return {
        "fed_in_MWh": _mwh(case, trajectory.fed_in.heat),
        "rejected_MWh": _mwh(case, trajectory.fed_in.rejected),
    }


def shares(case: Case, trajectory: Trajectory) -> dict[str, float]:
    """Peak of the heat supplied [kW], and shares of surplus heat and of losses in it [-]."""
    heat, given_in = trajectory.march.source_heat, supplied(trajectory)
    total = given_in.sum()
    figures = {"peak_kW": given_in.max(initial=0.0) / 1e3}
    if total > 0.0:
        surplus = np.array([source.surplus for source in enabled_sources(case)])
        figures["surplus_share"] = heat[:, surplus].sum() / total
        figures["loss_share"] = trajectory.march.pipe_heat_loss.sum() / total
    return given(figures)


def unmet(case: Case, trajectory: Trajectory) -> dict[str, Any]:
    """Unmet heat by cause [MWh], and hours in which anybody missed some [h]."""
    march = trajectory.march
    causes = [cause for cause in Cause if cause is not Cause.NONE]
    by_cause = {
        cause.name.lower(): _mwh(case, march.consumer_heat_unmet[march.consumer_unmet_cause == cause])
        for cause in causes
    }
    hours = (march.consumer_unmet_cause != Cause.NONE).any(axis=1).sum() * case.axis.step / 3600.0
    return {"unmet_by_cause_MWh": by_cause, "unmet_hours": float(hours)}


def bypassed(case: Case, trajectory: Trajectory) -> dict[str, float]:
    """Water that went through bypasses [t], and hours in which any was open [h]; empty if none opened."""
    flow = trajectory.march.consumer_bypass_flow
    if not flow.any():
        return {}
    step = case.axis.step
    open_h = float((flow > 0).any(axis=1).sum()) * step / 3600.0
    return {"water_t": float(flow.sum()) * step / 1e3, "open_h": open_h}


def by_source(case: Case, trajectory: Trajectory) -> dict[str, dict[str, float]]:
    """Heat and inputs of each source [MWh], and hours at its largest output [h].

    Returns
    -------
    dict of str to dict of str to float
        By name of the source. ``available_MWh`` and ``full_load_h`` are absent where the source is
        unlimited, ``fuel_MWh`` where it burns none.
    """
    figures = {}
    for position, (source, use) in enumerate(zip(enabled_sources(case), trajectory.uses, strict=True)):
        heat = trajectory.march.source_heat[:, position]
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
        if 0.0 < largest < np.inf:
            values["full_load_h"] = heat.sum() * case.axis.step / 3600.0 / largest
        figures[source.name] = given(values)
    return figures


def _mwh(case: Case, power: FloatArray) -> float:
    """Energy of a power [W], summed over everything. [MWh]"""
    return float(power.sum()) * case.axis.step / JOULES_PER_MWH
