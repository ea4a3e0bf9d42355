"""What gives heat: one kind per file, one line each here."""

from __future__ import annotations

from heatsym.interfaces.exchange import Source
from heatsym.sources.absorption import AbsorptionHeatPump
from heatsym.sources.boiler import Boiler
from heatsym.sources.chp import CombinedHeatAndPower
from heatsym.sources.data_centre import DataCentre
from heatsym.sources.electric_boiler import ElectricBoiler
from heatsym.sources.electrolyser import Electrolyser
from heatsym.sources.geothermal import Geothermal
from heatsym.sources.heat_pump import HeatPump
from heatsym.sources.ice_rink import IceRink
from heatsym.sources.ideal import Ideal
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.organic_cycle import OrganicCycle
from heatsym.sources.site import IndustrialSite
from heatsym.sources.solar_thermal import SolarThermal
from heatsym.sources.supermarket import Supermarket
from heatsym.sources.wastewater import Wastewater

KINDS: tuple[type[Source], ...] = (
    Ideal,
    Boiler,
    IndustrialStream,
    IndustrialSite,
    DataCentre,
    Wastewater,
    Electrolyser,
    Supermarket,
    IceRink,
    HeatPump,
    ElectricBoiler,
    CombinedHeatAndPower,
    SolarThermal,
    Geothermal,
    OrganicCycle,
    AbsorptionHeatPump,
)
SOURCES: dict[str, type[Source]] = {cls.kind: cls for cls in KINDS}
