"""Compiled code finds a place also where neither the package nor the home can be written."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from llvmlite import binding

from heatsym.numerics import code_cache
from heatsym.numerics.code_cache import folder, writable

NOWHERE = Path("/proc/heatsym")  # where even root writes nothing


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to be refused by")
def test_a_read_only_installation_without_a_home(tmp_path):
    assert not writable(NOWHERE)
    place = folder(places=[NOWHERE, NOWHERE / "cache"])
    assert place.parent.parent == tmp_path
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert folder(places=[NOWHERE]) == place  # the next run finds it again


def test_the_first_place_that_can_be_written(tmp_path):
    assert folder(places=[NOWHERE, tmp_path / "new"]).parent == tmp_path / "new"


def test_a_folder_open_to_others_is_not_trusted(tmp_path):
    place = folder(places=[NOWHERE]).parent
    place.chmod(0o777)
    other = folder(places=[NOWHERE]).parent
    assert other != place
    assert stat.S_IMODE(other.stat().st_mode) == 0o700


def test_what_the_user_names_holds(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    assert folder(places=[NOWHERE]) == tmp_path / "mine"


def test_changed_kernels_are_compiled_anew(tmp_path, monkeypatch):
    """A change in any module that is compiled, not only in the one that calls, means another folder."""
    engine = tmp_path / "engine"
    engine.mkdir()
    for path in (code_cache.HERE / "engine").glob("*kernels.py"):
        (engine / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(code_cache, "HERE", tmp_path)
    before = folder("engine", places=[tmp_path])
    other = folder("storage", places=[tmp_path])
    with (engine / "hydraulic_kernels.py").open("a") as file:
        file.write("# changed")
    assert folder("engine", places=[tmp_path]) != before
    assert folder("storage", places=[tmp_path]) == other


SMALL = """
from numba import njit

from heatsym.numerics.code_cache import for_python


@njit
def halved(x):
    if x < 0.0:
        raise ValueError("below zero")
    return 0.5 * x


@for_python
@njit(cache=True)
def added(x, y):
    return halved(x) + y


print(added(3.0, 4.0), sum(added.stats.cache_hits.values()))
try:
    added(-1.0, 0.0)
except ValueError as error:
    print(error)
"""


def test_what_is_kept_for_python_alone_runs_from_the_cache(tmp_path):
    """Calls, results and errors as when it was compiled; of its intermediate code only names are stored."""
    (tmp_path / "small.py").write_text(SMALL)
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(tmp_path / "kept"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    told = [
        subprocess.run(
            [sys.executable, tmp_path / "small.py"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert told == [["5.5 0", "below zero"], ["5.5 1", "below zero"]]
    (kept,) = (tmp_path / "kept").rglob("*.nbc")
    (_, kind, (_, bitcode)), *_ = pickle.loads(kept.read_bytes())
    assert kind == "object"
    functions = [one for one in binding.parse_bitcode(bitcode).functions if not one.is_declaration]
    assert functions
    assert all(len(list(block.instructions)) == 1 for one in functions for block in one.blocks)
