"""A steel tank of hot water, upright, in the open air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from heatsym.interfaces.exchange import Fault, Filling, Store
from heatsym.interfaces.fields import quantity, text, whole
from heatsym.physics.storage import cylinder, standing_conductance
from heatsym.physics.water import conductivity
from heatsym.storage import keys
from heatsym.storage.common import (
    ATMOSPHERE,
    PER_HOUR,
    basis,
    default,
    initial_temperatures,
    shared,
    temperature_faults,
)
from heatsym.storage.lift import StorageHeatPump, lift_basis, lift_faults
from heatsym.storage.model import water_store
from heatsym.storage.rules import rule_basis, rule_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Tank:
    """Water in layers, hot above cold, losing heat to the air all around."""

    kind: ClassVar[str] = "tank"

    name: str = text("unique name")
    node: str = text("node at which it is charged and discharged")
    volume: float = quantity("m3", "water that it holds", above=0, high=1e7)
    height: float | None = quantity(
        "m", "height; default 1.5 times the diameter", above=0, high=100, default=None
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
    loss_share: float | None = quantity(
        "1/s",
        "heat lost by the full storage over its heat, by time; default 0.0077 % an hour",
        low=0,
        high=0.1 / PER_HOUR,
        default=None,
    )
    u_value: float | None = quantity(
        "W/(m2 K)",
        "loss coefficient of its surface, instead of loss_share",
        low=0,
        high=100,
        default=None,
        key="u",
    )
    conductivity: float | None = quantity(
        "W/(m K)",
        "of water and wall from top to bottom; default that of water",
        low=0,
        high=100,
        default=None,
    )
    max_temperature: float = quantity(
        "degC", "largest temperature", above=0, high=200, default=default("tank", "max_temperature")
    )
    min_temperature: float = quantity(
        "degC",
        "least temperature, above which its heat is counted",
        low=0,
        high=200,
        default=default("tank", "max_temperature") - default("tank", "temperature_difference"),
    )
    pressure: float = quantity("Pa", "absolute pressure at its top", low=5e4, high=3e6, default=ATMOSPHERE)
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
    periodic: bool = keys.periodic(False)
    partner: str = keys.partner()
    enabled: bool = keys.enabled()

    def basis(self) -> tuple[str, ...]:
        """Loss and shape, where they are defaults."""
        assumed: dict[str, float | None] = {} if self.height is not None else {"slenderness": None}
        if self.u_value is None and self.loss_share is None:
            assumed["loss_share"] = None
        return (
            *basis(self.kind, self.name, assumed),
            *lift_basis(self.heat_pump, self.name),
            *rule_basis(self, self.name),
        )

    def faults(self) -> tuple[Fault, ...]:
        """Temperatures against each other and against boiling; loss given once."""
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
        if self.u_value is not None and self.loss_share is not None:
            found.append(Fault("u", "HS111", "has u and loss_share", "keep one of the two"))
        return tuple(found)

    def store(self, filling: Filling) -> Store:
        """Segments of equal height; lid and bottom lose with the first and the last."""
        n, volume = self.layers, self.volume
        height, diameter = cylinder(volume, default("tank", "slenderness"))
        if self.height is not None:
            height, diameter = self.height, 2.0 * np.sqrt(volume / (np.pi * self.height))
        cross_section = volume / height
        surface = np.full(n, np.pi * diameter * height / n)
        surface[[0, -1]] += cross_section
        air = shared(self._loss(filling, float(surface.sum())), surface)
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
            capacity=filling.heat_capacity * volume,
            across=np.full(n + 1, cross_section**2 * n / volume),
            conductivity=along,
            air=air,
            soil=None,
            t_max=self.max_temperature,
            stratifier=self.inlet == "stratifier",
            two_zones=self.model == "two_zone",
            t_hot=t_hot,
            t_cold=t_cold,
            fill=self.initial_fill,
            t_ground=filling.t_ground,
        )

    def _loss(self, filling: Filling, surface: float) -> float:
        """Loss conductance of the whole surface. [W/K]"""
        if self.u_value is not None:
            return self.u_value * surface
        share = (
            default("tank", "loss_share") / 100.0 / PER_HOUR if self.loss_share is None else self.loss_share
        )
        return standing_conductance(
            share,
            filling.heat_capacity * self.volume,
            self.max_temperature,
            self.min_temperature,
            default("tank", "t_around"),
        )
