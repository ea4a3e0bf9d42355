"""The page on extending keeps its word: a new source is one class and one entry."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.case.sections import LISTS
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context
from heatsym.sources import SOURCES

ROOT = Path(__file__).resolve().parents[2]
COMPRESSORS = """
[[source]]
name = "compressors"
kind = "compressor"
node = "market"
power_kW = 50
temperature_degC = 89
"""


@pytest.fixture
def compressor(monkeypatch):
    """The class on the page, registered."""
    page = (ROOT / "docs" / "extending.md").read_text("utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    module = type(hs)("heatsym.sources.compressor")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(source, "docs/extending.md", "exec"), module.__dict__)
    monkeypatch.setitem(SOURCES, "compressor", module.Compressor)
    monkeypatch.setitem(LISTS["source"], "compressor", module.Compressor)  # made from SOURCES on import
    return module.Compressor


def test_offer_of_the_example(compressor):
    """Compressors at 45 degC feed a network at 40 degC and reject all they have at 60 degC."""
    ctx = Context(TimeAxis(np.datetime64("2025-01-01"), 3600, 2, "UTC"), np.zeros(2))
    site = Site(t_feed=np.array([40.0, 60.0]), t_return=np.full(2, 30.0))
    source = compressor(name="compressors", node="N1", power=1e6)
    assert source.offer(ctx, site).power.tolist() == [1e6, 0.0]
    use = source.use(ctx, site, np.array([4e5, 0.0]))
    assert (use.direct + use.lifted + use.rejected).tolist() == use.available.tolist()


def test_a_case_runs_with_the_example(compressor, tmp_path):
    """Loader, dispatch, results and summary take the new kind without being told."""
    text = (ROOT / "configs" / "minimal.toml").read_text("utf-8")
    text = text.replace("../data", (ROOT / "data").as_posix())
    text += COMPRESSORS
    case_file = tmp_path / "town.toml"
    case_file.write_text(text, "utf-8")
    case = hs.load(case_file, period="2025-07-14/2025-07-16", allow_outside=True)
    heat = hs.run(case).results["source_heat"].sel(source="compressors")
    assert float(heat.max()) == pytest.approx(50e3, rel=1e-6)
