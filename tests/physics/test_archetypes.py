"""Buildings of the tables: against TABULA's own figures, in their order, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.demand.archetypes import STATES, Archetype, by_class, kinds, renovated, uses, with_habits, zones
from heatsym.demand.building import LEAD_DAYS, Built, buildings, in_use, space_heat
from heatsym.errors import InputError
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.profile import Context, Sun
from heatsym.tables import read_table
from tests.physics.skies import YEAR, context, sun_of

EVERY = tuple(
    Archetype(row["country"], row["type"], int(row["year_to"]), state)
    for row in read_table("building_geometry")
    for state in STATES
)
CLASSES = [EVERY[i : i + 3] for i in range(0, len(EVERY), 3)]
WEEK = TimeAxis(np.datetime64("2025-01-12T23:00:00"), 3600, 168, "Europe/Berlin")


@pytest.fixture(scope="module")
def year() -> Built:
    """All archetypes through the year of Rostock."""
    return buildings(EVERY, context(), sun_of())


def annual(year: Built) -> FloatArray:
    """Space heat of every archetype. [kWh/m2]"""
    return year.warmth.heat.sum(axis=0)[year.which] / 1000.0


def after(t_air: float, axis: TimeAxis = WEEK) -> Context:
    return Context(axis, np.full(axis.steps, t_air))


def dark(axis: TimeAxis = WEEK) -> Sun:
    zero = np.zeros(axis.steps)
    return Sun(zero, zero, zero + 1367.0, zero + 120.0, zero)


@pytest.mark.parametrize(
    ("built", "area", "by_envelope", "by_air"),
    [
        # as transcribed from TABULA in i4b, data/buildings: H_tr, H_ve, reference area
        (1953, 111.1, 465.0, 57.0),
        (1975, 173.2, 493.0, 88.0),
        (1981, 215.6, 364.0, 110.0),
        (1990, 150.2, 319.0, 77.0),
    ],
)
def test_losses_are_those_of_tabula(built: int, area: float, by_envelope: float, by_air: float) -> None:
    """Areas, U-values, floors, thermal bridges and air change together give TABULA's figures. [W/K]"""
    stock = zones([Archetype("DE", "house", built)], np.array([area]))
    assert stock.zones.opaque[0] + stock.zones.window[0] == pytest.approx(by_envelope, rel=0.01)
    assert stock.ventilation[0] == pytest.approx(by_air, rel=0.01)


def test_everything_is_in_proportion_to_the_area() -> None:
    one, many = (zones(EVERY, np.full(len(EVERY), size)) for size in (1.0, 250.0))
    for name in ("opaque", "window", "capacity", "mass_area", "surface_area"):
        np.testing.assert_allclose(getattr(many.zones, name), 250.0 * getattr(one.zones, name))
    for name in ("ventilation", "ventilation_out", "largest_heat", "aperture"):
        np.testing.assert_allclose(getattr(many, name), 250.0 * getattr(one, name))


def test_refurbishment_saves_heat_and_lowers_peaks(year: Built) -> None:
    """In every class of every kind, in both countries: more is never worse."""
    heat = annual(year).reshape(-1, 3)
    assert (np.diff(heat, axis=1) <= 1e-9).all(), [
        c[0] for c, d in zip(CLASSES, np.diff(heat), strict=True) if (d > 0).any()
    ]
    peak = year.warmth.heat.max(axis=0)[year.which].reshape(-1, 3)
    assert (np.diff(peak, axis=1) <= 1e-9).all()
    old = np.array([a.country == "DE" and a.kind == "house" and a.year < 1979 for a in EVERY[::3]])
    assert (heat[old, 2] < 0.35 * heat[old, 0]).all()


def test_needs_are_in_the_range_of_real_buildings(year: Built) -> None:
    """Dwellings of Rostock take between 20 and 320 kWh/m2, and none freezes nor boils."""
    assert 20.0 < annual(year).min() < annual(year).max() < 320.0
    assert year.warmth.t_air.min() > 14.0
    assert year.warmth.t_air.max() < 40.0
    assert year.unmet.sum(axis=0).max() < 24.0  # kelvin hours


