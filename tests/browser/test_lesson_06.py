import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until, work_for_picture

pytestmark = pytest.mark.browser
NAME = "06_convolution_by_hand.ipynb"


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("conv2d_output_size", "not attempted"),
        ("conv2d", "not attempted"),
        ("max_pool2d", "not attempted"),
        ("conv2d_weight_grad", "not attempted"),
        ("conv2d_input_grad", "not attempted"),
        ("max_pool2d_grad", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_another_kernel_is_chosen_and_its_numbers_stand_in_the_boxes(lesson):
    widget = lesson.cell("kernel.explore(")
    widget.locator("img:visible").wait_for()
    widget.locator("select").select_option("sharpen")
    until(lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "[0 -1 0; -1 5" in alt)
    boxes = widget.locator("input[type=number]")
    assert [boxes.nth(i).input_value() for i in range(9)] == "0 -1 0 -1 5 -1 0 -1 0".split()


def test_an_edited_number_changes_the_picture_and_makes_the_kernel_ones_own(lesson):
    widget = lesson.cell("kernel.explore(")
    middle = widget.locator("input[type=number]").nth(4)
    middle.fill("2.5")
    middle.press("Enter")
    until(lesson.page, lambda: lesson.picture(widget)["alt"], lambda alt: "-1 2.5 -1" in alt)
    chosen = widget.locator("select").evaluate("select => select.selectedOptions[0].value")
    assert chosen.replace("\N{NO-BREAK SPACE}", " ") == "your own"


def test_the_window_moves_by_key(lesson):
    widget = lesson.cell("kernel.explore(")
    widget.locator("[role=slider]").first.focus()
    before = int(re.search(r"at row (\d+),", lesson.picture(widget)["alt"])[1])
    assert work_for_picture(lesson.page, widget.locator(".widget-vbox").first, "ArrowRight") < 1
    after = int(re.search(r"at row (\d+),", lesson.picture(widget)["alt"])[1])
    assert after == before + 1
