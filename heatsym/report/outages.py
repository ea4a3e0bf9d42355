"""The page of a study of outages: what is missed, and what it costs, when sources stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import plotly
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from heatsym import __version__
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.colours import BLUE, GREEN, ORANGE, UNMET
from heatsym.report.page import shown
from heatsym.report.picture import GREY, Cell, Missing, Picture, Table, plain, styled
from heatsym.report.templating import rendered
from heatsym.study.answers import NAMES, by_consumer
from heatsym.study.ensemble import QUANTILES
from heatsym.study.losing import Lost
from heatsym.study.outages import OutageStudy
from heatsym.study.variants import Outcome, months

HEADS = (
    "unserved [MWh]",
    "largest [MW]",
    "hours [h]",
    "cost [EUR]",
    "carbon [t]",
    "surplus heat [%]",
)
"""Columns of the figures of a variant."""
LISTED = 20
LEAST = 1e-3
"""Unserved heat below which nothing is missed. [MWh]"""


def page(study: OutageStudy, command: Sequence[str] = ()) -> str:
    """The answers as HTML text; equal for equal studies."""
    axis, about = study.case.axis, study.case.about
    return rendered(
        "study.html",
        version=__version__,
        title="What if a source stops",
        name=about.name,
        description=about.description,
        period=f"{axis.day[0]} to {axis.day[-1]}",
        zone=axis.timezone,
        in_short=tuple(in_short(study)),
        sections=[
            {"key": key, "title": title, "pictures": [shown(draw(study)) for draw in pictures]}
            for key, title, pictures in SECTIONS
        ],
        assumptions=study.assumptions,
        warnings=[str(problem) for problem in study.warnings],
        made_with=tuple(_made_with(study, command)),
    )


def in_short(study: OutageStudy) -> Iterator[str]:
    """The answers in sentences."""
    if study.losses.lost:
        worst = max(study.losses.lost, key=lambda one: one.outcome.unmet)
        largest = study.losses.lost[0]
        yield (
            f"In the coldest week, {study.losses.first_day} to {study.losses.last_day}, the largest source "
            f"is {largest.source}. Without it {_missed(largest.outcome)}."
        )
        if worst is not largest:
            yield f"Worst is the loss of {worst.source}: without it {_missed(worst.outcome)}."
    if study.ensemble is not None:
        low, middle, high = study.ensemble.quantiles["unmet_MWh"]
        least = f"less than {number(low)} MWh" if low >= LEAST else "nothing"
        yield (
            f"With failures by chance {number(middle)} MWh are missed in the median of "
            f"{len(study.ensemble.outcomes)} years; in one year of ten more than {number(high)} MWh, in "
            f"another {least}."
        )
    if study.backup is not None:
        found = study.backup
        bound = f"{number(found.target)} MWh"
        if found.capacity is None:
            yield f"No capacity beside {found.plant} keeps the loss of {found.lost} below {bound}."
        elif found.capacity == 0.0:
            yield f"The loss of {found.lost} leaves less than {bound} unserved without more backup."
        else:
            yield (
                f"{number(1e3 * found.capacity)} kW more beside {found.plant} keep what the loss of "
                f"{found.lost} leaves unserved below {bound}."
            )


def lost_sources(study: OutageStudy) -> Picture | Missing:
    """N-1: unserved heat by source that is lost in the coldest week."""
    key, title, found = "lost", "Each source lost in the coldest week", study.losses
    if not found.lost:
        return Missing(key, title, "no source that could be lost gave heat then")
    entries = found.lost[::-1]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=[plain(one.source, 40) for one in entries],
            x=np.array([one.outcome.unmet for one in entries], dtype=np.float32),
            marker={"color": UNMET},
            hovertemplate="%{y}: %{x:.4~r} MWh<extra></extra>",
        )
    )
    styled(figure, height=120 + 44 * len(entries)).update_layout(showlegend=False, bargap=0.35)
    figure.update_xaxes(title="unserved heat of the run [MWh]", rangemode="tozero")
    figure.update_yaxes(type="category", showgrid=False)
    rows = tuple(
        (one.source, one.heat, *_cells(one.outcome), len(by_consumer(study, one.outcome)))
        for one in found.lost
    )
    heads = ("source lost", "heat it gave then [MWh]", *HEADS, "consumers that miss heat")
    air = "" if np.isnan(found.mean_air) else f", {number(found.mean_air)} °C outside on average"
    caption = (
        f"Unserved heat of the whole run when one source has nothing from {found.first_day} to "
        f"{found.last_day}, the coldest week{air}. Without any loss {number(study.base.unmet)} MWh are "
        "missed."
    )
    label = "Unserved heat: " + ", ".join(
        f"without {one.source} {number(one.outcome.unmet)} MWh" for one in found.lost
    )
    return Picture(key, title, caption, label, figure, Table(heads, rows))


def hit_consumers(study: OutageStudy) -> Picture | Missing:
    """Who misses heat when the source is lost whose loss is worst."""
    key, title = "consumers", "Who misses heat then"
    worst: Lost | None = max(study.losses.lost, key=lambda one: one.outcome.unmet, default=None)
    hit = {} if worst is None else by_consumer(study, worst.outcome)
    if worst is None or not hit:
        return Missing(key, title, "nobody misses heat")
    first = dict(list(hit.items())[:LISTED])
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=[plain(name, 40) for name in reversed(first)],
            x=np.array([one["unmet_hours"] for one in reversed(first.values())], dtype=np.float32),
            marker={"color": UNMET},
            hovertemplate="%{y}: %{x:.4~r} h<extra></extra>",
        )
    )
    styled(figure, height=110 + 24 * len(first)).update_layout(showlegend=False)
    figure.update_xaxes(title="hours in which heat is missed [h]", rangemode="tozero")
    figure.update_yaxes(type="category", showgrid=False)
    caption = (
        f"Without {worst.source} {len(hit)} of {len(worst.outcome.consumer_unmet)} consumers miss heat; "
        f"those that miss most energy stand on top"
        + (f", the first {LISTED} of them." if len(hit) > LISTED else ".")
    )
    rows = tuple((name, one["unmet_MWh"], one["unmet_hours"]) for name, one in hit.items())
    heads = ("consumer", "unserved [MWh]", "hours [h]")
    return Picture(key, title, caption, caption, figure, Table(heads, rows))


def fan_of_unmet(study: OutageStudy) -> Picture | Missing:
    """Unserved heat up to each month, P10 to P90 of the years."""
    key, title = "fan-unserved", "Unserved heat with failures by chance"
    if study.ensemble is None:
        return Missing(key, title, "no years with failures were computed")
    if not study.ensemble.column("unmet_MWh").any():
        return Missing(key, title, "nothing is missed in any of the years")
    rows = np.cumsum([one.month_unmet for one in study.ensemble.outcomes], axis=1)
    without = np.cumsum(study.ensemble.without.month_unmet)
    return _fan(
        study, key, title, rows, without, "unserved heat so far", "unserved heat so far", "MWh", UNMET
    )


def fan_of_cost(study: OutageStudy) -> Picture | Missing:
    """Cost up to each month, P10 to P90 of the years."""
    key, title = "fan-cost", "Cost with failures by chance"
    if study.ensemble is None:
        return Missing(key, title, "no years with failures were computed")
    spent = [one.month_cost for one in study.ensemble.outcomes if one.month_cost is not None]
    alone = study.ensemble.without.month_cost
    if alone is None or len(spent) < len(study.ensemble.outcomes):
        return Missing(key, title, "; ".join(study.base.not_computed) or "no cost was computed")
    without = np.cumsum(alone)
    rows = np.cumsum(spent, axis=1) - without
    return _fan(
        study,
        key,
        title,
        rows,
        without,
        "cost above that of the case itself",
        "cost added so far",
        "EUR",
        BLUE,
    )


def duration(study: OutageStudy) -> Picture | Missing:
    """In which share of the years more is missed than so much."""
    key, title = "duration", "How often how much is missed"
    if study.ensemble is None or not study.ensemble.column("unmet_MWh").any():
        return Missing(key, title, "nothing is missed in any of the years")
    found = study.ensemble
    order = np.argsort(-found.column("unmet_MWh"), kind="stable")
    values = found.column("unmet_MWh")[order]
    share = 100.0 * (np.arange(len(values)) + 0.5) / len(values)
    figure = go.Figure()
    figure.add_scatter(
        x=share.astype(np.float32),
        y=values.astype(np.float32),
        mode="lines",
        line={"color": UNMET, "width": 2, "shape": "hvh"},
        hovertemplate="%{y:.4~r} MWh<extra></extra>",
    )
    styled(figure).update_layout(showlegend=False)
    figure.update_xaxes(title="share of the years in which at least as much is missed [%]", range=[0, 100])
    figure.update_yaxes(title="unserved heat of the year [MWh]", rangemode="tozero")
    none = int((values < LEAST).sum())
    caption = (
        f"Years sorted by what is missed; in {none} of {len(values)} years it is less than 1 kWh, in the "
        f"worst {number(float(values[0]))} MWh."
    )
    heads = ("year", *HEADS, *(f"{name} out [h]" for name in found.sources))
    rows = tuple(
        (str(place + 1), *_cells(found.outcomes[place]), *found.out[place].tolist())
        for place in order.tolist()
    )
    return Picture(key, title, caption, caption, figure, Table(heads, rows))


def moved_stop(study: OutageStudy) -> Picture | Missing:
    """The planned stop at other times: unserved heat, cost and carbon by its first day."""
    key, title, found = "stop", "The planned stop at other times of the year", study.stops
    if found is None:
        return Missing(key, title, "no source has a planned stop, and none was given")
    panels: list[tuple[str, str, list[float]]] = [
        ("unserved [MWh]", UNMET, [one.unmet for one in found.outcomes])
    ]
    for said, colour, name in (("cost [EUR]", BLUE, "cost"), ("carbon [t]", GREEN, "carbon")):
        values = [getattr(one, name) for one in found.outcomes]
        if None not in values:
            panels.append((said, colour, values))
    days = [str(day) for day in found.first_days]
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for place, (said, colour, values) in enumerate(panels, 1):
        figure.add_scatter(
            x=days,
            y=np.array(values, dtype=np.float32),
            mode="lines+markers",
            line={"color": colour, "width": 2},
            name=said,
            hovertemplate="%{x|%-d %B %Y}: %{y:.5~r}<extra>" + said + "</extra>",
            row=place,
            col=1,
        )
    styled(figure, height=130 + 150 * len(panels)).update_layout(showlegend=False)
    for place, (said, _, _) in enumerate(panels, 1):
        figure.update_yaxes(title=said, row=place, col=1)
    figure.update_yaxes(rangemode="tozero", row=1, col=1)
    figure.update_xaxes(type="date", title="first day of the stop", row=len(panels), col=1)
    if found.own is not None:
        figure.add_vline(x=str(found.own), line={"color": GREY, "dash": "dot", "width": 1})
    best = _cheapest(found.outcomes)
    own = "" if found.own is None else f", in the case from {found.own} (dotted)"
    caption = f"{found.source} stands still for {found.days} days{own}; here it does so from other days on."
    if best is not None:
        spans = [one.cost for one in found.outcomes if one.cost is not None]
        caption += (
            f" It costs least from {days[best]} on, {number(max(spans) - min(spans))} EUR less than at the "
            "dearest time."
        )
    rows = tuple((day, *_cells(one)) for day, one in zip(days, found.outcomes, strict=True))
    return Picture(key, title, caption, caption, figure, Table(("from", *HEADS), rows))


def closing(study: OutageStudy) -> Picture | Missing:
    """Cost and carbon of the years before and after a partner closes."""
    key, title, found = "closure", "The partner closes", study.closure
    if found is None:
        return Missing(key, title, "no surplus source gives heat")
    years = list(range(1, found.years + 1))
    panels: list[tuple[str, str, list[float]]] = []
    for said, colour, name in (
        ("cost [EUR/a]", BLUE, "cost"),
        ("carbon [t/a]", GREEN, "carbon"),
        ("unserved [MWh/a]", UNMET, "unmet"),
    ):
        values = [getattr(found.of(year), name) for year in years]
        if None not in values:
            panels.append((said, colour, values))
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for place, (said, colour, values) in enumerate(panels, 1):
        figure.add_bar(
            x=years,
            y=np.array(values, dtype=np.float32),
            marker={"color": colour},
            name=said,
            hovertemplate="year %{x}: %{y:.5~r}<extra>" + said + "</extra>",
            row=place,
            col=1,
        )
    styled(figure, height=130 + 130 * len(panels)).update_layout(showlegend=False, bargap=0.25)
    for place, (said, _, _) in enumerate(panels, 1):
        figure.update_yaxes(title=said, rangemode="tozero", row=place, col=1)
    figure.update_xaxes(title="year", row=len(panels), col=1)
    named = " and ".join(found.sources)
    before, after = found.before, found.after
    caption = f"{named} gives heat up to year {found.year - 1} of {found.years} and is gone from then on."
    if before.cost is not None and after.cost is not None:
        caption += f" A year costs {_more(after.cost - before.cost, 'EUR')} then"
        if before.carbon is not None and after.carbon is not None:
            caption += f" and emits {_more(after.carbon - before.carbon, 't CO2')}"
        caption += f"; {number(after.unmet)} MWh are missed in it."
    rows = tuple((str(year), *_cells(found.of(year))) for year in years)
    return Picture(key, title, caption, caption, figure, Table(("year", *HEADS), rows))


def more_backup(study: OutageStudy) -> Picture | Missing:
    """Unserved heat by the capacity that stands by."""
    key, title, found = "backup", "Backup that would carry the loss", study.backup
    if found is None:
        return Missing(key, title, "there is no source to lose, or no plant to add to")
    if len(found.tried) == 1:
        return Missing(
            key, title, f"the loss of {found.lost} leaves {number(found.tried[0][1].unmet)} MWh unserved"
        )
    sizes = [1e3 * capacity for capacity, _ in found.tried]
    figure = go.Figure()
    figure.add_scatter(
        x=np.array(sizes, dtype=np.float32),
        y=np.array([one.unmet for _, one in found.tried], dtype=np.float32),
        mode="lines+markers",
        line={"color": UNMET, "width": 2},
        hovertemplate="%{x:.4~r} kW: %{y:.4~r} MWh<extra></extra>",
    )
    figure.add_hline(y=found.target, line={"color": ORANGE, "dash": "dash", "width": 1.5})
    styled(figure).update_layout(showlegend=False)
    figure.update_xaxes(title=f"capacity beside {plain(found.plant, 30)} [kW]", rangemode="tozero")
    figure.update_yaxes(title="unserved heat of the run [MWh]", rangemode="tozero")
    caption = (
        f"{found.lost} is lost in the coldest week; capacity beside {found.plant} that is there at any time "
        f"takes its place. The target (dashed) is {number(found.target)} MWh"
    )
    caption += (
        f", reached with {number(1e3 * found.capacity)} kW."
        if found.capacity is not None
        else ", which none of the capacities that were tried reaches."
    )
    rows = tuple((size, *_cells(one)) for size, (_, one) in zip(sizes, found.tried, strict=True))
    return Picture(key, title, caption, caption, figure, Table(("capacity [kW]", *HEADS), rows))


SECTIONS = (
    ("loss", "A source is lost in the coldest week", (lost_sources, hit_consumers, more_backup)),
    ("chance", "Sources fail by chance", (fan_of_unmet, fan_of_cost, duration)),
    ("plans", "What is known beforehand", (moved_stop, closing)),
)
"""Chapters of the page: key, title and pictures."""


def _fan(
    study: OutageStudy,
    key: str,
    title: str,
    rows: FloatArray,
    without: FloatArray,
    said: str,
    axis: str,
    unit: str,
    colour: str,
) -> Picture:
    """P10, P50 and P90 of ``rows`` (year, month); ``without`` (month,) is of the case itself."""
    low, middle, high = np.quantile(rows, QUANTILES, axis=0)
    names = months(study.case.axis)[0]
    figure = go.Figure()
    for values, fill, dash, label in (
        (high, None, "dot", "P90"),
        (low, "tonexty", "dot", "P10"),
        (middle, None, "solid", "P50"),
    ):
        figure.add_scatter(
            x=list(names),
            y=values.astype(np.float32),
            mode="lines",
            name=label,
            fill=fill,
            fillcolor=_pale(colour),
            line={"color": colour, "width": 2.5 if dash == "solid" else 1, "dash": dash},
            hovertemplate=f"%{{y:.5~r}} {unit}",
        )
    styled(figure).update_layout(hovermode="x unified", showlegend=True)
    figure.update_layout(legend={"traceorder": "normal"})
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=f"{axis} [{unit}]", rangemode="tozero")
    caption = (
        f"{said[:1].upper()}{said[1:]}, month by month: half of {len(rows)} years lie below the solid line, "
        f"eight of ten between the dotted ones. The year ends between {number(float(low[-1]))} and "
        f"{number(float(high[-1]))} {unit}, at {number(float(middle[-1]))} {unit} in the median."
    )
    heads = (
        "up to the end of",
        *(f"{name} [{unit}]" for name in NAMES),
        f"largest [{unit}]",
        f"the case itself [{unit}]",
    )
    columns = (low, middle, high, rows.max(axis=0), without)
    cells = zip(*(column.tolist() for column in columns), strict=True)
    table = Table(heads, tuple((name, *row) for name, row in zip(names, cells, strict=True)))
    return Picture(key, title, caption, caption, figure, table)


def _pale(colour: str) -> str:
    """A colour that lets what lies behind it through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.22)"


