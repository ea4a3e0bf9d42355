"""What gives heat: one kind per file, one line each here."""

from __future__ import annotations

from heatsym.interfaces.exchange import Source
from heatsym.sources.boiler import Boiler
from heatsym.sources.heat_pump import HeatPump
from heatsym.sources.ideal import Ideal
from heatsym.sources.industrial import IndustrialStream
from heatsym.sources.site import IndustrialSite

SOURCES: dict[str, type[Source]] = {
    cls.kind: cls
    for cls in (
        Ideal,
        Boiler,
        IndustrialStream,
        HeatPump,
        IndustrialSite,
    )
}
