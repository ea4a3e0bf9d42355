"""Numbers as people read them."""

from __future__ import annotations


def number(value: float) -> str:
    """Four significant digits, whole above 1000 with spaced groups, powers of ten below 0.001."""
    if abs(value) >= 999.95:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1e}" if 0.0 < abs(value) < 1e-3 else f"{value:.4g}"
