"""Diversity: groups by hand, chance, published curves, and reading in pieces."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.demand.diversity import diversity, thermos_simultaneity, winter_simultaneity
from heatsym.demand.hot_water import annual_heat_of, drawn
from heatsym.interfaces import stepwise
from heatsym.interfaces.axis import TimeAxis

YEAR = TimeAxis(np.datetime64("2024-12-31T23:00:00"), 3600, 8760, "Europe/Copenhagen")


def test_published_curves() -> None:
    """Numbers of the design note, from the rounded constants; Thermos by hand."""
    np.testing.assert_allclose(winter_simultaneity([10, 100]), [0.974, 0.588], atol=5e-4)
    assert winter_simultaneity(1) == 1.0
    np.testing.assert_allclose(thermos_simultaneity([1, 2, 38]), [1.0, 0.81, 0.63])


def test_by_hand() -> None:
    """Two consumers that peak in different seasons, and one that does as the first."""
    heat = np.zeros((8760, 3))
    january, july = 100, 24 * 190 + 7
    heat[january] = [10.0, 1.0, 30.0]
    heat[july] = [2.0, 8.0, 0.0]
    found = diversity(YEAR, heat)
    assert found.simultaneity.size.tolist() == [1, 2, 3]
    assert found.simultaneity.groups.tolist() == [3, 1, 1]
    assert found.simultaneity.mean[0] == 1.0
    assert found.simultaneity.mean[2] == pytest.approx(41 / 48)
    seasons = {peak.season: peak for peak in found.seasons}
    assert seasons["winter"].peak == 41.0
    assert seasons["winter"].simultaneity == 1.0
    assert seasons["winter"].when == YEAR.local[january]
    assert seasons["summer"].peak == 10.0
    assert seasons["summer"].simultaneity == 1.0
    assert seasons["summer"].mean == pytest.approx(10 / np.isin(YEAR.month, (6, 7, 8)).sum())
    assert np.isnan(seasons["autumn"].simultaneity)


def test_equal_consumers_peak_together() -> None:
    wave = 5 + np.sin(np.arange(8760.0))
    found = diversity(YEAR, np.outer(wave, np.arange(1.0, 31.0)))
    np.testing.assert_allclose(found.simultaneity.mean, 1.0)
    assert found.simultaneity.size.tolist() == [1, 2, 5, 10, 20, 30]
    assert found.simultaneity.groups.tolist() == [30, 15, 6, 3, 1, 1]


def test_chance_evens_out_and_pieces_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"C{i}" for i in range(120)]
    water = drawn(YEAR, names, annual_heat_of(np.ones(120)), seed=1)
    found = diversity(YEAR, water)
    assert np.all(np.diff(found.simultaneity.mean[:-1]) < 0)  # the last two are one group each
    assert np.all(found.simultaneity.least <= found.simultaneity.mean)
    assert np.all(found.simultaneity.mean <= found.simultaneity.most)
    assert found.simultaneity.mean[-1] < 0.3
    monkeypatch.setattr(stepwise, "PIECE", 12_345)
    again = diversity(YEAR, water)
    np.testing.assert_array_equal(again.simultaneity.mean, found.simultaneity.mean)
    assert [peak.when for peak in again.seasons] == [peak.when for peak in found.seasons]


def test_table_stands_beside_what_is_published() -> None:
    (one, *_, all_of_them) = diversity(YEAR, np.ones((8760, 100))).simultaneity.rows()
    assert one["winter_2001"] == one["thermos"] == one["simultaneity"] == 1.0
    assert all_of_them["consumers"] == 100
    assert all_of_them["winter_2001"] == pytest.approx(0.588, abs=5e-4)
