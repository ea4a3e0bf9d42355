"""The heat pump at a source: its size, and how its heat per electricity follows from temperatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import BoolArray, FloatArray
from heatsym.interfaces.exchange import Fault
from heatsym.interfaces.fields import part, quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.heat_pump import (
    PINCH,
    carnot_share_cop,
    jensen_cop,
    lorenz_share_cop,
    mapped,
    reversible_cop,
)
from heatsym.sources import availability as runs

MODELS = ("jensen", "carnot", "lorenz", "map")
ROUNDING = 1e-9
"""By which a COP may be above the reversible one. [-]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopPoint:
    """Heat per electricity at a pair of temperatures, as manufacturers state it."""

    source: float = quantity("degC", "source before the evaporator", low=-60, high=200)
    sink: float = quantity("degC", "water behind the condenser", low=0, high=200)
    cop: float = quantity("1", "heat per electricity", low=1, high=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPoint:
    """What is left of the power at a pair of temperatures."""

    source: float = quantity("degC", "source before the evaporator", low=-60, high=200)
    sink: float = quantity("degC", "water behind the condenser", low=0, high=200)
    ratio: float = quantity("1", "largest heat over power", low=0, high=10)


def power_key() -> Any:
    """Declares its size."""
    return quantity("W", "largest heat output, of the condenser", low=0, varies=True)


def model_key() -> Any:
    """Declares how its heat per electricity is found."""
    return text("how heat per electricity follows from temperatures", choices=MODELS, default="jensen")


def cop_key() -> Any:
    """Declares heat per electricity as a number or a series."""
    meaning = "heat per electricity, whatever the temperatures; in place of a model"
    return quantity("1", meaning, low=1, high=100, varies=True, default=None)


def share_key() -> Any:
    """Declares the quality of a machine beside a reversible one."""
    meaning = "share of what is reversible, for model carnot or lorenz"
    return quantity("1", meaning, above=0, high=1, default=None)


def map_key() -> Any:
    """Declares a manufacturer's table."""
    meaning = "heat per electricity by temperatures, for model map"
    return part(CopPoint, meaning, many=True, default=(), table=True)


def derating_key() -> Any:
    """Declares what is left of its power at other temperatures."""
    meaning = "largest heat over power, by temperatures; default 1 throughout"
    return part(PowerPoint, meaning, many=True, default=(), table=True)


def pinch_key() -> Any:
    """Declares the size of its own heat exchangers."""
    meaning = "smallest difference in evaporator and condenser, of model jensen"
    return quantity("K", meaning, low=0, high=30, default=PINCH)


def least_load_key() -> Any:
    """Declares how far its load may fall."""
    return quantity("1", "share of power below which it is off", low=0, high=1, default=0.0)


def ramp_key() -> Any:
    """Declares how fast its load may change."""
    return quantity("W/s", "largest change of its heat", above=0, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpUnit:
    """Lifts heat of a stream to the feed temperature."""

    power: Profile = power_key()
    model: str = model_key()
    cop: Profile | None = cop_key()
    share: float | None = share_key()
    map: tuple[CopPoint, ...] = map_key()
    derating: tuple[PowerPoint, ...] = derating_key()
    pinch: float = pinch_key()
    least_load: float = least_load_key()
    ramp: float | None = ramp_key()
    least_up_time: float = runs.least_up_time()
    least_down_time: float = runs.least_down_time()
    freezing: float = quantity(
        "degC",
        "what its source must not be cooled below: 0 for water, lower for brine or gas",
        low=-60,
        high=100,
        default=0.0,
    )

    @property
    def follows_return(self) -> bool:
        """Whether heat per electricity depends on the water that it heats."""
        return self.cop is None and self.model in ("jensen", "lorenz")


def unit_faults(unit: HeatPumpUnit, inside: str = "heat_pump.") -> Iterator[Fault]:
    """What does not fit together; ``inside`` goes before its fields."""
    by_model = {"share": unit.share is not None, "map": bool(unit.map)}
    needed = {"carnot": "share", "lorenz": "share", "map": "map"}.get(unit.model)
    if unit.cop is not None and unit.model != "jensen":
        yield Fault(f"{inside}model", "HS524", "is given beside cop", "keep one of the two")
    for key, given in by_model.items():
        if given and (key != needed or unit.cop is not None):
            instead = "cop" if unit.cop is not None else f'model = "{unit.model}"'
            hint = "remove it, or choose the model that it belongs to"
            yield Fault(f"{inside}{key}", "HS524", f"means nothing beside {instead}", hint)
    if needed is not None and unit.cop is None and not by_model[needed]:
        yield Fault(f"{inside}model", "HS524", f"{unit.model} needs {needed}", f"give {needed}")
    yield from runs.time_faults(unit.least_up_time, unit.least_load, inside)
    for key, points in (("map", unit.map), ("derating", unit.derating)):
        if points:
            try:
                mapped([(p.source, p.sink, 1.0) for p in points], points[0].source, points[0].sink)
            except InputError as error:
                found = error.problems[0]
                yield Fault(f"{inside}{key}", found.code, found.reason, found.hint)


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """Temperatures between which a heat pump works, (time,) each, degC, and in which steps it may run."""

    source_in: FloatArray
    source_out: FloatArray
    sink_in: FloatArray
    sink_out: FloatArray
    runs: BoolArray


def cop_between(unit: HeatPumpUnit, ctx: Context, at: Between, owner: str) -> FloatArray:
    """Heat per electricity in each step, 1 where it may not run; (time,), [-].

    Raises
    ------
    InputError
        A map does not reach to these temperatures, or a value is above what is reversible.
    """
    runs = at.runs
    out = np.ones(len(runs))
    if not runs.any():
        return out
    source_in, source_out, sink_in, sink_out = (
        values[runs] for values in (at.source_in, at.source_out, at.sink_in, at.sink_out)
    )
    if unit.cop is not None:
        found = ctx.values(unit.cop)[runs]
    elif unit.model == "carnot":
        found = carnot_share_cop(source_out, sink_out, unit.share or 0.0)
    elif unit.model == "lorenz":
        found = lorenz_share_cop(source_in, source_out, sink_in, sink_out, unit.share or 0.0)
    elif unit.model == "map":
        points = [(point.source, point.sink, point.cop) for point in unit.map]
        found = mapped(points, source_in, sink_out, f"map of the heat pump of {owner}")
    else:
        found = jensen_cop(source_in, source_out, sink_in, sink_out, unit.pinch)
    most = reversible_cop(source_in, source_out, sink_in, sink_out)
    above = found > most * (1.0 + ROUNDING)
    if above.any():
        worst = int(np.argmax(np.where(above, found / most, 0.0)))
        reason = (
            f"{found[worst]:.4g} from {source_in[worst]:.4g} -> {source_out[worst]:.4g} degC to "
            f"{sink_in[worst]:.4g} -> {sink_out[worst]:.4g} degC, where none has more than "
            f"{most[worst]:.4g}; {int(above.sum())} steps in all"
        )
        hint = "lower the COP, or correct the temperatures"
        raise InputError([Problem("HS520", reason, where=f"COP of the heat pump of {owner}", hint=hint)])
    out[runs] = found
    return out


def power_between(unit: HeatPumpUnit, ctx: Context, at: Between, owner: str) -> FloatArray:
    """Largest heat of a heat pump at these temperatures, 0 where it may not run; (time,), W."""
    power = np.where(at.runs, ctx.values(unit.power), 0.0)
    if unit.derating and at.runs.any():
        points = [(point.source, point.sink, point.ratio) for point in unit.derating]
        what = f"derating of the heat pump of {owner}"
        power[at.runs] *= mapped(points, at.source_in[at.runs], at.sink_out[at.runs], what)
    return power


def unit_basis(unit: HeatPumpUnit, owner: str) -> tuple[str, ...]:
    """What is assumed of a heat pump, in a sentence."""
    said = f"heat pump of {owner}:"
    if unit.cop is not None:
        return (f"{said} heat per electricity as given, at all temperatures",)
    model = {
        "jensen": f"COP of an ammonia machine (Jensen et al., 2018), pinch {unit.pinch:g} K, isentropic "
        "efficiency 0.8 (published)",
        "carnot": f"COP {unit.share or 0.0:g} of Carnot's between the outlets (assumed)",
        "lorenz": f"COP {unit.share or 0.0:g} of Lorenz' between the streams (assumed)",
        "map": f"COP by a table of {len(unit.map)} points",
    }[unit.model]
    return (f"{said} {model}",)
