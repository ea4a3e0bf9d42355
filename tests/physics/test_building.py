"""The zone with five resistances and one capacity: by hand, in closed form, and its balances."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.interfaces.axis import FloatArray
from heatsym.physics.building import Warmth, Zones, march, response, steady_heat

HOUR = 3600.0
UNLIMITED = np.inf


def one(values: tuple[float, ...]) -> Zones:
    return Zones(*(np.array([value]) for value in values))


HOUSE = one((200.0, 60.0, 100 * 165e3, 250.0, 450.0))  # 100 m2, medium
AIR_CHANGE = np.array([50.0])
# by hand: H_is = 1552.5, H_ms = 2275, H_em = 1/(1/200 - 1/2275) = 219.2771
#  k1 = 1552.5/1602.5, H_2 = k1 50 + 60 = 108.4399, H_3 = H_2 2275/(H_2 + 2275) = 103.5061
LOSS_OF_MASS = 219.27711 + 103.50608


def held(
    zones: Zones,
    ventilation: FloatArray,
    t_outdoor: FloatArray,
    *,
    internal: float | FloatArray = 0.0,
    solar: float | FloatArray = 0.0,
    set_point: float | FloatArray = -273.0,
    largest_heat: float = UNLIMITED,
    t_mass: float = 20.0,
    step: float = HOUR,
) -> Warmth:
    count = len(zones.opaque)
    shape = (len(t_outdoor), count)
    rows = (np.broadcast_to(np.asarray(values, float), shape) for values in (internal, solar, set_point))
    limit = np.full(count, largest_heat)
    return march(zones, ventilation, t_outdoor, *rows, limit, np.full(count, t_mass), step)


def many(count: int) -> tuple[Zones, FloatArray, FloatArray]:
    """Zones at random with their ventilation and floor area."""
    draw = np.random.default_rng(7).uniform
    floor = draw(60.0, 5000.0, count)
    zones = Zones(
        floor * draw(0.2, 4.0, count),
        floor * draw(0.1, 0.9, count),
        floor * draw(8e4, 3.7e5, count),
        floor * draw(2.5, 3.5, count),
        4.5 * floor,
    )
    return zones, floor * draw(0.0, 1.0, count), floor


def weather(steps: int, step: float = HOUR) -> tuple[FloatArray, FloatArray]:
    """A year of outdoor air, and how much sun there is of 1."""
    hour = np.arange(steps) * step / HOUR
    season, day = np.cos(2 * np.pi * (hour - 500) / 8760), np.cos(2 * np.pi * (hour - 14) / 24)
    return 9.0 - 9.0 * season + 4.0 * day, np.maximum(day - 0.3 - 0.4 * season, 0.0)


def test_cools_down_with_the_time_constant_of_its_resistances() -> None:
    """Without heat: an exponential, whose error is that of the second-order step."""
    error = []
    tau = 165e5 / LOSS_OF_MASS
    for step in (HOUR, HOUR / 4):
        steps = int(48 * HOUR / step)
        found = held(HOUSE, AIR_CHANGE, np.zeros(steps), step=step).t_mass[0]
        error.append(abs(found - 20.0 * np.exp(-48 * HOUR / tau)))
    assert error[0] < 2e-3
    assert error[1] == pytest.approx(error[0] / 16, rel=0.03)


def test_air_follows_a_step_outdoors_at_once_and_then_slowly() -> None:
    """In equilibrium at 10 degC, 0 degC outdoors from now on; air and surfaces hold no heat."""
    found = held(HOUSE, AIR_CHANGE, np.zeros(2000), t_mass=10.0, step=60.0).t_air[:, 0]
    # surfaces: 2275 (10 - t_s) = 108.4399 t_s; air: 1552.5 t_s / 1602.5
    at_once = 22750 / (2275 + 108.4399) * 1552.5 / 1602.5
    tau = 165e5 / LOSS_OF_MASS
    middle = (np.arange(2000) + 0.5) * 60.0
    np.testing.assert_allclose(found, at_once * np.exp(-middle / tau), rtol=1e-5)


def test_steady_state_by_hand() -> None:
    """20 degC inside, 0 outdoors: 50 + 1/(1/1552.5 + 1/260) = 272.705 W/K, less what the gains give."""
    cold = np.zeros(3000)
    assert steady_heat(HOUSE, AIR_CHANGE, 20.0, 0.0)[0] == pytest.approx(5454.1, abs=0.1)
    heated = held(HOUSE, AIR_CHANGE, cold, set_point=20.0)
    assert heated.heat[-1, 0] == pytest.approx(5454.1, abs=0.1)
    # gains: half of the internal ones to the air; the rest, and the sun, to mass 250/450 and surfaces
    # 1 - 250/450 - 60/(9.1 450) = 0.429793, less 10 W: through mass to surfaces 2275/(2275 + 219.277)
    gained = held(HOUSE, AIR_CHANGE, cold, set_point=20.0, internal=400.0, solar=300.0)
    radiant, to_surface = 500.0, 250 / 450 * 2275 / 2494.27711 + 0.4297924
    # at the surfaces what comes in is shared by the air behind H_is and the ways out, 60 + 200
    saved = 200.0 + radiant * to_surface * 1552.5 / (1552.5 + 260.0)
    assert gained.heat[-1, 0] == pytest.approx(5454.1 - saved, abs=0.2)
    assert gained.t_air[-1, 0] == pytest.approx(20.0)


def test_energy_balance_over_a_year() -> None:
    """From heat and air alone, node by node: what flows into the mass is what it has stored."""
    zones, ventilation, floor = many(40)
    t_outdoor, sun = weather(8760)
    hour = np.arange(8760) % 24
    internal = np.where((hour > 6) & (hour < 22), 6.0, 2.0)[:, None] * floor
    solar = sun[:, None] * 30.0 * floor
    set_point = np.where(hour > 5, 20.0, 16.0)[:, None]
    limit = 35.0 * floor
    shape = (8760, 40)
    found = march(
        zones, ventilation, t_outdoor, internal, solar, np.broadcast_to(set_point, shape), limit,
        np.full(40, 18.0), HOUR,
    )  # fmt: skip
    outdoor = t_outdoor[:, None]
    from_surface, to_mass = 3.45 * zones.surface_area, 9.1 * zones.mass_area
    outer = 1 / (1 / zones.opaque - 1 / to_mass)
    radiant = 0.5 * internal + solar
    on_mass = zones.mass_area / zones.surface_area
    lost = zones.window / (9.1 * zones.surface_area) * radiant
    through_air = ventilation * (found.t_air - outdoor)
    t_surface = found.t_air + (through_air - 0.5 * internal - found.heat) / from_surface
    through_window = zones.window * (t_surface - outdoor)
    at_surface = radiant * (1 - on_mass) - lost
    t_mass = t_surface + (through_window + from_surface * (t_surface - found.t_air) - at_surface) / to_mass
    through_wall = outer * (t_mass - outdoor)
    came = (found.heat + internal + solar - lost).sum(axis=0) * HOUR
    left = (through_air + through_window + through_wall).sum(axis=0) * HOUR
    stored = zones.capacity * (found.t_mass - 18.0)
    np.testing.assert_allclose(came - left, stored, atol=1e-9 * came.max())
    assert (found.heat == limit).any(axis=0).sum() > 3  # limits did bind
    assert (found.heat == 0.0).any(axis=0).all()  # and summers were free


def test_never_heated_above_the_set_point_nor_beyond_the_limit() -> None:
    zones, ventilation, floor = many(60)
    t_outdoor, sun = weather(8760)
    set_point = np.where(np.arange(8760) % 24 > 5, 21.0, 15.0)[:, None]
    limit = 40.0
    found = held(
        zones, ventilation / floor, t_outdoor, solar=sun[:, None] * 20.0, set_point=set_point,
        largest_heat=limit,
    )  # fmt: skip
    heated = found.heat > 0
    assert (found.t_air[heated] <= np.broadcast_to(set_point, heated.shape)[heated] + 1e-9).all()
    short = found.t_air < set_point - 1e-9
    assert short.any()
    assert (found.heat[short] == limit).all()
    assert found.heat.min() == 0.0


def test_neighbours_and_order_do_not_matter() -> None:
    """A zone gets the same to the last bit alone, in another order, and in pieces of time."""
    zones, ventilation, floor = many(30)
    t_outdoor, sun = weather(600)
    keys = {"solar": (sun[:, None] * 20.0 * floor), "set_point": 20.0}
    whole = held(zones, ventilation, t_outdoor, **keys)
    order = np.random.default_rng(1).permutation(30)
    turned = Zones(*(getattr(zones, name)[order] for name in Zones.__slots__))
    found = held(turned, ventilation[order], t_outdoor, solar=keys["solar"][:, order], set_point=20.0)
    np.testing.assert_array_equal(found.heat, whole.heat[:, order])
    alone = Zones(*(getattr(zones, name)[4:5] for name in Zones.__slots__))
    found = held(alone, ventilation[4:5], t_outdoor, solar=keys["solar"][:, 4:5], set_point=20.0)
    np.testing.assert_array_equal(found.heat, whole.heat[:, 4:5])


def test_ventilation_by_the_hour_and_none_at_all() -> None:
    """Rows of the same value are that value; a tight zone without exchange is no division by zero."""
    t_outdoor, _ = weather(500)
    constant = held(HOUSE, AIR_CHANGE, t_outdoor, set_point=20.0)
    rows = march(
        HOUSE, np.full((500, 1), 50.0), t_outdoor, *(np.full((500, 1), v) for v in (0.0, 0.0, 20.0)),
        np.array([UNLIMITED]), np.array([20.0]), HOUR,
    )  # fmt: skip
    np.testing.assert_array_equal(rows.heat, constant.heat)
    tight = held(HOUSE, np.zeros(1), np.zeros(3000), set_point=20.0).heat[-1, 0]
    assert tight == pytest.approx(20.0 / (1 / 1552.5 + 1 / 260.0))
    assert np.isfinite(response(HOUSE, np.zeros(1), HOUR).air_outdoor).all()


def test_quarter_hours_need_the_heat_of_hours() -> None:
    """With the same weather and habits within an hour a year's heat moves by less than a per mille."""
    t_outdoor, _ = weather(8760)
    set_point = np.where(np.arange(8760) % 24 > 5, 20.0, 17.0)[:, None]
    hours = held(HOUSE, AIR_CHANGE, t_outdoor, set_point=set_point)
    quarters = held(
        HOUSE, AIR_CHANGE, t_outdoor.repeat(4), set_point=set_point.repeat(4, axis=0), step=HOUR / 4
    )
    assert quarters.heat.sum() / 4 == pytest.approx(hours.heat.sum(), rel=1e-3)


def test_walls_that_conduct_more_than_their_mass_takes_are_refused() -> None:
    thin = one((2275.0, 60.0, 165e5, 250.0, 450.0))
    with pytest.raises(ValueError, match="opaque envelope"):
        response(thin, AIR_CHANGE, HOUR)
