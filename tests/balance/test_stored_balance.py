"""The balance of stored results: what closes by construction closes, what leaks is found."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from heatsym.results.balance import balance, violations
from heatsym.results.dataset import dataset
from heatsym.results.envelope import flags
from heatsym.results.store import read_dataset, write_dataset
from tests import handmade


@pytest.fixture
def case():
    return handmade.case()


def test_terms_are_the_hand_made_ones(case):
    run = handmade.trajectory(case)
    account = balance(dataset(case, run))
    np.testing.assert_allclose(account.network_loss, 5.8e4)
    np.testing.assert_allclose(
        account.energy(account.stored_change), run.march.network_stored_heat[-1] - 5.49e11, rtol=1e-9
    )
    np.testing.assert_allclose(account.delivered, run.march.consumer_heat_delivered.sum(axis=1), rtol=1e-7)


@pytest.mark.parametrize("seconds", [1, 900, 3600])
def test_closed_run_closes_after_rounding_and_storing(seconds, tmp_path):
    case = handmade.case(step=seconds)
    results = dataset(case, handmade.trajectory(case))
    write_dataset(tmp_path / "results.nc", results)
    with read_dataset(tmp_path / "results.nc") as stored:
        assert violations(stored) == []
        assert balance(stored).residual_relative < 1e-7
        np.testing.assert_array_equal(balance(stored).residual, stored["system_balance_residual"])


def test_leak_is_its_own_residual(case):
    results = dataset(case, handmade.trajectory(case, leak=1e3))
    np.testing.assert_allclose(results["system_balance_residual"], 1e3, atol=0.5)
    supplied = balance(results).supplied
    assert balance(results).residual_relative == pytest.approx(1e3 * 48 / supplied.sum(), rel=1e-3)


def test_leak_of_a_few_watts_in_megawatts_is_found(case):
    assert any(
        "of the run" in line for line in violations(dataset(case, handmade.trajectory(case, leak=3.0)))
    )


def test_leak_of_one_watt_at_one_house_is_found(case):
    """One watt in 100 kW is 1e-5 of the supply."""
    run = handmade.trajectory(case)
    march = run.march
    small = replace(
        march,
        consumer_heat_demand=march.consumer_heat_demand / 16,
        consumer_heat_delivered=march.consumer_heat_delivered / 16,
        consumer_heat_unmet=march.consumer_heat_unmet / 16,
        pipe_heat_loss=march.pipe_heat_loss / 16,
        network_stored_heat=march.network_stored_heat / 16,
        initial_stored_heat=march.initial_stored_heat / 16,
        source_heat=march.source_heat / 16,
    )
    assert violations(dataset(case, replace(run, march=small))) == []
    leaking = replace(small, source_heat=small.source_heat + np.array([0.0, 1.0]))
    assert violations(dataset(case, replace(run, march=leaking)))


def test_errors_that_cancel_over_the_run_are_found_by_step(case):
    run = handmade.trajectory(case)
    heat = run.march.source_heat.copy()
    heat[10, 0] += 500.0
    heat[20, 0] -= 500.0
    results = dataset(case, replace(run, march=replace(run.march, source_heat=heat)))
    assert balance(results).residual_relative < 1e-6
    (line,) = violations(results)
    assert line.startswith("heat balance of the step: 2 steps, first 2025-01-01 10:00")


def test_lost_unmet_heat_is_found(case):
    run = handmade.trajectory(case)
    march = replace(run.march, consumer_heat_unmet=np.zeros_like(run.march.consumer_heat_unmet))
    (line,) = violations(dataset(case, replace(run, march=march)))
    assert line == "delivered + unmet is not demanded: 1 steps, first 2025-01-01 07:00"


@pytest.mark.parametrize("name", ["source_heat", "consumer_heat_delivered", "network_heat_loss"])
def test_missing_term_is_not_a_closed_balance(case, name):
    results = dataset(case, handmade.trajectory(case))
    results[name][{"time": 5}] = np.nan
    assert np.isnan(balance(results).residual[5])
    assert len(violations(results)) >= 2


def test_standing_network_is_judged_by_its_loss(case):
    """No supply at all: what is lost comes out of the store, and a hole in that is seen."""
    run = handmade.trajectory(case)
    nothing = np.zeros_like(run.march.consumer_heat_demand)
    march = replace(
        run.march,
        consumer_heat_demand=nothing,
        consumer_heat_delivered=nothing,
        consumer_heat_unmet=nothing,
        source_heat=nothing,
        network_stored_heat=5.49e11 - 5.8e4 * 3600 * np.arange(1, 49),
    )
    assert violations(dataset(case, replace(run, march=march))) == []
    march = replace(march, network_stored_heat=march.network_stored_heat - 1e6 * np.arange(1, 49))
    assert violations(dataset(case, replace(run, march=march)))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("node_supply_temperature", -0.1, "supply water at or below 0 degC"),
        ("node_supply_temperature", 166.0, "supply water boils"),
        ("node_return_pressure", -1.1e5, "return pressure not above vacuum"),
        ("consumer_return_temperature", 80.0, "return not colder than supply at a consumer"),
        ("source_heat", 4.01e6, "source gives more than it has"),
    ],
)
def test_envelope(case, name, value, sentence):
    """At 6 bar gauge, 7.01 bar absolute, water boils at 165.0 degC; the boiler has 4 MW."""
    results = dataset(case, handmade.trajectory(case))
    assert flags(results) == []
    results[name][30:33, 1] = value
    (line,) = flags(results)
    place = {"node": "corner", "consumer": "Süßmosterei", "source": "backup"}[name.partition("_")[0]]
    assert line == f"{sentence}: 3 steps, first 2025-01-02 06:00 at {place}"


def test_a_lift_gives_more_than_its_stream_has(case):
    """4.5 MW of 3 MW drawn and 1.5 MW of electricity, where the stream has 4 MW; not of 4.1 MW drawn."""
    results = dataset(case, handmade.trajectory(case))
    results["source_heat"][30:33, 1] = 4.5e6
    results["source_heat_lifted"][30:33, 1] = 3e6
    results["source_electricity"][30:33, 1] = 1.5e6
    assert flags(results) == []
    results["source_electricity"][30:33, 1] = 0.4e6
    assert len(flags(results)) == 1


def test_a_node_without_pressure_does_not_hide_one_that_boils(case):
    """At 0.41 bar water boils at 76.6 degC; below vacuum there is no boiling point to compare with."""
    results = dataset(case, handmade.trajectory(case))
    results["node_supply_pressure"][:, 0] = -1.2e5
    results["node_supply_pressure"][30:33, 1] = -6e4
    assert [line.partition(":")[0] for line in flags(results)] == [
        "supply water boils",
        "supply pressure not above vacuum",
    ]
    assert flags(results)[0].endswith(": 3 steps, first 2025-01-02 06:00 at corner")


def test_standing_water_is_not_judged(case):
    results = dataset(case, handmade.trajectory(case))
    results["node_supply_temperature"][4] = np.nan
    results["consumer_return_temperature"][4] = np.nan
    assert flags(results) == []


def test_sums_do_not_round_as_the_series_do(case):
    """Thousands of consumers in single precision, added up in double."""
    results = dataset(case, handmade.trajectory(case)).drop_dims("consumer")
    heat = np.random.default_rng(7).uniform(0.0, 1e4, (48, 5000)).astype(np.float32)
    results["consumer_heat_delivered"] = (("time", "consumer"), heat)
    exact = [math.fsum(row) for row in heat.tolist()]
    np.testing.assert_allclose(balance(results).delivered, exact, rtol=1e-13)


@pytest.mark.parametrize(("error", "sentences"), [(1.0, 0), (5.0, 1)])
def test_step_without_supply_is_judged_by_the_peak(case, error, sentences):
    """The peak is 2.2 MW; in an idle step 1e-4 of 1 % of it, 2.2 W, may be missing."""
    run = handmade.trajectory(case)
    march = run.march
    idle, lost = march.source_heat.copy(), march.network_stored_heat.copy()
    lost[20:] -= (march.source_heat[20].sum() + error) * 3600
    idle[20] = 0.0
    idle[21:24, 0] += error / 3
    results = dataset(case, replace(run, march=replace(march, source_heat=idle, network_stored_heat=lost)))
    assert balance(results).supplied.max() == pytest.approx(2.2e6, rel=0.05)
    assert len(violations(results)) == sentences
