"""A site in a run: what the march took is what the streams' cascade allows at the return water it found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import heatsym as hs
from heatsym.interfaces.profile import Context
from heatsym.physics.pinch import usable
from tests.case.town import write_town

SITE = """\
[[source]]
name = "mill"
kind = "site"
node = "N2"

[[source.stream]]
name = "dryer hood"
power_kW = 60
temperature_degC = 62
limit_temperature_degC = 35

[[source.stream]]
name = "condensate"
power_kW = 15
temperature_degC = 118
limit_temperature_degC = 70

[[source.need]]
name = "process water"
power_kW = 10
from_degC = 15
to_degC = 60

"""
RETURN = "return_temperature_degC = 45\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Instead of the works a mill; consumers return water by a heat exchanger, so that returns vary."""
    folder = tmp_path_factory.mktemp("town")
    return write_town(
        folder,
        ("town.toml", '[[source]]\nname = "works"', SITE + '[[source]]\nname = "works"\nenabled = false'),
        ("town.toml", RETURN, "temperature_drop_K = 35\n"),
    )


@pytest.mark.parametrize("arrangement", ["none", "parallel", "series"])
def test_march_takes_what_the_cascade_allows(town, arrangement):
    case = hs.load(town)
    if arrangement != "none":
        pump = {"source.mill.heat_pump.power_kW": 20, "source.mill.arrangement": arrangement}
        case = case.with_changes(pump)
    run = hs.run(case)
    (mill, _, _) = case.sources
    results, convergence = run.results, run.summary["convergence"]
    assert convergence["settled"]
    assert convergence["rounds"] <= 3
    heat, direct, lifted, rejected, available, electricity = (
        results[f"source_{what}"].sel(source="mill").values.astype(float)
        for what in (
            *("heat", "heat_direct", "heat_lifted", "heat_rejected", "heat_available"),
            "electricity",
        )
    )
    assert direct + lifted + rejected == pytest.approx(available, rel=1e-6)
    assert direct + lifted + electricity == pytest.approx(heat, rel=1e-6, abs=1e-2)
    assert available == pytest.approx(np.full(72, 65e3))
    assert run.summary["energy"]["residual_relative"] < 1e-8
    assert not [said for said in run.summary["warnings"] if "more than it has" in said]
    t_return = results["source_return_temperature"].sel(source="mill").values.astype(float)
    assert np.ptp(t_return) > 1.0
    works = mill.balance(Context(case.axis, results["air_temperature"].values.astype(float)))
    t_feed = results["network_supply_setpoint"].values.astype(float)
    most = usable(works.power, works.upper, works.lower, t_return, t_feed)
    helped = results["source_heat"].sel(source="old boiler").values > 1.0
    assert helped.sum() > 20
    if arrangement == "none":
        assert (heat <= most * (1 + 1e-3)).all()
        assert heat[helped] == pytest.approx(most[helped], rel=1e-3)
    elif arrangement == "parallel":
        assert direct[helped] == pytest.approx(most[helped], rel=1e-3)
        assert lifted[helped].min() > 0.0
    else:
        assert lifted[helped].min() > 0.0
