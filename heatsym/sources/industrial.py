"""A stream of industrial surplus heat: cooling water, condensate, off-gas behind an exchanger."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.fields import date, flag, part, quantity, text
from heatsym.interfaces.profile import Context, Profile
from heatsym.physics.stream import DEW_POINT
from heatsym.sources.common import feed_temperature
from heatsym.sources.lift import HeatPumpUnit, unit_basis
from heatsym.sources.stream import ARRANGEMENTS, Stream, depends_on_return, offer_stream, use_stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Days on which the works stands still, both included, local."""

    start: datetime.date = date("first day", key="from")
    end: datetime.date = date("last day", key="to")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustrialStream:
    """Surplus heat with a temperature of its own; what the network cannot use is rejected."""

    kind: ClassVar[str] = "industrial"
    surplus: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    power: Profile = quantity(
        "W", "heat in the stream, counted down to limit_temperature", low=0, varies=True
    )
    temperature: Profile = quantity("degC", "temperature of the stream", above=0, high=1500, varies=True)
    limit_temperature: Profile | None = quantity(
        "degC",
        "temperature down to which the power counts; default: all of the power is usable heat",
        above=-50,
        high=1500,
        varies=True,
        default=None,
    )
    approach: float = quantity(
        "K",
        "smallest temperature difference in the heat exchanger: 5 for liquids, about 15 for gases",
        low=0,
        high=100,
        default=5.0,
    )
    ua: float | None = quantity(
        "W/K",
        "heat transfer capacity of the clean heat exchanger; default as large as it takes",
        above=0,
        default=None,
    )
    fouling: float = quantity("1", "share of ua that deposits take", low=0, high=0.9, default=0.0)
    medium: str = text(
        "what flows: flue gas is not cooled below 120 degC unless condensing",
        choices=("liquid", "gas", "flue_gas"),
        default="liquid",
    )
    condensing: bool = flag("the heat exchanger stands what flue gas condenses to", default=False)
    arrangement: str = text(
        "heat exchanger and heat pump: each brings its water to the feed temperature, or one after the other",
        choices=ARRANGEMENTS,
        default="parallel",
    )
    heat_pump: HeatPumpUnit | None = part(
        HeatPumpUnit, "lifts what the heat exchanger leaves of the stream", default=None
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
        "how well power and temperature are known",
        choices=("measured", "declared", "assumed"),
        default="assumed",
    )
    enabled: bool = flag("take part in the run", default=True)

    @property
    def minds_return(self) -> bool:
        """Whether its heat depends on more than return water that cools the stream."""
        return depends_on_return(self.ua, self.heat_pump)

    @property
    def electric(self) -> bool:
        """Whether its heat takes electricity."""
        return self.heat_pump is not None

    def stream(self, ctx: Context) -> Stream:
        """The stream with its machines, planned stops taken out."""
        power, limit = ctx.values(self.power), self.limit_temperature
        return Stream(
            name=self.name,
            power=np.where(stopped(self.stops, ctx.axis), 0.0, power),
            t_source=ctx.values(self.temperature),
            t_limit=None if limit is None else ctx.values(limit),
            approach=self.approach,
            ua=None if self.ua is None else np.full_like(power, self.ua * (1.0 - self.fouling)),
            lift=self.heat_pump,
            arrangement=self.arrangement,
            t_floor=DEW_POINT if self.medium == "flue_gas" and not self.condensing else -np.inf,
        )

    def offer(self, ctx: Context, site: Site) -> Offer:
        """The stream's heat where it is warm enough, limited by the return water it is cooled against."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        return offer_stream(ctx, site, self.stream(ctx), t_feed, ctx.values(self.price))

    def basis(self) -> tuple[str, ...]:
        """How well the stream is known, and what is assumed of its heat pump."""
        said = f"power and temperature of {self.name}: {self.data_status}"
        return (said, *(() if self.heat_pump is None else unit_basis(self.heat_pump, self.name)))

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """What was fed in is direct or lifted, the rest of the stream is rejected."""
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        return use_stream(ctx, site, self.stream(ctx), t_feed, heat)


def stopped(stops: tuple[Stop, ...], axis: TimeAxis) -> NDArray[np.bool_]:
    """Whether each step begins on a day of a planned stop; (time,)."""
    out = np.zeros(axis.steps, dtype=bool)
    for stop in stops:
        out |= axis.during(stop.start, stop.end)
    return out
