import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "14_generalisation.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("l2_penalty", "not attempted"),
        ("l1_penalty", "not attempted"),
        ("augment", "not attempted"),
        ("freeze", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_slider_goes_from_30_pictures_to_1000(lesson):
    widget = lesson.cell("data_size.explore(")
    widget.locator("img:visible").wait_for()
    widget.locator("[role=slider]").first.focus()

    def alt():
        return lesson.picture(widget)["alt"]

    lesson.page.keyboard.press("End")
    until(lesson.page, alt, lambda text: "has learned from 1000 pictures" in text)
    lesson.page.keyboard.press("Home")
    until(lesson.page, alt, lambda text: "has learned from 30 pictures" in text)


def test_a_penalty_over_biases_too_meets_its_own_sentence(lesson):
    cell = lesson.answer("l2_penalty", "return sum(p.square().sum() for p in model.parameters())")
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "biases and the scales of norms" in status.text_content()
