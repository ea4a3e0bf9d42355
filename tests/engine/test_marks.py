"""From any place in a run, written to a file and read again, it goes on to the same bits; in any round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from heatsym.dispatch.settings import Dispatch
from heatsym.engine import settle
from heatsym.engine.digest import Course, Digest
from heatsym.engine.marks import packed, unpacked
from heatsym.engine.problem import Problem
from heatsym.engine.settle import Mark, settle_into
from heatsym.engine.trajectory import Cause, Hydraulics, March, joined
from heatsym.results.checkpoint import read_checkpoint, write_checkpoint
from heatsym.sources.boiler import Boiler
from heatsym.sources.ideal import Ideal
from tests.analytic.test_rounds import Chiller
from tests.analytic.test_storing import Lifted, Tank, with_tank
from tests.build import Net
from tests.engine.test_elements import pump

STEPS, PIECE = 40, 7
CLOSED = [(2, 10, 24), (3, 28, 33)]
"""Of the loop's trenches one, over two pauses, and from a pause on the trench of the last consumer."""
ISLANDS = [(2, 10, 24), (1, 10, 18), (3, 28, 33)]
"""The same with a second plant at the last consumer: the loop falls into halves over two pauses."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(settle, "PIECE", 1.0)
    monkeypatch.setattr(settle, "LEAST", PIECE)


def problem(
    engine: str,
    wall: str = "retarded",
    step: int = 3600,
    closed: Sequence[tuple[int, int, int]] = (),
    second: int = 0,
) -> Problem:
    """Two sources, of which one minds what returns, a loop with a pump, and demand that comes and goes."""
    net = Net(
        [(0, 1), (1, 2), (0, 2), (2, 3)],
        consumers=[1, 3],
        sources=[0, second],
        length=900.0,
        wall=500.0,
        fluid=None,
    )
    hour = np.arange(STEPS)[:, None]
    heat = 60e3 * np.maximum(np.sin(hour / 4.0 + np.array([0.0, 1.0])), 0.0) + 5e3
    made = net.problem(
        heat,
        steps=STEPS,
        step=step,
        substeps=3,
        mass_flow_max=2.0,
        tolerance=1e-5,
        initial=None,
        closed=closed,
    )
    curve = pump(2, (0.0, 60.0), (0.1, 40.0))  # of which the flow leaves the curve
    made = replace(made, supply=replace(made.supply, pumps=curve))
    sources = (Chiller(most=80e3, slope=2e3), Ideal(name="boiler", node="N0"))
    return replace(made, sources=sources, engine=engine, wall=wall)


class Notes:
    """Keeps rows, and a checkpoint after every piece."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.begun: list[int] = []
        self.rows: list[tuple[March, Hydraulics]] = []
        self.files: list[Path] = []

    def begin(self, step: int) -> None:
        self.begun.append(step)
        self.rows = []

    def take(self, first: int, march: March, pressures: Hydraulics) -> None:
        assert first == self.begun[-1] + sum(len(rows.sweeps) for rows, _ in self.rows)
        self.rows.append((march, pressures))

    def pause(self, mark: Mark) -> None:
        if self.folder is not None:
            self.files.append(self.folder / f"{len(self.files)}")
            write_checkpoint(self.files[-1], *packed(mark))


def same(found: Digest, wanted: Digest) -> None:
    for one in fields(Course):
        np.testing.assert_array_equal(getattr(found.course, one.name), getattr(wanted.course, one.name))
    for name, total in wanted.ledger.arrays().items():
        np.testing.assert_array_equal(found.ledger.arrays()[name], total)
    for name in (
        "initial_stored_heat",
        "rounds",
        "change",
        "settled",
        "unsettled_hours",
        "warnings",
        "engine",
    ):
        assert getattr(found, name) == getattr(wanted, name), name


