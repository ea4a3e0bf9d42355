"""The page docs/theory-hot-water.md and its picture: hot water, signatures, groups, and a town.

``python -m benchmarks.hot_water ../shared`` from the checkout, with the folder of reference data.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.validation import DOCS, Panel, row, text, unwrapped
from heatsym.demand.diversity import diversity, thermos_simultaneity, winter_simultaneity
from heatsym.demand.hot_water import annual_heat_of, drawn, expected_share, hot_water
from heatsym.demand.signature import cv_rmse, fit_signature
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.stepwise import Made, Stepwise
from heatsym.report.colours import BLUE, VERMILION
from heatsym.report.picture import GREY, INK
from heatsym.weather import air_temperature
from tests.reference import heat_loads
from tests.reference.test_flensburg import FITTED, UNSEEN, rms

YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")
HOMES = 1000
SLOPE, BALANCE = 150.0, 16.0  # heating of the homes whose simultaneity is shown [W/K], [degC]


def homes() -> tuple[list[str], FloatArray]:
    """Names and annual heat of equal homes."""
    return [f"H{i}" for i in range(HOMES)], annual_heat_of(np.ones(HOMES))


def habits() -> list[str]:
    """Hours of the day of a home's hot water."""
    names, annual = homes()
    tank = hot_water(YEAR, names[:300], annual[:300], seed=1, charging_power=1000.0)[:].mean(axis=1)
    panel = Panel((52, 60, 290, 190), (0, 23), (0, 800))
    panel.axes(np.arange(0, 24, 6.0), np.arange(0, 801, 200.0), "hot water of a home, W", "hour of the day")
    hours = np.arange(24.0)
    expected = expected_share(YEAR) * annual[0]
    for days, colour in ((YEAR.weekday < 5, BLUE), (YEAR.weekday == 6, VERMILION)):
        panel.line(hours, by_hour(expected, days), colour)
        panel.line(hours, by_hour(tank, days), colour, "5 3")
    legend(panel, [("weekdays", BLUE), ("Sundays", VERMILION), ("dashed: with a tank, 1 kW", INK)], 120)
    return panel.parts


def by_hour(heat: FloatArray, days: FloatArray) -> FloatArray:
    """Mean of each local hour of some days."""
    return np.asarray(np.bincount(YEAR.hour[days], heat[days]) / np.bincount(YEAR.hour[days]))


def legend(panel: Panel, lines: list[tuple[str, str]], left: float, down: float = 18.0) -> None:
    """Names of lines, inside a panel."""
    for i, (words, colour) in enumerate(lines):
        panel.parts.append(text(panel.box[0] + left, panel.box[1] + down + 15 * i, words, colour=colour))


def groups() -> tuple[list[str], str]:
    """Simultaneity over the number of homes: picture and table."""
    names, annual = homes()
    water = drawn(YEAR, names, annual, seed=1)
    air = air_temperature(heat_loads.ROSTOCK, YEAR, 0.0)[0]
    heating = SLOPE * np.maximum(BALANCE - air, 0.0)
    both: Stepwise = Made(water.shape, lambda steps: water[steps] + heating[steps, None])
    alone, together = (diversity(YEAR, heat) for heat in (water, both))
    panel = Panel((410, 60, 290, 190), (0, 3), (0, 1))
    panel.axes(np.arange(4.0), np.arange(0, 1.01, 0.25), "simultaneity", "homes, powers of ten")
    size = np.log10(alone.simultaneity.size)
    panel.dots(size, alone.simultaneity.mean, BLUE)
    panel.line(size, alone.simultaneity.mean, BLUE)
    panel.line(size, together.simultaneity.mean, BLUE, "5 3")
    curve = np.linspace(0, 3, 61)
    panel.line(curve, winter_simultaneity(10**curve), VERMILION)
    panel.line(curve, thermos_simultaneity(10**curve), GREY)
    named = [
        ("Winter et al.", VERMILION),
        ("Thermos", GREY),
        ("hot water", BLUE),
        ("dashed: and heating", BLUE),
    ]
    legend(panel, named, 150, 110.0)
    table = [
        row([f"{a['consumers']:.0f}", *(f"{a[key]:.2f}" for key in ("simultaneity", "least", "most")),
             f"{b['simultaneity']:.2f}", f"{a['winter_2001']:.2f}", f"{a['thermos']:.2f}"])
        for a, b in zip(alone.simultaneity.rows(), together.simultaneity.rows(), strict=True)
    ]  # fmt: skip
    return panel.parts, "\n".join(table)


