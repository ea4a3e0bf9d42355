"""Rounds that march only those steps again whose plan changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from heatsym.engine import again, settle
from heatsym.engine.again import Piece, cut, differing
from heatsym.engine.marks import unpacked
from heatsym.engine.problem import Problem
from heatsym.engine.settle import SETTLED, settle_into
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Site
from heatsym.results.checkpoint import read_checkpoint
from heatsym.sources.ideal import Ideal
from tests.analytic.test_rounds import Chiller
from tests.build import Net
from tests.engine.test_marks import Notes, same

DAYS = 14


@dataclass(frozen=True)
class AtTimes(Chiller):
    """Minds what returns in a few hours of the tenth day only."""

    def power(self, site: Site) -> FloatArray:
        hour = np.arange(len(site.t_return))
        minds = (hour >= 9 * 24 + 6) & (hour < 9 * 24 + 10)
        return np.where(minds, super().power(site), 0.4 * self.most)


def problem() -> Problem:
    """A source that minds now and then, and a boiler, at one end of a long pipe."""
    net = Net([(0, 1), (1, 2)], consumers=[1, 2], sources=[0, 0], length=1500.0)
    heat = 30e3 * (1.3 + np.sin(np.arange(24 * DAYS)[:, None] / 24.0 * 2.0 * np.pi + np.array([0.0, 1.0])))
    made = net.problem(heat, steps=24 * DAYS, tolerance=1e-6, initial=None)
    sources = (AtTimes(most=80e3, slope=2e3), Ideal(name="boiler", node="N0"))
    return replace(made, sources=sources, engine="compiled")


def test_pieces_lead_in_and_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs by little is left as it is; near neighbours are one piece."""
    monkeypatch.setattr(again, "LEAD", 3 * 3600.0)
    monkeypatch.setattr(again, "TAIL", 1 * 3600.0)
    off = np.full(24 * DAYS, 1e-3)
    off[[100, 105, 200, 1]] = 50.0
    pieces = differing(problem(), off, 1e4)
    assert pieces == [
        Piece(0, 1, False),
        Piece(1, 3, True),
        Piece(97, 100, False),
        Piece(100, 102, True),
        Piece(102, 105, False),
        Piece(105, 107, True),
        Piece(197, 200, False),
        Piece(200, 202, True),
    ]
    assert [(part.first, part.last) for part in cut(pieces[-2:], 2)] == [(197, 199), (199, 200), (200, 202)]
    assert differing(problem(), np.full(24 * DAYS, 1.0), 1e4) is None


def test_it_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last round is whole, and gives what rounds that are all whole give."""
    short = Notes(None)
    found = settle_into(problem(), short, lambda done, text: None)
    assert found.settled
    assert found.rounds >= 3
    assert short.begun == [0]
    assert sum(len(march.sweeps) for march, _ in short.rows) == 24 * DAYS
    monkeypatch.setattr(again, "MOST", 0.0)
    wanted = settle_into(problem(), Notes(None), lambda done, text: None)
    heat = wanted.course.source_heat
    assert np.abs(found.course.source_heat - heat).sum() <= SETTLED * heat.sum()
    np.testing.assert_allclose(found.change[0], wanted.change[0], rtol=0.2)
    source, site = problem().sources[0], Site(found.t_feed, found.course.source_return_temperature[:, 0])
    np.testing.assert_allclose(found.course.source_heat[:, 0], source.power(site), rtol=1e-2)


def test_an_interrupted_round_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From between two pieces, and from within one, to the same bits."""
    monkeypatch.setattr(settle, "PIECE", 1.0)
    monkeypatch.setattr(settle, "LEAST", 5)
    notes = Notes(tmp_path)
    wanted = settle_into(problem(), notes, lambda done, text: None)
    marks = [unpacked(problem(), *read_checkpoint(file)) for file in notes.files]
    again_marched = [mark for mark in marks if mark.number == 2]
    assert 0 < len(again_marched) < 24 * DAYS // 5 / 2
    for mark in (again_marched[0], again_marched[-1]):
        same(settle_into(problem(), Notes(None), lambda done, text: None, mark), wanted)
