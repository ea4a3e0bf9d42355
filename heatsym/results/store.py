"""Results on disk: a folder that is whole or not there."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import platform
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePath, PureWindowsPath
from typing import IO, TYPE_CHECKING, Any

import numpy as np

import heatsym
from heatsym.errors import AccessError, OutputExistsError
from heatsym.results.frame import Results
from heatsym.results.netcdf import LABELLED, open_store, write_dataset

if TYPE_CHECKING:
    import xarray as xr

RESULTS, SUMMARY, CASE, LOG, MANIFEST = (
    "results.nc",
    "summary.json",
    "case.resolved.toml",
    "run.log",
    "manifest.json",
)
CHECKPOINT, LOCK, PARTIAL = "checkpoint", "lock", ".partial"
PACKAGES = ("netCDF4", "numpy", "scipy", "xarray")


def check_folder(folder: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """The folder as a path, if a run may be written to it: absent, empty, or an old run and ``overwrite``.

    Raises
    ------
    OutputExistsError
        There is something else, or an old run without ``overwrite``.
    AccessError
        The place cannot be looked at, or nothing can be written there.
    """
    target = Path(os.path.realpath(folder))
    try:
        parent = next(place for place in target.parents if place.exists())
        if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
            raise AccessError(f"{folder}: nothing can be written in {parent.name or parent}")
        if not target.exists():
            return target
        if not target.is_dir():
            raise OutputExistsError(f"{folder} is a file; name a folder")
        if not any(target.iterdir()):
            return target
        if not (target / MANIFEST).is_file():
            raise OutputExistsError(f"{folder} is not empty and holds no run; name another folder")
    except OSError as error:
        raise AccessError(f"{folder}: {_reason(error)}") from error
    if not overwrite:
        raise OutputExistsError(f"{folder} holds a run already; use --overwrite or name another folder")
    return target


def write_run(
    folder: str | os.PathLike[str],
    results: Results,
    summary: Mapping[str, Any],
    resolved_toml: str,
    log_text: str,
    command: Sequence[str],
    inputs: Iterable[tuple[str, bytes | os.PathLike[str]]],
    overwrite: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> Path:
    """Write a run beside its place and rename it into it; return the folder.

    Parameters
    ----------
    folder : path
        Where the run goes.
    results, summary, resolved_toml, log_text
        What is stored.
    command : sequence of str
        Words of the command line; of absolute paths only the last part is kept.
    inputs : iterable of (name, content or path)
        Files that the case was read from; their hashes enter the manifest.
    overwrite : bool
        Replace an old run.
    progress : callable
        Gets the name of each file before it is written.

    Raises
    ------
    OutputExistsError
        See :func:`check_folder`; also where another run was faster.
    AccessError
        No permission, no space; an old run is untouched then, and nothing is left behind.
    """
    with drafted(folder, overwrite, needed=results.nbytes) as draft:
        progress(RESULTS)
        write_dataset(draft.path / RESULTS, results)
        draft.finish(summary, resolved_toml, log_text, command, inputs, progress)
        return draft.target


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A run that is being written, in a hidden folder beside its place.

    ``rows`` is for what does not stay, ``checkpoint`` the file from which the run could go on.
    """

    folder: str | os.PathLike[str]  # as it was named
    target: Path
    path: Path
    overwrite: bool

    @property
    def rows(self) -> Path:
        """Folder of the spooled rows."""
        return self.path / "rows"

    @property
    def checkpoint(self) -> Path:
        """Its checkpoint, whether there is one or not."""
        return self.path / CHECKPOINT

    def finish(
        self,
        summary: Mapping[str, Any],
        resolved_toml: str,
        log_text: str,
        command: Sequence[str],
        inputs: Iterable[tuple[str, bytes | os.PathLike[str]]],
        progress: Callable[[str], None] = lambda name: None,
    ) -> None:
        """Write what stands beside the results, and rename the whole into its place."""
        with ThreadPoolExecutor(1) as beside:
            on_disk = beside.submit(_sync, self.path / RESULTS)  # while its hash is made
            for name, content in ((SUMMARY, _json(summary)), (CASE, resolved_toml), (LOG, log_text)):
                progress(name)
                (self.path / name).write_bytes(content.encode())
            progress(MANIFEST)
            (self.path / MANIFEST).write_bytes(_json(_manifest(self.path, command, inputs)).encode())
            on_disk.result()
        shutil.rmtree(self.rows, ignore_errors=True)
        for name in (CHECKPOINT, LOCK):
            (self.path / name).unlink(missing_ok=True)
        for path in (*(path for path in self.path.iterdir() if path.name != RESULTS), self.path):
            _sync(path)
        _place(self.path, self.target, self.folder, self.overwrite)
        for path in _interrupted(self.target):
            shutil.rmtree(path, ignore_errors=True)


