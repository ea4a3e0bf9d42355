"""Compiled code finds a place also where neither the package nor the home can be written."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest
from numba import config

from heatsym.engine.code_cache import folder, writable

NOWHERE = Path("/proc/heatsym")  # where even root writes nothing


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to be refused by")
def test_a_read_only_installation_without_a_home(tmp_path):
    assert not writable(NOWHERE)
    place = Path(folder([NOWHERE, NOWHERE / "cache"]))
    assert place.parent == tmp_path
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert folder([NOWHERE]) == str(place)  # the next run finds it again


def test_numba_chooses_where_it_can(tmp_path):
    assert folder([tmp_path / "new"]) == ""


def test_a_folder_open_to_others_is_not_trusted(tmp_path):
    place = Path(folder([NOWHERE]))
    place.chmod(0o777)
    other = Path(folder([NOWHERE]))
    assert other != place
    assert stat.S_IMODE(other.stat().st_mode) == 0o700


def test_what_the_user_names_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "mine"))
    assert folder([NOWHERE]) == str(tmp_path / "mine")
