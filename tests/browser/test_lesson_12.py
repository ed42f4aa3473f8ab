import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "12_diffusion.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("q_sample", "not attempted"),
        ("denoising_loss", "not attempted"),
        ("ddim_step", "not attempted"),
        ("repaint_blend", "not attempted"),
        ("guided_step", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


@pytest.mark.parametrize(
    ("film", "words"), [("moments]", "noise has the weight"), ("filling]", "hole of 196 pixels")]
)
def test_the_film_is_scrubbed_forth_to_the_sample_and_back_into_the_noise(lesson, film, words):
    widget = lesson.cell(film)
    widget.locator("img:visible").wait_for()
    slider = widget.locator("[role=slider]").first
    slider.focus()

    def alt():
        return lesson.picture(widget)["alt"]

    lesson.page.keyboard.press("Home")
    first = until(lesson.page, alt, lambda text: "after 0 of 25 steps" in text)
    assert words in first
    lesson.page.keyboard.press("ArrowRight")
    until(lesson.page, alt, lambda text: "after 1 of 25 steps" in text)
    lesson.page.keyboard.press("End")
    until(lesson.page, alt, lambda text: "the finished sample" in text)
    lesson.page.keyboard.press("Home")
    until(lesson.page, alt, lambda text: text == first)


def test_alpha_bar_without_its_roots_meets_its_own_sentence(lesson):
    cell = lesson.answer("q_sample", "return torch.lerp(noise, x0, alpha_bar[t].view(-1, 1, 1, 1))")
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "The roots are missing" in status.text_content()


def test_the_challenge_begins_with_a_score(lesson):
    (score,) = lesson.scores()
    assert score.startswith("★ fill: ") and "in five kinds of holes" in score and "▸ yours" in score
