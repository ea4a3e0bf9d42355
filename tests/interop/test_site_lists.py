"""Lists of sites become sources of a case; rows that cannot are named by line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from heatsym.case.load import load
from heatsym.cli import main
from heatsym.errors import InputError
from heatsym.interfaces.profile import Context
from heatsym.interop.site_lists import (
    HOTMAPS_BANDS,
    HOTMAPS_SECTORS,
    distance,
    read_sites,
    sources_toml,
)
from heatsym.sources.annual import calendar_year
from heatsym.sources.archetypes import sectors
from heatsym.sources.industrial import IndustrialStream
from tests.case.town import write_town

HEAD = "name,place,sector,MWh,degC,status\n"
GOOD = (
    HEAD
    + 'Kelp & Sons,"Seahaven, 12.6 54.6",food,5200,95,measured\n'
    + "Brick kiln,12.7 54.6,minerals,900,180,declared\n"
    + 'Servers "Nord",Inland,data_centre,1500,,assumed\n'
    + "Cement,13.9 54.6,cement,80000,,assumed\n"
)
HOTMAPS = (
    "SiteID,CompanyName,SiteName,City,lon,lat,Country,Subsector,"
    + ",".join(HOTMAPS_BANDS)
    + "\n1,Steel AG,Works,Harbour,12.6,54.6,Germany,Iron and steel,10.5,20,0\n"
    + "2,,Works,Harbour,12.61,54.6,Germany,Cement,0,30,0\n"
    + "3,Oil AG,Refinery,Harbour,12.6,54.61,Germany,Refineries,0,0,0\n"
    + "4,Far AG,Far works,Elsewhere,20,54.6,Germany,Glass,1,1,1\n"
    + "5,Lost AG,Lost works,,,,Germany,Glass,1,1,1\n"
)


def written(folder: Path, text: str, name: str = "sites.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def tables(path: Path, form: str, **how) -> list[dict]:
    return tomllib.loads(sources_toml(read_sites(path, form, **how), path.name))["source"]


def test_six_columns(tmp_path):
    found = tables(written(tmp_path, GOOD), "sites")
    assert found[0] == {
        "name": "Kelp & Sons",
        "kind": "industrial",
        "sector": "food",
        "annual_heat_MWh": 5200.0,
        "temperature_degC": 95.0,
        "data_status": "measured",
    }
    assert found[2] == {
        "name": 'Servers "Nord"',
        "kind": "data_centre",
        "annual_heat_MWh": 1500.0,
        "data_status": "assumed",
    }
    assert "temperature_degC" not in found[3]


def test_a_case_takes_what_was_written(tmp_path):
    """With a node for each, the tables are sources with the heat of the list."""
    text = sources_toml(read_sites(written(tmp_path, GOOD), "sites"), "sites.csv")
    text = text.replace('# node = ""', 'node = "N1"')
    path = write_town(tmp_path, ("town.toml", "[prices]", f"{text}\n[prices]"))
    sources = {source.name: source for source in load(path).sources}
    year = calendar_year(2025, "Europe/Copenhagen")
    heat = sources["Kelp & Sons"].stream(Context(year, np.zeros(year.steps))).available
    assert heat.sum() * 3600 == pytest.approx(5200 * 3.6e9)
    assert sources["Cement"].stream_temperature == 300.0
    assert sources["Brick kiln"].data_status == "declared"


def test_hotmaps_sites_have_a_source_for_each_range(tmp_path):
    found = tables(written(tmp_path, HOTMAPS), "hotmaps", near=(12.6, 54.6), within=5.0)
    assert [(source["name"], source["annual_heat_GWh"], source["temperature_degC"]) for source in found] == [
        ("Works (1), 100-200 degC", 10.5, 150.0),
        ("Works (1), 200-500 degC", 20.0, 350.0),
        ("Works (2)", 30.0, 350.0),
    ]
    assert [source["sector"] for source in found] == ["steel", "steel", "cement"]
    assert [source.get("partner") for source in found] == ["Steel AG", "Steel AG", None]
    assert {source["data_status"] for source in found} == {"assumed"}
    sites = read_sites(tmp_path / "sites.csv", "hotmaps", near=(12.6, 54.6), within=5.0)
    assert "# Contains data of the Hotmaps project" in sources_toml(sites, "sites.csv")
    assert sites.notes == (
        "1 row without coordinates left out",
        "1 row beyond 5 km left out, the next at 476 km",
        "1 site without an estimate of heat left out",
    )


def test_an_old_encoding_is_told(tmp_path):
    file = tmp_path / "sites.csv"
    file.write_bytes((HEAD + "Käserei,Dorf,food,10,90,assumed\n").encode("cp1252"))
    found = read_sites(file, "sites")
    assert found.sites[0].name == "Käserei"
    assert found.notes == ("read as Windows-1252, since it is not UTF-8",)


def test_semicolons_and_decimal_commas(tmp_path):
    text = "name;place;sector;MWh;degC;status\nA;12,6 54,6;food;1200,5;90;declared\n"
    (found,) = tables(written(tmp_path, text), "sites", near=(12.6, 54.6), within=1.0)
    assert found["annual_heat_MWh"] == 1200.5


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Kiel, 10.13 54.32", (10.13, 54.32)),
        ("10.13, 54.32", (10.13, 54.32)),
        ("-3.70;40.41", (-3.7, 40.41)),
        ("Street 5, 8000 Aarhus", None),
        ("12,6 54,6", None),  # of which nobody can say where numbers end
        ("v1.2.3 4.5", None),
    ],
)
def test_coordinates_in_a_place(tmp_path, place, expected):
    (site,) = read_sites(written(tmp_path, f'{HEAD}A,"{place}",food,10,90,assumed\n'), "sites").sites
    assert site.place == expected


def test_distance():
    """A degree of latitude is 111.2 km, one of longitude at 60 degrees north half of that."""
    assert distance((12.0, 54.0), (12.0, 55.0)) == pytest.approx(111.2, abs=0.05)
    assert distance((12.0, 60.0), (13.0, 60.0)) == pytest.approx(111.2 / 2, abs=0.05)
    assert distance((179.5, 0.0), (-179.5, 0.0)) == pytest.approx(111.2, abs=0.05)


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("A,here,bakery,10,90,assumed", "HS108", ("column sector, site A", "'bakery' is not a sector")),
        ("A,here,cemment,10,90,assumed", "HS108", ("did you mean cement?",)),
        ("A,here,food,ten,90,assumed", "HS203", ("column MWh", "'ten'", "write a number")),
        ("A,here,food,,90,assumed", "HS203", ("there is no heat", "give the heat of a year")),
        ("A,here,food,-4,90,assumed", "HS107", ("-4 is not between 0",)),
        ("A,here,food,10,4000,assumed", "HS107", ("4000 is not between",)),
        ("A,here,food,10,90,guess", "HS108", ("'guess' is not a status", "known are measured")),
        ("A,here,drinks,10,,assumed", "HS203", ("drinks has no usual temperature",)),
        (",here,food,10,90,assumed", "HS203", ("column name", "give the site a name")),
        ("Kelp & Sons,here,food,10,90,assumed", "HS205", ("is also in line 2",)),
    ],
)
def test_bad_rows_are_named(tmp_path, row, code, words):
    with pytest.raises(InputError) as caught:
        read_sites(written(tmp_path, GOOD + row + "\n"), "sites")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert (problem.file, problem.line) == ("sites.csv", 6)
    assert problem.hint
    assert all(word in str(problem) for word in words), str(problem)


def test_all_bad_rows_are_named_at_once(tmp_path):
    text = HEAD + "A,here,bakery,ten,90,guess\nB,here,food,-1,90,assumed\n"
    with pytest.raises(InputError) as caught:
        read_sites(written(tmp_path, text), "sites")
    assert sorted(problem.line for problem in caught.value.problems) == [2, 2, 2, 3]


@pytest.mark.parametrize(
    ("text", "how", "code", "word"),
    [
        (GOOD.replace("degC", "celsius"), {"form": "sites"}, "HS202", "column degC is missing"),
        (HOTMAPS.replace("Cement", "Zement"), {"form": "hotmaps"}, "HS108", "'Zement'"),
        (HOTMAPS.replace("10.5,20", "many,20"), {"form": "hotmaps"}, "HS203", "'many'"),
        (HOTMAPS, {"form": "hotmaps", "near": (0.0, 0.0)}, "HS533", "the next at"),
        (GOOD, {"form": "sites", "near": (0.0, 0.0)}, "HS533", "1 row without coordinates"),
        (
            GOOD.replace("12.7 54.6", "54.6 127.0"),
            {"form": "sites", "near": (12.6, 54.6)},
            "HS107",
            "latitude",
        ),
        ("", {"form": "sites"}, "HS201", "empty"),
    ],
)
def test_unfit_tables_are_refused(tmp_path, text, how, code, word):
    with pytest.raises(InputError) as caught:
        read_sites(written(tmp_path, text), **how)
    assert caught.value.problems[0].code == code
    assert word in str(caught.value.problems[0])


def test_hostile_names_stay_in_their_place(tmp_path):
    """Quotes, brackets and line ends in a name or a place become neither keys nor tables."""
    name = 'x"\n[[source]]\nname = "y'
    row = f'"{name.replace(chr(34), chr(34) * 2)}","a\nnode = ""b""",food,10,90,assumed\n'
    (found,) = tables(written(tmp_path, HEAD + row), "sites")
    assert found["name"] == name
    assert "node" not in found


