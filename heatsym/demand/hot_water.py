"""Hot water of dwellings: draws by chance and habit, tanks that are charged, circulation.

Nothing of size (time, consumer) is held. Whether a draw begins depends on a hash of the seed, the
consumer's name, the instant and the kind of draw, so that any step can be made by itself, and that a
consumer draws the same whoever else is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from heatsym.demand.calendar import day_type
from heatsym.errors import InputError, Problem
from heatsym.interfaces.axis import FloatArray, IntArray, TimeArray, TimeAxis
from heatsym.interfaces.stepwise import Made, Stepwise, pieces
from heatsym.tables import read_table

SATURDAY = 5
DAYS_OF_YEAR = 365
CLASSES_PER_OCTAVE = 8  # of consumers by how many draws they make: neighbours differ by 9 %
MOST_COUNTED = 5.0  # mean number of draws up to which their number in a step is looked up exactly
TOGETHER = 2**16  # values that are made together, where consumers are few: short arrays take longer
FEW = 0.1  # share of consumers with more draws below which only they are looked at

_HEAT_OF_LITRE = 4180.0  # per kelvin, of water at the tap, 1 kg/l [J/(l K)]
_GOLDEN = 0x9E3779B97F4A7C15

HashArray = NDArray[np.uint64]
CountArray = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Kinds of draws, (kind,): energy [J], duration [s], and how many begin in an hour.

    ``rate`` (kind, day type, hour) is that of a dwelling with the litres of the table, on weekdays,
    Saturdays and Sundays.
    """

    kind: tuple[str, ...]
    energy: FloatArray
    duration: FloatArray
    rate: FloatArray


@cache
def published_draws() -> Draws:
    """The packaged table of draws, at the packaged rise of temperature."""
    rows = read_table("hot_water_draws")
    kinds = tuple(row["kind"] for row in rows)
    rise = default("temperature_rise")
    a_day = np.array([[float(row["draws_per_day"]) * float(row[day]) for day in DAY_TYPES] for row in rows])
    hours = np.array([[float(row[kind]) for row in read_table("hot_water_hours")] for kind in kinds]) / 1e4
    return Draws(
        kinds,
        np.array([float(row["litres"]) for row in rows]) * _HEAT_OF_LITRE * rise,
        np.array([float(row["duration_s"]) for row in rows]),
        a_day[:, :, None] * hours[:, None, :],
    )


DAY_TYPES = ("weekday", "saturday", "sunday")


def default(quantity: str) -> float:
    """A packaged default of hot water, in the unit of its table."""
    (value,) = (row["value"] for row in read_table("hot_water_defaults") if row["quantity"] == quantity)
    return float(value)


def annual_heat_of(dwellings: FloatArray) -> FloatArray:
    """Hot water of so many dwellings in a year, where nothing else is known.

    Parameters
    ----------
    dwellings : array, shape (consumer,)
        Homes behind a consumer. [-]

    Returns
    -------
    array, shape (consumer,)
        Heat of 365 days, without circulation and tank losses. [J]

    References
    ----------
    .. [1] Planning value of the packaged table, 5 kWh per dwelling and day, assumed.
    """
    return np.asarray(dwellings * default("daily_heat") * 3.6e6 * DAYS_OF_YEAR)


def expected_share(axis: TimeAxis, region: str = "", season: float | None = None) -> FloatArray:
    r"""Mean power of draws in each step over the heat of a year: what chance scatters around.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps, of at most an hour; habits are looked up in local time at the start of a step.
    region : str
        Whose public holidays count as Sundays; none if empty.
    season : float, optional
        Amplitude of the year's wave, default that of the packaged table. [-]

    Returns
    -------
    array, shape (time,)
        Expected power of the draws that begin in a step, over annual heat. [1/s]

    Notes
    -----
    .. math:: s(t) = \frac{w(t) \sum_k r_k(t) E_k}{\sum_{365\,d} w \sum_k r_k E_k}, \quad
              w = 1 + A \cos\left(2 \pi \left(\frac{d}{n} - \frac{45}{365}\right)\right)

    with the rates r of the kinds k of draws, in numbers per time, their energies E, and the wave w of the
    year on day d of n. The 365 days are mean ones of the calendar year in which the run begins.

    References
    ----------
    .. [1] Wave: Jordan and Vajen, 2001, as in the packaged table. The rest is derived here.
    """
    table = published_draws()
    by_hour = np.einsum("k,kdh->dh", table.energy, table.rate)
    mean = by_hour[_day_types(axis, region), axis.hour] / 3600.0 / _year(axis, region, season)
    return np.asarray(mean * _wave(axis.day, season))


