"""Temperatures of the water over the run: as sent out, as it arrives, as it comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from heatsym.analysis.figures import power
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import Calendar, calendar, in_words
from heatsym.report.colours import AIR, BLACK, BLUE, ORANGE, PURPLE, VERMILION
from heatsym.report.picture import Cell, Missing, Picture, Table, styled
from heatsym.results.balance import balance
from heatsym.results.blocks import blocks
from heatsym.simulation import Run

KEY, TITLE = "temperatures", "Temperatures of supply, return and outdoor air"
PERIODS = {"min": ("minute", 60_000), "h": ("hour", 3_600_000), "D": ("day", 86_400_000)}
"""What values are joined over: its name and its length in milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One temperature by step [degC], and how it is drawn; ``coldest``: the lowest value of a period."""

    name: str
    values: FloatArray
    colour: str
    dash: str
    width: float
    coldest: bool = False


def temperatures(run: Run) -> Picture | Missing:
    """Supply, return, set-point and outdoor air by local day; of a short run by hour or minute."""
    results = run.results
    lines = _lines(results)
    supply, arrived, *_ = lines
    if not np.isfinite(supply.values).any():
        return Missing(KEY, TITLE, "no source heats any water in this run")
    dates = calendar(results)
    period = _period(dates)
    figure = styled(go.Figure(), 430)
    if period == "D":
        figure.add_traces(_band(supply, dates))
    figure.add_traces([_drawn(line, dates, period) for line in lines])
    if (minimum := _minimum(results)) is not None:
        figure.add_trace(_limit(minimum, figure.data[-1]))
    figure.update_xaxes(type="date")
    figure.update_yaxes(title="Temperature [°C]")
    figure.update_layout(
        hovermode="x unified",
        legend={"traceorder": "normal", "yref": "container", "y": 0.0, "yanchor": "bottom"},
    )
    table = _table(lines, dates)
    return Picture(
        KEY, TITLE, _caption(results, supply, arrived, dates, period), _spoken(lines, dates), figure, table
    )


def _lines(results: xr.Dataset) -> tuple[_Line, ...]:
    """What is drawn; the supply water first, what arrives of it second."""
    flow, sent = power(results, "source_mass_flow"), power(results, "source_supply_temperature")
    heated = (flow > 0.0) & np.isfinite(sent)
    weight = np.where(heated, flow, 0.0)
    total = weight.sum(axis=1)
    mixed = (weight * np.where(heated, sent, 0.0)).sum(axis=1)
    supply = np.divide(mixed, total, out=np.full(len(total), np.nan), where=total > 0.0)
    names = ("consumer_mass_flow", "consumer_supply_temperature")
    coldest = np.concatenate(
        [
            np.fmin.reduce(np.where(drawn > 0.0, t, np.nan), axis=1, initial=np.nan).astype(np.float64)
            for _, (drawn, t) in blocks(results, *names)
        ]
    )
    leading = int(weight.sum(axis=0).argmax())
    back = power(results, "source_return_temperature")[:, leading]
    return (
        _Line("supply, leaving the sources", supply, VERMILION, "solid", 2.5),
        _Line("coldest supply at a consumer", coldest, ORANGE, "dot", 1.8, coldest=True),
        _Line("set-point", power(results, "network_supply_setpoint"), BLACK, "dash", 1.2),
        _Line("return at the leading source", back, BLUE, "solid", 2.0),
        _Line("outdoor air", power(results, "air_temperature"), AIR, "solid", 1.2),
    )


def _period(dates: Calendar) -> str:
    """Days; for up to two weeks hours, for up to six hours of short steps minutes."""
    if dates.length > 14 * 24:
        return "D"
    return "min" if dates.length <= 6.0 and dates.hours.max() <= 1 / 60 else "h"


def _joined(dates: Calendar, period: str) -> bool:
    """Whether a period holds several steps."""
    return bool(dates.hours.min() * 3.6e6 < PERIODS[period][1])


def _series(line: _Line, dates: Calendar, period: str) -> pd.Series:
    """One value for each period, without gaps in the index."""
    if line.coldest:
        return dates.extreme(line.values, period, largest=False).asfreq(period)
    return dates.mean(line.values, period).asfreq(period)


def _drawn(line: _Line, dates: Calendar, period: str) -> go.Scatter:
    """A line over time; a single value is a point."""
    series = _series(line, dates, period)
    lowest = line.coldest and _joined(dates, period)
    return go.Scatter(
        x0=str(series.index[0]),
        dx=PERIODS[period][1],
        y=series.to_numpy(dtype=np.float32),
        mode="lines" if len(series) > 1 else "markers",
        line={"color": line.colour, "dash": line.dash, "width": line.width},
        name=f"{line.name}, lowest of the {PERIODS[period][0]}" if lowest else line.name,
        hovertemplate="%{y:.1f} °C",
    )


def _band(line: _Line, dates: Calendar) -> list[go.Scatter]:
    """Between the lowest and the highest value of each day."""
    low, high = (dates.extreme(line.values, "D", largest=largest).asfreq("D") for largest in (False, True))
    common = {
        "x0": str(low.index[0]),
        "dx": PERIODS["D"][1],
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    return [
        go.Scatter(y=low.to_numpy(dtype=np.float32), showlegend=False, **common),
        go.Scatter(
            y=high.to_numpy(dtype=np.float32),
            fill="tonexty",
            fillcolor="rgba(213,94,0,0.2)",
            name="supply, lowest to highest of the day",
            **common,
        ),
    ]


def _minimum(results: xr.Dataset) -> float | None:
    """Highest of the supply temperatures below which an hour is flagged; None without any. [degC]"""
    if "consumer_minimum_supply_temperature" not in results:
        return None
    return float(np.nanmax(results["consumer_minimum_supply_temperature"].values))


def _limit(minimum: float, beside: go.Scatter) -> go.Scatter:
    """A level line over the whole time."""
    count = len(beside.y)
    return go.Scatter(
        x0=beside.x0,
        dx=beside.dx * max(count - 1, 1),
        y=[minimum, minimum],
        mode="lines",
        line={"color": PURPLE, "width": 1.5, "dash": "longdash"},
        name="highest minimum a consumer asks for",
        hoverinfo="skip",
    )


def _caption(results: xr.Dataset, supply: _Line, arrived: _Line, dates: Calendar, period: str) -> str:
    """What to see in it."""
    name = PERIODS[period][0]
    mean = _mean(supply, dates)
    low, high = np.nanmin(supply.values), np.nanmax(supply.values)
    text = f"The sources send out water of {mean:.1f} °C on average ({low:.1f} to {high:.1f} °C)"
    if np.isfinite(arrived.values).any():
        worst = int(np.nanargmin(arrived.values))
        text += (
            f"; the coldest that reached a consumer had {arrived.values[worst]:.1f} °C, on"
            f" {dates.local[worst]:%Y-%m-%d at %H:%M}"
        )
    text += "."
    if _joined(dates, period):
        text += f" Lines are means of the {name}; of the coldest supply it is the lowest value of the {name}."
    if "consumer_minimum_supply_temperature" in results:
        text += _below(results)
    return text


def _below(results: xr.Dataset) -> str:
    """Where and how long the water was colder than a consumer asks for."""
    minimum = results["consumer_minimum_supply_temperature"].values
    cold = np.concatenate([t < minimum for _, (t,) in blocks(results, "consumer_supply_temperature")])
    hours = float(balance(results).seconds[cold.any(axis=1)].sum()) / 3600.0
    asking, places = int(np.isfinite(minimum).sum()), int(cold.any(axis=0).sum())
    found = f" {asking} of {len(minimum)} consumers ask for a minimum temperature"
    if not places:
        return f"{found}; none of them ever had colder water."
    return f"{found}; {places} of them had colder water at times, in {number(hours)} h in all."


def _mean(line: _Line, dates: Calendar) -> float:
    """Mean over the run, weighted by time. [degC]"""
    known = np.isfinite(line.values)
    return float(np.average(line.values[known], weights=dates.hours[known]))


def _spoken(lines: tuple[_Line, ...], dates: Calendar) -> str:
    """The main figures in words."""
    parts = (
        f"{line.name} {np.nanmin(line.values):.1f} to {np.nanmax(line.values):.1f}, mean"
        f" {_mean(line, dates):.1f}"
        for line in lines
        if np.isfinite(line.values).any()
    )
    return f"Temperatures over the run in °C: {'; '.join(parts)}."


def _table(lines: tuple[_Line, ...], dates: Calendar) -> Table:
    """Mean, lowest and highest value of each line by month."""
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        mean = dates.mean(line.values, "M")
        low, high = (dates.extreme(line.values, "M", largest=largest) for largest in (False, True))
        months = in_words(pd.DatetimeIndex(mean.index), "M")
        for month, *values in zip(months, mean, low, high, strict=True):
            rows.append((month, line.name, *(float(value) if value == value else None for value in values)))
    return Table(("month", "temperature of", "mean [°C]", "lowest [°C]", "highest [°C]"), tuple(rows))
