"""A lesson's quiz: every choice tells whether it is right, by mouse and by key, in the lab."""

import nbformat
import pytest

from tests import states
from tests.browser.notebook import Notebook
from tests.browser.test_widgets import STATE

pytestmark = pytest.mark.browser

NAME = "quiz.ipynb"


@pytest.fixture(scope="module")
def lesson(page, url, work):
    """The quiz of lesson 02 alone, and a code cell."""
    whole = states.in_state("02_gradient_descent_by_hand", "unsolved", quick=True)
    (quiz,) = (cell for cell in whole.cells if "## Quiz" in cell.source)
    notebook = nbformat.v4.new_notebook(cells=[quiz, nbformat.v4.new_code_cell("1 + 1")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "python3"}
    nbformat.write(notebook, work / NAME)
    opened = Notebook(page, url, NAME)
    opened.run_all()
    return opened


def test_a_choice_opens_with_a_click_and_says_whether_it_is_right(lesson):
    choices = lesson.panel.locator(".jp-MarkdownCell details")
    assert choices.count() == 15
    said = []
    for i in range(15):
        choice = choices.nth(i)
        assert choice.get_attribute("open") is None
        choice.locator("summary").click()
        assert choice.get_attribute("open") is not None
        said.append(choice.locator("strong").inner_text())
    assert sorted(said) == ["No."] * 10 + ["Right."] * 5


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_choice_opens_by_key_and_no_cell_changes(lesson, key):
    choice = lesson.panel.locator(".jp-MarkdownCell details").first
    before, was_open = lesson.page.evaluate(STATE), choice.get_attribute("open") is not None
    choice.locator("summary").focus()
    lesson.page.keyboard.press(key)
    lesson.page.wait_for_timeout(200)
    assert (choice.get_attribute("open") is not None) is not was_open
    assert lesson.page.evaluate(STATE) == before
