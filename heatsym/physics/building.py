"""Heat that buildings need: one zone with five resistances and one capacity, many zones at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from heatsym.interfaces.axis import FloatArray

H_SURFACE_AIR = 3.45
"""Between air and surfaces, per area of surfaces. [W/(m2 K)]"""
H_MASS_SURFACE = 9.1
"""Between surfaces and mass, per effective area of the mass. [W/(m2 K)]"""
SURFACE_PER_FLOOR = 4.5
"""Area of all surfaces over that of the floor. [-]"""

PIECE = 2**17
"""Values of a quantity that are prepared together: 1 MB, which stays in the cache."""


class Rows(Protocol):
    """Values (time, zone) that are read by their steps; an array is one."""

    def __getitem__(self, steps: slice, /) -> FloatArray:
        """Rows of some steps, (time, zone)."""


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Heated zones, (zone,) each.

    ``opaque`` and ``window`` are the conductances of walls, roof and floor, and of windows, to outdoor air
    [W/K]; ``capacity`` is the heat capacity of the mass [J/K], ``mass_area`` its effective area and
    ``surface_area`` that of all surfaces that face the zone [m2].
    """

    opaque: FloatArray
    window: FloatArray
    capacity: FloatArray
    mass_area: FloatArray
    surface_area: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Warmth:
    """What became of the zones: ``heat`` [W] and ``t_air`` [degC], means of the steps, (time, zone).

    ``t_mass`` is the temperature of the mass at the end, (zone,) [degC].
    """

    heat: FloatArray
    t_air: FloatArray
    t_mass: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How a step follows from what acts on it; (zone,) or (time, zone) each.

    The mass ends at ``keep`` t + ``mass_outdoor`` t_e + ``mass_internal`` Q_i + ``mass_solar`` Q_s +
    ``mass_heat`` Q_h, where t is its temperature at the start; the air is on average at ``air`` t +
    ``air_outdoor`` t_e and so on. Coefficients of temperatures [-], of heat [K/W].
    """

    keep: FloatArray
    mass_outdoor: FloatArray
    mass_internal: FloatArray
    mass_solar: FloatArray
    mass_heat: FloatArray
    air: FloatArray
    air_outdoor: FloatArray
    air_internal: FloatArray
    air_solar: FloatArray
    air_heat: FloatArray


def response(zones: Zones, ventilation: FloatArray, step: float) -> Response:
    r"""How mass and air of each zone answer to outdoor air, gains and heating within a step.

    Parameters
    ----------
    zones : Zones
        Conductances [W/K], capacities [J/K] and areas [m2], (zone,) each.
    ventilation : array, shape (zone,) or (time, zone)
        Conductance of the air that is exchanged with outdoors. [W/K]
    step : float
        Length of a step. [s]

    Returns
    -------
    Response
        Coefficients of temperatures [-] and of heat [K/W].

    Raises
    ------
    ValueError
        If walls conduct more than their mass can take from the surfaces: the method has no answer then.

    Notes
    -----
    Air, surfaces and mass are nodes, of which the mass alone stores heat. With

    .. math:: H_{is} = 3.45 A_t,\quad H_{ms} = 9.1 A_m,\quad 1/H_{em} = 1/H_{op} - 1/H_{ms}

    between air and surfaces, surfaces and mass, mass and outdoors, gains reach the air with
    :math:`\Phi_{ia} = \Phi_i / 2`, and mass and surfaces with

    .. math:: \Phi_m = \frac{A_m}{A_t} \left(\frac{\Phi_i}{2} + \Phi_s\right),\quad
        \Phi_{st} = \left(1 - \frac{A_m}{A_t} - \frac{H_w}{9.1 A_t}\right)
        \left(\frac{\Phi_i}{2} + \Phi_s\right);

    the rest leaves through the windows at once. Heating goes to the air. With :math:`k_1 =
    H_{is}/(H_{ve} + H_{is})`, :math:`H_2 = k_1 H_{ve} + H_w`, :math:`k_2 = H_{ms}/(H_2 + H_{ms})` and
    :math:`H = k_2 H_2 + H_{em}` the mass follows

    .. math:: C \dot T_m = \Phi_m + H_{em} (T_e - T_m) + k_2 \left(\Phi_{st} + k_1 (\Phi_{ia} + \Phi_h)
        + H_2 (T_e - T_m)\right),

    with the time constant C/H where nothing is heated. The step is that of Crank and Nicolson, so that the
    mean of a step is that of its ends. Written in this way, nothing is divided by the ventilation, which
    may be zero.

    References
    ----------
    .. [1] ISO 13790:2008, simple hourly method, sections 12.2.2 and C.2 to C.4, equations C.1 to C.13, as
       written out in DIBS, iso_simulator/building_physics.py (IWU, MIT), after RC_BuildingSimulator (ETH).
       That supply air is outdoor air is its assumption too.
    """
    to_mass, from_surface = H_MASS_SURFACE * zones.mass_area, H_SURFACE_AIR * zones.surface_area
    if np.any(zones.opaque >= to_mass):
        raise ValueError("the opaque envelope conducts more than 9.1 W/(m2 K) times the area of the mass")
    outer = zones.opaque * to_mass / (to_mass - zones.opaque)
    on_mass = zones.mass_area / zones.surface_area
    on_surface = 1.0 - on_mass - zones.window / (H_MASS_SURFACE * zones.surface_area)

    air = ventilation + from_surface
    k_air = from_surface / air
    second = k_air * ventilation + zones.window
    surface = second + to_mass
    k_surface = to_mass / surface
    half = 0.5 * (k_surface * second + outer)
    stored = zones.capacity / step
    mass = stored + half

    keep = (stored - half) / mass
    mass_outdoor = 2.0 * half / mass
    mass_radiant = (on_mass + k_surface * on_surface) / mass
    mass_heat = k_surface * k_air / mass

    to_air = k_air / surface  # of what reaches the surfaces
    air_radiant = to_air * (0.5 * to_mass * mass_radiant + on_surface)
    air_heat = to_air * (0.5 * to_mass * mass_heat + k_air) + 1.0 / air
    return Response(
        keep=keep,
        mass_outdoor=mass_outdoor,
        mass_internal=0.5 * (mass_radiant + mass_heat),
        mass_solar=mass_radiant,
        mass_heat=mass_heat,
        air=0.5 * to_air * to_mass * (1.0 + keep),
        air_outdoor=to_air * (0.5 * to_mass * mass_outdoor + second) + ventilation / air,
        air_internal=0.5 * (air_radiant + air_heat),
        air_solar=air_radiant,
        air_heat=air_heat,
    )


def steady_heat(
    zones: Zones, ventilation: FloatArray, t_air: FloatArray | float, t_outdoor: FloatArray | float
) -> FloatArray:
    r"""Heat that keeps the air of each zone warm, without gains, once all is steady.

    Parameters
    ----------
    zones : Zones
        Conductances [W/K], capacities [J/K] and areas [m2], (zone,) each.
    ventilation : array, shape (zone,)
        Conductance of the air that is exchanged with outdoors. [W/K]
    t_air, t_outdoor : float or array, shape (zone,)
        Air inside and outdoors. [degC]

    Returns
    -------
    array, shape (zone,)
        Heat. [W]

    Notes
    -----
    .. math:: Q = (T_a - T_e) \left(H_{ve} + \frac{1}{1/H_{is} + 1/(H_w + H_{op})}\right)

    Surfaces stay colder than the air, so that this is less than :math:`H_{ve} + H_w + H_{op}` times the
    difference.

    References
    ----------
    .. [1] Derived here from the nodes of :func:`response`.

    Examples
    --------
    >>> one = np.ones(1)
    >>> house = Zones(100.0 * one, 50.0 * one, 1.65e7 * one, 250.0 * one, 450.0 * one)
    >>> steady_heat(house, 60.0 * one, 20.0, -12.0).round().tolist()
    [6297.0]
    """
    surface = zones.window + zones.opaque
    inner = H_SURFACE_AIR * zones.surface_area
    return np.asarray((ventilation + surface * inner / (surface + inner)) * (t_air - t_outdoor))


def march(
    zones: Zones,
    ventilation: FloatArray | Rows,
    t_outdoor: FloatArray,
    internal: Rows,
    solar: Rows,
    set_point: Rows,
    largest_heat: FloatArray,
    t_mass: FloatArray,
    step: float,
) -> Warmth:
    r"""Heat that holds each zone at its set-point, step by step, and what its air comes to.

    Parameters
    ----------
    zones : Zones
        Conductances [W/K], capacities [J/K] and areas [m2], (zone,) each.
    ventilation : array, shape (zone,), or rows (time, zone)
        Conductance of the air that is exchanged with outdoors. [W/K]
    t_outdoor : array, shape (time,)
        Outdoor air. [degC]
    internal, solar : rows (time, zone)
        Gains from people and devices, and through windows. [W]
    set_point : rows (time, zone)
        Air below which is heated. [degC]
    largest_heat : array, shape (zone,)
        What the heating can give, infinite without a limit. [W]
    t_mass : array, shape (zone,)
        Temperature of the mass at the start. [degC]
    step : float
        Length of a step, up to an hour. [s]

    Returns
    -------
    Warmth
        Heat [W] and air [degC] of all steps, and the mass at the end [degC].

    Notes
    -----
    As all is linear in the heating, the air that would be there without any, :math:`T_0`, and what a watt
    adds to it, f, give the need at once:

    .. math:: Q = \min\left(Q_{max}, \max\left(0, \frac{T_{set} - T_0}{f}\right)\right).

    The standard finds the same from a second trial with 10 W per square metre of floor. Where the limit
    binds, the air stays below the set-point by the degrees that are unmet. Nothing is cooled.

    References
    ----------
    .. [1] ISO 13790:2008, section C.4.2, as written out in DIBS; see :func:`response`.
    """
    steps, count = len(t_outdoor), len(zones.opaque)
    heat, t_air = np.empty((steps, count)), np.empty((steps, count))
    constant = isinstance(ventilation, np.ndarray) and ventilation.ndim == 1
    mass, part = np.array(t_mass, dtype=np.float64), np.empty(count)
    size = max(1, PIECE // max(count, 1))
    here = response(zones, ventilation[:], step) if constant else None
    for first in range(0, steps, size):
        rows = slice(first, min(first + size, steps))
        if here is None or not constant:
            here = response(zones, ventilation[rows], step)
        outdoor, gains, sun = t_outdoor[rows, None], internal[rows], solar[rows]
        driven = outdoor * here.mass_outdoor + gains * here.mass_internal + sun * here.mass_solar
        free = outdoor * here.air_outdoor + gains * here.air_internal + sun * here.air_solar
        wanted = (set_point[rows] - free) / here.air_heat
        by_mass = here.air / here.air_heat
        varying = (np.broadcast_to(values, free.shape) for values in (by_mass, here.keep, here.mass_heat))
        steps_here = zip(heat[rows], t_air[rows], wanted, driven, *varying, strict=True)
        for need, began, want, drive, less, keep, answer in steps_here:
            np.copyto(began, mass)
            np.multiply(less, mass, out=part)
            np.subtract(want, part, out=need)
            np.maximum(need, 0.0, out=need)
            np.minimum(need, largest_heat, out=need)
            np.multiply(keep, mass, out=mass)
            np.add(mass, drive, out=mass)
            np.multiply(answer, need, out=part)
            np.add(mass, part, out=mass)
        t_air[rows] = here.air * t_air[rows] + free + here.air_heat * heat[rows]
    return Warmth(heat, t_air, mass)
