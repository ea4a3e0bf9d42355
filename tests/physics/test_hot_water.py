"""Hot water: what chance and habit give in the mean, and that it does not depend on who reads it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import ks_2samp

from heatsym.demand import hot_water as hw
from heatsym.errors import InputError
from heatsym.interfaces import stepwise
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.stepwise import pieces

KWH = 3.6e6
YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")
WEEK = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 3600, 168, "Europe/Copenhagen")


def names(n: int, prefix: str = "C") -> list[str]:
    return [f"{prefix}{i}" for i in range(n)]


def homes(n: int) -> FloatArray:
    return hw.annual_heat_of(np.ones(n))


def test_default_is_five_kilowatt_hours_a_day() -> None:
    np.testing.assert_allclose(hw.annual_heat_of(np.array([2.0])), 2 * 5 * 365 * KWH)


def test_a_litre_takes_35_kelvin() -> None:
    """4.18 kJ/(l K) times 35 K is 146.3 kJ; 200 l a day by hand, 28 + 12 * 6 + 0.143 * 140 + 2 * 40."""
    table = hw.published_draws()
    assert dict(zip(table.kind, table.energy, strict=True))["short"] == pytest.approx(146.3e3)
    litres = table.energy / 146.3e3
    weekday = np.array([0.956, 0.956, 0.56, 0.956])
    found = np.einsum("k,kh->h", litres, table.rate[:, 0]).sum()
    assert found == pytest.approx(np.sum(np.array([28.0, 72.0, 20.02, 80.0]) * weekday), rel=1e-12)


def test_expected_year_is_the_annual_heat() -> None:
    """Clocks take an hour of a Sunday night in spring and give it back, when draws take less, in autumn."""
    assert hw.expected_share(YEAR, season=0.0).sum() * 3600 == pytest.approx(1.0, rel=1e-12)
    assert hw.expected_share(YEAR).sum() * 3600 == pytest.approx(1.0, rel=5e-6)
    with_holidays = hw.expected_share(YEAR, "DK")
    assert with_holidays.sum() * 3600 == pytest.approx(1.0, rel=5e-6)
    christmas = YEAR.day == np.datetime64("2025-12-25")
    assert with_holidays[christmas].sum() > 1.1 * hw.expected_share(YEAR)[christmas].sum()


@pytest.mark.parametrize("dwellings", [1.0, 7.0, 60.0])
def test_sums_are_what_was_asked_for(dwellings: float) -> None:
    """Within four standard deviations of the mean of a compound Poisson process, computed by hand."""
    annual = hw.annual_heat_of(np.full(40, dwellings))
    total = 3600 * hw.drawn(YEAR, names(40), annual, seed=3)[:].sum()
    table = hw.published_draws()
    a_week = table.rate.sum(axis=2) @ np.array([5.0, 1.0, 1.0])
    grain = np.sum(a_week * table.energy**2) / np.sum(a_week * table.energy)  # heat of a draw that counts
    deviation = np.sqrt(grain / annual.sum())
    assert 1e-4 < deviation < 0.01
    assert abs(total / annual.sum() - 1) < 4 * deviation


def test_sums_are_exact_if_asked() -> None:
    annual = hw.annual_heat_of(np.array([1.0, 3.0, 0.0]))
    heat = hw.drawn(YEAR, names(3), annual, seed=3, exactly=True)[:]
    np.testing.assert_allclose(3600 * heat.sum(axis=0), annual, rtol=5e-6)
    np.testing.assert_allclose(heat.sum(axis=0), hw.expected_share(YEAR).sum() * annual, rtol=1e-12)


@pytest.mark.parametrize("step", [3600, 900, 60])
def test_pieces_are_the_whole(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is read first, in rows, pieces, backwards or by another reader, bit by bit."""
    axis = TimeAxis(np.datetime64("2025-03-29T12:00:00"), step, 36 * 3600 // step, "Europe/Copenhagen")
    annual = hw.annual_heat_of(np.array([1.0, 30.0, 0.0, 2.5, 400.0]))

    def make() -> stepwise.Made:
        power = np.array([np.inf, 2e4, 1e3, 300.0, np.inf])
        return hw.hot_water(
            axis, names(5), annual, seed=1, charging_power=power, tank_loss=40.0, circulation=70.0,
            disinfection=KWH, disinfection_weekday=6, disinfection_hour=2,
        )  # fmt: skip

    whole = make()[:]
    assert whole.shape == (axis.steps, 5)
    other = make()
    backwards = [other[t] for t in reversed(range(axis.steps))]
    np.testing.assert_array_equal(np.array(backwards[::-1]), whole)
    monkeypatch.setattr(stepwise, "PIECE", 35)
    np.testing.assert_array_equal(np.concatenate([other[part] for part in pieces(*whole.shape)]), whole)
    np.testing.assert_array_equal(other[-3:], whole[-3:])
    np.testing.assert_array_equal(other[::7], whole[::7])
    assert other[5:5].shape == (0, 5)


def test_a_consumer_draws_the_same_whoever_else_is_there() -> None:
    annual = hw.annual_heat_of(np.array([1.0, 30.0, 2.5]))
    together = hw.drawn(WEEK, ["a", "b", "c"], annual, seed=1)[:]
    np.testing.assert_array_equal(hw.drawn(WEEK, ["c", "a"], annual[[2, 0]], seed=1)[:], together[:, [2, 0]])


def test_a_run_that_begins_later_is_the_rest_of_the_longer_one() -> None:
    rest = TimeAxis(WEEK.utc[130], 3600, 38, WEEK.timezone)
    whole = hw.drawn(WEEK, names(4), homes(4), seed=1, region="DK")[:]
    np.testing.assert_array_equal(hw.drawn(rest, names(4), homes(4), seed=1, region="DK")[:], whole[130:])


def test_seeds_and_names_differ() -> None:
    def correlation(a: FloatArray, b: FloatArray) -> float:
        mean = hw.expected_share(YEAR) * homes(1)
        return float(np.corrcoef(a - mean, b - mean)[0, 1])

    first = hw.drawn(YEAR, names(2), homes(2), seed=1)[:]
    second = hw.drawn(YEAR, names(2), homes(2), seed=2)[:]
    assert abs(correlation(first[:, 0], second[:, 0])) < 0.05
    assert abs(correlation(first[:, 0], first[:, 1])) < 0.05


@pytest.mark.parametrize("many", [4.0, 20.0, 60.0])
def test_a_block_is_its_dwellings_in_distribution(many: float) -> None:
    """Mean, deviation and distribution of an hour's heat, across what is counted and what is expanded."""
    n = int(many)
    axis = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 3600, 100 * 24, "Europe/Copenhagen")
    one_by_one = hw.drawn(axis, names(12 * n), homes(12 * n), seed=5)
    block = hw.drawn(axis, names(12, "B"), hw.annual_heat_of(np.full(12, many)), seed=5)
    for hour in (3, 7, 19):
        at = np.flatnonzero(axis.hour == hour)
        apart = np.array([one_by_one[int(t)].reshape(12, n).sum(axis=1) for t in at]).ravel()
        joined = np.array([block[int(t)] for t in at]).ravel()
        assert ks_2samp(apart, joined).statistic < (0.2 if n < 10 and hour == 3 else 0.08)
        assert joined.mean() == pytest.approx(apart.mean(), rel=0.12)
        if hour != 3:  # at night a bath is most of it, and seldom
            assert joined.std() == pytest.approx(apart.std(), rel=0.15)


