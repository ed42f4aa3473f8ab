import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "11_vae_inpainting.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("latent_step", "not attempted"),
        ("masked_negative_elbo", "not attempted"),
        ("sample_fills", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_both_sliders_change_the_eight_fills_and_the_words_say_how_far_they_are_apart(lesson):
    widget = lesson.cell("posterior.explore(")
    widget.locator("img:visible").wait_for()
    sliders = widget.locator("[role=slider]")
    seen = [lesson.picture(widget)["alt"]]
    for slider, key in ((0, "ArrowRight"), (1, "ArrowLeft")):
        sliders.nth(slider).focus()
        assert work_for_picture(lesson.page, widget.locator(".widget-vbox").first, key) < 1
        seen.append(lesson.picture(widget)["alt"])
    assert len(set(seen)) == 3
    assert all(re.search(r"0\.\d+ apart from their mean", words) for words in seen)
    sliders.nth(0).focus()
    lesson.page.keyboard.press("End")
    until(lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "nothing is known" in alt)


def test_a_mean_in_place_of_a_draw_meets_its_own_sentence(lesson):
    cell = lesson.answer(
        "sample_fills",
        "return torch.stack([torch.where(hole, decode(encode(torch.where(hole, 0.0, image), hole)"
        "[0]), image)] * count)",
    )
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "mean" in status.text_content()


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert score.startswith("★ fill: ") and "in five kinds of holes" in score and "▸ yours" in score
