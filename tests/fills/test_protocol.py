import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.fills.harmonic import biharmonic, harmonic
from learnkit.fills.learned import MeanPicture
from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.fills.nearest_neighbours import NearestNeighbours
from learnkit.fills.protocol import check_filled, each
from learnkit.fills.total_variation import total_variation, total_variation_of_each

SHAPE = (6, 5)
SEEN = np.random.default_rng(0).random((30, *SHAPE))
SEEN_IN_COLOUR = np.random.default_rng(1).random((30, *SHAPE, 3))
ALONE = {"harmonic": harmonic, "biharmonic": biharmonic, "total variation": total_variation}
FILLS = {
    "": ALONE | {f.__name__: f(SEEN) for f in (MeanPicture, NearestNeighbours, LinearMMSE)},
    "colour": ALONE
    | {f.__name__: f(SEEN_IN_COLOUR) for f in (MeanPicture, NearestNeighbours, LinearMMSE)},
}
names = st.sampled_from(sorted(FILLS[""]))
seeds = st.integers(0, 2**32 - 1)


def random_case(seed, colour):
    rng = np.random.default_rng(seed)
    hole = rng.random(SHAPE) < rng.random()
    hole.flat[rng.integers(hole.size)] = False  # one pixel is known
    return rng.random((*SHAPE, 3) if colour else SHAPE).round(1), hole


@settings(deadline=None)
@given(
    name=names,
    seed=seeds,
    colour=st.sampled_from(["", "colour"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_every_fill_keeps_known_pixels_and_type_and_range_and_never_reads_the_hole(
    name, seed, colour, dtype
):
    image, hole = random_case(seed, colour)
    image = image.astype(dtype)
    kept, kept_hole = image.copy(), hole.copy()
    filled = FILLS[colour][name](image, hole)
    assert filled.dtype == dtype and filled.shape == image.shape
    assert not np.shares_memory(filled, image)
    np.testing.assert_array_equal(filled[~hole], image[~hole])
    assert filled.min() >= 0 and filled.max() <= 1
    np.testing.assert_array_equal(image, kept)
    np.testing.assert_array_equal(hole, kept_hole)
    image[hole] = 1 - image[hole]
    np.testing.assert_array_equal(FILLS[colour][name](image, hole), filled)


@pytest.mark.parametrize("name", sorted(FILLS[""]))
def test_every_fill_gives_a_copy_where_there_is_nothing_to_fill(name):
    filled = FILLS[""][name](SEEN[0], np.zeros(SHAPE, bool))
    np.testing.assert_array_equal(filled, SEEN[0])
    assert not np.shares_memory(filled, SEEN)


@pytest.mark.parametrize("name", ["MeanPicture", "NearestNeighbours", "LinearMMSE"])
@pytest.mark.parametrize("colour", ["", "colour"])
def test_a_batch_is_each_picture_alone(name, colour):
    fill = FILLS[colour][name]
    cases = [random_case(seed, colour) for seed in range(7)]
    cases[3] = (cases[3][0], np.zeros(SHAPE, bool))
    cases[4] = (cases[4][0], cases[5][1])
    images, holes = (np.stack(part) for part in zip(*cases, strict=True))
    np.testing.assert_allclose(fill.batch(images, holes), each(fill)(images, holes), atol=1e-12)


def test_total_variation_of_a_batch_is_each_picture_alone():
    cases = [random_case(seed, "colour") for seed in range(9)]
    images, holes = (np.stack(part) for part in zip(*cases, strict=True))
    together = total_variation_of_each(images, holes)
    np.testing.assert_allclose(together, each(total_variation)(images, holes), atol=1e-12)


@pytest.mark.errors
@pytest.mark.parametrize("name", sorted(FILLS[""]))
def test_every_fill_refuses_a_hole_that_covers_everything_and_what_is_no_picture(name):
    fill = FILLS[""][name]
    with pytest.raises(ValueError, match="needs a known pixel"):
        fill(SEEN[0], np.ones(SHAPE, bool))
    with pytest.raises(TypeError, match="divide by 255"):
        fill(np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, bool))
    with pytest.raises(TypeError, match="must be a bool array"):
        fill(SEEN[0], np.zeros(SHAPE))
    with pytest.raises(ValueError, match=r"hole must have shape \(6, 5\)"):
        fill(SEEN[0], np.zeros((5, 6), bool))


@pytest.mark.errors
@pytest.mark.parametrize("batch", [each(harmonic), LinearMMSE(SEEN).batch, total_variation_of_each])
def test_every_batch_refuses_what_is_no_batch(batch):
    hole = np.zeros((30, *SHAPE), bool)
    with pytest.raises(TypeError, match="divides bytes by 255"):
        batch(np.zeros((30, *SHAPE), np.uint8), hole)
    with pytest.raises(ValueError, match=r"\(n, h, w\) or \(n, h, w, 3\)"):
        batch(SEEN[0], hole)
    with pytest.raises(ValueError, match=r"one hole for all pictures is np\.broadcast_to"):
        batch(SEEN, hole[0])
    with pytest.raises(TypeError, match="bool"):
        batch(SEEN, hole.astype(float))
    hole[3] = True
    with pytest.raises(ValueError, match="needs a known pixel"):
        batch(SEEN, hole)


def test_what_a_fill_must_be_is_checked():
    image, hole = random_case(0, "")
    check_filled(np.where(hole, 0.5, image), image, hole)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            lambda image, hole: None,
            "float NumPy array, got NoneType; does it end with return",
        ),
        (lambda image, hole: (255 * image).astype(np.uint8), "got uint8"),
        (lambda image, hole: image[1:], "returns the picture's shape"),
        (lambda image, hole: np.where(hole, np.nan, image), "holds NaN or inf at"),
        (lambda image, hole: np.where(hole, 1.5, image), r"must lie in \[0, 1\]"),
        (lambda image, hole: np.where(hole, image, 0.5), "known values came back changed"),
    ],
)
def test_what_breaks_the_form_of_a_fill_is_named(wrong, sentence):
    image, hole = random_case(2, "")
    with pytest.raises((TypeError, ValueError), match=sentence):
        check_filled(wrong(image, hole), image, hole)
