"""``heatsym warmup``: compile ahead of the first run."""

from __future__ import annotations

import click

from heatsym.cli.console import COMPILING, say


@click.command("warmup")
def command() -> None:
    """Compile the engine now instead of in the first run; takes about a minute, once."""
    from heatsym.engine.compiled import is_compiled
    from heatsym.simulation import warm_up

    if is_compiled():
        say("the engine is compiled already")
        return
    say(COMPILING)
    say(f"compiled in {warm_up():.0f} s")
