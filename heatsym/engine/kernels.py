r"""The hot loop, compiled: scalars and flat arrays, one step of the march after another.

Everything that a step does stands in this one module. The method is that of
:mod:`heatsym.engine.reference`, which is written for reading and holds this module to its results; the
state differs in one point. A pipe's water keeps

.. math:: T(\xi) = \mathrm{reference} + \mathrm{fade}\,
    (\mathrm{level} + \mathrm{edge}\, \exp(\mathrm{growth}\, \xi / \mathrm{width}))

with one ``reference`` and one ``fade`` per pipe: the reference temperature tends to the equilibrium as
all water does, so that every parcel's difference from it fades by the same factor, whatever the
equilibrium does meanwhile. A step therefore touches only the parcels that leave. Derived here.

Nodes are numbered breadth-first from the root; pipe ``k`` of the spanning tree leads to node ``k + 1``,
chords follow. Temperatures are the medium's theta. Tables hold one quantity per row, named by the
constants below: few large arrays compile several times faster than many small ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import config, njit
from numpy.typing import NDArray

from heatsym.engine import code_cache
from heatsym.interfaces.axis import FloatArray, IntArray

Function = TypeVar("Function", bound=Callable[..., Any])

cast(Any, config).CACHE_DIR = str(code_cache.folder())

SLOTS = 32
"""Parcels kept per pipe; a power of two."""
LAST = SLOTS - 1
RENEWED = 1e-3
"""Fade below which it is multiplied into the parcels and begins anew at 1. [-]"""
SHORT = 0.25
"""Decay up to which the power series of :func:`series` is exact to rounding. [-]"""
TEMPERATURE, FLOW_LIMIT, CAPACITY_LIMIT = 1, 2, 3
"""Causes of unmet heat; see :class:`heatsym.engine.trajectory.Cause`."""

# Rows of Water.ring, Water.pipe, Water.place
WIDTH, LEVEL, EDGE, GROWTH = range(4)
REFERENCE, FADE, CONTENT = range(3)
HEAD, COUNT, FORWARD = range(3)
# Rows of Side.pipe, Side.order, Side.node
FLOW, T_EQ, ABOVE, SLOPE, BEND, READY, FILLS, RATE, UNIFORM, LEAVING, OFFSET, GAIN, LOSS = range(13)
SIGN, SEQUENCE, PLAIN = range(3)
THROUGH, SHARE, HELD = range(3)
# Rows of Room.consumer and Room.source
(
    WISH, DRAWN, FOUND, DIFFERENCE, SENT, LOW, HIGH, LAST_WISH, LAST_DIFFERENCE, LAST_SURPLUS, RESPONSE, BIAS,
    CAME, HEAT, LEAPS, KEEPS, PASSING, PASSED, FLOWED, FIRST, WANTED, SOFTNESS,
    LAST_WANTED, DAMPING,
) = range(24)  # fmt: skip
GIVEN, BACK, SEEN, SEEN_BIAS, LIMIT, MOST = range(6)
# Rows of Inputs.source, Inputs.consumer, Inputs.outside
FEED, UPPER, CONDUCTANCE, T_HOT = range(4)
RETURN_SLOPE, LARGEST_FLOW, KEPT, MOST_KEPT, WAY = range(5)
SET_POINT, SOIL = range(2)
# Rows of Room.way
LASTING, FORCE, GIVE, RISE = range(4)
# Rows of Room.loop
ERROR, STEP, TRIAL, DIAGONAL, WORK = range(5)


def compiled(function: Function, from_python: bool = True) -> Function:
    """Compile, with no flag that assumes that NaN and infinity are absent."""
    made = njit(
        cache=True,
        nogil=True,
        error_model="numpy",
        fastmath={"contract", "nsz", "arcp"},
        no_cfunc_wrapper=True,
        no_cpython_wrapper=not from_python,
    )  # type: ignore[call-overload]
    return cast(Function, made(function))


def inner(function: Function) -> Function:
    """Compile for other kernels only, which takes half the time."""
    return compiled(function, from_python=False)


class Medium(NamedTuple):
    """The fluid: theta is enthalpy over ``capacity``; polynomials ascend from the constant."""

    capacity: float
    to_theta: FloatArray  # theta - t over (t - 80)/80
    to_temperature: FloatArray  # t - theta over (theta - 80)/80
    density: FloatArray  # over (t - 80)/80
    log_viscosity: FloatArray


class Network(NamedTuple):
    """The graph and its pipes, by breadth-first number."""

    start: IntArray  # (pipe,)
    end: IntArray
    parent: IntArray  # (node,) node nearer to the root, -1 for the root
    sense: FloatArray  # (node - 1,) +1 where the tree's pipe starts at the parent
    incident_at: IntArray  # (node + 1,)
    incident: IntArray  # pipes at each node
    conductance: FloatArray  # (pipe,) own loss coefficient times length [W/K]
    cross: FloatArray  # (pipe,) loss coefficient to the partner over the own one
    supply_capacity: FloatArray  # (pipe,) [J/K]
    return_capacity: FloatArray
    consumer: IntArray  # (consumer,) node
    source: IntArray  # (source,) node


class Loops(NamedTuple):
    """Fundamental loops, the pattern of their Newton matrix and of its factor; empty for a tree."""

    number: int
    loop_at: IntArray  # (loop + 1,)
    loop_pipe: IntArray
    loop_sense: FloatArray
    entry_at: IntArray  # (entry + 1,) products of senses that make an entry of the upper triangle
    entry_pipe: IntArray
    entry_sense: FloatArray
    column_at: IntArray  # (loop + 1,) upper triangle by columns
    row: IntArray
    factor_at: IntArray  # (loop + 1,)
    elimination: IntArray  # (loop,) parent in the elimination tree
    pipe: FloatArray  # (4, pipe) length, diameter, roughness, zeta


class Inputs(NamedTuple):
    """What the steps ask and offer."""

    heat: FloatArray  # (time, consumer), NaN where flow is prescribed
    mass_flow: FloatArray
    return_offset: FloatArray
    consumer: FloatArray  # (5, consumer)
    ground: FloatArray  # (time,)
    outside: FloatArray  # (2, time) set-point and ground, not as theta [degC]
    source: FloatArray  # (4, time, source)
    order: IntArray  # (time, source)


class Limits(NamedTuple):
    """When a step is good enough, and how the search goes; as in the reference engine."""

    seconds: float
    substeps: int
    tolerance: float
    max_sweeps: int
    halvings: int
    repeats: int
    cuts: int
    still: float
    design_heat: float
    temperature: float
    parting: float
    shift: float
    small_difference: float
    excess: float
    reach: float
    steepest: float
    leaps: int
    narrow: float
    asks_return: bool
    bypasses: bool
    soft: float
    swing: float
    trickle: float
    coldest: float


class Water(NamedTuple):
    """The water of one side; see the head of the module.

    Parcels stand in a ring from the head on, first the one at the outlet; FORWARD says that the outlet is
    the pipe's end. CONTENT is the sum of width times mean of level and edge.
    """

    ring: FloatArray  # (pipe, SLOTS, 4): a parcel's numbers lie together
    pipe: FloatArray  # (3, pipe)
    place: IntArray  # (3, pipe)
    merged: IntArray  # (1,)


class Side(NamedTuple):
    """Working memory of one side's flow and mixing."""

    capacity: FloatArray  # (pipe,) [J/K]
    around: FloatArray  # (loop,)
    pipe: FloatArray  # (13, pipe)
    order: IntArray  # (3, pipe)
    counts: IntArray  # (2,) pipes with flow, and how many of them recirculate
    node: FloatArray  # (3, node)
    nodes: FloatArray  # (node, substep) content while the water moves


class Room(NamedTuple):
    """Working memory of a step."""

    consumer: FloatArray  # (24, consumer)
    source: FloatArray  # (6, source)
    entering: FloatArray  # (source, substep)
    arrived: FloatArray  # (consumer, substep)
    returned: FloatArray  # (consumer, substep)
    excess: FloatArray  # (2, substep)
    withdrawal: FloatArray  # (node,)
    queue: IntArray  # (3, node)
    way: FloatArray  # (4, node) how the supply comes to the nodes, for bypasses
    base: FloatArray  # (pipe,)
    depths: IntArray
    loop_pipe: FloatArray  # (4, pipe) density, viscosity, drop, slope
    loop: FloatArray  # (5, loop) error, step, trial, diagonal, work
    loop_order: IntArray  # (3, loop) filled, pattern, flag
    matrix: FloatArray
    factor_row: IntArray
    factor: FloatArray


class Memory(NamedTuple):
    """What one step hands to the next beside the water."""

    arrived: FloatArray  # (consumer,)
    response: FloatArray
    held: FloatArray  # (consumer,) flow that keeps the way to it warm
    source_return: FloatArray  # (source,)
    supply_around: FloatArray  # (loop,)
    return_around: FloatArray


class Sums(NamedTuple):
    """A step's outcome while its parts are joined: time integrals, contents, and their weights."""

    node: FloatArray  # (4, node) content and weight of supply, of return
    pipe: FloatArray  # (3, pipe) flow of supply, of return, loss
    consumer: (
        FloatArray  # (7, consumer) demand, delivered, worst part, drawn, content arrived, sent, bypassed
    )
    cause: IntArray  # (consumer,)
    source: FloatArray  # (5, source) heat, flow, content fed, content returned, last return


class Setting(NamedTuple):
    """All that a march only reads."""

    network: Network
    loops: Loops
    medium: Medium
    limits: Limits
    inputs: Inputs


class State(NamedTuple):
    """All that one step hands to the next."""

    supply: Water
    return_: Water
    memory: Memory


class Work(NamedTuple):
    """All working memory; ``safe`` is the water as it was before the step."""

    supply: Side
    return_: Side
    room: Room
    sums: Sums
    safe_supply: Water
    safe_return: Water


class Output(NamedTuple):
    """Rows by step, in the order of the case."""

    pipe_column: IntArray
    node_column: IntArray
    node: FloatArray  # (2, time, node) supply and return temperature
    pipe: FloatArray  # (5, time, pipe) flow of supply, of return, loss, mean temperature of supply, of return
    consumer: (
        FloatArray  # (6, time, consumer) demand, delivered, supply and return temperature, flow, bypassed
    )
    cause: NDArray[np.int8]
    source: FloatArray  # (4, time, source) heat, flow, feed, return
    step: FloatArray  # (2, time) stored heat, residual
    sweeps: IntArray
    converged: NDArray[np.bool_]


