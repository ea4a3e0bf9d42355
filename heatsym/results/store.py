"""Results on disk: a folder that is whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

import numpy as np
import xarray as xr

import heatsym
from heatsym.errors import AccessError, OutputExistsError
from heatsym.results.vocabulary import VOCABULARY

RESULTS, SUMMARY, CASE, LOG, MANIFEST = (
    "results.nc",
    "summary.json",
    "case.resolved.toml",
    "run.log",
    "manifest.json",
)
LABELLED = ("node", "pipe", "consumer", "source")
PACKAGES = ("netCDF4", "numpy", "scipy", "xarray")
CHUNK = 2**18  # values, 1 MB of float32


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
    results: xr.Dataset,
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
    target = check_folder(folder, overwrite)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    needed = results.nbytes
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
        progress(RESULTS)
        write_dataset(draft / RESULTS, results)
        for name, content in (
            (SUMMARY, _json(summary)),
            (CASE, resolved_toml),
            (LOG, log_text),
        ):
            progress(name)
            (draft / name).write_bytes(content.encode())
        progress(MANIFEST)
        (draft / MANIFEST).write_bytes(_json(_manifest(draft, command, inputs)).encode())
        for path in (*draft.iterdir(), draft):
            _sync(path)
        _place(draft, target, folder, overwrite)
    except (OSError, RuntimeError) as error:  # netCDF4 raises RuntimeError where HDF5 fails
        raise AccessError(f"{folder} not written: {_reason(error)}{_space(target, needed)}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def write_dataset(path: Path, results: xr.Dataset) -> None:
    """One netCDF-4 file: names as auxiliary coordinates, chunked, shuffled, zlib level 1."""
    stored = results
    for dim in LABELLED:
        if dim in stored.coords:
            label = xr.Variable(dim, stored[dim].values.astype(np.str_), VOCABULARY[dim].attrs)
            stored = stored.drop_vars(dim).assign_coords({f"{dim}_id": label})
    encoding = {str(name): _encoding(stored, str(name)) for name in stored.variables}
    stored.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding)


def read_dataset(path: str | os.PathLike[str]) -> xr.Dataset:
    """Results of a run with names as dimension coordinates; values are read when they are used.

    Raises
    ------
    AccessError
        The file is missing, unreadable or no result file.
    """
    try:
        stored = xr.open_dataset(path, engine="netcdf4", decode_timedelta=False)
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


def _encoding(stored: xr.Dataset, name: str) -> dict[str, Any]:
    """How one variable lies on disk."""
    variable = stored.variables[name]
    if name in ("time", "time_bnds"):
        start = np.datetime_as_string(stored["time"].values[0], unit="s").replace("T", " ")
        return {"units": f"seconds since {start}", "calendar": "standard", "dtype": "f8", "_FillValue": None}
    if variable.dtype.kind in "UOT":
        return {"dtype": "S1"}
    fill = np.nan if variable.dtype.kind == "f" and name not in stored.coords else None
    encoding: dict[str, Any] = {"dtype": variable.dtype, "_FillValue": fill}
    if variable.ndim and variable.size:
        rows = max(1, CHUNK // max(1, variable[0].size))
        chunks = (min(rows, variable.shape[0]), *variable.shape[1:])
        encoding |= {"zlib": True, "complevel": 1, "shuffle": True, "chunksizes": chunks}
    return encoding


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
            "inputs": {_without_folder(name): _hash(content) for name, content in inputs},
            "results": {name: _digest(draft / name) for name in (RESULTS, SUMMARY, CASE)},
        }
    )


def _seal(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the hash of everything else in it."""
    body = {key: value for key, value in manifest.items() if key != "sha256"}
    return body | {"sha256": _hash(_json(body).encode())}


def _hash(content: bytes | os.PathLike[str]) -> str:
    """SHA-256 of bytes, or of a file."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with Path(content).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(path: Path) -> str:
    """SHA-256 of a result; a summary counts without its timings, and only if written as here."""
    if path.name != SUMMARY:
        return _hash(path)
    content = path.read_bytes()
    try:
        summary = json.loads(content)
        timeless = {key: value for key, value in summary.items() if key != "wall_s"}
        return _hash(_json(timeless).encode()) if _json(summary).encode() == content else ""
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
