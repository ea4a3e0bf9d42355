"""What stands behind the surplus heat: who heats when it stops, and whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.analysis.figures import given, power
from heatsym.interfaces.axis import FloatArray
from heatsym.results.balance import balance
from heatsym.results.blocks import summed
from heatsym.results.frame import Results
from heatsym.tables.factors import JOULES_PER_MWH

SHORTEST = 86_400.0
"""A source that has nothing for this long stands still; shorter pauses are its daily rhythm. [s]"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Steps ``first`` up to, not including, ``last`` in which a source has no heat to give."""

    source: str
    first: int
    last: int


def stops(results: Results) -> list[Stop]:
    """Every stop of a surplus source, in order of time.

    Parameters
    ----------
    results : Results
        Results of a run, as computed or as read from a file.

    Returns
    -------
    list of Stop
        Periods of at least a day without any heat in the stream.
    """
    seconds = balance(results).seconds
    found = []
    for position, name in _surplus(results):
        idle = power(results, "source_heat_available")[:, position] == 0.0
        edges = np.flatnonzero(np.diff(np.concatenate([[False], idle, [False]]).astype(np.int8)))
        for first, last in list(pairwise(edges.tolist()))[::2]:
            if seconds[first:last].sum() >= SHORTEST:
                found.append(Stop(name, first, last))
    return sorted(found, key=lambda stop: (stop.first, stop.source))


def standby(results: Results) -> dict[str, Any]:
    """How the run fares without its surplus heat.

    Parameters
    ----------
    results : Results
        Results of a run, as computed or as read from a file.

    Returns
    -------
    dict
        Empty where there is no surplus source. ``backup_kW``: the least that all other sources
        together could give in any step, absent where one is unlimited. ``peak_kW``: largest heat
        supplied. ``without_surplus``: the steps in which no surplus source has heat, with ``hours``,
        ``heat_MWh`` by source and ``unmet_MWh``. ``stops``: the same for each stop of a source, with
        ``source``, ``from`` and ``to`` in UTC. [kW, h, MWh]
    """
    surplus = _surplus(results)
    if not surplus:
        return {}
    available = power(results, "source_heat_available")
    columns = [position for position, _ in surplus]
    others = np.delete(available * _electricity(results), columns, axis=1)
    supplied = balance(results).supplied
    values: dict[str, Any] = given(
        {
            "backup_kW": float(others.sum(axis=1).min(initial=np.inf)) / 1e3,
            "peak_kW": float(supplied.max(initial=0.0)) / 1e3,
        }
    )
    none = (available[:, columns] == 0.0).all(axis=1)
    account = _Account(
        balance(results).seconds,
        power(results, "source_heat"),
        summed(results, "consumer_heat_unmet"),
        [str(name) for name in results["source"].values],
    )
    values["without_surplus"] = account.of(none)
    bounds = np.datetime_as_string(results["time_bnds"].values, unit="s", timezone="UTC")
    values["stops"] = []
    for stop in stops(results):
        within = slice(stop.first, stop.last)
        named = {"source": stop.source, "from": bounds[stop.first, 0], "to": bounds[stop.last - 1, 1]}
        values["stops"].append({key: str(value) for key, value in named.items()} | account.of(within))
    return values


def _electricity(results: Results) -> FloatArray:
    """Heat of each source over what it draws, (source,): more than 1 for heat pumps that ran."""
    drawn, bought = (power(results, f"source_{of}").sum(axis=0) for of in ("heat_lifted", "electricity"))
    return np.asarray(1.0 + np.divide(bought, drawn, out=np.zeros_like(drawn), where=drawn > 0.0))


def _surplus(results: Results) -> list[tuple[int, str]]:
    """Position and name of each surplus source."""
    marks = results["source_surplus"].values.tolist()
    return [(i, str(name)) for i, name in enumerate(results["source"].values) if marks[i]]


@dataclass(frozen=True, slots=True, eq=False)
class _Account:
    """What hours, heat and unmet heat of some steps are counted from."""

    seconds: FloatArray  # (time,)
    heat: FloatArray  # (time, source) [W]
    unmet: FloatArray  # (time,) [W]
    names: list[str]

    def of(self, steps: slice | NDArray[np.bool_]) -> dict[str, Any]:
        """Hours, heat by source and unmet heat of some steps."""
        seconds = self.seconds[steps]
        heat = seconds @ self.heat[steps] / JOULES_PER_MWH
        return {
            "hours": float(seconds.sum()) / 3600.0,
            "heat_MWh": dict(zip(self.names, heat.tolist(), strict=True)),
            "unmet_MWh": float(seconds @ self.unmet[steps]) / JOULES_PER_MWH,
        }
