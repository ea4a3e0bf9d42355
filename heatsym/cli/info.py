"""``heatsym info``: what is in a run, a case or a weather file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heatsym.cli.console import plural, say
from heatsym.cli.options import case_changes
from heatsym.errors import AccessError, InputError

if TYPE_CHECKING:
    from heatsym.analysis.demand import DemandOfKind
    from heatsym.case.model import Case
    from heatsym.interfaces.exchange import Load
    from heatsym.weather.model import WeatherYear

PACKAGED_WEATHER = ("rostock",)
_SIMULTANEITY = ("simultaneity", "least", "most", "winter_2001", "thermos")


@click.command("info")
@click.argument("target", metavar="RUN|CASE|WEATHER", type=click.Path(path_type=Path, readable=False))
@click.option("--verify", is_flag=True, help="Compare the files of a run with their checksums.")
@click.option("--demand", "demand", is_flag=True, help="Show what the consumers of a case ask for, by kind.")
@click.option(
    "--plot",
    "picture",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Draw the weather by day, as an HTML page that opens offline.",
)
@case_changes
@click.pass_context
def command(
    ctx: click.Context,
    target: Path,
    verify: bool,
    demand: bool,
    picture: Path | None,
    allow_outside: bool,
    period: str | None,
    overrides: tuple[str, ...],
    scenario: str | None,
) -> None:
    """Show what is in a result folder, a case file, or a weather file or packaged weather.

    \b
    heatsym info data/TRY2015.dat --plot weather.html
    heatsym info town.toml --demand -s 'demand.model="building"'
    """
    is_case = not target.is_dir() and target.suffix.lower() == ".toml"
    if not is_case and (demand or allow_outside or period or overrides or scenario):
        raise click.UsageError("--demand and changes are for a case")
    if picture is not None and (target.is_dir() or is_case):
        raise click.UsageError("--plot is for weather; heatsym plot draws a run")
    if target.is_dir():
        if verify and not _whole(target):
            ctx.exit(InputError.exit_status)
        lines = run_lines(target)
    elif verify:
        raise click.UsageError("--verify is for the folder of a run")
    elif is_case:
        from heatsym.case.load import load

        case = load(
            target, scenario=scenario, overrides=overrides, period=period, allow_outside=allow_outside
        )
        lines = demand_lines(case) if demand else case_lines(case)
    else:
        year = _weather(target)
        lines = checked_lines(year)
        if picture is not None:
            _draw(year, picture)
    for line in lines:
        click.echo(line)


def run_lines(folder: Path) -> Iterator[str]:
    """Key figures, then every variable with dimensions, unit and meaning."""
    from heatsym.analysis.summary import ten_lines
    from heatsym.simulation import open_run

    found = open_run(folder)
    first, last = (str(found.results["time_bnds"].values[i, j])[:16] for i, j in ((0, 0), (-1, 1)))
    yield f"{found.summary['case']}: {plural(found.summary['steps'], 'step')} from {first} to {last} UTC"
    yield from ten_lines(found.summary)
    wide = max(len(str(name)) for name in found.results.data_vars)
    for name, variable in found.results.data_vars.items():
        dims = ", ".join(map(str, variable.dims))
        yield f"{name:{wide}} {dims:15} {variable.attrs.get('units', ''):7} {variable.attrs['long_name']}"


def case_lines(case: Case) -> Iterator[str]:
    """What the case holds, and how well it is known."""
    axis, network, demand = case.axis, case.network, case.demand.consumers
    start = f"{str(axis.local[0])[:16]} {axis.timezone}"
    yield f"{case.about.name}: {plural(axis.steps, 'step')} of {axis.step} s from {start}"
    trenches = plural(len(network.pipes.id), "trench", "trenches")
    length = network.pipes.length.sum() / 1000
    yield f"network: {plural(len(network.nodes.id), 'node')}, {trenches}, {length:.2f} km"
    kinds = ", ".join(f"{demand.kind.count(kind)} {kind or 'series'}" for kind in dict.fromkeys(demand.kind))
    yield f"demand: {plural(len(demand.id), 'consumer')} ({kinds})"
    for source in case.sources:
        notes = [f"at {source.node}", *source.basis(), "" if source.enabled else "not enabled"]
        yield f"source {source.name}: {source.kind}, {', '.join(note for note in notes if note)}"
    if case.weather is not None and case.weather.year is not None:
        yield from weather_lines(case.weather.year)
    for warning in case.warnings:
        yield str(warning)


def demand_lines(case: Case) -> Iterator[str]:
    """Heat, peak, duration and seasons of each kind of consumer, and its day; hours in local time."""
    from heatsym.analysis.demand import EXCEEDED, demand_by_kind
    from heatsym.analysis.wording import number
    from heatsym.engine.prepare import prepare

    axis, load = case.axis, prepare(case).load
    found = demand_by_kind(case.demand.consumers, load, axis)
    yield f"{case.about.name}: {plural(len(case.demand.consumers.id), 'consumer')}, {axis.hours:g} h"
    head = ["kind", "consumers", "homes", "MWh", "peak kW", "at once %", "full load h"]
    head += [f"{share:.0%} of time kW" for share in EXCEEDED]
    rows = [
        [
            of.kind,
            str(of.consumers),
            number(of.dwellings) if of.dwellings else "",
            number(of.energy(axis) / 3.6e9),
            number(of.peak / 1e3),
            number(100.0 * of.simultaneity),
            number(of.full_load(axis) / 3600.0),
            *(number(value / 1e3) for value in of.duration()),
        ]
        for of in found
    ]
    yield from _table([head, *rows])
    yield ""
    seasons = list(found[0].by_season(axis))
    largest = [[of.kind, *(number(of.by_season(axis)[season] / 1e3) for season in seasons)] for of in found]
    yield from _table([["largest kW", *seasons], *largest])
    yield ""
    yield from _groups(case, load)
    yield from _signatures(case, found)
    days = [of.by_hour(axis) / 1e3 for of in found]
    by_hour = [[f"{hour:02d}", *(number(day[hour]) for day in days)] for hour in range(24)]
    yield from _table([["hour, mean kW", *(of.kind for of in found)], *by_hour])
    unknown = found[-1].unknown
    if unknown:
        yield f"not counted: {plural(unknown, 'consumer')} with a given flow, whose heat only a run tells"


def _groups(case: Case, load: Load) -> Iterator[str]:
    """Simultaneity of groups of consumers by their number, beside what is published; then an empty line."""
    from heatsym.analysis.wording import number
    from heatsym.demand.diversity import diversity
    from heatsym.interfaces.stepwise import known

    head = ["consumers", "at once %", "least %", "most %", "Winter et al. %", "Thermos %"]
    rows = [
        [f"{of['consumers']:g}", *(number(100.0 * of[key]) for key in _SIMULTANEITY)]
        for of in diversity(case.axis, known(load.heat)).simultaneity.rows()
    ]
    yield from _table([head, *rows])
    yield ""


def _signatures(case: Case, kinds: list[DemandOfKind]) -> Iterator[str]:
    """Daily heat over outdoor air of each kind, where there is weather and the run long enough."""
    from heatsym.analysis.wording import number
    from heatsym.weather.climate import surroundings

    air = surroundings(case.weather, case.axis)[0].air
    if air is None:
        return
    rows, silent = [], list[str]()
    for of in kinds:
        try:
            fit = of.signature(case.axis, air)
        except InputError as error:
            silent.append(f"no signature: {error.problems[0].where}: {error.problems[0].reason}")
            continue
        values = (fit.base.mean() / 1e3, fit.slope / 1e3, fit.balance_temperature, fit.r2)
        rows.append([of.kind, *map(number, values)])
    if rows:
        yield from _table([["daily heat", "base kW", "kW per K", "heated below degC", "R2"], *rows])
    yield from silent
    yield ""


def _table(rows: list[list[str]]) -> Iterator[str]:
    """Lines of a table, the first column to the left and the others to the right."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (f"{cell:>{width}}" for cell, width in zip(others, wide[1:], strict=True))
        yield "  ".join([f"{first:<{wide[0]}}", *cells]).rstrip()


