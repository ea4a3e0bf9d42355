"""Every output variable once: name, dimensions, unit, meaning.

NetCDF attributes, axis labels, table headers and the nomenclature page are made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from heatsym.engine.trajectory import Cause

MEAN = "time: mean"
FLOW_WEIGHTED = "time: mean (weighted by mass flow)"
AT_END = "time: point (at the end of the step)"

SERIES = "float32"
LEDGER = "float64"


@dataclass(frozen=True, slots=True)
class Variable:
    """One output: what it is called, what it means, how it is stored."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    description: str = ""
    cell_methods: str = ""
    dtype: str = SERIES
    standard_name: str = ""
    extra: tuple[tuple[str, Any], ...] = ()

    @property
    def attrs(self) -> dict[str, Any]:
        """Attributes of the variable in a Dataset or file, CF-1.11."""
        content = "modelResult" if "time" in self.dims else "auxiliaryInformation"
        attrs: dict[str, Any] = {"long_name": self.long_name, "coverage_content_type": content}
        if self.standard_name:
            attrs["standard_name"] = self.standard_name
        if self.units:
            attrs["units"] = self.units
        if self.units == "degC":
            attrs["units_metadata"] = "temperature: on_scale"
        if self.cell_methods:
            attrs["cell_methods"] = self.cell_methods
        if self.description:
            attrs["comment"] = self.description
        return attrs | dict(self.extra)


def _flags(*meanings: str) -> tuple[tuple[str, Any], ...]:
    """Attributes of a variable whose values 0, 1, ... have a meaning each."""
    return (
        ("flag_values", np.arange(len(meanings), dtype=np.int8)),
        ("flag_meanings", " ".join(meanings)),
    )


_NODE, _PIPE, _CONSUMER, _SOURCE = (
    ("time", "node"),
    ("time", "pipe"),
    ("time", "consumer"),
    ("time", "source"),
)
_STORAGE = ("time", "storage")
_TIME = ("time",)

_LABELS = (
    Variable("node", ("node",), "", "name of the node", dtype="str"),
    Variable("pipe", ("pipe",), "", "name of the trench: one supply and one return pipe", dtype="str"),
    Variable("consumer", ("consumer",), "", "name of the consumer", dtype="str"),
    Variable("source", ("source",), "", "name of the source", dtype="str"),
    Variable("storage", ("storage",), "", "name of the storage", dtype="str"),
)

_PLACES = (
    Variable(
        "node_lon", ("node",), "degrees_east", "longitude of the node", "WGS 84", "", LEDGER, "longitude"
    ),
    Variable(
        "node_lat", ("node",), "degrees_north", "latitude of the node", "WGS 84", "", LEDGER, "latitude"
    ),
    Variable("node_x", ("node",), "m", "easting of the node in a plane", dtype=LEDGER),
    Variable("node_y", ("node",), "m", "northing of the node in a plane", dtype=LEDGER),
    Variable(
        "node_height", ("node",), "m", "height of the node", "above the datum of the case", dtype=LEDGER
    ),
    Variable(
        "pipe_from", ("pipe",), "", "node where the trench starts", "flow is positive from here", dtype="str"
    ),
    Variable("pipe_to", ("pipe",), "", "node where the trench ends", dtype="str"),
    Variable("pipe_length", ("pipe",), "m", "length of the trench", dtype=LEDGER),
    Variable(
        "pipe_dn", ("pipe",), "1", "nominal diameter of the trench", "of its catalogue, DN", dtype=LEDGER
    ),
    Variable("consumer_node", ("consumer",), "", "node that the consumer hangs on", dtype="str"),
    Variable("consumer_kind", ("consumer",), "", "kind of the consumer", dtype="str"),
    Variable("consumer_dwellings", ("consumer",), "1", "homes behind the consumer", dtype=LEDGER),
    Variable(
        "consumer_minimum_supply_temperature",
        ("consumer",),
        "degC",
        "supply temperature below which an hour is flagged",
        dtype=LEDGER,
    ),
    Variable("source_node", ("source",), "", "node that the source feeds", dtype="str"),
    Variable("source_kind", ("source",), "", "kind of the source", dtype="str"),
    Variable(
        "source_carrier", ("source",), "", "fuel of the source", "empty where it burns none", dtype="str"
    ),
    Variable(
        "source_partner", ("source",), "", "who owns the source", "empty if nobody is named", dtype="str"
    ),
    Variable(
        "source_surplus",
        ("source",),
        "",
        "whether the source is surplus heat",
        dtype="int8",
        extra=_flags("no", "surplus_heat"),
    ),
    Variable("storage_node", ("storage",), "", "node of the storage", dtype="str"),
    Variable("storage_kind", ("storage",), "", "kind of the storage", dtype="str"),
    Variable(
        "storage_partner", ("storage",), "", "who owns the storage", "empty if nobody is named", dtype="str"
    ),
    Variable(
        "source_data_status",
        ("source",),
        "",
        "how well the source's stream is known",
        "measured, declared or assumed; empty for a plant",
        dtype="str",
    ),
)

