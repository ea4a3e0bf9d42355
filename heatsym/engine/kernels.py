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
constants below: few large arrays compile several times faster than many small ones. What the passes over a
batch of pipes hand to one another stands in flat tables of blocks: row after row of one batch, then the
next batch's; there the constants are distances.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from heatsym.engine.friction_kernels import exponential, resistance
from heatsym.engine.prefetch_kernels import ask_for
from heatsym.engine.substep_kernels import moved_on
from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.numerics import code_cache

Function = TypeVar("Function", bound=Callable[..., Any])


SLOTS = 32
"""Parcels kept per pipe, unless a step has many substeps; a power of two."""
RENEWED = 1e-3
"""Fade below which it is multiplied into the parcels and begins anew at 1. [-]"""
SHORT = 0.25
"""Decay up to which the power series of :func:`series` is exact to rounding. [-]"""
ITERATIONS = 60
"""Newton iterations after which loops are given up."""
LOOSE, LOOSE_SWEEPS, LOOSE_ERROR = 30.0, 2, 100.0
"""Times as much that loops may leave in the first sweeps of a step, as long as so many times too much heat is
off: the sweep after moves their flows more. [-]"""
BATCH = 1032
"""Pipes that go through all passes of a sweep or move before the next do, while the cache holds them; whole
lines of it, and no power of two, as their rows would then lie in the same few places of it."""
LINE = 8
"""Numbers in a line of the cache: what is asked for ahead of time comes so."""
MANY_PIPES = 2 * BATCH
"""Pipes beyond which the second cache does not hold what a sweep reads of all, so that it is asked for."""
USUAL = 4
"""Substeps of a step, as a rule: loops over them are compiled for this number as well, and then unrolled."""
LEAST = 1e-100
"""Divisors are no smaller: quotients, products and their squares stay among normal numbers."""
LAMINAR = 2000.0
"""Reynolds number up to which friction is linear in the flow, but for fittings. [-]"""
SLOW = 0.1
"""Part of the net drops that an iteration may leave before the slopes are put into its matrix anew. [-]"""
ALIKE = 0.03
"""Change of a slope in the matrix that is not worth it. [-]"""
PART_OFF, TURNS_OFF = 1 / 32, 1 / 8
"""Loops that may be off for them to be put right one by one, and turns that this may take, over all loops."""
NEAR = 0.3
"""Change of a flow from where its friction was seen, over the square root of what may be left. [-]"""
FEW = 8
"""Parcels of a pipe up to which it is computed together with others that hold several."""
ALMOST = 0.999
"""Part of a pipe that some of its parcels fill, at most. [-]"""
TEMPERATURE, FLOW_LIMIT, CAPACITY_LIMIT = 1, 2, 3
"""Causes of unmet heat; see :class:`heatsym.engine.trajectory.Cause`."""

# Rows of Water.ring (and Side.parcel), Water.pipe, Water.place
WIDTH, LEVEL, EDGE, GROWTH = range(4)
REFERENCE, FADE, CONTENT, ONLY_EDGE, ONLY_GROWTH, PART = range(6)
HEAD, COUNT, FORWARD = range(3)
# Rows of Side.pipe, Side.batch, Side.order, Side.tally, Side.several, Side.node
FLOW, T_EQ, READY, LOSS = range(4)
ROWS, SEVERAL = 13 * BATCH, 19 * BATCH
(
    FILLS, RATE, UNIFORM, LEAVING, KIND, OFFSET, GAIN, ALWAYS, OLD, LAG, PASS, SUM, NEWEST,
) = range(0, ROWS, BATCH)  # fmt: skip
SIGN, SEQUENCE, UP, DOWN, SEAT, LISTED = range(6)
FLOWING, CIRCLING, ONWARD = range(3)
(
    ITS_RATE, ITS_FILLS, START, REACHED, LEFT, LATE, LATER, ITS_PASS, ITS_LAG, PER_FILL,
    INSIDE, LOST, STAYING, FADED, PARTLY, AFTER_NONE, AFTER_ONE, AFTER_TWO, AFTER_THREE,
) = range(0, SEVERAL, BATCH)  # fmt: skip
PARCEL, PARCELS = 4 * BATCH, FEW * 4 * BATCH
THROUGH, SHARE, MIXED = range(3)
# Values of HEAD for water that stands in no ring
ALONE, FRESH = -1, -2
# Kinds of pipe in a step: computed by itself, or with others that hold one parcel, or several; or such that
# keep some of them, which are moved by themselves
SCALAR, ONE, MANY, SLACK = range(4)
# Rows of Room.consumer and Room.source
(
    WISH, DRAWN, FOUND, DIFFERENCE, SENT, LOW, HIGH, LAST_WISH, LAST_DIFFERENCE, LAST_SURPLUS, RESPONSE, BIAS,
    CAME, HEAT, LEAPS, KEEPS, PASSING, PASSED, FLOWED, FIRST, WANTED, SOFTNESS, COLD, OFF, ASTRAY,
) = range(25)  # fmt: skip
GIVEN, BACK, SEEN, SEEN_BIAS, LIMIT, MOST = range(6)
# Rows of Inputs.source, Inputs.consumer, Inputs.outside
FEED, UPPER, CONDUCTANCE, T_HOT = range(4)
LARGEST_FLOW, KEPT, MOST_KEPT, WAY = range(4)
SET_POINT, SOIL = range(2)
# Rows of Room.way
LASTING, FORCE, GIVE, RISE = range(4)
# Rows of Loops.resistance
PER_VISCOSITY, ROUGHNESS, FRICTION, FITTINGS = range(4)
# Rows of Side.mesh, Room.chain, Room.loop
BASE, NOW, AT, DROP, SLOPED, LINEAR, PER_FLOW, RUBBED, FITTED, SLOWEST, SOME, MORE = range(12)
AROUND, NET, SIZE, STIFF, CHANGED = range(5)
ERROR, STEP, TRIAL, MOST_LEFT, ANEW = range(5)


FLAGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "arcp"},  # none that assumes that NaN and infinity are absent
    "_nrt": False,
}
"""Of every kernel. None allocates, so that they do without counting references, which was two thirds of the
time of a small network: a hundred arrays are handed down in every call."""


def compiled(function: Function) -> Function:
    """Compile, to be called from Python as well."""
    code_cache.keep("engine")
    made = njit(cache=True, no_cfunc_wrapper=True, **FLAGS)  # type: ignore[call-overload]
    return cast(Function, made(function))


def outermost(function: Function) -> Function:
    """Compile, to be called from Python alone."""
    return cast(Function, code_cache.for_python(compiled(function)))


def called(function: Function) -> Function:
    """Compile for other kernels, which call it: what is long, or called from many places."""
    made = njit(no_cfunc_wrapper=True, no_cpython_wrapper=True, **FLAGS)  # type: ignore[call-overload]
    return cast(Function, made(function))


def inner(function: Function) -> Function:
    """Compile into each kernel that calls it: handing down a hundred arrays costs as much as a pipe."""
    made = njit(no_cfunc_wrapper=True, no_cpython_wrapper=True, forceinline=True, **FLAGS)  # type: ignore[call-overload]
    return cast(Function, made(function))


def once(function: Function) -> Function:
    """Write into its one caller before compiling, so that it is compiled once and not twice."""
    return cast(Function, njit(inline="always", **FLAGS)(function))


Places = NDArray[np.int32]
"""Tables of whole numbers by pipe or consumer, of which every sweep reads many: half the memory."""

index: Any = np.uint64
"""Of an array, where loops do not begin at 0: numba would ask of any other whether it counts from the end."""


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
    parent: Places  # (node,) node nearer to the root, -1 for the root
    sense: FloatArray  # (node - 1,) +1 where the tree's pipe starts at the parent
    path_at: IntArray  # (path + 1,) pipes between joints, path after path
    path: IntArray  # (2, .) pipe, its sense along the path
    path_end: IntArray  # (2, path) joint that it begins at, joint that it ends at
    joint_at: IntArray  # (joint + 1,)
    joint: IntArray  # (2, .) path, 0 where it begins at the joint and 1 where it ends there
    hanging: IntArray  # pipes that only lead to consumers, from the root outwards
    conductance: FloatArray  # (pipe,) own loss coefficient times length [W/K]
    cross: FloatArray  # (pipe,) loss coefficient to the partner over the own one
    supply_capacity: FloatArray  # (pipe,) [J/K]
    return_capacity: FloatArray
    consumer: Places  # (consumer,) node, rising: a step then reads and writes nodes in their order
    source: Places  # (source,) node


class Loops(NamedTuple):
    """Fundamental loops of the graph; empty for a tree.

    Pipes that lie in the same loops form a chain, through which one flow circulates. A member is a pipe in
    a chain; members of a chain stand together.
    """

    number: int
    enough: float  # net drop around a loop that may be left, over the drops around it [-]
    member: IntArray  # (3, member) pipe, its sense in the chain, chain
    resistance: FloatArray  # (4, member)
    chain_at: IntArray  # (chain + 1,) members
    loop_at: IntArray  # (loop + 1,)
    loop: IntArray  # (2, .) chain, its sense in the loop
    column_at: IntArray  # (loop + 1,) upper triangle of the Newton matrix by columns
    product: IntArray  # (3, .) row, chain, product of its senses in the two loops
    factor_at: IntArray  # (loop + 1,) its LDL factor by columns, the diagonal first
    factor_row: IntArray
    before_at: IntArray  # (loop + 1,) the same by rows without the diagonal
    before: IntArray  # (2, .) column, place in the factor
    passing_at: IntArray  # (chain + 1,) the loops that each chain lies in
    passing: IntArray  # (.,)
    pump: IntArray  # (pump,) member of each inline pump
    pump_sense: FloatArray  # (pump,) 1 where it pumps along its chain, else -1
    pump_flow: FloatArray  # (pump, point) of its curve
    pump_lift: FloatArray


class Inputs(NamedTuple):
    """What the steps ask and offer."""

    heat: FloatArray  # (time, consumer), NaN where flow is prescribed
    mass_flow: FloatArray
    return_offset: FloatArray
    return_slope: FloatArray  # not read where no return follows the supply
    consumer: FloatArray  # (4, consumer)
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
    stray: float
    farthest: float
    small_difference: float
    excess: float
    reach: float
    steepest: float
    unsure: float
    leaps: int
    narrow: float
    asks_return: bool
    bypasses: bool
    follows: bool
    turns: int
    moves: int
    soft: float
    trickle: float
    coldest: float


class Water(NamedTuple):
    """The water of one side; see the head of the module.

    Parcels stand in a ring from the head on, first the one at the outlet; FORWARD says that the outlet is
    the pipe's end. CONTENT is the sum of width times mean of level and edge. Where HEAD is ALONE, the pipe's
    only parcel has no level and stands in ``pipe``: that of most pipes, which then touch no ring. Where it
    is FRESH or FRESH - 1, all water came in during one step: no parcel has a level, all have the growth
    ONLY_GROWTH per width and, but for the first, the width PART; their edges stand in ``fresh``, in the
    first or second set. A step writes the other set, so that it can be undone.

    ``pipe`` and ``place`` are there twice, too: a step reads those from before it and writes all of the
    others, which then change places. The ring is the same for both.
    """

    ring: FloatArray  # (pipe, slot, 4): a parcel's numbers lie together
    fresh: FloatArray  # (pipe, 2, FEW)
    pipe: FloatArray  # (6, pipe)
    place: Places  # (3, pipe)
    merged: IntArray  # (1,)


class Safe(NamedTuple):
    """Where a step writes, and what undoes it: new water takes free slots, old parcels change where cut."""

    pipe: FloatArray  # (6, pipe) Water's other
    place: Places  # (3, pipe)
    parcel: FloatArray  # (pipe, 4) parcels that this step cut, one after another
    cut: Places  # (2, pipe) the pipe and the slot of each
    number: IntArray  # (1,) how many


class Side(NamedTuple):
    """Working memory of one side's flow and mixing."""

    capacity: FloatArray  # (pipe,) [J/K]
    around: FloatArray  # (loop,)
    mesh: FloatArray  # (12, member) where the loops' friction was seen last
    stiff: FloatArray  # (chain,) slopes in the Newton matrix
    factor: FloatArray  # of that matrix
    pipe: FloatArray  # (4, pipe)
    batch: FloatArray  # (batch, 13, BATCH), flat, from the first batch on of those computed together
    order: Places  # (6, pipe) sequence of those with flow; the node each comes from and leads to
    tally: IntArray  # (3,) pipes with flow, those that recirculate, 1 or -1 where numbers rise or fall along
    held: (
        IntArray  # (batch, FEW + 1) pipes with one parcel at least, two ..., of those laid out; all moved so
    )
    holder: Places  # (pipe,) pipes with several parcels, batch after batch, counted from its first
    parcel: FloatArray  # (batch, FEW, 4, BATCH), flat: theirs, above equilibrium, growth per width
    several: FloatArray  # (batch, 19, BATCH), flat, as batch
    cut: FloatArray  # (batch, substep, BATCH), likewise: what leaves of their old water, what enters, edges
    node: FloatArray  # (3, node)
    nodes: FloatArray  # (node, substep) temperature while the water moves


class Room(NamedTuple):
    """Working memory of a step."""

    consumer: FloatArray  # (25, consumer)
    source: FloatArray  # (6, source)
    entering: FloatArray  # (source, substep)
    arrived: FloatArray  # (BATCH at most, substep) of some consumers
    returned: FloatArray  # (consumer, substep)
    excess: FloatArray  # (2, substep)
    withdrawal: FloatArray  # (node,)
    lean: IntArray  # (2, .) 1 where water flows along a path, -1 against it; by path, whether all through it
    far: IntArray  # (member,) of the loops, those whose friction is seen anew
    queue: IntArray  # (3, node)
    way: FloatArray  # (4, node) how the supply comes to the nodes, for bypasses
    base: FloatArray  # (pipe,)
    depths: IntArray
    chain: FloatArray  # (5, chain)
    loop: FloatArray  # (5, loop)


class Memory(NamedTuple):
    """What one step hands to the next beside the water."""

    arrived: FloatArray  # (consumer,)
    response: FloatArray
    held: FloatArray  # (consumer,) flow that keeps the way to it warm
    source_return: FloatArray  # (source,)
    supply_flow: FloatArray  # (member,) of the loops
    return_flow: FloatArray


class Sums(NamedTuple):
    """What joins the parts of a step."""

    node: FloatArray  # (2, node) flow through the nodes of supply, of return, in the mean of the step [kg/s]
    worst: FloatArray  # (consumer,) heat that the part with most of it left unmet [J]
    total: FloatArray  # (4,) heat of sources, of consumers, lost, and stored at the end [J]


class Setting(NamedTuple):
    """All that a march only reads."""

    network: Network
    loops: Loops  # of the supply side
    return_loops: Loops
    medium: Medium
    limits: Limits
    inputs: Inputs


class State(NamedTuple):
    """All that one step hands to the next."""

    supply: Water
    return_: Water
    memory: Memory


class Work(NamedTuple):
    """All working memory; ``safe`` is what brings back the water as it was before the step."""

    supply: Side
    return_: Side
    room: Room
    sums: Sums
    safe_supply: Safe
    safe_return: Safe