def _cells(one: Outcome) -> tuple[Cell, ...]:
    """Cells under :data:`HEADS`."""
    share = None if one.surplus_share is None else 100.0 * one.surplus_share
    return (one.unmet, one.largest_unmet, one.unmet_hours, one.cost, one.carbon, share)


def _cheapest(outcomes: Sequence[Outcome]) -> int | None:
    """Position of the outcome with the least cost; None where cost is not known."""
    costs = [one.cost for one in outcomes if one.cost is not None]
    return costs.index(min(costs)) if costs and len(costs) == len(outcomes) else None


def _missed(one: Outcome) -> str:
    """What is missed, in words."""
    if one.unmet < LEAST:
        return "nothing is missed"
    return (
        f"{number(one.unmet)} MWh of {number(one.demand)} MWh are missed, in {number(one.unmet_hours)} h and "
        f"at most {number(1e3 * one.largest_unmet)} kW at once"
    )


def _more(value: float, unit: str) -> str:
    """A difference in words, such as ``12 EUR more``."""
    return f"{number(abs(value))} {unit} {'more' if value >= 0.0 else 'less'}"


def _made_with(study: OutageStudy, command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Runs, program and command, as label and text."""
    yield "Runs", number(study.runs)
    if study.ensemble is not None:
        largest = max(one.change for one in study.ensemble.outcomes)
        yield (
            "Settled",
            f"years with failures have at most three rounds of plan and march; in the last at most "
            f"{number(100.0 * largest)} % of their heat changed its source",
        )
    yield "heatsym", __version__
    yield "With", f"plotly {plotly.__version__}"
    if command:
        yield "Command", " ".join(command)
