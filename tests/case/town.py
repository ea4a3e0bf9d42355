"""A small town as files: three nodes, two trenches, two consumers, a works and a boiler, three days."""

from __future__ import annotations

from pathlib import Path

CASE = """\
[case]
name = "Harbour town"

[time]
start = 2025-01-01            # local
days = 3
timezone = "Europe/Copenhagen"
step = "1h"

[weather]
dataset = "rostock"

[network]
nodes = "nodes.csv"
pipes = "pipes.csv"
catalogue = "en253-series2"
supply_temperature_degC = [[-12, 90], [15, 70]]
pressure_hold_bar = 3
ground.depth_m = 1.0

[demand]
consumers = "consumers.csv"
return_temperature_degC = 45

[[source]]
name = "works"
kind = "industrial"
node = "N1"
temperature_degC = 95
limit_temperature_degC = 50
power_MW = { file = "works.csv", column = "heat_kW" }
stops = [{ from = 2025-01-02, to = 2025-01-02 }]
price_EUR_per_MWh = 12

[[source]]
name = "old boiler"
kind = "boiler"
node = "N1"
fuel = "natural_gas"
power_MW = 12
efficiency_pct = 92

[prices]
natural_gas_EUR_per_MWh = 60
co2_EUR_per_t = 80

[emissions]
electricity_g_per_kWh = 120

[scenario.cold]
weather.temperature_offset_K = -2
source.works.power_kW = 900
"""

FILES = {
    "nodes.csv": "id,x_m,y_m,height_m\nN1,0,0,3\nN2,100,0,3\nN3,200,0,2\n",
    "pipes.csv": "# trenches\nid,from,to,length_m,dn\nP1,N1,N2,100.5,80\nP2,N2,N3,100,65\n",
    "consumers.csv": "id,node,kind,annual_heat_MWh\nC1,N2,house,20\nC2,N3,flats,200\n",
    "works.csv": "hour,heat_kW\n" + "".join(f"{hour},{1000 + hour}\n" for hour in range(72)),
}


def write_town(folder: Path, *edits: tuple[str, str, str], **files: str | bytes) -> Path:
    """Write the town into a folder; the path of its case file.

    An edit (file, old, new) replaces text that must be there; ``files`` adds or replaces whole files,
    ``__`` in a name standing for the point.
    """
    contents: dict[str, str | bytes] = {"town.toml": CASE, **FILES}
    contents.update({name.replace("__", "."): text for name, text in files.items()})
    for name, old, new in edits:
        text = contents[name]
        assert isinstance(text, str)
        assert old in text, (name, old)
        contents[name] = text.replace(old, new, 1)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "town.toml"
