import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from learnkit.holes import draw

sides = st.integers(12, 60)
shapes = st.tuples(sides, sides) | st.tuples(sides, sides, st.just(3))
seeds = st.integers(0, 2**32 - 1)
RANDOM = {
    "scatter": lambda shape, seed: draw.scatter(shape, fraction=0.4, seed=seed),
    "brush": lambda shape, seed: draw.brush(shape, strokes=2, width=3, seed=seed),
    "scratches": lambda shape, seed: draw.scratches(shape, count=3, seed=seed),
}
FIXED = {
    "box": lambda shape, seed: draw.box(shape, height=5, width=7),
    "half": lambda shape, seed: draw.half(shape),
    "text": lambda shape, seed: draw.text(shape, "hole"),
}


@pytest.mark.parametrize("kind", RANDOM | FIXED)
@given(shape=shapes, seed=seeds)
def test_a_hole_is_bool_and_leaves_something_known_and_something_to_fill(kind, shape, seed):
    hole = (RANDOM | FIXED)[kind](shape, seed)
    assert hole.dtype == bool
    assert hole.shape == shape[:2]
    assert hole.any()
    assert not hole.all()


@pytest.mark.parametrize("kind", RANDOM)
@given(shape=shapes, seed=seeds)
def test_one_seed_gives_one_hole(kind, shape, seed):
    np.testing.assert_array_equal(RANDOM[kind](shape, seed), RANDOM[kind](shape, seed))


@pytest.mark.parametrize("kind", RANDOM)
def test_another_seed_gives_another_hole(kind):
    assert (RANDOM[kind]((40, 40), 0) != RANDOM[kind]((40, 40), 1)).any()


# box and half


@given(data=st.data(), h=sides, w=sides)
def test_a_box_is_where_it_is_asked_for(data, h, w):
    height, width = data.draw(st.integers(1, h)), data.draw(st.integers(1, w))
    top, left = data.draw(st.integers(0, h - height)), data.draw(st.integers(0, w - width))
    hole = draw.box((h, w), height=height, width=width, top=top, left=left)
    rows, columns = np.nonzero(hole)
    assert hole.sum() == height * width
    assert (rows.min(), columns.min()) == (top, left)
    assert (rows.max(), columns.max()) == (top + height - 1, left + width - 1)


def test_a_box_stands_in_the_centre_by_default():
    hole = draw.box((28, 28), height=10, width=14)
    np.testing.assert_array_equal(hole, hole[::-1, ::-1])


def test_a_box_may_be_the_whole_picture():
    assert draw.box((4, 6), height=4, width=6).all()


