"""What problems have in common, built once: networks of scenarios are mostly the same.

Functions named here get all they use as arguments, so that equal arguments mean an equal result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from threading import RLock
from types import FunctionType, MethodType
from typing import Any, Protocol, TypeVar

import numpy as np
from scipy import sparse

T = TypeVar("T")

PIECE = 2**22
"""Size of a piece of an array whose content is looked at. [B]"""


class Builder(Protocol):
    """Gives the result of a function."""

    def __call__(self, build: Callable[..., T], *inputs: Any) -> T:
        """``build(*inputs)``, which nobody may write into."""


def directly(build: Callable[..., T], *inputs: Any) -> T:
    """Build anew: for a problem that stands alone."""
    return build(*inputs)


class Shared:
    """Builds what it has not built before from inputs of the same content; for use by several threads."""

    def __init__(self) -> None:
        """Nothing is built yet."""
        self._lock = RLock()
        self._built: dict[bytes, Any] = {}

    def __call__(self, build: Callable[..., T], *inputs: Any) -> T:
        """See :class:`Builder`."""
        digest = hashlib.blake2b()
        for part in content((build, *inputs)):
            digest.update(part)
        key = digest.digest()
        with self._lock:
            if key not in self._built:
                self._built[key] = build(*inputs)
            found: T = self._built[key]
            return found


def content(value: Any) -> Iterator[bytes]:
    """What tells a value from others, whichever object holds it.

    Raises
    ------
    TypeError
        A kind of value of which that is not known.
    """
    yield f"{type(value).__module__}.{type(value).__qualname__} ".encode()
    if value is None or isinstance(value, (bool, int, float, str, date, np.generic)):
        yield f"{value!r} ".encode()
    elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
        yield f"{value.dtype.str} {value.shape} ".encode()
        rows = value.reshape(1) if value.ndim == 0 else value
        some = max(1, PIECE // max(1, rows[:1].nbytes))  # bytes are copies
        yield from (rows[first : first + some].tobytes() for first in range(0, len(rows), some))
    elif isinstance(value, (sparse.csr_array, sparse.csc_array)):
        yield from content((value.shape, value.indptr, value.indices, value.data))
    elif isinstance(value, tuple):
        yield f"{len(value)} ".encode()
        for entry in value:
            yield from content(entry)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from content(getattr(value, field.name))
    elif isinstance(value, MethodType):
        yield from content((value.__func__, value.__self__))
    elif isinstance(value, FunctionType) and value.__closure__ is None:
        yield f"{value.__module__}.{value.__qualname__} ".encode()
    else:
        raise TypeError(f"cannot tell one {type(value).__name__} from another by its content")
