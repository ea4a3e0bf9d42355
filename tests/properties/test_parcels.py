"""Parcels in a pipe against fine cells, and what holds for any water in any pipe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsym.engine.parcels import SLOTS, Parcels, advanced, filled, oriented, passage
from heatsym.interfaces.axis import FloatArray


@dataclass(frozen=True)
class Way:
    """What one pipe goes through; all (step,)."""

    flow: FloatArray  # pipe-fills, signed
    t_in: FloatArray
    t_eq: FloatArray
    decay: FloatArray


@dataclass(frozen=True)
class Told:
    """What came of it."""

    outlet: FloatArray
    loss: FloatArray
    mean: FloatArray
    end: Parcels


def gone_through(way: Way, begin: Parcels) -> Told:
    outlet, loss, mean = [], [], []
    parcels = begin
    for flow, t_in, t_eq, decay in zip(way.flow, way.t_in, way.t_eq, way.decay, strict=True):
        parcels, out, lost = one_step(parcels, flow, t_in, t_eq, decay)
        outlet.append(out)
        loss.append(lost)
        mean.append(float(parcels.mean()[0]))
    return Told(np.array(outlet), np.array(loss), np.array(mean), parcels)


def one_step(
    parcels: Parcels, flow: float, t_in: float, t_eq: float, decay: float
) -> tuple[Parcels, float, float]:
    """Parcels after a step, mean outlet temperature, heat lost."""
    op = passage(
        oriented(parcels, np.array([flow])), np.array([abs(flow)]), np.array([decay]), np.array([t_eq])
    )
    outlet = float(op.offset[0] + op.gain[0] * t_in)
    parcels, loss = advanced(op, np.array([t_in]))
    return parcels, outlet, float(loss[0])


def drained(parcels: Parcels, pieces: int) -> FloatArray:
    """The water as it lies, in ``pieces`` means from the trench's end to its start."""
    pieces_out = []
    for _ in range(pieces):
        parcels, out, _ = one_step(parcels, 1.0 / pieces, 0.0, 0.0, 0.0)
        pieces_out.append(out)
    return np.array(pieces_out)


# -- against fine cells ------------------------------------------------------------------------------


def cells_gone_through(way: Way, first: float, cells: int) -> tuple[FloatArray, FloatArray]:
    """Outlet and mean temperature by step of a pipe cut into cells that shift one place at a time.

    A cell cools exactly, half before and half after the shift at which the last one is read.
    """
    water = np.full(cells, first)
    outlet, mean = np.empty(len(way.flow)), np.empty(len(way.flow))
    for n, (flow, t_in, t_eq, decay) in enumerate(zip(way.flow, way.t_in, way.t_eq, way.decay, strict=True)):
        shifts = round(abs(flow) * cells)
        assert shifts == pytest.approx(abs(flow) * cells)
        if shifts == 0:
            water = t_eq + (water - t_eq) * np.exp(-decay)
            outlet[n] = np.nan
        else:
            half = np.exp(-0.5 * decay / shifts)
            left = np.empty(shifts)
            water = water if flow > 0 else water[::-1]
            for k in range(shifts):
                water = t_eq + (water - t_eq) * half
                left[k] = water[-1]
                water = np.concatenate([[t_in], water[:-1]])
                water = t_eq + (water - t_eq) * half
            water = water if flow > 0 else water[::-1]
            outlet[n] = left.mean()
        mean[n] = water.mean()
    return outlet, mean


