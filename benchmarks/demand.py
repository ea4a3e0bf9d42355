"""The pictures and figures of docs/theory-demand.md on buildings and degree days.

``python -m benchmarks.demand ../shared`` from the checkout, with the folder of validation data.
"""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.validation import DOCS, Panel, row, text, ticks
from heatsym.demand import bdew
from heatsym.demand.archetypes import STATES, Archetype
from heatsym.demand.building import buildings
from heatsym.demand.degree_day import DegreeDays, annual_shares
from heatsym.demand.substation import Substation
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis
from heatsym.physics.building import Zones, march
from heatsym.physics.solar import on_planes
from heatsym.physics.substation import exchanger_return, radiator_return
from heatsym.report.colours import BLACK, BLUE, GREEN, ORANGE, VERMILION
from heatsym.report.picture import GREY, INK
from heatsym.tables import read_table
from heatsym.weather import daily_air
from tests.physics.skies import ROSTOCK, YEAR, Place, context, from_table, sun_of
from tests.reference.heat_loads import returned

PROFILES = {("EFH", 11): BLUE, ("MFH", 11): GREEN, ("GKO", 0): ORANGE, ("GHD", 0): VERMILION}
COLOURS = (BLUE, GREEN, VERMILION)
WINDOW, STOREY, HEIGHT = 5.6, 64.0, 3.5  # of each side of a storey [m2], its floor [m2], its height [m]
TOOLS = {"1980s": (1981, "house built 1979 to 1983"), "2000s": (2005, "house built 2002 to 2009")}
PLACES = {"Hamburg": ("try2010_03_hamburg", 53.63, 10.0), "Aachen": ("try2015_aachen", 50.7755, 6.0854)}
NAMES = ("annual_heat_kWh", "peak_hourly_mean_W", "mean_t_day_zone_degC", "mean_t_night_zone_degC")


def svg(title: str, height: int, *parts: str) -> str:
    """A picture of 720 units' width."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="sans-serif" '
    ground = f'<rect width="720" height="{height}" fill="#ffffff"/>'
    return "\n".join([head + f'font-size="12" role="img"><title>{title}</title>', ground, *parts, "</svg>\n"])


def key(place: float, down: float, entries: dict[str, str]) -> list[str]:
    """Colours and what they mean."""
    parts = []
    for words, colour in entries.items():
        parts.append(f'<rect x="{place:.0f}" y="{down - 9:.0f}" width="10" height="10" fill="{colour}"/>')
        parts.append(text(place + 15, down, words))
        place += 36 + 6.8 * len(words)
    return parts


def refurbishment() -> str:
    """A January week of a house of the seventies in its three states, and the hours of a year in order."""
    house = [Archetype("DE", "house", 1975, state) for state in STATES]
    found = buildings(house, context(), sun_of())
    heat = found.warmth.heat[:, found.which]
    week = slice(24 * 12, 24 * 19)
    day = np.arange(168) / 24.0
    left, right = (52.0, 70.0, 400.0, 190.0), (512.0, 70.0, 180.0, 190.0)
    top = 10.0 * np.ceil(heat.max() / 10.0)
    panel = Panel(left, (0.0, 7.0), (0.0, top))
    panel.axes(np.arange(8.0), ticks(0.0, top), "space heat, W/m\u00b2", "days from Monday, 13 January")
    order = Panel(right, (0.0, 8.76), (0.0, top))
    order.axes(np.arange(0.0, 9.0, 2.0), ticks(0.0, top), "in order, W/m\u00b2", "hours of the year, 1000")
    for column, colour in enumerate(COLOURS):
        panel.line(day, heat[week, column], colour)
        order.line(np.arange(8760)[::20] / 1000.0, np.sort(heat[:, column])[::-20], colour)
    sums = heat.sum(axis=0) / 1000.0
    names = [f"{state}, {total:.0f} kWh/m\u00b2" for state, total in zip(STATES, sums, strict=True)]
    title = "House of 1969 to 1978 in Rostock, by refurbishment"
    words = f'<text x="52" y="24" font-weight="bold" fill="{INK}">{title}</text>'
    return svg(
        title, 310, words, *key(52, 46, dict(zip(names, COLOURS, strict=True))), *panel.parts, *order.parts
    )


def standard_profiles() -> str:
    """Heat of days over their air, and of the hours of a winter's Monday, by standard profiles."""
    air = daily_air(ROSTOCK, YEAR, 0.0)
    shares = bdew.annual_shares(YEAR, air, tuple(PROFILES)) * 3600.0
    place: IntArray = (YEAR.day - YEAR.day[0]).astype(np.int64)
    left = Panel((52.0, 70.0, 300.0, 190.0), (-10.0, 26.0), (0.0, 8.0))
    left.axes(ticks(-10.0, 26.0, 4), ticks(0.0, 8.0), "day, \u2030 of the year", "air of the day, \u00b0C")
    right = Panel((412.0, 70.0, 280.0, 190.0), (0.0, 24.0), (0.0, 8.0))
    right.axes(np.arange(0.0, 25.0, 6.0), ticks(0.0, 8.0), "a Monday in January, % of the day", "hour")
    for column, colour in enumerate(PROFILES.values()):
        by_day = np.bincount(place, shares[:, column]) * 1000.0
        left.dots(air.t_air[3:], by_day, colour)
        monday = shares[24 * 12 : 24 * 13, column]
        right.line(np.arange(24) + 0.5, 100.0 * monday / monday.sum(), colour)
    title = "Standard profiles in Rostock"
    words = f'<text x="52" y="24" font-weight="bold" fill="{INK}">{title}</text>'
    names = {name: colour for (name, _), colour in PROFILES.items()}
    return svg(title, 310, words, *key(52, 46, names), *left.parts, *right.parts)