def test_peaks_are_where_people_wash() -> None:
    mean = hw.drawn(YEAR, names(300), homes(300), seed=2)[:].mean(axis=1)
    by_hour = np.bincount(YEAR.hour, mean) / np.bincount(YEAR.hour)
    assert int(np.argmax(by_hour[:12])) in (6, 7)
    assert 12 + int(np.argmax(by_hour[12:])) in (18, 19)
    assert by_hour[13] < 0.6 * by_hour[7]
    assert by_hour[:4].max() < 0.25 * by_hour.mean()
    sunday = YEAR.weekday == 6
    assert mean[sunday].mean() > 1.1 * mean[~sunday].mean()


@pytest.mark.parametrize(("day", "hours"), [("2025-03-30", 23), ("2025-10-26", 25)])
def test_habits_follow_the_clock_on_the_wall(day: str, hours: int) -> None:
    """The hour that clocks skip is missing, the one that they repeat is there twice; seven stays seven."""
    axis = TimeAxis(np.datetime64(day), 900, 30 * 4, "Europe/Copenhagen").whole_days(step=900)
    today = axis.day == np.datetime64(day)
    assert today.sum() == 4 * hours
    mean = hw.drawn(axis, names(3000), homes(3000), seed=2)[:].mean(axis=1)[today]
    expected = (hw.expected_share(axis) * homes(1))[today]
    hour = axis.hour[today]
    assert (expected[hour == 7] > 5 * expected[hour == 2].max(initial=0.0)).all()
    late = np.flatnonzero(hour == 7)
    assert late[0] == 4 * (7 + hours - 24)
    assert mean[late].mean() == pytest.approx(expected[late].mean(), rel=0.1)
    assert mean[: 4 * (2 + hours - 24)].mean() < 0.3 * mean[late].mean()


