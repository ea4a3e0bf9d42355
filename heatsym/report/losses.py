"""Heat lost to the ground: when, what share of the heat supplied, and in which trenches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import calendar, in_words, ticks
from heatsym.report.colours import LOSS
from heatsym.report.picture import INK, Cell, Missing, Picture, Table, plain, styled
from heatsym.results.balance import balance
from heatsym.results.blocks import integral
from heatsym.simulation import Run
from heatsym.tables.factors import JOULES_PER_MWH

KEY, TITLE = "losses", "Heat lost to the ground"
WORDS = {"M": "month", "D": "day", "h": "hour"}
WORST = 10
LABELLED = 12
"""Bars up to which each carries its share of the heat supplied; of more, only the pointer tells it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Account:
    """Heat lost and supplied by local month, day or hour [MWh], and the loss as share of the supply [%]."""

    period: str
    lost: pd.Series
    supplied: pd.Series

    @property
    def share(self) -> pd.Series:
        """NaN where no heat was supplied."""
        return 100.0 * self.lost / self.supplied.where(self.supplied > 0.0)

    @property
    def starts(self) -> pd.DatetimeIndex:
        """Of the periods."""
        return pd.DatetimeIndex(self.lost.index)

    @property
    def names(self) -> list[str]:
        """The periods, in full."""
        return in_words(self.starts, self.period)


def losses(run: Run) -> Picture | Missing:
    """Heat loss by month, of a short run by day or hour, and the trenches that lose most."""
    results = run.results
    flows, dates = balance(results), calendar(results)
    period, word = dates.period, WORDS[dates.period]
    account = _Account(period, dates.energy(flows.network_loss, period), dates.energy(flows.supplied, period))
    if not account.lost.abs().max() > 0.0:
        return Missing(KEY, TITLE, "the trenches of this run lose no heat")
    trenches = integral(results, "pipe_heat_loss", flows.seconds) / JOULES_PER_MWH
    worst = np.argsort(-trenches, kind="stable")[:WORST].tolist()
    height = 26 * len(worst) + 30
    figure = make_subplots(rows=2, cols=1, row_heights=[260, height], vertical_spacing=100 / (360 + height))
    figure.add_trace(_bars(account), row=1, col=1)
    figure.add_trace(_worst(results, trenches, worst, dates.length), row=2, col=1)
    styled(figure, 430 + height)
    figure.update_layout(showlegend=False, bargap=0.25, margin={"t": 24})
    figure.update_yaxes(title=f"Heat loss [MWh per {word}]", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(showgrid=False, type="category", row=1, col=1)
    names = [f"{plain(str(results['pipe'].values[i]), 16)} " for i in worst]
    figure.update_yaxes(
        showgrid=False,
        zeroline=False,
        autorange="reversed",
        ticks="",
        tickvals=list(range(len(worst))),  # shortened names may be the same
        ticktext=names,
        row=2,
        col=1,
    )
    figure.update_xaxes(title="Heat loss over the run [MWh]", rangemode="tozero", row=2, col=1)
    return Picture(
        KEY,
        f"{TITLE} by {word}, and the trenches that lose most",
        _caption(account, results, trenches, worst),
        _spoken(account),
        figure,
        _table(account),
    )


def _bars(account: _Account) -> go.Bar:
    """One bar for each month or day, with its share of the heat supplied."""
    share = account.share.to_numpy()
    words = [f"{value:.0f}\u202f%" if value == value else "no supply" for value in share]
    return go.Bar(
        x=ticks(account.starts, account.period),
        y=account.lost.to_numpy(dtype=np.float32),
        marker={"color": LOSS},
        text=words if len(words) <= LABELLED else None,
        textposition="outside",
        textangle=0,
        textfont={"size": 10},
        constraintext="none",
        cliponaxis=False,
        customdata=[
            f"{word} of the heat supplied" if value == value else "no heat supplied"
            for word, value in zip(words, share, strict=True)
        ],
        hovertext=account.names,
        hovertemplate="%{hovertext}: %{y:.3~g} MWh<br>%{customdata}<extra></extra>",
    )


def _worst(results: xr.Dataset, trenches: FloatArray, worst: list[int], hours: float) -> go.Bar:
    """The trenches that lose most, with diameter, length and loss per metre."""
    length = results["pipe_length"].values
    diameter = results["pipe_dn"].values if "pipe_dn" in results else np.full(len(length), np.nan)
    words = [
        (f"DN {diameter[i]:.0f}, " if diameter[i] == diameter[i] else "")
        + f"{length[i]:.3g} m, {1e6 * trenches[i] / hours / length[i]:.3g} W/m"
        for i in worst
    ]
    return go.Bar(
        x=trenches[worst].astype(np.float32),
        y=list(range(len(worst))),
        orientation="h",
        marker={"color": LOSS},
        text=words,
        textposition="inside",
        textangle=0,
        insidetextanchor="start",
        textfont={"color": INK},
        constraintext="none",
        cliponaxis=False,
        customdata=[plain(str(results["pipe"].values[i])) for i in worst],
        hovertemplate="%{customdata}: %{x:.3~g} MWh<br>%{text}<extra></extra>",
    )


def _caption(account: _Account, results: xr.Dataset, trenches: FloatArray, worst: list[int]) -> str:
    """What to see in it."""
    total, supplied = float(account.lost.sum()), float(account.supplied.sum())
    text = f"{number(total)} MWh went to the ground"
    text += f", {100.0 * total / supplied:.1f} % of the heat supplied." if supplied > 0.0 else "."
    share = account.share.dropna()
    if len(share) > 1:
        names = dict(zip(account.lost.index, account.names, strict=True))
        text += (
            f" The share, shown with the bars, lies between {share.min():.1f} % ({names[share.idxmin()]})"
            f" and {share.max():.1f} % ({names[share.idxmax()]})"
        )
        if share.max() > 1.5 * share.min():
            text += ": pipes also lose heat when little is drawn"
        text += "."
    if len(trenches) > len(worst):
        part = 100.0 * float(trenches[worst].sum()) / float(trenches.sum())
        text += f" The {len(worst)} trenches below lose {part:.0f} % of it."
    return text


def _spoken(account: _Account) -> str:
    """The main figures in words."""
    names = account.names
    least, most = int(account.lost.to_numpy().argmin()), int(account.lost.to_numpy().argmax())
    return (
        f"Heat loss by {WORDS[account.period]}, in all {number(float(account.lost.sum()))} MWh:"
        f" from {number(float(account.lost.iloc[least]))} MWh ({names[least]})"
        f" to {number(float(account.lost.iloc[most]))} MWh ({names[most]})."
    )


def _table(account: _Account) -> Table:
    """Loss, supply and share by month or day."""
    rows: list[tuple[Cell, ...]] = [
        (name, float(lost), float(supplied), float(share) if share == share else None)
        for name, lost, supplied, share in zip(
            account.names, account.lost, account.supplied, account.share, strict=True
        )
    ]
    return Table((WORDS[account.period], "heat loss [MWh]", "heat supplied [MWh]", "share [%]"), tuple(rows))
