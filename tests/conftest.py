"""Fixtures used across the groups of tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of validation and reference data beside the checkout; without it the test is skipped."""
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"validation data expected at {SHARED.name}/ beside the checkout")
        pytest.skip("validation data folder 'shared' is not beside the checkout")
    return SHARED
