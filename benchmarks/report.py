"""The tables of ``docs/benchmarks.md``: ``python -m benchmarks.report``."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import version

import click

from benchmarks.measure import (
    MONTHS,
    WEEKS,
    YEAR,
    Machine,
    Measured,
    cores_and_family,
    in_quarters,
    machine,
    measure,
    peak_memory,
)
from benchmarks.networks import Period, destest, district

TARGET = {24: 0.06, 100: 0.2, 1_000: 1.5, 10_000: 15.0, 100_000: 150.0}  # CPU of an hourly year, tree [s]
MEMORY = {1_000: 400e6, 100_000: 1.5e9}  # [B]

Row = Iterable[object]


def table(heads: Row, rows: Iterable[Row]) -> str:
    """In Markdown; the first column to the left, the others to the right."""
    lines = [list(map(str, heads)), *(list(map(str, row)) for row in rows)]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([text[0], "|---" + "|---:" * (len(lines[0]) - 1) + "|", *text[1:]])


def figure(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def machine_table(found: Machine) -> str:
    """What the machine does."""
    return table(
        ["machine", "one core"],
        [
            ["copying memory, read and written", f"{found.copy / 1e9:.1f} GB/s"],
            ["`numpy.exp`, in cache", f"{found.exponential * 1e9:.2f} ns"],
            ["pressure drop of a pipe in numpy, in cache", f"{found.friction * 1e9:.0f} ns"],
            ["52 bytes of memory: floor of a pipe-step", f"{found.floor * 1e9:.1f} ns"],
        ],
    )


HEADS = [
    "district",
    "step",
    "marched",
    "CPU s per year",
    "range",
    "target",
    "ns per pipe-step",
    "x floor",
    "pressures, s",
    "prepare, s",
    "sweeps",
    "not converged",
]


def march_row(found: Measured, base: Machine) -> list[object]:
    """One line of the table of marches."""
    loops = "loops" in found.district.name
    target = TARGET[found.district.trenches] * (2.0 if loops else 1.0)
    aimed = found.periods[0].step == 3600 and found.producers == 1
    verdict = f"{target:g} {'met' if found.march <= target else 'missed'}" if aimed else ""
    name = found.district.name + (f", {found.producers} producers" if found.producers > 1 else "")
    return [
        name,
        f"{found.periods[0].step // 60} min",
        " + ".join(p.name for p in found.periods),
        figure(found.march),
        f"{figure(found.least)}-{figure(found.most)}",
        verdict,
        figure(found.per_pipe_step * 1e9),
        figure(found.per_pipe_step / base.floor),
        figure(found.hydraulics),
        figure(found.prepare),
        f"{found.sweeps:.2f}",
        f"{found.unconverged} of {found.steps}",
    ]


ONCE = 100_000
"""Trenches from which on a year is marched once."""


@click.command()
@click.option("--large", is_flag=True, help="10,000 and 100,000 trenches, too: a quarter of an hour more")
@click.option("--rounds", default=3, help="marches of which the median is shown")
def main(large: bool, rounds: int) -> None:
    """Print the tables of the results page."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "heatsym"))
    click.echo(f"{cores_and_family()}; Python {platform.python_version()}, {packages}\n")
    base = machine()
    click.echo(machine_table(base) + "\n")

    thousand = district(1_000)
    runs = [
        (destest(), YEAR, 1),
        (district(100), YEAR, 1),
        (thousand, YEAR, 1),
        (thousand, YEAR, 3),
        (district(100, loops=0.05), YEAR, 1),
        (district(1_000, loops=0.05), YEAR, 1),
        (destest(), in_quarters(YEAR), 1),
        (district(100), in_quarters(YEAR), 1),
        (thousand, in_quarters(YEAR), 1),
    ]
    if large:
        runs += [
            (district(10_000), YEAR, 1),
            (district(10_000, loops=0.05), YEAR, 1),
            (district(100_000), YEAR, 1),
        ]
    marches = []
    for of, periods, producers in runs:
        marches.append(measure(of, periods, producers=producers, rounds=1 if of.trenches >= ONCE else rounds))
        row = march_row(marches[-1], base)
        click.echo(f"{row[0]}, {row[1]}, {row[2]}: {row[3]} s", err=True)
    click.echo(table(HEADS, (march_row(march, base) for march in marches)) + "\n")
    residual, unmet = (max(getattr(march, name) for march in marches) for name in ("residual", "unmet"))
    merged = sum(march.merged for march in marches)
    click.echo(
        f"Largest balance residual {residual:.1e} of the largest heat, largest share of heat not delivered "
        f"{unmet:.1e}, parcels merged {merged:,}.\n"
    )

    asked = [(1_000, YEAR[0], 365), (1_000, MONTHS[0], 31)]
    asked += [(100_000, WEEKS[0], 7), (100_000, YEAR[0], 7)] if large else []
    click.echo(table(["peak memory", "imports", "prepared", "marched", "target"], map(memory_row, asked)))


def memory_row(asked: tuple[int, Period, int]) -> list[object]:
    """One line of the table of memory: trenches, a period, and how many days of it are marched."""
    trenches, period, days = asked
    found = peak_memory(trenches, period, days)
    part = f", {days} days marched" if days < period.days else ""
    verdict = "met" if found["marched"] <= MEMORY[trenches] else "missed"
    return [
        f"{trenches:,} trenches, {period.name} of hours{part}",
        *(f"{found[key] / 1e6:,.0f} MB" for key in ("imports", "prepared", "marched")),
        f"{MEMORY[trenches] / 1e6:,.0f} MB {verdict}",
    ]


if __name__ == "__main__":
    main()
