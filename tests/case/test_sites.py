"""A site in a case file: streams and needs by name, and what is told of those that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

import heatsym as hs
from heatsym.errors import InputError
from heatsym.interfaces.profile import Series
from tests.case.town import write_town

SITE = """\
[[source]]
name = "mill"
kind = "site"
node = "N2"

[[source.stream]]
name = "hood"
power_kW = { file = "works.csv", column = "heat_kW" }
temperature_degC = 62
limit_temperature_degC = 35

[[source.stream]]
name = "flue gas"
power_kW = 40
temperature_degC = 190
limit_temperature_degC = 110
approach_K = 15

[[source.need]]
name = "process water"
power_kW = 20
from_degC = 15
to_degC = 60

[prices]
"""


def mill(folder: Path, *edits: tuple[str, str]) -> hs.Case:
    """The town with a mill."""
    text = SITE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return hs.load(write_town(folder, ("town.toml", "[prices]\n", text)))


def test_streams_and_needs_are_read_and_changed_by_name(tmp_path: Path) -> None:
    case = mill(tmp_path)
    source = case.sources[-1]
    assert [stream.name for stream in source.streams] == ["hood", "flue gas"]
    assert isinstance(source.streams[0].power, Series)
    assert (source.needs[0].start, source.needs[0].end) == (15.0, 60.0)
    assert case.warnings == ()
    changed = case.with_changes(
        {"source.mill.stream.flue gas.power_MW": 0.5, "source.mill.need.process water.to_degC": 70}
    ).sources[-1]
    assert changed.streams[1].power == 5e5
    assert changed.needs[0].end == 70.0
    assert changed.streams[0].temperature == 62.0


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            ("limit_temperature_degC = 110", "limit_temperature_degC = 210"),
            "error[HS503] town.toml:58  source.mill.stream.flue gas.limit_temperature_degC: 210 degC",
        ),
        (
            ("from_degC = 15", "from_degC = 75"),
            "error[HS561] town.toml:65  source.mill.need.process water.to_degC: 60 degC is below the 75 degC",
        ),
        (('name = "flue gas"', 'name = "hood"'), "error[HS205] town.toml:55  source.mill.stream.hood.name"),
        (("from_degC = 15", "from_K = 15"), "error[HS105] town.toml:64"),
        (("power_kW = 40", "power_kW = -40"), "error[HS107] town.toml:56"),
        (
            ("to_degC = 60\n", ""),
            "error[HS101] town.toml:61  source.mill.need.process water: to_degC is missing",
        ),
        (('[[source.stream]]\nname = "flue gas"', '[[source.streams]]\nname = "flue gas"'), "HS103"),
        (('name = "mill"\n', 'name = "mill"\nlimit_temperature_degC = 20\n'), "HS103"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path: Path, edit, told) -> None:
    with pytest.raises(InputError) as found:
        mill(tmp_path, edit)
    assert told in str(found.value)


def test_all_faults_of_parts_within_are_told_at_their_keys(tmp_path: Path) -> None:
    more = 'node = "N2"\nheat_pump = { power_kW = 50, model = "carnot" }\n'
    more += "stops = [\n{ from = 2025-01-01, to = 2025-01-01 },\n{ from = 2025-01-03, to = 2025-01-02 }]\n"
    with pytest.raises(InputError) as found:
        mill(tmp_path, ('node = "N2"\n', more), ("from_degC = 15", "from_degC = 75"))
    text = (tmp_path / "town.toml").read_text("utf-8").splitlines()
    assert [(p.code, p.where, text[(p.line or 0) - 1].split(" ")[0]) for p in found.value.problems] == [
        ("HS524", "source.mill.heat_pump.model", "heat_pump"),
        ("HS503", "source.mill.stops[2]", "{"),
        ("HS561", "source.mill.need.process water.to_degC", "to_degC"),
    ]


def test_a_site_needs_a_stream(tmp_path: Path) -> None:
    text = '[[source]]\nname = "mill"\nkind = "site"\nnode = "N2"\nstream = []\n\n[prices]\n'
    with pytest.raises(InputError, match="HS560"):
        hs.load(write_town(tmp_path, ("town.toml", "[prices]\n", text)))


def test_what_is_rarely_meant_is_a_warning(tmp_path: Path) -> None:
    (kelvin,) = mill(tmp_path / "a", ("temperature_degC = 62", "temperature_degC = 335.15")).warnings
    assert "stream.hood.temperature_degC" in str(kelvin)
    assert "if this is kelvin, write 62.00" in str(kelvin)
    cold = ("temperature_degC = 190\nlimit_temperature_degC = 110", "temperature_degC = 70")
    (never,) = mill(tmp_path / "b", cold).warnings
    assert "stream.hood.temperature_degC: the warmest stream, less its approach, never reaches" in str(never)
    lifted = mill(tmp_path / "c", cold, ('node = "N2"\n', 'node = "N2"\nheat_pump = { power_kW = 50 }\n'))
    assert lifted.warnings == ()


def test_a_curve_within_a_site_needs_weather(tmp_path: Path) -> None:
    text = SITE.replace("temperature_degC = 62", "temperature_degC = [[-10, 60], [20, 65]]")
    path = write_town(
        tmp_path,
        ("town.toml", "[prices]\n", text),
        ("town.toml", '[weather]\ndataset = "rostock"\n', ""),
    )
    with pytest.raises(InputError) as found:
        hs.load(path)
    assert "source.mill.stream.hood.temperature_degC: is a curve over outdoor temperature" in str(found.value)
