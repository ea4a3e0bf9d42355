"""What a picture of the report is, and how all of them look."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

Cell = str | float | None

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
INK, GREY, GRID = "#1a1a1a", "#767676", "#e3e3e3"


@dataclass(frozen=True, slots=True)
class Table:
    """The data behind a picture; units stand in the heads, a missing value is None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One figure with what explains it.

    ``key`` becomes the id of its element: lower-case letters and hyphens, never text of the user.
    ``caption`` is what to see in it, ``label`` says the same to those who cannot see.
    """

    key: str
    title: str
    caption: str
    label: str
    figure: go.Figure
    table: Table


@dataclass(frozen=True, slots=True)
class Missing:
    """A picture that cannot be drawn of this run, and why."""

    key: str
    title: str
    reason: str


def styled(figure: go.Figure, height: int = 380) -> go.Figure:
    """The figure with the report's fonts, margins and grid; it takes the width that there is."""
    axis = {
        "gridcolor": GRID,
        "zerolinecolor": GRID,
        "linecolor": GREY,
        "ticks": "outside",
        "tickcolor": GREY,
        "automargin": True,
    }
    figure.update_layout(
        template="none",
        autosize=True,
        height=height,
        margin={"l": 56, "r": 16, "t": 16, "b": 44},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        hoverlabel={"font": {"family": FONT}, "namelength": -1},
        legend={"orientation": "h", "x": 0, "y": -0.18, "yanchor": "top", "bgcolor": "rgba(0,0,0,0)"},
    )
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def scale(largest: float) -> tuple[float, str]:
    """Divisor and unit in which a power [W] reads well."""
    return (1e6, "MW") if largest >= 1e6 else (1e3, "kW")


def plain(text: str, longest: int = 60) -> str:
    """Text of a user as plotly shows it literally: it would read tags, entities and line breaks in it."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    if len(shown) > longest:
        shown = shown[: longest - 1] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
