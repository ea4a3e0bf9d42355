"""A stream at a site: what it offers the network through a heat exchanger and a heat pump, and its use.

One place for all kinds of source that are streams. Of two ways to connect both machines, in *parallel*
each brings its water to the feed temperature; in *series* all water is preheated by the stream first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import BoolArray, FloatArray
from heatsym.interfaces.exchange import Fault, Offer, Site, Use
from heatsym.interfaces.fields import quantity
from heatsym.interfaces.profile import Context, Profile, highest, lowest
from heatsym.physics.stream import (
    HALVINGS,
    above_floor,
    capacity_flow,
    design_ua,
    direct_heat,
    exchanger_area,
    exchanger_heat,
    fed_by_exchanger,
    feeds_in,
    fouled,
    lifted,
    preheat_share,
    split,
)
from heatsym.sources.common import plant_offer, stream_use
from heatsym.sources.lift import Between, HeatPumpUnit, cop_between, power_between, unit_faults
from heatsym.tables import read_table

ARRANGEMENTS = ("parallel", "series")
NUDGE, REACH = 0.1, 10.0
"""Return temperature by which a tangent is found, and how much colder water it is followed to. [K]"""
SMALLEST_COP = 2.0
"""Of heat pumps as preheating sees them before it is known: the smaller, the more is preheated. [-]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangerDesign:
    """The point for which a counterflow heat exchanger was built, clean."""

    power: float = quantity("W", "design heat", above=0)
    stream_in: float = quantity("degC", "stream before the exchanger", low=-50, high=1500)
    stream_out: float = quantity("degC", "stream behind it", low=-50, high=1500)
    water_in: float = quantity("degC", "water before the exchanger", low=0, high=180)
    water_out: float = quantity("degC", "water behind it", low=0, high=180)

    @property
    def possible(self) -> bool:
        """Whether the stream is warmer than the water at both ends."""
        return self.stream_in > self.water_out and self.stream_out > self.water_in

    @property
    def ua(self) -> float:
        """Heat transfer capacity. [W/K]"""
        return float(design_ua(self.power, self.stream_in, self.stream_out, self.water_in, self.water_out))


def u_value(medium: str) -> float:
    """Heat transfer coefficient of a clean exchanger between a medium and water. [W/(m2 K)]"""
    return float(next(row["value"] for row in read_table("exchanger_u_values") if row["medium"] == medium))


def exchanger_ua(
    ua: float | None, design: ExchangerDesign | None, fouling: float, medium: str
) -> float | None:
    """Heat transfer capacity that deposits leave [W/K]; None where the exchanger is as large as it takes."""
    clean = ua if design is None else design.ua
    return None if clean is None else float(fouled(clean, u_value(medium), fouling))


def exchanger_basis(
    ua: float | None, design: ExchangerDesign | None, medium: str, owner: str
) -> tuple[str, ...]:
    """How large an exchanger is taken to be, in a sentence; nothing of one without size."""
    clean = ua if design is None else design.ua
    if clean is None:
        return ()
    u = u_value(medium)
    area = float(exchanger_area(clean, u))
    return (f"heat exchanger of {owner}: {clean / 1e3:.4g} kW/K, {area:.3g} m2 at {u:g} W/(m2 K) (assumed)",)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stream:
    """A stream and the machines on it, (time,) each.

    ``power`` [W] is its heat from ``t_source`` down to ``t_limit`` [degC] where it is fully available, and
    ``availability`` [-] the share of it that there is. Without ``t_limit`` all of the power is usable heat,
    and nothing can be lifted. ``approach`` [K] is the smallest difference in the heat exchanger, ``ua`` [W/K]
    its heat transfer capacity, unlimited if None. The stream is not cooled below ``t_floor`` [degC]; what it
    has below is rejected. ``frost`` [-] is the share of its heat that the heat pump loses to defrosting.
    """

    name: str
    power: FloatArray
    t_source: FloatArray
    t_limit: FloatArray | None
    approach: float
    ua: FloatArray | None = None
    lift: HeatPumpUnit | None = None
    arrangement: str = "parallel"
    availability: FloatArray | None = None
    t_floor: float = -np.inf
    frost: FloatArray | None = None

    @property
    def available(self) -> FloatArray:
        """Heat that is there. [W]"""
        return self.power.copy() if self.availability is None else self.power * self.availability

    @property
    def minds_return(self) -> bool:
        """Whether its offer depends on temperatures that only a march finds."""
        return depends_on_return(self.ua, self.lift)


def depends_on_return(ua: object, lift: HeatPumpUnit | None) -> bool:
    """Whether a stream with these machines must be asked again after a march."""
    return ua is not None or lift is not None


