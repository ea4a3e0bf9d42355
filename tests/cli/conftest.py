"""A project as ``heatsym init`` writes it, and a way to call commands in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from heatsym.cli import main


@pytest.fixture
def heatsym() -> Callable[..., Result]:
    """Call a command; the answer has ``exit_code``, ``stdout`` and ``stderr``."""

    def call(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words])

    return call


@pytest.fixture
def project(tmp_path, monkeypatch, heatsym) -> Path:
    """The current folder is a fresh project; the path of its case file."""
    monkeypatch.chdir(tmp_path)
    assert heatsym("init", "town", "--template", "minimal").exit_code == 0
    monkeypatch.chdir(tmp_path / "town")
    return Path("configs/minimal.toml")
