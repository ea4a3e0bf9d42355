"""Days of the week as habits see them: a public holiday is a Sunday."""

from __future__ import annotations

import numpy as np

from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import IntArray, TimeArray

SUNDAY = 6


def day_type(day: TimeArray, region: str) -> IntArray:
    """Monday 0 to Sunday 6 of local days, public holidays of ``region`` as Sundays; shape as given."""
    weekday = (day.astype("datetime64[D]").astype(np.int64) + 3) % 7
    if region:
        weekday = np.where(np.isin(day, public_holidays(region, day)), SUNDAY, weekday)
    return weekday


def public_holidays(region: str, day: TimeArray) -> TimeArray:
    """Public holidays in the years of ``day``; ``region`` as in ISO 3166, such as DK or DE-MV."""
    import holidays

    country, _, subdivision = region.partition("-")
    years = np.unique(day.astype("datetime64[Y]").astype(np.int64) + 1970)
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=[int(y) for y in years])
    except NotImplementedError:
        hint = "give a country or country-subdivision of ISO 3166, such as DK or DE-MV"
        raise InputError(
            [Problem("HS411", f"no public holidays are known for {region!r}", "demand.holidays", hint)]
        ) from None
    return np.array(sorted(found), dtype="datetime64[D]")
