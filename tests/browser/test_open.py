import pytest

from tests.browser.conftest import AT_HOME, running_lab
from tests.browser.notebook import Notebook

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder of its own, which is not there yet."""
    return tmp_path_factory.mktemp("newcomer") / "work"


@pytest.fixture(scope="module")
def url(browser, work):
    """A lab that nobody has used before."""
    with running_lab(work) as (address, _):
        yield address


def test_a_newcomer_stands_before_lesson_00_with_no_dialog_no_news_and_no_stranger_asked(
    page, url, asked, work
):
    page.goto(url)
    page.locator(".jp-Notebook .jp-Cell h1").first.wait_for(timeout=60_000)
    assert page.locator(".jp-Notebook h1:visible").first.inner_text().startswith("00 Start here")
    assert "00_" in page.title()
    page.wait_for_timeout(5_000)  # what must not come needs a moment to come
    assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []
    assert [u for u in asked if not u.startswith(AT_HOME)] == []
    assert sorted(path.name for path in work.glob("*.ipynb"))[0].startswith("00_")


def test_a_lesson_that_nobody_touched_is_closed_without_a_question(page, url, work):
    alone = url.replace("?token", "?reset&token")  # with no tab of the test before
    lesson = Notebook(page, alone, sorted(path.name for path in work.glob("*.ipynb"))[1])
    tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=lesson.name[:8])
    page.wait_for_timeout(1000)  # what the kernel says of itself has arrived
    assert "jp-mod-dirty" not in tab.get_attribute("class")
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    tab.wait_for(state="detached")
    assert page.locator(".jp-Dialog").count() == 0
