"""What is kept of a run whose rows are handed on piece by piece: every step of the sources, and totals.

A march of many pipes is too large to be held. Planning and the summary need no single pipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heatsym.engine.trajectory import BoolArray, Cause, Hydraulics, Intent, March, Stored, Trajectory
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.exchange import Use
from heatsym.interfaces.stepwise import HALVED


class Total:
    """A sum of arrays with what rounding took from it (Neumaier): exact to one rounding of the result."""

    def __init__(self, shape: int | tuple[int, ...] = ()) -> None:
        """Nothing yet."""
        self.sum: FloatArray = np.zeros(shape)
        self.lost: FloatArray = np.zeros(shape)

    def add(self, values: ArrayLike) -> None:
        """Add an array of the same shape."""
        added = np.asarray(values, dtype=np.float64)
        after = self.sum + added
        larger = np.abs(self.sum) >= np.abs(added)
        self.lost = self.lost + np.where(larger, (self.sum - after) + added, (added - after) + self.sum)
        self.sum = after

    @property
    def value(self) -> FloatArray:
        """The sum."""
        return np.asarray(self.sum + self.lost)


def _over_steps(values: FloatArray) -> FloatArray:
    """Sum over time; of few steps row after row, of many by halves of halves, as numpy does along a row."""
    few = len(values) <= HALVED
    return np.asarray(values.sum(axis=0) if few else np.ascontiguousarray(values.T).sum(axis=1))


class Ledger:
    """Totals over all steps so far, powers added up [W times steps]."""

    def __init__(self, consumers: int, pumps: int = 0) -> None:
        """Nothing yet."""
        self.demand, self.delivered, self.unmet = (Total(consumers) for _ in range(3))
        self.unmet_by_cause = Total(len(Cause))
        self.loss = Total()
        self.fed_in, self.rejected = Total(), Total()
        """By prosumers."""
        self.bypassed = Total()
        """Flow through bypasses [kg/s times steps]."""
        self.bypassing = 0
        """Steps in which a bypass was open."""
        self.short = 0
        """Steps in which anybody missed heat."""
        self.merged = 0
        """Parcels merged."""
        self.odd_pumping: IntArray = np.zeros((2, pumps), dtype=np.int64)
        """Steps; see :func:`heatsym.engine.hydraulics.odd_pumping`."""

    def add(self, march: March) -> None:
        """Add a piece of a march."""
        demand, delivered = march.consumer_heat_demand, march.consumer_heat_delivered
        unmet, cause = march.consumer_heat_unmet, march.consumer_unmet_cause
        # a consumer with a prescribed flow asks for no heat: it gets what its flow brings
        given = np.isnan(demand)
        asked = np.where(given, delivered + unmet, demand) if given.any() else demand
        for total, values in ((self.demand, asked), (self.delivered, delivered), (self.unmet, unmet)):
            total.add(_over_steps(values))
        short = cause != Cause.NONE
        if short.any():
            self.unmet_by_cause.add([float(unmet[cause == one].sum()) for one in Cause])
            self.short += int(short.any(axis=1).sum())
        else:
            self.unmet_by_cause.add([float(unmet.sum()) if one == Cause.NONE else 0.0 for one in Cause])
        self.loss.add(float(march.pipe_heat_loss.sum()))
        self.fed_in.add(float(march.consumer_heat_fed_in.sum()))
        self.rejected.add(float(march.consumer_heat_rejected.sum()))
        passed = march.consumer_bypass_flow
        if passed.any():
            self.bypassed.add(float(passed.sum()))
            self.bypassing += int((passed > 0.0).any(axis=1).sum())
        self.merged += int(march.merged_parcels)

    def arrays(self) -> dict[str, FloatArray]:
        """Everything in it, by name."""
        counts = np.array([self.short, self.merged, self.bypassing], dtype=np.float64)
        totals = {name: total for name, total in vars(self).items() if isinstance(total, Total)}
        found = {"counts": counts, "odd_pumping": self.odd_pumping.astype(np.float64)}
        return found | {name: np.stack([t.sum, t.lost]) for name, t in totals.items()}

    def load(self, arrays: Mapping[str, FloatArray]) -> None:
        """Take over what another ledger held."""
        for name, values in arrays.items():
            if name == "counts":
                self.short, self.merged, self.bypassing = (int(value) for value in values)
            elif name == "odd_pumping":
                self.odd_pumping = values.astype(np.int64)
            else:
                total: Total = getattr(self, name)
                total.sum, total.lost = np.array(values[0]), np.array(values[1])


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is kept of every step; (time, source) and (time,), in the units of March and Hydraulics."""

    source_heat: FloatArray
    source_mass_flow: FloatArray
    source_supply_temperature: FloatArray
    source_return_temperature: FloatArray
    source_pump_lift: FloatArray
    storage_charged: FloatArray
    storage_discharged: FloatArray
    storage_electricity: FloatArray
    storage_supply_temperature: FloatArray
    storage_return_temperature: FloatArray
    fed_in_heat: FloatArray  # by all prosumers
    short_heat: FloatArray  # that consumers miss for want of capacity, counted where there are storages
    network_heat_loss: FloatArray
    network_stored_heat: FloatArray
    booster_electricity: FloatArray  # of all consumers
    pump_electricity: FloatArray
    pump_throttled: BoolArray
    sweeps: NDArray[np.int64]
    converged: BoolArray

    @classmethod
    def blank(cls, steps: int, sources: int, storages: int = 0) -> Course:
        """Room for so many steps."""
        kinds = {"sweeps": np.int64, "converged": np.bool_, "pump_throttled": np.bool_}
        many = {"source": (sources,), "storage": (storages,)}
        shapes = {name: (steps, *many.get(name.partition("_")[0], ())) for name in _names(cls)}
        return cls(**{name: np.zeros(shape, kinds.get(name, np.float64)) for name, shape in shapes.items()})

    def put(self, first: int, march: March, hydraulics: Hydraulics | None) -> None:
        """Write the rows of a piece; without its pressures what the pumps do stays as it is."""
        rows = slice(first, first + len(march.sweeps))
        self.network_heat_loss[rows] = march.pipe_heat_loss.sum(axis=1)
        if march.consumer_heat_fed_in.size:
            self.fed_in_heat[rows] = march.consumer_heat_fed_in.sum(axis=1)
        if march.storage_charged.size:
            short = march.consumer_unmet_cause == Cause.CAPACITY
            self.short_heat[rows] = (march.consumer_heat_unmet * short).sum(axis=1)
        if march.consumer_booster_electricity.size:
            self.booster_electricity[rows] = march.consumer_booster_electricity.sum(axis=1)
        for name in _names(Course):
            for part in (march, hydraulics):
                if hasattr(part, name) and getattr(part, name).size:
                    getattr(self, name)[rows] = getattr(part, name)


PLANNED = (
    "source_heat",
    "source_return_temperature",
    "storage_charged",
    "storage_discharged",
    "storage_supply_temperature",
    "storage_return_temperature",
    "short_heat",
)
"""What the next round asks of a course."""


@dataclass(frozen=True, slots=True, eq=False)
class Digest:
    """A settled run without the rows of nodes, pipes and consumers."""

    course: Course
    ledger: Ledger
    initial_stored_heat: float
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


def digest(trajectory: Trajectory) -> Digest:
    """The same of a run that is held in full."""
    march = trajectory.march
    course = Course.blank(len(march.sweeps), march.source_heat.shape[1], march.storage_charged.shape[1])
    course.put(0, march, trajectory.hydraulics)
    ledger = Ledger(march.consumer_heat_demand.shape[1])
    ledger.add(march)
    shared = {name: getattr(trajectory, name) for name in _names(Digest) if hasattr(trajectory, name)}
    return Digest(course=course, ledger=ledger, initial_stored_heat=march.initial_stored_heat, **shared)


def _names(cls: type[Course] | type[Digest]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))
