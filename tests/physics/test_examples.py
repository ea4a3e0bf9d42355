"""The examples in the docstrings of physics are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import heatsym.physics

MODULES = [info.name for info in pkgutil.iter_modules(heatsym.physics.__path__, "heatsym.physics.")]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0
    assert failed == 0
