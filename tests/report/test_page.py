"""The page as text: whole, self-contained, complete, and deaf to what stands in names."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from plotly.offline import get_plotlyjs

from heatsym.errors import AccessError
from heatsym.report import page as module
from heatsym.report.contents import SECTIONS
from heatsym.report.page import write_report
from heatsym.report.picture import Missing, Picture
from heatsym.report.typeset import column, legible, typeset
from heatsym.report.words import facts, in_short, tiles
from tests.report import pages

VOID = {"meta", "br", "hr", "img", "input", "link", "base"}


class Reading(HTMLParser):
    """What a parser makes of a page; an end tag that closes nothing, or the wrong element, is a fault."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        self.faults += [f"not closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.faults.append(f"repeated attribute of {tag}: {names}")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> in line {self.getpos()[0]}")

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    def words(self, *tags):
        """Text within elements of these kinds, in order; scripts and styles are no text."""
        skipped = {"script", "style"} - set(tags)
        found = (text for tag, text in self.texts if tag not in skipped and (not tags or tag in tags))
        return " ".join(" ".join(found).split(" "))


@pytest.fixture(scope="module")
def run():
    return pages.run()


@pytest.fixture(scope="module")
def found(run):
    shown = (draw(run) for section in SECTIONS for draw in section.pictures)
    return [picture for picture in shown if picture is not None]


@pytest.fixture(scope="module")
def text(run):
    return module.page(run, pages.MANIFEST)


@pytest.fixture(scope="module")
def reading(text):
    return Reading(text)


