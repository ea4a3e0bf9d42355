"""Closed trenches and other elements of the network: from the case file to what a run tells of them."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import heatsym as hs
from heatsym.case.schema import schema
from heatsym.engine.prepare import prepare
from heatsym.engine.settle import settle
from heatsym.engine.trajectory import Cause
from heatsym.errors import InputError
from tests.case.test_schema import as_json
from tests.case.town import CASE, write_town

T = "town.toml"
AFTER = "ground.depth_m = 1.0\n"
RING = ("pipes.csv", "P2,N2,N3,100,65\n", "P2,N2,N3,100,65\nP3,N1,N3,210,65\n")


def with_element(folder: Path, text: str, *edits: tuple[str, str, str]) -> Path:
    """The town with more in its network section."""
    return write_town(folder, (T, AFTER, AFTER + text), *edits)


def problem(path: Path) -> str:
    """The only problem of a case, as it is told."""
    with pytest.raises(InputError) as found:
        hs.load(path)
    assert len(found.value.problems) == 1, found.value.problems
    return str(found.value.problems[0])


# -- closed trenches -------------------------------------------------------------------------------------


def test_closed_trench_from_file_to_summary(tmp_path: Path) -> None:
    one, two = "from = 2025-01-02, to = 2025-01-02", "from = 2025-01-03T18:00:00"
    path = with_element(tmp_path, f'closed = [{{ pipe = "P2", {one} }}, {{ pipe = "P2", {two} }}]\n')
    case = hs.load(path)
    assert case.network.closed[0].end == datetime.date(2025, 1, 2)
    assert case.network.closed[1].end is None
    run = hs.run(case)
    cause = run.results["consumer_unmet_cause"].sel(consumer="C2").values
    shut = np.zeros(72, dtype=bool)
    shut[24:48] = shut[66:] = True  # local days; the axis starts at local midnight
    np.testing.assert_array_equal(cause == 4, shut)
    assert run.results["consumer_unmet_cause"].attrs["flag_meanings"].split()[4] == "closed"
    missed = run.results["consumer_heat_unmet"].sel(consumer="C2").values[shut].sum() / 1e6
    asked = run.results["consumer_heat_demand"].sel(consumer="C2").values[shut].sum() / 1e6
    assert missed == pytest.approx(asked, rel=1e-6)
    assert run.summary["unmet_by_cause_MWh"]["closed"] == pytest.approx(missed, rel=1e-6)
    assert not run.results["pipe_mass_flow"].sel(pipe="P2").values[shut].any()
    assert np.isnan(run.results["node_supply_pressure"].sel(node="N3").values[shut]).all()
    assert run.summary["energy"]["residual_relative"] < 1e-8
    assert "closed (P2): cuts off consumer C2 in 30 h" in run.summary["warnings"]


SECOND = """\

