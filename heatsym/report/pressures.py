"""Pressures along the network when most water circulates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray
from plotly.subplots import make_subplots
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray, local_time
from heatsym.numerics.graph import components
from heatsym.physics.water import boiling_temperature
from heatsym.report.colours import BLUE, VERMILION, source_styles
from heatsym.report.picture import GREY, INK, Cell, Missing, Picture, Table, plain, styled
from heatsym.results.balance import balance
from heatsym.results.blocks import blocks
from heatsym.results.envelope import ATMOSPHERE
from heatsym.simulation import Run

KEY, TITLE = "pressure-profile", "Pressures along the pipes when most water circulates"
SHOWN = 3000
"""Branches drawn; of a larger network those with the largest flow, so that the page stays small."""
SIDES = (("supply", VERMILION, "solid"), ("return", BLUE, "dash"))


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """One step: pressures of the nodes [Pa] over their distance from the leading source [m].

    ``way`` holds the nodes from the leading source to the critical consumer.
    """

    step: int
    leader: int
    critical: int
    distance: FloatArray
    supply: FloatArray
    return_: FloatArray
    way: list[int]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    @property
    def spread(self) -> FloatArray:
        """Supply minus return pressure at the nodes. [Pa]"""
        return self.supply - self.return_


def pressure_profile(run: Run) -> Picture | Missing:
    """Supply and return pressure over the distance from the leading source, to the critical consumer."""
    results = run.results
    profile = _profile(results)
    if profile is None:
        return Missing(KEY, TITLE, "no water circulates in this run, so that no pump builds up pressure")
    uneven = "node_height" in results.coords and bool(np.ptp(results["node_height"].values) > 0.0)
    figure = make_subplots(
        rows=2 if uneven else 1,
        cols=1,
        shared_xaxes=True,
        row_heights=[0.78, 0.22] if uneven else None,
        vertical_spacing=0.06,
    )
    styled(figure, (540 if uneven else 440) + 10 * max(results.sizes["source"] - 4, 0))
    _main_way(figure, results, profile)
    _branches(figure, results, profile)
    _boiling(figure, results, profile)
    _feeders(figure, results, profile)
    _difference(figure, results, profile)
    if uneven:
        _ground(figure, results, profile)
    figure.update_xaxes(title="Distance along the pipes [m]", row=2 if uneven else 1, col=1)
    figure.update_yaxes(title="Pressure [bar gauge]", row=1, col=1)
    figure.update_layout(
        hovermode="closest",
        hoverlabel={"bgcolor": "white", "bordercolor": GREY, "font": {"color": INK}},
        legend={"yref": "container", "y": 0.0, "yanchor": "bottom"},
        margin={"t": 28},
    )
    return Picture(
        KEY,
        TITLE,
        _caption(results, profile, uneven),
        _spoken(results, profile),
        figure,
        _table(results, profile),
    )


def _profile(results: xr.Dataset) -> _Profile | None:
    """The step of the largest circulating flow; None where water never flows."""
    sources = np.nan_to_num(results["source_mass_flow"].values.astype(np.float64))
    flow = sources.sum(axis=1)
    for part, (supply, drawn) in blocks(results, "node_supply_pressure", "consumer_mass_flow"):
        flow[part] = np.where(np.isfinite(supply).all(axis=1) & (drawn > 0.0).any(axis=1), flow[part], 0.0)
    if not flow.max(initial=0.0) > 0.0:
        return None
    step = int(flow.argmax())
    node = {str(name): place for place, name in enumerate(results["node"].values)}

    def places(name: str) -> NDArray[np.int64]:
        return np.array([node[str(value)] for value in results[name].values], dtype=np.int64)

    then = results.isel(time=step)
    draws = then["consumer_mass_flow"].values > 0.0
    high, low = (then[f"node_{side}_pressure"].values.astype(np.float64) for side in ("supply", "return"))
    at = places("consumer_node")
    leader = int(sources[step].argmax())
    root = int(places("source_node")[leader])
    start, end = places("pipe_from"), places("pipe_to")
    flows = then["pipe_mass_flow"].values != 0.0
    water = components(len(node), start[flows], end[flows])  # closed trenches may leave several
    ours = draws & (water[at] == water[root])
    critical = int(np.where(ours if ours.any() else draws, (high - low)[at], np.inf).argmin())
    distance, before = _shortest(len(node), start, end, results["pipe_length"].values, root)
    way = [int(at[critical])]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return _Profile(step, leader, critical, distance, high, low, way[::-1], start, end)


def _shortest(
    nodes: int, start: NDArray[np.int64], end: NDArray[np.int64], length: FloatArray, root: int
) -> tuple[FloatArray, NDArray[np.int32]]:
    """Shortest distance of each node from ``root`` along the pipes [m], and the node before it."""
    order = np.argsort(-length, kind="stable")  # of parallel pipes the shortest is written last and stays
    pairs = {(int(start[i]), int(end[i])): float(length[i]) for i in order}
    for (a, b), metres in list(pairs.items()):
        pairs[a, b] = pairs[b, a] = min(metres, pairs.get((b, a), metres))
    rows, columns = zip(*pairs, strict=True)
    graph = csr_array((list(pairs.values()), (rows, columns)), shape=(nodes, nodes))
    distance, before = dijkstra(graph, indices=np.array(root), return_predecessors=True)
    return distance, before


def _branches(figure: go.Figure, results: xr.Dataset, profile: _Profile) -> None:
    """All trenches as thin straight lines between the values of their nodes."""
    for (side, colour, _), values in zip(SIDES, (profile.supply, profile.return_), strict=True):
        figure.add_scatter(
            **_segments(results, profile, values / 1e5),
            line={"color": colour, "width": 1},
            opacity=0.4,
            name=f"{side}, other branches",
        )


def _segments(results: xr.Dataset, profile: _Profile, values: FloatArray) -> dict[str, Any]:
    """Lines between the ends of the trenches, with gaps between them; of many, those with most flow."""
    flow = np.abs(results["pipe_mass_flow"][profile.step].values)
    some = np.sort(np.argsort(-flow, kind="stable")[:SHOWN])
    gap = np.full(len(some), np.nan)
    x, y = (
        np.stack([v[profile.start[some]], v[profile.end[some]], gap], axis=1).ravel().astype(np.float32)
        for v in (profile.distance, values)
    )
    return {"x": x, "y": y, "mode": "lines", "hoverinfo": "skip"}


def _main_way(figure: go.Figure, results: xr.Dataset, profile: _Profile) -> None:
    """Supply and return from the leading source to the critical consumer, bold."""
    way = profile.way
    names = [plain(str(results["node"].values[place]), 40) for place in way]
    spread = (profile.spread[way] / 1e5).astype(np.float32)
    for (side, colour, dash), values in zip(SIDES, (profile.supply, profile.return_), strict=True):
        figure.add_scatter(
            x=profile.distance[way].astype(np.float32),
            y=(values[way] / 1e5).astype(np.float32),
            mode="lines",
            line={"color": colour, "width": 3.5, "dash": dash},
            name=f"{side}, to the critical consumer",
            text=names,
            customdata=spread,
            hovertemplate=f"%{{text}}, %{{x:.0f}} m<br>{side} %{{y:.2f}} bar"
            "<br>difference %{customdata:.2f} bar<extra></extra>",
        )


def _difference(figure: go.Figure, results: xr.Dataset, profile: _Profile) -> None:
    """A bar between supply and return at the critical consumer, with its name."""
    last = profile.way[-1]
    x, high, low = profile.distance[last], profile.supply[last] / 1e5, profile.return_[last] / 1e5
    figure.add_scatter(
        x=[x, x],
        y=[low, high],
        mode="lines+markers",
        line={"color": INK, "width": 2},
        marker={"symbol": "line-ew", "size": 10, "line": {"color": INK, "width": 2}},
        hoverinfo="skip",
        showlegend=False,
    )
    share = x / (float(profile.distance.max()) or 1.0)
    figure.add_annotation(
        x=x,
        y=high,
        text=f"{plain(str(results['consumer'].values[profile.critical]), 16)}<br>{high - low:.2f} bar",
        showarrow=False,
        align="left" if share < 0.6 else "right",
        xanchor="left" if share < 0.6 else "right",
        yanchor="top" if share < 0.6 else "bottom",
        xshift=8 if share < 0.6 else 0,
        yshift=0 if share < 0.6 else 6,
        font={"weight": "bold", "shadow": ", ".join(["0 0 3px white"] * 6)},
    )


def _ground(figure: go.Figure, results: xr.Dataset, profile: _Profile) -> None:
    """Height of the ground below the lines."""
    heights = results["node_height"].values
    figure.add_scatter(
        **_segments(results, profile, heights),
        line={"color": GREY, "width": 1},
        opacity=0.4,
        showlegend=False,
        row=2,
        col=1,
    )
    figure.add_scatter(
        x=profile.distance[profile.way].astype(np.float32),
        y=heights[profile.way].astype(np.float32),
        mode="lines",
        line={"color": GREY, "width": 3},
        showlegend=False,
        hovertemplate="%{x:.0f} m along the pipes<br>ground at %{y:.1f} m<extra></extra>",
        row=2,
        col=1,
    )
    figure.update_yaxes(title="Ground [m]", nticks=4, row=2, col=1)


def _boiling(figure: go.Figure, results: xr.Dataset, profile: _Profile) -> None:
    """Below this line the supply water would boil; drawn where it is hotter than 100 degC."""
    t = results["node_supply_temperature"][profile.step].values[profile.way].astype(np.float64)
    if not np.nanmax(t, initial=-np.inf) > 100.0:
        return
    absolute = np.geomspace(0.9e5, 10e5, 400)
    level = np.interp(t, boiling_temperature(absolute), absolute, left=np.nan, right=np.nan) - ATMOSPHERE
    figure.add_scatter(
        x=profile.distance[profile.way].astype(np.float32),
        y=(level / 1e5).astype(np.float32),
        mode="lines",
        line={"color": INK, "width": 1.5, "dash": "dot"},
        name="supply boils below",
        hovertemplate="supply water boils below %{y:.2f} bar<extra></extra>",
    )


def _feeders(figure: go.Figure, results: xr.Dataset, profile: _Profile) -> None:
    """Sources that feed in this step, on the supply line at their place."""
    styles = source_styles(results)
    nodes = [str(name) for name in results["node"].values]
    for i, name in enumerate(map(str, results["source"].values)):
        flow = float(results["source_mass_flow"].values[profile.step, i])
        if not flow > 0.0:
            continue
        place = nodes.index(str(results["source_node"].values[i]))
        figure.add_scatter(
            x=[profile.distance[place]],
            y=[profile.supply[place] / 1e5],
            mode="markers",
            marker={
                "color": styles[name].colour,
                "symbol": styles[name].symbol,
                "size": 14,
                "line": {"color": INK, "width": 1.5},
            },
            cliponaxis=False,
            name=plain(name, 30),
            text=[f"{plain(name)}<br>{number(flow)} kg/s<br>supply {profile.supply[place] / 1e5:.2f} bar"],
            hovertemplate="%{text}<extra></extra>",
        )


def _caption(results: xr.Dataset, profile: _Profile, uneven: bool) -> str:
    """What to see in it."""
    first, last = profile.way[0], profile.way[-1]
    flow = float(np.nansum(results["source_mass_flow"].values[profile.step]))
    leader, consumer = _ends(results, profile)
    text = (
        f"{_when(results, profile.step)}: {number(flow)} kg/s circulate, more than at any other time. Between"
        f" supply and return there are {profile.spread[first] / 1e5:.2f} bar at {leader} and"
        f" {profile.spread[last] / 1e5:.2f} bar at {consumer}, {number(profile.distance[last])} m along the"
        " pipes: the least that a consumer gets."
    )
    if uneven:
        heights = results["node_height"].values
        text += (
            f" All lines also follow the ground, which lies between {number(np.nanmin(heights))} and"
            f" {number(np.nanmax(heights))} m: 10 m higher is about 1 bar less."
        )
    if results.sizes["pipe"] > SHOWN:
        text += f" Of the other branches, the {SHOWN} with the largest flow are drawn."
    return text


def _spoken(results: xr.Dataset, profile: _Profile) -> str:
    """The main figures in words."""
    supply, return_ = profile.supply / 1e5, profile.return_ / 1e5
    first, last = profile.way[0], profile.way[-1]
    leader, consumer = _ends(results, profile)
    return (
        f"Pressure over distance. At {leader} {supply[first]:.2f} bar in the supply and"
        f" {return_[first]:.2f} bar in the return; at {consumer}, {number(profile.distance[last])} m away,"
        f" {supply[last]:.2f} and {return_[last]:.2f} bar."
    )


def _ends(results: xr.Dataset, profile: _Profile) -> tuple[str, str]:
    """Names of the leading source and the critical consumer."""
    return str(results["source"].values[profile.leader]), str(results["consumer"].values[profile.critical])


def _when(results: xr.Dataset, step: int) -> str:
    """Local time at which the step starts."""
    local = local_time(results["time"].values[[step]], results.attrs["timezone_of_the_case"])[0]
    text = str(local).replace("T", " ")
    return text[:-3] if balance(results).seconds[step] >= 60.0 else text


def _table(results: xr.Dataset, profile: _Profile) -> Table:
    """The nodes on the way to the critical consumer."""
    way = profile.way
    columns: list[tuple[str, list[Cell]]] = [
        ("node", [str(results["node"].values[place]) for place in way]),
        ("distance [m]", profile.distance[way].tolist()),
        ("supply [bar gauge]", (profile.supply[way] / 1e5).tolist()),
        ("return [bar gauge]", (profile.return_[way] / 1e5).tolist()),
        ("difference [bar]", (profile.spread[way] / 1e5).tolist()),
    ]
    if "node_height" in results.coords:
        heights = results["node_height"].values[way]
        columns.append(("height [m]", [float(h) if np.isfinite(h) else None for h in heights]))
    heads, values = zip(*columns, strict=True)
    return Table(tuple(heads), tuple(zip(*values, strict=True)))
