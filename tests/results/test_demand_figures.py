"""What consumers of a kind ask for together, against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.analysis.demand import DemandOfKind, demand_by_kind
from heatsym.demand import Consumers
from heatsym.interfaces import stepwise
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Load
from heatsym.interfaces.profile import DailyAir

DAYS = TimeAxis(np.datetime64("2025-02-28T23:00:00"), 3600, 48, "Europe/Copenhagen")


def test_kinds_add_up_peaks_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepwise, "PIECE", 9)  # three steps at a time
    hour = np.arange(48) % 24
    heat = np.stack([1e3 * (hour == 7), 3e3 * (hour == 18), np.full(48, 2e3), np.full(48, np.nan)], axis=1)
    table = Consumers(
        id=("A", "B", "C", "D"),
        node=("N",) * 4,
        kind=("house", "house", "school", ""),
        dwellings=np.array([1.0, 2.0, np.nan, np.nan]),
    )
    zero = np.zeros(heat.shape)
    houses, school, series, every = demand_by_kind(
        table, Load(heat, zero, zero, zero, np.ones(4), np.full(4, np.nan)), DAYS
    )
    assert [of.kind for of in (houses, school, series, every)] == ["house", "school", "series", "all"]
    assert (houses.consumers, houses.dwellings, houses.peak, houses.simultaneity) == (2, 3.0, 3e3, 0.75)
    assert houses.energy(DAYS) == 2 * 4e3 * 3600
    assert houses.full_load(DAYS) == pytest.approx(2 * 4 / 3 * 3600)
    assert houses.by_hour(DAYS)[[7, 8, 18]].tolist() == [1e3, 0.0, 3e3]
    assert (series.unknown, series.peak) == (1, 0.0)
    assert np.isnan(series.simultaneity)
    assert (every.peak, every.own_peaks, every.unknown) == (5e3, 6e3, 1)
    assert every.duration().tolist() == [5e3, 2e3, 2e3, 2e3]
    assert every.by_season(DAYS) == {"spring": 5e3}  # from 1 March, local
    assert school.by_season(DAYS) == {"spring": 2e3}


def test_signature_of_a_kind_is_that_of_its_days() -> None:
    year = TimeAxis(np.datetime64("2025-01-01T00:00:00"), 3600, 24 * 120, "UTC")
    t_day = 5.0 - 10.0 * np.cos(np.arange(123) / 10.0)  # three days ahead of the run
    heat = np.repeat(300.0 + 200.0 * np.maximum(12.0 - t_day[3:], 0.0), 24) + 50.0 * np.tile(
        [-1.0, 1.0], 1440
    )
    day = np.datetime64("2024-12-29") + np.arange(123)
    found = DemandOfKind("house", 1, 1.0, heat, 1.0, 0).signature(year, DailyAir(day, t_day, day, t_day))
    assert found.slope == pytest.approx(200.0, rel=2e-3)
    assert found.balance_temperature == pytest.approx(12.0, abs=0.1)
    assert found.base.mean() == pytest.approx(300.0, rel=0.02)
