"""What a run costs to operate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.analysis.emissions import direct_flow
from heatsym.analysis.energy import begun
from heatsym.analysis.figures import Figures, bought_power, context, enabled_sources, heat_got, power
from heatsym.case.model import Case
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Profile
from heatsym.results.balance import balance
from heatsym.results.frame import Results
from heatsym.tables.factors import ELECTRICITY, JOULES_PER_MWH


def operating_cost(case: Case, results: Results) -> Figures:
    r"""Fuel, electricity, heat bought and CO2 of the run.

    Parameters
    ----------
    case : Case
        The study with its prices.
    results : Results
        Its results.

    Returns
    -------
    Figures
        ``fuel_EUR``, ``electricity_EUR``, ``heat_EUR``, ``co2_EUR`` and their sum
        ``operating_cost_EUR`` [EUR], ``cost_EUR_per_MWh`` of heat delivered, that of boosters with it
        [EUR/MWh]. Where a source made electricity ``electricity_sold_EUR``, and where starts cost
        ``start_EUR``, are further parts of the sum, the first below 0 while the price is above. Empty, with
        the reason, where a price is missing of what was used.

    Notes
    -----
    .. math:: C = \sum_t \Delta t \left( \sum_s (F_{s,t} p_{s,t} + Q_{s,t} q_{s,t})
        + (P_t + P_{pump,t} - G_t) p_{e,t} + \dot m_{CO_2,t} p_{CO_2,t} \right) + \sum_s n_s c_s

    with fuel F, heat Q and its price q, electricity used P and made G, starts n and their cost c. What is
    made is sold at the price that is paid. Pumps hold consumers' boosters and storages' heat pumps, too. CO2
    is priced on direct fossil emissions of fuel only: that of electricity is in its price. Derived here.
    """
    spent = spending(case, results)
    if spent.missing:
        return Figures(missing=spent.missing)
    account = balance(results)
    parts = {f"{part}_EUR": account.energy(flow) for part, flow in spent.flows.items()}
    if spent.starts is not None:
        parts["start_EUR"] = float(spent.starts.sum())
    total = float(sum(parts.values()))
    if np.isnan(total):
        return Figures(missing="gaps in heat, fuel or electricity")
    values = parts | {"operating_cost_EUR": total}
    delivered = account.energy(heat_got(results)) / JOULES_PER_MWH
    if delivered > 0.0:
        values["cost_EUR_per_MWh"] = total / delivered
    return Figures(dict(values))


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """What is paid in each step, (time,): ``flows`` [EUR/s] by what it is paid for, ``starts`` [EUR].

    ``starts`` is None where none costs anything; ``missing`` says why there are no figures, if so.
    """

    flows: dict[str, FloatArray]
    starts: FloatArray | None = None
    missing: str = ""

    def by_step(self, seconds: FloatArray) -> FloatArray:
        """All of it in each step, of this length [s]; (time,). [EUR]"""
        started = 0.0 if self.starts is None else self.starts
        return np.asarray(sum(self.flows.values(), start=0.0 * seconds) * seconds + started)


def spending(case: Case, results: Results) -> Spending:
    """Fuel, electricity, heat bought, CO2 and starts, step by step; see :func:`operating_cost`."""
    if case.prices is None:
        return Spending({}, missing="no prices")
    ctx = context(case, results)
    fuel, heat = power(results, "source_fuel"), power(results, "source_heat")
    electricity = power(results, "source_electricity").sum(axis=1) + bought_power(results)
    generated = power(results, "source_electricity_generated").sum(axis=1)
    sources = enabled_sources(case)

    missing = set()
    flows: dict[str, FloatArray] = dict.fromkeys(("fuel", "electricity", "heat", "co2"), 0.0 * electricity)

    def paid(energy: FloatArray, carrier: str) -> FloatArray:
        price: Profile | None = getattr(case.prices, carrier)
        if price is None and energy.any():
            missing.add(f"no price for {carrier}")
        return energy * ctx.values(0.0 if price is None else price)

    for position, source in enumerate(sources):
        if source.fuel is not None:
            flows["fuel"] = flows["fuel"] + paid(fuel[:, position], source.fuel)
        site = Site(
            power(results, "network_supply_setpoint"),
            power(results, "source_return_temperature")[:, position],
        )
        flows["heat"] = flows["heat"] + heat[:, position] * source.offer(ctx, site).price
    flows["electricity"] = paid(electricity, ELECTRICITY)
    if generated.any():
        flows["electricity_sold"] = -paid(generated, ELECTRICITY)
    co2_price = ctx.values(case.prices.co2)
    if co2_price.any() and fuel.any():
        if case.emissions is None:
            missing.add("a price for CO2 but no emissions section")
        else:
            flows["co2"] = direct_flow(case, results, case.emissions.set) * co2_price
            if np.isnan(flows["co2"]).any() and not np.isnan(fuel).any():
                missing.add(f"a price for CO2 but no direct factor for a fuel in set {case.emissions.set}")
    if missing:
        return Spending({}, missing="; ".join(sorted(missing)))
    each = np.array([getattr(source, "start_cost", 0.0) for source in sources])
    return Spending(flows, begun(heat) @ each if each.any() else None)
