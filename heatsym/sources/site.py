"""A works with several streams and needs of its own: what they leave each other goes to the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.fields import flag, part, quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.pinch import Cascade, cascade, return_limit
from heatsym.sources.common import feed_temperature, plant_offer, stream_use
from heatsym.sources.industrial import Stop, stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Heat that the works must get rid of."""

    name: str = text("name within the site")
    power: Profile = quantity(
        "W", "heat in the stream, counted down to limit_temperature", low=0, varies=True
    )
    temperature: Profile = quantity("degC", "temperature of the stream", above=0, high=1500, varies=True)
    limit_temperature: Profile | None = quantity(
        "degC",
        "temperature down to which the power counts; default: all of it at one temperature, as of steam",
        above=-50,
        high=1500,
        varies=True,
        default=None,
    )
    approach: float = quantity(
        "K",
        "smallest temperature difference to water of the network: 5 for liquids, about 15 for gases",
        low=0,
        high=100,
        default=5.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Heat that the works needs itself."""

    name: str = text("name within the site")
    power: Profile = quantity("W", "heat that is needed", low=0, varies=True)
    start: Profile = quantity(
        "degC", "temperature from which something is heated", above=-50, high=1500, varies=True, key="from"
    )
    end: Profile = quantity(
        "degC",
        "temperature to which it is heated; the same as from where it boils",
        above=-50,
        high=1500,
        varies=True,
        key="to",
    )
    approach: float = quantity(
        "K",
        "smallest temperature difference in its heat exchangers, beside the approach of the stream",
        low=0,
        high=100,
        default=5.0,
    )


class Balance(NamedTuple):
    """Streams, and needs with negative heat, between shifted temperatures; (time, stream), W and degC.

    ``shift`` (stream,) is what was taken off the temperatures: a stream's approach, less that of a need [K].
    """

    power: FloatArray
    upper: FloatArray
    lower: FloatArray
    shift: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustrialSite:
    """Streams that heat the works' own needs first; the network is heated by what is left, in series."""

    kind: ClassVar[str] = "site"
    surplus: ClassVar[bool] = True
    minds_return: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    streams: tuple[Stream, ...] = part(Stream, "streams of surplus heat", many=True, key="stream")
    needs: tuple[Need, ...] = part(
        Need, "heat that the works needs itself", many=True, key="need", default=()
    )
    internal_recovery: bool = flag(
        "heat the works' own needs by its streams before anything is offered", default=True
    )
    supply_temperature: Profile | None = quantity(
        "degC",
        "feed temperature; default the network's set-point",
        above=0,
        high=180,
        varies=True,
        default=None,
    )
    stops: tuple[Stop, ...] = part(Stop, "planned stops", many=True, default=())
    price: Profile = quantity("EUR/J", "paid to the partner for the heat", varies=True, default=0.0)
    partner: str = text("who owns it", default="")
    data_status: str = text(
        "how well powers and temperatures are known",
        choices=("measured", "declared", "assumed"),
        default="assumed",
    )
    enabled: bool = flag("take part in the run", default=True)

    def balance(self, ctx: Context) -> Balance:
        """What gives and takes heat within the works; nothing does on the days of a stop."""
        things: tuple[Stream | Need, ...] = self.streams
        if self.internal_recovery:
            things += self.needs
        rows = np.array([_ends(ctx, thing) for thing in things])
        shift = np.array(
            [thing.approach if isinstance(thing, Stream) else -thing.approach for thing in things]
        )
        power, upper, lower = rows.transpose(1, 2, 0)
        still = stopped(self.stops, ctx.axis)
        return Balance(np.where(still[:, None], 0.0, power), upper - shift, lower - shift, shift)

    def left(self, ctx: Context) -> Cascade:
        """What passes through the works once its streams have heated its needs."""
        balance = self.balance(ctx)
        return cascade(balance.power, balance.upper, balance.lower)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """What the network's water, cold where it comes and at the feed where it leaves, can take."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        works = self.balance(ctx)
        limit = return_limit(works.power, works.upper, works.lower, site.t_return, t_feed)
        return plant_offer(
            limit.power,
            t_feed,
            conductance=limit.conductance,
            t_hot=limit.t_hot,
            price=ctx.values(self.price),
        )

    def basis(self) -> tuple[str, ...]:
        """How well the streams are known, and who is served first."""
        said: tuple[str, ...] = (f"powers and temperatures of {self.name}: {self.data_status}",)
        if self.needs and self.internal_recovery:
            said += (
                f"{self.name} heats its own needs first, as far as its streams can; the rest is offered",
            )
        return said

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Of what the works' own needs leave, what was fed in is direct and the rest is rejected."""
        return stream_use(self.left(ctx).cold_utility, heat)


def _ends(ctx: Context, thing: Stream | Need) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Heat, negative for a need, and temperatures between which it is given or taken; (time,) each."""
    power = ctx.values(thing.power)
    if isinstance(thing, Need):
        return -power, ctx.values(thing.end), ctx.values(thing.start)
    upper = ctx.values(thing.temperature)
    return power, upper, upper if thing.limit_temperature is None else ctx.values(thing.limit_temperature)
