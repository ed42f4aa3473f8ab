"""The book without a network: of two lessons, or the whole one where LEARNKIT_BOOK says where."""

import html
import os
from pathlib import Path
from urllib.parse import unquote

import pytest

from learnkit.course import book
from tests.browser import axe
from tests.browser.offline_page import opened

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
MADE = os.environ.get("LEARNKIT_BOOK")
FEW = ["00", "01"]  # the quickest
NAMES = [one.name for one in book.pages(ROOT, None if MADE else FEW)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if MADE:
        return Path(MADE).resolve()
    folder = tmp_path_factory.mktemp("book")
    book.build(ROOT, folder, FEW)
    return folder


@pytest.fixture(params=NAMES)
def page(request, folder, browser):
    """A page of the book, on a telephone's screen."""
    with opened(browser, folder / f"{request.param}.html", 400, 800) as page:
        yield page


def test_axe_finds_nothing_serious_on_the_whole_page_and_every_picture_has_words(page):
    assert axe.findings(page, "html") == []
    words = page.locator("img").evaluate_all(
        "all => all.map(i => i.closest('[role=img]')?.getAttribute('aria-label') ?? i.alt)"
    )
    assert all(len(text.split()) >= 3 for text in words), words


def test_the_page_is_as_wide_as_the_screen_and_says_what_it_is(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.title() and page.locator("html").get_attribute("lang") == "en"
    assert len(page.locator("meta[name=description]").get_attribute("content")) > 10
    assert page.locator("script").count() == 0


def test_every_link_to_a_page_leads_to_one_and_every_anchor_is_there(page, folder):
    for link in page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        assert ".ipynb" not in link and not link.endswith(".md"), link
        name, _, anchor = link.partition("#")
        if link.startswith(("http", "mailto:")):
            continue
        target = folder / name if name else Path(page.url.removeprefix("file://"))
        assert target.exists(), link
        if anchor:
            assert f'id="{html.escape(unquote(anchor))}"' in target.read_text(encoding="utf-8"), (
                link
            )
