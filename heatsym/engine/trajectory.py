"""What a run computed, as arrays with time first; names and units come later, in ``results``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Use

BoolArray = NDArray[np.bool_]


class Cause(IntEnum):
    """Why heat was not delivered; the value is stored in ``consumer_unmet_cause``."""

    NONE = 0
    TEMPERATURE = 1  # the supply water was too cold
    FLOW = 2  # the consumer's largest flow was reached
    CAPACITY = 3  # the sources gave all they had
    CLOSED = 4  # closed trenches cut the consumer off from all sources


def _nothing() -> FloatArray:
    return np.zeros((0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class March:
    """One pass over all steps, or a piece of it. (time, object) unless said; W, kg/s, degC, J.

    NaN where nothing flows. Heat and flow are means over the step, temperatures flow-weighted means,
    stocks at its end.
    """

    node_supply_temperature: FloatArray
    node_return_temperature: FloatArray
    pipe_mass_flow: FloatArray  # positive from start to end, supply side
    pipe_return_mass_flow: FloatArray  # positive from start to end, return side
    pipe_supply_temperature: FloatArray  # mean of the water in the pipe
    pipe_return_temperature: FloatArray
    pipe_heat_loss: FloatArray  # both pipes of the trench
    consumer_heat_demand: FloatArray
    consumer_heat_delivered: FloatArray
    consumer_heat_unmet: FloatArray
    consumer_unmet_cause: NDArray[np.int8]
    consumer_supply_temperature: FloatArray
    consumer_return_temperature: FloatArray
    consumer_mass_flow: FloatArray  # with what a bypass adds
    consumer_bypass_flow: FloatArray
    source_heat: FloatArray
    source_mass_flow: FloatArray
    source_supply_temperature: FloatArray
    source_return_temperature: FloatArray  # of the node, also where the source rests
    network_stored_heat: FloatArray  # (time,), relative to water at 0 degC
    initial_stored_heat: float
    sweeps: NDArray[np.int64]  # (time,)
    converged: BoolArray  # (time,)
    residual: FloatArray  # (time,) engine balance, heat loss computed independently. [W]
    merged_parcels: int
    seconds: float  # CPU time
    consumer_heat_fed_in: FloatArray = field(default_factory=_nothing)  # by prosumers; empty without any
    consumer_heat_rejected: FloatArray = field(default_factory=_nothing)  # offered, but nobody took it
    consumer_fed_in_flow: FloatArray = field(default_factory=_nothing)  # from return to supply
    storage_charged: FloatArray = field(default_factory=_nothing)  # heat taken; empty without storages
    storage_discharged: FloatArray = field(default_factory=_nothing)  # heat given
    storage_electricity: FloatArray = field(default_factory=_nothing)  # that is in it
    storage_supply_temperature: FloatArray = field(default_factory=_nothing)  # of the node
    storage_return_temperature: FloatArray = field(default_factory=_nothing)
    consumer_booster_electricity: FloatArray = field(default_factory=_nothing)  # empty without boosters


def rows(march: March, part: slice) -> March:
    """Some steps of a march, for what asks for its series only."""
    values: dict[str, Any] = {}
    for series in fields(march):
        value = getattr(march, series.name)
        values[series.name] = value[part] if isinstance(value, np.ndarray) else value
    return March(**values)


@dataclass(frozen=True, slots=True, eq=False)
class Hydraulics:
    """Pressures after the march. (time, object); Pa gauge, m/s, W; NaN where nothing flows."""

    node_supply_pressure: FloatArray
    node_return_pressure: FloatArray
    pipe_velocity: FloatArray
    pump_electricity: FloatArray  # (time,) all circulation pumps
    pump_throttled: BoolArray  # (time,) a plant's pump would have to brake
    critical_consumer: NDArray[np.int64]  # (time,) index, -1 where nobody draws
    source_pump_lift: FloatArray  # Pa; below 0 the plant's pump would have to brake
    consumer_differential_pressure: FloatArray  # Pa


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What storages went through, (time, storage); W, J above 0 degC, degC; stocks at the end of the step."""

    heat: FloatArray  # taken from the network, negative where it is given back, then with electricity
    loss: FloatArray
    energy: FloatArray
    exergy: FloatArray  # against the air
    top: FloatArray  # temperature
    bottom: FloatArray
    initial_energy: FloatArray  # (storage,)


@dataclass(frozen=True, slots=True, eq=False)
class Intent:
    """What the last round's plan expected, to be held against what was marched.

    ``price`` is that of one more unit of heat, None where it is not known. ``cost`` [EUR], ``carbon`` [kg]
    and ``ideal``, the cost with perfect foresight, are those of a linear programme, NaN without one; ``said``
    is what it could not keep.
    """

    source_heat: FloatArray  # (time, source) [W]
    storage_heat: FloatArray  # (time, storage), above 0 where it is charged [W]
    price: FloatArray | None  # (time,) [EUR/J]
    cost: float
    carbon: float
    ideal: float
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """The settled run: last march, its hydraulics, where each source's energy went, how it converged."""

    march: March
    hydraulics: Hydraulics
    uses: tuple[Use, ...]  # in the order of the case's enabled sources
    t_air: FloatArray  # (time,)
    t_ground: FloatArray  # (time,)
    t_feed: FloatArray  # (time,) network set-point
    rounds: int
    change: tuple[float, ...]  # energy-weighted change of source heat, by round from the second
    settled: bool
    seconds: float  # CPU time of all marches
    intent: Intent
    stored: Stored | None = None  # None where there are no storages
    unsettled_hours: dict[str, float] = field(default_factory=dict)  # by source
    warnings: tuple[str, ...] = ()
    engine: str = "compiled"  # that computed it, or "reference"


Series = TypeVar("Series", March, Hydraulics)


def joined(parts: Sequence[Series]) -> Series:
    """Pieces one after another; the first's initial heat, counts and times summed up."""
    whole: dict[str, Any] = {}
    for one in fields(parts[0]):
        values = [getattr(part, one.name) for part in parts]
        if isinstance(values[0], np.ndarray):
            whole[one.name] = np.concatenate(values)
        else:
            whole[one.name] = values[0] if one.name == "initial_stored_heat" else sum(values)
    return type(parts[0])(**whole)
