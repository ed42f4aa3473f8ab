import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "16_applications.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("uncertainty_map", "not attempted"),
        ("warp_by_disparity", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_a_lower_limit_tints_more_and_another_head_has_its_own_pictures(lesson):
    widget = lesson.cell("uncertainty.explore(")
    widget.locator("img:visible").wait_for()

    def alt():
        return lesson.picture(widget)["alt"]

    assert "above 0.05: " in alt()
    widget.locator("[role=slider]").first.focus()
    lesson.page.keyboard.press("Home")
    until(lesson.page, alt, lambda text: "above 0.00: 100 of 100 pixels" in text)
    lesson.page.keyboard.press("End")
    until(lesson.page, alt, lambda text: "above 0.30: 0 of 100 pixels" in text)
    widget.locator("select").select_option(index=3)
    until(lesson.page, alt, lambda text: "has seen none, head 1: the truth" in text)


def test_a_map_over_the_pixels_meets_its_own_sentence(lesson):
    cell = lesson.answer("uncertainty_map", "return fills.std(axis=(1, 2))")
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "You take the spread over the pixels of each fill" in status.text_content()