# -- scalars ---------------------------------------------------------------------------------------


@inner
def fill(target: Any, value: Any) -> None:
    """The same value everywhere; a loop, because slices compile slowly."""
    flat = target.ravel()
    for i in range(flat.size):
        flat[i] = value


@inner
def copy(source: Any, target: Any) -> None:
    """One row into another."""
    for i in range(source.size):
        target[i] = source[i]


@compiled
def series(x: float) -> float:
    """Mean of exp over the interval from 0 to x, for abs(x) <= SHORT: its power series."""
    square = x * x
    fourth = square * square
    low = (1.0 + x * (1 / 2)) + square * (1 / 6 + x * (1 / 24))
    middle = (1 / 120 + x * (1 / 720)) + square * (1 / 5040 + x * (1 / 40320))
    return low + fourth * (middle + fourth * (1 / 362880 + x * (1 / 3628800)))


@compiled
def mean_exp(x: float) -> float:
    """Mean of exp over the interval from 0 to x: expm1(x) / x, 1 at 0."""
    if abs(x) <= SHORT:
        return series(x)
    return (math.exp(x) - 1.0) / x


@compiled
def log_ratio(x: float) -> float:
    """Natural logarithm, fast near 1."""
    z = (x - 1.0) / (x + 1.0)
    if abs(z) < 0.05:
        q = z * z
        return 2.0 * z * (1.0 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11))))))
    return math.log(x)


@compiled
def polynomial(coefficients: FloatArray, x: float) -> float:
    """Value of a polynomial, ascending from the constant."""
    value = 0.0
    for i in range(coefficients.size - 1, -1, -1):
        value = value * x + coefficients[i]
    return value


@compiled
def theta_of(medium: Medium, t: float) -> float:
    """Enthalpy measure of a temperature."""
    return t + polynomial(medium.to_theta, (t - 80.0) / 80.0)


@compiled
def temperature_of(medium: Medium, theta: float) -> float:
    """Temperature of an enthalpy measure."""
    return theta + polynomial(medium.to_temperature, (theta - 80.0) / 80.0)


@inner
def rule_end(offset: float, slope: float, set_point: float, soil: float) -> float:
    """Where a rule that follows the supply ends on cold water, as ``Problem.coldest_return``. [degC]"""
    return max(min(offset + slope * set_point, soil), 0.0)


@inner
def sent_back(
    medium: Medium, offset: float, slope: float, supply: float, set_point: float, soil: float
) -> float:
    """Return temperature by a consumer's rule at a supply temperature, where the rule follows the supply."""
    least = rule_end(offset, slope, set_point, soil)
    return theta_of(medium, max(offset + slope * temperature_of(medium, supply), least))


@inner
def most_heat(upper: float, conductance: float, room: float) -> float:
    """Largest heat of a source: its plan, and the cooling of its stream by ``room`` [K]. [W]"""
    if not math.isfinite(conductance):
        return upper
    return min(upper, conductance * max(room, 0.0))


@inner
def drawn_heat(asked: float, most: float, flow: float, share: float, usable: float) -> float:
    """Heat that a consumer gets: what it asked for below its largest flow, else what is usable. [W]"""
    if flow <= 0.0:
        return 0.0
    if math.isnan(asked):
        return usable
    bound = most if math.isinf(most) else share * most
    if flow < bound * (1.0 - 1e-9):
        return share * asked
    return min(share * asked, usable)


# -- the water of a pipe ---------------------------------------------------------------------------


@compiled
def mean_of(water: Water, k: int) -> float:
    """Mean temperature of a pipe."""
    mean: float = water.pipe[REFERENCE, k] + water.pipe[FADE, k] * water.pipe[CONTENT, k]
    return mean


@inner
def operator(
    water: Water, k: int, along: bool, fills: float, rate: float, t_eq: float
) -> tuple[float, float]:
    """Offset and gain of the mean at the outlet while ``fills`` pass; ``along`` from start to end.

    ``rate`` is the decay in the time in which one fill passes.
    """
    above = water.pipe[REFERENCE, k] - t_eq
    fade = water.pipe[FADE, k]
    count, head = water.place[COUNT, k], water.place[HEAD, k]
    turned = along != (water.place[FORWARD, k] == 1)
    leaving, reached, left = 0.0, 1.0, fills
    for i in range(count):
        s = (head + (count - 1 - i if turned else i)) & LAST
        width, edge, growth = water.ring[k, s, WIDTH], water.ring[k, s, EDGE], water.ring[k, s, GROWTH]
        if turned:
            edge *= 1.0 + growth * mean_exp(growth)
            growth = -growth
        gone = min(left, width)
        fading = rate * gone
        uniform = mean_exp(-fading)
        share = gone / width if width > 0.0 else 0.0
        sloped = mean_exp(growth * share - fading)
        leaving += (
            gone * reached * ((above + fade * water.ring[k, s, LEVEL]) * uniform + fade * edge * sloped)
        )
        reached *= 1.0 - fading * uniform
        left -= gone
        if left <= 0.0:
            break
    gain = 0.0
    if fills > 1.0:
        gain = (1.0 - 1.0 / fills) * (1.0 - rate * mean_exp(-rate))
    return t_eq * (1.0 - gain) + leaving / fills, gain


@inner
def turn(water: Water, k: int) -> None:
    """Let the other end be the outlet."""
    ring, count, head = water.ring, water.place[COUNT, k], water.place[HEAD, k]
    i, j = 0, count - 1
    while i <= j:
        a, b = (head + i) & LAST, (head + j) & LAST
        for s in (a, b) if a != b else (a, -1):
            if s >= 0:
                growth = ring[k, s, GROWTH]
                ring[k, s, EDGE] *= 1.0 + growth * mean_exp(growth)
                ring[k, s, GROWTH] = -growth
        for row in range(4):
            ring[k, a, row], ring[k, b, row] = ring[k, b, row], ring[k, a, row]
        i += 1
        j -= 1
    water.place[FORWARD, k] = 1 - water.place[FORWARD, k]


@inner
def make_room(water: Water, k: int) -> None:
    """Merge the two most alike neighbours where every slot is taken."""
    count, head = water.place[COUNT, k], water.place[HEAD, k]
    best, at = np.inf, 0
    s = head & LAST
    before = water.ring[k, s, LEVEL] + water.ring[k, s, EDGE] * mean_exp(water.ring[k, s, GROWTH])
    for i in range(count - 1):
        a, b = (head + i) & LAST, (head + i + 1) & LAST
        here = water.ring[k, b, LEVEL] + water.ring[k, b, EDGE] * mean_exp(water.ring[k, b, GROWTH])
        both = water.ring[k, a, WIDTH] + water.ring[k, b, WIDTH]
        moved = abs(here - before) * water.ring[k, a, WIDTH] * water.ring[k, b, WIDTH] / both
        if moved < best:
            best, at = moved, i
        before = here
    a, b = (head + at) & LAST, (head + at + 1) & LAST
    both = water.ring[k, a, WIDTH] + water.ring[k, b, WIDTH]
    one = water.ring[k, a, LEVEL] + water.ring[k, a, EDGE] * mean_exp(water.ring[k, a, GROWTH])
    two = water.ring[k, b, LEVEL] + water.ring[k, b, EDGE] * mean_exp(water.ring[k, b, GROWTH])
    water.ring[k, a, LEVEL] = (water.ring[k, a, WIDTH] * one + water.ring[k, b, WIDTH] * two) / both
    water.ring[k, a, EDGE] = 0.0
    water.ring[k, a, GROWTH] = 0.0
    water.ring[k, a, WIDTH] = both
    for i in range(at + 1, count - 1):
        a, b = (head + i) & LAST, (head + i + 1) & LAST
        water.ring[k, a, WIDTH] = water.ring[k, b, WIDTH]
        water.ring[k, a, LEVEL] = water.ring[k, b, LEVEL]
        water.ring[k, a, EDGE] = water.ring[k, b, EDGE]
        water.ring[k, a, GROWTH] = water.ring[k, b, GROWTH]
    water.place[COUNT, k] = count - 1
    water.merged[0] += 1


@inner
def renew(water: Water, k: int) -> None:
    """Begin the fade anew where it has become small."""
    fade = water.pipe[FADE, k]
    if fade < RENEWED:
        for i in range(water.place[COUNT, k]):
            s = (water.place[HEAD, k] + i) & LAST
            water.ring[k, s, LEVEL] *= fade
            water.ring[k, s, EDGE] *= fade
        water.pipe[CONTENT, k] *= fade
        water.pipe[FADE, k] = 1.0


@inner
def stand(water: Water, k: int, decay: float, t_eq: float) -> float:
    """Cool standing water; the heat lost, in pipe capacities times kelvin."""
    kept = math.exp(-decay)
    above = water.pipe[REFERENCE, k] - t_eq
    lost: float = -math.expm1(-decay) * (above + water.pipe[FADE, k] * water.pipe[CONTENT, k])
    water.pipe[REFERENCE, k] = t_eq + above * kept
    water.pipe[FADE, k] *= kept
    renew(water, k)
    return lost


