"""The trenches of the map: where they lie, what colours them, how thick they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray

from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.picture import GREY, plain
from heatsym.results.balance import balance
from heatsym.results.blocks import blocks, integral

RAMP = ((0xFD, 0xD3, 0x80), (0xF2, 0x9B, 0x2B), (0xD3, 0x60, 0x12), (0x9C, 0x38, 0x0C), (0x4A, 0x18, 0x08))
"""Yellow to dark brown, red, green, blue; lightness falls all the way."""
WIDTHS = (2.2, 4.2, 7.0)
EARTH = 6_371_000.0
"""Mean radius of the earth. [m]"""
POINTED = 3000
"""Trenches that tell their figures under the pointer; of a larger network those with the largest flow."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """What colours the trenches: one value for each."""

    button: str
    title: str
    unit: str
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The nodes around their centre [m], the trenches between them, and whether north is up."""

    node: dict[str, int]
    x: FloatArray
    y: FloatArray
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    north: bool

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """Trenches with coordinates at both ends."""
        return np.isfinite(self.x[self.start] + self.x[self.end] + self.y[self.start] + self.y[self.end])

    @property
    def width(self) -> float:
        """From west to east. [m]"""
        return float(np.nanmax(self.x) - np.nanmin(self.x))

    @property
    def height(self) -> float:
        """From south to north. [m]"""
        return float(np.nanmax(self.y) - np.nanmin(self.y))

    def places(self, nodes: NDArray[np.str_]) -> NDArray[np.int64]:
        """Positions of named nodes."""
        return np.array([self.node[str(name)] for name in nodes], dtype=np.int64)


def plan(results: xr.Dataset) -> Plan | None:
    """The network in metres east and north; None without coordinates."""
    if {"node_x", "node_y"} <= set(results.coords):
        x, y = (results[name].values.astype(np.float64) for name in ("node_x", "node_y"))
        north = False
    elif {"node_lon", "node_lat"} <= set(results.coords):
        lon, lat = (np.radians(results[name].values.astype(np.float64)) for name in ("node_lon", "node_lat"))
        middle = 0.5 * (np.nanmin(lat) + np.nanmax(lat))
        x, y, north = EARTH * np.cos(middle) * lon, EARTH * lat, True
    else:
        return None
    x, y = (values - 0.5 * (np.nanmin(values) + np.nanmax(values)) for values in (x, y))
    node = {str(name): position for position, name in enumerate(results["node"].values)}
    start, end = (
        np.array([node[str(name)] for name in results[f"pipe_{side}"].values], dtype=np.int64)
        for side in ("from", "to")
    )
    return Plan(node, x, y, start, end, north)


def measured(results: xr.Dataset) -> tuple[Quantity, ...]:
    """Loss, velocity and temperature of each trench over the run; NaN where there is none."""
    seconds = balance(results).seconds
    loss = integral(results, "pipe_heat_loss", seconds) / seconds.sum()
    speed, time, heat = (np.zeros(results.sizes["pipe"]) for _ in range(3))
    names = ("pipe_velocity", "pipe_supply_temperature", "pipe_mass_flow")
    for part, (velocity, warm, flow) in blocks(results, *names):
        flows = (flow != 0.0) & np.isfinite(warm)
        speed = np.maximum(speed, np.fmax.reduce(np.abs(velocity), axis=0, initial=0.0))
        time += seconds[part] @ flows
        heat += seconds[part] @ np.where(flows, warm, 0.0).astype(np.float64)
    mean = np.divide(heat, time, out=np.full(len(heat), np.nan), where=time > 0.0)
    return (
        Quantity("Heat loss", "Heat loss", "W/m", loss / results["pipe_length"].values),
        Quantity("Velocity", "Highest velocity", "m/s", speed),
        Quantity("Temperature", "Mean supply temperature", "°C", mean),
    )


def coloured(quantity: Quantity, peak: FloatArray, network: Plan) -> list[go.Scatter]:
    """One trace for each colour and width, and one entry of the key for each colour."""
    drawn = network.drawn
    known = drawn & np.isfinite(quantity.values)
    _, thickness = _classes(np.where(drawn, peak, 0.0))
    traces = []
    group = {"legendgroup": "colour", "legendgrouptitle": {"text": f"{quantity.title} [{quantity.unit}]"}}

    def add(name: str, colour: str, chosen: NDArray[np.bool_]) -> None:
        line = {"color": colour, "width": 6}
        traces.append(go.Scatter(x=[None], y=[None], mode="lines", line=line, name=name, **group))
        for place, width in enumerate(WIDTHS):
            some = np.flatnonzero(chosen & (thickness == place))
            if len(some):
                traces.append(_lines(some, network, colour, width))

    if known.any():
        edges = _edges(quantity.values[known])
        colours = _colours(len(edges) - 1)
        rank = np.clip(np.searchsorted(edges, quantity.values, side="right") - 1, 0, len(colours) - 1)
        for place, colour in enumerate(colours):
            low, high = edges[place], edges[place + 1]
            add(number(low) if low == high else f"{low:.6g} – {high:.6g}", colour, known & (rank == place))
    if (drawn & ~known).any():
        add("no water flows", "#c9c9c9", drawn & ~known)
    return traces


