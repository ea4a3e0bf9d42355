"""What the heat costs to operate."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from heatsym.analysis.wording import number
from heatsym.report.colours import AIR, BLUE, GREEN
from heatsym.report.picture import INK, Missing, Picture, Table, styled
from heatsym.report.words import percent
from heatsym.simulation import Run

PARTS = {
    "fuel": "fuel",
    "heat": "heat bought",
    "electricity": "electricity",
    "co2": "CO₂ of fuel",
    "start": "starts of plants",
    "electricity_sold": "electricity sold",
}


def costs(run: Run) -> Picture | Missing:
    """Fuel, heat bought, electricity and CO2 one after the other, up to their sum."""
    key, title = "costs", "What the heat cost to operate"
    found, delivered = run.summary.get("economics", {}), run.summary["energy"].get("delivered_MWh", 0.0)
    if "operating_cost_EUR" not in found:
        return Missing(
            key, title, run.summary.get("not_computed", {}).get("economics", "no cost was computed")
        )
    total = found["operating_cost_EUR"]
    parts = {said: found[f"{part}_EUR"] for part, said in PARTS.items() if found.get(f"{part}_EUR")}
    if not parts:
        return Missing(key, title, "nothing that the run used had a price above zero")
    divisor, unit = (1e3, "thousand EUR") if abs(total) >= 1e5 else (1.0, "EUR")
    amounts = [*parts.values(), total]
    per_heat = [amount / delivered if delivered > 0.0 else None for amount in amounts]

    said = [*parts, "together"]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=said,
            x=(np.array(amounts) / divisor).astype(np.float32),
            measure=[*("relative" for _ in parts), "total"],
            hovertemplate=f"%{{delta:,.5~r}} {unit}<extra></extra>",
            increasing={"marker": {"color": BLUE}},
            decreasing={"marker": {"color": GREEN}},
            totals={"marker": {"color": AIR}},
            connector={"line": {"color": INK, "width": 1, "dash": "dot"}},
        )
    )
    styled(figure, height=90 + 64 * len(amounts)).update_layout(showlegend=False, waterfallgap=0.35)
    figure.update_xaxes(title=f"cost [{unit}]")
    figure.update_yaxes(
        type="category",
        autorange="reversed",
        showgrid=False,
        tickvals=said,
        ticktext=[
            f"<b>{part}</b><br>{number(amount)} EUR" + (f"<br>{each:.2f} EUR/MWh" if each is not None else "")
            for part, amount, each in zip(said, amounts, per_heat, strict=True)
        ],
    )

    largest = max(parts, key=lambda part: parts[part])
    share = f", {percent(parts[largest] / total)} of it" if 0.0 < parts[largest] <= total else ""
    last = per_heat[-1]
    unit_cost = f", {last:.2f} EUR for each MWh delivered" if last is not None else ""
    caption = (
        f"To operate the run cost {number(total)} EUR{unit_cost}; the largest part is {largest}{share}."
        " Investment, staff and maintenance are not in it."
    )
    label = "Cost: " + ", ".join(f"{part} {number(amount)} EUR" for part, amount in parts.items())
    rows = tuple(
        (part, amount, each, 100.0 * amount / total if total else None)
        for part, amount, each in zip(said, amounts, per_heat, strict=True)
    )
    columns = ("part", "cost [EUR]", "of the heat delivered [EUR/MWh]", "share [%]")
    return Picture(
        key, title, caption, f"{label}, together {number(total)} EUR", figure, Table(columns, rows)
    )
