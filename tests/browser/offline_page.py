"""A page from a file, in a browser without a network, of which it must ask for nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def opened(browser: "Browser", path: Path, width: int, height: int) -> Iterator["Page"]:
    """The page in a window of that size; at its end nothing has been asked of the network."""
    context = browser.new_context(offline=True, viewport={"width": width, "height": height})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()