@pytest.mark.parametrize("seed", range(4))
def test_against_fine_cells_under_reversals_and_standstill(seed: int) -> None:
    """The difference is the cells' own error: it falls with their number to below 0.01 K."""
    rng = np.random.default_rng(seed)
    steps = 60
    flow = rng.integers(-60, 61, steps) / 100 * rng.choice([0.2, 1.0, 2.0], steps)
    flow = np.round(flow * 50) / 50
    flow[rng.random(steps) < 0.2] = 0.0
    way = Way(flow, rng.uniform(30, 95, steps), rng.uniform(5, 25, steps), rng.uniform(0.01, 0.4, steps))
    told = gone_through(way, filled(np.array([60.0])))
    assert told.end.merged == 0
    flows = flow != 0
    assert (np.diff(np.sign(flow[flows])) != 0).sum() > 10
    errors = []
    for cells in (50, 100, 400):
        outlet, mean = cells_gone_through(way, 60.0, cells)
        errors.append(
            [
                float(np.sqrt(np.mean((told.outlet - outlet)[flows] ** 2))),
                float(np.sqrt(np.mean((told.mean - mean) ** 2))),
            ]
        )
    rough, fine, finest = np.array(errors)
    assert finest.max() < 0.01
    assert (fine < 0.6 * rough).all()
    assert (finest < 0.3 * fine).all()


def test_standing_pipe_shows_the_water_at_its_end() -> None:
    """Where nothing flows the offset is what the outlet of the last flow had at the step's start."""
    parcels, _, _ = one_step(filled(np.array([60.0])), 0.3, 80.0, 10.0, 0.0)
    assert one_step(parcels, 0.0, 0.0, 10.0, 0.2)[1] == pytest.approx(60.0)
    parcels = oriented(parcels, np.array([-1.0]))
    assert one_step(parcels, 0.0, 0.0, 10.0, 0.2)[1] == pytest.approx(80.0)


def test_water_linear_from_start_to_end() -> None:
    parcels = filled(np.array([80.0]), np.array([40.0]))
    assert parcels.mean()[0] == pytest.approx(60.0)
    np.testing.assert_allclose(drained(parcels, 4), [45.0, 55.0, 65.0, 75.0])


# -- for any water -----------------------------------------------------------------------------------

amounts = st.one_of(
    st.floats(1e-3, 3.0), st.floats(1e-12, 1e-3), st.sampled_from([0.25, 0.5, 0.625, 1.0, 1e-9, 40.0])
)
flows = st.one_of(st.just(0.0), amounts, amounts.map(lambda amount: -amount))
temperatures = st.floats(-20.0, 150.0)
decays = st.one_of(st.just(0.0), st.floats(0.0, 2.0), st.floats(0.0, 1e-6), st.just(30.0))


@st.composite
def ways(draw: st.DrawFn, most: int = 24) -> Way:
    """Fewer steps than slots, so that nothing is merged."""
    assert most < SLOTS
    rows = draw(st.lists(st.tuples(flows, temperatures, temperatures, decays), min_size=1, max_size=most))
    return Way(*np.array(rows).T)


begins = st.tuples(temperatures, temperatures)


def begun(begin: tuple[float, float]) -> Parcels:
    """One parcel or, where two temperatures are given, two."""
    parcels = filled(np.array([begin[0]]))
    return one_step(parcels, 0.375, begin[1], begin[0], 0.0)[0]


@settings(deadline=None)
@given(ways(), begins)
def test_widths_fill_the_pipe_and_slots_are_in_order(way: Way, begin: tuple[float, float]) -> None:
    parcels = begun(begin)
    for row in zip(way.flow, way.t_in, way.t_eq, way.decay, strict=True):
        parcels, _, _ = one_step(parcels, *row)
        count = int(parcels.count[0])
        assert parcels.width[0].sum() == pytest.approx(1.0, abs=1e-12)
        assert (parcels.width[0, :count] > 0).all()
        assert (parcels.width[0, count:] == 0).all()
        if row[0] != 0:
            assert parcels.forward[0] == (row[0] > 0)


@settings(deadline=None)
@given(ways(), begins)
def test_in_less_out_less_loss_is_stored(way: Way, begin: tuple[float, float]) -> None:
    first = begun(begin)
    told = gone_through(way, first)
    rise = np.diff(told.mean, prepend=first.mean())
    brought = np.abs(way.flow) * (way.t_in - told.outlet)
    np.testing.assert_allclose(brought - told.loss, rise, atol=1e-9 * (1 + np.abs(way.flow).max()))


