"""The result file: netCDF-4, written in blocks of time, beside the run where that is possible.

What is written follows from the results alone, and in one order, so that equal results give equal files,
whoever wrote them and however often the run was interrupted.
"""

from __future__ import annotations

import gc
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from heatsym.results.blocks import OBJECTS, block, blocks
from heatsym.results.frame import Results
from heatsym.results.rows import Rows
from heatsym.results.vocabulary import VOCABULARY

if TYPE_CHECKING:
    import xarray as xr

LABELLED = ("node", "pipe", "consumer", "source", "storage")
BY_OBJECT = {("time", dim) for dim in OBJECTS}

CHUNK = 2**14  # values in a chunk, 64 kB of float32: one object is read fast, and all of them
AS_IS = {
    "pipe_mass_flow",
    "pipe_return_mass_flow",
    "pipe_velocity",
    "consumer_heat_demand",
    "consumer_heat_delivered",
    "consumer_mass_flow",
}  # compressed, they would lose a quarter, and take two fifths of the time that all others take together
CACHE = 2**20  # bytes of chunks that the library may keep of a variable; its own 16 MB add up

Array = NDArray[Any]


def write_dataset(path: Path, results: Results) -> None:
    """One netCDF-4 file: names as auxiliary coordinates, chunked, most of them shuffled and zlib level 1."""
    writer = Writer(path, results)
    try:
        for part, rows in blocks(results, *writer.by_object):
            for name, values in zip(writer.by_object, rows, strict=True):
                writer.put(name, part.start, values)
        writer.finish(results)
    finally:
        writer.close()


class Writer:
    """A file whose rows come first and whose other variables come in the end."""

    def __init__(self, path: Path, like: Results, alone: bool = False) -> None:
        """Lay the file out for results of these names, types and shapes.

        Where the writer is ``alone`` with netCDF files in the process, it waits for no one.
        """
        self.lock = nullcontext() if alone and "xarray" not in sys.modules else _shared_lock()
        self.by_object = [name for name in _ordered(like) if like[name].dims in BY_OBJECT]
        with self.lock:
            self.file = netCDF4.Dataset(path, "w", format="NETCDF4")
            self.file.set_fill_off()
            for dim in sorted(map(str, like.sizes)):
                self.file.createDimension(dim, like.sizes[dim])
            for name in _ordered(like):
                if name not in LABELLED:
                    self._declare(like, name)

    def put(self, name: str, first: int, rows: Array) -> None:
        """Rows of a variable from step ``first`` on."""
        with self.lock:
            self.file[name][first : first + len(rows)] = rows

    def finish(self, results: Results) -> None:
        """Everything but the rows of nodes, pipes and consumers."""
        with self.lock:
            for name in _ordered(results):
                variable = results.variables[name]
                if name in LABELLED:
                    self._text(results, name, f"{name}_id")
                elif variable.dtype.kind in "UOT":
                    self._text(results, name, name)
                elif name not in self.by_object:
                    if name not in self.file.variables:
                        self._declare(results, name)
                    self.file[name][...] = _numbers(name, variable, results)
            self.file.setncatts(results.attrs | {"coordinates": "time_bnds"})
            self.file.close()

    def close(self) -> None:
        """Leave the file as it is."""
        with self.lock:
            if self.file.isopen():
                self.file.close()

    def _declare(self, results: Results, name: str) -> None:
        """A variable of numbers without its values; texts are declared when their length is known."""
        variable = results.variables[name]
        if variable.dtype.kind in "UOT":
            return
        if name in ("time", "time_bnds"):
            made = self.file.createVariable(name, "f8", _dims(variable))
            made.setncatts(variable.attrs)
            if name == "time":
                made.setncatts({"units": f"seconds since {_start(results)}", "calendar": "standard"})
            return
        fill = np.nan if variable.dtype.kind == "f" and name not in results.coords else None
        packed: dict[str, Any] = {}
        if variable.ndim and variable.size:
            packed = {"chunk_cache": 4 * CHUNK, "chunksizes": _chunk(variable.shape, block(results.sizes))}
            if name not in AS_IS:
                packed |= {"zlib": True, "complevel": 1, "shuffle": True}
        made = self.file.createVariable(name, variable.dtype, _dims(variable), fill_value=fill, **packed)
        made.set_auto_maskandscale(False)
        made.setncatts(variable.attrs | _coordinates(results, name))

    def _text(self, results: Results, name: str, stored: str) -> None:
        """A variable of texts."""
        variable = results.variables[name]
        encoded = np.char.encode(variable.values.astype(np.str_), "utf-8")
        length = max(1, encoded.dtype.itemsize)
        if f"string{length}" not in self.file.dimensions:
            self.file.createDimension(f"string{length}", length)
        made = self.file.createVariable(stored, "S1", (*_dims(variable), f"string{length}"))
        attrs = VOCABULARY[name].attrs if name in LABELLED else variable.attrs | _coordinates(results, name)
        made.setncatts(attrs)
        made[...] = encoded.astype(f"S{length}").view("S1").reshape(*encoded.shape, length)
        made.setncattr("_Encoding", "utf-8")


