"""A study ready to march: arrays only, with the names kept for messages."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from heatsym.dispatch.settings import Dispatch
from heatsym.engine.medium import Medium
from heatsym.engine.shared import Builder, directly
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.exchange import Load, Offer, Source, Storage
from heatsym.interfaces.profile import Context
from heatsym.network.elements import NO_PUMPS, Pumps
from heatsym.network.properties import PipeProperties
from heatsym.numerics.graph import FlowGraph
from heatsym.numerics.mixing import Mixer
from heatsym.storage.model import NO_STORES, Stores


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One side of the trenches, supply or return, as arrays over its pipes."""

    capacity: FloatArray  # heat capacity of pipe and water, whole length. [J/K]
    density: float  # of the fill. [kg/m3]
    valves: FloatArray | float = 0.0  # (pipe,) loss coefficients beside those of the pipes
    pumps: Pumps = NO_PUMPS


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Steps from ``first`` up to ``last`` in which the same trenches are closed."""

    first: int
    last: int
    closed: IntArray  # positions of the closed pipes


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Which pipes, consumers and sources of a whole are meant, by their positions in it."""

    pipe: IntArray
    consumer: IntArray
    source: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A node at which the pressure of the water at rest may be held."""

    node: int
    pressure: float  # of the return there [Pa]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything that the march reads. Time first; SI and degC.

    ``source_node`` and ``consumer_node`` are positions of nodes; what prosumers feed in and what storages
    give counts as further sources, after ``sources``, and what storages take as further consumers, whose
    ``load`` a round adds (see :mod:`heatsym.engine.beside`). The root of ``graph`` is the node at which
    pressure is held. Where trenches close and open, ``stretches`` cover all steps, and ``graph`` holds with
    every trench open; see :mod:`heatsym.engine.stretches`. Each part that they leave is then held at the
    first of ``holds`` that lies in it. ``fuel_cost`` (time, source) and ``electricity_cost`` (time,) [EUR/J]
    are prices with CO2; None where a price that is needed is missing. ``fuel_carbon`` (time, source) and
    ``electricity_carbon`` (time,) [kg/J] are what is emitted, NaN where it is not known.
    """

    ctx: Context
    node_ids: tuple[str, ...]
    pipe_ids: tuple[str, ...]
    consumer_ids: tuple[str, ...]
    sources: tuple[Source, ...]
    source_node: IntArray
    consumer_node: IntArray
    graph: FlowGraph
    mixer: Mixer
    pipes: PipeProperties
    supply: Layer
    return_: Layer
    medium: Medium
    load: Load
    t_feed: FloatArray
    t_ground: FloatArray
    height: FloatArray
    pressure_hold: float
    consumer_dp_min: float
    pump_efficiency: float
    fuel_cost: FloatArray | None
    electricity_cost: FloatArray | None
    fuel_carbon: FloatArray
    electricity_carbon: FloatArray
    initial_supply: FloatArray | None  # (node,), None: settle first
    initial_return: FloatArray | None
    engine: str  # "compiled" or "reference"
    tolerance: float
    max_sweeps: int
    max_rounds: int
    warnings: tuple[str, ...]
    wall: str = "retarded"  # or "none"; "distributed" is for the reference engine only
    stretches: tuple[Stretch, ...] = ()
    holds: tuple[Held, ...] = ()  # with stretches, every source's node is among them
    largest_flow: FloatArray | None = None  # (pipe,) that cells of distributed walls are made for
    plant_efficiency: tuple[FloatArray, FloatArray] | None = None  # flow and efficiency, (source, point)
    storages: tuple[Storage, ...] = ()
    stores: Stores = NO_STORES  # their arrays as they begin
    storage_lift: FloatArray | None = None  # (time, storage), electricity in what they give; of a round
    dispatch: Dispatch = field(default_factory=Dispatch)
    once: Builder = directly  # of what other problems may have in common with this one

    @property
    def inline_pumps(self) -> tuple[str, ...]:
        """Names of the pumps in trenches, those of the supply side first."""
        return self.supply.pumps.name + self.return_.pumps.name

    @property
    def consumers(self) -> int:
        """Consumers of the case, without storages."""
        return len(self.consumer_ids) - len(self.storages)

    @property
    def step(self) -> float:
        """Length of a step. [s]"""
        return float(self.ctx.axis.step)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.ctx.axis.steps

    def coldest_return(self, t: int) -> FloatArray:
        """Where a return temperature that follows the supply ends on cold water; (consumer,). [degC]

        Consumers do not cool water below the ground, nor to ice; only a rule that leads below the ground
        at the set-point (an ambient loop) ends where it leads there.
        """
        usual = self.load.return_offset[t] + self.load.return_slope[t] * self.t_feed[t]
        return np.asarray(np.maximum(np.minimum(usual, self.t_ground[t]), 0.0))

    def initial_temperatures(self) -> tuple[FloatArray, FloatArray]:
        """Theta of the supply and return water at the nodes: given, else first set-point and usual return."""
        everywhere = np.ones(self.graph.nodes)
        usual = float(np.mean(self.load.return_offset[0] + self.load.return_slope[0] * self.t_feed[0]))
        warm = self.t_feed[0] * everywhere if self.initial_supply is None else self.initial_supply
        cold = usual * everywhere if self.initial_return is None else self.initial_return
        return self.medium.theta(warm), self.medium.theta(cold)


def stacked(offers: list[Offer]) -> Offer:
    """The offers of all sources in one, (time, source)."""
    return Offer(*(np.stack([getattr(o, f.name) for o in offers], axis=1) for f in fields(Offer)))
