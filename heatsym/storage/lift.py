"""The heat pump of a storage, which gives what has become too cold to be fed in directly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from heatsym.interfaces.exchange import Fault, Storage
from heatsym.interfaces.fields import quantity
from heatsym.storage.common import basis, default


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageHeatPump:
    """Cools water of a storage and warms water of the network to the set-point."""

    power: float = quantity("W", "largest heat output, of the condenser", above=0)
    share: float = quantity(
        "1",
        "share of the COP that is reversible between the two streams (Lorenz)",
        above=0,
        high=1,
        default=default("any", "heat_pump_share"),
    )
    cooling: float = quantity(
        "K",
        "by how much water of the hot end is cooled at least, above its least temperature",
        low=1,
        high=100,
        default=default("any", "heat_pump_cooling"),
    )
    least_temperature: float = quantity(
        "degC",
        "temperature below which it cools no water",
        low=0,
        high=100,
        default=default("any", "heat_pump_least_temperature"),
    )


def heat_pump_of(storage: Storage) -> StorageHeatPump | None:
    """The heat pump of a storage, None where it has none or its kind knows none."""
    found: StorageHeatPump | None = getattr(storage, "heat_pump", None)
    return found


def lift_basis(unit: StorageHeatPump | None, name: str) -> Iterator[str]:
    """What the table says of heat pumps, where it is taken, and what is assumed of them."""
    if unit is None:
        return
    yield from basis(
        "any",
        name,
        {
            "heat_pump_share": unit.share,
            "heat_pump_cooling": unit.cooling,
            "heat_pump_least_temperature": unit.least_temperature,
        },
    )
    yield (
        f"heat pump of {name}: COP {unit.share:g} of Lorenz' between the store's water and the network's,"
        " at any load (assumed)"
    )


def lift_faults(unit: StorageHeatPump | None, largest: float) -> Iterator[Fault]:
    """It finds something to cool in a storage of a largest temperature. [degC]"""
    if unit is not None and unit.least_temperature >= largest:
        reason = (
            f"its heat pump cools nothing below {unit.least_temperature:g} degC,"
            f" and the storage is never above {largest:g} degC"
        )
        yield Fault("heat_pump", "HS555", reason, "lower its least_temperature_degC")
