"""Networks drawn as GeoJSON."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from heatsym.case.load import load
from heatsym.case.read_geojson import in_metres
from heatsym.errors import InputError
from tests.case.town import CASE, write_town

MAP = CASE.replace('nodes = "nodes.csv"\npipes = "pipes.csv"', 'geojson = "map.geojson"')


def line(*points, kind="LineString", **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": list(points)},
    }


def point(at, **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": at}}


def town(tmp_path, *features, crs="urn:ogc:def:crs:EPSG::25832", case=MAP):
    data = {"type": "FeatureCollection", "features": features}
    if crs:
        data["crs"] = {"type": "name", "properties": {"name": crs}}
    return write_town(tmp_path, town__toml=case, map__geojson=json.dumps(data, indent=0))


NAMES = (point([0, 0], name="N1"), point([100, 0], name="N2"), point([100, 50.05], name="N3"))


def test_lines_points_and_missing_lengths(tmp_path):
    path = town(
        tmp_path,
        line([0, 0], [60, 0], [100, 0], dn=80, id="P1"),
        line([100.05, 0], [100, 50], dn=65, length_m=55),
        *NAMES,
    )
    network = load(path).network
    assert network.nodes.id == ("N1", "N2", "N3")
    assert network.nodes.x.tolist() == [0, 100, 100]
    assert network.pipes.id == ("P1", "P2")
    assert network.pipes.length == pytest.approx([100, 55])
    assert list(zip(network.start, network.end, strict=True)) == [(0, 1), (1, 2)]


def test_parts_that_join_are_one_pipe_and_generated_nodes_are_numbered(tmp_path):
    parts = [[[50, 0], [100, 0]], [[0, 0], [50, 0]], [[100, 0], [100, 50]]]
    path = town(
        tmp_path,
        line(*parts, kind="MultiLineString", dn=80, id=7),
        line([100, 50], [200, 50], dn=80, id=8),
        point([0, 0], name="N1"),
        point([200, 50], name="N3"),
    )
    path.with_name("consumers.csv").write_text(
        "id,node,kind,annual_heat_MWh\nC1,J1,house,20\nC2,N3,flats,200\n"
    )
    network = load(path).network
    assert network.pipes.id == ("7", "8")
    assert network.pipes.length == pytest.approx([150, 100])
    assert network.nodes.id == ("N1", "J1", "N3")


def test_point_beside_the_pipes_is_told_to_who_needs_it(tmp_path):
    path = town(
        tmp_path,
        line([0, 0], [100, 0], dn=80),
        line([100, 0], [100, 50], dn=65),
        point([0, 0], name="N1"),
        point([100, 0], name="N2"),
        point([100, 50.2], name="N3"),
    )
    with pytest.raises(InputError) as caught:
        load(path)
    errors = [p for p in caught.value.problems if p.severity == "error"]
    assert [(p.code, p.file, p.line) for p in errors] == [("HS301", "consumers.csv", 3)]
    assert "lies on the end of no pipe (map.geojson:" in errors[0].hint


def test_length_far_from_the_drawing_is_told(tmp_path):
    path = town(
        tmp_path,
        line([0, 0], [100, 0], dn=80, length_m=89),
        line([100, 0], [100, 50], dn=65, length_m=54),
        *NAMES,
    )
    case = load(path)
    assert [w.code for w in case.warnings] == ["HS208"]
    assert case.network.pipes.length.tolist() == [89, 54]


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ({"type": "Feature", "properties": {}, "geometry": None}, "no usable geometry"),
        (line([0, 0], ["a", 1], dn=80), "no usable geometry"),
        (line([0, 0], dn=80), "no usable geometry"),
        (line([[0, 0], [1, 0], [1, 1], [0, 0]], kind="Polygon"), "neither line nor point"),
        (line([0, 0], [100, 0], dn=95), "nearest 80, 100"),
        (line([0, 0], [100, 0], dn="wide"), "is not a number"),
        (line([0, 0], [100, 0]), "neither dn nor inner_diameter"),
        (line([0, 0], [100, 0], dn=80, length_m=-3), "not above 0 m"),
    ],
)
def test_feature_that_cannot_be_used_is_named_with_its_line(tmp_path, feature, words):
    path = town(tmp_path, line([100, 0], [100, 50], dn=65), feature, *NAMES)
    with pytest.raises(InputError) as caught:
        load(path)
    problem = next(p for p in caught.value.problems if words in str(p))
    text = (tmp_path / "map.geojson").read_text().split("\n")
    starts = [
        i for i, row in enumerate(text, 1) if row.startswith('"type": "Feature"') and "Collection" not in row
    ]
    assert problem.line == starts[1]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"features": 3}', '{"features": []}', "[" * 100_000, '{"features": [NaN]}']
)
def test_files_that_are_no_geojson(tmp_path, text):
    path = write_town(tmp_path, town__toml=MAP, map__geojson=text)
    with pytest.raises(InputError) as caught:
        load(path)
    assert "HS207" in {p.code for p in caught.value.problems}


def test_plane_of_a_town_has_the_lengths_of_the_ellipsoid():
    # WGS 84, one minute of arc about 55 degrees north: 1855.8 m of meridian, 1067.2 m of parallel
    # from M = a (1 - e2) / (1 - e2 sin2)^1.5 and N cos, a = 6378137 m, e2 = 0.00669438
    e2, a, lat = 0.00669438, 6378137.0, np.radians(55)
    w = 1 - e2 * np.sin(lat) ** 2
    minute = np.pi / 180 / 60
    places = np.array([[10, 55 - 1 / 120], [10, 55 + 1 / 120], [10 + 1 / 60, 55 + 1 / 120]])
    plane = in_metres(places, geographic=True)
    assert plane[1, 1] - plane[0, 1] == pytest.approx(a * (1 - e2) / w**1.5 * minute, rel=1e-6)
    assert plane[2, 0] - plane[1, 0] == pytest.approx(a / np.sqrt(w) * np.cos(lat) * minute, rel=1e-6)


def test_seestadt_branch(shared, tmp_path):
    source = shared / "reference-data/network/seestadt"
    for name in ("network.geojson", "buildings.geojson", "supply.geojson", "demand_heat_w.csv"):
        shutil.copy(source / name, tmp_path)
    case = MAP.replace(
        'geojson = "map.geojson"',
        'geojson = ["network.geojson", "buildings.geojson", "supply.geojson"]\n'
        'geojson_names = { dn = "DN", length_m = "length" }',
    )
    case = case.replace('"N1"', '"supply1"').replace("[demand]", '[demand]\nseries_W = "demand_heat_w.csv"')
    rows = [f"W11_{i},W11_{i},series" for i in range(1, 5)]
    path = write_town(
        tmp_path,
        town__toml=case.replace("days = 3", "days = 365"),
        consumers__csv="\n".join(["id,node,kind", *rows]),
    )
    study = load(path, overrides=["source.works.power_MW=0.3"])
    network = study.network
    assert len(network.pipes.id) == 12
    assert len(network.nodes.id) == 13  # a tree
    assert {"supply1", "W11_1", "W11_2", "W11_3", "W11_4"} < set(network.nodes.id)
    assert network.pipes.length.sum() == pytest.approx(393.82, abs=0.01)
    # lengths given for pipes 7 and 17 are 25 % and 38 % shorter than drawn
    assert {w.where for w in study.warnings if w.code == "HS208"} == {"length of pipe 7", "length of pipe 17"}
    assert study.demand.heat[0][[0, 3]].tolist() == [79488, 55669]
