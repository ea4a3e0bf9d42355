"""Every format gives the same weather: one year written in all of them, published files, and broken ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from heatsym.errors import InputError
from heatsym.weather import Weather, WeatherYear, read_weather
from heatsym.weather.dwd import lambert_to_degrees
from heatsym.weather.place import course

ROSTOCK = read_weather(Weather(dataset="rostock"), None)
START = ROSTOCK.start


def cells(stamp: np.datetime64) -> tuple[int, int, int]:
    """Month, day and number 1 to 24 of an hour by its start."""
    text = str(stamp)
    return int(text[5:7]), int(text[8:10]), int(text[11:13]) + 1


def sky(year: WeatherYear = ROSTOCK) -> tuple[np.ndarray, np.ndarray]:
    assert year.direct_horizontal is not None
    assert year.diffuse_horizontal is not None
    return year.direct_horizontal, year.diffuse_horizontal


def epw(year: WeatherYear) -> str:
    direct, diffuse = sky(year)
    lines = [
        "LOCATION,Rostock,-,DEU,TRY,101700,54.18,12.08,1.0,4.0",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,2,.5,,,,"
        + ",".join("9" for _ in range(12))
        + ",2,1.5,1800,900,"
        + ",".join(f"{month}.5" for month in range(12)),
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,",
        "COMMENTS 2,",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]
    for i, stamp in enumerate(year.start):
        month, day, hour = cells(stamp)
        lines.append(
            f"2010,{month},{day},{hour},0,?9,{year.t_air[i]},0.0,80,101000,0,0,300,"
            f"{direct[i] + diffuse[i]},0,{diffuse[i]}" + ",0" * 5 + f",{year.wind_speed[i]}" + ",0" * 13
        )
    return "\n".join(lines)


def tmy3(year: WeatherYear) -> str:
    direct, diffuse = sky(year)
    lines = [
        '101700,"ROSTOCK, WARNEMUENDE",MV,1.0,54.180,12.080,4',
        "Date (MM/DD/YYYY),Time (HH:MM),ETR (W/m^2),GHI (W/m^2),DHI (W/m^2),Dry-bulb (C),Wspd (m/s)",
    ]
    for i, stamp in enumerate(year.start):
        month, day, hour = cells(stamp)
        lines.append(
            f"{month:02}/{day:02}/{1980 + month},{hour:02}:00,0,{direct[i] + diffuse[i]},{diffuse[i]},"
            f"{year.t_air[i]},{year.wind_speed[i]}"
        )
    return "\n".join(lines)


def in_utc(year: WeatherYear) -> list[tuple[str, float, float, float, float]]:
    """Rows in UTC from its 1 January on: stamp, air, global and diffuse irradiance, wind."""
    direct, diffuse = sky(year)
    rows = []
    for i, stamp in enumerate(year.start):
        k = (i + 1) % len(year.start)
        text = str(stamp)
        rows.append(
            (
                text[:10].replace("-", "") + ":" + text[11:13],
                float(year.t_air[k]),
                float(direct[k] + diffuse[k]),
                float(diffuse[k]),
                float(year.wind_speed[k]),
            )
        )
    return rows


PLACE = "Latitude (decimal degrees): 54.180\nLongitude (decimal degrees): 12.080\nElevation (m): 4.0\n"


def pvgis_tmy(year: WeatherYear) -> str:
    months = "".join(f"{month},{2004 + month}\n" for month in range(1, 13))
    head = f"{PLACE}Irradiance Time Offset (h): 0.1761\nmonth,year\n{months}"
    rows = "".join(f"{s}00,{t},80.0,{g},0.0,{d},300.0,{w},0.0,1e5\n" for s, t, g, d, w in in_utc(year))
    tail = "\nT2m: 2-m air temperature (degree Celsius)\n\nPVGIS (c) European Union, 2001-2026\n"
    return f"{head}time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP\n{rows}{tail}"


def pvgis_tmy_json(year: WeatherYear) -> str:
    hours = [
        {"time(UTC)": f"{s}00", "T2m": t, "G(h)": g, "Gb(n)": 0.0, "Gd(h)": d, "WS10m": w}
        for s, t, g, d, w in in_utc(year)
    ]
    months = [{"month": month, "year": 2004 + month} for month in range(1, 13)]
    return json.dumps(
        {
            "inputs": {"location": {"latitude": 54.18, "longitude": 12.08, "elevation": 4.0}},
            "outputs": {"months_selected": months, "tmy_hourly": hours},
            "meta": {"inputs": {}},
        }
    )


def pvgis_series(year: WeatherYear, slope: str = "0 deg.") -> str:
    head = f"{PLACE}Radiation database: PVGIS-SARAH3\n\nSlope: {slope} \nAzimuth: 0 deg. \n"
    rows = "".join(f"{s}10,{g - d},{d},0.0,0.0,{t},{w},0.0\n" for s, t, g, d, w in in_utc(year))
    return f"{head}time,Gb(i),Gd(i),Gr(i),H_sun,T2m,WS10m,Int\n{rows}\nT2m: 2-m air temperature\n"


def pvgis_series_json(year: WeatherYear, slope: float = 0.0) -> str:
    hours = [
        {"time": f"{s}10", "Gb(i)": g - d, "Gd(i)": d, "Gr(i)": 0.0, "T2m": t, "WS10m": w, "Int": 0.0}
        for s, t, g, d, w in in_utc(year)
    ]
    place = {"latitude": 54.18, "longitude": 12.08, "elevation": 4.0}
    mounting = {"fixed": {"slope": {"value": slope, "optimal": False}}}
    return json.dumps(
        {
            "inputs": {"location": place, "mounting_system": mounting},
            "outputs": {"hourly": hours},
            "meta": {"inputs": {}},
        }
    )


def dwd2010(year: WeatherYear) -> str:
    direct, diffuse = sky(year)
    lines = [
        "TRY02   Ostseekueste        (Klimaregion  2)",
        "Station: Rostock                         WMO-Nummer: 10170",
        "Lage: 54°11'N <- B.  12°05'O <- L.     4 Meter über NN",
        "Art des TRY    : mittleres Jahr",
        "Bezugszeitraum : 1988-2007",
        "RG    IS  MM  DD  HH  N   WR      WG       t       p        x   RF   W    B    D IK   A     E IL",
        "***",
    ]
    for i, stamp in enumerate(year.start):
        month, day, hour = cells(stamp)
        lines.append(
            f" 2     1  {month:2}  {day:2}  {hour:2}  8  280  {year.wind_speed[i]:6.1f}  {year.t_air[i]:6.1f}"
            f"   1013.0     3.5   92  70  {direct[i]:4.0f}  {diffuse[i]:4.0f} 1   283   -315  9"
        )
    return "\n".join(lines)


def dwd2015(year: WeatherYear) -> str:
    direct, diffuse = sky(year)
    lines = [
        "Koordinatensystem : Lambert konform konisch",
        "Rechtswert        : 4131351 Meter",
        "Hochwert          : 3036314 Meter",
        "Hoehenlage        : 4 Meter ueber NN",
        "Art des TRY       : mittleres Jahr",
        "Bezugszeitraum    : 1995-2012",
        "     RW      HW MM DD HH     t    p  WR   WG N    x  RF    B    D   A    E IL",
        "*** ",
    ]
    for i, stamp in enumerate(year.start):
        month, day, hour = cells(stamp)
        lines.append(
            f"4131351 3036314 {month:2} {day:2} {hour:2} {year.t_air[i]:5.1f} 1006 201"
            f" {year.wind_speed[i]:4.1f} 5  3.2  84 {direct[i]:4.0f} {diffuse[i]:4.0f} 291 -281  2"
        )
    return "\n".join(lines)


def plain(year: WeatherYear, head: str = "# timezone: UTC+1\n") -> str:
    direct, diffuse = sky(year)
    names = "temperature_degC,wind_m_per_s,direct_horizontal_W_per_m2,diffuse_horizontal_W_per_m2"
    rows = "".join(
        f"{stamp},{t},{w},{b},{d}\n"
        for stamp, t, w, b, d in zip(year.start, year.t_air, year.wind_speed, direct, diffuse, strict=True)
    )
    return f"# latitude: 54.18\n# longitude: 12.08\n{head}time,{names}\n{rows}"


def read(text: str | bytes, folder: Path, *, typical: bool = False) -> WeatherYear:
    """Read with a name that tells nothing about the format."""
    path = folder / "weather.dat"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_weather(Weather(file="weather.dat", typical=typical), path)


FORMATS: dict[str, tuple[Callable[[WeatherYear], str], bool]] = {
    "epw": (epw, True),
    "tmy3": (tmy3, True),
    "pvgis tmy": (pvgis_tmy, True),
    "pvgis tmy json": (pvgis_tmy_json, True),
    "pvgis series": (pvgis_series, False),
    "pvgis series json": (pvgis_series_json, False),
    "dwd 2010": (dwd2010, True),
    "dwd 2015": (dwd2015, True),
    "plain": (plain, False),
}


@pytest.mark.parametrize("name", FORMATS)
def test_one_year_in_every_format(name: str, tmp_path: Path) -> None:
    write, test_year = FORMATS[name]
    found = read(write(ROSTOCK), tmp_path)
    turned = 1 if found.utc_offset == 0.0 else 0  # rows in UTC begin an hour later
    assert found.utc_offset == 1.0 - turned
    assert found.test_year == test_year
    for column in ("t_air", "wind_speed", "direct_horizontal", "diffuse_horizontal"):
        expected = np.roll(getattr(ROSTOCK, column), -turned)
        assert getattr(found, column) == pytest.approx(expected, abs=1e-9), column
    assert (found.latitude, found.longitude) == pytest.approx((54.18, 12.08), abs=0.01)
    assert found.convention
    month_day_hour = found.start.astype("datetime64[h]") - found.start.astype("datetime64[Y]")
    assert month_day_hour[0] == np.timedelta64(0, "h")


def test_published_reference_years(shared: Path, tmp_path: Path) -> None:
    """The file of Deutscher Wetterdienst is the packaged year."""
    place = find_spec("demandlib")
    if place is None or place.origin is None:
        pytest.skip("demandlib brings the file")
    folder = Path(place.origin).parent / "vdi" / "resources_weather"
    found = read_weather(Weather(file="TRY"), folder / "TRY2010_02_Jahr.dat")
    for column in ("t_air", "wind_speed", "direct_horizontal", "diffuse_horizontal"):
        assert np.array_equal(getattr(found, column), getattr(ROSTOCK, column)), column
    assert found.title == "Rostock, mittleres Jahr 1988-2007 (TRY)"
    for number in (1, 3, 12, 15):
        other = read_weather(Weather(file="TRY"), folder / f"TRY2010_{number:02}_Jahr.dat")
        assert 5.0 < other.mean < 12.0
    table = np.genfromtxt(shared / "reference-data/weather/try2015_aachen.csv", delimiter=",", names=True)
    aachen = replace(
        ROSTOCK,
        t_air=table["t_air_c"],
        wind_speed=table["wind_m_s"],
        direct_horizontal=table["direct_horizontal_w_m2"],
        diffuse_horizontal=table["diffuse_horizontal_w_m2"],
    )
    text = dwd2015(aachen).replace("4131351", "3723500").replace("3036314", "2680500")
    assert read(text, tmp_path).t_air == pytest.approx(aachen.t_air)


def test_projection_of_the_reference_years() -> None:
    """A file name of DWD says 51.3564 N 12.4162 E for this square; the origin is exact."""
    assert lambert_to_degrees(4_162_500, 2_733_500) == pytest.approx((51.3564, 12.4162), abs=5e-5)
    assert lambert_to_degrees(4e6, 2.8e6) == pytest.approx((52.0, 10.0), abs=1e-12)


def test_ground_line_of_epw(tmp_path: Path) -> None:
    ground = read(epw(ROSTOCK), tmp_path).ground
    assert ground is not None
    assert ground.depth.tolist() == [0.5, 2.0]
    assert ground.monthly is not None
    assert ground.monthly[1].tolist() == [month + 0.5 for month in range(12)]


def test_global_irradiance_is_split(tmp_path: Path) -> None:
    lines = plain(ROSTOCK).splitlines()
    lines[3] = "time,temperature_degC,global_horizontal_W_per_m2"
    direct, diffuse = sky()
    for i in range(8760):
        lines[4 + i] = f"{START[i]},{ROSTOCK.t_air[i]},{direct[i] + diffuse[i]}"
    found = read("\n".join(lines), tmp_path)
    assert sum(sky(found)) == pytest.approx(direct + diffuse)
    assert sky(found)[1].sum() == pytest.approx(diffuse.sum(), rel=0.1)
    assert "Erbs" in found.notes[0]
    without = read("\n".join(lines[3:]).replace("time", "# timezone: +01:00\ntime", 1), tmp_path)
    assert without.direct_horizontal is None
    assert "no place" in without.notes[0]


def test_zones_of_a_table(tmp_path: Path) -> None:
    """Offsets at every time, also those of summer time, and stamps at the end of the hour."""
    end = plain(replace(ROSTOCK, start=START + np.timedelta64(3600, "s")), "# timezone: UTC+1\n# time: end\n")
    assert np.array_equal(read(end, tmp_path).start, START)
    lines = plain(ROSTOCK, "# clock: as on the wall\n").splitlines()
    for i in range(8760):
        wall, offset = (START[i], "+01:00") if i < 2000 else (START[i] + np.timedelta64(3600, "s"), "+02:00")
        lines[4 + i] = f"{wall}{offset},{lines[4 + i].partition(',')[2]}"
    found = read("\n".join(lines), tmp_path)
    assert found.utc_offset == 0.0
    assert np.array_equal(found.start, START - np.timedelta64(3600, "s"))


def test_inclined_series_has_no_irradiance(tmp_path: Path) -> None:
    for text in (pvgis_series(ROSTOCK, "35 deg. (optimum)"), pvgis_series_json(ROSTOCK, 35.0)):
        found = read(text, tmp_path)
        assert found.direct_horizontal is None
        assert "slope 35" in found.notes[0]


def test_gap_in_irradiance_leaves_the_column_out(tmp_path: Path) -> None:
    lines = dwd2010(ROSTOCK).splitlines()
    cells = lines[500].split()
    lines[500] = " ".join([*cells[:14], "9999", *cells[15:]])
    found = read("\n".join(lines), tmp_path)
    assert found.diffuse_horizontal is None
    assert found.notes == ("diffuse horizontal is left out: missing in 1 hours, first line 501",)


def test_leap_day(tmp_path: Path) -> None:
    """A real leap year keeps it; taken as typical it has 365 days."""
    start = np.datetime64("2024-01-01T00:00:00") + np.arange(8784) * np.timedelta64(3600, "s")
    hours = np.minimum(np.arange(8784), 8759)
    columns = ("t_air", "wind_speed", "direct_horizontal", "diffuse_horizontal")
    leap = replace(ROSTOCK, start=start, **{name: getattr(ROSTOCK, name)[hours] for name in columns})
    assert len(read(plain(leap), tmp_path).t_air) == 8784
    typical = read(plain(leap), tmp_path, typical=True)
    assert len(typical.t_air) == 8760
    assert typical.t_air[59 * 24] == leap.t_air[60 * 24]


def line(number: int, old: str, new: str) -> Callable[[str], str]:
    """Edit of one line, counted from 1."""

    def edit(text: str) -> str:
        lines = text.splitlines()
        assert old in lines[number - 1], lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return "\n".join(lines)

    return edit


def without(number: int) -> Callable[[str], str]:
    return lambda text: "\n".join(row for k, row in enumerate(text.splitlines(), 1) if k != number)


def moved(hours: int) -> Callable[[str], str]:
    """The whole table by some hours, as by another convention for stamps."""
    columns = ("t_air", "wind_speed", "direct_horizontal", "diffuse_horizontal")
    rolled = replace(ROSTOCK, **{name: np.roll(getattr(ROSTOCK, name), hours) for name in columns})
    return lambda _: plain(rolled)


def summer_time(_: str) -> str:
    part = np.r_[0:2000, 1999:7000, 7001:8760]
    columns = ("t_air", "wind_speed", "direct_horizontal", "diffuse_horizontal")
    return plain(replace(ROSTOCK, **{name: getattr(ROSTOCK, name)[part] for name in columns}))


def kelvin(text: str) -> str:
    return plain(replace(ROSTOCK, t_air=ROSTOCK.t_air + 273.15))


def half_hours(text: str) -> str:
    part = replace(ROSTOCK, start=START[0] + np.arange(8760) * np.timedelta64(1800, "s"))
    return plain(part)


JUNE = 4 + 165 * 24 + 13  # a line of the plain table about noon of 15 June


def negative(text: str) -> str:
    """A direct irradiance of -50 W/m2."""
    cells = text.splitlines()[JUNE - 1].split(",")
    return line(JUNE, ",".join(cells), ",".join([*cells[:3], "-50", cells[4]]))(text)


BROKEN: dict[str, tuple[Callable[[WeatherYear], str], Callable[[str], str], str, int | None, str]] = {
    "kelvin": (plain, kelvin, "HS407", 5, "looks like kelvin"),
    "9999 for a temperature": (tmy3, line(3, ",1.0,6.6", ",9999,6.6"), "HS406", 3, "is missing (9999)"),
    "-9999 in a table": (plain, line(5, ",1.0,", ",-9999,"), "HS406", 5, "is missing (-9999)"),
    "empty cell": (plain, line(5, ",1.0,", ",,"), "HS405", 5, "'' is not a number"),
    "truncated in a row": (epw, lambda text: text[:500_000], "HS405", None, "fields instead of"),
    "truncated JSON": (pvgis_tmy_json, lambda text: text[:300_000], "HS404", 1, "not whole JSON"),
    "8759 rows": (dwd2015, lambda text: text.rpartition("\n")[0], "HS406", 8767, "8759 of 8760"),
    "8759 rows of PVGIS": (pvgis_tmy, without(1000), "HS406", None, "8759 of the 8760"),
    "an hour late": (plain, moved(1), "HS409", None, "0.8 h late"),
    "an hour early": (plain, moved(-1), "HS409", None, "1.2 h early"),
    "zone of another place": (plain, line(3, "UTC+1", "UTC+3"), "HS409", None, "2.2 h early"),
    "summer time": (plain, summer_time, "HS409", None, "in summer"),
    "duplicated hour": (
        plain,
        lambda text: text + text.splitlines()[-1],
        "HS406",
        8765,
        "2010-12-31T23:00 appears twice",
    ),
    "October in local time": (
        plain,
        line(7300, str(START[7295]), str(START[7294])),
        "HS406",
        7300,
        "appears twice",
    ),
    "missing hour": (plain, without(4000), "HS406", 4000, "hours are missing between"),
    "letters": (pvgis_series, line(100, ",0.0,0.0,", ",n/a,0.0,"), "HS405", 100, "'n/a' is not a number"),
    "letters in JSON": (
        pvgis_series_json,
        lambda text: text.replace('"T2m": 1.0', '"T2m": "cold"', 1),
        "HS405",
        None,
        "something else than numbers",
    ),
    "time missing in JSON": (
        pvgis_series_json,
        lambda text: text.replace('"time": "20100101:0110"', '"time": null', 1),
        "HS405",
        None,
        "hour 2 has no time",
    ),
    "wrong header": (tmy3, line(2, "Dry-bulb (C)", "Dry-bulb (F)"), "HS404", 2, "no column Dry-bulb (C)"),
    "column misspelt": (plain, line(4, "wind_m_per_s", "wind_km_per_h"), "HS404", 4, "wind_m_per_s?"),
    "wrong number of columns": (
        dwd2010,
        line(2000, "  1013.0", ""),
        "HS405",
        2000,
        "18 fields instead of 19",
    ),
    "hours 0 to 23 in an EPW": (epw, line(9, ",1,1,1,0,", ",1,1,0,0,"), "HS405", 9, "hours from 1 to 24"),
    "hours 0 to 23 in a TRY": (dwd2015, line(9, " 1  1  1 ", " 1  1  0 "), "HS405", 9, "hours go from 1"),
    "empty": (plain, lambda _: "", "HS404", 1, "is empty"),
    "binary": (plain, lambda _: "PK\x03\x04\0\0", "HS402", None, "not a text file"),
    "a page instead of a file": (plain, lambda _: "<html>404</html>", "HS402", 1, "formats are EPW"),
    "two records per hour": (plain, half_hours, "HS404", 6, "every 30 min"),
    "two records per hour in an EPW": (
        epw,
        line(8, "1,1,Data", "1,2,Data"),
        "HS404",
        8,
        "2 records per hour",
    ),
    "negative irradiance": (plain, negative, "HS407", JUNE, "it is negative"),
    "latitude and longitude swapped": (
        plain,
        lambda text: text.replace("54.18", "12.08!", 1).replace("12.08\n", "54.18\n", 1).replace("!", ""),
        "HS409",
        None,
        "seem swapped",
    ),
    "no zone": (plain, line(3, "# timezone", "# zone"), "HS405", 5, "there is no timezone"),
    "zone with summer time": (plain, line(3, "UTC+1", "Europe/Berlin"), "HS404", 3, "no fixed offset"),
    "irradiance at night": (plain, line(1, "54.18", "-54.18"), "HS409", None, "at night"),
    "ground line cut": (epw, line(4, ",9,9", ""), "HS404", 4, "12 ground temperatures at 2 depths"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_by_name(name: str, tmp_path: Path) -> None:
    write, edit, code, number, words = BROKEN[name]
    with pytest.raises(InputError) as caught:
        read(edit(write(ROSTOCK)), tmp_path)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert problem.file == "weather.dat"
    assert words in str(problem)
    if number is not None:
        assert problem.line == number


def test_clock_of_published_weather(shared: Path) -> None:
    """What the limits of the check rest on: no published file comes near them."""
    folder = shared / "reference-data/weather"
    names = ("USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw", "pvgis_tmy_45N_8E_2005_2023.epw")
    years = [ROSTOCK, *(read_weather(Weather(file=name), folder / name) for name in names)]
    courses = [found for year in years if (found := course(year))]
    assert [found.lag() for found in courses] == pytest.approx([-0.22, -0.03, -0.63], abs=0.02)
    assert [abs(found.lag(5, 9) - found.lag(11, 2)) < 0.05 for found in courses] == [True] * 3
    assert max(found.at_night() for found in courses) < 1e-3


def garbled(text: str, rng: np.random.Generator) -> str:
    """The text with a few characters gone or replaced, mostly in the head."""
    at = int(rng.integers(rng.choice([300, 3000, len(text)])))
    gone = int(rng.choice([1, 40, len(text)], p=[0.7, 0.2, 0.1]))
    odd = ["", ",", "-", "x", "\n", "9999", "nan", "1e999", ":", '"', "*", "null", "[]", "é"]
    return text[:at] + str(rng.choice(odd)) + text[at + gone :]


@pytest.mark.parametrize("name", FORMATS)
def test_garbled_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    """Never anything else: each refusal is an InputError."""
    text = FORMATS[name][0](ROSTOCK)
    refused = 0
    for seed in range(12):
        try:
            read(garbled(text, np.random.default_rng(seed)), tmp_path)
        except InputError:
            refused += 1
    assert refused
