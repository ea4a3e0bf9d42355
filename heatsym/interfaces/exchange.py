"""What gives and what takes heat, as dispatch and engine see it: arrays, no kinds.

Shapes are (time,) for one source, (time, source) and (time, consumer) for all of them.
Powers in W, temperatures in degC, flows in kg/s, money in EUR, per joule of heat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.profile import Context
from heatsym.interfaces.stepwise import Made, Stepwise
from heatsym.tables.soils import Soil


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """The network at a source's node, as last seen: set-point it must feed and water that returns."""

    t_feed: FloatArray
    t_return: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What a source could give in each step; the engine stacks all sources' offers into one.

    ``power`` is the most it can feed in [W]. Where a stream is cooled against the network's return
    water, heat is limited further, inside the march, to ``conductance * (t_hot - t_return)``, with
    ``conductance`` the stream's capacity flow [W/K] and ``t_hot`` its temperature less the approach
    [degC]; both are infinite for a source that does not mind. ``t_feed`` is the temperature at which
    it feeds in. ``fuel_per_heat`` and ``electricity_per_heat`` are inputs per unit of heat [-], the latter
    negative where electricity is made with the heat; ``price`` is paid to the partner [EUR/J].
    ``least`` is the least heat at which it runs at all [W], ``ramp`` the most by which its heat rises or
    falls in a second [W/s], infinite where nothing bounds it.
    """

    power: FloatArray
    t_feed: FloatArray
    conductance: FloatArray
    t_hot: FloatArray
    fuel_per_heat: FloatArray
    electricity_per_heat: FloatArray
    price: FloatArray
    least: FloatArray
    ramp: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """Where a source's energy went once its heat is known, (time,) each, W.

    For a stream, ``available`` = ``direct`` + ``lifted`` + ``rejected``: what went through a heat exchanger,
    what a heat pump drew, and the rest; where a stream makes electricity, ``generated`` is a fourth part of
    it. For a plant, ``available`` is its capacity, ``direct`` its heat and the other two are zero. ``fuel``
    and ``electricity`` are used, ``generated`` is electricity made.
    """

    available: FloatArray
    direct: FloatArray
    lifted: FloatArray
    rejected: FloatArray
    fuel: FloatArray
    electricity: FloatArray
    generated: FloatArray


class Fault(NamedTuple):
    """Parameters of one thing that contradict each other: the field to name, code, reason and hint.

    ``field`` is a key of the case file without its unit, dotted for parts within and with positions in lists
    (``heat_pump.share``, ``stream.0.limit_temperature``); empty where no key is to blame more than others.
    """

    field: str
    code: str
    reason: str
    hint: str


class Source(Protocol):
    """Anything that heats the network's water; see ``heatsym/sources`` for the kinds.

    Few kinds need them, so these are looked up by name: ``needs_weather`` and ``needs_sun`` (the case must
    have outdoor air, or irradiance), ``electric`` (its heat takes or makes electricity), ``must_run`` (its
    heat is taken first), ``start_cost`` [EUR], ``least_up_time`` and ``least_down_time`` [s], which may also
    be of its ``heat_pump``. They are False, or 0, for a kind that does not have them.
    """

    kind: ClassVar[str]
    surplus: ClassVar[bool]  # counts as surplus heat

    @property
    def name(self) -> str:
        """Unique name."""

    @property
    def node(self) -> str:
        """Id of the node that it feeds."""

    @property
    def enabled(self) -> bool:
        """False takes the source out of the run."""

    @property
    def partner(self) -> str:
        """Who owns it; empty if nobody is named."""

    @property
    def fuel(self) -> str | None:
        """Carrier that it burns, as named in the factor set and in prices; None if none."""

    @property
    def minds_return(self) -> bool:
        """Whether its offer depends on temperatures known only after a march."""

    def offer(self, ctx: Context, site: Site) -> Offer:
        """What it could give in each step, given the network's temperatures at its node."""

    def basis(self) -> tuple[str, ...]:
        """What its figures rest on, a sentence each: quality of the data, defaults with their status."""

    def faults(self) -> tuple[Fault, ...]:
        """What cannot be of its parameters taken together; the rest is asked only of one that has none."""

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        """Where its energy goes when it feeds ``heat`` [W], shape (time,), into the network."""


def data_status(source: Source) -> str:
    """How well its stream is known, as the case says: measured, declared or assumed; empty for a plant."""
    return str(getattr(source, "data_status", ""))


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """What a storage is filled with, and what lies around it.

    ``heat_capacity`` [J/(m3 K)] is one number for all temperatures: specific heat of the network's theta
    times density at the storage's mean temperature. ``t_hot`` and ``t_cold`` are the network's mean
    set-point and return, ``t_ground`` the ground where the year's swing has died away. [degC]
    """

    heat_capacity: float
    t_hot: float
    t_cold: float
    t_ground: float
    soil: Soil


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """A storage as the functions of :mod:`heatsym.storage.kernels` take it, at the beginning of a run.

    ``state`` is (size,), ``figure`` (figure,) and ``table`` (size, column).
    """

    state: FloatArray
    figure: FloatArray
    table: FloatArray