class Output(NamedTuple):
    """Rows by step, in the order of the case."""

    pipe_column: IntArray
    node_column: IntArray
    consumer_column: IntArray
    node: FloatArray  # (2, time, node) supply and return temperature
    pipe: FloatArray  # (5, time, pipe) flow of supply, of return, loss, mean temperature of supply, of return
    consumer: FloatArray  # (6, time, consumer) demand, delivered, supply, return temperature, flow, passed
    cause: NDArray[np.int8]
    source: FloatArray  # (4, time, source) heat, flow, feed, return
    step: FloatArray  # (2, time) stored heat, residual
    sweeps: IntArray
    converged: NDArray[np.bool_]


# -- scalars ---------------------------------------------------------------------------------------


@inner
def fill(target: Any, value: Any) -> None:
    """The same value everywhere; a loop, because slices compile slowly."""
    if target.ndim == 1:
        for i in range(target.shape[0]):
            target[i] = value
    else:
        for i in range(target.shape[0]):
            for j in range(target.shape[1]):
                target[i, j] = value


@inner
def mean_at(table: FloatArray, i: int, substeps: int) -> float:
    """Mean of a row of as many numbers as there are substeps; the usual number written out."""
    if substeps == USUAL:
        return float(0.25 * ((table[i, 0] + table[i, 1]) + (table[i, 2] + table[i, 3])))
    total = 0.0
    for j in range(substeps):
        total += table[i, j]
    return total / substeps


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


@called
def unfold(water: Water, k: int) -> None:
    """Put a pipe's water into its ring."""
    head, count = water.place[HEAD, k], water.place[COUNT, k]
    if head < 0:
        water.place[HEAD, k] = 0
        for i in range(count):
            width = water.pipe[PART, k] if i > 0 else 1.0 - (count - 1) * water.pipe[PART, k]
            water.ring[k, i, WIDTH], water.ring[k, i, LEVEL] = width, 0.0
            alone = head == ALONE
            water.ring[k, i, EDGE] = water.pipe[ONLY_EDGE, k] if alone else water.fresh[k, FRESH - head, i]
            water.ring[k, i, GROWTH] = width * water.pipe[ONLY_GROWTH, k]


@called
def operator(
    water: Water, k: int, along: bool, fills: float, rate: float, t_eq: float
) -> tuple[float, float]:
    """Offset and gain of the mean at the outlet while ``fills`` pass; ``along`` from start to end.

    ``rate`` is the decay in the time in which one fill passes.
    """
    unfold(water, k)
    above = water.pipe[REFERENCE, k] - t_eq
    fade = water.pipe[FADE, k]
    count, head, last = water.place[COUNT, k], water.place[HEAD, k], water.ring.shape[1] - 1
    turned = along != (water.place[FORWARD, k] == 1)
    leaving, reached, left = 0.0, 1.0, fills
    for i in range(count):
        s = (head + (count - 1 - i if turned else i)) & last
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


@called
def turn(water: Water, k: int) -> None:
    """Let the other end be the outlet."""
    unfold(water, k)
    ring, count, head = water.ring, water.place[COUNT, k], water.place[HEAD, k]
    i, j, last = 0, count - 1, ring.shape[1] - 1
    while i <= j:
        a, b = (head + i) & last, (head + j) & last
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


@called
def make_room(water: Water, k: int) -> None:
    """Merge the two most alike neighbours."""
    count, head, last = water.place[COUNT, k], water.place[HEAD, k], water.ring.shape[1] - 1
    best, at = np.inf, 0
    s = head & last
    before = water.ring[k, s, LEVEL] + water.ring[k, s, EDGE] * mean_exp(water.ring[k, s, GROWTH])
    for i in range(count - 1):
        a, b = (head + i) & last, (head + i + 1) & last
        here = water.ring[k, b, LEVEL] + water.ring[k, b, EDGE] * mean_exp(water.ring[k, b, GROWTH])
        both = water.ring[k, a, WIDTH] + water.ring[k, b, WIDTH]
        moved = abs(here - before) * water.ring[k, a, WIDTH] * water.ring[k, b, WIDTH] / both
        if moved < best:
            best, at = moved, i
        before = here
    a, b = (head + at) & last, (head + at + 1) & last
    both = water.ring[k, a, WIDTH] + water.ring[k, b, WIDTH]
    one = water.ring[k, a, LEVEL] + water.ring[k, a, EDGE] * mean_exp(water.ring[k, a, GROWTH])
    two = water.ring[k, b, LEVEL] + water.ring[k, b, EDGE] * mean_exp(water.ring[k, b, GROWTH])
    water.ring[k, a, LEVEL] = (water.ring[k, a, WIDTH] * one + water.ring[k, b, WIDTH] * two) / both
    water.ring[k, a, EDGE] = 0.0
    water.ring[k, a, GROWTH] = 0.0
    water.ring[k, a, WIDTH] = both
    for i in range(at + 1, count - 1):
        a, b = (head + i) & last, (head + i + 1) & last
        for row in range(4):
            water.ring[k, a, row] = water.ring[k, b, row]
    water.place[COUNT, k] = count - 1
    water.merged[0] += 1


@called
def renew(water: Water, k: int) -> None:
    """Multiply the fade into the parcels and begin it anew at 1."""
    unfold(water, k)
    fade, last = water.pipe[FADE, k], water.ring.shape[1] - 1
    for i in range(water.place[COUNT, k]):
        s = (water.place[HEAD, k] + i) & last
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
    return lost


@inner
def free_set(head: int) -> int:
    """The set of a pipe's edges that does not hold the water from before the step, which has this head."""
    return 1 if head == FRESH else 0


@inner
def taken_along(water: Water, later: Water, k: int) -> None:
    """A pipe's numbers from before the step, to be changed by it."""
    for row in range(6):
        later.pipe[row, k] = water.pipe[row, k]
    for row in range(3):
        later.place[row, k] = water.place[row, k]


@inner
def anew(water: Water, k: int, made: int, at: int, part: float, rate: float) -> None:
    """All water came in during this step, in so many parcels, whose edges are in the set ``at``."""
    water.place[HEAD, k], water.place[COUNT, k] = FRESH - at, made
    water.pipe[ONLY_GROWTH, k], water.pipe[PART, k] = rate, part
    if made == 1:
        water.place[HEAD, k], water.pipe[ONLY_EDGE, k] = ALONE, water.fresh[k, at, 0]


@called
def take_in(
    water: Water,
    k: int,
    place: int,
    first: int,
    fills: float,
    decay: float,
    level: float,
    scale: float,
    t_eq: float,
    entering: FloatArray,
    substeps: int,
) -> tuple[float, float]:
    """Parcels of what entered whole from substep ``first`` on, from slot ``place`` on.

    Returns their content above equilibrium at the end of the step, and the heat lost from it meanwhile.
    """
    slope = mean_exp(-decay)
    kept, reached, content, lost = 1.0 - decay * slope, 1.0, 0.0, 0.0
    for j in range(substeps - 1, first - 1, -1):
        excess, s = entering[j] - t_eq, (place + j - first) & (water.ring.shape[1] - 1)
        content += fills * excess * reached * slope
        lost += fills * excess * (1.0 - reached * slope)
        reached *= kept
        water.ring[k, s, WIDTH], water.ring[k, s, LEVEL] = fills, level
        water.ring[k, s, EDGE], water.ring[k, s, GROWTH] = scale * excess * reached, decay
    return content, lost


@called
def flushed(
    water: Water,
    before: int,
    k: int,
    fills: float,
    rate: float,
    late: int,
    later: float,
    t_eq: float,
    entering: FloatArray,
    substeps: int,
) -> float:
    """New water only: that of the last ``late`` substeps and a part, ``later``, of the one ahead of them.

    Returns the heat that all new water lost, in capacities times kelvin.
    """
    last, head, count = water.ring.shape[1] - 1, water.place[HEAD, k], water.place[COUNT, k]
    lost_all, oldest = rate * mean_exp(-rate), substeps - late
    made = late + 1 if later > 0.0 and oldest > 0 else late
    place = (head + count) & last
    if head >= made and head + count <= last + 1:
        place = 0
    water.place[HEAD, k], water.place[COUNT, k] = place, made
    lost = part = 0.0
    for j in range(oldest):
        gone = fills if j < oldest - 1 else fills - later
        lost += lost_all * gone * (entering[j] - t_eq)
    if made > late:
        excess, climb = entering[oldest - 1] - t_eq, rate * later
        rising = (1.0 - lost_all) * mean_exp(climb)
        water.ring[k, place, WIDTH], water.ring[k, place, LEVEL] = later, 0.0
        water.ring[k, place, EDGE], water.ring[k, place, GROWTH] = excess * (1.0 - lost_all), climb
        part = later * excess * rising
        lost += later * excess * (1.0 - rising)
        place += 1
    content, more = take_in(water, k, place, oldest, fills, rate * fills, 0.0, 1.0, t_eq, entering, substeps)
    water.pipe[REFERENCE, k], water.pipe[FADE, k], water.pipe[CONTENT, k] = t_eq, 1.0, content + part
    if made <= FEW:
        first = water.place[HEAD, k]
        at = free_set(before)
        for i in range(made):
            water.fresh[k, at, i] = water.ring[k, (first + i) & last, EDGE]
        anew(water, k, made, at, fills, rate)
    return lost + more


@called
def push(
    water: Water,
    safe: Safe,
    before: int,
    k: int,
    fills: float,
    rate: float,
    t_eq: float,
    weight: float,
    entering: FloatArray,
    leaving_to: FloatArray,
    substeps: int,
) -> float:
    """Move a pipe's water on, ``fills`` > 0 in each substep; the heat lost, in capacities times kelvin.

    ``entering`` (substep,) is the temperature of the node upstream; that of what arrives, times ``weight``,
    is added to ``leaving_to`` (substep,). The old water, whose head was ``before``, is gone through once,
    from the outlet on, and cut where a substep ends. At constant flow new water stays for just one fill: it
    leaves in the substeps ``late`` and ``late + 1`` after its own, all with one and the same decay.
    """
    unfold(water, k)
    ring, last = water.ring, water.ring.shape[1] - 1
    reference, fade, content = water.pipe[REFERENCE, k], water.pipe[FADE, k], water.pipe[CONTENT, k]
    count, head = water.place[COUNT, k], water.place[HEAD, k]
    above, renewed = reference - t_eq, fills * substeps >= 1.0
    kept_all, per_fill = 1.0 - rate * mean_exp(-rate), 1.0 / fills
    usual = mean_exp(-rate * fills)
    late, later = substeps, 0.0
    if renewed:
        late = min(int(per_fill), substeps)
        later = max(1.0 - late * fills, 0.0)
    i, s, s_cut, reached, old_left, left_content = 0, head, -1, 1.0, 0.0, 0.0
    width, level = ring[k, s, WIDTH], above + fade * ring[k, s, LEVEL]
    edge, growth = fade * ring[k, s, EDGE], ring[k, s, GROWTH]
    for j in range(substeps):
        left, leaving = fills, 0.0
        while i < count:
            whole = width <= left
            gone, run = width, growth
            if not whole:
                gone, run = left, growth * (left / width)
            fading = rate * gone
            uniform = usual if gone == fills else mean_exp(-fading)
            leaving += gone * reached * (level * uniform + edge * mean_exp(run - fading))
            reached *= 1.0 - fading * uniform
            if not (whole and renewed):
                rising = mean_exp(run)
                left_content += gone * (level + edge * rising)
                edge *= 1.0 + run * rising
            if not whole:
                width, growth, s_cut = width - gone, growth - run, s
                break
            left, i = left - gone, i + 1
            s = (head + i) & last
            width, level = ring[k, s, WIDTH], above + fade * ring[k, s, LEVEL]
            edge, growth = fade * ring[k, s, EDGE], ring[k, s, GROWTH]
            if left <= 0.0:
                break
        old_left += leaving
        if j >= late:
            leaving += kept_all * (fills - later) * (entering[j - late] - t_eq)
            if j > late:
                leaving += kept_all * later * (entering[j - late - 1] - t_eq)
        leaving_to[j] += weight * (t_eq + leaving * per_fill)

    total = above + fade * content
    if renewed:
        lost = flushed(water, before, k, fills, rate, late, later, t_eq, entering, substeps)
        return float(total - old_left + lost)
    if s_cut == s and i < count:
        number = safe.number[0]
        safe.number[0], safe.cut[0, number], safe.cut[1, number] = number + 1, k, s
        for row in range(4):
            safe.parcel[number, row] = ring[k, s, row]
        ring[k, s, WIDTH], ring[k, s, EDGE], ring[k, s, GROWTH] = width, edge / fade, growth
    passed = rate * fills * substeps
    faded = passed * mean_exp(-passed)
    above, fade = above * (1.0 - faded), fade * (1.0 - faded)
    content, lost = take_in(
        water,
        k,
        head + count,
        0,
        fills,
        rate * fills,
        -above / fade,
        1.0 / fade,
        t_eq,
        entering,
        substeps,
    )
    content += (total - left_content) * (1.0 - faded)
    water.pipe[REFERENCE, k], water.pipe[FADE, k] = t_eq + above, fade
    water.pipe[CONTENT, k] = (content - above) / fade
    water.place[HEAD, k], water.place[COUNT, k] = (head + i) & last, count - i + substeps
    return float(lost + (left_content - old_left) + (total - left_content) * faded)


@inner
def undone(water: Water, safe: Safe) -> None:
    """Bring back the parcels that a step cut. Pipes turned meanwhile stay so: it is the same water."""
    for n in range(safe.number[0]):
        for row in range(4):
            water.ring[safe.cut[0, n], safe.cut[1, n], row] = safe.parcel[n, row]
    safe.number[0] = 0


@inner
def other(water: Water, safe: Safe) -> Water:
    """The water after a step."""
    return Water(water.ring, water.fresh, safe.pipe, safe.place, water.merged)


@called
def brought_back(now: State, state: State) -> None:
    """The numbers by pipe where the next march looks for them."""
    for row in range(6):
        copy(now.supply.pipe[row], state.supply.pipe[row])
        copy(now.return_.pipe[row], state.return_.pipe[row])
    for row in range(3):
        copy(now.supply.place[row], state.supply.place[row])
        copy(now.return_.place[row], state.return_.place[row])


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
def noted(flow: FloatArray, sign: Places) -> None:
    """The sign of each flow."""
    for k in range(flow.size):
        sign[k] = 1 if flow[k] > 0.0 else (-1 if flow[k] < 0.0 else 0)


@inner
def tree_carried(
    network: Network, withdrawal: FloatArray, given: FloatArray, still: float, side: Side
) -> bool:
    """:func:`tree_flow`, :func:`carried` and :func:`throughflow` of a tree's supply, through memory once."""
    flow, sign, changed = side.pipe[FLOW], side.order[SIGN], 0
    through, share = side.node[THROUGH], side.node[SHARE]
    fill(through, 0.0)
    for s in range(given.size):
        through[network.source[s]] += max(given[s], 0.0)
    for node in range(network.parent.size - 1, 0, -1):
        k, above, drawn = index(node - 1), index(network.parent[node]), withdrawal[node]
        withdrawal[above] += drawn
        value = 0.0 if abs(drawn) < still else network.sense[k] * drawn
        flow[k] = value
        now = 1 if value > 0.0 else (-1 if value < 0.0 else 0)
        changed += 0 if now == sign[k] else 1
        passes = through[node]
        if drawn > 0.0:
            passes += abs(value)
        elif drawn < 0.0:
            through[above] += abs(value)
        through[node], share[node] = passes, 1.0 / passes if passes > 0.0 else 0.0
    share[0] = 1.0 / through[0] if through[0] > 0.0 else 0.0
    for k in range(network.parent.size - 1, flow.size):
        flow[k] = 0.0
        changed += sign[k] != 0
    if changed > 0:
        noted(flow, sign)
    return changed == 0


