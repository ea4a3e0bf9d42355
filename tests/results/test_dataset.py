"""Names, types and gaps of the results."""

from __future__ import annotations

import ast
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import heatsym
from heatsym.engine.trajectory import Hydraulics, March
from heatsym.interfaces.axis import TimeAxis
from heatsym.results.dataset import dataset
from heatsym.results.vocabulary import VOCABULARY, nomenclature
from heatsym.sources.ideal import Ideal
from tests import handmade


@pytest.fixture
def case():
    return handmade.case()


def test_every_variable_is_as_declared(case):
    results = dataset(case, handmade.trajectory(case))
    for name, variable in results.variables.items():
        if name in ("time", "time_bnds"):
            continue
        entry = VOCABULARY[name]
        assert variable.dims == entry.dims, name
        assert variable.dtype.kind in "UO" if entry.dtype == "str" else variable.dtype == entry.dtype, name
        if name not in entry.dims:
            assert variable.attrs["long_name"] == entry.long_name


def test_whole_march_is_told(case):
    """A series that the engine computes and nobody stores is a mistake, unless it is named here.

    What the network saw of storages becomes what they went through, see :mod:`heatsym.engine.storing`.
    """
    some = np.array([np.nan, 60.0])
    consumers = replace(case.demand.consumers, kind=("prosumer", "house"), bypass=some, booster_supply=some)
    study, run = replace(case, demand=replace(case.demand, consumers=consumers)), handmade.trajectory(case)
    zero = np.zeros(run.march.consumer_mass_flow.shape)
    fed_in = {"consumer_heat_fed_in": zero, "consumer_heat_rejected": zero, "consumer_fed_in_flow": zero}
    fed_in["consumer_booster_electricity"] = zero
    results = dataset(study, replace(run, march=replace(run.march, **fed_in)))
    told = {"initial_stored_heat", "converged", "sweeps", "residual", "merged_parcels", "seconds"}
    told |= {"critical_consumer"}
    told |= {
        f"storage_{what}" for what in ("charged", "discharged", "supply_temperature", "return_temperature")
    }
    told |= {"storage_electricity"}
    computed = {field.name for cls in (March, Hydraulics) for field in fields(cls)}
    assert computed - told <= set(results.variables)


def test_time_is_utc_start_of_step_with_bounds(case):
    """Across the end of summer time the UTC axis stays equidistant."""
    axis = TimeAxis(np.datetime64("2025-10-25T22:00:00"), 900, 48, "Europe/Copenhagen")
    study = handmade.case(axis=axis)
    results = dataset(study, handmade.trajectory(study))
    assert results["time"].values[1] - results["time"].values[0] == np.timedelta64(900, "s")
    np.testing.assert_array_equal(results["time_bnds"][:, 0], results["time"])
    np.testing.assert_array_equal(results["time_bnds"][:-1, 1], results["time"][1:])
    assert results.indexes["time"].tz is None


def test_selection_by_name(case):
    run = handmade.trajectory(case)
    results = dataset(case, run)
    works = results["source_heat"].sel(source="works").resample(time="D").mean()
    np.testing.assert_allclose(works, run.march.source_heat[:, 0].reshape(2, 24).mean(axis=1), rtol=1e-6)


def test_gaps_are_missing_and_limits_without_end_too():
    case = handmade.case(sources=(Ideal(name="any", node="plant"), *handmade.case().sources[1:]))
    run = handmade.trajectory(case)
    results = dataset(case, run)
    assert np.isnan(results["source_heat_available"].sel(source="any")).all()
    resting = run.march.source_heat == 0.0
    np.testing.assert_array_equal(np.isnan(results["source_supply_temperature"]), resting)
    assert (results["source_heat"].values[resting] == 0.0).all()


def test_disabled_source_does_not_appear(case):
    run = handmade.trajectory(case)
    works, backup = case.sources
    both = handmade.case(sources=(replace(works, enabled=False), works, backup))
    assert list(dataset(both, run)["source"].values) == ["works", "backup"]


def test_network_can_be_drawn_from_the_file(case):
    results = dataset(case, handmade.trajectory(case))
    position = {name: i for i, name in enumerate(results["node"].values)}
    ends = [[position[name] for name in results[end].values] for end in ("pipe_from", "pipe_to")]
    assert ends == [[0, 1], [1, 2]]
    np.testing.assert_array_equal(results["node_lon"], case.network.nodes.lon)
    assert "node_x" not in results.variables


def test_no_clock_user_or_folder_in_the_attributes(case):
    """Every attribute follows from the case and the version alone."""
    attrs = dataset(case, handmade.trajectory(case)).attrs
    assert attrs == dataset(case, handmade.trajectory(case)).attrs
    text = " ".join(map(str, attrs.values()))
    assert str(Path.home()) not in text
    assert str(np.datetime64("today", "Y")) not in text.replace("2025", "")


def test_nomenclature_names_everything_once():
    lines = nomenclature().splitlines()[2:]
    assert [line.split("`")[1] for line in lines] == list(VOCABULARY)


def test_names_are_declared_nowhere_else():
    """Output names elsewhere in the package are keys of the vocabulary, not further ones."""
    package = Path(heatsym.__file__).parent
    prefixes = ("node_", "pipe_", "consumer_", "source_", "network_", "pump_")
    for module in (*package.glob("results/*.py"), *package.glob("analysis/*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                name = node.slice.value
                if isinstance(name, str) and name.startswith(prefixes) and not name.endswith("_MWh"):
                    assert name in VOCABULARY, (module.name, name)


def test_how_well_a_stream_is_known_is_told(case):
    assert dataset(case, handmade.trajectory(case))["source_data_status"].values.tolist() == ["assumed", ""]
