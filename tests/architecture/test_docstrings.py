"""Public functions say what they are; those of physics also units and where the formula is from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "heatsym"
UNIT = re.compile(r"\[(-|[A-Za-z%][^\]\n]*)\]")


def public_functions(*packages: str) -> Iterator[tuple[str, str]]:
    """Name and docstring of the module-level public functions of some packages."""
    for package in packages:
        for path in sorted((PACKAGE / package).rglob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield f"{package}/{path.name}:{node.name}", ast.get_docstring(node) or ""


def cases(*packages: str) -> list[object]:
    return [pytest.param(text, id=name) for name, text in public_functions(*packages)]


@pytest.mark.parametrize("docstring", cases("physics", "sources", "demand", "analysis"))
def test_has_a_docstring(docstring):
    assert docstring


@pytest.mark.parametrize("docstring", cases("physics"))
def test_physics_names_units_and_origin(docstring):
    assert "Parameters\n---" in docstring
    assert "Returns\n---" in docstring
    assert UNIT.search(docstring), "no unit in brackets"
    assert "References\n---" in docstring or "derived here" in docstring.lower(), "no origin of the formula"