@inner
def push(
    water: Water,
    k: int,
    fills: float,
    rate: float,
    t_eq: float,
    flow: float,
    share: float,
    entering: FloatArray,
    leaving_to: FloatArray,
    substeps: int,
) -> float:
    """Move a pipe's water on, ``fills`` > 0 in each substep; the heat lost, in capacities times kelvin.

    ``entering`` (substep,) is the content of the node upstream, ``share`` one over its throughflow; the
    content that arrives is added to ``leaving_to`` (substep,).
    """
    reference, fade, content = water.pipe[REFERENCE, k], water.pipe[FADE, k], water.pipe[CONTENT, k]
    count, head = water.place[COUNT, k], water.place[HEAD, k]
    lost = 0.0
    if fills >= 1.0:
        uniform_all = mean_exp(-rate)
        kept_all = 1.0 - rate * uniform_all
        for j in range(substeps):
            excess = entering[j] * share - t_eq
            above = reference - t_eq
            leaving, reached = 0.0, 1.0
            for i in range(count):
                s = (head + i) & LAST
                width, growth = water.ring[k, s, WIDTH], water.ring[k, s, GROWTH]
                fading = rate * width
                uniform = mean_exp(-fading)
                leaving += (
                    width
                    * reached
                    * (
                        (above + fade * water.ring[k, s, LEVEL]) * uniform
                        + fade * water.ring[k, s, EDGE] * mean_exp(growth - fading)
                    )
                )
                reached *= 1.0 - fading * uniform
            leaving_to[j] += flow * (t_eq + (leaving + excess * kept_all * (fills - 1.0)) / fills)
            lost += (above + fade * content - leaving) + excess * (
                (1.0 - uniform_all) + (1.0 - kept_all) * (fills - 1.0)
            )
            head, count = 0, 1
            water.ring[k, 0, WIDTH], water.ring[k, 0, LEVEL] = 1.0, 0.0
            water.ring[k, 0, EDGE], water.ring[k, 0, GROWTH] = excess * kept_all, rate
            reference, fade, content = t_eq, 1.0, excess * uniform_all
    else:
        decay = rate * fills
        slope = mean_exp(-decay)
        kept = 1.0 - decay * slope
        per_fill = 1.0 / fills
        for j in range(substeps):
            excess = entering[j] * share - t_eq
            above = reference - t_eq
            total = above + fade * content
            leaving, reached = 0.0, 1.0
            left_with, left_content, left = 0.0, 0.0, fills
            while count > 0:
                s = head & LAST
                width, growth = water.ring[k, s, WIDTH], water.ring[k, s, GROWTH]
                level, edge = water.ring[k, s, LEVEL], water.ring[k, s, EDGE]
                if width <= left:
                    gone, run = width, growth
                else:
                    gone, run = left, growth * left / width
                fading = rate * gone
                uniform = mean_exp(-fading)
                rising = mean_exp(run)
                inside = level + edge * rising
                leaving += (
                    gone * reached * ((above + fade * level) * uniform + fade * edge * mean_exp(run - fading))
                )
                reached *= 1.0 - fading * uniform
                left_with += gone * (above + fade * inside)
                left_content += gone * inside
                if gone < width:
                    water.ring[k, s, WIDTH] = width - gone
                    water.ring[k, s, EDGE] = edge * (1.0 + run * rising)
                    water.ring[k, s, GROWTH] = growth - run
                    break
                left -= gone
                head += 1
                count -= 1
                if left <= 0.0:
                    break
            leaving_to[j] += flow * (t_eq + leaving * per_fill)
            lost += (left_with - leaving) + decay * slope * (total - left_with)
            lost += excess * fills * (1.0 - slope)
            reference = t_eq + above * kept
            fade *= kept
            content -= left_content
            if fade < RENEWED:
                for i in range(count):
                    s = (head + i) & LAST
                    water.ring[k, s, LEVEL] *= fade
                    water.ring[k, s, EDGE] *= fade
                content *= fade
                fade = 1.0
            if count == SLOTS:
                water.place[HEAD, k], water.place[COUNT, k] = head, count
                make_room(water, k)
                count -= 1
            s = (head + count) & LAST
            level, edge = (t_eq - reference) / fade, excess / fade
            water.ring[k, s, WIDTH], water.ring[k, s, LEVEL] = fills, level
            water.ring[k, s, EDGE], water.ring[k, s, GROWTH] = edge * kept, decay
            content += fills * (level + edge * slope)
            count += 1
    water.pipe[REFERENCE, k], water.pipe[FADE, k], water.pipe[CONTENT, k] = reference, fade, content
    water.place[HEAD, k], water.place[COUNT, k] = head & LAST, count
    return lost


@inner
def copied(water: Water, safe: Water) -> None:
    """Copy the water of all pipes."""
    for row in range(3):
        for k in range(water.pipe.shape[1]):
            safe.pipe[row, k] = water.pipe[row, k]
            safe.place[row, k] = water.place[row, k]
    for k in range(water.pipe.shape[1]):
        for i in range(water.place[COUNT, k]):
            s = (water.place[HEAD, k] + i) & LAST
            for row in range(4):
                safe.ring[k, s, row] = water.ring[k, s, row]
    safe.merged[0] = water.merged[0]


# -- flows -----------------------------------------------------------------------------------------


@inner
def tree_flow(network: Network, withdrawal: FloatArray, flow: FloatArray) -> None:
    """Flows that carry the withdrawals, which are summed up towards the root on the way."""
    for node in range(network.parent.size - 1, 0, -1):
        flow[node - 1] = network.sense[node - 1] * withdrawal[node]
        withdrawal[network.parent[node]] += withdrawal[node]
    for k in range(network.parent.size - 1, flow.size):
        flow[k] = 0.0


@inner
def same_signs(flow: FloatArray, sign: IntArray) -> bool:
    """Whether every flow has the sign noted; notes the new ones."""
    same = True
    for k in range(flow.size):
        now = 1 if flow[k] > 0.0 else (-1 if flow[k] < 0.0 else 0)
        if now != sign[k]:
            sign[k] = now
            same = False
    return same


@inner
def sorted_along(
    network: Network, sign: IntArray, sequence: IntArray, waiting: IntArray, queue: IntArray
) -> tuple[int, int]:
    """Pipes with flow in an order in which all inflow of a node stands before its outflow.

    Returns how many there are, and how many of them stand in no such order (they recirculate).
    """
    nodes = network.parent.size
    for node in range(nodes):
        waiting[node] = 0
    flowing = 0
    for k in range(sign.size):
        if sign[k] != 0:
            waiting[network.end[k] if sign[k] > 0 else network.start[k]] += 1
            flowing += 1
    tail = 0
    for node in range(nodes):
        if waiting[node] == 0:
            queue[tail] = node
            tail += 1
    here = placed = 0
    while here < tail:
        node = queue[here]
        here += 1
        for i in range(network.incident_at[node], network.incident_at[node + 1]):
            k = network.incident[i]
            if sign[k] == 0 or (network.start[k] if sign[k] > 0 else network.end[k]) != node:
                continue
            sequence[placed] = k
            placed += 1
            other = network.end[k] if sign[k] > 0 else network.start[k]
            waiting[other] -= 1
            if waiting[other] == 0:
                queue[tail] = other
                tail += 1
    around = flowing - placed
    if around:
        for k in range(sign.size):
            if sign[k] != 0 and waiting[network.start[k] if sign[k] > 0 else network.end[k]] > 0:
                sequence[placed] = k
                placed += 1
    return flowing, around


@compiled
def friction(
    flow: float,
    length: float,
    diameter: float,
    roughness: float,
    zeta: float,
    density: float,
    viscosity: float,
) -> tuple[float, float]:
    """Pressure drop along a pipe and its slope over the flow; see :mod:`heatsym.physics.friction`."""
    per_flow = 4.0 / (math.pi * diameter * viscosity)
    re = flow * per_flow
    size = abs(re)
    if size <= 2000.0:
        product, slope = 64.0 * re, 64.0
    else:
        turbulent = max(size, 2300.0)
        half = 0.5 * math.log(10.0)
        a = roughness / diameter * turbulent * (half / (2.51 * 3.71))
        b = math.log(turbulent * (half / 2.51))
        y = b - 0.2
        for _ in range(2):
            z = a + y
            error = (math.log(z) + y - b) / (1.0 + z)
            y -= (1.0 + z + 0.5 * error) * error * z / (1.0 + z + error * (1.0 + error / 3.0))
        factor = (half / y) ** 2
        change = -2.0 * factor / (turbulent * (1.0 + a + y))
        if size < 2300.0:
            s = (size - 2000.0) / 300.0
            f0, g0, g1 = 0.032, -0.0048, change * 300.0
            two = 3.0 * (factor - f0) - 2.0 * g0 - g1
            three = g0 + g1 - 2.0 * (factor - f0)
            factor = f0 + s * (g0 + s * (two + s * three))
            change = (g0 + s * (2.0 * two + 3.0 * s * three)) / 300.0
        product = factor * re * size
        slope = 2.0 * factor * size + change * size * size
    scale = (viscosity / diameter) ** 2 / (2.0 * density)
    drop = scale * (length / diameter * product + zeta * re * size)
    return drop, per_flow * scale * (length / diameter * slope + 2.0 * zeta * size)


@inner
def factorised(loops: Loops, room: Room) -> None:
    """LDL transposed of the loop matrix, whose upper triangle stands by columns."""
    matrix, factor_row, factor = room.matrix, room.factor_row, room.factor
    diagonal, work = room.loop[DIAGONAL], room.loop[WORK]
    filled, pattern, flag = room.loop_order[0], room.loop_order[1], room.loop_order[2]
    for column in range(loops.number):
        work[column] = 0.0
        top = loops.number
        flag[column] = column
        filled[column] = 0
        for p in range(loops.column_at[column], loops.column_at[column + 1]):
            i = loops.row[p]
            work[i] += matrix[p]
            deep = 0
            while flag[i] != column:
                pattern[deep] = i
                deep += 1
                flag[i] = column
                i = loops.elimination[i]
            while deep > 0:
                top -= 1
                deep -= 1
                pattern[top] = pattern[deep]
        diagonal[column] = work[column]
        work[column] = 0.0
        while top < loops.number:
            i = pattern[top]
            value = work[i]
            work[i] = 0.0
            stop = loops.factor_at[i] + filled[i]
            for p in range(loops.factor_at[i], stop):
                work[factor_row[p]] -= factor[p] * value
            entry = value / diagonal[i]
            diagonal[column] -= entry * value
            factor_row[stop] = column
            factor[stop] = entry
            filled[i] += 1
            top += 1


@inner
def solved(loops: Loops, room: Room, right: FloatArray) -> None:
    """Solve in place with the factors."""
    factor_row, factor, diagonal = room.factor_row, room.factor, room.loop[DIAGONAL]
    for j in range(loops.number):
        for p in range(loops.factor_at[j], loops.factor_at[j + 1]):
            right[factor_row[p]] -= factor[p] * right[j]
    for j in range(loops.number):
        right[j] /= diagonal[j]
    for j in range(loops.number - 1, -1, -1):
        for p in range(loops.factor_at[j], loops.factor_at[j + 1]):
            right[j] -= factor[p] * right[factor_row[p]]


