"""Many cases at once give what each gives alone, and one that fails takes no other with it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import heatsym as hs
from heatsym.case.model import Case
from heatsym.dispatch.merit_order import merit_order
from heatsym.engine.compiled import Compiled
from heatsym.engine.prepare import prepare
from heatsym.engine.shared import Shared, content
from tests.build import offers

EXAMPLES = Path(hs.__file__).parent / "examples" / "configs"
WINTER = "2025-01-06/2025-01-12"


@pytest.fixture(scope="module")
def base() -> Case:
    return hs.load(EXAMPLES / "minimal.toml", period=WINTER)


@pytest.fixture(scope="module")
def cases(base: Case) -> list[Case]:
    """Variants that differ in offer, in what all march under, in the network, and not at all."""
    changes: list[dict[str, object]] = [
        {},
        {"source.works.power_kW": 100},
        {"network.supply_temperature_degC": 85},
        {"network.ground.depth_m": 2.0},
        {"demand.return_temperature_degC": 50},
        {},
    ]
    return [base.with_changes(change) for change in changes]


@pytest.fixture(scope="module")
def alone(cases: list[Case]) -> list[xr.Dataset]:
    return [hs.run(case).results for case in cases]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_to_the_last_bit_as_alone_in_the_order_of_the_cases(cases, alone, workers):
    runs = hs.run_many(cases, workers=workers)
    for case, run, expected in zip(cases, runs, alone, strict=True):
        assert run.case is case
        xr.testing.assert_identical(run.results, expected)
    assert not alone[0].equals(alone[2])


def test_a_case_that_fails_is_named_and_the_others_have_their_runs(cases, alone):
    """A network in two parts passes loading only if it is broken afterwards."""
    network = cases[1].network
    apart = replace(cases[1], network=replace(network, start=network.start * 0, end=network.end * 0))
    first, failure, last = hs.run_many([cases[0], apart, cases[2]], workers=2)
    assert isinstance(failure, hs.Failure)
    assert isinstance(failure.error, hs.InputError)
    assert (failure.position, failure.case) == (1, apart)
    assert str(failure).startswith("case 2, Harbour quarter: error[HS305]")
    xr.testing.assert_identical(first.results, alone[0])
    xr.testing.assert_identical(last.results, alone[2])


def test_progress_is_told_here_and_ends_with_everything_done(cases):
    told: list[tuple[float, str, threading.Thread]] = []
    hs.run_many(
        cases[:3],
        workers=2,
        progress=lambda share, text: told.append((share, text, threading.current_thread())),
    )
    shares = [share for share, _, _ in told]
    assert shares == sorted(shares)
    assert (shares[-1], told[-1][1]) == (1.0, "3 of 3 cases done")
    assert {thread for _, _, thread in told} == {threading.current_thread()}


def test_whoever_watches_can_end_it(cases):
    begun: list[str] = []
    threads = threading.active_count()

    def stop(share: float, text: str) -> None:
        begun.append(text)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        hs.run_many(cases, workers=2, progress=stop)
    assert len(begun) == 1
    assert threading.active_count() == threads


def test_no_cases_are_no_runs_and_no_workers_an_error(cases):
    assert hs.run_many([]) == []
    with pytest.raises(ValueError, match="one worker"):
        hs.run_many(cases, workers=0)


def test_what_agrees_is_built_once_and_what_differs_is_not(cases):
    once = Shared()
    same, other_offer, other_set_point, other_depth, other_return, again = (
        prepare(case, once) for case in cases
    )
    for problem in (other_offer, other_set_point, other_return, again):
        assert problem.graph is same.graph
        assert problem.mixer is same.mixer
        assert problem.pipes is same.pipes
    assert other_depth.graph is same.graph
    assert other_depth.pipes is not same.pipes
    assert not np.array_equal(other_depth.pipes.u_own, same.pipes.u_own)
    settings = []
    for problem in (same, again, other_depth):
        offered = offers(problem)
        settings.append(Compiled(problem, offered, merit_order(offered.power, None)).setting)
    assert settings[1].network is settings[0].network
    assert settings[1].loops is settings[0].loops
    assert settings[1].medium is settings[0].medium
    assert settings[2].network is not settings[0].network
    assert other_offer.load is same.load
    assert other_return.load is not same.load
    assert other_set_point.load is not same.load


def test_content_tells_apart_what_may_change_a_result():
    def told(value: object) -> bytes:
        return b"".join(content(value))

    values = [None, 0, False, 0.0, -0.0, "0", (0, 1), ((0,), 1), (0, (1,)), np.zeros(2), np.zeros(2, int)]
    values += [
        np.zeros((2, 1)),
        np.zeros(4, np.float32),
        np.array([0.0, -0.0]),
        np.float32(0),
        ("a", "b"),
        ("ab",),
    ]
    assert len({told(value) for value in values}) == len(values)
    assert told(np.arange(6.0)[::2]) == told(np.array([0.0, 2.0, 4.0]))
    with pytest.raises(TypeError, match="object"):
        told(object())
    with pytest.raises(TypeError, match="function"):
        told(lambda: values)