@inner
def carried(values: FloatArray, sense: float, still: float, flow: FloatArray, sign: Places) -> bool:
    """Flows of some values, none below ``still``; whether each has the sign noted, else the new are noted."""
    changed = 0
    for k in range(flow.size):
        value = sense * values[k]
        value = 0.0 if abs(value) < still else value
        flow[k] = value
        now = 1 if value > 0.0 else (-1 if value < 0.0 else 0)
        changed += 0 if now == sign[k] else 1
    if changed > 0:
        noted(flow, sign)
    return changed == 0


@called
def sorted_along(
    network: Network, sign: Places, sequence: Places, queue: IntArray, lean: IntArray, outwards: bool
) -> tuple[int, int]:
    """Pipes with flow in an order in which all inflow of a node stands before its outflow.

    What hangs on the rest leads ``outwards`` or back, all of it. Of the rest whole paths are sorted: what
    leaves an end of a path goes on to the other end, or to where it meets water from there or stands; what
    does not come from an end comes from consumers or from nowhere, and waits for nothing. The order is that
    of the signs alone, whatever was before.
    Returns how many there are, and how many others stand in no such order (they recirculate).
    """
    placed, rest, paths, joints = 0, 0, network.path_end.shape[1], network.joint_at.size - 1
    waiting, line, leaning, through = queue[0], queue[1], lean[0], lean[1]
    if not outwards:
        for i in range(network.hanging.size - 1, -1, -1):
            sequence[placed] = network.hanging[i]
            placed += sign[network.hanging[i]] != 0
    hung = placed
    for joint in range(joints):
        waiting[joint] = 0
    for i in range(leaning.size):
        leaning[i] = sign[network.path[0, i]] * network.path[1, i]
        rest += leaning[i] != 0
    for path in range(paths):
        first, last = network.path_at[path], network.path_at[path + 1]
        total = 0
        for i in range(first, last):
            total += leaning[i]
        whole = abs(total) == last - first
        through[path] = whole
        if whole:
            waiting[network.path_end[1 if total > 0 else 0, path]] += 1
            continue
        here, there = first, last
        while here < last and leaning[here] > 0:
            here += 1
        while there > here and leaning[there - 1] < 0:
            there -= 1
        for i in range(there - 1, here - 1, -1):
            if leaning[i] < 0:
                sequence[placed] = network.path[0, i]
                placed += 1
        for i in range(here, there):
            if leaning[i] > 0:
                sequence[placed] = network.path[0, i]
                placed += 1
    tail = 0
    for joint in range(joints):
        line[tail] = joint
        tail += waiting[joint] == 0
    at = 0
    while at < tail:
        joint = line[at]
        at += 1
        for q in range(network.joint_at[joint], network.joint_at[joint + 1]):
            path, end = network.joint[0, q], network.joint[1, q]
            first, last = network.path_at[path], network.path_at[path + 1]
            i, way, stop = (first, 1, last) if end == 0 else (last - 1, -1, first - 1)
            if leaning[i] != way:
                continue
            while i != stop and leaning[i] == way:
                sequence[placed] = network.path[0, i]
                placed += 1
                i += way
            if through[path]:
                other = network.path_end[1 - end, path]
                waiting[other] -= 1
                line[tail] = other
                tail += waiting[other] == 0
    around = rest - (placed - hung)
    if outwards:
        for i in range(network.hanging.size):
            if sign[network.hanging[i]] != 0:
                sequence[placed] = network.hanging[i]
                placed += 1
    return placed, around


@called
def polynomials(coefficients: FloatArray, x: FloatArray, value: FloatArray) -> None:
    """A polynomial of many numbers, over (x - 80)/80; four coefficients in each pass over them."""
    for m in range(x.size):
        value[m] = 0.0
    top = coefficients.size
    while top % 4 != 0:
        top -= 1
        for m in range(x.size):
            value[m] = value[m] * ((x[m] - 80.0) * (1 / 80)) + coefficients[top]
    for i in range(top - 4, -1, -4):
        first, second, third, fourth = (
            coefficients[i],
            coefficients[i + 1],
            coefficients[i + 2],
            coefficients[i + 3],
        )
        for m in range(x.size):
            z = (x[m] - 80.0) * (1 / 80)
            value[m] = (((value[m] * z + fourth) * z + third) * z + second) * z + first


@inner
def resisting(loops: Loops, medium: Medium, water: Water, mesh: FloatArray) -> None:
    """Of each member, what friction asks of the pipe and the water in it: the rows from PER_FLOW on."""
    pipe, theta, t, logarithm = loops.resistance, mesh[BASE], mesh[DROP], mesh[SLOPED]
    density, per_flow, rubbed, fitted = mesh[LINEAR], mesh[PER_FLOW], mesh[RUBBED], mesh[FITTED]
    slow = mesh[SLOWEST]
    for m in range(theta.size):
        theta[m] = mean_of(water, loops.member[0, m])
    polynomials(medium.to_temperature, theta, t)
    for m in range(theta.size):
        t[m] += theta[m]
    polynomials(medium.density, t, density)
    polynomials(medium.log_viscosity, t, logarithm)
    first = medium.log_viscosity[0]
    usual = math.exp(first)
    for m in range(theta.size):
        unit = pipe[PER_VISCOSITY, m] * (usual * exponential(logarithm[m] - first))
        per_flow[m] = 1.0 / unit
        rubbed[m] = pipe[FRICTION, m] * unit / density[m]
        fitted[m] = pipe[FITTINGS, m] / density[m]
        slow[m] = LAMINAR * unit


@inner
def rubbing(roughness: FloatArray, mesh: FloatArray, which: IntArray, near: float) -> None:
    """Each member's drop and its slope at the present flow; see :mod:`heatsym.physics.friction`.

    Where a flow has changed by at most a part, ``near``, of it since friction was seen there, or of the
    largest laminar one, friction stays linear from there: it errs by about the square of that part. What
    would come to rest is to be at rest.
    """
    now, at, drop, slope = mesh[NOW], mesh[AT], mesh[DROP], mesh[SLOPED]
    product, rise = mesh[SOME], mesh[MORE]
    per_flow, rubbed, fitted, slow = mesh[PER_FLOW], mesh[RUBBED], mesh[FITTED], mesh[SLOWEST]
    count = 0
    for m in range(now.size):
        which[count] = m
        bound = min(near * max(abs(now[m]), slow[m]), abs(now[m]))
        count += 0 if abs(now[m] - at[m]) <= bound else 1
    for i in range(count):
        m = which[i]
        product[i], rise[i] = abs(now[m]) * per_flow[m], roughness[m]
    for i in range(count):
        product[i], rise[i] = resistance(product[i], rise[i])
    for i in range(count):
        m = which[i]
        flow = now[m]
        at[m] = flow
        drop[m] = flow * (rubbed[m] * product[i] + fitted[m] * abs(flow))
        slope[m] = rubbed[m] * rise[i] + 2.0 * fitted[m] * abs(flow)


@inner
def factorised(
    loops: Loops,
    chain: FloatArray,
    stiff: FloatArray,
    loop_rows: FloatArray,
    factor: FloatArray,
    alike: float,
) -> None:
    """LDL transposed of the loops' Newton matrix; the diagonal is inverted.

    Chains whose slope has changed by at most a part, ``alike``, keep it, and what none of the others
    touches stays as it is.
    """
    work, anew, now, changed = loop_rows[STEP], loop_rows[ANEW], chain[STIFF], chain[CHANGED]
    for c in range(stiff.size):
        keeps = abs(now[c] - stiff[c]) <= alike * stiff[c]
        changed[c], stiff[c] = (0.0, stiff[c]) if keeps else (1.0, now[c])
    for column in range(loops.number):
        touched = 0.0
        for p in range(loops.loop_at[column], loops.loop_at[column + 1]):
            touched += changed[loops.loop[0, p]]
        for q in range(loops.before_at[column], loops.before_at[column + 1]):
            touched += anew[loops.before[0, q]]
        anew[column] = 0.0 if touched == 0.0 else 1.0
        if touched == 0.0:
            continue
        work[column] = 0.0
        for q in range(loops.before_at[column], loops.before_at[column + 1]):
            work[loops.before[0, q]] = 0.0
        for q in range(loops.column_at[column], loops.column_at[column + 1]):
            work[loops.product[0, q]] += loops.product[2, q] * stiff[loops.product[1, q]]
        diagonal = work[column]
        for q in range(loops.before_at[column], loops.before_at[column + 1]):
            i, stop = loops.before[0, q], loops.before[1, q]
            value, first = work[i], loops.factor_at[i]
            for p in range(first + 1, stop):
                work[loops.factor_row[p]] -= factor[p] * value
            factor[stop] = value * factor[first]
            diagonal -= factor[stop] * value
        factor[loops.factor_at[column]] = 1.0 / diagonal


@inner
def solved(loops: Loops, factor: FloatArray, right: FloatArray) -> None:
    """Solve in place with the factors."""
    for j in range(loops.number):
        known = right[j]
        for p in range(loops.factor_at[j] + 1, loops.factor_at[j + 1]):
            right[loops.factor_row[p]] -= factor[p] * known
    for j in range(loops.number - 1, -1, -1):
        first = loops.factor_at[j]
        value = right[j] * factor[first]
        for p in range(first + 1, loops.factor_at[j + 1]):
            value -= factor[p] * right[loops.factor_row[p]]
        right[j] = value


@inner
def piece_of(loops: Loops, i: int, along: float) -> int:
    """The piece of a pump's curve that a flow is in."""
    piece = 0
    while piece < loops.pump_flow.shape[1] - 2 and along > loops.pump_flow[i, piece + 1]:
        piece += 1
    if piece == 0 and along <= loops.pump_flow[i, 0]:
        return -1
    return piece


@inner
def pumped(loops: Loops, mesh: FloatArray) -> None:
    """Take what inline pumps add from their members' drop; see :func:`heatsym.physics.pump.pump_lift`."""
    for i in range(loops.pump.size):
        m, sense = loops.pump[i], loops.pump_sense[i]
        along = sense * mesh[NOW, m]
        piece, falls = piece_of(loops, i, along), 0.0
        first = max(piece, 0)
        if piece >= 0:
            falls = (loops.pump_lift[i, piece] - loops.pump_lift[i, piece + 1]) / (
                loops.pump_flow[i, piece + 1] - loops.pump_flow[i, piece]
            )
        mesh[DROP, m] -= sense * (loops.pump_lift[i, first] - falls * (along - loops.pump_flow[i, first]))
        mesh[SLOPED, m] += falls


@inner
def circulate(loops: Loops, around: FloatArray, through: FloatArray, mesh: FloatArray) -> None:
    """Members' flow with what circulates around the loops."""
    base, now = mesh[BASE], mesh[NOW]
    for c in range(through.size):
        through[c] = 0.0
    for loop in range(loops.number):
        for p in range(loops.loop_at[loop], loops.loop_at[loop + 1]):
            through[loops.loop[0, p]] += loops.loop[1, p] * around[loop]
    for m in range(now.size):
        now[m] = base[m] + through[loops.member[2, m]]


@inner
def net_drops(
    still: float, enough: float, loops: Loops, mesh: FloatArray, chain: FloatArray, loop_rows: FloatArray
) -> None:
    """Net drop around every loop, linear from where friction was seen last, what of it may be left, slopes.

    That is a part, ``enough``, of all drops around the loop, and what half a flow of ``still`` makes: more
    would circulate around a loop at rest.
    """
    now, at, drop, slope, linear = mesh[NOW], mesh[AT], mesh[DROP], mesh[SLOPED], mesh[LINEAR]
    net, size, stiff = chain[NET], chain[SIZE], chain[STIFF]
    error, most = loop_rows[ERROR], loop_rows[MOST_LEFT]
    for m in range(now.size):
        linear[m] = drop[m] + slope[m] * (now[m] - at[m])
    for c in range(net.size):
        total, left, steep = 0.0, 0.0, 0.0
        for m in range(loops.chain_at[c], loops.chain_at[c + 1]):
            total += linear[m]
            left += abs(linear[m])
            steep += slope[m]
        net[c], size[c], stiff[c] = total, enough * left + 0.5 * still * steep, steep
    for loop in range(loops.number):
        total, left = 0.0, 0.0
        for p in range(loops.loop_at[loop], loops.loop_at[loop + 1]):
            total += loops.loop[1, p] * net[loops.loop[0, p]]
            left += size[loops.loop[0, p]]
        error[loop], most[loop] = total, left


@inner
def norm_of(values: FloatArray) -> float:
    """Square root of the sum of squares."""
    total = 0.0
    for i in range(values.size):
        total += values[i] * values[i]
    return math.sqrt(total)


@inner
def worst_of(loop_rows: FloatArray) -> float:
    """The largest net drop around a loop, over what may be left there. [-]"""
    error, most, worst = loop_rows[ERROR], loop_rows[MOST_LEFT], 0.0
    for loop in range(error.size):
        worst = max(worst, abs(error[loop]) / max(most[loop], LEAST))
    return worst


@called
def seen_anew(
    still: float, enough: float, near: float, loops: Loops, mesh: FloatArray, chain: FloatArray, c: int
) -> None:
    """One chain's flows, and its drop and slope, as in :func:`rubbing` and :func:`net_drops`."""
    through, total, left, steep = chain[AROUND, c], 0.0, 0.0, 0.0
    for m in range(loops.chain_at[c], loops.chain_at[c + 1]):
        flow = mesh[BASE, m] + through
        bound = min(near * max(abs(flow), mesh[SLOWEST, m]), abs(flow))
        mesh[NOW, m] = flow
        if not abs(flow - mesh[AT, m]) <= bound:
            product, rise = resistance(abs(flow) * mesh[PER_FLOW, m], loops.resistance[ROUGHNESS, m])
            fitted = mesh[FITTED, m] * abs(flow)
            mesh[AT, m], mesh[DROP, m] = flow, flow * (mesh[RUBBED, m] * product + fitted)
            mesh[SLOPED, m] = mesh[RUBBED, m] * rise + 2.0 * fitted
        drop = mesh[DROP, m] + mesh[SLOPED, m] * (flow - mesh[AT, m])
        total += drop
        left += abs(drop)
        steep += mesh[SLOPED, m]
    chain[NET, c], chain[SIZE, c] = total, enough * left + 0.5 * still * steep
    chain[STIFF, c] = steep


@called
def eased(
    still: float,
    enough: float,
    near: float,
    loops: Loops,
    mesh: FloatArray,
    around: FloatArray,
    chain: FloatArray,
    loop_rows: FloatArray,
    queue: IntArray,
) -> None:
    """Put right the few loops that are off, one after another: a step of Newton's method goes through all.

    What circulates around a loop changes until its own net drop vanishes. Loops that share pipes with it
    are off by a part of that, and wait for their turn if it is too much.
    """
    error, most, waits, number = loop_rows[ERROR], loop_rows[MOST_LEFT], loop_rows[ANEW], loops.number
    count = 0
    for loop in range(number):
        waits[loop] = 0.0
        if not abs(error[loop]) <= most[loop]:
            queue[count], waits[loop] = loop, 1.0
            count += 1
    if count > PART_OFF * number:
        return
    head, turns = 0, int(TURNS_OFF * number)
    while count > 0 and turns > 0:
        turns -= 1
        loop, steep = queue[head], 0.0
        head, count, waits[loop] = (head + 1) % number, count - 1, 0.0
        first, last = loops.loop_at[loop], loops.loop_at[loop + 1]
        for p in range(first, last):
            steep += chain[STIFF, loops.loop[0, p]]
        change = -error[loop] / max(steep, LEAST)
        around[loop] += change
        for p in range(first, last):
            c = loops.loop[0, p]
            chain[AROUND, c] += loops.loop[1, p] * change
            seen_anew(still, enough, near, loops, mesh, chain, c)
        for p in range(first, last):
            c = loops.loop[0, p]
            for o in range(loops.passing_at[c], loops.passing_at[c + 1]):
                other, total, left = loops.passing[o], 0.0, 0.0
                for q in range(loops.loop_at[other], loops.loop_at[other + 1]):
                    total += loops.loop[1, q] * chain[NET, loops.loop[0, q]]
                    left += chain[SIZE, loops.loop[0, q]]
                error[other], most[other] = total, left
                if not abs(total) <= left and waits[other] == 0.0:
                    queue[(head + count) % number], waits[other] = other, 1.0
                    count += 1