def degree_day() -> str:
    """Heat of the days of a year over their outdoor air, by degree days and by the physics of a house."""
    air = daily_air(ROSTOCK, YEAR, 0.0)
    rule = DegreeDays(hot_water_share=0.0)
    shares = annual_shares(YEAR, air, (rule,))[:, 0] * 3600.0
    found = buildings([Archetype("DE", "house", 1975)], context(), sun_of()).warmth.heat[:, 0]
    place: IntArray = (YEAR.day - YEAR.day[0]).astype(np.int64)
    by_rule, by_house = (np.bincount(place, v / v.sum()) * 1000.0 for v in (shares, found))
    panel = Panel((52.0, 70.0, 640.0, 210.0), (-10.0, 26.0), (0.0, 10.0))
    panel.axes(
        ticks(-10.0, 26.0, 8),
        ticks(0.0, 10.0),
        "heat of a day, \u2030 of the year",
        "air of the day, \u00b0C",
    )
    panel.dots(air.t_air[3:], by_house, BLUE)
    panel.dots(air.t_air[3:], by_rule, ORANGE)
    title = "Space heat of the days of a year in Rostock"
    words = f'<text x="52" y="24" font-weight="bold" fill="{INK}">{title}</text>'
    names = {"house of 1969 to 1978, by its physics": BLUE, "degree days, limit 15, room 20 \u00b0C": ORANGE}
    return svg(title, 320, words, *key(52, 46, names), *panel.parts)


def substation() -> str:
    """Return temperature over load, at supplies that come nearer to the radiators' water."""
    at, loads = Substation(), np.linspace(0.02, 1.2, 60)
    panel = Panel((52.0, 70.0, 640.0, 210.0), (0.0, 1.2), (15.0, 65.0))
    panel.axes(
        ticks(0.0, 1.2), ticks(15.0, 65.0), "network water that leaves, \u00b0C", "heat over design heat"
    )
    back = radiator_return(loads, 70.0, at.radiator_supply, at.radiator_return, at.room, at.radiator_exponent)
    design = at.design_supply, at.design_return, at.radiator_return, at.radiator_supply
    names = {}
    for supply, colour in zip((72.0, 75.0, 80.0, 95.0), (VERMILION, ORANGE, GREEN, BLUE), strict=True):
        left = exchanger_return(loads, supply, back, 70.0, design)
        fits = left < np.minimum(supply, 65.0)
        panel.line(loads[fits], left[fits], colour)
        names[f"supply {supply:g} \u00b0C"] = colour
    panel.line(loads[back < 65.0], back[back < 65.0], BLACK, "4 3")
    names["radiators"] = BLACK
    title = "Return of a substation whose radiators get 70 \u00b0C"
    words = f'<text x="52" y="24" font-weight="bold" fill="{INK}">{title}</text>'
    return svg(title, 320, words, *key(52, 46, names), *panel.parts)