@inner
def around_loops(loops: Loops, room: Room, around: FloatArray, flow: FloatArray) -> float:
    """Flow with what circulates, friction of every pipe, net drop around every loop; its norm."""
    density, viscosity, drop, slope = (
        room.loop_pipe[0],
        room.loop_pipe[1],
        room.loop_pipe[2],
        room.loop_pipe[3],
    )
    length, diameter, roughness, zeta = loops.pipe[0], loops.pipe[1], loops.pipe[2], loops.pipe[3]
    for k in range(flow.size):
        flow[k] = room.base[k]
    for loop in range(loops.number):
        for p in range(loops.loop_at[loop], loops.loop_at[loop + 1]):
            flow[loops.loop_pipe[p]] += loops.loop_sense[p] * around[loop]
    for k in range(flow.size):
        drop[k], slope[k] = friction(
            flow[k], length[k], diameter[k], roughness[k], zeta[k], density[k], viscosity[k]
        )
    norm = 0.0
    for loop in range(loops.number):
        net = 0.0
        for p in range(loops.loop_at[loop], loops.loop_at[loop + 1]):
            net += loops.loop_sense[p] * drop[loops.loop_pipe[p]]
        room.loop[ERROR, loop] = net
        norm += net * net
    return math.sqrt(norm)


@inner
def balanced(
    loops: Loops, medium: Medium, water: Water, room: Room, around: FloatArray, flow: FloatArray
) -> bool:
    """Flow without a net drop around any loop, by Newton's method; whether it was found.

    As :func:`heatsym.numerics.graph.balanced_flow`: the step is halved while it does not lower the norm,
    and the last one, below 1e-9 of the largest flow, is taken.
    """
    error, step, trial = room.loop[ERROR], room.loop[STEP], room.loop[TRIAL]
    for k in range(flow.size):
        x = (temperature_of(medium, mean_of(water, k)) - 80.0) / 80.0
        room.loop_pipe[0, k] = polynomial(medium.density, x)
        room.loop_pipe[1, k] = math.exp(polynomial(medium.log_viscosity, x))
    norm = around_loops(loops, room, around, flow)
    for _ in range(60):
        for entry in range(loops.row.size):
            value = 0.0
            for p in range(loops.entry_at[entry], loops.entry_at[entry + 1]):
                value += loops.entry_sense[p] * room.loop_pipe[3, loops.entry_pipe[p]]
            room.matrix[entry] = value
        factorised(loops, room)
        largest, longest = 1e-12, 0.0
        for loop in range(loops.number):
            step[loop] = -error[loop]
        solved(loops, room, step)
        for loop in range(loops.number):
            longest = max(longest, abs(step[loop]))
        for k in range(flow.size):
            largest = max(largest, abs(flow[k]))
        if longest <= 1e-9 * largest:
            for loop in range(loops.number):
                around[loop] += step[loop]
                for p in range(loops.loop_at[loop], loops.loop_at[loop + 1]):
                    flow[loops.loop_pipe[p]] += loops.loop_sense[p] * step[loop]
            return True
        share, now = 1.0, norm
        for halving in range(8):
            for loop in range(loops.number):
                trial[loop] = around[loop] + share * step[loop]
            now = around_loops(loops, room, trial, flow)
            if now <= norm or halving == 7:
                break
            share *= 0.5
        for loop in range(loops.number):
            around[loop] = trial[loop]
        norm = now
    return False


@inner
def route(
    still: float,
    network: Network,
    loops: Loops,
    medium: Medium,
    water: Water,
    side: Side,
    room: Room,
    sense: float,
) -> bool:
    """Flows of one side's pipes for what consumers draw and sources give; whether the loops balance.

    ``sense`` is 1 on the supply side, where consumers withdraw, and -1 on the return side. Flows below
    ``still`` are rounding.
    """
    withdrawal, flow, sign = room.withdrawal, side.pipe[FLOW], side.order[SIGN]
    fill(withdrawal, 0.0)
    for c in range(network.consumer.size):
        withdrawal[network.consumer[c]] += sense * room.consumer[DRAWN, c]
    for s in range(network.source.size):
        withdrawal[network.source[s]] -= sense * room.source[GIVEN, s]
    closed = True
    if loops.number == 0:
        tree_flow(network, withdrawal, flow)
    else:
        tree_flow(network, withdrawal, room.base)
        closed = balanced(loops, medium, water, room, side.around, flow)
    for k in range(flow.size):
        if abs(flow[k]) < still:
            flow[k] = 0.0
    if not same_signs(flow, sign):
        counts = sorted_along(network, sign, side.order[SEQUENCE], room.queue[0], room.queue[1])
        side.counts[0], side.counts[1] = counts
    return closed


@inner
def mirrored(supply: Side, return_: Side) -> None:
    """Flows of a tree's return side: those of the supply side, the other way round and in reverse order."""
    for k in range(supply.pipe.shape[1]):
        return_.pipe[FLOW, k] = -supply.pipe[FLOW, k]
    if not same_signs(return_.pipe[FLOW], return_.order[SIGN]):
        last = supply.counts[0] - 1
        for i in range(last + 1):
            return_.order[SEQUENCE, i] = supply.order[SEQUENCE, last - i]
        copy(supply.counts, return_.counts)


@inner
def at_rest(side: Side) -> None:
    """No flow anywhere."""
    fill(side.pipe[FLOW], 0.0)
    fill(side.node[THROUGH], 0.0)
    fill(side.order[SIGN], 0)
    fill(side.counts, 0)


# -- one side in a step ------------------------------------------------------------------------------


@inner
def begin(network: Network, water: Water, partner: Water, side: Side, ground: float) -> None:
    """What one side's pipes are like at the start of a step: equilibrium, and the water of plain pipes.

    A plain pipe holds one parcel; its operator is a closed form that vectorises. READY is 1 or -1 where a
    pipe is plain for flow from its start or from its end.
    """
    t_eq, above, slope, bend = side.pipe[T_EQ], side.pipe[ABOVE], side.pipe[SLOPE], side.pipe[BEND]
    ready = side.pipe[READY]
    for k in range(t_eq.size):
        t_eq[k] = ground + network.cross[k] * (mean_of(partner, k) - ground)
        s = water.place[HEAD, k] & LAST
        fade = water.pipe[FADE, k]
        above[k] = water.pipe[REFERENCE, k] + fade * water.ring[k, s, LEVEL] - t_eq[k]
        slope[k] = fade * water.ring[k, s, EDGE]
        bend[k] = water.ring[k, s, GROWTH]
        ready[k] = 0.0
        if water.place[COUNT, k] == 1 and abs(bend[k]) <= SHORT:
            ready[k] = 1.0 if water.place[FORWARD, k] == 1 else -1.0


@inner
def operate(network: Network, medium: Medium, water: Water, side: Side, seconds: float) -> None:
    """Every pipe's operator over a step with the present flow: offset and gain of the outlet's mean."""
    flow, t_eq, above = side.pipe[FLOW], side.pipe[T_EQ], side.pipe[ABOVE]
    slope, bend, fills, rate = side.pipe[SLOPE], side.pipe[BEND], side.pipe[FILLS], side.pipe[RATE]
    uniform, leaving = side.pipe[UNIFORM], side.pipe[LEAVING]
    offset, gain, ready, plain = side.pipe[OFFSET], side.pipe[GAIN], side.pipe[READY], side.order[PLAIN]
    passing = seconds * medium.capacity
    for k in range(flow.size):
        size = max(abs(flow[k]), 1e-300)
        fills[k] = size * passing / side.capacity[k]
        rate[k] = network.conductance[k] / (size * medium.capacity)
        uniform[k] = series(-rate[k])
        gain[k] = max(1.0 - 1.0 / fills[k], 0.0) * (1.0 - rate[k] * uniform[k])
        leaving[k] = above[k] * uniform[k] + slope[k] * series(bend[k] - rate[k])
        offset[k] = t_eq[k] * (1.0 - gain[k]) + leaving[k] / fills[k]
    for k in range(flow.size):
        plain[k] = 1 if fills[k] >= 1.0 and rate[k] <= SHORT and ready[k] * flow[k] > 0.0 else 0
        if plain[k] == 0 and flow[k] != 0.0:
            offset[k], gain[k] = operator(water, k, flow[k] > 0.0, fills[k], rate[k], t_eq[k])


@inner
def mix(
    network: Network,
    medium: Medium,
    water: Water,
    side: Side,
    seconds: float,
    place: IntArray,
    inflow: FloatArray,
    t_in: FloatArray,
) -> None:
    """Throughflow and content of one side's nodes over a whole step, from the pipes' operators.

    ``inflow`` [kg/s] of temperature ``t_in`` enters at the nodes ``place``.
    """
    operate(network, medium, water, side, seconds)
    flow, offset, gain = side.pipe[FLOW], side.pipe[OFFSET], side.pipe[GAIN]
    through, share, held = side.node[THROUGH], side.node[SHARE], side.node[HELD]
    fill(through, 0.0)
    fill(held, 0.0)
    for i in range(place.size):
        if inflow[i] > 0.0:
            through[place[i]] += inflow[i]
            held[place[i]] += inflow[i] * t_in[i]
    for k in range(flow.size):
        through[network.end[k] if flow[k] > 0.0 else network.start[k]] += abs(flow[k])
    for node in range(through.size):
        share[node] = 1.0 / through[node] if through[node] > 0.0 else 0.0
    for i in range(side.counts[0]):
        k = side.order[SEQUENCE, i]
        if flow[k] > 0.0:
            up, down = network.start[k], network.end[k]
        else:
            up, down = network.end[k], network.start[k]
        held[down] += abs(flow[k]) * (offset[k] + gain[k] * (held[up] * share[up]))


