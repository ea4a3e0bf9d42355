"""Sources with heat pumps in a network: rounds settle, and every step's heat is accounted for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import heatsym as hs
from heatsym.engine.settle import SETTLED, settle
from heatsym.engine.trajectory import Trajectory
from heatsym.interfaces.profile import Series
from heatsym.physics.heat_pump import reversible_cop
from heatsym.sources.boiler import Boiler
from heatsym.sources.heat_pump import HeatPump
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.lift import HeatPumpUnit
from tests.build import Net
from tests.case.town import write_town

STEPS = 72
UNIT = HeatPumpUnit(power=60e3)
WORKS = IndustrialStream(
    name="works", node="N0", power=80e3, temperature=95.0, limit_temperature=30.0, heat_pump=UNIT
)
COOL = replace(WORKS, temperature=60.0, limit_temperature=20.0)
CASES = {
    "liftable binds": WORKS,
    "heat pump binds": replace(WORKS, heat_pump=HeatPumpUnit(power=5e3)),
    "nothing direct": COOL,
    "preheated": replace(COOL, arrangement="series"),
    "sized exchanger": replace(WORKS, ua=2e3),
    "preheated by a small exchanger": replace(COOL, arrangement="series", ua=800.0),
    "lorenz": replace(WORKS, heat_pump=HeatPumpUnit(power=60e3, model="lorenz", share=0.5)),
    "river": HeatPump(
        name="works", node="N0", medium="river", power=70e3, source_temperature=8.0, source_flow=3.0
    ),
}
BOILER = Boiler(name="boiler", node="N0", fuel="natural_gas", power=1e6)


def settled(source, at: int = 0, **how) -> Trajectory:
    """The source first and a boiler, at one end of 2 km of pipe with a consumer at the other; demand varies.

    With ``at`` the source feeds in at another node.
    """
    demand = 60e3 + 60e3 * np.sin(np.arange(STEPS) / 5.0)[:, None] ** 2
    net = Net([(0, 1), (1, 2)], consumers=[2], sources=[at, 0], length=1000.0)
    problem = net.problem(demand, steps=STEPS, t_return=40.0, tolerance=1e-6, **how)
    return settle(replace(problem, sources=(source, BOILER)), lambda done, text: None)


@pytest.mark.parametrize("name", CASES)
def test_rounds_settle_and_all_heat_is_accounted_for(name):
    found = settled(CASES[name])
    assert found.settled, found.change
    assert found.rounds <= 5
    assert found.change[-1] <= SETTLED
    use, heat = found.uses[0], found.march.source_heat[:, 0]
    back = found.march.source_return_temperature[:, 0]
    np.testing.assert_allclose(use.direct + use.lifted + use.rejected, use.available, rtol=1e-9)
    np.testing.assert_allclose(use.direct + use.lifted + use.electricity, heat, rtol=1e-9, atol=1e-6)
    assert (use.electricity >= 0.0).all()
    assert use.lifted.sum() > 0.0
    pump = use.lifted + use.electricity
    works = pump > 1.0
    cop = pump[works] / use.electricity[works]
    assert (cop > 1.5).all()
    warm, low = (8.0, 5.0) if name == "river" else (CASES[name].temperature, CASES[name].limit_temperature)
    flow = use.available / (warm - low)
    t_in = warm - use.direct / flow
    assert (cop < reversible_cop(t_in, t_in - use.lifted / flow, back, 80.0)[works]).all()
    assert heat.sum() > 0.2 * found.march.source_heat.sum()
    assert (back > 20.0).all()


def test_what_is_settled_is_the_offer_at_the_temperatures_that_it_causes():
    """In hours when the works gives all that it can, its exchanger and its heat pump do."""
    found = settled(CASES["heat pump binds"])
    heat, back = found.march.source_heat[:, 0], found.march.source_return_temperature[:, 0]
    full = found.march.source_heat[:, 1] > 1.0  # the boiler helps
    assert full.sum() > 10
    np.testing.assert_allclose(heat[full], (80e3 / 65.0 * (90.0 - back) + 5e3)[full], rtol=1e-6)
    assert np.ptp(back[full]) > 0.1


def test_decentral_heat_pumps_feed_in_anywhere():
    """At the middle of the way the heat pump serves the consumer, and the boiler brings the rest."""
    unit = HeatPump(name="river", node="N1", medium="river", power=50e3, source_temperature=10.0)
    found = settled(unit, at=1)
    assert found.settled
    heat = found.march.source_heat
    assert (heat[:, 0] <= 50e3 * (1.0 + 1e-6)).all()
    assert (heat[:, 0] > 49e3).mean() > 0.5
    flow = found.march.pipe_mass_flow
    assert (flow[:, 1] > flow[:, 0] + 0.1).all()  # what is heated at the middle joins there
    supplied, stored = heat.sum(axis=1), found.march.network_stored_heat
    before = np.concatenate([[found.march.initial_stored_heat], stored[:-1]])
    balance = (
        supplied
        - found.march.consumer_heat_delivered.sum(axis=1)
        - found.march.pipe_heat_loss.sum(axis=1)
        - (stored - before) / 3600.0
    )
    assert np.abs(balance).max() < 1e-6 * supplied.max()
    use = found.uses[0]
    np.testing.assert_allclose(use.lifted + use.electricity, heat[:, 0], rtol=1e-9)


def test_a_works_that_stops_gives_nothing():
    power = np.where(np.arange(STEPS) < 30, 80e3, 0.0)
    found = settled(replace(WORKS, power=Series(power), temperature=Series(np.where(power > 0, 95.0, 20.0))))
    assert found.settled
    assert (found.march.source_heat[30:, 0] == 0.0).all()
    assert (found.uses[0].electricity[30:] == 0.0).all()
    assert (found.march.source_heat[:30, 0] > 50e3).all()


def test_a_case_with_heat_pumps_runs_from_its_file(tmp_path):
    """Works with a heat pump, a heat pump on a river by a manufacturer's table, one on air, and a boiler."""
    limit, boiler = "limit_temperature_degC = 50", '[[source]]\nname = "old boiler"'
    lift = "limit_temperature_degC = 20\nua_kW_per_K = 60\n"
    lift += "heat_pump = { power_kW = 200, model = 'lorenz', share = 0.5 }"
    pumps = """[[source]]
name = "river"
kind = "heat_pump"
node = "N3"
medium = "river"
source_temperature_degC = 6
power_kW = 5
model = "map"
map = "cop.csv"

[[source]]
name = "air"
kind = "heat_pump"
node = "N2"
medium = "air"
power_kW = 10

"""
    path = write_town(
        tmp_path,
        ("town.toml", limit, lift),
        ("town.toml", boiler, pumps + boiler),
        ("town.toml", "temperature_degC = 95", "temperature_degC = 60"),
        (
            "town.toml",
            "natural_gas_EUR_per_MWh = 60",
            "natural_gas_EUR_per_MWh = 60\nelectricity_EUR_per_MWh = 90",
        ),
        ("town.toml", "[emissions]", '[engine]\nkind = "reference"\n\n[emissions]'),
        cop__csv="source_degC,sink_degC,cop\n0,60,3.2\n10,60,4\n0,95,2\n10,95,2.4\n",
    )
    case = hs.load(path, overrides=["time.days=2"])
    run = hs.run(case)
    results, figures = run.results, run.summary
    uses = {
        name: results[f"source_heat_{name}"].values for name in ("available", "direct", "lifted", "rejected")
    }
    streams = slice(0, 3)
    np.testing.assert_allclose(
        sum(uses[name] for name in ("direct", "lifted", "rejected"))[:, streams],
        uses["available"][:, streams],
        rtol=1e-5,
    )
    heat = results["source_heat"].values[:, streams]
    made = (uses["direct"] + uses["lifted"] + results["source_electricity"].values)[:, streams]
    np.testing.assert_allclose(made, heat, rtol=1e-5, atol=1e-2)
    assert figures["energy"]["residual_relative"] < 1e-6
    assert figures["convergence"]["rounds"] <= 5
    assert 2.0 < figures["sources"]["river"]["cop"] < 4.0
    assert 1.5 < figures["sources"]["air"]["cop"] < 4.0
    assert figures["sources"]["works"]["electricity_MWh"] > 0.0
    assert figures["economics"]["electricity_EUR"] > 0.0
    assert any("heat pump of works" in said for said in figures["assumptions"])
