"""A run that streams is the run that is held, whatever interrupts it, and takes no more memory for longer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import heatsym as hs
from heatsym.case.model import Case
from heatsym.engine import settle
from heatsym.engine.digest import Total
from heatsym.engine.prepare import prepare
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.errors import AccessError, InputError
from heatsym.interfaces import stepwise
from heatsym.results.dataset import dataset
from heatsym.results.store import interrupted, verify
from heatsym.simulation import run_into
from tests.case.town import write_town

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "configs"
DAYS = "2025-01-06/2025-01-12"
CLOSED = {
    "network.closed": [
        {"pipe": "P03", "from": date(2025, 1, 8), "to": date(2025, 1, 11)},
        {"pipe": "P09", "from": date(2025, 1, 10)},
    ]
}
"""The works is cut off while runs are stopped."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Many pieces of a week, none of which ends with a day or a block."""
    monkeypatch.setattr(settle, "PIECE", 1.0)
    monkeypatch.setattr(settle, "LEAST", 11)


def case(engine: str = "compiled", **changes: object) -> Case:
    return hs.load(CASES / "minimal.toml", period=DAYS).with_changes({"engine.kind": engine, **changes})


class StoppedError(Exception):
    """What stops a run in these tests."""


@pytest.mark.parametrize("changes", [{}, CLOSED])
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_streamed_is_held(tmp_path, engine, changes):
    study = case(engine, **changes)
    held, streamed = hs.run(study), run_into(tmp_path / "run", study)
    xr.testing.assert_identical(streamed.results.load(), held.results)
    saved = held.save(tmp_path / "saved")
    assert (saved / "results.nc").read_bytes() == (tmp_path / "run" / "results.nc").read_bytes()
    assert verify(tmp_path / "run") == []
    assert sorted(os.listdir(tmp_path)) == ["run", "saved"]
    times = {"wall_s": 0}
    assert held.summary | times == streamed.summary | times


def test_pieces_are_the_whole():
    """The same rows as from an engine that marches all steps in one, and the same totals."""
    study = case()
    run, whole = hs.run(study), settle.settle(prepare(study), lambda done, text: None)
    xr.testing.assert_identical(
        run.results.drop_vars("source_emissions", errors="ignore"), dataset(study, whole)
    )
    march = whole.march
    assert run.summary["energy"]["delivered_MWh"] == pytest.approx(
        march.consumer_heat_delivered.sum() / 1e6, rel=1e-14
    )


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_pieces_of_what_is_asked_for_change_nothing(engine, monkeypatch):
    """Also in the means that the fluid and the first plan follow from, of a return that varies."""
    study = case(engine, **CLOSED, **{"demand.return_temperature_degC": [[-12, 50.3], [15, 41.7]]})
    whole = hs.run(study)
    monkeypatch.setattr(stepwise, "PIECE", 50)
    xr.testing.assert_identical(hs.run(study).results, whole.results)