class Follower(threading.Thread):
    """Writes a file's rows while the run goes on; compressing takes as long as a march.

    HDF5 must not be entered by two threads. Nothing else of heatsym does so meanwhile, but the garbage
    collector would, to close a file that nobody holds any more: it rests while the thread lives.
    """

    def __init__(self, path: Path, like: Results, rows: Rows) -> None:
        """Rows are read from ``rows`` once they are said to be there."""
        super().__init__(name="writer of results", daemon=True)
        self.path, self.like, self.rows = path, like, rows
        self.steps = like.sizes["time"]
        self.news = threading.Condition()
        self.there, self.stopped = 0, False
        self.error: BaseException | None = None
        self.writer: Writer | None = None
        self.collected = False

    def start(self) -> None:
        """Begin beside the caller; never called where the file is to be written in the end."""
        self.collected = gc.isenabled()
        gc.disable()
        super().start()

    def reach(self, step: int) -> None:
        """Rows before ``step`` are there; raises what went wrong so far."""
        with self.news:
            self.there = step
            self.news.notify()
        if self.error is not None:
            raise self.error

    def run(self) -> None:
        """Write block after block."""
        try:
            self.writer = Writer(self.path, self.like, alone=self.ident is not None)
            together = block(self.like.sizes)
            for first in range(0, self.steps, together):
                last = min(first + together, self.steps)
                for name in self.writer.by_object:
                    if not self._awaited(last):
                        return
                    self.writer.put(name, first, self.rows.read(name, first, last))
        except Exception as error:
            self.error = error

    def _awaited(self, step: int) -> bool:
        """Whether to go on, once rows before ``step`` are there."""
        with self.news:
            self.news.wait_for(lambda: self.stopped or self.there >= step)
            return not self.stopped

    def finish(self, results: Results) -> None:
        """Wait for the rows, or write them now, and write the rest."""
        self.reach(self.steps)
        if self.ident is None:
            self.run()
        self._ended()
        if self.error is not None:
            raise self.error
        assert self.writer is not None  # else there was an error
        self.writer.finish(results)

    def stop(self) -> None:
        """Write no more."""
        with self.news:
            self.stopped = True
            self.news.notify()
        self._ended()
        if self.writer is not None:
            self.writer.close()

    def _ended(self) -> None:
        if self.ident is not None:
            self.join()
        if self.collected:
            gc.enable()
            self.collected = False


def open_store(path: Any) -> xr.backends.NetCDF4DataStore:
    """A file to read from, whose variables keep no more than ``CACHE`` of their chunks."""
    import xarray as xr

    with _shared_lock():
        file = netCDF4.Dataset(path, "r")
        for variable in file.variables.values():
            if variable.chunking() != "contiguous":
                variable.set_var_chunk_cache(CACHE)
    return xr.backends.NetCDF4DataStore(file)  # type: ignore[no-untyped-call]


def _shared_lock() -> AbstractContextManager[Any]:
    """What all users of netCDF files in the process wait for, xarray among them."""
    from xarray.backends.netCDF4_ import NETCDF4_PYTHON_LOCK

    lock: AbstractContextManager[Any] = NETCDF4_PYTHON_LOCK
    return lock


def _chunk(shape: tuple[int, ...], steps: int) -> tuple[int, ...]:
    """How much of a variable is compressed together: as many ``steps`` as are written together."""
    if len(shape) == 1:
        return (min(shape[0], CHUNK),)
    return (min(shape[0], steps), min(shape[1], CHUNK // steps))


def _coordinates(results: Results, name: str) -> dict[str, str]:
    """The attribute that names a variable's auxiliary coordinates."""
    if name in results.coords:
        return {}
    dims = set(results[name].dims)
    found = [f"{dim}_id" for dim in LABELLED if dim in dims]
    found += [
        str(other)
        for other, coordinate in results.coords.items()
        if other not in (*LABELLED, "time", "time_bnds") and set(coordinate.dims) <= dims
    ]
    return {"coordinates": " ".join(sorted(found))} if found else {}


def _ordered(results: Results) -> list[str]:
    """Names of all variables in the order of the file: that of the vocabulary."""
    names = set(map(str, results.variables))
    first = [name for name in ("time", "time_bnds", *VOCABULARY) if name in names]
    return first + sorted(names.difference(first))


def _dims(variable: Any) -> tuple[str, ...]:
    return tuple(map(str, variable.dims))


def _start(results: Results) -> str:
    return str(np.datetime_as_string(results["time"].values[0], unit="s"))


def _numbers(name: str, variable: Any, results: Results) -> Array:
    """Values as they are stored: times as seconds from the first."""
    values: Array = np.asarray(variable.values)
    if name in ("time", "time_bnds"):
        return np.asarray((values - results["time"].values[0]) / np.timedelta64(1, "s"))
    return values
