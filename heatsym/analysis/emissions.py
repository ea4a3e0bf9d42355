"""CO2 of a run: by source and hour, in total, and beside what would be used otherwise.

Surplus heat carries no emissions of its partner (residual method). Factors are added only within
one scope; biogenic CO2 is kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from heatsym.analysis.figures import Figures, bought_power, context, enabled_sources, given, heat_got, power
from heatsym.case.model import Case
from heatsym.interfaces.axis import FloatArray
from heatsym.results.balance import Balance, balance
from heatsym.results.frame import Results
from heatsym.results.vocabulary import VOCABULARY
from heatsym.tables import read_table
from heatsym.tables.factors import (
    BIOGENIC,
    DIRECT,
    ELECTRICITY,
    JOULES_PER_MWH,
    Factor,
    counted_factor,
    factors,
)

Some = TypeVar("Some", bound=Results)

NOTHING = Factor(0.0, "", "", "")
UNKNOWN = Factor(float("nan"), "", "", "")


def common_scope(parts: Iterable[Factor]) -> str:
    """The one scope of several factors, direct where none has any.

    Raises
    ------
    ValueError
        There is more than one: a sum across scopes means nothing.
    """
    scopes = sorted({factor.scope for factor in parts if factor.scope})
    if len(scopes) > 1:
        raise ValueError(f"factors of scopes {' and '.join(scopes)} are not added")
    return scopes[0] if scopes else DIRECT


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """What a run uses and the factors that go with it.

    ``fuel``, ``electricity`` used and ``generated`` are (time, source), ``pump`` (time,) is that of pumps,
    of consumers' boosters and of storages' heat pumps, W; ``carriers`` and ``fuel_factors`` go by source.
    """

    fuel: FloatArray
    electricity: FloatArray
    generated: FloatArray
    pump: FloatArray
    carriers: tuple[str | None, ...]
    fuel_factors: tuple[Factor, ...]
    biogenic_factors: tuple[Factor, ...]
    electricity_factor: Factor

    @property
    def flows(self) -> FloatArray:
        """CO2 of each source's fuel and electricity, (time, source), kg/s."""
        return self.fuel_flows(self.fuel_factors) + _emitted(self.electricity, self.electricity_factor)

    def fuel_flows(self, by_source: tuple[Factor, ...]) -> FloatArray:
        """CO2 of each source's fuel with one factor per source, (time, source), kg/s."""
        flows = np.zeros_like(self.fuel)
        for position, factor in enumerate(by_source):
            flows[:, position] = _emitted(self.fuel[:, position], factor)
        return flows

    def in_use(self) -> dict[str, Factor]:
        """Factor by carrier, of what the run used any of."""
        burnt = np.any(self.fuel != 0.0, axis=0)
        used = {
            carrier: factor
            for carrier, factor, any_burnt in zip(
                self.carriers, self.fuel_factors, burnt.tolist(), strict=True
            )
            if carrier is not None and any_burnt
        }
        if self.electricity.any() or self.pump.any():
            used[ELECTRICITY] = self.electricity_factor
        return used


def inventory(case: Case, results: Results, factor_set: str) -> Inventory:
    """Energy used, from the results, and factors, from a packaged set and the case."""
    carriers = tuple(source.fuel for source in enabled_sources(case))
    return Inventory(
        fuel=power(results, "source_fuel"),
        electricity=power(results, "source_electricity"),
        generated=power(results, "source_electricity_generated"),
        pump=bought_power(results),
        carriers=carriers,
        fuel_factors=tuple(counted_factor(factor_set, c) or UNKNOWN if c else NOTHING for c in carriers),
        biogenic_factors=tuple(
            factors(factor_set, c).get(BIOGENIC, NOTHING) if c else NOTHING for c in carriers
        ),
        electricity_factor=_electricity_factor(case, results, factor_set),
    )


def with_emissions(case: Case, results: Some) -> Some:
    """The results with ``source_emissions``, where the case names a factor set; else as they are."""
    if case.emissions is None:
        return results
    entry = VOCABULARY["source_emissions"]
    flows = inventory(case, results, case.emissions.set).flows.astype(entry.dtype)
    return results.assign({entry.name: (entry.dims, flows, entry.attrs)})


