"""Kinds of surplus heat as a case file writes them, and what cannot be, with file and line."""

from __future__ import annotations

import pytest

from heatsym.case.load import load
from heatsym.errors import InputError
from tests.case.town import write_town

T = "town.toml"
BOILER = '[[source]]\nname = "old boiler"'
PUMP = "heat_pump = { power_kW = 300 }"


def added(kind: str, *lines: str) -> tuple[str, str, str]:
    """An edit of the town that adds a source of a kind ahead of the boiler."""
    text = "\n".join(("[[source]]", 'name = "new"', f'kind = "{kind}"', 'node = "N3"', *lines))
    return T, BOILER, f"{text}\n\n{BOILER}"


def test_units_and_parts_are_read(tmp_path):
    lines = (
        "flow_m3_per_day = 8640",
        "cooling_K = 4",
        PUMP,
        "outages = { repair_h = 12 }",
        "closure = 2040-12-31",
    )
    new = load(write_town(tmp_path, added("wastewater", *lines))).sources[1]
    assert new.flow == pytest.approx(0.1)
    assert (new.cooling, new.outages.repair, new.outages.rate_per_year) == (4.0, 43_200.0, None)
    assert str(new.closure) == "2040-12-31"
    assert new.minds_return
    assert not load(write_town(tmp_path, added("ice_rink", "power_kW = 9"))).sources[1].minds_return


def test_a_sector_is_enough_for_a_heat_pump(tmp_path):
    """What it is cooled to follows from the sector; no warning that it is too cold to feed."""
    case = load(write_town(tmp_path, added("industrial", 'sector = "food"', "annual_heat_MWh = 9", PUMP)))
    assert case.sources[1].lowest_temperature == 22.0
    assert not [problem for problem in case.warnings if "new" in problem.where]


def test_a_cold_stream_without_heat_pump_is_doubted(tmp_path):
    case = load(write_town(tmp_path, added("data_centre", "power_kW = 90")))
    (doubt,) = [problem for problem in case.warnings if "new" in problem.where]
    assert "at most 30 degC less 5 K never reaches the feed's 70 degC" in str(doubt)


def test_a_closure_before_the_case_is_doubted(tmp_path):
    case = load(write_town(tmp_path, added("ice_rink", "power_kW = 9", PUMP, "closure = 2024-12-31")))
    (doubt,) = [problem for problem in case.warnings if "new" in problem.where]
    assert "closure: 2024-12-31 is before the case begins" in str(doubt)


WRONG = {
    "no heat": (added("data_centre", PUMP), "HS531", "[[source]]", "give power or annual_heat"),
    "two heats": (
        added("ice_rink", "power_kW = 9", "annual_heat_MWh = 9"),
        "HS531",
        "annual_heat",
        "is given beside power",
    ),
    "frozen wastewater": (
        added("wastewater", "flow_m3_per_h = 9", "temperature_degC = 4", PUMP),
        "HS522",
        "[[source]]",
        "-1 degC is below the stream's freezing at 0 degC",
    ),
    "nothing known to lift": (
        added("industrial", 'sector = "drinks"', "annual_heat_MWh = 9", "temperature_degC = 40", PUMP),
        "HS523",
        "heat_pump",
        "give limit_temperature_degC",
    ),
    "price without threshold": (
        added("electrolyser", "power_MW = 1", "electricity_price_EUR_per_MWh = 40"),
        "HS531",
        "electricity_price",
        "give runs_below",
    ),
    "unknown cooling of servers": (
        added("data_centre", "power_kW = 9", 'cooled_by = "water"'),
        "HS108",
        "cooled_by",
        "air, liquid",
    ),
    "share in percent": (
        added("electrolyser", "power_MW = 1", "heat_per_electricity = 22"),
        "HS107",
        "heat_per_electricity",
        "looks like percent",
    ),
    "negative repair": (
        added("ice_rink", "power_kW = 9", "outages = { repair_h = -3 }"),
        "HS107",
        "outages",
        "below 0.1 h",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_line(tmp_path, name):
    edit, code, fragment, words = WRONG[name]
    path = write_town(tmp_path, edit)
    with pytest.raises(InputError) as caught:
        load(path)
    (problem,) = [problem for problem in caught.value.problems if problem.code == code]
    assert words in str(problem)
    lines = path.read_text("utf-8").splitlines()
    first = lines.index('name = "new"') - 1
    found = next(line for line in range(first, len(lines)) if fragment in lines[line])
    assert (problem.file, problem.line) == (T, found + 1)


def test_a_supermarket_needs_weather(tmp_path):
    edits = [
        added("supermarket", "power_kW = 40"),
        (T, '[weather]\ndataset = "rostock"\n', ""),
    ]
    with pytest.raises(InputError) as caught:
        load(write_town(tmp_path, *edits))
    assert any(
        problem.code == "HS306" and "outdoor air" in problem.reason and problem.where == "source.new"
        for problem in caught.value.problems
    ), [str(problem) for problem in caught.value.problems]
