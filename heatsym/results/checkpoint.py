"""A checkpoint: one file from which an interrupted run goes on.

Its first line names the format and the SHA-256 of all that follows: facts as JSON, and arrays as numpy
stores them, without anything that could be executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.errors import InputError, Problem

FORMAT = b"heatsym checkpoint 1 "
HEAD = len(FORMAT) + 64 + 1  # bytes of the first line


def write_checkpoint(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write it beside its place and rename it into it, once it is on the disk."""
    draft = path.with_suffix(".new")
    with draft.open("w+b") as file:
        file.write(bytes(HEAD))
        words = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
        np.savez(file, allow_pickle=False, facts=words, **{f"array.{name}": a for name, a in arrays.items()})
        file.flush()
        digest = _digest(file)
        file.seek(0)
        file.write(FORMAT + digest + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_checkpoint(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Facts and arrays.

    Raises
    ------
    InputError
        The file is damaged, or no checkpoint.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if head[: len(FORMAT)] != FORMAT or head[len(FORMAT) : -1] != _digest(file):
                raise refused("it is damaged, or no checkpoint of this version")
            file.seek(HEAD)
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        facts = json.loads(arrays.pop("facts").tobytes())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise refused(f"it cannot be read: {error}") from error
    return facts, {name.removeprefix("array."): array for name, array in arrays.items()}


def refused(reason: str) -> InputError:
    """Why a checkpoint is not gone on from."""
    hint = "run without --resume to start from the beginning"
    return InputError([Problem("HS703", reason, where="checkpoint", hint=hint)])


def _digest(file: BufferedReader | BufferedRandom) -> bytes:
    """SHA-256 of all but the first line."""
    file.seek(HEAD)
    return hashlib.file_digest(file, "sha256").hexdigest().encode()
