"""Arrays of a run under their public names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import heatsym
from heatsym.case.model import Case
from heatsym.engine.digest import Digest, digest
from heatsym.engine.prepare import bypasses
from heatsym.engine.trajectory import Cause, Hydraulics, March, Trajectory
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Use, data_status
from heatsym.interfaces.profile import Context
from heatsym.results.balance import residual
from heatsym.results.blocks import LEAST, total
from heatsym.results.frame import Frame, Variable
from heatsym.results.rows import Held, Rows
from heatsym.results.vocabulary import VOCABULARY
from heatsym.sources.common import lifts
from heatsym.storage.lift import heat_pump_of

if TYPE_CHECKING:
    import xarray as xr

COORDINATES = ("node_lon", "node_lat", "node_x", "node_y", "node_height")


def dataset(case: Case, trajectory: Trajectory) -> xr.Dataset:
    """All results of a run, as they are stored: rounded to the stored type, missing as NaN.

    Parameters
    ----------
    case : Case
        The study. Only its enabled sources appear.
    trajectory : Trajectory
        What the engine computed for it, held in full.

    Returns
    -------
    xarray.Dataset
        Dimensions time, node, pipe, consumer, source, storage; time is the start of the step in UTC, with
        bounds. ``system_balance_residual`` is computed from the rounded series themselves.
    """
    recording = Recording(case, Held())
    recording.begin(0)
    recording.take(0, trajectory.march, trajectory.hydraulics)
    return recording.results(digest(trajectory)).dataset()


class Recording:
    """Rows of a run as they come from the engine, and what they become in the end."""

    def __init__(self, case: Case, rows: Rows) -> None:
        """Rows go to ``rows``."""
        self.case, self.rows, self.names = case, rows, by_object(case)
        self.delivered: FloatArray = np.zeros(case.axis.steps)
        """Heat delivered, from the rounded series. [W]"""

    def begin(self, step: int) -> None:
        """Rows before ``step`` are there, others will come."""
        sizes = {dim: len(names) for dim, names in _labels(self.case)}
        shapes = {name: (self.case.axis.steps, sizes[VOCABULARY[name].dims[1]]) for name in self.names}
        kinds = {name: np.dtype(VOCABULARY[name].dtype) for name in self.names}
        self.rows.begin(shapes, kinds, step)
        for first in range(0, step, LEAST):
            last = min(first + LEAST, step)
            self._add_up(first, self.rows.read("consumer_heat_delivered", first, last))

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        """Rows from step ``first`` on."""
        for name in self.names:
            values = _stored(name, getattr(march if hasattr(march, name) else pressures, name))
            self.rows.put(name, first, values)
            if name == "consumer_heat_delivered":
                self._add_up(first, values)

    def _add_up(self, first: int, delivered: NDArray[Any]) -> None:
        self.delivered[first : first + len(delivered)] = total(delivered)

    def results(self, run: Digest) -> Frame:
        """All results; see :func:`dataset`."""
        data = _frame(self.case, run.engine)
        found = data.variables | {name: _variable(name, values) for name, values in _series(self.case, run)}
        for name in _names(self.case):
            if name in self.names:
                entry = VOCABULARY[name]
                found[name] = Variable(entry.dims, self.rows.table(name), entry.attrs)
        open_ = residual(Frame(found, data.places, data.attrs), self.delivered)
        found["system_balance_residual"] = _variable("system_balance_residual", open_)
        ordered = {name: found[name] for name in _names(self.case)}
        return Frame(ordered | data.coords, data.places, data.attrs)


class Together:
    """Rows of a run as they come from the engine, added up over consumers and then gone.

    For the figures of a run that nobody looks at in detail. Where the vocabulary has consumers, there is one.
    """

    def __init__(self, case: Case) -> None:
        """Nothing yet."""
        self.case, steps = case, case.axis.steps
        names = ["consumer_heat_delivered", "consumer_heat_unmet"]
        names += ["consumer_heat_fed_in"] if "prosumer" in case.demand.consumers.kind else []
        self.sums: dict[str, FloatArray] = {name: np.zeros(steps) for name in names}
        """Heat of all consumers, from the rounded series, (time,). [W]"""
        self.short: FloatArray = np.zeros(len(case.demand.consumers.id))
        """Steps in which each missed heat."""

    def begin(self, step: int) -> None:
        """All rows will come."""
        self.short[:] = 0.0

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        """Rows from step ``first`` on."""
        for name, found in self.sums.items():
            found[first : first + len(march.sweeps)] = total(_stored(name, getattr(march, name)))
        self.short += (march.consumer_unmet_cause != Cause.NONE).sum(axis=0)

    def results(self, run: Digest) -> Frame:
        """What varies in time but not by node or pipe, all consumers in one column of double precision."""
        found = _time(self.case.axis)
        found |= {name: _variable(name, values) for name, values in _series(self.case, run)}
        for name, values in self.sums.items():
            entry = VOCABULARY[name]
            found[name] = Variable(entry.dims, values[:, None], entry.attrs)
        return Frame(found, frozenset(("time",)))


def outline(case: Case) -> Frame:
    """The results of a case before it is computed: names, types and shapes, all series zero."""
    data = _frame(case, case.engine.kind)
    sizes, found = data.sizes, dict(data.variables)
    for name in (*_names(case), *(["source_emissions"] if case.emissions is not None else [])):
        entry = VOCABULARY[name]
        if name not in found:
            zero = np.zeros((), np.dtype(entry.dtype))
            shape = tuple(sizes[dim] for dim in entry.dims)
            found[name] = Variable(entry.dims, np.broadcast_to(zero, shape), entry.attrs)
    return Frame(found, data.places, data.attrs)


def _frame(case: Case, engine: str) -> Frame:
    """Everything that does not vary in time."""
    places = _time(case.axis)
    places |= {name: _variable(name, np.asarray(values, np.str_)) for name, values in _labels(case)}
    others = {name: _variable(name, values) for name, values in _places(case)}
    coordinates = {*places, *(name for name in COORDINATES if name in others)}
    return Frame(places | others, frozenset(coordinates), _attributes(case, engine))


def _stored(name: str, values: Any) -> NDArray[Any]:
    """Values as the vocabulary has them stored; what is infinite is not a number and so missing."""
    entry = VOCABULARY[name]
    array = np.asarray(values, dtype=np.str_ if entry.dtype == "str" else entry.dtype)
    if array.dtype.kind == "f" and np.isinf(array).any():
        array = np.where(np.isinf(array), np.nan, array)
    return array


def _variable(name: str, values: Any) -> Variable:
    """Values under their name, which nothing else holds."""
    entry = VOCABULARY[name]
    return Variable(entry.dims, np.array(_stored(name, values)), entry.attrs)


def _time(axis: TimeAxis) -> dict[str, Variable]:
    """Starts of the steps and their bounds."""
    start = axis.utc.astype("datetime64[ns]")
    bounds = np.stack([start, start + np.timedelta64(axis.step, "s")], axis=1)
    attrs = {
        "standard_name": "time",
        "long_name": "start of the step, UTC",
        "axis": "T",
        "bounds": "time_bnds",
        "units_metadata": "leap_seconds: none",
        "coverage_content_type": "coordinate",
    }
    return {"time": Variable(("time",), start, attrs), "time_bnds": Variable(("time", "bnds"), bounds, {})}


def _labels(case: Case) -> Iterator[tuple[str, Sequence[str]]]:
    """Names along each dimension."""
    yield "node", case.network.nodes.id
    yield "pipe", case.network.pipes.id
    yield "consumer", case.demand.consumers.id
    yield "source", [source.name for source in case.sources if source.enabled]
    storages = [storage.name for storage in case.storages if storage.enabled]
    if storages:
        yield "storage", storages


def _places(case: Case) -> Iterator[tuple[str, Any]]:
    """What a reader needs to draw the network from the file alone."""
    nodes, pipes = case.network.nodes, case.network.pipes
    for name in ("lon", "lat", "x", "y", "height"):
        values = np.broadcast_to(np.asarray(getattr(nodes, name), dtype=float), len(nodes.id))
        if not np.isnan(values).all():
            yield f"node_{name}", values
    yield "pipe_from", pipes.start
    yield "pipe_to", pipes.end
    yield "pipe_length", pipes.length
    consumers = case.demand.consumers
    yield "consumer_node", consumers.node
    yield "consumer_kind", np.broadcast_to(np.asarray(consumers.kind), len(consumers.id))
    for name, column in (
        ("pipe_dn", pipes.dn),
        ("consumer_dwellings", consumers.dwellings),
        ("consumer_minimum_supply_temperature", consumers.min_supply_temperature),
    ):
        if not np.isnan(column).all():
            yield name, column
    sources = [source for source in case.sources if source.enabled]
    yield "source_node", [source.node for source in sources]
    yield "source_kind", [source.kind for source in sources]
    yield "source_carrier", [source.fuel or "" for source in sources]
    yield "source_partner", [source.partner for source in sources]
    yield "source_surplus", [source.surplus for source in sources]
    storages = [storage for storage in case.storages if storage.enabled]
    if storages:
        yield "storage_node", [storage.node for storage in storages]
        yield "storage_kind", [storage.kind for storage in storages]
        yield "storage_partner", [storage.partner for storage in storages]
    yield "source_data_status", [data_status(source) for source in sources]


BY_OBJECT = (
    "node_supply_temperature",
    "node_return_temperature",
    "pipe_mass_flow",
    "pipe_return_mass_flow",
    "pipe_supply_temperature",
    "pipe_return_temperature",
    "pipe_heat_loss",
    "consumer_heat_demand",
    "consumer_heat_delivered",
    "consumer_heat_unmet",
    "consumer_unmet_cause",
    "consumer_supply_temperature",
    "consumer_return_temperature",
    "consumer_mass_flow",
    "node_supply_pressure",
    "node_return_pressure",
    "pipe_velocity",
    "consumer_differential_pressure",
)
"""Series of nodes, pipes and consumers: too many to be held over all steps."""
_FED_IN = ("consumer_heat_fed_in", "consumer_heat_rejected", "consumer_fed_in_flow")
_COURSE = (
    "source_heat",
    "source_mass_flow",
    "source_supply_temperature",
    "source_return_temperature",
    "source_pump_lift",
    "network_heat_loss",
    "network_stored_heat",
    "pump_electricity",
    "pump_throttled",
)
_STORED = {
    "storage_heat": "heat",
    "storage_heat_loss": "loss",
    "storage_energy": "energy",
    "storage_exergy": "exergy",
    "storage_top_temperature": "top",
    "storage_bottom_temperature": "bottom",
    "storage_initial_energy": "initial_energy",
}
_USED = {
    "source_heat_available": "available",
    "source_heat_direct": "direct",
    "source_heat_lifted": "lifted",
    "source_heat_rejected": "rejected",
    "source_fuel": "fuel",
    "source_electricity": "electricity",
    "source_electricity_generated": "generated",
}


def by_object(case: Case) -> tuple[str, ...]:
    """Those of a case, with what its bypasses and prosumers do if it has any."""
    passing = () if np.isnan(bypasses(case)).all() else ("consumer_bypass_flow",)
    boosting = ("consumer_booster_electricity",) if _boosts(case) else ()
    return BY_OBJECT + passing + (_FED_IN if "prosumer" in case.demand.consumers.kind else ()) + boosting


def _boosts(case: Case) -> bool:
    """Whether any consumer has a heat pump of its own."""
    return not np.isnan(case.demand.consumers.booster_supply).all()


def _names(case: Case) -> Iterator[str]:
    """What the results of a case hold beside coordinates, in order."""
    yield from (name for name, _ in _places(case) if name not in COORDINATES)
    yield from ("air_temperature", "ground_temperature", "network_supply_setpoint")
    if case.prices is not None and case.prices.electricity is not None:
        yield "electricity_price"
    if case.prices is not None:
        yield "heat_marginal_price"
    yield from by_object(case)
    yield from _COURSE
    yield from _USED
    yield "source_heat_planned"
    if any(storage.enabled for storage in case.storages):
        yield from _STORED
        yield "storage_heat_planned"
    if _lifted_stores(case):
        yield "storage_electricity"
    if _lifting(case):
        yield "source_cop"
    if _boosts(case):
        yield "booster_electricity"
    yield from ("network_initial_stored_heat", "step_converged", "step_sweeps", "system_balance_residual")


def _series(case: Case, run: Digest) -> Iterator[tuple[str, Any]]:
    """What varies in time but not by node, pipe or consumer, and the stock it starts from."""
    yield "air_temperature", run.t_air
    yield "ground_temperature", run.t_ground
    yield "network_supply_setpoint", run.t_feed
    if case.prices is not None and case.prices.electricity is not None:
        yield "electricity_price", Context(case.axis, run.t_air).values(case.prices.electricity)
    if case.prices is not None:
        price = run.intent.price
        yield "heat_marginal_price", np.full(case.axis.steps, np.nan) if price is None else price
    for name in _COURSE:
        yield name, getattr(run.course, name)
    for name, attribute in _USED.items():
        yield name, _columns([getattr(use, attribute) for use in run.uses], case.axis.steps)
    yield "source_heat_planned", run.intent.source_heat
    if run.stored is not None:
        for name, attribute in _STORED.items():
            yield name, getattr(run.stored, attribute)
        yield "storage_heat_planned", run.intent.storage_heat
    if _lifted_stores(case):
        yield "storage_electricity", run.course.storage_electricity
    if _lifting(case):
        yield "source_cop", _columns([_cop(use) for use in run.uses], case.axis.steps)
    if _boosts(case):
        yield "booster_electricity", run.course.booster_electricity
    yield "network_initial_stored_heat", run.initial_stored_heat
    yield "step_converged", run.course.converged
    yield "step_sweeps", run.course.sweeps


def _lifting(case: Case) -> bool:
    """Whether any source has a heat pump."""
    return any(lifts(source) for source in case.sources if source.enabled)


def _lifted_stores(case: Case) -> bool:
    """Whether any storage has a heat pump."""
    return any(storage.enabled and heat_pump_of(storage) for storage in case.storages)


def _cop(use: Use) -> FloatArray:
    """Heat of a source's heat pump over its electricity, NaN where it does not run; (time,)."""
    runs = (use.lifted > 0.0) & (use.electricity > 0.0)
    given = np.where(runs, use.lifted + use.electricity, np.nan)
    return np.asarray(given / np.where(runs, use.electricity, 1.0))


