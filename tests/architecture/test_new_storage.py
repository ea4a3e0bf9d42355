"""A new kind of storage is one class and one entry: a concrete block, warmed by water in pipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from heatsym.case.explain import explain
from heatsym.case.load import load
from heatsym.case.schema import schema
from heatsym.case.sections import LISTS
from heatsym.errors import InputError
from heatsym.interfaces.exchange import Fault, Filling, Store
from heatsym.interfaces.fields import flag, quantity, text
from heatsym.storage.model import ground_store
from heatsym.tables.soils import Soil
from tests.case.town import write_town
from tests.stores import held

BLOCK = """[[storage]]
name = "block"
kind = "concrete"
node = "N2"
volume_m3 = 500
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concrete:
    """A block of concrete, insulated all around."""

    kind: ClassVar[str] = "concrete"
    min_temperature: ClassVar[float] = 20.0
    charge_power: ClassVar[None] = None
    discharge_power: ClassVar[None] = None
    charge_from: ClassVar[tuple[str, ...]] = ()
    below_setpoint: ClassVar[float] = 5.0
    least_drop: ClassVar[float] = 5.0
    periodic: ClassVar[bool] = False

    name: str = text("unique name")
    node: str = text("node at which it is charged and discharged")
    volume: float = quantity("m3", "concrete", above=0)
    partner: str = text("who owns it", default="")
    enabled: bool = flag("take part in the run", default=True)

    def basis(self) -> tuple[str, ...]:
        return ()

    def faults(self) -> tuple[Fault, ...]:
        if self.volume > 1e4:
            return (Fault("volume", "HS552", "no such block would cool after it was cast", "several blocks"),)
        return ()

    def store(self, filling: Filling) -> Store:
        none = np.zeros(4)
        return ground_store(
            radii=np.sqrt(self.volume / (3.0 * np.pi) * np.arange(1, 5) / 4),
            height=3.0,
            heat_capacity=2.2e6,
            soil=Soil(1.8, 8e-7),
            cells=4,
            air=none,
            deep=none,
            exchange=np.full(4, 2e4),
            largest_flow=1e5,
            t_max=95.0,
            t_hot=filling.t_hot,
            t_cold=20.0,
            fill=0.0,
            t_ground=filling.t_ground,
        )


@pytest.fixture
def town(monkeypatch, tmp_path):
    """A case with a block, its kind registered."""
    monkeypatch.setitem(LISTS["storage"], "concrete", Concrete)
    return lambda block: write_town(tmp_path, ("town.toml", "[prices]", block + "\n[prices]"))


def test_loader_schema_and_explanations_know_it(town):
    (block,) = load(town(BLOCK)).storages
    assert block == Concrete(name="block", node="N2", volume=500.0)
    assert "storage (concrete): volume" in explain("storage.volume")
    kinds = schema()["properties"]["storage"]["items"]["oneOf"]
    assert "concrete" in {item["title"] for item in kinds}
    with pytest.raises(InputError, match="HS552"):
        load(town(BLOCK.replace("500", "50000")))


def test_the_kernels_run_it():
    block = held(Concrete(name="block", node="N2", volume=500.0))
    heat = block.room(85.0, 60.0)
    block.charge(heat, 85.0)
    assert block.energy(20.0) == pytest.approx(heat, rel=1e-9)
    assert block.rest(-10.0, 9.0) > 0.0  # the rim is at the ground's temperature
