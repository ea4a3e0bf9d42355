"""``heatsym doctor``: whether this installation can work; names no host and no user."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path

import click

from heatsym import __version__
from heatsym.cli.failures import NO_ACCESS


@click.command("doctor")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show versions and test what a run needs."""
    click.echo(
        f"heatsym {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    healthy = True
    for name, test in (*_packages(), *CHECKS):
        try:
            click.echo(f"ok       {name}: {test()}")
        except Exception as error:
            healthy = False
            click.echo(f"missing  {name}: {type(error).__name__}: {error}")
    click.echo(
        "ready"
        if healthy
        else "not ready: mend what is missing; packages with pip install --force-reinstall heatsym"
    )
    if not healthy:
        ctx.exit(NO_ACCESS)


Check = tuple[str, Callable[[], str]]


def _packages() -> list[Check]:
    """A check per required package, from the installed metadata."""
    required = [line for line in metadata.requires("heatsym") or () if "extra ==" not in line]
    names = sorted(
        "".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0] for line in required
    )
    return [(name, partial(metadata.version, name)) for name in names]


def _time_zones() -> str:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    summer = datetime(2025, 7, 1, tzinfo=UTC).astimezone(ZoneInfo("Europe/Copenhagen"))
    if summer.hour != 2:
        raise ValueError(f"Copenhagen's summer offset reads {summer.utcoffset()}, not 2 hours")
    return "summer time of Europe/Copenhagen is right"


def _writable(folder: Path) -> str:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"heatsym")
    return "writable"


def _netcdf() -> str:
    import numpy as np
    import xarray as xr

    wrote = xr.Dataset({"heat": ("time", np.arange(3.0), {"units": "W"})})
    with tempfile.TemporaryDirectory(prefix="heatsym-") as folder:
        path = Path(folder) / "heat.nc"
        wrote.to_netcdf(path, engine="netcdf4")
        with xr.open_dataset(path, engine="netcdf4") as read:
            if not read.identical(wrote):
                raise ValueError("what was read is not what was written")
    return "written and read back unchanged"


def _tables() -> str:
    from importlib.resources import files

    tables = sum(entry.name.endswith(".csv") for entry in files("heatsym.tables").iterdir())
    if not tables:
        raise FileNotFoundError("no table is installed")
    return f"{tables} packaged"


CHECKS: tuple[Check, ...] = (
    ("time zones", _time_zones),
    ("tables", _tables),
    ("current folder", lambda: _writable(Path())),
    ("temporary folder", lambda: _writable(Path(tempfile.gettempdir()))),
    ("netCDF", _netcdf),
)
