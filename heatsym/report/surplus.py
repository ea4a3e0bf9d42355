"""Surplus heat: what it was used for, and who heats when it stops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from heatsym.analysis.figures import power
from heatsym.analysis.standby import Stop, stops
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import Calendar, calendar, in_words, ticks
from heatsym.report.colours import ELECTRICITY, REJECTED, UNMET, source_styles
from heatsym.report.layers import (
    DAY,
    area,
    energies,
    gaps,
    hatched,
    height,
    held,
    merit_order,
    missed,
    notable,
)
from heatsym.report.picture import GREY, INK, Cell, Missing, Picture, Table, plain, scale, styled
from heatsym.report.words import percent
from heatsym.results.blocks import summed
from heatsym.simulation import Run

SHOWN = 6  # sources, each with a panel of its own
BEFORE, AFTER = pd.Timedelta(days=2), pd.Timedelta(days=4)
HOURLY = 9000  # most hours that are drawn one by one; a longer stop is drawn by day
NO_SURPLUS = "no source of surplus heat is in the case"


def surplus_use(run: Run) -> Picture | Missing:
    """What became of the heat that each surplus source had, by month."""
    key, title = "surplus-use", "What became of the surplus heat"
    results, when = run.results, calendar(run.results)
    names = [str(name) for name in results["source"].values]
    surplus = [position for position in merit_order(results) if results["source_surplus"].values[position]]
    if not surplus:
        return Missing(key, title, NO_SURPLUS)
    had = energies(results, "source_heat_available")
    if not had[surplus].sum() > 0.0:
        return Missing(key, title, "no surplus source had any heat")
    period = when.period
    shown = sorted(sorted(surplus, key=lambda position: -had[position])[:SHOWN], key=surplus.index)
    styles, electricity = source_styles(results), power(results, "source_electricity")
    lifting = when.hours @ electricity > 0.0
    figure = make_subplots(
        rows=len(shown),
        shared_xaxes=True,
        vertical_spacing=0.22 / len(shown),
        subplot_titles=[plain(names[position], 40) for position in shown] if len(shown) > 1 else None,
    )
    rows: list[tuple[Cell, ...]] = []
    words: list[str] = []
    for position in surplus:
        uses = _uses(run, position)
        by_period = {use: when.energy(series, period) for use, series in uses.items()}
        by_electricity = when.energy(electricity[:, position], period)
        starts = pd.DatetimeIndex(by_period["rejected"].index)
        words = in_words(starts, period)
        for place, word in enumerate(words):
            direct, lifted, rejected = (float(energy.iloc[place]) for energy in by_period.values())
            whole = direct + lifted + rejected
            used = 100.0 * (1.0 - rejected / whole) if whole > 0.0 else None
            spent = float(by_electricity.iloc[place])
            rows.append((names[position], word, whole, direct, lifted, rejected, used, spent))
        if position not in shown:
            continue
        row, style = shown.index(position) + 1, styles[names[position]]
        looks = {
            "direct": (f"{plain(names[position], 20)}: fed in", hatched(style.colour, style.pattern)),
            "lifted": (f"{plain(names[position], 20)}: lifted by a heat pump", hatched(style.colour, "+")),
            "rejected": ("rejected", hatched(REJECTED, "")),
        }
        for use, energy in by_period.items():
            if use != "rejected" and not energy.sum() > 0.0:
                continue
            name, marker = looks[use]
            figure.add_bar(
                x=ticks(starts, period),
                y=energy.to_numpy(dtype=np.float32),
                name=name,
                marker=marker,
                legendgroup=f"{use}{'' if use == 'rejected' else position}",
                showlegend=use != "rejected" or row == len(shown),
                offsetgroup="heat",
                hovertemplate="%{x}: %{y:,.5~r} MWh",
                row=row,
                col=1,
            )
        if lifting[position]:
            figure.add_bar(
                x=ticks(starts, period),
                y=by_electricity.to_numpy(dtype=np.float32),
                name="electricity of the lift",
                marker=hatched(ELECTRICITY, ""),
                legendgroup="electricity",
                showlegend=row == 1 + min(shown.index(each) for each in shown if lifting[each]),
                offsetgroup="electricity",
                hovertemplate="%{x}: %{y:,.5~r} MWh of electricity",
                row=row,
                col=1,
            )
    tall = max(380, 190 * len(shown) + 120)
    styled(figure, height=tall).update_layout(
        barmode="stack", bargap=0.25, margin={"t": 30}, showlegend=True, legend={"y": -60.0 / tall}
    )
    figure.update_xaxes(type="category", showgrid=False, nticks=13)
    figure.update_yaxes(title="heat [MWh]", rangemode="tozero")

    wasted = energies(results, "source_heat_rejected")
    shares = {position: 1.0 - wasted[position] / had[position] for position in surplus if had[position] > 0.0}
    text = "; ".join(
        f"{names[position]} had {number(had[position])} MWh, of which {percent(share)} was used and"
        f" {number(wasted[position])} MWh rejected"
        for position, share in list(shares.items())[:3]
    )
    more = len(surplus) - len(shown)
    caption = (
        f"The height of a bar is the heat that the source had: coloured what was used, grey what was"
        f" rejected. {text}."
        + (" Electricity that lifts it stands beside." if lifting[shown].any() else "")
        + (f" {more} smaller sources stand in the table only." if more else "")
        + gaps(results.isel(source=surplus), "source_heat_available")
    )
    columns = (
        *("source", {"M": "month", "D": "day", "h": "hour"}[period], "had [MWh]", "fed in directly [MWh]"),
        *("drawn for lifting [MWh]", "rejected [MWh]", "used [%]", "electricity [MWh]"),
    )
    label = f"Use of surplus heat: {text}"
    return Picture(key, title, caption, label, figure, Table(columns, tuple(rows)))


def longest_stop(run: Run) -> Picture | Missing:
    """The longest time without heat of a surplus source: who heated, and what was missed."""
    key, title = "longest-stop", "The longest stop of a surplus source"
    results, when = run.results, calendar(run.results)
    if not results["source_surplus"].values.any():
        return Missing(key, title, NO_SURPLUS)
    found = stops(results)
    if not found:
        return Missing(key, title, "no surplus source stood still for a day or longer")
    stop = max(found, key=lambda known: float(when.hours[known.first : known.last].sum()))
    begin = when.local[stop.first]
    end = when.local[stop.last - 1] + pd.Timedelta(hours=float(when.hours[stop.last - 1]))
    window = np.asarray((when.local >= begin - BEFORE) & (when.local < end + AFTER))
    near = Calendar(when.local[window], when.hours[window])
    period = "h" if near.length <= HOURLY else "D"
    step = 3_600_000 if period == "h" else DAY

    heat, unmet = power(results, "source_heat"), summed(results, "consumer_heat_unmet")
    largest = float(np.nanmax(heat[window].sum(axis=1) + unmet[window], initial=0.0))
    if not largest > 0.0:
        return Missing(key, title, f"{stop.source} stood still, but nobody asked for heat then")
    divisor, unit = scale(largest)
    names, styles = [str(name) for name in results["source"].values], source_styles(results)
    layers = [
        (
            plain(names[position], 30),
            heat[:, position],
            area(styles[names[position]].colour, styles[names[position]].pattern),
        )
        for position in merit_order(results)
    ]
    around = float(near.hours @ np.nan_to_num(unmet[window])) / 1e6
    if notable(around, float(near.hours @ np.nan_to_num(heat[window].sum(axis=1))) / 1e6):
        layers.append(("unmet", unmet, area(UNMET, "/")))
    figure = go.Figure()
    for name, series, look in layers:
        start, values = _every(near, series[window], period)
        figure.add_scatter(
            x0=f"{start:%Y-%m-%d %H:%M:%S}",
            dx=step,
            y=held(values / divisor),
            name=name,
            hovertemplate=f"%{{y:.4~r}} {unit}",
            **look,
        )
    figure.add_vrect(
        x0=f"{begin:%Y-%m-%d %H:%M:%S}",
        x1=f"{end:%Y-%m-%d %H:%M:%S}",
        fillcolor=GREY,
        opacity=0.18,
        layer="below",
        line={"width": 1.5, "color": INK, "dash": "dot"},
    )
    figure.add_annotation(
        x=f"{begin + (end - begin) / 2:%Y-%m-%d %H:%M:%S}",
        y=1.0,
        yref="paper",
        yanchor="bottom",
        text=f"{plain(stop.source, 24)} stands still",
        showarrow=False,
    )
    styled(figure, height=height(len(layers))).update_layout(
        hovermode="x unified", margin={"t": 36}, showlegend=True, legend={"traceorder": "normal"}
    )
    figure.update_xaxes(type="date", showgrid=False)
    figure.update_yaxes(title=f"heat fed in [{unit}]", rangemode="tozero")

    within = slice(stop.first, stop.last)
    given = when.hours[within] @ np.nan_to_num(heat[within]) / 1e6
    missing = float(when.hours[within] @ np.nan_to_num(unmet[within])) / 1e6
    asked = missing + float(
        when.hours[within] @ np.nan_to_num(summed(results.isel(time=within), "consumer_heat_delivered")) / 1e6
    )
    caption = f"{_spoken(stop, begin, end)} {_who(names, given)} {missed(missing, asked)}"
    if around > missing:
        caption += f" Shortly before or after it, {number(around - missing)} MWh were missed."
    peaks = heat[within].max(axis=0)
    rows: list[tuple[Cell, ...]] = [
        (names[position], float(given[position]), _share(given, position), float(peaks[position]) / divisor)
        for position in merit_order(results)
    ]
    rows.append(("unmet", missing, None, float(np.nanmax(unmet[within])) / divisor))
    columns = ("during the stop", "heat [MWh]", "of the heat fed in [%]", f"largest [{unit}]")
    return Picture(key, title, caption, caption, figure, Table(columns, tuple(rows)))


def _uses(run: Run, position: int) -> dict[str, FloatArray]:
    """What became of a stream's heat, (time,), W."""
    parts = ("direct", "lifted", "rejected")
    return {part: power(run.results, f"source_heat_{part}")[:, position] for part in parts}