[[source]]
name = "second boiler"
kind = "boiler"
node = "N4"
fuel = "natural_gas"
power_kW = 40
"""
"""Too weak for its half of the town in some hours."""


def test_a_town_with_two_plants_falls_into_two_towns(tmp_path: Path) -> None:
    """Whoever closes the trench between them gets what two cases give, one for each half."""
    both = "P3,N3,N4,80,65\n"
    shut = with_element(
        tmp_path / "whole",
        'closed = [{ pipe = "P2" }]\n',
        ("pipes.csv", "P2,N2,N3,100,65\n", "P2,N2,N3,100,65\n" + both),
        ("nodes.csv", "N3,200,0,2\n", "N3,200,0,2\nN4,280,0,1\n"),
        (T, "[prices]", SECOND + "[prices]"),
    )
    one = write_town(
        tmp_path / "one",
        ("pipes.csv", "P2,N2,N3,100,65\n", ""),
        ("nodes.csv", "N3,200,0,2\n", ""),
        ("consumers.csv", "C2,N3,flats,200\n", ""),
    )
    sources = CASE[CASE.index("[[source]]") : CASE.index("[prices]")]
    two = write_town(
        tmp_path / "two",
        ("pipes.csv", "P1,N1,N2,100.5,80\nP2,N2,N3,100,65\n", both),
        ("nodes.csv", "N1,0,0,3\nN2,100,0,3\nN3,200,0,2\n", "N3,200,0,2\nN4,280,0,1\n"),
        ("consumers.csv", "C1,N2,house,20\n", ""),
        (T, sources, SECOND),
        (T, "source.works.power_kW = 900\n", ""),
    )
    whole, *halves = (settle(prepare(hs.load(path)), lambda done, text: None) for path in (shut, one, two))
    places = {"node": [[0, 1], [2, 3]], "pipe": [[0], [2]], "consumer": [[0], [1]], "source": [[0, 1], [2]]}
    for half, alone in enumerate(halves):
        for here, there in ((whole.march, alone.march), (whole.hydraulics, alone.hydraulics)):
            for name in type(here).__dataclass_fields__:
                kind = name.partition("_")[0]
                if kind in places and len(getattr(there, name)):  # nobody feeds in
                    part = getattr(here, name)[:, places[kind][half]]
                    np.testing.assert_allclose(part, getattr(there, name), rtol=1e-9, err_msg=name)
        assert alone.march.source_heat.any()
    np.testing.assert_allclose(
        whole.hydraulics.pump_electricity, sum(half.hydraulics.pump_electricity for half in halves), rtol=1e-9
    )
    assert (whole.march.consumer_unmet_cause[:, 1] == Cause.CAPACITY).any()
    assert (whole.march.pipe_supply_temperature[-1, 1] < 30.0).all()


def test_closed_trench_in_a_ring_cuts_nobody_off(tmp_path: Path) -> None:
    run = hs.run(hs.load(with_element(tmp_path, 'closed = [{ pipe = "P2" }]\n', RING)))
    assert run.summary["unmet_by_cause_MWh"]["closed"] == 0.0
    assert not [warning for warning in run.summary["warnings"] if "cuts off" in warning]
    assert (run.results["pipe_mass_flow"].sel(pipe="P3").values > 0.0).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('closed = [{ pipe = "P9" }]', "HS303] town.toml:20  network.closed[1].pipe: there is no pipe 'P9'"),
        (
            'closed = [{ pipe = "P2", from = 2025-01-03, to = 2025-01-02 }]',
            "from 2025-01-03 is after to 2025-01-02",
        ),
        (
            'closed = [{ pipe = "P2", to = 2025-01-02 }, { pipe = "P2", from = 2025-01-02 }]',
            "HS106] town.toml:20  network.closed[2]: P2 is closed at the same time by item 1",
        ),
        ('closed = [{ pipe = "P2", from = "N1" }]', "'N1' does not fit; takes a date"),
        ('closed = [{ pipe = "P2", form = 2025-01-02 }]', "unknown key; did you mean from?"),
        ("closed = [{ from = 2025-01-02 }]", "network.closed[1]: pipe is missing"),
    ],
)
def test_closed_trenches_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    assert said in problem(with_element(tmp_path, text + "\n"))


def test_closure_outside_the_case_is_doubted(tmp_path: Path) -> None:
    case = hs.load(with_element(tmp_path, 'closed = [{ pipe = "P2", from = 2024-01-01, to = 2024-02-01 }]\n'))
    assert "from 2024-01-01 to 2024-02-01 is outside the case's time" in str(case.warnings[0])


# -- valves and pumps ------------------------------------------------------------------------------------


VALVE = '[[network.valve]]\nname = "throttle"\npipe = "P2"\n'
PUMP = '[[network.pump]]\nname = "booster"\npipe = "P2"\nside = "supply"\n'


def test_valve_takes_pressure(tmp_path: Path) -> None:
    """A flow coefficient is as good as the loss coefficient that it stands for; one side, then both."""
    plain = hs.load(write_town(tmp_path))
    bore = 0.0697  # DN65
    zeta = 2 * (np.pi * bore**2 / 4) ** 2 * (3600.0 / 8.0) ** 2 * 100.0
    text = VALVE + "kv_m3_per_h = 8\nside = "
    cases = [
        hs.load(with_element(tmp_path / str(i), text))
        for i, text in enumerate((f'{text}"supply"\n', VALVE + f"zeta = {zeta}\n", f'{text}"return"\n'))
    ]
    before, supply, both, return_ = (hs.run(case).results for case in (plain, *cases))
    flow = before["pipe_mass_flow"].sel(pipe="P2").values
    assert (flow > 0.0).all()

    def spread(results, node):  # type: ignore[no-untyped-def]
        return (results["node_supply_pressure"] - results["node_return_pressure"]).sel(node=node).values

    once = spread(supply, "N2") - spread(before, "N2")
    np.testing.assert_allclose(once, 1e5 * (flow / 977.0 * 3600.0 / 8.0) ** 2 * 0.977, rtol=0.01)
    back = once * 975.0 / 990.0  # the same mass flow, of denser water
    np.testing.assert_allclose(spread(both, "N2") - spread(before, "N2"), once + back, rtol=5e-3)
    np.testing.assert_allclose(spread(return_, "N2"), spread(supply, "N2"), rtol=1e-3)
    assert supply["pump_electricity"].sum() > before["pump_electricity"].sum()


def test_pump_from_file_to_summary(tmp_path: Path) -> None:
    """A booster that lifts what the last trench needs: the plant's pump gives that much less."""
    curve = "curve = [{ flow_m3_per_h = 0, lift_bar = 0.4 }, { flow_L_per_s = 2, lift_kPa = 30 }]\n"
    case = hs.load(with_element(tmp_path, PUMP + curve + "efficiency = 0.5\n"))
    pump = case.network.pumps[0]
    assert [(p.flow, p.lift) for p in pump.curve] == [(0.0, 4e4), (0.002, 3e4)]
    found, before = hs.run(case), hs.run(case.with_changes({"network.pump.booster.enabled": False}))
    other = hs.run(case.with_changes({"network.pump.booster.towards": "N2"}))

    def gain(run: hs.Run):  # type: ignore[no-untyped-def]
        return np.diff(run.results["node_supply_pressure"].sel(node=["N2", "N3"]).values, axis=1)[:, 0]

    flow = found.results["pipe_mass_flow"].sel(pipe="P2").values / 975.0
    lift = 4e4 - 1e4 * flow / 0.002
    np.testing.assert_allclose(gain(found) - gain(before), lift, rtol=5e-3)
    np.testing.assert_allclose(gain(other) - gain(before), -4e4, rtol=5e-3)  # water comes backwards
    assert any(
        "pump booster: water flows backwards through it in" in said for said in other.summary["warnings"]
    )
    plant = found.results["pump_electricity"] - before.results["pump_electricity"]
    np.testing.assert_allclose(
        plant.values,
        flow * lift / 0.5 - _saved(found, before),
        rtol=0.0,
        atol=0.02 * float(plant.std()) + 1.0,
    )


