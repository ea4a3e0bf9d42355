"""Rows on the time axis: what holds, what is interpolated, clocks that change, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from heatsym.case.load import load
from heatsym.case.read_csv import Flaw, Table
from heatsym.case.series import lay_out
from heatsym.interfaces.axis import TimeAxis

COPENHAGEN = "Europe/Copenhagen"


def axis(start: str, steps: int, step: int = 3600, timezone: str = "UTC") -> TimeAxis:
    return TimeAxis(np.datetime64(start, "s"), step, steps, timezone)


def series(rows: str, on: TimeAxis, *, hold: bool = False, fill: str | None = None) -> np.ndarray:
    header, *lines = rows.split()
    table = Table(
        "x.csv", tuple(header.split(",")), [line.split(",") for line in lines], list(range(2, len(lines) + 2))
    )
    layout = lay_out(table, on, hold=hold, fill=fill)
    return layout.lay(table.numbers("v")[0], fill)


def table(column: str, times: list[object], values: list[object]) -> str:
    return "\n".join([f"{column},v", *(f"{t},{v}" for t, v in zip(times, values, strict=True))])


def test_rows_on_the_step_hold_for_the_step():
    assert series("hour,v 0,1 1,5 2,2", axis("2025-01-01", 3)).tolist() == [1, 5, 2]


def test_first_value_of_hour_counts_as_the_start():
    assert series("hour,v 1,1 2,5 3,2", axis("2025-01-01", 3)).tolist() == [1, 5, 2]


def test_finer_and_coarser_rows_become_means_of_the_line():
    # v = t in hours: its mean over hour h is h + 1/2, whatever the rows' spacing; constant after the last row
    t = np.arange(0, 4 * 3600, 600)
    fine = series(table("time_s", list(t), list(t / 3600)), axis("2025-01-01", 3))
    assert fine == pytest.approx([0.5, 1.5, 2.5], abs=1e-12)
    coarse = series("time_s,v 0,0 7200,2 14400,4", axis("2025-01-01", 16, 900))
    assert coarse == pytest.approx(np.arange(16) / 4 + 0.125, abs=1e-12)
    bent = series("time_s,v 0,0 3600,6 7200,6", axis("2025-01-01", 2, 2700))
    assert bent == pytest.approx([2.25, (0.25 * 5.25 + 0.5 * 6) / 0.75], abs=1e-12)


def test_irregular_rows_are_linear_between():
    # by hand: line 0 -> 10 over 1000 s, then 10 -> 0 over 2600 s
    mean = (1000 * 5 + 2600 * 5) / 3600
    assert series("time_s,v 0,0 1000,10 3600,0", axis("2025-01-01", 1)) == pytest.approx([mean], abs=1e-12)


def test_hold_keeps_values_until_the_next():
    steps = series("time_s,v 0,1 7200,3", axis("2025-01-01", 8, 1800), hold=True)
    assert steps.tolist() == [1, 1, 1, 1, 3, 3, 3, 3]
    mixed = series("time_s,v 0,1 1800,3 3600,7", axis("2025-01-01", 1), hold=True)
    assert mixed == pytest.approx([2.0])


def test_rows_at_the_middle_of_hours_are_moved_to_the_steps():
    rows = table("time_s", [1800 + 3600 * h for h in range(4)], [0, 1, 2, 3])
    # hour 1 from 1:00 to 2:00 goes from 0.5 to 1.5, with 1 in its middle
    assert series(rows, axis("2025-01-01", 4))[1:3] == pytest.approx([1.0, 2.0], abs=1e-12)


def test_mean_over_all_steps_is_the_integral_of_the_line():
    rng = np.random.default_rng(1)
    t = np.r_[0, np.sort(rng.choice(np.arange(1, 86399), 300, replace=False)), 86400]
    v = rng.normal(size=t.size)
    steps = series(table("time_s", list(t), list(v)), axis("2025-01-01", 96, 900))
    assert steps.mean() == pytest.approx(np.trapezoid(v, t) / 86400, abs=1e-12)


def test_offsets_count_and_local_time_is_local():
    on = axis("2025-06-30T22:00", 2, timezone=COPENHAGEN)  # local midnight
    for rows in (
        "time,v 2025-07-01T00:00,1 2025-07-01T01:00,2",
        "time,v 2025-06-30T22:00Z,1 2025-06-30T23:00Z,2",
        "time,v 2025-07-01T01:00+03:00,1 2025-07-01T02:00+03:00,2",
    ):
        assert series(rows, on).tolist() == [1, 2]


def test_days_of_23_and_25_hours():
    spring = axis("2025-03-29T23:00", 23, timezone=COPENHAGEN)
    local = [f"2025-03-30T{h:02}:00" for h in range(24) if h != 2]
    assert series(table("time", local, list(range(23))), spring).tolist() == list(range(23))
    autumn = axis("2025-10-25T22:00", 25, timezone=COPENHAGEN)
    local = [f"2025-10-26T{h:02}:00" for h in (0, 1, 2, 2, *range(3, 24))]
    assert series(table("time", local, list(range(25))), autumn).tolist() == list(range(25))
    quarters = [f"2025-10-26T{h:02}:{m:02}" for h in (0, 1, 2, 2, *range(3, 24)) for m in (0, 15, 30, 45)]
    fine = axis("2025-10-25T22:00", 100, 900, COPENHAGEN)
    assert series(table("time", quarters, list(range(100))), fine).tolist() == list(range(100))


@pytest.mark.parametrize(
    ("times", "code", "line"),
    [
        (["2025-10-26T00:00", "2025-10-26T01:00", "2025-10-26T02:00", "2025-10-26T03:00"], "HS612", 5),
        (["2025-10-26T00:00", "2025-10-26T00:00"], "HS603", 3),
        (["2025-10-26T01:00", "2025-10-26T00:00"], "HS604", 3),
        (["2025-10-26T02:00", "2025-10-26T02:00", "2025-10-26T02:00"], "HS603", 4),
        (["2025-03-30T01:00", "2025-03-30T02:00"], "HS612", 3),
        (["2025-10-26T00:00Z", "2025-10-26T01:00"], "HS607", 3),
        (["26.10.2025 00:00"], "HS607", 2),
        (["45956.5"], "HS607", 2),
        (["2025-10-25T24:00"], "HS607", 2),
        (["2025-02-30T00:00"], "HS607", 2),
        (["0000-01-01T00:00"], "HS607", 2),
    ],
)
def test_clocks_that_cannot_be_right(times, code, line):
    rows = Table("x.csv", ("time", "v"), [[t, "1"] for t in times], list(range(2, len(times) + 2)))
    with pytest.raises(Flaw) as caught:
        lay_out(rows, axis("2025-10-25T22:00", 4, timezone=COPENHAGEN), hold=False, fill=None)
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("fill", "expected"),
    [("hold", [1, 1, 1, 4, 5]), ("interpolate", [1, 2, 3, 4, 5]), ("zero", [1, 0, 0, 4, 5])],
)
def test_gaps_are_filled_only_as_asked(fill, expected):
    rows = "hour,v 0,1 3,4 4,5"
    assert (
        series(
            "hour,v 0,1 1,nan 2, 3,4 4,5".replace(" 2, ", " 2,nan "), axis("2025-01-01", 5), fill=fill
        ).tolist()
        == expected
    )
    with pytest.raises(Flaw, match="no row"):
        series("hour,v 0,1 1,2 2,3 3,4 5,6", axis("2025-01-01", 6))
    assert series(rows + " 5,6 6,7", axis("2025-01-01", 5), fill=fill).tolist() == expected


def test_longer_files_serve_shorter_cases():
    rows = table("time", [f"2025-01-{d:02}T00:00" for d in range(1, 30)], list(range(29)))
    assert series(rows, axis("2025-01-10", 2, 3600), hold=True).tolist() == [9, 9]
    rows = table("hour", list(range(100)), list(range(100)))
    assert series(rows, axis("2025-01-10", 3)).tolist() == [0, 1, 2]


def test_hour_of_year_is_looked_up_where_the_table_starts_with_the_year():
    on = axis("2025-02-28T23:00", 3, timezone=COPENHAGEN)  # local 1 March, hour 1416 counted from 0
    hours = list(range(8760))
    assert series(table("hour_of_year", hours, hours), on).tolist() == [1416, 1417, 1418]
    ones = list(range(1, 8761))
    assert series(table("hour_of_year", ones, hours), on).tolist() == [1416, 1417, 1418]
    assert series(table("hour_of_year", [1416, 1417, 1418], [7, 8, 9]), on).tolist() == [7, 8, 9]
    with pytest.raises(Flaw) as caught:
        series(table("hour_of_year", [100, 101, 102], [7, 8, 9]), on)
    assert caught.value.code == "HS608"


def test_no_time_column_needs_one_row_for_each_elapsed_step():
    on = axis("2025-02-28T23:00", 743, timezone=COPENHAGEN)
    good = "\n".join(["v", *map(str, range(743))])
    assert series(good, on).tolist() == list(range(743))
    for rows in (742, 744):
        with pytest.raises(Flaw, match="743 steps") as caught:
            series("\n".join(["v", *map(str, range(rows))]), on)
        assert caught.value.line == rows + 1


def test_destest_loads_fit_a_year(shared, tmp_path):
    from tests.case.town import write_town

    source = shared / "validation/destest_building_sfd/load_profiles_16_houses_1980s_ideas.csv"
    path = write_town(
        tmp_path,
        ("town.toml", "[demand]", '[demand]\nseries_W = "loads.csv"'),
        ("town.toml", "days = 3", "days = 365"),
        loads__csv=source.read_text(),
        consumers__csv="id,node,column\nC1,N2,heat_W_house_1\nC2,N3,heat_W_house_16\n",
    )
    case = load(path, overrides=["source.works.power_MW=1"])
    assert case.demand.heat.shape == (8760, 2)
    assert case.demand.heat[:2].tolist() == [[1767, 5851], [1805, 5429]]
