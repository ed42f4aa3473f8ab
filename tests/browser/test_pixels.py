"""The pixel viewer's own page: where it paints, and what it costs."""

import numpy as np
import pytest

from learnkit.widgets import pixels
from tests.browser.alone import open_alone

pytestmark = pytest.mark.browser


@pytest.fixture
def alone(blank):
    """A page of a laptop's size without JupyterLab."""
    blank.set_viewport_size({"width": 1000, "height": 700})
    return blank


def hole_of(page, shape):
    sent = page.evaluate("[...new Uint8Array(window.model.values.holes.buffer)]")
    return np.array(sent, bool).reshape(shape)


def at(page, row, col, shape):
    """Where the middle of a pixel is on the page, however large the picture is shown."""
    box = page.locator("canvas").bounding_box()
    return box["x"] + (col + 0.5) * box["width"] / shape[1], box["y"] + (row + 0.5) * box[
        "height"
    ] / shape[0]


LOOKS = ["", "zoom: 0.6", "transform: scale(1.5); transform-origin: 0 0", "width: 210px"]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("place", [(2, 3), (10, 17), (26, 25)])
def test_it_paints_where_the_pointer_is_at_any_scale(alone, look, place):
    shape = (28, 28)
    open_alone(alone, pixels.explore(np.zeros(shape)))
    alone.locator("#root").evaluate("(root, look) => { root.style.cssText = look; }", look)
    alone.mouse.move(*at(alone, *place, shape))
    alone.mouse.down()
    alone.mouse.up()
    rows, cols = np.nonzero(hole_of(alone, shape))
    assert (rows.mean(), cols.mean(), len(rows)) == (*place, 9)
    assert f"row {place[0]}, column {place[1]}\n" in alone.locator("output").text_content()


def test_a_fast_stroke_has_no_gaps_and_a_stroke_from_the_hole_mends(alone):
    shape = (28, 28)
    open_alone(alone, pixels.explore(np.zeros(shape)))
    alone.mouse.move(*at(alone, 4, 2, shape))
    alone.mouse.down()
    alone.mouse.move(*at(alone, 20, 25, shape), steps=1)  # one event for all the way
    alone.mouse.up()
    hole = hole_of(alone, shape)
    assert hole[4, 2] and hole[20, 25] and hole[3:22].any(axis=1).all()
    assert hole[:, 2:26].any(axis=0).all()
    assert f"{hole.sum()} of 784 pixels cut" in alone.locator("output").text_content()
    alone.mouse.move(*at(alone, 4, 2, shape))
    alone.mouse.down()
    alone.mouse.move(*at(alone, 20, 25, shape), steps=1)
    alone.mouse.up()
    assert not hole_of(alone, shape).any()


def test_the_right_button_paints_nothing(alone):
    shape = (28, 28)
    open_alone(alone, pixels.explore(np.zeros(shape)))
    alone.mouse.move(*at(alone, 9, 9, shape))
    alone.mouse.down(button="right")
    alone.mouse.move(*at(alone, 15, 15, shape))
    alone.mouse.up(button="right")
    assert "0 of 784 pixels cut" in alone.locator("output").text_content()


def test_a_move_draws_the_picture_at_once_and_not_pixel_by_pixel(alone, rng):
    open_alone(alone, pixels.explore(rng.random((512, 512, 3))))
    alone.evaluate("""() => {
        window.calls = 0;
        const proto = CanvasRenderingContext2D.prototype;
        for (const name of ["fillRect", "drawImage", "putImageData", "strokeRect"]) {
            const old = proto[name];
            proto[name] = function (...given) { window.calls += 1; return old.apply(this, given); };
        }
    }""")
    alone.mouse.move(*at(alone, 100, 100, (512, 512)))
    assert 0 < alone.evaluate("window.calls") <= 10


@pytest.mark.parametrize("side", [28, 512])
def test_a_narrow_page_has_no_overflow(alone, side):
    alone.set_viewport_size({"width": 360, "height": 700})
    open_alone(alone, pixels.explore(np.zeros((side, side))))
    assert alone.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_drawn_is_the_picture_with_its_hole(alone):
    image = np.linspace(0, 1, 784).reshape(28, 28)
    hole = np.zeros((28, 28), bool)
    hole[5:9, 5:9] = True
    open_alone(alone, pixels.explore(image, hole))
    read = """([row, col]) => {
        const canvas = document.querySelector("canvas"), scale = canvas.width / 28;
        const at = [(col + 0.5) * scale, (row + 0.5) * scale].map(Math.floor);
        return [...canvas.getContext("2d").getImageData(...at, 1, 1).data];
    }"""
    grey = round(255 * image[20, 20])
    assert alone.evaluate(read, [20, 20]) == [grey, grey, grey, 255]
    assert alone.evaluate(read, [6, 6]) == [0, 0, 0, 255]
    alone.locator(".cut").uncheck()
    level = round(255 * image[6, 6])
    seen = alone.evaluate(read, [6, 6])[:3]
    np.testing.assert_allclose(seen, 0.4 * level + 0.6 * np.array([230, 159, 0]), atol=1)


def test_a_view_that_is_gone_listens_no_more(alone):
    open_alone(alone, pixels.explore(np.zeros((28, 28))))
    assert alone.evaluate("window.model.heard['change:holes'].length") == 1
    alone.evaluate("window.end()")
    assert alone.evaluate("window.model.heard['change:holes'].length") == 0
