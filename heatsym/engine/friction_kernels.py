r"""Friction of :mod:`heatsym.physics.friction` for loops over pipes that run on vectors.

No branch, no call, few divisions, and logarithms by their series: what is here is put into the loop that
calls it.

With :math:`y = \ln(10) / (2 \sqrt f)` the equation of Colebrook and White reads :math:`y + \ln(a + y) = b`,
so that :math:`z = a + y` solves :math:`z + \ln z = a + b`, an equation of one number. Its large solutions
are :math:`z = B - \ln B + \ln(B) / B + \ldots` with :math:`B = a + b`; from there one of the fourth-order
steps of ``physics`` reaches 1e-12, for B is at least 6.9 in turbulent flow. Derived here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

HALF = 0.5 * math.log(10.0)
ROOT_HALF = 0x3FE6A09E667F3BCD
"""Bits of the square root of one half."""


def written_out(function: Function) -> Function:
    """Put a function into the loops that call it: a call would keep them from running on vectors."""
    return cast(Function, njit(inline="always")(function))


@written_out
def split(x: float) -> tuple[float, float]:
    """Exponent of 2 and the rest, which lies around 1: from the root of one half to the root of two."""
    bits = np.float64(x).view(np.int64)
    exponent = (bits - ROOT_HALF) >> 52
    return float(exponent), np.int64(bits - (exponent << 52)).view(np.float64)


@written_out
def logarithm(x: float) -> float:
    """Natural logarithm of x > 0 within 1e-12: that of the exponent, and a series for the rest."""
    exponent, rest = split(x)
    z = (rest - 1.0) / (rest + 1.0)
    q = z * z
    low = (2.0 + q * (2 / 3)) + q * q * (2 / 5 + q * (2 / 7))
    high = (2 / 9 + q * (2 / 11)) + q * q * (2 / 13)
    return exponent * math.log(2.0) + z * (low + q * q * q * q * high)


@written_out
def rough_logarithm(x: float) -> float:
    """Natural logarithm of x > 0 within 0.005: exponent, and a short series for the rest."""
    exponent, rest = split(x)
    m = rest - 1.0
    return exponent * math.log(2.0) + m * (1.0 - m * (0.5 - m * 0.25))


@written_out
def exponential(x: float) -> float:
    """Exponential of abs(x) < 2 within 1e-12: the series of a sixteenth of x, squared four times."""
    p = x * 0.0625
    q = p * p
    low = (1.0 + p) + q * (1 / 2 + p * (1 / 6))
    high = (1 / 24 + p * (1 / 120)) + q * (1 / 720 + p * (1 / 5040)) + q * q * (1 / 40320)
    once = low + q * q * high
    twice = once * once
    four = twice * twice
    eight = four * four
    return eight * eight


@written_out
def resistance(re: float, roughness: float) -> tuple[float, float]:
    """Of a Reynolds number >= 0: f Re, and the slope of f Re^2 over Re, f being Darcy's friction factor.

    ``roughness`` is a over Reynolds number.
    """
    turbulent = re if re > 2300.0 else 2300.0
    a = roughness * turbulent
    b = logarithm(turbulent * (HALF / 2.51))
    log = rough_logarithm(a + b)
    y = b - log + log / (a + b)
    z = a + y
    error, o = logarithm(z) + y - b, 1.0 + z
    y -= (o * o + 0.5 * error) * error * z / (o * (o * o + error) + error * error * (1 / 3))
    o = 1.0 + a + y
    over = 1.0 / (y * o)
    root = HALF * o * over
    factor = root * root
    bend = 2.0 * factor * y * over  # how the factor falls: Re times its slope, without the sign
    # Between laminar and turbulent the cubic that meets both in value and slope.
    s = (re - 2000.0) * (1 / 300)
    rise, first, last = factor - 0.032, -0.0048, (-300.0 / 2300.0) * bend
    two, three = 3.0 * rise - 2.0 * first - last, first + last - 2.0 * rise
    if re < 2300.0:
        factor = 0.032 + s * (first + s * (two + s * three))
        bend = re * (-1 / 300) * (first + s * (2.0 * two + 3.0 * s * three))
    product, slope = factor * re, re * (2.0 * factor - bend)
    return (product, slope) if re > 2000.0 else (64.0, 64.0)
