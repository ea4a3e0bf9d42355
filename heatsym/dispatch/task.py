"""What a dispatch decides on and what it decides, as arrays.

Powers in W, energies in J, money in EUR, emissions in kg; time first. A source's figures are per unit of
heat that it feeds in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """What sources can give; (time, source), or (source,) where a line says so."""

    names: tuple[str, ...]
    power: FloatArray  # most [W]
    least: FloatArray  # least heat at which it runs at all [W]
    rise: FloatArray  # most by which its heat rises from step to step, infinite where nothing bounds it [W]
    fall: FloatArray  # and falls [W]
    cost: FloatArray  # of one more unit of heat, electricity made sold, CO2 at its price [EUR/J]
    carbon: FloatArray  # emitted with one more unit of heat [kg/J]
    electricity: FloatArray  # used per unit of heat, below 0 where it is made [-]
    start_cost: FloatArray  # (source,) [EUR]
    must_run: BoolArray  # (source,) its heat is taken first, and all that is not needed is rejected
    least_up: FloatArray  # (source,) time that it runs at least once started [s]
    least_down: FloatArray  # (source,) time that it rests at least once stopped [s]


@dataclass(frozen=True, slots=True, eq=False)
class Reserves:
    """Storages as levels of temperature, each a store of heat; levels of one storage share its volume.

    Heat is counted above the water that comes back. A storage that has one level is an ideal store.
    """

    names: tuple[str, ...]  # of storages
    charge: FloatArray  # (time, storage) most that it takes, infinite where nothing bounds it [W]
    discharge: FloatArray  # (time, storage) most that it gives [W]
    charges: BoolArray  # (source, storage) whose heat may charge it
    periodic: BoolArray  # (storage,) whether it ends as it begins
    wear: FloatArray  # (storage,) what a unit of heat must bring at least that is put into it [EUR/J]
    storage: IntArray  # (level,) the storage to which a level belongs
    full: FloatArray  # (level,) heat in the storage if all of it were at this level [J]
    initial: FloatArray  # (level,) heat at the beginning [J]
    keep: FloatArray  # (level,) share of its heat that is left after a step [-]
    takes: BoolArray  # (time, level) whether the water that comes is hot enough for it
    lift: FloatArray  # (time, level) part of electricity in the heat given, 0 if direct, NaN where it cannot


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Who shall give ``need`` (time,) [W]: consumers and losses, without what storages take."""

    step: float  # [s]
    need: FloatArray
    fleet: Fleet
    reserves: Reserves
    electricity_cost: FloatArray  # (time,) [EUR/J]
    electricity_carbon: FloatArray  # (time,) [kg/J]


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """What is to be done: heat by (time, source), and by (time, level) and (time, storage) of storages. [W]

    ``price`` (time,) is what one more unit of heat would cost [EUR/J], NaN where it is not known.
    ``held`` (time, source) is True where a source's heat is not what the cheapest filling of the rest would
    give it, but follows from other steps: a ramp, a unit that was started, a cap.
    """

    heat: FloatArray
    charge: FloatArray  # (time, level)
    discharge: FloatArray  # (time, level)
    energy: FloatArray  # (time, level) at the end of the step [J]
    unserved: FloatArray  # (time,) [W]
    rejected: FloatArray  # (time,) heat of sources that must run which nobody needs [W]
    on: BoolArray  # (time, source)
    held: BoolArray
    price: FloatArray
    cost: float  # of the objective's terms in money: heat, starts, tariffs; without unserved heat [EUR]
    carbon: float  # [kg]
    said: tuple[str, ...]  # what could not be kept: a sentence each, with hours and MWh


def part(task: Task, first: int, last: int) -> Task:
    """The steps of a task from one to before another; storages begin as in the task."""
    fleet, reserves, of = task.fleet, task.reserves, slice(first, last)
    return replace(
        task,
        need=task.need[of],
        fleet=replace(
            fleet,
            power=fleet.power[of],
            least=fleet.least[of],
            rise=fleet.rise[of],
            fall=fleet.fall[of],
            cost=fleet.cost[of],
            carbon=fleet.carbon[of],
            electricity=fleet.electricity[of],
        ),
        reserves=replace(
            reserves,
            charge=reserves.charge[of],
            discharge=reserves.discharge[of],
            takes=reserves.takes[of],
            lift=reserves.lift[of],
        ),
        electricity_cost=task.electricity_cost[of],
        electricity_carbon=task.electricity_carbon[of],
    )