def _edges(values: FloatArray) -> FloatArray:
    """Round limits of up to six classes that hold all values; one class if they are all the same."""
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-6 * max(abs(high), abs(low)):
        return np.array([low, high])
    raw = (high - low) / 5.0
    power_of_ten = 10.0 ** np.floor(np.log10(raw))
    step = power_of_ten * next(
        f for f in (1.0, 2.0, 3.0, 4.0, 5.0, 10.0) if f * power_of_ten >= raw * (1 - 1e-9)
    )
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return np.asarray(step * np.arange(first, last + 1))


def _colours(count: int) -> list[str]:
    """``count`` colours of the ramp, its ends among them; a single one from its middle."""
    at = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
    steps = np.linspace(0.0, 1.0, len(RAMP))
    channels = [np.interp(at, steps, channel).round().astype(int) for channel in zip(*RAMP, strict=True)]
    return [f"rgb({red},{green},{blue})" for red, green, blue in zip(*channels, strict=True)]


def _lines(some: NDArray[np.int64], network: Plan, colour: str, width: float) -> go.Scatter:
    """Straight lines between the ends of some trenches, with gaps between them."""
    gap = np.full(len(some), np.nan)
    points = (
        np.stack([values[network.start[some]], values[network.end[some]], gap], axis=1).ravel()
        for values in (network.x, network.y)
    )
    east, north = (values.astype(np.float32) for values in points)
    line = {"color": colour, "width": width}
    return go.Scatter(x=east, y=north, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def width_key(peak: FloatArray) -> list[go.Scatter]:
    """Entries of the key for the widths."""
    (low, high), classes = _classes(peak)
    names = (f"below {low:g}", f"{low:g} – {high:g}", f"above {high:g}")
    return [
        go.Scatter(
            x=[None],
            y=[None],
            mode="lines",
            line={"color": GREY, "width": width},
            name=name,
            legendgroup="width",
            legendgrouptitle={"text": "Peak flow [kg/s]"},
        )
        for place, (name, width) in enumerate(zip(names, WIDTHS, strict=True))
        if (classes == place).any() and peak.any()
    ]


def _classes(flow: FloatArray) -> tuple[tuple[float, float], NDArray[np.int64]]:
    """Two round limits of the peak flow [kg/s], and the class of each trench by them."""
    largest = float(flow.max(initial=0.0))
    limits = (float(f"{largest / 8:.1g}"), float(f"{largest / 2.5:.1g}"))
    classes = np.searchsorted(limits, flow, side="right").astype(np.int64)
    return limits, np.where(flow > 0.0, classes, 0)


def pointed(
    results: xr.Dataset, network: Plan, quantities: tuple[Quantity, ...], peak: FloatArray
) -> go.Scatter:
    """Invisible points in the middle of the trenches, where the pointer finds their figures."""
    drawn = np.flatnonzero(network.drawn)
    some = drawn[np.argsort(-peak[drawn], kind="stable")[:POINTED]]
    return go.Scatter(
        x=(0.5 * (network.x[network.start] + network.x[network.end]))[some].astype(np.float32),
        y=(0.5 * (network.y[network.start] + network.y[network.end]))[some].astype(np.float32),
        mode="markers",
        marker={"size": 8, "opacity": 0},
        text=[_trench_text(results, quantities, peak, i) for i in some.tolist()],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _trench_text(results: xr.Dataset, quantities: tuple[Quantity, ...], peak: FloatArray, i: int) -> str:
    """What the pointer tells of a trench."""
    loss, speed, warm = (float(quantity.values[i]) for quantity in quantities)
    diameter = float(results["pipe_dn"].values[i]) if "pipe_dn" in results else np.nan
    return (
        f"<b>{plain(str(results['pipe'].values[i]), 30)}</b>"
        + (f", DN {diameter:.0f}" if np.isfinite(diameter) else "")
        + f", {results['pipe_length'].values[i]:.0f} m<br>loss {number(loss)} W/m"
        + f"<br>up to {speed:.2f} m/s, {peak[i]:.2f} kg/s"
        + (f"<br>supply {warm:.1f} °C" if np.isfinite(warm) else "<br>no water flows")
    )
