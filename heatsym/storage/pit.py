"""A pit of hot water in the ground under an insulating lid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.exchange import Fault, Filling, Store
from heatsym.interfaces.fields import quantity, text, whole
from heatsym.physics.storage import pyramid_depths, pyramid_side, standing_conductance
from heatsym.physics.water import conductivity
from heatsym.storage import keys
from heatsym.storage.common import (
    ATMOSPHERE,
    PER_HOUR,
    basis,
    default,
    initial_temperatures,
    shared,
    soil_of,
    temperature_faults,
)
from heatsym.storage.lift import StorageHeatPump, lift_basis, lift_faults
from heatsym.storage.model import rings_of, water_store
from heatsym.storage.rules import rule_basis, rule_faults
from heatsym.tables.soils import SOILS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pit:
    """Water in layers in a square pit with sloping walls; heat goes through its lid and into the soil."""

    kind: ClassVar[str] = "pit"

    name: str = text("unique name")
    node: str = text("node at which it is charged and discharged")
    volume: float = quantity("m3", "water that it holds", above=0, high=1e8)
    depth: float | None = quantity(
        "m", "depth; default 0.404 times the cube root of the volume", above=0, high=100, default=None
    )
    slope: float = quantity(
        "1", "run of the walls, horizontal over vertical", low=0, high=10, default=default("pit", "slope")
    )
    layers: int = whole("layers of water from top to bottom", low=2, high=400, default=20)
    model: str = text(
        "layers, or two zones of hot and cold water", choices=("layers", "two_zone"), default="layers"
    )
    inlet: str = text(
        "where water enters: at top and bottom, or by a stratifier at the level of its own temperature",
        choices=("fixed", "stratifier"),
        default="fixed",
    )
    lid_u_value: float = quantity(
        "W/(m2 K)", "of the lid", low=0, high=100, default=default("pit", "lid_u_value"), key="lid_u"
    )
    wall_u_value: float | None = quantity(
        "W/(m2 K)",
        "of insulation between water and soil; default none",
        above=0,
        high=100,
        default=None,
        key="wall_u",
    )
    loss_share: float | None = quantity(
        "1/s",
        "heat lost to the air by the full storage over its heat, by time, instead of lid and soil",
        low=0,
        high=0.1 / PER_HOUR,
        default=None,
    )
    soil: str | None = text(
        "kind of soil and its water content; default the network's", choices=tuple(SOILS), default=None
    )
    soil_conductivity: float | None = quantity(
        "W/(m K)",
        "of the soil, instead of its kind's",
        above=0,
        high=10,
        default=None,
        key="soil_conductivity",
    )
    soil_diffusivity: float | None = quantity(
        "m2/s", "of the soil, instead of its kind's", above=0, high=1e-5, default=None, key="soil_diffusivity"
    )
    conductivity: float | None = quantity(
        "W/(m K)", "of the water from top to bottom; default that of water", low=0, high=100, default=None
    )
    max_temperature: float = quantity(
        "degC", "largest temperature", above=0, high=200, default=default("pit", "max_temperature")
    )
    liner_temperature: float = quantity(
        "degC",
        "largest temperature that its liner bears",
        above=0,
        high=200,
        default=default("pit", "max_temperature"),
    )
    min_temperature: float = quantity(
        "degC",
        "least temperature, above which its heat is counted",
        low=0,
        high=200,
        default=default("pit", "min_temperature"),
    )
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
        """Lid and shape, where they are defaults."""
        values: dict[str, float | None] = {"slope": self.slope}
        if self.depth is None:
            values["relative_depth"] = None
        if self.loss_share is None:
            values["lid_u_value"] = self.lid_u_value
        return (
            *basis(self.kind, self.name, values),
            *lift_basis(self.heat_pump, self.name),
            *rule_basis(self, self.name),
        )

    def faults(self) -> tuple[Fault, ...]:
        """Temperatures against each other, against boiling and the liner; walls that meet."""
        found = list(
            temperature_faults(
                self.min_temperature,
                self.max_temperature,
                self.initial_hot_temperature,
                self.initial_cold_temperature,
                ATMOSPHERE,
            )
        )
        found += (*lift_faults(self.heat_pump, self.max_temperature), *rule_faults(self))
        if self.max_temperature > self.liner_temperature:
            reason = (
                f"{self.max_temperature:g} degC is more than the liner bears, {self.liner_temperature:g} degC"
            )
            hint = "lower it, or give the liner's liner_temperature_degC"
            found.append(Fault("max_temperature", "HS551", reason, hint))
        try:
            pyramid_side(self.volume, self._depth(), self.slope)
        except ValueError as error:
            found.append(Fault("slope", "HS552", f"{error}", "make it shallower, or steeper"))
        if self.loss_share is not None and self.wall_u_value is not None:
            found.append(Fault("loss_share", "HS111", "has loss_share and wall_u", "keep one of the two"))
        return tuple(found)

    def store(self, filling: Filling) -> Store:
        """Segments of equal volume; the floor belongs to the lowest."""
        n, volume, depth = self.layers, self.volume, self._depth()
        depths = pyramid_depths(volume, depth, self.slope, n)
        sides = pyramid_side(volume, depth, self.slope) - 2.0 * self.slope * depths
        wall = 2.0 * (sides[:-1] + sides[1:]) * np.diff(depths) * np.hypot(1.0, self.slope)
        wall[-1] += sides[-1] ** 2
        capacity = filling.heat_capacity * volume
        air, rings = np.zeros(n), None
        if self.loss_share is not None:
            around = default("pit", "t_around")
            surface = wall.copy()
            surface[0] += sides[0] ** 2
            least, most = self.min_temperature, self.max_temperature
            air = shared(standing_conductance(self.loss_share, capacity, most, least, around), surface)
        else:
            air[0] = self.lid_u_value * sides[0] ** 2
            soil = soil_of(filling, self.soil, self.soil_conductivity, self.soil_diffusivity)
            rings = rings_of(soil, wall)
            if self.wall_u_value is not None:
                rings[1][0] = 1.0 / (1.0 / rings[1][0] + 1.0 / (self.wall_u_value * wall))
        t_hot, t_cold = initial_temperatures(
            filling,
            self.min_temperature,
            self.max_temperature,
            self.initial_hot_temperature,
            self.initial_cold_temperature,
        )
        along = self.conductivity
        if along is None:
            along = float(conductivity(0.5 * (self.min_temperature + self.max_temperature)))
        return water_store(
            capacity=capacity,
            across=sides**4 * n / volume,
            conductivity=along,
            air=air,
            soil=rings,
            t_max=self.max_temperature,
            stratifier=self.inlet == "stratifier",
            two_zones=self.model == "two_zone",
            t_hot=t_hot,
            t_cold=t_cold,
            fill=self.initial_fill,
            t_ground=filling.t_ground,
        )

    def _depth(self) -> float:
        """As given, else by the volume. [m]"""
        return self.depth or default("pit", "relative_depth") * float(np.cbrt(self.volume))
