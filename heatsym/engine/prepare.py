"""From a case to arrays: everything looked up once, and the checks that need two parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from heatsym.case.model import Case
from heatsym.case.settings import Emissions, Prices
from heatsym.demand.load import load_warnings, loads
from heatsym.engine.hydraulics import GRAVITY
from heatsym.engine.medium import Medium, medium
from heatsym.engine.problem import Held, Layer, Problem, Stretch
from heatsym.engine.shared import Builder, directly
from heatsym.engine.stretches import cut_off, islands, stretches
from heatsym.errors import InputError
from heatsym.errors import Problem as Finding
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray
from heatsym.interfaces.exchange import Filling, Source, Storage
from heatsym.interfaces.profile import Context
from heatsym.interfaces.stepwise import mean
from heatsym.network.elements import inline_pumps, plant_efficiency, valve_losses
from heatsym.network.model import Network
from heatsym.network.properties import PipeProperties, pipe_properties
from heatsym.numerics.graph import FlowGraph, flow_graph
from heatsym.numerics.mixing import mixer
from heatsym.sources.common import lifts
from heatsym.storage.lift import heat_pump_of
from heatsym.storage.model import Stores, joined
from heatsym.tables.factors import DIRECT, ELECTRICITY, counted_factor, factors
from heatsym.weather.climate import surroundings
from heatsym.weather.ground import ground_of_air, ground_of_file, ground_of_swing

OVERPRESSURE = 3e5
"""Pressure held above the highest node where the case gives none. [Pa]"""
NAMED = 5
"""Names that a warning lists."""
SHORT_STEP = 60
"""Steps up to this one see that walls follow the water late. [s]"""


def prepare(case: Case, once: Builder = directly) -> Problem:
    """The problem of a case; ``once`` builds what it may have in common with others.

    Raises
    ------
    InputError
        The network falls into parts, a set-point leaves nothing to give, or the weather does not cover
        the period.
    """
    around, warnings = surroundings(case.weather, case.axis)
    ctx, network = around.ctx, case.network
    sources = tuple(source for source in case.sources if source.enabled)
    t_feed = ctx.values(network.supply_temperature)
    fluid = medium(0.0, 1.0, network.fluid) if network.fluid is not None else None
    water = fluid or medium(40.0, 80.0, None)
    load = once(loads, case.demand, around, t_feed, water.enthalpy, bypasses(case))
    t_return = mean(load.usual_return(t_feed))
    if fluid is None:
        water = medium(t_return, float(t_feed.mean()), None)
    position = {name: i for i, name in enumerate(network.nodes.id)}
    held_at = network.holds[0].node if network.holds else _carriers(sources)[0].node
    graph = once(_graph, len(network.nodes.id), network.start, network.end, position[held_at])
    with_wall = case.engine.wall != "none"
    pipes = once(pipe_properties, network.pipes, network.ground, network.catalogue, with_wall)
    supply = _layer(network, "supply", pipes, water, float(t_feed.mean()))
    return_ = _layer(network, "return", pipes, water, t_return)
    lifting = any(storage.enabled and heat_pump_of(storage) for storage in case.storages)
    fuel_cost, electricity_cost, unknown = _costs(case.prices, case.emissions, ctx, sources, lifting)
    fuel_carbon, electricity_carbon = _carbon(case.emissions, ctx, sources)
    holds = _holds(network, sources, position, supply.density)
    initial_supply, initial_return = _initial(network)
    t_ground, of_ground = _ground(case, ctx)
    consumer_node = np.array([position[node] for node in case.demand.consumers.node], dtype=np.int64)
    source_node = np.array([position[source.node] for source in sources], dtype=np.int64)
    feeders = [source.name for source in sources]
    if load.feed_in is not None:
        feeders += [""] * len(load.feed_in.consumer)
        source_node = np.append(source_node, consumer_node[load.feed_in.consumer])
    storages = tuple(storage for storage in case.storages if storage.enabled)
    storage_node = np.array([position[storage.node] for storage in storages], dtype=np.int64)
    feeders += [""] * len(storages)
    made = Problem(
        ctx=ctx,
        node_ids=network.nodes.id,
        pipe_ids=network.pipes.id,
        consumer_ids=case.demand.consumers.id + tuple(storage.name for storage in storages),
        sources=sources,
        source_node=np.append(source_node, storage_node),
        consumer_node=np.append(consumer_node, storage_node),
        graph=graph,
        mixer=once(mixer, graph.nodes, graph.start, graph.end, graph.order),
        pipes=pipes,
        supply=supply,
        return_=return_,
        medium=water,
        load=load,
        t_feed=t_feed,
        t_ground=t_ground,
        height=network.nodes.height,
        pressure_hold=holds[0].pressure,
        consumer_dp_min=network.consumer_dp_min,
        pump_efficiency=network.pump_efficiency,
        fuel_cost=fuel_cost,
        electricity_cost=electricity_cost,
        fuel_carbon=fuel_carbon,
        electricity_carbon=electricity_carbon,
        initial_supply=initial_supply,
        initial_return=initial_return,
        engine="reference" if _wall(case) == "distributed" else case.engine.kind,
        tolerance=case.engine.coupling_tolerance,
        max_sweeps=case.engine.max_sweeps,
        max_rounds=case.engine.max_rounds,
        warnings=(
            *warnings,
            *of_ground,
            *unknown,
            *_short_steps(case),
            *load_warnings(case.demand, ctx, t_feed),
        ),
        wall=_wall(case),
        stretches=_closures(network, ctx),
        holds=holds,
        plant_efficiency=plant_efficiency(network, feeders, return_.density),
        dispatch=case.dispatch,
        once=once,
        storages=storages,
        stores=_stores(storages, water, network, (float(t_feed.mean()), t_return, float(t_ground.mean()))),
    )
    return replace(made, warnings=made.warnings + _parted(made) + _at_rest(made, len(network.holds)))


def _stores(
    storages: tuple[Storage, ...], water: Medium, network: Network, means: tuple[float, float, float]
) -> Stores:
    """Storages as they begin, where feed, return and ground have these mean temperatures [degC]."""
    t_feed, t_return, t_ground = means
    filling = Filling(
        heat_capacity=water.capacity * float(water.density(np.array([0.5 * (t_feed + t_return)]))[0]),
        t_hot=t_feed,
        t_cold=t_return,
        t_ground=t_ground,
        soil=network.ground.of_soil,
    )
    return joined(tuple(storage.store(filling) for storage in storages))


def bypasses(case: Case) -> FloatArray:
    """Temperatures that consumers' bypasses keep, NaN where there is none; (consumer,). [degC]

    By default a consumer's minimum at the ends of branches.
    """
    network, consumers = case.network, case.demand.consumers
    position = {name: i for i, name in enumerate(network.nodes.id)}
    trenches = np.bincount(np.concatenate([network.start, network.end]), minlength=len(position))
    ends = trenches[[position[node] for node in consumers.node]] == 1
    kept = np.where(np.isnan(consumers.bypass) & ends, consumers.min_supply_temperature, consumers.bypass)
    return np.where(kept > 0.0, kept, np.nan)


def _closures(network: Network, ctx: Context) -> tuple[Stretch, ...]:
    """Stretches of steps in which the same trenches are closed; none where none ever is."""
    position = {name: k for k, name in enumerate(network.pipes.id)}
    closed = [ctx.axis.during(closure.start, closure.end) for closure in network.closed]
    pipe = np.array([position[closure.pipe] for closure in network.closed], dtype=np.int64)
    return stretches(np.array(closed).reshape(-1, ctx.axis.steps).T, pipe)


def _parted(problem: Problem) -> tuple[str, ...]:
    """Whom closed trenches cut off, and who goes on without the rest, in a sentence for each set of them."""
    hours = dict[tuple[str, str], float]()
    for stretch in problem.stretches:
        pipes = [problem.pipe_ids[k] for k in stretch.closed]
        closed = f"closed ({', '.join(pipes[:NAMED])}{', ...' if pipes[NAMED:] else ''}):"
        now = islands(problem, stretch)
        cut = cut_off(problem, now)
        told = [(f"{closed} cuts off", _named(problem, cut), "")]
        for island in now[1:]:
            alone = np.zeros_like(cut)
            alone[island.node[island.served]] = True
            where = f", pressure held at {problem.node_ids[island.held.node]}"
            told.append((f"{closed} leaves to themselves", _named(problem, alone), where))
        for what, whom, more in told:
            if whom:
                key = f"{what} {whom}", more
                span = (stretch.last - stretch.first) * problem.step / 3600.0
                hours[key] = hours.get(key, 0.0) + span
    return tuple(f"{said} in {span:g} h{more}" for (said, more), span in hours.items())


def _named(problem: Problem, nodes: BoolArray) -> str:
    """The first sources and consumers at some nodes."""
    places = problem.source_node[: len(problem.sources)]
    named = [f"source {problem.sources[s].name}" for s in np.flatnonzero(nodes[places])]
    named += [f"consumer {problem.consumer_ids[c]}" for c in np.flatnonzero(nodes[problem.consumer_node])]
    return ", ".join(named[:NAMED]) + (f" and {len(named) - NAMED} more" if named[NAMED:] else "")


def _at_rest(problem: Problem, given: int) -> tuple[str, ...]:
    """When the first ``given`` holds do not work, as another holds the pressure of the same water."""
    always = (Stretch(0, problem.steps, np.zeros(0, dtype=np.int64)),)
    works, others = np.zeros(given), [dict[str, None]() for _ in range(given)]
    for stretch in problem.stretches or always:
        for island in islands(problem, stretch):
            served = set(island.node[island.served].tolist())
            for i, held in enumerate(problem.holds[:given]):
                if held is island.held:
                    works[i] += (stretch.last - stretch.first) * problem.step / 3600.0
                elif held.node in served:
                    others[i][problem.node_ids[island.held.node]] = None
    return tuple(
        f"hold {problem.node_ids[held.node]}: "
        + (f"works in {hours:g} h; otherwise " if hours else "does not work: ")
        + f"{', '.join(instead)} holds the same water"
        for held, hours, instead in zip(problem.holds[:given], works.tolist(), others, strict=True)
        if instead
    )


def _wall(case: Case) -> str:
    """How walls store heat: "distributed", "retarded" or "none"."""
    if case.engine.wall != "auto":
        return case.engine.wall
    return "distributed" if case.axis.step <= SHORT_STEP else "retarded"


def _short_steps(case: Case) -> tuple[str, ...]:
    """What retarded plug flow leaves out where a step is shorter than a wall needs to follow the water."""
    if case.axis.step > SHORT_STEP or _wall(case) != "retarded":
        return ()
    return (
        "steps of a minute or less: pipe walls are taken to follow the water at once, so that fronts come "
        "out sharper than measured ones",
    )


def _carriers(sources: tuple[Source, ...]) -> list[Source]:
    """Plants by who holds the pressure: from the last that is not surplus heat on, then from the last."""
    return [source for surplus in (False, True) for source in sources[::-1] if source.surplus is surplus]


def _holds(
    network: Network, sources: tuple[Source, ...], position: dict[str, int], density: float
) -> tuple[Held, ...]:
    """Where the pressure may be held, in order: as the case says, then at the plants."""
    height = network.nodes.height
    found = [Held(position[hold.node], hold.return_) for hold in network.holds]
    for source in _carriers(sources):
        node = position[source.node]
        above = OVERPRESSURE + GRAVITY * density * float(height.max() - height[node])
        found.append(Held(node, above if network.pressure_hold is None else network.pressure_hold))
    return tuple(found)


def _graph(nodes: int, start: IntArray, end: IntArray, root: int) -> FlowGraph:
    """The network's graph; it must hang together."""
    try:
        return flow_graph(nodes, start, end, root)
    except ValueError as error:
        raise InputError(
            [
                Finding(
                    code="HS305",
                    where="network",
                    reason=f"the network falls into parts: {error}",
                    hint="join the parts, or give each its own case",
                )
            ]
        ) from error


