"""CO2 of the run beside what would be emitted without the network."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from heatsym.analysis.wording import number
from heatsym.report.colours import AIR, REJECTED, source_styles
from heatsym.report.layers import energies, hatched
from heatsym.report.picture import INK, Cell, Missing, Picture, Table, plain, styled
from heatsym.report.words import percent
from heatsym.simulation import Run
from heatsym.tables import read_table

PUMPS = "electricity of the circulation pumps"


def emissions(run: Run) -> Picture | Missing:
    """Tonnes of CO2 of each source and of the pumps, and of the alternative."""
    key, title = "emissions", "CO₂ of the heat, and of the alternative"
    found = run.summary.get("emissions", {})
    if "total_t" not in found:
        reason = run.summary.get("not_computed", {}).get("emissions", "no emissions were computed")
        return Missing(key, title, reason)
    total, other = found["total_t"], found.get("counterfactual_t")
    instead = _alternative(run)
    parts = _parts(run)
    here, there = "this network", instead.replace(" in ", "<br>in ", 1)

    figure = go.Figure()
    styles = source_styles(run.results)
    for name, tonnes in parts:
        style = None if name is None else styles[name]
        figure.add_bar(
            **_bar(
                here,
                tonnes,
                plain(_said(run, name), 40),
                hatched(style.colour, style.pattern) if style else hatched(AIR, "."),
            )
        )
    if other is not None:
        figure.add_bar(**_bar(there, other, instead, hatched(REJECTED, "/")), showlegend=False)
    rows_drawn = [here] if other is None else [here, there]
    styled(figure, height=120 + 80 * len(rows_drawn) + 20 * len(parts)).update_layout(
        barmode="stack",
        bargap=0.35,
        showlegend=True,
        legend={"y": 1.04, "yanchor": "bottom", "traceorder": "normal"},
    )
    figure.update_xaxes(title="CO₂ of the run [t]", range=[0.0, 1.4 * max(total, other or 0.0) or 1.0])
    figure.update_yaxes(type="category", categoryarray=rows_drawn[::-1], showgrid=False)
    figure.add_annotation(**_beside(here, total, _versus(found)))
    if other is not None:
        figure.add_annotation(**_beside(there, other, f"<b>{number(other)} t</b>"))

    table: list[tuple[Cell, ...]] = [
        (_said(run, name), tonnes, _per_heat(run, tonnes)) for name, tonnes in parts
    ]
    table.append(("this network, together", total, found.get("kg_per_MWh")))
    if other is not None:
        table.append((f"{instead}, for the same heat", other, found.get("counterfactual_kg_per_MWh")))
    if "saved_t" in found:
        table.append(("saved", found["saved_t"], _per_heat(run, found["saved_t"])))
    label = f"Emissions: this network {number(total)} t" + (
        f", {instead} {number(other)} t" if other is not None else ""
    )
    columns = ("part", "CO₂ [t]", "of the heat delivered [kg/MWh]")
    return Picture(key, title, _caption(run), label, figure, Table(columns, tuple(table)))


def _parts(run: Run) -> list[tuple[str | None, float]]:
    """Tonnes by source, and of the pumps (None), the rest of the total; what emits nothing is left out."""
    tonnes = {name: found.get("emissions_t", 0.0) for name, found in run.summary["sources"].items()}
    total = run.summary["emissions"]["total_t"]
    parts: list[tuple[str | None, float]] = [(name, value) for name, value in tonnes.items() if value]
    rest = total - sum(tonnes.values())
    if abs(rest) > 1e-6 * abs(total):
        parts.append((None, rest))
    return parts


def _alternative(run: Run) -> str:
    """The counterfactual in words; empty where there is none."""
    kind = run.summary["emissions"].get("counterfactual")
    return next((row["name"] for row in read_table("counterfactuals") if row["kind"] == kind), "")


def _said(run: Run, name: str | None) -> str:
    """A part in words: the source with what it uses."""
    if name is None:
        return PUMPS
    position = [str(known) for known in run.results["source"].values].index(name)
    carrier = str(run.results["source_carrier"].values[position]) or "electricity"
    return f"{name}: {carrier.replace('_', ' ')}"


def _versus(found: dict[str, float]) -> str:
    """Total and difference, as they stand at the end of the bar."""
    text = f"<b>{number(found['total_t'])} t</b>"
    saved, other = found.get("saved_t"), found.get("counterfactual_t")
    if saved is None or not other:
        return text
    return f"{text}<br>{number(abs(saved))} t {'less' if saved >= 0.0 else 'more'}"


def _caption(run: Run) -> str:
    found = run.summary["emissions"]
    saved, other = found.get("saved_t"), found.get("counterfactual_t")
    text = f"The run emitted {number(found['total_t'])} t of CO₂"
    text += f", {number(found['kg_per_MWh'])} kg for each MWh delivered" if "kg_per_MWh" in found else ""
    if other is not None:
        text += f"; the same heat from {_alternative(run)} would emit {number(other)} t"
    if saved is None and other is not None:
        why = next((w for w in run.summary["warnings"] if w.startswith("saving not computed")), "")
        text += f" (not to be compared{why.removeprefix('saving not computed')})"
    elif saved is not None and other:
        word = "less" if saved >= 0.0 else "more"
        text += f", so the network emits {number(abs(saved))} t {word} ({percent(abs(saved) / other)})"
    text += "."
    heat = energies(run.results, "source_heat")
    marks = run.results["source_surplus"].values
    free = [
        str(name)
        for name, mark, value in zip(run.results["source"].values, marks, heat, strict=True)
        if mark and value
    ]
    if free:
        text += (
            f" Surplus heat ({', '.join(free)}) is counted with zero: an assumption, namely that its owner"
            " emits the same with and without the network."
        )
    if found.get("biogenic_t"):
        text += f" {number(found['biogenic_t'])} t of biogenic CO₂ are not in it."
    return text


def _bar(row: str, tonnes: float, name: str, marker: dict[str, object]) -> dict[str, object]:
    """One part of one row."""
    return {
        "x": np.array([tonnes], dtype=np.float32),
        "y": [row],
        "orientation": "h",
        "name": name,
        "marker": marker,
        "hovertemplate": "%{x:,.5~r} t",
    }


def _beside(row: str, tonnes: float, text: str) -> dict[str, object]:
    """A text at the end of a bar."""
    return {
        "x": tonnes,
        "y": row,
        "text": text,
        "xanchor": "left",
        "align": "left",
        "showarrow": False,
        "xshift": 6,
        "font": {"color": INK},
    }


def _per_heat(run: Run, tonnes: float) -> float | None:
    """Of the heat delivered. [kg/MWh]"""
    delivered = run.summary["energy"].get("delivered_MWh", 0.0)
    return 1e3 * tonnes / delivered if delivered > 0.0 else None
