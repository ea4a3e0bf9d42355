"""What stands behind the surplus heat, on a run with a stop that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.standby import Stop, standby, stops
from heatsym.results.dataset import dataset
from heatsym.sources.boiler import Boiler
from heatsym.sources.heat_pump import HeatPump
from heatsym.sources.ideal import Ideal
from tests import handmade


def results(steps: int = 96, idle: slice = slice(24, 60), **parts: object):
    """Four days in which the works has nothing from ``idle.start`` on: the backup heats alone."""
    case = handmade.case(steps=steps, **parts)
    run = handmade.trajectory(case)
    available = np.full(steps, 2e6)
    available[idle] = 0.0
    works, *others = run.uses
    heat = run.march.source_heat.copy()
    heat[idle, 1] += heat[idle, 0]
    heat[idle, 0] = 0.0
    uses = (replace(works, available=available, direct=heat[:, 0]), *others)
    return dataset(case, replace(run, march=replace(run.march, source_heat=heat), uses=uses)), heat


def test_a_stop_is_found_and_accounted_for():
    data, heat = results()
    assert stops(data) == [Stop("works", 24, 60)]
    found = standby(data)
    (stop,) = found["stops"]
    assert (stop["source"], stop["hours"]) == ("works", 36.0)
    assert (stop["from"], stop["to"]) == ("2025-01-02T00:00:00Z", "2025-01-03T12:00:00Z")
    assert stop["heat_MWh"]["works"] == 0.0
    assert stop["heat_MWh"]["backup"] == pytest.approx(heat[24:60, 1].sum() / 1e6, rel=1e-6)
    assert found["without_surplus"]["hours"] == 36.0
    assert found["peak_kW"] == pytest.approx(heat.sum(axis=1).max() / 1e3, rel=1e-6)
    assert found["backup_kW"] == 4000.0


def test_a_heat_pump_stands_behind_with_its_electricity():
    """4 MW of heat at a COP of 4 are 3 MW of the river's: its backup is the heat."""
    river = HeatPump(name="backup", node="plant", medium="river", power=4e6, source_temperature=8.0, cop=4.0)
    data, _ = results(sources=(handmade.case().sources[0], river))
    assert float(data["source_heat_available"][:, 1].max()) == pytest.approx(3e6)
    assert standby(data)["backup_kW"] == pytest.approx(4000.0, rel=1e-6)


def test_a_short_pause_is_no_stop_but_counts_as_time_without_surplus():
    found = standby(results(idle=slice(7, 17))[0])
    assert found["stops"] == []
    assert found["without_surplus"]["hours"] == 10.0
    assert found["without_surplus"]["unmet_MWh"] == pytest.approx(0.025)  # of hour 7


def test_a_stop_at_either_end_of_the_run():
    assert stops(results(idle=slice(0, 24))[0]) == [Stop("works", 0, 24)]
    assert stops(results(idle=slice(70, 96))[0]) == [Stop("works", 70, 96)]


def test_an_unlimited_backup_has_no_capacity_and_a_run_without_surplus_no_standby():
    case = handmade.case()
    unlimited = (case.sources[0], Ideal(name="any", node="plant"))
    assert "backup_kW" not in standby(results(sources=unlimited)[0])
    plants = tuple(Boiler(name=name, node="plant", fuel="wood", power=4e6) for name in ("one", "two"))
    plain = handmade.case(sources=plants)
    assert standby(dataset(plain, handmade.trajectory(plain))) == {}