def _saved(found: hs.Run, before: hs.Run):  # type: ignore[no-untyped-def]
    """What the plants' pumps give less."""
    head = [
        (run.results["node_supply_pressure"] - run.results["node_return_pressure"]).sel(node="N1").values
        for run in (found, before)
    ]
    flow = before.results["source_mass_flow"].sum(dim="source").values
    return flow * (head[1] - head[0]) / (990.0 * 0.6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VALVE, "network.valve.throttle: has neither zeta nor kv_m3_per_h; give zeta or kv_m3_per_h"),
        (VALVE + "zeta = 3\nkv_m3_per_h = 5", "has both zeta and kv_m3_per_h; keep one of the two"),
        (VALVE + "zeta = -3", "HS107] town.toml:23  network.valve.throttle.zeta: -3 is below 0"),
        (
            VALVE.replace("P2", "P7") + "zeta = 3",
            "HS303] town.toml:22  network.valve.throttle.pipe: there is no",
        ),
        (
            VALVE + "zeta = 3\n" + VALVE + "zeta = 4",
            "HS205] town.toml:25  network.valve.throttle.name: valve",
        ),
        (PUMP.replace('side = "supply"\n', "") + "lift_bar = 1", "side is missing; pipe that it stands in"),
        (PUMP.replace("supply", "both") + "lift_bar = 1", "'both' is not a choice; known are supply, return"),
        (PUMP, "has neither lift_bar nor curve"),
        (
            PUMP + "lift_bar = 1\ncurve = [{ flow_m3_per_h = 0, lift_bar = 1 },"
            " { flow_m3_per_h = 1, lift_bar = 1 }]",
            "has both lift_bar and curve",
        ),
        (PUMP + "lift_bar = -1", "-1 bar is below 0 bar"),
        (PUMP + 'lift_bar = 1\ntowards = "N1"', "P2 does not end at 'N1'; it joins N2 and N3"),
        (PUMP + "curve = [{ flow_m3_per_h = 0, lift_bar = 1 }]", "one point makes no curve"),
        (
            PUMP + "curve = [{ flow_m3_per_h = 5, lift_bar = 1 }, { flow_m3_per_h = 5, lift_bar = 0.5 }]",
            "HS502] town.toml:24  network.pump.booster.curve[2]: its flow is not above that before",
        ),
        (
            PUMP + "curve = [{ flow_m3_per_h = 0, lift_bar = 1 }, { flow_m3_per_h = 5, lift_bar = 1.2 }]",
            "its lift is above that at less flow",
        ),
        (
            PUMP + "curve = [{ flow_m3_per_h = 0, lift_bar = 1, efficiency = 0.3 },"
            " { flow_m3_per_h = 5, lift_bar = 0.2 }]",
            "has an efficiency at some points; give it at every point, or once for the pump",
        ),
    ],
)
def test_valves_and_pumps_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    assert said in problem(with_element(tmp_path, text + "\n"))


