"""Keys that kinds of storage share, each declared once; a kind takes them up with a line each."""

from __future__ import annotations

from typing import Any

from heatsym.interfaces.fields import flag, part, quantity, text
from heatsym.storage.common import default
from heatsym.storage.lift import StorageHeatPump


def charge_power() -> Any:
    """Declares the most that it takes."""
    return quantity("W", "most that it takes; default unlimited", low=0, default=None)


def discharge_power() -> Any:
    """Declares the most that it gives."""
    return quantity("W", "most that it gives; default unlimited", low=0, default=None)


def charge_from() -> Any:
    """Declares whose heat it keeps."""
    meaning = "names of the sources whose heat may charge it; default all surplus heat"
    return text(meaning, many=True, default=())


def charge_when() -> Any:
    """Declares the rule by which it is charged."""
    meaning = (
        "surplus: with what sources cheaper than others have left; cheap: in hours in which the sources that "
        "may charge it are cheap, if that spares dearer heat ahead"
    )
    return text(meaning, choices=("surplus", "cheap"), default="surplus")


def cheap_share() -> Any:
    """Declares how many hours count as cheap."""
    meaning = "cheap: part of the hours ahead that count as cheap; default 0.25"
    return quantity("1", meaning, above=0, high=1, default=None)


def cheap_window() -> Any:
    """Declares how far ahead prices are looked at."""
    meaning = "cheap: how far ahead costs are compared; default 24 h"
    return quantity("s", meaning, low=3600, high=31 * 86400, default=None)


def round_trip() -> Any:
    """Declares what comes back of heat that it keeps for a while."""
    meaning = "cheap: heat that comes back over heat that was taken; default 0.95"
    return quantity("1", meaning, above=0, high=1, default=None)


def charge_season() -> Any:
    """Declares the part of the year in which it is charged."""
    meaning = 'first and last local day of every year, or months, in which it is charged: ["04-01", "09-30"]'
    return text(meaning, many=True, default=())


def discharge_season() -> Any:
    """Declares the part of the year in which it is discharged."""
    meaning = "first and last local day of every year, or months, in which it gives heat; kept until then"
    return text(meaning, many=True, default=())


def below_setpoint() -> Any:
    """Declares how cool the water may be that it feeds in."""
    meaning = "how far below the set-point its water may be that it feeds in"
    return quantity("K", meaning, low=0, high=100, default=default("any", "below_setpoint"))


def least_drop() -> Any:
    """Declares when it counts as full."""
    meaning = "by how much at least water is cooled that charges it"
    return quantity("K", meaning, low=0, high=100, default=default("any", "least_drop"))


def heat_pump() -> Any:
    """Declares what lifts its heat."""
    return part(StorageHeatPump, "lifts heat that is too cold to be fed in directly", default=None)


def initial_fill() -> Any:
    """Declares how full it is at the start."""
    return quantity("1", "part of its volume that is hot at the start", low=0, high=1, default=0.5)


def initial_hot_temperature() -> Any:
    """Declares how hot that part is."""
    meaning = "hot part at the start; default the network's set-point"
    return quantity("degC", meaning, low=0, high=200, default=None)


def initial_cold_temperature() -> Any:
    """Declares how cold the rest is."""
    meaning = "cold part at the start; default the network's return"
    return quantity("degC", meaning, low=0, high=200, default=None)


def periodic(usually: bool) -> Any:
    """Declares whether what it holds at the end is what it began with."""
    return flag("end the run as full as it begins", default=usually)


def partner() -> Any:
    """Declares its owner."""
    return text("who owns it", default="")


def enabled() -> Any:
    """Declares whether it is there."""
    return flag("take part in the run", default=True)
