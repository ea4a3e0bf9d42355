r"""Pressures, compiled: every pipe of a step at once, then along the tree, one step after another.

Loops over the pipes run on vectors. No step knows of another, so that nothing adds up over the steps and
they may be computed in any parts.

The pressure drop is

.. math:: \Delta p = \frac{8 \dot m |\dot m|}{\pi^2 d^4 \rho} \left( f \frac{L}{d} + \zeta \right)

with the friction factor f of :mod:`heatsym.physics.friction` as a fraction, so that one division does for
all. With :math:`y = \ln(10) / (2 \sqrt f)` the equation of Colebrook and White reads
:math:`y + \ln(a + y) = b`, so that :math:`z = a + y` solves :math:`z + \ln z = B` with :math:`B = a + b`,
an equation of one number; B is at least 6.9 in turbulent flow. Derived here.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from heatsym.engine.friction_kernels import HALF, exponential, logarithm, split, written_out
from heatsym.engine.kernels import compiled, inner
from heatsym.interfaces.axis import FloatArray, IntArray

Numbers = NDArray[np.uint32]  # without a sign nobody asks whether they count from the end

COEFFICIENTS = 7
"""Of the polynomials over (t - 80)/80."""
DENSITY, LOG_VISCOSITY = range(2)
"""Rows of Network.fluid; the logarithm is that of viscosity over its value at 80 degC."""
UNIT_FLOW, ROUGHNESS, FRICTION, PER_AREA, FITTINGS, RETURN_FITTINGS = range(6)
"""Rows of a table of friction: mass flow of Reynolds number 1 at 80 degC, a over Reynolds number, the factor
of f in the pressure drop, velocity over volume flow, and the factor of 1 in the drop, of supply and return
pipe."""
REYNOLDS = UNIT_FLOW
"""In Network.pipe in place of the former, its inverse: Reynolds number over mass flow at 80 degC."""
SUPPLY, RETURN = range(2)
BLOCK = 512
"""Pipes that go through one loop after another, whose numbers stay close by."""


class Network(NamedTuple):
    """Pipes in the order of the case; nodes by breadth-first number, the root being 0."""

    pipes: int
    fluid: FloatArray  # (2, COEFFICIENTS)
    pipe: FloatArray  # (6, pipes, and again for every step computed at once) drops positive from the root
    above: Numbers  # (node,) the next node towards the root
    edge: Numbers  # (node,) the pipe from there
    number: Numbers  # (node,) of each of the case's nodes
    static: FloatArray  # (node,) of the case, pressure of its height above the root [Pa]
    consumer: Numbers  # (consumer,) number of its node
    source: Numbers  # (source,) its node, of the case
    pump: IntArray  # (pump,) pipe of each inline pump, on the return side counted on from the supply side's
    hold: float  # return pressure at the root [Pa]
    least: float  # differential pressure of the critical consumer [Pa]


class Room(NamedTuple):
    """Working memory."""

    block: FloatArray  # (5, BLOCK)
    drop: FloatArray  # (2, as many as Network.pipe has) of supply and return pipes, from the root [Pa]
    head: FloatArray  # (node, 2) potential of supply and return relative to the root's [Pa]
    spread: FloatArray  # (consumer,)


class Inputs(NamedTuple):
    """What the march found; (time x pipe,) row after row, (time, object) for the others."""

    supply_flow: FloatArray
    return_flow: FloatArray
    supply_temperature: FloatArray
    return_temperature: FloatArray
    consumer_flow: FloatArray
    source_flow: FloatArray
    source_temperature: FloatArray  # of the water that returns to it [degC]
    efficiency: FloatArray  # (time, source) of its pump [-]
    pumped: FloatArray  # (time, pump) drop that inline pumps add, from the root


class Output(NamedTuple):
    """In the order of the case, (time, object) but for velocity (time x pipe,); see ``Hydraulics``."""

    supply: FloatArray
    return_: FloatArray
    velocity: FloatArray
    differential: FloatArray  # of the consumers
    critical: IntArray
    lift: FloatArray  # of the plants' pumps [Pa]
    electricity: FloatArray  # (time,) of all of them [W]
    throttled: NDArray[np.bool_]


@written_out
def polynomial(fluid: FloatArray, row: int, x: float) -> float:
    """Value of one of the fluid's polynomials, in pairs so that a processor can work on several."""
    q = x * x
    low: float = (fluid[row, 0] + fluid[row, 1] * x) + q * (fluid[row, 2] + fluid[row, 3] * x)
    high: float = (fluid[row, 4] + fluid[row, 5] * x) + q * fluid[row, 6]
    return low + q * q * high


