"""From files to a case: values, patches, variants, and the file that repeats the run."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from heatsym.case.load import load
from heatsym.errors import InputError
from heatsym.interfaces.profile import Curve, Monthly, Series
from tests.case.town import FILES, write_town

T = "town.toml"


def test_values_are_si_whatever_the_unit_of_the_key(tmp_path):
    case = load(write_town(tmp_path))
    assert case.network.supply_temperature == Curve(((-12.0, 90.0), (15.0, 70.0)))
    assert case.network.pressure_hold == 3e5
    assert case.sources[1].power == 12e6
    assert case.sources[1].efficiency == 0.92
    assert case.sources[0].power.values[5] == 1005e3  # the column's own unit counts, not the key's MW
    assert case.prices.natural_gas == pytest.approx(60 / 3.6e9, rel=1e-15)
    assert case.prices.co2 == 0.08
    assert case.emissions.electricity == pytest.approx(0.12 / 3.6e6, rel=1e-15)
    assert case.demand.consumers.annual_heat.tolist() == [20 * 3.6e9, 200 * 3.6e9]
    assert case.network.start.tolist() == [0, 1]
    assert case.network.end.tolist() == [1, 2]
    assert np.isnan(case.demand.heat[:]).all()
    assert case.weather.year.t_air.size == 8760


def test_months_parts_and_the_word_steady(tmp_path):
    months = "temperature_degC = [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101]"
    path = write_town(
        tmp_path, (T, "temperature_degC = 95", months), (T, "pressure_hold_bar = 3", 'initial = "steady"')
    )
    case = load(path)
    assert case.sources[0].temperature == Monthly(tuple(float(t) for t in range(90, 102)))
    assert case.network.initial is None
    given = case.with_changes({"network.initial": {"supply_degC": 80, "return_degC": 40}})
    assert given.network.initial.return_ == 40


def test_scenario_and_overrides_patch_in_order(tmp_path):
    path = write_town(tmp_path)
    cold = load(path, scenario="cold")
    assert cold.weather.temperature_offset == -2
    assert cold.sources[0].power == 900e3  # the whole value is replaced, whatever its unit
    both = load(
        path,
        scenario="cold",
        overrides=["source.works.power_MW=3", 'source."old boiler".power_kW = 5', "case.name=Other town"],
    )
    assert both.sources[0].power == 3e6
    assert both.sources[1].power == 5e3
    assert both.about.name == "Other town"
    assert load(path).sources[1].power == 12e6


def test_with_changes_leaves_the_case_alone_and_reads_no_table_again(tmp_path):
    case = load(write_town(tmp_path))
    before = case.document.resolved_toml()
    (tmp_path / "works.csv").unlink()
    (tmp_path / "works.csv").write_text("not read again")
    changed = case.with_changes(
        {"source.works.price_EUR_per_kWh": 0.02, "network.ground.depth_m": np.float64(2)}
    )
    assert changed.sources[0].price == pytest.approx(0.02 / 3.6e6)
    assert changed.sources[0].power.values.tolist() == case.sources[0].power.values.tolist()
    assert changed.network.ground.depth == 2
    assert case.network.ground.depth == 1
    assert case.document.resolved_toml() == before
    with pytest.raises(InputError):
        case.with_changes({"source.works.power_kg": 1})
    with pytest.raises(InputError):
        case.with_changes({"source.works.power_kW": object()})


def test_a_change_replaces_its_alternatives(tmp_path):
    case = load(write_town(tmp_path))
    assert load(case.document.path, overrides=["demand.temperature_drop_K=30"]).demand.temperature_drop == 30
    hours = case.with_changes({"time.duration": "9h", "source.works.power_kW": 900})
    assert hours.axis.steps == 9
    year = case.with_changes({"source.works.annual_heat_GWh": 9}).sources[0]
    assert (year.power, year.annual_heat) == (None, 9 * 3.6e12)
    with pytest.raises(InputError, match="HS003"):  # dataset gave way, the file is missing
        case.with_changes({"weather.file": "none.epw"})


def test_a_change_may_reach_into_a_series(tmp_path):
    path = write_town(tmp_path, w__csv="hour,heat_kW\n" + "".join(f"{hour},7\n" for hour in range(72)))
    case = load(path).with_changes({"source.works.power_MW.file": "w.csv"})
    assert set(case.sources[0].power.values) == {7000.0}


def test_resolved_file_repeats_the_case_from_where_it_lies(tmp_path):
    path = write_town(tmp_path / "project", w__csv="time_s,q_kW\n0,1\n86400,3\n172800,5\n")
    overrides = ["time.days=2", "source.works.power_MW={file='w.csv',column='q_kW'}"]
    case = load(path, scenario="cold", overrides=overrides)
    beside = path.parent / "case.resolved.toml"
    beside.write_text(case.document.resolved_toml())
    again = load(beside)
    assert again.weather.temperature_offset == -2
    assert again.axis == case.axis
    assert again.sources[0].power.values.tolist() == case.sources[0].power.values.tolist()
    folder = path.parent / "results"
    folder.mkdir()
    text = case.document.resolved_toml(folder)
    (folder / "case.toml").write_text(text)
    assert tomllib.loads(text)["network"]["nodes"] == "../nodes.csv"
    assert load(folder / "case.toml", allow_outside=True).axis == case.axis


def test_files_are_those_that_the_case_names(tmp_path):
    files = load(write_town(tmp_path)).document.files
    assert set(files) == set(FILES)
    assert all(path.is_file() for path in files.values())


def test_period_cuts_the_axis_and_the_series(tmp_path):
    whole = load(write_town(tmp_path))
    part = load(tmp_path / T, period="2025-01-02/2025-01-02")
    assert part.axis.steps == 24
    assert part.axis.local[0] == np.datetime64("2025-01-02T00:00")
    assert part.sources[0].power.values.tolist() == whole.sources[0].power.values[24:48].tolist()
    hours = load(tmp_path / T, period="2025-01-02T06:00/2025-01-02T09:00")
    assert hours.axis.steps == 3


def test_axis_follows_local_days(tmp_path):
    def steps(start: str, days: int, step: str = "1h") -> int:
        path = write_town(tmp_path, (T, "start = 2025-01-01 ", f"start = {start} "), (T, '"1h"', f'"{step}"'))
        case = load(path, overrides=[f"time.days={days}", "source.works.power_MW=1"])
        return case.axis.steps

    assert steps("2025-03-01", 31) == 743
    assert steps("2025-10-26", 1) == 25
    assert steps("2025-03-30", 1, "15min") == 23 * 4
    assert steps("2024-01-01", 366) == 8784
    assert steps("2025-01-01", 365) == 8760


def test_duration_is_elapsed_time(tmp_path):
    path = write_town(
        tmp_path,
        (T, "days = 3", 'duration = "875s"'),
        (T, '"1h"', '"1s"'),
        (T, "start = 2025-01-01 ", "start = 2025-01-01T12:30:05 "),
    )
    axis = load(path, overrides=["source.works.power_MW=1"]).axis
    assert (axis.steps, axis.step) == (875, 1)
    assert axis.utc[0] == np.datetime64("2025-01-01T11:30:05")


def test_return_temperature_takes_a_series(tmp_path):
    rows = "".join(f"{h},{40 + h / 100}\n" for h in range(72))
    path = write_town(tmp_path, t__csv="hour,t_degC\n" + rows)
    case = load(path, overrides=["demand.return_temperature_degC={file='t.csv',column='t_degC'}"])
    assert isinstance(case.demand.return_temperature, Series)
    assert case.demand.return_temperature.values[50] == 40.5
    assert case.demand.return_temperature.origin == "t.csv, t_degC"


@pytest.mark.parametrize(
    ("key", "table", "heat", "flow"),
    [
        ("series_kW", "hour,C1,C2,other\n" + "".join(f"{h},1,{h},7\n" for h in range(72)), [1e3, 2e3], None),
        (
            "series_kg_per_h",
            "hour,C1,C2\n" + "".join(f"{h},1800,{h * 3600}\n" for h in range(72)),
            None,
            [0.5, 2.0],
        ),
    ],
)
def test_consumers_series_by_column(tmp_path, key, table, heat, flow):
    path = write_town(tmp_path, ("town.toml", "[demand]", f'[demand]\n{key} = "loads.csv"'), loads__csv=table)
    demand = load(path).demand
    for values, expected in ((demand.heat, heat), (demand.mass_flow, flow)):
        if expected is None:
            assert np.isnan(values[:]).all()
        else:
            assert values[2].tolist() == expected


def test_a_consumer_may_follow_annual_heat_beside_others_with_series(tmp_path):
    loads = "hour,roof_W\n" + "".join(f"{h},5\n" for h in range(72))
    path = write_town(
        tmp_path,
        ("town.toml", "[demand]", '[demand]\nseries_kW = "loads.csv"'),
        consumers__csv="id,node,kind,annual_heat_MWh,column\nC1,N2,house,20,\nC2,N3,series,,roof_W\n",
        loads__csv=loads,
    )
    heat = load(path).demand.heat[:]
    assert np.isnan(heat[:, 0]).all()
    assert (heat[:, 1] == 5).all()  # the column's own unit


def test_negative_heat_is_refused(tmp_path):
    loads = "hour,C1,C2\n" + "".join(f"{h},1,{3 - h}\n" for h in range(72))
    path = write_town(
        tmp_path, ("town.toml", "[demand]", '[demand]\nseries_kW = "loads.csv"'), loads__csv=loads
    )
    with pytest.raises(InputError) as caught:
        load(path)
    problem = caught.value.problems[0]
    assert (problem.code, problem.file, problem.line) == ("HS107", "loads.csv", 6)
    assert problem.where == "column C2, consumer C2"


def test_town_loads_without_warnings(tmp_path):
    assert load(write_town(tmp_path)).warnings == ()
