"""Keys that the documentation shows are keys that the loader knows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from heatsym.case.keys import Match, match
from heatsym.case.sections import LISTS, SECTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCKS = [
    block
    for page in ("case-file", "own-sources")
    for block in re.findall(r"```toml\n(.*?)```", (DOCS / f"{page}.md").read_text("utf-8"), re.DOTALL)
]
KINDS = [cls for kinds in LISTS.values() for cls in kinds.values()]


@pytest.mark.parametrize("block", BLOCKS)
def test_keys_of_case_files_are_known(block):
    lines = block.splitlines()
    texts = [block] if "[" in {line[:1] for line in lines} else [line for line in lines if line.strip()]
    for text in texts:
        data = tomllib.loads(text)
        for patch in (data, *data.get("scenario", {}).values()):
            for section, content in patch.items():
                if section in SECTIONS:
                    assert all(isinstance(match(SECTIONS[section], key), Match) for key in content)
                elif section in LISTS:
                    items = content if isinstance(content, list) else content.values()
                    keys = {key for item in items for key in item} - {"kind"}
                    assert all(any(isinstance(match(cls, key), Match) for cls in KINDS) for key in keys)
                elif section != "scenario":
                    classes = (*SECTIONS.values(), *KINDS)
                    assert any(isinstance(match(cls, section), Match) for cls in classes), section