@written_out
def less(total: float) -> float:
    """The solution of z + ln z = ``total`` less that, within 0.005 for 6.9 up to a million; fitted here.

    A cubic stands for the logarithm of the total, over which the difference is a polynomial.
    """
    exponent, rest = split(total)
    m = rest - 1.0
    cubic = 0.000404298985 + m * (1.00204384 + m * (-0.527461167 + m * 0.310249846))
    log = exponent * math.log(2.0) + cubic
    low: float = 0.668932772 - 1.27082404 * log
    return low + log * log * (0.0401208382 + log * (-0.00256608856 + log * 5.97652392e-05))


@written_out
def correction(z: float, excess: float) -> float:
    """What to add to a solution where z + ln z is up to 0.006 too large, to be right within 1e-13.

    Three terms of the Taylor series over that sum, of which the derivative is z/(1 + z); derived here.
    """
    over = 1.0 / (1.0 + z)
    q = over * over
    bend: float = excess * q * (1.0 - (1 / 3) * excess * q * (1.0 - 2.0 * z))
    return excess * z * over * (0.5 * bend - 1.0)


@written_out
def turbulent(re: float) -> float:
    """The Reynolds number, or that at which turbulent flow begins."""
    return re if re > 2300.0 else 2300.0


@inner
def drops(
    network: Network,
    at: int,
    fitting: int,
    flow: FloatArray,
    t: FloatArray,
    drop: FloatArray,
    velocity: FloatArray,
    block: FloatArray,
) -> None:
    """Pressure drop [Pa] and velocity [m/s] of some pipes of one side, without pumps.

    ``at`` is the first one's place in the table and ``fitting`` the table's row of fittings. Each loop is
    short enough for the processor to work on several of its turns at once, which one loop would not be.
    """
    fluid, table, many = network.fluid, network.pipe, flow.size
    per_flow, rough, per_area = table[REYNOLDS][at:], table[ROUGHNESS][at:], table[PER_AREA][at:]
    friction, fittings = table[FRICTION][at:], table[fitting][at:]
    density, re, b, y = block[0], block[1], block[2], block[3]
    for k in range(many):
        x = (t[k] - 80.0) * (1 / 80)
        density[k] = polynomial(fluid, DENSITY, x)
    for k in range(many):
        x = (t[k] - 80.0) * (1 / 80)
        re[k] = abs(flow[k]) * per_flow[k] * exponential(-polynomial(fluid, LOG_VISCOSITY, x))
    for k in range(many):
        b[k] = logarithm(turbulent(re[k]) * (HALF / 2.51))
    for k in range(many):
        y[k] = b[k] + less(rough[k] * turbulent(re[k]) + b[k])
    for k in range(many):
        z = rough[k] * turbulent(re[k]) + y[k]
        y[k] += correction(z, logarithm(z) + y[k] - b[k])
    for k in range(many):
        # Between laminar and turbulent, s from 0 to 1, the cubic that meets both in value and slope; the
        # turbulent factor is HALF^2/y^2 and its slope over ln Re that times -2/(1 + z).
        s = (re[k] - 2000.0) * (1 / 300)
        s = s if s < 1.0 else 1.0
        share, bend = s * s * (3.0 - 2.0 * s), s * s * (s - 1.0)
        laminar = 0.032 * (1.0 - share) - 0.0048 * s * ((1.0 - s) * (1.0 - s))
        o = 1.0 + rough[k] * turbulent(re[k]) + y[k]
        below = y[k] * y[k] * o
        above = laminar * below + HALF * HALF * (share * o - (600.0 / 2300.0) * bend)
        if re[k] <= 2000.0:
            below = re[k] if re[k] > 1e-300 else 1e-300
            above = 64.0
        over = 1.0 / (below * density[k])
        velocity[k] = flow[k] * per_area[k] * (below * over)
        drop[k] = flow[k] * abs(flow[k]) * over * (friction[k] * above + fittings[k] * below)


@inner
def smallest(values: FloatArray) -> float:
    """The smallest of some numbers, which are written over; infinity of none.

    The lower half takes over what is smaller in the upper half, on vectors, until one is left.
    """
    many = values.size
    while many > 1:
        half = (many + 1) // 2
        lower, upper = values[: many - half], values[half:many]
        for i in range(many - half):
            lower[i] = upper[i] if upper[i] < lower[i] else lower[i]
        many = half
    return values[0] if values.size > 0 else np.inf