@settings(deadline=None)
@given(ways(), begins)
def test_no_water_leaves_the_range_of_what_made_it(way: Way, begin: tuple[float, float]) -> None:
    told = gone_through(way, begun(begin))
    for n in range(len(way.flow)):
        made_of = [*begin, *way.t_in[: n + 1], *way.t_eq[: n + 1]]
        for value in (told.outlet[n], told.mean[n]):
            assert min(made_of) - 1e-9 <= value <= max(made_of) + 1e-9


@settings(deadline=None)
@given(ways(), begins, begins, st.floats(-3, 3), st.floats(-3, 3), st.integers(0, 2**32 - 1))
def test_outlet_loss_and_content_are_linear_in_temperatures(
    way: Way,
    begin: tuple[float, float],
    other_begin: tuple[float, float],
    a: float,
    b: float,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    steps = len(way.flow)
    other = Way(way.flow, rng.uniform(-20, 150, steps), rng.uniform(-20, 150, steps), way.decay)
    both = Way(way.flow, a * way.t_in + b * other.t_in, a * way.t_eq + b * other.t_eq, way.decay)
    x, y = gone_through(way, begun(begin)), gone_through(other, begun(other_begin))
    start = (a * begin[0] + b * other_begin[0], a * begin[1] + b * other_begin[1])
    z = gone_through(both, begun(start))
    scale = 1e-9 * (1 + np.abs(way.flow).max())
    np.testing.assert_allclose(z.outlet, a * x.outlet + b * y.outlet, atol=scale)
    np.testing.assert_allclose(z.loss, a * x.loss + b * y.loss, atol=scale)
    np.testing.assert_allclose(z.mean, a * x.mean + b * y.mean, atol=scale)


@settings(deadline=None)
@given(ways(), begins, st.floats(-200, 200))
def test_warmer_by_a_constant_is_warmer_by_that_constant(
    way: Way, begin: tuple[float, float], more: float
) -> None:
    """Nothing knows an absolute temperature; water at one temperature everywhere loses nothing."""
    told = gone_through(way, begun(begin))
    shifted = gone_through(
        Way(way.flow, way.t_in + more, way.t_eq + more, way.decay), begun((begin[0] + more, begin[1] + more))
    )
    np.testing.assert_allclose(shifted.outlet, told.outlet + more, atol=1e-9)
    np.testing.assert_allclose(shifted.mean, told.mean + more, atol=1e-9)
    np.testing.assert_allclose(shifted.loss, told.loss, atol=1e-8)


@settings(deadline=None)
@given(ways(), begins)
def test_turning_keeps_the_water(way: Way, begin: tuple[float, float]) -> None:
    parcels = gone_through(way, begun(begin)).end
    for sense in (-1.0, 1.0):
        turned = oriented(parcels, np.array([sense]))
        assert turned.mean()[0] == pytest.approx(parcels.mean()[0], abs=1e-10)
        there_and_back = oriented(oriented(turned, np.array([-sense])), np.array([sense]))
        np.testing.assert_allclose(drained(there_and_back, 7), drained(turned, 7), atol=1e-9)
    # What leaves first at one end leaves last at the other.
    backward = []
    for _ in range(7):
        parcels, out, _ = one_step(parcels, -1.0 / 7, 0.0, 0.0, 0.0)
        backward.append(out)
    forward = drained(gone_through(way, begun(begin)).end, 7)
    np.testing.assert_allclose(backward[::-1], forward, atol=1e-9)


@settings(deadline=None)
@given(ways(), temperatures)
def test_a_pipe_seen_from_its_other_end_is_the_same_pipe(way: Way, first: float) -> None:
    told = gone_through(way, filled(np.array([first])))
    mirrored = gone_through(Way(-way.flow, way.t_in, way.t_eq, way.decay), filled(np.array([first])))
    moves = (way.flow != 0).cumsum() > 0
    np.testing.assert_allclose(mirrored.outlet[moves], told.outlet[moves], atol=1e-9)
    np.testing.assert_allclose(mirrored.mean, told.mean, atol=1e-9)


@settings(deadline=None)
@given(ways(12), begins, st.floats(0.05, 0.95))
def test_a_step_in_two_parts_is_the_same_step(way: Way, begin: tuple[float, float], part: float) -> None:
    """With flow, inlet and surroundings unchanged it does not matter where a step is cut."""
    shares = np.tile([part, 1 - part], len(way.flow))
    twice = Way(
        np.repeat(way.flow, 2) * shares,
        np.repeat(way.t_in, 2),
        np.repeat(way.t_eq, 2),
        np.repeat(way.decay, 2) * shares,
    )
    whole, cut = gone_through(way, begun(begin)), gone_through(twice, begun(begin))
    flows = way.flow != 0
    outlet = (cut.outlet * shares).reshape(-1, 2).sum(axis=1)
    apart = np.abs(outlet - whole.outlet)[flows]
    assert (apart <= 1e-8 + 1e-12 / np.abs(way.flow[flows])).all()  # widths are known to 1e-16 of a pipe
    scale = 1e-9 * (1 + np.abs(way.flow).max())
    np.testing.assert_allclose(cut.loss.reshape(-1, 2).sum(axis=1), whole.loss, atol=scale)
    np.testing.assert_allclose(drained(cut.end, 9), drained(whole.end, 9), atol=1e-8)


def test_merging_is_counted_and_keeps_heat_and_fronts() -> None:
    """Ninety sips fit into 32 slots: warm ones merge, then cold ones; the front between them stays."""
    parcels = filled(np.array([20.0]))
    sips, stored = 90, []
    for n in range(sips):
        t_in = (80.0 if n < 50 else 50.0) + 1e-3 * (n % 7)
        before = float(parcels.mean()[0])
        parcels, out, loss = one_step(parcels, 1e-2, t_in, 20.0, 0.0)
        stored.append(float(parcels.mean()[0]) - before - 1e-2 * (t_in - out) + loss)
    assert np.abs(stored).max() < 1e-12
    assert parcels.count[0] == SLOTS
    assert parcels.merged == 1 + sips - SLOTS
    out = drained(parcels, 100)
    np.testing.assert_allclose(out[:10], 20.0, atol=1e-9)
    np.testing.assert_allclose(out[10:60], 80.0, atol=7e-3)
    np.testing.assert_allclose(out[60:], 50.0, atol=7e-3)


def test_pipes_do_not_mind_each_other() -> None:
    """Many pipes at once give what each gives alone."""
    rng = np.random.default_rng(2)
    pipes, steps = 9, 50
    flow = rng.normal(0, 0.4, (steps, pipes)) * (rng.random((steps, pipes)) < 0.8)
    t_in, t_eq = rng.uniform(20, 90, (steps, pipes)), rng.uniform(0, 30, (steps, pipes))
    decay, first = rng.uniform(0, 0.3, (steps, pipes)), rng.uniform(30, 80, pipes)
    together = filled(first)
    outlets = []
    for n in range(steps):
        op = passage(oriented(together, flow[n]), np.abs(flow[n]), decay[n], t_eq[n])
        outlets.append(op.offset + op.gain * t_in[n])
        together, _ = advanced(op, t_in[n])
    for k in range(pipes):
        alone = gone_through(Way(flow[:, k], t_in[:, k], t_eq[:, k], decay[:, k]), filled(first[k : k + 1]))
        np.testing.assert_allclose(np.array(outlets)[:, k], alone.outlet, atol=1e-10)
        assert together.mean()[k] == pytest.approx(alone.mean[-1], abs=1e-10)
