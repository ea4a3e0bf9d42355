"""Ground that boreholes heat in summer and cool in winter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.exchange import Fault, Filling, Store
from heatsym.interfaces.fields import quantity, text, whole
from heatsym.physics.storage import ground_resistance, hemisphere_conductance
from heatsym.physics.water import specific_heat
from heatsym.storage import keys
from heatsym.storage.common import (
    ATMOSPHERE,
    basis,
    default,
    initial_temperatures,
    soil_of,
    temperature_faults,
)
from heatsym.storage.lift import StorageHeatPump, lift_basis, lift_faults
from heatsym.storage.model import GROWTH, RINGS, ground_store
from heatsym.storage.rules import rule_basis, rule_faults
from heatsym.tables.soils import SOILS

FIRST_RING = 0.5
"""Thickness of the ground next to the outermost boreholes that is a ring of its own. [m]"""
FAR = 1.5
"""Beyond which part of its depth the ground around a storage is undisturbed, at least. [-]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Borehole:
    """Boreholes in strings from the centre of a cylinder of ground to its rim; water does not leave them."""

    kind: ClassVar[str] = "borehole"

    name: str = text("unique name")
    node: str = text("node at which it is charged and discharged")
    volume: float = quantity("m3", "ground between the boreholes", above=0, high=1e9)
    depth: float | None = quantity(
        "m", "depth of the boreholes; default the diameter of the cylinder", above=0, high=1000, default=None
    )
    spacing: float = quantity(
        "m", "distance between boreholes", above=0, high=100, default=default("borehole", "spacing")
    )
    borehole_diameter: float = quantity(
        "m", "of each borehole", above=0, high=2, default=default("borehole", "borehole_diameter")
    )
    borehole_resistance: float = quantity(
        "m K/W",
        "of a metre of borehole, from the water to its wall",
        low=0,
        high=10,
        default=default("borehole", "borehole_resistance"),
    )
    string: int = whole("boreholes in a string, one behind another", low=1, high=60, default=6)
    largest_flow: float | None = quantity(
        "kg/s", "largest flow of all strings; default 0.3 kg/s in each", above=0, high=1e5, default=None
    )
    lid_u_value: float = quantity(
        "W/(m2 K)",
        "of the insulation on top",
        low=0,
        high=100,
        default=default("borehole", "lid_u_value"),
        key="lid_u",
    )
    soil: str | None = text(
        "kind of ground and its water content; default the network's", choices=tuple(SOILS), default=None
    )
    soil_conductivity: float | None = quantity(
        "W/(m K)",
        "of the ground, instead of its kind's",
        above=0,
        high=10,
        default=None,
        key="soil_conductivity",
    )
    soil_diffusivity: float | None = quantity(
        "m2/s",
        "of the ground, instead of its kind's",
        above=0,
        high=1e-5,
        default=None,
        key="soil_diffusivity",
    )
    max_temperature: float = quantity(
        "degC",
        "largest temperature of its water",
        above=0,
        high=200,
        default=default("borehole", "max_temperature"),
    )
    min_temperature: float = quantity(
        "degC",
        "temperature above which its heat is counted",
        low=0,
        high=200,
        default=default("borehole", "min_temperature"),
    )
    pressure: float = quantity("Pa", "absolute pressure of its water", low=5e4, high=3e6, default=ATMOSPHERE)
    charge_power: float | None = keys.charge_power()
    discharge_power: float | None = keys.discharge_power()
    charge_from: tuple[str, ...] = keys.charge_from()
    charge_when: str = keys.charge_when()
    cheap_share: float | None = keys.cheap_share()
    cheap_window: float | None = keys.cheap_window()
    round_trip: float | None = keys.round_trip()
    charge_season: tuple[str, ...] = keys.charge_season()
    discharge_season: tuple[str, ...] = keys.discharge_season()
    below_setpoint: float = keys.below_setpoint()
    least_drop: float = keys.least_drop()
    heat_pump: StorageHeatPump | None = keys.heat_pump()
    initial_fill: float = keys.initial_fill()
    initial_hot_temperature: float | None = keys.initial_hot_temperature()
    initial_cold_temperature: float | None = keys.initial_cold_temperature()
    periodic: bool = keys.periodic(True)
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    def basis(self) -> tuple[str, ...]:
        """What the table says of boreholes, where it is taken."""
        values: dict[str, float | None] = {
            "spacing": self.spacing,
            "borehole_diameter": self.borehole_diameter,
            "borehole_resistance": self.borehole_resistance,
            "lid_u_value": self.lid_u_value,
        }
        if self.largest_flow is None:
            values["borehole_flow"] = None
        return (
            *basis(self.kind, self.name, values),
            *lift_basis(self.heat_pump, self.name),
            *rule_basis(self, self.name),
        )

    def faults(self) -> tuple[Fault, ...]:
        """Temperatures against each other and against boiling; boreholes that fit."""
        found = list(
            temperature_faults(
                self.min_temperature,
                self.max_temperature,
                self.initial_hot_temperature,
                self.initial_cold_temperature,
                self.pressure,
            )
        )
        found += (*lift_faults(self.heat_pump, self.max_temperature), *rule_faults(self))
        if self.borehole_diameter >= self.spacing:
            reason = f"boreholes of {self.borehole_diameter:g} m do not fit {self.spacing:g} m apart"
            found.append(Fault("spacing", "HS552", reason, "space them wider"))
        return tuple(found)

    def store(self, filling: Filling) -> Store:
        """Rings of equal volume, each with one borehole of every string, and rings of ground around them."""
        cells = self.string
        depth = self.depth or float(np.cbrt(4.0 * self.volume / np.pi))
        top = self.volume / depth
        rim = np.sqrt(top / np.pi)
        soil = soil_of(filling, self.soil, self.soil_conductivity, self.soil_diffusivity)
        boreholes = top / self.spacing**2
        resistance = self.borehole_resistance + ground_resistance(
            0.5 * self.borehole_diameter, self.spacing, soil.conductivity
        )
        flow = self.largest_flow
        if flow is None:
            flow = default("borehole", "borehole_flow") * max(boreholes / cells, 1.0)
        beyond = np.cumsum(FIRST_RING * GROWTH ** np.arange(RINGS))
        if beyond[-1] < FAR * depth:
            beyond *= FAR * depth / beyond[-1]
        share = np.full(cells, 1.0 / cells)
        t_hot, t_cold = initial_temperatures(
            filling,
            self.min_temperature,
            self.max_temperature,
            self.initial_hot_temperature,
            self.initial_cold_temperature,
        )
        return ground_store(
            radii=np.concatenate([rim * np.sqrt(np.cumsum(share)), rim + beyond]),
            height=depth,
            heat_capacity=soil.conductivity / soil.diffusivity,
            soil=soil,
            cells=cells,
            air=self.lid_u_value * top * share,
            deep=hemisphere_conductance(top, soil.conductivity) * share,
            exchange=boreholes * depth / resistance * share,
            largest_flow=flow * float(specific_heat(0.5 * (self.min_temperature + self.max_temperature))),
            t_max=self.max_temperature,
            t_hot=t_hot,
            t_cold=t_cold,
            fill=self.initial_fill,
            t_ground=filling.t_ground,
        )
