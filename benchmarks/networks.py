"""Synthetic districts of any size, the same for the same seed, and a year of weather and heat for them.

Streets form a lattice with uneven blocks; pipes follow the shortest ways from the plant, with a node in
the middle of every street. About half of the trenches are service pipes, each with a building at its end.
What is said to be assumed is plausible, not measured.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from functools import cache

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from heatsym.demand.bdew import CLASS_OF_GERMANY, RESIDENTIAL, annual_shares
from heatsym.dispatch.merit_order import merit_order
from heatsym.engine.hydraulics import GRAVITY
from heatsym.engine.medium import Medium, medium
from heatsym.engine.problem import Layer, Problem, stacked
from heatsym.interfaces.axis import FloatArray, IntArray, TimeAxis
from heatsym.interfaces.exchange import Load, Offer, Plan
from heatsym.interfaces.fields import specs
from heatsym.interfaces.profile import Context, Curve
from heatsym.interfaces.stepwise import Scaled
from heatsym.network.model import Ground, Pipes
from heatsym.network.properties import PipeProperties, nominal_diameters, pipe_properties
from heatsym.numerics.graph import flow_graph
from heatsym.numerics.mixing import mixer
from heatsym.physics.friction import pressure_drop
from heatsym.physics.water import density, specific_heat, viscosity
from heatsym.sources import Ideal
from heatsym.sources.common import plant_offer
from heatsym.weather import Weather, WeatherYear, air_temperature, daily_air, ground_of_air, read_weather

ZONE = "Etc/GMT-1"  # local standard time of the packaged weather
YEAR_BEGINS = np.datetime64("2024-12-31T23:00:00", "s")
CATALOGUE = "en253-series2"

SUPPLY = Curve(((-10.0, 90.0), (12.0, 75.0)))  # set-point over outdoor air [degC]
RETURN = 45.0  # water that consumers send back [degC]

PROFILES = ("EFH", "MFH", "GKO", "GHD", "GHA")  # BDEW: houses, flats, offices, trade, shops
BUILDINGS = (0.60, 0.25, 0.05, 0.05, 0.05)  # assumed share of each, by number
HEAT = (65e9, 430e9, 700e9, 360e9, 360e9)  # assumed median of the annual heat [J]
SPREAD = 0.5  # assumed, of the logarithm of annual heat [-]

BLOCK = 90.0  # assumed distance between crossings [m]
SERVICE = (8.0, 20.0)  # assumed length of service pipes, from and to [m]
GRADIENT = 150.0  # assumed largest pressure gradient at design flow [Pa/m]
TOGETHER = 0.62  # assumed peak of very many buildings over the sum of their peaks [-]


@dataclass(frozen=True, slots=True)
class Period:
    """Which part of the weather's year, in days from 1 January, is marched in steps of so many seconds."""

    name: str
    first_day: int
    days: int
    step: int = 3600

    @property
    def axis(self) -> TimeAxis:
        """Its steps, without substeps."""
        start = YEAR_BEGINS + np.timedelta64(self.first_day, "D")
        return TimeAxis(start, self.step, self.days * 86400 // self.step, ZONE)


@dataclass(frozen=True, slots=True, eq=False)
class District:
    """A district as plain tables, SI. Trenches hold a supply and a return pipe; node ``plant`` feeds them.

    ``annual_heat`` [J], ``profile`` (position in PROFILES) and ``peak`` [W] are by consumer; ``far`` are
    nodes at which further producers may feed in.
    """

    name: str
    nodes: int
    plant: int
    far: tuple[int, int]
    start: IntArray
    end: IntArray
    pipes: PipeProperties
    consumer_node: IntArray
    annual_heat: FloatArray
    profile: IntArray
    peak: FloatArray

    @property
    def trenches(self) -> int:
        """Number of trenches."""
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What the engine marches."""

    problem: Problem
    offers: Offer
    plan: Plan


@cache
def weather() -> WeatherYear:
    """The packaged test reference year."""
    return read_weather(Weather(dataset="rostock"), None)


def shares(axis: TimeAxis) -> FloatArray:
    """Power over annual heat of each profile in each step; (time, profile). [1/s]"""
    pairs = tuple((name, CLASS_OF_GERMANY if name in RESIDENTIAL else 0) for name in PROFILES)
    return annual_shares(axis, daily_air(weather(), axis, 0.0), pairs)


def district(trenches: int, *, loops: float = 0.0, seed: int = 1) -> District:
    """A district of so many trenches; ``loops`` is the share of them that close loops."""
    random = np.random.default_rng(seed)
    chords = round(loops * trenches)
    streets = max((trenches - chords) // 4, 2)
    place, near, far, metres = _streets(streets + 1, random)
    plant = round(np.sqrt(streets + 1)) // 2
    ways = sparse.csr_array((metres * random.uniform(0.7, 1.5, len(metres)), (near, far)), (len(place),) * 2)
    distance, before = dijkstra(ways, directed=False, indices=plant, return_predecessors=True)

    child = np.flatnonzero(before >= 0)
    middle = len(place) + np.arange(streets)
    half = 0.5 * np.linalg.norm(place[child] - place[before[child]], axis=1)
    services = trenches - chords - 2 * streets
    ends = np.setdiff1d(child, before)
    rest = random.choice(np.concatenate([child, np.repeat(middle, 2)]), max(services - len(ends), 0))
    hung = np.concatenate([ends, rest])[:services]
    building = len(place) + streets + np.arange(services)
    used = {frozenset(pair) for pair in zip(child.tolist(), before[child].tolist(), strict=True)}
    free = [
        e
        for e, pair in enumerate(zip(near.tolist(), far.tolist(), strict=True))
        if frozenset(pair) not in used
    ]
    chord = random.choice(np.array(free), chords, replace=False) if chords else np.array([], dtype=np.int64)

    tree = (
        np.concatenate([before[child], middle, hung]),
        np.concatenate([middle, child, building]),
        np.concatenate([half, half, random.uniform(*SERVICE, services)]),
    )
    closing = (near[chord], far[chord], metres[chord])
    order = np.argsort(distance)
    name = f"{trenches:,} trenches, {100 * loops:g} % loops" if chords else f"{trenches:,} trenches"
    candidates = (int(order[len(order) // 2]), int(order[-1]))
    return _with_buildings(name, plant, candidates, tree, closing, building, random)


def destest(seed: int = 1) -> District:
    """DESTEST's layout and lengths, 16 houses on 24 trenches; pipes and heat as in the other districts."""
    crossings = 8  # two streets of four, from the plant (node 0) in the middle
    before = np.array([0, 1, 2, 3, 0, 5, 6, 7])
    length = np.array([36.0, 24.0, 24.0, 24.0] * 2)
    houses = crossings + 1 + np.arange(2 * crossings)
    tree = (
        np.concatenate([before, np.repeat(np.arange(1, crossings + 1), 2)]),
        np.concatenate([np.arange(1, crossings + 1), houses]),
        np.concatenate([length, np.full(2 * crossings, 12.0)]),
    )
    none = np.array([], dtype=np.int64)
    random = np.random.default_rng(seed)
    return _with_buildings("24 trenches (DESTEST)", 0, (2, 8), tree, (none, none, none * 1.0), houses, random)


Edges = tuple[IntArray, IntArray, FloatArray]  # start, end, length [m]


def _streets(
    crossings: int, random: np.random.Generator
) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Places of crossings (crossing, 2) [m], the two ends of every street and its length [m]."""
    width = round(np.sqrt(crossings))
    number = np.arange(crossings)
    lattice = np.stack([number % width, number // width], axis=1)
    place = BLOCK * (lattice + random.uniform(-0.3, 0.3, lattice.shape))
    east = number[(number % width < width - 1) & (number + 1 < crossings)]
    north = number[number + width < crossings]
    near = np.concatenate([east, north])
    far = np.concatenate([east + 1, north + width])
    return place, near, far, np.linalg.norm(place[near] - place[far], axis=1)


def _with_buildings(
    name: str,
    plant: int,
    far: tuple[int, int],
    tree: Edges,
    closing: Edges,
    building: IntArray,
    random: np.random.Generator,
) -> District:
    """Heat for the buildings, pipes wide enough for it, numbers in no order, as users' tables have them."""
    count = len(building)
    profile = random.choice(len(PROFILES), count, p=BUILDINGS)
    annual_heat = np.array(HEAT)[profile] * random.lognormal(0.0, SPREAD, count)
    peak = annual_heat * _peaks()[profile] / TOGETHER
    nodes = len(tree[0]) + 1
    dn = _sizes(nodes, plant, tree, closing, building, peak)
    start, end, length = (np.concatenate([a, b]) for a, b in zip(tree, closing, strict=True))
    number, shuffled = random.permutation(nodes), random.permutation(len(start))
    return District(
        name=name,
        nodes=nodes,
        plant=int(number[plant]),
        far=(int(number[far[0]]), int(number[far[1]])),
        start=number[start][shuffled],
        end=number[end][shuffled],
        pipes=_pipes(dn[shuffled], length[shuffled]),
        consumer_node=number[building],
        annual_heat=annual_heat,
        profile=profile,
        peak=peak,
    )


@cache
def _peaks() -> FloatArray:
    """Largest hourly power over annual heat of each profile in the weather's year; (profile,). [1/s]"""
    return shares(Period("year", 0, 365).axis).max(axis=0)


def _sizes(
    nodes: int, plant: int, tree: Edges, closing: Edges, building: IntArray, peak: FloatArray
) -> FloatArray:
    """Nominal diameter of every trench, those of the tree first; a closing one as wide as what it joins."""
    start, end, _ = tree
    heat, buildings = np.zeros(nodes), np.zeros(nodes)
    heat[building], buildings[building] = peak, 1.0
    above = np.full(nodes, -1)
    above[end] = start
    for node in _leaves_first(above):
        if node != plant:
            heat[above[node]] += heat[node]
            buildings[above[node]] += buildings[node]
    together = TOGETHER + (1.0 - TOGETHER) / np.maximum(buildings[end], 1.0)
    warm, cold = float(max(t for _, t in SUPPLY.points)), RETURN
    flow = heat[end] * together / (float(specific_heat(np.array(0.5 * (warm + cold)))) * (warm - cold))
    names = np.array(nominal_diameters(int(CATALOGUE[-1])), dtype=float)
    inner = _pipes(names, np.ones(len(names))).inner_diameter
    t = np.array(warm)
    drop = pressure_drop(flow[:, None], 1.0, inner, 1e-4, 0.0, density(t), viscosity(t))
    dn = names[np.minimum((drop > GRADIENT).sum(axis=1), len(names) - 1)]
    at_node = np.full(nodes, dn.max())
    at_node[end] = dn
    return np.concatenate([dn, np.minimum(at_node[closing[0]], at_node[closing[1]])])


def _leaves_first(above: IntArray) -> list[int]:
    """Nodes of a tree, each before the one above it."""
    below: list[list[int]] = [[] for _ in above]
    order = []
    for node, upper in enumerate(above.tolist()):
        if upper >= 0:
            below[upper].append(node)
        else:
            order.append(node)
    for node in order:
        order.extend(below[node])
    return order[::-1]


def _pipes(dn: FloatArray, length: FloatArray) -> PipeProperties:
    """Catalogue pipes in pairs, in soil as it is by default."""
    columns = {
        key: np.full(len(dn), default) for key, (_, default) in specs(Pipes).items() if default is not MISSING
    }
    ids = tuple(f"P{k}" for k in range(len(dn)))
    return pipe_properties(
        Pipes(**columns | {"id": ids, "start": ids, "end": ids, "length": length, "dn": dn}),
        Ground(),
        CATALOGUE,
        True,
    )


def task(of: District, period: Period, *, substeps: int = 4, producers: int = 1) -> Task:
    """The march of a district over a period, with one unlimited plant, and others that go first.

    With three producers, two streams of surplus heat lie in the network: one gives at most 25 % and one at
    most 15 % of the peak, each less as the water that returns to it is warmer.
    """
    axis = TimeAxis(period.axis.start, period.step, period.axis.steps, ZONE, substeps)
    t_air, _ = air_temperature(weather(), axis, 0.0)
    ctx = Context(axis, t_air)
    t_feed = ctx.values(SUPPLY)
    water = medium(RETURN, float(t_feed.mean()), None)
    graph = flow_graph(of.nodes, of.start, of.end, of.plant)
    heat = Scaled((shares(axis),), of.profile, of.annual_heat)
    lift = float(water.enthalpy(np.array(SUPPLY.points[0][1])) - water.enthalpy(np.array(RETURN)))
    supply = _layer(of.pipes, water, float(t_feed.mean()))
    height = np.zeros(of.nodes)
    sources = tuple(Ideal(name=f"S{k}", node=f"N{n}") for k, n in enumerate((*of.far, of.plant)))
    problem = Problem(
        ctx=ctx,
        node_ids=tuple(f"N{n}" for n in range(of.nodes)),
        pipe_ids=tuple(f"P{k}" for k in range(of.trenches)),
        consumer_ids=tuple(f"C{k}" for k in range(len(of.consumer_node))),
        sources=sources[-producers:],
        source_node=np.array([*of.far, of.plant][-producers:]),
        consumer_node=of.consumer_node,
        graph=graph,
        mixer=mixer(of.nodes, of.start, of.end, graph.order),
        pipes=of.pipes,
        supply=supply,
        return_=_layer(of.pipes, water, RETURN),
        medium=water,
        load=Load(
            heat=heat,
            mass_flow=np.broadcast_to(np.nan, heat.shape),
            return_offset=np.broadcast_to(RETURN, heat.shape),
            return_slope=np.broadcast_to(0.0, heat.shape),
            mass_flow_max=1.2 * of.peak / lift,
            bypass=np.full(heat.shape[1], np.nan),
        ),
        t_feed=t_feed,
        t_ground=_ground(axis),
        height=height,
        pressure_hold=3e5 + GRAVITY * supply.density * float(np.ptp(height)),
        consumer_dp_min=0.6e5,
        pump_efficiency=0.6,
        fuel_cost=None,
        electricity_cost=None,
        fuel_carbon=np.zeros((axis.steps, producers)),
        electricity_carbon=np.zeros(axis.steps),
        initial_supply=None,
        initial_return=None,
        engine="compiled",
        tolerance=1e-4,
        max_sweeps=30,
        max_rounds=5,
        warnings=(),
    )
    offers = _offers(of, t_feed)
    offers = Offer(*(getattr(offers, name)[:, -producers:] for name in Offer.__slots__))
    return Task(problem, offers, merit_order(offers.power, None))


def _offers(of: District, t_feed: FloatArray) -> Offer:
    """Two streams, which give less to warmer water, and a plant without limits."""
    full = np.ones_like(t_feed)
    peak = float((of.annual_heat * _peaks()[of.profile]).sum())
    streams = [
        plant_offer(
            share * peak * full, t_feed, conductance=share * peak / 40.0 * full, t_hot=(RETURN + 45.0) * full
        )
        for share in (0.25, 0.15)
    ]
    return stacked([*streams, plant_offer(np.inf * full, t_feed)])


def _layer(pipes: PipeProperties, water: Medium, t: float) -> Layer:
    """Heat capacity of one side's pipes, filled at its design temperature [degC]."""
    rho = float(water.density(np.array([t]))[0])
    area = 0.25 * np.pi * pipes.inner_diameter**2
    return Layer((rho * area * water.capacity + pipes.wall_capacity) * pipes.length, rho)


def _ground(axis: TimeAxis) -> FloatArray:
    """Undisturbed soil at the pipes' depth; (time,). [degC]"""
    soil = Ground()
    return ground_of_air(weather(), axis, 0.0, soil.depth, soil.of_soil.diffusivity)