def test_elements_are_changed_by_name(tmp_path: Path) -> None:
    path = with_element(tmp_path, VALVE + "zeta = 3\n" + PUMP + "lift_bar = 1\n")
    case = hs.load(
        path, overrides=["network.valve.throttle.kv_m3_per_h=36", "network.pump.booster.lift_kPa=50"]
    )
    assert case.network.valves[0].kv == 0.01
    assert case.network.valves[0].zeta is None
    assert case.network.pumps[0].lift == 5e4
    with pytest.raises(InputError, match="no pump is named 'other'; there are: booster"):
        hs.load(path, overrides=["network.pump.other.lift_bar=1"])


# -- where the pressure is held --------------------------------------------------------------------------


HOLD = '[[network.hold]]\nnode = "N3"\nreturn_bar = 2.5\n'


def test_pressure_is_held_where_the_case_says(tmp_path: Path) -> None:
    """All pressures move by one amount in each step; flows, heat and pumping stay."""
    before = hs.run(hs.load(write_town(tmp_path / "a"))).results
    path = with_element(tmp_path / "b", HOLD, (T, "pressure_hold_bar = 3\n", ""))
    found = hs.run(hs.load(path)).results
    np.testing.assert_allclose(found["node_return_pressure"].sel(node="N3"), 2.5e5, rtol=1e-7)
    np.testing.assert_allclose(before["node_return_pressure"].sel(node="N1"), 3e5, rtol=1e-7)
    moved = [
        found[f"node_{side}_pressure"] - before[f"node_{side}_pressure"] for side in ("supply", "return")
    ]
    everywhere = np.concatenate([np.asarray(values) for values in moved], axis=1)
    np.testing.assert_allclose(everywhere, everywhere[:, :1] * np.ones(6), atol=0.2)
    assert float(np.abs(everywhere).min()) > 1e4
    for name in ("pipe_mass_flow", "source_heat", "pump_electricity"):
        np.testing.assert_allclose(found[name], before[name], rtol=1e-5, err_msg=name)