@called
def balanced(
    still: float,
    loops: Loops,
    medium: Medium,
    water: Water,
    side: Side,
    room: Room,
    fresh: bool,
    times: float,
) -> bool:
    """Flow of the loops' pipes without a net drop around any loop; whether it was found.

    Newton's method: the step is halved while it does not lower the norm of the net drops, and slopes seen
    before serve as long as it is lowered well with them. Where few loops are off, these are put right by
    themselves. It begins where friction was seen last, with other
    flows; where it is to be seen anew, with the last step's flows. It may end where ``times`` as much is
    left, where the next sweep moves the flows more.
    """
    mesh, factor, around, flow = side.mesh, side.factor, side.around, side.pipe[FLOW]
    error, step, trial = room.loop[ERROR], room.loop[STEP], room.loop[TRIAL]
    roughness, through = loops.resistance[ROUGHNESS], room.chain[AROUND]
    enough = times * loops.enough
    near = NEAR * math.sqrt(enough) if loops.pump.size == 0 else -1.0
    if fresh:
        resisting(loops, medium, water, mesh)
        rubbing(roughness, mesh, room.far, -1.0)
        pumped(loops, mesh)
        fill(around, 0.0)
    for m in range(loops.member.shape[1]):
        mesh[BASE, m] = loops.member[1, m] * flow[loops.member[0, m]]
    circulate(loops, around, through, mesh)
    net_drops(still, enough, loops, mesh, room.chain, room.loop)
    before = 0.0 if fresh else worst_of(room.loop)
    if fresh:
        factorised(loops, room.chain, side.stiff, room.loop, factor, -1.0)
    most, worst = np.inf, np.inf
    for _ in range(ITERATIONS):
        for loop in range(loops.number):
            step[loop] = -error[loop]
        solved(loops, factor, step)
        share = 1.0
        for _halving in range(8):
            for loop in range(loops.number):
                trial[loop] = around[loop] + share * step[loop]
            circulate(loops, trial, through, mesh)
            rubbing(roughness, mesh, room.far, near)
            pumped(loops, mesh)
            net_drops(still, enough, loops, mesh, room.chain, room.loop)
            norm = norm_of(error)
            if norm <= most:
                break
            share *= 0.5
        most = norm
        copy(trial, around)
        worst = worst_of(room.loop)
        if worst > 1.0 and loops.pump.size == 0:
            eased(still, enough, near, loops, mesh, around, room.chain, room.loop, room.far)
            worst, most = worst_of(room.loop), norm_of(error)
        if worst <= 1.0 and norm < np.inf:
            break
        if worst > SLOW * before:
            factorised(loops, room.chain, side.stiff, room.loop, factor, ALIKE)
        before = worst
    for m in range(loops.member.shape[1]):
        flow[loops.member[0, m]] = loops.member[1, m] * mesh[NOW, m]
    return times * worst <= 1.0 and most < np.inf


@inner
def alike(memory: Memory, supply: FloatArray, return_: FloatArray) -> None:
    """Where the return side's friction is seen first: flows that differ from the supply's as the last did."""
    for m in range(supply.size):
        return_[m] = memory.supply_flow[m] + memory.return_flow[m] - supply[m]


@inner
def onward(sequence: Places, count: int) -> int:
    """1 where the numbers of a sequence rise, as in a tree fed at its root, else 0."""
    for i in range(1, count):
        if sequence[i] < sequence[i - 1]:
            return 0
    return 1


@called
def ends(network: Network, side: Side) -> None:
    """The node that each pipe's water comes from and the one that it flows to."""
    for k in range(network.start.size):
        along = side.order[SIGN, k] >= 0
        side.order[UP, k] = network.start[k] if along else network.end[k]
        side.order[DOWN, k] = network.end[k] if along else network.start[k]


@called
def route(
    still: float,
    network: Network,
    loops: Loops,
    medium: Medium,
    water: Water,
    side: Side,
    room: Room,
    sense: float,
    fresh: bool,
    times: float,
) -> bool:
    """Flows of one side's pipes for what consumers draw and sources give; whether the loops balance.

    ``sense`` is 1 on the supply side, where consumers withdraw, and -1 on the return side, whose turn is
    next with the same flows; that of a tree is mirrored, and its supply's throughflow found as well. Flows
    below ``still`` are rounding. ``fresh`` says that the side's friction was not yet seen in this step.
    """
    withdrawal, flow, sign = room.withdrawal, side.pipe[FLOW], side.order[SIGN]
    if sense > 0.0:
        fill(withdrawal, 0.0)
        for c in range(network.consumer.size):
            withdrawal[network.consumer[c]] += room.consumer[DRAWN, c]
        for s in range(network.source.size):
            withdrawal[network.source[s]] -= room.source[GIVEN, s]
        if loops.number > 0:
            tree_flow(network, withdrawal, room.base)
    closed, same = True, True
    if loops.number > 0:
        for k in range(flow.size):
            flow[k] = sense * room.base[k]
        closed = balanced(still, loops, medium, water, side, room, fresh, times)
        same = carried(flow, 1.0, still, flow, sign)
    else:
        same = tree_carried(network, withdrawal, room.source[GIVEN], still, side)
    if not same:
        sequence, outwards = side.order[SEQUENCE], sense > 0.0
        found = sorted_along(network, sign, sequence, room.queue, room.lean, outwards)
        side.tally[FLOWING], side.tally[CIRCLING] = found
        side.tally[ONWARD] = onward(side.order[SEQUENCE], found[0])
        ends(network, side)
    return closed


@once
def mirrored(supply: Side, return_: Side) -> None:
    """Flows of a tree's return side: those of the supply side, the other way round and in reverse order."""
    if not carried(supply.pipe[FLOW], -1.0, 0.0, return_.pipe[FLOW], return_.order[SIGN]):
        last = supply.tally[FLOWING] - 1
        for i in range(last + 1):
            return_.order[SEQUENCE, i] = supply.order[SEQUENCE, last - i]
        for k in range(supply.pipe.shape[1]):
            return_.order[UP, k], return_.order[DOWN, k] = supply.order[DOWN, k], supply.order[UP, k]
        return_.tally[FLOWING], return_.tally[CIRCLING] = supply.tally[FLOWING], supply.tally[CIRCLING]
        return_.tally[ONWARD] = -supply.tally[ONWARD]


@inner
def at_rest(side: Side) -> None:
    """No flow anywhere."""
    fill(side.pipe[FLOW], 0.0)
    fill(side.node[THROUGH], 0.0)
    fill(side.order[SIGN], 0)
    side.tally[FLOWING] = side.tally[CIRCLING] = 0


# -- one side in a step ------------------------------------------------------------------------------


@inner
def with_room(water: Water, substeps: int, first: int, last: int) -> None:
    """Room for the parcels of a step in some pipes; the fade begun anew where it has become small."""
    most, some = water.ring.shape[1] - substeps, 0
    for n in range(last - first):
        some += water.pipe[FADE, index(first + n)] < RENEWED
    for n in range(last - first):
        some += water.place[COUNT, index(first + n)] > most
    for k in range(first, last if some > 0 else first):
        if water.pipe[FADE, k] < RENEWED:
            renew(water, k)
        while water.place[COUNT, k] > most:
            make_room(water, k)


@inner
def begin(network: Network, state: State, work: Work, substeps: int, ground: float) -> None:
    """What both sides' pipes are like at the start of a step; a batch is done with before the next begins."""
    for batch in range(work.supply.held.shape[0]):
        first = batch * BATCH
        last = min(first + BATCH, network.start.size)
        with_room(state.supply, substeps, first, last)
        with_room(state.return_, substeps, first, last)
        begin_batch(network, state.supply, state.return_, work.supply, ground, batch, first, last)
        begin_batch(network, state.return_, state.supply, work.return_, ground, batch, first, last)


@inner
def begin_batch(
    network: Network,
    water: Water,
    partner: Water,
    side: Side,
    ground: float,
    batch: int,
    first: int,
    last: int,
) -> None:
    """What a batch of one side's pipes is like: equilibrium, and the water by kind.

    The water of pipes that hold one parcel, or a few, is laid out so that their operators vectorise. READY
    is that kind, or of more parcels the part of the pipe that those laid out fill; it is negative where the
    pipe's start is its outlet, and 0 where nothing is ready.
    """
    t_eq, ready, some = side.pipe[T_EQ], side.pipe[READY], 0
    for n in range(last - first):
        k = index(first + n)
        t_eq[k] = ground + network.cross[k] * (mean_of(partner, k) - ground)
        alone = water.place[HEAD, k] == ALONE and abs(water.pipe[ONLY_GROWTH, k]) <= SHORT
        ready[k] = (2.0 * water.place[FORWARD, k] - 1.0) * ONE if alone else 0.0
    for n in range(last - first):
        some += water.place[HEAD, index(first + n)] != ALONE
    for i in range(FEW):
        side.held[batch, i] = 0
    if some > 0:
        lay_out(water, side, side.held[batch], batch)


@inner
def lay_out(water: Water, side: Side, held: IntArray, batch: int) -> None:
    """The parcels of a batch's pipes, side by side; not where one bends too much.

    Of pipes with more than a few those at the outlet are laid out. Pipes with many of them come first;
    ``held`` (FEW,), of zeros, counts those with one at least, two at least ...
    """
    mask, parcel, pipe, listed = water.ring.shape[1] - 1, side.parcel, side.pipe, side.order[LISTED]
    first, total = batch * BATCH, 0
    for n in range(min(BATCH, pipe.shape[1] - first)):
        listed[index(first + total)] = n
        total += water.place[HEAD, index(first + n)] != ALONE
    for m in range(total):
        k = index(first + listed[index(first + m)])
        held[min(water.place[COUNT, k], FEW) - 1] += 1
        if pipe.shape[1] > MANY_PIPES:
            parcels_of(water, k)
    for i in range(FEW - 1, 0, -1):
        held[i - 1] += held[i]
    for i in range(FEW if pipe.shape[1] > MANY_PIPES else 0):
        for n in range(0, held[i], LINE):
            for row in range(4):
                ask_for(parcel, index(batch * PARCELS + i * PARCEL + row * BATCH + n))
    for m in range(total):
        n = listed[index(first + m)]
        k = index(first + n)
        head, count = water.place[HEAD, k], min(water.place[COUNT, k], FEW)
        held[count - 1] -= 1
        seat, bend, reach = held[count - 1], 0.0, 0.0
        above, fade = pipe_above(water, pipe, k), water.pipe[FADE, k]
        if head < 0:
            growth, part = water.pipe[ONLY_GROWTH, k], water.pipe[PART, k]
            oldest = 1.0 - (count - 1) * part
            bend = abs(growth) * max(part, oldest)
            for i in range(count):
                q = batch * PARCELS + i * PARCEL + seat
                parcel[index(q + WIDTH * BATCH)] = part if i > 0 else oldest
                parcel[index(q + LEVEL * BATCH)] = above
                parcel[index(q + EDGE * BATCH)] = fade * water.fresh[k, FRESH - head, i]
                parcel[index(q + GROWTH * BATCH)] = growth
        else:
            for i in range(count):
                s, q = (head + i) & mask, batch * PARCELS + i * PARCEL + seat
                width, growth = water.ring[k, s, WIDTH], water.ring[k, s, GROWTH]
                bend, reach = max(bend, abs(growth)), reach + width
                parcel[index(q + WIDTH * BATCH)] = width
                parcel[index(q + LEVEL * BATCH)] = above + fade * water.ring[k, s, LEVEL]
                parcel[index(q + EDGE * BATCH)] = fade * water.ring[k, s, EDGE]
                parcel[index(q + GROWTH * BATCH)] = growth / max(width, LEAST)
        side.holder[index(first + seat)], side.order[SEAT, k] = n, seat
        kind = float(MANY) if water.place[COUNT, k] <= FEW else min(reach, ALMOST)
        pipe[READY, k] = (2.0 * water.place[FORWARD, k] - 1.0) * kind if bend <= SHORT else 0.0
    for i in range(FEW - 1, 0, -1):
        held[i] = held[i - 1]
    held[0] = total


@inner
def joins(water: Water, side: Side, batch: int, n: int) -> None:
    """Put a pipe with one parcel, whose new water will be several, after those of its batch with some."""
    k, seat = index(batch * BATCH + n), side.held[batch, FEW]
    q = batch * PARCELS + seat
    side.parcel[index(q + WIDTH * BATCH)] = 1.0
    side.parcel[index(q + LEVEL * BATCH)] = pipe_above(water, side.pipe, k)
    side.parcel[index(q + EDGE * BATCH)] = water.pipe[FADE, k] * water.pipe[ONLY_EDGE, k]
    side.parcel[index(q + GROWTH * BATCH)] = water.pipe[ONLY_GROWTH, k]
    side.holder[index(batch * BATCH + seat)], side.order[SEAT, k] = n, seat
    side.held[batch, FEW] = seat + 1


@inner
def pipe_above(water: Water, pipe: FloatArray, k: int) -> float:
    """Reference temperature of a pipe's water over its equilibrium."""
    above: float = water.pipe[REFERENCE, k] - pipe[T_EQ, k]
    return above


@inner
def passage(
    network: Network,
    medium: Medium,
    water: Water,
    side: Side,
    seconds: float,
    first: int,
    last: int,
    at: int,
) -> None:
    """What the present flow does in a step to a batch's pipes that hold one parcel, and each one's kind."""
    flow, t_eq, ready, rows = side.pipe[FLOW], side.pipe[T_EQ], side.pipe[READY], side.batch
    reference, fade = water.pipe[REFERENCE], water.pipe[FADE]
    edge, growth = water.pipe[ONLY_EDGE], water.pipe[ONLY_GROWTH]
    passing = seconds * medium.capacity
    for n in range(last - first):
        k, i = index(first + n), at + n
        size = max(abs(flow[k]), LEAST)
        fills = size * passing / side.capacity[k]
        rate = network.conductance[k] / (size * medium.capacity)
        span = min(fills, 1.0)
        uniform = series(-rate * span)
        fits = rate * span <= SHORT and ready[k] * flow[k] > 0.0 and span <= abs(ready[k])
        rows[index(i + FILLS)], rows[index(i + RATE)], rows[index(i + UNIFORM)] = fills, rate, uniform
        rows[index(i + KIND)] = (abs(ready[k]) if fills >= 1.0 else SLACK) if fits else SCALAR
        sloped = fade[k] * edge[k] * series((growth[k] - rate) * span)
        rows[index(i + LEAVING)] = span * ((reference[k] - t_eq[k]) * uniform + sloped)


