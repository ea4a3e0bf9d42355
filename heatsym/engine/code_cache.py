"""Where compiled code is kept between runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from numba import config
from numba.misc.appdirs import AppDirs


def folder(places: Iterable[Path] | None = None) -> str:
    """Folder to keep compiled code in; empty where numba's own choice can be written.

    Numba keeps it beside the module, else in the user's cache; ``places`` are these two. Where neither
    can be written, as in a read-only installation without a home, a private folder among the temporary
    ones serves.
    """
    named = str(cast(Any, config).CACHE_DIR)
    if named:
        return named
    if places is None:
        user = cast(Any, AppDirs)(appname="numba", appauthor=False).user_cache_dir
        places = (Path(__file__).parent / "__pycache__", Path(user))
    if any(writable(place) for place in places):
        return ""
    owner = os.getuid() if hasattr(os, "getuid") else 0
    private = Path(tempfile.gettempdir()) / f"heatsym-{owner}"
    try:
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.stat()
    except OSError:
        return tempfile.mkdtemp(prefix="heatsym-")
    if private.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
        return tempfile.mkdtemp(prefix="heatsym-")  # somebody else's: code from there is not to be run
    return str(private)


def writable(place: Path) -> bool:
    """Whether a file can be written there; makes the folder where it is missing."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False
