"""Measured heat of a Danish house and of two towns, and the models that are held to it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from heatsym.demand import bdew
from heatsym.demand.signature import fit_signature
from heatsym.demand.substation import Substation, returns
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray, TimeArray, TimeAxis
from heatsym.interfaces.profile import Context
from heatsym.weather import Weather, daily_air, read_weather

SEASONS = {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11)}
ROSTOCK = read_weather(Weather(dataset="rostock"), None)
AIR_OF_ROSTOCK = np.asarray(ROSTOCK.t_air.reshape(365, 24).mean(axis=1))


@dataclass(frozen=True)
class Days:
    """Consecutive days and their mean heat. [W]"""

    day: TimeArray
    heat: FloatArray

    def of(self, *years: int) -> Days:
        inside = self.within(*years)
        return Days(self.day[inside], self.heat[inside])

    def within(self, *years: int) -> BoolArray:
        return np.isin(self.day.astype("datetime64[Y]").astype(int) + 1970, years)


def column(path: Path, time: str, name: str) -> tuple[TimeArray, FloatArray]:
    """Times as written and a column, NaN where it is empty."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row[time].rstrip("Z").replace(" ", "T"), row[name]) for row in csv.DictReader(file)]
    stamps, values = zip(*rows, strict=True)
    return np.array(stamps, dtype="datetime64[h]"), np.array([float(value or "nan") for value in values])


def daily(stamp: TimeArray, heat: FloatArray) -> Days:
    """Mean heat of the days of hourly values; days of fewer than 23 hours are left out."""
    day, position, hours = np.unique(stamp.astype("datetime64[D]"), return_inverse=True, return_counts=True)
    whole = hours >= 23
    return Days(day[whole], (np.bincount(position, heat) / hours)[whole])


@cache
def meter(shared: Path) -> Days:
    """Heat of house 660 by days of UTC+1."""
    stamp, energy = metered(shared, "heat_kwh")
    return daily(stamp, energy * 1000.0)


def metered(shared: Path, name: str) -> tuple[TimeArray, FloatArray]:
    """Hours of UTC+1 and a column of house 660."""
    path = shared / "reference-data" / "heat-load" / "dk_smart_meter_660_hourly.csv"
    stamp, values = column(path, "time_utc", name)
    return stamp + np.timedelta64(1, "h"), values


@cache
def supply_temperature(shared: Path) -> FloatArray:
    """Supply temperature of the days of :func:`meter`, weighted with flow; NaN without flow. [degC]"""
    (stamp, supply), (_, flow) = metered(shared, "t_supply_c"), metered(shared, "water_m3")
    known = np.isfinite(supply) & (flow > 0.0)
    days = meter(shared).day
    inside = known & np.isin(stamp.astype("datetime64[D]"), days)
    position = np.searchsorted(days, stamp[inside].astype("datetime64[D]"))
    flows = np.bincount(position, flow[inside], len(days))
    weighted = np.bincount(position, (flow * supply)[inside], len(days))
    return np.divide(weighted, flows, out=np.full(len(days), np.nan), where=flows > 0.0)


@cache
def town(shared: Path, name: str) -> tuple[TimeArray, FloatArray]:
    """Hours of UTC+1 and heat [W] of ``flensburg`` or ``sonderborg``, from its first value on."""
    path = shared / "reference-data" / "heat-load" / "flensburg_sonderborg_hourly.csv"
    stamp, heat = column(path, "time_utc_plus_1", f"{name}_mw")
    first = int(np.argmax(np.isfinite(heat)))
    return stamp[first:], heat[first:] * 1e6


def inferred_air(load: FloatArray) -> FloatArray:
    """Outdoor air that a town's daily load speaks of: the day of rank k by load is the k-th coldest.

    The k-th of the test reference year of Rostock, that is. Nothing of the place's weather is known.
    """
    rank = np.argsort(np.argsort(-load))
    return np.asarray(np.quantile(AIR_OF_ROSTOCK, (rank + 0.5) / len(load)))


