"""Plants of every kind in a case file: what is read, and what is refused at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatsym.case.load import load
from heatsym.errors import InputError
from heatsym.sources.common import duty
from tests.case.town import write_town

PLANTS = """
[[source]]
name = "straw"
kind = "boiler"
node = "N1"
fuel = "straw"
power_MW = 2
efficiency_by_load = [{ load = 0.3, efficiency = 0.95 }, { load = 1, efficiency = 1.02 }]
efficiency_by_return = [{ return_degC = 40, efficiency = 1.05 }, { return_degC = 60, efficiency_pct = 95 }]
least_load_pct = 25
ramp_MW_per_h = 1
start_cost_EUR = 120
least_up_time_h = 6
least_down_time_min = 90

[[source]]
name = "peak"
kind = "electric_boiler"
node = "N1"
power_MW = 1

[[source]]
name = "engine"
kind = "chp"
node = "N2"
fuel = "natural_gas"
power_kW = 900
power_to_heat = 0.9
efficiency = 0.88

[[source]]
name = "station"
kind = "chp"
arrangement = "extraction"
node = "N2"
fuel = "coal"
power_MW = 5
largest_fuel_MW = 20
least_electricity_MW = 1
planned_electricity_MW = 4

[[source]]
name = "field"
kind = "solar_thermal"
node = "N3"
area_m2 = 2000
tilt = 38
zero_loss_efficiency = 0.8
loss_W_per_m2K = 2.4
loss_rise_W_per_m2K2 = 0.01
modifier_50 = 0.95
ground_cover = 0.4

[[source]]
name = "well"
kind = "geothermal"
node = "N3"
temperature_degC = 98
limit_temperature_degC = 35
flow_m3_per_h = 60
pump_electricity_kWh_per_m3 = 1.8

[[source]]
name = "cement"
kind = "orc"
node = "N1"
power_MW = 3
temperature_degC = 300
limit_temperature_degC = 120
evaporation_degC = 200

[[source]]
name = "steam"
kind = "absorption"
node = "N1"
power_MW = 1
limit_temperature_degC = 25
drive_power_MW = 2
drive_temperature_degC = 160
"""


def town(folder: Path, *edits: tuple[str, str, str]) -> Path:
    path = write_town(folder)
    text = path.read_text("utf-8").replace("[prices]", f"{PLANTS}\n[prices]", 1)
    for _, old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


def test_every_kind_is_read_in_si(tmp_path: Path) -> None:
    straw, _, engine, station, field, well, cycle, steam = load(town(tmp_path)).sources[2:]
    assert straw.ramp == pytest.approx(1e6 / 3600)
    assert (straw.least_load, straw.start_cost) == (0.25, 120.0)
    assert duty(straw) == (False, 120.0, 6 * 3600.0, 5400.0)
    assert [(at.return_, at.efficiency) for at in straw.efficiency_by_return] == [(40.0, 1.05), (60.0, 0.95)]
    assert (engine.power_to_heat, station.least_electricity) == (0.9, 1e6)
    assert (field.loss, field.loss_rise, field.tilt) == (2.4, 0.01, 38.0)
    assert (well.flow, well.pump_electricity) == (pytest.approx(60 / 3600), pytest.approx(1.8 * 3.6e6))
    assert (cycle.evaporation, steam.drive_power) == (200.0, 2e6)


def test_streams_that_must_run_and_their_heat_pumps(tmp_path: Path) -> None:
    """A stream has least times where its heat pump has."""
    path = write_town(tmp_path, ("town.toml", "[prices]", STREAMS + "\n[prices]"))
    plain, lifted = load(path).sources[2:]
    assert duty(plain) == (True, 0.0, 0.0, 0.0)
    assert duty(lifted) == (False, 0.0, 4 * 3600.0, 2 * 3600.0)
    path = write_town(
        tmp_path, ("town.toml", "[prices]", STREAMS.replace(" least_load_pct = 20,", "") + "\n[prices]")
    )
    with pytest.raises(InputError, match="HS810"):
        load(path)


STREAMS = """
[[source]]
name = "baths"
kind = "industrial"
node = "N1"
power_MW = 1
temperature_degC = 95
must_run = true

[[source]]
name = "cooler"
kind = "industrial"
node = "N1"
power_MW = 1
temperature_degC = 40
limit_temperature_degC = 20
heat_pump = { power_MW = 1, least_load_pct = 20, least_up_time_h = 4, least_down_time_h = 2 }
"""

NO_SUN = "# timezone: UTC+1\ntime,temperature_degC\n" + "".join(
    f"2025-01-0{day}T{hour:02}:00,1\n" for day in (1, 2, 3) for hour in range(24)
)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("efficiency = 0.88", "efficiency = 0.88\npower_loss = 0.1", "HS540", "power_loss = 0.1"),
        ("start_cost_EUR = 120", "efficiency = 0.9", "HS540", "efficiency = 0.9"),
        ("least_load_pct = 25\n", "", "HS810", "least_up_time_h = 6"),
        ("{ load = 0.3,", "{ load = 1,", "HS541", "efficiency_by_load"),
        ("flow_m3_per_h = 60", "flow_m3_per_h = 60\npower_MW = 1", "HS540", "flow_m3_per_h = 60"),
        ('fuel = "coal"', 'fuel = "oil"', "HS542", "[[source]]"),
        ("least_electricity_MW = 1", "least_electricity_MW = 11", "HS543", "least_electricity_MW"),
        ("evaporation_degC = 200", "evaporation_degC = 290", "HS543", "evaporation_degC"),
    ],
)
def test_what_cannot_be_is_told_at_its_line(tmp_path: Path, old: str, new: str, code: str, line: str) -> None:
    path = town(tmp_path, ("town.toml", old, new))
    with pytest.raises(InputError) as found:
        load(path)
    (problem, *_) = found.value.problems
    assert problem.code == code
    assert problem.hint
    assert problem.line is not None
    assert line in path.read_text("utf-8").splitlines()[problem.line - 1]


def test_collectors_need_the_sun(tmp_path: Path) -> None:
    path = town(tmp_path, ("town.toml", 'dataset = "rostock"', 'file = "air.csv"'))
    (tmp_path / "air.csv").write_text(NO_SUN, "utf-8")
    with pytest.raises(InputError) as found:
        load(path)
    (problem,) = (problem for problem in found.value.problems if problem.code == "HS544")
    assert problem.line is not None
    assert "[[source]]" in path.read_text("utf-8").splitlines()[problem.line - 1]
