"""When sources run: local days by hand, chance by its distributions."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context, Monthly
from heatsym.sources.availability import (
    YEAR,
    Campaign,
    Outages,
    Stop,
    Turnaround,
    every_year,
    in_operation,
    month_and_day,
    overhauled,
    running_by_chance,
    unavailability,
)
from heatsym.sources.boiler import Boiler
from heatsym.sources.industrial import IndustrialStream

DAY = datetime.date
ALWAYS = {
    "kind": "industrial",
    "name": "works",
    "availability": 1.0,
    "stops": (),
    "campaigns": (),
    "outages": None,
    "turnaround": None,
    "closure": None,
}


def axis(start: str, days: int, step: int = 3600, timezone: str = "UTC") -> TimeAxis:
    return TimeAxis(np.datetime64(start, "s"), step, days * 86_400 // step, timezone)


def hours(when: TimeAxis, **changes: object) -> float:
    """Hours of full operation."""
    source = SimpleNamespace(**(ALWAYS | changes))
    factor = in_operation(source, Context(when, np.zeros(when.steps)))
    assert ((factor >= 0) & (factor <= 1)).all()
    return float(factor.sum()) * when.step / 3600


def test_everything_together_by_hand():
    """January to April 2025 in Berlin: campaign of January and March, a stop in it, closed after 30 March."""
    when = axis("2024-12-31T23:00", 31 + 28 + 31 + 30, timezone="Europe/Berlin")
    assert when.steps == 2880  # hours; March has one less than 31 days
    winter = Campaign(start=DAY(2025, 1, 1), end=DAY(2025, 1, 31))
    spring = Campaign(start=DAY(2025, 3, 1), end=DAY(2025, 4, 30))
    stop = Stop(start=DAY(2025, 1, 30), end=DAY(2025, 2, 2))
    found = hours(
        when,
        availability=Monthly((0.5, *(1.0,) * 11)),
        campaigns=(winter, spring),
        stops=(stop,),
        closure=DAY(2025, 3, 30),
    )
    assert found == 0.5 * 29 * 24 + 30 * 24 - 1  # 30 March has 23 hours


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Turnaround(first_year=2024, every_years=4, start="06-01", days=28), {2024: 28, 2028: 28}),
        (Turnaround(first_year=2026, every_years=3, start="12-20", days=20), {2026: 12, 2027: 8}),
        (Turnaround(first_year=2030), {}),
    ],
)
def test_turnarounds_return_after_some_years(plan, expected):
    """Days by year from 2023 to the middle of 2029; one that begins in December ends in January."""
    when = axis("2023-01-01", 2373)
    assert str(when.day[-1]) == "2029-06-30"
    still = overhauled(plan, when)
    years = when.day[still].astype("datetime64[Y]").astype(int) + 1970
    assert {int(year): int((years == year).sum()) // 24 for year in np.unique(years)} == expected


def test_a_run_that_starts_within_an_overhaul_sees_the_rest_of_it():
    """Twenty days from 20 December end with 8 January."""
    plan = Turnaround(first_year=2024, start="12-20", days=20)
    assert overhauled(plan, axis("2025-01-03", 10)).sum() == 6 * 24


def test_days_of_the_year():
    assert month_and_day("06-01") == (6, 1)
    assert [month_and_day(text) for text in ("02-29", "13-01", "1 June", "06-31", "")] == [None] * 5
    with pytest.raises(ValueError, match="02-29"):
        every_year(axis("2024-01-01", 3), "02-29", 2)
    leap = every_year(axis("2024-02-01", 60), "02-28", 3)
    assert sorted({str(day) for day in axis("2024-02-01", 60).day[leap]}) == [
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
    ]


def test_unavailability_in_the_long_run():
    """Share of 200 histories of a year, against the closed form; the bound is four standard errors."""
    when = axis("2025-01-01", 365)
    for rate, repair_h in ((10.0, 87.66), (2.0, 24.0), (50.0, 500.0)):
        idle = [
            1.0 - running_by_chance(when, "works", rate, repair_h * 3600, seed).mean() for seed in range(200)
        ]
        expected = unavailability(rate, repair_h * 3600)
        assert expected == pytest.approx(rate * repair_h / 8766 / (1 + rate * repair_h / 8766))
        assert abs(np.mean(idle) - expected) < 4 * np.std(idle) / np.sqrt(200)


def test_failures_come_as_they_should():
    """Numbers of failures of 400 years have the mean and the spread of Poisson's; repairs are exponential."""
    when = axis("2001-01-01", 366, step=600)
    counts, lengths = [], []
    for seed in range(400):
        idle = 1.0 - running_by_chance(when, "works", 6.0, 10 * 3600.0, seed)
        edge = np.diff((idle > 0).astype(int), prepend=0)
        starts = np.flatnonzero(edge == 1)
        counts.append(len(starts))
        lengths += [part.sum() * when.step for part in np.split(idle, starts)[1:]]
    mean, spread = np.mean(counts), np.var(counts)
    expected = 6.0 * 366 * 86_400 / YEAR * (1 - unavailability(6.0, 36_000.0))
    assert abs(mean - expected) < 4 * np.sqrt(expected / 400)
    assert spread == pytest.approx(mean, rel=0.3)
    found = np.array(lengths) / 3600
    assert abs(found.mean() - 10) < 4 * 10 / np.sqrt(len(found))
    assert (found > 10).mean() == pytest.approx(np.exp(-1), abs=0.04)
    assert (found > 30).mean() == pytest.approx(np.exp(-3), abs=0.02)