def limit_faults(temperature: Profile, limit: Profile | None, inside: str = "") -> Iterator[Fault]:
    """A limit that is always above the stream; ``inside`` goes before the field."""
    if limit is not None and lowest(limit) > highest(temperature):
        reason = f"{lowest(limit):g} degC is above the stream's {highest(temperature):g} degC"
        hint = "the power counts from the stream's temperature down to the limit"
        yield Fault(f"{inside}limit_temperature", "HS503", reason, hint)


def exchanger_faults(ua: float | None, exchanger: ExchangerDesign | None, fouling: float) -> Iterator[Fault]:
    """A heat exchanger said twice, deposits in none, and a design point at which heat would flow uphill."""
    if ua is None and exchanger is None and fouling > 0.0:
        yield Fault("fouling", "HS524", "means nothing without ua_kW_per_K or exchanger", "remove it")
    if ua is not None and exchanger is not None:
        yield Fault("ua", "HS524", "means nothing beside exchanger", "remove it")
    if exchanger is not None and not exchanger.possible:
        reason = (
            f"a stream from {exchanger.stream_in:g} to {exchanger.stream_out:g} degC cannot heat water from "
            f"{exchanger.water_in:g} to {exchanger.water_out:g} degC: heat would flow uphill"
        )
        yield Fault("exchanger", "HS524", reason, "correct the design point")


def machine_faults(
    unit: HeatPumpUnit | None, arrangement: str, coldest: Profile | None, blame: str
) -> Iterator[Fault]:
    """What is wrong with the heat pump on a stream that the field ``blame`` lets cool to ``coldest``."""
    if unit is None:
        if arrangement != "parallel":
            yield Fault("arrangement", "HS524", "means nothing without heat_pump", "remove it")
        return
    yield from unit_faults(unit)
    if coldest is not None and lowest(coldest) < unit.freezing:
        reason = f"{lowest(coldest):g} degC is below the stream's freezing at {unit.freezing:g} degC"
        hint = "cool it less; for brine or gas give heat_pump.freezing_degC"
        yield Fault(blame, "HS522", reason, hint)


@dataclass(frozen=True, slots=True, eq=False)
class _Machines:
    """What a stream's machines can do at the temperatures of a site, (time,) each."""

    usable: FloatArray  # heat down to limit or floor [W]
    flow: FloatArray  # capacity flow; infinite where it is isothermal or has no limit [W/K]
    direct_most: FloatArray  # [W]
    direct_of: Callable[[FloatArray], FloatArray]  # direct heat within some heat of the source [W]
    cop: FloatArray  # [-]
    pump_power: FloatArray  # largest heat of the heat pump [W]
    runs: BoolArray  # whether the heat pump may run

    def fits(self, heat: FloatArray) -> BoolArray:
        """Whether the machines can give this heat."""
        direct = self.direct_of(heat)
        drawn = (heat - direct) * (1.0 - 1.0 / self.cop)
        return np.asarray((heat - direct <= self.pump_power) & (direct + drawn <= self.usable))


def offer_stream(ctx: Context, site: Site, stream: Stream, t_feed: FloatArray, price: FloatArray) -> Offer:
    """What a stream offers at ``t_feed`` [degC], for ``price`` [EUR/J].

    Limits that follow from return water cooling the stream hold in the march itself. Those of a heat
    exchanger's size and of preheating do so as straight lines through the return temperature of the last
    round; what is left to lift is taken at that temperature.
    """
    if stream.lift is None and stream.ua is None:
        usable, limit = _usable(stream)
        direct = np.where(feeds_in(stream.t_source, t_feed, stream.approach), usable, 0.0)
        if limit is None:
            return plant_offer(direct, t_feed, price=price)
        flow = capacity_flow(usable, stream.t_source, limit)
        return plant_offer(
            direct, t_feed, conductance=flow, t_hot=stream.t_source - stream.approach, price=price
        )
    there = _machines(ctx, site, stream, t_feed)
    most = _most(stream, there)
    direct = there.direct_of(most)
    _, electricity = lifted(most - direct, there.usable - direct, there.cop)
    power, conductance, t_hot = (
        _sloping(ctx, site, stream, t_feed, there, most)
        if stream.ua is not None or stream.arrangement == "series"
        else _straight(stream, there, most)
    )
    unit, least, ramp = stream.lift, None, None
    if unit is not None:  # where the stream gives direct heat as well, the heat pump takes turns
        alone = there.direct_most == 0.0
        least = np.where(alone & there.runs, unit.least_load * ctx.values(unit.power), 0.0)
        ramp = None if unit.ramp is None else np.where(alone, unit.ramp, np.inf)
    return plant_offer(
        power,
        t_feed,
        conductance=conductance,
        t_hot=t_hot,
        electricity_per_heat=electricity / np.where(most > 0.0, most, 1.0),
        price=price,
        least=least,
        ramp=ramp,
    )