def _every(when: Calendar, series: FloatArray, period: str) -> tuple[pd.Timestamp, FloatArray]:
    """First period and mean of each; an hour that the clocks leave out holds the one before it."""
    means = when.mean(series, period)
    starts = pd.DatetimeIndex(means.index)
    whole = pd.date_range(starts[0], starts[-1], freq=period)
    return starts[0], means.reindex(whole).ffill(limit=1).to_numpy()


def _spoken(stop: Stop, begin: pd.Timestamp, end: pd.Timestamp) -> str:
    """Who stood still, and when."""
    days = (end - begin) / pd.Timedelta(days=1)
    first, last = in_words(pd.DatetimeIndex([begin, end]), "h")
    return f"{stop.source} had no heat for {days:.3g} days, from {first} to {last}."


def _who(names: list[str], given: FloatArray) -> str:
    """Who heated, in a sentence."""
    helpers = [position for position in np.argsort(-given).tolist() if given[position] > 0.0]
    if not helpers:
        return "No other source gave heat."
    if len(helpers) == 1:
        return f"{names[helpers[0]]} heated alone, with {number(given[helpers[0]])} MWh."
    said = [f"{names[p]} {number(given[p])} MWh ({percent(given[p] / given.sum())})" for p in helpers]
    return f"Heat came from {', '.join(said[:-1])} and {said[-1]}."


def _share(given: FloatArray, position: int) -> float | None:
    """A source's part of the heat fed in. [%]"""
    total = float(given.sum())
    return 100.0 * float(given[position]) / total if total > 0.0 else None