def drawn(
    axis: TimeAxis,
    names: Sequence[str],
    annual_heat: FloatArray,
    *,
    seed: int = 0,
    region: str = "",
    season: float | None = None,
    exactly: bool = False,
) -> Made:
    r"""Heat of the hot water that is drawn at the taps, by chance and habit.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps, of at most an hour; habits are looked up in local time at the start of a step.
    names : sequence of str
        Names of the consumers: with the seed, they say when each draws.
    annual_heat : array, shape (consumer,)
        Heat that draws take in 365 mean days of the calendar year in which the run begins. [J]
    seed : int
        Another seed is another year of the same people.
    region : str
        Whose public holidays count as Sundays; none if empty.
    season : float, optional
        Amplitude of the year's wave of the heat of draws, default that of the packaged table. [-]
    exactly : bool
        Scale each consumer's draws so that the run's sum is the expected one, which is meant for years:
        a day without a bath would else become one with large showers. Reads all steps once.

    Returns
    -------
    Made
        Heat drawn (time, consumer), mean of each step. [W]

    Raises
    ------
    InputError
        If a consumer's annual heat is missing or negative.

    Notes
    -----
    Draws of each kind begin independently of each other, as a Poisson process with the rate of the
    table by hour and kind of day, times the consumer's annual heat over that of a dwelling of the table:
    who uses more draws more often. In winter draws take more heat each, by the wave of the year. Sums
    over dwellings are again such processes, so that a block of flats takes no longer to make than a
    house. Rates follow classes 9 % apart; the rest of the ratio scales the energy of a draw. A draw
    begins anywhere in its step, evenly, and its energy goes to the steps in the mean shares that follow
    from its duration d: of a draw in a step of length s,

    .. math:: g(x) = \frac{F(x) - F(x - s)}{s\,d}, \quad
              F(y) = \begin{cases} 0 & y < 0 \\ y^2/2 & y < d \\ y d - d^2/2 \end{cases}

    has been delivered by the time x after the step's start. Up to 5 draws in the mean, numbers follow
    Poisson's distribution to 2^-32; beyond, its Cornish-Fisher expansion in the normal variate z of 16 bits,

    .. math:: N = \lambda + \sqrt\lambda z + \frac{z^2 - 1}{6} + \frac{z - z^3}{72 \sqrt\lambda}

    without rounding, which has the same mean and variance. Chance is hashed by the finaliser of
    SplitMix64 [2]_.

    References
    ----------
    .. [1] Kinds of draws, rates and hours: packaged tables, after Jordan and Vajen, Realistic Domestic
       Hot-Water Profiles in Different Time Scales, IEA SHC Task 26, 2001.
    .. [2] Constants as in the Java class SplittableRandom. The shares of a draw are derived here.
    """
    wrong = np.flatnonzero(~(np.isfinite(annual_heat) & (np.asarray(annual_heat) >= 0.0)))
    if len(wrong):
        reason = f"annual heat of hot water is {annual_heat[wrong[0]]:g} J"
        raise InputError([Problem("HS415", reason, f"consumer {names[wrong[0]]}")])
    crowd = _Crowd.of(axis, names, annual_heat, seed, region, season)
    shape = axis.steps, len(names)
    if exactly:
        total = np.zeros(shape[1])
        for part in pieces(*shape):
            total += crowd.rows(part).sum(axis=0)
        wanted = expected_share(axis, region, season).sum() * annual_heat
        crowd = crowd.scaled(np.divide(wanted, total, out=np.ones_like(total), where=total > 0.0))
    return Made(shape, _by_rows(crowd.rows, axis.steps))