@given(h=sides, w=sides)
def test_two_halves_never_overlap_and_miss_at_most_the_middle_line(h, w):
    left, right = (draw.half((h, w), side=side) for side in ("left", "right"))
    top, bottom = (draw.half((h, w), side=side) for side in ("top", "bottom"))
    np.testing.assert_array_equal(left, right[:, ::-1])
    np.testing.assert_array_equal(top, bottom[::-1])
    assert (left.sum(), top.sum()) == (h * (w // 2), w * (h // 2))
    assert not (left & right).any()
    assert right[:, -1].all()
    assert bottom[-1].all()


@pytest.mark.errors
@pytest.mark.parametrize(
    "where", [{"height": 29, "width": 3}, {"height": 3, "width": 29}, {"top": 20}, {"left": -1}]
)
def test_a_box_beyond_the_picture_is_refused(where):
    with pytest.raises(ValueError, match=r"does not fit into 28 x 28 pixels"):
        draw.box((28, 28), **({"height": 10, "width": 10} | where))


@pytest.mark.errors
def test_a_box_without_pixels_is_refused():
    with pytest.raises(ValueError, match="width must be at least 1, got 0"):
        draw.box((28, 28), height=3, width=0)


@pytest.mark.errors
def test_an_unknown_side_is_refused():
    with pytest.raises(ValueError, match="left, right, top, bottom, got 'middle'"):
        draw.half((28, 28), side="middle")


@pytest.mark.errors
def test_a_single_column_has_no_half():
    with pytest.raises(ValueError, match="leaves nothing to fill in 5 x 1"):
        draw.half((5, 1))


# scatter


@given(shape=st.tuples(sides, sides), fraction=st.floats(0, 1), seed=seeds)
def test_scatter_takes_exactly_the_fraction_asked_for(shape, fraction, seed):
    hole = draw.scatter(shape, fraction=fraction, seed=seed)
    assert hole.sum() == round(fraction * shape[0] * shape[1])


def test_scatter_takes_every_pixel_alike():
    share = np.mean([draw.scatter((6, 6), fraction=0.25, seed=k) for k in range(2000)], axis=0)
    five_sigma = 5 * np.sqrt(0.25 * 0.75 / 2000)
    np.testing.assert_allclose(share, 0.25, atol=five_sigma)


@pytest.mark.errors
@pytest.mark.parametrize("fraction", [-0.1, 1.1, 50, float("nan")])
def test_a_fraction_outside_the_unit_range_is_refused(fraction):
    with pytest.raises(ValueError, match=r"fraction must lie in \[0, 1\], got"):
        draw.scatter((28, 28), fraction=fraction, seed=0)


# strokes and scratches


@given(seed=seeds)
def test_a_stroke_is_one_piece_and_as_thick_as_asked(seed):
    hole = draw.brush((80, 80), strokes=1, width=7, seed=seed)
    inside = ndimage.distance_transform_edt(np.pad(hole, 9, mode="edge"))
    assert inside.max() >= 3.5
    # a stroke that leaves the picture and comes back is in pieces only at the border
    pieces, count = ndimage.label(hole, structure=np.ones((3, 3)))
    border = np.ones((80, 80), bool)
    border[1:-1, 1:-1] = False
    for piece in range(1, count + 1):
        assert count == 1 or (border & (pieces == piece)).any()


def test_more_or_thicker_strokes_cover_more():
    def area(strokes, width):
        return draw.brush((90, 90), strokes=strokes, width=width, seed=3).sum()

    assert area(1, 3) < area(4, 3) < area(4, 9)


@given(seed=seeds)
def test_a_scratch_is_thin(seed):
    hole = draw.scratches((120, 90), count=1, seed=seed)
    assert ndimage.distance_transform_edt(np.pad(hole, 1)).max() < 2
    assert hole.sum() <= 2 * (120 + 90)


def test_scratches_are_long():
    lengths = [
        np.ptp(np.nonzero(draw.scratches((200, 100), count=1, seed=k))[0]) for k in range(50)
    ]
    assert np.median(lengths) > 60


@pytest.mark.errors
@pytest.mark.parametrize(
    "call",
    [
        lambda: draw.brush((28, 28), strokes=0, width=3, seed=0),
        lambda: draw.brush((28, 28), strokes=3, width=0, seed=0),
        lambda: draw.scratches((28, 28), count=0, seed=0),
    ],
)
def test_no_strokes_at_all_are_refused(call):
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        call()


@pytest.mark.errors
def test_a_brush_that_covers_everything_is_refused():
    with pytest.raises(ValueError, match="leaves no known pixel in 8 x 8: draw fewer"):
        draw.brush((8, 8), strokes=3, width=40, seed=0)


# text


def test_lettering_runs_over_the_whole_picture():
    hole = draw.text((120, 200), "fill the hole", size=16)
    quarters = [
        half[:, part] for half in (hole[:60], hole[60:]) for part in (np.s_[:100], np.s_[100:])
    ]
    for quarter in quarters:
        assert 0.05 < quarter.mean() < 0.5


def test_other_words_or_sizes_are_other_holes():
    hole = draw.text((60, 90), "hole", size=12)
    assert (hole != draw.text((60, 90), "loss", size=12)).any()
    assert (hole != draw.text((60, 90), "hole", size=15)).any()


@pytest.mark.errors
@pytest.mark.parametrize("words, size", [("", None), ("  ", None), ("hole", 2), ("hole", 0)])
def test_illegible_lettering_is_refused(words, size):
    with pytest.raises(ValueError, match=r"something to write|at least 4 pixels"):
        draw.text((60, 90), words, size=size)


@pytest.mark.errors
@pytest.mark.parametrize("shape", [(28,), (0, 28), (28, 28, 4), (2, 28, 28, 3)])
def test_what_is_no_shape_of_a_picture_is_refused(shape):
    with pytest.raises(ValueError, match=r"shape must be \(h, w\) or \(h, w, 3\)"):
        draw.half(shape)


# cutting


@given(shape=shapes, seed=seeds)
def test_cutting_a_hole_changes_the_hole_alone_and_no_argument(shape, seed):
    image = np.random.default_rng(seed).uniform(0.1, 1, shape)
    hole = draw.scatter(shape, fraction=0.3, seed=seed)
    kept = image.copy()
    cut = draw.cut_hole(image, hole)
    assert (cut[hole] == 0).all()
    np.testing.assert_array_equal(cut[~hole], image[~hole])
    np.testing.assert_array_equal(image, kept)
    assert not np.shares_memory(cut, image)


@pytest.mark.errors
def test_a_hole_of_numbers_is_refused():
    with pytest.raises(TypeError, match="must be a bool array, True = to be filled"):
        draw.cut_hole(np.zeros((4, 4)), np.ones((4, 4)))


@pytest.mark.errors
def test_a_hole_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"must have shape \(4, 4\)"):
        draw.cut_hole(np.zeros((4, 4)), np.ones((4, 5), bool))