def test_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, GOOD)

    def call(*words: str):
        return CliRunner().invoke(main, ["import", "sites.csv", "--from", "sites", *words])

    done = call("--near", "12.6,54.6", "--within", "10", "-o", "near.toml")
    assert done.exit_code == 0, done.output
    assert done.stdout == "near.toml\n"
    assert "2 sources" in done.stderr
    assert len(tomllib.loads(Path("near.toml").read_text("utf-8"))["source"]) == 2
    assert call("-o", "near.toml").exit_code == 2  # there already
    assert call("-o", "near.toml", "--overwrite").exit_code == 0
    assert call("--within", "10").exit_code == 2
    assert call("--near", "12.6").exit_code == 2
    assert call("--near", "54.6,126").exit_code == 2
    assert call("--near", "0,0").exit_code == 3


def test_sectors_are_known():
    assert set(HOTMAPS_SECTORS.values()) - {""} <= set(sectors())


def test_published_list(shared):
    """All of Europe: every estimate becomes a source that has its heat in a year; Germany has 16.2 TWh."""
    path = shared / "reference-data" / "excess-heat" / "hotmaps_industrial_sites_eu.csv"
    found = read_sites(path, "hotmaps")
    german = [site for site in found.sites if "Germany" in site.note]
    assert sum(site.keys["annual_heat_GWh"] for site in german) / 1e3 == pytest.approx(16.2, abs=0.05)
    names = [site.name for site in found.sites]
    assert len(names) == len(set(names))
    near = read_sites(path, "hotmaps", near=(9.92, 57.05), within=20.0).sites  # Aalborg
    assert [(site.keys["sector"], site.keys["annual_heat_GWh"]) for site in near] == [("cement", 450.0)]
    keys = near[0].keys
    works = IndustrialStream(
        name="a",
        node="n",
        sector=keys["sector"],
        annual_heat=keys["annual_heat_GWh"] * 3.6e12,
        temperature=keys["temperature_degC"],
    )
    assert works.faults() == ()