def interrupted(folder: str | os.PathLike[str]) -> Path | None:
    """What is left of an interrupted run into a folder, the newest; None if there is none."""
    found = _interrupted(Path(os.path.realpath(folder)))
    return max(found, key=lambda path: (path / CHECKPOINT).stat().st_mtime_ns, default=None)


@contextmanager
def drafted(
    folder: str | os.PathLike[str], overwrite: bool = False, *, needed: int, old: Path | None = None
) -> Iterator[Draft]:
    """A draft, new or ``old``; it is gone afterwards, but stays with its checkpoint where something fails.

    Raises
    ------
    OutputExistsError
        See :func:`check_folder`.
    AccessError
        No permission, no space (up to ``needed`` bytes); an old run is untouched then.
    """
    target = check_folder(folder, overwrite)
    path = old or target.with_name(f".{target.name}.{secrets.token_hex(4)}{PARTIAL}")
    draft = Draft(folder, target, path, overwrite)
    whole = False
    made = [place for place in target.parents if not place.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(exist_ok=old is not None)
        with (path / LOCK).open("w") as lock:
            if not _locked(lock):
                raise OutputExistsError(f"{folder}: another process goes on with that run")
            yield draft
        whole = True
    except (OSError, RuntimeError) as error:  # netCDF4 raises RuntimeError where HDF5 fails
        raise AccessError(f"{folder} not written: {_reason(error)}{_space(target, needed)}") from error
    finally:
        if not whole and draft.checkpoint.exists():
            (path / RESULTS).unlink(missing_ok=True)
        else:
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):  # what is not empty stays
                for place in made:
                    place.rmdir()


def _interrupted(target: Path) -> list[Path]:
    """Drafts with a checkpoint that no process works on."""
    found = target.parent.glob(f".{glob.escape(target.name)}.*{PARTIAL}/{CHECKPOINT}")
    return [path.parent for path in found if not _in_use(path.parent)]


def _in_use(path: Path) -> bool:
    """Whether a process works on a draft; one that cannot be looked at counts as such."""
    try:
        with (path / LOCK).open("a") as lock:
            return not _locked(lock)
    except OSError:
        return True