def _layer(network: Network, side: str, pipes: PipeProperties, water: Medium, t: float) -> Layer:
    """One side's pipes, filled at its design temperature [degC], with what stands in them."""
    density = float(water.density(np.array([t]))[0])
    area = 0.25 * np.pi * pipes.inner_diameter**2
    return Layer(
        capacity=(density * area * water.capacity + pipes.wall_capacity) * pipes.length,
        density=density,
        valves=valve_losses(network, side, pipes.inner_diameter),
        pumps=inline_pumps(network, side, density),
    )


def _ground(case: Case, ctx: Context) -> tuple[FloatArray, tuple[str, ...]]:
    """Undisturbed soil at the pipes' depth, (time,) [degC]; and what to warn of."""
    ground = case.network.ground
    if ground.temperature is not None:
        return ctx.values(ground.temperature), ()
    diffusivity = ground.of_soil.diffusivity
    if ground.swing is not None:
        return ground_of_swing(ctx.axis, ground.depth, *ground.swing, diffusivity), ()
    assert case.weather is not None  # the loader asks for weather or ground temperature
    assert case.weather.year is not None
    year, offset = case.weather.year, case.weather.temperature_offset
    if ground.follows == "weather_file":
        return ground_of_file(year, ctx.axis, offset, ground.depth, diffusivity)
    return ground_of_air(year, ctx.axis, offset, ground.depth, diffusivity), ()