@inner
def move(
    network: Network,
    water: Water,
    side: Side,
    seconds: float,
    substeps: int,
    place: IntArray,
    inflow: FloatArray,
    t_in: FloatArray,
) -> None:
    """One side's water moved through the step in substeps; ``t_in`` (entry, substep) is what enters.

    Needs the operators of the same flow; fills ``nodes`` and the loss [J].
    """
    flow, loss, nodes = side.pipe[FLOW], side.pipe[LOSS], side.nodes
    fill(nodes, 0.0)
    for i in range(place.size):
        if inflow[i] > 0.0:
            for j in range(substeps):
                nodes[place[i], j] += inflow[i] * t_in[i, j]
    for i in range(side.counts[0]):
        k = side.order[SEQUENCE, i]
        along = flow[k] > 0.0
        if along:
            up, down = network.start[k], network.end[k]
        else:
            up, down = network.end[k], network.start[k]
        size, fills, rate = abs(flow[k]), side.pipe[FILLS, k] / substeps, side.pipe[RATE, k]
        t_eq, share = side.pipe[T_EQ, k], side.node[SHARE, up]
        if side.order[PLAIN, k] == 1 and fills >= 1.0:
            uniform, leaving = side.pipe[UNIFORM, k], side.pipe[LEAVING, k]
            kept = 1.0 - rate * uniform
            over, per_fill = fills - 1.0, 1.0 / fills
            passing = (1.0 - uniform) + (1.0 - kept) * over
            inside = side.pipe[ABOVE, k] + side.pipe[SLOPE, k] * series(side.pipe[BEND, k])
            lost = 0.0
            for j in range(substeps):
                excess = nodes[up, j] * share - t_eq
                nodes[down, j] += size * (t_eq + (leaving + excess * kept * over) * per_fill)
                lost += (inside - leaving) + excess * passing
                inside, leaving = excess * uniform, excess * kept
            water.pipe[REFERENCE, k], water.pipe[FADE, k], water.pipe[CONTENT, k] = t_eq, 1.0, inside
            water.place[HEAD, k] = 0
            water.ring[k, 0, WIDTH], water.ring[k, 0, LEVEL] = 1.0, 0.0
            water.ring[k, 0, EDGE], water.ring[k, 0, GROWTH] = leaving, rate
        else:
            if along != (water.place[FORWARD, k] == 1):
                turn(water, k)
            lost = push(water, k, fills, rate, t_eq, size, share, nodes[up], nodes[down], substeps)
        loss[k] = lost * side.capacity[k]
    for k in range(flow.size):
        if flow[k] == 0.0:
            decay = network.conductance[k] * seconds / side.capacity[k]
            loss[k] = stand(water, k, decay, side.pipe[T_EQ, k]) * side.capacity[k]


# -- bypasses: as in :mod:`heatsym.engine.bypass` ----------------------------------------------------


@inner
def lasting(network: Network, medium: Medium, side: Side, room: Room, feed: FloatArray) -> None:
    """Content of the supply's nodes if the present flows went on for ever, and what pipe feeds each most."""
    flow, t_eq = side.pipe[FLOW], side.pipe[T_EQ]
    share, content, most, feeder = side.node[SHARE], room.way[LASTING], room.way[RISE], room.queue[2]
    fill(content, 0.0)
    fill(most, 0.0)
    fill(feeder, -1)
    for s in range(network.source.size):
        content[network.source[s]] += room.source[GIVEN, s] * feed[s]
        most[network.source[s]] += room.source[GIVEN, s]
    for i in range(side.counts[0]):
        k = side.order[SEQUENCE, i]
        up, down, size = network.start[k], network.end[k], abs(flow[k])
        if flow[k] < 0.0:
            up, down = down, up
        fading = network.conductance[k] / (size * medium.capacity)
        keeps = 1.0 - fading * series(-fading) if fading <= SHORT else math.exp(-fading)
        content[down] += size * (t_eq[k] + keeps * (content[up] * share[up] - t_eq[k]))
        if size > most[down]:
            most[down], feeder[down] = size, k


@inner
def fall_of(limits: Limits, over: float, soil: float, hottest: float) -> float:
    """Logarithm of the warmest feed over the end that is kept, both over the soil."""
    return math.log(max((hottest - soil) / over, limits.coldest))


@inner
def first_kept(inputs: Inputs, c: int, fall: float) -> float:
    """Flow that keeps the way to a consumer as if it served nobody else."""
    most: float = inputs.consumer[MOST_KEPT, c]
    return min(inputs.consumer[WAY, c] / fall, most) if fall > 0.0 else most


@inner
def warmest(feed: FloatArray) -> float:
    """The warmest feed."""
    hottest = -np.inf
    for s in range(feed.size):
        hottest = max(hottest, feed[s])
    return hottest


@inner
def first_passing(limits: Limits, inputs: Inputs, room: Room, t: int, held: FloatArray) -> None:
    """Begin every bypass's search with the flow held last."""
    soil, hottest = inputs.ground[t], warmest(inputs.source[FEED, t])
    for c in range(held.size):
        kept = inputs.consumer[KEPT, c]
        room.consumer[KEEPS, c] = 0.0
        room.consumer[FIRST, c] = 0.0
        if kept > soil:
            fall = fall_of(limits, kept - soil, soil, hottest)
            room.consumer[FIRST, c] = first_kept(inputs, c, fall)
            room.consumer[KEEPS, c] = room.consumer[FIRST, c]
            if held[c] >= 0.0:
                room.consumer[KEEPS, c] = min(held[c], inputs.consumer[MOST_KEPT, c])
        room.consumer[FLOWED, c] = 0.0
        room.consumer[LAST_WANTED, c], room.consumer[DAMPING, c] = 0.0, 1.0


@inner
def passing_by(room: Room, wished: float, still: float) -> float:
    """What bypasses add to the consumers' own flows, in sum; all begin where nothing moves yet. [kg/s]"""
    total, flowed = 0.0, False
    for c in range(room.consumer.shape[1]):
        passing = max(room.consumer[KEEPS, c] - room.consumer[WISH, c], 0.0)
        room.consumer[PASSING, c] = passing
        total += passing
        flowed = flowed or room.consumer[FLOWED, c] > 0.0
    if wished + total <= still and not flowed:
        total = 0.0
        for c in range(room.consumer.shape[1]):
            room.consumer[KEEPS, c] = room.consumer[FIRST, c]
            room.consumer[PASSING, c] = max(room.consumer[FIRST, c] - room.consumer[WISH, c], 0.0)
            total += room.consumer[PASSING, c]
    return total


@inner
def judged(
    network: Network,
    medium: Medium,
    limits: Limits,
    inputs: Inputs,
    side: Side,
    room: Room,
    t: int,
    scarce: bool,
) -> tuple[float, float, float]:
    """How well the bypasses keep the ends of their ways, and what is wanted of those that move.

    Returns heat that is off [W], in sum, the largest error of an end [K], and heat that bypasses carry
    over the soil's [W].
    """
    soil, hottest = inputs.ground[t], warmest(inputs.source[FEED, t])
    error, off, carried = 0.0, 0.0, 0.0
    for c in range(room.consumer.shape[1]):
        kept, most, node = inputs.consumer[KEPT, c], inputs.consumer[MOST_KEPT, c], network.consumer[c]
        room.consumer[SOFTNESS, c] = room.consumer[WANTED, c] = 0.0
        if not kept > soil:
            continue
        passing, end, dry = room.consumer[PASSING, c], soil, True
        flow = room.consumer[WISH, c] + passing
        if side.node[THROUGH, node] > 0.0:
            end, dry = room.way[LASTING, node] / side.node[THROUGH, node], False
        gap = end - kept
        shut = passing == 0.0 and (gap > 0.0 or (dry and room.consumer[FLOWED, c] > 0.0))
        stuck = gap < 0.0 and (flow >= most * (1.0 - 1e-9) or scarce)
        if not shut and not stuck:
            error += medium.capacity * room.consumer[DRAWN, c] * abs(gap)
            off = max(off, abs(gap))
        carried += medium.capacity * room.consumer[PASSED, c] * (kept - soil)
        if flow > 0.0 and not stuck and (passing > 0.0 or gap < 0.0):
            warmth = math.log(max((end - soil) / (kept - soil), limits.coldest))
            loss = fall_of(limits, kept - soil, soil, hottest) - warmth
            room.consumer[WANTED, c] = -warmth
            room.consumer[SOFTNESS, c] = limits.soft * max(loss, 1e-3) / flow
        elif flow == 0.0 and gap < 0.0 and not stuck and not (dry and room.consumer[FLOWED, c] > 0.0):
            room.consumer[WANTED, c] = 1.0
        elif flow > 0.0 and passing == 0.0 and gap > 0.0 and hottest > kept:
            room.consumer[WANTED, c] = -max(flow * (hottest - end) / (hottest - kept), 1e-300)
    return error, off, carried


@inner
def kept_anew(
    network: Network, medium: Medium, limits: Limits, inputs: Inputs, side: Side, room: Room
) -> None:
    """Move every bypass's flow, having been judged: Newton's method along all ways at once."""
    flow, feeder = side.pipe[FLOW], room.queue[2]
    force, give, rise = room.way[FORCE], room.way[GIVE], room.way[RISE]
    fill(force, 0.0)
    fill(give, 0.0)
    fill(rise, 0.0)
    moves = False
    for c in range(room.consumer.shape[1]):
        soft, node = room.consumer[SOFTNESS, c], network.consumer[c]
        if soft > 0.0:
            moves = True
            force[node] += room.consumer[WANTED, c] / soft
            give[node] += 1.0 / soft
    count = side.counts[0] if moves else 0
    for i in range(count - 1, -1, -1):
        k = side.order[SEQUENCE, i]
        up, down = network.start[k], network.end[k]
        if flow[k] < 0.0:
            up, down = down, up
        if feeder[down] == k:
            stiff = 1.0 + give[down] * network.conductance[k] / (medium.capacity * flow[k] * flow[k])
            force[up] += force[down] / stiff
            give[up] += give[down] / stiff
    for i in range(count):
        k = side.order[SEQUENCE, i]
        up, down = network.start[k], network.end[k]
        if flow[k] < 0.0:
            up, down = down, up
        if feeder[down] == k:
            steep = network.conductance[k] / (medium.capacity * flow[k] * flow[k])
            pull = (force[down] - give[down] * rise[up]) / (1.0 + give[down] * steep)
            rise[down] = rise[up] + steep * pull
    for c in range(room.consumer.shape[1]):
        soft, wanted = room.consumer[SOFTNESS, c], room.consumer[WANTED, c]
        total = room.consumer[WISH, c] + room.consumer[PASSING, c]
        if soft > 0.0:
            share = min((wanted - rise[network.consumer[c]]) / soft / total, 1.0 - 1.0 / limits.reach)
            last = room.consumer[LAST_WANTED, c]
            if wanted * last < 0.0 and abs(wanted) > limits.swing * abs(last):
                room.consumer[DAMPING, c] *= 0.5
            room.consumer[LAST_WANTED, c] = wanted
            times = max(1.0 / (1.0 - share), 1.0 / limits.reach)
            if room.consumer[DAMPING, c] < 1.0:
                times = times ** room.consumer[DAMPING, c]
            aimed = total * times
            if aimed < limits.trickle * room.consumer[FIRST, c]:
                aimed = 0.0
            room.consumer[KEEPS, c] = min(aimed, inputs.consumer[MOST_KEPT, c])
        elif wanted > 0.0:
            room.consumer[KEEPS, c] = room.consumer[FIRST, c]
        elif wanted < 0.0:
            room.consumer[KEEPS, c] = min(room.consumer[KEEPS, c], -wanted)
        if total > 0.0:
            room.consumer[FLOWED, c] = 1.0


