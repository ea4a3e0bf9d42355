"""A two-pipe network as data: nodes, trenches and the settings that they share.

Nodes and pipes are tables held as columns. ``start`` and ``end`` are positions in ``nodes``.
A missing number is NaN, a missing text ``""``.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from heatsym.interfaces.axis import FloatArray, IntArray
from heatsym.interfaces.fields import date, flag, hidden, names, part, paths, quantity, text
from heatsym.interfaces.profile import Profile
from heatsym.tables.soils import SOILS, USUAL, Soil

NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Nodes:
    """Junctions, consumers' and sources' places; positions either geographic or plane."""

    id: tuple[str, ...] = text("unique name of the node")
    lon: FloatArray = quantity("deg", "longitude, WGS 84", low=-180, high=180, default=NAN, key="lon")
    lat: FloatArray = quantity("deg", "latitude, WGS 84", low=-90, high=90, default=NAN, key="lat")
    x: FloatArray = quantity("m", "easting in a plane", default=NAN)
    y: FloatArray = quantity("m", "northing in a plane", default=NAN)
    height: FloatArray = quantity("m", "height above any datum", low=-500, high=9000, default=0.0)
    initial_supply: FloatArray = quantity("degC", "supply water at the start", low=0, high=200, default=NAN)
    initial_return: FloatArray = quantity("degC", "return water at the start", low=0, high=200, default=NAN)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pipes:
    """Trenches: one supply and one return pipe each, alike in every property."""

    id: tuple[str, ...] = text("unique name of the trench")
    start: tuple[str, ...] = text("node where the trench starts", key="from")
    end: tuple[str, ...] = text("node where the trench ends", key="to")
    length: FloatArray = quantity("m", "length of the trench", above=0, high=100_000)
    dn: FloatArray = quantity("1", "nominal diameter of the catalogue", above=0, default=NAN, key="dn")
    insulation_series: FloatArray = quantity(
        "1", "insulation series 1 to 3, instead of the catalogue's", low=1, high=3, default=NAN
    )
    inner_diameter: FloatArray = quantity("m", "inner diameter", above=0, high=3, default=NAN)
    wall_thickness: FloatArray = quantity(
        "m", "thickness of the medium pipe's wall", above=0, high=0.1, default=NAN
    )
    wall_density: FloatArray = quantity("kg/m3", "density of the wall", above=0, high=20_000, default=NAN)
    wall_cp: FloatArray = quantity("J/(kg K)", "specific heat of the wall", above=0, high=5_000, default=NAN)
    wall_conductivity: FloatArray = quantity(
        "W/(m K)", "conductivity of the wall", above=0, high=500, default=NAN, key="wall"
    )
    insulation_thickness: FloatArray = quantity(
        "m", "thickness of the insulation around the wall", above=0, high=1, default=NAN
    )
    insulation_conductivity: FloatArray = quantity(
        "W/(m K)", "conductivity of the insulation", above=0, high=5, default=NAN, key="insulation"
    )
    outer_coefficient: FloatArray = quantity(
        "W/(m2 K)",
        "film coefficient at the outside, for a pipe in air",
        above=0,
        high=1_000,
        default=NAN,
        key="outer",
    )
    u_value: FloatArray = quantity(
        "W/(m K)", "loss of each pipe to the ground, soil included", low=0, high=100, default=NAN, key="u"
    )
    roughness: FloatArray = quantity("m", "wall roughness", low=0, high=0.01, default=1e-4)
    zeta: FloatArray = quantity("1", "sum of minor loss coefficients", low=0, high=1e6, default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Undisturbed soil around the pipes."""

    depth: float = quantity("m", "depth of the pipe axis", above=0, high=20, default=1.0)
    spacing: float = quantity("m", "distance between the two pipe axes", above=0, high=5, default=0.35)
    soil: str | None = text("kind of soil and its water content", choices=tuple(SOILS), default=None)
    conductivity: float | None = quantity(
        "W/(m K)",
        "conductivity of the soil; default that of soil, else 1.6",
        above=0,
        high=10,
        default=None,
    )
    diffusivity: float | None = quantity(
        "m2/s",
        "thermal diffusivity of the soil; default that of soil, else 5.8e-7",
        above=0,
        high=1e-5,
        default=None,
    )
    follows: str = text(
        "what the soil's temperature is made of: the air, or ground temperatures of the weather file",
        choices=("air", "weather_file"),
        default="air",
    )
    mean: float | None = quantity(
        "degC", "mean of the surface over the year, instead of the air's", low=-30, high=60, default=None
    )
    amplitude: float | None = quantity(
        "K", "half of the surface's yearly swing, with mean", low=0, high=40, default=None
    )
    coldest_day: float | None = quantity(
        "1",
        "day of the year, 1 to 366, on which the surface is coldest, with mean",
        low=1,
        high=366,
        default=None,
    )
    temperature: Profile | None = quantity(
        "degC",
        "soil temperature at pipe depth, instead of the one from the weather",
        low=-30,
        high=60,
        varies=True,
        default=None,
    )

    @property
    def swing(self) -> tuple[float, float, float] | None:
        """Mean [degC], amplitude [K] and coldest day of a given surface; None unless all are given."""
        mean, amplitude, coldest_day = self.mean, self.amplitude, self.coldest_day
        if mean is None or amplitude is None or coldest_day is None:
            return None
        return mean, amplitude, coldest_day

    @property
    def of_soil(self) -> Soil:
        """Properties of the soil: what is given, then those of its kind."""
        kind = USUAL if self.soil is None else SOILS[self.soil]
        return Soil(
            kind.conductivity if self.conductivity is None else self.conductivity,
            kind.diffusivity if self.diffusivity is None else self.diffusivity,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fluid:
    """Constant properties instead of water's; published exercises need them."""

    density: float = quantity("kg/m3", "density", above=0, high=2_000)
    cp: float = quantity("J/(kg K)", "specific heat", above=0, high=10_000)
    viscosity: float = quantity("Pa s", "dynamic viscosity", above=0, high=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initial:
    """Uniform water temperatures at the start, instead of a settled network."""

    supply: float = quantity("degC", "water in every supply pipe", low=0, high=200)
    return_: float = quantity("degC", "water in every return pipe", low=0, high=200, key="return")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A trench through which nothing flows, for some days or always."""

    pipe: str = text("trench that is closed")
    start: datetime.date | None = date("first local day; default from the start", default=None, key="from")
    end: datetime.date | None = date("last local day, included; default to the end", default=None, key="to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Valve:
    """A valve that takes pressure from the water of a trench; its position does not change."""

    name: str = text("unique name")
    pipe: str = text("trench that it stands in")
    zeta: float | None = quantity(
        "1", "loss coefficient, for the velocity in the pipe", low=0, high=1e9, default=None
    )
    kv: float | None = quantity(
        "m3/s", "instead of zeta: flow of water at which it takes 1 bar", above=0, high=100, default=None
    )
    side: str = text("pipe that it stands in", choices=("both", "supply", "return"), default="both")


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpPoint:
    """A point of a pump's curve."""

    flow: float = quantity("m3/s", "volume flow", low=0, high=100)
    lift: float = quantity("Pa", "pressure that the pump adds", low=0, high=4e6)
    efficiency: float | None = quantity("1", "of pump and motor", above=0, high=1, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pump:
    """A pump in a trench, beside those of the plants; it runs all the time at one speed."""

    name: str = text("unique name")
    pipe: str = text("trench that it stands in")
    side: str = text("pipe that it stands in", choices=("supply", "return"))
    towards: str = text(
        "node at the end of the trench that it pumps to; default to on the supply side, from on the return",
        default="",
    )
    lift: float | None = quantity(
        "Pa", "pressure that it adds, whatever the flow", low=0, high=4e6, default=None
    )
    curve: tuple[PumpPoint, ...] = part(
        PumpPoint, "points of flow and lift, instead of one lift", many=True, default=()
    )
    efficiency: float | None = quantity(
        "1", "of pump and motor; default network.pump_efficiency", above=0, high=1, default=None
    )
    enabled: bool = flag("whether it runs; water flows through it all the same", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficiencyPoint:
    """A point of a pump's efficiency over its flow."""

    flow: float = quantity("m3/s", "volume flow", low=0, high=100)
    efficiency: float = quantity("1", "of pump and motor", above=0, high=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantPump:
    """The circulation pump of one source, which lifts what its node needs."""

    source: str = text("source whose pump it is")
    efficiency: float | None = quantity("1", "of pump and motor", above=0, high=1, default=None)
    curve: tuple[EfficiencyPoint, ...] = part(
        EfficiencyPoint, "points of flow and efficiency, instead of one efficiency", many=True, default=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Where the pressure of the water at rest is held."""

    node: str = text("node at which it is held")
    return_: float = quantity("Pa", "gauge pressure of the return there", above=0, high=4e6, key="return")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Network:
    """Supply and return pipes between nodes, and how they are run."""

    nodes_file: str | None = paths("CSV table of the nodes", default=None, key="nodes")
    pipes_file: str | None = paths("CSV table of the trenches", default=None, key="pipes")
    geojson: tuple[str, ...] = paths("GeoJSON file or files instead of tables", many=True, default=())
    geojson_names: tuple[tuple[str, str], ...] = names(
        "column = property name in the GeoJSON files", default=()
    )
    catalogue: str = text(
        "pipe catalogue", choices=("en253-series1", "en253-series2", "en253-series3"), default="en253-series2"
    )
    supply_temperature: Profile = quantity(
        "degC",
        "set-point of the supply water, usually a curve over outdoor temperature",
        above=0,
        high=180,
        varies=True,
    )
    pressure_hold: float | None = quantity(
        "Pa",
        "gauge pressure held in the return at the plant that carries the rest",
        above=0,
        high=4e6,
        default=None,
    )
    holds: tuple[Hold, ...] = part(
        Hold,
        "where the pressure is held, instead of pressure_hold, first come first: [[network.hold]]",
        many=True,
        default=(),
        key="hold",
    )
    consumer_dp_min: float = quantity(
        "Pa", "differential pressure kept at the critical consumer", low=0, high=1e6, default=0.6e5
    )
    pump_efficiency: float = quantity(
        "1", "pump and motor, where nothing else is said", above=0, high=1, default=0.6
    )
    ground: Ground = part(Ground, "soil around the pipes", default=Ground())
    fluid: Fluid | None = part(Fluid, "constant fluid instead of water of temperature", default=None)
    initial: Initial | None = part(
        Initial, 'water temperatures at the start; "steady" settles first', default=None, instead="steady"
    )
    closed: tuple[Closure, ...] = part(
        Closure, "trenches that are closed, always or for some days", many=True, default=()
    )
    valves: tuple[Valve, ...] = part(
        Valve, "valves in trenches: [[network.valve]]", many=True, default=(), key="valve"
    )
    pumps: tuple[Pump, ...] = part(
        Pump, "pumps in trenches: [[network.pump]]", many=True, default=(), key="pump"
    )
    plant_pumps: tuple[PlantPump, ...] = part(
        PlantPump, "pumps of single sources: [[network.plant_pump]]", many=True, default=(), key="plant_pump"
    )
    nodes: Nodes = hidden("table of nodes", default=None)
    pipes: Pipes = hidden("table of trenches", default=None)
    start: IntArray = hidden("position of each trench's start in nodes", default=None)
    end: IntArray = hidden("position of each trench's end in nodes", default=None)
