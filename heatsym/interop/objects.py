"""What is known of each node, trench, consumer and source over the whole run, in handy units.

Column names end in their unit, as keys of a case file do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray
from heatsym.tables.factors import JOULES_PER_MWH

Value = str | float | bool | None
Columns = dict[str, list[Value]]

_GIVEN = ("lon", "lat", "x_m", "y_m", "height_m", "length_m", "dn")
_POSITION = (("node_lon", "lon"), ("node_lat", "lat"), ("node_x", "x_m"), ("node_y", "y_m"))


def objects(results: xr.Dataset, dim: str) -> Columns:
    """The table of one kind of object: names, places, totals and extremes of the run.

    Parameters
    ----------
    results : xarray.Dataset
        Results of a run, as computed or as read from a file, or the chosen part of them.
    dim : str
        ``node``, ``pipe``, ``consumer``, ``source`` or ``storage``.

    Returns
    -------
    dict of str to list
        A column each, in the order of the objects; ``id`` is the first. What is missing is None.
        A total with a missing step is missing.
    """
    columns: Columns = {"id": _listed(results[dim].values)}
    for name, values in _TABLES[dim](results):
        columns[name] = _listed(values if name in _GIVEN or isinstance(values, list) else _digits(values))
    return columns


def positions(results: xr.Dataset) -> tuple[bool, dict[str, tuple[float, float]]]:
    """Whether places are longitude and latitude (else metres in a plane), and the known ones by node."""
    geographic = {"node_lon", "node_lat"} <= set(results.variables)
    across, up = ("node_lon", "node_lat") if geographic else ("node_x", "node_y")
    if not {across, up} <= set(results.variables):
        return geographic, {}
    pairs = zip(results["node"].values, results[across].values, results[up].values, strict=True)
    return geographic, {str(node): (float(x), float(y)) for node, x, y in pairs if np.isfinite(x + y)}


def _listed(values: NDArray[np.generic] | list[Value]) -> list[Value]:
    """Plain Python values, None where a number is missing."""
    plain: list[Value] = values.tolist() if isinstance(values, np.ndarray) else values
    return [None if isinstance(value, float) and not np.isfinite(value) else value for value in plain]


def _digits(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Numbers with the seven digits that stored series have."""
    if values.dtype.kind != "f":
        return values
    return np.array([float(f"{value:.7g}") for value in values.tolist()])


Column = tuple[str, "NDArray[np.generic] | list[Value]"]


def _nodes(results: xr.Dataset) -> Iterator[Column]:
    for name, column in (*_POSITION, ("node_height", "height_m")):
        if name in results.variables:
            yield column, results[name].values
    for name, stem, factor, unit in (
        ("node_supply_temperature", "supply_temperature", 1.0, "degC"),
        ("node_return_temperature", "return_temperature", 1.0, "degC"),
        ("node_supply_pressure", "supply_pressure", 1e5, "bar"),
        ("node_return_pressure", "return_pressure", 1e5, "bar"),
    ):
        yield f"{stem}_min_{unit}", _extreme(results, name, np.fmin) / factor
        yield f"{stem}_max_{unit}", _extreme(results, name, np.fmax) / factor


def _pipes(results: xr.Dataset) -> Iterator[Column]:
    length = results["pipe_length"].values
    seconds = _seconds(results)
    loss = _energy(results, "pipe_heat_loss")
    yield "from", results["pipe_from"].values
    yield "to", results["pipe_to"].values
    yield "length_m", length
    if "pipe_dn" in results:
        yield "dn", results["pipe_dn"].values
    yield "heat_loss_MWh", loss / JOULES_PER_MWH
    yield "heat_loss_W_per_m", loss / seconds.sum() / length
    yield "velocity_max_m_per_s", _extreme(results, "pipe_velocity", np.fmax, of_size=True)
    for side in ("supply", "return"):
        yield f"{side}_temperature_mean_degC", _mean(results, f"pipe_{side}_temperature")


def _consumers(results: xr.Dataset) -> Iterator[Column]:
    yield "node", results["consumer_node"].values
    yield from _places(results, results["consumer_node"].values)
    yield "kind", results["consumer_kind"].values
    if "consumer_dwellings" in results:
        yield "dwellings", results["consumer_dwellings"].values
    for part in ("demand", "delivered", "unmet"):
        yield f"heat_{part}_MWh", _energy(results, f"consumer_heat_{part}") / JOULES_PER_MWH
    yield "heat_delivered_max_kW", _extreme(results, "consumer_heat_delivered", np.fmax) / 1e3
    yield "supply_temperature_min_degC", _extreme(results, "consumer_supply_temperature", np.fmin)


