"""Rounds of plan and march: a source whose offer follows the return temperature that a march finds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from heatsym.engine.settle import SETTLED, settle
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Offer, Site, Use
from heatsym.interfaces.profile import Context
from heatsym.sources.common import plant_offer, plant_use
from heatsym.sources.ideal import Ideal
from tests.build import Net


@dataclass(frozen=True)
class Chiller:
    """Gives ``most`` at 30 degC of return water and less by ``slope`` per kelvin above."""

    kind: ClassVar[str] = "chiller"
    surplus: ClassVar[bool] = True
    minds_return: ClassVar[bool] = True
    fuel: ClassVar[None] = None
    most: float
    slope: float
    name: str = "chiller"
    node: str = "N0"
    enabled: bool = True

    def power(self, site: Site) -> FloatArray:
        return np.maximum(self.most - self.slope * (site.t_return - 30.0), 0.0)

    def offer(self, ctx: Context, site: Site) -> Offer:
        return plant_offer(self.power(site), site.t_feed.copy())

    def basis(self) -> tuple[str, ...]:
        return ()

    def use(self, ctx: Context, site: Site, heat: FloatArray) -> Use:
        return plant_use(self.power(site), heat)


def settled_with(chiller: Chiller, t_return: float = 40.0):
    """Two sources at one end of a pipe, one consumer at the other."""
    net = Net([(0, 1)], consumers=[1], sources=[0, 0], length=2000.0)
    problem = net.problem(100e3, steps=48, t_return=t_return, tolerance=1e-6)
    problem = replace(problem, sources=(chiller, Ideal(name="boiler", node="N0")))
    return settle(problem, lambda done, text: None)


def test_the_settled_heat_is_the_offer_at_the_temperature_that_it_causes() -> None:
    trajectory = settled_with(Chiller(most=80e3, slope=2e3))
    assert trajectory.settled
    assert trajectory.rounds > 1
    assert trajectory.change[-1] <= SETTLED
    back = trajectory.march.source_return_temperature[:, 0]
    assert not np.allclose(back, 40.0, atol=0.5)  # the first round's guess was another
    heat = trajectory.march.source_heat[:, 0]
    np.testing.assert_allclose(heat, 80e3 - 2e3 * (back - 30.0), rtol=2e-3)
    assert trajectory.unsettled_hours == {}


def test_a_plan_that_does_not_settle_is_named_with_its_hours() -> None:
    """An offer that changes whatever the march finds."""

    class Contrary(Chiller):
        def power(self, site: Site) -> FloatArray:
            self.calls.append(1)
            return np.full_like(site.t_return, self.most if len(self.calls) % 2 else 0.5 * self.most)

        calls: ClassVar[list[int]] = []

    trajectory = settled_with(Contrary(most=80e3, slope=0.0))
    assert not trajectory.settled
    assert trajectory.rounds == 5
    assert trajectory.unsettled_hours["chiller"] == pytest.approx(48.0)
