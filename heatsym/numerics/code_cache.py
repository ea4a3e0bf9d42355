"""Where compiled code is kept between runs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from numba import config
from numba.misc.appdirs import AppDirs

HERE = Path(__file__).parents[1]


def keep(*packages: str) -> None:
    """Keep what is declared next, which is made of kernels of these packages, until one of them changes."""
    cast(Any, config).CACHE_DIR = str(_kept(packages))


@lru_cache
def _kept(packages: tuple[str, ...]) -> Path:
    return folder(*packages)


def folder(*packages: str, places: Iterable[Path] | None = None) -> Path:
    """Folder for the code compiled of the kernels of some packages of heatsym, named by their source.

    Numba would notice a change in a kernel's own module, not in one that it imports; a change anywhere
    there means another folder. It lies in ``NUMBA_CACHE_DIR`` if that is set, else in the first of
    ``places`` that can be written: beside the modules, in the user's cache. Where neither can, as in a
    read-only installation without a home, a private folder among the temporary ones serves.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Path(named)
    if places is None:
        user = cast(Any, AppDirs)(appname="heatsym", appauthor=False).user_cache_dir
        places = (HERE / "__pycache__", Path(user))
    place = next((place for place in places if writable(place)), None) or _private()
    return place / f"kernels-{_stamp(packages)}"


def writable(place: Path) -> bool:
    """Whether a file can be written there; makes the folder where it is missing."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _stamp(packages: Iterable[str]) -> str:
    """First digits of a hash of everything that is compiled: modules whose names end in kernels."""
    sources = [path for package in packages for path in sorted((HERE / package).glob("*kernels.py"))]
    content = b"".join(path.read_bytes() for path in sources)
    return hashlib.sha256(content).hexdigest()[:12]


def _private() -> Path:
    """A folder of ours alone; a new one where the usual name is taken by somebody else."""
    owner = os.getuid() if hasattr(os, "getuid") else 0
    private = Path(tempfile.gettempdir()) / f"heatsym-{owner}"
    try:
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.stat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="heatsym-"))
    if private.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
        return Path(tempfile.mkdtemp(prefix="heatsym-"))  # code from there is not to be run
    return private
