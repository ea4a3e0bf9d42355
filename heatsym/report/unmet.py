"""Heat that was asked for and not delivered: when, why, and whom it hit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray

from heatsym.analysis.figures import power
from heatsym.analysis.wording import number
from heatsym.engine.trajectory import Cause
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import calendar, in_words
from heatsym.report.colours import BLACK, BLUE, ORANGE, UNMET
from heatsym.report.layers import DAY, energies, gaps, hatched
from heatsym.report.picture import Cell, Missing, Picture, Table, styled
from heatsym.report.words import CAUSES, NOTABLE
from heatsym.results.blocks import blocks
from heatsym.simulation import Run

AT_ONE = 1e-3  # of a consumer's own heat: as much is notable even if it is little of the town's
LISTED = 20
LOOKS = {
    Cause.TEMPERATURE: ("too cold", BLUE, "/"),
    Cause.FLOW: ("largest flow reached", ORANGE, "x"),
    Cause.CAPACITY: ("sources gave all", UNMET, ""),
    Cause.CLOSED: ("trench closed", BLACK, "x"),
    Cause.NONE: ("cause not known", "#b5b5b5", "."),
}


def unmet_heat(run: Run) -> Picture | Missing:
    """Unmet heat by day and cause, and who missed most."""
    key, title = "unmet-heat", "Heat that was missed, by day and cause"
    results, when = run.results, calendar(run.results)
    by_consumer = energies(results, "consumer_heat_unmet")
    asked = by_consumer + energies(results, "consumer_heat_delivered")
    total = float(by_consumer.sum())
    if total == 0.0:
        return Missing(key, title, "nothing was missed")
    if total < NOTABLE * asked.sum() and not (by_consumer > AT_ONE * asked).any():
        much = f"{number(total)} MWh of {number(float(asked.sum()))} MWh asked for"
        return Missing(key, title, f"nothing was missed that is worth a picture: {much}")

    by_cause, short = _by_cause(results)
    days = {cause: when.energy(by_cause[cause], "D") for cause in LOOKS if np.nansum(by_cause[cause]) > 0.0}
    every = sum(days.values(), start=0.0)
    assert isinstance(every, pd.Series)
    index = pd.DatetimeIndex(every.index)
    hit = np.flatnonzero(every.to_numpy() > 0.0)
    first, last = max(hit[0] - 3, 0), min(hit[-1] + 4, len(index))

    figure = go.Figure()
    for cause, energy in days.items():
        said, colour, pattern = LOOKS[cause]
        figure.add_bar(
            x0=f"{index[first]:%Y-%m-%d}",
            dx=DAY,
            y=energy.iloc[first:last].to_numpy(dtype=np.float32),
            name=said,
            marker=hatched(colour, pattern),
            hovertemplate="%{x|%-d %B %Y}: %{y:.4~r} MWh",
        )
    styled(figure).update_layout(barmode="stack", bargap=0.1, showlegend=True)
    figure.update_xaxes(type="date", showgrid=False)
    figure.update_yaxes(title="unmet heat [MWh a day]", rangemode="tozero")

    worst = int(every.argmax())
    main = max(days, key=lambda cause: float(days[cause].sum()))
    hours = float(when.hours[short].sum())
    missing = int((by_consumer > 0.0).sum())
    caption = (
        f"{number(total)} MWh of {number(float(asked.sum()))} MWh asked for were missed, in {number(hours)} h"
        f" and at {missing} of {len(asked)} consumers; the worst day was {in_words(index, 'D')[worst]}"
        f" ({number(float(every.iloc[worst]))} MWh)."
    )
    if main is not Cause.NONE:
        caption += f" Mostly because {CAUSES[main.name.lower()]}."
    caption += gaps(results, "consumer_heat_unmet")
    label = "Unmet heat: " + ", ".join(
        f"{LOOKS[cause][0]} {number(float(energy.sum()))} MWh" for cause, energy in days.items()
    )
    columns = (
        "consumer",
        "unmet heat [MWh]",
        "of its own [%]",
        "hours [h]",
        "mostly because",
        "first time (local)",
    )
    most = np.argsort(-by_consumer, kind="stable")[:LISTED]
    rows = tuple(_consumer(results, int(place), asked) for place in most if by_consumer[place] > 0.0)
    return Picture(key, title, caption, label, figure, Table(columns, rows))


def _by_cause(results: xr.Dataset) -> tuple[dict[Cause, FloatArray], NDArray[np.bool_]]:
    """Unmet heat by cause, (time,) each [W], and in which steps there is a cause."""
    steps = results.sizes["time"]
    found, short = {cause: np.zeros(steps) for cause in LOOKS}, np.zeros(steps, dtype=np.bool_)
    for part, (unmet, causes) in blocks(results, "consumer_heat_unmet", "consumer_unmet_cause"):
        short[part] = (causes != Cause.NONE).any(axis=1)
        for cause, series in found.items():
            series[part] = np.where(causes == cause, unmet.astype(np.float64), 0.0).sum(axis=1)
    return found, short


def _consumer(results: xr.Dataset, place: int, asked: np.ndarray) -> tuple[Cell, ...]:
    """A consumer that missed heat."""
    when = calendar(results)
    own = results.isel(consumer=place)
    unmet = np.nan_to_num(power(own, "consumer_heat_unmet"))
    cause = own["consumer_unmet_cause"].values
    energy = unmet * when.hours / 1e6
    main = max(LOOKS, key=lambda known: float(energy[cause == known].sum()))
    first = when.local[int(np.argmax(unmet > 0.0))]
    return (
        str(results["consumer"].values[place]),
        float(energy.sum()),
        100.0 * float(energy.sum() / asked[place]),
        float(when.hours[unmet > 0.0].sum()),
        LOOKS[main][0],
        in_words(pd.DatetimeIndex([first]), "h")[0],
    )
