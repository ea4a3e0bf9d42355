"""What is known of the hours ahead when a dispatch decides."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from heatsym.dispatch.settings import Dispatch
from heatsym.dispatch.task import Task, part
from heatsym.interfaces.axis import BoolArray, FloatArray, IntArray

DAY, WEEK = 86400.0, 7 * 86400.0
"""Lead time to which errors refer, and how far back persistence looks. [s]"""
MEMORY = 86400.0
"""Time in which an error of a forecast falls to 1/e; a planning value. [s]"""


def view(
    task: Task, first: int, last: int, rules: Dispatch, uncertain: BoolArray | None = None, decision: int = 0
) -> Task:
    r"""Steps of a task as they are seen at the beginning of the first one.

    Parameters
    ----------
    task : Task
        All steps as they are.
    first, last : int
        The step at whose beginning is decided, of which all is known, and the end of what is looked at.
    rules : Dispatch
        What is foreseen: ``perfect``, ``persistence`` or ``noisy``, with its errors and seed.
    uncertain : array of bool, optional
        Sources whose heat is not known ahead, (source,); default those whose power, while they have any,
        changes within the task.
    decision : int
        Set apart from others that are made of the same case and at the same step, such as years.

    Returns
    -------
    Task
        Steps ``first`` to ``last``, with need, price of electricity, what follows from it for each source's
        cost, and power and least heat of uncertain sources as expected; all else as it will be.

    Notes
    -----
    Persistence: each step is as it was one week before, or as many as it takes to be past; where that is
    before the task begins, as it is now. Noise: a need and a source's power are multiplied by

    .. math:: \exp(\sigma z - \sigma^2 / 2),\qquad \sigma^2 = \ln(1 + s^2)

    so that they stay above 0 and are right in the mean, and to a price :math:`s z` of the mean size of prices
    in view is added. With :math:`a = e^{-\Delta t / \tau}` and normal :math:`\epsilon`

    .. math:: x_0 = 0,\quad x_i = a x_{i-1} + \epsilon_i,\qquad z_i = x_i / \sigma_x(\text{a day})

    so that :math:`s` is the standard deviation a day ahead; it grows with the lead time as
    :math:`\sqrt{1 - a^{2i}}`, to 1.08 of that. :math:`\tau` is a day (assumed).

    References
    ----------
    .. [1] Derived here.
    """
    last = min(last, len(task.need))
    ahead = np.arange(first, last)
    known = part(task, first, max(first, last))
    if rules.foresight == "perfect":
        return known
    blind = _varies(task.fleet.power) if uncertain is None else uncertain
    if rules.foresight == "persistence":
        past = _a_week_before(ahead, first, round(WEEK / task.step))
        need, price = task.need[past], task.electricity_cost[past]
        power = np.where(blind, task.fleet.power[past], known.fleet.power)
        least = np.where(blind, task.fleet.least[past], known.fleet.least)
    else:
        noise = _Noise(rules.seed, decision, first, len(ahead), task.step)
        need = known.need * noise.factor("need", rules.demand_error)
        level = float(np.abs(known.electricity_cost).mean()) if len(ahead) else 0.0
        price = known.electricity_cost + level * rules.price_error * noise.of("price")
        wrong = [
            noise.factor(f"source {name}", rules.source_error) if at else np.ones(len(ahead))
            for name, at in zip(task.fleet.names, blind, strict=True)
        ]
        factor = np.stack(wrong, axis=1) if wrong else np.ones_like(known.fleet.power)
        power, least = known.fleet.power * factor, known.fleet.least * factor
    dearer = (price - known.electricity_cost)[:, None]
    fleet = replace(
        known.fleet, power=power, least=least, cost=known.fleet.cost + known.fleet.electricity * dearer
    )
    return replace(known, need=need, electricity_cost=price, fleet=fleet)


class _Noise:
    """Errors of one decision, each of its own name."""

    def __init__(self, seed: int, decision: int, first: int, steps: int, step: float) -> None:
        self.of_decision, self.steps, self.step = f"foresight/{seed}/{decision}/{first}", steps, step

    def of(self, name: str) -> FloatArray:
        """Normal errors that grow with the lead time to a standard deviation of 1 a day ahead; (time,)."""
        from scipy.signal import lfilter  # takes half a second to import

        digest = hashlib.blake2b(f"{self.of_decision}/{name}".encode(), digest_size=16).digest()
        chance = np.random.default_rng(int.from_bytes(digest, "little")).standard_normal(self.steps)
        chance[:1] = 0.0  # what is now is known
        left = float(np.exp(-self.step / MEMORY))
        in_a_day = np.sqrt((1.0 - left ** (2.0 * DAY / self.step)) / (1.0 - left**2))
        return np.asarray(lfilter([1.0], [1.0, -left], chance) / in_a_day)

    def factor(self, name: str, error: float) -> FloatArray:
        """Factors above 0 with a mean of 1 and a standard deviation of ``error`` a day ahead; (time,)."""
        sigma = float(np.sqrt(np.log1p(error**2)))
        left, lead = float(np.exp(-self.step / MEMORY)), self.step * np.arange(self.steps)
        grown = (1.0 - left ** (2.0 * lead / self.step)) / (1.0 - left ** (2.0 * DAY / self.step))
        return np.asarray(np.exp(sigma * self.of(name) - 0.5 * sigma**2 * grown))


def _varies(power: FloatArray) -> BoolArray:
    """Sources whose power changes while they have any; (source,)."""
    there = power > 0.0
    least = np.where(there, power, np.inf).min(axis=0, initial=np.inf)
    return np.asarray(there.any(axis=0) & (np.where(there, power, 0.0).max(axis=0, initial=0.0) > least))


def _a_week_before(ahead: IntArray, first: int, week: int) -> IntArray:
    """Steps that stand for those ahead: whole weeks before them and not after the first; else the first."""
    weeks = -((first - ahead) // max(week, 1))
    past = ahead - weeks * max(week, 1)
    return np.where(past < 0, first, past)
