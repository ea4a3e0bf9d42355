"""Which files a case may read, and their bytes."""

from __future__ import annotations

import stat
from pathlib import Path

LARGEST = 512 * 1024**2  # bytes; a year of 600 columns in minutes is about 2 GB and no CSV any more


class UnfitError(Exception):
    """A file cannot be used: problem code, reason and hint."""

    def __init__(self, code: str, reason: str, hint: str = "") -> None:
        """Keep the three parts apart."""
        super().__init__(reason)
        self.code, self.reason, self.hint = code, reason, hint


def project_of(case_file: Path) -> Path:
    """The folder whose files a case may read: its own, or the one above where that is ``configs``."""
    folder = case_file.resolve().parent
    return folder.parent if folder.name == "configs" else folder


def permitted(name: str, case_file: Path, *, allow_outside: bool) -> Path:
    """The existing regular file that a case means by ``name``."""
    if not name.strip():
        raise UnfitError("HS004", "the path is empty")
    if any(not c.isprintable() for c in name):
        raise UnfitError("HS004", "the path has control characters", "write / between folders")
    if name.startswith("~"):
        raise UnfitError("HS004", f"{name!r}: ~ is not expanded", "write the path relative to the case file")
    if not allow_outside and (Path(name).is_absolute() or name[1:2] == ":" or name.startswith("\\")):
        raise UnfitError(
            "HS004", f"{name!r} is absolute", "write it relative to the case file, or allow files outside"
        )
    path = case_file.parent / name
    try:
        real = path.resolve()
        if not allow_outside and not real.is_relative_to(project_of(case_file)):
            raise UnfitError(
                "HS004",
                f"{name!r} leaves the project of the case",
                "move the file into the case's folder, or allow files outside",
            )
        status = path.stat()
    except FileNotFoundError:
        hint = "use / between folders" if "\\" in name else _near(path)
        raise UnfitError("HS003", f"file {name!r} does not exist", hint) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise UnfitError("HS005", f"{name!r} cannot be opened: {_cause(error)}") from None
    if stat.S_ISDIR(status.st_mode):
        raise UnfitError("HS005", f"{name!r} is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise UnfitError("HS005", f"{name!r} is not a regular file")
    if status.st_size > LARGEST:
        raise UnfitError(
            "HS005", f"{name!r} has {status.st_size / 1e6:.0f} MB, more than {LARGEST / 1e6:.0f} MB"
        )
    return path


def text_of(path: Path, name: str) -> tuple[str, bool]:
    """A file's text with plain line ends, and whether it had to be read as Windows-1252."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnfitError("HS005", f"{name!r} cannot be opened: {_cause(error)}") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnfitError("HS005", f"{name!r} is UTF-16", "save it as UTF-8")
    if b"\0" in data:
        raise UnfitError("HS005", f"{name!r} is binary, not text", "save it as text in UTF-8")
    old = False
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text, old = data.decode("cp1252"), True
        except UnicodeDecodeError:
            raise UnfitError("HS005", f"{name!r} is not UTF-8", "save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n"), old


def _near(path: Path) -> str:
    import difflib

    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.is_file())[:1000]
    except OSError:
        return "its folder does not exist"
    near = difflib.get_close_matches(path.name, names, 1)
    return f"did you mean {near[0]}?" if near else "paths are relative to the case file"


def _cause(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
