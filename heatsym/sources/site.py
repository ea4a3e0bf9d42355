"""A works with several streams and needs of its own: what they leave each other goes to the network."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import flag, part, quantity, text
from heatsym.interfaces.profile import Context, Profile, highest, lowest
from heatsym.physics.pinch import Cascade, cascade, one_stream, return_limit, usable
from heatsym.sources import availability as runs
from heatsym.sources import keys
from heatsym.sources.common import feed_temperature, plant_offer, stream_use
from heatsym.sources.lift import HeatPumpUnit, unit_basis
from heatsym.sources.stream import (
    ARRANGEMENTS,
    Stream,
    limit_faults,
    machine_faults,
    offer_stream,
    use_stream,
)

ROUNDING = 1e-9
"""Heat left that is none, of all heat. [-]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStream:
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


class _Served(NamedTuple):
    """How exchangers and heat pump share the water, (time,) each.

    ``direct`` is the largest direct heat [W], and ``share`` [-] the part of all heat that is direct at most:
    1 where the exchangers bring their water to the feed temperature and the heat pump has water of its own.
    ``rest`` is what they leave, as one stream, and ``seen`` the water before the condenser.
    """

    direct: FloatArray
    share: FloatArray
    rest: Stream
    seen: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustrialSite:
    """Streams that heat the works' own needs first, then the network; a heat pump lifts what is left."""

    kind: ClassVar[str] = "site"
    surplus: ClassVar[bool] = True
    minds_return: ClassVar[bool] = True
    fuel: ClassVar[None] = None

    name: str = text("unique name")
    node: str = text("node that it feeds")
    streams: tuple[SiteStream, ...] = part(SiteStream, "streams of surplus heat", many=True, key="stream")
    needs: tuple[Need, ...] = part(
        Need, "heat that the works needs itself", many=True, key="need", default=()
    )
    internal_recovery: bool = flag(
        "heat the works' own needs by its streams before anything is offered", default=True
    )
    heat_pump: HeatPumpUnit | None = part(
        HeatPumpUnit, "lifts what heat exchangers leave of the streams", default=None
    )
    arrangement: str = text(
        "heat exchangers and heat pump: each warms water of its own to the feed, or one after the other",
        choices=ARRANGEMENTS,
        default="parallel",
    )
    supply_temperature: Profile | None = keys.supply_temperature()
    availability: Profile = runs.availability()
    stops: tuple[runs.Stop, ...] = runs.stops()
    campaigns: tuple[runs.Campaign, ...] = runs.campaigns()
    outages: runs.Outages | None = runs.outages()
    turnaround: runs.Turnaround | None = runs.turnaround()
    closure: datetime.date | None = runs.closure()
    price: Profile = quantity("EUR/J", "paid to the partner for the heat", varies=True, default=0.0)
    must_run: bool = keys.must_run()
    partner: str = keys.partner()
    data_status: str = text(
        "how well powers and temperatures are known",
        choices=("measured", "declared", "assumed"),
        default="assumed",
    )
    enabled: bool = keys.enabled()

    def faults(self) -> tuple[Fault, ...]:
        """No streams, one name for two, what warms in place of cooling, its heat pump, and when it runs."""
        empty = () if self.streams else (Fault("stream", "HS560", "is empty", "add [[source.stream]]"),)
        machines = machine_faults(self.heat_pump, self.arrangement, None, "heat_pump")
        return (*empty, *self._part_faults(), *machines, *runs.run_faults(self))

    def _part_faults(self) -> Iterator[Fault]:
        """Streams and needs with the name of another, or whose temperatures are in reverse."""
        for key, names in (
            ("stream", [stream.name for stream in self.streams]),
            ("need", [need.name for need in self.needs]),
        ):
            for i, name in enumerate(names):
                if name in names[:i]:
                    reason = f"{key} {name!r} appears twice"
                    yield Fault(f"{key}.{i}.name", "HS205", reason, "give each its own name")
        for i, stream in enumerate(self.streams):
            yield from limit_faults(stream.temperature, stream.limit_temperature, f"stream.{i}.")
        for i, need in enumerate(self.needs):
            start, end = lowest(need.start), highest(need.end)
            if start > end:
                reason = f"{end:g} degC is below the {start:g} degC it starts from"
                yield Fault(f"need.{i}.to", "HS561", reason, "heat that is taken warms: swap from and to")

    def balance(self, ctx: Context) -> Balance:
        """What gives and takes heat within the works; nothing does on the days of a stop.

        A factor holds for its streams and needs alike.
        """
        things: tuple[SiteStream | Need, ...] = self.streams
        if self.internal_recovery:
            things += self.needs
        rows = np.array([_ends(ctx, thing) for thing in things])
        shift = np.array(
            [thing.approach if isinstance(thing, SiteStream) else -thing.approach for thing in things]
        )
        power, upper, lower = rows.transpose(1, 2, 0)
        there = runs.in_operation(self, ctx)
        return Balance(power * there[:, None], upper - shift, lower - shift, shift)

    def left(self, ctx: Context) -> Cascade:
        """What passes through the works once its streams have heated its needs."""
        balance = self.balance(ctx)
        return cascade(balance.power, balance.upper, balance.lower)

    def offer(self, ctx: Context, site: Site) -> Offer:
        """What the network's water, cold where it comes and at the feed where it leaves, can take."""
        t_feed, price = feed_temperature(ctx, site, self.supply_temperature), ctx.values(self.price)
        works, site = self.balance(ctx), _known(site, t_feed)
        limit = return_limit(works.power, works.upper, works.lower, site.t_return, t_feed)
        if self.heat_pump is None:
            return plant_offer(
                limit.power, t_feed, conductance=limit.conductance, t_hot=limit.t_hot, price=price
            )
        served = self._served(ctx, site, t_feed, works, self.heat_pump)
        lift = offer_stream(ctx, served.seen, served.rest, t_feed, price)
        beside, alone = served.share == 1.0, served.direct == 0.0
        most = _within(served, lift.power) + lift.power
        leans = beside & np.isfinite(limit.conductance)
        return plant_offer(
            np.where(beside, limit.power + lift.power, most),
            t_feed,
            conductance=np.where(leans, limit.conductance, np.inf),
            t_hot=limit.t_hot + np.where(leans, lift.power / limit.conductance, 0.0),
            electricity_per_heat=lift.electricity_per_heat * lift.power / np.where(most > 0.0, most, 1.0),
            price=price,
            least=np.where(alone, lift.least, 0.0),
            ramp=np.where(alone, lift.ramp, np.inf),
        )

    def _served(
        self, ctx: Context, site: Site, t_feed: FloatArray, works: Balance, unit: HeatPumpUnit
    ) -> _Served:
        """How much of the streams exchangers take at most, and what they leave to the heat pump.

        In series, water is preheated as far as it takes most direct heat while the heat pump, at its power,
        warms it on: to the top of one of the streams, or to the feed temperature.
        """
        t_return, t_warm = site.t_return, np.maximum(t_feed, site.t_return)
        behind = partial(self._behind, site, works, unit)
        plain = usable(*works[:3], t_return, t_warm)
        beside = behind(plain, np.ones_like(plain), t_warm)
        if self.arrangement == "parallel":
            return beside
        direct, share, t_middle = plain, np.ones_like(plain), t_warm
        power, rise = ctx.values(unit.power), t_warm - t_return
        for i in range(len(self.streams)):
            top = np.clip(works.upper[:, i], t_return, t_warm)
            part = np.divide(top - t_return, rise, out=np.zeros_like(rise), where=rise > 0.0)
            bound = power * part / np.where(part < 1.0, 1.0 - part, 1.0)
            heat = np.minimum(usable(*works[:3], t_return, top), bound)
            better = (part > 0.0) & (part < 1.0) & (works.power[:, i] > 0.0) & (heat > direct)
            direct, share = np.where(better, heat, direct), np.where(better, part, share)
            t_middle = np.where(better, top, t_middle)
        totals = []
        for way in (beside, behind(direct, share, t_middle)):
            lift = offer_stream(ctx, way.seen, way.rest, t_feed, np.zeros_like(rise)).power
            totals.append(_within(way, lift) + lift)
        better = totals[1] > totals[0]
        return behind(
            np.where(better, direct, plain),
            np.where(better, share, 1.0),
            np.where(better, t_middle, t_warm),
        )

    def _behind(
        self,
        site: Site,
        works: Balance,
        unit: HeatPumpUnit,
        direct: FloatArray,
        share: FloatArray,
        t_middle: FloatArray,
    ) -> _Served:
        """What is left once exchangers take ``direct`` [W] to warm water to ``t_middle`` [degC]."""
        hot = works.power > 0.0
        coldest = np.where(hot, works.lower, np.inf).min(axis=1)
        heat, t_start = one_stream(
            np.column_stack([works.power, -direct]),
            np.column_stack([works.upper, t_middle]),
            np.column_stack([works.lower, site.t_return]),
            np.where(hot.any(axis=1), coldest, site.t_return),
        )
        there = heat > ROUNDING * np.maximum(works.power, 0.0).sum(axis=1)
        approach = min(stream.approach for stream in self.streams)
        rest = Stream(
            name=self.name,
            power=np.where(there, heat, 0.0),
            t_source=t_start + approach,
            t_limit=np.where(there, np.minimum(coldest, t_start), t_start) + approach,
            approach=np.inf,  # what exchangers can take of it they have taken
            lift=unit,
        )
        return _Served(direct, share, rest, Site(site.t_feed, np.where(share < 1.0, t_middle, site.t_return)))

    def basis(self) -> tuple[str, ...]:
        """How well the streams are known, who is served first, and outages."""
        said: tuple[str, ...] = (f"powers and temperatures of {self.name}: {self.data_status}",)
        if self.needs and self.internal_recovery:
            said += (
                f"{self.name} heats its own needs first, as far as its streams can; the rest is offered",
            )
        said += () if self.heat_pump is None else unit_basis(self.heat_pump, self.name)
        return said + runs.outage_basis(self)

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Of what the works' own needs leave, what was fed in is direct or lifted, the rest is rejected."""
        available = self.left(ctx).cold_utility
        if self.heat_pump is None:
            return stream_use(available, heat)
        t_feed = feed_temperature(ctx, site, self.supply_temperature)
        served = self._served(ctx, _known(site, t_feed), t_feed, self.balance(ctx), self.heat_pump)
        direct = np.minimum(served.share * heat, served.direct)
        lift = use_stream(ctx, served.seen, served.rest, t_feed, heat - direct)
        return stream_use(available, direct, lift.lifted, lift.electricity)


def _known(site: Site, t_feed: FloatArray) -> Site:
    """The same, the feed temperature for water that is not there: what is cut off returns nothing."""
    return Site(site.t_feed, np.where(np.isnan(site.t_return), t_feed, site.t_return))


def _within(served: _Served, pumped: FloatArray) -> FloatArray:
    """Direct heat that preheats no more water than a heat pump of this heat [W] warms on; (time,), W."""
    beside = served.share == 1.0
    warmed_on = pumped * served.share / np.where(beside, 1.0, 1.0 - served.share)
    return np.where(beside, served.direct, np.minimum(served.direct, warmed_on))


def _ends(ctx: Context, thing: SiteStream | Need) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Heat, negative for a need, and temperatures between which it is given or taken; (time,) each."""
    power = ctx.values(thing.power)
    if isinstance(thing, Need):
        return -power, ctx.values(thing.end), ctx.values(thing.start)
    upper = ctx.values(thing.temperature)
    return power, upper, upper if thing.limit_temperature is None else ctx.values(thing.limit_temperature)
