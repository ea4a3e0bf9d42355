"""The report in a browser, from a file and without network: what is drawn, and what must not happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatsym.case.load import load
from heatsym.report.colours import source_styles
from heatsym.report.page import write_report
from heatsym.report.typeset import legible
from heatsym.simulation import open_run
from heatsym.simulation import run as compute
from tests.report import pages

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (1280, 400)
DRAWN_WIDTHS = "[...document.querySelectorAll('.plot .main-svg:first-child')].map((each) => each.clientWidth)"


@pytest.fixture(scope="session")
def by_hand(tmp_path_factory) -> Path:
    """The report of the run made by hand."""
    file = tmp_path_factory.mktemp("by_hand") / "report.html"
    file.write_text(pages.report(), "utf-8")
    return file


@pytest.fixture(
    scope="session",
    params=[("minimal", "2025-07-07/2025-07-20"), ("harbour_town", "2025-02-05/2025-02-07")],
    ids=lambda chosen: chosen[0],
)
def computed(request, tmp_path_factory) -> Path:
    """The folder of a computed run with its report: days before and in the stop of the works."""
    example, period = request.param
    folder = tmp_path_factory.mktemp(example) / "run"
    compute(load(ROOT / "configs" / f"{example}.toml", period=period)).save(folder)
    write_report(folder)
    return folder


def blank(seen) -> list[str]:
    """Pictures in which nothing is drawn."""
    return [key for key, shares in seen.items() if shares["coloured"] < 0.002]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_picture_is_drawn(by_hand, visit, painted, width):
    opened = visit(by_hand, width)
    seen = painted(opened)
    assert len(seen) > 5
    assert not blank(seen)
    assert not opened.complaints()


def test_a_picture_that_is_not_drawn_is_noticed(by_hand, visit, painted):
    """The check above, on a browser that cannot unpack the library: all are blank, and the page says so."""
    opened = visit(by_hand, script="delete window.DecompressionStream;")
    seen = painted(opened)
    assert blank(seen) == list(seen)
    assert all("cannot be drawn" in text for text in opened.page.locator(".plot").all_inner_texts())
    table_in_sight(opened)
    assert not opened.complaints()


def test_without_scripts(by_hand, visit):
    opened = visit(by_hand, java_script_enabled=False)
    assert opened.page.locator("noscript").is_visible()
    table_in_sight(opened)


def table_in_sight(opened):
    """The data behind the first picture can be unfolded."""
    data = opened.page.locator("figure details").first
    assert not data.locator("table").is_visible()
    data.locator("summary").click()
    assert data.locator("table").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_computed_run(computed, visit, painted, width):
    """Pictures, and in those by source the colour of each source that gave heat."""
    opened = visit(computed / "report.html", width)
    run = open_run(computed)
    colours = {name: style.colour for name, style in source_styles(run.results).items()}
    assert all(run.summary["sources"][name]["heat_MWh"] > 0.0 for name in colours)
    seen = painted(opened, list(colours.values()))
    assert not blank(seen)
    for key in ("heat-by-month", "load-duration", "heat-flow"):
        for name, colour in colours.items():
            assert seen[f"plot-{key}"][colour] > 2e-4, (key, name)
    assert not opened.complaints()


def test_no_sideways_scrolling(computed, visit):
    """Of the page: wide tables scroll in their own box, also unfolded; pictures follow the window."""
    page = visit(computed / "report.html").page
    for width in (*WIDTHS, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for _ in range(100):
            if max(page.evaluate(DRAWN_WIDTHS)) <= width:
                break
            page.wait_for_timeout(50)
        else:
            pytest.fail(f"pictures wider than {width} px")
        for _ in ("folded", "unfolded"):
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(
                "document.querySelectorAll('details').forEach((each) => each.toggleAttribute('open'))"
            )


def test_printing_draws_all_and_fits(by_hand, visit, painted):
    """Pictures take the width of the paper for printing, and that of the window again."""
    opened = visit(by_hand)
    before = opened.page.evaluate(DRAWN_WIDTHS)
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert set(opened.page.evaluate(DRAWN_WIDTHS)) == {680}
    assert not blank(painted(opened))
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.page.evaluate(DRAWN_WIDTHS) == before
    assert not opened.complaints()


# The turns in which every text is the name of a source or a consumer, which stand in the pictures.
TURNS = (0, 1, 2, 3, 12, 13, 16, 17)


def test_turns_are_enough():
    sources_and_consumers = [
        name for turn in TURNS for name in (*pages.hostile(turn)[2:4], *pages.hostile(turn)[5:7])
    ]
    assert set(sources_and_consumers) == set(pages.HOSTILE)


@pytest.fixture(scope="session")
def harmless(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("harmless") / "report.html"
    file.write_text(pages.named(tuple("abcdefghijklm")), "utf-8")
    return file


def test_hostile_names(harmless, tmp_path, visit):
    """No script runs, no element is added, and the title stands there as it was written."""
    expected = elements(visit(harmless))
    for turn in TURNS:
        texts = pages.hostile(turn)
        file = tmp_path / f"{turn}.html"
        file.write_bytes(pages.named(texts).encode())
        opened = visit(file)
        hover(opened)
        assert elements(opened) == expected, texts
        assert opened.page.evaluate("window.hacked") is None, texts
        assert not opened.complaints(), texts
        title = opened.page.locator("h1").text_content()
        assert title == str(legible(texts[0])), texts


def elements(opened) -> dict[str, int]:
    """How many there are of the elements that could load or run something."""
    kinds = (
        "script",
        "style",
        "iframe",
        "img",
        "a",
        "base",
        "meta",
        "object",
        "form",
        "details",
        "b",
        "[onload]",
    )
    return {kind: opened.page.locator(kind).count() for kind in kinds}


def hover(opened):
    """Show a hover text: names stand there, too."""
    box = opened.page.locator("#plot-heat-by-month .plot-container, #plot-heat-flow .plot-container").first
    box.hover()
