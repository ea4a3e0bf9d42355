"""CO2 factors of energy carriers by packaged set, each with its scope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatsym.tables import read_table

BIOGENIC, DIRECT = "biogenic", "direct"
ELECTRICITY = "electricity"
JOULES_PER_MWH = 3.6e9


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """CO2 per unit of energy [kg/J], constant or (time,), and where it comes from.

    ``scope`` is empty for a factor given in the case: it is taken to be of the set's scope.
    """

    value: float | NDArray[np.float64]
    scope: str
    status: str
    origin: str


def factors(factor_set: str, carrier: str) -> dict[str, Factor]:
    """Factors of a carrier in a packaged set, by scope; empty if the set has none."""
    return {
        row["scope"]: Factor(
            float(row["value"]) / JOULES_PER_MWH, row["scope"], row["status"], f"{factor_set} {carrier}"
        )
        for row in read_table("emission_factors")
        if row["set"] == factor_set and row["carrier"] == carrier
    }


def counted_factor(factor_set: str, carrier: str) -> Factor | None:
    """The factor that enters totals: direct, else the set's only other scope; None if there is none.

    A carrier whose CO2 is biogenic throughout counts with zero.
    """
    known = factors(factor_set, carrier)
    if DIRECT in known:
        return known[DIRECT]
    fossil = [factor for scope, factor in known.items() if scope != BIOGENIC]
    if len(fossil) == 1:
        return fossil[0]
    if not fossil and BIOGENIC in known:
        return Factor(0.0, "", known[BIOGENIC].status, known[BIOGENIC].origin)
    return None