def season_of_rostock(day: TimeArray) -> FloatArray:
    """What a mean year has on that day: 41 days of the test reference year around it, averaged. [degC]"""
    around = np.concatenate([AIR_OF_ROSTOCK[-20:], AIR_OF_ROSTOCK, AIR_OF_ROSTOCK[:20]])
    mean = np.convolve(around, np.full(41, 1 / 41), "valid")
    of_year = (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(int)
    return np.asarray(mean[np.minimum(of_year, 364)])


HEATING_SEASON = 12.0
"""Mean of the season below which a network's supply temperature follows the weather. [degC]"""


def air_of_supply(shared: Path, known: tuple[int, ...]) -> FloatArray:
    """Outdoor air that the supply temperature speaks of, for the days of :func:`meter`.

    Networks are run the warmer the colder it is. In the heating season air is a linear function of the
    supply temperature and the season, fitted to the air that Soenderborg's load speaks of in the ``known``
    years; in summer it is that of the season. Nothing of the house's heat is used.
    """
    day, supply = meter(shared).day, supply_temperature(shared)
    season = season_of_rostock(day)
    heating = season < HEATING_SEASON
    load = daily(*town(shared, "sonderborg"))
    year = day.astype("datetime64[Y]").astype(int) + 1970
    fitted = heating & np.isin(day, load.day) & np.isin(year, known)
    told = inferred_air(load.heat)[np.searchsorted(load.day, day[fitted])]
    columns = np.stack([np.ones(len(day)), supply, season], axis=1)
    law = np.linalg.lstsq(columns[fitted], told, rcond=None)[0]
    return np.where(heating, columns @ law, season)


@dataclass(frozen=True)
class Figures:
    """A year of a town: annual heat [J], mean of summer, largest hour and day [W], hours of the day."""

    annual: float
    summer: float
    peak: float
    peak_day: float
    shape: dict[str, FloatArray]

    @classmethod
    def of(cls, stamp: TimeArray, heat: FloatArray) -> Figures:
        month = stamp.astype("datetime64[M]").astype(int) % 12 + 1
        hour = stamp.astype("datetime64[h]").astype(int) % 24
        inside = {season: np.isin(month, months) for season, months in SEASONS.items()}
        return cls(
            float(heat.sum() * 3600.0),
            float(heat[inside["summer"]].mean()),
            float(heat.max()),
            float(heat.reshape(-1, 24).mean(axis=1).max()),
            {season: hours(hour[which], heat[which]) for season, which in inside.items()},
        )


def hours(hour: IntArray, heat: FloatArray) -> FloatArray:
    """Mean of each hour of the day over the mean of all."""
    by_hour = np.bincount(hour, heat) / np.bincount(hour)
    return np.asarray(by_hour / by_hour.mean())


def mean_figures(shared: Path, years: tuple[int, ...]) -> Figures:
    """Means over some years of Flensburg, each figure by itself."""
    stamp, heat = town(shared, "flensburg")
    year = stamp.astype("datetime64[Y]").astype(int) + 1970
    each = [Figures.of(stamp[year == y], heat[year == y]) for y in years]
    return Figures(
        *(
            float(np.mean([getattr(f, key) for f in each]))
            for key in ("annual", "summer", "peak", "peak_day")
        ),
        {season: np.mean([f.shape[season] for f in each], axis=0) for season in SEASONS},
    )


MIX = {("EFH", 11): 0.2, ("MFH", 11): 0.3, ("GHD", 0): 0.5}
"""Shares of Flensburg's annual heat without losses: assumed, with an eye on the peak; not known."""
CLOCKED = 0.5
"""Share of each day's heat that follows the hours of the profiles; fitted by eye to the winters."""


def town_model(annual: float, summer: float) -> tuple[TimeArray, FloatArray, float]:
    """Hours of UTC+1 and heat [W] of a town with these figures in Rostock's weather; its steady loss [W].

    The loss is what makes June to August as large as asked for; the mix takes the rest of the year's heat.
    """
    axis = TimeAxis(np.datetime64("2018-12-31T23:00:00"), 3600, 8760, "Europe/Berlin")
    air = daily_air(ROSTOCK, axis, 0.0)
    shares = bdew.annual_shares(axis, air, tuple(MIX), region="DE-SH") @ np.array(list(MIX.values()))
    stamp = axis.utc.astype("datetime64[h]") + np.timedelta64(1, "h")
    of_day = np.repeat(shares.reshape(-1, 24).mean(axis=1), 24)
    share = CLOCKED * shares + (1 - CLOCKED) * of_day
    year = 8760 * 3600.0
    in_summer = float(
        share[np.isin(stamp.astype("datetime64[M]").astype(int) % 12 + 1, SEASONS["summer"])].mean()
    )
    loss = (summer - annual * in_summer) / (1.0 - year * in_summer)
    return stamp, loss + (annual - loss * year) * share, loss


@dataclass(frozen=True)
class Returned:
    """Days of the metered house: heat [W], its water as metered and modelled [degC], and their month."""

    month: IntArray
    heat: FloatArray
    supply: FloatArray
    measured: FloatArray
    modelled: FloatArray


@cache
def returned(shared: Path) -> Returned:
    """Return temperatures of house 660 beside those of a substation at the metered supply and heat."""
    path = shared / "reference-data" / "heat-load" / "dk_smart_meter_660_hourly.csv"
    (stamp, heat), (_, volume), (_, supply), (_, back) = (
        column(path, "time_utc", name) for name in ("heat_kwh", "water_m3", "t_supply_c", "t_return_c")
    )
    house, of_town = meter(shared).of(2018), daily(*town(shared, "sonderborg"))
    air = inferred_air(of_town.heat)[np.searchsorted(of_town.day, house.day)]
    signature = fit_signature(house.heat, air, house.day)
    base = float(np.mean(signature.base))
    design = signature.slope * (signature.balance_temperature + 12.0)

    day, place = np.unique((stamp + np.timedelta64(1, "h")).astype("datetime64[D]"), return_inverse=True)
    flow = np.where(np.isnan(supply) | np.isnan(back), 0.0, volume)
    whole = np.bincount(place, flow)
    known = whole > 0.0
    came, left = ((np.bincount(place, np.nan_to_num(t) * flow)[known] / whole[known]) for t in (supply, back))
    mean = (np.bincount(place, heat * 1000.0) / np.bincount(place))[known]
    t_air = signature.balance_temperature - np.maximum(mean - base, 0.0) / signature.slope
    axis = TimeAxis(np.datetime64(day[known][0], "s"), 3600, len(mean), "UTC")  # a step for each day
    offset, slope = returns(Substation(), Context(axis, t_air), came, mean[:, None], None, np.array([design]))
    month = day[known].astype("datetime64[M]").astype(np.int64) % 12 + 1
    return Returned(month, mean, came, left, (offset[:] + slope[:] * came[:, None])[:, 0])