# -- the coupling ------------------------------------------------------------------------------------


@inner
def first_wish(inputs: Inputs, medium: Medium, room: Room, t: int, small: float) -> float:
    """Each consumer's flow at the temperature last seen, its search begun; all heat asked for. [W]

    Where that temperature is of no use and nothing bounds the flow, it begins as if ``small`` [K] were.
    """
    heats, given, offsets = inputs.heat[t], inputs.mass_flow[t], inputs.return_offset[t]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    slopes, mosts = inputs.consumer[RETURN_SLOPE], inputs.consumer[LARGEST_FLOW]
    wish, found = room.consumer[WISH], room.consumer[FOUND]
    asked = 0.0
    for c in range(heats.size):
        wish[c] = 0.0
        if math.isnan(heats[c]):
            wish[c] = 0.0 if math.isnan(given[c]) else given[c]
        elif heats[c] > 0.0:
            asked += heats[c]
            back = offsets[c]
            if slopes[c] != 0.0:
                back = sent_back(medium, offsets[c], slopes[c], found[c], set_point, soil)
            wish[c] = heats[c] / (medium.capacity * small) if math.isinf(mosts[c]) else mosts[c]
            if found[c] > back:
                wish[c] = min(heats[c] / (medium.capacity * (found[c] - back)), mosts[c])
        room.consumer[LAST_WISH, c] = wish[c]
        room.consumer[LOW, c], room.consumer[HIGH, c], room.consumer[LEAPS, c] = 0.0, mosts[c], 0.0
        room.consumer[LAST_DIFFERENCE, c], room.consumer[LAST_SURPLUS, c] = np.nan, 0.0
    return asked


@inner
def most_flows(inputs: Inputs, medium: Medium, room: Room, t: int) -> float:
    """Largest flow of each source at the return temperature last seen; their sum. [kg/s]"""
    limit, most, seen = room.source[LIMIT], room.source[MOST], room.source[SEEN]
    total = 0.0
    for s in range(most.size):
        lift = inputs.source[FEED, t, s] - seen[s]
        most[s] = 0.0
        if math.isinf(limit[s]):
            most[s] = np.inf
        elif lift > 0.0:
            most[s] = limit[s] / (medium.capacity * lift)
        total += most[s]
    return total


@inner
def limited(inputs: Inputs, medium: Medium, room: Room, t: int) -> None:
    """Largest heat of each source at the return temperature last seen."""
    for s in range(inputs.order.shape[1]):
        cooling = inputs.source[T_HOT, t, s] - temperature_of(medium, room.source[SEEN, s])
        room.source[LIMIT, s] = most_heat(
            inputs.source[UPPER, t, s], inputs.source[CONDUCTANCE, t, s], cooling
        )


@inner
def received(
    network: Network,
    inputs: Inputs,
    medium: Medium,
    side: Side,
    room: Room,
    t: int,
    now: float,
    bypasses: bool,
) -> tuple[float, float]:
    """What arrives at the consumers and what they send back.

    Returns the heat that is off [W], in sum over the consumers, and the largest error of a consumer's
    temperature [K].
    """
    heats, offsets = inputs.heat[t], inputs.return_offset[t]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    slopes, mosts = inputs.consumer[RETURN_SLOPE], inputs.consumer[LARGEST_FLOW]
    wish, drawn, found = room.consumer[WISH], room.consumer[DRAWN], room.consumer[FOUND]
    error, off = 0.0, 0.0
    for c in range(heats.size):
        node, draws = network.consumer[c], drawn[c] * medium.capacity
        if draws > 0.0 and side.node[THROUGH, node] > 0.0:
            found[c] = side.node[HELD, node] / side.node[THROUGH, node] + room.consumer[BIAS, c]
        back = offsets[c]
        if slopes[c] != 0.0:
            back = sent_back(medium, offsets[c], slopes[c], found[c], set_point, soil)
        difference = found[c] - back
        room.consumer[DIFFERENCE, c] = difference
        own = drawn[c]
        if bypasses:
            own -= room.consumer[PASSED, c]
        if not math.isnan(heats[c]):
            short = heats[c] - wish[c] * medium.capacity * difference
            if wish[c] < mosts[c] or short < 0.0:
                short = abs(now * short)
                error += short
                if own > 0.0:
                    off = max(off, short / (own * medium.capacity))
        if draws > 0.0:
            usable = own * medium.capacity * max(difference, 0.0)
            heat = drawn_heat(heats[c], mosts[c], own, now, usable)
            room.consumer[SENT, c] = found[c] - heat / draws
    return error, off


@inner
def search(limits: Limits, heats: FloatArray, mosts: FloatArray, room: Room, capacity: float) -> None:
    """Move every consumer's flow: a secant inside a bracket, as in :mod:`heatsym.engine.search`."""
    wish, low, high = room.consumer[WISH], room.consumer[LOW], room.consumer[HIGH]
    last_wish, last_difference = room.consumer[LAST_WISH], room.consumer[LAST_DIFFERENCE]
    last_surplus, responses = room.consumer[LAST_SURPLUS], room.consumer[RESPONSE]
    leaps, reach = room.consumer[LEAPS], limits.reach
    for c in range(heats.size):
        heat, most, flow = heats[c], mosts[c], wish[c]
        if not heat > 0.0:
            if not math.isnan(heat):
                wish[c] = 0.0
            continue
        difference, response = room.consumer[DIFFERENCE, c], responses[c]
        surplus = flow * capacity * difference - heat
        if flow != last_wish[c] and flow > 0.0 and last_wish[c] > 0.0:
            run = log_ratio(flow / last_wish[c])
            if abs(run) > 1e-3:
                response = (difference - last_difference[c]) / run
        response = min(max(response, 0.0), limits.steepest)
        steepness = difference + response
        if steepness > 0.0:
            aimed = flow - surplus / (capacity * steepness)
        else:
            aimed = flow * reach if surplus < 0.0 else flow / reach
        aimed = min(max(aimed, flow / reach), flow * reach)
        if surplus < 0.0:
            low[c] = flow
        else:
            high[c] = flow
        if high[c] - low[c] < limits.narrow * high[c]:
            if surplus < 0.0:
                high[c] = most
            else:
                low[c] = 0.0
        if surplus * last_surplus[c] < 0.0 and abs(surplus) > 0.5 * abs(last_surplus[c]):
            leaps[c] += 1.0
        if leaps[c] >= limits.leaps and (aimed < low[c] or aimed > high[c]):
            aimed = math.sqrt(max(low[c], flow / reach) * min(high[c], flow * reach))
        last_wish[c], last_difference[c], last_surplus[c] = flow, difference, surplus
        responses[c], wish[c] = response, min(aimed, most)


@inner
def excess_heat(
    network: Network, inputs: Inputs, medium: Medium, side: Side, room: Room, t: int
) -> tuple[float, float]:
    """What comes back to the sources: the largest heat of one above its limit, and what those at it are off.

    A source counts as at its limit where it gives the largest flow of this sweep.
    """
    given, most, seen = room.source[GIVEN], room.source[MOST], room.source[SEEN]
    for s in range(given.size):
        node = network.source[s]
        if side.node[THROUGH, node] > 0.0:
            seen[s] = side.node[HELD, node] / side.node[THROUGH, node] + room.source[SEEN_BIAS, s]
    limited(inputs, medium, room, t)
    excess, off = -np.inf, 0.0
    for s in range(given.size):
        beyond = 0.0
        if given[s] > 0.0:
            lift = inputs.source[FEED, t, s] - seen[s]
            beyond = given[s] * medium.capacity * lift - room.source[LIMIT, s]
        excess = max(excess, beyond)
        if given[s] >= most[s] * (1.0 - 1e-9):
            off += abs(beyond)
    return excess, off


