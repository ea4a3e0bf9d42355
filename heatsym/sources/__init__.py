"""What gives heat: one kind per file, one line each here."""

from __future__ import annotations

from heatsym.interfaces.exchange import Source
from heatsym.sources.absorption import AbsorptionHeatPump
from heatsym.sources.boiler import Boiler
from heatsym.sources.chp import CombinedHeatAndPower
from heatsym.sources.electric_boiler import ElectricBoiler
from heatsym.sources.geothermal import Geothermal
from heatsym.sources.heat_pump import HeatPump
from heatsym.sources.ideal import Ideal
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.organic_cycle import OrganicCycle
from heatsym.sources.solar_thermal import SolarThermal

KINDS: tuple[type[Source], ...] = (
    Ideal,
    Boiler,
    IndustrialStream,
    ElectricBoiler,
    CombinedHeatAndPower,
    SolarThermal,
    Geothermal,
    OrganicCycle,
    AbsorptionHeatPump,
    HeatPump,
)
SOURCES: dict[str, type[Source]] = {cls.kind: cls for cls in KINDS}