@inner
def passage_of_several(side: Side, held: IntArray, batch: int, at: int, seats: int) -> None:
    """What of the present water of a batch's pipes that hold several parcels leaves in a step."""
    rows, several, parcel, first = side.batch, side.several, side.parcel, batch * BATCH
    for n in range(held[0]):
        q, i = seats + n, at + side.holder[index(first + n)]
        several[index(q + ITS_RATE)] = rows[index(i + RATE)]
        several[index(q + ITS_FILLS)], several[index(q + START)] = rows[index(i + FILLS)], 0.0
        several[index(q + REACHED)], several[index(q + LEFT)] = 1.0, 0.0
    for i in range(FEW):
        if held[i] == 0:
            break
        for n in range(held[i]):
            q, p = seats + n, batch * PARCELS + i * PARCEL + n
            rate, width = several[index(q + ITS_RATE)], parcel[index(p + WIDTH * BATCH)]
            start, reached = several[index(q + START)], several[index(q + REACHED)]
            gone = min(max(several[index(q + ITS_FILLS)] - start, 0.0), width)
            uniform = series(-rate * gone)
            sloped = parcel[index(p + EDGE * BATCH)] * series(
                (parcel[index(p + GROWTH * BATCH)] - rate) * gone
            )
            level = parcel[index(p + LEVEL * BATCH)] * uniform
            several[index(q + LEFT)] += gone * reached * (level + sloped)
            several[index(q + REACHED)] = reached * (1.0 - rate * gone * uniform)
            several[index(q + START)] = start + width
    for n in range(held[0]):
        i = at + side.holder[index(first + n)]
        if rows[index(i + KIND)] >= MANY:
            rows[index(i + LEAVING)] = several[index(seats + n + LEFT)]


@inner
def mixing(side: Side, water: Water, first: int, last: int, at: int) -> None:
    """What a batch's pipes bring to the mean temperature of the nodes that they lead to: OFFSET and GAIN.

    The latter counts per kelvin of the node that they come from.
    """
    flow, t_eq, down, share = side.pipe[FLOW], side.pipe[T_EQ], side.order[DOWN], side.node[SHARE]
    rows = side.batch
    for n in range(last - first):
        k, i = index(first + n), at + n
        weight = abs(flow[k]) * share[index(down[k])]
        per_fill = 1.0 / rows[index(i + FILLS)]
        through = max(1.0 - per_fill, 0.0) * (1.0 - rows[index(i + RATE)] * rows[index(i + UNIFORM)])
        rows[index(i + GAIN)] = weight * through
        rows[index(i + OFFSET)] = weight * (t_eq[k] * (1.0 - through) + rows[index(i + LEAVING)] * per_fill)
    some = 0
    for n in range(last - first):
        some += rows[index(at + n + KIND)] == SCALAR
    for n in range(last - first if some > 0 else 0):
        k, i = index(first + n), at + n
        if rows[index(i + KIND)] == SCALAR and flow[k] != 0.0:
            weight, along = abs(flow[k]) * share[index(down[k])], flow[k] > 0.0
            steady, through = operator(
                water, first + n, along, rows[index(i + FILLS)], rows[index(i + RATE)], t_eq[k]
            )
            rows[index(i + OFFSET)], rows[index(i + GAIN)] = weight * steady, weight * through


@called
def cut_up(
    rows: FloatArray,
    parcel: FloatArray,
    several: FloatArray,
    cut: FloatArray,
    holder: Places,
    held: IntArray,
    batch: int,
    at: int,
    seats: int,
    cuts: int,
    substeps: int,
) -> None:
    """What leaves of the old water of pipes with several parcels in each substep, and when new water does."""
    number, first = held[FEW], batch * BATCH
    for n in range(number):
        q, i = seats + n, at + holder[index(first + n)]
        several[index(q + ITS_RATE)] = rows[index(i + RATE)]
        several[index(q + ITS_FILLS)] = rows[index(i + FILLS)] / substeps
        several[index(q + PER_FILL)], several[index(q + ITS_LAG)] = rows[index(i + OLD)], rows[index(i + LAG)]
        several[index(q + START)], several[index(q + REACHED)] = 0.0, 1.0
    for n in range(number):
        q = seats + n
        fills, lag = several[index(q + ITS_FILLS)], several[index(q + ITS_LAG)]
        late = min(math.floor(1.0 / fills), float(substeps))
        later = max(1.0 - late * fills, 0.0)
        several[index(q + LATE)], several[index(q + LATER)] = late, later
        passing, lag = lag * (fills - later), lag * later
        several[index(q + ITS_PASS)], several[index(q + ITS_LAG)] = passing, lag
        several[index(q + AFTER_NONE)] = passing if late == 0.0 else 0.0
        several[index(q + AFTER_ONE)] = passing if late == 1.0 else (lag if late == 0.0 else 0.0)
        several[index(q + AFTER_TWO)] = passing if late == 2.0 else (lag if late == 1.0 else 0.0)
        several[index(q + AFTER_THREE)] = passing if late == 3.0 else (lag if late == 2.0 else 0.0)
    for j in range(substeps):
        for n in range(number):
            cut[index(cuts + j * BATCH + n)] = 0.0
    for i in range(FEW):
        holding = held[i] if i > 0 else number
        if holding == 0:
            break
        for j in range(substeps):
            for n in range(holding):
                q, p, c = seats + n, batch * PARCELS + i * PARCEL + n, index(cuts + j * BATCH + n)
                rate, width = several[index(q + ITS_RATE)], parcel[index(p + WIDTH * BATCH)]
                gone = (j + 1) * several[index(q + ITS_FILLS)] - several[index(q + START)]
                gone = min(max(gone, 0.0), width)
                sloped = series((parcel[index(p + GROWTH * BATCH)] - rate) * gone)
                level = parcel[index(p + LEVEL * BATCH)] * series(-rate * gone)
                leaving = level + parcel[index(p + EDGE * BATCH)] * sloped
                cut[c] += gone * several[index(q + REACHED)] * leaving
        for n in range(holding):
            q, p = seats + n, batch * PARCELS + i * PARCEL + n
            fading = several[index(q + ITS_RATE)] * parcel[index(p + WIDTH * BATCH)]
            several[index(q + REACHED)] *= 1.0 - fading * series(-fading)
            several[index(q + START)] += parcel[index(p + WIDTH * BATCH)]
    for n in range(number):
        several[index(seats + n + LEFT)] = cut[index(cuts + (substeps - 1) * BATCH + n)]
    for j in range(substeps - 1, -1, -1):
        for n in range(number):
            c = cuts + j * BATCH + n
            before = cut[index(c - BATCH)] if j > 0 else 0.0
            cut[index(c)] = several[index(seats + n + PER_FILL)] * (cut[index(c)] - before)


@called
def renewed(several: FloatArray, cut: FloatArray, seats: int, cuts: int, number: int, substeps: int) -> None:
    """What becomes of the new water of flushed pipes with several parcels: its content, losses, and edges.

    ``cut`` holds the excess of what entered in each substep; that of the last ``late`` is still there, and
    of the one before the part ``later``.
    """
    for n in range(number):
        q = seats + n
        rate, fills = several[index(q + ITS_RATE)], several[index(q + ITS_FILLS)]
        several[index(q + INSIDE)], several[index(q + LOST)], several[index(q + REACHED)] = 0.0, 0.0, 1.0
        lost_all = rate * series(-rate)
        several[index(q + STAYING)], several[index(q + FADED)] = series(-rate * fills), lost_all
        several[index(q + PARTLY)] = (1.0 - lost_all) * series(rate * several[index(q + LATER)])
    for j in range(substeps):
        for n in range(number):
            q, c = seats + n, index(cuts + (substeps - 1 - j) * BATCH + n)
            fills, reached = several[index(q + ITS_FILLS)], several[index(q + REACHED)]
            lost_all, slope = several[index(q + FADED)], several[index(q + STAYING)]
            late, excess = several[index(q + LATE)], cut[c]
            whole, part = j < late, j == late
            later, partly = several[index(q + LATER)], several[index(q + PARTLY)]
            width = fills if whole else (later if part else 0.0)
            inside = reached * slope if whole else partly
            several[index(q + INSIDE)] += width * excess * inside
            several[index(q + LOST)] += excess * (width * (1.0 - inside) + lost_all * (fills - width))
            reached *= 1.0 - several[index(q + ITS_RATE)] * fills * slope
            several[index(q + REACHED)] = reached
            cut[c] = excess * (reached if whole else 1.0 - lost_all)


@called
def kept_parcels(
    water: Water,
    later_water: Water,
    pipe: FloatArray,
    rows: FloatArray,
    several: FloatArray,
    cut: FloatArray,
    holder: Places,
    number: int,
    batch: int,
    at: int,
    seats: int,
    cuts: int,
    capacity: FloatArray,
    substeps: int,
) -> None:
    """The new parcels of flushed pipes with several, and the heat that these pipes lost."""
    mask, first = water.ring.shape[1] - 1, batch * BATCH
    for n in range(number):
        k, q = index(first + holder[index(first + n)]), seats + n
        if rows[index(at + KIND + holder[index(first + n)])] != MANY:
            continue
        before = pipe_above(water, pipe, k) + water.pipe[FADE, k] * water.pipe[CONTENT, k]
        lost = before - several[index(q + LEFT)] + several[index(q + LOST)]
        pipe[LOSS, k] = lost * capacity[k]
        later_water.pipe[REFERENCE, k], later_water.pipe[FADE, k] = pipe[T_EQ, k], 1.0
        later_water.pipe[CONTENT, k] = several[index(q + INSIDE)]
        later_water.place[FORWARD, k] = 1 if pipe[FLOW, k] > 0.0 else 0
        rate, fills = several[index(q + ITS_RATE)], several[index(q + ITS_FILLS)]
        later, late = several[index(q + LATER)], int(several[index(q + LATE)])
        made = late + 1 if later > 0.0 and late < substeps else late
        oldest = cuts + (substeps - made) * BATCH + n
        if made <= FEW:
            free = free_set(water.place[HEAD, k])
            for j in range(made):
                water.fresh[k, free, j] = cut[index(oldest + j * BATCH)]
            anew(later_water, k, made, free, fills, rate)
            continue
        head, held = water.place[HEAD, k], water.place[COUNT, k]
        place = 0 if head >= made and head + held <= mask + 1 else (head + held) & mask
        later_water.place[HEAD, k], later_water.place[COUNT, k] = place, made
        for j in range(made):
            s, width = (place + j) & mask, later if j == 0 and made > late else fills
            water.ring[k, s, WIDTH], water.ring[k, s, LEVEL] = width, 0.0
            water.ring[k, s, EDGE] = cut[index(oldest + j * BATCH)]
            water.ring[k, s, GROWTH] = rate * width


@inner
def throughflow(side: Side, place: Places, inflow: FloatArray) -> None:
    """What flows through one side's nodes; ``inflow`` [kg/s] enters at the nodes ``place``."""
    flow, down = side.pipe[FLOW], side.order[DOWN]
    through, share = side.node[THROUGH], side.node[SHARE]
    fill(through, 0.0)
    for i in range(place.size):
        through[place[i]] += max(inflow[i], 0.0)
    for k in range(flow.size):
        through[index(down[k])] += abs(flow[k])
    for node in range(through.size):
        share[node] = 1.0 / through[node] if through[node] > 0.0 else 0.0


@inner
def mixed_soon(network: Network, water: Water, side: Side, k: int) -> None:
    """Ask for what the next batch's sweep needs of a pipe and its neighbours in the cache."""
    if k < 0 or k >= side.pipe.shape[1]:
        return
    for row in range(3):
        ask_for(side.pipe[row], index(k))
    ask_for(side.capacity, index(k))
    ask_for(network.conductance, index(k))
    for row in (REFERENCE, FADE, ONLY_EDGE, ONLY_GROWTH):
        ask_for(water.pipe[row], index(k))
    for row in (SEQUENCE, UP, DOWN):
        ask_for(side.order[row], index(k))
    for row in (SHARE, MIXED):
        ask_for(side.node[row], index(k))
    parcels_soon(side, k)


@inner
def parcels_soon(side: Side, k: int) -> None:
    """Ask for the parcels in the seats of the same numbers, and for whose they are."""
    batch, n = k // BATCH, k % BATCH
    for i in range(FEW):
        if n >= side.held[batch, i]:
            break
        for row in range(4):
            ask_for(side.parcel, index(batch * PARCELS + i * PARCEL + row * BATCH + n))
    if n < side.held[batch, 0]:
        ask_for(side.holder, index(k))


@inner
def moved_soon(network: Network, water: Water, later: Water, side: Side, k: int) -> None:
    """Ask for what moving the next batch needs of a pipe and its neighbours in the cache."""
    if k < 0 or k >= side.pipe.shape[1]:
        return
    for row in range(4):
        ask_for(side.pipe[row], index(k))
    ask_for(side.capacity, index(k))
    ask_for(network.conductance, index(k))
    for row in range(6):
        ask_for(water.pipe[row], index(k))
        ask_for(later.pipe[row], index(k))
    for row in range(3):
        ask_for(water.place[row], index(k))
        ask_for(later.place[row], index(k))
    for row in (SEQUENCE, UP, DOWN):
        ask_for(side.order[row], index(k))
    parcels_soon(side, k)


@inner
def parcels_of(water: Water, k: int) -> None:
    """Ask for the parcels of a pipe that a step reads, two a line, where they do not stand in ``pipe``."""
    head, mask = water.place[HEAD, k], water.ring.shape[1] - 1
    if head >= 0:
        for i in range(0, min(water.place[COUNT, k], FEW), 2):
            ask_for(water.ring[k, index((head + i) & mask)], index(0))
    elif head <= FRESH:
        ask_for(water.fresh[k, index(FRESH - head)], index(0))


@inner
def slots_of(water: Water, k: int) -> None:
    """Ask for where a pipe's new parcels will stand in its ring."""
    head, mask = water.place[HEAD, k], water.ring.shape[1] - 1
    if head >= 0:
        for i in range(0, USUAL, 2):
            ask_for(water.ring[k, index((head + water.place[COUNT, k] + i) & mask)], index(0))


@inner
def mix(
    network: Network,
    medium: Medium,
    water: Water,
    side: Side,
    seconds: float,
    place: Places,
    inflow: FloatArray,
    t_in: FloatArray,
) -> None:
    """Temperature of one side's nodes over a whole step, from the pipes' operators and the throughflow.

    ``inflow`` [kg/s] of temperature ``t_in`` enters at the nodes ``place``.
    """
    mixed, number, batches, rows = side.node[MIXED], side.pipe.shape[1], side.held.shape[0], side.batch
    up, down = side.order[UP], side.order[DOWN]
    fill(mixed, 0.0)
    for i in range(place.size):
        if inflow[i] > 0.0:
            mixed[place[i]] += inflow[i] * t_in[i] * side.node[SHARE, place[i]]
    onward = side.tally[ONWARD]
    soon = onward if number > MANY_PIPES else 0
    for part in range(batches if onward != 0 else 1):
        one = part if onward > 0 else batches - 1 - part
        lowest, highest = (one, one + 1) if onward != 0 else (0, batches)
        for batch in range(lowest, highest):
            first, at = batch * BATCH, (batch - lowest) * ROWS
            last = min(first + BATCH, number)
            passage(network, medium, water, side, seconds, first, last, at)
            if side.held[batch, 0] > 0:
                passage_of_several(side, side.held[batch], batch, at, (batch - lowest) * SEVERAL)
            mixing(side, water, first, last, at)
        if onward == 0:
            for i in range(side.tally[FLOWING]):
                k = index(side.order[SEQUENCE, i])
                m = row_of(side.order[SEQUENCE, i], 0)
                mixed[index(down[k])] += rows[index(m + OFFSET)] + rows[index(m + GAIN)] * mixed[index(up[k])]
            continue
        first = lowest * BATCH
        many = min(BATCH, number - first)
        for i in range(many):
            n = i if onward > 0 else many - 1 - i
            if soon != 0 and (first + n) % LINE == 0:
                mixed_soon(network, water, side, first + n + soon * BATCH)
            k = index(first + n)
            mixed[index(down[k])] += rows[index(n + OFFSET)] + rows[index(n + GAIN)] * mixed[index(up[k])]


