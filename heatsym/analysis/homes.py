"""How many homes a run keeps warm."""

from __future__ import annotations

import numpy as np

from heatsym.analysis.figures import Figures
from heatsym.case.model import Case
from heatsym.engine.digest import Digest


def homes(case: Case, run: Digest) -> Figures:
    r"""Homes behind the consumers, and how many of them are warm.

    Parameters
    ----------
    case : Case
        The study; ``dwellings`` in its table of consumers counts the homes.
    run : Digest
        Its run.

    Returns
    -------
    Figures
        ``connected``, ``warmed`` [-]. Empty, with the reason, where no consumer tells its homes.

    Notes
    -----
    .. math:: N = \sum_c n_c \frac{\sum_t Q_{c,t}}{\sum_t Q_{c,t} + \sum_t U_{c,t}}

    with the homes n of a consumer, its heat delivered Q and unmet U: a home that gets 99 % of its heat
    counts as 0.99 of a home. A consumer that asks for nothing misses nothing. Derived here.
    """
    consumers = case.demand.consumers
    dwellings = np.broadcast_to(np.nan_to_num(consumers.dwellings), len(consumers.id))
    if not dwellings.any():
        return Figures(missing="no dwellings in the table of consumers")
    delivered = run.ledger.delivered.value
    asked = delivered + run.ledger.unmet.value
    share = np.divide(delivered, asked, out=np.ones_like(asked), where=asked > 0.0)
    return Figures({"connected": float(dwellings.sum()), "warmed": float(dwellings @ share)})
