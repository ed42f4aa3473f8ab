import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "17_the_article_debugged.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("training_step", "not attempted"),
        ("coordinate_features", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_each_switch_that_is_turned_changes_what_the_program_does(lesson):
    widget = lesson.cell("switchboard.explore(")
    widget.locator("img:visible").wait_for()

    def alt():
        return lesson.picture(widget)["alt"]

    assert "Mended: nothing. The program ends with AttributeError" in alt()
    for name, words in (
        ("minimize", "does not require grad"),
        ("predict", "The loss goes"),
        ("target", "must match the size"),
        ("pixel", "Mended: predict, minimize, target, pixel"),
        ("noise", "Mended: predict, minimize, target, pixel, noise"),
    ):
        widget.get_by_label(f"mend {name}:").check()
        until(lesson.page, alt, lambda text, words=words: words.lower() in text.lower())


def test_a_predict_in_the_step_meets_its_own_sentence(lesson):
    line = "return ((model(noise).detach() - images) ** 2).mean().backward()"
    cell = lesson.answer("training_step", line)
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "has lost its graph in yours" in status.text_content()
