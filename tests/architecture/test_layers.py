"""Imports point up the list in docs/extending.md: lower layers use higher ones, never the other way round."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "heatsym"

# From the top down. Packages on one line are neighbours, which do not import each other.
LAYERS = (
    ("errors",),
    ("units",),
    ("tables",),
    ("numerics",),
    ("physics",),
    ("interfaces",),
    ("weather", "demand", "sources", "storage", "network"),
    ("dispatch",),
    ("case",),
    ("engine",),
    ("results",),
    ("analysis",),
    ("simulation",),
    ("study",),
    ("report",),
    ("interop",),
    ("cli", "__main__"),
)
RANK = {package: rank for rank, layer in enumerate(LAYERS) for package in layer}

# Array types are named once, in interfaces.axis; physics uses the names and nothing else of it.
ALLOWED = {("physics", "interfaces.axis"), ("__main__", "cli")}


@dataclass(frozen=True)
class Import:
    """One import statement's target, both as dotted names below ``heatsym``."""

    importer: str
    target: str
    names: tuple[str, ...]
    in_function: bool

    @property
    def packages(self) -> tuple[str, str]:
        return self.importer.partition(".")[0], self.target.partition(".")[0]


def modules() -> dict[str, Path]:
    """Every module below ``heatsym`` by dotted name; a package by its own name; the lazy root left out."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def imports_of(name: str, source: str, known: dict[str, Path]) -> Iterator[Import]:
    """Imports of heatsym in a module: at its top, type-only, and inside functions."""

    def visit(node: ast.AST, in_function: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom) and child.level:
                raise AssertionError(f"{name}:{child.lineno}: relative import")
            if isinstance(child, ast.ImportFrom) and (child.module or "").partition(".")[0] == "heatsym":
                below = (child.module or "").partition(".")[2]
                for alias in child.names:
                    module = f"{below}.{alias.name}".lstrip(".")
                    if module in known:
                        yield Import(name, module, (), in_function)
                    else:
                        yield Import(name, below, (alias.name,), in_function)
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    if alias.name.partition(".")[0] == "heatsym":
                        yield Import(name, alias.name.partition(".")[2], (), in_function)
            inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from visit(child, inside)

    return visit(ast.parse(source), False)


def faults(found: list[Import]) -> list[str]:
    """What is wrong with a list of imports, in words."""
    wrong = []
    for item in found:
        importer, target = item.packages
        said = f"{item.importer} imports {item.target or 'heatsym'}"
        if not target:
            if set(item.names) - {"__version__"}:
                wrong.append(f"{said}: name the module, not the lazy root")
        elif importer not in RANK or target not in RANK:
            wrong.append(f"{said}: not in the list of layers")
        elif importer == target or (importer, item.target) in ALLOWED or (importer, target) in ALLOWED:
            continue
        elif RANK[target] == RANK[importer]:
            wrong.append(f"{said}: neighbours")
        elif RANK[target] > RANK[importer]:
            wrong.append(f"{said}: downward")
    return wrong


def ring(found: list[Import]) -> list[str]:
    """Modules that import each other when loaded or for their types; empty if there are none."""
    graph: dict[str, set[str]] = {}
    for item in found:
        if item.target and not item.in_function and item.target != item.importer:
            graph.setdefault(item.importer, set()).add(item.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    known = modules()
    return [item for name, path in known.items() for item in imports_of(name, path.read_text("utf-8"), known)]


def test_imports_point_up(imports):
    assert not faults(imports)


def test_no_ring(imports):
    assert not ring(imports)


def test_every_layer_exists():
    """A package that is gone leaves the list; a new one enters it."""
    assert {name.partition(".")[0] for name in modules()} == set(RANK)


def test_packages_are_installed():
    """A folder of modules without ``__init__.py`` would be left out of a wheel."""
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").exists()]


@pytest.mark.parametrize(
    ("name", "source", "word"),
    [
        ("physics.pipe", "from heatsym.engine.march import march", "downward"),
        ("physics.pipe", "from heatsym.interfaces.profile import Context", "downward"),
        ("weather.epw", "from heatsym.demand.model import Demand", "neighbours"),
        ("sources.boiler", "def offer():\n    import heatsym.engine.march", "downward"),
        ("case.load", "if TYPE_CHECKING:\n    from heatsym.results.store import write_run", "downward"),
        ("engine.march", "from heatsym import load", "lazy root"),
        ("engine.march", "from heatsym.plugins import find", "not in the list"),
    ],
)
def test_a_wrong_import_is_seen(name, source, word):
    """The reader of imports itself: each fault is found where it hides."""
    assert [word in fault for fault in faults(list(imports_of(name, source, modules())))] == [True]


def test_a_ring_is_seen():
    known = {"case.a": PACKAGE, "case.b": PACKAGE}
    there = list(imports_of("case.a", "from heatsym.case import b", known))
    back = list(imports_of("case.b", "if TYPE_CHECKING:\n    from heatsym.case.a import Thing", known))
    assert set(ring(there + back)) == {"case.a", "case.b"}
    lazily = list(imports_of("case.b", "def later():\n    from heatsym.case.a import Thing", known))
    assert not ring(there + lazily)