def charged(axis: TimeAxis, taken: Stepwise, power: FloatArray) -> Made:
    r"""Heat that charges the tanks from which hot water is taken.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    taken : Stepwise
        What the tanks give and lose (time, consumer). [W]
    power : array, shape (consumer,)
        Largest charging power. Infinite where there is no tank: heat is then taken as it is drawn. [W]

    Returns
    -------
    Made
        Heat to the tanks (time, consumer). [W]

    Notes
    -----
    A tank is charged from the first draw on until what was taken is replaced:

    .. math:: D_t = \max(D_{t-1} + q_t s - P s, 0), \quad c_t s = D_{t-1} + q_t s - D_t

    with the deficit D. Local days stand for themselves: what a day leaves to be charged at midnight is
    charged in its first hours, so that every day takes exactly what it uses. Where the power is less than a
    day's mean need, the mean need is the power of that day. A day that the run cuts is one of fewer steps.

    References
    ----------
    .. [1] Derived here.
    """
    steps = taken.shape[0]
    _, first_of_day, position = np.unique(axis.day, return_index=True, return_inverse=True)
    ends = np.append(first_of_day, steps)

    @lru_cache(maxsize=2)
    def of_day(day: int) -> FloatArray:
        need = np.asarray(taken[int(ends[day]) : int(ends[day + 1])])
        most = np.maximum(power, need.mean(axis=0) * (1.0 + 1e-12))
        deficit = np.zeros(need.shape[1])
        heat = np.empty_like(need)
        for _ in range(2):
            for t in range(len(need)):
                deficit += need[t]
                np.minimum(deficit, most, out=heat[t])
                deficit -= heat[t]
        heat.flags.writeable = False
        return heat

    def rows(part: slice) -> FloatArray:
        found = np.empty((part.stop - part.start, taken.shape[1]))
        for day in range(int(position[part.start]), int(position[part.stop - 1]) + 1) if len(found) else ():
            begin, end = max(part.start, int(ends[day])), min(part.stop, int(ends[day + 1]))
            found[begin - part.start : end - part.start] = of_day(day)[begin - ends[day] : end - ends[day]]
        return found

    return Made((steps, taken.shape[1]), _by_rows(rows, steps))


def disinfection_share(axis: TimeAxis, weekday: int, hour: int) -> FloatArray:
    """When the heat of a weekly disinfection against legionella is taken.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps.
    weekday : int
        Monday 0 to Sunday 6, in local time.
    hour : int
        Hour of the day 0 to 23, in local time. Where clocks skip it, the hour that follows.

    Returns
    -------
    array, shape (time,)
        Power over the heat of one disinfection, which is spread evenly over the hour; an hour that
        clocks repeat is one of two hours. [1/s]

    References
    ----------
    .. [1] Derived here.
    """
    on = axis.weekday == weekday
    days, place = np.unique(axis.day[on], return_inverse=True)
    before, at, after = (axis.hour[on] == hour + offset for offset in (-1, 0, 1))
    begun, met, followed = (
        np.bincount(place[which], minlength=len(days)) > 0 for which in (before, at, after)
    )
    skipped = ~met & followed & (begun if hour > 0 else True)
    at |= after & skipped[place]
    length = np.maximum(np.bincount(place[at], minlength=len(days)) * axis.step, 3600)
    share = np.zeros(axis.steps)
    share[np.flatnonzero(on)[at]] = 1.0 / length[place[at]]
    return share


