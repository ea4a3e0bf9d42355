r"""Water in pipes whose walls follow it late: plug flow past wall cells, for steps of seconds.

A pipe is cut into cells, about as long as water moves in an internal step at the pipe's largest flow
(Courant number 1). Cells of the wall lie still. Cells of the water move with it, so that nothing is
averaged on the way: the first of them lies in the pipe by a ``part``, the last by the rest.
In an internal step the water moves first; then each cell of the wall and the water beside it exchange
heat through the film, exactly, while the wall loses heat to ground and partner pipe.

Heat and mass are conserved to rounding, any flow and step is stable, and the whole is linear in the
inlet temperature: a step is computed twice, for an inlet at equilibrium and for one kelvin above it.
The film is that of the beginning of the step. Derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatsym.engine.medium import Medium
from heatsym.engine.problem import Layer, Problem
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.stepwise import pieces
from heatsym.physics.wall import exchange, film_conductance
from heatsym.physics.water import conductivity

MOST_CELLS = 128
"""Cells of a pipe at most. Exchange with the wall blurs a front over far more than a 128th of a pipe."""
FINE, COARSE = 2.0, 6.0
"""An internal step is a tenth of the step, but at least the first of these and at most the second. [s]"""
USUAL_VELOCITY = 1.0
"""Of pipes whose largest flow is not known. [m/s]"""


@dataclass(frozen=True, slots=True, eq=False)
class Walls:
    """What does not change of one side's pipes. Cells of all pipes stand in one row, pipe after pipe.

    A pipe has ``count`` cells of wall and one more of water; wall cell ``k`` lies beside the water cells
    ``near[k]``, towards the inlet, and ``near[k] + 1``.
    """

    count: IntArray  # (pipe,)
    pipe: IntArray  # (wall cell,) its pipe
    near: IntArray  # (wall cell,)
    follows: IntArray  # wall cells that follow another of their pipe
    start: IntArray  # (pipe,) wall cell at the inlet
    water_pipe: IntArray  # (water cell,) its pipe
    first: IntArray  # (pipe,) water cell at the inlet
    last: IntArray  # (pipe,) water cell at the outlet
    length: FloatArray  # (pipe,) [m]
    diameter: FloatArray  # (pipe,) [m]
    water: FloatArray  # (pipe,) heat capacity of the water [J/(m K)]
    wall: FloatArray  # (pipe,) heat capacity of the wall [J/(m K)]
    medium: Medium


def walls(problem: Problem, layer: Layer) -> Walls:
    """One side's pipes in cells."""
    pipes = problem.pipes
    step = problem.step / problem.ctx.axis.substeps
    internal = min(step, float(np.clip(0.1 * step, FINE, COARSE)))
    area = 0.25 * np.pi * pipes.inner_diameter**2
    largest = largest_flow(problem) if problem.largest_flow is None else problem.largest_flow
    velocity = largest / (layer.density * area)
    velocity = np.where(velocity > 0.0, velocity, USUAL_VELOCITY)
    count = np.clip(np.rint(pipes.length / (velocity * internal)), 1, MOST_CELLS).astype(np.int64)
    many = np.arange(len(count))
    pipe = np.repeat(many, count)
    start = np.cumsum(count) - count
    first = start + many
    return Walls(
        count=count,
        pipe=pipe,
        near=np.arange(len(pipe)) + pipe,
        follows=np.flatnonzero(np.diff(pipe) == 0) + 1,
        start=start,
        water_pipe=np.repeat(many, count + 1),
        first=first,
        last=first + count,
        length=pipes.length,
        diameter=pipes.inner_diameter,
        water=layer.capacity / pipes.length - pipes.wall_capacity,
        wall=pipes.wall_capacity,
        medium=problem.medium,
    )


def largest_flow(problem: Problem) -> FloatArray:
    """Flow of each pipe when all consumers draw their most from the root, 0 where that is not known."""
    load, graph = problem.load, problem.graph
    most = np.where(np.isfinite(load.mass_flow_max), load.mass_flow_max, 0.0)
    free, given = np.ones(len(most), dtype=np.bool_), np.zeros(len(most))
    for part in pieces(*load.mass_flow.shape):
        flow = load.mass_flow[part]
        free &= np.isnan(flow).all(axis=0)
        given = np.maximum(given, np.nan_to_num(flow).max(axis=0, initial=0.0))
    drawn = np.where(free, most, given)
    withdrawal = np.bincount(problem.consumer_node, drawn, graph.nodes).astype(np.float64)
    return np.abs(graph.tree_flow(withdrawal))


