import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "09_gan_synthesis.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("discriminator_loss", "not attempted"),
        ("generator_loss", "not attempted"),
        ("discriminator_step", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_film_of_the_ring_is_scrubbed_by_key_and_the_words_count_the_blobs(lesson):
    widget = lesson.cell("ring.explore(")
    widget.locator("img:visible").wait_for()
    before = lesson.picture(widget)["alt"]
    widget.locator("[role=slider]").first.focus()
    assert work_for_picture(lesson.page, widget.locator(".widget-vbox").first, "ArrowRight") < 1
    after = lesson.picture(widget)["alt"]
    assert after != before and re.search(r"\d of (the )?(8|eight)", after)


def test_swapped_labels_meet_their_own_sentence(lesson):
    cell = lesson.answer(
        "discriminator_loss",
        "return F.softplus(real_logits).mean() + F.softplus(-fake_logits).mean()",
    )
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "swap" in status.text_content().lower() or "other way" in status.text_content().lower()