Limits = tuple[FloatArray, FloatArray, FloatArray]
"""Power [W], and the line that bounds it within the march: conductance [W/K] and its zero [degC]."""


def _straight(stream: Stream, there: _Machines, most: FloatArray) -> Limits:
    """Direct heat, and the heat pump at its power beside it: straight in the return temperature.

    So it is exact in the march; what is left to lift, as of the last round, bounds both.
    """
    straight = np.isfinite(there.flow) & (there.direct_most > 0.0)
    flow = np.where(straight, there.flow, 1.0)
    left = np.where(there.runs, _given(there.usable - there.direct_most, there.cop), np.inf)
    power = np.where(there.runs, there.direct_most + left, there.usable)
    t_hot = stream.t_source - stream.approach + there.pump_power / flow
    return (
        np.where(straight, power, most),
        np.where(straight, flow, np.inf),
        np.where(straight, t_hot, np.inf),
    )


def _sloping(
    ctx: Context, site: Site, stream: Stream, t_feed: FloatArray, there: _Machines, most: FloatArray
) -> Limits:
    """The tangent at the last round's return temperature, where heat falls along it; else what it is there.

    The next round corrects it: rounds then settle as Newton's method does.
    """
    warmer = _machines(ctx, replace(site, t_return=site.t_return + NUDGE), stream, t_feed)
    fall = (most - _most(stream, warmer)) / NUDGE
    falls = (fall > 0.0) & (warmer.runs == there.runs) & ~np.isnan(site.t_return)
    conductance = np.where(falls, fall, np.inf)
    t_hot = np.where(falls, site.t_return + most / np.where(falls, fall, 1.0), np.inf)
    power = np.where(falls, np.minimum(most + REACH * fall, there.usable + there.pump_power), most)
    return power, conductance, t_hot


def use_stream(ctx: Context, site: Site, stream: Stream, t_feed: FloatArray, heat: FloatArray) -> Use:
    """Where a stream's heat went when the source fed ``heat`` [W] into the network at ``t_feed`` [degC].

    What a heat pump cannot draw, it takes from the grid: heat = direct + lifted + electricity in any case.
    """
    available = stream.available
    if stream.lift is None:
        return stream_use(available, heat)
    there = _machines(ctx, site, stream, t_feed)
    direct = there.direct_of(heat)
    drawn, electricity = lifted(heat - direct, there.usable - direct, there.cop)
    return stream_use(available, direct, drawn, electricity)


def _usable(stream: Stream) -> tuple[FloatArray, FloatArray | None]:
    """Heat that may be taken, and the temperature down to which it counts."""
    if stream.t_limit is None:
        return np.where(stream.t_source > stream.t_floor, stream.available, 0.0), None
    floor = np.full_like(stream.t_source, stream.t_floor)
    return above_floor(stream.available, stream.t_source, stream.t_limit, floor)


def _machines(ctx: Context, site: Site, stream: Stream, t_feed: FloatArray) -> _Machines:
    """Exchanger and heat pump at the temperatures of a site."""
    usable, low = _usable(stream)
    if low is None:
        reason = "what is left of the stream is not known: it has no limit temperature"
        hint = "give limit_temperature, down to which the power counts"
        raise InputError([Problem("HS523", reason, where=f"source {stream.name}", hint=hint)])
    t_source, approach, ua = stream.t_source, stream.approach, stream.ua
    t_return = np.where(np.isnan(site.t_return), t_feed, np.minimum(site.t_return, t_feed))
    flow = capacity_flow(usable, t_source, low)
    series = stream.arrangement == "series"
    if series:
        sized = usable if ua is None else exchanger_heat(ua, flow, np.inf, t_source, t_return)
        most = np.minimum(sized, usable)
        direct_most = direct_heat(usable, t_source, low, t_return, t_return, approach, most)
        share = preheat_share(t_source, t_return, t_feed, approach)
        direct_of = _preheated(direct_most, share, ua, flow, t_source, t_return, t_feed)
        t_sink = t_return + share * (t_feed - t_return)
        behind = np.zeros_like(usable)
        if stream.lift is not None:
            behind = direct_of(_preheated_most(ctx.values(stream.lift.power), usable, direct_most, share))
    else:
        sized = usable if ua is None else fed_by_exchanger(ua, flow, t_source, t_return, t_feed)
        most = np.minimum(sized, usable)
        direct_most = direct_heat(usable, t_source, low, t_return, t_feed, approach, most)
        direct_of = _beside(direct_most)
        t_sink, behind = t_return, direct_most
    cop, pump, runs = np.ones_like(usable), np.zeros_like(usable), np.zeros(usable.shape, dtype=bool)
    if stream.lift is not None:
        cop, pump, runs = _pump(ctx, stream, stream.lift, usable, low, behind, t_sink, t_feed)
    return _Machines(usable, flow, direct_most, direct_of, cop, pump, runs)