@inner
def couple(setting: Setting, state: State, work: Work, t: int, seconds: float) -> tuple[float, int, bool]:
    """Flows at which consumers get their heat from the temperatures that these flows bring.

    As ``Reference.couple``; starts from what the state remembers, biases added. Returns the share of all
    demand that capacity lets through, the sweeps taken, and whether they settled.
    """
    network, loops, medium = setting.network, setting.loops, setting.medium
    limits, inputs, room = setting.limits, setting.inputs, work.room
    wish, drawn, given, most = (
        room.consumer[WISH],
        room.consumer[DRAWN],
        room.source[GIVEN],
        room.source[MOST],
    )
    copy(state.memory.arrived, room.consumer[FOUND])
    copy(state.memory.response, room.consumer[RESPONSE])
    copy(state.memory.source_return, room.source[SEEN])
    copy(state.memory.supply_around, work.supply.around)
    copy(state.memory.return_around, work.return_.around)
    asked = first_wish(inputs, medium, room, t, limits.small_difference)
    if limits.bypasses:
        first_passing(limits, inputs, room, t, state.memory.held)
    limited(inputs, medium, room, t)
    allowed = limits.tolerance * max(asked, 1e-3 * limits.design_heat)
    share, now, settled, sweep = 1.0, 1.0, False, 0
    while sweep < limits.max_sweeps:
        sweep += 1
        wanted = 0.0
        for c in range(wish.size):
            wanted += wish[c]
        own = wanted
        wanted *= share
        through = passing_by(room, own, limits.still) if limits.bypasses else 0.0
        offered = most_flows(inputs, medium, room, t)
        if wanted + through <= limits.still or offered <= limits.still:
            fill(drawn, 0.0)
            fill(room.consumer[PASSED], 0.0)
            fill(given, 0.0)
            copy(state.memory.response, room.consumer[RESPONSE])
            at_rest(work.supply)
            at_rest(work.return_)
            return 1.0 if wanted <= limits.still else 0.0, sweep, True
        ratio = offered / wanted if wanted > 0.0 else np.inf
        now = share * min(1.0, ratio)
        share = min(1.0, share * ratio)
        spared = max(offered - now * own, 0.0)
        scarce = spared < through
        left = 0.0
        for c in range(wish.size):
            drawn[c] = now * wish[c]
            if limits.bypasses:
                passed = room.consumer[PASSING, c]
                if scarce:
                    passed *= spared / through
                drawn[c] += passed
                room.consumer[PASSED, c] = passed if drawn[c] >= limits.still else 0.0
            if drawn[c] < limits.still:
                drawn[c] = 0.0
            left += drawn[c]
        for i in range(given.size):
            s = inputs.order[t, i]
            given[s] = min(max(left, 0.0), most[s])
            left -= most[s]
        closed = route(limits.still, network, loops, medium, state.supply, work.supply, room, 1.0)
        if loops.number == 0:
            mirrored(work.supply, work.return_)
        else:
            back = route(limits.still, network, loops, medium, state.return_, work.return_, room, -1.0)
            closed = closed and back

        mix(
            network, medium, state.supply, work.supply, seconds, network.source, given, inputs.source[FEED, t]
        )
        error, off = received(network, inputs, medium, work.supply, room, t, now, limits.bypasses)
        error += abs(share - now) * asked
        within = allowed
        if limits.bypasses:
            lasting(network, medium, work.supply, room, inputs.source[FEED, t])
            amiss, apart, carried = judged(network, medium, limits, inputs, work.supply, room, t, scarce)
            error, off = error + amiss, max(off, apart)
            within += limits.tolerance * carried
        excess = 0.0
        if limits.asks_return:
            mix(
                network,
                medium,
                state.return_,
                work.return_,
                seconds,
                network.consumer,
                drawn,
                room.consumer[SENT],
            )
            excess, beyond = excess_heat(network, inputs, medium, work.return_, room, t)
            error += beyond
        settled = (
            error <= within
            and off <= limits.temperature
            and excess <= limits.excess * limits.design_heat
            and closed
        )
        if settled:
            break
        if sweep < limits.max_sweeps:
            if limits.bypasses:
                kept_anew(network, medium, limits, inputs, work.supply, room)
            search(limits, inputs.heat[t], inputs.consumer[LARGEST_FLOW], room, medium.capacity)
    return now, sweep, settled


# -- the commit --------------------------------------------------------------------------------------


@inner
def draw(
    inputs: Inputs,
    medium: Medium,
    room: Room,
    t: int,
    substeps: int,
    share: float,
    bypasses: bool,
    bounded: bool,
) -> float:
    """Heat that consumers get and what they send back in each substep; the largest shift in it. [K]

    One shift, common to all substeps, is added to a consumer's excess of supply over wanted return and
    makes its heat exact; negative excess is cut, so that no substep returns water warmer than it came.
    ``bounded``: nobody gets more than its flow brings down to the wanted return.
    """
    heats, offsets = inputs.heat[t], inputs.return_offset[t]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    slopes, mosts = inputs.consumer[RETURN_SLOPE], inputs.consumer[LARGEST_FLOW]
    excess, falling = room.excess[0], room.excess[1]
    largest = 0.0
    for c in range(heats.size):
        flow, part, heat, mean = room.consumer[DRAWN, c], 1.0, 0.0, 0.0
        if bypasses and flow > 0.0:
            own = flow - room.consumer[PASSED, c]
            flow, part = own, own / flow
        for j in range(substeps):
            supply = room.arrived[c, j]
            room.returned[c, j] = supply
            back = (
                offsets[c]
                if slopes[c] == 0.0
                else sent_back(medium, offsets[c], slopes[c], supply, set_point, soil)
            )
            excess[j] = supply - back
            mean += max(excess[j], 0.0) / substeps
        if flow > 0.0:
            heat = drawn_heat(heats[c], mosts[c], flow, share, flow * medium.capacity * mean)
            if bounded:
                heat = min(heat, flow * medium.capacity * mean)
        room.consumer[HEAT, c] = heat
        if heat <= 0.0:
            continue
        for j in range(substeps):  # sorted, largest first
            i = j
            while i > 0 and falling[i - 1] < excess[j]:
                falling[i] = falling[i - 1]
                i -= 1
            falling[i] = excess[j]
        fall = substeps * heat / (flow * medium.capacity)
        above, shift = 0.0, 0.0
        for j in range(substeps):
            above += falling[j]
            level = (fall - above) / (j + 1)
            if j > 0 and falling[j] + level <= 0.0:
                break
            shift = level
        for j in range(substeps):
            room.returned[c, j] -= part * max(excess[j] + shift, 0.0)
        largest = max(largest, abs(shift))
    return largest


@inner
def commit(
    setting: Setting,
    state: State,
    work: Work,
    t: int,
    seconds: float,
    substeps: int,
    share: float,
    bounded: bool,
) -> tuple[float, float, float]:
    """Move both sides' water with the coupled flows, and give every consumer its heat.

    Returns the largest difference between what the substeps and the whole step brought to a consumer,
    the largest shift [K], and the largest heat of a source above its limit [W].
    """
    network, medium, inputs = setting.network, setting.medium, setting.inputs
    room, s_side, r_side = work.room, work.supply, work.return_
    drawn, given = room.consumer[DRAWN], room.source[GIVEN]
    for s in range(given.size):
        for j in range(substeps):
            room.entering[s, j] = inputs.source[FEED, t, s]
    move(network, state.supply, s_side, seconds, substeps, network.source, given, room.entering)
    missed = 0.0
    for c in range(drawn.size):
        node, came = network.consumer[c], 0.0
        for j in range(substeps):
            room.arrived[c, j] = room.consumer[FOUND, c]
            if drawn[c] > 0.0 and s_side.node[THROUGH, node] > 0.0:
                room.arrived[c, j] = s_side.nodes[node, j] / s_side.node[THROUGH, node]
            came += room.arrived[c, j]
        room.consumer[CAME, c] = came / substeps
        missed = max(missed, abs(came / substeps - room.consumer[FOUND, c]))
    shift = draw(inputs, medium, room, t, substeps, share, setting.limits.bypasses, bounded)
    if not setting.limits.asks_return:
        mix(network, medium, state.return_, r_side, seconds, network.consumer, drawn, room.consumer[SENT])
    move(network, state.return_, r_side, seconds, substeps, network.consumer, drawn, room.returned)
    excess = -np.inf
    for s in range(given.size):
        node, back = network.source[s], state.memory.source_return[s]
        if r_side.node[THROUGH, node] > 0.0:
            back = 0.0
            for j in range(substeps):
                back += r_side.nodes[node, j]
            back /= r_side.node[THROUGH, node] * substeps
        room.source[BACK, s] = back
        beyond = 0.0
        if given[s] > 0.0:
            cooling = inputs.source[T_HOT, t, s] - temperature_of(medium, back)
            limit = most_heat(inputs.source[UPPER, t, s], inputs.source[CONDUCTANCE, t, s], cooling)
            beyond = given[s] * medium.capacity * (inputs.source[FEED, t, s] - back) - limit
        excess = max(excess, beyond)
    return missed, shift, excess


@inner
def cut(setting: Setting, work: Work, t: int, rest: bool) -> float:
    """Less flow from sources that gave more than they have, none where all ``rest``; the share left. [-]"""
    medium, inputs, room = setting.medium, setting.inputs, work.room
    given, before, after = room.source[GIVEN], 0.0, 0.0
    for s in range(given.size):
        before += given[s]
        back = room.source[BACK, s]
        cooling = inputs.source[T_HOT, t, s] - temperature_of(medium, back)
        limit = most_heat(inputs.source[UPPER, t, s], inputs.source[CONDUCTANCE, t, s], cooling)
        heat = given[s] * medium.capacity * (inputs.source[FEED, t, s] - back)
        if rest:
            given[s] = 0.0
        elif heat > limit:
            given[s] *= limit / heat
        after += given[s]
    share = after / before if before > 0.0 else 0.0
    for c in range(room.consumer.shape[1]):
        room.consumer[DRAWN, c] *= share
        room.consumer[PASSED, c] *= share
    return share


@inner
def curbed(
    setting: Setting, state: State, work: Work, t: int, seconds: float, substeps: int, share: float
) -> float:
    """A step that did not converge, moved again so that no source gives more than it has; the share left.

    As ``Reference.through`` of the last halving.
    """
    network, loops, medium, limits = setting.network, setting.loops, setting.medium, setting.limits
    room, supply, return_ = work.room, work.supply, work.return_
    drawn, given = room.consumer[DRAWN], room.source[GIVEN]
    for cuts in range(limits.cuts + 1):
        copied(work.safe_supply, state.supply)
        copied(work.safe_return, state.return_)
        if cuts > 0:
            share *= cut(setting, work, t, cuts == limits.cuts)
            route(limits.still, network, loops, medium, state.supply, supply, room, 1.0)
            if loops.number == 0:
                mirrored(supply, return_)
            else:
                route(limits.still, network, loops, medium, state.return_, return_, room, -1.0)
        mix(
            network,
            medium,
            state.supply,
            supply,
            seconds,
            network.source,
            given,
            setting.inputs.source[FEED, t],
        )
        mix(network, medium, state.return_, return_, seconds, network.consumer, drawn, room.consumer[SENT])
        excess = commit(setting, state, work, t, seconds, substeps, share, True)[2]
        if excess <= limits.excess * limits.design_heat:
            break
    return share