def metered_returns(shared: Path) -> str:
    """Medians of the days of a metered house by month, as a table."""
    found = returned(shared)
    lines = [row(["month", "heat, W", "supply, \u00b0C", "return metered, \u00b0C", "model, \u00b0C"])]
    lines.append(row(["---"] * 5))
    for month in (10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9):
        heat, *water = (
            float(np.median(of[found.month == month]))
            for of in (found.heat, found.supply, found.measured, found.modelled)
        )
        lines.append(row([f"{month}", f"{heat:.0f}", *(f"{t:.1f}" for t in water)]))
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """The two zones of the DESTEST house: heat [W] and air [degC], (hour, zone)."""

    heat: FloatArray
    t_air: FloatArray

    @property
    def figures(self) -> tuple[float, ...]:
        """Annual heat [kWh], peak [W], mean air of day and night zone [degC]."""
        means = self.t_air.mean(axis=0).tolist()
        return (self.heat.sum() / 1000.0, float(self.heat.sum(axis=1).max()), *means)


def destest(built: int, place: Place, bridge: float) -> House:
    """Ground floor and upper floor, 8 m by 8 m, four windows each, with the U-values of a German house.

    Areas from the exercise's CityGML file, set-points, gains and air change from its description, IBPSA
    Project 1 (wp_3_2_destest). No heat passes between the zones, and nothing shades. ``bridge`` is what
    thermal bridges add to the U-values [W/(m2 K)].
    """
    u = next(
        r
        for r in read_table("building_tabula")
        if (r["country"], r["type"], r["state"]) == ("DE", "house", "existing")
        and int(r["year_from"]) <= built <= int(r["year_to"])
    )
    wall, roof, floor, window = (float(u[f"u_{n}_W_per_m2K"]) for n in ("wall", "roof", "floor", "window"))
    glass = 4.0 * WINDOW
    outside = 4.0 * 8.0 * HEIGHT - glass
    bridges = bridge * (outside + glass + STOREY)
    both = np.ones(2)
    zones = Zones(
        opaque=np.array([wall * outside + 0.5 * floor * STOREY, wall * outside + roof * STOREY]) + bridges,
        window=both * window * glass,
        capacity=both * 162e3 * STOREY,
        mass_area=both * 2.5 * STOREY,
        surface_area=both * 4.5 * STOREY,
    )
    hour = place.axis.utc.astype("datetime64[h]").astype(np.int64) + 1  # fixed CET
    part = np.select([(hour % 24 >= 7) & (hour % 24 < 17), (hour % 24 >= 17) & (hour % 24 < 23)], [0, 1], 2)
    set_point = np.array([[16.0, 16.0], [21.0, 18.0], [18.0, 20.0]])[part]
    gains = np.array([[8.0, 1.286], [20.0, 1.857], [2.0, 6.0]])[part] * STOREY
    light = on_planes(place.sun, np.full(4, 90.0), np.arange(4) * 90.0).sum(axis=1)
    solar = np.outer(light, both) * float(u["g_window"]) * 0.7 * 0.9 * WINDOW
    ventilation = both * 0.4 * STOREY * HEIGHT * 1224.0 / 3600.0
    air, none = place.t_air, both * np.inf
    fortnight = slice(0, 24 * 14)
    begin = march(
        zones, ventilation, air[fortnight], gains[fortnight], solar[fortnight], set_point[fortnight], none,
        set_point[0], 3600.0,
    ).t_mass  # fmt: skip
    found = march(zones, ventilation, air, gains, solar, set_point, none, begin, 3600.0)
    return House(found.heat, found.t_air)


