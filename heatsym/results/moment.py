"""When something happened, as people read it."""

from __future__ import annotations

from heatsym.interfaces.axis import local_time
from heatsym.results.frame import Results


def moment(results: Results, step: int) -> str:
    """Start of a step on the wall clock of the case, such as ``2025-08-02 06:00``."""
    local = local_time(results["time"].values[step : step + 1], results.attrs["timezone_of_the_case"])[0]
    return str(local).replace("T", " ").removesuffix(":00")
