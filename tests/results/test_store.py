"""A run on disk is whole or not there, and equal runs give equal files."""

from __future__ import annotations

import errno
import getpass
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from heatsym.analysis.summary import summary
from heatsym.errors import AccessError, OutputExistsError
from heatsym.results.dataset import dataset
from heatsym.results.store import check_folder, read_dataset, verify, write_run
from tests import handmade

FILES = {"results.nc", "summary.json", "case.resolved.toml", "run.log", "manifest.json"}
ROOT = Path(__file__).resolve().parents[2]


def write(folder, *, steps=48, total=1.0, **options):
    case = handmade.case(steps)
    run = handmade.trajectory(case)
    results = dataset(case, run)
    figures = summary(case, results, run, {"total": total, "march": 0.5 * total})
    content = {
        "resolved_toml": '[case]\nname = "Harbour town"\n',
        "log_text": f"done in {total} s\n",
        "command": [
            "/opt/bin/heatsym",
            "run",
            "/home/ada/town.toml",
            "-o",
            "out",
            "-s",
            "a.b=/home/ada/x.csv",
        ],
        "inputs": [("town.toml", b"[case]\n"), ("../data/loads.csv", b"time\n")],
    }
    return write_run(folder, results, figures, **(content | options))


def read(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_read_back_as_written(tmp_path):
    case = handmade.case()
    results = dataset(case, handmade.trajectory(case))
    with read_dataset(write(tmp_path / "run") / "results.nc") as stored:
        xr.testing.assert_equal(stored, results)
        assert set(stored.coords) == set(results.coords)
        for name in results.variables:
            assert stored[name].dtype == results[name].dtype, name
            assert set(results[name].attrs) <= set(stored[name].attrs), name
        assert stored.attrs == results.attrs


def test_plain_readers_find_names_types_and_compression(tmp_path):
    with netCDF4.Dataset(write(tmp_path / "run") / "results.nc") as file:
        assert file["consumer_id"][:].tolist() == ["bakery", "Süßmosterei"]
        assert "source" not in file.variables
        heat = file["source_heat"]
        assert heat.dtype == np.float32
        assert (heat.filters()["zlib"], heat.filters()["complevel"], heat.filters()["shuffle"]) == (
            True,
            1,
            True,
        )
        assert heat.chunking() == [48, 2]
        assert file["network_stored_heat"].dtype == np.float64


def test_equal_runs_give_equal_files(tmp_path):
    first, second = read(write(tmp_path / "a")), read(write(tmp_path / "b", total=7.0))
    assert set(first) == FILES
    for name in FILES - {"run.log", "summary.json"}:
        assert first[name] == second[name], name
    assert json.loads(first["summary.json"]) | {"wall_s": 0} == json.loads(second["summary.json"]) | {
        "wall_s": 0
    }


def test_manifest_tells_what_but_not_who_or_where(tmp_path):
    folder = write(tmp_path / "run")
    text = (folder / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert manifest["command"] == ["heatsym", "run", "town.toml", "-o", "out", "-s", "a.b=x.csv"]
    assert manifest["inputs"]["town.toml"] == hashlib.sha256(b"[case]\n").hexdigest()
    assert (
        manifest["results"]["results.nc"] == hashlib.sha256((folder / "results.nc").read_bytes()).hexdigest()
    )
    assert manifest["versions"]["numpy"] == np.__version__
    for secret in (str(tmp_path), str(Path.home()), socket.gethostname(), f"/{getpass.getuser()}/", "ada"):
        assert secret not in text


def test_folders_that_are_not_runs_stay(tmp_path):
    assert check_folder(tmp_path / "new") == tmp_path / "new"
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"meow")
    (tmp_path / "file").write_bytes(b"text")
    for name in ("photos", "file"):
        with pytest.raises(OutputExistsError):
            write(tmp_path / name, overwrite=True)
    assert (tmp_path / "photos" / "cat.png").read_bytes() == b"meow"
    with pytest.raises(OutputExistsError, match="--overwrite"):
        write(tmp_path / "empty")


def test_overwriting_replaces_the_whole_run(tmp_path):
    write(tmp_path / "run")
    (tmp_path / "run" / "report.html").write_text("old")
    write(tmp_path / "run", steps=30, overwrite=True)
    assert set(read(tmp_path / "run")) == FILES
    assert verify(tmp_path / "run") == []
    assert os.listdir(tmp_path) == ["run"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("moment", sorted(FILES))
def test_failure_leaves_the_old_run_and_no_litter(tmp_path, moment, error):
    write(tmp_path / "run")
    before = read(tmp_path / "run")

    def fail(name):
        if name == moment:
            raise error

    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else AccessError
    with pytest.raises(expected) as caught:
        write(tmp_path / "run", steps=30, overwrite=True, progress=fail)
    assert read(tmp_path / "run") == before
    assert os.listdir(tmp_path) == ["run"]
    if expected is AccessError:
        assert "No space left" in str(caught.value)
        assert str(tmp_path / "run") in str(caught.value)
        assert "MB free" in str(caught.value)


def test_failing_rename_brings_the_old_run_back(tmp_path, monkeypatch):
    write(tmp_path / "run")
    before = read(tmp_path / "run")
    rename = Path.rename

    def refuse(self, target):
        if self.suffix == ".partial":
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(AccessError, match="Permission denied"):
        write(tmp_path / "run", steps=30, overwrite=True)
    assert read(tmp_path / "run") == before
    assert os.listdir(tmp_path) == ["run"]


def test_of_two_runs_into_one_folder_the_second_says_so(tmp_path):
    def other(name):
        if name == "manifest.json":
            write(tmp_path / "run", steps=30)

    with pytest.raises(OutputExistsError, match="another run"):
        write(tmp_path / "run", progress=other)
    assert verify(tmp_path / "run") == []
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["steps"] == 30
    assert os.listdir(tmp_path) == ["run"]


CHILD = """
import os, signal, sys
from pathlib import Path
from heatsym.errors import AccessError
from tests.results.test_store import write

folder, moment = Path(sys.argv[1]), sys.argv[2]

def kill(name):
    if name == moment:
        os.kill(os.getpid(), signal.SIGKILL)

if moment.isdigit():
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(moment), int(moment)))
try:
    write(folder, steps=2000, overwrite=True, progress=kill)
except AccessError as error:
    print(error)
    sys.exit(error.exit_status)
"""


def child(folder, moment):
    return subprocess.run(
        [sys.executable, "-c", CHILD, folder, str(moment)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_killed_run_never_looks_complete(tmp_path):
    write(tmp_path / "run")
    before = read(tmp_path / "run")
    assert child(tmp_path / "run", "manifest.json").returncode == -signal.SIGKILL
    assert read(tmp_path / "run") == before
    assert child(tmp_path / "new", "run.log").returncode == -signal.SIGKILL
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
@pytest.mark.parametrize("limit", [0, 5_000, 60_000, 150_000])
def test_full_disk_in_the_middle_of_netcdf(tmp_path, limit):
    """The system itself refuses to write beyond ``limit`` bytes."""
    write(tmp_path / "run")
    before = read(tmp_path / "run")
    done = child(tmp_path / "run", limit)
    assert done.returncode == 4, done.stderr
    assert "MB free" in done.stdout
    assert read(tmp_path / "run") == before
    assert os.listdir(tmp_path) == ["run"]


@pytest.mark.parametrize("name", sorted(FILES - {"run.log"}))
def test_flipped_bits_are_found(tmp_path, name):
    """``wall_s`` stands outside the hash: flips there are not counted."""
    folder = write(tmp_path / "run")
    assert verify(folder) == []
    content = (folder / name).read_bytes()
    chosen = random.Random(name)
    timings = range(0)
    if name == "summary.json":
        start = content.index(b'"wall_s"')
        timings = range(start, content.index(b"}", start))
    for _ in range(100):
        bit = chosen.randrange(8 * len(content))
        if bit // 8 in timings:
            continue
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        (folder / name).write_bytes(flipped)
        assert verify(folder), bit
    (folder / name).write_bytes(content[:-1])
    assert verify(folder)
    (folder / name).write_bytes(content)
    assert verify(folder) == []


def test_missing_file_is_found(tmp_path):
    folder = write(tmp_path / "run")
    (folder / "results.nc").unlink()
    (line,) = verify(folder)
    assert line.startswith("results.nc")
    (folder / "manifest.json").unlink()
    with pytest.raises(AccessError):
        verify(folder)


def test_what_is_no_result_file_is_refused(tmp_path):
    (tmp_path / "results.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(AccessError):
        read_dataset(tmp_path / "results.nc")
    with pytest.raises(AccessError):
        read_dataset(tmp_path / "nothing.nc")
