"""Thermal properties of soils by name."""

from __future__ import annotations

from dataclasses import dataclass

from heatsym.tables import read_table

_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Soil:
    """Conductivity [W/(m K)] and thermal diffusivity [m2/s]."""

    conductivity: float
    diffusivity: float


SOILS = {
    row["soil"]: Soil(float(row["conductivity"]), float(row["diffusivity"]) / _DAY)
    for row in read_table("soils")
}
"""Packaged soils."""
USUAL = Soil(1.6, 0.05 / _DAY)
"""What is taken where the case names none."""
