"""Results by name, as a run itself uses them: dimensions, values and attributes.

Loading xarray, and pandas with it, takes as long as the march of a town. Whoever computes and writes does
without; whoever reads gets a Dataset, which may stand wherever :class:`Results` are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr


class Results(Protocol):
    """What a :class:`Frame` and an xarray.Dataset have in common."""

    @property
    def sizes(self) -> Mapping[Any, int]:
        """Length of each dimension."""

    @property
    def attrs(self) -> dict[Any, Any]:
        """Global attributes."""

    @property
    def variables(self) -> Mapping[Any, Any]:
        """All variables, coordinates among them."""

    @property
    def coords(self) -> Mapping[Any, Any]:
        """Variables that tell where or when."""

    @property
    def nbytes(self) -> int:
        """Size of all values. [B]"""

    def __contains__(self, name: object) -> bool:
        """Whether there is a variable of this name."""

    def __getitem__(self, name: str, /) -> Any:
        """A variable, with ``dims``, ``values``, ``shape``, ``dtype`` and ``attrs``; its rows by a slice."""

    def assign(self, variables: Mapping[Any, Any]) -> Self:
        """The same with more variables: (dims, values, attrs) by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One variable; ``data`` is an array, or a table that becomes one when it is used."""

    dims: tuple[str, ...]
    data: Any
    attrs: Mapping[str, Any]

    @property
    def values(self) -> NDArray[Any]:
        """All values."""
        return np.asarray(self.data)

    @property
    def shape(self) -> tuple[int, ...]:
        """Length along each dimension."""
        return tuple(self.data.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        kind: np.dtype[Any] = self.data.dtype
        return kind

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.dims)

    @property
    def size(self) -> int:
        """Number of values."""
        return int(np.prod(self.shape))

    def __getitem__(self, part: slice) -> Variable:
        """Some of the rows."""
        return Variable(self.dims, self.data[part], self.attrs)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Variables by name, some of which are coordinates."""

    variables: dict[str, Variable]
    places: frozenset[str]
    attrs: dict[Any, Any] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        """See :class:`Results`."""
        return {
            dim: length
            for variable in self.variables.values()
            for dim, length in zip(variable.dims, variable.shape, strict=True)
        }

    @property
    def coords(self) -> dict[str, Variable]:
        """See :class:`Results`."""
        return {name: variable for name, variable in self.variables.items() if name in self.places}

    @property
    def nbytes(self) -> int:
        """See :class:`Results`."""
        return sum(variable.size * variable.dtype.itemsize for variable in self.variables.values())

    def __contains__(self, name: object) -> bool:
        """See :class:`Results`."""
        return name in self.variables

    def __getitem__(self, name: str, /) -> Variable:
        """See :class:`Results`."""
        return self.variables[name]

    def assign(self, variables: Mapping[Any, Any]) -> Self:
        """See :class:`Results`."""
        more = {name: Variable(*parts) for name, parts in variables.items()}
        return type(self)(self.variables | more, self.places, self.attrs)

    def dataset(self) -> xr.Dataset:
        """The same as a Dataset; spooled tables are read when they are used."""
        import xarray as xr

        from heatsym.results.lazily import lazily

        made = {
            name: xr.Variable(variable.dims, lazily(variable.data), dict(variable.attrs))
            for name, variable in self.variables.items()
        }
        coords = {name: made.pop(name) for name in self.coords}
        return xr.Dataset(made, coords, self.attrs)
