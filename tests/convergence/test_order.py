"""How fast the march's errors fall with substeps and steps, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.interfaces.axis import FloatArray
from tests.build import WATER, Marched, Net

CAPACITY = WATER.density * WATER.cp * 0.25 * np.pi * 0.1**2  # of the default pipe's water. [J/(m K)]
LENGTH = 1000.0
HOUR = 3600.0


def row(pipes: int, u: float = 0.0) -> Net:
    """A kilometre in equal pipes, the consumer at its end."""
    edges = [(i, i + 1) for i in range(pipes)]
    return Net(edges, consumers=[pipes], length=LENGTH / pipes, u_own=u)


def flow_of(residence: float) -> float:
    return CAPACITY * LENGTH / (WATER.cp * residence)


def front_error(marched: Marched, substeps: int, residence: float, pipes: int) -> float:
    """Error of a unit step's hourly means after a row of pipes, summed over time. [h]"""
    problem = row(pipes).problem(
        0.0, steps=9, substeps=substeps, mass_flow=flow_of(residence), t_feed=80.0, initial=(40.0, 40.0)
    )
    found = (marched(problem).consumer_supply_temperature[:, 0] - 40.0) / 40.0
    exact = np.clip(np.arange(1, 10) - residence / HOUR, 0.0, 1.0)
    return float(np.abs(found - exact).sum())


def test_front_through_many_pipes_sharpens_with_substeps(marched: Marched) -> None:
    """Sixty pipes of a few minutes each in hourly steps: measured 0.94, 0.36, 0.06 h for J = 1, 4, 16.

    Each mixes a substep's water, so the front spreads as a random walk does, with the square root of the
    substep: halves for four times J, and falls faster where the spread front fits into an hour.
    """
    residences = HOUR * np.array([2.0, 2.25, 2.5, 2.75])
    one, four, sixteen = (
        np.mean([front_error(marched, substeps, residence, 60) for residence in residences])
        for substeps in (1, 4, 16)
    )
    assert one > 0.5  # else there is nothing to show
    assert four < 0.5 * one
    assert sixteen < 0.3 * four


def test_front_through_one_pipe_is_sharp_without_substeps(marched: Marched) -> None:
    assert front_error(marched, 1, 2.4 * HOUR, 1) < 1e-12


def wave_error(marched: Marched, step: int, pipes: int) -> float:
    """Error of hourly means where the feed temperature swings by 10 K in 12 hours. [K]

    Mean over flows, as the error depends on how residence and step fit.
    """
    u, swing = 0.5, 2 * np.pi / (12 * HOUR)
    begin = np.arange(30 * 3600 // step) * step

    def cosine(lag: float) -> FloatArray:
        return (np.sin(swing * (begin + step - lag)) - np.sin(swing * (begin - lag))) / (swing * step)

    def hourly(values: FloatArray) -> FloatArray:
        return values.reshape(-1, 3600 // step).mean(axis=1)[18:]

    squares = []
    for residence in HOUR * np.linspace(2.03, 3.11, 5):
        flow = flow_of(residence)
        problem = row(pipes, u).problem(
            0.0, steps=len(begin), step=step, mass_flow=flow, t_feed=70 + 10 * cosine(0.0), t_ground=10.0
        )
        found = marched(problem).consumer_supply_temperature[:, 0]
        exact = 10 + (60 + 10 * cosine(residence)) * np.exp(-u * LENGTH / (flow * WATER.cp))
        squares.append(np.mean(hourly(found - exact) ** 2))
    return float(np.sqrt(np.mean(squares)))


@pytest.mark.parametrize(("pipes", "first", "order"), [(1, 0.3, 1.5), (5, 1.5, 1.4)])
def test_smooth_feed_temperature_converges_with_the_step(
    marched: Marched, pipes: int, first: float, order: float
) -> None:
    """Measured from 3600 s: 0.135, 0.036, 0.010 K in one pipe; 0.95, 0.13, 0.05 K in a row of five."""
    steps = np.array([3600, 1800, 900])
    errors = np.array([wave_error(marched, int(step), pipes) for step in steps])
    assert errors[0] < first
    assert (np.diff(errors) < 0).all()
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] > order


def test_partner_felt_from_the_start_of_the_step_is_first_order(marched: Marched) -> None:
    """Standing water in both pipes: their sum and difference decay each with its own rate."""
    own, cross, length = 0.6, 0.2, 500.0
    net = Net([(0, 1)], consumers=[1], length=length, u_own=own, u_cross=cross)
    errors, losses = [], []
    for step in (3600, 1800, 900):
        steps = 24 * 3600 // step
        march = marched(net.problem(0.0, steps=steps, step=step, mass_flow=0.0, initial=(80.0, 40.0)))
        now = np.arange(1, steps + 1) * step
        mean = 50.0 * np.exp(-(own - cross) * now / CAPACITY)
        half = 20.0 * np.exp(-(own + cross) * now / CAPACITY)
        supply, back = march.pipe_supply_temperature[:, 0] - 10, march.pipe_return_temperature[:, 0] - 10
        errors.append(max(np.abs(supply - mean - half).max(), np.abs(back - mean + half).max()))
        lost = 2 * CAPACITY * length * (50.0 - mean[-1])
        losses.append(march.pipe_heat_loss.sum() * step / lost - 1)
    # Twice the step, twice the error: 0.27 K and 0.6 % of the loss for an hour in so close a pair.
    assert errors[0] < 0.4
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], 2.0, rtol=0.05)
    np.testing.assert_allclose(np.array(losses[:-1]) / losses[1:], 2.0, rtol=0.05)
