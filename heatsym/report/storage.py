"""Storages over the run: how much heat is in them, and how warm they are at top and bottom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from heatsym.analysis.figures import power
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import Calendar, calendar, in_words
from heatsym.report.colours import BLUE, GREEN, VERMILION
from heatsym.report.picture import Cell, Missing, Picture, Table, plain, styled
from heatsym.simulation import Run

KEY, TITLE = "storage", "Heat in storages"
SHOWN = 4  # storages, each with panels of its own
HOURLY = 14 * 24  # hours up to which every hour is drawn; beyond, days
MILLISECONDS = {"h": 3_600_000, "D": 86_400_000}
TEMPERATURES = {
    "storage_top_temperature": ("top", VERMILION, "solid"),
    "storage_bottom_temperature": ("bottom", BLUE, "dash"),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Storage:
    """One storage: heat in it at the end of each step [MWh], what it takes [W], and temperatures [degC]."""

    name: str
    energy: FloatArray
    heat: FloatArray
    temperatures: dict[str, FloatArray]


def storage(run: Run) -> Picture | Missing | None:
    """Heat in each storage, and its temperatures where they are known; None without a storage."""
    results = run.results
    if "storage_energy" not in results or not results.sizes["storage"]:
        return None
    found = _storages(results)
    if not any(np.isfinite(each.energy).any() for each in found):
        return Missing(KEY, TITLE, "what the storages hold is not in the results")
    dates = calendar(results)
    period = "h" if dates.length <= HOURLY else "D"
    shown = sorted(found, key=lambda each: -_swing(each.energy))[:SHOWN]
    shown = [each for each in found if each in shown]
    panels = [(each, part) for each in shown for part in ("energy", "temperatures") if _has(each, part)]
    figure = make_subplots(
        rows=len(panels),
        shared_xaxes=True,
        vertical_spacing=min(0.1, 0.3 / len(panels)),
        subplot_titles=[
            plain(each.name, 40) + (": temperatures" if part == "temperatures" else "")
            for each, part in panels
        ],
    )
    for row, (each, part) in enumerate(panels, start=1):
        first = part not in [other for _, other in panels[: row - 1]]
        if part == "energy":
            _lines(figure, row, dates, period, each.energy, ("heat in it", GREEN, "solid"), first)
            figure.update_yaxes(title="MWh", rangemode="tozero", row=row, col=1)
            continue
        for name, values in each.temperatures.items():
            _lines(figure, row, dates, period, values, TEMPERATURES[name], first)
        figure.update_yaxes(title="°C", row=row, col=1)
    styled(figure, height=170 * len(panels) + 130)
    figure.update_layout(
        margin={"t": 30},
        hovermode="x unified",
        legend={"traceorder": "normal", "yref": "container", "y": 0.0, "yanchor": "bottom"},
    )
    figure.update_xaxes(type="date")
    text = " ".join(_said(each, dates) for each in shown)
    joined = " Lines are means of the day, in a band from its lowest to its highest value."
    more = len(found) - len(shown)
    caption = (
        text
        + (joined if period == "D" else "")
        + (f" {more} storages with less in them stand in the table only." if more else "")
    )
    return Picture(KEY, TITLE, caption, f"Heat in storages: {text}", figure, _table(found, dates))


def _storages(results: xr.Dataset) -> list[_Storage]:
    """All storages of the results."""
    energy = power(results, "storage_energy") / 3.6e9
    heat = power(results, "storage_heat") if "storage_heat" in results else np.full(energy.shape, np.nan)
    known = {name: power(results, name) for name in TEMPERATURES if name in results}
    return [
        _Storage(
            str(name),
            energy[:, i],
            heat[:, i],
            {which: values[:, i] for which, values in known.items() if np.isfinite(values[:, i]).any()},
        )
        for i, name in enumerate(results["storage"].values)
    ]


def _has(each: _Storage, part: str) -> bool:
    return part == "energy" or bool(each.temperatures)


def _swing(energy: FloatArray) -> float:
    """Difference between most and least heat in it. [MWh]"""
    known = energy[np.isfinite(energy)]
    return float(np.ptp(known)) if known.size else 0.0


def _lines(
    figure: go.Figure,
    row: int,
    dates: Calendar,
    period: str,
    values: FloatArray,
    look: tuple[str, str, str],
    first: bool,
) -> None:
    """A line of hours; or of daily means in a band of the lowest and highest values."""
    name, colour, dash = look
    unit = "MWh" if name == "heat in it" else "°C"
    if period == "D":
        for largest in (False, True):
            edge = dates.extreme(values, "D", largest=largest).asfreq("D")
            figure.add_scatter(
                x0=str(edge.index[0]),
                dx=MILLISECONDS["D"],
                y=edge.to_numpy(dtype=np.float32),
                mode="lines",
                line={"width": 0},
                fill="tonexty" if largest else None,
                fillcolor=_pale(colour),
                showlegend=False,
                hoverinfo="skip",
                row=row,
                col=1,
            )
    means = dates.mean(values, period).asfreq(period)
    figure.add_scatter(
        x0=str(means.index[0]),
        dx=MILLISECONDS[period],
        y=means.to_numpy(dtype=np.float32),
        mode="lines" if len(means) > 1 else "markers",
        line={"color": colour, "dash": dash, "width": 1.8},
        name=name,
        legendgroup=name,
        showlegend=first,
        hovertemplate=f"%{{y:,.4~r}} {unit}",
        row=row,
        col=1,
    )


def _pale(colour: str) -> str:
    """The same colour, nearly clear."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"


