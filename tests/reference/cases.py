"""Case folders made from the validation and reference data beside the checkout."""

from __future__ import annotations

import csv
import json
import math
import shutil
import tomllib
from pathlib import Path

import numpy as np


def layered_u(diameter: float, wall: float, k_wall: float, insulation: float, k_insulation: float) -> float:
    """Loss of a round pipe through wall and insulation, per metre. [W/(m K)]"""
    outer = diameter + 2 * wall
    resistance = math.log(outer / diameter) / (2 * math.pi * k_wall) if wall else 0.0
    resistance += math.log((outer + 2 * insulation) / outer) / (2 * math.pi * k_insulation)
    return 1.0 / resistance


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, header: list[str], lines: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])


def destest_nodes(data: Path, folder: Path) -> list[str]:
    """nodes.csv and consumers.csv of a DESTEST network; the names of its consumers."""
    nodes = rows(data / "nodes.csv")
    write(folder / "nodes.csv", ["id", "x_m", "y_m"], [[n["node"], n["x_m"], n["y_m"]] for n in nodes])
    consumers = [n["node"] for n in nodes if n["kind"] == "consumer"]
    consumers.sort(key=lambda name: int(name.rsplit("_", 1)[1]))
    write(folder / "consumers.csv", ["id", "node"], [[name, name] for name in consumers])
    return consumers


def destest_ce0(data: Path, folder: Path) -> Path:
    """The steady network of common exercise 0."""
    destest_nodes(data, folder)
    pipes = []
    for n, p in enumerate(rows(data / "pipes.csv")):
        diameter, wall = float(p["inner_diameter_m"]), float(p["wall_thickness_m"])
        u = layered_u(diameter, wall, 0.35, float(p["insulation_thickness_m"]), 0.026)
        pipes.append(
            [
                f"P{n}",
                p["upstream_node_supply"],
                p["downstream_node_supply"],
                p["length_m"],
                1e3 * diameter,
                u,
                0.007,
            ]
        )
    write(
        folder / "pipes.csv",
        ["id", "from", "to", "length_m", "inner_diameter_mm", "u_W_per_mK", "roughness_mm"],
        pipes,
    )
    case = folder / "ce0.toml"
    case.write_text(
        """
[case]
name = "DESTEST CE_0"
[time]
start = 2025-01-01
duration = "24h"
timezone = "UTC"
[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = 70
ground.temperature_degC = 10
fluid = { density_kg_per_m3 = 988.0, cp_J_per_kgK = 4180.0, viscosity_Pa_s = 5.434e-4 }
[demand]
consumers = "consumers.csv"
series_kg_per_s = 0.153611
temperature_drop_K = 30
[[source]]
name = "plant"
kind = "ideal"
node = "i"
"""
    )
    return case


def destest_ce1(data: Path, folder: Path) -> Path:
    """One winter week of 16 identical houses, common exercise 1; demand at 600 s, steps of 900 s."""
    destest_nodes(data, folder)
    shutil.copy(data / "demand_one_building.csv", folder / "source.csv")
    demand = rows(folder / "source.csv")
    (folder / "source.csv").unlink()
    write(
        folder / "demand.csv",
        ["time_s", "heat_W"],
        [[r["time_s"], r["heat_demand_W"]] for r in demand if float(r["time_s"]) <= 7 * 86400],
    )
    destest_ce1_pipes(data, folder)
    case = folder / "ce1.toml"
    case.write_text(
        """
[case]
name = "DESTEST CE_1"
[time]
start = 2025-01-01
days = 7
timezone = "UTC"
step = "15min"
[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = 50
ground.temperature_degC = 12
initial = { supply_degC = 50, return_degC = 30 }
[demand]
consumers = "consumers.csv"
series_W = { file = "demand.csv", column = "heat_W" }
temperature_drop_K = 20
[[source]]
name = "plant"
kind = "ideal"
node = "i"
"""
    )
    return case


def destest_ce1_pipes(data: Path, folder: Path) -> None:
    """pipes.csv of common exercise 1: insulation starts at the inner diameter, default plastic wall."""
    pipes = []
    for n, p in enumerate(rows(data / "pipes.csv")):
        diameter = float(p["inner_diameter_m"])
        u = layered_u(
            diameter, 0.0, 1.0, float(p["insulation_thickness_m"]), float(p["insulation_conductivity_W_mK"])
        )
        ends = [p["upstream_node_supply"], p["downstream_node_supply"]]
        pipes.append([f"P{n}", *ends, p["length_m"], 1e3 * diameter, u, 0.05, 3.5, 930, 2300])
    write(
        folder / "pipes.csv",
        [
            "id", "from", "to", "length_m", "inner_diameter_mm", "u_W_per_mK", "roughness_mm",
            "wall_thickness_mm", "wall_density_kg_per_m3", "wall_cp_J_per_kgK",
        ],
        pipes,
    )  # fmt: skip


def destest_year(shared: Path, folder: Path) -> Path:
    """The network of common exercise 1 with a whole year of hourly loads of 16 different houses."""
    consumers = destest_nodes(shared / "validation/destest_network_ce1", folder)
    destest_ce1_pipes(shared / "validation/destest_network_ce1", folder)
    source = shared / "validation/destest_building_sfd/load_profiles_16_houses_1980s_ideas.csv"
    loads = rows(source)
    write(
        folder / "loads.csv",
        ["hour_of_year", *consumers],
        [[r["hour_of_year"], *(r[f"heat_W_house_{i}"] for i in range(1, 17))] for r in loads],
    )
    case = folder / "year.toml"
    case.write_text(
        """
[case]
name = "DESTEST network, a year"
[time]
start = 2025-01-01
days = 365
timezone = "Etc/GMT-1"
[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = 50
ground.temperature_degC = 12
[demand]
consumers = "consumers.csv"
series_W = "loads.csv"
return_temperature_degC = 30
[[source]]
name = "plant"
kind = "ideal"
node = "i"
"""
    )
    return case


