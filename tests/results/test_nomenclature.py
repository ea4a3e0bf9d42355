"""The page on results is made from the vocabulary."""

from __future__ import annotations

from pathlib import Path

from heatsym.results.vocabulary import nomenclature

PAGE = Path(__file__).resolve().parents[2] / "docs" / "results.md"


def test_page_holds_the_vocabulary() -> None:
    assert PAGE.read_text("utf-8").endswith(nomenclature())
