"""Random networks as engine problems, with everything in them that an engine has to cope with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heatsym.engine.compiled import Compiled
from heatsym.engine.layout import output
from heatsym.engine.problem import Problem
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Load, Offer, Plan
from heatsym.network.elements import Pumps
from heatsym.physics.friction import pressure_drop
from tests.build import WATER, Engine, Net, closures, engine_for, offers

GROUND = 8.0
SWEEPS = 30


@dataclass(frozen=True)
class Network:
    """A network, what its sources offer, and the order in which they are filled."""

    problem: Problem
    offers: Offer
    plan: Plan

    def engine(self, kind: type[Engine]) -> Any:
        return engine_for(kind, self.problem, self.offers, self.plan)

    def march(self, kind: type[Engine]) -> March:
        engine = self.engine(kind)
        return engine.march(self.begin(engine), lambda done: None)

    def begin(self, engine: Any) -> Any:
        """Settled water; as it is filled in where parcels are merged while it settles."""
        merges = Compiled(self.problem, self.offers, self.plan).start().merged > 0
        return engine.initial_state() if merges else engine.start()

    def unmerged(self) -> int:
        """Steps before a pipe holds so many parcels that two are merged."""
        engine = Compiled(self.problem, self.offers, self.plan)
        state = self.begin(engine)
        merged, room = state.merged, engine._work()
        for t in range(self.problem.steps):
            engine._run(state, room, output(engine.setting, engine.numbering, 1), t, t + 1, 0)
            if state.merged > merged:
                return t
        return self.problem.steps


def random_network(seed: int, longest: int = 14, bypasses: bool = True, patient: bool = False) -> Network:
    """A tree or a mesh of 4 to 16 nodes with 1 to 4 producers, and 10 to ``longest`` steps of anything.

    Demand stops for single steps, for consumers and for a while; the order of producers and what they
    have changes, so that flows turn; some lack capacity. Every kind of return rule, prescribed flows,
    parallel pipes, pipes without loss and consumers at a producer's node appear. Half of the networks have
    ``bypasses``, if wanted. Those with heat exchangers get the sweeps that these need if ``patient``.
    """
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(4, 17))
    steps = int(rng.integers(10, longest + 1))
    step, substeps = int(rng.choice([300, 900, 1800, 3600])), int(rng.choice([1, 4]))
    reach = int(rng.choice([1, 3, nodes]))  # a row, a branch or a bush
    edges = [(int(rng.integers(max(0, i - reach), i)), i) for i in range(1, nodes)]
    for _ in range(int(rng.integers(1, 6)) if rng.random() < 0.5 else 0):
        parallel = rng.random() < 0.25
        edges.append(edges[rng.integers(len(edges))] if parallel else _pair(rng, nodes))
    edges = [edge if rng.random() < 0.5 else edge[::-1] for edge in edges]
    pipes = len(edges)
    u_own = rng.uniform(0.1, 0.6, pipes) * (rng.random(pipes) > 0.1)
    consumers = [int(i) for i in rng.integers(0, nodes, int(rng.integers(2, 11)))]
    sources = [int(i) for i in rng.integers(0, nodes, int(rng.integers(1, 5)))]
    if rng.random() < 0.3:
        consumers[0] = sources[0]
    net = Net(
        edges,
        length=10.0 + rng.uniform(0, 400, pipes) * step / 3600 / substeps,  # else parcels merge
        diameter=rng.uniform(0.025, 0.12, pipes),
        wall=rng.uniform(0, 3e3, pipes),
        u_own=u_own,
        u_cross=u_own * rng.uniform(0, 0.5, pipes) * (rng.random() < 0.7),
        consumers=consumers,
        sources=sources,
        zeta=rng.uniform(0, 5, pipes),
        fluid=WATER if rng.random() < 0.5 else None,
    )
    start = rng.choice(["everywhere the same", "by node", "settled"], p=[0.6, 0.25, 0.15])
    if start == "settled" and step == 3600:
        initial = None
    else:
        many = nodes if start == "by node" else 1
        initial = (rng.uniform(20, 85, many), rng.uniform(15, 50, many))
    load = _load(rng, steps, len(consumers))
    drawn = np.nan_to_num(load.heat) + 4180 * 35 * np.nan_to_num(load.mass_flow)
    peak = float(drawn.sum(axis=1).max())
    problem = net.problem(
        0.0,
        steps=steps,
        step=step,
        substeps=substeps,
        t_feed=80.0 + 6.0 * np.sin(np.arange(steps) / rng.uniform(3, 12)),
        t_ground=GROUND + rng.uniform(-2, 2, steps).cumsum() / 5,
        initial=initial,
        tolerance=1e-12,
    )
    offered = _offers(rng, problem, peak)
    blocks = -(-steps // 5)
    order = np.array([rng.permutation(len(sources)) for _ in range(blocks)]).repeat(5, axis=0)[:steps]
    if not bypasses:
        load = replace(load, bypass=np.full(len(consumers), np.nan))
    slow = (~np.isnan(load.bypass)).any() or (patient and (load.return_slope[:] < 0.0).any())
    sweeps = 2 * SWEEPS if slow else SWEEPS
    return Network(
        replace(problem, load=load, max_sweeps=sweeps), offered, Plan(upper=offered.power, order=order)
    )


def with_closures(network: Network, seed: int) -> Network:
    """The same with one to four trenches that close for a while or for good, one at a time or together."""
    rng = np.random.default_rng(seed + 10**6)
    pipes, steps = len(network.problem.pipe_ids), network.problem.steps
    closed = []
    for pipe in rng.choice(pipes, min(pipes, int(rng.integers(1, 5))), replace=False):
        first = int(rng.integers(0, steps - 1))
        closed.append((int(pipe), first, int(rng.integers(first + 1, steps + 3))))
    return replace(network, problem=replace(network.problem, stretches=closures(closed, steps)))


def _pair(rng: np.random.Generator, nodes: int) -> tuple[int, int]:
    a, b = rng.choice(nodes, 2, replace=False)
    return int(a), int(b)


def _load(rng: np.random.Generator, steps: int, many: int) -> Load:
    """Heat with pauses of every kind, at some consumers flow; a return rule for each."""
    design = rng.uniform(1e3, 60e3, many)
    shape = 0.6 + 0.4 * np.sin(2 * np.pi * (np.arange(steps) / steps * 2 + 0.1))
    heat = design * shape[:, None] * rng.uniform(0.3, 1.0, (steps, many))
    heat[rng.random(heat.shape) < 0.1] = 0.0
    heat[rng.choice(steps, 2)] = 0.0
    rests = int(rng.integers(0, 2)) * int(rng.integers(3, steps // 2))
    begin = int(rng.integers(1, steps - rests))
    heat[begin : begin + rests] = 0.0
    prescribed = rng.random(many) < (0.4 if rng.random() < 0.4 else 0.0)
    offset, slope = np.empty((steps, many)), np.zeros((steps, many))
    for c, rule in enumerate(rng.choice(["fixed", "difference", "curve", "share"], many)):
        if rule == "fixed":
            offset[:, c] = rng.uniform(30, 50)
        elif rule == "difference":
            offset[:, c], slope[:, c] = -rng.uniform(15, 30), 1.0
        elif rule == "curve":
            offset[:, c] = 40 + 8 * np.sin(np.arange(steps) / 5)
        else:
            offset[:, c], slope[:, c] = rng.uniform(10, 20), rng.uniform(0.2, 0.5)
            if c % 2:  # a heat exchanger: the cooler it comes, the warmer it goes
                slope[:, c] *= -1.0 + 0.3 * np.sin(np.arange(steps) / 7)
                offset[:, c] += 40.0
    bypass = np.where(rng.random(many) < 0.3, rng.uniform(40, 75, many), np.nan)
    unlimited = (slope[0] == 1.0) & (rng.random(many) < 0.4)  # whose water is never too cold to be of use
    return Load(
        heat=np.where(prescribed, np.nan, heat),
        mass_flow=np.where(prescribed, heat / (4180 * 35), np.nan),
        return_offset=offset,
        return_slope=slope,
        mass_flow_max=np.where(unlimited, np.inf, design / (4180 * 40) * rng.uniform(0.8, 3)),
        bypass=bypass if rng.random() < 0.5 else np.full(many, np.nan),
    )


def _offers(rng: np.random.Generator, problem: Problem, peak: float) -> Offer:
    """Plants with and without a limit, and streams that are cooled against the water that comes back."""
    steps, many = problem.steps, len(problem.sources)
    shape = (steps, many)
    kind = rng.choice(["unlimited", "constant", "shifts", "stream"], many)
    if rng.random() < 0.6:
        kind[rng.integers(many)] = "unlimited"
    shifts = rng.uniform(0, 1, (-(-steps // 4), many)).repeat(4, axis=0)[:steps] * rng.integers(0, 2, shape)
    power: FloatArray = np.select(
        [kind == "unlimited", kind == "constant", kind == "shifts"],
        [np.full(shape, np.inf), np.full(shape, rng.uniform(0.2, 1.2, many)), shifts],
        rng.uniform(0.3, 1.0, many),
    )
    feed = problem.t_feed[:, None] + rng.uniform(-12, 12, many)
    stream = kind == "stream"
    t_hot = feed.min(axis=0) - rng.uniform(2, 10, many)
    return offers(
        problem,
        power * peak,
        t_feed=np.where(rng.random(many) < 0.3, feed.mean(axis=0), feed),
        conductance=np.where(stream, rng.uniform(0.3, 1.0, many) * peak / 30.0, np.inf),
        t_hot=np.where(stream, t_hot, np.inf),
    )


def with_elements(network: Network, seed: int) -> Network:
    """The same with valves and inline pumps, of one lift or a curve, in either pipe of some trenches.

    Pumps lift a part of what their pipe's friction takes at its usual flow, so that in a mesh they shift flow
    and seldom drive it in a circle.
    """
    rng = np.random.default_rng(seed + 2 * 10**6)
    p, pipes = network.problem, len(network.problem.pipe_ids)
    march = network.march(Compiled)
    sides = {}
    for name, flows in (("supply", march.pipe_mass_flow), ("return_", march.pipe_return_mass_flow)):
        valves = rng.uniform(0, 200, pipes) * (rng.random(pipes) < 0.3)
        largest = np.abs(flows).max(axis=0) + 1e-3
        many = int(rng.integers(0, min(3, pipes) + 1))
        pipe = rng.integers(0, pipes, many)
        turns = (np.sort(rng.uniform(0.05, 1.1, (many, 4)), axis=1) + 0.01 * np.arange(4)) * largest[
            pipe, None
        ]
        at = p.pipes
        rubs = pressure_drop(
            largest,
            at.length,
            at.inner_diameter,
            at.roughness,
            at.zeta + valves,
            WATER.density,
            WATER.viscosity,
        )
        falls = rng.uniform(0, 0.4, (many, 3)) * (rng.random((many, 1)) < 0.7)
        shape = 1.0 - np.concatenate([np.zeros((many, 1)), falls.cumsum(axis=1)], axis=1)
        pumps = Pumps(
            name=tuple(f"pump {i}" for i in range(many)),
            pipe=pipe,
            sense=np.where(flows.sum(axis=0)[pipe] < 0.0, -1.0, 1.0)
            * rng.choice([-1.0, 1.0], many, p=[0.2, 0.8]),
            flow=turns,
            lift=rng.uniform(0.01, 0.1, (many, 1)) * rubs[pipe, None] * shape,
            efficiency=rng.uniform(0.3, 0.8, (many, 4)),
            last=turns[:, -1],
        )
        sides[name] = replace(getattr(p, name), valves=valves, pumps=pumps)
    return replace(network, problem=replace(p, **sides))
