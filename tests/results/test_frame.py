"""What a run works with and what its readers get tell the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from heatsym.analysis.emissions import with_emissions
from heatsym.analysis.summary import summary
from heatsym.case.settings import Emissions, Prices
from heatsym.engine.digest import digest
from heatsym.results.dataset import Recording
from heatsym.results.frame import Frame
from heatsym.results.rows import Held, Rows, Spooled
from tests import handmade

CASE = replace(
    handmade.case(), emissions=Emissions(electricity=3e-8), prices=Prices(natural_gas=1e-8, electricity=4e-8)
)
RUN = handmade.trajectory(CASE, leak=3.0)
WALL = {"total": 1.0, "march": 1.0}


def recorded(rows: Rows) -> Frame:
    recording = Recording(CASE, rows)
    recording.begin(0)
    recording.take(0, RUN.march, RUN.hydraulics)
    return with_emissions(CASE, recording.results(digest(RUN)))


def test_summary_of_a_dataset_is_that_of_the_run():
    frame = recorded(Held())
    told = summary(CASE, frame, RUN, WALL)
    assert told["emissions"]["total_t"] > 0.0
    assert any("heat balance" in line for line in told["warnings"])  # which are read from the results
    assert summary(CASE, frame.dataset(), RUN, WALL) == told


def test_spooled_tables_are_read_like_arrays(tmp_path):
    """Whole, by ranges, by single and scattered steps and objects."""
    rows = Spooled(tmp_path)
    spooled, held = recorded(rows), recorded(Held()).dataset()
    rows.close()
    assert spooled.nbytes == held.nbytes
    assert dict(spooled.sizes) == dict(held.sizes)
    name = "consumer_heat_delivered"
    np.testing.assert_array_equal(spooled[name].values, held[name].values)
    np.testing.assert_array_equal(spooled[name][3:7].values, held[name][3:7].values)
    np.testing.assert_array_equal(spooled[name][45:999].values, held[name][45:999].values)
    results = spooled.dataset()
    xr.testing.assert_identical(results, held)
    for part in ({"time": 5}, {"time": [7, 2, 30]}, {"time": slice(2, 40, 7)}, {"consumer": [-1]}):
        xr.testing.assert_identical(results.isel(part), held.isel(part))
