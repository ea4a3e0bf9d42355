"""The page's templates: HTML by Jinja with everything that a user wrote escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from heatsym.report.typeset import legible, typeset

PACKAGE = "heatsym.report"


def template(name: str) -> Template:
    """One of the templates, ready to be rendered."""
    return _environment().get_template(name)


def text_of(name: str) -> str:
    """A file of the templates' folder as it stands: style or script."""
    return files(PACKAGE).joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=legible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["typeset"] = typeset
    return environment