def _columns(arrays: Sequence[NDArray[np.float64]], steps: int) -> NDArray[np.float64]:
    """(time,) arrays side by side, (time, source)."""
    return np.stack(arrays, axis=1) if arrays else np.empty((steps, 0))


def _attributes(case: Case, engine: str) -> dict[str, Any]:
    """Global attributes, CF and ACDD; nothing of the machine, the user or the wall clock."""
    axis = case.axis
    end = axis.utc[-1] + np.timedelta64(axis.step, "s")
    attrs: dict[str, Any] = {
        "Conventions": "CF-1.11, ACDD-1.3",
        "title": case.about.name,
        "summary": case.about.description
        or f"Heat balance of the district heating network {case.about.name}, by time step.",
        "keywords": "district heating, surplus heat, heat balance",
        "source": f"heatsym {heatsym.__version__}, {engine} engine",
        "history": f"computed by heatsym {heatsym.__version__}",
        "institution": "not stated",
        "time_coverage_start": f"{axis.utc[0]}Z",
        "time_coverage_end": f"{end}Z",
        "time_coverage_duration": f"PT{axis.step * axis.steps}S",
        "time_coverage_resolution": f"PT{axis.step}S",
        "timezone_of_the_case": axis.timezone,
    }
    for name, values in (("lon", case.network.nodes.lon), ("lat", case.network.nodes.lat)):
        if np.isfinite(values).any():
            attrs[f"geospatial_{name}_min"] = float(np.nanmin(values))
            attrs[f"geospatial_{name}_max"] = float(np.nanmax(values))
    if case.weather is not None and case.weather.year is not None:
        attrs["acknowledgment"] = case.weather.year.attribution
    return attrs
