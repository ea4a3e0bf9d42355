"""Keys that kinds of stream share, each declared once; a kind takes them up with a line each."""

from __future__ import annotations

from typing import Any

from heatsym.interfaces.fields import flag, part, quantity, text
from heatsym.sources.lift import HeatPumpUnit
from heatsym.sources.stream import ARRANGEMENTS

APPROACH = 5.0
"""Smallest temperature difference of a heat exchanger for liquids. [K]"""


def temperature() -> Any:
    """The key ``temperature``."""
    meaning = "temperature of the stream; default as usual for its kind"
    return quantity("degC", meaning, above=0, high=160, varies=True, default=None)


def cooling() -> Any:
    """The key ``cooling``, in kelvin."""
    meaning = "by how much the stream is cooled; default as usual for its kind"
    return quantity("K", meaning, above=0, high=100, default=None)


def annual_heat() -> Any:
    """The key ``annual_heat``."""
    meaning = "heat of a calendar year without outages, instead of power"
    return quantity("J", meaning, low=0, high=1e18, default=None)


def approach() -> Any:
    """The key ``approach``."""
    meaning = "smallest temperature difference in the heat exchanger"
    return quantity("K", meaning, low=0, high=100, default=APPROACH)


def arrangement() -> Any:
    """The key ``arrangement``."""
    meaning = "heat exchanger and heat pump: each to the feed temperature, or one after the other"
    return text(meaning, choices=ARRANGEMENTS, default="parallel")


def heat_pump() -> Any:
    """The key ``heat_pump``."""
    meaning = "lifts what the heat exchanger leaves of the stream; without it only direct heat"
    return part(HeatPumpUnit, meaning, default=None)


def supply_temperature() -> Any:
    """The key ``supply_temperature``."""
    meaning = "feed temperature; default the network's set-point"
    return quantity("degC", meaning, above=0, high=180, varies=True, default=None)


def price() -> Any:
    """The key ``price``."""
    return quantity("EUR/J", "paid to the partner for the heat", varies=True, default=0.0)


def must_run() -> Any:
    """The key ``must_run``."""
    meaning = "its heat is taken before all other, whatever it costs; only what nobody needs is rejected"
    return flag(meaning, default=False)


def partner() -> Any:
    """The key ``partner``."""
    return text("who owns it", default="")


def data_status() -> Any:
    """The key ``data_status``."""
    meaning = "how well heat and temperature are known"
    return text(meaning, choices=("measured", "declared", "assumed"), default="assumed")


def enabled() -> Any:
    """The key ``enabled``."""
    return flag("take part in the run", default=True)