@inner
def remembered(state: State, work: Work) -> None:
    """Hand on what the step found beside the water."""
    copy(work.room.consumer[CAME], state.memory.arrived)
    copy(work.room.consumer[RESPONSE], state.memory.response)
    copy(work.room.consumer[KEEPS], state.memory.held)
    copy(work.room.source[BACK], state.memory.source_return)
    copy(work.supply.around, state.memory.supply_around)
    copy(work.return_.around, state.memory.return_around)


@inner
def summed(setting: Setting, work: Work, t: int, seconds: float, substeps: int, share: float) -> None:
    """Add a part of a step to the sums."""
    network, medium, inputs = setting.network, setting.medium, setting.inputs
    room, sums, capacity = work.room, work.sums, setting.medium.capacity
    offsets, slopes = inputs.return_offset[t], inputs.consumer[RETURN_SLOPE]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    short = share < 1.0
    for c in range(network.consumer.size):
        flow, came = room.consumer[DRAWN, c], room.consumer[CAME, c]
        back = (
            offsets[c]
            if slopes[c] == 0.0
            else sent_back(medium, offsets[c], slopes[c], came, set_point, soil)
        )
        heat, demand = room.consumer[HEAT, c], inputs.heat[t, c]
        if math.isnan(demand):
            given = inputs.mass_flow[t, c]
            demand = heat
            if given > 0.0:
                demand = max(given * capacity * max(came - back, 0.0), heat)
        sums.consumer[0, c] += demand * seconds
        sums.consumer[1, c] += heat * seconds
        missing = (demand - heat) * seconds
        if missing > sums.consumer[2, c]:
            cause = CAPACITY_LIMIT if short else FLOW_LIMIT
            scaled = short and heat >= share * demand * (1.0 - 1e-9)
            cold = came - back < setting.limits.small_difference
            if slopes[c] != 0.0:
                rule = offsets[c] + slopes[c] * temperature_of(medium, came)
                cold = cold or rule < rule_end(offsets[c], slopes[c], set_point, soil)
            if cold and not scaled:
                cause = TEMPERATURE
            sums.consumer[2, c], sums.cause[c] = missing, cause
        if flow > 0.0:
            returned = 0.0
            for j in range(substeps):
                returned += room.returned[c, j] / substeps
            sums.consumer[3, c] += flow * seconds
            sums.consumer[4, c] += flow * seconds * came
            sums.consumer[5, c] += flow * seconds * returned
            sums.consumer[6, c] += room.consumer[PASSED, c] * seconds
    for s in range(network.source.size):
        flow, back, feed = room.source[GIVEN, s], room.source[BACK, s], inputs.source[FEED, t, s]
        sums.source[0, s] += flow * capacity * (feed - back) * seconds
        sums.source[1, s] += flow * seconds
        sums.source[2, s] += flow * feed * seconds
        sums.source[3, s] += flow * back * seconds
        sums.source[4, s] = back
    for k in range(network.start.size):
        sums.pipe[0, k] += work.supply.pipe[FLOW, k] * seconds
        sums.pipe[1, k] += work.return_.pipe[FLOW, k] * seconds
        sums.pipe[2, k] += work.supply.pipe[LOSS, k] + work.return_.pipe[LOSS, k]
    part = seconds / substeps
    for node in range(network.parent.size):
        warm = cold = 0.0
        for j in range(substeps):
            warm += work.supply.nodes[node, j]
            cold += work.return_.nodes[node, j]
        sums.node[0, node] += warm * part
        sums.node[1, node] += work.supply.node[THROUGH, node] * seconds
        sums.node[2, node] += cold * part
        sums.node[3, node] += work.return_.node[THROUGH, node] * seconds


@inner
def advance(setting: Setting, state: State, work: Work, t: int, depth: int) -> tuple[bool, int]:
    """One step or part of one, ``2 ** -depth`` of it: coupled, moved, added to the sums.

    Coupled again where substeps brought other temperatures than the whole step. Where it does not
    converge and may be halved, everything is left as it was. Returns convergence and sweeps.
    """
    limits, room = setting.limits, work.room
    seconds = limits.seconds / 2.0**depth
    substeps = max(1, limits.substeps >> depth)
    begin(setting.network, state.supply, state.return_, work.supply, setting.inputs.ground[t])
    begin(setting.network, state.return_, state.supply, work.return_, setting.inputs.ground[t])
    copied(state.supply, work.safe_supply)
    copied(state.return_, work.safe_return)
    fill(room.consumer[BIAS], 0.0)
    fill(room.source[SEEN_BIAS], 0.0)
    sweeps, attempt, share, good = 0, 0, 1.0, False
    while True:
        share, some, settled = couple(setting, state, work, t, seconds)
        sweeps, attempt = sweeps + some, attempt + 1
        if work.supply.counts[1] > 0 or work.return_.counts[1] > 0:
            return False, sweeps
        missed, shift, excess = commit(setting, state, work, t, seconds, substeps, share, False)
        good = settled and shift <= limits.shift and excess <= 10.0 * limits.excess * limits.design_heat
        agrees = missed <= limits.parting and excess <= limits.excess * limits.design_heat
        for c in range(room.consumer.shape[1]):
            room.consumer[BIAS, c] += room.consumer[CAME, c] - room.consumer[FOUND, c]
        for s in range(room.source.shape[1]):
            room.source[SEEN_BIAS, s] += room.source[BACK, s] - room.source[SEEN, s]
        if substeps == 1 or agrees or attempt == limits.repeats:
            break
        copied(work.safe_supply, state.supply)
        copied(work.safe_return, state.return_)
    if not good and depth == limits.halvings:
        share = curbed(setting, state, work, t, seconds, substeps, share)
    if good or depth == limits.halvings:
        remembered(state, work)
        summed(setting, work, t, seconds, substeps, share)
    else:
        copied(work.safe_supply, state.supply)
        copied(work.safe_return, state.return_)
    return good, sweeps


# -- the march ---------------------------------------------------------------------------------------


@inner
def cleared(sums: Sums) -> None:
    """Empty the sums of a step."""
    fill(sums.node, 0.0)
    fill(sums.pipe, 0.0)
    fill(sums.consumer, 0.0)
    fill(sums.source, 0.0)
    fill(sums.cause, 0)


@inner
def over(content: float, weight: float) -> float:
    """A mean, or NaN without any weight."""
    return content / weight if weight > 0.0 else np.nan


@compiled
def stored_heat(network: Network, state: State) -> float:
    """Heat in all pipes, relative to water at theta 0. [J]"""
    heat = 0.0
    for k in range(network.start.size):
        heat += network.supply_capacity[k] * mean_of(state.supply, k)
        heat += network.return_capacity[k] * mean_of(state.return_, k)
    return heat


@inner
def written(setting: Setting, state: State, sums: Sums, output: Output, row: int, before: float) -> float:
    """Write a row from the sums of its step, temperatures as theta; the heat stored at its end. [J]"""
    network, per_second = setting.network, 1.0 / setting.limits.seconds
    heat_in = heat_out = lost = 0.0
    for k in range(network.start.size):
        column = output.pipe_column[k]
        for i in range(3):
            output.pipe[i, row, column] = sums.pipe[i, k] * per_second
        output.pipe[3, row, column] = mean_of(state.supply, k)
        output.pipe[4, row, column] = mean_of(state.return_, k)
        lost += sums.pipe[2, k]
    for node in range(network.parent.size):
        column = output.node_column[node]
        for i in range(2):
            output.node[i, row, column] = over(sums.node[2 * i, node], sums.node[2 * i + 1, node])
    for c in range(network.consumer.size):
        drawn = sums.consumer[3, c]
        output.consumer[0, row, c] = sums.consumer[0, c] * per_second
        output.consumer[1, row, c] = sums.consumer[1, c] * per_second
        output.consumer[2, row, c] = over(sums.consumer[4, c], drawn)
        output.consumer[3, row, c] = over(sums.consumer[5, c], drawn)
        output.consumer[4, row, c] = drawn * per_second
        output.consumer[5, row, c] = sums.consumer[6, c] * per_second
        output.cause[row, c] = sums.cause[c]
        heat_out += sums.consumer[1, c]
    for s in range(network.source.size):
        flow = sums.source[1, s]
        output.source[0, row, s] = sums.source[0, s] * per_second
        output.source[1, row, s] = flow * per_second
        output.source[2, row, s] = over(sums.source[2, s], flow)
        output.source[3, row, s] = sums.source[3, s] / flow if flow > 0.0 else sums.source[4, s]
        heat_in += sums.source[0, s]
    after = stored_heat(network, state)
    output.step[0, row] = after
    output.step[1, row] = (heat_in - heat_out - lost - (after - before)) * per_second
    return after


@compiled
def to_temperatures(medium: Medium, theta: FloatArray) -> None:
    """Theta of a flat table as temperatures, in place; :func:`temperature_of` in a form that vectorises."""
    coefficients, power = medium.to_temperature, np.empty(256)
    for first in range(0, theta.size, power.size):
        count = min(power.size, theta.size - first)
        for i in range(count):
            power[i] = 0.0
        for c in range(coefficients.size - 1, -1, -1):
            for i in range(count):
                power[i] = power[i] * ((theta[first + i] - 80.0) / 80.0) + coefficients[c]
        for i in range(count):
            theta[first + i] += power[i]


@compiled
def march(setting: Setting, state: State, work: Work, output: Output, first: int, last: int, row: int) -> int:
    """Steps ``first`` up to ``last``, written from ``row`` on, or not at all where ``row`` is negative.

    A step that does not converge is halved, and its halves again. Returns the first step in which water
    circulates within one side, which this engine does not do, or -1.
    """
    halvings, depths = setting.limits.halvings, work.room.depths
    stored = stored_heat(setting.network, state)
    for t in range(first, last):
        sweeps, converged, waiting = 0, True, 1
        depths[0] = 0
        cleared(work.sums)
        while waiting > 0:
            waiting -= 1
            depth = depths[waiting]
            good, some = advance(setting, state, work, t, depth)
            if work.supply.counts[1] > 0 or work.return_.counts[1] > 0:
                return t
            if good or depth == halvings:
                converged = converged and good
                sweeps += some
            else:
                depths[waiting] = depths[waiting + 1] = depth + 1
                waiting += 2
        if row >= 0:
            stored = written(setting, state, work.sums, output, row + t - first, stored)
            output.sweeps[row + t - first] = sweeps
            output.converged[row + t - first] = converged
    return -1