def seestadt(shared: Path, folder: Path, *, days: int = 365, extra: str = "") -> Path:
    """The Seestadt branch: three GeoJSON files, four buildings, an industrial stream and a boiler."""
    data = shared / "reference-data/network/seestadt"
    for name in ("network", "buildings", "supply"):
        content = json.loads((data / f"{name}.geojson").read_text(encoding="utf-8"))
        (folder / f"{name}.geojson").write_text(json.dumps(content), encoding="utf-8")
    buildings = ["W11_1", "W11_2", "W11_3", "W11_4"]
    write(folder / "consumers.csv", ["id", "node"], [[b, b] for b in buildings])
    heat = rows(data / "demand_heat_w.csv")
    write(folder / "heat.csv", ["hour", *buildings], [[r["hour"], *(r[b] for b in buildings)] for r in heat])
    case = folder / "seestadt.toml"
    case.write_text(
        f"""
[case]
name = "Seestadt branch"
[time]
start = 2025-01-01
days = {days}
timezone = "Europe/Berlin"
[weather]
dataset = "rostock"
[network]
geojson = ["network.geojson", "buildings.geojson", "supply.geojson"]
geojson_names = {{ dn = "DN", length_m = "length" }}
supply_temperature_degC = [[-10, 85], [15, 70]]
[demand]
consumers = "consumers.csv"
series_W = "heat.csv"
return_temperature_degC = 45
[[source]]
name = "works"
kind = "industrial"
node = "supply1"
partner = "Works"
temperature_degC = 90
limit_temperature_degC = 40
power_kW = 120
stops = [{{ from = 2025-02-10, to = 2025-02-16 }}, {{ from = 2025-07-07, to = 2025-07-27 }}]
[[source]]
name = "boiler"
kind = "boiler"
node = "supply1"
fuel = "natural_gas"
power_kW = 400
[emissions]
set = "ipcc2006"
electricity_kg_per_MWh = 120
[counterfactual]
kind = "gas_boiler"
{extra}
"""
    )
    return case


def ulg_pipe(data: Path, folder: Path, *, step: int = 1, documented: bool = False) -> Path:
    """The measured pipe of the University of Liege: prescribed flow, and the inlet's temperature as it was.

    A step gets the mean over it of the straight lines between the samples. Wall and surroundings are those
    that the IBPSA model was run with, or those that the rig's ``documented`` description gives.
    """
    with (data / "case.toml").open("rb") as file:
        given = tomllib.load(file)
    measured = rows(data / "input.csv")
    time = [float(row["time_s"]) for row in measured]
    steps = math.ceil(time[-1] / step)
    fine = 100
    instants = (np.arange(steps * fine) + 0.5) * (step / fine)

    def mean(column: str) -> list[float]:
        values = np.interp(instants, time, [float(row[column]) for row in measured])
        return [float(value) for value in values.reshape(steps, fine).mean(axis=1)]

    flow, inlet = mean("m_flow_kg_s"), mean("t_in_water_degC")
    header = ["time_s", "flow", "inlet"]
    write(
        folder / "measured.csv",
        header,
        [[k * step, m, t] for k, (m, t) in enumerate(zip(flow, inlet, strict=True))],
    )
    start, end = (given["input"][f"initial_t_{side}_degC"] for side in ("in", "out"))
    write(
        folder / "nodes.csv",
        ["id", "x_m", "y_m", "initial_supply_degC", "initial_return_degC"],
        [["inlet", 0, 0, start, start], ["outlet", given["geometry"]["length_m"], 0, end, end]],
    )
    write(folder / "consumers.csv", ["id", "node"], [["drain", "outlet"]])
    pipe, material = given["geometry"], dict(given["material"]["as_used_by_reference_model"])
    if documented:
        material |= given["material"]["as_documented_for_the_rig"]
    write(
        folder / "pipes.csv",
        [
            "id", "from", "to", "length_m", "inner_diameter_mm", "wall_thickness_mm",
            "wall_density_kg_per_m3", "wall_cp_J_per_kgK", "u_W_per_mK", "roughness_mm",
        ],
        [
            [
                "pipe", "inlet", "outlet", pipe["length_m"], 1e3 * pipe["inner_diameter_m"],
                1e3 * pipe["wall_thickness_m"], material["wall_density_kg_m3"], material["wall_cp_J_kgK"],
                material["heat_loss_coefficient_W_mK"], 0.05,
            ]
        ],
    )  # fmt: skip
    case = folder / "ulg.toml"
    case.write_text(
        f"""
[case]
name = "ULg pipe, {data.name}"
[time]
start = 2025-01-01
duration = "{steps * step}s"
timezone = "UTC"
step = "{step}s"
[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
supply_temperature_degC = {{ file = "measured.csv", column = "inlet" }}
ground.temperature_degC = {material["ambient_temperature_degC"]}
[demand]
consumers = "consumers.csv"
series_kg_per_s = {{ file = "measured.csv", column = "flow" }}
return_temperature_degC = 5
[[source]]
name = "heater"
kind = "ideal"
node = "inlet"
"""
    )
    return case
