import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "18_flow_matching.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("flow_loss", "not attempted"),
        ("integrate", "not attempted"),
        ("drop_labels", "not attempted"),
        ("guided_velocity", "not attempted"),
        ("attention", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_points_walk_from_noise_to_the_ring_along_the_flow_that_is_chosen(lesson):
    widget = lesson.cell("walks.explore(")
    widget.locator("img:visible").wait_for()

    def alt():
        return lesson.picture(widget)["alt"]

    assert "at the time 0.00" in alt() and 'by the flow "curved" in 25 steps' in alt()
    widget.get_by_label("steps").select_option("1")
    until(lesson.page, alt, lambda text: 'by the flow "curved" in 1 step' in text)
    widget.get_by_label("flow").select_option("straight")
    until(lesson.page, alt, lambda text: 'by the flow "straight" in 1 step' in text)
    widget.locator("[role=slider]").first.focus()
    lesson.page.keyboard.press("End")
    until(lesson.page, alt, lambda text: "at the time 1.00" in text)


def test_a_kind_and_a_scale_are_chosen_and_the_garments_follow(lesson):
    widget = lesson.cell("guidance.explore(")
    widget.locator("img:visible").wait_for()

    def alt():
        return lesson.picture(widget)["alt"]

    assert "garments of the kind Ankle boot by guidance of the scale 1" in alt()
    widget.get_by_label("kind").select_option("Bag")
    until(lesson.page, alt, lambda text: "of the kind Bag by guidance of the scale 1" in text)
    widget.locator("[role=slider]").first.focus()
    lesson.page.keyboard.press("End")
    until(lesson.page, alt, lambda text: "of the kind Bag by guidance of the scale 8" in text)


def test_a_velocity_from_the_picture_to_the_noise_meets_its_own_sentence(lesson):
    time = "time = t.reshape(-1, *[1] * (x0.ndim - 1))"
    line = f"{time}; return ((model((1 - time) * x0 + time * x1, t) - (x0 - x1)) ** 2).mean()"
    cell = lesson.answer("flow_loss", line)
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "the way from the picture to the noise" in status.text_content()


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert score.startswith("★ fill: ") and "in five kinds of holes" in score and "▸ yours" in score