def house(shared: Path) -> tuple[list[str], str, str]:
    """Signatures of the metered house: picture of one, table of all, heat of its summers' middle days."""
    metered = heat_loads.meter(shared)
    table = []
    panel = Panel((52, 340, 290, 190), (-5, 25), (0, 6))
    panel.axes(np.arange(-5, 26, 5.0), np.arange(0, 7.0), "house 660 in 2020, kW", "air inferred, \u00b0C")
    season = heat_loads.season_of_rostock(metered.day)
    cases: list[tuple[str, tuple[int, ...], int, FloatArray]] = []
    for fitted, unseen in (((2018, 2019), 2020), ((2019, 2020), 2018)):
        cases.append(("supply temperature", fitted, unseen, heat_loads.air_of_supply(shared, fitted)))
    for name in ("sonderborg", "flensburg"):
        load = heat_loads.daily(*heat_loads.town(shared, name))
        inferred = np.full(len(metered.day), np.nan)
        covered = np.isin(metered.day, load.day)
        at = np.searchsorted(load.day, metered.day[covered])
        inferred[covered] = heat_loads.inferred_air(load.heat)[at]
        cases += [(f"load of {name.title()}", (a,), b, inferred) for a, b in ((2018, 2019), (2019, 2018))]
    cases.append(("season of a mean year", (2018, 2019), 2020, season))
    for name, fitted, unseen, t_day in cases:
        seen, rest = metered.of(*fitted), metered.of(unseen)
        t_seen, t_rest = t_day[metered.within(*fitted)], t_day[metered.within(unseen)]
        found = fit_signature(seen.heat, t_seen, seen.day)
        predicted = found.predict(t_rest, rest.day)
        winter = season[metered.within(unseen)] < heat_loads.HEATING_SEASON
        table.append(row([
            name, " and ".join(map(str, fitted)), f"{found.base.mean():.0f}", f"{found.slope:.0f}",
            f"{found.balance_temperature:.1f}", f"{found.r2:.2f}", f"{found.cv_rmse:.1%}", str(unseen),
            f"{cv_rmse(rest.heat, predicted):.1%}", f"{cv_rmse(rest.heat[winter], predicted[winter]):.1%}",
            f"{predicted.sum() / rest.heat.sum() - 1:+.1%}",
        ]))  # fmt: skip
        if (name, unseen) == ("supply temperature", 2020):
            panel.dots(t_rest[winter], rest.heat[winter] / 1000, INK)
            panel.dots(t_rest[~winter], rest.heat[~winter] / 1000, VERMILION)
            line = np.linspace(-5, 25, 61)
            panel.line(line, found.predict(line) / 1000, BLUE)
            named = [("signature of 2018 and 2019", BLUE), ("days of winter", INK), ("of summer", VERMILION)]
            legend(panel, named, 110)
    june_to_august = np.isin(metered.day.astype("datetime64[M]").astype(int) % 12 + 1, (6, 7, 8))
    summers = [
        np.median(metered.heat[june_to_august & metered.within(year)]) * 0.024 for year in (2018, 2019, 2020)
    ]
    return panel.parts, "\n".join(table), "{:.0f}, {:.0f} and {:.0f}".format(*summers)


def town(shared: Path) -> tuple[list[str], str, float]:
    """Flensburg: picture of hours of the day, table of figures, share of the loss."""
    fitted, unseen = (heat_loads.mean_figures(shared, years) for years in (FITTED, UNSEEN))
    stamp, heat, loss = heat_loads.town_model(fitted.annual, fitted.summer)
    model = heat_loads.Figures.of(stamp, heat)
    panel = Panel((410, 340, 290, 190), (0, 23), (0.7, 1.3))
    panel.axes(
        np.arange(0, 24, 6.0), np.arange(0.7, 1.31, 0.1), "Flensburg, share of the mean", "hour, UTC+1"
    )
    for season, colour in (("winter", BLUE), ("summer", VERMILION)):
        panel.line(np.arange(24.0), model.shape[season], colour)
        panel.dots(np.arange(24.0), unseen.shape[season], colour)
    legend(panel, [("winter", BLUE), ("summer", VERMILION), ("dots: 2017 to 2019", INK)], 170, 140)
    table = []
    for name, key, scale in (
        ("annual heat, GWh", "annual", 3.6e12),
        ("mean of June to August, MW", "summer", 1e6),
        ("largest hour, mean of the years, MW", "peak", 1e6),
        ("largest day, mean of the years, MW", "peak_day", 1e6),
    ):
        ours, then, later = (getattr(figures, key) / scale for figures in (model, fitted, unseen))
        table.append(
            row(
                [
                    name,
                    f"{ours:.0f}",
                    f"{then:.0f} ({ours / then - 1:+.1%})",
                    f"{later:.0f} ({ours / later - 1:+.1%})",
                ]
            )
        )
    for season in heat_loads.SEASONS:
        off = [rms(model.shape[season] - figures.shape[season]) for figures in (fitted, unseen)]
        table.append(row([f"hours of the day in {season}, RMS", "", *(f"{value:.3f}" for value in off)]))
    return panel.parts, "\n".join(table), loss * 8760 * 3600 / model.annual