_SERIES = (
    Variable(
        "air_temperature", _TIME, "degC", "outdoor air temperature", "", MEAN, SERIES, "air_temperature"
    ),
    Variable(
        "ground_temperature",
        _TIME,
        "degC",
        "undisturbed soil temperature at pipe depth",
        "",
        MEAN,
        SERIES,
        "soil_temperature",
    ),
    Variable("network_supply_setpoint", _TIME, "degC", "set-point of the network's supply water", "", MEAN),
    Variable(
        "electricity_price",
        _TIME,
        "J-1",
        "price of electricity in EUR per joule",
        cell_methods=MEAN,
        extra=(("currency", "EUR"),),
    ),
    Variable("node_supply_temperature", _NODE, "degC", "supply water at the node", "", FLOW_WEIGHTED),
    Variable("node_return_temperature", _NODE, "degC", "return water at the node", "", FLOW_WEIGHTED),
    Variable("node_supply_pressure", _NODE, "Pa", "supply pressure at the node", "gauge", MEAN),
    Variable("node_return_pressure", _NODE, "Pa", "return pressure at the node", "gauge", MEAN),
    Variable("pipe_mass_flow", _PIPE, "kg s-1", "mass flow of the supply pipe", "positive from -> to", MEAN),
    Variable(
        "pipe_return_mass_flow", _PIPE, "kg s-1", "mass flow of the return pipe", "positive from -> to", MEAN
    ),
    Variable("pipe_velocity", _PIPE, "m s-1", "water velocity in the supply pipe", "", MEAN),
    Variable("pipe_supply_temperature", _PIPE, "degC", "mean of the water in the supply pipe", "", MEAN),
    Variable("pipe_return_temperature", _PIPE, "degC", "mean of the water in the return pipe", "", MEAN),
    Variable("pipe_heat_loss", _PIPE, "W", "heat loss of the trench", "sum of supply and return pipe", MEAN),
    Variable("consumer_heat_demand", _CONSUMER, "W", "heat asked for", "", MEAN),
    Variable("consumer_heat_delivered", _CONSUMER, "W", "heat delivered", "", MEAN),
    Variable("consumer_heat_unmet", _CONSUMER, "W", "heat asked for and not delivered", "", MEAN),
    Variable(
        "consumer_unmet_cause",
        _CONSUMER,
        "",
        "why heat was not delivered",
        "temperature: supply water too cold; flow: largest flow reached; capacity: sources gave all they "
        "had; closed: closed trenches cut the consumer off from all sources",
        dtype="int8",
        extra=_flags(*(cause.name.lower() for cause in Cause)),
    ),
    Variable(
        "consumer_supply_temperature", _CONSUMER, "degC", "water that the consumer gets", "", FLOW_WEIGHTED
    ),
    Variable(
        "consumer_return_temperature",
        _CONSUMER,
        "degC",
        "water that the consumer sends back",
        "",
        FLOW_WEIGHTED,
    ),
    Variable(
        "consumer_differential_pressure",
        _CONSUMER,
        "Pa",
        "supply less return pressure at the consumer's node",
        "missing while nobody draws, and where the node is cut off",
        MEAN,
    ),
    Variable(
        "consumer_mass_flow",
        _CONSUMER,
        "kg s-1",
        "mass flow through the consumer",
        "with what its bypass adds; the return temperature is that of both",
        MEAN,
    ),
    Variable(
        "consumer_bypass_flow",
        _CONSUMER,
        "kg s-1",
        "mass flow through the consumer's bypass",
        "absent where nobody has a bypass",
        MEAN,
    ),
    Variable(
        "consumer_heat_fed_in",
        _CONSUMER,
        "W",
        "heat that a prosumer feeds into the network",
        "positive; beside demand and delivered heat, which are what it takes; absent without prosumers",
        MEAN,
    ),
    Variable(
        "consumer_heat_rejected",
        _CONSUMER,
        "W",
        "heat that a prosumer offers and the network does not take",
        "absent without prosumers",
        MEAN,
    ),
    Variable(
        "consumer_fed_in_flow",
        _CONSUMER,
        "kg s-1",
        "mass flow that a prosumer heats",
        "from return to supply; absent without prosumers",
        MEAN,
    ),
    Variable(
        "consumer_booster_electricity",
        _CONSUMER,
        "W",
        "electricity of the heat pump at the consumer",
        "with the heat delivered it is the heat that the consumer gets; absent without boosters",
        MEAN,
    ),
    Variable("source_heat", _SOURCE, "W", "heat fed into the network", "", MEAN),
    Variable(
        "source_heat_planned",
        _SOURCE,
        "W",
        "heat that the plan expected of the source",
        "of the last round, at the temperatures of the round before",
        MEAN,
    ),
    Variable(
        "source_heat_available",
        _SOURCE,
        "W",
        "heat that the source has",
        "stream: direct + drawn for lifting + rejected + electricity made of it; plant: its capacity; "
        "missing where unlimited",
        MEAN,
    ),
    Variable("source_heat_direct", _SOURCE, "W", "heat fed in without lifting", "", MEAN),
    Variable("source_heat_lifted", _SOURCE, "W", "heat of the stream that a heat pump draws", "", MEAN),
    Variable("source_heat_rejected", _SOURCE, "W", "heat of the stream that is not used", "", MEAN),
    Variable("source_mass_flow", _SOURCE, "kg s-1", "mass flow that the source heats", "", MEAN),
    Variable(
        "source_supply_temperature", _SOURCE, "degC", "water that the source sends out", "", FLOW_WEIGHTED
    ),
    Variable(
        "source_return_temperature",
        _SOURCE,
        "degC",
        "return water at the source's node",
        "also where the source rests",
        FLOW_WEIGHTED,
    ),
    Variable(
        "source_pump_lift",
        _SOURCE,
        "Pa",
        "pressure that the source's pump adds",
        "below 0 the pump would have to brake; missing at rest",
        MEAN,
    ),
    Variable("source_electricity", _SOURCE, "W", "electricity used by the source", "", MEAN),
    Variable(
        "source_electricity_generated",
        _SOURCE,
        "W",
        "electricity made by the source",
        "beside the electricity that it uses, never taken off it",
        MEAN,
    ),
    Variable(
        "source_cop",
        _SOURCE,
        "1",
        "heat of the source's heat pump over its electricity",
        "missing where none runs; absent where no source has one",
    ),
    Variable("source_fuel", _SOURCE, "W", "fuel used by the source", "lower heating value", MEAN),
    Variable(
        "source_emissions",
        _SOURCE,
        "kg s-1",
        "CO2 of the source's fuel and electricity",
        "surplus heat counted with zero; without biogenic CO2; missing where a factor is not known",
        MEAN,
    ),
    Variable(
        "storage_heat",
        _STORAGE,
        "W",
        "heat that the storage takes from the network",
        "negative where it is discharged, then with the electricity of its heat pump",
        MEAN,
        LEDGER,
    ),
    Variable(
        "storage_heat_planned",
        _STORAGE,
        "W",
        "heat that the plan expected the storage to take",
        "negative where it should be discharged",
        MEAN,
    ),
    Variable(
        "storage_electricity",
        _STORAGE,
        "W",
        "electricity of the storage's heat pump",
        "part of the heat that it gives, beside what the store loses; absent where no storage has one",
        MEAN,
        LEDGER,
    ),
    Variable("storage_heat_loss", _STORAGE, "W", "heat that leaves the storage unused", "", MEAN, LEDGER),
    Variable("storage_energy", _STORAGE, "J", "heat in the storage", "above 0 degC", AT_END, LEDGER),
    Variable(
        "storage_initial_energy",
        ("storage",),
        "J",
        "heat in the storage at the start",
        "above 0 degC",
        dtype=LEDGER,
    ),
    Variable(
        "storage_exergy",
        _STORAGE,
        "J",
        "work that the storage's heat could do",
        "against outdoor air, or the ground where there is no weather",
        AT_END,
    ),
    Variable("storage_top_temperature", _STORAGE, "degC", "hot end of the storage", "", AT_END),
    Variable("storage_bottom_temperature", _STORAGE, "degC", "cold end of the storage", "", AT_END),
    Variable(
        "heat_marginal_price",
        _TIME,
        "J-1",
        "what one more unit of heat would have cost the plan, in EUR per joule",
        "missing where it is not known",
        MEAN,
    ),
    Variable("network_heat_loss", _TIME, "W", "heat loss of all trenches", "", MEAN, LEDGER),
    Variable(
        "network_stored_heat",
        _TIME,
        "J",
        "heat in the network's water and pipes",
        "above 0 degC",
        AT_END,
        LEDGER,
    ),
    Variable(
        "network_initial_stored_heat",
        (),
        "J",
        "heat in the network's water and pipes at the start",
        "above 0 degC",
        dtype=LEDGER,
    ),
    Variable(
        "pump_electricity", _TIME, "W", "electricity of all pumps of plants and trenches", "", MEAN, LEDGER
    ),
    Variable(
        "booster_electricity",
        _TIME,
        "W",
        "electricity of all heat pumps at consumers",
        "absent without boosters",
        MEAN,
        LEDGER,
    ),
    Variable(
        "pump_throttled",
        _TIME,
        "",
        "whether the pump of a plant would have to brake",
        dtype="int8",
        extra=_flags("no", "yes"),
    ),
    Variable(
        "system_balance_residual",
        _TIME,
        "W",
        "supplied - delivered - losses - change of stored heat",
        "from the stored series, storages included",
        MEAN,
        LEDGER,
    ),
    Variable(
        "step_converged",
        _TIME,
        "",
        "whether the coupled temperatures of the step converged",
        dtype="int8",
        extra=_flags("unconverged", "converged"),
    ),
    Variable("step_sweeps", _TIME, "1", "coupling sweeps that the step took", dtype="int32"),
)

VOCABULARY: dict[str, Variable] = {v.name: v for v in (*_LABELS, *_PLACES, *_SERIES)}


def nomenclature() -> str:
    """The vocabulary as a Markdown table."""
    rows = ["| name | dimensions | unit | meaning |", "|---|---|---|---|"]
    for v in VOCABULARY.values():
        meaning = f"{v.long_name}; {v.description}" if v.description else v.long_name
        rows.append(f"| `{v.name}` | {', '.join(v.dims) or '-'} | {v.units or '-'} | {meaning} |")
    return "\n".join(rows) + "\n"
