"""A small run made by hand: two houses on two trenches, a works and a gas boiler, heat that adds up."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatsym.case.model import Case
from heatsym.case.settings import About, Engine
from heatsym.demand.model import Consumers, Demand
from heatsym.dispatch.settings import Dispatch
from heatsym.engine.trajectory import Hydraulics, Intent, March, Trajectory
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context
from heatsym.network.model import Network, Nodes, Pipes
from heatsym.sources.boiler import Boiler
from heatsym.sources.industrial import IndustrialStream


def case(steps: int = 48, step: int = 3600, **parts: Any) -> Case:
    """The study; ``parts`` replaces its sections."""
    nodes = Nodes(
        id=("plant", "corner", "end"),
        lon=np.array([12.08, 12.09, 12.10]),
        lat=np.array([54.18, 54.18, 54.19]),
        height=np.array([3.0, 4.0, 5.0]),
    )
    pipes = Pipes(
        id=("P1", "P2"), start=("plant", "corner"), end=("corner", "end"), length=np.array([700.0, 300.0])
    )
    content: dict[str, Any] = {
        "about": About(name="Harbour town"),
        "axis": TimeAxis(np.datetime64("2025-01-01T00:00:00"), step, steps, "UTC"),
        "weather": None,
        "network": Network(
            supply_temperature=80.0,
            nodes=nodes,
            pipes=pipes,
            start=np.array([0, 1]),
            end=np.array([1, 2]),
        ),
        "demand": Demand(
            consumers_file="consumers.csv",
            return_temperature=45.0,
            consumers=Consumers(id=("bakery", "Süßmosterei"), node=("corner", "end")),
        ),
        "sources": (
            IndustrialStream(name="works", node="plant", power=2e6, temperature=95.0, price=12 / 3.6e9),
            Boiler(name="backup", node="plant", fuel="natural_gas", power=4e6, efficiency=0.9),
        ),
        "dispatch": Dispatch(),
        "prices": None,
        "emissions": None,
        "counterfactual": None,
        "engine": Engine(),
        "document": None,
    }
    return Case(**(content | parts))


def context(study: Case) -> tuple[Context, Site]:
    """Weather of the study and the network at its sources: 4 degC outside, 80/45 degC."""
    full = np.ones(study.axis.steps)
    return Context(study.axis, 4.0 * full), Site(80.0 * full, 45.0 * full)


def trajectory(study: Case, leak: float = 0.0) -> Trajectory:
    """Its run; ``leak`` [W] is fed in each step and arrives nowhere."""
    steps, seconds = study.axis.steps, study.axis.step
    hour = np.arange(steps)
    demand = np.stack([1e6 + 4e5 * np.sin(hour / 3.8), 6e5 + 1e5 * np.cos(hour / 5.1)], axis=1)
    unmet, cause = np.zeros_like(demand), np.zeros(demand.shape, dtype=np.int8)
    unmet[7, 1], cause[7, 1] = 2.5e4, 3
    delivered = demand - unmet
    loss = np.stack([np.full(steps, 4.1e4), np.full(steps, 1.7e4)], axis=1)
    stored = 5.5e11 + 3e8 * np.sin(hour / 7.7)
    initial = 5.49e11
    change = np.diff(stored, prepend=initial) / seconds
    supplied = delivered.sum(axis=1) + loss.sum(axis=1) + change + leak
    works = np.minimum(supplied, 1.5e6)
    heat = np.stack([works, supplied - works], axis=1)
    flow = delivered / (4186.0 * 35.0)
    trench = np.stack([flow.sum(axis=1), flow[:, 1]], axis=1)
    source_flow = np.where(heat > 0.0, heat / (4186.0 * 35.0), 0.0)

    def level(value: float, count: int) -> np.ndarray:
        return np.full((steps, count), value)

    march = March(
        node_supply_temperature=level(80.0, 3),
        node_return_temperature=level(45.0, 3),
        pipe_mass_flow=trench,
        pipe_return_mass_flow=-trench,
        pipe_supply_temperature=level(80.0, 2),
        pipe_return_temperature=level(45.0, 2),
        pipe_heat_loss=loss,
        consumer_heat_demand=demand,
        consumer_heat_delivered=delivered,
        consumer_heat_unmet=unmet,
        consumer_unmet_cause=cause,
        consumer_supply_temperature=level(80.0, 2),
        consumer_return_temperature=level(45.0, 2),
        consumer_mass_flow=flow,
        consumer_bypass_flow=0.1 * flow,
        source_heat=heat,
        source_mass_flow=source_flow,
        source_supply_temperature=np.where(heat > 0.0, 80.0, np.nan),
        source_return_temperature=level(45.0, 2),
        network_stored_heat=stored,
        initial_stored_heat=initial,
        sweeps=np.full(steps, 3),
        converged=np.ones(steps, dtype=bool),
        residual=np.zeros(steps),
        merged_parcels=0,
        seconds=0.5,
    )
    hydraulics = Hydraulics(
        node_supply_pressure=level(6e5, 3),
        node_return_pressure=level(3e5, 3),
        pipe_velocity=level(1.1, 2),
        pump_electricity=np.full(steps, 5e3),
        pump_throttled=np.zeros(steps, dtype=bool),
        critical_consumer=np.ones(steps, dtype=np.int64),
        source_pump_lift=np.where(heat > 0.0, 3e5, np.nan),
        consumer_differential_pressure=level(3e5, 2),
    )
    ctx, site = context(study)
    uses = tuple(source.use(ctx, site, heat[:, position]) for position, source in enumerate(study.sources))
    return Trajectory(
        march=march,
        hydraulics=hydraulics,
        uses=uses,
        t_air=ctx.t_air,
        t_ground=np.full(steps, 9.0),
        t_feed=np.full(steps, 80.0),
        rounds=2,
        change=(1e-4,),
        settled=True,
        seconds=0.9,
        intent=as_planned(heat),
    )


def as_planned(heat: FloatArray) -> Intent:
    """A plan that came out as it was made."""
    return Intent(heat, np.zeros((len(heat), 0)), None, np.nan, np.nan, np.nan, ())
