"""What the project says of itself holds: files, versions, commands, examples."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import heatsym

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "configs").glob("*.toml"))


def tracked() -> list[Path]:
    """The project's files: tracked ones, and new ones that are not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def test_no_module_is_ignored():
    """A pattern meant for output must not keep code out of a clone."""
    files = set(tracked())
    code = [path for folder in ("heatsym", "tests") for path in (ROOT / folder).rglob("*.py")]
    assert not [path for path in code if path not in files]


def command_with(marker: str, text: str) -> str:
    """The one command line of a text that contains a marker."""
    (line,) = [line.strip() for line in text.splitlines() if marker in line and "venv" in line]
    return line


def test_readme_and_ci_run_the_same_tests():
    readme = command_with("[test]", (ROOT / "README.md").read_text("utf-8"))
    script = command_with("[test]", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert script.replace('"$room"/', "") == readme


def block(language: str) -> str:
    """The one code block of a language in the README."""
    readme = (ROOT / "README.md").read_text("utf-8")
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    return found


def test_case_in_the_readme_is_valid(tmp_path):
    from click.testing import CliRunner

    from heatsym.cli import main

    for table in (ROOT / "data" / "harbour_town").iterdir():
        (tmp_path / table.name).write_bytes(table.read_bytes())
    (tmp_path / "town.toml").write_text(block("toml"), "utf-8")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "town.toml"), "--strict"])
    assert result.exit_code == 0, result.output


def test_python_in_the_readme_runs(tmp_path, monkeypatch):
    """As it stands there, on two days instead of a year."""
    from heatsym.case.load import load

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        heatsym, "load", lambda path: load(ROOT / path, period="2025-03-01/2025-03-03"), raising=False
    )
    exec(compile(block("python"), "README.md", "exec"), {})
    assert (tmp_path / "results" / "more_surplus" / "manifest.json").exists()


def test_public_names_are_no_modules():
    """A module of the same name would take the place of a function once it is imported."""
    package = ROOT / "heatsym"
    assert not [
        name for name in heatsym.__all__ if (package / name).is_dir() or (package / f"{name}.py").exists()
    ]


def test_ci_is_executable():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    changelog = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert citation
    assert changelog
    assert {project["version"], citation[1], changelog[1]} == {heatsym.__version__}


def test_setup_cfg_repeats_nothing():
    """setuptools drops or half applies a key that stands in both files."""
    sections = re.findall(r"^\[(.+)\]$", (ROOT / "setup.cfg").read_text("utf-8"), re.MULTILINE)
    assert set(sections) == {"options", "options.packages.find", "options.package_data"}


def test_no_path_of_a_machine():
    """Neither of this one, nor anybody's home folder; tests may invent one."""
    here = [f"{path}/".encode() for path in (ROOT, Path.home())]
    home = re.compile(rb"(?<![\w.])/(?:home|Users|root|mnt)/\w|[A-Z]:\\\\?Users")
    found = []
    for path in tracked():
        content = path.read_bytes()
        invented = path.is_relative_to(ROOT / "tests")
        if any(folder in content for folder in here) or (home.search(content) and not invented):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_no_drawer_for_odds_and_ends():
    assert not [
        path for path in tracked() if path.name in {"utils.py", "helpers.py", "misc.py", "common_utils.py"}
    ]


def test_command_group_is_light():
    """``heatsym --help`` answers at once because nothing heavy is imported for it."""
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from heatsym.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'xarray', 'netCDF4', 'pydantic', 'pvlib', 'holidays'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_does_without_what_reads_results(tmp_path):
    """``heatsym run`` takes half a second less without xarray and pandas."""
    case = ROOT / "configs" / "minimal.toml"
    program = (
        "import sys\n"
        "from heatsym.cli import main\n"
        "try:\n"
        f"    main(['run', {str(case)!r}, '--period', '2025-01-06/2025-01-06', '--no-report', '-q',\n"
        f"          '-o', {str(tmp_path / 'run')!r}])\n"
        "except SystemExit as done:\n"
        "    print(done.code, sorted({'pandas', 'xarray', 'plotly', 'pvlib'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def test_root_is_lazy():
    program = "import sys, heatsym; print('numpy' in sys.modules, heatsym.InputError.exit_status)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "3"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_examples_are_valid(path):
    from click.testing import CliRunner

    from heatsym.cli import main

    result = CliRunner().invoke(main, ["check", str(path), "--strict"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_examples_are_installed(path):
    """The package holds the same examples as the top level, whether installed or linked."""
    from importlib.resources import files

    packaged = files("heatsym").joinpath("examples")
    assert packaged.joinpath("configs", path.name).read_bytes() == path.read_bytes()
    for table in (ROOT / "data" / path.stem).iterdir():
        assert packaged.joinpath("data", path.stem, table.name).read_bytes() == table.read_bytes()