def test_short_steps_show_the_power_of_a_draw() -> None:
    """A shower is 8 l/min times 35 K, 19.5 kW, for five minutes; hours take a small part of it over."""
    day = TimeAxis(np.datetime64("2025-01-05T23:00:00"), 60, 1440, "Europe/Copenhagen")
    heat = hw.drawn(day, names(200), homes(200), seed=4)[:]
    assert 19e3 < np.quantile(heat[heat > 0], 0.999) < 60e3
    assert np.mean(heat > 0) < 0.1
    expected = hw.expected_share(day).sum() * homes(200).sum()
    assert heat.sum() == pytest.approx(expected, rel=0.15)  # a day of 200 homes deviates by 4 %
    assert hw._shares(300.0, 3600) == pytest.approx((1 - 150 / 3600, 150 / 3600))
    assert hw._shares(300.0, 60) == pytest.approx((0.1, 0.2, 0.2, 0.2, 0.2, 0.1))


def test_tanks_replace_what_is_taken_every_day() -> None:
    annual = hw.annual_heat_of(np.array([1.0, 1.0, 10.0]))
    power = np.array([2000.0, 20.0, np.inf])  # the second is too weak: it charges all day
    axis = TimeAxis(np.datetime64("2025-03-24T23:00:00"), 3600, 10 * 24 - 1, "Europe/Copenhagen")
    taken = hw.drawn(axis, names(3), annual, seed=1)
    loss = 50.0
    heat = hw.hot_water(axis, names(3), annual, seed=1, charging_power=power, tank_loss=loss)[:]
    for day in np.unique(axis.day):
        today = axis.day == day
        need = taken[:][today] + loss
        np.testing.assert_allclose(heat[today].sum(axis=0), need.sum(axis=0), rtol=1e-9)
        assert heat[today, 0].max() <= 2000.0
        np.testing.assert_allclose(heat[today, 1], need[:, 1].mean(), rtol=1e-9)
        np.testing.assert_allclose(heat[today, 2], need[:, 2], rtol=1e-12)
    assert taken[:][:, 0].max() > 2100.0


def test_disinfection_comes_once_a_week_whatever_the_clock_does() -> None:
    """30 March skips the hour from two, 26 October repeats it."""
    share = hw.disinfection_share(YEAR, 6, 2)
    assert share.sum() * 3600 == pytest.approx(52)
    for day, hours in (("2025-03-23", [2]), ("2025-03-30", [3]), ("2025-10-26", [2, 2])):
        today = (YEAR.day == np.datetime64(day)) & (share > 0)
        assert YEAR.hour[today].tolist() == hours
        assert share[today].sum() * 3600 == pytest.approx(1.0)


def test_steady_losses_are_steady() -> None:
    heat = hw.hot_water(WEEK, names(2), np.zeros(2), circulation=np.array([70.0, 0.0]))
    np.testing.assert_array_equal(heat[:], np.tile([70.0, 0.0], (168, 1)))


def test_many_homes_draw_less_at_once() -> None:
    heat = hw.drawn(YEAR, names(400), homes(400), seed=1)[:]
    shares = [heat[:, :n].sum(axis=1).max() / heat[:, :n].max(axis=0).sum() for n in (1, 4, 20, 100, 400)]
    assert shares[0] == 1.0
    assert all(later < 0.9 * earlier for earlier, later in pairwise(shares))
    assert shares[-1] < 0.25


@pytest.mark.parametrize("annual", [np.nan, -1.0, np.inf])
def test_missing_heat_is_no_zero(annual: float) -> None:
    with pytest.raises(InputError, match="consumer C1: annual heat of hot water is"):
        hw.drawn(WEEK, names(2), np.array([1e9, annual]))


def test_disinfection_is_left_out_where_the_run_begins_later() -> None:
    monday = TimeAxis(np.datetime64("2025-01-06T04:00:00"), 900, 40, "Europe/Copenhagen")  # from 05:00
    assert hw.disinfection_share(monday, 0, 4).sum() == 0
    assert hw.disinfection_share(monday, 0, 5).sum() * 900 == pytest.approx(1.0)


def test_winters_take_more() -> None:
    """A cosine of 10 %, largest in the middle of February."""

    def of_month(season: float | None) -> FloatArray:
        return np.bincount(YEAR.month - 1, hw.expected_share(YEAR, season=season)) / np.bincount(
            YEAR.month - 1
        )

    months = of_month(None) / of_month(0.0)
    assert int(np.argmax(months)) + 1 == 2
    assert months[1] / months[7] == pytest.approx(1.1 / 0.9, rel=0.02)
    assert of_month(0.0).max() / of_month(0.0).min() < 1.03
    flat, waved = (hw.drawn(YEAR, names(2), homes(2), seed=1, season=a)[:] for a in (0.0, 0.3))
    january = waved[YEAR.month == 1].sum() / flat[YEAR.month == 1].sum()
    assert january == pytest.approx(1 + 0.3 * np.cos(2 * np.pi * (15.5 - 45) / 365), rel=0.01)
