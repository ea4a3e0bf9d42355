"""``heatsym schema``: the JSON schema of case files, for editors."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON schema of case files; editors complete and check with it."""
    from heatsym.case.schema import schema

    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