def _locked(file: IO[str]) -> bool:
    """Hold a file's lock until it is closed; False if somebody else does. Where there are none, trust."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def read_dataset(path: str | os.PathLike[str], cache: bool = True) -> xr.Dataset:
    """Results of a run with names as dimension coordinates; values are read when they are used.

    With ``cache`` they are kept then.

    Raises
    ------
    AccessError
        The file is missing, unreadable or no result file.
    """
    import xarray as xr

    try:
        stored = xr.open_dataset(open_store(path), decode_timedelta=False, cache=cache)
    except (OSError, RuntimeError, ValueError) as error:
        raise AccessError(f"{path} cannot be read: {_reason(error)}") from error
    for dim in LABELLED:
        if f"{dim}_id" in stored.variables:
            label = stored[f"{dim}_id"]
            names = xr.Variable(dim, label.values.astype(np.str_), label.attrs)
            stored = stored.drop_vars(f"{dim}_id").assign_coords({dim: names})
    texts = [name for name, variable in stored.data_vars.items() if variable.dtype.kind == "O"]
    return stored.assign({name: stored[name].astype(np.str_) for name in texts})


def verify(folder: str | os.PathLike[str]) -> list[str]:
    """Sentences on stored files that are not what was written; empty if the run is whole.

    ``wall_s`` in the summary and the log hold timings and are not covered.

    Raises
    ------
    AccessError
        There is no run.
    """
    place = Path(folder)
    try:
        text = (place / MANIFEST).read_bytes()
    except OSError as error:
        raise AccessError(f"{place / MANIFEST}: {_reason(error)}") from error
    try:
        manifest = json.loads(text)
        sealed = _json(_seal(manifest)).encode() == text
        expected = dict(manifest["results"])
    except (ValueError, KeyError, TypeError, AttributeError):
        sealed, expected = False, {}
    if not sealed:
        return [f"{MANIFEST} is not as written"]
    found = []
    for name, digest in expected.items():
        try:
            whole = _digest(place / name) == digest
        except OSError as error:
            found.append(f"{name}: {_reason(error)}")
            continue
        if not whole:
            found.append(f"{name} is not as written")
    return found


def _manifest(
    draft: Path, command: Sequence[str], inputs: Iterable[tuple[str, bytes | os.PathLike[str]]]
) -> dict[str, Any]:
    """What was written, from what, with what; equal for equal runs."""
    return _seal(
        {
            "heatsym": heatsym.__version__,
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in PACKAGES},
            },
            "command": [_without_folder(word) for word in command],
            "seeds": {},
            "inputs": {_without_folder(name): sha256(content) for name, content in inputs},
            "results": {name: _digest(draft / name) for name in (RESULTS, SUMMARY, CASE)},
        }
    )


def _seal(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the hash of everything else in it."""
    body = {key: value for key, value in manifest.items() if key != "sha256"}
    return body | {"sha256": sha256(_json(body).encode())}


def sha256(content: bytes | os.PathLike[str]) -> str:
    """SHA-256 of bytes, or of a file."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with Path(content).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(path: Path) -> str:
    """SHA-256 of a result; a summary counts without its timings, and only if written as here."""
    if path.name != SUMMARY:
        return sha256(path)
    content = path.read_bytes()
    try:
        summary = json.loads(content)
        timeless = {key: value for key, value in summary.items() if key != "wall_s"}
        return sha256(_json(timeless).encode()) if _json(summary).encode() == content else ""
    except (ValueError, AttributeError):
        return ""


def _json(content: Mapping[str, Any]) -> str:
    """JSON text; a number that is none is refused."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _without_folder(word: str) -> str:
    """A word of the command line, or a name; of an absolute path, also behind ``=``, only its last part."""
    key, equals, value = word.rpartition("=")
    if PurePath(value).is_absolute() or PureWindowsPath(value).is_absolute():
        value = PureWindowsPath(value).name
    return f"{key}{equals}{value}"


def _place(draft: Path, target: Path, folder: str | os.PathLike[str], overwrite: bool) -> None:
    """Rename the finished draft into its place; an old run is moved aside first and back if that fails."""
    old = draft.with_suffix(".old")
    moved = overwrite and target.exists() and any(target.iterdir())
    if moved:
        check_folder(folder, overwrite)
        target.rename(old)
    try:
        draft.rename(target)
    except OSError as error:
        if target.exists():
            raise OutputExistsError(f"{folder} was written by another run meanwhile") from error
        if moved:
            old.rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Have a file, or the list of a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    """What the system says, without paths."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _space(target: Path, needed: int) -> str:
    """Space needed at most, and free, for a message."""
    place = target.parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return f" (needs up to {needed / 1e6:.1f} MB, {free / 1e6:.1f} MB free)"
