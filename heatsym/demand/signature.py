"""Energy signature of a building or town: heat over outdoor air, and calibration to metered sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatsym.demand.calendar import day_type
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray, TimeAxis
from heatsym.interfaces.stepwise import Made, Stepwise, pieces

DAYS_MIN = 90
"""Fewest days that a signature is fitted on."""
SIDE_MIN = 10
"""Fewest days on either side of the balance temperature."""
HEATING_FACTOR_MAX = 3.0
"""Largest factor on modelled heating; what is metered beyond scales the base load."""

_NOT_FITTED, _NOT_SCALED = "HS424", "HS423"
_BALANCE_GRID = 0.1  # [K]
_PREVIOUS_GRID = np.arange(0.0, 0.65, 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """Mean heat of a day over the mean outdoor air of this day and the one before.

    ``base`` (7,) is the heat of a day without heating, Monday to Sunday [W], ``slope`` what a kelvin
    below ``balance_temperature`` [degC] adds [W/K]. ``previous_day`` is the weight of the day before in
    the air. ``r2`` and ``cv_rmse`` (root mean square error over mean heat) are those of the ``days`` fitted.
    """

    base: FloatArray
    slope: float
    balance_temperature: float
    previous_day: float
    region: str
    r2: float
    cv_rmse: float
    days: int

    def predict(self, t_day: FloatArray, day: TimeArray | None = None) -> FloatArray:
        """Mean heat of consecutive days.

        Parameters
        ----------
        t_day : array, shape (day,)
            Mean outdoor air. [degC]
        day : array of datetime64, shape (day,), optional
            Local days; without them the base load is that of a mean day of the week.

        Returns
        -------
        array, shape (day,)
            Mean heat of each day. [W]
        """
        base = np.full(len(t_day), self.base.mean()) if day is None else self.base[day_type(day, self.region)]
        air = _felt(t_day, self.previous_day)
        return np.asarray(base + self.slope * np.maximum(self.balance_temperature - air, 0.0))


def cv_rmse(measured: FloatArray, modelled: FloatArray) -> float:
    r"""Root mean square error over the mean of what was measured.

    Parameters
    ----------
    measured, modelled : array, shape (any,)
        Values of the same unit.

    Returns
    -------
    float
        Coefficient of variation of the error. [-]

    Notes
    -----
    .. math:: CV = \frac{1}{\bar q} \sqrt{\frac{1}{n} \sum_i (q_i - p_i)^2}

    No degrees of freedom are taken off.

    References
    ----------
    .. [1] Derived here.
    """
    return float(np.sqrt(np.mean((measured - modelled) ** 2)) / np.mean(measured))


def fit_signature(
    heat: FloatArray,
    t_day: FloatArray,
    day: TimeArray,
    *,
    previous_day: bool = False,
    weekdays: bool = False,
    region: str = "",
    name: str = "signature",
) -> Signature:
    r"""Base load, heat loss coefficient and balance temperature of metered daily heat.

    Parameters
    ----------
    heat : array, shape (day,)
        Mean heat of consecutive local days. [W]
    t_day : array, shape (day,)
        Mean outdoor air of these days. [degC]
    day : array of datetime64, shape (day,)
        The days.
    previous_day : bool
        Let the air of the day before count, with a weight of 0 to 0.6 that is found.
    weekdays : bool
        Find a base load for each day of the week instead of one for all.
    region : str
        Whose public holidays count as Sundays; none if empty.
    name : str
        What is fitted, for messages.

    Returns
    -------
    Signature
        With its coefficient of determination and CV-RMSE over the days fitted. [-]

    Raises
    ------
    InputError
        If values are missing, impossible, too few, or show no heating.

    Notes
    -----
    .. math:: q_d = b_{w(d)} + h \max(T_b - T'_d, 0), \quad T'_d = (1 - a) T_d + a T_{d-1}

    For every balance temperature on a grid of 0.1 K, and every weight a on one of 0.05, base and slope
    follow from least squares; the best pair stays. At least ten days must lie on either side of it.

    References
    ----------
    .. [1] Change-point regression; derived here.
    """
    heat, t_day = np.asarray(heat, dtype=float), np.asarray(t_day, dtype=float)
    problems = _signature_problems(heat, t_day, day, name)
    if problems:
        raise InputError(problems)
    groups = day_type(day, region) if weekdays else np.zeros(len(day), dtype=np.int64)
    best: tuple[float, float, float, float] | None = None
    for weight in _PREVIOUS_GRID if previous_day else _PREVIOUS_GRID[:1]:
        air = _felt(t_day, float(weight))
        low, high = np.sort(air)[[SIDE_MIN - 1, -SIDE_MIN]]
        balance = np.arange(low, high, _BALANCE_GRID)
        error, slope = _errors(heat, air, balance, groups)
        at = int(np.argmin(error))
        if best is None or error[at] < best[0]:
            best = (float(error[at]), float(slope[at]), float(balance[at]), float(weight))
    if best is None or best[1] <= 0.0:
        reason = "heat does not rise with falling outdoor temperature: there is no heating to be found"
        raise InputError([Problem(_NOT_FITTED, reason, name, "check units, order and time of both series")])
    error_sum, slope_found, balance_found, weight_found = best
    rest = heat - slope_found * np.maximum(balance_found - _felt(t_day, weight_found), 0.0)
    means = _group_means(rest, groups)
    around = float(np.sum((heat - heat.mean()) ** 2))
    return Signature(
        base=np.resize(means, 7) if not weekdays else means,
        slope=slope_found,
        balance_temperature=balance_found,
        previous_day=weight_found,
        region=region,
        r2=1.0 - error_sum / around,
        cv_rmse=float(np.sqrt(error_sum / len(heat)) / heat.mean()),
        days=len(heat),
    )


def _felt(t_day: FloatArray, weight: float) -> FloatArray:
    """Air of each day, to a part that of the day before; the first day stands for its own."""
    before = np.concatenate([t_day[:1], t_day[:-1]])
    return np.asarray((1.0 - weight) * t_day + weight * before)


def _group_means(values: FloatArray, groups: IntArray) -> FloatArray:
    """Mean of each group."""
    return np.asarray(np.bincount(groups, values) / np.bincount(groups))


def _errors(
    heat: FloatArray, air: FloatArray, balance: FloatArray, groups: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Sum of squared errors and slope of the best line for each balance temperature."""
    y = heat - _group_means(heat, groups)[groups]
    error, slope = np.full(len(balance), np.inf), np.zeros(len(balance))
    for i, temperature in enumerate(balance):
        x = np.maximum(temperature - air, 0.0)
        x -= _group_means(x, groups)[groups]
        slope[i] = float(x @ y) / float(x @ x)
        residual = y - slope[i] * x
        error[i] = float(residual @ residual)
    return error, slope


def _signature_problems(heat: FloatArray, t_day: FloatArray, day: TimeArray, name: str) -> list[Problem]:
    """Why no signature can be fitted."""
    if not len(heat) == len(t_day) == len(day):
        reason = f"{len(heat)} days of heat, {len(t_day)} of temperatures, {len(day)} of dates"
        return [Problem(_NOT_FITTED, reason, name)]
    problems = []
    for what, values in (("heat", heat), ("outdoor temperature", t_day)):
        missing = np.flatnonzero(~np.isfinite(values))
        if len(missing):
            reason = f"{what} is missing on {len(missing)} of {len(values)} days, first on {day[missing[0]]}"
            problems.append(
                Problem(_NOT_FITTED, reason, name, "leave out the days up to the gap, or complete it")
            )
    if problems:
        return problems
    apart = np.flatnonzero(np.diff(day.astype("datetime64[D]")) != np.timedelta64(1, "D"))
    if len(apart):
        reason = f"{day[apart[0] + 1]} follows {day[apart[0]]}"
        return [Problem(_NOT_FITTED, reason, name, "days must be consecutive, each once")]
    if len(heat) < DAYS_MIN:
        reason = f"{len(heat)} days are too few for a signature, it takes {DAYS_MIN}"
        return [Problem(_NOT_FITTED, reason, name, "better a year, with summer and winter")]
    if t_day.min() < -90.0 or t_day.max() > 60.0:
        reason = f"outdoor temperatures of {t_day.min():g} to {t_day.max():g} degC; are they in kelvin?"
        return [Problem("HS407", reason, name)]
    if heat.min() < 0.0:
        reason = f"heat is negative on {day[int(np.argmin(heat))]}"
        return [Problem("HS413", reason, name)]
    return []


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Factors on modelled heating and base load, (period, consumer). [-]"""

    heating: FloatArray
    base: FloatArray


def calibration(
    axis: TimeAxis,
    heating: Stepwise,
    base: Stepwise,
    metered: FloatArray,
    *,
    monthly: bool = False,
    name: str = "metered heat",
) -> Calibration:
    r"""Factors that bring a model to metered sums: of a whole year, or of each of its months.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps: whole local months, for one sum a year of 365 or 366 days.
    heating : Stepwise
        Modelled space heating (time, consumer). [W]
    base : Stepwise
        Modelled hot water and what else does not follow the weather (time, consumer). [W]
    metered : array, shape (1, consumer) or (month, consumer)
        Metered heat of the run as a whole, or of each of its local months in order. [J]
    monthly : bool
        A single sum is that of the run's only month, not of a year.
    name : str
        What is calibrated, for messages.

    Returns
    -------
    Calibration
        Factors by period, 1 or one for each month. [-]

    Raises
    ------
    InputError
        If periods do not fit the run, sums are missing, or there is nothing to scale.

    Notes
    -----
    With modelled sums H of heating and B of base load, and the metered sum M of a period,

    .. math:: f_H = \min(\max(M - B, 0) / H, 3), \quad f_B = (M - f_H H) / B

    so that hot water keeps its size wherever heating can take up the rest. The sums are then those that
    were metered. Factors of months jump at their borders.

    References
    ----------
    .. [1] Derived here.
    """
    metered = np.atleast_2d(np.asarray(metered, dtype=float))
    problems = period_problems(axis, metered, heating.shape[1], name, monthly=monthly)
    if problems:
        raise InputError(problems)
    period = _periods(axis, len(metered))
    sums = np.zeros((2, *metered.shape))
    for part in pieces(*heating.shape):
        for values, total in zip((heating, base), sums, strict=True):
            rows = values[part]
            for at in np.unique(period[part]):
                total[at] += rows[period[part] == at].sum(axis=0) * axis.step
    of_heating, of_base = sums
    nothing = (metered > 0.0) & (of_heating <= 0.0) & (of_base <= 0.0)
    if nothing.any():
        where, who = (int(found[0]) for found in np.nonzero(nothing))
        reason = f"nothing is modelled for consumer {who + 1} in period {where + 1}, but heat is metered"
        raise InputError([Problem(_NOT_SCALED, reason, name)])
    heat = np.divide(
        np.maximum(metered - of_base, 0.0), of_heating, out=np.zeros_like(metered), where=of_heating > 0.0
    )
    heat = np.where(of_base > 0.0, np.minimum(heat, HEATING_FACTOR_MAX), heat)
    rest = metered - heat * of_heating
    water = np.divide(rest, of_base, out=np.ones_like(metered), where=of_base > 0.0)
    return Calibration(heat, water)


def calibrated(axis: TimeAxis, heating: Stepwise, base: Stepwise, factors: Calibration) -> Made:
    """Modelled heat, each part times the factor of its period.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    heating, base : Stepwise
        Modelled heat (time, consumer). [W]
    factors : Calibration
        What :func:`calibration` found. [-]

    Returns
    -------
    Made
        Heat (time, consumer). [W]
    """
    on_heating, on_base = by_step(axis, factors)

    def make(steps: int | slice) -> FloatArray:
        return np.asarray(heating[steps] * on_heating[steps] + base[steps] * on_base[steps])

    return Made((axis.steps, heating.shape[1]), make)


def by_step(axis: TimeAxis, factors: Calibration) -> tuple[FloatArray, FloatArray]:
    """Factors on heating and on base load in each step, (time, consumer) each. [-]"""
    period = _periods(axis, len(factors.heating))
    return factors.heating[period], factors.base[period]


def _periods(axis: TimeAxis, count: int) -> IntArray:
    """Which period a step lies in: the only one, or its local month counted from the first."""
    if count == 1:
        return np.zeros(axis.steps, dtype=np.int64)
    month = axis.local.astype("datetime64[M]").astype(np.int64)
    return np.asarray(month - month[0])


def period_problems(
    axis: TimeAxis, metered: FloatArray, consumers: int, name: str, *, monthly: bool = False
) -> list[Problem]:
    """Why metered sums cannot be held against a run."""
    if metered.shape[1] != consumers:
        return [Problem(_NOT_SCALED, f"{metered.shape[1]} columns for {consumers} consumers", name)]
    missing: NDArray[np.int64] = np.argwhere(~np.isfinite(metered))
    if len(missing):
        reason = f"consumer {missing[0][1] + 1} has no sum of period {missing[0][0] + 1}"
        return [Problem(_NOT_SCALED, reason, name)]
    if (metered < 0.0).any():
        return [Problem("HS413", "a metered sum is negative", name)]
    if len(metered) == 1 and not monthly:
        if not 365 <= axis.steps * axis.step / 86400 <= 366:
            days = axis.steps * axis.step / 86400
            return [
                Problem(_NOT_SCALED, f"an annual sum needs a run of a year, this one has {days:g} days", name)
            ]
        return []
    months = int(_periods(axis, 2)[-1]) + 1
    if months != len(metered):
        return [Problem(_NOT_SCALED, f"{len(metered)} monthly sums for {months} months of the run", name)]
    end = axis.utc[-1:] + np.timedelta64(axis.step, "s")
    after = TimeAxis(end[0], axis.step, 1, axis.timezone).local[0]
    for moment, where in ((axis.local[0], "begins"), (after, "ends")):
        if moment != moment.astype("datetime64[M]").astype(moment.dtype):
            return [Problem(_NOT_SCALED, f"the run {where} at {moment}, within a month", name)]
    return []
