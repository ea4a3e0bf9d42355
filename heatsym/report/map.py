"""The network seen from above: where heat is lost, how fast the water is, who gets what."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray

from heatsym.analysis.figures import power
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.colours import UNMET, source_styles
from heatsym.report.picture import GREY, INK, Missing, Picture, Table, plain, styled
from heatsym.report.trenches import POINTED, Plan, Quantity, coloured, measured, plan, pointed, width_key
from heatsym.results.balance import balance
from heatsym.results.blocks import blocks, integral
from heatsym.simulation import Run
from heatsym.tables.factors import JOULES_PER_MWH

KEY, TITLE = "network-map", "Trenches, consumers and sources"
NOTABLE = 1e-3  # share of the heat asked for that stays unmet
LISTED = 300
"""Trenches in the table; of a larger network those that lose most."""


def network_map(run: Run) -> Picture | Missing:
    """The network as lines, coloured by loss, velocity or temperature, with consumers and sources."""
    results = run.results
    network = plan(results)
    if network is None:
        return Missing(KEY, TITLE, "the nodes of this network have no coordinates")
    if not network.drawn.any():
        return Missing(KEY, TITLE, "no trench of this network has coordinates at both of its ends")
    quantities = measured(results)
    peak = np.zeros(results.sizes["pipe"])
    for _, (flow,) in blocks(results, "pipe_mass_flow"):
        peak = np.maximum(peak, np.fmax.reduce(np.abs(flow), axis=0, initial=0.0))
    figure = styled(go.Figure(), _size(network, results.sizes["source"]))
    colours = [coloured(quantity, peak, network) for quantity in quantities]
    figure.add_traces([trace for traces in colours for trace in traces])
    figure.add_traces(width_key(peak[network.drawn]))
    figure.add_trace(pointed(results, network, quantities, peak))
    figure.add_traces(_consumers(results, network))
    figure.add_traces(_sources(results, network))
    _scale_bar(figure, network)
    _label_sources(figure, results, network)
    _arrange(figure, network.north)
    _buttons(figure, quantities, [len(traces) for traces in colours])
    return Picture(
        KEY,
        TITLE,
        _caption(results, quantities, network.drawn),
        _spoken(results, quantities),
        figure,
        _table(results, quantities, peak),
    )


def _consumers(results: xr.Dataset, network: Plan) -> list[go.Scatter]:
    """Dots whose area is the heat delivered; those that miss notable heat in another colour and shape."""
    seconds = balance(results).seconds
    delivered, unmet = (
        integral(results, f"consumer_heat_{part}", seconds) / JOULES_PER_MWH
        for part in ("delivered", "unmet")
    )
    place = network.places(results["consumer_node"].values)
    short = unmet > NOTABLE * (delivered + unmet)
    texts = _consumer_texts(results, delivered, unmet)
    crowd = max(len(delivered) / 300.0, 1.0) ** 0.3
    size = np.maximum(4.0, 17.0 * np.sqrt(delivered / (delivered.max(initial=0.0) or 1.0))) / crowd
    looks = (
        ("heat delivered", ~short, {"color": "white", "line": {"color": INK, "width": 1.3}}),
        (
            f"more than {100 * NOTABLE:g} % unmet",
            short,
            {"color": UNMET, "symbol": "x", "line": {"color": INK, "width": 1}},
        ),
    )
    return [
        go.Scatter(
            x=network.x[place[chosen]].astype(np.float32),
            y=network.y[place[chosen]].astype(np.float32),
            mode="markers",
            marker={**look, "size": size[chosen].astype(np.float32), "opacity": 0.9},
            text=[text for text, one in zip(texts, chosen.tolist(), strict=True) if one],
            hovertemplate="%{text}<extra></extra>",
            name=name,
            legendgroup="consumers",
            legendgrouptitle={"text": "Consumers, area by heat"},
        )
        for name, chosen, look in looks
        if chosen.any()
    ]


def _consumer_texts(results: xr.Dataset, delivered: FloatArray, unmet: FloatArray) -> list[str]:
    """What the pointer tells of each consumer."""
    count = len(delivered)
    homes = np.full(count, np.nan)
    if "consumer_dwellings" in results:
        homes = results["consumer_dwellings"].values
    texts = []
    for i, (name, kind) in enumerate(
        zip(results["consumer"].values, results["consumer_kind"].values, strict=True)
    ):
        text = f"<b>{plain(str(name), 30)}</b>, {plain(str(kind), 30)}"
        if homes[i] > 0:
            text += f", {homes[i]:g} {'home' if homes[i] == 1 else 'homes'}"
        text += f"<br>{number(delivered[i])} MWh delivered"
        texts.append(text + (f"<br>{number(unmet[i])} MWh unmet" if unmet[i] > 0 else ""))
    return texts


def _source_heat(results: xr.Dataset) -> FloatArray:
    """Heat of each source over the run. [MWh]"""
    heat: FloatArray = balance(results).seconds @ power(results, "source_heat") / JOULES_PER_MWH
    return heat


def _sources(results: xr.Dataset, network: Plan) -> list[go.Scatter]:
    """A large symbol for each source; those at one node stand side by side."""
    styles, heat = source_styles(results), _source_heat(results)
    beside = 0.03 * (network.width + network.height)
    taken: dict[int, int] = {}
    traces = []
    for i, name in enumerate(map(str, results["source"].values)):
        place = network.node[str(results["source_node"].values[i])]
        shift = taken.get(place, 0)
        taken[place] = shift + 1
        kind, partner = (plain(str(results[f"source_{part}"].values[i])) for part in ("kind", "partner"))
        text = f"<b>{plain(name)}</b>, {kind}" + (f"<br>{partner}" if partner else "")
        traces.append(
            go.Scatter(
                x=[network.x[place] + shift * beside],
                y=[network.y[place]],
                mode="markers",
                marker={
                    "color": styles[name].colour,
                    "symbol": styles[name].symbol,
                    "size": 18,
                    "line": {"color": INK, "width": 1.5},
                },
                text=[f"{text}<br>{number(heat[i])} MWh fed in"],
                hovertemplate="%{text}<extra></extra>",
                name=plain(name, 30),
                legendgroup="sources",
                legendgrouptitle={"text": "Sources"},
            )
        )
    return traces


def _label_sources(figure: go.Figure, results: xr.Dataset, network: Plan) -> None:
    """Names of the sources beside their node, away from its trenches; where many share it, the first ones."""
    at: dict[int, list[str]] = {}
    for name, where in zip(results["source"].values, results["source_node"].values, strict=True):
        at.setdefault(network.node[str(where)], []).append(plain(str(name), 24))
    for place, names in at.items():
        x, y = float(network.x[place]), float(network.y[place])
        if not np.isfinite(x + y):
            continue
        ends = np.concatenate([network.end[network.start == place], network.start[network.end == place]])
        above = bool(np.nanmean(network.y[ends] - y) <= 0.0) if len(ends) else True
        side = x / (network.width or 1.0)  # -0.5 in the west, 0.5 in the east
        figure.add_annotation(
            x=x,
            y=y,
            text="<br>".join(names if len(names) <= 4 else [*names[:3], f"and {len(names) - 3} more"]),
            font={"weight": "bold", "shadow": ", ".join(["0 0 3px white"] * 6)},
            showarrow=False,
            xanchor="left" if side < -0.4 else "right" if side > 0.4 else "center",
            yanchor="bottom" if above else "top",
            yshift=10 if above else -10,
        )


def _scale_bar(figure: go.Figure, network: Plan) -> None:
    """A line of a round length below the network, with its length."""
    raw = max(network.width, 0.5 * network.height, 100.0) / 4.0
    power_of_ten = 10.0 ** np.floor(np.log10(raw))
    length = power_of_ten * max(f for f in (1.0, 2.0, 5.0) if f * power_of_ten <= raw)
    west = -0.5 * network.width
    south = -0.5 * network.height - 0.06 * max(network.width, network.height)
    figure.add_scatter(
        x=[west, west + length],
        y=[south, south],
        mode="lines",
        line={"color": INK, "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
    text = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"
    figure.add_annotation(
        x=west + 0.5 * length, y=south, text=text, showarrow=False, yanchor="top", yshift=-2
    )


def _size(network: Plan, sources: int) -> int:
    """Height that suits the shape of the network, key and buttons included. [px]"""
    shape = network.height / network.width if network.width else 1.0
    key = 19 * max(sources, 5)
    return 205 + key + round(min(max(800.0 * shape, 220.0), 460.0))


def _arrange(figure: go.Figure, north: bool) -> None:
    """Equal axes without numbers, the key, an arrow to the north."""
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=1)
    figure.update_layout(
        margin={"l": 12, "r": 12, "t": 48, "b": 12},
        hovermode="closest",
        hoverlabel={"bgcolor": "white", "bordercolor": GREY, "font": {"color": INK}},
        legend={
            "y": -0.02,
            "itemclick": False,
            "itemdoubleclick": False,
            "grouptitlefont": {"size": 12, "weight": "bold"},
            "font": {"size": 12},
        },
    )
    if north:
        figure.add_annotation(
            x=1, y=1, xref="paper", yref="paper", text="<b>N</b><br>↑", showarrow=False, font={"size": 16}
        )


def _buttons(figure: go.Figure, quantities: tuple[Quantity, ...], counts: list[int]) -> None:
    """Buttons that show the traces of one quantity; ``counts`` tells how many each has, in order."""
    owner = np.repeat(np.arange(len(counts)), counts)
    always = [True] * (len(figure.data) - len(owner))
    visible = [[*(owner == place).tolist(), *always] for place in range(len(counts))]
    for trace, shown in zip(figure.data, visible[0], strict=True):
        trace.visible = shown
    buttons = [
        {"label": quantity.button, "method": "restyle", "args": [{"visible": shown}]}
        for quantity, shown in zip(quantities, visible, strict=True)
    ]
    menu = {
        "type": "buttons",
        "direction": "right",
        "buttons": buttons,
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "pad": {"b": 8},
        "font": {"size": 12},
        "bgcolor": "white",
        "bordercolor": GREY,
    }
    figure.update_layout(updatemenus=[menu])


def _caption(results: xr.Dataset, quantities: tuple[Quantity, ...], drawn: NDArray[np.bool_]) -> str:
    """What to see in the map."""
    loss, speed, _ = (quantity.values for quantity in quantities)
    length, names = results["pipe_length"].values, results["pipe"].values
    text = f"{_count(results.sizes['consumer'], 'consumer')} on {number(length.sum() / 1e3)} km of trench"
    if np.nanmax(loss) > 0.0:
        worst = int(np.nanargmax(loss))
        text += (
            f": each metre loses {number(float(loss @ length / length.sum()))} W on average,"
            f" most in {names[worst]} ({number(loss[worst])} W/m)"
        )
    if speed.max() > 0.0:
        text += f"; the water is fastest in {names[speed.argmax()]} ({speed.max():.2f} m/s)"
    text += ". The buttons change what the colours mean; thick lines carry more water."
    if not drawn.all():
        text += f" Without coordinates and not shown: {_count(int((~drawn).sum()), 'trench')}."
    if len(length) > POINTED:
        text += f" The {POINTED} trenches with the largest flow tell their figures under the pointer."
    if len(length) > LISTED:
        text += f" The table lists the {LISTED} trenches that lose most."
    return text


def _count(count: int, word: str) -> str:
    """A number of things."""
    plural = f"{word}es" if word.endswith("ch") else f"{word}s"
    return f"{count:,} {word if count == 1 else plural}".replace(",", " ")


def _spoken(results: xr.Dataset, quantities: tuple[Quantity, ...]) -> str:
    """The main figures in words."""
    spans = "; ".join(
        f"{quantity.title.lower()} {number(np.nanmin(quantity.values))} to"
        f" {number(np.nanmax(quantity.values))} {quantity.unit}"
        for quantity in quantities
        if np.isfinite(quantity.values).any()
    )
    heat = _source_heat(results)
    fed = ", ".join(
        f"{name} {number(heat[i])} MWh" for i, name in enumerate(map(str, results["source"].values))
    )
    return (
        f"Map of {_count(results.sizes['pipe'], 'trench')} and"
        f" {_count(results.sizes['consumer'], 'consumer')}. By trench: {spans}. Sources: {fed}."
    )


def _table(results: xr.Dataset, quantities: tuple[Quantity, ...], peak: FloatArray) -> Table:
    """The trenches, those of a large network that lose most."""
    loss, speed, warm = (quantity.values for quantity in quantities)
    length = results["pipe_length"].values
    dn = results["pipe_dn"].values if "pipe_dn" in results else np.full(len(length), np.nan)
    chosen = np.arange(len(length))
    if len(length) > LISTED:
        chosen = np.argsort(-loss * length, kind="stable")[:LISTED]
    names, start, end = (results[name].values for name in ("pipe", "pipe_from", "pipe_to"))
    columns = ("trench", "from", "to", "length [m]", "DN", "loss [W/m]", "highest velocity [m/s]")
    return Table(
        (*columns, "mean supply temperature [°C]", "peak flow [kg/s]"),
        tuple(
            (
                *(str(name[i]) for name in (names, start, end)),
                *(
                    float(value[i]) if np.isfinite(value[i]) else None
                    for value in (length, dn, loss, speed, warm, peak)
                ),
            )
            for i in chosen.tolist()
        ),
    )
