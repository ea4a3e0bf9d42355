"""Files that are whole or not there, and replace nothing unasked."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from heatsym.errors import AccessError, OutputExistsError


def write_file(target: Path, chunks: Iterable[str], overwrite: bool = False) -> Path:
    """Write text as UTF-8 beside its place and rename it into it; the file.

    Raises
    ------
    OutputExistsError
        There is a file already and ``overwrite`` was not given, or a folder.
    AccessError
        No permission, no space; an old file is untouched then.
    """
    _check_file(target, overwrite)
    with _draft(target) as draft:
        _write(draft, chunks)
        _check_file(target, overwrite)
        draft.replace(target)
    return target


def write_folder(
    target: Path,
    files: Iterable[tuple[str, Iterable[str]]],
    replaceable: Collection[str],
    overwrite: bool = False,
) -> Path:
    """Write files into a new folder beside its place and rename it into it; the folder.

    ``overwrite`` replaces a folder only if all that it holds are files with ``replaceable`` names.

    Raises
    ------
    OutputExistsError
        There is something already, and it may not be replaced.
    AccessError
        No permission, no space; an old folder is untouched then.
    """
    check_folder(target, replaceable, overwrite)
    with _draft(target) as draft:
        draft.mkdir()
        for name, chunks in files:
            _write(draft / name, chunks)
        check_folder(target, replaceable, overwrite)
        old = draft.with_suffix(".old")
        if target.exists():
            target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    return target


def _check_file(target: Path, overwrite: bool) -> None:
    if target.is_dir():
        raise OutputExistsError(f"{target} is a folder; name a file")
    if target.exists() and not overwrite:
        raise OutputExistsError(f"{target} is there already; use --overwrite or name another file")


def check_folder(target: Path, replaceable: Collection[str], overwrite: bool) -> None:
    """Refuse a folder that holds something, unless :func:`write_folder` may replace it."""
    if target.exists() and not target.is_dir():
        raise OutputExistsError(f"{target} is a file; name a folder")
    held = list(target.iterdir()) if target.exists() else []
    if not held:
        return
    foreign = sorted(path.name for path in held if path.name not in replaceable or not path.is_file())
    if foreign:
        raise OutputExistsError(f"{target} holds {foreign[0]!r}, which is kept; name another folder")
    if not overwrite:
        raise OutputExistsError(f"{target} holds results already; use --overwrite or name another folder")


def _write(path: Path, chunks: Iterable[str]) -> None:
    with path.open("x", encoding="utf-8", errors="replace", newline="") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A name beside the target; nothing is left there, and what the system refuses is told."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield draft
    except OSError as error:
        raise AccessError(f"{target} not written: {error.strerror or error}") from error
    finally:
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)
