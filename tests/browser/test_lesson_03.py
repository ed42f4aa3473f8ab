import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "03_cross_entropy_by_hand.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("sigmoid", "not attempted"),
        ("binary_cross_entropy_with_logits", "not attempted"),
        ("binary_cross_entropy_with_logits_grad", "not attempted"),
        ("softmax", "not attempted"),
        ("cross_entropy", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_a_logit_dragged_by_key_gives_the_squared_error_a_gradient(lesson):
    widget = lesson.cell("logit.explore(")
    widget.locator("img:visible").wait_for()
    assert "(nearly 0); cross-entropy" in lesson.picture(widget)["alt"]
    widget.locator("[role=slider]").first.focus()
    while "(nearly 0); cross-entropy" in lesson.picture(widget)["alt"]:
        assert work_for_picture(lesson.page, widget.locator(".widget-vbox"), "ArrowRight") < 1
    seen = lesson.picture(widget)["alt"]
    assert "(not 0); cross-entropy" in seen
    assert -6 < float(re.search(r"Logit (-?[\d.]+\d),", seen)[1]) < 0


def test_the_target_has_a_slider_of_its_own_and_grey_has_a_floor(lesson):
    widget = lesson.cell("logit.explore(")
    widget.locator("[role=slider]").last.focus()
    for _ in range(10):  # from 1 to a half, by steps of 0.05
        lesson.page.keyboard.press("ArrowLeft")
    until(lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "floor 0.693" in alt)


def test_a_sigmoid_that_overflows_meets_its_own_sentence(lesson):
    cell = lesson.answer("sigmoid", "return np.exp(z) / (1 + np.exp(z))")
    verdict = cell.locator("[role=status]")
    assert "e^z / (1 + e^z) is ∞ / ∞" in verdict.text_content()