def emissions(case: Case, results: Results) -> Figures:
    r"""CO2 of the run, of its alternative, and the difference.

    Parameters
    ----------
    case : Case
        The study; without its section ``emissions`` nothing is computed.
    results : Results
        Its results.

    Returns
    -------
    Figures
        ``fuel_t``, ``electricity_t``, ``biogenic_t``, ``total_t``, ``counterfactual_t``, ``saved_t``
        [t], ``kg_per_MWh`` and ``counterfactual_kg_per_MWh`` of heat delivered [kg/MWh], ``set``,
        ``scope``, ``counterfactual`` (its kind), and ``by_allocation``, the total by method of
        allocation, ``zero`` counting surplus heat without emissions, and where sources make electricity
        ``power_credit`` [t].

    Notes
    -----
    .. math:: E = \sum_t \Delta t \left( \sum_s (F_{s,t} f_s + P_{s,t} e_t) + P_{pump,t} e_t \right)

    with fuel F and its factor f, electricity P and its factor e. The alternative makes the heat that
    was *delivered*, with what boosters add: :math:`E_0 = \sum_t \Delta t\, Q_t f_0 / \eta_0`. What has no
    factor makes a sum unknown, not smaller. Derived here.

    Electricity that sources make is not taken off: fuel counts in full. Only the method ``power_credit``
    takes off what it displaces in the grid, :math:`\max(0, E - \sum_t \Delta t\, G_t e_t)`, where its factor
    is of the same scope.
    """
    if case.emissions is None:
        return Figures(missing="no emissions section")
    used = inventory(case, results, case.emissions.set)
    in_use = used.in_use()
    account = balance(results)
    delivered = account.energy(heat_got(results)) / JOULES_PER_MWH

    fuel_t = account.energy(used.fuel_flows(used.fuel_factors).sum(axis=1)) / 1e3
    electric = used.electricity.sum(axis=1) + used.pump
    electricity_t = account.energy(_emitted(electric, used.electricity_factor)) / 1e3
    biogenic_t = account.energy(used.fuel_flows(used.biogenic_factors).sum(axis=1)) / 1e3
    total_t, missing = fuel_t + electricity_t, _missing(case.emissions.set, in_use)
    if np.isnan(total_t) and not missing:
        missing = "gaps in fuel or electricity"
    if missing:
        total_t = np.nan
    values: dict[str, object] = {"set": case.emissions.set}
    values |= given(
        {
            "fuel_t": fuel_t,
            "electricity_t": electricity_t,
            "biogenic_t": biogenic_t,
            "total_t": total_t,
            "kg_per_MWh": 1e3 * total_t / delivered if delivered > 0.0 else np.nan,
        }
    )
    if "total_t" in values:
        values["scope"] = common_scope(in_use.values())
        values["by_allocation"] = {"zero": total_t} | _power_credit(used, in_use, total_t, account)
    warnings = [f"emissions not computed: {missing}"] if missing else []
    assumptions = [_told(carrier, factor) for carrier, factor in in_use.items() if factor.origin]
    assumptions += _taken_as_zero(case, results)
    assumptions += [
        f"electricity that {source.name} makes: nothing is taken off the emissions for it"
        for source, any_made in zip(
            enabled_sources(case), np.any(used.generated != 0.0, axis=0).tolist(), strict=True
        )
        if any_made
    ]

    if case.counterfactual is not None:
        other, factor, note = _counterfactual(case, results, case.emissions.set)
        other_t = account.energy(other) / 1e3
        assumptions += note
        values["counterfactual"] = case.counterfactual.kind
        values |= given(
            {
                "counterfactual_t": other_t,
                "counterfactual_kg_per_MWh": 1e3 * other_t / delivered if delivered > 0.0 else np.nan,
            }
        )
        apart = missing or _missing(case.emissions.set, in_use | {case.counterfactual.kind: factor})
        if apart and not missing:
            warnings.append(f"saving not computed: {apart}")
        values |= given({"saved_t": np.nan if apart else other_t - total_t})
    return Figures(values, missing, tuple(warnings), tuple(assumptions))


def source_tonnes(case: Case, results: Results) -> dict[str, float]:
    """CO2 of each source over the run [t]; a source with an unknown factor is absent."""
    if case.emissions is None:
        return {}
    seconds = balance(results).seconds
    tonnes = (inventory(case, results, case.emissions.set).flows * seconds[:, np.newaxis]).sum(axis=0) / 1e3
    return given({source.name: value for source, value in zip(enabled_sources(case), tonnes, strict=True)})


