"""The page of outages as text: complete, and deaf to what stands in names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import heatsym as hs
from heatsym.report.outages import SECTIONS, page
from heatsym.report.picture import Missing
from heatsym.report.typeset import legible
from heatsym.sources.availability import Outages
from tests.report import pages
from tests.report.test_page import Reading, skeleton

MINIMAL = Path(hs.__file__).parent / "examples" / "configs" / "minimal.toml"


def study(texts: tuple[str, ...]):
    """A study in which these are the texts that a user can write."""
    name, description, works, boiler, partner, *others = texts
    case = hs.load(MINIMAL, period="2025-01-13/2025-01-21")
    consumers = (*others, *case.demand.consumers.id)[: len(case.demand.consumers.id)]
    sources = (
        replace(case.sources[0], name=works, partner=partner),
        replace(case.sources[1], name=boiler),
    )
    changed = replace(
        case,
        about=replace(case.about, name=name, description=description),
        sources=sources,
        demand=replace(case.demand, consumers=replace(case.demand.consumers, id=consumers)),
    )
    often = Outages(rate_per_year=400.0, repair=36000.0)
    return hs.outages(changed, years=3, stop_days=3, every=1, fails={works: often, boiler: often})


@pytest.fixture(scope="module")
def harmless():
    return study(tuple("abcdefghijk"))


def test_every_picture_has_its_table_and_both_tell_the_same(harmless):
    """All questions have an answer here; the tables hold what the figures draw."""
    drawn = [draw(harmless) for _, _, pictures in SECTIONS for draw in pictures]
    assert not [one.key for one in drawn if isinstance(one, Missing)]
    fan = next(one for one in drawn if one.key == "fan-unserved")
    ends = {trace.name: float(trace.y[-1]) for trace in fan.figure.data}
    told = dict(zip(fan.table.columns, fan.table.rows[-1], strict=True))
    quantiles = harmless.ensemble.quantiles["unmet_MWh"]
    for name, value in zip(("P10", "P50", "P90"), quantiles, strict=True):
        assert ends[name] == pytest.approx(value, rel=1e-5)
        assert told[f"{name} [MWh]"] == pytest.approx(value, rel=1e-5)
    cost = next(one for one in drawn if one.key == "fan-cost")
    above = dict(zip(cost.table.columns, cost.table.rows[-1], strict=True))
    costs = harmless.ensemble.quantiles["cost_EUR"]
    assert above["P50 [EUR]"] + harmless.ensemble.without.cost == pytest.approx(costs[1])
    lost = next(one for one in drawn if one.key == "lost")
    assert [row[0] for row in lost.table.rows] == [one.source for one in harmless.losses.lost]


@pytest.mark.parametrize("turn", [0, 9, 17])
def test_hostile_names_inject_nothing(turn, harmless):
    texts = pages.hostile(turn)[:11]
    text = page(study(texts), ("heatsym", "outages", texts[0]))
    reading = Reading(text)
    assert not reading.faults
    assert skeleton(reading) == skeleton(Reading(page(harmless, ("heatsym", "outages", "a"))))
    shown = reading.words()
    assert not [name for name in texts[:4] if str(legible(name)) not in shown]
    for figure in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        assert not re.search("[<>&\u2028\u2029]", figure)
        content = json.dumps(json.loads(figure), ensure_ascii=False)
        assert set(re.findall(r"</?\s*([a-zA-Z!]+)", content)) <= {"b", "br", "extra", "i", "sub", "sup"}


def test_equal_studies_give_equal_pages(harmless):
    assert page(harmless) == page(study(tuple("abcdefghijk")))
