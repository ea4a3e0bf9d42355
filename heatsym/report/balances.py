"""Where the heat comes from and goes: over the run, by month, by load, by hour of day."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from heatsym.analysis.figures import power
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import Calendar, calendar, in_words, ticks
from heatsym.report.colours import AIR, DELIVERED, ELECTRICITY, LOSS, REJECTED, UNMET, source_styles
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
from heatsym.results.balance import balance
from heatsym.results.blocks import summed
from heatsym.simulation import Run

POINTS = 8784  # most of one trace: the hours of a leap year
SHOWN = 1e-3  # of the heat fed in; a thinner band in the flow of heat is not drawn
SPLIT = 50  # parts of the load duration curve within which the split between the sources is averaged
SWITCHED = 8  # most sources that the heat map switches between
KINDS = {"house": "houses", "series": "given series", "": "consumers"}  # the others are words already
NO_HEAT = "no source fed any heat in"


def heat_flow(run: Run) -> Picture | Missing:
    """Heat over the run from the sources through the network to those who got it."""
    key, title = "heat-flow", "The way of the heat"
    results = run.results
    names, heat = _names(results), energies(results, "source_heat")
    supplied = float(heat.sum())
    if supplied <= 0.0:
        return Missing(key, title, NO_HEAT)
    rejected, lifted = energies(results, "source_heat_rejected"), energies(results, "source_heat_lifted")
    added = np.where(lifted > 0.0, np.minimum(energies(results, "source_electricity"), heat), 0.0)
    account = balance(results)
    loss, seeped, stored = (
        float(np.nansum(part * account.seconds)) / 3.6e9
        for part in (account.network_loss, account.storage_loss, account.stored_change)
    )
    kinds = _delivered_by_kind(results)

    flows: list[tuple[str, str, float, str]] = []  # from, to, MWh, colour
    styles = source_styles(results)
    for position in merit_order(results):
        name = names[position]
        own = float(heat[position] - added[position])
        flows.append((f"source {name}", "network", own, styles[name].colour))
        flows.append((f"source {name}", "rejected", float(rejected[position]), REJECTED))
    lifting = float(added.sum())
    if "storage_electricity" in results:
        lifting += float(energies(results, "storage_electricity").sum())
    flows.append(("lift", "network", lifting, ELECTRICITY))
    flows += [("network", f"kind {kind}", value, DELIVERED) for kind, value in kinds.items()]
    flows += [("network", "loss", loss, LOSS), ("network", "seeped", seeped, LOSS)]
    flows.append(("network", "stored", stored, AIR) if stored > 0.0 else ("stored", "network", -stored, AIR))
    drawn = [flow for flow in flows if flow[2] > SHOWN * supplied]

    colours = {
        "network": INK,
        "rejected": REJECTED,
        "loss": LOSS,
        "seeped": LOSS,
        "stored": AIR,
        "lift": ELECTRICITY,
    }
    said = {
        "network": "network",
        "rejected": "rejected",
        "lift": "electricity",
        "loss": "loss",
        "seeped": "loss of storages",
        "stored": "kept in water" if stored > 0.0 else "taken from water",
    }
    for name in names:
        said[f"source {name}"], colours[f"source {name}"] = name, styles[name].colour
    for kind in kinds:
        said[f"kind {kind}"], colours[f"kind {kind}"] = kind, DELIVERED
    nodes = list(dict.fromkeys(end for flow in drawn for end in flow[:2]))
    through = {
        node: max(sum(f[2] for f in drawn if f[0] == node), sum(f[2] for f in drawn if f[1] == node))
        for node in nodes
    }
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            node={
                "label": [f"{plain(said[node], 20)}<br>{number(through[node])} MWh" for node in nodes],
                "color": [colours[node] for node in nodes],
                "pad": 34,
                "thickness": 14,
                "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [nodes.index(flow[0]) for flow in drawn],
                "target": [nodes.index(flow[1]) for flow in drawn],
                "value": np.array([flow[2] for flow in drawn], dtype=np.float32),
                "color": [_faint(flow[3]) for flow in drawn],
                "hovertemplate": "%{value:,.5~r} MWh<extra></extra>",
            },
        )
    )
    rows = max(len([n for n in nodes if n.startswith("source")]), len(kinds) + 2)
    styled(figure, height=max(320, 72 * rows)).update_layout(margin={"l": 8, "r": 8, "t": 16, "b": 16})

    delivered, unmet = sum(kinds.values()), float(energies(results, "consumer_heat_unmet").sum())
    wasted = float(rejected.sum())
    caption = (
        f"Of {number(supplied)} MWh fed into the network, {number(delivered)} MWh reached the consumers and"
        f" {number(loss)} MWh ({percent(loss / supplied)}) were lost from the pipes"
        + (f"; {number(wasted)} MWh of surplus heat found no use" if wasted > 0.0 else "")
        + f". {missed(unmet, delivered + unmet)}{gaps(results, 'source_heat', 'consumer_heat_delivered')}"
    )
    table: list[tuple[Cell, ...]] = [
        (said[a], said[b], value, 100.0 * value / supplied) for a, b, value, _ in flows if value > 0.0
    ]
    table += [("nobody", "unmet heat", unmet, 100.0 * unmet / supplied)] if unmet > 0.0 else []
    label = "Flow of heat: " + ", ".join(
        f"{said[a]} to {said[b]} {number(value)} MWh" for a, b, value, _ in drawn
    )
    columns = ("from", "to", "heat [MWh]", "of the heat fed in [%]")
    return Picture(key, title, caption, label, figure, Table(columns, tuple(table)))


def monthly_balance(run: Run) -> Picture | Missing:
    """Heat fed in beside where it went, by month; by day or hour for a short run."""
    results, when = run.results, calendar(run.results)
    period = when.period
    word = {"M": "month", "D": "day", "h": "hour"}[period]
    key, title = "heat-by-month", f"Heat fed in, and where it went, by {word}"
    heat, account = power(results, "source_heat"), balance(results)
    if not np.nansum(heat) > 0.0:
        return Missing(key, title, NO_HEAT)
    names, styles = _names(results), source_styles(results)
    fed = {
        name: when.energy(heat[:, position], period)
        for position, name in ((position, names[position]) for position in merit_order(results))
    }
    went = {
        "delivered": when.energy(account.delivered, period),
        "lost from the pipes": when.energy(account.network_loss, period),
    }
    unmet = when.energy(summed(results, "consumer_heat_unmet"), period)
    starts = pd.DatetimeIndex(unmet.index)
    missing = float(unmet.sum())
    shown = [*went, "unmet"] if notable(missing, float(went["delivered"].sum()) + missing) else list(went)
    looks = {"delivered": (DELIVERED, ""), "lost from the pipes": (LOSS, "."), "unmet": (UNMET, "/")}

    figure = go.Figure()
    labels, below = ticks(starts, period), np.zeros(len(starts))
    for name, energy in fed.items():
        style = styles[name]
        look = (style.colour, style.pattern)
        figure.add_bar(**_bar(plain(name, 30), labels, energy.to_numpy(), below, look, "in"))
        below = below + energy.to_numpy()
    below = np.zeros(len(starts))
    for name in shown:
        energy = went.get(name, unmet)
        figure.add_bar(**_bar(name, labels, energy.to_numpy(), below, looks[name], "out"))
        below = below + energy.to_numpy()
    styled(figure, height=height(len(fed) + len(shown))).update_layout(
        barmode="group", bargap=0.25, bargroupgap=0.06
    )
    figure.update_xaxes(type="category", showgrid=False, nticks=13)
    figure.update_yaxes(title="heat [MWh]", rangemode="tozero")

    total = sum(fed.values(), start=0.0 * unmet)
    most, least = int(total.argmax()), int(total.argmin())
    words = in_words(starts, period)
    lost, supplied = float(went["lost from the pipes"].sum()), float(total.sum())
    delivered = float(went["delivered"].sum())
    caption = "Left of each pair the heat that the sources fed in, right where it went. "
    if len(words) > 1:
        caption += (
            f"Most was needed in {words[most]} ({number(total.iloc[most])} MWh),"
            f" least in {words[least]} ({number(total.iloc[least])} MWh). "
            if period == "M"
            else f"From {number(total.iloc[least])} to {number(total.iloc[most])} MWh a {word}. "
        )
    caption += missed(missing, delivered + missing) + gaps(results, "source_heat", "consumer_heat_delivered")
    label = (
        f"Bars of {number(supplied)} MWh fed in by {', '.join(fed)};"
        f" {number(delivered)} MWh delivered, {number(lost)} MWh lost, {number(missing)} MWh unmet"
    )
    stored = when.energy(account.stored_change, period)
    columns = (
        word,
        *(f"{name} [MWh]" for name in fed),
        *("delivered [MWh]", "lost [MWh]", "kept in the water [MWh]", "unmet [MWh]"),
    )
    parts = (*fed.values(), *went.values(), stored, unmet)
    rows: list[tuple[Cell, ...]] = [
        (name, *(float(part.iloc[i]) for part in parts)) for i, name in enumerate(words)
    ]
    return Picture(key, title, caption, label, figure, Table(columns, tuple(rows)))


def load_duration(run: Run) -> Picture | Missing:
    """Steps of the run sorted by the heat fed in, highest first, stacked by source."""
    key, title = "load-duration", "Hours of the run, sorted by the heat fed in"
    results = run.results
    heat, hours = power(results, "source_heat"), calendar(results).hours
    known = np.isfinite(heat).all(axis=1)
    heat, hours = heat[known], hours[known]
    total = heat.sum(axis=1)
    if not total.sum() > 0.0:
        return Missing(key, title, NO_HEAT)
    order = np.argsort(-total, kind="stable")
    heat, total, long = heat[order], total[order], hours[order]
    asked = _asked(results)[known]
    by_demand = np.argsort(-asked, kind="stable")

    split = _averaged_split(heat, total, long)
    names, styles = _names(results), source_styles(results)
    divisor, unit = scale(float(total[0]))
    width = float(hours.sum()) / min(len(hours), POINTS)
    figure = go.Figure()
    for position in merit_order(results):
        style = styles[names[position]]
        figure.add_scatter(
            x0=0.0,
            dx=width,
            y=held(_regular(split[:, position], long) / divisor),
            name=plain(names[position], 30),
            **area(style.colour, style.pattern),
            hovertemplate=f"%{{y:.4~r}} {unit}",
        )
    if np.isfinite(asked).all():
        figure.add_scatter(
            x0=0.0,
            dx=width,
            y=held(_regular(asked[by_demand], hours[by_demand]) / divisor),
            name="asked for by the consumers",
            mode="lines",
            line={"color": INK, "width": 1.6, "dash": "dash", "shape": "hv"},
            hovertemplate=f"%{{y:.4~r}} {unit}",
        )
    styled(figure, height=height(len(names) + 1)).update_layout(
        hovermode="x unified", legend={"traceorder": "normal", "y": -0.26}
    )
    figure.update_xaxes(title="hours at or above [h]", range=[0.0, float(hours.sum())], hoverformat=",.0f")
    figure.update_yaxes(title=f"heat fed in [{unit}]", rangemode="tozero")

    passed = np.cumsum(long)
    above = {share: float(long[total >= share * total[0]].sum()) for share in (0.5, 0.9)}
    caption = (
        f"The largest heat fed in was {number(total[0] / divisor)} {unit}; {number(above[0.9])} h took more"
        f" than nine tenths of it, {number(above[0.5])} h more than half. The dashed line, sorted by itself,"
        " is what the consumers asked for."
        + (
            f" The split between the sources is averaged over each {passed[-1] / SPLIT:.3g} h."
            if len(total) >= 2 * SPLIT
            else ""
        )
        + gaps(results, "source_heat")
    )
    label = (
        f"Load duration curve: from {number(total[0] / divisor)} down to"
        f" {number(total[-1] / divisor)} {unit}, {number(float(total @ long) / 1e6)} MWh in all"
    )
    rows = []
    for share in (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        at = min(int(np.searchsorted(passed, share * passed[-1])), len(total) - 1)
        rows.append((100.0 * share, share * float(passed[-1]), *_row([total[at], *heat[at]], divisor)))
    columns = (
        "of the time [%]",
        "hours [h]",
        f"all sources [{unit}]",
        *(f"{name} [{unit}]" for name in names),
    )
    return Picture(key, title, caption, label, figure, Table(columns, tuple(rows)))


def heat_map(run: Run) -> Picture | Missing:
    """Heat fed in by local hour of day and by day, to switch between sources and unmet heat."""
    key, title = "heat-map", "Heat by hour of day and day of the year"
    results, when = run.results, calendar(run.results)
    if when.period == "h":
        return Missing(key, title, "the run is shorter than two days")
    heat = power(results, "source_heat")
    total = heat.sum(axis=1)
    if not np.nansum(total) > 0.0:
        return Missing(key, title, NO_HEAT)
    names = _names(results)
    most = sorted(merit_order(results), key=lambda position: -np.nansum(heat[:, position]))[:SWITCHED]
    choices = [("all", total)] if len(names) > 1 else []
    choices += [(names[position], heat[:, position]) for position in merit_order(results) if position in most]
    unmet = summed(results, "consumer_heat_unmet")
    if notable(float(np.nansum(unmet)), float(np.nansum(_asked(results)))):
        choices.append(("unmet", unmet))

    divisor, unit = scale(float(np.nanmax(total)))
    figure = go.Figure()
    for place, (name, series) in enumerate(choices):
        first, block, cells = hour_by_day(when, series)
        largest = np.nanmax(cells if series is unmet else hour_by_day(when, total)[2])
        figure.add_heatmap(
            z=(cells / divisor).astype(np.float32),
            x0=f"{first:%Y-%m-%d} 12:00:00",  # the middle of the day's cells
            dx=block * DAY,
            y0=0,
            dy=1,
            zmin=0.0,
            zmax=float(largest) / divisor,
            colorscale="Cividis",
            colorbar={
                "title": {"text": f"heat [{unit}]", "side": "bottom"},
                "orientation": "h",
                "y": -0.22,
                "yanchor": "top",
                "thickness": 12,
                "len": 0.9,
            },
            visible=place == 0,
            name=plain(name, 30),
            hovertemplate=f"%{{x|%-d %B %Y}}, %{{y}}:00: %{{z:.4~r}} {unit}",
        )
    styled(figure, height=440)
    figure.update_xaxes(type="date", showgrid=False)
    if cells.shape[1] <= 14:
        each = DAY * -(-cells.shape[1] // 7)
        figure.update_xaxes(tick0=f"{first:%Y-%m-%d} 12:00:00", dtick=each, tickformat="%-d %b<br>%Y")
    figure.update_yaxes(
        title="local hour of day",
        showgrid=False,
        range=[-0.5, 23.5],
        tickvals=[0, 6, 12, 18, 23],
        ticktext=["0:00", "6:00", "12:00", "18:00", "23:00"],
    )
    if len(choices) > 1:
        figure.update_layout(margin={"t": 56}, updatemenus=[_switch([name for name, _ in choices])])

    means = [_by_hour(when, series) for _, series in choices]
    of_all = _by_hour(when, total)
    top, bottom = int(np.nanargmax(of_all)), int(np.nanargmin(of_all))
    caption = (
        "Each column is a day, each cell an hour: bright hours took much heat, dark ones little. On average"
        f" most was fed in at {top}:00 ({number(of_all[top] / divisor)} {unit}), least at {bottom}:00"
        f" ({number(of_all[bottom] / divisor)} {unit}).{gaps(results, 'source_heat')}"
    )
    if np.isnan(cells).any():
        caption += " White cells are hours that the run, or a change of clocks, leaves out."
    highest = float(when.mean(total, "h").max())
    label = f"Heat map of the heat fed in, up to {number(highest / divisor)} {unit} in an hour"
    rows = tuple((f"{hour}:00", *_row([mean[hour] for mean in means], divisor)) for hour in range(24))
    columns = ("local hour", *(f"{name}, mean [{unit}]" for name, _ in choices))
    return Picture(key, title, caption, label, figure, Table(columns, rows))


def hour_by_day(when: Calendar, series: FloatArray) -> tuple[pd.Timestamp, int, FloatArray]:
    """First day, days in a column, and means (hour of day, column); NaN where a day lacks the hour.

    A change of clocks leaves an hour out or makes one of two; a run of more days than a trace takes has
    several days in a column.
    """
    means = when.mean(series, "h")
    starts = pd.DatetimeIndex(means.index)
    first = starts[0].normalize()
    day = (starts.normalize() - first).days.to_numpy()
    days = int(day[-1]) + 1
    cells = np.full((days, 24), np.nan)
    cells[day, starts.hour.to_numpy()] = means.to_numpy()
    block = -(-days * 24 // POINTS)
    columns = pd.DataFrame(cells).groupby(np.arange(days) // block).mean()
    return first, block, columns.to_numpy().T


def _names(results: xr.Dataset) -> list[str]:
    return [str(name) for name in results["source"].values]


def _delivered_by_kind(results: xr.Dataset) -> dict[str, float]:
    """Heat delivered [MWh] by kind of consumer, with their number, most first."""
    delivered = pd.Series(energies(results, "consumer_heat_delivered"))
    kinds = pd.Series([KINDS.get(str(kind), str(kind)) for kind in results["consumer_kind"].values])
    sums = delivered.groupby(kinds).sum().sort_values(ascending=False)
    return {f"{kind} ({int((kinds == kind).sum())})": float(value) for kind, value in sums.items()}


def _faint(colour: str) -> str:
    """A colour for bands that lie over each other."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.45)"


