"""A place in a run as plain arrays and words, and back: what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatsym.engine.compiled import Compiled
from heatsym.engine.digest import PLANNED, Course, Ledger
from heatsym.engine.problem import Problem
from heatsym.engine.reference import Reference
from heatsym.engine.scheduling import Choice
from heatsym.engine.settle import Mark, planned_first
from heatsym.engine.stretches import Staged, stretch_of

Arrays = dict[str, NDArray[Any]]


def packed(mark: Mark) -> tuple[dict[str, Any], Arrays]:
    """Words and numbers that JSON holds exactly, and arrays."""
    facts = {
        "engine": mark.engine,
        "told": list(mark.told),
        "number": mark.number,
        "step": mark.step,
        "initial_stored_heat": mark.initial_stored_heat.hex(),
        "change": [float(one).hex() for one in mark.change],
        "seconds": float(mark.seconds),
    }
    arrays = {f"state.{name}": array for name, array in _flat(mark.state).items()}
    arrays |= {f"course.{one.name}": getattr(mark.course, one.name)[: mark.step] for one in fields(Course)}
    arrays |= {f"ledger.{name}": array for name, array in mark.ledger.arrays().items()}
    arrays["begin"] = mark.begin
    arrays |= {f"choice.{name}": array for name, array in _flat(mark.choice).items()}
    facts["choice"] = list(mark.choice.said)
    if mark.before is not None:
        arrays |= {f"before.{name}": getattr(mark.before, name) for name in PLANNED}
    return facts, arrays


def unpacked(problem: Problem, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Mark:
    """The mark of this problem that was packed.

    Raises
    ------
    ValueError, KeyError
        It is of another problem.
    """
    course = Course.blank(problem.steps, len(problem.sources), len(problem.storages))
    for one in fields(Course):
        getattr(course, one.name)[: facts["step"]] = arrays[f"course.{one.name}"]
    before = None
    if f"before.{PLANNED[0]}" in arrays:
        before = Course.blank(problem.steps, len(problem.sources), len(problem.storages))
        for name in PLANNED:
            getattr(before, name)[:] = arrays[f"before.{name}"]
    held = {one.name: arrays.get(f"choice.{one.name}") for one in fields(Choice)}
    plain: dict[str, Any] = {name: a if a is None or a.ndim else float(a) for name, a in held.items()}
    choice = Choice(**plain | {"said": tuple(facts["choice"])})
    engine_of = Compiled if facts["engine"] == "compiled" else Reference
    like: Any
    if problem.stretches:  # a state is of the islands of the step before it
        engine = Staged(engine_of, *planned_first(problem))
        like = engine.initial_state(stretch_of(problem, facts["step"] - 1))
    else:
        like = engine_of(*planned_first(problem)).initial_state()
    part = len("state.")
    state = _filled(like, {name[part:]: a for name, a in arrays.items() if name.startswith("state.")}, "")
    part = len("ledger.")
    ledger = Ledger(problem.consumers, len(problem.inline_pumps))
    ledger.load({name[part:]: a for name, a in arrays.items() if name.startswith("ledger.")})
    return Mark(
        engine=facts["engine"],
        told=tuple(facts["told"]),
        number=int(facts["number"]),
        step=int(facts["step"]),
        state=state,
        course=course,
        ledger=ledger,
        initial_stored_heat=float.fromhex(facts["initial_stored_heat"]),
        before=before,
        change=tuple(float.fromhex(one) for one in facts["change"]),
        seconds=float(facts["seconds"]),
        begin=arrays["begin"],
        choice=choice,
    )


def _parts(value: Any) -> dict[str, Any] | None:
    """What a value is made of, by name; None if it is one thing."""
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        return {str(name): part for name, part in zip(names, value, strict=True)}
    return None


def _flat(value: Any, name: str = "") -> Arrays:
    """All arrays and numbers of a state, by their dotted names."""
    parts = _parts(value)
    if parts is None:
        return {name: np.asarray(value)} if isinstance(value, np.ndarray | int | float) else {}
    return {
        key: array
        for part, inner in parts.items()
        for key, array in _flat(inner, f"{name}.{part}" if name else part).items()
    }


def _filled(like: Any, arrays: Arrays, name: str) -> Any:
    """A state made like another, of other arrays and numbers."""
    parts = _parts(like)
    if parts is not None:
        made = {
            part: _filled(inner, arrays, f"{name}.{part}" if name else part) for part, inner in parts.items()
        }
        return type(like)(**made) if is_dataclass(like) or hasattr(like, "_fields") else tuple(made.values())
    if isinstance(like, np.ndarray):
        array = arrays[name]
        if array.dtype != like.dtype or array.ndim != like.ndim or array.shape[:1] != like.shape[:1]:
            raise ValueError(f"{name} is {array.dtype} {array.shape}, not {like.dtype} {like.shape}")
        return array
    return type(like)(arrays[name]) if isinstance(like, int | float) else like
