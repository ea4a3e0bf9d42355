"""Runs whose report is tested: one as it should be, and ones in which every name is an attack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from heatsym.analysis.emissions import with_emissions
from heatsym.analysis.summary import summary
from heatsym.case.settings import About, Counterfactual, Emissions, Prices
from heatsym.demand.model import Consumers, Demand
from heatsym.errors import Problem
from heatsym.network.model import Network, Nodes, Pipes
from heatsym.report.page import page
from heatsym.results.dataset import dataset
from heatsym.simulation import Run
from heatsym.sources.boiler import Boiler
from heatsym.sources.industrial import IndustrialStream
from tests import handmade

MWH = 3.6e9
HOURS = 24 * 21

MANIFEST: dict[str, Any] = {
    "heatsym": "0.1.0",
    "versions": {"python": "3.11.7", "numpy": "2.0.0"},
    "command": ["heatsym", "run", "town.toml"],
    "inputs": {"town.toml": "5" * 64, "data/pipes.csv": "7" * 64},
    "results": {"results.nc": "9" * 64},
}

HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>hacked=2</script>",
    "<img src=x onerror=hacked=3>",
    '"><img src=x onerror=hacked=4>',
    "' onmouseover='hacked=5' x='",
    '" onfocus=hacked=6 autofocus tabindex=1 x="',
    "<svg onload=hacked=7>",
    "<iframe srcdoc='<script>parent.hacked=8</script>'>",
    "<a href=javascript:hacked=9>click</a>",
    "javascript:hacked=10",
    "{{7*7}}{% raw %}",
    "]]><!--",
    "<!-- --!><b>bold</b>",
    "%{customdata}%{x:.3s}<extra></extra>",
    "</style><style>*{display:none}",
    "</title><base href=//evil.example>",
    "&lt;script&gt;hacked=17&lt;/script&gt;",
    "line\u2028separator\u2029\r\nbreak",
    "\u202egnirts desrever",
    "nul\x00 bell\x07 escape\x1b",
    "x" * 2000,
    "<b>bold</b><br><sub>low</sub>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "\\u003cscript\\u003ehacked=24\\u003c/script\\u003e",
    "<details open ontoggle=hacked=25>",
    "$\\href{javascript:hacked=26}{x}$",
)


def report(steps: int = HOURS, **parts: Any) -> str:
    """The page of the run made by hand."""
    return page(run(steps, **parts), MANIFEST)


def run(steps: int = HOURS, **parts: Any) -> Run:
    """The run made by hand with prices, emissions and homes, as if read from a folder."""
    plain = handmade.case()
    consumers = replace(plain.demand.consumers, dwellings=np.array([np.nan, 40.0]))
    content = {
        "about": About(name="Harbour town", description="Two houses, a works and a boiler"),
        "demand": replace(plain.demand, consumers=consumers),
        "prices": Prices(natural_gas=60 / MWH, electricity=90 / MWH),
        "emissions": Emissions(electricity=120 / MWH),
        "counterfactual": Counterfactual(kind="gas_boiler"),
    }
    case = handmade.case(steps, **(content | parts))
    trajectory = handmade.trajectory(case)
    results = with_emissions(case, dataset(case, trajectory))
    return Run(None, results, summary(case, results, trajectory, {"total": 1.0, "march": 1.0}))


def hostile(turn: int) -> tuple[str, ...]:
    """A text for each of thirteen fields, no two alike; in as many turns each field meets them all."""
    return tuple(HOSTILE[(turn + 2 * place) % len(HOSTILE)] for place in range(13))


def named(texts: tuple[str, ...]) -> str:
    """The page of a run of two days in which these are the texts that a user can write."""
    name, description, works, backup, partner, first, second, plant, corner, end, near, far, note = texts
    study = run(
        48,
        about=About(name=name, description=description),
        network=Network(
            supply_temperature=80.0,
            nodes=Nodes(
                id=(plant, corner, end),
                lon=np.array([12.08, 12.09, 12.10]),
                lat=np.array([54.18, 54.18, 54.19]),
                height=np.array([3.0, 4.0, 5.0]),
            ),
            pipes=Pipes(
                id=(near, far), start=(plant, corner), end=(corner, end), length=np.array([700.0, 300.0])
            ),
            start=np.array([0, 1]),
            end=np.array([1, 2]),
        ),
        demand=Demand(
            consumers_file="consumers.csv",
            return_temperature=45.0,
            consumers=Consumers(id=(first, second), node=(corner, end), dwellings=np.array([np.nan, 40.0])),
        ),
        sources=(
            IndustrialStream(
                name=works, node=plant, power=2e6, temperature=95.0, price=12 / MWH, partner=partner
            ),
            Boiler(name=backup, node=plant, fuel="natural_gas", power=4e6, efficiency=0.9),
        ),
        warnings=(Problem("HS505", note, where=name, hint=description, file=works, severity="warning"),),
    )
    files = dict.fromkeys(texts, "5" * 64)
    return page(study, MANIFEST | {"command": ["heatsym", *texts], "inputs": files})
