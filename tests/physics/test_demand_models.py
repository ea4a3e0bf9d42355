"""Consumers by model: what each takes in a year, how hot water stands beside it, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from heatsym.demand import Consumers, Demand, loads
from heatsym.demand.load import demand_basis, load_warnings
from heatsym.demand.model import HotWater, Renovation
from heatsym.demand.substation import Substation
from heatsym.errors import InputError
from heatsym.interfaces import stepwise
from heatsym.interfaces.axis import FloatArray, TimeAxis
from heatsym.interfaces.exchange import Load
from heatsym.interfaces.profile import Curve, Monthly, Surroundings
from heatsym.weather import Weather, read_weather, surroundings

YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")
JULY = TimeAxis(np.datetime64("2025-06-30T22:00:00"), 3600, 31 * 24, "Europe/Copenhagen")
ROSTOCK = read_weather(Weather(dataset="rostock"), None)
MWH = 3.6e9


def around(axis: TimeAxis = YEAR, offset: float = 0.0) -> Surroundings:
    return surroundings(Weather(dataset="rostock", temperature_offset=offset, year=ROSTOCK), axis)[0]


def homes(n: int = 1, **columns: Any) -> Consumers:
    table: dict[str, Any] = {
        "id": tuple(f"C{i + 1}" for i in range(n)),
        "node": ("N",) * n,
        "kind": "house",
        "dwellings": 1.0,
        "area": 140.0,
        "construction_year": 1968.0,
    }
    return Consumers(**(table | columns))


def ask(table: Consumers, axis: TimeAxis = YEAR, offset: float = 0.0, **given: Any) -> Load:
    rule: dict[str, Any] = {} if "substation" in given else {"return_temperature": 40.0}
    demand = Demand(consumers_file="consumers.csv", consumers=table, **(rule | given))
    return loads(demand, around(axis, offset), np.full(axis.steps, 80.0), lambda t: 4180.0 * t)


def energy(load: Load) -> FloatArray:
    """Of the run, for each consumer. [MWh]"""
    return np.asarray(load.heat[:].sum(axis=0) * 3600 / MWH)


@pytest.mark.parametrize("model", ["bdew", "degree_day", "building"])
def test_every_model_takes_the_annual_heat_it_is_given(model: str) -> None:
    table = homes(2, annual_heat=np.array([18.0, 12.0]) * MWH)
    np.testing.assert_allclose(energy(ask(table, model=model)), [18.0, 12.0], rtol=2e-3)
    drawn = ask(table, model=model, hot_water=HotWater(exact=True)) if model != "bdew" else None
    if drawn is not None:
        np.testing.assert_allclose(energy(drawn), [18.0, 12.0], rtol=2e-3)
        assert drawn.heat[:][:, 0].max() > ask(table, model=model).heat[:][:, 0].max()  # showers


def test_summer_takes_hot_water_alone_and_cold_more_heat_not_more_water() -> None:
    table = homes(annual_heat=18.0 * MWH, hot_water=2.0 * MWH)
    for model in ("degree_day", "building"):
        july = energy(ask(table, JULY, model=model))[0]
        assert 0.97 * 2.0 * 31 / 365 < july < 0.35  # and some cool days
        colder = energy(ask(table, model=model, offset=-2.0))[0]
        assert 18.0 * 1.1 < colder < 18.0 * 1.3
    none = homes(annual_heat=18.0 * MWH, hot_water=0.0)
    assert energy(ask(none, JULY, model="building"))[0] < 0.01 * 18.0  # of the year


def test_a_consumer_s_own_model_and_profile_go_before_the_common_one() -> None:
    table = homes(4, annual_heat=10.0 * MWH, model=("", "building", "bdew", ""), profile=("", "", "", "GKO"))
    heat = ask(table, model="degree_day").heat[:]
    alone = [
        ask(homes(1, id=(name,), annual_heat=10.0 * MWH, profile=profile), model=model).heat[:][:, 0]
        for name, model, profile in (
            ("C1", "degree_day", ""),
            ("C2", "building", ""),
            ("C3", "bdew", ""),
            ("C4", "bdew", "GKO"),
        )
    ]
    np.testing.assert_allclose(heat, np.stack(alone, axis=1), rtol=1e-12)


def test_a_building_needs_no_annual_heat_and_its_refurbishment_saves_some() -> None:
    table = homes(3, refurbishment=("existing", "usual", "advanced"), hot_water=0.0)
    existing, usual, advanced = energy(ask(table, model="building"))
    assert 15.0 < existing < 40.0  # 110 to 290 kWh/m2 of an unrenovated house of the sixties
    assert advanced < usual < 0.85 * existing
    town = homes(40, hot_water=0.0, id=tuple(f"C{i}" for i in range(40)))
    later = ask(town, model="building", renovation=Renovation(rate=0.025, years=20.0))
    changed = energy(later) < 0.9 * existing
    assert np.count_nonzero(changed) == 20
    np.testing.assert_allclose(energy(later), np.where(changed, usual, existing), rtol=0.01)  # some rise late
    metered = replace(town, annual_heat=np.full(40, 10.0 * MWH))
    saved = energy(ask(metered, model="building", renovation=Renovation(rate=1.0, years=1.0)))
    np.testing.assert_allclose(saved, 10.0 * usual / existing, rtol=0.01)


def test_models_are_scaled_to_what_was_metered() -> None:
    """A year or months, of all together; heating takes up the difference, hot water stays."""
    table = homes(2, annual_heat=np.array([18.0, 12.0]) * MWH, hot_water=2.0 * MWH)
    for model in ("bdew", "degree_day"):
        assert energy(ask(table, model=model, metered_heat=36.0 * MWH)).sum() == pytest.approx(36.0, rel=1e-9)
    plain, more = (ask(table, model="degree_day", metered_heat=of) for of in (None, 36.0 * MWH))
    july = slice(24 * 190, 24 * 191 - 1)  # a local day that is not heated
    np.testing.assert_allclose(more.heat[july], plain.heat[july], rtol=1e-12)
    shares = np.array([6, 5, 4, 3, 2, 0.5, 0.4, 0.4, 1, 3, 4.7, 6.0])
    monthly = ask(table, model="degree_day", metered_heat=Monthly(tuple((shares * MWH).tolist())))
    by_month = np.bincount(YEAR.month - 1, monthly.heat[:].sum(axis=1)) * 3600 / MWH
    np.testing.assert_allclose(by_month, shares, rtol=1e-9)
    autumn = TimeAxis(np.datetime64("2025-09-30T22:00:00"), 3600, 24 * 31 + 1, YEAR.timezone)
    october = ask(table, autumn, model="bdew", metered_heat=Monthly(tuple((shares * MWH).tolist())))
    assert energy(october).sum() == pytest.approx(3.0, rel=1e-9)


def test_steps_read_alone_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    size = np.array([1.0, 1.0, 4.0, 20.0, 100.0])
    table = homes(5, annual_heat=18.0 * MWH * size, dwellings=size)
    given = {"model": "degree_day", "hot_water": HotWater(), "substation": Substation()}
    held = ask(table, JULY, **given)
    whole = [part[:] for part in (held.heat, held.return_offset, held.return_slope)]
    monkeypatch.setattr(stepwise, "HELD", 0)
    monkeypatch.setattr(stepwise, "PIECE", 40)
    made = ask(table, JULY, **given)
    for part, all_steps in zip((made.heat, made.return_offset, made.return_slope), whole, strict=True):
        np.testing.assert_array_equal(part[17], all_steps[17])
        np.testing.assert_array_equal(part[100:131], all_steps[100:131])
        np.testing.assert_array_equal(part[:], all_steps)


def test_hot_water_that_is_told_apart_cools_the_return() -> None:
    """The substation knows which heat is hot water, in the same hour that it warms rooms."""
    dry, wet = (
        homes(annual_heat=18.0 * MWH, hot_water=0.0),
        homes(annual_heat=18.0 * MWH, hot_water=9.0 * MWH),
    )
    january = TimeAxis(YEAR.start, 3600, 24 * 31, YEAR.timezone)
    cold = [ask(t, january, model="degree_day", substation=Substation()) for t in (dry, wet)]
    rooms, mixed = (load.usual_return(np.full(january.steps, 80.0))[:][:, 0] for load in cold)
    assert np.median(rooms) > 27.0
    assert np.median(mixed) < np.median(rooms) - 2.0


@pytest.mark.parametrize(
    ("columns", "given", "code", "words"),
    [
        ({"annual_heat": np.nan}, {"model": "degree_day"}, "HS415", "degree-day model needs annual heat"),
        ({"construction_year": np.nan}, {"model": "building"}, "HS421", "construction_year"),
        ({"area": np.nan}, {"model": "building"}, "HS421", "an area, or annual heat"),
        ({"kind": "trade"}, {"model": "building"}, "HS421", "no building 'trade' is known in DE"),
        ({"hot_water": 20 * MWH}, {"model": "degree_day"}, "HS422", "hot water is more than the annual heat"),
        ({"kind": "series"}, {"model": "building"}, "HS415", "neither annual heat nor a series"),
    ],
)
def test_what_a_model_does_not_know_is_refused_by_name(
    columns: dict[str, Any], given: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        ask(homes(**({"annual_heat": 10.0 * MWH if "area" not in columns else np.nan} | columns)), **given)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert words in str(caught.value)
    assert "consumer C1" in str(caught.value)


def test_metered_heat_of_a_year_needs_a_run_of_a_year() -> None:
    with pytest.raises(InputError, match=r"HS423.*annual sum needs a run of a year, this one has 31 days"):
        ask(homes(annual_heat=18.0 * MWH), JULY, metered_heat=20.0 * MWH)
    with pytest.raises(InputError, match=r"HS423.*takes a number or twelve"):
        ask(homes(annual_heat=18.0 * MWH), metered_heat=Curve(((0.0, 1.0), (10.0, 2.0))))


def test_what_is_assumed_is_said() -> None:
    table = homes(3, annual_heat=18.0 * MWH, model=("", "building", ""), profile=("", "", "GKO"))
    said = demand_basis(
        Demand(consumers_file="", consumers=table, substation=Substation(), model="degree_day")
    )
    assert said[0] == (
        "heat of 1 consumer: annual heat as given, standard profiles of BDEW, VKU and GEODE, published"
    )
    assert [
        words for words in ("degree days", "TABULA DE", "5 kWh a day", "substations") if words in str(said)
    ] == ["degree days", "TABULA DE", "5 kWh a day", "substations"]


def test_what_is_left_out_is_said() -> None:
    t_feed = np.full(YEAR.steps, 80.0)
    demand = Demand(
        consumers_file="consumers.csv",
        consumers=homes(2, kind="office", dwellings=np.nan),
        return_temperature=40.0,
        model="building",
    )
    assert "hot water of 2 consumers is not counted" in load_warnings(demand, around().ctx, t_feed)[0]
    idle = replace(demand, model="bdew", renovation=Renovation(years=10.0))
    assert "renovation changes nothing" in load_warnings(idle, around().ctx, t_feed)[0]