def test_colder_weather_takes_more_and_sun_less() -> None:
    few = EVERY[::17]
    base, sun = buildings(few, context(), sun_of()), sun_of()
    zero = np.zeros_like(sun.direct_normal)
    without = buildings(few, context(), Sun(zero, zero, sun.extraterrestrial, sun.zenith, sun.azimuth))
    colder = buildings(few, context(offset=-2.0), sun_of())
    for other in (without, colder):
        assert (other.warmth.heat.sum(axis=0) > 1.04 * base.warmth.heat.sum(axis=0)).all()


def test_windows_to_the_south_save_heat() -> None:
    kinds_of_facing = [Archetype("DE", "flats", 1990, facing=f) for f in ("even", "north_south", "east_west")]
    heat = annual(buildings(kinds_of_facing, context(), sun_of()))
    assert heat[1] < heat[0] < heat[2]


def test_set_back_saves_heat_and_costs_a_peak_in_the_morning() -> None:
    house = [Archetype("DE", "house", 1975)]
    low, held = (buildings(house, context(), sun_of(), set_back=which) for which in (True, False))
    assert 0.80 < low.warmth.heat.sum() / held.warmth.heat.sum() < 0.97
    january = YEAR.month == 1
    for found, hours in ((low, {6}), (held, set(range(24)) - {6})):
        heat = found.warmth.heat[january, 0]
        by_hour = [heat[YEAR.hour[january] == h].mean() for h in range(24)]
        assert int(np.argmax(by_hour)) in hours


def test_hours_of_use_follow_local_time_and_holidays() -> None:
    axis = TimeAxis(np.datetime64("2025-03-29T23:00:00"), 3600, 47, "Europe/Berlin")  # clocks go forward
    np.testing.assert_array_equal(axis.hour[in_use(axis, "house")], [*range(6, 22)] * 2)
    week = in_use(WEEK, "retail").reshape(7, 24)
    assert week.sum(axis=1).tolist() == [13] * 6 + [0]
    assert in_use(WEEK, "office").reshape(7, 24).sum(axis=1).tolist() == [12] * 5 + [0, 0]
    christmas = TimeAxis(np.datetime64("2025-12-24T23:00:00"), 3600, 24, "Europe/Berlin")  # a Thursday
    assert in_use(christmas, "office").any()
    assert not in_use(christmas, "office", "DE").any()
    assert in_use(christmas, "hospital", "DE").all()


def test_habits_that_run_late_do_so_across_midnight() -> None:
    week = in_use(WEEK, "retail", late=-2).reshape(7, 24)
    assert np.flatnonzero(week[0]).tolist() == list(range(5, 18))
    night = in_use(WEEK, "house", late=3).reshape(7, 24)
    assert np.flatnonzero(night[3]).tolist() == [0, *range(9, 24)]
    late = in_use(WEEK, "office", late=12).reshape(7, 24)  # Friday's hours end on Saturday
    assert late.sum(axis=1).tolist() == [6, 12, 12, 12, 12, 6, 0]


def test_habits_drawn_flatten_the_morning_of_a_town() -> None:
    town = [Archetype("DE", "house", 1975)] * 2000
    names = [f"C{i}" for i in range(2000)]
    drawn = with_habits(town, names, seed=2)
    assert drawn == with_habits(town, names, seed=2) != with_habits(town, names, seed=3)
    count = np.bincount([a.late + 2 for a in drawn]) / 2000
    np.testing.assert_allclose(count, [0.1, 0.2, 0.4, 0.2, 0.1], atol=0.03)
    week = TimeAxis(YEAR.start, 3600, 168, "Europe/Berlin")
    alike, spread = (
        space_heat(kind, np.ones(2000), context(week), sun_of(week))[:].sum(axis=1) for kind in (town, drawn)
    )
    assert spread.max() < 0.96 * alike.max()
    assert spread.sum() == pytest.approx(alike.sum(), rel=0.01)