def test_several_holds_take_turns(tmp_path: Path) -> None:
    """Works at N1, boiler at N3: the first hold serves all of one water, the second what a closure leaves."""
    holds = HOLD + HOLD.replace("N3", "N1").replace("2.5", "4")
    boiler = (
        T,
        'name = "old boiler"\nkind = "boiler"\nnode = "N1"',
        'name = "old boiler"\nkind = "boiler"\nnode = "N3"',
    )
    shut = 'closed = [{ pipe = "P1", from = 2025-01-03 }]\n'
    edits = (T, "pressure_hold_bar = 3\n", ""), boiler
    run = hs.run(hs.load(with_element(tmp_path / "a", shut + holds, *edits)))
    back = run.results["node_return_pressure"]
    np.testing.assert_allclose(back.sel(node="N3"), 2.5e5, rtol=1e-7)
    np.testing.assert_allclose(back.sel(node="N1").values[48:], np.nan)  # nobody is left there
    apart = 'closed = [{ pipe = "P2", from = 2025-01-03 }]\n'
    run = hs.run(hs.load(with_element(tmp_path / "b", apart + holds, *edits)))
    back = run.results["node_return_pressure"]
    np.testing.assert_allclose(back.sel(node="N3"), 2.5e5, rtol=1e-7)
    assert (back.sel(node="N1").values[:48] < 2.5e5).all()
    np.testing.assert_allclose(back.sel(node="N1").values[48:], 4e5, rtol=1e-7)
    got = run.results["consumer_heat_delivered"].values[48:]
    heat = run.results["source_heat"].sel(source=["works", "old boiler"]).values[48:]
    np.testing.assert_allclose(heat[:, 1], got[:, 1], rtol=1e-6)  # at one node
    assert (heat[4:, 0] > got[4:, 0]).all()
    cause = run.results["consumer_unmet_cause"].values
    assert (cause[48:50, 0] == 1).all()  # the works stood still for a day, its trench is cold
    assert not (cause >= Cause.CAPACITY).any()
    assert run.summary["energy"]["residual_relative"] < 1e-8
    assert set(run.summary["warnings"]) >= {
        "closed (P2): leaves to themselves source works, consumer C1 in 24 h, pressure held at N1",
        "hold N1: works in 24 h; otherwise N3 holds the same water",
    }
    run = hs.run(hs.load(with_element(tmp_path / "c", holds, *edits)))
    assert "hold N1: does not work: N3 holds the same water" in run.summary["warnings"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HOLD, "HS111] town.toml:13  network: has both hold and pressure_hold_bar"),
        (HOLD.replace("N3", "N9"), "HS301] town.toml:20  network.hold[1].node: there is no node 'N9'"),
        (
            HOLD + HOLD.replace("2.5", "3"),
            "HS205] town.toml:23  network.hold[2].node: the pressure of 'N3' is held twice",
        ),
        (HOLD.replace("2.5", "-1"), "network.hold[1].return_bar: -1 bar is not above 0 bar"),
    ],
)
def test_holds_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    edits = () if "both" in said else ((T, "pressure_hold_bar = 3\n", ""),)
    assert said in problem(with_element(tmp_path, text, *edits))


# -- the plants' pumps -----------------------------------------------------------------------------------


PLANT = '[[network.plant_pump]]\nsource = "works"\n'


