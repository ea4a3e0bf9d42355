"""A weather file as one picture: air and irradiance by day, and a page around it."""

from __future__ import annotations

import numpy as np
from plotly.subplots import make_subplots

import heatsym
from heatsym.interfaces.axis import FloatArray
from heatsym.report.colours import BLACK, BLUE, ORANGE, VERMILION
from heatsym.report.embed import figure_json
from heatsym.report.picture import Cell, Picture, Table, styled
from heatsym.report.templating import rendered
from heatsym.report.typeset import cell
from heatsym.weather.model import WeatherYear

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weather_picture(year: WeatherYear) -> Picture:
    """Lowest, mean and highest air of each day, and its irradiance where there is any."""
    day, position = np.unique(year.start.astype("datetime64[D]"), return_inverse=True)
    first = np.flatnonzero(np.diff(position, prepend=-1))
    hours = np.bincount(position)
    mean = np.bincount(position, year.t_air) / hours
    lowest, highest = np.minimum.reduceat(year.t_air, first), np.maximum.reduceat(year.t_air, first)
    sky = {
        name: np.bincount(position, values) / 1e3
        for name, values in (("direct", year.direct_horizontal), ("diffuse", year.diffuse_horizontal))
        if values is not None
    }
    x = day.astype("datetime64[ms]").astype(np.float64)
    figure = make_subplots(rows=2 if sky else 1, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for name, values, colour in (
        ("highest", highest, VERMILION),
        ("mean", mean, BLACK),
        ("lowest", lowest, BLUE),
    ):
        figure.add_scatter(x=x, y=values, name=name, line={"width": 1.2, "color": colour}, row=1, col=1)
    for (name, values), colour in zip(sky.items(), (ORANGE, BLUE), strict=False):
        figure.add_scatter(
            x=x,
            y=values,
            name=f"{name} irradiance",
            stackgroup="sky",
            line={"width": 0.5, "color": colour},
            row=2,
            col=1,
        )
    styled(figure, height=620 if sky else 420)
    figure.update_layout(hovermode="x unified", legend={"y": -0.1})
    figure.update_xaxes(type="date", hoverformat="%d %b %Y" if not year.test_year else "%d %b")
    if year.test_year:
        figure.update_xaxes(tickformat="%b")
    figure.update_yaxes(title="°C", row=1, col=1)
    if sky:
        figure.update_yaxes(title="kWh/m² a day", row=2, col=1)
    caption = "Air of each day, and irradiance of the horizontal." if sky else "Air of each day."
    title = "Weather by day"
    return Picture("weather", title, caption, f"{title}. {caption}", figure, _months(year, sky, day))


def weather_page(year: WeatherYear, picture: Picture) -> str:
    """The picture as an HTML page that needs nothing else."""
    first, last = str(year.start[0])[:10], str(year.start[-1])[:10]
    return rendered(
        "plot.html",
        version=heatsym.__version__,
        name=year.title,
        period="typical year" if year.test_year else f"{first} to {last}",
        zone=f"UTC{year.utc_offset:+g}",
        picture=picture,
        height=int(picture.figure.layout.height),
        json=figure_json(picture.figure),
        rows=[[cell(value) for value in row] for row in picture.table.rows],
    )


def _months(year: WeatherYear, sky: dict[str, FloatArray], day: np.ndarray) -> Table:
    """Air and irradiance by calendar month; several years together."""
    month = year.start.astype("datetime64[M]").astype(np.int64) % 12
    of_day = day.astype("datetime64[M]").astype(np.int64) % 12
    rows: list[tuple[Cell, ...]] = []
    for number, name in enumerate(_MONTHS):
        air, days = year.t_air[month == number], of_day == number
        if air.size:
            sums = [float(values[days].sum()) for values in sky.values()]
            rows.append((name, float(air.min()), float(air.mean()), float(air.max()), *sums))
    heads = ("month", "lowest [°C]", "mean [°C]", "highest [°C]", *(f"{name} [kWh/m²]" for name in sky))
    return Table(heads, tuple(rows))
