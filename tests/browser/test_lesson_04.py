import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "04_optimizers_by_hand.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("minibatch_sgd", "not attempted"),
        ("momentum_step", "not attempted"),
        ("rmsprop_step", "not attempted"),
        ("adam_step", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_another_valley_is_chosen_and_the_race_is_run_by_key(lesson):
    widget = lesson.cell("valleys.explore()")
    widget.locator("img:visible").wait_for()
    widget.locator("select").select_option("the same, turned by 45°")
    until(lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "turned by 45°" in alt)
    widget.locator("[role=slider]").first.focus()
    for _ in range(3):
        assert work_for_picture(lesson.page, widget.locator(".widget-vbox"), "ArrowLeft") < 1
    lesson.page.keyboard.press("End")
    seen = until(
        lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "after 100 steps" in alt
    )
    order = re.findall(r"(gradient descent|momentum|RMSprop|Adam) [\d.e+-]+\d", seen)
    assert len(order) == 4 and order[-1] == "RMSprop"


def test_larger_rates_make_plain_descent_explode(lesson):
    widget = lesson.cell("valleys.explore()")
    widget.locator("[role=slider]").last.focus()
    lesson.page.keyboard.press("End")
    seen = until(
        lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "at 4 times" in alt
    )
    assert float(re.search(r"gradient descent ([\d.e+]+\d)", seen)[1]) > 1e6


def test_the_hole_is_raced_in_frame_by_frame(lesson):
    widget = lesson.cell("valleys.explore_hole(")
    widget.locator("img:visible").wait_for()
    widget.locator("[role=slider]").focus()
    lesson.page.keyboard.press("End")
    seen = until(lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "step 800" in alt)
    gaps = {name: float(gap) for name, gap in re.findall(r"(momentum|RMSprop) ([\d.e-]+\d)", seen)}
    assert gaps["momentum"] < 1e-6 < 0.01 < gaps["RMSprop"]


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert (
        score.startswith("★ race: ")
        and "1.36 decades down five valleys" in score
        and "▸ yours" in score
    )