def test_pumps_of_plants_from_file_to_results(tmp_path: Path) -> None:
    """Electricity is each pump's flow and lift over its own efficiency."""
    curve = "curve = [{ flow_L_per_s = 0.2, efficiency = 0.2 }, { flow_L_per_s = 0.4, efficiency = 0.7 }]\n"
    case = hs.load(with_element(tmp_path, PLANT + curve))
    results = hs.run(case).results
    flow = results["source_mass_flow"].values.astype(float)
    lift = np.nan_to_num(results["source_pump_lift"].values.astype(float))
    density = 990.0
    works = np.interp(flow[:, 0] / density * 1e3, [0.2, 0.4], [0.2, 0.7])
    expected = flow[:, 0] * lift[:, 0] / (density * works) + flow[:, 1] * lift[:, 1] / (density * 0.6)
    assert works[flow[:, 0] > 0.0].std() > 0.01
    assert (flow[:, 1] > 0.0).any()
    np.testing.assert_allclose(results["pump_electricity"], expected, rtol=5e-3)
    low = results["consumer_differential_pressure"].values
    np.testing.assert_allclose(low.min(axis=1), 0.6e5, rtol=1e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLANT, "network.plant_pump[1]: has neither efficiency nor curve"),
        (
            PLANT.replace("works", "work") + "efficiency = 0.5",
            "HS309] town.toml:21  network.plant_pump[1].source",
        ),
        (PLANT + "efficiency = 0.5\n" + PLANT + "efficiency = 0.6", "the pump of 'works' is described twice"),
        (PLANT + "curve = [{ flow_m3_per_h = 2, efficiency = 0.2 }]", "one point makes no curve"),
        (PLANT + "efficiency = 60", "looks like percent: write efficiency_pct = 60, or efficiency = 0.6"),
    ],
)
def test_pumps_of_plants_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    assert said in problem(with_element(tmp_path, text + "\n"))


def test_resolved_file_repeats_every_element(tmp_path: Path) -> None:
    text = (
        'closed = [{ pipe = "P2", from = 2025-01-02 }]\n'
        + HOLD
        + VALVE
        + "zeta = 3\n"
        + PUMP
        + "lift_bar = 1\n"
    )
    case = hs.load(
        with_element(tmp_path, text + PLANT + "efficiency = 0.7\n", (T, "pressure_hold_bar = 3\n", ""))
    )
    again = tmp_path / "again.toml"
    again.write_text(case.document.resolved_toml())
    for name in ("closed", "holds", "valves", "pumps", "plant_pumps"):
        assert getattr(hs.load(again).network, name) == getattr(case.network, name), name
        assert getattr(case.network, name), name


def test_pump_beyond_its_curve_is_told(tmp_path: Path) -> None:
    curve = "curve = [{ flow_L_per_s = 0, lift_bar = 0.1 }, { flow_L_per_s = 0.25, lift_bar = 0.1 }]\n"
    run = hs.run(hs.load(with_element(tmp_path, PUMP + curve)))
    flow = run.results["pipe_mass_flow"].sel(pipe="P2").values
    least, most = (int((flow / density > 2.5e-4).sum()) for density in (990.0, 960.0))
    assert 0 < least <= most < 72
    told = [warning for warning in run.summary["warnings"] if "beyond its curve" in warning]
    assert told in [[f"pump booster: water flows beyond its curve in {h} h"] for h in range(least, most + 1)]


def test_schema_knows_every_element_and_its_changes() -> None:
    text = (
        'closed = [{ pipe = "P2" }]\n' + HOLD + VALVE + "kv_m3_per_h = 3\n" + PUMP + "lift_bar = 1\n" + PLANT
    )
    case = tomllib.loads(
        CASE.replace(AFTER, AFTER + text + "curve = [{ flow_L_per_s = 1, efficiency_pct = 60 }]\n")
    )
    case["scenario"] = {"off": {"network": {"pump": {"booster": {"enabled": False}}}}}
    validator = jsonschema.Draft202012Validator(schema())
    assert [e.message for e in validator.iter_errors(as_json(case))] == []
    case["network"]["valve"][0]["kv_bar"] = 3
    assert not validator.is_valid(as_json(case))
    del case["network"]["valve"][0]["kv_bar"]
    case["scenario"]["off"]["network"]["pump"]["booster"]["enable"] = True
    assert not validator.is_valid(as_json(case))
