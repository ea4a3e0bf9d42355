"""The result file against CF-1.11 and ACDD-1.3, judged by compliance-checker."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from heatsym.analysis.emissions import with_emissions
from heatsym.case.settings import Emissions, Prices
from heatsym.results.dataset import dataset
from heatsym.results.store import write_dataset
from tests import handmade

runner = pytest.importorskip("compliance_checker.runner")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Everything in it: plane coordinates too, prices, emissions, gaps."""
    case = handmade.case(prices=Prices(electricity=2.5e-8), emissions=Emissions(electricity=3e-8))
    nodes = replace(case.network.nodes, x=np.array([0.0, 700.0, 1000.0]), y=np.array([0.0, 5.0, 9.0]))
    case = replace(case, network=replace(case.network, nodes=nodes))
    results = with_emissions(case, dataset(case, handmade.trajectory(case)))
    results["node_return_temperature"][3] = np.nan
    path = tmp_path_factory.mktemp("cf") / "results.nc"
    write_dataset(path, results)
    return path


def findings(file, convention, tmp_path):
    """Findings by priority, high to low, in words."""
    runner.CheckSuite.load_all_available_checkers()
    report = tmp_path / "report.json"
    runner.ComplianceChecker.run_checker(
        str(file), [convention], 0, "strict", output_filename=str(report), output_format="json"
    )
    result = json.loads(report.read_text())[convention]
    return {
        level: [
            f"{check['name']}: {text}" for check in result[f"{level}_priorities"] for text in check["msgs"]
        ]
        for level in ("high", "medium", "low")
    }


def test_cf(file, tmp_path):
    """No error; of the recommendations only one is not followed: time comes before the object."""
    found = findings(file, "cf:1.11", tmp_path)
    assert found["high"] == []
    assert [text for text in found["medium"] if "not in the recommended order" not in text] == []


def test_acdd(file, tmp_path):
    """Nothing that is highly recommended lacks but names for quantities that CF has no name for."""
    found = findings(file, "acdd:1.3", tmp_path)
    assert [text for text in found["high"] if "attributes:: standard_name" not in text] == []