def published(shared: Path, era: str) -> tuple[dict[str, FloatArray], FloatArray]:
    """Figures of the tools for the standard occupant, and the median of their hours (hour,) [W]."""
    folder = shared / "validation" / "destest_building_sfd"
    with (folder / f"reference_kpis_{era}.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["occupant"] == "ISO"]
    with (folder / f"reference_hourly_iso_{era}.csv").open(encoding="utf-8", newline="") as file:
        hours = np.array([float(r["heat_W_median"]) for r in csv.DictReader(file)])
    found = {
        n: np.array([float(r[n]) for r in rows]) for n in (*NAMES, *(k for k in rows[0] if k[:5] == "heat_"))
    }
    return found, hours


def destest_section(shared: Path) -> tuple[str, str]:
    """A table and a picture of the DESTEST house beside nine and four published tools."""
    lines, panels = [], []
    month_of = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Etc/GMT-1").month
    places = {
        name: from_table(shared / "reference-data" / "weather" / f"{file}.csv", latitude, longitude)
        for name, (file, latitude, longitude) in PLACES.items()
    }
    for era, (built, _) in TOOLS.items():
        theirs, _ = published(shared, era)
        houses, plain = ([destest(built, place, b) for place in places.values()] for b in (0.1, 0.0))
        for i, words in enumerate(
            ("heat of a year, kWh", "largest hour, W", "air downstairs, \u00b0C", "upstairs, \u00b0C")
        ):
            values = theirs[NAMES[i]]
            digits = ".0f" if i < 2 else ".1f"
            middle = (values.min(), float(np.median(values)), values.max())
            ours = (house.figures[i] for house in (*houses, *plain))
            lines.append(row([era, words, *(f"{v:{digits}}" for v in (*middle, *ours))]))
        monthly = np.array([theirs[k] for k in theirs if k.startswith("heat_")]) / 1000.0  # (month, tool)
        top = float(np.ceil(monthly.max()))
        panel = Panel((52.0 + 340.0 * len(panels), 70.0, 290.0, 200.0), (1.0, 12.0), (0.0, top))
        panel.axes(np.arange(1.0, 13.0, 1.0), ticks(0.0, top), f"{era}: heat of a month, MWh", "month")
        for tool in monthly.T:
            panel.line(np.arange(1.0, 13.0), tool, GREY)
        for house, colour in zip(houses, (BLUE, VERMILION), strict=True):
            ours = np.bincount(month_of - 1, house.heat.sum(axis=1)) / 1e6
            panel.line(np.arange(1.0, 13.0), ours, colour)
            panel.dots(np.arange(1.0, 13.0), ours, colour)
        panels.append("\n".join(panel.parts))
    plainly = [f"{name}, no bridges" for name in PLACES]
    head = [row(["house", "", "tools, least", "median", "most", *PLACES, *plainly]), row(["---"] * 9)]
    names = {"published tools, Brussels": GREY} | {
        f"heatsym, {name}": c for name, c in zip(PLACES, (BLUE, VERMILION), strict=True)
    }
    title = "The DESTEST house beside published tools, thermal bridges included"
    words = f'<text x="52" y="24" font-weight="bold" fill="{BLACK}">{title}</text>'
    return "\n".join(head + lines), svg(title, 310, words, *key(52, 46, names), *panels)


def main() -> None:
    """Draws the pictures and writes the table into the page."""
    images = DOCS / "images"
    (images / "demand_refurbishment.svg").write_text(refurbishment(), "utf-8")
    (images / "demand_profiles.svg").write_text(standard_profiles(), "utf-8")
    (images / "demand_degree_days.svg").write_text(degree_day(), "utf-8")
    shared = Path(sys.argv[1])
    table, picture = destest_section(shared)
    (images / "demand_destest.svg").write_text(picture, "utf-8")
    (images / "demand_substation.svg").write_text(substation(), "utf-8")
    page = DOCS / "theory-demand.md"
    found = page.read_text("utf-8")
    for name, rows in (("destest", table), ("substation", metered_returns(shared))):
        marked = re.compile(f"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        assert marked.search(found), f"the page has lost its place for the table {name}"
        found = marked.sub(rf"\g<1>{rows}\n\g<2>", found)
    page.write_text(found, "utf-8")


if __name__ == "__main__":
    main()
