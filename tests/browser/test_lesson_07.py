import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "07_cnn_restoration.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("train_step", "not attempted"),
        ("evaluate", "not attempted"),
        ("Residual", "not attempted"),
        ("DenseBlock", "not attempted"),
        ("early_stop", "not attempted"),
        ("fit", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_training_is_scrubbed_by_key_and_the_words_follow(lesson):
    widget = lesson.cell("curves.explore(")
    widget.locator("img:visible").wait_for()
    before = lesson.picture(widget)["alt"]
    widget.locator("[role=slider]").first.focus()
    assert work_for_picture(lesson.page, widget.locator(".widget-vbox").first, "ArrowRight") < 1
    after = lesson.picture(widget)["alt"]
    assert after != before and "step" in after


def test_a_step_without_zero_grad_meets_its_own_sentence(lesson):
    cell = lesson.answer(
        "train_step",
        "loss = loss_fn(model(images), targets); loss.backward(); optimizer.step(); "
        "return loss.item()",
    )
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "zero_grad" in status.text_content()


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert (
        score.startswith("★ train: ") and "17.65 dB on 200 garments" in score and "▸ yours" in score
    )
