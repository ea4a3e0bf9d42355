"""Arrays of a run under their public names: a labelled Dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import heatsym
from heatsym.case.model import Case
from heatsym.engine.trajectory import Trajectory
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.profile import Context
from heatsym.results.balance import balance
from heatsym.results.vocabulary import VOCABULARY

COORDINATES = ("node_lon", "node_lat", "node_x", "node_y", "node_height")


def dataset(case: Case, trajectory: Trajectory) -> xr.Dataset:
    """All results of a run, as they are stored: rounded to the stored type, missing as NaN.

    Parameters
    ----------
    case : Case
        The study. Only its enabled sources appear.
    trajectory : Trajectory
        What the engine computed for it.

    Returns
    -------
    xarray.Dataset
        Dimensions time, node, pipe, consumer, source; time is the start of the step in UTC, with
        bounds. ``system_balance_residual`` is computed from the rounded series themselves.
    """
    data = xr.Dataset(attrs=_attributes(case, trajectory))
    data = data.assign_coords(_time(case.axis))
    for name, values in _labels(case):
        data = data.assign_coords({name: _variable(name, np.asarray(values, dtype=np.str_))})
    for name, values in _places(case):
        data[name] = _variable(name, values)
    data = data.set_coords([name for name in COORDINATES if name in data])
    for name, values in _series(case, trajectory):
        data[name] = _variable(name, values)
    data["system_balance_residual"] = _variable("system_balance_residual", balance(data).residual)
    return data


def _variable(name: str, values: Any) -> xr.Variable:
    """Values as the vocabulary has them stored; what is infinite is not a number and so missing."""
    entry = VOCABULARY[name]
    array = np.asarray(values, dtype=np.str_ if entry.dtype == "str" else entry.dtype)
    if array.dtype.kind == "f":
        array = np.where(np.isinf(array), np.nan, array)
    return xr.Variable(entry.dims, array, entry.attrs)


def _time(axis: TimeAxis) -> dict[str, xr.Variable]:
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
    return {"time": xr.Variable("time", start, attrs), "time_bnds": xr.Variable(("time", "bnds"), bounds)}


def _labels(case: Case) -> Iterator[tuple[str, Sequence[str]]]:
    """Names along each dimension."""
    yield "node", case.network.nodes.id
    yield "pipe", case.network.pipes.id
    yield "consumer", case.demand.consumers.id
    yield "source", [source.name for source in case.sources if source.enabled]


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


_MARCHED = (
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
    "source_heat",
    "source_mass_flow",
    "source_supply_temperature",
    "source_return_temperature",
    "network_stored_heat",
)
_HYDRAULIC = (
    "node_supply_pressure",
    "node_return_pressure",
    "pipe_velocity",
    "pump_electricity",
    "pump_throttled",
)
_USED = {
    "source_heat_available": "available",
    "source_heat_direct": "direct",
    "source_heat_lifted": "lifted",
    "source_heat_rejected": "rejected",
    "source_fuel": "fuel",
    "source_electricity": "electricity",
}


def _series(case: Case, trajectory: Trajectory) -> Iterator[tuple[str, Any]]:
    """Everything that varies in time, and the stock it starts from."""
    march = trajectory.march
    yield "air_temperature", trajectory.t_air
    yield "ground_temperature", trajectory.t_ground
    yield "network_supply_setpoint", trajectory.t_feed
    if case.prices is not None and case.prices.electricity is not None:
        yield "electricity_price", Context(case.axis, trajectory.t_air).values(case.prices.electricity)
    for name in _MARCHED:
        yield name, getattr(march, name)
    if march.consumer_bypass_flow.any():
        yield "consumer_bypass_flow", march.consumer_bypass_flow
    fed_in = trajectory.fed_in
    if fed_in is not None:
        for name, values in (
            ("consumer_heat_fed_in", fed_in.heat),
            ("consumer_heat_rejected", fed_in.rejected),
            ("consumer_fed_in_flow", fed_in.mass_flow),
        ):
            everyone = np.zeros(march.consumer_mass_flow.shape)
            everyone[:, fed_in.consumer] = values
            yield name, everyone
    for name in _HYDRAULIC:
        yield name, getattr(trajectory.hydraulics, name)
    for name, attribute in _USED.items():
        yield name, _columns([getattr(use, attribute) for use in trajectory.uses], case.axis.steps)
    yield "network_heat_loss", march.pipe_heat_loss.sum(axis=1)
    yield "network_initial_stored_heat", march.initial_stored_heat
    yield "step_converged", march.converged
    yield "step_sweeps", march.sweeps


def _columns(arrays: Sequence[NDArray[np.float64]], steps: int) -> NDArray[np.float64]:
    """(time,) arrays side by side, (time, source)."""
    return np.stack(arrays, axis=1) if arrays else np.empty((steps, 0))


def _attributes(case: Case, trajectory: Trajectory) -> dict[str, Any]:
    """Global attributes, CF and ACDD; nothing of the machine, the user or the wall clock."""
    axis = case.axis
    end = axis.utc[-1] + np.timedelta64(axis.step, "s")
    attrs: dict[str, Any] = {
        "Conventions": "CF-1.11, ACDD-1.3",
        "title": case.about.name,
        "summary": case.about.description
        or f"Heat balance of the district heating network {case.about.name}, by time step.",
        "keywords": "district heating, surplus heat, heat balance",
        "source": f"heatsym {heatsym.__version__}, {trajectory.engine} engine",
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
