"""Where compiled code is kept between runs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from llvmlite import binding  # type: ignore[import-untyped]
from numba import config
from numba.misc.appdirs import AppDirs

HERE = Path(__file__).parents[1]


def keep(*packages: str) -> None:
    """Keep what is declared next, which is made of kernels of these packages, until one of them changes."""
    cast(Any, config).CACHE_DIR = str(_kept(packages))


@lru_cache
def _kept(packages: tuple[str, ...]) -> Path:
    return folder(*packages)


def for_python(made: Any) -> Any:
    """A function to be compiled, of which what only others that are compiled would need is not kept.

    That is its intermediate code: parsing it takes longer than anything else in loading the engine. Of what
    it defines the names stay, which numba asks for.
    """
    kept, usual = made._cache._impl, made._cache._impl.reduce

    def reduced(found: Any) -> Any:
        (name, kind, code), *others = usual(found)
        if kind == "object":
            code = code[0], _names_only(code[1])
        return (name, kind, code), *others

    kept.reduce = reduced
    return made


def _names_only(bitcode: bytes) -> bytes:
    """Intermediate code that defines functions and variables of the same names, with nothing in them."""
    whole = binding.parse_bitcode(bitcode)
    functions = [one.name for one in whole.functions if not one.is_declaration]
    variables = [one.name for one in whole.global_variables if not one.is_declaration]
    lines = [f'define void @"{name}"() {{ ret void }}' for name in functions]
    lines += [f'@"{name}" = global i8 0' for name in variables]
    return bytes(binding.parse_assembly("\n".join(lines)).as_bitcode())


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
