import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate2d

from learnkit.widgets import kernel

IMAGE = np.random.default_rng(0).random((9, 12))


@given(
    nine=st.lists(st.floats(-5, 5), min_size=9, max_size=9),
    place=st.tuples(st.integers(0, 8), st.integers(0, 11)),
)
def test_the_result_is_the_cross_correlation_and_the_products_add_up_to_it(nine, place):
    after = kernel.result(IMAGE, tuple(nine))
    by_scipy = correlate2d(IMAGE, np.reshape(nine, (3, 3)), mode="same")
    np.testing.assert_allclose(after, by_scipy, atol=1e-12)
    assert kernel.products(IMAGE, tuple(nine), *place).sum() == pytest.approx(after[place])


@pytest.mark.parametrize("name", kernel.KERNELS)
def test_each_kernel_does_what_its_name_says(name):
    nine, flat = tuple(kernel.KERNELS[name].ravel()), np.full((5, 5), 0.5)
    inner = kernel.result(flat, nine)[1:-1, 1:-1]
    keeps = not any(word in name for word in ("edges", "bend"))
    np.testing.assert_allclose(inner, 0.5 if keeps else 0.0, atol=1e-12)
    if name == "identity":
        np.testing.assert_array_equal(kernel.result(IMAGE, nine), IMAGE)
    if name.startswith("shift"):
        np.testing.assert_array_equal(kernel.result(IMAGE, nine)[:, :-1], IMAGE[:, 1:])


def test_a_chosen_kernel_fills_the_boxes_and_is_drawn_once(monkeypatch):
    panel = kernel.explore(IMAGE)
    drawn = []
    monkeypatch.setattr(panel.scene, "png", lambda **values: drawn.append(values) or b"")
    panel.choice.value = "sharpen"
    assert [box.value for box in panel.boxes] == kernel.KERNELS["sharpen"].ravel().tolist()
    assert len(drawn) == 1 and drawn[0]["nine"][4] == 5.0


def test_an_edited_number_makes_the_kernel_the_students_own(monkeypatch):
    panel = kernel.explore(IMAGE)
    drawn = []
    monkeypatch.setattr(panel.scene, "png", lambda **values: drawn.append(values) or b"")
    panel.boxes[4].value = 2.5
    assert panel.choice.value == kernel.OWN and panel.values["nine"][4] == 2.5
    assert len(drawn) == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_counts_0(number):
    panel = kernel.explore(IMAGE)
    panel.boxes[0].value = number
    assert panel.values["nine"][0] == 0.0 and "img" in panel.picture.value


def test_the_words_say_the_kernel_the_place_and_the_sum():
    nine = tuple(kernel.KERNELS["edges across (Sobel)"].ravel())
    words = kernel.scene(IMAGE).alt(nine=nine, row=4, column=5)
    assert "[-1 0 1; -2 0 2; -1 0 1]" in words and "row 4, column 5" in words
    total = float(re.search(r"add up to (-?[\d.]+\d);", words)[1])
    assert total == pytest.approx(kernel.result(IMAGE, nine)[4, 5], abs=0.006)


@pytest.mark.parametrize(
    ("name", "scale"), [("edges down (Sobel)", "grey is 0"), ("identity", "black 0, white 1")]
)
def test_the_title_says_what_black_and_white_mean(name, scale):
    scene = kernel.scene(IMAGE)
    values = {"nine": tuple(kernel.KERNELS[name].ravel()), "row": 3, "column": 3}
    fig = scene.stage()
    *_, title = scene.actors(fig, **values)
    assert scale in title.get_text()
    fig.canvas.draw()
    box = title.get_window_extent()
    assert 0 < box.x0 and box.x1 < fig.bbox.width


@pytest.mark.errors
@pytest.mark.parametrize("shape", [(2, 9), (9, 9, 3)])
def test_a_picture_that_is_not_grey_or_too_small_is_an_error(shape):
    with pytest.raises(ValueError, match="must be grey"):
        kernel.scene(np.zeros(shape))
