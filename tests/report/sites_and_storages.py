"""A run with a works of several streams, a source that a heat pump lifts, and two storages, made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from heatsym.analysis.summary import summary
from heatsym.interfaces.axis import FloatArray
from heatsym.report.calendar import calendar
from heatsym.results.dataset import dataset
from heatsym.simulation import Run
from heatsym.sources.boiler import Boiler
from heatsym.sources.common import stream_use
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.site import IndustrialSite, Need, SiteStream
from tests import handmade

MILL = IndustrialSite(
    name="paper mill",
    node="plant",
    streams=(
        SiteStream(name="dryer hood", power=9e5, temperature=62.0, limit_temperature=35.0),
        SiteStream(name="condensate", power=3e5, temperature=105.0, limit_temperature=105.0),
        SiteStream(name="flue gas", power=8e5, temperature=190.0, limit_temperature=110.0, approach=15.0),
    ),
    needs=(
        Need(name="steam", power=2e5, start=120.0, end=120.0),
        Need(name="process water", power=4e5, start=15.0, end=60.0),
    ),
)


def run(steps: int = 24 * 30, mill: IndustrialSite = MILL) -> Run:
    """Mill, wastewater and boiler; a third of the wastewater's heat is lifted."""
    sources = (
        mill,
        IndustrialStream(name="wastewater", node="plant", power=6e5, temperature=14.0, limit_temperature=6.0),
        Boiler(name="backup", node="plant", fuel="natural_gas", power=4e6, efficiency=0.9),
    )
    case = handmade.case(steps, sources=sources)
    made = handmade.trajectory(handmade.case(steps))
    total = made.march.source_heat.sum(axis=1)
    first = np.minimum(0.5 * total, 1.2e6)
    second = np.full(steps, 3e5)
    heat = np.stack([first, second, total - first - second], axis=1)
    march = replace(
        made.march,
        source_heat=heat,
        source_mass_flow=heat / 1e5,
        source_supply_temperature=np.where(heat > 0.0, 80.0, np.nan),
        source_return_temperature=np.full_like(heat, 45.0),
    )
    ctx, site = handmade.context(case)
    uses = [source.use(ctx, site, heat[:, i]) for i, source in enumerate(sources)]
    uses[1] = stream_use(np.full(steps, 6e5), np.zeros(steps), 2e5 * np.ones(steps), 1e5 * np.ones(steps))
    trajectory = replace(
        made,
        march=march,
        uses=tuple(uses),
        intent=handmade.as_planned(heat),
        hydraulics=replace(made.hydraulics, source_pump_lift=np.full_like(heat, 3e5)),
    )
    results = dataset(case, trajectory)
    return Run(None, results, summary(case, results, trajectory, {"total": 1.0, "march": 1.0}))


def energies(steps: int, hours: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Heat in a tank and in a pit [J] and what they take [W]; a thousandth of the heat is lost each hour."""
    hour = np.arange(steps)
    heat = np.stack(
        [6e5 * np.cos(hour * 2 * np.pi / 24.0), 9e5 * np.cos(hour * 2 * np.pi / max(steps, 2))], axis=1
    )
    energy = np.zeros((steps, 2))
    now = np.array([2e10, 1.2e13 if steps > 2000 else 1.2e12])
    for t in range(steps):
        now = now + heat[t] * hours[t] * 3600.0
        now = now - (1e-3 if steps < 2000 else 1e-5) * now
        energy[t] = now
    return energy, heat


def with_storages(plain: Run, temperatures: bool = True) -> Run:
    """The same run with a tank and a pit in its results."""
    steps = plain.results.sizes["time"]
    energy, heat = energies(steps, calendar(plain.results).hours)
    dims = ("time", "storage")
    before = np.concatenate([energy[:1] - 3600.0 * heat[:1], energy[:-1]])
    more = {
        "storage_energy": (dims, energy),
        "storage_heat": (dims, heat),
        "storage_initial_energy": ("storage", before[0]),
        "storage_heat_loss": (dims, heat - (energy - before) / 3600.0),
    }
    if temperatures:
        fill = energy / energy.max(axis=0)
        top = 60.0 + 30.0 * fill
        top[:, 1] = np.nan  # known of the tank only
        more |= {
            "storage_top_temperature": (dims, top),
            "storage_bottom_temperature": (dims, np.where(np.isnan(top), np.nan, 40.0 + 20.0 * fill)),
        }
    results: xr.Dataset = plain.results.assign_coords(storage=["tank", "pit"]).assign(more)
    return Run(None, results, plain.summary)
