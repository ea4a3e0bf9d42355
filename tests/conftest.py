"""Fixtures used across the groups of tests."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from heatsym.engine.compiled import Compiled
from heatsym.engine.reference import Reference
from tests import build

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of validation and reference data beside the checkout; without it the test is skipped."""
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"validation data expected at {SHARED.name}/ beside the checkout")
        pytest.skip("validation data folder 'shared' is not beside the checkout")
    return SHARED


@pytest.fixture(params=[Reference, Compiled], ids=["reference", "compiled"])
def marched(request: pytest.FixtureRequest) -> build.Marched:
    """March a problem, by each engine in turn."""
    return partial(build.marched, engine=request.param)