@pytest.mark.parametrize(
    ("engine", "wall", "step"),
    [("compiled", "retarded", 3600), ("reference", "retarded", 3600), ("reference", "distributed", 30)],
)
@pytest.mark.parametrize("closed", [(), CLOSED, ISLANDS])
def test_from_every_pause_to_the_same_end(tmp_path, engine, wall, step, closed):
    alone = closed is ISLANDS
    asked, whole = problem(engine, wall, step, closed, second=3 if alone else 0), Notes(tmp_path)
    wanted = settle_into(asked, whole, lambda done, text: None)
    assert wanted.rounds >= 3
    assert wanted.ledger.odd_pumping[1, 0] > 0
    assert "pump p: water flows beyond its curve" in wanted.warnings[-1]
    assert bool(wanted.ledger.unmet_by_cause.value[Cause.CLOSED] > 0.0) is (closed is CLOSED)
    assert whole.begun == [0]  # only what is expected to be the last round is recorded
    pauses = -(-STEPS // PIECE) - 1
    assert len(whole.files) == pauses * wanted.rounds
    for number in (0, pauses - 1, pauses, 2 * pauses + 1, 2 * pauses + 3, len(whole.files) - 1):
        mark = unpacked(asked, *read_checkpoint(whole.files[number]))
        assert (mark.number, mark.step) == (number // pauses + 1, PIECE * (number % pauses + 1))
        left, again = mark.step, Notes(None)
        same(settle_into(asked, again, lambda done, text: None, mark), wanted)
        last = number // pauses + 1 == wanted.rounds
        first = left if last else 0
        for found, held in zip(zip(*again.rows, strict=True), zip(*whole.rows, strict=True), strict=True):
            rows, all_rows = joined(found), joined(held)
            for one in fields(rows):
                if isinstance(getattr(rows, one.name), np.ndarray):
                    np.testing.assert_array_equal(
                        getattr(rows, one.name), getattr(all_rows, one.name)[first:]
                    )


PERIODIC = Tank(hot_share=0.3, loss=20.0, periodic=True, charge_from=("chiller",))
LIFTED = Lifted(hot_share=0.9, hot=60.0, loss=20.0, charge_from=("chiller",))


@pytest.mark.parametrize("tank", [PERIODIC, LIFTED])
def test_storages_go_on_as_well(tmp_path, tank):
    """Periodic or with a heat pump, in a round whose choices are frozen and in one before."""
    asked = with_tank(problem("reference"), tank)
    whole = Notes(tmp_path)
    wanted = settle_into(asked, whole, lambda done, text: None)
    assert wanted.rounds > settle.FREE
    assert wanted.stored is not None
    assert np.ptp(wanted.stored.heat) > 0.0
    assert wanted.course.storage_electricity.any() == (tank is LIFTED)
    pauses = -(-STEPS // PIECE) - 1
    for number in (pauses + 1, len(whole.files) - 1):
        mark = unpacked(asked, *read_checkpoint(whole.files[number]))
        found = settle_into(asked, Notes(None), lambda done, text: None, mark)
        same(found, wanted)
        assert found.stored is not None
        for one in fields(wanted.stored):
            np.testing.assert_array_equal(getattr(found.stored, one.name), getattr(wanted.stored, one.name))


def test_a_schedule_goes_on_as_well(tmp_path):
    """What a linear programme chose is held in a round whose choices are frozen, and found anew before."""
    asked = with_tank(problem("reference"), replace(PERIODIC, charge_from=()))
    asked = replace(
        asked,
        fuel_cost=np.zeros((STEPS, 2)),
        electricity_cost=np.zeros(STEPS),
        sources=(
            asked.sources[0],
            Boiler(name="boiler", node="N0", fuel="oil", power=1e6, efficiency=1.0, price=1e-8),
        ),
        dispatch=Dispatch(method="linear", horizon="year"),
    )
    whole = Notes(tmp_path)
    wanted = settle_into(asked, whole, lambda done, text: None)
    assert wanted.rounds > settle.FREE
    assert wanted.stored is not None
    assert np.ptp(wanted.stored.heat) > 0.0
    pauses = -(-STEPS // PIECE) - 1
    for number in (pauses + 1, len(whole.files) - 1):
        mark = unpacked(asked, *read_checkpoint(whole.files[number]))
        found = settle_into(asked, Notes(None), lambda done, text: None, mark)
        same(found, wanted)
        np.testing.assert_array_equal(found.intent.source_heat, wanted.intent.source_heat)
        assert found.intent.cost == wanted.intent.cost


def test_of_another_network_is_refused(tmp_path):
    asked, whole = problem("compiled"), Notes(tmp_path)
    settle_into(asked, whole, lambda done, text: None)
    facts, arrays = read_checkpoint(whole.files[0])
    other = Net([(0, 1), (1, 2)], consumers=[1, 2], sources=[0, 0]).problem(1e4, steps=STEPS)
    other = replace(other, sources=asked.sources, engine="compiled")
    with pytest.raises(ValueError, match="not"):
        unpacked(other, facts, arrays)
