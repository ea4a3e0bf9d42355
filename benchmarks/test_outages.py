"""Years with failures by chance of the packaged town; ``-m slow`` computes two hundred.

Both check what they time: the bits do not depend on the workers.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import heatsym as hs
from heatsym.engine.shared import Shared
from heatsym.study.ensemble import Ensemble, fail
from heatsym.study.outages import Questions, failing_sources
from heatsym.study.variants import Computed, computed

TOWN = Path(hs.__file__).parent / "examples" / "configs" / "harbour_town.toml"
YEARS, LIMIT = 200, 180.0
"""Years, and the wall time that they may take on two cores [s]."""


def silent(share: float, text: str) -> None:
    """Nobody is watching."""


@pytest.fixture(scope="module")
def town() -> Computed:
    """The town, computed once."""
    return computed(hs.load(TOWN), silent, Shared())


def years(of: Computed, count: int, workers: int) -> Ensemble:
    """As ``heatsym outages`` computes them."""
    return fail(of, failing_sources(of.case, Questions()), count, 1, workers=workers, progress=silent)


def same(one: Ensemble, other: Ensemble) -> bool:
    """Whether two ensembles agree in every figure to the last bit."""
    return one.quantiles == other.quantiles and all(
        np.array_equal(one.column(key), other.column(key)) for key in one.quantiles
    )


@pytest.mark.benchmark(timer=time.process_time, disable_gc=True)
def test_a_year_with_failures(benchmark: BenchmarkFixture, town: Computed):
    """CPU time of four years, by one worker."""
    found = benchmark.pedantic(years, (town, 4, 1), rounds=3, warmup_rounds=1)
    benchmark.extra_info["CPU_s_per_year"] = benchmark.stats.stats.median / 5  # with the case itself
    assert same(found, years(town, 4, 2))


@pytest.mark.slow
def test_two_hundred_years_on_two_cores(benchmark: BenchmarkFixture, town: Computed):
    """Wall time by two workers; the same bits by one."""
    found = benchmark.pedantic(years, (town, YEARS, 2), rounds=1)
    benchmark.extra_info["limit_s"] = LIMIT
    assert same(found, years(town, YEARS, 1))
