"""Dialects of CSV: read right, or refused with the line."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.case.files import UnfitError
from heatsym.case.read_csv import Flaw, read_csv

GOOD = {
    "plain": b"a,b\n1,2\n3,4.5\n",
    "without a last line end": b"a,b\n1,2\n3,4.5",
    "byte order mark": b"\xef\xbb\xbfa,b\n1,2\n3,4.5\n",
    "Windows line ends": b"a,b\r\n1,2\r\n3,4.5\r\n",
    "old Mac line ends": b"a,b\r1,2\r3,4.5\r",
    "semicolons": b"a;b\n1;2\n3;4.5\n",
    "decimal commas": b"a;b\n1;2\n3;4,5\n",
    "decimal commas in quotes": b'a;b\n"1";"2"\n"3";"4,5"\n',
    "comments and blanks": b"# note\n\na,b\n1,2\n\n# more, notes\n3,4.5\n",
    "blanks around": b" a , b \n 1 , 2\n3,  4.5 \n",
    "quotes": b'"a","b"\n"1","2"\n"3","4.5"\n',
    "exponents and signs": b"a,b\n+1,2e0\n3.,.45E1\n",
    "empty columns at the end": b"a,b,,\n1,2,,\n3,4.5,,\n",
    "empty rows at the end": b"a;b\n1;2\n3;4,5\n;\n;\n",
    "extra text column": b'a,b,note\n1,2,"x, y"\n3,4.5,\n',
    "Windows-1252": "a,b,Strasse\n1,2,Bj\u00f8rnsgade\n3,4.5,\n".encode("cp1252"),
    "line break in a cell": b'a,b,note\n1,2,"x\n# y"\n3,4.5,\n',
}


@pytest.mark.parametrize("name", GOOD)
def test_dialect_is_read(tmp_path, name):
    (tmp_path / "x.csv").write_bytes(GOOD[name])
    table = read_csv(tmp_path / "x.csv", "x.csv")
    for column, expected in (("a", [1.0, 3.0]), ("b", [2.0, 4.5])):
        values, bad = table.numbers(column)
        assert values.tolist() == expected
        assert not bad
    assert table.old_encoding == (name == "Windows-1252")


def test_lines_are_those_of_an_editor(tmp_path):
    (tmp_path / "x.csv").write_bytes(GOOD["comments and blanks"])
    assert read_csv(tmp_path / "x.csv", "x.csv").lines.tolist() == [4, 7]
    (tmp_path / "x.csv").write_bytes(GOOD["line break in a cell"])
    assert read_csv(tmp_path / "x.csv", "x.csv").lines.tolist() == [2, 4]


REFUSED = {
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), None, "UTF-16"),
    "UTF-16 without mark": ("a,b\n1,2\n".encode("utf-16-le"), None, "binary"),
    "NUL": (b"a,b\n1,\0\n", None, "binary"),
    "neither encoding": (b"a,b\n1,\x81\x8d\n", None, "UTF-8"),
    "empty": (b"", None, "empty"),
    "only comments": (b"# a\n\n", None, "empty"),
    "header only": (b"a,b\n", 1, "no rows"),
    "ragged": (b"# x\na,b\n1,2\n3\n", 4, "1 cells"),
    "decimal commas with commas": (b"a,b\n1,5,2,5\n", 2, "4 cells"),
    "tabs": (b"a\tb\n1\t2\n", 1, "tabs"),
    "header twice": (b"a,a\n1,2\n", 1, "twice"),
    "nameless column": (b"a,,b\n1,2,3\n", 1, "no name"),
    "open quote": (b'a,b\n1,"2\n3,4\n', 2, "quotes"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_dialect_is_refused_with_the_line(tmp_path, name):
    content, line, words = REFUSED[name]
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(UnfitError, match=words) as caught:
        read_csv(tmp_path / "x.csv", "x.csv")
    if line is not None:
        assert isinstance(caught.value, Flaw)
        assert caught.value.line == line


@pytest.mark.parametrize(
    ("rows", "cell", "words"),
    [
        ("1;1.234,5", "1.234,5", "thousands"),
        ("1,5;2.5\n3;4", "2.5", "decimal point"),
        ("1,5;2 000", "2 000", "not a number"),
        ("1,5;1_000", "1_000", "not a number"),
        ("1,5;12 kW", "12 kW", "not a number"),
        ("1,5;1e999", "1e999", "too large"),
        ("1,5;#REF!", "#REF!", "not a number"),
        ("1,5;0x10", "0x10", "not a number"),
        ("1,5;\u0661\u0662", "\u0661\u0662", "not a number"),
        ("1,5;1/2", "1/2", "not a number"),
    ],
)
def test_cells_that_are_no_numbers(tmp_path, rows, cell, words):
    (tmp_path / "x.csv").write_text("a;b\n" + rows + "\n", encoding="utf-8")
    _, bad = read_csv(tmp_path / "x.csv", "x.csv").numbers("b")
    assert [(b[1], words in b[2]) for b in bad] == [(cell, True)]


@pytest.mark.parametrize("cell", ["", "nan", "NaN", "NA", "n/a", "null", "#N/A", "-", "inf"])
def test_gaps_never_become_zero(tmp_path, cell):
    (tmp_path / "x.csv").write_text(f"a,b\n1,2\n3,{cell}\n", encoding="utf-8")
    values, bad = read_csv(tmp_path / "x.csv", "x.csv").numbers("b")
    assert np.isnan(values[1]) or bad
    assert values[1] != 0