def _initial(network: Network) -> tuple[FloatArray | None, FloatArray | None]:
    """Given water temperatures at the nodes, or None to settle first."""
    nodes = network.nodes
    if network.initial is not None:
        everywhere = np.ones(len(nodes.id))
        return network.initial.supply * everywhere, network.initial.return_ * everywhere
    missing = np.isnan(nodes.initial_supply) | np.isnan(nodes.initial_return)
    if not missing.any():
        return nodes.initial_supply, nodes.initial_return
    if np.isnan(nodes.initial_supply).all() and np.isnan(nodes.initial_return).all():
        return None, None
    named = ", ".join(np.array(nodes.id)[missing][:5])
    raise InputError(
        [
            Finding(
                code="HS203",
                file=network.nodes_file or "",
                where="columns initial_supply_degC, initial_return_degC",
                reason=f"are not given for {int(missing.sum())} of {len(nodes.id)} nodes: {named}",
                hint="give both for every node or for none",
            )
        ]
    )


def _costs(
    prices: Prices | None,
    emissions: Emissions | None,
    ctx: Context,
    sources: tuple[Source, ...],
    lifting: bool,
) -> tuple[FloatArray | None, FloatArray | None, tuple[str, ...]]:
    """Cost of each source's fuel with its CO2 (time, source) and of electricity (time,) [EUR/J].

    Where one is not known, neither is; the third value then says why the order of the file is followed.
    ``lifting`` storages need a price for electricity, too.
    """
    if prices is None:
        return None, None, ()
    co2 = ctx.values(prices.co2)
    factor_set = (emissions or Emissions()).set
    columns = []
    for source in sources:
        fuel = source.fuel
        price = None if fuel is None else getattr(prices, fuel)
        direct = factors(factor_set, fuel).get(DIRECT) if fuel is not None and co2.any() else None
        if fuel is not None and price is None:
            return None, None, (f"merit order: as in the case file, there is no price for {fuel}",)
        if fuel is not None and co2.any() and direct is None:
            why = f"set {factor_set} has no direct CO2 of {fuel}, which the CO2 price needs"
            return None, None, (f"merit order: as in the case file, {why}",)
        cost = np.zeros(ctx.axis.steps) if price is None else ctx.values(price)
        columns.append(cost + co2 * (0.0 if direct is None else direct.value))
    electric = lifting or any(getattr(s, "electric", False) or lifts(s) for s in sources)
    if prices.electricity is None and electric:
        return None, None, ("merit order: as in the case file, there is no price for electricity",)
    electricity = np.zeros(ctx.axis.steps) if prices.electricity is None else ctx.values(prices.electricity)
    return np.stack(columns, axis=1), electricity, ()


def _carbon(
    emissions: Emissions | None, ctx: Context, sources: tuple[Source, ...]
) -> tuple[FloatArray, FloatArray]:
    """CO2 of each source's fuel (time, source) and of electricity (time,), NaN where unknown. [kg/J]"""
    rules = emissions or Emissions()
    every = np.ones(ctx.axis.steps)

    def known(carrier: str | None) -> FloatArray:
        factor = None if carrier is None else counted_factor(rules.set, carrier)
        return every * (0.0 if carrier is None else np.nan if factor is None else factor.value)

    electricity = known(ELECTRICITY) if rules.electricity is None else ctx.values(rules.electricity)
    return np.stack([known(source.fuel) for source in sources], axis=1), electricity
