"""The same districts in pandapipes, which gets its own environment: ``python -m benchmarks.peers``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.measure import HOURS_OF_YEAR, YEAR, in_pieces, ready
from benchmarks.networks import RETURN, District, Task, district, task
from benchmarks.report import figure, table
from heatsym.engine.trajectory import March
from heatsym.interfaces.axis import TimeAxis
from heatsym.interfaces.exchange import Offer, Plan
from heatsym.interfaces.profile import Context

NEEDS = ("pandapipes", "numba")
MODES = ("sequential", "bidirectional")
HELD = {"winter noon": 15 * 24 + 12, "April evening": 100 * 24 + 19, "summer night": 195 * 24 + 3}
HOLD = 240  # hours after which a held hour is steady


def installed(folder: Path) -> Path:
    """Python of an environment in ``folder`` that has the peer."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    have = subprocess.run([python, "-c", "import pandapipes, numba"], capture_output=True, check=False)
    if have.returncode:
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *NEEDS], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise click.ClickException(f"pandapipes could not be installed:\n{done.stderr[-2000:]}")
    return python


def tables(of: District, this: Task, path: Path) -> None:
    """What the peer builds its network and its hours from."""
    p = this.problem
    np.savez(
        path,
        nodes=of.nodes,
        plant=of.plant,
        start=of.start,
        end=of.end,
        length=of.pipes.length,
        inner_diameter=of.pipes.inner_diameter,
        roughness=of.pipes.roughness,
        u_own=of.pipes.u_own,
        consumer_node=of.consumer_node,
        heat=p.load.heat[:],
        t_feed=p.t_feed,
        t_ground=p.t_ground,
        t_return=RETURN,
        held=np.array(list(HELD.values())),
    )


def solved(python: Path, path: Path, mode: str, seconds: float) -> dict[str, Any]:
    """What the peer found, in a process of its own with one thread."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    script = Path(__file__).with_name("with_pandapipes.py")
    done = subprocess.run(
        [python, "-W", "ignore", script, path, mode, str(seconds)],
        env=os.environ | one,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def held(this: Task, hour: int) -> March:
    """The march with one hour's heat and temperatures held until nothing changes."""
    p, full = this.problem, np.ones((HOLD, 1))
    axis = TimeAxis(p.ctx.axis.start, 3600, HOLD, p.ctx.axis.timezone, p.ctx.axis.substeps)

    def same(values: Any) -> Any:
        return np.broadcast_to(values[hour], (HOLD, *values.shape[1:])).copy()

    load = replace(
        p.load,
        heat=same(p.load.heat),
        mass_flow=same(p.load.mass_flow),
        return_offset=same(p.load.return_offset),
        return_slope=same(p.load.return_slope),
    )
    still = replace(
        p,
        ctx=Context(axis, full[:, 0] * p.ctx.t_air[hour]),
        load=load,
        t_feed=same(p.t_feed),
        t_ground=same(p.t_ground),
    )
    offers = Offer(*(same(getattr(this.offers, name)) for name in Offer.__slots__))
    return ready(Task(still, offers, Plan(same(this.plan.upper), same(this.plan.order))))()


