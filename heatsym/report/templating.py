"""The page's templates: HTML by Jinja with everything that a user wrote escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from heatsym.report.embed import library, policy
from heatsym.report.typeset import legible, typeset

PACKAGE = "heatsym.report"


def rendered(name: str, /, **content: Any) -> str:
    """A page that needs nothing else: style, plotly's script and the policy that lets only these run."""
    bootstrap = _text("report.js")
    page = _environment().get_template(name)
    return page.render(
        policy=policy(bootstrap),
        style=Markup(_text("report.css")),
        bootstrap=Markup(bootstrap),
        library=library()[0],
        **content,
    )


def _text(name: str) -> str:
    """A file of the templates' folder as it stands."""
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
