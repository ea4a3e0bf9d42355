r"""Pressures, compiled: every pipe of a step at once, then along the tree, one step after another.

The loop over the pipes runs on vectors. No step knows of another, so that nothing adds up over the steps
and they may be computed in any parts.

With the volume flow :math:`V = \dot m / \rho` the pressure drop is

.. math:: \Delta p = \frac{8 V}{\pi^2 d^4} \left( f |\dot m| \frac{L}{d} + \zeta |\dot m| \right)

in which :math:`f |\dot m| = 16 \pi d \mu` in laminar flow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatsym.engine.friction_kernels import exponential, resistance, written_out
from heatsym.engine.kernels import compiled, inner
from heatsym.interfaces.axis import FloatArray, IntArray

COEFFICIENTS = 7
"""Of the polynomials over (t - 80)/80."""
DENSITY, LOG_VISCOSITY = range(2)
"""Rows of Network.fluid; the logarithm is that of viscosity over its value at 80 degC."""
UNIT_FLOW, ROUGHNESS, FRICTION, PER_AREA, FITTINGS, RETURN_FITTINGS = range(6)
"""Rows of Network.pipe: mass flow of Reynolds number 1 at 80 degC, a over Reynolds number, the factor of f in
the pressure drop, velocity over volume flow, and the factor of 1 in the drop, of supply and return pipe."""
SUPPLY, RETURN = range(2)


class Network(NamedTuple):
    """Pipes in the order of the case; nodes by breadth-first number, the root being 0."""

    pipes: int
    fluid: FloatArray  # (2, COEFFICIENTS)
    pipe: FloatArray  # (6, pipes, and again for every step computed at once)
    above: IntArray  # (node,) the next node towards the root
    edge: IntArray  # (node,) the pipe from there
    sense: FloatArray  # (node,) +1 where it starts there
    number: IntArray  # (node,) of each of the case's nodes
    static: FloatArray  # (node,) of the case, pressure of its height above the root [Pa]
    consumer: IntArray  # (consumer,) number of its node
    pump: IntArray  # (pump,) pipe of each inline pump, on the return side counted on from the supply side's
    hold: float  # return pressure at the root [Pa]
    least: float  # differential pressure of the critical consumer [Pa]


class Inputs(NamedTuple):
    """What the march found; (time x pipe,) row after row, (time, object) for the others."""

    supply_flow: FloatArray
    return_flow: FloatArray
    supply_temperature: FloatArray
    return_temperature: FloatArray
    consumer_flow: FloatArray
    pumped: FloatArray  # (time, pump) drop that inline pumps add, from start to end


class Output(NamedTuple):
    """In the order of the case, (time, object) but for velocity (time x pipe,); see ``Hydraulics``."""

    supply: FloatArray
    return_: FloatArray
    velocity: FloatArray
    differential: FloatArray  # of the consumers
    critical: IntArray


@written_out
def polynomial(fluid: FloatArray, row: int, x: float) -> float:
    """Value of one of the fluid's polynomials, in pairs so that a processor can work on several."""
    q = x * x
    low: float = (fluid[row, 0] + fluid[row, 1] * x) + q * (fluid[row, 2] + fluid[row, 3] * x)
    high: float = (fluid[row, 4] + fluid[row, 5] * x) + q * fluid[row, 6]
    return low + q * q * high


@inner
def drops(
    fluid: FloatArray,
    pipe: FloatArray,
    fittings: FloatArray,
    flow: FloatArray,
    t: FloatArray,
    drop: FloatArray,
    velocity: FloatArray,
) -> None:
    """Pressure drop [Pa] and velocity [m/s] of every pipe of one side, from start to end, without pumps."""
    for k in range(flow.size):
        x = (t[k] - 80.0) * (1 / 80)
        density = polynomial(fluid, DENSITY, x)
        unit = pipe[UNIT_FLOW, k] * exponential(polynomial(fluid, LOG_VISCOSITY, x))
        over = 1.0 / (unit * density)
        size = abs(flow[k])
        re = size * (density * over)
        volume = flow[k] * (unit * over)
        product, _ = resistance(re, pipe[ROUGHNESS, k])
        drop[k] = volume * (pipe[FRICTION, k] * unit * product + fittings[k] * size)
        velocity[k] = volume * pipe[PER_AREA, k]


@inner
def critical_consumer(network: Network, head: FloatArray, flow: FloatArray) -> tuple[int, float]:
    """The consumer with the lowest differential pressure of those that draw, or -1, and that pressure."""
    critical, lowest = -1, np.inf
    for c in range(flow.size):
        if flow[c] > 0.0:
            spread = head[SUPPLY, network.consumer[c]] - head[RETURN, network.consumer[c]]
            if critical < 0 or spread < lowest:
                critical, lowest = c, spread
    return critical, lowest


@inner
def along_the_tree(network: Network, drop: FloatArray, first: int, head: FloatArray) -> None:
    """Potentials of both sides' nodes relative to the root's; a step's drops stand from ``first`` on."""
    head[SUPPLY, 0] = head[RETURN, 0] = 0.0
    for i in range(1, network.above.size):
        up, k, sense = network.above[i], first + network.edge[i], network.sense[i]
        head[SUPPLY, i] = head[SUPPLY, up] - sense * drop[SUPPLY, k]
        head[RETURN, i] = head[RETURN, up] - sense * drop[RETURN, k]


@inner
def written(network: Network, inputs: Inputs, output: Output, head: FloatArray, t: int) -> None:
    """A step's row, from the potentials of its nodes."""
    critical, lowest = critical_consumer(network, head, inputs.consumer_flow[t])
    level = network.hold if critical >= 0 else np.nan
    shift = network.least - lowest if critical >= 0 else np.nan
    for node in range(network.number.size):
        i, static = network.number[node], network.static[node]
        output.supply[t, node] = head[SUPPLY, i] + (level + shift) - static
        output.return_[t, node] = head[RETURN, i] + level - static
    for c in range(network.consumer.size):
        i = network.consumer[c]
        output.differential[t, c] = (head[SUPPLY, i] + (level + shift)) - (head[RETURN, i] + level)
    output.critical[t] = critical


@compiled
def pressures(network: Network, inputs: Inputs, output: Output, drop: FloatArray, head: FloatArray) -> None:
    """All steps; ``drop`` (3, several times the pipes) and ``head`` (2, node) are room to work in.

    Drops are computed for several steps at once, which a small network needs to fill the vectors; the
    pipes' table repeats itself for each of them.
    """
    steps, pipes, fluid, pipe = output.critical.size, network.pipes, network.fluid, network.pipe
    together = max(drop.shape[1] // max(pipes, 1), 1)
    for first in range(0, steps, together):
        last = min(first + together, steps)
        a, b = first * pipes, last * pipes
        velocity, spare = output.velocity[a:b], drop[2]
        here, back = pipe[FITTINGS], pipe[RETURN_FITTINGS]
        flow, temperature = inputs.supply_flow[a:b], inputs.supply_temperature[a:b]
        drops(fluid, pipe, here, flow, temperature, drop[SUPPLY], velocity)
        flow, temperature = inputs.return_flow[a:b], inputs.return_temperature[a:b]
        drops(fluid, pipe, back, flow, temperature, drop[RETURN], spare)
        for t in range(first, last):
            for i in range(network.pump.size):
                side, k = network.pump[i] // pipes, network.pump[i] % pipes
                drop[side, (t - first) * pipes + k] += inputs.pumped[t, i]
            along_the_tree(network, drop, (t - first) * pipes, head)
            written(network, inputs, output, head, t)
