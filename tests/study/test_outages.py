"""What a stop leaves unserved, by hand, by balance and by chance; and that lean figures are a run's own."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.case.model import Case
from heatsym.engine.settle import SETTLED, settle_into
from heatsym.engine.shared import Shared
from heatsym.interfaces.axis import TimeAxis
from heatsym.report.outages import page
from heatsym.sources.availability import Outages, Stop, running_by_chance, unavailability
from heatsym.sources.ideal import Ideal
from heatsym.study.answers import as_data
from heatsym.study.backup import find_backup
from heatsym.study.changes import added, drawn, failing, moved, without
from heatsym.study.ensemble import fail, spread
from heatsym.study.losing import close, coldest_week, lose_each, move_stop
from heatsym.study.outages import Questions, outages
from heatsym.study.variants import Computed, Outcome, beside, computed, variant
from tests.balance import test_boosters as boosters
from tests.balance import test_prosumers as prosumers

EXAMPLES = Path(hs.__file__).parent / "examples" / "configs"


def silent(share: float, text: str) -> None:
    pass


def started(case: Case) -> Computed:
    return computed(case, silent, Shared())


def figures(of: Outcome) -> tuple[object, ...]:
    """Everything in an outcome, to the last bit."""
    return (
        of.unmet,
        of.cost,
        of.carbon,
        of.surplus_share,
        of.unmet_hours,
        of.largest_unmet,
        of.consumer_unmet.tobytes(),
        of.consumer_hours.tobytes(),
        of.month_unmet.tobytes(),
        None if of.month_cost is None else of.month_cost.tobytes(),
    )


@pytest.fixture(scope="module")
def quarter() -> Computed:
    """Works and boiler, four weeks of winter across two months."""
    return started(hs.load(EXAMPLES / "minimal.toml", period="2025-01-13/2025-02-09"))


@pytest.fixture(scope="module")
def town() -> Computed:
    """Streams, heat pumps and a tank, five days."""
    return started(hs.load(EXAMPLES / "harbour_town.toml", period="2025-01-29/2025-02-02"))


@pytest.fixture(scope="module")
def boiler_only() -> Computed:
    """One source, for as long."""
    case = hs.load(EXAMPLES / "minimal.toml", scenario="boiler_only", period="2025-01-13/2025-02-09")
    return started(case)


@pytest.mark.parametrize("which", ["quarter", "town"])
def test_lean_figures_are_those_of_a_run(which, request):
    """The same formulas on the same rounded series, with a source lost in the middle."""
    of = request.getfixturevalue(which)
    steps = np.zeros(of.case.axis.steps, dtype=bool)
    steps[30:70] = True
    for case in (of.case, without(of.case, "boiler", of.problem.ctx, steps)):
        found, run = variant(of.problem, case, silent), hs.run(case)
        energy, results = run.summary["energy"], run.results
        assert found.unmet == energy["unmet_MWh"]
        assert found.demand == energy["demand_MWh"]
        assert found.cost == run.summary["economics"]["operating_cost_EUR"]
        assert found.carbon == run.summary["emissions"]["total_t"]
        assert found.surplus_share == run.summary["surplus_share"]
        assert found.unmet_hours == run.summary["unmet_hours"]
        assert found.unmet_by_cause == run.summary["unmet_by_cause_MWh"]
        missed = results["consumer_heat_unmet"].astype(np.float64)
        assert found.consumer_unmet == pytest.approx(missed.sum("time").values / 1e6, rel=1e-6, abs=1e-9)
        hours = (results["consumer_unmet_cause"] > 0).sum("time").values
        assert found.consumer_hours.tolist() == hours.tolist()
        assert found.largest_unmet == pytest.approx(float(missed.sum("consumer").max()) / 1e6, rel=1e-9)
        assert found.month_unmet.sum() == pytest.approx(found.unmet, rel=1e-6)
        assert found.month_cost is not None
        assert found.month_cost.sum() == pytest.approx(found.cost, rel=1e-12)
        assert len(found.month_cost) == 2
    assert found.unmet > 0.1


def test_a_stop_of_the_only_source_leaves_the_demand_of_its_hours(boiler_only):
    """But for what the water in the pipes holds, which also has to be warmed again afterwards."""
    of = boiler_only
    steps = np.zeros(of.case.axis.steps, dtype=bool)
    steps[200:248] = True
    found = variant(of.problem, without(of.case, "boiler", of.problem.ctx, steps), silent)
    asked = float(of.problem.load.heat[200:248].sum()) * 3600.0
    swing = float(of.problem.t_feed[200:248].max()) - 10.0
    held = swing * float((of.problem.supply.capacity + of.problem.return_.capacity).sum())
    assert held < 0.2 * asked
    assert asked - held <= found.unmet * 3.6e9 <= asked + held
    assert (found.consumer_hours >= 46.0).all()
    assert (found.consumer_hours <= 56.0).all()
    asking = of.problem.load.heat[200:248].sum(axis=1).max() / 1e6
    assert 0.9 * asking <= found.largest_unmet <= 1.0001 * asking


def test_the_coldest_week_is_lost_by_each_source_in_turn(quarter):
    week = coldest_week(quarter)
    days = np.unique(quarter.case.axis.day)
    air = quarter.problem.ctx.t_air.reshape(len(days), 24).mean(axis=1)
    means = [air[i : i + 7].mean() for i in range(len(days) - 6)]
    assert week.sum() == 168
    found = lose_each(quarter, workers=1, progress=silent)
    first = int(np.argmin(means))
    assert (found.first_day, found.last_day) == (days[first].item(), days[first + 6].item())
    assert found.mean_air == pytest.approx(min(means))
    assert [one.source for one in found.lost] == ["works", "boiler"]
    assert found.lost[0].heat > found.lost[1].heat > 0.0
    for one in found.lost:
        alone = variant(quarter.problem, without(quarter.case, one.source, quarter.problem.ctx, week), silent)
        assert figures(alone) == figures(one.outcome)


def test_a_stop_moved_to_where_it_is_changes_nothing():
    case = hs.load(EXAMPLES / "minimal.toml", period="2025-07-07/2025-08-03")
    of, stop = started(case), Stop(start=datetime.date(2025, 7, 14), end=datetime.date(2025, 7, 27))
    (own,) = case.sources[0].stops
    assert own == stop
    assert figures(variant(of.problem, moved(case, "works", own, own.start, 14), silent)) == figures(
        of.outcome
    )
    found = move_stop(of, "works", own, 14, every=1, workers=2, progress=silent)
    assert found.first_days == tuple(datetime.date(2025, 7, day) for day in (7, 14, 21))
    assert figures(found.outcomes[1]) == figures(of.outcome)
    assert all(one.surplus_share == pytest.approx(0.5, abs=0.1) for one in found.outcomes)
    assert found.outcomes[0].cost != found.outcomes[1].cost


def test_closure_parts_the_years(quarter):
    found = close(quarter, ["works"], 3, 4, progress=silent)
    years = [found.of(year) for year in range(1, 5)]
    assert [figures(one) for one in years[:2]] == [figures(quarter.outcome)] * 2
    assert years[2] is years[3] is found.after
    assert found.after.surplus_share == 0.0
    off = quarter.case.with_changes({"source.works.enabled": False})
    assert found.after.cost == pytest.approx(hs.run(off).summary["economics"]["operating_cost_EUR"], rel=1e-6)


def test_backup_is_just_large_enough_and_more_of_it_never_hurts(quarter):
    lost = find_backup(quarter, "boiler", "boiler", 0.05, progress=silent)
    sizes = [size for size, _ in lost.tried]
    missed = [one.unmet for _, one in lost.tried]
    assert sizes == sorted(sizes)
    assert all(b <= a for a, b in pairwise(missed))
    assert missed[0] > 0.05 >= missed[-1]
    place = sizes.index(lost.capacity)
    assert missed[place] <= 0.05 < missed[place - 1]
    without_any = lost.tried[0][1].largest_unmet
    assert sizes[place] - sizes[place - 1] == pytest.approx(0.01 * without_any, rel=1e-6)
    assert 0.8 * without_any < lost.capacity < 1.2 * without_any


def test_backup_that_cannot_help_says_what_stands_against_it(quarter):
    closed = quarter.case.with_changes(
        {
            "network.closed": [
                {"pipe": "P06", "from": datetime.date(2025, 1, 20), "to": datetime.date(2025, 1, 26)}
            ]
        }
    )
    found = find_backup(started(closed), "boiler", "works", 0.0, progress=silent)
    assert found.capacity is None
    assert found.warning is not None
    assert (found.warning.code, found.warning.severity) == ("HS833", "warning")
    assert "MWh unserved in" in found.warning.reason
    assert "closed" in found.warning.reason


@pytest.mark.parametrize("which", ["quarter", "town"])
def test_years_of_failures_to_the_last_bit_whatever_the_workers(which, request):
    of = request.getfixturevalue(which)
    fails = {"works": Outages(rate_per_year=60.0, repair=20 * 3600.0), "boiler": Outages(rate_per_year=90.0)}
    one, two, again = (fail(of, fails, 6, 3, workers=workers, progress=silent) for workers in (1, 2, 2))
    for other in (two, again):
        assert [figures(a) for a in one.outcomes] == [figures(b) for b in other.outcomes]
        assert np.array_equal(one.out, other.out)
    assert len({one.cost for one in one.outcomes}) == 6
    another = fail(of, fails, 6, 4, workers=2, progress=silent)
    assert not np.array_equal(another.out, one.out)
    longer = fail(of, fails, 8, 3, workers=2, progress=silent)
    assert [figures(a) for a in longer.outcomes[:6]] == [figures(a) for a in one.outcomes]


def test_time_out_of_order_spreads_as_two_independent_rates_say():
    """Mean u T and variance 2 l m T / (l + m)^3 of failures l and repairs m; nearly normal, as many."""
    axis = TimeAxis(np.datetime64("2025-01-01", "s"), 3600, 8766, "UTC")
    rate, repair, years = 200.0, 8.766 * 3600.0, 400
    out = {
        name: np.array(
            [1.0 - running_by_chance(axis, name, rate, repair, drawn(1, n, 0)).mean() for n in range(years)]
        )
        for name in ("works", "boiler")
    }
    mended = 8766 * 3600.0 / repair
    deviation = math.sqrt(2.0 * rate * mended / (rate + mended) ** 3)
    expected = unavailability(rate, repair) + deviation * np.array([-1.28155, 0.0, 1.28155])
    for values in out.values():
        assert values.mean() == pytest.approx(unavailability(rate, repair), abs=4 * deviation / years**0.5)
        assert spread(values) == pytest.approx(tuple(expected), abs=4 * 1.72 * deviation / years**0.5)
    assert abs(np.corrcoef(out["works"], out["boiler"])[0, 1]) < 4.0 / years**0.5


def test_failures_of_the_only_source_are_missed_in_proportion(boiler_only):
    """What is missed is the demand of the hours out of order, less what pipes hold each time."""
    found = fail(
        boiler_only,
        {"boiler": Outages(rate_per_year=60.0, repair=30 * 3600.0)},
        12,
        1,
        workers=2,
        progress=silent,
    )
    mean = boiler_only.outcome.demand / boiler_only.case.axis.hours
    missed = np.array([one.unmet for one in found.outcomes])
    assert np.corrcoef(missed, found.out[:, 0])[0, 1] > 0.98
    assert missed.sum() == pytest.approx(mean * found.out.sum(), rel=0.15)


def test_a_run_that_begins_with_its_own_end_stays_there(town):
    class Nothing:
        def begin(self, step): ...
        def take(self, first, march, pressures): ...
        def pause(self, mark): ...

    fresh = settle_into(town.problem, Nothing(), silent)
    again = settle_into(town.problem, Nothing(), silent, guess=fresh.course)
    assert again.settled
    assert again.rounds < fresh.rounds
    moved_heat = np.abs(again.course.source_heat - fresh.course.source_heat).sum()
    assert moved_heat <= 5.0 * SETTLED * fresh.course.source_heat.sum()


def test_added_capacity_of_nothing_changes_no_heat(quarter):
    case = added(quarter.case, "boiler", 0.0)
    assert started(case).outcome.cost == pytest.approx(quarter.outcome.cost, rel=1e-9)
    assert [source.name for source in case.sources] == ["works", "boiler", "boiler, added"]


def test_all_of_it_at_once(quarter):
    study = outages(quarter.case, years=3, horizon=5, closing_year=2, stop="works", stop_days=5, workers=2)
    assert figures(study.base) == figures(quarter.outcome)
    assert study.stops is not None
    assert study.stops.days == 5
    assert len(study.stops.outcomes) == 1
    assert study.ensemble is not None
    assert study.ensemble.sources == ("works", "boiler")
    assert study.backup is not None
    assert study.backup.lost == "boiler"
    again = outages(quarter.case, Questions(years=3, stop="works", stop_days=5, target=1e9), workers=1)
    assert again.ensemble is not None
    assert [figures(a) for a in again.ensemble.outcomes] == [figures(a) for a in study.ensemble.outcomes]
    assert again.backup is not None
    assert again.backup.capacity == 0.0


def test_a_stop_that_nobody_asked_for_and_that_does_not_fit_is_left_out(town):
    study = outages(town.case, years=0, workers=1, target=1e9)
    assert study.stops is None
    assert any("that of works, 19 days, does not fit" in said for said in study.assumptions)


@pytest.mark.parametrize(
    ("asked", "code", "word"),
    [
        ({"lost": "wroks"}, "HS830", "works, boiler"),
        ({"fails": {"wroks": Outages()}}, "HS830", "wroks"),
        ({"closes": "Nobody Ltd"}, "HS830", "Nobody Ltd"),
        ({"backup": "works"}, "HS831", "no plant"),
        ({"stop": "boiler"}, "HS832", "no planned stop"),
        ({"stop": "works", "stop_days": 400}, "HS832", "does not fit"),
        ({"years": -1, "horizon": 0}, "HS834", "years is -1"),
    ],
)
def test_what_cannot_be_asked_is_told(quarter, asked, code, word):
    with pytest.raises(hs.InputError) as caught:
        outages(quarter.case, Questions(**({"years": 0} | asked)))
    assert caught.value.problems[0].code == code
    assert word in str(caught.value)


def test_a_source_that_gives_at_any_time_cannot_fail(quarter):
    case = replace(quarter.case, sources=(quarter.case.sources[0], Ideal(name="grid", node="boiler_house")))
    with pytest.raises(hs.InputError, match="HS831"):
        outages(case, lost="grid", years=0)


def test_works_beside_each_other_keep_their_order_and_stop_together():
    assert beside(lambda item, tell: item**2, [3, 1, 2], 2, silent, "squares") == [9, 1, 4]
    assert beside(lambda item, tell: item, [], 2, silent, "none") == []

    def broken(item, tell):
        if item == 1:
            raise ZeroDivisionError
        return item

    with pytest.raises(ZeroDivisionError):
        beside(broken, [0, 1, 2, 3], 2, silent, "some")
    with pytest.raises(ValueError, match="one worker"):
        beside(broken, [0], 0, silent, "some")


def test_histories_of_years_and_sources_are_their_own(quarter):
    fails = {"works": Outages(), "boiler": Outages(seed=5)}
    seeds = [
        [source.outages.seed for source in failing(quarter.case, fails, seed, number).sources]
        for seed in (1, 2)
        for number in (0, 1)
    ]
    flat = [seed for pair in seeds for seed in pair]
    assert len(set(flat)) == len(flat)
    assert all(0 <= seed < 2**31 for seed in flat)


def test_nothing_that_can_fail_and_nothing_that_is_paid(tmp_path):
    """A plant that gives at any time, prosumers, no weather: what has no answer says so, page and all."""
    series = np.tile(np.repeat([10.0, -12.0], 12), 3)
    study = outages(hs.load(prosumers.town(tmp_path, series)), years=5)
    run = hs.run(study.case)
    assert study.base.demand == run.summary["energy"]["demand_MWh"]
    assert study.base.surplus_share == run.summary["surplus_share"]
    assert (study.base.cost, study.base.carbon, study.base.month_cost) == (None, None, None)
    assert (study.losses.lost, study.stops, study.ensemble, study.closure, study.backup) == (
        (),
        None,
        None,
        None,
        None,
    )
    said = " ".join(study.assumptions)
    for word in ("stop not moved", "nothing can fail", "no closure", "no source can be lost", "no prices"):
        assert word in said
    assert "cost_EUR" not in as_data(study)["base"]
    assert "nothing can fail" in page(study)


def test_boosters_are_paid_as_in_a_run(tmp_path):
    case = hs.load(boosters.town(tmp_path))
    found, run = started(case).outcome, hs.run(case)
    assert found.cost == run.summary["economics"]["operating_cost_EUR"]
    assert found.carbon == run.summary.get("emissions", {}).get("total_t")
