"""What the pages tell a reader to type works, in the order of the page, from an empty folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from heatsym.cli import main
from tests.physics.test_weather_files import epw

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = (
    "first-run",
    "own-demand",
    "own-dispatch",
    "own-network",
    "own-sources",
    "own-weather",
    "reading-results",
    "outages",
)
FENCE = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    """Language, file name and content of each fenced block."""
    for found in FENCE.finditer((DOCS / f"{page}.md").read_text("utf-8")):
        yield found[1], found[2], found[3]


def call(line: str) -> None:
    """One command as it is typed."""
    program, *words = shlex.split(line, comments=True)
    assert program == "heatsym", line
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, f"{line}\n{result.output}"


@pytest.mark.parametrize("page", PAGES)
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my_place.epw").write_text("\n".join(epw()) + "\n", "utf-8")
    names: dict[str, object] = {}
    commands = 0
    for language, file, content in blocks(page):
        if language == "sh":
            for line in content.splitlines():
                call(line)
                commands += 1
        elif language == "python":
            exec(compile(content, f"{page}.md", "exec"), names)
        elif file:
            Path(file).write_text(content, "utf-8")
    assert commands


def test_every_page_can_be_reached_from_the_readme():
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    assert not [page.name for page in DOCS.glob("*.md") if f"docs/{page.name}" not in readme]


def test_links_between_pages_lead_somewhere():
    for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