def _sources(results: xr.Dataset) -> Iterator[Column]:
    yield "node", results["source_node"].values
    yield from _places(results, results["source_node"].values)
    yield "kind", results["source_kind"].values
    yield "fuel", results["source_carrier"].values
    yield "partner", results["source_partner"].values
    yield "surplus_heat", results["source_surplus"].values.astype(bool)
    if "source_data_status" in results:
        yield "data_status", results["source_data_status"].values
    for name, column in (
        ("source_heat", "heat_MWh"),
        ("source_heat_available", "heat_available_MWh"),
        ("source_heat_rejected", "heat_rejected_MWh"),
        ("source_electricity", "electricity_MWh"),
    ):
        yield column, _energy(results, name) / JOULES_PER_MWH
    if "source_electricity_generated" in results:
        yield "electricity_generated_MWh", _energy(results, "source_electricity_generated") / JOULES_PER_MWH
    burns = results["source_carrier"].values != ""
    yield "fuel_MWh", np.where(burns, _energy(results, "source_fuel") / JOULES_PER_MWH, np.nan)
    if "source_emissions" in results:
        yield "emissions_t", _energy(results, "source_emissions") / 1e3
    yield "heat_max_kW", _extreme(results, "source_heat", np.fmax) / 1e3


def _storages(results: xr.Dataset) -> Iterator[Column]:
    yield "node", results["storage_node"].values
    yield from _places(results, results["storage_node"].values)
    yield "kind", results["storage_kind"].values
    yield "partner", results["storage_partner"].values
    heat = results["storage_heat"].values
    for flow, column in ((heat, "charged_MWh"), (-heat, "discharged_MWh")):
        yield column, np.maximum(flow, 0.0).T @ _seconds(results) / JOULES_PER_MWH
    yield "heat_loss_MWh", _energy(results, "storage_heat_loss") / JOULES_PER_MWH
    for name, word in (("top", "max"), ("bottom", "min")):
        extreme = np.fmax if word == "max" else np.fmin
        yield f"{name}_temperature_{word}_degC", _extreme(results, f"storage_{name}_temperature", extreme)


def _places(results: xr.Dataset, nodes: NDArray[np.generic]) -> Iterator[Column]:
    """Where the objects at these nodes are."""
    position = {str(node): i for i, node in enumerate(results["node"].values)}
    at = [position.get(str(node)) for node in nodes]
    for name, column in _POSITION:
        if name in results.variables:
            values = results[name].values
            yield column, [None if i is None else float(values[i]) for i in at]


def _energy(results: xr.Dataset, name: str) -> FloatArray:
    """Each object's power (or mass flow) over the run. [J or kg]"""
    total: FloatArray = _seconds(results) @ results[name].values.astype(np.float64)
    return total


def _seconds(results: xr.Dataset) -> FloatArray:
    """Lengths of the steps. [s]"""
    bounds = results["time_bnds"].values.astype("datetime64[ns]").astype(np.int64)
    seconds: FloatArray = (bounds[:, 1] - bounds[:, 0]) / 1e9
    return seconds


def _mean(results: xr.Dataset, name: str) -> FloatArray:
    """Mean of the known values, by time."""
    values = results[name].values.astype(np.float64)
    weight = np.isfinite(values) * _seconds(results)[:, None]
    total, known = (np.nan_to_num(values) * weight).sum(axis=0), weight.sum(axis=0)
    mean: FloatArray = np.divide(total, known, out=np.full_like(total, np.nan), where=known > 0.0)
    return mean


def _extreme(results: xr.Dataset, name: str, ufunc: np.ufunc, *, of_size: bool = False) -> FloatArray:
    """Smallest or largest known value of each object."""
    values = results[name].values.astype(np.float64)
    found: FloatArray = np.asarray(ufunc.reduce(np.abs(values) if of_size else values, axis=0))
    return found


_TABLES = {
    "node": _nodes,
    "pipe": _pipes,
    "consumer": _consumers,
    "source": _sources,
    "storage": _storages,
}
