"""The brush's own page, without JupyterLab: captions, the best of the chosen, a narrow page."""

import numpy as np
import pytest

from learnkit.fills.harmonic import harmonic
from learnkit.widgets import brush
from tests.browser.alone import open_alone

pytestmark = pytest.mark.browser
METHODS = ("mean", "harmonic", "a longer name", "fourth", "fifth")

# What Python sends of a fill: its words and score, and the hole's pixels.
FILL = """([name, words, score]) => {
    const told = {kind: "fill", name, words, score, failed: false};
    told.stroke = window.model.get("stroke");
    const pixels = new DataView(new Uint8Array(28 * 28).fill(90).buffer);
    for (const act of window.model.heard["msg:custom"]) act(told, [pixels]);
}"""


@pytest.fixture
def alone(blank):
    blank.set_viewport_size({"width": 900, "height": 700})
    grey = np.linspace(0, 1, 784).reshape(28, 28)
    open_alone(blank, brush.explore({"boot": grey}, dict.fromkeys(METHODS, harmonic)))
    for i, name in enumerate(METHODS):
        blank.evaluate(FILL, [name, f"{20 + i}.0 dB, 12 ms", 20 + i])
    return blank


def test_a_fill_shown_large_has_its_name_and_score_below(alone):
    caption = alone.locator(".caption")
    assert caption.text_content() == "boot, 28 x 28 pixels: paint here"
    alone.get_by_role("button", name="Show the fill of harmonic large").click()
    assert caption.text_content() == "harmonic: 21.0 dB, 12 ms"
    alone.get_by_role("button", name="Show the truth large").click()
    assert caption.text_content() == "the truth"
    alone.get_by_role("button", name="Show the truth large").click()
    assert caption.text_content().startswith("boot, ")


def test_the_best_is_the_best_of_the_methods_that_are_ticked(alone):
    status, best = alone.locator("output"), alone.locator(".tiles .best")
    assert "best: fifth: 24.0 dB" in status.text_content()
    assert best.locator("label").text_content() == "fifth"
    alone.get_by_role("button", name="Show the fill of fifth large").click()
    alone.get_by_label("fifth", exact=True).uncheck()
    assert "best: fourth: 23.0 dB" in status.text_content()
    assert best.locator("label").text_content() == "fourth"
    assert alone.locator(".caption").text_content().startswith("boot, ")
    for name in METHODS[:4]:
        alone.get_by_label(name, exact=True).uncheck()
    assert best.count() == 0 and "best" not in status.text_content()
    assert status.text_content().endswith("pixels to fill; tick a method, and it fills them")


def test_a_method_that_is_ticked_again_shows_the_fill_that_it_has(alone):
    tile = alone.locator(".tiles li", has_text="fourth")
    alone.get_by_label("fourth", exact=True).uncheck()
    alone.get_by_label("fourth", exact=True).check()
    assert tile.get_attribute("class").split() == []
    assert tile.locator("p").text_content() == "23.0 dB, 12 ms"
    alone.get_by_label("fourth", exact=True).uncheck()
    alone.locator(".clear").click()  # another hole: that fill is of no use any more
    alone.get_by_label("fourth", exact=True).check()
    assert tile.get_attribute("class").split() == ["due"]


@pytest.mark.parametrize("room", [560, 640, 700])
def test_with_little_room_the_fills_stand_beside_the_paper(alone, room):
    alone.locator("#root").evaluate("(root, room) => { root.style.width = `${room}px`; }", room)
    paper = alone.locator(".paper").bounding_box()
    for tile in alone.locator(".tiles li").all():
        box = tile.bounding_box()
        assert box["x"] >= paper["x"] + paper["width"] and box["x"] + box["width"] <= room
        assert box["y"] + box["height"] <= 590  # a window of 700 shows a notebook of 590
    assert paper["width"] >= 0.48 * room
    assert abs(paper["height"] - paper["width"]) < 2  # 28 x 28 stays a square
    assert alone.evaluate("document.documentElement.scrollWidth") <= 900


@pytest.mark.parametrize("room", [340, 560, 860])
def test_the_size_of_the_brush_can_be_set_to_the_pixel_nearly(alone, room):
    alone.locator("#root").evaluate("(root, room) => { root.style.width = `${room}px`; }", room)
    assert alone.locator(".size").bounding_box()["width"] >= 130
    box = alone.locator(".learnkit-brush").bounding_box()
    assert box["width"] <= room and alone.locator(".easel").bounding_box()["width"] <= room
