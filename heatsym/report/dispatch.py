"""Who gave heat when, at what price, and how far that was from the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from heatsym.analysis.figures import power
from heatsym.analysis.wording import number
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import Calendar, calendar, in_words
from heatsym.report.colours import AIR, DELIVERED, ELECTRICITY, source_styles
from heatsym.report.layers import DAY, area, gaps, hatched, height, held, merit_order
from heatsym.report.picture import GREY, INK, Cell, Missing, Picture, Table, plain, scale, styled
from heatsym.report.words import percent
from heatsym.results.blocks import summed
from heatsym.simulation import Run

WEEK, HOUR = 168, 3_600_000  # hours; milliseconds of a date axis
PARTS = 1000  # points of a curve of duration
STORED = ("/", "x", ".", "\\", "+", "-", "|")  # patterns of storages, all in one colour
PRICE, POWER = "heat_marginal_price", "electricity_price"
PER_MWH = 3.6e9  # EUR/MWh in a EUR/J
AS_PLANNED = 1e-6  # of all heat: what rounding of stored series may make of a plan that was kept
SHARES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
ASKED = "asked for by the consumers"
HEAT_PRICE, ELECTRICITY_PRICE = "one more MWh of heat", "electricity"


@dataclass(frozen=True, slots=True)
class _Span:
    """Hours that are drawn: their name, the first of them, and how many."""

    name: str
    start: pd.Timestamp
    hours: int

    def words(self) -> str:
        """``winter, 13 to 19 January 2025``."""
        last = self.start + pd.Timedelta(hours=self.hours - 1)
        same = (self.start.year, self.start.month) == (last.year, last.month)
        first = f"{self.start.day}" if same else f"{self.start.day} {self.start:%B}"
        days = f"{last.day} {last:%B %Y}"
        if self.start.date() != last.date():
            days = f"{first} to {days}"
        return f"{self.name}, {days}" if self.name else days


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """Means of local hours, by the position of source or storage. [W, EUR/MWh]"""

    asked: pd.Series
    heat: pd.DataFrame
    stored: pd.DataFrame | None
    prices: dict[str, pd.Series]  # electricity first

    def within(self, span: _Span) -> slice:
        """The hours of a span in any of them."""
        return slice(span.start, span.start + pd.Timedelta(hours=span.hours - 1))


def dispatch_weeks(run: Run) -> Picture | Missing | None:
    """Heat by source and storage in weeks of winter, transition and summer, prices below; None without."""
    key, title = "dispatch", "Who heated when, and what one more megawatt hour would have cost"
    results = run.results
    if PRICE not in results and "source_heat_planned" not in results:
        return None
    course = _course(results, calendar(results))
    if not course.heat.to_numpy()[np.isfinite(course.heat.to_numpy())].sum() > 0.0:
        return Missing(key, title, "no source fed any heat in")
    spans = _spans(course.asked)
    divisor, unit = scale(float(np.nanmax(np.nansum(course.heat.to_numpy(), axis=1))))
    each = 2 if course.prices else 1
    layers = _layers(results, course)
    traces: list[dict[str, object]] = []
    for place, span in enumerate(spans):
        drawn = course.within(span)
        at = {"x0": f"{span.start:%Y-%m-%d %H:%M:%S}", "dx": HOUR, **_axes(each * place + 1)}
        for name, series, look in layers:
            values = held(series[drawn].to_numpy() / divisor)
            traces.append(_trace(at, values, name, place == 0, f"%{{y:.4~r}} {unit}") | look)
        values = held(course.asked[drawn].to_numpy() / divisor)
        plain_line = {"mode": "lines", "line": {"color": "white", "width": 3.2, "shape": "hv"}}
        traces.append(_trace(at, values, ASKED, False, None) | plain_line | {"hoverinfo": "skip"})
        line = {"color": INK, "width": 1.6, "dash": "dash", "shape": "hv"}
        asked = _trace(at, values, ASKED, place == 0, f"%{{y:.4~r}} {unit}")
        traces.append(asked | {"mode": "lines", "line": line})
        for name, prices in course.prices.items():
            below = at | _axes(each * place + 2)
            traces.append(_price_line(name, held(prices[drawn].to_numpy()), below, place == 0))
    figure = go.Figure(data=[go.Scatter(trace) for trace in traces], layout=_panels(spans, each, unit))
    entries = len(layers) + 1 + len(course.prices)
    styled(figure, height=(330 if each == 2 else 240) * len(spans) + 90 + (height(entries) - 380))
    figure.update_layout(
        margin={"t": 30},
        hovermode="x unified",
        legend={"traceorder": "normal", "yref": "container", "y": 0.0, "yanchor": "bottom"},
    )
    figure.update_xaxes(type="date", showgrid=False, tickformat="%-d %b")
    caption = _weeks_in_words(results, spans, course)
    label = f"Heat by source and storage, hour by hour. {caption}"
    table = _weeks_table(results, spans, course)
    caption += _constant(results) + gaps(results, "source_heat")
    return Picture(key, title, caption, label, figure, table)


def price_duration(run: Run) -> Picture | None:
    """Marginal price of heat sorted from the highest down, that of electricity beside it; None without."""
    results, prices = run.results, _prices(run.results)
    if HEAT_PRICE not in prices:
        return None
    when = calendar(results)
    figure = go.Figure()
    total = float(when.hours.sum())
    sorted_ = {name: _sorted(series, when.hours) for name, series in prices.items()}
    for name, values in sorted_.items():
        at: dict[str, object] = {"x0": 0.0, "dx": total / len(values)}
        figure.add_trace(go.Scatter(_price_line(name, held(values), at, True)))
    styled(figure, height=380).update_layout(hovermode="x unified", legend={"y": -0.26})
    figure.update_xaxes(title="hours at or above [h]", range=[0.0, total], hoverformat=",.0f")
    figure.update_yaxes(title="price [EUR/MWh]", rangemode="tozero")
    price = prices[HEAT_PRICE]
    known = np.isfinite(price)
    mean = float(np.average(price[known], weights=when.hours[known]))
    asked = np.nan_to_num(summed(results, "consumer_heat_demand")) * when.hours
    said = f"One more MWh of heat would have cost {number(mean)} EUR on average"
    if asked[known].sum() > 0.0:
        weighed = float(np.average(price[known], weights=asked[known]))
        said += f", {number(weighed)} EUR where each MWh asked for counts the same"
    free = float(when.hours[known & (price <= 0.0)].sum())
    caption = (
        f"{said}; {number(float(price[known].max()))} EUR in the dearest step."
        + (f" In {number(free)} h it would have cost nothing, or less." if free else "")
        + (" Each curve is sorted by itself." if len(prices) > 1 else "")
        + _constant(results)
    )
    rows: list[tuple[Cell, ...]] = []
    for share in SHARES:
        shown = [values[min(int(share * len(values)), len(values) - 1)] for values in sorted_.values()]
        rows.append((100.0 * share, share * total, *(float(value) for value in shown)))
    columns = ("of the time [%]", "hours [h]", *(f"{name} [EUR/MWh]" for name in sorted_))
    title = "What one more megawatt hour of heat would have cost, sorted"
    return Picture(
        "heat-price", title, caption, f"Curve of duration. {caption}", figure, Table(columns, tuple(rows))
    )


def price_by_hour(run: Run) -> Picture | None:
    """Marginal price of heat by local hour of day, mean and usual range; None without, or within a day."""
    results, known = run.results, _prices(run.results)
    if HEAT_PRICE not in known:
        return None
    when = calendar(results)
    if when.length < 47:
        return None
    table = _hourly(when, np.column_stack(list(known.values())))
    prices = {name: table[place] for place, name in enumerate(known)}
    heat = prices[HEAT_PRICE].dropna()
    grouped = heat.groupby(pd.DatetimeIndex(heat.index).hour)
    low, mean, high = grouped.quantile(0.1), grouped.mean(), grouped.quantile(0.9)
    figure = go.Figure()
    for series, fill in ((low, None), (high, "tonexty")):
        figure.add_scatter(
            x=series.index,
            y=series.to_numpy(dtype=np.float32),
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=f"rgba({_rgb(DELIVERED)},0.2)",
            name="eight of ten days",
            showlegend=fill is not None,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=mean.index,
        y=mean.to_numpy(dtype=np.float32),
        mode="lines+markers",
        line={"color": DELIVERED, "width": 2},
        name=HEAT_PRICE,
        hovertemplate="%{y:.4~r} EUR/MWh",
    )
    columns = ["local hour", "heat, mean [EUR/MWh]", "tenth [EUR/MWh]", "nine tenths [EUR/MWh]"]
    tables = [mean, low, high]
    if ELECTRICITY_PRICE in prices:
        bought = prices[ELECTRICITY_PRICE].dropna()
        bought = bought.groupby(pd.DatetimeIndex(bought.index).hour).mean()
        figure.add_scatter(
            x=bought.index,
            y=bought.to_numpy(dtype=np.float32),
            mode="lines+markers",
            line={"color": ELECTRICITY, "width": 2, "dash": "dash"},
            marker={"symbol": "diamond", "size": 8, "line": {"color": GREY, "width": 1}},
            name=ELECTRICITY_PRICE,
            hovertemplate="%{y:.4~r} EUR/MWh",
        )
        columns.append("electricity, mean [EUR/MWh]")
        tables.append(bought)
    styled(figure, height=360).update_layout(hovermode="x unified", legend={"y": -0.28})
    figure.update_xaxes(
        title="local hour of day",
        tickvals=[0, 6, 12, 18, 23],
        ticktext=["0:00", "6:00", "12:00", "18:00", "23:00"],
    )
    figure.update_yaxes(title="price [EUR/MWh]", rangemode="tozero")
    values = mean.to_numpy()
    dear, cheap = (int(mean.index[int(place)]) for place in (values.argmax(), values.argmin()))
    caption = (
        f"On average heat was dearest at {dear}:00 ({number(float(mean[dear]))} EUR/MWh) and cheapest at"
        f" {cheap}:00 ({number(float(mean[cheap]))} EUR/MWh). The band holds eight of ten days."
        + _constant(results)
    )
    rows = tuple(
        (f"{hour}:00", *(float(series[hour]) if hour in series.index else None for series in tables))
        for hour in range(24)
    )
    title = "What one more megawatt hour would have cost, by hour of day"
    return Picture("heat-price-by-hour", title, caption, caption, figure, Table(tuple(columns), rows))


def plan_and_run(run: Run) -> Picture | Missing | None:
    """How far heat of sources and storages was from the plan; None without a plan."""
    key, title = "plan", "Plan and execution"
    results = run.results
    if "source_heat_planned" not in results:
        return None
    when = calendar(results)
    styles = source_styles(results)
    parts = [
        (name, power(results, "source_heat_planned")[:, i], power(results, "source_heat")[:, i], styles[name])
        for i, name in enumerate(map(str, results["source"].values))
    ]
    kinds = [(name, planned, given, (style.colour, style.pattern)) for name, planned, given, style in parts]
    if "storage_heat_planned" in results:
        kinds += [
            (
                str(name),
                power(results, "storage_heat_planned")[:, i],
                power(results, "storage_heat")[:, i],
                (AIR, STORED[i % len(STORED)]),
            )
            for i, name in enumerate(results["storage"].values)
        ]
    apart = {name: np.nan_to_num(given - planned) for name, planned, given, _ in kinds}
    total = float(when.hours @ np.nan_to_num(power(results, "source_heat")).sum(axis=1)) / 1e6
    if not total > 0.0:
        return Missing(key, title, "no source fed any heat in")
    moved = np.sum([np.abs(series) for series in apart.values()], axis=0)
    if float(when.hours @ moved) / 1e6 <= AS_PLANNED * total:
        return Missing(key, title, "heat was as planned in every hour, to a millionth of all heat")
    figure = make_subplots(
        rows=2,
        row_heights=[0.55, 0.45],
        vertical_spacing=0.16,
        subplot_titles=["Heat that was not as planned, by source and storage", "All together, over time"],
    )
    more = {name: float(when.hours @ np.maximum(series, 0.0)) / 1e6 for name, series in apart.items()}
    less = {name: float(when.hours @ np.maximum(-series, 0.0)) / 1e6 for name, series in apart.items()}
    for name, _, _, look in kinds:
        figure.add_bar(
            x=[plain(name, 24)] * 2,
            y=np.array([more[name], -less[name]], dtype=np.float32),
            customdata=["more than planned", "less than planned"],
            name=plain(name, 24),
            showlegend=False,
            marker=hatched(*look),
            hovertemplate="%{y:,.4~r} MWh %{customdata}",
            row=1,
            col=1,
        )
    period = "h" if when.length <= 14 * 24 else "D"
    sums_ = when.energy(moved, period).asfreq(period)
    figure.add_scatter(
        x0=f"{sums_.index[0]:%Y-%m-%d %H:%M:%S}",
        dx=DAY if period == "D" else HOUR,
        y=held(sums_.to_numpy()),
        mode="lines",
        line={"color": INK, "width": 1.4, "shape": "hv"},
        showlegend=False,
        hovertemplate="%{y:,.4~r} MWh<extra></extra>",
        row=2,
        col=1,
    )
    styled(figure, height=520).update_layout(barmode="relative", margin={"t": 36}, bargap=0.4)
    figure.update_xaxes(type="category", showgrid=False, row=1, col=1)
    figure.update_xaxes(type="date", showgrid=False, row=2, col=1)
    figure.update_yaxes(title="less | more [MWh]", row=1, col=1)
    figure.update_yaxes(
        title=f"MWh a{'n hour' if period == 'h' else ' day'}", rangemode="tozero", row=2, col=1
    )
    rows = tuple(_plan_row(name, planned, given, apart[name], when) for name, planned, given, _ in kinds)
    columns = (
        *("source or storage", "planned [MWh]", "executed [MWh]", "more [MWh]", "less [MWh]"),
        *("apart, of its heat [%]", "furthest apart", "planned then [kW]", "executed then [kW]"),
    )
    caption = _plan_in_words(run, kinds, apart, moved, total, when)
    return Picture(key, title, caption, f"Plan and execution. {caption}", figure, Table(columns, rows))


def _panels(spans: list[_Span], each: int, unit: str) -> dict[str, object]:
    """Panels of one span below those before it, its title above them, room for the days below."""
    layout: dict[str, object] = {}
    titles = []
    tall = 1.0 / len(spans)
    for place, span in enumerate(spans):
        bottom, row = 1.0 - (place + 1) * tall, each * place + 1
        number_ = "" if row == 1 else str(row)
        stack = [0.36, 0.91] if each == 2 else [0.1, 0.91]
        heads = (f"heat [{unit}]", "EUR/MWh")[:each]
        for below, (head, (low, high)) in enumerate(zip(heads, (stack, (0.1, 0.3)), strict=False)):
            mark = "" if row + below == 1 else str(row + below)
            layout[f"xaxis{mark}"] = {"anchor": f"y{mark}", "domain": [0.0, 1.0]} | (
                {"matches": f"x{number_}"} if below else {"showticklabels": each == 1}
            )
            domain = [bottom + low * tall, bottom + high * tall]
            layout[f"yaxis{mark}"] = {"anchor": f"x{mark}", "domain": domain, "title": {"text": head}}
        titles.append(
            {
                "text": _upper(span.words()),
                "showarrow": False,
                "x": 0.5,
                "xref": "paper",
                "y": bottom + 0.92 * tall,
                "yref": "paper",
                "yanchor": "bottom",
            }
        )
    return layout | {"annotations": titles}


_Layer = tuple[str, "pd.Series", dict[str, object]]
_Kind = tuple[str, FloatArray, FloatArray, tuple[str, str]]


def _layers(results: xr.Dataset, course: _Course) -> list[_Layer]:
    """Areas from the bottom up: sources, what storages give, and below zero what they take."""
    heat, stored = course.heat, course.stored
    names, styles = [str(name) for name in results["source"].values], source_styles(results)
    layers: list[_Layer] = [
        (
            plain(names[position], 30),
            heat[position],
            area(styles[names[position]].colour, styles[names[position]].pattern),
        )
        for position in merit_order(results)
    ]
    if stored is None:
        return layers
    storages = [plain(str(name), 24) for name in results["storage"].values]
    for i, name in enumerate(storages):
        look = area(AIR, STORED[i % len(STORED)])
        layers.append((f"{name} gives", (-stored[i]).clip(lower=0.0), look))
    for i, name in enumerate(storages):
        look = area(AIR, STORED[i % len(STORED)]) | {"stackgroup": "taken"}
        layers.append((f"{name} takes", (-stored[i]).clip(upper=0.0), look))
    return layers


def _price_line(
    name: str, values: NDArray[np.float32], at: dict[str, object], legend: bool
) -> dict[str, object]:
    """Heat as a line, electricity as an area behind it, whose colour is too pale for a line."""
    trace = _trace(at, values, name, legend, "%{y:.4~r} EUR/MWh") | {"mode": "lines"}
    if name == HEAT_PRICE:
        return trace | {"line": {"shape": "hv", "width": 1.8, "color": DELIVERED}}
    line = {"shape": "hv", "width": 1.0, "color": GREY, "dash": "dot"}
    return trace | {"line": line, "fill": "tozeroy", "fillcolor": f"rgba({_rgb(ELECTRICITY)},0.6)"}


def _trace(
    at: dict[str, object], values: NDArray[np.float32], name: str, legend: bool, hover: str | None
) -> dict[str, object]:
    """What all series have; those of one name are switched together."""
    known = {"y": values, "name": name, "legendgroup": name, "showlegend": legend}
    return at | known | ({} if hover is None else {"hovertemplate": hover})


def _axes(row: int) -> dict[str, object]:
    """Axes of a panel, from the top down."""
    number_ = "" if row == 1 else str(row)
    return {"xaxis": f"x{number_}", "yaxis": f"y{number_}"}


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def _prices(results: xr.Dataset) -> dict[str, FloatArray]:
    """Prices known in some step, electricity first, and that only if it varies; (time,). [EUR/MWh]"""
    found = {}
    for said, name in ((ELECTRICITY_PRICE, POWER), (HEAT_PRICE, PRICE)):
        if name in results and np.isfinite(results[name].values).any():
            found[said] = power(results, name) * PER_MWH
    if ELECTRICITY_PRICE in found and not np.nanmax(found[ELECTRICITY_PRICE]) > np.nanmin(
        found[ELECTRICITY_PRICE]
    ):
        del found[ELECTRICITY_PRICE]
    return found


def _constant(results: xr.Dataset) -> str:
    """A sentence on an electricity price that is not drawn, as it does not vary."""
    if POWER not in results or not np.isfinite(results[POWER].values).any():
        return ""
    price = power(results, POWER) * PER_MWH
    low, high = float(np.nanmin(price)), float(np.nanmax(price))
    return "" if high > low else f" Electricity cost {number(low)} EUR/MWh throughout."


def _course(results: xr.Dataset, when: Calendar) -> _Course:
    """All that is drawn, by local hour."""
    heat, prices = power(results, "source_heat"), _prices(results)
    stored = power(results, "storage_heat") if "storage_heat" in results else heat[:, :0]
    asked = summed(results, "consumer_heat_demand")
    table = _hourly(when, np.column_stack([asked, heat, stored, *prices.values()]))
    given, kept = 1 + heat.shape[1], 1 + heat.shape[1] + stored.shape[1]
    return _Course(
        asked=table[0],
        heat=table.iloc[:, 1:given].set_axis(range(heat.shape[1]), axis=1),
        stored=table.iloc[:, given:kept].set_axis(range(stored.shape[1]), axis=1)
        if stored.shape[1]
        else None,
        prices={name: table[kept + place] for place, name in enumerate(prices)},
    )


def _hourly(when: Calendar, values: FloatArray) -> pd.DataFrame:
    """Means of local hours, missing steps left out; one that the clocks leave out holds the one before."""
    known = np.isfinite(values)
    hours = when.local.floor("h")
    weights = np.where(known, when.hours[:, None], 0.0)
    sums = pd.DataFrame(np.where(known, values, 0.0) * weights).groupby(hours).sum()
    weight = pd.DataFrame(weights).groupby(hours).sum()
    means = sums / weight.where(weight > 0.0)
    return means.asfreq("h").ffill(limit=1) if len(means) > 1 else means


def _spans(asked: pd.Series) -> list[_Span]:
    """Weeks with most, middling and least heat asked for; of less than three weeks all."""
    first = pd.Timestamp(asked.index[0])
    if len(asked) < 3 * WEEK:
        return [_Span("", first, min(len(asked), 2 * WEEK))]
    midnight = first if first == first.normalize() else first.normalize() + pd.Timedelta(days=1)
    monday = midnight + pd.Timedelta(days=(7 - midnight.weekday()) % 7)
    last = pd.Timestamp(asked.index[-1]) + pd.Timedelta(hours=1)
    begin = monday if (last - monday) >= pd.Timedelta(hours=3 * WEEK) else midnight
    count = int((last - begin) / pd.Timedelta(hours=WEEK))
    starts = [begin + pd.Timedelta(hours=WEEK * place) for place in range(count)]
    if count < 3:
        return [_Span("", start, WEEK) for start in starts]
    means = [float(asked[start : start + pd.Timedelta(hours=WEEK - 1)].mean()) for start in starts]
    most, least = int(np.argmax(means)), int(np.argmin(means))
    middle = 0.5 * (means[most] + means[least])
    order = np.argsort(np.abs(np.array(means) - middle), kind="stable")
    between = next(int(place) for place in order if place not in (most, least))
    chosen = {"week of most heat": most, "week between": between, "week of least heat": least}
    return [_Span(name, starts[place], WEEK) for name, place in chosen.items()]


def _weeks_in_words(results: xr.Dataset, spans: list[_Span], course: _Course) -> str:
    """Who gave most in each span, and at what price."""
    names = [str(name) for name in results["source"].values]
    said = []
    for span in spans:
        part = course.within(span)
        given = course.heat[part].sum() / 1e6
        most = int(given.to_numpy().argmax())
        whole = float(given.sum())
        if not whole > 0.0:
            said.append(f"{_upper(span.words())}: nobody heated.")
            continue
        text = f"{_upper(span.words())}: {names[most]} gave {percent(float(given[most]) / whole)} of the heat"
        if course.stored is not None:
            back = float((-course.stored[part]).clip(lower=0.0).to_numpy().sum()) / 1e6
            text += f", storages gave back {number(back)} MWh" if back > 0.0 else ""
        if HEAT_PRICE in course.prices:
            series = course.prices[HEAT_PRICE][part].dropna()
            if len(series):
                text += (
                    f"; one more MWh cost {number(float(series.min()))} to {number(float(series.max()))} EUR"
                )
        said.append(f"{text}.")
    said.append(
        "The dashed line is what the consumers asked for; sources give losses and what storages take, too."
    )
    return " ".join(said)


def _weeks_table(results: xr.Dataset, spans: list[_Span], course: _Course) -> Table:
    """A row for each day that is drawn."""
    names = [str(name) for name in results["source"].values]
    storages = [] if course.stored is None else [str(name) for name in results["storage"].values]
    rows: list[tuple[Cell, ...]] = []
    for span in spans:
        part = course.within(span)
        powers = [course.asked[part], *(course.heat[i][part] for i in range(len(names)))]
        if course.stored is not None:
            for i in range(len(storages)):
                taken = course.stored[i][part]
                powers += [(-taken).clip(lower=0.0), taken.clip(lower=0.0)]
        day = pd.DatetimeIndex(course.asked[part].index).normalize()
        energies = (pd.concat(powers, axis=1) / 1e6).groupby(day).sum()
        prices = [series[part].groupby(day).mean() for series in course.prices.values()]
        for place, word in enumerate(in_words(pd.DatetimeIndex(energies.index), "D")):
            values = [*energies.iloc[place], *(series.iloc[place] for series in prices)]
            rows.append((word, *(float(value) if np.isfinite(value) else None for value in values)))
    columns = [
        "day",
        "asked for [MWh]",
        *(f"{name} [MWh]" for name in names),
        *(f"{name} {what} [MWh]" for name in storages for what in ("gives", "takes")),
        *(f"{name} [EUR/MWh]" for name in course.prices),
    ]
    return Table(tuple(columns), tuple(rows))


def _sorted(values: FloatArray, hours: FloatArray) -> FloatArray:
    """Values from the highest down at the middles of equal parts of the time; missing ones left out."""
    known = np.isfinite(values)
    order = np.argsort(-values[known], kind="stable")
    passed = np.cumsum(hours[known][order])
    count = min(len(passed), PARTS)
    middles = (np.arange(count) + 0.5) / count * passed[-1]
    return np.asarray(values[known][order][np.searchsorted(passed, middles)])


def _plan_row(
    name: str, planned: FloatArray, given: FloatArray, apart: FloatArray, when: Calendar
) -> tuple[Cell, ...]:
    """What was planned and executed, and where the two were furthest apart."""
    sums = [float(when.hours @ np.nan_to_num(series)) / 1e6 for series in (planned, given)]
    more, less = (float(when.hours @ np.maximum(sign * apart, 0.0)) / 1e6 for sign in (1.0, -1.0))
    own = float(when.hours @ np.abs(np.nan_to_num(given))) / 1e6
    worst = int(np.abs(apart).argmax())
    if not np.abs(apart).max(initial=0.0) > 0.0:
        return (name, *sums, more, less, 0.0 if own else None, "never", None, None)
    moment = in_words(pd.DatetimeIndex([when.local[worst]]), "h")[0]
    then = [float(series[worst]) / 1e3 for series in (planned, given)]
    return (name, *sums, more, less, 100.0 * (more + less) / own if own else None, moment, *then)


def _plan_in_words(
    run: Run,
    kinds: list[_Kind],
    apart: dict[str, FloatArray],
    moved: FloatArray,
    total: float,
    when: Calendar,
) -> str:
    """How much was not as planned, where most, and when."""
    sums = {name: float(when.hours @ np.abs(series)) / 1e6 for name, series in apart.items()}
    whole = sum(sums.values())
    recorded = run.summary.get("dispatch", {}).get("plan_difference")
    text = (
        f"In the sum of all hours {number(whole)} MWh were not as planned, beside {number(total)} MWh fed in"
    )
    if recorded is not None:
        text += f"; the recorded difference, weighted by energy, is {percent(float(recorded))}"
    most = max(sums, key=lambda name: sums[name])
    worst = int(moved.argmax())
    moment = in_words(pd.DatetimeIndex([when.local[worst]]), "h")[0]
    there = max(kinds, key=lambda kind: abs(apart[kind[0]][worst]))
    divisor, unit = scale(float(np.nanmax([np.abs(there[1][worst]), np.abs(there[2][worst])])))
    return (
        f"{text}. Most of it at {most} ({number(sums[most])} MWh). The two were furthest apart on {moment}:"
        f" {there[0]} was planned to give {number(there[1][worst] / divisor)} {unit} and gave"
        f" {number(there[2][worst] / divisor)} {unit}."
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
