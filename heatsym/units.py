"""Spellings of units in case files and tables, and their factors to SI.

A key carries its unit as a suffix: ``power_MW``, ``length_km``, ``u_W_per_mK``. ``degC`` is a
temperature, ``K`` a difference of temperatures; neither is converted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Unit:
    """A spelling of a unit: a value in it times ``times``, divided by ``over``, is one in ``base``.

    Two numbers instead of one factor, so that 300 mm is exactly 0.3 m.
    """

    spelling: str
    base: str
    times: float = 1.0
    over: float = 1.0

    def to_base(self, value: Number) -> Number:
        """The value in the base unit."""
        if self.times == self.over:
            return value
        return value * self.times if self.over == 1.0 else value * self.times / self.over

    def from_base(self, value: Number) -> Number:
        """A value in the base unit, in this one."""
        if self.times == self.over:
            return value
        return value / self.times if self.over == 1.0 else value * self.over / self.times


_HOUR, _DAY = 3600.0, 86400.0
_KWH, _MWH, _GWH = 3.6e6, 3.6e9, 3.6e12

# base unit -> what it measures, and spellings with (times, over), the usual one first
_TABLE: dict[str, tuple[str, dict[str, tuple[float, float]]]] = {
    "W": ("a power", {"kW": (1e3, 1), "MW": (1e6, 1), "GW": (1e9, 1), "W": (1, 1)}),
    "J": (
        "an energy",
        {
            "MWh": (_MWH, 1),
            "kWh": (_KWH, 1),
            "GWh": (_GWH, 1),
            "Wh": (_HOUR, 1),
            "J": (1, 1),
            "kJ": (1e3, 1),
            "MJ": (1e6, 1),
            "GJ": (1e9, 1),
            "TJ": (1e12, 1),
        },
    ),
    "m": ("a length", {"m": (1, 1), "km": (1e3, 1), "cm": (1, 100), "mm": (1, 1e3)}),
    "m2": ("an area", {"m2": (1, 1), "ha": (1e4, 1), "km2": (1e6, 1), "cm2": (1, 1e4), "mm2": (1, 1e6)}),
    "m3": ("a volume", {"m3": (1, 1), "L": (1, 1e3)}),
    "s": ("a duration", {"s": (1, 1), "min": (60, 1), "h": (_HOUR, 1), "d": (_DAY, 1)}),
    "kg/s": ("a mass flow", {"kg_per_s": (1, 1), "kg_per_h": (1, _HOUR), "t_per_h": (1e3, _HOUR)}),
    "m3/s": (
        "a volume flow",
        {
            "m3_per_h": (1, _HOUR),
            "m3_per_s": (1, 1),
            "m3_per_day": (1, _DAY),
            "L_per_s": (1, 1e3),
            "L_per_min": (1, 60e3),
        },
    ),
    "Pa": (
        "a pressure",
        {"bar": (1e5, 1), "mbar": (100, 1), "Pa": (1, 1), "kPa": (1e3, 1), "MPa": (1e6, 1)},
    ),
    "degC": ("a temperature", {"degC": (1, 1)}),
    "K": ("a temperature difference", {"K": (1, 1)}),
    "1": ("a fraction or plain number", {"": (1, 1), "pct": (1, 100)}),
    "deg": ("an angle", {"": (1, 1), "deg": (1, 1)}),
    "W/K": ("a heat transfer capacity", {"W_per_K": (1, 1), "kW_per_K": (1e3, 1), "MW_per_K": (1e6, 1)}),
    "W/(m K)": ("a conductivity or loss per length", {"W_per_mK": (1, 1)}),
    "W/(m2 K)": ("a heat transfer coefficient", {"W_per_m2K": (1, 1), "kW_per_m2K": (1e3, 1)}),
    "m K/W": ("a resistance of a length", {"mK_per_W": (1, 1)}),
    "1/s": (
        "a share by time",
        {"pct_per_h": (1, 100 * _HOUR), "per_h": (1, _HOUR), "pct_per_d": (1, 100 * _DAY)},
    ),
    "m2 K/W": ("a fouling resistance", {"m2K_per_kW": (1, 1e3), "m2K_per_W": (1, 1)}),
    "W/s": ("a change of power", {"MW_per_h": (1e6, _HOUR), "kW_per_min": (1e3, 60), "W_per_s": (1, 1)}),
    "J/m3": ("an energy per volume", {"kWh_per_m3": (_KWH, 1), "J_per_m3": (1, 1)}),
    "J/(m3 K)": ("a heat capacity of a volume", {"MJ_per_m3K": (1e6, 1), "kJ_per_m3K": (1e3, 1)}),
    "W/(m2 K2)": ("a heat transfer coefficient per kelvin", {"W_per_m2K2": (1, 1)}),
    "J/(kg K)": ("a specific heat", {"J_per_kgK": (1, 1), "kJ_per_kgK": (1e3, 1)}),
    "kg/m3": ("a density", {"kg_per_m3": (1, 1), "kg_per_L": (1e3, 1)}),
    "Pa s": ("a dynamic viscosity", {"Pa_s": (1, 1), "mPa_s": (1, 1e3)}),
    "m2/s": ("a diffusivity", {"m2_per_s": (1, 1), "m2_per_day": (1, _DAY), "mm2_per_s": (1, 1e6)}),
    "m/s": ("a speed", {"m_per_s": (1, 1), "km_per_h": (1e3, _HOUR)}),
    "W/m2": ("an irradiance", {"W_per_m2": (1, 1), "kW_per_m2": (1e3, 1)}),
    "EUR": ("an amount of money", {"EUR": (1, 1), "kEUR": (1e3, 1), "MEUR": (1e6, 1)}),
    "EUR/J": (
        "a price of energy",
        {
            "EUR_per_MWh": (1, _MWH),
            "EUR_per_kWh": (1, _KWH),
            "ct_per_kWh": (1, 100 * _KWH),
            "EUR_per_GJ": (1, 1e9),
            "EUR_per_J": (1, 1),
        },
    ),
    "EUR/W": ("a price of power", {"EUR_per_kW": (1, 1e3), "EUR_per_MW": (1, 1e6), "EUR_per_W": (1, 1)}),
    "kg": ("a mass", {"t": (1e3, 1), "kg": (1, 1)}),
    "EUR/kg": ("a price of mass", {"EUR_per_t": (1, 1e3), "EUR_per_kg": (1, 1)}),
    "kg/J": (
        "an emission factor",
        {
            "kg_per_MWh": (1, _MWH),
            "g_per_kWh": (1, _MWH),
            "kg_per_kWh": (1, _KWH),
            "t_per_MWh": (1e3, _MWH),
            "kg_per_GJ": (1, 1e9),
            "t_per_TJ": (1, 1e9),
            "kg_per_J": (1, 1),
        },
    ),
}

UNITS: dict[str, dict[str, Unit]] = {
    base: {spelling: Unit(spelling, base, times, over) for spelling, (times, over) in spellings.items()}
    for base, (_, spellings) in _TABLE.items()
}

_FOREIGN = {
    "C": "degC",
    "c": "degC",
    "celsius": "degC",
    "deg_C": "degC",
    "degree_C": "degC",
    "K": "degC",
    "F": "degC",
    "degF": "degC",
    "percent": "pct",
    "l": "L",
    "kelvin": "K",
    "dK": "K",
    "meter": "m",
    "euro_per_MWh": "EUR_per_MWh",
    "W_mK": "W_per_mK",
    "W_per_m_K": "W_per_mK",
    "W_m2K": "W_per_m2K",
    "J_kgK": "J_per_kgK",
    "kg_m3": "kg_per_m3",
}


def measures(base: str) -> str:
    """What a base unit measures, e.g. ``"a power"`` for ``"W"``."""
    return _TABLE[base][0]


def unit(spelling: str, base: str) -> Unit | None:
    """The unit so spelt, if it measures the same as the base unit."""
    return UNITS[base].get(spelling)


@cache
def bases_of(spelling: str) -> tuple[str, ...]:
    """Base units of all quantities that the spelling may belong to; empty if it is no unit."""
    return tuple(base for base, spellings in UNITS.items() if spelling and spelling in spellings)


@cache
def split_unit(key: str) -> tuple[str, str]:
    """A key or column without its unit, and the longest unit at its end (``""`` if none)."""
    parts = key.split("_")
    for i in range(1, len(parts)):
        ending = "_".join(parts[i:])
        if bases_of(ending):
            return "_".join(parts[:i]), ending
    return key, ""


def stems_of(key: str, stems: Iterable[str]) -> list[tuple[str, str]]:
    """Ways to read a key as a known stem and a suffix, the longest stem first."""
    found = [(s, key[len(s) + 1 :]) for s in stems if key == s or key.startswith(s + "_")]
    return sorted(found, key=lambda pair: -len(pair[0]))


def usual(base: str) -> str:
    """The spelling to suggest for a base unit."""
    return next(iter(UNITS[base]))


def joined(stem: str, spelling: str) -> str:
    """A key of a stem and a unit."""
    return f"{stem}_{spelling}" if spelling else stem


def nearest(suffix: str, base: str) -> str:
    """The spelling of a quantity that somebody who wrote ``suffix`` most likely meant."""
    spellings = UNITS[base]
    if _FOREIGN.get(suffix) in spellings:
        return _FOREIGN[suffix]
    for spelling in spellings:
        if spelling.lower() == suffix.lower():
            return spelling
    near = difflib.get_close_matches(suffix, list(spellings), 1, 0.5)
    return near[0] if near else usual(base)


def mistake(stem: str, suffix: str, base: str) -> tuple[str, str]:
    """Why ``stem_suffix`` does not fit a quantity in ``base``, and what to write instead."""
    suggestion = f"did you mean {joined(stem, nearest(suffix, base))}?"
    if not suffix:
        return f"needs a unit ({', '.join(UNITS[base])})", f"for example {joined(stem, usual(base))}"
    if base == "degC" and suffix == "K":
        return f"{stem} is a temperature, K is a difference of temperatures", suggestion
    if base == "K" and suffix == "degC":
        return f"{stem} is a difference of temperatures, degC is a temperature", suggestion
    if bases_of(suffix):
        return f"{stem}_{suffix} is not {measures(base)}", suggestion
    return f"{suffix} is not a unit of {measures(base).split(' ', 1)[1]}", suggestion


def explanation() -> str:
    """The table of spellings, for printing."""
    lines = ["Units are written at the end of a key: power_MW = 4, u_W_per_mK = 0.2.", ""]
    for base, spellings in UNITS.items():
        shown = ", ".join(s or "(no unit)" for s in spellings)
        lines.append(f"{measures(base):32} {shown}")
    lines += [
        "",
        "degC is a temperature, K a difference of temperatures; kelvin is not accepted as a temperature.",
    ]
    return "\n".join(lines)
