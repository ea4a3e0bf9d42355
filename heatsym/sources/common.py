"""What several kinds of source share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Site, Source, Use
from heatsym.interfaces.profile import Context, Profile
from heatsym.tables import read_table


def lifts(source: Source) -> bool:
    """Whether a heat pump that runs on electricity is part of it."""
    return source.kind == "heat_pump" or getattr(source, "heat_pump", None) is not None


class Duty(NamedTuple):
    """What binds a source to what it did before, and to run at all."""

    must_run: bool
    start_cost: float  # [EUR]
    least_up_time: float  # [s]
    least_down_time: float  # [s]


def duty(source: Source) -> Duty:
    """Of a source or, where its heat pump is what is bound, of that; nothing for a kind that has none."""
    machine = source if hasattr(source, "least_up_time") else getattr(source, "heat_pump", None)
    return Duty(
        bool(getattr(source, "must_run", False)),
        float(getattr(source, "start_cost", 0.0)),
        float(getattr(machine, "least_up_time", 0.0)),
        float(getattr(machine, "least_down_time", 0.0)),
    )


def feed_temperature(ctx: Context, site: Site, own: Profile | None) -> FloatArray:
    """The source's own supply temperature where given, else the network's set-point; (time,), degC."""
    return site.t_feed.copy() if own is None else ctx.values(own)


def share_of(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part over whole, 0 where there is no whole; (time,), [-]."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0.0)


def default_of(kind: str, quantity: str, variant: str = "") -> tuple[float, str] | None:
    """Packaged value of a plant's quantity, in SI, and how well it is known; None if there is none."""
    for row in read_table("plant_defaults"):
        if (row["kind"], row["variant"], row["quantity"]) == (kind, variant, quantity):
            return float(row["value"]), row["status"]
    return None


def or_default(given: float | None, kind: str, quantity: str, variant: str = "") -> float:
    """The value given, else the packaged one."""
    if given is not None:
        return given
    found = default_of(kind, quantity, variant)
    assert found is not None, f"no default of {kind} {variant} {quantity}"
    return found[0]


def told(name: str, kind: str, given: Mapping[str, float | None], variant: str = "") -> tuple[str, ...]:
    """A sentence on the quantities of a source that are packaged values; none if all are given."""
    found = {key: default_of(kind, key, variant) for key, value in given.items() if value is None}
    words = [f"{key} {at[0]:g} ({at[1]})" for key, at in found.items() if at is not None]
    return (f"{name}, {variant or kind}: {', '.join(words)}".replace("_", " "),) if words else ()


def plant_offer(
    power: FloatArray,
    t_feed: FloatArray,
    *,
    conductance: FloatArray | None = None,
    t_hot: FloatArray | None = None,
    fuel_per_heat: FloatArray | None = None,
    electricity_per_heat: FloatArray | None = None,
    price: FloatArray | None = None,
    least: FloatArray | None = None,
    ramp: FloatArray | None = None,
) -> Offer:
    """An offer from what is known; what is left out does not bind (limits) or costs nothing (inputs).

    Arguments are (time,): W, degC, W/K, degC, inputs and price per unit of heat, W and W/s.
    """
    zero = np.zeros_like(power)
    free = np.full_like(power, np.inf)
    return Offer(
        power=power,
        t_feed=t_feed,
        conductance=free if conductance is None else conductance,
        t_hot=free if t_hot is None else t_hot,
        fuel_per_heat=zero if fuel_per_heat is None else fuel_per_heat,
        electricity_per_heat=zero if electricity_per_heat is None else electricity_per_heat,
        price=zero if price is None else price,
        least=zero if least is None else least,
        ramp=free if ramp is None else ramp,
    )


def plant_use(
    capacity: FloatArray,
    heat: FloatArray,
    *,
    fuel: FloatArray | None = None,
    electricity: FloatArray | None = None,
    generated: FloatArray | None = None,
) -> Use:
    """Where a plant's energy goes that makes its ``heat`` from what it takes in; (time,) each, W."""
    zero = np.zeros_like(heat)
    return Use(
        available=capacity,
        direct=heat,
        lifted=zero,
        rejected=zero,
        fuel=zero if fuel is None else fuel,
        electricity=zero if electricity is None else electricity,
        generated=zero if generated is None else generated,
    )


def stream_use(
    available: FloatArray,
    direct: FloatArray,
    lifted: FloatArray | None = None,
    electricity: FloatArray | None = None,
) -> Use:
    """Where a stream's heat goes: fed in directly, drawn by a heat pump, and the rest; (time,) each, W."""
    zero = np.zeros_like(direct)
    drawn = zero if lifted is None else lifted
    return Use(
        available=available,
        direct=direct,
        lifted=drawn,
        rejected=available - direct - drawn,
        fuel=zero,
        electricity=zero if electricity is None else electricity,
        generated=zero,
    )
