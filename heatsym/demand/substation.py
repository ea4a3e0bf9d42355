"""Return temperatures of consumers whose heat passes heat exchangers: space heating beside hot water."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.fields import quantity
from heatsym.interfaces.profile import Context, Curve, Profile
from heatsym.interfaces.stepwise import Made, Stepwise
from heatsym.physics.substation import exchanger_return, radiator_return

COOLER = 6.0
"""How far below the set-point the chord of the return temperature begins. [K]"""
LOADS = np.linspace(0.0, 1.25, 26) ** 2
"""Loads over the design load at which returns are tabulated, to between which they are linear. [-]"""
DRAW = 0.5
"""Load over the design load while hot water is drawn. [-]"""
CLOSEST = 1.0
"""Least difference of network and building at the warm end. [K]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Substation:
    """Heat exchangers for space heating and, beside it, for hot water, by their design points."""

    design_supply: float = quantity(
        "degC", "network water that enters at the design point", above=0, high=180, default=80.0
    )
    design_return: float = quantity(
        "degC", "network water that leaves space heating at the design point", above=0, high=150, default=45.0
    )
    radiator_supply: float = quantity(
        "degC", "radiator water that enters at the design point", above=0, high=150, default=70.0
    )
    radiator_return: float = quantity(
        "degC", "radiator water that leaves at the design point", above=0, high=150, default=40.0
    )
    heating_supply: Profile = quantity(
        "degC",
        "radiator water that control asks for",
        above=0,
        high=150,
        varies=True,
        default=Curve(((-12.0, 70.0), (15.0, 45.0))),
    )
    room: float = quantity("degC", "air of the rooms", low=0, high=40, default=20.0)
    radiator_exponent: float = quantity(
        "1", "1.3 for radiators, 1.1 for floors", low=1, high=2, default=1.3, key="radiator_exponent"
    )
    hot_water: float = quantity("degC", "hot water that is made", above=0, high=90, default=50.0)
    cold_water: float = quantity("degC", "water from the main", low=0, high=40, default=10.0)
    hot_water_design_supply: float = quantity(
        "degC",
        "network water that enters at the design point of hot water",
        above=0,
        high=180,
        default=60.0,
    )
    hot_water_design_return: float = quantity(
        "degC",
        "network water that leaves at the design point of hot water",
        above=0,
        high=150,
        default=25.0,
    )
    heating_limit: float = quantity(
        "degC",
        "outdoor air above which heat that is not told apart is hot water",
        low=-20,
        high=40,
        default=17.0,
    )


def contradictions(at: Substation) -> list[tuple[str, str]]:
    """Keys and reasons of design points through which heat cannot flow; empty if they are sound."""
    found = []
    if not at.design_supply > at.radiator_supply > at.radiator_return:
        found.append(("radiator_supply", "must lie between radiator_return and design_supply"))
    if not at.design_supply > at.design_return > at.radiator_return:
        found.append(("design_return", "must lie between radiator_return and design_supply"))
    if not at.radiator_return > at.room:
        found.append(("radiator_return", "must be above room"))
    if not at.hot_water_design_supply > at.hot_water > at.cold_water:
        found.append(("hot_water", "must lie between cold_water and hot_water_design_supply"))
    if not at.hot_water_design_supply > at.hot_water_design_return > at.cold_water:
        found.append(("hot_water_design_return", "must lie between cold_water and hot_water_design_supply"))
    return found


def too_cold(at: Substation, ctx: Context, t_feed: FloatArray) -> tuple[int, int]:
    """Steps whose set-point is too low for the radiator water that control asks for, and for hot water."""
    heating = ctx.values(at.heating_supply)
    cold = (heating > t_feed - CLOSEST) & ~(ctx.t_air >= at.heating_limit)
    return int(np.count_nonzero(cold)), int(np.count_nonzero(t_feed - CLOSEST < at.hot_water))


