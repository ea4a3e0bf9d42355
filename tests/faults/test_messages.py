"""Mistakes in a case: each is told with code, file, line and remedy, and nothing else is raised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import heatsym
from heatsym.case.codes import CODES
from heatsym.case.load import load
from heatsym.errors import AccessError, InputError, Problem
from tests.case.town import CASE, FILES, write_town


def problems(path: Path, **how) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load(path, **how)
    assert caught.value.exit_status == 3
    return [p for p in caught.value.problems if p.severity == "error"]


def line_of(text: str, fragment: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if fragment in line)


T, N, P, C, W = "town.toml", "nodes.csv", "pipes.csv", "consumers.csv", "works.csv"

# name: (edits, code, file, text in the line, words of the message)
MISTAKES = {
    "unknown key": ([(T, "supply_temperature", "suply_temperature")], "HS103", T, "suply",
        "did you mean supply_temperature_degC?"),
    "unknown section": ([(T, "[prices]", "[pricess]")], "HS103", T, "[pricess]", "did you mean prices?"),
    "wrong unit": ([(T, "power_MW = 12", "power_MWh = 12")], "HS105", T, "power_MWh",
        "power_MWh is not a power; did you mean power_MW?"),
    "unit missing": ([(T, "power_MW = 12", "power = 12")], "HS104", T, "power = 12", "power_kW"),
    "twice in two units": ([(T, "power_MW = 12", "power_MW = 12\npower_kW = 9")], "HS106", T, "power_kW = 9",
        "power_MW"),
    "set-point in kelvin": ([(T, "[-12, 90]", "[-12, 363]")], "HS107", T, "363", "looks like kelvin"),
    "return in kelvin": ([(T, "return_temperature_degC = 45", "return_temperature_degC = 318")],
        "HS107", T, "318", "looks like kelvin: 318 K is 44.85 degC"),
    "key in kelvin": ([(T, "return_temperature_degC = 45", "return_temperature_K = 318")], "HS105", T, "318",
        "did you mean return_temperature_degC?"),
    "file missing": ([(T, '"works.csv"', '"wroks.csv"')], "HS003", T, "wroks", "did you mean works.csv?"),
    "NaN": ([(W, "30,1030", "30,nan")], "HS606", W, "30,nan", "fill"),
    "empty cell": ([(W, "30,1030", "30,")], "HS606", W, "30,", "fill"),
    "negative hour": ([(W, "0,1000", "-1,1000")], "HS607", W, "-1,1000", "is negative"),
    "duplicate hour": ([(W, "31,1031", "30,1031")], "HS603", W, "30,1031", "appears twice"),
    "hours out of order": ([(W, "31,1031\n32,1032", "32,1032\n31,1031")], "HS604", W, "31,1031", "sort"),
    "missing hour": ([(W, "31,1031\n", "")], "HS605", W, "32,1032", "no row for 2025-01-02T07:00"),
    "one row short": ([(W, "71,1071\n", "")], "HS608", W, "70,1070", "1 row short"),
    "negative power": ([(W, "30,1030", "30,-1030")], "HS107", W, "30,-1030", "-1030 kW is below 0 kW"),
    "negative length": ([(P, "100.5", "-100.5")], "HS107", P, "-100.5", "-100.5 m is not above 0 m"),
    "dangling node of a pipe": ([(P, "P2,N2,N3", "P2,N2,N33")], "HS301", P, "N33", "did you mean N3?"),
    "dangling node of a consumer": ([(C, "C2,N3", "C2,N9x")], "HS301", C, "N9x", "there is no node 'N9x'"),
    "dangling node of a source": ([(T, 'node = "N1"\nfuel', 'node = "M1"\nfuel')], "HS301", T, '"M1"', "N1"),
    "unreachable": ([(P, "P2,N2,N3,100,65\n", "")], "HS305", T, "[network]",
        "1 node cannot be reached from any source: N3"),
    "no source": ([(T, CASE[CASE.index("[[source]]"):CASE.index("[prices]")], ""),
        (T, "source.works.power_kW = 900", "")], "HS302", T, None, "add [[source]]"),
    "not in the catalogue": ([(P, "100.5,80", "100.5,95")], "HS204", P, "95",
        "95 is not in catalogue en253-series2 (nearest 80, 100)"),
    "no diameter": ([(P, "100.5,80", "100.5,")], "HS206", P, "P1", "give one of the two"),
    "text for a number": ([(P, "100.5", "about 100")], "HS203", P, "about", "'about 100' is not a number"),
    "text for a number in the case": ([(T, "power_MW = 12", 'power_MW = "12"')], "HS102", T, '"12"',
        "without quotes"),
    "bool for a number": ([(T, "power_MW = 12", "power_MW = true")], "HS102", T, "= true", "not a number"),
    "infinite": ([(T, "power_MW = 12", "power_MW = inf")], "HS107", T, "= inf", "finite"),
    "not a choice": ([(T, '"natural_gas"', '"natural_gaz"')], "HS108", T, "gaz", "did you mean natural_gas?"),
    "unknown kind": ([(T, '"boiler"', '"boler"')], "HS108", T, '"boler"', "did you mean boiler?"),
    "missing key": ([(T, 'fuel = "natural_gas"\n', "")], "HS101", T, None, "fuel is missing"),
    "missing section": ([(T, '[case]\nname = "Harbour town"', "")], "HS101", T, None, "[case]"),
    "source twice": ([(T, '"old boiler"', '"works"')], "HS205", T, None, "twice"),
    "consumer twice": ([(C, "C2", "C1")], "HS205", C, "C1,N3", "line 2"),
    "unknown column": ([(T, '"heat_kW"', '"heat_MW"')], "HS202", T, "heat_MW", "did you mean heat_kW?"),
    "column of another unit": ([(T, '"heat_kW"', '"heat_kWh"'), (W, "heat_kW", "heat_kWh")], "HS105", W, None,
        "heat_kWh is not a power"),
    "curve not ascending": ([(T, "[15, 70]", "[-15, 70]")], "HS502", T, "-15", "sort"),
    "supply below return": ([(T, "[15, 70]", "[15, 40]")], "HS501", T, "[15, 40]", "not above the return"),
    "both return rules": ([(T, "_degC = 45", "_degC = 45\ntemperature_drop_K = 9")],
        "HS111", T, "[demand]", "keep exactly one"),
    "half a swing of the ground": ([(T, "ground.depth_m = 1.0", "ground.mean_degC = 9")],
        "HS111", T, "ground.mean", "give amplitude_K, coldest_day, too"),
    "ground from two things": ([(T, "ground.depth_m = 1.0",
        'ground.temperature_degC = 9\nground.follows = "weather_file"')],
        "HS111", T, "ground.", "keep one of the two"),
    "no such soil": ([(T, "ground.depth_m = 1.0", 'ground.soil = "sand"')], "HS108", T, "ground.soil",
        "sand 5 % moist"),
    "no return rule": ([(T, "return_temperature_degC = 45", "")],
        "HS111", T, "[demand]", "temperature_drop_K"),
    "no weather": ([(T, '[weather]\ndataset = "rostock"', ""), (T, "weather.temperature_offset_K = -2", "")],
        "HS306", T, None, "add [weather]"),
    "two weathers": ([(T, 'dataset = "rostock"', 'dataset = "rostock"\nfile = "works.csv"')],
        "HS111", T, "[weather]", "keep exactly one"),
    "weather of another kind": ([(T, 'dataset = "rostock"', 'file = "works.csv"')], "HS402", W,
        "hour,heat_kW", "formats are EPW, TMY3"),
    "consumer without kind": ([(C, "flats", "")], "HS307", C, "C2", "house, flats or trade"),
    "consumer without heat": ([(C, "flats,200", "flats,")], "HS307", C, "C2", "annual_heat"),
    "limit above stream": ([(T, "limit_temperature_degC = 50", "limit_temperature_degC = 99")],
        "HS503", T, "99", "above the stream's 95 degC"),
    "stop ends before it starts": ([(T, "to = 2025-01-02", "to = 2025-01-01")],
        "HS503", T, "stops", "is after"),
    "campaign ends before it starts": ([(T, "stops = [{ from = 2025-01-02, to = 2025-01-02 }]",
        "campaigns = [{ from = 2025-01-03, to = 2025-01-02 }]")], "HS503", T, "campaigns", "is after"),
    "29 February of every year": ([(T, "price_EUR_per_MWh = 12",
        'turnaround = { first_year = 2025, start = "02-29" }')], "HS530", T, "02-29", 'e.g. "06-01"'),
    "no heat known": ([(T, 'power_MW = { file = "works.csv", column = "heat_kW" }\n', "")], "HS531", T,
        "[[source]]", "give power, annual_heat or annual_fuel"),
    "power and annual heat": ([(T, "price_EUR_per_MWh = 12", "annual_heat_MWh = 9e3")], "HS531", T,
        "annual_heat", "keep one of the two"),
    "temperature of no sector": ([(T, "temperature_degC = 95\nlimit_", 'sector = "drinks"\nlimit_')],
        "HS531", T, "[[source]]", "drinks has no usual one"),
    "profile of a given power": ([(T, "price_EUR_per_MWh = 12", 'profile = "two_shifts"')], "HS531", T,
        "profile", "beside power"),
    "fuel of no sector": (
        [(T, 'power_MW = { file = "works.csv", column = "heat_kW" }', "annual_fuel_GWh = 3")], "HS531", T,
        "annual_fuel", "give annual_heat, or a sector: cement"),
    "unknown sector": ([(T, "price_EUR_per_MWh = 12", 'sector = "Ziegelei"')], "HS108", T, "Ziegelei",
        "one of cement, glass"),
    "step": ([(T, '"1h"', '"7min"')], "HS601", T, '"7min"', "does not divide an hour"),
    "zone": ([(T, "Europe/Copenhagen", "Europe/Kopenhagen")], "HS601", T, "Kopenhagen",
        "did you mean Europe/Copenhagen?"),
    "days and duration": ([(T, "days = 3", 'days = 3\nduration = "9h"')],
        "HS601", T, "days = 3", "exactly one"),
    "not TOML": ([(T, "days = 3", "days = = 3")], "HS002", T, "= = 3", "Invalid"),
    "date as text": ([(T, "start = 2025-01-01 ", 'start = "2025-01-01" ')], "HS102", T, '"2025-01-01"',
        "without quotes"),
    "ragged row": ([(W, "30,1030", "30,1030,1")], "HS201", W, "30,1030,1", "3 cells, but the header has 2"),
    "column twice": ([(P, "length_m", "length_m,length_m")], "HS201", P, None, None),
    "misspelt column": ([(P, "length_m,dn", "lenght_m,dn")], "HS103", P, "lenght", "did you mean length_m?"),
    "heat without annual": ([(C, "annual_heat", "heat")], "HS103", C, "heat_MWh", "mean annual_heat_MWh?"),
    "column missing": ([(C, "id,node", "id,place")], "HS202", C, "id,place", "column node is missing"),
    "decimal comma in the case": ([(T, "depth_m = 1.0", "depth_m = 1,0")], "HS002", T, "1,0", "with a point"),
    "decimal comma as text": ([(T, "depth_m = 1.0", 'depth_m = "1,0"')], "HS102", T, "1,0", "write 1.0"),
    "thousands in a table": ([(C, "flats,200", 'flats,"1,200"')], "HS203", C, "1,200", "decimal point"),
    "unit in a cell": ([(P, "100.5,80", "100.5,DN80")], "HS203", P, "DN80", "write 80 alone"),
    "date in another order": ([(T, "start = 2025-01-01 ", "start = 1.1.2025 ")], "HS002", T, "1.1.2025",
        "2025-03-01"),
    "text without quotes": ([(T, '"nodes.csv"', "nodes.csv")], "HS002", T, "= nodes.csv", "quotes"),
    "backslash in a path": ([(T, '"nodes.csv"', '"data\\nodes.csv"')], "HS004", T, "nodes.csv", "write /"),
    "one bracket for a source": ([(T, "[[source]]", "[source]")], "HS002", T, "[[source]]", "two brackets"),
    "path for a number": ([(T, "power_MW = 12", 'power_MW = "works.csv"')], "HS102", T, 'MW = "works.csv"',
        "write { file"),
    "other name of a fuel": ([(T, '"natural_gas"', '"gas"')], "HS108", T, '"gas"', "mean natural_gas?"),
    "other name of a kind": ([(C, "flats", "MFH")], "HS108", C, "MFH", "did you mean flats?"),
    "insulation in part": ([(P, "dn\nP1,N1,N2,100.5,80\nP2,N2,N3,100,65",
        "dn,inner_diameter_mm,insulation_thickness_mm\nP1,N1,N2,100.5,,80,40\nP2,N2,N3,100,65,,")],
        "HS203", P, "P1", "insulation is described in part"),
    "unknown profile": ([(C, "kind,annual_heat_MWh\nC1,N2,house,20\nC2,N3,flats,200",
        "kind,annual_heat_MWh,profile\nC1,N2,house,20,EFHH\nC2,N3,flats,200,")],
        "HS416", C, "EFHH", "one of EFH"),
    "unknown holidays": ([(T, "return_temp", 'holidays = "XX"\nreturn_temp')], "HS411", T, "holidays",
        "DE-MV"),
    "pair in reverse": ([(T, "[-12, 90]", "[90, -12]")], "HS107", T, "[90, -12]", "[outdoor degC, value]"),
    "unit a thousand too large": ([(P, "m,dn\nP1,N1,N2,100.5", "km,dn\nP1,N1,N2,120")], "HS107", P, "120",
        "did you mean length_m"),
    "loop": ([(P, "P2,N2,N3", "P2,N3,N3")], "HS304", P, "P2", "starts and ends"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_with_place_and_remedy(tmp_path, name):
    edits, code, file, fragment, words = MISTAKES[name]
    path = write_town(tmp_path, *edits)
    found = problems(path)
    fitting = [p for p in found if p.code == code]
    assert fitting, [str(p) for p in found]
    problem = fitting[0]
    assert problem.file == file
    if fragment is not None:
        assert problem.line == line_of((tmp_path / file).read_text(), fragment)
    if words:
        assert words in str(problem)
    assert problem.hint or "(nearest" in problem.reason or code in ("HS002", "HS107", "HS503", "HS304"), (
        "no remedy is offered"
    )


# R6: a right number with the wrong unit, as it happens
UNIT_MISTAKES = {
    "power in MWh": (T, "power_MW = 12", "power_MWh = 12"),
    "power unit in small letters": (T, "power_MW = 12", "power_mw = 12"),
    "price per MW": (T, "price_EUR_per_MWh", "price_EUR_per_MW"),
    "length in kW": (P, "length_m", "length_kW"),
    "length in km, written in m": (P, "length_m,dn\nP1,N1,N2,100.5", "length_km,dn\nP1,N1,N2,100500"),
    "diameter in m, written in mm": (P, "dn\nP1,N1,N2,100.5,80", "inner_diameter_m\nP1,N1,N2,100.5,82.5"),
    "roughness in m, written in mm": (P, "dn\nP1,N1,N2,100.5,80", "roughness_m\nP1,N1,N2,100.5,0.1"),
    "depth in m, written in cm": (T, "depth_m = 1.0", "depth_m = 100"),
    "pressure in bar, written in Pa": (T, "pressure_hold_bar = 3", "pressure_hold_bar = 300000"),
    "pressure as a length": (T, "pressure_hold_bar = 3", "pressure_hold_m = 30"),
    "efficiency in percent": (T, "efficiency_pct = 92", "efficiency = 92"),
    "fraction as percent": (T, "efficiency_pct = 92", "efficiency_pct = 0.92"),
    "efficiency in kW": (T, "efficiency_pct = 92", "efficiency_kW = 0.92"),
    "set-point in kelvin": (T, "[15, 70]", "[15, 343]"),
    "return in kelvin": (T, "return_temperature_degC = 45", "return_temperature_degC = 318.15"),
    "temperature as a difference": (T, "temperature_degC = 95", "temperature_K = 95"),
    "difference as a temperature": (T, "price_EUR_per_MWh = 12", "approach_degC = 5"),
    "offset in kelvin": (T, 'dataset = "rostock"', 'dataset = "rostock"\ntemperature_offset_K = 271'),
    "annual heat in kW": (C, "annual_heat_MWh", "annual_heat_kW"),
    "fuel price per kWh": (T, "natural_gas_EUR_per_MWh = 60", "natural_gas_EUR_per_kWh = 60"),
    "CO2 price per kg": (T, "co2_EUR_per_t = 80", "co2_EUR_per_kg = 80"),
    "emissions per kWh": (T, "electricity_g_per_kWh = 120", "electricity_kg_per_kWh = 120"),
    "height in km": (N, "height_m\nN1,0,0,3", "height_km\nN1,0,0,30"),
    "Fahrenheit": (T, "return_temperature_degC = 45", "return_temperature_degF = 113"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNIT_MISTAKES)
def test_unit_mistake_is_caught(tmp_path, name):
    file, old, new = UNIT_MISTAKES[name]
    found = problems(write_town(tmp_path, (file, old, new)))
    assert any(p.code in ("HS103", "HS105", "HS107", "HS108") and p.file == file for p in found)


# possible values that are rarely meant: a warning, and the case still loads
LENGTHS = "id,from,to,length_m,inner_diameter_mm,u_W_per_mK\nP1,N1,N2,{},{},0.2\nP2,N2,N3,100,65,0.2\n"
DOUBTS = {
    "stream in kelvin": ([(T, "temperature_degC = 95", "temperature_degC = 368")], {}, T, "368",
        "if this is kelvin, write 94.85"),
    "stream too cold to feed": ([(T, "temperature_degC = 95", "temperature_degC = 55")], {}, T, "= 55",
        "never reaches the feed's 70 degC"),
    "warm days, warm water": ([(T, "[[-12, 90], [15, 70]]", "[[-12, 70], [15, 90]]")], {}, T, "90",
        "in reverse"),
    "stop in another year": ([(T, "from = 2025-01-02, to = 2025", "from = 2024-01-02, to = 2024")], {}, T,
        "stops", "check the year"),
    "series in MW for kW": ([(T, '"heat_kW"', '"heat_MW"'), (W, "heat_kW", "heat_MW")], {}, T, "heat_MW",
        "at most 1.07 GW, while the mean demand is 25.1 kW"),
    "sources in kW for MW": ([(T, "power_MW = 12", "power_kW = 12"), (T, '"heat_kW"', '"heat_W"'),
        (W, "heat_kW", "heat_W")], {}, T, None, "all sources have at most 13.1 kW"),
    "nobody asks for heat": ([(C, "house,20", "house,0"), (C, "flats,200", "flats,0")], {}, T, "[demand]",
        "no consumer asks for heat"),
    "heat in kWh for MWh": ([(C, "house,20", "house,20000"), (C, "flats,200", "flats,200000")], {}, T,
        "[demand]", "125 kW of heat per metre"),
    "price per kWh": ([(T, "gas_EUR_per_MWh = 60", "gas_EUR_per_MWh = 0.06")], {}, T, "0.06", "little"),
    "price per MWh": ([(T, "gas_EUR_per_MWh = 60", "gas_EUR_per_kWh = 6")], {}, T, "kWh = 6", "much"),
    "emissions per kWh": ([(T, "y_g_per_kWh = 120", "y_kg_per_MWh = 0.12")], {}, T, "0.12", "little"),
    "diameter in m": ([], {"pipes__csv": LENGTHS.format(100, 0.1)}, P, "P1", "0.1 mm is unusual"),
    "drop below zero": ([(T, "return_temperature_degC = 45", "temperature_drop_K = 95")], {}, T, "drop",
        "at most -5 degC"),
    "bare pipe": ([], {"pipes__csv": "id,from,to,length_m,inner_diameter_mm\nP1,N1,N2,100,80\n"
        "P2,N2,N3,100,65\n"}, P, "P1", "has no insulation"),
    "shorter than straight": ([], {"pipes__csv": LENGTHS.format(50, 80)}, P, "P1", "nodes lie 100 m apart"),
    "length in km": ([], {"pipes__csv": LENGTHS.format(90000, 80)}, P, "P1", "90 km is long"),
    "swapped coordinates": ([], {"nodes__csv": "id,lon,lat\nN1,53.55,10.01\nN2,53.5509,10.01\n"
        "N3,53.5518,10.01\n"}, T, "[network]", "seem swapped"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTS)
def test_what_is_rarely_meant_is_a_warning(tmp_path, name):
    edits, files, file, fragment, words = DOUBTS[name]
    path = write_town(tmp_path, *edits, **files)
    found = [p for p in load(path).warnings if words in str(p)]
    assert len(found) == 1, [str(p) for p in load(path).warnings]
    assert found[0].file == file
    if fragment is not None:
        assert found[0].line == line_of((tmp_path / file).read_text(), fragment)


def test_usual_cases_raise_no_doubt(tmp_path):
    assert load(write_town(tmp_path)).warnings == ()
    hot_gas = (T, "temperature_degC = 95", "temperature_degC = 350\napproach_K = 15")
    assert load(write_town(tmp_path, hot_gas)).warnings == ()


def test_unnamed_diameters_of_a_map_are_one_problem(tmp_path):
    line = '{{"type":"Feature","properties":{{"DN":80}},"geometry":{{"type":"LineString","coordinates":{}}}}}'
    lines = ",\n".join(line.format(f"[[10.0{i}, 53.5], [10.0{i + 1}, 53.5]]") for i in range(3))
    path = write_town(
        tmp_path,
        (T, 'nodes = "nodes.csv"\npipes = "pipes.csv"', 'geojson = "map.geojson"'),
        map__geojson=f'{{"type": "FeatureCollection", "features": [\n{lines}]}}',
    )
    found = [p for p in problems(path) if p.code == "HS206"]
    assert len(found) == 1
    assert "properties are DN" in found[0].hint


def test_all_problems_come_at_once_in_reading_order(tmp_path):
    path = write_town(
        tmp_path,
        (T, "supply_temperature", "suply_temperature"),
        (T, "power_MW = 12", "power_MWh = 12"),
        (P, "100.5,80", "100.5,95"),
        (W, "30,1030", "30,nan"),
        (C, "C2,N3", "C2,N9x"),
    )
    found = problems(path)
    assert {p.code for p in found} >= {"HS103", "HS105", "HS204", "HS301", "HS606"}
    assert [(p.file, p.line or 0) for p in found] == sorted((p.file, p.line or 0) for p in found)


def test_contract_of_the_printed_line(tmp_path):
    found = problems(write_town(tmp_path, (P, "100.5,80", "100.5,95")))
    assert re.sub(";.*", "", str(found[0])) == (
        "error[HS204] pipes.csv:3  column dn, pipe P1: 95 is not in catalogue en253-series2 (nearest 80, 100)"
    )


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ({"scenario": "warm"}, "HS112", "cold"),
        ({"overrides": ["source.wroks.power_kW=5"]}, "HS109", "works, old boiler"),
        ({"overrides": ["source.works.power_kWh=5"]}, "HS105", "power_kW"),
        ({"overrides": ["sorce.works.power_kW=5"]}, "HS109", "source"),
        ({"overrides": ["nonsense"]}, "HS110", "key=value"),
        ({"overrides": ["time.days=0"]}, "HS107", "between 1 and"),
        ({"period": "2025-02-01/2025-02-02"}, "HS601", "outside"),
        ({"period": "2025-01-03/2025-01-04"}, "HS601", "from 2025-01-01T00:00 to 2025-01-04T00:00"),
        ({"period": "2025-01-03/2025-01-01"}, "HS601", "ends before it begins"),
        ({"period": "January"}, "HS601", "A/B"),
    ],
)
def test_mistaken_changes_are_told(tmp_path, how, code, words):
    found = problems(write_town(tmp_path), **how)
    assert [p.code for p in found] == [code]
    assert words in str(found[0])
    assert found[0].line is None, "an override stands in no line"


def test_line_of_a_scenario_is_the_scenarios(tmp_path):
    path = write_town(tmp_path, (T, "source.works.power_kW = 900", "source.works.power_kWh = 900"))
    load(path)  # a scenario that is not asked for does no harm
    found = problems(path, scenario="cold")
    assert found[0].line == line_of(path.read_text(), "power_kWh = 900")


def test_case_file_that_cannot_be_read_is_a_matter_of_access(tmp_path):
    for name, content in {"none.toml": None, "utf16.toml": CASE.encode("utf-16"), "nul.toml": b"a\0"}.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(AccessError) as caught:
            heatsym.load(tmp_path / name)
        assert caught.value.exit_status == 4
    with pytest.raises(AccessError):
        heatsym.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 50_000,
        "a = " + "{a = " * 50_000,
        "a" + ".a" * 50_000 + " = 1",
        "[time]\ndays = " + "9" * 5_000,
        "[time]\nstart = 2025-02-30",
        "source = 3",
        "source = [1, 2]",
        "[source]\nname = 'x'",
        "network = 'x'",
        "[[network]]",
        "[time]\nstart = 0001-01-01\ndays = 36600\ntimezone = 'Asia/Tokyo'",
        "[time]\nstart = 9999-12-31\ndays = 3\ntimezone = 'UTC'",
        "[time]\nstart = 2025-01-01\ndays = 36600\nstep = '1s'\ntimezone = 'UTC'",
        "scenario = 3",
        "[scenario]\na = 3",
    ],
)
def test_bombs_and_shapes_are_refused(tmp_path, text):
    path = tmp_path / "bomb.toml"
    path.write_text(text)
    assert problems(path)


BAD_PATHS = {
    "parent": "../secret.csv",
    "far parent": "data/../../secret.csv",
    "absolute": "/etc/passwd",
    "drive": "C:/works.csv",
    "share": "\\\\\\\\server\\\\works.csv",
    "home": "~/works.csv",
    "device": "/dev/zero",
    "folder": ".",
    "empty": "",
    "blank": "  ",
    "NUL": "wor\\u0000ks.csv",
    "line break": "works\\n.csv",
    "too long": "w" * 300 + ".csv",
    "through a file": "nodes.csv/works.csv",
    "link out": "link.csv",
    "folder link out": "outside/secret.csv",
    "ring of links": "ring.csv",
    "pipe": "fifo.csv",
    "not there": "nowhere/works.csv",
    "variable": "$HOME/works.csv",
    "backslash": "data\\\\works.csv",
}


@pytest.mark.parametrize("name", BAD_PATHS)
def test_paths_that_leave_the_project_are_refused(tmp_path, name):
    import os

    project = tmp_path / "project"
    path = write_town(project, (T, '"works.csv"', f'"{BAD_PATHS[name]}"'))
    (tmp_path / "secret.csv").write_text(FILES[W])
    (project / "data").mkdir()
    (project / "link.csv").symlink_to(tmp_path / "secret.csv")
    (project / "outside").symlink_to(tmp_path)
    (project / "ring.csv").symlink_to(project / "ring.csv")
    os.mkfifo(project / "fifo.csv")
    found = problems(path)
    assert [p.code for p in found if p.code in ("HS003", "HS004", "HS005")]
    assert {p.line for p in found} == {line_of(path.read_text(), "column =")}


def test_projects_with_a_folder_of_cases_may_use_the_folder_beside_it(tmp_path):
    path = write_town(tmp_path / "configs", (T, '"works.csv"', '"../data/works.csv"'))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "works.csv").write_text(FILES[W])
    assert load(path).sources[0].name == "works"
    other = write_town(tmp_path / "cases", (T, '"works.csv"', '"../data/works.csv"'))
    assert problems(other)[0].code == "HS004"
    assert load(other, allow_outside=True).sources[0].name == "works"


def test_every_code_that_is_raised_is_explained():
    root = Path(heatsym.__file__).parent
    raised = {
        code
        for file in root.rglob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r'"(HS\d{3})"', file.read_text(encoding="utf-8"))
    }
    assert raised <= set(CODES)
    assert set(CODES) <= raised, "explained, but never raised"