def hot_water(
    axis: TimeAxis,
    names: Sequence[str],
    annual_heat: FloatArray,
    *,
    seed: int = 0,
    region: str = "",
    season: float | None = None,
    exactly: bool = False,
    charging_power: FloatArray | float = np.inf,
    tank_loss: FloatArray | float = 0.0,
    circulation: FloatArray | float = 0.0,
    disinfection: FloatArray | float = 0.0,
    disinfection_weekday: int = 0,
    disinfection_hour: int = 3,
) -> Made:
    """Heat that consumers take for hot water.

    Parameters
    ----------
    axis : TimeAxis
        The run's steps, of at most an hour.
    names : sequence of str
        Names of the consumers.
    annual_heat : array, shape (consumer,)
        Heat that draws take in 365 mean days of the calendar year in which the run begins; 0 for none. [J]
    seed : int
        Another seed is another year of the same people.
    region : str
        Whose public holidays count as Sundays; none if empty.
    season : float, optional
        Amplitude of the year's wave of the heat of draws, default that of the packaged table. [-]
    exactly : bool
        Scale each consumer's draws so that the run's sum is the expected one.
    charging_power : float or array, shape (consumer,)
        Largest power that charges the tank; infinite where water is heated as it is drawn. [W]
    tank_loss : float or array, shape (consumer,)
        Steady loss of the tank, which charging replaces. [W]
    circulation : float or array, shape (consumer,)
        Steady loss of the circulation in the house, beside the tank. [W]
    disinfection : float or array, shape (consumer,)
        Additional heat of one weekly disinfection against legionella. [J]
    disinfection_weekday, disinfection_hour : int
        When it happens: Monday 0 to Sunday 6, hour 0 to 23, in local time.

    Returns
    -------
    Made
        Heat (time, consumer), mean of each step. [W]

    References
    ----------
    .. [1] Sum of :func:`drawn`, through :func:`charged` where there are tanks, and
       :func:`disinfection_share`; derived here.
    """
    count = len(names)
    power, lost, steady, extra = (
        np.broadcast_to(np.asarray(given, dtype=float), count)
        for given in (charging_power, tank_loss, circulation, disinfection)
    )
    draws = drawn(axis, names, annual_heat, seed=seed, region=region, season=season, exactly=exactly)
    taps = draws if not lost.any() else Made(draws.shape, lambda steps: draws[steps] + lost)
    heat = taps if np.all(np.isinf(power)) else charged(axis, taps, power)
    weekly = disinfection_share(axis, disinfection_weekday, disinfection_hour) if extra.any() else None

    def rows(part: slice) -> FloatArray:
        found: FloatArray = heat[part] + steady
        if weekly is not None:
            found += weekly[part, None] * extra
        return found

    return Made(heat.shape, _by_rows(rows, axis.steps))


def _by_rows(rows: Callable[[slice], FloatArray], steps: int) -> Callable[[int | slice], FloatArray]:
    """Steps as an array takes them, from a function of a slice from a first step to a later one."""

    def read(which: int | slice) -> FloatArray:
        if isinstance(which, slice):
            first, last, stride = which.indices(steps)
            if stride != 1:
                return rows(slice(0, steps))[which] if last != first else rows(slice(0, 0))
            return rows(slice(first, max(first, last)))
        step = range(steps)[which]
        return np.asarray(rows(slice(step, step + 1))[0])

    return read


def _day_types(axis: TimeAxis, region: str) -> IntArray:
    """0 for weekdays, 1 for Saturdays, 2 for Sundays and public holidays; (time,)."""
    days, position = np.unique(axis.day, return_inverse=True)
    return np.asarray(np.maximum(day_type(days, region) - SATURDAY + 1, 0)[position])


def _year(axis: TimeAxis, region: str, season: float | None) -> float:
    """Draws of a dwelling of the table in 365 mean days of the calendar year of the run's first day. [J]"""
    year = axis.day[0].astype("datetime64[Y]")
    days = np.arange(year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]"))
    table = published_draws()
    a_day = np.einsum("k,kdh->d", table.energy, table.rate)
    of_day = a_day[np.maximum(day_type(days, region) - SATURDAY + 1, 0)]
    return DAYS_OF_YEAR * float(np.mean(of_day * _wave(days, season)))


