"""Whatever stands in a case file, the loader answers with a case or with InputError."""

from __future__ import annotations

import contextlib
import copy
import datetime
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatsym.case.document import read_document
from heatsym.case.load import build
from heatsym.errors import AccessError, InputError
from tests.case.town import write_town

SCALARS = (
    st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.just(datetime.time(1, 2))
    | st.sampled_from(["works.csv", "nodes.csv", "N1", "N2", "1h", "UTC", "steady", "..", "en253-series2"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=13)
        | st.dictionaries(
            st.sampled_from(["file", "column", "fill", "input", "name", "kind", "x"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


def places(data, path=()):
    """Every path into the case's data."""
    yield path
    for key, inside in (
        data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    ):
        yield from places(inside, (*path, key))


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    return read_document(write_town(tmp_path_factory.mktemp("town")))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere_gives_a_case_or_an_input_error(document, data):
    content = copy.deepcopy(dict(document.data))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([p for p in places(content) if p]))
        here = content
        for step in path[:-1]:
            here = here[step]
        key = path[-1]
        if isinstance(here, dict) and data.draw(st.booleans()):
            key = data.draw(
                st.sampled_from([str(key), f"{key}_kW", "duration", "series_kW", "geojson", "period"])
            )
        here[key] = data.draw(VALUES)
    try:
        build(replace(document, data=content))
    except InputError as error:
        found = error.problems
        assert all(problem.code and problem.reason for problem in found)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(max_size=20), value=VALUES)
def test_any_change_gives_a_case_or_an_input_error(document, key, value):
    with contextlib.suppress(InputError):
        build(document.patched({key: value}))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["nodes.csv", "pipes.csv", "consumers.csv", "works.csv", "town.toml"]),
    data=st.data(),
)
def test_any_damage_to_a_file_gives_a_case_or_an_input_error(tmp_path_factory, name, data):
    folder = tmp_path_factory.getbasetemp() / "damaged"
    path = write_town(folder)
    content = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 12))
        content[at : at + cut] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b",", b";", b'"', b"\n", b"-1", b"nan", b"[", b"="])
        )
    (folder / name).write_bytes(bytes(content))
    with contextlib.suppress(InputError, AccessError):
        build(read_document(path))
