"""A real browser without network, and what it saw."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""

# Shares of the pixels of each box of a picture: those that are neither white nor black nor grey, such as
# text and axes are, and those of each colour.
SHARES = """
async ([png, boxes, colours]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  return boxes.map(({ x, y, width, height }) => {
    const pixels = canvas.getImageData(x, y, width, height).data;
    const found = { coloured: 0, ...Object.fromEntries(colours.map((colour) => [colour, 0])) };
    const share = 4 / pixels.length;
    for (let i = 0; i < pixels.length; i += 4) {
      const [red, green, blue] = pixels.subarray(i, i + 3);
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40) found.coloured += share;
      for (const colour of colours) {
        const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
        if (Math.abs(red - r) + Math.abs(green - g) + Math.abs(blue - b) < 12) found[colour] += share;
      }
    }
    return found;
  });
}
"""

BOXES = """
() => [...document.querySelectorAll(".plot")].map((plot) => {
  const { x, y, width, height } = plot.getBoundingClientRect();
  return [plot.id, { x, y: y + scrollY, width, height }];
})
"""


@dataclass
class Opened:
    """A page in the browser, with all that it said and asked for."""

    page: Any
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Errors, dialogs, requests and violations of the policy: a good page has none."""
        return [*self.console, *self.dialogs, *self.requests, *self.page.evaluate("window.violations")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium of the system; without it the tests are skipped, but fail where CI says so."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium or no playwright")
        pytest.skip("no chromium or no playwright")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, args=["--disable-gpu", "--disable-quic", "--no-first-run"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open a file with the network cut, and wait until its pictures are drawn or given up."""
    contexts = []

    def visit(file: Path, width: int = 1280, script: str = "", **options: Any) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_offline(True)
        opened = Opened(context.new_page())

        def refuse(route: Any) -> None:
            opened.requests.append(route.request.url)
            route.abort()

        def dismiss(dialog: Any) -> None:
            opened.dialogs.append(dialog.message)
            dialog.dismiss()

        context.route(lambda url: url != file.as_uri(), refuse)
        opened.page.on("dialog", dismiss)
        opened.page.on("pageerror", lambda error: opened.console.append(str(error)))
        opened.page.on(
            "console",
            lambda said: opened.console.append(said.text) if said.type in ("error", "warning") else None,
        )
        opened.page.add_init_script(WATCH + script)
        opened.page.goto(file.as_uri())
        if options.get("java_script_enabled", True):
            opened.page.wait_for_selector("html[data-drawn]", state="attached")
        return opened

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def painted(browser: Any) -> Callable[..., dict[str, dict[str, float]]]:
    """What is to be seen of each picture, by the id of its element, counted in a screenshot."""
    blank = browser.new_page()

    def painted(opened: Opened, colours: Sequence[str] = ()) -> dict[str, dict[str, float]]:
        boxes = dict(opened.page.evaluate(BOXES))
        png = base64.b64encode(opened.page.screenshot(full_page=True)).decode()
        return dict(zip(boxes, blank.evaluate(SHARES, [png, [*boxes.values()], [*colours]]), strict=True))

    return painted
