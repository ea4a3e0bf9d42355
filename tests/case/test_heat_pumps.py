"""Heat pumps as a case file writes them, and what cannot be, with file and line."""

from __future__ import annotations

import pytest

from heatsym.case.load import load
from heatsym.errors import InputError
from heatsym.interfaces.profile import Series
from heatsym.sources.lift import CopPoint
from tests.case.town import write_town

T = "town.toml"
WORKS = "limit_temperature_degC = 50"
BOILER = '[[source]]\nname = "old boiler"'
PUMP = """[[source]]
name = "river"
kind = "heat_pump"
node = "N3"
medium = "river"
source_temperature_degC = [4, 4, 5, 8, 12, 16, 18, 18, 15, 11, 7, 5]
power_MW = 1

"""


def lifted(text: str, *more: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    return [(T, WORKS, f"{WORKS}\n{text}"), *more]


def pump(old: str = "", new: str = "") -> list[tuple[str, str, str]]:
    return [(T, BOILER, PUMP.replace(old, new) + BOILER)]


def test_a_heat_pump_on_a_stream_is_read(tmp_path):
    text = 'ua_kW_per_K = 80\nfouling_m2K_per_kW = 0.2\narrangement = "series"\n'
    text += 'heat_pump = { power_kW = 300, share = 0.5, model = "lorenz", least_load_pct = 20 }'
    works = load(write_town(tmp_path, *lifted(text))).sources[0]
    assert works.ua == 80e3
    assert works.fouling == pytest.approx(2e-4)
    assert works.heat_pump.power == 300e3
    assert works.heat_pump.least_load == 0.2
    assert works.minds_return


def test_a_map_may_stand_in_a_table_or_in_the_case(tmp_path):
    table = "source_degC,sink_degC,cop\n0,60,3\n10,60,4\n0,95,2\n10,95,2.4\n"
    first = load(
        write_town(
            tmp_path / "a",
            *pump("power_MW = 1", 'power_MW = 1\nmodel = "map"\nmap = "cop.csv"'),
            cop__csv=table,
        )
    )
    points = (
        "map = [{ source_degC = 0, sink_degC = 60, cop = 3 }, { source_degC = 10, sink_degC = 60, cop = 4 },"
        " { source_degC = 0, sink_degC = 95, cop = 2 }, { source_degC = 10, sink_degC = 95, cop = 2.4 }]"
    )
    second = load(write_town(tmp_path / "b", *pump("power_MW = 1", f'power_MW = 1\nmodel = "map"\n{points}')))
    assert first.sources[1].map == second.sources[1].map
    assert first.sources[1].map[1] == CopPoint(source=10.0, sink=60.0, cop=4.0)
    assert first.document.files["cop.csv"].name == "cop.csv"  # belongs to the inputs of a run


def test_a_series_of_cop_is_read(tmp_path):
    text = 'heat_pump = { power_MW = 1, cop = { file = "cop.csv", column = "cop" } }'
    table = "hour,cop\n" + "".join(f"{hour},3.{hour % 10}\n" for hour in range(72))
    works = load(write_town(tmp_path, *lifted(text), cop__csv=table)).sources[0]
    assert isinstance(works.heat_pump.cop, Series)
    assert works.heat_pump.cop.values[1] == 3.1


def test_a_scenario_may_change_the_machine(tmp_path):
    """Another way to say how good it is replaces the one before."""
    text = 'heat_pump = { power_MW = 1, model = "lorenz", share = 0.5 }'
    case = load(write_town(tmp_path, *lifted(text)))
    changed = case.with_changes({"source.works.heat_pump.cop": 3, "source.works.heat_pump.power_kW": 400})
    assert (changed.sources[0].heat_pump.cop, changed.sources[0].heat_pump.share) == (3.0, None)
    assert changed.sources[0].heat_pump.power == 400e3
    back = changed.with_changes({"source.works.heat_pump.model": "jensen"})
    assert back.sources[0].heat_pump.cop is None


DESIGN = (
    "exchanger = { power_MW = 1, stream_in_degC = 95, stream_out_degC = 50, water_in_degC = 45, "
    "water_out_degC = 80 }"
)
MISTAKES = {
    "no limit to lift down to": (
        [(T, WORKS, "heat_pump = { power_MW = 1 }")],
        "HS523",
        "heat_pump",
        "limit_temperature",
    ),
    "no limit for an exchanger": ([(T, WORKS, "ua_kW_per_K = 80")], "HS523", "ua_kW", "limit_temperature"),
    "share and cop": (
        lifted("heat_pump = { power_MW = 1, cop = 3, share = 0.5 }"),
        "HS524",
        "share",
        "beside cop",
    ),
    "share missing": (
        lifted('heat_pump = { power_MW = 1, model = "carnot" }'),
        "HS524",
        "carnot",
        "needs share",
    ),
    "map missing": (lifted('heat_pump = { power_MW = 1, model = "map" }'), "HS524", '"map"', "needs map"),
    "map without a model": (
        pump("power_MW = 1", 'power_MW = 1\nmap = "cop.csv"'),
        "HS524",
        'map = "cop',
        "means nothing",
    ),
    "points in one line": (
        pump("power_MW = 1", 'power_MW = 1\nmodel = "map"\nmap = "line.csv"'),
        "HS525",
        "line.csv",
        "make no area",
    ),
    "cop below 1": (lifted("heat_pump = { power_MW = 1, cop = 0.9 }"), "HS107", "cop = 0.9", "is below 1"),
    "unknown key of it": (lifted("heat_pump = { power_MW = 1, cpo = 3 }"), "HS103", "cpo", "cop"),
    "fouling of nothing": (lifted("fouling_m2K_per_kW = 0.2"), "HS524", "fouling", "without ua_kW_per_K"),
    "two sizes": (lifted(f"ua_kW_per_K = 80\n{DESIGN}"), "HS524", "ua_kW_per_K", "beside exchanger"),
    "exchanger uphill": (
        lifted(DESIGN.replace("stream_out_degC = 50", "stream_out_degC = 40")),
        "HS524",
        "exchanger",
        "heat would flow uphill",
    ),
    "series without heat pump": (
        lifted('arrangement = "series"'),
        "HS524",
        "arrangement",
        "without heat_pump",
    ),
    "condensing liquid": (lifted("condensing = true"), "HS524", "condensing", "flue_gas"),
    "more than a reversible machine": (
        [(T, WORKS, "limit_temperature_degC = 20\nheat_pump = { power_MW = 1, cop = 30 }")],
        "HS520",
        "[[source]]",
        "where none has more than",
    ),
    "map too small": (
        pump("power_MW = 1", 'power_MW = 1\nmodel = "map"\nmap = "cop.csv"'),
        "HS521",
        "[[source]]",
        "it knows source 0 to 10, sink 60 to 90",
    ),
    "limit below freezing": (
        [(T, WORKS, "limit_temperature_degC = -4\nheat_pump = { power_MW = 1 }")],
        "HS522",
        "limit_temperature",
        "below the stream's freezing",
    ),
    "limit above the stream": (
        [(T, WORKS, 'limit_temperature_degC = { file = "limit.csv", column = "t" }')],
        "HS503",
        "limit_temperature",
        "in 2 steps that have heat, by up to 5 K",
    ),
    "river without temperature": (
        pump("source_temperature_degC = [4, 4, 5, 8, 12, 16, 18, 18, 15, 11, 7, 5]\n"),
        "HS101",
        "[[source]]",
        "how warm the river is",
    ),
    "river of ice": (pump("[4, 4,", "[-3, 4,"), "HS522", "source_temperature", "below freezing"),
    "flow of air": (
        pump('"river"\nsource', '"air"\nsource_flow_kg_per_s = 3\nsource'),
        "HS524",
        "source_flow",
        "not of air",
    ),
    "frost of water": (pump("power_MW = 1", "power_MW = 1\ndefrost = false"), "HS524", "defrost", "air"),
    "air without weather": (
        [
            *pump('"river"\nsource_temperature_degC = [4, 4, 5, 8, 12, 16, 18, 18, 15, 11, 7, 5]', '"air"'),
            (T, '[weather]\ndataset = "rostock"\n', ""),
        ],
        "HS306",
        "[[source]]",
        "outdoor air",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_told(name, tmp_path):
    edits, code, fragment, words = MISTAKES[name]
    limits = "hour,t\n" + "".join(f"{h},{100 if h in (3, 4, 30) else 60}\n" for h in range(72))
    files = {
        "cop__csv": "source_degC,sink_degC,cop\n0,60,3\n10,60,4\n0,90,2\n",
        "line__csv": "source_degC,sink_degC,cop\n0,60,3\n10,70,4\n20,80,2\n",
        "limit__csv": limits,
    }
    path = write_town(tmp_path, *edits, **files)
    with pytest.raises(InputError) as caught:
        load(path)
    found = [p for p in caught.value.problems if p.code == code]
    assert found, caught.value
    text = path.read_text()
    shown = next((p for p in found if words in f"{p.reason}; {p.hint}"), None)
    assert shown is not None, caught.value
    assert shown.file == T
    assert fragment in text.splitlines()[shown.line - 1], shown
