"""What kinds share whose stream is cooled by some kelvin: data centre, wastewater, electrolyser, others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.profile import Context, Profile, lowest
from heatsym.sources.archetypes import archetype, taken_from
from heatsym.sources.availability import Runs, in_operation, outage_basis, run_faults
from heatsym.sources.common import feed_temperature
from heatsym.sources.lift import HeatPumpUnit, unit_basis
from heatsym.sources.stream import Stream, machine_faults, offer_stream, use_stream


class Cooled(Runs, Protocol):
    """A source whose stream is as usual for its kind where the case says nothing."""

    @property
    def temperature(self) -> Profile | None:
        """Temperature of the stream; None for the usual one. [degC]"""

    @property
    def cooling(self) -> float | None:
        """By how much it is cooled; None for as usual. [K]"""

    @property
    def approach(self) -> float:
        """Smallest temperature difference in the heat exchanger. [K]"""

    @property
    def arrangement(self) -> str:
        """Heat exchanger and heat pump: parallel or series."""

    @property
    def heat_pump(self) -> HeatPumpUnit | None:
        """What lifts the heat."""

    @property
    def supply_temperature(self) -> Profile | None:
        """Feed temperature; None for the network's set-point. [degC]"""

    @property
    def price(self) -> Profile:
        """Paid to the partner. [EUR/J]"""

    @property
    def data_status(self) -> str:
        """How well it is known."""

    def stream(self, ctx: Context) -> Stream:
        """The stream with its machines."""


def usual_value(source: Cooled, quantity: str, variant: str = "") -> float:
    """A packaged value of a source's kind, in the unit of the table."""
    return archetype(source.kind, variant).values[quantity]


def warmth(source: Cooled, variant: str = "") -> Profile:
    """Temperature of the stream, given or usual. [degC]"""
    return usual_value(source, "temperature", variant) if source.temperature is None else source.temperature


def kelvins(source: Cooled, variant: str = "") -> float:
    """By how much the stream is cooled, as given or as usual. [K]"""
    return usual_value(source, "cooling", variant) if source.cooling is None else source.cooling


def coldest(source: Cooled, variant: str = "") -> float:
    """Lowest temperature down to which the stream is cooled. [degC]"""
    return lowest(warmth(source, variant)) - kelvins(source, variant)


def cooled_stream(source: Cooled, ctx: Context, power: FloatArray, variant: str = "") -> Stream:
    """The stream of a source that has ``power`` [W] (time,), outages and stops taken out."""
    t_source = ctx.values(warmth(source, variant))
    return Stream(
        name=source.name,
        power=power,
        t_source=t_source,
        t_limit=t_source - kelvins(source, variant),
        approach=source.approach,
        lift=source.heat_pump,
        arrangement=source.arrangement,
        availability=in_operation(source, ctx, variant),
    )


def offer_cooled(source: Cooled, ctx: Context, site: Site) -> Offer:
    """What such a source offers; see :func:`~heatsym.sources.stream.offer_stream`."""
    t_feed = feed_temperature(ctx, site, source.supply_temperature)
    return offer_stream(ctx, site, source.stream(ctx), t_feed, ctx.values(source.price))


def use_cooled(source: Cooled, ctx: Context, site: Site, heat: FloatArray) -> Use:
    """Where its heat went; see :func:`~heatsym.sources.stream.use_stream`."""
    t_feed = feed_temperature(ctx, site, source.supply_temperature)
    return use_stream(ctx, site, source.stream(ctx), t_feed, heat)


def cooled_basis(source: Cooled, taken: Mapping[str, str | bool], variant: str = "") -> tuple[str, ...]:
    """How well such a source is known, and what was taken as usual; ``taken`` says what else."""
    warm, by = (usual_value(source, quantity, variant) for quantity in ("temperature", "cooling"))
    own = {
        "temperature": source.temperature is None and f"stream of {warm:g} degC",
        "cooling": source.cooling is None and f"cooled by {by:g} K",
    }
    whose = f"{source.name} as usual for {source.kind.replace('_', ' ')}{' ' * bool(variant)}{variant}"
    usual = taken_from(archetype(source.kind, variant), whose, {**own, **taken})
    lift = () if source.heat_pump is None else unit_basis(source.heat_pump, source.name)
    known = f"heat and temperature of {source.name}: {source.data_status}"
    return (known, *usual, *lift, *outage_basis(source, variant))


def cooled_faults(source: Cooled, variant: str = "") -> Iterator[Fault]:
    """What is wrong with a source's heat pump, and with when it runs."""
    yield from machine_faults(source.heat_pump, source.arrangement, coldest(source, variant), "cooling")
    yield from run_faults(source)


def one_of(source: object, *keys: str) -> Iterator[Fault]:
    """Where not exactly one of some keys is given."""
    given = [key for key in keys if getattr(source, key) is not None]
    if not given:
        yield Fault("", "HS531", "it is not known how much heat there is", f"give {' or '.join(keys)}")
    for other in given[1:]:
        yield Fault(other, "HS531", f"is given beside {given[0]}", "keep one of the two")
