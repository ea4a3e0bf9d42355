"""One colour for each thing everywhere, told apart by those who see colours differently, too."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

# The eight colours of Okabe and Ito, by their usual names.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"

SURPLUS = (GREEN, SKY, BLUE, BLACK)
PLANTS = (VERMILION, ORANGE, PURPLE, YELLOW)
DASHES = ("solid", "dash", "dot", "dashdot")
PATTERNS = ("", "/", "x", ".")
SYMBOLS = ("square", "diamond", "triangle-up", "star")

DELIVERED, LOSS, UNMET, REJECTED, AIR = BLUE, ORANGE, PURPLE, "#b5b5b5", "#767676"
ELECTRICITY = YELLOW


@dataclass(frozen=True, slots=True)
class Style:
    """How a source looks: colour, and dash, pattern or symbol as second cue."""

    colour: str
    dash: str
    pattern: str
    symbol: str


def source_styles(results: xr.Dataset) -> dict[str, Style]:
    """Style by name of the source: surplus heat in greens and blues, plants in warm colours."""
    styles = {}
    count = {True: 0, False: 0}
    for name, mark in zip(results["source"].values, results["source_surplus"].values, strict=True):
        surplus = bool(mark)
        place, count[surplus] = count[surplus], count[surplus] + 1
        colours = SURPLUS if surplus else PLANTS
        cue = (place + place // len(colours)) % 4  # a colour that comes again has another cue
        styles[str(name)] = Style(colours[place % len(colours)], DASHES[cue], PATTERNS[cue], SYMBOLS[cue])
    return styles
