"""Parts of results: local days, each kind of series by its own rule, names that are not there."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.cli import options
from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis, local_time
from heatsym.results.dataset import dataset
from heatsym.results.selection import PERIODS, check_use, chosen, resample, select, series_named
from tests import handmade

BERLIN = "Europe/Berlin"


def results_from(start: str, steps: int, step: int = 3600, zone: str = BERLIN):
    case = handmade.case(steps, axis=TimeAxis(np.datetime64(start), step, steps, zone))
    return dataset(case, handmade.trajectory(case))


def hours(data):
    bounds = data["time_bnds"].values
    return (bounds[:, 1] - bounds[:, 0]) / np.timedelta64(1, "h")


@pytest.mark.parametrize(
    ("start", "lengths"),
    [("2025-03-28T23:00:00", [24, 23, 24]), ("2025-10-24T22:00:00", [24, 25, 24])],
    ids=["spring", "autumn"],
)
def test_local_days_at_a_change_of_clocks(start, lengths):
    results = results_from(start, sum(lengths))
    days = resample(results, ["source_heat"], "D")
    assert hours(days).tolist() == lengths
    clock = local_time(days["time"].values, BERLIN)
    assert (clock == clock.astype("datetime64[D]")).all()
    energy = days["source_heat"].values.astype(float).T @ hours(days)
    assert energy == pytest.approx(results["source_heat"].values.astype(float).sum(axis=0), rel=1e-6)


def test_an_hour_that_the_clock_shows_twice_stays_two():
    results = results_from("2025-10-25T22:00:00", 25 * 4, 900)
    assert hours(resample(results, ["source_heat"], "h")).tolist() == [1.0] * 25


def test_weeks_begin_on_monday_and_months_on_the_first():
    results = results_from("2025-01-29T23:00:00", 24 * 40)  # a Thursday
    weeks = local_time(resample(results, ["air_temperature"], "W")["time"].values, BERLIN)
    assert [str(day) for day in weeks.astype("datetime64[D]")[:3]] == [
        "2025-01-30",
        "2025-02-03",
        "2025-02-10",
    ]
    months = local_time(resample(results, ["air_temperature"], "MS")["time"].values, BERLIN)
    assert [str(day) for day in months] == [
        "2025-01-30T00:00:00",
        "2025-02-01T00:00:00",
        "2025-03-01T00:00:00",
    ]


def two_days():
    """Two local days of hours."""
    return results_from("2025-01-05T23:00:00", 48).load()


def test_temperatures_weigh_by_the_flow_of_their_own_object():
    results = two_days()
    results["source_mass_flow"][:] = 0.0
    results["source_mass_flow"][0, 0], results["source_mass_flow"][1, 0] = 3.0, 1.0
    results["source_supply_temperature"][:] = 60.0
    results["source_supply_temperature"][0, 0], results["source_supply_temperature"][1, 0] = 90.0, 70.0
    days = resample(results, ["source_supply_temperature"], "D")["source_supply_temperature"]
    assert float(days[0, 0]) == pytest.approx(85.0)  # (3 * 90 + 1 * 70) / 4
    assert float(days[1, 0]) == 60.0  # nothing flows: by time
    assert days.attrs["cell_methods"] == "time: mean (weighted by mass flow)"


def test_temperatures_without_a_stored_flow_are_plain_means_and_say_so():
    results = two_days()
    results["node_supply_temperature"][:24, 0] = np.arange(24.0)
    days = resample(results, ["node_supply_temperature"], "D")["node_supply_temperature"]
    assert float(days[0, 0]) == 11.5
    assert "not by mass flow" in days.attrs["cell_methods"]


def test_stocks_take_the_last_value_and_flags_the_largest():
    results = two_days()
    names = ["network_stored_heat", "consumer_unmet_cause", "step_sweeps"]
    days = resample(results, names, "D")
    stored = results["network_stored_heat"].values
    assert days["network_stored_heat"].values.tolist() == [stored[23], stored[47]]
    assert days["consumer_unmet_cause"].values.tolist() == [[0, 3], [0, 0]]
    assert days["consumer_unmet_cause"].dtype == np.int8
    assert days["step_sweeps"].values.tolist() == [3, 3]


def test_missing_values_are_left_out_and_a_period_without_any_is_missing():
    results = two_days()
    results["source_heat_available"][:] = 1e6
    results["source_heat_available"][:24, 1] = np.nan
    results["source_heat_available"][24:30, 1] = np.nan
    days = resample(results, ["source_heat_available"], "D")["source_heat_available"].values
    assert np.isnan(days[0, 1])
    assert days[1, 1] == 1e6
    assert days[:, 0].tolist() == [1e6, 1e6]


def test_steps_longer_than_the_period():
    with pytest.raises(InputError, match=r"steps of 3600 s are longer .* quarter"):
        resample(two_days(), ["source_heat"], "15min")


def test_the_command_line_offers_the_same_periods():
    assert tuple(PERIODS) == options.PERIODS


def test_chosen_objects_in_the_order_of_the_choice():
    results = two_days()
    part = select(results, chosen(results, ["consumer=Süßmosterei,bakery", "source=works"]))
    assert part["consumer"].values.tolist() == ["Süßmosterei", "bakery"]
    assert part["source"].values.tolist() == ["works"]
    expected = results["consumer_heat_demand"].values[:, ::-1]
    assert (part["consumer_heat_demand"].values == expected).all()


def test_a_name_may_hold_a_comma():
    results = two_days()
    results = results.assign_coords(source=["works, old", "backup"])
    assert chosen(results, ["source=works, old"]) == {"source": ("works, old",)}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("pump=P1", "no dimension 'pump'; there are node, pipe, consumer, source"),
        ("source=wroks", "no source 'wroks'; did you mean works"),
        ("consumer=bakery,backery", "no consumer 'backery'; did you mean bakery"),
        ("works", "'works' is not of the form dimension=name"),
    ],
)
def test_choices_that_cannot_be(word, message):
    with pytest.raises(InputError, match=message):
        chosen(two_days(), [word])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("source_heta", "no variable 'source_heta'; did you mean source_heat"),
        ("pipe_length", "pipe_length does not vary in time"),
    ],
)
def test_variables_that_are_not_there(name, message):
    with pytest.raises(InputError, match=message):
        series_named(two_days(), name)


def test_a_choice_that_concerns_nothing():
    results = two_days()
    with pytest.raises(InputError, match="no dimension pipe"):
        check_use([results["source_heat"]], {"pipe": ("P1",)})