def test_consumers_of_one_archetype_share_a_column() -> None:
    """Ten thousand consumers are as many columns as there are classes, states and orientations."""
    draw = np.random.default_rng(3)
    kind = ["house", "flats", "office"]
    consumers = [
        Archetype("DK", "block", int(y)) if k == 3 else Archetype("DE", kind[k], int(y))
        for k, y in zip(draw.integers(0, 4, 10_000), draw.integers(1860, 2010, 10_000), strict=True)
    ]
    area = draw.uniform(80.0, 2000.0, 10_000)
    heat = space_heat(consumers, area, after(2.0), dark())
    assert heat.shape == (168, 10_000)
    assert heat.profiles[0].shape[1] < 50
    some = [0, 17, 9_999]
    alone = space_heat([consumers[i] for i in some], area[some], after(2.0), dark())
    np.testing.assert_array_equal(heat[:][:, some], alone[:])


def test_constant_weather_comes_to_the_steady_state() -> None:
    """A hospital is held at 22 degC day and night: what it gets is what it loses, from the first step."""
    found = buildings([Archetype("DK", "hospital", 1968)], after(-5.0), dark())
    zone, use = found.stock.zones, uses()["hospital"]
    gains = float(use["gains_in_use_W_per_m2"])
    surface = zone.opaque[0] + zone.window[0]
    inner = 3.45 * 4.5
    to_outside = found.stock.ventilation[0] + surface * inner / (surface + inner)
    most = 27.0 * to_outside - 0.5 * gains  # the half to the air counts in full, the radiant half less
    least = 27.0 * to_outside - gains
    assert least < found.warmth.heat[0, 0] < most
    np.testing.assert_allclose(found.warmth.heat, found.warmth.heat[-1, 0], rtol=1e-3)


def test_the_start_is_forgotten() -> None:
    """From the second week on it does not matter when a run began."""
    house = [Archetype("DE", "house", 1900)]
    first, second = (TimeAxis(YEAR.utc[24 * d], 3600, 24 * 60, "Europe/Berlin") for d in (0, 7))
    one, other = (buildings(house, context(a), sun_of(a)).warmth.heat[:, 0] for a in (first, second))
    assert LEAD_DAYS == 14
    np.testing.assert_allclose(one[24 * 21 :], other[24 * 14 : -24 * 7], atol=0.3)
    assert abs(one[24 * 7 :].sum() - other[: -24 * 7].sum()) < 2e-3 * one.sum()


def test_quarter_hours() -> None:
    quarters = TimeAxis(WEEK.start, 900, 672, "Europe/Berlin")
    kind = [Archetype("DE", "office", 1990), Archetype("DK", "house", 1990)]
    hours = buildings(kind, after(1.0), dark()).warmth.heat.mean(axis=0)
    fine = buildings(kind, after(1.0, quarters), dark(quarters)).warmth.heat.mean(axis=0)
    np.testing.assert_allclose(fine, hours, rtol=0.01)


def test_annual_heat_is_met() -> None:
    """Where it is given; in a warmer scenario less of the same annual heat is taken."""
    kind = [Archetype("DE", "house", 1975), Archetype("DE", "house", 1990), Archetype("DK", "block", 1968)]
    asked, area = np.array([6e10, np.nan, 1e12]), np.array([140.0, 120.0, 5000.0])
    heat = space_heat(kind, area, context(), sun_of(), annual_heat=asked)
    taken = heat[:].sum(axis=0) * 3600.0
    np.testing.assert_allclose(taken[[0, 2]], asked[[0, 2]])
    free = space_heat(kind, area, context(), sun_of())
    np.testing.assert_array_equal(heat[:][:, 1], free[:][:, 1])
    of_year = (context(), sun_of())
    warmer = space_heat(
        kind, area, context(offset=2.0), sun_of(), annual_heat=asked, reference=of_year
    )  # fmt: skip
    assert (warmer[:].sum(axis=0) * 3600.0 < 0.92 * taken).all()
    week = TimeAxis(YEAR.start, 3600, 168, "Europe/Berlin")
    short = space_heat(kind, area, context(week), sun_of(week), annual_heat=asked, reference=of_year)
    np.testing.assert_allclose(short[:].mean(), heat[:168].mean(), rtol=0.02)
    with pytest.raises(InputError, match="refers to the weather of a year"):
        space_heat(kind, area, context(week), sun_of(week), annual_heat=asked)