@settings(deadline=None)
@example(name="0", seed=0, rate=441.0, repair_h=0.25, first=0, count=1)  # marks within a second
@given(
    name=st.text(max_size=5),
    seed=st.integers(0, 2**31),
    rate=st.floats(0.01, 500),
    repair_h=st.floats(0.1, 80_000),
    first=st.integers(0, 8000),
    count=st.integers(1, 700),
)
def test_a_piece_of_a_run_has_the_same_history(name, seed, rate, repair_h, first, count):
    """Bit for bit, also in other steps: chance depends on name, seed and instant only."""
    whole = axis("2024-06-15", 365)
    piece = TimeAxis(whole.utc[first], 3600, count, "Asia/Tokyo")
    fine = TimeAxis(whole.utc[first], 900, 4 * count, "UTC")
    found = running_by_chance(whole, name, rate, repair_h * 3600, seed)
    assert ((found >= 0) & (found <= 1)).all()
    assert np.array_equal(
        running_by_chance(piece, name, rate, repair_h * 3600, seed), found[first : first + count]
    )
    quarters = running_by_chance(fine, name, rate, repair_h * 3600, seed).reshape(-1, 4).mean(axis=1)
    assert quarters == pytest.approx(found[first : first + count], abs=1e-12)


def test_names_and_seeds_have_histories_of_their_own():
    when = axis("2025-01-01", 3650)
    pairs = (("a", 0), ("b", 0), ("a", 1))
    first, *others = (running_by_chance(when, name, 20.0, 100 * 3600.0, seed) for name, seed in pairs)
    for other in others:
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.1


def test_never_failing_and_before_1970():
    assert (running_by_chance(axis("2025-01-01", 3), "works", 0.0, 3600.0) == 1.0).all()
    assert running_by_chance(axis("1960-01-01", 365), "works", 100.0, 86_400.0).min() == 0.0


OFTEN = Outages(rate_per_year=20, repair=4e5)


@pytest.mark.parametrize(
    "source",
    [
        IndustrialStream(name="works", node="n", power=1e6, temperature=95.0, outages=OFTEN),
        Boiler(name="works", node="n", fuel="oil", power=1e6, outages=OFTEN),
    ],
    ids=["industrial", "boiler"],
)
def test_what_is_offered_is_what_is_available(source):
    when = axis("2025-01-01", 365)
    ctx, here = (
        Context(when, np.zeros(when.steps)),
        Site(np.full(when.steps, 80.0), np.full(when.steps, 45.0)),
    )
    power = source.offer(ctx, here).power
    assert power.tolist() == (1e6 * running_by_chance(when, "works", 20, 4e5)).tolist()
    assert source.use(ctx, here, 0 * power).available.tolist() == power.tolist()
    assert 0 < power.mean() < 0.95e6
