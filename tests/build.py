"""Small networks as engine problems, built from arrays without a case file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np

from heatsym.dispatch.merit_order import merit_order
from heatsym.engine.medium import medium
from heatsym.engine.problem import Held, Layer, Problem, Stretch, stacked
from heatsym.engine.reference import Progress, Reference
from heatsym.engine.stretches import Staged, stretches
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Load, Offer, Plan
from heatsym.interfaces.profile import Context
from heatsym.network.model import Fluid
from heatsym.network.properties import PipeProperties
from heatsym.numerics.graph import flow_graph
from heatsym.numerics.mixing import mixer
from heatsym.sources.common import plant_offer

WATER = Fluid(density=1000.0, cp=4180.0, viscosity=5e-4)


class Engine(Protocol):
    """What both engines do."""

    def __init__(self, problem: Problem, offers: Offer, plan: Plan) -> None: ...

    def start(self) -> Any: ...

    def march(self, state: Any, progress: Progress) -> March: ...


Marched = Callable[..., March]
"""As :func:`marched`, by an engine that a test is given."""


@dataclass
class Net:
    """A two-pipe network given by edges ``(start, end)``; node 0 holds the pressure."""

    edges: list[tuple[int, int]]
    length: Any = 100.0
    diameter: Any = 0.1
    wall: Any = 0.0
    u_own: Any = 0.3
    u_cross: Any = 0.0
    consumers: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=lambda: [0])
    fluid: Fluid | None = WATER
    height: Any = 0.0
    zeta: Any = 0.0
    roughness: Any = 1e-4

    @property
    def nodes(self) -> int:
        return max(max(edge) for edge in self.edges) + 1

    def problem(
        self,
        heat: Any,
        *,
        steps: int,
        step: int = 3600,
        substeps: int = 1,
        t_feed: Any = 80.0,
        t_return: Any = 40.0,
        t_ground: Any = 10.0,
        drop: float | None = None,
        mass_flow: Any = np.nan,
        mass_flow_max: Any = np.inf,
        bypass: Any = np.nan,
        initial: tuple[Any, Any] | None = (80.0, 40.0),
        tolerance: float = 1e-10,
        consumer_dp_min: float = 0.6e5,
        closed: Sequence[tuple[int, int, int]] = (),
    ) -> Problem:
        """``closed`` are pipes with the step from which, and the one up to which nothing flows in them."""
        start, end = np.array(self.edges, dtype=np.int64).T
        pipe, node = np.ones(len(start)), np.ones(self.nodes)
        consumers = np.ones((steps, len(self.consumers)))
        graph = flow_graph(self.nodes, start, end, 0)
        fluid = medium(40.0, 80.0, self.fluid)
        pipes = PipeProperties(
            length=self.length * pipe,
            inner_diameter=self.diameter * pipe,
            wall_capacity=self.wall * pipe,
            u_own=self.u_own * pipe,
            u_cross=self.u_cross * pipe,
            roughness=self.roughness * pipe,
            zeta=self.zeta * pipe,
        )
        area = 0.25 * np.pi * pipes.inner_diameter**2

        def layer(t: float) -> Layer:
            density = float(fluid.density(np.array([t]))[0])
            return Layer((density * area * fluid.capacity + pipes.wall_capacity) * pipes.length, density)

        offset = np.broadcast_to(
            np.asarray(t_return if drop is None else -drop, dtype=float), consumers.shape
        )
        return Problem(
            ctx=Context(
                TimeAxis(np.datetime64("2025-01-01", "s"), step, steps, "UTC", substeps),
                np.full(steps, np.nan),
            ),
            node_ids=tuple(f"N{i}" for i in range(self.nodes)),
            pipe_ids=tuple(f"P{i}" for i in range(len(start))),
            consumer_ids=tuple(f"C{i}" for i in self.consumers),
            sources=tuple(object() for _ in self.sources),  # type: ignore[arg-type]
            source_node=np.array(self.sources, dtype=np.int64),
            consumer_node=np.array(self.consumers, dtype=np.int64),
            graph=graph,
            mixer=mixer(self.nodes, start, end, graph.order),
            pipes=pipes,
            supply=layer(80.0),
            return_=layer(40.0),
            medium=fluid,
            load=Load(
                heat=np.where(np.isnan(mass_flow * consumers), heat * consumers, np.nan),
                mass_flow=mass_flow * consumers,
                return_offset=offset,
                return_slope=np.broadcast_to(0.0 if drop is None else 1.0, offset.shape),
                mass_flow_max=mass_flow_max * consumers[0],
                bypass=bypass * consumers[0],
            ),
            t_feed=t_feed * np.ones(steps),
            t_ground=t_ground * np.ones(steps),
            height=self.height * node,
            pressure_hold=3e5,
            consumer_dp_min=consumer_dp_min,
            pump_efficiency=0.6,
            fuel_cost=None,
            electricity_cost=None,
            fuel_carbon=np.zeros((steps, len(self.sources))),
            electricity_carbon=np.zeros(steps),
            initial_supply=None if initial is None else initial[0] * node,
            initial_return=None if initial is None else initial[1] * node,
            engine="reference",
            tolerance=tolerance,
            max_sweeps=60,
            max_rounds=5,
            warnings=(),
            stretches=closures(closed, steps),
            holds=(Held(0, 3e5), *(Held(node, 3e5) for node in self.sources)),
        )


def closures(closed: Sequence[tuple[int, int, int]], steps: int) -> tuple[Stretch, ...]:
    """Stretches of steps in which the same of some pipes are closed, each from a step up to another."""
    during = np.array([(np.arange(steps) >= a) & (np.arange(steps) < b) for _, a, b in closed])
    return stretches(during.reshape(-1, steps).T, np.array([k for k, _, _ in closed], dtype=np.int64))


def engine_for(kind: type[Engine], problem: Problem, offered: Offer, plan: Plan) -> Any:
    """An engine for a problem, whether trenches close in it or not."""
    return (partial(Staged, kind) if problem.stretches else kind)(problem, offered, plan)


def offers(problem: Problem, power: Any = np.inf, **more: Any) -> Offer:
    """Every source's offer: ``power`` [W] (source,) or (time, source), other fields of an Offer likewise."""
    shape = (problem.steps, len(problem.sources))
    columns = {name: np.broadcast_to(np.asarray(value, dtype=float), shape) for name, value in more.items()}
    feed = columns.pop("t_feed", np.broadcast_to(problem.t_feed[:, None], shape))
    full = np.broadcast_to(np.asarray(power, dtype=float), shape)
    return stacked(
        [
            plant_offer(full[:, s].copy(), feed[:, s].copy(), **{k: v[:, s] for k, v in columns.items()})
            for s in range(shape[1])
        ]
    )


def marched(
    problem: Problem,
    power: Any = np.inf,
    state: Any = None,
    engine: type[Engine] = Reference,
    **more: Any,
) -> March:
    """The march of a problem whose sources are filled in their order."""
    offered = offers(problem, power, **more)
    plan: Plan = merit_order(offered.power, None)
    marches = engine_for(engine, problem, offered, plan)
    return marches.march(marches.start() if state is None else state, lambda done: None)