class Storage(Protocol):
    """Anything that keeps heat for later; see ``heatsym/storage`` for the kinds.

    Rules for when it takes and gives heat are looked up by name, see ``heatsym/storage/rules.py``; a kind
    without them takes surplus heat at any time of the year.
    """

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Unique name."""

    @property
    def node(self) -> str:
        """Id of the node at which it is charged and discharged."""

    @property
    def enabled(self) -> bool:
        """False takes the storage out of the run."""

    @property
    def partner(self) -> str:
        """Who owns it; empty if nobody is named."""

    @property
    def min_temperature(self) -> float:
        """Temperature above which its heat is counted. [degC]"""

    @property
    def charge_power(self) -> float | None:
        """Most that it takes; None where nothing bounds it. [W]"""

    @property
    def discharge_power(self) -> float | None:
        """Most that it gives; None where nothing bounds it. [W]"""

    @property
    def charge_from(self) -> tuple[str, ...]:
        """Names of the sources whose heat may charge it; empty for all surplus heat."""

    @property
    def below_setpoint(self) -> float:
        """How far below the set-point its water may be that it feeds in. [K]"""

    @property
    def least_drop(self) -> float:
        """By how much at least water is cooled that charges it. [K]"""

    @property
    def periodic(self) -> bool:
        """True for one that ends a run as it begins it."""

    def basis(self) -> tuple[str, ...]:
        """What its figures rest on, a sentence each: defaults with their status."""

    def faults(self) -> tuple[Fault, ...]:
        """What cannot be of its parameters taken together."""

    def store(self, filling: Filling) -> Store:
        """Its arrays at the beginning."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedIn:
    """What prosumers offer: ``consumer`` (prosumer,) their positions, ``heat`` [W] and ``t_feed`` [degC].

    Both are (time, prosumer); heat is 0 in steps in which a prosumer takes heat or rests.
    """

    consumer: IntArray
    heat: FloatArray
    t_feed: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Boosters:
    """Heat pumps at consumers: ``consumer`` (booster,) their positions, ``electricity`` [W] (time, booster).

    The electricity is what they use where the network delivers all that is asked of it.
    """

    consumer: IntArray
    electricity: Stepwise


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What all consumers ask for.

    ``heat`` [W], (time, consumer), NaN for a consumer whose flow is prescribed; ``mass_flow`` [kg/s],
    (time, consumer), NaN where heat is prescribed. The return temperature is
    ``return_offset + return_slope * t_supply`` with offset [degC] and slope [-], both (time,
    consumer): slope 0 is a fixed value, slope 1 with a negative offset a temperature drop, and a negative
    slope a heat exchanger, which sends back warmer water the cooler it came. With a slope it ends, on cold
    water, at the ground's temperature, or where the set-point itself gives less, there, and nowhere below
    0 degC.
    ``mass_flow_max`` [kg/s] is (consumer,), infinite where nothing bounds it. ``bypass`` [degC] (consumer,)
    is the temperature at which a bypass keeps the end of the way to a consumer, NaN where there is none.
    ``feed_in`` is what prosumers offer, None if there are none; ``boosters`` are heat pumps at consumers,
    whose part is not in ``heat``, None if there are none.
    What is (time, consumer) is read some steps at a time; see :mod:`heatsym.interfaces.stepwise`.
    """

    heat: Stepwise
    mass_flow: Stepwise
    return_offset: Stepwise
    return_slope: Stepwise
    mass_flow_max: FloatArray
    bypass: FloatArray
    feed_in: FeedIn | None = None
    boosters: Boosters | None = None

    def usual_return(self, t_feed: FloatArray) -> Stepwise:
        """Return temperatures that the rule gives for a set-point (time,); (time, consumer). [degC]"""
        offset, slope = self.return_offset, self.return_slope
        return Made(offset.shape, lambda steps: offset[steps] + (slope[steps].T * t_feed[steps]).T)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Who gives how much: ``upper`` [W] (time, source) and the order of filling (time, source).

    In each step the march fills the sources in ``order`` up to ``upper`` (and up to what their
    stream allows); the one where the filling stops carries the rest of the step's balance.
    Storages are further columns after the sources.
    """

    upper: FloatArray
    order: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class StoragePlan:
    """What storages should take and may give, (time, storage) each.

    ``charge`` and ``discharge`` [W], of which at most one is above 0; ``t_back`` [degC] is the water that a
    storage sends back while it is charged, ``t_feed`` what it feeds in while it is discharged.
    ``electricity`` [-] is its part in the heat that a storage gives, above 0 where a heat pump lifts it.
    """

    charge: FloatArray
    discharge: FloatArray
    t_back: FloatArray
    t_feed: FloatArray
    electricity: FloatArray

    @classmethod
    def idle(cls, t_feed: FloatArray, storages: int) -> StoragePlan:
        """Nobody takes or gives anything; ``t_feed`` [degC] (time,) stands for temperatures."""
        zero = np.zeros((len(t_feed), storages))
        return cls(zero, zero, t_feed[:, None] + zero, t_feed[:, None] + zero, zero)
