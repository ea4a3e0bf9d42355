"""Boiling temperature against IAPWS-IF97 as published and as programmed by others."""

from __future__ import annotations

import numpy as np
import pytest
from iapws.iapws97 import _TSat_P

from heatsym.physics.water import boiling_temperature


@pytest.mark.parametrize("pressure", [7e2, 1e5, 101_325.0, 5e5, 1.6e6, 4e6, 2.2e7])
def test_against_iapws(pressure):
    assert boiling_temperature(pressure) == pytest.approx(_TSat_P(pressure / 1e6) - 273.15, abs=1e-9)


def test_outside_its_range_there_is_none():
    assert np.isnan(boiling_temperature(np.array([-1e5, 0.0, 3e7, np.nan]))).all()
