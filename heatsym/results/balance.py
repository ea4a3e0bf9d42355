"""The heat balance of a run, from its stored results alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray
from heatsym.results.blocks import blocks, summed
from heatsym.results.frame import Results
from heatsym.results.moment import moment

YEARLY = 1e-6  # of the heat supplied
STEPWISE = 1e-4  # of the larger of the step's supply and 1 % of the peak
STORED = 5e-7  # rounding of delivered + unmet - demanded in float32, of the heat demanded


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """Means over each step, (time,), W; ``seconds`` is the length of the steps.

    ``supplied`` is heat of sources and prosumers, and electricity that heat pumps of storages add.
    """

    seconds: FloatArray
    supplied: FloatArray
    delivered: FloatArray
    network_loss: FloatArray
    storage_loss: FloatArray
    stored_change: FloatArray  # in the network and in storages

    @property
    def residual(self) -> FloatArray:
        """What is missing: supplied - delivered - losses - stored change; (time,), W."""
        lost = self.network_loss + self.storage_loss
        return self.supplied - self.delivered - lost - self.stored_change

    @property
    def residual_relative(self) -> float:
        """Residual of the whole run relative to the heat supplied, or, in a run without any, to the loss."""
        scale = self.energy(self.supplied) or abs(self.energy(self.network_loss))
        missing = abs(self.energy(self.residual))
        return missing / scale if scale or np.isnan(scale) else missing

    def energy(self, power: FloatArray) -> float:
        """Sum of a power over the run. [J]"""
        return float(np.sum(power * self.seconds))


def balance(results: Results) -> Balance:
    """The heat balance by step; sums are in float64, and a missing term makes the step missing.

    Parameters
    ----------
    results : Results
        Results of a run, as computed or as read from a file.

    Returns
    -------
    Balance
        Supplied, delivered, losses of network and storages, and stored change. [W]

    Notes
    -----
    .. math:: r = \\sum Q_{source} + \\sum Q_{fed in} + \\sum P_{storage} - \\sum Q_{consumer}
        - \\sum Q_{loss} - \\Delta E / \\Delta t

    The electricity of a storage's heat pump, P, is heat that it gives and that the store does not lose.
    Heat of pumps and friction is not fed to the water and has no term. Derived here.
    """
    return _balance(results, summed(results, "consumer_heat_delivered"))


def residual(results: Results, delivered: FloatArray) -> FloatArray:
    """What is missing in each step of results whose heat delivered (time,) [W] is known already."""
    return _balance(results, delivered).residual


def _balance(results: Results, delivered: FloatArray) -> Balance:
    """The balance, with the heat delivered."""
    bounds = results["time_bnds"].values.astype("datetime64[ns]").astype(np.int64)
    seconds = (bounds[:, 1] - bounds[:, 0]) / 1e9
    stored = np.concatenate(
        [[float(results["network_initial_stored_heat"].values)], results["network_stored_heat"].values]
    )
    change, storage_loss = np.diff(stored) / seconds, np.zeros(len(seconds))
    if "storage_energy" in results:
        held = [results["storage_initial_energy"].values[None, :], results["storage_energy"].values]
        change = change + np.diff(np.concatenate(held), axis=0).sum(axis=1) / seconds
        storage_loss = summed(results, "storage_heat_loss")
    supplied = summed(results, "source_heat")
    if "consumer_heat_fed_in" in results:
        supplied = supplied + summed(results, "consumer_heat_fed_in")
    if "storage_electricity" in results:
        supplied = supplied + summed(results, "storage_electricity")
    return Balance(
        seconds=seconds,
        supplied=supplied,
        delivered=delivered,
        network_loss=results["network_heat_loss"].values.astype(np.float64),
        storage_loss=storage_loss,
        stored_change=change,
    )


def violations(results: Results) -> list[str]:
    """Sentences on what does not add up: over the run, in a step, or at a consumer; empty if all does."""
    account = balance(results)
    found = []
    if not account.residual_relative <= YEARLY:
        found.append(
            f"heat balance of the run: residual {account.residual_relative:.2g} of the heat supplied,"
            f" more than {YEARLY:g}"
        )
    peak = np.max(account.supplied, initial=0.0) or np.max(np.abs(account.network_loss), initial=0.0)
    limit = STEPWISE * np.maximum(account.supplied, 0.01 * peak)
    broken = ~(np.abs(account.residual) <= limit)
    if broken.any():
        found.append(
            f"heat balance of the step: {_steps(results, broken)}; largest residual"
            f" {np.nanmax(np.abs(account.residual), initial=0.0):.3g} W"
        )
    names = [f"consumer_heat_{part}" for part in ("demand", "delivered", "unmet")]
    peaks = [np.fmax.reduce(asked, axis=None, initial=0.0) for _, (asked,) in blocks(results, names[0])]
    least = 1e-3 * float(max(peaks, default=0.0))
    apart = np.concatenate([_parted(*rows, least=least) for _, rows in blocks(results, *names)])
    if apart.any():
        found.append(f"delivered + unmet is not demanded: {_steps(results, apart.any(axis=1))}")
    return found


def _parted(*rows: NDArray[Any], least: float) -> NDArray[np.bool_]:
    """Where heat delivered and unmet are not what was asked for, of which at least ``least`` W count."""
    demand, delivered, unmet = (values.astype(np.float64) for values in rows)
    off = np.abs(delivered + unmet - demand) > STORED * np.maximum(demand, least)
    return np.asarray(off | np.isnan(delivered) | np.isnan(unmet))


def _steps(results: Results, flagged: NDArray[np.bool_] | np.bool_) -> str:
    """How many steps are flagged, and the first of them."""
    return f"{int(np.sum(flagged))} steps, first {moment(results, int(np.argmax(flagged)))}"
