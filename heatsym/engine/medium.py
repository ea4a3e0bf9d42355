"""The fluid as the engine sees it: a temperature-like measure of enthalpy that mixes linearly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.network.model import Fluid
from heatsym.physics import water


@dataclass(frozen=True, slots=True)
class Medium:
    """Enthalpy as theta = cold + (h(T) - h(cold)) / capacity, in degC.

    ``capacity`` [J/(kg K)] is the mean specific heat between ``cold`` and ``warm`` [degC], so that theta
    equals the temperature at both ends and differs from it by less than 0.05 K between; loss laws may
    therefore use theta, while heat is exact: mass flow x capacity x difference of theta.
    """

    cold: float
    warm: float
    capacity: float
    constant: Fluid | None

    def theta(self, t: FloatArray) -> FloatArray:
        """Enthalpy measure of a temperature. [degC]"""
        if self.constant is not None:
            return np.asarray(t, dtype=float)
        return self.cold + (water.enthalpy(t) - water.enthalpy(np.float64(self.cold))) / self.capacity

    def temperature(self, theta: FloatArray) -> FloatArray:
        """Temperature of an enthalpy measure; NaN stays NaN. [degC]"""
        if self.constant is not None:
            return np.asarray(theta, dtype=float)
        t = np.array(theta, dtype=float)
        for _ in range(2):  # quadratic, from an error of about 1 K at most
            t = t - (self.theta(t) - theta) * self.capacity / water.specific_heat(t)
        return t

    def enthalpy(self, t: FloatArray) -> FloatArray:
        """Specific enthalpy. [J/kg]"""
        return self.constant.cp * np.asarray(t) if self.constant is not None else water.enthalpy(t)

    def density(self, t: FloatArray) -> FloatArray:
        """Density. [kg/m3]"""
        return np.full_like(t, self.constant.density) if self.constant is not None else water.density(t)

    def viscosity(self, t: FloatArray) -> FloatArray:
        """Dynamic viscosity. [Pa s]"""
        return np.full_like(t, self.constant.viscosity) if self.constant is not None else water.viscosity(t)


def medium(cold: float, warm: float, constant: Fluid | None) -> Medium:
    """Medium between two design temperatures [degC]; at least 10 K are put between them."""
    if constant is not None:
        return Medium(cold, warm, constant.cp, constant)
    low, high = min(cold, warm - 10.0), warm
    rise = water.enthalpy(np.float64(high)) - water.enthalpy(np.float64(low))
    return Medium(low, high, float(rise) / (high - low), None)
