"""What every kind of source has in common: when it runs, and that it says what of that cannot be."""

from __future__ import annotations

import datetime
from dataclasses import fields, replace

import numpy as np
import pytest

from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.profile import Context, Sun
from heatsym.sources import SOURCES
from heatsym.sources.availability import Campaign, Stop, Turnaround
from heatsym.sources.site import Need, SiteStream

STEPS = 96
DAY = datetime.date
WARM = {"power": 1e6, "temperature": 70.0}
PARAMETERS = {
    "boiler": {"fuel": "oil", "power": 1e6},
    "industrial": {**WARM, "limit_temperature": 25.0},
    "site": {
        "streams": (SiteStream(name="hood", **WARM, limit_temperature=30.0),),
        "needs": (Need(name="water", power=2e5, start=15.0, end=40.0),),
    },
    "data_centre": WARM,
    "wastewater": {"flow": 0.1, "temperature": 70.0},
    "electrolyser": WARM,
    "supermarket": WARM,
    "ice_rink": WARM,
    "heat_pump": {"medium": "river", "power": 1e6, "source_temperature": 12.0},
    "electric_boiler": {"power": 1e6},
    "chp": {
        "fuel": "coal",
        "power": 1e6,
        "arrangement": "extraction",
        "power_to_heat": 0.8,
        "power_loss": 0.15,
        "efficiency": 0.4,
        "largest_fuel": 4e6,
        "least_electricity": 2e5,
        "planned_electricity": 5e5,
    },
    "solar_thermal": {"area": 1e3},
    "geothermal": {"temperature": 90.0, "limit_temperature": 25.0, "flow": 0.02, "pump_electricity": 6e6},
    "orc": {"power": 1e6, "temperature": 300.0, "limit_temperature": 100.0, "evaporation": 200.0},
    "absorption": {
        "power": 1e6,
        "limit_temperature": 25.0,
        "drive_power": 1e6,
        "drive_temperature": 160.0,
    },
}


class Noon:
    """A climate whose sun stands high all the time."""

    def sun(self, axis: TimeAxis) -> Sun:
        one = np.ones(axis.steps)
        return Sun(700.0 * one, 100.0 * one, 1367.0 * one, 20.0 * one, 180.0 * one)


AXIS = TimeAxis(np.datetime64("2025-01-01"), 3600, STEPS, "UTC")
CTX = Context(AXIS, np.full(STEPS, 10.0), Noon())  # type: ignore[arg-type]
HERE = Site(np.full(STEPS, 50.0), np.full(STEPS, 30.0))
SECOND = AXIS.day == np.datetime64("2025-01-02")


def made(kind, **more):
    return SOURCES[kind](name="s", node="n", **{**PARAMETERS[kind], **more})


def taken(offer: Offer) -> np.ndarray:
    """What a march takes at most."""
    with np.errstate(invalid="ignore"):
        return np.fmin(offer.power, offer.conductance * np.maximum(offer.t_hot - HERE.t_return, 0.0))


def used(source, heat) -> dict[str, np.ndarray]:
    use = source.use(CTX, HERE, heat)
    return {field.name: getattr(use, field.name) for field in fields(Use)}


def test_no_kind_is_left_out():
    assert set(PARAMETERS) == {name for name, cls in SOURCES.items() if "stops" in cls.__dataclass_fields__}
    assert set(SOURCES) - set(PARAMETERS) == {"ideal"}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_nothing_is_there_on_the_days_of_a_stop(kind):
    """Neither heat nor fuel nor electricity on the second day; the other days are as without a stop."""
    source = made(kind)
    second = Stop(start=DAY(2025, 1, 2), end=DAY(2025, 1, 2))
    heat = taken(source.offer(CTX, HERE))
    assert heat.min() > 0.0
    whole = used(source, heat)
    rest = (
        Campaign(start=DAY(2025, 1, 1), end=DAY(2025, 1, 1)),
        Campaign(start=DAY(2025, 1, 3), end=DAY(2025, 1, 9)),
    )
    ways = [{"stops": (second,)}, {"turnaround": Turnaround(first_year=2025, start="01-02", days=1)}]
    if kind != "ice_rink":  # whose campaigns stand for its season
        ways.append({"campaigns": rest})
    for plan in ways:
        stopped = replace(source, **plan)
        offered = taken(stopped.offer(CTX, HERE))
        assert offered.tolist() == np.where(SECOND, 0.0, heat).tolist()
        for name, values in used(stopped, offered).items():
            assert values.tolist() == np.where(SECOND, 0.0, whole[name]).tolist(), name


@pytest.mark.parametrize("kind", PARAMETERS)
def test_half_of_a_source_is_a_source_of_half_the_size(kind):
    """Half of what is available, and for half the heat half of everything that it takes and makes."""
    whole, half = made(kind), made(kind, availability=0.5)
    heat = taken(whole.offer(CTX, HERE))
    assert taken(half.offer(CTX, HERE)) == pytest.approx(0.5 * heat, rel=1e-9)
    there = used(half, 0.5 * heat)
    for name, values in used(whole, heat).items():
        assert there[name] == pytest.approx(0.5 * values, rel=1e-9, abs=1e-3), name
    assert there["available"].min() > 0.0


@pytest.mark.parametrize("kind", PARAMETERS)
def test_an_end_before_the_start_is_told(kind):
    assert made(kind).faults() == ()
    wrong = made(
        kind,
        stops=(
            Stop(start=DAY(2025, 1, 1), end=DAY(2025, 1, 1)),
            Stop(start=DAY(2025, 2, 2), end=DAY(2025, 2, 1)),
        ),
        campaigns=(Campaign(start=DAY(2025, 2, 2), end=DAY(2025, 2, 1)),),
        turnaround=Turnaround(first_year=2025, start="02-29"),
    )
    told = [(fault.field, fault.code) for fault in wrong.faults()]
    assert told == [("stops.1", "HS503"), ("campaigns.0", "HS503"), ("turnaround.start", "HS530")]
