"""``heatsym explain``: what a problem code, a key or a unit means."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("topic", metavar="CODE|FIELD|units")
def command(topic: str) -> None:
    """Explain a problem code (HS103), a key of the case file (source.power), or the units."""
    from heatsym.case.explain import explain

    click.echo(explain(topic))
