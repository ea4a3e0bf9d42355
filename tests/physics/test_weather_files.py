"""EPW files: two dialects, real and typical years, and files that must be refused by name and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis
from heatsym.weather import Weather, WeatherYear, air_temperature, read_weather
from heatsym.weather.epw import parse_epw
from heatsym.weather.sun import elevation_by_hour

CHICAGO = "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw"
PVGIS = "pvgis_tmy_45N_8E_2005_2023.epw"


def epw(start: str = "2023-01-01", hours: int = 8760, source: str = "AMY", zone: str = "1.0") -> list[str]:
    """Lines of a small valid file in which the temperature counts the hours: 0.00, 0.01 ... modulo 20."""
    header = [
        "",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,made for a test",
        "COMMENTS 2,",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]
    stamps = np.datetime64(start, "h") + np.arange(hours)
    longitude = 15.0 * float(zone)
    header[0] = f"LOCATION,Nowhere,-,XYZ,{source},000000,55.0,{longitude:g},{zone},10.0"
    height = elevation_by_hour(stamps, float(zone), 55.0, longitude)
    rows = []
    for i, stamp in enumerate(stamps):
        sky = f"{700 * height[i]:.0f},0,{200 * height[i]:.0f}"
        year, month, day = str(stamp)[:10].split("-")
        date = f"{year},{int(month)},{int(day)},{int(str(stamp)[11:13]) + 1},0"
        rows.append(
            f"{date},?9?9,{i % 2000 / 100:.2f},0.0,80,101000,0,0,300,{sky}" + ",0" * 5 + ",5.0" + ",0" * 13
        )
    return header + rows


def read(lines: list[str], *, typical: bool = False) -> WeatherYear:
    return parse_epw("\n".join(lines), "x.epw", typical=typical)


@pytest.mark.parametrize(
    ("name", "mean", "coldest", "hottest", "zone", "first"),
    [
        # value, month, day, hour as numbered in the file: read off the file by hand
        (CHICAGO, 9.988, (-22.8, 1, 7, 7), (35.0, 7, 19, 15), -6.0, -12.2),
        (PVGIS, 13.564, (-2.34, 12, 31, 8), (34.33, 6, 30, 16), 1.0, 2.04),
    ],
)
def test_published_files(
    shared: Path,
    name: str,
    mean: float,
    coldest: tuple[float, int, int, int],
    hottest: tuple[float, int, int, int],
    zone: float,
    first: float,
) -> None:
    weather = read_weather(Weather(file=name), shared / "reference-data/weather" / name)
    assert weather.test_year
    assert weather.utc_offset == zone
    assert weather.mean == pytest.approx(mean, abs=5e-4)
    assert (weather.t_air.min(), weather.t_air.max()) == (coldest[0], hottest[0])
    assert weather.t_air[0] == first
    for value, month, day, hour in (coldest, hottest):
        begin = np.datetime64(f"2025-{month:02}-{day:02}T{hour - 1:02}:00:00") - np.timedelta64(
            int(zone), "h"
        )
        assert air_temperature(weather, TimeAxis(begin, 3600, 1, "UTC"), 0.0)[0] == [value]


def test_chicago_header_and_irradiance(shared: Path) -> None:
    weather = read_weather(Weather(file=CHICAGO), shared / "reference-data/weather" / CHICAGO)
    assert (weather.latitude, weather.longitude) == (41.98, -87.92)
    assert weather.title == "Chicago Ohare Intl Ap, IL, USA (TMY3)"
    assert "NREL TMY Data Set" in weather.attribution
    assert weather.wind_speed is not None
    assert weather.direct_horizontal is not None
    assert weather.diffuse_horizontal is not None
    assert weather.wind_speed.max() == 15.4
    total = weather.direct_horizontal + weather.diffuse_horizontal
    assert total.sum() / 1e3 == pytest.approx(1406.646)
    noon = np.sum(np.arange(24) * total.reshape(365, 24).sum(axis=0)) / total.sum() + 0.5
    assert noon == pytest.approx(12.0 - (-87.92 - -90.0) / 15.0, abs=0.25)  # solar noon of 87.92 W at UTC-6


def test_file_of_one_year_goes_by_time_stamp() -> None:
    weather = read(epw(zone="5.5"))
    assert not weather.test_year
    first = TimeAxis(np.datetime64("2022-12-31T18:30:00"), 3600, 2, "Asia/Kolkata")
    assert air_temperature(weather, first, 0.0)[0].tolist() == [0.0, 0.01]
    between = TimeAxis(np.datetime64("2022-12-31T19:00:00"), 3600, 1, "Asia/Kolkata")
    assert air_temperature(weather, between, 0.0)[0] == pytest.approx([0.005])
    assert len(read(epw("2024-01-01", 8784)).t_air) == 8784


def test_file_of_one_year_can_be_taken_as_typical() -> None:
    lines = epw("2024-01-01", 8784)
    other_year = TimeAxis(np.datetime64("2030-02-28T22:00:00"), 3600, 2, "UTC")
    with pytest.raises(InputError, match="HS408"):
        air_temperature(read(lines), other_year, 0.0)
    weather = read(lines, typical=True)
    assert weather.test_year
    hour = (31 + 28) * 24 - 1  # of a year without leap day
    expected = [hour % 2000 / 100, (hour + 25) % 2000 / 100]  # 29 February is left out
    assert air_temperature(weather, other_year, 0.0)[0] == pytest.approx(expected)


@pytest.mark.parametrize("source", ["TMY3", "SRC-TMYx", "IWEC Data", "TRY"])
def test_named_test_years_have_no_calendar_year(source: str) -> None:
    assert read(epw(source=source)).test_year


def test_incomplete_extra_columns_are_left_out() -> None:
    lines = epw()
    fields = lines[100].split(",")
    fields[13] = fields[21] = "9999"
    lines[100] = ",".join(fields)
    weather = read(lines)
    assert weather.wind_speed is None
    assert weather.direct_horizontal is None
    assert weather.diffuse_horizontal is not None


def change(line: int, field: int, value: str) -> Callable[[list[str]], list[str]]:
    """Edit of one field; ``line`` counts from 1, ``field`` from 0."""

    def edit(lines: list[str]) -> list[str]:
        fields = lines[line - 1].split(",")
        fields[field] = value
        return [*lines[: line - 1], ",".join(fields), *lines[line:]]

    return edit


def in_kelvin(lines: list[str]) -> list[str]:
    rows = [line.split(",") for line in lines[8:]]
    return lines[:8] + [",".join([*row[:6], f"{float(row[6]) + 273.15:.2f}", *row[7:]]) for row in rows]


@pytest.mark.parametrize(
    ("edit", "code", "line"),
    [
        (lambda lines: [], "HS404", 1),
        (lambda lines: ["PK\x03\x04 not text at all"], "HS404", 1),
        (lambda lines: lines[:5], "HS404", 8),
        (lambda lines: lines[1:], "HS404", 1),
        (change(1, 8, "CET"), "HS404", 1),
        (change(1, 6, "155"), "HS404", 1),
        (change(1, 9, "nan"), "HS404", 1),
        (change(8, 2, "4"), "HS404", 8),
        (change(500, 6, "99.9"), "HS406", 500),
        (change(500, 6, ""), "HS405", 500),
        (change(500, 6, "cold"), "HS405", 500),
        (change(500, 6, "nan"), "HS405", 500),
        (change(500, 6, "-61"), "HS407", 500),
        (change(500, 3, "0"), "HS405", 500),
        (change(500, 3, "25"), "HS405", 500),
        (change(500, 1, "13"), "HS404", None),
        (change(500, 5, "a,b"), "HS405", 500),
        (lambda lines: [*lines[:499], lines[499][:40], *lines[500:]], "HS405", 500),
        (lambda lines: [*lines[:499], "", *lines[499:]], "HS405", 500),
        (lambda lines: [*lines[:499], *lines[500:]], "HS406", 500),  # an hour is missing
        (lambda lines: [*lines[:500], *lines[499:]], "HS406", 501),  # an hour stands twice
        (lambda lines: lines[:5000], "HS406", 5000),  # cut off, and of a test year
        (in_kelvin, "HS407", 9),
    ],
)
def test_broken_files_are_refused_with_their_line(
    edit: Callable[[list[str]], list[str]], code: str, line: int | None
) -> None:
    with pytest.raises(InputError) as caught:
        read(edit(epw(source="TMY3")))
    problem = caught.value.problems[0]
    assert (problem.code, problem.file, problem.line) == (code, "x.epw", line)


def test_kelvin_is_named() -> None:
    with pytest.raises(InputError, match="looks like kelvin"):
        read(in_kelvin(epw()))


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="HS403"):
        read_weather(Weather(file="gone.epw"), tmp_path / "gone.epw")


def test_western_code_page(tmp_path: Path) -> None:
    lines = epw()
    lines[0] = lines[0].replace("Nowhere", "Køge")
    (tmp_path / "x.epw").write_bytes("\r\n".join(lines).encode("cp1252"))
    assert read_weather(Weather(file="x.epw"), tmp_path / "x.epw").title == "Køge, XYZ (AMY)"
