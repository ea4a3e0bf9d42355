"""CPU time of the march and of the pressures, by size of the district; ``pytest benchmarks``.

What is timed must also be right, so each march is checked: a fast wrong answer is no result.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.measure import HOURS_OF_YEAR, MONTHS, WEEKS, YEAR, Machine, in_quarters, machine, ready
from benchmarks.networks import District, Period, Task, destest, district, task
from heatsym.engine.hydraulics import hydraulics
from heatsym.engine.trajectory import March

pytestmark = pytest.mark.benchmark(timer=time.process_time, disable_gc=True)

WINTER, SUMMER = MONTHS
WINTER_WEEK, SUMMER_WEEK = WEEKS
LARGE = pytest.mark.slow


@pytest.fixture(scope="module")
def base() -> Machine:
    """What the machine does, measured before the marches."""
    return machine()


def checked(march: March) -> None:
    """The balance closes, with the loss computed by itself, every step converged, and heat was delivered."""
    heat = march.source_heat.sum(axis=1)
    assert abs(march.residual).max() <= 1e-9 * heat.max()
    assert march.converged.all()
    assert march.consumer_heat_unmet.sum() <= 1e-4 * march.consumer_heat_demand.sum()


def noted(benchmark: BenchmarkFixture, of: District, period: Period, base: Machine) -> None:
    """Beside the seconds: per pipe-step, over the machine's floor, and for a year."""
    steps = period.axis.steps
    each = benchmark.stats.stats.median / (2 * of.trenches * steps)
    benchmark.extra_info["ns_per_pipe_step"] = 1e9 * each
    benchmark.extra_info["over_floor"] = each / base.floor
    benchmark.extra_info["copy_GB_per_s"] = base.copy / 1e9
    benchmark.extra_info["CPU_s_per_year"] = (
        benchmark.stats.stats.median * HOURS_OF_YEAR * 3600.0 / (period.step * steps)
    )


def timed(
    benchmark: BenchmarkFixture, of: District, period: Period, base: Machine, producers: int = 1
) -> None:
    """Median of three marches after one that warms up."""
    run = ready(task(of, period, producers=producers))
    checked(benchmark.pedantic(run, rounds=3, warmup_rounds=1))
    noted(benchmark, of, period, base)


@pytest.mark.parametrize("period", [YEAR[0], in_quarters(YEAR)[0]], ids=["hours", "quarters"])
@pytest.mark.parametrize("of", [destest, lambda: district(100)], ids=["destest", "100"])
def test_small_tree_for_a_year(
    benchmark: BenchmarkFixture, of: Callable[[], District], period: Period, base: Machine
):
    """DESTEST's layout, and a hundred trenches."""
    timed(benchmark, of(), period, base)


def test_thousand_trenches_for_a_year(benchmark: BenchmarkFixture, base: Machine):
    """The size that targets are about."""
    timed(benchmark, district(1_000), YEAR[0], base)


@pytest.mark.parametrize("period", [WINTER, SUMMER], ids=lambda period: period.name)
def test_three_producers(benchmark: BenchmarkFixture, period: Period, base: Machine):
    """Two streams with limits and a plant: flows change direction, sources are searched."""
    timed(benchmark, district(1_000), period, base, producers=3)


@pytest.mark.parametrize("period", [WINTER, SUMMER], ids=lambda period: period.name)
@pytest.mark.parametrize("trenches", [100, pytest.param(1_000, marks=LARGE)])
def test_loops(benchmark: BenchmarkFixture, trenches: int, period: Period, base: Machine):
    """Five per cent of the trenches close loops."""
    timed(benchmark, district(trenches, loops=0.05), period, base)


@pytest.mark.parametrize("period", [WINTER, SUMMER], ids=lambda period: period.name)
@LARGE
def test_ten_thousand_trenches(benchmark: BenchmarkFixture, period: Period, base: Machine):
    """A city."""
    timed(benchmark, district(10_000), period, base)


@pytest.mark.parametrize("period", [WINTER_WEEK, SUMMER_WEEK], ids=lambda period: period.name)
@LARGE
def test_hundred_thousand_trenches(benchmark: BenchmarkFixture, period: Period, base: Machine):
    """A metropolis."""
    timed(benchmark, district(100_000), period, base)


@pytest.fixture(scope="module")
def marched() -> tuple[District, Task, March]:
    """A thousand trenches in January."""
    of = district(1_000)
    this = task(of, WINTER)
    return of, this, ready(this)()


def test_pressures(benchmark: BenchmarkFixture, marched: tuple[District, Task, March], base: Machine):
    """Pressures, velocities and pump power after the march; flow ends where somebody is critical."""
    of, this, march = marched
    found = benchmark.pedantic(hydraulics, (this.problem, march), rounds=3, warmup_rounds=1)
    noted(benchmark, of, WINTER, base)
    critical = found.critical_consumer
    assert (critical >= 0).all()
    node = this.problem.consumer_node[critical]
    steps = range(len(critical))
    spread = found.node_supply_pressure[steps, node] - found.node_return_pressure[steps, node]
    assert spread == pytest.approx(this.problem.consumer_dp_min, rel=1e-9)