def _bar(
    name: str, labels: list[str], energy: FloatArray, below: FloatArray, look: tuple[str, str], group: str
) -> dict[str, object]:
    """One layer of one of the two stacks."""
    colour, pattern = look
    return {
        "x": labels,
        "y": energy.astype(np.float32),
        "base": below.astype(np.float32),
        "offsetgroup": group,
        "name": name,
        "customdata": energy.astype(np.float32),
        "hovertemplate": "%{x}: %{customdata:,.5~r} MWh",
        "marker": hatched(colour, pattern),
    }


def _regular(power_sorted: FloatArray, hours: FloatArray) -> FloatArray:
    """Means over at most POINTS equal stretches, in the order given; the area under them stays."""
    ends = np.concatenate([[0.0], np.cumsum(hours)])
    energy = np.concatenate([[0.0], np.cumsum(power_sorted * hours)])
    grid = np.linspace(0.0, ends[-1], min(len(hours), POINTS) + 1)
    means: FloatArray = np.diff(np.interp(grid, ends, energy)) / np.diff(grid)
    return means


def _asked(results: xr.Dataset) -> FloatArray:
    """Heat that the consumers asked for, (time,), W."""
    return summed(results, "consumer_heat_delivered") + summed(results, "consumer_heat_unmet")


def _averaged_split(heat: FloatArray, total: FloatArray, hours: FloatArray) -> FloatArray:
    """Heat by source with its share averaged over each part of the sorted run; the energy of each stays."""
    if len(total) < 2 * SPLIT:
        return heat
    split = np.empty_like(heat)
    for part in np.array_split(np.arange(len(total)), SPLIT):
        energy = hours[part] @ heat[part]
        whole = energy.sum()
        share = energy / whole if whole > 0.0 else np.zeros_like(energy)
        split[part] = total[part, np.newaxis] * share
    return split


def _row(values: Iterable[float], divisor: float) -> tuple[Cell, ...]:
    """Powers as cells of a table."""
    return tuple(float(value) / divisor if np.isfinite(value) else None for value in values)


def _by_hour(when: Calendar, series: FloatArray) -> FloatArray:
    """Mean by local hour of day, (24,)."""
    means = when.mean(series, "h")
    by_hour = means.groupby(pd.DatetimeIndex(means.index).hour).mean().reindex(range(24))
    return by_hour.to_numpy(dtype=np.float64)


def _switch(names: list[str]) -> dict[str, object]:
    """Buttons that show one of the maps; a list where they would not fit beside each other on a telephone."""
    few = sum(7 * len(name) + 24 for name in names) <= 280
    return {
        "type": "buttons" if few else "dropdown",
        "direction": "right" if few else "down",
        "x": 0.0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "pad": {"t": 0, "b": 4},
        "bgcolor": "white",
        "bordercolor": GREY,
        "showactive": True,
        "buttons": [
            {
                "label": plain(name, 18),
                "method": "update",
                "args": [{"visible": [other == place for other in range(len(names))]}],
            }
            for place, name in enumerate(names)
        ],
    }