@inner
def row_of(k: int, lowest: int) -> int:
    """Where a pipe's numbers begin in ``Side.batch``, whose first batch is ``lowest``."""
    return (k // BATCH - lowest) * ROWS + k % BATCH


@inner
def moving(
    network: Network,
    medium: Medium,
    water: Water,
    side: Side,
    seconds: float,
    substeps: int,
    batch: int,
    slot: int,
) -> None:
    """Of a batch's pipes, what arrives at their ends in the substeps.

    It is a sum: ALWAYS for water at equilibrium, OLD for water from before the step, PASS and LAG times what
    entered so many substeps ago and one more.
    """
    flow, t_eq, down, share = side.pipe[FLOW], side.pipe[T_EQ], side.order[DOWN], side.node[SHARE]
    rows, first, at = side.batch, batch * BATCH, slot * ROWS
    last = min(first + BATCH, flow.size)
    passage(network, medium, water, side, seconds, first, last, at)
    for n in range(last - first):
        k, i = index(first + n), at + n
        weight, part = abs(flow[k]) * share[index(down[k])], rows[index(i + FILLS)] / substeps
        per_fill = weight / max(part, LEAST)
        lag = per_fill * (1.0 - rows[index(i + RATE)] * rows[index(i + UNIFORM)])
        rows[index(i + ALWAYS)], rows[index(i + OLD)] = weight * t_eq[k], per_fill
        rows[index(i + LAG)], rows[index(i + PASS)] = lag, lag * (part - 1.0)
    held = side.held[batch]
    held[FEW], some = held[0], 0
    for n in range(last - first):
        some += rows[index(at + n + FILLS)] < substeps
    for n in range(last - first if some > 0 else 0):
        kind = rows[index(at + n + KIND)]
        if kind == ONE and rows[index(at + n + FILLS)] < substeps:
            joins(water, side, batch, n)
            rows[index(at + n + KIND)] = MANY
        elif flow.size > MANY_PIPES and kind in (SCALAR, SLACK) and flow[index(first + n)] != 0.0:
            parcels_of(water, index(first + n))
            slots_of(water, index(first + n))
    if held[FEW] > 0:
        cut_up(
            rows,
            side.parcel,
            side.several,
            side.cut,
            side.holder,
            held,
            batch,
            at,
            slot * SEVERAL,
            slot * substeps * BATCH,
            substeps,
        )
    for n in range(last - first):
        rows[index(at + n + OLD)] *= rows[index(at + n + LEAVING)]


@inner
def along(
    network: Network,
    water: Water,
    later: Water,
    safe: Safe,
    side: Side,
    substeps: int,
    lowest: int,
    highest: int,
) -> None:
    """Move the water of the pipes of these batches, ``highest`` being the one after the last.

    Where numbers rise or fall along the flow, it is one batch, else all, whose sequence counts.
    """
    t_eq, nodes, rows, cut = side.pipe[T_EQ], side.nodes, side.batch, side.cut
    onward, begins = side.tally[ONWARD], lowest * BATCH
    soon = onward if t_eq.size > MANY_PIPES else 0
    many = min(BATCH, t_eq.size - begins) if onward != 0 else side.tally[FLOWING]
    for i in range(many):
        if onward == 0:
            place = int(side.order[SEQUENCE, i])
            m = row_of(place, 0)
        else:
            m = i if onward > 0 else many - 1 - i
            place = begins + m
        k = index(place)
        if soon != 0 and place % LINE == 0:
            moved_soon(network, water, later, side, place + soon * BATCH)
        up, down, about = index(side.order[UP, k]), index(side.order[DOWN, k]), t_eq[k]
        kind, ever = rows[index(m + KIND)], rows[index(m + ALWAYS)]
        if kind == ONE:
            before, after, through = rows[index(m + OLD)], rows[index(m + LAG)], rows[index(m + PASS)]
            if substeps == USUAL:
                total, excess = moved_on(nodes, up, down, about, ever, before, through, after)
                rows[index(m + SUM)], rows[index(m + NEWEST)] = total, excess
                continue
            entered = excess = 0.0
            for j in range(substeps):
                excess = nodes[up, j] - about
                nodes[down, j] += ever + before + through * excess
                before = after * excess
                entered += excess
            rows[index(m + SUM)], rows[index(m + NEWEST)] = entered, excess
        elif kind == MANY:
            if soon != 0:
                ask_for(water.fresh[k, index(free_set(water.place[HEAD, k]))], index(0))
            slot, seat = place // BATCH - lowest, side.order[SEAT, k]
            q, c = slot * SEVERAL + seat, slot * substeps * BATCH + seat
            if substeps == USUAL:
                first, second = nodes[up, 0] - about, nodes[up, 1] - about
                third, excess = nodes[up, 2] - about, nodes[up, 3] - about
                none, one = side.several[index(q + AFTER_NONE)], side.several[index(q + AFTER_ONE)]
                two, three = side.several[index(q + AFTER_TWO)], side.several[index(q + AFTER_THREE)]
                nodes[down, 0] += ever + cut[index(c)] + none * first
                nodes[down, 1] += ever + cut[index(c + BATCH)] + (none * second + one * first)
                new = none * third + one * second + two * first
                nodes[down, 2] += ever + cut[index(c + 2 * BATCH)] + new
                new = (none * excess + one * third) + (two * second + three * first)
                nodes[down, 3] += ever + cut[index(c + 3 * BATCH)] + new
                cut[index(c)], cut[index(c + BATCH)] = first, second
                cut[index(c + 2 * BATCH)], cut[index(c + 3 * BATCH)] = third, excess
                continue
            late = int(side.several[index(q + LATE)])
            through, after = side.several[index(q + ITS_PASS)], side.several[index(q + ITS_LAG)]
            for j in range(substeps):
                some, more = nodes[up, max(j - late, 0)] - about, nodes[up, max(j - late - 1, 0)] - about
                arrived = ever + cut[index(c + j * BATCH)]
                arrived += through * some if j >= late else 0.0
                arrived += after * more if j > late else 0.0
                nodes[down, j] += arrived
                cut[index(c + j * BATCH)] = nodes[up, j] - about
        else:
            flow = side.pipe[FLOW, k]
            if flow == 0.0:
                continue
            if (flow > 0.0) != (water.place[FORWARD, k] == 1):
                turn(water, place)
            taken_along(water, later, k)
            fills, rate = rows[index(m + FILLS)] / substeps, rows[index(m + RATE)]
            weight, head = abs(flow) * side.node[SHARE, down], int(water.place[HEAD, k])
            lost = push(
                later, safe, head, place, fills, rate, about, weight, nodes[up], nodes[down], substeps
            )
            side.pipe[LOSS, k] = lost * side.capacity[k]


@inner
def moved(
    network: Network,
    water: Water,
    later: Water,
    side: Side,
    seconds: float,
    substeps: int,
    batch: int,
    slot: int,
) -> None:
    """What became of the water of a batch's pipes that were not moved one by one."""
    flow, t_eq, loss, rows = side.pipe[FLOW], side.pipe[T_EQ], side.pipe[LOSS], side.batch
    first, at, number = batch * BATCH, slot * ROWS, side.held[batch, FEW]
    last, seats, cuts = min(first + BATCH, flow.size), slot * SEVERAL, slot * substeps * BATCH
    if number > 0:
        renewed(side.several, side.cut, seats, cuts, number, substeps)
        kept_parcels(
            water,
            later,
            side.pipe,
            rows,
            side.several,
            side.cut,
            side.holder,
            number,
            batch,
            at,
            seats,
            cuts,
            side.capacity,
            substeps,
        )
    for n in range(last - first):
        k, i = index(first + n), at + n
        one = rows[index(i + KIND)] == ONE
        mean, rate, latest = rows[index(i + UNIFORM)], rows[index(i + RATE)], rows[index(i + NEWEST)]
        lost, entered = rate * mean, rows[index(i + SUM)]
        away = water.pipe[REFERENCE, k] - t_eq[k] + water.pipe[FADE, k] * water.pipe[CONTENT, k]
        away += (entered - latest) * (mean - 1.0 + lost) - rows[index(i + LEAVING)]
        away += entered * (1.0 - mean + lost * (rows[index(i + FILLS)] / substeps - 1.0))
        loss[k] = away * side.capacity[k] if one else loss[k]
        later.pipe[REFERENCE, k] = t_eq[k] if one else later.pipe[REFERENCE, k]
        later.pipe[FADE, k] = 1.0 if one else later.pipe[FADE, k]
        later.pipe[CONTENT, k] = latest * mean if one else later.pipe[CONTENT, k]
        later.pipe[ONLY_EDGE, k] = latest * (1.0 - lost) if one else later.pipe[ONLY_EDGE, k]
        later.pipe[ONLY_GROWTH, k] = rate if one else later.pipe[ONLY_GROWTH, k]
    for n in range(last - first):
        k, one = index(first + n), rows[index(at + n + KIND)] == ONE
        later.place[HEAD, k] = ALONE if one else later.place[HEAD, k]
        later.place[COUNT, k] = 1 if one else later.place[COUNT, k]
        later.place[FORWARD, k] = water.place[FORWARD, k] if one else later.place[FORWARD, k]
    rests = 0
    for n in range(last - first):
        rests += flow[index(first + n)] == 0.0
    for n in range(last - first if rests > 0 else 0):
        k = index(first + n)
        if flow[k] == 0.0:
            decay = network.conductance[k] * seconds / side.capacity[k]
            taken_along(water, later, k)
            loss[k] = stand(later, first + n, decay, t_eq[k]) * side.capacity[k]


@inner
def entered(
    side: Side,
    place: Places,
    inflow: FloatArray,
    t_in: FloatArray,
    substeps: int,
    first: int,
    last: int,
) -> None:
    """Some nodes' temperatures, of which so far only that counts which enters there from outside."""
    for n in range(last - first):
        for j in range(substeps):
            side.nodes[index(first + n), j] = 0.0
    for s in range(place.size):
        if inflow[s] > 0.0 and first <= place[s] < last:
            node = index(place[s])
            share = inflow[s] * side.node[SHARE, node]
            for j in range(substeps):
                side.nodes[node, j] += share * t_in[s, j]


@inner
def started(
    side: Side,
    place: Places,
    inflow: FloatArray,
    t_in: FloatArray,
    substeps: int,
    first: int,
    last: int,
) -> None:
    """The same, compiled for the usual number of substeps as well."""
    if substeps == USUAL:
        entered(side, place, inflow, t_in, USUAL, first, last)
    else:
        entered(side, place, inflow, t_in, substeps, first, last)


@inner
def move(
    network: Network,
    medium: Medium,
    water: Water,
    later: Water,
    safe: Safe,
    side: Side,
    seconds: float,
    substeps: int,
    place: Places,
    inflow: FloatArray,
    t_in: FloatArray,
) -> None:
    """One side's water moved through the step in substeps; ``t_in`` (entry, substep) is what enters.

    Needs the throughflow of the same flow; fills ``nodes`` and the loss [J]. Where the pipes' numbers rise
    or fall along the flow, one batch is done with before the next begins. Where they rise in a tree, nothing
    flows to nodes of batches to come, so that these begin with their batch.
    """
    pipes, nodes, batches = side.pipe.shape[1], side.nodes.shape[0], side.held.shape[0]
    onward = side.tally[ONWARD]
    apart = onward > 0 and nodes == pipes + 1
    started(side, place, inflow, t_in, substeps, 0, 1 if apart else nodes)
    for part in range(batches if onward != 0 else 1):
        one = part if onward > 0 else batches - 1 - part
        lowest, highest = (one, one + 1) if onward != 0 else (0, batches)
        for batch in range(lowest, highest):
            moving(network, medium, water, side, seconds, substeps, batch, batch - lowest)
        if apart:
            first = lowest * BATCH + 1
            started(side, place, inflow, t_in, substeps, first, min(first + BATCH, nodes))
        along(network, water, later, safe, side, substeps, lowest, highest)
        for batch in range(lowest, highest):
            moved(network, water, later, side, seconds, substeps, batch, batch - lowest)


# -- bypasses: as in :mod:`heatsym.engine.bypass` ----------------------------------------------------


@called
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
    for i in range(side.tally[FLOWING]):
        k = side.order[SEQUENCE, i]
        up, down, size = side.order[UP, k], side.order[DOWN, k], abs(flow[k])
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


@called
def first_passing(limits: Limits, inputs: Inputs, room: Room, t: int) -> None:
    """Begin every bypass's search with the flow held last."""
    soil, hottest = inputs.ground[t], warmest(inputs.source[FEED, t])
    for c in range(room.consumer.shape[1]):
        kept, held = inputs.consumer[KEPT, c], room.consumer[KEEPS, c]
        room.consumer[KEEPS, c] = 0.0
        room.consumer[FIRST, c] = 0.0
        if kept > soil:
            fall = fall_of(limits, kept - soil, soil, hottest)
            room.consumer[FIRST, c] = first_kept(inputs, c, fall)
            room.consumer[KEEPS, c] = room.consumer[FIRST, c]
            if held >= 0.0:
                room.consumer[KEEPS, c] = min(held, inputs.consumer[MOST_KEPT, c])
        room.consumer[FLOWED, c] = 0.0


@called
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


@called
def passed_by(room: Room, now: float, part: float, still: float) -> float:
    """What consumers draw with a part of what their bypasses ask for; the sum. [kg/s]"""
    left = 0.0
    for c in range(room.consumer.shape[1]):
        passed = part * room.consumer[PASSING, c]
        drawn = now * room.consumer[WISH, c] + passed
        room.consumer[DRAWN, c] = drawn if drawn >= still else 0.0
        room.consumer[PASSED, c] = passed if drawn >= still else 0.0
        left += room.consumer[DRAWN, c]
    return left


@called
def judged(
    network: Network,
    medium: Medium,
    limits: Limits,
    inputs: Inputs,
    side: Side,
    room: Room,
    t: int,
    scarce: bool,
    opens: bool,
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
        shut = shut or (opens and gap > 0.0)
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
            room.consumer[WANTED, c] = -max(flow * (hottest - end) / (hottest - kept), LEAST)
    return error, off, carried


@called
def kept_anew(
    network: Network, medium: Medium, limits: Limits, inputs: Inputs, side: Side, room: Room, opens: bool
) -> None:
    """Move every bypass's flow, having been judged: Newton's method along all ways at once.

    ``opens``: no flow may become less.
    """
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
    count = side.tally[FLOWING] if moves else 0
    for i in range(count - 1, -1, -1):
        k = side.order[SEQUENCE, i]
        up, down = side.order[UP, k], side.order[DOWN, k]
        if feeder[down] == k:
            stiff = 1.0 + give[down] * network.conductance[k] / (medium.capacity * flow[k] * flow[k])
            force[up] += force[down] / stiff
            give[up] += give[down] / stiff
    for i in range(count):
        k = side.order[SEQUENCE, i]
        up, down = side.order[UP, k], side.order[DOWN, k]
        if feeder[down] == k:
            steep = network.conductance[k] / (medium.capacity * flow[k] * flow[k])
            pull = (force[down] - give[down] * rise[up]) / (1.0 + give[down] * steep)
            rise[down] = rise[up] + steep * pull
    for c in range(room.consumer.shape[1]):
        soft, wanted = room.consumer[SOFTNESS, c], room.consumer[WANTED, c]
        total = room.consumer[WISH, c] + room.consumer[PASSING, c]
        if soft > 0.0:
            share = min((wanted - rise[network.consumer[c]]) / soft / total, 1.0 - 1.0 / limits.reach)
            aimed = total * max(1.0 / (1.0 - share), 1.0 / limits.reach)
            if aimed < limits.trickle * room.consumer[FIRST, c]:
                aimed = 0.0
            if opens:
                aimed = max(aimed, room.consumer[KEEPS, c])
            room.consumer[KEEPS, c] = min(aimed, inputs.consumer[MOST_KEPT, c])
        elif wanted > 0.0:
            room.consumer[KEEPS, c] = room.consumer[FIRST, c]
        elif wanted < 0.0 and not opens:
            room.consumer[KEEPS, c] = min(room.consumer[KEEPS, c], -wanted)
        if total > 0.0:
            room.consumer[FLOWED, c] = 1.0


# -- the coupling ------------------------------------------------------------------------------------


@once
def first_wish(inputs: Inputs, medium: Medium, room: Room, t: int, small: float, follows: bool) -> float:
    """Each consumer's flow at the temperature last seen, its search begun; all heat asked for. [W]

    Where that temperature is of no use and nothing bounds the flow, it begins as if ``small`` [K] were.
    """
    heats, given, offsets = inputs.heat[t], inputs.mass_flow[t], inputs.return_offset[t]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    slopes, mosts = inputs.return_slope[t], inputs.consumer[LARGEST_FLOW]
    wish, found = room.consumer[WISH], room.consumer[FOUND]
    asked = 0.0
    for c in range(heats.size):
        wish[c] = 0.0
        if math.isnan(heats[c]):
            wish[c] = 0.0 if math.isnan(given[c]) else given[c]
        elif heats[c] > 0.0:
            asked += heats[c]
            back = offsets[c]
            if follows and slopes[c] != 0.0:
                back = sent_back(medium, offsets[c], slopes[c], found[c], set_point, soil)
            wish[c] = heats[c] / (medium.capacity * small) if math.isinf(mosts[c]) else mosts[c]
            if found[c] > back:
                wish[c] = min(heats[c] / (medium.capacity * (found[c] - back)), mosts[c])
        room.consumer[LAST_WISH, c] = wish[c]
        room.consumer[LOW, c], room.consumer[HIGH, c], room.consumer[LEAPS, c] = 0.0, mosts[c], 0.0
        room.consumer[LAST_DIFFERENCE, c], room.consumer[LAST_SURPLUS, c] = np.nan, 0.0
    return asked


@once
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
def total_of(values: FloatArray) -> float:
    """Sum, in four chains, so that no addition waits for the one before."""
    a = b = c = d = 0.0
    whole = values.size // 4 * 4
    for i in range(0, whole, 4):
        a, b, c, d = a + values[i], b + values[i + 1], c + values[i + 2], d + values[i + 3]
    for i in range(whole, values.size):
        a += values[i]
    return (a + b) + (c + d)


@once
def received(
    network: Network,
    limits: Limits,
    inputs: Inputs,
    medium: Medium,
    side: Side,
    room: Room,
    t: int,
    now: float,
) -> tuple[float, float]:
    """What arrives at the consumers and what they send back.

    Returns the heat that is off [W], in sum over the consumers, and the share of the flow whose
    consumers' temperature is further off than ``limits`` says, infinite where one is much further.
    """
    heats, offsets, capacity = inputs.heat[t], inputs.return_offset[t], medium.capacity
    slopes, mosts = inputs.return_slope[t], inputs.consumer[LARGEST_FLOW]
    wish, drawn, found = room.consumer[WISH], room.consumer[DRAWN], room.consumer[FOUND]
    bias, passed, cold = room.consumer[BIAS], room.consumer[PASSED], room.consumer[COLD]
    differences, off, astray = room.consumer[DIFFERENCE], room.consumer[OFF], room.consumer[ASTRAY]
    through, mixed = side.node[THROUGH], side.node[MIXED]
    total = missing = wrong = 0.0
    for first in range(0, heats.size, BATCH):
        many = min(BATCH, heats.size - first)
        for n in range(many):
            c = index(first + n)
            node = index(network.consumer[c])
            found[c] = mixed[node] + bias[c] if drawn[c] > 0.0 and through[node] > 0.0 else found[c]
            cold[n] = offsets[c]
        if limits.follows:
            set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
            for n in range(many):
                c = index(first + n)
                if slopes[c] != 0.0:
                    cold[n] = sent_back(medium, offsets[c], slopes[c], found[c], set_point, soil)
        for n in range(many):
            c = index(first + n)
            difference, own = found[c] - cold[n], drawn[c] - passed[c]
            short = heats[c] - wish[c] * capacity * difference
            counts = heats[c] == heats[c] and (wish[c] < mosts[c] or short < 0.0)  # NaN: flow is prescribed
            amount = abs(now * short) if counts else 0.0
            bound = limits.temperature * own * capacity
            strays = own > 0.0 and amount > bound
            differences[c], off[n] = difference, amount
            astray[n] = (
                (drawn[c] * capacity if amount <= limits.farthest * bound else np.inf) if strays else 0.0
            )
        if limits.asks_return:
            for n in range(many):
                c = index(first + n)
                draws, own = drawn[c] * capacity, drawn[c] - passed[c]
                if draws > 0.0:
                    usable = own * capacity * max(differences[c], 0.0)
                    heat = drawn_heat(heats[c], mosts[c], own, now, usable)
                    room.consumer[SENT, c] = found[c] - heat / draws
        total += total_of(drawn[first : first + many])
        missing += total_of(off[:many])
        wrong += total_of(astray[:many])
    return missing, wrong / max(total * capacity, LEAST)


@once
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
            turn, rise = log_ratio(flow / last_wish[c]), difference - last_difference[c]
            response += turn * (rise - turn * response) / (turn * turn + limits.unsure * limits.unsure)
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
        if leaps[c] >= limits.leaps and (aimed < low[c] or most > high[c] < aimed):
            aimed = math.sqrt(max(low[c], flow / reach) * min(high[c], flow * reach))
        last_wish[c], last_difference[c], last_surplus[c] = flow, difference, surplus
        responses[c], wish[c] = response, min(aimed, most)


@once
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
            seen[s] = side.node[MIXED, node] + room.source[SEEN_BIAS, s]
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

    As ``Reference.couple``; starts from what was found last, biases added. Returns the share of all demand
    that capacity lets through, the sweeps taken, and whether they settled.
    """
    network, loops, again, medium = setting.network, setting.loops, setting.return_loops, setting.medium
    limits, inputs, room = setting.limits, setting.inputs, work.room
    wish, drawn, given, most = (
        room.consumer[WISH],
        room.consumer[DRAWN],
        room.source[GIVEN],
        room.source[MOST],
    )
    asked = first_wish(inputs, medium, room, t, limits.small_difference, limits.follows)
    if limits.bypasses:
        first_passing(limits, inputs, room, t)
    limited(inputs, medium, room, t)
    allowed = limits.tolerance * max(asked, 1e-3 * limits.design_heat)
    share, now, settled, sweep, error = 1.0, 1.0, False, 0, np.inf
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
        left = 0.0
        for c in range(wish.size):
            drawn[c] = now * wish[c]
            if drawn[c] < limits.still:
                drawn[c] = 0.0
            left += drawn[c]
        scarce = False
        if limits.bypasses:
            spared = max(offered - now * own, 0.0)
            scarce = spared < through
            left = passed_by(room, now, spared / through if scarce else 1.0, limits.still)
        for i in range(given.size):
            s = inputs.order[t, i]
            given[s] = min(max(left, 0.0), most[s])
            left -= most[s]
        fresh, loosely = sweep == 1, sweep <= LOOSE_SWEEPS and error > LOOSE_ERROR * allowed
        times = LOOSE if loosely else 1.0
        closed = route(
            limits.still, network, loops, medium, state.supply, work.supply, room, 1.0, fresh, times
        )
        if loops.number == 0 and limits.asks_return:
            mirrored(work.supply, work.return_)
        elif limits.asks_return:
            if fresh:
                alike(state.memory, work.supply.mesh[NOW], work.return_.mesh[NOW])
            back = route(
                limits.still, network, again, medium, state.return_, work.return_, room, -1.0, fresh, times
            )
            closed = closed and back
        if loops.number > 0:
            throughflow(work.supply, network.source, given)
        mix(
            network, medium, state.supply, work.supply, seconds, network.source, given, inputs.source[FEED, t]
        )
        error, stray = received(network, limits, inputs, medium, work.supply, room, t, now)
        error += abs(share - now) * asked
        within, apart = allowed, 0.0
        opens = sweep > limits.turns
        if limits.bypasses and sweep <= limits.moves:
            lasting(network, medium, work.supply, room, inputs.source[FEED, t])
            amiss, apart, carried = judged(
                network, medium, limits, inputs, work.supply, room, t, scarce, opens
            )
            error += amiss
            within += limits.tolerance * carried
        excess = 0.0
        if limits.asks_return:
            throughflow(work.return_, network.consumer, drawn)
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
            and stray <= limits.stray
            and apart <= limits.temperature
            and excess <= limits.excess * limits.design_heat
            and closed
        )
        if settled:
            break
        if sweep < limits.max_sweeps:
            if limits.bypasses and sweep <= limits.moves:
                kept_anew(network, medium, limits, inputs, work.supply, room, opens)
            search(limits, inputs.heat[t], inputs.consumer[LARGEST_FLOW], room, medium.capacity)
    if loops.number > 0 and not limits.asks_return:
        alike(state.memory, work.supply.mesh[NOW], work.return_.mesh[NOW])
        back = route(
            limits.still,
            network,
            again,
            medium,
            state.return_,
            work.return_,
            room,
            -1.0,
            True,
            1.0,
        )
        settled = settled and back
    elif not limits.asks_return:
        mirrored(work.supply, work.return_)
    return now, sweep, settled


# -- the commit --------------------------------------------------------------------------------------


@called
def shift_of_some(excess: FloatArray, falling: FloatArray, fall: float, substeps: int) -> float:
    """Shift after which those that are above 0 add up to ``fall``; the largest are looked at first."""
    for j in range(substeps):
        i = j
        while i > 0 and falling[i - 1] < excess[j]:
            falling[i] = falling[i - 1]
            i -= 1
        falling[i] = excess[j]
    above, shift = 0.0, 0.0
    for j in range(substeps):
        above += falling[j]
        level = (fall - above) / (j + 1)
        if j > 0 and falling[j] + level <= 0.0:
            break
        shift = level
    return shift


@inner
def arrivals(
    network: Network, side: Side, room: Room, substeps: int, first: int, last: int
) -> tuple[float, float]:
    """What arrives at some consumers in each substep, and in the mean.

    Returns by how much that mean differs from what was found, times their flows, and the sum of these.
    """
    drawn, found, came = room.consumer[DRAWN], room.consumer[FOUND], room.consumer[CAME]
    missed = total = 0.0
    for n in range(last - first):
        c = index(first + n)
        node = index(network.consumer[c])
        flows = drawn[c] > 0.0 and side.node[THROUGH, node] > 0.0
        for j in range(substeps):
            room.arrived[n, j] = side.nodes[node, j] if flows else found[c]
        came[c] = mean_at(room.arrived, n, substeps)
        missed += drawn[c] * abs(came[c] - found[c])
        total += drawn[c]
    return missed, total


@inner
def served(
    setting: Setting,
    side: Side,
    room: Room,
    t: int,
    substeps: int,
    share: float,
    bounded: bool,
) -> tuple[float, float]:
    """What arrives at the consumers, and their heat; see :func:`draw` and :func:`commit`."""
    missed = strayed = total = 0.0
    for first in range(0, setting.network.consumer.size, BATCH):
        last = min(first + BATCH, setting.network.consumer.size)
        misses, flow = arrivals(setting.network, side, room, substeps, first, last)
        strayed += draw(
            setting.limits,
            setting.inputs,
            setting.medium,
            room,
            t,
            substeps,
            share,
            bounded,
            first,
            last,
        )
        missed, total = missed + misses, total + flow
    return missed / max(total, LEAST), strayed / max(total, LEAST)


@inner
def draw(
    limits: Limits,
    inputs: Inputs,
    medium: Medium,
    room: Room,
    t: int,
    substeps: int,
    share: float,
    bounded: bool,
    first: int,
    last: int,
) -> float:
    """Heat that some consumers get and what they send back in each substep.

    Returns the flow of the consumers whose shift is larger than ``limits`` says, infinite where one is
    much larger.

    One shift, common to all substeps, is added to a consumer's excess of supply over wanted return and
    makes its heat exact; negative excess is cut, so that no substep returns water warmer than it came.
    ``bounded``: nobody gets more than its flow brings down to the wanted return.
    """
    heats, offsets = inputs.heat[t], inputs.return_offset[t]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    slopes, mosts = inputs.return_slope[t], inputs.consumer[LARGEST_FLOW]
    excess, falling = room.excess[0], room.excess[1]
    stray = 0.0
    for n in range(last - first):
        c = index(first + n)
        flow, part, heat, mean = room.consumer[DRAWN, c], 1.0, 0.0, 0.0
        if room.consumer[PASSED, c] > 0.0:
            own = flow - room.consumer[PASSED, c]
            flow, part = own, own / flow
        for j in range(substeps):
            supply = room.arrived[n, j]
            room.returned[c, j] = supply
            back = offsets[c]
            if limits.follows and slopes[c] != 0.0:
                back = sent_back(medium, offsets[c], slopes[c], supply, set_point, soil)
            excess[j] = supply - back
            mean += max(excess[j], 0.0) / substeps
        if flow > 0.0:
            heat = drawn_heat(heats[c], mosts[c], flow, share, flow * medium.capacity * mean)
            if bounded:
                heat = min(heat, flow * medium.capacity * mean)
        room.consumer[HEAT, c] = heat
        if heat <= 0.0:
            continue
        above, least = 0.0, np.inf
        for j in range(substeps):
            above += excess[j]
            least = min(least, excess[j])
        fall = substeps * heat / (flow * medium.capacity)
        shift = (fall - above) / substeps
        if least + shift <= 0.0 and substeps > 1:
            shift = shift_of_some(excess, falling, fall, substeps)
        for j in range(substeps):
            room.returned[c, j] -= part * max(excess[j] + shift, 0.0)
        if abs(shift) > limits.shift:
            stray += room.consumer[DRAWN, c] if abs(shift) <= limits.farthest * limits.temperature else np.inf
    return stray


@inner
def commit(
    setting: Setting,
    state: State,
    later: State,
    work: Work,
    t: int,
    seconds: float,
    substeps: int,
    share: float,
    bounded: bool,
) -> tuple[float, float, float]:
    """Move both sides' water with the coupled flows, and give every consumer its heat.

    ``bounded``: nobody gets more than the flows bring.
    Returns by how much what the substeps and the whole step brought to consumers differs in the mean of
    their flows, the share of the flow whose consumers' shift is too large, and the largest heat of a source
    above its limit [W].
    """
    network, medium, inputs = setting.network, setting.medium, setting.inputs
    room, s_side, r_side = work.room, work.supply, work.return_
    work.safe_supply.number[0] = work.safe_return.number[0] = 0
    drawn, given = room.consumer[DRAWN], room.source[GIVEN]
    for s in range(given.size):
        for j in range(substeps):
            room.entering[s, j] = inputs.source[FEED, t, s]
    move(
        network,
        medium,
        state.supply,
        later.supply,
        work.safe_supply,
        s_side,
        seconds,
        substeps,
        network.source,
        given,
        room.entering,
    )
    if substeps == USUAL:
        missed, stray = served(setting, s_side, room, t, USUAL, share, bounded)
    else:
        missed, stray = served(setting, s_side, room, t, substeps, share, bounded)
    if not setting.limits.asks_return:
        throughflow(r_side, network.consumer, drawn)
    move(
        network,
        medium,
        state.return_,
        later.return_,
        work.safe_return,
        r_side,
        seconds,
        substeps,
        network.consumer,
        drawn,
        room.returned,
    )
    excess = -np.inf
    for s in range(given.size):
        node, back = network.source[s], state.memory.source_return[s]
        if r_side.node[THROUGH, node] > 0.0:
            back = mean_at(r_side.nodes, node, substeps)
        room.source[BACK, s] = back
        beyond = 0.0
        if given[s] > 0.0:
            cooling = inputs.source[T_HOT, t, s] - temperature_of(medium, back)
            limit = most_heat(inputs.source[UPPER, t, s], inputs.source[CONDUCTANCE, t, s], cooling)
            beyond = given[s] * medium.capacity * (inputs.source[FEED, t, s] - back) - limit
        excess = max(excess, beyond)
    return missed, stray, excess


@called
def cut(setting: Setting, state: State, work: Work, t: int, rest: bool) -> float:
    """Less flow from sources that gave more than they have, none where all ``rest``; the share left. [-]

    As ``Reference.cut``.
    """
    network, loops, medium, inputs = setting.network, setting.loops, setting.medium, setting.inputs
    room, supply, return_, still = work.room, work.supply, work.return_, setting.limits.still
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
    route(still, network, loops, medium, state.supply, supply, room, 1.0, False, 1.0)
    if loops.number == 0:
        mirrored(supply, return_)
    else:
        route(still, network, setting.return_loops, medium, state.return_, return_, room, -1.0, False, 1.0)
    throughflow(supply, network.source, given)
    throughflow(return_, network.consumer, room.consumer[DRAWN])
    return share


@once
def remembered(state: State, work: Work, bypasses: bool) -> None:
    """Hand on what the step found beside the water."""
    copy(work.room.consumer[CAME], state.memory.arrived)
    copy(work.room.consumer[RESPONSE], state.memory.response)
    if bypasses:
        copy(work.room.consumer[KEEPS], state.memory.held)
    copy(work.room.source[BACK], state.memory.source_return)
    copy(work.supply.mesh[NOW], state.memory.supply_flow)
    copy(work.return_.mesh[NOW], state.memory.return_flow)


@compiled
def stored_heat(network: Network, state: State) -> float:
    """Heat in all pipes, relative to water at theta 0. [J]"""
    warm = cold = 0.0
    for k in range(network.start.size):
        warm += network.supply_capacity[k] * mean_of(state.supply, k)
        cold += network.return_capacity[k] * mean_of(state.return_, k)
    return warm + cold


@inner
def cause_of(heat: float, demand: float, share: float, cold: bool) -> int:
    """Why a consumer got less than it asked for, ``share`` being what capacity lets through."""
    scaled = share < 1.0 and heat >= share * demand * (1.0 - 1e-9)
    if cold and not scaled:
        return TEMPERATURE
    return CAPACITY_LIMIT if share < 1.0 else FLOW_LIMIT


@once
def recorded(
    setting: Setting,
    state: State,
    work: Work,
    output: Output,
    t: int,
    row: int,
    seconds: float,
    substeps: int,
    share: float,
    opens: bool,
) -> None:
    """Write a step's row, temperatures as theta, or add a part of it; the first part ``opens`` it.

    The means of a step in parts are contents until :func:`joined` divides them.
    """
    network, medium, inputs, sums = setting.network, setting.medium, setting.inputs, work.sums
    room, capacity, part = work.room, setting.medium.capacity, seconds / setting.limits.seconds
    whole, follows = part == 1.0, setting.limits.follows
    lost = taken = given = stored = kept = 0.0
    for k in range(network.start.size if whole else 0):
        column, leak = index(output.pipe_column[k]), work.supply.pipe[LOSS, k] + work.return_.pipe[LOSS, k]
        lost += leak
        output.pipe[0, row, column] = work.supply.pipe[FLOW, k]
        output.pipe[1, row, column] = work.return_.pipe[FLOW, k]
        output.pipe[2, row, column] = leak * (1.0 / setting.limits.seconds)
        warm, cold = mean_of(state.supply, k), mean_of(state.return_, k)
        stored += network.supply_capacity[k] * warm  # as in stored_heat, to the last bit
        kept += network.return_capacity[k] * cold
        output.pipe[3, row, column], output.pipe[4, row, column] = warm, cold
    for k in range(0 if whole else network.start.size):
        column, leak = index(output.pipe_column[k]), work.supply.pipe[LOSS, k] + work.return_.pipe[LOSS, k]
        fore, back = part * work.supply.pipe[FLOW, k], part * work.return_.pipe[FLOW, k]
        loss = leak / setting.limits.seconds
        lost += leak
        if not opens:
            fore += output.pipe[0, row, column]
            back += output.pipe[1, row, column]
            loss += output.pipe[2, row, column]
        output.pipe[0, row, column], output.pipe[1, row, column] = fore, back
        output.pipe[2, row, column] = loss
        warm, cold = mean_of(state.supply, k), mean_of(state.return_, k)
        stored += network.supply_capacity[k] * warm
        kept += network.return_capacity[k] * cold
        output.pipe[3, row, column], output.pipe[4, row, column] = warm, cold
    recorded_nodes(work.supply, output.node[0], sums.node[0], output.node_column, row, substeps, part, opens)
    recorded_nodes(work.return_, output.node[1], sums.node[1], output.node_column, row, substeps, part, opens)
    offsets, slopes = inputs.return_offset[t], inputs.return_slope[t]
    set_point, soil = inputs.outside[SET_POINT, t], inputs.outside[SOIL, t]
    for c in range(network.consumer.size):
        flow, came, column = room.consumer[DRAWN, c], room.consumer[CAME, c], index(output.consumer_column[c])
        heat, demand = room.consumer[HEAT, c], inputs.heat[t, c]
        back = offsets[c]
        if follows and slopes[c] != 0.0:
            back = sent_back(medium, offsets[c], slopes[c], came, set_point, soil)
        if math.isnan(demand):
            asked = inputs.mass_flow[t, c]
            demand = heat
            if asked > 0.0:
                demand = max(asked * capacity * max(came - back, 0.0), heat)
        if opens:
            sums.worst[c], output.cause[row, column] = 0.0, 0
        missing = (demand - heat) * seconds
        if missing > sums.worst[c]:
            cold = came - back < setting.limits.small_difference
            if follows and slopes[c] != 0.0:
                rule = offsets[c] + slopes[c] * temperature_of(medium, came)
                cold = cold or rule < rule_end(offsets[c], slopes[c], set_point, soil)
            sums.worst[c], output.cause[row, column] = missing, cause_of(heat, demand, share, cold)
        sent = mean_at(room.returned, c, substeps)
        if whole:
            came, sent = (came, sent) if flow > 0.0 else (np.nan, np.nan)
        else:
            came, sent = part * flow * came, part * flow * sent
        taken += heat * seconds
        demand, heat, flow = part * demand, part * heat, part * flow
        passed = part * room.consumer[PASSED, c]
        if not opens:
            demand += output.consumer[0, row, column]
            heat += output.consumer[1, row, column]
            came += output.consumer[2, row, column]
            sent += output.consumer[3, row, column]
            flow += output.consumer[4, row, column]
            passed += output.consumer[5, row, column]
        output.consumer[0, row, column], output.consumer[1, row, column] = demand, heat
        output.consumer[2, row, column], output.consumer[3, row, column] = came, sent
        output.consumer[4, row, column] = flow
        if setting.limits.bypasses:
            output.consumer[5, row, column] = passed
    for s in range(network.source.size):
        flow, end, feed = part * room.source[GIVEN, s], room.source[BACK, s], inputs.source[FEED, t, s]
        heat = flow * capacity * (feed - end)
        given += heat * setting.limits.seconds
        before = 0.0 if opens else output.source[1, row, s]
        output.source[0, row, s] = heat if opens else output.source[0, row, s] + heat
        output.source[1, row, s] = before + flow
        if before + flow > 0.0:
            early = before / (before + flow)
            feed += early * (output.source[2, row, s] - feed) if before > 0.0 else 0.0
            end += early * (output.source[3, row, s] - end) if before > 0.0 else 0.0
        output.source[2, row, s] = feed if before + flow > 0.0 else np.nan
        output.source[3, row, s] = end
    if opens:
        fill(sums.total, 0.0)
    sums.total[0] += given
    sums.total[1] += taken
    sums.total[2] += lost
    sums.total[3] = stored + kept


@inner
def recorded_nodes(
    side: Side,
    table: FloatArray,
    weight: FloatArray,
    columns: IntArray,
    row: int,
    substeps: int,
    part: float,
    opens: bool,
) -> None:
    """One side's nodes in the row, or what a part of the step adds to them."""
    for node in range(weight.size):
        column, through = index(columns[node]), side.node[THROUGH, node]
        mean = mean_at(side.nodes, node, substeps)
        if part == 1.0:
            table[row, column] = mean if through > 0.0 else np.nan
            continue
        content, through = part * through * mean, part * through
        if not opens:
            content += table[row, column]
            through += weight[node]
        table[row, column], weight[node] = content, through


@inner
def over(content: float, weight: float) -> float:
    """A mean, or NaN without any weight."""
    return content / weight if weight > 0.0 else np.nan


@once
def joined(sums: Sums, output: Output, row: int) -> None:
    """Divide the contents of a step in parts by the flows that carried them."""
    for i in range(2):
        for node in range(sums.node.shape[1]):
            column, through = output.node_column[node], sums.node[i, node]
            output.node[i, row, column] = over(output.node[i, row, column], through)
    for i in range(2, 4):
        for c in range(output.consumer.shape[2]):
            output.consumer[i, row, c] = over(output.consumer[i, row, c], output.consumer[4, row, c])


@once
def advance(
    setting: Setting,
    state: State,
    later: State,
    work: Work,
    output: Output,
    t: int,
    row: int,
    depth: int,
    opens: bool,
) -> tuple[bool, int]:
    """One step or part of one, ``2 ** -depth`` of it: coupled, moved, recorded where there is a row.

    The water after it is ``later``.

    Coupled again where substeps brought other temperatures than the whole step. Where it does not
    converge and may be halved, everything is left as it was; where it may not, nobody gets more than the
    water brings, and flows are cut until no source gives more than it has, as in ``Reference.through``.
    Returns convergence and sweeps.
    """
    limits, room = setting.limits, work.room
    seconds = limits.seconds / 2.0**depth
    substeps = max(1, limits.substeps >> depth)
    begin(setting.network, state, work, substeps, setting.inputs.ground[t])
    fill(room.consumer[BIAS], 0.0)
    fill(room.source[SEEN_BIAS], 0.0)
    copy(state.memory.arrived, room.consumer[FOUND])
    copy(state.memory.response, room.consumer[RESPONSE])
    if limits.bypasses:
        copy(state.memory.held, room.consumer[KEEPS])
    copy(state.memory.source_return, room.source[SEEN])
    copy(state.memory.supply_flow, work.supply.mesh[NOW])
    copy(state.memory.return_flow, work.return_.mesh[NOW])
    sweeps, attempt, share, good, last, cuts = 0, 0, 1.0, False, False, -1
    while True:
        if cuts < 0:
            share, some, settled = couple(setting, state, work, t, seconds)
            sweeps, attempt = sweeps + some, attempt + 1
        elif cuts > 0:
            share *= cut(setting, state, work, t, cuts == limits.cuts)
        if work.supply.tally[CIRCLING] > 0 or work.return_.tally[CIRCLING] > 0:
            return False, sweeps
        missed, stray, excess = commit(setting, state, later, work, t, seconds, substeps, share, cuts >= 0)
        within = excess <= limits.excess * limits.design_heat
        if cuts < 0:
            good = settled and stray <= limits.stray and excess <= 10.0 * limits.excess * limits.design_heat
            agrees = missed <= limits.parting and stray <= limits.stray and within
            for c in range(room.consumer.shape[1]):
                room.consumer[BIAS, c] += room.consumer[CAME, c] - room.consumer[FOUND, c]
            for s in range(room.source.shape[1]):
                room.source[SEEN_BIAS, s] += room.source[BACK, s] - room.source[SEEN, s]
            last = substeps == 1 or agrees or attempt == limits.repeats
            if last and (good or depth < limits.halvings):
                break
        elif within or cuts == limits.cuts:
            break
        undone(state.supply, work.safe_supply)
        undone(state.return_, work.safe_return)
        if last:
            cuts += 1
        else:
            copy(room.consumer[CAME], room.consumer[FOUND])
            copy(room.source[BACK], room.source[SEEN])
    if good or depth == limits.halvings:
        remembered(state, work, limits.bypasses)
        if row >= 0:
            recorded(setting, later, work, output, t, row, seconds, substeps, share, opens)
    else:
        undone(state.supply, work.safe_supply)
        undone(state.return_, work.safe_return)
    return good, sweeps


# -- the march ---------------------------------------------------------------------------------------


@outermost
def march(setting: Setting, state: State, work: Work, output: Output, first: int, last: int, row: int) -> int:
    """Steps ``first`` up to ``last``, written from ``row`` on, or not at all where ``row`` is negative.

    A step that does not converge is halved, and its halves again. Returns the first step in which water
    circulates within one side, which this engine does not do, or -1.
    """
    halvings, depths, total = setting.limits.halvings, work.room.depths, work.sums.total
    stored, swapped = stored_heat(setting.network, state), False
    now = State(state.supply, state.return_, state.memory)
    later = State(other(state.supply, work.safe_supply), other(state.return_, work.safe_return), state.memory)
    for t in range(first, last):
        sweeps, converged, waiting, parts = 0, True, 1, 0
        depths[0], at = 0, row + t - first if row >= 0 else row
        while waiting > 0:
            waiting -= 1
            depth = depths[waiting]
            good, some = advance(setting, now, later, work, output, t, at, depth, parts == 0)
            if work.supply.tally[CIRCLING] > 0 or work.return_.tally[CIRCLING] > 0:
                if swapped:
                    brought_back(now, state)
                return t
            if good or depth == halvings:
                now, later, swapped = later, now, not swapped
                converged = converged and good
                sweeps, parts = sweeps + some, parts + 1
            else:
                depths[waiting] = depths[waiting + 1] = depth + 1
                waiting += 2
        if row >= 0:
            if parts > 1:
                joined(work.sums, output, at)
            given, taken, lost, before = total[0], total[1], total[2], stored
            stored = total[3]
            output.step[0, at] = stored
            output.step[1, at] = (given - taken - lost - (stored - before)) / setting.limits.seconds
            output.sweeps[at] = sweeps
            output.converged[at] = converged
    if swapped:
        brought_back(now, state)
    return -1