def _preheated_most(
    power: FloatArray, usable: FloatArray, direct_most: FloatArray, share: FloatArray
) -> FloatArray:
    """More heat than a stream and a heat pump of some power could give in series. [W]"""
    rest = 1.0 - share
    drawn = 1.0 - 1.0 / SMALLEST_COP  # of the heat pump's heat
    enough = np.divide(power, rest, out=np.full_like(rest, np.inf), where=rest > 0.0)
    by_power = np.minimum(enough, power + direct_most)
    by_stream = np.maximum(usable / (share + rest * drawn), direct_most + (usable - direct_most) / drawn)
    return np.minimum(by_power, by_stream)


def _beside(direct_most: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Direct heat goes first."""
    return lambda heat: np.minimum(heat, direct_most)


def _preheated(
    direct_most: FloatArray,
    share: FloatArray,
    ua: FloatArray | None,
    flow: FloatArray,
    t_source: FloatArray,
    t_return: FloatArray,
    t_feed: FloatArray,
) -> Callable[[FloatArray], FloatArray]:
    """Direct heat warms all of the water that the source heats."""

    def direct_of(heat: FloatArray) -> FloatArray:
        direct = np.minimum(share * heat, direct_most)
        if ua is None:
            return direct
        way = np.maximum(t_feed - t_return, 1e-9)
        return np.minimum(direct, exchanger_heat(ua, flow, heat / way, t_source, t_return))

    return direct_of


def _pump(
    ctx: Context,
    stream: Stream,
    unit: HeatPumpUnit,
    usable: FloatArray,
    low: FloatArray,
    direct: FloatArray,
    t_sink: FloatArray,
    t_feed: FloatArray,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """COP, largest heat, and whether the heat pump may run.

    It sees the stream behind the largest ``direct`` heat, and cools it by as much as it could draw at most,
    so that its COP does not depend on its load.
    """
    t_in, liftable = split(usable, stream.t_source, low, direct)
    liftable = np.maximum(liftable, 0.0)
    nominal = ctx.values(unit.power)
    left = np.divide(np.minimum(liftable, nominal), liftable, out=np.zeros_like(usable), where=liftable > 0.0)
    runs = (liftable > 1e-9 * np.maximum(usable, 1.0)) & (nominal > 0.0)
    t_out = t_in - left * np.maximum(t_in - low, 0.0)
    _check_freezing(unit, stream.name, np.where(runs, t_out, np.inf))
    between = Between(t_in, t_out, np.minimum(t_sink, t_feed), t_feed, runs)
    cop = cop_between(unit, ctx, between, stream.name)
    power = power_between(unit, ctx, between, stream.name)
    if stream.frost is not None:
        cop, power = np.maximum(cop * (1.0 - stream.frost), 1.0), power * (1.0 - stream.frost)
    reached = np.minimum(power, _given(usable if stream.arrangement == "series" else liftable, cop))
    on = runs & (reached > 0.0) & (reached >= unit.least_load * nominal * (1.0 - 1e-9))
    return cop, np.where(on, power, 0.0), on


def _check_freezing(unit: HeatPumpUnit, name: str, t_out: FloatArray) -> None:
    cold = t_out < unit.freezing - 1e-9
    if cold.any():
        reason = (
            f"leaves its source at {float(t_out.min()):.4g} degC, which freezes at {unit.freezing:g} degC, "
        )
        reason += f"in {int(cold.sum())} steps"
        hint = "raise the limit temperature; for brine or gas give heat_pump.freezing_degC"
        raise InputError([Problem("HS522", reason, where=f"heat pump of {name}", hint=hint)])


def _given(drawn: FloatArray, cop: FloatArray) -> FloatArray:
    """Heat of a heat pump that draws this much; without bound at a COP of 1, which draws nothing."""
    part = 1.0 - 1.0 / cop
    return np.where(drawn > 0.0, np.divide(drawn, part, out=np.full_like(cop, np.inf), where=part > 0.0), 0.0)


def _most(stream: Stream, there: _Machines) -> FloatArray:
    """Most that the machines can give; (time,), W."""
    left = np.minimum(_given(there.usable - there.direct_most, there.cop), there.pump_power)
    beside = there.direct_most + left
    if stream.arrangement == "parallel":
        return beside
    low = np.zeros_like(beside)
    high = there.pump_power + there.usable
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        fits = there.fits(middle)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return low
