import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "15_speed_and_scale.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("throughput", "not attempted"),
        ("shard", "not attempted"),
        ("average_gradients", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_slider_goes_from_one_picture_to_64(lesson):
    widget = lesson.cell("roofline.explore(")
    widget.locator("img:visible").wait_for()
    widget.locator("[role=slider]").first.focus()

    def alt():
        return lesson.picture(widget)["alt"]

    lesson.page.keyboard.press("End")
    until(lesson.page, alt, lambda text: "convolution with 64 pictures" in text)
    lesson.page.keyboard.press("Home")
    until(lesson.page, alt, lambda text: "convolution with 1 picture" in text)


def test_the_last_frame_of_the_camera_stays_under_its_cell(lesson):
    shown = lesson.cell("frames.live(camera").locator("[role=img]")
    assert "with a black spot" in shown.get_attribute("aria-label")


def test_a_clock_read_before_the_work_is_done_meets_its_own_sentence(lesson):
    cell = lesson.answer(
        "throughput",
        "[step() for _ in range(warmup)]\n"
        "    rates = []\n"
        "    for _ in range(repeats):\n"
        "        synchronize()\n"
        "        begin = clock()\n"
        "        step()\n"
        "        rates.append(batch_size / (clock() - begin))\n"
        "    return sorted(rates)[repeats // 2]",
    )
    status = cell.locator("[role=status]")
    until(lesson.page, status.text_content, lambda text: "incorrect" in text)
    assert "You read the second clock before the work is done" in status.text_content()
