"""A town of standard profiles and a steady loss against six years of Flensburg's heat load.

Fitted on 2014 to 2016: annual sum, loss (from June to August), and, by eye, how much of the heat follows
clocks. The mix of profiles is assumed with an eye on the peak. Nothing is fitted on 2017 to 2019.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heatsym.interfaces.axis import FloatArray
from tests.reference.heat_loads import SEASONS, Figures, mean_figures, town_model

FITTED, UNSEEN = (2014, 2015, 2016), (2017, 2018, 2019)


@pytest.mark.parametrize("years", [FITTED, UNSEEN], ids=["fitted", "unseen"])
def test_town_model(shared: Path, years: tuple[int, ...]) -> None:
    fitted, measured = mean_figures(shared, FITTED), mean_figures(shared, years)
    stamp, heat, loss = town_model(fitted.annual, fitted.summer)
    model = Figures.of(stamp, heat)
    assert 0.05 < loss * 8760 * 3600 / model.annual < 0.25
    found = {
        key: getattr(model, key) / getattr(measured, key) - 1
        for key in ("annual", "summer", "peak", "peak_day")
    }
    off = {season: rms(model.shape[season] - measured.shape[season]) for season in SEASONS}
    alike = {
        season: float(np.corrcoef(model.shape[season], measured.shape[season])[0, 1]) for season in SEASONS
    }
    assert abs(found["annual"]) < 0.03
    assert abs(found["summer"]) < 0.08
    assert abs(found["peak"]) < 0.1
    assert abs(found["peak_day"]) < 0.1
    assert max(off.values()) < 0.08
    assert off["winter"] < 0.04
    assert min(alike.values()) > 0.75


def rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def test_hours_are_those_of_fixed_winter_time(shared: Path) -> None:
    """The morning's peak comes an hour earlier in summer, in the record as in the model."""
    measured = mean_figures(shared, FITTED + UNSEEN)
    stamp, heat, _ = town_model(measured.annual, measured.summer)
    model = Figures.of(stamp, heat)
    for figures in (measured, model):
        assert np.argmax(figures.shape["summer"]) < np.argmax(figures.shape["winter"])
