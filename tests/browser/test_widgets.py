"""What holds for every widget of the course: its keys stay in it, and it can be woken again."""

import pytest

from tests.browser import zoo
from tests.browser.notebook import Notebook, until

pytestmark = pytest.mark.browser
NAME = zoo.NAME

FEW = [*"xddab", "Escape", "ArrowDown", "ArrowRight", "Shift+Enter", " ", "Enter", "Escape"]
KEYS = (  # those of JupyterLab's command mode, and of its menus
    [*"xddabcfijklmoprvyze0[]", "Escape"]
    + ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageDown", "Delete"]
    + ["Shift+" + key for key in ("ArrowUp", "ArrowDown", "A", "B", "J", "K", "M", "R", "L")]
    + ["Control+a", "Control+z", "Control+m", "Control+Shift+M", "Control+Backspace"]
    + ["Alt+Enter", "Control+Enter", "Shift+Enter", " ", "Enter", "Escape"]
)
CONTROLS = "button, select, input, canvas[tabindex], summary, [role=slider], [contenteditable=true]"
LISTEN = """() => { window.heard = [];
    document.body.addEventListener("keydown", (event) => window.heard.push(event.key)); }"""
# What a key of JupyterLab's could change: the cells, their order and kinds, what was run, and which
# of them are active or selected.
STATE = """() => [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")]
    .map((cell) => [
        ...[...cell.classList].filter((name) => /(Code|Markdown|Raw)Cell|mod-(act|sel)/.test(name)),
        cell.querySelector(".cm-content")?.textContent,
        cell.querySelector(".jp-InputArea-prompt")?.textContent].join(" "))"""
HAS_FOCUS = "one => document.activeElement === one"


@pytest.fixture(scope="module")
def lesson(page, url, work):
    zoo.write(work)
    opened = Notebook(page, url, NAME)
    opened.run_all()
    assert opened.errors() == []
    page.evaluate(LISTEN)
    return opened


def heard(lesson):
    """The keys that the page round the widgets has heard of since the last call."""
    return lesson.page.evaluate("window.heard.splice(0)")


@pytest.mark.parametrize("name", zoo.WIDGETS)
def test_no_key_pressed_in_any_control_of_a_widget_reaches_the_notebook(lesson, name):
    controls = zoo.widget(lesson, name).locator(CONTROLS).locator("visible=true")
    assert controls.count() >= 2
    heard(lesson)
    kinds = set()
    for control in controls.element_handles():
        what = control.evaluate("one => one.outerHTML.slice(0, 200)")
        if not control.is_visible():
            continue  # an earlier one has hidden it
        control.focus()
        before = lesson.page.evaluate(STATE)
        assert len(before) == len(zoo.CELLS) and control.evaluate(HAS_FOCUS), what
        kind = control.evaluate("one => [one.tagName, one.type, one.role].join()")
        for key in FEW if kind in kinds else KEYS:
            if "file" not in kind or key not in (" ", "Enter"):  # they open the system's dialog
                lesson.page.keyboard.press(key)
        kinds.add(kind)
        assert heard(lesson) == [], what
        assert lesson.page.evaluate(STATE) == before, what
        assert control.evaluate(HAS_FOCUS), what


@pytest.mark.parametrize("name", zoo.WIDGETS)
def test_a_click_beside_the_controls_leaves_the_keys_in_the_widget_too(lesson, name):
    widget = zoo.widget(lesson, name)
    box = widget.bounding_box()
    widget.click(position={"x": box["width"] - 2, "y": 2})
    before = lesson.page.evaluate(STATE)
    for key in "xddab":
        lesson.page.keyboard.press(key)
    assert heard(lesson) == [] and lesson.page.evaluate(STATE) == before


def test_the_keys_that_a_control_needs_work_in_it(lesson):
    """Of ipywidgets' own; what pixels, map and brush do by key is tested with their lessons."""
    race = zoo.widget(lesson, "race")
    valley, step = race.locator("select"), race.locator("[role=slider]").first
    valley.focus()
    chosen = valley.evaluate("one => one.selectedIndex")
    lesson.page.keyboard.press("Home")
    lesson.page.keyboard.press("ArrowDown")
    assert valley.evaluate("one => one.selectedIndex") == 1 != chosen or chosen == 1
    step.focus()
    lesson.page.keyboard.press("Home")
    lesson.page.keyboard.press("ArrowRight")
    assert race.locator(".widget-readout").first.inner_text() == "1"
    film = zoo.widget(lesson, "film")
    play, frame = film.locator(".widget-play button").first, film.locator("[role=slider]")
    frame.focus()
    lesson.page.keyboard.press("Home")
    play.focus()
    lesson.page.keyboard.press(" ")
    until(lesson.page, film.locator(".widget-readout").inner_text, lambda text: text != "0")
    lesson.page.keyboard.press(" ")


def test_the_notebook_is_saved_from_inside_a_widget(lesson):
    zoo.widget(lesson, "race").locator("[role=slider]").first.focus()
    lesson.save()
    assert "s" in heard(lesson)


def asleep(lesson, name, words):
    """The picture stands there, and the line; no widget, alive or dead, and no error."""
    outputs = zoo.outputs(lesson, name)
    until(lesson.page, lambda: outputs.locator(".learnkit-wake").is_visible(), bool)
    picture = outputs.first.locator("img")
    assert picture.is_visible() and picture.evaluate("one => one.naturalWidth") > 300
    assert words in outputs.first.inner_text()
    assert not outputs.nth(1).is_visible() and outputs.count() == 2


TO_DO = {
    "film": "to play the film",
    "race": "to move the sliders",
    "kernel": "to change the kernel",
    "pixels": "to look into the picture",
    "latent": "to move the point",
    "brush": "to paint on the picture",
}


def awake(lesson, name):
    outputs = zoo.outputs(lesson, name)
    zoo.widget(lesson, name)
    assert outputs.nth(1).is_visible() and not outputs.first.is_visible()


def test_a_widget_whose_kernel_was_restarted_is_its_picture_and_says_how_it_is_woken(lesson):
    for name in zoo.WIDGETS:
        awake(lesson, name)
    lesson.restart()
    for name, words in TO_DO.items():
        asleep(lesson, name, words)
    lesson.run_all()
    for name in zoo.WIDGETS:
        awake(lesson, name)


def test_a_lesson_that_was_run_saved_shut_down_and_opened_again_shows_its_widgets_as_pictures(
    lesson, url
):
    lesson.save()
    lesson.shut_down()
    again = Notebook(lesson.page, url, NAME)
    for name, words in TO_DO.items():
        asleep(again, name, words)
    again.run_all()
    for name in zoo.WIDGETS:
        awake(again, name)