def main() -> None:
    """Writes the page and its picture."""
    shared = Path(sys.argv[1])
    of_groups, group_table = groups()
    of_house, house_table, summers = house(shared)
    of_town, town_table, loss = town(shared)
    title = "Hot water by hour, simultaneity by number of homes, signature of a house, hours of a town"
    picture = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 30 720 545" font-family="sans-serif" '
        'font-size="12" role="img">',
        f"<title>{title}</title>",
        '<rect width="720" height="580" fill="#ffffff"/>',
        *habits(), *of_groups, *of_house, *of_town,
        "</svg>\n",
    ]  # fmt: skip
    (DOCS / "images" / "hot_water.svg").write_text("\n".join(picture), "utf-8")
    page = TEXT
    for name, value in {
        "groups": group_table, "house": house_table, "town": town_table,
        "loss": f"{loss:.0%}", "title": title, "summers": summers,
    }.items():  # fmt: skip
        page = page.replace(f"@{name}@", value)
    (DOCS / "theory-hot-water.md").write_text("\n\n".join(map(unwrapped, page.split("\n\n"))), "utf-8")


TEXT = r"""# Hot water, signatures and groups

Made by `python -m benchmarks.hot_water ../shared`, where `../shared` holds the reference data.

![@title@](images/hot_water.svg)

## Hot water

A home draws hot water in four ways, which begin by chance and habit (tables `hot_water_draws` and
`hot_water_hours`, after Jordan and Vajen, 2001):

| | litres at the tap | lasts | a day, at 200 l | on weekdays, Saturdays, Sundays |
|---|---|---|---|---|
| short | 1 | 1 min | 28 | 0.96, 1.09, 1.13 times |
| medium | 6 | 1 min | 12 | 0.96, 1.09, 1.13 times |
| bath | 140 | 10 min | 1/7 | 0.56, 1.9, 2.3 times |
| shower | 40 | 5 min | 2 | 0.96, 1.09, 1.13 times |

A litre takes 35 K *(assumed)*. Each kind is a Poisson process with a rate by hour and kind of day in local
time; public holidays are Sundays, and where clocks change, seven stays seven. A home of 5 kWh a day
*(assumed)* draws three fifths as often as the table. Who uses more draws more often, in classes 9 % apart;
what is left of the ratio scales the draws. A draw takes 10 % more heat in the middle of February and 10 %
less in August; Jordan and Vajen have that wave on the number of draws. With the energies $E_k$ and the
rates $r_k$ of a home of the table, a consumer of the annual heat $Q$ draws

$$\lambda_k(t) = r_k(t) \frac{Q}{\sum_{365\,\mathrm{d}} w \sum_k r_k E_k},\quad
w = 1 + 0.1 \cos\left(2 \pi \left(\frac{d}{n} - \frac{45}{365}\right)\right)$$

times an hour. A draw begins anywhere in its step; its energy goes to the step and those that follow in the
mean shares of its duration. In hourly steps 4 % of a shower fall into the next hour; in steps of a minute a
shower is 19.5 kW for five of them. A block of flats is one such process with a larger rate, which is what
the sum of its homes is. Up to five draws in a step, numbers follow Poisson's distribution to $2^{-32}$;
beyond, an expansion of it with its mean and variance.

**Nothing is stored.** Chance is a hash of seed, consumer's name, instant and kind of draw. Any step can be
made by itself, in any order, and gives the same bits; a consumer draws the same whoever else is there, and
a run of a week the same as the year's week. The annual heat is reached in the mean: a home's year deviates
by some 3 %, and `exactly` scales it away, for the price of making the year once more.

**Tanks** are charged from the first draw on, at no more than their power, until what was taken and lost is
replaced: $D_t = \max(D_{t-1} + q_t s - P s, 0)$. Every local day stands for itself: what is left at
midnight is charged in the day's own first hours, so that a day's charge is what the day took, and any day
can be made by itself. Where the power is too small for a day, that day is charged evenly. Temperatures in
the tank, hysteresis and priority over heating are not modelled. Circulation is a steady loss beside the
tank. Disinfection against legionella adds its heat in one hour of a week.

Not modelled: absences, households that differ beyond their annual heat, flows that differ between showers.

## Groups

`heatsym.demand.diversity` reads any load once, in pieces, and tells the peak of groups over the sum of the
peaks of their members, and the peak of all by season. Here 1,000 homes draw hot water as it comes, 5 kWh a
day each, in hours; beside it the same with heating of 150 W for each kelvin below 16 °C, which has no
diversity of its own.

| homes | hot water | least | most | with heating | Winter et al. | Thermos |
|---|---|---|---|---|---|---|
@groups@

Winter et al. hold the peak against connected loads, which are larger than what is ever drawn, of consumers
of all kinds, for up to 200 of them. Thermos has $0.62 + 0.38/n$. Neither is a measure of hot water alone.

## Energy signature

$$q_d = b + h \max(T_b - T'_d, 0),\quad T'_d = (1 - a) T_d + a T_{d-1}$$

with base load $b$ (on request one for each day of the week), heat loss coefficient $h$, balance temperature
$T_b$ and, on request, a weight $a$ of the day before. Least squares give $b$ and $h$ for every balance
temperature on a grid of 0.1 K and every weight on one of 0.05; the best stays. Fewer than 90 days, gaps,
kelvins and heat that does not rise with cold are refused by name.

**A metered house.** House 660 of Schaffer et al. (2022) has three years of heat and no outdoor temperature,
and no weather of its time and place is part of the data. Two things know it. The measured loads of
Soenderborg and Flensburg, until the end of 2019: the day of rank $k$ by a town's load is taken to be as
cold as the $k$-th coldest of the test reference year of Rostock. And the temperature at which the network
supplies the house, which is the higher the colder it is: in the heating season (mean of the season below 12
°C) air is a linear function of the day's supply temperature and the season, fitted to Soenderborg's load in
those of the fitted years that it covers; in summer it is the season's, 41 days of the reference year around
each date. The house has a small part in its supply temperature, as water in its service pipe cools less
when more flows. Base, slope and balance temperature hold on these scales only; the predictions hardly
depend on them.

| weather from | fitted on | base, W | W/K | below °C | R2 | CV-RMSE | predicted | CV-RMSE | in winter | sum |
|---|---|---|---|---|---|---|---|---|---|---|
@house@

Two years predict the daily heat of the third within a CV-RMSE of 20 %, and of 12 % in winter, the heating
season. Much of the rest is the people: in the middle of the summers of 2018, 2019 and 2020 the house took
@summers@ kWh a day. By the season alone, without any weather, 2020 is missed by more than 25 %.

**Calibration** scales a model to what was metered, in a year or in each of its months. Heating takes up the
difference and hot water keeps its size, $f_H = (M - B)/H$, unless there is too little heating for it: no
factor is below 0 or above 3, and the base load takes the rest. Sums are then exact. The weather of the
metered year should be that of the run: a mild year's readings on a mean year's weather give a house that is
better than it is.

## A town

Flensburg's load of six years against a town of standard profiles (20 % houses, 30 % flats, 50 % trade by
heat) and a steady loss, in the weather of Rostock's test reference year. Fitted on 2014 to 2016: the annual
sum; the loss, @loss@ of it, by the mean of June to August; and, by eye, one share: half of each day's heat
follows the clocks of the profiles, half is spread evenly over the day, as houses without set-back and the
water in the pipes do. The first two lines are therefore no predictions for these years. The mix is assumed,
but with an eye on the peak: trade has the steepest profile, and with 30 % of it the largest hour is 11 %
too low. Nothing was fitted on 2017 to 2019.

| | model | 2014 to 2016 | 2017 to 2019 |
|---|---|---|---|
@town@

Both peaks are too low: the reference year is a mean one, whose coldest day has -5.3 °C, while the largest
hour of each single year is that of its own coldest days. In summer the profiles' mornings stay too high.

Data: Schaffer et al. (2022), Aalborg University, CC BY 4.0, doi:10.1038/s41597-022-01502-3; heat loads of
Flensburg and Soenderborg as compiled in jfreissmann/owp_milp_optimization; Deutscher Wetterdienst, test
reference years 2010, values re-formatted.
"""


if __name__ == "__main__":
    main()