def test_well_formed(reading):
    assert not reading.faults
    ids = reading.attributes("id")
    assert len(set(ids)) == len(ids)
    headings = [int(tag[1]) for tag, _ in reading.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


def test_anchors_lead_somewhere(reading):
    links = [attrs["href"] for tag, attrs in reading.elements if tag == "a"]
    assert len(links) > len(SECTIONS)
    assert {link.removeprefix("#") for link in links} <= set(reading.attributes("id"))


def test_nothing_is_loaded(reading, text):
    """No element names a resource, no style imports one; the policy forbids it besides."""
    assert {tag for tag, _ in reading.elements}.isdisjoint(
        {"link", "img", "iframe", "object", "base", "embed"}
    )
    assert not reading.attributes("src")
    assert all(link.startswith("#") for link in reading.attributes("href"))
    assert not re.search(r"@import|url\(", reading.words("style"))
    assert "default-src 'none'" in policy(reading)


def policy(reading):
    (content,) = (
        attrs["content"]
        for _, attrs in reading.elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    return content


def test_policy_allows_exactly_the_two_scripts(reading, text):
    packed, bootstrap = re.findall(
        r"<script(?: type=\"text/plain\" id=\"library\")?>(.*?)</script>", text, re.S
    )
    library = zlib.decompress(base64.b64decode(packed)).decode()
    assert library == get_plotlyjs()
    rules = dict(rule.split(" ", 1) for rule in policy(reading).split("; "))
    digests = [hashlib.sha256(script.encode()).digest() for script in (bootstrap, library)]
    allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    assert rules["script-src"].split() == allowed


def test_a_year_is_small():
    assert len(pages.report(8760).encode()) < 4e6


def test_equal_runs_give_equal_pages(text):
    assert module.page(pages.run(), pages.MANIFEST) == text


def test_every_picture_has_its_figure_and_table(found, text):
    figures = {
        Reading(block).attributes("id")[0]: block
        for block in re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    }
    assert list(figures) == [shown.key for shown in found]
    for shown in found:
        block = Reading(figures[shown.key])
        assert typeset(shown.title) == block.words("h3")
        if isinstance(shown, Missing):
            assert typeset(shown.reason.rstrip(".")) in block.words("p")
            continue
        assert typeset(shown.caption) in block.words("p")
        plot = next(attrs for tag, attrs in block.elements if tag == "div" and attrs.get("class") == "plot")
        assert (plot["role"], plot["aria-label"]) == ("img", shown.label)
        assert len(json.loads(block.words("script"))["data"]) == len(shown.figure.data)
        tags = Counter(tag for tag, _ in block.elements)
        rows, columns = len(shown.table.rows), len(shown.table.columns)
        assert tags["tr"] == rows + 1
        assert tags["th"] + tags["td"] == (rows + 1) * columns
        first = [column(entries)[0] for entries in zip(*shown.table.rows, strict=True)]
        assert [entry.strip() for tag, entry in block.texts if tag in ("th", "td") and entry.strip()][
            columns : 2 * columns
        ] == first


def test_pictures_and_reasons_are_both_met(found):
    """The runs of these tests have pictures of each kind, and some that cannot be drawn."""
    assert {type(shown) for shown in found} == {Picture, Missing}
    drawn = {trace.type for shown in found if isinstance(shown, Picture) for trace in shown.figure.data}
    assert drawn >= {"scatter", "bar", "heatmap", "sankey"}


def test_words_are_on_the_page(run, reading):
    page = reading.words()
    said = [*in_short(run), *run.summary["assumptions"], *run.summary["warnings"]]
    said += [part for pair in facts(run) for part in pair]
    for tile in tiles(run):
        said += [tile.label, tile.value, tile.unit, tile.note]
    assert len(said) > 30
    assert not [sentence for sentence in said if typeset(sentence) not in page]
    for part in ("python 3.11.7", "heatsym run town.toml", "data/pipes.csv", "7" * 16, "9" * 16):
        assert part in page


def test_warnings_none_and_many():
    assert "None." in Reading(pages.report(48)).words("p")
    run = pages.run(48)
    run.summary["warnings"] += [f"warning {i} of many" for i in range(300)]
    page = Reading(module.page(run, pages.MANIFEST)).words("li")
    assert all(f"warning {i} of many" in page for i in range(300))


@pytest.fixture(scope="module", params=range(len(pages.HOSTILE)))
def attacked(request):
    """Names, and the page of the run that bears them."""
    texts = pages.hostile(request.param)
    return texts, pages.named(texts)


@pytest.fixture(scope="module")
def harmless():
    return skeleton(Reading(pages.named(tuple("abcdefghijklm"))))


def skeleton(reading):
    """Elements with their attributes, and how many there are of each."""
    return Counter((tag, tuple(attrs)) for tag, attrs in reading.elements)


def test_hostile_names_inject_nothing(attacked, harmless):
    """The elements are those of a run with harmless names, and the names are there as text."""
    texts, text = attacked
    reading = Reading(text)
    assert not reading.faults
    assert skeleton(reading) == harmless
    shown = reading.words()
    assert not [name for name in texts if str(legible(name)) not in shown]


def test_figures_hold_no_markup_of_names(attacked):
    """Plotly reads tags, entities and %{} in its texts: names reach it escaped, and never in a template."""
    figures = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', attacked[1], re.DOTALL)
    assert figures
    for figure in figures:
        assert not re.search("[<>&\u2028\u2029]", figure)
        for key, value in strings(json.loads(figure)):
            tags = set(re.findall(r"</?\s*([a-zA-Z!]+)", value))
            assert tags <= {"b", "br", "extra", "i", "sub", "sup"}, (key, value)
            if key == "hovertemplate":
                assert "hacked" not in value
                assert "%{customdata}%{x:.3s}" not in value


def strings(content, key=""):
    """All texts of a figure, with the key they stand under."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from strings(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value, key)
    elif isinstance(content, str):
        yield key, content


def test_written_whole_or_not_at_all(tmp_path, monkeypatch):
    with pytest.raises(AccessError, match="holds no run"):
        write_report(tmp_path)
    monkeypatch.setattr(module, "open_run", lambda folder, cache: pages.run(48))
    (tmp_path / "manifest.json").write_text(json.dumps(pages.MANIFEST), "utf-8")
    assert write_report(tmp_path) == tmp_path / "report.html"
    before = (tmp_path / "report.html").read_bytes()
    assert Reading(before.decode()).words("h1") == "Harbour town"

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(AccessError, match=r"report\.html not written: No space"):
        write_report(tmp_path)
    assert (tmp_path / "report.html").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", "report.html"}


@pytest.mark.parametrize(
    ("written", "set_as"),
    [
        ("closes to 6.6e-12 of it", "closes to 6.6\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻¹² of it"),
        ("-8.0 to 31.4 °C", "−8.0 to 31.4\N{NO-BREAK SPACE}°C"),
        ("1 383 MWh in 8 760 h", "1\u00a0383\u00a0MWh in 8\u00a0760\u00a0h"),
        ("14 July 2025 at P-06, 2 mixers", "14 July 2025 at P-06, 2 mixers"),
        ("kg CO2 per MWh", "kg CO₂ per MWh"),
    ],
)
def test_typeset(written, set_as):
    assert typeset(written) == set_as


@pytest.mark.parametrize(
    ("cells", "set_as"),
    [
        (("-1e-9 works", None, float("nan")), ("-1e-9 works", "–", "–")),
        ((33.1, 70.0, -7.63, 0.0), ("33.10", "70.00", "−7.63", "0.00")),
        ((80.0, 100.0, None), ("80", "100", "–")),
        ((1234.5, 999.6), ("1\u00a0234", "1\u00a0000")),
        ((1774.0, 0.05547), ("1\u00a0774", "0.05547")),
        ((0.0, 2.5e-12), ("0", "2.5\u00a0×\u00a010⁻¹²")),
    ],
)
def test_columns(cells, set_as):
    """Decimals are those of the column, but never so few that a number that is not 0 reads 0."""
    assert column(cells) == set_as
