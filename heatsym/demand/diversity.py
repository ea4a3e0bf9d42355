"""Diversity: the peak of a group is less than the sum of its consumers' peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray, TimeAxis
from heatsym.interfaces.stepwise import Stepwise, pieces

SEASONS = {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11)}
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
GROUPS_MOST = 200
"""Groups of a size that are looked at."""


def winter_simultaneity(n: ArrayLike) -> FloatArray:
    r"""Simultaneity of the consumers of heat networks by Winter et al.

    Parameters
    ----------
    n : int or array, shape (any,)
        Number of consumers, 1 to 200. [-]

    Returns
    -------
    array, shape (any,)
        Peak of the network over the sum of connected loads. [-]

    Notes
    -----
    .. math:: f = \min\left(a + \frac{b}{1 + (n / c)^d}, 1\right)

    with a = 0.449677646267461, b = 0.551234688, c = 53.84382392, d = 1.762743268. Connected loads are
    those in contracts, which may be larger than what is ever drawn.

    References
    ----------
    .. [1] Winter et al., Euroheat & Power, 2001: constants as in Sophena (class Hydraulics), which is one
       of several programs that agree on them; range after another, which also tells that 255 consumers
       had 0.51 where the curve says 0.47. The paper itself was not at hand.
    """
    count = np.asarray(n, dtype=float)
    factor = 0.449677646267461 + 0.551234688 / (1.0 + (count / 53.84382392) ** 1.762743268)
    return np.asarray(np.minimum(factor, 1.0))


def thermos_simultaneity(n: ArrayLike) -> FloatArray:
    r"""Diversity factor of the planning tool Thermos.

    Parameters
    ----------
    n : int or array, shape (any,)
        Number of connections. [-]

    Returns
    -------
    array, shape (any,)
        Peak of the group over the sum of peaks, not rounded to hundredths as the tool does. [-]

    Notes
    -----
    .. math:: f = 0.62 + 0.38 / n

    References
    ----------
    .. [1] Thermos, namespace thermos.opt.net.diversity, defaults of its limit (0.62) and rate (1).
    """
    return np.asarray(0.62 + 0.38 / np.maximum(np.asarray(n, dtype=float), 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Simultaneity:
    """Peak of the sum over sum of the peaks for groups of ``size`` consumers, (size,) each. [-]

    ``groups`` of each size, no consumer in two of them, gave a ``mean``, ``least`` and ``most``.
    """

    size: IntArray
    groups: IntArray
    mean: FloatArray
    least: FloatArray
    most: FloatArray

    def rows(self) -> tuple[dict[str, float], ...]:
        """Table beside what is published: number, own mean and range, Winter et al., Thermos."""
        columns = {
            "consumers": self.size,
            "groups": self.groups,
            "simultaneity": self.mean,
            "least": self.least,
            "most": self.most,
            "winter_2001": winter_simultaneity(self.size),
            "thermos": thermos_simultaneity(self.size),
        }
        return tuple(
            {name: float(values[i]) for name, values in columns.items()} for i in range(len(self.size))
        )


@dataclass(frozen=True, slots=True, eq=False)
class SeasonPeak:
    """Largest heat of all consumers together in the steps of a season.

    ``peak`` and ``mean`` in W, ``when`` the local start of its step, ``simultaneity`` that peak over the sum
    of the consumers' own peaks of the season [-].
    """

    season: str
    peak: float
    mean: float
    when: np.datetime64
    simultaneity: float


@dataclass(frozen=True, slots=True, eq=False)
class Diversity:
    """What groups have in common: by their size, and of all together by season."""

    simultaneity: Simultaneity
    seasons: tuple[SeasonPeak, ...]


def diversity(axis: TimeAxis, heat: Stepwise, *, seed: int = 0) -> Diversity:
    r"""Simultaneity of groups by size, and peaks of all consumers by season.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    heat : Stepwise
        What consumers ask for (time, consumer), read once, in pieces. [W]
    seed : int
        Which consumers form groups: neighbours in an order drawn by chance.

    Returns
    -------
    Diversity
        Of groups of 1, 2, 5, 10 ... consumers up to all that ask for heat, and of the seasons of the run.

    Notes
    -----
    .. math:: f_G = \frac{\max_t \sum_{i \in G} q_i(t)}{\sum_{i \in G} \max_t q_i(t)}

    Steps are the run's: in hours, peaks of single homes are lower and simultaneity is higher than in minutes.

    References
    ----------
    .. [1] Derived here.
    """
    steps, count = heat.shape
    order = np.random.default_rng(seed).permutation(count)
    season = _seasons(axis)
    own = np.zeros((len(SEASONS), count))
    total = np.empty(steps)
    sizes = [n for n in SIZES if n < count] + [count]
    begins = [np.arange(min(count // n, GROUPS_MOST)) * n for n in sizes]
    highest = [np.zeros(len(begin)) for begin in begins]
    for part in pieces(steps, count):
        rows = np.take(heat[part], order, axis=1)
        total[part] = rows.sum(axis=1)
        for at in np.unique(season[part]):
            np.maximum(own[at], rows[season[part] == at].max(axis=0), out=own[at])
        for n, begin, high in zip(sizes, begins, highest, strict=True):
            sums = np.add.reduceat(rows[:, : n * len(begin)], begin, axis=1)
            np.maximum(high, sums.max(axis=0), out=high)
    peak = own.max(axis=0)
    found = []
    for n, begin, high in zip(sizes, begins, highest, strict=True):
        of_members = np.add.reduceat(peak[: n * len(begin)], begin)
        asked = of_members > 0.0
        found.append(high[asked] / of_members[asked])
    known = [i for i, factors in enumerate(found) if len(factors)]
    return Diversity(
        Simultaneity(
            np.array([sizes[i] for i in known], dtype=np.int64),
            np.array([len(found[i]) for i in known], dtype=np.int64),
            *(np.array([statistic(found[i]) for i in known]) for statistic in (np.mean, np.min, np.max)),
        ),
        tuple(
            _season_peak(name, total, season == at, axis.local, float(own[at].sum()))
            for at, name in enumerate(SEASONS)
            if (season == at).any()
        ),
    )


def _seasons(axis: TimeAxis) -> IntArray:
    """Position of each step's season in :data:`SEASONS`; (time,)."""
    of_month = {month: at for at, months in enumerate(SEASONS.values()) for month in months}
    return np.array([of_month[month] for month in range(1, 13)])[axis.month - 1]


def _season_peak(
    name: str, total: FloatArray, inside: np.ndarray, local: TimeArray, of_members: float
) -> SeasonPeak:
    """The largest step of a season, the first if there are several."""
    steps = np.flatnonzero(inside)
    at = steps[int(np.argmax(total[steps]))]
    peak = float(total[at])
    simultaneity = peak / of_members if of_members > 0.0 else float("nan")
    return SeasonPeak(name, peak, float(total[steps].mean()), local[at], simultaneity)
