"""A town that can be built too small: nine nodes, eight trenches, five consumers, and its steady state.

The tree is N1 - N2 - N3 - N4, N2 - N5 - N6, N3 - N8 and N5 - N7 - N9, with a service pipe P8 at its end;
``RING`` closes a loop. Two trenches are drawn against the flow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

from heatsym.interfaces.axis import FloatArray

RETURN = 45.0
"""Return temperature that every consumer aims at. [degC]"""
GROUND = 8.0
"""Temperature of the ground. [degC]"""
CONSTANT = "fluid = { density_kg_per_m3 = 975, cp_J_per_kgK = 4190, viscosity_Pa_s = 4e-4 }"
RING = "P9,N4,N6,200,50,\n"

CASE = """\
[case]
name = "Shortage"

[time]
start = 2025-01-14
days = {days}
timezone = "Europe/Berlin"
substeps = {substeps}

[weather]
dataset = "rostock"

[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = {feed}
ground.temperature_degC = 8
{network}

[demand]
consumers = "consumers.csv"
return_temperature_degC = 45
series_kW = "heat.csv"

[engine]
kind = "{engine}"
coupling_tolerance = {tolerance}
"""
EDGES = (
    ("P1", "N1", "N2", 300, 100),
    ("P2", "N2", "N3", 200, 80),
    ("P3", "N4", "N3", 150, 50),
    ("P4", "N2", "N5", 250, 65),
    ("P5", "N5", "N6", 120, 50),
    ("P6", "N7", "N5", 100, 40),
    ("P7", "N3", "N8", 180, 50),
)
PLACES = {"house": "N4", "flats": "N6", "trade": "N8", "last": "N9", "baths": "N3"}
ANNUAL = {"house": 20, "flats": 250, "trade": 180}  # [MWh]


def source(kind: str, node: str = "N1", name: str = "", **keys: Any) -> str:
    """A source as text; a boiler burns gas."""
    given = {"name": f'"{name or kind}"', "kind": f'"{kind}"', "node": f'"{node}"'}
    given |= {"fuel": '"natural_gas"'} if kind == "boiler" else {}
    return "\n".join(["[[source]]", *(f"{key} = {value}" for key, value in (given | keys).items())]) + "\n"


@dataclass(frozen=True)
class Town:
    """What a scenario changes. Heat in kW by hour where it is not annual, largest flows in kg/s."""

    sources: str
    days: int = 1
    substeps: int = 1
    feed: float = 80.0
    ring: bool = False
    service: tuple[float, float] = (60.0, 25.0)  # length [m], DN
    most: dict[str, float] = field(default_factory=dict)
    heat: dict[str, Any] = field(default_factory=dict)
    network: str = ""
    u_value: float | None = None  # of every pipe [W/(m K)]
    tolerance: float = 1e-4
    engine: str = "compiled"

    def write(self, folder: Path) -> Path:
        """The town as files; the path of the case file."""
        hours = np.arange(24 * self.days)
        heat: dict[str, Any] = {"last": 40.0, "baths": 90.0 + 30.0 * np.sin(hours / 24 * 2 * np.pi)}
        heat |= self.heat
        u = "" if self.u_value is None else str(self.u_value)
        edges = (*EDGES, ("P8", "N7", "N9", *self.service))
        columns = np.column_stack([np.broadcast_to(values, hours.shape) for values in heat.values()])
        files = {
            "town.toml": CASE.format(
                days=self.days,
                substeps=self.substeps,
                feed=self.feed,
                network=self.network,
                tolerance=self.tolerance,
                engine=self.engine,
            )
            + self.sources,
            "nodes.csv": "id\n" + "".join(f"N{i}\n" for i in range(1, 10)),
            "pipes.csv": "id,from,to,length_m,dn,u_W_per_mK\n"
            + "".join(f"{','.join(map(str, edge))},{u}\n" for edge in edges)
            + (RING if self.ring else ""),
            "consumers.csv": "id,node,kind,annual_heat_MWh,max_flow_kg_per_s\n"
            + "".join(
                f"{name},{node},{'series' if name in heat else name},"
                f"{'' if name in heat else ANNUAL[name]},{self.most.get(name, '')}\n"
                for name, node in PLACES.items()
            ),
            "heat.csv": f"hour,{','.join(heat)}\n"
            + "".join(f"{hour},{','.join(map(str, row))}\n" for hour, row in enumerate(columns.tolist())),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder / "town.toml"


CP = 4190.0
"""Specific heat of the constant fluid. [J/(kg K)]"""
WAYS = {
    # consumer: trenches from the plant to it
    "house": ("P1", "P2", "P3"),
    "flats": ("P1", "P4", "P5"),
    "trade": ("P1", "P2", "P7"),
    "last": ("P1", "P4", "P6", "P8"),
    "baths": ("P1", "P2"),
}


def steady(town: Town, power: float) -> tuple[dict[str, float], float]:
    """Heat that each consumer gets [W] and heat of the plant [W], for constant demand on the tree.

    Written without the package: exponentials along every way, mixing of what comes back, and one share of
    what every consumer would take, at which the plant gives its power.
    """
    assert town.u_value is not None
    length = {edge[0]: float(edge[3]) for edge in EDGES} | {"P8": town.service[0]}
    names = list(PLACES)
    asked = np.array([1e3 * town.heat[name] for name in names])
    most = np.array([town.most[name] for name in names])
    uses = np.array([[pipe in WAYS[name] for name in names] for pipe in length])
    conductance = town.u_value * np.array(list(length.values()))

    def over(flow: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Supply temperature at the consumers, and what a pipe keeps of its excess over the ground."""
        keeps = np.exp(-conductance / (CP * np.maximum(uses @ flow, 1e-12)))
        ways = np.array([np.prod(keeps[uses[:, i]]) for i in range(len(names))])
        return GROUND + (town.feed - GROUND) * ways, keeps

    def at(share: float) -> tuple[FloatArray, float]:
        flow = np.minimum(asked / (CP * (town.feed - RETURN)), most)
        for _ in range(400):
            drop = np.maximum(over(share * flow)[0] - RETURN, 1e-9)
            flow = 0.9 * flow + 0.1 * np.minimum(asked / (CP * drop), most)
        supply, keeps = over(share * flow)
        heat = share * np.minimum(asked, flow * CP * np.maximum(supply - RETURN, 0.0))
        sent = supply - heat / (CP * share * flow)
        # Mixing adds up flow times excess over the ground, so that every consumer's part may go home alone.
        home = np.array([np.prod(keeps[uses[:, i]]) for i in range(len(names))]) * (sent - GROUND)
        plant = CP * share * (flow @ (town.feed - GROUND - home))
        return heat, float(plant)

    heat, plant = at(1.0)
    if plant > power:
        share = float(brentq(lambda s: at(s)[1] - power, 1e-3, 1.0, xtol=1e-13))
        heat, plant = at(share)
    return dict(zip(names, heat.tolist(), strict=True)), plant
