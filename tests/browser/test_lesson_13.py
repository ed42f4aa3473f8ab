import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "13_evaluation.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("ssim", "not attempted"),
        ("frechet_distance", "not attempted"),
        ("preference_interval", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_an_answer_by_a_click_and_one_by_a_key_are_counted_and_the_next_pair_follows(lesson):
    cell = lesson.cell("which_is_real.explore(")
    status = cell.locator(".learnkit-panel [role=status]")
    assert "Nothing is known yet" in status.text_content()
    first = lesson.picture(cell)["src"]
    cell.get_by_role("button", name="the left one is real").click()
    until(lesson.page, status.text_content, lambda text: " of 1 right" in text)
    until(lesson.page, lambda: lesson.picture(cell)["src"], lambda src: src != first)
    cell.get_by_role("button", name="the right one is real").focus()
    lesson.page.keyboard.press("Space")
    until(lesson.page, status.text_content, lambda text: " of 2 right" in text)


def test_the_root_of_each_element_meets_its_own_sentence(lesson):
    cell = lesson.answer(
        "frechet_distance",
        "return ((mean1 - mean2) ** 2).sum() + np.trace(cov1 + cov2) "
        "- 2 * np.trace(np.sqrt(np.abs(cov1 @ cov2)))",
    )
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "root of every element" in status.text_content()
