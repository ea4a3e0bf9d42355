"""Packaged coefficients, each row with unit, source and status."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of ``heatsym/tables/<name>.csv`` as dictionaries of strings; lines starting with # are notes."""
    text = files("heatsym.tables").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(lines))
