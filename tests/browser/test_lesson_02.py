import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "02_gradient_descent_by_hand.ipynb"


def frame(lesson, film):
    return int(re.search(r"after step (\d+)", lesson.picture(film)["alt"])[1])


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("gradient_descent", "not attempted"),
        ("roughness_grad", "not attempted"),
        ("fill_hole", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_learning_rate_passes_its_limit_by_key_and_the_picture_and_words_say_so(lesson):
    ravine = lesson.cell("ravine.explore(")
    ravine.locator("img:visible").wait_for()
    before = lesson.picture(ravine)
    assert " settles" in before["alt"]
    ravine.locator("[role=slider]").focus()
    lesson.page.keyboard.press("End")
    after = until(
        lesson.page, lambda: lesson.picture(ravine), lambda seen: "does not settle" in seen["alt"]
    )
    assert after["src"] != before["src"]
    while "does not settle" in lesson.picture(ravine)["alt"]:
        worked = work_for_picture(lesson.page, ravine.locator(".widget-vbox"), "ArrowLeft")
        assert worked < 1
    rate = float(re.search(r"learning rate ([\d.]+\d)", lesson.picture(ravine)["alt"])[1])
    assert 0.19 < rate < 0.2  # the first that settles again, from above


def test_play_runs_the_film_to_its_end_and_pause_holds_it(lesson):
    film = lesson.cell("descent_in_hole.explore(")
    film.locator("img:visible").wait_for()
    button = film.locator(".widget-play button").first
    button.click()
    seen = set()

    def watch():
        seen.add(frame(lesson, film))
        return sorted(seen)

    until(lesson.page, watch, lambda steps: len(steps) >= 4)
    button.click()
    lesson.page.wait_for_timeout(500)  # what was under way arrives
    held = frame(lesson, film)
    lesson.page.wait_for_timeout(1200)  # three frames' time
    assert frame(lesson, film) == held
    button.click()
    until(lesson.page, watch, lambda steps: steps[-1] == 300)
    assert "300" in film.locator(".widget-html-content img").get_attribute("alt")
    assert film.locator(".widget-readout").inner_text() == "18"


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert (
        score.startswith("★ mend: ")
        and "in the holes of six photographs" in score
        and "▸ yours" in score
    )