def _flows(each: _Storage, dates: Calendar) -> tuple[FloatArray, FloatArray]:
    """What was charged and discharged in each step [MWh], missing steps left out."""
    moved = np.nan_to_num(each.heat) * dates.hours / 1e6
    return np.maximum(moved, 0.0), np.maximum(-moved, 0.0)


def _said(each: _Storage, dates: Calendar) -> str:
    """What a storage did, in words."""
    known = each.energy[np.isfinite(each.energy)]
    if not known.size:
        return f"What {each.name} held is not known."
    text = f"{each.name} held {number(float(known.min()))} to {number(float(known.max()))} MWh"
    if not np.isfinite(each.heat).any():
        return f"{text}."
    charged, given = _flows(each, dates)
    lost = float((charged - given)[1:].sum() - (each.energy[-1] - each.energy[0]))
    text += f", took {number(float(charged.sum()))} MWh and gave {number(float(given.sum()))} MWh"
    return f"{text}; {number(lost)} MWh were lost." if np.isfinite(lost) else f"{text}."


def _table(found: list[_Storage], dates: Calendar) -> Table:
    """Charged, discharged and what is left, of each storage and period."""
    period = dates.period
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        charged, given = _flows(each, dates)
        sums = [dates.energy(flow / dates.hours * 1e6, period) for flow in (charged, given)]
        low, high = (dates.extreme(each.energy, period, largest=largest) for largest in (False, True))
        tops = [
            dates.mean(each.temperatures[name], period) if name in each.temperatures else None
            for name in TEMPERATURES
        ]
        starts = pd.DatetimeIndex(low.index)
        for place, word in enumerate(in_words(starts, period)):
            numbers = [series.iloc[place] for series in (*sums, low, high)]
            numbers += [np.nan if series is None else series.iloc[place] for series in tops]
            rows.append((each.name, word, *(float(value) if value == value else None for value in numbers)))
    head = {"M": "month", "D": "day", "h": "hour"}[period]
    columns = ("storage", head, "charged [MWh]", "discharged [MWh]", "least in it [MWh]", "most in it [MWh]")
    return Table((*columns, "top, mean [°C]", "bottom, mean [°C]"), tuple(rows))
