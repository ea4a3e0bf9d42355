"""Storages in case files: read, changed by name, held to the case's nodes and sources."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from heatsym.case.explain import explain
from heatsym.case.load import load
from heatsym.errors import InputError
from heatsym.interfaces.axis import TimeAxis
from heatsym.storage.rules import cheap_hours, open_season
from tests.case.town import write_town

T = "town.toml"
TANK = '[[storage]]\nname = "tank"\nkind = "tank"\nnode = "N2"\nvolume_m3 = 2000\n'


def town(folder, *lines, storage=TANK):
    return write_town(folder, (T, "[prices]", storage + "\n".join([*lines, "", "[prices]"])))


def test_a_storage_is_read(tmp_path):
    (tank,) = load(town(tmp_path, 'charge_from = "works"', "loss_share_pct_per_h = 0.01")).storages
    assert (tank.kind, tank.node, tank.volume) == ("tank", "N2", 2000.0)
    assert tank.charge_from == ("works",)
    assert tank.loss_share == pytest.approx(1e-4 / 3600.0, rel=1e-15)
    assert (tank.min_temperature, tank.max_temperature) == (40.0, 95.0)


def test_a_case_has_none_unless_it_says_so(tmp_path):
    assert load(write_town(tmp_path)).storages == ()


def test_all_kinds_and_lists_of_sources(tmp_path):
    more = (
        TANK.replace('"tank"\nkind = "tank"', '"pit"\nkind = "pit"')
        + 'charge_from = ["works", "old boiler"]\n'
    )
    more += TANK.replace('"tank"\nkind = "tank"', '"field"\nkind = "borehole"')
    case = load(town(tmp_path, storage=TANK + more))
    assert [thing.kind for thing in case.storages] == ["tank", "pit", "borehole"]
    assert case.storages[1].charge_from == ("works", "old boiler")


def test_changed_by_name(tmp_path):
    case = load(town(tmp_path)).with_changes({"storage.tank.volume_m3": 4000, "storage.tank.enabled": False})
    assert case.storages[0].volume == 4000.0
    assert not case.storages[0].enabled


@pytest.mark.parametrize(
    ("line", "code", "where", "words"),
    [
        ("max_temperature_degC = 105", "HS550", "storage.tank.max_temperature_degC", "boils at 1.013 bar"),
        (
            "initial_hot_temperature_degC = 99",
            "HS553",
            "storage.tank.initial_hot_temperature_degC",
            "99 degC",
        ),
        ('charge_from = ["wroks"]', "HS554", "storage.tank.charge_from", "'wroks'"),
        ("charge_from = 3", "HS102", "storage.tank.charge_from", "text"),
        ("u_W_per_m2K = 1\nloss_share_pct_per_h = 1", "HS111", "storage.tank.u_W_per_m2K", "loss_share"),
        (
            "heat_pump = { power_MW = 2, least_temperature_degC = 96 }",
            "HS555",
            "storage.tank.heat_pump",
            "96 degC",
        ),
        ("heat_pump = { power_MW = 0 }", "HS107", "storage.tank.heat_pump.power_MW", "0"),
        ('charge_season = ["04-31", "09"]', "HS811", "storage.tank.charge_season", "04-31, 09"),
        ('discharge_season = "10"', "HS811", "storage.tank.discharge_season", "10"),
        ("round_trip_pct = 90", "HS813", "storage.tank.round_trip_pct", "cheap"),
        ("cheap_window_h = 0.5", "HS107", "storage.tank.cheap_window_h", "0.5"),
        ("layers = 1", "HS107", "storage.tank.layers", "1"),
        ("depth_m = 3", "HS103", "storage.tank.depth_m", "unknown key"),
    ],
)
def test_mistakes_are_told_at_their_line(tmp_path, line, code, where, words):
    path = town(tmp_path, line)
    with pytest.raises(InputError) as caught:
        load(path)
    (problem,) = [p for p in caught.value.problems if p.severity == "error"]
    assert (problem.code, problem.where, problem.file) == (code, where, T)
    assert words in problem.reason + problem.hint
    text = path.read_text("utf-8").splitlines()
    assert text[problem.line - 1] == line.splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('node = "N2"', 'node = "N9"', "HS301", "there is no node 'N9'"),
        ('kind = "tank"', 'kind = "tnak"', "HS108", "is not a kind of storage"),
        ("volume_m3 = 2000\n", "", "HS101", "volume_m3 is missing"),
        ("volume_m3", "volume_m2", "HS105", "volume_m3"),
        (TANK, TANK + TANK, "HS205", "storage 'tank' appears twice"),
    ],
)
def test_mistakes_that_sources_know_as_well(tmp_path, old, new, code, words):
    with pytest.raises(InputError) as caught:
        load(town(tmp_path, storage=TANK.replace(old, new)))
    (problem,) = [p for p in caught.value.problems if p.severity == "error"]
    assert problem.code == code
    assert words in problem.reason + problem.hint


def test_a_pit_too_hot_for_its_liner(tmp_path):
    storage = TANK.replace('kind = "tank"', 'kind = "pit"') + "max_temperature_degC = 94\n"
    with pytest.raises(InputError, match="HS551"):
        load(town(tmp_path, storage=storage))
    assert load(town(tmp_path, storage=storage + "liner_temperature_degC = 95\n")).storages


def test_a_tank_too_cool_to_feed_is_doubted(tmp_path):
    """The set-point is 70 to 90 degC: 64 degC and 5 K below it will not do, 66 will on warm days."""
    cold, warm = (load(town(tmp_path, f"max_temperature_degC = {t}")) for t in (64, 66))
    (doubt,) = [p for p in cold.warnings if p.where == "storage.tank.max_temperature_degC"]
    assert doubt.code == "HS504"
    assert "never reaches the set-point's 70 degC" in doubt.reason
    assert not [p for p in warm.warnings if p.where.startswith("storage")]


def test_no_air_to_lose_heat_to(tmp_path):
    """Without weather nobody knows how much a tank loses."""
    path = write_town(
        tmp_path,
        (T, '[weather]\ndataset = "rostock"\n', ""),
        (T, "ground.depth_m = 1.0", "ground.temperature_degC = 8"),
        (T, "[[-12, 90], [15, 70]]", "80"),
        (T, "[prices]", TANK + "\n[prices]"),
    )
    with pytest.raises(InputError) as caught:
        load(path)
    assert ("HS306", "storage.tank") in {(p.code, p.where) for p in caught.value.problems}


def test_its_keys_are_explained():
    assert "heat lost by the full storage" in explain("storage.loss_share")
    assert "pct_per_h" in explain("storage.loss_share")
    assert "boil" in explain("HS550")


def test_a_heat_pump_is_read_and_spares_the_doubt(tmp_path):
    """A tank of 64 degC does not reach the set-point of 70, and need not."""
    lines = (
        "max_temperature_degC = 64",
        "heat_pump = { power_MW = 2, share_pct = 45, least_temperature_degC = 12 }",
    )
    case = load(town(tmp_path, *lines))
    unit = case.storages[0].heat_pump
    assert (unit.power, unit.share, unit.cooling, unit.least_temperature) == (2e6, 0.45, 10.0, 12.0)
    assert not [p for p in case.warnings if p.where.startswith("storage")]
    said = case.storages[0].basis()
    assert "heat pump cooling of tank: 10 K (assumed)" in said
    assert any("COP 0.45 of Lorenz'" in sentence for sentence in said)


def test_rules_are_read_and_what_is_usual_is_said(tmp_path):
    (tank,) = load(
        town(tmp_path, 'charge_when = "cheap"', "cheap_window_h = 12", 'charge_season = ["04", "09-15"]')
    ).storages
    assert cheap_hours(tank) == (0.25, 12 * 3600.0, 0.95)
    assert "cheap share of tank: 0.25 (assumed)" in tank.basis()
    assert not any("cheap window" in said for said in tank.basis())
    assert "dearer heat ahead" in explain("storage.charge_when")
    assert "season" in explain("HS811")


def test_cheap_hours_need_prices(tmp_path):
    text = town(tmp_path, 'charge_when = "cheap"')
    parts = text.read_text("utf-8").split("[prices]")
    text.write_text(parts[0] + "".join("[" + rest for rest in parts[1].split("\n[")[1:]), "utf-8")
    with pytest.raises(InputError) as caught:
        load(text)
    assert ("HS812", "storage.tank.charge_when") in {(p.code, p.where) for p in caught.value.problems}


def test_seasons_are_local_days_and_may_pass_the_new_year():
    axis = TimeAxis(np.datetime64("2023-12-31T00:00:00"), 3600, 8784, "Europe/Berlin")
    summer, winter, always = (
        open_season(SimpleNamespace(charge_season=span), "charge_season", axis)
        for span in (("04", "09-15"), ("10-15", "02"), ())
    )
    assert always.all()
    days = {str(day) for day in axis.day[summer]}
    assert (min(days), max(days), len(days)) == ("2024-04-01", "2024-09-15", 168)
    assert summer.sum() == 24 * 168
    days = sorted({str(day) for day in axis.day[winter]})
    assert {"2023-12-31", "2024-02-29", "2024-10-15"} <= set(days)
    assert not {"2024-03-01", "2024-10-14"} & set(days)
