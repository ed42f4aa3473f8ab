import re

import pytest

from tests.browser import axe
from tests.browser.notebook import until

pytestmark = pytest.mark.browser
NAME = "00_start_here.ipynb"


@pytest.fixture
def viewer(lesson):
    """The PixelViewer, in view and in focus."""
    found = lesson.cell("pixels.explore(").locator(".learnkit-pixels")
    found.wait_for()
    found.locator("canvas").focus()
    return found


def readout(viewer):
    return viewer.locator("output").inner_text()


def place(viewer):
    row, column = re.search(r"row (\d+), column (\d+)", readout(viewer)).groups()
    return int(row), int(column)


def pixels_cut(viewer):
    return int(re.search(r"(\d+) of \d+ pixels cut", readout(viewer))[1])


def python_hole(lesson):
    """How many pixels of the hole Python counts in the cell below."""
    cell = lesson.cell("drawn = viewer.hole")
    lesson.run(cell)
    return int(re.search(r"your hole: (\d+) pixels", cell.inner_text())[1])


def test_run_all_reaches_the_end_of_an_unsolved_lesson_and_every_exercise_is_not_attempted(lesson):
    assert lesson.errors() == []
    assert lesson.statuses() == [
        ("invert", "not attempted"),
        ("cut_hole", "not attempted"),
    ]


def test_axe_finds_nothing_serious_in_what_the_lesson_shows(lesson):
    assert axe.findings(lesson.page) == []


def test_the_picture_says_what_it_is_and_shows_where_the_focus_stands(viewer):
    canvas = viewer.locator("canvas")
    assert re.search(r"\d+ by \d+ pixels", canvas.get_attribute("aria-label"))
    assert viewer.locator("output").get_attribute("aria-live") == "polite"
    outline = "c => getComputedStyle(c).outlineStyle + ' ' + getComputedStyle(c).outlineWidth"
    assert canvas.evaluate(outline) == "solid 3px"
    canvas.evaluate("c => c.blur()")
    assert canvas.evaluate(outline).startswith("none")


def test_a_stroke_of_the_mouse_cuts_a_hole_that_python_has_at_once(lesson, viewer):
    before = python_hole(lesson)
    canvas = viewer.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, top = box["x"] + 0.08 * box["width"], box["y"] + 0.1 * box["height"]
    lesson.page.mouse.move(left, top)
    lesson.page.mouse.down()
    lesson.page.mouse.move(left + 0.8 * box["width"], top, steps=40)
    lesson.page.mouse.up()
    drawn = pixels_cut(viewer)
    assert drawn > before + 40  # three rows, nearly as wide as the picture
    assert python_hole(lesson) == drawn


def test_the_arrow_keys_walk_over_the_pixels_and_nothing_else_moves(lesson, viewer):
    scrolled = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    at, top = place(viewer), lesson.page.evaluate(scrolled)
    told = readout(viewer)
    for key, step in {
        "ArrowUp": (-1, 0),
        "ArrowLeft": (0, -1),
        "ArrowDown": (1, 0),
        "ArrowRight": (0, 1),
    }.items():
        lesson.page.keyboard.press(key)
        assert place(viewer) == (at[0] + step[0], at[1] + step[1])
        assert readout(viewer) != told
        at, told = place(viewer), readout(viewer)
        assert f"row {at[0]}, column {at[1]}" in viewer.locator("canvas").get_attribute(
            "aria-label"
        )
    assert lesson.page.evaluate(scrolled) == top
    assert viewer.locator("canvas").evaluate("c => c === document.activeElement")


def test_the_space_bar_cuts_one_pixel_and_mends_it(lesson, viewer):
    before = pixels_cut(viewer)
    was_known = "False: known" in readout(viewer)
    lesson.page.keyboard.press(" ")
    assert pixels_cut(viewer) == before + (1 if was_known else -1)
    assert ("True: to be filled" in readout(viewer)) == was_known
    assert python_hole(lesson) == pixels_cut(viewer)
    viewer.locator("canvas").focus()
    lesson.page.keyboard.press(" ")
    assert pixels_cut(viewer) == before


def test_keys_alone_reach_the_clear_button_and_it_clears(lesson, viewer):
    lesson.page.keyboard.press(" ")
    assert pixels_cut(viewer) > 0
    for _ in range(2):  # past the check box
        lesson.page.keyboard.press("Tab")
    assert viewer.locator(".clear").evaluate("b => b === document.activeElement")
    lesson.page.keyboard.press("Enter")
    until(lesson.page, lambda: pixels_cut(viewer), lambda n: n == 0, seconds=5)
    assert python_hole(lesson) == 0


def test_the_clear_button_answers_the_mouse_too(lesson, viewer):
    lesson.page.keyboard.press(" ")
    viewer.locator(".clear").click()
    until(lesson.page, lambda: pixels_cut(viewer), lambda n: n == 0, seconds=5)
    assert python_hole(lesson) == 0
