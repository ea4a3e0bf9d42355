"""Parts of stored results: one variable, some objects, means over local days or months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray, local_time
from heatsym.results.netcdf import LABELLED
from heatsym.results.vocabulary import AT_END, FLOW_WEIGHTED, MEAN

Choices = Mapping[str, tuple[str, ...]]
"""Names to keep, by dimension."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the local clock: at most ``seconds`` long, in words, and as ISO 8601 has it."""

    seconds: int
    words: str
    iso: str


PERIODS = {
    "min": Period(60, "minute", "PT1M"),
    "5min": Period(300, "5 minutes", "PT5M"),
    "15min": Period(900, "quarter of an hour", "PT15M"),
    "h": Period(3600, "hour", "PT1H"),
    "D": Period(25 * 3600, "day", "P1D"),
    "W": Period(7 * 86400 + 3600, "week", "P7D"),
    "MS": Period(31 * 86400 + 3600, "month", "P1M"),
}
"""What results can be gathered over, the shortest first."""

_WEIGHT = {"source": "source_mass_flow", "consumer": "consumer_mass_flow"}
_BY_TIME = "time: mean (by time, not by mass flow, which is not stored for this object)"


def series_names(results: xr.Dataset) -> list[str]:
    """Names of everything that varies in time, in the order of the file."""
    return [str(name) for name, variable in results.data_vars.items() if "time" in variable.dims]


def series_named(results: xr.Dataset, name: str) -> xr.DataArray:
    """A variable that varies in time.

    Raises
    ------
    InputError
        There is none of that name; the message has the nearest ones.
    """
    known = series_names(results)
    if name in known:
        return results[name]
    if name in results.variables:
        raise _unknown(f"{name} does not vary in time", "heatsym info lists what does")
    near = get_close_matches(name, known, 3, 0.5)
    raise _unknown(
        f"these results have no variable {name!r}",
        f"did you mean {_either(near)}?" if near else "heatsym info lists them",
    )


