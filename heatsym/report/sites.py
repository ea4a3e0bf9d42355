"""Composite curves of a works with several streams, and how the network fits to what they leave."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from heatsym.analysis.wording import number
from heatsym.report.calendar import calendar, in_words
from heatsym.report.colours import BLACK, BLUE, GREEN, VERMILION
from heatsym.report.picture import Cell, Missing, Picture, Table, plain, scale, styled
from heatsym.report.words import percent
from heatsym.simulation import Run

SHOWN = 2  # sites, each with two panels of its own
LOOKS = {
    "streams": ("streams of the works", VERMILION, "solid"),
    "needs": ("what the works needs", BLUE, "dash"),
    "left": ("heat that passes down", BLACK, "solid"),
    "network": ("the network's water", GREEN, "dash"),
}
KEY, TITLE = "site-curves", "How the network fits to the streams of a works"


def site_curves(run: Run) -> Picture | Missing | None:
    """Composite curves, and below them what is left with the network; None without a site."""
    sites: dict[str, dict[str, Any]] = run.summary.get("sites", {})
    if not sites:
        return None
    shown = sorted(sites, key=lambda name: -sites[name]["streams_MWh"])[:SHOWN]
    if not sites[shown[0]]["streams_MWh"] > 0.0:
        return Missing(KEY, TITLE, "no stream had any heat")
    shown = [name for name in shown if sites[name]["streams_MWh"] > 0.0]
    largest = max(heat for name in shown for heat in sites[name]["curves"]["streams"]["kW"]) * 1e3
    unit = scale(largest)[1]
    divisor = scale(largest)[0] / 1e3
    figure = make_subplots(
        rows=2 * len(shown),
        vertical_spacing=0.22 / len(shown),
        subplot_titles=[
            f"{plain(name, 24)}: {what}" for name in shown for what in ("composite curves", "what is left")
        ],
    )
    rows: list[tuple[Cell, ...]] = []
    for name, site in sites.items():
        for curve, (word, colour, dash) in LOOKS.items():
            points = site["curves"][curve]
            rows += [
                (name, word, temperature, heat / divisor)
                for temperature, heat in zip(points["degC"], points["kW"], strict=True)
            ]
            if name not in shown:
                continue
            figure.add_scatter(
                x=[heat / divisor for heat in points["kW"]],
                y=points["degC"],
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2},
                marker={"size": 5},
                name=word,
                legendgroup=curve,
                showlegend=name == shown[0],
                hovertemplate=f"%{{y:.1f}} °C: %{{x:.4~r}} {unit}",
                row=2 * shown.index(name) + (1 if curve in ("streams", "needs") else 2),
                col=1,
            )
        if name in shown and "pinch_degC" in site["curves"]:
            _pinch(figure, 2 * shown.index(name) + 2, site["curves"]["pinch_degC"])
    styled(figure, height=620 * len(shown) + 110)
    figure.update_layout(margin={"t": 36}, legend={"yref": "container", "y": 0.0, "yanchor": "bottom"})
    figure.update_xaxes(title=f"heat [{unit}]", rangemode="tozero", title_standoff=4)
    for place in range(len(shown)):
        figure.update_yaxes(title="temperature [°C]", row=2 * place + 1)
        figure.update_yaxes(title="shifted [°C]", row=2 * place + 2)
    said = " ".join(_said(run, name, sites[name]) for name in shown)
    caption = (
        f"{said} Composite curves are streams added up by temperature, those that are heated moved as close"
        " to the others as the smallest differences allow: where both have heat, the works heats itself."
        " Below stands the heat that passes each temperature, shifted by those differences, and what the"
        " network takes of it; the network's line may touch the other, but not cross it."
    )
    columns = ("site", "curve", "temperature [°C]", f"heat [{unit}]")
    return Picture(KEY, TITLE, caption, f"Composite curves. {said}", figure, Table(columns, tuple(rows)))


def _pinch(figure: go.Figure, row: int, temperature: float) -> None:
    """A thin line at the pinch."""
    figure.add_hline(
        y=temperature,
        line={"width": 1, "dash": "dot", "color": BLACK},
        annotation_text="pinch",
        row=row,
        col=1,
    )


def _said(run: Run, name: str, site: dict[str, Any]) -> str:
    """What became of the heat of a site, and when its curves are drawn."""
    had, recovered, left = (site[f"{key}_MWh"] for key in ("streams", "recovered", "left"))
    when = calendar(run.results).local[[site["curves"]["step"]]]
    hour = in_words(pd.DatetimeIndex(when), "h")[0]
    share = f" ({percent(recovered / had)})" if had > 0.0 else ""
    return (
        f"The streams of {name} had {number(had)} MWh, of which {number(recovered)} MWh{share} heated the"
        f" works itself and {number(left)} MWh were left; drawn is {hour}."
    )