def direct_flow(case: Case, results: Results, factor_set: str) -> FloatArray:
    """Direct fossil CO2 of all fuel, (time,), kg/s; NaN where a direct factor is not known."""
    used = inventory(case, results, factor_set)
    direct = tuple(f if f.scope in (DIRECT, "") else UNKNOWN for f in used.fuel_factors)
    total: FloatArray = used.fuel_flows(direct).sum(axis=1)
    return total


def _emitted(energy: FloatArray, factor: Factor) -> FloatArray:
    """CO2 of a power, kg/s, shaped like the power: none where none is used, whatever the factor."""
    value = np.asarray(factor.value)
    if value.ndim and energy.ndim > 1:
        value = value[:, np.newaxis]
    flow: FloatArray = np.where(energy == 0.0, 0.0, energy * value)
    return flow


def _electricity_factor(case: Case, results: Results, factor_set: str) -> Factor:
    """The case's own factor, else the set's; (time,) where it varies."""
    if case.emissions is None or case.emissions.electricity is None:
        return counted_factor(factor_set, ELECTRICITY) or UNKNOWN
    value = context(case, results).values(case.emissions.electricity)
    return Factor(value, "", "given", "the case")


def _told(carrier: str, factor: Factor) -> str:
    """One line on a factor: value, scope, where it is from and how well it is known."""
    mean = float(np.mean(factor.value)) * JOULES_PER_MWH
    scope = f", {factor.scope}" if factor.scope else ""
    return f"CO2 of {carrier}: {mean:.4g} kg/MWh{scope}, from {factor.origin} ({factor.status})"


def _missing(factor_set: str, in_use: dict[str, Factor]) -> str:
    """Why factors do not add up to a total; empty if they do."""
    unknown = [carrier for carrier, factor in in_use.items() if np.isnan(factor.value).any()]
    if unknown:
        return f"no factor for {', '.join(unknown)} in set {factor_set}"
    try:
        common_scope(in_use.values())
    except ValueError as error:
        return str(error)
    return ""


def _power_credit(
    used: Inventory, in_use: dict[str, Factor], total_t: float, account: Balance
) -> dict[str, float]:
    """The total less what generated electricity displaces [t]; empty without it, or without its factor."""
    factor = used.electricity_factor
    if not used.generated.any() or _missing("", in_use | {ELECTRICITY: factor}):
        return {}
    displaced = account.energy(_emitted(used.generated.sum(axis=1), factor)) / 1e3
    return {"power_credit": max(0.0, total_t - displaced)}


def _taken_as_zero(case: Case, results: Results) -> list[str]:
    """Sentences on heat that is counted without emissions."""
    heat = np.any(power(results, "source_heat") != 0.0, axis=0).tolist()
    electric = np.any(power(results, "source_electricity") != 0.0, axis=0).tolist()
    return [
        f"heat of {source.name}: counted without emissions,"
        f" {'surplus heat (residual method)' if source.surplus else 'it names no fuel'}"
        for source, any_heat, any_electric in zip(enabled_sources(case), heat, electric, strict=True)
        if any_heat and (source.surplus or (source.fuel is None and not any_electric))
    ]


def _counterfactual(case: Case, results: Results, factor_set: str) -> tuple[FloatArray, Factor, list[str]]:
    """CO2 of the alternative for the heat delivered, (time,), kg/s; its factor; what it rests on."""
    assert case.counterfactual is not None  # asked for by the caller
    kind, efficiency = case.counterfactual.kind, case.counterfactual.efficiency
    row = next(row for row in read_table("counterfactuals") if row["kind"] == kind)
    carrier = row["carrier"]
    if carrier == ELECTRICITY:
        factor = _electricity_factor(case, results, factor_set)
    else:
        factor = counted_factor(factor_set, carrier) or UNKNOWN
    status = "given in the case"
    if efficiency is None:
        efficiency, status = float(row["efficiency"]), row["status"]
    notes = [f"alternative {kind}: {carrier} at an efficiency of {efficiency:g} ({status})"]
    if factor.origin:
        notes.append(_told(carrier, factor))
    return _emitted(heat_got(results) / efficiency, factor), factor, notes
