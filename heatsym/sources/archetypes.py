"""What is usual of a source where a case says only what it is: packaged values with their status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from heatsym.tables import read_table

YearlyStop = tuple[str, int]
"""First day in the year, as ``06-01``, and length in days."""


@dataclass(frozen=True, slots=True)
class Archetype:
    """Values by quantity in the unit of the table (degC, K, a, h, -), and the status of each.

    ``profile`` and ``stops`` say how heat is spread over the year; empty where nothing is known.
    """

    values: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    profile: str = ""
    stops: tuple[YearlyStop, ...] = ()


@cache
def archetype(kind: str, sector: str = "") -> Archetype:
    """The archetype of a kind of source and, for industrial streams, of a sector; empty if there is none."""
    rows = [row for row in read_table("stream_archetypes") if (row["kind"], row["sector"]) == (kind, sector)]
    values = {row["quantity"]: float(row["value"]) for row in rows}
    statuses = {row["quantity"]: row["status"] for row in rows}
    for row in read_table("stream_calendars"):
        if (row["kind"], row["sector"]) == (kind, sector):
            statuses["profile"] = row["status"]
            return Archetype(values, statuses, row["profile"], _stops(row["stops"]))
    return Archetype(values, statuses)


@cache
def sectors() -> tuple[str, ...]:
    """Sectors of industrial streams."""
    return tuple(row["sector"] for row in read_table("stream_calendars") if row["kind"] == "industrial")


@cache
def profiles() -> tuple[str, ...]:
    """Names of the packaged spreads of heat over a year."""
    return tuple(row["profile"] for row in read_table("stream_profiles"))


def usual_outages(kind: str, sector: str = "") -> tuple[float, float, str]:
    """Failures in a year of operation [1/a], mean time to mend [s], and how well both are known."""
    known = archetype(kind, sector)
    if "outage_rate" not in known.values:
        known = archetype("any")
    return known.values["outage_rate"], known.values["repair"] * 3600.0, known.statuses["outage_rate"]


def taken_from(usual: Archetype, whose: str, taken: Mapping[str, str | bool]) -> Iterator[str]:
    """What was taken from an archetype, in a sentence for each status; ``taken`` says what, by quantity."""
    said = {key: words for key, words in taken.items() if isinstance(words, str) and words}
    known = {key: usual.statuses.get(key, usual.statuses.get("profile", "assumed")) for key in said}
    for status in dict.fromkeys(known.values()):
        those = ", ".join(words for key, words in said.items() if known[key] == status)
        yield f"{whose}: {those} ({status})"


def _stops(written: str) -> tuple[YearlyStop, ...]:
    """``12-24/9 07-20/14`` as pairs."""
    return tuple((start, int(days)) for start, _, days in (stop.partition("/") for stop in written.split()))