def test_written_beside_the_march_is_the_same(tmp_path):
    study = case()
    files = [
        run_into(tmp_path / name, study, beside=beside) and (tmp_path / name / "results.nc").read_bytes()
        for name, beside in (("after", False), ("beside", True))
    ]
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("engine", "beside", "changes"),
    [
        ("compiled", False, {}),
        ("compiled", True, {}),
        ("reference", False, {}),
        ("compiled", False, CLOSED),
        ("reference", False, CLOSED),
    ],
)
def test_gone_on_with_is_uninterrupted(tmp_path, engine, beside, changes):
    """Stopped twice, after some pieces; byte by byte the same in the end."""
    study = case(engine, **changes)
    run_into(tmp_path / "whole", study)
    for share in (0.3, 0.7):
        with pytest.raises(StoppedError):
            run_into(
                tmp_path / "run",
                study,
                resume=True,
                checkpoint_every=0.0,
                beside=beside,
                progress=lambda done, text, share=share: stop_at(done, share),
            )
        assert not (tmp_path / "run").exists()
    begun: list[float] = []
    run_into(tmp_path / "run", study, resume=True, progress=lambda done, text: begun.append(done))
    assert min(done for done in begun if done > 0.0) > 0.6  # it did not begin anew
    for name in ("results.nc", "case.resolved.toml"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    summaries = [
        json.loads((tmp_path / name / "summary.json").read_text("utf-8")) for name in ("run", "whole")
    ]
    assert summaries[0] | {"wall_s": 0} == summaries[1] | {"wall_s": 0}
    assert sorted(os.listdir(tmp_path)) == ["run", "whole"]


def stop_at(done: float, share: float) -> None:
    if share <= done < 1.0:
        raise StoppedError


CHILD = """
import datetime
import sys
import heatsym as hs
from heatsym.engine import settle
from heatsym.simulation import run_into

settle.PIECE, settle.LEAST = 1.0, 11
closed = {"pipe": "P03", "from": datetime.date(2025, 1, 8), "to": datetime.date(2025, 1, 11)}
case = hs.load(sys.argv[1], period=sys.argv[3]).with_changes({"network.closed": [closed]})
told = lambda done, text: print(done, flush=True)
run_into(sys.argv[2], case, checkpoint_every=0.0, progress=told, resume=len(sys.argv) > 4)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_killed_half_way_and_gone_on_with(tmp_path):
    """SIGKILL, in the middle of a closure: no time to tidy up."""
    words = [sys.executable, "-c", CHILD, CASES / "minimal.toml", tmp_path / "run", DAYS]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if float(line) > 0.5:
            break
    process.kill()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "run").exists()
    assert interrupted(tmp_path / "run") is not None
    subprocess.run([*words, "resume"], cwd=ROOT, check=True, capture_output=True)
    run_into(tmp_path / "whole", case(**{"network.closed": CLOSED["network.closed"][:1]}))
    same = [(tmp_path / name / "results.nc").read_bytes() for name in ("run", "whole")]
    assert same[0] == same[1]
    assert sorted(os.listdir(tmp_path)) == ["run", "whole"]


def leave_checkpoint(folder: Path, study: Case) -> Path:
    with pytest.raises(StoppedError):
        run_into(folder, study, checkpoint_every=0.0, progress=lambda done, text: stop_at(done, 0.4))
    left = interrupted(folder)
    assert left is not None
    return left / "checkpoint"


def test_another_case_is_refused_and_the_checkpoint_stays(tmp_path):
    study = case()
    kept = leave_checkpoint(tmp_path / "run", study)
    before = kept.read_bytes()
    other = case(**{"source.works.power_kW": 100})
    with pytest.raises(InputError, match="other values in the case"):
        run_into(tmp_path / "run", other, resume=True)
    assert kept.read_bytes() == before
    run_into(tmp_path / "run", study, resume=True)


def test_other_files_and_versions_are_refused(tmp_path, monkeypatch):
    import shutil

    for part in ("configs", "data"):
        shutil.copytree(ROOT / part, tmp_path / part)
    study = hs.load(tmp_path / "configs" / "minimal.toml", period=DAYS)
    leave_checkpoint(tmp_path / "run", study)
    monkeypatch.setattr(hs, "__version__", "99.0")
    with pytest.raises(InputError, match="another version of heatsym"):
        run_into(tmp_path / "run", study, resume=True)
    monkeypatch.undo()
    pipes = tmp_path / "data" / "minimal" / "pipes.csv"
    pipes.write_text(pipes.read_text("utf-8") + "# looked at\n", "utf-8")
    with pytest.raises(InputError, match=r"another content of .*pipes\.csv"):
        run_into(tmp_path / "run", study, resume=True)


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "rows"])
def test_a_damaged_checkpoint_is_refused(tmp_path, damage):
    study = case()
    kept = leave_checkpoint(tmp_path / "run", study)
    content = kept.read_bytes()
    if damage == "rows":
        rows = kept.parent / "rows" / "pipe_velocity.rows"
        rows.write_bytes(rows.read_bytes()[:-100_000])
    elif damage == "flipped":
        kept.write_bytes(content[: len(content) // 2] + b"\xff\x00\xff" + content[len(content) // 2 + 3 :])
    else:
        kept.write_bytes(content[: len(content) // 2 if damage == "cut" else 0])
    with pytest.raises((InputError, AccessError), match=r"damaged|not the rows"):
        run_into(tmp_path / "run", study, resume=True)
    assert not (tmp_path / "run").exists()


def test_nothing_is_left_where_there_was_no_checkpoint(tmp_path):
    with pytest.raises(StoppedError):
        run_into(tmp_path / "results" / "run", case(), progress=lambda done, text: stop_at(done, 0.4))
    assert os.listdir(tmp_path) == []


def test_two_processes_do_not_go_on_with_one_run(tmp_path):
    """A run that is being computed is not interrupted."""
    kept = leave_checkpoint(tmp_path / "run", case())
    fcntl = pytest.importorskip("fcntl")
    with (kept.parent / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert interrupted(tmp_path / "run") is None
    assert interrupted(tmp_path / "run") == kept.parent


FULL = """
import resource, signal, sys
import heatsym as hs
from heatsym.errors import AccessError
from heatsym.simulation import run_into

case = hs.load(sys.argv[1], period="2025-01-01/2025-03-31")
run_into(sys.argv[2] + "-warm", hs.load(sys.argv[1], period="2025-01-01/2025-01-01"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    run_into(sys.argv[2], case, beside=sys.argv[4] == "True")
except AccessError as error:
    print(error)
    sys.exit(error.exit_status)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
@pytest.mark.parametrize(("limit", "beside"), [(0, False), (4_000, True), (100_000, False), (100_000, True)])
def test_full_disk_while_streaming(tmp_path, limit, beside):
    """The system itself refuses files beyond ``limit`` bytes."""
    words = [sys.executable, "-c", FULL, CASES / "minimal.toml", tmp_path / "run", str(limit), str(beside)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "MB free" in done.stdout
    assert os.listdir(tmp_path) == ["run-warm"]


PEAK = """
import sys
import heatsym as hs
from heatsym.simulation import run_into

def peak():
    with open("/proc/self/status") as status:
        (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024

run_into(sys.argv[2] + "-warm", hs.load(sys.argv[1], period="2025-01-01/2025-01-02"))
before = peak()
run_into(sys.argv[2], hs.load(sys.argv[1], period=sys.argv[3]))
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory from /proc")
def test_memory_of_a_year_is_that_of_a_month(tmp_path):
    """The packaged town: 87 MB of results in a year, 7 MB in a month; offers and plans hold all steps."""
    grown = {}
    for period in ("2025-01-01/2025-01-31", "2025-01-01/2025-12-31"):
        words = [sys.executable, "-c", PEAK, CASES / "harbour_town.toml", tmp_path / period[-5:], period]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
        grown[period] = float(done.stdout)
    month, year = grown.values()
    assert year - month < 25.0  # some hundred numbers of each step, none of them by pipe or consumer


class Nobody:
    """Takes rows and forgets them."""

    def begin(self, step: int) -> None:
        pass

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        pass

    def pause(self, mark: settle.Mark) -> None:
        pass


def test_what_many_consumers_ask_for_is_not_held(tmp_path):
    """From the files to the last step; their heat of a year, 35 MB as an array, is never there at once."""
    consumers = "".join(
        f"C{i},N{2 + i % 2},{('house', 'flats', 'trade')[i % 3]},{5 + i % 7}\n" for i in range(500)
    )
    path = write_town(
        tmp_path,
        ("town.toml", 'power_MW = { file = "works.csv", column = "heat_kW" }', "power_MW = 1"),
        ("town.toml", "return_temperature_degC = 45", "temperature_drop_K = [[-12, 40], [15, 30]]"),
        ("town.toml", "ground", 'closed = [{ pipe = "P2", from = 2025-01-08, to = 2025-01-11 }]\nground'),
        consumers__csv="id,node,kind,annual_heat_MWh\n" + consumers,
    )
    hs.run(hs.load(path, overrides=["time.days=10"]))  # what is kept for good is there: code, profiles
    largest = {}
    for days in (31, 365):
        tracemalloc.start()
        try:
            problem = prepare(hs.load(path, overrides=[f"time.days={days}"]))
            settle.settle_into(problem, Nobody(), lambda done, text: None)
            largest[days] = tracemalloc.get_traced_memory()[1] / 1e6
        finally:
            tracemalloc.stop()
    assert largest[365] - largest[31] < 10.0


def test_sums_lose_nothing():
    """Small terms beside a large one that comes and goes."""
    total = Total(2)
    for value in (1e16, 1.0, 1.0, 1.0, -1e16):
        total.add([value, -value])
    np.testing.assert_array_equal(total.value, [3.0, -3.0])
