"""Cost against carbon of many runs, as a page of its own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

import heatsym
from heatsym.analysis.wording import number
from heatsym.report.colours import BLUE, VERMILION
from heatsym.report.embed import figure_json
from heatsym.report.picture import INK, Cell, Picture, Table, styled
from heatsym.report.templating import rendered
from heatsym.report.typeset import column
from heatsym.study.pareto import Front, Point

MISSED = 1e-3
"""Unmet heat more than that of the case that is worth a sentence. [MWh]"""


def front_picture(found: Front) -> Picture:
    """The front as a line, dominated points hollow, the case as it stands as a star."""
    front = found.front
    beaten = [point for point in found.points if point.dominated]
    largest = max(abs(point.cost) for point in (*found.points, found.base))
    divisor, unit = (1e3, "thousand EUR") if largest >= 1e5 else (1.0, "EUR")
    figure = go.Figure()
    line = {"color": BLUE, "width": 1.8}
    _marks(
        figure, front, "front", divisor, unit, mode="lines+markers", line=line, marker=_mark("circle", BLUE)
    )
    if beaten:
        look = _mark("circle-open", BLUE)
        _marks(
            figure, tuple(beaten), "dominated: another is better", divisor, unit, mode="markers", marker=look
        )
    star = _mark("star", VERMILION) | {"size": 15, "line": {"color": INK, "width": 1}}
    _marks(figure, (found.base,), "the case as it stands", divisor, unit, mode="markers", marker=star)
    styled(figure, height=480).update_layout(legend={"y": -0.2}, hovermode="closest")
    figure.update_xaxes(title=f"cost of operation [{unit}]")
    figure.update_yaxes(title="emissions [t CO₂]")
    caption = _caption(found, front, len(beaten))
    label = f"Emissions over cost of {len(found.points)} runs. {caption}"
    return Picture("front", "Cost against carbon", caption, label, figure, _table(found))


def front_page(found: Front) -> str:
    """The front as an HTML page that needs nothing else."""
    picture = front_picture(found)
    return rendered(
        "plot.html",
        version=heatsym.__version__,
        name=found.case,
        period=found.period,
        zone=found.zone,
        picture=picture,
        height=int(picture.figure.layout.height),
        json=figure_json(picture.figure),
        rows=list(zip(*map(column, zip(*picture.table.rows, strict=True)), strict=True)),
    )


def _mark(symbol: str, colour: str) -> dict[str, object]:
    return {"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}}


def _marks(
    figure: go.Figure, points: tuple[Point, ...], name: str, divisor: float, unit: str, **look: object
) -> None:
    """Points of one kind; what each is stands where the pointer is."""
    figure.add_scatter(
        x=np.array([point.cost for point in points]) / divisor,
        y=np.array([point.carbon for point in points]),
        text=[_named(point) for point in points],
        name=name,
        hovertemplate=f"%{{text}}<br>%{{x:,.5~r}} {unit}<br>%{{y:,.5~r}} t CO₂<extra></extra>",
        **look,
    )


def _named(point: Point) -> str:
    return "the case as it stands" if point.choice is None else str(point.choice)


def _caption(found: Front, front: tuple[Point, ...], beaten: int) -> str:
    """What the front says, in numbers."""
    cheapest, cleanest = front[0], front[-1]
    if len(front) == 1:
        said = (
            f"Cost and carbon agree: {number(cheapest.cost)} EUR and {number(cheapest.carbon)} t of CO2 are"
            " least at the same time."
        )
    else:
        dearer, less = cleanest.cost - cheapest.cost, cheapest.carbon - cleanest.carbon
        steps = [(b.cost - a.cost) / (a.carbon - b.carbon) for a, b in pairwise(front)]
        said = (
            f"From {number(cheapest.cost)} EUR and {number(cheapest.carbon)} t of CO2 to"
            f" {number(cleanest.cost)} EUR and {number(cleanest.carbon)} t: {number(less)} t less for"
            f" {number(dearer)} EUR more. The first ton less costs {number(steps[0])} EUR, the last"
            f" {number(steps[-1])} EUR."
        )
    if beaten:
        one = "One point is hollow: another is" if beaten == 1 else f"{beaten} points are hollow: others are"
        said += f" {one} no worse in both and better in one."
    most = max(point.figures.get("unmet_MWh", 0.0) for point in found.points)
    more = most - found.base.figures.get("unmet_MWh", 0.0)
    if more > MISSED:
        said += f" Points leave up to {number(more)} MWh more heat unmet than the case, which no cost tells."
    return said


def _table(found: Front) -> Table:
    """A row for each point."""
    keys = list(dict.fromkeys(key for point in (found.base, *found.points) for key in point.figures))
    rows: list[tuple[Cell, ...]] = [
        (
            _named(point),
            point.cost,
            point.carbon,
            "dominated" if point.dominated else "front",
            *(point.figures.get(key) for key in keys),
        )
        for point in (found.base, *found.points)
    ]
    heads = [_head(key) for key in keys]
    return Table(("run", "cost [EUR]", "emissions [t CO₂]", "standing", *heads), tuple(rows))


def _head(key: str) -> str:
    """``network_loss_MWh`` as ``network loss [MWh]``, ``heat_works_MWh`` as ``heat of works [MWh]``."""
    if key.startswith("heat_"):
        return f"heat of {key.removeprefix('heat_').removesuffix('_MWh')} [MWh]"
    name, _, unit = key.rpartition("_")
    return f"{name.replace('_', ' ')} [MWh]" if unit == "MWh" else key.replace("_", " ")
