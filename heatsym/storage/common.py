"""What several kinds of storage share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from heatsym.interfaces.exchange import Fault, Filling
from heatsym.physics.water import boiling_temperature
from heatsym.tables import read_table
from heatsym.tables.soils import SOILS, Soil

ATMOSPHERE = 101_325.0
"""Pressure above an open storage. [Pa]"""
PER_HOUR = 3600.0
"""Seconds of an hour, in which loss shares are tabulated. [s]"""


def default(kind: str, quantity: str) -> float:
    """Value of a storage nobody has described, in the table's unit."""
    return float(_row(kind, quantity)["value"])


def basis(kind: str, name: str, values: Mapping[str, float | None]) -> Iterator[str]:
    """A sentence for each value that is the table's, given or not."""
    for quantity, value in values.items():
        row = _row(kind, quantity)
        if value is None or value == float(row["value"]):
            unit = "" if row["unit"] == "1" else f" {row['unit']}"
            yield f"{quantity.replace('_', ' ')} of {name}: {row['value']}{unit} ({row['status']})"


def temperature_faults(
    least: float, largest: float, hot: float | None, cold: float | None, pressure: float
) -> Iterator[Fault]:
    """Least below largest temperature, nothing boils, and it begins between them. degC, Pa"""
    if least >= largest:
        reason = f"{least:g} degC is not below the largest temperature, {largest:g} degC"
        yield Fault("min_temperature", "HS503", reason, "lower it, or raise max_temperature_degC")
    boiling = float(boiling_temperature(pressure))
    if largest >= boiling:
        reason = f"{largest:g} degC boils at {pressure / 1e5:.4g} bar, from {boiling:.1f} degC on"
        yield Fault(
            "max_temperature", "HS550", reason, "lower it, or give the absolute pressure_bar at its top"
        )
    for field, value in (("initial_hot_temperature", hot), ("initial_cold_temperature", cold)):
        if value is not None and value > largest:
            reason = f"{value:g} degC is above the largest temperature, {largest:g} degC"
            yield Fault(field, "HS553", reason, "begin cooler")
    if hot is not None and cold is not None and cold > hot:
        reason = f"{cold:g} degC is above initial_hot_temperature_degC, {hot:g} degC"
        yield Fault("initial_cold_temperature", "HS553", reason, "warm water is above cold water")


def initial_temperatures(
    filling: Filling, least: float, largest: float, hot: float | None, cold: float | None
) -> tuple[float, float]:
    """Hot and cold water at the beginning: as given, else the network's within the storage's limits. degC"""
    warm = min(max(filling.t_hot, least), largest) if hot is None else hot
    cool = min(max(filling.t_cold, least), warm) if cold is None else cold
    return max(warm, cool), cool


def soil_of(
    filling: Filling, name: str | None, conductivity: float | None, diffusivity: float | None
) -> Soil:
    """Soil around a storage: as given, else of its kind, else the network's."""
    soil = filling.soil if name is None else SOILS[name]
    return Soil(
        soil.conductivity if conductivity is None else conductivity,
        soil.diffusivity if diffusivity is None else diffusivity,
    )


def shared(
    total: float, parts: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A total by the size of parts."""
    return np.asarray(total * parts / parts.sum())


def _row(kind: str, quantity: str) -> dict[str, str]:
    rows = read_table("storage_defaults")
    return next(row for row in rows if row["kind"] in (kind, "any") and row["quantity"] == quantity)
