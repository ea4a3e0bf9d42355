"""``heatsym init``: a small working project."""

from __future__ import annotations

import shlex
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from heatsym.cli.console import say
from heatsym.errors import OutputExistsError


@click.command("init")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template", metavar="NAME", default="harbour_town", show_default=True, help="Example to start from."
)
@click.option("--list", "show", is_flag=True, help="List the templates.")
def command(folder: Path | None, template: str, show: bool) -> None:
    """Write a small working project into DIR, which must be new or empty."""
    known = templates()
    if show:
        wide = max(map(len, known))
        for name, title in known.items():
            click.echo(f"{name:{wide}} {title}")
        return
    if folder is None:
        raise click.UsageError("name the folder to write into, e.g. heatsym init town")
    if template not in known:
        raise click.UsageError(f"no template {template!r}; there are: {', '.join(known)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputExistsError(f"{folder} is not an empty folder")
    case_file = copy_template(template, folder)
    say(f"next: heatsym run {shlex.quote(str(case_file))}")
    click.echo(case_file)


def templates() -> dict[str, str]:
    """Name and title of each packaged example; the title is the first line of its case file."""
    found = (entry for entry in _examples().joinpath("configs").iterdir() if entry.name.endswith(".toml"))
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        for entry in sorted(found, key=lambda entry: entry.name)
    }


def copy_template(name: str, folder: Path) -> Path:
    """Copy the case file ``configs/<name>.toml`` and the tables in ``data/<name>``; the new case file."""
    case_file = folder / "configs" / f"{name}.toml"
    _copy(_examples().joinpath("configs", f"{name}.toml"), case_file)
    for table in _examples().joinpath("data", name).iterdir():
        _copy(table, folder / "data" / name / table.name)
    return case_file


def _examples() -> Traversable:
    return files("heatsym").joinpath("examples")


def _copy(source: Traversable, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
