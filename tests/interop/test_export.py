"""Exported files: heatsym reads them again, spreadsheets compute nothing, nothing is replaced unasked."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace

import numpy as np
import pytest

from heatsym.case.load import load
from heatsym.case.read_csv import read_csv
from heatsym.errors import AccessError, InputError, OutputExistsError
from heatsym.interfaces.axis import TimeAxis
from heatsym.interop.export_csv import FILES, SPELLINGS, export_csv
from heatsym.interop.export_geojson import collection, export_geojson, unplaced
from heatsym.interop.objects import objects
from heatsym.network.model import Nodes
from heatsym.results.dataset import dataset
from heatsym.results.vocabulary import VOCABULARY
from heatsym.simulation import run
from heatsym.units import bases_of
from tests import handmade
from tests.case.town import write_town

IN_DEGREES = "id,lon,lat,height_m\nN1,12.1,54.17,3\nN2,12.1015,54.17,3\nN3,12.1015,54.1709,2\n"
HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "a;b,c\nd",
    '"',
    "#x",
    " =1",
)


def made(**parts):
    case = handmade.case(**parts)
    return dataset(case, handmade.trajectory(case))


def rows(path, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def is_number(cell, decimal="."):
    try:
        float(cell.replace(decimal, "."))
    except ValueError:
        return False
    return True


# -- tables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_series_comes_back_through_a_case(tmp_path, decimal):
    """A result of one run is the input of another: the same numbers, to the last digit."""
    results = run(load(write_town(tmp_path))).results
    export_csv(results, tmp_path / "out", decimal=decimal)
    edits = (
        ("town.toml", '"works.csv", column = "heat_kW"', '"out/source_heat.csv", column = "works_W"'),
        (
            "town.toml",
            "power_MW = 12\n",
            'power_MW = { file = "out/source_heat.csv", column = "old boiler_W" }\n',
        ),
    )
    again = load(write_town(tmp_path, *edits))
    for source, column in zip(again.sources, results["source_heat"].values.T, strict=True):
        assert (source.power.values == np.array([float(str(value)) for value in column])).all()
        assert (source.power.values.astype(np.float32) == column).all()


def test_demand_comes_back_through_a_case(tmp_path):
    results = run(load(write_town(tmp_path))).results
    export_csv(results, tmp_path / "out", variables=["consumer_heat_delivered"])
    edits = (("town.toml", "[demand]\n", '[demand]\nseries_W = "out/consumer_heat_delivered.csv"\n'),)
    consumers = "id,node,kind,column\nC1,N2,series,C1_W\nC2,N3,series,C2_W\n"
    again = load(write_town(tmp_path, *edits, consumers__csv=consumers))
    assert (again.demand.heat[:].astype(np.float32) == results["consumer_heat_delivered"].values).all()


def test_tables_of_nodes_and_trenches_come_back_through_a_case(tmp_path):
    before = load(write_town(tmp_path))
    export_csv(run(before).results, tmp_path / "out")
    edits = (("town.toml", '"nodes.csv"', '"out/nodes.csv"'), ("town.toml", '"pipes.csv"', '"out/pipes.csv"'))
    assert same(load(write_town(tmp_path, *edits)).network, before.network)


def test_both_clocks(tmp_path):
    """Two rows at the same wall time in autumn, an hour apart in UTC."""
    axis = TimeAxis(np.datetime64("2025-10-25T22:00:00"), 3600, 8, "Europe/Berlin")
    export_csv(made(steps=8, axis=axis), tmp_path / "out", variables=["source_heat"])
    table = rows(tmp_path / "out" / "source_heat.csv")
    assert table[0] == ["time", "local_time", "works_W", "backup_W"]
    assert [row[:2] for row in table[3:5]] == [
        ["2025-10-26T00:00:00Z", "2025-10-26 02:00:00"],
        ["2025-10-26T01:00:00Z", "2025-10-26 02:00:00"],
    ]


def test_without_a_choice_everything_is_there(tmp_path):
    results = made()
    export_csv(results, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    alone = {str(name) for name, v in results.data_vars.items() if v.dims == ("time",)}
    per_object = {
        f"{name}.csv" for name, v in results.data_vars.items() if v.dims[:1] == ("time",) and v.ndim == 2
    }
    assert names == per_object | {"network.csv", "nodes.csv", "pipes.csv", "consumers.csv", "sources.csv"}
    assert names <= FILES
    heads = rows(tmp_path / "out" / "network.csv")[0][2:]
    assert {
        next(n for n in sorted(alone, key=len, reverse=True) if head.startswith(n)) for head in heads
    } == alone


def test_chosen_variables_objects_and_days(tmp_path):
    export_csv(
        made(),
        tmp_path / "out",
        variables=["source_heat", "network_heat_loss"],
        choices={"source": ("backup",)},
        period="D",
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"source_heat.csv", "network.csv"}
    assert rows(tmp_path / "out" / "source_heat.csv")[0] == ["time", "local_time", "backup_W"]
    assert rows(tmp_path / "out" / "network.csv")[1:] == [
        ["2025-01-01T00:00:00Z", "2025-01-01 00:00:00", "58000.0"],
        ["2025-01-02T00:00:00Z", "2025-01-02 00:00:00", "58000.0"],
    ]


def test_missing_is_empty_and_flags_are_words(tmp_path):
    results = made().load()
    results["source_supply_temperature"][5, 1] = np.nan
    export_csv(results, tmp_path / "out")
    assert rows(tmp_path / "out" / "source_supply_temperature.csv")[6][3] == ""
    causes = rows(tmp_path / "out" / "consumer_unmet_cause.csv")
    assert causes[0][2] == "bakery_unmet_cause"
    assert [causes[8][3], causes[9][3]] == ["capacity", "none"]
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert "nan" not in text
    assert "None" not in text


def test_totals_of_objects(tmp_path):
    results = made()
    export_csv(results, tmp_path / "out")
    table = rows(tmp_path / "out" / "pipes.csv")
    pipe = dict(zip(table[0], table[1], strict=True))
    assert (pipe["id"], pipe["from"], pipe["to"], pipe["length_m"]) == ("P1", "plant", "corner", "700.0")
    assert float(pipe["heat_loss_MWh"]) == pytest.approx(48 * 0.041)
    assert float(pipe["heat_loss_W_per_m"]) == pytest.approx(41_000 / 700, rel=1e-6)
    consumers = objects(results, "consumer")
    assert consumers["heat_unmet_MWh"] == pytest.approx([0.0, 0.025])
    assert consumers["lat"] == [54.18, 54.19]
    sources = objects(results, "source")
    assert sum(sources["heat_MWh"]) == pytest.approx(float(results["source_heat"].sum()) / 1e6, rel=1e-6)
    assert sources["fuel_MWh"][0] is None
    assert sources["surplus_heat"] == [True, False]


@pytest.mark.parametrize(("decimal", "delimiter"), [(".", ","), (",", ";")])
def test_spreadsheets_compute_nothing(tmp_path, decimal, delimiter):
    """Names from a case are text in every table, whatever they look like."""
    results = made()
    for name in HOSTILE:
        folder = tmp_path / str(HOSTILE.index(name))
        hostile = results.assign_coords(source=[name, "b"], node=[name, "c", "d"])
        hostile["consumer_kind"] = ("consumer", np.array([name, "flats"]))
        export_csv(hostile, folder, decimal=decimal)
        for path in folder.iterdir():
            table = rows(path, delimiter)
            assert {len(row) for row in table} == {len(table[0])}, path.name
            for cell in (cell for row in table for cell in row):
                formula = cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r")
                assert not formula or is_number(cell, decimal), (path.name, cell)
        bare = name if name in ('"', "#x", "a;b,c\nd") else f"'{name}"
        assert rows(folder / "sources.csv", delimiter)[1][0] == bare
        assert read_csv(folder / "nodes.csv", "nodes.csv").columns["id"][0].split() == bare.split()


def test_every_unit_of_a_series_is_spelt_as_in_a_case():
    for variable in VOCABULARY.values():
        if "time" in variable.dims:
            spelling = SPELLINGS[variable.units]
            assert not spelling or bases_of(spelling)


def test_an_unknown_variable_leaves_nothing_behind(tmp_path):
    with pytest.raises(InputError, match="did you mean source_heat"):
        export_csv(made(), tmp_path / "out", variables=["source_heta"])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path):
    """The steps turn out to be longer than the period once tables are being written."""
    with pytest.raises(InputError, match="longer"):
        export_csv(made(), tmp_path / "out", period="min")
    assert list(tmp_path.iterdir()) == []


# -- what is there already -------------------------------------------------------------------------


def test_an_earlier_export_is_replaced_only_if_asked(tmp_path):
    results, folder = made(), tmp_path / "out"
    export_csv(results, folder)
    with pytest.raises(OutputExistsError, match="--overwrite"):
        export_csv(results, folder, variables=["source_heat"])
    assert (folder / "nodes.csv").exists()
    export_csv(results, folder, variables=["source_heat"], overwrite=True)
    assert [path.name for path in folder.iterdir()] == ["source_heat.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_anything_else_is_spared(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("irreplaceable", "utf-8")
    with pytest.raises(OutputExistsError, match="chapter"):
        export_csv(made(), tmp_path / "thesis", overwrite=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text("utf-8") == "irreplaceable"


def test_a_map_is_replaced_only_if_asked(tmp_path):
    file = tmp_path / "town.geojson"
    file.write_text("mine", "utf-8")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        export_geojson(made(), file)
    assert file.read_text("utf-8") == "mine"
    export_geojson(made(), file, overwrite=True)
    assert json.loads(file.read_text("utf-8"))["type"] == "FeatureCollection"
    assert [path.name for path in tmp_path.iterdir()] == ["town.geojson"]


def test_no_room_is_told_without_a_trace(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AccessError, match="No space left"):
        export_csv(made(), tmp_path / "out")
    with pytest.raises(AccessError, match="No space left"):
        export_geojson(made(), tmp_path / "town.geojson")
    assert list(tmp_path.iterdir()) == []


# -- maps ------------------------------------------------------------------------------------------


def same(network, other):
    """Whether two networks have the same nodes and trenches, in whatever order the nodes come."""
    place = [list(other.nodes.id).index(name) for name in network.nodes.id]
    nodes = all(
        np.array_equal(getattr(network.nodes, name), getattr(other.nodes, name)[place], equal_nan=True)
        for name in ("lon", "lat", "x", "y", "height")
    )
    ours, theirs = network.pipes, other.pipes
    ends = (ours.id, ours.start, ours.end) == (theirs.id, theirs.start, theirs.end)
    return nodes and ends and (ours.length == theirs.length).all() and (ours.dn == theirs.dn).all()


@pytest.mark.parametrize("nodes", [None, IN_DEGREES], ids=["metres", "degrees"])
def test_a_map_comes_back_as_the_same_network(tmp_path, nodes):
    path = write_town(tmp_path, **({"nodes__csv": nodes} if nodes else {}))
    before = load(path)
    export_geojson(run(before).results, tmp_path / "town.geojson")
    again = load(
        write_town(
            tmp_path, ("town.toml", 'nodes = "nodes.csv"\npipes = "pipes.csv"', 'geojson = "town.geojson"')
        )
    )
    assert same(again.network, before.network)
    assert np.isfinite(again.network.nodes.lon).all() == bool(nodes)
    assert {warning.code for warning in again.warnings} == {warning.code for warning in before.warnings}


def test_degrees_are_plain_geojson_and_metres_say_what_they_are(tmp_path):
    assert "crs" not in collection(made(), {})
    flat = Nodes(id=("plant", "corner", "end"), x=np.array([0.0, 9, 9]), y=np.array([0.0, 0, 8]))
    network = handmade.case().network
    members = collection(made(network=replace(network, nodes=flat)), {})
    assert "metres" in members["crs"]["properties"]["name"]
    assert members["features"][1]["geometry"]["coordinates"] == (9.0, 0.0)


def test_features_carry_totals_and_no_nan(tmp_path):
    results = made().load()
    results["source_supply_temperature"][:] = np.nan
    results["node_supply_temperature"][:, 2] = np.nan
    export_geojson(results, tmp_path / "town.geojson")

    def refuse(word):
        raise AssertionError(word)

    data = json.loads((tmp_path / "town.geojson").read_text("utf-8"), parse_constant=refuse)
    by_kind = {}
    for feature in data["features"]:
        by_kind.setdefault(feature["properties"]["object"], []).append(feature)
    assert {kind: len(found) for kind, found in by_kind.items()} == {
        "node": 3,
        "pipe": 2,
        "consumer": 2,
        "source": 2,
    }
    assert by_kind["node"][2]["properties"]["supply_temperature_min_degC"] is None
    pipe = by_kind["pipe"][1]
    assert pipe["geometry"] == {"type": "LineString", "coordinates": [[12.09, 54.18], [12.10, 54.19]]}
    assert pipe["properties"]["heat_loss_MWh"] == pytest.approx(48 * 0.017)
    consumer = by_kind["consumer"][1]
    assert consumer["properties"]["consumer"] == "Süßmosterei"
    assert consumer["geometry"]["coordinates"] == [12.10, 54.19]


def test_chosen_objects_and_those_without_a_place():
    results = made().load()
    kept = collection(results, {"pipe": ("P2",)})["features"]
    assert [f["properties"]["id"] for f in kept if f["properties"]["object"] == "pipe"] == ["P2"]
    results["node_lon"][2] = np.nan
    assert unplaced(results) == ["end"]
    kinds = [feature["properties"]["object"] for feature in collection(results, {})["features"]]
    assert kinds == ["node", "node", "pipe", "consumer", "source", "source"]
