"""Broken series files: each is refused with file, line, cause and remedy, and no gap becomes a zero."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatsym.case.load import load
from heatsym.case.suspects import kelvin, missing_code, register, stuck
from heatsym.errors import InputError
from tests.case.town import CASE, write_town

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
UTC = datetime.UTC
T, H = "town.toml", "heat.csv"

# the case lasts the local year 2025
BEGIN = datetime.datetime(2025, 1, 1, tzinfo=COPENHAGEN)
INSTANTS = [BEGIN.astimezone(UTC) + datetime.timedelta(hours=hour) for hour in range(8760)]
LOCAL = [f"{instant.astimezone(COPENHAGEN):%Y-%m-%dT%H:%M}" for instant in INSTANTS]
SPRING = LOCAL.index("2025-03-30T03:00")
AUTUMN = LOCAL.index("2025-10-26T02:00")

_rng = np.random.default_rng(5)
_yearly = 1 + np.cos(2 * np.pi * np.arange(8760) / 8760)
HEAT = [f"{kilowatts:.2f}" for kilowatts in 4 + 10 * _yearly + _rng.gamma(2, 2, 8760)]
PRICES = [f"{price:.2f}" for price in _rng.normal(80, 60, 8760)]
WARM = [f"{degrees:.1f}" for degrees in 70 + 5 * _yearly + _rng.normal(0, 1, 8760)]


def rows(times=LOCAL, values=HEAT, head="time,C1"):
    return "\n".join([head, *(f"{time},{value}" for time, value in zip(times, values, strict=True)), ""])


def one(values, at, cell):
    """Values with other cells at some rows."""
    places = at if isinstance(at, (list, range)) else [at]
    return [cell if row in places else value for row, value in enumerate(values)]


def plain(values=HEAT, head="C1"):
    """Without a time column."""
    return "\n".join([head, *values, ""])


def line(row):
    """Line of a row below one line of header."""
    return row + 2


SERIES = {
    "heat": ("[demand]", '[demand]\nseries_kW = "heat.csv"'),
    "flow": ("[demand]", '[demand]\nseries_kg_per_s = "heat.csv"'),
    "power": ("power_MW = 12", 'power_kW = { file = "heat.csv", column = "C1" }'),
    "temperature": ("temperature_degC = 95", 'temperature_degC = { file = "heat.csv", column = "C1" }'),
    "price": ("price_EUR_per_MWh = 12", 'price_EUR_per_MWh = { file = "heat.csv", column = "C1" }'),
    "ground": ("ground.depth_m = 1.0", 'ground.temperature_degC = { file = "heat.csv", column = "C1" }'),
}


def town(folder, content, key="heat", *edits):
    """A year of the town, one number of which is a series from ``heat.csv``."""
    works = CASE.index("[[source]]"), CASE.index("stops")
    plant = (
        '[[source]]\nname = "works"\nkind = "industrial"\nnode = "N1"\ntemperature_degC = 95\n'
        "limit_temperature_degC = -40\npower_MW = 1\n"
    )
    return write_town(
        folder,
        (T, CASE[slice(*works)], plant),
        (T, "days = 3", "days = 365"),
        (T, *SERIES[key]),
        *edits,
        heat__csv=content,
    )


@dataclass
class Broken:
    content: str | bytes
    code: str
    words: str
    line: int | None = None
    key: str = "heat"
    edits: tuple = field(default=())


STANDARD = [f"{instant + datetime.timedelta(hours=1):%Y-%m-%dT%H:%M}" for instant in INSTANTS]
ENDS = [f"{instant + datetime.timedelta(hours=1):%Y-%m-%dT%H:%MZ}" for instant in INSTANTS]
LOCAL_ENDS = [*LOCAL[1:], "2026-01-01T00:00"]
LOCAL_AS_UTC = [
    f"{datetime.datetime(2025, 1, 1) + datetime.timedelta(hours=h):%Y-%m-%dT%H:%MZ}" for h in range(8760)
]
QUARTERS = [INSTANTS[0] + datetime.timedelta(minutes=15 * q) for q in range(35040)]
FINE = (T, 'step = "1h"', 'step = "15min"')
KELVIN = [f"{float(value) + 273.15:.2f}" for value in WARM]
REGISTER = [f"{value:.1f}" for value in 45_000 + np.cumsum([float(v) for v in HEAT])]

BROKEN = {
    # cut, too short, too long
    "half a year": Broken(rows(LOCAL[:4380], HEAT[:4380]), "HS608", "short", line(4379)),
    "half a last line": Broken(rows()[:-7], "HS201", "cut off", line(8759)),
    "cut within a time": Broken(rows(LOCAL[:4380], HEAT[:4380])[:-12], "HS201", "cut off", line(4379)),
    "8759 rows": Broken(plain(HEAT[:8759]), "HS602", "1 row short", line(8758)),
    "8761 rows": Broken(plain([*HEAT, "5"]), "HS602", "1 row too many", line(8760)),
    "a leap year": Broken(plain([*HEAT, *HEAT[:24]]), "HS602", "leap year", line(8783)),
    "empty": Broken("", "HS201", "empty", 1),
    "header only": Broken("time,C1\n", "HS201", "no rows", 1),
    "binary": Broken(b"PK\3\4\0\0time", "HS005", "binary"),
    "two tables": Broken(rows(LOCAL[:4], HEAT[:4]) + "\n" + rows(), "HS201", "header", 7),
    "two tables, no time": Broken(plain(HEAT[:4379]) + plain(HEAT[4380:]), "HS201", "header", line(4379)),
    "mixed separators": Broken(
        rows().replace(f"{LOCAL[40]},", f"{LOCAL[40]};"), "HS201", "separated", line(40)
    ),
    "cut within a number": Broken(rows(LOCAL[:4380], HEAT[:4380])[:-3], "HS608", "cut off", line(4379)),
    "of another year": Broken(
        rows([t.replace("2025", "2023") for t in LOCAL[:1000]], HEAT[:1000]), "HS608", "2023-01-01", 2
    ),
    "two years": Broken(plain([*HEAT, *HEAT]), "HS611", "17520 rows", line(17519)),
    # other spacing
    "quarters in an hourly case": Broken(
        plain([HEAT[0]] * 35040), "HS611", "like rows of 900 s", line(35039)
    ),
    "hours in a case of quarters": Broken(plain(), "HS611", "like rows of 3600 s", line(8759), edits=(FINE,)),
    # clocks
    "shifted: ends of hours": Broken(rows(LOCAL_ENDS), "HS610", "end of", line(0)),
    "shifted: ends of hours in UTC": Broken(rows(ENDS), "HS610", "end of", line(0)),
    "shifted: local time called UTC": Broken(rows(LOCAL_AS_UTC), "HS610", "Z", line(0)),
    "shifted: last minutes": Broken(
        rows([t.replace(":00", ":59") for t in LOCAL]), "HS610", "end of", line(0)
    ),
    "shifted: early": Broken(rows([f"{t}+02:00" for t in STANDARD]), "HS610", "1 h early", line(0)),
    "shifted: seconds": Broken(
        rows([3600 * (h + 1) for h in range(8760)], head="time_s,C1"), "HS610", "end of", 2
    ),
    "spring hour there": Broken(rows(STANDARD), "HS612", "does not exist", line(SPRING)),
    "autumn hour once": Broken(
        rows([*LOCAL[:AUTUMN], *LOCAL[AUTUMN + 1 :]], HEAT[1:]), "HS612", "once", line(AUTUMN + 1)
    ),
    "autumn hour twice in UTC": Broken(
        rows(), "HS612", "twice", line(AUTUMN + 1), edits=((T, "Europe/Copenhagen", "UTC"),)
    ),
    "another hour twice": Broken(rows([*LOCAL[:99], *LOCAL[98:]], [*HEAT, "1"]), "HS603", "twice", line(99)),
    "not ascending": Broken(
        rows([*LOCAL[:99], LOCAL[100], LOCAL[99], *LOCAL[101:]]), "HS604", "after", line(100)
    ),
    "doubled rows": Broken(
        rows([t for t in LOCAL for _ in "ab"], [v for v in HEAT for _ in "ab"]), "HS603", "twice", 3
    ),
    "a row missing": Broken(rows([*LOCAL[:99], *LOCAL[100:]], HEAT[1:]), "HS605", "no row", line(99)),
    "a month missing, times not exact": Broken(
        rows([h * 3600 + h % 7 for h in range(8760) if not 3000 < h < 3700], HEAT[:8061], "time_s,C1"),
        "HS605",
        "no row",
        line(3001),
    ),
    # values that are none
    "kelvin": Broken(rows(values=["283"] * 8760), "HS107", "kelvin", line(0), "ground"),
    "kelvin in the ground": Broken(rows(values=KELVIN), "HS615", "kelvin", line(0), "ground"),
    "kelvin in a stream": Broken(rows(values=KELVIN), "HS615", "kelvin", line(0), "temperature"),
    "9999 in heat": Broken(rows(values=one(HEAT, 50, "9999")), "HS613", "missing", line(50)),
    "-999 in heat": Broken(rows(values=one(HEAT, range(50, 55), "-999")), "HS613", "missing", line(50)),
    "999 in heat": Broken(rows(values=one(HEAT, [7, 9, 11], "999")), "HS613", "missing", line(7)),
    "9999 amid large heat": Broken(
        rows(values=one([f"{900 * float(v):.0f}" for v in HEAT], range(60, 90), "9999")),
        "HS613",
        "missing",
        line(60),
    ),
    "-9999 in flow": Broken(rows(values=one(HEAT, 50, "-9999.0")), "HS613", "missing", line(50), "flow"),
    "99999 in power": Broken(rows(values=one(HEAT, 50, "99999")), "HS613", "missing", line(50), "power"),
    "999.9 in temperature": Broken(
        rows(values=one(WARM, 50, "999.9")), "HS613", "missing", line(50), "temperature"
    ),
    "-99.9 in the ground": Broken(
        rows(values=one(["9.5"] * 8760, 50, "-99.9")), "HS613", "missing", line(50), "ground"
    ),
    "-999 in a price": Broken(rows(values=one(WARM, 50, "-999")), "HS613", "missing", line(50), "price"),
    "n/a": Broken(rows(values=one(HEAT, 50, "n/a")), "HS606", "n/a", line(50)),
    "-": Broken(rows(values=one(HEAT, 50, "-")), "HS606", "'-'", line(50)),
    "#N/A": Broken(rows(values=one(HEAT, 50, "#N/A")), "HS606", "#N/A", line(50)),
    "NaN": Broken(rows(values=one(HEAT, 50, "NaN")), "HS606", "NaN", line(50)),
    "inf": Broken(rows(values=one(HEAT, 50, "inf")), "HS203", "finite", line(50)),
    "empty cell": Broken(rows(values=one(HEAT, 50, "")), "HS606", "empty", line(50)),
    "text": Broken(rows(values=one(HEAT, 50, "defect")), "HS203", "not a number", line(50)),
    "thousands": Broken(rows(values=one(HEAT, 50, '"1,234.5"')), "HS203", "thousands", line(50)),
    "decimal comma, no time": Broken(plain([v.replace(".", ",") for v in HEAT]), "HS201", "decimal comma", 2),
    "decimal comma": Broken(
        rows(values=[v.replace(".", ",") for v in HEAT]), "HS201", "decimal comma", line(0)
    ),
    "negative heat": Broken(rows(values=one(HEAT, 50, "-2")), "HS107", "prosumer", line(50)),
    "a meter's register": Broken(rows(values=REGISTER), "HS614", "register", line(0)),
    "a register of volume": Broken(rows(values=REGISTER), "HS614", "register", line(0), "flow"),
    # columns
    "wrong unit": Broken(
        rows(head="time,C1_kWh").replace("C1_kWh", "heat_kWh"),
        "HS105",
        "heat_kWh",
        1,
        edits=(
            (
                "consumers.csv",
                "annual_heat_MWh\nC1,N2,house,20\nC2,N3,flats,200",
                "annual_heat_MWh,column\nC1,N2,house,20,heat_kWh\nC2,N3,flats,200,",
            ),
        ),
    ),
    "missing column": Broken(rows(head="time,C7"), "HS202", "C7"),
    "column twice": Broken(rows(LOCAL, [f"{v},{v}" for v in HEAT], "time,C1,C1"), "HS201", "twice", 1),
}


def problems(path):
    with pytest.raises(InputError) as caught:
        load(path)
    return caught.value.problems


@pytest.mark.parametrize("name", BROKEN)
def test_broken_series_is_refused_by_name(tmp_path, name):
    broken = BROKEN[name]
    found = problems(town(tmp_path, broken.content, broken.key, *broken.edits))
    fitting = [problem for problem in found if problem.code == broken.code]
    assert fitting, [str(problem) for problem in found]
    assert broken.words in str(fitting[0])
    assert fitting[0].hint or fitting[0].code == "HS005"
    if broken.line is not None:
        assert (fitting[0].file, fitting[0].line) == (H, broken.line)


FILLS = {"hold": [7.0] * 4, "interpolate": [6.4, 5.8, 5.2, 4.6], "zero": [0.0] * 4}
NOTHING = ["", "nan", "NaN", "n/a", "NA", "null", "None", "-", "#N/A", "#NV", "row"]


def with_nothing(nothing):
    """Rows that go from 7 over four that are missing to 4, at lines 12 to 15."""
    values = [*HEAT[:9], "7", *[nothing] * 4, "4", *HEAT[15:]]
    content = rows(values=values)
    if nothing == "row":
        content = "\n".join(text for text in content.split("\n") if not text.endswith(",row"))
    return content


def filled(key, fill):
    return {
        "heat": (T, 'series_kW = "heat.csv"', f'series_kW = {{ file = "heat.csv", fill = "{fill}" }}'),
        "power": (T, 'column = "C1" }', f'column = "C1", fill = "{fill}" }}'),
    }[key]


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_gap_is_an_error_and_filled_only_as_told(tmp_path, nothing):
    content = with_nothing(nothing)
    for key in ("heat", "power"):
        found = problems(town(tmp_path, content, key))
        assert {problem.code for problem in found if problem.severity == "error"} == {
            "HS605" if nothing == "row" else "HS606"
        }
        for fill, expected in FILLS.items():
            case = load(town(tmp_path, content, key, filled(key, fill)))
            got = case.demand.heat[:8760][:, 0] if key == "heat" else case.sources[1].power.values
            assert got[9:15] == pytest.approx(1e3 * np.array([7, *expected, 4]))
            assert np.count_nonzero(got == 0) == (4 if fill == "zero" else 0)
            told = [str(warning) for warning in case.warnings if warning.code == "HS609"]
            assert len(told) == 1
            assert "4 missing" in told[0]


def test_holes_between_uneven_times_are_bridged_with_a_word(tmp_path):
    broken = BROKEN["a month missing, times not exact"]
    assert isinstance(broken.content, str)
    (told,) = doubts(town(tmp_path, broken.content, "heat", filled("heat", "interpolate")))
    assert "1 hole between rows" in told
    (found,) = problems(town(tmp_path, broken.content, "heat", filled("heat", "zero")))
    assert found.code == "HS605"


def test_a_day_that_is_missing_in_autumn_is_no_matter_of_clocks(tmp_path):
    content = rows([*LOCAL[:AUTUMN], *LOCAL[AUTUMN + 24 :]], HEAT[24:])
    (found,) = problems(town(tmp_path, content))
    assert (found.code, found.line) == ("HS605", line(AUTUMN))


def test_each_consumer_that_has_a_column_is_filled(tmp_path):
    values = [f"{v},{'' if row == 70 else v}" for row, v in enumerate(HEAT)]
    case = load(town(tmp_path, rows(LOCAL, values, "time,C1,C2"), "heat", filled("heat", "interpolate")))
    both = case.demand.heat[:8760]
    assert both[70, 1] == pytest.approx((both[69, 0] + both[71, 0]) / 2)
    assert np.array_equal(np.delete(both, 70, 0)[:, 0], np.delete(both, 70, 0)[:, 1])


@pytest.mark.parametrize("nothing", ["", "row"])
def test_no_temperature_is_filled_with_zero(tmp_path, nothing):
    content = with_nothing(nothing)
    path = town(tmp_path, content, "temperature", filled("power", "zero"))
    (found,) = (problem for problem in problems(path) if problem.severity == "error")
    assert (found.code, found.file) == ("HS618", H)
    assert load(town(tmp_path, content, "temperature", filled("power", "hold"))).sources


@pytest.mark.parametrize("fill", FILLS)
def test_nothing_known_before_the_first_value_is_an_error_or_told(tmp_path, fill):
    first = rows(values=["", "", *HEAT[2:]])
    before = rows(  # the row at the start is missing, and the one before it is empty
        ["2024-12-31T22:00", "2024-12-31T23:00", *LOCAL[1:]], ["3", "", *HEAT[1:]]
    )
    for content in (first, before):
        path = town(tmp_path, content, "heat", filled("heat", fill))
        if fill == "hold" and content is first:
            assert [problem.code for problem in problems(path)] == ["HS606"]
            continue
        case = load(path)
        assert np.isfinite(case.demand.heat[:8760][:, 0]).all()
        assert any(warning.code == "HS609" for warning in case.warnings)


def doubts(path):
    return [str(warning) for warning in load(path).warnings]


def test_other_spacing_is_averaged_with_a_word(tmp_path):
    values = [
        f"{v:.3f}" for v in np.repeat([float(v) for v in HEAT], 4) * np.tile([0.7, 0.9, 1.1, 1.3], 8760)
    ]
    fine = rows([f"{t:%Y-%m-%dT%H:%MZ}" for t in QUARTERS], values)
    (told,) = doubts(town(tmp_path, fine))
    assert "HS611" in told
    assert "rows of 900 s, steps of 3600 s" in told
    for mode in ("hold", "linear"):
        say = (T, 'series_kW = "heat.csv"', f'series_kW = {{ file = "heat.csv", input = "{mode}" }}')
        case = load(town(tmp_path, fine, "heat", say))
        assert case.warnings == ()
        if mode == "hold":
            assert case.demand.heat[:8760][:, 0] == pytest.approx(
                1e3 * np.array([float(v) for v in HEAT]), rel=1e-3
            )
    (told,) = doubts(town(tmp_path, rows(), "heat", FINE))
    assert "rows of 3600 s, steps of 900 s" in told


def test_meters_that_stand_still_are_told(tmp_path):
    flat = one(HEAT, range(500, 600), "7.25")
    (told,) = doubts(town(tmp_path, rows(values=flat)))
    assert "C1" in told
    assert "7.25 for 4.17 days, lines 502 to 601" in told
    short = one(HEAT, range(500, 560), "7.25")
    assert doubts(town(tmp_path, rows(values=short))) == []
    nights = one(HEAT, range(4000, 5500), "0")
    assert doubts(town(tmp_path, rows(values=nights))) == []
    zero = rows(LOCAL, [f"{v},0" for v in HEAT], "time,C1,C2")
    (told,) = doubts(town(tmp_path, zero))
    assert "HS616" in told
    assert "zero in every row: consumer C2" in told


USUAL = {
    "autumn hour twice": (rows(), "heat"),
    "all year in standard time": (rows([f"{time}+01:00" for time in STANDARD]), "heat"),
    "blanks for T": (rows([time.replace("T", " ") for time in LOCAL]), "heat"),
    "plant of 999 kW": (rows(values=one(HEAT, range(3000, 5000), "999")[:3000] + ["999"] * 5760), "power"),
    "on and off": (rows(values=["999" if row % 24 > 7 else "0" for row in range(8760)]), "power"),
    "capped below": (rows(values=[f"{min(999.0, 60 * float(v)):g}" for v in HEAT]), "power"),
    "steps of days": (rows(values=[f"{5 + row // 24 % 7}" for row in range(8760)]), "heat"),
    "summer and winter": (rows(values=["5" if 2900 < row < 6500 else "12" for row in range(8760)]), "power"),
    "grows by weeks": (rows(values=[f"{100 + row // 168}" for row in range(8760)]), "power"),
    "a ramp": (rows(values=[f"{100 + row / 100:.2f}" for row in range(8760)]), "power"),
    "grows by months": (rows(values=[f"{100 + row // 730}" for row in range(8760)]), "power"),
    "constant": (rows(values=["42"] * 8760), "heat"),
    "prices below zero": (rows(values=one(PRICES, range(40, 50), "-99.99")), "price"),
    "prices of a spike": (rows(values=one(PRICES, 50, "936.28")), "price"),
    "price of 999": (rows(values=one(PRICES, 50, "999")), "price"),
    "hot gas": (rows(values=[f"{300 + float(v):.1f}" for v in WARM]), "temperature"),
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_series_are_taken(tmp_path, name):
    case = load(town(tmp_path, *USUAL[name]))
    assert [w for w in case.warnings if w.file == H] == []


def published(path, column, first, stamp):
    """A year of a published file as times and values, from the row of a day on."""
    head, *table = [text.split(",") for text in path.read_text("utf-8").splitlines()]
    start = next(row for row, cells in enumerate(table) if cells[0].startswith(first))
    year = table[start : start + 8760]
    return [stamp(cells[0]) for cells in year], [cells[head.index(column)] for cells in year]


METER, TOWN = "dk_smart_meter_660_hourly.csv", "flensburg_sonderborg_hourly.csv"
PUBLISHED = {
    "heat of a house": (METER, "heat_kwh", "2018-12-31T23", "heat"),
    "flow of a house": (METER, "water_m3", "2018-12-31T23", "flow"),
    "supply of a house": (METER, "t_supply_c", "2018-12-31T23", "temperature"),
    "return of a house": (METER, "t_return_c", "2018-12-31T23", "temperature"),
    "heat of a town": (TOWN, "flensburg_mw", "2015-01-01", "heat"),
    "power of a town": (TOWN, "flensburg_mw", "2019-01-01", "power"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_series_raise_no_alarm(tmp_path, shared, name):
    file, column, first, key = PUBLISHED[name]
    path = shared / "reference-data/heat-load" / file
    times, values = published(path, column, first, lambda t: t if t.endswith("Z") else f"{t}+01:00")
    year = 2019 if file == METER else int(first[:4])
    edits = [(T, "start = 2025-01-01 ", f"start = {year}-01-01 ")]
    if key == "temperature":  # nothing flows at times, and nothing is measured then
        edits.append(filled("power", "interpolate"))
    case = load(town(tmp_path, rows(times, values), key, *edits))
    assert {w.code for w in case.warnings if w.file == H} <= {"HS609"}


def test_prices_with_times_that_stand_twice(tmp_path, shared):
    path = shared / "reference-data/energy/de_electricity_2023_hourly.csv"
    times, values = published(path, "price_eur_mwh", "2022-12-31T23", str)
    year = (T, "start = 2025-01-01 ", "start = 2023-01-01 ")
    (found,) = problems(town(tmp_path, rows(times, values), "price", year))
    assert (found.code, found.line) == ("HS603", line(times.index("2023-02-26T03:00Z") + 1))
    assert "2023-02-26T03:00 is missing" in found.hint  # local time
    begin = datetime.datetime(2022, 12, 31, 23)
    times = [f"{begin + datetime.timedelta(hours=hour):%Y-%m-%dT%H:%MZ}" for hour in range(8760)]
    case = load(town(tmp_path, rows(times, values), "price", year))
    assert [w for w in case.warnings if w.file == H] == []


def test_the_loads_of_a_quarter_raise_no_alarm(tmp_path, shared):
    content = (shared / "reference-data/network/seestadt/demand_heat_w.csv").read_text("utf-8")
    columns = content.split("\n", 1)[0].split(",")[1:]
    who = "id,node,column\n" + "".join(f"B{i},N{2 + i % 2},{c}\n" for i, c in enumerate(columns))
    path = town(
        tmp_path, content, "heat", (T, 'series_kW = "heat.csv"', 'series_W = "heat.csv"'),
        ("consumers.csv", "id,node,kind,annual_heat_MWh\nC1,N2,house,20\nC2,N3,flats,200\n", who),
    )  # fmt: skip
    assert [str(w) for w in load(path).warnings if w.file == H] == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    holes=st.sets(st.integers(0, 8759), min_size=1, max_size=20),
    nothing=st.sampled_from(NOTHING),
    key=st.sampled_from(["heat", "flow", "power", "temperature", "price"]),
)
def test_no_gap_anywhere_loads(tmp_path_factory, holes, nothing, key):
    values = one(HEAT, sorted(holes), nothing)
    content = "\n".join(text for text in rows(values=values).split("\n") if not text.endswith(",row"))
    found = problems(town(tmp_path_factory.getbasetemp() / "holes", content, key))
    assert {problem.code for problem in found} <= {"HS605", "HS606", "HS608", "HS610", "HS612"}


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    size=st.floats(1, 2e5),
    digits=st.integers(0, 3),
    off=st.floats(0, 0.95),
    limit=st.sampled_from([0.5, 0.9, 2.0]),
    length=st.sampled_from([24, 168, 2000]),
)
def test_loads_by_chance_raise_no_alarm(seed, size, digits, off, limit, length):
    rng = np.random.default_rng(seed)
    values = np.minimum(rng.gamma(2, 0.3, length), limit) * size * (rng.random(length) > off)
    values = np.round(values, digits)
    assert missing_code(values) is None
    assert not register(values)
    assert not kelvin(values)
    assert stuck(values, 72) is None
