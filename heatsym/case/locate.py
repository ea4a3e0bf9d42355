"""Lines of keys in a TOML text; the standard parser tells values only."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from typing import Any

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' r"|'''(?:[^']|'(?!''))*'{3,5}" r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_WORD = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line (from 1) of every key, table and list item of a valid TOML text."""
    scan = _Scan(text)
    with suppress(_LostError, RecursionError):  # what was found until then still helps
        scan.document()
    return scan.lines


class _LostError(Exception):
    """The text is not what was expected here."""


class _Scan:
    """One pass over the text; recursion follows the nesting of values."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.counted_to, self.line = 0, 1
        self.lengths: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Tables and pairs until the end."""
        table: KeyPath = ()
        while self.skip_blank() < len(self.text):
            line = self.line_here()
            if self.text.startswith("[[", self.at):
                self.at += 2
                names = self.dotted()
                base = self.resolved(names[:-1]) + names[-1:]
                self.expect("]]")
                position = self.lengths.get(base, 0)
                self.lengths[base] = position + 1
                table = (*base, position)
                self.note(base, line)
                self.note(table, line)
            elif self.text.startswith("[", self.at):
                self.at += 1
                table = self.resolved(self.dotted())
                self.expect("]")
                self.note(table, line)
            else:
                self.pair(table)

    def resolved(self, names: KeyPath) -> KeyPath:
        """A header's path, with the current position in each list of tables on the way."""
        path: KeyPath = ()
        for name in names:
            path = (*path, name)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return path

    def pair(self, table: KeyPath) -> None:
        """``key = value``."""
        line = self.line_here()
        names = self.dotted()
        for i in range(len(names)):
            self.note(table + names[: i + 1], line)
        self.expect("=")
        self.value(table + names)

    def value(self, path: KeyPath) -> None:
        """A value; keys and items inside it are noted."""
        self.skip_blank()
        start = self.text[self.at : self.at + 1]
        if start == "[":
            self.at += 1
            for position in range(len(self.text)):
                self.skip_blank()
                if self.taken("]"):
                    return
                self.note((*path, position), self.line_here())
                self.value((*path, position))
                self.skip_blank()
                self.taken(",")
        elif start == "{":
            self.at += 1
            while True:
                self.skip_blank()
                if self.taken("}"):
                    return
                self.pair(path)
                self.skip_blank()
                self.taken(",")
        elif start in "\"'":
            self.match(_STRING)
        else:
            self.match(_WORD)

    def dotted(self) -> KeyPath:
        """A key of one or more names."""
        names = [self.name()]
        while self.taken("."):
            names.append(self.name())
        return tuple(names)

    def name(self) -> str:
        raw = self.match(_KEY).strip()
        if raw[0] == "'":
            return raw[1:-1]
        return str(_unquoted(raw)) if raw[0] == '"' else raw

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if not found or found.end() == self.at:
            raise _LostError
        self.at = found.end()
        return found.group()

    def expect(self, token: str) -> None:
        if not self.taken(token):
            raise _LostError

    def taken(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def skip_blank(self) -> int:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def line_here(self) -> int:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line

    def note(self, path: KeyPath, line: int) -> None:
        self.lines.setdefault(path, line)


def _unquoted(key: str) -> Any:
    return tomllib.loads(f"k = {key}")["k"]