def chosen(results: xr.Dataset, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What ``source=works`` and ``pipe=P12,P13`` mean; a name that holds a comma is found, too.

    Raises
    ------
    InputError
        A word is not of this form, or there is no such dimension or name.
    """
    found: dict[str, tuple[str, ...]] = {}
    dims = [dim for dim in LABELLED if dim in results.dims]
    for word in words:
        dim, equals, value = word.partition("=")
        if not equals or not value:
            raise InputError(
                [Problem("HS702", f"{word!r} is not of the form dimension=name", hint="e.g. source=works")]
            )
        if dim not in dims:
            raise _unknown(f"these results have no dimension {dim!r}", f"there are {', '.join(dims)}")
        known = [str(name) for name in results[dim].values]
        for name in [value] if value in known else value.split(","):
            if name not in known:
                near = get_close_matches(name, known, 3, 0.5) or known
                hint = f"did you mean {_either(near[:3])}?" if near else f"there is no {dim} at all"
                raise _unknown(f"these results have no {dim} {name!r}", hint)
            found[dim] = (*found.get(dim, ()), name)
    return {dim: tuple(dict.fromkeys(names)) for dim, names in found.items()}


def select(results: xr.Dataset, choices: Choices) -> xr.Dataset:
    """Results of the chosen objects only, in the order of the choice."""
    part = results
    for dim, names in choices.items():
        position = {str(name): i for i, name in enumerate(results[dim].values)}
        part = part.isel({dim: [position[name] for name in names]})
    return part


def check_use(variables: Sequence[xr.DataArray], choices: Choices) -> None:
    """See that each choice concerns one of the variables.

    Raises
    ------
    InputError
        A dimension was chosen from that no variable has.
    """
    for dim in choices:
        if not any(dim in variable.dims for variable in variables):
            names = ", ".join(str(variable.name) for variable in variables)
            raise _unknown(f"{names}: has no dimension {dim} to select from", "leave the selection out")


def resample(results: xr.Dataset, names: Sequence[str], period: str) -> xr.Dataset:
    r"""Series over longer local periods, each by its own rule.

    Parameters
    ----------
    results : xarray.Dataset
        Results of a run, or the chosen part of them.
    names : sequence of str
        Series to keep.
    period : str
        A key of ``PERIODS``.

    Returns
    -------
    xarray.Dataset
        ``time`` is the start of the first step of each period, UTC; ``time_bnds`` holds both ends, so
        that a period that the run cuts short shows. Means are weighted by the length of the steps,
        flow-weighted temperatures by the mass flow of their own object where that is stored (where
        nothing flows all period, by time), and else by time, as ``cell_methods`` then says. Stocks
        take the last value, flags and counts the largest. Missing values are left out, and a period
        without any value is missing.

    Raises
    ------
    InputError
        The steps of the run are longer than the period.

    Notes
    -----
    A step belongs to the period in which it starts on the local clock: days have 23, 24 or 25 hours.
    Hours and shorter periods that the clock shows twice stay two.

    .. math:: \bar{x} = \sum_i w_i x_i / \sum_i w_i, \quad
        w_i = \Delta t_i \text{ or } |\dot m_i| \Delta t_i

    Derived here.
    """
    bounds = results["time_bnds"].values.astype("datetime64[ns]")
    seconds: FloatArray = (bounds[:, 1] - bounds[:, 0]).astype(np.int64) / 1e9
    if seconds.max(initial=0.0) > PERIODS[period].seconds:
        why = f"steps of {seconds.max():g} s are longer than the period asked for: {PERIODS[period].words}"
        raise InputError([Problem("HS702", why)])
    first = _firsts(bounds[:, 0], results.attrs["timezone_of_the_case"], period)
    last = np.append(first[1:], len(seconds)) - 1
    gathered = results.isel(time=first).drop_vars("time_bnds")[list(names)].copy()
    ends = np.stack([bounds[first, 0], bounds[last, 1]], axis=1)
    gathered = gathered.assign_coords(time_bnds=(("time", "bnds"), ends))
    for name in names:
        values, method = _gathered(results, name, seconds, first, last)
        attrs = results[name].attrs | ({"cell_methods": method} if method else {})
        gathered[name] = xr.Variable(results[name].dims, values.astype(results[name].dtype), attrs)
    gathered.attrs = results.attrs | {"time_coverage_resolution": PERIODS[period].iso}
    return gathered


def _gathered(
    results: xr.Dataset, name: str, seconds: FloatArray, first: IntArray, last: IntArray
) -> tuple[NDArray[np.float64], str]:
    """Values of a series by period, and how they came about."""
    series = results[name]
    method = series.attrs.get("cell_methods", "")
    values = series.values.astype(np.float64)
    if method == AT_END:
        return values[last], method
    if method not in (MEAN, FLOW_WEIGHTED):
        return np.maximum.reduceat(values, first, axis=0), "time: maximum"
    by_time = _mean(values, _along(seconds, values), first)
    if method == MEAN:
        return by_time, method
    flow = _WEIGHT.get(str(series.dims[-1]), "")
    if flow not in results:
        return by_time, _BY_TIME
    weights = np.abs(np.nan_to_num(results[flow].values.astype(np.float64))) * _along(seconds, values)
    by_flow = _mean(values, weights, first)
    return np.where(np.isnan(by_flow), by_time, by_flow), method


def _along(seconds: FloatArray, values: FloatArray) -> FloatArray:
    """Lengths of the steps in the shape of a series."""
    return np.broadcast_to(seconds.reshape(-1, *[1] * (values.ndim - 1)), values.shape)


def _mean(values: FloatArray, weights: FloatArray, first: IntArray) -> FloatArray:
    """Weighted means of the known values; missing where no weight is."""
    known = np.isfinite(values)
    weight = np.add.reduceat(np.where(known, weights, 0.0), first, axis=0)
    total = np.add.reduceat(np.where(known, values, 0.0) * weights, first, axis=0)
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0.0)


def _firsts(start: TimeArray, timezone: str, period: str) -> IntArray:
    """Position of the first step of each period."""
    local = local_time(start, timezone)
    seconds = local.astype(np.int64)
    if period == "MS":
        label = local.astype("datetime64[M]").astype(np.int64)
    elif period == "W":
        label = (seconds // 86400 + 3) // 7  # 1970-01-01 was a Thursday
    elif period == "D":
        label = seconds // 86400
    else:
        offset = seconds - start.astype("datetime64[s]").astype(np.int64)
        label = seconds // PERIODS[period].seconds * PERIODS[period].seconds - offset
    return np.flatnonzero(np.diff(label, prepend=label[0] - 1) != 0)


def _either(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _unknown(reason: str, hint: str) -> InputError:
    return InputError([Problem("HS701", reason, hint=hint)])