def _wave(day: TimeArray, season: float | None) -> FloatArray:
    """Heat of a draw on local days over its mean of the year. [-]"""
    amplitude = default("season_amplitude") if season is None else season
    year = day.astype("datetime64[Y]")
    begin, end = (edge.astype("datetime64[D]") for edge in (year, year + 1))
    passed = (day - begin).astype(np.int64) / (end - begin).astype(np.int64)
    return np.asarray(
        1.0 + amplitude * np.cos(2.0 * np.pi * (passed - default("season_peak") / DAYS_OF_YEAR))
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """Consumers in the order of their classes, and what their draws depend on in each step.

    ``order`` are their positions as given and ``place`` the way back, ``key`` their hashes, ``size``
    the energy of a draw over that of the table. ``many`` (class,) is how many dwellings of the table a
    class stands for, ascending, ``begin`` its first consumer, ``member`` (consumer,) the class.
    ``hour``, ``day_type`` and ``instant`` begin ``lead`` steps ahead of the run, as draws go on into later
    steps; ``wave`` (time,) is that of the year.
    """

    step: int
    seed: int
    order: IntArray
    place: IntArray
    key: HashArray
    size: FloatArray
    many: FloatArray
    begin: IntArray
    member: IntArray
    lead: int
    hour: IntArray
    day_type: IntArray
    instant: IntArray
    wave: FloatArray

    @classmethod
    def of(
        cls,
        axis: TimeAxis,
        names: Sequence[str],
        annual_heat: FloatArray,
        seed: int,
        region: str,
        season: float | None,
    ) -> _Crowd:
        """Consumers by class of how many draws they make."""
        ratio = np.asarray(annual_heat, dtype=float) / _year(axis, region, season)
        drawing = ratio > 0.0
        octave = np.rint(np.log2(ratio, out=np.zeros_like(ratio), where=drawing) * CLASSES_PER_OCTAVE)
        many = np.where(drawing, np.exp2(octave / CLASSES_PER_OCTAVE), 0.0)
        order = np.argsort(many, kind="stable")
        classes, begin = np.unique(many[order], return_index=True)
        key = np.array([_key(names[i], seed) for i in order], dtype=np.uint64)
        size = np.divide(ratio, many, out=np.zeros_like(ratio), where=drawing)[order]
        lead = max(len(_shares(float(d), axis.step)) for d in published_draws().duration) - 1
        wide = TimeAxis(
            axis.start - np.timedelta64(lead * axis.step, "s"), axis.step, axis.steps + lead, axis.timezone
        )
        return cls(
            axis.step,
            seed,
            order,
            np.argsort(order),
            key,
            size,
            classes,
            begin,
            np.repeat(np.arange(len(classes)), np.diff(np.append(begin, len(order)))),
            lead,
            wide.hour,
            _day_types(wide, region),
            wide.utc.astype(np.int64),
            _wave(axis.day, season),
        )

    def scaled(self, factor: FloatArray) -> _Crowd:
        """The same with other sizes of draws."""
        values = [getattr(self, name) for name in self.__slots__]
        values[self.__slots__.index("size")] = self.size * factor[self.order]
        return _Crowd(*values)

    def rows(self, part: slice) -> FloatArray:
        """Heat of some steps (time, consumer). [W]"""
        table = published_draws()
        count = max(part.stop - part.start, 0)
        heat = np.zeros((count, len(self.key)))
        shares = [_shares(float(duration), self.step) for duration in table.duration]
        together = TOGETHER // max(len(self.key), 1)
        if together < 24:  # hardly two of them have the same hour: sorting them would only cost
            together = 1
        for first in range(-self.lead, count, together) if count else ():
            last = min(first + together, count)
            begun = self._begun(slice(part.start + first + self.lead, part.start + last + self.lead))
            for ahead in range(
                self.lead, -1, -1
            ):  # what began earlier is added first, wherever a piece begins
                low, high = max(first, -ahead), min(last, count - ahead)
                for energy, later, number in zip(table.energy, shares, begun, strict=True):
                    if low < high and ahead < len(later):
                        power = energy * later[ahead] / self.step
                        heat[low + ahead : high + ahead] += number[low - first : high - first] * power
        heat *= self.size
        heat *= self.wave[part, None]
        return np.take(heat, self.place, axis=1)

    def _begun(self, part: slice) -> list[FloatArray | NDArray[np.uint8]]:
        """How many draws of each kind begin in some steps of the widened run, (time, consumer) each."""
        habits = self.day_type[part] * 24 + self.hour[part]
        sort, group = (habits, habits) if len(habits) == 1 else np.unique(habits, return_inverse=True)
        found = []
        for kind, chance in enumerate(self._chances(self.instant[part])):
            if len(sort) == 1:
                found.append(self._numbers(kind, int(sort[0]), chance))
                continue
            number = np.empty(chance.shape)
            for at, habit in enumerate(sort):
                same = np.flatnonzero(group == at)
                number[same] = self._numbers(kind, int(habit), chance[same])
            found.append(number)
        return found

    def _chances(self, instant: IntArray) -> list[CountArray]:
        """32 random bits of each kind, step and consumer, (time, consumer) each."""
        found: list[CountArray] = []
        for pair in range(-(-len(published_draws().kind) // 2)):
            state = (instant * 8 + pair).astype(np.uint64) + np.uint64(_GOLDEN)
            bits = _mixed(_mixed(state * np.uint64(_GOLDEN))[:, None] ^ self.key)
            found += [(bits >> np.uint64(32)).astype(np.uint32), bits.astype(np.uint32)]
        return found

    def _numbers(self, kind: int, habit: int, chance: CountArray) -> FloatArray | NDArray[np.uint8]:
        """How many draws of a kind begin in steps of the same hour of the same kind of day."""
        ladder = _ladder(kind, *divmod(habit, 24), self.step, tuple(self.many.tolist()))
        ends = np.append(self.begin, len(self.key))
        exact = int(ends[ladder.counted])
        looked_up = chance[:, :exact]
        number = np.zeros(looked_up.shape, np.uint8)
        for rung in ladder.many:
            first = ladder.counted - len(rung)
            since = slice(int(ends[first]), exact)
            limit = rung[0] if len(rung) == 1 else np.repeat(rung, np.diff(ends[first : ladder.counted + 1]))
            number[:, since] += looked_up[:, since] > limit
        if len(ladder.few):
            some = np.flatnonzero(looked_up > ladder.few[0, -1])
            which, of_some = self.member[some % exact], looked_up.ravel()[some]
            more = np.zeros(len(some), np.uint8)
            for rung in ladder.few:
                more += of_some > rung[which]
            number.ravel()[some] += more
        if exact == len(self.key):
            return number
        rate = np.repeat(ladder.mean[ladder.counted :], np.diff(ends[ladder.counted :]))
        return np.concatenate([number, _normal_count(chance[:, exact:], rate)], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Ladder:
    """What a random number must exceed for one draw more.

    ``mean`` (class,) is the number of draws in a step, ``counted`` how many of the classes, the first, are
    looked up. Rungs of ``many`` are for the last of these, those of whom a lower rung is out of reach left
    out; ``few`` (rung, class) goes on for all of these, with numbers that the last class exceeds seldom.
    """

    mean: FloatArray
    counted: int
    many: tuple[CountArray, ...]
    few: CountArray


@lru_cache(maxsize=4096)
def _ladder(kind: int, day: int, hour: int, step: int, many: tuple[float, ...]) -> _Ladder:
    """The ladder of a kind of draw in a step of an hour of a day, for classes of so many dwellings."""
    from scipy.stats import poisson  # takes long to import

    mean = np.array(many) * published_draws().rate[kind, day, hour] * (step / 3600.0)
    counted = int(np.searchsorted(mean, MOST_COUNTED, "right"))
    most = 0 if not counted else int(poisson.isf(2.0**-34, mean[counted - 1])) + 1
    above = poisson.sf(np.arange(most)[:, None], mean[:counted])
    left = np.floor(above * 2.0**32)
    rungs = np.minimum(2.0**32 - 1.0 - left, 2.0**32 - 1.0).astype(np.uint32)
    often = int(np.count_nonzero(above[:, -1:] >= FEW))
    reached = (rung[int(np.argmax(found >= 1.0)) :] for rung, found in zip(rungs, left, strict=True))
    return _Ladder(mean, counted, tuple(reached)[:often], rungs[often:])


@cache
def _normal_table() -> FloatArray:
    """Normal variates at the middles of 2^16 equal chances."""
    from scipy.special import ndtri  # takes long to import

    return np.asarray(ndtri((np.arange(2**16) + 0.5) / 2.0**16))


def _normal_count(chance: CountArray, rate: FloatArray) -> FloatArray:
    """Numbers of Poisson's distribution at a large mean, by its Cornish-Fisher expansion."""
    z = _normal_table()[chance >> np.uint32(16)]
    root = np.sqrt(rate)
    square = z * z
    return np.asarray(rate + root * z + (square - 1.0) / 6.0 + z * (1.0 - square) / (72.0 * root))


@cache
def _shares(duration: float, step: int) -> tuple[float, ...]:
    """Mean shares of a draw's energy in the step in which it begins and those that follow."""
    if duration <= 0.0:
        return (1.0,)
    edges = np.arange(int(np.ceil(duration / step)) + 2, dtype=np.float64) * step

    def area(y: FloatArray) -> FloatArray:
        inside = np.clip(y, 0.0, duration)
        return np.asarray(inside * inside / 2.0 + duration * np.maximum(y - duration, 0.0))

    delivered = (area(edges) - area(edges - step)) / (step * duration)
    return tuple(np.diff(delivered).tolist())


def _key(name: str, seed: int) -> int:
    """64 bits that a consumer's draws depend on."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _mixed(z: HashArray) -> HashArray:
    """The finaliser of SplitMix64, in place."""
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z
