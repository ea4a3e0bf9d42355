r"""Water in pipes as parcels: slugs that keep their order, cool, and leave in full.

Everything here is per pipe and vectorised over pipes. Lengths are measured in *fills*: 1 is the
whole heat capacity of a pipe, water and (retarded plug flow) wall. Temperatures are any measure that
mixes linearly. A parcel's profile, at distance :math:`\xi` from its end nearest the outlet, is

.. math:: T(\xi) = \mathrm{level} + \mathrm{edge}\, \exp(\mathrm{growth}\, \xi / \mathrm{width})

which is exact for water that entered at constant temperature and flow and has cooled since: nothing is
averaged when water stands, reverses or leaves in part. Within a step the equilibrium temperature
:math:`T_{eq}` (ground and partner pipe) is constant, so every element's excess over it decays as
:math:`\exp(-t / \tau)`; ``decay`` is the step's length over :math:`\tau`. Derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.interfaces.axis import FloatArray, IntArray

SLOTS = 32
"""Parcels kept per pipe; where more would be needed, the two most alike neighbours are merged and counted."""


@dataclass(slots=True, eq=False)
class Parcels:
    """Parcels of many pipes, (pipe, slot); slot 0 lies at the outlet of a pipe's present direction.

    ``forward`` (pipe,) says that the outlet is the trench's end. Slots at and beyond ``count`` are empty
    (width 0). ``merged`` counts merges since the start.
    """

    width: FloatArray
    level: FloatArray
    edge: FloatArray
    growth: FloatArray
    count: IntArray
    forward: NDArray[np.bool_]
    merged: int = 0

    def mean(self) -> FloatArray:
        """Mean temperature of each pipe; (pipe,)."""
        used = int(self.count.max(initial=1))
        part = np.s_[:, :used]
        inside = self.level[part] + self.edge[part] * _mean_exp(self.growth[part])
        return np.asarray((self.width[part] * inside).sum(axis=1))

    def mean_of_water(self) -> FloatArray:
        """The same: the wall is as warm as the water."""
        return self.mean()

    def oriented(self, flow: FloatArray) -> Parcels:
        """See :func:`oriented`."""
        return oriented(self, flow)

    def through(self, fills: FloatArray, decay: FloatArray, t_eq: FloatArray, seconds: float) -> Passage:
        """See :func:`passage`; how long it takes does not matter here."""
        return passage(self, fills, decay, t_eq)


def filled(temperature: FloatArray, far_temperature: FloatArray | None = None) -> Parcels:
    """Pipes full of water at one temperature, or linear from start to end where ``far`` is given."""
    pipes = len(temperature)
    slots = 1 if far_temperature is None else SLOTS // 2
    near = temperature[:, None]
    far = near if far_temperature is None else far_temperature[:, None]
    place = (np.arange(slots)[::-1] + 0.5) / slots  # slot 0 lies at the end
    zero = np.zeros((pipes, SLOTS))
    width, level = zero.copy(), zero.copy()
    width[:, :slots] = 1.0 / slots
    level[:, :slots] = near + (far - near) * place
    return Parcels(
        width,
        level,
        zero.copy(),
        zero.copy(),
        np.full(pipes, slots, dtype=np.int64),
        np.ones(pipes, dtype=bool),
    )


def gathered(waters: Sequence[Parcels], pipe: IntArray) -> Parcels:
    """The water of some pipes, numbered through all of ``waters``; none of it merged so far."""
    names = ("width", "level", "edge", "growth", "count", "forward")
    chosen: dict[str, Any] = {
        name: np.concatenate([getattr(water, name) for water in waters])[pipe] for name in names
    }
    return Parcels(**chosen)


def oriented(parcels: Parcels, flow: FloatArray) -> Parcels:
    """The same water with slot 0 at the outlet that ``flow`` (signed, start to end) makes; standing keeps."""
    turn = np.flatnonzero(np.where(flow > 0, ~parcels.forward, (flow < 0) & parcels.forward))
    if not len(turn):
        return parcels
    count = parcels.count[turn]
    source = count[:, None] - 1 - np.arange(SLOTS)
    empty = source < 0
    source = np.where(empty, 0, source)

    def flipped(values: FloatArray) -> FloatArray:
        return np.where(empty, 0.0, np.take_along_axis(values[turn], source, axis=1))

    out = Parcels(
        parcels.width.copy(),
        parcels.level.copy(),
        parcels.edge.copy(),
        parcels.growth.copy(),
        parcels.count,
        parcels.forward.copy(),
        parcels.merged,
    )
    out.width[turn] = flipped(parcels.width)
    out.level[turn] = flipped(parcels.level)
    out.edge[turn] = flipped(parcels.edge * np.exp(parcels.growth))
    out.growth[turn] = -flipped(parcels.growth)
    out.forward[turn] = ~parcels.forward[turn]
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """What a step with known flow does to parcels, before the inlet temperature is known.

    The mean temperature at each outlet is ``offset + gain * inlet temperature``; offset is the water's at
    the outlet where nothing flows. The rest is kept for :func:`advanced`.
    """

    offset: FloatArray
    gain: FloatArray
    parcels: Parcels
    fills: FloatArray
    decay: FloatArray
    t_eq: FloatArray
    gone: FloatArray  # (pipe, slot) width that leaves
    share: FloatArray  # (pipe, slot) of each parcel's width
    leaving: FloatArray  # (pipe, slot) width times excess over t_eq, as it leaves

    def advanced(self, t_in: FloatArray) -> tuple[Parcels, FloatArray]:
        """See :func:`advanced`."""
        return advanced(self, t_in)


def passage(parcels: Parcels, fills: FloatArray, decay: FloatArray, t_eq: FloatArray) -> Passage:
    """The linear operator of every pipe over a step.

    Parameters
    ----------
    parcels : Parcels
        Oriented along the flow.
    fills : array
        Heat capacity that passes during the step, over the pipe's; (pipe,), >= 0. [-]
    decay : array
        Step over time constant; (pipe,), >= 0. [-]
    t_eq : array
        Equilibrium temperature during the step; (pipe,). [degC]

    Returns
    -------
    Passage
        With offset [degC] and gain [-] of the outlet's mean temperature.
    """
    part = np.s_[:, : int(parcels.count.max(initial=1))]
    width, growth = parcels.width[part], parcels.growth[part]
    begin = np.cumsum(width, axis=1) - width
    gone = np.minimum(np.maximum(fills[:, None] - begin, 0.0), width)
    share = gone / np.where(width > 0, width, 1.0)
    flows = fills > 0
    safe = np.where(flows, fills, 1.0)
    rate = (decay / safe)[:, None]
    fade = rate * gone
    uniform = (parcels.level[part] - t_eq[:, None]) * _mean_exp(-fade)
    sloped = parcels.edge[part] * _mean_exp(growth * share - fade)
    leaving = gone * np.exp(-rate * begin) * (uniform + sloped)
    gain = np.where(flows, np.maximum(1.0 - 1.0 / safe, 0.0) * np.exp(-decay / np.maximum(safe, 1.0)), 0.0)
    moving = t_eq * (1.0 - gain) + leaving.sum(axis=1) / safe
    offset = np.where(flows, moving, parcels.level[:, 0] + parcels.edge[:, 0])
    return Passage(offset, gain, parcels, fills, decay, t_eq, gone, share, leaving)


def advanced(way: Passage, t_in: FloatArray) -> tuple[Parcels, FloatArray]:
    """The parcels after the step, and the heat lost on the way.

    Parameters
    ----------
    way : Passage
        The step.
    t_in : array
        Mean temperature at each inlet; (pipe,), ignored where nothing flows. [degC]

    Returns
    -------
    parcels : Parcels
        After the step.
    loss : array
        Heat given to the surroundings, in pipe capacities times kelvin; (pipe,). Integrated over each
        element's residence, not taken from the difference of in, out and store. [K]
    """
    parcels, fills, decay, t_eq = way.parcels, way.fills, way.decay, way.t_eq
    flows = fills > 0
    entered = np.minimum(fills, 1.0)
    excess_in = np.where(flows, t_in - t_eq, 0.0)
    part = np.s_[:, : way.gone.shape[1]]
    growth, edge = parcels.growth[part], parcels.edge[part]
    rest = parcels.width[part] - way.gone
    above = parcels.level[part] - t_eq[:, None]
    edge_rest = edge * np.exp(growth * way.share)
    growth_rest = growth * (1.0 - way.share)

    # Heat lost by what left, by what stays, by what entered and stays, by what passed right through.
    left_with = way.gone * (above + edge * _mean_exp(growth * way.share))
    stays_with = rest * (above + edge_rest * _mean_exp(growth_rest))
    stay = decay / np.maximum(fills, 1.0)
    loss = (
        (left_with - way.leaving).sum(axis=1)
        - np.expm1(-decay) * stays_with.sum(axis=1)
        + excess_in * entered * (1.0 - _mean_exp(-stay))
        - excess_in * np.maximum(fills - 1.0, 0.0) * np.expm1(-stay)
    )

    kept = np.exp(-decay)[:, None]
    occupied = np.arange(rest.shape[1]) < parcels.count[:, None]
    emptied = ((rest <= 0) & occupied).sum(axis=1)
    shape = parcels.width.shape
    out = Parcels(
        _shifted(rest, emptied, shape),
        _shifted(np.where(occupied, t_eq[:, None] + above * kept, 0.0), emptied, shape),
        _shifted(edge_rest * kept, emptied, shape),
        _shifted(growth_rest, emptied, shape),
        parcels.count - emptied,
        parcels.forward,
        parcels.merged,
    )
    _make_room(out, flows)
    row = np.flatnonzero(flows)
    last = out.count[row]
    out.width[row, last] = entered[row]
    out.level[row, last] = t_eq[row]
    out.edge[row, last] = (excess_in * np.exp(-stay))[row]
    out.growth[row, last] = stay[row]
    out.count[row] += 1
    return out, loss


def _mean_exp(x: FloatArray) -> FloatArray:
    """Mean of exp over the interval from 0 to x: expm1(x) / x, 1 at 0."""
    small = np.abs(x) < 1e-8
    safe = np.where(small, 1.0, x)
    return np.where(small, 1.0 + 0.5 * x, np.expm1(safe) / safe)


def _shifted(values: FloatArray, by: IntArray, shape: tuple[int, ...]) -> FloatArray:
    """Rows moved towards slot 0 by their own number of slots, zeros behind."""
    used = values.shape[1]
    source = np.arange(used) + by[:, None]
    out = np.zeros(shape)
    out[:, :used] = np.where(
        source < used, np.take_along_axis(values, np.minimum(source, used - 1), axis=1), 0.0
    )
    return out


def _make_room(parcels: Parcels, needed: NDArray[np.bool_]) -> None:
    """Merge the two most alike neighbours, in place, where every slot is taken and one is needed."""
    for pipe in np.flatnonzero(needed & (parcels.count == SLOTS)):
        width = parcels.width[pipe]
        inside = parcels.level[pipe] + parcels.edge[pipe] * _mean_exp(parcels.growth[pipe])
        moved = np.abs(np.diff(inside)) * width[:-1] * width[1:] / (width[:-1] + width[1:])
        at = int(np.argmin(moved))
        both = width[at] + width[at + 1]
        parcels.level[pipe, at] = (width[at : at + 2] @ inside[at : at + 2]) / both
        parcels.edge[pipe, at] = parcels.growth[pipe, at] = 0.0
        parcels.width[pipe, at] = both
        for values in (parcels.width, parcels.level, parcels.edge, parcels.growth):
            values[pipe, at + 1 : -1] = values[pipe, at + 2 :]
            values[pipe, -1] = 0.0
        parcels.count[pipe] -= 1
        parcels.merged += 1
