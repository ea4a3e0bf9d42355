"""Storages in rounds of plan and march: what they take and give, and what that does to the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from heatsym.engine.problem import Problem
from heatsym.engine.settle import SETTLED, settle
from heatsym.interfaces.exchange import Store
from heatsym.interfaces.profile import Series
from heatsym.physics.heat_pump import reversible_cop
from heatsym.sources.ideal import Ideal
from heatsym.sources.industrial import IndustrialStream
from heatsym.storage.layout_of_kernels import (
    AIR,
    CAPACITY,
    CELLS,
    COLUMNS,
    FIGURES,
    HOTTEST,
    KIND,
    LAYERS,
)
from heatsym.storage.lift import StorageHeatPump
from heatsym.storage.model import joined
from tests.build import Net

VOLUME, LOW, HIGH = 30.0, 38.0, 80.0  # m3, degC
CONTENT = VOLUME * 4.1e6  # J/K, about


@dataclass(frozen=True)
class Tank:
    """A tank without losses that is full below its ``cold`` part."""

    kind: ClassVar[str] = "tank"
    hot_share: float = 0.5
    hot: float = HIGH
    loss: float = 0.0  # W/K of each segment
    name: str = "tank"
    node: str = "N0"
    partner: str = ""
    enabled: bool = True
    charge_from: tuple[str, ...] = ()
    charge_power: float | None = None
    discharge_power: float | None = None
    below_setpoint: float = 1.0
    least_drop: float = 5.0
    periodic: bool = False

    def basis(self) -> tuple[str, ...]:
        return ()

    def store(self) -> Store:
        cells = 20
        figure, size = np.zeros(FIGURES), cells + 2
        figure[[KIND, CELLS, CAPACITY, HOTTEST]] = LAYERS, cells, CONTENT / cells, 99.0
        table = np.zeros((size, COLUMNS))
        table[1 : cells + 1, AIR] = self.loss
        state = np.full(size, LOW)
        state[0] = 0.5
        state[1 : 1 + round(self.hot_share * (cells + 1))] = self.hot
        return Store(state, figure, table)


def settled_with(tank: Tank | None, *, days: int = 3, works: float = 80e3, **of_problem):
    """Works of limited power and a boiler at one end of a pipe, 30 and 90 kW at the other."""
    steps = 24 * days
    net = Net([(0, 1)], consumers=[1], sources=[0, 0], length=500.0)
    heat = np.where(np.arange(steps) % 24 < 12, 30e3, 90e3)[:, None]
    problem = net.problem(heat, steps=steps, t_return=40.0, tolerance=1e-9, **of_problem)
    sources = (
        IndustrialStream(name="works", node="N0", power=works, temperature=120.0),
        Ideal(name="boiler", node="N0"),
    )
    problem = replace(problem, sources=sources)
    return settle(problem if tank is None else with_tank(problem, tank), lambda done, text: None)


def with_tank(problem: Problem, tank: Tank) -> Problem:
    """The same with a tank at the first node."""
    return replace(
        problem,
        storages=(tank,),
        stores=joined((tank.store(),)),
        consumer_ids=(*problem.consumer_ids, tank.name),
        consumer_node=np.append(problem.consumer_node, 0),
        source_node=np.append(problem.source_node, 0),
    )


def test_what_is_spare_by_night_heats_by_day() -> None:
    """The works run at their power all the time; the boiler gives what is missing from that alone."""
    alone, stored = settled_with(None), settled_with(Tank())
    assert stored.settled
    assert stored.rounds <= 5
    assert stored.change[-1] <= SETTLED
    works, boiler = stored.march.source_heat[24:].T
    before = alone.march.source_heat[24:, 1].sum()
    assert boiler.sum() < 0.02 * before
    assert stored.stored is not None
    needed = alone.march.source_heat[24:].sum() + stored.stored.heat[24:].sum()
    assert works.sum() + boiler.sum() == pytest.approx(needed, rel=1e-3)


@dataclass(frozen=True)
class Ruled(Tank):
    """One that has rules for when it takes and gives heat."""

    charge_when: str = "surplus"
    cheap_share: float | None = None
    cheap_window: float | None = None
    round_trip: float | None = None
    charge_season: tuple[str, ...] = ()
    discharge_season: tuple[str, ...] = ()


def bought(tank: Tank):
    """Heat at 10 EUR/MWh by night and 60 by day, beside heat at 50, for 30 kW by night and 90 by day."""
    steps, night = 96, np.arange(96) % 24 < 12
    net = Net([(0, 1)], consumers=[1], sources=[0, 0], length=500.0)
    problem = net.problem(np.where(night, 30e3, 90e3)[:, None], steps=steps, t_return=40.0, tolerance=1e-9)
    changing = Series(np.where(night, 10.0, 60.0) / 3.6e9)
    sources = (
        IndustrialStream(name="works", node="N0", power=2e5, temperature=120.0, price=changing),
        IndustrialStream(name="other", node="N0", power=2e5, temperature=120.0, price=50.0 / 3.6e9),
    )
    known = {"fuel_cost": np.zeros((steps, 2)), "electricity_cost": np.zeros(steps)}
    problem = with_tank(replace(problem, sources=sources, **known), tank)
    return night, settle(problem, lambda done, text: None)


def test_cheap_nights_heat_dear_days() -> None:
    """By surplus heat, 50 is given before what is stored; in cheap hours, what is stored comes first."""
    night, waits = bought(Ruled(hot_share=0.3, charge_from=("works",)))
    _, cheap = bought(Ruled(hot_share=0.3, charge_from=("works",), charge_when="cheap"))
    days = ~night & (np.arange(96) >= 24)
    assert waits.march.source_heat[days].sum() > 0.9 * days.sum() * 90e3
    assert cheap.march.source_heat[days].sum() < 0.05 * days.sum() * 90e3
    assert cheap.stored is not None
    assert (cheap.stored.heat[~night] <= 0.0).all()
    assert cheap.march.source_heat[:, 1].sum() < 0.05 * waits.march.source_heat[:, 1].sum()
    assert cheap.settled


def test_out_of_season_a_tank_keeps_what_it_has() -> None:
    """The run is in one month: in it, and in no other, the tank gives and takes."""
    axis = Net([(0, 1)], consumers=[1], sources=[0]).problem(1e3, steps=72).ctx.axis
    (number,) = set(axis.month.tolist())
    month = f"{number:02}"
    other = f"{number % 12 + 1:02}"
    kept = settled_with(Ruled(discharge_season=(other, other))).stored
    given = settled_with(Ruled(charge_season=(other, other), discharge_season=(month, month))).stored
    assert kept is not None
    assert given is not None
    assert kept.heat.min() == 0.0 < kept.heat.max()
    assert given.heat.max() == 0.0 > given.heat.min()


def test_heat_is_kept() -> None:
    """What goes in comes out, is lost or is still there; so it is for all together."""
    run = settled_with(Tank(loss=50.0))
    stored = run.stored
    assert stored is not None
    energy = np.concatenate([stored.initial_energy[None], stored.energy])[:, 0]
    flows = (stored.heat - stored.loss)[:, 0] * 3600.0
    assert np.diff(energy) == pytest.approx(flows, abs=1e-9 * energy.max())
    assert stored.loss.sum() > 0.0
    march = run.march
    stock = np.append(march.initial_stored_heat, march.network_stored_heat)
    into = march.source_heat.sum(axis=1) - stored.heat[:, 0]
    out = march.consumer_heat_delivered.sum(axis=1) + march.pipe_heat_loss.sum(axis=1)
    assert into - out == pytest.approx(np.diff(stock) / 3600.0, abs=1e-6 * 90e3)


def test_a_tank_colder_than_the_set_point_gives_nothing() -> None:
    """Water of 80 degC does not serve a network at 85; the works still fill it with warmer water."""
    run = settled_with(Tank(), t_feed=np.where(np.arange(72) < 36, 85.0, 80.0), initial=(85.0, 40.0))
    assert run.stored is not None
    assert (run.stored.heat[:12] > 0.0).any()
    first = np.flatnonzero(run.stored.heat[:, 0] < 0.0)[0]
    assert first >= 12  # what was charged at 85 degC is drawn first
    assert run.stored.top.max() <= 85.0 + 1e-9


def test_a_storage_that_begins_as_it_ends() -> None:
    """Whatever it begins with, its rounds carry its state on."""
    full, empty = (settled_with(Tank(hot_share=share, periodic=True), works=70e3) for share in (0.9, 0.1))
    for run in (full, empty):
        assert run.settled
        assert run.stored is not None
        assert run.stored.energy[-1] == pytest.approx(run.stored.initial_energy, rel=5e-3)


def test_stocks_stay_between_empty_and_full() -> None:
    run = settled_with(Tank(), works=90e3)
    assert run.stored is not None
    coldest = run.march.storage_return_temperature.min()
    assert CONTENT * coldest <= run.stored.energy.min() < 0.8 * run.stored.energy.max()
    assert run.stored.energy.max() <= CONTENT * HIGH * (1 + 1e-9)
    assert run.stored.bottom.min() >= coldest - 1e-6


@dataclass(frozen=True)
class Lifted(Tank):
    """The same tank, with a heat pump of 100 kW."""

    heat_pump: StorageHeatPump | None = StorageHeatPump(power=100e3, share=0.45, least_temperature=15.0)


def test_a_heat_pump_empties_what_is_too_cold() -> None:
    """Water of 50 degC under a network at 80: the works give what they can, the pump the rest, to 15 degC."""
    tank = Lifted(hot_share=1.0, hot=50.0, loss=30.0)
    alone, run = settled_with(None, works=20e3), settled_with(tank, works=20e3)
    assert run.settled
    stored, march = run.stored, run.march
    assert stored is not None
    electricity = march.storage_electricity[:, 0]
    drawn = march.storage_discharged[:, 0] - electricity
    assert (electricity >= 0.0).all()
    ran = electricity > 0.0
    assert ran.sum() > 12
    assert (march.storage_discharged[:, 0] <= 100e3 * (1 + 1e-9)).all()
    # the COP is the share of Lorenz' for source water between the tank's top and the least temperature
    top, back = np.append(50.0, stored.top[:-1, 0])[ran], march.storage_return_temperature[ran, 0]
    cop = march.storage_discharged[ran, 0] / electricity[ran]
    assert (cop <= 0.45 * reversible_cop(top, top, back, 80.0) * (1 + 1e-3)).all()
    assert (cop >= 0.45 * reversible_cop(15.0, 15.0, back, 80.0) * (1 - 1e-3)).all()
    # the store loses what is drawn, the network gains what is drawn and the electricity
    energy = np.concatenate([stored.initial_energy[None], stored.energy])[:, 0]
    flows = march.storage_charged[:, 0] - drawn - stored.loss[:, 0]
    assert np.diff(energy) == pytest.approx(flows * 3600.0, abs=1e-9 * energy.max())
    stock = np.append(march.initial_stored_heat, march.network_stored_heat)
    into = march.source_heat.sum(axis=1) - stored.heat[:, 0]
    out = march.consumer_heat_delivered.sum(axis=1) + march.pipe_heat_loss.sum(axis=1)
    assert into - out == pytest.approx(np.diff(stock) / 3600.0, abs=1e-6 * 90e3)
    assert stored.top[ran, 0].min() < 16.0
    assert stored.bottom[ran, 0].min() > 14.0  # 15, and what it loses
    saved = (alone.march.source_heat - march.source_heat)[:, 1].sum()
    assert saved == pytest.approx(march.storage_discharged.sum(), rel=0.02)
