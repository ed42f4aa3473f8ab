import html
import re

import numpy as np
import pytest
import traitlets
from matplotlib.patches import Rectangle

from learnkit.images.damaged import damaged
from learnkit.widgets import pixels
from learnkit.widgets.show import ORANGE, render


@pytest.fixture
def grey(rng):
    return rng.random((12, 9))


@pytest.fixture
def colour(rng):
    return rng.random((12, 9, 3))


def test_the_figure_writes_each_value_of_the_square_where_it_stands(grey):
    fig = pixels.figure(grey, top=3, left=2, size=4)
    whole, near = fig.axes
    np.testing.assert_array_equal(near.images[0].get_array(), grey[3:7, 2:6])
    written = {tuple(map(round, t.get_position())): t.get_text() for t in near.texts}
    assert written == {(j, i): f"{grey[3 + i, 2 + j]:.2f}" for i in range(4) for j in range(4)}
    assert near.get_title() == "rows 3 to 6, columns 2 to 5"
    assert whole.get_title() == "12 x 9 pixels"


def test_the_square_is_drawn_around_its_pixels(grey):
    (square,) = (p for p in pixels.figure(grey, 3, 2, 4).axes[0].patches)
    assert isinstance(square, Rectangle)
    assert (*square.get_xy(), square.get_width(), square.get_height()) == (1.5, 2.5, 4, 4)


def test_a_colour_pixel_shows_its_three_values(colour):
    text = pixels.figure(colour, 0, 0, 2).axes[1].texts[0].get_text()
    assert text.split("\n") == [f"{v:.2f}" for v in colour[0, 0]]


def test_the_ink_can_be_read_on_every_grey():
    image = np.linspace(0, 1, 16).reshape(4, 4)
    for text, value in zip(pixels.figure(image, 0, 0, 4).axes[1].texts, image.ravel(), strict=True):
        assert abs({"black": 0, "white": 1}[text.get_color()] - value) >= 0.5 - 1e-9


def test_the_same_figure_is_the_same_picture_and_another_square_another(grey):
    first = render(pixels.figure(grey, 1, 1, 4))
    assert render(pixels.figure(grey, 1, 1, 4)) == first
    assert render(pixels.figure(grey, 2, 1, 4)) != first


@pytest.mark.parametrize("name", ["garment", "emoji"])
def test_the_viewer_hands_the_browser_the_picture_and_the_hole_byte_for_byte(name):
    picture = damaged(name)
    viewer = pixels.explore(picture.image, picture.hole)
    values = np.frombuffer(viewer.values, "<f4").reshape(picture.image.shape)
    np.testing.assert_array_equal(values, picture.image.astype(np.float32))
    assert viewer.grey == (picture.image.ndim == 2)
    assert (viewer.height, viewer.width) == picture.hole.shape
    np.testing.assert_array_equal(viewer.hole, picture.hole)
    assert viewer.hole.dtype == bool


def test_a_hole_drawn_in_the_browser_is_an_array_at_once(grey, rng):
    viewer = pixels.explore(grey)
    assert not viewer.hole.any()
    drawn = rng.random(grey.shape) < 0.3
    viewer.set_state({"holes": drawn.astype(np.uint8).tobytes()})  # what the browser sends
    np.testing.assert_array_equal(viewer.hole, drawn)


def test_the_viewer_is_a_widget_with_a_picture_for_where_no_kernel_runs(colour):
    hole = np.zeros((12, 9), bool)
    hole[2:5, 3] = True
    viewer = pixels.explore(colour, hole)
    data, _ = viewer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == viewer.model_id
    words = html.unescape(re.search(r'<img alt="([^"]*)"', data["text/html"])[1])
    assert data["text/plain"] == words
    assert "12 x 9 pixels" in words and "3 of them are cut out" in words


def test_the_standing_picture_shows_the_hole_that_was_drawn(grey):
    viewer = pixels.explore(grey)
    before = viewer._repr_mimebundle_()[0]["text/html"]
    viewer.holes = b"\1" * grey.size
    assert viewer._repr_mimebundle_()[0]["text/html"].split("src=")[1] != before.split("src=")[1]


def test_the_browsers_part_can_be_used_by_keyboard_and_speaks():
    script = str(pixels.PixelViewer._esm)
    assert 'tabindex="0"' in script and "aria-label" in script and 'aria-live="polite"' in script
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", '" "'):
        assert key in script


def test_the_browser_draws_holes_in_the_courses_orange_and_asks_nothing_of_the_network():
    script = str(pixels.PixelViewer._esm)
    sheet = str(pixels.PixelViewer._css)
    red, green, blue = bytes.fromhex(ORANGE[1:])
    assert f"ORANGE = [{red}, {green}, {blue}]" in script
    assert not re.search(r"https?:|//cdn|import\s|fetch\(|url\(", script + sheet)


@pytest.mark.errors
@pytest.mark.parametrize(("top", "left"), [(-1, 0), (-8, 0), (0, -8), (9, 0), (0, 6)])
def test_a_square_beyond_the_picture_is_named(grey, top, left):
    sentence = rf"a square of 4 at row {top}, column {left} does not fit in \(12, 9\)"
    with pytest.raises(ValueError, match=sentence):
        pixels.figure(grey, top, left, 4)


@pytest.mark.errors
@pytest.mark.parametrize("length", [0, 107, 109, 324])
def test_a_hole_of_the_wrong_size_from_the_browser_is_refused_and_the_old_one_stays(grey, length):
    viewer = pixels.explore(grey)
    with pytest.raises(traitlets.TraitError, match=f"has 108 bytes, got {length}"):
        viewer.holes = b"\1" * length
    assert viewer.hole.shape == (12, 9) and not viewer.hole.any()


@pytest.mark.errors
def test_a_picture_or_hole_that_is_none_is_refused_with_the_cure(grey):
    with pytest.raises(TypeError, match="divide by 255 if it is a byte picture"):
        pixels.explore((255 * grey).astype(np.uint8))
    with pytest.raises(TypeError, match="hole must be a bool array, True = to be filled"):
        pixels.explore(grey, np.zeros(grey.shape))
    with pytest.raises(ValueError, match=r"hole must have shape \(12, 9\)"):
        pixels.explore(grey, np.zeros((9, 12), bool))
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        pixels.figure(grey * 255, 0, 0)