@dataclass(frozen=True, slots=True, eq=False)
class Walled:
    """Water and walls of many pipes, inlet first in each pipe's present direction.

    ``part`` (pipe,) of the first water cell lies in the pipe, 0 to 1, and the rest of the last;
    ``forward`` (pipe,) says that the outlet is the trench's end.
    """

    walls: Walls
    water: FloatArray  # (water cell,)
    wall: FloatArray  # (wall cell,)
    part: FloatArray
    forward: NDArray[np.bool_]

    @property
    def merged(self) -> int:
        """Parcels merged: none."""
        return 0

    def beside(self) -> FloatArray:
        """Mean temperature of the water beside each wall cell; (wall cell,)."""
        w = self.walls
        part = self.part[w.pipe]
        return part * self.water[w.near] + (1.0 - part) * self.water[w.near + 1]

    def mean(self) -> FloatArray:
        """Mean temperature of each pipe's water and wall by their heat capacities; (pipe,)."""
        w = self.walls
        wall = np.bincount(w.pipe, self.wall, len(w.count)) / w.count
        return (w.water * self.mean_of_water() + w.wall * wall) / (w.water + w.wall)

    def mean_of_water(self) -> FloatArray:
        """Mean temperature of the water in each pipe; (pipe,)."""
        w = self.walls
        return np.asarray(np.bincount(w.pipe, self.beside(), len(w.count)) / w.count)

    def oriented(self, flow: FloatArray) -> Walled:
        """The same with the inlet first that ``flow`` (signed, start to end) makes; standing keeps."""
        turn = np.where(flow > 0, ~self.forward, (flow < 0) & self.forward)
        if not turn.any():
            return self
        w = self.walls
        cell, water = np.arange(len(w.pipe)), np.arange(len(w.water_pipe))
        ends, water_ends = 2 * w.start + w.count - 1, w.first + w.last
        return Walled(
            walls=w,
            water=self.water[np.where(turn[w.water_pipe], water_ends[w.water_pipe] - water, water)],
            wall=self.wall[np.where(turn[w.pipe], ends[w.pipe] - cell, cell)],
            part=np.where(turn, 1.0 - self.part, self.part),
            forward=self.forward ^ turn,
        )

    def through(
        self, fills: FloatArray, decay: FloatArray, t_eq: FloatArray, seconds: float
    ) -> WalledPassage:
        """The linear operator of every pipe over a time, for water oriented along the flow.

        ``fills`` is the heat capacity that passes, over that of pipe and water, and ``decay`` the time
        over the pipe's time constant, as in :func:`heatsym.engine.parcels.passage`.
        """
        w = self.walls
        both = w.water + w.wall
        cells = fills * both / w.water * w.count
        parts = max(1, int(np.ceil(cells[w.count > 1].max(initial=0.0) * (1.0 - 1e-12))))
        flow = fills * both * w.length / (seconds * w.medium.capacity)
        film_temperature = 0.5 * (self.beside() + self.wall)
        film = film_conductance(
            flow[w.pipe],
            w.diameter[w.pipe],
            w.medium.capacity,
            w.medium.viscosity(film_temperature),
            conductivity(film_temperature),
        )
        loss = (decay * both / seconds)[w.pipe]
        response = exchange(w.water[w.pipe], w.wall[w.pipe], film, loss, seconds / parts)

        water = np.stack([self.water - t_eq[w.water_pipe], np.zeros_like(self.water)])
        wall = np.stack([self.wall - t_eq[w.pipe], np.zeros_like(self.wall)])
        part = self.part
        left_with, lost = np.zeros((2, len(fills))), np.zeros_like(wall)
        for _ in range(parts):
            water, part, out = _moved(w, water, part, cells / parts)
            left_with += out
            share = part[w.pipe]
            near, far = water[:, w.near], water[:, w.near + 1]
            mean = share * near + (1.0 - share) * far
            lost += response.loss_of_water * mean + response.loss_of_wall * wall
            near = response.water_of_water * near + response.water_of_wall * wall
            far = response.water_of_water * far + response.water_of_wall * wall
            wall = response.wall_of_water * mean + response.wall_of_wall * wall
            water = _joined(w, share, near, far)

        flows = fills > 0
        leaving = left_with / np.where(flows, cells, 1.0)
        at_end = np.where(self.part < 1.0, self.water[w.last], self.water[w.last - 1])
        scale = both * w.count
        return WalledPassage(
            offset=np.where(flows, t_eq * (1.0 - leaving[1]) + leaving[0], at_end),
            gain=np.where(flows, leaving[1], 0.0),
            before=self,
            flows=flows,
            t_eq=t_eq,
            part=part,
            water=water,
            wall=wall,
            loss=np.stack([np.bincount(w.pipe, row, len(fills)) / scale for row in lost]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class WalledPassage:
    """What a step with known flow does, before the inlet temperature is known.

    The mean temperature at each outlet is ``offset + gain * inlet temperature``. Rows of ``water``,
    ``wall`` and ``loss`` are the excess over ``t_eq`` after a step with the inlet at ``t_eq``, and what
    each kelvin of the inlet above it adds.
    """

    offset: FloatArray
    gain: FloatArray
    before: Walled
    flows: NDArray[np.bool_]
    t_eq: FloatArray
    part: FloatArray  # (pipe,) of the first water cell that lies in the pipe afterwards
    water: FloatArray  # (2, water cell)
    wall: FloatArray  # (2, wall cell)
    loss: FloatArray  # (2, pipe)

    def advanced(self, t_in: FloatArray) -> tuple[Walled, FloatArray]:
        """Water and walls after the step, and the heat lost, in pipe capacities times kelvin; (pipe,)."""
        w = self.before.walls
        excess = np.where(self.flows, t_in - self.t_eq, 0.0)
        after = Walled(
            walls=w,
            water=self.t_eq[w.water_pipe] + self.water[0] + self.water[1] * excess[w.water_pipe],
            wall=self.t_eq[w.pipe] + self.wall[0] + self.wall[1] * excess[w.pipe],
            part=self.part,
            forward=self.before.forward,
        )
        return after, self.loss[0] + self.loss[1] * excess


def filled(of: Walls, start: FloatArray, end: FloatArray) -> Walled:
    """Pipes whose water and walls are linear from start to end."""
    cell, water = np.arange(len(of.pipe)), np.arange(len(of.water_pipe))
    wall_place = (cell - of.start[of.pipe] + 0.5) / of.count[of.pipe]
    water_place = (water - of.first[of.water_pipe] - 0.5) / of.count[of.water_pipe]
    water_place = np.maximum(water_place, 0.0)
    return Walled(
        walls=of,
        water=start[of.water_pipe] + (end - start)[of.water_pipe] * water_place,
        wall=start[of.pipe] + (end - start)[of.pipe] * wall_place,
        part=np.zeros(len(of.count)),
        forward=np.ones(len(of.count), dtype=bool),
    )


def gathered(of: Walls, waters: Sequence[Walled], pipe: IntArray) -> Walled:
    """Water and walls of some pipes, numbered through all of ``waters``; ``of`` has the same cells."""
    starts = _numbered_through([water.walls.start for water in waters], [len(w.wall) for w in waters])
    firsts = _numbered_through([water.walls.first for water in waters], [len(w.water) for w in waters])
    cell = np.arange(len(of.pipe)) + (starts[pipe] - of.start)[of.pipe]
    water_cell = np.arange(len(of.water_pipe)) + (firsts[pipe] - of.first)[of.water_pipe]
    return Walled(
        walls=of,
        water=np.concatenate([water.water for water in waters])[water_cell],
        wall=np.concatenate([water.wall for water in waters])[cell],
        part=np.concatenate([water.part for water in waters])[pipe],
        forward=np.concatenate([water.forward for water in waters])[pipe],
    )


def _numbered_through(numbers: Sequence[IntArray], many: Sequence[int]) -> IntArray:
    """Numbers, in each of several rows from 0, of rows of ``many`` put one after another."""
    before = np.cumsum([0, *many[:-1]])
    return np.concatenate([one + first for one, first in zip(numbers, before, strict=True)])


def _moved(
    w: Walls, water: FloatArray, part: FloatArray, cells: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Water moved by a number of cells (pipe,), the part then, and temperature times cells that left.

    The rows of ``water`` (2, water cell) have inlets at 0 and at 1. What exceeds one cell, in pipes that
    have no more, passes through untouched.
    """
    enters = np.array([[0.0], [1.0]])
    moved = np.minimum(cells, 1.0)
    room = 1.0 - part
    over = (moved > 0.0) & (part + moved >= 1.0)
    entered = np.where(over, room, moved)
    width = part + entered
    first = water[:, w.first]
    mixed = (part * first + entered * enters) / np.where(width > 0.0, width, 1.0)
    water = water.copy()
    water[:, w.first] = np.where(width > 0.0, mixed, first)
    last, before = water[:, w.last], water[:, w.last - 1]
    out = np.where(over, room * last + (moved - room) * before, moved * last) + (cells - moved) * enters
    source = np.arange(water.shape[1]) - over[w.water_pipe]
    source[w.first] = w.first
    water = water[:, source]
    water[:, w.first] = np.where(over, enters, water[:, w.first])
    return water, np.where(over, moved - room, width), out


def _joined(w: Walls, share: FloatArray, near: FloatArray, far: FloatArray) -> FloatArray:
    """Water cells out of their pieces beside the walls: (2, wall cell) of ``near`` and of the one behind it.

    ``share`` (wall cell,) of a wall cell's length has the former beside it.
    """
    out = np.empty((2, len(w.water_pipe)))
    out[:, w.first] = near[:, w.start]
    out[:, w.near + 1] = far
    k = w.follows
    out[:, w.near[k]] = share[k] * near[:, k] + (1.0 - share[k]) * far[:, k - 1]
    return out
