"""What a page carries along so that it draws without the network, and the policy that lets only this run."""

from __future__ import annotations

import base64
import hashlib
import zlib
from functools import lru_cache

import plotly.graph_objects as go
import plotly.io
from markupsafe import Markup
from plotly.offline import get_plotlyjs

_IN_SCRIPT = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})


@lru_cache(maxsize=1)
def library() -> tuple[str, str]:
    """Plotly's script, deflated, as base64; and the policy's word for the script once it is unpacked."""
    script = get_plotlyjs().encode()
    return base64.b64encode(zlib.compress(script, 9)).decode("ascii"), _allowed(script)


def policy(bootstrap: str) -> str:
    """Content security policy: two known scripts may run, nothing may be loaded or sent."""
    _, plotly_script = library()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_allowed(bootstrap.encode())} {plotly_script}",
            "style-src 'unsafe-inline'",  # plotly writes rules and style attributes
            "img-src data: blob:",  # a picture that the reader saves
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def figure_json(figure: go.Figure) -> Markup:
    """A figure as JSON that cannot end the script element in which it stands."""
    text: str = plotly.io.to_json(figure, validate=False, engine="json")
    return Markup(text.translate(_IN_SCRIPT))


def _allowed(script: bytes) -> str:
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode("ascii")
    return f"'sha256-{digest}'"
