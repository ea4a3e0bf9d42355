"""``heatsym compare``: runs side by side."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heatsym.errors import AccessError

if TYPE_CHECKING:
    from heatsym.analysis.comparison import Difference, Entry, Indicator

SHOWN_KEYS = 20
LONGEST = 60


@click.command("compare")
@click.argument(
    "folders", metavar="RUN RUN ...", nargs=-1, type=click.Path(path_type=Path, readable=False), required=True
)
@click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True
)
def command(folders: tuple[Path, ...], form: str) -> None:
    """Show the indicators of two or more runs side by side, with differences to the first.

    \b
    heatsym run town.toml
    heatsym run town.toml --scenario cold
    heatsym compare results/town results/town-cold

    Also names the keys of the case files that differ. Every RUN is a result folder.
    """
    if len(folders) < 2:
        raise click.UsageError("name at least two runs, e.g. heatsym compare results/town results/town-cold")
    from heatsym.analysis.comparison import case_differences, indicators, input_differences, told_apart
    from heatsym.results.store import CASE, MANIFEST, SUMMARY

    names = [legible(name) for name in told_apart(folders)]
    rows = indicators([_json(folder / SUMMARY) for folder in folders])
    keys = case_differences([_toml(folder / CASE) for folder in folders], folders)
    inputs = input_differences([_json(folder / MANIFEST) for folder in folders])
    if form == "json":
        click.echo(json.dumps(as_data(names, rows, keys, inputs), indent=1, ensure_ascii=False))
        return
    for line in as_csv(names, rows) if form == "csv" else as_text(names, rows, keys, inputs):
        click.echo(line)


def as_text(
    names: Sequence[str], rows: Sequence[Indicator], keys: Sequence[Difference], inputs: Sequence[str]
) -> Iterator[str]:
    """Aligned columns; a figure that was not computed has the number of its reason below the table."""
    reasons: list[str] = []
    heads = ["", "", names[0]]
    for name in names[1:]:
        heads += [name, "difference", "in %"]
    cells = [heads]
    for row in rows:
        line = [legible(row.label), row.unit, _shown(row.entries[0], reasons)]
        for run in range(1, len(names)):
            percent = row.percent(run)
            line += [
                _shown(row.entries[run], reasons),
                _signed(row.difference(run)),
                "" if percent is None else f"{percent:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0"),
            ]
        cells.append(line)
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    for line in cells:
        texts = [f"{cell:<{width}}" for cell, width in zip(line[:2], widths[:2], strict=True)]
        texts += [f"{cell:>{width}}" for cell, width in zip(line[2:], widths[2:], strict=True)]
        yield "  ".join(texts).rstrip()
    for number, reason in enumerate(reasons, 1):
        yield f"[{number}] not computed: {legible(reason)}"
    yield ""
    yield from _key_lines(names, keys, inputs)


def as_csv(names: Sequence[str], rows: Sequence[Indicator]) -> Iterator[str]:
    """A row per indicator with unrounded numbers; why one is missing stands in the last column."""
    from heatsym.interop.export_csv import text_cell

    heads = ["indicator", "unit", names[0]]
    for name in names[1:]:
        heads += [name, f"{name}, difference", f"{name}, difference in %"]
    yield ",".join(text_cell(head, ",") for head in [*heads, "not computed"])
    for row in rows:
        cells = [text_cell(legible(row.label), ","), row.unit, _plain(row.entries[0].value)]
        for run in range(1, len(names)):
            cells += [
                _plain(value) for value in (row.entries[run].value, row.difference(run), row.percent(run))
            ]
        missing = [
            f"{name}: {entry.reason}"
            for name, entry in zip(names, row.entries, strict=True)
            if entry.value is None
        ]
        yield ",".join([*cells, text_cell(legible("; ".join(missing)), ",")])


def as_data(
    names: Sequence[str], rows: Sequence[Indicator], keys: Sequence[Difference], inputs: Sequence[str]
) -> dict[str, Any]:
    """The comparison as JSON has it; a figure that was not computed has ``not_computed`` instead."""

    def figure(row: Indicator, run: int) -> dict[str, Any]:
        entry = row.entries[run]
        if entry.value is None:
            return {"not_computed": entry.reason}
        more = {"difference": row.difference(run), "difference_percent": row.percent(run)} if run else {}
        return {"value": entry.value} | {key: value for key, value in more.items() if value is not None}

    return {
        "runs": list(names),
        "indicators": [
            {
                "name": row.label,
                "unit": row.unit,
                "figures": [figure(row, run) for run in range(len(names))],
            }
            for row in rows
        ],
        "case": [
            {"key": one.key, "values": [None if value is None else _toml_text(value) for value in one.values]}
            for one in keys
        ],
        "inputs_with_other_content": list(inputs),
    }


def legible(text: str) -> str:
    """Text of a user without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)


def _key_lines(names: Sequence[str], keys: Sequence[Difference], inputs: Sequence[str]) -> Iterator[str]:
    """Keys that differ, with the value of each run."""
    if not keys and not inputs:
        yield "the cases are the same"
        return
    yield "the cases differ in"
    wide = max(len(name) for name in names)
    for one in keys[:SHOWN_KEYS]:
        yield f"  {legible(one.key)}"
        for name, value in zip(names, one.values, strict=True):
            yield f"    {name:<{wide}}  {_value(value)}"
    if len(keys) > SHOWN_KEYS:
        yield f"  ... and {len(keys) - SHOWN_KEYS} more keys"
    for name in inputs[:SHOWN_KEYS]:
        yield f"  content of {legible(name)}"


def _value(value: Any) -> str:
    """A value of a case file in short."""
    text = "not given" if value is None else legible(_toml_text(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _toml_text(value: Any) -> str:
    """A value as a case file has it."""
    import tomli_w

    text = tomli_w.dumps({"x": value}, multiline_strings=False).partition("=")[2] if value != {} else "{}"
    return (
        " ".join(text.replace("[\n", "[").split()).replace("[ ", "[").replace(", ]", "]").replace(",]", "]")
    )


def _shown(entry: Entry, reasons: list[str]) -> str:
    """A number, or the mark of its reason."""
    from heatsym.analysis.wording import number

    if entry.value is not None:
        return number(entry.value)
    if entry.reason not in reasons:
        reasons.append(entry.reason)
    return f"[{reasons.index(entry.reason) + 1}]"


def _signed(value: float | None) -> str:
    from heatsym.analysis.wording import number

    return "" if value is None else ("+" if value > 0 else "") + number(value)


def _plain(value: float | None) -> str:
    return "" if value is None else repr(value)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AccessError(f"{path.parent} holds no run that can be read: {error}") from error
    if not isinstance(content, dict):
        raise AccessError(f"{path} is not as heatsym writes it")
    return content


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AccessError(f"{path.parent} holds no run that can be read: {error}") from error