def returns(
    at: Substation,
    ctx: Context,
    t_feed: FloatArray,
    heat: Stepwise,
    water: Stepwise | None,
    design_heat: FloatArray,
) -> tuple[Stepwise, Stepwise]:
    r"""Offset and slope of consumers' return temperatures over the supply temperature.

    Parameters
    ----------
    at : Substation
        Design points and control.
    ctx : Context
        Time axis and outdoor air.
    t_feed : array, shape (time,)
        Set-point of the supply water. [degC]
    heat : Stepwise, shape (time, consumer)
        Heat, NaN where it is not known. [W]
    water : Stepwise or None, shape (time, consumer)
        The part of the heat that is hot water [W]; where it is NaN or None, all heat above the heating limit.
    design_heat : array, shape (consumer,)
        Heat of space heating at the design point. [W]

    Returns
    -------
    offset, slope : Stepwise, shape (time, consumer)
        Return temperature at a supply of 0 degC [degC], and its change with the supply [-].

    Notes
    -----
    The return is exact where the supply is the set-point and where it is 6 K cooler, and linear over the
    supply: at full load within 0.8 K in between, a kelvin or two too cold 10 K below. Space heating
    mixes with hot water by flow,

    .. math:: T_r = T_s - \frac{Q}{Q_h / (T_s - T_h) + Q_w / (T_s - T_w)}

    Radiators take what they need at the water that control asks for, or, where the network is not
    warmer by 1 K, at 1 K below the network's. Hot water is drawn for moments: its return is that at half
    the design load, whatever its mean over the step.

    References
    ----------
    .. [1] Derived here; heat exchanger and radiator as in :mod:`heatsym.physics.substation`.
    """
    tables = [_Tables.of(at, ctx, t_feed - cooler) for cooler in (0.0, COOLER)]
    warm = ctx.t_air >= at.heating_limit
    per_design = np.divide(1.0, design_heat, out=np.zeros(len(design_heat)), where=design_heat > 0.0)

    def ends(steps: int | slice) -> tuple[FloatArray, FloatArray]:
        if isinstance(steps, slice):
            return stretch(*steps.indices(heat.shape[0]))
        return both(steps)

    @lru_cache(maxsize=2)  # offset and slope are asked for the same steps, one after the other
    def stretch(first: int, last: int, stride: int) -> tuple[FloatArray, FloatArray]:
        return both(slice(first, last, stride))

    def both(steps: int | slice) -> tuple[FloatArray, FloatArray]:
        whole = np.nan_to_num(np.maximum(heat[steps], 0.0))
        tap = (whole.T * warm[steps]).T
        if water is not None:
            known = water[steps]
            tap = np.where(np.isnan(known), tap, np.minimum(known, whole))
        spans = [table.span(steps, (whole - tap) * per_design, whole, tap) for table in tables]
        return spans[0], spans[1]

    def slope(steps: int | slice) -> FloatArray:
        at_feed, below = ends(steps)
        return (at_feed - below) / COOLER

    def offset(steps: int | slice) -> FloatArray:
        at_feed, below = ends(steps)
        return (at_feed.T - (at_feed - below).T / COOLER * t_feed[steps]).T

    return Made(heat.shape, offset), Made(heat.shape, slope)


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """Cooling of network water in space heating (time, load) and in hot water (time,), at one supply."""

    supply: FloatArray
    space: FloatArray
    tap: FloatArray

    @classmethod
    def of(cls, at: Substation, ctx: Context, supply: FloatArray) -> _Tables:
        """The tables at a supply temperature (time,); steps that are alike are computed once."""
        every = np.stack([ctx.values(at.heating_supply), supply], axis=1)
        distinct, same = np.unique(every, axis=0, return_inverse=True)
        once = cls.made(at, *distinct.T)
        return cls(supply, once.space[same], once.tap[same])

    @classmethod
    def made(cls, at: Substation, wanted: FloatArray, supply: FloatArray) -> _Tables:
        """The tables for radiator water that control asks for and supplies, (step,) each. [degC]"""
        needed = np.minimum(wanted, supply - CLOSEST)
        back = radiator_return(
            LOADS, needed[:, None], at.radiator_supply, at.radiator_return, at.room, at.radiator_exponent
        )
        design = at.design_supply, at.design_return, at.radiator_return, at.radiator_supply
        space = exchanger_return(LOADS, supply[:, None], back, needed[:, None], design)
        made = np.minimum(at.hot_water, supply - CLOSEST)
        main = np.minimum(at.cold_water, made - CLOSEST)
        design = at.hot_water_design_supply, at.hot_water_design_return, at.cold_water, at.hot_water
        tap = exchanger_return(DRAW, supply, main, made, design)
        return cls(supply, supply[:, None] - space, supply - tap)

    def span(self, steps: int | slice, load: FloatArray, whole: FloatArray, tap: FloatArray) -> FloatArray:
        """Return temperature of the mixed water. [degC]"""
        one = isinstance(steps, int | np.integer)
        space = np.atleast_2d(self.space[steps])
        place = np.minimum(np.sqrt(np.atleast_2d(load)) / np.sqrt(LOADS[1]), len(LOADS) - 1.001)
        left = place.astype(np.intp)
        x = np.atleast_2d(load)
        low, high = LOADS[left], LOADS[left + 1]
        share = np.clip((x - low) / (high - low), 0.0, 1.0)
        row = np.arange(len(space))[:, None]
        cooling = space[row, left] * (1.0 - share) + space[row, left + 1] * share
        cooling = cooling[0] if one else cooling
        tap_cooling = self.tap[steps] if one else self.tap[steps, None]
        space_heat = whole - tap
        with np.errstate(divide="ignore", invalid="ignore"):
            flow = np.where(space_heat > 0.0, space_heat / cooling, 0.0)
            flow += np.where(tap > 0.0, tap / tap_cooling, 0.0)
            mixed = np.where(whole > 0.0, whole / flow, cooling)
        return (self.supply[steps] - mixed.T).T
