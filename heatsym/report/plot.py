"""One variable of a run over local time, as a page of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import xarray as xr

import heatsym
from heatsym.interfaces.axis import FloatArray, local_time
from heatsym.report.colours import (
    BLACK,
    BLUE,
    DASHES,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Style,
    source_styles,
)
from heatsym.report.embed import figure_json
from heatsym.report.picture import Cell, Missing, Picture, Table, plain, scale, styled
from heatsym.report.templating import rendered
from heatsym.report.typeset import cell
from heatsym.report.words import span
from heatsym.results.selection import PERIODS, Choices, check_use, resample, select, series_named
from heatsym.simulation import Run

LINES = 12
"""Most lines in one picture."""
POINTS = 9000
"""Most points of a line, unless a period is asked for."""

_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)
_UNITS = {  # divisor and unit in which a stored unit is shown
    "J": (3.6e9, "MWh"),
    "J-1": (1 / 3.6e9, "EUR/MWh"),
    "Pa": (1e5, "bar"),
    "degC": (1.0, "°C"),
    "kg s-1": (1.0, "kg/s"),
    "m s-1": (1.0, "m/s"),
}


def plot(run: Run, name: str, choices: Choices, period: str | None = None) -> Picture | Missing:
    """A line per object over local time; flags as steps.

    Parameters
    ----------
    run : Run
        A run, as computed or as read from a folder.
    name : str
        A variable that varies in time.
    choices : mapping
        Names to keep, by dimension; see :func:`heatsym.results.selection.chosen`.
    period : str, optional
        A key of ``PERIODS``; without it the steps of the run, or the shortest period that gives at
        most ``POINTS`` points.

    Returns
    -------
    Picture or Missing
        With more than ``LINES`` objects the ones with the largest mean absolute value. Missing where
        there is no value to draw.

    Raises
    ------
    InputError
        No such variable or object, or steps longer than the period.
    """
    check_use([series_named(run.results, name)], choices)
    results = select(run.results, choices)
    period = period or _short_enough(results)
    if period:
        results = resample(results, [name], period)
    series = results[name]
    attrs = series.attrs
    flags = str(attrs.get("flag_meanings", "")).split()
    key = name.replace("_", "-")
    title = attrs["long_name"][:1].upper() + attrs["long_name"][1:]
    values = series.values.astype(np.float64).reshape(series.sizes["time"], -1)
    known = np.isfinite(values)
    if not known.any():
        return Missing(key, title, "it has no value in any step")
    dim = str(series.dims[-1])
    labels = [attrs["long_name"]] if dim == "time" else [str(label) for label in series[dim].values]
    size = np.where(known, np.abs(values), 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    shown = sorted(np.argsort(-size, kind="stable")[:LINES].tolist())
    divisor, unit = _unit(attrs.get("units", ""), values)
    values = values / divisor
    styles = source_styles(run.results) if dim == "source" else {}
    lines = [(labels[i], values[:, i], styles.get(labels[i])) for i in shown]
    figure = _figure(_local(results), lines, flags, unit)
    caption = _caption(period, len(shown), len(labels), dim)
    hours = _hours(results)
    table = (
        _flag_table(dim, labels, values, hours, flags)
        if flags
        else _table(dim, labels, values, hours, f" [{unit}]" if unit else "")
    )
    label = f"{title}{f', {unit}' if unit else ''}. {caption}"
    return Picture(key, title, caption, label, figure, table)


def page(run: Run, picture: Picture) -> str:
    """A picture as an HTML page that needs nothing else."""
    return rendered(
        "plot.html",
        version=heatsym.__version__,
        name=run.summary["case"],
        period=span(run),
        zone=run.results.attrs["timezone_of_the_case"],
        picture=picture,
        height=int(picture.figure.layout.height),
        json=figure_json(picture.figure),
        rows=[[cell(value) for value in row] for row in picture.table.rows],
    )


def _figure(
    x: FloatArray, lines: Sequence[tuple[str, FloatArray, Style | None]], flags: Sequence[str], unit: str
) -> go.Figure:
    """Lines over the local clock; sources in their own colours."""
    figure = go.Figure()
    for place, (label, values, style) in enumerate(lines):
        other = Style(_COLOURS[place % len(_COLOURS)], DASHES[place // len(_COLOURS)], "", "")
        figure.add_scatter(
            x=x,
            y=values.astype(np.float32),
            mode="lines" if len(x) > 1 else "markers",
            name=plain(label, 40),
            line={
                "width": 1.5,
                "color": (style or other).colour,
                "dash": (style or other).dash,
                "shape": "hv" if flags else "linear",
            },
            hovertemplate="%{y}" if flags else f"%{{y:.4~g}} {unit}",
        )
    styled(figure, height=480)
    figure.update_layout(hovermode="x unified", showlegend=len(lines) > 1, legend={"y": -0.1})
    figure.update_xaxes(type="date", hoverformat="%a %d %b %Y %H:%M")
    if flags:
        words = [flag.replace("_", " ") for flag in flags]
        figure.update_yaxes(tickvals=list(range(len(flags))), ticktext=words, range=[-0.2, len(flags) - 0.8])
    else:
        figure.update_yaxes(title=unit or "number")
    return figure


def _local(results: xr.Dataset) -> FloatArray:
    """The wall clock at each step as milliseconds of a date axis, which knows no zones."""
    local = local_time(results["time"].values, results.attrs["timezone_of_the_case"])
    return local.astype("datetime64[ms]").astype(np.float64)


def _short_enough(results: xr.Dataset) -> str | None:
    """The shortest period that leaves few enough points; None where the steps themselves are few enough."""
    steps = results.sizes["time"]
    if steps <= POINTS:
        return None
    seconds = _hours(results).sum() * 3600.0
    fitting = [name for name, period in PERIODS.items() if seconds / period.seconds <= POINTS]
    return fitting[0] if fitting else "MS"


def _unit(units: str, values: FloatArray) -> tuple[float, str]:
    """Divisor and unit in which a series reads well."""
    if units == "W":
        return scale(float(np.nanmax(np.abs(values))))
    return _UNITS.get(units, (1.0, ""))


def _caption(period: str | None, lines: int, objects: int, dim: str) -> str:
    """What is drawn, and what is not."""
    over = f"In local time, by {PERIODS[period].words if period else 'time step'}."
    if lines == objects:
        return over
    chosen = f"The {lines} of {objects} {dim}s with the largest mean absolute value; others can be selected."
    return f"{over} {chosen}"


def _hours(results: xr.Dataset) -> FloatArray:
    """Length of each step or period. [h]"""
    bounds = results["time_bnds"].values.astype("datetime64[ns]").astype(np.int64)
    hours: FloatArray = (bounds[:, 1] - bounds[:, 0]) / 3.6e12
    return hours


def _table(dim: str, labels: Sequence[str], values: FloatArray, hours: FloatArray, unit: str) -> Table:
    """Lowest, mean and highest value of every object, of those not drawn, too."""
    rows: list[tuple[Cell, ...]] = []
    for label, column in zip(labels, values.T, strict=True):
        known = np.isfinite(column)
        if known.any():
            mean = float(np.average(column[known], weights=hours[known]))
            rows.append((label, float(column[known].min()), mean, float(column[known].max())))
        else:
            rows.append((label, None, None, None))
    heads = ("series" if dim == "time" else dim, f"lowest{unit}", f"mean{unit}", f"highest{unit}")
    return Table(heads, tuple(rows))


def _flag_table(
    dim: str, labels: Sequence[str], values: FloatArray, hours: FloatArray, flags: Sequence[str]
) -> Table:
    """Hours of every object with each flag."""
    rows: list[tuple[Cell, ...]] = [
        (label, *(float(hours[column == flag].sum()) for flag in range(len(flags))))
        for label, column in zip(labels, values.T, strict=True)
    ]
    heads = (f"{flag.replace('_', ' ')} [h]" for flag in flags)
    return Table(("series" if dim == "time" else dim, *heads), tuple(rows))