@inner
def along_the_tree(network: Network, room: Room, first: int) -> None:
    """Potentials of both sides' nodes relative to the root's; a step's drops stand from ``first`` on."""
    head, supply, back = room.head, room.drop[SUPPLY][first:], room.drop[RETURN][first:]
    head[0, SUPPLY] = head[0, RETURN] = 0.0
    for i in range(1, network.above.size):
        up, k = network.above[i], network.edge[i]
        here, there = head[up, SUPPLY] - supply[k], head[up, RETURN] - back[k]
        head[i, SUPPLY], head[i, RETURN] = here, there


@inner
def critical_consumer(
    network: Network, room: Room, flow: FloatArray, differential: FloatArray
) -> tuple[int, float]:
    """The consumer with the lowest differential pressure of those that draw, or -1, and that pressure.

    Differential pressures are those that the root's being 0 leads to.
    """
    head, spread = room.head, room.spread
    for c in range(flow.size):
        i = network.consumer[c]
        differential[c] = head[i, SUPPLY] - head[i, RETURN]
        spread[c] = differential[c] if flow[c] > 0.0 else np.inf
    lowest = smallest(spread)
    for c in range(flow.size):
        if flow[c] > 0.0 and differential[c] == lowest:
            return c, lowest
    return -1, lowest


@inner
def written(network: Network, inputs: Inputs, output: Output, room: Room, t: int) -> None:
    """A step's row, from the potentials of its nodes."""
    differential, head = output.differential[t], room.head
    critical, lowest = critical_consumer(network, room, inputs.consumer_flow[t], differential)
    level = network.hold if critical >= 0 else np.nan
    shift = network.least - lowest if critical >= 0 else np.nan
    supply, back, top = output.supply[t], output.return_[t], level + shift
    for node in range(network.number.size):
        i, static = network.number[node], network.static[node]
        supply[node] = head[i, SUPPLY] + top - static
        back[node] = head[i, RETURN] + level - static
    for c in range(differential.size):
        differential[c] += shift
    output.critical[t] = critical


@inner
def pumping(network: Network, inputs: Inputs, output: Output, t: int) -> None:
    """A step's lift and electricity of the plants' pumps; see ``plant_lift`` and ``electricity``."""
    electricity, throttled = 0.0, False
    for s in range(network.source.size):
        node, flow, lift = network.source[s], inputs.source_flow[t, s], np.nan
        if flow > 0.0:
            lift = output.supply[t, node] - output.return_[t, node]
            throttled = throttled or lift < 0.0
            density = polynomial(network.fluid, DENSITY, (inputs.source_temperature[t, s] - 80.0) * (1 / 80))
            against = 0.0 if lift < 0.0 else lift  # NaN stays
            electricity += flow * against / (density * inputs.efficiency[t, s])
        output.lift[t, s] = lift
    output.electricity[t], output.throttled[t] = electricity, throttled


@compiled
def pressures(network: Network, inputs: Inputs, output: Output, room: Room) -> None:
    """All steps.

    Drops are computed for several steps at once, which a small network needs to fill the vectors; the
    pipes' table repeats itself for each of them.
    """
    steps, pipes, block = output.critical.size, network.pipes, room.block
    together = max(network.pipe.shape[1] // max(pipes, 1), 1)
    for first in range(0, steps, together):
        last = min(first + together, steps)
        for at in range(0, (last - first) * pipes, BLOCK):
            a = first * pipes + at
            b = min(a + BLOCK, last * pipes)
            flow, warm, drop = inputs.supply_flow[a:b], inputs.supply_temperature[a:b], room.drop[SUPPLY][at:]
            drops(network, at, FITTINGS, flow, warm, drop, output.velocity[a:b], block)
            flow, cold, drop = inputs.return_flow[a:b], inputs.return_temperature[a:b], room.drop[RETURN][at:]
            drops(network, at, RETURN_FITTINGS, flow, cold, drop, block[4], block)
        for t in range(first, last):
            begin = (t - first) * pipes
            for i in range(network.pump.size):
                side, k = network.pump[i] // pipes, network.pump[i] % pipes
                room.drop[side, begin + k] += inputs.pumped[t, i]
            along_the_tree(network, room, begin)
            written(network, inputs, output, room, t)
            pumping(network, inputs, output, t)
