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