@dataclass(frozen=True, slots=True)
class Pair:
    """One district in both programs."""

    of: District
    year: float  # CPU of our march and pressures [s]
    ours: March
    steady: dict[str, March]
    theirs: dict[str, dict[str, Any]]  # by mode

    def speed_rows(self) -> list[list[object]]:
        """CPU time per year of each mode, and the ratio."""
        rows: list[list[object]] = []
        for mode, found in self.theirs.items():
            missed = set(found["failed"])
            good = [t for h, t in zip(found["hours"], found["seconds"], strict=True) if h not in missed]
            year = float(np.mean(good)) * HOURS_OF_YEAR
            rows.append(
                [
                    f"{self.of.name}, {mode}",
                    len(found["hours"]),
                    len(missed),
                    f"{1e3 * np.median(good):.1f}",
                    figure(year),
                    figure(self.year),
                    figure(year / self.year),
                ]
            )
        return rows

    def steady_rows(self) -> list[list[object]]:
        """Both programs in a held hour."""
        rows: list[list[object]] = []
        for name, march in self.steady.items():
            heat, lost = float(march.source_heat[-1].sum()), float(march.pipe_heat_loss[-1].sum())
            got = float(march.consumer_heat_delivered[-1].sum())
            rows.append(
                [f"{self.of.name}, {name}: heatsym", *(f"{v / 1e3:,.2f}" for v in (heat, got, lost)), "", ""]
            )
            for mode, found in self.theirs.items():
                here = found["held"].get(str(HELD[name]))
                if here is None:
                    rows.append([f"{mode}", "did not converge", "", "", "", ""])
                    continue
                warmer = np.array(here["t_consumer"]) - march.consumer_supply_temperature[-1]
                rows.append(
                    [
                        mode,
                        *(
                            f"{here[key] / 1e3:,.2f} ({100 * (here[key] / mine - 1):+.3f} %)"
                            for key, mine in (("plant", heat), ("delivered", got), ("loss", lost))
                        ),
                        f"{here['t_return'] - float(march.source_return_temperature[-1, 0]):+.3f}",
                        f"{np.abs(warmer).max():.3f}",
                    ]
                )
        return rows

    def dynamic_rows(self) -> list[list[object]]:
        """Sums over the hours that the peer solved, heatsym's from its march of the year."""
        rows: list[list[object]] = []
        for mode, found in self.theirs.items():
            hours = [int(h) for h in found["results"]]
            theirs = {
                key: sum(r[key] for r in found["results"].values()) for key in ("plant", "delivered", "loss")
            }
            ours = {
                "plant": float(self.ours.source_heat[hours].sum()),
                "delivered": float(self.ours.consumer_heat_delivered[hours].sum()),
                "loss": float(self.ours.pipe_heat_loss[hours].sum()),
            }
            asked = float(self.ours.consumer_heat_demand[hours].sum())
            rows.append(
                [
                    f"{self.of.name}, {mode}",
                    len(hours),
                    *(f"{100 * (theirs[key] / ours[key] - 1):+.3f} %" for key in theirs),
                    f"{100 * (theirs['delivered'] / asked - 1):+.3f} %",
                ]
            )
        return rows


def compared(trenches: int, python: Path, folder: Path, seconds: float) -> Pair:
    """Both programs on one tree; pipes do not exchange heat with their partner, as pandapipes has it."""
    of = district(trenches)
    of = replace(of, pipes=replace(of.pipes, u_cross=np.zeros(of.trenches)))
    this = task(of, YEAR[0])
    path = folder / f"{trenches}.npz"
    tables(of, this, path)
    year = in_pieces(this)
    times = sorted(passed.march + passed.pressures for passed in (year() for _ in range(3)))
    ours = ready(this)()
    steady = {name: held(this, hour) for name, hour in HELD.items()}
    theirs = {mode: solved(python, path, mode, seconds) for mode in MODES}
    return Pair(of, times[1], ours, steady, theirs)


@click.command()
@click.option("--environment", type=click.Path(path_type=Path), help="keep the peer's environment here")
@click.option("--trenches", multiple=True, type=int, default=(100, 1_000))
@click.option("--seconds", default=30.0, help="CPU time that the peer gets for each mode")
def main(environment: Path | None, trenches: tuple[int, ...], seconds: float) -> None:
    """Compare heatsym with pandapipes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = installed(environment or folder / "environment")
        pairs = [compared(count, python, folder, seconds) for count in trenches]
    peer = pairs[0].theirs[MODES[0]]["version"]
    click.echo(f"pandapipes {peer} against heatsym, Python {sys.version.split()[0]}, CPU time, one thread\n")
    heads = ["tree, mode", "hours solved", "failed", "ms per hour", "s per year", "heatsym, s", "ratio"]
    click.echo(table(heads, [row for pair in pairs for row in pair.speed_rows()]) + "\n")
    heads = ["held hour", "plant, kW", "delivered, kW", "loss, kW", "return at plant, K", "consumers, K"]
    click.echo(table(heads, [row for pair in pairs for row in pair.steady_rows()]) + "\n")
    heads = ["hours of the year", "hours", "plant", "delivered", "loss", "delivered against asked"]
    click.echo(table(heads, [row for pair in pairs for row in pair.dynamic_rows()]))


if __name__ == "__main__":
    main()