@pytest.mark.parametrize(
    ("archetype", "words"),
    [
        (Archetype("SE", "house", 1980), "'SE'.*DE, DK"),
        (Archetype("DK", "castle", 1980), "'castle'.*house, terraced, block, office"),
        (Archetype("DK", "house", 2015), "no house of 2015.*up to 1850.*2007 to 2010"),
        (Archetype("DE", "block", 1995), "no block of 1995.*1860 to 1918.*1969 to 1978"),
        (Archetype("DE", "house", 1995, "deep"), "'deep'.*existing, usual, advanced"),
        (Archetype("DE", "house", 1995, facing="up"), "'up'.*even, north_south, east_west"),
    ],
)
def test_unknown_buildings_are_refused_with_what_there_is(archetype: Archetype, words: str) -> None:
    with pytest.raises(InputError, match=words):
        zones([archetype], np.array([100.0]))
    with pytest.raises(InputError, match=f"consumer 2: .*{words}"):
        buildings([Archetype("DE", "house", 1990), archetype], after(0.0), dark())


def test_weather_without_radiation_or_air_is_refused() -> None:
    house = [Archetype("DE", "house", 1990)]
    with pytest.raises(InputError, match="the weather has none"):
        buildings(house, after(0.0), None)
    with pytest.raises(InputError, match="outdoor air in every step"):
        buildings(house, after(np.nan), dark())
    gap = dark()
    gap.diffuse_horizontal[3] = np.nan
    with pytest.raises(InputError, match="has gaps"):
        buildings(house, after(0.0), gap)


def test_tables_fit_each_other() -> None:
    """Every building of the one is in the other, and no state of refurbishment is worse than the last."""
    assert kinds("DE")[:4] == ("house", "flats", "terraced", "block")
    assert len({by_class(a) for a in EVERY}) == len(EVERY)
    rows = read_table("building_tabula")
    value = {
        (row["country"], row["type"], row["year_from"], row["state"]): np.array([float(v) for v in values])
        for row in rows
        for values in [[row[f"u_{part}_W_per_m2K"] for part in ("wall", "roof", "floor", "window")]]
    }
    for (country, kind, first, state), u_value in value.items():
        if state != "existing":
            before = value[country, kind, first, STATES[STATES.index(state) - 1]]
            assert (u_value <= before).all(), (country, kind, first, state)
    doubtful = [row for row in rows if "doubtful" in row["source"]]
    assert [row["status"] for row in doubtful] == ["assumed"] * 3


def test_renovation_by_share_and_years() -> None:
    town = [Archetype("DE", "house", 1975, "advanced" if i % 10 == 0 else "existing") for i in range(500)]
    names = [f"C{i}" for i in range(500)]
    after_five = renovated(town, names, 0.02, 5, seed=4)
    changed = [i for i in range(500) if after_five[i] != town[i]]
    assert len(changed) == 50
    assert all(after_five[i].state == "usual" and town[i].state == "existing" for i in changed)
    assert renovated(town, names, 0.02, 5, seed=4) == after_five
    assert renovated(town, names, 0.02, 5, seed=5) != after_five
    after_nine = renovated(town, names, 0.02, 9, seed=4)
    assert set(changed) < {i for i in range(500) if after_nine[i] != town[i]}
    everyone = renovated(town, names, 0.02, 100)
    assert [a.state for a in everyone].count("usual") == 450
    assert {a.state for a in renovated(town, names, 1.0, 1, to="advanced")} == {"advanced"}
