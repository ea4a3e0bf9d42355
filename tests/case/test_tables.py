"""Tables of many cells: read in pieces, and kept in a few times the size of their file."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from heatsym.case import read_csv as module
from heatsym.case.read_csv import Flaw, Table, read_csv

TEXT = """\
# a comment
time,a,b,,name
0,1,2.5,,"two
lines, one cell"

1,,3,,ü
,,,,
2,-4,1e3,, with blanks
"""


@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_cells_do_not_feel_in_which_piece_they_came(tmp_path, size, monkeypatch):
    monkeypatch.setattr(module, "CELLS", size)
    (tmp_path / "table.csv").write_text(TEXT, encoding="utf-8")
    table = read_csv(tmp_path / "table.csv", "table.csv")
    assert table.header == ("time", "a", "b", "name") == tuple(table.columns)
    assert table.columns["name"] == ("two\nlines, one cell", "ü", "with blanks")
    assert table.text("a") == ["1", "", "-4"]
    np.testing.assert_array_equal(table.numbers("a")[0], [1.0, np.nan, -4.0])
    np.testing.assert_array_equal(table.numbers("b")[0], [2.5, 3.0, 1e3])
    assert [table.line(row) for row in range(len(table))] == [3, 6, 8]


@pytest.mark.parametrize("size", [1, 10**6])
def test_the_first_flaw_is_told_whatever_the_pieces(tmp_path, size, monkeypatch):
    """A row of another length before a column without a name, wherever that one holds something."""
    monkeypatch.setattr(module, "CELLS", size)
    (tmp_path / "table.csv").write_text("a,,b\n1,,2\n1,x,2\n1,2\n", encoding="utf-8")
    with pytest.raises(Flaw, match="2 cells, but the header has 3") as caught:
        read_csv(tmp_path / "table.csv", "table.csv")
    assert caught.value.line == 4
    (tmp_path / "table.csv").write_text("a,,b\n1,,2\n1,x,2\n", encoding="utf-8")
    with pytest.raises(Flaw, match="column 2 has no name"):
        read_csv(tmp_path / "table.csv", "table.csv")


def test_any_text_of_a_drawing_is_kept():
    """A property of GeoJSON may hold what no line of a CSV can."""
    names = ("", "a\0b", "\0", "plain")
    table = Table("map.geojson", ("name",), [[name] for name in names], [1, 2, 3, 4])
    assert table.columns["name"] == names


def test_a_wide_table_takes_little_more_than_its_file(tmp_path):
    """600,000 cells, which as objects would take 35 MB."""
    file = tmp_path / "heat.csv"
    row = ",".join(str(10_000 + i) for i in range(300)) + "\n"
    file.write_text(",".join(f"C{i}" for i in range(300)) + "\n" + 2000 * row, encoding="utf-8")
    tracemalloc.start()
    try:
        table = read_csv(file, "heat.csv")
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    size = file.stat().st_size  # 3.6 MB
    assert len(table) == 2000
    assert kept < 1.5 * size
    assert most < 5.0 * size
