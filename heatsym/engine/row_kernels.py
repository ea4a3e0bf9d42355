"""What is done to the rows of a march before they are handed out, compiled."""

from __future__ import annotations

from heatsym.engine.kernels import compiled, inner
from heatsym.interfaces.axis import FloatArray

DEGREE = 16
"""Of the polynomial from theta to temperature."""


@inner
def degrees(polynomial: FloatArray, theta: FloatArray) -> None:
    """Theta as temperature, in place; the polynomial is that of their difference over (theta - 80)/80."""
    for i in range(theta.size):
        z, value = (theta[i] - 80.0) * (1 / 80), 0.0
        for power in range(DEGREE, -1, -1):
            value = value * z + polynomial[power]
        theta[i] += value


@compiled
def in_degrees(
    polynomial: FloatArray, node: FloatArray, pipe: FloatArray, consumer: FloatArray, source: FloatArray
) -> None:
    """Flat tables of theta as temperatures [degC], in place; ``polynomial`` has DEGREE + 1 coefficients."""
    degrees(polynomial, node)
    degrees(polynomial, pipe)
    degrees(polynomial, consumer)
    degrees(polynomial, source)
