import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until
from tests.browser.painting import Painting

pytestmark = pytest.mark.browser
NAME = "10_cnn_inpainting.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("hole_mse", "not attempted"),
        ("composite", "not attempted"),
        ("linear_fill", "not attempted"),
        ("partial_conv2d", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_a_hole_drawn_with_the_mouse_is_filled_by_every_method_and_the_network_wins(lesson):
    painting = Painting(lesson, "brush.explore(easel")
    painting.settled()
    before = painting.pixels("U-Net")
    painting.clear()
    painting.drag((0.3, 0.2), (0.7, 0.4), (0.3, 0.6), (0.7, 0.8))
    until(lesson.page, lambda: painting.status, lambda words: "best: " in words)
    painting.settled()
    decibels = {
        name: float(re.match(r"([\d.]+) dB, ", painting.words(name))[1])
        for name in ("biharmonic", "10 nearest", "linear fill", "U-Net")
    }
    assert painting.count > 30 and painting.pixels("U-Net") != before
    assert decibels["U-Net"] > decibels["biharmonic"]


def test_a_scratch_on_a_photograph_in_colour_is_mended_best_by_its_network(lesson):
    painting = Painting(lesson, "brush.explore(strangers")
    painting.settled()
    painting.clear()
    painting.drag((0.2, 0.1), (0.45, 0.3), (0.5, 0.75))
    until(lesson.page, lambda: painting.status, lambda words: "best: photo network" in words)
    assert painting.count > 1000


def test_a_score_of_the_whole_picture_meets_its_own_sentence(lesson):
    cell = lesson.answer("hole_mse", "return ((pred - target) ** 2).mean()")
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "whole picture" in status.text_content()


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert score.startswith("★ fill: ") and "in five kinds of holes" in score and "▸ yours" in score
