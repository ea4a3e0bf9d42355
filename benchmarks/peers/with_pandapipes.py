"""Hours of a district in pandapipes; a script for an environment that has pandapipes, not heatsym.

Usage: ``with_pandapipes.py DISTRICT.npz MODE SECONDS``. Solves as many hours, spread over the year, as take
that many seconds of CPU time, then the held hours, and prints what it found as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np
import pandapipes
from pandapipes.pf.pipeflow_setup import PipeflowNotConverged
from pandapipes.properties.fluids import get_fluid

KELVIN = 273.15
STRIDE = 5413  # shares no factor with 8760: any first hours are spread over the year


def network(at):
    """Supply junctions, then return junctions; a pipe of each in every trench; loops are closed by a pump."""
    net = pandapipes.create_empty_network(fluid="water")
    nodes = int(at["nodes"])
    warm, cold = float(at["t_feed"][0]) + KELVIN, float(at["t_return"]) + KELVIN
    guess = np.concatenate([np.full(nodes, warm), np.full(nodes, cold)])
    pandapipes.create_junctions(net, 2 * nodes, pn_bar=6.0, tfluid_k=guess)
    start, end, metres = at["start"], at["end"], at["length"]
    for ends in ((start, end), (end + nodes, start + nodes)):
        pandapipes.create_pipes_from_parameters(
            net,
            *ends,
            length_km=metres / 1e3,
            inner_diameter_mm=at["inner_diameter"] * 1e3,
            k_mm=at["roughness"] * 1e3,
            u_w_per_m2k=at["u_own"] / (np.pi * at["inner_diameter"]),
            text_k=float(at["t_ground"][0]) + KELVIN,
        )
    pandapipes.create_heat_consumers(
        net,
        at["consumer_node"],
        at["consumer_node"] + nodes,
        qext_w=at["heat"][0],
        treturn_k=cold,
    )
    plant = int(at["plant"])
    pandapipes.create_circ_pump_const_pressure(
        net, plant + nodes, plant, p_flow_bar=20.0, plift_bar=15.0, t_flow_k=warm
    )
    return net


def hour(net, nodes, t_feed, t_ground, heat, mode):
    """Solve one hour; whether it converged."""
    net.heat_consumer["qext_w"] = heat
    net.circ_pump_pressure["t_flow_k"] = t_feed + KELVIN
    net.pipe["text_k"] = t_ground + KELVIN
    net.junction.loc[: nodes - 1, "tfluid_k"] = t_feed + KELVIN
    try:
        pandapipes.pipeflow(
            net,
            mode=mode,
            friction_model="colebrook",
            max_iter_hyd=100,
            max_iter_therm=100,
            max_iter_bidirect=100,
        )
    except PipeflowNotConverged:
        return False
    return True


def found(net, nodes):
    """What the plant gave, what arrived, what was lost [W], and temperatures [degC].

    Heat is flow times the mean of the specific heats at both ends times difference, as the program has it.
    """
    water = get_fluid(net)

    def carried(flow, warm, cold):
        at_ends = water.get_heat_capacity(warm) + water.get_heat_capacity(cold)
        return flow * 0.5 * at_ends * (warm - cold)

    t = net.res_junction["t_k"].to_numpy()
    pump, taken, pipe = net.res_circ_pump_pressure, net.res_heat_consumer, net.res_pipe
    to = int(net.circ_pump_pressure["flow_junction"].iloc[0])
    flow = float(np.abs(pump["mdot_from_kg_per_s"].iloc[0]))
    delivered = carried(
        taken["mdot_from_kg_per_s"].to_numpy(), taken["t_from_k"].to_numpy(), taken["t_outlet_k"].to_numpy()
    )
    flows = pipe["mdot_from_kg_per_s"].to_numpy()
    upstream = np.where(flows >= 0, pipe["t_from_k"], pipe["t_to_k"])
    loss = carried(np.abs(flows), upstream, pipe["t_outlet_k"].to_numpy())
    return {
        "plant": float(carried(flow, t[to], t[to + nodes])),
        "delivered": float(delivered.sum()),
        "loss": float(loss.sum()),
        "flow": flow,
        "t_return": float(t[to + nodes] - KELVIN),
        "t_consumer": (t[net.heat_consumer["from_junction"].to_numpy()] - KELVIN).tolist(),
    }


def main(path, mode, seconds):
    """Time hours, then solve the held ones."""
    at = np.load(path)
    nodes, count = int(at["nodes"]), len(at["t_feed"])
    net = network(at)

    def solve(which):
        return hour(net, nodes, at["t_feed"][which], at["t_ground"][which], at["heat"][which], mode)

    solve(0)
    solve(1)  # compiled now
    hours, times, failed, results = [], [], [], {}
    while sum(times) < seconds or len(times) < 3:
        which = len(hours) * STRIDE % count
        before = time.process_time()
        converged = solve(which)
        times.append(time.process_time() - before)
        hours.append(which)
        if converged:
            here = found(net, nodes)
            results[which] = {key: here[key] for key in ("plant", "delivered", "loss")}
        else:
            failed.append(which)
    held = {int(which): found(net, nodes) for which in at["held"] if solve(which)}
    sys.stdout.write(
        json.dumps(
            {
                "version": version("pandapipes"),
                "hours": hours,
                "seconds": times,
                "failed": failed,
                "results": results,
                "held": held,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
