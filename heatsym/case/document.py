"""The case file as data: read, patched by scenario and overrides, written out again."""

from __future__ import annotations

import copy
import datetime
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from heatsym.case.files import UnfitError, text_of
from heatsym.case.findings import Findings, listed
from heatsym.case.keys import Match, match, rivals, suggestion
from heatsym.case.locate import KeyPath, key_lines
from heatsym.case.sections import ALL, LISTS, SECTIONS, item_class, named_part_class, part_class
from heatsym.errors import AccessError
from heatsym.interfaces.fields import Part, Paths

Place = tuple[str, int | None]

LARGEST = 4 * 1024**2  # bytes of a case file

_TOO_DEEP = re.compile(r"""(?<![\w."'-])(?:["']?[\w-]++["']?[ \t]*+\.[ \t]*+){64}""")


@dataclass(frozen=True, eq=False)
class Document:
    """A case file's content after scenario and overrides.

    ``data`` is what TOML says; ``origins`` tells where changed values come from; ``cache`` holds
    what was read from other files and is shared by all variants of a document.
    """

    path: Path
    text: str
    data: Mapping[str, Any]
    allow_outside: bool = False
    origins: Mapping[KeyPath, Place] = field(default_factory=dict)
    cache: dict[Any, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """File name, for messages."""
        return self.path.name

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """Line of every key in the file's text."""
        return key_lines(self.text)

    def place(self, path: KeyPath) -> Place:
        """File and line of a key, or of the nearest table around it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                return self.origins[path[:end]]
            if path[:end] in self.lines:
                return self.name, self.lines[path[:end]]
        return self.name, None

    def dotted(self, path: KeyPath) -> str:
        """A key path as text, list items by their name: ``source.works.power_MW``."""
        text = ""
        here: Any = self.data
        for step in path:
            inside: Any = None
            if isinstance(here, Mapping):
                inside = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                inside = here[step]
            if isinstance(step, str):
                text += f".{step}" if text else step
            elif isinstance(inside, dict) and isinstance(inside.get("name"), str):
                text += "." + inside["name"]
            else:
                text += f"[{step + 1}]"
            here = inside
        return text

    def patched(self, changes: Mapping[str, Any]) -> Document:
        """A new document in which dotted keys have new values; this one stays as it is."""
        findings = Findings()
        document = self
        for key, value in changes.items():
            names = _key_names(key)
            if names is None:
                findings.error("HS110", f"{key!r} is not a dotted key", file="changes")
                continue
            document = document._with(_nested(names, _plain(value)), ("changes", None), findings)
        findings.raise_errors()
        return document

    def resolved_toml(self, base: Path | None = None) -> str:
        """TOML that repeats the run, with paths relative to the folder ``base`` that it will lie in."""
        import tomli_w

        data = copy.deepcopy(dict(self.data))
        here = self.path.parent.resolve()
        if base is not None and base.resolve() != here:
            for holder, key in file_names(data):
                if not Path(holder[key]).is_absolute():
                    holder[key] = Path(os.path.relpath(here / holder[key], base.resolve())).as_posix()
        return tomli_w.dumps(data)

    @property
    def files(self) -> dict[str, Path]:
        """The files that the case names, by name as written."""
        names = (str(holder[key]) for holder, key in file_names(self.data))
        return {name: self.path.parent / name for name in names}

    @property
    def inputs(self) -> list[tuple[str, bytes | Path]]:
        """What the case was read from: the case file's text, then the files that it names."""
        return [(self.name, self.text.encode()), *self.files.items()]

    def _with(
        self, patch: Mapping[str, Any], place: Place, findings: Findings, root: KeyPath = ()
    ) -> Document:
        data = copy.deepcopy(dict(self.data))
        merge = _Merge(self, place, root, findings)
        merge.sections(data, patch)
        return replace(self, data=data, origins={**self.origins, **merge.origins})


def read_document(
    path: str | os.PathLike[str],
    *,
    scenario: str | None = None,
    overrides: Sequence[str] = (),
    period: str | None = None,
    allow_outside: bool = False,
) -> Document:
    """Read a case file and apply scenario, overrides and period, in this order."""
    file = Path(path)
    text = _case_text(file)
    findings = Findings()
    data: dict[str, Any] = {}
    try:
        if _TOO_DEEP.search(text):  # the parser's time would grow with the square of the key's length
            raise RecursionError
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _decode_line(error)
        why = re.sub(r" \(at .*\)", "", str(error))
        findings.error("HS002", why, hint=_toml_hint(text, line), file=file.name, line=line)
    except (RecursionError, ValueError) as error:
        why = "values are nested too deeply" if isinstance(error, RecursionError) else str(error)
        findings.error("HS002", why, file=file.name)
    findings.raise_errors()
    scenarios = data.pop("scenario", {})
    document = Document(file, text, data, allow_outside)
    if not _is_table_of_tables(scenarios):
        findings.error(
            "HS102",
            "is not a table of patches",
            where="scenario",
            hint="write [scenario.NAME]",
            file=file.name,
            line=document.lines.get(("scenario",)),
        )
    elif scenario is not None and scenario not in scenarios:
        known = listed(list(scenarios)) or "none"
        findings.error("HS112", f"no scenario {scenario!r}", hint=f"there are: {known}", file=file.name)
    elif scenario is not None:
        place = (file.name, document.lines.get(("scenario", scenario)))
        document = document._with(scenarios[scenario], place, findings, ("scenario", scenario))
    for override in overrides:
        patch = _override(override)
        if patch is None:
            findings.error("HS110", f"{override!r} is not of the form key=value", file="-s")
        else:
            document = document._with(patch, (f"-s {override}", None), findings)
    if period is not None:
        document = document._with({"time": {"period": period}}, ("--period", None), findings)
    findings.raise_errors()
    return document


class _Merge:
    """Lays a patch over the data; remembers where each new value comes from."""

    def __init__(self, document: Document, place: Place, root: KeyPath, findings: Findings) -> None:
        self.document, self.place, self.root, self.findings = document, place, root, findings
        self.origins: dict[KeyPath, Place] = {}

    def sections(self, data: dict[str, Any], patch: Mapping[str, Any]) -> None:
        for key, value in patch.items():
            if key in LISTS:
                self.items(data, key, value)
            elif key in SECTIONS and isinstance(value, dict) and isinstance(data.get(key, {}), dict):
                self.table(data.setdefault(key, {}), value, SECTIONS[key], (key,), (key,))
            elif key not in ALL:
                self.error("HS109", f"there is no section {key!r}", suggestion(key, ALL), (key,))
            else:
                self.error("HS109", "is not a table of changes", f"write {key}.KEY = value", (key,))

    def items(self, data: dict[str, Any], key: str, patches: Any) -> None:
        items = data.get(key, [])
        if not isinstance(items, list) or not isinstance(patches, dict):
            self.error(
                "HS109", f"items of {key} are changed by name", f"write {key}.NAME.KEY = value", (key,)
            )
            return
        names = [item.get("name") if isinstance(item, dict) else None for item in items]
        for name, patch in patches.items():
            if name not in names:
                known = listed([str(n) for n in names if n is not None]) or "none"
                self.error("HS109", f"no {key} is named {name!r}", f"there are: {known}", (key, name))
            elif not isinstance(patch, dict):
                self.error(
                    "HS109", "is not a table of changes", f"write {key}.{name}.KEY = value", (key, name)
                )
            else:
                position = names.index(name)
                item = items[position]
                cls = item_class(key, {**item, **patch})
                self.table(item, patch, cls, (key, position), (key, name))

    def named_parts(
        self,
        table: dict[str, Any],
        key: str,
        patches: dict[str, Any],
        cls: type,
        at: KeyPath,
        written: KeyPath,
    ) -> None:
        """Change items of a part that is a list, by their name."""
        items = table[key]
        names = [item.get("name") if isinstance(item, dict) else None for item in items]
        for name, patch in patches.items():
            inside = (*written, name)
            if name not in names:
                known = listed([str(n) for n in names if n is not None]) or "none"
                self.error("HS109", f"no {key} is named {name!r}", f"there are: {known}", inside)
            elif not isinstance(patch, dict):
                hint = f"write {'.'.join(map(str, inside))}.KEY = value"
                self.error("HS109", "is not a table of changes", hint, inside)
            else:
                place = names.index(name)
                self.table(items[place], patch, cls, (*at, place), inside)

    def table(
        self, table: dict[str, Any], patch: dict[str, Any], cls: type | None, path: KeyPath, written: KeyPath
    ) -> None:
        for key, value in patch.items():
            inner, many = part_class(cls, key), named_part_class(cls, key)
            if isinstance(value, dict) and many and isinstance(table.get(key), list):
                self.named_parts(table, key, value, many, (*path, key), (*written, key))
                continue
            if isinstance(value, dict) and inner and isinstance(table.get(key, {}), dict):
                for other in rivals(cls, table, key):
                    del table[other]
                self.table(table.setdefault(key, {}), value, inner, (*path, key), (*written, key))
                continue
            if isinstance(value, dict) and isinstance(table.get(key), dict) and not _is_reference(value):
                self.table(table[key], value, None, (*path, key), (*written, key))
                continue
            for other in rivals(cls, table, key):
                del table[other]
            table[key] = value
            self.origins[(*path, key)] = self.where((*written, key))

    def where(self, written: KeyPath) -> Place:
        """File and line of a key of the patch; what was not written in the case file has no line."""
        file, line = self.place
        return file, self.document.lines.get((*self.root, *written), line) if self.root else line

    def error(self, code: str, reason: str, hint: str, written: KeyPath) -> None:
        file, line = self.where(written)
        self.findings.error(code, reason, where=".".join(map(str, written)), hint=hint, file=file, line=line)


def _case_text(file: Path) -> str:
    try:
        size = file.stat().st_size
        if file.exists() and not file.is_file():
            raise AccessError(f"{file} is not a file")
        if size > LARGEST:
            raise AccessError(f"{file} has {size / 1e6:.0f} MB, too much for a case file")
        text, old = text_of(file, file.name)
    except (OSError, ValueError) as error:
        raise AccessError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except UnfitError as error:
        raise AccessError(f"{error.reason}" + (f"; {error.hint}" if error.hint else "")) from None
    if old:
        raise AccessError(f"{file} is not UTF-8, as TOML must be; save it as UTF-8")
    return text


def _decode_line(error: tomllib.TOMLDecodeError) -> int | None:
    found = re.search(r"at line (\d+)", str(error))
    return int(found.group(1)) if found else None


_USUAL_SLIPS = (
    (re.compile(r"=\s*[+-]?\d+,\d"), "write decimals with a point"),
    (re.compile(r"=\s*\d\d?\.\d\d?\.\d{4}"), "write dates as 2025-03-01"),
    (re.compile(r"\[\[?source"), "write [[source]], in two brackets, for each source"),
    (re.compile(r"=\s*[A-Za-z]"), "put text in quotes"),
    (re.compile(r'=\s*"[^"\n]*\\'), "write / between folders"),
)


def _toml_hint(text: str, line: int | None) -> str:
    """The remedy for usual slips in a line that is not TOML."""
    lines = text.splitlines()
    here = lines[line - 1] if line is not None and line <= len(lines) else ""
    return next((hint for slip, hint in _USUAL_SLIPS if slip.search(here)), "")


def _is_table_of_tables(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())


def _is_reference(value: dict[str, Any]) -> bool:
    """Whether a patch names a series anew; one with fewer keys changes the series that is there."""
    return "file" in value and "column" in value


def _override(text: str) -> dict[str, Any] | None:
    """``key=value`` as a nested table; None where it is not of that form."""
    for position in (i for i, c in enumerate(text) if c == "="):
        names = _key_names(text[:position])
        if names is not None:
            return _nested(names, _value(text[position + 1 :].strip()))
    return None


def _key_names(key: str) -> list[str] | None:
    """Names of a dotted key, quotes resolved."""
    if not key.strip() or "\n" in key or ("=" in key and '"' not in key and "'" not in key):
        return None
    try:
        table: Any = tomllib.loads(f"{key} = 0")
    except (ValueError, RecursionError):
        names = key.strip().split(".")
        return names if all(names) and not set(key) & set("\"'[]{}#") else None
    names = []
    while isinstance(table, dict):
        if len(table) != 1:
            return None
        name, table = next(iter(table.items()))
        names.append(name)
    return names


def _value(text: str) -> Any:
    """A TOML value; what is none is taken as text."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return table["value"] if len(table) == 1 else text


def _nested(names: list[str], value: Any) -> dict[str, Any]:
    for name in reversed(names):
        value = {name: value}
    return value  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """A Python value as TOML knows it: tuples as lists, numpy numbers as numbers, paths as text."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "tolist") and not isinstance(value, (str, bytes, datetime.date)):
        return value.tolist()
    return copy.deepcopy(value)


def file_names(data: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Where the data name files: container and key (or position) of each name."""
    for section, cls in SECTIONS.items():
        if isinstance(data.get(section), dict):
            yield from _names_in_table(data[section], cls)
    for section in LISTS:
        items = data.get(section)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield from _names_in_table(item, item_class(section, item))


def _names_in_table(table: dict[str, Any], cls: type | None) -> Iterator[tuple[Any, Any]]:
    for key, value in table.items():
        inner = part_class(cls, key)
        meant = match(cls, key) if cls else None
        if inner and isinstance(value, dict):
            yield from _names_in_table(value, inner)
        elif not isinstance(meant, Match):
            continue
        elif isinstance(value, dict) and meant.unit and isinstance(value.get("file"), str):
            yield value, "file"
        elif isinstance(value, list) and isinstance(meant.spec, Paths):
            yield from ((value, i) for i, name in enumerate(value) if isinstance(name, str))
        elif isinstance(value, str) and (
            meant.unit or isinstance(meant.spec, Paths) or (isinstance(meant.spec, Part) and meant.spec.table)
        ):
            yield table, key