def weather_lines(year: WeatherYear) -> Iterator[str]:
    """Mean and range of the air temperature, the zone, and whose data it is."""
    yield f"weather: {year.title}, {plural(len(year.t_air), 'hour')}, UTC{year.utc_offset:+g}"
    span = f"lowest {year.t_air.min():.1f}, highest {year.t_air.max():.1f} degC"
    yield f"air temperature: mean {year.mean:.2f}, {span}"
    if year.attribution:
        yield f"data: {year.attribution}"


def checked_lines(year: WeatherYear) -> Iterator[str]:
    """What weather holds, how it was understood and what was checked."""
    from heatsym.weather.checklist import checklist

    yield from weather_lines(year)
    yield from checklist(year)


def _draw(year: WeatherYear, target: Path) -> None:
    if target.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"{target.name}: only HTML is written; name it {target.stem}.html")
    from heatsym.report.weather import weather_page, weather_picture
    from heatsym.results.placing import write_file

    write_file(target, [weather_page(year, weather_picture(year))], overwrite=True)


def _whole(folder: Path) -> bool:
    """Whether the folder's files are as they were written; says what is not."""
    from heatsym.results.store import verify

    findings = verify(folder)
    for finding in findings:
        say(f"error: {finding}")
    if not findings:
        say("verified: the files are as they were written")
    return not findings


def _weather(target: Path) -> WeatherYear:
    from heatsym.weather.model import Weather
    from heatsym.weather.read import read_weather

    if str(target) in PACKAGED_WEATHER:
        return read_weather(Weather(dataset=str(target)), None)
    if not target.is_file():
        raise AccessError(f"{target}: there is no such run, case or weather")
    return read_weather(Weather(file=str(target)), target)
